//! Named locks of an app, for `synchronized` (part 2, section 4): first come, first served, re-entrant along a run path.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// All locks of an app, by name.
#[derive(Debug, Default)]
pub struct Locks {
    known: Mutex<HashMap<Arc<str>, Weak<AsyncMutex<()>>>>,
}

/// The locks that a run path holds, innermost first.
#[derive(Debug)]
pub struct Held {
    name: Arc<str>,
    outer: Option<Arc<Held>>,
}

impl Held {
    /// Whether a path with these locks holds the one of that name.
    #[must_use]
    pub fn has(path: Option<&Arc<Held>>, name: &str) -> bool {
        let mut at = path;
        while let Some(held) = at {
            if &*held.name == name {
                return true;
            }
            at = held.outer.as_ref();
        }
        false
    }

    /// A path with one lock more.
    #[must_use]
    pub fn with(path: Option<&Arc<Held>>, name: Arc<str>) -> Arc<Held> {
        Arc::new(Held { name, outer: path.cloned() })
    }
}

/// Locks known before those that nobody uses any more are forgotten.
const SWEEP: usize = 1024;

impl Locks {
    /// Waits for the lock of that name. It is free again when the guard is dropped.
    pub async fn lock(&self, name: &Arc<str>) -> OwnedMutexGuard<()> {
        self.entry(name).lock_owned().await
    }

    fn entry(&self, name: &Arc<str>) -> Arc<AsyncMutex<()>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = known.get(name).and_then(Weak::upgrade) {
            return lock;
        }
        if known.len() >= SWEEP && known.len().is_power_of_two() {
            known.retain(|_, lock| lock.strong_count() > 0);
        }
        let lock = Arc::new(AsyncMutex::new(()));
        known.insert(name.clone(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_lock_a_name_while_it_is_used() {
        let locks = Locks::default();
        let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
        let held = locks.lock(&a).await;
        let _other = locks.lock(&b).await;
        let waiting = tokio::time::timeout(std::time::Duration::ZERO, locks.lock(&a)).await;
        assert!(waiting.is_err());
        drop(held);
        drop(locks.lock(&a).await);
        for n in 0..3 * SWEEP {
            drop(locks.lock(&n.to_string().into()).await);
        }
        assert!(locks.known.lock().unwrap().len() <= 2 * SWEEP + 1);
    }

    #[test]
    fn a_path_knows_its_locks() {
        let outer = Held::with(None, "a".into());
        let inner = Held::with(Some(&outer), "b".into());
        assert!(Held::has(Some(&inner), "a") && Held::has(Some(&inner), "b"));
        assert!(!Held::has(Some(&outer), "b") && !Held::has(None, "a"));
    }
}
