//! Conversion of a value to the type that a parameter wants (spec 1.5).

use crate::builtins::{construct, iterate, repr, truth};
use crate::mime::charset::Source;
use crate::mime::place::scalar_repr;
use crate::mime::{self, Format};
use crate::value::civil::{self, DateTime, Number, parse_date, parse_datetime, parse_time};
use crate::value::exceptions::{Raise, TYPE_ERROR, type_error, value_error};
use crate::value::number::{IntView, civil_raise};
use crate::value::{Bytes, Cx, R, TypeDesc, Value, types};

/// The type that a parameter wants (spec 1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Whatever the value is.
    Any,
    /// `int`
    Int,
    /// `float`
    Float,
    /// `decimal`
    Decimal,
    /// `bool`
    Bool,
    /// `string`
    Text,
    /// `datetime`
    DateTime,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `dict`
    Dict,
    /// `list`
    List,
    /// `Entity json`
    EntityJson,
    /// `Entity xml`
    EntityXml,
}

/// The targets with their names.
pub static TARGETS: &[(&str, Target)] = &[
    ("any", Target::Any),
    ("int", Target::Int),
    ("float", Target::Float),
    ("decimal", Target::Decimal),
    ("bool", Target::Bool),
    ("string", Target::Text),
    ("datetime", Target::DateTime),
    ("date", Target::Date),
    ("time", Target::Time),
    ("dict", Target::Dict),
    ("list", Target::List),
    ("Entity json", Target::EntityJson),
    ("Entity xml", Target::EntityXml),
];

impl Target {
    /// The target of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Target> {
        TARGETS.iter().find(|(known, _)| *known == name).map(|(_, target)| *target)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        TARGETS.iter().find(|(_, target)| *target == self).map_or("any", |(name, _)| name)
    }
}

/// Converts a value to a target type.
///
/// # Errors
/// `TypeError` for the wrong kind of value, `ValueError` for wrong content; both name the target.
pub fn convert(cx: &mut Cx<'_>, value: &Value, target: Target) -> R {
    if value.is_none() {
        return Ok(if target == Target::Bool { Value::Bool(false) } else { Value::None });
    }
    match target {
        Target::Any => Ok(value.clone()),
        Target::Int => constructed(cx, value, target, &types::INT),
        Target::Float => constructed(cx, value, target, &types::FLOAT),
        Target::Decimal => constructed(cx, value, target, &types::DECIMAL),
        Target::Bool => to_bool(cx, value),
        Target::Text => match value.byte_data() {
            Some(bytes) => Source::decode(&Bytes::from_slice(&bytes), "utf-8").map(|text| text.whole()),
            None => repr::str(cx, value),
        },
        Target::DateTime => to_datetime(cx, value),
        Target::Date => match value {
            Value::Date(_) => Ok(value.clone()),
            Value::DateTime(own) => Ok(own.date().into()),
            _ => parsed(value, target, |text| parse_date(text).map(Value::from)),
        },
        Target::Time => match value {
            Value::Time(_) => Ok(value.clone()),
            Value::DateTime(own) => Ok(own.timetz().clone().into()),
            _ => parsed(value, target, |text| parse_time(text).map(Value::from)),
        },
        Target::Dict => to_dict(cx, value),
        Target::List => match value {
            Value::List(_) => Ok(value.clone()),
            Value::Entity(own) => match own.value()? {
                list @ Value::List(_) => Ok(list),
                _ => Err(misfit(value, target)),
            },
            other if iterate::is_iterable(other) => Ok(Value::list(iterate::collect(cx, other)?)),
            _ => Err(misfit(value, target)),
        },
        Target::EntityJson => to_entity(cx, value, Format::Json, "application/json"),
        Target::EntityXml => to_entity(cx, value, Format::Xml, "application/xml"),
    }
}

/// The error for a value of the wrong kind.
#[cold]
fn misfit(value: &Value, target: Target) -> Raise {
    type_error(format!("cannot convert a value of type '{}' to {}", value.type_of().qualified(), target.name()))
}

