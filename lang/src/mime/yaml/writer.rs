//! The YAML writer: block style, insertion order, raw Unicode.

use super::schema;
use crate::mime::place::{Fault, Step, Wrote};
use crate::mime::{MAX_DEPTH, Written, charset, scalar};
use crate::value::codec::Codec;
use crate::value::interrupt::checkpoint;
use crate::value::unicode::wtf8;
use crate::value::{Cx, HVec, R, Value};

/// Writes one document.
///
/// # Errors
/// `TypeError` with the path, `EntityError`, `UnicodeEncodeError`, or a limit.
pub fn write(cx: Option<&mut Cx<'_>>, data: &Value, mime: &str, codec: Codec) -> R<Written> {
    let mut writer = Writer { out: HVec::with_capacity(256), cx };
    writer.node(data, 0, Position::Line).map_err(|fault| fault.raise(mime))?;
    let bytes = match std::str::from_utf8(&writer.out) {
        Ok(_) if codec.is_utf8() => writer.out,
        _ => HVec::from_slice(&charset::encode(&writer.out, codec)?),
    };
    Ok(Written { bytes, faithful: false })
}

/// What was written directly before a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Nothing: the node begins a line.
    Line,
    /// The dash of an element, and a blank: a collection may begin here.
    Dash,
    /// The colon of a key.
    Colon,
}

struct Writer<'c, 'm> {
    out: HVec<u8>,
    cx: Option<&'c mut Cx<'m>>,
}

impl Writer<'_, '_> {
    /// A node and the end of its last line. `indent` is the column of a collection's elements.
    fn node(&mut self, value: &Value, indent: usize, position: Position) -> Wrote {
        checkpoint(20)?;
        if indent > 2 * MAX_DEPTH {
            return Err(Fault::too_deep());
        }
        let more = || stacker::remaining_stack().is_some_and(|left| left < 64 * 1024);
        match value {
            Value::List(_)
            | Value::Tuple(_)
            | Value::Dict(_)
            | Value::MultiMap(_)
            | Value::Entity(_)
            | Value::Native(_)
                if more() =>
            {
                stacker::grow(1024 * 1024, || self.collection(value, indent, position))
            }
            Value::List(_)
            | Value::Tuple(_)
            | Value::Dict(_)
            | Value::MultiMap(_)
            | Value::Entity(_)
            | Value::Native(_) => self.collection(value, indent, position),
            scalar => {
                if position == Position::Colon {
                    self.out.push(b' ');
                }
                self.scalar(scalar)?;
                self.out.push(b'\n');
                Ok(())
            }
        }
    }

    fn collection(&mut self, value: &Value, indent: usize, position: Position) -> Wrote {
        match value {
            Value::List(list) => self.sequence(&list.to_vec(), indent, position),
            Value::Tuple(tuple) => self.sequence(&tuple.items, indent, position),
            Value::Dict(dict) => self.mapping(&dict.items(), indent, position),
            Value::MultiMap(map) => {
                let plain = map.to_plain()?;
                self.mapping(&plain.items(), indent, position)
            }
            Value::Entity(entity) => self.node(&entity.value()?, indent, position),
            Value::Native(native) => {
                let core = self.cx.as_deref_mut().and_then(|cx| native.object.to_core(cx)).transpose()?;
                match core {
                    Some(Value::Dict(dict)) => self.mapping(&dict.items(), indent, position),
                    Some(Value::List(list)) => self.sequence(&list.to_vec(), indent, position),
                    _ => Err(Fault::wrong_type(value)),
                }
            }
            other => Err(Fault::wrong_type(other)),
        }
    }

    /// Begins the line of an element; the first one of a collection behind a dash is on the line of the dash.
    fn line(&mut self, indent: usize, first: bool, position: Position) {
        if first && position == Position::Colon {
            self.out.push(b'\n');
        }
        if !(first && position == Position::Dash) {
            self.out.extend(std::iter::repeat_n(b' ', indent));
        }
    }

