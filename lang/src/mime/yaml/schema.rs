//! The core schema of YAML 1.2: which plain scalars are not texts.

use crate::value::format::{float_text, int_parse};
use crate::value::{R, Value};

/// What a plain scalar is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scalar<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An int: its digits, with a sign if the base is 10, and the base.
    Int(&'t str, u32),
    /// A float.
    Float(f64),
    /// Anything else.
    Text,
}

impl<'t> Scalar<'t> {
    /// What the plain scalar `text` is.
    #[must_use]
    pub fn of(text: &'t str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "true" | "True" | "TRUE" => Self::Bool(true),
            "false" | "False" | "FALSE" => Self::Bool(false),
            _ => match int_digits(text) {
                Some((digits, base)) => Self::Int(digits, base),
                None => float(text).map_or(Self::Text, Self::Float),
            },
        }
    }
}

/// The value of a plain scalar.
///
/// # Errors
/// `ValueError` for an int of more than 4300 digits.
pub fn plain(text: &str) -> R {
    Ok(match Scalar::of(text) {
        Scalar::Null => Value::None,
        Scalar::Bool(flag) => Value::Bool(flag),
        Scalar::Int(digits, base) => int_parse::parse(digits.as_bytes(), base.into())?.into(),
        Scalar::Float(number) => Value::Float(number),
        Scalar::Text => Value::str(text),
    })
}

/// The int that a scalar stands for.
///
/// # Errors
/// As [`plain`].
pub fn int(text: &str) -> R<Option<Value>> {
    int_digits(text).map(|(digits, base)| Ok(int_parse::parse(digits.as_bytes(), base.into())?.into())).transpose()
}

/// The digits of the int that a scalar stands for, and their base.
#[must_use]
pub fn int_digits(text: &str) -> Option<(&str, u32)> {
    let all = |digits: &str, is: fn(&u8) -> bool| !digits.is_empty() && digits.as_bytes().iter().all(is);
    if all(text.strip_prefix(['+', '-']).unwrap_or(text), u8::is_ascii_digit) {
        return Some((text, 10));
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return all(octal, |b| matches!(b, b'0'..=b'7')).then_some((octal, 8));
    }
    let hex = text.strip_prefix("0x").filter(|digits| all(digits, u8::is_ascii_hexdigit))?;
    Some((hex, 16))
}

/// The float that a scalar stands for.
#[must_use]
pub fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" => return Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }),
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(f64::NAN),
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
    if fits { float_text::parse(text.as_bytes()).ok() } else { None }
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
