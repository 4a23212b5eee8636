//! Expressions: the actions of the second half of the grammar (spec section 3.1).

use super::{Builder, CallArg, Display, unboxed};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Arg, BinaryOp, BoolOp, CmpOp, Comprehension, Constant, DictItem, Expr, ExprKind, Ident, Params, UnaryOp,
};
use crate::syntax::fstring::{self, Parts};
use crate::syntax::number::{self, NumberError};
use crate::syntax::strings::{self, Literal};
use crate::syntax::token::Tok;

impl Builder<'_, '_> {
    /// The name at a location as an expression.
    pub fn name_at(&mut self, at: u32) -> Expr {
        let ident = self.ident(at);
        self.name(ident)
    }

    /// A name as an expression.
    pub fn name(&mut self, ident: Ident) -> Expr {
        self.node(ident.span, ExprKind::Name(ident.name))
    }

    /// The number at a location.
    pub fn number(&mut self, at: u32) -> Expr {
        let span = self.span(at, at + 1);
        let value = number::value(self.shared.source.slice(span));
        let kind = match value {
            Ok(constant) => ExprKind::Constant(constant),
            Err(NumberError::TooManyDigits(digits)) => {
                self.report.error_help(
                    Code::LONG_INTEGER,
                    span,
                    format!("this integer has {digits} digits"),
                    format!(
                        "decimal literals have at most {} digits: write it in hexadecimal",
                        number::MAX_DECIMAL_DIGITS
                    ),
                );
                ExprKind::Error
            }
            // The scanner lets only well-formed numbers through.
            Err(NumberError::Malformed) => ExprKind::Error,
        };
        self.node(span, kind)
    }

    /// Adjacent string literals.
    pub fn strings(&mut self, l: u32, r: u32) -> Expr {
        let span = self.span(l, r);
        let source = self.shared.source;
        let tokens = self.tokens.get(l as usize..r as usize).unwrap_or_default();
        if let [token] = tokens
            && let Some(constant) = strings::plain(source.slice(token.span))
        {
            return self.node(span, ExprKind::Constant(constant));
        }
        let literals = tokens.iter().map(|t| Literal::new(source.slice(t.span), t.span.start));
        let literals: Vec<Literal> = literals.collect();
        let bytes = literals.first().is_some_and(|first| first.bytes);
        if literals.iter().any(|literal| literal.bytes != bytes) {
            self.report.error_help(
                Code::BYTES,
                span,
                "bytes and text cannot be concatenated",
                "give all the literals the prefix `b`, or none",
            );
            return self.node(span, ExprKind::Error);
        }
        let mut parts = Parts::default();
        for literal in &literals {
            if literal.format {
                fstring::parse(*literal, self.shared, &mut self.report, &mut parts);
            } else {
                literal.decode(&mut parts.text, &mut self.report);
            }
        }
        let kind = if literals.iter().any(|literal| literal.format) {
            ExprKind::FString(parts.finish())
        } else if bytes {
            ExprKind::Constant(Constant::Bytes(parts.text.into()))
        } else {
            ExprKind::Constant(Constant::Str(parts.text.into()))
        };
        self.node(span, kind)
    }

    /// What stands in parentheses: a tuple, or one expression without a comma. `close` is the
    /// location of the closing parenthesis.
    pub fn group(&mut self, l: u32, r: u32, mut items: Vec<Expr>, close: u32) -> Expr {
        let before = close.checked_sub(1).and_then(|at| self.token(at));
        let comma = before.is_some_and(|token| token.kind == Tok::Comma);
        let expr = match items.pop() {
            Some(only) if items.is_empty() && !comma => only,
            last => {
                items.extend(last);
                return self.expr(l, r, ExprKind::Tuple(items));
            }
        };
        if matches!(expr.kind, ExprKind::Starred(_)) {
            self.report.error_help(
                Code::STAR,
                expr.span,
                "a starred expression needs a tuple, list or set around it",
                "write a comma behind it to make a tuple",
            );
            return self.node(expr.span, ExprKind::Error);
        }
        expr
    }

    /// `*value`
    pub fn starred(&mut self, l: u32, r: u32, value: Expr) -> Expr {
        self.expr(l, r, ExprKind::Starred(Box::new(value)))
    }

    /// `target := value`
    pub fn named(&mut self, l: u32, r: u32, target: Expr, value: Expr) -> Expr {
        let single = self.token(l).is_some_and(|token| token.span == target.span);
        let kind = match target.kind {
            ExprKind::Name(name) if single => {
                ExprKind::NamedExpr { target: Ident { name, span: target.span }, value: Box::new(value) }
            }
            ExprKind::Error => ExprKind::Error,
            _ => {
                let text = self.shared.source.slice(target.span);
                let shown = if text.len() <= 30 { format!("`{text}`") } else { "this".to_owned() };
                self.report.error_help(
                    Code::WALRUS,
                    target.span,
                    format!("`:=` cannot assign to {shown}"),
                    "only a plain name can stand before `:=`",
                );
                ExprKind::Error
            }
        };
        self.expr(l, r, kind)
    }

