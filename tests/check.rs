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
//! found now; then the change is read. Cases below `tests/check/transforms` begin with the message that they run on, as comments
//! `# payload: …`, `# vars: …` in JSON; with `# mime: …` the text of the payload is the content of an Entity. `CHECK=strings cargo test --test check` runs only documents with that in their name.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dataway_lang::check::{self, CheckOptions, Checked, contract};
use dataway_lang::diagnostic::{Diagnostic, Severity};
use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions};
use dataway_lang::{Datum, Input, Profile, Program, RunOptions};

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
    let mut checked =
        check::check(&parsed.program, &source, &CheckOptions { profile, contracts, ..CheckOptions::default() });
    checked.drop_consequences(&parsed.diagnostics, &source);
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

/// The cases of a document: titles and programs.
fn cases(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).expect("readable document");
    let case = |case: &str| {
        case.split_once('\n').map(|(title, program)| (title.to_owned(), program.trim_end().to_owned() + "\n"))
    };
    text.split("#=== ").skip(1).filter_map(case).collect()
}

/// The message that the comments at the start of a case describe.
fn message(program: &str) -> Input {
    let header = program.lines().map_while(|line| line.strip_prefix("# ")).filter_map(|line| line.split_once(": "));
    let header: BTreeMap<&str, &str> = header.collect();
    let json = |key: &str| header.get(key).map_or(Datum::None, |text| Datum::json(text));
    let payload = match header.get("mime") {
        Some(mime_type) => {
            let text: String = serde_json::from_str(header["payload"]).expect("a JSON text");
            let (bytes, encoding) = (text.into_bytes().into(), "utf-8".to_owned());
            Datum::Entity { bytes, mime_type: (*mime_type).to_owned(), encoding }
        }
        None => json("payload"),
    };
    Input {
        payload,
        vars: json("vars"),
        attrs: json("attrs"),
        error: json("error"),
        is_throwing: header.contains_key("isthrowing"),
        id: "msg-1".into(),
        seq_id: "seq-1".into(),
    }
}

