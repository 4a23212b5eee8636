//! Text from bytes and bytes from text: the encodings of spec 6.7 and their error handlers.
//!
//! | room | job |
//! |---|---|
//! | [`names`] | finding an encoding by name |
//! | [`handler`] | what happens with what cannot be converted |
//! | [`driver`] | the loops that all encodings share |
//! | [`utf8`], [`utf16`], [`utf7`] | UTF-8; UTF-16 and UTF-32; UTF-7 |
//! | [`single`] | ASCII, Latin-1 and the single-byte tables |
//! | [`double`] | East Asian encodings without shift states |
//! | [`shifted`] | those with shift states |
//! | [`escape`] | `unicode_escape`, `raw_unicode_escape` |
//!
//! Positions, reasons and the extent of each error are CPython's. Text is generalised UTF-8 as in [`super::unicode`];
//! positions in text count code points, positions in bytes count bytes.

pub mod double;
mod double_tables;
pub mod driver;
pub mod escape;
pub mod handler;
pub mod names;
pub mod shifted;
pub mod single;
mod tables;
pub mod utf16;
pub mod utf7;
pub mod utf8;

use std::borrow::Cow;

use super::interrupt::Stop;
use super::unicode::wtf8;
use handler::Handler;
pub use names::lookup;

/// An encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codec {
    /// Python's name of it.
    pub name: &'static str,
    kind: Kind,
}

/// How an encoding works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Utf8,
    Utf8Sig,
    Utf7,
    Utf16(Option<utf16::Order>),
    Utf32(Option<utf16::Order>),
    Ascii,
    Latin1,
    Charmap(usize),
    UserDefined,
    Double(double::Set),
    Shifted(shifted::Shift),
    UnicodeEscape,
    RawUnicodeEscape,
}

impl Codec {
    /// Whether it is plain UTF-8.
    #[must_use]
    pub fn is_utf8(self) -> bool {
        self.kind == Kind::Utf8
    }

    /// Whether it is one of the escape notations, which only `encode` and `decode` know.
    #[must_use]
    pub fn is_escape(self) -> bool {
        matches!(self.kind, Kind::UnicodeEscape | Kind::RawUnicodeEscape)
    }

    /// Whether CPython converts without its codec registry, which adds words to some errors.
    fn is_built_in(self) -> bool {
        matches!(self.kind, Kind::Utf8 | Kind::Utf16(None) | Kind::Utf32(None) | Kind::Ascii | Kind::Latin1)
    }
}

/// The arguments of `UnicodeEncodeError` and `UnicodeDecodeError`, without the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The name of the encoding, as errors have it.
    pub encoding: &'static str,
    /// Where the trouble begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What the trouble is.
    pub reason: Cow<'static, str>,
    /// Bytes at the start of the input that do not belong to the error's object: a signature.
    pub skipped: usize,
}

/// Why a conversion failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodecError {
    /// `UnicodeEncodeError`.
    Encode(Failure),
    /// `UnicodeDecodeError`.
    Decode(Failure),
    /// `LookupError` with its text.
    Lookup(String),
    /// `TypeError` with its text.
    Type(String),
    /// The run must end.
    Stop(Stop),
}

