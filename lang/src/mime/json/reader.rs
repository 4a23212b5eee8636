//! The JSON reader: one pass over the text, values made directly, no recursion.
//!
//! [`read`] serves JSON Entities, NDJSON and the module `json`; they differ in their [`Rules`]. Errors carry CPython's words
//! and the byte offset; who calls adds what his error needs.

use super::number::{self, Scanned};
pub use super::rules::{Plain, Rules, Trouble};
use super::shapes::{NodeId, Shapes};
use super::strings;
use crate::mime::charset::Source;
use crate::value::interrupt::checkpoint;
use crate::value::{Dict, HVec, List, Ref, Value};

fn syntax<T>(what: &'static str, at: usize) -> Result<T, Trouble> {
    Err(Trouble::Syntax { what, at })
}

/// What is wrong where no value begins.
pub const EXPECTING_VALUE: &str = "Expecting value";
const EXPECTING_NAME: &str = "Expecting property name enclosed in double quotes";
const EXPECTING_COLON: &str = "Expecting ':' delimiter";
const EXPECTING_COMMA: &str = "Expecting ',' delimiter";

/// Reads a whole text that holds one JSON value and white space.
///
/// # Errors
/// The text is no JSON, a rule raised, or a limit.
pub fn read(source: &Source, rules: &mut impl Rules) -> Result<Value, Trouble> {
    let (value, end) = read_prefix(source, 0, rules)?;
    let end = skip_blanks(source.text(), end);
    if end < source.text().len() {
        return syntax("Extra data", end);
    }
    Ok(value)
}

/// Reads the JSON value that begins at offset `from`, after white space, and gives the offset behind it.
///
/// # Errors
/// As [`read`].
pub fn read_prefix(source: &Source, from: usize, rules: &mut impl Rules) -> Result<(Value, usize), Trouble> {
    let mut reader = Reader {
        source,
        input: source.text(),
        at: from,
        rules,
        shapes: Shapes::borrow_kept(),
        frames: Vec::new(),
        scratch: Vec::new(),
    };
    let result = reader.document();
    let at = reader.at;
    reader.shapes.keep();
    Ok((result?, at))
}

/// The offset of the first byte at or behind `at` that is no white space.
#[inline]
#[must_use]
pub fn skip_blanks(input: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = input.get(at) {
        at += 1;
    }
    at
}

/// A container that is being read.
enum Frame {
    /// Its elements so far. `slot` predicts objects among them.
    Array { items: HVec<Value>, slot: NodeId },
    /// Its values so far; the keys so far are the path to `node`.
    Object { values: HVec<Value>, slot: NodeId, node: NodeId },
    /// An object whose keys are not predicted, with the key whose value is being read.
    Table { dict: Ref<Dict>, key: Value },
    /// Key-value tuples, with the key whose value is being read.
    Pairs { pairs: HVec<Value>, key: Value },
}

struct Reader<'a, H: Rules> {
    source: &'a Source,
    input: &'a [u8],
    at: usize,
    rules: &'a mut H,
    shapes: Shapes,
    frames: Vec<Frame>,
    scratch: Vec<u8>,
}

/// What the beginning of a value was.
enum Begun {
    /// A value that is complete.
    Whole(Value),
    /// A container whose first element comes next.
    Open,
}

