//! The tour of apps in README.md, line by line: every command is executed and must print what stands below it.
//!
//! A `console` block holds commands behind `$ ` and below each what it prints, on both outputs; `…` stands for any text in a
//! line, and alone on a line for any lines. `dataway run` without `--flow` goes on until the next one, or the end. Addresses of
//! the tour are exchanged for free ones.

use std::path::Path;

use super::stand::{Folder, Running, copy, dataway, examples, text};

/// The addresses at which apps of the tour listen.
const LISTEN: &str = "127.0.0.1:8080";

/// Whether a line is as the tour has it.
fn fits(shown: &str, line: &str) -> bool {
    let mut rest = line;
    let parts: Vec<&str> = shown.split('…').collect();
    for (n, part) in parts.iter().enumerate() {
        let found = match n {
            0 => rest.strip_prefix(part),
            _ if n + 1 == parts.len() => rest.ends_with(part).then_some(""),
            _ => rest.find(part).and_then(|at| rest.get(at + part.len()..)),
        };
        let Some(behind) = found else { return false };
        rest = behind;
    }
    parts.len() > 1 || rest.is_empty()
}

/// Whether lines are as the tour has them.
fn all_fit(shown: &[&str], lines: &[&str]) -> bool {
    match (shown, lines) {
        ([], lines) => lines.is_empty(),
        (["…", rest @ ..], lines) => (0..=lines.len()).any(|skipped| all_fit(rest, &lines[skipped..])),
        ([first, rest @ ..], [line, lines @ ..]) => fits(first, line) && all_fit(rest, lines),
        _ => false,
    }
}

/// The commands of the tour with what stands below each.
fn commands(readme: &str) -> Vec<(String, Vec<String>)> {
    let tour = readme.split_once("## A tour of apps").expect("README.md has the tour").1;
    let tour = tour.split_once("\n## ").map_or(tour, |(tour, _)| tour);
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for line in tour.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            line => match (line.strip_prefix("$ "), found.last_mut()) {
                (Some(command), _) => found.push((command.to_owned(), Vec::new())),
                (None, Some((_, shown))) => shown.push(line.to_owned()),
                (None, None) => panic!("the tour prints before its first command: {line}"),
            },
        }
    }
    found
}

/// Runs a command line in a folder, with `dataway` on the path; gives what it prints.
fn execute(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_dataway")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&path))).unwrap();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &format!("{{ {command}\n}} 2>&1")]).current_dir(folder).env("PATH", paths).env("no_proxy", "*");
    text(&shell.output().unwrap().stdout)
}

#[test]
fn every_line_of_the_tour_is_true() {
    if std::process::Command::new("curl").arg("--version").output().is_err() {
        eprintln!("\n*** SKIPPED: the tour of apps needs curl ***\n");
        return;
    }
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let folder = Folder::new("tour");
    copy(&examples(), &folder.0.join("runtime/examples"));
    let values = folder.write("free.yaml", "listen: \"127.0.0.1:0\"\n");
    let mut running: Option<(Running, String)> = None;
    let commands = commands(&readme);
    assert!(commands.len() > 10, "the tour has only {} commands", commands.len());
    for (command, shown) in commands {
        let served = command.strip_prefix("dataway run ").filter(|rest| !rest.contains("--flow"));
        let printed = if let Some(rest) = served {
            // The app before ends first.
            drop(running.take());
            let mut words: Vec<&str> = vec!["run"];
            words.extend(rest.split(' '));
            let values = values.to_string_lossy();
            words.extend(["--values", &*values]);
            let mut start = dataway(&words);
            start.current_dir(&folder.0);
            let started = Running::start(start);
            let address = started.addresses().next().expect("an app of the tour listens").to_owned();
            let printed = started.printed.join("\n").replace(&address, LISTEN);
            running = Some((started, address));
            printed
        } else {
            let address = running.as_ref().map_or(LISTEN, |(_, address)| address);
            let print = || execute(&command.replace(LISTEN, address), &folder.0).replace(address, LISTEN);
            let mut printed = print();
            // What happened is in the log a little later.
            for _ in 0..100 {
                if !printed.is_empty() || !command.starts_with("dataway logs") {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(100));
                printed = print();
            }
            printed
        };
        // Blanks at the end of a line cannot be seen in the tour.
        let shown: Vec<&str> = shown.iter().map(|line| line.trim_end()).collect();
        let lines: Vec<&str> = printed.lines().map(str::trim_end).collect();
        assert!(all_fit(&shown, &lines), "$ {command}\nprints\n{printed}\nin the tour stands\n{}", shown.join("\n"));
    }
    let (last, _) = running.expect("the tour starts an app");
    assert_eq!(last.stop(), Some(0));
}

#[test]
fn dots_stand_for_anything() {
    for (shown, line, fit) in
        [("a…c", "abc", true), ("a…", "a", true), ("…c", "ab", false), ("abc", "abcd", false), ("a…b…c", "a1b2c", true)]
    {
        assert_eq!(fits(shown, line), fit, "{shown} {line}");
    }
    assert!(all_fit(&["a", "…", "d"], &["a", "b", "c", "d"]) && !all_fit(&["a", "…"], &["b"]));
}
