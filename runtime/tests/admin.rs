//! The admin API of an app that runs: what it tells, what it does, whom it refuses, and that no secret leaves through it.

mod support;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dataway_runtime::model::App;
use dataway_runtime::running::Running;
use dataway_runtime::store::writer::{Options, Writer};
use serde_json::Value;
use support::client::send;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const FLOWS: &str = r##"
  - name: listens
    trigger: {http-listener: {path: /x}}
    steps: [{set-payload: listened}]
  - name: ticks
    trigger: {scheduler: {cron: "0 0 0 1 1 ? 2099"}}
    steps: []
  - name: echo
    steps: [{id: say, logger: said}, {id: make, set-payload: "#[{'got': msg.payload['^value'] if msg.payload else None}]"}]
  - name: leak
    steps: [{raise-error: {type: "APP:BAD", description: "TOKEN-is-a-secret was wrong"}}]
  - name: tells
    steps: [{set-payload: TOKEN-is-a-secret}]
  - name: asks
    steps: [{id: ask, http-request: {config: nowhere}}]
  - name: parts
    steps:
      - {id: one, set-payload: "#[msg.payload + 1]"}
      - id: box
        try:
          steps:
            - {id: two, set-variable: {name: was, value: "#[msg.payload]"}}
            - {id: three, http-request: {config: nowhere}}
            - {id: four, set-payload: "#[[msg.payload, msg.vars['was']]]"}
  - name: waits
    max-concurrency: 1
    queue: 1
    steps: [{id: nap, sleep: 1h}]
"##;

const SETTINGS: &str = r##"
configs:
  api: {type: http-listener, listen: "127.0.0.1:0"}
  nowhere: {type: http-request, base-url: "http://127.0.0.1:1", auth: {bearer: "${secret:TOKEN}"}}
"##;

/// An app with its admin API.
struct Site {
    running: Running,
    folder: PathBuf,
    address: SocketAddr,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn writer(app: &App, folder: &Path) -> Writer {
    Writer::new(Options {
        folder: folder.join(&app.file.log.dir),
        app: app.file.name.clone(),
        version: app.file.version.clone(),
        retention: app.file.log.retention,
        redactor: app.redactor.clone(),
    })
}

impl Site {
    async fn start(admin: &str) -> Site {
        let folder = support::folder(&format!("{SETTINGS}admin: {admin}"), FLOWS);
        let app = support::load(&folder);
        let running = Running::start(&app, &folder, Box::new(writer(&app, &folder))).await.unwrap();
        let address = running.admin_url().unwrap().trim_start_matches("http://").parse().unwrap();
        Site { running, folder, address }
    }

    /// The app once more, in the same folder.
    async fn again(&self) -> Running {
        let app = support::load(&self.folder);
        let running = Running::start(&app, &self.folder, Box::new(writer(&app, &self.folder))).await.unwrap();
        running.runtime.log().flush().await;
        running
    }

