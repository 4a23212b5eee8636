//! A growable array whose storage lies on the run's heap, so that every byte of it counts against the memory limit.
#![allow(unsafe_code)]

use std::marker::PhantomData;
use std::mem::{ManuallyDrop, needs_drop, size_of};
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};

use super::{Value, heap, interrupt, layout, tape};

/// Like `Vec`, with a known layout and storage from [`heap`].
#[repr(C)]
pub struct HVec<T> {
    start: NonNull<T>,
    len: usize,
    capacity: usize,
    _own: PhantomData<T>,
}

/// Elements that say too little of those that will come.
const FEW: usize = 1024;

impl<T> HVec<T> {
    /// Offset of the address of the elements.
    pub(super) const START: usize = std::mem::offset_of!(HVec<T>, start);
    /// Offset of their number.
    pub(super) const LEN: usize = std::mem::offset_of!(HVec<T>, len);
    /// Offset of the capacity in elements.
    pub(super) const CAPACITY: usize = std::mem::offset_of!(HVec<T>, capacity);

    const ALIGN_OK: () = assert!(align_of::<T>() <= 16 && size_of::<T>() > 0);

    /// An empty array without storage.
    #[inline]
    #[must_use]
    pub const fn new() -> Self {
        let () = Self::ALIGN_OK;
        HVec { start: NonNull::dangling(), len: 0, capacity: 0, _own: PhantomData }
    }

