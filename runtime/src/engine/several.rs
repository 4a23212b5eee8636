//! Several who watch the same runs.

use std::sync::Arc;
use std::time::Duration;

use super::{BoxFuture, Hooks, Job, Run, Step, StepEnd, Steps};
use crate::message::{Failure, Message};

/// All see every step; the first ones are the first to be asked for an end of it.
pub struct Several(Vec<Arc<dyn Hooks>>);

impl Several {
    /// These together; `None` if there is nobody.
    #[must_use]
    pub fn of(mut all: Vec<Arc<dyn Hooks>>) -> Option<Arc<dyn Hooks>> {
        if all.len() > 1 { Some(Arc::new(Several(all))) } else { all.pop() }
    }
}

impl Hooks for Several {
    fn before<'a>(&'a self, run: &'a Run, step: &'a Step, message: &'a Message) -> BoxFuture<'a, Option<StepEnd>> {
        Box::pin(async move {
            let mut end = None;
            for hooks in &self.0 {
                // Whoever measures sees the step begin, also when somebody else takes its place.
                let own = hooks.before(run, step, message).await;
                end = end.or(own);
            }
            end
        })
    }

    fn after(&self, run: &Run, step: &Step, input: &Message, end: &StepEnd, took: Duration) {
        self.0.iter().for_each(|hooks| hooks.after(run, step, input, end, took));
    }

    fn entered(&self, run: &Run, steps: &Steps) {
        self.0.iter().for_each(|hooks| hooks.entered(run, steps));
    }

    fn ended(&self, job: &Job, result: &Result<Message, Failure>) {
        self.0.iter().for_each(|hooks| hooks.ended(job, result));
    }
}
