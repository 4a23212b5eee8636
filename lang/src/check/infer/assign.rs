//! Assignments: names, attributes, subscripts, unpacking, deletion, and what containers hold afterwards.

use std::sync::Arc;

use super::Pass;
use super::expression::put;
use super::flow::{Bound, Evidence, Known, Variable};
use crate::check::symbols::SymbolId;
use crate::check::types::fit::{self, Fit, fit};
use crate::check::types::{Field, Literal, Rest, Shape, Type};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Stmt};
use crate::value::types as descs;

impl<'a> Pass<'a> {
    pub(super) fn assignment(&mut self, targets: &'a [Expr], value: &'a Expr) {
        let known = self.expr(value);
        for target in targets {
            self.assign(target, &known, value);
        }
    }

    pub(super) fn annotated(&mut self, target: &'a Expr, annotation: &'a Expr, value: Option<&'a Expr>) {
        let promised = self.annotation(annotation);
        let known = value.map(|value| self.expr(value));
        if let (Some(known), Some(value)) = (&known, value)
            && fit(&known.ty, &promised) == Fit::No
        {
            self.contradicts(value.span, annotation, &known.ty, &promised);
        }
        match known {
            Some(known) => {
                // What the value shows is more exact than what the annotation promises, unless it shows nothing.
                let vague = known.ty.is_any() || fit(&known.ty, &promised) == Fit::No || has_never(&known.ty);
                let known = if vague { Known::new(promised, Evidence::Likely) } else { known };
                self.assign(target, &known, value.unwrap_or(target));
            }
            None => {
                if !matches!(target.kind, ExprKind::Name(_)) {
                    self.expr(target);
                }
            }
        }
    }

    pub(super) fn augmented(&mut self, stmt: &'a Stmt, target: &'a Expr, op: BinaryOp, op_span: Span, value: &'a Expr) {
        let before = match &target.kind {
            ExprKind::Name(name) => {
                // Reading and binding are written at the same place.
                let known = self.name(name, target.span);
                self.record(target.span, &known.ty);
                known
            }
            _ => self.expr(target),
        };
        let known = self.expr(value);
        let result = self.operate(stmt.span, target, &before, op, op_span, value, &known, true);
        match &target.kind {
            ExprKind::Name(_) => self.bind(target.span, result),
            _ => self.assign(target, &result, value),
        }
    }

    /// Gives `target` a value; `value` is the expression it came from.
    pub(super) fn assign(&mut self, target: &'a Expr, known: &Known, value: &'a Expr) {
        match &target.kind {
            ExprKind::Name(_) => {
                self.record(target.span, &known.ty);
                self.bind(target.span, known.clone());
            }
            ExprKind::Starred(inner) => self.assign(inner, known, value),
            ExprKind::Tuple(items) | ExprKind::List(items) => self.unpack(target, items, known, value),
            ExprKind::Attribute { value: object, attr } => {
                let owner = self.expr(object);
                self.assign_attribute(&owner, object, attr, known);
            }
            ExprKind::Subscript { value: object, index } => {
                let owner = self.expr(object);
                let key = self.expr(index);
                self.assign_item(&owner, object, &key, index, known);
            }
            _ => {}
        }
    }

    /// The target of a `for`: like an assignment of an element, with advice for dicts.
    pub(super) fn assign_iterated(&mut self, target: &'a Expr, element: &Known, iter: &'a Expr, container: &Known) {
        if let ExprKind::Tuple(items) = &target.kind
            && items.len() == 2
            && is_dict(&container.ty)
            && element.ty.widened() == Type::STR
        {
            let text = self.source.slice(iter.span);
            let message =
                format!("iterating over a dict gives its keys, and a key is unpacked into {} names", items.len());
            let found = Diagnostic::new(Code(2009), self.severity(container.by, true), iter.span, message)
                .with_help(format!("for keys and values write `{text}.items()`"))
                .with_fix(Span::at(iter.span.end), ".items()");
            self.push(found);
            for item in items {
                self.assign(item, &Known::any(), item);
            }
            return;
        }
        // The elements are what is unpacked: how many there are says nothing.
        self.assign(target, element, target);
    }

