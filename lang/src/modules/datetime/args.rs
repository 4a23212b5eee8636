//! Receivers, arguments and errors shared by the members of the classes of `datetime`.

use crate::builtins::receiver::wrong_receiver;
use crate::modules::{re, zoneinfo};
use crate::value::civil::{self, CivilError, Date, DateTime, Delta, ErrorKind, Number, Time, Zone};
use crate::value::exceptions::{OS_ERROR, Raise, type_error};
use crate::value::number::{IntView, civil_raise};
use crate::value::{Cx, R, Ref, Value};
use num_traits::ToPrimitive;

/// The exception of a failed operation, of the class that CPython raises.
#[cold]
#[must_use]
pub fn raise(error: CivilError) -> Raise {
    match error.kind {
        ErrorKind::ZoneNotFound => Raise::new(&zoneinfo::NOT_FOUND, error.message),
        ErrorKind::Regex => Raise::new(&re::ERROR, error.message),
        ErrorKind::Os => match numbered(&error.message) {
            Some((number, text)) => Raise::with_args(&OS_ERROR, [Value::Int(number), Value::str(text)])
                .field("errno", Value::Int(number))
                .field("strerror", Value::str(text)),
            None => civil_raise(error),
        },
        _ => civil_raise(error),
    }
}

/// The parts of `[Errno 75] text`.
fn numbered(message: &str) -> Option<(i64, &str)> {
    let (number, text) = message.strip_prefix("[Errno ")?.split_once("] ")?;
    Some((number.parse().ok()?, text))
}

/// The day of a `date` or `datetime` receiver of method `name`.
pub fn date(name: &str, a: &[Value]) -> R<Date> {
    match a.first() {
        Some(Value::Date(own)) => Ok(own.0),
        Some(Value::DateTime(own)) => Ok(own.date()),
        other => Err(wrong_receiver(name, "datetime.date", other)),
    }
}

/// The `datetime` receiver of method `name`.
pub fn datetime<'a>(name: &str, a: &'a [Value]) -> R<&'a DateTime> {
    match a.first() {
        Some(Value::DateTime(own)) => Ok(&own.0),
        other => Err(wrong_receiver(name, "datetime.datetime", other)),
    }
}

/// The `time` receiver of method `name`.
pub fn time<'a>(name: &str, a: &'a [Value]) -> R<&'a Time> {
    match a.first() {
        Some(Value::Time(own)) => Ok(&own.0),
        other => Err(wrong_receiver(name, "datetime.time", other)),
    }
}

/// The `timedelta` receiver of method `name`.
pub fn delta(name: &str, a: &[Value]) -> R<Delta> {
    match a.first() {
        Some(Value::Delta(own)) => Ok(own.0),
        other => Err(wrong_receiver(name, "datetime.timedelta", other)),
    }
}

/// The error for a value that is no int where one must be.
#[cold]
pub fn not_an_int(value: &Value) -> Raise {
    type_error(format!("'{}' object cannot be interpreted as an integer", value.type_of().qualified()))
}

/// An int, clamped to a range in which no operation can tell it from what it was.
fn clamped(n: IntView<'_>) -> i128 {
    match n {
        IntView::Small(n) => i128::from(n),
        IntView::Big(n) => n.to_i128().unwrap_or(if IntView::Big(n).sign() < 0 { i128::MIN } else { i128::MAX }),
    }
}

/// An int argument.
pub fn int(value: &Value) -> R<i128> {
    IntView::of(value).map(clamped).ok_or_else(|| not_an_int(value))
}

/// An int argument that CPython stores in a C `int`.
pub fn c_int(value: &Value) -> R<i32> {
    civil::c_int(int(value)?).map_err(raise)
}

/// The same for an argument that may be absent.
pub fn optional_int(value: &Value) -> R<Option<i32>> {
    value.given().map(c_int).transpose()
}

/// An int or float; `None` for anything else.
#[must_use]
pub fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Float(x) => Some(Number::Float(*x)),
        _ => IntView::of(value).map(|n| Number::Int(clamped(n))),
    }
}

/// A timestamp: an int or float.
pub fn timestamp(value: &Value) -> R<Number> {
    number(value).ok_or_else(|| not_an_int(value))
}

/// A `tzinfo` argument: a zone or `None`.
pub fn zone(value: &Value) -> R<Option<&Zone>> {
    match value {
        Value::None => Ok(None),
        Value::Zone(zone) => Ok(Some(&zone.0)),
        other => Err(type_error(format!(
            "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
            other.type_of().qualified()
        ))),
    }
}

/// A zone as a value. Naive values show `None`.
#[must_use]
pub fn zone_value(zone: Option<&Zone>) -> Value {
    zone.cloned().into()
}

/// A text argument, described for the error by `what`, e.g. `strptime() argument 1`.
pub fn text<'a>(what: &str, value: &'a Value) -> R<&'a [u8]> {
    value.text_bytes().ok_or_else(|| {
        let got = value.argument_type();
        type_error(format!("{what} must be str, not {got}"))
    })
}

/// The argument of `fromisoformat`.
pub fn iso_text(value: &Value) -> R<&[u8]> {
    value.text_bytes().ok_or_else(|| type_error("fromisoformat: argument must be str"))
}

/// Optional text as a value.
#[must_use]
pub fn optional_text(text: Option<Vec<u8>>) -> Value {
    text.map_or(Value::None, |text| Value::text(&text))
}

/// The present moment on the clock of the run: whole seconds since 1970 and microseconds.
pub fn now(cx: &mut Cx<'_>) -> (i64, u32) {
    let (seconds, nanos) = crate::modules::time::clock::now(cx);
    (seconds, nanos / 1000)
}

/// Whether a class method was called on `datetime` and not on its base.
#[must_use]
pub fn is_datetime(class: &Value) -> bool {
    matches!(class, Value::Type(desc) if desc.is_subtype(&crate::value::types::DATETIME))
}

/// Hands `value` out again if it is unchanged, as CPython returns the object itself.
#[must_use]
pub fn same_or(receiver: &Value, value: DateTime) -> Value {
    match receiver {
        Value::DateTime(own) if unchanged(&own.0, &value) => Value::DateTime(Ref::clone(own)),
        _ => value.into(),
    }
}

fn unchanged(old: &DateTime, new: &DateTime) -> bool {
    let same_zone = match (old.zone(), new.zone()) {
        (Some(old), Some(new)) => old.is(new),
        (None, None) => true,
        _ => false,
    };
    same_zone && old == new && old.timetz().fold() == new.timetz().fold()
}
