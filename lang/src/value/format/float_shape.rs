//! Floats with a wished number of digits: what the types `e f g` of the mini-language and of `%` have in common.
//!
//! Digits are exact: the binary value is rounded half to even in decimal. A float never has more than 767 significant
//! digits nor 1074 decimals; wishes beyond that are filled with zeros.

use super::float_text::{self, Decimal, shortest, split_decimal, write_exponent, write_mantissa, write_plain};
use super::{Fault, fill};

/// Digits behind the point up to which the library is asked.
const MOST_DECIMALS: usize = 1080;

/// The notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// As `repr`: as many digits as are needed.
    Shortest,
    /// `e`: one digit, point, decimals, exponent.
    Exponent,
    /// `f`: decimals without exponent.
    Fixed,
    /// `g`: significant digits in whichever of the two notations suits.
    General,
}

/// How a float is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// The notation.
    pub notation: Notation,
    /// Decimals, or significant digits for [`Notation::General`].
    pub precision: usize,
    /// `#`: always a point; `General` keeps trailing zeros.
    pub alternate: bool,
    /// Capital letters.
    pub upper: bool,
    /// At least one decimal in plain notation.
    pub dot_zero: bool,
    /// `z`: a result that is zero loses its sign.
    pub no_negative_zero: bool,
}

/// Writes a float: an optional `-`, then digits or `inf` or `nan`.
///
/// # Errors
/// A stop of the run.
pub fn write(x: f64, shape: Shape) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    if x.is_sign_negative() && !x.is_nan() {
        out.push(b'-');
    }
    let start = out.len();
    let size = x.abs();
    if !size.is_finite() {
        out.extend_from_slice(if x.is_nan() { b"nan" } else { b"inf" });
    } else {
        match shape.notation {
            Notation::Shortest => write_shortest(&mut out, size, shape),
            Notation::Exponent => write_scientific(&mut out, size, shape)?,
            Notation::Fixed => write_fixed(&mut out, size, shape)?,
            Notation::General => write_general(&mut out, size, shape)?,
        }
        let zero = |digits: &[u8]| {
            let mantissa = digits.split(|b| *b == b'e').next().unwrap_or_default();
            !mantissa.iter().any(|b| (b'1'..=b'9').contains(b))
        };
        if start == 1 && shape.no_negative_zero && out.get(start..).is_some_and(zero) {
            out.remove(0);
        }
    }
    if shape.upper {
        out.make_ascii_uppercase();
    }
    Ok(out)
}

fn write_shortest(out: &mut Vec<u8>, size: f64, shape: Shape) {
    if !shape.alternate {
        float_text::write_repr(out, size);
        return;
    }
    let Decimal { digits, point } = shortest(size);
    if (-3..=16).contains(&point) {
        write_plain(out, &digits, point, usize::from(shape.dot_zero));
        if !shape.dot_zero && digits.len() <= usize::try_from(point).unwrap_or(0) {
            out.push(b'.');
        }
    } else {
        write_mantissa(out, &digits, true);
        write_exponent(out, point - 1);
    }
}

fn write_fixed(out: &mut Vec<u8>, size: f64, shape: Shape) -> Result<(), Fault> {
    let decimals = shape.precision.min(MOST_DECIMALS);
    out.extend_from_slice(format!("{size:.decimals$}").as_bytes());
    if shape.precision == 0 && shape.alternate {
        out.push(b'.');
    }
    Ok(fill(out, u32::from(b'0'), shape.precision - decimals)?)
}

