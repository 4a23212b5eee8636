//! `dataway bench`: how long a program takes on a payload, and where the time goes.

mod measure;
mod profile;
mod show;

use std::path::PathBuf;
use std::time::Duration;

use dataway_lang::mime::Format as Mime;
use dataway_lang::mime::stream::Messages;
use dataway_lang::{Input, RunOptions};

use crate::diagnostics::Format;
use crate::program::{self, JitMode, ProfileName, Source};
use crate::{FAILED, USAGE, each, host, message, streams, units};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dataway bench transform.dw --payload order.json
  dataway bench clean.dw --payload rows.csv --each --format json
  dataway bench transform.dw --payload orders.json --profile --flame stacks.txt

The file of --flame holds folded stacks, one per line with its count, as flame graph tools read them.")]
pub struct Args {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    message: message::Message,
    /// Run the program once for every message of the payload; times are those of one message
    #[arg(long, requires = "payload")]
    each: bool,
    /// With --each on XML: the path of the elements, for example orders/order
    #[arg(long, value_name = "PATH", requires = "each")]
    path: Option<String>,
    /// Whether the program is compiled to machine code: when it runs often, never, or at once
    #[arg(long, value_enum, default_value_t = JitMode::Auto)]
    jit: JitMode,
    /// How long to measure, for example 500ms or 10s
    #[arg(long, value_name = "D", value_parser = units::duration, default_value = "2s")]
    time: Duration,
    /// Show for every line how much of the time it takes when the program is interpreted
    #[arg(long)]
    profile: bool,
    /// With --profile: write the call stacks to this file
    #[arg(long, value_name = "FILE", requires = "profile")]
    flame: Option<PathBuf>,
    /// Form of the figures
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Measures; gives the exit code.
pub fn run(args: &Args) -> u8 {
    host::set_default_memory();
    match bench(args) {
        Ok(code) => code,
        Err(reason) => {
            streams::say(format_args!("error: {reason}\n"));
            USAGE
        }
    }
}

fn bench(args: &Args) -> Result<u8, String> {
    let Some(from) = args.source.from() else {
        return Err("name a program, for example `dataway bench transform.dw --payload order.json`".to_owned());
    };
    let (program, source) = match program::load(&from, ProfileName::Extended, args.format) {
        Ok(loaded) => loaded,
        Err(code) => return Ok(code),
    };
    let inputs = inputs(args)?;
    let options = RunOptions { zone: host::zone(None)?, jit: args.jit.into(), ..RunOptions::default() };
    let measured = match measure::measure(&program, &inputs, &options, args.time) {
        Ok(measured) => measured,
        Err(failure) => {
            let number = args.each.then_some(failure.message);
            return Ok(program::failed(&failure.report, &failure.log, number, args.format));
        }
    };
    let profile = args.profile.then(|| profile::profile(&program, &inputs, &options, args.time));
    if let (Some(profile), Some(path)) = (&profile, &args.flame)
        && let Err(error) = std::fs::write(path, profile.folded(program.unit()))
    {
        streams::say(format_args!("error: cannot write {}: {}\n", path.display(), host::reason(&error)));
        return Ok(FAILED);
    }
    let text = match args.format {
        Format::Json => show::json(&measured, profile.as_ref(), program.unit()),
        Format::Text => show::text(&measured, profile.as_ref(), program.unit(), &source),
    };
    Ok(streams::write(text.as_bytes()))
}

/// The messages that are measured, in turn.
fn inputs(args: &Args) -> Result<Vec<Input>, String> {
    let message = &args.message;
    let mut input = message.input()?;
    let Some(path) = message.payload.as_deref().filter(|_| args.each) else {
        input.payload = message.payload()?;
        return Ok(vec![input]);
    };
    let whole = each::Messages {
        file: path,
        mime_type: message.mime_type(),
        encoding: &message.encoding,
        path: args.path.as_deref(),
        decode: message.decode,
    };
    let bytes = host::read(path)?;
    let kind = Mime::of(&whole.mime_type).ok_or_else(|| {
        format!("--each: the MIME type `{}` is not supported; name another with --mime", whole.mime_type)
    })?;
    let cut = Messages::new(&bytes[..], kind, whole.path).map_err(|reason| format!("--each: {reason}"))?;
    let inputs: Result<Vec<Input>, String> = cut
        .map(|item| {
            let item = item.map_err(|reason| format!("--each: {reason}"))?;
            Ok(Input { payload: each::datum(item, kind, &whole), ..input.clone() })
        })
        .collect();
    inputs.and_then(|inputs| {
        if inputs.is_empty() { Err("the payload holds no message to measure".to_owned()) } else { Ok(inputs) }
    })
}
