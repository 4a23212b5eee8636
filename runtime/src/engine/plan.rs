//! From an app as it was written to what runs: settings, flows with their limits, built steps.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Builder, Flow, Gate, Plan, Settings};
use crate::model;
use crate::params::Size;

/// The instances that connectors made of configurations, by the configuration's name.
pub type Resources = HashMap<Arc<str>, Arc<dyn Any + Send + Sync>>;

/// Longest run of a flow behind an HTTP listener, unless something is said.
const HTTP_TIMEOUT: Duration = Duration::from_secs(60);

fn bytes(size: Size) -> usize {
    usize::try_from(size.0).unwrap_or(usize::MAX)
}

impl Settings {
    /// The settings of an app.
    #[must_use]
    pub fn of_app(app: &model::App) -> Settings {
        let (file, run, limits) = (&app.file, &app.file.run, &app.file.dataway.limits);
        let mut settings = Settings::of(&file.name, &file.version);
        // The zone was checked when the app was read.
        settings.zone = model::zone(&file.dataway.timezone).unwrap_or(settings.zone);
        settings.script_time = limits.script_time;
        settings.script_memory = bytes(limits.script_memory);
        settings.script_depth = limits.recursion;
        settings.script_result = limits.result_size.map(bytes);
        settings.max_steps = run.max_steps;
        settings.memory = bytes(run.memory);
        settings.max_payload = bytes(run.max_payload);
        settings.async_max = usize::try_from(run.async_max).unwrap_or(usize::MAX);
        settings.drain = run.drain;
        settings.log_level = file.log.level;
        settings
    }
}

impl Plan {
    /// Everything that an app needs to run.
    ///
    /// # Errors
    /// The steps that cannot be built: their places, and the reasons.
    pub fn of_app(app: &model::App, resources: Resources) -> Result<Plan, Vec<(String, String)>> {
        let mut builder = Builder::new(&resources);
        let flows = app.flows.iter().map(|flow| Flow::build(flow, &app.file.run, &mut builder)).collect();
        if !builder.errors.is_empty() {
            return Err(builder.errors);
        }
        Ok(Plan { settings: Settings::of_app(app), flows, resources, hooks: None })
    }
}

impl Flow {
    /// A flow that is ready to run; what goes wrong is noted by the builder.
    pub fn build(flow: &model::Flow, defaults: &model::RunSettings, builder: &mut Builder<'_>) -> Flow {
        let body = &flow.body;
        let number = |own: Option<u32>, default: u32| usize::try_from(own.unwrap_or(default)).unwrap_or(usize::MAX);
        let concurrency = number(body.max_concurrency, defaults.max_concurrency);
        let queue = number(body.queue, defaults.queue);
        let is_http = body.trigger.as_ref().is_some_and(|trigger| trigger.kind.key == "http-listener");
        let timeout = body.timeout.or(defaults.timeout).or_else(|| is_http.then_some(HTTP_TIMEOUT));
        Flow {
            name: flow.name().clone(),
            steps: builder.steps(&body.steps),
            gate: Arc::new(Gate::new(concurrency, queue, body.queue_timeout.unwrap_or(defaults.queue_timeout))),
            timeout,
            counts: Arc::default(),
        }
    }
}
