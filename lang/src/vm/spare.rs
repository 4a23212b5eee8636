//! The machine that a thread keeps between runs: a short run is over before a new one would be made.

use std::cell::Cell;

use super::Vm;
use crate::value::HVec;
use crate::value::civil::RunZone;
use crate::value::machine::{Clock, Env};

thread_local! {
    static SPARE: Cell<Option<Box<Vm>>> = const { Cell::new(None) };
}

/// A machine for one run: the one that the thread keeps, unless a run around this one has it.
#[must_use]
pub fn spare() -> Box<Vm> {
    SPARE.take().unwrap_or_else(|| Box::new(Vm::new(Env::new(Clock::System, RunZone::utc(), 0, None), 0)))
}

impl Vm {
    /// Prepares the machine for a run.
    pub fn prepare(&mut self, clock: Clock, zone: &RunZone, log_limit: usize, seed: Option<u64>, recursion_limit: u32) {
        self.env.renew(clock, zone, log_limit, seed);
        self.recursion_limit = recursion_limit;
    }

    /// Ends the run: gives up everything that the run made, and gives the log. The thread keeps the machine, unless a panic
    /// left something half done in it.
    pub fn finish(mut self: Box<Vm>, is_whole: bool) -> String {
        self.recover();
        for globals in self.globals.drain(..) {
            drop(globals.replace(HVec::new()));
        }
        self.tracker = None;
        self.profiler = None;
        self.observed.clear();
        self.native.pending = None;
        self.env.clear();
        let log = std::mem::take(&mut self.env.log.text);
        if is_whole {
            SPARE.set(Some(self));
        }
        log
    }
}
