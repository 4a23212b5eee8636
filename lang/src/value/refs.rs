//! Counted references to objects on the heap.
//!
//! An object is a [`Header`] and a body. The count is not atomic: values never leave their thread. Dropping the last
//! reference drops the body at once, except that deep structures are taken apart from a queue so that dropping a list
//! nested a million levels deep needs no stack.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use super::{Dict, HVec, List, Value, heap, layout};

/// What an object is. Only kinds that can be part of a cycle need to be told apart at run time: the end of a session
/// clears those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Cannot be part of a cycle, or only through something that can be cleared.
    Plain,
    /// A list.
    List,
    /// A dict or one of its subclasses.
    Dict,
    /// A closure cell.
    Cell,
    /// A function.
    Function,
    /// A generator.
    Generator,
    /// An iterator.
    Iter,
    /// An exception.
    Exception,
    /// A `MultiMap`.
    MultiMap,
    /// A message.
    Message,
    /// An Entity.
    Entity,
    /// An object of a module.
    Native,
}

/// What every object begins with.
#[derive(Debug)]
#[repr(C)]
pub struct Header {
    count: Cell<u32>,
    kind: Kind,
}

impl Header {
    pub(super) fn count(&self) -> u32 {
        self.count.get()
    }

    /// Counts one reference less, unless it is the last one.
    #[inline]
    pub(super) fn decrement_shared(&self) -> bool {
        let count = self.count.get();
        if count > 1 {
            self.count.set(count - 1);
        }
        count > 1
    }

    #[inline]
    pub(super) fn increment(&self) {
        // Cannot overflow: see `heap::CEILING`.
        self.count.set(self.count.get() + 1);
    }
}

/// A body that lives behind a [`Ref`].
pub trait Object: Sized + 'static {
    /// The kind written into the header.
    const KIND: Kind = Kind::Plain;

    /// Drops everything through which a cycle could run. The object must stay valid.
    fn clear(&self) {}
}

#[repr(C)]
struct Slot<T> {
    header: Header,
    body: T,
}

/// Offset of the body in an object; the count is at offset 0.
pub(super) const fn body_offset<T: Object>() -> usize {
    std::mem::offset_of!(Slot<T>, body)
}

/// The size class of an object.
pub(super) const fn size_class<T: Object>() -> usize {
    Ref::<T>::SIZE.div_ceil(heap::books::GRAIN)
}

/// The first word of a new object that one reference refers to.
pub(super) const fn first_word<T: Object>() -> u64 {
    let kind = std::mem::offset_of!(Header, kind);
    1 | (T::KIND as u64) << (kind * 8)
}

/// A counted reference to an object.
#[repr(transparent)]
pub struct Ref<T: Object> {
    slot: NonNull<Slot<T>>,
    _own: PhantomData<Slot<T>>,
}

impl<T: Object> Ref<T> {
    const SIZE: usize = {
        let size = size_of::<Slot<T>>();
        assert!(size <= heap::MAX_OBJECT, "object too large for the heap's size classes");
        assert!(align_of::<Slot<T>>() <= 16);
        if size < 16 { 16 } else { size }
    };
    const CYCLIC: bool = !matches!(T::KIND, Kind::Plain);

    /// Puts `body` on the heap.
    #[inline]
    pub fn new(body: T) -> Ref<T> {
        let slot = heap::alloc_object(Self::SIZE, Self::CYCLIC).cast::<Slot<T>>();
        // SAFETY: the slot is free, large enough and aligned to 16. Its parts are written one by one, so that the body is not copied
        // into a whole first.
        unsafe {
            (&raw mut (*slot.as_ptr()).header).write(Header { count: Cell::new(1), kind: T::KIND });
            (&raw mut (*slot.as_ptr()).body).write(body);
        }
        Ref { slot, _own: PhantomData }
    }

    /// Whether both refer to the same object.
    #[inline]
    #[must_use]
    pub fn same(a: &Ref<T>, b: &Ref<T>) -> bool {
        a.slot == b.slot
    }

    /// Whether this is the only reference.
    #[inline]
    #[must_use]
    pub fn is_unique(this: &Ref<T>) -> bool {
        this.header().count.get() == 1
    }

    /// The address: the object's identity while it lives.
    #[inline]
    #[must_use]
    pub fn address(this: &Ref<T>) -> usize {
        this.slot.as_ptr() as usize
    }

    /// The body, when nobody else refers to it.
    pub fn get_mut(this: &mut Ref<T>) -> Option<&mut T> {
        // SAFETY: the only reference is borrowed exclusively.
        if Ref::is_unique(this) { Some(unsafe { &mut this.slot.as_mut().body }) } else { None }
    }

