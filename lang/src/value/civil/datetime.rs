//! `datetime.datetime`: a day and a time of day, naive or with a zone. Conversions between zones, to and from
//! timestamps are in `moment`.

use super::calendar::{self, DAY_SECONDS, MICROS};
use super::date::Date;
use super::delta::Delta;
use super::error::{CivilError, Result};
use super::iso::{self, TimeSpec};
use super::struct_time::StructTime;
use super::time::{Time, TimeChanges};
use super::zone::Zone;
use std::cmp::Ordering;

/// A day with a time of day, to the microsecond.
#[derive(Debug, Clone)]
pub struct DateTime {
    date: Date,
    time: Time,
}

/// New values for `replace()`; `None` keeps a field.
#[derive(Debug, Clone, Default)]
pub struct DateTimeChanges {
    /// `year=`
    pub year: Option<i32>,
    /// `month=`
    pub month: Option<i32>,
    /// `day=`
    pub day: Option<i32>,
    /// The fields of the time of day and the zone.
    pub time: TimeChanges,
}

impl DateTime {
    /// `datetime.min`
    pub const MIN: Self = Self { date: Date::MIN, time: Time::MIN };
    /// `datetime.max`
    pub const MAX: Self = Self { date: Date::MAX, time: Time::MAX };

    /// `datetime.combine`, and together with [`Date::new`] and [`Time::new`] the constructor. A `tzinfo` argument of
    /// `combine` is put on the time first ([`Time::with_zone`]).
    pub fn combine(date: Date, time: Time) -> Self {
        Self { date, time }
    }

    /// `date()`
    pub fn date(&self) -> Date {
        self.date
    }

    /// `timetz()`: the time of day with the zone. `time()` is this with [`Time::with_zone`] `(None)`.
    pub fn timetz(&self) -> &Time {
        &self.time
    }

    /// `.tzinfo`
    pub fn zone(&self) -> Option<&Zone> {
        self.time.zone()
    }

    /// The same fields in another zone or none.
    #[must_use]
    pub fn with_zone(&self, zone: Option<Zone>) -> Self {
        Self { date: self.date, time: self.time.with_zone(zone) }
    }

    /// The same fields, first (0) or second (1) occurrence of this wall clock.
    #[must_use]
    pub(super) fn with_fold(&self, fold: u8) -> Self {
        Self { date: self.date, time: self.time.with_fold(fold) }
    }

    /// `replace()`
    ///
    /// # Errors
    /// `ValueError` naming the field that is out of range.
    pub fn replace(&self, changes: DateTimeChanges) -> Result<Self> {
        changes.time.check_fold()?;
        let date = self.date.replace(changes.year, changes.month, changes.day)?;
        Ok(Self { date, time: self.time.replace(changes.time)? })
    }

    /// Seconds from 1970 to the wall clock, read as if it were UTC.
    pub(super) fn wall_seconds(&self) -> i64 {
        (self.date.ordinal() - calendar::EPOCH_ORDINAL) * DAY_SECONDS + self.time.day_seconds()
    }

    /// Microseconds from 1970 to the wall clock, read as if it were UTC.
    pub(super) fn wall_micros(&self) -> i64 {
        self.wall_seconds() * MICROS + i64::from(self.time.microsecond())
    }

    /// The naive value of a wall clock, or `None` outside the years 1 to 9999.
    pub(super) fn of_wall_micros(micros: i64) -> Option<Self> {
        let day = DAY_SECONDS * MICROS;
        let date = Date::at_ordinal(micros.div_euclid(day) + calendar::EPOCH_ORDINAL)?;
        Some(Self { date, time: Time::of_micros(micros.rem_euclid(day)) })
    }

    /// The wall clock moved by microseconds, same zone, first occurrence.
    pub(super) fn shifted(&self, micros: i64) -> Result<Self> {
        let wall = self.wall_micros().checked_add(micros);
        let moved = wall.and_then(Self::of_wall_micros).ok_or_else(CivilError::date_range)?;
        Ok(moved.with_zone(self.zone().cloned()))
    }