    /// An empty array with room for `capacity` elements. A size that a script controls must be reserved first (see
    /// [`super::interrupt::reserve`]).
    #[inline]
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        if capacity == 0 {
            return Self::new();
        }
        let start = heap::alloc_buffer(Self::bytes(capacity), align_of::<T>()).cast();
        HVec { start, len: 0, capacity, _own: PhantomData }
    }

    /// How many bytes so many elements are.
    #[inline]
    fn bytes(count: usize) -> usize {
        let bytes = count.checked_mul(size_of::<T>()).filter(|b| *b <= isize::MAX as usize - 16);
        bytes.unwrap_or_else(|| std::alloc::handle_alloc_error(std::alloc::Layout::new::<T>()))
    }

    /// Makes room for `more` elements beyond the present ones.
    #[inline]
    pub fn reserve(&mut self, more: usize) {
        let wanted = self.len.saturating_add(more);
        if wanted > self.capacity {
            self.grow_to(wanted.max(self.capacity.saturating_mul(2)).max(4));
        }
    }

    /// Makes room for `more` elements beyond the present ones, and for no others where that is a quarter more than there is.
    pub fn reserve_exact(&mut self, more: usize) {
        let wanted = self.len.saturating_add(more);
        if wanted > self.capacity {
            // Growing again and again by little would copy again and again.
            self.grow_to(wanted.max(self.capacity.saturating_add(self.capacity / 4)));
        }
    }

    /// As [`HVec::reserve`], for elements that are made of `total` parts of something, of which `done` gave the present ones: where
    /// new storage is needed, there will be room for all of them if the rest is like that.
    #[inline]
    pub fn reserve_for_rest(&mut self, more: usize, done: usize, total: usize) {
        if more > self.capacity - self.len {
            self.grow_for_rest(more, done, total);
        }
    }

    #[cold]
    fn grow_for_rest(&mut self, more: usize, done: usize, total: usize) {
        let rest = total.saturating_sub(done) as u128 * self.len as u128 / done.max(1) as u128;
        let rest = usize::try_from(rest).unwrap_or(usize::MAX);
        let wanted = more.saturating_add(rest).saturating_add(rest / 16);
        let bytes = wanted.saturating_mul(size_of::<T>());
        // What is only expected must not be what exceeds the limit.
        let expected = self.len >= FEW && interrupt::reserve(bytes).is_ok();
        if expected { self.reserve_exact(wanted) } else { self.reserve(more) }
    }

    fn grow_to(&mut self, capacity: usize) {
        let bytes = Self::bytes(capacity);
        interrupt::spend(self.len as u64 / 8);
        if self.capacity > 0 {
            // SAFETY: the storage was allocated here with this size, and this array is borrowed exclusively.
            let grown =
                unsafe { heap::grow_buffer(self.start.cast(), self.capacity * size_of::<T>(), align_of::<T>(), bytes) };
            if let Some(grown) = grown {
                self.start = grown.cast();
                self.capacity = capacity;
                return;
            }
        }
        let storage = heap::alloc_buffer(bytes, align_of::<T>()).cast::<T>();
        // SAFETY: both areas hold at least `len` elements and do not overlap; the old one is given back with its size.
        unsafe {
            ptr::copy_nonoverlapping(self.start.as_ptr(), storage.as_ptr(), self.len);
            self.free_storage();
        }
        self.start = storage;
        self.capacity = capacity;
    }

    /// The storage, and its length in bytes: the caller's to free. What elements there are is forgotten.
    pub(super) fn into_storage(self) -> (NonNull<u8>, usize) {
        let own = ManuallyDrop::new(self);
        (own.start.cast(), own.capacity * size_of::<T>())
    }

    /// # Safety
    /// The elements have been moved out or dropped.
    unsafe fn free_storage(&mut self) {
        if self.capacity > 0 {
            // SAFETY: allocated in `grow_to` with this size.
            unsafe { heap::free_buffer(self.start.cast(), self.capacity * size_of::<T>(), align_of::<T>()) };
        }
    }

    /// What `make` makes of each of `items` and its number.
    #[inline]
    #[must_use]
    pub fn of_each<S>(items: &[S], mut make: impl FnMut(usize, &S) -> T) -> Self {
        let mut made = Self::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            let value = make(n, item);
            // SAFETY: there is room for as many elements as there are items, of which this is number `n`.
            unsafe { made.start.add(n).write(value) };
            made.len = n + 1;
        }
        made
    }

    /// Appends `value`.
    #[inline]
    pub fn push(&mut self, value: T) {
        if self.len == self.capacity {
            self.reserve(1);
        }
        // SAFETY: there is room for one more.
        unsafe { self.start.add(self.len).write(value) };
        self.len += 1;
    }

    /// Removes and returns the last element.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        // SAFETY: the element was initialised and is now outside the array.
        Some(unsafe { self.start.add(self.len).read() })
    }

    /// Inserts `value` before position `at`, which is at most the length.
    pub fn insert(&mut self, at: usize, value: T) {
        let at = at.min(self.len);
        interrupt::spend((self.len - at) as u64 / 8);
        self.reserve(1);
        // SAFETY: there is room for one more; the moved range lies inside the storage.
        unsafe {
            let p = self.start.as_ptr().add(at);
            ptr::copy(p, p.add(1), self.len - at);
            p.write(value);
        }
        self.len += 1;
    }

    /// Removes and returns the element at `at`, if there is one.
    pub fn remove(&mut self, at: usize) -> Option<T> {
        if at >= self.len {
            return None;
        }
        interrupt::spend((self.len - at) as u64 / 8);
        // SAFETY: `at` is inside; the elements behind it move down by one.
        unsafe {
            let p = self.start.as_ptr().add(at);
            let value = p.read();
            ptr::copy(p.add(1), p, self.len - at - 1);
            self.len -= 1;
            Some(value)
        }
    }

    /// Drops the elements from `len` on.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        let extra = self.len - len;
        self.len = len;
        // SAFETY: these elements were initialised and are now outside the array.
        unsafe { ptr::drop_in_place(ptr::slice_from_raw_parts_mut(self.start.as_ptr().add(len), extra)) };
    }

    /// Replaces the elements of `range` by those of `new`.
    pub fn splice(&mut self, range: std::ops::Range<usize>, new: HVec<T>) {
        let (from, to) = (range.start.min(self.len), range.end.min(self.len));
        let to = to.max(from);
        interrupt::spend((self.len + new.len) as u64);
        let mut result = HVec::with_capacity(self.len - (to - from) + new.len);
        let mut old = std::mem::take(self).into_iter();
        result.extend(old.by_ref().take(from));
        result.extend(new);
        // The removed elements go last, after the array is whole again.
        let removed: HVec<T> = old.by_ref().take(to - from).collect();
        result.extend(old);
        *self = result;
        drop(removed);
    }

    /// The storage's capacity in elements.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity
    }
}