    fn unpack(&mut self, target: &'a Expr, items: &'a [Expr], known: &Known, value: &'a Expr) {
        let star = items.iter().position(|item| matches!(item.kind, ExprKind::Starred(_)));
        if let Some(columns) = columns(&known.ty, items.len(), star) {
            for (item, ty) in items.iter().zip(columns) {
                self.assign(item, &known.taken(ty), value);
            }
            return;
        }
        let wanted = items.len() - usize::from(star.is_some());
        self.check_count(target, items, wanted, star.is_some(), known, value);
        let element = self.iterate(known, value);
        for item in items {
            let ty = if matches!(item.kind, ExprKind::Starred(_)) {
                Type::list(element.ty.clone())
            } else {
                element.ty.clone()
            };
            self.assign(item, &element.with(ty), value);
        }
    }

    fn check_count(&mut self, target: &Expr, items: &[Expr], wanted: usize, open: bool, known: &Known, value: &Expr) {
        let count = |ty: &Type| match ty {
            Type::Tuple(elements) => Some(elements.len()),
            Type::Literal(Literal::Str(text)) => Some(text.chars().count()),
            _ => None,
        };
        // A list display shows its length.
        let shown = match &value.kind {
            ExprKind::List(elements) if !elements.iter().any(|e| matches!(e.kind, ExprKind::Starred(_))) => {
                Some(elements.len())
            }
            _ => None,
        };
        let members = known.ty.members();
        let is_wrong = |ty: &&Type| count(ty).or(shown).is_some_and(|n| if open { n < wanted } else { n != wanted });
        let wrong: Vec<&Type> = members.iter().filter(is_wrong).collect();
        if let Some(first) = wrong.first() {
            let n = count(first).or(shown).unwrap_or(0);
            let least = if open { "at least " } else { "" };
            let message =
                format!("{n} values cannot be unpacked into {least}{} names", if open { wanted } else { items.len() });
            let help = if n > wanted {
                "take the rest with `*rest`, or select the values by index"
            } else {
                "there are fewer values than names"
            };
            self.fails(2009, target.span, known.by, wrong.len() < members.len(), message, Some(help.to_owned()));
        }
    }

    fn assign_attribute(
        &mut self,
        owner: &Known,
        object: &'a Expr,
        attr: &'a crate::syntax::ast::Ident,
        value: &Known,
    ) {
        if let Some(symbol) = super::narrow::root_symbol(object, self.symbols) {
            self.frame.state.forget_places(symbol);
            if let (Type::Message(message), ExprKind::Name(_)) = (&owner.ty, &object.kind) {
                let mut message = (**message).clone();
                let known = value.ty.clone();
                match &*attr.name {
                    "payload" => message.payload = known,
                    "vars" => message.vars = known,
                    "attrs" => message.attrs = known,
                    _ => {
                        self.read_only(attr, owner);
                        return;
                    }
                }
                self.frame.state.refine(symbol, Type::Message(Arc::new(message)));
                return;
            }
        }
        let fixed =
            |ty: &Type| ty.class().is_some_and(|class| fit::is_plain(class) && !std::ptr::eq(class, &descs::FUNCTION));
        if !owner.ty.is_any() && !owner.ty.members().is_empty() && owner.ty.members().iter().all(fixed) {
            self.read_only(attr, owner);
        }
    }

    fn read_only(&mut self, attr: &crate::syntax::ast::Ident, owner: &Known) {
        let what = owner.ty.class().map_or_else(|| owner.ty.to_string(), |class| class.full_name());
        let message = format!("the attribute `{}` of `{what}` cannot be assigned", attr.name);
        let help = match &owner.ty {
            Type::Message(_) => {
                "only `payload`, `vars` and `attrs` can be assigned; store your own data in `msg.vars['name']`"
                    .to_owned()
            }
            ty if is_dict(ty) => format!("write `[{:?}] =` to set a key", &*attr.name).replace('"', "'"),
            _ => "keep the value in a variable of its own".to_owned(),
        };
        self.fails(2005, attr.span, owner.by, false, message, Some(help));
    }

