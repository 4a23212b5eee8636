//! The XML reader: events into MultiMaps.

use std::ops::Range;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader};

use super::attributes::{self, Bad};
use super::names;
use crate::mime::MAX_DEPTH;
use crate::mime::charset::Source;
use crate::mime::place::malformed;
use crate::value::exceptions::Raise;
use crate::value::hash::hash_text;
use crate::value::interrupt::{Stop, checkpoint};
use crate::value::table::Table;
use crate::value::unicode::{space, wtf8};
use crate::value::{Dict, Guarded, HVec, MultiMap, R, Ref, Value};

/// Why reading failed.
enum Trouble {
    /// The document is not well-formed: what, and where.
    Syntax(String, usize),
    /// A limit.
    Raise(Raise),
}

impl From<Raise> for Trouble {
    fn from(raise: Raise) -> Self {
        Trouble::Raise(raise)
    }
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        Trouble::Raise(stop.into())
    }
}

impl From<Bad> for Trouble {
    fn from((what, at): Bad) -> Self {
        Trouble::Syntax(what.to_owned(), at)
    }
}

impl Trouble {
    /// The same trouble in a text that has `by` bytes more in front.
    fn moved(self, by: usize) -> Trouble {
        match self {
            Trouble::Syntax(what, at) => Trouble::Syntax(what, at + by),
            other => other,
        }
    }
}

fn syntax<T>(what: &str, at: usize) -> Result<T, Trouble> {
    Err(Trouble::Syntax(what.to_owned(), at))
}

/// Parses a document into the dict `{root: node}`.
///
/// # Errors
/// `EntityError` with the place, or a limit.
pub fn parse(source: &Source, mime: &str) -> R {
    document(source).map_err(|trouble| match trouble {
        Trouble::Raise(raise) => raise,
        Trouble::Syntax(what, at) => malformed(mime, &what, source.text(), at),
    })
}

fn document(source: &Source) -> Result<Value, Trouble> {
    let text = source.text();
    if let Some(at) = illegal(text)? {
        return syntax("an illegal character", at);
    }
    let Ok(text) = std::str::from_utf8(text) else { return syntax("an illegal character", 0) };
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_comments = true;
    config.check_end_names = true;
    let mut builder = Builder {
        source,
        input: text,
        open: Vec::new(),
        root: None,
        keys: Keys(vec![None; Keys::PLACES]),
        scratch: Vec::new(),
    };
    loop {
        let at = position(reader.buffer_position());
        let event = reader
            .read_event()
            .map_err(|error| Trouble::Syntax(error_text(&error), position(reader.error_position())))?;
        checkpoint(20)?;
        match event {
            Event::Start(tag) => builder.start(&tag, at)?,
            Event::Empty(tag) => {
                builder.start(&tag, at)?;
                builder.end();
            }
            Event::End(_) => builder.end(),
            Event::Text(piece) => builder.text(&piece, at)?,
            Event::CData(piece) => builder.cdata(&piece, at)?,
            Event::GeneralRef(name) => builder.reference(&name, at)?,
            Event::Decl(declaration) => {
                if at > 0 || declaration.version().is_err() {
                    return syntax("a misplaced or malformed XML declaration", at);
                }
            }
            Event::PI(instruction) => {
                let target = instruction.target();
                if !names::is_name(target) || target.eq_ignore_ascii_case("xml") {
                    return syntax("a malformed processing instruction", at);
                }
            }
            Event::Comment(_) => {}
            Event::DocType(_) => return syntax("a DOCTYPE is not allowed", at),
            Event::Eof => return builder.finish(text.len()),
        }
    }
}

/// Offset of the first character that may not stand in a document; looks at the limits now and then.
fn illegal(text: &[u8]) -> R<Option<usize>> {
    const PIECE: usize = 1 << 18;
    let mut from = 0;
    while from < text.len() {
        checkpoint(PIECE as u64 / 8)?;
        let mut to = (from + PIECE).min(text.len());
        while text.get(to).is_some_and(|byte| wtf8::is_continuation(*byte)) {
            to += 1;
        }
        if let Some(at) = names::illegal(text.get(from..to).unwrap_or_default()) {
            return Ok(Some(from + at));
        }
        from = to;
    }
    Ok(None)
}

