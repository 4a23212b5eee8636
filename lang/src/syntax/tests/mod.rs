//! Tests of the whole room, through its one door.

mod errors;
mod hostile;
mod recovery;
mod trees;

use super::ast::Mode;
use super::dump::dump;
use super::{ParseOptions, Parsed, parse};
use crate::source::SourceText;

/// Parses with the mode decided by the text.
fn parsed(text: &str) -> Parsed {
    parse(&SourceText::new("test", text), &ParseOptions::default())
}

/// Parses statements that need no `dw_process`.
fn statements(text: &str) -> Parsed {
    let options = ParseOptions { mode: Some(Mode::Interactive), ..ParseOptions::default() };
    parse(&SourceText::new("test", text), &options)
}

/// The diagnostics as `DW0013 12-15`, with byte offsets.
fn places(parsed: &Parsed) -> Vec<String> {
    let show = |d: &crate::diagnostic::Diagnostic| format!("{} {}-{}", d.code, d.span.start, d.span.end);
    parsed.diagnostics.iter().map(show).collect()
}

/// Asserts that `text` is well formed and that its tree is `expected`.
fn check_tree(text: &str, parsed: &Parsed, expected: &str) {
    assert_eq!(places(parsed), [""; 0], "{text}");
    assert_eq!(dump(&parsed.program, false), expected, "{text}");
}
