//! Running a program again and again with a clock in hand.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dataway_lang::mime::stopwatch;
use dataway_lang::value::heap::{self, Usage};
use dataway_lang::{Datum, Input, Outcome, Program, Report, RunOptions};

use crate::output::{self, Style};

/// Nanoseconds of many runs.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Half of the runs took no longer.
    pub median: u64,
    /// All but one in a hundred took no longer.
    pub p99: u64,
    /// The fastest.
    pub least: u64,
}

/// What was found out about a program.
#[derive(Debug)]
pub struct Measured {
    /// Runs that were timed.
    pub runs: usize,
    /// How many messages there were; more than one with `--each`.
    pub messages: usize,
    /// Whole runs: from the bytes of the payload to the bytes of the result.
    pub total: Times,
    /// Making values of bytes, the median.
    pub parse: u64,
    /// Everything between parsing and serialising.
    pub transform: u64,
    /// Making bytes of values, the median.
    pub serialise: u64,
    /// Bytes of all payloads.
    pub bytes_in: usize,
    /// Bytes of all results.
    pub bytes_out: usize,
    /// What a run does with the heap, the mean.
    pub heap: Usage,
}

/// Why it could not be measured.
pub struct Failure {
    /// Number of the message, from 1.
    pub message: u64,
    /// What happened.
    pub report: Box<Report>,
    /// What the run had printed.
    pub log: String,
}

/// Runs before anything is measured take this part of the time.
const WARM_UP: u32 = 5;
/// Most runs that are timed.
const MOST_RUNS: usize = 2_000_000;

/// Runs the program and gives the bytes of its result, as `dataway eval` would write them.
fn once(program: &Program, input: &Input, options: &RunOptions) -> Outcome<Vec<u8>> {
    program.run(input, options, |cx, value| output::bytes(cx, value, Style::Json, false))
}

/// Measures the program on the messages in turn, for about `time`.
pub fn measure(program: &Program, inputs: &[Input], options: &RunOptions, time: Duration) -> Result<Measured, Failure> {
    let mut bytes_out = 0;
    let mut usage = Usage::default();
    for (input, message) in inputs.iter().zip(1..) {
        let (outcome, used) = heap::measured(|_| once(program, input, options));
        let Outcome { result, log } = outcome;
        bytes_out += result.map_err(|report| Failure { message, report, log })?.len();
        usage = used;
    }
    rounds(program, inputs, options, time / WARM_UP, |_| {});
    if inputs.len() > 1 {
        let ((), all) = heap::measured(|_| inputs.iter().for_each(|input| drop(once(program, input, options))));
        usage = Usage { made: all.made / inputs.len() as u64, peak: all.peak };
    } else if let Some(input) = inputs.first() {
        let (_, warm) = heap::measured(|watch| {
            program.run(input, options, |cx, value| {
                watch();
                output::bytes(cx, value, Style::Json, false)
            })
        });
        usage = Usage { made: warm.made, peak: warm.peak.max(usage.peak) };
    }
    let mut total = Vec::new();
    rounds(program, inputs, options, time / 2, |elapsed| total.push(nanoseconds(elapsed)));
    let (mut parse, mut write) = (Vec::new(), Vec::new());
    stopwatch::start();
    rounds(program, inputs, options, time / 4, |_| {
        let times = stopwatch::stop();
        parse.push(nanoseconds(times.parse));
        write.push(nanoseconds(times.write));
        stopwatch::start();
    });
    stopwatch::stop();
    let total_times = times(&mut total);
    let (parse, serialise) = (times(&mut parse).median, times(&mut write).median);
    Ok(Measured {
        runs: total.len(),
        messages: inputs.len(),
        total: total_times,
        parse,
        transform: total_times.median.saturating_sub(parse + serialise),
        serialise,
        bytes_in: inputs.iter().map(|input| payload_size(&input.payload)).sum(),
        bytes_out,
        heap: usage,
    })
}

/// Runs the program on the messages in turn until the time is over, each at least once, and says how long each run took.
pub fn rounds(
    program: &Program,
    inputs: &[Input],
    options: &RunOptions,
    time: Duration,
    mut see: impl FnMut(Duration),
) {
    let turns = turns(inputs);
    let begun = Instant::now();
    let mut runs = 0;
    loop {
        for input in &*turns {
            let started = Instant::now();
            let outcome = once(program, input, options);
            see(started.elapsed());
            drop(outcome);
            runs += 1;
        }
        if begun.elapsed() >= time || runs >= MOST_RUNS {
            return;
        }
    }
}

/// The messages; a small one that is alone takes turns with another of the same content. A thread keeps what it found out about
/// the last small text, and nobody sends the same one all the time.
fn turns(inputs: &[Input]) -> Cow<'_, [Input]> {
    /// Bytes of a payload that is not small.
    const LARGE: usize = 1 << 20;
    let [only] = inputs else { return Cow::Borrowed(inputs) };
    let mut other = only.clone();
    match &mut other.payload {
        Datum::Entity { bytes, .. } if bytes.len() < LARGE => *bytes = Arc::from(&**bytes),
        _ => return Cow::Borrowed(inputs),
    }
    Cow::Owned(vec![only.clone(), other])
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn times(samples: &mut [u64]) -> Times {
    samples.sort_unstable();
    let at = |n: usize| samples.get(n.min(samples.len().saturating_sub(1))).copied().unwrap_or(0);
    Times { median: at(samples.len() / 2), p99: at(samples.len() * 99 / 100), least: at(0) }
}

fn payload_size(payload: &Datum) -> usize {
    match payload {
        Datum::None | Datum::Document(_) => 0,
        Datum::Entity { bytes, .. } | Datum::Decoded { bytes, .. } | Datum::Row { bytes, .. } => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles() {
        let mut samples: Vec<u64> = (1..=200).rev().collect();
        let times = times(&mut samples);
        assert_eq!((times.least, times.median, times.p99), (1, 101, 199));
    }
}
