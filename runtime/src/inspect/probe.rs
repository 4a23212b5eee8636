//! One run by hand that somebody looks at: the steps that it executes, and mocks in the place of some of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::excerpt;
use crate::engine::{BoxFuture, Hooks, Run, Step, StepEnd, Steps};
use crate::message::{Fault, Message};
use crate::model::Redactor;
use crate::testing::mocks::{Index, ReadyMock};

/// Most steps that are kept, and most bytes of them: a loop may execute many.
const MOST_STEPS: usize = 10_000;
const MOST_BYTES: usize = 16 << 20;

/// The code of a mock that cannot be used.
const MOCK: &str = "TEST:MOCK";

/// Looks at one run.
#[derive(Debug)]
pub struct Probe {
    index: Arc<Index>,
    /// In the order in which they are asked.
    mocks: Vec<ReadyMock>,
    redactor: Redactor,
    /// What was seen, if that is wanted.
    seen: Option<Mutex<Seen>>,
}

#[derive(Debug, Default)]
struct Seen {
    steps: Vec<Value>,
    bytes: usize,
    is_cut: bool,
}

impl Probe {
    /// Looks at a run with these mocks; keeps what steps were given and gave if it is `traced`.
    #[must_use]
    pub fn new(index: &Arc<Index>, mocks: Vec<ReadyMock>, redactor: &Redactor, traced: bool) -> Probe {
        let seen = traced.then(Mutex::default);
        Probe { index: Arc::clone(index), mocks, redactor: redactor.clone(), seen }
    }

    /// The steps in the order in which they ended, each with its input and output, and whether there were more.
    #[must_use]
    pub fn steps(&self) -> (Vec<Value>, bool) {
        let Some(seen) = &self.seen else { return Default::default() };
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut seen.steps), seen.is_cut)
    }
}

impl Hooks for Probe {
    fn before<'a>(&'a self, run: &'a Run, step: &'a Step, message: &'a Message) -> BoxFuture<'a, Option<StepEnd>> {
        Box::pin(async move {
            for mock in &self.mocks {
                match mock.end(&self.index, run, step, message).await {
                    Ok(None) => {}
                    Ok(end) => return end,
                    Err(reason) => return Some(StepEnd::fail(Fault::new(MOCK, reason), message.clone())),
                }
            }
            None
        })
    }

    fn after(&self, run: &Run, step: &Step, input: &Message, end: &StepEnd, took: Duration) {
        let Some(seen) = &self.seen else { return };
        let mut shown = json!({
            "flow": &*run.flow().name,
            "step": &*step.id,
            "component": step.key,
            "duration": took.as_secs_f64(),
            "input": excerpt::message(input, &self.redactor),
            "output": excerpt::message(end.message(), &self.redactor),
        });
        if let StepEnd::Fail(failure) = end {
            shown["code"] = json!(self.redactor.redact(&failure.fault.code));
            shown["description"] = json!(self.redactor.redact(&failure.fault.description));
        }
        let bytes = shown.to_string().len();
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.steps.len() >= MOST_STEPS || seen.bytes.saturating_add(bytes) > MOST_BYTES {
            seen.is_cut = true;
            return;
        }
        seen.bytes += bytes;
        seen.steps.push(shown);
    }

    fn entered(&self, _: &Run, _: &Steps) {}
}
