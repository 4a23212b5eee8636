//! `datetime.time`: a wall clock without a day, naive or with a zone.

use super::calendar::MICROS;
use super::delta::Delta;
use super::error::{CivilError, Result};
use super::iso::{self, TimeSpec};
use super::zone::Zone;
use std::cmp::Ordering;

/// A time of day to the microsecond.
#[derive(Debug, Clone)]
pub struct Time {
    hour: u8,
    minute: u8,
    second: u8,
    fold: u8,
    microsecond: u32,
    zone: Option<Zone>,
}

/// The fields of a time of day as arguments, not yet checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeFields {
    /// 0 to 23
    pub hour: i32,
    /// 0 to 59
    pub minute: i32,
    /// 0 to 59
    pub second: i32,
    /// 0 to 999999
    pub microsecond: i32,
    /// 0, or 1 for the second of two equal wall clocks.
    pub fold: i32,
}

/// New values for `replace()`; `None` keeps a field. `zone: Some(None)` makes a value naive.
#[derive(Debug, Clone, Default)]
pub struct TimeChanges {
    /// `hour=`
    pub hour: Option<i32>,
    /// `minute=`
    pub minute: Option<i32>,
    /// `second=`
    pub second: Option<i32>,
    /// `microsecond=`
    pub microsecond: Option<i32>,
    /// `tzinfo=`
    pub zone: Option<Option<Zone>>,
    /// `fold=`
    pub fold: Option<i32>,
}

impl TimeChanges {
    /// `replace` looks at the fold before everything else.
    pub(super) fn check_fold(&self) -> Result<()> {
        match self.fold {
            None | Some(0 | 1) => Ok(()),
            Some(_) => Err(CivilError::value(FOLD_RANGE)),
        }
    }
}

const FOLD_RANGE: &str = "fold must be either 0 or 1";

impl Time {
    /// `time.min`
    pub const MIN: Self = Self { hour: 0, minute: 0, second: 0, fold: 0, microsecond: 0, zone: None };
    /// `time.max`
    pub const MAX: Self = Self { hour: 23, minute: 59, second: 59, fold: 0, microsecond: 999_999, zone: None };

    /// The constructor.
    ///
    /// # Errors
    /// `ValueError` naming the field that is out of range.
    pub fn new(fields: TimeFields, zone: Option<Zone>) -> Result<Self> {
        let TimeFields { hour, minute, second, microsecond, fold } = fields;
        let message = if !(0..=23).contains(&hour) {
            "hour must be in 0..23"
        } else if !(0..=59).contains(&minute) {
            "minute must be in 0..59"
        } else if !(0..=59).contains(&second) {
            "second must be in 0..59"
        } else if !(0..=999_999).contains(&microsecond) {
            "microsecond must be in 0..999999"
        } else if !(0..=1).contains(&fold) {
            FOLD_RANGE
        } else {
            // Every field was just checked to be small and not negative.
            return Ok(Self {
                hour: hour as u8,
                minute: minute as u8,
                second: second as u8,
                fold: fold as u8,
                microsecond: microsecond as u32,
                zone,
            });
        };
        Err(CivilError::value(message))
    }

    /// The naive time of a number of microseconds since midnight, which must be less than a day.
    pub(super) fn of_micros(micros: i64) -> Self {
        let seconds = micros / MICROS;
        Self {
            hour: (seconds / 3_600) as u8,
            minute: (seconds / 60 % 60) as u8,
            second: (seconds % 60) as u8,
            fold: 0,
            microsecond: (micros % MICROS) as u32,
            zone: None,
        }
    }

    /// `.hour`
    pub fn hour(&self) -> i32 {
        self.hour.into()
    }

    /// `.minute`
    pub fn minute(&self) -> i32 {
        self.minute.into()
    }

    /// `.second`
    pub fn second(&self) -> i32 {
        self.second.into()
    }

    /// `.microsecond`
    pub fn microsecond(&self) -> i32 {
        self.microsecond as i32
    }

    /// `.fold`
    pub fn fold(&self) -> i32 {
        self.fold.into()
    }

    /// `.tzinfo`
    pub fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// The time of day with another zone, the fields unchanged.
    #[must_use]
    pub fn with_zone(&self, zone: Option<Zone>) -> Self {
        Self { zone, ..self.clone() }
    }

    /// The same wall clock, first (0) or second (1) occurrence.
    #[must_use]
    pub(super) fn with_fold(&self, fold: u8) -> Self {
        Self { fold, ..self.clone() }
    }

    /// Seconds since midnight.
    pub(super) fn day_seconds(&self) -> i64 {
        i64::from(self.hour) * 3_600 + i64::from(self.minute) * 60 + i64::from(self.second)
    }

    /// Microseconds since midnight.
    pub(super) fn day_micros(&self) -> i64 {
        self.day_seconds() * MICROS + i64::from(self.microsecond)
    }

