//! Where a case is played: an engine of its own, with fresh configurations, stores, locks and clock (part 4, section 9).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dataway_lang::Document;

use super::coverage::Branches;
use super::mocks::{Index, ReadyMock};
use super::watch::{Problems, Unmocked, Watch};
use crate::check::walk::Parts;
use crate::components;
use crate::connectors::database::pool::Database;
use crate::connectors::triggers::close_all;
use crate::connectors::{self, Surroundings};
use crate::engine::log::Memory;
use crate::engine::{Builder, Clock, Component, Flow, Plan, Request, Resources, Runtime, Settings};
use crate::message::Message;
use crate::model::{self, App, Config, Suite, TestTime, Trace};

/// How long runs and connections may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// An engine for one case, or for the steps before or after all cases.
pub struct Stage {
    /// The engine.
    pub runtime: Arc<Runtime>,
    /// Who watches it.
    pub watch: Watch,
    /// The adjacent steps that the case runs in the place of a flow.
    pub range: Option<Arc<Flow>>,
    before: Option<Arc<Flow>>,
    after: Option<Arc<Flow>>,
    resources: Resources,
}

/// What is played on a stage beside the flows of the app.
#[derive(Default)]
pub struct Script<'a> {
    /// Steps before, and the key below which they stand.
    pub before: Option<(&'static str, &'a model::Steps)>,
    /// Steps after, and the key below which they stand.
    pub after: Option<(&'static str, &'a model::Steps)>,
    /// A flow of which only the steps from the one id to the other run.
    pub range: Option<(&'a model::Flow, &'a str, &'a str)>,
    /// The mocks, in the order in which they are asked.
    pub mocks: Vec<ReadyMock>,
}

/// The configurations of a suite: the app's, replaced where the suite says so.
pub fn configs<'a>(app: &'a App, suite: &'a Suite) -> impl Iterator<Item = (&'a str, &'a Config)> {
    let own = &suite.body.configs.0;
    app.file.configs.0.iter().map(move |(name, config)| {
        let replaced = own.iter().find(|(replaced, _)| replaced == name);
        (name.as_str(), replaced.map_or(config, |(_, config)| config))
    })
}

/// Whether cases of a suite may use a configuration for real.
fn is_real(suite: &Suite, config: &str) -> bool {
    suite.body.allow_real.iter().any(|name| name.value == config)
        || suite.body.configs.0.iter().any(|(name, _)| name == config)
}

/// What cases may use for real.
#[derive(Default)]
struct Instances {
    /// The instances of configurations.
    resources: Resources,
    /// Keys that cannot be used, and why: their secrets may be known only where the app runs.
    unusable: BTreeMap<String, String>,
}

impl Instances {
    /// Makes the instances.
    fn open(app: &App, suite: &Suite) -> Result<Instances, String> {
        let around = Surroundings::new(app.files.root(), None);
        let mut made = Instances::default();
        for (name, config) in configs(app, suite) {
            let is_real = is_real(suite, name);
            let is_crypto = config.kind.key == "crypto";
            if !is_crypto && config.kind.key != "state" && !is_real {
                continue;
            }
            let opened = components::open(config).transpose().or_else(|| connectors::open(config, &around).transpose());
            match opened.transpose() {
                Ok(resource) => made.resources.extend(resource.map(|resource| (name.into(), resource))),
                Err(reason) if is_crypto && !is_real => drop(made.unusable.insert(name.to_owned(), reason)),
                Err(reason) => return Err(format!("configuration {name}: {reason}")),
            }
        }
        Ok(made)
    }

    /// Why a step must not be executed for real; `None` if it may.
    fn forbid(&self, suite: &Suite, step: &model::Step) -> Option<String> {
        let (key, id) = (step.key(), &step.id);
        let config = Parts::of(&*step.params).configs.first().map(|config| config.name.as_str());
        if let Some((name, reason)) = config.and_then(|name| self.unusable.get_key_value(name)) {
            return Some(format!("step {id} ({key}) is not mocked, and `{name}` cannot be used: {reason}"));
        }
        if !connectors::COMPONENTS.iter().any(|own| own.description.key == key) {
            return None;
        }
        match config {
            Some(name) if is_real(suite, name) => None,
            Some(name) => Some(format!(
                "step {id} ({key}) is not mocked: mock it, replace `{name}` under `configs`, or allow it under `allow-real`"
            )),
            None => Some(format!(
                "step {id} ({key}) is not mocked: mock it, since it names no configuration that could be allowed"
            )),
        }
    }
}

