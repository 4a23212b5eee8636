//! `dataway docs`: the reference, printed from the tables of built-ins and modules.

use dataway_lang::builtins::reference;

use crate::{USAGE, streams};

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  dataway docs math\n  dataway docs str.split\n  dataway docs sorted")]
pub struct Args {
    /// A module, function, type or member; without one, everything is listed
    name: Option<String>,
}

/// Prints the reference; gives the exit code.
pub fn run(args: &Args) -> u8 {
    match &args.name {
        None => streams::write(reference::index().as_bytes()),
        Some(name) => match reference::page(name) {
            Some(page) => streams::write(page.as_bytes()),
            None => {
                streams::say(format_args!("error: nothing is called `{name}`; `dataway docs` lists what there is\n"));
                USAGE
            }
        },
    }
}
