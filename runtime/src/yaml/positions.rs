//! From the decoded text of a scalar back to the file: escapes, folded lines and the indentation of block scalars.
//!
//! A decoder would have to be exact to the last rule of folding. Aligning is simpler and as exact where it counts: YAML keeps
//! every character that is no white space, in order, so each of them finds its own place again, and only white space between
//! two of them is placed by rule.

use dataway_lang::source::Span;

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `|` or `>`; the span starts at the first character of the first line with content.
    Block,
}

/// Offsets of a decoded text and of the file, as runs of equal distance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Positions {
    /// Where each run begins: offset in the text, offset in the file; ascending in both.
    runs: Vec<(u32, u32)>,
    /// The whole scalar in the file.
    whole: Span,
    /// Does every offset stand for the whole?
    fixed: bool,
}

impl Positions {
    /// Positions of a text that is nowhere in the file: everything stands at `whole`.
    #[must_use]
    pub fn fixed(whole: Span) -> Positions {
        Positions { runs: Vec::new(), whole, fixed: true }
    }

    /// Aligns `decoded` with the scalar that stands at `whole` in `file`.
    #[must_use]
    pub fn align(file: &str, whole: Span, style: Style, decoded: &str) -> Positions {
        let start = whole.start as usize;
        let line = file.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
        let mut at = Cursor { file, at: start, end: whole.end as usize, style, indent: start - line };
        at.enter();
        let mut runs = Vec::new();
        let mut distance = None;
        for (offset, wanted) in decoded.char_indices() {
            let place = at.find(wanted);
            let found = place.wrapping_sub(offset);
            if distance != Some(found) {
                distance = Some(found);
                runs.push((clip(offset), clip(place)));
            }
        }
        Positions { runs, whole, fixed: false }
    }

    /// The place in the file of a span of the decoded text.
    #[must_use]
    pub fn span(&self, span: Span) -> Span {
        if self.fixed {
            return self.whole;
        }
        let start = self.offset(span.start);
        let end = if span.is_empty() { start } else { self.offset(span.end - 1).saturating_add(1) };
        Span::new(start, end.min(self.whole.end.max(start)))
    }

    /// The place in the file of an offset in the decoded text.
    fn offset(&self, offset: u32) -> u32 {
        let after = self.runs.partition_point(|(start, _)| *start <= offset);
        let Some((start, place)) = after.checked_sub(1).and_then(|n| self.runs.get(n)) else { return self.whole.start };
        let found = place.saturating_add(offset - start);
        match self.runs.get(after) {
            // Inside a character that is longer decoded than written, or the other way round.
            Some((_, next)) => found.min(*next),
            None => found.min(self.whole.end.max(*place)),
        }
    }
}

/// Files are at most 4 MiB.
fn clip(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// Where the alignment stands in the file.
struct Cursor<'a> {
    file: &'a str,
    at: usize,
    end: usize,
    style: Style,
    /// Columns that each line of a block scalar is indented by.
    indent: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<char> {
        self.file.get(self.at..self.end)?.chars().next()
    }

    /// Goes to the first character of the content.
    fn enter(&mut self) {
        match self.style {
            Style::Plain | Style::Block => {}
            Style::Single | Style::Double => self.at += 1,
        }
    }

    fn skip_indent(&mut self) {
        for _ in 0..self.indent {
            if self.peek() == Some(' ') {
                self.at += 1;
            }
        }
    }

    /// The place of the next decoded character; moves behind it.
    fn find(&mut self, wanted: char) -> usize {
        if self.style == Style::Double {
            self.skip_joined_lines();
            if self.peek() == Some('\\') {
                let place = self.at;
                self.at += self.escape_length();
                return place;
            }
        }
        if matches!(wanted, ' ' | '\t' | '\n' | '\r') {
            return self.white(wanted);
        }
        while let Some(found) = self.peek() {
            if found == wanted || !found.is_whitespace() {
                break;
            }
            self.at += found.len_utf8();
            if self.style == Style::Double {
                self.skip_joined_lines();
            }
        }
        if self.style == Style::Double && self.peek() == Some('\\') {
            return self.find(wanted);
        }
        let place = self.at;
        let length = self.peek().map_or(0, char::len_utf8);
        let doubled = self.style == Style::Single && wanted == '\'';
        self.at += if doubled { 2 } else { length };
        place
    }

    /// A blank or line end stands where one is written; a blank may be a folded line end.
    fn white(&mut self, wanted: char) -> usize {
        let place = self.at;
        match self.peek() {
            Some(found) if found == wanted || (wanted == '\n' && found == '\r') => {
                self.at += found.len_utf8();
                if found == '\r' && self.peek() == Some('\n') {
                    self.at += 1;
                }
            }
            // Blanks before a folded line end are dropped.
            Some(' ' | '\t' | '\r' | '\n') if self.style != Style::Block => {
                let rest = self.file.get(self.at..self.end).unwrap_or_default();
                self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
                if self.peek() == Some('\n') {
                    self.at += 1;
                }
            }
            Some('\n') => self.at += 1,
            _ => return place,
        }
        if self.style == Style::Block && self.file.as_bytes().get(self.at.wrapping_sub(1)) == Some(&b'\n') {
            self.skip_indent();
        }
        place
    }

    /// Length of the escape that the cursor stands on, in bytes.
    fn escape_length(&self) -> usize {
        let rest = self.file.get(self.at + 1..self.end).unwrap_or_default();
        match rest.chars().next() {
            Some('x') => 4,
            Some('u') => 6,
            Some('U') => 10,
            Some(other) => 1 + other.len_utf8(),
            None => 1,
        }
    }

    /// `\` at the end of a line joins it with the next and stands for nothing.
    fn skip_joined_lines(&mut self) {
        loop {
            let rest = self.file.get(self.at..self.end).unwrap_or_default();
            let Some(after) = rest.strip_prefix("\\\r\n").or_else(|| rest.strip_prefix("\\\n")) else { return };
            self.at += rest.len() - after.trim_start_matches([' ', '\t']).len();
        }
    }
}
