//! Strings: code points in UTF-8, lone surrogates included.
//!
//! Text is stored as UTF-8 in which a lone surrogate takes three bytes like any other code point of its size; pairs are
//! never merged, because Python does not merge them either. Up to [`ShortStr::MAX`] bytes live inside the value itself.
//! Longer text knows whether it is ASCII (then a position is an offset) and how many code points it has; otherwise a
//! side table finds a code point in constant time.
#![allow(unsafe_code)]

use std::cell::{Cell, OnceCell};
use std::ptr::NonNull;
use std::sync::Arc;

use super::hvec::HVec;
use super::refs::{Object, Ref};

/// A string short enough to live inside a [`super::Value`].
#[derive(Clone, Copy)]
#[repr(C)]
pub struct ShortStr {
    len: u8,
    bytes: [u8; Self::MAX],
}

impl ShortStr {
    /// Longest text in bytes.
    pub const MAX: usize = 14;

    /// The text, if it is short enough.
    #[inline]
    #[must_use]
    pub fn new(text: &[u8]) -> Option<ShortStr> {
        if text.len() > Self::MAX {
            return None;
        }
        let [bytes @ .., _, _] = packed(text).to_le_bytes();
        Some(ShortStr { len: text.len() as u8, bytes })
    }

    /// The text of the first `len` of sixteen bytes, if it is short enough.
    #[inline]
    #[must_use]
    pub fn prefix(bytes: &[u8; 16], len: usize) -> Option<ShortStr> {
        if len > Self::MAX {
            return None;
        }
        /// The first bytes of sixteen, for each number of them.
        const FIRST: [u128; ShortStr::MAX + 1] = {
            let mut masks = [0; ShortStr::MAX + 1];
            let mut len = 0;
            while len <= ShortStr::MAX {
                masks[len] = (1 << (8 * len)) - 1;
                len += 1;
            }
            masks
        };
        let kept = u128::from_le_bytes(*bytes) & FIRST[len];
        let [bytes @ .., _, _] = kept.to_le_bytes();
        Some(ShortStr { len: len as u8, bytes })
    }

    /// The text in sixteen bytes, of which the others are zero, and its length.
    #[inline]
    #[must_use]
    pub fn padded(&self) -> ([u8; 16], usize) {
        (self.wide().to_le_bytes(), usize::from(self.len))
    }

    /// The text as a number, of which the other bytes are zero. Loads that overlap cost less than a copy.
    #[inline]
    fn wide(&self) -> u128 {
        let [first @ .., _, _, _, _, _, _] = self.bytes;
        let [_, _, _, _, _, _, last @ ..] = self.bytes;
        u128::from(u64::from_le_bytes(first)) | u128::from(u64::from_le_bytes(last)) << 48
    }

    /// The text.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `len` is at most `MAX` by construction.
        unsafe { self.bytes.get_unchecked(..usize::from(self.len)) }
    }

    /// This text with `other` behind it, if that is short enough.
    #[inline]
    #[must_use]
    pub fn joined(&self, other: &ShortStr) -> Option<ShortStr> {
        let len = self.len + other.len;
        if usize::from(len) > Self::MAX {
            return None;
        }
        let [bytes @ .., _, _] = (self.wide() | other.wide() << (8 * u32::from(self.len))).to_le_bytes();
        Some(ShortStr { len, bytes })
    }

    /// The text with its letters `from` to `from + 25` in the other case, if it is ASCII: all bytes at once.
    #[inline]
    #[must_use]
    pub fn with_case(&self, from: u8) -> Option<ShortStr> {
        const EACH: u128 = u128::MAX / 0xff;
        const HIGH: u128 = EACH * 0x80;
        let (padded, _) = self.padded();
        let text = u128::from_le_bytes(padded);
        if text & HIGH != 0 {
            return None;
        }
        // No sum leaves its byte; the highest bit of each says whether it reached 128.
        let at_least = |least: u8| text + EACH * u128::from(0x80 - least);
        let letters = at_least(from) & !at_least(from + 26) & HIGH;
        let [bytes @ .., _, _] = (text ^ letters >> 2).to_le_bytes();
        Some(ShortStr { len: self.len, bytes })
    }

    /// Whether both are the same text. Unused bytes are zero, so whole words are compared.
    #[inline]
    #[must_use]
    pub fn same(&self, other: &ShortStr) -> bool {
        self.len == other.len && self.bytes == other.bytes
    }
}

/// The bytes of a text of up to sixteen bytes, as a number. Loads that overlap cost less than a copy of any length.
#[inline]
fn packed(text: &[u8]) -> u128 {
    let upper = |width: usize| 8 * (text.len() - width);
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << upper(8);
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return u128::from(u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << upper(4));
    }
    match *text {
        [a] => u128::from(a),
        [a, b] => u128::from(u16::from_le_bytes([a, b])),
        [a, b, c] => u128::from(u32::from_le_bytes([a, b, c, 0])),
        _ => 0,
    }
}

