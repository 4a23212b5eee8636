//! Interior mutability for objects, with a known layout and a flag that turns a wrong borrow into a panic.
//!
//! `RefCell` would do, but compiled code needs to know where the flag and the contents lie.
#![allow(unsafe_code)]

use std::cell::{Cell, UnsafeCell};
use std::ops::{Deref, DerefMut};

/// A value that is borrowed at run time: any number of readers or one writer. A conflict is a bug of ours, never of a
/// script, and panics; the run's boundary turns that into an internal error.
#[derive(Default)]
#[repr(C)]
pub struct Guarded<T> {
    /// Readers, or -1 for a writer.
    state: Cell<i32>,
    value: UnsafeCell<T>,
}

impl<T> Guarded<T> {
    /// Offset of the contents; the flag is at offset 0.
    pub(super) const VALUE: usize = std::mem::offset_of!(Guarded<T>, value);

    /// Wraps `value`.
    #[inline]
    pub const fn new(value: T) -> Self {
        Guarded { state: Cell::new(0), value: UnsafeCell::new(value) }
    }

    /// The contents, which nobody else can refer to.
    #[inline]
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// Borrows for reading.
    #[inline]
    #[track_caller]
    pub fn borrow(&self) -> Reading<'_, T> {
        let state = self.state.get();
        if state < 0 {
            conflict();
        }
        self.state.set(state + 1);
        // SAFETY: the flag says that there is no writer.
        Reading { value: unsafe { &*self.value.get() }, state: &self.state }
    }

    /// Borrows for writing.
    #[inline]
    #[track_caller]
    pub fn borrow_mut(&self) -> Writing<'_, T> {
        if self.state.get() != 0 {
            conflict();
        }
        self.state.set(-1);
        // SAFETY: the flag says that there is nobody else.
        Writing { value: unsafe { &mut *self.value.get() }, state: &self.state }
    }

    /// Whether somebody is reading or writing.
    pub fn is_borrowed(&self) -> bool {
        self.state.get() != 0
    }

    /// Puts `value` in and gives back what was there.
    #[track_caller]
    pub fn replace(&self, value: T) -> T {
        std::mem::replace(&mut *self.borrow_mut(), value)
    }
}

#[cold]
#[track_caller]
fn conflict() -> ! {
    panic!("an object is used while it is being changed")
}

impl<T: std::fmt::Debug> std::fmt::Debug for Guarded<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.state.get() < 0 { f.write_str("<borrowed>") } else { self.borrow().value.fmt(f) }
    }
}

/// A read borrow.
pub struct Reading<'a, T> {
    value: &'a T,
    state: &'a Cell<i32>,
}

impl<T> Deref for Reading<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T> Drop for Reading<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.state.set(self.state.get() - 1);
    }
}

/// A write borrow.
pub struct Writing<'a, T> {
    value: &'a mut T,
    state: &'a Cell<i32>,
}

impl<T> Deref for Writing<'_, T> {
    type Target = T;
    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T> DerefMut for Writing<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.value
    }
}

impl<T> Drop for Writing<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.state.set(0);
    }
}
