//! Database servers of the system, started on free ports in folders of their own.
//!
//! A machine without them skips the tests that need them, and says so loudly. As root the packages are installed first.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// A server that ends with the test.
pub struct Server {
    process: Child,
    folder: PathBuf,
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    /// Ends the server without giving it a chance to say good-bye.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Says that something was not tested, past the harness that hides what tests print.
fn skip(what: &str) {
    let _ = writeln!(std::io::stderr(), "\n*** SKIPPED: {what} ***\n");
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The path of a program, which may lie in one of these folders; installs its package if it is missing.
fn program(name: &str, folders: &[&str], package: &str) -> Option<PathBuf> {
    let find = || {
        let path = std::env::var("PATH").unwrap_or_default();
        let places = path.split(':').map(PathBuf::from).chain(folders.iter().flat_map(|folder| versions(folder)));
        places.map(|place| place.join(name)).find(|file| file.is_file())
    };
    find().or_else(|| {
        if !is_root() {
            return None;
        }
        let install = ["install", "-y", "-qq", "--no-install-recommends", package];
        let _ = Command::new("apt-get").args(["update", "-qq"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let mut apt = Command::new("apt-get");
        apt.args(install).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()).stderr(Stdio::null());
        let _ = apt.status();
        find()
    })
}

/// A folder, or with `*` in the place of one name all folders that fit.
fn versions(folder: &str) -> Vec<PathBuf> {
    let Some((before, after)) = folder.split_once("*/") else { return vec![PathBuf::from(folder)] };
    let entries = std::fs::read_dir(before).into_iter().flatten().flatten();
    entries.map(|entry| entry.path().join(after)).collect()
}

/// A port that nobody listens on, below those that the system gives to outgoing connections: between this look and its use no
/// other test takes it by accident.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        // Processes that began one after the other begin at some distance.
        let start = std::process::id() % 12_000 * 31;
        let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = u16::try_from(20_000 + (start + step) % 12_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A folder that the user of a server owns, and that user, if we are root.
fn home(name: &str, user: &str) -> (PathBuf, Option<(u32, u32)>) {
    let folder = std::env::temp_dir().join(format!("dataway-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    if !is_root() {
        return (folder, None);
    }
    let id = |flag: &str| output(Command::new("id").args([flag, user]))?.trim().parse::<u32>().ok();
    let ids = id("-u").zip(id("-g"));
    if let Some((uid, gid)) = ids {
        std::os::unix::fs::chown(&folder, Some(uid), Some(gid)).unwrap();
    }
    (folder, ids)
}

fn command(program: &Path, ids: Option<(u32, u32)>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((uid, gid)) = ids {
        command.uid(uid).gid(gid);
    }
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Waits until a server is ready for what `greets` does with a connection.
fn wait(process: &mut Child, port: u16, greets: fn(TcpStream) -> bool) -> bool {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(120) {
        if TcpStream::connect(("127.0.0.1", port)).is_ok_and(greets) {
            return true;
        }
        if process.try_wait().is_ok_and(|ended| ended.is_some()) {
            return false;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// PostgreSQL with the user `tester` and the password `secret`.
pub fn postgres() -> Option<Server> {
    let bin = &["/usr/lib/postgresql/*/bin"];
    let Some((initdb, postgres)) = program("initdb", bin, "postgresql").zip(program("postgres", bin, "postgresql"))
    else {
        skip("PostgreSQL is not installed");
        return None;
    };
    let (folder, ids) = home("postgres", "postgres");
    let data = folder.join("data");
    std::fs::write(folder.join("password"), "secret").unwrap();
    let mut init = command(&initdb, ids, &folder);
    init.args(["-U", "tester", "-A", "scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C"]);
    init.arg("--pwfile").arg(folder.join("password")).arg("-D").arg(&data);
    assert!(init.status().unwrap().success(), "initdb failed");
    let port = free_port();
    let mut start = command(&postgres, ids, &folder);
    start.arg("-D").arg(&data).arg("-k").arg(&folder).args([
        "-p",
        &port.to_string(),
        "-c",
        "listen_addresses=127.0.0.1",
    ]);
    start.args(["-c", "fsync=off"]);
    let mut process = start.spawn().unwrap();
    assert!(wait(&mut process, port, asks_who), "PostgreSQL does not start");
    Some(Server { process, folder, port })
}

/// Whether PostgreSQL wants to know who somebody is: it takes connections a moment before that.
fn asks_who(mut stream: TcpStream) -> bool {
    let hello = [&[0, 0, 0, 21, 0, 3, 0, 0][..], b"user\0tester\0\0"].concat();
    let mut kind = [0];
    stream.write_all(&hello).is_ok() && stream.read_exact(&mut kind).is_ok() && kind == *b"R"
}

/// MariaDB with the user `tester`, the password `secret` and the database `test`.
pub fn mariadb() -> Option<Server> {
    let places = &["/usr/sbin", "/usr/bin"];
    let package = "mariadb-server";
    let Some((install, server)) =
        program("mariadb-install-db", places, package).zip(program("mariadbd", places, package))
    else {
        skip("MariaDB is not installed");
        return None;
    };
    let (folder, ids) = home("mariadb", "mysql");
    let data = folder.join("data");
    let mut init = command(&install, ids, &folder);
    init.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
    init.arg(format!("--datadir={}", data.display()));
    assert!(init.status().unwrap().success(), "mariadb-install-db failed");
    let sql = "create database test character set utf8mb4;\n\
               create user 'tester'@'%' identified by 'secret';\ngrant all on test.* to 'tester'@'%';\n";
    std::fs::write(folder.join("init.sql"), sql).unwrap();
    let port = free_port();
    let mut start = command(&server, ids, &folder);
    start.args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0"]);
    start.arg(format!("--datadir={}", data.display())).arg(format!("--port={port}"));
    start.arg(format!("--socket={}", folder.join("socket").display()));
    start.arg(format!("--init-file={}", folder.join("init.sql").display()));
    let mut process = start.spawn().unwrap();
    assert!(wait(&mut process, port, |_| true), "MariaDB does not start");
    Some(Server { process, folder, port })
}
