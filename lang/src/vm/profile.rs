//! Where a run spends its time: a sampling profile whose samples are taken between instructions.
//!
//! Somebody else (a thread of the host) calls [`Samples::tick`] at a steady pace. The interpreter looks at the number of
//! ticks before every instruction and counts new ones for the instruction that was running, so a long built-in gets all
//! of its time and no place of the code is favoured. Profiled runs are interpreted.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::frame::Frame;

/// An instruction of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Number of the code.
    pub code: u32,
    /// Number of the instruction.
    pub at: u32,
}

/// The samples of runs of one unit.
#[derive(Debug, Default)]
pub struct Samples {
    ticks: AtomicU64,
    stacks: Mutex<HashMap<Box<[Place]>, u64>>,
}

/// Deepest stack that a sample keeps: of a deeper one the innermost frames.
const DEEPEST: usize = 64;

impl Samples {
    /// One more unit of time has passed.
    pub fn tick(&self) {
        self.ticks.fetch_add(1, Ordering::Relaxed);
    }

    /// Ticks so far.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Box<[Place]>, u64>> {
        self.stacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stacks that were seen, outermost frame first, with their ticks. A built-in that calls back into the script begins
    /// a stack of its own.
    #[must_use]
    pub fn stacks(&self) -> Vec<(Box<[Place]>, u64)> {
        let mut stacks: Vec<_> = self.lock().iter().map(|(stack, ticks)| (stack.clone(), *ticks)).collect();
        stacks.sort();
        stacks
    }
}

/// Counts the samples of one run.
pub(super) struct Profiler {
    samples: Arc<Samples>,
    seen: u64,
    last: Place,
}

impl Profiler {
    /// A profiler that counts from now on.
    pub(super) fn new(samples: Arc<Samples>) -> Profiler {
        Profiler { seen: samples.ticks(), samples, last: Place { code: 0, at: 0 } }
    }

    /// Before instruction `at` of code `code`, which `callers` wait for.
    #[inline]
    pub(super) fn step(&mut self, code: u32, at: u32, callers: &[Frame]) {
        let ticks = self.samples.ticks();
        if ticks != self.seen {
            self.count(ticks, code, at, callers);
        }
        self.last = Place { code, at };
    }

    #[cold]
    fn count(&mut self, ticks: u64, code: u32, at: u32, callers: &[Frame]) {
        // Across a call or return the stack of the instruction before is gone: then the present one has to do.
        let leaf = if self.last.code == code { self.last } else { Place { code, at } };
        let skipped = callers.len().saturating_sub(DEEPEST);
        let outer =
            callers.iter().skip(skipped).map(|frame| Place { code: frame.code, at: frame.pc.saturating_sub(1) });
        let stack: Box<[Place]> = outer.chain([leaf]).collect();
        *self.samples.lock().entry(stack).or_insert(0) += ticks - self.seen;
        self.seen = ticks;
    }
}
