//! Runs the real command. Most cases are the transcripts under `tests/cli/golden`: a file holds commands and, below each,
//! what it must print. `DATAWAY_WRITE=1 cargo test --test cli` writes what the commands print now. What a transcript cannot
//! say (pipes that break, files that are made first) stands below.
//!
//! Lines of a transcript: `# ` comment, `$ ` command with the quoting of a shell and perhaps `< FILE`, `> ` line of standard
//! output, `! ` line of standard error, `= N` exit code if it is not 0, `~ ` standard output ended without a line end.
//! Commands run in `tests/cli/data`.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli").join(name)
}

fn command<A: AsRef<std::ffi::OsStr>>(args: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataway"));
    command.args(args).current_dir(folder("data")).env("TZ", "UTC").stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run<A: AsRef<std::ffi::OsStr>>(args: &[A], input: Option<&[u8]>) -> Output {
    let Some(input) = input else { return command(args).output().expect("the command starts") };
    let mut child = command(args).stdin(Stdio::piped()).spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    std::thread::scope(|scope| {
        // A command that ends before it has read everything closes the pipe: no failure of the test.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().expect("the command ends")
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The words of a command line: blanks separate, quotes of both kinds keep together, `$'…'` knows `\n`.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut begun) = (Vec::new(), String::new(), false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' => {
                if std::mem::take(&mut begun) {
                    words.push(std::mem::take(&mut word));
                }
            }
            '\'' | '"' => {
                begun = true;
                word.extend(chars.by_ref().take_while(|next| *next != c));
            }
            '$' => {
                begun = true;
                assert_eq!(chars.next(), Some('\''), "a dollar sign begins a quoted word: {line}");
                let quoted: String = chars.by_ref().take_while(|next| *next != '\'').collect();
                word.push_str(&quoted.replace("\\n", "\n"));
            }
            other => {
                begun = true;
                word.push(other);
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// The transcript that running its commands gives now.
fn replay(transcript: &str) -> String {
    let mut out = String::new();
    for line in transcript.lines() {
        if line.is_empty() || line.starts_with("# ") {
            let _ = writeln!(out, "{line}");
        }
        let Some(typed) = line.strip_prefix("$ ") else { continue };
        let _ = writeln!(out, "{line}");
        let (typed, input) = typed.split_once(" < ").map_or((typed, None), |(typed, file)| (typed, Some(file)));
        let input = input.map(|file| std::fs::read(folder("data").join(file)).expect("readable input"));
        let words = words(typed);
        assert_eq!(words.first().map(String::as_str), Some("dataway"), "{line}");
        let output = run(words.get(1..).unwrap_or_default(), input.as_deref());
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        for line in stdout.lines() {
            let _ = writeln!(out, "> {line}");
        }
        if !stdout.is_empty() && !stdout.ends_with('\n') {
            out.push_str("~ no line end\n");
        }
        for line in stderr.lines() {
            let _ = writeln!(out, "! {line}");
        }
        match output.status.code() {
            Some(0) => {}
            Some(code) => drop(writeln!(out, "= {code}")),
            None => drop(writeln!(out, "= killed: {}", output.status)),
        }
    }
    out
}

#[test]
fn transcripts_are_as_recorded() {
    let mut paths: Vec<_> = std::fs::read_dir(folder("golden")).expect("readable folder").flatten().collect();
    paths.sort_by_key(std::fs::DirEntry::path);
    assert!(!paths.is_empty());
    let rewrite = std::env::var_os("DATAWAY_WRITE").is_some();
    let mut failures = String::new();
    for entry in paths {
        let recorded = std::fs::read_to_string(entry.path()).expect("readable transcript");
        let now = replay(&recorded);
        if now == recorded {
            continue;
        }
        if rewrite {
            std::fs::write(entry.path(), now).expect("writable transcript");
            continue;
        }
        let _ = writeln!(failures, "{}", entry.file_name().to_string_lossy());
        let (recorded, now): (Vec<_>, Vec<_>) = (recorded.lines().collect(), now.lines().collect());
        let same = recorded.iter().zip(&now).take_while(|(a, b)| a == b).count();
        let end = |lines: &[&str]| lines.iter().skip(same).take(12).fold(String::new(), |s, l| s + "    " + l + "\n");
        let _ = write!(failures, "  line {}, recorded:\n{}  now:\n{}", same + 1, end(&recorded), end(&now));
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    // More than a pipe holds, so that writing meets the closed end.
    let program = "['0123456789' * 10 for _ in range(10000)]";
    let mut child = command(&["eval", "-e", program]).spawn().expect("the command starts");
    let mut stdout = child.stdout.take().expect("a pipe was asked for");
    stdout.read_exact(&mut [0; 10]).expect("something is written");
    drop(stdout);
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn each_ends_when_its_reader_goes_away() {
    let messages = "{\"n\": 1}\n".repeat(50_000);
    let mut child =
        command(&["eval", "-e", "msg.payload", "--each", "--payload", "-", "--mime", "application/x-ndjson"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    let mut stdout = child.stdout.take().expect("a pipe was asked for");
    let writer = std::thread::spawn(move || drop(stdin.write_all(messages.as_bytes())));
    stdout.read_exact(&mut [0; 10]).expect("something is written");
    drop(stdout);
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("the writer ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn a_closed_standard_error_is_no_crash() {
    for args in [["eval", "-e", "1 / 0"], ["eval", "-e", "1 +"]] {
        let mut child = command(&args).spawn().expect("the command starts");
        drop(child.stderr.take());
        let code = child.wait().expect("the command ends").code();
        assert!(matches!(code, Some(1 | 65)), "{args:?}: {code:?}");
    }
}

#[test]
fn references_and_completions_survive_a_reader_that_goes_away() {
    for args in [&["docs"][..], &["explain"], &["completions", "bash"], &["--help"]] {
        let mut child = command(args).spawn().expect("the command starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the command ends");
        let stderr = text(&output.stderr);
        assert!(!stderr.contains("panicked") && !stderr.contains("RUST_BACKTRACE"), "{args:?}: {stderr}");
    }
}

#[test]
fn diagnostics_for_machines_are_one_json_object_a_line() {
    let output = run(&["eval", "-e", "(1 +", "--format", "json"], None);
    assert_eq!(output.status.code(), Some(65));
    let stderr = text(&output.stderr);
    assert!(!stderr.is_empty());
    for line in stderr.lines() {
        let object: serde_json::Value = serde_json::from_str(line).expect("a JSON object");
        let mut keys: Vec<_> = object.as_object().expect("an object").keys().map(String::as_str).collect();
        keys.sort_unstable();
        let mut expected = ["code", "severity", "message", "help", "related", "fix"].to_vec();
        expected.extend(["file", "line", "column", "offset", "endLine", "endColumn", "endOffset"]);
        expected.sort_unstable();
        assert_eq!(keys, expected);
        assert_eq!(object["file"], "<expression>");
        assert!(object["line"].is_u64() && object["column"].is_u64());
    }
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell], None);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = text(&output.stdout);
        assert!(script.contains("limit-memory") && script.contains("min-coverage"), "{shell}");
    }
}

#[test]
fn every_flag_is_explained_in_the_help() {
    let output = run(&["eval", "--help"], None);
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    for flag in
        "--payload --mime --encoding --decode --attrs --vars --output --timezone --limit-time --limit-memory --each \
                 --path --on-error --format --expr"
            .split(' ')
            .filter(|flag| !flag.is_empty())
    {
        assert!(help.contains(flag), "{flag}");
    }
}

#[test]
fn bytes_pass_through_unchanged() {
    let bytes: Vec<u8> = (0..=255).collect();
    let args = ["eval", "-e", "msg.payload", "--payload", "-", "--mime", "application/octet-stream"];
    let output = run(&args, Some(&bytes));
    assert_eq!((output.status.code(), output.stdout), (Some(0), bytes.clone()));
    let args = ["eval", "-e", "msg.payload['^blob']", "--output", "raw", "--payload", "-"];
    let output = run(&args, Some(&bytes));
    assert_eq!((output.status.code(), output.stdout), (Some(0), bytes));
}

#[test]
fn a_time_limit_ends_an_endless_loop() {
    let output = run(&["eval", "-", "--limit-time", "100ms"], Some(b"def dw_process(msg):\n    while True: pass\n"));
    assert_eq!(output.status.code(), Some(1));
    let stderr = text(&output.stderr);
    assert!(stderr.contains("TimeoutError: the run exceeded its time limit"), "{stderr}");
}

#[test]
fn the_help_of_a_subcommand_begins_as_the_list_of_all_says() {
    let overview = text(&run(&["--help"], None).stdout);
    let listed = overview.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let mut count = 0;
    for (name, about) in listed.filter_map(|line| line.trim().split_once(' ')).filter(|(name, _)| *name != "help") {
        let help = text(&run(&[name, "--help"], None).stdout);
        assert_eq!(help.lines().next(), Some(about.trim()), "dataway {name} --help");
        count += 1;
    }
    assert!(count > 10, "{overview}");
}
