//! One path of a run: what the steps on it share (part 2, sections 1 and 4; part 4, sections 2 and 3).
//!
//! A run begins with one path. Branches that run beside it get paths of their own; nested sub-flows in line get a path that
//! knows more, such as one lock more. All paths of a run share its [`Job`], and with it id, limits and cancellation.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use dataway_lang::Document;

use super::locks::Held;
use super::{Clock, Event, Flow, Hooks, Job, Level, Runtime, Transactions};
use crate::message::{Fault, Message};

/// Deepest nesting of `flow-ref`.
pub const MAX_FLOW_DEPTH: u32 = 64;

/// A path of a run.
#[derive(Debug)]
pub struct Run {
    job: Arc<Job>,
    flow: Arc<Flow>,
    /// Frames of `flow-ref`.
    depth: u32,
    /// Locks held, innermost first.
    held: Option<Arc<Held>>,
    /// The local transactions in force.
    transactions: Option<Arc<Transactions>>,
    /// Bytes that this path accounts for in the job's memory.
    charged: AtomicUsize,
    /// Bytes that the path shares with the one beside which it runs.
    shared: usize,
    /// Nanoseconds that expressions and scripts of the present step took.
    scripts: AtomicU64,
    /// The span of the present step, for whoever traces; 0 if nobody does.
    span: AtomicU64,
}

impl Run {
    /// The first path of a job.
    #[must_use]
    pub fn new(job: Arc<Job>, flow: Arc<Flow>) -> Run {
        Run {
            job,
            flow,
            depth: 0,
            held: None,
            transactions: None,
            charged: AtomicUsize::new(0),
            shared: 0,
            scripts: AtomicU64::new(0),
            span: AtomicU64::new(0),
        }
    }

    fn inner(&self) -> Run {
        Run {
            job: self.job.clone(),
            flow: self.flow.clone(),
            depth: self.depth,
            held: self.held.clone(),
            transactions: self.transactions.clone(),
            charged: AtomicUsize::new(0),
            shared: self.charged.load(Ordering::Relaxed).saturating_add(self.shared),
            scripts: AtomicU64::new(0),
            span: AtomicU64::new(self.span()),
        }
    }

    /// A path beside this one, for a branch: it joins no transaction.
    #[must_use]
    pub fn branch(&self) -> Run {
        let mut run = self.inner();
        run.transactions = None;
        run
    }

    /// The path inside a referenced flow.
    ///
    /// # Errors
    /// `CORE:FLOW_DEPTH` beyond 64 flows.
    pub fn within_flow(&self, flow: &Arc<Flow>) -> Result<Run, Fault> {
        if self.depth >= MAX_FLOW_DEPTH {
            let reason = format!("flow-ref is nested deeper than {MAX_FLOW_DEPTH} flows at flow {}", flow.name);
            return Err(Fault::new("CORE:FLOW_DEPTH", reason));
        }
        let mut run = self.inner();
        run.flow = flow.clone();
        run.depth += 1;
        Ok(run)
    }

    /// The path that holds one lock more.
    #[must_use]
    pub fn with_lock(&self, name: Arc<str>) -> Run {
        let mut run = self.inner();
        run.held = Some(Held::with(self.held.as_ref(), name));
        run
    }

    /// The path inside local transactions.
    #[must_use]
    pub fn with_transactions(&self, transactions: Arc<Transactions>) -> Run {
        let mut run = self.inner();
        run.transactions = Some(transactions);
        run
    }

    /// Whether this path holds the lock of that name.
    #[must_use]
    pub fn holds(&self, lock: &str) -> bool {
        Held::has(self.held.as_ref(), lock)
    }

    /// The local transactions that database operations join.
    #[must_use]
    pub fn transactions(&self) -> Option<&Arc<Transactions>> {
        self.transactions.as_ref()
    }