/// Bytes that several values may share: the storage of `bytes` and of strings cut from a payload.
#[derive(Debug)]
pub enum Blob {
    /// On this run's heap.
    Own(HVec<u8>),
    /// Shared with the host: payloads come in this way without a copy.
    Shared(Arc<[u8]>),
}

impl Object for Blob {}

impl Blob {
    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Blob::Own(bytes) => bytes,
            Blob::Shared(bytes) => bytes,
        }
    }
}

/// A string on the heap.
pub struct Str {
    hash: Cell<u64>,
    start: NonNull<u8>,
    len: usize,
    chars: usize,
    storage: Storage,
    index: OnceCell<Box<[u32]>>,
}

enum Storage {
    Own(HVec<u8>),
    Part { blob: Ref<Blob> },
}

impl Object for Str {}

/// Code points between two entries of the side table.
const STRIDE: usize = 64;

impl Str {
    /// A string of its own.
    #[must_use]
    pub fn from_vec(bytes: HVec<u8>) -> Ref<Str> {
        let chars = count_chars(&bytes);
        let start = NonNull::from(&bytes[..]).cast();
        let len = bytes.len();
        Ref::new(Str { hash: Cell::new(0), start, len, chars, storage: Storage::Own(bytes), index: OnceCell::new() })
    }

    /// The part `range` of a shared buffer, which must be well-formed text. Gives the empty string for a range outside.
    #[must_use]
    pub fn part(blob: &Ref<Blob>, range: std::ops::Range<usize>) -> Ref<Str> {
        let text = blob.bytes().get(range).unwrap_or_default();
        let (start, len, chars) = (NonNull::from(text).cast(), text.len(), count_chars(text));
        let storage = Storage::Part { blob: blob.clone() };
        Ref::new(Str { hash: Cell::new(0), start, len, chars, storage, index: OnceCell::new() })
    }

    /// The text.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `start` points to `len` bytes of the storage, which this object owns or keeps alive and which is not
        // changed while shared (`append` needs exclusive access and updates `start`).
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    /// The host's buffer that this text is, from its beginning to its end.
    #[must_use]
    pub fn shared(&self) -> Option<&Arc<[u8]>> {
        match &self.storage {
            Storage::Part { blob } => match &**blob {
                Blob::Shared(bytes) if bytes.len() == self.len => Some(bytes),
                _ => None,
            },
            Storage::Own(_) => None,
        }
    }

    /// Number of code points.
    #[inline]
    #[must_use]
    pub fn chars(&self) -> usize {
        self.chars
    }

    /// Whether every code point is ASCII, so that positions are offsets.
    #[inline]
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.chars == self.len
    }

    /// The hash, computed once by `make`.
    pub fn hash_with(&self, make: impl FnOnce(&[u8]) -> u64) -> u64 {
        let known = self.hash.get();
        if known != 0 {
            return known;
        }
        let hash = make(self.bytes()).max(1);
        self.hash.set(hash);
        hash
    }

    /// Offset of code point number `at`, or the length if there are not so many.
    #[must_use]
    pub fn offset_of(&self, at: usize) -> usize {
        if self.is_ascii() {
            return at.min(self.len);
        }
        if at >= self.chars {
            return self.len;
        }
        let bytes = self.bytes();
        if self.len > u32::MAX as usize {
            return offset_from(bytes, 0, at);
        }
        let table = self.index.get_or_init(|| {
            let mut table = Vec::with_capacity(self.chars / STRIDE + 1);
            let mut seen = 0usize;
            for (offset, byte) in bytes.iter().enumerate() {
                if is_start(*byte) {
                    if seen.is_multiple_of(STRIDE) {
                        table.push(offset as u32);
                    }
                    seen += 1;
                }
            }
            table.into_boxed_slice()
        });
        let base = table.get(at / STRIDE).map_or(0, |o| *o as usize);
        offset_from(bytes, base, at % STRIDE)
    }

    /// Appends `more` in place. For strings that nobody else refers to: gives `false` and does nothing if the storage is
    /// shared.
    pub fn append(&mut self, more: &[u8]) -> bool {
        let Storage::Own(bytes) = &mut self.storage else { return false };
        bytes.extend_bytes(more);
        self.start = NonNull::from(&bytes[..]).cast();
        self.len = bytes.len();
        self.chars += count_chars(more);
        self.hash.set(0);
        self.index.take();
        true
    }
}

impl std::fmt::Debug for Str {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        String::from_utf8_lossy(self.bytes()).fmt(f)
    }
}

#[inline]
fn is_start(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// Number of code points of a text.
#[inline]
#[must_use]
pub fn count_chars(text: &[u8]) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.iter().filter(|b| is_start(**b)).count()
}

