//! What travels through a flow: Entities, MultiMaps, messages (spec 5.8, 5.10, 6).

use std::any::Any;
use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use super::compare::nested;
use super::containers::Bytes;
use super::hash::hash_value;
use super::hvec::HVec;
use super::refs::{Kind, Object, Ref};
use super::table::Table;
use super::tree::Element;
use super::{Dict, Guarded, R, Value};

/// A typed binary body. Immutable; its value is parsed on first need by `mime`.
#[derive(Debug)]
pub struct Entity {
    /// The bytes.
    pub blob: Ref<Bytes>,
    /// MIME type, verbatim or normalised by construction.
    pub mime_type: Cow<'static, str>,
    /// Name of the text encoding.
    pub encoding: Cow<'static, str>,
    /// Number of the format that `mime` found for the MIME type; `None` if it is not supported.
    pub format: Option<u8>,
    /// The parsed value, once there is one; unbound before.
    pub parsed: Guarded<Value>,
    /// Whether the value was given with the bytes, because reading them would not give it back.
    pub given: bool,
    /// Parses the bytes; given by `mime`, which this room does not know.
    pub parse: fn(&Entity) -> R,
    /// Whether the program will only iterate over it, once: then nobody needs the value as a whole.
    pub read_once: Cell<bool>,
    /// Whether somebody has looked at a part of its value.
    looked: Cell<bool>,
}

impl Object for Entity {
    const KIND: Kind = Kind::Entity;
    fn clear(&self) {
        drop(self.parsed.replace(Value::Unbound));
    }
}

impl Entity {
    /// An Entity of these bytes. `value` is its value if that is known, else unbound.
    #[must_use]
    pub fn new(
        blob: Ref<Bytes>,
        mime_type: &str,
        encoding: &str,
        format: Option<u8>,
        value: Value,
        parse: fn(&Entity) -> R,
    ) -> Ref<Entity> {
        let (mime_type, encoding) = (kept(mime_type), kept(encoding));
        let given = !value.is_unbound();
        Ref::new(Entity {
            blob,
            mime_type,
            encoding,
            format,
            parsed: Guarded::new(value),
            given,
            parse,
            read_once: Cell::new(false),
            looked: Cell::new(false),
        })
    }

    /// The bytes for a host; they are copied only if somebody else has them, too.
    #[must_use]
    pub fn into_bytes(mut this: Ref<Entity>) -> Vec<u8> {
        let own = Ref::get_mut(&mut this).and_then(|own| Bytes::take(&mut own.blob));
        own.unwrap_or_else(|| this.blob.bytes().to_vec())
    }

    /// Whether another Entity has the same format: the same MIME type where the format is not supported.
    #[must_use]
    pub fn same_format(&self, other: &Entity) -> bool {
        self.format == other.format && (self.format.is_some() || self.mime_type == other.mime_type)
    }

    /// Whether nobody has looked at the value, or a part of it, before; it counts as looked at from now on.
    #[must_use]
    pub fn is_first_look(&self) -> bool {
        !self.looked.replace(true) && self.parsed.borrow().is_unbound()
    }

    /// The value, parsed on first need and then the same object each time.
    ///
    /// # Errors
    /// `EntityError` if the bytes are not what the MIME type says.
    pub fn value(&self) -> R {
        if let Some(value) = self.parsed.borrow().given() {
            return Ok(value.clone());
        }
        let value = (self.parse)(self)?;
        drop(self.parsed.replace(value.clone()));
        Ok(value)
    }
}

/// A name to be kept: the commonest ones need no memory.
fn kept(name: &str) -> Cow<'static, str> {
    const COMMON: [&str; 5] = ["application/json", "utf-8", "application/xml", "text/csv", "text/plain"];
    match COMMON.iter().find(|common| **common == name) {
        Some(common) => Cow::Borrowed(*common),
        None => Cow::Owned(name.to_owned()),
    }
}

/// A mapping in which a key has one or more values.
#[derive(Debug)]
pub struct MultiMap {
    /// Keys in first-appearance order, each with its values in order; never an empty list. Empty while there is an element.
    items: Guarded<Table<HVec<Value>>>,
    /// The element of a document that this map is, until a table is made of it.
    element: Guarded<Option<Element>>,
}

impl Object for MultiMap {
    const KIND: Kind = Kind::MultiMap;
    fn clear(&self) {
        drop(self.element.replace(None));
        drop(self.items.replace(Table::default()));
    }
}

