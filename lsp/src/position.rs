//! Positions as clients count them, and texts that clients edit.
//!
//! A client counts columns in UTF-8, UTF-16 or UTF-32 units (negotiated at the start); everything behind this file counts
//! bytes. A position that does not exist (behind a line's end, inside a character, below the last line) means the nearest
//! place before it that does, as the protocol asks. Lines end at LF, CR LF and a lone CR.

use std::sync::Arc;

use dataway_lang::source::Span;

/// The unit in which a client counts columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16; what every client understands.
    #[default]
    Utf16,
    /// Code points.
    Utf32,
}

impl Encoding {
    /// Width of a character.
    fn width(self, c: char) -> u32 {
        match self {
            // Both counts are at most 4.
            Encoding::Utf8 => u32::try_from(c.len_utf8()).unwrap_or(4),
            Encoding::Utf16 => u32::try_from(c.len_utf16()).unwrap_or(2),
            Encoding::Utf32 => 1,
        }
    }

    /// Width of a text.
    #[must_use]
    pub fn length(self, text: &str) -> u32 {
        match self {
            Encoding::Utf8 => u32::try_from(text.len()).unwrap_or(u32::MAX),
            _ => text.chars().map(|c| self.width(c)).fold(0, u32::saturating_add),
        }
    }
}

/// A place in a text: line and column from 0, the column in the client's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Line, from 0.
    pub line: u32,
    /// Column, from 0.
    pub column: u32,
}

/// A stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stretch {
    /// Where it starts.
    pub start: Place,
    /// Where it ends.
    pub end: Place,
}

/// A text with the starts of its lines. Clones share the text.
#[derive(Clone, Debug)]
pub struct Text {
    text: Arc<str>,
    starts: Arc<[u32]>,
}

impl Text {
    /// A text with its line index.
    #[must_use]
    pub fn new(text: &str) -> Text {
        let mut starts = vec![0];
        line_starts(text, 0, &mut starts);
        Text { text: text.into(), starts: starts.into() }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Number of lines; at least one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// A line without its end.
    #[must_use]
    pub fn line(&self, line: u32) -> &str {
        let (start, end) = self.line_bounds(line);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Byte offset of a place.
    #[must_use]
    pub fn offset(&self, place: Place, encoding: Encoding) -> u32 {
        if place.line as usize >= self.starts.len() {
            return u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        }
        let (start, end) = self.line_bounds(place.line);
        let line = self.text.get(start..end).unwrap_or_default();
        let mut column = 0;
        for (at, c) in line.char_indices() {
            let next = column + encoding.width(c);
            if next > place.column {
                return u32::try_from(start + at).unwrap_or(u32::MAX);
            }
            column = next;
        }
        u32::try_from(end).unwrap_or(u32::MAX)
    }

    /// Place of a byte offset.
    #[must_use]
    pub fn place(&self, offset: u32, encoding: Encoding) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0) as usize;
        let end = self.text.floor_char_boundary(offset as usize);
        let before = self.text.get(start..end).unwrap_or_default();
        Place { line: u32::try_from(line).unwrap_or(u32::MAX), column: encoding.length(before) }
    }

    /// The stretch of a span.
    #[must_use]
    pub fn stretch(&self, span: Span, encoding: Encoding) -> Stretch {
        Stretch { start: self.place(span.start, encoding), end: self.place(span.end, encoding) }
    }

    /// The span of a stretch; an end before the start counts as the start.
    #[must_use]
    pub fn span(&self, stretch: Stretch, encoding: Encoding) -> Span {
        let start = self.offset(stretch.start, encoding);
        Span::new(start, self.offset(stretch.end, encoding).max(start))
    }

