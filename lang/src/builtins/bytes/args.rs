//! Receivers, arguments and results of the methods of `bytes` and `bytearray`.

use std::borrow::Cow;
use std::ops::Range;

use crate::builtins::list::bytes_like;
use crate::builtins::receiver::wrong_receiver;
use crate::builtins::str::args::type_name;
use crate::value::exceptions::{type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::IntView;
use crate::value::{HVec, R, Raise, Value};

/// The bytes of the receiver of method `name`. Those of a `bytearray` are copied, so that nothing can change them while
/// they are used.
///
/// # Errors
/// `TypeError` if the method was taken from the type and called with something else; a limit.
pub fn receiver<'a>(name: &str, a: &'a [Value]) -> R<Cow<'a, [u8]>> {
    match a.first() {
        Some(own @ (Value::Bytes(_) | Value::ByteArray(_))) => bytes(own),
        other => Err(wrong_receiver(name, "bytes", other)),
    }
}

/// The bytes of a bytes-like argument.
///
/// # Errors
/// `TypeError` for anything else; a limit.
pub fn bytes(value: &Value) -> R<Cow<'_, [u8]>> {
    if let Value::ByteArray(array) = value {
        let len = array.bytes.borrow().len();
        reserve(len)?;
        checkpoint(len as u64 / 16)?;
    }
    value.byte_data().ok_or_else(|| bytes_required(value))
}

/// The error for an argument that is not bytes-like.
#[cold]
#[must_use]
pub fn bytes_required(value: &Value) -> Raise {
    type_error(format!("a bytes-like object is required, not '{}'", type_name(value)))
}

/// A byte from an int.
///
/// # Errors
/// `ValueError` out of range, `TypeError` for what is no int.
pub fn byte(value: &Value) -> R<u8> {
    byte_or(value, "byte")
}

/// The same where the error for a wrong number begins with `what`.
///
/// # Errors
/// As [`byte`].
pub fn byte_or(value: &Value, what: &str) -> R<u8> {
    let out_of_range = || value_error(format!("{what} must be in range(0, 256)"));
    match IntView::of(value) {
        Some(IntView::Small(n)) => u8::try_from(n).map_err(|_| out_of_range()),
        Some(IntView::Big(_)) => Err(out_of_range()),
        None => Err(type_error(format!("'{}' object cannot be interpreted as an integer", type_name(value)))),
    }
}

/// What is looked for: a byte, or a bytes-like object.
///
/// # Errors
/// `ValueError` for an int out of range, `TypeError` for anything else.
pub fn needle(value: &Value) -> R<Cow<'_, [u8]>> {
    if value.byte_data().is_some() {
        return bytes(value);
    }
    if IntView::of(value).is_some() {
        return Ok(Cow::Owned(vec![byte(value)?]));
    }
    Err(type_error(format!("argument should be integer or bytes-like object, not '{}'", type_name(value))))
}

/// A part of the receiver as a value of the same type. `bytes` share their storage.
#[must_use]
pub fn part(own: &Value, bytes: &[u8], range: Range<usize>) -> Value {
    match own {
        Value::Bytes(own) => Value::Bytes(own.part(range.start, range.end)),
        _ => copy(own, bytes.get(range).unwrap_or_default()),
    }
}

/// Bytes as a value of the receiver's type.
#[must_use]
pub fn copy(own: &Value, bytes: &[u8]) -> Value {
    let mut made = HVec::with_capacity(bytes.len());
    made.extend_bytes(bytes);
    bytes_like(own, made)
}

/// The receiver itself if it is immutable, otherwise a copy of its bytes.
#[must_use]
pub fn unchanged(own: &Value, bytes: &[u8]) -> Value {
    match own {
        Value::Bytes(_) => own.clone(),
        _ => copy(own, bytes),
    }
}
