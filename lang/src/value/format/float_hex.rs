//! `float.hex` and `float.fromhex`.

use super::Fault;
use super::float_exact::compose;
use super::int_parse::trim_ascii;
use crate::value::interrupt::checkpoint;

/// `float.hex`.
#[must_use]
pub fn hex(x: f64) -> String {
    let sign = if x.is_sign_negative() && !x.is_nan() { "-" } else { "" };
    if x.is_nan() {
        return "nan".to_owned();
    }
    if x.is_infinite() {
        return format!("{sign}inf");
    }
    if x == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = x.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52 & 0x7FF) as i32 {
        0 => format!("{sign}0x0.{fraction:013x}p-1022"),
        exponent => format!("{sign}0x1.{fraction:013x}p{:+}", exponent - 1023),
    }
}

/// `float.fromhex`.
///
/// # Errors
/// `ValueError`, `OverflowError`; a stop of the run.
pub fn from_hex(text: &[u8]) -> Result<f64, Fault> {
    checkpoint(text.len() as u64)?;
    let text = trim_ascii(text);
    let (negative, body) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let size = match body.to_ascii_lowercase().as_slice() {
        b"inf" | b"infinity" => f64::INFINITY,
        b"nan" => f64::NAN,
        lower => finite(lower)?,
    };
    Ok(if negative { -size } else { size })
}

/// Reads `0x1.8p3` without sign, in lower case. Being too large is told before anything that follows.
fn finite(text: &[u8]) -> Result<f64, Fault> {
    let malformed = || Fault::value("invalid hexadecimal floating-point string");
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    // 60 bits are kept, far more than a float has; any bit beyond them shows in the lowest.
    let mut kept: u64 = 0;
    let mut exponent: i64 = 0;
    let (mut seen_digit, mut seen_point) = (false, false);
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        match char::from(*byte).to_digit(16) {
            Some(value) => {
                seen_digit = true;
                if kept >> 56 == 0 {
                    kept = kept << 4 | u64::from(value);
                    exponent -= if seen_point { 4 } else { 0 };
                } else {
                    kept |= u64::from(value != 0);
                    exponent += if seen_point { 0 } else { 4 };
                }
            }
            None if *byte == b'.' && !seen_point => seen_point = true,
            None => break,
        }
        rest = tail;
    }
    if !seen_digit {
        return Err(malformed());
    }
    let (written, rest) = match rest {
        [b'p', tail @ ..] => exponent_of(tail).ok_or_else(malformed)?,
        _ => (0, rest),
    };
    let x = compose(kept, exponent.saturating_add(written));
    if x.is_infinite() {
        return Err(Fault::overflow("hexadecimal value too large to represent as a float"));
    }
    if rest.is_empty() { Ok(x) } else { Err(malformed()) }
}

/// A signed decimal number, bounded far beyond what matters, and what follows it.
fn exponent_of(text: &[u8]) -> Option<(i64, &[u8])> {
    const FAR: i64 = 1 << 60;
    let (negative, body) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let end = body.iter().position(|b| !b.is_ascii_digit()).unwrap_or(body.len());
    let (digits, rest) = body.split_at(end);
    if digits.is_empty() {
        return None;
    }
    let size = digits.iter().fold(0_i64, |n, d| n.saturating_mul(10).saturating_add(i64::from(d - b'0')).min(FAR));
    Some((if negative { -size } else { size }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes() {
        for (x, want) in [
            (1.0, "0x1.0000000000000p+0"),
            (-0.1, "-0x1.999999999999ap-4"),
            (0.0, "0x0.0p+0"),
            (-0.0, "-0x0.0p+0"),
            (5e-324, "0x0.0000000000001p-1022"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "nan"),
        ] {
            assert_eq!(hex(x), want);
        }
    }

    #[test]
    fn reads() {
        for (text, want) in [
            ("0x1.8p3", 12.0),
            (" -1.8P+1\n", -3.0),
            ("ff", 255.0),
            (".8", 0.5),
            ("1.", 1.0),
            ("-0x.1p-1", -0.03125),
            ("0x1.00000000000008p0", 1.0),
            ("0x1.00000000000018p0", 1.0000000000000004),
            ("0x1.000000000000080000000000000001p0", 1.0000000000000002),
            ("0x1p-1074", 5e-324),
            ("0x1p-1075", 0.0),
            ("0x1.1p-1075", 5e-324),
            ("0x0p999999999999999999999", 0.0),
            ("Infinity", f64::INFINITY),
            ("-inf", f64::NEG_INFINITY),
            ("0x10000000000000000000000p-88", 1.0),
        ] {
            assert_eq!(from_hex(text.as_bytes()), Ok(want), "{text}");
        }
        assert!(from_hex(b"-nan").is_ok_and(f64::is_nan));
        for text in ["", "0x", ".", "0xg", "1p", "1p+", "1.2.3", "é", "1 2", "0x1p1x"] {
            assert!(matches!(from_hex(text.as_bytes()), Err(Fault::Value(_))), "{text}");
        }
        for text in ["0x1p1024", "0x1.fffffffffffff8p1023", "1p99999999999999999999"] {
            assert!(matches!(from_hex(text.as_bytes()), Err(Fault::Overflow(_))), "{text}");
        }
    }
}
