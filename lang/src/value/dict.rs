//! Dicts: with a shape, or hashed.
//!
//! A dict made by a literal or read from JSON has a [`Shape`]: an ordered list of distinct string keys that many dicts
//! share, so that such a dict is a pointer and its values. Overwriting a value keeps the shape; adding or removing a key
//! turns the dict into a hash table. Insertion order always holds (spec 5.6).
//!
//! A dict read from JSON, or handed in by the host, may have a shape and no values yet: they come from a [`Source`] and are made when
//! somebody looks at them.
//! Nobody can tell, except by the clock.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

use super::hash::{hash_text, hash_value};
use super::hvec::HVec;
use super::refs::{Kind, Object, Ref};
use super::table::Table;
use super::tape::{Held, Source};
use super::types::TypeDesc;
use super::{Guarded, R, Value, types};

/// The keys that several dicts have in common. All keys are distinct strings.
#[derive(Debug)]
pub struct Shape {
    keys: Table<()>,
    /// The places (up to 63) that were looked at in any dict that makes its values lazily.
    used: Cell<u64>,
    /// The keys as a writer wants them.
    texts: OnceCell<KeyTexts>,
}

/// The keys of a shape as a writer wants them.
#[derive(Debug)]
pub struct KeyTexts {
    text: HVec<u8>,
    ends: HVec<u32>,
    /// Whether reading the texts gives back the keys.
    pub are_clean: bool,
}

impl KeyTexts {
    /// How many bytes stand behind the last text: a short text is copied with less effort as a part of so many.
    pub const PADDED: usize = 32;

    /// The texts: for each its length and the bytes with which it begins.
    #[inline]
    pub fn each(&self) -> impl Iterator<Item = (&[u8], usize)> {
        let mut end = 0;
        self.ends.iter().map(move |next| {
            let start = std::mem::replace(&mut end, *next as usize);
            (self.text.get(start..).unwrap_or_default(), end.saturating_sub(start))
        })
    }
}

impl Object for Shape {}

impl Shape {
    /// A shape with these keys, in order. Repeated keys count once.
    #[must_use]
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a str>) -> Ref<Shape> {
        let mut table = Table::default();
        for key in keys {
            let hash = hash_text(key.as_bytes());
            if table.find_text(hash, key.as_bytes()).is_none() {
                table.insert_new(hash, Value::str(key), ());
            }
        }
        Ref::new(Shape { keys: table, used: Cell::new(0), texts: OnceCell::new() })
    }

    /// A shape with the keys of `keys`, which are distinct strings.
    #[must_use]
    pub fn from_keys(keys: &[Value]) -> Ref<Shape> {
        let mut table = Table::default();
        for key in keys {
            if let Some(text) = key.text_bytes() {
                table.insert_new(hash_text(text), key.clone(), ());
            }
        }
        Ref::new(Shape { keys: table, used: Cell::new(0), texts: OnceCell::new() })
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

    /// The place of the key `text`.
    #[inline]
    #[must_use]
    pub fn place(&self, hash: u64, text: &[u8]) -> Option<usize> {
        self.keys.find_text(hash, text)
    }

    /// Whether at least half of the places were looked at in dicts that make their values lazily: then it is less work to make
    /// such dicts whole.
    #[inline]
    #[must_use]
    pub fn is_mostly_used(&self) -> bool {
        self.used.get().count_ones() as usize * 2 >= self.len().min(64)
    }

    /// The keys as JSON has them; `make` is asked once, for the text of each key and whether it reads back as the key.
    #[inline]
    pub fn key_texts(&self, make: impl Fn(&[u8]) -> (HVec<u8>, bool)) -> &KeyTexts {
        self.texts.get_or_init(|| {
            let mut made = KeyTexts { text: HVec::new(), ends: HVec::new(), are_clean: true };
            for (key, ()) in self.keys.iter() {
                let (text, is_clean) = make(key.text_bytes().unwrap_or_default());
                made.text.extend_bytes(&text);
                made.ends.push(u32::try_from(made.text.len()).unwrap_or(u32::MAX));
                made.are_clean &= is_clean;
            }
            made.text.extend_bytes(&[0; KeyTexts::PADDED]);
            made
        })
    }

    /// Whether the value at `place` was looked at in any dict that makes its values lazily; of places from 63 on, whether any was.
    #[inline]
    #[must_use]
    pub fn is_used(&self, place: usize) -> bool {
        self.used.get() >> place.min(63) & 1 != 0
    }

    /// Whether any value was looked at in a dict that makes its values lazily.
    #[inline]
    #[must_use]
    pub fn is_any_used(&self) -> bool {
        self.used.get() != 0
    }

    fn note_use(&self, place: usize) {
        self.used.set(self.used.get() | 1 << place.min(63));
    }

    /// Key number `n`.
    #[must_use]
    pub fn key(&self, n: usize) -> Option<&Value> {
        self.keys.at(n).map(|(_, key, ())| key)
    }
}

