//! The cases and patterns of `match`.

use super::{Constant, Expr, Ident, Stmt};
use crate::source::Span;

/// A `case` of a `match` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchCase {
    /// From `case` to the last statement.
    pub span: Span,
    /// The pattern.
    pub pattern: Pattern,
    /// `if guard`.
    pub guard: Option<Expr>,
    /// The statements.
    pub body: Vec<Stmt>,
}

/// A pattern. Patterns nest no deeper than brackets can.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// The kinds of patterns.
#[allow(missing_docs, reason = "the comment of a variant shows its fields as they are written")]
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// A number, string or dotted name, compared with `==`.
    Value(Expr),
    /// `None`, `True` or `False`, compared with `is`.
    Singleton(Constant),
    /// `[a, *b]`, `(a, b)`, `a, b`.
    Sequence(Vec<Pattern>),
    /// `{key: pattern, **rest}`.
    Mapping { items: Vec<(Expr, Pattern)>, rest: Option<Ident> },
    /// `class(patterns, keyword=pattern)`.
    Class { class: Box<Expr>, patterns: Vec<Pattern>, keywords: Vec<(Ident, Pattern)> },
    /// `*name`, or `*_` when `None`; only inside a sequence.
    Star(Option<Ident>),
    /// `pattern as name`; a plain capture has no pattern, the wildcard `_` neither pattern nor name.
    As { pattern: Option<Box<Pattern>>, name: Option<Ident> },
    /// `a | b`: two or more alternatives.
    Or(Vec<Pattern>),
    /// Text that was no pattern.
    Error,
}
