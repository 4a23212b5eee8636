//! The coefficient of a decimal: a natural number with decimal shifts.
//!
//! Up to 38 digits (everything that occurs at the default precision, save intermediate products) it is a `u128` and no
//! operation allocates. Anything larger is a shared big integer together with its number of digits.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};

use super::natural::{self, POW10_U128};
use super::wide::{self, Wide};
use crate::value::interrupt::{Stop, checkpoint};

/// A natural number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Coefficient {
    Small(u128),
    /// Always more than `u128::MAX`, so that equal numbers are equal values.
    Big(Arc<Big>),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Big {
    value: BigUint,
    digits: u64,
}

/// What a shift to the right dropped, as a part of one unit of the last place that is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    Nothing,
    LessThanHalf,
    Half,
    MoreThanHalf,
}

impl Lost {
    /// The class of `remainder / power`, where `power` is a power of ten.
    pub(super) fn from_small(remainder: u128, power: u128) -> Self {
        // Half of such a power is exact.
        Self::from_remainder(remainder == 0, remainder.cmp(&(power / 2)))
    }

    /// The class of `remainder / divisor`, from how `2 * remainder` compares to the divisor.
    fn from_remainder(is_zero: bool, doubled: Ordering) -> Self {
        match doubled {
            _ if is_zero => Self::Nothing,
            Ordering::Less => Self::LessThanHalf,
            Ordering::Equal => Self::Half,
            Ordering::Greater => Self::MoreThanHalf,
        }
    }
}

impl Coefficient {
    pub(super) const ZERO: Self = Self::Small(0);
    pub(super) const ONE: Self = Self::Small(1);

    pub(super) fn from_big(value: BigUint) -> Result<Self, Stop> {
        if let Some(small) = value.to_u128() {
            return Ok(Self::Small(small));
        }
        let digits = natural::digits(&value)?;
        Ok(Self::Big(Arc::new(Big { value, digits })))
    }

    /// 10^`exponent`.
    pub(super) fn pow10(exponent: u64) -> Result<Self, Stop> {
        Self::ONE.shifted_left(exponent)
    }

    /// `count` nines.
    pub(super) fn nines(count: u64) -> Result<Self, Stop> {
        Self::pow10(count)?.sub(&Self::ONE)
    }

