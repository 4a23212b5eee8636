//! What can happen during a decimal operation: conditions, the nine signals they raise, and the errors they become.
//!
//! An operation collects [`Status`] bits; the context turns them into flags and, where trapped, into a [`DecimalError`].
//! Several conditions (division impossible, conversion syntax, …) share the one signal `InvalidOperation`; only the text
//! of the exception tells them apart. Spec 9.3 `decimal`, 10.1.

use std::borrow::Cow;
use std::fmt;
use std::ops::{BitOr, BitOrAssign};

use crate::value::interrupt::Stop;

/// One of the nine exception classes of the module, in the order in which CPython picks among several trapped ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Signal {
    /// An operation has no defined result.
    InvalidOperation,
    /// A float was mixed with a decimal.
    FloatOperation,
    /// A finite number was divided by zero.
    DivisionByZero,
    /// The result is too large for the context.
    Overflow,
    /// The result is inexact and too small for the context.
    Underflow,
    /// The result is smaller than the smallest normal number.
    Subnormal,
    /// Digits other than zero were dropped.
    Inexact,
    /// Digits were dropped.
    Rounded,
    /// The exponent was changed to fit the context.
    Clamped,
}

impl Signal {
    /// All signals, in priority order.
    pub const ALL: [Self; 9] = [
        Self::InvalidOperation,
        Self::FloatOperation,
        Self::DivisionByZero,
        Self::Overflow,
        Self::Underflow,
        Self::Subnormal,
        Self::Inexact,
        Self::Rounded,
        Self::Clamped,
    ];

    /// The name of the exception class.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidOperation => "InvalidOperation",
            Self::FloatOperation => "FloatOperation",
            Self::DivisionByZero => "DivisionByZero",
            Self::Overflow => "Overflow",
            Self::Underflow => "Underflow",
            Self::Subnormal => "Subnormal",
            Self::Inexact => "Inexact",
            Self::Rounded => "Rounded",
            Self::Clamped => "Clamped",
        }
    }

    /// The signal whose exception class has this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.name() == name)
    }

    /// The conditions that raise this signal.
    const fn conditions(self) -> Status {
        match self {
            Self::InvalidOperation => Status::ANY_INVALID,
            Self::FloatOperation => Status::FLOAT_OPERATION,
            Self::DivisionByZero => Status::DIVISION_BY_ZERO,
            Self::Overflow => Status::OVERFLOW,
            Self::Underflow => Status::UNDERFLOW,
            Self::Subnormal => Status::SUBNORMAL,
            Self::Inexact => Status::INEXACT,
            Self::Rounded => Status::ROUNDED,
            Self::Clamped => Status::CLAMPED,
        }
    }
}

/// A set of signals: the flags or the traps of a context. As in CPython it keeps the single conditions, which decide where a
/// set that is written as text has `InvalidOperation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signals(Status);

impl Signals {
    /// The empty set.
    pub const NONE: Self = Self(Status::NONE);

    /// The set of the given signals.
    #[must_use]
    pub const fn of(signals: &[Signal]) -> Self {
        let mut set = Self::NONE;
        let mut i = 0;
        while i < signals.len() {
            set.set(signals[i], true);
            i += 1;
        }
        set
    }

    /// Whether `signal` is in the set.
    #[must_use]
    pub const fn contains(self, signal: Signal) -> bool {
        self.0.intersects(signal.conditions())
    }

    /// Puts `signal` into the set or takes it out.
    pub const fn set(&mut self, signal: Signal, on: bool) {
        if on {
            self.0.0 |= signal.conditions().0;
        } else {
            self.0.0 &= !signal.conditions().0;
        }
    }

    /// Adds every signal of `other`.
    pub const fn insert_all(&mut self, other: Self) {
        self.0.0 |= other.0.0;
    }

    /// The members, in priority order.
    pub fn iter(self) -> impl Iterator<Item = Signal> {
        Signal::ALL.into_iter().filter(move |&signal| self.contains(signal))
    }
}

/// Writes the set as CPython writes it inside a context: `[InvalidOperation, Overflow]`.
impl fmt::Display for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// The order in which contexts show conditions.
        const ORDER: [(Status, Signal); 12] = [
            (Status::CLAMPED, Signal::Clamped),
            (Status::CONVERSION_SYNTAX, Signal::InvalidOperation),
            (Status::DIVISION_BY_ZERO, Signal::DivisionByZero),
            (Status::DIVISION_IMPOSSIBLE, Signal::InvalidOperation),
            (Status::DIVISION_UNDEFINED, Signal::InvalidOperation),
            (Status::INEXACT, Signal::Inexact),
            (Status::INVALID_OPERATION, Signal::InvalidOperation),
            (Status::FLOAT_OPERATION, Signal::FloatOperation),
            (Status::OVERFLOW, Signal::Overflow),
            (Status::ROUNDED, Signal::Rounded),
            (Status::SUBNORMAL, Signal::Subnormal),
            (Status::UNDERFLOW, Signal::Underflow),
        ];
        let mut names: Vec<&str> = Vec::new();
        for (condition, signal) in ORDER {
            if self.0.intersects(condition) && !names.contains(&signal.name()) {
                names.push(signal.name());
            }
        }
        write!(f, "[{}]", names.join(", "))
    }
}

