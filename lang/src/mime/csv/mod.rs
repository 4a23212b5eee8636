//! CSV with a header line (spec 6.6.4).

pub mod survey;

use super::Written;
use super::charset::{self, Source};
use super::place::{Fault, Step, Wrote};
use super::scalar;
use crate::value::codec::Codec;
use crate::value::exceptions::{Raise, entity_error};
use crate::value::hash::hash_text;
use crate::value::interrupt::checkpoint;
use crate::value::{Bytes, Cx, Dict, HVec, R, Ref, Shape, Value};

/// The value of a table in an encoding. In UTF-8 it is checked at once and its fields are made when somebody looks at them.
///
/// # Errors
/// As [`parse`]; `LookupError` for an unknown encoding, `UnicodeDecodeError`.
pub fn table(bytes: &Ref<Bytes>, encoding: &str, mime: &str) -> R {
    if charset::lookup(encoding)?.is_utf8()
        && let Some(rows) = survey::survey(bytes)?
    {
        return Ok(rows);
    }
    parse(&Source::decode(bytes, encoding)?, mime)
}

/// Parses a table into a list of dicts. All of them share one shape.
///
/// # Errors
/// `EntityError` with the line, or a limit.
pub fn parse(source: &Source, mime: &str) -> R {
    let mut records = Records::new(source);
    let mut fields = Vec::new();
    let mut rows = HVec::new();
    if records.next(&mut fields, mime)?.is_some() {
        let header = Header::new(&fields);
        while let Some(line) = records.next(&mut fields, mime)? {
            rows.push(header.row(&mut fields, line, mime)?);
        }
    }
    Ok(Value::list(rows))
}

/// The columns of a table.
#[derive(Debug)]
pub struct Header {
    shape: Ref<Shape>,
    /// The place in the shape of each column; `None` if every column has its own.
    places: Option<Vec<usize>>,
    columns: usize,
}

impl Header {
    /// The columns with these names. Of columns with the same name the last one counts.
    #[must_use]
    pub fn new(names: &[Value]) -> Header {
        let texts = || names.iter().map(|name| name.text_bytes().unwrap_or_default());
        let distinct: Vec<Value> = {
            let seen = Dict::new();
            for name in names {
                // Texts are hashable, so this cannot fail.
                let _ = seen.set(name.clone(), Value::None);
            }
            seen.items().into_iter().map(|(name, _)| name).collect()
        };
        let shape = Shape::from_keys(&distinct);
        let places = (distinct.len() < names.len())
            .then(|| texts().map(|name| shape.place(hash_text(name), name).unwrap_or(0)).collect());
        Header { shape, places, columns: names.len() }
    }

    /// The dict of a record; takes its fields.
    ///
    /// # Errors
    /// `EntityError` if the record has more fields than there are columns.
    pub fn row(&self, fields: &mut Vec<Value>, line: usize, mime: &str) -> R {
        if fields.len() > self.columns {
            return Err(entity_error(format!(
                "cannot parse {mime}: {} fields where the header has {} at line {line}",
                fields.len(),
                self.columns
            )));
        }
        fields.resize(self.columns, Value::None);
        let mut values = HVec::with_capacity(self.shape.len());
        match &self.places {
            None => values.extend(fields.drain(..)),
            Some(places) => {
                values.extend(std::iter::repeat_n(Value::None, self.shape.len()));
                for (place, field) in places.iter().zip(fields.drain(..)) {
                    if let Some(slot) = values.get_mut(*place) {
                        *slot = field;
                    }
                }
            }
        }
        Ok(Value::Dict(Dict::shaped(self.shape.clone(), values)))
    }
}

