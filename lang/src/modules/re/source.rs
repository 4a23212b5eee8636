//! Reading a pattern or template one token at a time.
//!
//! A token is a character or a backslash with the character after it. One token is read ahead, so a backslash at the very
//! end is reported while the token before it is taken.

use super::error::{Error, Message, PatternError};
use crate::value::interrupt::checkpoint;
use crate::value::unicode::wtf8;

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A character that stands for itself.
    Char(u32),
    /// A backslash and a character.
    Escape(u32),
}

impl Token {
    /// Number of code points.
    pub(super) fn len(self) -> usize {
        match self {
            Token::Char(_) => 1,
            Token::Escape(_) => 2,
        }
    }

    /// Whether it is this ASCII character, not escaped.
    pub(super) fn is(self, c: u8) -> bool {
        self == Token::Char(c.into())
    }

    /// The ASCII character it is, when not escaped.
    pub(super) fn ascii(self) -> Option<u8> {
        match self {
            Token::Char(cp) if cp < 0x80 => Some(cp as u8),
            _ => None,
        }
    }

    /// Appends its code points.
    pub(super) fn push_to(self, out: &mut Vec<u32>) {
        match self {
            Token::Char(cp) => out.push(cp),
            Token::Escape(cp) => out.extend_from_slice(&[BACKSLASH, cp]),
        }
    }

    /// Its code points.
    pub(super) fn code_points(self) -> Vec<u32> {
        let mut out = Vec::with_capacity(2);
        self.push_to(&mut out);
        out
    }
}

/// The code point of a backslash.
pub(super) const BACKSLASH: u32 = 0x5C;

/// A pattern or template being read.
#[derive(Debug)]
pub(super) struct Source<'p> {
    code_points: &'p [u32],
    is_text: bool,
    index: usize,
    next: Option<Token>,
}

/// The code points of a text or, for bytes, their values.
pub(super) fn decode(pattern: &[u8], is_text: bool) -> Result<Vec<u32>, Error> {
    crate::value::interrupt::reserve(pattern.len().saturating_mul(4))?;
    if is_text {
        let mut out = Vec::with_capacity(pattern.len());
        for block in wtf8::blocks(pattern) {
            checkpoint(block.len() as u64)?;
            out.extend(wtf8::code_points(block));
        }
        Ok(out)
    } else {
        checkpoint(pattern.len() as u64 / 4)?;
        Ok(pattern.iter().copied().map(u32::from).collect())
    }
}

impl<'p> Source<'p> {
    /// Starts reading.
    pub(super) fn new(code_points: &'p [u32], is_text: bool) -> Result<Source<'p>, Error> {
        let mut source = Source { code_points, is_text, index: 0, next: None };
        source.advance()?;
        Ok(source)
    }

    /// Whether this is `str`, not `bytes`.
    pub(super) fn is_text(&self) -> bool {
        self.is_text
    }

    fn advance(&mut self) -> Result<(), Error> {
        let Some(&cp) = self.code_points.get(self.index) else {
            self.next = None;
            return Ok(());
        };
        let token = if cp == BACKSLASH {
            match self.code_points.get(self.index + 1) {
                Some(escaped) => Token::Escape(*escaped),
                None => {
                    return Err(self.error_at(Message::new("bad escape (end of pattern)"), self.code_points.len() - 1));
                }
            }
        } else {
            Token::Char(cp)
        };
        self.index += token.len();
        self.next = Some(token);
        Ok(())
    }

    /// The next token, not taken.
    pub(super) fn peek(&self) -> Option<Token> {
        self.next
    }

    /// The ASCII character that comes next, not escaped and not taken.
    pub(super) fn peek_ascii(&self) -> Option<u8> {
        self.next.and_then(Token::ascii)
    }

    /// Takes the next token.
    pub(super) fn take(&mut self) -> Result<Option<Token>, Error> {
        let this = self.next;
        checkpoint(4)?;
        self.advance()?;
        Ok(this)
    }

    /// Takes the next token if it is this character.
    pub(super) fn accept(&mut self, c: u8) -> Result<bool, Error> {
        let accepted = self.next.is_some_and(|token| token.is(c));
        if accepted {
            self.take()?;
        }
        Ok(accepted)
    }

    /// Takes up to `limit` characters of a kind.
    pub(super) fn take_while(&mut self, limit: usize, wanted: fn(&u8) -> bool) -> Result<Vec<u8>, Error> {
        let mut taken = Vec::new();
        while taken.len() < limit
            && let Some(byte) = self.peek_ascii().filter(wanted)
        {
            taken.push(byte);
            self.take()?;
        }
        Ok(taken)
    }

    /// Takes everything before `terminator`, and the terminator. `what` is missing when that is nothing.
    pub(super) fn take_until(&mut self, terminator: u8, what: &str) -> Result<Vec<u32>, Error> {
        let mut taken = Vec::new();
        loop {
            let Some(token) = self.take()? else {
                let message = Message::new("missing ");
                if taken.is_empty() {
                    return Err(self.error(message.words(what), 0));
                }
                let terminator = [u32::from(terminator)];
                let message = message.raw(&terminator).words(", unterminated name");
                return Err(self.error(message, taken.len()));
            };
            if token.is(terminator) {
                if taken.is_empty() {
                    return Err(self.error(Message::new("missing ").words(what), 1));
                }
                return Ok(taken);
            }
            token.push_to(&mut taken);
        }
    }

    /// The index of the next token.
    pub(super) fn position(&self) -> usize {
        self.index - self.next.map_or(0, Token::len)
    }

    /// Goes on at an index.
    pub(super) fn seek(&mut self, index: usize) -> Result<(), Error> {
        self.index = index;
        self.advance()
    }

    /// An error `back` code points before the next token.
    pub(super) fn error(&self, message: Message, back: usize) -> Error {
        self.error_at(message, self.position().saturating_sub(back))
    }

    /// An error at an index.
    pub(super) fn error_at(&self, message: Message, pos: usize) -> Error {
        PatternError::at(message.finish(!self.is_text), self.code_points, pos).into()
    }
}
