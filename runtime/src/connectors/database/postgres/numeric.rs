//! The binary form of NUMERIC: digits in base 10,000 with the weight of the first, a sign, and the digits that are shown.

/// Decimal digits in one digit of base 10,000.
const GROUP: usize = 4;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xc000;
const INFINITY: u16 = 0xd000;
const NEGATIVE_INFINITY: u16 = 0xf000;

/// The text of a NUMERIC; `None` if it is malformed.
pub fn to_text(bytes: &[u8]) -> Option<String> {
    let mut shorts = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let count = usize::from(shorts.next()?);
    let weight = i32::from(shorts.next()?.cast_signed());
    let sign = shorts.next()?;
    let scale = usize::from(shorts.next()?);
    match sign {
        NAN => return Some("NaN".into()),
        INFINITY => return Some("Infinity".into()),
        NEGATIVE_INFINITY => return Some("-Infinity".into()),
        _ => {}
    }
    let digits: Vec<u16> = shorts.collect();
    if digits.len() != count || digits.iter().any(|digit| *digit > 9_999) {
        return None;
    }
    let digit = |power: i32| {
        let at = usize::try_from(weight - power).ok();
        at.and_then(|at| digits.get(at)).copied().unwrap_or_default()
    };
    let mut text = if sign == NEGATIVE { String::from("-") } else { String::new() };
    let whole: String = (0..=weight.max(0)).rev().map(|power| format!("{:04}", digit(power))).collect();
    let trimmed = whole.trim_start_matches('0');
    text.push_str(if trimmed.is_empty() { "0" } else { trimmed });
    if scale > 0 {
        let groups = i32::try_from(scale.div_ceil(GROUP)).ok()?;
        let fraction: String = (1..=groups).map(|place| format!("{:04}", digit(-place))).collect();
        text.push('.');
        text.push_str(fraction.get(..scale)?);
    }
    Some(text)
}

/// The binary form of a decimal number such as `-12.50` or `1.5E+7`; `None` if the text is none.
pub fn from_text(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let special = match text.to_ascii_lowercase().as_str() {
        "nan" => Some(NAN),
        "inf" | "infinity" => Some(INFINITY),
        "-inf" | "-infinity" => Some(NEGATIVE_INFINITY),
        _ => None,
    };
    if let Some(sign) = special {
        return Some([0, 0, sign, 0].iter().flat_map(|short: &u16| short.to_be_bytes()).collect());
    }
    let (unsigned, negative) = match text.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    // What NUMERIC can hold at all; it also bounds the zeros below.
    if exponent.unsigned_abs() > 131_072 {
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut point = i32::try_from(whole.len()).ok()? + exponent;
    let scale = (i32::try_from(fraction.len()).ok()? - exponent).max(0);
    // Zeros until the point stands at a border of groups, inside the digits.
    if point < 0 {
        digits.insert_str(0, &"0".repeat(usize::try_from(-point).ok()?));
        point = 0;
    }
    let lead = (GROUP - usize::try_from(point).ok()? % GROUP) % GROUP;
    digits.insert_str(0, &"0".repeat(lead));
    point += i32::try_from(lead).ok()?;
    let point = usize::try_from(point).ok()?;
    let length = digits.len().max(point).next_multiple_of(GROUP);
    digits.push_str(&"0".repeat(length - digits.len()));
    let mut groups: Vec<u16> = digits
        .as_bytes()
        .chunks(GROUP)
        .map(|group| group.iter().fold(0, |n, byte| n * 10 + u16::from(byte - b'0')))
        .collect();
    let mut weight = i32::try_from(point / GROUP).ok()? - 1;
    let zeros = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..zeros);
    weight -= i32::try_from(zeros).ok()?;
    groups.truncate(groups.iter().rposition(|group| *group != 0).map_or(0, |last| last + 1));
    let weight = if groups.is_empty() { 0 } else { i16::try_from(weight).ok()? };
    let sign = if negative && !groups.is_empty() { NEGATIVE } else { 0 };
    let count = u16::try_from(groups.len()).ok()?;
    let head = [count, weight.cast_unsigned(), sign, u16::try_from(scale).ok()?];
    Some(head.iter().chain(&groups).flat_map(|short| short.to_be_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip() {
        for (text, shown) in [
            ("0", "0"),
            ("-0.00", "0.00"),
            ("1", "1"),
            ("-12.50", "-12.50"),
            ("12345678901234567890.123456789", "12345678901234567890.123456789"),
            ("0.0001", "0.0001"),
            ("0.00000001", "0.00000001"),
            ("10000", "10000"),
            ("100000000.5", "100000000.5"),
            ("1.5E+7", "15000000"),
            ("1.5e-7", "0.00000015"),
            ("+7.", "7"),
            (".5", "0.5"),
            ("NaN", "NaN"),
            ("-inf", "-Infinity"),
        ] {
            let bytes = from_text(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(to_text(&bytes).as_deref(), Some(shown), "{text}");
        }
        for text in ["", "-", "1,5", "abc", "1e999999999", "1e", "."] {
            assert_eq!(from_text(text), None, "{text}");
        }
        // The server's own form of 12345.678.
        let known = [0, 3, 0, 1, 0, 0, 0, 3, 0, 1, 0x09, 0x29, 0x1a, 0x7c];
        assert_eq!(from_text("12345.678").unwrap(), known);
        assert_eq!(to_text(&known[..9]), None);
    }
}