    /// `self + delta`: the wall clock moves, whatever the zone does meanwhile.
    ///
    /// # Errors
    /// `OverflowError` outside the years 1 to 9999.
    pub fn plus(&self, delta: Delta) -> Result<Self> {
        self.shifted(i64::try_from(delta.micros()).map_err(|_| CivilError::date_range())?)
    }

    /// `self - delta`
    ///
    /// # Errors
    /// As [`Self::plus`].
    pub fn minus(&self, delta: Delta) -> Result<Self> {
        self.shifted(i64::try_from(-delta.micros()).map_err(|_| CivilError::date_range())?)
    }

    /// `self - other`: between wall clocks in one zone, else between moments.
    ///
    /// # Errors
    /// `TypeError` for a naive and an aware value.
    pub fn since(&self, other: &Self) -> Result<Delta> {
        let walls = self.wall_micros() - other.wall_micros();
        if self.shares_zone(other) {
            return Ok(Delta::from_small_micros(walls));
        }
        match (self.offset(), other.offset()) {
            (Some(left), Some(right)) => Ok(Delta::from_small_micros(walls - left + right)),
            (None, None) => Ok(Delta::from_small_micros(walls)),
            _ => Err(CivilError::typed("can't subtract offset-naive and offset-aware datetimes")),
        }
    }

    fn shares_zone(&self, other: &Self) -> bool {
        match (self.zone(), other.zone()) {
            (None, None) => true,
            (Some(left), Some(right)) => left.is(right),
            _ => false,
        }
    }

    /// The offset from UTC in microseconds.
    pub(super) fn offset(&self) -> Option<i64> {
        self.zone()?.offset(Some(self))
    }

    /// `utcoffset()`
    pub fn utc_offset(&self) -> Option<Delta> {
        self.zone()?.utc_offset(Some(self))
    }

    /// `dst()`
    pub fn dst(&self) -> Option<Delta> {
        self.zone()?.dst(Some(self))
    }

    /// `tzname()`, as WTF-8.
    pub fn zone_name(&self) -> Option<Vec<u8>> {
        self.zone()?.name(Some(self))
    }

    /// Whether the offset depends on `fold`, that is, the wall clock is skipped or occurs twice.
    fn is_ambiguous(&self) -> bool {
        let flipped = self.with_fold(u8::from(self.time.fold() == 0));
        self.offset() != flipped.offset()
    }

    /// The order of two values, or `None` for a naive and an aware one.
    fn order(&self, other: &Self) -> Option<Ordering> {
        let walls = self.wall_micros().cmp(&other.wall_micros());
        if self.shares_zone(other) {
            return Some(walls);
        }
        match (self.offset(), other.offset()) {
            (None, None) => Some(walls),
            (Some(left), Some(right)) => Some((self.wall_micros() - left).cmp(&(other.wall_micros() - right))),
            _ => None,
        }
    }

    /// `<`, `<=`, `>`, `>=`
    ///
    /// # Errors
    /// `TypeError` for a naive and an aware value.
    pub fn compare(&self, other: &Self) -> Result<Ordering> {
        self.order(other).ok_or_else(|| CivilError::typed("can't compare offset-naive and offset-aware datetimes"))
    }

    /// A number equal for equal values.
    pub fn hash_key(&self) -> u64 {
        let first = self.with_fold(0);
        (self.wall_micros() - first.offset().unwrap_or(0)).cast_unsigned()
    }

    /// `timetuple()`
    pub fn time_tuple(&self) -> StructTime {
        let dst = match self.dst() {
            None => -1,
            Some(delta) => i32::from(!delta.is_zero()),
        };
        StructTime::of_date(self.date, self.clock(), dst)
    }

