//! Operators and built-in functions on decimals, in the run's current context.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::args::{exact, run, word};
use super::contexts::{Shared, current};
use crate::syntax::ast::{BinaryOp, CmpOp};
use crate::value::decimal::{Context, Decimal, Rounding};
use crate::value::exceptions::type_error;
use crate::value::{Cx, R, Value};

/// `a op b` where one of them is a decimal; `None` if the operator does not apply, as with floats.
///
/// # Errors
/// Trapped signals; a limit.
pub fn binary(cx: &mut Cx<'_>, op: BinaryOp, a: &Value, b: &Value) -> R<Option<Value>> {
    let operation = match op {
        BinaryOp::Add => Context::add,
        BinaryOp::Sub => Context::subtract,
        BinaryOp::Mult => Context::multiply,
        BinaryOp::Div => Context::divide,
        BinaryOp::FloorDiv => Context::divide_int,
        BinaryOp::Mod => Context::remainder,
        BinaryOp::Pow => Context::power,
        _ => return Ok(None),
    };
    let (Some(x), Some(y)) = (exact(a)?, exact(b)?) else { return Ok(None) };
    run(&current(cx), |context| operation(context, &x, &y)).map(|result| Some(Value::decimal(result)))
}

/// `-a` or `+a`, rounded.
///
/// # Errors
/// Trapped signals; a limit.
pub fn sign(cx: &mut Cx<'_>, a: &Decimal, negate: bool) -> R {
    run(&current(cx), |context| if negate { context.minus(a) } else { context.plus(a) }).map(Value::decimal)
}

/// `abs(a)`, rounded.
///
/// # Errors
/// Trapped signals; a limit.
pub fn absolute(cx: &mut Cx<'_>, a: &Decimal) -> R {
    run(&current(cx), |context| context.abs(a)).map(Value::decimal)
}

/// `round(a, n)`: an int for `None`.
///
/// # Errors
/// `TypeError` for a number of places that is no int; trapped signals; a limit.
pub fn round(cx: &mut Cx<'_>, a: &Decimal, n: &Value) -> R {
    if n.is_none() {
        return Ok(Value::big(a.to_int(Rounding::HalfEven)?));
    }
    let places = word(n, "optional arg must be an integer")?;
    run(&current(cx), |context| context.round(a, places)).map(Value::decimal)
}

/// `divmod(a, b)`
///
/// # Errors
/// `TypeError` for what does not mix with decimals; trapped signals; a limit.
pub fn divmod(cx: &mut Cx<'_>, a: &Value, b: &Value) -> R {
    let (Some(x), Some(y)) = (exact(a)?, exact(b)?) else {
        return Err(type_error(format!(
            "unsupported operand type(s) for divmod(): '{}' and '{}'",
            a.type_of().qualified(),
            b.type_of().qualified()
        )));
    };
    let (quotient, rest) = run(&current(cx), |context| context.divmod(&x, &y))?;
    Ok(Value::tuple([Value::decimal(quotient), Value::decimal(rest)]))
}

/// `pow(a, b, c)`
///
/// # Errors
/// `TypeError` for what does not mix with decimals; trapped signals; a limit.
pub fn power_mod(cx: &mut Cx<'_>, a: &Value, b: &Value, c: &Value) -> R {
    if let (Some(x), Some(y), Some(z)) = (exact(a)?, exact(b)?, exact(c)?) {
        return run(&current(cx), |context| context.power_modulo(&x, &y, &z)).map(Value::decimal);
    }
    if [a, b, c].into_iter().any(|v| matches!(v, Value::Float(_))) {
        return Err(type_error("pow() 3rd argument not allowed unless all arguments are integers"));
    }
    Err(type_error(format!(
        "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
        a.type_of().qualified(),
        b.type_of().qualified(),
        c.type_of().qualified()
    )))
}

/// `int(a)` of a decimal.
///
/// # Errors
/// `ValueError` for NaNs, `OverflowError` for infinities; a limit.
pub fn to_int(_: &mut Cx<'_>, a: &Value) -> R {
    match a {
        Value::Decimal(number) => Ok(Value::big(number.to_int(Rounding::Down)?)),
        other => Err(super::args::no_conversion(other)),
    }
}

/// `float(a)` of a decimal.
///
/// # Errors
/// `ValueError` for a signalling NaN; a limit.
pub fn to_float(_: &mut Cx<'_>, a: &Value) -> R {
    match a {
        Value::Decimal(number) => Ok(Value::Float(number.to_float()?)),
        other => Err(super::args::no_conversion(other)),
    }
}

/// `a op b` for `== != < <= > >=` where one of them is a decimal; `None` if the other is no number. The context gets the
/// flag of a float that is compared.
///
/// # Errors
/// Trapped signals; a limit.
pub fn compare(cx: &mut Cx<'_>, op: CmpOp, a: &Value, b: &Value) -> R<Option<bool>> {
    let equality = matches!(op, CmpOp::Eq | CmpOp::NotEq);
    let context = current(cx);
    let (Some(x), Some(y)) = (comparable(&context, equality, a)?, comparable(&context, equality, b)?) else {
        return Ok(None);
    };
    if equality {
        let equal = run(&context, |context| context.equals(&x, &y))?;
        return Ok(Some(equal == (op == CmpOp::Eq)));
    }
    let order = run(&context, |context| context.order(&x, &y))?;
    Ok(Some(match op {
        CmpOp::Lt => order == Some(Ordering::Less),
        CmpOp::LtE => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        CmpOp::Gt => order == Some(Ordering::Greater),
        CmpOp::GtE => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        _ => return Ok(None),
    }))
}

/// An operand of a comparison, where floats are allowed.
fn comparable<'a>(context: &Shared, equality: bool, value: &'a Value) -> R<Option<Cow<'a, Decimal>>> {
    let Value::Float(x) = value else { return exact(value) };
    run(context, |context| {
        if equality {
            context.float_equality();
            return Ok(());
        }
        context.float_operation()
    })?;
    Ok(Some(Cow::Owned(Decimal::from_float(*x)?)))
}
