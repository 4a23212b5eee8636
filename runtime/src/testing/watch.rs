//! Sees every step of a case: puts mocks in the place of steps, counts executions, keeps the end of the run.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::coverage::{Branches, Trail};
use super::mocks::{Index, ReadyMock};
use crate::engine::{BoxFuture, Component, Hooks, Job, Run, Step, StepEnd, Steps};
use crate::inspect::excerpt;
use crate::message::{Failure, Fault, Message};
use crate::model::Redactor;

/// The code of a step that must not be executed for real. Nothing catches it.
const NOT_MOCKED: &str = "TEST:NOT_MOCKED";

/// How the run of a case ended: its last message, and the fault if it failed.
#[derive(Debug, Clone)]
pub struct End {
    /// The final message, or the failed one with its error.
    pub message: Message,
    /// What went wrong.
    pub fault: Option<Fault>,
}

/// What is noted while a case runs.
#[derive(Debug, Default)]
struct Seen {
    /// Executions by flow and step, mocked or not.
    calls: HashMap<(Arc<str>, Arc<str>), u32>,
    end: Option<End>,
    /// What is wrong with the test rather than with the flow.
    problems: Vec<String>,
    /// A line for each step with its input and output, if that is wanted.
    steps: Vec<String>,
    trail: Trail,
}

/// Who watches a case. Clones are the same watcher.
#[derive(Debug, Clone)]
pub struct Watch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    index: Arc<Index>,
    /// In the order in which they are asked.
    mocks: Vec<ReadyMock>,
    branches: Branches,
    /// Whether the case itself runs, not a step before or after it.
    is_case: AtomicBool,
    /// Keeps secrets out of what steps were given and gave; `None` when that is not recorded.
    recording: Option<Redactor>,
    seen: Arc<Mutex<Seen>>,
}

/// Most steps of a case that are told.
const MOST_TOLD: usize = 200;
/// Characters of a part of a message that are told.
const TOLD: usize = 200;

/// A message in a line: the texts of its parts, or their types.
fn told(message: &Message, redactor: &Redactor) -> String {
    let parts =
        [("payload", message.payload()), ("attributes", message.attributes()), ("variables", message.variables())];
    let parts = parts.map(|(name, part)| {
        let shown = excerpt::value(part, redactor);
        let text = shown.get("text").and_then(serde_json::Value::as_str);
        let text = text.map_or_else(|| format!("<{}>", part.type_name()), |text| text.replace('\n', "\\n"));
        let mut told: String = text.chars().take(TOLD).collect();
        if told.len() < text.len() {
            told.push('…');
        }
        format!("{name} {told}")
    });
    parts.join(", ")
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Collects what is wrong with a test: kept by the watcher and by what stands in for steps.
#[derive(Debug, Clone, Default)]
pub struct Problems(Arc<Mutex<Seen>>);

impl Watch {
    /// A watcher for a case with these mocks; `branches` are those of the flows that were built for it. With `recording` it keeps
    /// what steps were given and gave.
    #[must_use]
    pub fn new(
        index: &Arc<Index>,
        mocks: Vec<ReadyMock>,
        branches: Branches,
        problems: &Problems,
        recording: Option<Redactor>,
    ) -> Watch {
        let (index, seen) = (index.clone(), problems.0.clone());
        Watch(Arc::new(Inner { index, mocks, branches, is_case: AtomicBool::new(false), recording, seen }))
    }

    /// The steps of the case in the order in which they ended, each with its input and output, if that was recorded.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        self.seen().steps.clone()
    }

    /// Says that what runs from now on is the case itself, or is not.
    pub fn set_case(&self, is_case: bool) {
        self.0.is_case.store(is_case, Ordering::Release);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        lock(&self.0.seen)
    }

    /// How often a step was executed; `id` may name its flow.
    #[must_use]
    pub fn calls(&self, id: &str) -> u32 {
        let (flow, id) = self.0.index.place(id);
        let seen = self.seen();
        let found =
            seen.calls.iter().filter(|((own, step), _)| **step == *id && flow.is_none_or(|flow| *flow == **own));
        found.map(|(_, count)| *count).sum()
    }

    /// How the run ended; `None` if there was none.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.seen().end.clone()
    }

    /// What is wrong with the test.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        self.seen().problems.clone()
    }

    /// What was executed.
    #[must_use]
    pub fn trail(&self) -> Trail {
        std::mem::take(&mut self.seen().trail)
    }

    /// The mocks, in their order.
    #[must_use]
    pub fn mocks(&self) -> &[ReadyMock] {
        &self.0.mocks
    }

    async fn mocked(&self, run: &Run, step: &Step, message: &Message) -> Option<StepEnd> {
        for mock in &self.0.mocks {
            match mock.end(&self.0.index, run, step, message).await {
                Ok(None) => {}
                Ok(end) => return end,
                Err(reason) => {
                    self.seen().problems.push(reason.clone());
                    return Some(StepEnd::fail(ending(reason), message.clone()));
                }
            }
        }
        None
    }
}

