//! What the commands on apps share: options, finding the app, and printing what is wrong with it.

use std::path::{Path, PathBuf};

use dataway_runtime::check::{self, Checked};
use dataway_runtime::model::Options;

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
}

/// Reads a variable of the environment.
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Loads and checks an app and prints what was found. `path` is the app's folder, its `app.yaml`, or a file in it.
///
/// # Errors
/// Why there is nothing to check.
pub fn check(path: &Path, options: &AppOptions, no_secrets: bool, format: Format) -> Result<Checked, String> {
    if !path.exists() {
        return Err(format!("{} does not exist", path.display()));
    }
    let lost = || format!("{} lies in no app: there is no app.yaml above it", path.display());
    let root = root_of(path).ok_or_else(lost)?;
    let options = Options {
        values: options.values.clone(),
        secrets: options.secrets.clone(),
        no_secrets,
        environment: &environment,
    };
    let checked = check::check(&root, &options)?;
    diagnostics::print_app(&checked.diagnostics, format);
    Ok(checked)
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
