//! The elements of a list: values, or the bytes of bools as long as nobody asks for more.
//!
//! A list of a million flags as values is 16 MB, and a loop that marks them waits for memory. So `[False] * n` keeps a byte for each
//! (*packed*). [`Elements::get`], [`Elements::exchange`] and compiled code (`jit`) know of it; for everybody else the list becomes an
//! ordinary one, for good, before they see it. Nobody else can tell, because a packed list has no elements of the ordinary kind
//! meanwhile.

use std::cell::Cell;
use std::mem::offset_of;

use super::guarded::{Reading, Writing};
use super::hvec::HVec;
use super::interrupt::Stop;
use super::refs::{Object, Ref, body_offset};
use super::{Guarded, Value};

/// Fewer elements are not packed: it does not pay.
const FEWEST: usize = 64;
/// More elements are not packed: they could need sixteen times the memory at once, which nobody was asked for.
const MOST: usize = 1 << 23;

/// What takes the elements of a list that nobody but its writer will see, before they are too many.
pub struct Sink {
    /// What became of the last elements.
    pub written: Guarded<HVec<u8>>,
    /// What became of those before, if nobody knows how much it will be: a buffer that grows would be there twice.
    pub pieces: Guarded<HVec<HVec<u8>>>,
    /// How many elements that were.
    pub taken: Cell<usize>,
    /// How many items of the payload were given when the sink was asked last: those that `written` comes from.
    pub done: Cell<usize>,
    /// Whether it still takes elements.
    pub is_open: Cell<bool>,
    /// Why elements were lost: the run must end.
    pub lost: Cell<Option<Stop>>,
    /// Whether it was there before the first item of the payload was given.
    pub from_start: bool,
    take: fn(&Sink, &mut HVec<Value>),
}

impl Sink {
    /// A sink that has written `written` and takes elements with `take`; `from_start` says whether it was there before the first
    /// item of the payload was given.
    #[must_use]
    pub fn new(written: HVec<u8>, from_start: bool, take: fn(&Sink, &mut HVec<Value>)) -> Sink {
        let (written, pieces) = (Guarded::new(written), Guarded::default());
        let (taken, done, is_open, lost) = (Cell::new(0), Cell::new(0), Cell::new(true), Cell::new(None));
        Sink { written, pieces, taken, done, is_open, lost, from_start, take }
    }
}

impl std::fmt::Debug for Sink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sink").field("taken", &self.taken).finish_non_exhaustive()
    }
}

/// What few lists have: an object of its own, so that the others are small.
#[derive(Debug)]
pub(super) struct Aside {
    /// The elements of a packed list, each 0 or 1; empty if it is an ordinary one.
    bools: Guarded<HVec<u8>>,
    /// What takes elements away when many have gathered; only for lists that nobody sees.
    sink: Option<Sink>,
}

impl Object for Aside {}

impl Aside {
    const BOOLS: usize = body_offset::<Aside>() + offset_of!(Aside, bools) + Guarded::<HVec<u8>>::VALUE;
    /// Offset of the address of the bools.
    pub(super) const START: usize = Self::BOOLS + HVec::<u8>::START;
    /// Offset of their number.
    pub(super) const LEN: usize = Self::BOOLS + HVec::<u8>::LEN;
}

/// The elements of a list.
#[derive(Debug, Default)]
pub struct Elements {
    plain: Guarded<HVec<Value>>,
    aside: Option<Ref<Aside>>,
}

impl Elements {
    /// Offset of the borrow flag of the ordinary elements.
    pub(super) const STATE: usize = offset_of!(Elements, plain);
    /// Offset of the ordinary elements.
    pub(super) const PLAIN: usize = Self::STATE + Guarded::<HVec<Value>>::VALUE;
    /// Offset of the address of an [`Aside`], or null.
    pub(super) const ASIDE: usize = offset_of!(Elements, aside);

    /// These elements.
    #[inline]
    pub(super) fn new(items: HVec<Value>) -> Elements {
        Elements { plain: Guarded::new(items), aside: None }
    }

    /// Elements that a sink takes whenever their storage is full.
    pub(super) fn with_sink(items: HVec<Value>, sink: Sink) -> Elements {
        let aside = Aside { bools: Guarded::default(), sink: Some(sink) };
        Elements { plain: Guarded::new(items), aside: Some(Ref::new(aside)) }
    }