/// The records of a text, one after the other. Blank lines are skipped.
#[derive(Debug)]
pub struct Records<'a> {
    source: &'a Source,
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Records<'a> {
    /// The records of a whole text.
    #[must_use]
    pub fn new(source: &'a Source) -> Self {
        Records { source, text: source.text(), at: 0, line: 1 }
    }

    /// Reads the next record into `fields`; gives the line in which it begins, `None` at the end.
    ///
    /// # Errors
    /// `EntityError` for a quote that is never closed, or a limit.
    pub fn next(&mut self, fields: &mut Vec<Value>, mime: &str) -> R<Option<usize>> {
        fields.clear();
        while self.line_end() {
            checkpoint(1)?;
        }
        if self.at >= self.text.len() {
            return Ok(None);
        }
        let line = self.line;
        loop {
            checkpoint(8)?;
            let field = if self.text.get(self.at) == Some(&b'"') { self.quoted(mime)? } else { self.unquoted() };
            fields.push(field);
            if self.text.get(self.at) == Some(&b',') {
                self.at += 1;
                continue;
            }
            self.line_end();
            return Ok(Some(line));
        }
    }

    /// Steps over one line end, if there is one.
    fn line_end(&mut self) -> bool {
        let len = match (self.text.get(self.at), self.text.get(self.at + 1)) {
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r' | b'\n'), _) => 1,
            _ => return false,
        };
        self.at += len;
        self.line += 1;
        true
    }

    fn unquoted(&mut self) -> Value {
        let start = self.at;
        self.at = survey::field_end(self.text, start);
        self.source.part(start, self.at)
    }

    /// A field that begins with a quote.
    fn quoted(&mut self, mime: &str) -> R {
        let (opened, start) = (self.line, self.at + 1);
        let mut at = start;
        let mut pieces: Option<HVec<u8>> = None;
        let mut copied = start;
        loop {
            checkpoint(4)?;
            let rest = self.text.get(at..).unwrap_or_default();
            let Some(close) = memchr::memchr(b'"', rest).map(|n| at + n) else { return Err(unclosed(mime, opened)) };
            if self.text.get(close + 1) == Some(&b'"') {
                let out = pieces.get_or_insert_default();
                out.extend_bytes(self.text.get(copied..=close).unwrap_or_default());
                at = close + 2;
                copied = at;
                continue;
            }
            let inside = self.text.get(start..close).unwrap_or_default();
            self.line += lines_in(inside);
            // What follows a closing quote belongs to the field, as it is.
            let end = survey::field_end(self.text, close + 1);
            self.at = end;
            if pieces.is_none() && end == close + 1 {
                return Ok(self.source.part(start, close));
            }
            let mut out = pieces.unwrap_or_default();
            out.extend_bytes(self.text.get(copied..close).unwrap_or_default());
            out.extend_bytes(self.text.get(close + 1..end).unwrap_or_default());
            return Ok(Value::text_vec(out));
        }
    }
}

#[cold]
fn unclosed(mime: &str, line: usize) -> Raise {
    entity_error(format!("cannot parse {mime}: a quote is never closed at line {line}"))
}

/// Number of line ends.
fn lines_in(text: &[u8]) -> usize {
    text.iter()
        .enumerate()
        .filter(|(n, byte)| **byte == b'\n' || (**byte == b'\r' && text.get(n + 1) != Some(&b'\n')))
        .count()
}

/// Writes a list of dicts that have the same keys.
///
/// # Errors
/// `TypeError` with the path, `EntityError` naming the row, `UnicodeEncodeError`, or a limit.
pub fn write(cx: Option<&mut Cx<'_>>, data: &Value, mime: &str, codec: Codec) -> R<Written> {
    let mut writer = Writer { out: HVec::new(), cx };
    writer.table(data).map_err(|fault| fault.raise(mime))?;
    let bytes = if codec.is_utf8() && std::str::from_utf8(&writer.out).is_ok() {
        writer.out
    } else {
        HVec::from_slice(&charset::encode(&writer.out, codec)?)
    };
    Ok(Written { bytes, faithful: false })
}

struct Writer<'c, 'm> {
    out: HVec<u8>,
    cx: Option<&'c mut Cx<'m>>,
}

