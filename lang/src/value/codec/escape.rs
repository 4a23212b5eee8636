//! `unicode_escape` and `raw_unicode_escape`: text as the inside of a Python literal, in Latin-1 bytes.

use super::CodecError;
use super::driver::{Decoding, Encoding, Seen};
use super::handler::{Handler, Units};
use crate::value::format::quote::write_escape;
use crate::value::unicode::names;

/// Decodes `unicode_escape`.
pub(super) fn decode(bytes: &[u8], handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    decoding("unicodeescape", handler).run(bytes, 0, |input, at| match input.get(at..) {
        Some([b'\\', rest @ ..]) => see(rest),
        Some([byte, ..]) => Seen::One(u32::from(*byte), 1),
        _ => Seen::Nothing(1),
    })
}

/// Decodes `raw_unicode_escape`.
pub(super) fn decode_raw(bytes: &[u8], handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    decoding("rawunicodeescape", handler).run(bytes, 0, |input, at| match input.get(at..) {
        Some([b'\\', rest @ ..]) => see_raw(rest),
        Some([byte, ..]) => Seen::One(u32::from(*byte), 1),
        _ => Seen::Nothing(1),
    })
}

fn decoding<'h>(name: &'static str, handler: Handler<'h>) -> Decoding<'h> {
    Decoding { name, units: Units::None, ascii: false, skipped: 0, handler }
}

/// Reads an escape behind its backslash.
fn see(rest: &[u8]) -> Seen {
    let Some((letter, rest)) = rest.split_first() else {
        return Seen::Bad(1, "\\ at end of string");
    };
    let one = |c: u8| Seen::One(u32::from(c), 2);
    match letter {
        b'\n' => Seen::Nothing(2),
        b'\\' | b'\'' | b'"' => one(*letter),
        b'b' => one(0x08),
        b'f' => one(0x0C),
        b't' => one(b'\t'),
        b'n' => one(b'\n'),
        b'r' => one(b'\r'),
        b'v' => one(0x0B),
        b'a' => one(0x07),
        b'0'..=b'7' => {
            let digits = rest.iter().take(2).take_while(|b| matches!(b, b'0'..=b'7'));
            let (value, len) =
                digits.fold((u32::from(letter - b'0'), 2), |(n, len), d| (n * 8 + u32::from(d - b'0'), len + 1));
            Seen::One(value, len)
        }
        b'x' => see_hex(rest, 2, "truncated \\xXX escape", ""),
        b'u' => see_hex(rest, 4, "truncated \\uXXXX escape", ""),
        b'U' => see_hex(rest, 8, "truncated \\UXXXXXXXX escape", "illegal Unicode character"),
        b'N' => see_name(rest),
        _ => Seen::Two(u32::from(b'\\'), u32::from(*letter), 2),
    }
}

fn see_raw(rest: &[u8]) -> Seen {
    match rest {
        [] => Seen::One(u32::from(b'\\'), 1),
        [b'u', rest @ ..] => see_hex(rest, 4, "truncated \\uXXXX escape", ""),
        [b'U', rest @ ..] => see_hex(rest, 8, "truncated \\UXXXXXXXX escape", "\\Uxxxxxxxx out of range"),
        [other, ..] => Seen::Two(u32::from(b'\\'), u32::from(*other), 2),
    }
}

/// Reads hexadecimal digits behind a backslash and a letter.
fn see_hex(rest: &[u8], count: usize, truncated: &'static str, too_large: &'static str) -> Seen {
    let digits = rest.iter().take(count).map_while(|byte| char::from(*byte).to_digit(16));
    let (value, read) = digits.fold((0_u32, 0), |(n, read), digit| (n << 4 | digit, read + 1));
    match value {
        _ if read < count => Seen::Bad(2 + read, truncated),
        0..=0x10_FFFF => Seen::One(value, 2 + count),
        _ => Seen::Bad(2 + count, too_large),
    }
}

