//! A progress line on a terminal, refreshed a few times a second.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::streams;

/// The progress of a stream of messages.
pub struct Progress {
    total: Option<u64>,
    seen: Arc<AtomicU64>,
    begun: Instant,
    shown: Option<Instant>,
    visible: bool,
}

const REFRESH: Duration = Duration::from_millis(200);
const BAR: usize = 30;

impl Progress {
    /// Nothing was read yet of `total` bytes; `seen` counts them.
    pub fn new(total: Option<u64>, seen: Arc<AtomicU64>) -> Progress {
        let visible = std::io::stderr().is_terminal();
        Progress { total, seen, begun: Instant::now(), shown: None, visible }
    }

    /// So many messages are done.
    pub fn show(&mut self, messages: u64) {
        if !self.visible || self.shown.is_some_and(|at| at.elapsed() < REFRESH) {
            return;
        }
        self.shown = Some(Instant::now());
        let seen = self.seen.load(Ordering::Relaxed);
        let bar = self.total.filter(|t| *t > 0).map_or_else(String::new, |total| {
            let filled = ((seen.min(total) * BAR as u64) / total) as usize;
            format!("[{}{}] {:3} %  ", "#".repeat(filled), "-".repeat(BAR - filled), seen.min(total) * 100 / total)
        });
        let seconds = self.begun.elapsed().as_secs_f64().max(0.001);
        streams::say(format_args!("\r{bar}{messages} messages, {:.0} a second\x1b[K", messages as f64 / seconds));
    }

    /// Takes the line away.
    pub fn finish(&self) {
        if self.shown.is_some() {
            streams::say("\r\x1b[K");
        }
    }
}