impl Writer<'_, '_> {
    fn table(&mut self, data: &Value) -> Wrote {
        let rows = match data {
            Value::List(list) => list.to_vec(),
            Value::Tuple(tuple) => tuple.items.to_vec(),
            other => return Err(Fault::wrong_type_but(other, ", a list of dicts is expected")),
        };
        let mut keys: Option<Vec<Value>> = None;
        for (n, row) in rows.iter().enumerate() {
            let row = &self.row_dict(row).map_err(|fault| fault.inside(Step::Index(n)))?;
            let keys = match &keys {
                Some(keys) => keys,
                None => {
                    let own: Vec<Value> = row.items().into_iter().map(|(key, _)| key).collect();
                    self.record(&own.iter().map(|key| (key, key.clone())).collect::<Vec<_>>())?;
                    keys.insert(own)
                }
            };
            self.row(keys, row, n).map_err(|fault| fault.inside(Step::Index(n)))?;
        }
        Ok(())
    }

    /// The dict that a row is or stands for.
    fn row_dict(&mut self, row: &Value) -> Wrote<Ref<Dict>> {
        let core = match row {
            Value::Dict(dict) => return Ok(dict.clone()),
            Value::MultiMap(map) => return Ok(map.to_plain()?),
            Value::Entity(entity) => Some(entity.value()?),
            Value::Native(native) => self.cx.as_deref_mut().and_then(|cx| native.object.to_core(cx)).transpose()?,
            _ => None,
        };
        match core {
            Some(Value::Dict(dict)) => Ok(dict),
            _ => Err(Fault::wrong_type_but(row, ", a dict is expected")),
        }
    }

    fn row(&mut self, keys: &[Value], row: &Dict, n: usize) -> Wrote {
        let mut fields = Vec::with_capacity(keys.len());
        for key in keys {
            fields.extend(row.get(key)?.map(|value| (key, value)));
        }
        if fields.len() < keys.len() || row.len() > keys.len() {
            return Err(Fault::data(format!("row {} has other keys than the first row", n + 1)));
        }
        self.record(&fields)
    }

    fn record(&mut self, fields: &[(&Value, Value)]) -> Wrote {
        for (n, (key, value)) in fields.iter().enumerate() {
            checkpoint(8)?;
            if n > 0 {
                self.out.push(b',');
            }
            let value = match value {
                Value::Entity(entity) => &entity.value()?,
                value => value,
            };
            self.field(value, fields.len() == 1).map_err(|fault| fault.inside(Step::Key((*key).clone())))?;
        }
        self.out.extend_bytes(b"\r\n");
        Ok(())
    }

    fn field(&mut self, value: &Value, sole: bool) -> Wrote {
        match value {
            Value::Int(n) => scalar::push_int(&mut self.out, *n),
            Value::Float(x) if x.is_finite() => scalar::push_float(&mut self.out, *x),
            Value::None => self.text(b"", sole),
            value => match scalar::text(value)? {
                Some(text) => self.text(&text, sole),
                None => {
                    let text = match (value, self.cx.as_deref_mut()) {
                        (Value::Native(native), Some(cx)) => native.object.str(cx),
                        _ => None,
                    };
                    match text {
                        Some(text) => self.text(text?.text_bytes().unwrap_or_default(), sole),
                        None => return Err(Fault::wrong_type(value)),
                    }
                }
            },
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8], sole: bool) {
        let special = text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'));
        let quoted = special || (sole && text.is_empty());
        if !quoted {
            self.out.extend_bytes(text);
            return;
        }
        self.out.push(b'"');
        let mut copied = 0;
        for quote in memchr::memchr_iter(b'"', text) {
            self.out.extend_bytes(text.get(copied..=quote).unwrap_or_default());
            self.out.push(b'"');
            copied = quote + 1;
        }
        self.out.extend_bytes(text.get(copied..).unwrap_or_default());
        self.out.push(b'"');
    }
}
