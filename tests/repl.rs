//! The prompt, driven through a pseudo terminal as somebody types.
#![cfg(unix)]

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use nix::pty::openpty;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const PROMPT: &str = ">>> ";
/// A prompt that says nothing for so long is stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running prompt and the terminal in front of it.
struct Terminal {
    child: Child,
    keyboard: File,
    screen: Receiver<Vec<u8>>,
    /// What was shown and not yet looked at.
    shown: String,
}

impl Terminal {
    fn start(state: &Path) -> Terminal {
        let pty = openpty(None, None).expect("pseudo terminals are available");
        let slave = || Stdio::from(pty.slave.try_clone().expect("descriptors are available"));
        let child = Command::new(env!("CARGO_BIN_EXE_dataway"))
            .arg("eval")
            .env("XDG_STATE_HOME", state)
            .env("TERM", "xterm")
            .stdin(slave())
            .stdout(slave())
            .stderr(slave())
            .spawn()
            .expect("the command can be started");
        let mut output = File::from(pty.master.try_clone().expect("descriptors are available"));
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal { child, keyboard: File::from(pty.master), screen, shown: String::new() }
    }

    fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Reads until `text` has been shown; what stands before it and the text itself are done with.
    fn wait_for(&mut self, text: &str) {
        let begun = Instant::now();
        loop {
            let plain = without_escapes(&self.shown);
            if let Some(at) = plain.find(text) {
                self.shown = plain[at + text.len()..].to_owned();
                return;
            }
            match self.screen.recv_timeout(PATIENCE.saturating_sub(begun.elapsed())) {
                Ok(more) => self.shown.push_str(&String::from_utf8_lossy(&more)),
                Err(_) => panic!("`{text}` was not shown, only:\n{plain}"),
            }
        }
    }

    /// Types a line, waits until `expected` is shown below it, and for the next prompt.
    fn line(&mut self, keys: &str, expected: &str) {
        self.type_keys(keys);
        self.type_keys("\r");
        self.wait_for("\n");
        self.wait_for(expected);
        self.wait_for(PROMPT);
    }

    fn interrupt(&self) {
        let id = Pid::from_raw(i32::try_from(self.child.id()).expect("process ids are small"));
        kill(id, Signal::SIGINT).expect("the child is running");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // After a failed test the prompt is still running; after a good one it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text without the sequences that move the cursor and change colours.
fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\x1b' {
            plain.push(c);
        } else if chars.next_if_eq(&'[').is_some() {
            while chars.next().is_some_and(|c| !c.is_ascii_alphabetic()) {}
        }
    }
    plain
}

/// An empty folder for one test.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("repl-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&path).expect("the folder for temporary files can be written");
    path
}

#[test]
fn a_session_as_it_is_typed() {
    let state = folder("session");
    let payload = state.join("a person.json");
    std::fs::write(&payload, r#"{"name": "Ada"}"#).expect("the folder is writable");
    let mut terminal = Terminal::start(&state);
    terminal.wait_for(PROMPT);

    // State between lines, and the last value.
    terminal.line("x = 6", "");
    terminal.line("x * 7", "42");
    terminal.line("_ + 1", "43");

    // Lines that go on: the block is indented by itself and ends with an empty line.
    terminal.type_keys("def f(n):\r");
    terminal.type_keys("return n + x\r");
    terminal.line("", "");
    terminal.line("f(100)", "106");
    terminal.type_keys("[1,\r");
    terminal.line("22]", "[1, 22]");

    // Completion of names and members.
    terminal.line("sorte\t([3, 1])", "[1, 3]");
    terminal.line("'a b'.spli\t()", "['a', 'b']");

    // Errors do not end it.
    terminal.line("1 / 0", "ZeroDivisionError: division by zero");
    terminal.line("x = = 1", "DW0013");
    terminal.line("print('a' + 'b')", "ab");

    // Ctrl-C clears a line and stops an evaluation; variables stay. The text comes as a paste of two lines.
    terminal.type_keys("nonsense\x03");
    terminal.wait_for(PROMPT);
    terminal.type_keys("\x1b[200~print('go' * 2)\nwhile True: x += 1\n\x1b[201~\r");
    terminal.wait_for("gogo");
    terminal.interrupt();
    terminal.wait_for("interrupted");
    terminal.wait_for(PROMPT);
    terminal.line("x >= 6", "True");

    // Commands.
    terminal.line(&format!(":payload '{}'", payload.display()), "15 bytes, application/json");
    terminal.line("msg.payload['name']", "'Ada'");
    terminal.line("msg.payload['na\t", "'Ada'");
    terminal.line(":type msg.payload", "Entity");
    terminal.line(":time 'a' * 3", "'aaa'");
    terminal.line(":help", ":payload FILE");
    terminal.line(":nothing", "there is no command `:nothing`");

    // The line before, once more.
    terminal.line("'up' * 2", "'upup'");
    terminal.line("\x1b[A", "'upup'");

    terminal.type_keys("\x04");
    let status = terminal.child.wait().expect("the child was started");
    assert_eq!(status.code(), Some(0));
    let history = std::fs::read_to_string(state.join("dataway").join("history")).expect("there is a history");
    assert!(history.contains("x * 7") && history.contains("return n + x"), "{history}");
    let _ = std::fs::remove_dir_all(&state);
}

#[test]
fn the_history_outlives_the_session() {
    let state = folder("history");
    let mut terminal = Terminal::start(&state);
    terminal.wait_for(PROMPT);
    terminal.line("'kept' * 2", "keptkept");
    terminal.type_keys(":quit\r");
    let status = terminal.child.wait().expect("the child was started");
    assert_eq!(status.code(), Some(0));

    let mut terminal = Terminal::start(&state);
    terminal.wait_for(PROMPT);
    terminal.line("\x1b[A\x1b[A", "keptkept");
    drop(terminal);
    let _ = std::fs::remove_dir_all(&state);
}
