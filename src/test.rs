//! `dataway test`: the test suites of an app.

use std::io::IsTerminal;
use std::path::PathBuf;

use dataway_runtime::testing::coverage::percent;
use dataway_runtime::testing::report::Report;
use dataway_runtime::testing::{self, Selection, json, junit, text};

use crate::app::{self, AppOptions, Secrets};
use crate::diagnostics::Format;
use crate::{FAILED, USAGE, streams};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dataway test shop
  dataway test shop --suite orders --test 'a risky order is reviewed'
  dataway test shop --coverage --min-coverage 80 --junit report.xml

Secrets that are not given are stood in for by some text: tests replace or mock what needs them.

Exit codes: 0 all tests passed, 1 the app has errors, a test failed or the coverage is too low, 2 wrong usage.")]
pub struct Args {
    /// The folder of the app, or its app.yaml
    app: PathBuf,
    /// Run only this suite (repeatable)
    #[arg(long, value_name = "NAME")]
    suite: Vec<String>,
    /// Run only the tests of this name (repeatable)
    #[arg(long, value_name = "NAME")]
    test: Vec<String>,
    /// Most tests at a time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Show which steps and branches of the flows were not executed
    #[arg(long)]
    coverage: bool,
    /// Fail when less of the steps and branches was executed
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    min_coverage: Option<f64>,
    /// The form of the results
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(flatten)]
    options: AppOptions,
}

/// A number from 0 to 100.
fn share(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse::<f64>().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "write a number from 0 to 100".to_owned())
}

/// Runs the tests; gives the exit code.
pub fn run(args: &Args) -> u8 {
    match test(args) {
        Ok(code) => code,
        Err(reason) => {
            streams::say(format_args!("error: {reason}\n"));
            USAGE
        }
    }
}

fn test(args: &Args) -> Result<u8, String> {
    let checked = app::check(&args.app, &args.options, Secrets::StandIn, args.format)?;
    if !checked.is_sound() {
        return Ok(FAILED);
    }
    let app = checked.app;
    let selection = Selection { suites: args.suite.clone(), tests: args.test.clone() };
    selection.check(&app)?;
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let report = testing::run(&app, &selection, jobs)?;
    if let Some(path) = &args.junit {
        let xml = junit::junit(&report);
        let written = std::fs::write(path, app.redactor.redact(&xml).as_bytes());
        written.map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    let printed = match args.format {
        Format::Json => format!("{}\n", json::json(&report)),
        Format::Text => {
            let mut printed = text::text(&report, std::io::stdout().is_terminal());
            if args.coverage || args.min_coverage.is_some() {
                printed.push('\n');
                printed.push_str(&text::coverage(&report.coverage));
            }
            printed
        }
    };
    let code = streams::write(app.redactor.redact(&printed).as_bytes());
    Ok(if verdict(&report, args.min_coverage) { code } else { FAILED })
}

/// Whether everything is as it should be.
fn verdict(report: &Report, min_coverage: Option<f64>) -> bool {
    let covered = percent(report.coverage.counts());
    if let Some(wanted) = min_coverage.filter(|wanted| covered < *wanted) {
        streams::say(format_args!(
            "error: the tests executed {covered:.1} % of the steps and branches, not {wanted} %\n"
        ));
        return false;
    }
    report.is_sound()
}