    /// So many times the same bool, packed if that pays.
    pub(super) fn repeated(value: bool, count: usize) -> Option<Elements> {
        if !(FEWEST..=MOST).contains(&count) {
            return None;
        }
        let bools = Guarded::new(HVec::filled(u8::from(value), count));
        let aside = Some(Ref::new(Aside { bools, sink: None }));
        Some(Elements { plain: Guarded::default(), aside })
    }

    /// The sink.
    pub(super) fn sink(&self) -> Option<&Sink> {
        self.aside.as_ref()?.sink.as_ref()
    }

    /// Makes an ordinary list of a packed one.
    #[inline]
    fn unpack(&self) {
        if let Some(aside) = &self.aside {
            aside.unpack(&self.plain);
        }
    }

    /// Borrows the elements for reading.
    #[inline]
    #[track_caller]
    pub fn borrow(&self) -> Reading<'_, HVec<Value>> {
        self.unpack();
        self.plain.borrow()
    }

    /// Borrows the elements for writing.
    #[inline]
    #[track_caller]
    pub fn borrow_mut(&self) -> Writing<'_, HVec<Value>> {
        self.unpack();
        self.plain.borrow_mut()
    }

    /// Whether somebody is reading or writing.
    pub fn is_borrowed(&self) -> bool {
        self.plain.is_borrowed()
    }

    /// Puts other elements in and gives back what was there.
    #[track_caller]
    pub fn replace(&self, items: HVec<Value>) -> HVec<Value> {
        std::mem::replace(&mut *self.borrow_mut(), items)
    }

    /// Takes the ordinary elements out, if there is nothing else.
    ///
    /// # Safety
    /// If it gives them, `self` is neither used nor dropped afterwards.
    #[inline]
    #[allow(unsafe_code)]
    pub(super) unsafe fn dismantle(&mut self) -> Option<HVec<Value>> {
        // SAFETY: by the caller's promise they are not dropped again.
        self.aside.is_none().then(|| unsafe { std::ptr::read(self.plain.get_mut()) })
    }

    /// Drops what could be part of a cycle.
    pub(super) fn clear(&self) {
        drop(self.plain.replace(HVec::new()));
    }

    /// Number of elements.
    #[inline]
    pub(super) fn len(&self) -> usize {
        let packed = self.aside.as_ref().map_or(0, |aside| aside.bools.borrow().len());
        self.plain.borrow().len() + packed
    }

    /// Element `at`.
    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<Value> {
        if let Some(found) = self.plain.borrow().get(at) {
            return Some(found.clone());
        }
        let bools = self.aside.as_ref()?.bools.borrow();
        bools.get(at).map(|bool| Value::Bool(*bool != 0))
    }

    /// Replaces element `at` and gives what was there; nothing is done if there is none.
    #[inline]
    pub fn exchange(&self, at: usize, value: &Value) -> Option<Value> {
        if let (Some(aside), Value::Bool(new)) = (&self.aside, value)
            && let Some(bool) = aside.bools.borrow_mut().get_mut(at)
        {
            return Some(Value::Bool(std::mem::replace(bool, u8::from(*new)) != 0));
        }
        let mut items = self.borrow_mut();
        items.get_mut(at).map(|slot| std::mem::replace(slot, value.clone()))
    }

    /// Appends a value.
    #[inline]
    pub(super) fn push(&self, value: Value) {
        let mut items = self.borrow_mut();
        if items.len() == items.capacity()
            && let Some(sink) = self.sink().filter(|sink| sink.is_open.get())
        {
            (sink.take)(sink, &mut items);
        }
        items.push(value);
    }
}

impl Aside {
    /// Moves packed elements to where ordinary ones are.
    fn unpack(&self, plain: &Guarded<HVec<Value>>) {
        if self.bools.borrow().is_empty() {
            return;
        }
        let bools = self.bools.replace(HVec::new());
        let mut items = HVec::with_capacity(bools.len());
        items.extend(bools.iter().map(|bool| Value::Bool(*bool != 0)));
        drop(plain.replace(items));
    }
}
