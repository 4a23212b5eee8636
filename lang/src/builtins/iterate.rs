//! Iteration: `iter`, `next`, and what Rust code does with any iterable (spec 4.7).

use super::list;
use crate::mime;
use crate::value::compare::{self, eq};
use crate::value::exceptions::{runtime_error, type_error, value_error};
use crate::value::interrupt::checkpoint;
use crate::value::iter::{Part, State};
use crate::value::machine::{Resume, Resumed};
use crate::value::number::{self, IntView};
use crate::value::{Cx, Dict, HVec, Iter, List, R, Ref, Value};

/// `iter(value)`
///
/// # Errors
/// `TypeError` if the value is not iterable.
pub fn iter(cx: &mut Cx<'_>, value: &Value) -> R {
    let state = match value {
        Value::List(list) => State::List { list: list.clone(), at: 0 },
        Value::Tuple(tuple) => State::Tuple { tuple: tuple.clone(), at: 0 },
        Value::Short(_) | Value::Str(_) => State::Str { text: value.clone(), offset: 0 },
        Value::Bytes(bytes) => State::Bytes { bytes: bytes.clone(), at: 0 },
        Value::ByteArray(bytes) => State::ByteArray { bytes: bytes.clone(), at: 0 },
        Value::Dict(dict) => {
            State::Dict { dict: dict.clone(), at: 0, len: dict.len(), left: dict.len(), part: Part::Keys }
        }
        Value::View(view) => {
            let len = view.dict.len();
            State::Dict { dict: view.dict.clone(), at: 0, len, left: len, part: view.part }
        }
        Value::Set(set) => State::Set { set: set.clone(), at: 0, len: set.len() },
        Value::Range(range) => list::range_state(range),
        Value::MultiMap(map) => {
            let keys: HVec<Value> = map.to_vec().into_iter().map(|(key, _)| key).collect();
            State::List { list: List::new(keys), at: 0 }
        }
        Value::Iter(_) | Value::Generator(_) => return Ok(value.clone()),
        Value::Entity(entity) => {
            if entity.read_once.replace(false)
                && let Some(items) = mime::items::of(entity)?
            {
                return Ok(items);
            }
            let inner = entity.value()?;
            return iter(cx, &inner);
        }
        Value::Native(native) => {
            return match native.object.iter(cx, value) {
                Some(result) => result,
                None => Err(not_iterable(value)),
            };
        }
        _ => return Err(not_iterable(value)),
    };
    Ok(Value::Iter(Iter::new(state)))
}

#[cold]
fn not_iterable(value: &Value) -> crate::value::Raise {
    type_error(format!("'{}' object is not iterable", value.type_of().qualified()))
}

