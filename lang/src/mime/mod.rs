//! MIME formats: bytes to values and back (spec 6).
//!
//! | room | job |
//! |---|---|
//! | [`mime_type`] | which format a MIME type chooses; parameters, normal form, file names |
//! | [`charset`] | text from bytes and bytes from text |
//! | [`json`], [`xml`], [`csv`], [`form`], [`text`], [`yaml`], [`multipart`] | the formats |
//! | [`items`] | the items of an Entity that is read once |
//! | [`stream`] | the messages of a large input, one by one |
//! | [`snapshot`] | the value of an Entity that was written |
//! | [`place`], [`scalar`] | errors with their place, texts of scalars |
//! | [`stopwatch`] | how long reading and writing took |
//!
//! Readers go from bytes to values and writers from values to bytes; there is no tree in between. Neither calls script code.
//! What subscripts of an Entity mean is in `builtins::entity`.

pub mod charset;
pub mod csv;
pub mod form;
pub mod items;
pub mod json;
pub mod mime_type;
pub mod multipart;
pub mod place;
#[cfg(test)]
mod round_trip;
pub mod scalar;
mod snapshot;
pub mod stopwatch;
pub mod stream;
pub mod text;
pub mod xml;
pub mod yaml;

pub use mime_type::{Format, infer_mime, is_extended};

use charset::Source;
use stopwatch::{Part, timed};

use crate::value::exceptions::{UNICODE_DECODE_ERROR, entity_error};
use crate::value::text::Blob;
use crate::value::{Bytes, Cx, Entity, HVec, R, Ref, Value};

/// Deepest nesting of data that is read or written (spec 6.4).
pub const MAX_DEPTH: usize = 1000;

/// What a writer made.
#[derive(Debug)]
pub struct Written {
    /// The bytes.
    pub bytes: HVec<u8>,
    /// Whether reading them gives the data back with the same types.
    pub faithful: bool,
}

/// The number under which an Entity remembers its format.
fn format_number(mime_type: &str) -> Option<u8> {
    Format::of(mime_type).map(|format| format as u8)
}

/// An Entity of bytes that nobody has looked at.
#[must_use]
pub fn entity(blob: Ref<Bytes>, mime_type: &str, encoding: &str) -> Ref<Entity> {
    Entity::new(blob, mime_type, encoding, format_number(mime_type), Value::Unbound, parse_entity)
}

/// Parses the bytes of an Entity.
///
/// # Errors
/// `EntityError` if the bytes are not what the MIME type says or the type is not supported, `LookupError` for an unknown
/// encoding, `UnicodeDecodeError`, or a limit.
pub fn parse_entity(entity: &Entity) -> R {
    timed(Part::Parse, || parse(entity))
}

/// The scalar under a text key of the value of an Entity, where it can be made without the rest. `None` says nothing about the
/// value.
///
/// # Errors
/// A limit.
pub fn scalar(entity: &Entity, key: &[u8]) -> R<Option<Value>> {
    match Format::of(&entity.mime_type) {
        Some(Format::Json) => timed(Part::Parse, || json::scalar(&entity.blob, &entity.encoding, key)),
        _ => Ok(None),
    }
}

fn parse(entity: &Entity) -> R {
    let (mime, encoding) = (&*entity.mime_type, &*entity.encoding);
    let Some(format) = Format::of(mime) else {
        return Err(entity_error(format!("the MIME type '{mime}' is not supported for parsing")));
    };
    let source = || Source::decode(&entity.blob, encoding);
    match format {
        Format::Json => json::document(&entity.blob, encoding, mime),
        Format::NdJson => json::parse_lines(&source()?, mime),
        Format::Form => form::parse(&source()?, encoding),
        Format::Text => Ok(text::parse(&source()?)),
        Format::Csv => csv::table(&entity.blob, encoding, mime),
        Format::Yaml => yaml::parse(&source()?, mime),
        Format::Multipart => multipart::parse(entity),
        Format::Xml => {
            let source = source().or_else(|failed| {
                if !failed.is(&UNICODE_DECODE_ERROR) {
                    return Err(failed);
                }
                let declared = xml::declared_encoding(entity.blob.bytes());
                declared.and_then(|name| Source::decode(&entity.blob, &name).ok()).ok_or(failed)
            })?;
            xml::parse(&source, mime)
        }
    }
}

