//! Division: true, integer, remainder, both, and remainder to nearest.

use std::cmp::Ordering;

use super::arith;
use super::coefficient::Coefficient;
use super::context::Context;
use super::number::Decimal;
use super::rounding::{finalize, invalid, nan_result};
use super::signals::Status;
use crate::value::interrupt::Stop;

pub(super) fn divide(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_result(&[a, b], context, status)? {
            return Ok(nan);
        }
        return Ok(match (a.is_infinite(), b.is_infinite()) {
            (true, true) => invalid(Status::INVALID_OPERATION, status),
            (true, false) => Decimal::infinity(negative),
            _ => {
                *status |= Status::CLAMPED;
                Decimal::zero(negative, context.etiny())
            }
        });
    }
    if b.is_zero() {
        if a.is_zero() {
            return Ok(invalid(Status::DIVISION_UNDEFINED, status));
        }
        *status |= Status::DIVISION_BY_ZERO;
        return Ok(Decimal::infinity(negative));
    }
    let ideal = a.exponent - b.exponent;
    if a.is_zero() {
        return finalize(Decimal::zero(negative, ideal), context, status);
    }
    // Scaled so that the quotient has one or two digits more than the precision.
    let shift = b.digits() - a.digits() + context.prec as i64 + 1;
    let places = shift.unsigned_abs();
    let (quotient, remainder) = if shift >= 0 {
        match a.coefficient.small_scaled_div_rem(places, &b.coefficient) {
            Some(result) => result,
            None => a.coefficient.shifted_left(places)?.div_rem(&b.coefficient)?,
        }
    } else {
        a.coefficient.div_rem(&b.coefficient.shifted_left(places)?)?
    };
    let exponent = ideal - shift;
    let result = if !remainder.is_zero() {
        // A last digit other than 0 and 5 tells the rounding that something follows.
        let quotient = if quotient.rem_u64(5) == 0 { quotient.incremented()? } else { quotient };
        Decimal::finite(negative, quotient, exponent)
    } else if shift > 0 {
        let (quotient, zeros) = quotient.without_zeros(places)?;
        Decimal::finite(negative, quotient, exponent + zeros as i64)
    } else {
        Decimal::finite(negative, quotient, exponent)
    };
    finalize(result, context, status)
}

/// Quotient cut to an integer, and remainder with the sign of `a`, of finite numbers with `b` not zero. Not yet
/// finalized; `None` when the quotient has more digits than the precision.
fn integer_quotient(a: &Decimal, b: &Decimal, context: &Context) -> Result<Option<(Decimal, Decimal)>, Stop> {
    let negative = a.negative != b.negative;
    let exponent = a.exponent.min(b.exponent);
    if a.is_zero() {
        return Ok(Some((Decimal::zero(negative, 0), Decimal::zero(a.negative, exponent))));
    }
    let distance = a.adjusted() - b.adjusted();
    if distance < 0 {
        let remainder = a.coefficient.shifted_left(a.exponent.abs_diff(exponent))?;
        return Ok(Some((Decimal::zero(negative, 0), Decimal::finite(a.negative, remainder, exponent))));
    }
    if distance > context.prec as i64 {
        return Ok(None);
    }
    let dividend = a.coefficient.shifted_left(a.exponent.abs_diff(exponent))?;
    let divisor = b.coefficient.shifted_left(b.exponent.abs_diff(exponent))?;
    let (quotient, remainder) = dividend.div_rem(&divisor)?;
    if quotient.digits() > context.prec {
        return Ok(None);
    }
    Ok(Some((Decimal::finite(negative, quotient, 0), Decimal::finite(a.negative, remainder, exponent))))
}

pub(super) fn divide_int(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_result(&[a, b], context, status)? {
            return Ok(nan);
        }
        return Ok(match (a.is_infinite(), b.is_infinite()) {
            (true, true) => invalid(Status::INVALID_OPERATION, status),
            (true, false) => Decimal::infinity(negative),
            _ => Decimal::zero(negative, 0),
        });
    }
    if b.is_zero() {
        if a.is_zero() {
            return Ok(invalid(Status::DIVISION_UNDEFINED, status));
        }
        *status |= Status::DIVISION_BY_ZERO;
        return Ok(Decimal::infinity(negative));
    }
    match integer_quotient(a, b, context)? {
        Some((quotient, _)) => finalize(quotient, context, status),
        None => Ok(invalid(Status::DIVISION_IMPOSSIBLE, status)),
    }
}