impl Stage {
    /// A stage for a suite of an app. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// Configurations and steps that can never work, `init` statements that fail.
    pub async fn open(app: &App, suite: &Suite, index: &Arc<Index>, script: Script<'_>) -> Result<Stage, String> {
        let instances = Instances::open(app, suite)?;
        let problems = Problems::default();
        let stand_in = |step: &model::Step| {
            let reason = instances.forbid(suite, step)?;
            Some(Box::new(Unmocked::new(reason, &problems)) as Box<dyn Component>)
        };
        let mut builder = Builder::new(&instances.resources);
        builder.stand_in = Some(&stand_in);
        let flows: Vec<Flow> = app.flows.iter().map(|flow| Flow::build(flow, &app.file.run, &mut builder)).collect();
        let range = script
            .range
            .and_then(|(flow, from, to)| flows.iter().find(|built| built.name == *flow.name())?.range(from, to));
        // Names that no flow of an app can have.
        let mut beside = |(key, steps): (&str, &model::Steps)| {
            let name = format!("{key} ({})", suite.body.suite.value).into();
            Arc::new(Flow {
                name,
                steps: builder.steps(steps),
                gate: Arc::default(),
                timeout: None,
                counts: Arc::default(),
            })
        };
        let (before, after) = (script.before.map(&mut beside), script.after.map(&mut beside));
        if !builder.errors.is_empty() {
            let said = builder.errors.iter().map(|(at, reason)| format!("{at}: {reason}"));
            return Err(said.collect::<Vec<_>>().join("\n"));
        }
        let mut branches = Branches::default();
        flows.iter().chain(&range).for_each(|flow| branches.add(flow));
        let recording = (app.file.log.trace == Trace::Payloads).then(|| app.redactor.clone());
        let watch = Watch::new(index, script.mocks, branches, &problems, recording);
        let clock = match suite.body.time {
            TestTime::Virtual => Clock::virtual_from(SystemTime::now()),
            TestTime::Real => Clock::real(),
        };
        let hooks = Some(Arc::new(watch.clone()) as Arc<_>);
        let resources = instances.resources;
        let plan = Plan { settings: Settings::of_app(app), flows, resources: resources.clone(), hooks };
        let runtime = Runtime::new(plan, clock, Box::new(Memory::default()));
        let stage = Stage { runtime, watch, range: range.map(Arc::new), before, after, resources };
        for (name, resource) in &stage.resources {
            if let Some(database) = resource.downcast_ref::<Database>()
                && let Err(fault) = database.prepare().await
            {
                stage.close().await;
                return Err(format!("configuration {name} is not ready: {fault}"));
            }
        }
        Ok(stage)
    }

    /// Plays the steps before, on a message; gives one with the variables that they leave.
    ///
    /// # Errors
    /// How they failed.
    pub async fn before(&self, message: Message) -> Result<Message, String> {
        self.beside(self.before.as_ref(), message).await
    }

    /// Plays the steps after.
    ///
    /// # Errors
    /// How they failed.
    pub async fn after(&self, message: Message) -> Result<Message, String> {
        self.beside(self.after.as_ref(), message).await
    }

    async fn beside(&self, flow: Option<&Arc<Flow>>, message: Message) -> Result<Message, String> {
        let Some(flow) = flow else { return Ok(message) };
        let request = Request { flow: flow.clone(), trigger: "test", message };
        let ended = self.runtime.run(request).await.map_err(|fault| fault.to_string())?;
        self.runtime.drained().await;
        match ended.result {
            // Variables are all that they give to what comes behind.
            Ok(message) => Ok(Message::new(Document::None, Document::None, message.variables().clone())),
            Err(failure) => Err(failure.fault.render().trim_end().to_owned()),
        }
    }

    /// Ends whatever still runs.
    pub async fn end_runs(&self) {
        for job in self.runtime.jobs() {
            job.cancel("CORE:CANCELLED");
        }
        // What does not end even so goes with the thread of the case.
        let _ = tokio::time::timeout(PATIENCE, self.runtime.drained()).await;
    }

    /// Ends whatever still runs, and closes connections.
    pub async fn close(&self) {
        self.end_runs().await;
        let _ = tokio::time::timeout(PATIENCE, close_all(&self.resources)).await;
    }
}
