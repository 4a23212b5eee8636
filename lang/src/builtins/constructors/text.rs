//! `str`, `bytes` and `bytearray` as functions.

use super::super::bytes::bytes_of;
use super::super::iterate;
use super::super::repr;
use super::super::str::args::{bad_argument, type_name};
use super::super::str::codec;
use super::super::str::pieces::fill;
use crate::value::exceptions::{overflow_error, type_error, value_error};
use crate::value::number::IntView;
use crate::value::types::{Kind, Profile};
use crate::value::{Blob, Builtin, ByteArray, Bytes, Cx, Guarded, HVec, R, Ref, Value};

/// `str(object, encoding, errors)`
pub static STR: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "str(object: Any = <absent>, encoding: str = <absent>, errors: str = <absent>) -> str",
    "The text of an object, or the text that bytes stand for in an encoding.\n\n>>> str(1.5)\n'1.5'\n>>> str(b'\\xe9', 'latin-1')\n'é'\n",
    text,
);

/// `bytes(source, encoding, errors)`
pub static BYTES: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "bytes(source: Any = <absent>, encoding: str = <absent>, errors: str = <absent>) -> bytes",
    "Bytes from ints, from bytes, from text in an encoding, or as many zeros as an int says.\n\n>>> bytes([72, 105])\nb'Hi'\n>>> bytes('é', 'utf-8')\nb'\\xc3\\xa9'\n>>> bytes(2)\nb'\\x00\\x00'\n",
    |cx, a| Ok(Value::Bytes(Bytes::from_blob(Blob::Own(source(cx, a, "bytes")?)))),
);

/// `bytearray(source, encoding, errors)`
pub static BYTEARRAY: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "bytearray(source: Any = <absent>, encoding: str = <absent>, errors: str = <absent>) -> bytearray",
    "Bytes that can be changed, from the same sources as `bytes`.\n\n>>> bytearray(b'ab')\nbytearray(b'ab')\n",
    |cx, a| {
        let bytes = Guarded::new(source(cx, a, "bytearray")?);
        Ok(Value::ByteArray(Ref::new(ByteArray { bytes })))
    },
);

/// An optional text argument.
fn optional<'a>(function: &str, name: &str, value: &'a Value) -> R<Option<&'a [u8]>> {
    match value.given().map(|value| (value, value.text_bytes())) {
        None => Ok(None),
        Some((_, Some(text))) => Ok(Some(text)),
        Some((other, None)) => Err(bad_argument(&format!("{function}() argument '{name}'"), "str", other)),
    }
}

fn text(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let encoding = optional("str", "encoding", &a[1])?;
    let errors = optional("str", "errors", &a[2])?;
    let Some(object) = a[0].given() else { return Ok(Value::str("")) };
    if encoding.is_none() && errors.is_none() {
        return repr::str(cx, object);
    }
    if object.text_bytes().is_some() {
        return Err(type_error("decoding str is not supported"));
    }
    match object.byte_data() {
        Some(bytes) => codec::decode(&bytes, encoding.unwrap_or(b"utf-8"), errors.unwrap_or(b"strict")),
        None => Err(type_error(format!("decoding to str: need a bytes-like object, {} found", type_name(object)))),
    }
}

/// The bytes that the arguments of `bytes` or `bytearray` describe.
fn source(cx: &mut Cx<'_>, a: &[Value], function: &str) -> R<HVec<u8>> {
    let encoding = optional(function, "encoding", &a[1])?;
    let errors = optional(function, "errors", &a[2])?;
    if let Some(Some(text)) = a[0].given().map(Value::text_bytes) {
        let Some(encoding) = encoding else { return Err(type_error("string argument without an encoding")) };
        let mut made = HVec::new();
        made.extend_bytes(&codec::encode(text, encoding, errors.unwrap_or(b"strict"))?);
        return Ok(made);
    }
    if encoding.is_some() {
        return Err(type_error("encoding without a string argument"));
    }
    if errors.is_some() {
        return Err(type_error("errors without a string argument"));
    }
    let Some(source) = a[0].given() else { return Ok(HVec::new()) };
    match IntView::of(source) {
        Some(IntView::Small(n)) => {
            let count = usize::try_from(n).map_err(|_| value_error("negative count"))?;
            let mut zeros = HVec::new();
            fill(&mut zeros, &[0], count)?;
            Ok(zeros)
        }
        Some(IntView::Big(_)) => Err(overflow_error("cannot fit 'int' into an index-sized integer")),
        None if iterate::is_iterable(source) => {
            // CPython's two constructors word this error differently.
            bytes_of(cx, source, if function == "bytes" { "bytes" } else { "byte" })
        }
        None => Err(type_error(format!("cannot convert '{}' object to {function}", type_name(source)))),
    }
}
