//! ISO 8601 output: `isoformat`, `str` and the offset texts shared by all of them.

use super::calendar::MICROS;
use super::date::Date;
use super::error::{CivilError, Result};
use super::time::Time;

/// The `timespec` argument of `isoformat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeSpec {
    /// Microseconds when there are any.
    #[default]
    Auto,
    /// `HH`
    Hours,
    /// `HH:MM`
    Minutes,
    /// `HH:MM:SS`
    Seconds,
    /// `HH:MM:SS.mmm`, cut.
    Milliseconds,
    /// `HH:MM:SS.ffffff`
    Microseconds,
}

impl TimeSpec {
    /// The argument as a script writes it.
    ///
    /// # Errors
    /// `ValueError` for an unknown word.
    pub fn parse(word: &[u8]) -> Result<Self> {
        Ok(match word {
            b"auto" => Self::Auto,
            b"hours" => Self::Hours,
            b"minutes" => Self::Minutes,
            b"seconds" => Self::Seconds,
            b"milliseconds" => Self::Milliseconds,
            b"microseconds" => Self::Microseconds,
            _ => return Err(CivilError::value("Unknown timespec value")),
        })
    }
}

impl Date {
    /// `isoformat()` and `str()`.
    pub fn iso_format(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

/// Appends a time of day without its offset.
pub(super) fn push_time(out: &mut String, time: &Time, spec: TimeSpec) {
    let spec = match spec {
        TimeSpec::Auto if time.microsecond() == 0 => TimeSpec::Seconds,
        TimeSpec::Auto => TimeSpec::Microseconds,
        given => given,
    };
    let (hour, minute, second, micro) = (time.hour(), time.minute(), time.second(), time.microsecond());
    out.push_str(&match spec {
        TimeSpec::Hours => format!("{hour:02}"),
        TimeSpec::Minutes => format!("{hour:02}:{minute:02}"),
        TimeSpec::Milliseconds => format!("{hour:02}:{minute:02}:{second:02}.{:03}", micro / 1_000),
        TimeSpec::Microseconds => format!("{hour:02}:{minute:02}:{second:02}.{micro:06}"),
        TimeSpec::Auto | TimeSpec::Seconds => format!("{hour:02}:{minute:02}:{second:02}"),
    });
}

/// An offset of microseconds as `+HH:MM[:SS[.ffffff]]`.
pub(super) fn offset(micros: i64) -> String {
    let sign = if micros < 0 { '-' } else { '+' };
    let (seconds, fraction) = (micros.abs() / MICROS, micros.abs() % MICROS);
    let mut out = format!("{sign}{:02}:{:02}", seconds / 3_600, seconds / 60 % 60);
    if seconds % 60 != 0 || fraction != 0 {
        out.push_str(&format!(":{:02}", seconds % 60));
    }
    if fraction != 0 {
        out.push_str(&format!(".{fraction:06}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets() {
        for (micros, text) in [
            (0, "+00:00"),
            (-1_800 * MICROS, "-00:30"),
            (19_800 * MICROS, "+05:30"),
            (5 * MICROS, "+00:00:05"),
            (-1, "-00:00:00.000001"),
        ] {
            assert_eq!(offset(micros), text);
        }
    }

    #[test]
    fn time_specs() {
        let shown = |word: &str| {
            let mut out = String::new();
            push_time(&mut out, &Time::MAX, TimeSpec::parse(word.as_bytes())?);
            Ok::<_, CivilError>(out)
        };
        for (word, text) in [
            ("hours", "23"),
            ("minutes", "23:59"),
            ("seconds", "23:59:59"),
            ("milliseconds", "23:59:59.999"),
            ("auto", "23:59:59.999999"),
        ] {
            assert_eq!(shown(word), Ok(text.to_owned()));
        }
        assert_eq!(shown("days").map_err(|e| e.message), Err("Unknown timespec value".to_owned()));
    }
}
