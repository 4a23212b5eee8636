//! `strptime`: from matched fields to a time tuple or a `datetime`. The matching itself is in `strptime_match`.

use super::calendar::{self, MONTHS, WEEKDAYS};
use super::date::Date;
use super::datetime::DateTime;
use super::delta::Delta;
use super::error::{CivilError, Result};
use super::quote::{code_points, repr};
use super::run_zone::ZoneNames;
use super::strptime_chars::digit;
use super::strptime_match::{Capture, Pattern, plain};
use super::struct_time::StructTime;
use super::time::{Time, TimeFields};
use super::zone::Zone;
use crate::value::interrupt::{checkpoint, reserve};

impl StructTime {
    /// `time.strptime(text, format)`; `names` are those of the zone of the run.
    ///
    /// # Errors
    /// `ValueError` when the text does not match, the format is wrong or there is no such date; `re.error` for a
    /// repeated directive.
    pub fn strptime(text: &[u8], format: &[u8], names: &ZoneNames) -> Result<Self> {
        Ok(parse(text, format, names)?.tuple)
    }
}

impl DateTime {
    /// `datetime.strptime(text, format)`; `names` are those of the zone of the run.
    ///
    /// # Errors
    /// As [`StructTime::strptime`].
    pub fn strptime(text: &[u8], format: &[u8], names: &ZoneNames) -> Result<Self> {
        let Parsed { tuple, fraction, offset_fraction } = parse(text, format, names)?;
        // Every field matched at most four digits.
        let small = |value: i64| value as i32;
        let date = Date::new(small(tuple.year), small(tuple.month), small(tuple.day))?;
        let zone = match tuple.offset {
            None => None,
            Some(seconds) => {
                let micros = seconds * calendar::MICROS + offset_fraction;
                Some(Zone::fixed(
                    Delta::from_small_micros(micros),
                    tuple.zone.as_deref().filter(|name| !name.is_empty()),
                )?)
            }
        };
        let fields = TimeFields {
            hour: small(tuple.hour),
            minute: small(tuple.minute),
            second: small(tuple.second),
            microsecond: small(fraction),
            fold: 0,
        };
        Ok(Self::combine(date, Time::new(fields, zone)?))
    }
}

struct Parsed {
    tuple: StructTime,
    /// Microseconds.
    fraction: i64,
    /// Microseconds of the offset, with its sign.
    offset_fraction: i64,
}

fn parse(text: &[u8], format: &[u8], names: &ZoneNames) -> Result<Parsed> {
    // The text becomes an array of code points, the format one of choices.
    reserve(text.len().saturating_mul(8).saturating_add(format.len().saturating_mul(96)))?;
    checkpoint(text.len() as u64 + format.len() as u64)?;
    let (points, format_points) = (code_points(text), code_points(format));
    let pattern = Pattern::new(&format_points, names)?;
    let Some(found) = pattern.matches(&points)? else {
        let (text, format) = (repr(text), repr(format));
        return Err(CivilError::value(format!("time data {text} does not match format {format}")));
    };
    let rest = points.get(found.end..).unwrap_or_default();
    if !rest.is_empty() {
        return Err(CivilError::value(format!("unconverted data remains: {}", plain(rest))));
    }
    let mut fields = Fields::default();
    for capture in &found.captures {
        fields.set(*capture, &found.captures, names)?;
    }
    fields.resolve()
}

/// The fields of a match before they are combined to a date.
#[derive(Default)]
struct Fields {
    year: Option<i64>,
    iso_year: Option<i64>,
    iso_week: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    fraction: i64,
    /// Monday being 0.
    weekday: Option<i64>,
    day_of_year: Option<i64>,
    /// The week, and whether weeks start on Monday.
    week: Option<(i64, bool)>,
    offset: Option<i64>,
    offset_fraction: i64,
    zone: Option<String>,
    is_dst: Option<i64>,
}

