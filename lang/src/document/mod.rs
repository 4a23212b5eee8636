//! Documents: core values as they travel between the steps of a flow.
//!
//! A [`Value`](crate::value::Value) belongs to the heap of one run and to its thread. A [`Document`] is the same data outside
//! of any run: immutable, `Send + Sync`, and shared, so that a clone costs a counter and parallel branches read one copy.
//!
//! | room | job |
//! |---|---|
//! | [`convert`] | documents to values and back; what a program did not look at is passed on as it is |
//! | [`keys`] | the keys of dicts, shared by dicts of one shape |
//! | [`attributes`] | metadata that is made when somebody looks at it |
//! | [`stream`] | payloads that are produced while they are read |
//! | [`compare`] | equality |
//! | [`write`], `json` | documents as JSON and in other formats |
//!
//! Containers know the size of what they hold, so that a host can bound the data of a flow without walking it.

pub mod attributes;
pub mod compare;
pub mod convert;
mod json;
pub mod keys;
pub mod stream;
pub mod write;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use num_bigint::BigInt;

pub use attributes::Attributes;
pub use keys::Keys;
pub use stream::{Source, Stream};

use crate::value::ShortStr;
use crate::value::civil::{Date, DateTime, Time};
use crate::value::decimal::Decimal;
use crate::value::format;

/// A core value (spec 5.1) outside of a run.
#[derive(Clone, Default)]
pub enum Document {
    /// `None`
    #[default]
    None,
    /// `bool`
    Bool(bool),
    /// An int that fits 64 bits.
    Int(i64),
    /// An int that does not.
    Big(Arc<BigInt>),
    /// `float`
    Float(f64),
    /// Text of up to [`ShortStr::MAX`] bytes.
    Short(ShortStr),
    /// Longer text: UTF-8 that may hold lone surrogates.
    Text(Arc<[u8]>),
    /// `bytes`
    Bytes(Arc<[u8]>),
    /// `decimal.Decimal`
    Decimal(Arc<Decimal>),
    /// `datetime.datetime`
    DateTime(Arc<DateTime>),
    /// `datetime.date`
    Date(Date),
    /// `datetime.time`
    Time(Arc<Time>),
    /// `list`
    List(Arc<Items>),
    /// `dict`
    Dict(Arc<Dict>),
    /// `MultiMap`: the value of each key is the list of its values.
    MultiMap(Arc<Dict>),
    /// `FormDataParts`: each part a list of its name and its dict.
    Parts(Arc<Items>),
    /// `Entity`
    Entity(Arc<Entity>),
    /// `Message`
    Message(Arc<Message>),
    /// A payload that is produced while it is read.
    Stream(Arc<Stream>),
}

const _: () = assert!(size_of::<Document>() == 24, "a document is three words");

/// The elements of a container.
pub struct Items {
    items: Vec<Document>,
    size: usize,
    /// How many levels of containers there are below this one, or [`FAILS`].
    levels: u8,
}

/// The values of some documents cannot be made, or not without a look at the limits of the run.
const FAILS: u8 = u8::MAX;
/// Most levels of containers whose values are made one in the other without a look at the stack.
const MOST_LEVELS: u8 = 64;

/// A mapping in insertion order.
#[derive(Clone)]
pub struct Dict {
    keys: Arc<Keys>,
    values: Items,
}

/// A typed binary body.
pub struct Entity {
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// MIME type.
    pub mime_type: Arc<str>,
    /// Name of the text encoding.
    pub encoding: Arc<str>,
    /// The value, where reading the bytes would not give it back (spec 6.2).
    pub value: Option<Document>,
}

/// A message of a flow.
#[derive(Clone, Default)]
pub struct Message {
    /// Main datum.
    pub payload: Document,
    /// Metadata.
    pub attributes: Attributes,
    /// Variables: a dict; `None` stands for an empty one.
    pub variables: Document,
    /// A dict with `Code` and `Description`, or `None`.
    pub error: Document,
    /// Unique id.
    pub id: Document,
    /// Id of the message's way through the flow.
    pub seq_id: Document,
    /// Whether an error is being handled or thrown.
    pub is_throwing: bool,
}

/// Bytes that a document takes itself.
const OWN: usize = size_of::<Document>();

impl Items {
    /// The elements of a new container.
    #[must_use]
    pub fn new(items: Vec<Document>) -> Items {
        let size = items.iter().fold(0usize, |sum, item| sum.saturating_add(item.size()));
        let levels = items.iter().fold(0, |most, item| most.max(item.levels()));
        Items { items, size, levels }
    }

