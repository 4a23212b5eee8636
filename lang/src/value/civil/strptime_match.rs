//! The pattern side of `strptime`: reading a format and matching a text against it.
//!
//! CPython translates a format to a regular expression, and scripts can observe that: digits may be any Unicode
//! digits, alternatives are tried in order and given up again when the rest does not match. This matcher does the
//! same with a stack of choices and a set of states known to fail, so its time is bounded by text times format.

use super::calendar::{MONTHS, WEEKDAYS};
use super::error::{CivilError, ErrorKind, Result};
use super::quote::push_plain;
use super::run_zone::ZoneNames;
use super::strptime_chars::{is_space, number_lengths, offset_lengths, same_letter};
use crate::value::interrupt::checkpoint;
use std::collections::HashSet;

/// A part of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// This character, in any case.
    Literal(u32),
    /// One or more white space characters.
    Space,
    /// The directive of this letter.
    Field(u8),
}

/// A format ready for matching.
#[derive(Debug)]
pub(super) struct Pattern {
    items: Vec<Item>,
    /// The zone names that `%Z` knows, lower case, longest first.
    zones: Vec<Vec<u32>>,
}

/// What a directive matched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Capture<'a> {
    /// The directive.
    pub(super) letter: u8,
    /// The matched text.
    pub(super) text: &'a [u32],
}

/// A successful match: the fields in the order of the format, and where the text was left.
#[derive(Debug)]
pub(super) struct Match<'a> {
    pub(super) captures: Vec<Capture<'a>>,
    pub(super) end: usize,
}

impl Pattern {
    /// Reads a format.
    pub(super) fn new(format: &[u32], names: &ZoneNames) -> Result<Self> {
        let mut pattern = Self { items: Vec::new(), zones: zone_names(names) };
        let mut rest = format;
        while let Some((&point, tail)) = rest.split_first() {
            checkpoint(1)?;
            rest = tail;
            if is_space(point) {
                if pattern.items.last() != Some(&Item::Space) {
                    pattern.items.push(Item::Space);
                }
            } else if point != u32::from(b'%') {
                pattern.items.push(Item::Literal(point));
            } else if let Some((&letter, tail)) = tail.split_first() {
                rest = tail;
                pattern.directive(letter, format)?;
            } else {
                return Err(CivilError::value(format!("stray % in format '{}'", plain(format))));
            }
        }
        pattern.check_repetition()?;
        Ok(pattern)
    }

    fn directive(&mut self, letter: u32, format: &[u32]) -> Result<()> {
        let fields: &[u8] = match u8::try_from(letter).unwrap_or(0) {
            b'%' => {
                self.items.push(Item::Literal(letter));
                return Ok(());
            }
            b'c' => b"a b d H:M:S Y",
            b'x' => b"m/d/y",
            b'X' => b"H:M:S",
            ascii if b"aAbBdfGHIjmMpSuUVwWyYzZ".contains(&ascii) => {
                self.items.push(Item::Field(ascii));
                return Ok(());
            }
            _ => {
                let mut shown = String::new();
                // CPython's translation protects these characters first and then meets its own escape.
                let special = is_space(letter) || char::from_u32(letter).is_some_and(|c| r"\.^$*+?(){}[]|".contains(c));
                push_plain(&mut shown, if special { u32::from(b'%') } else { letter });
                let format = plain(format);
                return Err(CivilError::value(format!("'{shown}' is a bad directive in format '{format}'")));
            }
        };
        self.items.extend(fields.iter().map(|&byte| match byte {
            b' ' => Item::Space,
            letter if letter.is_ascii_alphabetic() => Item::Field(letter),
            other => Item::Literal(other.into()),
        }));
        Ok(())
    }

