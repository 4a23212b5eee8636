//! What an app counts and times about itself; the admin API shows it (part 4, section 5).
//!
//! Everything here is written from the hot path of runs: a few atomic additions, and a lock only for what failed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::State;

/// Upper bounds of the buckets of all histograms, in microseconds.
pub const BOUNDS: [u64; 17] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000, 60_000_000,
];

/// How often something took how long.
#[derive(Debug, Default)]
pub struct Histogram {
    /// One for each bound, not cumulative.
    buckets: [AtomicU64; BOUNDS.len()],
    /// Longer than the last bound.
    beyond: AtomicU64,
    nanoseconds: AtomicU64,
}

/// The state of histograms at one moment; several can be added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Distribution {
    /// Observations up to each bound, those of smaller bounds included.
    pub cumulative: [u64; BOUNDS.len()],
    /// All observations.
    pub count: u64,
    /// Their sum.
    pub sum: Duration,
}

impl Histogram {
    /// Takes note of a duration.
    pub fn observe(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        self.buckets.get(bucket).unwrap_or(&self.beyond).fetch_add(1, Ordering::Relaxed);
        self.nanoseconds.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Distribution {
    /// Adds what a histogram holds now.
    pub fn add(&mut self, histogram: &Histogram) {
        let mut below = 0;
        for (total, bucket) in self.cumulative.iter_mut().zip(&histogram.buckets) {
            below += bucket.load(Ordering::Relaxed);
            *total += below;
        }
        self.count += below + histogram.beyond.load(Ordering::Relaxed);
        self.sum = self.sum.saturating_add(Duration::from_nanos(histogram.nanoseconds.load(Ordering::Relaxed)));
    }
}

impl From<&Histogram> for Distribution {
    fn from(histogram: &Histogram) -> Distribution {
        let mut made = Distribution::default();
        made.add(histogram);
        made
    }
}

/// How the executions of a step ended, and what they took.
#[derive(Debug, Default)]
pub struct StepCounts {
    /// Without an error.
    pub succeeded: AtomicU64,
    /// With an error.
    pub failed: AtomicU64,
    /// What whole executions took.
    pub seconds: Histogram,
    /// What expressions and scripts took in executions that had any.
    pub scripts: Histogram,
    /// Failures by code. Kept for connector operations only, whose codes are known names.
    failures: Mutex<BTreeMap<String, u64>>,
}

impl StepCounts {
    /// Takes note of a failed operation.
    #[cold]
    pub fn failed_with(&self, code: &str) {
        *self.failures.lock().unwrap_or_else(PoisonError::into_inner).entry(code.to_owned()).or_default() += 1;
    }

    /// Failures of operations by code.
    #[must_use]
    pub fn failures(&self) -> BTreeMap<String, u64> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How the runs of a flow ended, and what they took.
#[derive(Debug, Default)]
pub struct FlowCounts {
    succeeded: AtomicU64,
    failed: AtomicU64,
    cancelled: AtomicU64,
    /// What runs took from their start.
    pub seconds: Histogram,
}

impl FlowCounts {
    /// The states in which runs end, with the number of runs that did.
    #[must_use]
    pub fn ended(&self) -> [(State, u64); 3] {
        [(State::Succeeded, &self.succeeded), (State::Failed, &self.failed), (State::Cancelled, &self.cancelled)]
            .map(|(state, count)| (state, count.load(Ordering::Relaxed)))
    }

    /// Takes note of a run that ended.
    pub fn end(&self, state: State, time: Duration) {
        let count = match state {
            State::Succeeded => &self.succeeded,
            State::Failed => &self.failed,
            State::Cancelled => &self.cancelled,
            State::Queued | State::Running => return,
        };
        count.fetch_add(1, Ordering::Relaxed);
        self.seconds.observe(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observations_fall_into_buckets() {
        let histogram = Histogram::default();
        for micros in [0, 100, 101, 1_000, 60_000_000, 60_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        let seen = Distribution::from(&histogram);
        assert_eq!((seen.cumulative[0], seen.cumulative[1], seen.cumulative[3]), (2, 3, 4));
        assert_eq!((seen.cumulative[BOUNDS.len() - 1], seen.count), (5, 6));
        assert_eq!(seen.sum, Duration::from_micros(120_001_202));
    }
}
