//! `dataway explain`: the page of an error code, or the register code of a program.

use std::path::PathBuf;

use dataway_lang::{Input, Program, RunOptions, code, diagnostic, jit};

use crate::diagnostics::Format;
use crate::message::Message;
use crate::program::{self, From, ProfileName};
use crate::{USAGE, host, streams};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dataway explain DW2007
  dataway explain --code transform.dw
  dataway explain --code transform.dw --jit --payload order.json

With --jit and a message the program runs on it first, so that the compiler knows what kinds of values there are.")]
pub struct Args {
    /// The code, for example DW2007; without one, all codes are listed
    code: Option<String>,
    /// Print the register code that a program compiles to
    #[arg(long = "code", value_name = "FILE", conflicts_with = "code")]
    program: Option<PathBuf>,
    /// With --code: print instead what the functions become as machine code, and why one stays interpreted
    #[arg(long, requires = "program")]
    jit: bool,
    #[command(flatten)]
    message: Message,
}

/// Explains; gives the exit code.
pub fn run(args: &Args) -> u8 {
    host::set_default_memory();
    if let Some(path) = &args.program {
        return match program::load(&From::File(path), ProfileName::Extended, Format::Text) {
            Ok((program, _)) if args.jit => explain_jit(&program, &args.message),
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

/// What the functions of a program become as machine code.
fn explain_jit(program: &Program, message: &Message) -> u8 {
    let runs = match message.given() {
        false => Ok(()),
        true => run_twice(program, message),
    };
    match runs {
        Ok(()) => streams::write(jit::report(program.unit()).as_bytes()),
        Err(reason) => {
            streams::say(format_args!("error: {reason}\n"));
            USAGE
        }
    }
}

/// Runs the program on the message: once to see kinds of values, once to have it compiled. A run that fails shows what
/// there was until then.
fn run_twice(program: &Program, message: &Message) -> Result<(), String> {
    let input = Input { payload: message.payload()?, ..message.input()? };
    for mode in [jit::Mode::Off, jit::Mode::Always] {
        let options = RunOptions { jit: mode, ..RunOptions::default() };
        let _ = program.run(&input, &options, |_, value| Ok(value.is_none()));
    }
    Ok(())
}
