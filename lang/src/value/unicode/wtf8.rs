//! Code points in generalised UTF-8: decoding, appending, counting, finding.
//!
//! Input that is not well-formed never panics: a byte that starts nothing decodes as U+FFFD of length one.

use std::str;

/// What a byte that starts nothing decodes to.
const REPLACEMENT: u32 = 0xFFFD;

/// Whether a code point is a surrogate.
#[inline]
#[must_use]
pub fn is_surrogate(cp: u32) -> bool {
    cp & 0xFFFF_F800 == 0xD800
}

/// Whether a byte continues a code point begun before it.
#[inline]
#[must_use]
pub fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// The code point at a byte offset and its length in bytes; `None` at or beyond the end.
#[inline]
#[must_use]
pub fn decode_at(text: &[u8], at: usize) -> Option<(u32, usize)> {
    match text.get(at..)? {
        [] => None,
        [a @ 0..=0x7F, ..] => Some((u32::from(*a), 1)),
        [a @ 0xC2..=0xDF, b, ..] if is_continuation(*b) => Some((join(&[a & 0x1F, *b]), 2)),
        [a @ 0xE0..=0xEF, b, c, ..] if is_continuation(*b) && is_continuation(*c) => {
            Some((join(&[a & 0x0F, *b, *c]), 3))
        }
        [a @ 0xF0..=0xF4, b, c, d, ..] if is_continuation(*b) && is_continuation(*c) && is_continuation(*d) => {
            Some((join(&[a & 0x07, *b, *c, *d]), 4))
        }
        _ => Some((REPLACEMENT, 1)),
    }
}

/// The code point that ends at a byte offset, and its length in bytes; `None` at the start.
#[inline]
#[must_use]
pub fn decode_before(text: &[u8], end: usize) -> Option<(u32, usize)> {
    let head = text.get(..end)?;
    let last = *head.last()?;
    if last < 0x80 {
        return Some((u32::from(last), 1));
    }
    for len in 2..=4.min(end) {
        let start = end - len;
        if !is_continuation(*head.get(start)?) {
            return match decode_at(head, start) {
                Some((cp, n)) if n == len => Some((cp, n)),
                _ => Some((REPLACEMENT, 1)),
            };
        }
    }
    Some((REPLACEMENT, 1))
}

#[inline]
fn join(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |cp, b| cp << 6 | u32::from(b & 0x3F))
}

/// The code points of a text, from either end.
#[derive(Debug, Clone)]
pub struct CodePoints<'a> {
    rest: &'a [u8],
}

impl<'a> CodePoints<'a> {
    /// The part not yet visited.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl Iterator for CodePoints<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let (cp, len) = decode_at(self.rest, 0)?;
        self.rest = self.rest.get(len..).unwrap_or_default();
        Some(cp)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.rest.len().div_ceil(4), Some(self.rest.len()))
    }
}

impl DoubleEndedIterator for CodePoints<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<u32> {
        let (cp, len) = decode_before(self.rest, self.rest.len())?;
        self.rest = self.rest.get(..self.rest.len() - len).unwrap_or_default();
        Some(cp)
    }
}

/// Iterates over the code points of a text.
#[inline]
#[must_use]
pub fn code_points(text: &[u8]) -> CodePoints<'_> {
    CodePoints { rest: text }
}

/// Pieces of a text of some kilobytes each, cut between code points: the steps of work that can be stopped.
pub fn blocks(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    const SIZE: usize = 4096;
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut cut = SIZE.min(rest.len());
        // At most three continuation bytes belong to what begins before the cut; more are not well-formed.
        while cut < rest.len() && cut < SIZE + 3 && is_continuation(rest[cut]) {
            cut += 1;
        }
        let (block, tail) = rest.split_at(cut);
        rest = tail;
        (!block.is_empty()).then_some(block)
    })
}

/// Appends a code point; numbers beyond U+10FFFF become U+FFFD.
#[inline]
pub fn push(out: &mut Vec<u8>, cp: u32) {
    if cp < 0x80 {
        out.push(cp as u8);
    } else if let Some(c) = char::from_u32(cp) {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    } else if is_surrogate(cp) {
        out.extend_from_slice(&[0xED, 0x80 | (cp >> 6 & 0x3F) as u8, 0x80 | (cp & 0x3F) as u8]);
    } else {
        out.extend_from_slice(&[0xEF, 0xBF, 0xBD]);
    }
}

