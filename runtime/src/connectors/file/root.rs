//! The folder of a `file` configuration, and what may be done in it (flows part 3, section 6).
//!
//! Every path is opened step by step below the folder's handle, so `..`, absolute paths and links out of it are refused
//! by the lookup itself, whatever happens to the folders meanwhile. All functions block.

use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path};
use std::sync::atomic::{AtomicU64, Ordering};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};

use crate::engine::apart::{Left, STRETCH};
use crate::message::Fault;

/// An open folder.
#[derive(Debug)]
pub struct Root {
    dir: Dir,
    writable: bool,
}

/// Most bytes for which room is made before they are read.
const AT_ONCE: usize = 64 << 20;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// In the place of what is there, at once.
    Overwrite,
    /// Behind what is there.
    Append,
    /// Only if nothing is there, at once.
    CreateNew,
}

impl Root {
    /// Opens the folder.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn open(path: &Path, writable: bool) -> Result<Root, String> {
        let dir = Dir::open_ambient_dir(path, ambient_authority());
        dir.map(|dir| Root { dir, writable })
            .map_err(|error| format!("cannot open the folder {}: {error}", path.display()))
    }

    /// The handle, for listing.
    pub(super) fn dir(&self) -> &Dir {
        &self.dir
    }

    fn check_writable(&self) -> Result<(), Fault> {
        match self.writable {
            true => Ok(()),
            false => Err(Fault::new("FILE:DENIED", "the configuration allows reading only")),
        }
    }

    /// A file for reading, with its size.
    ///
    /// # Errors
    /// `FILE:NOT_FOUND`, `FILE:IS_DIRECTORY`, `FILE:DENIED`, `FILE:IO`.
    pub fn file(&self, path: &str) -> Result<(File, u64), Fault> {
        let failed = |error: io::Error| fault(&error, path);
        let file = self.dir.open(checked(path)?).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(Fault::new("FILE:IS_DIRECTORY", format!("{path} is a folder")));
        }
        if !metadata.is_file() {
            return Err(Fault::new("FILE:DENIED", format!("{path} is no regular file")));
        }
        Ok((file, metadata.len()))
    }

    /// The content of a file of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Root::file`]; `FILE:LIMIT`; that the work was left.
    pub fn read(&self, path: &str, limit: usize, left: &Left) -> Result<Vec<u8>, Fault> {
        let (file, size) = self.file(path)?;
        let too_large = || {
            let reason =
                format!("{path} is larger than run.max-payload ({limit} bytes); mode stream reads larger files");
            Fault::new("FILE:LIMIT", reason)
        };
        let size = usize::try_from(size).ok().filter(|size| *size <= limit).ok_or_else(too_large)?;
        let mut bytes = Vec::with_capacity(size.min(AT_ONCE));
        let stretch = u64::try_from(STRETCH).unwrap_or(u64::MAX);
        // It may grow meanwhile.
        while bytes.len() <= limit {
            left.check()?;
            let read = (&file).take(stretch).read_to_end(&mut bytes).map_err(|error| fault(&error, path))?;
            if read == 0 {
                return Ok(bytes);
            }
        }
        Err(too_large())
    }

    /// Writes a file from pieces, which `next` gives until there is none. A file that cannot be completed is not left
    /// behind, except for what was appended.
    ///
    /// # Errors
    /// `FILE:EXISTS`, `FILE:DENIED`, `FILE:IO`, or that of `next`.
    pub fn write(
        &self,
        path: &str,
        writing: Writing,
        create_parents: bool,
        mut next: impl FnMut() -> Result<Option<bytes::Bytes>, Fault>,
    ) -> Result<(), Fault> {
        self.check_writable()?;
        let target = checked(path)?;
        let failed = |error: io::Error| fault(&error, path);
        if create_parents {
            self.create_parents(target)?;
        }
        let mut copy = |mut file: File| -> Result<(), Fault> {
            while let Some(piece) = next()? {
                file.write_all(&piece).map_err(failed)?;
            }
            file.sync_all().map_err(failed)
        };
        if writing == Writing::Append {
            let file = self.dir.open_with(target, OpenOptions::new().append(true).create(true)).map_err(failed)?;
            return copy(file);
        }
        if self.dir.metadata(target).is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Fault::new("FILE:IS_DIRECTORY", format!("{path} is a folder")));
        }
        let temporary = target.with_file_name(temporary_name());
        let file = self.dir.open_with(&temporary, OpenOptions::new().write(true).create_new(true)).map_err(failed)?;
        let done = copy(file).and_then(|()| {
            let placed = match writing {
                // A link, unlike a rename, does not replace what is there.
                Writing::CreateNew => self.dir.hard_link(&temporary, &self.dir, target),
                _ => self.dir.rename(&temporary, &self.dir, target),
            };
            placed.map_err(failed)
        });
        if done.is_err() || writing == Writing::CreateNew {
            // If even this fails, a file with a telling name is left over.
            let _ = self.dir.remove_file(&temporary);
        }
        done
    }

    /// Deletes a file, or with `recursive` a folder with all that is in it.
    ///
    /// # Errors
    /// `FILE:NOT_FOUND`, `FILE:IS_DIRECTORY`, `FILE:DENIED`, `FILE:IO`.
    pub fn delete(&self, path: &str, recursive: bool) -> Result<(), Fault> {
        self.check_writable()?;
        let target = checked(path)?;
        let failed = |error: io::Error| fault(&error, path);
        if target == Path::new(".") {
            return Err(Fault::new("FILE:DENIED", "the root folder itself cannot be deleted"));
        }
        // A link is deleted, not what it points at.
        let metadata = self.dir.symlink_metadata(target).map_err(failed)?;
        match (metadata.is_dir(), recursive) {
            (false, _) => self.dir.remove_file(target).map_err(failed),
            (true, true) => self.dir.remove_dir_all(target).map_err(failed),
            (true, false) => {
                Err(Fault::new("FILE:IS_DIRECTORY", format!("{path} is a folder: `recursive` deletes folders")))
            }
        }
    }

    /// Moves or renames a file or folder.
    ///
    /// # Errors
    /// `FILE:NOT_FOUND`, `FILE:EXISTS`, `FILE:DENIED`, `FILE:IO`.
    pub fn rename(&self, source: &str, target: &str, overwrite: bool, create_parents: bool) -> Result<(), Fault> {
        self.check_writable()?;
        let (from, to) = (checked(source)?, checked(target)?);
        let metadata = self.dir.symlink_metadata(from).map_err(|error| fault(&error, source))?;
        if create_parents {
            self.create_parents(to)?;
        }
        let failed = |error: io::Error| fault(&error, target);
        if overwrite {
            return self.dir.rename(from, &self.dir, to).map_err(failed);
        }
        if metadata.is_file() {
            // Unlike a rename, a link fails when somebody has put a file there meanwhile.
            self.dir.hard_link(from, &self.dir, to).map_err(failed)?;
            return self.dir.remove_file(from).map_err(|error| fault(&error, source));
        }
        if self.dir.symlink_metadata(to).is_ok() {
            return Err(Fault::new("FILE:EXISTS", format!("{target} exists")));
        }
        self.dir.rename(from, &self.dir, to).map_err(failed)
    }

    fn create_parents(&self, path: &Path) -> Result<(), Fault> {
        match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => {
                let created = self.dir.create_dir_all(parent).or_else(|error| match error.kind() {
                    // A link is there: where it leads says whether that is a folder, and inside.
                    ErrorKind::AlreadyExists => self.dir.open_dir(parent).map(drop),
                    _ => Err(error),
                });
                created.map_err(|error| fault(&error, &parent.to_string_lossy()))
            }
            _ => Ok(()),
        }
    }
}

