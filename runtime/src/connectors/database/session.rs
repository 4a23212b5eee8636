//! A connection in use: statements on it, alone or in a transaction, each within its time.
//!
//! A statement that does not end in time, or whose run is cancelled, takes its connection with it, or the transaction around it:
//! what the server still does on it must not reach the next one who uses it. SQLite, which is no server, is made to give up such
//! a statement.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::{Duration, Instant};

use dataway_lang::Document;
use sqlx::mysql::MySql;
use sqlx::pool::PoolConnection;
use sqlx::postgres::Postgres;
use sqlx::sqlite::{LockedSqliteHandle, Sqlite, SqliteConnection};
use sqlx::{AssertSqlSafe, Executor, Transaction};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use super::engine::{self, Changed, Engine, Rows};
use super::error;
use super::value::Decimals;
use crate::message::Fault;

/// SQLite: instructions between two looks at the time.
const SQLITE_STEPS: i32 = 10_000;
/// SQLite: how much longer than its own limit a statement is waited for that does not look at the time.
const SQLITE_PATIENCE: Duration = Duration::from_secs(1);

/// A connection of its own, or one with a transaction.
pub enum Session {
    /// SQLite.
    Sqlite(Held<Sqlite>),
    /// PostgreSQL.
    Postgres(Held<Postgres>),
    /// MySQL, MariaDB.
    MySql(Held<MySql>),
}

/// A connection in use.
pub enum Held<E: Engine> {
    /// Returns to the pool only through [`Session::release`].
    Plain(Option<PoolConnection<E>>),
    /// Rolls back when it is dropped.
    Open(Option<Transaction<'static, E>>, Undone),
}

/// Whether a transaction is undone before its end: by the database, as some errors make it do, or because a statement in it was
/// given up. Whatever came behind that would no longer belong to it, so nothing does.
#[derive(Debug, Default)]
pub struct Undone(Arc<AtomicBool>);

impl Undone {
    /// Watches the connection of a transaction that has just begun.
    ///
    /// # Errors
    /// That of the database.
    pub async fn watch(connection: &mut SqliteConnection) -> Result<Undone, Fault> {
        let undone = Undone::default();
        let note = Arc::clone(&undone.0);
        // It stays with the connection until the next transaction begins there.
        handle(connection).await?.set_rollback_hook(move || note.store(true, Ordering::Relaxed));
        Ok(undone)
    }

    fn check(&self) -> Result<(), Fault> {
        match self.0.load(Ordering::Relaxed) {
            true => Err(Fault::new("DB:ERROR", "the transaction was undone because of an earlier error in it")),
            false => Ok(()),
        }
    }
}

/// A statement of a server in a transaction. Dropped before its end it is left, and the transaction with it.
#[derive(Debug)]
struct Whole(Option<Arc<AtomicBool>>);

impl Whole {
    fn end(mut self) {
        self.0 = None;
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if let Some(undone) = &self.0 {
            undone.store(true, Ordering::Relaxed);
        }
    }
}

/// What SQLite itself says and does about a connection.
async fn handle(connection: &mut SqliteConnection) -> Result<LockedSqliteHandle<'_>, Fault> {
    connection.lock_handle().await.map_err(|failed| error::fault(&failed, Sqlite::code, &[]))
}

impl<E: Engine> Held<E> {
    fn connection(&mut self) -> Result<&mut E::Connection, Fault> {
        let held = match self {
            Held::Plain(connection) => connection.as_deref_mut(),
            Held::Open(transaction, undone) => {
                undone.check()?;
                transaction.as_deref_mut()
            }
        };
        // It was given back already.
        held.ok_or_else(|| Fault::internal("a database connection was used after its end"))
    }

    /// A statement on the connection.
    ///
    /// # Errors
    /// That of the statement.
    async fn run<T>(
        &mut self,
        statement: impl AsyncFnOnce(&mut E::Connection) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let whole = match self {
            Held::Open(_, undone) if E::LEAVES_STATEMENTS => Whole(Some(Arc::clone(&undone.0))),
            _ => Whole(None),
        };
        let connection = self.connection()?;
        let made = statement(connection).await;
        let is_undone = match &made {
            Err(failed) if whole.0.is_some() => E::has_undone(connection, failed).await,
            _ => false,
        };
        if !is_undone {
            whole.end();
        }
        made
    }

    fn take_transaction(&mut self) -> Option<Transaction<'static, E>> {
        match self {
            Held::Plain(_) => None,
            Held::Open(transaction, _) => transaction.take(),
        }
    }
}

impl<E: Engine> Drop for Held<E> {
    fn drop(&mut self) {
        if let Held::Plain(connection) = self
            && let Some(connection) = connection.take()
            && E::LEAVES_STATEMENTS
        {
            drop(connection.detach());
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Session::Sqlite(held) = self
            && let Some(transaction) = held.take_transaction()
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(undo(transaction));
        }
    }
}

/// Undoes a transaction of SQLite. That it was undone already the library does not know, which would count it for ever; then it is
/// given a new one to undo.
async fn undo(mut transaction: Transaction<'static, Sqlite>) {
    // Refused unless there is none.
    let _ = (&mut *transaction).execute("begin").await;
    // A connection on which this fails is not used again.
    let _ = transaction.rollback().await;
}

/// Does something with the held connection of whatever engine it is.
macro_rules! on_engine {
    ($session:expr, $engine:ident, $held:ident => $work:expr) => {
        match $session {
            Session::Sqlite($held) => {
                type $engine = Sqlite;
                $work
            }
            Session::Postgres($held) => {
                type $engine = Postgres;
                $work
            }
            Session::MySql($held) => {
                type $engine = MySql;
                $work
            }
        }
    };
}

