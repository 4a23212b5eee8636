//! What the tests of apps stand on: copies of the example apps, the real command, and services that can be stopped.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A folder that goes with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("dataway-apps-{}-{number}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// A copy of an example app as it is in a clone: without what earlier runs left.
    pub fn example(name: &str) -> Folder {
        let folder = Folder::new(name);
        copy(&examples().join(name), &folder.0);
        folder
    }

    /// Writes a file below the folder and gives its path.
    pub fn write(&self, path: &str, text: &str) -> PathBuf {
        let place = self.0.join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(&place, text).unwrap();
        place
    }

    pub fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.0.join(path)).ok()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("runtime/examples")
}

/// Copies a folder of apps as it is in a clone: what runs left in `data` and `.dataway` stays where it is.
pub fn copy(from: &Path, to: &Path) {
    copy_part(from, to, false);
}

fn copy_part(from: &Path, to: &Path, is_data: bool) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (name, path) = (entry.file_name(), entry.path());
        match name.to_str() {
            Some(".dataway") => {}
            _ if path.is_dir() => copy_part(&path, &to.join(&name), is_data || name == "data"),
            _ if is_data && name != ".gitkeep" => {}
            _ => drop(std::fs::copy(&path, to.join(&name)).unwrap()),
        }
    }
}

/// The command, without secrets or settings of whoever runs the tests.
pub fn dataway(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dataway"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DATAWAY_")) {
        command.env_remove(name);
    }
    command
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Exit code, standard output and standard error.
pub fn said(output: &Output) -> (Option<i32>, String, String) {
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Waits until something is there.
pub fn wait<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < Duration::from_secs(120), "{what} did not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// An app that was started with `dataway run`.
pub struct Running {
    child: Child,
    /// Address (`host:port`) by name of the listener's configuration.
    addresses: HashMap<String, String>,
    /// The lines that it printed until it was ready.
    pub printed: Vec<String>,
}

impl Running {
    /// Starts an app and waits until it is ready.
    pub fn start(mut command: Command) -> Running {
        // Nobody reads what it says beside its addresses.
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let (mut addresses, mut printed) = (HashMap::new(), Vec::new());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next().expect("the app becomes ready").unwrap();
            printed.push(line.clone());
            if line == "ready" {
                break;
            }
            let words: Vec<&str> = line.split_whitespace().collect();
            if let ["listening", url, "config", name, ..] = words.as_slice() {
                let rest = url.split_once("://").unwrap().1;
                addresses.insert((*name).to_owned(), rest.split('/').next().unwrap().to_owned());
            }
        }
        Running { child, addresses, printed }
    }

    pub fn address(&self, config: &str) -> &str {
        &self.addresses[config]
    }

    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.addresses.values().map(String::as_str)
    }

    /// Asks it to end; gives the exit code.
    pub fn stop(mut self) -> Option<i32> {
        let process = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).unwrap());
        nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGTERM).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a request as curl does; gives the status and the body.
pub fn ask(address: &str, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nAccept: */*\r\nConnection: close\r\n");
    headers.iter().for_each(|header| head += &format!("{header}\r\n"));
    head += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// A request that a service got.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub head: String,
    pub body: String,
}

/// Another system: answers with a status and a body, remembers what it was asked, and can be stopped.
pub struct Service {
    pub url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    stopping: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Service {
    pub fn start(answer: impl Fn(&Seen) -> (u16, String) + Send + 'static) -> Service {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, stopping) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (notes, end) = (seen.clone(), stopping.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let Some((mut stream, request)) = stream.ok().and_then(receive) else { continue };
                let (status, body) = answer(&request);
                notes.lock().unwrap().push(request);
                let length = body.len();
                let head = format!("HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nConnection: close\r\n");
                let _ = stream.write_all(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes());
            }
        });
        Service { url, seen, stopping, thread: Some(thread) }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Ends the service: whoever calls it now is refused.
    pub fn stop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

fn receive(stream: TcpStream) -> Option<(TcpStream, Seen)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let lines = || head.lines().filter_map(|line| line.split_once(": "));
    let length = lines().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut words = head.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    Some((reader.into_inner(), Seen { method, path, body: text(&body), head }))
}