    /// A reference to the object that has this body.
    ///
    /// # Safety
    /// The body is that of an object that some reference refers to.
    pub(super) unsafe fn of_body(body: &T) -> Ref<T> {
        // SAFETY: by the caller's promise the body lies in a slot.
        let slot = unsafe { NonNull::from(body).byte_sub(body_offset::<T>()) }.cast::<Slot<T>>();
        let own = Ref { slot, _own: PhantomData };
        own.header().increment();
        own
    }

    #[inline]
    fn header(&self) -> &Header {
        // SAFETY: a reference keeps its object alive.
        unsafe { &self.slot.as_ref().header }
    }
}

/// Knows an object that it does not keep alive.
#[derive(Debug)]
pub(super) struct Uncounted<T: Object>(NonNull<Slot<T>>);

impl<T: Object> Uncounted<T> {
    /// Knows the object of a reference.
    pub(super) fn of(known: &Ref<T>) -> Self {
        Uncounted(known.slot)
    }

    /// A reference to the object; `None` if it is being dropped.
    ///
    /// # Safety
    /// The object has not been dropped.
    pub(super) unsafe fn counted(&self) -> Option<Ref<T>> {
        // SAFETY: by the caller's promise the object's memory is its own.
        let known = ManuallyDrop::new(Ref { slot: self.0, _own: PhantomData });
        (known.header().count.get() > 0).then(|| Ref::clone(&known))
    }
}

impl<T: Object> Deref for Ref<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: a reference keeps its object alive.
        unsafe { &self.slot.as_ref().body }
    }
}

impl<T: Object> Clone for Ref<T> {
    #[inline]
    fn clone(&self) -> Self {
        self.header().increment();
        Ref { slot: self.slot, _own: PhantomData }
    }
}

impl<T: Object> Drop for Ref<T> {
    #[inline]
    fn drop(&mut self) {
        let count = &self.header().count;
        let left = count.get() - 1;
        count.set(left);
        if left == 0 {
            release(self.slot);
        }
    }
}

impl<T: Object + std::fmt::Debug> std::fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

/// Nested drops before the rest is queued.
const DROP_DEPTH: u32 = 64;

type Deferred = (NonNull<Header>, unsafe fn(NonNull<Header>));

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    // Never destroyed: other thread-locals that hold values may be destroyed later than this one would be.
    static QUEUE: ManuallyDrop<RefCell<Vec<Deferred>>> = const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

#[inline]
fn release<T: Object>(slot: NonNull<Slot<T>>) {
    if !std::mem::needs_drop::<T>() {
        // SAFETY: the count is zero and there is nothing to drop.
        unsafe { heap::free_object(slot.cast(), Ref::<T>::SIZE, Ref::<T>::CYCLIC) };
        return;
    }
    match T::KIND {
        Kind::List | Kind::Dict => take_apart(slot.cast()),
        _ => release_deep(slot),
    }
}

/// Frees a list or a dict whose count is zero, and what only it referred to. Most of what a run frees is trees of these, so this
/// is one loop: those that become free on the way wait in a chain through their own memory, however deep they are nested.
fn take_apart(first: NonNull<Header>) {
    let (mut object, mut waiting) = (first, None);
    loop {
        // SAFETY: the count is zero and this is the only place that uses the object. The header tells the body's type. A list or
        // dict that is of no simple kind is left whole for `release_deep`.
        unsafe {
            if object.as_ref().kind == Kind::List {
                let slot = object.cast::<Slot<List>>();
                match List::dismantle(&raw mut (*slot.as_ptr()).body) {
                    Some(items) => free_container::<List>(slot, items, &mut waiting),
                    None => release_deep(slot),
                }
            } else {
                let slot = object.cast::<Slot<Dict>>();
                match Dict::dismantle(&raw mut (*slot.as_ptr()).body) {
                    Some(values) => free_container::<Dict>(slot, values, &mut waiting),
                    None => release_deep(slot),
                }
            }
            let Some(next) = waiting else { return };
            object = next;
            waiting = link(next).read();
        }
    }
}

/// Where a container that waits to be taken apart tells of the next one: its borrow flag lies there, which nobody asks any more.
fn link(object: NonNull<Header>) -> NonNull<Option<NonNull<Header>>> {
    const { assert!(layout::LIST_STATE == 8 && layout::DICT_STATE == 8) };
    // SAFETY: the word lies inside the object.
    unsafe { object.byte_add(8).cast() }
}

/// Gives up the elements of a container and frees it; lists and dicts that nobody else refers to join those that wait.
///
/// # Safety
/// The container is not used afterwards, and nothing in it needs to be dropped.
#[inline]
unsafe fn free_container<T: Object>(
    slot: NonNull<Slot<T>>,
    mut elements: HVec<Value>,
    waiting: &mut Option<NonNull<Header>>,
) {
    elements.give_up(|last| match last {
        Value::List(list) => join(list, waiting),
        Value::Dict(dict) => join(dict, waiting),
        other => drop(other),
    });
    const { assert!(Ref::<T>::CYCLIC) };
    let (buffer, length) = elements.into_storage();
    // SAFETY: by the caller's promise; there are no elements any more.
    unsafe { heap::free_container(slot.cast(), Ref::<T>::SIZE, buffer, length, align_of::<Value>()) };
}

