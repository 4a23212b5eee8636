//! Documents from the binary form of PostgreSQL's types.

use dataway_lang::Document;
use dataway_lang::value::civil::{Delta, FixedZone, Zone};
use sqlx::TypeInfo;
use sqlx::postgres::{PgTypeInfo, PgTypeKind};

use super::numeric;
use crate::connectors::database::value::{self, Decimals};

/// Microseconds from 1970 to 2000, the epoch of the server.
pub const EPOCH_MICROS: i64 = 946_684_800_000_000;
/// Days from 1970 to 2000.
pub const EPOCH_DAYS: i64 = 10_957;
/// Deepest nesting of arrays in the protocol.
const DIMENSIONS: usize = 6;

/// The value of a column.
///
/// # Errors
/// Why the bytes cannot be shown.
pub fn value(bytes: &[u8], kind: &PgTypeInfo, decimals: Decimals) -> Result<Document, String> {
    match kind.kind() {
        PgTypeKind::Array(element) => array(bytes, element, decimals).ok_or_else(|| malformed(kind)),
        PgTypeKind::Domain(base) => value(bytes, base, decimals),
        PgTypeKind::Enum(_) => text(bytes),
        _ => scalar(bytes, kind.name(), decimals)?.ok_or_else(|| malformed(kind)),
    }
}

fn malformed(kind: &PgTypeInfo) -> String {
    format!("a value of type {} that cannot be represented", kind.name())
}

fn text(bytes: &[u8]) -> Result<Document, String> {
    std::str::from_utf8(bytes).map(Document::from).map_err(|error| error.to_string())
}

/// `Ok(None)` for bytes that are not of the type.
fn scalar(bytes: &[u8], name: &str, decimals: Decimals) -> Result<Option<Document>, String> {
    Ok(match name {
        "BOOL" => bytes.first().map(|byte| (*byte != 0).into()),
        "INT2" => bytes.try_into().ok().map(|own| Document::Int(i64::from(i16::from_be_bytes(own)))),
        "INT4" => bytes.try_into().ok().map(|own| Document::Int(i64::from(i32::from_be_bytes(own)))),
        "INT8" => long(bytes).map(Document::Int),
        "OID" => bytes.try_into().ok().map(|own| Document::Int(i64::from(u32::from_be_bytes(own)))),
        "FLOAT4" => bytes.try_into().ok().map(|own| Document::Float(f64::from(f32::from_be_bytes(own)))),
        "FLOAT8" => bytes.try_into().ok().map(|own| Document::Float(f64::from_be_bytes(own))),
        "NUMERIC" => numeric::to_text(bytes).map(|text| value::decimal(&text, decimals)),
        "BYTEA" => Some(Document::bytes(bytes.to_vec())),
        "UUID" => uuid(bytes),
        "DATE" => bytes
            .try_into()
            .ok()
            .map(i32::from_be_bytes)
            .and_then(|days| value::date(i64::from(days) + EPOCH_DAYS).map(Document::Date)),
        "TIME" => long(bytes).and_then(|micros| value::time(micros, None)).map(|time| Document::Time(time.into())),
        "TIMETZ" => time_with_zone(bytes),
        "TIMESTAMP" => moment(bytes, None),
        "TIMESTAMPTZ" => moment(bytes, Some(Zone::Fixed(FixedZone::UTC))),
        "JSON" => Some(Document::from_json(&String::from_utf8_lossy(bytes))?),
        // A version number comes first.
        "JSONB" => Some(Document::from_json(&String::from_utf8_lossy(bytes.get(1..).unwrap_or_default()))?),
        "INTERVAL" => interval(bytes),
        "VOID" => Some(Document::None),
        "TEXT" | "VARCHAR" | "CHAR" | "NAME" | "UNKNOWN" | "XML" | "citext" => Some(text(bytes)?),
        _ => Some(text(bytes).unwrap_or_else(|_| Document::bytes(bytes.to_vec()))),
    })
}

fn long(bytes: &[u8]) -> Option<i64> {
    bytes.try_into().ok().map(i64::from_be_bytes)
}

fn moment(bytes: &[u8], zone: Option<Zone>) -> Option<Document> {
    let micros = long(bytes)?.checked_add(EPOCH_MICROS)?;
    value::datetime(micros, zone).map(|moment| Document::DateTime(moment.into()))
}

