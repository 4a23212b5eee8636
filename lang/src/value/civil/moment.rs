//! Moments: conversions of `datetime` between zones and to and from timestamps.

use super::arg::{Number, whole};
use super::calendar::MICROS;
use super::datetime::DateTime;
use super::delta::Delta;
use super::error::{CivilError, Result};
use super::run_zone::RunZone;
use super::struct_time::StructTime;
use super::zone::{FixedZone, Zone};

/// A number of seconds since 1970 as whole seconds, cut towards the past: the argument of `time.localtime`,
/// `time.gmtime`, `time.ctime` and `date.fromtimestamp`.
///
/// # Errors
/// `OverflowError` beyond 64 bits, `ValueError` for NaN.
pub fn whole_seconds(timestamp: Number) -> Result<i64> {
    let seconds = match timestamp {
        Number::Int(seconds) => Some(seconds),
        Number::Float(seconds) => whole(checked(seconds)?.floor()),
    };
    seconds.and_then(|seconds| i64::try_from(seconds).ok()).ok_or_else(out_of_range)
}

/// A number of seconds since 1970 as whole seconds and microseconds, rounded half to even: the argument of
/// `datetime.fromtimestamp`.
fn seconds_and_micros(timestamp: Number) -> Result<(i64, i64)> {
    let Number::Float(float) = timestamp else {
        return Ok((whole_seconds(timestamp)?, 0));
    };
    let float = checked(float)?;
    let mut seconds = float.trunc();
    let mut micros = (float.fract() * 1e6).round_ties_even();
    if micros >= 1e6 {
        micros -= 1e6;
        seconds += 1.0;
    } else if micros < 0.0 {
        micros += 1e6;
        seconds -= 1.0;
    }
    let seconds = whole(seconds).and_then(|seconds| i64::try_from(seconds).ok()).ok_or_else(out_of_range)?;
    // Between 0 and a million.
    Ok((seconds, micros as i64))
}

fn checked(seconds: f64) -> Result<f64> {
    if seconds.is_nan() { Err(CivilError::value("Invalid value NaN (not a number)")) } else { Ok(seconds) }
}

#[cold]
fn out_of_range() -> CivilError {
    CivilError::overflow("timestamp out of range for platform time_t")
}

impl DateTime {
    /// The naive UTC value of a moment.
    fn of_moment(seconds: i64, micros: i64) -> Result<Self> {
        let wall = seconds.checked_mul(MICROS).and_then(|wall| wall.checked_add(micros));
        match wall.and_then(Self::of_wall_micros) {
            Some(value) => Ok(value),
            None => Err(CivilError::value(format!("year {} is out of range", StructTime::utc(seconds)?.year))),
        }
    }

    /// `datetime.fromtimestamp(timestamp)` with `zone` `None`, else `datetime.fromtimestamp(timestamp, zone)`.
    ///
    /// # Errors
    /// `OverflowError`, `OSError` or `ValueError` for a moment that has no date.
    pub fn from_timestamp(timestamp: Number, zone: Option<&Zone>, run: &RunZone) -> Result<Self> {
        let (seconds, micros) = seconds_and_micros(timestamp)?;
        match zone {
            Some(zone) => zone.from_utc(&Self::of_moment(seconds, micros)?.with_zone(Some(zone.clone()))),
            None => Self::local(seconds, micros, run),
        }
    }

    /// `datetime.utcfromtimestamp(timestamp)`
    ///
    /// # Errors
    /// As [`Self::from_timestamp`].
    pub fn utc_from_timestamp(timestamp: Number) -> Result<Self> {
        let (seconds, micros) = seconds_and_micros(timestamp)?;
        Self::of_moment(seconds, micros)
    }

    /// The clock of the host: `datetime.now(zone)`, from seconds and microseconds since 1970. `utcnow()` is the
    /// result for UTC without its zone.
    ///
    /// # Errors
    /// As [`Self::from_timestamp`].
    pub fn now(seconds: i64, micros: u32, zone: Option<&Zone>, run: &RunZone) -> Result<Self> {
        let micros = i64::from(micros.min(999_999));
        match zone {
            Some(zone) => zone.from_utc(&Self::of_moment(seconds, micros)?.with_zone(Some(zone.clone()))),
            None => Self::local(seconds, micros, run),
        }
    }

    fn local(seconds: i64, micros: i64, run: &RunZone) -> Result<Self> {
        let fields = run.local_fields(seconds)?;
        // Within a day of UTC and `fields` exist, so this cannot overflow.
        let wall = seconds + fields.offset.unwrap_or(0);
        let value = Self::of_moment(wall, micros)?;
        Ok(if run.is_second(seconds)? { value.with_fold(1) } else { value })
    }

    /// `timestamp()`: seconds since 1970, a naive value being local.
    ///
    /// # Errors
    /// `ValueError` when the moment of a naive value has no date.
    pub fn timestamp(&self, run: &RunZone) -> Result<f64> {
        match self.offset() {
            Some(offset) => {
                let micros = self.wall_micros() - offset;
                Ok(Delta::from_small_micros(micros).total_seconds())
            }
            None => {
                let seconds = run.moment(self.wall_seconds(), self.timetz().fold() == 1)?;
                // Below 2^53, so exact.
                Ok(seconds as f64 + f64::from(self.timetz().microsecond()) / 1e6)
            }
        }
    }

    /// `astimezone(zone)`; `None` is the zone of the run, as the fixed offset it has at that moment.
    ///
    /// # Errors
    /// `OverflowError` or `ValueError` outside the years 1 to 9999.
    pub fn as_timezone(&self, zone: Option<&Zone>, run: &RunZone) -> Result<Self> {
        let local;
        let own = match self.zone() {
            Some(own) if self.offset().is_some() => own,
            _ => {
                let utc = run.moment(self.wall_seconds(), self.timetz().fold() == 1)?;
                local = Zone::Fixed(run.fixed_zone_at(utc));
                &local
            }
        };
        if zone.is_some_and(|zone| own.is(zone)) {
            return Ok(self.clone());
        }
        let offset = own.offset(Some(self)).unwrap_or(0);
        let utc = self.shifted(-offset)?;
        let target = match zone {
            Some(zone) => zone.clone(),
            None => Zone::Fixed(run.fixed_zone_at(utc.wall_seconds())),
        };
        target.from_utc(&utc.with_zone(Some(target.clone())))
    }
}

impl Zone {
    /// `datetime.timezone(offset, name)` and `datetime.timezone(offset)`.
    ///
    /// # Errors
    /// `ValueError` unless the offset is less than a day either way.
    pub fn fixed(offset: Delta, name: Option<&[u8]>) -> Result<Self> {
        FixedZone::new(offset, name.map(Into::into)).map(Self::Fixed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_of_timestamps() {
        for (float, expected) in [
            (0.000_000_5, (0, 0)),
            (0.000_001_5, (0, 2)),
            (-0.000_000_6, (-1, 999_999)),
            (1.999_999_9, (2, 0)),
            (-1.5, (-2, 500_000)),
        ] {
            assert_eq!(seconds_and_micros(Number::Float(float)), Ok(expected));
        }
        assert_eq!(whole_seconds(Number::Float(-0.5)), Ok(-1));
        for (number, message) in [
            (Number::Int(1 << 63), "timestamp out of range for platform time_t"),
            (Number::Float(f64::INFINITY), "timestamp out of range for platform time_t"),
            (Number::Float(f64::NAN), "Invalid value NaN (not a number)"),
        ] {
            assert_eq!(whole_seconds(number).map_err(|e| e.message), Err(message.to_owned()));
        }
    }
}
