//! Strings in JSON text: finding their end fast, decoding escapes, and writing them.

use crate::value::block::{self, Block};
use crate::value::interrupt::{self, Stop};
use crate::value::unicode::wtf8;
use crate::value::{HVec, ShortStr};

/// Why a string could not be read.
#[derive(Debug)]
pub enum Fault {
    /// It is malformed: CPython's words and the byte offset.
    Syntax {
        /// What is wrong.
        what: &'static str,
        /// Where.
        at: usize,
    },
    /// The run must end.
    Stop(Stop),
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Fault::Stop(stop)
    }
}

/// The quotes, backslashes and control characters of a block.
#[inline]
pub(super) fn special(block: Block) -> u32 {
    block.equal(b'"') | block.equal(b'\\') | block.up_to(0x1F)
}

/// The same test for one byte.
#[inline]
fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// The first offset at or behind `at` whose byte is a quote, a backslash or a control character; the length if there is
/// none.
#[inline]
#[must_use]
pub fn plain_end(input: &[u8], at: usize) -> usize {
    block::find(input, at, special, is_special)
}

/// Reads the rest of a string: its text begins at `start`, and up to `from` it is plain. Gives the offset behind the closing
/// quote, and whether the text differs from the input and is now in `out`. Control characters are errors if `strict`. Work is
/// reported to `tick`: [`interrupt::checkpoint`] or [`spend`].
///
/// # Errors
/// The string is malformed, or a limit.
pub fn decode(
    input: &[u8],
    start: usize,
    from: usize,
    strict: bool,
    out: &mut Vec<u8>,
    tick: &mut impl FnMut(u64) -> Result<(), Stop>,
) -> Result<(usize, bool), Fault> {
    out.clear();
    let (mut at, mut copied, mut owned) = (from, start, false);
    loop {
        let piece = |from: usize, to: usize| input.get(from..to).unwrap_or_default();
        match input.get(at) {
            None => return Err(Fault::Syntax { what: "Unterminated string starting at", at: start - 1 }),
            Some(b'"') => {
                if owned {
                    out.extend_from_slice(piece(copied, at));
                }
                return Ok((at + 1, owned));
            }
            Some(b'\\') => {
                tick(4)?;
                out.extend_from_slice(piece(copied, at));
                owned = true;
                at = escape(input, start, at, out)?;
                copied = at;
            }
            Some(byte) if *byte < 0x20 && strict => {
                return Err(Fault::Syntax { what: "Invalid control character at", at });
            }
            Some(_) => at += 1,
        }
        at = plain_end(input, at);
    }
}

/// Counts work that must not be interrupted.
///
/// # Errors
/// None.
pub fn spend(units: u64) -> Result<(), Stop> {
    interrupt::spend(units);
    Ok(())
}

/// The offset behind the escape at `at`, if it is well-formed.
#[must_use]
pub fn escape_end(input: &[u8], at: usize) -> Option<usize> {
    match input.get(at + 1)? {
        b'u' => hex(input, at + 2).map(|_| at + 6),
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(at + 2),
        _ => None,
    }
}

/// Decodes the escape at `at` and gives the offset behind it.
fn escape(input: &[u8], start: usize, at: usize, out: &mut Vec<u8>) -> Result<usize, Fault> {
    let plain = match input.get(at + 1) {
        None => return Err(Fault::Syntax { what: "Unterminated string starting at", at: start - 1 }),
        Some(b'u') => return unicode(input, at, out),
        Some(c @ (b'"' | b'\\' | b'/')) => *c,
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(_) => return Err(Fault::Syntax { what: "Invalid \\escape", at }),
    };
    out.push(plain);
    Ok(at + 2)
}

/// Decodes the `\uXXXX` at `at`, with the second half of a surrogate pair.
fn unicode(input: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, Fault> {
    let unit = |at: usize| hex(input, at + 2).ok_or(Fault::Syntax { what: "Invalid \\uXXXX escape", at: at + 1 });
    let first = unit(at)?;
    let next = at + 6;
    if (0xD800..0xDC00).contains(&first) && input.get(next..next + 2) == Some(b"\\u") {
        let second = unit(next)?;
        if (0xDC00..0xE000).contains(&second) {
            wtf8::push(out, 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00));
            return Ok(next + 6);
        }
    }
    wtf8::push(out, first);
    Ok(next)
}

/// Four hexadecimal digits.
fn hex(input: &[u8], at: usize) -> Option<u32> {
    let digits = input.get(at..at + 4)?;
    digits.iter().try_fold(0, |n, digit| Some(n * 16 + char::from(*digit).to_digit(16)?))
}

