//! Events as lines: for people on a terminal, and as JSON for machines.

use std::io::Write;
use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::{micros, reader};
use crate::engine::{Entry, Event, Level, Sink};
use crate::model::Redactor;

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// The event as one JSON object.
    Json,
}

/// A sink that writes lines to standard error, and hands the events on to another sink.
pub struct Console {
    form: Form,
    redactor: Redactor,
    next: Option<Box<dyn Sink>>,
}

impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<Console {:?}>", self.form)
    }
}

impl Console {
    /// Writes in that form and hands on to `next`.
    #[must_use]
    pub fn new(form: Form, redactor: Redactor, next: Option<Box<dyn Sink>>) -> Console {
        Console { form, redactor, next }
    }
}

impl Sink for Console {
    fn open(&mut self) {
        if let Some(next) = &mut self.next {
            next.open();
        }
    }

    fn write(&mut self, entries: &[Entry]) {
        let mut out = String::new();
        for event in entries.iter().filter_map(Entry::event) {
            match self.form {
                Form::Text => out.push_str(&line(&event, &self.redactor)),
                Form::Json => out.push_str(&json(&event, &self.redactor).to_string()),
            }
            out.push('\n');
        }
        // Nobody may be listening any more; the store is the record.
        let _ = std::io::stderr().lock().write_all(out.as_bytes());
        if let Some(next) = &mut self.next {
            next.write(entries);
        }
    }
}

/// Writes a line to standard error, if that is possible.
pub fn warn(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// An event as a line for people: time, level, flow and step, what happened, code, duration.
#[must_use]
pub fn line(event: &Event, redactor: &Redactor) -> String {
    text_line(&reader::EventRow::of(event, redactor))
}

/// A stored event as a line for people.
#[must_use]
pub fn text_line(event: &reader::EventRow) -> String {
    let mut place = event.flow.clone();
    if !event.step.is_empty() {
        place = format!("{place}/{}", event.step);
    }
    if !event.component.is_empty() && event.component != "logger" {
        place = format!("{place} {}", event.component);
    }
    let mut text =
        format!("{} {:<5} {}", timestamp(event.time), event.level, if place.is_empty() { "-" } else { &place });
    if !event.category.is_empty() && event.category != event.flow {
        text.push_str(&format!(" [{}]", event.category));
    }
    text.push_str(": ");
    if !event.code.is_empty() && !event.content.starts_with(&event.code) {
        text.push_str(&format!("{}: ", event.code));
    }
    // One event is one line, whatever a script put into it.
    text.push_str(&event.content.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r"));
    if let Some(duration) = event.duration {
        text.push_str(&format!(" ({})", span(duration)));
    }
    if !event.job.is_empty() {
        text.push_str(&format!("  {}", event.job));
    }
    text
}

/// An event as a JSON object (part 4, section 4).
#[must_use]
pub fn json(event: &Event, redactor: &Redactor) -> Value {
    json_object(&reader::EventRow::of(event, redactor))
}

/// A stored event as a JSON object; fields that do not apply are left out.
#[must_use]
pub fn json_object(event: &reader::EventRow) -> Value {
    let mut object = Map::new();
    if event.id != 0 {
        object.insert("id".to_owned(), json!(event.id));
    }
    object.insert("time".to_owned(), json!(timestamp(event.time)));
    object.insert("level".to_owned(), json!(event.level));
    for (name, text) in [
        ("app", &event.app),
        ("version", &event.version),
        ("job", &event.job),
        ("flow", &event.flow),
        ("step", &event.step),
        ("component", &event.component),
        ("operation", &event.operation),
        ("category", &event.category),
        ("content", &event.content),
        ("code", &event.code),
    ] {
        if !text.is_empty() {
            object.insert(name.to_owned(), json!(text));
        }
    }
    if let Some(duration) = event.duration {
        // Microseconds below 2^53 are exact, and so is their number of seconds as far as anybody reads it.
        object.insert("duration".to_owned(), json!(duration as f64 / 1e6));
    }
    Value::Object(object)
}

/// The word for a level.
#[must_use]
pub fn level_name(level: Level) -> &'static str {
    match level {
        Level::Debug => "DEBUG",
        Level::Info => "INFO",
        Level::Warn => "WARN",
        Level::Error => "ERROR",
    }
}

/// A time in UTC with microseconds (RFC 3339).
#[must_use]
pub fn timestamp(time: SystemTime) -> String {
    let micros = micros(time);
    let (seconds, fraction) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Civil date from days since 1970: the year of an era of 400 years begins in March, so leap days come last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{fraction:06}Z")
}

/// A number of microseconds for people.
fn span(micros: i64) -> String {
    match micros {
        ..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_rfc_3339() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_399, "2000-02-28T23:59:59.000000Z"),
            (951_868_799, "2000-02-29T23:59:59.000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
            (1_795_347_992, "2026-11-22T11:46:32.000000Z"),
        ] {
            assert_eq!(timestamp(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn an_event_is_one_line() {
        let event = Event {
            flow: "orders".into(),
            step: "store".into(),
            job: "J1".into(),
            code: "DB:CONNECT".into(),
            duration: Some(Duration::from_micros(1500)),
            ..Event::new(SystemTime::UNIX_EPOCH, Level::Error, "refused\nby hunter2")
        };
        let mut redactor = Redactor::default();
        redactor.add(crate::params::Secret::new("hunter2"));
        let expected = "1970-01-01T00:00:00.000000Z ERROR orders/store: DB:CONNECT: refused\\nby *** (1.5 ms)  J1";
        assert_eq!(line(&event, &redactor), expected);
        assert_eq!(json(&event, &redactor)["duration"], 0.0015);
    }
}
