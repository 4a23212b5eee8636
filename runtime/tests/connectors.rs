//! Files, state values and schedules inside flows.

mod support;

use std::time::Duration;

use dataway_lang::Document;
use dataway_runtime::connectors;
use dataway_runtime::engine::{Level, Request, State};
use dataway_runtime::message::Message;
use support::{TestApp, json, value};

const FILES: &str = r##"  box: {type: file, root: root}
  locked: {type: file, root: root, access: read}"##;

const FILE_FLOWS: &str = r##"
  - name: write
    steps: [{file.write: {config: box, path: "#[msg.payload['path']]", content: "#[msg.payload['content']]"}}]
  - name: append
    steps: [{file.write: {config: box, path: a.txt, mode: append}}]
  - name: new
    steps: [{file.write: {config: box, path: a.txt, mode: create-new}}]
  - name: locked
    steps: [{file.write: {config: locked, path: a.txt}}]
  - name: read
    steps: [{file.read: {config: box, path: "#[msg.payload]"}}, {set-payload: "#[{'mime': msg.payload['^mime_type'], 'text': msg.payload['^blob'].decode('utf-8')}]"}]
  - name: rows
    steps:
      - file.read: {config: box, path: rows.csv, mode: stream}
      - for-each: {steps: [{set-variable: {name: last, value: "#[msg.payload['n']]"}}]}
      - set-payload: "#[msg.vars['last']]"
  - name: copy
    steps:
      - file.read: {config: box, path: rows.csv, mode: stream}
      - file.write: {config: box, path: copy.json}
      - file.read: {config: box, path: copy.json}
      - set-payload: "#[len(msg.payload['^value'])]"
  - name: list
    steps: [{file.list: {config: box, match: "*.txt", after: "2020-01-01T00:00:00Z", min-size: 1}}, {set-payload: "#[[e['PathName'] for e in msg.payload]]"}]
  - name: move
    steps: [{file.move: {config: box, source: a.txt, target: done/a.txt}}]
  - name: delete
    steps: [{file.delete: {config: box, path: done, recursive: true}}]
  - name: large
    steps: [{file.read: {config: box, path: rows.csv}}]
