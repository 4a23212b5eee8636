//! What is written is found again: rows, packs, logs of earlier versions, old rows and broken files.

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
    let failed = reader.runs(&RunFilter { state: Some("failed".into()), ..RunFilter::default() }).await.expect("found");
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
        vec![a[0].clone(), b[0].clone(), said, b[1].clone(), c[0].clone(), a[1].clone(), f[0].clone(), d[0].clone()],
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
