//! How long reading and writing took, for `dataway bench`: a run parses and serialises wherever its script asks for it, so
//! only the formats themselves can tell.
//!
//! The watch belongs to a thread and stands still unless [`start`] was called; then an Entity costs one look at it.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// Time spent since [`start`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Bytes to values.
    pub parse: Duration,
    /// Values to bytes.
    pub write: Duration,
}

/// What is being timed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Parse,
    Write,
}

thread_local! {
    static TIMES: Cell<Option<Times>> = const { Cell::new(None) };
}

/// Starts the watch of this thread at zero.
pub fn start() {
    TIMES.set(Some(Times::default()));
}

/// Stops the watch of this thread and reads it; zero if it was not running.
pub fn stop() -> Times {
    TIMES.take().unwrap_or_default()
}

/// Does `work` and adds its time to `part`. Work of the other part inside it (writing an Entity may parse another) counts
/// there only.
#[inline]
pub(super) fn timed<T>(part: Part, work: impl FnOnce() -> T) -> T {
    let Some(before) = TIMES.get() else { return work() };
    let begun = Instant::now();
    let made = work();
    let elapsed = begun.elapsed();
    if let Some(mut times) = TIMES.get() {
        let inside = (times.parse - before.parse) + (times.write - before.write);
        let own = elapsed.saturating_sub(inside);
        match part {
            Part::Parse => times.parse += own,
            Part::Write => times.write += own,
        }
        TIMES.set(Some(times));
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_work_counts_once_and_a_still_watch_counts_nothing() {
        let wait = || {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(2) {}
        };
        timed(Part::Parse, wait);
        assert_eq!(stop(), Times::default());
        start();
        let begun = Instant::now();
        timed(Part::Write, || timed(Part::Parse, wait));
        let elapsed = begun.elapsed();
        let times = stop();
        assert!(times.parse >= Duration::from_millis(2) && times.parse + times.write <= elapsed, "{times:?}");
    }
}
