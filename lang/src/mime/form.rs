//! URL-encoded forms (spec 6.6.2).

use super::Written;
use super::charset::{self, Source};
use super::place::{Fault, Step, Wrote};
use super::scalar;
use crate::value::codec::{self, Codec};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{Bytes, Cx, HVec, MultiMap, R, Value};

/// Parses a form into a MultiMap of texts. Escaped bytes are UTF-8, or else text in `encoding`.
///
/// # Errors
/// `UnicodeDecodeError`, or a limit.
pub fn parse(source: &Source, encoding: &str) -> R {
    let text = source.text();
    let map = MultiMap::new();
    let mut at = 0;
    while at < text.len() {
        checkpoint(16)?;
        let end = memchr::memchr(b'&', &text[at..]).map_or(text.len(), |n| at + n);
        if end > at {
            let equals = memchr::memchr(b'=', &text[at..end]).map(|n| at + n);
            let key = unescape(source, at, equals.unwrap_or(end), encoding)?;
            let value = match equals {
                Some(equals) => unescape(source, equals + 1, end, encoding)?,
                None => Value::str(""),
            };
            map.add(key, value)?;
        }
        at = end + 1;
    }
    Ok(Value::MultiMap(map))
}

/// The text from `start` to `end` with its escapes decoded.
fn unescape(source: &Source, start: usize, end: usize, encoding: &str) -> R {
    let text = source.text().get(start..end).unwrap_or_default();
    if memchr::memchr2(b'%', b'+', text).is_none() {
        return Ok(source.part(start, end));
    }
    checkpoint(text.len() as u64)?;
    let mut plain = HVec::with_capacity(text.len());
    // Characters beyond ASCII are already decoded, so escapes are decoded in the stretches between them.
    let mut rest = text;
    while !rest.is_empty() {
        let ascii = rest.iter().position(|b| !b.is_ascii()).unwrap_or(rest.len());
        let (escaped, more) = rest.split_at(ascii);
        let bytes = unescape_bytes(escaped);
        if std::str::from_utf8(&bytes).is_ok() {
            plain.extend_bytes(&bytes);
        } else {
            plain.extend_bytes(Source::decode(&Bytes::from_slice(&bytes), encoding)?.text());
        }
        let other = more.iter().position(u8::is_ascii).unwrap_or(more.len());
        plain.extend_bytes(&more[..other]);
        rest = &more[other..];
    }
    Ok(Value::text_vec(plain))
}

fn unescape_bytes(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16));
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                // Two hexadecimal digits make a byte.
                bytes.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            (b'+', ..) => bytes.push(b' '),
            _ => bytes.push(*byte),
        }
        at += 1;
    }
    bytes
}

/// Writes a dict, a MultiMap or a list of pairs.
///
/// # Errors
/// `TypeError` with the path, `UnicodeEncodeError`, or a limit.
pub fn write(cx: Option<&mut Cx<'_>>, data: &Value, mime: &str, codec: Codec) -> R<Written> {
    let mut writer = Writer { out: HVec::new(), cx };
    writer.fields(data).map_err(|fault| fault.raise(mime))?;
    let bytes = if codec.is_utf8() { writer.out } else { HVec::from_slice(&charset::encode(&writer.out, codec)?) };
    Ok(Written { bytes, faithful: false })
}

struct Writer<'c, 'm> {
    out: HVec<u8>,
    cx: Option<&'c mut Cx<'m>>,
}

impl Writer<'_, '_> {
    fn fields(&mut self, data: &Value) -> Wrote {
        for (key, value) in fields(data)? {
            let step = || Step::Key(key.clone());
            match &value {
                Value::List(list) => self.several(&key, &list.to_vec()).map_err(|fault| fault.inside(step()))?,
                Value::Tuple(tuple) => self.several(&key, &tuple.items).map_err(|fault| fault.inside(step()))?,
                value => self.field(&key, value).map_err(|fault| fault.inside(step()))?,
            }
        }
        Ok(())
    }

    fn several(&mut self, key: &Value, values: &[Value]) -> Wrote {
        for (n, value) in values.iter().enumerate() {
            self.field(key, value).map_err(|fault| fault.inside(Step::Index(n)))?;
        }
        Ok(())
    }

    fn field(&mut self, key: &Value, value: &Value) -> Wrote {
        checkpoint(16)?;
        if !self.out.is_empty() {
            self.out.push(b'&');
        }
        self.quoted(key)?;
        self.out.push(b'=');
        match value {
            Value::Entity(entity) => self.quoted(&entity.value()?),
            value => self.quoted(value),
        }
    }

    fn quoted(&mut self, value: &Value) -> Wrote {
        if let Some(bytes) = value.byte_data() {
            return self.escaped(&bytes);
        }
        if let Some(text) = scalar::text(value)? {
            let utf8 = codec::lookup("utf-8").map(|codec| charset::encode(&text, codec)).transpose()?;
            return self.escaped(&utf8.unwrap_or_default());
        }
        let text = match (value, self.cx.as_deref_mut()) {
            (Value::Native(native), Some(cx)) => native.object.str(cx),
            _ => None,
        };
        match text {
            Some(text) => self.quoted(&text?),
            None => Err(Fault::wrong_type(value)),
        }
    }

    fn escaped(&mut self, bytes: &[u8]) -> Wrote {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        checkpoint(bytes.len() as u64)?;
        reserve(bytes.len())?;
        for byte in bytes {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => self.out.push(*byte),
                b' ' => self.out.push(b'+'),
                _ => {
                    let (high, low) = (usize::from(byte >> 4), usize::from(byte & 15));
                    self.out.extend_bytes(&[b'%', DIGITS[high], DIGITS[low]]);
                }
            }
        }
        Ok(())
    }
}

/// Keys and values of the data of a form; the values of a MultiMap are lists.
///
/// # Errors
/// Data of another type.
pub fn fields(data: &Value) -> Wrote<Vec<(Value, Value)>> {
    let pairs = match data {
        Value::Dict(dict) => return Ok(dict.items()),
        Value::MultiMap(map) => return Ok(map.to_vec().into_iter().map(|(k, v)| (k, Value::list(v))).collect()),
        Value::List(list) => list.to_vec(),
        Value::Tuple(tuple) => tuple.items.to_vec(),
        other => return Err(Fault::wrong_type_but(other, ", a dict, MultiMap or list of pairs is expected")),
    };
    let mut fields = Vec::with_capacity(pairs.len());
    for (n, pair) in pairs.iter().enumerate() {
        let items = match pair {
            Value::Tuple(tuple) => tuple.items.to_vec(),
            Value::List(list) => list.to_vec(),
            _ => Vec::new(),
        };
        match <[Value; 2]>::try_from(items) {
            Ok([key, value]) => fields.push((key, value)),
            Err(_) => return Err(Fault::wrong_type_but(pair, ", a pair is expected").inside(Step::Index(n))),
        }
    }
    Ok(fields)
}
