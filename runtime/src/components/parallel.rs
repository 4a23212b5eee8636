//! Branches that run beside each other: what `parallel-for-each` and `scatter-gather` share.

use std::sync::Arc;

use dataway_lang::Document;
use tokio::task::JoinSet;

use crate::engine::run::Lease;
use crate::engine::{Run, StepEnd, Steps};
use crate::message::{Fault, Message};

/// Branches in flight and the payloads of those that have ended. Dropping it ends them all.
pub struct Branches<'a> {
    run: &'a Run,
    most: usize,
    tasks: JoinSet<(usize, Result<Document, Fault>)>,
    ends: Vec<Option<Result<Document, Fault>>>,
    held: Lease,
    failed: bool,
}

impl<'a> Branches<'a> {
    /// No branches yet; at most `most` will run at a time.
    ///
    /// # Errors
    /// `CORE:LIMIT_MEMORY` when `held` bytes, which stay while branches run, are too many.
    pub fn new(run: &'a Run, most: usize, held: usize) -> Result<Branches<'a>, Fault> {
        let held = run.hold(held)?;
        Ok(Branches { run, most, tasks: JoinSet::new(), ends: Vec::new(), held, failed: false })
    }

    /// Waits until another branch may begin.
    ///
    /// # Errors
    /// A fault of a branch that nothing may handle.
    pub async fn room(&mut self) -> Result<(), Fault> {
        while self.tasks.len() >= self.most {
            self.one().await?;
        }
        // Those that have ended already may have failed.
        while let Some(ended) = self.tasks.try_join_next() {
            self.ended(ended)?;
        }
        Ok(())
    }

    /// Whether a branch has failed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    /// Begins the next branch.
    pub fn start(&mut self, steps: &Arc<Steps>, message: Message) {
        let (run, steps, n) = (self.run.branch(), steps.clone(), self.ends.len());
        self.ends.push(None);
        let message = run.branch_message(message);
        self.tasks.spawn(async move {
            let end = match steps.execute(&run, message).await {
                StepEnd::Fail(failure) => Err(failure.fault),
                end => Ok(end.message().payload().clone()),
            };
            (n, end)
        });
    }

    async fn one(&mut self) -> Result<(), Fault> {
        match self.tasks.join_next().await {
            Some(ended) => self.ended(ended),
            None => Ok(()),
        }
    }

    fn ended(&mut self, ended: Result<(usize, Result<Document, Fault>), tokio::task::JoinError>) -> Result<(), Fault> {
        let (n, end) = match ended {
            Ok(end) => end,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => return Err(Fault::internal("the task of a branch ended before it")),
        };
        match &end {
            Ok(payload) => self.held.grow(payload)?,
            // Nobody may handle it: the run ends.
            Err(fault) if !fault.catchable => return Err(fault.clone()),
            Err(_) => self.failed = true,
        }
        if let Some(slot) = self.ends.get_mut(n) {
            *slot = Some(end);
        }
        Ok(())
    }

    /// Waits for all branches that have begun and gives their payloads or faults, in order.
    ///
    /// # Errors
    /// A fault of a branch that nothing may handle.
    pub async fn finish(mut self) -> Result<Vec<Result<Document, Fault>>, Fault> {
        while !self.tasks.is_empty() {
            self.one().await?;
        }
        Ok(self.ends.into_iter().flatten().collect())
    }
}

/// The fault of the first branch that failed, with those of the others as causes.
#[must_use]
pub fn first_fault(ends: &[Result<Document, Fault>]) -> Option<Fault> {
    let mut faults = ends.iter().filter_map(|end| end.as_ref().err());
    let mut first = faults.next()?.clone();
    first.causes.extend(faults.cloned());
    Some(first)
}