    fn assign_item(&mut self, owner: &Known, object: &'a Expr, key: &Known, index: &'a Expr, value: &Known) {
        self.check_index(owner, object, key, index, true);
        let updated = stored(&owner.ty, &key.ty, &value.ty);
        self.changed_inside(object, &owner.ty, updated);
    }

    /// The container that `object` gives holds something else now: `is` became `updated`.
    pub(super) fn changed_inside(&mut self, object: &'a Expr, is: &Type, updated: Type) {
        let Some(symbol) = super::narrow::root_symbol(object, self.symbols) else { return };
        self.frame.state.forget_places(symbol);
        if let ExprKind::Name(_) = object.kind {
            self.update(symbol, updated);
            return;
        }
        // Deeper inside: this place is known, and what else the variable held inside is no longer certain.
        let variable = self.frame.state.get(symbol);
        if is.is_any() || variable.bound != Bound::Yes || matches!(variable.known.ty, Type::Message(_)) {
            return;
        }
        let by = variable.known.by;
        self.update(symbol, blurred(&variable.known.ty));
        let place = self.source.slice(object.span).to_owned();
        self.frame.state.refine_place(symbol, &place, Known::new(updated, by));
    }

    /// A container variable holds something new.
    fn update(&mut self, symbol: SymbolId, ty: Type) {
        let Some(variable) = self.frame.state.find(symbol).cloned() else { return };
        let known = variable.known.with(ty);
        let variable = Variable { known, ..variable };
        for handler in &mut self.frame.handlers {
            handler.join_variable(symbol, &variable);
        }
        self.frame.state.set(symbol, variable);
    }

    pub(super) fn delete(&mut self, target: &'a Expr) {
        match &target.kind {
            ExprKind::Name(name) => {
                self.name(name, target.span);
                self.unbind(target.span);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.delete(item)),
            ExprKind::Subscript { value, index } => {
                let owner = self.expr(value);
                let key = self.expr(index);
                self.check_index(&owner, value, &key, index, true);
                if let (ExprKind::Name(_), Some(symbol)) =
                    (&value.kind, super::narrow::root_symbol(value, self.symbols))
                {
                    let ty = match (&owner.ty, &key.ty) {
                        (Type::Shape(shape), Type::Literal(Literal::Str(key))) => {
                            let fields = shape.fields.iter().filter(|field| field.key != *key).cloned().collect();
                            Type::Shape(Arc::new(Shape { fields, rest: shape.rest.clone() }))
                        }
                        (Type::Shape(shape), _) => {
                            let optional = |field: &Field| Field { required: false, ..field.clone() };
                            let fields = shape.fields.iter().map(optional).collect();
                            Type::Shape(Arc::new(Shape { fields, rest: shape.rest.clone() }))
                        }
                        (other, _) => other.clone(),
                    };
                    self.update(symbol, ty);
                } else if let Some(symbol) = super::narrow::root_symbol(value, self.symbols) {
                    self.frame.state.forget_places(symbol);
                }
            }
            _ => {
                self.expr(target);
            }
        }
    }

    /// A name has no value any more.
    pub(super) fn unbind(&mut self, span: Span) {
        if let Some(symbol) = self.symbols.written_at(span.start) {
            let gone = Variable { known: Known::any(), bound: Bound::No, origin: None };
            for handler in &mut self.frame.handlers {
                handler.join_variable(symbol, &gone);
            }
            self.frame.state.set(symbol, gone);
        }
    }
}

