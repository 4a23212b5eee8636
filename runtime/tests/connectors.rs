//! Files, state values and schedules inside flows.

mod support;

use std::time::Duration;

use dataway_lang::Document;
use support::{TestApp, value};

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
