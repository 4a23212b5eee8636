//! What the conversions of the `%` operator write.

use super::float_shape::{self, Notation, Shape};
use super::int_text::{self, Base};
use super::percent::{Amount, Conversion, Unit};
use super::{Fault, IntRef, fill};
use crate::value::interrupt::reserve;

const BLANK: u32 = 0x20;
const ZERO: u32 = 0x30;

fn amount(given: Amount) -> Option<usize> {
    match given {
        Amount::Fixed(n) => Some(n),
        Amount::Absent | Amount::Argument => None,
    }
}

/// Writes the text of a value for `%s`, `%r`, `%a`, `%b`: cut to the precision, padded to the width.
///
/// # Errors
/// A stop of the run.
pub fn write_text(out: &mut Vec<u8>, text: &[u8], conversion: &Conversion<'_>, unit: Unit) -> Result<(), Fault> {
    let kept = match amount(conversion.precision).and_then(|most| unit.offset_of(text, most)) {
        Some(end) => text.get(..end).unwrap_or(text),
        None => text,
    };
    pad(out, kept, unit.count(kept), conversion)
}

/// Writes a single character for `%c`: no precision applies.
///
/// # Errors
/// A stop of the run.
pub fn write_character(out: &mut Vec<u8>, character: &[u8], conversion: &Conversion<'_>) -> Result<(), Fault> {
    pad(out, character, 1, conversion)
}

/// Places text of a known width in its field.
fn pad(out: &mut Vec<u8>, text: &[u8], len: usize, to: &Conversion<'_>) -> Result<(), Fault> {
    let padding = amount(to.width).unwrap_or(0).saturating_sub(len);
    let (before, behind) = if to.left { (0, padding) } else { (padding, 0) };
    fill(out, BLANK, before)?;
    reserve(text.len())?;
    out.extend_from_slice(text);
    fill(out, BLANK, behind)?;
    Ok(())
}

/// Writes an integer for `%d %i %u %o %x %X`; the precision is the least number of digits.
///
/// # Errors
/// A decimal of more than 4300 digits; a stop of the run.
pub fn write_int(out: &mut Vec<u8>, n: IntRef<'_>, conversion: &Conversion<'_>) -> Result<(), Fault> {
    let kind = conversion.kind_byte();
    let base = match kind {
        b'o' => Base::Octal,
        b'x' | b'X' => Base::Hex,
        _ => Base::Decimal,
    };
    let digits = int_text::digits(n, base)?;
    let mut text = Vec::new();
    let zeros = amount(conversion.precision).unwrap_or(0).saturating_sub(digits.len());
    if zeros > i32::MAX as usize - 3 {
        return Err(Fault::overflow("precision too large"));
    }
    fill(&mut text, ZERO, zeros)?;
    text.extend_from_slice(digits.as_bytes());
    let mut prefix = if conversion.alternate { base.prefix().as_bytes().to_vec() } else { Vec::new() };
    if kind == b'X' {
        text.make_ascii_uppercase();
        prefix.make_ascii_uppercase();
    }
    place(out, n.is_negative(), &prefix, &text, conversion)
}

/// Writes a float for `%e %E %f %F %g %G`.
///
/// # Errors
/// A stop of the run.
pub fn write_float(out: &mut Vec<u8>, x: f64, conversion: &Conversion<'_>) -> Result<(), Fault> {
    let kind = conversion.kind_byte();
    let shape = Shape {
        notation: match kind.to_ascii_lowercase() {
            b'e' => Notation::Exponent,
            b'f' => Notation::Fixed,
            _ => Notation::General,
        },
        precision: amount(conversion.precision).unwrap_or(6),
        alternate: conversion.alternate,
        upper: kind.is_ascii_uppercase(),
        dot_zero: false,
        no_negative_zero: false,
    };
    let text = float_shape::write(x, shape)?;
    match text.as_slice() {
        [b'-', body @ ..] => place(out, true, b"", body, conversion),
        body => place(out, false, b"", body, conversion),
    }
}

