//! `dataway logs`: the run log of an app, also while the app runs.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use dataway_runtime::model::Level;
use dataway_runtime::store::reader::EventFilter;
use dataway_runtime::store::{console, tail};

use crate::{FAILED, USAGE, streams, units};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  dataway logs my-app --level WARN --since 1h\n  dataway logs my-app --follow --flow take-order"
)]
pub struct Args {
    /// The app: its folder or its app.yaml
    app: PathBuf,
    /// Go on with the events that come, until Ctrl-C
    #[arg(long)]
    follow: bool,
    /// Only of this flow
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,
    /// Only of this level and above
    #[arg(long, value_name = "LEVEL", ignore_case = true)]
    level: Option<LevelName>,
    /// Only of this run
    #[arg(long, value_name = "ID")]
    job: Option<String>,
    /// Only of the last so long, for example 30m or 2d
    #[arg(long, value_name = "DURATION", value_parser = units::duration)]
    since: Option<Duration>,
    /// Only with this text
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// How events are printed
    #[arg(long, value_enum, default_value_t = Form::Text, value_name = "FORM")]
    format: Form,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
}

#[derive(Clone, Copy, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
enum LevelName {
    Debug,
    Info,
    Warn,
    Error,
}

impl LevelName {
    fn level(self) -> Level {
        match self {
            LevelName::Debug => Level::Debug,
            LevelName::Info => Level::Info,
            LevelName::Warn => Level::Warn,
            LevelName::Error => Level::Error,
        }
    }
}

/// Prints the log; gives the exit code.
pub fn run(args: &Args) -> u8 {
    let folder = match tail::folder(&args.app) {
        Ok(folder) => folder,
        Err(reason) => {
            streams::say(format_args!("error: {reason}\n"));
            return USAGE;
        }
    };
    let filter = EventFilter {
        flow: args.flow.clone(),
        level: args.level.map(LevelName::level),
        job: args.job.clone(),
        text: args.text.clone(),
        since: args.since.and_then(|since| SystemTime::now().checked_sub(since)),
        after: None,
        newest: None,
    };
    let mut out = std::io::stdout().lock();
    let mut written = Ok(());
    let shown = tail::tail(&folder, filter, args.follow, |event| {
        let line = match args.format {
            Form::Text => console::text_line(event),
            Form::Json => console::json_object(event).to_string(),
        };
        // Followed logs are read as they come.
        written = writeln!(out, "{line}").and_then(|()| out.flush());
        written.is_ok()
    });
    if let Err(reason) = shown {
        streams::say(format_args!("error: {reason}\n"));
        return FAILED;
    }
    streams::finish(written)
}
