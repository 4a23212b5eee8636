//! The real command under load, ended politely and not: what was taken in is answered, and what was written is whole.
//!
//! `DATAWAY_ROUNDS=50` repeats each end that often; a few rounds are the default.
#![cfg(unix)]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const APP: &str = r##"
name: faults
version: 1.0.0
configs:
  api: {type: http-listener, listen: "127.0.0.1:0"}
  db:
    type: database
    engine: sqlite
    path: data.db
    timeout: 30
    init: ["create table if not exists a(n integer)", "create table if not exists b(n integer)"]
  log: {type: database, engine: sqlite, path: .dataway/log.db}
admin: {listen: off}
"##;

const FLOWS: &str = r##"
flows:
  - name: slow
    trigger: {http-listener: {config: api, path: /slow}}
    steps: [{sleep: 20ms}, {set-payload: done}]
  - name: pair
    trigger: {http-listener: {config: api, path: /pair}}
    steps:
      - try:
          transaction: local
          steps:
            - database.insert: {config: db, sql: "insert into a(n) values (1)"}
            - database.insert: {config: db, sql: "insert into b(n) values (1)"}
      - set-payload: done
  - name: look
    steps:
      - database.query: {config: db, sql: "select (select count(*) from a) as a, (select count(*) from b) as b"}
      - set-variable: {name: rows, value: "#[msg.payload[0]]"}
      - database.query: {config: log, sql: "pragma integrity_check"}
      - set-payload: "#[{'a': msg.vars['rows']['a'], 'b': msg.vars['rows']['b'], 'log': msg.payload[0]['integrity_check']}]"
"##;

/// Clients at one time.
const CLIENTS: usize = 12;

fn rounds() -> u64 {
    std::env::var("DATAWAY_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3)
}

fn app(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("faults-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("flows")).unwrap();
    std::fs::write(folder.join("app.yaml"), APP).unwrap();
    std::fs::write(folder.join("flows/all.yaml"), FLOWS).unwrap();
    folder
}

/// The app as a process, and where it listens.
fn serve(folder: &Path) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataway"));
    let mut child = command.arg("run").arg(folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let listening = lines.next().unwrap();
    let address = listening.strip_prefix("listening http://").and_then(|rest| rest.split(' ').next()).unwrap();
    let address = address.trim_end_matches('/').to_owned();
    assert!(lines.any(|line| line == "ready"));
    (child, address)
}

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

/// What became of one request.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Answered(u16),
    /// The same, and the app said that the connection ends with it.
    AnsweredLast(u16),
    /// The system refused the connection, or reset it before the app took it.
    NotTaken,
    /// The connection ended without an answer, or in the middle of one.
    Lost(String),
}

/// Reads one answer; the connection may go on behind it.
fn answer(stream: &mut TcpStream, is_fresh: bool) -> Fate {
    let (mut text, mut piece) = (String::new(), [0; 4_096]);
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.and_then(|length| length.parse().ok()).is_some_and(|length: usize| body.len() >= length) {
                let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
                let last = head.lines().any(|line| line == "connection: close");
                let fate = if last { Fate::AnsweredLast } else { Fate::Answered };
                return fate(status.unwrap_or_default());
            }
        }
        match stream.read(&mut piece) {
            Ok(0) => return Fate::Lost(format!("ended after {text:?}")),
            Ok(read) => text.push_str(&String::from_utf8_lossy(&piece[..read])),
            Err(error) if is_fresh && text.is_empty() && error.kind() == ErrorKind::ConnectionReset => {
                return Fate::NotTaken;
            }
            Err(error) => return Fate::Lost(format!("{error} after {text:?}")),
        }
    }
}

