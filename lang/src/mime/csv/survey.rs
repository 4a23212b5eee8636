//! The first look at a table: is it well-formed, and where does every field begin?
//!
//! As with JSON, the survey goes over the text once and leaves a [`Tape`]; fields are made when somebody looks at them. What
//! it does not like it leaves to the reader of the whole, which words the errors.

use super::Header;
use crate::value::block::{self, Block};
use crate::value::interrupt::checkpoint;
use crate::value::tape::{self, Kind, Makers, Part, Scalars, Tape};
use crate::value::text::Blob;
use crate::value::{Bytes, HVec, R, Ref, ShortStr, Value};

/// The byte order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Where a field lies that a short row does not have.
const MISSING: usize = Part::LIMIT - 1;
/// Quoted fields from this length on are made under the eyes of the limits.
const LONG: usize = 1 << 20;
/// Rows between two looks at the limits.
const STRIDE: usize = 64;

/// The list of rows that a table in UTF-8 is. `None` if that needs a closer look.
///
/// # Errors
/// A limit.
pub fn survey(bytes: &Ref<Bytes>) -> R<Option<Value>> {
    Ok(tape_of(bytes)?.map(|(tape, top)| tape::value(&tape, top)))
}

/// The tape of a table in UTF-8, and its top: the array of its rows. `None` if that needs a closer look.
///
/// # Errors
/// A limit.
pub fn tape_of(bytes: &Ref<Bytes>) -> R<Option<(Ref<Tape>, Part)>> {
    let (blob, start) = bytes.blob();
    let end = start + bytes.bytes().len();
    // The scalars of a tape end where its text ends.
    let Some(input) = Some(blob.bytes()).filter(|input| input.len() == end && end < MISSING) else { return Ok(None) };
    if !crate::mime::charset::is_utf8(bytes.bytes())? {
        return Ok(None);
    }
    let mut at = if bytes.bytes().starts_with(MARK) { start + MARK.len() } else { start };
    let mut fields = HVec::new();
    at = record(input, blank_lines(input, at), &mut fields, usize::MAX).unwrap_or(at);
    let names: Vec<Value> = fields.iter().map(|part| Csv::scalar(blob, part.number())).collect();
    let header = Header::new(&names);
    let columns = names.len();
    let mut records = HVec::with_capacity(((end - start) / 16 + 4).min(tape::BEGUN));
    let mut rows = Vec::new();
    if columns == 0 || header.places.is_some() {
        return Ok(None);
    }
    loop {
        if rows.len().is_multiple_of(STRIDE) {
            checkpoint((STRIDE * columns * 4) as u64)?;
        }
        at = blank_lines(input, at);
        if at >= end {
            break;
        }
        rows.push(Part::new(Kind::Object(records.len())));
        records.reserve_for_rest(columns + 1, at, end);
        records.push(Part::head(0));
        let full = records.len() + columns;
        match record(input, at, &mut records, columns) {
            Some(next) => at = next,
            None => return Ok(None),
        }
        while records.len() < full {
            records.push(Part::new(Kind::Scalar(MISSING)));
        }
    }
    let top = Part::new(Kind::Array(records.len()));
    records.reserve_exact(rows.len() + 1);
    records.push(Part::head(rows.len()));
    records.extend_copies(&rows);
    if records.len() >= Part::LIMIT {
        return Ok(None);
    }
    let shapes = HVec::from_slice(&[header.shape]);
    Ok(Some((Ref::new(Tape { text: blob.clone(), records, shapes, makers: Makers::of::<Csv>() }), top)))
}

/// The offset behind the line ends at `at`.
#[inline]
fn blank_lines(input: &[u8], mut at: usize) -> usize {
    while let Some(b'\r' | b'\n') = input.get(at) {
        at += 1;
    }
    at
}

/// Adds the beginnings of the fields of the record at `at` to `fields` and gives the offset behind the record, at its line
/// end. `None` for more fields than `most`, a quote that is never closed and for very long quoted fields.
#[inline]
fn record(input: &[u8], mut at: usize, fields: &mut HVec<Part>, most: usize) -> Option<usize> {
    let mut left = most;
    'quoted: loop {
        left = left.checked_sub(1)?;
        fields.push(Part::new(Kind::Scalar(at)));
        if input.get(at) == Some(&b'"') {
            at = quoted_end(input, at + 1).filter(|end| end - at < LONG)?;
        } else {
            // All fields whose ends are in a block, up to one with a quote.
            while let Some(bytes) = input.get(at..).and_then(|rest| rest.first_chunk::<{ Block::LEN }>()) {
                let mut found = ends(Block::new(bytes));
                while found != 0 {
                    let end = at + found.trailing_zeros() as usize;
                    if input.get(end) != Some(&b',') {
                        return Some(end);
                    }
                    if input.get(end + 1) == Some(&b'"') {
                        at = end + 1;
                        continue 'quoted;
                    }
                    left = left.checked_sub(1)?;
                    fields.push(Part::new(Kind::Scalar(end + 1)));
                    found &= found - 1;
                }
                at += Block::LEN;
            }
            at = field_end(input, at);
        }
        if input.get(at) != Some(&b',') {
            return Some(at);
        }
        at += 1;
    }
}

