//! The `%` operator of `str`, `bytes` and `bytearray` (PEP 461).

use std::borrow::Cow;

use crate::builtins::bytes::args::bytes;
use crate::builtins::list::bytes_like;
use crate::builtins::str::args::{short_int, type_name};
use crate::builtins::{list, repr, subscript};
use crate::modules;
use crate::value::exceptions::{TYPE_ERROR, overflow_error, type_error};
use crate::value::format::percent::{self, Amount, Conversion, Part, Unit};
use crate::value::format::{float_exact, percent_apply};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::IntView;
use crate::value::unicode::wtf8;
use crate::value::{Cx, HVec, R, Raise, Value};

/// The arguments that are still to be converted.
enum Arguments {
    /// Those of a tuple from a position on.
    Many { items: HVec<Value>, at: usize },
    /// A single one, until it is used.
    One(Option<Value>),
}

impl Arguments {
    fn next(&mut self) -> R {
        let next = match self {
            Arguments::Many { items, at } => {
                *at += 1;
                items.get(*at - 1).cloned()
            }
            Arguments::One(value) => value.take(),
        };
        next.ok_or_else(|| type_error("not enough arguments for format string"))
    }

    fn is_used_up(&self) -> bool {
        match self {
            Arguments::Many { items, at } => *at >= items.len(),
            Arguments::One(value) => value.is_none(),
        }
    }
}

/// How far the right operand can be asked for keys.
#[derive(PartialEq)]
enum Mapping {
    /// Not at all.
    No,
    /// It may turn out that it can: an object of a module.
    Maybe,
    /// It can, and need not be used up.
    Yes,
}

fn mapping(unit: Unit, args: &Value) -> Mapping {
    match args {
        Value::Dict(_) | Value::List(_) | Value::Range(_) | Value::MultiMap(_) | Value::Entity(_) => Mapping::Yes,
        Value::Bytes(_) | Value::ByteArray(_) if unit == Unit::CodePoint => Mapping::Yes,
        Value::Native(_) => Mapping::Maybe,
        _ => Mapping::No,
    }
}

/// `template % args`
///
/// # Errors
/// `TypeError` if the arguments do not fit the template, `ValueError` for a wrong template, `KeyError`.
pub fn percent(cx: &mut Cx<'_>, template: &Value, args: &Value) -> R {
    let (unit, text) = match template.text_bytes() {
        Some(text) => (Unit::CodePoint, Cow::Borrowed(text)),
        None => (Unit::Byte, bytes(template)?),
    };
    let mapping = mapping(unit, args);
    let mut arguments = match args {
        Value::Tuple(tuple) => Arguments::Many { items: tuple.items.clone(), at: 0 },
        other => Arguments::One(Some(other.clone())),
    };
    let mut keyed = false;
    let mut out = HVec::new();
    let mut buffer = Vec::new();
    for part in percent::parts(&text, unit, mapping != Mapping::No) {
        match part? {
            Part::Literal(literal) => append(&mut out, literal)?,
            Part::Conversion(mut conversion) => {
                if let Some(key) = conversion.key {
                    let key = if unit == Unit::Byte { Value::bytes(key) } else { Value::text(key) };
                    arguments = Arguments::One(Some(subscript::get(cx, args, &key)?));
                    keyed = true;
                }
                set_amounts(&mut conversion, &mut arguments)?;
                let value = arguments.next()?;
                buffer.clear();
                match unit {
                    Unit::CodePoint => write_text(cx, &mut buffer, &conversion, &value)?,
                    Unit::Byte => write_bytes(cx, &mut buffer, &conversion, &value)?,
                }
                append(&mut out, &buffer)?;
            }
        }
    }
    if mapping != Mapping::Yes && !keyed && !arguments.is_used_up() {
        let what = if unit == Unit::Byte { "bytes" } else { "string" };
        return Err(type_error(format!("not all arguments converted during {what} formatting")));
    }
    Ok(match unit {
        Unit::CodePoint => Value::text_vec(out),
        Unit::Byte => bytes_like(template, out),
    })
}

fn append(out: &mut HVec<u8>, more: &[u8]) -> R<()> {
    reserve(more.len())?;
    checkpoint(more.len() as u64 / 16 + 2)?;
    out.extend_bytes(more);
    Ok(())
}

/// Takes the arguments for `*`.
fn set_amounts(conversion: &mut Conversion<'_>, arguments: &mut Arguments) -> R<()> {
    let mut next = || {
        let value = arguments.next()?;
        if IntView::of(&value).is_some() { Ok(value) } else { Err(type_error("* wants int")) }
    };
    if conversion.width == Amount::Argument {
        conversion.set_width(list::word(&next()?)?);
    }
    if conversion.precision == Amount::Argument {
        conversion.set_precision(i64::from(short_int(&next()?)?))?;
    }
    Ok(())
}

