//! What built-ins ask of elements and keys and their signatures cannot say: an order, a sum, a hash, keys of the dict's kind.
//!
//! An empty or short container asks nothing of its elements, so most of this probably fails and does not surely fail.

use super::Pass;
use super::arguments::{Given, Stars};
use super::compare::may_order;
use super::flow::{Evidence, Known};
use super::operator::{apply, failing_pair, short};
use crate::check::types::fit::element;
use crate::check::types::{Literal, Type};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};
use crate::value::Builtin;
use crate::value::types as descs;

impl<'a> Pass<'a> {
    /// Looks at the arguments of a function, or of a method of `receiver`, that is called through `func`.
    pub(super) fn check_elements(
        &mut self,
        builtin: &'static Builtin,
        receiver: Option<&Type>,
        callee: &Known,
        func: &'a Expr,
        given: &[Given<'a>],
    ) {
        if given.iter().any(|argument| argument.stars != Stars::None) {
            return;
        }
        let named = |name: &str| given.iter().any(|argument| argument.name.is_some_and(|own| &*own.name == name));
        let values: Vec<(&'a Expr, Known)> = given
            .iter()
            .filter(|argument| argument.name.is_none())
            .filter_map(|argument| Some((argument.value, argument.known.clone()?)))
            .collect();
        match (receiver, builtin.name(), &values[..]) {
            (None, "sum", [(value, known)]) if builtin.qualified_name() == "sum" && !named("start") => {
                self.check_sum(value, known);
            }
            (None, name @ ("sorted" | "min" | "max"), [(value, known)]) if !named("key") => {
                let by = self.evidence_of_elements(value, known);
                self.check_ordered(name, value, element(&known.ty), by);
            }
            (None, name @ ("min" | "max"), [(_, one), (two_value, two), ..]) if !named("key") => {
                self.check_ordered_pair(name, one, two_value.span, two);
            }
            (Some(list), "sort", []) if list.is_instance(&descs::LIST) && !named("key") => {
                if let ExprKind::Attribute { value, .. } = &func.kind {
                    let by = if self.is_certain(value) { callee.by } else { Evidence::Likely };
                    self.check_ordered("sort", value, element(list), by);
                }
            }
            (Some(set), "add" | "discard" | "remove", [(value, _)]) if set.is_instance(&descs::SET) => {
                self.check_hashable(value, "set element");
            }
            (Some(dict), name @ ("get" | "pop" | "setdefault"), [(key, known), ..])
                if dict.is_instance(&descs::DICT) =>
            {
                self.check_hashable(key, "dict key");
                if let (ExprKind::Attribute { value, .. }, true) = (&func.kind, name != "setdefault") {
                    self.check_asked_key(&callee.with(dict.clone()), value, known, key);
                }
            }
            _ => {}
        }
    }

    /// Who says what the elements of a container are.
    fn evidence_of_elements(&self, value: &Expr, known: &Known) -> Evidence {
        let held = known.by.min(known.inside);
        if self.is_certain(value) { held } else { held.min(Evidence::Likely) }
    }

    fn check_sum(&mut self, value: &Expr, known: &Known) {
        let by = self.evidence_of_elements(value, known);
        let Some(elements) = element(&known.ty) else { return };
        let refused = |ty: &&Type| apply(BinaryOp::Add, &Type::INT, ty, false).is_none();
        let Some(wrong) = elements.members().iter().find(refused) else { return };
        let partial = !elements.members().iter().all(|ty| refused(&ty)) || !super::control::is_never_empty(value);
        let text = self.clipped(value.span);
        let help = match wrong {
            ty if ty.is_none() => format!("leave `None` out: `sum(x for x in {text} if x is not None)`"),
            ty if ty.is_instance(&descs::STR) => {
                format!("for numbers write `sum(float(x) for x in {text})`; to join texts write `''.join({text})`")
            }
            ty if ty.is_instance(&descs::LIST) => format!("to join lists write `sum({text}, [])`"),
            ty if ty.is_instance(&descs::TIMEDELTA) => format!("write `sum({text}, datetime.timedelta())`"),
            ty if ty.is_instance(&descs::DICT) => format!("sum up a field: `sum(x['amount'] for x in {text})`"),
            _ => "sum up numbers".to_owned(),
        };
        let message =
            format!("`sum` begins with the number 0, and an element is `{}`{}", short(wrong), Self::source_of(by));
        self.fails(2001, value.span, by, partial, message, Some(help));
    }

    /// Elements that are put in order must have one.
    fn check_ordered(&mut self, name: &str, value: &Expr, elements: Option<Type>, by: Evidence) {
        let Some(elements) = elements else { return };
        let members = elements.members();
        let mut pairs = members.iter().enumerate().flat_map(|(at, a)| members.iter().skip(at).map(move |b| (a, b)));
        let Some((a, b)) = pairs.find(|(a, b)| !may_order(a, b)) else { return };
        let (a_text, b_text, text) = (short(a), short(b), self.clipped(value.span));
        let what = if a == b {
            format!("`{a_text}` values have no order")
        } else {
            format!("`{a_text}` and `{b_text}` have no order")
        };
        let message = format!("`{name}` compares the elements, and {what}{}", Self::source_of(by));
        let help = if a.is_none() || b.is_none() {
            format!("leave `None` out: `[x for x in {text} if x is not None]`")
        } else if a.is_instance(&descs::DICT) && b.is_instance(&descs::DICT) {
            "say what to compare: `key=lambda item: item['name']`".to_owned()
        } else {
            "convert the elements to one kind, or say what to compare: `key=str`".to_owned()
        };
        self.fails(2001, value.span, by, true, message, Some(help));
    }

    fn check_ordered_pair(&mut self, name: &str, one: &Known, span: Span, two: &Known) {
        let by = one.by.min(two.by);
        let (left, right) = (one.ty.members(), two.ty.members());
        let Some((a, b)) = failing_pair(left, right, may_order) else { return };
        let partial = left.iter().any(|a| right.iter().any(|b| may_order(a, b)));
        let message = format!(
            "`{name}` compares the values, and `{}` and `{}` have no order{}",
            short(a),
            short(b),
            Self::source_of(by)
        );
        let help = if a.is_none() || b.is_none() { "handle `None` first" } else { "convert the values to one kind" };
        self.fails(2001, span, by, partial, message, Some(help.to_owned()));
    }

    /// A key that a dict is asked for and may lack.
    fn check_asked_key(&mut self, object: &Known, value: &Expr, key: &Known, index: &Expr) {
        let Type::Shape(shape) = &object.ty else { return self.check_key_kind(object, key, index.span) };
        let Type::Literal(Literal::Str(name)) = &key.ty else {
            return self.check_text_key(shape, value, key, index);
        };
        if shape.field(name).is_none() && matches!(object.by, Evidence::Contract | Evidence::Sample) {
            self.key_not_stated(object.by, shape, name, index, false);
        }
    }

    /// The text at a place, if it is short enough to be shown in a sentence.
    fn clipped(&self, span: Span) -> String {
        let text = self.source.slice(span);
        if text.chars().count() > 40 || text.contains('\n') { "values".to_owned() } else { text.to_owned() }
    }
}
