//! MySQL and MariaDB: values of the binary protocol.
//!
//! Parameters other than numbers, bytes and NULL go as text, which the server converts to the column's type.

use std::str;

use dataway_lang::Document;
use dataway_lang::value::civil::{Date, DateTime, FixedZone, Zone};
use sqlx::error::DatabaseError;
use sqlx::mysql::{
    MySql, MySqlArguments, MySqlConnection, MySqlDatabaseError, MySqlQueryResult, MySqlRow, MySqlStatement,
};
use sqlx::{Arguments, Column, Row, TypeInfo, ValueRef};

use super::engine::{Changed, Engine};
use super::sql::Dialect;
use super::value::{self, Decimals};
use crate::message::Fault;

impl Engine for MySql {
    const DIALECT: Dialect = Dialect::MySql;
    const LEAVES_STATEMENTS: bool = true;
    const NEEDS_SAVEPOINTS: bool = true;

    /// A deadlock always does that, waiting too long for a lock where the server is set so, and the server cannot be asked.
    async fn has_undone(_: &mut MySqlConnection, failed: &Fault) -> bool {
        failed.code == "DB:CONFLICT"
    }

    fn arguments(_: &MySqlStatement, values: &[Document]) -> Result<MySqlArguments, String> {
        let mut arguments = MySqlArguments::default();
        for value in values {
            let added = match value {
                Document::None => arguments.add(None::<i64>),
                Document::Bool(flag) => arguments.add(*flag),
                Document::Int(number) => arguments.add(*number),
                Document::Float(number) => arguments.add(*number),
                Document::Bytes(bytes) => arguments.add(bytes.to_vec()),
                // The session's zone is UTC.
                Document::DateTime(moment) => {
                    arguments.add(value::datetime_text(&value::in_utc(moment).with_zone(None)))
                }
                other => arguments.add(value::text(other).map_err(|kind| format!("a column cannot hold {kind}"))?),
            };
            added.map_err(|error| error.to_string())?;
        }
        Ok(arguments)
    }

    fn column(row: &MySqlRow, index: usize, decimals: Decimals) -> Result<Document, String> {
        let failed = |error: sqlx::Error| error.to_string();
        let raw = row.try_get_raw(index).map_err(failed)?;
        let kind = row.try_column(index).map(|column| column.type_info().name().to_owned()).map_err(failed)?;
        if raw.is_null() {
            return Ok(Document::None);
        }
        let bytes = || row.try_get_unchecked::<&[u8], _>(index).map_err(failed);
        let text = || bytes().and_then(|bytes| str::from_utf8(bytes).map_err(|error| error.to_string()));
        Ok(match &*kind {
            "BOOLEAN" => (row.try_get_unchecked::<i64, _>(index).map_err(failed)? != 0).into(),
            "FLOAT" => f64::from(row.try_get_unchecked::<f32, _>(index).map_err(failed)?).into(),
            "DOUBLE" => row.try_get_unchecked::<f64, _>(index).map_err(failed)?.into(),
            "DECIMAL" => value::decimal(text()?, decimals),
            "DATE" => temporal(bytes()?).map_or_else(Document::default, |moment| Document::Date(moment.date())),
            "DATETIME" => temporal(bytes()?).map_or_else(Document::default, |moment| Document::DateTime(moment.into())),
            "TIMESTAMP" => temporal(bytes()?).map_or_else(Document::default, |moment| {
                Document::DateTime(moment.with_zone(Some(Zone::Fixed(FixedZone::UTC))).into())
            }),
            "TIME" => duration(bytes()?).ok_or("a malformed time")?,
            "JSON" => Document::from_json(text()?)?,
            "BIT" => bytes()?.iter().fold(0_i64, |bits, byte| bits.wrapping_shl(8) | i64::from(*byte)).into(),
            "YEAR" => row.try_get_unchecked::<i64, _>(index).map_err(failed)?.into(),
            kind if kind.ends_with("UNSIGNED") => {
                let number = row.try_get_unchecked::<u64, _>(index).map_err(failed)?;
                i64::try_from(number).map_or_else(|_| Document::Big(std::sync::Arc::new(number.into())), Document::Int)
            }
            kind if kind.ends_with("INT") => row.try_get_unchecked::<i64, _>(index).map_err(failed)?.into(),
            kind if kind.ends_with("BLOB") || kind.ends_with("BINARY") || kind == "GEOMETRY" => {
                Document::bytes(bytes()?.to_vec())
            }
            _ => text()?.into(),
        })
    }

