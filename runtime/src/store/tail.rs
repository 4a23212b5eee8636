//! The events of an app's log for a command: those there are, and on request those that come.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reader::{EventFilter, EventRow, MOST_ROWS, Reader};
use crate::model;

/// How often a log that is followed is looked at.
pub const INTERVAL: Duration = Duration::from_millis(250);

/// Folder of the log of the app in `root`, a folder or its `app.yaml`. Mistakes elsewhere in the app do not matter here.
///
/// # Errors
/// Why there is no app.
pub fn folder(root: &Path) -> Result<PathBuf, String> {
    let environment = |name: &str| std::env::var(name).ok();
    let options = model::Options { values: Vec::new(), secrets: None, no_secrets: true, environment: &environment };
    let loaded = model::load(root, &options)?;
    let home = if root.is_file() { root.parent().unwrap_or(Path::new(".")) } else { root };
    let dir = loaded.app.file.log.dir.clone();
    Ok(home.join(dir))
}

/// Gives `show` the events that fit, in ascending order, until it returns false; with `follow` also those to come.
///
/// # Errors
/// Why the log cannot be read.
pub fn tail(
    folder: &Path,
    filter: EventFilter,
    follow: bool,
    mut show: impl FnMut(&EventRow) -> bool,
) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("the command cannot start: {error}"))?;
    runtime.block_on(async {
        let mut filter = filter;
        let mut reader = None;
        loop {
            if reader.is_none() {
                reader = Reader::open(folder).await?;
            }
            let events = match &mut reader {
                Some(reader) => reader.events(&filter).await?,
                None => Vec::new(),
            };
            for event in &events {
                if !show(event) {
                    return Ok(());
                }
            }
            if let Some(last) = events.last() {
                filter.after = Some(last.id);
                filter.newest = None;
            }
            let more = events.len() >= MOST_ROWS as usize;
            if !follow && !more {
                return Ok(());
            }
            if !more {
                tokio::time::sleep(INTERVAL).await;
            }
        }
    })
}
