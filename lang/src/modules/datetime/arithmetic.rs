//! The operators of dates, times and spans.

use super::args::{self, raise};
use crate::syntax::ast::BinaryOp;
use crate::value::civil::Delta;
use crate::value::{R, Value};
use num_bigint::BigInt;

/// `a op b`; `None` if the operator does not apply.
///
/// # Errors
/// `OverflowError` beyond the range of dates or spans, `ZeroDivisionError`, and `TypeError` for a difference of a naive and
/// an aware value.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> R<Option<Value>> {
    use BinaryOp::{Add, Sub};
    let result = match (op, a, b) {
        (Add, Value::Date(day), Value::Delta(span)) | (Add, Value::Delta(span), Value::Date(day)) => {
            day.plus(span.0).map(Value::from)
        }
        (Sub, Value::Date(day), Value::Delta(span)) => day.minus(span.0).map(Value::from),
        (Sub, Value::Date(x), Value::Date(y)) => Ok(x.since(y.0).into()),
        (Add, Value::DateTime(at), Value::Delta(span)) | (Add, Value::Delta(span), Value::DateTime(at)) => {
            at.plus(span.0).map(Value::from)
        }
        (Sub, Value::DateTime(at), Value::Delta(span)) => at.minus(span.0).map(Value::from),
        (Sub, Value::DateTime(x), Value::DateTime(y)) => x.since(&y.0).map(Value::from),
        (_, Value::Delta(x), Value::Delta(y)) => return spans(op, x.0, y.0),
        (_, Value::Delta(span), number) => return scaled(op, span.0, number),
        (BinaryOp::Mult, number, Value::Delta(span)) => return scaled(op, span.0, number),
        _ => return Ok(None),
    };
    result.map(Some).map_err(raise)
}

/// Two spans.
fn spans(op: BinaryOp, x: Delta, y: Delta) -> R<Option<Value>> {
    let result = match op {
        BinaryOp::Add => x.plus(y).map(Value::from),
        BinaryOp::Sub => x.minus(y).map(Value::from),
        BinaryOp::Div => x.div_delta(y).map(Value::Float),
        BinaryOp::FloorDiv => x.floor_div_delta(y).map(|n| Value::big(BigInt::from(n))),
        BinaryOp::Mod => x.rem_delta(y).map(Value::from),
        _ => return Ok(None),
    };
    result.map(Some).map_err(raise)
}

/// A span and a number.
fn scaled(op: BinaryOp, span: Delta, number: &Value) -> R<Option<Value>> {
    use crate::value::civil::Number;
    let Some(number) = args::number(number) else { return Ok(None) };
    let result = match (op, number) {
        (BinaryOp::Mult, factor) => span.times(factor),
        (BinaryOp::Div, divisor) => span.divided_by(divisor),
        (BinaryOp::FloorDiv, Number::Int(divisor)) => span.floor_div(divisor),
        _ => return Ok(None),
    };
    result.map(|span| Some(span.into())).map_err(raise)
}

/// `-a` or `+a` of a span.
///
/// # Errors
/// `OverflowError` for the longest span.
pub fn sign(a: &Value, negate: bool) -> R {
    match a {
        Value::Delta(span) if negate => Ok(span.negated().map_err(raise)?.into()),
        other => Ok(other.clone()),
    }
}

/// `abs(a)` of a span.
///
/// # Errors
/// `OverflowError` beyond the range of spans.
pub fn absolute(a: &Value) -> R {
    match a {
        Value::Delta(span) => Ok(span.0.abs().map_err(raise)?.into()),
        other => Ok(other.clone()),
    }
}
