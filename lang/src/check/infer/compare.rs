//! Comparisons: orders that do not exist, and outcomes that are always the same.

use std::ptr;

use super::Pass;
use super::flow::{Evidence, Known};
use super::operator::{failing_pair, is_literal, short};
use crate::check::types::fit::{element, is_plain};
use crate::check::types::{Literal, Rest, Type};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::ast::{CmpOp, Expr, ExprKind};
use crate::value::TypeDesc;
use crate::value::types as descs;

impl<'a> Pass<'a> {
    pub(super) fn compare(&mut self, left: &'a Expr, links: &'a [(CmpOp, Expr)]) -> Known {
        let mut before = (left, self.expr(left));
        let mut by = before.1.by;
        let mut ty = Type::BOOL;
        for (op, right) in links {
            let known = self.expr(right);
            by = by.min(known.by);
            ty = self.link(before.0, &before.1, *op, right, &known);
            before = (right, known);
        }
        if links.len() != 1 {
            ty = Type::BOOL;
        }
        Known::new(ty, by)
    }

    /// One link of a comparison; gives `bool` or the outcome that it always has.
    fn link(&mut self, left: &Expr, one: &Known, op: CmpOp, right: &Expr, two: &Known) -> Type {
        let span = left.span.to(right.span);
        match op {
            CmpOp::Eq | CmpOp::NotEq => self.equality(span, left, one, op, right, two),
            CmpOp::Is | CmpOp::IsNot => {
                for literal in [left, right] {
                    if is_literal(literal) {
                        let equal = if op == CmpOp::Is { "==" } else { "!=" };
                        let message =
                            format!("`{}` compares identity, which for numbers and texts says nothing", op.symbol());
                        self.note(2016, Severity::Warning, span, message, Some(format!("write `{equal}`")));
                        return Type::BOOL;
                    }
                }
                self.identity(span, left, one, op, right, two)
            }
            CmpOp::In | CmpOp::NotIn => {
                self.membership(span, left, one, op, right, two);
                Type::BOOL
            }
            CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => {
                self.order(span, left, one, op, right, two);
                Type::BOOL
            }
        }
    }

    fn equality(&mut self, span: Span, left: &Expr, one: &Known, op: CmpOp, right: &Expr, two: &Known) -> Type {
        let by = one.by.min(two.by);
        let pairs = || one.ty.members().iter().flat_map(|a| two.ty.members().iter().map(move |b| (a, b)));
        if one.ty == Type::Never || two.ty == Type::Never || pairs().any(|(a, b)| may_equal(a, b)) {
            return Type::BOOL;
        }
        // That two constants of the program differ is the reader's business, but not that a contract excludes a value.
        let same_kind = pairs().any(|(a, b)| may_equal(&a.widened(), &b.widened()));
        if same_kind && !matches!(by, Evidence::Contract | Evidence::Sample) {
            return Type::BOOL;
        }
        let outcome = if op == CmpOp::Eq { "False" } else { "True" };
        let message = if same_kind {
            let (value, options) =
                if matches!(one.ty, Type::Literal(_)) { (&one.ty, &two.ty) } else { (&two.ty, &one.ty) };
            format!(
                "this is always {outcome}: `{}` is none of the possible values `{options}`{}",
                value_text(value),
                Self::source_of(by)
            )
        } else {
            format!(
                "this is always {outcome}: the left side is `{}`{}, the right side is `{}`{}",
                short(&one.ty),
                Self::source_of(one.by),
                short(&two.ty),
                Self::source_of(two.by)
            )
        };
        let severity = if by == Evidence::Sample { Severity::Info } else { Severity::Warning };
        let mut found = Diagnostic::new(Code(2016), severity, span, message);
        for (expr, known) in [(left, one), (right, two)] {
            if let Some(origin) = self.origin(expr) {
                found = found.with_related(
                    origin,
                    format!("`{}` is `{}` from here", self.source.slice(expr.span), short(&known.ty)),
                );
            }
        }
        found.help = if same_kind {
            close_value(&one.ty, &two.ty).map(|value| format!("did you mean `{value}`?"))
        } else {
            Some(equal_advice(&one.ty, &two.ty, self.source.slice(left.span), self.source.slice(right.span)))
        };
        self.push(found);
        Type::BOOL
    }

