//! PostgreSQL: the server says which types it infers for parameters, and values go in the binary form of those types.
//!
//! [`write`] makes that form of a document, [`read`] a document of it, [`numeric`] knows the form of NUMERIC.

mod numeric;
mod read;
mod write;

use dataway_lang::Document;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::postgres::{
    PgArgumentBuffer, PgArguments, PgConnection, PgQueryResult, PgRow, PgStatement, PgTypeInfo, Postgres,
};
use sqlx::{Arguments, Column, Either, Executor, Row, Statement, Type, ValueRef};

use super::engine::{Changed, Engine};
use super::sql::Dialect;
use super::value::Decimals;
use crate::message::Fault;

/// A parameter in the binary form of its type.
struct Parameter {
    kind: PgTypeInfo,
    bytes: Option<Vec<u8>>,
}

impl Type<Postgres> for Parameter {
    /// Never used: every parameter says what it is.
    fn type_info() -> PgTypeInfo {
        <String as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for Parameter {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        Ok(match &self.bytes {
            None => IsNull::Yes,
            Some(bytes) => {
                buffer.extend_from_slice(bytes);
                IsNull::No
            }
        })
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(self.kind.clone())
    }
}

impl Engine for Postgres {
    const DIALECT: Dialect = Dialect::PostgreSql;
    const LEAVES_STATEMENTS: bool = true;
    const NEEDS_SAVEPOINTS: bool = true;

    /// Any error of a statement does that, and a later commit would roll back without a word.
    async fn has_undone(connection: &mut PgConnection, _: &Fault) -> bool {
        connection.execute("select 1").await.is_err()
    }

    fn arguments(statement: &PgStatement, values: &[Document]) -> Result<PgArguments, String> {
        let kinds = match statement.parameters() {
            Some(Either::Left(kinds)) => kinds,
            _ => &[],
        };
        let mut arguments = PgArguments::default();
        for (kind, value) in kinds.iter().zip(values) {
            let bytes = write::parameter(value, kind)?;
            arguments.add(Parameter { kind: kind.clone(), bytes }).map_err(|error| error.to_string())?;
        }
        Ok(arguments)
    }

    fn column(row: &PgRow, index: usize, decimals: Decimals) -> Result<Document, String> {
        let raw = row.try_get_raw(index).map_err(|error| error.to_string())?;
        if raw.is_null() {
            return Ok(Document::None);
        }
        let kind = row.try_column(index).map(Column::type_info).map_err(|error| error.to_string())?;
        let bytes = raw.as_bytes().map_err(|error| error.to_string())?;
        read::value(bytes, kind, decimals)
    }

    fn changed(result: &PgQueryResult) -> Changed {
        Changed { rows: result.rows_affected(), last_id: None }
    }

    fn code(error: &dyn DatabaseError) -> &'static str {
        let state = error.code().unwrap_or_default();
        match &*state {
            "55P03" => "DB:CONFLICT",
            "57014" => "DB:TIMEOUT",
            "3D000" | "53300" => "DB:CONNECT",
            "42501" => "DB:AUTH",
            state => match state.get(..2).unwrap_or_default() {
                "08" | "57" => "DB:CONNECT",
                "22" => "DB:PARAMETER",
                "23" => "DB:CONSTRAINT",
                "28" => "DB:AUTH",
                "40" => "DB:CONFLICT",
                "42" => "DB:SYNTAX",
                _ => "DB:ERROR",
            },
        }
    }
}
