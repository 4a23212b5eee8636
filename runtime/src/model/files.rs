//! The files of an app: found, read and kept inside the app (part 1, section 1).

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dataway_lang::source::SourceText;

/// Largest file that is read, in bytes: a sample may be as large as a payload by default.
const MAX_BYTES: u64 = 64 << 20;
/// Deepest folders that are looked into; a loop of links cannot be deeper.
const MAX_FOLDERS: usize = 64;

/// The folder of an app. Files are read once.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
    read: Mutex<HashMap<String, Arc<[u8]>>>,
}

/// Why a file of the app cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// The path is absolute, has `..` or a link leads out of the app.
    Leaves(String),
    /// There is no such file.
    Missing(String),
    /// It cannot be read.
    Unreadable(String, String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Leaves(path) => {
                write!(f, "the path `{path}` leaves the app: paths are relative to its folder, without `..`")
            }
            FileError::Missing(path) => write!(f, "there is no file `{path}` in the app"),
            FileError::Unreadable(path, reason) => write!(f, "the file `{path}` cannot be read: {reason}"),
        }
    }
}

impl From<FileError> for String {
    fn from(error: FileError) -> String {
        error.to_string()
    }
}

impl Files {
    /// The files below `root`.
    #[must_use]
    pub fn new(root: &Path) -> Files {
        Files::with_open(root, HashMap::new())
    }

    /// The files below `root`, some of them with another content than on disk: an editor has not saved them yet. They are
    /// named by their paths in the app.
    #[must_use]
    pub fn with_open(root: &Path, open: HashMap<String, Arc<[u8]>>) -> Files {
        Files { root: root.to_owned(), read: Mutex::new(open) }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a path of the app is on the machine.
    ///
    /// # Errors
    /// The path leaves the app, or nothing is there.
    pub fn locate(&self, path: &str) -> Result<PathBuf, FileError> {
        let leaves = || FileError::Leaves(path.to_owned());
        let parts: Vec<_> = path.split('/').collect();
        if parts.iter().any(|part| matches!(*part, "" | "..") || part.contains(['\\', '\0', ':'])) {
            return Err(leaves());
        }
        let mut place = self.root.clone();
        place.extend(parts.iter().filter(|part| **part != "."));
        let missing = |_| FileError::Missing(path.to_owned());
        let real = match place.canonicalize() {
            Err(_) if self.lock().contains_key(path) => return Ok(place),
            real => real.map_err(missing)?,
        };
        let root = self.root.canonicalize().map_err(missing)?;
        if real.starts_with(root) { Ok(place) } else { Err(leaves()) }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// The path leaves the app, or the file cannot be read.
    pub fn bytes(&self, path: &str) -> Result<Arc<[u8]>, FileError> {
        if let Some(known) = self.lock().get(path) {
            return Ok(known.clone());
        }
        let place = self.locate(path)?;
        let unreadable = |reason: String| FileError::Unreadable(path.to_owned(), reason);
        let about = std::fs::metadata(&place).map_err(|e| unreadable(e.to_string()))?;
        if !about.is_file() {
            return Err(unreadable("it is no file".to_owned()));
        }
        if about.len() > MAX_BYTES {
            return Err(unreadable("it is larger than 64 MiB".to_owned()));
        }
        let bytes: Arc<[u8]> = std::fs::read(&place).map_err(|e| unreadable(e.to_string()))?.into();
        Ok(self.lock().entry(path.to_owned()).or_insert(bytes).clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<[u8]>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The text of a file; its name is the path.
    ///
    /// # Errors
    /// As [`Files::bytes`].
    pub fn text(&self, path: &str) -> Result<SourceText, FileError> {
        Ok(SourceText::from_bytes(path, &self.bytes(path)?))
    }

    /// The paths of the files below `folder` with that suffix, in byte order. Links that leave the app are not followed.
    #[must_use]
    pub fn names(&self, folder: &str, suffix: &str) -> Vec<String> {
        let has_suffix = |name: &str| name.rsplit_once('.').is_some_and(|(_, found)| found == suffix);
        // What was read or is open is there, whether or not it is on disk.
        let below = |path: &&String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let mut found: Vec<String> =
            self.lock().keys().filter(below).filter(|path| has_suffix(path)).cloned().collect();
        let mut open = vec![(folder.to_owned(), 0)];
        while let Some((folder, depth)) = open.pop() {
            let Ok(place) = self.locate(&folder) else { continue };
            let Ok(entries) = std::fs::read_dir(place) else { continue };
            for entry in entries.flatten() {
                let Ok(name) = entry.file_name().into_string() else { continue };
                let path = format!("{folder}/{name}");
                let Ok(place) = self.locate(&path) else { continue };
                if place.is_dir() {
                    if depth < MAX_FOLDERS && !name.starts_with('.') {
                        open.push((path, depth + 1));
                    }
                } else if has_suffix(&name) {
                    found.push(path);
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }
}
