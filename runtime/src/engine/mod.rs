//! What runs: one app with its flows, its runs and everything they share.
//!
//! | room | job |
//! |---|---|
//! | [`build`], [`plan`] | from what the user wrote to what runs |
//! | [`steps`] | lists of steps and the [`Component`] behind each |
//! | [`run`] | one run path: job id, limits, cancellation, locks held |
//! | [`admission`], [`begun`] | from a request to a run; from its first step to its end |
//! | [`job`], [`record`] | a run as a whole: id, limits, cancellation; what the run log knows of it |
//! | [`several`] | several who watch the same runs |
//! | [`gate`] | how many runs of a flow there may be, and how many wait |
//! | [`apart`] | long work on threads of its own, which ends when nobody waits for it |
//! | [`evaluate`] | expressions and scripts under their limits, where no slow one holds up the others |
//! | [`metrics`], [`trace`] | what is counted and timed; to whose request a run belongs |
//! | [`clock`], [`log`], [`locks`], [`transaction`], [`settings`] | what the name says |
//!
//! The engine knows neither YAML nor any single component: it is given flows that are built. Flows specification, part 2,
//! sections 1, 2 and 5; part 4, sections 1 to 4.

pub mod admission;
pub mod apart;
pub mod begun;
pub mod build;
pub mod clock;
pub mod evaluate;
pub mod gate;
pub mod job;
pub mod locks;
pub mod log;
pub mod metrics;
pub mod plan;
pub mod record;
pub mod run;
pub mod settings;
pub mod several;
pub mod steps;
pub mod trace;
pub mod transaction;

use std::any::Any;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

pub use admission::Request;
pub use apart::apart;
pub use begun::Ended;
pub use build::{Builder, StandIn};
pub use clock::Clock;
pub use evaluate::Evaluator;
pub use gate::Gate;
pub use job::Job;
pub use log::{Entry, Event, Level, Log, Sink, StepTrace};
pub use plan::Resources;
pub use record::{Identity, RunError, RunRecord, State};
pub use run::Run;
pub use settings::Settings;
pub use several::Several;
pub use steps::{Component, Step, StepEnd, Steps};
pub use trace::Trace;
pub use transaction::{Transaction, Transactions};

use crate::components::cache::Cache;
use crate::message::{Failure, Message};
use locks::Locks;
use metrics::FlowCounts;

/// A future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A flow that is ready to run.
#[derive(Debug)]
pub struct Flow {
    /// Its name.
    pub name: Arc<str>,
    /// Its steps.
    pub steps: Arc<Steps>,
    /// How many runs of it there may be.
    pub gate: Arc<Gate>,
    /// Longest time of a run of it, from its start; `None`: no bound.
    pub timeout: Option<Duration>,
    /// How its runs ended so far.
    pub counts: Arc<FlowCounts>,
}

impl Flow {
    /// The steps from the one id to the other, which stand in one list, as a flow of their own, whose runs count among those of the
    /// whole.
    #[must_use]
    pub fn range(&self, from: &str, to: &str) -> Option<Flow> {
        let steps = Arc::new(self.steps.range(from, to)?);
        let (name, gate, counts) = (self.name.clone(), Arc::clone(&self.gate), Arc::clone(&self.counts));
        Some(Flow { name, steps, gate, timeout: self.timeout, counts })
    }
}

/// Sees every step of every run, and may take its place: tests mock and count with it, the editor traces with it.
pub trait Hooks: Send + Sync {
    /// Called before a step; what it gives is the end of the step, which is then not executed.
    fn before<'a>(&'a self, run: &'a Run, step: &'a Step, message: &'a Message) -> BoxFuture<'a, Option<StepEnd>>;

    /// Called after a step, mocked or not, which got `input`.
    fn after(&self, run: &Run, step: &Step, input: &Message, end: &StepEnd, took: Duration);

    /// Called when a branch of a container, or a flow, is entered.
    fn entered(&self, run: &Run, steps: &Steps);

    /// Called when a run has ended, with its result.
    fn ended(&self, job: &Job, result: &Result<Message, Failure>) {
        let _ = (job, result);
    }
}

/// Everything that an app needs to run.
pub struct Plan {
    /// Names and limits.
    pub settings: Settings,
    /// The flows.
    pub flows: Vec<Flow>,
    /// The connectors' instances of configurations.
    pub resources: Resources,
    /// Who watches, if anybody does.
    pub hooks: Option<Arc<dyn Hooks>>,
}

