//! Exact arithmetic around floats: rounding to digits, ratios, conversions from and to big integers, true division.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{Signed, Zero};

use super::{Fault, Int, IntRef};

/// Bits of precision of a float.
const PRECISION: i64 = 53;
/// Exponent of the smallest positive float, 2⁻¹⁰⁷⁴.
const MIN_EXPONENT: i64 = -1074;
/// Integers up to this one are floats.
const EXACT: u64 = 1 << PRECISION;

/// A finite float as mantissa · 2^exponent; the sign is dropped.
fn decompose(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7FF) as i32 {
        0 => (fraction, -1074),
        exponent => (fraction | 1 << 52, exponent - 1075),
    }
}

/// x · 2^exponent where the result is a float or too large for one.
fn scale(x: f64, exponent: i64) -> f64 {
    let power = |e: i64| f64::from_bits(((1023 + e.clamp(-1022, 1023)) as u64) << 52);
    let half = exponent.clamp(-2000, 2000) / 2;
    x * power(half) * power(exponent.clamp(-2000, 2000) - half)
}

/// The float nearest to m · 2^exponent, half to even; infinite when too large.
///
/// The lowest bit of `m` may stand for a non-zero remainder if `m` has at least 56 bits.
pub(super) fn compose(m: u64, exponent: i64) -> f64 {
    let bits = i64::from(64 - m.leading_zeros());
    let drop = (exponent.saturating_add(bits) - PRECISION).max(MIN_EXPONENT) - exponent;
    if m == 0 || drop <= 0 {
        return scale(m as f64, exponent);
    }
    if drop > 64 {
        return 0.0;
    }
    let wide = u128::from(m);
    let (kept, rest, half) = (wide >> drop, wide & ((1 << drop) - 1), 1_u128 << (drop - 1));
    let up = rest > half || (rest == half && kept & 1 == 1);
    scale((kept as u64 + u64::from(up)) as f64, exponent + drop)
}

/// The upper 64 bits of a number and how many were cut off; what was cut off shows in the lowest bit.
fn top_bits(n: &BigUint) -> (u64, u64) {
    let cut = n.bits().saturating_sub(64);
    let top = u64::try_from(n >> cut).unwrap_or(u64::MAX);
    let inexact = n.trailing_zeros().is_some_and(|zeros| zeros < cut);
    (top | u64::from(inexact), cut)
}

/// The float nearest to an integer.
///
/// # Errors
/// `OverflowError` when there is none.
pub fn int_to_float(n: IntRef<'_>) -> Result<f64, Fault> {
    let too_large = || Fault::overflow("int too large to convert to float");
    let n = match n {
        IntRef::Small(n) => return Ok(n as f64),
        IntRef::Big(n) => n,
    };
    if n.bits() > 1024 {
        return Err(too_large());
    }
    let (top, cut) = top_bits(n.magnitude());
    let x = compose(top, cut as i64);
    match x.is_infinite() {
        true => Err(too_large()),
        false => Ok(if n.is_negative() { -x } else { x }),
    }
}

/// The integer part of a float, exactly.
///
/// # Errors
/// `ValueError` for NaN, `OverflowError` for the infinities.
pub fn float_to_int(x: f64) -> Result<Int, Fault> {
    if x.is_nan() {
        return Err(Fault::value("cannot convert float NaN to integer"));
    }
    if x.is_infinite() {
        return Err(Fault::overflow("cannot convert float infinity to integer"));
    }
    // All floats of this range have an integer part of 63 bits.
    if x.abs() < 9.0e18 {
        return Ok(Int::Small(x as i64));
    }
    let (mantissa, exponent) = decompose(x);
    let n = BigInt::from(mantissa) << exponent.unsigned_abs();
    Ok(Int::from(if x < 0.0 { -n } else { n }))
}

/// `float.as_integer_ratio`: numerator and positive denominator in lowest terms.
///
/// # Errors
/// `ValueError` for NaN, `OverflowError` for the infinities.
pub fn ratio(x: f64) -> Result<(Int, Int), Fault> {
    if x.is_nan() {
        return Err(Fault::value("cannot convert NaN to integer ratio"));
    }
    if x.is_infinite() {
        return Err(Fault::overflow("cannot convert Infinity to integer ratio"));
    }
    let (mantissa, exponent) = decompose(x);
    if mantissa == 0 {
        return Ok((Int::Small(0), Int::Small(1)));
    }
    let zeros = mantissa.trailing_zeros();
    let exponent = exponent + zeros as i32;
    let odd = BigInt::from(mantissa >> zeros);
    let signed = if x < 0.0 { -odd } else { odd };
    let power = exponent.unsigned_abs();
    Ok(if exponent >= 0 {
        (Int::from(signed << power), Int::Small(1))
    } else {
        (Int::from(signed), Int::from(BigInt::from(1) << power))
    })
}