    /// A directive may occur once. The error is that of the regular expression, whose size it reports.
    fn check_repetition(&self) -> Result<()> {
        let (mut seen, mut group, mut position) = (Vec::new(), 1, 0);
        for item in &self.items {
            if let &Item::Field(letter) = item {
                if let Some((_, first)) = seen.iter().find(|(other, _)| *other == letter) {
                    let name = char::from(letter);
                    let message = format!(
                        "redefinition of group name '{name}' as group {group}; was group {first} at position {}",
                        position + 4
                    );
                    return Err(CivilError { kind: ErrorKind::Regex, message });
                }
                seen.push((letter, group));
                group += if letter == b'z' { 3 } else { 1 };
            }
            position += self.expression_length(item);
        }
        Ok(())
    }

    /// The length of the regular expression that CPython builds for an item.
    fn expression_length(&self, item: &Item) -> usize {
        let names = |names: &[&str], length: Option<usize>| {
            names.iter().map(|name| length.unwrap_or(name.len()) + 1).sum::<usize>() - 1
        };
        let inside = match *item {
            Item::Space => return 3,
            Item::Literal(point) => {
                return 1 + usize::from(char::from_u32(point).is_some_and(|c| r"\.^$*+?(){}[]|".contains(c)));
            }
            Item::Field(letter) => match letter {
                b'a' => names(&WEEKDAYS, Some(3)),
                b'A' => names(&WEEKDAYS, None),
                b'b' => names(&MONTHS, Some(3)),
                b'B' => names(&MONTHS, None),
                b'd' => 34,
                b'f' => 10,
                b'G' | b'Y' => 8,
                b'H' => 17,
                b'I' | b'm' => 19,
                b'j' => 64,
                b'M' => 10,
                b'p' => 5,
                b'S' => 17,
                b'U' | b'W' => 17,
                b'V' => 24,
                b'y' => 4,
                b'z' => 49,
                b'Z' => self.zones.iter().map(|name| escaped_length(name) + 1).sum::<usize>() - 1,
                // `u` and `w`
                _ => 5,
            },
        };
        inside + "(?P<d>)".len()
    }

    /// Matches the start of a text.
    pub(super) fn matches<'a>(&self, text: &'a [u32]) -> Result<Option<Match<'a>>> {
        // One choice per item so far: where it started, and the ends still to be tried, last one first.
        let mut choices: Vec<(usize, Vec<usize>)> = Vec::with_capacity(self.items.len());
        let mut failed: HashSet<(usize, usize)> = HashSet::new();
        let mut position = 0;
        loop {
            let index = choices.len();
            let Some(item) = self.items.get(index) else {
                return Ok(Some(self.collect(text, &choices, position)));
            };
            checkpoint(8)?;
            let mut ends =
                if failed.contains(&(index, position)) { Vec::new() } else { self.ends(item, text, position)? };
            // What is left of an exhausted choice can never match.
            while ends.is_empty() {
                failed.insert((choices.len(), position));
                let Some((start, others)) = choices.pop() else {
                    return Ok(None);
                };
                (position, ends) = (start, others);
            }
            let start = position;
            position = ends.pop().unwrap_or(start);
            choices.push((start, ends));
        }
    }

    fn collect<'a>(&self, text: &'a [u32], choices: &[(usize, Vec<usize>)], end: usize) -> Match<'a> {
        let ends = choices.iter().skip(1).map(|choice| choice.0).chain([end]);
        let captures = self.items.iter().zip(choices).zip(ends).filter_map(|((item, choice), end)| match item {
            Item::Field(letter) => Some(Capture { letter: *letter, text: text.get(choice.0..end).unwrap_or_default() }),
            _ => None,
        });
        Match { captures: captures.collect(), end }
    }

    /// Where an item that starts at `start` may end, the preferred end last.
    fn ends(&self, item: &Item, text: &[u32], start: usize) -> Result<Vec<usize>> {
        let rest = text.get(start..).unwrap_or_default();
        let mut lengths: Vec<usize> = match *item {
            Item::Literal(point) => rest.first().filter(|&&c| same_letter(c, point)).map(|_| 1).into_iter().collect(),
            Item::Space => {
                let run = rest.iter().position(|&c| !is_space(c)).unwrap_or(rest.len());
                checkpoint(run as u64)?;
                // Only a day may follow that starts with a blank itself, so one step back is enough.
                [run, run.saturating_sub(1)].into_iter().filter(|&length| length > 0).collect()
            }
            Item::Field(letter) => self.field_lengths(letter, rest),
        };
        lengths.reverse();
        for length in &mut lengths {
            *length += start;
        }
        Ok(lengths)
    }

    /// The lengths a directive may match at the start of `text`, the preferred one first.
    fn field_lengths(&self, letter: u8, text: &[u32]) -> Vec<usize> {
        let names = |names: &[&str], length: usize| -> Vec<usize> {
            names.iter().map(|name| name.get(..length).unwrap_or(name)).filter_map(|name| prefix(text, name)).collect()
        };
        match letter {
            b'a' => names(&WEEKDAYS, 3),
            b'A' => names(&WEEKDAYS, usize::MAX),
            b'b' => names(&MONTHS, 3),
            b'B' => names(&MONTHS, usize::MAX),
            b'p' => names(&["am", "pm"], 2),
            b'Z' => self.zones.iter().filter(|name| starts_with(text, name)).map(Vec::len).collect(),
            b'f' => {
                let digits = text.iter().take(6).take_while(|&&c| is_ascii_digit(c)).count();
                (1..=digits).rev().collect()
            }
            b'z' => offset_lengths(text),
            letter => number_lengths(letter, text),
        }
    }
}