    fn changed(result: &MySqlQueryResult) -> Changed {
        Changed { rows: result.rows_affected(), last_id: i64::try_from(result.last_insert_id()).ok() }
    }

    fn code(error: &dyn DatabaseError) -> &'static str {
        let number = error.try_downcast_ref::<MySqlDatabaseError>().map_or(0, MySqlDatabaseError::number);
        match number {
            1044 | 1045 | 1142 | 1143 | 1698 => "DB:AUTH",
            1040 | 1049 | 1053 | 1203 | 1226 | 2000..=2999 => "DB:CONNECT",
            1020 | 1205 | 1213 => "DB:CONFLICT",
            1048 | 1062 | 1169 | 1216 | 1217 | 1364 | 1451 | 1452 | 1557 | 1761 | 1762 | 3819 | 4025 => "DB:CONSTRAINT",
            1317 | 1969 | 3024 => "DB:TIMEOUT",
            1054 | 1064 | 1052 | 1136 | 1146 | 1149 | 1222 | 1295 | 1305 | 1327 => "DB:SYNTAX",
            _ => "DB:ERROR",
        }
    }
}

/// A date, with time if there is one: a length, then year, month, day, hour, minute, second, microsecond. The zero date
/// of MySQL is none.
fn temporal(bytes: &[u8]) -> Option<DateTime> {
    let field = |at: usize| bytes.get(at).copied().map_or(0, i64::from);
    let year = bytes.get(1..3).and_then(|pair| pair.try_into().ok()).map(u16::from_le_bytes)?;
    let day = Date::new(i32::from(year), i32::try_from(field(3)).ok()?, i32::try_from(field(4)).ok()?).ok()?;
    let fraction = bytes.get(8..12).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes);
    let seconds = field(5) * 3_600 + field(6) * 60 + field(7);
    Some(DateTime::combine(day, value::time(seconds * 1_000_000 + i64::from(fraction), None)?))
}

/// A time of day; what is none, because TIME also holds spans, is text: a length, the sign, days, hour, minute, second,
/// microsecond.
fn duration(bytes: &[u8]) -> Option<Document> {
    let field = |at: usize| bytes.get(at).copied().map_or(0, i64::from);
    let days = bytes.get(2..6).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes);
    let fraction = bytes.get(9..13).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes);
    let seconds = field(6) * 3_600 + field(7) * 60 + field(8);
    if field(1) == 0 && days == 0 {
        return value::time(seconds * 1_000_000 + i64::from(fraction), None).map(|time| Document::Time(time.into()));
    }
    let sign = if field(1) == 1 { "-" } else { "" };
    let hours = i64::from(days) * 24 + field(6);
    let tail = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
    Some((&*format!("{sign}{hours:02}:{:02}:{:02}{tail}", field(7), field(8))).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn temporal_values() {
        let shown = |bytes: &[u8]| temporal(bytes).map(|moment| value::datetime_text(&moment));
        assert_eq!(shown(&[4, 0xe7, 7, 11, 14]).as_deref(), Some("2023-11-14 00:00:00"));
        assert_eq!(
            shown(&[11, 0xe7, 7, 11, 14, 22, 13, 20, 1, 0, 0, 0]).as_deref(),
            Some("2023-11-14 22:13:20.000001")
        );
        assert_eq!(shown(&[0]), None);
        assert_eq!(shown(&[4, 0, 0, 0, 0]), None);
        assert_eq!(duration(&[8, 1, 1, 0, 0, 0, 2, 3, 4]).unwrap().as_str(), Some("-26:03:04"));
        assert!(matches!(duration(&[0]), Some(Document::Time(_))));
    }
}