impl<T: Clone> HVec<T> {
    /// A copy of `items`.
    #[must_use]
    pub fn from_slice(items: &[T]) -> Self {
        let mut made = Self::with_capacity(items.len());
        made.extend_from_slice(items);
        made
    }

    /// Appends copies of `items`.
    pub fn extend_from_slice(&mut self, items: &[T]) {
        interrupt::spend(items.len() as u64);
        self.reserve(items.len());
        for item in items {
            self.push(item.clone());
        }
    }
}

impl<T: Copy> HVec<T> {
    /// Appends copies of `items`, all at once.
    #[inline]
    pub fn extend_copies(&mut self, items: &[T]) {
        self.reserve(items.len());
        // SAFETY: there is room for all of them, and a borrowed slice cannot overlap storage we own exclusively.
        unsafe { ptr::copy_nonoverlapping(items.as_ptr(), self.start.as_ptr().add(self.len), items.len()) };
        self.len += items.len();
    }
}

impl<T: Default> HVec<T> {
    /// The elements of `slots`, which hold nothing but defaults afterwards.
    #[must_use]
    pub fn take_from(slots: &mut [T]) -> Self {
        let mut made = Self::with_capacity(slots.len());
        // SAFETY: there is room for all of them; the old places are written over without being dropped.
        unsafe {
            ptr::copy_nonoverlapping(slots.as_ptr(), made.start.as_ptr(), slots.len());
            made.len = slots.len();
            slots.iter_mut().for_each(|slot| ptr::write(slot, T::default()));
        }
        made
    }
}

/// Values that are not there, as compiled code finds them.
static NOTHING: [[u64; 2]; HVec::<Value>::MOST_UNMADE] = [[layout::tag::UNBOUND as u64, 0]; HVec::<Value>::MOST_UNMADE];

impl HVec<Value> {
    /// Most values that [`HVec::unmade`] needs no storage for.
    const MOST_UNMADE: usize = 64;

    /// Room for `count` values, none of which there is yet. Compiled code, which looks at the tag of a value and not at the length,
    /// finds all of them unbound. The array is empty, or has `count` unbound values if they are many.
    pub(super) fn unmade(count: usize) -> Self {
        if count <= Self::MOST_UNMADE {
            return HVec { start: NonNull::from(&NOTHING).cast(), len: 0, capacity: 0, _own: PhantomData };
        }
        (0..count).map(|_| Value::Unbound).collect()
    }

    /// Gives up the elements. `last` gets those that are the last references to their objects; most elements are none.
    #[inline]
    pub(super) fn give_up(&mut self, mut last: impl FnMut(Value)) {
        let len = std::mem::replace(&mut self.len, 0);
        for n in 0..len {
            // SAFETY: the element was initialised, and is outside the array now; what is not read owns nothing any more.
            unsafe {
                let element = self.start.add(n);
                if element.as_ref().is_last() {
                    last(element.read());
                }
            }
        }
    }
}

impl HVec<tape::Part> {
    /// Gives back the memory of elements that are never looked at again. They are what they were, or parts at the beginning of a text.
    pub(super) fn forget(&mut self, range: std::ops::Range<usize>) {
        let to = range.end.min(self.len);
        let from = range.start.min(to);
        // SAFETY: the range lies inside the storage, which is borrowed exclusively; all bits make a part.
        unsafe { heap::forget(self.start.add(from).cast(), (to - from) * size_of::<tape::Part>()) };
    }
}

impl HVec<u8> {
    /// Frees the bytes. The system has the memory of many at once, too, which an allocator might keep for later.
    pub fn forget_all(mut self) {
        self.len = 0;
        // SAFETY: the range is the storage, which nobody else refers to; all bits make a byte.
        unsafe { heap::forget(self.start, self.capacity) };
    }

    /// So many times the same byte.
    #[must_use]
    pub fn filled(byte: u8, count: usize) -> Self {
        let mut made = Self::with_capacity(count);
        // SAFETY: there is room for all of them, and any byte is an element.
        unsafe {
            ptr::write_bytes(made.start.as_ptr(), byte, count);
            made.len = count;
        }
        made
    }

    /// Appends bytes with one copy.
    #[inline]
    pub fn extend_bytes(&mut self, bytes: &[u8]) {
        self.extend_pieces([bytes]);
    }