/// A conversion of a `str` template.
fn write_text(cx: &mut Cx<'_>, out: &mut Vec<u8>, conversion: &Conversion<'_>, value: &Value) -> R<()> {
    let text = match conversion.kind_byte() {
        b's' => repr::str(cx, value)?,
        b'r' => repr::repr(cx, value)?,
        b'a' => repr::ascii(cx, value)?,
        b'c' => return Ok(percent_apply::write_character(out, &character(value)?, conversion)?),
        _ => return write_number(cx, out, conversion, value, Unit::CodePoint),
    };
    Ok(percent_apply::write_text(out, text.text_bytes().unwrap_or_default(), conversion, Unit::CodePoint)?)
}

/// A conversion of a `bytes` template.
fn write_bytes(cx: &mut Cx<'_>, out: &mut Vec<u8>, conversion: &Conversion<'_>, value: &Value) -> R<()> {
    match conversion.kind_byte() {
        b's' | b'b' => {
            let text = bytes(value).map_err(|raise| match raise.stop() {
                Some(_) => raise,
                None => type_error(format!(
                    "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
                    type_name(value)
                )),
            })?;
            Ok(percent_apply::write_text(out, &text, conversion, Unit::Byte)?)
        }
        b'r' | b'a' => {
            let text = repr::ascii(cx, value)?;
            Ok(percent_apply::write_text(out, text.text_bytes().unwrap_or_default(), conversion, Unit::Byte)?)
        }
        b'c' => Ok(percent_apply::write_character(out, &[single_byte(value)?], conversion)?),
        _ => write_number(cx, out, conversion, value, Unit::Byte),
    }
}

fn write_number(cx: &mut Cx<'_>, out: &mut Vec<u8>, conversion: &Conversion<'_>, value: &Value, unit: Unit) -> R<()> {
    match conversion.kind_byte() {
        b'd' | b'i' | b'u' | b'o' | b'x' | b'X' => {
            let whole = whole(cx, conversion.kind_byte(), value, unit)?;
            let n = IntView::of(&whole).unwrap_or(IntView::Small(0));
            Ok(percent_apply::write_int(out, n.as_ref(), conversion)?)
        }
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
            Ok(percent_apply::write_float(out, float(cx, value, unit)?, conversion)?)
        }
        _ => Err(conversion.unknown_kind(unit).into()),
    }
}

/// The int to be written: the value itself, or for decimal conversions its whole part.
fn whole(cx: &mut Cx<'_>, kind: u8, value: &Value, unit: Unit) -> R {
    let decimal = matches!(kind, b'd' | b'i' | b'u');
    match value {
        _ if IntView::of(value).is_some() => Ok(value.clone()),
        Value::Float(x) if decimal => Ok(float_exact::float_to_int(*x)?.into()),
        Value::Decimal(_) if decimal => modules::decimal::to_int(cx, value),
        _ => {
            // Templates of bytes take `%i` for `%d`.
            let kind = if kind == b'i' && unit == Unit::Byte { 'd' } else { char::from(kind) };
            let wanted = if decimal { "a real number" } else { "an integer" };
            Err(type_error(format!("%{kind} format: {wanted} is required, not {}", type_name(value))))
        }
    }
}

fn float(cx: &mut Cx<'_>, value: &Value, unit: Unit) -> R<f64> {
    let not_a_number = || match unit {
        Unit::CodePoint => type_error(format!("must be real number, not {}", type_name(value))),
        Unit::Byte => type_error(format!("float argument required, not {}", type_name(value))),
    };
    match value {
        Value::Float(x) => Ok(*x),
        Value::Decimal(_) => match modules::decimal::to_float(cx, value) {
            Ok(Value::Float(x)) => Ok(x),
            Ok(_) => Err(not_a_number()),
            Err(raise) if raise.is(&TYPE_ERROR) => Err(not_a_number()),
            Err(raise) => Err(raise),
        },
        _ => IntView::of(value).ok_or_else(not_a_number)?.to_f64(),
    }
}

/// The character of `%c`: a code point, or a text of one.
fn character(value: &Value) -> R<Vec<u8>> {
    if let Some(text) = value.text_bytes() {
        return match wtf8::decode_at(text, 0) {
            Some((_, len)) if len == text.len() => Ok(text.to_vec()),
            _ => Err(type_error("%c requires int or char")),
        };
    }
    let Some(n) = IntView::of(value) else { return Err(type_error("%c requires int or char")) };
    match n {
        IntView::Small(n @ 0..=0x10_FFFF) => {
            let mut text = Vec::new();
            wtf8::push(&mut text, n as u32);
            Ok(text)
        }
        _ => Err(overflow_error("%c arg not in range(0x110000)")),
    }
}

/// The byte of `%c`: an int, or bytes of length one.
fn single_byte(value: &Value) -> R<u8> {
    let wrong = || type_error("%c requires an integer in range(256) or a single byte");
    if let Some(bytes) = value.byte_data() {
        return match &*bytes {
            [byte] => Ok(*byte),
            _ => Err(wrong()),
        };
    }
    match IntView::of(value).ok_or_else(wrong)? {
        IntView::Small(n) => u8::try_from(n).map_err(|_| out_of_range()),
        IntView::Big(_) => Err(out_of_range()),
    }
}

#[cold]
fn out_of_range() -> Raise {
    overflow_error("%c arg not in range(256)")
}