/// One app that runs.
pub struct Runtime {
    settings: Settings,
    clock: Clock,
    log: Log,
    flows: HashMap<Arc<str>, Arc<Flow>>,
    resources: Resources,
    hooks: Option<Arc<dyn Hooks>>,
    evaluator: Evaluator,
    locks: Locks,
    cache: Cache,
    /// One permit for each async sub-flow that may be in flight.
    background: Arc<Semaphore>,
    /// The runs there are, by job id.
    active: Mutex<HashMap<Arc<str>, Arc<Job>>>,
    /// What ends the wait of the runs that wait for their turn, by job id.
    queued: Mutex<HashMap<Arc<str>, CancellationToken>>,
    /// Told when the last active run has ended.
    idle: Notify,
    /// Cancelled when no new run may begin.
    stopping: CancellationToken,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<Runtime of {}>", self.settings.app)
    }
}

/// How long runs that were cancelled at shutdown may take to end: cancellation takes effect within a second.
const LAST_WAIT: Duration = Duration::from_secs(2);

impl Runtime {
    /// An app that is ready. Must be called inside a tokio runtime; events go to `sink`.
    #[must_use]
    pub fn new(plan: Plan, clock: Clock, sink: Box<dyn Sink>) -> Arc<Runtime> {
        let Plan { settings, flows, resources, hooks } = plan;
        Arc::new(Runtime {
            log: Log::start(settings.log_level, sink),
            flows: flows.into_iter().map(|flow| (flow.name.clone(), Arc::new(flow))).collect(),
            resources,
            hooks,
            evaluator: Evaluator::new(&settings, &clock),
            locks: Locks::default(),
            cache: Cache::default(),
            background: Arc::new(Semaphore::new(settings.async_max)),
            active: Mutex::default(),
            queued: Mutex::default(),
            idle: Notify::new(),
            stopping: CancellationToken::new(),
            settings,
            clock,
        })
    }

    /// Names and limits.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The run log.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The flow of that name.
    #[must_use]
    pub fn flow(&self, name: &str) -> Option<&Arc<Flow>> {
        self.flows.get(name)
    }

    /// The flows.
    pub fn flows(&self) -> impl Iterator<Item = &Arc<Flow>> {
        self.flows.values()
    }

    /// The connector's instance of a configuration, as the connector's own type.
    #[must_use]
    pub fn resource<T: Any + Send + Sync>(&self, config: &str) -> Option<Arc<T>> {
        self.resources.get(config).cloned().and_then(|resource| resource.downcast().ok())
    }

    /// The named locks.
    #[must_use]
    pub fn locks(&self) -> &Locks {
        &self.locks
    }

    /// The store of the `cache` components.
    #[must_use]
    pub fn cache(&self) -> &Cache {
        &self.cache
    }

    fn active(&self) -> std::sync::MutexGuard<'_, HashMap<Arc<str>, Arc<Job>>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queued(&self) -> std::sync::MutexGuard<'_, HashMap<Arc<str>, CancellationToken>> {
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The runs that have begun and not ended, async ones included.
    #[must_use]
    pub fn jobs(&self) -> Vec<Arc<Job>> {
        self.active().values().cloned().collect()
    }

    /// Cancels a run with `CORE:CANCELLED`, whether it goes on or waits for its turn; `false` if there is none of that id.
    #[must_use]
    pub fn cancel(&self, job: &str) -> bool {
        let waiting = self.queued().get(job).cloned().inspect(CancellationToken::cancel);
        // Looked for behind the queue: a run gets there before it leaves the queue.
        let active = self.active().get(job).cloned().inspect(|job| job.cancel("CORE:CANCELLED"));
        waiting.is_some() || active.is_some()
    }

    /// Begins the end of the app: no new run is taken, and none of those that wait.
    pub fn stop(&self) {
        self.stopping.cancel();
    }

    /// Completes when the app begins to shut down: triggers stop accepting then.
    pub async fn stopping(&self) {
        self.stopping.cancelled().await;
    }

    /// Whether the app is shutting down.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    /// Waits until no run is active.
    pub async fn drained(&self) {
        loop {
            let idle = self.idle.notified();
            if self.active().is_empty() {
                return;
            }
            idle.await;
        }
    }

    /// Ends the app (part 4, section 3): refuses new and queued runs, lets the others end for as long as `run.drain` says,
    /// cancels what is left with `CORE:SHUTDOWN`, flushes the log.
    pub async fn shutdown(&self) {
        self.stop();
        if tokio::time::timeout(self.settings.drain, self.drained()).await.is_err() {
            for job in self.jobs() {
                job.cancel("CORE:SHUTDOWN");
            }
            // Whatever does not end even now is dropped with the tokio runtime.
            let _ = tokio::time::timeout(LAST_WAIT, self.drained()).await;
        }
        self.log.flush().await;
    }
}
