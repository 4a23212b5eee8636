//! A run whose turn has come: its steps, its end, and what is made of that (part 4, sections 1 and 3).

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use ulid::Ulid;

use super::{Flow, Hooks, Job, Run, RunRecord, Runtime, State, StepEnd, Steps, Trace};
use crate::message::{Failure, Fault, Message};

/// What is made of the end of a run while the run still counts: an answer, for example.
pub trait Finish: Send {
    /// What that is.
    type Made: Send;

    /// Whether it sends the payload in JSON, and nothing else of the message is looked at: then the last step may make the text.
    fn is_json(&self) -> bool;

    /// Called once, also when the run was cancelled. If what it gives is a failure, so is the run.
    fn finish(
        self,
        run: &Run,
        end: &Result<Message, Failure>,
    ) -> impl Future<Output = (Self::Made, Result<(), Fault>)> + Send;
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// Its job id.
    pub job: Arc<str>,
    /// The last step's message, or what went wrong.
    pub result: Result<Message, Failure>,
}

/// What a new job needs beside its flow.
pub(super) struct Begin {
    pub id: Ulid,
    pub record: RunRecord,
    /// Whether the run log knows of the run already.
    pub is_told: bool,
    pub timeout: Option<Duration>,
    /// Stands for the run at the gate, or among the async sub-flows.
    pub permit: OwnedSemaphorePermit,
    pub extras: Extras,
}

/// What only some runs have.
#[derive(Default)]
pub(super) struct Extras {
    /// The trace that it goes on; otherwise it begins its own.
    pub trace: Option<Trace>,
    /// Who watches this run.
    pub hooks: Option<Arc<dyn Hooks>>,
}

/// Takes the job off the list of active ones, whatever happens to its task.
struct Active(Arc<Job>);

impl Drop for Active {
    fn drop(&mut self) {
        let runtime = self.0.runtime();
        let mut active = runtime.active();
        active.remove(self.0.id());
        if active.is_empty() {
            runtime.idle.notify_waiters();
        }
    }
}

/// A run whose turn has come.
pub(super) struct Begun {
    pub job: Arc<Job>,
    pub flow: Arc<Flow>,
    steps: Arc<Steps>,
    message: Message,
    record: RunRecord,
    /// Whether the run log knows of the run.
    is_told: bool,
    permit: OwnedSemaphorePermit,
    active: Active,
}

impl Begun {
    /// The run begins.
    pub fn new(
        runtime: &Arc<Runtime>,
        flow: Arc<Flow>,
        steps: Arc<Steps>,
        mut message: Message,
        mut begin: Begin,
    ) -> Begun {
        let job = Job::new(runtime, &flow, &mut begin);
        let Begin { mut record, is_told, permit, .. } = begin;
        message.set_ids(job.document().clone(), job.document().clone());
        runtime.active().insert(job.id().clone(), job.clone());
        record.state = State::Running;
        Begun { active: Active(job.clone()), job, flow, steps, message, record, is_told, permit }
    }

    /// All of the run.
    pub async fn run(mut self) -> Ended {
        let result = self.work(false).await;
        let job = self.job.id().clone();
        self.end(&result).await;
        Ended { job, result }
    }

    /// Executes the steps until they or the run end; `is_json` as in [`Finish::is_json`].
    pub async fn work(&mut self, is_json: bool) -> Result<Message, Failure> {
        let job = &self.job;
        self.is_told |= job.runtime().log().write_run(self.record.clone()).await;
        let run = Run::new(job.clone(), self.flow.clone());
        let mut work = pin!(self.steps.execute_as(&run, self.message.clone(), is_json));
        // A defect in a component fails its run and nothing else.
        let guarded =
            std::future::poll_fn(|cx| match std::panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
                Ok(poll) => poll.map(Ok),
                Err(panic) => Poll::Ready(Err(panic)),
            });
        let input = || self.message.clone();
        tokio::select! {
            // Most runs end without having waited: then nothing was set up that could have stopped them.
            biased;
            end = guarded => match end {
                Ok(StepEnd::Next(message) | StepEnd::Break(message) | StepEnd::Continue(message)) => Ok(message),
                Ok(StepEnd::Fail(failure)) => Err(failure),
                Err(panic) => Err(Failure { fault: Fault::internal(panic_text(&*panic)), message: input() }),
            },
            fault = job.stopped() => Err(Failure { fault, message: input() }),
        }
    }

    /// Takes note of the end.
    pub async fn end(self, result: &Result<Message, Failure>) {
        let Begun { job, flow, mut record, is_told, permit, active, .. } = self;
        let runtime = job.runtime();
        record.end(runtime.clock().wall(), result.as_ref().err().map(|failure| &failure.fault));
        flow.counts.end(record.state, runtime.clock().now().saturating_sub(job.started()));
        if is_told && record.error.is_none() {
            runtime.log().keep_run(record);
        } else {
            runtime.log().write_run(record).await;
        }
        if let Some(hooks) = &runtime.hooks {
            hooks.ended(&job, result);
        }
        drop(permit);
        drop(active);
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without a text")
}
