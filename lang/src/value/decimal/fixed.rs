//! Exponential and logarithm in binary fixed point.
//!
//! A *fixed-point number of `bits` bits* is a natural number that counts units of `2^-bits`. Every function returns a
//! value less than two units from the true one. Constant cost per bit of precision does not matter here as much as
//! staying interruptible: all multiplications and divisions go through [`natural`].

use std::cell::RefCell;

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};

use super::natural;
use crate::value::interrupt::{Stop, checkpoint};

/// The logarithm of ten is remembered up to this many bits.
const CACHED_BITS: u64 = 16 * 1024;

thread_local! {
    /// Precision and value of the most precise logarithm of ten so far.
    static LN10: RefCell<(u64, BigUint)> = const { RefCell::new((0, BigUint::ZERO)) };
}

/// `n` read with `from` bits, as a number of `to` bits; cut.
fn rescaled(n: &BigUint, from: u64, to: u64) -> BigUint {
    if to >= from { n << (to - from) } else { n >> (from - to) }
}

/// `e^x` for `0 <= x < 4`.
pub(super) fn exp(x: &BigUint, bits: u64) -> Result<BigUint, Stop> {
    // The series runs on x / 2^halvings and the result is squared as often, which multiplies the error by 2^halvings.
    let halvings = bits.isqrt() + 2;
    let guard = halvings + 2 * u64::from(64 - bits.leading_zeros()) + 8;
    let width = bits + guard;
    let reduced = rescaled(x, bits + halvings, width);
    let one = BigUint::one() << width;
    let mut sum = &one + &reduced;
    let mut term = reduced.clone();
    let mut i = 2_u32;
    while !term.is_zero() {
        checkpoint(width / 64 + 1)?;
        term = (natural::mul(&term, &reduced)? >> width) / i;
        sum += &term;
        i += 1;
    }
    for _ in 0..halvings {
        checkpoint(width / 64 + 1)?;
        sum = natural::mul(&sum, &sum)? >> width;
    }
    Ok(sum >> guard)
}

/// `ln v` for `1 <= v < 10`.
pub(super) fn ln(v: &BigUint, bits: u64) -> Result<BigUint, Stop> {
    // Halley's iteration triples the number of correct bits, so the precisions shrink by three down to what a double
    // gives.
    let mut precisions = vec![bits + 8];
    while let Some(&last) = precisions.last()
        && last > 44
    {
        precisions.push(last / 3 + 4);
    }
    let start = rescaled(v, bits, 52).to_u64().unwrap_or(1 << 52) as f64 / (1_u64 << 52) as f64;
    let mut y_bits = 52;
    let mut y = BigUint::from((start.ln().max(0.0) * (1_u64 << 52) as f64) as u64);
    for precision in precisions.into_iter().rev() {
        let target = rescaled(v, bits, precision);
        y = rescaled(&y, y_bits, precision);
        y_bits = precision;
        let power = exp(&y, precision)?;
        let sum = &target + &power;
        let correction = |difference: BigUint| natural::div_rem(&(difference << (precision + 1)), &sum);
        if target >= power {
            y += correction(target - &power)?.0;
        } else {
            let step = correction(&power - target)?.0;
            y = if step > y { BigUint::zero() } else { y - step };
        }
    }
    Ok(rescaled(&y, y_bits, bits))
}

/// `atanh(1 / n)`, cut a little below the true value.
fn inverse_atanh(n: u32, bits: u64) -> Result<BigUint, Stop> {
    let square = n * n;
    let mut power = (BigUint::one() << bits) / n;
    let mut sum = power.clone();
    let mut k = 3_u32;
    while !power.is_zero() {
        checkpoint(bits / 16 + 1)?;
        power /= square;
        sum += &power / k;
        k += 2;
    }
    Ok(sum)
}

/// `ln 10`.
pub(super) fn ln10(bits: u64) -> Result<BigUint, Stop> {
    let cached = LN10.with_borrow(|(precision, value)| (*precision >= bits).then(|| rescaled(value, *precision, bits)));
    if let Some(value) = cached {
        return Ok(value);
    }
    // The errors of the three series stay below the extra bits.
    let width = bits + 40;
    let sum =
        inverse_atanh(31, width)? * 46_u32 + inverse_atanh(49, width)? * 34_u32 + inverse_atanh(161, width)? * 20_u32;
    let value = sum >> 40_u32;
    if bits <= CACHED_BITS {
        LN10.set((bits, value.clone()));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_f64(n: &BigUint, bits: u64) -> f64 {
        rescaled(n, bits, 50).to_u64().unwrap() as f64 / (1_u64 << 50) as f64
    }

    #[test]
    fn agree_with_doubles_and_with_each_other() {
        for bits in [100, 1000, 5000] {
            let ten = BigUint::from(10_u32) << bits;
            let logarithm = ln10(bits).unwrap();
            assert!((to_f64(&logarithm, bits) - std::f64::consts::LN_10).abs() < 1e-14);
            assert!(ln(&ten, bits).unwrap().abs_diff_le(&logarithm, 3));
            let back = exp(&logarithm, bits).unwrap();
            assert!(back.abs_diff_le(&ten, 30));
        }
    }

    trait Near {
        fn abs_diff_le(&self, other: &Self, limit: u32) -> bool;
    }

    impl Near for BigUint {
        fn abs_diff_le(&self, other: &Self, limit: u32) -> bool {
            let difference = if self > other { self - other } else { other - self };
            difference <= Self::from(limit)
        }
    }
}
