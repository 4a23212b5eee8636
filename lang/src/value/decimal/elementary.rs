//! `exp`, `ln` and `log10`, correctly rounded (half to even, whatever the context says, as CPython has it).
//!
//! Each function is first computed with a few digits more than needed. If rounding the ends of the error interval gives
//! two different results, it is computed again with more digits. None of the values is exactly between two decimals, so
//! this ends.

use num_bigint::{BigInt, BigUint};
use num_traits::One;

use super::coefficient::Coefficient;
use super::context::{Context, Rounding};
use super::fixed;
use super::natural;
use super::number::Decimal;
use super::rounding::{finalize, invalid, nan_result};
use super::signals::Status;
use crate::value::interrupt::Stop;

/// Digits beyond the precision in the first attempt.
const FIRST_GUARD: u64 = 8;
/// No approximation is further from the true value, in units of its last place.
const ERROR: u32 = 4;
/// From this number of digits before the point on, `exp` leaves every possible range of exponents.
const EXP_MAX_DIGITS: i64 = 19;

/// A value whose coefficient is known up to [`ERROR`].
struct Approximation {
    negative: bool,
    coefficient: BigUint,
    exponent: i64,
}

/// Bits that hold `digits` decimal digits, and some more.
fn bits_for(digits: u64) -> Result<u64, Stop> {
    let bits = (digits / 1000 + 1).saturating_mul(3322).min(digits.saturating_mul(10) / 3 + 8) + 32;
    natural::reserve_bits(bits.saturating_mul(4))?;
    Ok(bits)
}

/// Rounds the value that `approximate` computes with any number of significant digits.
fn round_correctly(
    context: &Context,
    status: &mut Status,
    approximate: impl Fn(u64) -> Result<Approximation, Stop>,
) -> Result<Decimal, Stop> {
    let mut guard = FIRST_GUARD;
    loop {
        let Approximation { negative, coefficient, exponent } = approximate(context.prec.saturating_add(guard))?;
        // The digit 1 at the end stands for the infinitely many that follow: the value is never exact.
        let end = |n: BigUint| {
            let coefficient = Coefficient::from_big(n * 10_u32 + 1_u32)?;
            let mut met = Status::NONE;
            let rounded = finalize(Decimal::finite(negative, coefficient, exponent - 1), context, &mut met)?;
            Ok::<_, Stop>((rounded, met))
        };
        let (low, low_status) = end(&coefficient - ERROR)?;
        let (high, high_status) = end(coefficient + ERROR)?;
        let agree = low.kind == high.kind
            && low.exponent == high.exponent
            && low.coefficient == high.coefficient
            && low_status == high_status;
        if agree {
            *status |= low_status;
            return Ok(low);
        }
        guard *= 2;
    }
}

/// The magnitude of a finite number in fixed point, from as many leading digits as matter.
fn to_fixed(number: &Decimal, bits: u64, digits: u64) -> Result<BigUint, Stop> {
    let excess = number.coefficient.digits().saturating_sub(digits);
    let (coefficient, _) = number.coefficient.shifted_right(excess)?;
    let exponent = number.exponent + excess as i64;
    let scaled = natural::shift_left(&coefficient.to_big(), bits)?;
    if exponent >= 0 {
        natural::mul_pow10(&scaled, exponent.unsigned_abs())
    } else {
        Ok(natural::div_rem_pow10(&scaled, exponent.unsigned_abs())?.0)
    }
}

/// The coefficient of a fixed-point number with `places` decimal places.
fn to_decimal_places(n: &BigUint, bits: u64, places: u64) -> Result<BigUint, Stop> {
    Ok(natural::mul_pow10(n, places)? >> bits)
}

/// `e` to the power `a`.
pub(super) fn exp(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if a.is_special() {
        if let Some(nan) = nan_result(&[a], context, status)? {
            return Ok(nan);
        }
        return Ok(if a.negative { Decimal::ZERO } else { a.clone() });
    }
    if a.is_zero() {
        return Ok(Decimal::ONE);
    }
    let context = context.rounded(Rounding::HalfEven);
    let before_point = a.adjusted() + 1;
    if before_point > EXP_MAX_DIGITS {
        if !a.negative {
            *status |= Status::OVERFLOW | Status::INEXACT | Status::ROUNDED;
            return Ok(Decimal::infinity(false));
        }
        *status |= Status::INEXACT | Status::ROUNDED | Status::SUBNORMAL | Status::UNDERFLOW | Status::CLAMPED;
        return finalize(Decimal::zero(false, context.etiny()), &context, status);
    }
    let nearly_zero = Decimal::finite(false, Coefficient::from(9), -(context.prec as i64) - 4);
    if a.cmp_magnitude(&nearly_zero)?.is_le() {
        // So near to one that no digit differs. The border decides whether 0.99… counts as subnormal when Emin is 0.
        *status |= Status::INEXACT | Status::ROUNDED;
        let places = context.prec - 1;
        return finalize(Decimal::finite(false, Coefficient::pow10(places)?, -(places as i64)), &context, status);
    }
    round_correctly(&context, status, |digits| approximate_exp(a, digits))
}

