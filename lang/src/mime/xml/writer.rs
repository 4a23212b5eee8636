//! The XML writer: from values straight to text, then to the encoding.

use std::borrow::Cow;

use super::names;
use crate::mime::place::{Fault, Step, Wrote};
use crate::mime::{MAX_DEPTH, Written, charset, scalar};
use crate::value::block::{self, Block};
use crate::value::codec::Codec;
use crate::value::interrupt::checkpoint;
use crate::value::{Cx, HVec, R, Value};

/// Writes a dict with one key as a document.
///
/// # Errors
/// `TypeError` with the path, `EntityError`, `UnicodeEncodeError` for a name that the encoding lacks, or a limit.
pub fn write(cx: Option<&mut Cx<'_>>, data: &Value, mime: &str, encoding: &str, codec: Codec) -> R<Written> {
    let mut writer = Writer { out: HVec::with_capacity(256), cx, codec };
    writer.document(data, encoding).map_err(|fault| fault.raise(mime))?;
    let bytes = if codec.is_utf8() {
        writer.out
    } else {
        HVec::from_slice(&charset::encode_as(&writer.out, codec, "xmlcharrefreplace")?)
    };
    Ok(Written { bytes, faithful: false })
}

struct Writer<'c, 'm> {
    out: HVec<u8>,
    cx: Option<&'c mut Cx<'m>>,
    codec: Codec,
}

/// Where text stands, which decides what is escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Element,
    Attribute,
}

impl Writer<'_, '_> {
    fn document(&mut self, data: &Value, encoding: &str) -> Wrote {
        let items = match data {
            Value::Dict(dict) => dict.items(),
            Value::MultiMap(map) => map.to_plain()?.items(),
            _ => return Err(Fault::wrong_type_but(data, ", a dict with one key is expected")),
        };
        let [(name, node)] = &items[..] else {
            return Err(Fault::data(format!("a document has one root element, and the data has {}", items.len())));
        };
        self.out.extend_bytes(b"<?xml version=\"1.0\" encoding=\"");
        self.text(encoding.as_bytes(), Within::Attribute)?;
        self.out.extend_bytes(b"\"?>\n");
        let step = || Step::Key(name.clone());
        if is_list(node) {
            return Err(Fault::data("a document has one root element, not a list").inside(step()));
        }
        self.element(name, node, 0).map_err(|fault| fault.inside(step()))
    }

    /// An element; for a list of nodes several of them.
    fn elements(&mut self, name: &Value, node: &Value, depth: usize) -> Wrote {
        match node {
            // Nothing that is called while the borrow lasts runs script code.
            Value::List(list) => self.list(name, &list.items.borrow(), depth),
            Value::Tuple(tuple) => self.list(name, &tuple.items, depth),
            node => self.element(name, node, depth),
        }
    }

    fn list(&mut self, name: &Value, nodes: &[Value], depth: usize) -> Wrote {
        for (n, node) in nodes.iter().enumerate() {
            if is_list(node) {
                return Err(Fault::wrong_type_but(node, ", a list inside a list").inside(Step::Index(n)));
            }
            self.element(name, node, depth).map_err(|fault| fault.inside(Step::Index(n)))?;
        }
        Ok(())
    }

