//! What the commands on apps share: options, finding the app, and printing what is wrong with it.

use std::path::{Path, PathBuf};

use dataway_runtime::check::{self, Checked};
use dataway_runtime::connectors::reach;
use dataway_runtime::diagnostic::Diagnostic;
use dataway_runtime::model::{App, Options, Trace};

use crate::diagnostics::{self, Format};

// The options of every command on an app.
#[derive(clap::Args, Clone, Default)]
pub struct AppOptions {
    /// YAML file laid over the app's `values` (repeatable, later ones win)
    #[arg(long, value_name = "FILE")]
    pub values: Vec<PathBuf>,
    /// YAML file with the app's secrets
    #[arg(long, value_name = "FILE")]
    pub secrets: Option<PathBuf>,
    /// Record the input and output message of each step: `run` in the run log, `test` for failed cases
    #[arg(long, value_name = "WHAT")]
    pub trace: Option<TraceName>,
}

/// What is recorded of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TraceName {
    /// Nothing, whatever app.yaml says
    None,
    /// The first 64 KiB of each part, without secrets
    Payloads,
}

/// What happens when a secret is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// It is an error.
    Required,
    /// Nothing, and missing values are let pass too.
    Ignored,
    /// Some text stands in for it: tests replace or mock what needs the real one.
    StandIn,
}

/// The prefix of variables that hold secrets.
const SECRET: &str = "DATAWAY_SECRET_";

/// Loads and checks an app and prints what was found. `path` is the app's folder, its `app.yaml`, or a file in it.
///
/// # Errors
/// Why there is nothing to check.
pub fn check(path: &Path, options: &AppOptions, secrets: Secrets, format: Format) -> Result<Checked, String> {
    if !path.exists() {
        return Err(format!("{} does not exist", path.display()));
    }
    let lost = || format!("{} lies in no app: there is no app.yaml above it", path.display());
    let root = root_of(path).ok_or_else(lost)?;
    let environment = move |name: &str| {
        let stands_in = || name.strip_prefix(SECRET).filter(|_| secrets == Secrets::StandIn);
        std::env::var(name).ok().or_else(|| stands_in().map(|name| format!("stand-in for {name}")))
    };
    let trace = options.trace;
    let options = Options {
        values: options.values.clone(),
        secrets: options.secrets.clone(),
        no_secrets: secrets == Secrets::Ignored,
        environment: &environment,
    };
    let mut checked = check::check(&root, &options)?;
    if let Some(trace) = trace {
        checked.app.file.log.trace = match trace {
            TraceName::None => Trace::None,
            TraceName::Payloads => Trace::Payloads,
        };
    }
    diagnostics::print_app(&checked.diagnostics, format);
    Ok(checked)
}

/// What of an app's connections cannot be made.
pub fn unreachable(app: &App) -> Vec<Diagnostic> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build();
    // Without a runtime nothing can be reached, and an app could not start either.
    tokio.map(|tokio| tokio.block_on(reach::unreachable(app, app.files.root()))).unwrap_or_default()
}

/// Is this an app, or a file that lies in one?
pub fn is_app(path: &Path) -> bool {
    path.join("app.yaml").is_file() || path.extension().is_some_and(|suffix| suffix == "yaml")
}

/// The folder of the app that a path names or lies in.
fn root_of(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path.to_owned());
    }
    let folders =
        path.parent()?.ancestors().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    folders.into_iter().find(|folder| folder.join("app.yaml").is_file()).map(Path::to_owned)
}
