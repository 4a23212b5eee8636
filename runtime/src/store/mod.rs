//! What a running app keeps on disk about itself: the run log. Flows specification, part 4, section 4.
//!
//! | room | job |
//! |---|---|
//! | [`writer`] | events and run records into the file, in batches, old ones out of it |
//! | `rows` | many rows with few statements |
//! | `owners` | which processes write, and what becomes of the runs of one that is gone |
//! | [`reader`] | runs and events out of the file, also while the app runs |
//! | [`tail`] | events for a command, those there are and those to come |
//! | [`console`] | events as lines for people and machines |
//!
//! The file is SQLite in WAL mode, so that `dataway logs` reads while the app writes. Times are microseconds since 1970.
//! No payload, attribute, variable, header, body or SQL parameter ever reaches this room, unless the app records the messages of
//! its steps (`log.trace: payloads`).

pub mod console;
mod owners;
pub mod reader;
mod rows;
pub mod tail;
pub mod writer;

use std::time::{Duration, SystemTime};

/// Name of the file inside the log folder.
pub const FILE: &str = "log.db";

/// Version of the tables; a file of another version is set aside when it is opened for writing.
const VERSION: i64 = 2;
const SET_VERSION: &str = "pragma user_version = 2";
/// What tables of version 1 have not.
const UPGRADE: &str = "alter table runs add column owner text not null default ''";

const TABLES: &str = "
create table if not exists runs (
    job text primary key, parent text, app text not null, version text not null, flow text not null, cause text not null,
    queued integer not null, started integer not null, ended integer, state text not null,
    code text, description text, failed_step text, owner text not null default ''
) without rowid;
create index if not exists runs_by_time on runs (started);
create index if not exists runs_by_flow on runs (flow, started);
create index if not exists runs_open on runs (owner) where state in ('queued', 'running');
create table if not exists events (
    id integer primary key autoincrement, time integer not null, level integer not null, app text not null,
    version text not null, job text not null, flow text not null, step text not null, component text not null,
    operation text not null, category text not null, content text not null, code text not null, duration integer
);
create index if not exists events_by_time on events (time);
create index if not exists events_by_job on events (job);
create index if not exists events_by_flow on events (flow, time);
create table if not exists traces (
    id integer primary key autoincrement, time integer not null, job text not null, flow text not null, step text not null,
    component text not null, code text not null, duration integer, input text not null, output text not null
);
create index if not exists traces_by_time on traces (time);
create index if not exists traces_by_job on traces (job);
";

/// How long a file that another process has locked is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A failure of the file system as one of the store.
fn io(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

/// Microseconds since 1970; earlier times count as 1970.
fn micros(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A duration in microseconds.
fn whole_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The time of a number of microseconds since 1970.
fn time(micros: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
