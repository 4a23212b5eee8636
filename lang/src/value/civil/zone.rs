//! `tzinfo` values: `datetime.timezone` (a fixed offset) and `zoneinfo.ZoneInfo` (a place with a history).

use super::calendar::{DAY_SECONDS, MICROS};
use super::datetime::DateTime;
use super::delta::Delta;
use super::error::{CivilError, Result};
use super::iso;
use super::quote;
use super::zone_data::LocalType;
use super::zone_db::NamedZone;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The `tzinfo` of an aware value. Cloning is cheap.
#[derive(Debug, Clone)]
pub enum Zone {
    /// `datetime.timezone`
    Fixed(FixedZone),
    /// `zoneinfo.ZoneInfo`
    Named(&'static NamedZone),
}

/// A `datetime.timezone`.
#[derive(Debug, Clone)]
pub struct FixedZone {
    /// Microseconds east of UTC, below a day in magnitude.
    offset: i64,
    /// The name given to the constructor, as WTF-8.
    name: Option<Arc<[u8]>>,
    /// The same in clones, different in zones made apart.
    identity: u64,
}

/// A number that no other zone has. The low ones are those of the constants.
fn new_identity() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(3);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

const DAY_MICROS: i64 = DAY_SECONDS * MICROS;

impl FixedZone {
    /// `timezone.utc`
    pub const UTC: Self = Self { offset: 0, name: None, identity: 0 };
    /// `timezone.min`
    pub const MIN: Self = Self { offset: 60 * MICROS - DAY_MICROS, name: None, identity: 1 };
    /// `timezone.max`
    pub const MAX: Self = Self { offset: DAY_MICROS - 60 * MICROS, name: None, identity: 2 };

    /// The constructor.
    ///
    /// # Errors
    /// `ValueError` unless the offset is less than a day either way.
    pub fn new(offset: Delta, name: Option<Arc<[u8]>>) -> Result<Self> {
        let micros = offset.micros();
        match i64::try_from(micros) {
            Ok(micros) if micros.abs() < DAY_MICROS => Ok(Self::made(micros, name)),
            _ => Err(CivilError::value(format!(
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {}.",
                offset.repr()
            ))),
        }
    }

    /// A zone whose offset is known to be less than a day.
    pub(super) fn of_seconds(offset: i32, name: Option<Arc<[u8]>>) -> Self {
        Self::made(i64::from(offset) * MICROS, name)
    }

    /// There is only one UTC without a name.
    fn made(offset: i64, name: Option<Arc<[u8]>>) -> Self {
        let identity = if offset == 0 && name.is_none() { Self::UTC.identity } else { new_identity() };
        Self { offset, name, identity }
    }

    /// The name given to the constructor.
    pub fn name(&self) -> Option<&[u8]> {
        self.name.as_deref()
    }

    /// Whether this is `timezone.utc` itself, which prints shorter than a named zone with the same offset.
    pub fn is_utc(&self) -> bool {
        self.identity == Self::UTC.identity
    }

    fn text(&self) -> Vec<u8> {
        match &self.name {
            Some(name) => name.to_vec(),
            None if self.offset == 0 => b"UTC".to_vec(),
            None => format!("UTC{}", iso::offset(self.offset)).into_bytes(),
        }
    }

    fn repr(&self) -> String {
        if self.is_utc() {
            return "datetime.timezone.utc".to_owned();
        }
        let offset = Delta::from_small_micros(self.offset).repr();
        match &self.name {
            Some(name) => format!("datetime.timezone({offset}, {})", quote::repr(name)),
            None => format!("datetime.timezone({offset})"),
        }
    }
}

impl Zone {
    /// `timezone.utc`
    pub const UTC: Self = Self::Fixed(FixedZone::UTC);

