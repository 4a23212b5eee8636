//! What a running app keeps on disk about itself: the run log. Flows specification, part 4, section 4.
//!
//! | room | job |
//! |---|---|
//! | [`writer`] | events and run records into the file, in batches, old ones out of it |
//! | `batch` | what of a batch becomes rows, and what packs |
//! | `rows`, `packs` | many rows with few statements; runs that succeed at once, many in one row |
//! | `owners` | which processes write, and what becomes of the runs of one that is gone |
//! | [`reader`] | runs and events out of the file, also while the app runs |
//! | [`tail`] | events for a command, those there are and those to come |
//! | [`console`] | events as lines for people and machines |
//!
//! The file is SQLite in WAL mode, so that `dataway logs` reads while the app writes. Times are microseconds since 1970.
//! No payload, attribute, variable, header, body or SQL parameter ever reaches this room, unless the app records the messages of
//! its steps (`log.trace: payloads`).

mod batch;
pub mod console;
mod owners;
mod packs;
pub mod reader;
mod rows;
pub mod tail;
pub mod writer;

use std::time::{Duration, SystemTime};

/// Name of the file inside the log folder.
pub const FILE: &str = "log.db";

/// Version of the tables; a file of another version is set aside when it is opened for writing.
const VERSION: i64 = 3;
const SET_VERSION: &str = "pragma user_version = 3";
/// What tables of version 1 have not.
const OWNERS: &str = "alter table runs add column owner text not null default ''";
/// From version 2 on to the next one: what was a table is a view of two.
const PACKS: &str = "alter table runs rename to run_rows; alter table events rename to event_rows";
/// The first version with recorded messages of steps.
const TRACED: i64 = 2;
/// The first version with packs.
const PACKED: i64 = 3;

/// `runs` and `events` are all there are; they stand in rows of their own, or with others in packs.
const TABLES: &str = "
create table if not exists run_rows (
    job text primary key, parent text, app text not null, version text not null, flow text not null, cause text not null,
    queued integer not null, started integer not null, ended integer, state text not null,
    code text, description text, failed_step text, owner text not null default ''
) without rowid;
create index if not exists runs_by_time on run_rows (started);
create index if not exists runs_by_flow on run_rows (flow, started);
create index if not exists runs_open on run_rows (owner) where state in ('queued', 'running');
create table if not exists event_rows (
    id integer primary key autoincrement, time integer not null, level integer not null, app text not null,
    version text not null, job text not null, flow text not null, step text not null, component text not null,
    operation text not null, category text not null, content text not null, code text not null, duration integer
);
insert into sqlite_sequence (name, seq)
    select 'event_rows', 0 where not exists (select 1 from sqlite_sequence where name = 'event_rows');
create index if not exists events_by_time on event_rows (time);
create index if not exists events_by_job on event_rows (job);
create index if not exists events_by_flow on event_rows (flow, time);
create table if not exists packs (
    id integer primary key, first integer not null, silent integer not null, app text not null, version text not null,
    flow text not null, cause text not null, base integer not null, until integer not null,
    first_job text not null, last_job text not null, runs text not null
);
create index if not exists packs_by_time on packs (until);
create index if not exists packs_by_job on packs (last_job, first_job);
create index if not exists packs_by_flow on packs (flow, id);
create view if not exists runs as
    select job, parent, app, version, flow, cause, queued, started, ended, state, code, description, failed_step, owner
    from run_rows
    union all
    select run.value ->> 0, null, app, version, flow, cause, base + (run.value ->> 1), base + (run.value ->> 2),
        base + (run.value ->> 3), 'succeeded', null, null, null, ''
    from packs, json_each(packs.runs) run;
create view if not exists events as
    select id, time, level, app, version, job, flow, step, component, operation, category, content, code, duration
    from event_rows
    union all
    select first + (run.value ->> 4), base + (run.value ->> 2), 1, app, version, run.value ->> 0, flow, '', '', '', '',
        'run started', '', null
    from packs, json_each(packs.runs) run where not silent
    union all
    select first + (run.value ->> 5), base + (run.value ->> 3), 1, app, version, run.value ->> 0, flow, '', '', '', '',
        'run succeeded', '', (run.value ->> 3) - (run.value ->> 2)
    from packs, json_each(packs.runs) run where not silent;
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