    /// `replace()`
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn replace(&self, changes: TimeChanges) -> Result<Self> {
        changes.check_fold()?;
        let fields = TimeFields {
            hour: changes.hour.unwrap_or(self.hour()),
            minute: changes.minute.unwrap_or(self.minute()),
            second: changes.second.unwrap_or(self.second()),
            microsecond: changes.microsecond.unwrap_or(self.microsecond()),
            fold: changes.fold.unwrap_or(self.fold()),
        };
        Self::new(fields, changes.zone.unwrap_or_else(|| self.zone.clone()))
    }

    /// `utcoffset()`
    pub fn utc_offset(&self) -> Option<Delta> {
        self.zone.as_ref()?.utc_offset(None)
    }

    /// `dst()`
    pub fn dst(&self) -> Option<Delta> {
        self.zone.as_ref()?.dst(None)
    }

    /// `tzname()`, as WTF-8.
    pub fn zone_name(&self) -> Option<Vec<u8>> {
        self.zone.as_ref()?.name(None)
    }

    fn offset(&self) -> Option<i64> {
        self.zone.as_ref()?.offset(None)
    }

    /// `isoformat()`
    pub fn iso_format(&self, spec: TimeSpec) -> String {
        let mut out = String::with_capacity(32);
        iso::push_time(&mut out, self, spec);
        if let Some(offset) = self.offset() {
            out.push_str(&iso::offset(offset));
        }
        out
    }

    /// `repr()`
    pub fn repr(&self) -> String {
        let mut out = format!("datetime.time({}, {}", self.hour, self.minute);
        self.push_repr_fraction(&mut out);
        out.push_str(&self.repr_zone());
        out.push_str(self.repr_fold());
        out.push(')');
        out
    }

    /// The seconds and microseconds in a `repr`, as far as they are needed. `datetime` shares the parts.
    pub(super) fn push_repr_fraction(&self, out: &mut String) {
        if self.second != 0 || self.microsecond != 0 {
            out.push_str(&format!(", {}", self.second));
        }
        if self.microsecond != 0 {
            out.push_str(&format!(", {}", self.microsecond));
        }
    }

    /// The zone in a `repr`.
    pub(super) fn repr_zone(&self) -> String {
        self.zone.as_ref().map(|zone| format!(", tzinfo={}", zone.repr())).unwrap_or_default()
    }

    /// The fold in a `repr`.
    pub(super) fn repr_fold(&self) -> &'static str {
        if self.fold == 0 { "" } else { ", fold=1" }
    }

    /// The order of two times, or `None` when one of them has an offset and the other has not.
    fn order(&self, other: &Self) -> Option<Ordering> {
        let same_zone = match (&self.zone, &other.zone) {
            (None, None) => true,
            (Some(left), Some(right)) => left.is(right),
            _ => false,
        };
        let (left, right) = (self.offset(), other.offset());
        if same_zone || left == right {
            return Some(self.day_micros().cmp(&other.day_micros()));
        }
        Some(self.utc_key(left?).cmp(&other.utc_key(right?)))
    }

    /// Seconds since midnight UTC, which may lie outside one day, and microseconds. Fractions of a second of the
    /// offset are ignored, as CPython does.
    fn utc_key(&self, offset: i64) -> (i64, u32) {
        (self.day_seconds() - offset.div_euclid(MICROS), self.microsecond)
    }

    /// `<`, `<=`, `>`, `>=`
    ///
    /// # Errors
    /// `TypeError` for a naive and an aware time.
    pub fn compare(&self, other: &Self) -> Result<Ordering> {
        self.order(other).ok_or_else(|| CivilError::typed("can't compare offset-naive and offset-aware times"))
    }

    /// A number equal for equal times.
    pub fn hash_key(&self) -> u64 {
        let key = match self.offset() {
            None => self.day_micros(),
            Some(offset) => {
                let (seconds, micros) = self.utc_key(offset);
                seconds * MICROS + i64::from(micros)
            }
        };
        key.cast_unsigned()
    }
}

/// `==`: a naive time never equals an aware one.
impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.order(other) == Some(Ordering::Equal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let fields = TimeFields::default();
        for (fields, message) in [
            (TimeFields { hour: 24, ..fields }, "hour must be in 0..23"),
            (TimeFields { minute: -1, ..fields }, "minute must be in 0..59"),
            (TimeFields { second: 60, ..fields }, "second must be in 0..59"),
            (TimeFields { microsecond: 1_000_000, ..fields }, "microsecond must be in 0..999999"),
            (TimeFields { fold: 2, ..fields }, "fold must be either 0 or 1"),
        ] {
            assert_eq!(Time::new(fields, None).map_err(|e| e.message), Err(message.to_owned()));
        }
    }

    #[test]
    fn aware_times_compare_by_moment() {
        let at = |hour, zone| Time::new(TimeFields { hour, ..TimeFields::default() }, zone);
        let utc = Some(Zone::UTC);
        let east = Some(Zone::Fixed(super::super::zone::FixedZone::of_seconds(3_600, None)));
        assert_eq!(at(1, utc.clone()), at(2, east.clone()));
        assert_eq!(at(1, utc.clone()).map(|t| t.hash_key()), at(2, east).map(|t| t.hash_key()));
        assert_ne!(at(1, utc), at(1, None));
    }
}
