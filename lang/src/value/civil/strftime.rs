//! `strftime` with the directives of spec 9.3 and C-locale texts, the same on every platform.

use super::calendar::{self, MICROS};
use super::date::Date;
use super::datetime::DateTime;
use super::error::{CivilError, Result};
use super::run_zone::RunZone;
use super::struct_time::{PlatformTime, StructTime};
use super::time::Time;
use crate::value::interrupt::{checkpoint, reserve};

impl StructTime {
    /// `time.strftime(format, tuple)`; texts are WTF-8.
    ///
    /// # Errors
    /// `ValueError` for an item out of range or a NUL in the format.
    pub fn strftime(&self, format: &[u8], zone: &RunZone) -> Result<Vec<u8>> {
        let time = self.checked()?;
        if format.contains(&0) {
            return Err(CivilError::value("embedded null character"));
        }
        let mut out = output_for(format)?;
        Formatter { time: &time, zone, out: &mut out }.run(format, false)?;
        Ok(out)
    }
}

impl Date {
    /// `strftime(format)`, and `format(date, format)` for a non-empty format.
    ///
    /// # Errors
    /// None but a stop of the run.
    pub fn strftime(self, format: &[u8], zone: &RunZone) -> Result<Vec<u8>> {
        let format = expand(format, &Extras { micros: 0, offset: None, name: None })?;
        self.time_tuple().strftime(&format, zone)
    }
}

impl Time {
    /// `strftime(format)`, and `format(time, format)` for a non-empty format. The day is 1 January 1900.
    ///
    /// # Errors
    /// None but a stop of the run.
    pub fn strftime(&self, format: &[u8], zone: &RunZone) -> Result<Vec<u8>> {
        let offset = self.zone().and_then(|zone| zone.offset(None));
        let format = expand(format, &Extras { micros: self.microsecond(), offset, name: self.zone_name() })?;
        let clock = [self.hour(), self.minute(), self.second()].map(i64::from);
        let tuple = StructTime::of_items([1900, 1, 1, clock[0], clock[1], clock[2], 0, 1, -1]);
        tuple.strftime(&format, zone)
    }
}

impl DateTime {
    /// `strftime(format)`, and `format(datetime, format)` for a non-empty format.
    ///
    /// # Errors
    /// None but a stop of the run.
    pub fn strftime(&self, format: &[u8], zone: &RunZone) -> Result<Vec<u8>> {
        let micros = self.timetz().microsecond();
        let format = expand(format, &Extras { micros, offset: self.offset(), name: self.zone_name() })?;
        self.time_tuple().strftime(&format, zone)
    }
}

/// What a time tuple cannot carry.
struct Extras {
    micros: i32,
    offset: Option<i64>,
    name: Option<Vec<u8>>,
}

/// Replaces `%f`, `%z` and `%Z` before the rest is formatted as a tuple. The format ends at a NUL.
fn expand(format: &[u8], extras: &Extras) -> Result<Vec<u8>> {
    let format = format.split(|&byte| byte == 0).next().unwrap_or(format);
    let mut out = output_for(format)?;
    let mut rest = format;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        match tail.first() {
            Some(b'f') => out.extend_from_slice(format!("{:06}", extras.micros).as_bytes()),
            Some(b'z') => out.extend_from_slice(extras.offset.map(compact_offset).unwrap_or_default().as_bytes()),
            Some(b'Z') => {
                let name = extras.name.as_deref().unwrap_or_default();
                checkpoint(name.len() as u64)?;
                reserve(out.len() + 2 * name.len())?;
                for &byte in name {
                    // The name must survive the formatting that follows.
                    out.extend_from_slice(if byte == b'%' { b"%%" } else { std::slice::from_ref(&byte) });
                }
            }
            Some(&other) => out.extend_from_slice(&[b'%', other]),
            None => out.push(b'%'),
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    Ok(out)
}

/// `+HHMM[SS[.ffffff]]`
fn compact_offset(micros: i64) -> String {
    let sign = if micros < 0 { '-' } else { '+' };
    let (seconds, fraction) = (micros.abs() / MICROS, micros.abs() % MICROS);
    let mut out = format!("{sign}{:02}{:02}", seconds / 3_600, seconds / 60 % 60);
    if seconds % 60 != 0 || fraction != 0 {
        out.push_str(&format!("{:02}", seconds % 60));
    }
    if fraction != 0 {
        out.push_str(&format!(".{fraction:06}"));
    }
    out
}

/// An empty output after checking that the result may exist: no directive writes much more than a date and a time.
fn output_for(format: &[u8]) -> Result<Vec<u8>> {
    reserve(format.len().saturating_mul(16))?;
    checkpoint(format.len() as u64)?;
    Ok(Vec::with_capacity(format.len()))
}

/// How a number is filled up to its width.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pad {
    None,
    Blank,
    Zero,
}

