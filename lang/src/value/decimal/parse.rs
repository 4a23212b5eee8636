//! Text to decimal: the numeric string syntax of `Decimal(...)` and `Context.create_decimal(...)`.
//!
//! Syntax: sign, then digits with an optional point and exponent, or `inf`, `infinity`, `nan`, `snan` with an optional
//! payload, in any case. Digits may be any decimal digits of Unicode.

use super::coefficient::Coefficient;
use super::context::{Context, MAX_EMAX, MIN_ETINY};
use super::number::{Decimal, Kind};
use super::rounding::{finalize, invalid};
use super::signals::{DecimalError, Status};
use crate::value::interrupt::{Stop, checkpoint, reserve};

/// The digit zero of every decimal script besides ASCII; the other nine follow it (general category Nd).
const ZEROS: &[u32] = &[
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50,
    0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50,
    0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136,
    0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0,
    0x16A60, 0x16AC0, 0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
];

/// The ASCII form of a decimal digit of any script, or the character itself.
fn to_ascii(c: char) -> Option<u8> {
    if c.is_ascii() {
        return Some(c as u8);
    }
    let code = u32::from(c);
    let script = ZEROS.partition_point(|&zero| zero <= code).checked_sub(1)?;
    match code - ZEROS[script] {
        digit @ 0..=9 => Some(b'0' + digit as u8),
        _ => None,
    }
}

/// White space in the sense of Python's `str.isspace`.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\x1c'..='\x1f')
}

impl Context {
    /// `Decimal(text)`: exact, whatever the precision. Surrounding white space and underscores are ignored.
    ///
    /// # Errors
    /// `InvalidOperation` (conversion syntax) if trapped; a stop.
    pub fn parse(&mut self, text: &[u8]) -> Result<Decimal, DecimalError> {
        self.run(|_, status| {
            let text = std::str::from_utf8(text).unwrap_or_default().trim_matches(is_space);
            match to_ascii_text(text, true)? {
                Some(ascii) => exact(&ascii, status),
                None => Ok(invalid(Status::CONVERSION_SYNTAX, status)),
            }
        })
    }

    /// `create_decimal(text)`: rounded to this context, without tolerance for white space and underscores.
    ///
    /// # Errors
    /// Trapped signals; a stop.
    pub fn create_decimal(&mut self, text: &[u8]) -> Result<Decimal, DecimalError> {
        self.run(|context, status| {
            let text = std::str::from_utf8(text).unwrap_or_default();
            match to_ascii_text(text, false)? {
                Some(ascii) => convert(&ascii, context, status),
                None => Ok(invalid(Status::CONVERSION_SYNTAX, status)),
            }
        })
    }
}

/// The text with ASCII digits only, and without underscores if they are to be ignored. `None` if a character can be part
/// of no number.
fn to_ascii_text(text: &str, ignore_underscores: bool) -> Result<Option<Vec<u8>>, Stop> {
    reserve(text.len())?;
    let mut ascii = Vec::with_capacity(text.len());
    for c in text.chars() {
        checkpoint(1)?;
        if ignore_underscores && c == '_' {
            continue;
        }
        let Some(c) = to_ascii(c) else { return Ok(None) };
        ascii.push(c);
    }
    Ok(Some(ascii))
}

/// Converts without rounding; a number that cannot be held exactly is an invalid operation.
pub(super) fn exact(ascii: &[u8], status: &mut Status) -> Result<Decimal, Stop> {
    let mut met = Status::NONE;
    let number = convert(ascii, &Context::widest(), &mut met)?;
    if met.intersects(Status::INEXACT | Status::ROUNDED | Status::CLAMPED) {
        return Ok(invalid(Status::INVALID_OPERATION | met.and(Status::ERRORS), status));
    }
    *status |= met.and(Status::ERRORS);
    Ok(number)
}

