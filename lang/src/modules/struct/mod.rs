//! The module `struct` (spec 9.2): values as packed binary records and back. Native layout is that of x86-64 (LP64).
//!
//! | room | job |
//! |---|---|
//! | [`format`] | format texts as lists of fields |
//! | [`pack`], [`unpack`] | values to bytes, bytes to values |
//! | [`half`] | floats of sixteen bits |
//! | [`object`] | the class `Struct` and the iterator of `iter_unpack` |

mod format;
mod half;
mod object;
mod pack;
mod unpack;

use std::collections::HashMap;
use std::rc::Rc;

use crate::builtins::list::word;
use crate::table;
use crate::value::exceptions::{EXCEPTION, Raise, type_error};
use crate::value::types::Profile;
use crate::value::{Cx, ModuleDesc, R, TypeDesc, Value};
use format::Format;

/// `struct.error`
pub static ERROR: TypeDesc = TypeDesc {
    doc: "Values or bytes that do not fit a format.",
    ..TypeDesc::new("error", "struct").with_base(&EXCEPTION)
};

#[cold]
fn error(text: impl AsRef<str>) -> Raise {
    Raise::new(&ERROR, text)
}

table! {
    static FUNCTIONS = [
        /// Return values packed into bytes.
        ///
        /// >>> struct.pack('>hB', 1, 2)
        /// b'\x00\x01\x02'
        Function CoreCode "struct.pack(format: str | bytes = <absent>, /, *values: Any) -> bytes" => |cx, a| {
            let format = required_format(cx, &a[0])?;
            Ok(Value::bytes(&pack::pack(cx, &format, rest(&a[1]), "pack")?))
        };
        /// Pack values into a part of a `bytearray`.
        ///
        /// >>> record = bytearray(4)
        /// >>> (struct.pack_into('>h', record, 1, 258), record)[1]
        /// bytearray(b'\x00\x01\x02\x00')
        Function Extended "struct.pack_into(format: str | bytes = <absent>, buffer: bytearray = <absent>, offset: int = <absent>, /, *values: Any) -> None" => |cx, a| {
            let format = required_format(cx, &a[0])?;
            pack::pack_into(cx, &format, &a[1], &a[2], rest(&a[3]))
        };
        /// Return the values in bytes of exactly the length of the format.
        ///
        /// >>> struct.unpack('>hB', b'\x00\x01\x02')
        /// (1, 2)
        Function CoreCode "struct.unpack(format: str | bytes, buffer: bytes, /) -> tuple[Any, ...]" => |cx, a| {
            let format = parse(cx, &a[0])?;
            unpack::exactly(&format, &a[1])
        };
        /// Return the values in a part of some bytes.
        ///
        /// >>> struct.unpack_from('>h', b'\x00\x00\x01', 1)
        /// (1,)
        Function Extended "struct.unpack_from(format: str | bytes, /, buffer: bytes, offset: int = 0) -> tuple[Any, ...]" => |cx, a| {
            let format = parse(cx, &a[0])?;
            unpack::from(&format, &a[1], word(&a[2])?)
        };
        /// Return an iterator over the records in some bytes.
        ///
        /// >>> list(struct.iter_unpack('>h', b'\x00\x01\x00\x02'))
        /// [(1,), (2,)]
        Function Extended "struct.iter_unpack(format: str | bytes, buffer: bytes, /) -> Iterator[tuple[Any, ...]]" => |cx, a| {
            let format = parse(cx, &a[0])?;
            object::records(format, &a[1])
        };
        /// Return the length of the bytes that a format describes.
        ///
        /// >>> (struct.calcsize('>hB'), struct.calcsize('@bi'))
        /// (3, 8)
        Function Extended "_struct.calcsize struct.calcsize(format: str | bytes, /) -> int" => |cx, a| {
            Ok(Value::size(parse(cx, &a[0])?.size))
        };
    ]
}

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "struct",
    doc: "Packed binary records.",
    profile: Profile::CoreCode,
    functions: FUNCTIONS,
    types: &[("Struct", &object::STRUCT, Profile::Extended), ("error", &ERROR, Profile::Extended)],
    constants: &[],
    modules: &[],
};

/// The elements of `*values`.
fn rest(values: &Value) -> &[Value] {
    match values {
        Value::Tuple(tuple) => &tuple.items,
        _ => &[],
    }
}

/// The formats that the run used last.
#[derive(Default)]
struct Known(HashMap<Vec<u8>, Rc<Format>>);

/// The format argument of a function that takes any number of arguments.
fn required_format(cx: &mut Cx<'_>, value: &Value) -> R<Rc<Format>> {
    match value.given() {
        Some(format) => parse(cx, format),
        None => Err(type_error("missing format argument")),
    }
}

/// The fields that a format argument describes.
fn parse(cx: &mut Cx<'_>, value: &Value) -> R<Rc<Format>> {
    /// Formats remembered at once.
    const MOST: usize = 100;
    let text = format_bytes(value)?;
    if let Some(known) = cx.env().state(Known::default).0.get(&text) {
        return Ok(Rc::clone(known));
    }
    let format = Rc::new(Format::parse(&text)?);
    let known = &mut cx.env().state(Known::default).0;
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(text, Rc::clone(&format));
    Ok(format)
}

/// The text of a format argument.
fn format_bytes(value: &Value) -> R<Vec<u8>> {
    if let Some(text) = value.text_bytes() {
        return crate::builtins::str::codec::encode(text, b"ascii", b"strict");
    }
    match value {
        Value::Bytes(bytes) => Ok(bytes.bytes().to_vec()),
        other => {
            // CPython looks the format up in a cache first.
            crate::value::hash::hash_value(other)?;
            let got = other.type_of().qualified();
            Err(type_error(format!("Struct() argument 1 must be a str or bytes object, not {got}")))
        }
    }
}
