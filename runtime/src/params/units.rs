//! Durations, sizes and names as they are written (part 1, section 2).

use std::time::Duration;

use crate::yaml::Kind;

/// The unit of a bare number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds.
    Millisecond,
    /// Seconds.
    Second,
    /// Days.
    Day,
}

impl Unit {
    /// Its length in milliseconds.
    #[must_use]
    pub const fn milliseconds(self) -> u64 {
        match self {
            Unit::Millisecond => 1,
            Unit::Second => 1_000,
            Unit::Day => 86_400_000,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Unit::Millisecond => "milliseconds",
            Unit::Second => "seconds",
            Unit::Day => "days",
        }
    }
}

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// Splits `250ms` into number and unit.
fn split(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end)?;
    Some((digits.parse().ok()?, unit))
}

/// The duration that a text such as `5s` stands for; a text of digits counts in `unit`.
#[must_use]
pub fn parse_duration(text: &str, unit: Unit) -> Option<Duration> {
    let (number, suffix) = split(text.trim())?;
    let factor = match suffix {
        "" => unit.milliseconds(),
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(factor).map(Duration::from_millis)
}

/// The number of bytes that a text such as `64MiB` stands for.
#[must_use]
pub fn parse_size(text: &str) -> Option<Size> {
    let (number, suffix) = split(text.trim())?;
    let factor = match suffix {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(factor).map(Size)
}

/// The duration that a scalar stands for.
pub(super) fn duration(kind: &Kind, unit: Unit) -> Option<Duration> {
    match kind {
        Kind::Int(number) => u64::try_from(*number).ok()?.checked_mul(unit.milliseconds()).map(Duration::from_millis),
        Kind::Text(text) => parse_duration(&text.value, unit),
        _ => None,
    }
}

/// The size that a scalar stands for.
pub(super) fn size(kind: &Kind) -> Option<Size> {
    match kind {
        Kind::Int(number) => u64::try_from(*number).ok().map(Size),
        Kind::Text(text) => parse_size(&text.value),
        _ => None,
    }
}

/// Is this a name: 1 to 128 letters of any script, digits, `_`, `-`, starting with a letter or `_`?
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    let starts = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    starts && text.chars().count() <= 128 && chars.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_sizes_names() {
        for (text, milliseconds) in [
            ("250ms", Some(250)),
            ("5s", Some(5_000)),
            ("2m", Some(120_000)),
            ("1h", Some(3_600_000)),
            ("30d", Some(2_592_000_000)),
            ("7", Some(7_000)),
            ("5 s", None),
            ("-5s", None),
            ("1.5s", None),
            ("5sec", None),
            ("s", None),
            ("99999999999999999d", None),
        ] {
            assert_eq!(parse_duration(text, Unit::Second), milliseconds.map(Duration::from_millis), "{text}");
        }
        for (text, bytes) in [
            ("100KiB", Some(102_400)),
            ("64MiB", Some(64 << 20)),
            ("1GiB", Some(1 << 30)),
            ("5", Some(5)),
            ("5MB", None),
        ] {
            assert_eq!(parse_size(text), bytes.map(Size), "{text}");
        }
        for (text, is) in [("a", true), ("_a-1", true), ("订单", true), ("1a", false), ("", false), ("a b", false)] {
            assert_eq!(is_name(text), is, "{text}");
        }
        assert!(is_name(&"a".repeat(128)) && !is_name(&"a".repeat(129)));
    }
}
