//! `cache.*`: texts that all flows of the app share, in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use dataway_lang::Document;

use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::Unit;

/// Most bytes of keys and values together.
const MAX_BYTES: usize = 10_000_000;
/// Most keys.
const MAX_KEYS: usize = 1_000;
/// Most bytes of a value.
const MAX_VALUE: usize = 100_000;

/// The store behind the operations. Times are those of the app's clock.
#[derive(Debug, Default)]
pub struct Cache {
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    live: HashMap<String, Entry>,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    value: Arc<str>,
    until: Duration,
}

impl Entries {
    fn remove(&mut self, key: &str) -> bool {
        let removed = self.live.remove(key);
        if let Some(entry) = &removed {
            self.bytes = self.bytes.saturating_sub(key.len() + entry.value.len());
        }
        removed.is_some()
    }

    fn expire(&mut self, now: Duration) {
        let expired: Vec<String> =
            self.live.iter().filter(|(_, entry)| entry.until <= now).map(|(key, _)| key.clone()).collect();
        for key in expired {
            self.remove(&key);
        }
    }
}

impl Cache {
    /// The entries without the one under `key` if its time is over.
    fn fresh(&self, key: &str, now: Duration) -> MutexGuard<'_, Entries> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.live.get(key).is_some_and(|entry| entry.until <= now) {
            entries.remove(key);
        }
        entries
    }

    /// Stores a text; `replace` says whether it may take the place of another one.
    ///
    /// # Errors
    /// The limit that was reached, or that the key is taken.
    pub fn store(&self, key: &str, value: &str, until: Duration, now: Duration, replace: bool) -> Result<(), String> {
        if value.len() > MAX_VALUE {
            return Err(format!("the value has {} bytes, at most {MAX_VALUE} are stored", value.len()));
        }
        let mut entries = self.fresh(key, now);
        let old = entries.live.get(key).map(|entry| key.len() + entry.value.len());
        if old.is_some() && !replace {
            return Err("the key exists".to_owned());
        }
        let needed = |entries: &Entries| entries.bytes - old.unwrap_or(0) + key.len() + value.len();
        let is_full =
            |entries: &Entries| (old.is_none() && entries.live.len() >= MAX_KEYS) || needed(entries) > MAX_BYTES;
        if is_full(&entries) {
            entries.expire(now);
        }
        if is_full(&entries) {
            return Err(format!("the cache is full: {MAX_KEYS} keys, {MAX_BYTES} bytes"));
        }
        entries.remove(key);
        entries.bytes += key.len() + value.len();
        entries.live.insert(key.to_owned(), Entry { value: value.into(), until });
        Ok(())
    }

    /// The text under a key.
    #[must_use]
    pub fn read(&self, key: &str, now: Duration) -> Option<Arc<str>> {
        self.fresh(key, now).live.get(key).map(|entry| entry.value.clone())
    }

    /// Removes a key; `false` if there is none.
    #[must_use]
    pub fn delete(&self, key: &str, now: Duration) -> bool {
        self.fresh(key, now).remove(key)
    }
}

/// Longest time to live, in milliseconds: thirty days.
const MAX_TTL: u64 = 2_592_000_000;

params! {
    /// Stores a text in the cache of the app.
    pub struct CacheStoreParams {
        /// The key.
        "key" key: Param [text()],
        /// The text.
        "value" value: Param [text()],
        /// How long it is kept; a bare number counts seconds.
        "ttl" ttl: Param [duration(Unit::Second, 1_000, MAX_TTL)],
    }
}

params! {
    /// Works on a key in the cache of the app.
    pub struct CacheKeyParams {
        /// The key.
        "key" key: Param [text(), main()],
    }
}

/// What is done with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOperation {
    /// The payload becomes the text, or an empty one.
    Read,
    /// The payload says whether it was there.
    Delete,
    /// The payload becomes 1 or 0.
    Exists,
}

/// `cache.store`, `cache.store-if-absent`: the payload becomes the outcome. What was not stored sets the variable `err`.
pub struct CacheStore {
    key: Param,
    value: Param,
    ttl: Param,
    replace: bool,
}

impl CacheStore {
    /// The step with these parameters; `replace` says whether it may take the place of a live text.
    #[must_use]
    pub fn new(params: &CacheStoreParams, replace: bool) -> CacheStore {
        let CacheStoreParams { key, value, ttl } = params;
        CacheStore { key: key.clone(), value: value.clone(), ttl: ttl.clone(), replace }
    }

    async fn store(&self, run: &Run, message: &mut Message) -> Result<(), Fault> {
        let key = self.key.text(run, message).await?;
        let value = self.value.text(run, message).await?;
        let ttl = self.ttl.duration(run, message, Unit::Second, 1_000..=MAX_TTL).await?;
        let now = run.clock().now();
        match run.runtime().cache().store(&key, &value, now.saturating_add(ttl), now, self.replace) {
            Ok(()) => message.set_payload("OK".into()),
            Err(reason) => {
                message.set_payload("fail".into());
                message.set_variable("err", reason.into());
            }
        }
        Ok(())
    }
}

impl Component for CacheStore {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.store(run, &mut message).await;
            StepEnd::of(result, message)
        })
    }
}

/// `cache.read`, `cache.delete`, `cache.exists`: the payload becomes the outcome.
pub struct CacheKey {
    /// The key.
    pub key: Param,
    /// What is done with it.
    pub operation: KeyOperation,
}

impl Component for CacheKey {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let key = match self.key.text(run, &message).await {
                Ok(key) => key,
                Err(fault) => return StepEnd::fail(fault, message),
            };
            let (cache, now) = (run.runtime().cache(), run.clock().now());
            let outcome = match self.operation {
                KeyOperation::Read => cache.read(&key, now).map_or_else(|| "".into(), |text| (&*text).into()),
                KeyOperation::Delete if cache.delete(&key, now) => "deleted".into(),
                KeyOperation::Delete => "data not exist".into(),
                KeyOperation::Exists => Document::Int(cache.read(&key, now).is_some().into()),
            };
            message.set_payload(outcome);
            StepEnd::Next(message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_limits_hold_and_expired_keys_make_room() {
        let cache = Cache::default();
        let store = |key: &str, value: &str, until: u32, now: u32| {
            cache.store(key, value, SECOND * until, SECOND * now, true).is_ok()
        };
        assert!(!store("k", &"x".repeat(MAX_VALUE + 1), 9, 0));
        assert!((0..MAX_KEYS).all(|n| store(&format!("key {n}"), "x", 5, 0)));
        assert!(!store("one more", "x", 5, 0) && store("key 7", "y", 9, 0));
        assert!(store("one more", "x", 9, 5));
        assert_eq!((cache.read("key 7", SECOND * 8).as_deref(), cache.read("key 7", SECOND * 9)), (Some("y"), None));
        let large = "x".repeat(MAX_VALUE);
        assert_eq!((0..200).filter(|n| store(&format!("{n:03}"), &large, 90, 10)).count(), MAX_BYTES / (MAX_VALUE + 3));
    }

    #[test]
    fn a_live_key_is_not_replaced_when_it_must_not_be() {
        let cache = Cache::default();
        let store = |value, now| cache.store("k", value, now + SECOND, now, false).is_ok();
        assert!(store("a", Duration::ZERO) && !store("b", Duration::ZERO) && store("c", SECOND));
        assert!(cache.delete("k", SECOND) && !cache.delete("k", SECOND));
    }
}
