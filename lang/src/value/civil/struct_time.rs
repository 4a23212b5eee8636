//! `time.struct_time` and the functions of `time` that work on it: `gmtime`, `localtime`, `asctime`, `mktime`.

use super::arg::c_int;
use super::calendar::{self, DAY_SECONDS, EPOCH_ORDINAL, MONTHS, WEEKDAYS};
use super::date::Date;
use super::error::{CivilError, Result};
use super::run_zone::RunZone;
use std::sync::Arc;

/// The nine items of a time tuple and the two extra fields, as a script sees them. Items are not checked until a
/// function uses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StructTime {
    /// `tm_year`
    pub year: i64,
    /// `tm_mon`, 1 to 12
    pub month: i64,
    /// `tm_mday`
    pub day: i64,
    /// `tm_hour`
    pub hour: i64,
    /// `tm_min`
    pub minute: i64,
    /// `tm_sec`
    pub second: i64,
    /// `tm_wday`, Monday being 0
    pub weekday: i64,
    /// `tm_yday`, 1 to 366
    pub yearday: i64,
    /// `tm_isdst`: 1, 0 or -1 (unknown)
    pub is_dst: i64,
    /// `tm_zone`, as WTF-8
    pub zone: Option<Arc<[u8]>>,
    /// `tm_gmtoff`, seconds east of UTC
    pub offset: Option<i64>,
}

/// A time tuple converted for the platform functions: C integers, zero-based where C is.
#[derive(Debug, Clone)]
pub(super) struct PlatformTime {
    pub(super) year: i64,
    /// 0 to 11
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    /// Sunday being 0
    pub(super) weekday: i64,
    /// 0 to 365
    pub(super) yearday: i64,
    pub(super) is_dst: i64,
    pub(super) zone: Option<Arc<[u8]>>,
    pub(super) offset: i64,
}

/// Years that fit the platform's structure, which counts from 1900 in a C `int`.
const PLATFORM_YEARS: std::ops::RangeInclusive<i64> = i32::MIN as i64 + 1_900..=i32::MAX as i64 + 1_900;

impl StructTime {
    /// A tuple of nine integers.
    pub fn of_items(items: [i64; 9]) -> Self {
        let [year, month, day, hour, minute, second, weekday, yearday, is_dst] = items;
        Self { year, month, day, hour, minute, second, weekday, yearday, is_dst, zone: None, offset: None }
    }

    /// The nine items.
    pub fn items(&self) -> [i64; 9] {
        [self.year, self.month, self.day, self.hour, self.minute, self.second, self.weekday, self.yearday, self.is_dst]
    }

    /// The tuple of a day and a clock.
    pub(super) fn of_date(date: Date, (hour, minute, second): (i32, i32, i32), is_dst: i32) -> Self {
        Self::of_items(
            [date.year(), date.month(), date.day(), hour, minute, second, date.weekday(), date.day_of_year(), is_dst]
                .map(i64::from),
        )
    }

    /// Refuses moments whose year cannot be represented, before any arithmetic on them.
    pub(super) fn check_moment(utc: i64) -> Result<()> {
        // Generous: the exact test on the year follows.
        if utc.unsigned_abs() > 1 << 57 { Err(CivilError::value_too_large()) } else { Ok(()) }
    }

    /// The fields of a moment that passed [`Self::check_moment`].
    pub(super) fn of_moment(utc: i64, offset: i32, is_dst: i32, zone: &[u8]) -> Result<Self> {
        let wall = utc + i64::from(offset);
        let ordinal = wall.div_euclid(DAY_SECONDS) + EPOCH_ORDINAL;
        let clock = wall.rem_euclid(DAY_SECONDS);
        let (year, month, day) = calendar::from_ordinal(ordinal);
        if !PLATFORM_YEARS.contains(&year) {
            return Err(CivilError::value_too_large());
        }
        Ok(Self {
            year,
            month,
            day,
            hour: clock / 3_600,
            minute: clock / 60 % 60,
            second: clock % 60,
            weekday: calendar::weekday(ordinal),
            yearday: ordinal - calendar::days_before_year(year),
            is_dst: is_dst.into(),
            zone: Some(zone.into()),
            offset: Some(offset.into()),
        })
    }