    /// `utctimetuple()`
    ///
    /// # Errors
    /// `OverflowError` when the moment has no date in UTC.
    pub fn utc_time_tuple(&self) -> Result<StructTime> {
        let utc = self.shifted(-self.offset().unwrap_or(0))?;
        Ok(StructTime::of_date(utc.date, utc.clock(), 0))
    }

    fn clock(&self) -> (i32, i32, i32) {
        (self.time.hour(), self.time.minute(), self.time.second())
    }

    /// `ctime()`
    pub fn ctime(&self) -> String {
        self.date.ctime_at(self.clock())
    }

    /// `isoformat()`; `separator` is one character. `str()` uses a blank and [`TimeSpec::Auto`].
    pub fn iso_format(&self, separator: &[u8], spec: TimeSpec) -> Vec<u8> {
        let mut out = self.date.iso_format().into_bytes();
        out.extend_from_slice(separator);
        let mut tail = String::with_capacity(24);
        iso::push_time(&mut tail, &self.time, spec);
        if let Some(offset) = self.offset() {
            tail.push_str(&iso::offset(offset));
        }
        out.extend_from_slice(tail.as_bytes());
        out
    }

    /// `repr()`
    pub fn repr(&self) -> String {
        let mut out = format!(
            "datetime.datetime({}, {}, {}, {}, {}",
            self.date.year(),
            self.date.month(),
            self.date.day(),
            self.time.hour(),
            self.time.minute()
        );
        self.time.push_repr_fraction(&mut out);
        // Here the fold comes first, unlike in `time`.
        out.push_str(self.time.repr_fold());
        out.push_str(&self.time.repr_zone());
        out.push(')');
        out
    }
}

/// `==`: a naive value never equals an aware one, and a wall clock that is skipped or occurs twice equals nothing in
/// another zone.
impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.order(other) == Some(Ordering::Equal)
            && (self.shares_zone(other) || !(self.is_ambiguous() || other.is_ambiguous()))
    }
}

/// The `TypeError` of ordering a `datetime` and a plain `date`.
pub fn date_order_error() -> CivilError {
    CivilError::typed("can't compare datetime.datetime to datetime.date")
}

#[cfg(test)]
mod tests {
    use super::super::time::TimeFields;
    use super::super::zone_db::zone_info;
    use super::*;

    fn at(hour: i32, fold: i32, zone: Option<Zone>) -> Result<DateTime> {
        let time = Time::new(TimeFields { hour, minute: 30, fold, ..TimeFields::default() }, zone)?;
        Ok(DateTime::combine(Date::new(2024, 11, 3)?, time))
    }

    #[test]
    fn one_zone_counts_wall_clocks_two_zones_count_moments() -> Result<()> {
        let york = Some(Zone::Named(zone_info(b"America/New_York")?));
        let (before, after) = (at(0, 0, york.clone())?, at(2, 0, york)?);
        assert_eq!(after.since(&before)?.total_seconds(), 7_200.0);
        let utc = Some(Zone::UTC);
        assert_eq!(after, at(7, 0, utc.clone())?);
        assert_eq!(after.since(&at(4, 0, utc.clone())?)?.total_seconds(), 10_800.0);
        assert_eq!(at(7, 0, utc)?.hash_key(), after.hash_key());
        Ok(())
    }

    #[test]
    fn repeated_wall_clocks_equal_nothing_elsewhere() -> Result<()> {
        let york = Some(Zone::Named(zone_info(b"America/New_York")?));
        let repeated = at(1, 0, york.clone())?;
        assert_ne!(repeated, at(5, 0, Some(Zone::UTC))?);
        assert_eq!(repeated, at(1, 1, york)?);
        assert_eq!(repeated.compare(&at(5, 0, Some(Zone::UTC))?)?, Ordering::Equal);
        assert!(repeated.compare(&at(5, 0, None)?).is_err() && repeated != at(5, 0, None)?);
        Ok(())
    }
}
