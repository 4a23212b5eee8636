//! Exact arithmetic of durations with numbers: products and quotients of an integer with a float or an integer,
//! rounded half to even exactly once.
//!
//! Durations stay below 2^67 microseconds and floats have 53 significant bits, so everything that can give a
//! representable duration fits `i128`; what does not fit is reported as `None` (overflow) or is known to round to zero.

use super::error::{CivilError, Result};

/// A finite float as `mantissa * 2^exponent`, the mantissa odd or zero.
fn decompose(float: f64) -> Result<(i128, i32)> {
    if float.is_nan() {
        return Err(CivilError::value("cannot convert NaN to integer ratio"));
    }
    if float.is_infinite() {
        return Err(CivilError::overflow("cannot convert Infinity to integer ratio"));
    }
    let bits = float.to_bits();
    let field = (bits >> 52 & 0x7FF) as i32;
    let fraction = i128::from(bits & ((1 << 52) - 1));
    let (mantissa, exponent) = if field == 0 { (fraction, -1_074) } else { (fraction | 1 << 52, field - 1_075) };
    if mantissa == 0 {
        return Ok((0, 0));
    }
    let zeros = mantissa.trailing_zeros();
    let mantissa = mantissa >> zeros;
    Ok((if float.is_sign_negative() { -mantissa } else { mantissa }, exponent + zeros as i32))
}

/// `left << shift` unless that overflows.
fn shifted(left: i128, shift: u32) -> Option<i128> {
    if left == 0 {
        return Some(0);
    }
    // One bit is the sign.
    (shift < left.unsigned_abs().leading_zeros().saturating_sub(1)).then(|| left << shift)
}

/// `left * factor`, rounded.
pub(super) fn multiply(left: i128, factor: f64) -> Result<Option<i128>> {
    let (mantissa, exponent) = decompose(factor)?;
    // Below 2^67 times 2^53.
    let product = left * mantissa;
    Ok(if exponent >= 0 {
        shifted(product, exponent.unsigned_abs())
    } else {
        // Dividing by 2^126 or more always rounds to zero.
        Some(shifted(1, exponent.unsigned_abs()).map_or(0, |divisor| divide_nearest(product, divisor)))
    })
}

/// `left / divisor`, rounded.
pub(super) fn divide(left: i128, divisor: f64) -> Result<Option<i128>> {
    let (mantissa, exponent) = decompose(divisor)?;
    if mantissa == 0 {
        return Err(CivilError::zero_division("integer division or modulo by zero"));
    }
    Ok(if exponent >= 0 {
        Some(shifted(mantissa, exponent.unsigned_abs()).map_or(0, |divisor| divide_nearest(left, divisor)))
    } else {
        // A numerator beyond 2^126 over a mantissa below 2^53 exceeds every duration.
        shifted(left, exponent.unsigned_abs()).map(|numerator| divide_nearest(numerator, mantissa))
    })
}

/// The integer nearest to `left / right`, ties to even. `right` is not zero.
pub(super) fn divide_nearest(left: i128, right: i128) -> i128 {
    let quotient = floor_divide(left, right);
    let rest = left - quotient * right;
    // The rest has the sign of `right` and is smaller; comparing with the other part avoids doubling it.
    let above = (right - rest).unsigned_abs();
    let below = rest.unsigned_abs();
    if below > above || (below == above && quotient % 2 != 0) { quotient + 1 } else { quotient }
}

/// The integer at or below `left / right`. `right` is not zero.
pub(super) fn floor_divide(left: i128, right: i128) -> i128 {
    let quotient = left.wrapping_div(right);
    if left % right != 0 && (left < 0) != (right < 0) { quotient - 1 } else { quotient }
}

/// `left / right` as the nearest float. `right` is not zero; both are below 2^70.
pub(super) fn true_divide(left: i128, right: i128) -> f64 {
    if left == 0 {
        return if right < 0 { -0.0 } else { 0.0 };
    }
    let (numerator, divisor) = (left.unsigned_abs(), right.unsigned_abs());
    // With the numerator moved to the top, the quotient has at least 57 bits; the lowest one takes part in the
    // rounding only as "there is more", so the conversion rounds correctly.
    let shift = numerator.leading_zeros();
    let numerator = numerator << shift;
    let quotient = (numerator / divisor) | u128::from(numerator % divisor != 0);
    let magnitude = quotient as f64 / 2f64.powi(shift as i32);
    if (left < 0) == (right < 0) { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest() {
        for (left, right, expected) in [
            (1, 2, 0),
            (3, 2, 2),
            (-1, 2, 0),
            (-3, 2, -2),
            (7, -2, -4),
            (5, -2, -2),
            (10, 3, 3),
            (i128::MAX, 1, i128::MAX),
        ] {
            assert_eq!(divide_nearest(left, right), expected, "{left}/{right}");
        }
    }

    #[test]
    fn floats() {
        assert_eq!(multiply(3, 0.5).ok(), Some(Some(2)));
        assert_eq!(multiply(1, 1e300).ok(), Some(None));
        assert_eq!(multiply(0, 1e300).ok(), Some(Some(0)));
        assert_eq!(divide(1, 5e-324).ok(), Some(None));
        assert_eq!(divide(1 << 66, 1e300).ok(), Some(Some(0)));
        assert!(divide(1, 0.0).is_err() && multiply(1, f64::INFINITY).is_err());
        assert_eq!(true_divide(1, 3), 1.0 / 3.0);
        assert_eq!(true_divide(-86_399_999_999_999_999_999, 1_000_000), -86_399_999_999_999.999_999);
    }
}
