//! Powers and the square root.
//!
//! Powers are *not* always correctly rounded: CPython's library multiplies (or takes logarithm and exponential) with a
//! given number of extra digits, and its results and flags follow from that. The same precisions are used here.

use std::cmp::Ordering;

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::arith;
use super::coefficient::Coefficient;
use super::context::{Context, MAX_EMAX, Rounding};
use super::divide;
use super::elementary;
use super::natural;
use super::number::Decimal;
use super::rounding::{finalize, invalid, nan_result};
use super::signals::Status;
use crate::value::interrupt::{Stop, checkpoint};

/// An exponent beyond every context: a number with it overflows, in the way the rounding mode says.
const BEYOND: i64 = 2 * (MAX_EMAX + 1) + 1;

/// Extra digits of logarithm and exponential when the exponent is not an integer.
const REAL_GUARD: u64 = 23;

pub(super) fn power(base: &Decimal, exp: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[base, exp], context, status)? {
        return Ok(nan);
    }
    let integral = exp.is_integer()?;
    let negative = base.negative && integral && exp.is_odd_integer()?;
    if let Some(result) = power_of_extremes(base, exp, integral, negative, context, status)? {
        return Ok(result);
    }
    if base.cmp_magnitude(&Decimal::ONE)?.is_eq() {
        return power_of_one(base, exp, integral, negative, context, status);
    }
    if let Some(result) = out_of_range(base, exp, negative, context)? {
        return finalize(result, context, status);
    }
    let result = if integral {
        integer_power(base, exp, negative, context, status)?
    } else {
        real_power(base, exp, context, status)?
    };
    let result = if result.is_infinite() { Decimal::finite(negative, Coefficient::ONE, BEYOND) } else { result };
    finalize(result, context, status)
}

/// Powers in which a zero or an infinity takes part, and powers of negative numbers that do not exist.
fn power_of_extremes(
    base: &Decimal,
    exp: &Decimal,
    integral: bool,
    negative: bool,
    context: &Context,
    status: &mut Status,
) -> Result<Option<Decimal>, Stop> {
    let zero = Decimal::zero(negative, 0);
    let infinity = Decimal::infinity(negative);
    if base.is_zero() {
        return Ok(Some(match (exp.is_zero(), exp.negative) {
            (true, _) => invalid(Status::INVALID_OPERATION, status),
            (false, true) => infinity,
            (false, false) => zero,
        }));
    }
    if base.negative && !integral {
        return Ok(Some(invalid(Status::INVALID_OPERATION, status)));
    }
    if exp.is_infinite() {
        let size = base.cmp_value(&Decimal::ONE)?;
        if size == Ordering::Equal {
            *status |= Status::INEXACT | Status::ROUNDED;
            return one_with_places(false, context.prec - 1).map(Some);
        }
        return Ok(Some(if (size == Ordering::Less) == exp.negative { infinity } else { zero }));
    }
    if exp.is_zero() {
        return Ok(Some(Decimal::finite(negative, Coefficient::ONE, 0)));
    }
    if base.is_infinite() {
        return Ok(Some(if exp.negative { zero } else { infinity }));
    }
    Ok(None)
}

/// One, written with `places` zeros after the point.
fn one_with_places(negative: bool, places: u64) -> Result<Decimal, Stop> {
    Ok(Decimal::finite(negative, Coefficient::pow10(places)?, -(places as i64)))
}

/// Powers of 1.00…0 and -1.00…0: the zeros add up to the precision.
fn power_of_one(
    base: &Decimal,
    exp: &Decimal,
    integral: bool,
    negative: bool,
    context: &Context,
    status: &mut Status,
) -> Result<Decimal, Stop> {
    let limit = context.prec - 1;
    if !integral {
        *status |= Status::INEXACT | Status::ROUNDED;
        return one_with_places(false, limit);
    }
    if exp.negative {
        return Ok(Decimal::finite(negative, Coefficient::ONE, 0));
    }
    // The library computes the number of places as a decimal of this context: what overflows counts as too large.
    let zeros = Coefficient::from(base.exponent.unsigned_abs());
    let places = if zeros.is_zero() {
        Some(0)
    } else if exp.adjusted() > 20 {
        None
    } else {
        let places = integer_coefficient(exp)?.mul(&zeros)?;
        let fits = i64::try_from(places.digits()).is_ok_and(|digits| digits <= context.emax.saturating_add(1));
        places.to_u64().filter(|_| fits)
    };
    match places {
        Some(places) if places <= limit => one_with_places(negative, places),
        _ => {
            *status |= Status::ROUNDED;
            one_with_places(negative, limit)
        }
    }
}

