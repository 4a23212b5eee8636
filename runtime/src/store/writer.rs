//! Writes the run log. A store that does not work stops nothing: its events go to standard error until it works again.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, Executor};
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
        for event in events {
            insert_event(&mut transaction, &self.options, event).await?;
            if let Some(record) = &event.record {
                insert_run(&mut transaction, &self.options, record).await?;
            }
        }
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

async fn insert_event(connection: &mut SqliteConnection, options: &Options, event: &Event) -> Result<(), sqlx::Error> {
    let duration = event.duration.map(|duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX));
    sqlx::query(
        "insert into events (time, level, app, version, job, flow, step, component, operation, category, content, code, duration) \
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(micros(event.time))
    .bind(event.level as u8)
    .bind(&options.app)
    .bind(&options.version)
    .bind(&*event.job)
    .bind(&*event.flow)
    .bind(&*event.step)
    .bind(event.component)
    .bind(event.operation)
    .bind(options.redactor.redact(&event.category))
    .bind(options.redactor.redact(&event.content))
    .bind(options.redactor.redact(&event.code))
    .bind(duration)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_run(connection: &mut SqliteConnection, options: &Options, run: &RunRecord) -> Result<(), sqlx::Error> {
    let error = run.error.as_ref();
    sqlx::query(
        "insert or replace into runs \
         (job, parent, app, version, flow, cause, queued, started, ended, state, code, description, failed_step) \
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&*run.job)
    .bind(run.parent.as_deref())
    .bind(&options.app)
    .bind(&options.version)
    .bind(&*run.flow)
    .bind(run.trigger)
    .bind(micros(run.queued))
    .bind(micros(run.started))
    .bind(run.ended.map(micros))
    .bind(state(run.state))
    .bind(error.map(|(code, _)| options.redactor.redact(code)))
    .bind(error.map(|(_, description)| options.redactor.redact(description)))
    .bind(run.failed_step.as_deref())
    .execute(connection)
    .await?;
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
