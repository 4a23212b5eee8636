//! Expressions and what they are made of.

use num_bigint::BigInt;

use super::{BinaryOp, BoolOp, CmpOp, Ident, Name, UnaryOp};
use crate::source::Span;

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
#[allow(missing_docs, reason = "the comment of a variant shows its fields as they are written")]
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `a and b and c`, `a or b`: two or more values.
    BoolOp { op: BoolOp, values: Vec<Expr> },
    /// `name := value`.
    NamedExpr { target: Ident, value: Box<Expr> },
    /// `left op right`; `op_span` is the operator.
    BinOp { left: Box<Expr>, op: BinaryOp, op_span: Span, right: Box<Expr> },
    /// `op operand`.
    UnaryOp { op: UnaryOp, operand: Box<Expr> },
    /// `lambda params: body`.
    Lambda { params: Box<Params>, body: Box<Expr> },
    /// `body if test else orelse`.
    IfExp { test: Box<Expr>, body: Box<Expr>, orelse: Box<Expr> },
    /// `{k: v, **m}`.
    Dict(Vec<DictItem>),
    /// `{a, *b}`; never empty.
    Set(Vec<Expr>),
    /// `[element for …]`.
    ListComp { element: Box<Expr>, generators: Vec<Comprehension> },
    /// `{element for …}`.
    SetComp { element: Box<Expr>, generators: Vec<Comprehension> },
    /// `{key: value for …}`.
    DictComp { key: Box<Expr>, value: Box<Expr>, generators: Vec<Comprehension> },
    /// `(element for …)`.
    GeneratorExp { element: Box<Expr>, generators: Vec<Comprehension> },
    /// `yield value`.
    Yield(Option<Box<Expr>>),
    /// `yield from value`.
    YieldFrom(Box<Expr>),
    /// `left op value op value …`: an operator and what stands behind it, for each link.
    Compare { left: Box<Expr>, links: Vec<(CmpOp, Expr)> },
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
    Slice { lower: Option<Box<Expr>>, upper: Option<Box<Expr>>, step: Option<Box<Expr>> },
    /// Text that was no expression; a diagnostic says why.
    Error,
}

impl Expr {
    /// A node of `kind`, with its depth computed from its children.
    #[must_use]
    pub fn new(span: Span, kind: ExprKind) -> Expr {
        let mut below = 0;
        kind.for_each_child(&mut |child| below = below.max(child.depth));
        Expr { span, depth: below.saturating_add(1), kind }
    }

    /// Whether there is no expression below this one: a walk needs no more stack for it.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        self.depth <= 1
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
#[allow(missing_docs, reason = "the comment of a variant shows its fields as they are written")]
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
