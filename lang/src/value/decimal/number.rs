//! The decimal number itself: what it holds, questions about it, and operations that need no context.

use std::cmp::Ordering;

use super::coefficient::Coefficient;
use super::context::Context;
use crate::value::interrupt::Stop;

/// A decimal floating-point number, an infinity or a NaN. Immutable.
///
/// A finite number is `(-1)^sign * coefficient * 10^exponent`; numbers of equal value with different exponents are
/// different representations, and the type keeps them apart. There is no `PartialEq` because Python's `==` depends on a
/// context; see [`Context::equals`].
#[derive(Debug, Clone)]
pub struct Decimal {
    pub(super) kind: Kind,
    pub(super) negative: bool,
    /// Exponent of the last digit; 0 in a special value.
    pub(super) exponent: i64,
    /// The digits; the payload of a NaN.
    pub(super) coefficient: Coefficient,
}

/// What a [`Decimal`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Finite,
    /// An infinity.
    Infinity,
    /// A NaN that operations pass on.
    QuietNan,
    /// A NaN that makes operations signal.
    SignalingNan,
}

impl Decimal {
    /// Positive zero with exponent 0.
    pub const ZERO: Self = Self::finite(false, Coefficient::ZERO, 0);
    /// One with exponent 0.
    pub const ONE: Self = Self::finite(false, Coefficient::ONE, 0);

    pub(super) const fn finite(negative: bool, coefficient: Coefficient, exponent: i64) -> Self {
        Self { kind: Kind::Finite, negative, exponent, coefficient }
    }

    pub(super) const fn zero(negative: bool, exponent: i64) -> Self {
        Self::finite(negative, Coefficient::ZERO, exponent)
    }

    pub(super) const fn infinity(negative: bool) -> Self {
        Self { kind: Kind::Infinity, negative, exponent: 0, coefficient: Coefficient::ZERO }
    }

    /// The quiet NaN without payload.
    pub(super) const fn nan() -> Self {
        Self { kind: Kind::QuietNan, negative: false, exponent: 0, coefficient: Coefficient::ZERO }
    }

