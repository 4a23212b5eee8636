//! `int`, `bool`, `float`.

use crate::builtins::repr;
use crate::modules;
use crate::value::exceptions::{type_error, value_error};
use crate::value::format::scan::{self, Scanned};
use crate::value::format::{float_exact, float_text, int_parse};
use crate::value::number::IntView;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, Cx, R, Value};

/// `int(x, base)`
pub static INT: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "int(x: int | float | str | bytes | Decimal = <absent>, /, base: int = <absent>) -> int",
    "A whole number from a number, cut towards zero, or from text.\n\n>>> int('-17')\n-17\n>>> int('ff', 16)\n255\n",
    int,
);

fn int(cx: &mut Cx<'_>, a: &[Value]) -> R {
    // What fields of texts mostly are.
    if let (Value::Short(text), Value::Unbound) = (&a[0], &a[1])
        && let Some(Scanned::Int(n)) = scan::plain(text)
    {
        return Ok(Value::Int(n));
    }
    if let (Some(text), true) = (a[0].text_bytes(), a[1].is_unbound()) {
        return Ok(int_parse::parse(text, 10)?.into());
    }
    if a[0].is_unbound() {
        return if a[1].is_unbound() { Ok(Value::Int(0)) } else { Err(type_error("int() missing string argument")) };
    }
    if let Some(base) = a[1].given() {
        let base = match IntView::of(base) {
            Some(IntView::Small(n)) => n,
            Some(IntView::Big(_)) => 1,
            None => {
                return Err(type_error(format!(
                    "'{}' object cannot be interpreted as an integer",
                    base.type_of().qualified()
                )));
            }
        };
        int_parse::valid_base(base)?;
        return match (a[0].text_bytes(), a[0].byte_data()) {
            (Some(text), _) => Ok(int_parse::parse(text, base)?.into()),
            (None, Some(bytes)) => Ok(int_parse::parse_bytes(&bytes, base)?.into()),
            (None, None) => Err(type_error("int() can't convert non-string with explicit base")),
        };
    }
    match &a[0] {
        Value::Float(x) => Ok(float_exact::float_to_int(*x)?.into()),
        Value::Decimal(_) => modules::decimal::to_int(cx, &a[0]),
        value => {
            if let Some(n) = IntView::of(value) {
                return Ok(match n {
                    IntView::Small(n) => Value::Int(n),
                    IntView::Big(_) => value.clone(),
                });
            }
            if let Value::Native(native) = value
                && let Some(number) = native.object.int()
            {
                return number;
            }
            match value.byte_data() {
                Some(bytes) => Ok(int_parse::parse_bytes(&bytes, 10)?.into()),
                None => Err(type_error(format!(
                    "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                    value.type_of().qualified()
                ))),
            }
        }
    }
}

/// `bool(x)`
pub static BOOL: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "bool(x: Any = False, /) -> bool",
    "The truth value of an object.\n\n>>> bool('')\nFalse\n>>> bool([0])\nTrue\n",
    |cx, a| super::super::truth(cx, &a[0]).map(Value::Bool),
);

/// `float(x)`
pub static FLOAT: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "float(x: int | float | str | bytes | Decimal = 0.0, /) -> float",
    "A floating-point number from a number or from text.\n\n>>> float('1e3')\n1000.0\n",
    float,
);

fn float(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let value = &a[0];
    if let Value::Short(text) = value
        && let Some(Scanned::Float(x)) = scan::plain(text)
    {
        return Ok(Value::Float(x));
    }
    if let Some(text) = value.text_bytes() {
        return Ok(Value::Float(float_text::parse(text)?));
    }
    if let Some(n) = IntView::of(value) {
        return n.to_f64().map(Value::Float);
    }
    match value {
        Value::Float(_) => return Ok(value.clone()),
        Value::Decimal(_) => return modules::decimal::to_float(cx, value),
        _ => {}
    }
    if let Some(bytes) = value.byte_data() {
        return match float_text::read_bytes(&bytes)? {
            Some(x) => Ok(Value::Float(x)),
            None => {
                let shown = repr::repr(cx, value)?;
                Err(value_error(format!("could not convert string to float: {}", shown.to_display())))
            }
        };
    }
    Err(type_error(format!(
        "float() argument must be a string or a real number, not '{}'",
        value.type_of().qualified()
    )))
}

/// A number as a float, for functions of `math` and the like.
///
/// # Errors
/// `TypeError` for what is no number.
pub fn to_float(cx: &mut Cx<'_>, value: &Value) -> R<f64> {
    if let Some(n) = IntView::of(value) {
        return n.to_f64().map_err(|_| crate::value::exceptions::overflow_error("int too large to convert to float"));
    }
    match value {
        Value::Float(x) => Ok(*x),
        Value::Decimal(_) => match modules::decimal::to_float(cx, value)? {
            Value::Float(x) => Ok(x),
            _ => Err(value_error("cannot convert to float")),
        },
        _ => Err(type_error(format!("must be real number, not {}", value.type_of().qualified()))),
    }
}
