//! The examples in the documentation of built-ins and modules are true, and every table entry is documented.
//!
//! The examples of one entry are one conversation: they share their variables.

use dataway_lang::builtins::reference::{Entry, doc_lines, entries, signature};
use dataway_lang::check::{self, CheckOptions};
use dataway_lang::diagnostic::Severity;
use dataway_lang::source::SourceText;
use dataway_lang::syntax::{self, ParseOptions, ast::Mode};
use dataway_lang::value::signature::Default;
use dataway_lang::{Event, Failure, Input, RunOptions, Session};

/// Entries that no line can show: the parts of a message depend on the flow.
const WITHOUT_EXAMPLE: [&str; 1] = ["Message."];

/// A line of a documented conversation and what it shows.
struct Example {
    code: String,
    expected: String,
}

fn examples(doc: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut open = false;
    for line in doc_lines(doc) {
        if let Some(code) = line.strip_prefix(">>> ") {
            found.push(Example { code: code.to_owned(), expected: String::new() });
            open = true;
        } else if line.is_empty() {
            open = false;
        } else if let Some(last) = found.last_mut().filter(|_| open) {
            match line.strip_prefix("...") {
                Some(more) if last.expected.is_empty() => {
                    last.code.push('\n');
                    last.code.push_str(more.strip_prefix(' ').unwrap_or(more));
                }
                _ => {
                    last.expected.push_str(line);
                    last.expected.push('\n');
                }
            }
        }
    }
    found
}

/// What a line shows; of an exception only the last line, as in the documentation.
fn shown(session: &mut Session, code: &str) -> String {
    let mut out = String::new();
    let mut push = |event: Event<'_>| match event {
        Event::Printed(text) => out.push_str(text),
        Event::Value(text) => out.push_str(&format!("{text}\n")),
        Event::Findings(_, findings) => {
            findings.iter().for_each(|finding| out.push_str(&format!("{}: {}\n", finding.code, finding.message)));
        }
    };
    match session.run(code, &mut push) {
        Ok(()) => {}
        Err(Failure::NotCompiled(_, findings)) => {
            findings.iter().for_each(|finding| out.push_str(&format!("{}: {}\n", finding.code, finding.message)));
        }
        Err(Failure::Raised(report)) => {
            let last = report.last().map(|link| format!("{}: {}\n", link.class, link.message));
            out.push_str(&last.unwrap_or_default());
        }
        Err(Failure::Cancelled) => out.push_str("cancelled\n"),
    }
    out
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_example_shows_what_the_documentation_says() {
    let mut problems = Vec::new();
    for Entry { path, builtin } in entries() {
        let Ok(mut session) = Session::new(&Input::default(), &RunOptions::default()) else { continue };
        for Example { code, expected } in examples(builtin.doc) {
            let shown = shown(&mut session, &code);
            if shown != expected {
                problems.push(format!("{path}: >>> {code}\n  documented: {expected}  shown:      {shown}"));
            }
        }
    }
    report(&problems);
}

/// Does a line end in an exception, as far as its documentation shows?
fn raises(expected: &str) -> bool {
    let class = expected.lines().last().unwrap_or_default().split(':').next().unwrap_or_default();
    let is_name = class.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let last = class.rsplit('.').next().unwrap_or_default();
    is_name && (last.ends_with("Error") || last.ends_with("Exception") || EXCEPTIONS.contains(&last))
}

/// Exceptions whose names do not say so.
const EXCEPTIONS: [&str; 8] = [
    "error",
    "StopIteration",
    "InvalidOperation",
    "DivisionByZero",
    "Inexact",
    "Overflow",
    "ZoneInfoNotFoundError",
    "Rounded",
];

#[test]
fn the_checker_has_nothing_against_what_runs() {
    let mut problems = Vec::new();
    let options = ParseOptions { mode: Some(Mode::Interactive), ..ParseOptions::default() };
    for Entry { path, builtin } in entries() {
        let lines = examples(builtin.doc).into_iter().filter(|example| !raises(&example.expected));
        let text = lines.fold(String::new(), |text, example| text + &example.code + "\n");
        let source = SourceText::new("example", &text);
        let parsed = syntax::parse(&source, &options);
        let found = check::check(&parsed.program, &source, &CheckOptions::default()).diagnostics;
        for error in found.iter().filter(|found| found.severity == Severity::Error) {
            let line = source.line_text(source.line_column(error.span.start).line);
            problems.push(format!("{path}: {line}\n  {}: {}", error.code, error.message));
        }
    }
    report(&problems);
}

#[test]
fn every_entry_has_a_sentence_and_an_example() {
    let mut problems = Vec::new();
    for Entry { path, builtin } in entries() {
        let sentence = doc_lines(builtin.doc).next().unwrap_or_default().trim();
        let begins = |c: char| c.is_uppercase() || c.is_ascii_digit() || c == '`';
        if !sentence.ends_with('.') || !sentence.starts_with(begins) {
            problems.push(format!("{path}: the documentation begins with no sentence: {sentence:?}"));
        }
        let excused = WITHOUT_EXAMPLE.iter().any(|prefix| path.starts_with(prefix));
        if examples(builtin.doc).is_empty() != excused {
            problems.push(format!("{path}: {}", if excused { "has an example after all" } else { "has no example" }));
        }
    }
    report(&problems);
}

#[test]
fn every_signature_makes_sense() {
    let mut problems = Vec::new();
    let options = ParseOptions { mode: Some(Mode::Expression), ..ParseOptions::default() };
    let is_type = |text: &str| {
        let parsed = syntax::parse(&SourceText::new("", text), &options);
        // A keyword of the typing notation such as `T` is only a name here.
        text.is_empty() || !parsed.has_compile_errors()
    };
    for entry in entries() {
        let Entry { path, builtin } = &entry;
        let parsed = builtin.signature();
        let mut complain = |what: &str| problems.push(format!("{path}: {what}: {}", builtin.text));
        if parsed.returns.is_empty() {
            complain("no result type");
        }
        if !is_type(&parsed.returns) {
            complain("the result type is none");
        }
        for param in &parsed.params {
            let is_name = param.name.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && param.name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if !is_name {
                complain("a parameter without name");
            }
            if !is_type(&param.ty) {
                complain("a parameter with something that is no type");
            }
        }
        let optional = |n: &usize| parsed.params.get(*n).is_some_and(|param| param.default != Default::Required);
        let positional = parsed.plain.map_or(0, |(_, most)| most);
        if (1..positional).any(|n| optional(&(n - 1)) && !optional(&n)) {
            complain("a required parameter behind an optional one");
        }
        let shown = signature(&entry);
        if shown.contains("<absent>") || shown.matches('(').count() != shown.matches(')').count() {
            complain(&format!("shown as `{shown}`"));
        }
    }
    report(&problems);
}