/// Offset of the end of the unquoted text that begins at `at`.
#[inline]
pub(super) fn field_end(input: &[u8], at: usize) -> usize {
    block::find(input, at, ends, |byte| matches!(byte, b',' | b'\n' | b'\r'))
}

/// The bytes of a block that end an unquoted text.
#[inline]
fn ends(block: Block) -> u32 {
    block.equal(b',') | block.equal(b'\n') | block.equal(b'\r')
}

/// Offset of the end of the field whose opening quote is before `at`; what follows the closing quote belongs to it.
fn quoted_end(input: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr(b'"', input.get(at..)?)? + 1;
        if input.get(at) != Some(&b'"') {
            return Some(field_end(input, at));
        }
        at += 1;
    }
}

/// How values of a surveyed table are made.
struct Csv;

impl Scalars for Csv {
    #[inline]
    fn scalar(text: &Ref<Blob>, at: usize) -> Value {
        // Most fields are short, with more text behind.
        if let Some(block) = text.bytes().get(at..).and_then(|rest| rest.first_chunk())
            && block[0] != b'"'
            && let Some(short) = ShortStr::prefix(block, ends(Block::new(block)).trailing_zeros() as usize)
        {
            return Value::Short(short);
        }
        any_field(text, at)
    }
}

/// The value of any field.
#[inline(never)]
fn any_field(text: &Ref<Blob>, at: usize) -> Value {
    let input = text.bytes();
    if at == MISSING {
        return Value::None;
    }
    if input.get(at) != Some(&b'"') {
        return Value::text_part(text, at..field_end(input, at));
    }
    let mut from = at + 1;
    let mut out: Vec<u8> = Vec::new();
    loop {
        let rest = input.get(from..).unwrap_or_default();
        let close = from + memchr::memchr(b'"', rest).unwrap_or(rest.len());
        let piece = input.get(from..close).unwrap_or_default();
        if input.get(close + 1) == Some(&b'"') {
            out.extend_from_slice(piece);
            out.push(b'"');
            from = close + 2;
            continue;
        }
        let end = field_end(input, close + 1);
        if from == at + 1 && end == close + 1 {
            return Value::text_part(text, from..close);
        }
        out.extend_from_slice(piece);
        out.extend_from_slice(input.get(close + 1..end).unwrap_or_default());
        return Value::text(&out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::charset::Source;
    use crate::value::compare;

    #[test]
    fn the_survey_takes_only_what_the_reader_takes_and_gives_the_same() {
        let long = format!("a,b\n\"{}\",2\n", "x\"\"".repeat(LONG / 3 + 1));
        let texts = [
            "a,b\n1,2\n",
            "a,b\r\n1,2\r\n3,4",
            "a,b\n1\n",
            "a\n\n\n1\n\n",
            "a,b\n\"x\"\"y\",\"1,\n2\"\n",
            "\u{feff}a\n1",
            "a,b\n\"x\"y,\"\"\n,\n",
            "a\n\"\"\n",
            "a,\"b c\"\n1,x\"y\"\n",
            "a,b\r1,2\r",
            "a,b\n1,2,3\n",
            "a,b\n\"1,2\n",
            "a,a\n1,2\n",
            "",
            "a",
            "a,b",
            "\n",
            "é,ü\nö,a text that is longer than sixteen bytes\n",
            "a,b\n1,",
            long.as_str(),
        ];
        for text in texts {
            let bytes = Bytes::from_slice(text.as_bytes());
            let surveyed = survey(&bytes).unwrap();
            let read = Source::decode(&bytes, "utf-8").and_then(|source| super::super::parse(&source, "text/csv"));
            if let Some(surveyed) = surveyed {
                assert!(compare::eq(&surveyed, &read.unwrap()).unwrap(), "{text:?}");
            }
        }
        // Ends of fields and quotes at every place of a block.
        for len in 0..40 {
            let (x, y) = ("x".repeat(len), "y".repeat(len % 7));
            let text = format!("a,b,c,d,e\n{x},{y},\"{x},\n\",,{y}\r\n{y},\"\",{x}\n,,,,{x}\n{x},{y}");
            let bytes = Bytes::from_slice(text.as_bytes());
            let read = Source::decode(&bytes, "utf-8").and_then(|source| super::super::parse(&source, "text/csv"));
            assert!(compare::eq(&survey(&bytes).unwrap().unwrap(), &read.unwrap()).unwrap(), "{text:?}");
            let more = format!("a,b\n{x},{y},{x}\n");
            assert!(survey(&Bytes::from_slice(more.as_bytes())).unwrap().is_none());
        }
        assert!(survey(&Bytes::from_slice(b"a\n\xff\n")).unwrap().is_none());
        assert!(survey(&Bytes::from_slice(b"a,b\n1,2\n3\n")).unwrap().is_some());
    }
}
