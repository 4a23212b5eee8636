//! What can go wrong with a pattern or a template, with CPython's words and positions (spec 9.2, 10.1).

use crate::value::interrupt::Stop;
use crate::value::unicode::database::{self, PRINTABLE};
use crate::value::unicode::wtf8;

/// Why a pattern or template was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// `re.error`
    Pattern(PatternError),
    /// `ValueError`
    Value(String),
    /// `OverflowError`
    Overflow(&'static str),
    /// `IndexError`, the message in generalised UTF-8
    Index(Vec<u8>),
    /// `RecursionError`
    Recursion,
    /// The run must end.
    Stop(Stop),
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Error {
        Error::Stop(stop)
    }
}

impl From<PatternError> for Error {
    fn from(error: PatternError) -> Error {
        Error::Pattern(error)
    }
}

/// The attributes of `re.error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    /// The bare message, in generalised UTF-8.
    pub msg: Vec<u8>,
    /// Code point index in the pattern.
    pub pos: Option<usize>,
    /// Line of that position, from 1.
    pub lineno: Option<usize>,
    /// Column of that position, from 1.
    pub colno: Option<usize>,
    many_lines: bool,
}

impl PatternError {
    /// An error at a position of a pattern given as code points.
    pub(super) fn at(msg: Vec<u8>, pattern: &[u32], pos: usize) -> PatternError {
        const NEWLINE: u32 = 0x0A;
        let before = pattern.get(..pos).unwrap_or(pattern);
        let line_start = before.iter().rposition(|cp| *cp == NEWLINE).map_or(0, |at| at + 1);
        PatternError {
            msg,
            pos: Some(pos),
            lineno: Some(before.iter().filter(|cp| **cp == NEWLINE).count() + 1),
            colno: Some(pos - line_start.min(pos) + 1),
            many_lines: pattern.contains(&NEWLINE),
        }
    }

    /// An error that concerns the pattern as a whole.
    pub(super) fn unplaced(msg: &str) -> PatternError {
        PatternError { msg: msg.into(), pos: None, lineno: None, colno: None, many_lines: false }
    }

    /// What `str()` of the exception gives.
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        let mut text = self.msg.clone();
        if let (Some(pos), Some(line), Some(column)) = (self.pos, self.lineno, self.colno) {
            text.extend_from_slice(format!(" at position {pos}").as_bytes());
            if self.many_lines {
                text.extend_from_slice(format!(" (line {line}, column {column})").as_bytes());
            }
        }
        text
    }
}

/// A message made of our words and pieces of the pattern.
#[derive(Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    /// Begins with our words.
    pub(super) fn new(words: &str) -> Message {
        Message(words.into())
    }

    /// Adds words.
    pub(super) fn words(mut self, words: &str) -> Message {
        self.0.extend_from_slice(words.as_bytes());
        self
    }

    /// Adds code points as they are.
    pub(super) fn raw(mut self, code_points: &[u32]) -> Message {
        for cp in code_points {
            wtf8::push(&mut self.0, *cp);
        }
        self
    }

    /// Adds code points as `repr` shows a `str`.
    pub(super) fn quoted(mut self, code_points: &[u32]) -> Message {
        let has = |c: char| code_points.contains(&c.into());
        let quote = if has('\'') && !has('"') { '"' } else { '\'' };
        wtf8::push(&mut self.0, quote.into());
        for &cp in code_points {
            let shown = match char::from_u32(cp) {
                Some('\n') => "\\n".to_owned(),
                Some('\r') => "\\r".to_owned(),
                Some('\t') => "\\t".to_owned(),
                Some(c) if c == '\\' || c == quote => format!("\\{c}"),
                Some(c) if database::is(cp, PRINTABLE) => c.to_string(),
                _ if cp < 0x100 => format!("\\x{cp:02x}"),
                _ if cp < 0x1_0000 => format!("\\u{cp:04x}"),
                _ => format!("\\U{cp:08x}"),
            };
            self.0.extend_from_slice(shown.as_bytes());
        }
        wtf8::push(&mut self.0, quote.into());
        self
    }

    /// The finished text. Errors of bytes patterns are pure ASCII.
    pub(super) fn finish(self, ascii_only: bool) -> Vec<u8> {
        if !ascii_only || self.0.is_ascii() {
            return self.0;
        }
        let mut ascii = Vec::with_capacity(self.0.len());
        for cp in wtf8::code_points(&self.0) {
            if cp < 0x80 {
                ascii.push(cp as u8);
            } else {
                ascii.extend_from_slice(format!("\\x{cp:02x}").as_bytes());
            }
        }
        ascii
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns() {
        let pattern: Vec<u32> = "ab\n(c".chars().map(u32::from).collect();
        for (pos, line, column, text) in [
            (0, 1, 1, "m at position 0 (line 1, column 1)"),
            (2, 1, 3, "m at position 2 (line 1, column 3)"),
            (3, 2, 1, "m at position 3 (line 2, column 1)"),
            (5, 2, 3, "m at position 5 (line 2, column 3)"),
        ] {
            let error = PatternError::at(b"m".to_vec(), &pattern, pos);
            assert_eq!((error.lineno, error.colno), (Some(line), Some(column)));
            assert_eq!(error.text(), text.as_bytes());
        }
        assert_eq!(PatternError::unplaced("m").text(), b"m");
    }

    #[test]
    fn quoting() {
        for (given, ascii, shown) in [
            ("a'b", false, "\"a'b\""),
            ("a'\"\\\n\u{7f}é\u{200b}", false, "'a\\'\"\\\\\\n\\x7fé\\u200b'"),
            ("é", true, "'\\xe9'"),
        ] {
            let code_points: Vec<u32> = given.chars().map(u32::from).collect();
            let text = Message::new("").quoted(&code_points).finish(ascii);
            assert_eq!(String::from_utf8_lossy(&text), shown);
        }
    }
}
