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

use std::sync::Arc;

use num_bigint::BigInt;

use crate::source::Span;

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

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it stands, without enclosing parentheses of a group.
    pub span: Span,
    /// Number of levels below and including this node, at most [`MAX_DEPTH`].
    pub depth: u16,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions.
#[allow(
    missing_docs,
    reason = "the comment of a variant shows its fields as they are written"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `a and b and c`, `a or b`: two or more values.
    BoolOp { op: BoolOp, values: Vec<Expr> },
    /// `name := value`.
    NamedExpr { target: Ident, value: Box<Expr> },
    /// `left op right`; `op_span` is the operator.
    BinOp {
        left: Box<Expr>,
        op: BinaryOp,
        op_span: Span,
        right: Box<Expr>,
    },
    /// `op operand`.
    UnaryOp { op: UnaryOp, operand: Box<Expr> },
    /// `lambda params: body`.
    Lambda {
        params: Box<Params>,
        body: Box<Expr>,
    },
    /// `body if test else orelse`.
    IfExp {
        test: Box<Expr>,
        body: Box<Expr>,
        orelse: Box<Expr>,
    },
    /// `{k: v, **m}`.
    Dict(Vec<DictItem>),
    /// `{a, *b}`; never empty.
    Set(Vec<Expr>),
    /// `[element for …]`.
    ListComp {
        element: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    /// `{element for …}`.
    SetComp {
        element: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    /// `{key: value for …}`.
    DictComp {
        key: Box<Expr>,
        value: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    /// `(element for …)`.
    GeneratorExp {
        element: Box<Expr>,
        generators: Vec<Comprehension>,
    },
    /// `yield value`.
    Yield(Option<Box<Expr>>),
    /// `yield from value`.
    YieldFrom(Box<Expr>),
    /// `left ops[0] comparators[0] ops[1] comparators[1] …`; both lists have the same length.
    Compare {
        left: Box<Expr>,
        ops: Vec<CmpOp>,
        comparators: Vec<Expr>,
    },
    /// `func(args)`; the arguments stand in source order.
    Call { func: Box<Expr>, args: Vec<Arg> },
    /// An f-string, adjacent plain literals included. Never two literal parts in a row.
    FString(Vec<FStringPart>),
    /// A literal.
    Constant(Constant),
    /// `value.attr`; a missing attribute name (`value.`) is the empty name.
    Attribute { value: Box<Expr>, attr: Ident },
    /// `value[index]`; several items are a `Tuple`, a colon makes a `Slice`.
    Subscript { value: Box<Expr>, index: Box<Expr> },
    /// `*value`, in displays, targets and subscripts.
    Starred(Box<Expr>),
    /// A name.
    Name(Name),
    /// `[a, *b]`.
    List(Vec<Expr>),
    /// `a, b` or `(a, b)`.
    Tuple(Vec<Expr>),
    /// `lower:upper:step`; only as the index of a subscript or inside its tuple.
    Slice {
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
    /// Text that was no expression; a diagnostic says why.
    Error,
}

/// `and`, `or`.
#[allow(missing_docs, reason = "the names of the operators")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoolOp {
    And,
    Or,
}

/// The binary operators; also the operators of augmented assignments.
#[allow(missing_docs, reason = "the names of the operators")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    Add,
    Sub,
    Mult,
    MatMult,
    Div,
    Mod,
    Pow,
    LShift,
    RShift,
    BitOr,
    BitXor,
    BitAnd,
    FloorDiv,
}

impl BinaryOp {
    /// The operator as written, without the `=` of an augmented assignment.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mult => "*",
            BinaryOp::MatMult => "@",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "**",
            BinaryOp::LShift => "<<",
            BinaryOp::RShift => ">>",
            BinaryOp::BitOr => "|",
            BinaryOp::BitXor => "^",
            BinaryOp::BitAnd => "&",
            BinaryOp::FloorDiv => "//",
        }
    }
}

/// The unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `~`
    Invert,
    /// `not`
    Not,
    /// `+`
    UAdd,
    /// `-`
    USub,
}

impl UnaryOp {
    /// The operator as written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            UnaryOp::Invert => "~",
            UnaryOp::Not => "not",
            UnaryOp::UAdd => "+",
            UnaryOp::USub => "-",
        }
    }
}

/// The comparison operators.
#[allow(missing_docs, reason = "the names of the operators")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CmpOp {
    Eq,
    NotEq,
    Lt,
    LtE,
    Gt,
    GtE,
    Is,
    IsNot,
    In,
    NotIn,
}