impl MultiMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Ref<MultiMap> {
        Ref::new(MultiMap { items: Guarded::default(), element: Guarded::new(None) })
    }

    /// The map of an element that has something inside.
    #[must_use]
    pub fn lazy(element: Element) -> Ref<MultiMap> {
        Ref::new(MultiMap { items: Guarded::default(), element: Guarded::new(Some(element)) })
    }

    /// Keys in first-appearance order, each with its values in order; never an empty list.
    #[must_use]
    pub fn items(&self) -> &Guarded<Table<HVec<Value>>> {
        let element = if self.element.borrow().is_some() { self.element.replace(None) } else { None };
        if let Some(mut element) = element {
            element.keep(self);
            drop(self.items.replace(element.table()));
        }
        &self.items
    }

    /// Has something done to the element that this map still is.
    pub(super) fn with_element(&self, change: impl FnOnce(&mut Element)) {
        if let Some(element) = self.element.borrow_mut().as_mut() {
            change(element);
        }
    }

    /// Number of distinct keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items().borrow().len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.element.borrow().is_none() && self.items.borrow().is_empty()
    }

    /// All values of `key`; empty if there are none.
    ///
    /// # Errors
    /// `TypeError` if the key is unhashable.
    pub fn get_all(&self, key: &Value) -> R<HVec<Value>> {
        let hash = hash_value(key)?;
        if let Some(text) = key.text_bytes() {
            let mut values = HVec::new();
            let found =
                self.element.borrow_mut().as_mut().and_then(|element| element.all(self, hash, text, &mut values));
            if found.is_some() {
                return Ok(values);
            }
        }
        let items = self.items().borrow();
        Ok(items.find(hash, key)?.and_then(|n| items.value(n)).cloned().unwrap_or_default())
    }

    /// The first value of `key`.
    ///
    /// # Errors
    /// `TypeError` if the key is unhashable.
    pub fn get(&self, key: &Value) -> R<Option<Value>> {
        let hash = hash_value(key)?;
        if let Some(text) = key.text_bytes() {
            return Ok(self.get_text(hash, text));
        }
        let items = self.items().borrow();
        Ok(items.find(hash, key)?.and_then(|n| items.value(n)).and_then(|v| v.first()).cloned())
    }

    /// The first value of the string key `text`, whose hash is `hash`.
    #[inline]
    #[must_use]
    pub fn get_text(&self, hash: u64, text: &[u8]) -> Option<Value> {
        let found = self.element.borrow_mut().as_mut().and_then(|element| element.first(self, hash, text));
        if let Some(found) = found {
            return found;
        }
        let items = self.items().borrow();
        items.find_text(hash, text).and_then(|n| items.value(n)).and_then(|values| values.first()).cloned()
    }

    /// Appends a value; a list appends each of its elements.
    ///
    /// # Errors
    /// `TypeError` if the key is unhashable.
    pub fn add(&self, key: Value, value: Value) -> R<()> {
        let mut more = HVec::new();
        match &value {
            Value::List(list) => more.extend_from_slice(&list.items.borrow()),
            _ => more.push(value),
        }
        if more.is_empty() {
            return Ok(());
        }
        let hash = hash_value(&key)?;
        let mut items = self.items().borrow_mut();
        match items.find(hash, &key)? {
            Some(n) => {
                if let Some(values) = items.value_mut(n) {
                    values.extend(more);
                }
            }
            None => items.insert_new(hash, key, more),
        }
        Ok(())
    }

    /// Replaces all values of `key`; a list means several values, an empty list removes the key.
    ///
    /// # Errors
    /// `TypeError` if the key is unhashable.
    pub fn set(&self, key: Value, value: Value) -> R<()> {
        let values = match value {
            Value::List(list) => list.items.borrow().clone(),
            other => HVec::from_slice(&[other]),
        };
        if values.is_empty() {
            self.remove(&key)?;
            return Ok(());
        }
        let hash = hash_value(&key)?;
        let old = self.items().borrow_mut().insert(hash, key, values)?;
        drop(old);
        Ok(())
    }

    /// Removes all values of `key` and gives them back.
    ///
    /// # Errors
    /// `TypeError` if the key is unhashable.
    pub fn remove(&self, key: &Value) -> R<Option<HVec<Value>>> {
        let hash = hash_value(key)?;
        Ok(self.items().borrow_mut().remove(hash, key)?.map(|(_, values)| values))
    }

    /// The plain form: a key with one value that is no list maps to that value, every other key to the list of its values;
    /// nested maps likewise (spec 5.8).
    ///
    /// # Errors
    /// Nesting beyond a thousand levels.
    pub fn to_plain(&self) -> R<Ref<Dict>> {
        let plain = Dict::new();
        for (key, values) in self.to_vec() {
            let mut values = values.iter().map(make_plain).collect::<R<HVec<Value>>>()?;
            let value = match &values[..] {
                [Value::List(_)] => Value::list(values),
                [_] => values.pop().unwrap_or_default(),
                _ => Value::list(values),
            };
            plain.set(key, value)?;
        }
        Ok(plain)
    }

    /// Keys with their values, copied.
    #[must_use]
    pub fn to_vec(&self) -> Vec<(Value, HVec<Value>)> {
        self.items().borrow().iter().map(|(k, v)| (k.clone(), v.clone())).collect()
    }
}