    /// `time.gmtime(seconds)`
    ///
    /// # Errors
    /// `OSError` when the year does not fit the platform's structure.
    pub fn utc(seconds: i64) -> Result<Self> {
        Self::check_moment(seconds)?;
        Self::of_moment(seconds, 0, 0, b"GMT")
    }

    /// The tuple as C integers.
    fn platform(&self) -> Result<PlatformTime> {
        // Every item is narrowed first, in order, as an argument parser does.
        for item in self.items() {
            c_int(item.into())?;
        }
        if self.year < *PLATFORM_YEARS.start() {
            return Err(CivilError::overflow("year out of range"));
        }
        Ok(PlatformTime {
            year: self.year,
            month: self.month - 1,
            day: self.day,
            hour: self.hour,
            minute: self.minute,
            second: self.second,
            weekday: (self.weekday + 1) % 7,
            yearday: self.yearday - 1,
            is_dst: self.is_dst,
            zone: self.zone.clone(),
            // C keeps the low bits.
            offset: i64::from(self.offset.unwrap_or(0) as i32),
        })
    }

    /// The tuple for formatting: every item in its range, zero read as one where counting starts at one.
    pub(super) fn checked(&self) -> Result<PlatformTime> {
        let mut time = self.platform()?;
        let minimum = |value: &mut i64, zero: i64| {
            if *value == zero - 1 {
                *value = zero;
            }
        };
        minimum(&mut time.month, 0);
        minimum(&mut time.day, 1);
        minimum(&mut time.yearday, 0);
        let message = if !(0..=11).contains(&time.month) {
            "month out of range"
        } else if !(1..=31).contains(&time.day) {
            "day of month out of range"
        } else if !(0..=23).contains(&time.hour) {
            "hour out of range"
        } else if !(0..=59).contains(&time.minute) {
            "minute out of range"
        } else if !(0..=61).contains(&time.second) {
            "seconds out of range"
        } else if time.weekday < 0 {
            "day of week out of range"
        } else if !(0..=365).contains(&time.yearday) {
            "day of year out of range"
        } else {
            return Ok(time);
        };
        Err(CivilError::value(message))
    }

    /// `time.asctime(tuple)`
    ///
    /// # Errors
    /// `ValueError` for an item out of range.
    pub fn asctime(&self) -> Result<String> {
        let time = self.checked()?;
        Ok(format!(
            "{} {}{:3} {:02}:{:02}:{:02} {}",
            time.weekday_name().get(..3).unwrap_or_default(),
            time.month_name().get(..3).unwrap_or_default(),
            time.day,
            time.hour,
            time.minute,
            time.second,
            time.year
        ))
    }

    /// `time.mktime(tuple)`: the moment of a local wall clock, whose fields may be out of range.
    ///
    /// # Errors
    /// `OverflowError` when an item does not fit C or the result does not fit the platform.
    pub fn mktime(&self, zone: &RunZone) -> Result<i64> {
        self.platform()?.moment(zone)
    }

    /// `repr()`
    pub fn repr(&self) -> String {
        const NAMES: [&str; 9] = ["year", "mon", "mday", "hour", "min", "sec", "wday", "yday", "isdst"];
        let fields: Vec<String> =
            NAMES.iter().zip(self.items()).map(|(name, value)| format!("tm_{name}={value}")).collect();
        format!("time.struct_time({})", fields.join(", "))
    }
}

impl PlatformTime {
    /// The English weekday.
    pub(super) fn weekday_name(&self) -> &'static str {
        usize::try_from((self.weekday + 6) % 7).ok().and_then(|index| WEEKDAYS.get(index)).copied().unwrap_or("?")
    }

    /// The English month.
    pub(super) fn month_name(&self) -> &'static str {
        usize::try_from(self.month).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("?")
    }

    /// The moment of this wall clock in a zone.
    pub(super) fn moment(&self, zone: &RunZone) -> Result<i64> {
        let year = self.year + self.month.div_euclid(12);
        let first = calendar::ordinal(year, self.month.rem_euclid(12) + 1, 1);
        // Seconds beyond a minute move the moment, not the wall clock whose offset is looked for.
        let second = self.second.clamp(0, 59);
        let wall = calendar::epoch_seconds(first + self.day - 1, self.hour, self.minute, second);
        let utc = mktime(zone, wall, self.is_dst) + (self.second - second);
        // The platform reports a result that its own structure cannot hold.
        zone.local_fields(utc).map_err(|_| CivilError::overflow("mktime argument out of range"))?;
        Ok(utc)
    }
}