/// A path that does not leave the folder by its text.
///
/// # Errors
/// `FILE:DENIED`.
pub fn checked(path: &str) -> Result<&Path, Fault> {
    let inside = |component: Component<'_>| matches!(component, Component::Normal(_) | Component::CurDir);
    let checked = Path::new(path);
    if path.is_empty() || path.contains('\0') || !checked.components().all(inside) {
        let reason = format!("the path {path:?} leaves the root folder: paths are relative and have no `..`");
        return Err(Fault::new("FILE:DENIED", reason));
    }
    Ok(checked)
}

/// A name that nobody else uses: of a hidden file beside the one that is written.
fn temporary_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!(".dataway-{}-{}.tmp", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The fault of an input or output error.
pub fn fault(error: &io::Error, path: &str) -> Fault {
    let code = match error.kind() {
        ErrorKind::NotFound => "FILE:NOT_FOUND",
        ErrorKind::AlreadyExists => "FILE:EXISTS",
        ErrorKind::IsADirectory => "FILE:IS_DIRECTORY",
        // The system's own refusals have a number; this is the lookup that left the folder.
        ErrorKind::PermissionDenied if error.raw_os_error().is_none() => "FILE:DENIED",
        _ => "FILE:IO",
    };
    Fault::new(code, format!("{path}: {error}"))
}
