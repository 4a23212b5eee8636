//! What the run log knows of a run: how it stands, and what became of it (part 4, sections 1 and 4).

use std::sync::Arc;
use std::time::SystemTime;

use ulid::Ulid;

use super::{Event, Flow, Level};
use crate::message::Fault;

/// The states of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for its turn.
    Queued,
    /// It goes on.
    Running,
    /// It ended normally.
    Succeeded,
    /// It ended with an error.
    Failed,
    /// It was ended from outside: by a deadline, a shutdown, an administrator.
    Cancelled,
}

/// What stays the same of a run from the moment at which it asks for admission.
#[derive(Debug)]
pub struct Identity {
    /// Job id.
    pub job: Arc<str>,
    /// Job id of the run that started it.
    pub parent: Option<Arc<str>>,
    /// The flow.
    pub flow: Arc<str>,
    /// The kind of the trigger.
    pub trigger: &'static str,
    /// When it asked for admission.
    pub queued: SystemTime,
}

/// Why a run did not succeed.
#[derive(Debug)]
pub struct RunError {
    /// The code.
    pub code: String,
    /// The description.
    pub description: String,
    /// The step that failed.
    pub step: Option<Arc<str>>,
}

/// How a run stands, for the run log. Cloning costs counters.
#[derive(Debug, Clone)]
pub struct RunRecord {
    /// Which run.
    pub run: Arc<Identity>,
    /// When it began.
    pub started: SystemTime,
    /// When it ended.
    pub ended: Option<SystemTime>,
    /// How it stands.
    pub state: State,
    /// Its error.
    pub error: Option<Arc<RunError>>,
}

impl RunRecord {
    /// A run that asks for admission; `parent` is the job that started it.
    pub(super) fn new(
        id: Ulid,
        parent: Option<Arc<str>>,
        flow: &Flow,
        trigger: &'static str,
        now: SystemTime,
    ) -> RunRecord {
        let job = id.array_to_str(&mut [0; ulid::ULID_LEN]).into();
        let run = Identity { job, parent, flow: flow.name.clone(), trigger, queued: now };
        RunRecord { run: Arc::new(run), started: now, ended: None, state: State::Queued, error: None }
    }

    /// The run has ended: without a fault, or with this one.
    pub(super) fn end(&mut self, now: SystemTime, fault: Option<&Fault>) {
        self.ended = Some(now);
        let Some(fault) = fault else {
            self.state = State::Succeeded;
            return;
        };
        let (code, description) = (fault.code.to_string(), fault.description.clone());
        let step = fault.place.as_ref().map(|place| place.step.clone());
        self.error = Some(Arc::new(RunError { code, description, step }));
        self.state = match &*fault.code {
            "CORE:RUN_TIMEOUT" | "CORE:SHUTDOWN" | "CORE:CANCELLED" if !fault.catchable => State::Cancelled,
            _ => State::Failed,
        };
    }

    /// How important it is that the run stands so.
    #[must_use]
    pub fn level(&self) -> Level {
        if self.error.is_some() { Level::Error } else { Level::Info }
    }

    /// What is said of a run without an error that stands so.
    #[must_use]
    pub fn content(state: State) -> &'static str {
        match state {
            State::Queued => "run queued",
            State::Running => "run started",
            State::Succeeded => "run succeeded",
            State::Failed => "run failed",
            State::Cancelled => "run cancelled",
        }
    }

    /// The event that says how a run stands.
    #[must_use]
    pub fn event(&self) -> Event {
        let mut event = Event::new(self.ended.unwrap_or(self.started), self.level(), RunRecord::content(self.state));
        event.job = self.run.job.clone();
        event.flow = self.run.flow.clone();
        event.duration = self.ended.and_then(|ended| ended.duration_since(self.started).ok());
        if let Some(error) = &self.error {
            event.code.clone_from(&error.code);
            event.content = format!("{}: {}", event.content, error.description);
        }
        event
    }
}
