//! A run as a whole: its id, its limits, and how it is cancelled (part 4, sections 1 to 3).

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use dataway_lang::Document;
use tokio::sync::Notify;

use super::begun::Begin;
use super::{Flow, Hooks, Runtime, Trace};
use crate::message::Fault;

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

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Job {} of {}>", self.id, self.flow)
    }
}

impl Job {
    /// The job of a run of a flow that begins now.
    pub(super) fn new(runtime: &Arc<Runtime>, flow: &Flow, begin: &mut Begin) -> Arc<Job> {
        let run = &begin.record.run;
        let started = runtime.clock().now();
        Arc::new(Job {
            id: run.job.clone(),
            document: Document::Text(Arc::from(run.job.clone())),
            runtime: runtime.clone(),
            parent: run.parent.clone(),
            flow: flow.name.clone(),
            trace: begin.extras.trace.take().unwrap_or_else(|| Trace::of_job(begin.id)),
            hooks: begin.extras.hooks.take(),
            deadline: begin.timeout.map(|timeout| started.saturating_add(timeout)),
            started,
            reason: OnceLock::new(),
            cancelled: Notify::const_new(),
            steps: AtomicU64::new(0),
            memory: AtomicUsize::new(0),
            branches: AtomicU64::new(0),
        })
    }

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
    pub(super) fn hooks(&self) -> Option<&Arc<dyn Hooks>> {
        self.hooks.as_ref()
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
    pub(super) async fn stopped(&self) -> Fault {
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
