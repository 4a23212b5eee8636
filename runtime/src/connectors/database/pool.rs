//! An open database: its connections, its transactions, and the statements that operations run on it.
//!
//! Connections are made when they are first needed. A statement that does not end in time, or whose run is cancelled,
//! takes its connection with it: what the server still does on it must not reach the next one who uses it. SQLite, which
//! is no server, is made to give up such a statement.

use std::io::ErrorKind;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use dataway_lang::Document;
use sqlx::mysql::{MySql, MySqlConnectOptions, MySqlSslMode};
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::{PgConnectOptions, PgSslMode, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Connection, Executor, Pool, Transaction};
use tokio::sync::{Mutex, OnceCell, mpsc, oneshot};

use super::config::{DatabaseConfig, DecimalForm, EngineName, TlsMode};
use super::engine::{self, Changed, Engine, Rows};
use super::error;
use super::sql::Dialect;
use super::value::Decimals;
use crate::message::Fault;

/// SQLite: instructions between two looks at the time.
const SQLITE_STEPS: i32 = 10_000;
/// SQLite: how much longer than its own limit a statement is waited for that does not look at the time.
const SQLITE_PATIENCE: Duration = Duration::from_secs(1);

/// After this time without a connection it is looked whether the server can be reached at all.
const MOMENT: Duration = Duration::from_millis(100);

/// The pool of an engine.
enum Pools {
    Sqlite(Pool<Sqlite>),
    Postgres(Pool<Postgres>),
    MySql(Pool<MySql>),
}

/// An open database.
pub struct Database {
    pools: Pools,
    timeout: Duration,
    /// What DECIMAL columns become.
    pub decimals: Decimals,
    init: Vec<String>,
    ready: OnceCell<()>,
    /// Held by the one who looks whether the server can be reached at all.
    looking: Mutex<()>,
}

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
    Open(Option<Transaction<'static, E>>),
}

