//! `dataway new`: the scaffold of an app.

use std::path::PathBuf;

use dataway_runtime::scaffold;

use crate::{USAGE, streams};

#[derive(clap::Args)]
#[command(after_help = "Example:\n  dataway new greetings && dataway test greetings")]
pub struct Args {
    /// The folder of the new app
    folder: PathBuf,
}

/// Writes the scaffold; gives the exit code.
pub fn run(args: &Args) -> u8 {
    match scaffold::write(&args.folder) {
        Ok(paths) => {
            let lines = paths.iter().map(|path| format!("{}\n", args.folder.join(path).display()));
            let shown = args.folder.display();
            let next = format!("\nNext: dataway check {shown}, dataway test {shown}, dataway run {shown}\n");
            streams::write((lines.collect::<String>() + &next).as_bytes())
        }
        Err(reason) => {
            streams::say(format_args!("error: {reason}\n"));
            USAGE
        }
    }
}