    fn element(&mut self, name: &Value, node: &Value, depth: usize) -> Wrote {
        if depth >= MAX_DEPTH {
            return Err(Fault::too_deep());
        }
        checkpoint(20)?;
        let tag = self.name(name)?;
        self.out.push(b'<');
        self.out.extend_bytes(&tag);
        if depth % 16 == 15 {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.node(node, depth))?;
        } else {
            self.node(node, depth)?;
        }
        self.out.extend_bytes(b"</");
        self.out.extend_bytes(&tag);
        self.out.push(b'>');
        Ok(())
    }

    /// The rest of a start tag, and the contents of the element.
    fn node(&mut self, node: &Value, depth: usize) -> Wrote {
        match node {
            Value::Dict(dict) => self.contents(|see| dict.each(see), depth),
            Value::MultiMap(map) => {
                let items = map.to_vec().into_iter().map(|(key, values)| match &values[..] {
                    [value] if !is_list(value) => (key, value.clone()),
                    _ => (key, Value::list(values)),
                });
                let items: Vec<(Value, Value)> = items.collect();
                self.contents(|see| items.iter().try_for_each(|(key, value)| see(key, value)), depth)
            }
            Value::Entity(entity) => {
                let inner = entity.value()?;
                if is_list(&inner) {
                    return Err(Fault::wrong_type(&inner));
                }
                self.node(&inner, depth)
            }
            scalar => {
                self.out.push(b'>');
                self.scalar(scalar, Within::Element)
            }
        }
    }

    /// The attributes and children of an element, which `each` shows in their order.
    fn contents(&mut self, each: impl Fn(&mut dyn FnMut(&Value, &Value) -> Wrote) -> Wrote, depth: usize) -> Wrote {
        let inside = |key: &Value| Step::Key(key.clone());
        let is_attribute = |key: &Value| key.text_bytes().is_some_and(|text| text.starts_with(b"@"));
        each(&mut |key, value| match is_attribute(key) {
            true => self.attribute(key, value).map_err(|fault| fault.inside(inside(key))),
            false => Ok(()),
        })?;
        self.out.push(b'>');
        let mut text = None;
        each(&mut |key, value| {
            if is_attribute(key) {
                return Ok(());
            }
            if key.text_bytes() == Some(b"#text") {
                text = Some(value.clone());
                return Ok(());
            }
            self.elements(key, value, depth + 1).map_err(|fault| fault.inside(inside(key)))
        })?;
        let Some(text) = text else { return Ok(()) };
        self.scalar(&text, Within::Element).map_err(|fault| fault.inside(Step::Key(Value::str("#text"))))
    }

    fn attribute(&mut self, key: &Value, value: &Value) -> Wrote {
        let name = Value::text(key.text_bytes().and_then(|text| text.get(1..)).unwrap_or_default());
        let name = self.name(&name)?;
        self.out.push(b' ');
        self.out.extend_bytes(&name);
        self.out.extend_bytes(b"=\"");
        self.scalar(value, Within::Attribute)?;
        self.out.push(b'"');
        Ok(())
    }

    /// The bytes of a name.
    fn name<'a>(&self, name: &'a Value) -> Wrote<Cow<'a, [u8]>> {
        let Some(text) = scalar::text(name)? else { return Err(Fault::wrong_type_but(name, " name")) };
        if names::is_plain_name(&text) {
            return Ok(text);
        }
        let valid = std::str::from_utf8(&text).is_ok_and(names::is_qualified_name);
        if !valid {
            return Err(Fault::data(format!("'{}' is no XML name", String::from_utf8_lossy(&text))));
        }
        if !self.codec.is_utf8() && !text.is_ascii() {
            charset::encode(&text, self.codec)?;
        }
        Ok(text)
    }

    fn scalar(&mut self, value: &Value, within: Within) -> Wrote {
        match value {
            Value::None => return Ok(()),
            Value::Bool(true) => self.out.extend_bytes(b"true"),
            Value::Bool(false) => self.out.extend_bytes(b"false"),
            Value::Int(n) => scalar::push_int(&mut self.out, *n),
            Value::Float(x) if x.is_finite() => scalar::push_float(&mut self.out, *x),
            Value::DateTime(_) | Value::Date(_) | Value::Time(_) => {
                self.out.extend_bytes(scalar::wire(value).unwrap_or_default().as_bytes());
            }
            value => match scalar::text(value)? {
                Some(text) => self.text(&text, within)?,
                None => {
                    let text = match (value, self.cx.as_deref_mut()) {
                        (Value::Native(native), Some(cx)) => native.object.str(cx),
                        _ => None,
                    };
                    match text {
                        Some(text) => self.text(text?.text_bytes().unwrap_or_default(), within)?,
                        None => return Err(Fault::wrong_type(value)),
                    }
                }
            },
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8], within: Within) -> Wrote {
        checkpoint(text.len() as u64 / 16)?;
        // Most texts have nothing that is escaped or may be illegal.
        let odd = |block: Block| {
            let escaped = block.equal(b'&') | block.equal(b'<') | block.equal(b'>') | block.equal(b'"');
            escaped | block.up_to(0x1F) | block.equal(0xEF) | block.equal(0xED)
        };
        let is_odd = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | b'"' | 0..=0x1F | 0xEF | 0xED);
        if block::find(text, 0, odd, is_odd) == text.len() {
            self.out.extend_bytes(text);
            return Ok(());
        }
        checkpoint(text.len() as u64 / 4)?;
        if names::illegal(text).is_some() {
            return Err(Fault::data("a character that XML does not allow"));
        }
        let mut copied = 0;
        for (at, byte) in text.iter().enumerate() {
            let escape: &[u8] = match (byte, within) {
                (b'&', _) => b"&amp;",
                (b'<', _) => b"&lt;",
                (b'>', _) => b"&gt;",
                (b'\r', _) => b"&#13;",
                (b'"', Within::Attribute) => b"&quot;",
                (b'\n', Within::Attribute) => b"&#10;",
                (b'\t', Within::Attribute) => b"&#9;",
                _ => continue,
            };
            self.out.extend_bytes(text.get(copied..at).unwrap_or_default());
            self.out.extend_bytes(escape);
            copied = at + 1;
        }
        self.out.extend_bytes(text.get(copied..).unwrap_or_default());
        Ok(())
    }
}

fn is_list(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Tuple(_))
}
