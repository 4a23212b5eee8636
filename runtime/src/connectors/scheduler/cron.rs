//! Cron rules: reading them and finding the next firing (flows part 3, section 3).
//!
//! `second minute hour [day [month [weekday [year]]]]` in the manner of Quartz, without its `W` and `#`. A rule knows
//! nothing of clocks: it answers which wall clocks it matches; [`Rule::next_after`] turns that into moments of a zone.

use std::ops::Range;

use dataway_lang::value::civil::Date;

use super::zone::{DAY, WallZone};
use crate::params::SyntaxError;

/// The ordinal of 1 January 1970 in the language's calendar.
const EPOCH_ORDINAL: i64 = 719_163;
const FIRST_YEAR: u32 = 1970;
const LAST_YEAR: u32 = 2099;

/// A parsed rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    seconds: u64,
    minutes: u64,
    hours: u64,
    /// Bit `n`: day `n` of the month.
    days: u64,
    last_day: bool,
    months: u64,
    /// Bit `n`: weekday `n`, Sunday being 1.
    weekdays: u64,
    /// Bit `n`: the last weekday `n` of the month.
    last_weekdays: u64,
    /// Sorted.
    years: Vec<u32>,
    numeric_weekday: Option<Range<usize>>,
}

/// A kind of field.
struct Kind {
    name: &'static str,
    low: u32,
    high: u32,
    names: &'static [&'static str],
    /// Whether `?` may stand for "every".
    question: bool,
    wraps: bool,
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const DAY_FIELD: usize = 3;
const WEEKDAY_FIELD: usize = 5;

const FIELDS: [Kind; 7] = [
    Kind { name: "second", low: 0, high: 59, names: &[], question: false, wraps: true },
    Kind { name: "minute", low: 0, high: 59, names: &[], question: false, wraps: true },
    Kind { name: "hour", low: 0, high: 23, names: &[], question: false, wraps: true },
    Kind { name: "day", low: 1, high: 31, names: &[], question: true, wraps: true },
    Kind { name: "month", low: 1, high: 12, names: MONTHS, question: false, wraps: true },
    Kind { name: "weekday", low: 1, high: 7, names: WEEKDAYS, question: true, wraps: true },
    Kind { name: "year", low: FIRST_YEAR, high: LAST_YEAR, names: &[], question: true, wraps: false },
];

/// What a field selects.
#[derive(Default)]
struct Field {
    values: Vec<u32>,
    /// `L` of the day field.
    last_day: bool,
    /// `nL` of the weekday field.
    last_weekdays: Vec<u32>,
    /// Neither `*` nor `?`.
    restricted: bool,
    /// Where a weekday is written as a number.
    numeric: Option<Range<usize>>,
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn parse(text: &str) -> Result<Rule, SyntaxError> {
        let words: Vec<(usize, &str)> = words(text).collect();
        if !(3..=7).contains(&words.len()) {
            return Err(SyntaxError {
                message: format!(
                    "a cron rule has 3 to 7 fields, not {}: second minute hour [day [month [weekday [year]]]]",
                    words.len()
                ),
                span: 0..text.len(),
            });
        }
        let mut fields: Vec<Field> = Vec::with_capacity(FIELDS.len());
        for (index, kind) in FIELDS.iter().enumerate() {
            fields.push(match words.get(index) {
                Some((at, word)) => field(index, kind, word, *at)?,
                None => Field { values: (kind.low..=kind.high).collect(), ..Field::default() },
            });
        }
        if fields[DAY_FIELD].restricted && fields[WEEKDAY_FIELD].restricted {
            let (at, word) = words.get(WEEKDAY_FIELD).copied().unwrap_or_default();
            return Err(SyntaxError {
                message: "day and weekday are both restricted: write ? for one of them".into(),
                span: at..at + word.len(),
            });
        }
        let bits = |index: usize| fields[index].values.iter().fold(0_u64, |bits, value| bits | 1 << value);
        let mut years = fields[6].values.clone();
        years.sort_unstable();
        years.dedup();
        Ok(Rule {
            seconds: bits(0),
            minutes: bits(1),
            hours: bits(2),
            days: bits(DAY_FIELD),
            last_day: fields[DAY_FIELD].last_day,
            months: bits(4),
            weekdays: bits(WEEKDAY_FIELD),
            last_weekdays: fields[WEEKDAY_FIELD].last_weekdays.iter().fold(0, |bits, value| bits | 1 << value),
            years,
            numeric_weekday: fields[WEEKDAY_FIELD].numeric.clone(),
        })
    }