/// Places a number in its field: blanks before the sign, zeros behind sign and prefix.
fn place(out: &mut Vec<u8>, negative: bool, prefix: &[u8], body: &[u8], to: &Conversion<'_>) -> Result<(), Fault> {
    let sign: &[u8] = match to {
        _ if negative => b"-",
        Conversion { plus: true, .. } => b"+",
        Conversion { blank: true, .. } => b" ",
        _ => b"",
    };
    let len = sign.len() + prefix.len() + body.len();
    let padding = amount(to.width).unwrap_or(0).saturating_sub(len);
    let (blanks, zeros, behind) = match (to.left, to.zero) {
        (true, _) => (0, 0, padding),
        (false, true) => (0, padding, 0),
        (false, false) => (padding, 0, 0),
    };
    fill(out, BLANK, blanks)?;
    out.extend_from_slice(sign);
    out.extend_from_slice(prefix);
    fill(out, ZERO, zeros)?;
    out.extend_from_slice(body);
    fill(out, BLANK, behind)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::percent::{Part, parts};
    use super::*;

    fn apply(template: &str, write: impl Fn(&mut Vec<u8>, &Conversion<'_>) -> Result<(), Fault>) -> String {
        let mut out = Vec::new();
        for part in parts(template.as_bytes(), Unit::CodePoint, false) {
            match part.unwrap() {
                Part::Literal(text) => out.extend_from_slice(text),
                Part::Conversion(conversion) => write(&mut out, &conversion).unwrap(),
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn writes_numbers() {
        for (template, n, want) in [
            ("%d|", 5, "5|"),
            ("%5d|", -5, "   -5|"),
            ("%-5d|", 5, "5    |"),
            ("%05d|", -5, "-0005|"),
            ("%+d|", 5, "+5|"),
            ("% d|", 5, " 5|"),
            ("%.3d|", -5, "-005|"),
            ("%8.3d|", -5, "    -005|"),
            ("%08.3d|", -5, "-0000005|"),
            ("%#x|", 255, "0xff|"),
            ("%#X|", 255, "0XFF|"),
            ("%#010x|", -255, "-0x00000ff|"),
            ("%#o|", 8, "0o10|"),
            ("%-#8x|", 255, "0xff    |"),
            ("%#8x|", 255, "    0xff|"),
            ("%-05d|", 5, "5    |"),
            ("%u|", 7, "7|"),
        ] {
            let got = apply(template, |out, to| write_int(out, IntRef::Small(n), to));
            assert_eq!(got, want, "{template}");
        }
        for (template, x, want) in [
            ("%f", 1.5, "1.500000"),
            ("%.0f", 2.5, "2"),
            ("%#.0f", 2.5, "2."),
            ("%+010.2f", 2.71959, "+000002.72"),
            ("%e", 0.0, "0.000000e+00"),
            ("%G", 1e-10, "1E-10"),
            ("%g", 100000.0, "100000"),
            ("%08f", f64::NEG_INFINITY, "-0000inf"),
            ("%F", f64::NAN, "NAN"),
            ("% g", 1.0, " 1"),
        ] {
            let got = apply(template, |out, to| write_float(out, x, to));
            assert_eq!(got, want, "{template}");
        }
    }

    #[test]
    fn writes_text() {
        for (template, text, want) in [
            ("%s", "é", "é"),
            ("%5.2s|", "éab", "   éa|"),
            ("%-4s|", "é", "é   |"),
            ("%05s", "a", "    a"),
            ("%.0s", "abc", ""),
        ] {
            let got = apply(template, |out, to| write_text(out, text.as_bytes(), to, Unit::CodePoint));
            assert_eq!(got, want, "{template}");
        }
        let got = apply("%3c|", |out, to| write_character(out, "一".as_bytes(), to));
        assert_eq!(got, "  一|");
    }
}