    /// `body if test else orelse`
    pub fn conditional(&mut self, l: u32, r: u32, test: Expr, body: Expr, orelse: Expr) -> Expr {
        let (test, body, orelse) = (Box::new(test), Box::new(body), Box::new(orelse));
        self.expr(l, r, ExprKind::IfExp { test, body, orelse })
    }

    /// `lambda params: body`
    pub fn lambda(&mut self, l: u32, r: u32, params: Box<Params>, body: Expr) -> Expr {
        self.expr(l, r, ExprKind::Lambda { params, body: Box::new(body) })
    }

    /// `first op rest[0] op …`
    pub fn bool_op(&mut self, l: u32, r: u32, op: BoolOp, first: Expr, rest: Vec<Expr>) -> Expr {
        let values = self.prepend(first, rest);
        self.expr(l, r, ExprKind::BoolOp { op, values })
    }

    /// `op operand`
    pub fn unary(&mut self, l: u32, r: u32, op: UnaryOp, operand: Expr) -> Expr {
        self.expr(l, r, ExprKind::UnaryOp { op, operand: Box::new(operand) })
    }

    /// `left op right`; the operator stands at `at`.
    pub fn binary(&mut self, l: u32, r: u32, left: Expr, op: BinaryOp, at: u32, right: Expr) -> Expr {
        let op_span = self.span(at, at + 1);
        let (left, right) = (Box::new(left), Box::new(right));
        self.expr(l, r, ExprKind::BinOp { left, op, op_span, right })
    }

    /// `first op operand op operand …`: operators that bind tighter come first, equal ones from left to right. `first` stands
    /// from `l` up to `r`; the others come with the location of the operator, the operator, and where they stand.
    pub fn arithmetic(&mut self, l: u32, first: Expr, r: u32, rest: Vec<(u32, BinaryOp, u32, Expr, u32)>) -> Expr {
        // Each pending operand waits for what comes behind its operator, which binds tighter than the one before.
        let mut pending: Vec<(u32, Expr, u32, BinaryOp)> = Vec::new();
        let (mut l, mut left, mut r) = (l, first, r);
        for (at, op, from, operand, to) in rest {
            while let Some((start, before, operator, pended)) =
                pending.pop_if(|(.., pended)| pended.binding() >= op.binding())
            {
                left = self.binary(start, r, before, pended, operator, left);
                l = start;
            }
            pending.push((l, left, at, op));
            (l, left, r) = (from, operand, to);
        }
        while let Some((start, before, operator, pended)) = pending.pop() {
            left = self.binary(start, r, before, pended, operator, left);
        }
        left
    }

    /// A comparison, chained when it has more than one link.
    pub fn compare(&mut self, l: u32, r: u32, left: Expr, links: Vec<(CmpOp, Expr)>) -> Expr {
        self.expr(l, r, ExprKind::Compare { left: Box::new(left), links })
    }

    /// `value.attr`
    pub fn attribute(&mut self, l: u32, r: u32, value: Expr, attr: Ident) -> Expr {
        self.expr(l, r, ExprKind::Attribute { value: Box::new(value), attr })
    }

    /// `func(args)`; the opening parenthesis stands at `open`.
    pub fn call(&mut self, l: u32, r: u32, func: Expr, open: u32, args: Vec<CallArg>) -> Expr {
        let alone = args.len() == 1;
        let brackets = self.span(open, r);
        let checked = args.into_iter().map(|arg| match arg {
            CallArg::Plain(arg) => arg,
            // The only argument shares its parentheses with the call.
            CallArg::Generator(expr) if alone => Arg::Positional(Expr { span: brackets, ..expr }),
            CallArg::Generator(expr) => {
                let diagnostic = Diagnostic::error(
                    Code::ARGUMENTS,
                    expr.span,
                    "a generator expression among other arguments needs parentheses",
                )
                .with_help("put parentheses around it")
                .with_fix(expr.span, format!("({})", self.shared.source.slice(expr.span)));
                self.report.push(diagnostic);
                Arg::Positional(expr)
            }
        });
        let args: Vec<Arg> = checked.collect();
        if args.len() > 1 {
            self.check_arguments(&args);
        }
        self.expr(l, r, ExprKind::Call { func: Box::new(func), args })
    }

