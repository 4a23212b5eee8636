//! The checker from outside.
//!
//! The documents `tests/check/*.dw` hold cases behind lines `#=== title`. A case is a program; below each line with a finding
//! stands what must be found there, as comments that do not change the program:
//!
//! ```text
//! 'Order ' + 17
//! #        ^ DW2001 error: `+` does not take `str` and `int`
//! #          help: convert it to text: `str(17)`
//! ```
//!
//! The carets stand under the span; directly behind the `#` they mean the first column. A case without carets must be
//! found flawless. A newcomer writes the program and runs `DATAWAY_WRITE=1 cargo test --test check`, which writes what is
//! found now; then the change is read. `CHECK=strings cargo test --test check` runs only documents with that in their name.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dataway_lang::Profile;
use dataway_lang::check::{self, CheckOptions, Checked, contract};
use dataway_lang::diagnostic::{Diagnostic, Severity};
use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// All `.dw` files below a folder, in order.
fn programs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).expect("readable folder") {
            let path = entry.expect("readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|suffix| suffix == "dw") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn checked(text: &str, profile: Profile) -> (SourceText, Checked, Vec<Diagnostic>) {
    let source = SourceText::new("case.dw", text);
    let parsed = syntax::parse(&source, &ParseOptions::default());
    let mut read = |name: &str| std::fs::read(folder("check").join(name)).map_err(|error| error.to_string());
    let (contracts, unusable) = contract::contracts(&source, &mut read);
    let checked =
        check::check(&parsed.program, &source, &CheckOptions { profile, contracts, ..CheckOptions::default() });
    let mut all = parsed.diagnostics;
    all.extend(unusable);
    all.extend(checked.diagnostics.iter().cloned());
    all.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    (source, checked, all)
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
        Severity::Hint => "hint",
    }
}

/// Is this line an expectation?
fn is_mark(line: &str) -> bool {
    let Some(rest) = line.strip_prefix('#') else { return false };
    let rest = rest.trim_start();
    rest.starts_with('^') && rest.contains(" DW") || rest.starts_with("help: ")
}

/// A program with its findings written below the lines.
fn marked(text: &str) -> String {
    let plain: String = text.lines().filter(|line| !is_mark(line)).fold(String::new(), |all, line| all + line + "\n");
    let profile = if plain.starts_with("# core") { Profile::Core } else { Profile::Extended };
    let (source, _, diagnostics) = checked(&plain, profile);
    let mut marked = String::new();
    for (at, line) in plain.lines().enumerate() {
        let _ = writeln!(marked, "{line}");
        for found in &diagnostics {
            let (start, end) = (source.line_column(found.span.start), source.line_column(found.span.end));
            if start.line as usize != at + 1 {
                continue;
            }
            let until = if end.line == start.line { end.column as usize } else { line.chars().count() + 1 };
            let carets = "^".repeat(until.saturating_sub(start.column as usize).max(1));
            let indent = " ".repeat((start.column as usize).saturating_sub(2));
            let _ = writeln!(marked, "#{indent}{carets} {} {}: {}", found.code, word(found.severity), found.message);
            if let Some(help) = &found.help {
                let _ = writeln!(marked, "#{indent}  help: {help}");
            }
        }
    }
    marked
}

#[test]
fn documents() {
    let only = std::env::var("CHECK").unwrap_or_default();
    let write = std::env::var_os("DATAWAY_WRITE").is_some();
    let mut wrong = String::new();
    for path in programs(&folder("check")).iter().filter(|path| path.to_string_lossy().contains(&only)) {
        let text = std::fs::read_to_string(path).expect("readable document");
        let mut now = String::new();
        for (at, case) in text.split("#=== ").enumerate() {
            let (title, program) = if at == 0 { ("", case) } else { case.split_once('\n').unwrap_or((case, "")) };
            if at == 0 {
                now.push_str(program);
                continue;
            }
            let _ = writeln!(now, "#=== {title}");
            // Blank lines between the cases stay.
            let blank = program.len() - program.trim_end().len();
            now.push_str(marked(program.trim_end()).trim_end());
            now.push_str(&program[program.len() - blank..]);
        }
        if now == text {
            continue;
        }
        if write {
            std::fs::write(path, now).expect("writable document");
        } else {
            let _ = writeln!(wrong, "{}", path.display());
            for (is, should) in now.lines().zip(text.lines()).filter(|(is, should)| is != should).take(6) {
                let _ = writeln!(wrong, "  is:     {is}\n  should: {should}");
            }
        }
    }
    assert!(wrong.is_empty(), "the findings differ from the documents; DATAWAY_WRITE=1 writes them\n{wrong}");
}

