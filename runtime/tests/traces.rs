//! Runs as parts of distributed traces: the spans that reach a collector, and how they hang together.

mod support;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use dataway_lang::Document;
use dataway_runtime::inspect::otlp::{Exporter, Target};
use serde_json::Value;
use support::TestApp;
use support::client::send;

const FLOWS: &str = r##"
  - name: caller
    trigger: {http-listener: {path: /caller}}
    steps:
      - id: each
        for-each:
          collection: 2
          steps:
            - {id: call, http-request: {config: PORT, path: /callee}}
      - {id: beside, async: {steps: [{id: inner, logger: beside}]}}
      - {id: last, set-payload: done}
  - name: callee
    trigger: {http-listener: {path: /callee}}
    steps:
      - id: attempt
        try:
          steps: [{id: breaks, raise-error: {type: "APP:BAD", description: secret business}}]
          catch: [{type: ANY, steps: [{id: handled, set-payload: "#[msg.error['Code']]"}]}]
"##;

/// The spans that a collector got.
type Spans = Arc<Mutex<Vec<Value>>>;

/// A collector, and where it listens.
async fn collector() -> (Spans, String) {
    let spans = Spans::default();
    let own = Arc::clone(&spans);
    let take = move |headers: axum::http::HeaderMap, body: String| {
        assert!(headers["content-type"] == "application/json" && headers["x-key"] == "k");
        let body: Value = serde_json::from_str(&body).unwrap();
        let resource = &body["resourceSpans"][0];
        assert_eq!(resource["resource"]["attributes"][0]["value"]["stringValue"], "test");
        own.lock().unwrap().extend(resource["scopeSpans"][0]["spans"].as_array().unwrap().iter().cloned());
        std::future::ready("{}")
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/v1/traces", post(take))).await });
    (spans, address)
}

/// The spans of what `work` does with an app.
async fn traced(work: impl AsyncFnOnce(&TestApp)) -> Vec<Value> {
    let (spans, collector) = collector().await;
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector), ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=k".to_owned())];
    let environment = |name: &str| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| value.clone());
    let target = Target::of(&environment, "test", "1.0.0").unwrap().unwrap();
    let (hooks, exporter) = Exporter::start(target).unwrap();
    let port = support::servers::free_port();
    let configs = format!(
        "  api: {{type: http-listener, listen: \"127.0.0.1:{port}\"}}\n  own: {{type: http-request, base-url: \"http://127.0.0.1:{port}\"}}"
    );
    let flows = FLOWS.replace("PORT", "own");
    let app = TestApp::watched(&configs, &flows, |_| {}, |_| {}, Some(Arc::new(hooks))).await;
    work(&app).await;
    app.runtime.drained().await;
    exporter.close().await;
    spans.lock().unwrap().clone()
}

fn address(app: &TestApp) -> std::net::SocketAddr {
    let url = &app.triggers.listeners.sites.first().unwrap().url;
    url.trim_start_matches("http://").split('/').next().unwrap().parse().unwrap()
}

async fn call(app: &TestApp, parent: &str) {
    let request = format!("GET /caller HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{parent}\r\n");
    let (head, body) = send(address(app), &request).await;
    assert!(head.starts_with("http/1.1 200") && body == "done", "{head} {body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_hang_together_across_requests() {
    let parent = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
    let spans = traced(async |app| call(app, parent).await).await;
    let by_id: HashMap<&str, &Value> = spans.iter().map(|span| (span["spanId"].as_str().unwrap(), span)).collect();
    assert_eq!(by_id.len(), spans.len());
    let parent = |span: &Value| {
        span["parentSpanId"].as_str().and_then(|id| by_id.get(id)).map_or("-", |own| own["name"].as_str().unwrap())
    };
    let mut shown: Vec<String> = spans
        .iter()
        .map(|span| {
            assert_eq!(span["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
            let nanos = |key: &str| span[key].as_str().unwrap().parse::<u128>().unwrap();
            assert!(nanos("startTimeUnixNano") <= nanos("endTimeUnixNano"));
            let code = span["status"]["message"].as_str().unwrap_or_default();
            format!("{} {} in {} {code}", span["name"].as_str().unwrap(), span["kind"], parent(span))
                .trim_end()
                .to_owned()
        })
        .collect();
    shown.sort();
    let callee = [
        "callee 2 in caller/call",
        "callee/attempt 1 in callee",
        "callee/breaks 1 in callee/attempt APP:BAD",
        "callee/handled 1 in callee/attempt",
    ];
    let caller = [
        // The run of `async` is one of its own.
        "caller 1 in caller/beside",
        "caller 2 in -",
        "caller/beside 1 in caller",
        "caller/call 3 in caller/each",
        "caller/call 3 in caller/each",
        "caller/each 1 in caller",
        "caller/inner 1 in caller",
        "caller/last 1 in caller",
    ];
    let mut expected: Vec<&str> = callee.into_iter().chain(callee).chain(caller).collect();
    expected.sort_unstable();
    assert_eq!(shown, expected);
    // What went wrong is told by its code alone.
    assert!(!Value::from(spans).to_string().contains("business"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_began_a_trace_says_whether_it_is_wanted() {
    let unwanted = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00\r\n";
    assert!(traced(async |app| call(app, unwanted).await).await.is_empty());
    // A run that nobody asked for begins a trace of its own, whose number is that of its job.
    let spans = traced(async |app| drop(app.run("callee", Document::None).await.unwrap())).await;
    let run = spans.iter().find(|span| span["name"] == "callee").unwrap();
    assert_eq!((run.get("parentSpanId"), &run["kind"], spans.len()), (None, &1.into(), 4));
    assert!(spans.iter().all(|span| span["traceId"] == run["traceId"]));
}