    fn check_arguments(&mut self, args: &[Arg]) {
        let mut keywords = foldhash::HashSet::default();
        let mut named = None;
        let mut mapping = None;
        for arg in args {
            let (message, before) = match arg {
                Arg::Keyword { name, .. } => {
                    if !keywords.insert(name.name.clone()) && !name.name.is_empty() {
                        self.report.error_help(
                            Code::ARGUMENTS,
                            name.span,
                            format!("argument `{}` is given twice", name.name),
                            "leave one of them out",
                        );
                    }
                    named = named.or(Some(arg.span()));
                    continue;
                }
                Arg::DoubleStarred { span, .. } => {
                    mapping = Some(*span);
                    continue;
                }
                Arg::Positional(value) if value.kind == ExprKind::Error => continue,
                Arg::Positional(_) if mapping.is_some() => ("a positional argument stands behind `**`", mapping),
                Arg::Positional(_) if named.is_some() => ("a positional argument stands behind a named one", named),
                Arg::Starred { .. } if mapping.is_some() => ("`*` stands behind `**`", mapping),
                Arg::Positional(_) | Arg::Starred { .. } => continue,
            };
            let related = before.unwrap_or_default();
            let diagnostic = Diagnostic::error(Code::ARGUMENTS, arg.span(), message)
                .with_help("positional arguments come first, then `name=value`, then `**mapping`")
                .with_related(related, "it has to stand before this one");
            self.report.push(diagnostic);
            return;
        }
    }

    /// `name=value` in an argument list; the `=` stands at `at`.
    pub fn keyword_argument(&mut self, l: u32, r: u32, name: Expr, at: u32, value: Expr) -> CallArg {
        let single = self.token(l).is_some_and(|token| token.span == name.span);
        CallArg::Plain(match name.kind {
            ExprKind::Name(text) if single => Arg::Keyword { name: Ident { name: text, span: name.span }, value },
            _ if value.kind == ExprKind::Error => Arg::Positional(value),
            ExprKind::Error => Arg::Positional(self.expr(l, r, ExprKind::Error)),
            ExprKind::Constant(Constant::None | Constant::True | Constant::False) => {
                let word = self.shared.source.slice(name.span);
                self.report.error_help(
                    Code::ARGUMENTS,
                    name.span,
                    format!("`{word}` cannot be the name of an argument"),
                    "choose another name",
                );
                Arg::Positional(self.expr(l, r, ExprKind::Error))
            }
            _ => {
                let span = self.span(at, at + 1);
                let diagnostic =
                    Diagnostic::error(Code::ASSIGN_FOR_EQUAL, span, "only a name can stand before `=` in an argument")
                        .with_help("to compare, write `==`")
                        .with_fix(span, "==");
                self.report.push(diagnostic);
                Arg::Positional(self.expr(l, r, ExprKind::Error))
            }
        })
    }

    /// `value[index]`
    pub fn subscript(&mut self, l: u32, r: u32, value: Expr, index: Expr) -> Expr {
        self.expr(l, r, ExprKind::Subscript { value: Box::new(value), index: Box::new(index) })
    }

    /// `lower:upper:step`
    pub fn slice(
        &mut self,
        l: u32,
        r: u32,
        lower: Option<Expr>,
        upper: Option<Expr>,
        step: Option<Option<Expr>>,
    ) -> Expr {
        let kind = ExprKind::Slice {
            lower: lower.map(Box::new),
            upper: upper.map(Box::new),
            step: step.flatten().map(Box::new),
        };
        self.expr(l, r, kind)
    }

    /// `{key: value, **mapping}`
    pub fn dict(&mut self, l: u32, r: u32, items: Vec<Box<DictItem>>) -> Expr {
        self.expr(l, r, ExprKind::Dict(unboxed(items)))
    }

    /// `for target in iter if …`
    pub fn clause(&mut self, l: u32, r: u32, target: Expr, iter: Expr, ifs: Vec<Expr>) -> Box<Comprehension> {
        Box::new(Comprehension { span: self.span(l, r), target, iter, ifs })
    }

    /// A comprehension with one element, or a generator expression.
    pub fn comprehension(
        &mut self,
        l: u32,
        r: u32,
        display: Display,
        element: Expr,
        generators: Vec<Box<Comprehension>>,
    ) -> Expr {
        let generators = unboxed(generators);
        let element = if matches!(element.kind, ExprKind::Starred(_)) {
            self.no_unpacking(element.span);
            self.node(element.span, ExprKind::Error)
        } else {
            element
        };
        let element = Box::new(element);
        let kind = match display {
            Display::List => ExprKind::ListComp { element, generators },
            Display::Set => ExprKind::SetComp { element, generators },
            Display::Generator => ExprKind::GeneratorExp { element, generators },
        };
        self.expr(l, r, kind)
    }

    /// A dict comprehension.
    pub fn dict_comprehension(
        &mut self,
        l: u32,
        r: u32,
        item: Box<DictItem>,
        generators: Vec<Box<Comprehension>>,
    ) -> Expr {
        let item = *item;
        let Some(key) = item.key else {
            self.no_unpacking(item.value.span);
            return self.expr(l, r, ExprKind::Error);
        };
        let (key, value) = (Box::new(key), Box::new(item.value));
        self.expr(l, r, ExprKind::DictComp { key, value, generators: unboxed(generators) })
    }

    fn no_unpacking(&mut self, span: Span) {
        self.report.error_help(
            Code::STAR,
            span,
            "a comprehension cannot unpack its element",
            "add a second `for` that goes over the parts",
        );
    }
}
