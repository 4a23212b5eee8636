//! Literals as data that belongs to no heap.

use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::value::format::int_parse;
use dataway_lang::value::{Dict, R, Value};
use serde_json::Value as Json;

use crate::yaml::{Kind, Node};

/// A literal. It is immutable, shared by all runs and cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// `None`
    None,
    /// A bool.
    Bool(bool),
    /// An int of 64 bits.
    Int(i64),
    /// Any other int, as written in YAML.
    BigInt(Arc<str>),
    /// A float.
    Float(f64),
    /// A text.
    Text(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A list.
    List(Arc<[Data]>),
    /// A dict in the order of the file.
    Map(Arc<[(Data, Data)]>),
}

impl Data {
    /// The literal that a node is, taken word by word: nothing in it is an expression.
    #[must_use]
    pub fn of(node: &Node) -> Data {
        match &node.kind {
            Kind::Null | Kind::Lost => Data::None,
            Kind::Bool(value) => Data::Bool(*value),
            Kind::Int(value) => Data::Int(*value),
            Kind::BigInt(digits) => Data::BigInt(digits.clone()),
            Kind::Float(value) => Data::Float(*value),
            Kind::Text(text) => Data::Text(text.value.clone()),
            Kind::Bytes(bytes) => Data::Bytes(bytes.clone()),
            Kind::List(items) => Data::List(items.iter().map(Data::of).collect()),
            Kind::Map(entries) => {
                Data::Map(entries.iter().map(|entry| (Data::of(&entry.key), Data::of(&entry.value))).collect())
            }
        }
    }

    /// The value on the heap of the thread.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn to_value(&self) -> R<Value> {
        Ok(match self {
            Data::None => Value::None,
            Data::Bool(value) => Value::Bool(*value),
            Data::Int(value) => Value::Int(*value),
            Data::BigInt(written) => {
                let (digits, base) = digits(written);
                int_parse::parse(digits.as_bytes(), base)?.into()
            }
            Data::Float(value) => Value::Float(*value),
            Data::Text(text) => Value::str(text),
            Data::Bytes(bytes) => Value::bytes(bytes),
            Data::List(items) => Value::list(items.iter().map(Data::to_value).collect::<R<Vec<_>>>()?),
            Data::Map(entries) => {
                let dict = Dict::new();
                for (key, value) in entries.iter() {
                    dict.set(key.to_value()?, value.to_value()?)?;
                }
                Value::Dict(dict)
            }
        })
    }

    /// The literal as a document.
    #[must_use]
    pub fn to_document(&self) -> Document {
        match self {
            Data::None => Document::None,
            Data::Bool(value) => Document::Bool(*value),
            Data::Int(value) => Document::Int(*value),
            Data::BigInt(written) => {
                let (digits, base) = digits(written);
                int_parse::parse(digits.as_bytes(), base).map_or(Document::None, Document::from)
            }
            Data::Float(value) => Document::Float(*value),
            Data::Text(text) => Document::from(&**text),
            Data::Bytes(bytes) => Document::Bytes(bytes.clone()),
            Data::List(items) => Document::list(items.iter().map(Data::to_document).collect()),
            Data::Map(entries) => {
                let pairs = entries.iter().map(|(key, value)| (key.to_document(), value.to_document()));
                Document::dict_of(pairs)
            }
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// The digits of an int as it is written in YAML, and their base.
fn digits(written: &str) -> (&str, i64) {
    match (written.strip_prefix("0x"), written.strip_prefix("0o")) {
        (Some(digits), _) => (digits, 16),
        (_, Some(digits)) => (digits, 8),
        _ => (written, 10),
    }
}

/// A node as JSON; `None` if it holds what JSON has not: bytes, floats that are no numbers, keys that are no texts.
#[must_use]
pub fn to_json(node: &Node) -> Option<Json> {
    Some(match &node.kind {
        Kind::Null | Kind::Lost => Json::Null,
        Kind::Bool(value) => (*value).into(),
        Kind::Int(value) => (*value).into(),
        Kind::BigInt(digits) => serde_json::from_str(digits).ok()?,
        Kind::Float(value) => Json::Number(serde_json::Number::from_f64(*value)?),
        Kind::Text(text) => (*text.value).into(),
        Kind::Bytes(_) => return None,
        Kind::List(items) => items.iter().map(to_json).collect::<Option<Vec<_>>>()?.into(),
        Kind::Map(entries) => {
            let pair = |e: &crate::yaml::Entry| Some((e.key.as_str()?.to_owned(), to_json(&e.value)?));
            Json::Object(entries.iter().map(pair).collect::<Option<_>>()?)
        }
    })
}
