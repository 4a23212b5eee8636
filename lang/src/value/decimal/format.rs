//! `format(number, spec)`: the format mini-language as decimals have it.
//!
//! `[[fill]align][sign][z][0][width][,][.precision][type]`. Unlike other numbers, decimals have no `#` and no `_`
//! grouping in CPython 3.11, and rounding follows the context.

use super::context::{Context, MAX_PREC};
use super::number::Decimal;
use super::quantize::rescale;
use super::rounding::finalize;
use super::signals::{DecimalError, Status};
use super::text::{Notation, write_fill, write_unsigned};
use crate::value::interrupt::{Stop, checkpoint};

/// Position of the number in a wider field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Right,
    Center,
    /// Padding between sign and digits.
    AfterSign,
    /// Zeros after the sign, which grouping takes for digits.
    Zeros,
}

/// How the number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presentation {
    Exponent,
    Fixed,
    General,
    Percent,
}

#[derive(Debug)]
struct Spec {
    fill: char,
    align: Align,
    /// Written before a number that is not negative.
    plus: Option<char>,
    no_negative_zero: bool,
    width: usize,
    grouped: bool,
    precision: Option<i64>,
    presentation: Presentation,
    capitals: bool,
}

impl Context {
    /// `format(number, spec)`; the context gives rounding mode and `capitals`.
    ///
    /// # Errors
    /// CPython's `ValueError` for a wrong specification; a stop.
    pub fn format(&self, number: &Decimal, spec: &[u8]) -> Result<String, DecimalError> {
        let spec = std::str::from_utf8(spec)
            .ok()
            .and_then(|spec| parse_spec(spec, self.capitals))
            .ok_or(DecimalError::Value("invalid format string".into()))?;
        Ok(render(number, &spec, self)?)
    }
}

