//! What `Crypto` does with bytes that scripts hand it: its error texts differ from those of the built-ins.

use std::borrow::Cow;

use crate::builtins::bytes::args;
use crate::builtins::iterate::length;
use crate::modules::entropy;
use crate::value::exceptions::{type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{Blob, Bytes, Cx, HVec, R, Value};

/// The bytes of a bytes-like object.
///
/// # Errors
/// `TypeError` for anything else.
pub fn bytes(value: &Value) -> R<Cow<'_, [u8]>> {
    match value {
        Value::Bytes(_) | Value::ByteArray(_) => args::bytes(value),
        _ => {
            Err(type_error(format!("Object type <class '{}'> cannot be passed to C code", value.type_of().full_name())))
        }
    }
}

/// Whether a value is a bytes-like object.
#[must_use]
pub fn is_bytes(value: &Value) -> bool {
    matches!(value, Value::Bytes(_) | Value::ByteArray(_))
}

/// `len(value)`, which is asked before it is known that the value has bytes.
///
/// # Errors
/// `TypeError` for what has no length.
pub fn len(cx: &mut Cx<'_>, value: &Value) -> R<usize> {
    length(cx, value)
}

/// The bytes of a text or of a bytes-like object; `None` for anything else.
#[must_use]
pub fn text_or_bytes(value: &Value) -> Option<Cow<'_, [u8]>> {
    value.text_bytes().map(Cow::Borrowed).or_else(|| value.byte_data())
}

/// So many random bytes.
///
/// # Errors
/// `OSError` if the system has none; a limit.
pub fn random(cx: &mut Cx<'_>, len: usize) -> R<Vec<u8>> {
    reserve(len)?;
    let mut bytes = vec![0; len];
    for part in bytes.chunks_mut(4096) {
        checkpoint(2 * part.len() as u64)?;
        entropy::fill(cx, part)?;
    }
    Ok(bytes)
}

/// Where the result of encryption goes.
pub enum Output<'a> {
    /// It is the result of the call.
    Result,
    /// Into this `bytearray`.
    Into(&'a Value),
}

impl<'a> Output<'a> {
    /// From the argument `output` and the length of the data.
    ///
    /// # Errors
    /// `TypeError` for what is no bytearray, `ValueError` for another length.
    pub fn new(value: &'a Value, len: usize) -> R<Output<'a>> {
        match value {
            Value::None => Ok(Output::Result),
            Value::ByteArray(array) if array.bytes.borrow().len() == len => Ok(Output::Into(value)),
            Value::ByteArray(_) => {
                Err(value_error(format!("output must have the same length as the input  ({len} bytes)")))
            }
            _ => Err(type_error("output must be a bytearray or a writeable memoryview")),
        }
    }

    /// Delivers the result.
    #[must_use]
    pub fn deliver(self, bytes: HVec<u8>) -> Value {
        match self {
            Output::Into(Value::ByteArray(array)) => {
                array.bytes.borrow_mut().copy_from_slice(&bytes);
                Value::None
            }
            _ => Value::Bytes(Bytes::from_blob(Blob::Own(bytes))),
        }
    }
}
