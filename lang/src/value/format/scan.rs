//! Numbers as nearly all texts write them, in one pass: a sign, a few digits, a point, an exponent. The grammar is JSON's, which
//! is a part of Python's; what it does not know, or what needs more than one rounding, is left to [`super::int_parse`] and
//! [`super::float_text`].

/// A number that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scanned {
    /// An int.
    Int(i64),
    /// An int of too many digits for the fast way.
    LongInt,
    /// A float.
    Float(f64),
    /// A float for which the fast way is not exact.
    LongFloat,
}

/// Digits that surely fit 64 bits.
const FAST_DIGITS: usize = 18;

/// All whole numbers up to this one are exact as floats.
const EXACT: u64 = 1 << 53;

/// Powers of ten that are exact as floats.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// Appends the digits at `at` to the number `n`, which counts only while there are few. Gives the offset behind them.
#[inline]
fn digits(text: &[u8], mut at: usize, n: &mut u64) -> usize {
    while let Some(digit) = text.get(at).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10) {
        *n = n.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    at
}

/// Scans the number with which `text` begins, and its length. `None` if there is none: a sign without digits.
#[inline]
#[must_use]
pub fn scan(text: &[u8]) -> Option<(usize, Scanned)> {
    let negative = text.first() == Some(&b'-');
    let start = usize::from(negative);
    let mut mantissa = 0u64;
    let mut at = match text.get(start) {
        // A zero stands alone.
        Some(b'0') => start + 1,
        Some(b'1'..=b'9') => digits(text, start, &mut mantissa),
        _ => return None,
    };
    let mut count = at - start;
    let mut scale = 0i64;
    let mut float = false;
    if text.get(at) == Some(&b'.') {
        let end = digits(text, at + 1, &mut mantissa);
        if end > at + 1 {
            count += end - at - 1;
            scale = -i64::try_from(end - at - 1).unwrap_or(i64::MAX);
            float = true;
            at = end;
        }
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let sign = matches!(text.get(at + 1), Some(b'+' | b'-'));
        let from = at + 1 + usize::from(sign);
        let mut exponent = 0u64;
        let end = digits(text, from, &mut exponent);
        if end > from {
            let few = if end - from <= 4 { exponent.cast_signed() } else { i64::from(i32::MAX) };
            scale = scale.saturating_add(if text.get(at + 1) == Some(&b'-') { -few } else { few });
            float = true;
            at = end;
        }
    }
    if !float {
        return Some((
            at,
            if count <= FAST_DIGITS { Scanned::Int(signed(mantissa, negative)) } else { Scanned::LongInt },
        ));
    }
    // Both the digits and the power of ten are exact as floats, so one operation rounds correctly.
    let power = usize::try_from(scale.unsigned_abs()).ok().and_then(|n| POWERS.get(n));
    let exact = count <= FAST_DIGITS && mantissa <= EXACT;
    let value = match power {
        Some(power) if exact => {
            let whole = mantissa as f64;
            let x = if scale < 0 { whole / power } else { whole * power };
            Scanned::Float(if negative { -x } else { x })
        }
        _ => Scanned::LongFloat,
    };
    Some((at, value))
}

fn signed(n: u64, negative: bool) -> i64 {
    let n = n.cast_signed();
    if negative { -n } else { n }
}

/// A text that is not so long that the limits have to be looked at.
#[inline]
fn short(text: &[u8]) -> Option<&[u8]> {
    (text.len() <= 32).then_some(text)
}

/// The int that a whole text is, if it is a short one.
#[inline]
#[must_use]
pub fn int(text: &[u8]) -> Option<i64> {
    match scan(short(text)?)? {
        (len, Scanned::Int(n)) if len == text.len() => Some(n),
        _ => None,
    }
}

/// The float that a whole text is, if one rounding at most makes it.
#[inline]
#[must_use]
pub fn float(text: &[u8]) -> Option<f64> {
    match scan(short(text)?)? {
        (len, Scanned::Float(x)) if len == text.len() => Some(x),
        // The sign of a zero is lost in an int.
        (len, Scanned::Int(n)) if len == text.len() && n != 0 && n.unsigned_abs() <= EXACT => Some(n as f64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        use Scanned::{Float, Int, LongFloat, LongInt};
        for (text, len, value) in [
            ("0", 1, Int(0)),
            ("-0", 2, Int(0)),
            ("01", 1, Int(0)),
            ("-12x", 3, Int(-12)),
            ("123456789012345678,", 18, Int(123_456_789_012_345_678)),
            ("1234567890123456789", 19, LongInt),
            ("1.", 1, Int(1)),
            ("1e", 1, Int(1)),
            ("1e+", 1, Int(1)),
            ("0.5", 3, Float(0.5)),
            ("-0.0", 4, Float(-0.0)),
            ("1E2", 3, Float(100.0)),
            ("12.5e-3]", 7, Float(0.0125)),
            ("9007199254740993.0", 18, LongFloat),
            ("1e400", 5, LongFloat),
            ("1e99999999999999999999", 22, LongFloat),
        ] {
            assert_eq!(scan(text.as_bytes()), Some((len, value)), "{text}");
        }
        assert_eq!(scan(b"-"), None);
    }

    #[test]
    fn whole_texts() {
        for (text, n, x) in [
            ("12", Some(12), Some(12.0)),
            ("-7", Some(-7), Some(-7.0)),
            ("0", Some(0), None),
            ("-0", Some(0), None),
            ("1.5", None, Some(1.5)),
            ("-0.0", None, Some(-0.0)),
            ("9007199254740993", Some(9_007_199_254_740_993), None),
            ("01", None, None),
            (" 1", None, None),
            ("1_0", None, None),
            ("1.", None, None),
            ("", None, None),
        ] {
            assert_eq!((int(text.as_bytes()), float(text.as_bytes())), (n, x), "{text}");
        }
        assert!(float(b"-0.0").is_some_and(f64::is_sign_negative));
    }

    #[test]
    fn the_fast_way_agrees_with_the_slow_one() {
        let mut state = 1u64;
        for _ in 0..20_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let text = format!("{}.{}e{}", state >> 44, (state >> 20) & 0xFFFF, (state & 63).cast_signed() - 32);
            if let Some((_, Scanned::Float(x))) = scan(text.as_bytes()) {
                assert_eq!(Ok(x), text.parse(), "{text}");
            }
        }
    }
}
