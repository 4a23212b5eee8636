//! The prompt: `dataway eval` without a program on a terminal.
//!
//! A line is either a command that begins with a colon or statements for the [`Session`], which keeps the state. Nothing
//! that happens in a line ends the prompt; Ctrl-C stops what is running, Ctrl-D leaves.
//!
//! | room | job |
//! |---|---|
//! | [`command`] | what a line asks for |
//! | [`editor`] | editing: completion, continuation lines, history |

mod command;
mod editor;

use std::cell::RefCell;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use command::Command;
use dataway_lang::{Datum, Event, Failure, Input, Profile, RunOptions, Session, mime};
use editor::{Editor, Line};
use signal_hook::consts::SIGINT;

use crate::diagnostics::{self, Format};
use crate::{FAILED, host};

const WELCOME: &str = "Dataway: type statements or expressions; :help lists commands, Ctrl-D leaves.";

/// Runs the prompt until its end; gives the exit code.
pub fn run(input: Input, options: &RunOptions, profile: Profile) -> u8 {
    let interrupted = Arc::new(AtomicBool::new(false));
    if let Err(error) = signal_hook::flag::register(SIGINT, Arc::clone(&interrupted)) {
        eprintln!("warning: Ctrl-C cannot stop an evaluation here: {error}");
    }
    let options = RunOptions { cancel: Some(Arc::clone(&interrupted)), ..options.clone() };
    let session = match Session::new(&input, &options) {
        Ok(mut session) => {
            session.set_profile(profile);
            Rc::new(RefCell::new(session))
        }
        Err(report) => {
            diagnostics::print_report(&report);
            return FAILED;
        }
    };
    // The session holds its own copy of what it needs.
    drop(input);
    let mut editor = match Editor::new(Rc::clone(&session)) {
        Ok(editor) => editor,
        Err(error) => {
            eprintln!("error: the terminal cannot be used: {error}");
            return FAILED;
        }
    };
    println!("{WELCOME}");
    loop {
        let line = match editor.read() {
            Line::Text(line) => line,
            Line::Cleared => continue,
            Line::End => return 0,
            Line::Broken(error) => {
                eprintln!("error: the terminal cannot be read: {error}");
                return FAILED;
            }
        };
        // An interrupt that came while nothing was running must not stop the next evaluation.
        interrupted.store(false, Ordering::Relaxed);
        let command = match command::parse(&line) {
            Ok(Command::Nothing) => continue,
            Ok(Command::Quit) => return 0,
            Ok(command) => command,
            Err(message) => {
                eprintln!("error: {message}");
                continue;
            }
        };
        if let Err(message) = obey(&mut session.borrow_mut(), command) {
            eprintln!("error: {message}");
        }
    }
}

/// Does what one line asks for. The error is a message for what is no failure of a run.
fn obey(session: &mut Session, command: Command<'_>) -> Result<(), String> {
    match command {
        Command::Nothing | Command::Quit => {}
        Command::Help => print!("{}", command::HELP),
        Command::Statements(text) => finish(session.run(text, &mut show)),
        Command::Type(text) => finish(session.run_for_types(text, &mut show)),
        Command::Time(text) => {
            let begun = Instant::now();
            let result = session.run(text, &mut show);
            let taken = begun.elapsed();
            finish(result);
            println!("{}", in_words(taken));
        }
        Command::Payload { file, mime_type } => {
            let path = Path::new(&file);
            let bytes = host::read(path)?;
            let inferred = || mime::infer_mime(&file).unwrap_or("application/octet-stream").to_owned();
            let mime_type = mime_type.unwrap_or_else(inferred);
            println!("msg.payload: {} bytes, {mime_type}", bytes.len());
            let datum = Datum::Entity { bytes: bytes.into(), mime_type, encoding: "utf-8".to_owned() };
            if let Err(report) = session.set_payload(datum) {
                diagnostics::print_report(&report);
            }
        }
    }
    Ok(())
}

/// Prints what an evaluation shows.
fn show(event: Event<'_>) {
    let mut out = std::io::stdout().lock();
    let written = match event {
        Event::Printed(text) if text.ends_with('\n') => out.write_all(text.as_bytes()),
        Event::Printed(text) | Event::Value(text) => writeln!(out, "{text}"),
        Event::Findings(source, findings) => {
            diagnostics::print(source, findings, Format::Text);
            Ok(())
        }
    };
    // The prompt notices by itself that the terminal has gone away.
    let _ = written.and_then(|()| out.flush());
}

/// Prints why an evaluation did not come to its end.
fn finish(result: Result<(), Failure>) {
    match result {
        Ok(()) => {}
        Err(Failure::NotCompiled(source, findings)) => diagnostics::print(&source, &findings, Format::Text),
        Err(Failure::Raised(report)) => diagnostics::print_report(&report),
        Err(Failure::Cancelled) if std::io::stderr().is_terminal() => eprintln!("\x1b[33minterrupted\x1b[0m"),
        Err(Failure::Cancelled) => eprintln!("interrupted"),
    }
}

/// A duration with three digits that count.
fn in_words(taken: Duration) -> String {
    let seconds = taken.as_secs_f64();
    let (number, unit) = match seconds {
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    let digits = if number < 10.0 {
        2
    } else if number < 100.0 {
        1
    } else {
        0
    };
    format!("{number:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits() {
        for (nanoseconds, expected) in [
            (0, "0.00 µs"),
            (12_345, "12.3 µs"),
            (1_234_000, "1.23 ms"),
            (456_700_000, "457 ms"),
            (2_500_000_000, "2.50 s"),
            (90_000_000_000, "90.0 s"),
        ] {
            assert_eq!(in_words(Duration::from_nanos(nanoseconds)), expected);
        }
    }
}
