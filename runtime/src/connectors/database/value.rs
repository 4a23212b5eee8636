//! What the engines share in turning columns into documents and documents into parameters (flows part 3, section 5).

use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::value::civil::{Date, DateTime, FixedZone, RunZone, Time, TimeFields, TimeSpec, Zone};
use dataway_lang::value::decimal::{Context, Decimal};

/// Microseconds of a day.
pub const DAY: i64 = 86_400_000_000;
/// The ordinal of 1 January 1970 in the language's calendar.
const EPOCH_ORDINAL: i64 = 719_163;

/// What DECIMAL and NUMERIC columns become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decimals {
    /// `str`
    Text,
    /// `decimal.Decimal`
    Decimal,
}

/// The value of a DECIMAL column with this text.
#[must_use]
pub fn decimal(text: &str, decimals: Decimals) -> Document {
    let parsed = || Context::default().parse(text.as_bytes()).ok();
    match decimals {
        Decimals::Decimal => parsed().map_or_else(|| text.into(), |number| Document::Decimal(Arc::new(number))),
        Decimals::Text => text.into(),
    }
}

/// A date from days since 1970; `None` outside the years 1 to 9999.
#[must_use]
pub fn date(days: i64) -> Option<Date> {
    Date::from_ordinal(i32::try_from(days.checked_add(EPOCH_ORDINAL)?).ok()?).ok()
}

/// Days since 1970.
#[must_use]
pub fn days(date: Date) -> i64 {
    date.ordinal() - EPOCH_ORDINAL
}

/// A time of day from microseconds since midnight.
#[must_use]
pub fn time(micros: i64, zone: Option<Zone>) -> Option<Time> {
    let field = |unit: i64, size: i64| i32::try_from(micros.div_euclid(unit).rem_euclid(size)).ok();
    let fields = TimeFields {
        hour: field(3_600_000_000, 24)?,
        minute: field(60_000_000, 60)?,
        second: field(1_000_000, 60)?,
        microsecond: field(1, 1_000_000)?,
        fold: 0,
    };
    (0..DAY).contains(&micros).then(|| Time::new(fields, zone).ok()).flatten()
}

/// Microseconds since midnight.
#[must_use]
pub fn micros(time: &Time) -> i64 {
    let seconds = time.hour() * 3_600 + time.minute() * 60 + time.second();
    i64::from(seconds) * 1_000_000 + i64::from(time.microsecond())
}

/// A date and time from microseconds since 1970; `None` outside the years 1 to 9999.
#[must_use]
pub fn datetime(micros: i64, zone: Option<Zone>) -> Option<DateTime> {
    Some(DateTime::combine(date(micros.div_euclid(DAY))?, time(micros.rem_euclid(DAY), zone)?))
}

/// Microseconds since 1970 of the wall clock.
#[must_use]
pub fn wall_micros(value: &DateTime) -> i64 {
    days(value.date()) * DAY + micros(value.timetz())
}

/// The same moment with the wall clock of UTC; a naive value stays.
#[must_use]
pub fn in_utc(value: &DateTime) -> DateTime {
    let zone = Zone::Fixed(FixedZone::UTC);
    value.zone().and_then(|_| value.as_timezone(Some(&zone), &RunZone::utc()).ok()).unwrap_or_else(|| value.clone())
}

/// The text of a decimal number, without an exponent where the number allows it.
#[must_use]
pub fn decimal_text(number: &Decimal) -> String {
    Context::default().to_sci_string(number).unwrap_or_default()
}

/// ISO text of a date and time, a blank between its halves.
#[must_use]
pub fn datetime_text(value: &DateTime) -> String {
    String::from_utf8_lossy(&value.iso_format(b" ", TimeSpec::Auto)).into_owned()
}

/// A parameter as text: what an engine takes where it has no finer type, or converts by itself.
///
/// # Errors
/// The type of a value that no column can hold.
pub fn text(value: &Document) -> Result<String, String> {
    let lossless = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| "text with lone surrogates".to_owned());
    Ok(match value {
        Document::Bool(flag) => flag.to_string(),
        Document::Int(number) => number.to_string(),
        Document::Big(number) => number.to_string(),
        Document::Float(number) => number.to_string(),
        Document::Short(_) | Document::Text(_) => lossless(value.text_bytes().unwrap_or_default())?,
        Document::Decimal(number) => decimal_text(number),
        Document::DateTime(moment) => datetime_text(moment),
        Document::Date(date) => date.iso_format(),
        Document::Time(time) => time.iso_format(TimeSpec::Auto),
        Document::List(_) | Document::Dict(_) | Document::MultiMap(_) => json(value)?,
        Document::Entity(entity) => lossless(&entity.bytes)?,
        other => return Err(other.type_name().to_owned()),
    })
}

/// A structured parameter as JSON text.
///
/// # Errors
/// What JSON cannot express.
pub fn json(value: &Document) -> Result<String, String> {
    value.to_json(false).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_values_round_trip() {
        for micros in [0, -1, 1_700_000_000_123_456, -62_135_596_800_000_000, 253_402_300_799_999_999] {
            assert_eq!(wall_micros(&datetime(micros, None).unwrap()), micros);
        }
        assert!(datetime(253_402_300_800_000_000, None).is_none() && time(DAY, None).is_none());
        let moment = datetime(1_700_000_000_000_000, Some(Zone::Fixed(FixedZone::UTC))).unwrap();
        assert_eq!(datetime_text(&moment), "2023-11-14 22:13:20+00:00");
    }

    #[test]
    fn parameters_as_text() {
        for (value, shown) in [
            (Document::from(true), Ok("true")),
            (7_i64.into(), Ok("7")),
            (1.5.into(), Ok("1.5")),
            ("é".into(), Ok("é")),
            (decimal("1.10", Decimals::Decimal), Ok("1.10")),
            (decimal("1.10", Decimals::Text), Ok("1.10")),
            (Document::list(vec![1_i64.into(), "a".into()]), Ok("[1,\"a\"]")),
            (Document::None, Err("NoneType")),
        ] {
            assert_eq!(text(&value), shown.map(str::to_owned).map_err(str::to_owned));
        }
    }
}
