//! Number literals: where they end and what they are worth (spec section 2).
//!
//! Scanning follows the rules of CPython's tokenizer, including that a number may be directly
//! followed by a keyword (`1if x else 2`). Values are exact: floats are the nearest double.

use num_bigint::BigInt;

use super::ast::Constant;
use super::token::LexError;

/// Longest decimal integer literal, in digits.
pub const MAX_DECIMAL_DIGITS: usize = 4300;

/// Finds the end of the number at the start of `text`. A malformed one ends where the run of
/// letters, digits and underscores ends, so that one mistake stays one token.
pub fn scan(text: &str) -> (usize, Result<(), LexError>) {
    let bytes = text.as_bytes();
    let radix = match bytes.get(..2) {
        Some(b"0x" | b"0X") => Some(16),
        Some(b"0o" | b"0O") => Some(8),
        Some(b"0b" | b"0B") => Some(2),
        _ => None,
    };
    let (end, well_formed) = match radix {
        Some(radix) => {
            let end = digit_groups(bytes, 2, radix);
            (end.unwrap_or(2), end.is_some_and(|end| end > 2))
        }
        None => scan_decimal(bytes),
    };
    if matches!(bytes.get(end), Some(b'j' | b'J')) && radix.is_none() && well_formed {
        return (end + 1, Err(LexError::Imaginary));
    }
    if well_formed && may_follow(text.get(end..).unwrap_or_default()) {
        return (end, Ok(()));
    }
    let tail = text.get(end..).unwrap_or_default();
    let length = tail.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(tail.len());
    (end + length, Err(LexError::MalformedNumber))
}

/// The end of a decimal integer or float, and whether it is well formed.
fn scan_decimal(bytes: &[u8]) -> (usize, bool) {
    let mut well_formed = true;
    let mut end = 0;
    if bytes.first() != Some(&b'.') {
        match digit_groups(bytes, 0, 10) {
            Some(after) => end = after,
            None => return (0, false),
        }
    }
    let integer = bytes.get(..end).unwrap_or_default();
    let mut is_float = false;
    if bytes.get(end) == Some(&b'.') {
        is_float = true;
        end += 1;
        if bytes.get(end).is_some_and(u8::is_ascii_digit) {
            match digit_groups(bytes, end, 10) {
                Some(after) => end = after,
                None => return (end, false),
            }
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let digits = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        // Without digits it may be the `e` of `else`; what follows the number decides.
        if bytes.get(digits).is_some_and(u8::is_ascii_digit) {
            is_float = true;
            match digit_groups(bytes, digits, 10) {
                Some(after) => end = after,
                None => return (digits, false),
            }
        } else if digits > end + 1 {
            return (digits, false);
        }
    }
    let leading_zero =
        integer.len() > 1 && integer.first() == Some(&b'0') && integer.iter().any(|digit| matches!(digit, b'1'..=b'9'));
    if leading_zero && !is_float && !matches!(bytes.get(end), Some(b'j' | b'J')) {
        well_formed = false;
    }
    (end, well_formed)
}

/// The end of digits with single underscores between them; `None` if an underscore is misplaced.
/// Behind a prefix (`from` is 2) an underscore may stand first.
fn digit_groups(bytes: &[u8], from: usize, radix: u32) -> Option<usize> {
    let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| char::from(*byte).is_digit(radix));
    let mut at = from;
    loop {
        if is_digit(at) {
            at += 1;
        } else if bytes.get(at) == Some(&b'_') {
            at += 1;
            if !is_digit(at) {
                return None;
            }
        } else {
            return Some(at);
        }
    }
}

/// May `tail` follow a number directly? Identifier characters may only if they start one of the
/// keywords that can stand behind an operand.
fn may_follow(tail: &str) -> bool {
    let identifier = tail.chars().next().is_some_and(super::token::is_name_continue);
    !identifier || ["and", "else", "for", "if", "in", "is", "not", "or"].iter().any(|word| tail.starts_with(word))
}

/// A literal that cannot be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// More than [`MAX_DECIMAL_DIGITS`] digits.
    TooManyDigits(usize),
    /// Not a number at all.
    Malformed,
}

/// The value of a well-formed number literal.
pub fn value(text: &str) -> Result<Constant, NumberError> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let (radix, body) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, digits.get(2..)),
        Some("0o") => (8, digits.get(2..)),
        Some("0b") => (2, digits.get(2..)),
        _ => (10, Some(digits.as_str())),
    };
    let body = body.unwrap_or_default();
    if radix == 10 && !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return body.parse().map(Constant::Float).map_err(|_| NumberError::Malformed);
    }
    if let Ok(small) = i64::from_str_radix(body, radix) {
        return Ok(Constant::Int(small));
    }
    if radix == 10 && body.len() > MAX_DECIMAL_DIGITS {
        return Err(NumberError::TooManyDigits(body.len()));
    }
    // Linear for the radices that are powers of two, and decimal literals are bounded above.
    BigInt::parse_bytes(body.as_bytes(), radix).map(|big| Constant::BigInt(Box::new(big))).ok_or(NumberError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_of_numbers() {
        for (text, length) in [
            ("0", 1),
            ("00_0", 4),
            ("1_000+", 5),
            ("0x_Ffg", 6),
            ("1.", 2),
            (".5", 2),
            ("1e-3", 4),
            ("1_0.0_1e+2", 10),
            ("1if", 1),
            ("1else", 1),
            ("1.e5or", 4),
            ("0777.", 5),
            ("1..real", 2),
            ("0b1and", 3),
            ("0xfor", 3),
        ] {
            let expected = if text == "0x_Ffg" { Err(LexError::MalformedNumber) } else { Ok(()) };
            assert_eq!(scan(text), (length, expected), "{text}");
        }
    }

    #[test]
    fn malformed_numbers() {
        for text in ["0777", "1__0", "1_", "0x", "0b2", "0o8", "1e+", "1e", "1abc", "0_7", "1._5", "10L", "1.5_"] {
            assert_eq!(scan(text), (text.len(), Err(LexError::MalformedNumber)), "{text}");
        }
        for text in ["1j", "1.5J", "0777j", ".5e3j"] {
            assert_eq!(scan(text), (text.len(), Err(LexError::Imaginary)), "{text}");
        }
    }

    #[test]
    fn values() {
        for (text, expected) in [
            ("0", Constant::Int(0)),
            ("000", Constant::Int(0)),
            ("0x_ff", Constant::Int(255)),
            ("0B11", Constant::Int(3)),
            ("0o17", Constant::Int(15)),
            ("9223372036854775807", Constant::Int(i64::MAX)),
            ("9223372036854775808", Constant::BigInt(Box::new(BigInt::from(1u64 << 63)))),
            ("1_0.5e1", Constant::Float(105.0)),
            ("1e400", Constant::Float(f64::INFINITY)),
            ("1.", Constant::Float(1.0)),
            (".5", Constant::Float(0.5)),
        ] {
            assert_eq!(value(text), Ok(expected), "{text}");
        }
        assert!(value(&"9".repeat(4300)).is_ok());
        assert_eq!(value(&"9".repeat(4301)), Err(NumberError::TooManyDigits(4301)));
        assert_eq!(value(&"0".repeat(5000)), Ok(Constant::Int(0)));
    }
}