fn write_scientific(out: &mut Vec<u8>, size: f64, shape: Shape) -> Result<(), Fault> {
    let decimals = shape.precision.min(MOST_DECIMALS);
    let text = format!("{size:.decimals$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    out.extend_from_slice(mantissa.as_bytes());
    if shape.precision == 0 && shape.alternate {
        out.push(b'.');
    }
    fill(out, u32::from(b'0'), shape.precision - decimals)?;
    write_exponent(out, exponent.parse().unwrap_or(0));
    Ok(())
}

fn write_general(out: &mut Vec<u8>, size: f64, shape: Shape) -> Result<(), Fault> {
    let precision = shape.precision.max(1);
    let decimals = (precision - 1).min(MOST_DECIMALS);
    let Decimal { digits, point } = split_decimal(&format!("{size:.decimals$e}"));
    let most = i64::try_from(precision).unwrap_or(i64::MAX) - i64::from(shape.dot_zero);
    let scientific = point < -3 || i64::from(point) > most;
    let wished = if shape.alternate { precision } else { digits.len() };
    if scientific {
        write_mantissa(out, &digits, shape.alternate);
        fill(out, u32::from(b'0'), wished.saturating_sub(digits.len()))?;
        write_exponent(out, point - 1);
        return Ok(());
    }
    write_plain(out, &digits, point, usize::from(shape.dot_zero));
    if !shape.alternate {
        return Ok(());
    }
    if !out.contains(&b'.') {
        out.push(b'.');
    }
    // Leading zeros are not significant; the one decimal that `dot_zero` brings is.
    let leading = usize::try_from(-point).unwrap_or(0) + usize::from(point <= 0);
    let present = out.iter().filter(|b| b.is_ascii_digit()).count() - leading;
    Ok(fill(out, u32::from(b'0'), wished.saturating_sub(present))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Notation::{Exponent, Fixed, General, Shortest};

    #[test]
    fn writes() {
        let plain = Shape {
            notation: Fixed,
            precision: 0,
            alternate: false,
            upper: false,
            dot_zero: false,
            no_negative_zero: false,
        };
        let of = |notation, precision| Shape { notation, precision, ..plain };
        let alternate = |notation, precision| Shape { alternate: true, ..of(notation, precision) };
        let dotted = |notation, precision| Shape { dot_zero: true, ..of(notation, precision) };
        for (x, shape, want) in [
            (2.675, of(Fixed, 2), "2.67"),
            (0.5, of(Fixed, 0), "0"),
            (1.5, of(Fixed, 0), "2"),
            (-0.001, of(Fixed, 2), "-0.00"),
            (1e22, of(Fixed, 1), "10000000000000000000000.0"),
            (3.0, alternate(Fixed, 0), "3."),
            (12345.678, of(Exponent, 3), "1.235e+04"),
            (0.0, of(Exponent, 2), "0.00e+00"),
            (1e-100, alternate(Exponent, 0), "1.e-100"),
            (100000.0, of(General, 6), "100000"),
            (1000000.0, of(General, 6), "1e+06"),
            (0.0001, of(General, 6), "0.0001"),
            (0.00001234, of(General, 6), "1.234e-05"),
            (1.5, alternate(General, 6), "1.50000"),
            (0.015, alternate(General, 3), "0.0150"),
            (0.0, alternate(General, 3), "0.00"),
            (1e10, alternate(General, 3), "1.00e+10"),
            (100.0, alternate(General, 3), "100."),
            (1e10, alternate(General, 1), "1.e+10"),
            (123456.0, dotted(General, 6), "1.23456e+05"),
            (12345.0, dotted(General, 6), "12345.0"),
            (1.0, dotted(Shortest, 0), "1.0"),
            (1e16, dotted(Shortest, 0), "1e+16"),
            (1e16, Shape { alternate: true, ..dotted(Shortest, 0) }, "1.e+16"),
            (f64::NEG_INFINITY, of(Fixed, 2), "-inf"),
            (-f64::NAN, Shape { upper: true, ..plain }, "NAN"),
            (-0.001, Shape { no_negative_zero: true, ..of(Fixed, 2) }, "0.00"),
            (-1e10, Shape { no_negative_zero: true, upper: true, ..of(Exponent, 0) }, "-1E+10"),
            (-0.0, Shape { no_negative_zero: true, ..of(Exponent, 0) }, "0e+00"),
        ] {
            assert_eq!(String::from_utf8(write(x, shape).unwrap()).unwrap(), want, "{x} {shape:?}");
        }
        let long = write(0.1, of(Fixed, 100_000)).unwrap();
        assert_eq!(long.len(), 100_002);
        assert!(long.starts_with(b"0.1000000000000000055511151231257827"));
    }
}
