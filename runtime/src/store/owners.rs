//! Which processes write a run log, and what becomes of the runs of one that is gone.
//!
//! A process holds a lock on a file of its own beside the log for as long as it lives; the system lets go of it however the
//! process ends. Whoever begins to write closes the runs that have not ended and whose owner is gone. Runs of others that
//! live on the same log are left alone. Flows specification, part 4, section 1.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, TransactionBehavior, params};
use ulid::Ulid;

use super::micros;
use crate::engine::Level;
use crate::message::LOST;

/// What the names of the locked files begin and end with; between them stands the owner.
const PREFIX: &str = "writer-";
const SUFFIX: &str = ".lock";

/// Says for as long as it exists that this process lives.
#[derive(Debug)]
pub struct Alive {
    id: String,
    path: PathBuf,
    _locked: File,
}

impl Alive {
    fn begin(folder: &Path) -> io::Result<Alive> {
        let id = Ulid::generate().to_string();
        let path = folder.join(format!("{PREFIX}{id}{SUFFIX}"));
        let file = OpenOptions::new().create_new(true).write(true).open(&path)?;
        file.lock()?;
        Ok(Alive { id, path, _locked: file })
    }

    /// The owner of the runs that this process writes.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        // Left behind, it is removed by whoever comes next.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Joins those who write the log in a folder, and closes the runs of those who are gone.
///
/// # Errors
/// That the log or its folder cannot be written.
pub fn begin(connection: &mut Connection, folder: &Path) -> rusqlite::Result<Alive> {
    // Nobody else begins meanwhile, so a file without a lock is that of an owner who is gone.
    let beginning = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let alive = Alive::begin(folder).map_err(super::io)?;
    let living = living(folder).map_err(super::io)?;
    let open: Vec<String> = {
        let mut owners =
            beginning.prepare("select distinct owner from run_rows where state in ('queued', 'running')")?;
        owners.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?
    };
    for owner in open.iter().filter(|owner| !living.contains(*owner)) {
        close(&beginning, owner)?;
    }
    beginning.commit()?;
    Ok(alive)
}

/// Those whose files are locked; the files of the others are removed.
fn living(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut living = BTreeSet::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
        let Some(owner) = owner else { continue };
        let path = folder.join(&name);
        let locked = File::open(&path).map_err(TryLockError::Error).and_then(|file| file.try_lock());
        match locked {
            Ok(()) => drop(std::fs::remove_file(path)),
            // Whoever cannot be asked counts as living.
            Err(_) => drop(living.insert(owner.to_owned())),
        }
    }
    Ok(living)
}

/// Closes the runs of an owner who is gone. When they ended nobody knows; they end now.
fn close(connection: &Connection, owner: &str) -> rusqlite::Result<()> {
    const DESCRIPTION: &str = "the process ended before the run did";
    let now = micros(SystemTime::now());
    connection.execute(
        "insert into event_rows \
         (time, level, app, version, job, flow, step, component, operation, category, content, code) \
         select ?1, ?2, app, version, job, flow, '', '', '', '', ?3, ?4 from run_rows \
         where owner = ?5 and state in ('queued', 'running')",
        params![now, Level::Error as u8, format!("run failed: {DESCRIPTION}"), LOST, owner],
    )?;
    connection.execute(
        "update run_rows set state = 'failed', ended = ?1, code = ?2, description = ?3 \
         where owner = ?4 and state in ('queued', 'running')",
        params![now, LOST, DESCRIPTION, owner],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{FILE, TABLES};

    #[test]
    fn only_the_runs_of_those_who_are_gone_are_closed() {
        let folder = std::env::temp_dir().join(format!("dataway-owners-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut log = Connection::open(folder.join(FILE)).unwrap();
        log.execute_batch(TABLES).unwrap();
        let other = begin(&mut log, &folder).unwrap();
        // A process that was killed leaves its file, and no lock on it.
        std::fs::write(folder.join("writer-GONE.lock"), "").unwrap();
        for (job, state, owner) in [
            ("a", "running", "GONE"),
            ("b", "queued", "GONE"),
            ("c", "succeeded", "GONE"),
            ("d", "running", "FORGOTTEN"),
            ("e", "running", other.id()),
        ] {
            let row = "insert into run_rows (job, app, version, flow, cause, queued, started, state, owner) \
                       values (?1, 'shop', '1.0.0', 'f', 'cli', 0, 0, ?2, ?3)";
            log.execute(row, [job, state, owner]).unwrap();
        }
        let own = begin(&mut log, &folder).unwrap();
        let texts = |sql: &str| -> Vec<String> {
            let mut found = log.prepare(sql).unwrap();
            found.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        assert_eq!(
            texts("select job || ' ' || state || ' ' || coalesce(code, '-') from runs order by job"),
            ["a failed CORE:LOST", "b failed CORE:LOST", "c succeeded -", "d failed CORE:LOST", "e running -"]
        );
        assert_eq!(texts("select job from events where level = 3 order by job"), ["a", "b", "d"]);
        assert!(!folder.join("writer-GONE.lock").exists());
        drop((own, other));
        let left = std::fs::read_dir(&folder).unwrap().flatten();
        assert_eq!(left.filter(|file| file.file_name().to_string_lossy().ends_with(SUFFIX)).count(), 0);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
