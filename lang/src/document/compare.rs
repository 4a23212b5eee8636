//! Equality of documents, as tests of flows want it: dicts without order, numbers by value, a bool is no int.

use std::sync::Arc;

use super::{Dict, Document};
use crate::value::{compare, heap};

impl PartialEq for Document {
    fn eq(&self, other: &Document) -> bool {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || equal(self, other))
    }
}

fn equal(a: &Document, b: &Document) -> bool {
    match (a, b) {
        (Document::None, Document::None) => true,
        (Document::Bool(x), Document::Bool(y)) => x == y,
        (Document::Bool(_), _) | (_, Document::Bool(_)) => false,
        (Document::Int(x), Document::Int(y)) => x == y,
        (Document::Bytes(x), Document::Bytes(y)) => x == y,
        (Document::Date(x), Document::Date(y)) => x == y,
        (Document::Time(x), Document::Time(y)) => x == y,
        (Document::DateTime(x), Document::DateTime(y)) => x == y,
        (Document::List(x), Document::List(y)) | (Document::Parts(x), Document::Parts(y)) => {
            Arc::ptr_eq(x, y) || x.as_slice() == y.as_slice()
        }
        (Document::Dict(x), Document::Dict(y)) | (Document::MultiMap(x), Document::MultiMap(y)) => {
            Arc::ptr_eq(x, y) || dicts(x, y)
        }
        (Document::MultiMap(map), Document::Dict(dict)) | (Document::Dict(dict), Document::MultiMap(map)) => {
            dicts(&plain(map), dict)
        }
        (Document::Entity(x), Document::Entity(y)) => {
            Arc::ptr_eq(x, y)
                || (x.bytes == y.bytes && x.mime_type == y.mime_type && x.encoding == y.encoding)
                || matches!((a.entity_value(), b.entity_value()), (Ok(x), Ok(y)) if x == y)
        }
        (Document::Entity(_), _) => a.entity_value().is_ok_and(|value| value == *b),
        (_, Document::Entity(_)) => b.entity_value().is_ok_and(|value| value == *a),
        (Document::Message(x), Document::Message(y)) => {
            x.payload == y.payload && *x.attributes == *y.attributes && x.variables == y.variables && x.error == y.error
        }
        (Document::Stream(x), Document::Stream(y)) => Arc::ptr_eq(x, y),
        _ => match (a.text_bytes(), b.text_bytes()) {
            (Some(x), Some(y)) => x == y,
            _ => numbers(a, b),
        },
    }
}

/// Numbers of different kinds compare as the language compares them.
fn numbers(a: &Document, b: &Document) -> bool {
    if !is_number(a) || !is_number(b) {
        return false;
    }
    let _session = heap::Session::begin(None);
    matches!((a.to_value(), b.to_value()), (Ok(x), Ok(y)) if matches!(compare::eq(&x, &y), Ok(true)))
}

fn is_number(document: &Document) -> bool {
    matches!(document, Document::Int(_) | Document::Big(_) | Document::Float(_) | Document::Decimal(_))
}

fn dicts(a: &Dict, b: &Dict) -> bool {
    a.len() == b.len()
        && a.iter().all(|(key, value)| match key.text_bytes() {
            Some(text) => b.keys().place(text).and_then(|n| b.values().get(n)).is_some_and(|other| other == value),
            None => b.iter().any(|(other, theirs)| other == key && theirs == value),
        })
}

/// A MultiMap as the dict that compares like it: a key with one value has that value.
fn plain(map: &Dict) -> Dict {
    let values = map.values().iter().map(|values| match values.as_list() {
        Some([one]) => one.clone(),
        _ => values.clone(),
    });
    Dict::new(map.keys().clone(), values.collect())
}