/// What stands for a control character, a quote or a backslash after the backslash; 0 for characters that need no escape,
/// `u` for those that are written as a number.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut n = 0;
    while n < 0x20 {
        table[n] = b'u';
        n += 1;
    }
    table[8] = b'b';
    table[9] = b't';
    table[10] = b'n';
    table[12] = b'f';
    table[13] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Appends a string with its quotes. Lone surrogates are escaped, everything else beyond ASCII is not. `false` if there was a
/// lone surrogate: two of them may be read as one character.
#[inline]
pub fn push_string(out: &mut HVec<u8>, text: &[u8]) -> bool {
    // A byte ED begins every surrogate, and a few other characters.
    let end = block::find(text, 0, |block| special(block) | block.equal(0xED), |byte| is_special(byte) || byte == 0xED);
    if end == text.len() {
        out.extend_pieces([b"\"", text, b"\""]);
        return true;
    }
    out.push(b'"');
    let clean = push_escaped(out, text, false);
    out.push(b'"');
    clean
}

/// As [`push_string`], of a text that likely has something to escape.
#[inline(never)]
fn push_odd(out: &mut HVec<u8>, text: &[u8]) -> bool {
    push_string(out, text)
}

/// As [`push_string`], of a short text.
#[inline]
pub fn push_short(out: &mut HVec<u8>, text: &ShortStr) -> bool {
    let (bytes, len) = text.padded();
    let block = Block::new(&bytes);
    if (special(block) | block.equal(0xED)) & ((1 << len) - 1) != 0 {
        return push_odd(out, text.bytes());
    }
    out.extend_quoted(&bytes, len);
    true
}

/// Appends the inside of a string; with `ascii` everything beyond ASCII is escaped too. The result is that of
/// [`push_string`].
pub fn push_escaped(out: &mut HVec<u8>, text: &[u8], ascii: bool) -> bool {
    let (mut at, mut copied, mut clean) = (0, 0, true);
    while let Some(byte) = text.get(at).copied() {
        let escape = ESCAPES[usize::from(byte)];
        let wide = byte >= 0x80 && (ascii || byte == 0xED);
        if escape == 0 && !wide {
            at += 1;
            continue;
        }
        let (cp, len) = if wide { wtf8::decode_at(text, at).unwrap_or((0xFFFD, 1)) } else { (u32::from(byte), 1) };
        let surrogate = (0xD800..0xE000).contains(&cp);
        if wide && !ascii && !surrogate {
            at += len;
            continue;
        }
        clean &= !surrogate;
        out.extend_bytes(text.get(copied..at).unwrap_or_default());
        if escape == 0 || escape == b'u' {
            push_units(out, cp);
        } else {
            out.extend_bytes(&[b'\\', escape]);
        }
        at += len;
        copied = at;
    }
    out.extend_bytes(text.get(copied..).unwrap_or_default());
    clean
}

/// Appends a code point as `\uXXXX`, or as two of them.
pub fn push_units(out: &mut HVec<u8>, cp: u32) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut unit = |n: u32| {
        out.extend_bytes(b"\\u");
        for shift in [12, 8, 4, 0] {
            out.push(DIGITS[(n >> shift & 15) as usize]);
        }
    };
    if let Some(beyond) = cp.checked_sub(0x1_0000) {
        unit(0xD800 + (beyond >> 10));
        unit(0xDC00 + (beyond & 0x3FF));
    } else {
        unit(cp);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_plain_part_is_found_at_every_alignment() {
        for len in 0..40 {
            for special in [&b"\""[..], b"\\", b"\x1f", b"\0", b""] {
                let mut text = vec![b'a'; len];
                text.iter_mut()
                    .enumerate()
                    .for_each(|(n, b)| *b = [b'a', 0x20, 0x21, 0x23, 0x5B, 0x5D, 0x7F, 0xFF][n % 8]);
                text.extend_from_slice(special);
                text.extend_from_slice(if special.is_empty() { b"" } else { b"aaaaaaaaa\"" });
                assert_eq!(plain_end(&text, 0), len, "{text:?}");
            }
        }
    }
    #[test]
    fn short_texts_are_written_as_long_ones() {
        for text in ["", "a", "plain text 14.", "a\"b", "\\", "0123456789abc\n", "\u{d7ff}é漢", "\0"] {
            let (mut short, mut long) = (HVec::from_slice(b"x"), HVec::from_slice(b"x"));
            let clean = push_short(&mut short, &ShortStr::new(text.as_bytes()).unwrap());
            assert_eq!((clean, &short[..]), (push_string(&mut long, text.as_bytes()), &long[..]), "{text:?}");
        }
    }
}