/// A fault that ends the run.
fn ending(reason: String) -> Fault {
    let mut fault = Fault::new(NOT_MOCKED, reason);
    fault.catchable = false;
    fault
}

impl Hooks for Watch {
    fn before<'a>(&'a self, run: &'a Run, step: &'a Step, message: &'a Message) -> BoxFuture<'a, Option<StepEnd>> {
        Box::pin(async move {
            if !self.0.is_case.load(Ordering::Acquire) {
                return None;
            }
            *self.seen().calls.entry((run.flow().name.clone(), step.id.clone())).or_default() += 1;
            let end = self.mocked(run, step, message).await;
            if end.is_none() {
                self.seen().trail.begin(run, step);
            }
            end
        })
    }

    fn after(&self, run: &Run, step: &Step, input: &Message, end: &StepEnd, _: Duration) {
        if !self.0.is_case.load(Ordering::Acquire) {
            return;
        }
        self.seen().trail.finish(run, step, end);
        if let Some(redactor) = &self.0.recording {
            let outcome = match end {
                StepEnd::Fail(failure) => format!("failed with {}", failure.fault.code),
                _ => format!("gave {}", told(end.message(), redactor)),
            };
            let (flow, key) = (&run.flow().name, step.key);
            let line = format!("step {flow}/{} ({key}) got {} and {outcome}", step.id, told(input, redactor));
            let mut seen = self.seen();
            if seen.steps.len() < MOST_TOLD {
                seen.steps.push(line);
            }
        }
    }

    fn entered(&self, run: &Run, steps: &Steps) {
        if self.0.is_case.load(Ordering::Acquire) {
            self.seen().trail.enter(&self.0.branches, run, steps);
        }
    }

    fn ended(&self, job: &Job, result: &Result<Message, Failure>) {
        if !self.0.is_case.load(Ordering::Acquire) || job.is_background() {
            return;
        }
        self.seen().end = Some(match result {
            Ok(message) => End { message: message.clone(), fault: None },
            Err(failure) => End { message: failure.to_message(), fault: Some(failure.fault.clone()) },
        });
    }
}

/// Stands where a connector operation must not be executed for real: fails the case when it is reached.
pub struct Unmocked {
    reason: String,
    problems: Problems,
}

impl Unmocked {
    /// Stands in for a step; `reason` says why, and what to do.
    #[must_use]
    pub fn new(reason: String, problems: &Problems) -> Unmocked {
        Unmocked { reason, problems: problems.clone() }
    }
}

impl Component for Unmocked {
    fn execute<'a>(&'a self, _: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            lock(&self.problems.0).problems.push(self.reason.clone());
            StepEnd::fail(ending(self.reason.clone()), message)
        })
    }
}
