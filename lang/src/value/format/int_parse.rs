//! `int(text, base)`: sign, prefix, digits of any script, single underscores.

use std::borrow::Cow;

use num_bigint::{BigInt, BigUint, Sign};

use super::int_text::MAX_DIGITS;
use super::{Fault, Int, quote, scan};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::unicode::{database, space, wtf8};

/// `int(text, base)` for text.
///
/// # Errors
/// `ValueError` with CPython's text; a stop of the run.
pub fn parse(text: &[u8], base: i64) -> Result<Int, Fault> {
    if base == 10
        && let Some(n) = scan::int(text)
    {
        return Ok(Int::Small(n));
    }
    let base = valid_base(base)?;
    match read(&plain(text), base)? {
        Some(n) => Ok(n),
        None => Err(invalid(base, quote::repr(text)?)),
    }
}

/// `int(bytes, base)` for bytes.
///
/// # Errors
/// As [`parse`].
pub fn parse_bytes(bytes: &[u8], base: i64) -> Result<Int, Fault> {
    let base = valid_base(base)?;
    match read(trim_ascii(bytes), base)? {
        Some(n) => Ok(n),
        None => Err(invalid(base, quote::repr_bytes(bytes)?)),
    }
}

/// The base of `int(text, base)`.
///
/// # Errors
/// `ValueError` for a base that no digits stand for.
pub fn valid_base(base: i64) -> Result<u32, Fault> {
    match u32::try_from(base) {
        Ok(base @ (0 | 2..=36)) => Ok(base),
        _ => Err(Fault::value("int() base must be >= 2 and <= 36, or 0")),
    }
}

/// CPython shows at most 200 characters of the text.
fn invalid(base: u32, mut shown: Vec<u8>) -> Fault {
    if let Some(end) = wtf8::offset_of(&shown, 200) {
        shown.truncate(end);
    }
    let shown = String::from_utf8_lossy(&shown);
    Fault::value(format!("invalid literal for int() with base {base}: {shown}"))
}

/// The text with decimal digits of all scripts as ASCII digits, without surrounding white space. As in CPython that is
/// the white space of C and any beyond ASCII, not the separators U+001C–U+001F. Other characters beyond ASCII stay; they
/// are no part of any number.
pub(super) fn plain(text: &[u8]) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return trim_ascii(text).into();
    }
    let mut out = Vec::with_capacity(text.len());
    for cp in wtf8::code_points(text) {
        match database::decimal_value(cp) {
            Some(value) => out.push(b'0' + value as u8),
            None if cp >= 0x80 && space::is_space(cp) => out.push(b' '),
            None => wtf8::push(&mut out, cp),
        }
    }
    trim_ascii(&out).to_vec().into()
}

/// The text without the white space of C around it; Rust's own trim leaves the vertical tab.
pub(super) fn trim_ascii(mut text: &[u8]) -> &[u8] {
    while let [b'\t'..=b'\r' | b' ', rest @ ..] | [rest @ .., b'\t'..=b'\r' | b' '] = text {
        text = rest;
    }
    text
}

/// Reads plain text; `None` when it is no number of the base.
fn read(text: &[u8], base: u32) -> Result<Option<Int>, Fault> {
    let (negative, body) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (radix, rest) = match body {
        [b'0', b'x' | b'X', rest @ ..] if base == 0 || base == 16 => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] if base == 0 || base == 8 => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] if base == 0 || base == 2 => (2, rest),
        _ => (if base == 0 { 10 } else { base }, body),
    };
    let prefixed = rest.len() != body.len();
    // A prefix may be followed by one underscore.
    let rest = match rest {
        [b'_', after @ ..] if prefixed => after,
        _ => rest,
    };
    let Some(digits) = digit_values(rest, radix)? else {
        return Ok(None);
    };
    // A decimal literal of source text has no leading zero.
    if base == 0 && !prefixed && digits.first() == Some(&0) && digits.iter().any(|d| *d != 0) {
        return Ok(None);
    }
    if let Some(n) = small(&digits, radix) {
        return Ok(Some(match i64::try_from(n) {
            Ok(n) if negative => Int::Small(-n),
            Ok(n) => Int::Small(n),
            Err(_) if negative => Int::from(-BigInt::from(n)),
            Err(_) => Int::Big(n.into()),
        }));
    }
    let magnitude = BigUint::from_radix_be(&digits, radix).unwrap_or_default();
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    Ok(Some(BigInt::from_biguint(sign, magnitude).into()))
}

