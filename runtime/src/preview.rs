//! What the messages of a flow are with its sample: for the editor, which shows values while somebody writes.
//!
//! The flow runs on an engine of its own, with its own limits, as far as its steps only work on messages. What would reach out
//! stops the run; a step without an effect on its message is passed over; a request whose response has a sample gives that
//! sample. Nothing is sent, stored, waited for or logged.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dataway_lang::Document;
use dataway_lang::check::contract;
use dataway_lang::document::Message as Shared;

use crate::check::walk::{self, Parts};
use crate::engine::log::Memory;
use crate::engine::{
    BoxFuture, Builder, Clock, Component, Flow, Hooks, Level, Plan, Request, Resources, Run, Runtime, Settings, Step,
    StepEnd, Steps,
};
use crate::message::{Fault, Message};
use crate::model::{self, App, Broken};
use crate::params::{Contract, ContractForm};

/// Steps that only work on messages.
const PURE: &[&str] = &[
    "break",
    "choice",
    "continue",
    "filter",
    "flow-ref",
    "for-each",
    "raise-error",
    "remove-variable",
    "set-payload",
    "set-variable",
    "transform",
    "try",
    "validate",
    "while",
];

/// Steps that leave their message as it is.
const PASSED: &[&str] = &["async", "file.delete", "file.move", "file.write", "logger", "rate-limiter", "sleep"];

/// Most steps of a run.
const MAX_STEPS: u64 = 10_000;

/// How often a run looks whether somebody still waits for it.
const LOOK: Duration = Duration::from_millis(5);

/// How far a run may go.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Longest time, of the run and of each evaluation.
    pub time: Duration,
    /// Most memory for values, in bytes.
    pub memory: usize,
    /// Set by whoever is no longer interested.
    pub cancel: Arc<AtomicBool>,
}

/// What arrives at a step.
#[derive(Debug)]
pub struct Arrival {
    /// The file of the step.
    pub file: String,
    /// Where its key starts there.
    pub start: u32,
    /// The first message that arrives at it.
    pub message: Arc<Shared>,
}

/// What arrives at the steps of a flow whose first payload is known from a sample; nothing for any other. Must be called inside
/// a tokio runtime.
pub async fn arrivals(app: &App, flow: &str, bounds: &Bounds) -> Vec<Arrival> {
    let Some(flow) = app.flow(flow) else { return Vec::new() };
    let Some(message) = first_message(flow) else { return Vec::new() };
    let knows_attributes = !message.attributes().is_none();
    let stand_in = |step: &model::Step| stand_in(step, knows_attributes);
    let resources = Resources::new();
    let mut builder = Builder::new(&resources);
    builder.stand_in = Some(&stand_in);
    let needed = called(app, flow);
    let flows: Vec<Flow> = needed.iter().map(|flow| Flow::build(flow, &app.file.run, &mut builder)).collect();
    if !builder.errors.is_empty() {
        return Vec::new();
    }
    let trace = Trace::default();
    let mut settings = Settings::of_app(app);
    settings.script_time = settings.script_time.min(bounds.time);
    settings.script_memory = settings.script_memory.min(bounds.memory);
    settings.memory = settings.memory.min(bounds.memory);
    settings.max_steps = settings.max_steps.min(MAX_STEPS);
    settings.drain = Duration::ZERO;
    settings.log_level = Level::Error;
    let plan = Plan { settings, flows, resources: Resources::new(), hooks: Some(Arc::new(trace.clone())) };
    let runtime = Runtime::new(plan, Clock::real(), Box::new(Memory::default()));
    if let Some(first) = runtime.flow(flow.name()).cloned() {
        let run = runtime.run(Request { flow: first, trigger: "preview", message });
        let ended = async {
            while !bounds.cancel.load(Ordering::Relaxed) {
                tokio::time::sleep(LOOK).await;
            }
        };
        // How it ended is of no interest: what has arrived until then has.
        tokio::select! {
            _ = tokio::time::timeout(bounds.time, run) => {}
            () = ended => {}
        }
    }
    runtime.shutdown().await;
    let mut seen = trace.seen();
    let mut found = Vec::new();
    for flow in &needed {
        walk::each(&flow.body.steps, &mut |step| {
            let message = seen.remove(&(Arc::clone(flow.name()), Arc::clone(&step.id)));
            found.extend(message.map(|message| Arrival {
                file: step.source.name().to_owned(),
                start: step.span.start,
                message: Arc::clone(message.shared()),
            }));
        });
    }
    found
}

