//! The heap of the runs on this thread.
//!
//! Every value that is not an immediate lives here. Allocation is a pop from a free list or a bump; freeing is a push;
//! both keep an exact count of live bytes, which is what the memory limit of spec 11.1 looks at. There is one heap per
//! thread because a run never leaves its thread: no lock and no atomic operation is ever needed.
//!
//! *Objects* (things with a reference count) come from pages of one size class, so that at the end of the outermost
//! [`Session`] the pages can be walked and whatever cycles kept alive can be taken apart. *Buffers* (the storage of
//! lists, tables and strings) come from a common bump area. Anything large goes to the system allocator.
#![allow(unsafe_code)]

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, handle_alloc_error, realloc};
use std::cell::{Cell, UnsafeCell};
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::interrupt;
use super::refs::{Header, clear_object};

/// Allocation granularity and alignment of everything on the heap.
const GRAIN: usize = 16;
/// Buffers up to this many bytes come from the free lists.
const SMALL_BUFFER: usize = 1024;
/// Largest object body with header.
pub(super) const MAX_OBJECT: usize = 256;
const BUFFER_CLASSES: usize = SMALL_BUFFER / GRAIN + 1;
const OBJECT_CLASSES: usize = MAX_OBJECT / GRAIN + 1;
/// Size of a page of objects; what does not fill a slot of the page's size class is lost.
const PAGE: usize = 32 * 1024;
/// Size of the first page of each size class: a short run touches few of its slots.
const FIRST_PAGE: usize = 4 * 1024;
/// Size of the area from which buffers are bumped.
const CHUNK: usize = 64 * 1024;
/// What no configuration exceeds: reference counts are 32 bits
/// wide and a reference is 16 bytes, so below this a count cannot overflow.
pub const CEILING: usize = 32 << 30;

struct Page {
    start: *mut u8,
    class: usize,
    size: usize,
}

struct Heap {
    objects: [Cell<*mut u8>; OBJECT_CLASSES],
    buffers: [Cell<*mut u8>; BUFFER_CLASSES],
    /// Size classes of objects that have a page, as bits.
    begun: Cell<u32>,
    bump: Cell<*mut u8>,
    bump_left: Cell<usize>,
    used: Cell<usize>,
    limit: Cell<usize>,
    /// Objects alive that can be part of a cycle.
    live: Cell<usize>,
    /// How many of them the thread keeps between runs (see [`keep`]).
    kept: Cell<usize>,
    /// Objects and buffers ever made.
    made: Cell<u64>,
    /// Most live bytes seen at a refill or a large buffer.
    peak: Cell<usize>,
    sessions: Cell<usize>,
    pages: UnsafeCell<ManuallyDrop<Vec<Page>>>,
    chunks: UnsafeCell<ManuallyDrop<Vec<*mut u8>>>,
}

thread_local! {
    // No destructor and a constant initialiser: access is one load from the thread's segment.
    static HEAP: Heap = const {
        Heap {
            objects: [const { Cell::new(ptr::null_mut()) }; OBJECT_CLASSES],
            buffers: [const { Cell::new(ptr::null_mut()) }; BUFFER_CLASSES],
            begun: Cell::new(0),
            bump: Cell::new(ptr::null_mut()),
            bump_left: Cell::new(0),
            used: Cell::new(0),
            limit: Cell::new(CEILING),
            live: Cell::new(0),
            kept: Cell::new(0),
            made: Cell::new(0),
            peak: Cell::new(0),
            sessions: Cell::new(0),
            pages: UnsafeCell::new(ManuallyDrop::new(Vec::new())),
            chunks: UnsafeCell::new(ManuallyDrop::new(Vec::new())),
        }
    };
    static THREAD_END: ThreadEnd = const { ThreadEnd };
}

/// Gives the pages back when the thread ends, provided that no object is alive.
struct ThreadEnd;

impl Drop for ThreadEnd {
    fn drop(&mut self) {
        HEAP.with(|heap| {
            if heap.live.get() > 0 || heap.used.get() > 0 {
                return;
            }
            // SAFETY: nothing on this heap is alive, the thread runs no more scripts, and every page and chunk was
            // allocated below with exactly this layout.
            unsafe {
                for page in (*heap.pages.get()).drain(..) {
                    dealloc(page.start, Layout::from_size_align_unchecked(page.size, GRAIN));
                }
                for chunk in (*heap.chunks.get()).drain(..) {
                    dealloc(chunk, Layout::from_size_align_unchecked(CHUNK, GRAIN));
                }
            }
            for list in heap.objects.iter().chain(&heap.buffers) {
                list.set(ptr::null_mut());
            }
            heap.bump_left.set(0);
            heap.begun.set(0);
        });
    }
}

