//! Somebody who watches one run, beside whoever watches all runs of the app.

use std::sync::Arc;
use std::time::Duration;

use super::{BoxFuture, Hooks, Run, Runtime, Step, StepEnd, Steps};
use crate::message::Message;

/// Both see every step; the one who watches this run alone is the first to be asked for an end of it.
pub(super) struct Beside {
    own: Arc<dyn Hooks>,
    runtime: Arc<Runtime>,
}

impl Beside {
    /// `own` beside whoever watches all runs, if anybody does.
    pub(super) fn all(own: Arc<dyn Hooks>, runtime: &Arc<Runtime>) -> Arc<dyn Hooks> {
        if runtime.hooks.is_none() {
            return own;
        }
        Arc::new(Beside { own, runtime: Arc::clone(runtime) })
    }

    fn each(&self) -> impl Iterator<Item = &dyn Hooks> {
        [Some(&*self.own), self.runtime.hooks.as_deref()].into_iter().flatten()
    }
}

impl Hooks for Beside {
    fn before<'a>(&'a self, run: &'a Run, step: &'a Step, message: &'a Message) -> BoxFuture<'a, Option<StepEnd>> {
        Box::pin(async move {
            for hooks in self.each() {
                let end = hooks.before(run, step, message).await;
                if end.is_some() {
                    return end;
                }
            }
            None
        })
    }

    fn after(&self, run: &Run, step: &Step, input: &Message, end: &StepEnd, took: Duration) {
        self.each().for_each(|hooks| hooks.after(run, step, input, end, took));
    }

    fn entered(&self, run: &Run, steps: &Steps) {
        self.each().for_each(|hooks| hooks.entered(run, steps));
    }
}
