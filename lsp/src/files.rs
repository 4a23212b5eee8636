//! Files as the editor sees them: an open one with its unsaved text, every other one as it lies on disk.
//!
//! A value of [`Files`] is a moment: later edits do not change it, so whatever is worked out of it fits together.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::position::Text;

/// Longest file that is read from disk for what it says about data, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Which content a file has: equal stamps mean equal contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamp {
    /// There is no such file.
    Missing,
    /// It is open, and this is the number of its text.
    Open(u64),
    /// It lies on disk, changed at that time, with that many bytes.
    Disk(Option<SystemTime>, u64),
}

/// An open file.
#[derive(Debug, Clone)]
struct Open {
    edition: u64,
    text: Text,
}

/// The files at one moment. Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct Files {
    open: Arc<HashMap<PathBuf, Open>>,
}

impl Files {
    /// The same files with another text of an open one. `edition` is a number that no other text has.
    #[must_use]
    pub fn with(&self, path: &Path, edition: u64, text: &Text) -> Files {
        let mut open = HashMap::clone(&self.open);
        open.insert(path.to_owned(), Open { edition, text: text.clone() });
        Files { open: open.into() }
    }

    /// The same files, this one closed.
    #[must_use]
    pub fn without(&self, path: &Path) -> Files {
        let mut open = HashMap::clone(&self.open);
        open.remove(path);
        Files { open: open.into() }
    }

    /// Is there a file with this path?
    #[must_use]
    pub fn exists(&self, path: &Path) -> bool {
        self.open.contains_key(path) || path.is_file()
    }

    /// Which content the file has.
    #[must_use]
    pub fn stamp(&self, path: &Path) -> Stamp {
        match (self.open.get(path), fs::metadata(path)) {
            (Some(open), _) => Stamp::Open(open.edition),
            (None, Ok(about)) => Stamp::Disk(about.modified().ok(), about.len()),
            (None, Err(_)) => Stamp::Missing,
        }
    }

    /// The content of a file.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self, path: &Path) -> Result<Arc<[u8]>, String> {
        if let Some(open) = self.open.get(path) {
            return Ok(open.text.as_str().as_bytes().into());
        }
        let named = |reason: String| format!("cannot read {}: {reason}", path.display());
        let about = fs::metadata(path).map_err(|error| named(error.to_string()))?;
        if !about.is_file() {
            return Err(named("it is no file".to_owned()));
        }
        if about.len() > MAX_BYTES {
            return Err(named("it is longer than 64 MiB".to_owned()));
        }
        fs::read(path).map(Arc::from).map_err(|error| named(error.to_string()))
    }

    /// The open files below a folder, each with its path from there and its text.
    pub fn open_below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = (&'a Path, &'a Text)> {
        self.open.iter().filter_map(move |(path, open)| Some((path.strip_prefix(folder).ok()?, &open.text)))
    }

    /// The folder of the app that a file lies in: the nearest one above it with an `app.yaml`.
    #[must_use]
    pub fn app_of(&self, path: &Path) -> Option<PathBuf> {
        let mut folders = path.parent()?.ancestors();
        folders.find(|folder| self.exists(&folder.join("app.yaml"))).map(Path::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_comes_first() {
        let folder = std::env::temp_dir();
        let path = folder.join("dataway-open-file-that-is-on-no-disk.json");
        let none = Files::default();
        assert_eq!(none.stamp(&path), Stamp::Missing);
        assert!(none.read(&path).is_err());
        let one = none.with(&path, 1, &Text::new("{}"));
        assert_eq!(one.read(&path).as_deref(), Ok(&b"{}"[..]));
        assert_ne!(one.stamp(&path), one.with(&path, 2, &Text::new("[]")).stamp(&path));
        assert!(one.exists(&path) && !one.without(&path).exists(&path));
        assert_eq!(one.open_below(&folder).count(), 1);
    }
}