impl<E: Engine> Held<E> {
    fn connection(&mut self) -> Option<&mut E::Connection> {
        match self {
            Held::Plain(connection) => connection.as_deref_mut(),
            Held::Open(transaction) => transaction.as_deref_mut(),
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

/// The transaction of a held connection.
fn into_transaction<E: Engine>(mut held: Held<E>) -> Option<Transaction<'static, E>> {
    match &mut held {
        Held::Plain(_) => None,
        Held::Open(transaction) => transaction.take(),
    }
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

/// What is said of a connection that was given back already.
fn gone() -> Fault {
    Fault::internal("a database connection was used after its end")
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

impl Database {
    /// Prepares the connections of a configuration; none is made yet. A relative `path` lies in the folder `app`.
    ///
    /// # Errors
    /// What can never work, such as a folder that does not exist.
    pub fn open(config: &DatabaseConfig, app: &Path) -> Result<Database, String> {
        let timeout = config.timeout;
        let pools = match config.engine {
            EngineName::Sqlite => Pools::Sqlite(sqlite(config, app)?),
            EngineName::PostgreSql => Pools::Postgres(postgres(config)),
            EngineName::MySql => Pools::MySql(mysql(config)),
        };
        let decimals = match config.decimals {
            DecimalForm::Text => Decimals::Text,
            DecimalForm::Decimal => Decimals::Decimal,
        };
        Ok(Database {
            pools,
            timeout,
            decimals,
            init: config.init.clone(),
            ready: OnceCell::new(),
            looking: Mutex::default(),
        })
    }

    /// How its SQL is written.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        match self.pools {
            Pools::Sqlite(_) => Dialect::Sqlite,
            Pools::Postgres(_) => Dialect::PostgreSql,
            Pools::MySql(_) => Dialect::MySql,
        }
    }

    /// The longest time of a statement that says nothing else.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Runs the `init` statements unless they ran already.
    ///
    /// # Errors
    /// That of the database.
    pub async fn prepare(&self) -> Result<(), Fault> {
        let run_all = async || {
            if self.init.is_empty() {
                return Ok(());
            }
            let mut session = self.acquire().await?;
            for sql in &self.init {
                session.run(sql).await?;
            }
            session.release();
            Ok(())
        };
        self.ready.get_or_try_init(run_all).await.copied()
    }

    /// Connects and does nothing, not even the `init` statements.
    ///
    /// # Errors
    /// As [`Database::connect`].
    pub async fn reach(&self) -> Result<(), Fault> {
        self.acquire().await.map(Session::release)
    }

    /// A connection.
    ///
    /// # Errors
    /// `DB:CONNECT`, `DB:AUTH`, or `DB:POOL` when all stay in use.
    pub async fn connect(&self) -> Result<Session, Fault> {
        self.prepare().await?;
        self.acquire().await
    }

    async fn acquire(&self) -> Result<Session, Fault> {
        Ok(match &self.pools {
            Pools::Sqlite(pool) => Session::Sqlite(Held::Plain(Some(acquired(pool, pool.acquire().await)?))),
            Pools::Postgres(pool) => {
                Session::Postgres(Held::Plain(Some(self.unless_refused(pool, pool.acquire()).await?)))
            }
            Pools::MySql(pool) => Session::MySql(Held::Plain(Some(self.unless_refused(pool, pool.acquire()).await?))),
        })
    }

    /// A connection with a transaction.
    ///
    /// # Errors
    /// As [`Database::connect`].
    pub async fn begin(&self) -> Result<Session, Fault> {
        self.prepare().await?;
        Ok(match &self.pools {
            // A transaction that becomes a writing one later could fail at that moment without any chance to wait.
            Pools::Sqlite(pool) => {
                Session::Sqlite(Held::Open(Some(acquired(pool, pool.begin_with("BEGIN IMMEDIATE").await)?)))
            }
            Pools::Postgres(pool) => {
                Session::Postgres(Held::Open(Some(self.unless_refused(pool, pool.begin()).await?)))
            }
            Pools::MySql(pool) => Session::MySql(Held::Open(Some(self.unless_refused(pool, pool.begin()).await?))),
        })
    }

    /// What comes of the pool, unless its server refuses connections. The library tries again until the timeout when it is
    /// refused; so, when nothing has come for a moment, a connection beside the pool shows at once what is wrong. Whoever
    /// waits for a slow server, or for others to give a connection back, goes on waiting.
    async fn unless_refused<E: Engine, C>(
        &self,
        pool: &Pool<E>,
        coming: impl Future<Output = Result<C, sqlx::Error>>,
    ) -> Result<C, Fault> {
        let refused = async {
            tokio::time::sleep(MOMENT).await;
            let looking = self.looking.lock().await;
            match E::Connection::connect_with(&pool.connect_options()).await {
                Err(sqlx::Error::Io(failed)) if failed.kind() == ErrorKind::ConnectionRefused => return failed,
                Ok(connection) => drop(connection.close().await),
                Err(_) => {}
            }
            drop(looking);
            std::future::pending().await
        };
        tokio::select! {
            biased;
            come = coming => acquired(pool, come),
            failed = refused => Err(error::fault(&sqlx::Error::Io(failed), E::code, &[])),
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite(pool) => pool.close().await,
            Pools::Postgres(pool) => pool.close().await,
            Pools::MySql(pool) => pool.close().await,
        }
    }
}

/// A connection, or why there is none. The library reports a server that refuses connections like a pool that is
/// exhausted: only the number of connections tells them apart.
fn acquired<E: Engine, C>(pool: &Pool<E>, connection: Result<C, sqlx::Error>) -> Result<C, Fault> {
    connection.map_err(|failed| match failed {
        sqlx::Error::PoolTimedOut if pool.size() < pool.options().get_max_connections() => {
            Fault::new("DB:CONNECT", "the server does not accept connections")
        }
        sqlx::Error::PoolTimedOut => Fault::new("DB:POOL", "all connections stayed in use until the timeout"),
        failed => error::fault(&failed, E::code, &[]),
    })
}

impl Session {
    /// Gives the connection back for the next one.
    pub fn release(mut self) {
        on_engine!(&mut self, E, held => if let Held::Plain(connection) = held {
            drop::<Option<PoolConnection<E>>>(connection.take());
        });
    }

    /// Runs a text of statements without parameters.
    async fn run(&mut self, sql: &str) -> Result<(), Fault> {
        on_engine!(self, E, held => {
            let connection = held.connection().ok_or_else(gone)?;
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
                let connection = held.connection().ok_or_else(gone)?;
                engine::query::<E>(connection, sql, values, max_rows, decimals).await
            })
        };
        within(timeout, going, "the query", work).await
    }

    /// Runs a statement that changes something, within a time. `apart`: in a savepoint of its own.
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
                let connection = held.connection().ok_or_else(gone)?;
                if apart {
                    engine::execute_apart::<E>(connection, sql, values).await
                } else {
                    engine::execute::<E>(connection, sql, values).await
                }
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
            Some(connection) => engine::send_rows::<E>(connection, sql, values, decimals, started, rows).await,
            None => drop(started.send(Err(gone()))),
        });
    }

    /// Makes SQLite itself end the next statement when it takes too long, or is left; servers do that without us.
    async fn limit(&mut self, timeout: Option<Duration>) -> Result<Option<Going>, Fault> {
        let Session::Sqlite(held) = self else { return Ok(None) };
        let connection = held.connection().ok_or_else(gone)?;
        let locked = connection.lock_handle().await;
        let mut handle = locked.map_err(|failed| error::fault(&failed, Sqlite::code, &[]))?;
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
    pub async fn commit(self) -> Result<(), Fault> {
        on_engine!(self, E, held => match into_transaction(held) {
            Some(transaction) => {
                transaction.commit().await.map_err(|failed| error::fault(&failed, <E as Engine>::code, &[]))
            }
            None => Ok(()),
        })
    }

    /// Undoes the work of a transaction.
    pub async fn rollback(self) {
        on_engine!(self, _E, held => {
            if let Some(transaction) = into_transaction(held) {
                // A connection on which this fails is not used again.
                let _ = transaction.rollback().await;
            }
        });
    }
}

