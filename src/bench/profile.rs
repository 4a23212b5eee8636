//! Where the time of a program goes, line by line: samples that the interpreter takes while a thread beats time.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dataway_lang::code::Unit;
use dataway_lang::vm::Place;
use dataway_lang::{Input, Program, RunOptions, Samples};

use super::measure;

/// Time between two samples.
const BEAT: Duration = Duration::from_micros(250);

/// What was sampled.
pub struct Profile {
    stacks: Vec<(Box<[Place]>, u64)>,
    /// Samples altogether: those of no stack fell between runs.
    pub ticks: u64,
}

/// How much a line took.
pub struct Line {
    /// Its number, from 1.
    pub line: u32,
    /// Samples while one of its own instructions ran, what that called in Rust included.
    pub own: u64,
    /// Samples while it or anything that it called ran.
    pub total: u64,
}

/// Profiles the program on the messages in turn, for about `time`.
pub fn profile(program: &Program, inputs: &[Input], options: &RunOptions, time: Duration) -> Profile {
    let samples = Arc::new(Samples::default());
    let options = RunOptions { samples: Some(Arc::clone(&samples)), ..options.clone() };
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                std::thread::sleep(BEAT);
                samples.tick();
            }
        });
        measure::rounds(program, inputs, &options, time, |_| {});
        over.store(true, Ordering::Relaxed);
    });
    Profile { stacks: samples.stacks(), ticks: samples.ticks() }
}

/// The line in which an instruction stands, and the name of its function.
fn resolve(unit: &Unit, place: Place) -> (u32, &str) {
    let code = unit.codes.get(place.code as usize);
    let span = code.and_then(|code| code.spans.get(place.at as usize).or(code.spans.last())).copied();
    let line = span.map_or(0, |span| unit.source.line_column(span.start).line);
    (line, code.map_or("?", |code| &code.name))
}

impl Profile {
    /// The lines that were seen, in order.
    pub fn lines(&self, unit: &Unit) -> Vec<Line> {
        let mut lines: BTreeMap<u32, Line> = BTreeMap::new();
        for (stack, ticks) in &self.stacks {
            let mut seen: Vec<u32> = stack.iter().map(|place| resolve(unit, *place).0).collect();
            let own = seen.last().copied();
            seen.sort_unstable();
            seen.dedup();
            for line in seen {
                let entry = lines.entry(line).or_insert(Line { line, own: 0, total: 0 });
                entry.total += ticks;
                entry.own += if own == Some(line) { *ticks } else { 0 };
            }
        }
        lines.into_values().collect()
    }

    /// The stacks as flame graph tools read them: `outer:3;inner:7 42`.
    pub fn folded(&self, unit: &Unit) -> String {
        let mut folded: BTreeMap<String, u64> = BTreeMap::new();
        for (stack, ticks) in &self.stacks {
            let frames = stack.iter().map(|place| {
                let (line, name) = resolve(unit, *place);
                format!("{name}:{line}")
            });
            *folded.entry(frames.collect::<Vec<_>>().join(";")).or_insert(0) += ticks;
        }
        folded.iter().fold(String::new(), |mut out, (stack, ticks)| {
            let _ = writeln!(out, "{stack} {ticks}");
            out
        })
    }
}
