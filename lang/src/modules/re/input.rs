//! The subject as the matcher reads it: characters at and before a byte offset.
//!
//! There are two ways to read. In bytes and in pure ASCII text every byte is a character; other text is decoded.

use super::charset::CharSet;
use crate::value::unicode::wtf8;

/// A readable subject. Offsets are in bytes.
pub(super) trait Input: Copy {
    /// All bytes, up to where matching ends.
    fn bytes(&self) -> &[u8];

    /// The character at an offset and its length.
    fn after(&self, at: usize) -> Option<(u32, usize)>;

    /// The character that ends at an offset and its length.
    fn before(&self, at: usize) -> Option<(u32, usize)>;

    /// The offset after the character at `at` if it belongs to a set.
    fn step(&self, set: &CharSet, at: usize) -> Option<usize>;

    /// The offset one character on, at most the end.
    fn next(&self, at: usize) -> usize {
        at + self.after(at).map_or(1, |(_, len)| len)
    }

    /// The offset `count` characters back.
    fn back(&self, at: usize, count: u32) -> Option<usize>;
}

/// A subject of one-byte characters.
#[derive(Clone, Copy)]
pub(super) struct Narrow<'s>(pub(super) &'s [u8]);

impl Input for Narrow<'_> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self.0
    }

    #[inline]
    fn after(&self, at: usize) -> Option<(u32, usize)> {
        self.0.get(at).map(|byte| (u32::from(*byte), 1))
    }

    #[inline]
    fn before(&self, at: usize) -> Option<(u32, usize)> {
        self.0.get(at.checked_sub(1)?).map(|byte| (u32::from(*byte), 1))
    }

    #[inline]
    fn step(&self, set: &CharSet, at: usize) -> Option<usize> {
        self.0.get(at).filter(|byte| set.contains_low(**byte)).map(|_| at + 1)
    }

    #[inline]
    fn back(&self, at: usize, count: u32) -> Option<usize> {
        at.checked_sub(count as usize)
    }
}

/// A text with characters beyond ASCII, in generalised UTF-8.
#[derive(Clone, Copy)]
pub(super) struct Wide<'s>(pub(super) &'s [u8]);

impl Input for Wide<'_> {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self.0
    }

    #[inline]
    fn after(&self, at: usize) -> Option<(u32, usize)> {
        wtf8::decode_at(self.0, at)
    }

    #[inline]
    fn before(&self, at: usize) -> Option<(u32, usize)> {
        wtf8::decode_before(self.0, at)
    }

    #[inline]
    fn step(&self, set: &CharSet, at: usize) -> Option<usize> {
        let byte = *self.0.get(at)?;
        if byte.is_ascii() {
            return set.contains_low(byte).then_some(at + 1);
        }
        let (cp, len) = wtf8::decode_at(self.0, at)?;
        set.contains(cp).then_some(at + len)
    }

    #[inline]
    fn back(&self, at: usize, count: u32) -> Option<usize> {
        if at < count as usize {
            return None;
        }
        (0..count).try_fold(at, |at, _| Some(at - self.before(at)?.1))
    }
}