/// A flow and all that it calls.
fn called<'a>(app: &'a App, flow: &'a model::Flow) -> Vec<&'a model::Flow> {
    let mut found = vec![flow];
    let mut known = BTreeSet::from([&**flow.name()]);
    let mut next = 0;
    while let Some(flow) = found.get(next).copied() {
        next += 1;
        walk::each(&flow.body.steps, &mut |step| {
            for called in Parts::of(&*step.params).flows {
                if known.insert(&*called.name) {
                    found.extend(app.flow(&called.name));
                }
            }
        });
    }
    found
}

/// The message that the samples of a flow make; `None` if none says what the payload is.
fn first_message(flow: &model::Flow) -> Option<Message> {
    let input = flow.body.input.as_ref();
    let payload = match input.and_then(|input| input.payload.as_ref()) {
        Some(contract) => entity(contract)?,
        None => entity(Parts::of(&*flow.body.trigger.as_ref()?.params).contract("payload")?)?,
    };
    let part = |contract: Option<&Contract>| contract.and_then(plain).unwrap_or(Document::None);
    let attributes = part(input.and_then(|input| input.attributes.as_ref()));
    let variables = part(input.and_then(|input| input.variables.as_ref()));
    Some(Message::new(payload, attributes, variables))
}

/// The document of a sample, as a trigger gives it.
fn entity(contract: &Contract) -> Option<Document> {
    match &contract.form {
        ContractForm::Sample(bytes) => Some(Document::entity(Arc::clone(bytes), &contract.mime_type, "utf-8")),
        _ => None,
    }
}

/// The value of a sample.
fn plain(contract: &Contract) -> Option<Document> {
    match &contract.form {
        ContractForm::Sample(bytes) => contract::read_sample(bytes, &contract.mime_type).ok(),
        _ => None,
    }
}

/// What takes the place of a step that must not or need not be executed.
fn stand_in(step: &model::Step, knows_attributes: bool) -> Option<Box<dyn Component>> {
    let key = step.key();
    let parts = Parts::of(&*step.params);
    // Where a request came from is not known: what reads it would fail, or be wrong, for no reason of its own.
    let reads_unknown = || {
        let mut programs = parts.params.iter().filter_map(|(.., param)| param.program());
        !knows_attributes && programs.any(|program| reads_attributes(program.compiled.text.text()))
    };
    if step.params::<Broken>().is_some() {
        Some(Box::new(Stop))
    } else if PASSED.contains(&key) {
        Some(Box::new(Passed))
    } else if PURE.contains(&key) {
        reads_unknown().then(|| Box::new(Stop) as Box<dyn Component>)
    } else {
        match parts.contract("response").and_then(entity) {
            Some(payload) => Some(Box::new(Answer(payload))),
            None => Some(Box::new(Stop)),
        }
    }
}

/// May a program read what is said about a message beside its payload and variables?
#[must_use]
pub fn reads_attributes(text: &str) -> bool {
    [".attr", ".error"].iter().any(|part| text.contains(part))
}

/// Leaves the message as it is.
struct Passed;

impl Component for Passed {
    fn execute<'a>(&'a self, _: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async { StepEnd::Next(message) })
    }
}

/// Gives the sample of an answer.
struct Answer(Document);

impl Component for Answer {
    fn execute<'a>(&'a self, _: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async { StepEnd::Next(message.with_payload(self.0.clone())) })
    }
}

/// Ends the run: what follows is not known.
struct Stop;

impl Component for Stop {
    fn execute<'a>(&'a self, _: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async {
            let mut fault = Fault::new("CORE:CANCELLED", "what follows is not known");
            fault.catchable = false;
            StepEnd::fail(fault, message)
        })
    }
}

/// The first messages, by flow and step.
type Seen = HashMap<(Arc<str>, Arc<str>), Message>;

/// Notes the first message of each step.
#[derive(Clone, Default)]
struct Trace(Arc<Mutex<Seen>>);

impl Trace {
    fn seen(&self) -> Seen {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Hooks for Trace {
    fn before<'a>(&'a self, run: &'a Run, step: &'a Step, message: &'a Message) -> BoxFuture<'a, Option<StepEnd>> {
        let key = (Arc::clone(&run.flow().name), Arc::clone(&step.id));
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.entry(key).or_insert_with(|| message.clone());
        Box::pin(async { None })
    }

    fn after(&self, _: &Run, _: &Step, _: &Message, _: &StepEnd, _: Duration) {}

    fn entered(&self, _: &Run, _: &Steps) {}
}
