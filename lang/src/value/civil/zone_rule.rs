//! The yearly daylight saving rule of a zone, as in the `TZ` variable of POSIX and at the end of a TZif file:
//! `std offset [dst [offset] , start [/time] , end [/time]]`.

use super::calendar::{self, DAY_SECONDS, EPOCH_ORDINAL};
use super::zone_data::LocalType;

/// What a zone does after its last recorded transition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tail {
    /// One offset for ever.
    Fixed(LocalType),
    /// Daylight saving every year.
    Yearly(Box<YearlyRule>),
}

/// Standard time, daylight saving time and when they start each year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct YearlyRule {
    pub(super) standard: LocalType,
    pub(super) daylight: LocalType,
    start: YearDay,
    end: YearDay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct YearDay {
    day: DayRule,
    /// Seconds after midnight of the wall clock before the change; may be negative or beyond a day.
    seconds: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayRule {
    /// `Mm.w.d`: the `week`-th `weekday` (0 is Sunday) of the month, 5 being the last.
    MonthWeek { month: i64, week: i64, weekday: i64 },
    /// `Jn`: 1 to 365, 29 February not counted.
    JulianNoLeap(i64),
    /// `n`: 0 to 365, 29 February counted.
    DayOfYear(i64),
}

impl YearDay {
    /// Seconds from 1970 to the change in `year`, on the wall clock.
    fn wall_seconds(self, year: i64) -> i64 {
        let before = calendar::days_before_year(year);
        let ordinal = match self.day {
            DayRule::JulianNoLeap(day) => before + day + i64::from(day >= 60 && calendar::is_leap(year)),
            DayRule::DayOfYear(day) => before + day + 1,
            DayRule::MonthWeek { month, week, weekday } => {
                let first = calendar::ordinal(year, month, 1);
                let sunday_based = (calendar::weekday(first) + 1) % 7;
                let day = (weekday - sunday_based).rem_euclid(7) + (week - 1) * 7;
                let last = calendar::days_in_month(year, month) - 1;
                first + if day > last { day - 7 } else { day }
            }
        };
        (ordinal - EPOCH_ORDINAL) * DAY_SECONDS + self.seconds
    }
}

impl YearlyRule {
    /// How far daylight saving time is ahead of standard time.
    fn gain(&self) -> i64 {
        i64::from(self.daylight.offset) - i64::from(self.standard.offset)
    }

    fn pick(&self, at: i64, start: i64, end: i64) -> &LocalType {
        let daylight = if start < end { (start..end).contains(&at) } else { !(end..start).contains(&at) };
        if daylight { &self.daylight } else { &self.standard }
    }

    /// The type in force for a wall clock in `year`; `second` asks for the later of two readings.
    pub(super) fn at_wall(&self, wall: i64, year: i64, second: bool) -> &LocalType {
        let (mut start, mut end) = (self.start.wall_seconds(year), self.end.wall_seconds(year));
        // One of the two changes happens at another reading of the other clock; which one depends on the direction.
        if second == (self.gain() >= 0) {
            end -= self.gain();
        } else {
            start += self.gain();
        }
        self.pick(wall, start, end)
    }

    /// The type in force at a moment of the UTC `year`, and whether its wall clock occurs for the second time.
    pub(super) fn at_moment(&self, utc: i64, year: i64) -> (&LocalType, bool) {
        let start = self.start.wall_seconds(year) - i64::from(self.standard.offset);
        let end = self.end.wall_seconds(year) - i64::from(self.daylight.offset);
        let gain = self.gain();
        let repeated = if gain > 0 { end..end + gain } else { start..start - gain };
        (self.pick(utc, start, end), repeated.contains(&utc))
    }
}

/// Reads a rule; `None` when it is malformed.
pub(super) fn parse(text: &[u8]) -> Option<Tail> {
    let mut reader = Reader { rest: text };
    let name = reader.name()?;
    let offset = -reader.clock(24)?;
    let standard = LocalType::new(offset, 0, false, name);
    if reader.rest.is_empty() {
        return Some(Tail::Fixed(standard));
    }
    let name = reader.name()?;
    let daylight_offset = match reader.rest.first() {
        Some(b',') => offset + 3_600,
        _ => -reader.clock(24)?,
    };
    let daylight = LocalType::new(daylight_offset, daylight_offset - offset, true, name);
    let start = reader.year_day()?;
    let end = reader.year_day()?;
    reader.rest.is_empty().then(|| Tail::Yearly(Box::new(YearlyRule { standard, daylight, start, end })))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.rest = self.rest.get(1..).unwrap_or(&[]);
        }
        found
    }

    fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = self.rest.iter().position(|&byte| !accept(byte)).unwrap_or(self.rest.len());
        let (head, tail) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        self.rest = tail;
        head
    }

    /// A zone abbreviation: letters, or anything numeric between angle brackets.
    fn name(&mut self) -> Option<&'a [u8]> {
        let name = if self.take(b'<') {
            let name = self.take_while(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-');
            if !self.take(b'>') {
                return None;
            }
            name
        } else {
            self.take_while(|b| b.is_ascii_alphabetic())
        };
        (!name.is_empty()).then_some(name)
    }

    fn number(&mut self) -> Option<i32> {
        let digits = self.take_while(|b| b.is_ascii_digit());
        if digits.is_empty() || digits.len() > 3 {
            return None;
        }
        Some(digits.iter().fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')))
    }

    /// `[+|-]h[:m[:s]]` in seconds.
    fn clock(&mut self, max_hours: i32) -> Option<i32> {
        let negative = self.take(b'-');
        if !negative {
            self.take(b'+');
        }
        let hours = self.number()?;
        let minutes = if self.take(b':') { self.number()? } else { 0 };
        let seconds = if self.take(b':') { self.number()? } else { 0 };
        let total = hours * 3_600 + minutes * 60 + seconds;
        let valid = hours <= max_hours && minutes < 60 && seconds < 60;
        valid.then_some(if negative { -total } else { total })
    }

    fn year_day(&mut self) -> Option<YearDay> {
        if !self.take(b',') {
            return None;
        }
        let day = if self.take(b'M') {
            let month = self.ranged(1, 12)?;
            let week = self.take(b'.').then(|| self.ranged(1, 5))??;
            let weekday = self.take(b'.').then(|| self.ranged(0, 6))??;
            DayRule::MonthWeek { month, week, weekday }
        } else if self.take(b'J') {
            DayRule::JulianNoLeap(self.ranged(1, 365)?)
        } else {
            DayRule::DayOfYear(self.ranged(0, 365)?)
        };
        let seconds = if self.take(b'/') { self.clock(167)? } else { 7_200 };
        Some(YearDay { day, seconds: seconds.into() })
    }

    fn ranged(&mut self, from: i32, to: i32) -> Option<i64> {
        self.number().filter(|value| (from..=to).contains(value)).map(i64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rules() {
        for good in [
            "UTC0",
            "<+0530>-5:30",
            "EST5EDT,M3.2.0,M11.1.0",
            "IST-1GMT0,M10.5.0,M3.5.0/1",
            "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
            "AAA3BBB,J60,365/3:04:05",
        ] {
            assert!(parse(good.as_bytes()).is_some(), "{good}");
        }
        for bad in
            ["", "UTC", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "<+05-5", "EST5EDT,M3.2.0,M11.1.0,"]
        {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn changes_fall_on_the_right_day() {
        let Some(Tail::Yearly(rule)) = parse(b"EST5EDT,M3.2.0,M11.1.0") else { panic!("a yearly rule") };
        // 10 March and 3 November 2024, 02:00 local.
        assert_eq!(rule.start.wall_seconds(2024), 1_710_036_000);
        assert_eq!(rule.end.wall_seconds(2024), 1_730_599_200);
        assert!(!rule.at_wall(1_730_597_400, 2024, true).is_dst && rule.at_wall(1_730_597_400, 2024, false).is_dst);
    }
}
