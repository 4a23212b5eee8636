//! The module `base64` (spec 9.2): bytes as text in several alphabets, and back.
//!
//! | room | job |
//! |---|---|
//! | [`radix64`] | base 64 |
//! | [`radix32`] | bases 32 and 16 |
//! | [`radix85`] | Ascii85 and base 85 |

mod radix32;
mod radix64;
mod radix85;

use std::borrow::Cow;

use crate::builtins::str::args::type_name;
use crate::builtins::str::codec;
use crate::builtins::{iterate, repr, truth};
use crate::table;
use crate::value::exceptions::{ASSERTION_ERROR, Raise, VALUE_ERROR, type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::types::Profile;
use crate::value::{Cx, ModuleDesc, R, TypeDesc, Value};

/// `binascii.Error`
static ERROR: TypeDesc =
    TypeDesc { doc: "Text that does not encode bytes.", ..TypeDesc::new("Error", "binascii").with_base(&VALUE_ERROR) };

#[cold]
fn error(text: impl AsRef<str>) -> Raise {
    Raise::new(&ERROR, text)
}

table! {
    static FUNCTIONS = [
        /// Return bytes in base 64, on demand with two other characters for `+` and `/`.
        ///
        /// >>> base64.b64encode(b'hello')
        /// b'aGVsbG8='
        /// >>> base64.b64encode(b'\xfb\xff', b'-_')
        /// b'-_8='
        Function Core "def base64.b64encode(s: bytes, altchars: bytes | None = None) -> bytes" => radix64::encode;
        /// Return the bytes of a text in base 64. Other characters are skipped, or refused if `validate` is true.
        ///
        /// >>> base64.b64decode('aGVsbG8=')
        /// b'hello'
        Function Core "def base64.b64decode(s: str | bytes, altchars: str | bytes | None = None, validate: bool = False) -> bytes" => radix64::decode;
        /// Return bytes in base 64.
        ///
        /// >>> base64.standard_b64encode(b'hello')
        /// b'aGVsbG8='
        Function Extended "def base64.standard_b64encode(s: bytes) -> bytes" => radix64::standard_encode;
        /// Return the bytes of a text in base 64.
        ///
        /// >>> base64.standard_b64decode('aGVsbG8=')
        /// b'hello'
        Function Extended "def base64.standard_b64decode(s: str | bytes) -> bytes" => radix64::standard_decode;
        /// Return bytes in base 64 with `-` and `_` in place of `+` and `/`.
        ///
        /// >>> base64.urlsafe_b64encode(b'\xfb\xff')
        /// b'-_8='
        Function Extended "def base64.urlsafe_b64encode(s: bytes) -> bytes" => radix64::urlsafe_encode;
        /// Return the bytes of a text in base 64 with `-` and `_` in place of `+` and `/`.
        ///
        /// >>> base64.urlsafe_b64decode('-_8=')
        /// b'\xfb\xff'
        Function Extended "def base64.urlsafe_b64decode(s: str | bytes) -> bytes" => radix64::urlsafe_decode;
        /// Return bytes in base 64 in lines of 76 characters.
        ///
        /// >>> base64.encodebytes(b'hello')
        /// b'aGVsbG8=\n'
        Function Extended "def base64.encodebytes(s: bytes) -> bytes" => radix64::encode_lines;
        /// Return the bytes of lines in base 64.
        ///
        /// >>> base64.decodebytes(b'aGVs\nbG8=\n')
        /// b'hello'
        Function Extended "def base64.decodebytes(s: bytes) -> bytes" => radix64::decode_lines;
        /// Return bytes in base 32.
        ///
        /// >>> base64.b32encode(b'hello')
        /// b'NBSWY3DP'
        Function Extended "def base64.b32encode(s: bytes) -> bytes" => |_, a| radix32::encode(&radix32::STANDARD, &a[0]);
        /// Return the bytes of a text in base 32; `map01` tells whether the digit 1 means `I` or `L`, 0 then means `O`.
        ///
        /// >>> base64.b32decode('nbswy3dp', casefold=True)
        /// b'hello'
        Function Extended "def base64.b32decode(s: str | bytes, casefold: bool = False, map01: str | bytes | None = None) -> bytes" => |cx, a| {
            radix32::decode(cx, &radix32::STANDARD, &a[0], &a[1], &a[2])
        };
        /// Return bytes in base 32 with the extended hexadecimal alphabet, which keeps their order.
        ///
        /// >>> base64.b32hexencode(b'hello')
        /// b'D1IMOR3F'
        Function Extended "def base64.b32hexencode(s: bytes) -> bytes" => |_, a| radix32::encode(&radix32::HEX, &a[0]);
        /// Return the bytes of a text in base 32 with the extended hexadecimal alphabet.
        ///
        /// >>> base64.b32hexdecode('D1IMOR3F')
        /// b'hello'
        Function Extended "def base64.b32hexdecode(s: str | bytes, casefold: bool = False) -> bytes" => |cx, a| {
            radix32::decode(cx, &radix32::HEX, &a[0], &a[1], &Value::None)
        };
        /// Return bytes as hexadecimal digits in upper case.
        ///
        /// >>> base64.b16encode(b'hello')
        /// b'68656C6C6F'
        Function Extended "def base64.b16encode(s: bytes) -> bytes" => |_, a| radix32::encode16(&a[0]);
        /// Return the bytes of hexadecimal digits in upper case, or in any if `casefold` is true.
        ///
        /// >>> base64.b16decode('68656C6C6F')
        /// b'hello'
        Function Extended "def base64.b16decode(s: str | bytes, casefold: bool = False) -> bytes" => radix32::decode16;
        /// Return bytes in Ascii85, on demand in lines, framed for Adobe or with a short form of four spaces.
        ///
        /// >>> base64.a85encode(b'hello')
        /// b'BOu!rDZ'
        Function Extended "def base64.a85encode(b: bytes, *, foldspaces: bool = False, wrapcol: int = 0, pad: bool = False, adobe: bool = False) -> bytes" => radix85::encode_ascii85;
        /// Return the bytes of a text in Ascii85.
        ///
        /// >>> base64.a85decode('BOu!rDZ')
        /// b'hello'
        Function Extended "def base64.a85decode(b: str | bytes, *, foldspaces: bool = False, adobe: bool = False, ignorechars: bytes = <absent>) -> bytes" => radix85::decode_ascii85;
        /// Return bytes in base 85 with the alphabet of git.
        ///
        /// >>> base64.b85encode(b'hello')
        /// b'Xk~0{Zv'
        Function Extended "def base64.b85encode(b: bytes, pad: bool = False) -> bytes" => radix85::encode;
        /// Return the bytes of a text in base 85 with the alphabet of git.
        ///
        /// >>> base64.b85decode('Xk~0{Zv')
        /// b'hello'
        Function Extended "def base64.b85decode(b: str | bytes) -> bytes" => radix85::decode;
    ]
}

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "base64",
    doc: "Bytes as text: bases 16, 32, 64 and 85.",
    profile: Profile::Core,
    functions: FUNCTIONS,
    types: &[],
    constants: &[],
    modules: &[],
};