    fn identity(&mut self, span: Span, left: &Expr, one: &Known, op: CmpOp, right: &Expr, two: &Known) -> Type {
        // Only `None` has one object and nothing else.
        let (expr, other) = if two.ty.is_none() { (left, one) } else { (right, two) };
        if !(one.ty.is_none() || two.ty.is_none()) || matches!(expr.kind, ExprKind::Constant(_)) {
            return Type::BOOL;
        }
        let can_be = other.ty.is_any()
            || other.ty == Type::Never
            || other.ty.members().iter().any(|ty| ty.is_none() || ty.class().is_none());
        let always = other.ty.is_none();
        if can_be && !always {
            return Type::BOOL;
        }
        // A variable that is `None` at this point is often the start value of a loop: say nothing.
        if always || other.by < Evidence::Contract || matches!(other.ty, Type::Literal(_)) {
            return Type::BOOL;
        }
        let outcome = if op == CmpOp::Is { "False" } else { "True" };
        let message = format!(
            "this is always {outcome}: `{}` is `{}`{} and never `None`",
            clipped(self.source.slice(expr.span)),
            short(&other.ty),
            Self::source_of(other.by)
        );
        let mut found = Diagnostic::warning(Code(2016), span, message)
            .with_help("delete the test, or test what can really be `None`");
        if let Some(origin) = self.origin(expr) {
            found = found.with_related(origin, "it gets its value here");
        }
        self.push(found);
        Type::BOOL
    }

    fn membership(&mut self, span: Span, left: &Expr, one: &Known, op: CmpOp, right: &Expr, two: &Known) {
        let by = one.by.min(two.by);
        let members = two.ty.members();
        let failing: Vec<&Type> = members.iter().filter(|ty| element(ty).is_none()).collect();
        if let Some(first) = failing.first() {
            let message = format!(
                "`{}` needs a container on the right, and this is `{}`{}",
                op.symbol(),
                short(first),
                Self::source_of(two.by)
            );
            let help = if first.is_none() {
                Some(format!(
                    "handle `None` first: `{} in ({} or [])`",
                    self.source.slice(left.span),
                    self.source.slice(right.span)
                ))
            } else {
                matches!(first, Type::Message(_)).then(|| "test `msg.vars`, `msg.attrs` or `msg.payload`".to_owned())
            };
            self.fails(2008, right.span, two.by, failing.len() < members.len(), message, help);
            return;
        }
        if two.ty.is_instance(&descs::STR) {
            let no_text = |ty: &&Type| ty.class().is_some_and(|class| is_plain(class) && !ptr::eq(class, &descs::STR));
            let wrong: Vec<&Type> = one.ty.members().iter().filter(no_text).collect();
            if let Some(first) = wrong.first() {
                let message = format!(
                    "`{}` looks for text in text, and the left side is `{}`{}",
                    op.symbol(),
                    short(first),
                    Self::source_of(one.by)
                );
                let help = format!("convert it: `str({})`", self.source.slice(left.span));
                self.fails(2001, span, by, wrong.len() < one.ty.members().len(), message, Some(help));
            }
            return;
        }
        let bytes = |ty: &Type| ty.is_instance(&descs::BYTES) || ty.is_instance(&descs::BYTEARRAY);
        if members.iter().any(bytes) && one.ty.members().iter().any(bytes) {
            return;
        }
        self.never_found(span, left, one, right, two, op);
    }

    /// The container holds other kinds of values than the one that is looked for.
    fn never_found(&mut self, span: Span, left: &Expr, one: &Known, right: &Expr, two: &Known, op: CmpOp) {
        let by = one.by.min(two.by);
        if matches!(two.ty, Type::Entity(..)) || two.ty.members().len() != 1 {
            return;
        }
        let Some(inside) = element(&two.ty) else { return };
        if inside == Type::Never || one.ty == Type::Never || by < Evidence::Likely {
            return;
        }
        let pairs = one.ty.members().iter().flat_map(|a| inside.members().iter().map(move |b| (a, b)));
        let mut any = false;
        for (a, b) in pairs {
            any |= may_equal(&a.widened(), &b.widened());
        }
        if any {
            return;
        }
        let outcome = if op == CmpOp::In { "False" } else { "True" };
        let message = format!(
            "this is always {outcome}: `{}` is `{}`{}, and `{}` holds `{}`{}",
            clipped(self.source.slice(left.span)),
            short(&one.ty),
            Self::source_of(one.by),
            clipped(self.source.slice(right.span)),
            short(&inside),
            Self::source_of(two.by)
        );
        let help = equal_advice(&one.ty, &inside, self.source.slice(left.span), "the values inside");
        self.note(2016, Severity::Warning, span, message, Some(help));
    }