const fn round_up(size: usize) -> usize {
    (size + GRAIN - 1) & !(GRAIN - 1)
}

/// Buffers from this many bytes on are asked for in huge pages: a quarter of the time of a transform with a large result went
/// into the faults of small ones.
const HUGE_BUFFER: usize = 4 << 20;
/// Size of a huge page.
const HUGE_PAGE: usize = 2 << 20;
/// Buffers from this many bytes on surely are mappings of their own, which the system makes longer without a copy.
const OWN_MAPPING: usize = 33 << 20;
/// What the system allocator needs for itself in a mapping.
const MAPPING_HEAD: usize = 64;

/// What is asked of the system for a large buffer of `rounded` bytes: the alignment is that of its elements, so that a vector of
/// the standard library can take it over. The mapping of a huge one is whole huge pages long, so that the system lets it begin at
/// the border of one.
fn large_layout(rounded: usize, align: usize) -> Option<Layout> {
    let size = if rounded < HUGE_BUFFER {
        rounded
    } else {
        (rounded + MAPPING_HEAD).checked_next_multiple_of(HUGE_PAGE)? - MAPPING_HEAD
    };
    Layout::from_size_align(size, align).ok()
}

/// Memory for a large buffer, in huge pages if it is huge.
fn alloc_large(layout: Layout) -> NonNull<u8> {
    // SAFETY: the layout of a large buffer has a size.
    let made = NonNull::new(unsafe { alloc(layout) }).unwrap_or_else(|| handle_alloc_error(layout));
    advise(made, layout.size());
    made
}

/// Every page of any system begins at a multiple of its size, of which this is one.
#[cfg(target_os = "linux")]
const PAGE_BORDER: usize = 64 * 1024;