/// An inline cache: the shape that a dict had last time at some place in a program, and where the wanted value lies in it.
/// Compiled code reads the first two words.
#[derive(Debug, Default)]
#[repr(C)]
pub struct FieldCache {
    /// Address of the shape, or zero, which is the shape of no dict.
    shape: Cell<usize>,
    /// Distance of the value from the first one, in bytes.
    offset: Cell<usize>,
    /// Keeps the shape, so that no other one gets its address.
    kept: RefCell<Option<Ref<Shape>>>,
}

impl FieldCache {
    /// Offset of the value's offset; the shape is at offset 0.
    pub(crate) const OFFSET: usize = std::mem::offset_of!(FieldCache, offset);

    /// Whether no dict was looked into here yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shape.get() == 0
    }

    /// The number of the key.
    #[inline]
    fn place(&self) -> usize {
        self.offset.get() / size_of::<Value>()
    }

    /// The value, if the dict has the shape of last time.
    #[inline]
    #[must_use]
    pub fn get(&self, dict: &Dict) -> Option<Value> {
        match &*dict.items.borrow() {
            Items::Shaped { shape, values } if Ref::address(shape) == self.shape.get() => {
                return values.get(self.place()).cloned();
            }
            Items::Lazy { shape, values, .. } if Ref::address(shape) == self.shape.get() => {
                if let Some(value) = values.get(self.place()).and_then(Value::given) {
                    return Some(value.clone());
                }
            }
            _ => return None,
        }
        dict.fetch(self.place())
    }

    /// The value under the string key `text` in a dict with a shape; remembers where it lies.
    #[must_use]
    pub fn fill(&self, dict: &Dict, hash: u64, text: &[u8]) -> Option<Value> {
        let (shape, place) = dict.shape_place(hash, text)?;
        self.shape.set(Ref::address(&shape));
        self.offset.set(place * size_of::<Value>());
        self.kept.replace(Some(shape));
        self.get(dict)
    }
}

/// How a dict keeps its items.
#[derive(Debug)]
#[repr(C, u8)]
pub enum Items {
    /// One value per key of the shape.
    Shaped {
        /// The keys.
        shape: Ref<Shape>,
        /// The values, as many as the shape has keys.
        values: HVec<Value>,
    },
    /// Any keys.
    Hashed(Table<Value>),
    /// One value per key of the shape, made when somebody looks at it.
    Lazy {
        /// The keys.
        shape: Ref<Shape>,
        /// The values so far, unbound where nobody has looked; mostly empty before the first look (see [`HVec::unmade`]).
        values: HVec<Value>,
        /// Where they come from.
        source: Source,
        /// How many have not been made.
        left: usize,
    },
}

/// What makes a dict an instance of a class of `collections`.
#[derive(Debug)]
pub struct Special {
    /// The class.
    pub class: &'static TypeDesc,
    /// `default_factory` of a `defaultdict`, else unbound.
    pub factory: Guarded<Value>,
}

impl Object for Special {}

/// A dict.
#[derive(Debug)]
pub struct Dict {
    items: Guarded<Items>,
    /// `None` for a plain dict.
    pub special: Option<Ref<Special>>,
}

impl Object for Dict {
    const KIND: Kind = Kind::Dict;

    fn clear(&self) {
        Dict::clear(self);
        if let Some(special) = &self.special {
            drop(special.factory.replace(Value::Unbound));
        }
    }
}

impl Default for Dict {
    fn default() -> Self {
        Dict { items: Guarded::new(Items::Hashed(Table::default())), special: None }
    }
}

impl Dict {
    /// Offset of the items in a dict.
    pub(super) const ITEMS: usize = std::mem::offset_of!(Dict, items);

    /// Takes the values out of a plain dict that has a shape and all of them.
    ///
    /// # Safety
    /// If it gives values, the dict is neither used nor dropped afterwards.
    #[inline]
    #[allow(unsafe_code)]
    pub(super) unsafe fn dismantle(this: *mut Dict) -> Option<HVec<Value>> {
        // SAFETY: by the caller's promise; shape and values are dropped once.
        unsafe {
            match ((*this).items.get_mut(), &(*this).special) {
                (Items::Shaped { shape, values }, None) => {
                    std::ptr::drop_in_place(shape);
                    Some(std::ptr::read(values))
                }
                _ => None,
            }
        }
    }

