//! What is said about a text with syntax errors: only what its intact parts establish.
//!
//! The tree of a broken text has holes and repairs. A name that a broken line would bind looks unbound, a function whose body
//! is cut off looks as if it lacked a `return`: such findings are consequences, and silence is better until the text parses.

use std::collections::HashSet;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::SourceText;

/// Keeps the findings that the syntax errors of the same text do not explain.
pub(super) fn without_consequences(found: &mut Vec<Diagnostic>, syntax: &[Diagnostic], source: &SourceText) {
    let errors = || syntax.iter().filter(|diagnostic| is_syntax_error(diagnostic));
    if errors().next().is_none() {
        return;
    }
    let mut lines = HashSet::new();
    for error in errors() {
        let (first, last) = (source.line_column(error.span.start).line, source.line_column(error.span.end).line);
        lines.extend(first..=last);
    }
    let touched: HashSet<&str> = lines.iter().flat_map(|line| words(source.line_text(*line))).collect();
    found.retain(|diagnostic| {
        // What is missing, unused or unreachable is perhaps only not read.
        let is_about_absence = matches!(diagnostic.code, Code(1012 | 2017)) || diagnostic.severity > Severity::Warning;
        let at = source.line_column(diagnostic.span.start).line;
        let is_about_touched = words(source.slice(diagnostic.span)).next().is_some_and(|word| touched.contains(word));
        !is_about_absence && !lines.contains(&at) && !is_about_touched
    });
}

/// Is something wrong with the form of the text, in contrast to what a program must define or may use?
fn is_syntax_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.code.0 < 1000
}

/// The names in a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}