    fn sequence(&mut self, items: &[Value], indent: usize, position: Position) -> Wrote {
        if items.is_empty() {
            self.empty(b"[]\n", position);
        }
        for (n, item) in items.iter().enumerate() {
            self.line(indent, n == 0, position);
            self.out.extend_bytes(b"- ");
            self.node(item, indent + 2, Position::Dash).map_err(|fault| fault.inside(Step::Index(n)))?;
        }
        Ok(())
    }

    fn mapping(&mut self, items: &[(Value, Value)], indent: usize, position: Position) -> Wrote {
        if items.is_empty() {
            self.empty(b"{}\n", position);
        }
        for (n, (key, value)) in items.iter().enumerate() {
            self.line(indent, n == 0, position);
            let step = || Step::Key(key.clone());
            match key {
                Value::None
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Big(_)
                | Value::Float(_)
                | Value::Short(_)
                | Value::Str(_) => {
                    self.scalar(key).map_err(|fault| fault.inside(step()))?;
                }
                _ => return Err(Fault::wrong_type_but(key, " key").inside(step())),
            }
            self.out.push(b':');
            self.node(value, indent + 2, Position::Colon).map_err(|fault| fault.inside(step()))?;
        }
        Ok(())
    }

    fn empty(&mut self, text: &[u8], position: Position) {
        if position == Position::Colon {
            self.out.push(b' ');
        }
        self.out.extend_bytes(text);
    }

    fn scalar(&mut self, value: &Value) -> Wrote {
        match value {
            Value::None => self.out.extend_bytes(b"null"),
            Value::Bool(true) => self.out.extend_bytes(b"true"),
            Value::Bool(false) => self.out.extend_bytes(b"false"),
            Value::Float(x) if !x.is_finite() => {
                return Err(Fault::data("a float that is not finite"));
            }
            Value::Decimal(number) if !number.is_finite() => {
                return Err(Fault::data("a Decimal that is not finite"));
            }
            Value::Int(_) | Value::Big(_) | Value::Float(_) | Value::Decimal(_) => {
                self.out.extend_bytes(&scalar::text(value)?.unwrap_or_default());
            }
            Value::Short(_) | Value::Str(_) => {
                let text = value.text_bytes().unwrap_or_default();
                checkpoint(text.len() as u64)?;
                if is_plain(text) { self.out.extend_bytes(text) } else { self.quoted(text) }
            }
            _ => match scalar::wire(value) {
                Some(text) => self.out.extend_bytes(text.as_bytes()),
                None => return Err(Fault::wrong_type(value)),
            },
        }
        Ok(())
    }

    fn quoted(&mut self, text: &[u8]) {
        self.out.push(b'"');
        let mut at = 0;
        while let Some((cp, len)) = wtf8::decode_at(text, at) {
            let piece = text.get(at..at + len).unwrap_or_default();
            let short: &[u8] = match cp {
                0x22 => b"\\\"",
                0x5C => b"\\\\",
                0x0A => b"\\n",
                0x0D => b"\\r",
                0x09 => b"\\t",
                0..=0x1F | 0x7F..=0x9F | 0x2028 | 0x2029 | 0xFEFF => {
                    self.out.extend_bytes(format!("\\u{cp:04x}").as_bytes());
                    b""
                }
                _ => piece,
            };
            self.out.extend_bytes(short);
            at += len;
        }
        self.out.push(b'"');
    }
}

/// Whether a text may be written without quotes: it begins with a letter, holds nothing that YAML looks at, and reads as
/// nothing but a text, in YAML 1.1 neither.
fn is_plain(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let begins = text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    let inside =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ' | '+' | '(' | ')' | '@' | '=' | ';');
    let words = ["y", "n", "yes", "no", "on", "off"];
    begins
        && !text.ends_with(' ')
        && text.chars().all(inside)
        && !words.iter().any(|word| text.eq_ignore_ascii_case(word))
        && matches!(schema::plain(text), Ok(Value::Short(_) | Value::Str(_)))
}
