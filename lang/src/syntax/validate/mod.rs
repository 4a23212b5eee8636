//! The rules of spec section 3 that the grammar does not express.
//!
//! One file per family: `placement` (what may stand where, nesting of blocks), `targets` (what can
//! be assigned to or deleted), `scopes` (`global`, `nonlocal`, the walrus in comprehensions),
//! `patterns` (`match`) and `program` (`dw_process`, functions defined twice). They look at the
//! finished tree, skip its error nodes, and change nothing.

mod patterns;
mod placement;
mod program;
mod scopes;
mod targets;

use super::ast::{Body, Program};
use super::report::Report;
use crate::source::SourceText;

/// Reports what breaks the rules in `program`.
pub fn validate(program: &Program, source: &SourceText, report: &mut Report) {
    placement::check(&program.body, source, report);
    if scopes::may_matter(source.text()) {
        scopes::check(&program.body, report);
    }
    if let Body::Statements(statements) = &program.body {
        program::check(statements, program.mode, report);
    }
}

/// Runs `step` with enough stack for one more level of a tree.
fn with_stack<R>(step: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, step)
}
