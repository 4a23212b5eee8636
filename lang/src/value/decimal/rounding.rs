//! Making a result fit its context: rounding, overflow, underflow, clamping, NaN payloads.
//!
//! Every operation computes an exact (or sufficiently long) result and hands it to [`finalize`] once.

use super::coefficient::{Coefficient, Lost, digits};
use super::context::{Context, Rounding};
use super::natural::POW10_U128;
use super::number::{Decimal, Kind};
use super::signals::Status;
use super::wide::Wide;
use crate::value::interrupt::Stop;

/// Whether a cut coefficient must be incremented.
fn rounds_up(cut: &Coefficient, negative: bool, lost: Lost, rounding: Rounding) -> bool {
    if lost == Lost::Nothing {
        return false;
    }
    match rounding {
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::Ceiling => !negative,
        Rounding::Floor => negative,
        Rounding::HalfUp => lost != Lost::LessThanHalf,
        Rounding::HalfDown => lost == Lost::MoreThanHalf,
        Rounding::HalfEven => lost == Lost::MoreThanHalf || (lost == Lost::Half && cut.is_odd()),
        Rounding::ZeroFiveUp => cut.rem_u64(5) == 0,
    }
}

/// A coefficient shifted `places` to the right and rounded to an integer, and what was lost. It may get one digit more.
pub(super) fn shift_and_round(
    coefficient: &Coefficient,
    places: u64,
    negative: bool,
    rounding: Rounding,
) -> Result<(Coefficient, Lost), Stop> {
    let (cut, lost) = coefficient.shifted_right(places)?;
    let rounded = if rounds_up(&cut, negative, lost, rounding) { cut.incremented()? } else { cut };
    Ok((rounded, lost))
}

/// Fits `number` into the context.
#[inline]
pub(super) fn finalize(number: Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if number.is_finite() && fits(number.coefficient.digits(), number.exponent, context) {
        return Ok(number);
    }
    fit(number, context, status)
}

/// Whether a coefficient of so many digits with this exponent is within all limits.
pub(super) fn fits(digits: u64, exponent: i64, context: &Context) -> bool {
    let adjusted = exponent.saturating_add(digits as i64 - 1);
    digits <= context.prec
        && adjusted >= context.emin
        && adjusted <= context.emax
        && !(context.clamp && exponent > context.etop())
}

/// Rounds the product of two factors without big integers, where that is possible: the precision is ordinary and the
/// result a normal number.
pub(super) fn finalize_product(
    negative: bool,
    factors: (u128, u128),
    exponent: i64,
    context: &Context,
    status: &mut Status,
) -> Option<Decimal> {
    let product = Wide::product(factors.0, factors.1);
    if let Some(small) = product.to_u128() {
        let exact = Decimal::finite(negative, Coefficient::Small(small), exponent);
        return fits(digits(small), exponent, context).then_some(exact);
    }
    // The product has as many digits as both factors together, or one less.
    let length = digits(factors.0) + digits(factors.1);
    let excess = length.checked_sub(context.prec)?;
    let (cut, lost, excess) =
        cut_to(product, excess, context.prec).or_else(|| cut_to(product, excess.checked_sub(1)?, context.prec))?;
    let rounded = if rounds_up(&Coefficient::Small(cut), negative, lost, context.rounding) { cut + 1 } else { cut };
    let exponent = exponent.checked_add(excess as i64)?;
    if !fits(digits(rounded), exponent, context) {
        return None;
    }
    *status |= Status::ROUNDED;
    if lost != Lost::Nothing {
        *status |= Status::INEXACT;
    }
    Some(Decimal::finite(negative, Coefficient::Small(rounded), exponent))
}

/// The number without its last `places` digits, if exactly `length` digits are left.
fn cut_to(number: Wide, places: u64, length: u64) -> Option<(u128, Lost, u64)> {
    let power = *POW10_U128.get(usize::try_from(places).ok()?)?;
    let (cut, remainder) = number.div_rem(power)?;
    (digits(cut) == length).then(|| (cut, Lost::from_small(remainder, power), places))
}

