//! The zone of a run (spec 11.3): what the naive local-time functions use.

use super::calendar::{self, DAY_SECONDS, EPOCH_ORDINAL, MAX_YEAR, MIN_YEAR};
use super::error::{CivilError, Result};
use super::quote;
use super::struct_time::StructTime;
use super::zone::FixedZone;
use super::zone_data::{LocalType, ZoneData};
use super::zone_db::{NamedZone, find_zone};
use super::zone_rule;
use std::sync::{Arc, LazyLock};

/// The local zone of a run. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct RunZone(Source);

#[derive(Debug, Clone)]
enum Source {
    Named(&'static NamedZone),
    /// A fixed offset, or a zone that the system describes without a name.
    Own(Arc<ZoneData>),
    /// One that is looked for when somebody asks: few runs do.
    Later(&'static LazyLock<RunZone>),
}

/// `time.tzname`, `time.timezone`, `time.altzone` and `time.daylight`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneNames {
    /// The names of standard and of daylight saving time; equal when there is no daylight saving.
    pub names: [Vec<u8>; 2],
    /// Seconds **west** of UTC in standard time.
    pub timezone: i64,
    /// Seconds **west** of UTC in daylight saving time.
    pub altzone: i64,
    /// Whether the zone has daylight saving.
    pub daylight: bool,
}

/// How far apart two readings of one wall clock are looked for: no zone ever repeated more than a day.
const MAX_FOLD_SECONDS: i64 = DAY_SECONDS;

impl RunZone {
    /// UTC.
    pub fn utc() -> Self {
        static UTC: LazyLock<RunZone> = LazyLock::new(|| RunZone::fixed(0, b"UTC"));
        Self::later(&UTC)
    }

    /// A zone that is looked for when it is first asked for.
    pub fn later(zone: &'static LazyLock<RunZone>) -> Self {
        Self(Source::Later(zone))
    }

    /// Whether both are one and the same zone, not merely equal ones.
    pub(in crate::value) fn is_same(&self, other: &RunZone) -> bool {
        match (&self.0, &other.0) {
            (Source::Named(a), Source::Named(b)) => std::ptr::eq(*a, *b),
            (Source::Own(a), Source::Own(b)) => Arc::ptr_eq(a, b),
            (Source::Later(a), Source::Later(b)) => std::ptr::eq(*a, *b),
            _ => false,
        }
    }

    fn fixed(offset: i32, name: &[u8]) -> Self {
        Self::own(ZoneData::fixed(offset, name))
    }

