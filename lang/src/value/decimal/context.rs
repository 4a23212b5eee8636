//! The context of decimal arithmetic: precision, rounding, exponent limits, flags and traps. Spec 9.3 `decimal`.

use std::fmt;

use super::number::Decimal;
use super::signals::{DecimalError, Signal, Signals, Status};
use crate::value::interrupt::Stop;

/// The largest precision a context can have: `decimal.MAX_PREC`.
pub const MAX_PREC: u64 = 999_999_999_999_999_999;
/// The largest exponent limit: `decimal.MAX_EMAX`.
pub const MAX_EMAX: i64 = 999_999_999_999_999_999;
/// The smallest exponent limit: `decimal.MIN_EMIN`.
pub const MIN_EMIN: i64 = -999_999_999_999_999_999;
/// The smallest exponent of a subnormal number: `decimal.MIN_ETINY`.
pub const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC as i64 - 1);

/// How a result is rounded to fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    /// Towards positive infinity.
    Ceiling,
    /// Towards negative infinity.
    Floor,
    /// To nearest, ties away from zero.
    HalfUp,
    /// To nearest, ties towards zero.
    HalfDown,
    /// To nearest, ties to the even digit.
    HalfEven,
    /// Away from zero if the last digit would otherwise be 0 or 5.
    ZeroFiveUp,
}

impl Rounding {
    /// All modes, in the order of CPython's numbering.
    pub const ALL: [Self; 8] = [
        Self::Up,
        Self::Down,
        Self::Ceiling,
        Self::Floor,
        Self::HalfUp,
        Self::HalfDown,
        Self::HalfEven,
        Self::ZeroFiveUp,
    ];

    /// The module constant: its name and its value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "ROUND_UP",
            Self::Down => "ROUND_DOWN",
            Self::Ceiling => "ROUND_CEILING",
            Self::Floor => "ROUND_FLOOR",
            Self::HalfUp => "ROUND_HALF_UP",
            Self::HalfDown => "ROUND_HALF_DOWN",
            Self::HalfEven => "ROUND_HALF_EVEN",
            Self::ZeroFiveUp => "ROUND_05UP",
        }
    }

    /// The mode of a module constant.
    ///
    /// # Errors
    /// CPython's `TypeError` for any other text.
    pub fn from_name(name: &str) -> Result<Self, DecimalError> {
        Self::ALL.into_iter().find(|mode| mode.name() == name).ok_or_else(Self::type_error)
    }

    /// The `TypeError` for a rounding mode that is not one.
    #[must_use]
    pub const fn type_error() -> DecimalError {
        DecimalError::Type(std::borrow::Cow::Borrowed(
            "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   \
             ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]",
        ))
    }
}

/// The surroundings of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub(super) prec: u64,
    pub(super) emin: i64,
    pub(super) emax: i64,
    /// How results are rounded.
    pub rounding: Rounding,
    /// Whether exponents are written with `E` instead of `e`.
    pub capitals: bool,
    /// Whether exponents above `Etop` are folded down.
    pub clamp: bool,
    /// The signals that happened since the flags were last cleared.
    pub flags: Signals,
    /// The signals that become exceptions.
    pub traps: Signals,
}

impl Default for Context {
    /// `DefaultContext`, and so a run's first context.
    fn default() -> Self {
        Self {
            prec: 28,
            emin: -999_999,
            emax: 999_999,
            rounding: Rounding::HalfEven,
            capitals: true,
            clamp: false,
            flags: Signals::NONE,
            traps: Signals::of(&[Signal::InvalidOperation, Signal::DivisionByZero, Signal::Overflow]),
        }
    }
}

impl Context {
    /// `BasicContext`.
    #[must_use]
    pub fn basic() -> Self {
        let traps =
            [Signal::InvalidOperation, Signal::DivisionByZero, Signal::Overflow, Signal::Underflow, Signal::Clamped];
        Self { prec: 9, rounding: Rounding::HalfUp, traps: Signals::of(&traps), ..Self::default() }
    }

    /// `ExtendedContext`.
    #[must_use]
    pub fn extended() -> Self {
        Self { prec: 9, traps: Signals::NONE, ..Self::default() }
    }

    /// The widest context; in it, sums and products of moderate numbers are exact.
    pub(super) const fn widest() -> Self {
        Self {
            prec: MAX_PREC,
            emin: MIN_EMIN,
            emax: MAX_EMAX,
            rounding: Rounding::HalfEven,
            capitals: true,
            clamp: false,
            flags: Signals::NONE,
            traps: Signals::NONE,
        }
    }

    /// This context with another rounding mode, for an operation that brings its own.
    pub(super) fn rounded(&self, rounding: Rounding) -> Self {
        Self { rounding, ..self.clone() }
    }

    /// The precision in digits.
    #[must_use]
    pub const fn prec(&self) -> u64 {
        self.prec
    }

    /// The smallest exponent of a normal number's leading digit.
    #[must_use]
    pub const fn emin(&self) -> i64 {
        self.emin
    }

    /// The largest exponent of a number's leading digit.
    #[must_use]
    pub const fn emax(&self) -> i64 {
        self.emax
    }

