//! Sets, frozen sets, and the set operators, which views of dicts have too (spec 5.6).

use super::iterate;
use super::receiver::wrong_receiver;
use crate::syntax::ast::BinaryOp;
use crate::table;
use crate::value::compare::{is_subset, view_set};
use crate::value::exceptions::key_error;
use crate::value::interrupt::checkpoint;
use crate::value::iter::Part;
use crate::value::table::Table;
use crate::value::{Cx, R, Ref, Set, Value};

table! {
    /// The methods that `set` and `frozenset` share.
    pub static METHODS = [
        /// Return a shallow copy.
        ///
        /// >>> {1, 2}.copy()
        /// {1, 2}
        Method Core "copy(self: set[T], /) -> set[T]" => copy;
        /// Return the elements that are in none of the others.
        ///
        /// >>> {1, 2, 3}.difference([2], [3])
        /// {1}
        Method Core "difference(self: set[T], /, *others: Iterable[Any]) -> set[T]" => difference;
        /// Return the elements that are in all of the others too.
        ///
        /// >>> {1, 2, 3}.intersection([2, 3], [3])
        /// {3}
        Method Core "intersection(self: set[T], /, *others: Iterable[Any]) -> set[T]" => intersection;
        /// Whether no element is in the other.
        ///
        /// >>> {1}.isdisjoint([2])
        /// True
        Method Core "isdisjoint(self: set[T], other: Iterable[Any], /) -> bool" => is_disjoint;
        /// Whether every element is in the other.
        ///
        /// >>> {1}.issubset([1, 2])
        /// True
        Method Core "issubset(self: set[T], other: Iterable[Any], /) -> bool" => is_subset_of;
        /// Whether every element of the other is in this set.
        ///
        /// >>> {1, 2}.issuperset([1])
        /// True
        Method Core "issuperset(self: set[T], other: Iterable[Any], /) -> bool" => is_superset_of;
        /// Return the elements that are in exactly one of both.
        ///
        /// >>> {1, 2}.symmetric_difference([2, 3])
        /// {1, 3}
        Method Core "symmetric_difference(self: set[T], other: Iterable[T], /) -> set[T]" => symmetric_difference;
        /// Return the elements of all.
        ///
        /// >>> {1}.union([2], [3])
        /// {1, 2, 3}
        Method Core "union(self: set[T], /, *others: Iterable[T]) -> set[T]" => union;
    ]
}