/// Reads `{NAME}` behind `\N`.
fn see_name(rest: &[u8]) -> Seen {
    const MALFORMED: &str = "malformed \\N character escape";
    let [b'{', rest @ ..] = rest else {
        return Seen::Bad(2, MALFORMED);
    };
    let Some(len) = rest.iter().position(|byte| *byte == b'}') else {
        return Seen::Bad(3 + rest.len(), MALFORMED);
    };
    if len == 0 {
        return Seen::Bad(3, MALFORMED);
    }
    let name = rest.get(..len).and_then(|name| str::from_utf8(name).ok());
    match name.and_then(names::character) {
        Some(c) => Seen::One(u32::from(c), len + 4),
        None => Seen::Bad(len + 4, "unknown Unicode character name"),
    }
}

/// Encodes `unicode_escape`, which never fails.
pub(super) fn encode(text: &[u8]) -> Result<Vec<u8>, CodecError> {
    encoding("unicodeescape").run(text, Vec::new(), |out, cp| {
        match u8::try_from(cp) {
            Ok(b'\\') => out.extend_from_slice(b"\\\\"),
            Ok(b'\t') => out.extend_from_slice(b"\\t"),
            Ok(b'\n') => out.extend_from_slice(b"\\n"),
            Ok(b'\r') => out.extend_from_slice(b"\\r"),
            Ok(byte @ b' '..=b'~') => out.push(byte),
            _ => write_escape(out, cp),
        }
        true
    })
}

/// Encodes `raw_unicode_escape`, which never fails.
pub(super) fn encode_raw(text: &[u8]) -> Result<Vec<u8>, CodecError> {
    encoding("rawunicodeescape").run(text, Vec::new(), |out, cp| {
        match u8::try_from(cp) {
            Ok(byte) => out.push(byte),
            Err(_) => write_escape(out, cp),
        }
        true
    })
}

fn encoding(name: &'static str) -> Encoding<'static> {
    Encoding { name, reason: "", grouped: false, units: Units::None, ascii: false, handler: Handler::Strict }
}

#[cfg(test)]
mod tests {
    use super::super::{CodecError, decode, encode, lookup};

    #[test]
    fn converts() {
        let escape = lookup("unicode_escape").unwrap();
        let raw = lookup("raw_unicode_escape").unwrap();
        let text = "a\\\n\t\x01é€😀'";
        assert_eq!(encode(text.as_bytes(), escape, "strict"), Ok(br"a\\\n\t\x01\xe9\u20ac\U0001f600'".to_vec()));
        assert_eq!(encode(text.as_bytes(), raw, "strict"), Ok(b"a\\\n\t\x01\xe9\\u20ac\\U0001f600'".to_vec()));
        let got = decode(
            br#"\a\b\f\v\101\7\x41\u00e9\N{DIGIT ONE}\q\"\
z"#,
            escape,
            "strict",
        );
        assert_eq!(got, Ok("\x07\x08\x0C\x0BA\x07Aé1\\q\"z".into()));
        assert_eq!(
            decode(br"\n\u00e9\\u0041\", raw, "strict"),
            Ok(br"\n\xe9\\u0041\"[..2].iter().copied().chain("é\\\\u0041\\".bytes()).collect())
        );
    }

    #[test]
    fn refuses() {
        for (bytes, name, end, reason) in [
            (&br"\"[..], "unicode_escape", 1, r"\ at end of string"),
            (br"\x1", "unicode_escape", 3, r"truncated \xXX escape"),
            (br"\N", "unicode_escape", 2, r"malformed \N character escape"),
            (br"\N{foo}", "unicode_escape", 7, "unknown Unicode character name"),
            (br"\U00110000", "unicode_escape", 10, "illegal Unicode character"),
            (br"\U00110000", "raw_unicode_escape", 10, r"\Uxxxxxxxx out of range"),
            (br"\u12", "raw_unicode_escape", 4, r"truncated \uXXXX escape"),
        ] {
            match decode(bytes, lookup(name).unwrap(), "strict") {
                Err(CodecError::Decode(f)) => {
                    assert_eq!((f.start, f.end, &*f.reason), (0, end, reason))
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(decode(br"\u12z", lookup("unicode_escape").unwrap(), "replace"), Ok("\u{FFFD}z".into()));
    }
}
