//! Operators: what `+`, `-`, `%` and the others give, and which operands they do not take.

use std::ptr;

use super::Pass;
use super::flow::Known;
use crate::check::types::fit::{element, is_plain};
use crate::check::types::{Literal, Rest, Shape, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::value::TypeDesc;
use crate::value::types as descs;

impl<'a> Pass<'a> {
    /// `left op right`
    pub(super) fn binary(
        &mut self,
        expr: &'a Expr,
        left: &'a Expr,
        op: BinaryOp,
        op_span: Span,
        right: &'a Expr,
    ) -> Known {
        let one = self.expr(left);
        let two = self.expr(right);
        self.operate(expr.span, left, &one, op, op_span, right, &two, false)
    }

    /// The result of an operator on known operands; `augmented` for `left op= right`.
    #[expect(clippy::too_many_arguments, reason = "both operands with their places")]
    pub(super) fn operate(
        &mut self,
        span: Span,
        left: &Expr,
        one: &Known,
        op: BinaryOp,
        op_span: Span,
        right: &Expr,
        two: &Known,
        augmented: bool,
    ) -> Known {
        let by = one.by.min(two.by);
        if one.ty.is_any() && two.ty.is_any() {
            return Known::new(Type::Any, by);
        }
        let (left_members, right_members) = (one.ty.members(), two.ty.members());
        let mut results = Vec::new();
        for a in left_members {
            results.extend(right_members.iter().filter_map(|b| apply(op, a, b, augmented)));
        }
        if let Some(pair) = failing_pair(left_members, right_members, |a, b| apply(op, a, b, augmented).is_some()) {
            let partial = !results.is_empty();
            self.operands_do_not_fit(span, left, op, op_span, right, pair, (one, two), partial, augmented);
        }
        let ty = match results.is_empty() {
            false => Type::union(results),
            // The variable keeps what it holds, so that the next round of a loop finds the same.
            true if augmented && one.ty != Type::Never => one.ty.clone(),
            true => Type::Any,
        };
        Known::new(ty, by)
    }

    #[expect(clippy::too_many_arguments, reason = "both operands with their places")]
    fn operands_do_not_fit(
        &mut self,
        span: Span,
        left: &Expr,
        op: BinaryOp,
        op_span: Span,
        right: &Expr,
        (a, b): (&Type, &Type),
        (one, two): (&Known, &Known),
        partial: bool,
        augmented: bool,
    ) {
        let symbol = format!("{}{}", op.symbol(), if augmented { "=" } else { "" });
        let (a_text, b_text) = (short(a), short(b));
        let message = if partial && one.ty.members().len() > 1 {
            format!("`{symbol}` fails when the left side is `{a_text}`; the right side is `{b_text}`")
        } else if partial {
            format!("`{symbol}` fails when the right side is `{b_text}`; the left side is `{a_text}`")
        } else {
            format!("`{symbol}` does not take `{a_text}` and `{b_text}`")
        };
        let by = one.by.min(two.by);
        let message = format!("{message}{}", Self::source_of(by));
        let (l, r) = (self.source.slice(left.span).to_owned(), self.source.slice(right.span).to_owned());
        let help = advice(op, a, b, &l, &r);
        let mut found = Diagnostic::new(Code(2001), self.severity(by, partial), op_span, message);
        for (expr, known) in [(left, one), (right, two)] {
            if let Some(origin) = self.origin(expr) {
                found = found.with_related(
                    origin,
                    format!("`{}` is `{}` from here", self.source.slice(expr.span), short(&known.ty)),
                );
            }
        }
        if found.related.is_empty() && span != op_span {
            // The picture shows both operands.
            found.span = span;
        }
        found.help = help;
        self.push(found);
    }

    /// `not x`, `-x`, `+x`, `~x`
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &'a Expr, span: Span) -> Known {
        if op == UnaryOp::Not {
            let (known, yes, no) = self.condition_value(operand);
            self.frame.state = yes.join(&no);
            let ty = known.ty.truth().map_or(Type::BOOL, |truth| Type::Literal(Literal::Bool(!truth)));
            return known.with(ty);
        }
        let known = self.expr(operand);
        let mut results = Vec::new();
        let mut failing = Vec::new();
        for ty in known.ty.members() {
            match unary_result(op, ty) {
                Some(result) => results.push(result),
                None => failing.push(ty),
            }
        }
        if let Some(first) = failing.first() {
            let message = format!("`{}` does not take `{}`{}", op.symbol(), short(first), Self::source_of(known.by));
            let help = first
                .widened()
                .is_instance(&descs::STR)
                .then(|| "convert the text first: `int(…)` or `float(…)`".to_owned());
            self.fails(2001, span, known.by, failing.len() < known.ty.members().len(), message, help);
        }
        known.with(if results.is_empty() { Type::Any } else { Type::union(results) })
    }
}

