//! Where values survive restarts: a SQLite file, or memory for tests (flows part 3, section 7).
//!
//! Each operation is one transaction, so that it is whole or not at all, whoever else uses the key and whenever the
//! process ends.

use std::path::PathBuf;
use std::time::Duration;

use dataway_lang::Document;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{Pool, Sqlite, Transaction};
use tokio::sync::OnceCell;

use super::codec;
use crate::message::Fault;

/// Bytes of one value.
const LARGEST: usize = 64 << 20;
/// How long an operation waits for others.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One value.
    String,
    /// A list of values.
    List,
    /// Values by field.
    Hash,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::String => "string",
            Kind::List => "list",
            Kind::Hash => "hash",
        }
    }
}

/// The end of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The first element.
    Head,
    /// The last element.
    Tail,
}

impl End {
    fn order(self) -> &'static str {
        match self {
            End::Head => "asc",
            End::Tail => "desc",
        }
    }
}

/// A store. It is opened when it is first used.
#[derive(Debug)]
pub struct Store {
    path: Option<PathBuf>,
    pool: OnceCell<Pool<Sqlite>>,
}

/// Seconds since 1970 of the moment at which an operation happens, by the app's clock.
pub type Now = i64;

const SCHEMA: &str = "
    create table if not exists keys (key text primary key, kind text not null, expires integer) strict;
    create table if not exists items (
        key text not null references keys(key) on delete cascade,
        position integer not null,
        value blob not null,
        primary key (key, position)
    ) strict, without rowid;
    create table if not exists fields (
        key text not null references keys(key) on delete cascade,
        field text not null,
        value blob not null,
        primary key (key, field)
    ) strict, without rowid;";

fn failed(error: sqlx::Error) -> Fault {
    Fault::new("STATE:IO", format!("the state store failed: {error}"))
}

fn encoded(value: &Document) -> Result<Vec<u8>, Fault> {
    let bytes = codec::encode(value).map_err(Fault::wrong_type)?;
    if bytes.len() > LARGEST {
        return Err(Fault::wrong_type(format!("the value is larger than {LARGEST} bytes")));
    }
    Ok(bytes)
}

fn decoded(bytes: Option<(Vec<u8>,)>) -> Result<Option<Document>, Fault> {
    let damaged = || Fault::new("STATE:IO", "a stored value is damaged");
    bytes.map(|(bytes,)| codec::decode(&bytes).ok_or_else(damaged)).transpose()
}

impl Store {
    /// The store in a file, which is made when it is missing, or in memory.
    #[must_use]
    pub fn new(path: Option<PathBuf>) -> Store {
        Store { path, pool: OnceCell::new() }
    }

    async fn pool(&self) -> Result<&Pool<Sqlite>, Fault> {
        let open = async || {
            let options = match &self.path {
                None => SqliteConnectOptions::new().in_memory(true),
                Some(path) => {
                    if let Some(folder) = path.parent() {
                        let made = tokio::fs::create_dir_all(folder).await;
                        made.map_err(|error| {
                            Fault::new("STATE:IO", format!("cannot make {}: {error}", folder.display()))
                        })?;
                    }
                    SqliteConnectOptions::new()
                        .filename(path)
                        .create_if_missing(true)
                        .journal_mode(SqliteJournalMode::Wal)
                }
            };
            // One connection: operations are short, and SQLite writes one at a time anyway.
            let pool = PoolOptions::new().max_connections(1).min_connections(1).idle_timeout(None).max_lifetime(None);
            let pool = pool.acquire_timeout(PATIENCE);
            let pool = pool.connect_with(options.foreign_keys(true).busy_timeout(PATIENCE)).await.map_err(failed)?;
            sqlx::raw_sql(SCHEMA).execute(&pool).await.map_err(failed)?;
            Ok(pool)
        };
        self.pool.get_or_try_init(open).await
    }