/// Has the object of the last reference wait.
#[inline]
fn join<T: Object>(last: Ref<T>, waiting: &mut Option<NonNull<Header>>) {
    let object = ManuallyDrop::new(last).slot.cast::<Header>();
    // SAFETY: nobody else refers to the object, which is alive; its first words may be written over, as `link` says.
    unsafe {
        object.as_ref().count.set(0);
        link(object).write(waiting.replace(object));
    }
}

fn release_deep<T: Object>(slot: NonNull<Slot<T>>) {
    let depth = DEPTH.get();
    if depth >= DROP_DEPTH {
        QUEUE.with(|queue| queue.borrow_mut().push((slot.cast(), destroy::<T>)));
        return;
    }
    DEPTH.set(depth + 1);
    // SAFETY: the count is zero and this is the only place that destroys the object.
    unsafe { destroy::<T>(slot.cast()) };
    DEPTH.set(depth);
    if depth == 0 {
        while let Some((object, destroy)) = QUEUE.with(|queue| queue.borrow_mut().pop()) {
            DEPTH.set(1);
            // SAFETY: queued with its own destructor, count zero, once.
            unsafe { destroy(object) };
            DEPTH.set(0);
        }
    }
}

/// Drops the body and frees the slot.
///
/// # Safety
/// The object is a `Slot<T>` whose count is zero, and nothing uses it afterwards.
#[inline]
unsafe fn destroy<T: Object>(object: NonNull<Header>) {
    let slot = object.cast::<Slot<T>>();
    // SAFETY: by the caller's promise.
    unsafe {
        (&raw mut (*slot.as_ptr()).body).drop_in_place();
        heap::free_object(slot.cast(), Ref::<T>::SIZE, Ref::<T>::CYCLIC);
    }
}

/// Clears a live object at the end of a session.
///
/// # Safety
/// `object` is the header of a live object.
pub(super) unsafe fn clear_object(object: NonNull<Header>) {
    // SAFETY: the header tells the body's type.
    unsafe {
        match object.as_ref().kind {
            Kind::Plain => {}
            Kind::List => clear_as::<super::List>(object),
            Kind::Dict => clear_as::<super::Dict>(object),
            Kind::Cell => clear_as::<super::CellBox>(object),
            Kind::Function => clear_as::<super::Function>(object),
            Kind::Generator => clear_as::<super::Generator>(object),
            Kind::Iter => clear_as::<super::Iter>(object),
            Kind::Exception => clear_as::<super::Exception>(object),
            Kind::MultiMap => clear_as::<super::MultiMap>(object),
            Kind::Message => clear_as::<super::Message>(object),
            Kind::Entity => clear_as::<super::Entity>(object),
            Kind::Native => clear_as::<super::Native>(object),
        }
    }
}

/// # Safety
/// `object` is a live `Slot<T>`.
unsafe fn clear_as<T: Object>(object: NonNull<Header>) {
    let slot = object.cast::<Slot<T>>();
    // SAFETY: the object is alive; the extra count keeps it so while its contents are dropped.
    let held = unsafe {
        let count = &object.as_ref().count;
        count.set(count.get() + 1);
        Ref::<T> { slot, _own: PhantomData }
    };
    held.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Shape, Tuple};

    struct Link(Option<Ref<Link>>);
    impl Object for Link {}

    #[test]
    fn containers_of_all_kinds_are_taken_apart_in_each_other() {
        let before = heap::used();
        let text = Value::str("a text that is too long to be short");
        let mut value = text.clone();
        for n in 0..400_000 {
            value = match n % 5 {
                0 => Value::list([text.clone(), value, Value::Int(1)]),
                1 => Value::Dict(Dict::shaped(Shape::new(["a", "b"]), [value, text.clone()].into_iter().collect())),
                2 => Value::Dict(Dict::from_pairs([("key", value)])),
                3 => Value::Tuple(Tuple::new([value, Value::list([])].into_iter().collect())),
                // Both are parts of something that is shared.
                _ => Value::list([value.clone(), value]),
            };
        }
        drop(value);
        assert_eq!(text.to_display(), "a text that is too long to be short");
        drop(text);
        assert_eq!(heap::used(), before);
    }

    #[test]
    fn a_chain_of_a_million_links_drops_without_deep_recursion() {
        let before = heap::used();
        let mut chain = Ref::new(Link(None));
        for _ in 0..1_000_000 {
            chain = Ref::new(Link(Some(chain)));
        }
        assert!(chain.0.is_some());
        drop(chain);
        assert_eq!(heap::used(), before);
    }
}
