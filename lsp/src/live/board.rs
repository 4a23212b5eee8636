//! Evaluations of open documents: which is current, and waiting for it.
//!
//! A document at one version is evaluated at most once. A newer version cancels the run of an older one; what comes in late is
//! dropped.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::Evaluation;
use crate::document::Document;

/// The evaluations of a document's programs: of every program that could be run, by the number of its region.
pub type Evaluations = Arc<Vec<(usize, Evaluation)>>;

/// What a client has not heard yet when evaluations come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// It was given inlays without these values.
    pub inlays: bool,
    /// Something fails now, or something failed before.
    pub failures: bool,
}

/// What is known about one document.
struct Entry {
    document: Arc<Document>,
    cancel: Arc<AtomicBool>,
    /// The newest evaluations, once they are there.
    done: watch::Sender<Option<Evaluations>>,
    /// Somebody was answered without the values.
    missed: bool,
    /// A program failed in the version before.
    failed: bool,
}

/// The newest evaluations of all open documents.
#[derive(Default)]
pub struct Board {
    entries: Mutex<HashMap<String, Entry>>,
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to evaluate a document: ends what runs for an older version. Gives what the run has to look at to be ended
    /// itself.
    pub fn begin(&self, document: &Arc<Document>) -> Arc<AtomicBool> {
        let cancel = Arc::new(AtomicBool::new(false));
        let mut entries = self.lock();
        let old = entries.remove(&document.uri);
        let failed = old.is_some_and(|old| {
            old.cancel.store(true, Ordering::Relaxed);
            let known = old.done.borrow();
            known.as_ref().map_or(old.failed, fails)
        });
        let (document, own) = (Arc::clone(document), Arc::clone(&cancel));
        let entry = Entry { document, cancel: own, done: watch::Sender::new(None), missed: false, failed };
        entries.insert(entry.document.uri.clone(), entry);
        cancel
    }

    /// Forgets a document.
    pub fn end(&self, uri: &str) {
        if let Some(old) = self.lock().remove(uri) {
            old.cancel.store(true, Ordering::Relaxed);
        }
    }

    /// Puts down what a document gave; `None` if there is a newer version of it by now.
    pub fn put(&self, document: &Arc<Document>, found: Evaluations) -> Option<News> {
        let entries = self.lock();
        let entry = entries.get(&document.uri).filter(|entry| Arc::ptr_eq(&entry.document, document))?;
        let news = News { inlays: entry.missed, failures: entry.failed || fails(&found) };
        entry.done.send_replace(Some(found));
        Some(news)
    }

    /// Whether a program of the document failed when it was run last.
    #[must_use]
    pub fn failed(&self, uri: &str) -> bool {
        self.lock().get(uri).is_some_and(|entry| entry.done.borrow().as_ref().map_or(entry.failed, fails))
    }

    /// What a document gave, if that is known already.
    #[must_use]
    pub fn get(&self, document: &Arc<Document>) -> Option<Evaluations> {
        let entries = self.lock();
        let entry = entries.get(&document.uri).filter(|entry| Arc::ptr_eq(&entry.document, document))?;
        entry.done.borrow().clone()
    }

    /// What a document gives, if it becomes known within `patience`.
    pub async fn wait(&self, document: &Arc<Document>, patience: Duration) -> Option<Evaluations> {
        let mut done = {
            let entries = self.lock();
            let entry = entries.get(&document.uri).filter(|entry| Arc::ptr_eq(&entry.document, document))?;
            entry.done.subscribe()
        };
        let found = match tokio::time::timeout(patience, done.wait_for(Option::is_some)).await {
            // A newer version has taken the place of this one.
            Ok(Err(_)) => None,
            Ok(Ok(found)) => found.clone(),
            Err(_) => None,
        };
        if found.is_none()
            && let Some(entry) =
                self.lock().get_mut(&document.uri).filter(|entry| Arc::ptr_eq(&entry.document, document))
        {
            entry.missed = true;
        }
        found
    }
}

fn fails(found: &Evaluations) -> bool {
    found.iter().any(|(_, one)| one.result.is_err())
}
