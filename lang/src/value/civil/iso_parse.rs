//! `fromisoformat`: the wide ISO 8601 form of CPython 3.11, including what its reader lets through.
//!
//! The original works on a NUL-terminated buffer and decides by position, so some odd texts are accepted, such as
//! fractions without a point. Scripts get the same answers here, hence the look-ahead past the end of a part.

use super::calendar::MICROS;
use super::date::Date;
use super::datetime::DateTime;
use super::delta::Delta;
use super::error::{CivilError, Result};
use super::quote;
use super::time::{Time, TimeFields};
use super::zone::Zone;

impl Date {
    /// `date.fromisoformat(text)`
    ///
    /// # Errors
    /// `ValueError` for another form or a day that does not exist.
    pub fn from_iso_format(text: &[u8]) -> Result<Self> {
        let fields = matches!(text.len(), 7 | 8 | 10).then(|| date_fields(text)).flatten();
        let (year, month, day) = fields.ok_or_else(|| invalid(text))?;
        Self::new(year, month, day)
    }
}

impl Time {
    /// `time.fromisoformat(text)`
    ///
    /// # Errors
    /// `ValueError` for another form or a field out of range.
    pub fn from_iso_format(text: &[u8]) -> Result<Self> {
        let bare = text.strip_prefix(b"T").unwrap_or(text);
        let (fields, offset) = time_fields(bare).ok_or_else(|| invalid(text))?;
        let zone = offset.map(offset_zone).transpose()?;
        Self::new(fields, zone)
    }
}

impl DateTime {
    /// `datetime.fromisoformat(text)`
    ///
    /// # Errors
    /// `ValueError` for another form or a field out of range.
    pub fn from_iso_format(text: &[u8]) -> Result<Self> {
        let parts = if text.len() < 7 { None } else { split(text) };
        let (date, time) = parts.ok_or_else(|| invalid(text))?;
        let (year, month, day) = date_fields(date).ok_or_else(|| invalid(text))?;
        let (fields, offset) = match time {
            None => (TimeFields::default(), None),
            Some(time) => time_fields(time).ok_or_else(|| invalid(text))?,
        };
        let zone = offset.map(offset_zone).transpose()?;
        Ok(Self::combine(Date::new(year, month, day)?, Time::new(fields, zone)?))
    }
}

#[cold]
fn invalid(text: &[u8]) -> CivilError {
    CivilError::value(format!("Invalid isoformat string: {}", quote::repr(text)))
}

fn offset_zone(micros: i64) -> Result<Zone> {
    // An offset below one second counts as none.
    if micros.abs() < MICROS {
        return Ok(Zone::UTC);
    }
    Zone::fixed(Delta::from_small_micros(micros), None)
}

/// The byte at an index, or NUL beyond the end.
fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// A number of exactly `count` digits.
fn digits(text: &[u8], at: usize, count: usize) -> Option<i32> {
    let digits = text.get(at..at.checked_add(count)?)?;
    digits.iter().try_fold(0, |sum, &digit| digit.is_ascii_digit().then(|| sum * 10 + i32::from(digit - b'0')))
}

/// Splits the text into its day and, if anything follows, its time.
fn split(text: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let at = separator(text)?;
    let date = text.get(..at)?;
    let rest = text.get(at..)?;
    if rest.is_empty() {
        return Some((date, None));
    }
    // The separator may be any character.
    let width = match byte(rest, 0) {
        0..0x80 => 1,
        0xE0..0xF0 => 3,
        0xF0.. => 4,
        _ => 2,
    };
    Some((date, Some(rest.get(width..).unwrap_or_default())))
}

/// Where the day ends. The text has at least seven bytes.
fn separator(text: &[u8]) -> Option<usize> {
    if text.len() == 7 {
        return Some(7);
    }
    let at = match (byte(text, 4), byte(text, 5)) {
        (b'-', b'W') => {
            // YYYY-Www or YYYY-Www-D; a hyphen may also be the separator.
            if byte(text, 8) != b'-' {
                8
            } else if text.len() == 9 {
                return None;
            } else if byte(text, 10).is_ascii_digit() {
                8
            } else {
                10
            }
        }
        (b'-', _) => 10,
        (b'W', _) => {
            // YYYYWww or YYYYWwwD: the number of digits that follow tells whether one of them is the weekday.
            let end = (7..text.len()).find(|&at| !byte(text, at).is_ascii_digit()).unwrap_or(text.len());
            match end {
                ..9 => end,
                _ if end % 2 == 0 => 7,
                _ => 8,
            }
        }
        _ => 8,
    };
    (at <= text.len()).then_some(at)
}