const fn alignment(c: char) -> Option<Align> {
    match c {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

/// Takes `c` off the front of `text` if it is there.
fn take(text: &mut &str, c: char) -> bool {
    let rest = text.strip_prefix(c);
    *text = rest.unwrap_or(text);
    rest.is_some()
}

/// Takes a number off the front of `text`.
fn take_number(text: &mut &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    *text = rest;
    digits.parse().ok()
}

/// The specification without its `z`, if it has one after fill, alignment and sign. As in CPython, what is left is then
/// read as if the `z` had never been there.
fn without_z(text: &str) -> Option<String> {
    let mut chars = text.char_indices().peekable();
    let aligned = text.chars().nth(1).and_then(alignment).is_some();
    if aligned {
        chars.next();
    }
    if aligned || text.starts_with(|c| alignment(c).is_some()) {
        chars.next();
    }
    chars.next_if(|(_, c)| matches!(c, '+' | '-' | ' '));
    let (at, _) = chars.next_if(|(_, c)| *c == 'z')?;
    Some([&text[..at], &text[at + 1..]].concat())
}

fn parse_spec(text: &str, capitals: bool) -> Option<Spec> {
    let stripped = without_z(text);
    let text = stripped.as_deref().unwrap_or(text);
    let mut rest = text;
    let mut spec = Spec {
        fill: ' ',
        align: Align::Right,
        plus: None,
        no_negative_zero: stripped.is_some(),
        width: 0,
        grouped: false,
        precision: None,
        presentation: Presentation::General,
        capitals,
    };
    let mut aligned = true;
    let mut chars = text.chars();
    let (first, second) = (chars.next(), chars.next());
    if let (Some(fill), Some(align)) = (first, second.and_then(alignment)) {
        (spec.fill, spec.align) = (fill, align);
        rest = chars.as_str();
    } else if let Some(align) = first.and_then(alignment) {
        spec.align = align;
        rest = &rest[1..];
    } else {
        aligned = false;
    }
    for sign in ['+', ' ', '-'] {
        if take(&mut rest, sign) {
            spec.plus = (sign != '-').then_some(sign);
            break;
        }
    }
    if take(&mut rest, '0') {
        if aligned {
            return None;
        }
        (spec.fill, spec.align) = ('0', Align::Zeros);
    }
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        if rest.starts_with('0') {
            return None;
        }
        let width = take_number(&mut rest).filter(|&width| width as u64 <= MAX_PREC)?;
        spec.width = usize::try_from(width).ok()?;
    }
    spec.grouped = take(&mut rest, ',');
    if take(&mut rest, '.') {
        spec.precision = Some(take_number(&mut rest).filter(|&precision| precision as u64 <= MAX_PREC)?);
    }
    let mut kind = rest.chars();
    if let Some(c) = kind.next() {
        spec.presentation = match c.to_ascii_lowercase() {
            'e' => Presentation::Exponent,
            'f' => Presentation::Fixed,
            'g' => Presentation::General,
            // In the C locale `n` groups nothing, but it excludes the comma.
            'n' if !spec.grouped => Presentation::General,
            '%' => Presentation::Percent,
            _ => return None,
        };
        spec.capitals = c.is_ascii_uppercase();
        if c == '%' {
            spec.capitals = capitals;
        }
    }
    kind.next().is_none().then_some(spec)
}

fn render(number: &Decimal, spec: &Spec, context: &Context) -> Result<String, Stop> {
    let mut number = number.clone();
    if spec.no_negative_zero {
        number = without_negative_zero(number, spec, context)?;
    }
    let (number, notation) = rounded(number, spec, context)?;
    let mut body = String::new();
    write_unsigned(&number, notation, spec.capitals, &mut body)?;
    if spec.presentation == Presentation::Percent {
        body.push('%');
    }
    let sign = if number.negative { Some('-') } else { spec.plus };
    let width = spec.width.saturating_sub(sign.map_or(0, |_| 1));
    let padded_with_zeros = spec.align == Align::Zeros && number.is_finite();
    if number.is_finite() && spec.grouped {
        body = group(&body, if padded_with_zeros { width } else { 0 })?;
    }
    pad(sign, body, spec, padded_with_zeros)
}

/// The number with the sign of a zero cleared, also of a zero that only rounding makes. CPython 3.11 rounds for `f` and
/// `%`, but not for `F`.
fn without_negative_zero(number: Decimal, spec: &Spec, context: &Context) -> Result<Decimal, Stop> {
    if !number.negative || number.is_special() {
        return Ok(number);
    }
    let rounded = match (spec.presentation, spec.precision) {
        (Presentation::Fixed, Some(places)) if !spec.capitals => rescale(&number, -places, context.rounding)?,
        (Presentation::Percent, Some(places)) => rescale(&number, -places - 2, context.rounding)?,
        _ => number.clone(),
    };
    Ok(if rounded.is_zero() { rounded.copy_abs() } else { number })
}

/// The number rounded as presentation and precision demand, and the layout.
fn rounded(mut number: Decimal, spec: &Spec, context: &Context) -> Result<(Decimal, Notation), Stop> {
    if number.is_special() {
        return Ok((number, Notation::Scientific));
    }
    match spec.presentation {
        Presentation::General => {
            if let Some(precision) = spec.precision {
                number = round_to_digits(number, precision.max(1), context)?;
            }
            Ok((number, Notation::Scientific))
        }
        Presentation::Exponent => {
            let mut point = 1;
            if let Some(precision) = spec.precision {
                if number.is_zero() {
                    point = 1 - precision;
                } else {
                    number = round_to_digits(number, precision + 1, context)?;
                    // Fewer digits than asked for are filled up with zeros.
                    let missing = precision + 1 - number.digits();
                    number = rescale(&number, number.exponent - missing.max(0), context.rounding)?;
                }
            }
            Ok((number, Notation::Exponent(point)))
        }
        Presentation::Fixed | Presentation::Percent => {
            if spec.presentation == Presentation::Percent {
                number.exponent += 2;
            }
            if let Some(places) = spec.precision {
                number = rescale(&number, -places, context.rounding)?;
            }
            if number.is_zero() {
                number.exponent = number.exponent.min(0);
            }
            Ok((number, Notation::Fixed))
        }
    }
}

/// Rounds to at most `count` digits, whatever the exponent.
fn round_to_digits(number: Decimal, count: i64, context: &Context) -> Result<Decimal, Stop> {
    let context = Context { prec: count.unsigned_abs(), rounding: context.rounding, ..Context::widest() };
    finalize(number, &context, &mut Status::default())
}

/// Puts a comma between every three digits of the integer part, first filled up with zeros to `width` in all.
fn group(body: &str, width: usize) -> Result<String, Stop> {
    let end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let (integer, rest) = body.split_at(end);
    // `n` digits take n + (n - 1) / 3 characters; a comma is never the first one.
    let room = width.saturating_sub(rest.len());
    let mut filled = String::new();
    let wanted = room - room / 4;
    let wanted = if room > 0 && room % 4 == 0 { wanted + 1 } else { wanted };
    write_fill('0', wanted.saturating_sub(integer.len()), &mut filled)?;
    filled.push_str(integer);
    // Grouped from the left; the first group has one to three digits.
    let (first, groups) = filled.split_at((filled.len() - 1) % 3 + 1);
    let mut out = String::from(first);
    for group in groups.as_bytes().chunks(3) {
        checkpoint(4)?;
        out.push(',');
        out.extend(group.iter().map(|&digit| char::from(digit)));
    }
    out.push_str(rest);
    Ok(out)
}

/// Sign, body and padding in their order.
fn pad(sign: Option<char>, body: String, spec: &Spec, zeros: bool) -> Result<String, Stop> {
    // The body is ASCII.
    let length = body.len() + usize::from(sign.is_some());
    let missing = spec.width.saturating_sub(length);
    if missing == 0 && sign.is_none() {
        return Ok(body);
    }
    let fill = if spec.align == Align::Zeros && !zeros { ' ' } else { spec.fill };
    let (before, inside, after) = match spec.align {
        Align::Left => (0, 0, missing),
        Align::Center => (missing / 2, 0, missing - missing / 2),
        Align::AfterSign => (0, missing, 0),
        Align::Zeros if zeros => (0, missing, 0),
        Align::Right | Align::Zeros => (missing, 0, 0),
    };
    let mut out = String::new();
    write_fill(fill, before, &mut out)?;
    out.extend(sign);
    write_fill(fill, inside, &mut out)?;
    out.push_str(&body);
    write_fill(fill, after, &mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifications() {
        let mut context = Context::default();
        for (text, spec, want) in [
            ("1234.565", ",.2f", "1,234.56"),
            ("-1234.5", "\u{e9}^+12", "\u{e9}\u{e9}-1234.5\u{e9}\u{e9}\u{e9}"),
            ("1", "08,", "0,000,001"),
            ("1", "09,", "0,000,001"),
            ("0.5", "%", "50%"),
            ("12345", ".2e", "1.23e+4"),
            ("5", ".3E", "5.000E+0"),
            ("0E2", ".3e", "0.000e+5"),
            ("123456", ".3g", "1.23e+5"),
            ("-0.001", "z.1f", "0.0"),
            ("-0.001", "z.1F", "-0.0"),
            ("1", "<z^3", "<1<"),
            ("-NaN", "06", "  -NaN"),
            ("1E5", "f", "100000"),
            ("2", "x=+5", "+xxx2"),
            ("1", "_", "error"),
            ("1", "<05", "error"),
            ("1", ".", "error"),
            ("1", ",n", "error"),
            ("1", "d", "error"),
        ] {
            let number = context.parse(text.as_bytes()).unwrap();
            let got = context.format(&number, spec.as_bytes());
            assert_eq!(got.unwrap_or_else(|_| "error".into()), want, "{text} {spec}");
        }
    }
}
