//! Documents in the binary form of PostgreSQL's types.
//!
//! A text is read as whatever the type needs, so that `'2024-01-01'` from a JSON body fits a DATE column.

use dataway_lang::Document;
use dataway_lang::value::civil::{self, Date, DateTime, Time};
use sqlx::TypeInfo;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};

use super::numeric;
use super::read::{EPOCH_DAYS, EPOCH_MICROS};
use crate::connectors::database::value;

/// A parameter of a type; `None` is NULL.
///
/// # Errors
/// That the value does not fit the type.
pub fn parameter(document: &Document, kind: &PgTypeInfo) -> Result<Option<Vec<u8>>, String> {
    if document.is_none() {
        return Ok(None);
    }
    let written = match (kind.kind(), document) {
        (PgTypeKind::Domain(base), _) => return parameter(document, base),
        (PgTypeKind::Array(element), Document::List(items)) => array(items, element)?,
        _ => scalar(document, kind.name()),
    };
    let misfit =
        || format!("a value of type {} does not fit a parameter of type {}", document.type_name(), kind.name());
    written.map(Some).ok_or_else(misfit)
}

fn scalar(document: &Document, name: &str) -> Option<Vec<u8>> {
    Some(match name {
        "BOOL" => vec![u8::from(flag(document)?)],
        "INT2" => i16::try_from(int(document)?).ok()?.to_be_bytes().to_vec(),
        "INT4" => i32::try_from(int(document)?).ok()?.to_be_bytes().to_vec(),
        "INT8" => int(document)?.to_be_bytes().to_vec(),
        "OID" => u32::try_from(int(document)?).ok()?.to_be_bytes().to_vec(),
        // Rounding to the column's precision is what the column asks for.
        #[allow(clippy::cast_possible_truncation)]
        "FLOAT4" => (float(document)? as f32).to_be_bytes().to_vec(),
        "FLOAT8" => float(document)?.to_be_bytes().to_vec(),
        "NUMERIC" => numeric::from_text(&number_text(document)?)?,
        "BYTEA" => match document {
            Document::Bytes(bytes) => bytes.to_vec(),
            Document::Entity(entity) => entity.bytes.to_vec(),
            other => other.as_str()?.as_bytes().to_vec(),
        },
        "UUID" => uuid(document.as_str()?)?,
        "DATE" => i32::try_from(value::days(date(document)?) - EPOCH_DAYS).ok()?.to_be_bytes().to_vec(),
        "TIME" => value::micros(&time(document)?).to_be_bytes().to_vec(),
        "TIMESTAMP" => moment(&datetime(document)?.with_zone(None)),
        "TIMESTAMPTZ" => moment(&value::in_utc(&datetime(document)?)),
        "JSONB" => [&[1], json(document)?.as_bytes()].concat(),
        "JSON" => json(document)?.into_bytes(),
        _ => match document {
            Document::Bytes(_) | Document::Message(_) | Document::Stream(_) | Document::Parts(_) => return None,
            other => value::text(other).ok()?.into_bytes(),
        },
    })
}

fn flag(document: &Document) -> Option<bool> {
    match document.as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("true" | "t" | "yes" | "on" | "1") => Some(true),
        Some("false" | "f" | "no" | "off" | "0") => Some(false),
        _ => document.as_bool(),
    }
}

fn int(document: &Document) -> Option<i64> {
    match document {
        Document::Bool(flag) => Some(i64::from(*flag)),
        Document::Decimal(number) => value::decimal_text(number).parse().ok(),
        other => other.as_int().or_else(|| other.as_str()?.trim().parse().ok()),
    }
}

fn float(document: &Document) -> Option<f64> {
    match document {
        Document::Float(number) => Some(*number),
        other => number_text(other)?.trim().parse().ok(),
    }
}

fn number_text(document: &Document) -> Option<String> {
    match document {
        Document::Int(_) | Document::Big(_) | Document::Float(_) | Document::Decimal(_) => value::text(document).ok(),
        other => other.as_str().map(str::to_owned),
    }
}

fn date(document: &Document) -> Option<Date> {
    match document {
        Document::Date(date) => Some(*date),
        Document::DateTime(moment) => Some(moment.date()),
        other => civil::parse_date(other.as_str()?.as_bytes()).ok(),
    }
}

fn time(document: &Document) -> Option<Time> {
    match document {
        Document::Time(time) => Some((**time).clone()),
        Document::DateTime(moment) => Some(moment.timetz().clone()),
        other => civil::parse_time(other.as_str()?.as_bytes()).ok(),
    }
}

fn datetime(document: &Document) -> Option<DateTime> {
    match document {
        Document::DateTime(moment) => Some((**moment).clone()),
        Document::Date(date) => Some(DateTime::combine(*date, Time::MIN)),
        other => civil::parse_datetime(other.as_str()?.as_bytes()).ok(),
    }
}

fn moment(value: &DateTime) -> Vec<u8> {
    (value::wall_micros(value) - EPOCH_MICROS).to_be_bytes().to_vec()
}

/// A text is JSON already.
fn json(document: &Document) -> Option<String> {
    match document {
        Document::Entity(entity) => String::from_utf8(entity.bytes.to_vec()).ok(),
        other => other.as_str().map(str::to_owned).or_else(|| value::json(other).ok()),
    }
}

fn uuid(text: &str) -> Option<Vec<u8>> {
    let hex: String = text.chars().filter(|c| !matches!(c, '-' | '{' | '}')).collect();
    let digit = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    (hex.len() == 32).then(|| hex.as_bytes().chunks(2).map(digit).collect()).flatten()
}

/// One dimension: its header, length, lower bound, then the elements with their lengths.
fn array(items: &[Document], element: &PgTypeInfo) -> Result<Option<Vec<u8>>, String> {
    let Some(kind) = element.oid() else { return Ok(None) };
    let Ok(count) = i32::try_from(items.len()) else { return Ok(None) };
    let nulls = i32::from(items.iter().any(Document::is_none));
    let mut bytes: Vec<u8> = [i32::from(count > 0), nulls].iter().flat_map(|int| int.to_be_bytes()).collect();
    bytes.extend(kind.0.to_be_bytes());
    if count > 0 {
        bytes.extend([count, 1].iter().flat_map(|int| int.to_be_bytes()));
    }
    for item in items {
        match parameter(item, element)? {
            None => bytes.extend((-1_i32).to_be_bytes()),
            Some(own) => {
                bytes.extend(i32::try_from(own.len()).unwrap_or(i32::MAX).to_be_bytes());
                bytes.extend(own);
            }
        }
    }
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_what_the_type_needs() {
        for (name, value, bytes) in [
            ("INT2", Document::from("7"), Some(&[0, 7][..])),
            ("INT2", 40_000_i64.into(), None),
            ("INT4", "x".into(), None),
            ("BOOL", "true".into(), Some(&[1])),
            ("DATE", "2000-01-03".into(), Some(&[0, 0, 0, 2])),
            ("TIMESTAMPTZ", "2000-01-01T01:00:01+01:00".into(), Some(&[0, 0, 0, 0, 0, 0x0f, 0x42, 0x40])),
            ("TEXT", 5_i64.into(), Some(b"5")),
            ("TEXT", Document::bytes(*b"x"), None),
            ("JSONB", Document::list(vec![1_i64.into()]), Some(b"\x01[1]")),
            ("UUID", "11111111-1111-1111-1111-111111111111".into(), Some(&[0x11; 16])),
            ("UUID", "1111".into(), None),
        ] {
            assert_eq!(scalar(&value, name).as_deref(), bytes, "{name} {value:?}");
        }
    }
}
