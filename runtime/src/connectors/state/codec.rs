//! Values as bytes that the store keeps: every core value comes back with its type (flows part 3, section 7).
//!
//! A value is a tag and what belongs to it; lengths are 32 bits, little-endian. The first byte of a stored value is the
//! version of this form.

use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::document::{Entity, Keys};
use dataway_lang::value::civil::{self, Delta, Zone};

use crate::connectors::database::value::{self, Decimals};

/// The version of the form.
const VERSION: u8 = 1;
/// Deepest nesting.
const DEPTH: usize = 500;

/// The bytes of a value.
///
/// # Errors
/// What cannot be kept: messages, streams, data that is nested too deep.
pub fn encode(document: &Document) -> Result<Vec<u8>, String> {
    let mut bytes = vec![VERSION];
    write(document, &mut bytes, 0)?;
    Ok(bytes)
}

/// The value of bytes; `None` if they are no value.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Document> {
    let (version, rest) = bytes.split_first()?;
    let mut reader = Reader(rest);
    let document = (*version == VERSION).then(|| reader.document(0)).flatten()?;
    reader.0.is_empty().then_some(document)
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) -> Result<(), String> {
    let length = u32::try_from(part.len()).map_err(|_| "the value is too large")?;
    bytes.extend(length.to_le_bytes());
    bytes.extend_from_slice(part);
    Ok(())
}

fn write(document: &Document, bytes: &mut Vec<u8>, depth: usize) -> Result<(), String> {
    if depth > DEPTH {
        return Err(format!("the value is nested deeper than {DEPTH} levels"));
    }
    let tagged = |bytes: &mut Vec<u8>, tag: u8, part: &[u8]| {
        bytes.push(tag);
        bytes.extend_from_slice(part);
    };
    let text = |bytes: &mut Vec<u8>, tag: u8, part: &[u8]| {
        bytes.push(tag);
        put(bytes, part)
    };
    match document {
        Document::None => bytes.push(b'N'),
        Document::Bool(flag) => bytes.push(if *flag { b'T' } else { b'F' }),
        Document::Int(number) => tagged(bytes, b'i', &number.to_le_bytes()),
        Document::Big(number) => text(bytes, b'I', number.to_string().as_bytes())?,
        Document::Float(number) => tagged(bytes, b'f', &number.to_le_bytes()),
        Document::Short(_) | Document::Text(_) => text(bytes, b's', document.text_bytes().unwrap_or_default())?,
        Document::Bytes(own) => text(bytes, b'b', own)?,
        Document::Decimal(number) => text(bytes, b'd', value::decimal_text(number).as_bytes())?,
        Document::Date(date) => tagged(bytes, b'D', &value::days(*date).to_le_bytes()),
        Document::Time(time) => {
            tagged(bytes, b't', &value::micros(time).to_le_bytes());
            zone(time.zone(), bytes)?;
        }
        Document::DateTime(moment) => {
            tagged(bytes, b'm', &value::wall_micros(moment).to_le_bytes());
            zone(moment.zone(), bytes)?;
        }
        Document::List(items) => list(b'l', items.as_slice(), bytes, depth)?,
        Document::Parts(items) => list(b'p', items.as_slice(), bytes, depth)?,
        Document::Dict(pairs) | Document::MultiMap(pairs) => {
            bytes.push(if matches!(document, Document::Dict(_)) { b'o' } else { b'O' });
            put_count(pairs.len(), bytes)?;
            for (key, item) in pairs.iter() {
                write(key, bytes, depth + 1)?;
                write(item, bytes, depth + 1)?;
            }
        }
        Document::Entity(entity) => {
            text(bytes, b'e', entity.mime_type.as_bytes())?;
            put(bytes, entity.encoding.as_bytes())?;
            put(bytes, &entity.bytes)?;
            bytes.push(u8::from(entity.value.is_some()));
            if let Some(own) = &entity.value {
                write(own, bytes, depth + 1)?;
            }
        }
        other => return Err(format!("a value of type {} cannot be kept", other.type_name())),
    }
    Ok(())
}

fn put_count(count: usize, bytes: &mut Vec<u8>) -> Result<(), String> {
    bytes.extend(u32::try_from(count).map_err(|_| "the value is too large")?.to_le_bytes());
    Ok(())
}

fn list(tag: u8, items: &[Document], bytes: &mut Vec<u8>, depth: usize) -> Result<(), String> {
    bytes.push(tag);
    put_count(items.len(), bytes)?;
    items.iter().try_for_each(|item| write(item, bytes, depth + 1))
}

