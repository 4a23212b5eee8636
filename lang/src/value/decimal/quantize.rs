//! Operations that choose an exponent: quantize, rounding to integers, reduction, scaling, neighbours.

use std::cmp::Ordering;

use super::arith;
use super::coefficient::{Coefficient, Lost};
use super::context::{Context, Rounding};
use super::number::Decimal;
use super::rounding::{finalize, invalid, largest, nan_result, shift_and_round};
use super::signals::Status;
use crate::value::interrupt::Stop;

/// `a` with the exponent of `b`.
pub(super) fn quantize(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if a.is_special() || b.is_special() {
        if let Some(nan) = nan_result(&[a, b], context, status)? {
            return Ok(nan);
        }
        if a.is_infinite() && b.is_infinite() {
            return Ok(a.clone());
        }
        return Ok(invalid(Status::INVALID_OPERATION, status));
    }
    quantize_to(a, b.exponent, context, status)
}

/// The finite number `a` with the given exponent.
pub(super) fn quantize_to(a: &Decimal, exponent: i64, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if exponent > context.emax || exponent < context.etiny() {
        return Ok(invalid(Status::INVALID_OPERATION, status));
    }
    if a.is_zero() {
        return finalize(Decimal::zero(a.negative, exponent), context, status);
    }
    let distance = a.exponent - exponent;
    if a.digits() + distance > context.prec as i64 {
        return Ok(invalid(Status::INVALID_OPERATION, status));
    }
    let mut met = Status::NONE;
    let coefficient = if distance >= 0 {
        a.coefficient.shifted_left(distance.unsigned_abs())?
    } else {
        let (rounded, lost) = shift_and_round(&a.coefficient, distance.unsigned_abs(), a.negative, context.rounding)?;
        met |= Status::ROUNDED;
        if lost != Lost::Nothing {
            met |= Status::INEXACT;
        }
        rounded
    };
    let result = Decimal::finite(a.negative, coefficient, exponent);
    let fits = result.coefficient.digits() <= context.prec && result.adjusted() <= context.emax;
    if !fits {
        return Ok(invalid(Status::INVALID_OPERATION, status));
    }
    *status |= met;
    finalize(result, context, status)
}

/// Rescales without regard to the precision: for formatting and integer conversion.
pub(super) fn rescale(a: &Decimal, exponent: i64, rounding: Rounding) -> Result<Decimal, Stop> {
    if a.is_special() {
        return Ok(a.clone());
    }
    let distance = a.exponent - exponent;
    let coefficient = if distance >= 0 {
        a.coefficient.shifted_left(distance.unsigned_abs())?
    } else {
        shift_and_round(&a.coefficient, distance.unsigned_abs(), a.negative, rounding)?.0
    };
    Ok(Decimal::finite(a.negative, coefficient, exponent))
}

/// `to_integral_value`: an integer, without flags for what was lost.
pub(super) fn to_integral_value(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    to_integral(a, context, status, false)
}

/// `to_integral_exact`: as [`to_integral_value`], with `Rounded` and `Inexact`.
pub(super) fn to_integral_exact(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    to_integral(a, context, status, true)
}

fn to_integral(a: &Decimal, context: &Context, status: &mut Status, tell: bool) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a], context, status)? {
        return Ok(nan);
    }
    if a.is_infinite() || a.exponent >= 0 {
        return Ok(a.clone());
    }
    if a.is_zero() {
        return Ok(Decimal::zero(a.negative, 0));
    }
    let places = a.exponent.unsigned_abs();
    let (coefficient, lost) = shift_and_round(&a.coefficient, places, a.negative, context.rounding)?;
    if tell {
        *status |= Status::ROUNDED;
        if lost != Lost::Nothing {
            *status |= Status::INEXACT;
        }
    }
    Ok(Decimal::finite(a.negative, coefficient, 0))
}

