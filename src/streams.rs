//! Writing to standard output and standard error when perhaps nobody reads any more: `print!` would panic.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use crate::FAILED;

/// Writes to standard output; gives the exit code. A reader that went away is no error.
pub fn write(bytes: &[u8]) -> u8 {
    let mut out = std::io::stdout().lock();
    finish(out.write_all(bytes).and_then(|()| out.flush()))
}

/// The exit code after writing results. A reader that went away is no error.
pub fn finish(written: std::io::Result<()>) -> u8 {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            say(format_args!("error: cannot write the result: {error}\n"));
            FAILED
        }
        _ => 0,
    }
}

/// Writes to standard error as far as somebody reads it.
pub fn say(text: impl Display) {
    // A closed standard error is no reason to fail.
    let _ = write!(std::io::stderr().lock(), "{text}");
}
