//! `x[key]`: reading, assigning and deleting (spec 4.6, 5.4, 5.5, 5.8, 6.3).

use num_traits::Signed;

use super::{entity, list, multimap};
use crate::value::containers::Slice;
use crate::value::exceptions::{index_error, key_error, type_error, value_error};
use crate::value::number::IntView;
use crate::value::{Cx, HVec, List, R, Tuple, Value, flow};

/// `object[key]`
///
/// # Errors
/// `KeyError`, `IndexError`, or `TypeError` if the object cannot be subscripted that way.
pub fn get(cx: &mut Cx<'_>, object: &Value, key: &Value) -> R {
    match object {
        Value::Dict(dict) => match dict.get(key)? {
            Some(value) => Ok(value),
            None => super::dict::missing(cx, dict, key),
        },
        Value::List(list) => match key {
            Value::Slice(slice) => {
                let items = list.items.borrow();
                Ok(Value::List(List::new(pick(&items, slice)?)))
            }
            _ if is_value_selector(key) => flow::make_plain(object),
            _ => {
                let at = index("list", key, list.len())?;
                list.get(at).ok_or_else(|| index_error("list index out of range"))
            }
        },
        Value::Tuple(tuple) => match key {
            Value::Slice(slice) => Ok(Value::Tuple(Tuple::new(pick(&tuple.items, slice)?))),
            _ => {
                let at = index("tuple", key, tuple.items.len())?;
                tuple.items.get(at).cloned().ok_or_else(|| index_error("tuple index out of range"))
            }
        },
        Value::Short(_) | Value::Str(_) => get_text(object, key),
        Value::Bytes(bytes) => match key {
            Value::Slice(slice) => {
                let bounds = Bounds::of(slice, bytes.bytes().len())?;
                if bounds.step == 1 {
                    return Ok(Value::Bytes(bytes.part(bounds.start, bounds.start + bounds.count)));
                }
                Ok(Value::bytes(&bounds.positions().map(|n| bytes.bytes()[n]).collect::<Vec<u8>>()))
            }
            _ => {
                let at = index("byte", key, bytes.bytes().len())?;
                bytes
                    .bytes()
                    .get(at)
                    .map(|b| Value::Int(i64::from(*b)))
                    .ok_or_else(|| index_error("index out of range"))
            }
        },
        Value::ByteArray(array) => {
            let bytes = array.bytes.borrow();
            match key {
                Value::Slice(slice) => {
                    let bounds = Bounds::of(slice, bytes.len())?;
                    Ok(list::bytes_like(object, bounds.positions().map(|n| bytes[n]).collect()))
                }
                _ => {
                    let at = index("bytearray", key, bytes.len())?;
                    let byte = bytes.get(at).ok_or_else(|| index_error("bytearray index out of range"))?;
                    Ok(Value::Int(i64::from(*byte)))
                }
            }
        }
        Value::Range(range) => list::range_get(range, key),
        Value::MultiMap(map) => multimap::get(map, key),
        Value::Entity(own) => entity::get(cx, own, key),
        Value::Native(native) => match native.object.get_item(cx, key) {
            Some(result) => result,
            None => Err(not_subscriptable(object)),
        },
        Value::Type(desc) => super::generic::subscript(desc, key),
        _ => Err(not_subscriptable(object)),
    }
}

/// `'^value'` on lists and texts gives their plain form (spec 4.12 no. 7).
fn is_value_selector(key: &Value) -> bool {
    key.text_bytes() == Some(b"^value")
}

#[cold]
fn not_subscriptable(object: &Value) -> crate::value::Raise {
    type_error(format!("'{}' object is not subscriptable", object.type_of().qualified()))
}