/// The first kinds of two operands that never go together: one that fails with everything the other side can be. Kinds that
/// fail only with some may belong to others: what comes from one row of a table goes together.
pub(super) fn failing_pair<'t>(
    left: &'t [Type],
    right: &'t [Type],
    works: impl Fn(&Type, &Type) -> bool,
) -> Option<(&'t Type, &'t Type)> {
    let alone = |a: &Type| !right.iter().any(|b| works(a, b));
    let lonely = |b: &Type| !left.iter().any(|a| works(a, b));
    let of_left = || left.iter().find(|a| alone(a)).zip(right.first());
    let of_right = || left.first().zip(right.iter().find(|b| lonely(b)));
    of_left().or_else(of_right)
}

/// A type as it stands in a sentence: without the value of a literal.
pub(super) fn short(ty: &Type) -> String {
    match ty {
        Type::Shape(_) => "dict".to_owned(),
        Type::Function(_) | Type::Member(..) => "function".to_owned(),
        Type::Module(_) => "module".to_owned(),
        Type::Entity(..) => "Entity".to_owned(),
        Type::Generic(desc, items) if items.iter().any(|item| *item == Type::Never || item.is_any()) => {
            desc.full_name()
        }
        Type::Generic(desc, items) if !ptr::eq(*desc, &descs::TUPLE) => {
            let items: Vec<String> = items.iter().map(short).collect();
            format!("{}[{}]", desc.full_name(), items.join(", "))
        }
        Type::Union(members) if members.iter().any(|member| matches!(member, Type::Shape(_) | Type::Generic(..))) => {
            let members: Vec<String> = members.iter().map(short).collect();
            members.join(" | ")
        }
        other => other.widened().to_string(),
    }
}