/// Transforms as people write them: each runs, none has an error, and hardly any a warning.
#[test]
fn transforms_run_and_are_left_alone() {
    let (mut scripts, mut warnings, mut wrong) = (0, 0, String::new());
    for path in programs(&folder("check/transforms")) {
        for (title, text) in cases(&path) {
            scripts += 1;
            let (source, _, found) = checked(&text, Profile::Extended);
            for error in found.iter().filter(|found| found.severity == Severity::Error) {
                let _ = writeln!(wrong, "{} [{title}] {}: {}", path.display(), error.code, error.message);
            }
            warnings += found.iter().filter(|found| found.severity == Severity::Warning).count();
            let compiled = Program::compile(&source, &ParseOptions::default(), Profile::Extended).program;
            let Some(program) = compiled else { continue };
            let ran = program.run(&message(&text), &RunOptions::default(), |_, _| Ok(()));
            if let Err(report) = ran.result {
                let last = report.last().expect("a report has an exception");
                let _ = writeln!(wrong, "{} [{title}] {}: {}", path.display(), last.class, last.message);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(scripts > 200 && warnings * 100 < scripts * 2, "{warnings} warnings in {scripts} scripts");
}

/// Every mistake has an error or a warning; what a sample says is worth an info.
#[test]
fn mistakes_are_found() {
    let (mut mistakes, mut wrong) = (0, String::new());
    for path in programs(&folder("check/mistakes")) {
        for (title, text) in cases(&path) {
            mistakes += 1;
            let plain: String =
                text.lines().filter(|line| !is_mark(line)).fold(String::new(), |all, line| all + line + "\n");
            let (_, _, found) = checked(&plain, Profile::Extended);
            let matters =
                |found: &Diagnostic| found.severity <= Severity::Warning || matches!(found.code.0, 2103 | 2104);
            if !found.iter().any(matters) {
                let _ = writeln!(wrong, "{} [{title}]", path.display());
            }
        }
    }
    assert!(wrong.is_empty(), "nothing is found in\n{wrong}");
    assert!(mistakes > 300, "{mistakes}");
}

/// Codes that no program of a document can have: the bytes of the file, its length, parameters of components, forms of 2020;
/// their pages in `dataway explain` are executed by `tests/explain.rs`.
const NOT_IN_DOCUMENTS: &[u16] = &[1, 2, 9, 12, 25, 3007, 3008, 3009, 3020, 4001, 4002];

/// For every code there is a program that has it and one that nearly has it.
#[test]
fn every_code_has_its_documents() {
    let documents: BTreeMap<String, String> = cases(&folder("check/codes.dw")).into_iter().collect();
    let mut wrong = String::new();
    for page in dataway_lang::diagnostic::pages::PAGES {
        if NOT_IN_DOCUMENTS.contains(&page.code.0) {
            continue;
        }
        for (title, expected) in [(page.code.to_string(), true), (format!("{}, nearly", page.code), false)] {
            let Some(text) = documents.get(&title) else {
                let _ = writeln!(wrong, "there is no document `{title}`");
                continue;
            };
            let plain: String =
                text.lines().filter(|line| !is_mark(line)).fold(String::new(), |all, line| all + line + "\n");
            let profile = if plain.starts_with("# core") { Profile::Core } else { Profile::Extended };
            let (_, _, found) = checked(&plain, profile);
            if found.iter().any(|found| found.code == page.code) != expected {
                let found: Vec<String> =
                    found.iter().map(|found| format!("{}: {}", found.code, found.message)).collect();
                let _ = writeln!(wrong, "`{title}`: {found:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Under `--enforce` a contract is a fact, so what it rules out is an error; a sample never is.
#[test]
fn enforced_contracts_make_errors() {
    let schema = r#"{"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"], "additionalProperties": false}"#;
    for (clause, expression, code, plain, enforced) in [
        (format!("payload: {schema}"), "msg.payload['nmae']", 2102, Severity::Warning, Severity::Error),
        (format!("payload: {schema}"), "msg.payload.get('nmae')", 2102, Severity::Warning, Severity::Warning),
        (format!("payload: {schema}"), "'no. ' + msg.payload['id']", 2001, Severity::Warning, Severity::Error),
        (format!("payload: {schema}"), "msg.payload['id'] == '5'", 2016, Severity::Warning, Severity::Warning),
        (format!("returns: {schema}"), "{'id': 'x'}", 2105, Severity::Warning, Severity::Error),
        (format!("returns: {schema}"), "{'id': msg.payload}", 2105, Severity::Hint, Severity::Hint),
        ("payload-sample: {\"id\": 1}".to_owned(), "'no. ' + msg.payload['id']", 2001, Severity::Info, Severity::Info),
        ("payload-sample: {\"id\": 1}".to_owned(), "msg.payload['nmae']", 2103, Severity::Info, Severity::Info),
        ("vars.n: {\"type\": \"string\"}".to_owned(), "msg.vars['n'] + 1", 2001, Severity::Warning, Severity::Error),
    ] {
        let source = SourceText::new("case.dw", &format!("#: {clause}\n{expression}\n"));
        let parsed = syntax::parse(&source, &ParseOptions::default());
        for (is_enforced, expected) in [(false, plain), (true, enforced)] {
            let (contracts, _) = contract::contracts(&source, &mut |_| Err("no files".to_owned()));
            let options = CheckOptions { contracts, enforced: is_enforced, ..CheckOptions::default() };
            let found = check::check(&parsed.program, &source, &options).diagnostics;
            let severity =
                found.iter().find(|found| found.code.0 == code).map_or(Severity::Hint, |found| found.severity);
            assert_eq!(severity, expected, "{clause}: {expression}, enforced: {is_enforced}\n{found:?}");
        }
    }
}

/// What is said while a text does not parse comes from its intact parts.
#[test]
fn syntax_errors_have_no_consequences() {
    for (text, expected) in [
        // The result is cut off, the variable is used where nothing could be read.
        ("def dw_process(msg):\n    total = 1\n    return total +\n", &[13][..]),
        ("def dw_process(msg):\n    const x = 5\n    return x\n", &[13]),
        ("def dw_process(msg):\nreturn msg.payload\n", &[10]),
        ("def dw_process(msg):\n    f = (x) => x + 1\n    return f(1)\n", &[13]),
        // Mistakes elsewhere stay.
        ("def dw_process(msg):\n    n = 'a' + 1\n    return [n, 2\n", &[2001, 8]),
        ("def helper():\n    return math.sqr(2)\n\n\ndef dw_process(msg)\n    return helper()\n", &[1004, 13]),
    ] {
        let (_, _, found) = checked(text, Profile::Extended);
        let codes: Vec<u16> = found.iter().map(|found| found.code.0).collect();
        assert_eq!(codes, expected, "{text}\n{found:?}");
    }
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
