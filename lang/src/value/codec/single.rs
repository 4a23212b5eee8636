//! Encodings of one byte to the character: ASCII, Latin-1, the tables, and WHATWG's `x-user-defined`.

use super::CodecError;
use super::driver::{Decoding, Encoding, Seen};
use super::handler::{Handler, Units};
use super::tables::CHARMAPS;

/// Stands for no character in the tables.
const NONE: char = '\u{FFFE}';
const UNDEFINED: &str = "character maps to <undefined>";
/// The first code point of `x-user-defined` beyond ASCII.
const USER_DEFINED: u32 = 0xF780;

fn encoding<'h>(name: &'static str, reason: &'static str, handler: Handler<'h>) -> Encoding<'h> {
    Encoding { name, reason, grouped: true, units: Units::None, ascii: true, handler }
}

fn decoding<'h>(name: &'static str, handler: Handler<'h>) -> Decoding<'h> {
    Decoding { name, units: Units::None, ascii: true, skipped: 0, handler }
}

/// Decodes ASCII.
pub(super) fn decode_ascii(bytes: &[u8], handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    decoding("ascii", handler).run(bytes, 0, |_, _| Seen::Bad(1, "ordinal not in range(128)"))
}

/// Encodes ASCII.
pub(super) fn encode_ascii(text: &[u8], handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    encoding("ascii", "ordinal not in range(128)", handler).run(text, Vec::new(), |out, cp| put_below(out, cp, 0x80))
}

/// Decodes Latin-1, which never fails.
pub(super) fn decode_latin1(bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
    let see = |input: &[u8], at: usize| Seen::One(input.get(at).copied().unwrap_or(0).into(), 1);
    decoding("latin-1", Handler::Strict).run(bytes, 0, see)
}

/// Encodes Latin-1.
pub(super) fn encode_latin1(text: &[u8], handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    encoding("latin-1", "ordinal not in range(256)", handler).run(text, Vec::new(), |out, cp| put_below(out, cp, 0x100))
}

fn put_below(out: &mut Vec<u8>, cp: u32, limit: u32) -> bool {
    let fits = cp < limit;
    if fits {
        out.push(cp as u8);
    }
    fits
}

/// Decodes `x-user-defined`, which never fails.
pub(super) fn decode_user_defined(bytes: &[u8]) -> Result<Vec<u8>, CodecError> {
    let see = |input: &[u8], at: usize| {
        let byte = u32::from(input.get(at).copied().unwrap_or(0x80));
        Seen::One(USER_DEFINED + (byte & 0x7F), 1)
    };
    decoding("x-user-defined", Handler::Strict).run(bytes, 0, see)
}

/// Encodes `x-user-defined`.
pub(super) fn encode_user_defined(text: &[u8], handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    encoding("charmap", UNDEFINED, handler).run(text, Vec::new(), |out, cp| match cp {
        0..=0x7F => put_below(out, cp, 0x80),
        USER_DEFINED..=0xF7FF => put_below(out, cp - USER_DEFINED + 0x80, 0x100),
        _ => false,
    })
}

fn table(number: usize) -> &'static str {
    CHARMAPS.get(number).copied().unwrap_or_default()
}

/// Whether the table leaves the bytes below 128 to ASCII.
fn keeps_ascii(number: usize) -> bool {
    table(number).chars().nth(128).is_none()
}

/// The characters of all bytes.
fn characters(number: usize) -> Vec<char> {
    let ascii = if keeps_ascii(number) { '\0'..'\u{80}' } else { '\0'..'\0' };
    ascii.chain(table(number).chars()).collect()
}

/// Decodes by a table.
pub(super) fn decode_charmap(bytes: &[u8], number: usize, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    let characters = characters(number);
    let decoding = Decoding { ascii: keeps_ascii(number), ..decoding("charmap", handler) };
    decoding.run(bytes, 0, |input, at| {
        let byte = input.get(at).copied().unwrap_or(0);
        match characters.get(usize::from(byte)) {
            Some(c) if *c != NONE => Seen::One(u32::from(*c), 1),
            _ => Seen::Bad(1, UNDEFINED),
        }
    })
}

/// Encodes by a table.
pub(super) fn encode_charmap(text: &[u8], number: usize, handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    // Of several bytes for one character the last counts; sorting is stable and the last of equals is found below.
    let mut bytes: Vec<(u32, u8)> = characters(number)
        .iter()
        .zip(0..=u8::MAX)
        .filter(|(c, _)| **c != NONE)
        .map(|(c, byte)| (u32::from(*c), byte))
        .collect();
    bytes.sort_by_key(|(cp, _)| *cp);
    // Some tables have a character of ASCII a second time, which then counts.
    let ascii = keeps_ascii(number) && !table(number).contains(|c: char| c.is_ascii());
    let encoding = Encoding { ascii, ..encoding("charmap", UNDEFINED, handler) };
    encoding.run(text, Vec::new(), |out, cp| {
        let behind = bytes.partition_point(|(other, _)| *other <= cp);
        match behind.checked_sub(1).and_then(|at| bytes.get(at)) {
            Some((found, byte)) if *found == cp => {
                out.push(*byte);
                true
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tables::CODECS;
    use super::super::{Kind, decode, encode, lookup};
    use super::*;

    #[test]
    fn tables_are_complete_and_reversible() {
        for codec in CODECS.iter().filter(|codec| matches!(codec.kind, Kind::Charmap(_))) {
            let Kind::Charmap(number) = codec.kind else {
                continue;
            };
            assert_eq!(characters(number).len(), 256, "{}", codec.name);
            let all: Vec<u8> = (0..=255).collect();
            let text = decode(&all, *codec, "ignore").unwrap();
            let bytes = encode(&text, *codec, "strict").unwrap();
            assert_eq!(decode(&bytes, *codec, "strict").unwrap(), text, "{}", codec.name);
        }
    }

    #[test]
    fn converts() {
        for (name, text, bytes) in [
            ("cp1252", "a€é", &b"a\x80\xe9"[..]),
            ("koi8-r", "Привет", b"\xf0\xd2\xc9\xd7\xc5\xd4"),
            ("iso8859-15", "€", b"\xa4"),
            ("cp037", "A1", b"\xc1\xf1"),
            ("latin-1", "é", b"\xe9"),
            ("x-user-defined", "a\u{F780}\u{F7FF}", b"a\x80\xff"),
        ] {
            let codec = lookup(name).unwrap();
            assert_eq!(encode(text.as_bytes(), codec, "strict").as_deref(), Ok(bytes), "{name}");
            assert_eq!(decode(bytes, codec, "strict").as_deref(), Ok(text.as_bytes()), "{name}");
        }
        let cp1252 = lookup("cp1252").unwrap();
        for (handler, want) in [
            ("replace", "a??b"),
            ("ignore", "ab"),
            ("backslashreplace", "a\\u4e00\\U0001f600b"),
            ("xmlcharrefreplace", "a&#19968;&#128512;b"),
            ("namereplace", "a\\N{CJK UNIFIED IDEOGRAPH-4E00}\\N{GRINNING FACE}b"),
        ] {
            assert_eq!(encode("a一😀b".as_bytes(), cp1252, handler), Ok(want.into()), "{handler}");
        }
    }
}
