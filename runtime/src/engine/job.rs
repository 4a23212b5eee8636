//! A run from its admission to its end (part 4, sections 1 to 3).

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use dataway_lang::Document;
use tokio::sync::{Notify, OwnedSemaphorePermit, TryAcquireError};
use tokio_util::sync::CancellationToken;
use ulid::Ulid;

use super::{Flow, Hooks, Run, RunRecord, Runtime, Several, State, StepEnd, Steps, Trace};
use crate::message::{Failure, Fault, Message};

/// A run as a whole: what all its paths share.
pub struct Job {
    id: Arc<str>,
    document: Document,
    runtime: Arc<Runtime>,
    parent: Option<Arc<str>>,
    flow: Arc<str>,
    trace: Trace,
    /// Who watches this run alone.
    hooks: Option<Arc<dyn Hooks>>,
    /// When it ends at the latest, on the app's clock.
    deadline: Option<Duration>,
    started: Duration,
    /// The code with which it was cancelled.
    reason: OnceLock<&'static str>,
    /// Tells that there is one.
    cancelled: Notify,
    steps: AtomicU64,
    memory: AtomicUsize,
    branches: AtomicU64,
}

/// What a trigger, the command line, a test or a step asks for.
#[derive(Debug)]
pub struct Request {
    /// The flow.
    pub flow: Arc<Flow>,
    /// The kind of the trigger: `http-listener`, `scheduler`, `cli`, `test`, `async`.
    pub trigger: &'static str,
    /// The first message.
    pub message: Message,
}

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
struct Begin {
    id: Ulid,
    record: RunRecord,
    /// Whether the run log knows of the run already.
    is_told: bool,
    timeout: Option<Duration>,
    /// Stands for the run at the gate, or among the async sub-flows.
    permit: OwnedSemaphorePermit,
    extras: Extras,
}

/// What only some runs have.
#[derive(Default)]
struct Extras {
    /// The trace that it goes on; otherwise it begins its own.
    trace: Option<Trace>,
    /// Who watches this run.
    hooks: Option<Arc<dyn Hooks>>,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Job {} of {}>", self.id, self.flow)
    }
}

impl Job {
    /// The id.
    #[must_use]
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// The id as a value.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The job that started this one.
    #[must_use]
    pub fn parent(&self) -> Option<&Arc<str>> {
        self.parent.as_ref()
    }

    /// The flow it began with.
    #[must_use]
    pub fn flow(&self) -> &Arc<str> {
        &self.flow
    }

    /// The trace that it belongs to.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Who watches this run alone.
    pub(super) fn hooks(&self) -> Option<&dyn Hooks> {
        self.hooks.as_deref()
    }

    /// When it began, on the app's clock.
    #[must_use]
    pub fn started(&self) -> Duration {
        self.started
    }

    /// The app.
    #[must_use]
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// Whether it was started by an `async` step.
    #[must_use]
    pub fn is_background(&self) -> bool {
        self.parent.is_some()
    }

    /// Ends the run with a code that cannot be caught. The first reason counts.
    pub fn cancel(&self, reason: &'static str) {
        let _ = self.reason.set(reason);
        self.cancelled.notify_waiters();
    }

    /// An id for the message of a path beside the first one.
    #[must_use]
    pub fn branch_id(&self) -> Document {
        format!("{}-{}", self.id, self.branches.fetch_add(1, Ordering::Relaxed) + 1).into()
    }

    /// Counts a step execution.
    pub(super) fn count_step(&self) -> Result<(), Fault> {
        let max = self.runtime.settings().max_steps;
        if self.steps.fetch_add(1, Ordering::Relaxed) >= max {
            return Err(Fault::new("CORE:LIMIT_STEPS", format!("the run executed more than {max} steps")));
        }
        Ok(())
    }

    /// Accounts for memory: `after` bytes in the place of `before`.
    pub(super) fn account(&self, before: usize, after: usize) -> Result<(), Fault> {
        let total = if after >= before {
            let more = after - before;
            self.memory.fetch_add(more, Ordering::Relaxed).saturating_add(more)
        } else {
            self.memory.fetch_sub(before - after, Ordering::Relaxed);
            return Ok(());
        };
        let limit = self.runtime.settings().memory;
        if total > limit {
            return Err(Fault::new("CORE:LIMIT_MEMORY", format!("the values of the run take more than {limit} bytes")));
        }
        Ok(())
    }

    pub(super) fn release(&self, bytes: usize) {
        self.memory.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Completes when the run is cancelled, with the code.
    async fn cancellation(&self) -> &'static str {
        loop {
            // Made before the look, so that it hears of whatever comes after it.
            let told = self.cancelled.notified();
            match self.reason.get() {
                Some(reason) => return reason,
                None => told.await,
            }
        }
    }

