//! The XML reader: the events of a document into a [`Tree`], from which MultiMaps are made when they are needed.

use std::collections::HashMap;
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
use crate::value::tree::{self, Name, Node, Text, Tree};
use crate::value::unicode::{space, wtf8};
use crate::value::{Dict, HVec, R, Ref, Value};

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
    let mut builder = Builder::new(source, text);
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

/// The names of the document. The few that come again and again are found without a look into the index.
struct Names {
    all: HVec<Name>,
    /// Numbers of names by hash.
    index: HashMap<u64, Vec<u32>>,
    /// Numbers of the names seen last, plus one.
    recent: [u32; Names::PLACES],
}

impl Names {
    /// Places for recent names; a power of two.
    const PLACES: usize = 64;

    /// The number of the name that is this text.
    fn number(&mut self, text: &[u8]) -> u32 {
        let (first, last) = (text.get(1).copied().unwrap_or(0), text.last().copied().unwrap_or(0));
        let place = (text.len() * 7 + usize::from(first) * 5 + usize::from(last)) % Self::PLACES;
        let is = |all: &HVec<Name>, n: u32| all.get(n as usize).is_some_and(|name| name.key.text_bytes() == Some(text));
        if let Some(n) = self.recent[place].checked_sub(1).filter(|n| is(&self.all, *n)) {
            return n;
        }
        let hash = hash_text(text);
        let same = self.index.entry(hash).or_default();
        let n = same.iter().copied().find(|n| is(&self.all, *n)).unwrap_or_else(|| {
            // There are not more names than nodes.
            let n = self.all.len() as u32;
            self.all.push(Name { key: Value::text(text), hash });
            same.push(n);
            n
        });
        self.recent[place] = n + 1;
        n
    }
}

/// An element whose end was not reached yet.
struct Open {
    /// Its node.
    node: u32,
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

    /// The whole text, trimmed; one that is no part of the input is added to `texts`.
    fn text(&self, source: &Source, texts: &mut HVec<Value>) -> Text {
        let part = |start: usize, len: usize| match u32::try_from(len) {
            Ok(0) => Some(Text::None),
            Ok(len) => Some(Text::Part(source.offset() + start, len)),
            Err(_) => None,
        };
        let value = match &self.own {
            None => {
                let len = space::trim_end(source.text().get(self.part.clone()).unwrap_or_default()).len();
                match part(self.part.start, len) {
                    Some(text) => return text,
                    None => source.part(self.part.start, self.part.start + len),
                }
            }
            Some(own) => match space::trim(own) {
                [] => return Text::None,
                trimmed => Value::text(trimmed),
            },
        };
        add_text(texts, value)
    }
}

/// Adds a text that is no part of the input.
fn add_text(texts: &mut HVec<Value>, value: Value) -> Text {
    // There are not more texts than nodes.
    let n = texts.len() as u32;
    texts.push(value);
    Text::Own(n)
}

struct Builder<'a> {
    source: &'a Source,
    input: &'a str,
    open: Vec<Open>,
    nodes: HVec<Node>,
    names: Names,
    /// For each name the last element that had it as an attribute, plus one.
    marks: Vec<u32>,
    texts: HVec<Value>,
    /// `@` and the name of an attribute.
    scratch: Vec<u8>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Source, input: &'a str) -> Self {
        Builder {
            source,
            input,
            open: Vec::new(),
            nodes: HVec::new(),
            names: Names { all: HVec::new(), index: HashMap::new(), recent: [0; Names::PLACES] },
            marks: Vec::new(),
            texts: HVec::new(),
            scratch: Vec::new(),
        }
    }

    /// Offset in the input of a part of it.
    fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).wrapping_sub(self.input.as_ptr() as usize)
    }

    /// Adds a node in which there is nothing yet, and gives its number.
    fn add(&mut self, name: u32, text: Text, at: usize) -> Result<u32, Trouble> {
        let Some(end) = u32::try_from(self.nodes.len() + 1).ok() else { return syntax("too many elements", at) };
        self.nodes.push(Node { name, end, text });
        Ok(end - 1)
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), Trouble> {
        if self.open.len() >= MAX_DEPTH {
            return syntax("nesting deeper than 1000 levels", at);
        }
        if self.open.is_empty() && !self.nodes.is_empty() {
            return syntax("a second root element", at);
        }
        let name = tag.name();
        let name: &str = name.as_ref();
        if !names::is_name(name) {
            return syntax("a malformed element name", at);
        }
        let number = self.names.number(name.as_bytes());
        let node = self.add(number, Text::None, at)?;
        let raw = tag.attributes_raw();
        if !raw.is_empty() {
            let from = at + 1 + name.len();
            let start = self.offset(raw);
            attributes::each(raw, |name, value, offset| self.attribute(node, name, value, start, offset))
                .map_err(|trouble: Trouble| trouble.moved(from))?;
        }
        self.open.push(Open { node, part: 0..0, own: None });
        Ok(())
    }

    /// Adds an attribute of an element; `start` is where the attributes begin in the input, `offset` where the value begins in
    /// them.
    fn attribute(&mut self, element: u32, name: &str, value: &str, start: usize, offset: usize) -> Result<(), Trouble> {
        checkpoint(20)?;
        self.scratch.clear();
        self.scratch.push(b'@');
        self.scratch.extend_from_slice(name.as_bytes());
        let number = self.names.number(&self.scratch);
        self.marks.resize(self.names.all.len(), 0);
        match self.marks.get_mut(number as usize) {
            Some(mark) if *mark == element + 1 => return syntax("a repeated attribute", offset),
            Some(mark) => *mark = element + 1,
            None => {}
        }
        let own = match attributes::unescape(value) {
            Ok(None) => None,
            Ok(Some(plain)) => Some(Value::text(&plain)),
            Err((what, at)) => return syntax(what, offset + at),
        };
        let part = u32::try_from(value.len()).ok().filter(|_| own.is_none());
        let text = match part {
            Some(len) => Text::Part(self.source.offset() + start + offset, len),
            None => add_text(&mut self.texts, own.unwrap_or_else(|| Value::str(value))),
        };
        self.add(number, text, offset)?;
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

    /// Completes the innermost element.
    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let text = open.text(self.source, &mut self.texts);
        // Their number was looked at when they were added.
        let end = self.nodes.len() as u32;
        if let Some(node) = self.nodes.get_mut(open.node as usize) {
            (node.text, node.end) = (text, end);
        }
    }

    fn finish(self, end: usize) -> Result<Value, Trouble> {
        let name = |node: u32| {
            let node = self.nodes.get(node as usize)?;
            self.names.all.get(node.name as usize).map(|name| name.key.clone())
        };
        if let Some(name) = self.open.last().and_then(|open| name(open.node)) {
            return Err(Trouble::Syntax(format!("element `{}` is never closed", name.to_display()), end));
        }
        let Some(name) = name(0) else { return syntax("no root element", end) };
        let text_name = Name { key: Value::str("#text"), hash: hash_text(b"#text") };
        let blob = self.source.blob().clone();
        let tree = Ref::new(Tree { blob, nodes: self.nodes, names: self.names.all, texts: self.texts, text_name });
        let top = Dict::new();
        top.set(name, tree::value(&tree, 0))?;
        Ok(Value::Dict(top))
    }
}
