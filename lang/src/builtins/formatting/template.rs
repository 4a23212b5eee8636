//! `str.format` and `str.format_map`: look-ups, conversions and nested specifications of replacement fields.

use crate::builtins::{attribute, repr, subscript};
use crate::value::exceptions::{index_error, key_error, value_error};
use crate::value::format::template::{self, Field, First, Numbering, Step};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{Cx, HVec, R, Value};

/// What replacement fields refer to.
struct Arguments<'a> {
    /// Positional arguments; `None` for `format_map`, which has none.
    positional: Option<&'a [Value]>,
    /// Keyword arguments, or the mapping of `format_map`.
    named: &'a Value,
}

/// How deep a specification may have fields of its own.
const DEPTH: u32 = 2;

/// `template.format(*positional, **named)`
///
/// # Errors
/// `ValueError` for a wrong template; whatever looking values up and formatting them raises.
pub fn str_format(cx: &mut Cx<'_>, template: &[u8], positional: &[Value], named: &Value) -> R {
    run(cx, template, &Arguments { positional: Some(positional), named })
}

/// `template.format_map(mapping)`
///
/// # Errors
/// As [`str_format`].
pub fn format_map(cx: &mut Cx<'_>, template: &[u8], mapping: &Value) -> R {
    run(cx, template, &Arguments { positional: None, named: mapping })
}

fn run(cx: &mut Cx<'_>, template: &[u8], arguments: &Arguments<'_>) -> R {
    let mut out = HVec::new();
    fill(cx, &mut out, template, arguments, &mut Numbering::default(), DEPTH)?;
    Ok(Value::text_vec(out))
}

fn append(out: &mut HVec<u8>, text: &[u8]) -> R<()> {
    reserve(text.len())?;
    checkpoint(text.len() as u64 / 16 + 2)?;
    out.extend_bytes(text);
    Ok(())
}

fn fill(
    cx: &mut Cx<'_>,
    out: &mut HVec<u8>,
    template: &[u8],
    arguments: &Arguments<'_>,
    numbering: &mut Numbering,
    depth: u32,
) -> R<()> {
    let Some(depth) = depth.checked_sub(1) else { return Err(value_error("Max string recursion exceeded")) };
    for piece in template::pieces(template) {
        let piece = piece?;
        append(out, piece.literal)?;
        if let Some(field) = piece.field {
            let value = look_up(cx, &field, arguments, numbering)?;
            let value = convert(cx, value, &field)?;
            let text = if field.nested {
                let mut spec = HVec::new();
                fill(cx, &mut spec, field.spec, arguments, numbering, depth)?;
                super::format(cx, &value, &spec)?
            } else {
                super::format(cx, &value, field.spec)?
            };
            append(out, text.text_bytes().unwrap_or_default())?;
        }
    }
    Ok(())
}

/// The value that a field names.
fn look_up(cx: &mut Cx<'_>, field: &Field<'_>, arguments: &Arguments<'_>, numbering: &mut Numbering) -> R {
    let (first, steps) = template::split_name(field.name, numbering)?;
    let mut value = match first {
        First::Index(n) => {
            let Some(positional) = arguments.positional else {
                return Err(value_error("Format string contains positional fields"));
            };
            positional
                .get(n)
                .cloned()
                .ok_or_else(|| index_error(format!("Replacement index {n} out of range for positional args tuple")))?
        }
        First::Key(key) => {
            let key = Value::text(key);
            match arguments.named {
                Value::Dict(named) if named.special.is_none() => named.get(&key)?.ok_or_else(|| key_error(key))?,
                named => subscript::get(cx, named, &key)?,
            }
        }
    };
    for step in steps {
        value = match step? {
            Step::Attribute(name) => attribute::get(cx, &value, &String::from_utf8_lossy(name))?,
            Step::Index(n) => subscript::get(cx, &value, &Value::size(n))?,
            Step::Key(key) => subscript::get(cx, &value, &Value::text(key))?,
        };
    }
    Ok(value)
}

/// Applies `!r`, `!s` or `!a`.
fn convert(cx: &mut Cx<'_>, value: Value, field: &Field<'_>) -> R {
    match field.conversion.map(|c| (char::from_u32(c), c)) {
        None => Ok(value),
        Some((Some('r'), _)) => repr::repr(cx, &value),
        Some((Some('s'), _)) => repr::str(cx, &value),
        Some((Some('a'), _)) => repr::ascii(cx, &value),
        Some((_, other)) => Err(template::unknown_conversion(other).into()),
    }
}