fn convert(ascii: &[u8], context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    checkpoint(ascii.len() as u64)?;
    match scan(ascii, context)? {
        Some(number) if number.is_finite() => finalize(number, context, status),
        Some(special) => Ok(special),
        None => Ok(invalid(Status::CONVERSION_SYNTAX, status)),
    }
}

/// The number as written, or `None` if the syntax is wrong.
fn scan(ascii: &[u8], context: &Context) -> Result<Option<Decimal>, Stop> {
    let (negative, rest) = match ascii {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    match rest.first() {
        Some(b'0'..=b'9' | b'.') => scan_finite(negative, rest),
        _ => scan_special(negative, rest, context),
    }
}

fn scan_special(negative: bool, text: &[u8], context: &Context) -> Result<Option<Decimal>, Stop> {
    if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
        return Ok(Some(Decimal::infinity(negative)));
    }
    let (kind, text) = match text {
        [b's' | b'S', rest @ ..] => (Kind::SignalingNan, rest),
        rest => (Kind::QuietNan, rest),
    };
    let Some((word, payload)) = text.split_at_checked(3) else { return Ok(None) };
    if !word.eq_ignore_ascii_case(b"nan") || !payload.iter().all(u8::is_ascii_digit) {
        return Ok(None);
    }
    let payload = without_leading_zeros(payload);
    if payload.len() as u64 > context.prec - u64::from(context.clamp) {
        return Ok(None);
    }
    Ok(Some(Decimal { kind, negative, exponent: 0, coefficient: Coefficient::parse_digits(payload)? }))
}

fn scan_finite(negative: bool, text: &[u8]) -> Result<Option<Decimal>, Stop> {
    let (mantissa, exponent) = match text.iter().position(|c| matches!(c, b'e' | b'E')) {
        None => (text, 0),
        Some(at) => match scan_exponent(&text[at + 1..]) {
            Some(exponent) => (&text[..at], exponent),
            None => return Ok(None),
        },
    };
    let point = mantissa.iter().position(|&c| c == b'.');
    let fraction = point.map_or(0, |at| mantissa.len() - at - 1);
    let digits = match point {
        None => std::borrow::Cow::Borrowed(mantissa),
        Some(at) => [&mantissa[..at], &mantissa[at + 1..]].concat().into(),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Ok(None);
    }
    // Beyond these bounds every context overflows or underflows alike.
    let exponent = exponent.saturating_sub(fraction as i64).clamp(MIN_ETINY - 1, MAX_EMAX + 1);
    let coefficient = Coefficient::parse_digits(without_leading_zeros(&digits))?;
    Ok(Some(Decimal::finite(negative, coefficient, exponent)))
}

/// The exponent after the `e`, saturated.
fn scan_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude = digits.iter().fold(0_i64, |n, digit| n.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    Some(if negative { -magnitude } else { magnitude })
}

fn without_leading_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    &digits[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax() {
        let mut context = Context::default();
        for (text, want) in [
            ("12.50", "12.50"),
            (" +1_000e-3\n", "1.000"),
            (".5E+2", "5E+1"),
            ("5.", "5"),
            ("-0", "-0"),
            ("\u{0661}\u{0662}\u{ff0e}", "error"),
            ("\u{0661}\u{0662}", "12"),
            ("-iNf", "-Infinity"),
            ("sNaN007", "sNaN7"),
            ("nan0", "NaN"),
            ("", "error"),
            (".", "error"),
            ("1e", "error"),
            ("1.2.3", "error"),
            ("--1", "error"),
            ("nan_1x", "error"),
            ("1 2", "error"),
            ("1e99999999999999999999", "error"),
        ] {
            let got = context.parse(text.as_bytes()).and_then(|n| context.to_sci_string(&n));
            assert_eq!(got.unwrap_or_else(|_| "error".into()), want, "{text:?}");
        }
        assert!(context.create_decimal(b" 1").is_err() && context.create_decimal(b"1_0").is_err());
        assert!(context.parse(b"\xed\xa0\x80").is_err());
    }
}
