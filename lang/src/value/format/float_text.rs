//! `repr(float)` and `float(text)`.

use super::{Fault, int_parse, quote, scan};
use crate::value::interrupt::checkpoint;

/// The shortest decimal digits that read back as the number, and where the decimal point stands.
pub(super) struct Decimal {
    /// Digits without leading or trailing zeros; `0` for zero.
    pub digits: Vec<u8>,
    /// Position of the decimal point relative to the first digit: 0.00123 has −2, 1.23 has 1.
    pub point: i32,
}

/// Takes a finite number apart; the sign is dropped.
pub(super) fn shortest(x: f64) -> Decimal {
    let mut buffer = ryu::Buffer::new();
    split_decimal(buffer.format_finite(x.abs()))
}

/// Takes text of the form `12.5e-7` apart.
pub(super) fn split_decimal(text: &str) -> Decimal {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole.as_bytes(), fraction.as_bytes()].concat();
    let zeros = digits.iter().take_while(|d| **d == b'0').count();
    let end = digits.iter().rposition(|d| *d != b'0').map_or(0, |last| last + 1);
    match digits.get(zeros..end) {
        Some(significant @ [_, ..]) => {
            let point = whole.len() as i32 - zeros as i32;
            let exponent: i32 = exponent.parse().unwrap_or(0);
            Decimal { digits: significant.to_vec(), point: point + exponent }
        }
        _ => Decimal { digits: vec![b'0'], point: 1 },
    }
}

/// `repr` of a float.
#[must_use]
pub fn repr(x: f64) -> String {
    let mut out = Vec::with_capacity(24);
    write_repr(&mut out, x);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends `repr` of a float: exponent form below 1e-4 and from 1e16, otherwise with at least one decimal.
pub fn write_repr(out: &mut Vec<u8>, x: f64) {
    if x.is_nan() {
        out.extend_from_slice(b"nan");
        return;
    }
    if x.is_sign_negative() {
        out.push(b'-');
    }
    if x.is_infinite() {
        out.extend_from_slice(b"inf");
        return;
    }
    let size = x.abs();
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(size);
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    // Outside this range the library may still write plainly, and its exponents lack sign and second digit.
    let Decimal { digits, point } = split_decimal(text);
    write_mantissa(out, &digits, false);
    write_exponent(out, point - 1);
}

/// Appends digits in plain notation with at least `decimals` digits behind the point; no point for none.
pub(super) fn write_plain(out: &mut Vec<u8>, digits: &[u8], point: i32, decimals: usize) {
    let before = usize::try_from(point).unwrap_or(0);
    if before == 0 {
        out.push(b'0');
    }
    let whole = digits.get(..before).unwrap_or(digits);
    out.extend_from_slice(whole);
    out.resize(out.len() + before - whole.len(), b'0');
    let fraction = digits.get(before..).unwrap_or_default();
    let leading = usize::try_from(-point).unwrap_or(0);
    if decimals == 0 && fraction.is_empty() {
        return;
    }
    out.push(b'.');
    out.resize(out.len() + leading, b'0');
    out.extend_from_slice(fraction);
    out.resize(out.len() + decimals.saturating_sub(leading + fraction.len()), b'0');
}

/// Appends the first digit, a point if others follow or one is wished, and the others.
pub(super) fn write_mantissa(out: &mut Vec<u8>, digits: &[u8], point: bool) {
    let (first, rest) = digits.split_at(1.min(digits.len()));
    out.extend_from_slice(first);
    if point || !rest.is_empty() {
        out.push(b'.');
    }
    out.extend_from_slice(rest);
}

/// Appends an exponent: sign and two digits or more.
pub(super) fn write_exponent(out: &mut Vec<u8>, exponent: i32) {
    let sign = if exponent < 0 { "e-" } else { "e+" };
    out.extend_from_slice(format!("{sign}{:02}", exponent.unsigned_abs()).as_bytes());
}

/// `float(text)` for text.
///
/// # Errors
/// `ValueError` with CPython's text; a stop of the run.
pub fn parse(text: &[u8]) -> Result<f64, Fault> {
    if let Some(x) = scan::float(text) {
        return Ok(x);
    }
    match value_of(text)? {
        Some(x) => Ok(x),
        None => {
            let shown = quote::repr(text)?;
            Err(Fault::value(format!("could not convert string to float: {}", String::from_utf8_lossy(&shown))))
        }
    }
}

/// The number that bytes spell; `None` if they spell none.
///
/// # Errors
/// A stop of the run.
pub fn read_bytes(bytes: &[u8]) -> Result<Option<f64>, Fault> {
    if bytes.is_ascii() { value_of(bytes) } else { Ok(None) }
}

fn value_of(text: &[u8]) -> Result<Option<f64>, Fault> {
    checkpoint(text.len() as u64)?;
    let plain = int_parse::plain(text);
    Ok(match str::from_utf8(&plain) {
        Ok(number) if !number.contains('_') => read(number),
        Ok(number) if underscores_between_digits(number) => read(&number.replace('_', "")),
        _ => None,
    })
}

fn underscores_between_digits(number: &str) -> bool {
    let bytes = number.as_bytes();
    let digit_at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    number.match_indices('_').all(|(at, _)| digit_at(at.checked_sub(1)) && digit_at(Some(at + 1)))
}

/// The grammar of Rust's numbers is that of Python's, without white space and underscores.
fn read(number: &str) -> Option<f64> {
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_shortest() {
        for (x, want) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (9999999999999998.0, "9999999999999998.0"),
            (123456789012345680.0, "1.2345678901234568e+17"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (0.00012345, "0.00012345"),
            (1.5e300, "1.5e+300"),
            (5e-324, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (-2.5, "-2.5"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
        ] {
            assert_eq!(repr(x), want);
        }
    }

    #[test]
    fn reads() {
        for (text, want) in [
            ("1", 1.0),
            (" 1.5\n", 1.5),
            ("+.5e1", 5.0),
            ("1.", 1.0),
            ("1_0.0_1e+1_0", 10.01e10),
            ("1e400", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("InFiNiTy", f64::INFINITY),
            ("\u{a0}٣.٤", 3.4),
            ("-0", 0.0),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(want), "{text}");
        }
        assert!(parse(b"nan").is_ok_and(f64::is_nan) && parse(b"-NaN").is_ok_and(f64::is_nan));
        for text in ["", ".", "1_", "_1", "1__0", "1_.0", "1e_5", "1 2", "e5", "0x1", "infi", "é", "1e", "+-1"] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(read_bytes(b" 2.5 "), Ok(Some(2.5)));
        assert_eq!(read_bytes(b"x\xff"), Ok(None));
    }
}
