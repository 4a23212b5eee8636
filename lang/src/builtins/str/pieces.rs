//! Searching and cutting: what `str` and `bytes` have in common.
//!
//! Text is well-formed, so a part of it can only be found at a boundary of code points: searching text is searching bytes.
//! What differs is what counts as white space and where an empty pattern matches; [`Unit`] tells which of the two it is.

use std::ops::Range;

use memchr::memmem::{self, FinderRev};

use crate::value::interrupt::{Stop, checkpoint, reserve};
use crate::value::unicode::{space, wtf8};
use crate::value::{HVec, R};

/// What a sequence consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Code points.
    Text,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// Length of the unit at a boundary; zero at the end.
    fn len_at(self, bytes: &[u8], at: usize) -> usize {
        match self {
            Unit::Text => wtf8::decode_at(bytes, at).map_or(0, |(_, len)| len),
            Unit::Bytes => usize::from(at < bytes.len()),
        }
    }

    /// Whether the unit at `at` is white space, and its length; `None` at the end.
    fn space_at(self, bytes: &[u8], at: usize) -> Option<(bool, usize)> {
        let byte = *bytes.get(at)?;
        if self == Unit::Bytes || byte < 0x80 {
            return Some((self.is_space(byte), 1));
        }
        wtf8::decode_at(bytes, at).map(|(cp, len)| (space::is_space(cp), len))
    }

    /// The same for the unit that ends at `end`; `None` at the start.
    fn space_before(self, bytes: &[u8], end: usize) -> Option<(bool, usize)> {
        let byte = *bytes.get(end.checked_sub(1)?)?;
        if self == Unit::Bytes || byte < 0x80 {
            return Some((self.is_space(byte), 1));
        }
        wtf8::decode_before(bytes, end).map(|(cp, len)| (space::is_space(cp), len))
    }

    /// Whether an ASCII byte is white space. The separators U+001C–U+001F count in text only.
    fn is_space(self, byte: u8) -> bool {
        matches!(byte, b'\t'..=b'\r' | b' ') || (self == Unit::Text && matches!(byte, 0x1C..=0x1F))
    }
}

/// Steps of work for looking through some bytes.
fn scan_cost(bytes: &[u8]) -> u64 {
    bytes.len() as u64 / 16 + 1
}

/// [`find`] or [`rfind`].
pub type Find = fn(&[u8], &[u8]) -> Result<Option<usize>, Stop>;

/// Offset of the first occurrence.
///
/// # Errors
/// A limit.
pub fn find(bytes: &[u8], part: &[u8]) -> Result<Option<usize>, Stop> {
    checkpoint(scan_cost(bytes))?;
    Ok(memmem::find(bytes, part))
}

/// Offset of the last occurrence.
///
/// # Errors
/// A limit.
pub fn rfind(bytes: &[u8], part: &[u8]) -> Result<Option<usize>, Stop> {
    checkpoint(scan_cost(bytes))?;
    Ok(memmem::rfind(bytes, part))
}

/// Number of occurrences that do not overlap; `part` is not empty.
///
/// # Errors
/// A limit.
pub fn count(bytes: &[u8], part: &[u8]) -> Result<usize, Stop> {
    checkpoint(scan_cost(bytes))?;
    Ok(match part {
        [byte] => memchr::memchr_iter(*byte, bytes).count(),
        _ => memmem::find_iter(bytes, part).count(),
    })
}

/// The sequence with up to `limit` occurrences of `old` replaced; `None` if there are none.
///
/// # Errors
/// A limit.
pub fn replace(
    bytes: &[u8],
    old: &[u8],
    new: &[u8],
    limit: Option<usize>,
    unit: Unit,
) -> Result<Option<HVec<u8>>, Stop> {
    let limit = limit.unwrap_or(usize::MAX);
    if limit == 0 || old == new {
        return Ok(None);
    }
    if old.is_empty() {
        return interleave(bytes, new, limit, unit).map(Some);
    }
    // Counting first costs one more look, but the result is allocated once and never beyond the limit.
    let found = count(bytes, old)?.min(limit);
    if found == 0 {
        return Ok(None);
    }
    let size = new.len().checked_mul(found).and_then(|n| n.checked_add(bytes.len() - old.len() * found));
    let size = size.ok_or(Stop::Memory)?;
    reserve(size)?;
    checkpoint(scan_cost(bytes) + found as u64 + size as u64 / 16)?;
    let mut out = HVec::with_capacity(size);
    let mut from = 0;
    for at in memmem::find_iter(bytes, old).take(found) {
        out.extend_bytes(bytes.get(from..at).unwrap_or_default());
        out.extend_bytes(new);
        from = at + old.len();
    }
    out.extend_bytes(bytes.get(from..).unwrap_or_default());
    Ok(Some(out))
}