/// Fits a number that [`fits`] does not hold of.
fn fit(mut number: Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    match number.kind {
        Kind::Finite => {}
        Kind::Infinity => return Ok(number),
        Kind::QuietNan | Kind::SignalingNan => return fit_payload(number, context),
    }
    number = fit_exponent(number, context, status)?;
    if number.is_finite() && number.coefficient.digits() > context.prec {
        let excess = number.coefficient.digits() - context.prec;
        let (rounded, lost) = shift_and_round(&number.coefficient, excess, number.negative, context.rounding)?;
        *status |= Status::ROUNDED;
        if lost != Lost::Nothing {
            *status |= Status::INEXACT;
        }
        number.exponent += excess as i64;
        if rounded.digits() > context.prec {
            // 99…9 became 100…0: one zero too many, and perhaps an overflow.
            number.coefficient = rounded.shifted_right(1)?.0;
            number.exponent += 1;
            number = fit_exponent(number, context, status)?;
        } else {
            number.coefficient = rounded;
        }
    }
    Ok(number)
}

/// Shortens the payload of a NaN to what the context can hold.
fn fit_payload(nan: Decimal, context: &Context) -> Result<Decimal, Stop> {
    let limit = context.prec - u64::from(context.clamp);
    if nan.coefficient.is_zero() || nan.coefficient.digits() <= limit {
        return Ok(nan);
    }
    let coefficient = if limit == 0 { Coefficient::ZERO } else { nan.coefficient.low_digits(limit)? };
    Ok(Decimal { coefficient, ..nan })
}

/// Handles exponents outside the context's range.
fn fit_exponent(number: Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let adjusted = number.adjusted();
    if adjusted > context.emax {
        return overflow(&number, context, status);
    }
    if context.clamp && number.exponent > context.etop() {
        return fold_down(number, context, status);
    }
    if adjusted < context.emin {
        return underflow(number, context, status);
    }
    Ok(number)
}

fn overflow(number: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if number.is_zero() {
        *status |= Status::CLAMPED;
        let exponent = if context.clamp { context.etop() } else { context.emax };
        return Ok(Decimal::zero(number.negative, exponent));
    }
    *status |= Status::OVERFLOW | Status::INEXACT | Status::ROUNDED;
    let to_largest = match context.rounding {
        Rounding::Up | Rounding::HalfUp | Rounding::HalfDown | Rounding::HalfEven => false,
        Rounding::Down | Rounding::ZeroFiveUp => true,
        Rounding::Ceiling => number.negative,
        Rounding::Floor => !number.negative,
    };
    if to_largest { largest(number.negative, context) } else { Ok(Decimal::infinity(number.negative)) }
}

/// The finite number of largest magnitude.
pub(super) fn largest(negative: bool, context: &Context) -> Result<Decimal, Stop> {
    Ok(Decimal::finite(negative, Coefficient::nines(context.prec)?, context.etop()))
}

/// Gives a number whose exponent is above `Etop` more digits instead.
fn fold_down(number: Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    *status |= Status::CLAMPED;
    if !number.is_zero() && number.adjusted() < context.emin {
        *status |= Status::SUBNORMAL;
    }
    let places = number.exponent.abs_diff(context.etop());
    let coefficient = number.coefficient.shifted_left(places)?;
    Ok(Decimal { coefficient, exponent: context.etop(), ..number })
}

fn underflow(number: Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let etiny = context.etiny();
    if number.is_zero() {
        if number.exponent >= etiny {
            return Ok(number);
        }
        *status |= Status::CLAMPED;
        return Ok(Decimal { exponent: etiny, ..number });
    }
    *status |= Status::SUBNORMAL;
    if number.exponent >= etiny {
        return Ok(number);
    }
    let places = number.exponent.abs_diff(etiny);
    let (coefficient, lost) = shift_and_round(&number.coefficient, places, number.negative, context.rounding)?;
    *status |= Status::ROUNDED;
    if lost != Lost::Nothing {
        *status |= Status::INEXACT | Status::UNDERFLOW;
        if coefficient.is_zero() {
            *status |= Status::CLAMPED;
        }
    }
    Ok(Decimal { coefficient, exponent: etiny, ..number })
}

/// The result of an operation without result: NaN, and the condition recorded.
pub(super) fn invalid(condition: Status, status: &mut Status) -> Decimal {
    *status |= condition;
    Decimal::nan()
}

/// The result that a NaN among the operands dictates, if there is one. A signaling NaN goes before a quiet one, and the
/// first before the second.
pub(super) fn nan_result(
    operands: &[&Decimal],
    context: &Context,
    status: &mut Status,
) -> Result<Option<Decimal>, Stop> {
    let signaling = operands.iter().find(|operand| operand.is_snan());
    if signaling.is_some() {
        *status |= Status::INVALID_OPERATION;
    }
    match signaling.or_else(|| operands.iter().find(|operand| operand.is_qnan())) {
        Some(&nan) => Ok(Some(fit_payload(Decimal { kind: Kind::QuietNan, ..nan.clone() }, context)?)),
        None => Ok(None),
    }
}
