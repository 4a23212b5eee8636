//! `gamma` and `lgamma` by Lanczos' approximation, with the same coefficients and order of operations as CPython, so that
//! both round alike.

use std::f64::consts::PI;

use super::{domain_error, range_error};
use crate::value::R;

/// The parameter of the approximation.
#[allow(clippy::excessive_precision)]
const G: f64 = 6.024_680_040_776_729_583_740_234_375;
#[allow(clippy::excessive_precision)]
const G_LESS_HALF: f64 = 5.524_680_040_776_729_583_740_234_375;

/// Numerator and denominator of the rational function, from the constant term on (Boost's `lanczos13m53`).
#[allow(clippy::excessive_precision)]
const COEFFICIENTS: [(f64, f64); 13] = [
    (23531376880.410759688572007674451636754734846804940, 0.0),
    (42919803642.649098768957899047001988850926355848959, 39916800.0),
    (35711959237.355668049440185451547166705960488635843, 120543840.0),
    (17921034426.037209699919755754458931112671403265390, 150917976.0),
    (6039542586.3520280050642916443072979210699388420708, 105258076.0),
    (1439720407.3117216736632230727949123939715485786372, 45995730.0),
    (248874557.86205415651146038641322942321632125127801, 13339535.0),
    (31426415.585400194380614231628318205362874684987640, 2637558.0),
    (2876370.6289353724412254090516208496135991145378768, 357423.0),
    (186056.26539522349504029498971604569928220784236328, 32670.0),
    (8071.6720023658162106380029022722506138218516325024, 1925.0),
    (210.82427775157934587250973392071336271166969580291, 66.0),
    (2.5066282746310002701649081771338373386264310793408, 1.0),
];

/// Lanczos' sum for a positive number. Large numbers are divided by, so that no power overflows.
fn lanczos_sum(x: f64) -> f64 {
    let (mut numerator, mut denominator) = (0.0, 0.0);
    if x < 5.0 {
        for (n, d) in COEFFICIENTS.iter().rev() {
            numerator = numerator * x + n;
            denominator = denominator * x + d;
        }
    } else {
        for (n, d) in &COEFFICIENTS {
            numerator = numerator / x + n;
            denominator = denominator / x + d;
        }
    }
    numerator / denominator
}

/// `sin(pi * x)`, accurate also for large numbers.
fn sin_pi(x: f64) -> f64 {
    let y = x.abs() % 2.0;
    let sine = match (2.0 * y).round() as i32 {
        0 => (PI * y).sin(),
        1 => (PI * (y - 0.5)).cos(),
        // Not `sin(pi * (y - 1))`, to have zeros of the right sign.
        2 => (PI * (1.0 - y)).sin(),
        3 => -(PI * (y - 1.5)).cos(),
        _ => (PI * (y - 2.0)).sin(),
    };
    if x.is_sign_negative() { -sine } else { sine }
}

/// Whole numbers up to this have their factorials exact as floats.
const EXACT: f64 = 23.0;

/// The gamma function.
///
/// # Errors
/// At poles, and where the result is too large.
pub(super) fn gamma(x: f64) -> R<f64> {
    if x.is_nan() || x == f64::INFINITY {
        return Ok(x);
    }
    if x == f64::NEG_INFINITY || x == 0.0 {
        return Err(domain_error());
    }
    if x == x.floor() {
        if x < 0.0 {
            return Err(domain_error());
        }
        if x <= EXACT {
            return Ok((1..x as u32).map(f64::from).product());
        }
    }
    let size = x.abs();
    if size < 1e-20 {
        let r = 1.0 / x;
        return if r.is_infinite() { Err(range_error()) } else { Ok(r) };
    }
    if size > 200.0 {
        return if x < 0.0 { Ok(0.0 / sin_pi(x)) } else { Err(range_error()) };
    }
    let y = size + G_LESS_HALF;
    // What rounding `y` lost, to be corrected for.
    let lost = if size > G_LESS_HALF { (y - size) - G_LESS_HALF } else { (y - G_LESS_HALF) - size };
    let correction = lost * G / y;
    let mut r;
    if x < 0.0 {
        r = -PI / sin_pi(size) / size * y.exp() / lanczos_sum(size);
        r -= correction * r;
        if size < 140.0 {
            r /= y.powf(size - 0.5);
        } else {
            let root = y.powf(size / 2.0 - 0.25);
            r /= root;
            r /= root;
        }
    } else {
        r = lanczos_sum(size) / y.exp();
        r += correction * r;
        if size < 140.0 {
            r *= y.powf(size - 0.5);
        } else {
            let root = y.powf(size / 2.0 - 0.25);
            r *= root;
            r *= root;
        }
    }
    if r.is_infinite() { Err(range_error()) } else { Ok(r) }
}

/// The logarithm of the absolute value of the gamma function.
///
/// # Errors
/// At poles, and where the result is too large.
pub(super) fn ln_gamma(x: f64) -> R<f64> {
    if !x.is_finite() {
        return Ok(x.abs());
    }
    if x == x.floor() && x <= 2.0 {
        return if x <= 0.0 { Err(domain_error()) } else { Ok(0.0) };
    }
    let size = x.abs();
    if size < 1e-20 {
        return Ok(-size.ln());
    }
    let mut r = lanczos_sum(size).ln() - G;
    r += (size - 0.5) * ((size + G - 0.5).ln() - 1.0);
    if x < 0.0 {
        // Euler's reflection formula.
        r = PI.ln() - sin_pi(size).abs().ln() - size.ln() - r;
    }
    if r.is_infinite() { Err(range_error()) } else { Ok(r) }
}

#[cfg(test)]
#[allow(clippy::approx_constant)] // Recorded values; some are near known constants.
mod tests {
    use super::*;

    #[test]
    fn rounds_like_cpython() {
        for (x, expected) in [
            (0.5, 1.772_453_850_905_515_9),
            (-1.5, 2.363_271_801_207_354_4),
            (23.0, 1.124_000_727_777_607_7e21),
            (171.0, 7.257_415_615_307_998e306),
            (-170.5, -3.312_739_521_538_607e-308),
        ] {
            assert_eq!(gamma(x).ok(), Some(expected), "{x}");
        }
        for (x, expected) in
            // One unit off ln 2, as CPython has it.
            [(3.0, 0.693_147_180_559_945), (-0.5, 1.265_512_123_484_645), (1e300, 6.897_755_278_982_137e302)]
        {
            assert_eq!(ln_gamma(x).ok(), Some(expected), "{x}");
        }
        assert!(gamma(-1.0).is_err() && gamma(172.0).is_err() && ln_gamma(0.0).is_err() && ln_gamma(1e306).is_err());
    }
}