fn position(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

fn error_text(error: &Error) -> String {
    match error {
        Error::Syntax(error) => error.to_string(),
        Error::IllFormed(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// A key of a node, with its hash.
#[derive(Clone)]
struct Key {
    name: Value,
    hash: u64,
}

/// The keys seen last: the same few names come again and again.
struct Keys(Vec<Option<Key>>);

impl Keys {
    /// Places for keys; a power of two.
    const PLACES: usize = 64;

    /// The key with this text.
    fn get(&mut self, text: &[u8]) -> Key {
        let (first, last) = (text.get(1).copied().unwrap_or(0), text.last().copied().unwrap_or(0));
        let place = text.len() * 7 + usize::from(first) * 5 + usize::from(last);
        let make = || Key { name: Value::text(text), hash: hash_text(text) };
        match self.0.get_mut(place % Self::PLACES) {
            Some(Some(known)) if known.name.text_bytes() == Some(text) => known.clone(),
            Some(slot) => slot.insert(make()).clone(),
            None => make(),
        }
    }
}

/// An element whose end was not reached yet.
struct Open {
    name: Key,
    children: Table<HVec<Value>>,
    /// Its text, as long as that is one part of the input; an empty part is nothing but white space.
    part: Range<usize>,
    /// Its text, once it is more than one part or has references.
    own: Option<Vec<u8>>,
}

impl Open {
    /// The text as a copy that can grow.
    fn own(&mut self, input: &[u8]) -> &mut Vec<u8> {
        let part = &self.part;
        self.own.get_or_insert_with(|| input.get(part.clone()).unwrap_or_default().to_vec())
    }

    /// Adds text at offset `from` of the input, with line ends made LF. White space in front of everything is left out, as
    /// trimming would do.
    fn add(&mut self, piece: &str, from: usize, input: &[u8]) {
        if self.own.is_none() && self.part.is_empty() && !piece.contains('\r') {
            let end = from + piece.len();
            self.part = end - space::trim_start(piece.as_bytes()).len()..end;
            return;
        }
        let own = self.own(input);
        let mut rest = piece.as_bytes();
        while let Some(at) = memchr::memchr(b'\r', rest) {
            own.extend_from_slice(&rest[..at]);
            own.push(b'\n');
            rest = &rest[at + 1..];
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        own.extend_from_slice(rest);
    }

    /// The whole text, trimmed; `None` if nothing is left.
    fn text(&self, source: &Source, input: &[u8]) -> Value {
        match &self.own {
            None => match space::trim_end(input.get(self.part.clone()).unwrap_or_default()).len() {
                0 => Value::None,
                len => source.part(self.part.start, self.part.start + len),
            },
            Some(own) => match space::trim(own) {
                [] => Value::None,
                trimmed => Value::text(trimmed),
            },
        }
    }
}

struct Builder<'a> {
    source: &'a Source,
    input: &'a str,
    open: Vec<Open>,
    root: Option<(Value, Value)>,
    keys: Keys,
    /// `@` and the name of an attribute.
    scratch: Vec<u8>,
}

impl Builder<'_> {
    /// Offset in the input of a part of it.
    fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).wrapping_sub(self.input.as_ptr() as usize)
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), Trouble> {
        if self.open.len() >= MAX_DEPTH {
            return syntax("nesting deeper than 1000 levels", at);
        }
        if self.open.is_empty() && self.root.is_some() {
            return syntax("a second root element", at);
        }
        let name = tag.name();
        let name: &str = name.as_ref();
        if !names::is_name(name) {
            return syntax("a malformed element name", at);
        }
        let mut children = Table::default();
        let raw = tag.attributes_raw();
        if !raw.is_empty() {
            let from = at + 1 + name.len();
            attributes::each(raw, |name, value, offset| self.attribute(&mut children, name, value, offset))
                .map_err(|trouble: Trouble| trouble.moved(from))?;
        }
        let name = self.keys.get(name.as_bytes());
        self.open.push(Open { name, children, part: 0..0, own: None });
        Ok(())
    }

    fn attribute(
        &mut self,
        children: &mut Table<HVec<Value>>,
        name: &str,
        value: &str,
        offset: usize,
    ) -> Result<(), Trouble> {
        checkpoint(20)?;
        self.scratch.clear();
        self.scratch.push(b'@');
        self.scratch.extend_from_slice(name.as_bytes());
        let key = self.keys.get(&self.scratch);
        if children.find_text(key.hash, &self.scratch).is_some() {
            return syntax("a repeated attribute", offset);
        }
        let value = match attributes::unescape(value) {
            Ok(Some(plain)) => Value::text(&plain),
            Ok(None) => Value::str(value),
            Err((what, at)) => return syntax(what, offset + at),
        };
        children.insert_new(key.hash, key.name, HVec::from_slice(&[value]));
        Ok(())
    }

    fn text(&mut self, piece: &str, at: usize) -> Result<(), Trouble> {
        // Brackets are rare in text: looking for one is less work than looking for three signs in a row.
        if memchr::memchr(b']', piece.as_bytes()).is_some()
            && let Some(n) = memchr::memmem::find(piece.as_bytes(), b"]]>")
        {
            return syntax("`]]>` in text", at + n);
        }
        let from = self.offset(piece);
        match self.open.last_mut() {
            Some(open) => open.add(piece, from, self.input.as_bytes()),
            None if piece.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')) => {}
            None => return syntax("text outside the root element", at),
        }
        Ok(())
    }

    fn cdata(&mut self, piece: &str, at: usize) -> Result<(), Trouble> {
        let from = self.offset(piece);
        let Some(open) = self.open.last_mut() else { return syntax("text outside the root element", at) };
        open.add(piece, from, self.input.as_bytes());
        Ok(())
    }

    fn reference(&mut self, name: &str, at: usize) -> Result<(), Trouble> {
        let Some(open) = self.open.last_mut() else { return syntax("text outside the root element", at) };
        // Unlike a line end that is written plainly, one that is referenced stays as it is.
        let own = open.own(self.input.as_bytes());
        attributes::push_reference(own, name).map_err(|what| Trouble::from((what, at)))
    }

    /// Completes the innermost element and adds it to its parent.
    fn end(&mut self) {
        let Some(mut open) = self.open.pop() else { return };
        let text = open.text(self.source, self.input.as_bytes());
        let node = if open.children.is_empty() {
            text
        } else {
            if !text.is_none() {
                let key = self.keys.get(b"#text");
                push(&mut open.children, key, text);
            }
            Value::MultiMap(Ref::new(MultiMap { items: Guarded::new(open.children) }))
        };
        match self.open.last_mut() {
            Some(parent) => push(&mut parent.children, open.name, node),
            None => self.root = Some((open.name.name, node)),
        }
    }

    fn finish(self, end: usize) -> Result<Value, Trouble> {
        if let Some(open) = self.open.last() {
            return Err(Trouble::Syntax(format!("element `{}` is never closed", open.name.name.to_display()), end));
        }
        let Some((name, node)) = self.root else { return syntax("no root element", end) };
        let top = Dict::new();
        top.set(name, node)?;
        Ok(Value::Dict(top))
    }
}

/// Appends a value to those of a key.
fn push(children: &mut Table<HVec<Value>>, key: Key, value: Value) {
    let text = key.name.text_bytes().unwrap_or_default();
    match children.find_text(key.hash, text) {
        Some(n) => {
            if let Some(values) = children.value_mut(n) {
                values.push(value);
            }
        }
        None => {
            let mut values = HVec::with_capacity(1);
            values.push(value);
            children.insert_new(key.hash, key.name, values);
        }
    }
}
