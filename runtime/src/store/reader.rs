//! Reads the run log, also while an app writes it.

use std::path::Path;
use std::time::SystemTime;

use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{Connection, QueryBuilder, Row, Sqlite};

use super::{FILE, PACKED, PATIENCE, TRACED, VERSION, console, micros, packs, time, whole_micros};
use crate::engine::{Event, Level};
use crate::model::Redactor;

/// Most rows that one question gives.
pub const MOST_ROWS: u32 = 10_000;

/// Most bytes of messages that one question about recorded steps gives.
pub const MOST_TRACED: usize = 32 << 20;

/// A stored event. Texts that do not apply are empty.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields of an event, as in `engine::Event`")]
pub struct EventRow {
    /// Number in the store, ascending; 0 before it is stored.
    pub id: i64,
    pub time: SystemTime,
    pub level: String,
    pub app: String,
    pub version: String,
    pub job: String,
    pub flow: String,
    pub step: String,
    pub component: String,
    pub operation: String,
    pub category: String,
    pub content: String,
    pub code: String,
    /// In microseconds.
    pub duration: Option<i64>,
}

impl EventRow {
    /// An event as it will be stored.
    #[must_use]
    pub fn of(event: &Event, redactor: &Redactor) -> EventRow {
        EventRow {
            id: 0,
            time: event.time,
            level: console::level_name(event.level).to_owned(),
            app: String::new(),
            version: String::new(),
            job: event.job.to_string(),
            flow: event.flow.to_string(),
            step: event.step.to_string(),
            component: event.component.to_owned(),
            operation: event.operation.to_owned(),
            category: redactor.redact(&event.category).into_owned(),
            content: redactor.redact(&event.content).into_owned(),
            code: redactor.redact(&event.code).into_owned(),
            duration: event.duration.map(whole_micros),
        }
    }
}

/// A stored run.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields of a run, as in `engine::RunRecord`")]
pub struct RunRow {
    pub job: String,
    pub parent: Option<String>,
    pub app: String,
    pub version: String,
    pub flow: String,
    pub trigger: String,
    pub queued: SystemTime,
    pub started: SystemTime,
    pub ended: Option<SystemTime>,
    pub state: String,
    pub code: Option<String>,
    pub description: Option<String>,
    pub failed_step: Option<String>,
}

/// A stored execution of a step.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields of an event, as in `engine::Event`")]
pub struct TraceRow {
    pub time: SystemTime,
    pub flow: String,
    pub step: String,
    pub component: String,
    pub code: String,
    /// In microseconds.
    pub duration: Option<i64>,
    /// The message that entered the step, in JSON.
    pub input: String,
    /// The message that left it, in JSON.
    pub output: String,
}

/// Which events are wanted.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Of this flow.
    pub flow: Option<String>,
    /// Of this level and above.
    pub level: Option<Level>,
    /// Of this run.
    pub job: Option<String>,
    /// With this text in content, code or category; letters of ASCII in any case.
    pub text: Option<String>,
    /// Not before.
    pub since: Option<SystemTime>,
    /// Behind the event with this number.
    pub after: Option<i64>,
    /// The newest ones only, at most so many; still in ascending order.
    pub newest: Option<u32>,
}

/// Which runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Of this flow.
    pub flow: Option<String>,
    /// In this state.
    pub state: Option<String>,
    /// Started not before.
    pub since: Option<SystemTime>,
    /// Only this one.
    pub job: Option<String>,
    /// At most so many.
    pub limit: Option<u32>,
}

/// The run log of an app, opened for reading.
#[derive(Debug)]
pub struct Reader {
    connection: SqliteConnection,
    /// Version of its tables.
    version: i64,
}

impl Reader {
    /// Opens the log in a folder; `None` if there is none yet.
    ///
    /// # Errors
    /// Why the file cannot be read.
    pub async fn open(folder: &Path) -> Result<Option<Reader>, String> {
        let path = folder.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(PATIENCE);
        let mut opened = SqliteConnection::connect_with(&options).await.map_err(|error| failed(&error))?;
        match version(&mut opened).await.map_err(|error| failed(&error))? {
            // It is just being made.
            0 => Ok(None),
            version @ 1..=VERSION => Ok(Some(Reader { connection: opened, version })),
            other => {
                Err(format!("the run log has version {other}, this program reads {VERSION}; use a newer `dataway`"))
            }
        }
    }

    /// The version of its tables. Somebody who writes may have brought it to the present one since it was opened.
    async fn version(&mut self) -> Result<i64, sqlx::Error> {
        if self.version < VERSION {
            self.version = version(&mut self.connection).await?;
        }
        Ok(self.version)
    }

    /// Events in ascending order, at most [`MOST_ROWS`].
    ///
    /// # Errors
    /// Why they cannot be read.
    pub async fn events(&mut self, filter: &EventFilter) -> Result<Vec<EventRow>, String> {
        self.find_events(filter).await.map_err(|error| failed(&error))
    }