/// What to do about operands that do not fit.
fn advice(op: BinaryOp, a: &Type, b: &Type, left: &str, right: &str) -> Option<String> {
    let is = |ty: &Type, desc: &'static TypeDesc| ty.is_instance(desc);
    let number =
        |ty: &Type| [&descs::INT, &descs::FLOAT, &descs::DECIMAL, &descs::BOOL].iter().any(|desc| is(ty, desc));
    if a.is_none() || b.is_none() {
        let (place, other) = if a.is_none() { (left, b) } else { (right, a) };
        let instead = if is(other, &descs::STR) {
            "''"
        } else if is(other, &descs::LIST) {
            "[]"
        } else {
            "0"
        };
        return Some(format!("handle `None` first, for example `({place} or {instead})` or `if {place} is not None`"));
    }
    if matches!(a, Type::Function(_) | Type::Member(..)) || matches!(b, Type::Function(_) | Type::Member(..)) {
        let function = if matches!(a, Type::Function(_) | Type::Member(..)) { left } else { right };
        return Some(format!("call the function: `{function}()`"));
    }
    if op == BinaryOp::Add {
        if is(a, &descs::STR) && is(b, &descs::BYTES) {
            return Some(format!("decode the bytes: `{right}.decode()`"));
        }
        if is(a, &descs::BYTES) && is(b, &descs::STR) {
            return Some(format!("encode the text: `{right}.encode()`"));
        }
        if is(a, &descs::STR) && number(b) {
            return Some(format!(
                "for text write `str({right})`; to add numbers write `int({left})` or `float({left})`"
            ));
        }
        if number(a) && is(b, &descs::STR) {
            return Some(format!(
                "to add numbers write `int({right})` or `float({right})`; for text write `str({left})`"
            ));
        }
        if is(a, &descs::LIST) && (is(b, &descs::TUPLE) || element(b).is_some()) {
            return Some(format!("write `{left} + list({right})`"));
        }
        if is(a, &descs::LIST) {
            return Some(format!("to add one element write `{left}.append({right})` or `{left} + [{right}]`"));
        }
        if is(a, &descs::DICT) && is(b, &descs::DICT) {
            return Some(format!("to merge dicts write `{left} | {right}`"));
        }
        if is(a, &descs::SET) && is(b, &descs::SET) {
            return Some(format!("to unite sets write `{left} | {right}`"));
        }
        if is(a, &descs::STR) {
            return Some(format!("convert it to text: `str({right})`"));
        }
    }
    let date = |ty: &Type| is(ty, &descs::DATETIME) || is(ty, &descs::DATE);
    if date(a) && number(b) {
        return Some(format!("add a span of time: `datetime.timedelta(days={right})`"));
    }
    if (date(a) && is(b, &descs::STR)) || (is(a, &descs::STR) && date(b)) {
        return Some(
            "one side is text: convert it with `datetime.datetime.fromisoformat(…)`, or the date with `.isoformat()`"
                .to_owned(),
        );
    }
    if is(a, &descs::FLOAT) && is(b, &descs::DECIMAL) || is(a, &descs::DECIMAL) && is(b, &descs::FLOAT) {
        return Some("floats and Decimals do not mix: write `decimal.Decimal(str(x))` or `float(d)`".to_owned());
    }
    if op == BinaryOp::Sub && is(a, &descs::STR) && is(b, &descs::STR) {
        return Some(format!(
            "to take a part away write `{left}.replace({right}, '')`; to subtract numbers convert both"
        ));
    }
    if is(a, &descs::DATETIME) && is(b, &descs::DATE) || is(a, &descs::DATE) && is(b, &descs::DATETIME) {
        let moment = if is(a, &descs::DATETIME) { left } else { right };
        return Some(format!("take the date of both: `{moment}.date()`"));
    }
    if is(a, &descs::TIME) && is(b, &descs::TIME) {
        return Some("put both on one day with `datetime.datetime.combine(day, time)` first".to_owned());
    }
    if op == BinaryOp::BitXor && number(a) && number(b) {
        return Some(format!("for a power write `{left} ** {right}`"));
    }
    if op == BinaryOp::Add && (date(a) || is(a, &descs::TIME)) {
        return Some("add a `datetime.timedelta`".to_owned());
    }
    if is(a, &descs::STR) || is(b, &descs::STR) {
        let text = if is(a, &descs::STR) { left } else { right };
        return Some(format!("convert the text first: `int({text})` or `float({text})`"));
    }
    if matches!(a, Type::Entity(..)) || matches!(b, Type::Entity(..)) {
        let entity = if matches!(a, Type::Entity(..)) { left } else { right };
        return Some(format!("the value of an Entity is `{entity}['^value']`"));
    }
    None
}

