//! `x[i]`: elements, slices and keys, and what the contract says about keys.

use std::ptr;

use super::Pass;
use super::compare::may_equal;
use super::flow::{Evidence, Known};
use super::operator::short;
use crate::check::suggest;
use crate::check::types::fit::{element, is_plain};
use crate::check::types::{Literal, Rest, Shape, Type};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::syntax::ast::{Expr, ExprKind};
use crate::value::TypeDesc;
use crate::value::types as descs;

/// What a subscript on one type gives.
enum Item {
    Is(Type),
    /// There are no subscripts on this type.
    NotSubscriptable,
    /// The index is of a kind that the type does not take.
    WrongIndex,
}

impl<'a> Pass<'a> {
    /// `value[index]` where `object` is known of `value`.
    pub(super) fn subscript(&mut self, object: &Known, value: &'a Expr, index: &'a Expr) -> Known {
        let key = self.expr(index);
        if let Type::Entity(inner, _) = &object.ty {
            return self.entity_item(object, inner, &key, value, index);
        }
        self.check_index(object, value, &key, index, false);
        self.check_slice(object, index);
        let certain = self.is_certain(value);
        let held = object.by.min(object.inside);
        let by = if certain { held } else { held.min(Evidence::Likely) };
        let mut items = Vec::new();
        for ty in object.ty.members() {
            if let Item::Is(ty) = item(ty, &key.ty) {
                items.push(ty);
            }
        }
        let ty = if items.is_empty() { Type::Any } else { Type::union(items) };
        let ty = if certain { ty } else { super::name::opened(&ty) };
        // Elements of an empty container: nothing is known, somebody else will fill it.
        Known::new(if ty == Type::Never { Type::Any } else { ty }, by)
    }

    fn entity_item(&mut self, object: &Known, inner: &Type, key: &Known, value: &'a Expr, index: &'a Expr) -> Known {
        if let Type::Literal(Literal::Str(name)) = &key.ty
            && name.starts_with('^')
        {
            return match &**name {
                "^value" => object.taken(inner.clone()),
                "^blob" | "^raw" => Known::sure(Type::BYTES),
                "^mime_type" | "^mimeType" | "^encoding" => Known::sure(Type::STR),
                _ => {
                    let close = suggest::closest(name, ["^value", "^blob", "^mime_type", "^encoding"].into_iter());
                    let message = format!("an Entity has no `{name}`");
                    let help = close.map_or_else(
                        || "it has `^value`, `^blob`, `^mime_type`, `^encoding`".to_owned(),
                        |close| format!("did you mean `{close}`?"),
                    );
                    self.fails(2007, index.span, object.by, false, message, Some(help));
                    Known::any()
                }
            };
        }
        if inner.is_any() {
            return Known::any();
        }
        let inside = object.taken(inner.clone());
        self.check_index(&inside, value, key, index, false);
        let items =
            inner.members().iter().filter_map(|ty| if let Item::Is(ty) = item(ty, &key.ty) { Some(ty) } else { None });
        let ty = Type::union(items);
        object.taken(if ty == Type::Never { Type::Any } else { ty })
    }