/// `Entity.from_value`: writes data in the format of `mime_type`. Records and library objects inside the data need `cx`.
///
/// # Errors
/// `EntityError` for an unsupported MIME type or data that the format cannot express, `TypeError`
/// with the path, `LookupError`, `UnicodeEncodeError`, or a limit.
pub fn from_value(cx: Option<&mut Cx<'_>>, data: &Value, mime_type: &str, encoding: &str) -> R<Ref<Entity>> {
    timed(Part::Write, || written(cx, data, mime_type, encoding))
}

fn written(cx: Option<&mut Cx<'_>>, data: &Value, mime_type: &str, encoding: &str) -> R<Ref<Entity>> {
    let encoding = if encoding.is_empty() { "utf-8" } else { encoding };
    let codec = charset::lookup(encoding)?;
    let Some(format) = Format::of(mime_type) else {
        return Err(entity_error(format!("the MIME type '{mime_type}' is not supported for writing")));
    };
    let inner;
    let data = match data {
        Value::Entity(own) => {
            if Format::of(&own.mime_type) == Some(format) {
                return Ok(own.clone());
            }
            if format == Format::Multipart {
                return Err(entity_error(format!("cannot write {mime_type} from an Entity of type {}", own.mime_type)));
            }
            inner = own.value()?;
            &inner
        }
        data => data,
    };
    let mut mime = mime_type::normalise(mime_type);
    let written = match format {
        Format::Json => json::write(cx, data, &mime, codec)?,
        Format::NdJson => json::write_lines(cx, data, &mime, codec)?,
        Format::Form => form::write(cx, data, &mime, codec)?,
        Format::Text => text::write(data, &mime, codec)?,
        Format::Csv => csv::write(cx, data, &mime, codec)?,
        Format::Yaml => yaml::write(cx, data, &mime, codec)?,
        Format::Xml => xml::write(cx, data, &mime, encoding, codec)?,
        Format::Multipart => {
            let (written, stored) = multipart::write(cx, data, &mime, codec)?;
            mime = stored.into();
            written
        }
    };
    // Reading the bytes again on demand costs less than a copy that is rarely needed.
    let value = if written.faithful { Value::Unbound } else { snapshot::take(data, format)? };
    Ok(Entity::new(
        Bytes::from_blob(Blob::Own(written.bytes)),
        &mime,
        encoding,
        Some(format as u8),
        value,
        parse_entity,
    ))
}

/// `Entity.from_bytes`: an Entity of bytes or text; an empty `mime_type` is that of unknown bytes or of plain text.
///
/// # Errors
/// `TypeError` for other data; for text `LookupError`, `UnicodeEncodeError`.
pub fn from_bytes(data: &Value, mime_type: Option<&str>, encoding: &str) -> R<Ref<Entity>> {
    let encoding = if encoding.is_empty() { "utf-8" } else { encoding };
    let (blob, default) = match (data, data.text_bytes()) {
        (Value::Bytes(bytes), _) => (bytes.clone(), "application/octet-stream"),
        (Value::ByteArray(bytes), _) => (Bytes::from_slice(&bytes.bytes.borrow()), "application/octet-stream"),
        (_, Some(text)) => (Bytes::from_slice(&charset::encode(text, charset::lookup(encoding)?)?), "text/plain"),
        _ => {
            return Err(crate::value::exceptions::type_error(format!(
                "Entity.from_bytes() needs bytes, bytearray or str, not '{}'",
                data.type_of().qualified()
            )));
        }
    };
    Ok(entity(blob, mime_type.unwrap_or(default), encoding))
}
