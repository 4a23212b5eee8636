//! Writes the run log. A store that does not work stops nothing: its events go to standard error until it works again.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::{Connection, ErrorCode, TransactionBehavior, params};

use super::batch::{Batch, Shown};
use super::owners::{self, Alive};
use super::{
    FILE, OWNERS, PACKED, PACKS, PATIENCE as LOCKED, SET_VERSION, TABLES, VERSION, console, micros, rows, whole_micros,
};
use crate::engine::{Entry, RunRecord, Sink, State};
use crate::model::Redactor;

/// How often old rows are removed.
const CLEANING: Duration = Duration::from_secs(3600);
/// How long a store that failed is left alone.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most rows that one cleaning statement removes, so that no batch waits long behind it.
const CLEANED_AT_ONCE: u32 = 10_000;

/// What the writer has to know.
#[derive(Debug)]
pub struct Options {
    /// Folder of the log.
    pub folder: PathBuf,
    /// Name of the app.
    pub app: String,
    /// Version of the app.
    pub version: String,
    /// How long rows are kept.
    pub retention: Duration,
    /// What must not be written.
    pub redactor: Redactor,
}

/// The sink that stores events. It has a thread of its own, so it works on the file without a detour.
#[derive(Debug)]
pub struct Writer {
    options: Options,
    connection: Option<Connection>,
    /// Says that this process lives, once it has begun to write.
    alive: Option<Alive>,
    /// When the store is tried again after a failure.
    retry: Option<Instant>,
    cleaned: Option<Instant>,
}

impl Writer {
    /// A writer whose file is opened with the first events.
    #[must_use]
    pub fn new(options: Options) -> Writer {
        Writer { options, connection: None, alive: None, retry: None, cleaned: None }
    }

    /// Path of the file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.options.folder.join(FILE)
    }

    fn store(&mut self, entries: &[Entry]) -> rusqlite::Result<()> {
        let path = self.path();
        let connection = match &mut self.connection {
            Some(connection) => connection,
            empty => {
                let mut made = create(&path)?;
                if self.alive.is_none() {
                    self.alive = Some(owners::begin(&mut made, &self.options.folder)?);
                }
                empty.insert(made)
            }
        };
        let owner = self.alive.as_ref().map_or("", Alive::id);
        if !entries.is_empty() {
            write(connection, &self.options, owner, entries)?;
        }
        if self.cleaned.is_none_or(|last| last.elapsed() >= CLEANING) {
            self.cleaned = Some(Instant::now());
            clean(connection, self.options.retention)?;
        }
        Ok(())
    }
}

/// Writes a batch.
fn write(connection: &mut Connection, options: &Options, owner: &str, entries: &[Entry]) -> rusqlite::Result<()> {
    let batch = Batch::of(entries);
    // Other processes take numbers too.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let first = reserve(&transaction, batch.numbers)?;
    insert_events(&transaction, options, first, &batch.events)?;
    insert_runs(&transaction, options, owner, &batch.runs)?;
    for pack in &batch.packs {
        pack.insert(&transaction, &options.app, &options.version, first)?;
    }
    insert_traces(&transaction, entries)?;
    transaction.commit()
}

impl Sink for Writer {
    fn open(&mut self) {
        self.write(&[]);
    }

    fn write(&mut self, entries: &[Entry]) {
        if self.retry.is_none_or(|at| at <= Instant::now()) {
            match self.store(entries) {
                Ok(()) => {
                    self.retry = None;
                    return;
                }
                Err(error) => {
                    self.connection = None;
                    self.retry = Some(Instant::now() + PATIENCE);
                    let path = self.path();
                    console::warn(&format!(
                        "the run log {} cannot be written, its events follow here: {error}",
                        path.display()
                    ));
                }
            }
        }
        for event in entries.iter().filter_map(Entry::event) {
            console::warn(&console::line(&event, &self.options.redactor));
        }
    }
}

/// Opens the file and makes its tables. A file that is no run log of this version is set aside, not overwritten.
fn create(path: &Path) -> rusqlite::Result<Connection> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(super::io)?;
    }
    match opened(path) {
        Err(error) if path.exists() && !is_busy(&error) => {
            let aside = path.with_extension(format!("db.broken-{}", micros(SystemTime::now())));
            console::warn(&format!(
                "the run log {} is not usable ({error}); it is kept as {}",
                path.display(),
                aside.display()
            ));
            std::fs::rename(path, aside).map_err(super::io)?;
            opened(path)
        }
        opened => opened,
    }
}

/// An open log of this version, with its tables, which appear in one step for whoever reads.
fn opened(path: &Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(LOCKED)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    let making = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = making.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if !(0..=VERSION).contains(&version) {
        return Err(rusqlite::Error::ToSqlConversionFailure(format!("it has version {version}, not {VERSION}").into()));
    }
    if version == 1 {
        making.execute_batch(OWNERS)?;
    }
    if (1..PACKED).contains(&version) {
        making.execute_batch(PACKS)?;
    }
    making.execute_batch(TABLES)?;
    making.execute_batch(SET_VERSION)?;
    making.commit()?;
    Ok(connection)
}