/// `normalize`: rounded and without zeros at the end.
pub(super) fn normalize(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a], context, status)? {
        return Ok(nan);
    }
    let rounded = finalize(a.clone(), context, status)?;
    if rounded.is_special() {
        return Ok(rounded);
    }
    if rounded.is_zero() {
        return Ok(Decimal::zero(a.negative, 0));
    }
    let limit = if context.clamp { context.etop() } else { context.emax };
    let room = (limit - rounded.exponent).max(0).unsigned_abs();
    let (coefficient, zeros) = rounded.coefficient.without_zeros(room)?;
    Ok(Decimal::finite(rounded.negative, coefficient, rounded.exponent + zeros as i64))
}

/// The exponent of the leading digit, as a number.
pub(super) fn logb(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a], context, status)? {
        return Ok(nan);
    }
    if a.is_infinite() {
        return Ok(Decimal::infinity(false));
    }
    if a.is_zero() {
        *status |= Status::DIVISION_BY_ZERO;
        return Ok(Decimal::infinity(true));
    }
    finalize(Decimal::from(a.adjusted()), context, status)
}

/// `a` times ten to the power `b`.
pub(super) fn scaleb(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a, b], context, status)? {
        return Ok(nan);
    }
    let limit = 2 * (context.emax as i128 + i128::from(context.prec));
    let Some(places) = small_integer(b)?.filter(|n| i128::from(n.unsigned_abs()) <= limit) else {
        return Ok(invalid(Status::INVALID_OPERATION, status));
    };
    if a.is_infinite() {
        return Ok(a.clone());
    }
    // Far outside the range of any context, yet far inside that of the type.
    let bound = 4 * super::context::MAX_EMAX;
    let exponent = a.exponent.saturating_add(places).clamp(-bound, bound);
    finalize(Decimal { exponent, ..a.clone() }, context, status)
}

/// The value of an operand that counts places: it must be an integer with exponent 0.
pub(super) fn small_integer(a: &Decimal) -> Result<Option<i64>, Stop> {
    if a.is_special() || a.exponent != 0 {
        return Ok(None);
    }
    let magnitude = a.coefficient.to_u64().and_then(|n| i64::try_from(n).ok());
    Ok(magnitude.map(|n| n * a.arithmetic_sign()))
}

/// The next smaller number that the context can represent.
pub(super) fn next_minus(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    neighbour(a, true, context, status)
}

/// The next larger number that the context can represent.
pub(super) fn next_plus(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    neighbour(a, false, context, status)
}

fn neighbour(a: &Decimal, below: bool, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a], context, status)? {
        return Ok(nan);
    }
    if a.is_infinite() {
        return if a.negative == below { Ok(a.clone()) } else { largest(!below, context) };
    }
    let directed = context.rounded(if below { Rounding::Floor } else { Rounding::Ceiling });
    // If rounding alone moves the number, it has moved to the neighbour.
    let mut met = Status::NONE;
    let rounded = finalize(a.clone(), &directed, &mut met)?;
    if met.intersects(Status::INEXACT) {
        return Ok(rounded);
    }
    let tiny = Decimal::finite(below, Coefficient::ONE, context.etiny() - 1);
    arith::add(a, &tiny, &directed, &mut Status::default())
}

/// The representable number next to `a` in the direction of `b`.
pub(super) fn next_toward(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a, b], context, status)? {
        return Ok(nan);
    }
    let result = match a.cmp_value(b)? {
        Ordering::Equal => return Ok(a.copy_sign(b)),
        Ordering::Less => next_plus(a, context, status)?,
        Ordering::Greater => next_minus(a, context, status)?,
    };
    if result.is_infinite() {
        *status |= Status::OVERFLOW | Status::ROUNDED | Status::INEXACT;
    } else if result.adjusted() < context.emin {
        *status |= Status::UNDERFLOW | Status::SUBNORMAL | Status::ROUNDED | Status::INEXACT;
        if result.is_zero() {
            *status |= Status::CLAMPED;
        }
    }
    Ok(result)
}