    /// Where a weekday is written as a number, which deserves a hint: public pages disagree about its meaning.
    #[must_use]
    pub fn numeric_weekday(&self) -> Option<Range<usize>> {
        self.numeric_weekday.clone()
    }

    /// The first firing strictly after a moment (seconds since 1970); `None` if there is none until the end of 2099.
    #[must_use]
    pub fn next_after(&self, moment: i64, zone: &WallZone) -> Option<i64> {
        let mut wall = zone.wall(moment).max(0);
        loop {
            wall = self.next_wall(wall)?;
            let found = zone.moment(wall);
            // A wall clock may come twice, or share the end of a gap with others: those firings are over.
            if found > moment {
                return Some(found);
            }
            wall += 1;
        }
    }

    /// The first wall clock at or after `wall` that the rule matches.
    fn next_wall(&self, wall: i64) -> Option<i64> {
        let mut ordinal = wall.div_euclid(DAY) + EPOCH_ORDINAL;
        let mut from = u32::try_from(wall.rem_euclid(DAY)).unwrap_or(0);
        loop {
            let date = Date::from_ordinal(i32::try_from(ordinal).ok()?).ok()?;
            let year = u32::try_from(date.year()).ok()?;
            let target = *self.years.get(self.years.partition_point(|known| *known < year))?;
            if target > year {
                ordinal = Date::new(i32::try_from(target).ok()?, 1, 1).ok()?.ordinal();
                from = 0;
                continue;
            }
            if self.months >> date.month() & 1 == 0 {
                ordinal += i64::from(month_days(date)) - i64::from(date.day()) + 1;
                from = 0;
                continue;
            }
            if self.matches_day(date)
                && let Some(second) = self.next_second(from)
            {
                return Some((ordinal - EPOCH_ORDINAL) * DAY + i64::from(second));
            }
            ordinal += 1;
            from = 0;
        }
    }

    fn matches_day(&self, date: Date) -> bool {
        let days = month_days(date);
        let weekday = date.iso_weekday() % 7 + 1;
        let day = self.days >> date.day() & 1 == 1 || self.last_day && date.day() == days;
        let last = date.day() + 7 > days && self.last_weekdays >> weekday & 1 == 1;
        day && (self.weekdays >> weekday & 1 == 1 || last)
    }

    /// The first matching second of the day at or after `from`.
    fn next_second(&self, from: u32) -> Option<u32> {
        let (hour, minute, second) = (from / 3_600, from / 60 % 60, from % 60);
        let at_or_after = |bits: u64, low: u32| {
            let rest = bits.checked_shr(low).unwrap_or(0);
            (rest != 0).then(|| low + rest.trailing_zeros())
        };
        let first = |bits: u64| at_or_after(bits, 0);
        let clock = |hour: u32, minute: u32, second: u32| hour * 3_600 + minute * 60 + second;
        let next_hour = at_or_after(self.hours, hour)?;
        if next_hour == hour {
            if let Some(next) = at_or_after(self.minutes, minute) {
                if next == minute
                    && let Some(found) = at_or_after(self.seconds, second)
                {
                    return Some(clock(hour, minute, found));
                }
                let later = if next > minute { Some(next) } else { at_or_after(self.minutes, minute + 1) };
                if let Some(minute) = later {
                    return Some(clock(hour, minute, first(self.seconds)?));
                }
            }
            let next_hour = at_or_after(self.hours, hour + 1)?;
            return Some(clock(next_hour, first(self.minutes)?, first(self.seconds)?));
        }
        Some(clock(next_hour, first(self.minutes)?, first(self.seconds)?))
    }
}

