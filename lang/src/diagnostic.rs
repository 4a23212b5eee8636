//! Diagnostics: what the language says about a program, with an address.
//!
//! One struct serves the terminal, the editor and machines; rendering is the business of hosts. A
//! code is stable: never reused, never renumbered (spec section 13). This file names the codes of
//! the syntax room; other rooms name theirs where they raise them.

pub mod pages;

use std::fmt;

use crate::source::Span;

/// The number of a kind of diagnostic; prints as `DW0013`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub u16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DW{:04}", self.0)
    }
}

/// The codes of the syntax room.
impl Code {
    /// Invalid UTF-8 or NUL in the source.
    pub const ENCODING: Code = Code(1);
    /// Program too long.
    pub const TOO_LONG: Code = Code(2);
    /// Invalid character; text after a line continuation.
    pub const INVALID_CHARACTER: Code = Code(3);
    /// Unterminated string.
    pub const UNTERMINATED_STRING: Code = Code(4);
    /// Malformed `\x \u \U \N` escape.
    pub const MALFORMED_ESCAPE: Code = Code(5);
    /// Unknown escape, kept as written.
    pub const UNKNOWN_ESCAPE: Code = Code(6);
    /// Malformed number.
    pub const MALFORMED_NUMBER: Code = Code(7);
    /// Bracket never closed, unmatched or mismatched.
    pub const BRACKET: Code = Code(8);
    /// Too many open brackets.
    pub const TOO_MANY_BRACKETS: Code = Code(9);
    /// Unexpected, missing or unmatched indentation.
    pub const INDENTATION: Code = Code(10);
    /// Tabs and blanks mixed.
    pub const TABS: Code = Code(11);
    /// Too many indentation levels or nested blocks.
    pub const TOO_DEEP: Code = Code(12);
    /// Invalid syntax in general.
    pub const SYNTAX: Code = Code(13);
    /// Cannot assign to or delete this.
    pub const TARGET: Code = Code(14);
    /// `=` where `==` is meant.
    pub const ASSIGN_FOR_EQUAL: Code = Code(15);
    /// Keyword used as a name.
    pub const KEYWORD_AS_NAME: Code = Code(17);
    /// Error in an f-string.
    pub const FSTRING: Code = Code(18);
    /// Bytes literal not ASCII, or mixed with text.
    pub const BYTES: Code = Code(19);
    /// `return`, `yield`, `break`, `continue` out of place.
    pub const OUT_OF_PLACE: Code = Code(20);
    /// Malformed argument or parameter list.
    pub const ARGUMENTS: Code = Code(21);
    /// `global` or `nonlocal` error.
    pub const SCOPE_DECLARATION: Code = Code(22);
    /// Misplaced walrus.
    pub const WALRUS: Code = Code(23);
    /// Pattern error.
    pub const PATTERN: Code = Code(24);
    /// Integer literal over 4300 digits.
    pub const LONG_INTEGER: Code = Code(25);
    /// Statement in expression mode.
    pub const STATEMENT: Code = Code(26);
    /// Empty program.
    pub const EMPTY: Code = Code(27);
    /// Python 2 form.
    pub const PYTHON_2: Code = Code(28);
    /// `try` without handler; bare `except` not last.
    pub const HANDLERS: Code = Code(29);
    /// Misplaced or repeated star.
    pub const STAR: Code = Code(30);
    /// Function defined twice in one scope.
    pub const DEFINED_TWICE: Code = Code(1010);
    /// `class`.
    pub const CLASS: Code = Code(3001);
    /// `with`.
    pub const WITH: Code = Code(3002);
    /// `async` and `await`.
    pub const ASYNC: Code = Code(3003);
    /// `except*`.
    pub const EXCEPT_STAR: Code = Code(3004);
    /// Import of something that does not exist here.
    pub const IMPORT: Code = Code(3005);
    /// Imaginary literal.
    pub const IMAGINARY: Code = Code(3006);
    /// No `dw_process`.
    pub const NO_DW_PROCESS: Code = Code(3010);
    /// Wrong signature of `dw_process`.
    pub const DW_PROCESS_SIGNATURE: Code = Code(3011);
    /// Header/body script of 2020.
    pub const HEADER_BODY_SCRIPT: Code = Code(4001);

    /// Is every error of this kind a compile error, so that the program never runs (12.1)?
    #[must_use]
    pub fn stops_compilation(self) -> bool {
        matches!(self.0, 0..=999 | 3000..=3999 | 4001)
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Every execution fails, or the construct is not in the language.
    Error,
    /// Probably wrong or unintended.
    Warning,
    /// Worth knowing.
    Info,
    /// A suggestion.
    Hint,
}

/// A change of the source that mends the problem and can be applied by a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to replace.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence that names the offending thing in back quotes.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places that matter, each with a short label.
    pub related: Vec<(Span, String)>,
    /// A change that mends it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding of any severity.
    #[must_use]
    pub fn new(code: Code, severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Diagnostic { code, severity, message: message.into(), span, help: None, related: Vec::new(), fix: None }
    }

    /// An error.
    #[must_use]
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(code, Severity::Error, span, message)
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::new(code, Severity::Warning, span, message)
    }

    /// Says what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a place that matters too.
    #[must_use]
    pub fn with_related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Adds a change that mends it.
    #[must_use]
    pub fn with_fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// The same finding in a text that has `offset` bytes before the one it was made in.
    #[must_use]
    pub fn moved(mut self, offset: u32) -> Self {
        let moved = |span: Span| Span::new(span.start.saturating_add(offset), span.end.saturating_add(offset));
        self.span = moved(self.span);
        self.related.iter_mut().for_each(|(span, _)| *span = moved(*span));
        if let Some(fix) = &mut self.fix {
            fix.span = moved(fix.span);
        }
        self
    }

    /// Does this finding keep the program from being run at all (12.1)?
    #[must_use]
    pub fn is_compile_error(&self) -> bool {
        self.severity == Severity::Error && self.code.stops_compilation()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_print_with_four_digits() {
        assert_eq!(Code::BRACKET.to_string(), "DW0008");
        assert_eq!(Code::IMAGINARY.to_string(), "DW3006");
    }

    #[test]
    fn only_some_errors_stop_compilation() {
        let at = Span::at(0);
        for (diagnostic, stops) in [
            (Diagnostic::error(Code::SYNTAX, at, ""), true),
            (Diagnostic::error(Code::HEADER_BODY_SCRIPT, at, ""), true),
            (Diagnostic::error(Code(1001), at, ""), false),
            (Diagnostic::warning(Code::UNKNOWN_ESCAPE, at, ""), false),
        ] {
            assert_eq!(diagnostic.is_compile_error(), stops, "{diagnostic:?}");
        }
    }
}