    /// Reports an index that does not fit; `store` for assignments and deletions.
    pub(super) fn check_index(&mut self, object: &Known, value: &Expr, key: &Known, index: &Expr, store: bool) {
        let members = object.ty.members();
        let mut failing: Vec<(&Type, bool)> = Vec::new();
        for ty in members {
            match item(ty, &key.ty) {
                Item::NotSubscriptable => failing.push((ty, false)),
                Item::WrongIndex => failing.push((ty, true)),
                Item::Is(_) if store && is_constant(ty) => failing.push((ty, false)),
                Item::Is(_) => {}
            }
        }
        if let Some((ty, is_index)) = failing.first() {
            self.not_subscriptable(object, ty, *is_index, failing.len() < members.len(), value, key, index, store);
            return;
        }
        if members.len() == 1 {
            match &object.ty {
                Type::Shape(shape) => self.check_key(object, shape, value, key, index, store),
                Type::Tuple(items) => self.check_position(object, items.len(), key, index),
                _ => {
                    if let (ExprKind::List(items), false) = (&value.kind, store) {
                        let starred = items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_)));
                        if !starred {
                            self.check_position(object, items.len(), key, index);
                        }
                    }
                    if let Type::Literal(Literal::Str(text)) = &object.ty
                        && matches!(value.kind, ExprKind::Constant(_))
                    {
                        self.check_position(object, text.chars().count(), key, index);
                    }
                    if !store {
                        self.check_key_kind(object, key, index.span);
                    }
                }
            }
        }
        let is_mapping = !members.is_empty() && members.iter().all(|ty| ty.is_instance(&descs::DICT));
        if is_mapping {
            self.check_hashable(index, "dict key");
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the container and the index with their places")]
    fn not_subscriptable(
        &mut self,
        object: &Known,
        ty: &Type,
        is_index: bool,
        partial: bool,
        value: &Expr,
        key: &Known,
        index: &Expr,
        store: bool,
    ) {
        let text = self.source.slice(value.span).to_owned();
        let shown = if text.chars().count() > 40 || text.contains('\n') { "value" } else { &*text };
        let what = short(ty);
        let by = object.by.min(key.by);
        if is_index {
            let message = format!(
                "`{what}` takes whole numbers and slices as index, and this is `{}`{}",
                short(&key.ty),
                Self::source_of(object.by)
            );
            let help = match (ty, &key.ty) {
                (_, Type::Literal(Literal::Str(name))) if ty.is_instance(&descs::LIST) => Some(format!(
                    "take an element first, `{shown}[0]['{name}']`, or loop: `for item in {shown}: item['{name}']`"
                )),
                (_, key) if key.is_instance(&descs::FLOAT) => {
                    Some("`/` gives a float; for an index write `//` or `int(…)`".to_owned())
                }
                (_, key) if key.is_instance(&descs::STR) => Some("convert the index: `int(…)`".to_owned()),
                _ => None,
            };
            self.fails(2007, index.span, by, partial, message, help);
            return;
        }
        let message = if partial && ty.is_none() {
            format!("`{shown}` may be `None`, which has no items{}", Self::source_of(object.by))
        } else if store && is_constant(ty) {
            format!("items of `{what}` cannot be assigned or deleted: it never changes")
        } else {
            format!("`{what}` has no items that `[…]` could give{}", Self::source_of(object.by))
        };
        let help = match ty {
            ty if ty.is_none() => Some(format!("handle `None` first: `if {shown} is not None:`")),
            Type::Message(_) => Some(match &key.ty {
                Type::Literal(Literal::Str(name)) => {
                    format!("write `{shown}.vars['{name}']`, or `{shown}.payload['{name}']`")
                }
                _ => format!("write `{shown}.payload[…]`"),
            }),
            Type::Member(..) | Type::Function(_) => Some(format!("call it: `{shown}(…)`")),
            Type::Entity(..) => {
                Some("an Entity never changes: take its `['^value']`, change that, and make a new one".to_owned())
            }
            ty if store && ty.is_instance(&descs::STR) => {
                Some("make a new text, for example with `replace`".to_owned())
            }
            ty if store && ty.is_instance(&descs::TUPLE) => Some(format!("use a list: `list({shown})`")),
            _ if element(ty).is_some() => Some(format!("make a list first: `list({shown})`")),
            _ => None,
        };
        self.fails(2007, value.span, object.by, partial, message, help);
    }

    /// A constant position in something whose length is known.
    fn check_position(&mut self, object: &Known, length: usize, key: &Known, index: &Expr) {
        let Type::Literal(Literal::Int(at)) = key.ty else { return };
        let length_i = i64::try_from(length).unwrap_or(i64::MAX);
        if at < -length_i || at >= length_i {
            let message = format!("the index {at} is outside: there are {length} items");
            let help = if length == 0 {
                "it is empty".to_owned()
            } else {
                format!("the last one is `[{}]` or `[-1]`", length - 1)
            };
            self.fails(2023, index.span, object.by.min(key.by), false, message, Some(help));
        }
    }

    /// A key of a dict whose keys are known.
    fn check_key(&mut self, object: &Known, shape: &Shape, value: &Expr, key: &Known, index: &Expr, store: bool) {
        let Type::Literal(Literal::Str(name)) = &key.ty else {
            if !store {
                self.check_text_key(shape, value, key, index);
            }
            return;
        };
        match (shape.field(name), &shape.rest, object.by) {
            (Some(field), _, Evidence::Contract | Evidence::Sample)
                if !field.required && !store && !self.is_guarded() =>
            {
                let source = if object.by == Evidence::Contract { "by the contract" } else { "in the sample" };
                let container = self.source.slice(value.span);
                let message =
                    format!("`{name}` is optional {source}, and reading it this way fails when it is missing");
                let help = format!("write `{container}.get('{name}')`, or test `'{name}' in {container}` first");
                self.note(2104, Severity::Info, index.span, message, Some(help));
            }
            (Some(_), ..) => {}
            (None, _, by @ (Evidence::Contract | Evidence::Sample)) if !store => {
                self.key_not_stated(by, shape, name, index, true);
            }
            (None, Rest::Closed, Evidence::Program) if !store && self.is_certain(value) => {
                let message = format!("the dict has no key `{name}`");
                let help = if shape.fields.is_empty() { "it is empty here".to_owned() } else { keys_help(name, shape) };
                self.fails(2023, index.span, Evidence::Program, false, message, Some(help));
            }
            _ => {}
        }
    }

    /// A key that a contract or a sample does not have; `fails`: reading it this way fails when it is missing.
    pub(super) fn key_not_stated(&mut self, by: Evidence, shape: &Shape, name: &str, index: &Expr, fails: bool) {
        let (code, severity, message) = match (&shape.rest, by) {
            (Rest::Typed(_), _) => return,
            (Rest::Closed, Evidence::Contract) => {
                let certain = self.options.enforced && fails;
                let severity = if certain { Severity::Error } else { Severity::Warning };
                (Code(2102), severity, format!("the contract excludes the key `{name}`"))
            }
            (_, Evidence::Contract) => {
                (Code(2103), Severity::Info, format!("the contract does not mention the key `{name}`"))
            }
            _ => (Code(2103), Severity::Info, format!("the sample does not mention the key `{name}`")),
        };
        let mut found = Diagnostic::new(code, severity, index.span, message).with_help(keys_help(name, shape));
        if let (Some(close), ExprKind::Constant(_)) = (close_key(name, shape), &index.kind) {
            found = found.with_fix(index.span, format!("'{close}'"));
        }
        self.push(found);
    }

    /// A key of another kind, where all keys that are known are texts.
    pub(super) fn check_text_key(&mut self, shape: &Shape, value: &Expr, key: &Known, index: &Expr) {
        let texts = key.ty.members().iter().any(|ty| may_equal(&ty.widened(), &Type::STR));
        let travels = super::narrow::root_symbol(value, self.symbols)
            .and_then(|symbol| self.symbols.get(symbol))
            .is_some_and(|symbol| symbol.escapes);
        // Whom it was given to may have put other keys in.
        let is_complete = shape.rest == Rest::Closed || !travels;
        if is_complete
            && !texts
            && !shape.fields.is_empty()
            && key.ty != Type::Never
            && !matches!(shape.rest, Rest::Typed(_))
        {
            let message =
                format!("this key is `{}`, and the keys of the dict are texts: it is never found", short(&key.ty));
            let help = format!("write `str({})`", self.source.slice(index.span));
            self.note(2016, Severity::Warning, index.span, message, Some(help));
        }
    }

    /// The bounds of a slice of a sequence.
    fn check_slice(&mut self, object: &Known, index: &Expr) {
        let ExprKind::Slice { lower, upper, step } = &index.kind else { return };
        let sequences = [&descs::LIST, &descs::TUPLE, &descs::STR, &descs::BYTES, &descs::BYTEARRAY, &descs::RANGE];
        let is_sequence = |ty: &Type| sequences.iter().any(|desc| ty.is_instance(desc));
        if object.ty == Type::Never || !object.ty.members().iter().all(is_sequence) {
            return;
        }
        for bound in [lower, upper, step].into_iter().flatten() {
            let Some(ty) = self.types.get(&(bound.span.start, bound.span.end)).cloned() else { continue };
            let fits = |class: &'static TypeDesc| {
                !is_plain(class) || class.is_subtype(&descs::INT) || ptr::eq(class, &descs::NONE)
            };
            let members = ty.members();
            let wrong: Vec<&Type> = members.iter().filter(|ty| ty.class().is_some_and(|class| !fits(class))).collect();
            let Some(first) = wrong.first() else { continue };
            let message = format!("the bounds of a slice are whole numbers, and this is `{}`", short(first));
            let help = if first.is_instance(&descs::FLOAT) {
                "`/` gives a float: write `//` or `int(…)`".to_owned()
            } else {
                format!("convert it: `int({})`", self.source.slice(bound.span))
            };
            // Who says what a bound is has been forgotten here: the weakest that is not a sample.
            let by = object.by.min(Evidence::Contract);
            self.fails(2007, bound.span, by, wrong.len() < members.len(), message, Some(help));
        }
    }

    /// Reports a dict key or set element that can never be one.
    pub(super) fn check_hashable(&mut self, expr: &Expr, what: &str) {
        let Some(ty) = self.types.get(&(expr.span.start, expr.span.end)).cloned() else { return };
        let unhashable = |ty: &&Type| is_unhashable(ty);
        let members = ty.members();
        let wrong: Vec<&Type> = members.iter().filter(unhashable).collect();
        if let Some(first) = wrong.first() {
            let message = format!("`{}` cannot be a {what}: it can change", short(first));
            let help = if first.is_instance(&descs::LIST) || first.is_instance(&descs::SET) {
                format!("use a tuple: `tuple({})`", self.source.slice(expr.span))
            } else {
                "use a text or number that identifies it, such as its id".to_owned()
            };
            self.fails(2010, expr.span, Evidence::Program, wrong.len() < members.len(), message, Some(help));
        }
    }
}

