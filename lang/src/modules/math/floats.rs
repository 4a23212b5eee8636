//! Functions of one or two floats.

use num_traits::ToPrimitive;

use super::{domain_error, range_error};
use crate::builtins::constructors::to_float;
use crate::modules;
use crate::syntax::ast::CmpOp;
use crate::value::compare::order;
use crate::value::exceptions::{type_error, value_error, zero_division};
use crate::value::format::float_exact;
use crate::value::number::IntView;
use crate::value::{Cx, R, Value};

/// `f(x)` for a function without finite poles: NaN is a domain error, and so is an infinity.
pub(super) fn unary(cx: &mut Cx<'_>, a: &[Value], f: fn(f64) -> f64) -> R {
    let x = to_float(cx, &a[0])?;
    let y = f(x);
    if (y.is_nan() && !x.is_nan()) || (y.is_infinite() && x.is_finite()) {
        return Err(domain_error());
    }
    Ok(Value::Float(y))
}

/// `f(x)` for a function that can overflow.
pub(super) fn growing(cx: &mut Cx<'_>, a: &[Value], f: fn(f64) -> f64) -> R {
    let x = to_float(cx, &a[0])?;
    let y = f(x);
    if y.is_infinite() && x.is_finite() { Err(range_error()) } else { Ok(Value::Float(y)) }
}

/// `f(x, y)` for a function that is defined everywhere.
pub(super) fn binary(cx: &mut Cx<'_>, a: &[Value], f: fn(f64, f64) -> f64) -> R {
    let (x, y) = (to_float(cx, &a[0])?, to_float(cx, &a[1])?);
    Ok(Value::Float(f(x, y)))
}

pub(super) fn pow(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (x, y) = (to_float(cx, &a[0])?, to_float(cx, &a[1])?);
    let result = x.powf(y);
    if x.is_finite() && y.is_finite() {
        if result.is_nan() || (x == 0.0 && y < 0.0) {
            return Err(domain_error());
        }
        if result.is_infinite() {
            return Err(range_error());
        }
    }
    Ok(Value::Float(result))
}

pub(super) fn fmod(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (x, y) = (to_float(cx, &a[0])?, to_float(cx, &a[1])?);
    let result = x % y;
    if result.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(domain_error());
    }
    Ok(Value::Float(result))
}

pub(super) fn remainder(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (x, y) = (to_float(cx, &a[0])?, to_float(cx, &a[1])?);
    if x.is_nan() || y.is_nan() {
        return Ok(Value::Float(f64::NAN));
    }
    if x.is_infinite() || y == 0.0 {
        return Err(domain_error());
    }
    if y.is_infinite() {
        return Ok(Value::Float(x));
    }
    // `rest` is exact, and so is every step: the nearer of two multiples, the even one when both are equally near.
    let (size, unit) = (x.abs(), y.abs());
    let rest = size % unit;
    let other = unit - rest;
    let nearest = if rest < other {
        rest
    } else if rest > other {
        -other
    } else {
        rest - 2.0 * ((0.5 * (size - rest)) % unit)
    };
    Ok(Value::Float(if x.is_sign_negative() { -nearest } else { nearest }))
}

/// A logarithm; ints may be beyond the range of floats.
pub(super) fn logarithm(cx: &mut Cx<'_>, value: &Value, f: fn(f64) -> f64) -> R<f64> {
    if let Some(IntView::Big(n)) = IntView::of(value) {
        if n.sign() == num_bigint::Sign::Minus {
            return Err(domain_error());
        }
        if n.bits() > 1023 {
            // The number is `fraction * 2**bits`; of its lower bits only counts whether there are any.
            let shift = n.bits() - 64;
            let top = (n >> shift).to_u64().unwrap_or(u64::MAX);
            let sticky = n.trailing_zeros().is_some_and(|zeros| zeros < shift);
            let fraction = libm::scalbn((top | u64::from(sticky)) as f64, -64);
            return Ok(f(fraction) + f(2.0) * n.bits() as f64);
        }
    }
    let x = to_float(cx, value)?;
    if x <= 0.0 { Err(domain_error()) } else { Ok(f(x)) }
}

pub(super) fn log(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let args = match &a[0] {
        Value::Tuple(args) => args.items.to_vec(),
        _ => Vec::new(),
    };
    match &args[..] {
        [x] => logarithm(cx, x, f64::ln).map(Value::Float),
        [x, base] => {
            let x = logarithm(cx, x, f64::ln)?;
            let base = logarithm(cx, base, f64::ln)?;
            if base == 0.0 {
                return Err(zero_division("float division by zero"));
            }
            Ok(Value::Float(x / base))
        }
        _ => Err(type_error("math.log requires 1 to 2 arguments")),
    }
}

