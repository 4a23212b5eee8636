//! `dataway run` from outside: one flow once, its output and exit codes; an app with a listener, from start to end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const APP: &str = "name: probe\nversion: 1.0.0\nconfigs:\n  api: {type: http-listener, listen: '127.0.0.1:0', base-path: /api}\n  \
    db: {type: database, engine: sqlite, path: ':memory:'}\n";

const FLOWS: &str = r##"
flows:
  - name: sum
    steps:
      - set-payload: "#[sum(msg.payload['items']) + msg.vars.get('more', 0)]"
  - name: text
    steps: [{set-payload: plain}]
  - name: csv
    steps: [{set-payload: {value: [{a: 1}], mime-type: application/csv}}]
  - name: rows
    steps:
      - database.query:
          sql: with recursive t(n) as (select 1 union all select n + 1 from t where n < 1000) select n from t
          output: stream
  - name: broken
    steps:
      - choice:
          - otherwise: []
          - when: "#[True]"
            steps: []
  - name: fails
    steps: [{set-payload: "#[msg.payload['none']]"}]
  - name: listens
    trigger: {http-listener: {config: api, path: /sum, methods: [POST]}}
    steps:
      - flow-ref: sum
      - set-payload: {value: {sum: "#[msg.payload]"}, mime-type: application/json}
"##;

/// An app in a folder of its own.
fn app(name: &str, flows: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("run-{name}-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("flows")).unwrap();
    std::fs::write(folder.join("app.yaml"), APP).unwrap();
    std::fs::write(folder.join("flows/all.yaml"), flows).unwrap();
    folder
}

fn command(folder: &PathBuf) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataway"));
    command.arg("run").arg(folder);
    command
}

fn sound() -> String {
    let (before, rest) = FLOWS.split_once("  - name: broken").unwrap();
    let (_, after) = rest.split_once("  - name: fails").unwrap();
    format!("{before}  - name: fails{after}")
}

/// Runs a flow with a payload on standard input.
fn run(folder: &PathBuf, arguments: &[&str], payload: &str) -> Output {
    let mut child = command(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early reads nothing.
    let _ = child.stdin.take().unwrap().write_all(payload.as_bytes());
    child.wait_with_output().unwrap()
}

#[test]
fn one_flow_prints_its_payload() {
    let folder = app("once", &sound());
    let json = ["--payload", "-", "--mime", "application/json"];
    for (arguments, payload, expected) in [
        ([&["--flow", "sum"][..], &json, &["--vars", r#"{"more": 4}"#]].concat(), r#"{"items": [1, 2]}"#, "7\n"),
        (vec!["--flow", "text"], "", "plain\n"),
        (vec!["--flow", "csv"], "", "a\r\n1\r\n"),
        (
            vec!["--flow", "listens", "--payload", "-", "--mime", "application/json"],
            r#"{"items": [5]}"#,
            r#"{"sum":5}"#,
        ),
    ] {
        let output = run(&folder, &arguments, payload);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!((output.status.code(), &*out), (Some(0), expected), "{arguments:?} {err}");
    }
    // Also one that is made while it is read.
    let rows: Vec<String> = (1..=1000).map(|n| format!("{{\"n\":{n}}}")).collect();
    let output = run(&folder, &["--flow", "rows"], "");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("[{}]\n", rows.join(",")), "{err}");
    // Whoever ends by itself takes with it what says that it lives.
    let left = std::fs::read_dir(folder.join(".dataway")).unwrap().flatten();
    let left: Vec<_> = left.map(|file| file.file_name().into_string().unwrap()).collect();
    assert!(left.iter().any(|name| name == "log.db") && !left.iter().any(|name| name.ends_with(".lock")), "{left:?}");
}

/// A command that ends sends its spans before; a collector that cannot be used is told at once.
#[test]
fn traces_go_where_the_environment_says() {
    let folder = app("traces", &sound());
    let collector = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", collector.local_addr().unwrap());
    let received = std::thread::spawn(move || {
        let (mut stream, _) = collector.accept().unwrap();
        let mut text = String::new();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        while !text.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut text).unwrap() > 0, "{text}");
        }
        let length = text.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap()];
        reader.read_exact(&mut body).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").unwrap();
        text + &String::from_utf8(body).unwrap()
    });
    let traced = |address: &str| {
        command(&folder).args(["--flow", "text"]).env("OTEL_EXPORTER_OTLP_ENDPOINT", address).output().unwrap()
    };
    assert_eq!(traced(&address).status.code(), Some(0));
    let request = received.join().unwrap();
    assert!(request.starts_with("POST /v1/traces HTTP/1.1"), "{request}");
    assert!(
        request.contains("\"service.name\"") && request.contains("\"probe\"") && request.contains("\"text/1\""),
        "{request}"
    );
    let wrong = traced("nowhere:4317");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("OTEL_EXPORTER_OTLP_ENDPOINT must be"));
}

