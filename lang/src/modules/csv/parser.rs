//! The machine that takes lines apart, one character at a time, with a short cut through the inside of fields.

use std::rc::Rc;

use super::dialect::{Dialect, Quoting};
use super::error;
use crate::value::format::float_text;
use crate::value::interrupt::checkpoint;
use crate::value::text::count_chars;
use crate::value::unicode::wtf8;
use crate::value::{HVec, R, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    StartRecord,
    StartField,
    Escaped,
    InField,
    InQuoted,
    EscapedInQuoted,
    QuoteInQuoted,
    LineEnd,
    AfterEscapedLineEnd,
}

/// The state between two lines of a record.
#[derive(Debug)]
pub(super) struct Parser {
    dialect: Rc<Dialect>,
    state: State,
    field: Vec<u8>,
    /// Code points in `field`.
    length: i64,
    /// Whether the field is a number.
    numeric: bool,
    row: HVec<Value>,
    /// First bytes of characters that may end the inside of a field.
    special: Box<[bool; 256]>,
    /// The greatest length of a field.
    pub(super) limit: i64,
}

const NEW_LINE: &str =
    "new-line character seen in unquoted field - do you need to open the file in universal-newline mode?";

impl Parser {
    pub(super) fn new(dialect: Rc<Dialect>) -> Parser {
        let mut special = Box::new([false; 256]);
        let characters = [Some(dialect.delimiter), dialect.escape, dialect.quote, Some(0x0a), Some(0x0d)];
        for cp in characters.into_iter().flatten() {
            let mut text = Vec::new();
            wtf8::push(&mut text, cp);
            if let Some(first) = text.first() {
                special[usize::from(*first)] = true;
            }
        }
        Parser {
            dialect,
            state: State::StartRecord,
            field: Vec::new(),
            length: 0,
            numeric: false,
            row: HVec::new(),
            special,
            limit: i64::MAX,
        }
    }

    /// Forgets an unfinished record.
    pub(super) fn reset(&mut self) {
        self.state = State::StartRecord;
        self.field.clear();
        self.length = 0;
        self.numeric = false;
        self.row = HVec::new();
    }

