//! Runs that are ended from outside in the middle of work without an end: cancelled, at their deadline, by the end of the app.
//! They leave nothing at work behind them.
//!
//! There is one thread for work that blocks, and the database has one connection. Work that went on for nobody would hold them,
//! and whatever needs them next would wait for ever.

mod support;

use std::time::Duration;

use dataway_lang::Document;
use dataway_runtime::message::Failure;
use support::{TestApp, json, upstream};

/// How long anything that must come is waited for: many times what it takes on a machine that has a lot to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// A statement that gives no row and does not end.
const ENDLESS: &str = "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t";

/// Steps without an end, of which all do something else.
const STEPS: &[&str] = &[
    "filter: {input: \"#[[{}]]\", where: \"#[[n for n in range(10**15) if n < 0]]\"}",
    "validate: {schema: {}, value: \"#[[n for n in range(10**15) if n < 0]]\"}",
    "for-each: {collection: \"#[[n for n in range(10**15) if n < 0]]\", steps: []}",
    "parallel-for-each: {collection: 2, steps: [{set-payload: \"#[[n for n in range(10**15) if n < 0]]\"}]}",
    "FIRST}, {set-payload: \"#[len(list(msg.payload))]\"",
    "FIRST}, {for-each: {steps: []}",
    "FIRST}, {parallel-for-each: {steps: []}",
    "FIRST}, {file.write: {config: box, path: out.json}",
    "FIRST}, {http-request: {config: up, path: /echo, method: POST, timeout: 1d}",
    "FIRST}, {database.batch: {config: other, sql: insert into t values (:n), timeout: 1d}",
    "http-request: {config: up, path: /slow, timeout: 1d}",
    "http-request: {config: up, path: /stall, timeout: 1d}",
    "database.query: {config: db, timeout: 1d, sql: ENDLESS}",
    "database.query: {config: db, output: stream, sql: ENDLESS}}, {for-each: {steps: []}",
    "database.update: {config: db, timeout: 1d, sql: create table u as ENDLESS}",
    "try: {transaction: local, steps: [{database.query: {config: db, timeout: 1d, sql: ENDLESS}}]}",
    "sleep: 24h",
    "synchronized: {lock: l, steps: [{sleep: 24h}]}",
];

/// Needs the thread and the connection.
const PROBE: &str = r##"
  - name: probe
    steps:
      - decompress: {method: DEFLATE, content: "#[b'\\x4b\\x04\\x00']"}
      - database.query: {config: db, sql: "select 1 as n"}
"##;

async fn app() -> TestApp {
    let address = upstream::start().await;
    let first = "http-request: {config: up, path: /first, mode: stream, timeout: 1d}";
    let flow = |(n, step): (usize, &&str)| {
        let step = step.replace("FIRST", first).replace("ENDLESS", &format!("\"{ENDLESS}\""));
        // Text in the middle of a statement is no scalar of its own.
        let step = step.replace("create table u as \"", "\"create table u as ");
        format!("  - {{name: f{n}, steps: [{{{step}}}]}}\n  - {{name: late{n}, timeout: 50ms, steps: [{{{step}}}]}}\n")
    };
    let flows: String = STEPS.iter().enumerate().map(flow).collect();
    let database = |name: &str| {
        format!(
            "  {name}: {{type: database, engine: sqlite, path: \":memory:\", timeout: 30, init: [create table t(n)]}}\n"
        )
    };
    let configs = format!(
        "  up: {{type: http-request, base-url: \"http://{address}\"}}\n  box: {{type: file, root: .}}\n{}{}",
        database("db"),
        database("other")
    );
    let adjust = |settings: &mut dataway_runtime::engine::Settings| {
        settings.script_time = Duration::from_secs(86_400);
        settings.drain = Duration::ZERO;
    };
    TestApp::with(&configs, &format!("{PROBE}{flows}"), |_| {}, adjust).await
}

/// Does something on a runtime that has one thread for work that blocks.
fn with_one_thread(work: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).max_blocking_threads(1).enable_all().build().unwrap();
    runtime.block_on(work);
}

/// What must come.
async fn soon<T>(what: &str, coming: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, coming).await.unwrap_or_else(|_| panic!("{what}: it does not end"))
}

fn code(result: Result<dataway_runtime::message::Message, Failure>) -> String {
    result.map_or_else(|failure| failure.fault.code.to_string(), |message| json(message.payload()))
}

/// Asserts that nothing is held any more.
async fn is_free(app: &TestApp, step: &str) {
    assert_eq!(soon(step, app.json("probe", Document::None)).await, r#"[{"n":1}]"#, "after {step}");
}

#[test]
fn cancelled_runs_leave_nothing_at_work() {
    with_one_thread(async {
        let app = app().await;
        for (n, step) in STEPS.iter().enumerate() {
            let cancel = async {
                app.running(&format!("f{n}"), 1).await;
                // It comes to what has no end.
                tokio::time::sleep(Duration::from_millis(30)).await;
                app.runtime.jobs().iter().for_each(|job| job.cancel("CORE:CANCELLED"));
            };
            let name = format!("f{n}");
            let (result, ()) = soon(step, async { tokio::join!(app.run(&name, Document::None), cancel) }).await;
            assert_eq!(code(result), "CORE:CANCELLED", "{step}");
            is_free(&app, step).await;
        }
    });
}

#[test]
fn runs_at_their_deadline_leave_nothing_at_work() {
    with_one_thread(async {
        let app = app().await;
        for (n, step) in STEPS.iter().enumerate() {
            let result = soon(step, app.run(&format!("late{n}"), Document::None)).await;
            assert_eq!(code(result), "CORE:RUN_TIMEOUT", "{step}");
            is_free(&app, step).await;
        }
    });
}

#[test]
fn the_end_of_the_app_leaves_nothing_at_work() {
    with_one_thread(async {
        let app = app().await;
        let names: Vec<String> = (0..STEPS.len()).map(|n| format!("f{n}")).collect();
        let runs = futures_util::future::join_all(names.iter().map(|name| app.run(name, Document::None)));
        let shutdown = async {
            while app.runtime.jobs().len() < STEPS.len() {
                tokio::task::yield_now().await;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
            app.runtime.shutdown().await;
        };
        let (ended, ()) = soon("the app", async { tokio::join!(runs, shutdown) }).await;
        for (result, step) in ended.into_iter().zip(STEPS) {
            assert_eq!(code(result), "CORE:SHUTDOWN", "{step}");
        }
        soon("the thread", tokio::task::spawn_blocking(|| ())).await.unwrap();
    });
}