/// Is somebody else at work on the file, so that nothing is wrong with it?
fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Takes numbers for the events of a batch; gives the first.
fn reserve(connection: &Connection, count: i64) -> rusqlite::Result<i64> {
    const RESERVE: &str = "update sqlite_sequence set seq = seq + ?1 where name = 'event_rows' returning seq";
    let last: i64 = connection.query_row(RESERVE, [count], |row| row.get(0))?;
    Ok(last - count + 1)
}

const INSERT_EVENT: &str = "insert into event_rows \
    (id, time, level, app, version, job, flow, step, component, operation, category, content, code, duration)";

fn insert_events(
    connection: &Connection,
    options: &Options,
    first: i64,
    events: &[(i64, Shown<'_>)],
) -> rusqlite::Result<()> {
    rows::insert(connection, INSERT_EVENT, 14, "", events, |row, (number, shown)| {
        let made;
        let event = match shown {
            Shown::Event(event) => *event,
            Shown::Run(record) => {
                made = record.event();
                &made
            }
        };
        row.put(first + number)?.put(micros(event.time))?.put(event.level as u8)?;
        row.put(&options.app)?.put(&options.version)?;
        row.put(&event.job)?.put(&event.flow)?.put(&event.step)?.put(event.component)?.put(event.operation)?;
        for text in [&event.category, event.content.as_str(), &event.code] {
            row.put(options.redactor.redact(text))?;
        }
        row.put(event.duration.map(whole_micros))?;
        Ok(())
    })
}

const INSERT_RUN: &str = "insert into run_rows \
    (job, parent, app, version, flow, cause, queued, started, ended, state, code, description, failed_step, owner)";
/// An end may arrive before the beginning, for which there was room earlier: it stays.
const UPDATE_RUN: &str = "on conflict (job) do update set started = excluded.started, ended = excluded.ended, \
    state = excluded.state, code = excluded.code, description = excluded.description, failed_step = excluded.failed_step \
    where run_rows.ended is null";

fn insert_runs(
    connection: &Connection,
    options: &Options,
    owner: &str,
    records: &[&RunRecord],
) -> rusqlite::Result<()> {
    rows::insert(connection, INSERT_RUN, 14, UPDATE_RUN, records, |row, record| {
        let run = &record.run;
        row.put(&run.job)?.put(&run.parent)?.put(&options.app)?.put(&options.version)?.put(&run.flow)?;
        row.put(run.trigger)?.put(micros(run.queued))?.put(micros(record.started))?.put(record.ended.map(micros))?;
        row.put(state(record.state))?;
        let error = record.error.as_deref();
        for text in [error.map(|error| &error.code), error.map(|error| &error.description)] {
            row.put(text.map(|text| options.redactor.redact(text)))?;
        }
        row.put(error.and_then(|error| error.step.as_ref()))?.put(owner)?;
        Ok(())
    })
}

const INSERT_TRACE: &str = "insert into traces (time, job, flow, step, component, code, duration, input, output) \
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

fn insert_traces(connection: &Connection, entries: &[Entry]) -> rusqlite::Result<()> {
    let events = entries.iter().filter_map(|entry| match entry {
        Entry::Event(event) => Some(event),
        Entry::Run { .. } => None,
    });
    for (event, trace) in events.filter_map(|event| Some((event, event.trace.as_ref()?))) {
        let row = params![
            micros(event.time),
            event.job,
            event.flow,
            event.step,
            event.component,
            event.code,
            event.duration.map(whole_micros),
            trace.input,
            trace.output,
        ];
        connection.execute(INSERT_TRACE, row)?;
    }
    Ok(())
}

/// The word for a state.
#[must_use]
pub fn state(state: State) -> &'static str {
    match state {
        State::Queued => "queued",
        State::Running => "running",
        State::Succeeded => "succeeded",
        State::Failed => "failed",
        State::Cancelled => "cancelled",
    }
}

/// Removes rows that are older than `retention`.
fn clean(connection: &Connection, retention: Duration) -> rusqlite::Result<()> {
    let oldest = SystemTime::now().checked_sub(retention).map_or(0, micros);
    for statement in [
        "delete from event_rows where id in (select id from event_rows where time < ?1 limit ?2)",
        "delete from packs where id in (select id from packs where until < ?1 limit ?2)",
        "delete from traces where id in (select id from traces where time < ?1 limit ?2)",
        "delete from run_rows where job in (select job from run_rows where started < ?1 limit ?2)",
    ] {
        while connection.execute(statement, params![oldest, CLEANED_AT_ONCE])? >= CLEANED_AT_ONCE as usize {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::Identity;
    use crate::message::LOST;
    use crate::store::reader::{EventFilter, Reader, RunFilter};

    /// The tables of version 1, as they were made then.
    const FIRST: &str = "
create table if not exists runs (
    job text primary key, parent text, app text not null, version text not null, flow text not null, cause text not null,
    queued integer not null, started integer not null, ended integer, state text not null,
    code text, description text, failed_step text
) without rowid;
create index if not exists runs_by_time on runs (started);
create index if not exists runs_by_flow on runs (flow, started);
create table if not exists events (
    id integer primary key autoincrement, time integer not null, level integer not null, app text not null,
    version text not null, job text not null, flow text not null, step text not null, component text not null,
    operation text not null, category text not null, content text not null, code text not null, duration integer
);
create index if not exists events_by_time on events (time);
create index if not exists events_by_job on events (job);
create index if not exists events_by_flow on events (flow, time);
pragma user_version = 1";

    /// A folder of its own, and a writer into it.
    fn writer(name: &str) -> (PathBuf, Writer) {
        let folder = std::env::temp_dir().join(format!("dataway-writer-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let (app, version, redactor) = ("shop".to_owned(), "2.0.0".to_owned(), Redactor::default());
        let retention = Duration::from_secs(3600);
        let options = Options { folder: folder.clone(), app, version, retention, redactor };
        (folder, Writer::new(options))
    }

    /// That a run is in this state.
    fn entry(job: &str, state: State) -> Entry {
        let now = SystemTime::now();
        let run = Identity { job: job.into(), parent: None, flow: "orders".into(), trigger: "cli", queued: now };
        let ended = (!matches!(state, State::Queued | State::Running)).then_some(now);
        let record = RunRecord { run: Arc::new(run), started: now, ended, state, error: None };
        Entry::Run { record, is_silent: false }
    }

    /// Job, state and code of every run, by job.
    async fn runs(folder: &Path) -> Vec<String> {
        let mut reader = Reader::open(folder).await.unwrap().unwrap();
        let mut runs = reader.runs(&RunFilter::default()).await.unwrap();
        runs.sort_by(|one, other| one.job.cmp(&other.job));
        runs.iter().map(|run| format!("{} {} {}", run.job, run.state, run.code.as_deref().unwrap_or("-"))).collect()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_log_of_version_1_is_read_and_goes_on() {
        let (folder, mut writer) = writer("upgrade");
        let now = micros(SystemTime::now());
        let first = Connection::open(folder.join(FILE)).unwrap();
        first.execute_batch(FIRST).unwrap();
        for (job, ended, state) in [("a", Some(now), "succeeded"), ("b", None, "running")] {
            let row = "insert into runs (job, app, version, flow, cause, queued, started, ended, state) \
                       values (?1, 'shop', '1.0.0', 'orders', 'cli', ?2, ?2, ?3, ?4)";
            first.execute(row, params![job, now, ended, state]).unwrap();
        }
        let line =
            "insert into events values (7, ?1, 1, 'shop', '1.0.0', 'a', 'orders', '', '', '', '', 'old', '', null)";
        first.execute(line, [now]).unwrap();
        drop(first);
        // As it is, before anybody writes it.
        assert_eq!(runs(&folder).await, ["a succeeded -", "b running -"]);
        let mut reader = Reader::open(&folder).await.unwrap().unwrap();
        assert_eq!(reader.traces("a").await.unwrap(), []);
        // Whoever wrote it then is gone; nothing else is lost, and what is new stands behind it.
        let written = tokio::task::spawn_blocking(move || {
            writer.write(&[entry("c", State::Running)]);
            writer
        });
        let writer = written.await.unwrap();
        assert_eq!(runs(&folder).await, ["a succeeded -".to_owned(), format!("b failed {LOST}"), "c running -".into()]);
        let mut reader = Reader::open(&folder).await.unwrap().unwrap();
        let events = reader.events(&EventFilter::default()).await.unwrap();
        let contents: Vec<_> =
            events.iter().map(|event| (event.id, event.job.as_str(), event.content.as_str())).collect();
        let lost = "run failed: the process ended before the run did";
        assert_eq!(contents, [(7, "a", "old"), (8, "b", lost), (9, "c", "run started")]);
        let again = Connection::open(writer.path()).unwrap();
        let version: i64 = again.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        assert_eq!(version, VERSION);
        let aside = std::fs::read_dir(&folder).unwrap().flatten();
        assert!(!aside.into_iter().any(|file| file.file_name().to_string_lossy().contains("broken")));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    /// For an end there is room at once where there was none for a beginning.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_end_that_comes_before_the_beginning_stays() {
        let (folder, mut writer) = writer("order");
        let written = tokio::task::spawn_blocking(move || {
            writer.write(&[entry("a", State::Succeeded), entry("b", State::Queued)]);
            writer.write(&[entry("a", State::Running), entry("b", State::Running)]);
            writer
        });
        let _writer = written.await.unwrap();
        assert_eq!(runs(&folder).await, ["a succeeded -", "b running -"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
