//! `datetime.date`: a day of the proleptic Gregorian calendar, years 1 to 9999.

use super::calendar::{self, MAX_ORDINAL, MAX_YEAR, MIN_YEAR};
use super::delta::Delta;
use super::error::{CivilError, Result};
use super::run_zone::RunZone;
use super::struct_time::StructTime;

/// A day. The derived order, equality and hash are those of the script value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The result of `isocalendar()`, a named tuple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsoCalendar {
    /// The ISO year, which differs from the calendar year near New Year.
    pub year: i32,
    /// The week, 1 to 53.
    pub week: i32,
    /// The weekday, Monday being 1.
    pub weekday: i32,
}

impl IsoCalendar {
    /// `repr()`
    pub fn repr(self) -> String {
        format!("datetime.IsoCalendarDate(year={}, week={}, weekday={})", self.year, self.week, self.weekday)
    }
}

impl Date {
    /// `date.min`
    pub const MIN: Self = Self { year: 1, month: 1, day: 1 };
    /// `date.max`
    pub const MAX: Self = Self { year: 9999, month: 12, day: 31 };

    /// The constructor.
    ///
    /// # Errors
    /// `ValueError` naming the field that is out of range.
    pub fn new(year: i32, month: i32, day: i32) -> Result<Self> {
        if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
            return Err(CivilError::value(format!("year {year} is out of range")));
        }
        if !(1..=12).contains(&month) {
            return Err(CivilError::value("month must be in 1..12"));
        }
        if day < 1 || i64::from(day) > calendar::days_in_month(year.into(), month.into()) {
            return Err(CivilError::value("day is out of range for month"));
        }
        // All three were just checked to be small.
        Ok(Self { year: year as u16, month: month as u8, day: day as u8 })
    }

    /// The day of an ordinal, or `None` outside the years 1 to 9999.
    pub(super) fn at_ordinal(ordinal: i64) -> Option<Self> {
        if !(1..=MAX_ORDINAL).contains(&ordinal) {
            return None;
        }
        let (year, month, day) = calendar::from_ordinal(ordinal);
        // In range because the ordinal is.
        Some(Self { year: year as u16, month: month as u8, day: day as u8 })
    }

    /// `date.fromordinal`
    ///
    /// # Errors
    /// `ValueError` outside the years 1 to 9999.
    pub fn from_ordinal(ordinal: i32) -> Result<Self> {
        if ordinal < 1 {
            return Err(CivilError::value("ordinal must be >= 1"));
        }
        Self::at_ordinal(ordinal.into()).ok_or_else(|| {
            CivilError::value(format!("year {} is out of range", calendar::from_ordinal(ordinal.into()).0))
        })
    }

    /// `date.fromisocalendar`
    ///
    /// # Errors
    /// `ValueError` naming the field that is out of range.
    pub fn from_iso_calendar(year: i32, week: i32, weekday: i32) -> Result<Self> {
        if !(MIN_YEAR..=MAX_YEAR).contains(&year) {
            return Err(CivilError::value(format!("Year is out of range: {year}")));
        }
        let first = calendar::iso_week1_monday(year.into());
        let weeks = (calendar::iso_week1_monday(i64::from(year) + 1) - first) / 7;
        if week < 1 || i64::from(week) > weeks {
            return Err(CivilError::value(format!("Invalid week: {week}")));
        }
        if !(1..=7).contains(&weekday) {
            return Err(CivilError::value(format!("Invalid day: {weekday} (range is [1, 7])")));
        }
        let (year, month, day) = calendar::from_ordinal(first + i64::from(week - 1) * 7 + i64::from(weekday - 1));
        // The first and last ISO year reach beyond the calendar.
        Self::new(year as i32, month as i32, day as i32)
    }

    /// `date.fromtimestamp` of whole seconds.
    ///
    /// # Errors
    /// `ValueError` or `OSError` for a moment that has no date.
    pub fn from_timestamp(seconds: i64, zone: &RunZone) -> Result<Self> {
        let local = zone.local_fields(seconds)?;
        Self::new(super::arg::c_int(local.year.into())?, local.month as i32, local.day as i32)
    }

    /// `.year`
    pub fn year(self) -> i32 {
        self.year.into()
    }

    /// `.month`
    pub fn month(self) -> i32 {
        self.month.into()
    }

    /// `.day`
    pub fn day(self) -> i32 {
        self.day.into()
    }

    /// `replace()`
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn replace(self, year: Option<i32>, month: Option<i32>, day: Option<i32>) -> Result<Self> {
        Self::new(
            year.unwrap_or_else(|| self.year()),
            month.unwrap_or_else(|| self.month()),
            day.unwrap_or_else(|| self.day()),
        )
    }

    /// `toordinal()`
    pub fn ordinal(self) -> i64 {
        calendar::ordinal(self.year.into(), self.month.into(), self.day.into())
    }

    /// `weekday()`: Monday is 0.
    pub fn weekday(self) -> i32 {
        calendar::weekday(self.ordinal()) as i32
    }

    /// `isoweekday()`: Monday is 1.
    pub fn iso_weekday(self) -> i32 {
        self.weekday() + 1
    }

    /// `isocalendar()`
    pub fn iso_calendar(self) -> IsoCalendar {
        let (year, week, weekday) = calendar::iso_calendar(self.year.into(), self.ordinal());
        IsoCalendar { year: year as i32, week: week as i32, weekday: weekday as i32 }
    }

    /// The day of the year, 1 to 366.
    pub fn day_of_year(self) -> i32 {
        (self.ordinal() - calendar::days_before_year(self.year.into())) as i32
    }

    /// `self + delta`; only the days of the delta count.
    ///
    /// # Errors
    /// `OverflowError` outside the years 1 to 9999.
    pub fn plus(self, delta: Delta) -> Result<Self> {
        Self::at_ordinal(self.ordinal() + i64::from(delta.days())).ok_or_else(CivilError::date_range)
    }

    /// `self - delta`
    ///
    /// # Errors
    /// As [`Self::plus`].
    pub fn minus(self, delta: Delta) -> Result<Self> {
        Self::at_ordinal(self.ordinal() - i64::from(delta.days())).ok_or_else(CivilError::date_range)
    }

    /// `self - other`
    pub fn since(self, other: Self) -> Delta {
        Delta::from_small_micros((self.ordinal() - other.ordinal()) * calendar::DAY_SECONDS * calendar::MICROS)
    }

    /// `timetuple()`: midnight, daylight saving unknown.
    pub fn time_tuple(self) -> StructTime {
        StructTime::of_date(self, (0, 0, 0), -1)
    }

    /// `ctime()`
    pub fn ctime(self) -> String {
        self.ctime_at((0, 0, 0))
    }

    /// `ctime()` of this day at a clock.
    pub(super) fn ctime_at(self, (hour, minute, second): (i32, i32, i32)) -> String {
        let name = |names: &[&'static str], index: i32| {
            usize::try_from(index).ok().and_then(|index| names.get(index)?.get(..3)).unwrap_or_default()
        };
        let weekday = name(&calendar::WEEKDAYS, self.weekday());
        let month = name(&calendar::MONTHS, self.month() - 1);
        format!("{weekday} {month} {:2} {hour:02}:{minute:02}:{second:02} {:04}", self.day, self.year)
    }

    /// `repr()`
    pub fn repr(self) -> String {
        format!("datetime.date({}, {}, {})", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_have_their_texts() {
        let text = |result: Result<Date>| result.map(Date::repr).map_err(|e| e.message);
        for (result, expected) in [
            (Date::new(0, 1, 1), "year 0 is out of range"),
            (Date::new(2023, 13, 1), "month must be in 1..12"),
            (Date::new(2023, 2, 29), "day is out of range for month"),
            (Date::MAX.plus(Delta::MAX), "date value out of range"),
            (Date::from_ordinal(0), "ordinal must be >= 1"),
            (Date::from_ordinal(3_652_060), "year 10000 is out of range"),
            (Date::from_iso_calendar(2021, 53, 1), "Invalid week: 53"),
            (Date::from_iso_calendar(2021, 5, 8), "Invalid day: 8 (range is [1, 7])"),
        ] {
            assert_eq!(text(result), Err(expected.to_owned()));
        }
        assert_eq!(text(Date::from_iso_calendar(2020, 53, 5)), Ok("datetime.date(2021, 1, 1)".into()));
    }
}
