//! `datetime.timedelta`: an exact duration in days, seconds and microseconds, with CPython's limits and rounding.

use super::arg::{Number, whole};
use super::error::{CivilError, Result};
use super::ratio;

/// A duration, normalised to `0 <= seconds < 86400` and `0 <= microseconds < 1000000`.
///
/// The derived order, equality and hash are those of the script value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delta {
    days: i32,
    seconds: i32,
    microseconds: i32,
}

/// The arguments of the `timedelta` constructor; `None` is an argument not given.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeltaParts {
    /// `days=`
    pub days: Option<Number>,
    /// `seconds=`
    pub seconds: Option<Number>,
    /// `microseconds=`
    pub microseconds: Option<Number>,
    /// `milliseconds=`
    pub milliseconds: Option<Number>,
    /// `minutes=`
    pub minutes: Option<Number>,
    /// `hours=`
    pub hours: Option<Number>,
    /// `weeks=`
    pub weeks: Option<Number>,
}

const SECOND: i128 = 1_000_000;
const DAY: i128 = 86_400 * SECOND;
const MAX_DAYS: i32 = 999_999_999;

impl Delta {
    /// No time at all.
    pub const ZERO: Self = Self { days: 0, seconds: 0, microseconds: 0 };
    /// `timedelta.min`
    pub const MIN: Self = Self { days: -MAX_DAYS, seconds: 0, microseconds: 0 };
    /// `timedelta.max`
    pub const MAX: Self = Self { days: MAX_DAYS, seconds: 86_399, microseconds: 999_999 };
    /// `timedelta.resolution`
    pub const RESOLUTION: Self = Self { days: 0, seconds: 0, microseconds: 1 };

    /// The constructor: the exact sum of all arguments, the fractions of floats rounded half to even once at the end.
    ///
    /// # Errors
    /// `OverflowError` beyond the limits or for an infinity, `ValueError` for NaN.
    pub fn new(parts: &DeltaParts) -> Result<Self> {
        let mut sum = Sum::default();
        // The order decides how the float fractions add up.
        sum.add(parts.microseconds, 1)?;
        sum.add(parts.milliseconds, 1_000)?;
        sum.add(parts.seconds, SECOND)?;
        sum.add(parts.minutes, 60 * SECOND)?;
        sum.add(parts.hours, 3_600 * SECOND)?;
        sum.add(parts.days, DAY)?;
        sum.add(parts.weeks, 7 * DAY)?;
        Self::from_micros(sum.rounded()?)
    }

    /// The duration of so many microseconds.
    ///
    /// # Errors
    /// `OverflowError` beyond the limits.
    pub fn from_micros(micros: i128) -> Result<Self> {
        let days = i32::try_from(micros.div_euclid(DAY)).map_err(|_| too_large())?;
        if days.unsigned_abs() > MAX_DAYS.unsigned_abs() {
            return Err(CivilError::overflow(format!("days={days}; must have magnitude <= {MAX_DAYS}")));
        }
        let rest = micros.rem_euclid(DAY);
        // Both quotients are below 86400 and 1000000 by construction.
        Ok(Self { days, seconds: (rest / SECOND) as i32, microseconds: (rest % SECOND) as i32 })
    }

    /// A duration that is known to be far from the limits, such as an offset from UTC.
    pub(super) fn from_small_micros(micros: i64) -> Self {
        Self::from_micros(i128::from(micros)).unwrap_or(Self::ZERO)
    }

    /// The whole duration in microseconds.
    pub fn micros(self) -> i128 {
        i128::from(self.days) * DAY + i128::from(self.seconds) * SECOND + i128::from(self.microseconds)
    }

    /// `.days`
    pub fn days(self) -> i32 {
        self.days
    }

    /// `.seconds`
    pub fn seconds(self) -> i32 {
        self.seconds
    }

    /// `.microseconds`
    pub fn microseconds(self) -> i32 {
        self.microseconds
    }

    /// Truth value: false only for zero.
    pub fn is_zero(self) -> bool {
        self == Self::ZERO
    }

    /// `total_seconds()`
    pub fn total_seconds(self) -> f64 {
        ratio::true_divide(self.micros(), SECOND)
    }