    /// Status and body of an answer.
    async fn ask(&self, method: &str, path: &str, more: &str) -> (u16, String) {
        let (head, body) = more.split_once("\r\n\r\n").unwrap_or((more, ""));
        let head = if head.is_empty() { String::new() } else { format!("{head}\r\n") };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n{head}\r\n{body}",
            body.len()
        );
        let (head, body) = send(self.address, &request).await;
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body)
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, "").await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_tells_about_itself() {
    let site = Site::start("{listen: \"127.0.0.1:0\"}").await;
    assert_eq!(site.get("/health").await["state"], "running");
    assert_eq!(site.get("/ready").await["state"], "running");
    let apps = site.get("/apps").await;
    assert_eq!((&apps[0]["name"], &apps[0]["version"]), (&"test".into(), &"1.0.0".into()));
    let flows = site.get("/apps/test/flows").await;
    assert_eq!(flows.as_array().unwrap().len(), 8);
    assert!(flows[0]["address"].as_str().unwrap().ends_with("/x"), "{flows}");
    assert_eq!(flows[1]["next"], "2098-12-31T16:00:00.000000Z");

    let json = "Content-Type: application/json\r\n\r\n[1]";
    assert_eq!(site.ask("POST", "/apps/test/flows/echo/run", json).await, (200, "{\"got\":[1]}".into()));
    assert_eq!(site.ask("POST", "/apps/test/flows/echo/run", "").await, (200, "{\"got\":null}".into()));
    assert_eq!(site.ask("POST", "/apps/test/flows/asks/run", "").await.0, 500);
    let runs = site.get("/apps/test/runs?flow=echo&state=succeeded&since=1h&limit=1").await;
    assert_eq!(runs.as_array().unwrap().len(), 1);
    let run = &runs[0];
    assert_eq!((&run["trigger"], &run["state"]), (&"admin".into(), &"succeeded".into()));
    let one = site.get(&format!("/apps/test/runs/{}", run["job"].as_str().unwrap())).await;
    let said: Vec<&str> =
        one["events"].as_array().unwrap().iter().filter_map(|event| event["content"].as_str()).collect();
    assert_eq!(said, ["run started", "said", "run succeeded"]);
    let logs = site.get("/apps/test/logs?flow=asks&level=error").await;
    assert_eq!((&logs[0]["code"], &logs[0]["operation"]), (&"HTTP:CONNECT".into(), &"http-request".into()));

    let (_, metrics) = site.ask("GET", "/metrics", "").await;
    for line in [
        "dataway_runs_total{flow=\"echo\",state=\"succeeded\"} 2",
        "dataway_runs_total{flow=\"asks\",state=\"failed\"} 1",
        "dataway_run_seconds_count{flow=\"echo\"} 2",
        "dataway_run_seconds_bucket{flow=\"echo\",le=\"+Inf\"} 2",
        "dataway_runs_active{flow=\"echo\"} 0",
        "dataway_queue_length{flow=\"echo\"} 0",
        "dataway_queue_refused_total{flow=\"echo\"} 0",
        "dataway_steps_total{flow=\"echo\",step=\"make\",component=\"set-payload\",outcome=\"succeeded\"} 2",
        "dataway_steps_total{flow=\"asks\",step=\"ask\",component=\"http-request\",outcome=\"failed\"} 1",
        "dataway_step_seconds_count{flow=\"echo\",step=\"make\"} 2",
        "dataway_script_seconds_count{flow=\"echo\",step=\"make\"} 2",
        "dataway_operations_total{config=\"nowhere\",operation=\"http-request\",code=\"HTTP:CONNECT\"} 1",
        "dataway_operation_seconds_count{config=\"nowhere\",operation=\"http-request\"} 1",
        "dataway_log_dropped_total 0",
        "# TYPE dataway_run_seconds histogram",
    ] {
        assert!(metrics.lines().any(|own| own == line), "{line}\n{metrics}");
    }
    assert!(metrics.contains("dataway_build_info{version="));
    site.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_leaves() {
    let site = Site::start("{listen: \"127.0.0.1:0\"}").await;
    let (status, body) = site.ask("POST", "/apps/test/flows/leak/run", "").await;
    assert_eq!((status, &*body), (500, r#"{"Code":"APP:BAD","Description":"*** was wrong"}"#));
    assert_eq!(site.ask("POST", "/apps/test/flows/tells/run", "").await, (200, "***".into()));
    for path in ["/apps/test/runs", "/apps/test/logs", "/apps/test/flows", "/metrics"] {
        let (_, body) = site.ask("GET", path, "").await;
        assert!(!body.contains("is-a-secret"), "{path}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_wait_are_cancelled_and_the_app_ends() {
    let site = Site::start("{listen: \"127.0.0.1:0\"}").await;
    let address = site.address;
    let start = move || async move {
        let request = "POST /apps/test/flows/waits/run HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n";
        send(address, request).await
    };
    // Of a flow that runs once at a time a part runs once at a time too.
    let part = move || async move {
        let request =
            "POST /apps/test/flows/waits/run?from=nap&to=nap HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n";
        send(address, request).await
    };
    let first = tokio::spawn(start());
    let state = async |state: &str| loop {
        let runs = site.get(&format!("/apps/test/runs?state={state}")).await;
        if let Some(run) = runs.get(0) {
            return run["job"].as_str().unwrap().to_owned();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let job = state("running").await;
    let second = tokio::spawn(part());
    let queued = state("queued").await;
    let (head, body) = start().await;
    assert!(head.starts_with("http/1.1 503") && body.contains("CORE:QUEUE_FULL"), "{head} {body}");
    // One that waits is found and ended, and its place in the queue is free again.
    assert_eq!(site.ask("POST", &format!("/apps/test/runs/{queued}/cancel"), "").await.0, 200);
    assert!(second.await.unwrap().1.contains("CORE:CANCELLED"));
    let cancelled = site.get(&format!("/apps/test/runs/{queued}")).await;
    assert_eq!((&cancelled["state"], &cancelled["code"]), (&"cancelled".into(), &"CORE:CANCELLED".into()));
    assert_eq!(site.ask("POST", &format!("/apps/test/runs/{queued}/cancel"), "").await.0, 404);
    // So it is when whoever asked for it goes away.
    let third = tokio::spawn(start());
    let gone = state("queued").await;
    third.abort();
    while site.get(&format!("/apps/test/runs/{gone}")).await["state"] != "cancelled" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let second = tokio::spawn(start());
    let queued = state("queued").await;
    assert_eq!(site.ask("POST", &format!("/apps/test/runs/{job}/cancel"), "").await.0, 200);
    assert!(first.await.unwrap().1.contains("CORE:CANCELLED"));
    assert_eq!(site.get(&format!("/apps/test/runs/{job}")).await["state"], "cancelled");
    // The one that waited goes on now, and the end of the app ends it.
    while site.get(&format!("/apps/test/runs/{queued}")).await["state"] != "running" {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(site.ask("POST", "/shutdown", "").await.0, 202);
    site.running.stop_requested().await;
    assert!(site.running.runtime.cancel(&queued));
    site.running.stop().await;
    assert!(second.await.unwrap().1.contains("CORE:CANCELLED"));
    assert!(TcpStream::connect(address).await.is_err());
}

/// Names of the files by which processes that write the log say that they live.
fn writers(site: &Site) -> usize {
    let files = std::fs::read_dir(site.folder.join(".dataway")).unwrap().flatten();
    files.filter(|file| file.file_name().to_string_lossy().starts_with("writer-")).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_has_ended_leaves_no_lock() {
    let site = Site::start("{listen: \"127.0.0.1:0\"}").await;
    site.ask("POST", "/apps/test/flows/echo/run", "").await;
    assert_eq!(site.get("/apps/test/runs").await.as_array().unwrap().len(), 1);
    // Another one on the same log lives on, and takes the first one for living as long as it does.
    let other = site.again().await;
    assert_eq!(writers(&site), 2);
    site.running.stop().await;
    assert_eq!(writers(&site), 1);
    other.stop().await;
    assert_eq!(writers(&site), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_as_it_is_written() {
    let site = Site::start("{listen: \"127.0.0.1:0\"}").await;
    site.ask("POST", "/apps/test/flows/echo/run", "").await;
    let follow = async |more: &str, until: &str| {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        let request = format!(
            "GET /apps/test/logs?flow=echo HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n{more}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let (mut text, mut piece) = (String::new(), [0; 4_096]);
        let mut asked = false;
        while text.matches(until).count() < 2 {
            let read = tokio::time::timeout(Duration::from_secs(60), stream.read(&mut piece)).await;
            let read = read.unwrap_or_else(|_| panic!("no more came: {text}")).unwrap();
            assert!(read > 0, "the stream ended: {text}");
            text.push_str(std::str::from_utf8(&piece[..read]).unwrap());
            if text.contains(until) && !asked {
                asked = true;
                site.ask("POST", "/apps/test/flows/echo/run", "").await;
            }
        }
        text
    };
    let text = follow("", "run succeeded").await;
    assert!(text.contains("text/event-stream") && text.contains("id: ") && text.contains("\"said\""), "{text}");
    let last = text.lines().filter_map(|line| line.strip_prefix("id: ")).next_back().unwrap().to_owned();
    let before: u64 = last.trim().parse().unwrap();
    let resumed = follow(&format!("Last-Event-ID: {}\r\n", before - 1), "run succeeded").await;
    let first = resumed.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().trim().to_owned();
    assert_eq!(first, last);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_refused() {
    let site = Site::start("{listen: \"127.0.0.1:0\"}").await;
    let raw = async |head: &str| {
        send(site.address, &format!("GET /health HTTP/1.1\r\n{head}Connection: close\r\n\r\n")).await.0
    };
    assert!(raw("Host: evil.example\r\n").await.starts_with("http/1.1 403"));
    assert!(raw("Host: localhost\r\nOrigin: http://evil.example\r\n").await.starts_with("http/1.1 403"));
    assert!(raw("Host: localhost\r\nSec-Fetch-Site: cross-site\r\n").await.starts_with("http/1.1 403"));
    for (method, path, status) in [
        ("GET", "/", 404),
        ("GET", "/apps/other/flows", 404),
        ("GET", "/apps/test/runs/none", 404),
        ("POST", "/apps/test/runs/none/cancel", 404),
        ("POST", "/apps/test/flows/none/run", 404),
        ("GET", "/apps/test/flows/echo/run", 405),
        ("GET", "/apps/test/runs?limit=none", 400),
        ("GET", "/apps/test/runs?sort=up", 400),
        ("GET", "/apps/test/logs?level=LOUD", 400),
        ("GET", "/apps/test/logs?since=soon", 400),
    ] {
        let (found, body) = site.ask(method, path, "").await;
        assert_eq!(found, status, "{path}: {body}");
        assert!(body.contains("\"Code\":\"ADMIN:"), "{body}");
    }
    let guarded = Site::start("{listen: \"127.0.0.1:0\", token: \"${secret:ADMIN}\"}").await;
    assert_eq!(guarded.ask("GET", "/health", "").await.0, 401);
    assert_eq!(guarded.ask("GET", "/health", "Authorization: Bearer ADMIN").await.0, 401);
    assert_eq!(guarded.ask("GET", "/health", "Authorization: Bearer ADMIN-is-a-secret").await.0, 200);
}

/// Asks for a run by hand with a message and mocks.
const BY_HAND: &str = "Content-Type: application/vnd.dataway.run+json\r\n\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_of_flows_run_by_hand_with_mocks() {
    let site = Site::start("{listen: \"127.0.0.1:0\"}").await;
    let body = r##"{
        "message": {"payload": 5, "attributes": {"key": "TOKEN-is-a-secret"}},
        "mocks": [{"step": "parts/three", "when": "#[msg.payload == 5]", "return": {"payload": {"from": "mock"}}}]
    }"##;
    let run = "/apps/test/flows/parts/run";
    let (status, answer) =
        site.ask("POST", &format!("{run}?from=two&to=four&trace=payloads"), &format!("{BY_HAND}{body}")).await;
    assert!(status == 200 && !answer.contains("is-a-secret"), "{status} {answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let steps: Vec<_> = answer["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!((&answer["state"], steps), (&"succeeded".into(), vec!["two", "three", "four"]), "{answer}");
    assert_eq!(answer["steps"][1]["input"]["payload"], serde_json::json!({"type": "int", "text": "5"}));
    assert_eq!(answer["steps"][1]["input"]["attributes"]["text"], r#"{"key":"***"}"#);
    assert_eq!(answer["steps"][1]["output"]["payload"]["text"], r#"{"from":"mock"}"#);
    assert_eq!(answer["message"]["payload"]["text"], r#"[{"from":"mock"},5]"#);
    // Without a trace the answer is the payload; the whole flow takes mocks as well.
    let (status, answer) = site.ask("POST", run, &format!("{BY_HAND}{body}").replace("== 5", "== 6")).await;
    assert_eq!((status, &*answer), (200, r#"[{"from":"mock"},6]"#));
    // One that fails says where, and with which message.
    let (status, answer) = site.ask("POST", &format!("{run}?from=three&to=three&trace=payloads"), "").await;
    let failed: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        (status, &failed["state"], &failed["code"]),
        (200, &"failed".into(), &"HTTP:CONNECT".into()),
        "{answer}"
    );
    assert_eq!(failed["steps"][0]["code"], "HTTP:CONNECT");
    assert!(failed["message"]["error"]["text"].as_str().unwrap().contains("HTTP:CONNECT"), "{answer}");

    for (query, body, status, reason) in [
        ("?from=two", "{}", 400, "from and to go together"),
        ("?from=four&to=two", "{}", 404, "four and two are not in this order in one list of steps of parts"),
        ("?from=one&to=four", "{}", 404, "one and four are not in this order"),
        ("?trace=all", "{}", 400, "trace must be payloads or none"),
        ("", r#"{"mocks": [{"step": "none", "return": {"payload": 1}}]}"#, 400, "there is no step none"),
        ("", r#"{"mocks": [{"stp": "three"}]}"#, 400, "1:13: "),
        ("", r##"{"message": {"payload": "#[1 +]"}}"##, 400, "1:30: an expression is missing"),
        ("", "[", 400, "1:"),
    ] {
        let (found, answer) = site.ask("POST", &format!("{run}{query}"), &format!("{BY_HAND}{body}")).await;
        assert!(found == status && answer.contains(reason), "{query} {body}: {found} {answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_are_recorded_when_the_app_says_so() {
    let site = Site::start("{listen: \"127.0.0.1:0\"}\nlog: {trace: payloads, level: WARN}").await;
    let json = "Content-Type: application/json\r\n\r\n[\"TOKEN-is-a-secret\"]";
    site.ask("POST", "/apps/test/flows/echo/run", json).await;
    site.ask("POST", "/apps/test/flows/asks/run", "").await;
    let logs = site.get("/apps/test/logs").await;
    let contents: Vec<_> = logs.as_array().unwrap().iter().map(|event| event["content"].as_str().unwrap()).collect();
    assert!(contents[0].contains("trace: payloads") && !contents.contains(&""), "{contents:?}");
    let steps = async |flow: &str| {
        let runs = site.get(&format!("/apps/test/runs?flow={flow}")).await;
        let one = site.get(&format!("/apps/test/runs/{}", runs[0]["job"].as_str().unwrap())).await;
        one["steps"].clone()
    };
    let echo = steps("echo").await;
    let ids: Vec<_> = echo.as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(ids, ["say", "make"]);
    let entity =
        serde_json::json!({"type": "Entity", "mime-type": "application/json", "size": 21, "text": r#"["***"]"#});
    assert_eq!(echo[0]["input"]["payload"], entity);
    assert_eq!(echo[1]["output"]["payload"]["text"], r#"{"got":["***"]}"#);
    assert_eq!(steps("asks").await[0]["code"], "HTTP:CONNECT");
    // So is a run by hand, with what a mock gave in the place of its step.
    let mocks = r#"{"mocks": [{"step": "ask", "return": {"payload": "from a mock"}}]}"#;
    let (status, answer) =
        site.ask("POST", "/apps/test/flows/asks/run?trace=payloads", &format!("{BY_HAND}{mocks}")).await;
    assert!(status == 200 && answer.contains("from a mock"), "{status} {answer}");
    let asks = steps("asks").await;
    assert_eq!((asks.as_array().unwrap().len(), &asks[0]["output"]["payload"]["text"]), (1, &"from a mock".into()));
}
