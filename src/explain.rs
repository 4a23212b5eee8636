//! `dataway explain`: the page of an error code, or the register code of a program.

use std::path::PathBuf;

use dataway_lang::{code, diagnostic};

use crate::diagnostics::Format;
use crate::program::{self, From, ProfileName};
use crate::{USAGE, host, streams};

/// Arguments of `dataway explain`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  dataway explain DW2007\n  dataway explain --code transform.dw")]
pub struct Args {
    /// The code, for example DW2007; without one, all codes are listed
    code: Option<String>,
    /// Print the register code that a program compiles to
    #[arg(long = "code", value_name = "FILE", conflicts_with = "code")]
    program: Option<PathBuf>,
}

/// Explains; gives the exit code.
pub fn run(args: &Args) -> u8 {
    host::set_default_memory();
    if let Some(path) = &args.program {
        return match program::load(&From::File(path), ProfileName::Extended, Format::Text) {
            Ok((program, _)) => streams::write(code::listing(program.unit()).as_bytes()),
            Err(code) => code,
        };
    }
    let Some(wanted) = &args.code else {
        let lines = diagnostic::pages::PAGES.iter().map(|page| format!("{}  {}\n", page.code, page.title()));
        return streams::write(lines.collect::<String>().as_bytes());
    };
    let digits = wanted.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let page = digits.parse().ok().and_then(|number| diagnostic::pages::find(diagnostic::Code(number)));
    match page {
        Some(page) => streams::write(page.text.as_bytes()),
        None => {
            streams::say(format_args!("error: there is no code `{wanted}`; `dataway explain` lists all codes\n"));
            USAGE
        }
    }
}