fn close_key<'s>(name: &str, shape: &'s Shape) -> Option<&'s str> {
    suggest::closest(name, shape.fields.iter().map(|field| &*field.key))
}

fn keys_help(name: &str, shape: &Shape) -> String {
    match close_key(name, shape) {
        Some(close) => format!("did you mean `{close}`?"),
        None => {
            let keys: Vec<String> = shape.fields.iter().take(8).map(|field| format!("`{}`", field.key)).collect();
            let more = if shape.fields.len() > keys.len() { ", …" } else { "" };
            format!("the known keys are {}{more}", keys.join(", "))
        }
    }
}

fn is_constant(ty: &Type) -> bool {
    let desc = |desc: &'static TypeDesc| ty.is_instance(desc);
    desc(&descs::STR)
        || desc(&descs::BYTES)
        || desc(&descs::TUPLE)
        || desc(&descs::RANGE)
        || matches!(ty, Type::Entity(..))
}

fn is_unhashable(ty: &Type) -> bool {
    let desc = |desc: &'static TypeDesc| ty.is_instance(desc);
    match ty {
        Type::Tuple(items) => items.iter().any(|item| item.members().iter().all(is_unhashable) && *item != Type::Never),
        _ => desc(&descs::LIST) || desc(&descs::DICT) || desc(&descs::SET) || desc(&descs::BYTEARRAY),
    }
}

