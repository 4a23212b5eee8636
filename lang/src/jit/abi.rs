//! How compiled code is called and what it gives back.

use crate::value::Value;
use crate::vm::{Frame, Vm};

/// Two machine words: a value, or one of the marks below in the first byte.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Pair {
    /// First word of the value: its tag.
    pub first: u64,
    /// Second word.
    pub second: u64,
}

/// The frame was written back: the interpreter goes on with it.
pub const LEFT: u64 = 0xfd;
/// The frame was written back, and the pending exception is raised in it.
pub const THREW: u64 = 0xfe;
/// An exception left the function; it is pending. Only for calls without a frame.
pub const FAILED: u64 = 0xff;

impl Pair {
    /// A mark.
    pub const fn mark(mark: u64) -> Pair {
        Pair { first: mark, second: 0 }
    }

    /// A value.
    pub fn value(value: Value) -> Pair {
        let [first, second] = value.into_words();
        Pair { first, second }
    }
}

/// Compiled code as other compiled code calls it: the machine, a frame or null, then the registers that are not empty at
/// the entry, each in the machine registers of its type. Only the address is known to Rust.
pub type Body = *const u8;

/// Compiled code as Rust calls it: the registers' words are read from memory. A generator's code also gets the address of its
/// frame's registers, and the number of the `yield` behind which it goes on, or zero: then the words count.
pub type Adapter =
    unsafe extern "C" fn(vm: *mut Vm, frame: *mut Frame, words: *const u64, slots: *mut Value, point: u64) -> Pair;

/// What runtime functions give back: done.
pub const OK: u64 = 0;
/// What runtime functions give back: an exception is pending.
pub const ERROR: u64 = 2;
