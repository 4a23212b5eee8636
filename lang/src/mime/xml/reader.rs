//! The XML reader: the events of a document into a [`Tree`], from which MultiMaps are made when they are needed. It knows all
//! rules and words all errors.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader};

use super::attributes::{self, Bad};
use super::learnt::{Kind, Learnt};
use super::names;
use super::open::{self, Open};
use crate::mime::MAX_DEPTH;
use crate::mime::charset::Source;
use crate::mime::place::malformed;
use crate::value::exceptions::Raise;
use crate::value::interrupt::{Stop, checkpoint};
use crate::value::tree::{self, Nodes, Text, Tree};
use crate::value::unicode::wtf8;
use crate::value::{HVec, R, Value};

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
pub(super) fn illegal(text: &[u8]) -> R<Option<usize>> {
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

struct Builder<'a> {
    source: &'a Source,
    input: &'a str,
    open: Vec<Open>,
    nodes: Nodes,
    names: Box<Learnt>,
    /// The name that came last.
    last: u32,
    /// For each name the last element that had it as an attribute, plus one.
    marks: Vec<u32>,
    texts: HVec<Value>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a Source, input: &'a str) -> Self {
        Builder {
            source,
            input,
            open: Vec::new(),
            nodes: Nodes::with_capacity(0),
            names: Learnt::borrow_kept(),
            last: Learnt::START,
            marks: Vec::new(),
            texts: HVec::new(),
        }
    }

    /// Offset in the input of a part of it.
    fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).wrapping_sub(self.input.as_ptr() as usize)
    }

    /// Adds a node in which there is nothing yet, and gives its number.
    fn add(&mut self, name: u32, text: Text, at: usize) -> Result<u32, Trouble> {
        match self.nodes.add(name, text, at, self.input.len()) {
            Some(node) => Ok(node),
            None => syntax("too many elements", at),
        }
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
        let Some(number) = self.names.number(self.last, Kind::Element, name.as_bytes()) else {
            return syntax("a malformed element name", at);
        };
        self.last = number;
        let node = self.add(number, Text::NONE, at)?;
        let raw = tag.attributes_raw();
        if !raw.is_empty() {
            let from = at + 1 + name.len();
            let start = self.offset(raw);
            attributes::each(raw, |name, value, offset| self.attribute(node, name, value, start, offset))
                .map_err(|trouble: Trouble| trouble.moved(from))?;
        }
        self.open.push(Open::new(node));
        Ok(())
    }

    /// Adds an attribute of an element; `start` is where the attributes begin in the input, `offset` where the value begins in
    /// them.
    fn attribute(&mut self, element: u32, name: &str, value: &str, start: usize, offset: usize) -> Result<(), Trouble> {
        checkpoint(20)?;
        let Some(number) = self.names.number(self.last, Kind::Attribute, name.as_bytes()) else {
            return syntax("malformed attribute name", offset);
        };
        self.last = number;
        self.marks.resize(self.names.count(), 0);
        match self.marks.get_mut(number as usize) {
            Some(mark) if *mark == element + 1 => return syntax("a repeated attribute", offset),
            Some(mark) => *mark = element + 1,
            None => {}
        }
        let text = match attributes::unescape(value) {
            Ok(None) => open::part(self.source, start + offset, value.len(), &mut self.texts),
            Ok(Some(plain)) => open::add(&mut self.texts, Value::text(&plain)),
            Err((what, at)) => return syntax(what, offset + at),
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
            Some(open) => open.add(from..from + piece.len(), self.input.as_bytes()),
            None if piece.bytes().all(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')) => {}
            None => return syntax("text outside the root element", at),
        }
        Ok(())
    }

    fn cdata(&mut self, piece: &str, at: usize) -> Result<(), Trouble> {
        let from = self.offset(piece);
        let Some(open) = self.open.last_mut() else { return syntax("text outside the root element", at) };
        open.add(from..from + piece.len(), self.input.as_bytes());
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
        self.nodes.close(open.node, text);
    }

    fn finish(mut self, end: usize) -> Result<Value, Trouble> {
        if let Some(name) = self.open.last().and_then(|open| self.nodes.name(open.node)) {
            let name = String::from_utf8_lossy(self.names.text(name)).into_owned();
            return Err(Trouble::Syntax(format!("element `{name}` is never closed"), end));
        }
        if self.nodes.is_empty() {
            return syntax("no root element", end);
        }
        let (blob, names) = (self.source.blob().clone(), self.names.shared());
        self.names.keep();
        Ok(tree::document(Tree { blob, nodes: self.nodes, names, texts: self.texts }))
    }
}
