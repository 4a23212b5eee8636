//! Numbers as nearly all texts write them, in one pass: a sign, a few digits, a point, an exponent. The grammar is JSON's, which
//! is a part of Python's; what it does not know, or what needs more than one rounding, is left to [`super::int_parse`] and
//! [`super::float_text`].

use crate::value::ShortStr;
use crate::value::block::Block;

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

/// Longest text that is read without a look at the limits.
const LONG: usize = 32;

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

/// Where the parts are of a plain number: a sign or none, digits, and perhaps a point and digits.
#[derive(Debug, Clone, Copy)]
pub struct Outline {
    /// Offset of the first digit.
    first: usize,
    /// Offset behind the digits in front of the point.
    point: usize,
    /// Offset behind the last digit.
    pub end: usize,
}

impl Outline {
    /// The outline of the number with which sixteen bytes begin. `None` if it is no plain one or may go on behind them.
    #[inline]
    #[must_use]
    pub fn of(bytes: &[u8; Block::LEN]) -> Option<Outline> {
        let digits = Block::new(bytes).digits();
        let first = usize::from(bytes[0] == b'-');
        let count = |from: usize| (digits >> from).trailing_ones() as usize;
        let whole = count(first);
        let point = first + whole;
        if whole == 0 || (whole > 1 && bytes[first] == b'0') {
            return None;
        }
        let (mut end, mut next) = (point, *bytes.get(point)?);
        if next == b'.' {
            let fraction = count(point + 1);
            end = point + 1 + fraction;
            next = *bytes.get(end).filter(|_| fraction > 0)?;
        }
        (next | 0x20 != b'e').then_some(Outline { first, point, end })
    }

    /// The number, of the bytes of which this is the outline.
    #[inline]
    #[must_use]
    pub fn value(self, bytes: &[u8; Block::LEN]) -> Scanned {
        /// The number that eight digits are, the first one in the lowest byte.
        #[inline]
        fn eight(digits: u64) -> u64 {
            const PAIRS: u64 = 0x0000_00FF_0000_00FF;
            let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
            let (even, odd) = (pairs & PAIRS, pairs >> 16 & PAIRS);
            even.wrapping_mul(100 + (1_000_000 << 32)).wrapping_add(odd.wrapping_mul(1 + (10_000 << 32))) >> 32
        }
        let Outline { first, point, end } = self;
        let (whole, is_float) = (point - first, end > point);
        let count = end - first - usize::from(is_float);
        // The digits are moved together and then to the end of a word, behind zeros.
        let mantissa = if end < 8 {
            let [low @ .., _, _, _, _, _, _, _, _] = *bytes;
            let text = (u64::from_le_bytes(low) ^ 0x3030_3030_3030_3030) >> (8 * first);
            let below = (1 << (8 * whole)) - 1;
            let digits = if is_float { text & below | text >> 8 & !below } else { text };
            eight(digits << (64 - 8 * count))
        } else {
            let text = (u128::from_le_bytes(*bytes) ^ 0x3030_3030_3030_3030_3030_3030_3030_3030) >> (8 * first);
            let below = (1 << (8 * whole)) - 1;
            let digits = if is_float { text & below | text >> 8 & !below } else { text };
            let digits = digits << (128 - 8 * count);
            // Sixteen digits at most.
            eight(digits as u64) * 100_000_000 + eight((digits >> 64) as u64)
        };
        if !is_float {
            return Scanned::Int(signed(mantissa, first > 0));
        }
        // Fifteen digits at most: they and the power of ten are exact, so one operation rounds correctly.
        let x = mantissa as f64 / POWERS.get(end - point - 1).copied().unwrap_or(f64::NAN);
        Scanned::Float(if first > 0 { -x } else { x })
    }
}

/// Scans the number with which `text` begins, and its length. `None` if there is none: a sign without digits.
#[inline]
#[must_use]
pub fn scan(text: &[u8]) -> Option<(usize, Scanned)> {
    if let Some(bytes) = text.first_chunk()
        && let Some(outline) = Outline::of(bytes)
    {
        return Some((outline.end, outline.value(bytes)));
    }
    scan_any(text)
}

/// As [`scan`], of any number.
#[inline(never)]
fn scan_any(text: &[u8]) -> Option<(usize, Scanned)> {
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

/// The number that a short text is, if it is a plain one.
#[inline]
#[must_use]
pub fn plain(text: &ShortStr) -> Option<Scanned> {
    let (bytes, len) = text.padded();
    Outline::of(&bytes).filter(|outline| outline.end == len).map(|outline| outline.value(&bytes))
}

/// The number that a whole text is, if it is no long one.
#[inline]
fn whole(text: &[u8]) -> Option<Scanned> {
    if let Some(short) = ShortStr::new(text)
        && let Some(number) = plain(&short)
    {
        return Some(number);
    }
    let text = Some(text).filter(|text| text.len() <= LONG)?;
    scan_any(text).filter(|(len, _)| *len == text.len()).map(|(_, number)| number)
}

/// The int that a whole text is, if it is a short one.
#[inline]
#[must_use]
pub fn int(text: &[u8]) -> Option<i64> {
    match whole(text)? {
        Scanned::Int(n) => Some(n),
        _ => None,
    }
}

/// The float that a whole text is, if one rounding at most makes it.
#[inline]
#[must_use]
pub fn float(text: &[u8]) -> Option<f64> {
    match whole(text)? {
        Scanned::Float(x) => Some(x),
        // The sign of a zero is lost in an int.
        Scanned::Int(n) if n != 0 && n.unsigned_abs() <= EXACT => Some(n as f64),
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
            // With a whole block to look at.
            let padded = format!("{text},{:16}", "");
            assert_eq!(scan(padded.as_bytes()), Some((len, value)), "{padded}");
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
            let digits = |shift: u32| (state >> 13) >> (state >> shift & 63);
            let sign = if state & 64 == 0 { "" } else { "-" };
            for text in [format!("{sign}{}", digits(0)), format!("{sign}{}.{:?}", digits(8), digits(20))] {
                let padded = format!("{text}]{:16}", "");
                assert_eq!(scan(padded.as_bytes()), scan_any(padded.as_bytes()), "{padded}");
            }
            let text = format!("{}.{}e{}", state >> 44, (state >> 20) & 0xFFFF, (state & 63).cast_signed() - 32);
            if let Some((_, Scanned::Float(x))) = scan(text.as_bytes()) {
                assert_eq!(Ok(x), text.parse(), "{text}");
            }
        }
    }
}