    /// The text with `span` replaced. Costs a copy and an index of what follows.
    #[must_use]
    pub fn edited(&self, span: Span, replacement: &str) -> Text {
        let head = self.text.get(..span.start as usize).unwrap_or(&self.text);
        let tail = self.text.get(span.end as usize..).unwrap_or_default();
        let mut text = String::with_capacity(head.len() + replacement.len() + tail.len());
        text.push_str(head);
        text.push_str(replacement);
        text.push_str(tail);
        // Starts before the edit stay, but for the last one: an edit right behind a CR may make it a CR LF.
        let keep = self.starts.partition_point(|start| *start < span.start).max(1);
        let mut starts = self.starts.get(..keep).unwrap_or(&[0]).to_vec();
        let from = starts.last().copied().unwrap_or(0);
        line_starts(text.get(from as usize..).unwrap_or_default(), from, &mut starts);
        Text { text: text.into(), starts: starts.into() }
    }

    fn line_bounds(&self, line: u32) -> (usize, usize) {
        let length = self.text.len();
        let Some(start) = self.starts.get(line as usize) else { return (length, length) };
        let start = *start as usize;
        let end = self.starts.get(line as usize + 1).map_or(length, |next| *next as usize);
        let line = self.text.get(start..end).unwrap_or_default();
        let without = line.strip_suffix('\n').map_or(line, |rest| rest.strip_suffix('\r').unwrap_or(rest));
        let without = if without.len() == line.len() { line.strip_suffix('\r').unwrap_or(line) } else { without };
        (start, start + without.len())
    }
}

/// Adds the starts of the lines behind the first one of `text`, which begins at `from`.
fn line_starts(text: &str, from: u32, starts: &mut Vec<u32>) {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let ends = match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        if ends {
            starts.push(u32::try_from(at + 1).unwrap_or(u32::MAX).saturating_add(from));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENCODINGS: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    /// The place of an offset, counted in the most obvious way.
    fn naive_place(text: &str, offset: usize, encoding: Encoding) -> Place {
        let mut place = Place::default();
        let mut rest = text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            if at >= offset {
                break;
            }
            let ends = c == '\n' || (c == '\r' && rest.peek().map(|(_, next)| *next) != Some('\n'));
            if ends {
                place = Place { line: place.line + 1, column: 0 };
            } else {
                place.column += encoding.width(c);
            }
        }
        place
    }

    #[test]
    fn places_agree_with_counting() {
        for text in ["", "a", "a\r\nb\rc\n", "x😀y\né\u{2028}z", "\r\r\n\n", "😀\r\n😀😀"] {
            let made = Text::new(text);
            for encoding in ENCODINGS {
                for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
                    let place = made.place(u32::try_from(at).expect("small"), encoding);
                    assert_eq!(place, naive_place(text, at, encoding), "{text:?} at {at}");
                    // A place between CR and LF is the line's end.
                    let inside_end = c == '\n' && text[..at].ends_with('\r');
                    if !inside_end {
                        assert_eq!(made.offset(place, encoding) as usize, at, "{text:?} at {at}");
                    }
                }
            }
        }
    }

    #[test]
    fn places_that_do_not_exist() {
        let text = Text::new("a😀b\nc");
        let offset = |line, column| text.offset(Place { line, column }, Encoding::Utf16);
        assert_eq!(offset(0, 2), 1, "the middle of a surrogate pair");
        assert_eq!(offset(0, 99), 6);
        assert_eq!(offset(7, 0), 8);
    }

    #[test]
    fn edits_keep_the_index() {
        // A small generator of its own: the same edits each time.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = move |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).expect("31 bits") % bound.max(1)
        };
        let pieces = ["", "a", "\n", "\r", "\r\n", "😀", "é\n\r", "def f():\n    x"];
        let mut text = Text::new("");
        for _ in 0..5000 {
            let places: Vec<usize> =
                text.as_str().char_indices().map(|(at, _)| at).chain([text.as_str().len()]).collect();
            let (a, b) = (places[next(places.len())], places[next(places.len())]);
            let span = Span::new(u32::try_from(a.min(b)).expect("small"), u32::try_from(a.max(b)).expect("small"));
            text = text.edited(span, pieces[next(pieces.len())]);
            assert_eq!(text.starts, Text::new(text.as_str()).starts, "{:?}", text.as_str());
            if text.as_str().len() > 200 {
                text = Text::new("");
            }
        }
    }
}