/// A set of conditions that one operation met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status(u16);

impl Status {
    /// Nothing happened.
    pub const NONE: Self = Self(0);
    pub(super) const INVALID_OPERATION: Self = Self(1);
    pub(super) const CONVERSION_SYNTAX: Self = Self(1 << 1);
    pub(super) const DIVISION_IMPOSSIBLE: Self = Self(1 << 2);
    pub(super) const DIVISION_UNDEFINED: Self = Self(1 << 3);
    pub(super) const FLOAT_OPERATION: Self = Self(1 << 4);
    pub(super) const DIVISION_BY_ZERO: Self = Self(1 << 5);
    pub(super) const OVERFLOW: Self = Self(1 << 6);
    pub(super) const UNDERFLOW: Self = Self(1 << 7);
    pub(super) const SUBNORMAL: Self = Self(1 << 8);
    pub(super) const INEXACT: Self = Self(1 << 9);
    pub(super) const ROUNDED: Self = Self(1 << 10);
    pub(super) const CLAMPED: Self = Self(1 << 11);
    /// The conditions behind the signal `InvalidOperation`.
    pub(super) const ANY_INVALID: Self = Self(0b1111);
    /// The conditions after which a result is not a number of the expected kind.
    pub(super) const ERRORS: Self = Self(0b1111 | 1 << 5);

    /// Condition classes in the order in which CPython lists them in an exception's text.
    const CLASSES: [(Self, &'static str); 12] = [
        (Self::INVALID_OPERATION, "InvalidOperation"),
        (Self::CONVERSION_SYNTAX, "ConversionSyntax"),
        (Self::DIVISION_IMPOSSIBLE, "DivisionImpossible"),
        (Self::DIVISION_UNDEFINED, "DivisionUndefined"),
        (Self::FLOAT_OPERATION, "FloatOperation"),
        (Self::DIVISION_BY_ZERO, "DivisionByZero"),
        (Self::OVERFLOW, "Overflow"),
        (Self::UNDERFLOW, "Underflow"),
        (Self::SUBNORMAL, "Subnormal"),
        (Self::INEXACT, "Inexact"),
        (Self::ROUNDED, "Rounded"),
        (Self::CLAMPED, "Clamped"),
    ];

    /// Whether any condition of `other` is present.
    pub(super) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The conditions present in both sets.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether nothing happened.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The signals that these conditions raise.
    pub(super) const fn signals(self) -> Signals {
        Signals(self)
    }

    /// Those conditions whose signal is in `traps`.
    pub(super) const fn trapped(self, traps: Signals) -> Self {
        self.and(traps.0)
    }

    /// The names of the condition classes, as they appear in the exception's argument.
    pub fn class_names(self) -> impl Iterator<Item = &'static str> {
        Self::CLASSES.into_iter().filter(move |(bit, _)| self.intersects(*bit)).map(|(_, name)| name)
    }
}

impl BitOr for Status {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Status {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Why a decimal operation gave no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecimalError {
    /// A trapped signal: the exception class and the conditions that its argument lists.
    Signal(Signal, Status),
    /// The run must end.
    Stop(Stop),
    /// A `ValueError` with this text.
    Value(Cow<'static, str>),
    /// A `TypeError` with this text.
    Type(Cow<'static, str>),
    /// An `OverflowError` with this text.
    Overflow(Cow<'static, str>),
}

impl From<Stop> for DecimalError {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// The text of the exception, e.g. `[<class 'decimal.ConversionSyntax'>]`.
impl fmt::Display for DecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal(_, conditions) => {
                f.write_str("[")?;
                for (i, name) in conditions.class_names().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}<class 'decimal.{name}'>")?;
                }
                f.write_str("]")
            }
            Self::Stop(stop) => write!(f, "stopped: {stop:?}"),
            Self::Value(text) | Self::Type(text) | Self::Overflow(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for DecimalError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_signal_in_priority_order_names_the_class() {
        let status = Status::OVERFLOW | Status::INEXACT | Status::ROUNDED;
        let all = Signals::of(&Signal::ALL);
        let error = DecimalError::Signal(Signal::Overflow, status.trapped(all));
        assert_eq!(status.signals().iter().next(), Some(Signal::Overflow));
        assert_eq!(
            error.to_string(),
            "[<class 'decimal.Overflow'>, <class 'decimal.Inexact'>, <class 'decimal.Rounded'>]"
        );
    }

    #[test]
    fn conditions_share_invalid_operation() {
        let status = Status::DIVISION_UNDEFINED | Status::INEXACT;
        let trapped = status.trapped(Signals::of(&[Signal::InvalidOperation]));
        assert_eq!(trapped.class_names().collect::<Vec<_>>(), ["DivisionUndefined"]);
        assert_eq!(status.signals().to_string(), "[InvalidOperation, Inexact]");
    }

    #[test]
    fn sets_are_written_in_the_order_of_conditions() {
        let status = Status::INVALID_OPERATION | Status::INEXACT | Status::ROUNDED;
        assert_eq!(status.signals().to_string(), "[Inexact, InvalidOperation, Rounded]");
        let all = Signals::of(&Signal::ALL).to_string();
        assert!(all.starts_with("[Clamped, InvalidOperation, DivisionByZero, Inexact, FloatOperation, Overflow, "));
    }
}
