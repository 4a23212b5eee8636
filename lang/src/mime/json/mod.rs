//! JSON (spec 6.6.1).
//!
//! | room | job |
//! |---|---|
//! | [`reader`], [`rules`] | the reader that Entities and the module `json` share, and how they differ |
//! | [`survey`] | the first look at a text, which leaves values to be made when they are asked for |
//! | [`shapes`] | predicting the keys of objects |
//! | [`strings`], [`number`] | the two kinds of scalars with a grammar |
//! | [`writer`], [`sink`] | compact JSON, for Entities and results; lists that are written while they grow |

pub mod number;
pub mod reader;
pub mod rules;
pub mod shapes;
pub mod sink;
pub mod strings;
pub mod survey;
pub mod writer;

use reader::{Plain, Trouble};
use writer::Writer;

use super::Written;
use super::charset::{self, Source};
use super::place::malformed;
use super::stopwatch::{Part, timed};
use crate::value::codec::Codec;
use crate::value::exceptions::Raise;
use crate::value::interrupt::checkpoint;
use crate::value::unicode::wtf8;
use crate::value::{Bytes, Cx, HVec, R, Ref, Value};

/// The value of a JSON document in an encoding. In UTF-8 it is checked at once and made when somebody looks at it.
///
/// # Errors
/// As [`parse`]; `LookupError` for an unknown encoding, `UnicodeDecodeError`.
pub fn document(bytes: &Ref<Bytes>, encoding: &str, mime: &str) -> R {
    if charset::lookup(encoding)?.is_utf8()
        && let Some(value) = survey::survey(bytes)?
    {
        return Ok(value);
    }
    parse(&Source::decode(bytes, encoding)?, mime)
}

/// The scalar under a key of the object that a JSON document in an encoding is, where it can be made without the rest.
///
/// # Errors
/// A limit.
pub fn scalar(bytes: &Ref<Bytes>, encoding: &str, key: &[u8]) -> R<Option<Value>> {
    if charset::lookup(encoding).is_ok_and(Codec::is_utf8) { survey::scalar(bytes, key) } else { Ok(None) }
}

/// Parses a JSON text.
///
/// # Errors
/// `EntityError` with the place, `ValueError` for an int of more than 4300 digits, or a limit.
pub fn parse(source: &Source, mime: &str) -> R {
    reader::read(source, &mut Plain).map_err(|trouble| raise(trouble, mime, source.text()))
}

/// The exception for a text that could not be read.
#[cold]
#[must_use]
pub fn raise(trouble: Trouble, mime: &str, text: &[u8]) -> Raise {
    match trouble {
        Trouble::Raise(raise) => raise,
        Trouble::Syntax { what, at } => malformed(mime, what.trim_end_matches(" starting at"), text, at),
        Trouble::TooDeep { at, .. } => malformed(mime, "nesting deeper than 1000 levels", text, at),
    }
}

/// Writes a value as JSON in an encoding. What the encoding cannot express is escaped.
///
/// # Errors
/// `TypeError` with the path, `EntityError`, or a limit.
pub fn write(cx: Option<&mut Cx<'_>>, data: &Value, mime: &str, codec: Codec) -> R<Written> {
    let mut writer = Writer::new(cx);
    match (data, if let Value::List(list) = data { sink::finish(list)? } else { None }) {
        (Value::List(list), Some((begun, count))) => writer.go_on(begun, count, &list.items.borrow()),
        _ => writer.write(data),
    }
    .map_err(|fault| fault.raise(mime))?;
    if codec.is_utf8() {
        return Ok(Written { bytes: writer.out, faithful: writer.faithful });
    }
    Ok(Written { bytes: encode(&writer.out, codec)?, faithful: false })
}