    pub(super) fn to_big(&self) -> Cow<'_, BigUint> {
        match self {
            Self::Small(n) => Cow::Owned(BigUint::from(*n)),
            Self::Big(big) => Cow::Borrowed(&big.value),
        }
    }

    /// The value if it fits.
    pub(super) const fn to_small(&self) -> Option<u128> {
        match self {
            Self::Small(n) => Some(*n),
            Self::Big(_) => None,
        }
    }

    /// Bytes of the shared big integer, if there is one.
    pub(super) fn heap_bytes(&self) -> usize {
        match self {
            Self::Small(_) => 0,
            Self::Big(big) => size_of::<Big>() + usize::try_from(big.value.bits() / 8).unwrap_or(usize::MAX),
        }
    }

    pub(super) const fn is_zero(&self) -> bool {
        matches!(self, Self::Small(0))
    }

    /// Number of decimal digits; 1 for zero.
    pub(super) fn digits(&self) -> u64 {
        match self {
            Self::Small(n) => digits(*n),
            Self::Big(big) => big.digits,
        }
    }

    /// The remainder of the division by a small number, which must not be zero.
    pub(super) fn rem_u64(&self, divisor: u64) -> u64 {
        match self {
            Self::Small(n) => (n % u128::from(divisor)) as u64,
            Self::Big(big) => (&big.value % divisor).to_u64().unwrap_or(0),
        }
    }

    pub(super) fn is_odd(&self) -> bool {
        match self {
            Self::Small(n) => n & 1 == 1,
            Self::Big(big) => big.value.bit(0),
        }
    }

    /// Steps of a pass over the digits, for [`checkpoint`].
    fn steps(&self) -> u64 {
        match self {
            Self::Small(_) => 1,
            Self::Big(big) => big.digits / 16,
        }
    }

    pub(super) fn add(&self, other: &Self) -> Result<Self, Stop> {
        if let (Self::Small(a), Self::Small(b)) = (self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            return Ok(Self::Small(sum));
        }
        checkpoint(self.steps() + other.steps())?;
        Self::from_big(self.to_big().as_ref() + other.to_big().as_ref())
    }

    /// `self - other`, which must not be negative.
    pub(super) fn sub(&self, other: &Self) -> Result<Self, Stop> {
        if let (Self::Small(a), Self::Small(b)) = (self, other) {
            return Ok(Self::Small(a.saturating_sub(*b)));
        }
        if self <= other {
            return Ok(Self::ZERO);
        }
        checkpoint(self.steps() + other.steps())?;
        Self::from_big(self.to_big().as_ref() - other.to_big().as_ref())
    }

    pub(super) fn mul(&self, other: &Self) -> Result<Self, Stop> {
        if let (Self::Small(a), Self::Small(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Ok(Self::Small(product));
        }
        Self::from_big(natural::mul(&self.to_big(), &other.to_big())?)
    }

    /// Quotient and remainder; the divisor must not be zero.
    pub(super) fn div_rem(&self, divisor: &Self) -> Result<(Self, Self), Stop> {
        if let (Self::Small(a), Self::Small(b)) = (self, divisor) {
            let (quotient, remainder) = wide::div_rem(*a, *b);
            return Ok((Self::Small(quotient), Self::Small(remainder)));
        }
        let (quotient, remainder) = natural::div_rem(&self.to_big(), &divisor.to_big())?;
        Ok((Self::from_big(quotient)?, Self::from_big(remainder)?))
    }

    /// Quotient and remainder of `self * 10^places / divisor`, where big integers are not needed.
    pub(super) fn small_scaled_div_rem(&self, places: u64, divisor: &Self) -> Option<(Self, Self)> {
        let power = *POW10_U128.get(usize::try_from(places).ok()?)?;
        let (quotient, remainder) = Wide::product(self.to_small()?, power).div_rem(divisor.to_small()?)?;
        Some((Self::Small(quotient), Self::Small(remainder)))
    }

    /// `self * 10^places`.
    pub(super) fn shifted_left(&self, places: u64) -> Result<Self, Stop> {
        if places == 0 || self.is_zero() {
            return Ok(self.clone());
        }
        if let Self::Small(n) = self
            && let Some(power) = POW10_U128.get(usize::try_from(places).unwrap_or(usize::MAX))
            && let Some(product) = n.checked_mul(*power)
        {
            return Ok(Self::Small(product));
        }
        Self::from_big(natural::mul_pow10(&self.to_big(), places)?)
    }

    /// `self / 10^places`, cut, and what was cut off.
    pub(super) fn shifted_right(&self, places: u64) -> Result<(Self, Lost), Stop> {
        if places == 0 || self.is_zero() {
            return Ok((self.clone(), Lost::Nothing));
        }
        if places > self.digits() {
            return Ok((Self::ZERO, Lost::LessThanHalf));
        }
        if let Self::Small(n) = self
            && let Some(&power) = POW10_U128.get(places as usize)
        {
            let (quotient, remainder) = wide::div_rem(*n, power);
            return Ok((Self::Small(quotient), Lost::from_small(remainder, power)));
        }
        let power = natural::pow10(places)?;
        let (quotient, remainder) = natural::div_rem(&self.to_big(), &power)?;
        let lost = Lost::from_remainder(remainder.is_zero(), (remainder << 1u32).cmp(&power));
        Ok((Self::from_big(quotient)?, lost))
    }

    /// The last `places` digits.
    pub(super) fn low_digits(&self, places: u64) -> Result<Self, Stop> {
        if places >= self.digits() {
            return Ok(self.clone());
        }
        if let Self::Small(n) = self
            && let Some(&power) = POW10_U128.get(places as usize)
        {
            return Ok(Self::Small(n % power));
        }
        Self::from_big(natural::div_rem_pow10(&self.to_big(), places)?.1)
    }

    /// `self` without the zeros at its end, at most `limit` of them, and how many were taken away.
    pub(super) fn without_zeros(&self, limit: u64) -> Result<(Self, u64), Stop> {
        match self {
            Self::Small(0) => Ok((Self::ZERO, 0)),
            Self::Small(n) => {
                let (mut n, mut count) = (*n, 0);
                // There are no more zeros than there are factors of two.
                let limit = limit.min(n.trailing_zeros().into());
                for step in [16, 16, 8, 4, 2, 1] {
                    if step <= limit - count
                        && let (quotient, 0) = wide::div_rem(n, POW10_U128[step as usize])
                    {
                        n = quotient;
                        count += step;
                    }
                }
                Ok((Self::Small(n), count))
            }
            Self::Big(big) => {
                if big.value.bit(0) {
                    return Ok((self.clone(), 0));
                }
                let (value, count) = natural::strip_zeros(big.value.clone(), limit)?;
                Ok((Self::from_big(value)?, count))
            }
        }
    }

    /// Whether this is 1, 10, 100 …
    pub(super) fn is_pow10(&self) -> Result<bool, Stop> {
        match self {
            Self::Small(n) => Ok(POW10_U128.contains(n)),
            Self::Big(big) => {
                // 10^n has exactly n factors of two.
                let zeros = big.digits - 1;
                Ok(big.value.trailing_zeros() == Some(zeros) && big.value == natural::pow10(zeros)?)
            }
        }
    }

    /// The integer square root, rounded down.
    pub(super) fn sqrt(&self) -> Result<Self, Stop> {
        match self {
            Self::Small(n) => Ok(Self::Small(n.isqrt())),
            Self::Big(big) => Self::from_big(natural::sqrt(&big.value)?),
        }
    }

    /// Compares with `other * 10^places`.
    pub(super) fn cmp_shifted(&self, other: &Self, places: u64) -> Result<Ordering, Stop> {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ok(Ordering::Equal),
            (true, false) => return Ok(Ordering::Less),
            (false, true) => return Ok(Ordering::Greater),
            (false, false) => {}
        }
        match self.digits().cmp(&other.digits().saturating_add(places)) {
            Ordering::Equal => Ok((*self).cmp(&other.shifted_left(places)?)),
            unequal => Ok(unequal),
        }
    }

    /// Appends the decimal digits.
    pub(super) fn write_digits(&self, out: &mut String) -> Result<(), Stop> {
        match self {
            Self::Small(n) => {
                // Writing to a string cannot fail.
                let _ = std::fmt::Write::write_fmt(out, format_args!("{n}"));
                Ok(())
            }
            Self::Big(big) => natural::write_digits(&big.value, out),
        }
    }

    /// The number written by ASCII decimal digits.
    pub(super) fn parse_digits(digits: &[u8]) -> Result<Self, Stop> {
        if digits.len() < POW10_U128.len() {
            let value = digits.iter().fold(0, |n: u128, &digit| n * 10 + u128::from(digit - b'0'));
            return Ok(Self::Small(value));
        }
        Self::from_big(natural::parse_digits(digits)?)
    }

    /// The number in `u64`, if it fits.
    pub(super) fn to_u64(&self) -> Option<u64> {
        self.to_small().and_then(|n| u64::try_from(n).ok())
    }

    /// `self + 1`.
    pub(super) fn incremented(&self) -> Result<Self, Stop> {
        match self {
            Self::Small(n) if *n < u128::MAX => Ok(Self::Small(n + 1)),
            _ => Self::from_big(self.to_big().as_ref() + BigUint::one()),
        }
    }
}

