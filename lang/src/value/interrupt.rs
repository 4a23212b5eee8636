//! The one place where long work asks whether it may go on (spec 11.1).
//!
//! A run has a deadline, a memory limit and may be cancelled. Every loop over data of unbounded size reports its
//! progress here; now and then the report looks at the clock, the heap's counter and the cancel flag. The state is
//! thread-local because a run stays on one thread.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::heap;

/// Why a run was stopped. A stop cannot be caught by a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The time limit passed.
    Time,
    /// The memory limit was, or would have been, exceeded.
    Memory,
    /// The host cancelled the run.
    Cancelled,
}

/// Elementary steps (1–10 ns each) between two looks at the clock.
const QUANTUM: u64 = 100_000;

thread_local! {
    static FUEL: Cell<u64> = const { Cell::new(QUANTUM) };
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
    /// The time limit of a run that nobody has looked at since it began.
    static TIME: Cell<Option<Duration>> = const { Cell::new(None) };
    static CANCEL: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// Reports `units` elementary steps (1–10 ns each) of work.
///
/// # Errors
/// The reason for which the run must end.
#[inline]
pub fn checkpoint(units: u64) -> Result<(), Stop> {
    let fuel = FUEL.get();
    if fuel > units {
        FUEL.set(fuel - units);
        return Ok(());
    }
    look()
}

/// Where this thread counts the steps left until the next look, for compiled code: it subtracts as [`checkpoint`] does.
#[must_use]
pub fn fuel() -> *const Cell<u64> {
    FUEL.with(std::ptr::from_ref)
}

/// Counts work that is done already and cannot be interrupted, such as copying a list: the next [`checkpoint`] knows of it.
#[inline]
pub fn spend(units: u64) {
    FUEL.set(FUEL.get().saturating_sub(units));
}

/// Looks at the clock, the heap and the cancel flag now.
///
/// # Errors
/// The reason for which the run must end.
#[cold]
pub fn look() -> Result<(), Stop> {
    FUEL.set(QUANTUM);
    if heap::over_limit() {
        return Err(Stop::Memory);
    }
    if let Some(limit) = TIME.take() {
        // A limit that no clock can express is none.
        DEADLINE.set(Instant::now().checked_add(limit));
    }
    if DEADLINE.get().is_some_and(|at| Instant::now() >= at) {
        return Err(Stop::Time);
    }
    if CANCEL.with_borrow(|flag| flag.as_ref().is_some_and(|f| f.load(Ordering::Relaxed))) {
        return Err(Stop::Cancelled);
    }
    Ok(())
}

/// Asks whether `bytes` more may be allocated. To be called before an allocation whose size a script controls.
///
/// # Errors
/// [`Stop::Memory`] when that would exceed the limit.
pub fn reserve(bytes: usize) -> Result<(), Stop> {
    if heap::would_exceed(bytes) { Err(Stop::Memory) } else { Ok(()) }
}

/// Makes the next [`checkpoint`] look at everything.
pub(super) fn hurry() {
    FUEL.set(0);
}

/// What bounds the run on this thread. Dropping it restores what was in force before.
#[derive(Debug)]
pub struct Guard {
    deadline: Option<Instant>,
    time: Option<Duration>,
    cancel: Option<Arc<AtomicBool>>,
}

/// Puts a deadline and a cancel flag in force on this thread.
#[must_use]
pub fn guard(deadline: Option<Instant>, cancel: Option<Arc<AtomicBool>>) -> Guard {
    FUEL.set(QUANTUM);
    Guard { deadline: DEADLINE.replace(deadline), time: TIME.take(), cancel: CANCEL.replace(cancel) }
}

/// Puts a time limit and a cancel flag in force on this thread. The clock is first read when the work first looks at its
/// limits, less than a millisecond after it began: most runs are over before.
#[must_use]
pub fn guard_for(time: Option<Duration>, cancel: Option<Arc<AtomicBool>>) -> Guard {
    let guard = guard(None, cancel);
    TIME.set(time);
    guard
}

impl Drop for Guard {
    fn drop(&mut self) {
        DEADLINE.set(self.deadline);
        TIME.set(self.time);
        CANCEL.set(self.cancel.take());
    }
}
