//! Writing a multipart body.

use std::hash::{BuildHasher, Hasher};

use super::parts::{FormDataParts, Headers};
use crate::mime::place::{Fault, Step, Wrote};
use crate::mime::{Written, charset, infer_mime, mime_type, scalar};
use crate::value::codec::Codec;
use crate::value::exceptions::entity_error;
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{Cx, HVec, R, Value};

/// Writes parts. The result is the body and the MIME type with the boundary; `mime` is normalised.
///
/// # Errors
/// `TypeError` with the path, `EntityError`, `UnicodeEncodeError`, or a limit.
pub fn write(mut cx: Option<&mut Cx<'_>>, data: &Value, mime: &str, codec: Codec) -> R<(Written, String)> {
    let mut parts = Vec::new();
    {
        let mut collector = Collector { cx: cx.as_deref_mut(), codec, parts: &mut parts };
        collector.all(data).map_err(|fault| fault.raise(mime))?;
    }
    let given = mime_type::parameter(mime, "boundary");
    let (boundary, stored) = match &given {
        Some(boundary) => {
            if boundary.is_empty() || boundary.contains(['\r', '\n']) {
                return Err(entity_error(format!("cannot write {mime}: the boundary is malformed")));
            }
            (boundary.to_string(), mime.to_owned())
        }
        None => {
            let boundary = new_boundary(cx, &parts)?;
            let stored = format!("{mime};boundary={boundary}");
            (boundary, stored)
        }
    };
    let boundary = charset::encode(boundary.as_bytes(), codec)?;
    let mut out = HVec::new();
    for part in &parts {
        checkpoint(part.content.len() as u64 / 16 + 50)?;
        for piece in [b"--", &boundary[..], b"\r\n", &part.head, b"\r\n", &part.content, b"\r\n"] {
            out.extend_bytes(piece);
        }
    }
    for piece in [b"--", &boundary[..], b"--\r\n"] {
        out.extend_bytes(piece);
    }
    // What scripts see of it is what a reader of the bytes sees.
    Ok((Written { bytes: out, faithful: true }, stored))
}

/// A boundary that does not occur in any part.
fn new_boundary(cx: Option<&mut Cx<'_>>, parts: &[Part]) -> R<String> {
    /// How many boundaries a run with a fixed seed has made.
    struct Made(u64);
    let fixed = cx.and_then(|cx| {
        let seed = cx.env().seed?;
        let made = cx.env().state(|| Made(0));
        made.0 += 1;
        Some(seed ^ made.0.rotate_left(32))
    });
    for attempt in 0u64.. {
        checkpoint(1000)?;
        let half = |n: u64| match fixed {
            Some(seed) => {
                let mut hasher = foldhash::fast::FixedState::with_seed(seed ^ attempt).build_hasher();
                hasher.write_u64(n);
                hasher.finish()
            }
            // Keyed anew by the operating system's random numbers.
            None => std::hash::RandomState::new().hash_one((n, attempt)),
        };
        let boundary = format!("{:016x}{:016x}", half(0), half(1));
        let finder = memchr::memmem::Finder::new(boundary.as_bytes());
        if parts.iter().all(|part| finder.find(&part.content).is_none()) {
            return Ok(boundary);
        }
    }
    Ok(String::new())
}

/// A part that is ready: the lines of its header, each with its line end, and its content.
struct Part {
    head: Vec<u8>,
    content: Vec<u8>,
}

struct Collector<'c, 'm, 'p> {
    cx: Option<&'c mut Cx<'m>>,
    codec: Codec,
    parts: &'p mut Vec<Part>,
}

/// What a part consists of.
struct Described {
    filename: Option<Value>,
    content: Value,
    content_type: Option<Value>,
    headers: Option<Value>,
}

fn elements(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Tuple(tuple) => Some(tuple.items.to_vec()),
        Value::List(list) => Some(list.to_vec()),
        _ => None,
    }
}

fn some(value: Option<&Value>) -> Option<Value> {
    value.filter(|value| !value.is_none()).cloned()
}

