//! `flow-ref`: the steps of another flow, in line.

use std::sync::Arc;

use crate::engine::{BoxFuture, Component, Flow, Run, StepEnd};
use crate::message::{Fault, Message};
use crate::params;
use crate::params::FlowRef;

params! {
    /// Executes the steps of another flow; its trigger, limit and queue do not apply.
    pub struct FlowRefParams {
        /// The flow.
        "name" name: FlowRef [main()],
    }
}

/// `flow-ref`: the message is what the flow makes of it; inside, no error is in force.
pub struct FlowRefStep(
    /// Name of the flow.
    pub Arc<str>,
);

/// References on one stack. Behind them a new task goes on, so that nested flows cannot use up the stack of a thread.
const ON_ONE_STACK: u32 = 4;

impl FlowRefStep {
    async fn call(&self, run: &Run, message: Message) -> StepEnd {
        let Some(flow) = run.runtime().flow(&self.0).cloned() else {
            return StepEnd::fail(Fault::internal(&format!("there is no flow {}", self.0)), message);
        };
        let inner = match run.within_flow(&flow) {
            Ok(inner) => inner,
            Err(fault) => return StepEnd::fail(fault, message),
        };
        let outer = message.error().clone();
        let mut message = message;
        message.set_error(dataway_lang::Document::None);
        let end = if inner.depth().is_multiple_of(ON_ONE_STACK) {
            apart(flow.clone(), inner, message).await
        } else {
            flow.steps.execute(&inner, message).await
        };
        let end = end.map(|mut message| {
            message.set_error(outer);
            message
        });
        match end {
            StepEnd::Fail(mut failure) => {
                failure.fault.trace.push(format!("in flow {}, called by flow {}", flow.name, run.flow().name));
                StepEnd::Fail(failure)
            }
            // Neither leaves a flow.
            StepEnd::Break(message) | StepEnd::Continue(message) => StepEnd::Next(message),
            next => next,
        }
    }
}

/// Executes the flow on a task of its own, which ends when nobody waits for it any more.
async fn apart(flow: Arc<Flow>, run: Run, message: Message) -> StepEnd {
    let input = message.clone();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(async move { flow.steps.execute(&run, message).await });
    match tasks.join_next().await {
        Some(Ok(end)) => end,
        Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        _ => StepEnd::fail(Fault::internal("the task of a flow ended before it"), input),
    }
}

impl Component for FlowRefStep {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.call(run, message))
    }
}
