//! Cutting a multipart body into its parts.

use super::parts::{FormDataParts, Headers};
use crate::mime::charset::Source;
use crate::mime::{mime_type, place};
use crate::value::exceptions::{Raise, entity_error};
use crate::value::interrupt::checkpoint;
use crate::value::{Bytes, Dict, Entity, R, Ref, Value};

/// Parses a body into the dict `{'parts': …, 'boundary': …}`.
///
/// # Errors
/// `EntityError`, `UnicodeDecodeError` in a header, or a limit.
pub fn parse(entity: &Entity) -> R {
    let mime = &*entity.mime_type;
    let boundary = mime_type::parameter(mime, "boundary")
        .filter(|boundary| !boundary.is_empty())
        .ok_or_else(|| entity_error(format!("cannot parse {mime}: the boundary parameter is missing")))?;
    let body = Body { entity, mime, bytes: entity.blob.bytes(), line: format!("--{boundary}").into_bytes() };
    let mut parts = Vec::new();
    let Some(first) = body.delimiter(0)? else { return Err(body.malformed("no part begins with the boundary", 0)) };
    let mut at = first;
    while !at.last {
        let Some(next) = body.delimiter(at.end)? else {
            return Err(body.malformed("the closing boundary is missing", body.bytes.len()));
        };
        parts.push(body.part(at.end, next.start)?);
        at = next;
    }
    Ok(Value::dict([("parts", Value::native(FormDataParts { parts })), ("boundary", Value::str(&boundary))]))
}

struct Body<'a> {
    entity: &'a Entity,
    mime: &'a str,
    bytes: &'a [u8],
    /// Two hyphens and the boundary.
    line: Vec<u8>,
}

/// A line that separates parts.
#[derive(Debug, Clone, Copy)]
struct Delimiter {
    /// Where the contents before it end: the line end in front belongs to the delimiter.
    start: usize,
    /// Where what follows begins.
    end: usize,
    /// Whether it closes the body.
    last: bool,
}

impl Body<'_> {
    #[cold]
    fn malformed(&self, what: &str, at: usize) -> Raise {
        place::malformed(self.mime, what, self.bytes, at)
    }

    /// The first delimiter at or behind `from`, which is the beginning of a line.
    fn delimiter(&self, from: usize) -> R<Option<Delimiter>> {
        let mut at = from;
        let finder = memchr::memmem::Finder::new(&self.line);
        while let Some(found) = self.bytes.get(at..).and_then(|rest| finder.find(rest)).map(|n| at + n) {
            checkpoint((found - at) as u64 / 16 + 8)?;
            at = found + 1;
            let begins_line = found == from || self.bytes.get(found - 1) == Some(&b'\n');
            let mut end = found + self.line.len();
            let last = self.bytes.get(end..end + 2) == Some(b"--");
            end += if last { 2 } else { 0 };
            while matches!(self.bytes.get(end), Some(b' ' | b'\t')) {
                end += 1;
            }
            let line_end = match self.bytes.get(end..).unwrap_or_default() {
                [b'\r', b'\n', ..] => 2,
                [b'\n', ..] => 1,
                [] if last => 0,
                _ => continue,
            };
            if begins_line {
                let before = self.bytes.get(from..found).unwrap_or_default();
                let trimmed = before.strip_suffix(b"\n").map_or(before, |b| b.strip_suffix(b"\r").unwrap_or(b));
                return Ok(Some(Delimiter { start: from + trimmed.len(), end: end + line_end, last }));
            }
        }
        Ok(None)
    }

    /// The part from `start` to `end`: its name and the dict.
    fn part(&self, start: usize, end: usize) -> R<(Value, Value)> {
        let mut headers = Headers::default();
        let mut at = start;
        let mut lines: Vec<(Vec<u8>, usize)> = Vec::new();
        loop {
            checkpoint(8)?;
            let rest = self.bytes.get(at..end).unwrap_or_default();
            let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest.get(..len).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let from = at;
            at = (at + len + 1).min(end);
            if line.is_empty() {
                break;
            }
            match lines.last_mut() {
                // A line that begins with a blank continues the one before.
                Some((last, _)) if line.starts_with(b" ") || line.starts_with(b"\t") => last.extend_from_slice(line),
                _ => lines.push((line.to_vec(), from)),
            }
        }
        for (line, from) in lines {
            let text = Source::decode(&Bytes::from_slice(&line), &self.entity.encoding)?;
            let text = String::from_utf8_lossy(text.text()).into_owned();
            let Some((name, value)) = text.split_once(':') else {
                return Err(self.malformed("a header without colon", from));
            };
            let (name, value) = (name.trim(), value.trim());
            let value =
                if name.eq_ignore_ascii_case("content-disposition") { disposition(value) } else { Value::str(value) };
            headers.lines.push((Value::str(name), value));
        }
        let header = |name: &str| headers.find(&Value::str(name));
        let name = match header("Content-Disposition") {
            Some(Value::Dict(disposition)) => disposition.get_str("name"),
            _ => None,
        };
        let Some(name) = name else { return Err(self.malformed("a part without name", start)) };
        let text = |name: &str| header(name).map(Value::to_display);
        let mime = text("Content-Type").unwrap_or_else(|| "text/plain".into());
        let charset = mime_type::parameter(&mime, "charset").filter(|charset| !charset.is_empty());
        let encoding = charset.as_deref().unwrap_or(&self.entity.encoding);
        let blob = self.content(at, end, text("Content-Transfer-Encoding").as_deref())?;
        let content = crate::mime::entity(blob, &mime, encoding);
        let part = Value::dict([("content", Value::Entity(content)), ("headers", Value::native(headers))]);
        Ok((name, part))
    }

    /// The bytes of a part without their transfer encoding.
    fn content(&self, start: usize, end: usize, encoding: Option<&str>) -> R<Ref<Bytes>> {
        let raw = self.entity.blob.part(start.min(end), end);
        let encoding = encoding.unwrap_or("binary").trim().to_ascii_lowercase();
        checkpoint((end - start.min(end)) as u64)?;
        match &*encoding {
            "7bit" | "8bit" | "binary" | "" => Ok(raw),
            "base64" => match base64(raw.bytes()) {
                Some(bytes) => Ok(Bytes::from_slice(&bytes)),
                None => Err(self.malformed("malformed base64", start)),
            },
            "quoted-printable" => Ok(Bytes::from_slice(&quoted_printable(raw.bytes()))),
            _ => Err(self.malformed("an unknown Content-Transfer-Encoding", start)),
        }
    }
}