/// Number of decimal digits of an exponent.
const fn exponent_digits(exponent: i64) -> i64 {
    match exponent.unsigned_abs().checked_ilog10() {
        Some(log) => log as i64 + 1,
        None => 1,
    }
}

/// A number that overflows or underflows in place of a power that certainly does, found by comparing orders of
/// magnitude of the exponents.
fn out_of_range(base: &Decimal, exp: &Decimal, negative: bool, context: &Context) -> Result<Option<Decimal>, Stop> {
    let adjusted = base.adjusted();
    // A lower bound of log10(abs(log10(abs(base)))).
    let size = match adjusted {
        1.. => exponent_digits(adjusted) - 1,
        ..-1 => exponent_digits(adjusted + 1) - 1,
        _ => {
            let mut ignored = Status::NONE;
            let distance = arith::subtract(&base.copy_abs(), &Decimal::ONE, &Context::widest(), &mut ignored)?;
            distance.adjusted() - if adjusted == 0 { 2 } else { 1 }
        }
    };
    let bound = size + exp.adjusted();
    let grows = (adjusted < 0) == exp.negative;
    let (limit, exponent) = if grows { (context.emax, BEYOND) } else { (context.etiny(), context.etiny() - 1) };
    let certain = exponent_digits(limit) < bound;
    Ok(certain.then(|| Decimal::finite(negative, Coefficient::ONE, exponent)))
}

/// Repeated squaring with a few more digits than the precision.
fn integer_power(
    base: &Decimal,
    exp: &Decimal,
    negative: bool,
    context: &Context,
    status: &mut Status,
) -> Result<Decimal, Stop> {
    let digits = (exp.adjusted() + 1).unsigned_abs();
    let mut work = context.rounded(Rounding::HalfEven);
    work.prec += digits + 2;
    work.clamp = false;
    let base = if exp.negative {
        work.prec += 1;
        let inverse = divide::divide(&Decimal::ONE, base, &work, status)?;
        if status.intersects(Status::ERRORS) {
            return Ok(Decimal::nan());
        }
        inverse
    } else {
        base.clone()
    };
    let result = match small_magnitude(exp)? {
        Some(exp) => small_power(&base, exp, &work, status)?,
        None => large_power(base, exp, &work, status)?,
    };
    Ok(result.with_sign(negative))
}

/// The magnitude of an integer, if it fits.
fn small_magnitude(exp: &Decimal) -> Result<Option<u64>, Stop> {
    if exp.adjusted() > 20 {
        return Ok(None);
    }
    Ok(integer_coefficient(exp)?.to_u64())
}

/// The magnitude of an integer of moderate exponent.
fn integer_coefficient(number: &Decimal) -> Result<Coefficient, Stop> {
    let places = number.exponent.unsigned_abs();
    if number.exponent >= 0 {
        number.coefficient.shifted_left(places)
    } else {
        Ok(number.coefficient.shifted_right(places)?.0)
    }
}

/// Whether multiplying on is pointless: special, or a zero that stays at the bottom of the range.
const fn is_settled(number: &Decimal, met: Status) -> bool {
    number.is_special() || (number.is_zero() && met.intersects(Status::CLAMPED))
}

/// Binary powers from the most significant bit on.
fn small_power(base: &Decimal, exp: u64, work: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let mut met = Status::NONE;
    let mut result = base.clone();
    for bit in (0..exp.checked_ilog2().unwrap_or(0)).rev() {
        result = arith::multiply(&result, &result, work, &mut met)?;
        if exp >> bit & 1 == 1 {
            result = arith::multiply(&result, base, work, &mut met)?;
        }
        if is_settled(&result, met) {
            break;
        }
    }
    *status |= met;
    Ok(result)
}

/// Binary powers from the least significant bit on, for exponents beyond 64 bits.
fn large_power(mut base: Decimal, exp: &Decimal, work: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let mut met = Status::NONE;
    let mut result = Decimal::ONE;
    let exp = integer_coefficient(exp)?.to_big().into_owned();
    for bit in 0..exp.bits() {
        checkpoint(1)?;
        if exp.bit(bit) {
            result = arith::multiply(&result, &base, work, &mut met)?;
            *status |= met;
            if is_settled(&result, met) {
                break;
            }
        }
        base = arith::multiply(&base, &base, work, &mut met)?;
    }
    Ok(result)
}

/// `e^(exp * ln base)` for a positive base.
fn real_power(base: &Decimal, exp: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let mut work = Context::widest();
    work.prec = context.prec.max(base.coefficient.digits()) + REAL_GUARD;
    let mut met = Status::NONE;
    let logarithm = elementary::ln(base, &work, &mut met)?;
    let product = arith::multiply(&logarithm, exp, &work, &mut met)?;
    *status |= met.and(Status::ERRORS) | Status::INEXACT | Status::ROUNDED;
    let result = elementary::exp(&product, &work, status)?;
    if result.is_finite() && result.cmp_value(&Decimal::ONE)?.is_eq() {
        return one_with_places(false, context.prec - 1);
    }
    Ok(result)
}

