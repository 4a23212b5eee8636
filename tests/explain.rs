//! The pages of `dataway explain`: the failing example of each has exactly its code, the mended one has nothing, and what is
//! printed for the failing one is recorded in `tests/explain/`. `DATAWAY_WRITE=1 cargo test --test explain` writes what is
//! printed now.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use dataway_lang::Profile;
use dataway_lang::check::parameter::{Parameter, Support, Target, check_parameter};
use dataway_lang::check::{self, CheckOptions, contract};
use dataway_lang::diagnostic::pages::{PAGES, Page};
use dataway_lang::diagnostic::{Code, Diagnostic, Severity};
use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions};

/// Examples that are shortened with `…`, and what stands for it.
fn expanded(code: Code, example: &str) -> String {
    let loops = |depths: std::ops::Range<usize>| -> String {
        depths.map(|depth| format!("{}for a in a:\n", "    ".repeat(depth))).collect()
    };
    match code.0 {
        _ if !example.contains('…') => example.replace('␀', "\0"),
        2 => example.replace('…', &"x".repeat(1 << 20)),
        9 => example.replacen('…', &"(".repeat(200), 1).replacen('…', &")".repeat(200), 1),
        12 => example.replace("        …\n            ", &(loops(2..22) + &"    ".repeat(22))),
        25 => example.replace('…', &"0".repeat(4300)),
        _ => example.to_owned(),
    }
}

/// What a page about parameters says of its examples in their first line; other pages have programs.
fn parameter(page: &Page, example: &str) -> Option<Parameter> {
    if !matches!(page.code.0, 3007..=3009 | 3020) {
        return None;
    }
    let says = |words: &str| example.lines().next().is_some_and(|line| line.starts_with('#') && line.contains(words));
    Some(Parameter {
        target: if says("of type int") { Target::Int } else { Target::Any },
        expressions: if says("takes text only") { Support::NotSupported } else { Support::Supported },
        is_java: says("as Java"),
    })
}

fn found(page: &Page, example: &str) -> Vec<Diagnostic> {
    let profile = if matches!(page.code.0, 3100..=3199) { Profile::Core } else { Profile::Extended };
    if let Some(parameter) = parameter(page, example) {
        let text = example.lines().filter(|line| !line.starts_with("# ")).collect::<Vec<_>>().join("\n");
        return check_parameter(&SourceText::new("parameter", &text), parameter, &CheckOptions::default());
    }
    let source = SourceText::from_bytes("example.dw", example.as_bytes());
    let parsed = syntax::parse(&source, &ParseOptions::default());
    let (contracts, mut all) = contract::contracts(&source, &mut |name| Err(format!("there is no file {name}")));
    all.extend(parsed.diagnostics);
    let options = CheckOptions { profile, contracts, ..CheckOptions::default() };
    all.extend(check::check(&parsed.program, &source, &options).diagnostics);
    all
}

#[test]
fn examples_do_what_the_pages_say() {
    let mut wrong = String::new();
    for page in PAGES.iter().filter(|page| page.code != Code(1007)) {
        for (example, expected) in [(page.failing(), Some(page.code)), (page.mended(), None)] {
            let example = expanded(page.code, example);
            let all = found(page, &example);
            let codes: BTreeSet<Code> = all.iter().map(|diagnostic| diagnostic.code).collect();
            if codes != expected.into_iter().collect() {
                let shown: Vec<_> = all.iter().map(|d| format!("{}: {}", d.code, d.message)).collect();
                let kind = if expected.is_some() { "failing" } else { "mended" };
                let _ = writeln!(wrong, "{} {kind}: {shown:?}", page.code);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What `dataway check` prints for an example; parameters, which no command checks, are printed plainly.
fn rendered(page: &Page) -> String {
    let example = expanded(page.code, page.failing());
    if parameter(page, &example).is_some() {
        return found(page, &example).iter().fold(String::new(), |mut out, diagnostic| {
            let word = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
            let _ = writeln!(out, "{} {word}: {}", diagnostic.code, diagnostic.message);
            if let Some(help) = &diagnostic.help {
                let _ = writeln!(out, "help: {help}");
            }
            out
        });
    }
    let profile = if matches!(page.code.0, 3100..=3199) { "core" } else { "extended" };
    let mut child = Command::new(env!("CARGO_BIN_EXE_dataway"))
        .args(["check", "--profile", profile, "-"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("piped").write_all(example.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn renderings_are_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/explain");
    let mut wrong = String::new();
    for page in PAGES {
        let path = folder.join(format!("{}.txt", page.code));
        let now: String = rendered(page).lines().fold(String::new(), |out, line| out + line.trim_end() + "\n");
        let recorded = std::fs::read_to_string(&path).unwrap_or_default();
        if now == recorded {
            continue;
        }
        if std::env::var_os("DATAWAY_WRITE").is_some() {
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(&path, now).expect("writable");
            continue;
        }
        let _ = writeln!(wrong, "{}, recorded:\n{recorded}now:\n{now}", page.code);
    }
    assert!(wrong.is_empty(), "{wrong}");
}