    /// Reads a setting: an IANA name, `UTC` or `UTC±HH:MM`.
    ///
    /// # Errors
    /// `ValueError` for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        if text == "UTC" {
            return Ok(Self::utc());
        }
        if let Some(offset) = text.strip_prefix("UTC").and_then(utc_offset) {
            return Ok(Self::fixed(offset, text.as_bytes()));
        }
        find_zone(text).map(|zone| Self(Source::Named(zone))).ok_or_else(|| {
            let shown = quote::repr(text.as_bytes());
            CivilError::value(format!("unknown time zone {shown}: expected an IANA name, UTC or UTC±HH:MM"))
        })
    }

    /// The zone of the system, from what the host knows: the variable `TZ`, the target of the link `/etc/localtime`
    /// and the content of that file, which is asked for only if the others say nothing. Whatever is missing or unusable is
    /// passed over; UTC is the last resort.
    pub fn system(variable: Option<&str>, link: Option<&str>, file: impl FnOnce() -> Option<Vec<u8>>) -> Self {
        if let Some(text) = variable {
            return Self::from_variable(text).unwrap_or_else(Self::utc);
        }
        let named = link.and_then(zone_of_path);
        named.or_else(|| ZoneData::parse(&file()?).map(Self::own)).unwrap_or_else(Self::utc)
    }

    fn own(data: ZoneData) -> Self {
        Self(Source::Own(Arc::new(data)))
    }

    /// `TZ` holds a name, a path into a zone directory, or a POSIX rule; a leading colon means nothing.
    fn from_variable(text: &str) -> Option<Self> {
        let text = text.strip_prefix(':').unwrap_or(text);
        if let Some(zone) = find_zone(text) {
            return Some(Self(Source::Named(zone)));
        }
        zone_of_path(text).or_else(|| zone_rule::parse(text.as_bytes()).map(|tail| Self::own(ZoneData::of_rule(tail))))
    }

    fn data(&self) -> &ZoneData {
        match &self.0 {
            Source::Named(zone) => zone.data(),
            Source::Own(data) => data,
            Source::Later(zone) => zone.data(),
        }
    }

    /// The kind of local time at a moment (seconds since 1970).
    pub fn at(&self, utc: i64) -> &LocalType {
        // Beyond these billions of years only the arithmetic would notice.
        self.data().at_moment(utc.clamp(-(1 << 60), 1 << 60))
    }

    /// The offset and name at a moment, as the zone that `astimezone()` attaches.
    pub(super) fn fixed_zone_at(&self, utc: i64) -> FixedZone {
        let local = self.at(utc);
        FixedZone::of_seconds(local.offset, Some(local.name[..].into()))
    }

    /// `time.localtime(seconds)`
    ///
    /// # Errors
    /// `OSError` when the year does not fit the platform's structure.
    pub fn local_fields(&self, utc: i64) -> Result<StructTime> {
        StructTime::check_moment(utc)?;
        let local = self.at(utc);
        StructTime::of_moment(utc, local.offset, i32::from(local.is_dst), &local.name)
    }

    /// Wall clock seconds (read as if UTC) at a moment.
    fn wall(&self, utc: i64) -> i64 {
        utc + i64::from(self.at(utc).offset)
    }

    /// [`Self::wall`], refused outside the years of `datetime`.
    fn checked_wall(&self, utc: i64) -> Result<i64> {
        let wall = self.wall(utc);
        let (year, ..) = calendar::from_ordinal(wall.div_euclid(DAY_SECONDS) + EPOCH_ORDINAL);
        if (i64::from(MIN_YEAR)..=i64::from(MAX_YEAR)).contains(&year) {
            Ok(wall)
        } else {
            Err(CivilError::value(format!("year {year} is out of range")))
        }
    }

    /// The moment of a wall clock. A repeated wall clock has two moments, of which `second` picks the later; one that
    /// is skipped is read with the offset before the gap, or after it for `second`.
    pub(super) fn moment(&self, wall: i64, second: bool) -> Result<i64> {
        let offset = self.checked_wall(wall)? - wall;
        let guess = wall - offset;
        let reached = self.checked_wall(guess)?;
        let other_offset = if reached == wall {
            // A solution, but the wanted one may be on the other side of a change.
            let probe = if second { guess + MAX_FOLD_SECONDS } else { guess - MAX_FOLD_SECONDS };
            let other = self.checked_wall(probe)? - probe;
            if other == offset {
                return Ok(guess);
            }
            other
        } else {
            reached - guess
        };
        let other_guess = wall - other_offset;
        if self.checked_wall(other_guess)? == wall {
            return Ok(other_guess);
        }
        if reached == wall {
            return Ok(guess);
        }
        Ok(if second { guess.min(other_guess) } else { guess.max(other_guess) })
    }

    /// Whether the wall clock at a moment already occurred before it.
    pub(super) fn is_second(&self, utc: i64) -> Result<bool> {
        let wall = self.checked_wall(utc)?;
        let before = self.checked_wall(utc - MAX_FOLD_SECONDS)?;
        let back = wall - before - MAX_FOLD_SECONDS;
        Ok(back < 0 && self.checked_wall(utc + back)? == wall)
    }

    /// The module constants, as the platform sets them up around `now` (seconds since 1970): the offsets half a year
    /// apart decide what is standard time.
    pub fn names(&self, now: i64) -> ZoneNames {
        const YEAR: i64 = (365 * 24 + 6) * 3_600;
        // A clock this far off would be a mistake of the host; any year does.
        let now = now.clamp(-1_000_000 * YEAR, 1_000_000 * YEAR);
        let january = now / YEAR * YEAR;
        let (winter, summer) = (self.at(january), self.at(january + YEAR / 2));
        let (standard, saving) = if winter.offset > summer.offset { (summer, winter) } else { (winter, summer) };
        ZoneNames {
            names: [standard.name.to_vec(), saving.name.to_vec()],
            timezone: -i64::from(standard.offset),
            altzone: -i64::from(saving.offset),
            daylight: standard.offset != saving.offset,
        }
    }

    /// The name that `%Z` shows for a bare tuple, which says only whether daylight saving is in force.
    pub(super) fn name_for(&self, is_dst: bool) -> &[u8] {
        let (standard, daylight) = self.data().last_types();
        if is_dst { &daylight.name } else { &standard.name }
    }
}