    /// The run as a whole.
    #[must_use]
    pub fn job(&self) -> &Arc<Job> {
        &self.job
    }

    /// The app.
    #[must_use]
    pub fn runtime(&self) -> &Arc<Runtime> {
        self.job.runtime()
    }

    /// The flow whose steps this path executes.
    #[must_use]
    pub fn flow(&self) -> &Arc<Flow> {
        &self.flow
    }

    /// How many `flow-ref` frames lead here.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.runtime().clock()
    }

    /// Who watches the run.
    #[must_use]
    pub fn hooks(&self) -> Option<&dyn Hooks> {
        self.job.hooks().or(self.runtime().hooks.as_ref()).map(Arc::as_ref)
    }

    /// Accounts for the message that this path holds now.
    ///
    /// # Errors
    /// `CORE:LIMIT_MEMORY` when the run holds more than it may.
    pub fn charge(&self, message: &Message) -> Result<(), Fault> {
        let size = message.size().saturating_sub(self.shared);
        let before = self.charged.swap(size, Ordering::Relaxed);
        self.job.account(before, size)
    }

    /// The span of the present step; 0 if nobody traces the run.
    #[must_use]
    pub fn span(&self) -> u64 {
        self.span.load(Ordering::Relaxed)
    }

    /// Notes the span of the present step.
    pub fn set_span(&self, span: u64) {
        self.span.store(span, Ordering::Relaxed);
    }

    /// Takes note of the time that expressions and scripts take.
    pub(super) async fn timing<T>(&self, scripts: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let made = scripts.await;
        self.add_scripts(start.elapsed());
        made
    }

    /// Counts time as that of expressions and scripts of the present step.
    pub(super) fn add_scripts(&self, time: Duration) {
        self.scripts.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The time of expressions and scripts since this was asked last.
    pub(super) fn take_scripts(&self) -> Duration {
        Duration::from_nanos(self.scripts.swap(0, Ordering::Relaxed))
    }

    /// Accounts for something that a step keeps while others run, until the lease is dropped.
    ///
    /// # Errors
    /// `CORE:LIMIT_MEMORY` when the run holds more than it may.
    pub fn hold(&self, bytes: usize) -> Result<Lease, Fault> {
        let lease = Lease { job: self.job.clone(), bytes };
        self.job.account(0, bytes)?;
        Ok(lease)
    }

    /// The message for a path beside this one: with an id of its own.
    #[must_use]
    pub fn branch_message(&self, mut message: Message) -> Message {
        message.set_ids(self.job.branch_id(), self.job.document().clone());
        message
    }

    /// An event of a step on this path, if events of that level are kept.
    #[must_use]
    pub fn event(
        &self,
        level: Level,
        step: &Arc<str>,
        component: &'static str,
        content: impl Into<String>,
    ) -> Option<Event> {
        if !self.runtime().log().wants(level) {
            return None;
        }
        let mut event = Event::new(self.wall(), level, content);
        event.job = self.job.id().clone();
        event.flow = self.flow.name.clone();
        event.step = step.clone();
        event.component = component;
        Some(event)
    }

    /// Writes an event that [`Run::event`] made.
    pub async fn log(&self, event: Option<Event>) {
        if let Some(event) = event {
            self.runtime().log().write(event).await;
        }
    }

    fn wall(&self) -> SystemTime {
        self.clock().wall()
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.job.release(*self.charged.get_mut());
    }
}

/// Memory that a step holds.
#[derive(Debug)]
pub struct Lease {
    job: Arc<Job>,
    bytes: usize,
}

impl Lease {
    /// Accounts for something more.
    ///
    /// # Errors
    /// `CORE:LIMIT_MEMORY` when the run holds more than it may.
    pub fn grow(&mut self, document: &Document) -> Result<(), Fault> {
        let size = document.size();
        self.bytes = self.bytes.saturating_add(size);
        self.job.account(0, size)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.job.release(self.bytes);
    }
}
