//! Dates and times in JSON and XML messages (spec 6.6.1): RFC 3339 text, the fraction without trailing zeros, `Z` for
//! UTC and no suffix for naive values.

use super::calendar::MICROS;
use super::date::Date;
use super::datetime::DateTime;
use super::iso;
use super::time::Time;

impl Date {
    /// The text in a message, `YYYY-MM-DD`.
    pub fn wire(self) -> String {
        self.iso_format()
    }
}

impl Time {
    /// The text in a message, `HH:MM:SS[.f][Z|±HH:MM]`.
    pub fn wire(&self) -> String {
        wire(self, self.zone().and_then(|zone| zone.offset(None)))
    }
}

impl DateTime {
    /// The text in a message, `YYYY-MM-DDTHH:MM:SS[.f][Z|±HH:MM]`. An offset with seconds, which RFC 3339 does not
    /// know, is written as ISO 8601 does.
    pub fn wire(&self) -> String {
        format!("{}T{}", self.date().wire(), wire(self.timetz(), self.offset()))
    }
}

fn wire(time: &Time, offset: Option<i64>) -> String {
    let mut out = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    let micros = i64::from(time.microsecond());
    if micros != 0 {
        let fraction = format!("{:06}", micros % MICROS);
        out.push('.');
        out.push_str(fraction.trim_end_matches('0'));
    }
    match offset {
        None => {}
        Some(0) => out.push('Z'),
        Some(offset) => out.push_str(&iso::offset(offset)),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::zone::{FixedZone, Zone};
    use super::*;

    #[test]
    fn wire_forms() {
        let east = Zone::Fixed(FixedZone::of_seconds(-5 * 3_600 - 1_800, None));
        let date = Date::MAX;
        for (time, text) in [
            (Time::MIN, "9999-12-31T00:00:00"),
            (Time::of_micros(120_000), "9999-12-31T00:00:00.12"),
            (Time::MIN.with_zone(Some(Zone::UTC)), "9999-12-31T00:00:00Z"),
            (Time::MAX.with_zone(Some(east)), "9999-12-31T23:59:59.999999-05:30"),
        ] {
            assert_eq!(DateTime::combine(date, time).wire(), text);
        }
    }
}
