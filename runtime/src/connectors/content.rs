//! Values as bytes: the conversion that response bodies, request bodies and file contents share (flows part 3,
//! section 2.4).

use std::sync::Arc;

use bytes::Bytes;
use dataway_lang::Document;
use dataway_lang::document::{Source, Stream, stream};
use dataway_lang::mime::Format;

/// What structured values are sent as unless somebody says otherwise.
pub const JSON: &str = "application/json";

/// What is sent or written.
pub enum Content {
    /// All of it, with its MIME type; no type for an empty body that says nothing.
    Whole(Bytes, Option<String>),
    /// Made while it is sent.
    Chunks(Chunks, String),
}

/// Converts a value. `mime_type` is what the user asked for; an Entity keeps its own.
///
/// # Errors
/// Why the value cannot be sent, for the user.
pub fn content(value: &Document, mime_type: Option<&str>, encoding: &str) -> Result<Content, String> {
    let given = |default: &str| Some(mime_type.unwrap_or(default).to_owned());
    Ok(match value {
        Document::Entity(entity) => Content::Whole(shared(&entity.bytes), Some(entity.mime_type.to_string())),
        Document::None => Content::Whole(Bytes::new(), mime_type.map(str::to_owned)),
        Document::Bytes(bytes) => Content::Whole(shared(bytes), given("application/octet-stream")),
        Document::Short(_) | Document::Text(_) => {
            let default =
                if is_utf8(encoding) { "text/plain".into() } else { format!("text/plain;charset={encoding}") };
            Content::Whole(encoded(value, encoding)?, given(&default))
        }
        Document::List(_) | Document::Dict(_) | Document::MultiMap(_) => {
            written(value, mime_type.unwrap_or(JSON), encoding)?
        }
        Document::Parts(_) if mime_type.is_some() => written(value, mime_type.unwrap_or_default(), encoding)?,
        Document::Stream(items) => {
            let mime_type = mime_type.unwrap_or(JSON);
            Content::Chunks(Chunks::new(items, mime_type, encoding)?, mime_type.to_owned())
        }
        other => {
            return Err(format!(
                "a value of type {} cannot be sent: make an Entity, dict, list, str or bytes",
                other.type_name()
            ));
        }
    })
}

/// Whether an encoding is UTF-8.
#[must_use]
pub fn is_utf8(encoding: &str) -> bool {
    encoding.eq_ignore_ascii_case("utf-8") || encoding.eq_ignore_ascii_case("utf8")
}

/// Bytes without a copy.
fn shared(bytes: &Arc<[u8]>) -> Bytes {
    Bytes::from_owner(Owner(Arc::clone(bytes)))
}

struct Owner(Arc<[u8]>);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// A structured value in a format; the format may refine the type, as multipart does with its boundary.
fn written(value: &Document, mime_type: &str, encoding: &str) -> Result<Content, String> {
    if mime_type == JSON && is_utf8(encoding) && !matches!(value, Document::Parts(_)) {
        return Ok(Content::Whole(value.to_json(false)?.into(), Some(JSON.to_owned())));
    }
    match value.to_entity(mime_type, encoding)? {
        Document::Entity(entity) => Ok(Content::Whole(shared(&entity.bytes), Some(entity.mime_type.to_string()))),
        other => Err(format!("a value of type {} is no Entity", other.type_name())),
    }
}

/// A text in an encoding.
fn encoded(value: &Document, encoding: &str) -> Result<Bytes, String> {
    if let Some(text) = value.as_str().filter(|_| is_utf8(encoding)) {
        return Ok(Bytes::copy_from_slice(text.as_bytes()));
    }
    match value.to_entity("text/plain", encoding)? {
        Document::Entity(entity) => Ok(shared(&entity.bytes)),
        other => Err(format!("a value of type {} is no text", other.type_name())),
    }
}

/// The bytes of a streaming object, item by item.
pub struct Chunks {
    items: Box<dyn Source>,
    mime_type: String,
    encoding: String,
    format: Format,
    started: bool,
    ended: bool,
}

impl Chunks {
    fn new(items: &Stream, mime_type: &str, encoding: &str) -> Result<Chunks, String> {
        let format = Format::of(mime_type)
            .filter(|format| matches!(format, Format::Json | Format::NdJson | Format::Csv | Format::Text))
            .ok_or_else(|| format!("a stream cannot be sent as {mime_type}: use JSON, CSV or text"))?;
        let items: Box<dyn Source> = match items.take() {
            stream::Taken::Source(source) => source,
            stream::Taken::List(list) => Box::new(Listed { list, at: 0 }),
            stream::Taken::Consumed => return Err(stream::CONSUMED.to_owned()),
        };
        Ok(Chunks {
            items,
            mime_type: mime_type.into(),
            encoding: encoding.into(),
            format,
            started: false,
            ended: false,
        })
    }