impl Fields {
    fn set(&mut self, capture: Capture<'_>, all: &[Capture<'_>], names: &ZoneNames) -> Result<()> {
        let text = capture.text;
        let value = number(text);
        match capture.letter {
            b'y' => self.year = Some(if value <= 68 { value + 2_000 } else { value + 1_900 }),
            b'Y' => self.year = Some(value),
            b'G' => self.iso_year = Some(value),
            b'm' => self.month = Some(value),
            b'B' => self.month = Some(index_of(&MONTHS, text, usize::MAX) + 1),
            b'b' => self.month = Some(index_of(&MONTHS, text, 3) + 1),
            b'd' => self.day = Some(value),
            b'H' => self.hour = value,
            b'I' => {
                let half = all.iter().find(|other| other.letter == b'p').and_then(|half| half.text.first());
                let afternoon = half.is_some_and(|&c| c == u32::from(b'p') || c == u32::from(b'P'));
                self.hour = value % 12 + if afternoon { 12 } else { 0 };
            }
            b'M' => self.minute = value,
            b'S' => self.second = value,
            b'f' => self.fraction = value * 10_i64.pow(6_u32.saturating_sub(text.len() as u32)),
            b'A' => self.weekday = Some(index_of(&WEEKDAYS, text, usize::MAX)),
            b'a' => self.weekday = Some(index_of(&WEEKDAYS, text, 3)),
            b'w' => self.weekday = Some((value + 6) % 7),
            b'u' => self.weekday = Some(value - 1),
            b'j' => self.day_of_year = Some(value),
            b'U' => self.week = Some((value, false)),
            b'W' => self.week = Some((value, true)),
            b'V' => self.iso_week = Some(value),
            b'z' => self.set_offset(text)?,
            b'Z' => self.set_zone(text, names),
            // `%p` is read together with `%I`.
            _ => {}
        }
        Ok(())
    }

    fn set_offset(&mut self, text: &[u32]) -> Result<()> {
        let colon = u32::from(b':');
        let [sign, digits @ ..] = text else {
            return Ok(());
        };
        if digits.is_empty() {
            self.offset = Some(0);
            return Ok(());
        }
        // Either both pairs of numbers are separated or none; the messages for the two mistakes differ.
        if digits.get(2) == Some(&colon) {
            if digits.len() > 5 && digits.get(5) != Some(&colon) {
                return Err(CivilError::value(format!("Inconsistent use of : in {}", plain(text))));
            }
        } else if digits.get(4) == Some(&colon) {
            let shown = plain(digits.get(4..6).unwrap_or_default());
            return Err(CivilError::value(format!("invalid literal for int() with base 10: '{shown}'")));
        }
        let mut values = digits.iter().filter_map(|&point| digit(point));
        let mut pair = || values.next().unwrap_or(0) * 10 + values.next().unwrap_or(0);
        let seconds = pair() * 3_600 + pair() * 60 + pair();
        let (mut micros, mut unit) = (0, 100_000);
        for value in values {
            micros += value * unit;
            unit /= 10;
        }
        let direction = if *sign == u32::from(b'-') { -1 } else { 1 };
        self.offset = Some(direction * seconds);
        self.offset_fraction = direction * micros;
        Ok(())
    }

    fn set_zone(&mut self, text: &[u32], names: &ZoneNames) {
        let shown = plain(text);
        let is = |name: &[u8]| name.eq_ignore_ascii_case(shown.as_bytes());
        let [standard, daylight] = &names.names;
        let universal = is(b"utc") || is(b"gmt");
        // Two equal names for different offsets say nothing.
        let useless = names.daylight && standard == daylight && !universal;
        if !useless {
            if universal || is(standard) {
                self.is_dst = Some(0);
            } else if names.daylight && is(daylight) {
                self.is_dst = Some(1);
            }
        }
        self.zone = Some(shown);
    }

    fn check_iso(&self) -> Result<()> {
        const WEEKDAYS_NEEDED: &str = "a weekday directive ('%A', '%a', '%w', or '%u').";
        let message = if self.year.is_none() && self.iso_year.is_some() {
            if self.iso_week.is_none() || self.weekday.is_none() {
                format!("ISO year directive '%G' must be used with the ISO week directive '%V' and {WEEKDAYS_NEEDED}")
            } else if self.day_of_year.is_some() {
                "Day of the year directive '%j' is not compatible with ISO year directive '%G'. Use '%Y' instead."
                    .to_owned()
            } else {
                return Ok(());
            }
        } else if self.week.is_none() && self.iso_week.is_some() {
            if self.weekday.is_none() {
                format!("ISO week directive '%V' must be used with the ISO year directive '%G' and {WEEKDAYS_NEEDED}")
            } else {
                "ISO week directive '%V' is incompatible with the year directive '%Y'. Use the ISO year '%G' instead."
                    .to_owned()
            }
        } else {
            return Ok(());
        };
        Err(CivilError::value(message))
    }

    /// Combines the fields.
    fn resolve(self) -> Result<Parsed> {
        self.check_iso()?;
        let (mut month, mut day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        // 29 February without a year needs a leap year to exist in; the result still says 1900.
        let leap_day = self.year.is_none() && (month, day) == (2, 29);
        let mut year = self.year.unwrap_or(if leap_day { 1904 } else { 1900 });

        let mut day_of_year = self.day_of_year;
        if let (None, Some(weekday)) = (day_of_year, self.weekday) {
            if let Some((week, monday)) = self.week {
                day_of_year = Some(day_of_week_year(year, week, weekday, monday)?);
            } else if let (Some(iso_year), Some(iso_week)) = (self.iso_year, self.iso_week) {
                let (of_year, day) = day_of_iso_week(iso_year, iso_week, weekday + 1)?;
                year = of_year;
                day_of_year = Some(day);
            }
            if let Some(day) = day_of_year.filter(|&day| day <= 0) {
                year -= 1;
                day_of_year = Some(day + 365 + i64::from(calendar::is_leap(year)));
            }
        }
        let yearday = match day_of_year {
            None => checked_ordinal(year, month, day)? - checked_ordinal(year, 1, 1)? + 1,
            Some(given) => {
                let ordinal = given - 1 + checked_ordinal(year, 1, 1)?;
                let date = Date::from_ordinal(ordinal as i32)?;
                (year, month, day) = (date.year().into(), date.month().into(), date.day().into());
                given
            }
        };
        let weekday = match self.weekday {
            Some(weekday) => weekday,
            None => calendar::weekday(checked_ordinal(year, month, day)?),
        };
        if leap_day {
            year = 1900;
        }
        let is_dst = self.is_dst.unwrap_or(-1);
        let tuple = StructTime {
            zone: self.zone.map(|name| name.into_bytes().into()),
            offset: self.offset,
            ..StructTime::of_items([year, month, day, self.hour, self.minute, self.second, weekday, yearday, is_dst])
        };
        Ok(Parsed { tuple, fraction: self.fraction, offset_fraction: self.offset_fraction })
    }
}

