//! What is known about the data of a script before it runs: its contracts (spec 12.4), or else a sample that is called like
//! it. Types are for the checker; where they come from is kept for the reader, who wants to go there and to see values.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dataway_lang::Document;
use dataway_lang::check::contract::{self, Clause, Subject};
use dataway_lang::check::types::Type;
use dataway_lang::check::{Contracts, Stated};
use dataway_lang::diagnostic::Diagnostic;
use dataway_lang::mime::infer_mime;
use dataway_lang::source::{SourceText, Span};

use crate::files::{Files, Stamp};
use crate::samples::samples_of;

/// Most scripts whose knowledge is kept.
const MOST_KEPT: usize = 512;

/// What is known about the data of a script.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// As types.
    pub contracts: Contracts,
    /// What is wrong with the contracts.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the types come from.
    pub origins: Vec<Arc<Origin>>,
}

impl Knowledge {
    /// Where the type of a part of the message comes from: the schema if there is one.
    #[must_use]
    pub fn origin(&self, subject: &Subject) -> Option<&Origin> {
        let of_it = || self.origins.iter().map(|origin| &**origin).filter(|origin| origin.subject == *subject);
        of_it().find(|origin| !origin.is_sample).or_else(|| of_it().next())
    }

    /// An example of a part of the message.
    #[must_use]
    pub fn example(&self, subject: &Subject) -> Option<&Document> {
        let mut samples = self.origins.iter().filter(|origin| origin.is_sample && origin.subject == *subject);
        samples.find_map(|origin| origin.document())
    }
}

/// A schema or sample.
#[derive(Debug)]
pub struct Origin {
    /// What it speaks about.
    pub subject: Subject,
    /// Is it a sample and not a schema?
    pub is_sample: bool,
    /// The file; `None` if it stands in the script itself.
    pub path: Option<PathBuf>,
    /// The clause in the script; empty if a sample was found by its name.
    pub clause: Span,
    /// Its content.
    pub content: Arc<[u8]>,
    /// How the bytes of a sample are to be read.
    pub mime_type: String,
    document: OnceLock<Option<Document>>,
    ty: OnceLock<Option<Type>>,
}

impl Origin {
    /// A schema or sample of that content.
    #[must_use]
    pub fn new(subject: Subject, is_sample: bool, path: Option<PathBuf>, clause: Span, content: Arc<[u8]>) -> Origin {
        let named = path.as_ref().and_then(|path| path.to_str()).and_then(infer_mime);
        let mime_type = named.unwrap_or("application/json").to_owned();
        let (document, ty) = (OnceLock::new(), OnceLock::new());
        Origin { subject, is_sample, path, clause, content, mime_type, document, ty }
    }

    /// The type of what it speaks about; `None` if it cannot be read.
    pub fn ty(&self) -> Option<&Type> {
        let read = || match self.is_sample {
            true => self.document().map(contract::type_of_value),
            false => contract::read_json(&self.content).and_then(|schema| contract::type_of_schema(&schema)).ok(),
        };
        self.ty.get_or_init(read).as_ref()
    }

    /// The value of a sample, read once; `None` if its bytes are not what its name says.
    pub fn document(&self) -> Option<&Document> {
        let read = || contract::read_sample(&self.content, &self.mime_type).ok();
        self.document.get_or_init(read).as_ref()
    }
}

/// What is known about scripts whose contracts have not changed since they were read.
#[derive(Debug, Default)]
pub struct Memory {
    known: Mutex<HashMap<PathBuf, (Basis, Arc<Knowledge>)>>,
    /// Samples and schemas that app files name, by path and whether they are samples.
    files: Mutex<HashMap<(PathBuf, bool), Stamped>>,
}

/// What a file says, with the content that it had.
type Stamped = (Stamp, Arc<Origin>);

impl Memory {
    /// What a file says about payloads, as sample or as schema; `None` if it cannot be read.
    #[must_use]
    pub fn of_file(&self, path: &Path, is_sample: bool, files: &Files) -> Option<Arc<Origin>> {
        let stamp = files.stamp(path);
        let lock = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (path.to_owned(), is_sample);
        if let Some((known, origin)) = lock().get(&key)
            && *known == stamp
        {
            return Some(Arc::clone(origin));
        }
        let content = files.read(path).ok()?;
        let origin = Origin::new(Subject::Payload, is_sample, Some(path.to_owned()), Span::at(0), content);
        let origin = Arc::new(origin);
        let mut kept = lock();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, (stamp, Arc::clone(&origin)));
        Some(origin)
    }
}

/// What knowledge depends on: the comments at the top of the script, and the files they name or that are called like it.
#[derive(Debug, PartialEq, Eq)]
struct Basis {
    head: String,
    files: Vec<(PathBuf, Stamp)>,
}