/// Year, month and day of `YYYY-MM-DD`, `YYYYMMDD` or a week date, the month and day not yet checked.
fn date_fields(text: &[u8]) -> Option<(i32, i32, i32)> {
    let year = digits(text, 0, 4)?;
    let separated = byte(text, 4) == b'-';
    let at = 4 + usize::from(separated);
    if byte(text, at) == b'W' {
        let week = digits(text, at + 1, 2)?;
        let mut after = at + 3;
        let weekday = if after < text.len() {
            if separated {
                if byte(text, after) != b'-' {
                    return None;
                }
                after += 1;
            }
            digits(text, after, 1)?
        } else {
            1
        };
        return iso_date(year, week, weekday);
    }
    let month = digits(text, at, 2)?;
    let mut after = at + 2;
    if separated {
        if byte(text, after) != b'-' {
            return None;
        }
        after += 1;
    }
    Some((year, month, digits(text, after, 2)?))
}

/// The day of a week date. Years at the edges of the calendar are left for the constructor to refuse, in the field that
/// CPython happens to complain about.
fn iso_date(year: i32, week: i32, weekday: i32) -> Option<(i32, i32, i32)> {
    match Date::from_iso_calendar(year, week, weekday) {
        Ok(date) => Some((date.year(), date.month(), date.day())),
        Err(_) if year == 0 => ((1..=52).contains(&week) && (1..=7).contains(&weekday)).then_some((1, 0, 1)),
        Err(error) if error.message.starts_with("year ") => Some((year + 1, 1, 1)),
        Err(_) => None,
    }
}

/// The fields of a time and its offset in microseconds.
fn time_fields(text: &[u8]) -> Option<(TimeFields, Option<i64>)> {
    // The first character is looked at even when the text is empty, so a zone is never found at the end.
    let zone = text.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-')).unwrap_or(text.len());
    let (fields, clean) = clock(text, 0, zone)?;
    if zone == text.len() {
        return clean.then_some((fields, None));
    }
    if byte(text, zone) == b'Z' {
        return (zone + 1 == text.len()).then_some((fields, Some(0)));
    }
    let (offset, clean) = clock(text, zone + 1, text.len())?;
    let seconds = i64::from(offset.hour) * 3_600 + i64::from(offset.minute) * 60 + i64::from(offset.second);
    let micros = seconds * MICROS + i64::from(offset.microsecond);
    clean.then_some((fields, Some(if byte(text, zone) == b'-' { -micros } else { micros })))
}

/// `HH[:MM[:SS[.f…]]]` with or without colons in `text[from..to]`, and whether nothing was left over.
fn clock(text: &[u8], from: usize, to: usize) -> Option<(TimeFields, bool)> {
    let mut fields = TimeFields::default();
    let mut at = from;
    let mut colons = true;
    for index in 0..3 {
        let value = digits(text, at, 2)?;
        match index {
            0 => fields.hour = value,
            1 => fields.minute = value,
            _ => fields.second = value,
        }
        let next = byte(text, at + 2);
        at += 3;
        if index == 0 {
            colons = next == b':';
        }
        if at >= to {
            return Some((fields, next == 0));
        }
        match next {
            b':' if colons => {}
            b'.' | b',' => break,
            _ if !colons => at -= 1,
            _ => return None,
        }
    }
    let count = to.saturating_sub(at).min(6);
    fields.microsecond = digits(text, at, count)? * 10_i32.pow(6 - count as u32);
    at += count;
    while byte(text, at).is_ascii_digit() {
        at += 1;
    }
    Some((fields, byte(text, at) == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_forms() {
        for (text, expected) in [
            ("2024-01-02", "2024-01-02 00:00:00"),
            ("20240102T030405", "2024-01-02 03:04:05"),
            ("2024-W01-2x03", "2024-01-02 03:00:00"),
            ("2024W012中03:04:05,123456789+05:30", "2024-01-02 03:04:05.123456+05:30"),
            ("2024-01-02T03:04Z", "2024-01-02 03:04:00+00:00"),
        ] {
            let value = DateTime::from_iso_format(text.as_bytes());
            let shown = value.map(|value| value.iso_format(b" ", super::super::iso::TimeSpec::Auto));
            assert_eq!(shown, Ok(expected.as_bytes().to_vec()), "{text}");
        }
        for text in [
            "",
            "2024-01-02T",
            "2024",
            "2024-1-02",
            "2024-01-02T3",
            "2024-01-02T03:4",
            "2024-01-02T03:04:05+",
            "2024-W54",
        ] {
            let error = DateTime::from_iso_format(text.as_bytes()).map(|value| value.repr()).map_err(|e| e.message);
            assert_eq!(error, Err(format!("Invalid isoformat string: '{text}'")));
        }
    }
}
