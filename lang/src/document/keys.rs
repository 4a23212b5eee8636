//! The keys of a dict, shared by all dicts of one shape.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::{Document, Items};

/// Keys up to this number are found by looking at each.
const FEW: usize = 8;

/// The keys of a dict, in order.
pub struct Keys {
    keys: Items,
    /// Where each text key stands, made at the first search among many.
    index: OnceLock<HashMap<Box<[u8]>, usize, foldhash::fast::RandomState>>,
    /// Whether the keys come from a shape of a program or of a reader, which is met again and again.
    pub(super) common: bool,
}

impl Keys {
    /// Keys, which are distinct.
    #[must_use]
    pub fn new(keys: Vec<Document>) -> Keys {
        Keys { keys: Items::new(keys), index: OnceLock::new(), common: false }
    }

    /// Keys, which are distinct texts, that dicts have in common again and again: those of a shape, or of what a host makes
    /// for each run. All these dicts then share them, and their shape in programs too.
    #[must_use]
    pub fn common(keys: Vec<Document>) -> Keys {
        Keys { common: true, ..Keys::new(keys) }
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Document> {
        self.keys.iter()
    }

    /// The place of a text key.
    #[must_use]
    pub fn place(&self, key: &[u8]) -> Option<usize> {
        if self.len() <= FEW {
            return self.keys.iter().position(|own| own.text_bytes() == Some(key));
        }
        let index = self.index.get_or_init(|| {
            let texts = self.keys.iter().enumerate().filter_map(|(n, key)| Some((key.text_bytes()?.into(), n)));
            texts.collect()
        });
        index.get(key).copied()
    }

    /// Bytes of memory, about; common keys count as nothing, because every dict of the shape has them.
    pub(super) fn size(&self) -> usize {
        if self.common { 0 } else { self.keys.size }
    }

    pub(super) fn with(&self, key: Document) -> Keys {
        let mut keys = self.keys.to_vec();
        keys.push(key);
        Keys::new(keys)
    }

    pub(super) fn without(&self, at: usize) -> Keys {
        let others = self.keys.iter().enumerate().filter(|(n, _)| *n != at);
        Keys::new(others.map(|(_, key)| key.clone()).collect())
    }
}

/// Collects text keys.
#[derive(Default)]
pub(super) struct Builder {
    keys: Vec<Document>,
    index: HashMap<Box<[u8]>, usize, foldhash::fast::RandomState>,
}

impl Builder {
    /// Adds a text key; the place of the same key if it is there already.
    pub(super) fn add(&mut self, key: Document) -> Option<usize> {
        let text = key.text_bytes().unwrap_or_default();
        if self.index.is_empty() && self.keys.len() < FEW {
            if let Some(known) = self.keys.iter().position(|own| own.text_bytes() == Some(text)) {
                return Some(known);
            }
        } else {
            if self.index.is_empty() {
                let texts = self.keys.iter().enumerate().filter_map(|(n, key)| Some((key.text_bytes()?.into(), n)));
                self.index = texts.collect();
            }
            if let Some(known) = self.index.get(text) {
                return Some(*known);
            }
            self.index.insert(text.into(), self.keys.len());
        }
        self.keys.push(key);
        None
    }

    pub(super) fn finish(self) -> Arc<Keys> {
        Arc::new(Keys::new(self.keys))
    }
}