/// The names that `%Z` accepts, lower case, longest first.
fn zone_names(names: &ZoneNames) -> Vec<Vec<u32>> {
    let own = if names.daylight { 2 } else { 1 };
    let mut all: Vec<Vec<u32>> = vec![b"utc".map(u32::from).to_vec(), b"gmt".map(u32::from).to_vec()];
    for name in names.names.iter().take(own) {
        let name: Vec<u32> = name.iter().map(|byte| u32::from(byte.to_ascii_lowercase())).collect();
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all.sort_by_key(|name| std::cmp::Reverse(name.len()));
    all
}

fn escaped_length(name: &[u32]) -> usize {
    name.iter().map(|&c| 1 + usize::from(c == u32::from(b'+') || c == u32::from(b'-'))).sum()
}

fn is_ascii_digit(point: u32) -> bool {
    (0x30..=0x39).contains(&point)
}

fn prefix(text: &[u32], name: &str) -> Option<usize> {
    let matches = text.len() >= name.len() && name.bytes().zip(text).all(|(byte, &c)| same_letter(c, byte.into()));
    matches.then_some(name.len())
}

fn starts_with(text: &[u32], name: &[u32]) -> bool {
    text.len() >= name.len() && name.iter().zip(text).all(|(&a, &b)| same_letter(a, b))
}

/// A text in a message.
pub(super) fn plain(points: &[u32]) -> String {
    let mut out = String::with_capacity(points.len());
    for &point in points {
        push_plain(&mut out, point);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::run_zone::RunZone;
    use super::*;

    fn points(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    #[test]
    fn gives_choices_up_again() -> Result<()> {
        let names = RunZone::utc().names(0);
        for (text, format, expected) in [
            ("112", "%d%m", Some("11 2")),
            ("1130", "%m%d", Some("11 30")),
            ("1  5x", "%m %d", Some("1 5")),
            ("٣١", "%y", Some("٣١")),
            ("12345", "%j%H", Some("123 4")),
            ("13", "%m%d%y", None),
        ] {
            let pattern = Pattern::new(&points(format), &names)?;
            let text = points(text);
            let found = pattern.matches(&text)?.map(|found| {
                found.captures.iter().map(|capture| plain(capture.text).trim().to_owned()).collect::<Vec<_>>().join(" ")
            });
            assert_eq!(found.as_deref(), expected, "{format}");
        }
        Ok(())
    }
}
