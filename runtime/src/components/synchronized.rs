//! `synchronized`: steps that only one run at a time executes.

use std::sync::Arc;
use std::time::Duration;

use dataway_lang::Document;

use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, Steps};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::model;
use crate::params;
use crate::params::Unit;

/// Longest time to wait for a lock and to hold it, in milliseconds.
const MAX: u64 = 3_600_000;

params! {
    /// Executes steps while holding a lock of the app.
    pub struct SynchronizedParams {
        /// Name of the lock.
        "lock" lock: Param [text()],
        /// Longest time to hold it; a bare number counts seconds.
        "max-hold" max_hold: Param [default("3600"), duration(Unit::Second, 1_000, MAX)],
        /// Longest time to wait for it; a bare number counts seconds.
        "max-wait" max_wait: Param [default("3600"), duration(Unit::Second, 0, MAX)],
        /// The steps.
        "steps" steps: model::Steps,
    }
}

/// `synchronized`: the message is what the steps make of it; inside, no error is in force.
pub struct Synchronized {
    lock: Param,
    max_hold: Param,
    max_wait: Param,
    steps: Arc<Steps>,
}

impl Synchronized {
    /// The step with these parameters.
    pub fn new(params: &SynchronizedParams, builder: &mut Builder<'_>) -> Synchronized {
        Synchronized {
            lock: params.lock.clone(),
            max_hold: params.max_hold.clone(),
            max_wait: params.max_wait.clone(),
            steps: builder.steps(&params.steps),
        }
    }

    async fn limits(&self, run: &Run, message: &Message) -> Result<(Arc<str>, Duration, Duration), Fault> {
        let lock = self.lock.text(run, message).await?;
        let hold = self.max_hold.duration(run, message, Unit::Second, 1_000..=MAX).await?;
        let wait = self.max_wait.duration(run, message, Unit::Second, 0..=MAX).await?;
        Ok((lock.into(), hold, wait))
    }

    async fn go(&self, run: &Run, input: Message) -> StepEnd {
        let (lock, hold, wait) = match self.limits(run, &input).await {
            Ok(limits) => limits,
            Err(fault) => return StepEnd::fail(fault, input),
        };
        let mut inside = input.clone();
        inside.set_error(Document::None);
        let end = if run.holds(&lock) {
            self.steps.execute(run, inside).await
        } else {
            let clock = run.clock();
            let _guard = tokio::select! {
                biased;
                guard = run.runtime().locks().lock(&lock) => guard,
                () = clock.alarm(clock.now().saturating_add(wait)) => {
                    let reason = format!("waited {wait:?} for the lock {lock}");
                    return StepEnd::fail(Fault::new("CORE:LOCK_TIMEOUT", reason), input);
                }
            };
            let inner = run.with_lock(lock.clone());
            tokio::select! {
                biased;
                end = self.steps.execute(&inner, inside) => end,
                // The steps are cancelled where they are.
                () = clock.alarm(clock.now().saturating_add(hold)) => {
                    let reason = format!("held the lock {lock} longer than {hold:?}");
                    return StepEnd::fail(Fault::new("CORE:LOCK_EXPIRED", reason), input);
                }
            }
        };
        end.map(|message| message.with_error_of(&input))
    }
}

impl Component for Synchronized {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message))
    }

    fn inside(&self) -> Vec<&Arc<Steps>> {
        vec![&self.steps]
    }
}