/// What `ty[key]` gives.
fn item(ty: &Type, key: &Type) -> Item {
    let Some(class) = ty.class() else { return Item::Is(Type::Any) };
    let is = |desc: &'static TypeDesc| ptr::eq(class, desc);
    let key_is = |desc: &'static TypeDesc| key.is_instance(desc);
    let sliced = key_is(&descs::SLICE);
    let sequence = [&descs::LIST, &descs::TUPLE, &descs::STR, &descs::BYTES, &descs::BYTEARRAY, &descs::RANGE]
        .iter()
        .any(|desc| is(desc));
    if sequence {
        if matches!(key, Type::Literal(Literal::Str(text)) if &**text == "^value")
            && (is(&descs::LIST) || is(&descs::STR))
        {
            return Item::Is(ty.clone());
        }
        let all_wrong = key != &Type::Never
            && key.members().iter().all(|key| {
                key.class().is_some_and(|class| {
                    is_plain(class) && !class.is_subtype(&descs::INT) && !ptr::eq(class, &descs::SLICE)
                })
            });
        if all_wrong {
            return Item::WrongIndex;
        }
        return Item::Is(match ty {
            Type::Tuple(items) => match key {
                Type::Literal(Literal::Int(at)) => {
                    let at = if *at < 0 { at.checked_add(i64::try_from(items.len()).unwrap_or(0)) } else { Some(*at) };
                    at.and_then(|at| usize::try_from(at).ok())
                        .and_then(|at| items.get(at))
                        .cloned()
                        .unwrap_or(Type::Any)
                }
                _ if sliced => Type::generic(&descs::TUPLE, [Type::union(items.iter().cloned())]),
                _ => Type::union(items.iter().cloned()),
            },
            _ if sliced => ty.widened(),
            _ if key.is_any() => Type::Any,
            other => match element(other) {
                // The author knows which kind stands at this very place.
                Some(Type::Union(_)) if matches!(key, Type::Literal(_)) => Type::Any,
                element => element.unwrap_or(Type::Any),
            },
        });
    }
    match ty {
        Type::Shape(shape) => Item::Is(match key {
            Type::Literal(Literal::Str(name)) => match (shape.field(name), &shape.rest) {
                (Some(field), _) => field.ty.clone(),
                (None, Rest::Typed(ty)) => ty.clone(),
                (None, _) => Type::Any,
            },
            _ if shape.fields.len() > 12 => Type::Any,
            _ => shape.values(),
        }),
        Type::Generic(_, items) if class.is_subtype(&descs::DICT) && items.len() == 2 => {
            Item::Is(items.get(1).cloned().unwrap_or(Type::Any))
        }
        Type::Message(_) | Type::Module(_) => Item::NotSubscriptable,
        Type::Member(..) | Type::Function(_) => Item::NotSubscriptable,
        Type::Class(_) => Item::Is(Type::Any),
        _ if NO_ITEMS.iter().any(|desc| is(desc)) => Item::NotSubscriptable,
        _ => Item::Is(Type::Any),
    }
}

/// Types without subscripts.
static NO_ITEMS: &[&TypeDesc] = &[
    &descs::NONE,
    &descs::BOOL,
    &descs::INT,
    &descs::FLOAT,
    &descs::DECIMAL,
    &descs::SET,
    &descs::FROZENSET,
    &descs::DATETIME,
    &descs::DATE,
    &descs::TIME,
    &descs::TIMEDELTA,
    &descs::TIMEZONE,
    &descs::GENERATOR,
    &descs::DICT_KEYS,
    &descs::DICT_VALUES,
    &descs::DICT_ITEMS,
    &descs::ELLIPSIS,
    &descs::iterators::MAP,
    &descs::iterators::FILTER,
    &descs::iterators::ZIP,
    &descs::iterators::ENUMERATE,
    &descs::iterators::REVERSED,
];
