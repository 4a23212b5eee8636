//! 256-bit products of two `u128` and their division, for results of ordinary precision without big integers.

/// A number of up to 77 digits: `high * 2^128 + low`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wide {
    high: u128,
    low: u128,
}

const LOW_HALF: u128 = u64::MAX as u128;

/// Quotient and remainder. The divisor must not be zero.
#[inline]
pub(super) fn div_rem(a: u128, b: u128) -> (u128, u128) {
    // Division of 64-bit numbers is several times faster, and most numbers are that small.
    if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
        return ((a / b).into(), (a % b).into());
    }
    let quotient = a / b;
    (quotient, a - quotient * b)
}

impl Wide {
    /// `a * b`.
    pub(super) const fn product(a: u128, b: u128) -> Self {
        let (a_high, a_low) = (a >> 64, a & LOW_HALF);
        let (b_high, b_low) = (b >> 64, b & LOW_HALF);
        let bottom = a_low * b_low;
        let cross = a_high * b_low + (bottom >> 64);
        let middle = a_low * b_high + (cross & LOW_HALF);
        let high = a_high * b_high + (cross >> 64) + (middle >> 64);
        Self { high, low: middle << 64 | bottom & LOW_HALF }
    }

    /// The number, if it has at most 128 bits.
    pub(super) const fn to_u128(self) -> Option<u128> {
        if self.high == 0 { Some(self.low) } else { None }
    }

    /// Quotient and remainder, if the quotient has at most 128 bits. A divisor of zero has none.
    pub(super) fn div_rem(self, divisor: u128) -> Option<(u128, u128)> {
        if self.high >= divisor {
            return None;
        }
        if self.high == 0 {
            return Some(div_rem(self.low, divisor));
        }
        // Schoolbook division with digits of 64 bits; the divisor's leading bit must be set.
        let shift = divisor.leading_zeros();
        let divisor = divisor << shift;
        let high = if shift == 0 { self.high } else { self.high << shift | self.low >> (128 - shift) };
        let low = self.low << shift;
        let (q_high, rest) = digit(high, low >> 64, divisor);
        let (q_low, rest) = digit(rest, low & LOW_HALF, divisor);
        Some((q_high << 64 | q_low, rest >> shift))
    }
}

/// One quotient digit: `(rest * 2^64 + next) / divisor`, where `rest < divisor` and the divisor's leading bit is set.
fn digit(rest: u128, next: u128, divisor: u128) -> (u128, u128) {
    let (d_high, d_low) = (divisor >> 64, divisor & LOW_HALF);
    // An estimate from the leading digits; at most two too large.
    let mut quotient = (rest / d_high).min(LOW_HALF);
    let mut remainder = rest - quotient * d_high;
    while remainder <= LOW_HALF && quotient * d_low > (remainder << 64 | next) {
        quotient -= 1;
        remainder += d_high;
    }
    // The true remainder is less than the divisor, so arithmetic modulo 2^128 gives it.
    let value = (rest << 64 | next).wrapping_sub(quotient.wrapping_mul(divisor));
    (quotient, value)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;

    #[test]
    fn agrees_with_big_integers() {
        let mut samples = vec![1, 2, 3, u64::MAX.into(), 1 << 64, u128::MAX, u128::MAX - 1, 1 << 127, (1 << 127) - 1];
        let mut x = 0x9e37_79b9_7f4a_7c15_u128;
        for i in 0..40 {
            x = x.wrapping_mul(0xda94_2042_e4dd_58b5_8a5c_d789_635d_2dff).wrapping_add(1);
            samples.push(x >> (i * 3));
        }
        for &a in &samples {
            for &b in &samples {
                let wide = Wide::product(a, b);
                let big = BigUint::from(a) * b;
                assert_eq!((BigUint::from(wide.high) << 128_u32) + wide.low, big);
                for &c in &samples {
                    let want = (&big / c, &big % c);
                    match wide.div_rem(c) {
                        Some((q, r)) => assert_eq!((q.into(), r.into()), want),
                        None => assert!(want.0.bits() > 128),
                    }
                }
            }
        }
        assert_eq!(Wide::product(1, 1).div_rem(0), None);
    }
}
