//! The text of elements whose end was not reached yet.

use std::ops::Range;

use crate::mime::charset::Source;
use crate::value::tree::Text;
use crate::value::unicode::space;
use crate::value::{HVec, Value};

/// An element whose end was not reached yet.
#[derive(Debug)]
pub struct Open {
    /// Its node.
    pub node: u32,
    /// Its text, as long as that is one part of the input; an empty part is nothing but white space.
    part: Range<usize>,
    /// Its text, once it is more than one part or has references.
    own: Option<Vec<u8>>,
}

impl Open {
    /// An element without text.
    #[must_use]
    pub fn new(node: u32) -> Open {
        Open { node, part: 0..0, own: None }
    }

    /// The text as a copy that can grow.
    pub fn own(&mut self, input: &[u8]) -> &mut Vec<u8> {
        let part = &self.part;
        self.own.get_or_insert_with(|| input.get(part.clone()).unwrap_or_default().to_vec())
    }

    /// Whether there is no text yet.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.own.is_none() && self.part.is_empty()
    }

    /// Adds a part of the input, with line ends made LF. White space in front of everything is left out, as trimming would do.
    pub fn add(&mut self, part: Range<usize>, input: &[u8]) {
        let piece = input.get(part.clone()).unwrap_or_default();
        if self.is_empty() && memchr::memchr(b'\r', piece).is_none() {
            self.part = part.end - space::trim_start(piece).len()..part.end;
            return;
        }
        let own = self.own(input);
        let mut rest = piece;
        while let Some(at) = memchr::memchr(b'\r', rest) {
            own.extend_from_slice(&rest[..at]);
            own.push(b'\n');
            rest = &rest[at + 1..];
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        own.extend_from_slice(rest);
    }

    /// The whole text, trimmed; one that is no part of the source is added to `texts`.
    #[must_use]
    pub fn text(&self, source: &Source, texts: &mut HVec<Value>) -> Text {
        match &self.own {
            None => match space::trim_end(source.text().get(self.part.clone()).unwrap_or_default()).len() {
                0 => Text::NONE,
                len => part(source, self.part.start, len, texts),
            },
            Some(own) => match space::trim(own) {
                [] => Text::NONE,
                trimmed => add(texts, Value::text(trimmed)),
            },
        }
    }
}

/// The text of `len` bytes at `start` of the source; if it is too far away for that, it is added to `texts`.
#[inline]
#[must_use]
pub fn part(source: &Source, start: usize, len: usize, texts: &mut HVec<Value>) -> Text {
    match Text::part(source.offset() + start, len) {
        Some(text) => text,
        None => add(texts, source.part(start, start + len)),
    }
}

/// Adds a text that is no part of the source.
#[must_use]
pub fn add(texts: &mut HVec<Value>, value: Value) -> Text {
    // There are not more texts than nodes.
    let n = texts.len() as u32;
    texts.push(value);
    Text::own(n)
}