"##;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files() {
    let prepare = |folder: &std::path::Path| std::fs::create_dir_all(folder.join("root")).unwrap();
    let app = TestApp::with(FILES, FILE_FLOWS, prepare, |settings| settings.max_payload = 1_000).await;
    let write = async |path: &str, content: &str| {
        let payload = Document::dict([("path", path.into()), ("content", value(content))]);
        app.json("write", payload).await
    };
    assert_eq!(write("a.txt", "\"one\"").await, r##"{"path":"a.txt","content":"one"}"##);
    assert_eq!(app.json("read", "a.txt".into()).await, r##"{"mime":"text/plain","text":"one"}"##);
    assert_eq!(app.json("append", "+".into()).await, "\"+\"");
    assert_eq!(app.json("read", "a.txt".into()).await, r##"{"mime":"text/plain","text":"one+"}"##);
    assert_eq!(app.json("new", "x".into()).await, "FILE:EXISTS");
    assert_eq!(app.json("locked", "x".into()).await, "FILE:DENIED");
    write("b.json", "{\"a\": [1]}").await;
    assert_eq!(app.json("read", "b.json".into()).await, r##"{"mime":"application/json","text":"{\"a\":[1]}"}"##);
    assert_eq!(write("c.txt", "5").await, "CORE:TYPE");
    for (path, code) in [("absent", "FILE:NOT_FOUND"), ("../app.yaml", "FILE:DENIED"), (".", "FILE:IS_DIRECTORY")] {
        assert_eq!(app.json("read", path.into()).await, code, "{path}");
    }
    let rows: String = (0..500).map(|n| format!("{n},x\n")).collect();
    std::fs::write(app.folder.join("root/rows.csv"), format!("n,t\n{rows}")).unwrap();
    assert_eq!(app.json("large", Document::None).await, "FILE:LIMIT");
    assert_eq!(app.json("rows", Document::None).await, "\"499\"");
    assert_eq!(app.json("copy", Document::None).await, "FILE:LIMIT");
    assert_eq!(app.json("list", Document::None).await, r##"["a.txt"]"##);
    app.json("move", Document::None).await;
    assert_eq!(app.json("move", Document::None).await, "FILE:NOT_FOUND");
    assert_eq!(app.json("delete", Document::None).await, "null");
    assert_eq!(app.json("list", Document::None).await, "[]");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn state_values() {
    let configs = "  one: {type: state, key: k}\n  same: {type: state, key: k}\n  list: {type: state, key: l}\n  hash: {type: state, key: h}";
    let flows = r##"
  - {name: set, steps: [{state.set: {config: one, value: "#[msg.payload]"}}]}
  - {name: get, steps: [{state.get: {config: same}}]}
  - {name: expire, steps: [{state.expire: {config: one, days: "#[msg.payload]"}}]}
  - {name: delete, steps: [{state.delete: {config: one}}]}
  - {name: push, steps: [{state.list-push: {config: list, value: "#[msg.payload]"}}]}
  - {name: unshift, steps: [{state.list-push: {config: list, value: "#[msg.payload]", end: head}}]}
  - {name: pop, steps: [{state.list-pop: {config: list, end: head}}]}
  - {name: peek, steps: [{state.list-get: {config: list}}]}
  - {name: length, steps: [{state.list-length: {config: list}}]}
  - {name: wrong, steps: [{state.get: {config: list}}]}
  - {name: put, steps: [{state.hash-set: {config: hash, field: f, value: "#[msg.payload]"}}]}
  - {name: field, steps: [{state.hash-get: {config: hash, field: "#[msg.payload]"}}]}
  - {name: has, steps: [{state.hash-has: {config: hash, field: f}}]}
  - {name: remove, steps: [{state.hash-remove: {config: hash, field: f}}]}
  - {name: size, steps: [{state.hash-size: {config: hash}}]}
"##;
    let app = TestApp::start(configs, flows).await;
    for (flow, payload, answer) in [
        ("get", "null", r##"{"value":null}"##),
        ("set", r##"{"a": [1]}"##, r##"{"value":{"a":[1]}}"##),
        ("get", "null", r##"{"value":{"a":[1]}}"##),
        ("expire", "1", "null"),
        ("expire", "0", "CORE:TYPE"),
        ("delete", "1", "null"),
        ("get", "null", r##"{"value":null}"##),
        ("push", "1", r##"{"value":1}"##),
        ("unshift", "0", r##"{"value":0}"##),
        ("length", "null", r##"{"size":2}"##),
        ("peek", "null", r##"{"value":1}"##),
        ("pop", "null", r##"{"value":0}"##),
        ("wrong", "null", "CORE:TYPE"),
        ("put", "true", r##"{"key":"f","value":true}"##),
        ("field", "\"f\"", r##"{"key":"f","value":true}"##),
        ("field", "\"g\"", r##"{"key":"g","value":null}"##),
        ("has", "null", r##"{"key":"f","value":true}"##),
        ("size", "null", r##"{"size":1}"##),
        ("remove", "null", r##"{"key":"f","value":true}"##),
        ("remove", "null", r##"{"key":"f","value":false}"##),
    ] {
        assert_eq!(app.json(flow, value(payload)).await, answer, "{flow} {payload}");
    }
    let long = Document::from("x".repeat(513));
    assert_eq!(app.json("field", long).await, "CORE:TYPE");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedules_fire_until_the_app_stops() {
    let flows = r##"
  - name: tick
    trigger: {scheduler: {every: 1, skip-if-running: true}}
    steps: [{logger: tick}]
"##;
    let app = TestApp::start("  k: {type: state, key: k}", flows).await;
    let ticks = || app.log.events().iter().filter(|event| event.content.contains("tick")).count();
    while ticks() < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.runtime.shutdown().await;
    let ended = ticks();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(ticks(), ended);
}

/// Failures are swallowed by the trigger, but recorded, and the next firing comes as if nothing had happened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scheduled_run_that_fails_is_recorded_and_the_next_one_comes() {
    let flows = r##"
  - name: tick
    trigger: {scheduler: {every: 1}}
    steps:
      - logger: {category: first, message: "#[str([msg.payload, msg.attrs, msg.vars, msg.error])]"}
      - id: breaks
        raise-error: {type: "TICK:BAD", description: on purpose}
"##;
    let app = TestApp::start("  k: {type: state, key: k}", flows).await;
    let failed = || {
        let events = app.log.events();
        events.into_iter().filter(|event| event.content.starts_with("run failed")).collect::<Vec<_>>()
    };
    while failed().len() < 2 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    app.runtime.shutdown().await;
    for event in failed() {
        let record = app.log.runs().into_iter().rfind(|record| record.run.job == event.job).unwrap();
        assert_eq!((&*event.content, &*event.code, event.level), ("run failed: on purpose", "TICK:BAD", Level::Error));
        assert_eq!((record.run.trigger, record.state, &*record.run.flow), ("scheduler", State::Failed, "tick"));
        assert_eq!(record.error.and_then(|error| error.step.clone()).as_deref(), Some("breaks"));
    }
    let [first, second] = [0, 1].map(|n| failed()[n].job.clone());
    assert_ne!(first, second);
    let events = app.log.events();
    let given = events.iter().find(|event| &*event.category == "first").map(|event| event.content.as_str());
    assert_eq!(given, Some("[None, {}, {}, None]"));
    // The step says it too, in a line of its own.
    let lines = app.log.events().into_iter().filter(|event| event.job == first && &*event.step == "breaks");
    assert_eq!(lines.map(|event| event.content).collect::<Vec<_>>(), ["on purpose"]);
}

/// Operations, one after the other, each with the payload that it gives, as JSON (empty: not looked at), or the code with which it
/// fails.
const OPERATIONS: &[(&str, &str)] = &[
    ("file.write: {path: a.txt, content: x}", "\"p\""),
    ("file.read: {path: a.txt}", "\"x\""),
    ("file.list: {}", ""),
    ("file.move: {source: a.txt, target: b.txt}", "\"p\""),
    ("file.delete: {path: b.txt}", "\"p\""),
    ("file.read: {path: b.txt}", "FILE:NOT_FOUND"),
    ("file.move: {source: a.txt, target: b.txt}", "FILE:NOT_FOUND"),
    ("file.delete: {path: b.txt}", "FILE:NOT_FOUND"),
    ("file.write: {path: ../b.txt}", "FILE:DENIED"),
    ("file.list: {path: absent}", "FILE:NOT_FOUND"),
    ("database.insert: {sql: insert into t values (1)}", r#"{"rowsAffected":1,"lastId":1}"#),
    ("database.query: {sql: select n from t}", r#"[{"n":1}]"#),
    ("database.update: {sql: update t set n = 2}", r#"{"rowsAffected":1}"#),
    ("database.batch: {sql: insert into t values (:n), rows: [{n: 5}]}", r#"{"rowsAffected":1,"failed":[]}"#),
    ("database.delete: {sql: delete from t}", r#"{"rowsAffected":2}"#),
    ("database.query: {sql: select n from u}", "DB:SYNTAX"),
    ("database.insert: {sql: \"insert into t values (1, 2)\"}", "DB:SYNTAX"),
    ("database.batch: {sql: insert into t values (:n), rows: \"#[[{}]]\"}", "DB:PARAMETER"),
    ("state.set: {config: kept, value: 1}", r#"{"value":1}"#),
    ("state.get: {config: kept}", r#"{"value":1}"#),
    ("state.expire: {config: kept, days: 1}", "null"),
    ("state.expire: {config: kept, days: \"#[0]\"}", "CORE:TYPE"),
    ("state.list-push: {config: kept, value: 1}", "CORE:TYPE"),
    ("state.delete: {config: kept}", "null"),
    ("http-request: {}", "HTTP:CONNECT"),
    ("state.list-push: {config: list, value: 1}", r#"{"value":1}"#),
    ("state.list-get: {config: list}", r#"{"value":1}"#),
    ("state.list-length: {config: list}", r#"{"size":1}"#),
    ("state.list-pop: {config: list}", r#"{"value":1}"#),
    ("state.list-pop: {config: list}", r#"{"value":null}"#),
    ("state.hash-set: {config: hash, field: f, value: 1}", r#"{"key":"f","value":1}"#),
    ("state.hash-get: {config: hash, field: f}", r#"{"key":"f","value":1}"#),
    ("state.hash-has: {config: hash, field: g}", r#"{"key":"g","value":false}"#),
    ("state.hash-size: {config: hash}", r#"{"size":1}"#),
    ("state.hash-remove: {config: hash, field: f}", r#"{"key":"f","value":true}"#),
    ("state.hash-get: {config: hash, field: \"#['f' * 513]\"}", "CORE:TYPE"),
];

#[test]
fn no_operation_is_left_out() {
    for component in connectors::COMPONENTS.iter().chain(connectors::state::COMPONENTS) {
        let key = component.description.key;
        let is_tried = OPERATIONS.iter().any(|(step, _)| step.split(':').next() == Some(key));
        assert!(is_tried, "{key}: what it does to its message is tested nowhere");
    }
}

/// Operations change the payload and nothing else; one that fails leaves its input in the failed message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_change_the_payload_alone() {
    let configs = r##"  box: {type: file, root: root}
  db: {type: database, engine: sqlite, path: ":memory:", init: ["create table t(n integer primary key)"]}
  kept: {type: state, key: k}
  list: {type: state, key: l}
  hash: {type: state, key: h}
  down: {type: http-request, base-url: "http://127.0.0.1:1"}"##;
    let flows: String = OPERATIONS
        .iter()
        .enumerate()
        .map(|(n, (step, _))| format!("  - {{name: f{n}, steps: [{{{step}}}]}}\n"))
        .collect();
    let prepare = |folder: &std::path::Path| std::fs::create_dir_all(folder.join("root")).unwrap();
    let app = TestApp::with(configs, &format!("\n{flows}"), prepare, |_| {}).await;
    let (attributes, variables) = (r#"{"from":"input"}"#, r#"{"kept":1}"#);
    for (n, (step, expected)) in OPERATIONS.iter().enumerate() {
        let flow = app.runtime.flow(&format!("f{n}")).unwrap().clone();
        let message = Message::new("p".into(), value(attributes), value(variables));
        let ended = app.runtime.run(Request { flow, trigger: "test", message }).await.unwrap();
        let message = match ended.result {
            Ok(message) => {
                assert!(
                    expected.is_empty() || json(message.payload()) == *expected,
                    "{step}: {}",
                    json(message.payload())
                );
                message
            }
            Err(failure) => {
                assert_eq!(failure.fault.code, *expected, "{step}: {}", failure.fault);
                assert_eq!(json(failure.message.payload()), "\"p\"", "{step}");
                failure.message
            }
        };
        assert_eq!(
            (json(message.attributes()), json(message.variables())),
            (attributes.into(), variables.into()),
            "{step}"
        );
        assert!(message.error().is_none(), "{step}");
    }
}