/// What calling a type gives; its errors name the target.
fn constructed(cx: &mut Cx<'_>, value: &Value, target: Target, desc: &'static TypeDesc) -> R {
    construct(cx, desc, std::slice::from_ref(value), &[]).map_err(|raise| {
        if raise.stop().is_some() {
            raise
        } else if raise.is(&TYPE_ERROR) {
            misfit(value, target)
        } else {
            let shown = value.text_bytes().map_or_else(|| scalar_repr(value), shorten);
            value_error(format!("cannot convert {shown} to {}", target.name()))
        }
    })
}

/// A text for a message.
fn shorten(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let head: String = text.chars().take(40).collect();
    if head.len() < text.len() { format!("'{head}…'") } else { format!("'{head}'") }
}

fn to_bool(cx: &mut Cx<'_>, value: &Value) -> R {
    let Some(text) = value.text_bytes() else { return truth(cx, value).map(Value::Bool) };
    let is = |word: &[u8]| text.eq_ignore_ascii_case(word);
    if is(b"true") || is(b"1") {
        Ok(Value::Bool(true))
    } else if is(b"false") || is(b"0") {
        Ok(Value::Bool(false))
    } else {
        Err(value_error(format!("cannot convert {} to bool", shorten(text))))
    }
}

/// Parses a text; other values do not fit.
fn parsed<E>(value: &Value, target: Target, parse: impl FnOnce(&[u8]) -> Result<Value, E>) -> R {
    let Some(text) = value.text_bytes() else { return Err(misfit(value, target)) };
    parse(text).map_err(|_| value_error(format!("cannot convert {} to {}", shorten(text), target.name())))
}

fn to_datetime(cx: &mut Cx<'_>, value: &Value) -> R {
    let number = match value {
        Value::DateTime(_) => return Ok(value.clone()),
        Value::Date(own) => return Ok(DateTime::combine(own.0, civil::Time::MIN).into()),
        Value::Float(x) => Number::Float(*x),
        _ => match IntView::of(value) {
            Some(IntView::Small(n)) if !matches!(value, Value::Bool(_)) => Number::Int(n.into()),
            _ => return parsed(value, Target::DateTime, |text| parse_datetime(text).map(Value::from)),
        },
    };
    let zone = cx.env().zone.clone();
    DateTime::from_timestamp(number, None, &zone).map(Value::from).map_err(civil_raise)
}

fn to_dict(cx: &mut Cx<'_>, value: &Value) -> R {
    match value {
        Value::Dict(_) => Ok(value.clone()),
        Value::MultiMap(map) => map.to_plain().map(Value::Dict),
        Value::Entity(own) => match own.value()? {
            inner @ (Value::Dict(_) | Value::MultiMap(_) | Value::Native(_)) => to_dict(cx, &inner),
            _ => Err(misfit(value, Target::Dict)),
        },
        Value::Native(native) => match native.object.to_core(cx).transpose()? {
            Some(Value::Dict(dict)) => Ok(Value::Dict(dict)),
            _ => Err(misfit(value, Target::Dict)),
        },
        other if iterate::is_iterable(other) && other.text_bytes().is_none() => {
            constructed(cx, value, Target::Dict, &types::DICT)
        }
        _ => Err(misfit(value, Target::Dict)),
    }
}

