//! What tests of components share: flows from YAML, runs of them on a virtual clock, and what came out.

mod basic;
mod bounds;
mod concurrency;
mod crypto;
mod errors;
mod loops;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dataway_lang::source::SourceText;
use dataway_lang::{Document, Profile};

use crate::diagnostic::Diagnostic;
use crate::engine::log::Memory;
use crate::engine::{
    Builder, Clock, Ended, Event, Flow, Gate, Hooks, Level, Plan, Request, Resources, RunRecord, Runtime, Settings,
};
use crate::expr::Programs;
use crate::message::Message;
use crate::model::{Config, Files, FlowBody};
use crate::params::{Context, Named, Reader, Surroundings, Value};
use crate::yaml;

/// An app of flows in a text, ready to run.
pub struct App {
    pub runtime: Arc<Runtime>,
    log: Memory,
}

/// What reading the text of flows finds wrong, in an app with a configuration `keys` of the type `crypto`.
pub fn problems(flows: &str) -> Vec<String> {
    let (_, found) = read(flows, BTreeMap::from([("keys".to_owned(), "crypto".to_owned())]));
    shown(&found)
}

/// What reading configurations finds wrong, written as the YAML of a mapping.
pub fn problems_with_configs(configs: &str) -> Vec<String> {
    shown(&read_configs(configs).1)
}

fn shown(found: &[Diagnostic]) -> Vec<String> {
    found.iter().map(|diagnostic| format!("{}: {}", diagnostic.code, diagnostic.message)).collect()
}

fn surroundings<'a>(files: &'a Files, programs: &'a Programs, configs: BTreeMap<String, String>) -> Surroundings<'a> {
    Surroundings { profile: Profile::Extended, script_length: 1 << 20, programs, files, configs, is_complete: true }
}

/// The flows of a text, in an app with these configurations.
fn read(flows: &str, configs: BTreeMap<String, String>) -> (Vec<FlowBody>, Vec<Diagnostic>) {
    let files = Files::new(std::path::Path::new("."));
    let programs = Programs::default();
    let around = surroundings(&files, &programs, configs);
    let source = SourceText::new("flows/test.yaml", flows);
    let (tree, mut found) = yaml::parse(&source);
    let mut reader = Reader::new(&around, &source, Context::Flow);
    let tree = tree.expect("the test's YAML can be parsed");
    let nodes = tree.get("flows").and_then(|flows| flows.as_list()).unwrap_or(std::slice::from_ref(&tree));
    let bodies = nodes.iter().filter_map(|node| FlowBody::read(node, &FlowBody::SHAPE, &mut reader)).collect();
    found.extend(reader.diagnostics);
    (bodies, found)
}

/// Configurations written as the YAML of a mapping, and what is wrong with them.
fn read_configs(text: &str) -> (Vec<(String, Config)>, Vec<Diagnostic>) {
    let files = Files::new(std::path::Path::new("."));
    let programs = Programs::default();
    let around = surroundings(&files, &programs, BTreeMap::new());
    let source = SourceText::new("app.yaml", text);
    let tree = yaml::parse(&source).0.expect("the test's YAML can be parsed");
    let mut reader = Reader::new(&around, &source, Context::Config);
    let read = Named::<Config>::read(&tree, &Named::<Config>::SHAPE, &mut reader);
    (read.map(|named| named.0).unwrap_or_default(), reader.diagnostics)
}

impl App {
    /// The flows of a YAML text, under changed settings.
    pub fn with(flows: &str, change: impl FnOnce(&mut Settings)) -> App {
        App::on(Clock::virtual_from(SystemTime::UNIX_EPOCH), flows, change)
    }

    /// The same on a given clock.
    pub fn on(clock: Clock, flows: &str, change: impl FnOnce(&mut Settings)) -> App {
        App::build(clock, "{}", flows, change, None)
    }

    /// The flows of a YAML text, watched.
    pub fn watched(flows: &str, hooks: Box<dyn Hooks>) -> App {
        App::build(Clock::virtual_from(SystemTime::UNIX_EPOCH), "{}", flows, |_| {}, Some(Arc::from(hooks)))
    }

    /// The flows of a YAML text, with configurations of components written as the YAML of a mapping.
    pub fn with_configs(configs: &str, flows: &str) -> App {
        App::build(Clock::virtual_from(SystemTime::UNIX_EPOCH), configs, flows, |_| {}, None)
    }