/// Whether `iter(value)` would work.
#[must_use]
pub fn is_iterable(value: &Value) -> bool {
    matches!(
        value,
        Value::List(_)
            | Value::Tuple(_)
            | Value::Short(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::ByteArray(_)
            | Value::Dict(_)
            | Value::View(_)
            | Value::Set(_)
            | Value::Range(_)
            | Value::MultiMap(_)
            | Value::Iter(_)
            | Value::Generator(_)
            | Value::Entity(_)
            | Value::Native(_)
    )
}

/// Whether `next(value)` would work.
#[must_use]
pub fn is_iterator(value: &Value) -> bool {
    matches!(value, Value::Iter(_) | Value::Generator(_) | Value::Native(_))
}

/// The next item of an iterator, `None` at its end.
///
/// # Errors
/// Whatever producing the item raises.
pub fn next(cx: &mut Cx<'_>, iterator: &Value) -> R<Option<Value>> {
    match iterator {
        Value::Iter(iter) => advance(cx, iter),
        Value::Generator(generator) => match cx.resume(generator, Resume::Send(Value::None))? {
            Resumed::Yield(value) => Ok(Some(value)),
            Resumed::Return(_) => Ok(None),
        },
        Value::Native(native) => match native.object.next(cx) {
            Some(result) => result,
            None => Err(not_iterator(iterator)),
        },
        _ => Err(not_iterator(iterator)),
    }
}

#[cold]
fn not_iterator(value: &Value) -> crate::value::Raise {
    type_error(format!("'{}' object is not an iterator", value.type_of().qualified()))
}

/// Iterators that may draw from one another, one inside the other.
const DEPTH: u32 = 10_000;

thread_local! {
    static NESTING: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// What is left to do for an iterator once its state is no longer borrowed, because it runs other code.
enum Pending {
    Map { function: Value, iters: HVec<Value> },
    Filter { function: Value, iter: Value },
    Zip { iters: HVec<Value>, strict: bool },
    Enumerate { iter: Value, count: Value },
    Callable { function: Value, sentinel: Value },
    Index { sequence: Value, at: usize },
    Native,
}

fn advance(cx: &mut Cx<'_>, iter: &Ref<Iter>) -> R<Option<Value>> {
    let pending = {
        let mut state = iter.state.borrow_mut();
        match step(&mut state)? {
            Ok(Some(value)) => return Ok(Some(value)),
            Ok(None) => {
                let old = std::mem::replace(&mut *state, State::Done);
                drop(state);
                drop(old);
                return Ok(None);
            }
            Err(pending) => pending,
        }
    };
    let result = compare::deeper(&NESTING, DEPTH, "", || finish(cx, iter, pending));
    if !matches!(result, Ok(Some(_))) && !iter.state.is_borrowed() && !keeps_state(iter) {
        drop(iter.state.replace(State::Done));
    }
    result
}

/// `map` and friends ask their iterators again after an end or an error; other iterators stay ended.
fn keeps_state(iter: &Iter) -> bool {
    matches!(
        &*iter.state.borrow(),
        State::Map { .. } | State::Filter { .. } | State::Zip { .. } | State::Enumerate { .. } | State::Native(_)
    )
}

/// Advances what needs no other code: `Ok(None)` is the end.
#[allow(clippy::too_many_lines)] // One arm per kind of iterator.
fn step(state: &mut State) -> R<Result<Option<Value>, Pending>> {
    Ok(Ok(match state {
        State::Done => None,
        State::List { list, at } => {
            let value = list.get(*at);
            *at += usize::from(value.is_some());
            value
        }
        State::ListReverse { list, at } => {
            let value = at.checked_sub(1).and_then(|n| list.get(n));
            *at = at.saturating_sub(1);
            value
        }
        State::Tuple { tuple, at } => {
            let value = tuple.items.get(*at).cloned();
            *at += 1;
            value
        }
        State::Str { text, offset } => {
            let rest = text.text_bytes().and_then(|bytes| bytes.get(*offset..)).unwrap_or_default();
            if rest.is_empty() {
                None
            } else {
                let len = rest.iter().skip(1).take_while(|b| **b & 0xC0 == 0x80).count() + 1;
                *offset += len;
                Some(Value::text(&rest[..len]))
            }
        }
        State::Bytes { bytes, at } => {
            let value = bytes.bytes().get(*at).map(|b| Value::Int(i64::from(*b)));
            *at += 1;
            value
        }
        State::ByteArray { bytes, at } => {
            let value = bytes.bytes.borrow().get(*at).map(|b| Value::Int(i64::from(*b)));
            *at += 1;
            value
        }
        State::Range { next, step, left } => {
            if *left == 0 {
                None
            } else {
                *left -= 1;
                let value = *next;
                *next = next.wrapping_add(*step);
                Some(Value::Int(value))
            }
        }
        State::LongRange { next, step, left } => {
            if matches!(left, Value::Int(0)) {
                None
            } else {
                let value = next.clone();
                *next = add(next, step)?;
                *left = add(left, &Value::Int(-1))?;
                Some(value)
            }
        }
        State::Dict { dict, at, len, left, part } => {
            if dict.len() != *len {
                *len = usize::MAX;
                return Err(changed_size(dict));
            }
            match dict.at(*at) {
                Some(_) if *left == 0 => {
                    return Err(runtime_error("dictionary keys changed during iteration"));
                }
                Some((n, key, value)) => {
                    *at = n + 1;
                    *left -= 1;
                    Some(select(*part, key, value))
                }
                None => None,
            }
        }
        State::DictReverse { dict, at, len, part } => {
            if dict.len() != *len {
                *len = usize::MAX;
                return Err(changed_size(dict));
            }
            dict.before(*at).map(|(n, key, value)| {
                *at = n;
                select(*part, key, value)
            })
        }
        State::Set { set, at, len } => {
            if set.len() != *len {
                *len = usize::MAX;
                return Err(runtime_error("Set changed size during iteration"));
            }
            let found = set.items.borrow().at(*at).map(|(n, key, ())| (n, key.clone()));
            found.map(|(n, key)| {
                *at = n + 1;
                key
            })
        }
        State::Values { values, .. } => values.next(),
        State::Map { function, iters } => {
            return Ok(Err(Pending::Map { function: function.clone(), iters: iters.clone() }));
        }
        State::Filter { function, iter } => {
            return Ok(Err(Pending::Filter { function: function.clone(), iter: iter.clone() }));
        }
        State::Zip { iters, strict } => return Ok(Err(Pending::Zip { iters: iters.clone(), strict: *strict })),
        State::Enumerate { iter, count } => {
            let this = count.clone();
            *count = add(count, &Value::Int(1))?;
            return Ok(Err(Pending::Enumerate { iter: iter.clone(), count: this }));
        }
        State::Callable { function, sentinel } => {
            return Ok(Err(Pending::Callable { function: function.clone(), sentinel: sentinel.clone() }));
        }
        State::Reversed { sequence, at } => match at.checked_sub(1) {
            None => None,
            Some(n) => {
                *at = n;
                return Ok(Err(Pending::Index { sequence: sequence.clone(), at: n }));
            }
        },
        State::Native(native) => match native.next_alone() {
            Some(item) => item?,
            None => return Ok(Err(Pending::Native)),
        },
    }))
}

#[cold]
fn changed_size(dict: &Dict) -> crate::value::Raise {
    let ordered = std::ptr::eq(dict.class(), &crate::value::types::ORDERED_DICT);
    runtime_error(if ordered {
        "OrderedDict mutated during iteration"
    } else {
        "dictionary changed size during iteration"
    })
}

fn add(a: &Value, b: &Value) -> R {
    number::binary(crate::syntax::ast::BinaryOp::Add, a, b).unwrap_or_else(|| Ok(a.clone()))
}

fn select(part: Part, key: Value, value: Value) -> Value {
    match part {
        Part::Keys => key,
        Part::Values => value,
        Part::Items => Value::tuple([key, value]),
    }
}

fn finish(cx: &mut Cx<'_>, own: &Ref<Iter>, pending: Pending) -> R<Option<Value>> {
    match pending {
        Pending::Map { function, iters } => {
            let mut args = Vec::with_capacity(iters.len());
            for iter in iters.iter() {
                match next(cx, iter)? {
                    Some(value) => args.push(value),
                    None => return Ok(None),
                }
            }
            cx.call(&function, &args).map(Some)
        }
        Pending::Filter { function, iter } => loop {
            checkpoint(2)?;
            let Some(value) = next(cx, &iter)? else { return Ok(None) };
            let keep = match &function {
                Value::None => super::truth(cx, &value)?,
                function => {
                    let answer = cx.call(function, std::slice::from_ref(&value))?;
                    super::truth(cx, &answer)?
                }
            };
            if keep {
                return Ok(Some(value));
            }
        },
        Pending::Zip { iters, strict } => zip(cx, &iters, strict),
        Pending::Enumerate { iter, count } => Ok(next(cx, &iter)?.map(|value| Value::tuple([count, value]))),
        Pending::Callable { function, sentinel } => {
            let value = cx.call(&function, &[])?;
            Ok((!eq(&value, &sentinel)?).then_some(value))
        }
        Pending::Index { sequence, at } => super::subscript::get(cx, &sequence, &Value::size(at)).map(Some),
        Pending::Native => {
            // The iterator is taken out while it runs, so that it may be reached again from inside.
            let State::Native(mut native) = own.state.replace(State::Done) else { return Ok(None) };
            let result = native.next(cx);
            drop(own.state.replace(State::Native(native)));
            result
        }
    }
}

fn zip(cx: &mut Cx<'_>, iters: &[Value], strict: bool) -> R<Option<Value>> {
    let mut values = HVec::with_capacity(iters.len());
    for (n, iter) in iters.iter().enumerate() {
        match next(cx, iter)? {
            Some(value) => values.push(value),
            None if !strict => return Ok(None),
            None if n > 0 => {
                let others = if n == 1 { "argument 1".to_owned() } else { format!("arguments 1-{n}") };
                return Err(value_error(format!("zip() argument {} is shorter than {others}", n + 1)));
            }
            None => {
                for (n, iter) in iters.iter().enumerate().skip(1) {
                    if next(cx, iter)?.is_some() {
                        let others = if n == 1 { "argument 1".to_owned() } else { format!("arguments 1-{n}") };
                        return Err(value_error(format!("zip() argument {} is longer than {others}", n + 1)));
                    }
                }
                return Ok(None);
            }
        }
    }
    if iters.is_empty() {
        return Ok(None);
    }
    Ok(Some(Value::Tuple(crate::value::Tuple::new(values))))
}

/// Calls `see` with every item; `see` gives `false` to stop early.
///
/// # Errors
/// `TypeError` if the value is not iterable, or whatever iterating or `see` raises.
pub fn for_each(cx: &mut Cx<'_>, iterable: &Value, mut see: impl FnMut(&mut Cx<'_>, Value) -> R<bool>) -> R<()> {
    let iterator = iter(cx, iterable)?;
    while let Some(value) = next(cx, &iterator)? {
        checkpoint(4)?;
        if !see(cx, value)? {
            break;
        }
    }
    Ok(())
}

/// All items.
///
/// # Errors
/// As [`for_each`].
pub fn collect(cx: &mut Cx<'_>, iterable: &Value) -> R<HVec<Value>> {
    match iterable {
        Value::List(list) => return Ok(list.items.borrow().clone()),
        Value::Tuple(tuple) => return Ok(tuple.items.clone()),
        _ => {}
    }
    let mut items = HVec::new();
    let iterator = iter(cx, iterable)?;
    while let Some(value) = next(cx, &iterator)? {
        checkpoint(4)?;
        items.push(value);
    }
    Ok(items)
}

/// `len(value)`
///
/// # Errors
/// `TypeError` if the value has no length.
pub fn length(cx: &mut Cx<'_>, value: &Value) -> R<usize> {
    Ok(match value {
        Value::Short(_) | Value::Str(_) => value.as_text().map_or(0, |t| t.chars()),
        Value::List(l) => l.len(),
        Value::Tuple(t) => t.items.len(),
        Value::Dict(d) => d.len(),
        Value::Set(s) => s.len(),
        Value::View(v) => v.dict.len(),
        Value::Bytes(b) => b.bytes().len(),
        Value::ByteArray(b) => b.bytes.borrow().len(),
        Value::MultiMap(m) => m.len(),
        Value::Range(r) => match IntView::of(&r.len) {
            Some(IntView::Small(n)) => usize::try_from(n).unwrap_or(0),
            _ => {
                return Err(crate::value::exceptions::overflow_error("Python int too large to convert to C ssize_t"));
            }
        },
        Value::Entity(e) => {
            let inner = e.value()?;
            return length(cx, &inner);
        }
        Value::Native(n) => match n.object.len(cx) {
            Some(len) => return len,
            None => return Err(no_length(value)),
        },
        _ => return Err(no_length(value)),
    })
}

#[cold]
fn no_length(value: &Value) -> crate::value::Raise {
    type_error(format!("object of type '{}' has no len()", value.type_of().qualified()))
}
