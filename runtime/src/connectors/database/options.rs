//! How each engine is connected to: the options of its driver, made of a configuration.

use std::path::Path;
use std::str::FromStr;

use sqlx::mysql::{MySql, MySqlConnectOptions, MySqlSslMode};
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, Executor, Pool};

use super::config::{DatabaseConfig, TlsMode};

/// SQLite; a relative `path` lies in the folder `app`.
///
/// # Errors
/// What can never work, such as a folder that does not exist.
pub fn sqlite(config: &DatabaseConfig, app: &Path) -> Result<Pool<Sqlite>, String> {
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

/// PostgreSQL.
pub fn postgres(config: &DatabaseConfig) -> Pool<Postgres> {
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

/// MySQL, MariaDB.
pub fn mysql(config: &DatabaseConfig) -> Pool<MySql> {
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