/// The day of the year of a weekday (Monday 0) in week `%U` or, with `monday`, `%W`. Zero and below lie in the year
/// before.
fn day_of_week_year(year: i64, week: i64, weekday: i64, monday: bool) -> Result<i64> {
    let shift = i64::from(!monday);
    let first = (calendar::weekday(checked_ordinal(year, 1, 1)?) + shift) % 7;
    let weekday = (weekday + shift) % 7;
    // Week 1 starts with the first day that starts a week; week 0 is what comes before.
    Ok(if week == 0 { 1 + weekday - first } else { 1 + (7 - first) % 7 + 7 * (week - 1) + weekday })
}

/// The year and the day of the year of an ISO week and weekday (Monday 1).
fn day_of_iso_week(iso_year: i64, week: i64, weekday: i64) -> Result<(i64, i64)> {
    let correction = calendar::weekday(checked_ordinal(iso_year, 1, 4)?) + 4;
    let day = week * 7 + weekday - correction;
    if day >= 1 {
        return Ok((iso_year, day));
    }
    let ordinal = day + checked_ordinal(iso_year, 1, 1)?;
    Ok((iso_year - 1, ordinal - checked_ordinal(iso_year - 1, 1, 1)?))
}

/// The ordinal of a day that must exist. The parts have at most four digits.
fn checked_ordinal(year: i64, month: i64, day: i64) -> Result<i64> {
    Ok(Date::new(year as i32, month as i32, day as i32)?.ordinal())
}

/// The value of the digits of a text; zero when there are none.
fn number(text: &[u32]) -> i64 {
    text.iter().filter_map(|&point| digit(point)).take(6).fold(0, |sum, value| sum * 10 + value)
}

/// The index of a matched name, of which `length` letters were given.
fn index_of(names: &[&str], text: &[u32], length: usize) -> i64 {
    let shown = plain(text);
    let is = |name: &&str| name.get(..length).unwrap_or(name).eq_ignore_ascii_case(&shown);
    names.iter().position(is).unwrap_or(0) as i64
}

#[cfg(test)]
mod tests {
    use super::super::run_zone::RunZone;
    use super::*;

    #[test]
    fn values_and_errors() {
        let names = RunZone::utc().names(0);
        let parsed = |text: &str, format: &str| {
            DateTime::strptime(text.as_bytes(), format.as_bytes(), &names)
                .map(|value| value.repr())
                .map_err(|e| e.message)
        };
        for (text, format, expected) in [
            ("2024-01-02 03:04:05.6", "%Y-%m-%d %H:%M:%S.%f", "datetime.datetime(2024, 1, 2, 3, 4, 5, 600000)"),
            ("tUE jan  2 03:04:05 2024", "%c", "datetime.datetime(2024, 1, 2, 3, 4, 5)"),
            (
                "12 PM +0530",
                "%I %p %z",
                "datetime.datetime(1900, 1, 1, 12, 0, tzinfo=datetime.timezone(datetime.timedelta(seconds=19800)))",
            ),
            ("2020 53 5", "%G %V %u", "datetime.datetime(2021, 1, 1, 0, 0)"),
        ] {
            assert_eq!(parsed(text, format), Ok(expected.to_owned()));
        }
        for (text, format, message) in [
            ("x", "%Y", "time data 'x' does not match format '%Y'"),
            ("2024x", "%Y", "unconverted data remains: x"),
            ("29 Feb", "%d %b", "day is out of range for month"),
            ("x", "%Q", "'Q' is a bad directive in format '%Q'"),
            ("x", "%", "stray % in format '%'"),
            ("x", "% d", "'%' is a bad directive in format '% d'"),
            ("1 1", "%d %d", "redefinition of group name 'd' as group 2; was group 1 at position 48"),
            ("1 1", "%z %d\n%d", "redefinition of group name 'd' as group 5; was group 4 at position 107"),
        ] {
            assert_eq!(parsed(text, format), Err(message.to_owned()));
        }
    }
}