struct Formatter<'a> {
    time: &'a PlatformTime,
    zone: &'a RunZone,
    out: &'a mut Vec<u8>,
}

impl Formatter<'_> {
    fn run(&mut self, format: &[u8], upper: bool) -> Result<()> {
        let mut rest = format;
        while let Some(at) = rest.iter().position(|&byte| byte == b'%') {
            self.text(rest.get(..at).unwrap_or_default(), upper);
            let directive = rest.get(at..).unwrap_or_default();
            let length = self.directive(directive, upper)?;
            rest = directive.get(length..).unwrap_or_default();
        }
        self.text(rest, upper);
        Ok(())
    }

    fn text(&mut self, text: &[u8], upper: bool) {
        let start = self.out.len();
        self.out.extend_from_slice(text);
        if upper && let Some(added) = self.out.get_mut(start..) {
            added.make_ascii_uppercase();
        }
    }

    /// Formats the directive that `text` starts with and returns its length.
    fn directive(&mut self, text: &[u8], upper: bool) -> Result<usize> {
        let (mut pad, mut upper) = (None, upper);
        let mut length = 1;
        let letter = loop {
            let Some(&byte) = text.get(length) else {
                self.text(text, false);
                return Ok(text.len());
            };
            length += 1;
            match byte {
                b'-' => pad = Some(Pad::None),
                b'_' => pad = Some(Pad::Blank),
                b'0' => pad = Some(Pad::Zero),
                b'^' => upper = true,
                letter => break letter,
            }
        };
        let time = self.time;
        match letter {
            b'%' => self.text(b"%", false),
            b'n' => self.text(b"\n", false),
            b't' => self.text(b"\t", false),
            b'a' => self.text(short(time.weekday_name()), upper),
            b'A' => self.text(time.weekday_name().as_bytes(), upper),
            b'b' | b'h' => self.text(short(time.month_name()), upper),
            b'B' => self.text(time.month_name().as_bytes(), upper),
            b'p' => self.text(if time.hour < 12 { b"AM" } else { b"PM" }, upper),
            // Always lower case, whatever the flag says.
            b'P' => self.text(if time.hour < 12 { b"am" } else { b"pm" }, false),
            b'c' => self.run(b"%a %b %e %H:%M:%S %Y", upper)?,
            b'D' | b'x' => self.run(b"%m/%d/%y", upper)?,
            b'F' => self.run(b"%Y-%m-%d", upper)?,
            b'r' => self.run(b"%I:%M:%S %p", upper)?,
            b'R' => self.run(b"%H:%M", upper)?,
            b'T' | b'X' => self.run(b"%H:%M:%S", upper)?,
            b'Z' => self.zone_name(upper)?,
            b'z' => self.zone_offset(pad.unwrap_or(Pad::Zero)),
            b's' => self.number(time.moment(self.zone)?, 1, Pad::Zero),
            letter => match self.numeric(letter) {
                Some((value, width, default)) => self.number(value, width, pad.unwrap_or(default)),
                None => self.text(text.get(..length).unwrap_or_default(), false),
            },
        }
        Ok(length)
    }

    /// The value, width and usual filling of a numeric directive.
    fn numeric(&self, letter: u8) -> Option<(i64, usize, Pad)> {
        let time = self.time;
        let hour12 = (time.hour + 11) % 12 + 1;
        Some(match letter {
            b'C' => (time.year.div_euclid(100), 1, Pad::Zero),
            b'd' => (time.day, 2, Pad::Zero),
            b'e' => (time.day, 2, Pad::Blank),
            b'g' => (iso_week(time).0.rem_euclid(100), 2, Pad::Zero),
            b'G' => (iso_week(time).0, 1, Pad::Zero),
            b'H' => (time.hour, 2, Pad::Zero),
            b'I' => (hour12, 2, Pad::Zero),
            b'j' => (time.yearday + 1, 3, Pad::Zero),
            b'k' => (time.hour, 2, Pad::Blank),
            b'l' => (hour12, 2, Pad::Blank),
            b'm' => (time.month + 1, 2, Pad::Zero),
            b'M' => (time.minute, 2, Pad::Zero),
            b'S' => (time.second, 2, Pad::Zero),
            b'u' => ((time.weekday + 6) % 7 + 1, 1, Pad::Zero),
            b'U' => ((time.yearday - time.weekday + 7) / 7, 2, Pad::Zero),
            b'V' => (iso_week(time).1, 2, Pad::Zero),
            b'w' => (time.weekday, 1, Pad::Zero),
            b'W' => ((time.yearday - (time.weekday + 6) % 7 + 7) / 7, 2, Pad::Zero),
            b'y' => (time.year.rem_euclid(100), 2, Pad::Zero),
            b'Y' => (time.year, 1, Pad::Zero),
            _ => return None,
        })
    }

    fn number(&mut self, value: i64, width: usize, pad: Pad) {
        let text = match pad {
            Pad::None => format!("{value}"),
            Pad::Blank => format!("{value:width$}"),
            Pad::Zero => format!("{value:0width$}"),
        };
        self.out.extend_from_slice(text.as_bytes());
    }

    fn zone_name(&mut self, upper: bool) -> Result<()> {
        let known = self.time.zone.as_deref().filter(|name| !name.is_empty());
        let name = match known {
            Some(name) => name,
            None if self.time.is_dst >= 0 => self.zone.name_for(self.time.is_dst > 0),
            None => b"",
        };
        // A script chooses the name and how often it appears.
        checkpoint(name.len() as u64)?;
        reserve(self.out.len() + name.len())?;
        self.text(name, upper);
        Ok(())
    }

    fn zone_offset(&mut self, pad: Pad) {
        if self.time.is_dst < 0 {
            return;
        }
        let minutes = self.time.offset.abs() / 60;
        self.out.push(if self.time.offset < 0 { b'-' } else { b'+' });
        self.number(minutes / 60 * 100 + minutes % 60, 4, pad);
    }
}