    fn order(&mut self, span: Span, left: &Expr, one: &Known, op: CmpOp, right: &Expr, two: &Known) {
        let by = one.by.min(two.by);
        let (left_members, right_members) = (one.ty.members(), two.ty.members());
        let Some((a, b)) = failing_pair(left_members, right_members, may_order) else { return };
        let partial = left_members.iter().any(|a| right_members.iter().any(|b| may_order(a, b)));
        let message =
            format!("`{}` has no order for `{}` and `{}`{}", op.symbol(), short(a), short(b), Self::source_of(by));
        let (l, r) = (self.source.slice(left.span), self.source.slice(right.span));
        let help = if a.is_none() || b.is_none() {
            format!("handle `None` first, for example `{} is not None and …`", if a.is_none() { l } else { r })
        } else {
            equal_advice(a, b, l, r)
        };
        let mut found = Diagnostic::new(Code(2001), self.severity(by, partial), span, message).with_help(help);
        for (expr, known) in [(left, one), (right, two)] {
            if let Some(origin) = self.origin(expr) {
                found = found.with_related(
                    origin,
                    format!("`{}` is `{}` from here", self.source.slice(expr.span), short(&known.ty)),
                );
            }
        }
        self.push(found);
    }

    /// A look-up of a key of another kind than those that a dict has.
    pub(super) fn check_key_kind(&mut self, owner: &Known, key: &Known, span: Span) {
        let (Type::Generic(desc, items), true) = (&owner.ty, owner.by >= Evidence::Likely) else { return };
        let Some(keys) = items.first() else { return };
        if !ptr::eq(*desc, &descs::DICT) || items.len() != 2 || *keys == Type::Never || key.ty == Type::Never {
            return;
        }
        let any = key.ty.members().iter().any(|a| keys.members().iter().any(|b| may_equal(&a.widened(), &b.widened())));
        if !any {
            let message = format!(
                "this key is `{}`, and the keys of the dict are `{}`: it is never found",
                short(&key.ty),
                short(keys)
            );
            let help = equal_advice(&key.ty, keys, self.source.slice(span), "the keys");
            self.note(2016, Severity::Warning, span, message, Some(help));
        }
    }
}

fn clipped(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() > 40 || text.contains('\n') {
        format!("{}…", line.chars().take(40).collect::<String>())
    } else {
        line.to_owned()
    }
}

fn value_text(ty: &Type) -> String {
    match ty {
        Type::Literal(literal) => literal.to_string(),
        other => other.to_string(),
    }
}

/// The possible value that is spelt most like the one that was written.
fn close_value(one: &Type, two: &Type) -> Option<String> {
    let (value, options) = if matches!(one, Type::Literal(_)) { (one, two) } else { (two, one) };
    let Type::Literal(Literal::Str(value)) = value else { return None };
    let texts = options
        .members()
        .iter()
        .filter_map(|ty| if let Type::Literal(Literal::Str(text)) = ty { Some(&**text) } else { None });
    crate::check::suggest::closest(value, texts).map(|text| format!("'{text}'"))
}