fn sqlite(config: &DatabaseConfig, app: &Path) -> Result<Pool<Sqlite>, String> {
    let path = config.path.as_deref().unwrap_or_default();
    let pool = PoolOptions::new().acquire_timeout(config.timeout);
    let options = |text: &str| SqliteConnectOptions::from_str(text).map_err(|error| error.to_string());
    if path == ":memory:" {
        // The database is its one connection.
        let options = options("sqlite::memory:")?.foreign_keys(true);
        let pool = pool.max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
        return Ok(pool.connect_lazy_with(options));
    }
    let file = app.join(path);
    if let Some(folder) = file.parent() {
        // As the file itself: what is inside the app is made when it is missing.
        let made =
            if Path::new(path).is_relative() { std::fs::create_dir_all(folder) } else { folder.metadata().map(drop) };
        made.map_err(|error| format!("cannot use the folder of the database {}: {error}", file.display()))?;
    }
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(config.timeout);
    Ok(pool.max_connections(config.pool).connect_lazy_with(options))
}

fn postgres(config: &DatabaseConfig) -> Pool<Postgres> {
    let mode = match config.tls {
        TlsMode::Off => PgSslMode::Disable,
        TlsMode::Prefer => PgSslMode::Prefer,
        TlsMode::Require => PgSslMode::Require,
        TlsMode::Verify => PgSslMode::VerifyFull,
    };
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(config.host.as_deref().unwrap_or_default())
        .port(config.port.unwrap_or(5_432))
        .database(config.database.as_deref().unwrap_or_default())
        .ssl_mode(mode)
        .options([("statement_timeout", config.timeout.as_millis().to_string())]);
    if let Some(user) = &config.user {
        options = options.username(user);
    }
    if let Some(password) = &config.password {
        options = options.password(password.expose());
    }
    let pool = PoolOptions::new().acquire_timeout(config.timeout).max_connections(config.pool);
    pool.connect_lazy_with(options)
}

fn mysql(config: &DatabaseConfig) -> Pool<MySql> {
    let mode = match config.tls {
        TlsMode::Off => MySqlSslMode::Disabled,
        TlsMode::Prefer => MySqlSslMode::Preferred,
        TlsMode::Require => MySqlSslMode::Required,
        TlsMode::Verify => MySqlSslMode::VerifyIdentity,
    };
    let mut options = MySqlConnectOptions::new()
        .host(config.host.as_deref().unwrap_or_default())
        .port(config.port.unwrap_or(3_306))
        .database(config.database.as_deref().unwrap_or_default())
        .ssl_mode(mode);
    if let Some(user) = &config.user {
        options = options.username(user);
    }
    if let Some(password) = &config.password {
        options = options.password(password.expose());
    }
    let seconds = config.timeout.as_secs_f64();
    let pool = PoolOptions::<MySql>::new().acquire_timeout(config.timeout).max_connections(config.pool);
    let pool = pool.after_connect(move |connection, _| {
        Box::pin(async move {
            // Each of the two servers knows only its own name of the setting. One that knows neither has no such limit.
            for sql in [
                format!("set session max_statement_time = {seconds}"),
                format!("set session max_execution_time = {}", seconds * 1_000.0),
            ] {
                if connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.is_ok() {
                    break;
                }
            }
            Ok(())
        })
    });
    pool.connect_lazy_with(options)
}
