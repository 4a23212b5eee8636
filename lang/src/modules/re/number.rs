//! Numbers inside patterns: repeat counts and group numbers, read as `int()` reads text.

use crate::value::unicode::{database, space};

/// A whole number of any size.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    /// ASCII digits without leading zeros; none for zero.
    digits: Vec<u8>,
}

/// More digits than this are refused (spec 5.2).
const MAX_DIGITS: usize = 4300;

impl Number {
    /// Reads what `int(text)` accepts: white space around, a sign, digits of any script, single underscores between.
    pub(super) fn parse(text: &[u32]) -> Option<Number> {
        let start = text.iter().position(|cp| !space::is_space(*cp))?;
        let end = text.iter().rposition(|cp| !space::is_space(*cp))?;
        let text = text.get(start..=end)?;
        let (negative, text) = match text {
            [0x2D, rest @ ..] => (true, rest),
            [0x2B, rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let mut digits = Vec::new();
        let mut count = 0;
        let mut after_digit = false;
        for &cp in text {
            if cp == u32::from(b'_') && after_digit {
                after_digit = false;
                continue;
            }
            let digit = database::decimal_value(cp)? as u8;
            after_digit = true;
            count += 1;
            if !digits.is_empty() || digit != 0 {
                digits.push(b'0' + digit);
            }
        }
        (after_digit && count <= MAX_DIGITS).then_some(Number { negative, digits })
    }

    /// Whether it is less than zero.
    pub(super) fn is_negative(&self) -> bool {
        self.negative && !self.digits.is_empty()
    }

    /// The value of a number that is not negative and below `limit`.
    pub(super) fn below(&self, limit: u32) -> Option<u32> {
        let value = value_of(&self.digits)?;
        (!self.is_negative() && value < limit).then_some(value)
    }

    /// The digits, as `str()` shows them.
    pub(super) fn text(&self) -> &str {
        match std::str::from_utf8(&self.digits) {
            Ok("") | Err(_) => "0",
            Ok(digits) => digits,
        }
    }
}

/// The value of a repeat count. `Err` is the message of a `ValueError`, `Ok(None)` a number that is too large.
pub(super) fn repeat_count(digits: &[u8], limit: u32) -> Result<Option<u32>, String> {
    if digits.len() > MAX_DIGITS {
        return Err(format!(
            "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {} digits; \
             use sys.set_int_max_str_digits() to increase the limit",
            digits.len()
        ));
    }
    Ok(value_of(digits).filter(|value| *value < limit))
}

fn value_of(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |value, digit| value.checked_mul(10)?.checked_add(u32::from(digit.wrapping_sub(b'0'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(bool, String)> {
        let code_points: Vec<u32> = text.chars().map(u32::from).collect();
        Number::parse(&code_points).map(|n| (n.is_negative(), n.text().to_owned()))
    }

    #[test]
    fn accepts_what_int_accepts() {
        for (text, value) in [
            ("12", Some((false, "12"))),
            (" +007\t", Some((false, "7"))),
            ("-0", Some((false, "0"))),
            ("-3", Some((true, "3"))),
            ("1_0", Some((false, "10"))),
            ("٣", Some((false, "3"))),
            ("", None),
            ("_1", None),
            ("1_", None),
            ("1__0", None),
            ("+ 1", None),
            ("²", None),
        ] {
            assert_eq!(read(text), value.map(|(n, t)| (n, t.to_owned())), "{text}");
        }
    }

    #[test]
    fn repeat_counts() {
        assert_eq!(repeat_count(b"0012", 100), Ok(Some(12)));
        assert_eq!(repeat_count(b"99999999999", u32::MAX), Ok(None));
        assert_eq!(repeat_count(b"4294967295", u32::MAX), Ok(None));
        assert!(repeat_count(&[b'1'; 4301], u32::MAX).is_err());
    }
}
