//! UTF-7 (RFC 2152): ASCII, with everything else as UTF-16 in base 64 between `+` and `-`.

use std::borrow::Cow;

use super::handler::{Handler, Units};
use super::{CodecError, driver::Decoding};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::unicode::wtf8;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The value of a digit of base 64.
fn digit(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

/// Whether a character stands for itself in encoded text.
fn is_direct(cp: u32) -> bool {
    u8::try_from(cp).is_ok_and(|byte| match byte {
        b'\t' | b'\n' | b'\r' => true,
        b'+' | b'\\' | b'~' => false,
        other => (b' '..=b'~').contains(&other),
    })
}

/// A stretch of base 64 that is being read.
#[derive(Default)]
struct Shift {
    /// Where its `+` stands.
    start: usize,
    buffer: u32,
    bits: u32,
    /// The first half of a surrogate pair, or 0.
    surrogate: u32,
}

impl Shift {
    /// Takes a digit; appends what is complete.
    fn take(&mut self, digit: u32, out: &mut Vec<u8>) {
        self.buffer = self.buffer << 6 | digit;
        self.bits += 6;
        if self.bits < 16 {
            return;
        }
        self.bits -= 16;
        let unit = self.buffer >> self.bits & 0xFFFF;
        self.buffer &= (1 << self.bits) - 1;
        let first = std::mem::take(&mut self.surrogate);
        match (first, unit) {
            (0, 0xD800..=0xDBFF) => self.surrogate = unit,
            (0, _) => wtf8::push(out, unit),
            (_, 0xDC00..=0xDFFF) => wtf8::push(out, 0x1_0000 + ((first & 0x3FF) << 10 | unit & 0x3FF)),
            (_, 0xD800..=0xDBFF) => {
                wtf8::push(out, first);
                self.surrogate = unit;
            }
            _ => {
                wtf8::push(out, first);
                wtf8::push(out, unit);
            }
        }
    }

    /// What is wrong with bits that are left at the end.
    fn flaw(&self) -> Option<&'static str> {
        match self.bits {
            6.. => Some("partial character in base-64 sequence"),
            _ if self.buffer != 0 => Some("non-zero padding bits in base-64 sequence"),
            _ => None,
        }
    }
}

/// Decodes UTF-7.
pub(super) fn decode(input: &[u8], handler: Handler<'_>) -> Result<Vec<u8>, CodecError> {
    reserve(input.len())?;
    let decoding = Decoding { name: "utf7", units: Units::None, ascii: false, skipped: 0, handler };
    let mut out = Vec::with_capacity(input.len());
    let mut shift: Option<Shift> = None;
    let mut at = 0;
    loop {
        checkpoint(4)?;
        let Some(byte) = input.get(at).copied() else {
            let Some(open) = shift.take() else { return Ok(out) };
            if open.surrogate == 0 && open.flaw().is_none() {
                return Ok(out);
            }
            at = decoding.bad(input, &mut out, open.start, input.len(), "unterminated shift sequence")?;
            continue;
        };
        match (&mut shift, digit(byte)) {
            (Some(open), Some(value)) => {
                open.take(value, &mut out);
                at += 1;
            }
            (Some(open), None) => {
                let (start, flaw, surrogate) = (open.start, open.flaw(), open.surrogate);
                shift = None;
                if let Some(reason) = flaw {
                    at = decoding.bad(input, &mut out, start, at + 1, reason)?;
                    continue;
                }
                if surrogate != 0 && byte < 0x80 {
                    wtf8::push(&mut out, surrogate);
                }
                // Any other character ends the stretch too, and stands for itself.
                at += usize::from(byte == b'-');
            }
            (None, _) if byte == b'+' => match input.get(at + 1) {
                Some(b'-') => {
                    out.push(b'+');
                    at += 2;
                }
                Some(next) if digit(*next).is_none() => {
                    at = decoding.bad(input, &mut out, at, at + 2, "ill-formed sequence")?;
                }
                _ => {
                    shift = Some(Shift { start: at, ..Shift::default() });
                    at += 1;
                }
            },
            (None, _) if byte < 0x80 => {
                out.push(byte);
                at += 1;
            }
            (None, _) => at = decoding.bad(input, &mut out, at, at + 1, "unexpected special character")?,
        }
    }
}

/// Encodes UTF-7, which expresses every text.
pub(super) fn encode(text: &[u8]) -> Result<Vec<u8>, CodecError> {
    reserve(text.len().saturating_mul(2))?;
    let mut out = Vec::with_capacity(text.len());
    let (mut shifted, mut buffer, mut bits) = (false, 0u64, 0u32);
    // Six bits, so the index is in range.
    let letter = |bits: u64| DIGITS[(bits & 0x3F) as usize];
    for cp in wtf8::code_points(text) {
        checkpoint(2)?;
        if is_direct(cp) {
            let byte = cp as u8;
            if std::mem::take(&mut shifted) {
                if bits > 0 {
                    out.push(letter(buffer << (6 - bits)));
                }
                (buffer, bits) = (0, 0);
                if digit(byte).is_some() || byte == b'-' {
                    out.push(b'-');
                }
            }
            out.push(byte);
            continue;
        }
        if !shifted {
            out.push(b'+');
            if cp == u32::from(b'+') {
                out.push(b'-');
                continue;
            }
            shifted = true;
        }
        let units: Cow<'_, [u32]> = match cp.checked_sub(0x1_0000) {
            Some(offset) => vec![0xD800 | offset >> 10, 0xDC00 | offset & 0x3FF].into(),
            None => vec![cp].into(),
        };
        for unit in units.iter() {
            buffer = buffer << 16 | u64::from(*unit);
            bits += 16;
            while bits >= 6 {
                bits -= 6;
                out.push(letter(buffer >> bits));
            }
            buffer &= (1 << bits) - 1;
        }
    }
    if shifted {
        if bits > 0 {
            out.push(letter(buffer << (6 - bits)));
        }
        out.push(b'-');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::{decode, encode, lookup};

    #[test]
    fn round_trips() {
        let codec = lookup("utf-7").unwrap();
        for (text, bytes) in [
            ("", &b""[..]),
            ("Hi+", b"Hi+-"),
            ("- \u{1c}c.x\t\u{130}", b"- +ABw-c.x\t+ATA-"),
            ("x\u{1f600}_a", b"x+2D3eAA_a"),
            ("A\u{e9}-\u{20ac}\u{663}'", b"A+AOk--+IKwGYw'"),
        ] {
            assert_eq!(encode(text.as_bytes(), codec, "strict").as_deref(), Ok(bytes), "{text}");
            assert_eq!(decode(bytes, codec, "strict").as_deref(), Ok(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn errors_have_the_extent_of_cpython() {
        let codec = lookup("utf7").unwrap();
        for (bytes, text) in [
            (&b"\xa9\x82"[..], "\u{fffd}\u{fffd}"),
            (b"+\x80-", "\u{fffd}-"),
            (b"a+AO", "a\u{fffd}"),
            (b"+AOl-b", "\u{e9}\u{fffd}b"),
        ] {
            assert_eq!(decode(bytes, codec, "replace").as_deref(), Ok(text.as_bytes()), "{bytes:?}");
        }
    }
}
