//! From a request to a run: admission, the queue of those who wait for their turn, and runs beside others (part 4, sections 1 and 2).

use std::sync::Arc;

use tokio::sync::TryAcquireError;
use tokio_util::sync::CancellationToken;
use ulid::Ulid;

use super::begun::{Begin, Begun, Ended, Extras, Finish};
use super::{Flow, Hooks, Run, RunRecord, Runtime, Several, State, Steps, Trace};
use crate::message::{Failure, Fault, Message};

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
            Begun::new(self, flow, steps, message, begin)
        });
        if let Some(queued) = queued {
            // The wait may have been ended at the moment at which it was over.
            if let Ok(begun) = &begun
                && queued.ended.is_cancelled()
            {
                let _ = self.cancel(begun.job.id());
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
        let (trace, hooks) = (Some(parent.job().trace().within(parent.span())), parent.job().hooks().cloned());
        let extras = Extras { trace, hooks };
        let begin = Begin { id, record, is_told: false, timeout: None, permit, extras };
        let begun = Begun::new(self, parent.flow().clone(), steps.clone(), message, begin);
        let job = begun.job.id().clone();
        tokio::spawn(begun.run());
        Ok(job)
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
