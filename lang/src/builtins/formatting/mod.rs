//! Values as text by a specification: `format`, f-strings, `str.format`, the `%` operator (spec 5.3, 5.4).
//!
//! | room | job |
//! |---|---|
//! | this one | one value and one specification |
//! | [`template`] | `str.format`, `str.format_map` |
//! | [`percent`] | the `%` operator of `str`, `bytes` and `bytearray` |
//!
//! The mini-languages themselves are in `value::format`, `value::decimal` and `value::civil`; here they meet values.

mod percent;
mod template;

pub use percent::percent;
pub use template::{format_map, str_format};

use super::repr;
use super::str::args::type_name;
use crate::modules;
use crate::value::exceptions::type_error;
use crate::value::format::present;
use crate::value::number::{IntView, civil_raise};
use crate::value::types;
use crate::value::{Cx, R, Raise, Value};

/// `format(value, spec)`
///
/// # Errors
/// `ValueError` for a specification that does not fit the type, `TypeError` for a type that takes none; whatever `str` of
/// the value raises.
pub fn format(cx: &mut Cx<'_>, value: &Value, spec: &[u8]) -> R {
    if spec.is_empty() {
        return match value {
            Value::Native(own) => own.object.format(cx, "").unwrap_or_else(|| repr::str(cx, value)),
            _ => repr::str(cx, value),
        };
    }
    if let Some(text) = value.text_bytes() {
        return Ok(Value::text(&present::format_text(text, spec)?));
    }
    if let Some(n) = IntView::of(value) {
        return Ok(Value::text(&present::format_int(n.as_ref(), spec, value.type_name())?));
    }
    match value {
        Value::Float(x) => Ok(Value::text(&present::format_float(*x, spec)?)),
        Value::Decimal(own) => {
            let context = modules::decimal::context(cx);
            Ok(Value::str(&context.format(own, spec)?))
        }
        Value::DateTime(own) => Ok(Value::text(&own.strftime(spec, &cx.env().zone).map_err(civil_raise)?)),
        Value::Date(own) => Ok(Value::text(&own.strftime(spec, &cx.env().zone).map_err(civil_raise)?)),
        Value::Time(own) => Ok(Value::text(&own.strftime(spec, &cx.env().zone).map_err(civil_raise)?)),
        Value::Native(own) => {
            let formatted = std::str::from_utf8(spec).ok().and_then(|spec| own.object.format(cx, spec));
            formatted.unwrap_or_else(|| Err(no_format(value)))
        }
        _ => Err(no_format(value)),
    }
}

/// The error for a type that takes no specification.
#[cold]
fn no_format(value: &Value) -> Raise {
    let class = value.type_of();
    // Named tuples of the library are classes written in Python, which CPython calls by their bare names.
    let name = match value {
        Value::Tuple(_) if class != &types::TUPLE && !matches!(class.module, "time" | "datetime") => {
            class.name.to_owned()
        }
        _ => type_name(value),
    };
    type_error(format!("unsupported format string passed to {name}.__format__"))
}
