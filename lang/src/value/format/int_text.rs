//! Integers as text in the bases that Python writes.

use num_bigint::BigInt;
use num_traits::Signed;

use super::{Fault, IntRef};
use crate::value::interrupt::{checkpoint, reserve};

/// Decimal text is limited to this many digits, because converting long ones takes quadratic time.
pub const MAX_DIGITS: usize = 4300;

/// Bits of the smallest number that has certainly more than [`MAX_DIGITS`] digits: 4300 · log₂ 10 = 14284.3.
const TOO_MANY_BITS: u64 = 14_286;

/// A base of integer text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// 2.
    Binary,
    /// 8.
    Octal,
    /// 10.
    Decimal,
    /// 16.
    Hex,
}

impl Base {
    /// The prefix of `bin`, `oct` and `hex`.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Binary => "0b",
            Self::Octal => "0o",
            Self::Decimal => "",
            Self::Hex => "0x",
        }
    }

    fn radix(self) -> u32 {
        match self {
            Self::Binary => 2,
            Self::Octal => 8,
            Self::Decimal => 10,
            Self::Hex => 16,
        }
    }
}

impl IntRef<'_> {
    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        match self {
            Self::Small(n) => n < 0,
            Self::Big(n) => n.is_negative(),
        }
    }
}

/// The digits of the absolute value, without prefix.
///
/// # Errors
/// More than [`MAX_DIGITS`] decimal digits; a stop of the run.
pub fn digits(n: IntRef<'_>, base: Base) -> Result<String, Fault> {
    match n {
        IntRef::Small(n) => {
            let n = n.unsigned_abs();
            Ok(match base {
                Base::Binary => format!("{n:b}"),
                Base::Octal => format!("{n:o}"),
                Base::Decimal => n.to_string(),
                Base::Hex => format!("{n:x}"),
            })
        }
        IntRef::Big(n) => big_digits(n, base),
    }
}

fn big_digits(n: &BigInt, base: Base) -> Result<String, Fault> {
    let bits = n.bits();
    if base == Base::Decimal && bits >= TOO_MANY_BITS {
        return Err(too_long());
    }
    // One byte for each digit, and as much again while the library turns digit values into characters.
    let expected = usize::try_from(bits).unwrap_or(usize::MAX) / base.radix().ilog2() as usize;
    reserve(expected.saturating_mul(2))?;
    checkpoint(expected as u64)?;
    let text = n.magnitude().to_str_radix(base.radix());
    if base == Base::Decimal && text.len() > MAX_DIGITS {
        return Err(too_long());
    }
    Ok(text)
}

/// `str` of an integer.
///
/// # Errors
/// As [`digits`].
pub fn decimal(n: IntRef<'_>) -> Result<String, Fault> {
    match n {
        IntRef::Small(n) => Ok(n.to_string()),
        IntRef::Big(_) => with_prefix(n, Base::Decimal),
    }
}

/// The decimal digits of an int that fits 64 bits, with its sign, at the end of `room`.
#[must_use]
pub fn small(n: i64, room: &mut [u8; 20]) -> &[u8] {
    let mut left = n.unsigned_abs();
    let mut at = room.len();
    // Two digits a turn: each division waits for the one before.
    while left > 9 {
        let pair = (left % 100) as u8;
        left /= 100;
        at -= 2;
        room[at] = b'0' + pair / 10;
        room[at + 1] = b'0' + pair % 10;
    }
    if left > 0 || at == room.len() {
        at -= 1;
        room[at] = b'0' + left as u8;
    }
    if n < 0 {
        at -= 1;
        room[at] = b'-';
    }
    &room[at..]
}

/// `bin`, `oct` and `hex`: sign, prefix, digits.
///
/// # Errors
/// As [`digits`].
pub fn with_prefix(n: IntRef<'_>, base: Base) -> Result<String, Fault> {
    let mut text = digits(n, base)?;
    text.insert_str(0, base.prefix());
    if n.is_negative() {
        text.insert(0, '-');
    }
    Ok(text)
}

fn too_long() -> Fault {
    Fault::value(format!(
        "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion; use \
         sys.set_int_max_str_digits() to increase the limit"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_every_base() {
        for (n, two, eight, ten, sixteen) in [
            (0, "0b0", "0o0", "0", "0x0"),
            (-10, "-0b1010", "-0o12", "-10", "-0xa"),
            (255, "0b11111111", "0o377", "255", "0xff"),
        ] {
            for (base, want) in [(Base::Binary, two), (Base::Octal, eight), (Base::Decimal, ten), (Base::Hex, sixteen)]
            {
                assert_eq!(with_prefix(IntRef::Small(n), base).as_deref(), Ok(want));
                assert_eq!(with_prefix(IntRef::Big(&BigInt::from(n)), base).as_deref(), Ok(want));
            }
        }
        assert_eq!(decimal(IntRef::Small(i64::MIN)).as_deref(), Ok("-9223372036854775808"));
        for n in [0, 7, -10, 1234, i64::MAX, i64::MIN] {
            assert_eq!(small(n, &mut [0; 20]), n.to_string().as_bytes());
        }
    }

    #[test]
    fn refuses_long_decimals_only() {
        let longest = BigInt::from(10).pow(4300) - 1;
        let too_long = BigInt::from(10).pow(4300);
        assert_eq!(decimal(IntRef::Big(&longest)).map(|s| s.len()), Ok(4300));
        assert!(matches!(decimal(IntRef::Big(&too_long)), Err(Fault::Value(_))));
        assert!(matches!(decimal(IntRef::Big(&(too_long.clone() * 10000))), Err(Fault::Value(_))));
        assert!(digits(IntRef::Big(&too_long), Base::Hex).is_ok());
    }
}
