//! Source text and positions in it.
//!
//! Every tree node and every diagnostic addresses the source by a [`Span`] of byte offsets; only
//! this file knows how offsets become the lines and columns that people read (spec section 13:
//! both count from 1, columns count characters). It leaves decoding problems to the parser: text
//! that was not UTF-8 is kept in a readable form together with the place of the first bad byte.

use std::sync::Arc;

/// A half-open range of byte offsets into one source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`; a reversed pair gives the empty span at `start`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Span {
        let end = if end < start { start } else { end };
        Span { start, end }
    }

    /// The empty span at `offset`.
    #[must_use]
    pub const fn at(offset: u32) -> Span {
        Span { start: offset, end: offset }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Number of bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Does the span hold no byte?
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Does the span hold the byte at `offset`?
    #[must_use]
    pub const fn contains(self, offset: u32) -> bool {
        self.start <= offset && offset < self.end
    }
}

/// A position as people read it: line and column count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line number, from 1.
    pub line: u32,
    /// Column number in characters, from 1.
    pub column: u32,
}

/// The text of one program with its name and line index. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct SourceText {
    name: Arc<str>,
    text: Arc<str>,
    line_starts: Arc<[u32]>,
    undecodable: Option<u32>,
}

/// Longest text that is kept, in bytes; far above the program length limit of any host, and small
/// enough that every offset fits a `u32` with room for one-past-the-end arithmetic.
const MAX_BYTES: usize = 1 << 30;

impl SourceText {
    /// A source from text. `name` is what diagnostics print as the file.
    #[must_use]
    pub fn new(name: &str, text: &str) -> SourceText {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text = text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
        SourceText { name: name.into(), text: text.into(), line_starts: line_starts(text).into(), undecodable: None }
    }

    /// A source from the bytes of a file. A leading byte order mark is skipped. Bytes that are not
    /// UTF-8 become replacement characters, and the parser reports the first of them (DW0001).
    #[must_use]
    pub fn from_bytes(name: &str, bytes: &[u8]) -> SourceText {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => SourceText::new(name, text),
            Err(error) => {
                let undecodable = u32::try_from(error.valid_up_to()).ok();
                let text = String::from_utf8_lossy(bytes);
                SourceText { undecodable, ..SourceText::new(name, &text) }
            }
        }
    }

    /// What diagnostics print as the file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text, without a byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Offset of the first byte that was not UTF-8.
    #[must_use]
    pub fn undecodable(&self) -> Option<u32> {
        self.undecodable
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> u32 {
        // `new` keeps at most MAX_BYTES.
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// Is there no text at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text under `span`; empty when the span does not lie on character boundaries inside.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Number of lines; an empty text has one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.line_starts.len()).unwrap_or(u32::MAX)
    }

    /// Line and column of a byte offset; an offset behind the end means the end.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let offset = offset.min(self.len());
        let index = self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.line_starts.get(index).copied().unwrap_or(0) as usize;
        let upto = self.text.floor_char_boundary(offset as usize);
        let before = self.text.get(start..upto).unwrap_or_default();
        LineColumn {
            line: u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1),
            column: u32::try_from(before.chars().count()).unwrap_or(u32::MAX).saturating_add(1),
        }
    }

    /// Byte offset of a line and column; a column behind the line end means the line end.
    #[must_use]
    pub fn offset(&self, position: LineColumn) -> Option<u32> {
        let span = self.line_span(position.line)?;
        let skip = position.column.saturating_sub(1) as usize;
        let line = self.slice(span);
        let bytes = line.char_indices().nth(skip).map_or(line.len(), |(at, _)| at);
        Some(span.start + u32::try_from(bytes).ok()?)
    }

    /// The span of a line (from 1) without its line end.
    #[must_use]
    pub fn line_span(&self, line: u32) -> Option<Span> {
        let index = line.checked_sub(1)? as usize;
        let start = *self.line_starts.get(index)?;
        let end = self.line_starts.get(index + 1).copied().unwrap_or(self.len());
        let text = self.slice(Span::new(start, end)).trim_end_matches(['\n', '\r']);
        Some(Span::new(start, start + u32::try_from(text.len()).ok()?))
    }

    /// The text of a line (from 1) without its line end.
    #[must_use]
    pub fn line_text(&self, line: u32) -> &str {
        self.line_span(line).map_or("", |span| self.slice(span))
    }
}

/// Offsets at which lines start. LF, CR LF and a lone CR end a line.
fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (at, byte) in bytes.iter().enumerate() {
        let ends_line = match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends_line {
            starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX));
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters() {
        let source = SourceText::new("t", "ab\r\nçé\rz\n");
        for (offset, line, column) in
            [(0, 1, 1), (2, 1, 3), (3, 1, 4), (4, 2, 1), (6, 2, 2), (9, 3, 1), (11, 4, 1), (99, 4, 1)]
        {
            let found = source.line_column(offset);
            assert_eq!((found.line, found.column), (line, column), "offset {offset}");
        }
        assert_eq!(source.offset(LineColumn { line: 2, column: 2 }), Some(6));
        assert_eq!(source.offset(LineColumn { line: 2, column: 99 }), Some(8));
        assert_eq!(source.offset(LineColumn { line: 9, column: 1 }), None);
        assert_eq!(source.line_text(2), "çé");
        assert_eq!(source.line_count(), 4);
    }

    #[test]
    fn bytes_that_are_not_text() {
        assert_eq!(SourceText::from_bytes("t", b"\xef\xbb\xbfa").text(), "a");
        let source = SourceText::from_bytes("t", b"ab\xffc");
        assert_eq!((source.undecodable(), source.text()), (Some(2), "ab\u{fffd}c"));
    }
}
