//! `try`: steps whose errors are handled, retried, or undone.

use std::sync::Arc;
use std::time::Duration;

use crate::engine::{BoxFuture, Builder, Component, Level, Run, StepEnd, Steps, Transactions};
use crate::expr::Param;
use crate::message::{Failure, Fault, Message, Pattern};
use crate::model;
use crate::params::{Shape, Unit};
use crate::yaml::Node;
use crate::{choices, params};

/// Most retries of a catch.
const MAX_RETRIES: i64 = 5;
/// Longest interval between retries, in milliseconds.
const MAX_INTERVAL: u64 = 300_000;

choices! {
    /// Whether database operations in the steps belong together.
    pub enum TransactionKind {
        /// Each stands for itself.
        None = "none",
        /// One transaction for each database configuration.
        Local = "local",
    }
}

/// One type, or a list of them.
const TYPES: Shape = Shape::Either(&[Shape::Text, Shape::List(&Shape::Text, 1, usize::MAX)]);

params! {
    /// Executes steps and handles their errors.
    pub struct TryParams {
        /// The steps.
        "steps" steps: model::Steps,
        /// What handles which errors; the first that matches counts.
        "catch" catch: Vec<CatchParams> [default("[]")],
        /// Whether database operations in the steps belong together.
        "transaction" transaction: TransactionKind [default("none")],
    }
}

params! {
    /// Handles errors of some types.
    pub struct CatchParams {
        /// Error types: `ANY`, `FOO`, `FOO:ANY` or `FOO:BAR`.
        "type" types: Vec<String> [shape(TYPES)],
        /// How often the steps run again before the error is handled.
        "retries" retries: Param [default("0"), int(0, MAX_RETRIES)],
        /// How long to wait before each retry; a bare number counts seconds.
        "interval" interval: Param [default("60"), duration(Unit::Second, 1_000, MAX_INTERVAL)],
        /// What handles the error.
        "steps" steps: model::Steps [default("[]")],
    }
    label = catch_label;
}

fn catch_label(_: &Node, n: usize) -> String {
    format!("catch-{n}")
}

/// What handles errors of some types.
struct Catch {
    patterns: Vec<Pattern>,
    retries: Param,
    interval: Param,
    steps: Arc<Steps>,
}

impl Catch {
    fn matches(&self, fault: &Fault) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(fault))
    }

    async fn retry(&self, run: &Run, failed: &Message, done: i64) -> Result<Option<Duration>, Fault> {
        if self.retries.int(run, failed, 0..=MAX_RETRIES).await? <= done {
            return Ok(None);
        }
        self.interval.duration(run, failed, Unit::Second, 1_000..=MAX_INTERVAL).await.map(Some)
    }
}

/// `try`: the message is what the steps, or the catch, make of it.
pub struct Try {
    step: Arc<str>,
    steps: Arc<Steps>,
    catches: Vec<Catch>,
    transaction: TransactionKind,
}

impl Try {
    /// The step with these parameters.
    pub fn new(params: &TryParams, builder: &mut Builder<'_>) -> Try {
        let steps = builder.steps(&params.steps);
        let catches = params.catch.iter().map(|catch| Catch {
            patterns: catch.types.iter().map(|text| Pattern::parse(text)).collect(),
            retries: catch.retries.clone(),
            interval: catch.interval.clone(),
            steps: builder.steps(&catch.steps),
        });
        let catches = catches.collect();
        Try { step: builder.step.clone(), catches, steps, transaction: params.transaction }
    }

    async fn go(&self, run: &Run, input: Message) -> StepEnd {
        let mut retried = vec![0i64; self.catches.len()];
        for attempt in 1u32.. {
            let Failure { mut fault, message } = match self.attempt(run, input.clone()).await {
                StepEnd::Fail(failure) => failure,
                end => return end,
            };
            fault.attempt = attempt;
            let found = self.catches.iter().zip(&mut retried).find(|(catch, _)| catch.matches(&fault));
            let (true, Some((catch, done))) = (fault.catchable, found) else {
                return StepEnd::fail(fault, message);
            };
            let mut failed = message;
            failed.set_error(fault.to_document());
            match catch.retry(run, &failed, *done).await {
                Ok(Some(interval)) => {
                    *done += 1;
                    let content = format!("retry {done} in {interval:?} after {}", fault.code);
                    run.log(run.event(Level::Warn, &self.step, "try", content)).await;
                    run.clock().sleep(interval).await;
                }
                Ok(None) => {
                    let end = catch.steps.execute(run, failed).await;
                    return end.map(|message| message.with_error_of(&input));
                }
                Err(wrong) => return StepEnd::fail(wrong.because(fault), failed.with_error_of(&input)),
            }
        }
        StepEnd::Next(input)
    }

    /// One time the steps, inside a transaction of their own unless they join an outer one.
    async fn attempt(&self, run: &Run, message: Message) -> StepEnd {
        if self.transaction == TransactionKind::None || run.transactions().is_some() {
            return self.steps.execute(run, message).await;
        }
        let transactions = Arc::new(Transactions::default());
        let end = self.steps.execute(&run.with_transactions(transactions.clone()), message).await;
        if matches!(end, StepEnd::Fail(_)) {
            transactions.rollback().await;
            return end;
        }
        match transactions.commit().await {
            Ok(()) => end,
            Err(fault) => StepEnd::fail(fault, end.message().clone()),
        }
    }
}

impl Component for Try {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message))
    }

    fn inside(&self) -> Vec<&Arc<Steps>> {
        std::iter::once(&self.steps).chain(self.catches.iter().map(|catch| &catch.steps)).collect()
    }
}