/// The parameters of a `Content-Disposition` header.
///
/// They are read as browsers write them: a backslash is itself, except before a quote that does not end the value.
fn disposition(text: &str) -> Value {
    let dict = Dict::new();
    dict.set_str("disposition", Value::str(mime_type::essence(text)));
    let mut rest = text.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let (value, more) = match after.strip_prefix('"') {
            Some(inside) => quoted(inside),
            None => {
                let (value, more) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), more)
            }
        };
        // What browsers and our writer put for characters that a quoted text cannot hold.
        let value = value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
        dict.set_str(&name.trim().to_ascii_lowercase(), Value::str(&value));
        rest = more;
    }
    Value::Dict(dict)
}

/// The value behind an opening quote, and what follows the semicolon behind it.
fn quoted(inside: &str) -> (String, &str) {
    let mut value = String::new();
    let mut rest = inside;
    while let Some((head, tail)) = rest.split_once('"') {
        let after = tail.trim_start();
        let ends = after.is_empty() || after.starts_with(';');
        match head.strip_suffix('\\') {
            Some(head) if !ends => {
                value.push_str(head);
                value.push('"');
                rest = tail;
            }
            _ => {
                value.push_str(head);
                return (value, after.split_once(';').map_or("", |(_, more)| more));
            }
        }
    }
    value.push_str(rest);
    (value, "")
}

/// Decodes base64; line ends and blanks are left out, padding may be missing.
fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut bits, mut count, mut padded) = (0u32, 0u32, false);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padded = true;
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' => continue,
            _ => return None,
        };
        if padded {
            return None;
        }
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            // The low byte of what is above the bits not yet used.
            bytes.push((bits >> count) as u8);
        }
    }
    (count < 6).then_some(bytes)
}

/// Decodes quoted-printable; what is malformed stays as it is.
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if *byte == b'=' {
            let digit = |n: usize| text.get(at + n).and_then(|b| char::from(*b).to_digit(16));
            let rest = text.get(at + 1..).unwrap_or_default();
            if rest.starts_with(b"\r\n") {
                at += 3;
                continue;
            }
            if rest.starts_with(b"\n") {
                at += 2;
                continue;
            }
            if let (Some(high), Some(low)) = (digit(1), digit(2)) {
                bytes.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
        }
        bytes.push(*byte);
        at += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispositions() {
        for (text, name, filename) in [
            ("form-data; name=\"a\"; filename=\"f.txt\"", "a", Some("f.txt")),
            ("form-data;name=a ; FileName = \"x;y=\\\"z\\\"\"", "a", Some("x;y=\"z\"")),
            ("form-data; name=\"c:\\dir\\\"; filename=\"\"", "c:\\dir\\", Some("")),
            ("form-data; name=\"q%22%0D%0A\"", "q\"\r\n", None),
        ] {
            let Value::Dict(found) = disposition(text) else { panic!() };
            assert_eq!(found.get_str("name").map(|n| n.to_display()).as_deref(), Some(name), "{text}");
            assert_eq!(found.get_str("filename").map(|n| n.to_display()).as_deref(), filename, "{text}");
        }
    }

    #[test]
    fn transfer_encodings() {
        for (text, plain) in [
            ("aGVsbG8=", Some("hello")),
            ("aGVs\r\nbG8", Some("hello")),
            ("a", None),
            ("a!", None),
            ("", Some("")),
            ("YQ==YQ", None),
        ] {
            assert_eq!(base64(text.as_bytes()).as_deref(), plain.map(str::as_bytes), "{text}");
        }
        assert_eq!(quoted_printable(b"a=3Db=\r\nc=\nd=zz="), b"a=bcd=zz=");
    }
}