/// What to do when two kinds never meet.
fn equal_advice(a: &Type, b: &Type, left: &str, right: &str) -> String {
    let is = |ty: &Type, desc: &'static TypeDesc| ty.widened().is_instance(desc);
    let number = |ty: &Type| [&descs::INT, &descs::FLOAT, &descs::DECIMAL].iter().any(|desc| is(ty, desc));
    let (left, right) = (clipped(left), clipped(right));
    if right.starts_with("the ") {
        let to = short(b);
        return if matches!(&*to, "str" | "int" | "float") {
            format!("convert what is looked for: `{to}({left})`")
        } else {
            format!("look for a `{to}`")
        };
    }
    let function = |ty: &Type| matches!(ty, Type::Function(_) | Type::Member(..));
    if function(a) || function(b) {
        format!("call the function: `{}()`", if function(a) { left } else { right })
    } else if is(a, &descs::STR) && number(b) {
        format!("convert one side: `int({left})`, or `str({right})`")
    } else if number(a) && is(b, &descs::STR) {
        format!("convert one side: `int({right})`, or `str({left})`")
    } else if is(a, &descs::STR) && is(b, &descs::BOOL) {
        format!("compare with the text: `{left}.lower() == 'true'`")
    } else if is(a, &descs::BOOL) && is(b, &descs::STR) {
        format!("compare with the text: `{right}.lower() == 'true'`")
    } else if is(a, &descs::STR) && is(b, &descs::BYTES) {
        format!("decode the bytes: `{right}.decode()`")
    } else if is(a, &descs::BYTES) && is(b, &descs::STR) {
        format!("decode the bytes: `{left}.decode()`")
    } else if is(a, &descs::DATETIME) && is(b, &descs::DATE) {
        format!("compare dates: `{left}.date()`")
    } else if is(a, &descs::DATE) && is(b, &descs::DATETIME) {
        format!("compare dates: `{right}.date()`")
    } else if [a, b].iter().any(|ty| is(ty, &descs::DATE) || is(ty, &descs::DATETIME))
        && (is(a, &descs::STR) || is(b, &descs::STR))
    {
        "one side is text: convert it with `datetime.datetime.fromisoformat(…)`, or the date with `.isoformat()`"
            .to_owned()
    } else {
        "compare values of one kind: convert one side".to_owned()
    }
}

/// Kinds of values that can be equal among themselves, and to nothing else.
fn kind(class: &'static TypeDesc) -> Option<u8> {
    let is = |desc: &'static TypeDesc| ptr::eq(class, desc);
    let any = |descs: &[&'static TypeDesc]| descs.iter().any(|desc| is(desc));
    Some(if any(&[&descs::BOOL, &descs::INT, &descs::FLOAT, &descs::DECIMAL]) {
        0
    } else if is(&descs::STR) {
        1
    } else if any(&[&descs::BYTES, &descs::BYTEARRAY]) {
        2
    } else if is(&descs::LIST) {
        3
    } else if is(&descs::TUPLE) {
        4
    } else if is(&descs::DICT) {
        5
    } else if any(&[&descs::SET, &descs::FROZENSET, &descs::DICT_KEYS, &descs::DICT_ITEMS]) {
        6
    } else if is(&descs::NONE) {
        7
    } else if is(&descs::DATETIME) {
        8
    } else if is(&descs::DATE) {
        9
    } else if is(&descs::TIME) {
        10
    } else if is(&descs::TIMEDELTA) {
        11
    } else if is(&descs::RANGE) {
        12
    } else if any(&[&descs::FUNCTION, &descs::BUILTIN, &descs::METHOD]) {
        13
    } else if is(&descs::MODULE) {
        14
    } else if is(&descs::TYPE) {
        15
    } else if is(&descs::GENERATOR) {
        16
    } else {
        return None;
    })
}

/// Can a value of one type equal one of the other?
pub(super) fn may_equal(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Literal(a), Type::Literal(b)) if ptr::eq(a.class(), b.class()) => return a == b,
        (Type::Union(members), other) | (other, Type::Union(members)) => {
            return members.iter().any(|member| may_equal(member, other));
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            return a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| may_equal(a, b));
        }
        (Type::Shape(a), Type::Shape(b)) if a.rest == Rest::Closed && b.rest == Rest::Closed => {
            let lacks = |one: &crate::check::types::Shape, two: &crate::check::types::Shape| {
                one.fields.iter().any(|field| field.required && two.field(&field.key).is_none())
            };
            return !lacks(a, b) && !lacks(b, a);
        }
        _ => {}
    }
    match (a.class().and_then(kind), b.class().and_then(kind)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// Is there an order between values of these types?
pub(super) fn may_order(a: &Type, b: &Type) -> bool {
    let (Some(x), Some(y)) = (a.class(), b.class()) else { return true };
    let unordered = |class: &'static TypeDesc| {
        [
            &descs::NONE,
            &descs::DICT,
            &descs::FUNCTION,
            &descs::BUILTIN,
            &descs::METHOD,
            &descs::MODULE,
            &descs::TYPE,
            &descs::RANGE,
            &descs::GENERATOR,
            &descs::MESSAGE,
            &descs::DICT_VALUES,
        ]
        .iter()
        .any(|desc| ptr::eq(*desc, class))
    };
    match (kind(x), kind(y)) {
        (Some(one), Some(two)) => one == two && !unordered(x) && !unordered(y),
        // An Entity has no order.
        _ => !(unordered(x) || unordered(y)),
    }
}