    /// `self + other`
    ///
    /// # Errors
    /// `OverflowError` beyond the limits.
    pub fn plus(self, other: Self) -> Result<Self> {
        Self::from_micros(self.micros() + other.micros())
    }

    /// `self - other`
    ///
    /// # Errors
    /// As [`Self::plus`].
    pub fn minus(self, other: Self) -> Result<Self> {
        Self::from_micros(self.micros() - other.micros())
    }

    /// `-self`
    ///
    /// # Errors
    /// As [`Self::plus`].
    pub fn negated(self) -> Result<Self> {
        Self::from_micros(-self.micros())
    }

    /// `abs(self)`
    ///
    /// # Errors
    /// As [`Self::plus`].
    pub fn abs(self) -> Result<Self> {
        if self.days < 0 { self.negated() } else { Ok(self) }
    }

    /// `self * factor`; a float factor is taken exactly and the result rounded half to even.
    ///
    /// # Errors
    /// `OverflowError` beyond the limits or for an infinity, `ValueError` for NaN.
    pub fn times(self, factor: Number) -> Result<Self> {
        match factor {
            Number::Int(factor) => Self::from_micros(self.micros().checked_mul(factor).ok_or_else(too_large)?),
            Number::Float(factor) => Self::from_micros(ratio::multiply(self.micros(), factor)?.ok_or_else(too_large)?),
        }
    }

    /// `self / divisor` for a number, rounded half to even.
    ///
    /// # Errors
    /// `ZeroDivisionError`, and the errors of [`Self::times`].
    pub fn divided_by(self, divisor: Number) -> Result<Self> {
        match divisor {
            Number::Int(0) => Err(CivilError::zero_division("integer division or modulo by zero")),
            // A divisor at the lowest integer has no negation; its neighbour gives the same quotient.
            Number::Int(divisor) => Self::from_micros(ratio::divide_nearest(self.micros(), divisor.max(-i128::MAX))),
            Number::Float(divisor) => Self::from_micros(ratio::divide(self.micros(), divisor)?.ok_or_else(too_large)?),
        }
    }

    /// `self // divisor` for an integer.
    ///
    /// # Errors
    /// `ZeroDivisionError`; `OverflowError` beyond the limits.
    pub fn floor_div(self, divisor: i128) -> Result<Self> {
        if divisor == 0 {
            return Err(CivilError::zero_division("integer division or modulo by zero"));
        }
        Self::from_micros(ratio::floor_divide(self.micros(), divisor))
    }

    /// `self / other`
    ///
    /// # Errors
    /// `ZeroDivisionError`
    pub fn div_delta(self, other: Self) -> Result<f64> {
        if other.is_zero() {
            return Err(CivilError::zero_division("division by zero"));
        }
        Ok(ratio::true_divide(self.micros(), other.micros()))
    }

    /// `self // other`
    ///
    /// # Errors
    /// `ZeroDivisionError`
    pub fn floor_div_delta(self, other: Self) -> Result<i128> {
        if other.is_zero() {
            return Err(CivilError::zero_division("integer division or modulo by zero"));
        }
        Ok(ratio::floor_divide(self.micros(), other.micros()))
    }

    /// `self % other`
    ///
    /// # Errors
    /// `ZeroDivisionError`
    pub fn rem_delta(self, other: Self) -> Result<Self> {
        if other.is_zero() {
            return Err(CivilError::zero_division("integer modulo by zero"));
        }
        let (left, right) = (self.micros(), other.micros());
        Self::from_micros(left - ratio::floor_divide(left, right) * right)
    }

    /// `divmod(self, other)`
    ///
    /// # Errors
    /// `ZeroDivisionError`
    pub fn div_mod(self, other: Self) -> Result<(i128, Self)> {
        Ok((self.floor_div_delta(other)?, self.rem_delta(other)?))
    }

    /// `str()`, such as `-1 day, 23:59:59.000001`.
    pub fn text(self) -> String {
        let (minutes, second) = (self.seconds / 60, self.seconds % 60);
        let mut out = match self.days {
            0 => String::new(),
            days => format!("{days} day{}, ", if days.abs() == 1 { "" } else { "s" }),
        };
        out.push_str(&format!("{}:{:02}:{second:02}", minutes / 60, minutes % 60));
        if self.microseconds != 0 {
            out.push_str(&format!(".{:06}", self.microseconds));
        }
        out
    }