/// The number of bytes [`push`] writes.
#[inline]
#[must_use]
pub fn len_of(cp: u32) -> usize {
    match cp {
        0..=0x7F => 1,
        0x80..=0x7FF => 2,
        0x800..=0xFFFF => 3,
        0x1_0000..=0x10_FFFF => 4,
        _ => 3,
    }
}

/// Number of code points.
#[must_use]
pub fn count(text: &[u8]) -> usize {
    // Blocks of at most 255 bytes keep the partial sums in bytes, which the compiler turns into vector additions.
    text.chunks(255).map(|block| usize::from(block.iter().map(|b| u8::from(!is_continuation(*b))).sum::<u8>())).sum()
}

/// Byte offset of the code point number `index`; the length of the text for `index == count`; `None` beyond.
#[must_use]
pub fn offset_of(text: &[u8], index: usize) -> Option<usize> {
    const STEP: usize = 240;
    let mut left = index;
    let mut start = 0;
    for block in text.chunks(STEP) {
        let here = count(block);
        if here > left {
            let starts = block.iter().enumerate().filter(|(_, b)| !is_continuation(**b));
            return starts.map(|(at, _)| start + at).nth(left);
        }
        left -= here;
        start += block.len();
    }
    (left == 0).then_some(text.len())
}

/// The text as `&str` when it has no lone surrogate.
#[must_use]
pub fn as_str(text: &[u8]) -> Option<&str> {
    str::from_utf8(text).ok()
}

/// Whether bytes are well-formed generalised UTF-8.
#[must_use]
pub fn is_valid(mut bytes: &[u8]) -> bool {
    loop {
        let Err(error) = str::from_utf8(bytes) else {
            return true;
        };
        match bytes.get(error.valid_up_to()..) {
            Some([0xED, 0xA0..=0xBF, c, rest @ ..]) if is_continuation(*c) => bytes = rest,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(cps: &[u32]) -> Vec<u8> {
        let mut out = Vec::new();
        cps.iter().for_each(|cp| push(&mut out, *cp));
        out
    }

    #[test]
    fn every_code_point_survives_the_round_trip() {
        for cp in (0..0x11_0000).step_by(7).chain(0xD7FE..0xE002).chain([0x10_FFFF]) {
            let text = text_of(&[cp]);
            assert_eq!(decode_at(&text, 0), Some((cp, text.len())));
            assert_eq!(decode_before(&text, text.len()), Some((cp, text.len())));
            assert_eq!(len_of(cp), text.len());
            assert!(is_valid(&text));
        }
    }

    #[test]
    fn iterates_from_both_ends() {
        let cps = [0x41, 0xE9, 0xD83D, 0xDE00, 0x4E00, 0x1_F600, 0x7A];
        let text = text_of(&cps);
        assert_eq!(code_points(&text).collect::<Vec<_>>(), cps);
        let mut back: Vec<_> = code_points(&text).rev().collect();
        back.reverse();
        assert_eq!(back, cps);
    }

    #[test]
    fn blocks_are_cut_between_code_points() {
        let text = "a一😀".repeat(5000).into_bytes();
        let got: Vec<u8> = blocks(&text).inspect(|b| assert!(is_valid(b))).flatten().copied().collect();
        assert_eq!(got, text);
        assert!(blocks(&text).count() > 2 && blocks(b"").count() == 0);
    }

    #[test]
    fn counts_and_finds() {
        let text = "aé一😀".repeat(300).into_bytes();
        assert_eq!(count(&text), 1200);
        for (index, want) in [(0, 0), (1, 1), (2, 3), (3, 6), (4, 10), (1199, 2996), (1200, 3000)] {
            assert_eq!(offset_of(&text, index), Some(want));
        }
        assert_eq!(offset_of(&text, 1201), None);
        assert_eq!((offset_of(b"", 0), offset_of(b"", 1)), (Some(0), None));
    }

    #[test]
    fn ill_formed_bytes_are_told_and_survived() {
        let bad: [&[u8]; 8] =
            [b"\x80", b"\xC0\x80", b"\xC3", b"\xE4\xB8", b"\xF0\x9F\x98", b"\xED\xA0", b"\xFF", b"a\x80"];
        for bytes in bad {
            assert!(!is_valid(bytes), "{bytes:?}");
            assert!(code_points(bytes).count() >= 1);
            assert!(code_points(bytes).rev().count() >= 1);
        }
        assert!(is_valid(b"\xED\xA0\xBD\xED\xB8\x80"));
    }
}
