//! The files of an app: found, read and kept inside the app (part 1, section 1).

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dataway_lang::source::SourceText;

/// Largest file that is read, in bytes: a sample may be as large as a payload by default.
const MAX_BYTES: u64 = 64 << 20;
/// Deepest folders that are looked into; a loop of links cannot be deeper.
const MAX_FOLDERS: usize = 64;

/// The folder of an app, with files that may be open in an editor.
#[derive(Debug)]
pub struct Files {
    /// Contents that count instead of what lies on disk, by their paths in the app.
    open: HashMap<String, Arc<[u8]>>,
    disk: Arc<Disk>,
}

/// The folder of an app as it lay on disk when somebody first looked: what was read or listed stays as it was.
#[derive(Debug)]
pub struct Disk {
    root: PathBuf,
    /// Where the folder really is.
    real: OnceLock<Option<PathBuf>>,
    read: Mutex<HashMap<String, Arc<[u8]>>>,
    listed: Mutex<HashMap<String, Arc<[String]>>>,
}

impl Disk {
    /// The folder `root`; nothing is read yet.
    #[must_use]
    pub fn new(root: &Path) -> Disk {
        Disk { root: root.to_owned(), real: OnceLock::new(), read: Mutex::default(), listed: Mutex::default() }
    }

    /// Is the place in the folder, where all links lead?
    fn holds(&self, real: &Path) -> bool {
        self.real.get_or_init(|| self.root.canonicalize().ok()).as_ref().is_some_and(|root| real.starts_with(root))
    }

    /// The paths of all files below `folder`. Links that leave the app are not followed.
    fn list(&self, folder: &str) -> Arc<[String]> {
        let lock = || self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(folder) {
            return Arc::clone(known);
        }
        let mut found = Vec::new();
        let is_inside = self.root.join(folder).canonicalize().is_ok_and(|real| self.holds(&real));
        let mut open: Vec<(String, usize)> = is_inside.then(|| (folder.to_owned(), 0)).into_iter().collect();
        while let Some((folder, depth)) = open.pop() {
            let Ok(entries) = std::fs::read_dir(self.root.join(&folder)) else { continue };
            for entry in entries.flatten() {
                let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else { continue };
                if !is_part(&name) {
                    continue;
                }
                let path = format!("{folder}/{name}");
                let is_folder = if kind.is_symlink() {
                    let Ok(real) = entry.path().canonicalize() else { continue };
                    if !self.holds(&real) {
                        continue;
                    }
                    real.is_dir()
                } else {
                    kind.is_dir()
                };
                if !is_folder {
                    found.push(path);
                } else if depth < MAX_FOLDERS && !name.starts_with('.') {
                    open.push((path, depth + 1));
                }
            }
        }
        lock().entry(folder.to_owned()).or_insert(found.into()).clone()
    }
}

/// Can it be a part of a path of the app?
fn is_part(name: &str) -> bool {
    !matches!(name, "" | "..") && !name.contains(['\\', '\0', ':'])
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
        Files::over(&Arc::new(Disk::new(root)), HashMap::new())
    }

    /// The files of a folder, some of them with another content than on disk: an editor has not saved them yet. They are
    /// named by their paths in the app.
    #[must_use]
    pub fn over(disk: &Arc<Disk>, open: HashMap<String, Arc<[u8]>>) -> Files {
        Files { open, disk: Arc::clone(disk) }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.disk.root
    }

    /// Where a path of the app is on the machine.
    ///
    /// # Errors
    /// The path leaves the app, or nothing is there.
    pub fn locate(&self, path: &str) -> Result<PathBuf, FileError> {
        let leaves = || FileError::Leaves(path.to_owned());
        if !path.split('/').all(is_part) {
            return Err(leaves());
        }
        let mut place = self.disk.root.clone();
        place.extend(path.split('/').filter(|part| *part != "."));
        let real = match place.canonicalize() {
            Err(_) if self.open.contains_key(path) => return Ok(place),
            real => real.map_err(|_| FileError::Missing(path.to_owned()))?,
        };
        if self.disk.holds(&real) { Ok(place) } else { Err(leaves()) }
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// The path leaves the app, or the file cannot be read.
    pub fn bytes(&self, path: &str) -> Result<Arc<[u8]>, FileError> {
        let lock = || self.disk.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.open.get(path).or(lock().get(path)) {
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
        Ok(lock().entry(path.to_owned()).or_insert(bytes).clone())
    }

    /// The text of a file; its name is the path.
    ///
    /// # Errors
    /// As [`Files::bytes`].
    pub fn text(&self, path: &str) -> Result<SourceText, FileError> {
        Ok(SourceText::from_bytes(path, &self.bytes(path)?))
    }

    /// The paths of the files below `folder` with that suffix, in byte order, those too that are open but not on disk.
    #[must_use]
    pub fn names(&self, folder: &str, suffix: &str) -> Vec<String> {
        let has_suffix = |path: &&String| {
            let name = path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name);
            name.rsplit_once('.').is_some_and(|(_, found)| found == suffix)
        };
        let below = |path: &&String| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let open = self.open.keys().filter(below).filter(has_suffix);
        let mut found: Vec<String> = self.disk.list(folder).iter().filter(has_suffix).chain(open).cloned().collect();
        found.sort();
        found.dedup();
        found
    }
}
