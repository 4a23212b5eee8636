//! The XML reader: events into MultiMaps.

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
use crate::value::unicode::space;
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
    if let Some(at) = names::illegal(text) {
        return syntax("an illegal character", at);
    }
    let Ok(text) = std::str::from_utf8(text) else { return syntax("an illegal character", 0) };
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_comments = true;
    config.check_end_names = true;
    let mut builder = Builder { source, input: text, open: Vec::new(), root: None };
    loop {
        let at = position(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            Trouble::Syntax(error_text(&error), position(reader.error_position()))
        })?;
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

/// Text of an element that was collected so far.
enum Text {
    /// Nothing but white space.
    Blank,
    /// A part of the input.
    Part(usize, usize),
    /// Pieces.
    Own(Vec<u8>),
}

/// An element whose end was not reached yet.
struct Open {
    name: Value,
    children: Table<HVec<Value>>,
    text: Text,
}

struct Builder<'a> {
    source: &'a Source,
    input: &'a str,
    open: Vec<Open>,
    root: Option<(Value, Value)>,
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
        self.open.push(Open { name: Value::str(name), children, text: Text::Blank });
        Ok(())
    }

    fn attribute(
        &self,
        children: &mut Table<HVec<Value>>,
        name: &str,
        value: &str,
        offset: usize,
    ) -> Result<(), Trouble> {
        checkpoint(20)?;
        let mut key = HVec::with_capacity(name.len() + 1);
        key.push(b'@');
        key.extend_bytes(name.as_bytes());
        let hash = hash_text(&key);
        if children.find_text(hash, &key).is_some() {
            return syntax("a repeated attribute", offset);
        }
        let value = match attributes::unescape(value) {
            Ok(Some(plain)) => Value::text(&plain),
            Ok(None) => Value::str(value),
            Err((what, at)) => return syntax(what, offset + at),
        };
        children.insert_new(hash, Value::text_vec(key), HVec::from_slice(&[value]));
        Ok(())
    }

    fn text(&mut self, piece: &str, at: usize) -> Result<(), Trouble> {
        if let Some(n) = memchr::memmem::find(piece.as_bytes(), b"]]>") {
            return syntax("`]]>` in text", at + n);
        }
        if self.open.is_empty() {
            let blank = piece.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
            return if blank { Ok(()) } else { syntax("text outside the root element", at) };
        }
        self.add_text(piece);
        Ok(())
    }

    fn cdata(&mut self, piece: &str, at: usize) -> Result<(), Trouble> {
        if self.open.is_empty() {
            return syntax("text outside the root element", at);
        }
        self.add_text(piece);
        Ok(())
    }

    fn reference(&mut self, name: &str, at: usize) -> Result<(), Trouble> {
        if self.open.is_empty() {
            return syntax("text outside the root element", at);
        }
        let mut plain = Vec::new();
        attributes::push_reference(&mut plain, name).map_err(|what| (what, at))?;
        // A referenced line end is kept, unlike one that is written plainly, and so is white space in front.
        self.own_text().extend_from_slice(&plain);
        Ok(())
    }

    /// The text of the innermost element, as pieces of its own.
    fn own_text(&mut self) -> &mut Vec<u8> {
        static NOTHING: &[u8] = b"";
        let input = self.input.as_bytes();
        let text = match self.open.last_mut() {
            Some(open) => &mut open.text,
            None => unreachable!("text was checked to be inside an element"),
        };
        if !matches!(text, Text::Own(_)) {
            let begun = match text {
                Text::Part(from, to) => input.get(*from..*to).unwrap_or(NOTHING),
                _ => NOTHING,
            };
            *text = Text::Own(begun.to_vec());
        }
        match text {
            Text::Own(pieces) => pieces,
            _ => unreachable!("made its own above"),
        }
    }

    /// Adds text, with line ends made LF. White space in front of everything is left out, as trimming would.
    fn add_text(&mut self, piece: &str) {
        let from = self.offset(piece);
        let Some(open) = self.open.last_mut() else { return };
        if matches!(open.text, Text::Blank) && !piece.contains('\r') {
            let trimmed = space::trim_start(piece.as_bytes());
            if !trimmed.is_empty() {
                open.text = Text::Part(from + piece.len() - trimmed.len(), from + piece.len());
            }
            return;
        }
        let own = self.own_text();
        let mut rest = piece.as_bytes();
        while let Some(at) = memchr::memchr(b'\r', rest) {
            own.extend_from_slice(&rest[..at]);
            own.push(b'\n');
            rest = &rest[at + 1..];
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        own.extend_from_slice(rest);
    }

    /// Completes the innermost element and adds it to its parent.
    fn end(&mut self) {
        let Some(Open { name, mut children, text }) = self.open.pop() else { return };
        let text = match text {
            Text::Blank => Value::None,
            Text::Part(from, to) => {
                let bytes = self.input.as_bytes().get(from..to).unwrap_or_default();
                self.source.part(from, from + space::trim_end(bytes).len())
            }
            Text::Own(pieces) => match space::trim(&pieces) {
                [] => Value::None,
                trimmed => Value::text(trimmed),
            },
        };
        let node = if children.is_empty() {
            text
        } else {
            if !text.is_none() {
                push(&mut children, Value::str("#text"), text);
            }
            Value::MultiMap(Ref::new(MultiMap { items: Guarded::new(children) }))
        };
        match self.open.last_mut() {
            Some(parent) => push(&mut parent.children, name, node),
            None => self.root = Some((name, node)),
        }
    }

    fn finish(self, end: usize) -> Result<Value, Trouble> {
        if let Some(open) = self.open.last() {
            return Err(Trouble::Syntax(format!("element `{}` is never closed", open.name.to_display()), end));
        }
        let Some((name, node)) = self.root else { return syntax("no root element", end) };
        let top = Dict::new();
        top.set(name, node)?;
        Ok(Value::Dict(top))
    }
}

/// Appends a value to those of a key.
fn push(children: &mut Table<HVec<Value>>, key: Value, value: Value) {
    let text = key.text_bytes().unwrap_or_default();
    let hash = key.text_hash(text);
    match children.find_text(hash, text) {
        Some(n) => {
            if let Some(values) = children.value_mut(n) {
                values.push(value);
            }
        }
        None => {
            let mut values = HVec::with_capacity(1);
            values.push(value);
            children.insert_new(hash, key, values);
        }
    }
}
