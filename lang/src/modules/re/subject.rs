//! Subjects, and the way from byte offsets to the indices a script sees.

use crate::value::unicode::wtf8;

/// A subject or part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'s> {
    /// Text in generalised UTF-8.
    Text(&'s [u8]),
    /// Text known to be pure ASCII; faster.
    Ascii(&'s [u8]),
    /// Bytes.
    Bytes(&'s [u8]),
}

impl<'s> Subject<'s> {
    /// A text that may or may not be ASCII.
    #[must_use]
    pub fn text(text: &'s [u8]) -> Subject<'s> {
        if text.is_ascii() { Subject::Ascii(text) } else { Subject::Text(text) }
    }

    /// The bytes of the subject.
    #[must_use]
    pub fn bytes(self) -> &'s [u8] {
        match self {
            Subject::Text(bytes) | Subject::Ascii(bytes) | Subject::Bytes(bytes) => bytes,
        }
    }

    /// The index a script sees for a byte offset.
    #[must_use]
    pub fn char_index(self, offset: usize) -> usize {
        match self {
            Subject::Text(bytes) => wtf8::count(bytes.get(..offset).unwrap_or(bytes)),
            Subject::Ascii(_) | Subject::Bytes(_) => offset,
        }
    }

    /// The byte offset of an index a script gives; the end for an index beyond it.
    #[must_use]
    pub fn offset(self, index: usize) -> usize {
        match self {
            Subject::Text(bytes) => wtf8::offset_of(bytes, index).unwrap_or(bytes.len()),
            Subject::Ascii(bytes) | Subject::Bytes(bytes) => index.min(bytes.len()),
        }
    }

    /// The subject without what lies at or beyond `end`.
    pub(super) fn up_to(self, end: usize) -> Subject<'s> {
        let cut = |bytes: &'s [u8]| bytes.get(..end).unwrap_or(bytes);
        match self {
            Subject::Text(bytes) => Subject::Text(cut(bytes)),
            Subject::Ascii(bytes) => Subject::Ascii(cut(bytes)),
            Subject::Bytes(bytes) => Subject::Bytes(cut(bytes)),
        }
    }
}

/// Turns offsets into indices one after the other; near the last one asked for it is cheap.
#[derive(Debug, Clone, Copy, Default)]
pub struct Positions {
    offset: usize,
    index: usize,
}

impl Positions {
    /// Begins at an offset whose index is known.
    #[must_use]
    pub fn knowing(offset: usize, index: usize) -> Positions {
        Positions { offset, index }
    }

    /// The index a script sees for a byte offset of always the same subject.
    pub fn index(&mut self, subject: Subject, offset: usize) -> usize {
        let Subject::Text(text) = subject else {
            return offset;
        };
        let offset = offset.min(text.len());
        let between = |from, to| text.get(from..to).map_or(0, wtf8::count);
        self.index = if offset >= self.offset {
            self.index + between(self.offset, offset)
        } else if offset >= self.offset / 2 {
            self.index - between(offset, self.offset)
        } else {
            between(0, offset)
        };
        self.offset = offset;
        self.index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_indices() {
        let text = "aé一𐐀b".as_bytes();
        let subject = Subject::text(text);
        let mut positions = Positions::default();
        for (offset, index) in [(6, 3), (10, 4), (3, 2), (1, 1), (11, 5), (0, 0), (11, 5), (10, 4)] {
            assert_eq!(subject.char_index(offset), index);
            assert_eq!(subject.offset(index), offset);
            assert_eq!(positions.index(subject, offset), index);
        }
        assert_eq!(Subject::text(b"abc"), Subject::Ascii(b"abc"));
        assert_eq!(Subject::Bytes(text).char_index(5), 5);
        assert_eq!(subject.offset(99), 11);
    }
}
