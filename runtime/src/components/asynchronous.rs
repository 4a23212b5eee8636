//! `async`: steps that run beside the flow, as a run of their own.

use std::sync::Arc;

use dataway_lang::Document;

use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, Steps};
use crate::message::Message;
use crate::model;
use crate::params;

params! {
    /// Executes steps beside the flow, which goes on at once. Their errors are only logged.
    pub struct AsyncParams {
        /// The steps.
        "steps" steps: model::Steps,
    }
}

/// `async`: the message passes unchanged.
pub struct Async(Arc<Steps>);

impl Async {
    /// The step with these parameters.
    pub fn new(params: &AsyncParams, builder: &mut Builder<'_>) -> Async {
        Async(builder.steps(&params.steps))
    }
}

impl Component for Async {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let mut snapshot = message.clone();
            snapshot.set_error(Document::None);
            let started = run.runtime().background(run, &self.0, snapshot).await;
            StepEnd::of(started.map(drop), message)
        })
    }

    fn inside(&self) -> Vec<&Arc<Steps>> {
        vec![&self.0]
    }
}
