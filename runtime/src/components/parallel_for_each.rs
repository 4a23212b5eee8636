//! `parallel-for-each`: the steps for each element, several at a time.

use std::sync::Arc;

use dataway_lang::Document;

use super::looping::{Collection, LoopVariables, turn};
use super::parallel::{Branches, first_fault};
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, Steps};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::model;
use crate::params;

params! {
    /// Executes steps for each element of a collection, several elements at a time.
    pub struct ParallelForEachParams {
        /// What to go over.
        "collection" collection: Param [default("#[msg.payload]")],
        /// The variable with the index from 0.
        "counter" counter: Arc<str> [default("counter")],
        /// The variable with the message that entered the loop.
        "root-message" root_message: Arc<str> [default("rootMessage")],
        /// Elements at a time.
        "max-parallel" max_parallel: usize [default("4"), int(1, 256), documented(2, 8)],
        /// Whether an error ends the step.
        "stop-on-error" stop_on_error: bool [default("false")],
        /// The variable that receives index and error of each element that failed.
        "errors" errors: Option<Arc<str>> [optional()],
        /// The steps; the payload is the element.
        "steps" steps: model::Steps,
    }
}

/// `parallel-for-each`: the payload becomes the list of the elements' payloads; everything else stays, but for the variable
/// with the errors.
pub struct ParallelForEach {
    collection: Param,
    counter: Arc<str>,
    root_message: Arc<str>,
    max_parallel: usize,
    stop_on_error: bool,
    errors: Option<Arc<str>>,
    steps: Arc<Steps>,
}

impl ParallelForEach {
    /// The step with these parameters.
    pub fn new(params: &ParallelForEachParams, builder: &mut Builder<'_>) -> ParallelForEach {
        ParallelForEach {
            collection: params.collection.clone(),
            counter: params.counter.clone(),
            root_message: params.root_message.clone(),
            max_parallel: params.max_parallel,
            stop_on_error: params.stop_on_error,
            errors: params.errors.clone(),
            steps: builder.steps(&params.steps),
        }
    }

    async fn go(&self, run: &Run, input: &Message) -> Result<Message, Fault> {
        let mut collection = Collection::evaluate(&self.collection, run, input).await?;
        let own = LoopVariables::new(Some(&self.counter), &self.root_message, input);
        let mut branches = Branches::new(run, self.max_parallel, collection.size())?;
        for n in 0.. {
            branches.room().await?;
            if self.stop_on_error && branches.has_failed() {
                break;
            }
            let Some(item) = collection.next().await? else { break };
            let mut message = turn(input, item, input.variables().clone());
            own.set(&mut message, n);
            branches.start(&self.steps, message);
        }
        let ends = branches.finish().await?;
        if self.stop_on_error
            && let Some(fault) = first_fault(&ends)
        {
            return Err(fault);
        }
        let mut errors = Vec::new();
        let mut payloads = Vec::with_capacity(ends.len());
        for (n, end) in ends.into_iter().enumerate() {
            payloads.push(end.unwrap_or_else(|fault| {
                errors.push((n.into(), fault.to_document()));
                Document::None
            }));
        }
        let mut message = input.clone().with_payload(Document::list(payloads));
        if let Some(name) = &self.errors {
            message.set_variable(name, Document::dict_of(errors));
        }
        Ok(message)
    }
}

impl Component for ParallelForEach {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            match self.go(run, &message).await {
                Ok(made) => StepEnd::Next(made),
                Err(fault) => StepEnd::fail(fault, message),
            }
        })
    }

    fn inside(&self) -> Vec<&Arc<Steps>> {
        vec![&self.steps]
    }
}