fn get_text(object: &Value, key: &Value) -> R {
    let Some(text) = object.as_text() else { return Err(not_subscriptable(object)) };
    if let Value::Slice(slice) = key {
        let bounds = Bounds::of(slice, text.chars())?;
        if bounds.step == 1 {
            return Ok(Value::text(text.slice(bounds.start, bounds.start + bounds.count)));
        }
        let mut picked = HVec::with_capacity(bounds.count);
        for n in bounds.positions() {
            crate::value::interrupt::checkpoint(2)?;
            picked.extend_bytes(text.slice(n, n + 1));
        }
        return Ok(Value::text_vec(picked));
    }
    if is_value_selector(key) {
        return Ok(object.clone());
    }
    if IntView::of(key).is_none() {
        return Err(type_error(format!("string indices must be integers, not '{}'", key.type_of().qualified())));
    }
    let at = index("string", key, text.chars())?;
    if at >= text.chars() {
        return Err(index_error("string index out of range"));
    }
    Ok(Value::text(text.slice(at, at + 1)))
}

/// A position from an index that may be negative; out of range gives `usize::MAX`.
///
/// # Errors
/// `TypeError` naming `kind` if the key is no int; `IndexError` if it fits no machine word.
pub fn index(kind: &str, key: &Value, len: usize) -> R<usize> {
    match IntView::of(key) {
        Some(IntView::Small(n)) => {
            let n = if n < 0 { n + i64::try_from(len).unwrap_or(i64::MAX) } else { n };
            Ok(usize::try_from(n).unwrap_or(usize::MAX))
        }
        Some(IntView::Big(_)) => Err(index_error("cannot fit 'int' into an index-sized integer")),
        None => {
            let what = if kind == "string" { "indices must be integers" } else { "indices must be integers or slices" };
            Err(type_error(format!("{kind} {what}, not {}", key.type_of().qualified())))
        }
    }
}

/// The positions that a slice selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// First position.
    pub start: usize,
    /// Difference between positions; not zero.
    pub step: isize,
    /// How many.
    pub count: usize,
    /// Where the slice ends, clipped: the place of an insertion if the slice is empty is `start`.
    pub stop: usize,
}

/// A bound as a number, huge ones cut to the range of lengths.
fn bound(value: &Value) -> R<Option<i64>> {
    match IntView::of(value) {
        Some(IntView::Small(n)) => Ok(Some(n)),
        Some(IntView::Big(n)) => Ok(Some(if n.is_negative() { i64::MIN } else { i64::MAX })),
        None if value.is_none() => Ok(None),
        None => Err(type_error("slice indices must be integers or None or have an __index__ method")),
    }
}

impl Bounds {
    /// The positions of `slice` in a sequence of `len` elements.
    ///
    /// # Errors
    /// `TypeError` for bounds that are no ints, `ValueError` for a step of zero.
    pub fn of(slice: &Slice, len: usize) -> R<Bounds> {
        let step = bound(&slice.step)?.unwrap_or(1);
        if step == 0 {
            return Err(value_error("slice step cannot be zero"));
        }
        let step = step.max(-i64::MAX);
        let size = i64::try_from(len).unwrap_or(i64::MAX);
        let (low, high) = if step < 0 { (-1, size - 1) } else { (0, size) };
        let clip = |bound: Option<i64>, default: i64| match bound {
            None => default,
            Some(n) if n < 0 => n.saturating_add(size).max(low),
            Some(n) => n.min(high),
        };
        let start = clip(bound(&slice.start)?, if step < 0 { high } else { low });
        let stop = clip(bound(&slice.stop)?, if step < 0 { low } else { high });
        let count = if step < 0 && stop < start {
            (start - stop - 1) / -step + 1
        } else if step > 0 && start < stop {
            (stop - start - 1) / step + 1
        } else {
            0
        };
        Ok(Bounds {
            start: usize::try_from(start).unwrap_or(0),
            step: isize::try_from(step).unwrap_or(isize::MAX),
            count: usize::try_from(count).unwrap_or(0),
            stop: usize::try_from(stop.max(start)).unwrap_or(0),
        })
    }