/// `round(x, digits)` for a float: the exact decimal value is rounded, half to even.
///
/// # Errors
/// `OverflowError` when the result is too large.
pub fn round(x: f64, digits: i64) -> Result<f64, Fault> {
    // Beyond 323 digits nothing is rounded away, below −308 everything is.
    if !x.is_finite() || digits > 323 {
        return Ok(x);
    }
    if digits < -308 {
        return Ok(0.0 * x);
    }
    let rounded: f64 = match usize::try_from(digits) {
        Ok(digits) => format!("{x:.digits$}").parse().unwrap_or(x),
        Err(_) => round_whole(x, digits.unsigned_abs() as u32),
    };
    if rounded.is_infinite() {
        return Err(Fault::overflow("rounded value too large to represent"));
    }
    Ok(rounded)
}

/// Rounds to a multiple of 10^zeros.
fn round_whole(x: f64, zeros: u32) -> f64 {
    let (mantissa, exponent) = decompose(x);
    let n = BigUint::from(mantissa);
    let shift = exponent.unsigned_abs();
    let (whole, fraction) = if exponent >= 0 {
        (n << shift, false)
    } else {
        (&n >> shift, u64::from(shift) > n.trailing_zeros().unwrap_or(u64::MAX))
    };
    let unit = BigUint::from(10_u32).pow(zeros);
    let (mut count, rest) = whole.div_rem(&unit);
    let double = rest * 2_u32;
    if double > unit || (double == unit && (fraction || count.is_odd())) {
        count += 1_u32;
    }
    let size: f64 = format!("{count}e{zeros}").parse().unwrap_or(f64::INFINITY);
    size.copysign(x)
}

/// `a / b` for integers, correctly rounded.
///
/// # Errors
/// `ZeroDivisionError`; `OverflowError` when the quotient is too large.
pub fn true_divide(a: IntRef<'_>, b: IntRef<'_>) -> Result<f64, Fault> {
    if let (IntRef::Small(a), IntRef::Small(b)) = (a, b)
        && a.unsigned_abs() <= EXACT
        && b.unsigned_abs() <= EXACT
        && b != 0
    {
        return Ok(a as f64 / b as f64);
    }
    let negative = a.is_negative() != b.is_negative();
    let size = divide_magnitudes(&magnitude(a), &magnitude(b))?;
    Ok(if negative { -size } else { size })
}

