//! The Dataway language server.
//!
//! Three layers: meaning is in `dataway-lang`; [`features`] turn it into what an editor shows, as plain structs; and
//! [`protocol`] speaks with the client. [`world`] holds the open [`document`]s between messages.
//!
//! | room | job |
//! |---|---|
//! | [`position`] | lines and columns as clients count them; edits |
//! | [`script`] | one program with what is known about it |
//! | [`cursor`] | what stands at a place of a program |
//! | [`document`], [`world`] | files with programs in them; everything that is open |
//! | [`files`] | open files with their unsaved texts, all others as they lie on disk |
//! | [`samples`], [`knowledge`] | example documents by name; what is known about the data of a script |
//! | [`live`] | programs run on their samples |
//! | [`app`] | an app at one moment: its check, and what stands where in its files |
//! | [`features`] | the answers |
//! | [`protocol`] | the questions |
//!
//! What must never be: a file's content ends the server; a feature knows the protocol; a notification waits before its
//! change is complete.

pub mod app;
pub mod cursor;
pub mod document;
pub mod features;
pub mod files;
pub mod knowledge;
pub mod live;
pub mod position;
pub mod protocol;
pub mod samples;
pub mod script;
pub mod world;

use std::fs::File;
use std::io::{self, Write};
use std::sync::Mutex;

use dataway_lang::value::civil::RunZone;

/// How the server runs.
#[derive(Debug)]
pub struct Options {
    /// What the client is told.
    pub version: &'static str,
    /// Where defects are written to; standard error if absent.
    pub log: Option<File>,
    /// The system's time zone, for live values.
    pub zone: RunZone,
}

/// Serves a client on standard input and output until it leaves.
///
/// # Errors
/// If no threads can be started.
pub fn serve(options: Options) -> io::Result<()> {
    if let Some(log) = options.log {
        log_to(log, options.version);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("dataway-lsp").build()?;
    runtime.block_on(protocol::server::serve(options.version, options.zone));
    // A read of standard input cannot be interrupted; it must not keep the process.
    runtime.shutdown_background();
    Ok(())
}

/// Writes when the server starts and where a defect is, if there is one: a panic ends one answer, and this is its trace.
fn log_to(mut log: File, version: &str) {
    // A log that cannot be written to is no reason not to serve.
    let _ = writeln!(log, "dataway {version} serves, process {}", std::process::id());
    let log = Mutex::new(log);
    std::panic::set_hook(Box::new(move |panic| {
        if let Ok(mut log) = log.lock() {
            let trace = std::backtrace::Backtrace::force_capture();
            let _ = writeln!(log, "defect: {panic}\n{trace}");
        }
    }));
}
