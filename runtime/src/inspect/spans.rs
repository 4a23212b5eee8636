//! Runs and steps as spans of distributed traces (part 4, section 5). [`super::otlp`] sends them.
//!
//! A run that goes on a trace does as its beginning says about sampling; one that begins a trace is sampled. The span of the
//! present step stands in the run path, so that a request which the step sends can name it as its parent. No value of a message
//! is ever part of a span.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;

use crate::engine::trace::span_id;
use crate::engine::{BoxFuture, Hooks, Job, Run, Step, StepEnd, Steps};
use crate::message::{Failure, Fault, Message};

/// What a span stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A run or step that only this app knows of.
    Internal,
    /// A run that somebody else asked for as part of a trace.
    Server,
    /// An operation of a connector.
    Client,
}

/// A run, step or operation that has ended.
#[derive(Debug, Clone)]
pub struct Span {
    /// The trace.
    pub trace: u128,
    /// Its own number.
    pub id: u64,
    /// The span around it; 0: none.
    pub parent: u64,
    /// The flow, or the flow and the step.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
    /// When it began.
    pub start: SystemTime,
    /// When it ended.
    pub end: SystemTime,
    /// Names in the app.
    pub attributes: Vec<(&'static str, String)>,
    /// The code of its error.
    pub error: Option<String>,
}

/// Makes spans, and hands them on while there is room.
#[derive(Debug)]
pub struct Spans {
    sender: mpsc::Sender<Span>,
    open: Mutex<HashMap<Arc<str>, Open>>,
}

/// A run that goes on.
#[derive(Debug)]
struct Open {
    root: u64,
    start: SystemTime,
    /// Its steps that go on, by span.
    steps: HashMap<u64, Begun>,
}

#[derive(Debug)]
struct Begun {
    /// The span around it on the same path.
    outer: u64,
    start: SystemTime,
}

impl Spans {
    /// Spans for whoever receives them.
    #[must_use]
    pub fn new(sender: mpsc::Sender<Span>) -> Spans {
        Spans { sender, open: Mutex::default() }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Arc<str>, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, span: Span) {
        // Traces are a sample anyway: without room one is lost.
        let _ = self.sender.try_send(span);
    }
}

fn code(fault: &Fault) -> String {
    fault.code.to_string()
}

impl Hooks for Spans {
    fn before<'a>(&'a self, run: &'a Run, _: &'a Step, _: &'a Message) -> BoxFuture<'a, Option<StepEnd>> {
        let outer = run.span();
        if outer != 0
            && let Some(own) = self.open().get_mut(run.job().id())
        {
            let id = span_id();
            own.steps.insert(id, Begun { outer, start: run.clock().wall() });
            run.set_span(id);
        }
        Box::pin(std::future::ready(None))
    }

    fn after(&self, run: &Run, step: &Step, _: &Message, end: &StepEnd, _: Duration) {
        let id = run.span();
        let begun = self.open().get_mut(run.job().id()).and_then(|own| own.steps.remove(&id));
        let Some(Begun { outer, start }) = begun else { return };
        run.set_span(outer);
        let flow = &run.flow().name;
        let mut attributes = vec![
            ("dataway.flow", flow.to_string()),
            ("dataway.step", step.id.to_string()),
            ("dataway.component", step.key.to_owned()),
        ];
        let config = step.operates_on.as_ref().filter(|config| !config.is_empty());
        attributes.extend(config.map(|config| ("dataway.config", config.to_string())));
        self.send(Span {
            trace: run.job().trace().id(),
            id,
            parent: outer,
            name: format!("{flow}/{}", step.id),
            kind: if step.operates_on.is_some() { Kind::Client } else { Kind::Internal },
            start,
            end: run.clock().wall(),
            attributes,
            error: match end {
                StepEnd::Fail(failure) => Some(code(&failure.fault)),
                StepEnd::Next(_) | StepEnd::Break(_) | StepEnd::Continue(_) => None,
            },
        });
    }

    fn entered(&self, run: &Run, _: &Steps) {
        let job = run.job();
        if run.span() != 0 || !job.trace().is_sampled() {
            return;
        }
        let mut open = self.open();
        if open.contains_key(job.id()) {
            return;
        }
        let root = span_id();
        open.insert(job.id().clone(), Open { root, start: run.clock().wall(), steps: HashMap::new() });
        run.set_span(root);
    }

    fn ended(&self, job: &Job, result: &Result<Message, Failure>) {
        let Some(Open { root, start, .. }) = self.open().remove(job.id()) else { return };
        let parent = job.trace().span();
        let is_asked = parent != 0 && !job.is_background();
        self.send(Span {
            trace: job.trace().id(),
            id: root,
            parent,
            name: job.flow().to_string(),
            kind: if is_asked { Kind::Server } else { Kind::Internal },
            start,
            end: job.runtime().clock().wall(),
            attributes: vec![("dataway.flow", job.flow().to_string()), ("dataway.job", job.id().to_string())],
            error: result.as_ref().err().map(|failure| code(&failure.fault)),
        });
    }
}