impl CmpOp {
    /// The operator as written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            CmpOp::Eq => "==",
            CmpOp::NotEq => "!=",
            CmpOp::Lt => "<",
            CmpOp::LtE => "<=",
            CmpOp::Gt => ">",
            CmpOp::GtE => ">=",
            CmpOp::Is => "is",
            CmpOp::IsNot => "is not",
            CmpOp::In => "in",
            CmpOp::NotIn => "not in",
        }
    }
}

/// A literal value.
#[allow(missing_docs, reason = "the names of the literals")]
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    None,
    True,
    False,
    Ellipsis,
    /// An integer that fits 64 bits; literals have no sign.
    Int(i64),
    /// A larger integer.
    BigInt(Box<BigInt>),
    Float(f64),
    /// Text as UTF-8 with lone surrogates encoded as three bytes each (WTF-8, never paired).
    Str(Box<[u8]>),
    Bytes(Box<[u8]>),
}

/// An item of a dict display.
#[derive(Clone, Debug, PartialEq)]
pub struct DictItem {
    /// The key; `None` for `**value`.
    pub key: Option<Expr>,
    /// The value, or the mapping behind `**`.
    pub value: Expr,
}

/// One `for target in iter if … if …` of a comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// From `for` to the last condition.
    pub span: Span,
    /// What is bound.
    pub target: Expr,
    /// What is iterated.
    pub iter: Expr,
    /// The conditions.
    pub ifs: Vec<Expr>,
}

/// An argument of a call.
#[allow(
    missing_docs,
    reason = "the comment of a variant shows its fields as they are written"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// `value`
    Positional(Expr),
    /// `*value`
    Starred { span: Span, value: Expr },
    /// `name=value`
    Keyword { name: Ident, value: Expr },
    /// `**value`
    DoubleStarred { span: Span, value: Expr },
}

impl Arg {
    /// The argument's value without name and stars.
    #[must_use]
    pub fn value(&self) -> &Expr {
        match self {
            Arg::Positional(value)
            | Arg::Starred { value, .. }
            | Arg::Keyword { value, .. }
            | Arg::DoubleStarred { value, .. } => value,
        }
    }

    /// The whole argument with name and stars.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Arg::Positional(value) => value.span,
            Arg::Keyword { name, value } => name.span.to(value.span),
            Arg::Starred { span, .. } | Arg::DoubleStarred { span, .. } => *span,
        }
    }
}

/// A part of an f-string.
#[derive(Clone, Debug, PartialEq)]
pub enum FStringPart {
    /// Text, decoded; WTF-8 as in [`Constant::Str`]. The text of `{expr=}` has become such a part.
    Literal(Box<[u8]>),
    /// A replacement field.
    Field(Box<FStringField>),
}

/// `{value!conversion:spec}` in an f-string.
#[derive(Clone, Debug, PartialEq)]
pub struct FStringField {
    /// From `{` to `}`.
    pub span: Span,
    /// The expression.
    pub value: Expr,
    /// `!s`, `!r`, `!a`; a plain `{expr=}` has got its `!r` here.
    pub conversion: Option<Conversion>,
    /// The format specification; `None` without a colon.
    pub spec: Option<Vec<FStringPart>>,
}

/// The conversions of a replacement field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conversion {
    /// `!s`
    Str,
    /// `!r`
    Repr,
    /// `!a`
    Ascii,
}

/// The parameters of a function or lambda.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params {
    /// From the first to the last parameter.
    pub span: Span,
    /// Before `/`.
    pub posonly: Vec<Param>,
    /// Plain ones.
    pub args: Vec<Param>,
    /// `*args`.
    pub vararg: Option<Param>,
    /// Behind `*` or `*args`.
    pub kwonly: Vec<Param>,
    /// `**kwargs`.
    pub kwarg: Option<Param>,
}

