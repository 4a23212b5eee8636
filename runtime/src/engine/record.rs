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

/// What is known of a run when it ends, for the run log.
#[derive(Debug, Clone)]
pub struct RunRecord {
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
    /// When it began.
    pub started: SystemTime,
    /// When it ended.
    pub ended: Option<SystemTime>,
    /// How it stands.
    pub state: State,
    /// Code and description of its error.
    pub error: Option<(String, String)>,
    /// The step that failed.
    pub failed_step: Option<Arc<str>>,
}

impl RunRecord {
    /// A run that asks for admission.
    pub(super) fn new(id: Ulid, flow: &Flow, trigger: &'static str, now: SystemTime) -> RunRecord {
        RunRecord {
            job: id.to_string().into(),
            parent: None,
            flow: flow.name.clone(),
            trigger,
            queued: now,
            started: now,
            ended: None,
            state: State::Queued,
            error: None,
            failed_step: None,
        }
    }

    /// The run has ended: without a fault, or with this one.
    pub(super) fn end(&mut self, now: SystemTime, fault: Option<&Fault>) {
        self.ended = Some(now);
        let Some(fault) = fault else {
            self.state = State::Succeeded;
            return;
        };
        self.error = Some((fault.code.to_string(), fault.description.clone()));
        self.failed_step = fault.place.as_ref().map(|place| place.step.clone());
        self.state = match &*fault.code {
            "CORE:RUN_TIMEOUT" | "CORE:SHUTDOWN" | "CORE:CANCELLED" if !fault.catchable => State::Cancelled,
            _ => State::Failed,
        };
    }

    /// The event that says how a run stands.
    pub(super) fn event(&self) -> Event {
        let level = if self.error.is_some() { Level::Error } else { Level::Info };
        let content = match self.state {
            State::Queued => "run queued",
            State::Running => "run started",
            State::Succeeded => "run succeeded",
            State::Failed => "run failed",
            State::Cancelled => "run cancelled",
        };
        let mut event = Event::new(self.ended.unwrap_or(self.started), level, content);
        event.job = self.job.clone();
        event.flow = self.flow.clone();
        event.duration = self.ended.and_then(|ended| ended.duration_since(self.started).ok());
        if let Some((code, description)) = &self.error {
            event.code.clone_from(code);
            event.content = format!("{content}: {description}");
        }
        event.record = Some(Arc::new(self.clone()));
        event
    }
}
