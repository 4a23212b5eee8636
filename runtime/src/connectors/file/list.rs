//! `file.list`: what is in a folder.

use std::time::SystemTime;

use cap_std::fs::{Dir, FileType, Metadata};
use dataway_lang::Document;
use dataway_lang::value::civil::DateTime;

use super::root::{Root, checked, fault};
use crate::connectors::database::value;
use crate::engine::apart::Left;
use crate::message::Fault;

/// Deepest folders that are listed: a bound for loops that only links could make, and those are not followed.
const DEPTH: usize = 64;
/// Most entries of one list.
const ENTRIES: usize = 1_000_000;

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Folders inside folders too.
    pub recursive: bool,
    /// A pattern for the name, with `*` and `?`.
    pub name: Option<String>,
    /// Regular files.
    pub files: bool,
    /// Folders.
    pub directories: bool,
    /// Symbolic links, which are never followed.
    pub symlinks: bool,
    /// Bytes.
    pub min_size: Option<u64>,
    /// Bytes.
    pub max_size: Option<u64>,
    /// Changed after this moment, in microseconds since 1970.
    pub after: Option<i64>,
    /// Changed before this moment.
    pub before: Option<i64>,
}

impl Root {
    /// The entries of a folder as dicts, sorted by their path.
    ///
    /// # Errors
    /// `FILE:NOT_FOUND`, `FILE:DENIED`, `FILE:LIMIT`, `FILE:IO`; that the work was left.
    pub fn list(&self, path: &str, filter: &Filter, left: &Left) -> Result<Document, Fault> {
        let start = checked(path)?;
        let dir = self.dir().open_dir(start).map_err(|error| fault(&error, path))?;
        let prefix: Vec<_> =
            start.components().filter_map(|part| part.as_os_str().to_str()).filter(|part| *part != ".").collect();
        let prefix = prefix.iter().map(|part| format!("{part}/")).collect::<String>();
        let mut found: Vec<(String, Document)> = Vec::new();
        let mut open = vec![(dir, prefix, 0)];
        while let Some((dir, prefix, depth)) = open.pop() {
            let failed = |error: std::io::Error| fault(&error, &prefix);
            for entry in dir.entries().map_err(failed)? {
                left.check()?;
                let entry = entry.map_err(failed)?;
                let name = entry.file_name().to_string_lossy().into_owned();
                let full = format!("{prefix}{name}");
                // What vanishes while it is listed is not there.
                let Ok(metadata) = dir.symlink_metadata(&name) else { continue };
                if metadata.is_dir()
                    && filter.recursive
                    && depth < DEPTH
                    && let Ok(inner) = dir.open_dir(&name)
                {
                    open.push((inner, format!("{full}/"), depth + 1));
                }
                if filter.takes(&name, &metadata) {
                    if found.len() >= ENTRIES {
                        return Err(Fault::new("FILE:LIMIT", format!("{path} holds more than {ENTRIES} entries")));
                    }
                    let described = entry_document(&dir, &name, &full, &metadata);
                    found.push((full, described));
                }
            }
        }
        found.sort_by(|(left, _), (right, _)| left.cmp(right));
        Ok(Document::list(found.into_iter().map(|(_, entry)| entry).collect()))
    }
}

impl Filter {
    fn takes(&self, name: &str, metadata: &Metadata) -> bool {
        let kind = metadata.file_type();
        let wanted =
            self.directories && kind.is_dir() || self.symlinks && kind.is_symlink() || self.files && kind.is_file();
        let time = modified(metadata);
        let size = metadata.len();
        wanted
            && self.name.as_ref().is_none_or(|pattern| glob(pattern, name))
            && self.min_size.is_none_or(|least| size >= least)
            && self.max_size.is_none_or(|most| size <= most)
            && self.after.is_none_or(|after| time.is_some_and(|time| time > after))
            && self.before.is_none_or(|before| time.is_some_and(|time| time < before))
    }
}

/// Microseconds since 1970.
fn modified(metadata: &Metadata) -> Option<i64> {
    let time = metadata.modified().ok()?.into_std();
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).ok(),
        Err(before) => i64::try_from(before.duration().as_micros()).ok().map(|micros| -micros),
    }
}

fn entry_document(dir: &Dir, name: &str, path: &str, metadata: &Metadata) -> Document {
    let kind = metadata.file_type();
    let target = if kind.is_symlink() { dir.read_link_contents(name).ok() } else { None };
    let target = target.map_or(Document::None, |target| target.to_string_lossy().into_owned().into());
    let zone = dataway_lang::value::civil::Zone::UTC;
    let time: Option<DateTime> = modified(metadata).and_then(|micros| value::datetime(micros, Some(zone)));
    Document::dict([
        ("Name", name.into()),
        ("Type", type_name(kind).into()),
        ("Target", target),
        ("Size", i64::try_from(metadata.len()).unwrap_or(i64::MAX).into()),
        ("Time", time.map_or(Document::None, |time| Document::DateTime(time.into()))),
        ("PathName", path.into()),
    ])
}

fn type_name(kind: FileType) -> &'static str {
    if kind.is_symlink() {
        "SymLink"
    } else if kind.is_dir() {
        "Folder"
    } else {
        "File"
    }
}

/// Whether a name fits a pattern with `*` (any characters) and `?` (one).
#[must_use]
pub fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // Where the last star stands, and how much of the name it takes so far.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => match &mut star {
                Some((at, taken)) => {
                    *taken += 1;
                    (p, n) = (*at + 1, *taken);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (pattern, name, fits) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.bak", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXcYb", false),
            ("?", "é", true),
            ("", "", true),
            ("**", "", true),
            ("a", "", false),
            (&*format!("{}b", "a*".repeat(50)), &*"a".repeat(500), false),
        ] {
            assert_eq!(glob(pattern, name), fits, "{pattern} {name}");
        }
    }
}