    fn build(
        clock: Clock,
        configs: &str,
        flows: &str,
        change: impl FnOnce(&mut Settings),
        hooks: Option<Arc<dyn Hooks>>,
    ) -> App {
        let mut resources = Resources::new();
        let mut kinds = BTreeMap::new();
        let (configs, found) = read_configs(configs);
        assert!(!crate::diagnostic::has_errors(&found), "{found:#?}");
        for (name, config) in configs {
            kinds.insert(name.clone(), config.kind.key.to_owned());
            let instance = crate::components::open(&config).expect("the configuration works");
            resources.extend(instance.map(|instance| (name.as_str().into(), instance)));
        }
        let (bodies, found) = read(flows, kinds);
        assert!(!crate::diagnostic::has_errors(&found), "{found:#?}");
        let mut settings = Settings::of("test", "1.0.0");
        settings.log_level = Level::Debug;
        change(&mut settings);
        let mut builder = Builder::new(&resources);
        let flows = bodies.iter().map(|body| Flow {
            name: body.name.value.clone(),
            steps: builder.steps(&body.steps),
            gate: Arc::new(Gate::new(
                body.max_concurrency.unwrap_or(64) as usize,
                body.queue.unwrap_or(256) as usize,
                Duration::from_secs(30),
            )),
            timeout: body.timeout,
            counts: Arc::default(),
        });
        let flows = flows.collect();
        assert!(builder.errors.is_empty(), "{:?}", builder.errors);
        let log = Memory::default();
        let plan = Plan { settings, flows, resources, hooks };
        App { runtime: Runtime::new(plan, clock, Box::new(log.clone())), log }
    }

    /// The flows of a YAML text.
    pub fn new(flows: &str) -> App {
        App::with(flows, |_| {})
    }

    /// One flow `main` with these steps, written as the YAML of a list.
    pub fn of_steps(steps: &str) -> App {
        App::new(&flow(steps))
    }

    /// Runs the flow `main`.
    pub async fn run(&self, message: Message) -> Ended {
        let flow = self.runtime.flow("main").expect("there is a flow main").clone();
        self.runtime.run(Request { flow, trigger: "test", message }).await.expect("the run is admitted")
    }

    /// The events so far.
    pub async fn events(&self) -> Vec<Event> {
        self.runtime.log().flush().await;
        self.log.events()
    }

    /// The records of runs so far; `events` waits for them.
    pub fn records(&self) -> Vec<RunRecord> {
        self.log.runs()
    }
}

/// A flow `main` with these steps.
pub fn flow(steps: &str) -> String {
    let indented: String = steps.lines().map(|line| format!("  {line}\n")).collect();
    format!("name: main\nsteps:\n{indented}")
}

/// A JSON text as a document.
pub fn json(text: &str) -> Document {
    Document::from_json(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A message with a payload, attributes and variables that tests look for.
pub fn input(payload: Document) -> Message {
    Message::new(payload, json(r#"{"from": "input"}"#), json(r#"{"kept": 1}"#))
}

/// Runs steps on [`input`] and gives the message, which must be there.
pub async fn run(steps: &str, payload: &str) -> Message {
    let ended = App::of_steps(steps).run(input(json(payload))).await;
    ended.result.unwrap_or_else(|failure| panic!("{steps}\n{}", failure.fault.render()))
}

/// Runs steps on [`input`] and gives the code and description of the error, which must be there, and the failed message.
pub async fn fail(steps: &str, payload: &str) -> (String, String, Message) {
    let ended = App::of_steps(steps).run(input(json(payload))).await;
    match ended.result {
        Ok(message) => panic!("{steps} gave {:?}", message.payload().to_json(false)),
        Err(failure) => (failure.fault.code.to_string(), failure.fault.description.clone(), failure.message),
    }
}

/// Asserts that a message's part is what a JSON text says.
#[track_caller]
pub fn is(document: &Document, text: &str) {
    let shown = document.to_json(false).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(*document == json(text), "{shown:?} is not {text}");
}

/// Asserts that everything but the payload is as in [`input`].
#[track_caller]
pub fn unchanged_but_payload(message: &Message) {
    is(message.attributes(), r#"{"from": "input"}"#);
    is(message.variables(), r#"{"kept": 1}"#);
    assert!(message.error().is_none());
}