/// `pow(base, exp, modulus)` for integers.
pub(super) fn power_modulo(
    base: &Decimal,
    exp: &Decimal,
    modulus: &Decimal,
    context: &Context,
    status: &mut Status,
) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[base, exp, modulus], context, status)? {
        return Ok(nan);
    }
    let fits = base.is_integer()?
        && exp.is_integer()?
        && modulus.is_integer()?
        && !modulus.is_zero()
        && modulus.adjusted() < context.prec as i64
        && (exp.is_zero() || !exp.negative)
        && !(exp.is_zero() && base.is_zero());
    if !fits {
        return Ok(invalid(Status::INVALID_OPERATION, status));
    }
    let negative = base.negative && exp.is_odd_integer()?;
    let modulus = integer_coefficient(modulus)?.to_big().into_owned();
    let exp_coefficient = if exp.is_zero() { Coefficient::ZERO } else { integer_part(exp)? };
    let residue = residue(base, &modulus)?;
    let mut result = modular_power(residue, &exp_coefficient.to_big(), &modulus)?;
    for _ in 0..if exp.is_zero() { 0 } else { exp.exponent.max(0) } {
        result = modular_power(result, &BigUint::from(10_u32), &modulus)?;
    }
    Ok(Decimal::finite(negative, Coefficient::from_big(result)?, 0))
}

/// The coefficient of an integer, without the zeros that a positive exponent stands for.
fn integer_part(number: &Decimal) -> Result<Coefficient, Stop> {
    if number.exponent >= 0 { Ok(number.coefficient.clone()) } else { integer_coefficient(number) }
}

/// The magnitude of an integer modulo `modulus`.
fn residue(number: &Decimal, modulus: &BigUint) -> Result<BigUint, Stop> {
    let coefficient = integer_part(number)?;
    let (_, residue) = natural::div_rem(&coefficient.to_big(), modulus)?;
    let places = BigUint::from(number.exponent.max(0).unsigned_abs());
    let scale = modular_power(BigUint::from(10_u32), &places, modulus)?;
    Ok(natural::div_rem(&natural::mul(&residue, &scale)?, modulus)?.1)
}

fn modular_power(base: BigUint, exp: &BigUint, modulus: &BigUint) -> Result<BigUint, Stop> {
    let mut result = if modulus.is_one() { BigUint::zero() } else { BigUint::one() };
    for bit in (0..exp.bits()).rev() {
        checkpoint(8)?;
        result = natural::div_rem(&natural::mul(&result, &result)?, modulus)?.1;
        if exp.bit(bit) {
            result = natural::div_rem(&natural::mul(&result, &base)?, modulus)?.1;
        }
    }
    Ok(result)
}

/// The square root, correctly rounded half to even.
pub(super) fn sqrt(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a], context, status)? {
        return Ok(nan);
    }
    let ideal = a.exponent.div_euclid(2);
    if a.is_zero() {
        return finalize(Decimal::zero(a.negative, ideal), context, status);
    }
    if a.negative {
        return Ok(invalid(Status::INVALID_OPERATION, status));
    }
    if a.is_infinite() {
        return Ok(a.clone());
    }
    let context = context.rounded(Rounding::HalfEven);
    // An even exponent, and a radicand whose root has one digit more than the precision.
    let odd = a.exponent.rem_euclid(2).unsigned_abs();
    let root_digits = (a.coefficient.digits() + odd).div_ceil(2);
    let shift = context.prec as i64 + 1 - root_digits as i64;
    let places = 2 * shift.unsigned_abs();
    let (radicand, cut) = if shift >= 0 {
        (a.coefficient.shifted_left(odd + places)?, false)
    } else {
        let (radicand, lost) = a.coefficient.shifted_left(odd)?.shifted_right(places)?;
        (radicand, lost != super::coefficient::Lost::Nothing)
    };
    let root = radicand.sqrt()?;
    let exact = !cut && root.mul(&root)? == radicand;
    let result = if exact {
        // As near to the ideal exponent as the zeros allow.
        if shift >= 0 {
            let (root, zeros) = root.without_zeros(shift.unsigned_abs())?;
            Decimal::finite(false, root, ideal - shift + zeros as i64)
        } else {
            Decimal::finite(false, root.shifted_left(shift.unsigned_abs())?, ideal)
        }
    } else {
        let root = if root.rem_u64(5) == 0 { root.incremented()? } else { root };
        Decimal::finite(false, root, ideal - shift)
    };
    finalize(result, &context, status)
}
