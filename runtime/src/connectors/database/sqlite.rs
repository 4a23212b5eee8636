//! SQLite: values by storage class, refined by the declared type where SQLite itself knows no such type.
//!
//! DECIMAL is none of these: SQLite stores such values as int, float or text, and that is what comes back.

use std::str::FromStr;

use dataway_lang::Document;
use dataway_lang::value::civil;
use sqlx::error::DatabaseError;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteQueryResult, SqliteRow, SqliteStatement};
use sqlx::{Arguments, Column, Row, TypeInfo, ValueRef};

use super::engine::{Changed, Engine};
use super::sql::Dialect;
use super::value::{self, Decimals};
use crate::message::Fault;

impl Engine for Sqlite {
    const DIALECT: Dialect = Dialect::Sqlite;
    const LEAVES_STATEMENTS: bool = false;
    const NEEDS_SAVEPOINTS: bool = false;

    async fn has_undone(_: &mut SqliteConnection, _: &Fault) -> bool {
        false
    }

    fn arguments(_: &SqliteStatement, values: &[Document]) -> Result<SqliteArguments, String> {
        let mut arguments = SqliteArguments::default();
        for value in values {
            let added = match value {
                Document::None => arguments.add(None::<i64>),
                Document::Bool(flag) => arguments.add(*flag),
                Document::Int(number) => arguments.add(*number),
                Document::Float(number) => arguments.add(*number),
                Document::Bytes(bytes) => arguments.add(bytes.to_vec()),
                Document::DateTime(moment) => arguments.add(value::datetime_text(&value::in_utc(moment))),
                other => arguments.add(value::text(other).map_err(|kind| format!("a column cannot hold {kind}"))?),
            };
            added.map_err(|error| error.to_string())?;
        }
        Ok(arguments)
    }

    fn column(row: &SqliteRow, index: usize, _: Decimals) -> Result<Document, String> {
        let raw = row.try_get_raw(index).map_err(|error| error.to_string())?;
        if raw.is_null() {
            return Ok(Document::None);
        }
        let declared = row.try_column(index).map(|column| column.type_info().name().to_owned()).unwrap_or_default();
        let class = raw.type_info().name().to_owned();
        let failed = |error: sqlx::Error| error.to_string();
        Ok(match (&*class, &*declared) {
            ("BLOB", _) => Document::bytes(row.try_get_unchecked::<Vec<u8>, _>(index).map_err(failed)?),
            ("REAL", _) => row.try_get_unchecked::<f64, _>(index).map_err(failed)?.into(),
            ("TEXT" | "DATE" | "TIME" | "DATETIME", _) => {
                let text = row.try_get_unchecked::<String, _>(index).map_err(failed)?;
                civil_value(&text, &declared).unwrap_or_else(|| text.into())
            }
            (_, "BOOLEAN") => (row.try_get_unchecked::<i64, _>(index).map_err(failed)? != 0).into(),
            _ => row.try_get_unchecked::<i64, _>(index).map_err(failed)?.into(),
        })
    }

    fn changed(result: &SqliteQueryResult) -> Changed {
        Changed { rows: result.rows_affected(), last_id: Some(result.last_insert_rowid()) }
    }

    fn code(error: &dyn DatabaseError) -> &'static str {
        // The low byte of an extended code is the primary one.
        let code = error.code().and_then(|code| i32::from_str(&code).ok()).unwrap_or_default() & 0xff;
        match code {
            1 => "DB:SYNTAX",
            5 | 6 => "DB:CONFLICT",
            9 => "DB:TIMEOUT",
            14 | 26 => "DB:CONNECT",
            19 => "DB:CONSTRAINT",
            23 => "DB:AUTH",
            _ => "DB:ERROR",
        }
    }
}

/// The value of a text in a column that was declared as date or time, if it has that form.
fn civil_value(text: &str, declared: &str) -> Option<Document> {
    let bytes = text.as_bytes();
    match declared {
        "DATE" => civil::parse_date(bytes).ok().map(Document::Date),
        "TIME" => civil::parse_time(bytes).ok().map(|time| Document::Time(time.into())),
        "DATETIME" => civil::parse_datetime(bytes).ok().map(|moment| Document::DateTime(moment.into())),
        _ => None,
    }
}
