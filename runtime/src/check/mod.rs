//! Checking an app: everything that can be said before it runs (part 1, section 7).
//!
//! Reading ([`crate::model`]) already reports what is wrong inside one file and compiles every expression. Here are the rules
//! that need the whole app: references between flows and tests ([`references`]), steps that do not go together ([`steps`]), keys of
//! the wrong length ([`crypto`]),
//! and the types that travel along the steps ([`types`]).

mod crypto;
mod listeners;
mod references;
mod steps;
mod types;
pub(crate) mod walk;

pub use types::{Messages, State, sees_input};

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{self, Diagnostic};
use crate::model::{self, App, Files, Loaded, Options};
use types::Walks;

/// What checking gave.
#[derive(Debug)]
pub struct Checked {
    /// The app as far as it could be read. Start it only without errors among the findings.
    pub app: App,
    /// Everything that was found, by file and place, without secrets.
    pub diagnostics: Vec<Diagnostic>,
    /// What is known of the message before each step.
    pub messages: Messages,
}

impl Checked {
    /// May the app start?
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !diagnostic::has_errors(&self.diagnostics)
    }
}

/// What is kept from one check to the next of the same app.
#[derive(Debug, Default)]
pub struct Kept {
    model: model::Kept,
    walks: Walks,
}

impl Kept {
    /// How many compiled texts are kept: who lives long and sees many texts that nobody needs any more begins anew at times.
    #[must_use]
    pub fn count(&self) -> usize {
        self.model.programs.count()
    }
}

/// Loads and checks the app in `root`, a folder or its `app.yaml`.
///
/// # Errors
/// Why there is nothing to check: no such folder, unreadable values or secrets.
pub fn check(root: &Path, options: &Options<'_>) -> Result<Checked, String> {
    Ok(check_loaded(model::load(root, options)?, &Walks::default()))
}

/// Checks an app out of files that may be open in an editor, which checks the same app again and again.
///
/// # Errors
/// As [`check`].
pub fn check_files(files: Files, options: &Options<'_>, kept: &Kept) -> Result<Checked, String> {
    Ok(check_loaded(model::load_files(Arc::new(files), options, &kept.model)?, &kept.walks))
}

fn check_loaded(loaded: Loaded, walks: &Walks) -> Checked {
    let (app, mut diagnostics) = (loaded.app, loaded.diagnostics);
    references::check(&app, &mut diagnostics);
    listeners::check(&app, &mut diagnostics);
    crypto::check(&app, &mut diagnostics);
    steps::check(&app, &mut diagnostics);
    let messages = types::check(&app, walks, &mut diagnostics);
    for diagnostic in &mut diagnostics {
        diagnostic.message = app.redactor.redact(&diagnostic.message).into_owned();
    }
    diagnostic::sort(&mut diagnostics);
    Checked { app, diagnostics, messages }
}
