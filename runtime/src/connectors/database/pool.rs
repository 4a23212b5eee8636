//! An open database: its connections, which are made when they are first needed, and its transactions. What runs on them is in
//! [`super::session`].

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::mysql::MySql;
use sqlx::postgres::Postgres;
use sqlx::sqlite::Sqlite;
use sqlx::{Connection, Pool};
use tokio::sync::{Mutex, OnceCell};

use super::config::{DatabaseConfig, DecimalForm, EngineName};
use super::engine::Engine;
use super::session::{Held, Session, Undone};
use super::sql::Dialect;
use super::value::Decimals;
use super::{error, options};
use crate::message::Fault;

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

impl Database {
    /// Prepares the connections of a configuration; none is made yet. A relative `path` lies in the folder `app`.
    ///
    /// # Errors
    /// What can never work, such as a folder that does not exist.
    pub fn open(config: &DatabaseConfig, app: &Path) -> Result<Database, String> {
        let timeout = config.timeout;
        let pools = match config.engine {
            EngineName::Sqlite => Pools::Sqlite(options::sqlite(config, app)?),
            EngineName::PostgreSql => Pools::Postgres(options::postgres(config)),
            EngineName::MySql => Pools::MySql(options::mysql(config)),
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
                let mut transaction = acquired(pool, pool.begin_with("BEGIN IMMEDIATE").await)?;
                let undone = Undone::watch(&mut transaction).await?;
                Session::Sqlite(Held::Open(Some(transaction), undone))
            }
            Pools::Postgres(pool) => {
                let transaction = self.unless_refused(pool, pool.begin()).await?;
                Session::Postgres(Held::Open(Some(transaction), Undone::default()))
            }
            Pools::MySql(pool) => {
                let transaction = self.unless_refused(pool, pool.begin()).await?;
                Session::MySql(Held::Open(Some(transaction), Undone::default()))
            }
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