    /// An empty dict.
    #[must_use]
    pub fn new() -> Ref<Dict> {
        Ref::new(Dict::default())
    }

    /// An empty dict with room for `capacity` items.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Ref<Dict> {
        Ref::new(Dict { items: Guarded::new(Items::Hashed(Table::with_capacity(capacity))), special: None })
    }

    /// A dict with the keys of `shape` and as many values.
    #[inline]
    #[must_use]
    pub fn shaped(shape: Ref<Shape>, values: HVec<Value>) -> Ref<Dict> {
        debug_assert_eq!(shape.len(), values.len());
        Ref::new(Dict { items: Guarded::new(Items::Shaped { shape, values }), special: None })
    }

    /// A dict with the keys of `shape` whose values come from `source` and are made when somebody looks at them. Those that are
    /// made already are in `values`, which has a place for each, or none at all; `left` are not.
    #[inline]
    #[must_use]
    pub fn lazy(shape: Ref<Shape>, source: Source, values: HVec<Value>, left: usize) -> Ref<Dict> {
        let items = match left {
            0 => Items::Shaped { shape, values },
            _ => {
                let values = if values.is_empty() { HVec::unmade(shape.len()) } else { values };
                Items::Lazy { shape, values, source, left }
            }
        };
        Ref::new(Dict { items: Guarded::new(items), special: None })
    }

    /// What the host keeps, if the dict is made of that and no value was made that can be changed.
    #[must_use]
    pub fn held(&self) -> Option<Arc<dyn Held>> {
        match &*self.items.borrow() {
            Items::Lazy { source: Source::Held(held), values, .. }
                if values.iter().all(|value| !value.is_counted() || matches!(value, Value::Str(_))) =>
            {
                Some(Arc::clone(held))
            }
            _ => None,
        }
    }

    /// Makes all values that nobody has looked at.
    #[inline]
    fn complete(&self) {
        let is_lazy = matches!(&*self.items.borrow(), Items::Lazy { .. });
        if is_lazy {
            self.items.borrow_mut().complete();
        }
    }

    /// The value at `place` of a dict with a shape.
    #[must_use]
    pub(crate) fn value_at(&self, place: usize) -> Option<Value> {
        match &*self.items.borrow() {
            Items::Shaped { values, .. } => return values.get(place).cloned(),
            Items::Lazy { values, .. } => {
                if let Some(value) = values.get(place).and_then(Value::given) {
                    return Some(value.clone());
                }
            }
            Items::Hashed(_) => return None,
        }
        self.fetch(place)
    }

    /// The value at `place` of a dict that makes its values lazily.
    fn fetch(&self, place: usize) -> Option<Value> {
        self.items.borrow_mut().fetch(place)
    }

    /// An empty instance of a class of `collections`.
    #[must_use]
    pub fn of_class(class: &'static TypeDesc, factory: Value) -> Ref<Dict> {
        let special = Ref::new(Special { class, factory: Guarded::new(factory) });
        Ref::new(Dict { items: Guarded::new(Items::Hashed(Table::default())), special: Some(special) })
    }

    /// A plain dict of these pairs with string keys.
    #[must_use]
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, Value)>) -> Ref<Dict> {
        let dict = Dict::new();
        for (key, value) in pairs {
            dict.set_str(key, value);
        }
        dict
    }

    /// The dict's class.
    #[must_use]
    pub fn class(&self) -> &'static TypeDesc {
        self.special.as_ref().map_or(&types::DICT, |s| s.class)
    }

    /// The dict's shape, if it has one.
    #[must_use]
    pub fn shape(&self) -> Option<Ref<Shape>> {
        match &*self.items.borrow() {
            Items::Shaped { shape, .. } | Items::Lazy { shape, .. } => Some(shape.clone()),
            Items::Hashed(_) => None,
        }
    }

    /// Number of items.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        match &*self.items.borrow() {
            Items::Shaped { values, .. } => values.len(),
            Items::Hashed(table) => table.len(),
            Items::Lazy { shape, .. } => shape.len(),
        }
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under `key`.
    ///
    /// # Errors
    /// `TypeError` if the key is unhashable.
    #[inline]
    pub fn get(&self, key: &Value) -> R<Option<Value>> {
        if let Some(text) = key.text_bytes() {
            return Ok(self.get_text(key.text_hash(text), text));
        }
        let hash = hash_value(key)?;
        match &*self.items.borrow() {
            Items::Shaped { .. } | Items::Lazy { .. } => Ok(None),
            Items::Hashed(table) => Ok(table.find(hash, key)?.and_then(|n| table.value(n)).cloned()),
        }
    }

    /// The value under the string key `text`, whose hash is `hash`.
    #[inline]
    #[must_use]
    pub fn get_text(&self, hash: u64, text: &[u8]) -> Option<Value> {
        let place = match &*self.items.borrow() {
            Items::Shaped { shape, values } => return shape.place(hash, text).and_then(|n| values.get(n)).cloned(),
            Items::Hashed(table) => return table.find_text(hash, text).and_then(|n| table.value(n)).cloned(),
            Items::Lazy { shape, values, .. } => {
                let place = shape.place(hash, text)?;
                if let Some(value) = values.get(place).and_then(Value::given) {
                    return Some(value.clone());
                }
                place
            }
        };
        self.fetch(place)
    }

    /// The value under the string key `key`.
    #[must_use]
    pub fn get_str(&self, key: &str) -> Option<Value> {
        self.get_text(hash_text(key.as_bytes()), key.as_bytes())
    }

    /// The value at `place` if the dict has exactly `shape`: what an inline cache reads.
    #[inline]
    #[must_use]
    pub fn get_shaped(&self, shape: &Ref<Shape>, place: usize) -> Option<Value> {
        match &*self.items.borrow() {
            Items::Shaped { shape: own, values } if Ref::same(own, shape) => return values.get(place).cloned(),
            Items::Lazy { shape: own, values, .. } if Ref::same(own, shape) => {
                if let Some(value) = values.get(place).and_then(Value::given) {
                    return Some(value.clone());
                }
            }
            _ => return None,
        }
        self.fetch(place)
    }

    /// The dict's shape and the place of `text` in it, to fill an inline cache.
    #[must_use]
    pub fn shape_place(&self, hash: u64, text: &[u8]) -> Option<(Ref<Shape>, usize)> {
        match &*self.items.borrow() {
            Items::Shaped { shape, .. } | Items::Lazy { shape, .. } => {
                shape.place(hash, text).map(|n| (shape.clone(), n))
            }
            Items::Hashed(_) => None,
        }
    }

    /// Puts `value` under `key` and gives back what was there.
    ///
    /// # Errors
    /// `TypeError` if the key is unhashable.
    pub fn set(&self, key: Value, value: Value) -> R<Option<Value>> {
        let hash = hash_value(&key)?;
        let mut items = self.items.borrow_mut();
        items.complete();
        if let Items::Shaped { shape, values } = &mut *items {
            let place = key.text_bytes().and_then(|text| shape.place(hash, text));
            if let Some(slot) = place.and_then(|n| values.get_mut(n)) {
                return Ok(Some(std::mem::replace(slot, value)));
            }
        }
        items.hashed().insert(hash, key, value)
    }

    /// Puts `value` under the string key `key`.
    pub fn set_str(&self, key: &str, value: Value) {
        // A string is hashable and compares without error.
        let replaced = self.set(Value::str(key), value);
        debug_assert!(replaced.is_ok());
    }

    /// Removes `key` and gives back key and value.
    ///
    /// # Errors
    /// `TypeError` if the key is unhashable.
    pub fn remove(&self, key: &Value) -> R<Option<(Value, Value)>> {
        let hash = hash_value(key)?;
        if self.get(key)?.is_none() {
            return Ok(None);
        }
        self.items.borrow_mut().hashed().remove(hash, key)
    }

    /// Removes the last (or first) item.
    pub fn pop_end(&self, last: bool) -> Option<(Value, Value)> {
        let mut items = self.items.borrow_mut();
        let table = items.hashed();
        if last {
            return table.pop_last();
        }
        let n = table.at(0).map(|(n, ..)| n)?;
        table.take(n)
    }

    /// Removes everything.
    pub fn clear(&self) {
        // The old items are dropped after the dict is whole again.
        drop(self.items.replace(Items::Hashed(Table::default())));
    }

    /// The first item at position `from` or later, with its position.
    #[inline]
    #[must_use]
    pub fn at(&self, from: usize) -> Option<(usize, Value, Value)> {
        self.complete();
        match &*self.items.borrow() {
            Items::Shaped { shape, values } => {
                let value = values.get(from)?;
                Some((from, shape.key(from)?.clone(), value.clone()))
            }
            Items::Hashed(table) => table.at(from).map(|(n, k, v)| (n, k.clone(), v.clone())),
            Items::Lazy { .. } => None,
        }
    }

    /// The last item before position `until`, with its position.
    #[must_use]
    pub fn before(&self, until: usize) -> Option<(usize, Value, Value)> {
        self.complete();
        match &*self.items.borrow() {
            Items::Shaped { shape, values } => {
                let n = until.min(values.len()).checked_sub(1)?;
                Some((n, shape.key(n)?.clone(), values.get(n)?.clone()))
            }
            Items::Hashed(table) => table.before(until).map(|(n, k, v)| (n, k.clone(), v.clone())),
            Items::Lazy { .. } => None,
        }
    }

    /// The items, copied: safe against changes while they are used.
    #[must_use]
    pub fn items(&self) -> Vec<(Value, Value)> {
        self.complete();
        match &*self.items.borrow() {
            Items::Shaped { shape, values } => {
                shape.keys.iter().map(|(k, ())| k.clone()).zip(values.iter().cloned()).collect()
            }
            Items::Hashed(table) => table.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            Items::Lazy { .. } => Vec::new(),
        }
    }

    /// Calls `see` with every item while the dict is borrowed: for code that surely does not change it.
    ///
    /// # Errors
    /// What `see` gives.
    pub fn each<E>(&self, mut see: impl FnMut(&Value, &Value) -> Result<(), E>) -> Result<(), E> {
        self.complete();
        match &*self.items.borrow() {
            Items::Shaped { shape, values } => {
                for ((key, ()), value) in shape.keys.iter().zip(values.iter()) {
                    see(key, value)?;
                }
            }
            Items::Hashed(table) => {
                for (key, value) in table.iter() {
                    see(key, value)?;
                }
            }
            Items::Lazy { .. } => {}
        }
        Ok(())
    }

    /// Calls `see` with shape and values if the dict has a shape. For code that surely does not change it.
    #[inline]
    pub fn with_shape<T>(&self, see: impl FnOnce(&Shape, &[Value]) -> T) -> Option<T> {
        self.complete();
        match &*self.items.borrow() {
            Items::Shaped { shape, values } => Some(see(shape, values)),
            _ => None,
        }
    }

    /// A plain copy.
    #[must_use]
    pub fn copy(&self) -> Ref<Dict> {
        self.complete();
        let items = match &*self.items.borrow() {
            Items::Shaped { shape, values } => Items::Shaped { shape: shape.clone(), values: values.clone() },
            Items::Hashed(table) => Items::Hashed(table.clone()),
            Items::Lazy { .. } => Items::Hashed(Table::default()),
        };
        Ref::new(Dict { items: Guarded::new(items), special: None })
    }

    /// Puts all items of `other` into this dict.
    ///
    /// # Errors
    /// Comparing keys can be stopped by a limit.
    pub fn update(&self, other: &Dict) -> R<()> {
        for (key, value) in other.items() {
            self.set(key, value)?;
        }
        Ok(())
    }
}