/// Offset of the code point `count` places behind `from`, which is a boundary; the length if there are not so many.
#[must_use]
pub fn offset_from(text: &[u8], from: usize, count: usize) -> usize {
    let mut left = count;
    for (offset, byte) in text.iter().enumerate().skip(from) {
        if is_start(*byte) {
            if left == 0 {
                return offset;
            }
            left -= 1;
        }
    }
    text.len()
}

/// A view of a string value with its properties.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// The text, WTF-8.
    pub bytes: &'a [u8],
    source: Option<&'a Str>,
}

impl<'a> Text<'a> {
    /// A view of a short string or of any other text.
    #[inline]
    #[must_use]
    pub fn plain(bytes: &'a [u8]) -> Text<'a> {
        Text { bytes, source: None }
    }

    /// A view of a string on the heap.
    #[inline]
    #[must_use]
    pub fn heap(source: &'a Str) -> Text<'a> {
        Text { bytes: source.bytes(), source: Some(source) }
    }

    /// Number of code points.
    #[must_use]
    pub fn chars(&self) -> usize {
        self.source.map_or_else(|| count_chars(self.bytes), Str::chars)
    }

    /// Whether every code point is ASCII.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.source.map_or_else(|| self.bytes.is_ascii(), Str::is_ascii)
    }

    /// Offset of code point number `at`, or the length.
    #[must_use]
    pub fn offset_of(&self, at: usize) -> usize {
        match self.source {
            Some(s) => s.offset_of(at),
            None if self.bytes.is_ascii() => at.min(self.bytes.len()),
            None => offset_from(self.bytes, 0, at),
        }
    }

    /// The code points `from..to`.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> &'a [u8] {
        if from >= to {
            return &[];
        }
        let (start, end) = (self.offset_of(from), self.offset_of(to));
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The text as `str`, or `None` if it has lone surrogates.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes).ok()
    }

    /// The text for messages: lone surrogates are replaced.
    #[must_use]
    pub fn lossy(&self) -> std::borrow::Cow<'a, str> {
        String::from_utf8_lossy(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn make(text: &str) -> Ref<Str> {
        Str::from_vec(HVec::from_slice(text.as_bytes()))
    }

    #[test]
    fn positions_are_code_points() {
        let text = "aé漢😀".repeat(100);
        let s = make(&text);
        assert_eq!(s.chars(), 400);
        for (n, (offset, _)) in text.char_indices().enumerate() {
            assert_eq!(s.offset_of(n), offset);
        }
        assert_eq!(s.offset_of(400), text.len());
        assert_eq!(Text::heap(&s).slice(1, 3), "é漢".as_bytes());
    }

    #[test]
    fn short_texts_of_every_length_are_kept() {
        let text = b"0123456789abcdef";
        for len in 0..=ShortStr::MAX {
            let short = ShortStr::new(&text[..len]).unwrap();
            assert_eq!(short.bytes(), &text[..len]);
            assert!(ShortStr::prefix(text, len).is_some_and(|same| same.same(&short)));
            assert_eq!(short.padded().1, len);
            assert_eq!(short.padded().0[..len], text[..len]);
            assert!(short.bytes[len..].iter().all(|byte| *byte == 0));
        }
        assert!(ShortStr::new(&text[..=ShortStr::MAX]).is_none());
        assert!(ShortStr::prefix(text, ShortStr::MAX + 1).is_none());
    }

    #[test]
    fn short_texts_are_joined_and_mapped() {
        let text = b"0123456789abcdef";
        for (a, b) in (0..=ShortStr::MAX).flat_map(|a| (0..=ShortStr::MAX).map(move |b| (a, b))) {
            let [x, y] = [&text[..a], &text[16 - b..]].map(|part| ShortStr::new(part).unwrap());
            let expected = ShortStr::new(&[x.bytes(), y.bytes()].concat());
            let joined = x.joined(&y);
            assert_eq!(joined.is_some(), expected.is_some());
            assert!(joined.is_none_or(|joined| expected.is_some_and(|expected| joined.same(&expected))));
        }
        for text in ["", "a", "[AzZ@`{", "Mixed, 14 byte"] {
            let short = ShortStr::new(text.as_bytes()).unwrap();
            assert_eq!(short.with_case(b'a').unwrap().bytes(), text.to_ascii_uppercase().as_bytes());
            assert_eq!(short.with_case(b'A').unwrap().bytes(), text.to_ascii_lowercase().as_bytes());
        }
        assert!(ShortStr::new("é".as_bytes()).unwrap().with_case(b'a').is_none());
    }

    #[test]
    fn append_needs_sole_ownership() {
        let mut s = make("abc");
        Ref::get_mut(&mut s).map(|s| s.append("é".as_bytes()));
        assert_eq!((s.bytes(), s.chars(), s.is_ascii()), ("abcé".as_bytes(), 4, false));
        let other = s.clone();
        assert!(Ref::get_mut(&mut s).is_none());
        drop(other);
    }
}