/// Puts `new` before each of the first `limit` units, and behind the last if the limit reaches so far.
fn interleave(bytes: &[u8], new: &[u8], limit: usize, unit: Unit) -> Result<HVec<u8>, Stop> {
    let mut out = HVec::new();
    let (mut at, mut left) = (0, limit);
    loop {
        if left == 0 {
            break;
        }
        reserve(new.len())?;
        checkpoint(2 + new.len() as u64 / 16)?;
        out.extend_bytes(new);
        left -= 1;
        let len = unit.len_at(bytes, at);
        if len == 0 {
            break;
        }
        out.extend_bytes(bytes.get(at..at + len).unwrap_or_default());
        at += len;
    }
    out.extend_bytes(bytes.get(at..).unwrap_or_default());
    Ok(out)
}

/// Gives the pieces between occurrences of `separator`, which is not empty: at most `limit` cuts, from the left.
///
/// # Errors
/// A limit, or what `piece` gives.
pub fn split(
    bytes: &[u8],
    separator: &[u8],
    limit: Option<usize>,
    mut piece: impl FnMut(Range<usize>) -> R<()>,
) -> R<()> {
    let limit = limit.unwrap_or(usize::MAX);
    checkpoint(scan_cost(bytes))?;
    let mut from = 0;
    if let [byte] = separator {
        for at in memchr::memchr_iter(*byte, bytes).take(limit) {
            checkpoint(4)?;
            piece(from..at)?;
            from = at + 1;
        }
    } else {
        for at in memmem::find_iter(bytes, separator).take(limit) {
            checkpoint(4)?;
            piece(from..at)?;
            from = at + separator.len();
        }
    }
    piece(from..bytes.len())
}

/// The same from the right: the last piece comes first.
///
/// # Errors
/// As [`split`].
pub fn rsplit(
    bytes: &[u8],
    separator: &[u8],
    limit: Option<usize>,
    mut piece: impl FnMut(Range<usize>) -> R<()>,
) -> R<()> {
    let limit = limit.unwrap_or(usize::MAX);
    checkpoint(scan_cost(bytes))?;
    let finder = FinderRev::new(separator);
    let (mut end, mut left) = (bytes.len(), limit);
    while left > 0
        && let Some(at) = finder.rfind(bytes.get(..end).unwrap_or_default())
    {
        checkpoint(4)?;
        piece(at + separator.len()..end)?;
        end = at;
        left -= 1;
    }
    piece(0..end)
}

/// Gives the words between white space: at most `limit` cuts, from the left; the rest keeps its trailing white space only
/// if it is cut off by the limit.
///
/// # Errors
/// As [`split`].
pub fn split_space(
    bytes: &[u8],
    limit: Option<usize>,
    unit: Unit,
    mut piece: impl FnMut(Range<usize>) -> R<()>,
) -> R<()> {
    let mut left = limit.unwrap_or(usize::MAX);
    let mut at = 0;
    loop {
        while let Some((true, len)) = unit.space_at(bytes, at) {
            at += len;
        }
        if at >= bytes.len() {
            return Ok(());
        }
        let start = at;
        if left == 0 {
            return piece(start..bytes.len());
        }
        while let Some((false, len)) = unit.space_at(bytes, at) {
            at += len;
        }
        checkpoint(4 + (at - start) as u64)?;
        piece(start..at)?;
        left -= 1;
    }
}

/// The same from the right: the last word comes first.
///
/// # Errors
/// As [`split`].
pub fn rsplit_space(
    bytes: &[u8],
    limit: Option<usize>,
    unit: Unit,
    mut piece: impl FnMut(Range<usize>) -> R<()>,
) -> R<()> {
    let mut left = limit.unwrap_or(usize::MAX);
    let mut at = bytes.len();
    loop {
        while let Some((true, len)) = unit.space_before(bytes, at) {
            at -= len;
        }
        if at == 0 {
            return Ok(());
        }
        let end = at;
        if left == 0 {
            return piece(0..end);
        }
        while let Some((false, len)) = unit.space_before(bytes, at) {
            at -= len;
        }
        checkpoint(4 + (end - at) as u64)?;
        piece(at..end)?;
        left -= 1;
    }
}

