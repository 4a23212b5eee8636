//! `log.trace: payloads`: the input and output message of every step into the run log.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::excerpt;
use crate::engine::{BoxFuture, Event, Hooks, Level, Run, Step, StepEnd, StepTrace, Steps};
use crate::message::Message;
use crate::model::Redactor;

/// Most bytes of traces that wait for the store: more are dropped and counted, as other events of no importance.
const MOST_WAITING: usize = 64 << 20;

/// Records every step of an app.
#[derive(Debug, Default)]
pub struct Recorder {
    redactor: Redactor,
    waiting: Arc<AtomicUsize>,
}

impl Recorder {
    /// A recorder that keeps these secrets out.
    #[must_use]
    pub fn new(redactor: &Redactor) -> Recorder {
        Recorder { redactor: redactor.clone(), waiting: Arc::default() }
    }
}

/// Counts the bytes of a trace for as long as it waits.
#[derive(Debug)]
struct Waits {
    bytes: usize,
    all: Arc<AtomicUsize>,
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Hooks for Recorder {
    fn before<'a>(&'a self, _: &'a Run, _: &'a Step, _: &'a Message) -> BoxFuture<'a, Option<StepEnd>> {
        Box::pin(std::future::ready(None))
    }

    fn after(&self, run: &Run, step: &Step, input: &Message, end: &StepEnd, took: Duration) {
        let log = run.runtime().log();
        if self.waiting.load(Ordering::Relaxed) > MOST_WAITING {
            log.drop_one();
            return;
        }
        let [input, output] =
            [input, end.message()].map(|message| excerpt::message(message, &self.redactor).to_string());
        let bytes = input.len() + output.len();
        self.waiting.fetch_add(bytes, Ordering::Relaxed);
        let waits = Waits { bytes, all: Arc::clone(&self.waiting) };
        let mut event = Event::new(run.clock().wall(), Level::Debug, "");
        event.job = run.job().id().clone();
        event.flow = run.flow().name.clone();
        event.step = step.id.clone();
        event.component = step.key;
        event.duration = Some(took);
        if let StepEnd::Fail(failure) = end {
            event.code = failure.fault.code.to_string();
        }
        event.trace = Some(Arc::new(StepTrace { input, output, waits: Box::new(waits) }));
        event.is_silent = true;
        log.offer(event);
    }

    fn entered(&self, _: &Run, _: &Steps) {}
}
