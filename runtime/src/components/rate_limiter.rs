//! `rate-limiter`: at most so many messages in a time, over all runs of the app.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::diagnostic::Code;
use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::message::{Fault, Message};
use crate::params::Reader;
use crate::yaml::Node;
use crate::{choices, params};

choices! {
    /// The time in which `max` messages may pass.
    pub enum RateUnit {
        /// A second.
        Second = "second",
        /// A minute.
        Minute = "minute",
    }
}

choices! {
    /// What happens to a message that comes too early.
    pub enum Strategy {
        /// It fails.
        Reject = "reject",
        /// It waits.
        Queue = "queue",
    }
}

params! {
    /// Lets at most so many messages pass in a time.
    pub struct RateLimiterParams {
        /// The time.
        "unit" unit: RateUnit,
        /// Messages in that time.
        "max" max: u32 [int(1, 1_000_000_000)],
        /// What happens to a message that comes too early.
        "strategy" strategy: Strategy [default("reject")],
        /// Longest wait of a message; a bare number counts seconds.
        "max-wait" max_wait: Option<Duration> [optional()],
    }
    check = check_wait;
}

fn check_wait(params: &RateLimiterParams, reader: &mut Reader<'_>, node: &Node) {
    if params.strategy == Strategy::Queue && params.max_wait.is_none() {
        reader.error(Code::SHAPE, node.span, "`rate-limiter` with `strategy: queue` needs `max-wait`");
    }
}

/// A bucket of tokens. The number below zero says how many wait.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Duration,
}

/// `rate-limiter`: the message passes unchanged.
pub struct RateLimiter {
    /// Tokens that come in a second.
    rate: f64,
    /// Tokens that are held at most.
    most: f64,
    /// Longest wait; none for messages that may not wait at all.
    max_wait: Option<Duration>,
    bucket: Mutex<Bucket>,
}

impl RateLimiter {
    /// The step with these parameters.
    #[must_use]
    pub fn new(params: &RateLimiterParams) -> RateLimiter {
        let max = f64::from(params.max);
        let seconds = match params.unit {
            RateUnit::Second => 1.0,
            RateUnit::Minute => 60.0,
        };
        RateLimiter {
            rate: max / seconds,
            most: 2.0 * max,
            max_wait: params.max_wait.filter(|_| params.strategy == Strategy::Queue),
            bucket: Mutex::new(Bucket { tokens: max, at: Duration::ZERO }),
        }
    }

    /// Takes a token, if need be one that is still to come: how long until then.
    fn take(&self, now: Duration) -> Result<Duration, Fault> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.saturating_sub(bucket.at).as_secs_f64();
        bucket.at = bucket.at.max(now);
        bucket.tokens = (bucket.tokens + passed * self.rate).min(self.most);
        let missing = 1.0 - bucket.tokens;
        // Rounding must not make a message wait for the billionth part of a token.
        let wait = Duration::try_from_secs_f64((missing - 1e-9).max(0.0) / self.rate).unwrap_or(Duration::MAX);
        if wait > self.max_wait.unwrap_or(Duration::ZERO) {
            let reason = match self.max_wait {
                None => "too many messages in a short time".to_owned(),
                Some(most) => format!("the wait of {wait:.1?} would be longer than {most:?}"),
            };
            return Err(Fault::new("CORE:RATE_LIMIT", reason));
        }
        bucket.tokens -= 1.0;
        Ok(wait)
    }
}

impl Component for RateLimiter {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            match self.take(run.clock().now()) {
                Ok(Duration::ZERO) => {}
                Ok(wait) => run.clock().sleep(wait).await,
                Err(fault) => return StepEnd::fail(fault, message),
            }
            StepEnd::Next(message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_evenly_and_are_held_up_to_twice_the_maximum() {
        let limiter = |strategy, max_wait| {
            RateLimiter::new(&RateLimiterParams { unit: RateUnit::Minute, max: 10, strategy, max_wait })
        };
        let second = Duration::from_secs;
        let reject = limiter(Strategy::Reject, None);
        let passed = |limiter: &RateLimiter, now| (0..100).take_while(|_| limiter.take(now).is_ok()).count();
        assert_eq!(passed(&reject, second(0)), 10);
        assert_eq!(passed(&reject, second(5)), 0);
        assert_eq!(passed(&reject, second(6)), 1);
        assert_eq!(passed(&reject, second(3600)), 20);
        let queue = limiter(Strategy::Queue, Some(second(12)));
        let waits: Vec<_> = (0..13).map(|_| queue.take(second(0)).map(|wait| wait.as_secs_f64().round())).collect();
        assert!(waits.iter().take(10).all(|wait| matches!(wait, Ok(0.0))));
        assert!(matches!((&waits[10], &waits[11], &waits[12]), (Ok(6.0), Ok(12.0), Err(_))));
    }
}