/// Number of decimal digits; 1 for zero.
pub(super) fn digits(n: u128) -> u64 {
    // 1233 / 4096 is near enough to log10(2) for 128 bits; the table settles whether it is one digit more.
    let bits = 128 - (n | 1).leading_zeros();
    let estimate = (bits * 1233) >> 12;
    u64::from(estimate) + u64::from(POW10_U128.get(estimate as usize).is_some_and(|&power| n >= power || n == 0))
}

impl From<u64> for Coefficient {
    fn from(n: u64) -> Self {
        Self::Small(n.into())
    }
}

impl PartialOrd for Coefficient {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Coefficient {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Small(a), Self::Small(b)) => a.cmp(b),
            (Self::Small(_), Self::Big(_)) => Ordering::Less,
            (Self::Big(_), Self::Small(_)) => Ordering::Greater,
            (Self::Big(a), Self::Big(b)) => a.value.cmp(&b.value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_tell_what_they_lost() {
        for (n, places, left, lost) in [
            (1250_u64, 2, 12, Lost::Half),
            (1251, 2, 12, Lost::MoreThanHalf),
            (1249, 2, 12, Lost::LessThanHalf),
            (1200, 2, 12, Lost::Nothing),
            (7, 1, 0, Lost::MoreThanHalf),
            (7, 2, 0, Lost::LessThanHalf),
        ] {
            let small = Coefficient::from(n).shifted_right(places).unwrap();
            assert_eq!(small, (Coefficient::from(left), lost));
            let long = Coefficient::from(n).shifted_left(60).unwrap().shifted_right(places + 60).unwrap();
            assert_eq!(long, (Coefficient::from(left), lost));
        }
    }

    #[test]
    fn digits_are_counted() {
        assert_eq!((digits(0), digits(u128::MAX)), (1, 39));
        for (i, &power) in (0..).zip(&POW10_U128) {
            assert_eq!(digits(power), i + 1);
            assert_eq!(digits(power - 1), i.max(1));
        }
        for i in 0..128 {
            assert_eq!(digits(1 << i), (1_u128 << i).to_string().len() as u64);
        }
    }

    #[test]
    fn both_forms_agree_at_the_border() {
        let top = Coefficient::Small(u128::MAX);
        let next = top.incremented().unwrap();
        assert!(matches!(next, Coefficient::Big(_)) && next > top);
        assert_eq!(next.sub(&Coefficient::ONE).unwrap(), top);
        assert_eq!((top.digits(), next.digits()), (39, 39));
        assert!(Coefficient::pow10(38).unwrap().is_pow10().unwrap());
        assert!(Coefficient::pow10(39).unwrap().is_pow10().unwrap());
        assert!(!next.is_pow10().unwrap());
        assert_eq!(Coefficient::nines(40).unwrap().incremented().unwrap(), Coefficient::pow10(40).unwrap());
        assert_eq!(Coefficient::pow10(50).unwrap().without_zeros(20).unwrap().1, 20);
    }
}
