//! `repr`, `str` and `ascii` of every value (spec 4.12 no. 4–6, 5.8, 5.10, 6.3).
//!
//! | room | job |
//! |---|---|
//! | [`containers`] | lists, dicts, sets and what contains itself |
//! | [`exception`] | exceptions, whose `str` depends on their class |
//! | [`objects`] | callables, types and everything shown as `<… at 0x…>` |
//!
//! Nesting costs no native stack that is not checked ([`nested`]), and a container inside itself shows as `[...]`.

mod containers;
mod exception;
mod objects;

use super::str::codec;
use super::str::pieces::{self, Unit};
use crate::modules;
use crate::value::civil::TimeSpec;
use crate::value::compare::nested;
use crate::value::flow::Part;
use crate::value::format::{float_text, int_text, quote};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::IntView;
use crate::value::{Cx, Entity, HVec, R, Value};

/// `repr(value)`
///
/// # Errors
/// `RecursionError` for data nested too deep; a limit; whatever the `repr` of a module's object raises.
pub fn repr(cx: &mut Cx<'_>, value: &Value) -> R {
    let mut out = HVec::new();
    write_repr(cx, &mut out, value)?;
    Ok(Value::text_vec(out))
}

/// `str(value)`
///
/// # Errors
/// As [`repr`]; an Entity's bytes may not be text in its encoding.
pub fn str(cx: &mut Cx<'_>, value: &Value) -> R {
    Ok(match value {
        Value::Short(_) | Value::Str(_) => value.clone(),
        Value::Int(n) => Value::text(int_text::small(*n, &mut [0; 20])),
        Value::Exception(own) => return nested(RECURSION, || exception::str(cx, own)),
        Value::Decimal(own) => {
            let context = modules::decimal::context(cx);
            Value::str(&context.to_sci_string(own)?)
        }
        Value::DateTime(own) => Value::text(&own.iso_format(b" ", TimeSpec::Auto)),
        Value::Date(own) => Value::str(&own.iso_format()),
        Value::Time(own) => Value::str(&own.iso_format(TimeSpec::Auto)),
        Value::Delta(own) => Value::str(&own.text()),
        Value::Zone(own) => Value::text(&own.text()),
        Value::Entity(own) if is_text(&own.mime_type) => {
            return codec::decode(own.blob.bytes(), own.encoding.as_bytes(), b"strict");
        }
        Value::Native(own) => match own.object.str(cx) {
            Some(text) => return text,
            None => return repr(cx, value),
        },
        _ => return repr(cx, value),
    })
}

/// `ascii(value)`: as `repr`, with everything beyond ASCII escaped.
///
/// # Errors
/// As [`repr`].
pub fn ascii(cx: &mut Cx<'_>, value: &Value) -> R {
    let shown = repr(cx, value)?;
    let text = shown.text_bytes().unwrap_or_default();
    if text.is_ascii() {
        return Ok(shown);
    }
    let mut out = Vec::new();
    quote::write_escaped(&mut out, text)?;
    Ok(Value::text(&out))
}

/// What completes the message of the error for data nested too deep.
const RECURSION: &str = " while getting the repr of an object";