    /// What kind of value this is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the sign is set (also on zeros and NaNs): `is_signed`.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.negative
    }

    /// Whether this is neither infinite nor a NaN.
    #[must_use]
    pub const fn is_finite(&self) -> bool {
        matches!(self.kind, Kind::Finite)
    }

    /// Whether this is an infinity.
    #[must_use]
    pub const fn is_infinite(&self) -> bool {
        matches!(self.kind, Kind::Infinity)
    }

    /// Whether this is a NaN of either kind.
    #[must_use]
    pub const fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::QuietNan | Kind::SignalingNan)
    }

    /// Whether this is a quiet NaN.
    #[must_use]
    pub const fn is_qnan(&self) -> bool {
        matches!(self.kind, Kind::QuietNan)
    }

    /// Whether this is a signaling NaN.
    #[must_use]
    pub const fn is_snan(&self) -> bool {
        matches!(self.kind, Kind::SignalingNan)
    }

    /// Bytes that the number occupies outside of itself, for the accounting of memory.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.coefficient.heap_bytes()
    }

    pub(super) const fn is_special(&self) -> bool {
        !self.is_finite()
    }

    /// Whether this is a zero. The truth value of a decimal is the opposite.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.is_finite() && self.coefficient.is_zero()
    }

    /// Whether this is finite, not zero and not below the smallest normal number of the context.
    #[must_use]
    pub fn is_normal(&self, context: &Context) -> bool {
        self.is_finite() && !self.is_zero() && self.adjusted() >= context.emin()
    }

    /// Whether this is finite, not zero and below the smallest normal number of the context.
    #[must_use]
    pub fn is_subnormal(&self, context: &Context) -> bool {
        self.is_finite() && !self.is_zero() && self.adjusted() < context.emin()
    }

    /// Whether this is a finite number without fractional part.
    pub(super) fn is_integer(&self) -> Result<bool, Stop> {
        if self.is_special() {
            return Ok(false);
        }
        if self.exponent >= 0 || self.is_zero() {
            return Ok(true);
        }
        let places = self.exponent.unsigned_abs();
        Ok(places < self.coefficient.digits() && self.coefficient.without_zeros(places)?.1 == places)
    }

    /// Whether this number, an integer, is odd.
    pub(super) fn is_odd_integer(&self) -> Result<bool, Stop> {
        Ok(match self.exponent {
            _ if self.is_zero() => false,
            0 => self.coefficient.is_odd(),
            1.. => false,
            _ => self.coefficient.shifted_right(self.exponent.unsigned_abs())?.0.is_odd(),
        })
    }

    /// Number of digits of the coefficient as a signed number, for exponent arithmetic.
    pub(super) fn digits(&self) -> i64 {
        i64::try_from(self.coefficient.digits()).unwrap_or(i64::MAX)
    }

    /// The exponent of the leading digit: `adjusted()`. Zero for special values.
    #[must_use]
    pub fn adjusted(&self) -> i64 {
        if self.is_special() { 0 } else { self.exponent.saturating_add(self.digits() - 1) }
    }

    /// The class in the sense of `number_class()`.
    #[must_use]
    pub fn number_class(&self, context: &Context) -> &'static str {
        match (self.kind, self.negative) {
            (Kind::QuietNan, _) => "NaN",
            (Kind::SignalingNan, _) => "sNaN",
            (Kind::Infinity, false) => "+Infinity",
            (Kind::Infinity, true) => "-Infinity",
            (Kind::Finite, negative) => match (self.is_zero(), self.is_subnormal(context), negative) {
                (true, _, false) => "+Zero",
                (true, _, true) => "-Zero",
                (_, true, false) => "+Subnormal",
                (_, true, true) => "-Subnormal",
                (_, _, false) => "+Normal",
                (_, _, true) => "-Normal",
            },
        }
    }

    pub(super) fn with_sign(&self, negative: bool) -> Self {
        Self { negative, ..self.clone() }
    }

    /// The absolute value, untouched by any context.
    #[must_use]
    pub fn copy_abs(&self) -> Self {
        self.with_sign(false)
    }

    /// The negated value, untouched by any context.
    #[must_use]
    pub fn copy_negate(&self) -> Self {
        self.with_sign(!self.negative)
    }

    /// The value with the sign of `other`.
    #[must_use]
    pub fn copy_sign(&self, other: &Self) -> Self {
        self.with_sign(other.negative)
    }

    /// Whether both have the same exponent, or both are infinite, or both are NaNs.
    #[must_use]
    pub const fn same_quantum(&self, other: &Self) -> bool {
        if self.is_finite() && other.is_finite() {
            return self.exponent == other.exponent;
        }
        (self.is_nan() && other.is_nan()) || (self.is_infinite() && other.is_infinite())
    }

    /// The sign as a factor: -1 or 1.
    pub(super) const fn arithmetic_sign(&self) -> i64 {
        if self.negative { -1 } else { 1 }
    }

    /// Compares two numbers that are not NaNs by their absolute values.
    pub(super) fn cmp_magnitude(&self, other: &Self) -> Result<Ordering, Stop> {
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Ok(Ordering::Equal),
            (true, false) => return Ok(Ordering::Greater),
            (false, true) => return Ok(Ordering::Less),
            (false, false) => {}
        }
        let distance = self.exponent.abs_diff(other.exponent);
        if self.exponent >= other.exponent {
            Ok(other.coefficient.cmp_shifted(&self.coefficient, distance)?.reverse())
        } else {
            self.coefficient.cmp_shifted(&other.coefficient, distance)
        }
    }

    /// Compares two numbers that are not NaNs.
    pub(super) fn cmp_value(&self, other: &Self) -> Result<Ordering, Stop> {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ok(Ordering::Equal),
            (true, false) => return Ok(if other.negative { Ordering::Greater } else { Ordering::Less }),
            (false, true) => return Ok(if self.negative { Ordering::Less } else { Ordering::Greater }),
            (false, false) => {}
        }
        match (self.negative, other.negative) {
            (false, true) => Ok(Ordering::Greater),
            (true, false) => Ok(Ordering::Less),
            (false, false) => self.cmp_magnitude(other),
            (true, true) => other.cmp_magnitude(self),
        }
    }
}