table! {
    /// The methods of `set` only.
    pub static MUTATING = [
        /// Add an element.
        ///
        /// >>> (s := {1}, s.add(2), s)[2]
        /// {1, 2}
        Method Core "add(self: set[T], element: T, /) -> None" => add;
        /// Remove all elements.
        ///
        /// >>> (s := {1}, s.clear(), s)[2]
        /// set()
        Method Core "clear(self: set[T], /) -> None" => clear;
        /// Remove the elements of others.
        ///
        /// >>> (s := {1, 2}, s.difference_update([2]), s)[2]
        /// {1}
        Method Core "difference_update(self: set[T], /, *others: Iterable[Any]) -> None" => difference_update;
        /// Remove an element if it is there.
        ///
        /// >>> (s := {1, 2}, s.discard(3), s)[2]
        /// {1, 2}
        Method Core "discard(self: set[T], element: Any, /) -> None" => discard;
        /// Keep only the elements that are in all of the others.
        ///
        /// >>> (s := {1, 2}, s.intersection_update([2, 3]), s)[2]
        /// {2}
        Method Core "intersection_update(self: set[T], /, *others: Iterable[Any]) -> None" => intersection_update;
        /// Remove and return an element; `KeyError` if the set is empty.
        ///
        /// >>> {7}.pop()
        /// 7
        Method Core "pop(self: set[T], /) -> T" => pop;
        /// Remove an element; `KeyError` if it is not there.
        ///
        /// >>> (s := {1, 2}, s.remove(1), s)[2]
        /// {2}
        Method Core "remove(self: set[T], element: Any, /) -> None" => remove;
        /// Keep the elements that are in exactly one of both.
        ///
        /// >>> (s := {1, 2}, s.symmetric_difference_update([2, 3]), s)[2]
        /// {1, 3}
        Method Core "symmetric_difference_update(self: set[T], other: Iterable[T], /) -> None" => symmetric_difference_update;
        /// Add the elements of others.
        ///
        /// >>> (s := {1}, s.update([2], (3,)), s)[2]
        /// {1, 2, 3}
        Method Core "update(self: set[T], /, *others: Iterable[T]) -> None" => update;
    ]
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Ref<Set>> {
    match a.first() {
        Some(Value::Set(set)) => Ok(set),
        other => Err(wrong_receiver(name, "set", other)),
    }
}

/// The elements of any iterable as a set.
///
/// # Errors
/// `TypeError` if the value is not iterable or an element is unhashable.
pub fn from_iterable(cx: &mut Cx<'_>, value: &Value, frozen: bool) -> R<Ref<Set>> {
    match value {
        Value::Set(set) => Ok(Set::new(set.items.borrow().clone(), frozen)),
        _ => {
            let set = Set::new(Table::default(), frozen);
            iterate::for_each(cx, value, |_, item| {
                set.add(item)?;
                Ok(true)
            })?;
            Ok(set)
        }
    }
}

fn others(a: &[Value]) -> Vec<Value> {
    match a.get(1) {
        Some(Value::Tuple(rest)) => rest.items.to_vec(),
        _ => Vec::new(),
    }
}

fn copy(_: &mut Cx<'_>, a: &[Value]) -> R {
    let set = own("copy", a)?;
    if set.frozen {
        return Ok(a[0].clone());
    }
    Ok(Value::Set(duplicate(set)))
}

fn duplicate(set: &Set) -> Ref<Set> {
    Set::new(set.items.borrow().clone(), set.frozen)
}

/// The elements of `a` that are in `b`, or those that are not.
fn filtered(a: &Set, b: &Set, keep: bool) -> R<Ref<Set>> {
    let mut items = Table::default();
    let other = b.items.borrow();
    for (key, hash, ()) in a.items.borrow().iter_hashed() {
        checkpoint(2)?;
        if other.find(hash, key)?.is_some() == keep {
            items.insert_new(hash, key.clone(), ());
        }
    }
    Ok(Set::new(items, a.frozen))
}

fn merged(a: &Set, b: &Set) -> R<Ref<Set>> {
    let result = duplicate(a);
    {
        let mut items = result.items.borrow_mut();
        for (key, hash, ()) in b.items.borrow().iter_hashed() {
            checkpoint(2)?;
            if items.find(hash, key)?.is_none() {
                items.insert_new(hash, key.clone(), ());
            }
        }
    }
    Ok(result)
}

fn symmetric(a: &Set, b: &Set) -> R<Ref<Set>> {
    merged(&*filtered(a, b, false)?, &*filtered(b, a, false)?)
}

fn difference(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut result = duplicate(own("difference", a)?);
    for other in others(a) {
        let other = from_iterable(cx, &other, false)?;
        result = filtered(&result, &other, false)?;
    }
    Ok(Value::Set(result))
}

fn intersection(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut result = duplicate(own("intersection", a)?);
    for other in others(a) {
        let other = from_iterable(cx, &other, false)?;
        result = filtered(&result, &other, true)?;
    }
    Ok(Value::Set(result))
}

fn union(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut result = duplicate(own("union", a)?);
    for other in others(a) {
        let other = from_iterable(cx, &other, false)?;
        result = merged(&result, &other)?;
    }
    Ok(Value::Set(result))
}

fn symmetric_difference(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let set = own("symmetric_difference", a)?;
    let other = from_iterable(cx, &a[1], false)?;
    Ok(Value::Set(symmetric(set, &other)?))
}

fn is_disjoint(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let set = own("isdisjoint", a)?;
    let mut disjoint = true;
    iterate::for_each(cx, &a[1], |_, item| {
        disjoint = !set.contains(&item)?;
        Ok(disjoint)
    })?;
    Ok(Value::Bool(disjoint))
}

fn is_subset_of(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let other = from_iterable(cx, &a[1], false)?;
    Ok(Value::Bool(is_subset(own("issubset", a)?, &other)?))
}

fn is_superset_of(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let other = from_iterable(cx, &a[1], false)?;
    Ok(Value::Bool(is_subset(&other, own("issuperset", a)?)?))
}

fn add(_: &mut Cx<'_>, a: &[Value]) -> R {
    own("add", a)?.add(a[1].clone())?;
    Ok(Value::None)
}

fn clear(_: &mut Cx<'_>, a: &[Value]) -> R {
    drop(own("clear", a)?.items.replace(Table::default()));
    Ok(Value::None)
}

/// An element given to `remove`, `discard`: a set stands for the equal frozen set.
fn element(value: &Value) -> Value {
    match value {
        Value::Set(set) if !set.frozen => Value::Set(Set::new(set.items.borrow().clone(), true)),
        other => other.clone(),
    }
}

fn discard(_: &mut Cx<'_>, a: &[Value]) -> R {
    own("discard", a)?.remove(&element(&a[1]))?;
    Ok(Value::None)
}

fn remove(_: &mut Cx<'_>, a: &[Value]) -> R {
    if own("remove", a)?.remove(&element(&a[1]))? { Ok(Value::None) } else { Err(key_error(a[1].clone())) }
}

fn pop(_: &mut Cx<'_>, a: &[Value]) -> R {
    let set = own("pop", a)?;
    let mut items = set.items.borrow_mut();
    let first = items.at(0).map(|(n, ..)| n);
    match first.and_then(|n| items.take(n)) {
        Some((key, ())) => Ok(key),
        None => Err(key_error(Value::str("pop from an empty set"))),
    }
}

/// Gives `set` the elements of `result`.
pub fn replace_items(set: &Set, result: &Set) {
    let items = result.items.borrow().clone();
    drop(set.items.replace(items));
}

fn update(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let set = own("update", a)?;
    for other in others(a) {
        let more = iterate::collect(cx, &other)?;
        for item in more {
            checkpoint(2)?;
            set.add(item)?;
        }
    }
    Ok(Value::None)
}

fn difference_update(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let set = own("difference_update", a)?;
    for other in others(a) {
        let other = from_iterable(cx, &other, false)?;
        let rest = filtered(set, &other, false)?;
        replace_items(set, &rest);
    }
    Ok(Value::None)
}

fn intersection_update(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let Value::Set(result) = intersection(cx, a)? else { return Ok(Value::None) };
    replace_items(own("intersection_update", a)?, &result);
    Ok(Value::None)
}

fn symmetric_difference_update(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let Value::Set(result) = symmetric_difference(cx, a)? else { return Ok(Value::None) };
    replace_items(own("symmetric_difference_update", a)?, &result);
    Ok(Value::None)
}

/// An operand of a set operator: a set, or a view of keys or items.
fn operand(cx: &mut Cx<'_>, value: &Value, from_view: bool) -> R<Option<Ref<Set>>> {
    match value {
        Value::Set(set) => Ok(Some(set.clone())),
        Value::View(view) if view.part != Part::Values => view_set(view).map(Some),
        // The operators of views take any iterable on the other side.
        other if from_view && iterate::is_iterable(other) => from_iterable(cx, other, false).map(Some),
        _ => Ok(None),
    }
}

/// `a op b` for `& | - ^`; `None` if the operands are not sets.
///
/// # Errors
/// `TypeError` for unhashable elements.
pub fn operator(cx: &mut Cx<'_>, op: BinaryOp, a: &Value, b: &Value) -> R<Option<Value>> {
    let is_view = |v: &Value| matches!(v, Value::View(view) if view.part != Part::Values);
    let views = is_view(a) || is_view(b);
    let (Some(x), Some(y)) = (operand(cx, a, views)?, operand(cx, b, views)?) else { return Ok(None) };
    let result = match op {
        BinaryOp::BitOr => merged(&x, &y)?,
        BinaryOp::BitAnd => filtered(&x, &y, true)?,
        BinaryOp::Sub => filtered(&x, &y, false)?,
        BinaryOp::BitXor => symmetric(&x, &y)?,
        _ => return Ok(None),
    };
    // A view makes sets, whatever stands on its other side.
    Ok(Some(Value::Set(if views && result.frozen { Set::new(result.items.borrow().clone(), false) } else { result })))
}
