//! Entities as scripts see them: making, reading, truth (spec 6.2–6.4), and the historic `config` (1.7).
//!
//! The formats are in [`crate::mime`].

use super::receiver::wrong_receiver;
use super::{attribute, subscript};
use crate::mime;
use crate::table;
use crate::value::exceptions::{key_error, type_error, value_error};
use crate::value::{Cx, Entity, R, Ref, Value};

table! {
    /// The members of `Entity`.
    pub static METHODS = [
        /// Write data in the format of a MIME type.
        ///
        /// >>> Entity.from_value({'a': [1, None]}, 'application/json')['^blob']
        /// b'{"a":[1,null]}'
        /// >>> Entity.from_value({'k': 'x y'}, mime_type='application/x-www-form-urlencoded')['^blob']
        /// b'k=x+y'
        Static Core "from_value(data: Any = <absent>, mime_type: str | None = None, encoding: str | None = 'utf-8', *, obj: Any = <absent>) -> Entity" => from_value;
        /// Make an Entity of bytes or text without looking at them.
        ///
        /// >>> Entity.from_bytes(b'[1, 2]', 'application/json')[1]
        /// 2
        Static Core "from_bytes(data: bytes | bytearray | str = <absent>, mime_type: str | None = None, encoding: str | None = 'utf-8', *, bs: bytes | bytearray | str = <absent>) -> Entity" => from_bytes;
        /// Return the value of a key of the parsed value, or the default.
        ///
        /// >>> Entity.from_value({'a': 1}, 'application/json').get('b', 'none')
        /// 'none'
        Method Core "get(self: Entity, key: Any, default: Any = None) -> Any" => |cx, a| on_value(cx, a, "get");
        /// Return the keys of the parsed value.
        ///
        /// >>> list(Entity.from_value({'a': 1}, 'application/json').keys())
        /// ['a']
        Method Core "keys(self: Entity, /) -> Iterable[Any]" => |cx, a| on_value(cx, a, "keys");
        /// Return the values of the parsed value.
        ///
        /// >>> list(Entity.from_value({'a': 1}, 'application/json').values())
        /// [1]
        Method Core "values(self: Entity, /) -> Iterable[Any]" => |cx, a| on_value(cx, a, "values");
        /// Return the items of the parsed value.
        ///
        /// >>> list(Entity.from_value({'a': 1}, 'application/json').items())
        /// [('a', 1)]
        Method Core "items(self: Entity, /) -> Iterable[tuple[Any, Any]]" => |cx, a| on_value(cx, a, "items");
    ]
}

/// The datum of a constructor, which may come under two names.
fn datum<'a>(function: &str, data: &'a Value, other: &'a Value) -> R<&'a Value> {
    match (data.given(), other.given()) {
        (Some(_), Some(_)) => Err(type_error(format!("{function}() got two values for argument 'data'"))),
        (Some(datum), None) | (None, Some(datum)) => Ok(datum),
        (None, None) => Err(type_error(format!("{function}() missing required argument 'data' (pos 1)"))),
    }
}

/// An optional text argument.
fn optional_text<'a>(function: &str, name: &str, value: &'a Value) -> R<Option<std::borrow::Cow<'a, str>>> {
    match (value, value.as_text()) {
        (Value::None, _) => Ok(None),
        (_, Some(text)) => Ok(Some(text.lossy())),
        (other, None) => Err(type_error(format!(
            "{function}() argument '{name}' must be str or None, not {}",
            other.type_of().qualified()
        ))),
    }
}

fn from_value(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let data = datum("from_value", &a[0], &a[3])?;
    let Some(mime_type) = optional_text("from_value", "mime_type", &a[1])? else {
        return Err(value_error("Entity.from_value() needs a mime_type"));
    };
    let encoding = optional_text("from_value", "encoding", &a[2])?.unwrap_or_default();
    mime::from_value(Some(cx), data, &mime_type, &encoding).map(Value::Entity)
}

fn from_bytes(_: &mut Cx<'_>, a: &[Value]) -> R {
    let data = datum("from_bytes", &a[0], &a[3])?;
    let mime_type = optional_text("from_bytes", "mime_type", &a[1])?;
    let encoding = optional_text("from_bytes", "encoding", &a[2])?.unwrap_or_default();
    mime::from_bytes(data, mime_type.as_deref(), &encoding).map(Value::Entity)
}

/// Calls a method of the parsed value.
fn on_value(cx: &mut Cx<'_>, a: &[Value], method: &str) -> R {
    let Some((Value::Entity(own), args)) = a.split_first() else {
        return Err(wrong_receiver(method, "Entity", a.first()));
    };
    let inner = own.value()?;
    let method = attribute::get(cx, &inner, method)?;
    cx.call(&method, args)
}

/// `entity[key]`
///
/// # Errors
/// `KeyError` for an unknown selector; those of parsing and of subscripting the value.
pub fn get(cx: &mut Cx<'_>, own: &Ref<Entity>, key: &Value) -> R {
    match key.text_bytes() {
        Some(selector) if selector.starts_with(b"^") => match selector {
            b"^blob" | b"^raw" => Ok(Value::Bytes(own.blob.clone())),
            b"^mime_type" | b"^mimeType" => Ok(Value::str(&own.mime_type)),
            b"^encoding" => Ok(Value::str(&own.encoding)),
            b"^value" => own.value(),
            _ => Err(key_error(key.clone())),
        },
        selector => {
            // A condition looks at one field of a payload and at nothing else: the rest is not made for it.
            if let Some(name) = selector.filter(|_| own.is_first_look())
                && let Some(scalar) = mime::scalar(own, name)?
            {
                return Ok(scalar);
            }
            let inner = own.value()?;
            subscript::get(cx, &inner, key)
        }
    }
}

/// `bool(entity)`
///
/// # Errors
/// Those of parsing.
pub fn truth(cx: &mut Cx<'_>, own: &Ref<Entity>) -> R<bool> {
    if own.blob.bytes().is_empty() {
        return Ok(false);
    }
    if mime::Format::of(&own.mime_type).is_none() {
        return Ok(true);
    }
    let inner = own.value()?;
    super::truth(cx, &inner)
}

/// `config(mime_type=…, encoding=…)`: what the result of the run is to become; the last call counts.
///
/// # Errors
/// `TypeError` for arguments that are no texts.
pub fn config(cx: &mut Cx<'_>, a: &[Value]) -> R {
    optional_text("config", "mime_type", &a[0])?;
    optional_text("config", "encoding", &a[1])?;
    cx.env().config = Some((a[0].clone(), a[1].clone()));
    Ok(Value::None)
}

/// Makes of a returned value what `config` asked for; a generator was made a list before.
///
/// # Errors
/// Those of [`mime::from_value`].
pub fn apply_config(cx: &mut Cx<'_>, value: Value) -> R {
    let Some((mime_type, encoding)) = cx.env().config.clone() else { return Ok(value) };
    let given = optional_text("config", "mime_type", &mime_type)?;
    let mime_type = given.clone().unwrap_or_default();
    let encoding = optional_text("config", "encoding", &encoding)?.unwrap_or_default();
    let made = match &value {
        Value::Entity(own) => {
            let encoding = if encoding.is_empty() { "utf-8" } else { &encoding };
            // What `config` did not name stays.
            mime::entity(own.blob.clone(), given.as_deref().unwrap_or(&own.mime_type), encoding)
        }
        Value::Bytes(_) | Value::ByteArray(_) => mime::from_bytes(&value, Some(&mime_type), &encoding)?,
        _ => mime::from_value(Some(cx), &value, &mime_type, &encoding)?,
    };
    Ok(Value::Entity(made))
}