/// What `%` and `remainder_near` do with special operands and zero divisors.
fn remainder_shortcut(
    a: &Decimal,
    b: &Decimal,
    context: &Context,
    status: &mut Status,
) -> Result<Option<Decimal>, Stop> {
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_result(&[a, b], context, status)? {
            return Ok(Some(nan));
        }
        if a.is_infinite() {
            return Ok(Some(invalid(Status::INVALID_OPERATION, status)));
        }
        return finalize(a.clone(), context, status).map(Some);
    }
    if !b.is_zero() {
        return Ok(None);
    }
    let condition = if a.is_zero() { Status::DIVISION_UNDEFINED } else { Status::INVALID_OPERATION };
    Ok(Some(invalid(condition, status)))
}

pub(super) fn remainder(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(result) = remainder_shortcut(a, b, context, status)? {
        return Ok(result);
    }
    match integer_quotient(a, b, context)? {
        Some((_, remainder)) => finalize(remainder, context, status),
        None => Ok(invalid(Status::DIVISION_IMPOSSIBLE, status)),
    }
}

pub(super) fn divmod(
    a: &Decimal,
    b: &Decimal,
    context: &Context,
    status: &mut Status,
) -> Result<(Decimal, Decimal), Stop> {
    let negative = a.negative != b.negative;
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_result(&[a, b], context, status)? {
            return Ok((nan.clone(), nan));
        }
        if a.is_infinite() {
            *status |= Status::INVALID_OPERATION;
            let quotient = if b.is_infinite() { Decimal::nan() } else { Decimal::infinity(negative) };
            return Ok((quotient, Decimal::nan()));
        }
        return Ok((Decimal::zero(negative, 0), finalize(a.clone(), context, status)?));
    }
    if b.is_zero() {
        if a.is_zero() {
            *status |= Status::DIVISION_UNDEFINED;
            return Ok((Decimal::nan(), Decimal::nan()));
        }
        *status |= Status::DIVISION_BY_ZERO | Status::INVALID_OPERATION;
        return Ok((Decimal::infinity(negative), Decimal::nan()));
    }
    match integer_quotient(a, b, context)? {
        Some((quotient, remainder)) => {
            Ok((finalize(quotient, context, status)?, finalize(remainder, context, status)?))
        }
        None => {
            *status |= Status::DIVISION_IMPOSSIBLE;
            Ok((Decimal::nan(), Decimal::nan()))
        }
    }
}

/// The remainder of the division whose quotient is rounded to nearest, ties to even.
pub(super) fn remainder_near(
    a: &Decimal,
    b: &Decimal,
    context: &Context,
    status: &mut Status,
) -> Result<Decimal, Stop> {
    if let Some(result) = remainder_shortcut(a, b, context, status)? {
        return Ok(result);
    }
    let Some((quotient, remainder)) = integer_quotient(a, b, context)? else {
        return Ok(invalid(Status::DIVISION_IMPOSSIBLE, status));
    };
    // Only when both have about the same size can the next multiple of `b` be nearer.
    if remainder.is_zero() || remainder.adjusted() < b.adjusted() - 1 {
        return finalize(remainder, context, status);
    }
    let wide = Context::widest();
    let mut ignored = Status::NONE;
    let other = arith::subtract(&remainder, &b.copy_sign(&remainder), &wide, &mut ignored)?;
    let take_other = match other.cmp_magnitude(&remainder)? {
        Ordering::Less => true,
        Ordering::Equal => quotient.coefficient.is_odd(),
        Ordering::Greater => false,
    };
    if !take_other {
        return finalize(remainder, context, status);
    }
    if quotient.coefficient == Coefficient::nines(context.prec.min(quotient.coefficient.digits()))?
        && quotient.coefficient.digits() == context.prec
    {
        return Ok(invalid(Status::DIVISION_IMPOSSIBLE, status));
    }
    finalize(other, context, status)
}