    async fn find_events(&mut self, filter: &EventFilter) -> Result<Vec<EventRow>, sqlx::Error> {
        let is_packed = self.version().await? >= PACKED;
        let table = if is_packed { "event_rows" } else { "events" };
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(format!("select * from {table} where 1 = 1"));
        if let Some(flow) = &filter.flow {
            query.push(" and flow = ").push_bind(flow.clone());
        }
        if let Some(level) = filter.level {
            query.push(" and level >= ").push_bind(level as u8);
        }
        if let Some(job) = &filter.job {
            query.push(" and job = ").push_bind(job.clone());
        }
        if let Some(text) = &filter.text {
            let pattern = format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            for (joint, column) in [(" and (", "content"), (" or ", "code"), (" or ", "category")] {
                query.push(joint).push(column).push(" like ").push_bind(pattern.clone()).push(" escape '\\'");
            }
            query.push(")");
        }
        if let Some(since) = filter.since {
            query.push(" and time >= ").push_bind(micros(since));
        }
        if let Some(after) = filter.after {
            query.push(" and id > ").push_bind(after);
        }
        let limit = filter.newest.unwrap_or(MOST_ROWS).min(MOST_ROWS);
        query
            .push(if filter.newest.is_some() { " order by id desc limit " } else { " order by id limit " })
            .push_bind(limit);
        // Both are read at one moment: meanwhile nothing can be written that only the second would see.
        let mut reading = self.connection.begin().await?;
        let rows = query.build().fetch_all(&mut *reading).await?;
        let mut events = rows.iter().map(event).collect::<Result<Vec<_>, _>>()?;
        if is_packed {
            events.extend(packs::events(&mut reading, filter, limit).await?);
        }
        events.sort_unstable_by_key(|event| event.id);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        if filter.newest.is_some() {
            events.drain(..events.len().saturating_sub(most));
        }
        events.truncate(most);
        Ok(events)
    }

    /// The recorded steps of a run in the order in which they ended, as far as they fit into [`MOST_TRACED`] bytes.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub async fn traces(&mut self, job: &str) -> Result<Vec<TraceRow>, String> {
        // A log that was made before there were traces has no table of them, and no traces.
        if self.version().await.map_err(|error| failed(&error))? < TRACED {
            return Ok(Vec::new());
        }
        let query = sqlx::query("select * from traces where job = ? order by id").bind(job);
        let mut rows = query.fetch(&mut self.connection);
        let (mut found, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.try_next().await.map_err(|error| failed(&error))? {
            let row = trace(&row).map_err(|error| failed(&error))?;
            bytes += row.input.len() + row.output.len();
            if bytes > MOST_TRACED {
                break;
            }
            found.push(row);
        }
        Ok(found)
    }

    /// Runs, the newest first, at most [`MOST_ROWS`].
    ///
    /// # Errors
    /// Why they cannot be read.
    pub async fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunRow>, String> {
        self.find_runs(filter).await.map_err(|error| failed(&error))
    }

    async fn find_runs(&mut self, filter: &RunFilter) -> Result<Vec<RunRow>, sqlx::Error> {
        let is_packed = self.version().await? >= PACKED;
        let table = if is_packed { "run_rows" } else { "runs" };
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(format!("select * from {table} where 1 = 1"));
        for (column, value) in [("flow", &filter.flow), ("state", &filter.state), ("job", &filter.job)] {
            if let Some(value) = value {
                query.push(" and ").push(column).push(" = ").push_bind(value.clone());
            }
        }
        if let Some(since) = filter.since {
            query.push(" and started >= ").push_bind(micros(since));
        }
        let limit = filter.limit.unwrap_or(MOST_ROWS).min(MOST_ROWS);
        query.push(" order by started desc, job desc limit ").push_bind(limit);
        let mut reading = self.connection.begin().await?;
        let rows = query.build().fetch_all(&mut *reading).await?;
        let mut runs = rows.iter().map(run).collect::<Result<Vec<_>, _>>()?;
        if is_packed && (filter.job.is_none() || runs.is_empty()) {
            runs.extend(packs::runs(&mut reading, filter, limit).await?);
        }
        runs.sort_unstable_by(|one, other| (other.started, &other.job).cmp(&(one.started, &one.job)));
        runs.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(runs)
    }
}

/// The version of the tables; 0 before they are made.
async fn version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("pragma user_version").fetch_one(connection).await
}

fn failed(error: &sqlx::Error) -> String {
    format!("the run log cannot be read: {error}")
}

fn event(row: &SqliteRow) -> Result<EventRow, sqlx::Error> {
    let level: u8 = row.try_get("level")?;
    let level = [Level::Debug, Level::Info, Level::Warn, Level::Error].into_iter().find(|one| *one as u8 == level);
    Ok(EventRow {
        id: row.try_get("id")?,
        time: time(row.try_get("time")?),
        level: level.map_or("INFO", console::level_name).to_owned(),
        app: row.try_get("app")?,
        version: row.try_get("version")?,
        job: row.try_get("job")?,
        flow: row.try_get("flow")?,
        step: row.try_get("step")?,
        component: row.try_get("component")?,
        operation: row.try_get("operation")?,
        category: row.try_get("category")?,
        content: row.try_get("content")?,
        code: row.try_get("code")?,
        duration: row.try_get("duration")?,
    })
}

fn trace(row: &SqliteRow) -> Result<TraceRow, sqlx::Error> {
    Ok(TraceRow {
        time: time(row.try_get("time")?),
        flow: row.try_get("flow")?,
        step: row.try_get("step")?,
        component: row.try_get("component")?,
        code: row.try_get("code")?,
        duration: row.try_get("duration")?,
        input: row.try_get("input")?,
        output: row.try_get("output")?,
    })
}

fn run(row: &SqliteRow) -> Result<RunRow, sqlx::Error> {
    Ok(RunRow {
        job: row.try_get("job")?,
        parent: row.try_get("parent")?,
        app: row.try_get("app")?,
        version: row.try_get("version")?,
        flow: row.try_get("flow")?,
        trigger: row.try_get("cause")?,
        queued: time(row.try_get("queued")?),
        started: time(row.try_get("started")?),
        ended: row.try_get::<Option<i64>, _>("ended")?.map(time),
        state: row.try_get("state")?,
        code: row.try_get("code")?,
        description: row.try_get("description")?,
        failed_step: row.try_get("failed_step")?,
    })
}

#[cfg(test)]
mod tests;
