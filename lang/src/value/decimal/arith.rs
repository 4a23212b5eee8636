//! Sums, products, fused multiply-add and the unary operators.

use std::cmp::Ordering;

use super::coefficient::{Coefficient, digits};
use super::context::{Context, Rounding};
use super::natural::POW10_U128;
use super::number::Decimal;
use super::rounding::{finalize, finalize_product, fits, invalid, nan_result};
use super::signals::Status;
use crate::value::interrupt::Stop;

pub(super) fn add(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    add_signed(a, b, b.negative, context, status)
}

pub(super) fn subtract(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    add_signed(a, b, !b.negative, context, status)
}

/// `a + b`, where `b` counts as having the given sign.
fn add_signed(
    a: &Decimal,
    b: &Decimal,
    b_negative: bool,
    context: &Context,
    status: &mut Status,
) -> Result<Decimal, Stop> {
    if let Some(sum) = small_sum(a, b, b_negative, context) {
        return Ok(sum);
    }
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_result(&[a, b], context, status)? {
            return Ok(nan);
        }
        return Ok(match (a.is_infinite(), b.is_infinite()) {
            (true, true) if a.negative != b_negative => invalid(Status::INVALID_OPERATION, status),
            (true, _) => a.clone(),
            _ => Decimal::infinity(b_negative),
        });
    }
    finalize(exact_sum(a, b, b_negative, context)?, context, status)
}

/// The sum of small numbers that needs neither rounding nor any other adjustment: the usual case.
fn small_sum(a: &Decimal, b: &Decimal, b_negative: bool, context: &Context) -> Option<Decimal> {
    if a.is_special() || b.is_special() {
        return None;
    }
    let (mut x, mut y) = (a.coefficient.to_small()?, b.coefficient.to_small()?);
    if a.exponent != b.exponent {
        let power = *POW10_U128.get(usize::try_from(a.exponent.abs_diff(b.exponent)).ok()?)?;
        let high = if a.exponent > b.exponent { &mut x } else { &mut y };
        *high = high.checked_mul(power)?;
    }
    let (negative, sum) = match (a.negative == b_negative, x.cmp(&y)) {
        (true, _) => (a.negative, x.checked_add(y)?),
        (false, Ordering::Greater) => (a.negative, x - y),
        (false, Ordering::Less) => (b_negative, y - x),
        (false, Ordering::Equal) => (context.rounding == Rounding::Floor, 0),
    };
    let exponent = a.exponent.min(b.exponent);
    fits(digits(sum), exponent, context).then(|| Decimal::finite(negative, Coefficient::Small(sum), exponent))
}

/// The sum before rounding. An operand too small to matter beyond its sign is replaced by a larger one with the same
/// effect, so that the work is bounded by the precision and the operands' own lengths.
fn exact_sum(a: &Decimal, b: &Decimal, b_negative: bool, context: &Context) -> Result<Decimal, Stop> {
    let (high, high_negative, low, low_negative) =
        if a.exponent >= b.exponent { (a, a.negative, b, b_negative) } else { (b, b_negative, a, a.negative) };
    let mut low_exponent = low.exponent;
    let mut low_coefficient = low.coefficient.clone();
    let mut high_coefficient = high.coefficient.clone();
    if high.exponent != low_exponent && !high.is_zero() {
        // One digit below everything that rounding to the precision could look at.
        let limit = high.exponent - 1 + (high.digits() - context.prec as i64 - 1).min(0);
        if low.adjusted() < limit {
            low_exponent = limit;
            low_coefficient = if low.is_zero() { Coefficient::ZERO } else { Coefficient::ONE };
        }
        high_coefficient = high_coefficient.shifted_left(high.exponent.abs_diff(low_exponent))?;
    }
    if high_negative == low_negative {
        return Ok(Decimal::finite(high_negative, high_coefficient.add(&low_coefficient)?, low_exponent));
    }
    let (negative, difference) = match high_coefficient.cmp(&low_coefficient) {
        Ordering::Greater => (high_negative, high_coefficient.sub(&low_coefficient)?),
        Ordering::Less => (low_negative, low_coefficient.sub(&high_coefficient)?),
        Ordering::Equal => (context.rounding == Rounding::Floor, Coefficient::ZERO),
    };
    Ok(Decimal::finite(negative, difference, low_exponent))
}

pub(super) fn multiply(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let (true, Some(x), Some(y)) =
        (a.is_finite() && b.is_finite(), a.coefficient.to_small(), b.coefficient.to_small())
    {
        let (negative, exponent) = (a.negative != b.negative, a.exponent + b.exponent);
        if let Some(product) = finalize_product(negative, (x, y), exponent, context, status) {
            return Ok(product);
        }
    }
    let product = exact_product(a, b, context, status)?;
    finalize(product, context, status)
}

/// The product before rounding.
fn exact_product(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_result(&[a, b], context, status)? {
            return Ok(nan);
        }
        if a.is_zero() || b.is_zero() {
            return Ok(invalid(Status::INVALID_OPERATION, status));
        }
        return Ok(Decimal::infinity(negative));
    }
    Ok(Decimal::finite(negative, a.coefficient.mul(&b.coefficient)?, a.exponent + b.exponent))
}

/// `a * b + c` with one rounding.
pub(super) fn fma(
    a: &Decimal,
    b: &Decimal,
    c: &Decimal,
    context: &Context,
    status: &mut Status,
) -> Result<Decimal, Stop> {
    let mut product_status = Status::NONE;
    let product = exact_product(a, b, context, &mut product_status)?;
    *status |= product_status;
    if product_status.intersects(Status::INVALID_OPERATION) {
        return Ok(product);
    }
    add(&product, c, context, status)
}

/// The unary `+`.
pub(super) fn plus(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    signed(a, a.negative, context, status)
}

/// The unary `-`.
pub(super) fn minus(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    signed(a, !a.negative, context, status)
}

/// `abs()`.
pub(super) fn abs(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    signed(a, false, context, status)
}

/// `a` with a sign, rounded. A zero is negative only when rounding to negative infinity.
fn signed(a: &Decimal, negative: bool, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a], context, status)? {
        return Ok(nan);
    }
    let negative = negative && !(a.is_zero() && context.rounding != Rounding::Floor);
    finalize(a.with_sign(negative), context, status)
}
