//! Writes the run log. A store that does not work stops nothing: its events go to standard error until it works again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Executor, QueryBuilder, Sqlite};
use tokio::runtime::Handle;

use super::{FILE, SET_VERSION, TABLES, VERSION, console, micros};
use crate::engine::{Event, RunRecord, Sink, State};
use crate::model::Redactor;

/// How often old rows are removed.
const CLEANING: Duration = Duration::from_secs(3600);
/// How long a store that failed is left alone.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most rows that one cleaning statement removes, so that no batch waits long behind it.
const CLEANED_AT_ONCE: i64 = 10_000;

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

/// The sink that stores events.
#[derive(Debug)]
pub struct Writer {
    options: Options,
    handle: Handle,
    connection: Option<SqliteConnection>,
    /// When the store is tried again after a failure.
    retry: Option<Instant>,
    cleaned: Option<Instant>,
}

impl Writer {
    /// A writer whose file is opened with the first events. Must be made inside a tokio runtime.
    #[must_use]
    pub fn new(options: Options) -> Writer {
        Writer { options, handle: Handle::current(), connection: None, retry: None, cleaned: None }
    }

    /// Path of the file.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.options.folder.join(FILE)
    }

    async fn store(&mut self, events: &[Event]) -> Result<(), sqlx::Error> {
        let path = self.path();
        let connection = match &mut self.connection {
            Some(connection) => connection,
            empty => empty.insert(create(&path).await?),
        };
        let mut transaction = connection.begin().await?;
        insert_events(&mut transaction, &self.options, events).await?;
        insert_runs(&mut transaction, &self.options, events).await?;
        transaction.commit().await?;
        if self.cleaned.is_none_or(|last| last.elapsed() >= CLEANING) {
            self.cleaned = Some(Instant::now());
            clean(connection, self.options.retention).await?;
        }
        Ok(())
    }
}

impl Sink for Writer {
    fn write(&mut self, events: &[Event]) {
        if self.retry.is_none_or(|at| at <= Instant::now()) {
            let handle = self.handle.clone();
            match handle.block_on(self.store(events)) {
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
        for event in events {
            console::warn(&console::line(event, &self.options.redactor));
        }
    }
}

/// Opens the file and makes its tables. A file that is no run log of this version is set aside, not overwritten.
async fn create(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut connection = match opened(path).await {
        Ok(connection) => connection,
        Err(error) if path.exists() && !is_busy(&error) => {
            let aside = path.with_extension(format!("db.broken-{}", micros(SystemTime::now())));
            console::warn(&format!(
                "the run log {} is not usable ({error}); it is kept as {}",
                path.display(),
                aside.display()
            ));
            std::fs::rename(path, aside)?;
            opened(path).await?
        }
        Err(error) => return Err(error),
    };
    connection.execute(TABLES).await?;
    connection.execute(SET_VERSION).await?;
    Ok(connection)
}

async fn opened(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let mut connection = super::open(path, true).await?;
    let version: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&mut connection).await?;
    if version != 0 && version != VERSION {
        let reason = format!("it has version {version}, not {VERSION}");
        return Err(sqlx::Error::Configuration(reason.into()));
    }
    Ok(connection)
}

/// Is somebody else at work on the file, so that nothing is wrong with it?
fn is_busy(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(|error| error.code())
        .is_some_and(|code| code == "5" || code == "6" || code == "261")
}

/// Events in one statement: together they must not need more values than SQLite binds.
const ROWS: usize = 500;

async fn insert_events(
    connection: &mut SqliteConnection,
    options: &Options,
    events: &[Event],
) -> Result<(), sqlx::Error> {
    for events in events.chunks(ROWS) {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "insert into events \
             (time, level, app, version, job, flow, step, component, operation, category, content, code, duration) ",
        );
        query.push_values(events, |mut row, event| {
            let duration = event.duration.map(|duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX));
            row.push_bind(micros(event.time))
                .push_bind(event.level as u8)
                .push_bind(&options.app)
                .push_bind(&options.version)
                .push_bind(&*event.job)
                .push_bind(&*event.flow)
                .push_bind(&*event.step)
                .push_bind(event.component)
                .push_bind(event.operation)
                .push_bind(options.redactor.redact(&event.category))
                .push_bind(options.redactor.redact(&event.content))
                .push_bind(options.redactor.redact(&event.code))
                .push_bind(duration);
        });
        execute(query, connection).await?;
    }
    Ok(())
}

async fn insert_runs(
    connection: &mut SqliteConnection,
    options: &Options,
    events: &[Event],
) -> Result<(), sqlx::Error> {
    // Of a run that began and ended since the last batch only the end is written.
    let mut last: BTreeMap<&str, &RunRecord> = BTreeMap::new();
    for record in events.iter().filter_map(|event| event.record.as_deref()) {
        last.insert(&record.job, record);
    }
    let records: Vec<&RunRecord> = last.into_values().collect();
    for records in records.chunks(ROWS) {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "insert or replace into runs \
             (job, parent, app, version, flow, cause, queued, started, ended, state, code, description, failed_step) ",
        );
        query.push_values(records, |mut row, run| {
            let error = run.error.as_ref();
            row.push_bind(&*run.job)
                .push_bind(run.parent.as_deref())
                .push_bind(&options.app)
                .push_bind(&options.version)
                .push_bind(&*run.flow)
                .push_bind(run.trigger)
                .push_bind(micros(run.queued))
                .push_bind(micros(run.started))
                .push_bind(run.ended.map(micros))
                .push_bind(state(run.state))
                .push_bind(error.map(|(code, _)| options.redactor.redact(code)))
                .push_bind(error.map(|(_, description)| options.redactor.redact(description)))
                .push_bind(run.failed_step.as_deref());
        });
        execute(query, connection).await?;
    }
    Ok(())
}

/// Executes a statement whose number of rows is seldom the same again, so that it is not worth keeping.
async fn execute(mut query: QueryBuilder<Sqlite>, connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    query.build().persistent(false).execute(connection).await.map(drop)
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
async fn clean(connection: &mut SqliteConnection, retention: Duration) -> Result<(), sqlx::Error> {
    let oldest = SystemTime::now().checked_sub(retention).map_or(0, micros);
    for statement in [
        "delete from events where id in (select id from events where time < ? limit ?)",
        "delete from runs where job in (select job from runs where started < ? limit ?)",
    ] {
        loop {
            let removed = sqlx::query(statement).bind(oldest).bind(CLEANED_AT_ONCE).execute(&mut *connection).await?;
            if removed.rows_affected() < u64::try_from(CLEANED_AT_ONCE).unwrap_or(0) {
                break;
            }
        }
    }
    Ok(())
}