/// What `count` targets get from tuples, position by position, if all alternatives are tuples of fitting lengths; the target
/// at `star` gets a list. Kinds that differ from one tuple to the next belong to their neighbours, so nothing is said of them.
fn columns(ty: &Type, count: usize, star: Option<usize>) -> Option<Vec<Type>> {
    let row = |member: &Type| {
        let Type::Tuple(elements) = member else { return None };
        let extra = (elements.len() + 1).checked_sub(count).filter(|extra| star.is_some() || *extra == 1)?;
        let mut rest = elements.iter();
        let next = |at: usize| {
            if Some(at) == star {
                Type::list(Type::union(rest.by_ref().take(extra).map(Type::widened)))
            } else {
                rest.next().cloned().unwrap_or(Type::Any)
            }
        };
        Some((0..count).map(next).collect::<Vec<Type>>())
    };
    let mut rows = ty.members().iter().map(row);
    let mut columns = rows.next()??;
    for row in rows {
        for (column, ty) in columns.iter_mut().zip(row?) {
            *column = if column.widened() == ty.widened() { column.join(&ty) } else { Type::Any };
        }
    }
    Some(columns)
}

pub(super) fn is_dict(ty: &Type) -> bool {
    ty.is_instance(&descs::DICT)
}

fn has_never(ty: &Type) -> bool {
    match ty {
        Type::Generic(_, items) => items.contains(&Type::Never),
        Type::Shape(shape) => shape.fields.is_empty(),
        _ => false,
    }
}

/// A container after `container[key] = value`.
pub(super) fn stored(container: &Type, key: &Type, value: &Type) -> Type {
    match container {
        Type::Shape(shape) => match key {
            Type::Literal(Literal::Str(key)) => {
                let mut fields = shape.fields.clone();
                put(&mut fields, Field { key: key.clone(), ty: value.clone(), required: true });
                Type::shape(fields, shape.rest.clone())
            }
            _ if shape.fields.is_empty() && shape.rest == Rest::Closed => Type::dict(key.widened(), value.widened()),
            // Some key, perhaps one of those that are known.
            _ if *key == Type::STR || key.is_any() => {
                let touched = |field: &Field| Field { ty: field.ty.join(value), ..field.clone() };
                let rest = match &shape.rest {
                    Rest::Closed => Rest::Typed(value.widened()),
                    Rest::Typed(ty) => Rest::Typed(ty.join(&value.widened())),
                    Rest::Unmentioned => Rest::Unmentioned,
                };
                Type::shape(shape.fields.iter().map(touched).collect(), rest)
            }
            _ => Type::dict(Type::STR.join(&key.widened()), shape.values().join(&value.widened())),
        },
        // `row['id'] = int(…)` says something about this key, and nothing about the others.
        Type::Generic(desc, items)
            if std::ptr::eq(*desc, &descs::DICT)
                && matches!(key, Type::Literal(Literal::Str(_)))
                && items.first().is_some_and(|keys| keys.is_any() || *keys == Type::STR) =>
        {
            let rest = Rest::Typed(items.get(1).cloned().unwrap_or(Type::Any));
            stored(&Type::shape(Vec::new(), rest), key, value)
        }
        Type::Generic(desc, items) => match (&items[..], desc) {
            ([k, v], _) => Type::Generic(desc, [k.join(&key.widened()), v.join(&value.widened())].into()),
            // Places filled one by one: which of them hold the old kind is not known.
            ([element], _) if element.widened() == value.widened() => container.clone(),
            ([_], _) => Type::generic(desc, [Type::Any]),
            _ => container.clone(),
        },
        other => other.clone(),
    }
}

/// The same with `Any` for what is inside containers inside.
fn blurred(ty: &Type) -> Type {
    let inner = |ty: &Type| if ty.is_mutable() { Type::Any } else { ty.clone() };
    match ty {
        Type::Shape(shape) => {
            let fields = shape.fields.iter().map(|field| Field { ty: inner(&field.ty), ..field.clone() }).collect();
            Type::Shape(Arc::new(Shape { fields, rest: shape.rest.clone() }))
        }
        Type::Generic(desc, items) => Type::Generic(desc, items.iter().map(inner).collect()),
        other => other.clone(),
    }
}