/// Sends requests until one is not answered with 200; gives what became of the last.
fn client(address: &str, path: &str, keeps: bool, answered: &AtomicU64, over: &AtomicBool) -> Fate {
    let mut kept: Option<TcpStream> = None;
    while !over.load(Ordering::Relaxed) {
        let is_fresh = kept.is_none();
        let Some(mut stream) = kept.take().or_else(|| TcpStream::connect(address).ok()) else { return Fate::NotTaken };
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let close = if keeps { "" } else { "Connection: close\r\n" };
        let request = format!("GET {path} HTTP/1.1\r\nHost: h\r\n{close}\r\n");
        if let Err(error) = stream.write_all(request.as_bytes()) {
            return if is_fresh { Fate::NotTaken } else { Fate::Lost(error.to_string()) };
        }
        match answer(&mut stream, is_fresh) {
            Fate::Answered(200) => {
                answered.fetch_add(1, Ordering::Relaxed);
                kept = keeps.then_some(stream);
            }
            Fate::AnsweredLast(200) => drop(answered.fetch_add(1, Ordering::Relaxed)),
            other => return other,
        }
    }
    Fate::Answered(200)
}

/// Load on a path: every second client keeps its connection. `end` is called after `after` answers.
fn under_load(address: &str, path: &'static str, after: u64, end: impl FnOnce()) -> (u64, Vec<(bool, Fate)>) {
    let (answered, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|n| {
            let (address, answered, over) = (address.to_owned(), answered.clone(), over.clone());
            std::thread::spawn(move || (n % 2 == 0, client(&address, path, n % 2 == 0, &answered, &over)))
        })
        .collect();
    while answered.load(Ordering::Relaxed) < after {
        assert!(!clients.iter().all(std::thread::JoinHandle::is_finished), "all clients gave up");
        std::thread::sleep(Duration::from_millis(1));
    }
    end();
    let fates = clients.into_iter().map(|client| client.join().unwrap()).collect();
    (answered.load(Ordering::Relaxed), fates)
}

#[test]
fn a_request_to_end_leaves_nobody_without_an_answer() {
    let folder = app("term");
    for round in 0..rounds() {
        let (mut child, address) = serve(&folder);
        let (_, fates) = under_load(&address, "/slow", 20 + round % 13, || signal(&child, Signal::SIGTERM));
        for (keeps, fate) in fates {
            let fine = matches!(fate, Fate::Answered(503) | Fate::AnsweredLast(503) | Fate::NotTaken);
            assert!(fine, "round {round}, keeps its connection: {keeps}: {fate:?}");
        }
        assert_eq!(child.wait().unwrap().code(), Some(0), "round {round}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn after_a_sudden_end_everything_is_whole() {
    let folder = app("kill");
    let mut total = 0;
    for round in 0..rounds() {
        let (mut child, address) = serve(&folder);
        let (answered, _) = under_load(&address, "/pair", 5 + round % 17, || signal(&child, Signal::SIGKILL));
        child.wait().unwrap();
        total += answered;
        let mut look = Command::new(env!("CARGO_BIN_EXE_dataway"));
        let look = look.arg("run").arg(&folder).args(["--flow", "look"]).output().unwrap();
        assert!(look.status.success(), "round {round}: {}", String::from_utf8_lossy(&look.stderr));
        let found: serde_json::Value = serde_json::from_slice(&look.stdout).unwrap();
        assert_eq!((&found["a"], &found["log"]), (&found["b"], &"ok".into()), "round {round}");
        assert!(found["a"].as_u64().unwrap() >= total, "round {round}: {found}, but {total} were answered");
        let mut logs = Command::new(env!("CARGO_BIN_EXE_dataway"));
        let logs = logs.arg("logs").arg(&folder).args(["--format", "json", "--flow", "look"]).output().unwrap();
        assert!(logs.status.success(), "round {round}: {}", String::from_utf8_lossy(&logs.stderr));
        let lines = String::from_utf8(logs.stdout).unwrap();
        let whole = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
        assert!(!lines.is_empty() && lines.lines().all(whole), "round {round}: {lines}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
