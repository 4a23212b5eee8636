//! Applying the mini-language to text, integers and floats.

use super::float_exact::int_to_float;
use super::float_shape::{self, Notation, Shape};
use super::int_text::{self, Base};
use super::layout::{Parts, place_number, place_text};
use super::spec::{Align, Defaults, FormatSpec, Sign};
use super::{Fault, IntRef};
use crate::value::interrupt::reserve;
use crate::value::unicode::wtf8;

/// The largest precision of a float.
const MAX_PRECISION: usize = i32::MAX as usize;
/// Code points end before this number.
const CODE_POINTS: i64 = 0x11_0000;

/// `str.__format__`.
///
/// # Errors
/// `ValueError`; a stop of the run.
pub fn format_text(text: &[u8], spec: &[u8]) -> Result<Vec<u8>, Fault> {
    if spec.is_empty() {
        reserve(text.len())?;
        return Ok(text.to_vec());
    }
    let spec = FormatSpec::parse(spec, Defaults::TEXT, "str")?;
    if spec.kind_byte() != b's' {
        return Err(spec.unknown_kind());
    }
    let refused = match spec {
        FormatSpec { sign: Some(Sign::Space), .. } => "Space",
        FormatSpec { sign: Some(_), .. } => "Sign",
        FormatSpec { no_negative_zero: true, .. } => "Negative zero coercion (z)",
        FormatSpec { alternate: true, .. } => "Alternate form (#)",
        FormatSpec { align: Align::AfterSign, .. } => {
            return Err(Fault::value("'=' alignment not allowed in string format specifier"));
        }
        _ => "",
    };
    if !refused.is_empty() {
        return Err(Fault::value(format!("{refused} not allowed in string format specifier")));
    }
    let kept = match spec.precision.and_then(|precision| wtf8::offset_of(text, precision)) {
        Some(end) => text.get(..end).unwrap_or(text),
        None => text,
    };
    place_text(kept, wtf8::count(kept), &spec)
}

/// `int.__format__`; `type_name` may be that of a subclass.
///
/// # Errors
/// `ValueError`, `OverflowError`; a stop of the run.
pub fn format_int(n: IntRef<'_>, spec: &[u8], type_name: &str) -> Result<Vec<u8>, Fault> {
    if spec.is_empty() {
        return Ok(int_text::decimal(n)?.into_bytes());
    }
    let spec = FormatSpec::parse(spec, Defaults::INT, type_name)?;
    match spec.kind_byte() {
        b'c' => character(n, &spec),
        b'd' | b'n' => whole(n, Base::Decimal, &spec),
        b'b' => whole(n, Base::Binary, &spec),
        b'o' => whole(n, Base::Octal, &spec),
        b'x' | b'X' => whole(n, Base::Hex, &spec),
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'%' => float(int_to_float(n)?, &spec),
        _ => Err(spec.unknown_kind()),
    }
}

/// `float.__format__`.
///
/// # Errors
/// `ValueError`; a stop of the run.
pub fn format_float(x: f64, spec: &[u8]) -> Result<Vec<u8>, Fault> {
    if spec.is_empty() {
        return Ok(super::float_text::repr(x).into_bytes());
    }
    let spec = FormatSpec::parse(spec, Defaults::FLOAT, "float")?;
    match spec.kind_byte() {
        0 | b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'n' | b'%' => float(x, &spec),
        _ => Err(spec.unknown_kind()),
    }
}