fn magnitude(n: IntRef<'_>) -> std::borrow::Cow<'_, BigUint> {
    use std::borrow::Cow;
    match n {
        IntRef::Small(n) => Cow::Owned(BigUint::from(n.unsigned_abs())),
        IntRef::Big(n) => Cow::Borrowed(n.magnitude()),
    }
}

fn divide_magnitudes(a: &BigUint, b: &BigUint) -> Result<f64, Fault> {
    let too_large = || Fault::overflow("integer division result too large for a float");
    if b.is_zero() {
        return Err(Fault::ZeroDivision("division by zero".into()));
    }
    if a.is_zero() {
        return Ok(0.0);
    }
    // The quotient lies between 2^(difference − 1) and 2^(difference + 1).
    let difference = a.bits() as i64 - b.bits() as i64;
    if difference > 1025 {
        return Err(too_large());
    }
    if difference < MIN_EXPONENT - 2 {
        return Ok(0.0);
    }
    // Scaled by this power of two the quotient has 60 or 61 bits; a remainder of any kind shows in the lowest.
    let shift = difference - 60;
    let power = shift.unsigned_abs();
    let (scaled, cut) = if shift < 0 {
        (a << power, false)
    } else {
        (a >> power, a.trailing_zeros().is_some_and(|zeros| zeros < power))
    };
    let (quotient, rest) = scaled.div_rem(b);
    let quotient = u64::try_from(quotient).unwrap_or(u64::MAX);
    let x = compose(quotient | u64::from(cut || !rest.is_zero()), shift);
    if x.is_infinite() { Err(too_large()) } else { Ok(x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_exact_values() {
        for (x, digits, want) in [
            (2.675, 2, 2.67),
            (0.5, 0, 0.0),
            (1.5, 0, 2.0),
            (2.5, 0, 2.0),
            (0.125, 2, 0.12),
            (0.375, 2, 0.38),
            (1234.5, -2, 1200.0),
            (1250.0, -2, 1200.0),
            (1350.0, -2, 1400.0),
            (1250.5, -2, 1300.0),
            (5.0, -1, 0.0),
            (15.0, -1, 20.0),
            (-1250.0, -2, -1200.0),
            (1e300, -300, 1e300),
            (4e299, -300, 0.0),
            (1e22, -3, 1e22),
            (1.1, 400, 1.1),
            (1.1, -400, 0.0),
            (5e-324, 323, 0.0),
            (f64::INFINITY, 2, f64::INFINITY),
        ] {
            assert_eq!(round(x, digits), Ok(want), "{x} {digits}");
        }
        assert_eq!(round(1.7976931348623157e308, -308), Err(Fault::overflow("rounded value too large to represent")));
        assert!(round(-0.3, 0).is_ok_and(|x| x == 0.0 && x.is_sign_negative()));
        assert!(round(f64::NAN, 1).is_ok_and(f64::is_nan));
    }

    #[test]
    fn converts_integers() {
        let big = |text: &str| text.parse::<BigInt>().unwrap();
        for (text, want) in [
            ("9007199254740993", 9007199254740992.0),
            ("9007199254740995", 9007199254740996.0),
            ("36893488147419103233", 36893488147419103232.0),
            ("-100000000000000000000000000000001", -1e32),
        ] {
            assert_eq!(int_to_float(IntRef::Big(&big(text))), Ok(want), "{text}");
        }
        let limit = BigInt::from(1) << 1024_u32;
        let too_large = Err(Fault::overflow("int too large to convert to float"));
        assert_eq!(int_to_float(IntRef::Big(&limit)), too_large);
        assert_eq!(int_to_float(IntRef::Big(&(&limit - 1))), too_large);
        let largest = &limit - (BigInt::from(1) << 970_u32) - 1;
        assert_eq!(int_to_float(IntRef::Big(&largest)), Ok(f64::MAX));
    }

    #[test]
    fn converts_floats() {
        assert_eq!(float_to_int(-2.9), Ok(Int::Small(-2)));
        assert_eq!(float_to_int(1e23), Ok(Int::Big("99999999999999991611392".parse().unwrap())));
        assert_eq!(float_to_int(-9223372036854775808.0), Ok(Int::Small(i64::MIN)));
        assert!(float_to_int(f64::NAN).is_err() && float_to_int(f64::INFINITY).is_err());
        let ratio_of = |x| ratio(x).unwrap();
        assert_eq!(ratio_of(0.75), (Int::Small(3), Int::Small(4)));
        assert_eq!(ratio_of(-6.0), (Int::Small(-6), Int::Small(1)));
        assert_eq!(ratio_of(0.0), (Int::Small(0), Int::Small(1)));
        assert_eq!(ratio_of(5e-324).1, Int::Big(BigInt::from(1) << 1074_u32));
    }

    #[test]
    fn divides() {
        let power = |e: u32| BigInt::from(1) << e;
        let divide = |a: &BigInt, b: &BigInt| true_divide(IntRef::Big(a), IntRef::Big(b));
        assert_eq!(true_divide(IntRef::Small(1), IntRef::Small(3)), Ok(1.0 / 3.0));
        assert_eq!(true_divide(IntRef::Small(i64::MAX), IntRef::Small(-1)), Ok(-9223372036854775808.0));
        assert_eq!(divide(&power(2000), &power(1990)), Ok(1024.0));
        assert_eq!(divide(&power(10), &power(1084)), Ok(5e-324));
        assert_eq!(divide(&power(0), &power(1075)), Ok(0.0));
        assert_eq!(divide(&(power(1) + 1), &power(1076)), Ok(5e-324));
        assert!(matches!(divide(&power(1024), &power(0)), Err(Fault::Overflow(_))));
        assert!(matches!(true_divide(IntRef::Small(1), IntRef::Small(0)), Err(Fault::ZeroDivision(_))));
    }
}
