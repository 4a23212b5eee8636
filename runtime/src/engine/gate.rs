//! The gate of a flow: how many of its runs there may be at a time, and how many may wait (part 4, section 2).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::Clock;
use crate::message::Fault;

/// Admits runs in the order in which they came.
#[derive(Debug)]
pub struct Gate {
    permits: Arc<Semaphore>,
    concurrency: usize,
    queue: usize,
    patience: Duration,
    waiting: AtomicUsize,
    refused: AtomicUsize,
}

/// Somebody who waits; leaves the queue when dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Default for Gate {
    /// The defaults of part 4, section 2.
    fn default() -> Gate {
        Gate::new(64, 256, Duration::from_secs(30))
    }
}

impl Gate {
    /// A gate for `concurrency` runs at a time; `queue` more may wait, each for `patience` at most.
    #[must_use]
    pub fn new(concurrency: usize, queue: usize, patience: Duration) -> Gate {
        let concurrency = concurrency.clamp(1, Semaphore::MAX_PERMITS);
        Gate {
            permits: Arc::new(Semaphore::new(concurrency)),
            concurrency,
            queue,
            patience,
            waiting: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
        }
    }

    /// Waits for its turn. The permit stands for the run until it is dropped. `waits` is called when there is a wait, and gives
    /// what may end it.
    ///
    /// # Errors
    /// `CORE:QUEUE_FULL` when too many wait or it took too long, `CORE:SHUTDOWN` when the app stops, `CORE:CANCELLED` when the
    /// wait was ended.
    pub async fn enter(
        &self,
        clock: &Clock,
        stopping: &CancellationToken,
        waits: impl FnOnce() -> CancellationToken,
    ) -> Result<OwnedSemaphorePermit, Fault> {
        if stopping.is_cancelled() {
            return Err(Fault::new("CORE:SHUTDOWN", "the app is shutting down"));
        }
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        let _waiting = Waiting(&self.waiting);
        if before >= self.queue {
            return Err(self.refuse(format!("{} runs of the flow are waiting already", self.queue)));
        }
        let ended = waits();
        let until = clock.now().saturating_add(self.patience);
        tokio::select! {
            biased;
            () = stopping.cancelled() => Err(Fault::new("CORE:SHUTDOWN", "the app is shutting down")),
            () = ended.cancelled() => Err(Fault::new("CORE:CANCELLED", "the run was cancelled while it waited for its turn")),
            permit = self.permits.clone().acquire_owned() => permit.map_err(|_| Fault::internal("a gate is closed")),
            () = clock.alarm(until) => Err(self.refuse(format!("waited {:?} for a run of the flow to end", self.patience))),
        }
    }

    #[cold]
    fn refuse(&self, why: String) -> Fault {
        self.refused.fetch_add(1, Ordering::Relaxed);
        Fault::new("CORE:QUEUE_FULL", why)
    }

    /// Runs that have passed and not ended.
    #[must_use]
    pub fn running(&self) -> usize {
        self.concurrency.saturating_sub(self.permits.available_permits())
    }

    /// Runs that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Runs that were refused so far.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.refused.load(Ordering::Relaxed)
    }
}
