//! What takes the place of steps (part 4, section 9): which steps a mock stands for, and what it gives.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dataway_lang::Document;

use super::values::Supply;
use crate::check::walk::{self, Parts};
use crate::engine::{Run, Step, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::model::{App, Files, Mock};

/// The configurations that the steps of an app name, by flow and step id.
#[derive(Debug, Default)]
pub struct Index(HashMap<Arc<str>, HashMap<Arc<str>, String>>);

impl Index {
    /// The index of an app.
    #[must_use]
    pub fn of(app: &App) -> Index {
        let mut index = Index::default();
        for flow in &app.flows {
            let steps = index.0.entry(flow.name().clone()).or_default();
            walk::each(&flow.body.steps, &mut |step| {
                if let Some(config) = Parts::of(&*step.params).configs.first() {
                    steps.insert(step.id.clone(), config.name.clone());
                }
            });
        }
        index
    }

    fn config(&self, flow: &str, step: &str) -> Option<&str> {
        self.0.get(flow)?.get(step).map(String::as_str)
    }

    /// Takes `FLOW/ID` apart if it names a flow of the app. An id alone means that step in every flow.
    #[must_use]
    pub fn place<'a>(&self, id: &'a str) -> (Option<&'a str>, &'a str) {
        match id.split_once('/') {
            Some((flow, id)) if self.0.contains_key(flow) => (Some(flow), id),
            _ => (None, id),
        }
    }
}

/// The steps that a mock stands for.
#[derive(Debug)]
enum Subject {
    /// One step, in one flow or in every one that has it.
    Step(Option<String>, String),
    /// Every step of a component.
    Component(String),
    /// Every operation on a configuration.
    Config(String),
}

/// What a mock gives.
#[derive(Debug)]
enum Given {
    Return { payload: Option<Supply>, attributes: Option<Supply>, variables: Option<Supply> },
    Raise { code: String, description: String },
}

/// A mock that is ready to be used by one case.
#[derive(Debug)]
pub struct ReadyMock {
    subject: Subject,
    when: Option<Param>,
    times: Option<u32>,
    used: AtomicU32,
    given: Given,
}

impl ReadyMock {
    /// Makes a mock ready.
    ///
    /// # Errors
    /// Why a file cannot be read.
    pub fn of(mock: &Mock, index: &Index, files: &Arc<Files>) -> Result<ReadyMock, String> {
        let subject = match (&mock.step, &mock.component, &mock.config) {
            (Some(step), ..) => {
                let (flow, id) = index.place(&step.value);
                Subject::Step(flow.map(str::to_owned), id.to_owned())
            }
            (_, Some(component), _) => Subject::Component(component.value.clone()),
            (_, _, config) => Subject::Config(config.as_ref().map(|config| config.value.clone()).unwrap_or_default()),
        };
        let given = match (&mock.gives, &mock.raise) {
            (_, Some(raise)) => Given::Raise { code: raise.kind.clone(), description: raise.description.clone() },
            (gives, None) => {
                let part =
                    |part: Option<&crate::model::TestValue>| part.map(|part| Supply::of(part, files)).transpose();
                let gives = gives.as_ref();
                Given::Return {
                    payload: part(gives.and_then(|gives| gives.payload.as_ref()))?,
                    attributes: part(gives.and_then(|gives| gives.attributes.as_ref()))?,
                    variables: part(gives.and_then(|gives| gives.variables.as_ref()))?,
                }
            }
        };
        Ok(ReadyMock { subject, when: mock.when.clone(), times: mock.times, used: AtomicU32::new(0), given })
    }

    /// What it stands for, as it was written.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.subject {
            Subject::Step(Some(flow), id) => format!("step {flow}/{id}"),
            Subject::Step(None, id) => format!("step {id}"),
            Subject::Component(key) => format!("component {key}"),
            Subject::Config(name) => format!("config {name}"),
        }
    }

    /// Whether it took the place of a step so far.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.used.load(Ordering::Relaxed) > 0
    }

    fn stands_for(&self, index: &Index, flow: &str, step: &Step) -> bool {
        match &self.subject {
            Subject::Step(own, id) => own.as_deref().is_none_or(|own| own == flow) && **id == *step.id,
            Subject::Component(key) => key == step.key,
            Subject::Config(name) => index.config(flow, &step.id) == Some(name),
        }
    }

    /// The end of a step, if the mock takes its place now.
    ///
    /// # Errors
    /// What is wrong with the mock itself.
    pub async fn end(&self, index: &Index, run: &Run, step: &Step, input: &Message) -> Result<Option<StepEnd>, String> {
        if !self.stands_for(index, &run.flow().name, step) {
            return Ok(None);
        }
        let failed = |reason: String| format!("the mock of {}: {reason}", self.label());
        if let Some(condition) = &self.when
            && !condition.truth(run, input).await.map_err(|fault| failed(format!("`when`: {fault}")))?
        {
            return Ok(None);
        }
        let most = self.times.unwrap_or(u32::MAX);
        let take = |used: u32| (used < most).then(|| used.saturating_add(1));
        if self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            return Ok(None);
        }
        match &self.given {
            Given::Raise { code, description } => {
                // What `raise-error` raises has no parent, whatever its name; everything else has the parents of its code.
                let fault = match step.key {
                    "raise-error" => Fault::raised(code.clone(), description.clone()),
                    _ => Fault::new(code.clone(), description.clone()),
                };
                Ok(Some(StepEnd::fail(fault, input.clone())))
            }
            Given::Return { payload, attributes, variables } => {
                let mut message = input.clone();
                if let Some(payload) = payload {
                    message.set_payload(payload.get(run.runtime(), input).await.map_err(&failed)?);
                }
                if let Some(attributes) = attributes {
                    message.set_attributes(attributes.get(run.runtime(), input).await.map_err(&failed)?);
                }
                if let Some(variables) = variables {
                    let added = variables.get(run.runtime(), input).await.map_err(&failed)?;
                    add_variables(&mut message, &added).map_err(&failed)?;
                }
                Ok(Some(StepEnd::Next(message)))
            }
        }
    }
}

/// Adds the entries of a dict to the variables of a message.
///
/// # Errors
/// That it is no dict with text keys.
pub fn add_variables(message: &mut Message, added: &Document) -> Result<(), String> {
    let dict = added.as_dict().ok_or_else(|| format!("variables must be a dict, not {}", added.type_name()))?;
    for (name, value) in dict.iter() {
        message.set_variable(name.as_str().ok_or("names of variables must be str")?, value.clone());
    }
    Ok(())
}
