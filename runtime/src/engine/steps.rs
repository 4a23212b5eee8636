//! Lists of steps, and what a step is to the engine (part 2, sections 1 and 5.1).

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::metrics::StepCounts;
use super::{BoxFuture, Level, Run};
use crate::message::{Failure, Fault, Message, Place};

/// What a step does.
pub trait Component: Send + Sync {
    /// Executes the step on a message.
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd>;

    /// Executes the step as the last one of a run that only sends its payload in JSON: it may make the text at once.
    fn execute_last<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        self.execute(run, message)
    }

    /// The lists of steps inside.
    fn inside(&self) -> Vec<&Arc<Steps>> {
        Vec::new()
    }
}

/// How a step ended.
#[derive(Debug)]
pub enum StepEnd {
    /// The next step gets this message.
    Next(Message),
    /// The nearest loop ends.
    Break(Message),
    /// The nearest loop begins its next turn.
    Continue(Message),
    /// It failed.
    Fail(Failure),
}

impl StepEnd {
    /// A failure of a step with this input.
    #[cold]
    #[must_use]
    pub fn fail(fault: Fault, message: Message) -> StepEnd {
        StepEnd::Fail(Failure { fault, message })
    }

    /// What a step does that only makes a new message of its input, or fails with it.
    #[must_use]
    pub fn of(result: Result<(), Fault>, message: Message) -> StepEnd {
        match result {
            Ok(()) => StepEnd::Next(message),
            Err(fault) => StepEnd::fail(fault, message),
        }
    }

    /// The message that it ended with, whatever the end is.
    #[must_use]
    pub fn message(&self) -> &Message {
        match self {
            StepEnd::Next(message) | StepEnd::Break(message) | StepEnd::Continue(message) => message,
            StepEnd::Fail(failure) => &failure.message,
        }
    }

    /// The same end with a changed message.
    #[must_use]
    pub fn map(self, change: impl FnOnce(Message) -> Message) -> StepEnd {
        match self {
            StepEnd::Next(message) => StepEnd::Next(change(message)),
            StepEnd::Break(message) => StepEnd::Break(change(message)),
            StepEnd::Continue(message) => StepEnd::Continue(change(message)),
            StepEnd::Fail(Failure { fault, message }) => StepEnd::Fail(Failure { fault, message: change(message) }),
        }
    }
}

/// A step that is ready to run.
pub struct Step {
    /// Its id in the flow.
    pub id: Arc<str>,
    /// The key of its component.
    pub key: &'static str,
    /// File and line.
    pub at: Arc<str>,
    /// What it does.
    pub component: Box<dyn Component>,
    /// The configuration on which it works, if it is an operation of a connector; empty for one that needs none.
    pub operates_on: Option<Arc<str>>,
    /// How often it was executed, and what that took.
    pub counts: StepCounts,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} {}>", self.key, self.id)
    }
}

/// A list of steps.
#[derive(Debug, Default)]
pub struct Steps {
    /// Which branch of its container it is, as in the ids of its steps: `when-2`, `otherwise`; empty for plain `steps`.
    pub label: Arc<str>,
    /// The steps, in order; a range of them shares them with its list.
    pub items: Vec<Arc<Step>>,
}

impl Steps {
    /// The steps from the one id to the other, in this list or one inside.
    #[must_use]
    pub fn range(&self, from: &str, to: &str) -> Option<Steps> {
        let place = |id: &str| self.items.iter().position(|step| &*step.id == id);
        if let (Some(from), Some(to)) = (place(from), place(to)) {
            let items = self.items.get(from..=to)?.to_vec();
            return Some(Steps { label: self.label.clone(), items });
        }
        self.items.iter().flat_map(|step| step.component.inside()).find_map(|inner| inner.range(from, to))
    }