/// A statement of SQLite that goes on. Dropped before its end it is left: SQLite gives it up, and its connection is free for the
/// next one. The handler that sees to that stays with the connection, and lets everything pass after the end.
#[derive(Debug, Default)]
struct Going(Arc<AtomicU8>);

const GOES: u8 = 0;
const ENDED: u8 = 1;
const LEFT: u8 = 2;

impl Drop for Going {
    fn drop(&mut self) {
        // Unless it has ended.
        let _ = self.0.compare_exchange(GOES, LEFT, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// What a statement gives within its time; SQLite looks at the time by itself.
async fn within<T>(
    timeout: Duration,
    going: Option<Going>,
    what: &str,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let patience = if going.is_some() { timeout + SQLITE_PATIENCE } else { timeout };
    let made = tokio::time::timeout(patience, work).await.unwrap_or_else(|_| Err(error::timed_out(what)))?;
    if let Some(going) = going {
        going.0.store(ENDED, Ordering::Relaxed);
    }
    Ok(made)
}

impl Session {
    /// Gives the connection back for the next one.
    pub fn release(mut self) {
        on_engine!(&mut self, E, held => if let Held::Plain(connection) = held {
            drop::<Option<PoolConnection<E>>>(connection.take());
        });
    }

    /// Runs a text of statements without parameters.
    ///
    /// # Errors
    /// That of the database.
    pub async fn run(&mut self, sql: &str) -> Result<(), Fault> {
        on_engine!(self, E, held => {
            let connection = held.connection()?;
            let done = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await;
            done.map(drop).map_err(|failed| error::fault(&failed, <E as Engine>::code, &[]))
        })
    }

    /// Runs a query within a time.
    ///
    /// # Errors
    /// That of the database, `DB:LIMIT`, `DB:TIMEOUT`.
    pub async fn query(
        &mut self,
        sql: String,
        values: &[Document],
        max_rows: usize,
        decimals: Decimals,
        timeout: Duration,
    ) -> Result<Rows, Fault> {
        let going = self.limit(Some(timeout)).await?;
        let work = async {
            on_engine!(self, E, held => {
                held.run(async |connection| engine::query::<E>(connection, sql, values, max_rows, decimals).await).await
            })
        };
        within(timeout, going, "the query", work).await
    }

    /// Runs a statement that changes something, within a time. `apart`: its failure does not end the transaction around it.
    ///
    /// # Errors
    /// That of the database, `DB:TIMEOUT`.
    pub async fn execute(
        &mut self,
        sql: String,
        values: &[Document],
        apart: bool,
        timeout: Duration,
    ) -> Result<Changed, Fault> {
        let going = self.limit(Some(timeout)).await?;
        let work = async {
            on_engine!(self, E, held => {
                held.run(async |connection| {
                    if apart && E::NEEDS_SAVEPOINTS {
                        engine::execute_apart::<E>(connection, sql, values).await
                    } else {
                        engine::execute::<E>(connection, sql, values).await
                    }
                })
                .await
            })
        };
        within(timeout, going, "the statement", work).await
    }

    /// Runs a query and sends its rows as they come. `started` is told when the statement is prepared; a receiver that is
    /// gone ends the query.
    pub async fn send_rows(
        &mut self,
        sql: String,
        values: &[Document],
        decimals: Decimals,
        started: oneshot::Sender<Result<(), Fault>>,
        rows: mpsc::Sender<Result<Document, String>>,
    ) {
        let _going = match self.limit(None).await {
            Ok(going) => going,
            Err(failed) => return drop(started.send(Err(failed))),
        };
        on_engine!(self, E, held => match held.connection() {
            Ok(connection) => engine::send_rows::<E>(connection, sql, values, decimals, started, rows).await,
            Err(gone) => drop(started.send(Err(gone))),
        });
    }

    /// Makes SQLite itself end the next statement when it takes too long, or is left; servers do that without us.
    async fn limit(&mut self, timeout: Option<Duration>) -> Result<Option<Going>, Fault> {
        let Session::Sqlite(held) = self else { return Ok(None) };
        let connection = held.connection()?;
        let mut handle = handle(connection).await?;
        let going = Going::default();
        let (state, deadline) = (Arc::clone(&going.0), timeout.and_then(|timeout| Instant::now().checked_add(timeout)));
        handle.set_progress_handler(SQLITE_STEPS, move || match state.load(Ordering::Relaxed) {
            GOES => deadline.is_none_or(|deadline| Instant::now() < deadline),
            state => state == ENDED,
        });
        Ok(Some(going))
    }

    /// Makes the work of a transaction permanent.
    ///
    /// # Errors
    /// That of the database; the work is undone then.
    pub async fn commit(mut self) -> Result<(), Fault> {
        on_engine!(&self, E, held => if let Held::<E>::Open(_, undone) = held {
            undone.check()?;
        });
        on_engine!(&mut self, E, held => match held.take_transaction() {
            Some(transaction) => {
                transaction.commit().await.map_err(|failed| error::fault(&failed, <E as Engine>::code, &[]))
            }
            None => Ok(()),
        })
    }

    /// Undoes the work of a transaction.
    pub async fn rollback(mut self) {
        match &mut self {
            Session::Sqlite(held) => {
                if let Some(transaction) = held.take_transaction() {
                    undo(transaction).await;
                }
            }
            Session::Postgres(held) => roll_back(held).await,
            Session::MySql(held) => roll_back(held).await,
        }
    }
}

async fn roll_back<E: Engine>(held: &mut Held<E>) {
    if let Held::Open(_, undone) = held
        && undone.check().is_err()
    {
        // Its statement may go on: whoever drops it does not wait for that.
        drop(held.take_transaction());
    } else if let Some(transaction) = held.take_transaction() {
        // A connection on which this fails is not used again.
        let _ = transaction.rollback().await;
    }
}
