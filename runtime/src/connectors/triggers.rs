//! Everything of an app that begins by itself: listeners and schedules, from their start to their end.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::database::pool::Database;
use super::http::listener::config::ListenerConfig;
use super::http::listener::start::{Listeners, Listening};
use super::http::listener::trigger::ListenerParams;
use super::scheduler::trigger::{Schedule, SchedulerParams, run};
use super::{Surroundings, open};
use crate::components;
use crate::engine::{Event, Level, Resources, Runtime};
use crate::model::App;

/// Makes the instances of all configurations of an app.
///
/// # Errors
/// Each configuration that can never work, with the reason.
pub fn open_all(app: &App, around: &Surroundings) -> Result<Resources, Vec<String>> {
    let (mut resources, mut errors) = (Resources::new(), Vec::new());
    for (name, config) in &app.file.configs.0 {
        let opened = components::open(config).transpose().or_else(|| open(config, around).transpose());
        match opened.transpose() {
            Ok(Some(resource)) => drop(resources.insert(name.as_str().into(), resource)),
            Ok(None) => {}
            Err(reason) => errors.push(format!("configuration {name}: {reason}")),
        }
    }
    if errors.is_empty() { Ok(resources) } else { Err(errors) }
}

/// Lets databases run their `init` statements. One that is down runs them when it is first used; that is only noted.
pub async fn prepare_all(resources: &Resources, runtime: &Runtime) {
    for (name, resource) in resources {
        let Some(database) = resource.downcast_ref::<Database>() else { continue };
        if let Err(fault) = database.prepare().await {
            let content = format!("configuration {name} is not ready: {}", fault.description);
            let mut event = Event::new(runtime.clock().wall(), Level::Warn, content);
            event.code = fault.code.to_string();
            runtime.log().write(event).await;
        }
    }
}

/// Closes what has connections, after the last run.
pub async fn close_all(resources: &Resources) {
    for resource in resources.values() {
        if let Some(database) = resource.downcast_ref::<Database>() {
            database.close().await;
        }
    }
}

/// The triggers of an app that runs.
pub struct Triggers {
    /// What listens where.
    pub listeners: Listeners,
}

impl Triggers {
    /// Starts the triggers of an app whose folder is `folder`. Schedules end by themselves when the app stops.
    ///
    /// # Errors
    /// What can never work, such as an address in use.
    pub async fn start(app: &App, folder: &Path, runtime: &Arc<Runtime>) -> Result<Triggers, String> {
        let listening: Vec<Listening<'_>> = app
            .file
            .configs
            .0
            .iter()
            .filter_map(|(name, config)| {
                let config = config.params::<ListenerConfig>()?;
                Some(Listening { name, config, flows: listeners_of(app, name) })
            })
            .collect();
        let listeners = Listeners::start(&listening, runtime, folder).await?;
        let since = runtime.clock().wall().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        for flow in &app.flows {
            let trigger = flow.body.trigger.as_ref().and_then(|trigger| trigger.params::<SchedulerParams>());
            let (Some(own), Some(flow)) = (trigger, runtime.flow(flow.name())) else { continue };
            let schedule = Schedule::new(own, &app.file.dataway.timezone, now)?;
            tokio::spawn(run(Arc::clone(runtime), Arc::clone(flow), schedule, own.skip_if_running));
        }
        Ok(Triggers { listeners })
    }

    /// Stage one of the end: listeners take no new requests. Called before the runtime shuts down.
    pub fn stop_accepting(&self) {
        self.listeners.stop_accepting();
    }

    /// Stage two, after the runs have ended: connections close.
    pub async fn close(&self, patience: Duration) {
        self.listeners.close(patience).await;
    }
}

/// The flows that listen at a configuration, in load order.
pub(crate) fn listeners_of<'a>(app: &'a App, config: &str) -> Vec<(&'a str, &'a ListenerParams)> {
    let trigger = |flow: &'a Arc<crate::model::Flow>| {
        let params = flow.body.trigger.as_ref()?.params::<ListenerParams>()?;
        (params.config.name == config).then_some((&**flow.name(), params))
    };
    app.flows.iter().filter_map(trigger).collect()
}