    /// Completes when the run must end although its steps go on: cancelled, or at its deadline.
    async fn stopped(&self) -> Fault {
        let deadline = async {
            match self.deadline {
                Some(at) => self.runtime.clock().alarm(at).await,
                None => std::future::pending().await,
            }
        };
        let reason = tokio::select! {
            biased;
            reason = self.cancellation() => reason,
            () = deadline => "CORE:RUN_TIMEOUT",
        };
        let description = match reason {
            "CORE:RUN_TIMEOUT" => {
                let limit = self.deadline.unwrap_or_default().saturating_sub(self.started);
                format!("the run took longer than {limit:?}")
            }
            "CORE:SHUTDOWN" => "the app is shutting down".to_owned(),
            _ => "the run was cancelled".to_owned(),
        };
        Fault::new(reason, description)
    }
}

impl Runtime {
    /// Runs a flow: waits for its turn at the flow's gate, executes it on a task of its own, and gives how it ended. Dropping
    /// the future leaves the queue, but a run that has begun goes on to its end.
    ///
    /// # Errors
    /// `CORE:QUEUE_FULL` or `CORE:SHUTDOWN` when there is no run.
    pub async fn run(self: &Arc<Self>, request: Request) -> Result<Ended, Fault> {
        self.run_with(request, Extras::default()).await
    }

    /// Runs a flow while somebody watches this run, beside whoever watches all runs.
    ///
    /// # Errors
    /// As [`Runtime::run`].
    pub async fn run_watched(self: &Arc<Self>, request: Request, hooks: Arc<dyn Hooks>) -> Result<Ended, Fault> {
        let hooks = Several::of([hooks].into_iter().chain(self.hooks.clone()).collect());
        self.run_with(request, Extras { hooks, ..Extras::default() }).await
    }

    async fn run_with(self: &Arc<Self>, request: Request, extras: Extras) -> Result<Ended, Fault> {
        let run = self.admit(request, extras).await?.run();
        tokio::spawn(run).await.map_err(|_| Fault::internal("the task of a run ended before it"))
    }

    /// Runs a flow as part of a trace on the task of the caller, and makes something of its end before the run is over. For
    /// callers that are never dropped before their end: the run would be lost without a record.
    ///
    /// # Errors
    /// As [`Runtime::run`].
    pub async fn run_here<F: Finish>(
        self: &Arc<Self>,
        request: Request,
        finish: F,
        trace: Option<Trace>,
    ) -> Result<F::Made, Fault> {
        let mut begun = self.admit(request, Extras { trace, hooks: None }).await?;
        let mut result = begun.work(finish.is_json()).await;
        let (made, finished) = finish.finish(&Run::new(begun.job.clone(), begun.flow.clone()), &result).await;
        // The first error is the one that counts.
        if let (Err(fault), Ok(message)) = (finished, &result) {
            result = Err(Failure { fault, message: message.clone() });
        }
        begun.end(&result).await;
        Ok(made)
    }

    /// Waits for the turn of a run.
    async fn admit(self: &Arc<Self>, request: Request, extras: Extras) -> Result<Begun, Fault> {
        let Request { flow, trigger, message } = request;
        let id = Ulid::generate();
        let mut record = RunRecord::new(id, None, &flow, trigger, self.clock.wall());
        let mut queued = None;
        let waits = || queued.insert(Queued::new(self, record.clone())).ended.clone();
        let entered = flow.gate.enter(&self.clock, &self.stopping, waits).await;
        if queued.is_some() {
            record.started = self.clock.wall();
        }
        let begun = entered.map(|permit| {
            let is_told = queued.as_ref().is_some_and(|queued| queued.is_told);
            let begin = Begin { id, record, is_told, timeout: flow.timeout, permit, extras };
            let steps = flow.steps.clone();
            self.begin(flow, steps, message, begin)
        });
        if let Some(queued) = queued {
            // The wait may have been ended at the moment at which it was over.
            if let Ok(begun) = &begun
                && queued.ended.is_cancelled()
            {
                let _ = self.cancel(&begun.job.id);
            }
            queued.leave(begun.as_ref().err()).await;
        }
        begun
    }

