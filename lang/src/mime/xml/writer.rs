//! The XML writer: from values straight to text, then to the encoding.

use std::borrow::Cow;

use super::names;
use crate::mime::place::{Fault, Step, Wrote};
use crate::mime::{MAX_DEPTH, Written, charset, scalar};
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
        let several = match node {
            Value::List(list) => list.to_vec(),
            Value::Tuple(tuple) => tuple.items.to_vec(),
            node => return self.element(name, node, depth),
        };
        for (n, node) in several.iter().enumerate() {
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
        let items: Vec<(Value, Value)> = match node {
            Value::Dict(dict) => dict.items(),
            Value::MultiMap(map) => map
                .to_vec()
                .into_iter()
                .map(|(key, values)| match &values[..] {
                    [value] if !is_list(value) => (key, value.clone()),
                    _ => (key, Value::list(values)),
                })
                .collect(),
            Value::Entity(entity) => {
                let inner = entity.value()?;
                if is_list(&inner) {
                    return Err(Fault::wrong_type(&inner));
                }
                return self.node(&inner, depth);
            }
            scalar => {
                self.out.push(b'>');
                return self.scalar(scalar, Within::Element);
            }
        };
        let is_attribute = |key: &Value| key.text_bytes().is_some_and(|text| text.starts_with(b"@"));
        for (key, value) in items.iter().filter(|(key, _)| is_attribute(key)) {
            self.attribute(key, value).map_err(|fault| fault.inside(Step::Key(key.clone())))?;
        }
        self.out.push(b'>');
        let mut text = None;
        for (key, value) in items.iter().filter(|(key, _)| !is_attribute(key)) {
            if key.text_bytes() == Some(b"#text") {
                text = Some(value);
            } else {
                self.elements(key, value, depth + 1).map_err(|fault| fault.inside(Step::Key(key.clone())))?;
            }
        }
        match text {
            Some(text) => {
                self.scalar(text, Within::Element).map_err(|fault| fault.inside(Step::Key(Value::str("#text"))))
            }
            None => Ok(()),
        }
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
