//! What changes a `bytearray`: its own methods, and assigning and deleting items.

use super::args::{byte, byte_or, bytes, copy};
use crate::builtins::iterate;
use crate::builtins::list::word;
use crate::builtins::receiver::wrong_receiver;
use crate::builtins::str::args::type_name;
use crate::builtins::subscript::{Bounds, index};
use crate::value::containers::Slice;
use crate::value::exceptions::{index_error, type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{ByteArray, Cx, HVec, R, Ref, Value};

fn array<'a>(name: &str, a: &'a [Value]) -> R<&'a Ref<ByteArray>> {
    match a.first() {
        Some(Value::ByteArray(array)) => Ok(array),
        other => Err(wrong_receiver(name, "bytearray", other)),
    }
}

pub(super) fn append(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = array("append", a)?;
    own.bytes.borrow_mut().push(byte(&a[1])?);
    Ok(Value::None)
}

pub(super) fn clear(_: &mut Cx<'_>, a: &[Value]) -> R {
    drop(array("clear", a)?.bytes.replace(HVec::new()));
    Ok(Value::None)
}

pub(super) fn copy_method(_: &mut Cx<'_>, a: &[Value]) -> R {
    array("copy", a)?;
    Ok(copy(&a[0], &bytes(&a[0])?))
}

pub(super) fn extend(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = array("extend", a)?;
    if !iterate::is_iterable(&a[1]) {
        return Err(type_error(format!("can't extend bytearray with {}", type_name(&a[1]))));
    }
    let more = bytes_of(cx, &a[1], "byte")?;
    reserve(more.len())?;
    own.bytes.borrow_mut().extend_bytes(&more);
    Ok(Value::None)
}

/// The bytes of a bytes-like object or of an iterable of ints; `what` begins the error for an int out of range.
///
/// # Errors
/// `TypeError` or `ValueError` for an item that is no byte; whatever iterating raises.
pub fn bytes_of(cx: &mut Cx<'_>, value: &Value, what: &str) -> R<HVec<u8>> {
    let mut made = HVec::new();
    if value.byte_data().is_some() {
        made.extend_bytes(&bytes(value)?);
        return Ok(made);
    }
    iterate::for_each(cx, value, |_, item| {
        made.push(byte_or(&item, what)?);
        Ok(true)
    })?;
    Ok(made)
}

pub(super) fn insert(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = array("insert", a)?;
    let at = word(&a[1])?;
    let new = byte(&a[2])?;
    let mut bytes = own.bytes.borrow_mut();
    let len = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let at = if at < 0 { at.saturating_add(len).max(0) } else { at.min(len) };
    checkpoint(bytes.len() as u64 / 16)?;
    bytes.insert(usize::try_from(at).unwrap_or(0), new);
    Ok(Value::None)
}

pub(super) fn pop(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = array("pop", a)?;
    let at = word(&a[1])?;
    let mut bytes = own.bytes.borrow_mut();
    if bytes.is_empty() {
        return Err(index_error("pop from empty bytearray"));
    }
    let len = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let at = if at < 0 { at.saturating_add(len) } else { at };
    checkpoint(bytes.len() as u64 / 64)?;
    let removed = usize::try_from(at).ok().and_then(|at| bytes.remove(at));
    removed.map(|byte| Value::Int(i64::from(byte))).ok_or_else(|| index_error("pop index out of range"))
}

pub(super) fn remove_method(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = array("remove", a)?;
    let wanted = byte(&a[1])?;
    let mut bytes = own.bytes.borrow_mut();
    checkpoint(bytes.len() as u64 / 16)?;
    match memchr::memchr(wanted, &bytes) {
        Some(at) => {
            bytes.remove(at);
            Ok(Value::None)
        }
        None => Err(value_error("value not found in bytearray")),
    }
}

pub(super) fn reverse(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = array("reverse", a)?;
    checkpoint(own.bytes.borrow().len() as u64)?;
    own.bytes.borrow_mut().reverse();
    Ok(Value::None)
}

/// `array[key] = value`
///
/// # Errors
/// `IndexError`, or `TypeError` or `ValueError` if the value does not fit.
pub fn assign(cx: &mut Cx<'_>, array: &Ref<ByteArray>, key: &Value, value: &Value) -> R<()> {
    if let Value::Slice(slice) = key {
        return assign_slice(cx, array, slice, value);
    }
    let at = index("bytearray", key, array.bytes.borrow().len())?;
    if at >= array.bytes.borrow().len() {
        return Err(index_error("bytearray index out of range"));
    }
    let new = byte(value)?;
    if let Some(slot) = array.bytes.borrow_mut().get_mut(at) {
        *slot = new;
    }
    Ok(())
}

fn assign_slice(cx: &mut Cx<'_>, array: &Ref<ByteArray>, slice: &Slice, value: &Value) -> R<()> {
    Bounds::of(slice, 0)?;
    if value.is_none() {
        return Err(type_error("cannot convert 'NoneType' object to bytearray"));
    }
    if value.text_bytes().is_some() || !iterate::is_iterable(value) {
        return Err(type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)"));
    }
    let new = bytes_of(cx, value, "byte")?;
    // Iterating may have run code of the script, so the length counts from here on.
    let mut bytes = array.bytes.borrow_mut();
    let bounds = Bounds::of(slice, bytes.len())?;
    checkpoint((bytes.len() + new.len()) as u64 / 16)?;
    reserve(bytes.len().saturating_add(new.len()))?;
    if bounds.step == 1 {
        let end = bounds.start + bounds.count;
        bytes.splice(bounds.start..end, new);
        return Ok(());
    }
    if new.is_empty() {
        delete_positions(&mut bytes, bounds);
        return Ok(());
    }
    if new.len() != bounds.count {
        return Err(value_error(format!(
            "attempt to assign bytes of size {} to extended slice of size {}",
            new.len(),
            bounds.count
        )));
    }
    for (at, new) in bounds.positions().zip(new) {
        if let Some(slot) = bytes.get_mut(at) {
            *slot = new;
        }
    }
    Ok(())
}

/// `del array[key]`
///
/// # Errors
/// `IndexError`, or `TypeError` for a key that is neither int nor slice.
pub fn remove(_: &mut Cx<'_>, array: &Ref<ByteArray>, key: &Value) -> R<()> {
    let mut bytes = array.bytes.borrow_mut();
    checkpoint(bytes.len() as u64 / 16)?;
    if let Value::Slice(slice) = key {
        let bounds = Bounds::of(slice, bytes.len())?;
        delete_positions(&mut bytes, bounds);
        return Ok(());
    }
    let at = index("bytearray", key, bytes.len())?;
    match bytes.remove(at) {
        Some(_) => Ok(()),
        None => Err(index_error("bytearray index out of range")),
    }
}

fn delete_positions(bytes: &mut HVec<u8>, bounds: Bounds) {
    if bounds.count == 0 {
        return;
    }
    let step = bounds.step.unsigned_abs();
    let last = bounds.start.wrapping_add_signed(bounds.step.wrapping_mul(bounds.count as isize - 1));
    let (low, high) = (bounds.start.min(last), bounds.start.max(last));
    let selected = |at: usize| (low..=high).contains(&at) && (at - low).is_multiple_of(step);
    let mut kept = 0;
    for at in low..bytes.len() {
        if !selected(at) {
            bytes[low + kept] = bytes[at];
            kept += 1;
        }
    }
    bytes.truncate(low + kept);
}
