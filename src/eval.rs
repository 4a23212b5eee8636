//! `dataway eval`: a script or an expression on a payload.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dataway_lang::{Limits, RunOptions};

use crate::diagnostics::Format;
use crate::output::{self, Style};
use crate::program::{self, From, JitMode, ProfileName, Source};
use crate::{USAGE, each, host, message, repl, streams, units};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dataway eval transform.dw --payload order.json
  dataway eval -e \"msg.payload['items'][0]['sku']\" --payload order.json
  curl … | dataway eval transform.dw --payload - --mime application/xml
  dataway eval clean.dw --payload rows.csv --each > rows.ndjson

Without a program on a terminal the prompt starts; on a pipe the program is read from standard input.
Exit codes: 0 result, 1 the run failed, 2 wrong usage, 65 the program does not compile.")]
pub struct Args {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    message: message::Message,
    /// Form of the result: JSON (an Entity as its bytes), Python's repr, or raw text and bytes
    #[arg(long, value_enum, default_value_t = Style::Json)]
    output: Style,
    /// Part of the language that the program may use
    #[arg(long, value_enum, default_value_t = ProfileName::Extended)]
    profile: ProfileName,
    /// Zone of local times: an IANA name, UTC or UTC±HH:MM [default: the system's]
    #[arg(long, value_name = "Z")]
    timezone: Option<String>,
    /// Stop the run after this time, for example 200ms or 5s
    #[arg(long, value_name = "D", value_parser = units::duration)]
    limit_time: Option<Duration>,
    /// Stop the run when its live data exceeds this size, for example 100MB
    #[arg(long, value_name = "SIZE", value_parser = units::size)]
    limit_memory: Option<usize>,
    /// Whether the program is compiled to machine code: when it runs often, never, or at once
    #[arg(long, value_enum, default_value_t = JitMode::Auto)]
    jit: JitMode,
    /// Hold message and result to the schemas that the script's `#:` comments name
    #[arg(long)]
    enforce: bool,
    /// Run the program once for every message of the payload: lines of NDJSON, elements of a JSON array, elements of XML
    /// (each an Entity), rows of CSV (each a dict)
    #[arg(long, requires = "payload")]
    each: bool,
    /// With --each on XML: the path of the elements, for example orders/order
    #[arg(long, value_name = "PATH", requires = "each")]
    path: Option<String>,
    /// With --each: what a failed message does; the exit code is 1 if any failed
    #[arg(long, value_enum, default_value_t = each::OnError::Stop, requires = "each")]
    on_error: each::OnError,
    /// Form of diagnostics and errors on standard error
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Evaluates; gives the exit code.
pub fn run(args: &Args) -> u8 {
    host::set_default_memory();
    match evaluate(args) {
        Ok(code) => code,
        Err(reason) => {
            streams::say(format_args!("error: {reason}\n"));
            USAGE
        }
    }
}

fn evaluate(args: &Args) -> Result<u8, String> {
    let mut options = options(args)?;
    let mut input = args.message.input()?;
    let stdin = Path::new("-");
    let from = match args.source.from() {
        Some(from) => from,
        None if std::io::stdin().is_terminal() => {
            input.payload = args.message.payload()?;
            return Ok(repl::run(input, &options, args.profile.into()));
        }
        None if args.message.payload.as_deref() == Some(stdin) => {
            return Err("standard input holds the payload; name a program".to_owned());
        }
        None => From::File(stdin),
    };
    if matches!((&from, &args.message.payload), (From::File(file), Some(payload)) if *file == stdin && payload == stdin)
    {
        return Err("program and payload cannot both come from standard input".to_owned());
    }
    let (program, source) = match program::load(&from, args.profile, args.format) {
        Ok(loaded) => loaded,
        Err(code) => return Ok(code),
    };
    if args.enforce {
        let folder = args.source.script.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        match program::contract(&source, folder, args.format) {
            Ok(contract) => options.contract = Some(Arc::new(contract)),
            Err(code) => return Ok(code),
        }
    }
    if args.each {
        let source = each::Messages {
            file: args.message.payload.as_deref().unwrap_or(stdin),
            mime_type: args.message.mime_type(),
            encoding: &args.message.encoding,
            path: args.path.as_deref(),
            decode: args.message.decode,
        };
        let manner = each::Manner { style: args.output, on_error: args.on_error, format: args.format };
        return each::run(&program, &source, &input, &options, manner);
    }
    input.payload = args.message.payload()?;
    let pretty = std::io::stdout().is_terminal();
    let outcome = program.run(&input, &options, |cx, value| output::write(cx, &value, args.output, pretty));
    Ok(match outcome.result {
        Ok(code) => {
            streams::say(&outcome.log);
            code
        }
        Err(report) => program::failed(&report, &outcome.log, None, args.format),
    })
}

fn options(args: &Args) -> Result<RunOptions, String> {
    let limits = Limits { time: args.limit_time, memory: args.limit_memory, ..Limits::default() };
    let zone = host::zone(args.timezone.as_deref())?;
    Ok(RunOptions { limits, zone, jit: args.jit.into(), ..RunOptions::default() })
}
