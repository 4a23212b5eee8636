//! `for-each`: the steps for each element, one after the other.

use std::sync::Arc;

use super::looping::{Collection, LoopVariables, turn};
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, Steps};
use crate::expr::Param;
use crate::message::{Failure, Message};
use crate::model;
use crate::params;

params! {
    /// Executes steps for each element of a collection, one after the other.
    pub struct ForEachParams {
        /// What to go over.
        "collection" collection: Param [default("#[msg.payload]")],
        /// The variable with the index from 0.
        "counter" counter: Arc<str> [default("counter")],
        /// The variable with the message that entered the loop.
        "root-message" root_message: Arc<str> [default("rootMessage")],
        /// The steps; the payload is the element.
        "steps" steps: model::Steps,
    }
}

/// `for-each`: payload and attributes stay; variables are as the last turn left them.
pub struct ForEach {
    collection: Param,
    counter: Arc<str>,
    root_message: Arc<str>,
    steps: Arc<Steps>,
}

impl ForEach {
    /// The step with these parameters.
    pub fn new(params: &ForEachParams, builder: &mut Builder<'_>) -> ForEach {
        let ForEachParams { collection, counter, root_message, steps } = params;
        let steps = builder.steps(steps);
        ForEach { collection: collection.clone(), counter: counter.clone(), root_message: root_message.clone(), steps }
    }

    async fn go(&self, run: &Run, input: Message) -> StepEnd {
        let mut collection = match Collection::evaluate(&self.collection, run, &input).await {
            Ok(collection) => collection,
            Err(fault) => return StepEnd::fail(fault, input),
        };
        let _held = match run.hold(collection.size()) {
            Ok(lease) => lease,
            Err(fault) => return StepEnd::fail(fault, input),
        };
        let own = LoopVariables::new(Some(&self.counter), &self.root_message, &input);
        let mut variables = input.variables().clone();
        for n in 0.. {
            let item = match collection.next().await {
                Ok(Some(item)) => item,
                Ok(None) => break,
                Err(fault) => return StepEnd::fail(fault, input),
            };
            let mut message = turn(&input, item, variables);
            own.set(&mut message, n);
            match self.steps.execute(run, message).await {
                StepEnd::Next(message) | StepEnd::Continue(message) => variables = message.variables().clone(),
                StepEnd::Break(message) => {
                    variables = message.variables().clone();
                    break;
                }
                StepEnd::Fail(Failure { fault, message }) => {
                    return StepEnd::fail(fault, own.restore(message).with_error_of(&input));
                }
            }
        }
        let mut message = input.clone();
        message.set_variables(variables);
        StepEnd::Next(own.restore(message))
    }
}

impl Component for ForEach {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message))
    }

    fn inside(&self) -> Vec<&Arc<Steps>> {
        vec![&self.steps]
    }
}
