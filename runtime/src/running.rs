//! An app that is up: instances of its configurations, its engine, its triggers.
//!
//! The order of a start and of an end is here (part 4, section 3); everything else is in the rooms that it brings together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::admin::Admin;
use crate::connectors::Surroundings;
use crate::connectors::http::listener::start::Site;
use crate::connectors::triggers::{Triggers, close_all, open_all, prepare_all};
use crate::engine::{Clock, Event, Hooks, Level, Plan, Resources, Runtime, Several, Sink};
use crate::inspect::otlp::{Exporter, Target};
use crate::inspect::recorder::Recorder;
use crate::model::{self, Trace};

/// How long connections have to take their last answer.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Name of the file with state values, inside the log folder.
const STATE: &str = "state.db";

/// An app that is up.
pub struct Running {
    /// Its engine.
    pub runtime: Arc<Runtime>,
    resources: Resources,
    /// `None` when only single flows are run.
    triggers: Option<Triggers>,
    /// `None` too when the app says so.
    admin: Option<Admin>,
    /// `None` unless traces are wanted.
    exporter: Option<Exporter>,
}

impl Running {
    /// Starts the engine of an app, which lies in the folder `root`, but no trigger. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// Configurations and steps that can never work.
    pub async fn engine(app: &model::App, root: &Path, sink: Box<dyn Sink>) -> Result<Running, Vec<String>> {
        let state = root.join(&app.file.log.dir).join(STATE);
        let resources = open_all(app, &Surroundings::new(root, Some(state)))?;
        let said = |(at, reason): (String, String)| format!("{at}: {reason}");
        let plan = Plan::of_app(app, resources.clone());
        let mut plan = plan.map_err(|errors| errors.into_iter().map(said).collect::<Vec<_>>())?;
        let is_traced = app.file.log.trace == Trace::Payloads;
        let mut hooks: Vec<Arc<dyn Hooks>> = Vec::new();
        if is_traced {
            hooks.push(Arc::new(Recorder::new(&app.redactor)));
        }
        let environment = |name: &str| std::env::var(name).ok();
        let target = Target::of(&environment, &app.file.name, &app.file.version).map_err(|reason| vec![reason])?;
        let mut exporter = None;
        if let Some(target) = target {
            let (spans, own) = Exporter::start(target).map_err(|reason| vec![reason])?;
            hooks.push(Arc::new(spans));
            exporter = Some(own);
        }
        plan.hooks = Several::of(hooks);
        let runtime = Runtime::new(plan, Clock::real(), sink);
        if is_traced {
            let content =
                "the run log records the messages of all steps (trace: payloads), and business data with them";
            runtime.log().write(Event::new(runtime.clock().wall(), Level::Warn, content)).await;
        }
        prepare_all(&resources, &runtime).await;
        Ok(Running { runtime, resources, triggers: None, admin: None, exporter })
    }

    /// Starts an app with its admin API and its triggers.
    ///
    /// # Errors
    /// Configurations, steps and triggers that can never work, such as an address in use.
    pub async fn start(app: &model::App, root: &Path, sink: Box<dyn Sink>) -> Result<Running, Vec<String>> {
        let mut made = Running::engine(app, root, sink).await?;
        if let Err(reason) = made.open(app, root).await {
            made.stop().await;
            return Err(vec![reason]);
        }
        if let Some(admin) = &made.admin {
            admin.ready(made.sites());
        }
        Ok(made)
    }

    async fn open(&mut self, app: &model::App, root: &Path) -> Result<(), String> {
        self.admin = Admin::start(app, root, &self.runtime).await?;
        self.triggers = Some(Triggers::start(app, root, &self.runtime).await?);
        Ok(())
    }

    /// What listens where.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        self.triggers.as_ref().map_or(&[], |triggers| &triggers.listeners.sites)
    }

    /// Where the admin API listens.
    #[must_use]
    pub fn admin_url(&self) -> Option<String> {
        self.admin.as_ref().map(Admin::url)
    }

    /// Completes when somebody asks for the end of the app through its admin API.
    pub async fn stop_requested(&self) {
        match &self.admin {
            Some(admin) => admin.stop_requested().await,
            None => std::future::pending().await,
        }
    }

    /// Ends the app: accepts nothing more, lets runs end, gives the last answers, closes connections and the run log.
    pub async fn stop(&self) {
        if let Some(triggers) = &self.triggers {
            triggers.stop_accepting();
        }
        self.runtime.shutdown().await;
        if let Some(triggers) = &self.triggers {
            triggers.close(LAST_ANSWERS).await;
        }
        close_all(&self.resources).await;
        if let Some(admin) = &self.admin {
            admin.close().await;
        }
        if let Some(exporter) = &self.exporter {
            exporter.close().await;
        }
        self.runtime.log().close().await;
    }
}