impl From<Stop> for CodecError {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// Bytes to text. `handler` is the name given as `errors`, `strict` by default.
///
/// # Errors
/// Bytes that are no text of the encoding, when the handler does not deal with them; an unknown handler, when it is needed.
pub fn decode(bytes: &[u8], codec: Codec, handler: &str) -> Result<Vec<u8>, CodecError> {
    let handler = Handler::parse(handler);
    let result = match codec.kind {
        Kind::Utf8 => utf8::decode(bytes, handler),
        Kind::Utf8Sig => utf8::decode_signed(bytes, handler),
        Kind::Utf7 => utf7::decode(bytes, handler),
        Kind::Utf16(order) => utf16::decode_16(bytes, order, handler),
        Kind::Utf32(order) => utf16::decode_32(bytes, order, handler),
        Kind::Ascii => single::decode_ascii(bytes, handler),
        Kind::Latin1 => single::decode_latin1(bytes),
        Kind::Charmap(number) => single::decode_charmap(bytes, number, handler),
        Kind::UserDefined => single::decode_user_defined(bytes),
        Kind::Double(set) => double::decode(bytes, set, handler),
        Kind::Shifted(shift) => shifted::decode(bytes, shift, handler),
        Kind::UnicodeEscape => escape::decode(bytes, handler),
        Kind::RawUnicodeEscape => escape::decode_raw(bytes, handler),
    };
    result.map_err(|error| in_words(error, codec, "decoding"))
}

/// Text to bytes. `handler` is the name given as `errors`, `strict` by default.
///
/// # Errors
/// Text that the encoding cannot express, when the handler does not deal with it; an unknown handler, when it is needed.
pub fn encode(text: &[u8], codec: Codec, handler: &str) -> Result<Vec<u8>, CodecError> {
    let handler = Handler::parse(handler);
    let result = match codec.kind {
        Kind::Utf8 => utf8::encode(text, handler, b""),
        Kind::Utf8Sig => utf8::encode(text, handler, utf8::SIGNATURE),
        Kind::Utf7 => utf7::encode(text),
        Kind::Utf16(order) => utf16::encode_16(text, order, handler),
        Kind::Utf32(order) => utf16::encode_32(text, order, handler),
        Kind::Ascii => single::encode_ascii(text, handler),
        Kind::Latin1 => single::encode_latin1(text, handler),
        Kind::Charmap(number) => single::encode_charmap(text, number, handler),
        Kind::UserDefined => single::encode_user_defined(text, handler),
        Kind::Double(set) => double::encode(text, set, handler),
        Kind::Shifted(shift) => shifted::encode(text, shift, handler),
        Kind::UnicodeEscape => escape::encode(text),
        Kind::RawUnicodeEscape => escape::encode_raw(text),
    };
    result.map_err(|error| in_words(error, codec, "encoding"))
}

/// Adds what CPython's codec registry says around errors that are no Unicode errors.
fn in_words(error: CodecError, codec: Codec, doing: &str) -> CodecError {
    if codec.is_built_in() {
        return error;
    }
    let name = codec.name;
    match error {
        CodecError::Lookup(text) => {
            CodecError::Lookup(format!("{doing} with '{name}' codec failed (LookupError: {text})"))
        }
        CodecError::Type(text) => CodecError::Type(format!("{doing} with '{name}' codec failed (TypeError: {text})")),
        other => other,
    }
}

/// The text of a `UnicodeDecodeError` about some bytes.
#[must_use]
pub fn decode_error_text(encoding: &str, object: &[u8], start: usize, end: usize, reason: &str) -> String {
    match object.get(start) {
        Some(byte) if end == start.saturating_add(1) => {
            format!("'{encoding}' codec can't decode byte {byte:#04x} in position {start}: {reason}")
        }
        _ => format!("'{encoding}' codec can't decode bytes in position {start}-{}: {reason}", end as i128 - 1),
    }
}

/// The text of a `UnicodeEncodeError` about some text.
#[must_use]
pub fn encode_error_text(encoding: &str, object: &[u8], start: usize, end: usize, reason: &str) -> String {
    let first = wtf8::offset_of(object, start).and_then(|at| wtf8::decode_at(object, at));
    match first {
        Some((cp, _)) if end == start.saturating_add(1) => {
            let mut shown = Vec::new();
            super::format::quote::write_escape(&mut shown, cp);
            let shown = String::from_utf8_lossy(&shown);
            format!("'{encoding}' codec can't encode character '{shown}' in position {start}: {reason}")
        }
        _ => format!("'{encoding}' codec can't encode characters in position {start}-{}: {reason}", end as i128 - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The error of a conversion as its text.
    fn failing(result: Result<Vec<u8>, CodecError>, object: &[u8]) -> String {
        match result {
            Err(CodecError::Decode(f)) => {
                decode_error_text(f.encoding, &object[f.skipped..], f.start, f.end, &f.reason)
            }
            Err(CodecError::Encode(f)) => encode_error_text(f.encoding, object, f.start, f.end, &f.reason),
            Err(CodecError::Lookup(text) | CodecError::Type(text)) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn errors_read_as_in_cpython() {
        let bytes: [(&[u8], &str, &str, &str); 8] = [
            (b"a\xff", "utf8", "strict", "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte"),
            (
                b"\xef\xbb\xbfa\xff",
                "utf-8-sig",
                "strict",
                "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte",
            ),
            (
                b"\x00\xd8",
                "utf-16",
                "strict",
                "'utf-16-le' codec can't decode bytes in position 0-1: unexpected end of data",
            ),
            (b"\x81 ", "gbk", "strict", "'gbk' codec can't decode byte 0x81 in position 0: illegal multibyte sequence"),
            (
                b"\x81",
                "cp1252",
                "strict",
                "'charmap' codec can't decode byte 0x81 in position 0: character maps to <undefined>",
            ),
            (b"\xff", "utf-8", "foo", "unknown error handler name 'foo'"),
            (
                b"\x81",
                "cp1252",
                "foo",
                "decoding with 'cp1252' codec failed (LookupError: unknown error handler name 'foo')",
            ),
            (b"\xff", "ascii", "namereplace", "don't know how to handle UnicodeDecodeError in error callback"),
        ];
        for (input, name, handler, want) in bytes {
            assert_eq!(failing(decode(input, lookup(name).unwrap(), handler), input), want);
        }
        let texts = [
            (
                "aĀ",
                "latin-1",
                "'latin-1' codec can't encode character '\\u0100' in position 1: ordinal not in range(256)",
            ),
            ("a€€b", "ascii", "'ascii' codec can't encode characters in position 1-2: ordinal not in range(128)"),
            ("é€", "gbk", "'gbk' codec can't encode character '\\u20ac' in position 1: illegal multibyte sequence"),
        ];
        for (text, name, want) in texts {
            let text = text.as_bytes();
            assert_eq!(failing(encode(text, lookup(name).unwrap(), "strict"), text), want);
        }
    }
}