/// The values of the digits, most significant first. `None` for anything but digits with single underscores between.
fn digit_values(text: &[u8], radix: u32) -> Result<Option<Vec<u8>>, Fault> {
    reserve(text.len())?;
    checkpoint(text.len() as u64)?;
    let mut digits = Vec::with_capacity(text.len());
    let mut after_digit = false;
    let mut rest = text.iter();
    for byte in rest.by_ref() {
        match char::from(*byte).to_digit(radix) {
            Some(value) => {
                digits.push(value as u8);
                after_digit = true;
            }
            None if *byte == b'_' && after_digit => after_digit = false,
            None => {
                check_length(digits.len(), radix, after_digit)?;
                return Ok(None);
            }
        }
    }
    check_length(digits.len(), radix, after_digit)?;
    Ok(after_digit.then_some(digits))
}

/// Refuses long decimals before their digits are looked at further, as CPython does; a text that is malformed at its
/// last underscore is reported as that.
fn check_length(count: usize, radix: u32, after_digit: bool) -> Result<(), Fault> {
    if after_digit && count > MAX_DIGITS && !radix.is_power_of_two() {
        return Err(Fault::value(format!(
            "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {count} digits; use \
             sys.set_int_max_str_digits() to increase the limit"
        )));
    }
    Ok(())
}

fn small(digits: &[u8], radix: u32) -> Option<u64> {
    let radix = u64::from(radix);
    digits.iter().try_fold(0_u64, |n, d| n.checked_mul(radix)?.checked_add(u64::from(*d)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads() {
        for (text, base, want) in [
            ("0", 10, 0),
            (" -12\u{3000}", 10, -12),
            ("+1_000", 10, 1000),
            ("٣٤", 10, 34),
            ("ff", 16, 255),
            ("0xFf", 16, 255),
            ("0x_ff", 0, 255),
            ("0b101", 0, 5),
            ("0o17", 0, 15),
            ("0b1", 16, 0xB1),
            ("00", 0, 0),
            ("z", 36, 35),
            ("-9223372036854775808", 10, i64::MIN),
        ] {
            assert_eq!(parse(text.as_bytes(), base), Ok(Int::Small(want)), "{text}");
        }
        let big = parse(b"9223372036854775808", 10).unwrap();
        assert_eq!(big, Int::Big(BigInt::from(1_u64 << 63)));
        assert_eq!(parse_bytes(b"\x0b12 ", 10), Ok(Int::Small(12)));
    }

    #[test]
    fn refuses() {
        for (text, base) in [
            ("", 10),
            ("-", 10),
            ("1__0", 10),
            ("_1", 10),
            ("1_", 10),
            ("0x", 16),
            ("010", 0),
            ("2", 2),
            ("- 1", 10),
            ("1 2", 10),
            ("0x__1", 0),
            ("é", 10),
            ("--1", 10),
            ("0b", 0),
        ] {
            assert!(matches!(parse(text.as_bytes(), base), Err(Fault::Value(_))), "{text}");
        }
        assert!(parse(b"1", 1).is_err() && parse(b"1", 37).is_err() && parse(b"1", -2).is_err());
        let message = |r: Result<Int, Fault>| match r {
            Err(Fault::Value(text)) => text.into_owned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(message(parse("é\n".as_bytes(), 7)), r"invalid literal for int() with base 7: 'é\n'");
        assert_eq!(message(parse_bytes(b"x", 10)), "invalid literal for int() with base 10: b'x'");
        let long = "1".repeat(4301);
        assert!(message(parse(long.as_bytes(), 10)).starts_with("Exceeds the limit (4300 digits)"));
        assert!(parse(long.as_bytes(), 16).is_ok());
    }
}
