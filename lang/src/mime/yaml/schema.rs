//! The core schema of YAML 1.2: which plain scalars are not texts.

use crate::value::format::{float_text, int_parse};
use crate::value::{R, Value};

/// The value of a plain scalar.
///
/// # Errors
/// `ValueError` for an int of more than 4300 digits.
pub fn plain(text: &str) -> R {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::None,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match int(text)?.or_else(|| float(text)) {
            Some(number) => number,
            None => Value::str(text),
        },
    })
}

/// The int that a scalar stands for.
///
/// # Errors
/// As [`plain`].
pub fn int(text: &str) -> R<Option<Value>> {
    let all = |digits: &str, is: fn(&u8) -> bool| !digits.is_empty() && digits.as_bytes().iter().all(is);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, base) = if all(digits, u8::is_ascii_digit) {
        (text, 10)
    } else if let Some(octal) = text.strip_prefix("0o").filter(|d| all(d, |b| matches!(b, b'0'..=b'7'))) {
        (octal, 8)
    } else if let Some(hex) = text.strip_prefix("0x").filter(|d| all(d, u8::is_ascii_hexdigit)) {
        (hex, 16)
    } else {
        return Ok(None);
    };
    Ok(Some(int_parse::parse(digits.as_bytes(), base)?.into()))
}

/// The float that a scalar stands for.
#[must_use]
pub fn float(text: &str) -> Option<Value> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(Value::Float(sign * f64::INFINITY)),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).map_or((unsigned, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['+', '-']).unwrap_or(e);
        !e.is_empty() && digits(e)
    });
    let fits = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()) && exponent_fits;
    if !fits {
        return None;
    }
    float_text::parse(text.as_bytes()).ok().map(Value::Float)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars() {
        for (text, shown) in [
            ("", "None"),
            ("~", "None"),
            ("Null", "None"),
            ("nULL", "\"nULL\""),
            ("TRUE", "True"),
            ("yes", "\"yes\""),
            ("12", "12"),
            ("-12", "-12"),
            ("+1", "1"),
            ("0o17", "15"),
            ("0xfF", "255"),
            ("017", "17"),
            ("1_000", "\"1_000\""),
            ("1.5", "1.5"),
            (".5", "0.5"),
            ("1.", "1.0"),
            ("-1e3", "-1000.0"),
            ("1e", "\"1e\""),
            (".", "\".\""),
            (".inf", "inf"),
            ("-.INF", "-inf"),
            (".nan", "NaN"),
            ("-.nan", "\"-.nan\""),
            ("2024-01-02", "\"2024-01-02\""),
            ("1:30", "\"1:30\""),
            ("0o8", "\"0o8\""),
            ("123456789012345678901", "123456789012345678901"),
            ("-", "\"-\""),
        ] {
            assert_eq!(format!("{:?}", plain(text).unwrap()), shown, "{text}");
        }
    }
}
