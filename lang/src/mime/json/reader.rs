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

/// Reading cannot go on; the reader knows why. Empty, so that results of the reader are as small as values.
struct Halt;

type Step<T> = Result<T, Halt>;

const EXPECTING_VALUE: &str = "Expecting value";
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
        return Err(Trouble::Syntax { what: "Extra data", at: end });
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
        trouble: Trouble::Syntax { what: EXPECTING_VALUE, at: from },
    };
    let result = reader.document();
    let Reader { at, shapes, trouble, .. } = reader;
    shapes.keep();
    match result {
        Ok(value) => Ok((value, at)),
        Err(Halt) => Err(trouble),
    }
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
    /// Why reading halted.
    trouble: Trouble,
}

impl<H: Rules> Reader<'_, H> {
    #[cold]
    fn halt(&mut self, trouble: impl Into<Trouble>) -> Halt {
        self.trouble = trouble.into();
        Halt
    }

    #[cold]
    fn syntax(&mut self, what: &'static str) -> Halt {
        self.halt(Trouble::Syntax { what, at: self.at })
    }

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

    fn document(&mut self) -> Step<Value> {
        let mut steps = 0u64;
        self.blanks();
        loop {
            steps += 1;
            if steps.is_multiple_of(256) {
                checkpoint(256 * 8).map_err(|stop| self.halt(stop))?;
            }
            let Some(mut value) = self.begin()? else { continue };
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
                        if let Err(raise) = dict.set(std::mem::take(key), value) {
                            return Err(self.halt(raise));
                        }
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
                    _ => return Err(self.syntax(EXPECTING_COMMA)),
                }
            }
        }
    }

    /// Reads a scalar or an empty container, or else the beginning of a container up to its first value.
    #[inline]
    fn begin(&mut self) -> Step<Option<Value>> {
        let Some(first) = self.peek() else { return Err(self.syntax(EXPECTING_VALUE)) };
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
            _ => return Err(self.syntax(EXPECTING_VALUE)),
        };
        Ok(Some(value))
    }

    #[inline]
    fn word(&mut self, word: &[u8], value: Value) -> Step<Value> {
        if self.input.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            self.at += word.len();
            return Ok(value);
        }
        Err(self.syntax(EXPECTING_VALUE))
    }

    fn constant(&mut self, name: &'static str) -> Step<Value> {
        if self.input.get(self.at..).is_some_and(|rest| rest.starts_with(name.as_bytes())) {
            match self.rules.constant(name) {
                Ok(None) => {}
                Ok(Some(value)) => {
                    self.at += name.len();
                    return Ok(value);
                }
                Err(raise) => return Err(self.halt(raise)),
            }
        }
        Err(self.syntax(EXPECTING_VALUE))
    }

    #[inline]
    fn number(&mut self) -> Step<Value> {
        let rest = self.input.get(self.at..).unwrap_or_default();
        let Some((len, scanned)) = number::scan(rest) else {
            return self.constant("-Infinity");
        };
        let text = rest.get(..len).unwrap_or_default();
        let value = match scanned {
            Scanned::Int(n) if H::PLAIN_NUMBERS => Ok(Value::Int(n)),
            Scanned::Float(x) if H::PLAIN_NUMBERS => Ok(Value::Float(x)),
            Scanned::Int(_) | Scanned::LongInt => self.rules.int(text),
            Scanned::Float(_) | Scanned::LongFloat => self.rules.float(text),
        };
        self.at += len;
        value.map_err(|raise| self.halt(raise))
    }

    /// Reads a string; `at` is at its opening quote.
    #[inline]
    fn string(&mut self) -> Step<Value> {
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
    fn long_string(&mut self, start: usize, end: usize) -> Step<Value> {
        let decoded = strings::decode(self.input, start, end, self.rules.strict(), &mut self.scratch);
        let (after, owned) = decoded.map_err(|fault| self.halt(fault))?;
        self.at = after;
        Ok(if owned { Value::text(&self.scratch) } else { self.source.part(start, after - 1) })
    }

    fn enter(&mut self, frame: Frame, object: bool) -> Step<()> {
        if self.frames.len() >= self.rules.depth() {
            let at = self.at;
            return Err(self.halt(Trouble::TooDeep { at, object }));
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

    fn open_array(&mut self) -> Step<Option<Value>> {
        let slot = self.slot();
        self.enter(Frame::Array { items: HVec::new(), slot }, false)?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return self.complete().map(Some);
        }
        Ok(None)
    }

    fn open_object(&mut self) -> Step<Option<Value>> {
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
            return self.complete().map(Some);
        }
        self.key()?;
        Ok(None)
    }

    /// Reads a key and the colon behind it.
    #[inline]
    fn key(&mut self) -> Step<()> {
        if self.peek() != Some(b'"') {
            return Err(self.syntax(EXPECTING_NAME));
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
            return Err(self.syntax(EXPECTING_COLON));
        }
        self.at += 1;
        self.blanks();
        Ok(())
    }

    /// A key that was not seen at this place: learn it, or go on with a hashed dict.
    #[cold]
    fn unknown_key(&mut self) -> Step<()> {
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
                        // Keys that were learnt are texts, which are hashable.
                        let _ = dict.set(key, value);
                    }
                    *frame = Frame::Table { dict, key: text };
                }
            },
        }
        Ok(())
    }

    /// Makes the value of the innermost container, whose closing bracket was read.
    fn complete(&mut self) -> Step<Value> {
        let dict = match self.frames.pop() {
            Some(Frame::Array { items, .. }) => return Ok(Value::List(List::new(items))),
            Some(Frame::Object { values, slot, node }) if node != NodeId::ROOT => {
                Dict::shaped(self.shapes.shape(node, slot), values)
            }
            Some(Frame::Table { dict, .. }) => dict,
            Some(Frame::Pairs { pairs, .. }) => {
                return self.rules.pairs(List::new(pairs)).map_err(|raise| self.halt(raise));
            }
            _ => Dict::new(),
        };
        if H::OBJECT_HOOK {
            return self.rules.object(dict).map_err(|raise| self.halt(raise));
        }
        Ok(Value::Dict(dict))
    }
}
