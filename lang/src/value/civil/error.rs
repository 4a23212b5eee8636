//! The error of every civil time operation: which exception class a script sees, and its text.

use crate::value::interrupt::Stop;
use std::fmt;

/// The exception class of a [`CivilError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// `ValueError`.
    Value,
    /// `TypeError`.
    Type,
    /// `OverflowError`.
    Overflow,
    /// `ZeroDivisionError`.
    ZeroDivision,
    /// `OSError`; the message carries the error number as CPython prints it.
    Os,
    /// `re.error`, which `strptime` lets through for a repeated directive.
    Regex,
    /// `zoneinfo.ZoneInfoNotFoundError`, a `KeyError`: `str()` of the exception is the quoted message.
    ZoneNotFound,
    /// Not an exception: the run was stopped (spec 11.1).
    Stop(Stop),
}

/// A failed civil time operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CivilError {
    /// The exception class.
    pub kind: ErrorKind,
    /// The exception text.
    pub message: String,
}

/// The result of a civil time operation.
pub type Result<T> = std::result::Result<T, CivilError>;

impl CivilError {
    /// A `ValueError`.
    #[cold]
    pub fn value(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Value, message: message.into() }
    }

    /// A `TypeError`.
    #[cold]
    pub fn typed(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Type, message: message.into() }
    }

    /// An `OverflowError`.
    #[cold]
    pub fn overflow(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Overflow, message: message.into() }
    }

    /// A `ZeroDivisionError`.
    #[cold]
    pub fn zero_division(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::ZeroDivision, message: message.into() }
    }

    /// The `OSError` of a time whose year does not fit the platform's calendar structure.
    #[cold]
    pub(super) fn value_too_large() -> Self {
        Self { kind: ErrorKind::Os, message: "[Errno 75] Value too large for defined data type".into() }
    }

    /// The `OverflowError` of a result outside years 1 to 9999.
    #[cold]
    pub(super) fn date_range() -> Self {
        Self::overflow("date value out of range")
    }
}

impl From<Stop> for CivilError {
    fn from(stop: Stop) -> Self {
        Self { kind: ErrorKind::Stop(stop), message: String::new() }
    }
}

impl fmt::Display for CivilError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CivilError {}
