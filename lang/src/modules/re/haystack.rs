//! What a pattern is applied to: the argument of a script, positions in it, and parts of it as values.
//!
//! Scripts count code points, the engine counts bytes; the way from one to the other is here and in
//! [`Positions`](super::engine::Positions).

use super::engine::{Positions, Subject};
use crate::builtins::list::word;
use crate::value::exceptions::type_error;
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{R, Value};

/// A text, or bytes.
#[derive(Debug, Clone)]
pub(super) struct Haystack {
    /// The argument itself.
    pub given: Value,
    /// What is in it: text or `bytes`. A `bytearray` is copied, because a script may change it between two matches.
    content: Value,
}

/// The part of a haystack in which matches are looked for, as `pos` and `endpos` choose it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// First position, as scripts count.
    pub pos: usize,
    /// Position behind the last one, as scripts count.
    pub endpos: usize,
    /// Byte offset of the first position.
    pub start: usize,
    /// Byte offset behind the last position.
    pub end: usize,
}

impl Haystack {
    /// The haystack for a pattern that is text, or bytes.
    ///
    /// # Errors
    /// `TypeError` for anything else or for the other kind.
    pub(super) fn new(given: &Value, is_text: bool) -> R<Haystack> {
        let content = match given {
            Value::Short(_) | Value::Str(_) | Value::Bytes(_) => given.clone(),
            Value::ByteArray(array) => {
                let bytes = array.bytes.borrow();
                reserve(bytes.len())?;
                checkpoint(bytes.len() as u64 / 16)?;
                Value::bytes(&bytes)
            }
            other => {
                let kind = other.type_of().qualified();
                return Err(type_error(format!("expected string or bytes-like object, got '{kind}'")));
            }
        };
        match (is_text, content.text_bytes().is_some()) {
            (true, false) => Err(type_error("cannot use a string pattern on a bytes-like object")),
            (false, true) => Err(type_error("cannot use a bytes pattern on a string-like object")),
            _ => Ok(Haystack { given: given.clone(), content }),
        }
    }

    /// The content for the engine.
    pub(super) fn subject(&self) -> Subject<'_> {
        match (&self.content, self.content.as_text()) {
            (_, Some(text)) if text.is_ascii() => Subject::Ascii(text.bytes),
            (_, Some(text)) => Subject::Text(text.bytes),
            (Value::Bytes(bytes), None) => Subject::Bytes(bytes.bytes()),
            _ => Subject::Bytes(b""),
        }
    }

    /// All of it.
    pub(super) fn whole(&self) -> Window {
        let end = self.subject().bytes().len();
        Window { pos: 0, endpos: self.len(), start: 0, end }
    }

    /// The part between two positions given by a script. They are cut to what there is; negative ones are zero.
    ///
    /// # Errors
    /// `TypeError` for what is no int, `OverflowError` for an int beyond a machine word.
    pub(super) fn window(&self, pos: i64, endpos: i64) -> Window {
        let len = self.len();
        let clip = |position: i64| usize::try_from(position.max(0)).map_or(len, |position| position.min(len));
        let (pos, endpos) = (clip(pos), clip(endpos));
        Window { pos, endpos, start: self.offset(pos), end: self.offset(endpos) }
    }

    /// The content as a value that cannot change.
    pub(super) fn content(&self) -> &Value {
        &self.content
    }

    /// The part between two byte offsets as a value.
    pub(super) fn part(&self, start: usize, end: usize) -> Value {
        match &self.content {
            Value::Bytes(bytes) => Value::Bytes(bytes.part(start, end)),
            text => {
                let bytes = text.text_bytes().unwrap_or_default();
                if start == 0 && end == bytes.len() {
                    return text.clone();
                }
                Value::text(bytes.get(start..end).unwrap_or_default())
            }
        }
    }

    fn len(&self) -> usize {
        self.content.as_text().map_or_else(|| self.subject().bytes().len(), |text| text.chars())
    }

    fn offset(&self, position: usize) -> usize {
        self.content.as_text().map_or(position, |text| text.offset_of(position))
    }
}

impl Window {
    /// The counter of positions for matches in this window.
    pub(super) fn positions(self) -> Positions {
        Positions::knowing(self.start, self.pos)
    }
}

/// The bounds `pos` and `endpos` among the arguments of a method.
///
/// # Errors
/// `TypeError` for what is no int, `OverflowError` for an int beyond a machine word.
pub(super) fn bounds(pos: &Value, endpos: &Value) -> R<(i64, i64)> {
    Ok((word(pos)?, word(endpos)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_cut() {
        let text = Haystack::new(&Value::str("aé一𐐀b"), true).unwrap_or_else(|_| unreachable!());
        for (pos, endpos, expected) in
            [(0, i64::MAX, (0, 5, 0, 11)), (-3, 2, (0, 2, 0, 3)), (2, 4, (2, 4, 3, 10)), (9, -1, (5, 0, 11, 0))]
        {
            let window = text.window(pos, endpos);
            assert_eq!((window.pos, window.endpos, window.start, window.end), expected);
        }
        assert_eq!(text.part(3, 10).as_str(), Some("一𐐀"));
    }

    #[test]
    fn kinds_must_fit() {
        assert!(Haystack::new(&Value::bytes(b"a"), true).is_err());
        assert!(Haystack::new(&Value::str("a"), false).is_err());
        assert!(Haystack::new(&Value::Int(1), false).is_err());
        let bytes = Haystack::new(&Value::bytes(b"abc"), false).unwrap_or_else(|_| unreachable!());
        assert_eq!(bytes.part(1, 3).byte_data().as_deref(), Some(&b"bc"[..]));
    }
}