/// Gives the system back what pages lie in a part of a large buffer. What is read there afterwards is what was there, or zero.
///
/// # Safety
/// Nobody else refers to these bytes, and their owner takes them to be valid whatever they are.
pub(super) unsafe fn forget(part: NonNull<u8>, size: usize) {
    #[cfg(target_os = "linux")]
    {
        let before = part.addr().get().next_multiple_of(PAGE_BORDER) - part.addr().get();
        let pages = size.saturating_sub(before) / PAGE_BORDER * PAGE_BORDER;
        if pages > 0 {
            // SAFETY: the pages lie inside the part, whose bytes may become any others by the caller's promise.
            unsafe { libc::madvise(part.as_ptr().add(before).cast(), pages, libc::MADV_DONTNEED) };
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (part, size);
}

/// Asks the system to fill what nobody has touched yet of a huge buffer with huge pages.
fn advise(buffer: NonNull<u8>, size: usize) {
    #[cfg(target_os = "linux")]
    if size >= HUGE_BUFFER {
        let before = buffer.addr().get() % PAGE_BORDER;
        let start = buffer.as_ptr().wrapping_sub(before);
        // SAFETY: this is advice on how to fill pages that nobody has touched. It changes no contents, whoever owns the bytes in
        // front of the buffer, and is ignored where nothing is mapped.
        unsafe { libc::madvise(start.cast(), before + size, libc::MADV_HUGEPAGE) };
    }
}

impl Heap {
    #[inline]
    fn charge(&self, size: usize) {
        self.used.set(self.used.get() + size);
    }

    #[inline]
    fn refund(&self, size: usize) {
        self.used.set(self.used.get() - size);
    }

    fn check(&self) {
        self.peak.set(self.peak.get().max(self.used.get()));
        if self.used.get() > self.limit.get() {
            interrupt::hurry();
        }
    }

    /// Makes a page of `class` and threads its slots onto the free list.
    #[cold]
    fn refill_objects(&self, class: usize) {
        self.check();
        let begun = self.begun.get();
        let bytes = if begun & 1 << class == 0 { FIRST_PAGE } else { PAGE };
        self.begun.set(begun | 1 << class);
        let layout = Layout::from_size_align(bytes, GRAIN).unwrap_or(Layout::new::<u128>());
        // SAFETY: the layout has a non-zero size. Zeroed slots have a reference count of zero, which marks them free.
        let start = unsafe { alloc_zeroed(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        let size = class * GRAIN;
        let mut next = ptr::null_mut();
        for slot in (0..bytes / size).rev() {
            // SAFETY: `slot * size` lies inside the page; the link word lies inside the slot (16 bytes or more).
            unsafe {
                let at = start.add(slot * size);
                at.add(books::NEXT_OBJECT).cast::<*mut u8>().write(next);
                next = at;
            }
        }
        self.objects[class].set(next);
        // SAFETY: no other reference into the vector exists; the heap is thread-local and this does not re-enter.
        unsafe { (*self.pages.get()).push(Page { start, class, size: bytes }) };
    }

    #[cold]
    fn refill_buffers(&self) {
        self.check();
        let layout = Layout::from_size_align(CHUNK, GRAIN).unwrap_or(Layout::new::<u128>());
        // The rest of the old chunk goes onto the free list of its size.
        let left = self.bump_left.get() & !(GRAIN - 1);
        if left >= GRAIN {
            let class = (left / GRAIN).min(BUFFER_CLASSES - 1);
            // SAFETY: the area from `bump` on is at least `class * GRAIN` bytes long and unused.
            unsafe { self.bump.get().cast::<*mut u8>().write(self.buffers[class].get()) };
            self.buffers[class].set(self.bump.get());
        }
        // SAFETY: the layout has a non-zero size.
        let start = unsafe { alloc(layout) };
        if start.is_null() {
            handle_alloc_error(layout);
        }
        self.bump.set(start);
        self.bump_left.set(CHUNK);
        // SAFETY: as in `refill_objects`.
        unsafe { (*self.chunks.get()).push(start) };
    }
}

/// Memory for an object of `size` bytes (header included). The count word of the slot is zero. `cyclic` objects are
/// counted, so that the end of a session knows whether any cycle is left.
#[inline]
pub(super) fn alloc_object(size: usize, cyclic: bool) -> NonNull<u8> {
    debug_assert!((GRAIN..=MAX_OBJECT).contains(&size));
    HEAP.with(|heap| {
        let class = size.div_ceil(GRAIN);
        heap.charge(class * GRAIN);
        heap.made.set(heap.made.get() + 1);
        if cyclic {
            heap.live.set(heap.live.get() + 1);
        }
        if heap.objects[class].get().is_null() {
            heap.refill_objects(class);
        }
        let slot = heap.objects[class].get();
        // SAFETY: slots on the free list are free, inside a live page, and hold the link at offset 8. Refilling made
        // the list non-empty, so `slot` is not null.
        unsafe {
            heap.objects[class].set(slot.add(books::NEXT_OBJECT).cast::<*mut u8>().read());
            NonNull::new_unchecked(slot)
        }
    })
}

/// Gives an object's memory back.
///
/// # Safety
/// `slot` came from [`alloc_object`] with the same `size` and `cyclic`, its count is zero and its body was dropped.
#[inline]
pub(super) unsafe fn free_object(slot: NonNull<u8>, size: usize, cyclic: bool) {
    HEAP.with(|heap| {
        let class = size.div_ceil(GRAIN);
        heap.refund(class * GRAIN);
        if cyclic {
            heap.live.set(heap.live.get() - 1);
        }
        // SAFETY: the slot is free and at least 16 bytes long.
        unsafe { slot.as_ptr().add(books::NEXT_OBJECT).cast::<*mut u8>().write(heap.objects[class].get()) };
        heap.objects[class].set(slot.as_ptr());
    });
}

/// Gives the memory of a container back together with that of its elements: `length` bytes, or none.
///
/// # Safety
/// As [`free_object`], for an object that can be part of a cycle, and [`free_buffer`], if there is a buffer.
#[inline]
pub(super) unsafe fn free_container(slot: NonNull<u8>, size: usize, buffer: NonNull<u8>, length: usize, align: usize) {
    if length > SMALL_BUFFER {
        // SAFETY: by the caller's promise.
        unsafe {
            free_buffer(buffer, length, align);
            free_object(slot, size, true);
        }
        return;
    }
    HEAP.with(|heap| {
        let (class, rounded) = (size.div_ceil(GRAIN), round_up(length));
        heap.refund(class * GRAIN + rounded);
        heap.live.set(heap.live.get() - 1);
        // SAFETY: both are free now; the object is at least 16 bytes long, the buffer is, too, if there is one.
        unsafe {
            slot.as_ptr().add(books::NEXT_OBJECT).cast::<*mut u8>().write(heap.objects[class].get());
            heap.objects[class].set(slot.as_ptr());
            if length > 0 {
                buffer.as_ptr().cast::<*mut u8>().write(heap.buffers[rounded / GRAIN].get());
                heap.buffers[rounded / GRAIN].set(buffer.as_ptr());
            }
        }
    });
}

/// Memory for a buffer of `size` bytes, aligned to `align`, which is at most 16. `size` must not be zero.
#[inline]
pub(super) fn alloc_buffer(size: usize, align: usize) -> NonNull<u8> {
    debug_assert!(size > 0);
    HEAP.with(|heap| {
        let rounded = round_up(size);
        heap.charge(rounded);
        heap.made.set(heap.made.get() + 1);
        if rounded > SMALL_BUFFER {
            heap.check();
            let Some(layout) = large_layout(rounded, align) else { handle_alloc_error(Layout::new::<u128>()) };
            return alloc_large(layout);
        }
        let class = rounded / GRAIN;
        let slot = heap.buffers[class].get();
        if !slot.is_null() {
            // SAFETY: buffers on the free list are free and hold the link in their first word.
            unsafe {
                heap.buffers[class].set(slot.cast::<*mut u8>().read());
                return NonNull::new_unchecked(slot);
            }
        }
        if heap.bump_left.get() < rounded {
            heap.refill_buffers();
        }
        let at = heap.bump.get();
        // SAFETY: at least `rounded` bytes are left in the chunk.
        unsafe {
            heap.bump.set(at.add(rounded));
            heap.bump_left.set(heap.bump_left.get() - rounded);
            NonNull::new_unchecked(at)
        }
    })
}

/// Makes a large buffer larger, where the system can without copying; `None` if one of the sizes is small.
///
/// # Safety
/// `buffer` came from [`alloc_buffer`] with `size` and `align`, and nothing points into it; if the result is not `None` it is gone.
pub(super) unsafe fn grow_buffer(buffer: NonNull<u8>, size: usize, align: usize, wanted: usize) -> Option<NonNull<u8>> {
    let (old, new) = (round_up(size), round_up(wanted));
    if old <= SMALL_BUFFER || new <= old {
        return None;
    }
    HEAP.with(|heap| {
        heap.charge(new - old);
        heap.made.set(heap.made.get() + 1);
        heap.check();
        let (Some(old), Some(new)) = (large_layout(old, align), large_layout(new, align)) else {
            handle_alloc_error(Layout::new::<u128>())
        };
        if new.size() >= HUGE_BUFFER && old.size() < OWN_MAPPING {
            // The system's allocator may copy, and would do so before it can be advised.
            let grown = alloc_large(new);
            // SAFETY: both are at least as long as the old buffer and do not overlap; the old one was allocated with this layout
            // and nothing points into it.
            unsafe {
                ptr::copy_nonoverlapping(buffer.as_ptr(), grown.as_ptr(), size);
                dealloc(buffer.as_ptr(), old);
            }
            return Some(grown);
        }
        // SAFETY: large buffers come from the system allocator with this layout; the new size is that of a layout and not zero.
        let grown = unsafe { realloc(buffer.as_ptr(), old, new.size()) };
        let grown = NonNull::new(grown).unwrap_or_else(|| handle_alloc_error(new));
        advise(grown, new.size());
        Some(grown)
    })
}

/// Gives a buffer back.
///
/// # Safety
/// `buffer` came from [`alloc_buffer`] with the same `size` and `align`, and nothing points into it any more.
#[inline]
pub(super) unsafe fn free_buffer(buffer: NonNull<u8>, size: usize, align: usize) {
    HEAP.with(|heap| {
        let rounded = round_up(size);
        heap.refund(rounded);
        if rounded > SMALL_BUFFER {
            if let Some(layout) = large_layout(rounded, align) {
                // SAFETY: allocated above with this layout.
                unsafe { dealloc(buffer.as_ptr(), layout) };
            }
            return;
        }
        let class = rounded / GRAIN;
        // SAFETY: the buffer is free and at least one word long.
        unsafe { buffer.as_ptr().cast::<*mut u8>().write(heap.buffers[class].get()) };
        heap.buffers[class].set(buffer.as_ptr());
    });
}

/// Lets a large buffer from [`alloc_buffer`] leave the heap: gives what the system allocator holds for it, whose owner is now the
/// caller. `None` if the buffer is small; then nothing changes.
pub(super) fn release_buffer(size: usize, align: usize) -> Option<Layout> {
    let rounded = round_up(size);
    let layout = large_layout(rounded, align).filter(|_| rounded > SMALL_BUFFER)?;
    refund(rounded);
    Some(layout)
}

/// Where this thread's heap keeps its books, for compiled code: it allocates as [`alloc_object`] and [`alloc_buffer`] do where
/// that needs no new page or chunk. The address is the same as long as the thread runs.
#[must_use]
pub(crate) fn address() -> *const u8 {
    HEAP.with(|heap| ptr::from_ref(heap).cast())
}

/// What compiled code knows of the heap: offsets from [`address`], and sizes.
pub(crate) mod books {
    use std::mem::offset_of;

    use super::Heap;

    /// Sizes are multiples of this; a size class is the multiple.
    pub const GRAIN: usize = super::GRAIN;
    /// Most bytes of a buffer from the free lists.
    pub const SMALL_BUFFER: usize = super::SMALL_BUFFER;
    /// The first of the free lists of objects, by size class.
    pub const OBJECTS: usize = offset_of!(Heap, objects);
    /// The first of the free lists of buffers, by size class.
    pub const BUFFERS: usize = offset_of!(Heap, buffers);
    /// The beginning of the area for new buffers.
    pub const BUMP: usize = offset_of!(Heap, bump);
    /// Its size.
    pub const BUMP_LEFT: usize = offset_of!(Heap, bump_left);
    /// Live bytes.
    pub const USED: usize = offset_of!(Heap, used);
    /// Live objects that can be part of a cycle.
    pub const LIVE: usize = offset_of!(Heap, live);
    /// Objects and buffers ever made.
    pub const MADE: usize = offset_of!(Heap, made);
    /// In a free object: the next one. In a free buffer it is at the beginning.
    pub const NEXT_OBJECT: usize = 8;
}

/// Counts `bytes` held outside the heap (big integers, library buffers) as used.
pub fn charge(bytes: usize) {
    HEAP.with(|heap| {
        heap.charge(bytes);
        heap.check();
    });
}

/// Takes back what [`charge`] counted.
pub fn refund(bytes: usize) {
    HEAP.with(|heap| heap.refund(bytes));
}

/// Tells that `objects` of those alive, of kinds that can be part of a cycle, stay when the session ends: the end of a run
/// need not look for cycles because of them. If it has other reasons to look, it clears them too, which must not matter.
pub fn keep(objects: usize) {
    HEAP.with(|heap| heap.kept.set(heap.kept.get() + objects));
}

/// Takes back what [`keep`] told.
pub fn give_up(objects: usize) {
    HEAP.with(|heap| heap.kept.set(heap.kept.get() - objects));
}

/// Whether the session that runs is the outermost one.
#[must_use]
pub fn is_outermost() -> bool {
    HEAP.with(|heap| heap.sessions.get() == 1)
}

/// Live bytes on this thread's heap.
#[must_use]
pub fn used() -> usize {
    HEAP.with(|heap| heap.used.get())
}

/// What a stretch of work did with this thread's heap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Objects and buffers made.
    pub made: u64,
    /// Most bytes alive at a time beyond those alive at the beginning; short bursts below a page may be missed.
    pub peak: usize,
}

/// Does `work` and says what it did with the heap. `watch` is to be called inside where most is alive.
pub fn measured<T>(work: impl FnOnce(&dyn Fn()) -> T) -> (T, Usage) {
    let (made, used) = HEAP.with(|heap| {
        heap.peak.set(heap.used.get());
        (heap.made.get(), heap.used.get())
    });
    let done = work(&|| HEAP.with(|heap| heap.peak.set(heap.peak.get().max(heap.used.get()))));
    let usage = HEAP.with(|heap| Usage { made: heap.made.get() - made, peak: heap.peak.get().saturating_sub(used) });
    (done, usage)
}

pub(super) fn over_limit() -> bool {
    HEAP.with(|heap| heap.used.get() > heap.limit.get())
}

pub(super) fn would_exceed(bytes: usize) -> bool {
    HEAP.with(|heap| heap.used.get().saturating_add(bytes) > heap.limit.get())
}

/// A stretch of time in which runs use this thread's heap under one memory limit. Sessions nest; when the outermost
/// one ends, what cycles kept alive is taken apart.
#[derive(Debug)]
pub struct Session {
    previous_limit: usize,
    /// A session belongs to its thread.
    _thread: std::marker::PhantomData<*const ()>,
}

impl Session {
    /// Begins a session that may use `limit` bytes beyond what is alive now.
    #[must_use]
    pub fn begin(limit: Option<usize>) -> Session {
        HEAP.with(|heap| {
            if heap.sessions.get() == 0 {
                THREAD_END.with(|_| ());
            }
            heap.sessions.set(heap.sessions.get() + 1);
            let bound = limit.map_or_else(|| DEFAULT_LIMIT.load(Ordering::Relaxed), |l| l.min(CEILING));
            let previous = heap.limit.replace(heap.used.get().saturating_add(bound));
            Session { previous_limit: previous, _thread: std::marker::PhantomData }
        })
    }
}

/// What a run may use when no limit was configured, so that an absurd request ends in `MemoryError` and not in the system
/// killing the process. This room does no input or output: a host that knows the machine's memory sets it.
static DEFAULT_LIMIT: AtomicUsize = AtomicUsize::new(2 << 30);

/// Sets what a run may use when no limit was configured, in bytes.
pub fn set_default_limit(bytes: usize) {
    DEFAULT_LIMIT.store(bytes.min(CEILING), Ordering::Relaxed);
}

impl Drop for Session {
    fn drop(&mut self) {
        HEAP.with(|heap| {
            heap.limit.set(self.previous_limit);
            heap.sessions.set(heap.sessions.get() - 1);
            if heap.sessions.get() == 0 && heap.live.get() > heap.kept.get() {
                break_cycles(heap);
            }
        });
    }
}

/// Empties every container that is still alive. A value that somebody still holds stays valid, but empty.
#[cold]
fn break_cycles(heap: &Heap) {
    let mut at = 0;
    loop {
        // Clearing may free objects but never allocates a page, yet the borrow ends before anything is dropped.
        // SAFETY: as in `refill_objects`.
        let page = unsafe { (&(*heap.pages.get())).get(at).map(|p| (p.start, p.class, p.size)) };
        let Some((start, class, bytes)) = page else { return };
        let size = class * GRAIN;
        for slot in 0..bytes / size {
            // SAFETY: the slot lies inside the page and begins with a header (zeroed or initialised).
            unsafe {
                let header = NonNull::new_unchecked(start.add(slot * size)).cast::<Header>();
                if header.as_ref().count() > 0 {
                    clear_object(header);
                }
            }
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_huge_buffer_grows_and_is_counted_by_what_was_asked_for() {
        let before = used();
        let mut size = HUGE_BUFFER - 16;
        let mut buffer = alloc_buffer(size, 1);
        // SAFETY: the last byte lies inside the buffer.
        unsafe { buffer.add(size - 1).write(7) };
        for wanted in [HUGE_BUFFER, 3 * HUGE_BUFFER + 5, 9 * HUGE_BUFFER] {
            // SAFETY: allocated with `size`; the byte written above lies inside the buffer.
            unsafe {
                buffer = grow_buffer(buffer, size, 1, wanted).unwrap();
                assert_eq!(buffer.add(HUGE_BUFFER - 17).read(), 7);
                buffer.add(wanted - 1).write(1);
            }
            size = wanted;
            assert_eq!(used(), before + round_up(size));
        }
        // SAFETY: allocated with this size.
        unsafe { free_buffer(buffer, size, 1) };
        assert_eq!(used(), before);
    }

    #[test]
    fn a_buffer_is_counted_and_reused() {
        let before = used();
        let (a, usage) = measured(|watch| {
            let a = alloc_buffer(40, 16);
            watch();
            a
        });
        assert_eq!(usage, Usage { made: 1, peak: 48 });
        assert_eq!(used(), before + 48);
        // SAFETY: allocated just above with this size.
        unsafe { free_buffer(a, 40, 16) };
        assert_eq!(used(), before);
        let b = alloc_buffer(33, 16);
        assert_eq!(a, b);
        // SAFETY: allocated just above with this size.
        unsafe { free_buffer(b, 33, 16) };
    }
}
