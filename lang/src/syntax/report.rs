//! The diagnostics of one parse, kept within bounds.
//!
//! The passes report here as they find things. The report keeps hostile texts from producing
//! megabytes of findings, and answers the question by which one mistake stays one message: has
//! something in this stretch of text been reported already?

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;

/// Most errors that one parse reports.
pub const MAX_ERRORS: usize = 20;
/// Most warnings that one parse reports.
const MAX_WARNINGS: usize = 100;

/// The diagnostics found so far.
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    errors: usize,
    too_deep: bool,
    /// Did the text end where more has to follow?
    pub incomplete: bool,
}

impl Report {
    /// Adds a finding, unless there are too many already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error {
            if self.errors < MAX_ERRORS {
                self.errors += 1;
                self.diagnostics.push(diagnostic);
            }
        } else if self.diagnostics.len() - self.errors < MAX_WARNINGS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Adds an error with advice.
    pub fn error_help(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::error(code, span, message).with_help(help));
    }

    /// Says, once per parse, that an expression is nested too deeply.
    pub fn too_deep(&mut self, span: Span) {
        if !std::mem::replace(&mut self.too_deep, true) {
            self.error_help(
                Code::SYNTAX,
                span,
                "this expression is too deeply nested",
                "split it: give its parts names, or build the value in a loop",
            );
        }
    }

    /// Can no further error be reported?
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.errors >= MAX_ERRORS
    }

    /// Is there any error?
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Does an error touch `span`?
    #[must_use]
    pub fn has_error_in(&self, span: Span) -> bool {
        self.diagnostics.iter().any(|diagnostic| {
            diagnostic.severity == Severity::Error
                && diagnostic.span.start <= span.end
                && span.start <= diagnostic.span.end
        })
    }

    /// Is there any error about indentation or brackets? It may have moved statements to another
    /// block.
    #[must_use]
    pub fn has_layout_error(&self) -> bool {
        self.diagnostics.iter().any(|found| matches!(found.code, Code::INDENTATION | Code::TABS | Code::BRACKET))
    }

    /// Is an error about brackets or indentation within `span`? It explains others in its line.
    #[must_use]
    pub fn has_layout_error_in(&self, span: Span) -> bool {
        self.diagnostics.iter().any(|diagnostic| {
            matches!(diagnostic.code, Code::BRACKET | Code::TOO_MANY_BRACKETS | Code::INDENTATION)
                && diagnostic.span.start <= span.end
                && span.start <= diagnostic.span.end
        })
    }

    /// Takes over the findings of another report, but for those that wrong indentation explains.
    pub fn absorb(&mut self, other: Report) {
        self.too_deep |= other.too_deep;
        let moved = self.has_layout_error();
        for diagnostic in other.diagnostics {
            if !(moved && diagnostic.code == Code::HANDLERS) {
                self.push(diagnostic);
            }
        }
    }

    /// The findings in source order.
    #[must_use]
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.severity));
        self.diagnostics
    }
}