    /// Whether values can be made of the elements later, when nobody asks any more whether that is possible.
    #[must_use]
    pub fn can_wait(&self) -> bool {
        self.levels < MOST_LEVELS
    }

    /// The elements.
    #[must_use]
    pub fn as_slice(&self) -> &[Document] {
        &self.items
    }

    fn replace(&mut self, at: usize, item: Document) {
        if let Some(slot) = self.items.get_mut(at) {
            self.size = self.size.saturating_add(item.size()).saturating_sub(slot.size());
            self.levels = self.levels.max(item.levels());
            *slot = item;
        }
    }

    fn push(&mut self, item: Document) {
        self.size = self.size.saturating_add(item.size());
        self.levels = self.levels.max(item.levels());
        self.items.push(item);
    }

    fn remove(&mut self, at: usize) {
        if at < self.items.len() {
            let old = self.items.remove(at);
            self.size = self.size.saturating_sub(old.size());
        }
    }
}

impl Clone for Items {
    fn clone(&self) -> Items {
        Items { items: self.items.clone(), size: self.size, levels: self.levels }
    }
}

impl std::ops::Deref for Items {
    type Target = [Document];
    fn deref(&self) -> &[Document] {
        &self.items
    }
}

/// Nested drops before the rest is queued.
const DROP_DEPTH: u32 = 32;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static QUEUE: RefCell<Vec<Vec<Document>>> = const { RefCell::new(Vec::new()) };
}

impl Drop for Items {
    /// Takes deep structures apart from a queue: loops in a flow may nest data without bound, and dropping it must not need
    /// as much stack.
    fn drop(&mut self) {
        if !self.items.iter().any(Document::is_container) {
            return;
        }
        let items = std::mem::take(&mut self.items);
        let depth = DEPTH.get();
        if depth >= DROP_DEPTH {
            // While a thread ends its queue may be gone; then the stack has to do.
            let _ = QUEUE.try_with(|queue| queue.borrow_mut().push(items));
            return;
        }
        DEPTH.set(depth + 1);
        drop(items);
        DEPTH.set(depth);
        if depth == 0 {
            while let Ok(Some(items)) = QUEUE.try_with(|queue| queue.borrow_mut().pop()) {
                DEPTH.set(1);
                drop(items);
                DEPTH.set(0);
            }
        }
    }
}

impl Dict {
    /// A dict of keys and as many values.
    #[must_use]
    pub fn new(keys: Arc<Keys>, values: Vec<Document>) -> Dict {
        debug_assert_eq!(keys.len(), values.len());
        Dict { keys, values: Items::new(values) }
    }

    /// The keys, in order.
    #[must_use]
    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    /// The values, in the order of their keys.
    #[must_use]
    pub fn values(&self) -> &[Document] {
        &self.values
    }

    /// Whether none of its values is a container.
    pub(crate) fn is_flat(&self) -> bool {
        self.values.levels == 0
    }

    /// Whether its values can be made later.
    pub(crate) fn can_wait(&self) -> bool {
        self.keys.common && self.values.can_wait()
    }

    /// The items, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Document, &Document)> {
        self.keys.iter().zip(self.values.iter())
    }

    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value under a string key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Document> {
        self.keys.place(key.as_bytes()).and_then(|n| self.values.get(n))
    }

    /// Puts a value under a string key.
    pub fn set(&mut self, key: &str, value: Document) {
        let place = self.keys.place(key.as_bytes());
        match place {
            Some(n) => self.values.replace(n, value),
            None => {
                self.values.push(value);
                self.keys = Arc::new(self.keys.with(key.into()));
            }
        }
    }

    /// Removes a string key; nothing happens if it is absent.
    pub fn remove(&mut self, key: &str) {
        if let Some(n) = self.keys.place(key.as_bytes()) {
            self.values.remove(n);
            self.keys = Arc::new(self.keys.without(n));
        }
    }
}

impl Document {
    /// Text.
    #[must_use]
    pub fn text(text: &[u8]) -> Document {
        match ShortStr::new(text) {
            Some(short) => Document::Short(short),
            None => Document::Text(text.into()),
        }
    }

    /// `bytes`.
    #[must_use]
    pub fn bytes(bytes: impl Into<Arc<[u8]>>) -> Document {
        Document::Bytes(bytes.into())
    }

