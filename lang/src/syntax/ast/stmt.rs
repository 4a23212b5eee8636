//! Statements.

use super::{BinaryOp, Expr, Ident, MatchCase, Params};
use crate::source::Span;

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// Where it stands, from its first to its last token (without the line end).
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The kinds of statements.
#[allow(missing_docs, reason = "the comment of a variant shows its fields as they are written")]
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `def`.
    FunctionDef(Box<FunctionDef>),
    /// `return value`.
    Return(Option<Expr>),
    /// `del targets`.
    Delete(Vec<Expr>),
    /// `targets[0] = targets[1] = value`.
    Assign {
        targets: Vec<Expr>,
        value: Expr,
    },
    /// `target op= value`; `op_span` is the operator with its `=`.
    AugAssign {
        target: Expr,
        op: BinaryOp,
        op_span: Span,
        value: Expr,
    },
    /// `target: annotation = value`; `simple` is false for `(name): …` and for other targets
    /// than names: such a statement without value binds nothing.
    AnnAssign {
        target: Expr,
        annotation: Expr,
        value: Option<Expr>,
        simple: bool,
    },
    /// `for target in iter`.
    For {
        target: Expr,
        iter: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    /// `while test`.
    While {
        test: Expr,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    /// `if … elif … else`: one branch for `if` and each `elif`; never without a branch.
    If {
        branches: Vec<(Expr, Vec<Stmt>)>,
        orelse: Vec<Stmt>,
    },
    /// `match subject`.
    Match {
        subject: Expr,
        cases: Vec<MatchCase>,
    },
    /// `raise exc from cause`.
    Raise {
        exc: Option<Expr>,
        cause: Option<Expr>,
    },
    /// `try`.
    Try(Box<Try>),
    /// `assert test, message`.
    Assert {
        test: Expr,
        message: Option<Expr>,
    },
    /// `import a.b as c, d`.
    Import(Vec<Alias>),
    /// `from module import names`.
    ImportFrom {
        module: Ident,
        names: Vec<Alias>,
    },
    /// `global names`.
    Global(Vec<Ident>),
    /// `nonlocal names`.
    Nonlocal(Vec<Ident>),
    /// An expression as a statement.
    Expr(Expr),
    Pass,
    Break,
    Continue,
    /// Text that was no statement, or a construct that is not in the language; a diagnostic says
    /// why. `body` is the indented block below it.
    Error {
        body: Vec<Stmt>,
    },
}

/// A function definition.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDef {
    /// From `def` to the last statement, without the decorators (the statement's span has them).
    pub span: Span,
    /// `@decorator` lines, top to bottom.
    pub decorators: Vec<Expr>,
    /// The function's name.
    pub name: Ident,
    /// Its parameters.
    pub params: Params,
    /// `-> returns`.
    pub returns: Option<Expr>,
    /// Its statements; empty only after an error.
    pub body: Vec<Stmt>,
}

/// A `try` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Try {
    /// The guarded statements.
    pub body: Vec<Stmt>,
    /// The `except` clauses.
    pub handlers: Vec<ExceptHandler>,
    /// The `else` statements.
    pub orelse: Vec<Stmt>,
    /// The `finally` statements.
    pub finalbody: Vec<Stmt>,
}

/// An `except` clause.
#[derive(Clone, Debug, PartialEq)]
pub struct ExceptHandler {
    /// From `except` to the last statement.
    pub span: Span,
    /// The classes; `None` for the bare form.
    pub kind: Option<Expr>,
    /// `as name`.
    pub name: Option<Ident>,
    /// The statements.
    pub body: Vec<Stmt>,
}

/// An imported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// From the name to the end of `as …`.
    pub span: Span,
    /// The module (dots included) or member.
    pub name: Ident,
    /// `as name`.
    pub asname: Option<Ident>,
}