/// The bytes of what is decoded: bytes or ASCII text.
fn encoded(value: &Value) -> R<Cow<'_, [u8]>> {
    if let Some(text) = value.text_bytes() {
        return match text.is_ascii() {
            true => Ok(Cow::Borrowed(text)),
            false => {
                let refused = value_error("string argument should contain only ASCII characters");
                Err(match codec::encode(text, b"ascii", b"strict") {
                    Err(raise) if raise.stop().is_none() => refused.in_context(raise),
                    Err(raise) => raise,
                    Ok(_) => refused,
                })
            }
        };
    }
    value.byte_data().ok_or_else(|| {
        let got = value.type_name();
        type_error(format!("argument should be a bytes-like object or ASCII string, not '{got}'"))
    })
}

/// The bytes that a function that CPython builds on `memoryview` encodes.
fn viewed(value: &Value) -> R<Cow<'_, [u8]>> {
    value
        .byte_data()
        .ok_or_else(|| type_error(format!("memoryview: a bytes-like object is required, not '{}'", type_name(value))))
}

/// Checks that `len` characters are given, as CPython asserts it.
fn assert_length(cx: &mut Cx<'_>, value: &Value, len: usize) -> R<()> {
    if iterate::length(cx, value)? == len {
        return Ok(());
    }
    let shown = repr::repr(cx, value)?;
    Err(Raise::with_args(&ASSERTION_ERROR, [shown]))
}

/// Announces the making of a result of about `len` bytes.
fn announce(len: usize) -> R<()> {
    reserve(len)?;
    Ok(checkpoint(len as u64)?)
}

/// A flag argument.
fn flag(cx: &mut Cx<'_>, value: &Value) -> R<bool> {
    truth(cx, value)
}