    /// `repr()`, such as `datetime.timedelta(days=1, seconds=2)`.
    pub fn repr(self) -> String {
        let fields = [("days", self.days), ("seconds", self.seconds), ("microseconds", self.microseconds)];
        let given: Vec<String> =
            fields.iter().filter(|field| field.1 != 0).map(|(name, value)| format!("{name}={value}")).collect();
        format!("datetime.timedelta({})", if given.is_empty() { "0".to_owned() } else { given.join(", ") })
    }
}

/// The running sum of constructor arguments.
#[derive(Default)]
struct Sum {
    micros: i128,
    /// What the float arguments left below a microsecond.
    leftover: f64,
}

impl Sum {
    fn add(&mut self, part: Option<Number>, unit: i128) -> Result<()> {
        match part {
            None => Ok(()),
            Some(Number::Int(count)) => self.add_whole(Some(count), unit),
            Some(Number::Float(count)) if count.is_nan() => {
                Err(CivilError::value("cannot convert float NaN to integer"))
            }
            Some(Number::Float(count)) if count.is_infinite() => {
                Err(CivilError::overflow("cannot convert float infinity to integer"))
            }
            Some(Number::Float(count)) => {
                self.add_whole(whole(count), unit)?;
                // Units are below 2^53, so the conversion is exact.
                let rest = count.fract() * unit as f64;
                self.leftover += rest.fract();
                self.add_whole(whole(rest), 1)
            }
        }
    }

    fn add_whole(&mut self, count: Option<i128>, unit: i128) -> Result<()> {
        let product = count.and_then(|count| count.checked_mul(unit));
        self.micros = product.and_then(|product| self.micros.checked_add(product)).ok_or_else(too_large)?;
        Ok(())
    }

    /// The sum with the leftover rounded to even, the evenness being that of the whole sum.
    fn rounded(self) -> Result<i128> {
        let mut nearest = self.leftover.round();
        if (nearest - self.leftover).abs() == 0.5 {
            let odd = f64::from(u8::from(self.micros % 2 != 0));
            nearest = 2.0 * ((self.leftover + odd) * 0.5).round() - odd;
        }
        whole(nearest).and_then(|nearest| self.micros.checked_add(nearest)).ok_or_else(too_large)
    }
}

#[cold]
fn too_large() -> CivilError {
    CivilError::overflow("Python int too large to convert to C int")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delta(days: i128, seconds: i128, micros: i128) -> Delta {
        Delta::from_micros(days * DAY + seconds * SECOND + micros).unwrap_or(Delta::ZERO)
    }

    #[test]
    fn texts() {
        for (value, text, repr) in [
            (Delta::ZERO, "0:00:00", "datetime.timedelta(0)"),
            (delta(1, 2, 0), "1 day, 0:00:02", "datetime.timedelta(days=1, seconds=2)"),
            (
                delta(0, 0, -1),
                "-1 day, 23:59:59.999999",
                "datetime.timedelta(days=-1, seconds=86399, microseconds=999999)",
            ),
        ] {
            assert_eq!((value.text().as_str(), value.repr().as_str()), (text, repr));
        }
    }

    #[test]
    fn constructor_rounds_half_even_once() {
        let micros = |value| {
            Delta::new(&DeltaParts { microseconds: Some(Number::Float(value)), ..DeltaParts::default() })
                .map(Delta::micros)
        };
        assert_eq!(micros(0.5), Ok(0));
        assert_eq!(micros(1.5), Ok(2));
        assert_eq!(micros(-0.5), Ok(0));
        assert!(micros(f64::NAN).is_err());
    }

    #[test]
    fn limits() {
        assert_eq!(
            Delta::MAX.negated().map_err(|e| e.message),
            Err("days=-1000000000; must have magnitude <= 999999999".into())
        );
        assert_eq!(Delta::MIN.abs().map(Delta::days), Ok(999_999_999));
        assert!(Delta::MAX.plus(Delta::RESOLUTION).is_err());
        assert_eq!(
            Delta::MAX.times(Number::Int(i128::MAX)).map_err(|e| e.message),
            Err("Python int too large to convert to C int".into())
        );
    }
}