/// A whole float as an int.
fn whole(x: f64) -> R {
    if x.is_nan() {
        return Err(value_error("cannot convert float NaN to integer"));
    }
    if x.is_infinite() {
        return Err(crate::value::exceptions::overflow_error("cannot convert float infinity to integer"));
    }
    Ok(float_exact::float_to_int(x)?.into())
}

/// An int or bool as an int.
fn as_int(value: &Value) -> Option<Value> {
    Some(match IntView::of(value)? {
        IntView::Small(n) => Value::Int(n),
        IntView::Big(_) => value.clone(),
    })
}

pub(super) fn trunc(cx: &mut Cx<'_>, a: &[Value]) -> R {
    match &a[0] {
        Value::Float(x) => whole(x.trunc()),
        Value::Decimal(_) => modules::decimal::to_int(cx, &a[0]),
        other => as_int(other)
            .ok_or_else(|| type_error(format!("type {} doesn't define __trunc__ method", other.type_of().qualified()))),
    }
}

pub(super) fn floor(cx: &mut Cx<'_>, a: &[Value]) -> R {
    rounded(cx, &a[0], f64::floor, CmpOp::Gt, -1)
}

pub(super) fn ceil(cx: &mut Cx<'_>, a: &[Value]) -> R {
    rounded(cx, &a[0], f64::ceil, CmpOp::Lt, 1)
}

/// Rounds with `f`; a decimal is cut and corrected by `step` if the cut number lies on the `wrong` side.
fn rounded(cx: &mut Cx<'_>, value: &Value, f: fn(f64) -> f64, wrong: CmpOp, step: i64) -> R {
    if let Some(n) = as_int(value) {
        return Ok(n);
    }
    if let Value::Decimal(_) = value {
        let cut = modules::decimal::to_int(cx, value)?;
        if !order(&cut, value, wrong)? {
            return Ok(cut);
        }
        return Ok(match IntView::of(&cut) {
            Some(n) => Value::big(&*n.to_big() + step),
            None => cut,
        });
    }
    let x = to_float(cx, value)?;
    whole(f(x))
}

pub(super) fn frexp(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (mantissa, exponent) = libm::frexp(to_float(cx, &a[0])?);
    let exponent = if mantissa.is_finite() { exponent } else { 0 };
    Ok(Value::tuple([Value::Float(mantissa), Value::Int(i64::from(exponent))]))
}

pub(super) fn ldexp(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let x = to_float(cx, &a[0])?;
    let exponent = match IntView::of(&a[1]) {
        Some(IntView::Small(n)) => n,
        Some(n) => {
            if n.sign() < 0 {
                i64::MIN
            } else {
                i64::MAX
            }
        }
        None => return Err(type_error("Expected an int as second argument to ldexp.")),
    };
    // Beyond this every finite number other than zero overflows or vanishes.
    let exponent = i32::try_from(exponent.clamp(-10_000, 10_000)).unwrap_or(0);
    let result = libm::scalbn(x, exponent);
    if result.is_infinite() && x.is_finite() { Err(range_error()) } else { Ok(Value::Float(result)) }
}

pub(super) fn modf(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let x = to_float(cx, &a[0])?;
    let whole = x.trunc();
    let fraction = if x.is_infinite() { 0.0 } else { x - whole };
    let fraction = if x.is_nan() { x } else { fraction.copysign(x) };
    Ok(Value::tuple([Value::Float(fraction), Value::Float(whole)]))
}

/// The float next to `x` on the way to `y`.
pub(super) fn next_after(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x < y {
        x.next_up()
    } else if x > y {
        x.next_down()
    } else {
        y
    }
}

pub(super) fn ulp(x: f64) -> f64 {
    let x = x.abs();
    if !x.is_finite() {
        return x;
    }
    let up = x.next_up();
    // The largest float has its neighbour below.
    if up.is_infinite() { x - x.next_down() } else { up - x }
}

pub(super) fn is_close(cx: &mut Cx<'_>, args: &[Value]) -> R {
    let (a, b) = (to_float(cx, &args[0])?, to_float(cx, &args[1])?);
    let (relative, absolute) = (to_float(cx, &args[2])?, to_float(cx, &args[3])?);
    if relative < 0.0 || absolute < 0.0 {
        return Err(value_error("tolerances must be non-negative"));
    }
    let difference = (b - a).abs();
    let within = difference <= (relative * b).abs() || difference <= (relative * a).abs() || difference <= absolute;
    Ok(Value::Bool(a == b || (a.is_finite() && b.is_finite() && within)))
}
