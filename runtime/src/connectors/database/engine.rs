//! What an engine must tell, and the statements that all engines run alike.

use std::collections::HashMap;

use dataway_lang::Document;
use futures_util::TryStreamExt;
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, Column, Connection, Executor, IntoArguments, Row, SqlSafeStr, Statement};
use tokio::sync::{mpsc, oneshot};

use super::error;
use super::sql::Dialect;
use super::value::Decimals;
use crate::message::Fault;

/// A kind of database server.
pub trait Engine: sqlx::Database {
    /// How its SQL is written.
    const DIALECT: Dialect;
    /// Whether a statement that nobody waits for any more may go on at the server.
    const LEAVES_STATEMENTS: bool;
    /// Whether a statement that fails may end the transaction around it, unless it has a savepoint of its own.
    const NEEDS_SAVEPOINTS: bool;

    /// Whether the server has undone the transaction around a statement because of the error of that statement. SQLite tells that
    /// by itself.
    fn has_undone(connection: &mut Self::Connection, failed: &Fault) -> impl Future<Output = bool> + Send;

    /// The values as parameters of a prepared statement.
    ///
    /// # Errors
    /// Which value does not fit.
    fn arguments(statement: &Self::Statement, values: &[Document]) -> Result<Self::Arguments, String>;

    /// A column of a row.
    ///
    /// # Errors
    /// Why the value cannot be shown.
    fn column(row: &Self::Row, index: usize, decimals: Decimals) -> Result<Document, String>;

    /// What a statement changed.
    fn changed(result: &Self::QueryResult) -> Changed;

    /// The code for an error of the server.
    fn code(error: &dyn DatabaseError) -> &'static str;
}

/// What a statement changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    /// Number of rows.
    pub rows: u64,
    /// The id that the server gave to the last row, where it tells one.
    pub last_id: Option<i64>,
}

/// The rows of a query, and the column names that occur more than once, of which the last wins.
pub struct Rows {
    /// Dicts.
    pub rows: Vec<Document>,
    /// Repeated names.
    pub repeated: Vec<String>,
}

/// A fault of an engine.
fn fault<E: Engine>(error: &sqlx::Error, values: &[Document]) -> Fault {
    error::fault(error, E::code, values)
}

/// Prepares a statement (once for each connection) and binds its values.
async fn prepare<E: Engine>(
    connection: &mut E::Connection,
    sql: String,
    values: &[Document],
) -> Result<(E::Statement, E::Arguments), Fault>
where
    for<'c> &'c mut E::Connection: Executor<'c, Database = E>,
{
    let prepared = connection.prepare(AssertSqlSafe(sql).into_sql_str()).await;
    let statement = prepared.map_err(|error| fault::<E>(&error, values))?;
    let arguments = E::arguments(&statement, values).map_err(|reason| Fault::new("DB:PARAMETER", reason))?;
    Ok((statement, arguments))
}

/// Runs a query.
///
/// # Errors
/// That of the database; `DB:LIMIT` for more than `max_rows` rows.
pub async fn query<E: Engine>(
    connection: &mut E::Connection,
    sql: String,
    values: &[Document],
    max_rows: usize,
    decimals: Decimals,
) -> Result<Rows, Fault>
where
    for<'c> &'c mut E::Connection: Executor<'c, Database = E>,
    E::Arguments: IntoArguments<E>,
{
    let (statement, arguments) = prepare::<E>(connection, sql, values).await?;
    let mut stream = connection.fetch(statement.query_with(arguments));
    let mut found = Rows { rows: Vec::new(), repeated: Vec::new() };
    let mut shape = None;
    while let Some(row) = stream.try_next().await.map_err(|error| fault::<E>(&error, values))? {
        if found.rows.len() >= max_rows {
            return Err(Fault::new("DB:LIMIT", format!("the query gives more than max-rows ({max_rows}) rows")));
        }
        let shape = shape.get_or_insert_with(|| Shape::of::<E>(&row));
        found.rows.push(shape.row::<E>(&row, decimals)?);
    }
    found.repeated = shape.map(|shape| shape.repeated).unwrap_or_default();
    Ok(found)
}