impl Params {
    /// All parameters, in the order in which they can be written.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        let plain = self.posonly.iter().chain(&self.args).chain(&self.vararg);
        plain.chain(&self.kwonly).chain(&self.kwarg)
    }
}

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Ident,
    /// `: annotation`.
    pub annotation: Option<Expr>,
    /// `= default`.
    pub default: Option<Expr>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// Where it stands, from its first to its last token (without the line end).
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The kinds of statements.
#[allow(
    missing_docs,
    reason = "the comment of a variant shows its fields as they are written"
)]
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
#[allow(
    missing_docs,
    reason = "the comment of a variant shows its fields as they are written"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum PatternKind {
    /// A number, string or dotted name, compared with `==`.
    Value(Expr),
    /// `None`, `True` or `False`, compared with `is`.
    Singleton(Constant),
    /// `[a, *b]`, `(a, b)`, `a, b`.
    Sequence(Vec<Pattern>),
    /// `{key: pattern, **rest}`.
    Mapping {
        items: Vec<(Expr, Pattern)>,
        rest: Option<Ident>,
    },
    /// `class(patterns, keyword=pattern)`.
    Class {
        class: Expr,
        patterns: Vec<Pattern>,
        keywords: Vec<(Ident, Pattern)>,
    },
    /// `*name`, or `*_` when `None`; only inside a sequence.
    Star(Option<Ident>),
    /// `pattern as name`; a plain capture has no pattern, the wildcard `_` neither pattern nor name.
    As {
        pattern: Option<Box<Pattern>>,
        name: Option<Ident>,
    },
    /// `a | b`: two or more alternatives.
    Or(Vec<Pattern>),
    /// Text that was no pattern.
    Error,
}

/// A comment, from `#` to the line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands, without the line end.
    pub span: Span,
    /// Is it alone on its line?
    pub own_line: bool,
}

impl Expr {
    /// A node of `kind`, with its depth computed from its children.
    #[must_use]
    pub fn new(span: Span, kind: ExprKind) -> Expr {
        let mut below = 0;
        kind.for_each_child(&mut |child| below = below.max(child.depth));
        Expr {
            span,
            depth: below.saturating_add(1),
            kind,
        }
    }
}

impl ExprKind {
    /// Calls `visit` with every direct child expression, in source order; defaults and annotations
    /// of a lambda's parameters, call arguments, comprehension clauses and f-string fields count
    /// as children.
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            ExprKind::Constant(_) | ExprKind::Name(_) | ExprKind::Error => {}
            ExprKind::BoolOp { values, .. } => values.iter().for_each(visit),
            ExprKind::Set(items) | ExprKind::List(items) | ExprKind::Tuple(items) => {
                items.iter().for_each(visit);
            }
            ExprKind::NamedExpr { value, .. }
            | ExprKind::UnaryOp { operand: value, .. }
            | ExprKind::YieldFrom(value)
            | ExprKind::Attribute { value, .. }
            | ExprKind::Starred(value) => visit(value),
            ExprKind::Yield(value) => value.iter().for_each(|value| visit(value)),
            ExprKind::BinOp { left, right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::Lambda { params, body } => {
                for param in params.iter() {
                    param.annotation.iter().for_each(&mut *visit);
                    param.default.iter().for_each(&mut *visit);
                }
                visit(body);
            }
            ExprKind::IfExp { test, body, orelse } => {
                visit(body);
                visit(test);
                visit(orelse);
            }
            ExprKind::Dict(items) => {
                for item in items {
                    item.key.iter().for_each(&mut *visit);
                    visit(&item.value);
                }
            }
            ExprKind::ListComp {
                element,
                generators,
            }
            | ExprKind::SetComp {
                element,
                generators,
            }
            | ExprKind::GeneratorExp {
                element,
                generators,
            } => {
                visit(element);
                generators
                    .iter()
                    .for_each(|clause| clause.for_each_child(visit));
            }
            ExprKind::DictComp {
                key,
                value,
                generators,
            } => {
                visit(key);
                visit(value);
                generators
                    .iter()
                    .for_each(|clause| clause.for_each_child(visit));
            }
            ExprKind::Compare {
                left, comparators, ..
            } => {
                visit(left);
                comparators.iter().for_each(visit);
            }
            ExprKind::Call { func, args } => {
                visit(func);
                args.iter().for_each(|arg| visit(arg.value()));
            }
            ExprKind::FString(parts) => fields_of(parts, visit),
            ExprKind::Subscript { value, index } => {
                visit(value);
                visit(index);
            }
            ExprKind::Slice { lower, upper, step } => {
                for part in [lower, upper, step].into_iter().flatten() {
                    visit(part);
                }
            }
        }
    }
}

impl Comprehension {
    /// Calls `visit` with the target, the iterable and the conditions.
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(&self.target);
        visit(&self.iter);
        self.ifs.iter().for_each(visit);
    }
}

/// Visits the expressions of an f-string, those inside format specifications included. The nesting
/// of specifications is at most two, so this recursion is bounded.
fn fields_of<'a>(parts: &'a [FStringPart], visit: &mut dyn FnMut(&'a Expr)) {
    for part in parts {
        if let FStringPart::Field(field) = part {
            visit(&field.value);
            if let Some(spec) = &field.spec {
                fields_of(spec, visit);
            }
        }
    }
}