    /// The kind of local time of a named zone for a wall clock, or for no particular time (`None`), which only a zone
    /// that never changes has.
    fn local_type(zone: &'static NamedZone, wall: Option<&DateTime>) -> Option<&'static LocalType> {
        match wall {
            None => zone.data().constant(),
            Some(wall) => Some(zone.data().at_wall(wall)),
        }
    }

    /// The offset in microseconds.
    pub(super) fn offset(&self, wall: Option<&DateTime>) -> Option<i64> {
        match self {
            Self::Fixed(zone) => Some(zone.offset),
            Self::Named(zone) => Some(i64::from(Self::local_type(zone, wall)?.offset) * MICROS),
        }
    }

    /// `utcoffset(dt)`
    pub fn utc_offset(&self, wall: Option<&DateTime>) -> Option<Delta> {
        self.offset(wall).map(Delta::from_small_micros)
    }

    /// `dst(dt)`
    pub fn dst(&self, wall: Option<&DateTime>) -> Option<Delta> {
        match self {
            Self::Fixed(_) => None,
            Self::Named(zone) => Some(Delta::from_small_micros(i64::from(Self::local_type(zone, wall)?.dst) * MICROS)),
        }
    }

    /// `tzname(dt)`, as WTF-8.
    pub fn name(&self, wall: Option<&DateTime>) -> Option<Vec<u8>> {
        match self {
            Self::Fixed(zone) => Some(zone.text()),
            Self::Named(zone) => Some(Self::local_type(zone, wall)?.name.to_vec()),
        }
    }

    /// `fromutc(dt)`: `dt` has UTC fields and this zone.
    ///
    /// # Errors
    /// `ValueError` when `dt` has another zone; `OverflowError` outside the years 1 to 9999.
    pub fn from_utc(&self, utc: &DateTime) -> Result<DateTime> {
        if !utc.zone().is_some_and(|zone| zone.is(self)) {
            return Err(CivilError::value("fromutc: dt.tzinfo is not self"));
        }
        match self {
            Self::Fixed(zone) => utc.shifted(zone.offset),
            Self::Named(zone) => {
                let (local, fold) = zone.data().at_utc(utc.wall_seconds(), utc.date().year().into());
                let shifted = utc.shifted(i64::from(local.offset) * MICROS)?;
                Ok(if fold { shifted.with_fold(1) } else { shifted })
            }
        }
    }

    /// Whether two zones count as one object: comparison and subtraction of values in one zone ignore offsets.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fixed(left), Self::Fixed(right)) => left.identity == right.identity,
            (Self::Named(left), Self::Named(right)) => std::ptr::eq(*left, *right),
            _ => false,
        }
    }

    /// `str()`, as WTF-8.
    pub fn text(&self) -> Vec<u8> {
        match self {
            Self::Fixed(zone) => zone.text(),
            Self::Named(zone) => zone.key().as_bytes().to_vec(),
        }
    }

    /// `repr()`
    pub fn repr(&self) -> String {
        match self {
            Self::Fixed(zone) => zone.repr(),
            Self::Named(zone) => format!("zoneinfo.ZoneInfo(key={})", quote::repr(zone.key().as_bytes())),
        }
    }

    /// A number equal for equal zones.
    pub fn hash_key(&self) -> u64 {
        match self {
            Self::Fixed(zone) => zone.offset.cast_unsigned(),
            Self::Named(zone) => std::ptr::from_ref(*zone).addr() as u64,
        }
    }
}

/// `==`: fixed offsets compare by offset, named zones by identity.
impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fixed(left), Self::Fixed(right)) => left.offset == right.offset,
            _ => self.is(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_zone_texts() {
        let zone = |micros, name: Option<&str>| {
            FixedZone::new(Delta::from_small_micros(micros), name.map(|n| n.as_bytes().into()))
        };
        let shown = |zone: Result<FixedZone>| {
            zone.map(|z| (String::from_utf8_lossy(&z.text()).into_owned(), z.repr())).map_err(|e| e.message)
        };
        for (zone, text, repr) in [
            (zone(0, None), "UTC", "datetime.timezone.utc"),
            (zone(0, Some("UTC")), "UTC", "datetime.timezone(datetime.timedelta(0), 'UTC')"),
            (
                zone(3_600_000_001, None),
                "UTC+01:00:00.000001",
                "datetime.timezone(datetime.timedelta(seconds=3600, microseconds=1))",
            ),
            (zone(-1_800_000_000, None), "UTC-00:30", "datetime.timezone(datetime.timedelta(days=-1, seconds=84600))"),
        ] {
            assert_eq!(shown(zone), Ok((text.to_owned(), repr.to_owned())));
        }
        assert_eq!(
            shown(zone(DAY_MICROS, None)),
            Err("offset must be a timedelta strictly between -timedelta(hours=24) and \
                 timedelta(hours=24), not datetime.timedelta(days=1)."
                .to_owned())
        );
    }
}
