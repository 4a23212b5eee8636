//! What the value of a written Entity is: the given data, normalised and copied, so that later changes do not reach it
//! (spec 6.2).
//!
//! The writers have looked at the data before: it has the right types and is not nested too deep.

use super::form;
use super::mime_type::Format;
use crate::value::compare::nested;
use crate::value::interrupt::checkpoint;
use crate::value::{Dict, HVec, MultiMap, R, Value};

/// The snapshot of data that was written in `format`.
///
/// # Errors
/// A limit.
pub fn take(data: &Value, format: Format) -> R {
    match (format, data) {
        (Format::Form, data) => {
            let map = MultiMap::new();
            for (key, value) in form::fields(data).map_err(|fault| fault.raise(""))? {
                add(&map, key, &value)?;
            }
            Ok(Value::MultiMap(map))
        }
        (Format::Xml, Value::Dict(dict)) => {
            let top = Dict::new();
            for (key, value) in dict.items() {
                top.set(key, node(&value)?)?;
            }
            Ok(Value::Dict(top))
        }
        (Format::Xml, Value::MultiMap(map)) => take(&Value::Dict(map.to_plain()?), format),
        (_, Value::ByteArray(bytes)) => Ok(Value::bytes(&bytes.bytes.borrow())),
        (_, data) => plain(data),
    }
}

/// Adds a value or the elements of a list.
fn add(map: &MultiMap, key: Value, value: &Value) -> R<()> {
    let several = match value {
        Value::List(list) => list.to_vec(),
        Value::Tuple(tuple) => tuple.items.to_vec(),
        other => return map.add(key, node(other)?),
    };
    let values = several.iter().map(node).collect::<R<HVec<Value>>>()?;
    map.add(key, Value::list(values))
}

/// A node of XML: maps become MultiMaps.
fn node(value: &Value) -> R {
    checkpoint(4)?;
    match value {
        Value::Dict(dict) => nested("", || {
            let map = MultiMap::new();
            for (key, value) in dict.items() {
                add(&map, key, &value)?;
            }
            Ok(Value::MultiMap(map))
        }),
        Value::MultiMap(own) => nested("", || {
            let map = MultiMap::new();
            for (key, values) in own.to_vec() {
                add(&map, key, &Value::list(values))?;
            }
            Ok(Value::MultiMap(map))
        }),
        Value::Entity(entity) => node(&entity.value()?),
        Value::ByteArray(bytes) => Ok(Value::bytes(&bytes.bytes.borrow())),
        other => Ok(other.clone()),
    }
}

/// Data of JSON and the like.
fn plain(value: &Value) -> R {
    checkpoint(4)?;
    let list = |items: &[Value]| nested("", || items.iter().map(plain).collect::<R<HVec<Value>>>()).map(Value::list);
    match value {
        Value::List(own) => list(&own.to_vec()),
        Value::Tuple(tuple) => list(&tuple.items),
        Value::Dict(dict) => nested("", || {
            let copy = dict.copy();
            for (key, value) in dict.items() {
                if is_container(&value) {
                    copy.set(key, plain(&value)?)?;
                }
            }
            Ok(Value::Dict(copy))
        }),
        Value::MultiMap(map) => plain(&Value::Dict(map.to_plain()?)),
        Value::Entity(entity) => plain(&entity.value()?),
        other => Ok(other.clone()),
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Tuple(_) | Value::Dict(_) | Value::MultiMap(_) | Value::Entity(_))
}