/// What runs is never refused: no script of the corpus that gives a result has an error.
#[test]
fn scripts_that_run_have_no_errors() {
    let mut wrong = String::new();
    let (mut scripts, mut warnings) = (0, 0);
    for path in programs(&folder("corpus")) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let runs = text.lines().rfind(|line| !line.trim().is_empty()).is_some_and(|line| line.starts_with("#=>"));
        if !runs {
            continue;
        }
        scripts += 1;
        let (source, _, diagnostics) = checked(&text, Profile::Extended);
        for found in diagnostics {
            let at = source.line_column(found.span.start);
            let show = match found.severity {
                Severity::Error => true,
                Severity::Warning => {
                    warnings += 1;
                    std::env::var_os("CHECK_WARNINGS").is_some()
                }
                Severity::Info | Severity::Hint => false,
            };
            if show {
                let line = source.line_text(at.line).trim();
                let _ = writeln!(
                    wrong,
                    "{}:{}:{} {} {} {}\n    {line}",
                    path.display(),
                    at.line,
                    at.column,
                    word(found.severity),
                    found.code,
                    found.message
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}\n{scripts} scripts, {warnings} warnings");
    assert!(scripts > 1000, "{scripts}");
}

/// States in the middle of typing: the parts that are intact keep their types.
#[test]
fn broken_files_keep_their_types() {
    for (text, name, expected) in [
        ("def dw_process(msg):\n    total = 1\n    rows = [total, (2\n", "total", "int"),
        ("def dw_process(msg):\n    names = ['a']\n    return msg.payload[\n", "names", "list[str]"),
        ("def dw_process(msg):\n    text = 'a'\n    text.\n    return text\n", "text", "str"),
        ("def dw_process(msg):\n    n = 1\n    return n +\n", "n", "int"),
        ("def helper(a, b\n\ndef dw_process(msg):\n    size = len('abc')\n    return size\n", "size", "int"),
        ("def dw_process(msg):\n    flag = True\n    if flag\n        return 1\n    return 2\n", "flag", "bool"),
        ("def dw_process(msg):\n    order = {'id': 5}\n    order['\n    return order\n", "order", "{'id': Literal[5]}"),
        ("def dw_process(msg):\n    for i in range(3):\n    return i\n", "i", "int"),
        (
            "def dw_process(msg):\n    when = datetime.datetime.now()\n    return {'when': when,\n",
            "when",
            "datetime.datetime",
        ),
        ("x = 5\ndef dw_process(msg):\n    y = 2.5\n    return json.dumps(\n", "y", "float"),
        (
            "def dw_process(msg):\n    price = decimal.Decimal('1')\n    try:\n        return price\n",
            "price",
            "decimal.Decimal",
        ),
        ("def \ndef dw_process(msg):\n    ok = msg.id\n    return ok\n", "ok", "str"),
    ] {
        let (_, checked, diagnostics) = checked(text, Profile::Extended);
        assert!(!diagnostics.is_empty(), "{text}");
        let binding = checked.bindings.iter().find(|binding| &*binding.name == name);
        assert_eq!(binding.map(|binding| binding.ty.widened().to_string()).as_deref(), Some(expected), "{text}");
    }
}

/// The two programs of a page of `dataway explain`.
fn page_examples(code: u16) -> Option<(String, String)> {
    let page = dataway_lang::diagnostic::pages::find(dataway_lang::diagnostic::Code(code))?;
    let block = |fence: &str| {
        let (_, rest) = page.text.split_once(&format!("\n```{fence}\n"))?;
        rest.split_once("\n```").map(|(block, _)| block.to_owned())
    };
    Some((block("dataway fails")?, block("dataway")?))
}

/// Every page about something that the checker finds shows a program in which it is found, and one in which it is not.
#[test]
fn pages_show_what_is_found() {
    let mut wrong = String::new();
    for code in
        (1001..=1012).chain(2001..=2010).chain([2014, 2016, 2017, 2018, 2019, 2022, 2023]).filter(|code| *code != 1005)
    {
        let (fails, mended) = page_examples(code).expect("a page with examples");
        for (text, expected) in [(fails, true), (mended, false)] {
            let (_, _, found) = checked(&text, Profile::Extended);
            if found.iter().any(|found| found.code.0 == code) != expected {
                let found: Vec<String> =
                    found.iter().map(|found| format!("{} {}", found.code, found.message)).collect();
                let _ = writeln!(wrong, "DW{code} expected: {expected}; found {found:?} in\n{text}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
