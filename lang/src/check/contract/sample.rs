//! From an example document to a type (spec 12.4): what is there, and for the elements of a list what all have in common.
//!
//! An example proves nothing about other documents, so the type is open: further keys may come, and a key that only some
//! elements have is optional.

use std::sync::Arc;

use crate::check::types::{Field, MAX_NESTING, Rest, Shape, Type};
use crate::check::with_stack;
use crate::document::{Dict, Document};
use crate::input::Datum;
use crate::value::types as descs;
use crate::value::{Value, heap};

/// Most bytes that reading a schema or sample may take.
const MEMORY: usize = 256 << 20;
/// Most elements of a list that are looked at.
const MOST_ELEMENTS: usize = 2000;

/// The type of documents like this one; `mime_type` says how its bytes are read (JSON, NDJSON, CSV, XML, YAML, forms …).
///
/// # Errors
/// Why the bytes cannot be read so.
pub fn type_of_sample(bytes: &[u8], mime_type: &str) -> Result<Type, String> {
    Ok(type_of_value(&read(bytes, mime_type)?))
}

/// The value of a JSON text, for [`super::type_of_schema`].
///
/// # Errors
/// Why it is no JSON.
pub fn read_json(bytes: &[u8]) -> Result<Document, String> {
    read(bytes, "application/json")
}

/// The value of bytes under a MIME type.
pub fn read(bytes: &[u8], mime_type: &str) -> Result<Document, String> {
    let datum = Datum::Decoded { bytes: bytes.into(), mime_type: mime_type.to_owned(), encoding: "utf-8".to_owned() };
    let session = heap::Session::begin(Some(MEMORY));
    let found = datum.to_value().and_then(|value| Document::from_value(&value));
    let found = found.map_err(|raise| raise.0.arguments().first().map(Value::to_display).unwrap_or_default());
    drop(session);
    found
}

/// The type of a value, with room for what else could have been there.
pub fn type_of_value(value: &Document) -> Type {
    opened(&closed_type(value, MAX_NESTING))
}

/// The type of exactly this value.
fn closed_type(value: &Document, levels: u8) -> Type {
    let Some(levels) = levels.checked_sub(1) else { return Type::Any };
    match value {
        Document::None => Type::NONE,
        Document::Bool(_) => Type::BOOL,
        Document::Int(_) | Document::Big(_) => Type::INT,
        Document::Float(_) => Type::FLOAT,
        Document::Short(_) | Document::Text(_) => Type::STR,
        Document::Bytes(_) => Type::BYTES,
        Document::Decimal(_) => Type::Instance(&descs::DECIMAL),
        Document::List(items) => {
            let elements =
                items.as_slice().iter().take(MOST_ELEMENTS).map(|item| with_stack(|| closed_type(item, levels)));
            let element = Type::union(elements);
            Type::list(if element == Type::Never { Type::Any } else { element })
        }
        Document::Dict(dict) => dict_type(dict, levels),
        Document::MultiMap(map) => multi_map_type(map, levels),
        _ => Type::Any,
    }
}

fn dict_type(dict: &Dict, levels: u8) -> Type {
    let mut fields = Vec::with_capacity(dict.len());
    for (key, value) in dict.iter() {
        let Some(key) = key.as_str() else { return Type::dict(Type::Any, Type::Any) };
        fields.push(Field { key: key.into(), ty: with_stack(|| closed_type(value, levels)), required: true });
    }
    Type::shape(fields, Rest::Closed)
}

/// A MultiMap gives the first value of a key, and under `*key` all of them.
fn multi_map_type(map: &Dict, levels: u8) -> Type {
    let mut fields = Vec::new();
    for (key, values) in map.iter() {
        let Some(key) = key.as_str() else { return Type::Any };
        let values = values.as_list().unwrap_or_default().iter().take(MOST_ELEMENTS);
        let ty = Type::union(values.map(|value| with_stack(|| closed_type(value, levels))));
        fields.push(Field { key: key.into(), ty: ty.clone(), required: true });
        fields.push(Field { key: format!("*{key}").into(), ty: Type::list(ty), required: true });
    }
    Type::shape(fields, Rest::Closed)
}

/// The same type with dicts that may have further keys.
fn opened(ty: &Type) -> Type {
    match ty {
        Type::Shape(shape) => {
            let open = |field: &Field| Field { ty: opened(&field.ty), ..field.clone() };
            let fields = shape.fields.iter().map(open).collect();
            let rest = match &shape.rest {
                Rest::Typed(ty) => Rest::Typed(opened(ty)),
                _ => Rest::Unmentioned,
            };
            Type::Shape(Arc::new(Shape { fields, rest }))
        }
        Type::Generic(desc, items) => Type::Generic(desc, items.iter().map(opened).collect()),
        Type::Union(members) => Type::union(members.iter().map(opened)),
        other => other.clone(),
    }
}