/// Nothing, an offset in microseconds, or an IANA name.
fn zone(zone: Option<&Zone>, bytes: &mut Vec<u8>) -> Result<(), String> {
    match zone {
        None => bytes.push(0),
        Some(Zone::Named(named)) => {
            bytes.push(2);
            put(bytes, named.key().as_bytes())?;
        }
        Some(fixed) => {
            bytes.push(1);
            let offset = fixed.utc_offset(None).map_or(0, Delta::micros);
            bytes.extend(i64::try_from(offset).unwrap_or_default().to_le_bytes());
        }
    }
    Ok(())
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count)?;
        self.0 = tail;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn long(&mut self) -> Option<i64> {
        self.take(8)?.try_into().ok().map(i64::from_le_bytes)
    }

    fn count(&mut self) -> Option<usize> {
        let count = self.take(4)?.try_into().ok().map(u32::from_le_bytes)?;
        usize::try_from(count).ok()
    }

    fn part(&mut self) -> Option<&'a [u8]> {
        let count = self.count()?;
        self.take(count)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.part()?).ok()
    }

    fn list(&mut self, depth: usize) -> Option<Document> {
        let count = self.count()?;
        (0..count).map(|_| self.document(depth + 1)).collect::<Option<Vec<_>>>().map(Document::list)
    }

    fn pairs(&mut self, depth: usize) -> Option<Arc<dataway_lang::document::Dict>> {
        let count = self.count()?;
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for _ in 0..count {
            keys.push(self.document(depth + 1)?);
            values.push(self.document(depth + 1)?);
        }
        Some(Arc::new(dataway_lang::document::Dict::new(Arc::new(Keys::new(keys)), values)))
    }

    fn zone(&mut self) -> Option<Option<Zone>> {
        Some(match self.byte()? {
            0 => None,
            1 => Some(Zone::fixed(Delta::from_micros(i128::from(self.long()?)).ok()?, None).ok()?),
            _ => Some(Zone::Named(civil::find_zone(self.text()?)?)),
        })
    }

    fn document(&mut self, depth: usize) -> Option<Document> {
        if depth > DEPTH {
            return None;
        }
        Some(match self.byte()? {
            b'N' => Document::None,
            b'T' => true.into(),
            b'F' => false.into(),
            b'i' => self.long()?.into(),
            b'I' => Document::Big(Arc::new(self.text()?.parse().ok()?)),
            b'f' => f64::from_le_bytes(self.take(8)?.try_into().ok()?).into(),
            b's' => Document::text(self.part()?),
            b'b' => Document::bytes(self.part()?.to_vec()),
            b'd' => value::decimal(self.text()?, Decimals::Decimal),
            b'D' => Document::Date(value::date(self.long()?)?),
            b't' => {
                let micros = self.long()?;
                Document::Time(value::time(micros, self.zone()?)?.into())
            }
            b'm' => {
                let micros = self.long()?;
                Document::DateTime(value::datetime(micros, self.zone()?)?.into())
            }
            b'l' => self.list(depth)?,
            b'p' => match self.list(depth)? {
                Document::List(items) => Document::Parts(items),
                other => other,
            },
            b'o' => Document::Dict(self.pairs(depth)?),
            b'O' => Document::MultiMap(self.pairs(depth)?),
            b'e' => {
                let (mime_type, encoding) = (self.text()?.into(), self.text()?.into());
                let bytes = self.part()?.into();
                let value = if self.byte()? == 1 { Some(self.document(depth + 1)?) } else { None };
                Document::Entity(Arc::new(Entity { bytes, mime_type, encoding, value }))
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_with_their_types() {
        let berlin = Zone::Named(civil::find_zone("Europe/Berlin").unwrap());
        let offset = Zone::fixed(Delta::from_micros(3_600_000_000).unwrap(), None).unwrap();
        let moment = |zone| Document::DateTime(value::datetime(1_700_000_000_123_456, zone).unwrap().into());
        let all = Document::list(vec![
            Document::None,
            true.into(),
            (-5_i64).into(),
            1.5.into(),
            "a longer text that is no short one".into(),
            Document::bytes(*b"\0\xff"),
            value::decimal("1.10", Decimals::Decimal),
            Document::Date(value::date(-1).unwrap()),
            Document::Time(value::time(1, None).unwrap().into()),
            moment(None),
            moment(Some(berlin)),
            moment(Some(offset)),
            Document::dict([("k", Document::dict([]))]),
            Document::multi_map([("k", 1_i64.into()), ("k", 2_i64.into())]),
            Document::entity(b"{}".to_vec(), "application/json", "utf-8"),
        ]);
        let bytes = encode(&all).unwrap();
        let back = decode(&bytes).unwrap();
        assert_eq!(format!("{back:?}"), format!("{all:?}"));
        assert_eq!(encode(&back).unwrap(), bytes);
        for cut in 0..bytes.len() {
            assert!(decode(&bytes[..cut]).is_none());
        }
        let deep = (0..DEPTH + 1).fold(Document::None, |inner, _| Document::list(vec![inner]));
        assert!(encode(&deep).is_err());
    }
}