impl<H: Rules> Reader<'_, H> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    #[inline]
    fn blanks(&mut self) {
        // In compact text there are none.
        if self.peek().is_some_and(|b| b <= b' ') {
            self.at = skip_blanks(self.input, self.at);
        }
    }

    fn document(&mut self) -> Result<Value, Trouble> {
        let mut steps = 0u64;
        self.blanks();
        loop {
            steps += 1;
            if steps.is_multiple_of(256) {
                checkpoint(256 * 8)?;
            }
            let mut value = match self.begin()? {
                Begun::Whole(value) => value,
                Begun::Open => continue,
            };
            // Hand the value to its container; that may complete the container, which is then handed on.
            loop {
                let close = match self.frames.last_mut() {
                    None => return Ok(value),
                    Some(Frame::Array { items, .. }) => {
                        items.push(value);
                        b']'
                    }
                    Some(Frame::Object { values, node, .. }) => {
                        match values.get_mut(self.shapes.place(*node)) {
                            None => values.push(value),
                            Some(repeated) => *repeated = value,
                        }
                        b'}'
                    }
                    Some(Frame::Table { dict, key }) => {
                        dict.set(std::mem::take(key), value)?;
                        b'}'
                    }
                    Some(Frame::Pairs { pairs, key }) => {
                        pairs.push(Value::tuple([std::mem::take(key), value]));
                        b'}'
                    }
                };
                self.blanks();
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.blanks();
                        if close == b'}' {
                            self.key()?;
                        }
                        break;
                    }
                    Some(b) if b == close => {
                        self.at += 1;
                        value = self.complete()?;
                    }
                    _ => return syntax(EXPECTING_COMMA, self.at),
                }
            }
        }
    }

    /// Reads a scalar, an empty container, or the beginning of a container up to its first value.
    #[inline]
    fn begin(&mut self) -> Result<Begun, Trouble> {
        let Some(first) = self.peek() else { return syntax(EXPECTING_VALUE, self.at) };
        let value = match first {
            b'"' => self.string()?,
            b'-' | b'0'..=b'9' => self.number()?,
            b'{' => return self.open_object(),
            b'[' => return self.open_array(),
            b't' => self.word(b"true", Value::Bool(true))?,
            b'f' => self.word(b"false", Value::Bool(false))?,
            b'n' => self.word(b"null", Value::None)?,
            b'N' => self.constant("NaN")?,
            b'I' => self.constant("Infinity")?,
            _ => return syntax(EXPECTING_VALUE, self.at),
        };
        Ok(Begun::Whole(value))
    }

    #[inline]
    fn word(&mut self, word: &[u8], value: Value) -> Result<Value, Trouble> {
        if self.input.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(value);
        }
        syntax(EXPECTING_VALUE, self.at)
    }

    fn constant(&mut self, name: &'static str) -> Result<Value, Trouble> {
        if self.input.get(self.at..).is_some_and(|rest| rest.starts_with(name.as_bytes()))
            && let Some(value) = self.rules.constant(name)?
        {
            self.at += name.len();
            return Ok(value);
        }
        syntax(EXPECTING_VALUE, self.at)
    }

    #[inline]
    fn number(&mut self) -> Result<Value, Trouble> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let Some((len, scanned)) = number::scan(rest) else {
            return self.constant("-Infinity");
        };
        let text = rest.get(..len).unwrap_or_default();
        let value = match scanned {
            Scanned::Int(n) if H::PLAIN_NUMBERS => Value::Int(n),
            Scanned::Float(x) if H::PLAIN_NUMBERS => Value::Float(x),
            Scanned::Int(_) | Scanned::LongInt => self.rules.int(text)?,
            Scanned::Float(_) | Scanned::LongFloat => self.rules.float(text)?,
        };
        self.at += len;
        Ok(value)
    }

    /// Reads a string; `at` is at its opening quote.
    #[inline]
    fn string(&mut self) -> Result<Value, Trouble> {
        let start = self.at + 1;
        let end = strings::plain_end(self.input, start);
        if self.input.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(self.source.part(start, end));
        }
        self.long_string(start, end)
    }

    /// The rest of a string that is not plain up to its end; `end` is where it ceases to be.
    #[cold]
    fn long_string(&mut self, start: usize, end: usize) -> Result<Value, Trouble> {
        let (after, owned) =
            strings::decode(self.input, start, end, self.rules.strict(), &mut self.scratch, &mut checkpoint)?;
        self.at = after;
        Ok(if owned { Value::text(&self.scratch) } else { self.source.part(start, after - 1) })
    }

    fn enter(&mut self, frame: Frame, object: bool) -> Result<(), Trouble> {
        if self.frames.len() >= self.rules.depth() {
            return Err(Trouble::TooDeep { at: self.at, object });
        }
        self.frames.push(frame);
        self.at += 1;
        self.blanks();
        Ok(())
    }

    /// Where predictions for objects at the present place are kept.
    fn slot(&self) -> NodeId {
        match self.frames.last() {
            Some(Frame::Array { slot, .. }) => *slot,
            Some(Frame::Object { node, .. }) => *node,
            _ => NodeId::ROOT,
        }
    }

    fn open_array(&mut self) -> Result<Begun, Trouble> {
        let slot = self.slot();
        self.enter(Frame::Array { items: HVec::new(), slot }, false)?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return self.complete().map(Begun::Whole);
        }
        Ok(Begun::Open)
    }

    fn open_object(&mut self) -> Result<Begun, Trouble> {
        let frame = if H::PAIRS_HOOK {
            Frame::Pairs { pairs: HVec::new(), key: Value::Unbound }
        } else {
            let slot = self.slot();
            let values = HVec::with_capacity(self.shapes.expected(slot));
            Frame::Object { values, slot, node: NodeId::ROOT }
        };
        self.enter(frame, true)?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return self.complete().map(Begun::Whole);
        }
        self.key()?;
        Ok(Begun::Open)
    }

    /// Reads a key and the colon behind it.
    #[inline]
    fn key(&mut self) -> Result<(), Trouble> {
        if self.peek() != Some(b'"') {
            return syntax(EXPECTING_NAME, self.at);
        }
        let known = match self.frames.last_mut() {
            Some(Frame::Object { slot, node, .. }) => {
                let rest = self.input.get(self.at..).unwrap_or_default();
                match self.shapes.follow(*node, *slot, rest) {
                    Some((next, len)) => {
                        self.at += len;
                        *node = next;
                        true
                    }
                    None => false,
                }
            }
            _ => false,
        };
        if !known {
            self.unknown_key()?;
        }
        self.blanks();
        if self.peek() != Some(b':') {
            return syntax(EXPECTING_COLON, self.at);
        }
        self.at += 1;
        self.blanks();
        Ok(())
    }

    /// A key that was not seen at this place: learn it, or go on with a hashed dict.
    #[cold]
    fn unknown_key(&mut self) -> Result<(), Trouble> {
        let from = self.at;
        let text = self.string()?;
        let raw = self.input.get(from..self.at).unwrap_or_default();
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        match frame {
            Frame::Table { key, .. } | Frame::Pairs { key, .. } => *key = text,
            Frame::Array { .. } => {}
            Frame::Object { values, slot, node } => match self.shapes.learn(*node, *slot, raw, &text) {
                Some(next) => *node = next,
                None => {
                    let dict = Dict::new();
                    for (key, value) in self.shapes.keys(*node).into_iter().zip(std::mem::take(values)) {
                        dict.set(key, value)?;
                    }
                    *frame = Frame::Table { dict, key: text };
                }
            },
        }
        Ok(())
    }

    /// Makes the value of the innermost container, whose closing bracket was read.
    fn complete(&mut self) -> Result<Value, Trouble> {
        let dict = match self.frames.pop() {
            Some(Frame::Array { items, .. }) => return Ok(Value::List(List::new(items))),
            Some(Frame::Object { values, slot, node }) if node != NodeId::ROOT => {
                Dict::shaped(self.shapes.shape(node, slot), values)
            }
            Some(Frame::Table { dict, .. }) => dict,
            Some(Frame::Pairs { pairs, .. }) => return Ok(self.rules.pairs(List::new(pairs))?),
            _ => Dict::new(),
        };
        Ok(if H::OBJECT_HOOK { self.rules.object(dict)? } else { Value::Dict(dict) })
    }
}
