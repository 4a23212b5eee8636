//! The attributes of a message: most flows look at few of them, so a host may leave them to be made when somebody does.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use super::Document;

/// Attributes, which are a [`Document`] to whoever looks at them: a dict or MultiMap; `None` stands for an empty dict.
#[derive(Clone)]
pub struct Attributes(Held);

#[derive(Clone)]
enum Held {
    Made(Document),
    Deferred(Arc<Deferred<dyn Fn() -> Document + Send + Sync>>),
}

struct Deferred<F: ?Sized> {
    size: usize,
    made: OnceLock<Document>,
    make: F,
}

impl Attributes {
    /// Attributes that `make` gives, once for all clones. `size` is about how many bytes of memory it and they keep alive.
    pub fn deferred(size: usize, make: impl Fn() -> Document + Send + Sync + 'static) -> Attributes {
        Attributes(Held::Deferred(Arc::new(Deferred { size, made: OnceLock::new(), make })))
    }

    /// The bytes of memory that this keeps alive, about. Makes nothing.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.0 {
            Held::Made(document) => document.size(),
            Held::Deferred(deferred) => deferred.size,
        }
    }
}

impl Default for Attributes {
    fn default() -> Attributes {
        Document::None.into()
    }
}

impl From<Document> for Attributes {
    fn from(document: Document) -> Attributes {
        Attributes(Held::Made(document))
    }
}

impl Deref for Attributes {
    type Target = Document;

    fn deref(&self) -> &Document {
        match &self.0 {
            Held::Made(document) => document,
            Held::Deferred(deferred) => deferred.made.get_or_init(&deferred.make),
        }
    }
}

/// As that of documents: never the data.
impl fmt::Debug for Attributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<attributes, about {} bytes>", self.size())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn deferred_attributes_are_made_once_and_not_before() {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let one = Attributes::deferred(7, move || {
            counted.fetch_add(1, Ordering::Relaxed);
            Document::dict([("a", 1_i64.into())])
        });
        let other = one.clone();
        assert_eq!((one.size(), count.load(Ordering::Relaxed)), (7, 0));
        assert_eq!((one.get("a").and_then(Document::as_int), other.get("a").is_some()), (Some(1), true));
        assert_eq!((other.size(), count.load(Ordering::Relaxed)), (7, 1));
    }
}