impl Collector<'_, '_, '_> {
    fn all(&mut self, data: &Value) -> Wrote {
        match data {
            Value::Dict(dict) => {
                for (name, second) in dict.items() {
                    self.one(&name, &second).map_err(|fault| fault.inside(Step::Key(name.clone())))?;
                }
                return Ok(());
            }
            Value::Native(native) => {
                if let Some(parts) = native.downcast::<FormDataParts>() {
                    for (n, (name, part)) in parts.parts.iter().enumerate() {
                        self.parsed(name, part).map_err(|fault| fault.inside(Step::Index(n)))?;
                    }
                    return Ok(());
                }
            }
            _ => {}
        }
        let Some(pairs) = elements(data) else {
            return Err(Fault::wrong_type_but(data, ", a dict, FormDataParts or list of pairs is expected"));
        };
        for (n, pair) in pairs.iter().enumerate() {
            match elements(pair).as_deref() {
                Some([name, second]) => self.one(name, second).map_err(|fault| fault.inside(Step::Index(n)))?,
                _ => return Err(Fault::wrong_type_but(pair, ", a pair is expected").inside(Step::Index(n))),
            }
        }
        Ok(())
    }

    /// A part that was read from another body.
    fn parsed(&mut self, name: &Value, part: &Value) -> Wrote {
        let Value::Dict(part) = part else { return Err(Fault::wrong_type(part)) };
        let content = part.get_str("content").unwrap_or_default();
        let mut described = Described { filename: None, content, content_type: None, headers: None };
        if let Some(Value::Native(native)) = part.get_str("headers")
            && let Some(headers) = native.downcast::<Headers>()
        {
            let more = crate::value::Dict::new();
            for (name, value) in &headers.lines {
                match (name.text_bytes().unwrap_or_default().to_ascii_lowercase().as_slice(), value) {
                    (b"content-disposition", Value::Dict(disposition)) => {
                        described.filename = disposition.get_str("filename");
                    }
                    (b"content-type", value) => described.content_type = Some(value.clone()),
                    // The content is written as it is.
                    (b"content-transfer-encoding", _) => {}
                    _ => drop(more.set(name.clone(), value.clone())?),
                }
            }
            described.headers = Some(Value::Dict(more));
        }
        if described.content_type.is_none() {
            // An Entity would bring its type along, but the part had no such line.
            if let Value::Entity(entity) = &described.content {
                described.content = Value::Bytes(entity.blob.clone());
            }
        }
        self.push(name, &described)
    }

    fn one(&mut self, name: &Value, second: &Value) -> Wrote {
        let described = match elements(second).as_deref() {
            None => Described { filename: None, content: second.clone(), content_type: None, headers: None },
            Some(items @ ([_, content] | [_, content, _] | [_, content, _, _])) => {
                let mut filename = some(items.first());
                let content_type = some(items.get(2)).or_else(|| match (content, &filename) {
                    (Value::Entity(_), _) | (_, None) => None,
                    (_, Some(filename)) => Some(Value::str(guess(filename))),
                });
                if let Some(name) = &filename
                    && name.text_bytes().is_none()
                {
                    filename = scalar::text(name)?.map(|text| Value::text(&text));
                }
                Described { filename, content: content.clone(), content_type, headers: some(items.get(3)) }
            }
            Some(_) => return Err(Fault::wrong_type_but(second, ", 2 to 4 elements are expected")),
        };
        self.push(name, &described)
    }

    fn push(&mut self, name: &Value, described: &Described) -> Wrote {
        let mut head = HVec::new();
        head.extend_bytes(b"Content-Disposition: form-data; name=\"");
        quote(&mut head, &self.text(name)?);
        head.push(b'"');
        if let Some(filename) = &described.filename {
            head.extend_bytes(b"; filename=\"");
            quote(&mut head, &self.text(filename)?);
            head.push(b'"');
        }
        head.extend_bytes(b"\r\n");
        let content_type = match (&described.content_type, &described.content) {
            (Some(given), _) => Some(given.clone()),
            (None, Value::Entity(entity)) => Some(Value::str(&entity.mime_type)),
            _ => None,
        };
        if let Some(content_type) = content_type {
            self.line(&mut head, &Value::str("Content-Type"), &content_type)?;
        }
        match &described.headers {
            None => {}
            Some(Value::Dict(headers)) => {
                for (name, value) in headers.items() {
                    self.line(&mut head, &name, &value)?;
                }
            }
            Some(other) => return Err(Fault::wrong_type_but(other, ", a dict of headers is expected")),
        }
        let content = match &described.content {
            Value::Entity(entity) => {
                reserve(entity.blob.bytes().len())?;
                entity.blob.bytes().to_vec()
            }
            other => match other.byte_data() {
                Some(bytes) => bytes.into_owned(),
                None => charset::encode(&self.text(other)?, self.codec)?.into_owned(),
            },
        };
        self.parts.push(Part { head: charset::encode(&head, self.codec)?.into_owned(), content });
        Ok(())
    }

    fn line(&mut self, head: &mut HVec<u8>, name: &Value, value: &Value) -> Wrote {
        let (name, value) = (self.text(name)?, self.text(value)?);
        if name.is_empty() || name.iter().any(|b| matches!(b, b':' | b'\r' | b'\n')) {
            return Err(Fault::data("a malformed header name"));
        }
        if value.iter().any(|b| matches!(b, b'\r' | b'\n')) {
            return Err(Fault::data("a line end in a header"));
        }
        for piece in [&name[..], b": ", &value, b"\r\n"] {
            head.extend_bytes(piece);
        }
        Ok(())
    }

    /// `str(value)` of a scalar.
    fn text(&mut self, value: &Value) -> Wrote<Vec<u8>> {
        if let Some(text) = scalar::text(value)? {
            return Ok(text.into_owned());
        }
        let text = match (value, self.cx.as_deref_mut()) {
            (Value::Native(native), Some(cx)) => native.object.str(cx),
            _ => None,
        };
        match text {
            Some(text) => Ok(text?.text_bytes().unwrap_or_default().to_vec()),
            None => Err(Fault::wrong_type(value)),
        }
    }
}

/// Appends a name or file name for a quoted text.
fn quote(out: &mut HVec<u8>, text: &[u8]) {
    for byte in text {
        match byte {
            b'"' => out.extend_bytes(b"%22"),
            b'\r' => out.extend_bytes(b"%0D"),
            b'\n' => out.extend_bytes(b"%0A"),
            _ => out.push(*byte),
        }
    }
}

/// The type that a file name stands for.
fn guess(filename: &Value) -> &'static str {
    let name = filename.to_display();
    if name.is_empty() { "text/plain" } else { infer_mime(&name).unwrap_or("application/octet-stream") }
}