/// What no integer presentation allows.
fn refuse_float_wishes(spec: &FormatSpec<'_>) -> Result<(), Fault> {
    if spec.precision.is_some() {
        return Err(Fault::value("Precision not allowed in integer format specifier"));
    }
    if spec.no_negative_zero {
        return Err(Fault::value("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    Ok(())
}

fn character(n: IntRef<'_>, spec: &FormatSpec<'_>) -> Result<Vec<u8>, Fault> {
    refuse_float_wishes(spec)?;
    if spec.sign.is_some() {
        return Err(Fault::value("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(Fault::value("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    let cp = match n {
        IntRef::Small(n @ 0..CODE_POINTS) => n as u32,
        IntRef::Small(_) => return Err(Fault::overflow("%c arg not in range(0x110000)")),
        IntRef::Big(_) => {
            return Err(Fault::overflow("Python int too large to convert to C long"));
        }
    };
    let mut text = Vec::new();
    wtf8::push(&mut text, cp);
    let parts = Parts { negative: false, prefix: b"", digits: b"", rest: &text, rest_width: 1 };
    place_number(parts, spec)
}

fn whole(n: IntRef<'_>, base: Base, spec: &FormatSpec<'_>) -> Result<Vec<u8>, Fault> {
    refuse_float_wishes(spec)?;
    let upper = spec.kind_byte() == b'X';
    let mut digits = int_text::digits(n, base)?;
    let mut prefix = if spec.alternate { base.prefix().to_owned() } else { String::new() };
    if upper {
        digits.make_ascii_uppercase();
        prefix.make_ascii_uppercase();
    }
    let parts = Parts {
        negative: n.is_negative(),
        prefix: prefix.as_bytes(),
        digits: digits.as_bytes(),
        rest: b"",
        rest_width: 0,
    };
    place_number(parts, spec)
}

fn float(x: f64, spec: &FormatSpec<'_>) -> Result<Vec<u8>, Fault> {
    if spec.precision.is_some_and(|precision| precision > MAX_PRECISION) {
        return Err(Fault::value("precision too big"));
    }
    let kind = spec.kind_byte();
    let notation = match (kind, spec.precision) {
        (0, None) => Notation::Shortest,
        (b'e' | b'E', _) => Notation::Exponent,
        (b'f' | b'F' | b'%', _) => Notation::Fixed,
        _ => Notation::General,
    };
    let shape = Shape {
        notation,
        precision: spec.precision.unwrap_or(6),
        alternate: spec.alternate,
        upper: kind.is_ascii_uppercase(),
        dot_zero: kind == 0,
        no_negative_zero: spec.no_negative_zero,
    };
    let percent = kind == b'%';
    let mut text = float_shape::write(if percent { x * 100.0 } else { x }, shape)?;
    if percent {
        text.push(b'%');
    }
    let (negative, body) = match text.as_slice() {
        [b'-', body @ ..] => (true, body),
        body => (false, body),
    };
    let end = body.iter().position(|b| !b.is_ascii_digit()).unwrap_or(body.len());
    let (digits, rest) = body.split_at(end);
    place_number(Parts { negative, prefix: b"", digits, rest, rest_width: rest.len() }, spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(got: Result<Vec<u8>, Fault>) -> String {
        match got {
            Ok(text) => String::from_utf8(text).unwrap(),
            Err(Fault::Value(text) | Fault::Overflow(text)) => format!("! {text}"),
            Err(other) => format!("! {other:?}"),
        }
    }

    #[test]
    fn formats_integers() {
        for (n, spec, want) in [
            (1234, "", "1234"),
            (1234, "09,", "0,001,234"),
            (1234, "08,", "0,001,234"),
            (1234, "010,", "00,001,234"),
            (12345678, "_x", "bc_614e"),
            (12345678, "#022_b", "0b1011_1100_0110_0001_0100_1110"),
            (-255, "#010X", "-0X00000FF"),
            (255, "#o", "0o377"),
            (65, "c", "A"),
            (3, "05c", "0000\u{3}"),
            (65, "=5c", "    A"),
            (5, "^5", "  5  "),
            (5, "*^+6d", "**+5**"),
            (-5, "=6", "-    5"),
            (7, " ", " 7"),
            (7, ".3d", "! Precision not allowed in integer format specifier"),
            (7, "zd", "! Negative zero coercion (z) not allowed in integer format specifier"),
            (7, "+c", "! Sign not allowed with integer format specifier 'c'"),
            (-1, "c", "! %c arg not in range(0x110000)"),
            (7, "s", "! Unknown format code 's' for object of type 'int'"),
            (1, "%", "100.000000%"),
            (10, "n", "10"),
            (123456, ".3g", "1.23e+05"),
        ] {
            assert_eq!(show(format_int(IntRef::Small(n), spec.as_bytes(), "int")), want, "{n} {spec}");
        }
    }

    #[test]
    fn formats_floats() {
        for (x, spec, want) in [
            (1.0, "", "1.0"),
            (1.0, "5", "  1.0"),
            (1234567.891, ",.2f", "1,234,567.89"),
            (1234567.891, "_", "1_234_567.891"),
            (f64::NAN, "010", "0000000nan"),
            (f64::NEG_INFINITY, "010,", "-000000inf"),
            (0.256, ".1%", "25.6%"),
            (123456.0, ".6", "1.23456e+05"),
            (-0.0, "z", "0.0"),
            (-0.001, "z.2f", "0.00"),
            (1e16, "#", "1.e+16"),
            (0.00001, "n", "1e-05"),
            (1.5, "+E", "+1.500000E+00"),
            (1.0, "d", "! Unknown format code 'd' for object of type 'float'"),
            (1.0, ".99999999999f", "! precision too big"),
            (1234.5, "012,.1f", "00,001,234.5"),
            (5.0, "G", "5"),
        ] {
            assert_eq!(show(format_float(x, spec.as_bytes())), want, "{x} {spec}");
        }
    }

    #[test]
    fn formats_text() {
        for (text, spec, want) in [
            ("abc", "", "abc"),
            ("äbc", "6", "äbc   "),
            ("äbc", "é>5.2", "éééäb"),
            ("abc", "^6s", " abc  "),
            ("a", "03", "a00"),
            ("a", "d", "! Unknown format code 'd' for object of type 'str'"),
            ("a", "+", "! Sign not allowed in string format specifier"),
            ("a", " ", "! Space not allowed in string format specifier"),
            ("a", "#", "! Alternate form (#) not allowed in string format specifier"),
            ("a", "=5", "! '=' alignment not allowed in string format specifier"),
            ("a", ",", "! Cannot specify ',' with 's'."),
        ] {
            assert_eq!(show(format_text(text.as_bytes(), spec.as_bytes())), want, "{text} {spec}");
        }
    }
}