    /// Whether a step of that id is in this list or one inside.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.range(id, id).is_some()
    }

    /// Executes the steps, one after the other.
    pub fn execute<'a>(&'a self, run: &'a Run, message: Message) -> impl Future<Output = StepEnd> + Send + 'a {
        self.execute_as(run, message, false)
    }

    /// Executes the steps, one after the other. `are_last`: of the payload that they give only the text in JSON is wanted, as in
    /// [`Component::execute_last`].
    pub async fn execute_as(&self, run: &Run, mut message: Message, are_last: bool) -> StepEnd {
        if let Some(hooks) = run.hooks() {
            hooks.entered(run, self);
        }
        // Each step is timed from the end of the one before it: the clock is read once for both.
        let mut start = Instant::now();
        for (n, step) in self.items.iter().enumerate() {
            // Gives other tasks their turn, and so cancellation and timeouts theirs, also where no step ever waits.
            tokio::task::coop::consume_budget().await;
            if let Err(fault) = run.job().count_step().and_then(|()| run.charge(&message)) {
                return Box::pin(step.failed(run, Failure { fault, message })).await;
            }
            let outer = run.take_scripts();
            let end = match run.hooks() {
                None if are_last && n + 1 == self.items.len() => step.component.execute_last(run, message).await,
                None => step.component.execute(run, message).await,
                // Whoever watches is shown values.
                Some(hooks) => {
                    let input = message.clone();
                    let mocked = hooks.before(run, step, &message).await;
                    let end = match mocked {
                        Some(end) => end,
                        None => step.component.execute(run, message).await,
                    };
                    hooks.after(run, step, &input, &end, start.elapsed());
                    end
                }
            };
            let ended = Instant::now();
            let took = ended.duration_since(start);
            start = ended;
            step.counts.seconds.observe(took);
            let scripts = run.take_scripts();
            if !scripts.is_zero() {
                step.counts.scripts.observe(scripts);
            }
            // The container around this step goes on counting its own scripts.
            run.add_scripts(outer);
            message = match end {
                StepEnd::Fail(failure) => return Box::pin(step.failed(run, failure)).await,
                StepEnd::Next(message) => message,
                other => {
                    step.succeeded(run, took);
                    return other;
                }
            };
            step.succeeded(run, took);
        }
        match run.charge(&message) {
            Ok(()) => StepEnd::Next(message),
            Err(fault) => StepEnd::fail(fault, message),
        }
    }
}

impl Step {
    fn succeeded(&self, run: &Run, took: Duration) {
        self.counts.succeeded.fetch_add(1, Ordering::Relaxed);
        if !run.runtime().log().wants(Level::Debug) {
            return;
        }
        let content = match &self.operates_on {
            None => "step succeeded".into(),
            Some(config) if config.is_empty() => "operation succeeded".into(),
            Some(config) => format!("operation on {config} succeeded"),
        };
        if let Some(mut event) = run.event(Level::Debug, &self.id, self.key, content) {
            event.operation = self.operation();
            event.duration = Some(took);
            run.runtime().log().offer(event);
        }
    }

    /// What a connector does in it; empty for components.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        if self.operates_on.is_some() { self.key } else { "" }
    }

    /// Notes where a fault happened, at the innermost step that it left, and logs it there.
    #[cold]
    async fn failed(&self, run: &Run, mut failure: Failure) -> StepEnd {
        self.counts.failed.fetch_add(1, Ordering::Relaxed);
        if failure.fault.place.is_none() {
            let (flow, step, component, at) = (run.flow().name.clone(), self.id.clone(), self.key, self.at.clone());
            failure.fault.place = Some(Place { flow, step, component, at });
            if self.operates_on.is_some() {
                self.counts.failed_with(&failure.fault.code);
            }
            if let Some(mut event) = run.event(Level::Error, &self.id, self.key, failure.fault.description.clone()) {
                event.operation = self.operation();
                event.code = failure.fault.code.to_string();
                run.log(Some(event)).await;
            }
        }
        StepEnd::Fail(failure)
    }
}