fn to_entity(cx: &mut Cx<'_>, value: &Value, format: Format, mime: &str) -> R {
    let is_text = format == Format::Xml && value.text_bytes().is_some();
    let made = match value {
        Value::Entity(own) if Format::of(&own.mime_type) == Some(format) => own.clone(),
        Value::Bytes(_) | Value::ByteArray(_) => mime::from_bytes(value, Some(mime), "utf-8")?,
        _ if is_text => mime::from_bytes(value, Some(mime), "utf-8")?,
        _ => mime::from_value(Some(cx), value, mime, "utf-8")?,
    };
    Ok(Value::Entity(made))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::civil::RunZone;
    use crate::value::machine::{Clock, Env};
    use crate::value::{MultiMap, heap::Session};
    use crate::vm::{RECURSION_LIMIT, Vm};

    /// The `repr` of what a value becomes, or the class and text of the error.
    fn converted(value: &Value, name: &str) -> String {
        let env = Env::new(Clock::System, RunZone::parse("UTC+08:00").unwrap(), 0, None);
        let mut vm = Vm::new(env, RECURSION_LIMIT);
        let target = Target::parse(name).unwrap();
        assert_eq!(target.name(), name);
        match convert(&mut vm, value, target).and_then(|made| repr::repr(&mut vm, &made)) {
            Ok(text) => text.to_display(),
            Err(raise) => format!("{}: {}", raise.0.class.name, raise.0.arguments()[0].to_display()),
        }
    }

    #[test]
    fn conversions() {
        let _session = Session::begin(None);
        let text = |text: &str| Value::str(text);
        let map = MultiMap::new();
        map.add(text("a"), Value::list([Value::Int(1), Value::Int(2)])).unwrap();
        let json = |text: &str| Value::Entity(mime::entity(Bytes::from_slice(text.as_bytes()), "text/json", "utf-8"));
        for (value, target, made) in [
            (Value::None, "int", "None"),
            (Value::None, "bool", "False"),
            (text(" 12 "), "int", "12"),
            (text("x"), "int", "ValueError: cannot convert 'x' to int"),
            (Value::list([]), "int", "TypeError: cannot convert a value of type 'list' to int"),
            (Value::Float(f64::INFINITY), "int", "ValueError: cannot convert inf to int"),
            (text("1.5"), "float", "1.5"),
            (text("TRUE"), "bool", "True"),
            (text("0"), "bool", "False"),
            (text("yes"), "bool", "ValueError: cannot convert 'yes' to bool"),
            (Value::list([]), "bool", "False"),
            (Value::bytes("é".as_bytes()), "string", "'é'"),
            (Value::Int(5), "string", "'5'"),
            (
                text("2024-05-06T07:08:09.123456789Z"),
                "datetime",
                "datetime.datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=datetime.timezone.utc)",
            ),
            (text("2024-05-06 07:08"), "datetime", "datetime.datetime(2024, 5, 6, 7, 8)"),
            (Value::Int(0), "datetime", "datetime.datetime(1970, 1, 1, 8, 0)"),
            (text("x"), "datetime", "ValueError: cannot convert 'x' to datetime"),
            (Value::Bool(true), "datetime", "TypeError: cannot convert a value of type 'bool' to datetime"),
            (text("2024-05-06"), "date", "datetime.date(2024, 5, 6)"),
            (text("07:08"), "time", "datetime.time(7, 8)"),
            (Value::MultiMap(map), "dict", "{'a': [1, 2]}"),
            (json("{\"a\":1}"), "dict", "{'a': 1}"),
            (json("[1]"), "dict", "TypeError: cannot convert a value of type 'Entity' to dict"),
            (Value::list([Value::tuple([text("k"), Value::Int(1)])]), "dict", "{'k': 1}"),
            (json("[1]"), "list", "[1]"),
            (text("ab"), "list", "['a', 'b']"),
            (Value::Int(1), "list", "TypeError: cannot convert a value of type 'int' to list"),
            (Value::Int(1), "Entity json", "Entity.from_bytes(b'1', mime_type='application/json', encoding='utf-8')"),
            (text("<a/>"), "Entity xml", "Entity.from_bytes(b'<a/>', mime_type='application/xml', encoding='utf-8')"),
            (json("[1]"), "Entity json", "Entity.from_bytes(b'[1]', mime_type='text/json', encoding='utf-8')"),
        ] {
            assert_eq!(converted(&value, target), made, "{target}");
        }
        assert_eq!(Target::parse("Int"), None);
    }
}
