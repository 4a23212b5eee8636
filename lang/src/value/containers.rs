//! Lists, tuples, sets, byte arrays, ranges, slices, closure cells: the plain containers.

use super::elements::Elements;
pub use super::elements::Sink;
use super::hash::hash_value;
use super::hvec::HVec;
use super::refs::{Kind, Object, Ref};
use super::table::Table;
use super::text::Blob;
use super::types::{self, TypeDesc};
use super::{Guarded, R, Value};

/// A list.
#[derive(Debug, Default)]
pub struct List {
    /// The elements.
    pub items: Elements,
}

impl Object for List {
    const KIND: Kind = Kind::List;
    fn clear(&self) {
        self.items.clear();
    }
}

impl List {
    /// Takes the elements out of a list that has nothing else.
    ///
    /// # Safety
    /// If it gives elements, the list is neither used nor dropped afterwards.
    #[inline]
    #[allow(unsafe_code)]
    pub(super) unsafe fn dismantle(this: *mut List) -> Option<HVec<Value>> {
        // SAFETY: by the caller's promise; the list is not used by anybody else.
        unsafe { (*this).items.dismantle() }
    }

    /// A list of these elements.
    #[inline]
    #[must_use]
    pub fn new(items: HVec<Value>) -> Ref<List> {
        Ref::new(List { items: Elements::new(items) })
    }

    /// A list whose elements a sink takes whenever its storage is full.
    #[must_use]
    pub fn with_sink(items: HVec<Value>, sink: Sink) -> Ref<List> {
        Ref::new(List { items: Elements::with_sink(items, sink) })
    }

    /// A list of so many times the same bool in little memory; `None` if that does not pay.
    #[must_use]
    pub fn repeated(value: bool, count: usize) -> Option<Ref<List>> {
        Some(Ref::new(List { items: Elements::repeated(value, count)? }))
    }

    /// The list's sink.
    #[must_use]
    pub fn sink(&self) -> Option<&Sink> {
        self.items.sink()
    }

    /// Number of elements.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Element `at`.
    #[inline]
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Value> {
        self.items.get(at)
    }

    /// Replaces element `at`; `false` if there is none.
    #[inline]
    pub fn set(&self, at: usize, value: Value) -> bool {
        self.items.exchange(at, &value).is_some()
    }

    /// Appends `value`.
    #[inline]
    pub fn push(&self, value: Value) {
        self.items.push(value);
    }

    /// The elements, copied: safe against changes while they are used.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Value> {
        self.items.borrow().to_vec()
    }
}

/// A tuple, or an instance of a tuple subclass such as `time.struct_time`.
#[derive(Debug)]
pub struct Tuple {
    /// The elements.
    pub items: HVec<Value>,
    /// `tuple` or a subclass; its `fields` name the elements.
    pub class: &'static TypeDesc,
    /// Values of the `fields` beyond the elements, such as `tm_zone`.
    more: Option<Box<[Value]>>,
}

impl Object for Tuple {}

impl Tuple {
    /// A plain tuple.
    #[must_use]
    pub fn new(items: HVec<Value>) -> Ref<Tuple> {
        Ref::new(Tuple { items, class: &types::TUPLE, more: None })
    }

    /// An instance of a tuple subclass.
    #[must_use]
    pub fn of_class(class: &'static TypeDesc, items: HVec<Value>) -> Ref<Tuple> {
        Ref::new(Tuple { items, class, more: None })
    }

    /// An instance of a tuple subclass that has more fields than elements.
    #[must_use]
    pub fn with_more(class: &'static TypeDesc, items: HVec<Value>, more: Vec<Value>) -> Ref<Tuple> {
        Ref::new(Tuple { items, class, more: Some(more.into()) })
    }

    /// The values of the fields that are no elements.
    #[must_use]
    pub fn more(&self) -> &[Value] {
        self.more.as_deref().unwrap_or_default()
    }

    /// The value of the field with that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Value> {
        let at = self.class.fields.iter().position(|field| *field == name)?;
        self.items.get(at).or_else(|| self.more().get(at.checked_sub(self.items.len())?))
    }
}

/// A `set` or `frozenset`; iterates in insertion order (spec 4.12 no. 4).
#[derive(Debug)]
pub struct Set {
    /// The elements.
    pub items: Guarded<Table<()>>,
    /// Whether it is a `frozenset`.
    pub frozen: bool,
}

// A set holds only hashable values, and no mutable container is hashable: it cannot be part of a cycle.
impl Object for Set {}