/// The number of days of a date's month.
fn month_days(date: Date) -> i32 {
    match date.month() {
        2 if Date::new(date.year(), 2, 29).is_ok() => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The words of a text with their byte offsets.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// Reads one field; `at` is its offset in the rule.
fn field(index: usize, kind: &Kind, word: &str, at: usize) -> Result<Field, SyntaxError> {
    let mut field = Field { restricted: word != "*" && word != "?", ..Field::default() };
    let mut start = at;
    for item in word.split(',') {
        let item_at = start;
        start += item.len() + 1;
        let fail = |message: String| SyntaxError { message, span: item_at..item_at + item.len() };
        if item.eq_ignore_ascii_case("L") && index == DAY_FIELD {
            field.last_day = true;
            continue;
        }
        if index == WEEKDAY_FIELD
            && let Some(day) = item.strip_suffix(['L', 'l'])
            && !day.is_empty()
        {
            let value = value(kind, day).ok_or_else(|| fail(out_of_range(kind, day)))?;
            field.last_weekdays.push(value);
            if day.starts_with(|c: char| c.is_ascii_digit()) {
                field.numeric = Some(item_at..item_at + item.len());
            }
            continue;
        }
        if item.contains('#') || index == DAY_FIELD && item.contains(['W', 'w']) {
            return Err(fail(format!("the operators W and # are not supported, in the {} field", kind.name)));
        }
        if index == WEEKDAY_FIELD && item.starts_with(|c: char| c.is_ascii_digit()) {
            field.numeric = Some(item_at..item_at + item.len());
        }
        if item == "?" && !(kind.question && word == "?") {
            return Err(fail(format!("? cannot stand in the {} field here: write *", kind.name)));
        }
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (item, None),
        };
        let step_by = match step {
            None => 1,
            Some(step) => step
                .parse::<u32>()
                .ok()
                .filter(|step| *step > 0)
                .ok_or_else(|| fail(format!("'{step}' is no step: write a number from 1 after /")))?,
        };
        let (low, high) = match range.split_once('-') {
            _ if range == "*" || range == "?" => (kind.low, kind.high),
            Some((low, high)) => {
                let low = value(kind, low).ok_or_else(|| fail(out_of_range(kind, low)))?;
                (low, value(kind, high).ok_or_else(|| fail(out_of_range(kind, high)))?)
            }
            None => {
                let low = value(kind, range).ok_or_else(|| fail(out_of_range(kind, range)))?;
                (low, if step.is_some() { kind.high } else { low })
            }
        };
        if low > high && !kind.wraps {
            return Err(fail(format!("the {} range {range} ends before it begins", kind.name)));
        }
        let size = kind.high - kind.low + 1;
        let length = if low <= high { high - low } else { high + size - low };
        let steps = (0..=length).step_by(usize::try_from(step_by).unwrap_or(usize::MAX));
        field.values.extend(steps.map(|step| (low - kind.low + step) % size + kind.low));
    }
    Ok(field)
}

/// A number or name of a field.
fn value(kind: &Kind, text: &str) -> Option<u32> {
    let named = kind.names.iter().position(|name| name.eq_ignore_ascii_case(text));
    if let Some(index) = named {
        return u32::try_from(index).ok().map(|index| index + kind.low);
    }
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|value| digits && (kind.low..=kind.high).contains(value))
}

fn out_of_range(kind: &Kind, text: &str) -> String {
    let names = match kind.names {
        [first, .., last] => format!(" or {first} to {last}"),
        _ => String::new(),
    };
    format!("'{text}' is no {}: write {} to {}{names}", kind.name, kind.low, kind.high)
}

#[cfg(test)]
mod tests {
    use super::*;

    use dataway_lang::value::civil::parse_datetime;

    /// Seconds since 1970 of a UTC text.
    fn at(text: &str) -> i64 {
        let parsed = parse_datetime(text.as_bytes()).unwrap();
        let clock = parsed.timetz();
        let seconds = clock.hour() * 3_600 + clock.minute() * 60 + clock.second();
        (parsed.date().ordinal() - EPOCH_ORDINAL) * DAY + i64::from(seconds)
    }

    fn firings(rule: &str, zone: &str, from: &str, count: usize) -> Vec<i64> {
        let (rule, zone) = (Rule::parse(rule).unwrap(), WallZone::parse(zone).unwrap());
        std::iter::successors(Some(at(from)), |moment| rule.next_after(*moment, &zone)).skip(1).take(count).collect()
    }