/// Runs a query and sends its rows as they come, until the receiver is gone; its capacity bounds what is held.
pub async fn send_rows<E: Engine>(
    connection: &mut E::Connection,
    sql: String,
    values: &[Document],
    decimals: Decimals,
    started: oneshot::Sender<Result<(), Fault>>,
    rows: mpsc::Sender<Result<Document, String>>,
) where
    for<'c> &'c mut E::Connection: Executor<'c, Database = E>,
    E::Arguments: IntoArguments<E>,
{
    let (statement, arguments) = match prepare::<E>(connection, sql, values).await {
        Ok(prepared) => prepared,
        Err(failed) => return drop(started.send(Err(failed))),
    };
    if started.send(Ok(())).is_err() {
        return;
    }
    let mut stream = connection.fetch(statement.query_with(arguments));
    let mut shape = None;
    loop {
        let row = tokio::select! {
            () = rows.closed() => return,
            row = stream.try_next() => row,
        };
        let row = match row {
            Ok(None) => return,
            Ok(Some(row)) => {
                let shape = shape.get_or_insert_with(|| Shape::of::<E>(&row));
                shape.row::<E>(&row, decimals).map_err(|failed| failed.to_string())
            }
            Err(failed) => Err(fault::<E>(&failed, values).to_string()),
        };
        let ended = row.is_err();
        if rows.send(row).await.is_err() || ended {
            return;
        }
    }
}

/// The columns of a query.
pub struct Shape {
    names: Vec<String>,
    /// Names that occur more than once.
    pub repeated: Vec<String>,
}

impl Shape {
    /// The columns of a row.
    pub fn of<E: Engine>(row: &E::Row) -> Shape {
        let names: Vec<String> = row.columns().iter().map(|column| column.name().to_owned()).collect();
        let mut seen: HashMap<&str, usize> = HashMap::new();
        for name in &names {
            *seen.entry(name).or_default() += 1;
        }
        let repeated = seen.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.to_owned()).collect();
        Shape { names, repeated }
    }

    /// A row as a dict.
    ///
    /// # Errors
    /// `DB:ERROR` for a value that cannot be shown.
    pub fn row<E: Engine>(&self, row: &E::Row, decimals: Decimals) -> Result<Document, Fault> {
        let column = |(index, name): (usize, &String)| {
            let value = E::column(row, index, decimals);
            value.map_err(|reason| Fault::new("DB:ERROR", format!("column {name}: {reason}")))
        };
        let values = self.names.iter().enumerate().map(column).collect::<Result<Vec<_>, _>>()?;
        Ok(Document::dict(self.names.iter().map(String::as_str).zip(values)))
    }
}

/// Runs a statement that changes something.
///
/// # Errors
/// That of the database.
pub async fn execute<E: Engine>(
    connection: &mut E::Connection,
    sql: String,
    values: &[Document],
) -> Result<Changed, Fault>
where
    for<'c> &'c mut E::Connection: Executor<'c, Database = E>,
    E::Arguments: IntoArguments<E>,
{
    let (statement, arguments) = prepare::<E>(connection, sql, values).await?;
    let executed = connection.execute(statement.query_with(arguments)).await;
    executed.map(|result| E::changed(&result)).map_err(|error| fault::<E>(&error, values))
}

/// Runs a statement inside a savepoint, so that its failure does not end the transaction around it.
///
/// # Errors
/// That of the database.
pub async fn execute_apart<E: Engine>(
    connection: &mut E::Connection,
    sql: String,
    values: &[Document],
) -> Result<Changed, Fault>
where
    for<'c> &'c mut E::Connection: Executor<'c, Database = E>,
    E::Arguments: IntoArguments<E>,
{
    let mut savepoint = connection.begin().await.map_err(|error| fault::<E>(&error, &[]))?;
    let executed = execute::<E>(&mut savepoint, sql, values).await;
    let ended = match executed {
        Ok(_) => savepoint.commit().await,
        Err(_) => savepoint.rollback().await,
    };
    // When the statement has undone the whole transaction, its savepoint is gone too: the statement is what failed.
    let changed = executed?;
    ended.map_err(|error| fault::<E>(&error, &[]))?;
    Ok(changed)
}
