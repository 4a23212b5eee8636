//! Floats of sixteen bits (IEEE 754 binary16).

/// The bits of the nearest half, ties to even; `None` if it would be infinite.
#[must_use]
pub fn to_bits(x: f64) -> Option<u16> {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    if x.is_nan() {
        return Some(sign | 0x7e00);
    }
    if x.is_infinite() {
        return Some(sign | 0x7c00);
    }
    let magnitude = x.abs();
    let exponent = ((magnitude.to_bits() >> 52) as i32 - 1023).max(-14);
    if exponent > 15 {
        return None;
    }
    // How many steps of the last place the number is. A carry runs into the exponent by itself.
    let steps = (magnitude / 2f64.powi(exponent - 10)).round_ties_even();
    // At most 2048 steps and 29 exponents above the least.
    let bits = steps as u16 + ((exponent + 14) as u16) * 1024;
    (bits < 0x7c00).then_some(sign | bits)
}

/// The number with these bits.
#[must_use]
pub fn from_bits(bits: u16) -> f64 {
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_in_both_directions() {
        for (x, bits) in [
            (0.0, 0x0000),
            (-0.0, 0x8000),
            (1.0, 0x3c00),
            (-1.5, 0xbe00),
            (65504.0, 0x7bff),
            (2f64.powi(-24), 0x0001),
            (2f64.powi(-14), 0x0400),
            (f64::INFINITY, 0x7c00),
        ] {
            assert_eq!(to_bits(x), Some(bits), "{x}");
            assert_eq!(from_bits(bits).to_bits(), x.to_bits(), "{x}");
        }
        for (x, bits) in [(2049.0, 0x6800), (2051.0, 0x6802), (6e-8, 0x0001), (2f64.powi(-25), 0), (65519.0, 0x7bff)] {
            assert_eq!(to_bits(x), Some(bits), "{x}");
        }
        assert_eq!((to_bits(65520.0), to_bits(1e300)), (None, None));
        assert!(from_bits(0x7e00).is_nan());
        for bits in (0..0x7c00).chain(0x8000..0xfc00) {
            assert_eq!(to_bits(from_bits(bits)), Some(bits));
        }
    }
}
