//! Decimal to text: `str`, `repr`, `to_sci_string`, `to_eng_string`, and the layouts that formatting builds on.

use super::context::Context;
use super::number::{Decimal, Kind};
use super::signals::DecimalError;
use crate::value::interrupt::{Stop, checkpoint, reserve};

/// Where the decimal point goes, counted in digits from the left of the coefficient, and whether an exponent follows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Notation {
    /// Plain where short, otherwise with one digit before the point.
    Scientific,
    /// Plain where short, otherwise with an exponent that is a multiple of three.
    Engineering,
    /// Never an exponent.
    Fixed,
    /// Always an exponent, with this place of the point.
    Exponent(i64),
}

impl Context {
    /// `str(number)`, and `to_sci_string`.
    ///
    /// # Errors
    /// A stop.
    pub fn to_sci_string(&self, number: &Decimal) -> Result<String, DecimalError> {
        Ok(to_text(number, Notation::Scientific, self.capitals)?)
    }

    /// `to_eng_string`.
    ///
    /// # Errors
    /// A stop.
    pub fn to_eng_string(&self, number: &Decimal) -> Result<String, DecimalError> {
        Ok(to_text(number, Notation::Engineering, self.capitals)?)
    }

    /// `repr(number)`.
    ///
    /// # Errors
    /// A stop.
    pub fn repr(&self, number: &Decimal) -> Result<String, DecimalError> {
        Ok(format!("Decimal('{}')", to_text(number, Notation::Scientific, self.capitals)?))
    }
}

/// The number with a `-` if it is negative.
pub(super) fn to_text(number: &Decimal, notation: Notation, capitals: bool) -> Result<String, Stop> {
    let mut out = String::new();
    if number.negative {
        out.push('-');
    }
    write_unsigned(number, notation, capitals, &mut out)?;
    Ok(out)
}

/// Appends the number without sign.
pub(super) fn write_unsigned(
    number: &Decimal,
    notation: Notation,
    capitals: bool,
    out: &mut String,
) -> Result<(), Stop> {
    let name = match number.kind {
        Kind::Finite => return write_finite(number, notation, capitals, out),
        Kind::Infinity => "Infinity",
        Kind::QuietNan => "NaN",
        Kind::SignalingNan => "sNaN",
    };
    out.push_str(name);
    if !number.coefficient.is_zero() {
        number.coefficient.write_digits(out)?;
    }
    Ok(())
}

fn write_finite(number: &Decimal, notation: Notation, capitals: bool, out: &mut String) -> Result<(), Stop> {
    let left = number.exponent + number.digits();
    let plain = number.exponent <= 0 && left > -6;
    let point = match notation {
        Notation::Fixed => left,
        Notation::Exponent(point) => point,
        Notation::Scientific | Notation::Engineering if plain => left,
        Notation::Scientific => 1,
        Notation::Engineering if number.is_zero() => (left + 1).rem_euclid(3) - 1,
        Notation::Engineering => (left - 1).rem_euclid(3) + 1,
    };
    write_digits_with_point(number, point, out)?;
    if point != left || matches!(notation, Notation::Exponent(_)) {
        let letter = if capitals { 'E' } else { 'e' };
        let _ = std::fmt::Write::write_fmt(out, format_args!("{letter}{:+}", left - point));
    }
    Ok(())
}

fn write_digits_with_point(number: &Decimal, point: i64, out: &mut String) -> Result<(), Stop> {
    let start = out.len();
    if point <= 0 {
        out.push_str("0.");
        write_zeros(point.unsigned_abs(), out)?;
        return number.coefficient.write_digits(out);
    }
    number.coefficient.write_digits(out)?;
    let count = (out.len() - start) as i64;
    if point >= count {
        write_zeros((point - count).unsigned_abs(), out)
    } else {
        out.insert(start + point as usize, '.');
        Ok(())
    }
}

/// Appends `count` zeros.
pub(super) fn write_zeros(count: u64, out: &mut String) -> Result<(), Stop> {
    write_fill('0', usize::try_from(count).unwrap_or(usize::MAX), out)
}

/// Appends `count` times `fill`.
pub(super) fn write_fill(fill: char, count: usize, out: &mut String) -> Result<(), Stop> {
    const PIECE: usize = 1024;
    if count <= PIECE {
        out.extend(std::iter::repeat_n(fill, count));
        return Ok(());
    }
    let mut bytes = [0; 4];
    let piece = fill.encode_utf8(&mut bytes).repeat(PIECE);
    reserve(count.saturating_mul(fill.len_utf8()))?;
    for _ in 0..count / PIECE {
        checkpoint(PIECE as u64 / 4)?;
        out.push_str(&piece);
    }
    out.extend(std::iter::repeat_n(fill, count % PIECE));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scientific_and_engineering() {
        let mut context = Context::default();
        for (text, sci, eng) in [
            ("123", "123", "123"),
            ("-0.000001", "-0.000001", "-0.000001"),
            ("0.0000001", "1E-7", "100E-9"),
            ("12E+5", "1.2E+6", "1.2E+6"),
            ("1234e7", "1.234E+10", "12.34E+9"),
            ("0e4", "0E+4", "0.00E+6"),
            ("0e-9", "0E-9", "0E-9"),
            ("-sNaN12", "-sNaN12", "-sNaN12"),
        ] {
            let number = context.parse(text.as_bytes()).unwrap();
            assert_eq!(context.to_sci_string(&number).unwrap(), sci);
            assert_eq!(context.to_eng_string(&number).unwrap(), eng);
        }
        context.capitals = false;
        let number = context.parse(b"1E9").unwrap();
        assert_eq!(context.repr(&number).unwrap(), "Decimal('1e+9')");
    }
}
