//! Programs that tests start: each gets a process group of its own and a time, and nothing of it is left afterwards.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How a program ended.
pub struct Ended {
    /// Whether it ended by itself and said that all is well.
    pub success: bool,
    /// What it wrote, standard output and standard error as they came.
    pub output: String,
}

/// Runs a program for at most `limit`. What it started is ended with it.
///
/// # Panics
/// If no temporary file can be made.
pub fn run(command: &mut Command, limit: Duration) -> Ended {
    let mut file = output_file();
    let mine = || Stdio::from(file.try_clone().expect("another handle of the file"));
    command.stdin(Stdio::null()).stdout(mine()).stderr(mine());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ended { success: false, output: format!("{command:?} does not start: {error}") },
    };
    let until = Instant::now() + limit;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Some(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(50)),
            Ok(None) | Err(_) => break None,
        }
    };
    #[cfg(unix)]
    if let Ok(id) = i32::try_from(child.id()) {
        use nix::sys::signal::{Signal, killpg};
        // The group may be empty already.
        let _ = killpg(nix::unistd::Pid::from_raw(id), Signal::SIGKILL);
    }
    let _ = child.kill();
    let _ = child.wait();
    let mut bytes = Vec::new();
    let read = file.rewind().and_then(|()| file.read_to_end(&mut bytes));
    read.expect("the output is readable");
    let mut output = String::from_utf8_lossy(&bytes).into_owned();
    if status.is_none() {
        output.push_str(&format!("\n{command:?} was ended after {} s\n", limit.as_secs()));
    }
    Ended { success: status.is_some_and(|status| status.success()), output }
}

/// A new file without a name that others could open.
fn output_file() -> File {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let name = format!("output-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let file = File::options().read(true).append(true).create_new(true).open(&path).expect("a file for the output");
    let _ = std::fs::remove_file(&path);
    file
}