/// The kind of a number: how far up it stands when two mix.
fn number_rank(class: &'static TypeDesc) -> Option<u8> {
    let ranks: [&'static TypeDesc; 4] = [&descs::BOOL, &descs::INT, &descs::FLOAT, &descs::DECIMAL];
    ranks.iter().position(|desc| ptr::eq(*desc, class)).and_then(|at| u8::try_from(at).ok())
}

/// The result of an operator on two single types; `None` if it always fails.
pub(super) fn apply(op: BinaryOp, a: &Type, b: &Type, augmented: bool) -> Option<Type> {
    let is = |ty: &Type, desc: &'static TypeDesc| ty.is_instance(desc);
    // `%` of a text takes anything.
    if op == BinaryOp::Mod && (is(a, &descs::STR) || is(a, &descs::BYTES) || is(a, &descs::BYTEARRAY)) {
        return Some(a.widened());
    }
    let (Some(x), Some(y)) = (a.class(), b.class()) else { return Some(Type::Any) };
    let known = |class: &'static TypeDesc| {
        is_plain(class)
            || [&descs::ENTITY, &descs::DICT_KEYS, &descs::DICT_ITEMS, &descs::DICT_VALUES]
                .iter()
                .any(|desc| ptr::eq(*desc, class))
    };
    if !known(x) || !known(y) {
        return Some(Type::Any);
    }
    if let (Some(i), Some(j)) = (number_rank(x), number_rank(y)) {
        return numbers(op, i, j, b);
    }
    if augmented && op == BinaryOp::Add && is(a, &descs::LIST) {
        return element(b).map(|added| grown(a, &added));
    }
    if augmented && op == BinaryOp::BitOr && is(a, &descs::DICT) && element(b).is_some() {
        return Some(merged(a, b));
    }
    let timedelta = |ty: &Type| is(ty, &descs::TIMEDELTA);
    let moment = |ty: &Type| is(ty, &descs::DATETIME) || is(ty, &descs::DATE);
    let span = Type::Instance(&descs::TIMEDELTA);
    match op {
        BinaryOp::Add => {
            if (moment(a) || timedelta(a)) && timedelta(b) {
                return Some(a.clone());
            }
            if timedelta(a) && moment(b) {
                return Some(b.clone());
            }
            added(a, b)
        }
        BinaryOp::Sub => {
            if (moment(a) || timedelta(a)) && timedelta(b) {
                return Some(a.clone());
            }
            if moment(a) && moment(b) {
                return ptr::eq(x, y).then_some(span);
            }
            sets(a, b)
        }
        BinaryOp::Mult => {
            let repeats = |seq: &Type, n: &Type| {
                let is_sequence = [&descs::STR, &descs::BYTES, &descs::BYTEARRAY, &descs::LIST, &descs::TUPLE]
                    .iter()
                    .any(|desc| is(seq, desc));
                is_sequence && (is(n, &descs::INT) || is(n, &descs::BOOL))
            };
            let repeated = |seq: &Type| match seq {
                Type::Tuple(items) => Type::generic(&descs::TUPLE, [Type::union(items.iter().cloned())]),
                other => other.widened(),
            };
            let factor = |ty: &Type| is(ty, &descs::INT) || is(ty, &descs::FLOAT) || is(ty, &descs::BOOL);
            if repeats(a, b) {
                Some(repeated(a))
            } else if repeats(b, a) {
                Some(repeated(b))
            } else if timedelta(a) && factor(b) || factor(a) && timedelta(b) {
                Some(span)
            } else {
                None
            }
        }
        BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod if timedelta(a) => {
            if timedelta(b) {
                return Some(match op {
                    BinaryOp::Div => Type::FLOAT,
                    BinaryOp::FloorDiv => Type::INT,
                    _ => span,
                });
            }
            let whole = is(b, &descs::INT) || is(b, &descs::BOOL);
            (whole || is(b, &descs::FLOAT) && op == BinaryOp::Div).then_some(span).filter(|_| op != BinaryOp::Mod)
        }
        BinaryOp::BitOr => {
            if is(a, &descs::DICT) && is(b, &descs::DICT) {
                return Some(merged(a, b));
            }
            // `int | None` makes a type for `isinstance`.
            if matches!(a, Type::Class(_)) && (matches!(b, Type::Class(_)) || b.is_none())
                || a.is_none() && matches!(b, Type::Class(_))
            {
                return Some(Type::Any);
            }
            sets(a, b)
        }
        BinaryOp::BitAnd | BinaryOp::BitXor => sets(a, b),
        _ => None,
    }
}

fn numbers(op: BinaryOp, i: u8, j: u8, exponent: &Type) -> Option<Type> {
    const FLOAT_RANK: u8 = 2;
    const DECIMAL_RANK: u8 = 3;
    let top = i.max(j);
    match op {
        BinaryOp::LShift | BinaryOp::RShift => (top < FLOAT_RANK).then_some(Type::INT),
        BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor => match top {
            0 => Some(Type::BOOL),
            1 => Some(Type::INT),
            _ => None,
        },
        BinaryOp::MatMult => None,
        _ if top == DECIMAL_RANK => (i != FLOAT_RANK && j != FLOAT_RANK).then_some(Type::Instance(&descs::DECIMAL)),
        _ if top == FLOAT_RANK => Some(Type::FLOAT),
        BinaryOp::Div => Some(Type::FLOAT),
        BinaryOp::Pow => Some(match exponent {
            Type::Literal(Literal::Int(0..)) => Type::INT,
            _ => Type::Any,
        }),
        _ => Some(Type::INT),
    }
}