    #[test]
    fn documented_samples() {
        for (rule, next) in [
            ("0 0 12 * * ?", "2020-05-05T12:00:00"),
            ("0 15 10 ? * *", "2020-05-06T10:15:00"),
            ("0 15 10 * * ? 2020", "2020-05-06T10:15:00"),
            ("0 0/5 14,18 * * ?", "2020-05-05T14:00:00"),
            ("0 10,44 14 ? 3 WED", "2021-03-03T14:10:00"),
            ("0 15 10 ? * MON-FRI", "2020-05-06T10:15:00"),
            ("0 0 12 1/5 * ?", "2020-05-06T12:00:00"),
            ("0 11 11 11 11 ?", "2020-11-11T11:11:00"),
            ("*/20 * *", "2020-05-05T11:30:20"),
            ("0 0 0 L * ?", "2020-05-31T00:00:00"),
            ("0 0 0 L 2 ?", "2021-02-28T00:00:00"),
            ("0 0 0 29 2 ?", "2024-02-29T00:00:00"),
            ("0 0 0 ? * FRIL", "2020-05-29T00:00:00"),
            ("0 0 0 ? * 6l", "2020-05-29T00:00:00"),
            ("0 0 0 ? * fri-Mon", "2020-05-08T00:00:00"),
            ("59 59 23 31 12 ? 2099", "2099-12-31T23:59:59"),
            ("0 0 22-1 * * ?", "2020-05-05T22:00:00"),
        ] {
            assert_eq!(firings(rule, "UTC", "2020-05-05T11:30:00", 1), [at(next)], "{rule}");
        }
        for never in ["0 15 10 * * ? 2019", "0 0 0 30 2 ?"] {
            assert!(firings(never, "UTC", "2020-05-05T11:30:00", 1).is_empty(), "{never}");
        }
        let wrapped = ["2020-05-08", "2020-05-09", "2020-05-10", "2020-05-11", "2020-05-15"].map(at);
        assert_eq!(firings("0 0 0 ? * FRI-MON", "UTC", "2020-05-05", 5), wrapped);
    }

    #[test]
    fn daylight_saving() {
        // Berlin skips 02:00 to 03:00 on 31 March 2024 and repeats it on 27 October 2024, both at 01:00 UTC.
        let gap = ["2024-03-30T01:30:00", "2024-03-31T01:00:00", "2024-04-01T00:30:00"].map(at);
        assert_eq!(firings("0 30 2 * * ?", "Europe/Berlin", "2024-03-30", 3), gap);
        let twice = ["2024-10-27T00:30:00", "2024-10-28T01:30:00"].map(at);
        assert_eq!(firings("0 30 2 * * ?", "Europe/Berlin", "2024-10-26T12:00:00", 2), twice);
        let minutes = ["2024-03-31T00:45:00", "2024-03-31T01:00:00", "2024-03-31T01:15:00"].map(at);
        assert_eq!(firings("0 0/15 * * * ?", "Europe/Berlin", "2024-03-31T00:30:00", 3), minutes);
    }

    #[test]
    fn mistakes_are_placed() {
        for (rule, message, span) in [
            ("0 0", "a cron rule has 3 to 7 fields, not 2: second minute hour [day [month [weekday [year]]]]", 0..3),
            ("0 60 *", "'60' is no minute: write 0 to 59", 2..4),
            ("0 0 1,x *", "'x' is no hour: write 0 to 23", 6..7),
            ("0 0 12 1 * MON", "day and weekday are both restricted: write ? for one of them", 11..14),
            ("0 0 12 15W * ?", "the operators W and # are not supported, in the day field", 7..10),
            ("0 0 12 ? * 6#3", "the operators W and # are not supported, in the weekday field", 11..14),
            ("? 0 12", "? cannot stand in the second field here: write *", 0..1),
            ("0/0 0 12", "'0' is no step: write a number from 1 after /", 0..3),
            ("0 0 0 * * ? 2030-2020", "the year range 2030-2020 ends before it begins", 12..21),
            ("0 0 0 * +1 ?", "'+1' is no month: write 1 to 12 or JAN to DEC", 8..10),
            ("0 0 0 ? * L", "'L' is no weekday: write 1 to 7 or SUN to SAT", 10..11),
        ] {
            assert_eq!(Rule::parse(rule).unwrap_err(), SyntaxError { message: message.into(), span }, "{rule}");
        }
        assert_eq!(Rule::parse("0 0 0 ? * 2-6").unwrap().numeric_weekday(), Some(10..13));
        assert_eq!(Rule::parse("0 0 0 ? * MON").unwrap().numeric_weekday(), None);
    }
}