    /// Begins an operation on a key of a kind; what has expired is gone.
    async fn begin(&self, key: &str, kind: Option<Kind>, now: Now) -> Result<Transaction<'static, Sqlite>, Fault> {
        let mut work = self.pool().await?.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        let gone = sqlx::query("delete from keys where key = ? and expires <= ?").bind(key).bind(now);
        gone.execute(&mut *work).await.map_err(failed)?;
        let found = sqlx::query_as::<_, (String,)>("select kind from keys where key = ?").bind(key);
        let found = found.fetch_optional(&mut *work).await.map_err(failed)?;
        match (found, kind) {
            (Some((own,)), Some(kind)) if own != kind.name() => {
                Err(Fault::wrong_type(format!("the state {key} holds a {own}, not a {}", kind.name())))
            }
            _ => Ok(work),
        }
    }

    /// Makes the key exist.
    async fn make(work: &mut Transaction<'static, Sqlite>, key: &str, kind: Kind) -> Result<(), Fault> {
        let made = sqlx::query("insert into keys (key, kind) values (?, ?) on conflict do nothing");
        made.bind(key).bind(kind.name()).execute(&mut **work).await.map(drop).map_err(failed)
    }

    /// Removes a list or hash that has become empty, so that the key can become something else.
    async fn tidy(work: &mut Transaction<'static, Sqlite>, key: &str) -> Result<(), Fault> {
        let empty = "delete from keys where key = ?1 and kind <> 'string' \
                     and not exists (select 1 from items where key = ?1) and not exists (select 1 from fields where key = ?1)";
        sqlx::query(empty).bind(key).execute(&mut **work).await.map(drop).map_err(failed)
    }

    /// Sets the one value of a key; it no longer expires.
    ///
    /// # Errors
    /// `CORE:TYPE`, `STATE:IO`.
    pub async fn set(&self, key: &str, value: &Document, now: Now) -> Result<(), Fault> {
        let bytes = encoded(value)?;
        let mut work = self.begin(key, Some(Kind::String), now).await?;
        Self::make(&mut work, key, Kind::String).await?;
        sqlx::query("update keys set expires = null where key = ?")
            .bind(key)
            .execute(&mut *work)
            .await
            .map_err(failed)?;
        let put =
            sqlx::query("insert or replace into items (key, position, value) values (?, 0, ?)").bind(key).bind(bytes);
        put.execute(&mut *work).await.map_err(failed)?;
        work.commit().await.map_err(failed)
    }

    /// The one value of a key.
    ///
    /// # Errors
    /// `CORE:TYPE`, `STATE:IO`.
    pub async fn get(&self, key: &str, now: Now) -> Result<Option<Document>, Fault> {
        let mut work = self.begin(key, Some(Kind::String), now).await?;
        let found = sqlx::query_as("select value from items where key = ?").bind(key).fetch_optional(&mut *work).await;
        work.commit().await.map_err(failed)?;
        decoded(found.map_err(failed)?)
    }

    /// Removes whatever a key holds.
    ///
    /// # Errors
    /// `STATE:IO`.
    pub async fn delete(&self, key: &str, now: Now) -> Result<(), Fault> {
        let mut work = self.begin(key, None, now).await?;
        sqlx::query("delete from keys where key = ?").bind(key).execute(&mut *work).await.map_err(failed)?;
        work.commit().await.map_err(failed)
    }

    /// Lets whatever a key holds expire; nothing happens if it holds nothing.
    ///
    /// # Errors
    /// `STATE:IO`.
    pub async fn expire(&self, key: &str, at: Now, now: Now) -> Result<(), Fault> {
        let mut work = self.begin(key, None, now).await?;
        let set = sqlx::query("update keys set expires = ? where key = ?").bind(at).bind(key);
        set.execute(&mut *work).await.map_err(failed)?;
        work.commit().await.map_err(failed)
    }

    /// Adds a value to an end of a list.
    ///
    /// # Errors
    /// `CORE:TYPE`, `STATE:IO`.
    pub async fn push(&self, key: &str, value: &Document, end: End, now: Now) -> Result<(), Fault> {
        let bytes = encoded(value)?;
        let mut work = self.begin(key, Some(Kind::List), now).await?;
        Self::make(&mut work, key, Kind::List).await?;
        let place = match end {
            End::Head => "coalesce((select min(position) from items where key = ?1), 1) - 1",
            End::Tail => "coalesce((select max(position) from items where key = ?1), -1) + 1",
        };
        let sql = format!("insert into items (key, position, value) values (?1, {place}, ?2)");
        let put = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(key).bind(bytes);
        put.execute(&mut *work).await.map_err(failed)?;
        work.commit().await.map_err(failed)
    }

    /// The value at an end of a list; `remove` takes it out.
    ///
    /// # Errors
    /// `CORE:TYPE`, `STATE:IO`.
    pub async fn peek(&self, key: &str, end: End, remove: bool, now: Now) -> Result<Option<Document>, Fault> {
        let mut work = self.begin(key, Some(Kind::List), now).await?;
        let sql = format!("select position, value from items where key = ? order by position {} limit 1", end.order());
        let found = sqlx::query_as::<_, (i64, Vec<u8>)>(sqlx::AssertSqlSafe(sql)).bind(key);
        let found = found.fetch_optional(&mut *work).await.map_err(failed)?;
        if let (Some((position, _)), true) = (&found, remove) {
            let taken = sqlx::query("delete from items where key = ? and position = ?").bind(key).bind(position);
            taken.execute(&mut *work).await.map_err(failed)?;
            Self::tidy(&mut work, key).await?;
        }
        work.commit().await.map_err(failed)?;
        decoded(found.map(|(_, value)| (value,)))
    }

    /// The number of elements of a list, or of fields of a hash.
    ///
    /// # Errors
    /// `CORE:TYPE`, `STATE:IO`.
    pub async fn count(&self, key: &str, kind: Kind, now: Now) -> Result<i64, Fault> {
        let mut work = self.begin(key, Some(kind), now).await?;
        let sql = match kind {
            Kind::Hash => "select count(*) from fields where key = ?",
            Kind::String | Kind::List => "select count(*) from items where key = ?",
        };
        let found = sqlx::query_as::<_, (i64,)>(sql).bind(key).fetch_one(&mut *work).await;
        work.commit().await.map_err(failed)?;
        found.map(|(count,)| count).map_err(failed)
    }

    /// Sets a field of a hash.
    ///
    /// # Errors
    /// `CORE:TYPE`, `STATE:IO`.
    pub async fn set_field(&self, key: &str, field: &str, value: &Document, now: Now) -> Result<(), Fault> {
        let bytes = encoded(value)?;
        let mut work = self.begin(key, Some(Kind::Hash), now).await?;
        Self::make(&mut work, key, Kind::Hash).await?;
        let put = sqlx::query("insert or replace into fields (key, field, value) values (?, ?, ?)");
        put.bind(key).bind(field).bind(bytes).execute(&mut *work).await.map_err(failed)?;
        work.commit().await.map_err(failed)
    }

    /// A field of a hash.
    ///
    /// # Errors
    /// `CORE:TYPE`, `STATE:IO`.
    pub async fn field(&self, key: &str, field: &str, now: Now) -> Result<Option<Document>, Fault> {
        let mut work = self.begin(key, Some(Kind::Hash), now).await?;
        let found = sqlx::query_as("select value from fields where key = ? and field = ?").bind(key).bind(field);
        let found = found.fetch_optional(&mut *work).await;
        work.commit().await.map_err(failed)?;
        decoded(found.map_err(failed)?)
    }

    /// Removes a field of a hash; whether it was there.
    ///
    /// # Errors
    /// `CORE:TYPE`, `STATE:IO`.
    pub async fn remove_field(&self, key: &str, field: &str, now: Now) -> Result<bool, Fault> {
        let mut work = self.begin(key, Some(Kind::Hash), now).await?;
        let gone = sqlx::query("delete from fields where key = ? and field = ?").bind(key).bind(field);
        let gone = gone.execute(&mut *work).await.map_err(failed)?.rows_affected();
        Self::tidy(&mut work, key).await?;
        work.commit().await.map_err(failed)?;
        Ok(gone > 0)
    }

    /// Closes the file.
    pub async fn close(&self) {
        if let Some(pool) = self.pool.get() {
            pool.close().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: Option<Document>) -> Option<i64> {
        value.and_then(|value| value.as_int())
    }

    #[tokio::test]
    async fn strings_lists_hashes() {
        let store = Store::new(None);
        assert!(store.get("a", 0).await.unwrap().is_none());
        store.set("a", &1_i64.into(), 0).await.unwrap();
        store.set("a", &2_i64.into(), 0).await.unwrap();
        assert_eq!(int(store.get("a", 0).await.unwrap()), Some(2));
        for (value, end) in [(1_i64, End::Tail), (2, End::Tail), (0, End::Head)] {
            store.push("l", &value.into(), end, 0).await.unwrap();
        }
        assert_eq!(store.count("l", Kind::List, 0).await.unwrap(), 3);
        assert_eq!(int(store.peek("l", End::Tail, false, 0).await.unwrap()), Some(2));
        let mut taken = Vec::new();
        while let Some(value) = int(store.peek("l", End::Head, true, 0).await.unwrap()) {
            taken.push(value);
        }
        assert_eq!(taken, [0, 1, 2]);
        store.set_field("h", "f", &5_i64.into(), 0).await.unwrap();
        assert_eq!(int(store.field("h", "f", 0).await.unwrap()), Some(5));
        assert_eq!(store.count("h", Kind::Hash, 0).await.unwrap(), 1);
        let wrong = store.get("h", 0).await.unwrap_err();
        assert_eq!((&*wrong.code, &*wrong.description), ("CORE:TYPE", "the state h holds a hash, not a string"));
        assert!(store.remove_field("h", "f", 0).await.unwrap() && !store.remove_field("h", "f", 0).await.unwrap());
        // What has become empty may become something else.
        store.set("h", &1_i64.into(), 0).await.unwrap();
        assert!(store.set("h", &Document::list(vec![Document::bytes(vec![0; LARGEST])]), 0).await.is_err());
    }

    #[tokio::test]
    async fn expiry_and_restarts() {
        let path = std::env::temp_dir().join(format!("dataway-state-{}/state.db", std::process::id()));
        let store = Store::new(Some(path.clone()));
        store.set("a", &1_i64.into(), 0).await.unwrap();
        store.set("b", &2_i64.into(), 0).await.unwrap();
        store.expire("a", 100, 0).await.unwrap();
        assert_eq!(int(store.get("a", 99).await.unwrap()), Some(1));
        assert!(store.get("a", 100).await.unwrap().is_none());
        store.delete("absent", 0).await.unwrap();
        store.close().await;
        let again = Store::new(Some(path.clone()));
        assert!(again.get("a", 0).await.unwrap().is_none());
        assert_eq!(int(again.get("b", 0).await.unwrap()), Some(2));
        again.close().await;
        std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    }
}
