//! The hash table behind dicts and sets: entries in insertion order and an index into them.
//!
//! Up to [`LINEAR`] entries are searched one by one; beyond that an open-addressed index maps hashes to entry numbers.
//! A removed entry keeps its place, unbound, until the table is rebuilt, so that positions of iterators stay valid.

use super::compare::key_eq;
use super::hvec::HVec;
use super::{R, Value, interrupt};

/// Entries searched without an index.
const LINEAR: usize = 8;

#[derive(Debug, Clone)]
struct Entry<V> {
    hash: u64,
    /// Unbound in a removed entry.
    key: Value,
    value: V,
}

/// An insertion-ordered hash table. Keys are compared with [`key_eq`], which never runs script code.
#[derive(Debug, Clone)]
#[repr(C)] // The first word is an address of no object: see `layout::DICT_SHAPE`.
pub struct Table<V> {
    entries: HVec<Entry<V>>,
    /// Entry number + 1, or 0 for a free place; a power of two long, or empty.
    index: HVec<u32>,
    live: usize,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Table { entries: HVec::new(), index: HVec::new(), live: 0 }
    }
}

#[inline]
fn mix(hash: u64) -> usize {
    // Numbers hash to themselves; the multiplication spreads them over the upper bits.
    (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
}

impl<V> Table<V> {
    /// An empty table with room for `capacity` entries.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let mut made = Self::default();
        made.entries.reserve(capacity);
        if capacity > LINEAR {
            made.rebuild(capacity);
        }
        made
    }

    /// Number of entries.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// The number of the entry that `is` accepts among those with `hash`.
    #[inline]
    fn find_by(&self, hash: u64, mut is: impl FnMut(&Value) -> R<bool>) -> R<Option<usize>> {
        if self.index.is_empty() {
            for (n, entry) in self.entries.iter().enumerate() {
                if entry.hash == hash && is(&entry.key)? {
                    return Ok(Some(n));
                }
            }
            return Ok(None);
        }
        let mask = self.index.len() - 1;
        let mut at = mix(hash) & mask;
        let mut probes = 0u64;
        while let Some(n) = self.index[at].checked_sub(1) {
            // A place may still name an entry that `pop_last` cut off.
            if let Some(entry) = self.entries.get(n as usize)
                && entry.hash == hash
                && is(&entry.key)?
            {
                return Ok(Some(n as usize));
            }
            at = (at + 1) & mask;
            probes += 1;
        }
        // Keys can be made to collide; what that costs counts against the time limit.
        interrupt::spend(probes);
        Ok(None)
    }

    /// The number of the entry with `key`, whose hash is `hash`.
    ///
    /// # Errors
    /// Comparing keys can be stopped by a limit, and a signalling NaN raises.
    #[inline]
    pub fn find(&self, hash: u64, key: &Value) -> R<Option<usize>> {
        self.find_by(hash, |k| key_eq(k, key))
    }

    /// The number of the entry whose key is the string `text`, whose hash is `hash`.
    #[inline]
    #[must_use]
    pub fn find_text(&self, hash: u64, text: &[u8]) -> Option<usize> {
        self.find_by(hash, |k| Ok(k.text_bytes() == Some(text))).ok().flatten()
    }

    /// The value of entry `n`.
    #[inline]
    #[must_use]
    pub fn value(&self, n: usize) -> Option<&V> {
        self.entries.get(n).map(|e| &e.value)
    }

    /// The value of entry `n`, to be changed.
    #[inline]
    pub fn value_mut(&mut self, n: usize) -> Option<&mut V> {
        self.entries.get_mut(n).map(|e| &mut e.value)
    }

    /// The first entry at position `from` or later: its number, key and value.
    #[inline]
    #[must_use]
    pub fn at(&self, from: usize) -> Option<(usize, &Value, &V)> {
        let (n, entry) = self.entries.iter().enumerate().skip(from).find(|(_, e)| !e.key.is_unbound())?;
        interrupt::spend((n - from) as u64);
        Some((n, &entry.key, &entry.value))
    }

    /// The last entry before position `until`.
    #[must_use]
    pub fn before(&self, until: usize) -> Option<(usize, &Value, &V)> {
        let head = self.entries.get(..until.min(self.entries.len()))?;
        let (n, entry) = head.iter().enumerate().rev().find(|(_, e)| !e.key.is_unbound())?;
        Some((n, &entry.key, &entry.value))
    }

    /// One more than the highest position in use.
    #[must_use]
    pub fn end(&self) -> usize {
        self.entries.len()
    }

    /// Keys and values in insertion order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Value, &V)> {
        self.entries.iter().filter(|e| !e.key.is_unbound()).map(|e| (&e.key, &e.value))
    }

    /// Keys, hashes and values in insertion order.
    pub fn iter_hashed(&self) -> impl Iterator<Item = (&Value, u64, &V)> {
        self.entries.iter().filter(|e| !e.key.is_unbound()).map(|e| (&e.key, e.hash, &e.value))
    }

    /// Adds an entry whose key is known to be absent.
    pub fn insert_new(&mut self, hash: u64, key: Value, value: V) {
        let full = if self.index.is_empty() { LINEAR } else { self.index.len() / 3 * 2 };
        if self.entries.len() >= full {
            self.rebuild(self.live + 1);
        }
        self.entries.push(Entry { hash, key, value });
        self.live += 1;
        if !self.index.is_empty() {
            self.link(self.entries.len() - 1);
        }
    }

    fn link(&mut self, n: usize) {
        let mask = self.index.len() - 1;
        let mut at = mix(self.entries[n].hash) & mask;
        let mut probes = 0;
        while self.index[at] != 0 {
            at = (at + 1) & mask;
            probes += 1;
        }
        interrupt::spend(probes);
        // Entry numbers stay far below 2^32: an entry takes 24 bytes or more, see `heap::CEILING`.
        self.index[at] = (n + 1) as u32;
    }

    /// Drops removed entries and makes an index with room for `wanted` entries and as many again.
    #[cold]
    fn rebuild(&mut self, wanted: usize) {
        if self.live < self.entries.len() {
            let old = std::mem::take(&mut self.entries);
            self.entries = old.into_iter().filter(|e| !e.key.is_unbound()).collect();
        }
        self.index = HVec::new();
        if wanted > LINEAR {
            let size = (wanted * 3).next_power_of_two().max(32);
            self.index.reserve(size);
            for _ in 0..size {
                self.index.push(0);
            }
            for n in 0..self.entries.len() {
                self.link(n);
            }
        }
    }

    /// Puts `value` under `key`; gives back the value that was there. An existing key stays as it is.
    ///
    /// # Errors
    /// As [`Table::find`].
    #[inline]
    pub fn insert(&mut self, hash: u64, key: Value, value: V) -> R<Option<V>> {
        match self.find(hash, &key)? {
            Some(n) => Ok(Some(std::mem::replace(&mut self.entries[n].value, value))),
            None => {
                self.insert_new(hash, key, value);
                Ok(None)
            }
        }
    }
}

impl<V: Default> Table<V> {
    /// Removes entry `n` and gives back its key and value.
    pub fn take(&mut self, n: usize) -> Option<(Value, V)> {
        let entry = self.entries.get_mut(n).filter(|e| !e.key.is_unbound())?;
        let key = std::mem::replace(&mut entry.key, Value::Unbound);
        let value = std::mem::take(&mut entry.value);
        self.live -= 1;
        Some((key, value))
    }

    /// Removes the last entry and frees its place.
    pub fn pop_last(&mut self) -> Option<(Value, V)> {
        let n = self.before(usize::MAX).map(|(n, ..)| n)?;
        let taken = self.take(n);
        self.entries.truncate(n);
        taken
    }

    /// Removes `key`.
    ///
    /// # Errors
    /// As [`Table::find`].
    pub fn remove(&mut self, hash: u64, key: &Value) -> R<Option<(Value, V)>> {
        Ok(self.find(hash, key)?.and_then(|n| self.take(n)))
    }
}