/// The moment of a wall clock, `is_dst` saying which of two readings is meant (-1: either).
///
/// The method is that of common C libraries: iterate from UTC until the local clock shows the wanted fields; then, if
/// the daylight saving flag is not the wanted one, look around for a time that has it and use its offset.
fn mktime(zone: &RunZone, wall: i64, is_dst: i64) -> i64 {
    /// Between two looks for another flag: no period of either kind was shorter.
    const STRIDE: i64 = 601_200;
    /// No period next to one with an unusual difference was longer.
    const LONGEST_PERIOD: i64 = 457_243_209;
    /// More offsets than any zone has around one moment.
    const MAX_PROBES: usize = 6;

    let differs = |flag: bool| is_dst >= 0 && (is_dst > 0) != flag;
    let (mut before_last, mut last, mut utc) = (wall, wall, wall);
    let mut last_flag = false;
    for _ in 0..MAX_PROBES {
        let local = zone.at(utc);
        let next = wall - i64::from(local.offset);
        if next == utc {
            break;
        }
        let oscillates = utc == before_last && utc != last;
        let settles = if is_dst < 0 { last_flag <= local.is_dst } else { differs(local.is_dst) };
        if oscillates && settles {
            // The wall clock is skipped.
            return utc;
        }
        (before_last, last, utc, last_flag) = (last, utc, next, local.is_dst);
    }
    let found = zone.at(utc);
    if !differs(found.is_dst) {
        return utc;
    }
    let mut distance = STRIDE;
    while distance < LONGEST_PERIOD / 2 + STRIDE {
        for probe in [utc - distance, utc + distance] {
            let local = zone.at(probe);
            if !differs(local.is_dst) {
                return wall - i64::from(local.offset);
            }
        }
        distance += STRIDE;
    }
    // No such period nearby: an hour is the usual difference.
    utc + 3_600 * (i64::from(is_dst == 0) - i64::from(!found.is_dst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_checks() {
        let tuple = |items| StructTime::of_items(items);
        assert_eq!(tuple([2024, 1, 2, 3, 4, 5, 1, 2, 0]).asctime(), Ok("Tue Jan  2 03:04:05 2024".into()));
        assert_eq!(tuple([2024, 0, 0, 3, 4, 5, 1, 0, 0]).asctime(), Ok("Tue Jan  1 03:04:05 2024".into()));
        for (items, message) in [
            ([2024, 13, 1, 0, 0, 0, 0, 1, 0], "month out of range"),
            ([2024, 1, 32, 0, 0, 0, 0, 1, 0], "day of month out of range"),
            ([2024, 1, 1, 24, 0, 0, 0, 1, 0], "hour out of range"),
            ([2024, 1, 1, 0, 60, 0, 0, 1, 0], "minute out of range"),
            ([2024, 1, 1, 0, 0, 62, 0, 1, 0], "seconds out of range"),
            ([2024, 1, 1, 0, 0, 0, -2, 1, 0], "day of week out of range"),
            ([2024, 1, 1, 0, 0, 0, 0, 367, 0], "day of year out of range"),
            ([1 << 40, 1, 1, 0, 0, 0, 0, 1, 0], "signed integer is greater than maximum"),
        ] {
            assert_eq!(tuple(items).asctime().map_err(|e| e.message), Err(message.into()));
        }
    }

    #[test]
    fn mktime_reads_flags() -> Result<()> {
        let zone = RunZone::parse("Europe/Berlin")?;
        for (items, utc) in [
            ([2024, 7, 1, 12, 0, 0, 0, 0, -1], 1_719_828_000),
            ([2024, 7, 1, 12, 0, 0, 0, 0, 0], 1_719_831_600),
            ([2024, 1, 1, 12, 0, 0, 0, 0, 1], 1_704_103_200),
            ([2023, 13, 1, 12, 0, 0, 0, 0, 0], 1_704_106_800),
        ] {
            assert_eq!(StructTime::of_items(items).mktime(&zone)?, utc);
        }
        Ok(())
    }
}