/// The abbreviation of an English name.
fn short(name: &str) -> &[u8] {
    name.as_bytes().get(..3).unwrap_or_default()
}

/// The ISO year and week, from the day of the year and the weekday as the tuple gives them: the two may contradict
/// the date.
fn iso_week(time: &PlatformTime) -> (i64, i64) {
    // Days since the Monday of week 1 of the year that starts `yearday` days ago.
    let since_week1 = |yearday: i64| yearday - (yearday - time.weekday + 4).rem_euclid(7) + 3;
    let year_length = |year: i64| 365 + i64::from(calendar::is_leap(year));
    let mut year = time.year;
    let mut days = since_week1(time.yearday);
    if days < 0 {
        year -= 1;
        days = since_week1(time.yearday + year_length(year));
    } else {
        let next = since_week1(time.yearday - year_length(year));
        if next >= 0 {
            year += 1;
            days = next;
        }
    }
    (year, days / 7 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(format: &str) -> String {
        let tuple = StructTime::of_items([2024, 3, 5, 15, 4, 9, 1, 65, 0]);
        let text = tuple.strftime(format.as_bytes(), &RunZone::utc()).unwrap_or_default();
        String::from_utf8_lossy(&text).into_owned()
    }

    #[test]
    fn directives_and_flags() {
        for (format, text) in [
            ("%a %A %b %B %h", "Tue Tuesday Mar March Mar"),
            (
                "%c|%x|%X|%D|%F|%r|%R|%T",
                "Tue Mar  5 15:04:09 2024|03/05/24|15:04:09|03/05/24|2024-03-05|03:04:09 PM|15:04|15:04:09",
            ),
            ("%C %d %e %g %G %H %I %j %k %l %m %M", "20 05  5 24 2024 15 03 065 15  3 03 04"),
            (
                "%p %P %s %S %u %U %V %w %W %y %Y %z %Z %%%n%t",
                "PM pm 1709651049 09 2 09 10 2 10 24 2024 +0000 UTC %\n\t",
            ),
            ("%-d %_d %0e %-j %-I %^a %^B %^c", "5  5 05 65 3 TUE MARCH TUE MAR  5 15:04:09 2024"),
            ("%q %-Q %5d %Ey %", "%q %-Q %5d %Ey %"),
            ("é%d中", "é05中"),
        ] {
            assert_eq!(show(format), text, "{format}");
        }
    }

    #[test]
    fn objects_fill_in_what_tuples_lack() -> Result<()> {
        let zone = RunZone::utc();
        let day = Date::new(999, 2, 3)?;
        assert_eq!(day.strftime(b"%Y %f [%z%Z] \0x", &zone)?, b"999 000000 [] ");
        let aware = DateTime::combine(day, Time::MAX.with_zone(Some(super::super::zone::Zone::UTC)));
        assert_eq!(aware.strftime(b"%f %z %Z %-z", &zone)?, b"999999 +0000 UTC ");
        Ok(())
    }
}
