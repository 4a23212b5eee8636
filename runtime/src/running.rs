//! An app that is up: instances of its configurations, its engine, its triggers.
//!
//! The order of a start and of an end is here (part 4, section 3); everything else is in the rooms that it brings together.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::connectors::http::listener::config::ListenerConfig;
use crate::connectors::http::listener::start::{Listeners, Listening};
use crate::connectors::http::listener::trigger::ListenerParams;
use crate::connectors::scheduler::trigger::{Schedule, SchedulerParams, run as schedule};
use crate::connectors::{self, Surroundings};
use crate::engine::{Clock, Plan, Resources, Runtime, Sink};
use crate::{components, model};

/// How long connections have to take their last answer.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Name of the file with state values, inside the log folder.
const STATE: &str = "state.json";

/// An app that is up.
pub struct Running {
    /// Its engine.
    pub runtime: Arc<Runtime>,
    /// What listens; empty when triggers were not started.
    pub listeners: Listeners,
}

/// Makes the instances of an app's configurations.
///
/// # Errors
/// Each configuration that can never work, with the reason.
pub fn open(app: &model::App, root: &Path) -> Result<Resources, Vec<String>> {
    let state = root.join(&app.file.log.dir).join(STATE);
    let around = Surroundings::new(root, Some(state));
    let (mut resources, mut errors) = (Resources::new(), Vec::new());
    for (name, config) in &app.file.configs.0 {
        let opened = components::open(config).transpose().or_else(|| connectors::open(config, &around).transpose());
        match opened {
            Some(Ok(instance)) => {
                resources.insert(name.as_str().into(), instance);
            }
            Some(Err(reason)) => errors.push(format!("configuration {name}: {reason}")),
            None => {}
        }
    }
    if errors.is_empty() { Ok(resources) } else { Err(errors) }
}

impl Running {
    /// Starts the engine of an app, which lies in the folder `root`, but no trigger. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// Configurations and steps that can never work.
    pub fn engine(app: &model::App, root: &Path, sink: Box<dyn Sink>) -> Result<Running, Vec<String>> {
        let said = |(at, reason): (String, String)| format!("{at}: {reason}");
        let plan = Plan::of_app(app, open(app, root)?);
        let plan = plan.map_err(|errors| errors.into_iter().map(said).collect::<Vec<_>>())?;
        let runtime = Runtime::new(plan, Clock::real(), sink);
        Ok(Running { runtime, listeners: Listeners::default() })
    }

    /// Starts an app with its triggers.
    ///
    /// # Errors
    /// Configurations, steps and triggers that can never work, such as an address in use.
    pub async fn start(app: &model::App, root: &Path, sink: Box<dyn Sink>) -> Result<Running, Vec<String>> {
        let mut made = Running::engine(app, root, sink)?;
        made.listeners = Listeners::start(&listening(app), &made.runtime, root).await.map_err(|reason| vec![reason])?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        for flow in &app.flows {
            let Some(params) = flow.body.trigger.as_ref().and_then(|trigger| trigger.params::<SchedulerParams>())
            else {
                continue;
            };
            let times = Schedule::new(params, &app.file.dataway.timezone, now);
            let times = times.map_err(|reason| vec![format!("flow {}: {reason}", flow.name())])?;
            if let Some(own) = made.runtime.flow(flow.name()).cloned() {
                tokio::spawn(schedule(made.runtime.clone(), own, times, params.skip_if_running));
            }
        }
        Ok(made)
    }

    /// Ends the app: accepts nothing more, lets runs end, gives the last answers.
    pub async fn stop(&self) {
        self.listeners.stop_accepting();
        self.runtime.shutdown().await;
        self.listeners.close(LAST_ANSWERS).await;
    }
}

/// The listener configurations of an app with the flows behind each.
fn listening(app: &model::App) -> Vec<Listening<'_>> {
    let configs = app.file.configs.0.iter();
    let listeners = configs.filter_map(|(name, config)| Some((name, config.params::<ListenerConfig>()?)));
    listeners
        .map(|(name, config)| {
            let flows = app.flows.iter().filter_map(|flow| {
                let params = flow.body.trigger.as_ref()?.params::<ListenerParams>()?;
                (params.config.name == *name).then_some((&**flow.name(), params))
            });
            Listening { name, config, flows: flows.collect() }
        })
        .collect()
}