fn approximate_exp(a: &Decimal, digits: u64) -> Result<Approximation, Stop> {
    let integer_digits = (a.adjusted() + 1).max(0).unsigned_abs();
    let bits = bits_for(digits)?;
    // e^a = 10^k * e^r with 0 <= r < ln 10. The error of ln 10 is multiplied by k.
    let extra = integer_digits * 4 + 8;
    let magnitude = to_fixed(a, bits + extra, digits + integer_digits + 20)?;
    let ln10 = fixed::ln10(bits + extra)?;
    let (quotient, remainder) = natural::div_rem(&magnitude, &ln10)?;
    let k = i64::try_from(&quotient).unwrap_or(i64::MAX / 2);
    let (k, r) = if a.negative { (-k - 1, ln10 - remainder) } else { (k, remainder) };
    let power = fixed::exp(&(r >> extra), bits)?;
    let coefficient = to_decimal_places(&power, bits, digits)?;
    Ok(Approximation { negative: false, coefficient, exponent: k - digits as i64 })
}

/// What logarithms do with special operands, zeros and negative numbers.
fn logarithm_shortcut(a: &Decimal, context: &Context, status: &mut Status) -> Result<Option<Decimal>, Stop> {
    if let Some(nan) = nan_result(&[a], context, status)? {
        return Ok(Some(nan));
    }
    Ok(if a.is_zero() {
        Some(Decimal::infinity(true))
    } else if a.negative {
        Some(invalid(Status::INVALID_OPERATION, status))
    } else if a.is_infinite() {
        Some(a.clone())
    } else {
        None
    })
}

/// The natural logarithm.
pub(super) fn ln(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(result) = logarithm_shortcut(a, context, status)? {
        return Ok(result);
    }
    if a.cmp_value(&Decimal::ONE)?.is_eq() {
        return Ok(Decimal::ZERO);
    }
    let context = context.rounded(Rounding::HalfEven);
    let reduced = Reduced::new(a)?;
    round_correctly(&context, status, |digits| {
        let (bits, places) = reduced.precision(digits)?;
        let logarithm = reduced.ln(bits, places)?;
        let coefficient = to_decimal_places(logarithm.magnitude(), bits, places)?;
        Ok(Approximation {
            negative: logarithm.sign() == num_bigint::Sign::Minus,
            coefficient,
            exponent: -(places as i64),
        })
    })
}

/// The logarithm to base ten.
pub(super) fn log10(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(result) = logarithm_shortcut(a, context, status)? {
        return Ok(result);
    }
    let context = context.rounded(Rounding::HalfEven);
    if a.coefficient.is_pow10()? {
        return finalize(Decimal::from(a.adjusted()), &context, status);
    }
    let reduced = Reduced::new(a)?;
    round_correctly(&context, status, |digits| {
        let (bits, places) = reduced.precision(digits)?;
        let logarithm = reduced.ln(bits, places)?;
        let numerator = natural::shift_left(logarithm.magnitude(), bits)?;
        let (quotient, _) = natural::div_rem(&numerator, &fixed::ln10(bits)?)?;
        let approximation = Approximation {
            negative: logarithm.sign() == num_bigint::Sign::Minus,
            coefficient: to_decimal_places(&quotient, bits, places)?,
            exponent: -(places as i64),
        };
        carried(approximation, &context)
    })
}

/// The library rounds this quotient to six digits more than the precision before it looks at its size. That is to be
/// seen only where it makes a subnormal 0.99… the smallest normal number, which then has no flag for having been smaller.
fn carried(mut value: Approximation, context: &Context) -> Result<Approximation, Stop> {
    let digits = natural::digits(&value.coefficient)?;
    if value.exponent + digits as i64 == context.emin {
        let half = natural::pow10(digits.saturating_sub(context.prec.saturating_add(6)))? >> 1;
        let next = natural::pow10(digits)?;
        if &value.coefficient + half >= next {
            value.coefficient = next + ERROR;
        }
    }
    Ok(value)
}

/// A positive number as `v * 10^t` with `0.5 <= v < 5`, so that its logarithm is small only if `t` is zero.
struct Reduced {
    v: Decimal,
    t: i64,
    /// Zeros after the point before the logarithm's first digit, at most.
    leading_zeros: u64,
}

impl Reduced {
    fn new(a: &Decimal) -> Result<Self, Stop> {
        let digits = a.digits();
        let (first, _) = a.coefficient.shifted_right((digits - 1).unsigned_abs())?;
        let below_one = first >= Coefficient::from(5);
        let point = if below_one { digits } else { digits - 1 };
        let v = Decimal::finite(false, a.coefficient.clone(), -point);
        let t = a.exponent + point;
        let leading_zeros = if t == 0 {
            // |ln v| > |v - 1| / 2
            let one = Coefficient::pow10(point.unsigned_abs())?;
            let distance = if below_one { one.sub(&v.coefficient)? } else { v.coefficient.sub(&one)? };
            point.unsigned_abs() + 2 - distance.digits().min(point.unsigned_abs() + 1)
        } else {
            0
        };
        Ok(Self { v, t, leading_zeros })
    }

    /// Bits and decimal places with which the logarithm has `digits` significant digits.
    fn precision(&self, digits: u64) -> Result<(u64, u64), Stop> {
        let places = digits.saturating_add(self.leading_zeros);
        // `t` multiplies the error of ln 10.
        Ok((bits_for(places)? + 64, places))
    }

    /// The logarithm in fixed point.
    fn ln(&self, bits: u64, places: u64) -> Result<BigInt, Stop> {
        let mut v = to_fixed(&self.v, bits, places + 25)?;
        let one = BigUint::one() << bits;
        let below_one = v < one;
        if below_one {
            v = natural::div_rem(&(one << bits), &v)?.0;
        }
        let logarithm = BigInt::from(fixed::ln(&v, bits)?);
        let logarithm = if below_one { -logarithm } else { logarithm };
        if self.t == 0 {
            return Ok(logarithm);
        }
        Ok(logarithm + BigInt::from(fixed::ln10(bits)?) * self.t)
    }
}
