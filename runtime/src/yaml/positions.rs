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
    /// How it is written; `None` if it is nowhere in the file, and every offset stands for the whole.
    style: Option<Style>,
    /// Columns before the lines of a block scalar that keeps its line ends.
    literal_indent: Option<usize>,
}

impl Positions {
    /// Positions of a text that is nowhere in the file: everything stands at `whole`.
    #[must_use]
    pub fn fixed(whole: Span) -> Positions {
        Positions { runs: Vec::new(), whole, style: None, literal_indent: None }
    }

    /// Aligns `decoded` with the scalar that stands at `whole` in `file`.
    #[must_use]
    pub fn align(file: &str, whole: Span, style: Style, decoded: &str) -> Positions {
        let start = whole.start as usize;
        let line = file.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |n| n + 1);
        let mut at = Cursor { file, at: start, end: whole.end as usize, style, indent: start - line };
        at.enter();
        let indent = at.indent;
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
        let literal_indent = (style == Style::Block && is_literal(file, start)).then_some(indent);
        Positions { runs, whole, style: Some(style), literal_indent }
    }

    /// The place in the file of a span of the decoded text.
    #[must_use]
    pub fn span(&self, span: Span) -> Span {
        if self.style.is_none() {
            return self.whole;
        }
        let start = self.offset(span.start);
        let end = if span.is_empty() { start } else { self.offset(span.end - 1).saturating_add(1) };
        Span::new(start, end.min(self.whole.end.max(start)))
    }

    /// The offset in the decoded text of an offset in the file: that of the nearest character before it which stands there.
    #[must_use]
    pub fn inward(&self, place: u32) -> u32 {
        let after = self.runs.partition_point(|(_, known)| *known <= place);
        let Some((start, known)) = after.checked_sub(1).and_then(|n| self.runs.get(n)) else { return 0 };
        let found = start.saturating_add(place - known);
        match self.runs.get(after) {
            Some((next, _)) => found.min(*next),
            None => found,
        }
    }

    /// The whole scalar in the file.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.whole
    }

    /// How a text is written so that it can be put into this scalar; `None` if a scalar of this kind cannot hold it.
    #[must_use]
    pub fn written(&self, text: &str) -> Option<String> {
        let has_lines = text.contains(['\n', '\r']);
        match self.style? {
            Style::Plain => {
                let ends = [": ", " #"].iter().any(|mark| text.contains(mark)) || text.ends_with(':');
                (!has_lines && !ends).then(|| text.to_owned())
            }
            Style::Single => (!has_lines).then(|| text.replace('\'', "''")),
            Style::Double => {
                let mut out = String::new();
                for c in text.chars() {
                    match c {
                        '"' => out.push_str("\\\""),
                        '\\' => out.push_str("\\\\"),
                        '\n' => out.push_str("\\n"),
                        '\r' => out.push_str("\\r"),
                        '\t' => out.push_str("\\t"),
                        c if c.is_control() => out.push_str(&format!("\\U{:08X}", u32::from(c))),
                        c => out.push(c),
                    }
                }
                Some(out)
            }
            Style::Block => match self.literal_indent {
                Some(indent) => {
                    let mut out = String::new();
                    for (n, line) in text.split('\n').enumerate() {
                        if n > 0 {
                            out.push('\n');
                            if !line.trim().is_empty() {
                                out.push_str(&" ".repeat(indent));
                            }
                        }
                        out.push_str(line);
                    }
                    Some(out)
                }
                None => (!has_lines).then(|| text.to_owned()),
            },
        }
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

/// Does the block scalar with its first content at `start` keep line ends: is its header `|` and not `>`?
fn is_literal(file: &str, start: usize) -> bool {
    let header = file.get(..start).unwrap_or_default().trim_end().rsplit('\n').next().unwrap_or_default();
    let header = header.split(" #").next().unwrap_or_default();
    header.split_whitespace().next_back().is_some_and(|word| word.starts_with('|'))
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