    /// A list.
    #[must_use]
    pub fn list(items: Vec<Document>) -> Document {
        Document::List(Arc::new(Items::new(items)))
    }

    /// A dict with string keys; of a repeated key the last value counts.
    #[must_use]
    pub fn dict<'a>(pairs: impl IntoIterator<Item = (&'a str, Document)>) -> Document {
        let mut values: Vec<Document> = Vec::new();
        let mut keys = keys::Builder::default();
        for (key, value) in pairs {
            match keys.add(key.into()) {
                None => values.push(value),
                Some(n) => {
                    if let Some(slot) = values.get_mut(n) {
                        *slot = value;
                    }
                }
            }
        }
        Document::Dict(Arc::new(Dict::new(keys.finish(), values)))
    }

    /// A dict with keys of any kind, which are distinct.
    #[must_use]
    pub fn dict_of(pairs: impl IntoIterator<Item = (Document, Document)>) -> Document {
        let (keys, values) = pairs.into_iter().unzip();
        Document::Dict(Arc::new(Dict::new(Arc::new(Keys::new(keys)), values)))
    }

    /// A MultiMap with string keys; values of a repeated key are collected in order.
    #[must_use]
    pub fn multi_map<K: AsRef<str>>(pairs: impl IntoIterator<Item = (K, Document)>) -> Document {
        let mut values: Vec<Vec<Document>> = Vec::new();
        let mut keys = keys::Builder::default();
        for (key, value) in pairs {
            match keys.add(key.as_ref().into()).and_then(|n| values.get_mut(n)) {
                Some(several) => several.push(value),
                None => values.push(vec![value]),
            }
        }
        let values = values.into_iter().map(Document::list).collect();
        Document::MultiMap(Arc::new(Dict::new(keys.finish(), values)))
    }

    /// An Entity of bytes that nobody has looked at.
    #[must_use]
    pub fn entity(bytes: impl Into<Arc<[u8]>>, mime_type: &str, encoding: &str) -> Document {
        let (mime_type, encoding) = (mime_type.into(), encoding.into());
        Document::Entity(Arc::new(Entity { bytes: bytes.into(), mime_type, encoding, value: None }))
    }

    /// The name of the type, as a script sees it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Document::None => "NoneType",
            Document::Bool(_) => "bool",
            Document::Int(_) | Document::Big(_) => "int",
            Document::Float(_) => "float",
            Document::Short(_) | Document::Text(_) => "str",
            Document::Bytes(_) => "bytes",
            Document::Decimal(_) => "Decimal",
            Document::DateTime(_) => "datetime",
            Document::Date(_) => "date",
            Document::Time(_) => "time",
            Document::List(_) => "list",
            Document::Dict(_) => "dict",
            Document::MultiMap(_) => "MultiMap",
            Document::Parts(_) => "FormDataParts",
            Document::Entity(_) => "Entity",
            Document::Message(_) => "Message",
            Document::Stream(_) => "Stream",
        }
    }

    /// Whether this is `None`.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Document::None)
    }

    /// Whether dropping this may drop other documents.
    fn is_container(&self) -> bool {
        matches!(
            self,
            Document::List(_)
                | Document::Dict(_)
                | Document::MultiMap(_)
                | Document::Parts(_)
                | Document::Entity(_)
                | Document::Message(_)
                | Document::Stream(_)
        )
    }

    /// The text of a string.
    #[must_use]
    pub fn text_bytes(&self) -> Option<&[u8]> {
        match self {
            Document::Short(text) => Some(text.bytes()),
            Document::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string that has no lone surrogate.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.text_bytes().and_then(|text| std::str::from_utf8(text).ok())
    }

    /// An int that fits 64 bits. A bool is none.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Document::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// A bool.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Document::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// A dict.
    #[must_use]
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Document::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    /// The elements of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Document]> {
        match self {
            Document::List(items) => Some(items),
            _ => None,
        }
    }

    /// The bytes of `bytes`, of an Entity, or of text: what a connector sends.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Document::Bytes(bytes) => Some(bytes),
            Document::Entity(entity) => Some(&entity.bytes),
            other => other.text_bytes(),
        }
    }

    /// The value under a string key of a dict, the first one of a MultiMap.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Document> {
        match self {
            Document::Dict(dict) => dict.get(key),
            Document::MultiMap(map) => map.get(key).and_then(|values| values.at(0)),
            _ => None,
        }
    }

    /// All values under a string key: of a MultiMap in order, of a dict the one.
    #[must_use]
    pub fn get_all(&self, key: &str) -> &[Document] {
        match self {
            Document::Dict(dict) => dict.get(key).map_or(&[], std::slice::from_ref),
            Document::MultiMap(map) => map.get(key).and_then(Document::as_list).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Puts a value under a string key of a dict; `None` becomes a dict first, any other document stays as it is. What others
    /// share is copied before.
    pub fn set(&mut self, key: &str, value: Document) {
        match self {
            Document::Dict(dict) => Arc::make_mut(dict).set(key, value),
            Document::None => *self = Document::dict([(key, value)]),
            _ => {}
        }
    }

    /// Removes a string key of a dict; nothing happens if it is absent.
    pub fn remove(&mut self, key: &str) {
        if let Document::Dict(dict) = self
            && dict.get(key).is_some()
        {
            Arc::make_mut(dict).remove(key);
        }
    }

    /// Element `n` of a list.
    #[must_use]
    pub fn at(&self, n: usize) -> Option<&Document> {
        match self {
            Document::List(items) | Document::Parts(items) => items.get(n),
            _ => None,
        }
    }

    /// How many levels of containers this is, or [`FAILS`].
    fn levels(&self) -> u8 {
        match self {
            Document::List(items) => items.levels.saturating_add(1),
            Document::Dict(dict) if dict.keys.common => dict.values.levels.saturating_add(1),
            Document::Dict(_)
            | Document::MultiMap(_)
            | Document::Parts(_)
            | Document::Entity(_)
            | Document::Message(_)
            | Document::Stream(_) => FAILS,
            _ => 0,
        }
    }

    /// The bytes of memory that this keeps alive, about; what is shared counts in every place.
    #[must_use]
    pub fn size(&self) -> usize {
        let held = match self {
            Document::Text(bytes) | Document::Bytes(bytes) => bytes.len(),
            Document::Big(n) => usize::try_from(n.bits() / 8).unwrap_or(usize::MAX),
            Document::Decimal(n) => size_of::<Decimal>().saturating_add(n.heap_bytes()),
            Document::DateTime(_) => size_of::<DateTime>(),
            Document::Time(_) => size_of::<Time>(),
            Document::List(items) | Document::Parts(items) => items.size,
            Document::Dict(dict) | Document::MultiMap(dict) => dict.values.size.saturating_add(dict.keys.size()),
            Document::Entity(entity) => {
                let value = entity.value.as_ref().map_or(0, Document::size);
                entity.bytes.len().saturating_add(entity.mime_type.len() + entity.encoding.len()).saturating_add(value)
            }
            Document::Message(message) => message.size(),
            _ => 0,
        };
        held.saturating_add(OWN)
    }
}

impl Message {
    /// The bytes of memory that the parts keep alive, about.
    #[must_use]
    pub fn size(&self) -> usize {
        let parts = [&self.payload, &self.variables, &self.error];
        parts.iter().fold(self.attributes.size(), |sum, part| sum.saturating_add(part.size()))
    }
}

/// Shows what it is and how large, never the data: documents are business data, and `Debug` ends up in logs.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{}, about {} bytes>", self.type_name(), self.size())
    }
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<Message {:?}>", self.payload)
    }
}

macro_rules! from {
    ($($ty:ty => |$x:ident| $document:expr;)*) => {
        $(impl From<$ty> for Document {
            fn from($x: $ty) -> Document {
                $document
            }
        })*
    };
}

from! {
    bool => |x| Document::Bool(x);
    i64 => |x| Document::Int(x);
    u32 => |x| Document::Int(i64::from(x));
    u16 => |x| Document::Int(i64::from(x));
    usize => |x| i64::try_from(x).map_or_else(|_| Document::Big(Arc::new(BigInt::from(x))), Document::Int);
    f64 => |x| Document::Float(x);
    &str => |x| Document::text(x.as_bytes());
    String => |x| Document::text(x.as_bytes());
    &String => |x| Document::text(x.as_bytes());
    Vec<Document> => |x| Document::list(x);
    format::Int => |x| match x {
        format::Int::Small(n) => Document::Int(n),
        format::Int::Big(n) => n.into(),
    };
    BigInt => |x| i64::try_from(&x).map_or_else(|_| Document::Big(Arc::new(x)), Document::Int);
}
