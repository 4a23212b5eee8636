//! Script numbers on their way into civil time: the narrowing to C integers with its error texts, and numbers that
//! are an integer or a float.

use super::error::{CivilError, Result};

/// A script number. An integer of any size is handed over clamped to `i128`: no civil operation can tell two
/// integers beyond that apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// An `int` (or `bool`).
    Int(i128),
    /// A `float`.
    Float(f64),
}

/// An integer argument of a constructor, which CPython stores in a C `int`.
///
/// # Errors
/// `OverflowError` when the value does not fit.
pub fn c_int(value: i128) -> Result<i32> {
    if let Ok(narrow) = i32::try_from(value) {
        return Ok(narrow);
    }
    Err(CivilError::overflow(if i64::try_from(value).is_err() {
        "Python int too large to convert to C long"
    } else if value > 0 {
        "signed integer is greater than maximum"
    } else {
        "signed integer is less than minimum"
    }))
}

/// An integer argument of `fromisocalendar`.
///
/// # Errors
/// `ValueError` when the value does not fit a C `int`.
pub fn iso_component(value: i128) -> Result<i32> {
    i32::try_from(value).map_err(|_| CivilError::value("ISO calendar component out of range"))
}

/// The whole part of a finite float as an integer, as `int()` gives it, or `None` when it leaves `i128`.
pub(super) fn whole(float: f64) -> Option<i128> {
    // 2^126 is exactly representable, so the comparison is exact and the cast below cannot saturate.
    const BOUND: f64 = 85_070_591_730_234_615_865_843_651_857_942_052_864.0;
    (float.abs() < BOUND).then_some(float as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_int_texts() {
        let text = |value| c_int(value).map_err(|e| e.message);
        assert_eq!(text(7), Ok(7));
        assert_eq!(text(1 << 31), Err("signed integer is greater than maximum".into()));
        assert_eq!(text(-(1 << 40)), Err("signed integer is less than minimum".into()));
        assert_eq!(text(1 << 63), Err("Python int too large to convert to C long".into()));
    }
}
