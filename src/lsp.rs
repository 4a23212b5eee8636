//! `dataway lsp`: the language server on standard input and output.

use std::fs::OpenOptions;
use std::path::PathBuf;

use dataway_lang::value::civil::RunZone;

use crate::{FAILED, USAGE, host, streams};

#[derive(clap::Args)]
#[command(
    version,
    after_help = "Editors start this command themselves; it speaks the Language Server Protocol on standard input and output.\n\
                  Settings (`dataway.profile`, `dataway.live.enabled`, …) come from the editor."
)]
pub struct Args {
    /// Append defects and the start of the server to this file
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Speak on standard input and output; there is no other way, but clients like to say so
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Serves; gives the exit code.
pub fn run(args: &Args) -> u8 {
    let log = match &args.log {
        None => None,
        Some(path) => match OpenOptions::new().create(true).append(true).open(path) {
            Ok(file) => Some(file),
            Err(error) => {
                streams::say(format_args!("error: cannot write the log {}: {error}\n", path.display()));
                return USAGE;
            }
        },
    };
    // An unusual zone of the system is no reason not to serve.
    let zone = host::zone(None).unwrap_or_else(|_| RunZone::utc());
    match dataway_lsp::serve(dataway_lsp::Options { version: env!("CARGO_PKG_VERSION"), log, zone }) {
        Ok(()) => 0,
        Err(error) => {
            streams::say(format_args!("error: the server cannot start: {error}\n"));
            FAILED
        }
    }
}