fn added(a: &Type, b: &Type) -> Option<Type> {
    let is = |ty: &Type, desc: &'static TypeDesc| ty.is_instance(desc);
    let bytes = |ty: &Type| is(ty, &descs::BYTES) || is(ty, &descs::BYTEARRAY);
    match (a, b) {
        _ if is(a, &descs::STR) && is(b, &descs::STR) => Some(Type::STR),
        _ if bytes(a) && bytes(b) => Some(a.widened()),
        (Type::Tuple(one), Type::Tuple(two)) => Some(Type::Tuple(one.iter().chain(two.iter()).cloned().collect())),
        _ if is(a, &descs::TUPLE) && is(b, &descs::TUPLE) => {
            let inner = Type::union([element(a).unwrap_or(Type::Any), element(b).unwrap_or(Type::Any)]);
            Some(Type::generic(&descs::TUPLE, [inner]))
        }
        _ if is(a, &descs::LIST) && is(b, &descs::LIST) => element(b).map(|added| grown(a, &added)),
        _ => None,
    }
}

/// A list that has got more elements.
fn grown(list: &Type, added: &Type) -> Type {
    Type::list(element(list).unwrap_or(Type::Any).join(added).widened())
}

fn sets(a: &Type, b: &Type) -> Option<Type> {
    let is = |ty: &Type, desc: &'static TypeDesc| ty.is_instance(desc);
    let set = |ty: &Type| is(ty, &descs::SET) || is(ty, &descs::FROZENSET);
    let view = |ty: &Type| is(ty, &descs::DICT_KEYS) || is(ty, &descs::DICT_ITEMS);
    let both = || Type::union([element(a).unwrap_or(Type::Any), element(b).unwrap_or(Type::Any)]);
    if set(a) && (set(b) || view(b)) {
        let desc = if is(a, &descs::FROZENSET) { &descs::FROZENSET } else { &descs::SET };
        return Some(Type::generic(desc, [both()]));
    }
    (view(a) && element(b).is_some()).then(|| Type::generic(&descs::SET, [both()]))
}

/// `a | b` of dicts.
fn merged(a: &Type, b: &Type) -> Type {
    match (a, b) {
        (Type::Shape(one), Type::Shape(two)) => {
            let mut fields = one.fields.clone();
            for field in &two.fields {
                super::expression::put(&mut fields, field.clone());
            }
            let rest = if one.rest == Rest::Closed { two.rest.clone() } else { Rest::Unmentioned };
            Type::shape(fields, rest)
        }
        (Type::Shape(shape), _) | (_, Type::Shape(shape)) => {
            let optional = |field: &crate::check::types::Field| crate::check::types::Field {
                ty: Type::Any,
                required: field.required,
                ..field.clone()
            };
            let shape = Shape { fields: shape.fields.iter().map(optional).collect(), rest: Rest::Unmentioned };
            Type::Shape(std::sync::Arc::new(shape))
        }
        (Type::Generic(desc, one), Type::Generic(_, two)) if one.len() == two.len() => {
            Type::Generic(desc, one.iter().zip(two.iter()).map(|(one, two)| one.join(two)).collect())
        }
        _ => Type::dict(Type::Any, Type::Any),
    }
}

fn unary_result(op: UnaryOp, ty: &Type) -> Option<Type> {
    let Some(class) = ty.class() else { return Some(Type::Any) };
    if !is_plain(class) && !ptr::eq(class, &descs::ENTITY) {
        return Some(Type::Any);
    }
    let rank = number_rank(class);
    match op {
        UnaryOp::USub => match ty {
            Type::Literal(Literal::Int(value)) => {
                Some(value.checked_neg().map_or(Type::INT, |value| Type::Literal(Literal::Int(value))))
            }
            _ if rank == Some(0) => Some(Type::INT),
            _ => (rank.is_some() || ptr::eq(class, &descs::TIMEDELTA)).then(|| ty.widened()),
        },
        UnaryOp::UAdd if rank == Some(0) => Some(Type::INT),
        UnaryOp::UAdd => (rank.is_some() || ptr::eq(class, &descs::TIMEDELTA)).then(|| ty.clone()),
        UnaryOp::Invert => matches!(rank, Some(0 | 1)).then_some(Type::INT),
        UnaryOp::Not => Some(Type::BOOL),
    }
}

/// Is the expression a literal, so that `is` with it is a mistake?
pub(super) fn is_literal(expr: &Expr) -> bool {
    use crate::syntax::ast::Constant;
    match &expr.kind {
        ExprKind::Constant(constant) => {
            !matches!(constant, Constant::None | Constant::True | Constant::False | Constant::Ellipsis)
        }
        ExprKind::Tuple(_) | ExprKind::FString(_) => true,
        _ => false,
    }
}