    /// The selected positions in order.
    pub fn positions(self) -> impl ExactSizeIterator<Item = usize> {
        (0..self.count).map(move |n| {
            // Inside the sequence by construction, so this cannot overflow.
            self.start.wrapping_add_signed(self.step.wrapping_mul(n as isize))
        })
    }
}

fn pick(items: &[Value], slice: &Slice) -> R<HVec<Value>> {
    let bounds = Bounds::of(slice, items.len())?;
    crate::value::interrupt::checkpoint(bounds.count as u64)?;
    crate::value::interrupt::reserve(bounds.count * 16)?;
    let mut picked = HVec::with_capacity(bounds.count);
    for n in bounds.positions() {
        picked.extend(items.get(n).cloned());
    }
    Ok(picked)
}

/// `object[key] = value`
///
/// # Errors
/// `IndexError`, or `TypeError` if the object cannot be changed that way.
pub fn set(cx: &mut Cx<'_>, object: &Value, key: &Value, value: Value) -> R<()> {
    match object {
        Value::Dict(dict) => drop(dict.set(key.clone(), value)?),
        Value::List(list) => match key {
            Value::Slice(slice) => {
                let step = Bounds::of(slice, 0)?.step;
                let new = match &value {
                    Value::List(other) => other.items.borrow().clone(),
                    other if super::iterate::is_iterable(other) => super::iterate::collect(cx, other)?,
                    _ if step != 1 => return Err(type_error("must assign iterable to extended slice")),
                    _ => return Err(type_error("can only assign an iterable")),
                };
                list::assign_slice(list, slice, new)?;
            }
            _ => {
                let at = index("list", key, list.len())?;
                if !list.set(at, value) {
                    return Err(index_error("list assignment index out of range"));
                }
            }
        },
        Value::ByteArray(array) => super::bytes::assign(cx, array, key, &value)?,
        Value::MultiMap(map) => multimap::set(map, key, value)?,
        Value::Native(native) => match native.object.set_item(cx, key, value) {
            Some(result) => result?,
            None => return Err(no_assignment(object)),
        },
        _ => return Err(no_assignment(object)),
    }
    Ok(())
}

#[cold]
fn no_assignment(object: &Value) -> crate::value::Raise {
    type_error(format!("'{}' object does not support item assignment", object.type_of().qualified()))
}

/// `del object[key]`
///
/// # Errors
/// `KeyError`, `IndexError`, or `TypeError` if the object cannot be changed that way.
pub fn delete(cx: &mut Cx<'_>, object: &Value, key: &Value) -> R<()> {
    match object {
        Value::Dict(dict) => {
            // A missing count is zero already.
            let counter = std::ptr::eq(dict.class(), &crate::value::types::COUNTER);
            if dict.remove(key)?.is_none() && !counter {
                return Err(key_error(key.clone()));
            }
        }
        Value::List(list) => match key {
            Value::Slice(slice) => list::delete_slice(list, slice)?,
            _ => {
                let at = index("list", key, list.len())?;
                let removed = list.items.borrow_mut().remove(at);
                if removed.is_none() {
                    return Err(index_error("list assignment index out of range"));
                }
            }
        },
        Value::ByteArray(array) => super::bytes::remove(cx, array, key)?,
        Value::MultiMap(map) => {
            if map.remove(key)?.is_none() {
                return Err(key_error(key.clone()));
            }
        }
        _ => {
            // CPython words this differently for an index into a sequence.
            let sequence = matches!(
                object,
                Value::Short(_) | Value::Str(_) | Value::Tuple(_) | Value::Bytes(_) | Value::Range(_) | Value::Set(_)
            );
            let not = if sequence && IntView::of(key).is_some() { "doesn't" } else { "does not" };
            let name = object.type_of().qualified();
            return Err(type_error(format!("'{name}' object {not} support item deletion")));
        }
    }
    Ok(())
}