/// What is known about the data of a script. `path` is its file, if it has one; without one a contract names no files.
#[must_use]
pub fn of_script(source: &SourceText, path: Option<&Path>, files: &Files, memory: &Memory) -> Arc<Knowledge> {
    let (clauses, _) = contract::clauses(source);
    let end = clauses.iter().map(|clause| clause.span.end).max().unwrap_or(0);
    let folder = path.and_then(Path::parent);
    let mut used: Vec<PathBuf> = clauses.iter().filter_map(|clause| named(clause, folder)).collect();
    let by_name = path.and_then(|path| samples_of(path, files).into_iter().next());
    used.extend(by_name.iter().map(|sample| sample.path.clone()));
    let basis = Basis {
        head: source.slice(Span::new(0, end)).to_owned(),
        files: used.into_iter().map(|path| (path.clone(), files.stamp(&path))).collect(),
    };
    let lock = || memory.known.lock().unwrap_or_else(PoisonError::into_inner);
    let key = path.map(Path::to_owned).unwrap_or_default();
    if let Some((known, knowledge)) = lock().get(&key)
        && *known == basis
    {
        return Arc::clone(knowledge);
    }
    let made = Arc::new(work_out(source, &clauses, folder, by_name.map(|sample| sample.path), files));
    let mut known = lock();
    if known.len() >= MOST_KEPT {
        known.clear();
    }
    known.insert(key, (basis, Arc::clone(&made)));
    made
}

/// The file that a clause names.
fn named(clause: &Clause, folder: Option<&Path>) -> Option<PathBuf> {
    let inline = clause.value.is_empty() || clause.value.starts_with(['{', '[', '"']);
    if inline { None } else { Some(folder?.join(&clause.value)) }
}

fn work_out(
    source: &SourceText,
    clauses: &[Clause],
    folder: Option<&Path>,
    by_name: Option<PathBuf>,
    files: &Files,
) -> Knowledge {
    let mut load = |name: &str| match folder {
        Some(folder) => files.read(&folder.join(name)).map(|bytes| bytes.to_vec()),
        None => Err(format!("cannot read {name}: the script is not saved, so it has no folder")),
    };
    let (mut contracts, mut diagnostics) = contract::contracts(source, &mut load);
    // Reading found the same mistakes in keys again; they belong to the text, not to the files.
    diagnostics.dedup_by(|a, b| a.code == b.code && a.span == b.span);
    let mut origins = Vec::new();
    for clause in clauses {
        let path = named(clause, folder);
        let content = match &path {
            Some(path) => files.read(path).ok(),
            None => Some(clause.value.as_bytes().into()),
        };
        let Some(content) = content else { continue };
        origins.push(Arc::new(Origin::new(clause.subject.clone(), clause.is_sample, path, clause.span, content)));
    }
    if contracts.payload.is_none()
        && let Some(path) = by_name
        && let Ok(content) = files.read(&path)
    {
        let origin = Origin::new(Subject::Payload, true, Some(path), Span::at(0), content);
        if let Some(ty) = origin.ty().cloned() {
            contracts.payload = Some(Stated { ty, is_sample: true, span: Span::at(0) });
        }
        origins.push(Arc::new(origin));
    }
    Knowledge { contracts, diagnostics, origins }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position::Text;

    fn known(script: &str, others: &[(&str, &str)]) -> (Files, Memory, Arc<Knowledge>) {
        let mut files = Files::default();
        for (edition, (path, text)) in (0..).zip(others) {
            files = files.with(Path::new(path), edition, &Text::new(text));
        }
        let memory = Memory::default();
        let knowledge = of_script(&SourceText::new("a", script), Some(Path::new("/a/order.dw")), &files, &memory);
        (files, memory, knowledge)
    }

    #[test]
    fn a_contract_says_more_than_a_sample_by_name() {
        let sample = ("/a/order.sample.json", "{\"id\": 1}");
        let payload = |knowledge: &Knowledge| {
            knowledge.contracts.payload.as_ref().map(|stated| (stated.ty.to_string(), stated.is_sample))
        };
        let (.., knowledge) = known("msg.payload", &[sample]);
        assert_eq!(payload(&knowledge), Some(("{'id': int, ...}".to_owned(), true)));
        assert!(knowledge.example(&Subject::Payload).is_some());
        let (.., knowledge) = known("#: payload: {\"type\": \"string\"}\nmsg.payload", &[sample]);
        assert_eq!(payload(&knowledge), Some(("str".to_owned(), false)));
        let (.., knowledge) = known("#: payload: missing.json\nmsg.payload", &[]);
        assert_eq!(payload(&knowledge), None);
        assert_eq!(knowledge.diagnostics.len(), 1);
    }

    #[test]
    fn what_has_not_changed_is_not_read_again() {
        let (files, memory, first) = known("msg.payload", &[("/a/order.sample.json", "{}")]);
        let ask = |files: &Files, text: &str| {
            of_script(&SourceText::new("a", text), Some(Path::new("/a/order.dw")), files, &memory)
        };
        assert!(Arc::ptr_eq(&first, &ask(&files, "msg.payload + 1")));
        let other = files.with(Path::new("/a/order.sample.json"), 7, &Text::new("[]"));
        assert!(!Arc::ptr_eq(&first, &ask(&other, "msg.payload")));
    }
}