    /// Appends several pieces after another.
    #[inline]
    pub fn extend_pieces<const N: usize>(&mut self, pieces: [&[u8]; N]) {
        let more = pieces.iter().fold(0usize, |sum, piece| sum.saturating_add(piece.len()));
        if more >= 64 {
            interrupt::spend(more as u64 / 64);
        }
        if more > self.capacity - self.len {
            self.reserve(more);
        }
        for piece in pieces {
            // SAFETY: there is room for all of them, and a borrowed slice cannot overlap storage we own exclusively.
            unsafe { copy_piece(piece, self.start.as_ptr().add(self.len)) };
            self.len += piece.len();
        }
    }

    /// Appends the first `len` of some bytes, all of them if it is more: of no piece is the cost smaller.
    #[inline]
    pub fn extend_prefix<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        if self.capacity - self.len < N {
            self.reserve(N);
        }
        // SAFETY: there is room for all of them; the length grows by no more than that.
        unsafe { self.start.as_ptr().add(self.len).cast::<[u8; N]>().write_unaligned(*bytes) };
        self.len += len.min(N);
    }

    /// Appends the first `len` of sixteen bytes, all of them if it is more, with a quote on either side.
    #[inline]
    pub fn extend_quoted(&mut self, bytes: &[u8; 16], len: usize) {
        const ROOM: usize = 18;
        let len = len.min(bytes.len());
        if self.capacity - self.len < ROOM {
            self.reserve(ROOM);
        }
        // SAFETY: there is room for all sixteen and the quotes; the length grows by no more than that.
        unsafe {
            let to = self.start.as_ptr().add(self.len);
            to.write(b'"');
            to.add(1).cast::<[u8; 16]>().write_unaligned(*bytes);
            to.add(1 + len).write(b'"');
        }
        self.len += len + 2;
    }

    /// The bytes as a vector that may leave the heap; those of large arrays are not copied.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        match heap::release_buffer(self.capacity, align_of::<u8>()) {
            Some(layout) => {
                let own = std::mem::ManuallyDrop::new(self);
                // SAFETY: a large buffer is an allocation of this layout from the system's allocator, nobody else owns it any
                // more, and its first `len` bytes are initialised.
                unsafe { Vec::from_raw_parts(own.start.as_ptr(), own.len, layout.size()) }
            }
            None => self.to_vec(),
        }
    }
}

/// Copies a piece. Most are short, and two copies of known length cost less than one of any length.
///
/// # Safety
/// `to` points to as many bytes that do not overlap the piece.
#[inline]
unsafe fn copy_piece(piece: &[u8], to: *mut u8) {
    /// Copies the first and the last bytes of a piece.
    #[inline]
    unsafe fn both<const N: usize>(first: &[u8; N], last: &[u8; N], to: *mut u8, len: usize) {
        // SAFETY: `len` is at least `N`, and `to` points to as many bytes.
        unsafe {
            to.cast::<[u8; N]>().write_unaligned(*first);
            to.add(len - N).cast::<[u8; N]>().write_unaligned(*last);
        }
    }
    let len = piece.len();
    // SAFETY: by the caller's promise there is room for `len` bytes, and every arm writes no others.
    unsafe {
        match (piece.first_chunk::<8>(), piece.last_chunk::<8>()) {
            (Some(first), Some(last)) if len <= 16 => both(first, last, to, len),
            (Some(_), _) => ptr::copy_nonoverlapping(piece.as_ptr(), to, len),
            _ => match (piece.first_chunk::<4>(), piece.last_chunk::<4>(), piece) {
                (Some(first), Some(last), _) => both(first, last, to, len),
                (_, _, [first, .., last]) => {
                    to.write(*first);
                    to.add(1).write(piece[1]);
                    to.add(len - 1).write(*last);
                }
                (_, _, [only]) => to.write(*only),
                _ => {}
            },
        }
    }
}

impl<T> Default for HVec<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Drop for HVec<T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the elements are initialised and dropped once.
        unsafe {
            if needs_drop::<T>() {
                ptr::drop_in_place(ptr::slice_from_raw_parts_mut(self.start.as_ptr(), self.len));
            }
            self.free_storage();
        }
    }
}

