//! The syntax tree (spec section 3).
//!
//! The shapes follow the tree of CPython's `ast` module, because that is the vocabulary every
//! reader of Python knows. Three things differ: call arguments keep their source order in one
//! list, an `elif` chain is one flat node, and `Error` nodes stand where the text made no sense,
//! so that the rest of a broken program can still be checked, completed and hovered.
//!
//! Every node has a [`Span`]. As in CPython a parenthesised expression has the span of what is
//! inside the parentheses; only tuples and generator expressions own theirs.
//!
//! **Invariant:** no expression is deeper than [`MAX_DEPTH`] levels. Nodes are built through
//! [`Expr::new`], which computes the depth; the parser replaces what is deeper by an `Error` node.
//! Code that walks or drops the tree by recursion therefore needs a bounded stack.

mod expr;
mod ops;
mod pattern;
mod stmt;
mod visit;

use std::sync::Arc;

use crate::source::Span;

pub use expr::*;
pub use ops::{BinaryOp, BoolOp, CmpOp, UnaryOp};
pub use pattern::{MatchCase, Pattern, PatternKind};
pub use stmt::{Alias, ExceptHandler, FunctionDef, Stmt, StmtKind, Try};
pub use visit::Part;

/// Deepest nesting of expression nodes that a tree may hold.
pub const MAX_DEPTH: u16 = 2000;

/// An identifier in Unicode normal form NFKC; clones share the text.
pub type Name = Arc<str>;

/// A name together with the place where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The name, normalised. The empty name stands for one that is missing in the source.
    pub name: Name,
    /// Where it is written.
    pub span: Span,
}

/// How a text was read (spec section 1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Statements with `def dw_process(msg)`.
    Script,
    /// One expression.
    Expression,
    /// Statements as typed at a prompt: no `dw_process` needed.
    Interactive,
}

/// A whole program.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// How the text was read.
    pub mode: Mode,
    /// What it says.
    pub body: Body,
}

/// The content of a program: statements in the modes `Script` and `Interactive`, one expression
/// in the mode `Expression`.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// The statements of a script.
    Statements(Vec<Stmt>),
    /// The expression.
    Expression(Box<Expr>),
}

/// A comment, from `#` to the line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands, without the line end.
    pub span: Span,
    /// Is it alone on its line?
    pub own_line: bool,
}
