//! Tier 1: machine code for what runs often, made with Cranelift.
//!
//! # The design, and why
//!
//! **One plan for each instruction.** [`plan`] decides from what is known of the registers (inferred within the function,
//! [`infer`]) and what the interpreter saw ([`seen`]) how an instruction is done. Every instruction can at least be done by
//! a call of the runtime ([`runtime::step`]), which shares its code with the interpreter; so whole functions are compiled
//! even where nothing is known of their types, and specialising is a matter of adding plans.
//!
//! **Versions.** A [`Version`](unit::Version) is one code compiled from one entry: the function's beginning or the head of
//! a loop (on-stack replacement), for the types that the registers had when the compiler was asked. Loop entries are versions of their own, so
//! that the code of a function has one way in and its types are not spoilt by what a running loop happened to hold.
//!
//! **Leaving.** A failed guard writes the machine registers back and the interpreter goes on at that instruction
//! ([`runtime::leave`]). If the interpreter had entered the code, it gets its own frame back, so that entering and leaving
//! again and again never nests. If other compiled code or a host had called it directly, there is no frame: one is made and
//! interpreted to its end on the spot, and the caller gets the result as if nothing had happened. Exceptions leave the same
//! way; so handlers, tracebacks and `finally` are the interpreter's alone, and the same as without the compiler.
//!
//! **Calls.** A function that a global variable is bound to for good is called directly, numbers in machine registers, a
//! result in two. A direct call checks the recursion limit, the stack that is left, and the thread's fuel; where one of
//! them is short, the interpreter makes the call, which needs no native stack.
//!
//! **Limits.** Loops count down in a register and look at the clock every thousand turns; a run out of memory sets the
//! thread's fuel to zero, which every turn sees.
//!
//! **Threads.** Code refers to nothing of a thread or a run: constants, globals and inline caches are found through the
//! machine. So a unit's versions are shared by all threads. A version is kept as long as its unit, because others may call
//! it. What was seen is one byte per instruction, written without order: a lost note costs speed, never correctness.
//!
//! **Being wrong.** A version that is left often because something else came than was expected is retired, and with it those that call
//! it directly; loops of it that run are left when they look at the limits next. The interpreter notes what it sees meanwhile,
//! and the next version is more general.
//!
//! **Never seen.** An instruction that gives anything, and that nobody executed yet, is left to the interpreter
//! ([`Plan::Unseen`](plan::Plan::Unseen)): a function with a long loop, called for the first time by code that is compiled already, warms up
//! as any other.

mod abi;
mod again;
mod aside;
mod compile;
mod effects;
mod emit;
mod enter;
mod infer;
mod liveness;
mod native;
mod plan;
mod report;
mod runtime;
mod seen;
mod types;
mod unit;
mod worker;

pub use native::{Mode, Native, Warmth};
pub use report::report;
pub(crate) use runtime::settle_frame;
pub use unit::{Key, Suspension, Tier};
pub use worker::wait;

/// Whether machine code can be made on machines of this kind: values are taken apart as on 64-bit little-endian ones, and
/// two results are given back in registers.
#[must_use]
pub const fn is_available() -> bool {
    !cfg!(windows) && cfg!(target_endian = "little") && size_of::<usize>() == 8
}