    /// Sets the precision.
    ///
    /// # Errors
    /// CPython's `ValueError` outside 1 … [`MAX_PREC`].
    pub fn set_prec(&mut self, prec: i64) -> Result<(), DecimalError> {
        match u64::try_from(prec) {
            Ok(prec @ 1..=MAX_PREC) => self.prec = prec,
            _ => return Err(value_error("valid range for prec is [1, MAX_PREC]")),
        }
        Ok(())
    }

    /// Sets the smallest exponent.
    ///
    /// # Errors
    /// CPython's `ValueError` outside [`MIN_EMIN`] … 0.
    pub fn set_emin(&mut self, emin: i64) -> Result<(), DecimalError> {
        if !(MIN_EMIN..=0).contains(&emin) {
            return Err(value_error("valid range for Emin is [MIN_EMIN, 0]"));
        }
        self.emin = emin;
        Ok(())
    }

    /// Sets the largest exponent.
    ///
    /// # Errors
    /// CPython's `ValueError` outside 0 … [`MAX_EMAX`].
    pub fn set_emax(&mut self, emax: i64) -> Result<(), DecimalError> {
        if !(0..=MAX_EMAX).contains(&emax) {
            return Err(value_error("valid range for Emax is [0, MAX_EMAX]"));
        }
        self.emax = emax;
        Ok(())
    }

    /// Sets `capitals` from an integer.
    ///
    /// # Errors
    /// CPython's `ValueError` for anything but 0 and 1.
    pub fn set_capitals(&mut self, capitals: i64) -> Result<(), DecimalError> {
        self.capitals = zero_or_one(capitals, "valid values for capitals are 0 or 1")?;
        Ok(())
    }

    /// Sets `clamp` from an integer.
    ///
    /// # Errors
    /// CPython's `ValueError` for anything but 0 and 1.
    pub fn set_clamp(&mut self, clamp: i64) -> Result<(), DecimalError> {
        self.clamp = zero_or_one(clamp, "valid values for clamp are 0 or 1")?;
        Ok(())
    }

    /// The exponent of the smallest subnormal number: `Etiny()`.
    #[must_use]
    pub const fn etiny(&self) -> i64 {
        self.emin - (self.prec as i64 - 1)
    }

    /// The exponent of the largest number with a full coefficient: `Etop()`.
    #[must_use]
    pub const fn etop(&self) -> i64 {
        self.emax - (self.prec as i64 - 1)
    }

    /// Forgets all flags: `clear_flags()`.
    pub const fn clear_flags(&mut self) {
        self.flags = Signals::NONE;
    }

    /// Forgets all traps: `clear_traps()`.
    pub const fn clear_traps(&mut self) {
        self.traps = Signals::NONE;
    }

    /// Records what an operation met.
    ///
    /// # Errors
    /// The exception to raise when a trapped signal is among it.
    pub fn raise(&mut self, status: Status) -> Result<(), DecimalError> {
        if status.is_empty() {
            return Ok(());
        }
        self.flags.insert_all(status.signals());
        let trapped = status.trapped(self.traps);
        match trapped.signals().iter().next() {
            Some(signal) => Err(DecimalError::Signal(signal, trapped)),
            None => Ok(()),
        }
    }

    /// Runs an operation and records what it met.
    pub(super) fn run<T>(
        &mut self,
        operation: impl FnOnce(&Self, &mut Status) -> Result<T, Stop>,
    ) -> Result<T, DecimalError> {
        let mut status = Status::NONE;
        let result = operation(self, &mut status)?;
        self.raise(status)?;
        Ok(result)
    }

    /// As [`Self::run`], with `rounding` instead of the context's own if given.
    pub(super) fn run_rounded(
        &mut self,
        rounding: Option<Rounding>,
        operation: impl FnOnce(&Self, &mut Status) -> Result<Decimal, Stop>,
    ) -> Result<Decimal, DecimalError> {
        match rounding {
            None => self.run(operation),
            Some(rounding) => self.run(|context, status| operation(&context.rounded(rounding), status)),
        }
    }
}

fn zero_or_one(n: i64, message: &'static str) -> Result<bool, DecimalError> {
    match n {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(value_error(message)),
    }
}

const fn value_error(message: &'static str) -> DecimalError {
    DecimalError::Value(std::borrow::Cow::Borrowed(message))
}

/// Writes the context as its `repr`.
impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags={}, traps={})",
            self.prec,
            self.rounding.name(),
            self.emin,
            self.emax,
            u8::from(self.capitals),
            u8::from(self.clamp),
            self.flags,
            self.traps
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_is_cpythons() {
        assert_eq!(
            Context::default().to_string(),
            "Context(prec=28, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999, capitals=1, clamp=0, flags=[], \
             traps=[InvalidOperation, DivisionByZero, Overflow])"
        );
    }

    #[test]
    fn limits_are_checked() {
        let mut context = Context::extended();
        assert!(context.set_prec(0).is_err() && context.set_prec(1_000_000_000_000_000_000).is_err());
        assert!(context.set_emin(1).is_err() && context.set_emax(-1).is_err() && context.set_clamp(2).is_err());
        context.set_prec(3).unwrap();
        assert_eq!((context.etiny(), context.etop()), (-1_000_001, 999_997));
    }
}