    /// Reads a line; `true` if the record is complete.
    ///
    /// # Errors
    /// `csv.Error`.
    pub(super) fn line(&mut self, line: &[u8]) -> R<bool> {
        let mut at = 0;
        while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
            if matches!(self.state, State::InField | State::InQuoted) {
                let run = rest.iter().position(|byte| self.special[usize::from(*byte)]).unwrap_or(rest.len());
                if run > 0 {
                    checkpoint(run as u64 / 4)?;
                    self.add(&rest[..run])?;
                    at += run;
                    continue;
                }
            }
            checkpoint(2)?;
            let Some((cp, len)) = wtf8::decode_at(line, at) else { break };
            self.step(Some(cp))?;
            at += len;
        }
        self.step(None)?;
        Ok(self.state == State::StartRecord)
    }

    /// The input ends. `true` if that completes a record.
    ///
    /// # Errors
    /// `csv.Error` if the dialect is strict.
    pub(super) fn end(&mut self) -> R<bool> {
        if self.length == 0 && self.state != State::InQuoted {
            return Ok(false);
        }
        if self.dialect.strict {
            return Err(error("unexpected end of data"));
        }
        self.save()?;
        Ok(true)
    }

    /// Hands out the complete record.
    pub(super) fn take(&mut self) -> HVec<Value> {
        std::mem::take(&mut self.row)
    }

    fn add(&mut self, text: &[u8]) -> R<()> {
        self.length = self.length.saturating_add(i64::try_from(count_chars(text)).unwrap_or(i64::MAX));
        if self.length > self.limit {
            return Err(error(format!("field larger than field limit ({})", self.limit)));
        }
        self.field.extend_from_slice(text);
        Ok(())
    }

    fn add_char(&mut self, cp: u32) -> R<()> {
        let mut text = Vec::with_capacity(4);
        wtf8::push(&mut text, cp);
        self.add(&text)
    }

    /// Ends the field.
    fn save(&mut self) -> R<()> {
        let value = if std::mem::take(&mut self.numeric) {
            Value::Float(float_text::parse(&self.field)?)
        } else {
            Value::text(&self.field)
        };
        self.field.clear();
        self.length = 0;
        self.row.push(value);
        Ok(())
    }

    /// Ends the record at a line end (`c` is a character) or at the end of the line (`None`).
    fn finish(&mut self, c: Option<u32>) -> R<()> {
        self.save()?;
        self.state = if c.is_none() { State::StartRecord } else { State::LineEnd };
        Ok(())
    }

    /// A character, or `None` for the end of the line.
    fn step(&mut self, c: Option<u32>) -> R<()> {
        const LF: u32 = 0x0a;
        let ends = matches!(c, None | Some(LF | 0x0d));
        let is = |special: Option<u32>| c.is_some() && c == special;
        let quotes = self.dialect.quoting != Quoting::None;
        match self.state {
            State::StartRecord if c.is_none() => {}
            State::StartRecord if ends => self.state = State::LineEnd,
            State::StartRecord | State::StartField => {
                self.state = State::StartField;
                if ends {
                    self.finish(c)?;
                } else if is(self.dialect.quote) && quotes {
                    self.state = State::InQuoted;
                } else if is(self.dialect.escape) {
                    self.state = State::Escaped;
                } else if is(Some(0x20)) && self.dialect.skip_initial_space {
                } else if is(Some(self.dialect.delimiter)) {
                    self.save()?;
                } else {
                    self.numeric = self.dialect.quoting == Quoting::NonNumeric;
                    self.add_char(c.unwrap_or(LF))?;
                    self.state = State::InField;
                }
            }
            State::Escaped => {
                self.add_char(c.unwrap_or(LF))?;
                self.state = if ends && c.is_some() { State::AfterEscapedLineEnd } else { State::InField };
            }
            State::AfterEscapedLineEnd if c.is_none() => {}
            State::AfterEscapedLineEnd | State::InField => {
                if ends {
                    self.finish(c)?;
                } else if is(self.dialect.escape) {
                    self.state = State::Escaped;
                } else if is(Some(self.dialect.delimiter)) {
                    self.save()?;
                    self.state = State::StartField;
                } else {
                    self.add_char(c.unwrap_or(LF))?;
                    self.state = State::InField;
                }
            }
            State::InQuoted => {
                let Some(cp) = c else { return Ok(()) };
                if is(self.dialect.escape) {
                    self.state = State::EscapedInQuoted;
                } else if is(self.dialect.quote) && quotes {
                    self.state = if self.dialect.double_quote { State::QuoteInQuoted } else { State::InField };
                } else {
                    self.add_char(cp)?;
                }
            }
            State::EscapedInQuoted => {
                self.add_char(c.unwrap_or(LF))?;
                self.state = State::InQuoted;
            }
            State::QuoteInQuoted => {
                if is(self.dialect.quote) && quotes {
                    self.add_char(c.unwrap_or(LF))?;
                    self.state = State::InQuoted;
                } else if is(Some(self.dialect.delimiter)) {
                    self.save()?;
                    self.state = State::StartField;
                } else if ends {
                    self.finish(c)?;
                } else if self.dialect.strict {
                    return Err(self.expected_delimiter());
                } else {
                    self.add_char(c.unwrap_or(LF))?;
                    self.state = State::InField;
                }
            }
            State::LineEnd => match c {
                None => self.state = State::StartRecord,
                Some(_) if ends => {}
                Some(_) => return Err(error(NEW_LINE)),
            },
        }
        Ok(())
    }

    #[cold]
    fn expected_delimiter(&self) -> crate::value::Raise {
        let shown = |cp: Option<u32>| cp.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
        error(format!("'{}' expected after '{}'", shown(Some(self.dialect.delimiter)), shown(self.dialect.quote)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, dialect: Dialect) -> Vec<Vec<String>> {
        let mut parser = Parser::new(Rc::new(dialect));
        let mut rows = Vec::new();
        for line in text.split_inclusive('|') {
            if parser.line(line.trim_end_matches('|').as_bytes()).expect("well-formed") {
                rows.push(parser.take().iter().map(Value::to_display).collect());
            }
        }
        if parser.end().expect("not strict") {
            rows.push(parser.take().iter().map(Value::to_display).collect());
        }
        rows
    }

    #[test]
    fn lines_become_rows() {
        let excel = || Dialect::named(b"excel").expect("a known name");
        for (text, dialect, expected) in [
            ("a,\"b,\"\"c\",|1", excel(), vec![vec!["a", "b,\"c", ""], vec!["1"]]),
            ("\"a\n|b\"\r\n", excel(), vec![vec!["a\nb"]]),
            ("||x", excel(), vec![vec![], vec![], vec!["x"]]),
            ("a^,b,\"c^\"d\"", Dialect { escape: Some(u32::from('^')), ..excel() }, vec![vec!["a,b", "c\"d"]]),
            ("a, b", Dialect { skip_initial_space: true, ..excel() }, vec![vec!["a", "b"]]),
            ("éxü", Dialect { delimiter: u32::from('x'), ..excel() }, vec![vec!["é", "ü"]]),
            ("\"open", excel(), vec![vec!["open"]]),
        ] {
            assert_eq!(rows(text, dialect), expected, "{text}");
        }
    }
}