impl Items {
    /// The value at `place`, made now if nobody has looked at it.
    fn fetch(&mut self, place: usize) -> Option<Value> {
        let Items::Lazy { shape, values, source, left } = self else { return None };
        if values.is_empty() {
            *values = std::iter::repeat_with(Value::default).take(shape.len()).collect();
        }
        let slot = values.get_mut(place)?;
        if slot.is_unbound() {
            *slot = source.value(place)?;
            *left -= 1;
            shape.note_use(place);
        }
        let value = slot.clone();
        if *left == 0 {
            *self = Items::Shaped { shape: shape.clone(), values: std::mem::take(values) };
        }
        Some(value)
    }

    /// Makes all values that nobody has looked at.
    fn complete(&mut self) {
        let Items::Lazy { shape, .. } = self else { return };
        for place in 0..shape.len() {
            self.fetch(place);
        }
    }

    /// The hash table; a dict with a shape is turned into one first.
    fn hashed(&mut self) -> &mut Table<Value> {
        self.complete();
        if let Items::Shaped { shape, values } = self {
            let values = std::mem::take(values);
            let mut table = Table::with_capacity(values.len() + 1);
            for ((key, hash, ()), value) in shape.keys.iter_hashed().zip(values) {
                table.insert_new(hash, key.clone(), value);
            }
            *self = Items::Hashed(table);
        }
        match self {
            Items::Hashed(table) => table,
            Items::Shaped { .. } | Items::Lazy { .. } => unreachable!("turned into a table above"),
        }
    }
}
