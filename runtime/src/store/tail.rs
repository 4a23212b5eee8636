//! The events of an app's log for a command: those there are, and on request those that come.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::reader::{EventFilter, EventRow, MOST_ROWS, Reader};
use crate::model;

/// How often a log that is followed is looked at.
pub const INTERVAL: Duration = Duration::from_millis(250);

/// Failures in a row after which a log that is followed is given up: while it is made, or set aside, it cannot be read.
const ATTEMPTS: u32 = 20;

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
        let mut failures = 0;
        loop {
            let events = match read(&mut reader, folder, &filter).await {
                Ok(events) => {
                    failures = 0;
                    events
                }
                Err(_) if follow && failures < ATTEMPTS => {
                    failures += 1;
                    reader = None;
                    Vec::new()
                }
                Err(reason) => return Err(reason),
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

/// The events that are there now; none before the log is made.
async fn read(reader: &mut Option<Reader>, folder: &Path, filter: &EventFilter) -> Result<Vec<EventRow>, String> {
    if reader.is_none() {
        *reader = Reader::open(folder).await?;
    }
    match reader {
        Some(reader) => reader.events(filter).await,
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::{FILE, SET_VERSION, TABLES};

    /// A reader that comes while the file is made sees an empty log, and then what is written.
    #[test]
    fn a_log_that_is_being_made() {
        let folder = std::env::temp_dir().join(format!("dataway-tail-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let log = Connection::open(folder.join(FILE)).unwrap();
        log.pragma_update(None, "journal_mode", "wal").unwrap();
        let look = |follow| {
            let mut seen = Vec::new();
            let looked = tail(&folder, EventFilter::default(), follow, |event| {
                seen.push(event.content.clone());
                false
            });
            looked.map(|()| seen)
        };
        assert!(look(false).unwrap().is_empty());
        let followed = std::thread::scope(|scope| {
            let followed = scope.spawn(|| look(true));
            let event = "insert into event_rows values (1, 0, 1, 'a', '1', '', '', '', '', '', '', 'hello', '', null)";
            for sql in [TABLES, event, SET_VERSION] {
                log.execute_batch(sql).unwrap();
            }
            followed.join().unwrap()
        });
        assert_eq!(followed.unwrap(), ["hello"]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