impl<T> Deref for HVec<T> {
    type Target = [T];
    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` elements are initialised.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl<T> DerefMut for HVec<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: the first `len` elements are initialised.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T: Clone> Clone for HVec<T> {
    fn clone(&self) -> Self {
        Self::from_slice(self)
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for HVec<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl<T> Extend<T> for HVec<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        let items = items.into_iter();
        self.reserve(items.size_hint().0.min(1 << 20));
        for item in items {
            self.push(item);
        }
    }
}

impl<T> FromIterator<T> for HVec<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut made = Self::new();
        made.extend(items);
        made
    }
}

/// Moves the elements out of an [`HVec`].
pub struct IntoIter<T> {
    vec: HVec<T>,
    at: usize,
    end: usize,
}

impl<T> IntoIterator for HVec<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;
    fn into_iter(mut self) -> IntoIter<T> {
        let end = self.len;
        // From here on the iterator owns the elements; the array itself looks empty.
        self.len = 0;
        IntoIter { vec: self, at: 0, end }
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;
    #[inline]
    fn next(&mut self) -> Option<T> {
        if self.at == self.end {
            return None;
        }
        self.at += 1;
        // SAFETY: elements `at..end` are initialised and each is read once.
        Some(unsafe { self.vec.start.add(self.at - 1).read() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.at, Some(self.end - self.at))
    }
}

impl<T> ExactSizeIterator for IntoIter<T> {}

impl<T> Drop for IntoIter<T> {
    fn drop(&mut self) {
        let left = self.end - self.at;
        // SAFETY: the elements not yet given out are initialised and dropped once.
        unsafe { ptr::drop_in_place(ptr::slice_from_raw_parts_mut(self.vec.start.as_ptr().add(self.at), left)) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_length_are_appended_and_leave_the_heap() {
        let text: Vec<u8> = (0..40).collect();
        for len in 0..text.len() {
            let before = heap::used();
            let (mut own, mut expected) = (HVec::new(), Vec::new());
            for _ in 0..60 {
                own.extend_pieces([&text[..len], b"x", &text[len..]]);
                expected.extend([&text[..len], b"x", &text[len..]].concat());
            }
            assert!(heap::used() > before);
            assert_eq!(own[..], expected[..]);
            assert_eq!(own.into_vec(), expected);
            assert_eq!(heap::used(), before);
            assert_eq!(HVec::from_slice(&text[..len]).into_vec(), text[..len]);
            let mut numbers = HVec::new();
            numbers.extend_copies(&text[..len]);
            numbers.extend_prefix(&[7; 16], len);
            assert_eq!(numbers[..], [&text[..len], &[7; 16][..len.min(16)]].concat());
        }
    }

    #[test]
    fn room_is_made_for_what_is_expected() {
        let mut v: HVec<u32> = HVec::with_capacity(4096);
        v.extend_copies(&[1; 4096]);
        v.reserve_for_rest(1, 10, 100);
        assert!((40_960..45_000).contains(&v.capacity()), "{}", v.capacity());
        // Growing by little is growing by a quarter, and what nobody can have is not asked for.
        v.extend_copies(&[1; 40_000]);
        let before = v.capacity();
        v.reserve_for_rest(before, 100, 100);
        assert!(v.capacity() >= before + before / 4);
        let before = v.capacity();
        v.reserve_for_rest(before, 1, usize::MAX);
        assert!(v.capacity() <= before * 4);
        assert_eq!(v.len(), 44_096);
    }

    #[test]
    fn behaves_like_vec() {
        let mut v: HVec<String> = HVec::new();
        for i in 0..10 {
            v.push(i.to_string());
        }
        v.insert(3, "x".into());
        assert_eq!(v.remove(0).as_deref(), Some("0"));
        v.splice(1..3, ["a", "b", "c"].iter().map(ToString::to_string).collect());
        assert_eq!(v.join(""), "1abc3456789");
        v.truncate(4);
        assert_eq!(v.pop().as_deref(), Some("c"));
        assert_eq!(HVec::of_each(&v, |n, text| format!("{n}{text}")).join(""), "011a2b");
        assert!(HVec::of_each(&[0u8; 0], |n, _| n).is_empty());
        let mut iter = v.into_iter();
        assert_eq!(iter.next().as_deref(), Some("1"));
    }
}