/// `±HH:MM` in seconds.
fn utc_offset(text: &str) -> Option<i32> {
    let &[sign, h1, h2, b':', m1, m2] = text.as_bytes() else {
        return None;
    };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| i32::from(byte - b'0'));
    let (hours, minutes) = (digit(h1)? * 10 + digit(h2)?, digit(m1)? * 10 + digit(m2)?);
    let seconds = hours * 3_600 + minutes * 60;
    match sign {
        b'+' if hours < 24 && minutes < 60 => Some(seconds),
        b'-' if hours < 24 && minutes < 60 => Some(-seconds),
        _ => None,
    }
}

/// The zone that a path such as `/usr/share/zoneinfo/Asia/Shanghai` names.
fn zone_of_path(path: &str) -> Option<RunZone> {
    let (_, key) = path.rsplit_once("zoneinfo/")?;
    let key = key.strip_prefix("posix/").unwrap_or(key);
    find_zone(key).map(|zone| RunZone(Source::Named(zone)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings() {
        for (text, offset) in [("UTC", 0), ("UTC+05:30", 19_800), ("UTC-00:30", -1_800), ("Asia/Shanghai", 28_800)] {
            assert_eq!(RunZone::parse(text).map(|zone| zone.at(1_700_000_000).offset), Ok(offset));
        }
        for text in ["", "UTC+5", "UTC+24:00", "utc", "Mars/Base", "+08:00"] {
            assert!(RunZone::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn system_zone() {
        let offset = |variable, link| RunZone::system(variable, link, || None).at(1_700_000_000).offset;
        assert_eq!(offset(None, Some("/usr/share/zoneinfo/Asia/Tokyo")), 32_400);
        assert_eq!(offset(Some("Asia/Kolkata"), Some("/usr/share/zoneinfo/Asia/Tokyo")), 19_800);
        assert_eq!(offset(Some(":/usr/share/zoneinfo/Asia/Tokyo"), None), 32_400);
        assert_eq!(offset(Some("EST5EDT4,M3.2.0,M11.1.0"), None), -18_000);
        assert_eq!(offset(Some("nonsense"), None), 0);
        assert_eq!(offset(None, None), 0);
    }

    #[test]
    fn repeated_and_skipped_wall_clocks() -> Result<()> {
        let zone = RunZone::parse("Europe/Berlin")?;
        // 27 October 2024 02:30 occurs twice, 31 March 2024 02:30 never.
        let (repeated, skipped) = (1_729_996_200, 1_711_852_200);
        assert_eq!((zone.moment(repeated, false)?, zone.moment(repeated, true)?), (repeated - 7_200, repeated - 3_600));
        assert_eq!((zone.moment(skipped, false)?, zone.moment(skipped, true)?), (skipped - 3_600, skipped - 7_200));
        assert!(zone.is_second(repeated - 3_600)? && !zone.is_second(repeated - 7_200)?);
        Ok(())
    }
}
