//! The core schema of YAML 1.2: what a scalar without quotes is.

use super::node::Kind;

/// What a plain scalar stands for; `None` if it is a text.
#[must_use]
pub fn plain(text: &str) -> Option<Kind> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Kind::Null),
        "true" | "True" | "TRUE" => Some(Kind::Bool(true)),
        "false" | "False" | "FALSE" => Some(Kind::Bool(false)),
        _ => int(text).or_else(|| float(text).map(Kind::Float)),
    }
}

/// The int that a scalar stands for.
#[must_use]
pub fn int(text: &str) -> Option<Kind> {
    let all = |digits: &str, is: fn(&u8) -> bool| !digits.is_empty() && digits.as_bytes().iter().all(is);
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let parsed = if all(unsigned, u8::is_ascii_digit) {
        text.parse()
    } else if let Some(octal) = text.strip_prefix("0o").filter(|d| all(d, |b| matches!(b, b'0'..=b'7'))) {
        i64::from_str_radix(octal, 8)
    } else if let Some(hex) = text.strip_prefix("0x").filter(|d| all(d, u8::is_ascii_hexdigit)) {
        i64::from_str_radix(hex, 16)
    } else {
        return None;
    };
    Some(parsed.map_or_else(|_| Kind::BigInt(text.into()), Kind::Int))
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
    if fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_schema() {
        for (text, shown) in [
            ("", "Some(Null)"),
            ("~", "Some(Null)"),
            ("nULL", "None"),
            ("yes", "None"),
            ("on", "None"),
            ("True", "Some(Bool(true))"),
            ("12", "Some(Int(12))"),
            ("-12", "Some(Int(-12))"),
            ("+1", "Some(Int(1))"),
            ("0o17", "Some(Int(15))"),
            ("0xfF", "Some(Int(255))"),
            ("017", "Some(Int(17))"),
            ("1_000", "None"),
            ("1.5", "Some(Float(1.5))"),
            (".5", "Some(Float(0.5))"),
            ("1.", "Some(Float(1.0))"),
            ("-1e3", "Some(Float(-1000.0))"),
            ("1e", "None"),
            (".", "None"),
            ("-.INF", "Some(Float(-inf))"),
            (".nan", "Some(Float(NaN))"),
            ("-.nan", "None"),
            ("2024-01-02", "None"),
            ("1:30", "None"),
            ("123456789012345678901", "Some(BigInt(\"123456789012345678901\"))"),
        ] {
            assert_eq!(format!("{:?}", plain(text)), shown, "{text}");
        }
    }
}