/// Appends `repr(value)`.
///
/// # Errors
/// As [`repr`].
pub fn write_repr(cx: &mut Cx<'_>, out: &mut HVec<u8>, value: &Value) -> R<()> {
    checkpoint(4)?;
    match value {
        Value::Unbound => put(out, "<unbound>"),
        Value::None => put(out, "None"),
        Value::Ellipsis => put(out, "Ellipsis"),
        Value::NotImplemented => put(out, "NotImplemented"),
        Value::Bool(b) => put(out, if *b { "True" } else { "False" }),
        Value::Int(n) => write_int(out, *n),
        Value::Big(n) => put(out, &int_text::decimal(IntView::Big(n.get()).as_ref())?),
        Value::Float(x) => put(out, &float_text::repr(*x)),
        Value::Short(_) | Value::Str(_) => write_text(out, value.text_bytes().unwrap_or_default())?,
        Value::Bytes(own) => write_bytes(out, own.bytes())?,
        Value::ByteArray(own) => {
            put(out, "bytearray(");
            let shown = quote::repr_bytes(&own.bytes.borrow())?;
            // CPython escapes apostrophes here even between quotation marks.
            match shown.strip_prefix(b"b\"") {
                Some(body) => {
                    put(out, "b\"");
                    let escaped = pieces::replace(body, b"'", b"\\'", None, Unit::Bytes)?;
                    put_bytes(out, escaped.as_deref().unwrap_or(body))?;
                }
                None => put_bytes(out, &shown)?,
            }
            put(out, ")");
        }
        Value::Range(own) => {
            put(out, "range(");
            write_repr(cx, out, &own.start)?;
            put(out, ", ");
            write_repr(cx, out, &own.stop)?;
            if !matches!(own.step, Value::Int(1)) {
                put(out, ", ");
                write_repr(cx, out, &own.step)?;
            }
            put(out, ")");
        }
        Value::List(_)
        | Value::Tuple(_)
        | Value::Dict(_)
        | Value::Set(_)
        | Value::Slice(_)
        | Value::View(_)
        | Value::MultiMap(_) => nested(RECURSION, || containers::write(cx, out, value))?,
        Value::Exception(own) => nested(RECURSION, || exception::write(cx, out, own))?,
        Value::Decimal(own) => {
            let context = modules::decimal::context(cx);
            put(out, &context.repr(own)?);
        }
        Value::DateTime(own) => put(out, &own.repr()),
        Value::Date(own) => put(out, &own.repr()),
        Value::Time(own) => put(out, &own.repr()),
        Value::Delta(own) => put(out, &own.repr()),
        Value::Zone(own) => put(out, &own.repr()),
        Value::Entity(own) => write_entity(out, own)?,
        Value::Message(own) => {
            put(out, "<Message id=");
            write_repr(cx, out, &own.get(Part::Id)?)?;
            put(out, ">");
        }
        Value::Native(own) => match nested(RECURSION, || own.object.repr(cx).transpose())? {
            Some(text) => put_bytes(out, text.text_bytes().unwrap_or_default())?,
            None => objects::write(out, value),
        },
        Value::Builtin(_)
        | Value::Type(_)
        | Value::Module(_)
        | Value::Cell(_)
        | Value::Function(_)
        | Value::Method(_)
        | Value::Iter(_)
        | Value::Generator(_) => objects::write(out, value),
    }
    Ok(())
}

/// Appends text of moderate size.
fn put(out: &mut HVec<u8>, text: &str) {
    out.extend_bytes(text.as_bytes());
}

/// Appends text of any size.
fn put_bytes(out: &mut HVec<u8>, text: &[u8]) -> R<()> {
    reserve(text.len())?;
    checkpoint(text.len() as u64 / 16)?;
    out.extend_bytes(text);
    Ok(())
}

fn write_int(out: &mut HVec<u8>, n: i64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut left = n.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if n < 0 {
        out.push(b'-');
    }
    out.extend_bytes(&digits[at..]);
}

/// Appends `repr` of a text. Plain text, the usual case, is copied as a whole.
fn write_text(out: &mut HVec<u8>, text: &[u8]) -> R<()> {
    if text.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'\'' | b'\\')) {
        out.push(b'\'');
        put_bytes(out, text)?;
        out.push(b'\'');
        return Ok(());
    }
    put_bytes(out, &quote::repr(text)?)
}

fn write_bytes(out: &mut HVec<u8>, bytes: &[u8]) -> R<()> {
    put_bytes(out, &quote::repr_bytes(bytes)?)
}

fn write_entity(out: &mut HVec<u8>, entity: &Entity) -> R<()> {
    put(out, "Entity.from_bytes(");
    write_bytes(out, entity.blob.bytes())?;
    put(out, ", mime_type=");
    write_text(out, entity.mime_type.as_bytes())?;
    put(out, ", encoding=");
    write_text(out, entity.encoding.as_bytes())?;
    put(out, ")");
    Ok(())
}

/// Whether bodies of a MIME type are text as a whole (spec 6.3): every `text/*` and the text formats of spec 6.5.
fn is_text(mime_type: &str) -> bool {
    let essence = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some((kind, subtype)) = essence.split_once('/') else { return false };
    match kind {
        "text" => true,
        "application" => {
            matches!(
                subtype,
                "json"
                    | "x-www-form-urlencoded"
                    | "www-form-urlencoded"
                    | "xml"
                    | "csv"
                    | "yaml"
                    | "x-yaml"
                    | "x-ndjson"
            ) || subtype.ends_with("+json")
                || subtype.ends_with("+xml")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_ints() {
        for n in [0, 7, -10, i64::MIN, i64::MAX] {
            let mut out = HVec::new();
            write_int(&mut out, n);
            assert_eq!(String::from_utf8_lossy(&out), n.to_string());
        }
    }

    #[test]
    fn text_formats() {
        for (mime_type, expected) in [
            ("Text/Plain; charset=x", true),
            ("application/vnd.api+json", true),
            ("multipart/form-data;boundary=x", false),
            ("image/svg+xml", false),
            ("nonsense", false),
        ] {
            assert_eq!(is_text(mime_type), expected, "{mime_type}");
        }
    }
}