    /// The next bytes, `None` at the end. May block.
    ///
    /// # Errors
    /// Why an item cannot be produced or written.
    pub fn next_chunk(&mut self) -> Result<Option<Bytes>, String> {
        if self.ended {
            return Ok(None);
        }
        let item = self.items.next()?;
        let first = !std::mem::replace(&mut self.started, true);
        self.ended = item.is_none();
        let is_array = self.format == Format::Json;
        let Some(item) = item else {
            let tail = if first { "[]" } else { "]" };
            return Ok(is_array.then(|| Bytes::from_static(tail.as_bytes())));
        };
        let mut chunk = match (is_array, first) {
            (true, true) => b"[".to_vec(),
            (true, false) => b",".to_vec(),
            (false, _) => Vec::new(),
        };
        match self.format {
            Format::Csv => {
                let table = written(&Document::list(vec![item]), &self.mime_type, &self.encoding)?;
                let Content::Whole(bytes, _) = table else { return Err("a row that is no row".into()) };
                // The header line belongs to the first row only.
                let header =
                    if first { 0 } else { bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1) };
                chunk.extend_from_slice(bytes.get(header..).unwrap_or_default());
            }
            Format::Text => chunk.extend_from_slice(&encoded(&item, &self.encoding)?),
            _ => chunk.extend_from_slice(&item.to_json(false)?),
        }
        if self.format == Format::NdJson {
            chunk.push(b'\n');
        }
        Ok(Some(chunk.into()))
    }
}

/// The items of a stream that somebody has made a list.
struct Listed {
    list: Document,
    at: usize,
}

impl Source for Listed {
    fn next(&mut self) -> Result<Option<Document>, String> {
        let item = self.list.at(self.at).cloned();
        self.at += 1;
        Ok(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(value: &Document, mime_type: Option<&str>, encoding: &str) -> (String, String) {
        match content(value, mime_type, encoding) {
            Ok(Content::Whole(bytes, kind)) => (String::from_utf8_lossy(&bytes).into(), kind.unwrap_or_default()),
            Ok(Content::Chunks(mut chunks, kind)) => {
                let mut all = Vec::new();
                while let Some(chunk) = chunks.next_chunk().unwrap() {
                    all.extend_from_slice(&chunk);
                }
                (String::from_utf8_lossy(&all).into(), kind)
            }
            Err(reason) => (reason, "error".into()),
        }
    }

    fn rows() -> Document {
        let row = |n: i64| Document::dict([("a", n.into()), ("b", "x".into())]);
        Document::list(vec![row(1), row(2)])
    }

    #[test]
    fn the_table_of_the_specification() {
        let entity = Document::entity(b"<a/>".to_vec(), "application/xml", "utf-8");
        let json = r#"[{"a":1,"b":"x"},{"a":2,"b":"x"}]"#;
        let (xml, csv, plain) = ("application/xml", "text/csv", "text/plain");
        for (value, mime, body, kind) in [
            (entity.clone(), None, "<a/>", xml),
            (entity, Some(plain), "<a/>", xml),
            (rows(), None, json, "application/json"),
            (rows(), Some(csv), "a,b\r\n1,x\r\n2,x\r\n", csv),
            ("text".into(), None, "text", plain),
            ("<a/>".into(), Some(xml), "<a/>", xml),
            (Document::bytes(*b"raw"), None, "raw", "application/octet-stream"),
            (Document::bytes(*b"raw"), Some("image/png"), "raw", "image/png"),
            (Document::None, None, "", ""),
        ] {
            assert_eq!(sent(&value, mime, "utf-8"), (body.into(), kind.into()), "{value:?} {mime:?}");
        }
        for (value, mime) in [(1_i64.into(), None), (true.into(), Some(plain)), (rows(), Some("image/png"))] {
            assert_eq!(sent(&value, mime, "utf-8").1, "error", "{value:?}");
        }
        let text = content(&"é".into(), None, "iso-8859-1");
        assert!(
            matches!(text, Ok(Content::Whole(bytes, Some(kind))) if *bytes == [0xe9] && kind == "text/plain;charset=iso-8859-1")
        );
    }

    #[test]
    fn streams_are_sent_item_by_item() {
        let stream = |list: Document| Stream::document(Box::new(Listed { list, at: 0 }));
        let json = sent(&stream(rows()), None, "utf-8");
        assert_eq!(json, (r#"[{"a":1,"b":"x"},{"a":2,"b":"x"}]"#.into(), "application/json".into()));
        assert_eq!(sent(&stream(Document::list(vec![])), None, "utf-8").0, "[]");
        assert_eq!(sent(&stream(rows()), Some("text/csv"), "utf-8").0, "a,b\r\n1,x\r\n2,x\r\n");
        let lines = Document::list(vec!["a\n".into(), "b\n".into()]);
        assert_eq!(sent(&stream(lines), Some("text/plain"), "utf-8").0, "a\nb\n");
        assert_eq!(sent(&stream(rows()), Some("application/xml"), "utf-8").1, "error");
        let once = stream(rows());
        let _ = sent(&once, None, "utf-8");
        assert_eq!(sent(&once, None, "utf-8").0, stream::CONSUMED);
    }
}
