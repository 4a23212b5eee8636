//! Text to bytes and back by the name of an encoding (spec 6.7): `encode`, and what the rest of `builtins` needs of
//! `value::codec`, with its errors as exceptions.

use super::args::{named_text, receiver};
use crate::value::codec::{self, Codec, CodecError, Failure};
use crate::value::exceptions::{UNICODE_DECODE_ERROR, UNICODE_ENCODE_ERROR, lookup_error, type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{Cx, R, Raise, TypeDesc, Value};

pub(super) fn encode_method(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("encode", a)?.bytes;
    let encoding = named_text("encode() argument 'encoding'", &a[1])?;
    let errors = named_text("encode() argument 'errors'", &a[2])?;
    Ok(Value::bytes(&encode(own, encoding, errors)?))
}

/// The encoding of a name.
///
/// # Errors
/// `LookupError` if there is none, `ValueError` for a NUL in the name.
pub fn find(name: &[u8]) -> R<Codec> {
    if name.contains(&0) {
        return Err(value_error("embedded null character"));
    }
    let name = String::from_utf8_lossy(name);
    codec::lookup(&name).ok_or_else(|| lookup_error(format!("unknown encoding: {name}")))
}

/// The bytes of a text.
///
/// # Errors
/// `UnicodeEncodeError`, `LookupError`; a limit.
pub fn encode(text: &[u8], encoding: &[u8], errors: &[u8]) -> R<Vec<u8>> {
    let codec = find(encoding)?;
    codec::encode(text, codec, &String::from_utf8_lossy(errors)).map_err(|error| raise(error, text))
}

/// The text of some bytes.
///
/// # Errors
/// `UnicodeDecodeError`, `LookupError`; a limit.
pub fn decode(bytes: &[u8], encoding: &[u8], errors: &[u8]) -> R {
    let codec = find(encoding)?;
    reserve(bytes.len())?;
    checkpoint(bytes.len() as u64 / 8)?;
    // The usual case costs one look and one copy.
    if codec.is_utf8() && std::str::from_utf8(bytes).is_ok() {
        return Ok(Value::text(bytes));
    }
    let text = codec::decode(bytes, codec, &String::from_utf8_lossy(errors)).map_err(|error| raise(error, bytes))?;
    Ok(Value::text(&text))
}

/// The exception of a failed conversion of `input`.
#[cold]
fn raise(error: CodecError, input: &[u8]) -> Raise {
    match error {
        CodecError::Encode(failure) => failed(&UNICODE_ENCODE_ERROR, failure, Value::text(input)),
        CodecError::Decode(failure) => {
            let object = Value::bytes(input.get(failure.skipped..).unwrap_or_default());
            failed(&UNICODE_DECODE_ERROR, failure, object)
        }
        CodecError::Lookup(text) => lookup_error(text),
        CodecError::Type(text) => type_error(text),
        CodecError::Stop(stop) => stop.into(),
    }
}

fn failed(class: &'static TypeDesc, failure: Failure, object: Value) -> Raise {
    let fields = [
        ("encoding", Value::str(failure.encoding)),
        ("object", object),
        ("start", Value::size(failure.start)),
        ("end", Value::size(failure.end)),
        ("reason", Value::str(&failure.reason)),
    ];
    let raise = Raise::with_args(class, fields.iter().map(|(_, value)| value.clone()));
    fields.into_iter().fold(raise, |raise, (name, value)| raise.field(name, value))
}
