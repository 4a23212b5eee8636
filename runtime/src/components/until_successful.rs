//! `until-successful`: steps that are tried again until they succeed.

use std::sync::Arc;

use dataway_lang::Document;

use crate::engine::{BoxFuture, Builder, Component, Level, Run, StepEnd, Steps};
use crate::expr::Param;
use crate::message::{Failure, Fault, Message};
use crate::model;
use crate::params;
use crate::params::Unit;

/// Longest interval, in milliseconds.
const MAX_INTERVAL: u64 = 300_000;

params! {
    /// Tries steps again until they succeed.
    pub struct UntilSuccessfulParams {
        /// Further attempts after the first one.
        "retries" retries: Param [default("3"), int(1, 100)],
        /// How long to wait between attempts; a bare number counts seconds.
        "interval" interval: Param [default("60"), duration(Unit::Second, 0, MAX_INTERVAL), documented(1_000, 300_000)],
        /// Whether the result of an attempt means: try again.
        "retry-when" retry_when: Option<Param> [optional(), expression(), bool()],
        /// The steps.
        "steps" steps: model::Steps,
    }
}

/// `until-successful`: the message is what the last attempt made of the input; inside, no error is in force.
pub struct UntilSuccessful {
    step: Arc<str>,
    retries: Param,
    interval: Param,
    retry_when: Option<Param>,
    steps: Arc<Steps>,
}

impl UntilSuccessful {
    /// The step with these parameters.
    pub fn new(params: &UntilSuccessfulParams, builder: &mut Builder<'_>) -> UntilSuccessful {
        UntilSuccessful {
            step: builder.step.clone(),
            retries: params.retries.clone(),
            interval: params.interval.clone(),
            retry_when: params.retry_when.clone(),
            steps: builder.steps(&params.steps),
        }
    }

    async fn go(&self, run: &Run, input: Message) -> StepEnd {
        let limits = async {
            let retries = self.retries.int(run, &input, 1..=100).await?;
            Ok((retries, self.interval.duration(run, &input, Unit::Second, 0..=MAX_INTERVAL).await?))
        };
        let (retries, interval) = match limits.await {
            Ok(limits) => limits,
            Err(fault) => return StepEnd::fail(fault, input),
        };
        let mut inside = input.clone();
        inside.set_error(Document::None);
        let mut attempt = 1u32;
        loop {
            let is_last = i64::from(attempt) > retries;
            let why = match self.steps.execute(run, inside.clone()).await {
                StepEnd::Next(message) => match self.again(run, &message).await {
                    Ok(false) => return StepEnd::Next(message.with_error_of(&input)),
                    Ok(true) if is_last => {
                        let reason = format!("retry-when was still true after {attempt} attempts");
                        let mut fault = Fault::new("CORE:RETRY_EXHAUSTED", reason);
                        fault.attempt = attempt;
                        return StepEnd::fail(fault, message.with_error_of(&input));
                    }
                    Ok(true) => "retry-when was true".to_owned(),
                    Err(fault) => return StepEnd::fail(fault, message.with_error_of(&input)),
                },
                StepEnd::Fail(Failure { mut fault, message }) => {
                    if is_last || !fault.catchable {
                        fault.attempt = attempt;
                        return StepEnd::fail(fault, message.with_error_of(&input));
                    }
                    fault.code.to_string()
                }
                // They act on a loop around this step.
                jump => return jump.map(|message| message.with_error_of(&input)),
            };
            let content = format!("retry {attempt} of {retries} in {interval:?} after {why}");
            run.log(run.event(Level::Warn, &self.step, "until-successful", content)).await;
            run.clock().sleep(interval).await;
            attempt += 1;
        }
    }

    async fn again(&self, run: &Run, message: &Message) -> Result<bool, Fault> {
        match &self.retry_when {
            Some(condition) => condition.truth(run, message).await,
            None => Ok(false),
        }
    }
}

impl Component for UntilSuccessful {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message))
    }

    fn inside(&self) -> Vec<&Arc<Steps>> {
        vec![&self.steps]
    }
}