#[test]
fn what_goes_wrong_has_its_exit_code() {
    let folder = app("fails", &sound());
    let failed = run(&folder, &["--flow", "fails"], "");
    let text = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert_eq!(failed.status.code(), Some(1), "{text}");
    assert!(text.contains("DATAWAY:RUNTIME: TypeError") && text.contains("flow fails, step 1 (set-payload)"), "{text}");
    assert_eq!(run(&folder, &["--flow", "none"], "").status.code(), Some(2));
    assert_eq!(run(&folder, &["--flow", "text", "--vars", "[1]"], "").status.code(), Some(2));
    assert_eq!(run(&folder.join("nowhere"), &["--flow", "text"], "").status.code(), Some(2));
    let broken = run(&app("broken", FLOWS), &["--flow", "text"], "");
    assert_eq!(broken.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&broken.stderr).contains("FLW003"));
}

#[cfg(unix)]
#[test]
fn the_runs_of_a_process_that_was_killed_are_closed_at_the_next_start() {
    let flows = "flows:\n  - name: waits\n    steps: [{logger: {level: WARN, message: here}}, {sleep: 1h}]\n  - name: text\n    steps: [{set-payload: plain}]\n";
    let folder = app("killed", flows);
    // Records are kept whatever the level of the log.
    std::fs::write(folder.join("app.yaml"), format!("{APP}log: {{level: WARN}}\n")).unwrap();
    let logs = || {
        let output = Command::new(env!("CARGO_BIN_EXE_dataway")).arg("logs").arg(&folder).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let start = || {
        let mut child = command(&folder);
        let child = child.args(["--flow", "waits"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Waits(child)
    };
    let wait = |times: usize| {
        while logs().matches("waits/1: here").count() < times {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    };
    let first = start();
    wait(1);
    let second = start();
    wait(2);
    assert!(!logs().contains("CORE:LOST"), "{}", logs());
    drop(first);
    // Another process begins: it closes the run of the first, and leaves the second one alone.
    assert_eq!(run(&folder, &["--flow", "text"], "").status.code(), Some(0));
    let lost = "waits: CORE:LOST: run failed: the process ended before the run did";
    assert_eq!(logs().matches(lost).count(), 1, "{}", logs());
    drop(second);
    assert_eq!(run(&folder, &["--flow", "text"], "").status.code(), Some(0));
    assert_eq!(logs().matches(lost).count(), 2, "{}", logs());
}

/// `--trace` decides over what `app.yaml` says, and every start with it is noted.
#[test]
fn messages_are_recorded_when_somebody_asks() {
    let folder = app("traced", &sound());
    let warnings = || {
        let output = Command::new(env!("CARGO_BIN_EXE_dataway")).arg("logs").arg(&folder).output().unwrap();
        String::from_utf8(output.stdout).unwrap().matches("(trace: payloads)").count()
    };
    for (settings, arguments, expected) in [
        ("", &[][..], 0),
        ("", &["--trace", "payloads"], 1),
        ("log: {trace: payloads}\n", &[], 2),
        ("log: {trace: payloads}\n", &["--trace", "none"], 2),
    ] {
        std::fs::write(folder.join("app.yaml"), format!("{APP}{settings}")).unwrap();
        let output = run(&folder, &[&["--flow", "text"], arguments].concat(), "");
        assert_eq!((output.status.code(), warnings()), (Some(0), expected), "{settings} {arguments:?}");
    }
    assert_eq!(run(&folder, &["--flow", "text", "--trace", "everything"], "").status.code(), Some(2));
}

/// A process that is killed when it is dropped.
struct Waits(std::process::Child);

impl Drop for Waits {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn an_app_answers_until_it_is_told_to_end() {
    let folder = app("serve", &sound());
    let mut child = command(&folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let listening = lines.next().unwrap().unwrap();
    let address =
        listening.strip_prefix("listening http://").and_then(|rest| rest.split_once('/')).unwrap().0.to_owned();
    assert!(listening.ends_with("config api  1 flow"), "{listening}");
    assert!(lines.any(|line| line.unwrap() == "ready"));
    let mut stream = TcpStream::connect(&address).unwrap();
    let body = r#"{"items": [20, 22]}"#;
    let head = format!(
        "POST /api/sum HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(r#"{"sum":42}"#), "{answer}");
    let process = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Whoever reads `ready` may end the app at once: no signal meets a process that does not expect it.
#[cfg(unix)]
#[test]
fn a_signal_at_once_after_ready_is_an_orderly_end() {
    let folder = app("at-once", &sound());
    for round in 0..20 {
        let mut child = command(&folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "ready"));
        let process = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
        nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGTERM).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "round {round}");
    }
}