/// Which ends of a sequence are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Both.
    Both,
    /// Only the left one.
    Left,
    /// Only the right one.
    Right,
}

/// The part that is left when white space is taken away.
#[must_use]
pub fn trim_space(bytes: &[u8], ends: Ends, unit: Unit) -> Range<usize> {
    let (mut start, mut end) = (0, bytes.len());
    while ends != Ends::Right
        && let Some((true, len)) = unit.space_at(bytes, start)
    {
        start += len;
    }
    while ends != Ends::Left
        && end > start
        && let Some((true, len)) = unit.space_before(bytes, end)
    {
        end -= len;
    }
    start..end
}

/// The sequence with tabs as blanks up to the next multiple of `size` columns; lines begin behind LF and CR.
///
/// # Errors
/// A limit.
pub fn expand_tabs(bytes: &[u8], size: usize, unit: Unit) -> Result<HVec<u8>, Stop> {
    reserve(bytes.len())?;
    checkpoint(bytes.len() as u64 / 4)?;
    let mut out = HVec::with_capacity(bytes.len());
    let mut column = 0;
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\t' => {
                out.extend_bytes(bytes.get(from..at).unwrap_or_default());
                from = at + 1;
                if size > 0 {
                    let blanks = size - column % size;
                    fill(&mut out, b" ", blanks)?;
                    column += blanks;
                }
                checkpoint(2)?;
            }
            b'\n' | b'\r' => column = 0,
            byte if unit == Unit::Text && wtf8::is_continuation(*byte) => {}
            _ => column += 1,
        }
    }
    out.extend_bytes(bytes.get(from..).unwrap_or_default());
    Ok(out)
}

/// Appends `count` copies of `unit`.
///
/// # Errors
/// A limit.
pub fn fill(out: &mut HVec<u8>, unit: &[u8], count: usize) -> Result<(), Stop> {
    /// Copies written at once.
    const STEP: usize = 4096;
    let size = unit.len().checked_mul(count).ok_or(Stop::Memory)?;
    reserve(size)?;
    out.reserve(size);
    let block = unit.repeat(count.min(STEP));
    let mut left = count;
    while left > 0 {
        let now = left.min(STEP);
        out.extend_bytes(block.get(..now * unit.len()).unwrap_or_default());
        checkpoint((now * unit.len()) as u64 / 16 + 1)?;
        left -= now;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, limit: Option<usize>, from_right: bool) -> Vec<String> {
        let mut found = Vec::new();
        let piece = |range: Range<usize>| {
            found.push(text[range].to_owned());
            Ok(())
        };
        let bytes = text.as_bytes();
        let done = match from_right {
            false => split_space(bytes, limit, Unit::Text, piece),
            true => rsplit_space(bytes, limit, Unit::Text, piece),
        };
        assert!(done.is_ok());
        found
    }

    #[test]
    fn words_as_cpython_finds_them() {
        assert_eq!(words(" a\u{2003}bé\x1cc  ", None, false), ["a", "bé", "c"]);
        assert_eq!(words(" a b c ", Some(1), false), ["a", "b c "]);
        assert_eq!(words(" a b c ", Some(1), true), ["c", " a b"]);
        assert_eq!(words("  ", Some(0), true), [""; 0]);
        assert_eq!(words(" a ", Some(0), false), ["a "]);
    }

    #[test]
    fn replaces() {
        let replaced = |text: &str, old: &str, new: &str, limit| {
            let done = replace(text.as_bytes(), old.as_bytes(), new.as_bytes(), limit, Unit::Text).unwrap();
            done.map(|out| String::from_utf8_lossy(&out).into_owned())
        };
        assert_eq!(replaced("aéa", "", "-", None).as_deref(), Some("-a-é-a-"));
        assert_eq!(replaced("aéa", "", "-", Some(2)).as_deref(), Some("-a-éa"));
        assert_eq!(replaced("banana", "ana", "x", None).as_deref(), Some("bxna"));
        assert_eq!(replaced("banana", "x", "y", None), None);
    }

    #[test]
    fn expands_tabs() {
        let out = expand_tabs("é\tb\n\tc".as_bytes(), 4, Unit::Text).unwrap();
        assert_eq!(&out[..], "é   b\n    c".as_bytes());
        assert_eq!(&expand_tabs(b"a\tb", 0, Unit::Bytes).unwrap()[..], b"ab");
    }
}
