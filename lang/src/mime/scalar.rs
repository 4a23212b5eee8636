//! Texts of scalars in messages: what `str` gives for them, and numbers written fast.

use std::borrow::Cow;

use crate::value::civil::TimeSpec;
use crate::value::decimal::{Context, Decimal};
use crate::value::format::{float_text, int_text};
use crate::value::number::IntView;
use crate::value::{HVec, R, Value};

/// The decimal digits of 0 to 99, two each.
const PAIRS: [u8; 200] = {
    let mut pairs = [0; 200];
    let mut n = 0;
    while n < 100 {
        pairs[2 * n] = b'0' + (n / 10) as u8;
        pairs[2 * n + 1] = b'0' + (n % 10) as u8;
        n += 1;
    }
    pairs
};

/// The eight digits of a number below 10^8, the first one in the lowest byte.
#[inline]
fn eight(n: u32) -> u64 {
    // Two halves of four digits, then four pairs of two, then eight digits, each in a part of the word that is twice as wide as it
    // needs. The products divide by 100 and 10, exactly for numbers of so few digits.
    let halves = u64::from(n / 10_000) | u64::from(n % 10_000) << 32;
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007F_0000_007F;
    let pairs = hundreds | (halves - hundreds * 100) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000F_000F_000F_000F;
    tens | (pairs - tens * 10) << 8
}

/// Appends an int.
#[inline]
pub fn push_int(out: &mut HVec<u8>, n: i64) {
    if let Ok(n @ 0..=99_999_999) = u32::try_from(n) {
        let digits = eight(n);
        // The last digit is written even if it is a zero.
        let zeros = (digits.trailing_zeros() / 8).min(7);
        out.extend_prefix(&(digits >> (8 * zeros) | 0x3030_3030_3030_3030).to_le_bytes(), 8 - zeros as usize);
        return;
    }
    push_any_int(out, n);
}

/// As [`push_int`], of any int.
#[inline(never)]
fn push_any_int(out: &mut HVec<u8>, n: i64) {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut left = n.unsigned_abs();
    while left >= 10 {
        // Below 200, whatever `left` is.
        let pair = (left % 100) as usize * 2;
        left /= 100;
        at -= 2;
        buffer[at..at + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if left > 0 || at == buffer.len() {
        at -= 1;
        buffer[at] = b'0' + left as u8;
    }
    if n < 0 {
        out.push(b'-');
    }
    out.extend_bytes(&buffer[at..]);
}

/// Appends `repr` of a float, which is finite.
#[inline]
pub fn push_float(out: &mut HVec<u8>, x: f64) {
    let size = x.abs();
    let thousandths = size * 1000.0;
    // Most floats in messages have up to three decimals. If the decimal number with three of them rounds to the float and
    // has at most fifteen digits, it is the shortest: no two such numbers round to the same float.
    let thousands = thousandths as i64;
    if thousandths < 1e15 && thousands as f64 == thousandths && thousandths / 1000.0 == size {
        if x.is_sign_negative() {
            out.push(b'-');
        }
        // Below 10^15.
        let (whole, rest) = (thousands / 1000, (thousands % 1000) as usize);
        push_int(out, whole);
        let [tens, units] = [PAIRS[rest % 100 * 2], PAIRS[rest % 100 * 2 + 1]];
        let digits = [b'.', b'0' + (rest / 100) as u8, tens, units];
        let len = if units != b'0' {
            4
        } else if tens != b'0' {
            3
        } else {
            2
        };
        out.extend_prefix(&digits, len);
    } else if (1e-4..1e16).contains(&size) {
        // In this range both have the same form.
        out.extend_bytes(ryu::Buffer::new().format_finite(x).as_bytes());
    } else {
        out.extend_bytes(float_text::repr(x).as_bytes());
    }
}

/// `str` of a decimal.
#[must_use]
pub fn decimal(number: &Decimal) -> Vec<u8> {
    Context::default().to_sci_string(number).unwrap_or_default().into_bytes()
}

/// `str(value)` of a scalar; `None` for everything else, and for `bytes`.
///
/// # Errors
/// `ValueError` for an int of more than 4300 digits.
pub fn text(value: &Value) -> R<Option<Cow<'_, [u8]>>> {
    let owned = match value {
        Value::None => return Ok(Some(Cow::Borrowed(b"None"))),
        Value::Bool(true) => return Ok(Some(Cow::Borrowed(b"True"))),
        Value::Bool(false) => return Ok(Some(Cow::Borrowed(b"False"))),
        Value::Short(_) | Value::Str(_) => return Ok(value.text_bytes().map(Cow::Borrowed)),
        Value::Float(x) => float_text::repr(*x).into_bytes(),
        Value::Decimal(d) => {
            Context::default().to_sci_string(d).map_err(crate::value::number::decimal_raise)?.into_bytes()
        }
        Value::DateTime(d) => d.iso_format(b" ", TimeSpec::Auto),
        Value::Date(d) => d.iso_format().into_bytes(),
        Value::Time(t) => t.iso_format(TimeSpec::Auto).into_bytes(),
        Value::Delta(d) => d.text().into_bytes(),
        Value::Zone(z) => z.text(),
        _ => match IntView::of(value) {
            Some(n) => int_text::decimal(n.as_ref())?.into_bytes(),
            None => return Ok(None),
        },
    };
    Ok(Some(Cow::Owned(owned)))
}

/// The RFC 3339 text of a date or time.
#[must_use]
pub fn wire(value: &Value) -> Option<String> {
    match value {
        Value::DateTime(d) => Some(d.wire()),
        Value::Date(d) => Some(d.wire()),
        Value::Time(t) => Some(t.wire()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_python() {
        let mut out = HVec::new();
        let powers = (0..18).map(|n| 10i64.pow(n)).flat_map(|n| [n - 1, n, n + 1, n * 7, -n]);
        for n in powers.chain([12345, 99_999_999, i64::MAX, i64::MIN]).chain(0..20_000) {
            out.truncate(0);
            push_int(&mut out, n);
            assert_eq!(out[..], *n.to_string().as_bytes());
        }
        for (x, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.5, "1.5"),
            (100.0, "100.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e22, "1e+22"),
            (123_456_789.125, "123456789.125"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (-2.5e-7, "-2.5e-07"),
            (0.001, "0.001"),
            (-0.25, "-0.25"),
            (1234.1, "1234.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (999_999_999_999.999, "999999999999.999"),
            (1e12 + 0.001, "1000000000000.001"),
        ] {
            out.truncate(0);
            push_float(&mut out, x);
            assert_eq!(String::from_utf8_lossy(&out), text);
        }
        let mut state = 1u64;
        for _ in 0..50_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let x = (state >> 24) as f64 / [1.0, 8.0, 100.0, 1000.0, 10_000.0, 3.0][(state % 6) as usize];
            out.truncate(0);
            push_float(&mut out, x);
            assert_eq!(String::from_utf8_lossy(&out), float_text::repr(x));
        }
    }
}
