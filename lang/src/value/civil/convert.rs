//! Texts as dates and times where a target type asks for one (spec 1.5): ISO 8601 and RFC 3339, more lenient than
//! `fromisoformat` in the fraction and less so in what separates day and time.

use super::date::Date;
use super::datetime::DateTime;
use super::error::{CivilError, Result};
use super::quote;
use super::time::Time;

/// A text as `datetime`: a day, then `T` or a blank, then a time with 1 to 9 fraction digits (cut to microseconds)
/// and `Z`, an offset or nothing. A day alone is its midnight.
///
/// # Errors
/// `ValueError` naming the target.
pub fn parse_datetime(text: &[u8]) -> Result<DateTime> {
    datetime(text).ok_or_else(|| refused(text, "datetime"))
}

/// A text as `date`: a day, or the day of any text that [`parse_datetime`] takes.
///
/// # Errors
/// `ValueError` naming the target.
pub fn parse_date(text: &[u8]) -> Result<Date> {
    datetime(text).map(|value| value.date()).ok_or_else(|| refused(text, "date"))
}

/// A text as `time`: `HH:MM[:SS[.f]][offset]`.
///
/// # Errors
/// `ValueError` naming the target.
pub fn parse_time(text: &[u8]) -> Result<Time> {
    // A number such as 1230 is more likely something else.
    let separated = text.get(2) == Some(&b':');
    separated.then(|| time(text)).flatten().ok_or_else(|| refused(text, "time"))
}

#[cold]
fn refused(text: &[u8], target: &str) -> CivilError {
    CivilError::value(format!("cannot convert {} to {target}", quote::repr(text)))
}

fn datetime(text: &[u8]) -> Option<DateTime> {
    let at = text.iter().position(|byte| matches!(byte, b'T' | b't' | b' '));
    let (day, clock) = match at {
        None => (text, None),
        Some(at) => (text.get(..at)?, Some(text.get(at + 1..)?)),
    };
    let date = Date::from_iso_format(day).ok()?;
    // The reader of days may ignore what follows eight digits.
    let exact = day.len() == 10 && day.get(4) == Some(&b'-') || matches!(day.len(), 7 | 8);
    let time = clock.map_or(Some(Time::MIN), time)?;
    exact.then(|| DateTime::combine(date, time))
}

fn time(text: &[u8]) -> Option<Time> {
    // The checks here are what `fromisoformat` leaves open: a fraction is 1 to 9 digits after a point or comma.
    let zone = text.iter().position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-')).unwrap_or(text.len());
    let (clock, offset) = text.split_at_checked(zone)?;
    let mark = clock.iter().position(|byte| matches!(byte, b'.' | b','));
    let (whole, fraction) = match mark {
        None => (clock, None),
        Some(mark) => (clock.get(..mark)?, Some(clock.get(mark + 1..)?)),
    };
    let digits_only = |digits: &[u8]| digits.iter().all(u8::is_ascii_digit);
    let whole_fits = match whole {
        [_, _, b':', _, _] | [_, _, _, _] => fraction.is_none(),
        [_, _, b':', _, _, b':', _, _] | [_, _, _, _, _, _] => true,
        _ => false,
    };
    let fraction_fits = fraction.is_none_or(|digits| (1..=9).contains(&digits.len()) && digits_only(digits));
    let offset_fits = matches!(
        offset,
        [] | [b'Z' | b'z'] | [_, _, _] | [_, _, _, _, _] | [_, _, _, b':', _, _] | [_, _, _, b':', _, _, b':', _, _]
    );
    let clean = offset.iter().skip(1).all(|byte| byte.is_ascii_digit() || *byte == b':');
    if !(whole_fits && fraction_fits && offset_fits && clean) {
        return None;
    }
    Time::from_iso_format(&text.to_ascii_uppercase()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lenient_forms() {
        for (text, expected) in [
            ("2024-01-02", Some("2024-01-02T00:00:00")),
            ("2024-01-02T03:04:05Z", Some("2024-01-02T03:04:05Z")),
            ("2024-01-02t03:04:05.1z", Some("2024-01-02T03:04:05.1Z")),
            ("2024-01-02 03:04:05.123456789-05:30", Some("2024-01-02T03:04:05.123456-05:30")),
            ("2024-01-02T03:04", Some("2024-01-02T03:04:00")),
            ("20240102T030405+0800", Some("2024-01-02T03:04:05+08:00")),
            ("2024-01-02T03:04:05.1234567890", None),
            ("2024-01-02T03:04:05.", None),
            ("2024-01-02x03:04:05", None),
            ("2024-01-02T", None),
            ("2024-01-02T24:00:00", None),
            ("2024-02-30", None),
            ("2024010203", None),
            ("", None),
        ] {
            assert_eq!(parse_datetime(text.as_bytes()).ok().map(|value| value.wire()).as_deref(), expected, "{text}");
        }
        assert_eq!(parse_time(b"12:30+05:30").map(|t| t.wire()), Ok("12:30:00+05:30".into()));
        for text in ["1230", "12", "12:60", "12:30:", "12:30+5"] {
            assert!(parse_time(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(parse_date(b"x").map_err(|e| e.message), Err("cannot convert 'x' to date".into()));
    }
}
