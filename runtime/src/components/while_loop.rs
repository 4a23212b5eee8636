//! `while`: the steps as long as a condition is true.

use std::sync::Arc;

use dataway_lang::Document;

use super::looping::{LoopVariables, turn};
use crate::engine::{BoxFuture, Builder, Component, Level, Run, StepEnd, Steps};
use crate::expr::Param;
use crate::message::{Failure, Fault, Message};
use crate::model;
use crate::params;

/// Most turns.
const MAX_LOOPS: i64 = 10_000;

params! {
    /// Executes steps as long as a condition is true.
    pub struct WhileParams {
        /// Whether another turn follows; evaluated before each turn on the input message with the current variables.
        "condition" condition: Param [expression(), bool()],
        /// Most turns.
        "max-loops" max_loops: Param [default("10000"), int(1, MAX_LOOPS)],
        /// Whether reaching `max-loops` is an error.
        "fail-at-max" fail_at_max: bool [default("false")],
        /// The variable with the number of the turn from 0.
        "counter" counter: Arc<str> [default("counter")],
        /// The variable with the message that entered the loop.
        "root-message" root_message: Arc<str> [default("rootMessage")],
        /// The steps; the payload is None.
        "steps" steps: model::Steps,
    }
}

/// `while`: payload and attributes stay; variables are as the last turn left them.
pub struct While {
    step: Arc<str>,
    condition: Param,
    max_loops: Param,
    fail_at_max: bool,
    counter: Arc<str>,
    root_message: Arc<str>,
    steps: Arc<Steps>,
}

impl While {
    /// The step with these parameters.
    pub fn new(params: &WhileParams, builder: &mut Builder<'_>) -> While {
        While {
            step: builder.step.clone(),
            condition: params.condition.clone(),
            max_loops: params.max_loops.clone(),
            fail_at_max: params.fail_at_max,
            counter: params.counter.clone(),
            root_message: params.root_message.clone(),
            steps: builder.steps(&params.steps),
        }
    }

    async fn go(&self, run: &Run, input: Message) -> StepEnd {
        let max = match self.max_loops.int(run, &input, 1..=MAX_LOOPS).await {
            Ok(max) => usize::try_from(max).unwrap_or(0),
            Err(fault) => return StepEnd::fail(fault, input),
        };
        let own = LoopVariables::new(Some(&self.counter), &self.root_message, &input);
        // What the condition sees: the input with the variables of the last turn.
        let mut seen = input.clone();
        for n in 0.. {
            own.set(&mut seen, n);
            match self.condition.truth(run, &seen).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(fault) => return StepEnd::fail(fault, own.restore(seen)),
            }
            if n >= max {
                if self.fail_at_max {
                    let reason = format!("the condition was still true after {max} turns");
                    return StepEnd::fail(Fault::new("CORE:LOOP_LIMIT", reason), own.restore(seen));
                }
                let content = format!("ended at max-loops, after {max} turns");
                run.log(run.event(Level::Warn, &self.step, "while", content)).await;
                break;
            }
            let message = turn(&input, Document::None, seen.variables().clone());
            match self.steps.execute(run, message).await {
                StepEnd::Next(message) | StepEnd::Continue(message) => seen.set_variables(message.variables().clone()),
                StepEnd::Break(message) => {
                    seen.set_variables(message.variables().clone());
                    break;
                }
                StepEnd::Fail(Failure { fault, message }) => {
                    return StepEnd::fail(fault, own.restore(message).with_error_of(&input));
                }
            }
        }
        StepEnd::Next(own.restore(seen))
    }
}

impl Component for While {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message))
    }

    fn inside(&self) -> Vec<&Arc<Steps>> {
        vec![&self.steps]
    }
}
