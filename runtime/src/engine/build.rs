//! From what the user wrote to what runs: steps and their components.
//!
//! What is built here was read and checked; what still goes wrong is said with the place of the step.

use std::any::Any;
use std::sync::Arc;

use super::metrics::StepCounts;
use super::{Component, Resources, Step, Steps};
use crate::check::walk::Parts;
use crate::model;

/// Gives what takes the place of a step, if anything does: tests put it where the step must not be executed for real.
pub type StandIn<'a> = &'a dyn Fn(&model::Step) -> Option<Box<dyn Component>>;

/// Builds steps for one app.
pub struct Builder<'a> {
    /// The connectors' instances of configurations.
    pub resources: &'a Resources,
    /// The id of the step that is being built.
    pub step: Arc<str>,
    /// Asked for each step before its component is made.
    pub stand_in: Option<StandIn<'a>>,
    /// What went wrong so far: the place of a step and the reason.
    pub errors: Vec<(String, String)>,
}

impl<'a> Builder<'a> {
    /// A builder for an app with these instances.
    #[must_use]
    pub fn new(resources: &'a Resources) -> Builder<'a> {
        Builder { resources, step: Arc::default(), stand_in: None, errors: Vec::new() }
    }

    /// The connector's instance of a configuration.
    ///
    /// # Errors
    /// That there is none of that name and kind.
    pub fn resource<T: Any + Send + Sync>(&self, config: &str) -> Result<Arc<T>, String> {
        let found = self.resources.get(config).cloned().and_then(|resource| resource.downcast().ok());
        found.ok_or_else(|| format!("the configuration `{config}` is not ready"))
    }

    /// A list of steps that is ready to run; steps that cannot be built are left out and noted in `errors`.
    pub fn steps(&mut self, steps: &model::Steps) -> Arc<Steps> {
        let mut items = Vec::with_capacity(steps.items.len());
        for step in &steps.items {
            let line = step.source.line_column(step.span.start).line;
            let at = format!("{}:{line}", step.source.name());
            let outer = std::mem::replace(&mut self.step, step.id.clone());
            let built = match self.stand_in.and_then(|stand_in| stand_in(step)) {
                Some(component) => Ok(component),
                None => (step.component.build)(step, self),
            };
            self.step = outer;
            match built {
                Ok(component) => {
                    items.push(Arc::new(Step {
                        id: step.id.clone(),
                        key: step.key(),
                        at: at.into(),
                        component,
                        operates_on: operates_on(step),
                        counts: StepCounts::default(),
                    }));
                }
                Err(reason) => self.errors.push((at, reason)),
            }
        }
        Arc::new(Steps { label: steps.label.as_str().into(), items })
    }
}

/// The configuration on which a step works, if it is an operation of a connector.
fn operates_on(step: &model::Step) -> Option<Arc<str>> {
    let named = Parts::of(&*step.params).configs.first().map(|config| config.name.as_str());
    // A request with an absolute URL needs no configuration.
    let without = step.key() == "http-request";
    named.or(without.then_some("")).map(Into::into)
}