/// A value with the MultiMaps in it made plain: what `'^value'` gives on a list.
///
/// # Errors
/// Nesting beyond a thousand levels.
pub fn make_plain(value: &Value) -> R {
    match value {
        Value::MultiMap(map) => nested("", || map.to_plain().map(Value::Dict)),
        Value::List(list) => {
            let items = list.to_vec();
            nested("", || Ok(Value::list(items.iter().map(make_plain).collect::<R<HVec<Value>>>()?)))
        }
        Value::Dict(dict) if dict.special.is_none() => {
            let plain = Dict::new();
            nested("", || {
                for (key, item) in dict.items() {
                    plain.set(key, make_plain(&item)?)?;
                }
                Ok(Value::Dict(plain))
            })
        }
        other => Ok(other.clone()),
    }
}

/// The parts of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Main datum.
    Payload,
    /// Variables of the flow.
    Vars,
    /// Metadata.
    Attrs,
    /// Current error: a dict with `Code` and `Description`, or `None`.
    Error,
    /// Unique id.
    Id,
    /// Id of the message's way through the flow.
    SeqId,
}

/// The parts in the order in which [`Message::new`] takes them.
pub const PARTS: [Part; 6] = [Part::Payload, Part::Vars, Part::Attrs, Part::Error, Part::Id, Part::SeqId];

/// Where the host keeps the parts of a message that nobody has looked at.
pub trait Origin: Any + std::fmt::Debug {
    /// A part as a value of this thread's heap.
    ///
    /// # Errors
    /// A limit, or bytes that are not what their MIME type says.
    fn part(&self, part: Part) -> R;
}

/// A message of a flow, as one run sees it. Parts may be assigned; nobody else sees that. A part that the host keeps
/// elsewhere becomes a value when the script first looks at it.
#[derive(Debug)]
pub struct Message {
    parts: [Guarded<Value>; PARTS.len()],
    /// Gives the parts that are unbound.
    origin: Option<Arc<dyn Origin>>,
    /// Whether an error is being handled or thrown.
    pub is_throwing: bool,
    /// Whether the payload may have been told that it is only iterated over.
    may_be_read_once: Cell<bool>,
}

impl Object for Message {
    const KIND: Kind = Kind::Message;
    fn clear(&self) {
        for part in &self.parts {
            drop(part.replace(Value::None));
        }
    }
}

impl Message {
    /// Offset of the parts in a message.
    pub(super) const PARTS: usize = std::mem::offset_of!(Message, parts);

    /// A message whose parts are known, in the order of [`PARTS`].
    #[must_use]
    pub fn new(parts: [Value; PARTS.len()], is_throwing: bool) -> Ref<Message> {
        Ref::new(Message {
            parts: parts.map(Guarded::new),
            origin: None,
            is_throwing,
            may_be_read_once: Cell::new(true),
        })
    }

    /// A message whose parts `origin` gives when they are first needed.
    #[must_use]
    pub fn pending(origin: Arc<dyn Origin>, is_throwing: bool) -> Ref<Message> {
        let parts = [const { Guarded::new(Value::Unbound) }; PARTS.len()];
        Ref::new(Message { parts, origin: Some(origin), is_throwing, may_be_read_once: Cell::new(true) })
    }

    /// Tells a payload whether the program will only iterate over it, once. That matters if nobody has parsed its bytes and
    /// nobody else refers to it.
    #[inline]
    pub fn read_payload_once(&self, once: bool) {
        if self.may_be_read_once.replace(once) || once {
            self.tell_payload(once);
        }
    }

    fn tell_payload(&self, once: bool) {
        if let Value::Entity(entity) = &*self.slot(Part::Payload).borrow() {
            let is_fresh = Ref::is_unique(entity) && entity.parsed.borrow().is_unbound();
            entity.read_once.set(once && is_fresh);
        }
    }

    #[inline]
    fn slot(&self, part: Part) -> &Guarded<Value> {
        &self.parts[part as usize]
    }

    /// A part; the same object each time.
    ///
    /// # Errors
    /// As [`Origin::part`].
    pub fn get(&self, part: Part) -> R {
        let slot = self.slot(part);
        if let Some(value) = slot.borrow().given() {
            return Ok(value.clone());
        }
        let value = self.origin.as_ref().map_or(Ok(Value::None), |origin| origin.part(part))?;
        drop(slot.replace(value.clone()));
        Ok(value)
    }

    /// Replaces a part.
    pub fn set(&self, part: Part, value: Value) {
        drop(self.slot(part).replace(value));
    }

    /// The origin of a part that nobody has looked at or replaced.
    #[must_use]
    pub fn untouched(&self, part: Part) -> Option<&Arc<dyn Origin>> {
        self.origin.as_ref().filter(|_| self.slot(part).borrow().is_unbound())
    }
}