    /// Starts steps beside a run, as a run of their own that takes part in nothing of it (`async`). When too many are in flight
    /// it waits, but not for itself.
    ///
    /// # Errors
    /// `CORE:LIMIT_ASYNC` when it would have to wait inside an async sub-flow.
    pub async fn background(
        self: &Arc<Self>,
        parent: &Run,
        steps: &Arc<Steps>,
        message: Message,
    ) -> Result<Arc<str>, Fault> {
        let slots = self.background.clone();
        let permit = match slots.clone().try_acquire_owned() {
            Err(TryAcquireError::NoPermits) if parent.job().is_background() => {
                let most = self.settings.async_max;
                return Err(Fault::new("CORE:LIMIT_ASYNC", format!("{most} async sub-flows are in flight")));
            }
            Err(_) => slots.acquire_owned().await.map_err(|_| Fault::internal("async sub-flows are closed"))?,
            Ok(permit) => permit,
        };
        let id = Ulid::generate();
        let parent_job = Some(parent.job().id().clone());
        let record = RunRecord::new(id, parent_job, parent.flow(), "async", self.clock.wall());
        let (trace, hooks) = (Some(parent.job().trace().within(parent.span())), parent.job().hooks.clone());
        let extras = Extras { trace, hooks };
        let begin = Begin { id, record, is_told: false, timeout: None, permit, extras };
        let begun = self.begin(parent.flow().clone(), steps.clone(), message, begin);
        let job = begun.job.id.clone();
        tokio::spawn(begun.run());
        Ok(job)
    }

    fn begin(self: &Arc<Self>, flow: Arc<Flow>, steps: Arc<Steps>, mut message: Message, begin: Begin) -> Begun {
        let Begin { id: ulid, mut record, is_told, timeout, permit, extras } = begin;
        let id = record.run.job.clone();
        let document = Document::Text(Arc::from(id.clone()));
        let started = self.clock.now();
        let job = Arc::new(Job {
            id: id.clone(),
            document: document.clone(),
            runtime: self.clone(),
            parent: record.run.parent.clone(),
            flow: flow.name.clone(),
            trace: extras.trace.unwrap_or_else(|| Trace::of_job(ulid)),
            hooks: extras.hooks,
            deadline: timeout.map(|timeout| started.saturating_add(timeout)),
            started,
            reason: OnceLock::new(),
            cancelled: Notify::const_new(),
            steps: AtomicU64::new(0),
            memory: AtomicUsize::new(0),
            branches: AtomicU64::new(0),
        });
        message.set_ids(document.clone(), document);
        self.active().insert(id, job.clone());
        record.state = State::Running;
        Begun { active: Active(job.clone()), job, flow, steps, message, record, is_told, permit }
    }
}

/// A run that waits for its turn. Whoever is dropped meanwhile has left the queue.
struct Queued<'a> {
    runtime: &'a Runtime,
    record: RunRecord,
    is_told: bool,
    ended: CancellationToken,
}

impl<'a> Queued<'a> {
    fn new(runtime: &'a Runtime, record: RunRecord) -> Queued<'a> {
        let ended = CancellationToken::new();
        runtime.queued().insert(record.run.job.clone(), ended.clone());
        let is_told = runtime.log().offer_run(record.clone());
        Queued { runtime, record, is_told, ended }
    }

    /// The wait is over: the turn has come, or never will.
    async fn leave(mut self, fault: Option<&Fault>) {
        let Some(fault) = fault else {
            self.record.state = State::Running;
            return;
        };
        self.record.end(self.runtime.clock().wall(), Some(fault));
        self.runtime.log().write_run(self.record.clone()).await;
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.runtime.queued().remove(&self.record.run.job);
        if self.record.state == State::Queued {
            let fault = Fault::new("CORE:CANCELLED", "nobody waits for the run any more");
            self.record.end(self.runtime.clock().wall(), Some(&fault));
            let (log, end) = (self.runtime.log(), self.record.clone());
            if self.is_told {
                log.keep_run(end);
            } else {
                log.offer_run(end);
            }
        }
    }
}

/// Takes the job off the list of active ones, whatever happens to its task.
struct Active(Arc<Job>);

impl Drop for Active {
    fn drop(&mut self) {
        let runtime = &self.0.runtime;
        let mut active = runtime.active();
        active.remove(&self.0.id);
        if active.is_empty() {
            runtime.idle.notify_waiters();
        }
    }
}

/// A run whose turn has come.
struct Begun {
    job: Arc<Job>,
    flow: Arc<Flow>,
    steps: Arc<Steps>,
    message: Message,
    record: RunRecord,
    /// Whether the run log knows of the run.
    is_told: bool,
    permit: OwnedSemaphorePermit,
    active: Active,
}

impl Begun {
    /// All of the run.
    async fn run(mut self) -> Ended {
        let result = self.work(false).await;
        let job = self.job.id.clone();
        self.end(&result).await;
        Ended { job, result }
    }

    /// Executes the steps until they or the run end; `is_json` as in [`Finish::is_json`].
    async fn work(&mut self, is_json: bool) -> Result<Message, Failure> {
        let job = &self.job;
        self.is_told |= job.runtime.log().write_run(self.record.clone()).await;
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
    async fn end(self, result: &Result<Message, Failure>) {
        let Begun { job, flow, mut record, is_told, permit, active, .. } = self;
        let runtime = &job.runtime;
        record.end(runtime.clock().wall(), result.as_ref().err().map(|failure| &failure.fault));
        flow.counts.end(record.state, runtime.clock().now().saturating_sub(job.started));
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