/// JSON text in an encoding that may lack some characters. They can only stand in strings, so escaping them is right.
///
/// # Errors
/// A limit.
pub fn encode(text: &[u8], codec: Codec) -> R<HVec<u8>> {
    if let Ok(bytes) = charset::encode(text, codec) {
        return Ok(HVec::from_slice(&bytes));
    }
    let mut escaped = HVec::with_capacity(text.len());
    let mut at = 0;
    while let Some((cp, len)) = wtf8::decode_at(text, at) {
        let piece = text.get(at..at + len).unwrap_or_default();
        if cp < 0x80 {
            escaped.push(piece[0]);
        } else {
            checkpoint(100)?;
            if charset::encode(piece, codec).is_ok() {
                escaped.extend_bytes(piece);
            } else {
                strings::push_units(&mut escaped, cp);
            }
        }
        at += len;
    }
    Ok(HVec::from_slice(&charset::encode(&escaped, codec)?))
}

/// Parses newline-delimited JSON: one text on each line that is not blank.
///
/// # Errors
/// `EntityError` with the place, or a limit.
pub fn parse_lines(source: &Source, mime: &str) -> R {
    let text = source.text();
    let mut items = HVec::new();
    let mut at = 0;
    while at < text.len() {
        checkpoint(16)?;
        let end = memchr::memchr2(b'\n', b'\r', &text[at..]).map_or(text.len(), |n| at + n);
        let line = source.slice(at, end);
        if reader::skip_blanks(line.text(), 0) < line.text().len() {
            let item = reader::read(&line, &mut Plain).map_err(|trouble| raise(trouble.moved(at), mime, text))?;
            items.push(item);
        }
        at = end + 1;
    }
    Ok(Value::list(items))
}

/// Writes a list as newline-delimited JSON.
///
/// # Errors
/// `TypeError` with the path, `EntityError`, or a limit.
pub fn write_lines(cx: Option<&mut Cx<'_>>, data: &Value, mime: &str, codec: Codec) -> R<Written> {
    let items = match data {
        Value::List(list) => list.to_vec(),
        Value::Tuple(tuple) => tuple.items.to_vec(),
        other => return Err(super::place::Fault::wrong_type_but(other, ", a list is expected").raise(mime)),
    };
    let mut writer = Writer::new(cx);
    for (n, item) in items.iter().enumerate() {
        writer.write(item).map_err(|fault| fault.inside(super::place::Step::Index(n)).raise(mime))?;
        writer.out.push(b'\n');
    }
    if codec.is_utf8() {
        return Ok(Written { bytes: writer.out, faithful: writer.faithful });
    }
    Ok(Written { bytes: encode(&writer.out, codec)?, faithful: false })
}

/// A value as compact JSON text in UTF-8, for results that leave as plain values.
///
/// # Errors
/// `TypeError` with the path, `EntityError` naming JSON, or a limit.
pub fn to_text(cx: Option<&mut Cx<'_>>, data: &Value) -> R<HVec<u8>> {
    timed(Part::Write, || {
        let mut writer = Writer::new(cx);
        writer.write(data).map_err(|fault| fault.raise("application/json"))?;
        Ok(writer.out)
    })
}

/// Spreads compact JSON over lines, two blanks a level.
#[must_use]
pub fn indent(compact: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(compact.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    let newline = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.extend(std::iter::repeat_n(b' ', depth * 2));
    };
    for (at, &byte) in compact.iter().enumerate() {
        if in_string {
            out.push(byte);
            in_string = escaped || byte != b'"';
            escaped = byte == b'\\' && !escaped;
            continue;
        }
        match byte {
            b'[' | b'{' => {
                out.push(byte);
                if !matches!(compact.get(at + 1), Some(b']' | b'}')) {
                    depth += 1;
                    newline(&mut out, depth);
                }
            }
            b']' | b'}' => {
                if !matches!(at.checked_sub(1).and_then(|n| compact.get(n)), Some(b'[' | b'{')) {
                    depth = depth.saturating_sub(1);
                    newline(&mut out, depth);
                }
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                newline(&mut out, depth);
            }
            b':' => out.extend_from_slice(b": "),
            _ => {
                in_string = byte == b'"';
                out.push(byte);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_spread_over_lines() {
        let text = indent(br#"{"a":[1,{"b":"x,\"]"}],"c":{},"d":[]}"#);
        let expected =
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,\\\"]\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}";
        assert_eq!(String::from_utf8_lossy(&text), expected);
    }
}
