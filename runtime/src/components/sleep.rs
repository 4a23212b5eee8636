//! `sleep`: waits without holding a thread.

use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::expr::Param;
use crate::message::Message;
use crate::params;
use crate::params::Unit;

/// Longest delay, in milliseconds: a day.
const MAX_DELAY: u64 = 24 * 60 * 60 * 1000;

params! {
    /// Suspends the run.
    pub struct SleepParams {
        /// How long; a bare number counts milliseconds.
        "delay" delay: Param [default("1000"), main(), duration(Unit::Millisecond, 0, MAX_DELAY)],
    }
}

/// `sleep`: the message passes unchanged.
pub struct Sleep(
    /// How long.
    pub Param,
);

impl Component for Sleep {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            match self.0.duration(run, &message, Unit::Millisecond, 0..=MAX_DELAY).await {
                Ok(delay) => run.clock().sleep(delay).await,
                Err(fault) => return StepEnd::fail(fault, message),
            }
            StepEnd::Next(message)
        })
    }
}
