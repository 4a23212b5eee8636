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
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::engine::{Entry, Identity, RunError, RunRecord, Sink, State};
    use crate::store::writer::{Options, Writer};

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("dataway-log-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    fn writer(folder: &Path, retention: Duration) -> Writer {
        let (app, version, redactor) = ("shop".to_owned(), "1.0.0".to_owned(), Redactor::default());
        Writer::new(Options { folder: folder.to_owned(), app, version, retention, redactor })
    }

    /// Sinks may block, so they run on a thread of their own, as the log does it.
    async fn write(mut writer: Writer, entries: Vec<Entry>) -> Writer {
        let work = move || {
            writer.write(&entries);
            writer
        };
        tokio::task::spawn_blocking(work).await.expect("written")
    }

    /// A time in the past, as exact as those that are stored.
    fn ago(seconds: u64) -> SystemTime {
        time(micros(SystemTime::now() - Duration::from_secs(seconds)))
    }

    fn event(seconds: u64, level: Level, flow: &str, job: &str, content: &str) -> Entry {
        Entry::Event(Box::new(Event { flow: flow.into(), job: job.into(), ..Event::new(ago(seconds), level, content) }))
    }

    /// A run of that age that began, and how it ended a second ago.
    fn run(job: &str, flow: &str, seconds: u64, error: Option<RunError>) -> [Entry; 2] {
        let at = ago(seconds);
        let run = Identity { job: job.into(), parent: None, flow: flow.into(), trigger: "cli", queued: at };
        let record = RunRecord { run: Arc::new(run), started: at, ended: None, state: State::Running, error: None };
        let state = if error.is_some() { State::Failed } else { State::Succeeded };
        let ended = RunRecord { ended: Some(ago(1)), state, error: error.map(Arc::new), ..record.clone() };
        [record, ended].map(|record| Entry::Run { record, is_silent: false })
    }

    fn sample() -> Vec<Entry> {
        let (code, description) = ("DB:CONNECT".to_owned(), "refused".to_owned());
        let error = RunError { code, description, step: Some("store".into()) };
        let [_, failed] = run("A", "orders", 9, Some(error));
        let [_, ended] = run("C", "orders", 2, None);
        vec![
            event(9, Level::Debug, "orders", "A", "step 100%"),
            event(5, Level::Warn, "other", "B", "slow_one"),
            failed,
            ended,
        ]
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_written_is_found() {
        let folder = folder("found");
        assert!(Reader::open(&folder).await.expect("readable").is_none());
        let _writer = write(writer(&folder, Duration::from_secs(3600)), sample()).await;
        let mut reader = Reader::open(&folder).await.expect("readable").expect("there");
        let wanted = |filter: EventFilter| filter;
        for (filter, expected) in [
            (wanted(EventFilter::default()), &["step 100%", "slow_one", "run failed: refused", "run succeeded"][..]),
            (
                EventFilter { flow: Some("orders".into()), level: Some(Level::Info), ..EventFilter::default() },
                &["run failed: refused", "run succeeded"],
            ),
            (EventFilter { text: Some("100%".into()), ..EventFilter::default() }, &["step 100%"]),
            (EventFilter { text: Some("_".into()), ..EventFilter::default() }, &["slow_one"]),
            (EventFilter { text: Some("db:con".into()), ..EventFilter::default() }, &["run failed: refused"]),
            (EventFilter { job: Some("A".into()), ..EventFilter::default() }, &["step 100%", "run failed: refused"]),
            (EventFilter { after: Some(3), ..EventFilter::default() }, &["run succeeded"]),
            (EventFilter { newest: Some(2), ..EventFilter::default() }, &["run failed: refused", "run succeeded"]),
            (
                EventFilter { since: Some(SystemTime::now() - Duration::from_secs(3)), ..EventFilter::default() },
                &["run failed: refused", "run succeeded"],
            ),
        ] {
            let found = reader.events(&filter).await.expect("found");
            assert_eq!(found.iter().map(|event| event.content.as_str()).collect::<Vec<_>>(), expected, "{filter:?}");
        }
        let runs = reader.runs(&RunFilter::default()).await.expect("found");
        assert_eq!(runs.iter().map(|run| run.job.as_str()).collect::<Vec<_>>(), ["C", "A"]);
        let failed =
            reader.runs(&RunFilter { state: Some("failed".into()), ..RunFilter::default() }).await.expect("found");
        assert_eq!((failed[0].code.as_deref(), failed[0].failed_step.as_deref()), (Some("DB:CONNECT"), Some("store")));
    }

    /// Whether runs are packed or not, the same is found.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn packed_runs_are_found_as_others_are() {
        // Jobs of apps are such numbers.
        let named = |job: &str| format!("01J{}{job}", "0".repeat(22));
        let of = |job: &str, flow: &str, age| run(&named(job), flow, age, None);
        let [a, b, c, d, e] = [of("A", "x", 9), of("B", "y", 8), of("C", "x", 7), of("D", "y", 6), of("E", "x", 5)];
        let failed = |job, age| {
            let error = RunError { code: "E:F".to_owned(), description: "no".to_owned(), step: None };
            run(&named(job), "x", age, Some(error))
        };
        let [f, g] = [failed("F", 4), failed("G", 3)];
        let said = event(7, Level::Warn, "x", &named("A"), "said");
        // A run that goes on, a batch that ends in the middle of two, and one that only has packs.
        let batches = [
            vec![
                a[0].clone(),
                b[0].clone(),
                said,
                b[1].clone(),
                c[0].clone(),
                a[1].clone(),
                f[0].clone(),
                d[0].clone(),
            ],
            vec![f[1].clone(), c[1].clone(), g[0].clone(), g[1].clone(), d[1].clone()],
            vec![e[0].clone(), e[1].clone()],
        ];
        let (packed, single) = (folder("packed"), folder("single"));
        let mut writers = [&packed, &single].map(|folder| writer(folder, Duration::from_secs(3600)));
        for batch in batches {
            let [into_packs, into_rows] = writers;
            let into_packs = write(into_packs, batch.clone()).await;
            let mut into_rows = into_rows;
            for entry in batch {
                into_rows = write(into_rows, vec![entry]).await;
            }
            writers = [into_packs, into_rows];
        }
        let mut readers = Vec::new();
        for folder in [&packed, &single] {
            readers.push(Reader::open(folder).await.expect("readable").expect("there"));
        }
        let count = |table: &str| format!("select count(*) from {table}");
        for (table, expected) in [("packs", [3, 0]), ("run_rows", [4, 7]), ("runs", [7, 7]), ("events", [15, 15])] {
            for (reader, expected) in readers.iter_mut().zip(expected) {
                let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count(table)))
                    .fetch_one(&mut reader.connection)
                    .await
                    .expect("counted");
                assert_eq!(found, expected, "{table}");
            }
        }
        let text = |text: &str| Some(text.to_owned());
        let all = EventFilter::default;
        let mut events = vec![
            all(),
            EventFilter { level: Some(Level::Info), ..all() },
            EventFilter { level: Some(Level::Warn), ..all() },
            EventFilter { flow: text("y"), ..all() },
            EventFilter { text: text("RUN s"), ..all() },
            EventFilter { since: Some(ago(7)), ..all() },
        ];
        events.extend(["A", "C", "E", "F", "Z"].map(|job| EventFilter { job: Some(named(job)), ..all() }));
        events.extend([0, 3, 8, 14, 15].map(|after| EventFilter { after: Some(after), ..all() }));
        events.extend([1, 2, 5, 9].map(|newest| EventFilter { newest: Some(newest), ..all() }));
        for filter in events {
            let [left, right] = [readers[0].events(&filter).await, readers[1].events(&filter).await];
            assert_eq!(left.expect("found"), right.expect("found"), "{filter:?}");
        }
        let all = RunFilter::default;
        let mut runs = vec![all(), RunFilter { flow: text("y"), ..all() }, RunFilter { since: Some(ago(7)), ..all() }];
        runs.extend(["succeeded", "failed"].map(|state| RunFilter { state: text(state), ..all() }));
        runs.extend(["A", "C", "E", "F", "Z"].map(|job| RunFilter { job: Some(named(job)), ..all() }));
        runs.extend([1, 3, 6].map(|limit| RunFilter { limit: Some(limit), ..all() }));
        for filter in runs {
            let [left, right] = [readers[0].runs(&filter).await, readers[1].runs(&filter).await];
            assert_eq!(left.expect("found"), right.expect("found"), "{filter:?}");
        }
    }

    /// A log of version 2 is read as it is, and goes on in the present one.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_log_of_version_2_goes_on() {
        let folder = folder("version-2");
        std::fs::create_dir_all(&folder).expect("made");
        let log = rusqlite::Connection::open(folder.join(FILE)).expect("opened");
        let at = micros(ago(9));
        log.execute_batch(&format!(
            "create table runs (job text primary key, parent text, app text not null, version text not null, \
             flow text not null, cause text not null, queued integer not null, started integer not null, ended integer, \
             state text not null, code text, description text, failed_step text, owner text not null default '') \
             without rowid; \
             create index runs_by_time on runs (started); \
             create table events (id integer primary key autoincrement, time integer not null, level integer not null, \
             app text not null, version text not null, job text not null, flow text not null, step text not null, \
             component text not null, operation text not null, category text not null, content text not null, \
             code text not null, duration integer); \
             insert into runs (job, app, version, flow, cause, queued, started, state) \
             values ('O', 'shop', '1.0.0', 'x', 'cli', {at}, {at}, 'succeeded'); \
             insert into events values (41, {at}, 1, 'shop', '1.0.0', 'O', 'x', '', '', '', '', 'old', '', null); \
             pragma user_version = 2"
        ))
        .expect("made");
        drop(log);
        let mut reader = Reader::open(&folder).await.expect("readable").expect("there");
        for (expected, jobs) in [(&["old"][..], &["O"][..]), (&["old", "run started", "run succeeded"], &["N", "O"])] {
            let events = reader.events(&EventFilter::default()).await.expect("found");
            assert_eq!(events.iter().map(|event| event.content.as_str()).collect::<Vec<_>>(), expected);
            let runs = reader.runs(&RunFilter::default()).await.expect("found");
            assert_eq!(runs.iter().map(|run| run.job.as_str()).collect::<Vec<_>>(), jobs);
            let _writer = write(writer(&folder, Duration::from_secs(3600)), run("N", "x", 5, None).into()).await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn old_rows_go_and_broken_files_are_kept_aside() {
        let folder = folder("old");
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join(FILE), "this is no database, but long enough to be looked at as one".repeat(50))
            .expect("written");
        let _writer = write(writer(&folder, Duration::from_secs(4)), sample()).await;
        let mut reader = Reader::open(&folder).await.expect("readable").expect("there");
        let left = reader.events(&EventFilter::default()).await.expect("found");
        assert_eq!(
            left.iter().map(|event| event.content.as_str()).collect::<Vec<_>>(),
            ["run failed: refused", "run succeeded"]
        );
        let kept = std::fs::read_dir(&folder).expect("listed").filter_map(Result::ok);
        assert!(kept.into_iter().any(|file| file.file_name().to_string_lossy().contains("broken")));
    }
}