impl Set {
    /// A set of the elements of a table.
    #[must_use]
    pub fn new(items: Table<()>, frozen: bool) -> Ref<Set> {
        Ref::new(Set { items: Guarded::new(items), frozen })
    }

    /// Number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds `value`; `true` if it is new.
    ///
    /// # Errors
    /// `TypeError` if the value is unhashable.
    pub fn add(&self, value: Value) -> R<bool> {
        let hash = hash_value(&value)?;
        Ok(self.items.borrow_mut().insert(hash, value, ())?.is_none())
    }

    /// Whether `value` is an element.
    ///
    /// # Errors
    /// `TypeError` if the value is unhashable.
    pub fn contains(&self, value: &Value) -> R<bool> {
        let hash = hash_value(value)?;
        Ok(self.items.borrow().find(hash, value)?.is_some())
    }

    /// Removes `value`; `true` if it was there.
    ///
    /// # Errors
    /// `TypeError` if the value is unhashable.
    pub fn remove(&self, value: &Value) -> R<bool> {
        let hash = hash_value(value)?;
        Ok(self.items.borrow_mut().remove(hash, value)?.is_some())
    }

    /// The elements, copied.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Value> {
        self.items.borrow().iter().map(|(k, ())| k.clone()).collect()
    }
}

/// A `bytes` object: a part of a shared buffer.
#[derive(Debug)]
pub struct Bytes {
    blob: Ref<Blob>,
    start: usize,
    len: usize,
}

impl Object for Bytes {}

impl Bytes {
    /// Bytes of their own.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Ref<Bytes> {
        let mut own = HVec::with_capacity(bytes.len());
        own.extend_bytes(bytes);
        Bytes::from_blob(Blob::Own(own))
    }

    /// All bytes of a buffer.
    #[must_use]
    pub fn from_blob(blob: Blob) -> Ref<Bytes> {
        let len = blob.bytes().len();
        Ref::new(Bytes { blob: Ref::new(blob), start: 0, len })
    }

    /// A part of these bytes, sharing the buffer.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Ref<Bytes> {
        let end = end.min(self.len);
        let start = start.min(end);
        Ref::new(Bytes { blob: self.blob.clone(), start: self.start + start, len: end - start })
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.blob.bytes().get(self.start..self.start + self.len).unwrap_or_default()
    }

    /// The bytes for a host; they are copied only if somebody else has them, too.
    #[must_use]
    pub fn into_vec(mut this: Ref<Bytes>) -> Vec<u8> {
        Bytes::take(&mut this).unwrap_or_else(|| this.bytes().to_vec())
    }

    /// Takes the bytes out, which are none afterwards; `None` if somebody else has them, too.
    pub fn take(this: &mut Ref<Bytes>) -> Option<Vec<u8>> {
        let own = Ref::get_mut(this).filter(|own| own.start == 0)?;
        let Some(Blob::Own(bytes)) = Ref::get_mut(&mut own.blob) else { return None };
        if bytes.len() != own.len {
            return None;
        }
        own.len = 0;
        Some(std::mem::take(bytes).into_vec())
    }

    /// The buffer and the offset of the first byte in it.
    #[must_use]
    pub fn blob(&self) -> (&Ref<Blob>, usize) {
        (&self.blob, self.start)
    }
}

/// A `bytearray`.
#[derive(Debug, Default)]
pub struct ByteArray {
    /// The bytes.
    pub bytes: Guarded<HVec<u8>>,
}

impl Object for ByteArray {}

/// A `range`. Start, stop and step fit 64 bits or are big: see [`super::number`].
#[derive(Debug)]
pub struct Range {
    /// First element, an int.
    pub start: Value,
    /// Bound, an int.
    pub stop: Value,
    /// Difference, an int other than zero.
    pub step: Value,
    /// Number of elements, an int.
    pub len: Value,
}

impl Object for Range {}

/// A `slice` object.
#[derive(Debug)]
pub struct Slice {
    /// First bound or `None`.
    pub start: Value,
    /// Second bound or `None`.
    pub stop: Value,
    /// Step or `None`.
    pub step: Value,
}

impl Object for Slice {}

/// A closure cell.
#[derive(Debug, Default)]
pub struct CellBox {
    /// What it holds; unbound if nothing.
    pub content: Guarded<Value>,
}

impl Object for CellBox {
    const KIND: Kind = Kind::Cell;
    fn clear(&self) {
        drop(self.content.replace(Value::Unbound));
    }
}