/// Microseconds, then seconds west of UTC.
fn time_with_zone(bytes: &[u8]) -> Option<Document> {
    let (micros, west) = bytes.split_at_checked(8)?;
    let west = west.try_into().ok().map(i32::from_be_bytes)?;
    let offset = Delta::from_micros(i128::from(-west) * 1_000_000).ok()?;
    let zone = Zone::fixed(offset, None).ok()?;
    value::time(long(micros)?, Some(zone)).map(|time| Document::Time(time.into()))
}

fn uuid(bytes: &[u8]) -> Option<Document> {
    let bytes: [u8; 16] = bytes.try_into().ok()?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [hex.get(..8)?, hex.get(8..12)?, hex.get(12..16)?, hex.get(16..20)?, hex.get(20..)?];
    Some(parts.join("-").into())
}

/// ISO 8601: microseconds, days, months.
fn interval(bytes: &[u8]) -> Option<Document> {
    let micros = long(bytes.get(..8)?)?;
    let part = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(i32::from_be_bytes);
    let (days, months) = (part(8)?, part(12)?);
    let fraction = micros.unsigned_abs() % 1_000_000;
    let sign = if micros < 0 { "-" } else { "" };
    let tail = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
    Some((&*format!("P{months}M{days}DT{sign}{}{tail}S", micros.unsigned_abs() / 1_000_000)).into())
}

/// The header (dimensions, nulls, element type), a length and lower bound for each dimension, then the elements in order.
fn array(bytes: &[u8], element: &PgTypeInfo, decimals: Decimals) -> Option<Document> {
    let mut rest = bytes;
    let mut int = || -> Option<i32> {
        let (head, tail) = rest.split_at_checked(4)?;
        rest = tail;
        head.try_into().ok().map(i32::from_be_bytes)
    };
    let dimensions = usize::try_from(int()?).ok().filter(|count| *count <= DIMENSIONS)?;
    let _ = (int()?, int()?);
    let mut lengths = Vec::new();
    for _ in 0..dimensions {
        lengths.push(usize::try_from(int()?).ok()?);
        let _ = int()?;
    }
    let total = lengths.iter().try_fold(1_usize, |total, length| total.checked_mul(*length))?;
    let mut items = Vec::new();
    for _ in 0..if dimensions == 0 { 0 } else { total } {
        let (head, tail) = rest.split_at_checked(4)?;
        let length = head.try_into().ok().map(i32::from_be_bytes)?;
        let Ok(length) = usize::try_from(length) else {
            items.push(Document::None);
            rest = tail;
            continue;
        };
        let (own, tail) = tail.split_at_checked(length)?;
        rest = tail;
        items.push(value(own, element, decimals).ok()?);
    }
    for length in lengths.iter().skip(1).rev() {
        items = items.chunks(*length).map(|part| Document::list(part.to_vec())).collect();
    }
    Some(Document::list(items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars() {
        let shown = |name: &str, bytes: &[u8]| {
            scalar(bytes, name, Decimals::Text).unwrap().map(|value| value::text(&value).unwrap_or_default())
        };
        for (name, bytes, text) in [
            ("INT2", &[0xff, 0xfe][..], Some("-2")),
            ("INT4", &[0, 0, 1, 0], Some("256")),
            ("INT4", &[0, 0, 1], None),
            ("DATE", &[0, 0, 0, 1], Some("2000-01-02")),
            ("TIMESTAMP", &[0, 0, 0, 0, 0, 0x0f, 0x42, 0x40], Some("2000-01-01 00:00:01")),
            ("TIMESTAMPTZ", &[0; 8], Some("2000-01-01 00:00:00+00:00")),
            ("TIMESTAMP", &[0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], None),
            ("TIMETZ", &[0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xf1, 0xf0], Some("00:00:00+01:00")),
            ("UUID", &[0x11; 16], Some("11111111-1111-1111-1111-111111111111")),
            ("JSONB", b"\x01[1]", Some("[1]")),
            ("INTERVAL", &[0, 0, 0, 0, 0, 0x1e, 0x84, 0x80, 0, 0, 0, 3, 0, 0, 0, 1], Some("P1M3DT2S")),
        ] {
            assert_eq!(shown(name, bytes).as_deref(), text, "{name}");
        }
    }
}
