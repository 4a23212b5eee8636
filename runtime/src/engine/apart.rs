//! Long work on threads that may block: it holds up no other run, and ends when nobody waits for it any more.
//!
//! A run that is cancelled, or whose time is over, drops whatever it waits for (part 4, section 3). That alone would leave a thread
//! at work for nobody. So the work asks now and then whether it may go on ([`Left::check`]), and what comes from elsewhere is
//! received with [`receive`], which gives up with the work.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::message::Fault;

/// Bytes of work between two questions: some milliseconds of the slowest that is done with bytes.
pub const STRETCH: usize = 64 << 10;

/// Tells work whether it was left: nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Left {
    flag: Arc<AtomicBool>,
    /// For those who wait.
    token: CancellationToken,
}

impl Left {
    /// Asks whether the work may go on.
    ///
    /// # Errors
    /// `CORE:CANCELLED`, which nobody sees.
    pub fn check(&self) -> Result<(), Fault> {
        if self.flag.load(Ordering::Relaxed) { Err(cancelled()) } else { Ok(()) }
    }

    /// What is true once the work was left.
    #[must_use]
    pub fn flag(&self) -> &Arc<AtomicBool> {
        &self.flag
    }
}

/// Whoever waits for work. Dropping it leaves the work.
#[derive(Debug, Default)]
pub struct Waiter(Left);

impl Drop for Waiter {
    fn drop(&mut self) {
        self.0.flag.store(true, Ordering::Relaxed);
        self.0.token.cancel();
    }
}

fn cancelled() -> Fault {
    Fault::new("CORE:CANCELLED", "the run was cancelled")
}

thread_local! {
    /// What the work on this thread asks.
    static AT_WORK: RefCell<Option<Left>> = const { RefCell::new(None) };
}

/// Takes the work off its thread, also when it panics.
struct AtWork;

impl Drop for AtWork {
    fn drop(&mut self) {
        AT_WORK.set(None);
    }
}

/// Begins work that goes on while the waiter is kept.
pub fn start<T, W>(work: W) -> (Waiter, JoinHandle<Result<T, Fault>>)
where
    T: Send + 'static,
    W: FnOnce(&Left) -> Result<T, Fault> + Send + 'static,
{
    let waiter = Waiter::default();
    let left = waiter.0.clone();
    let task = tokio::task::spawn_blocking(move || {
        left.check()?;
        AT_WORK.set(Some(left.clone()));
        let _at_work = AtWork;
        work(&left)
    });
    (waiter, task)
}

/// Does work and waits for it.
///
/// # Errors
/// That of the work; `CORE:INTERNAL` if it panics.
pub async fn apart<T, W>(work: W) -> Result<T, Fault>
where
    T: Send + 'static,
    W: FnOnce(&Left) -> Result<T, Fault> + Send + 'static,
{
    let (_waiter, task) = start(work);
    task.await.unwrap_or_else(|_| Err(Fault::internal("work on a thread of its own was lost")))
}

/// Blocks until something comes through a channel; `None` when nothing comes any more.
///
/// # Errors
/// That the work on this thread was left meanwhile.
pub fn receive<T>(receiver: &mut mpsc::Receiver<T>) -> Result<Option<T>, Fault> {
    if let Ok(item) = receiver.try_recv() {
        return Ok(Some(item));
    }
    let Some(left) = AT_WORK.with_borrow(Clone::clone) else { return Ok(receiver.blocking_recv()) };
    Handle::current().block_on(async {
        tokio::select! {
            biased;
            () = left.token.cancelled() => Err(cancelled()),
            item = receiver.recv() => Ok(item),
        }
    })
}

/// What tests of long work share.
#[cfg(test)]
pub mod testing {
    use std::time::Duration;

    use super::{Left, Waiter};
    use crate::message::Fault;

    /// What work asks that was left before it began.
    pub fn left() -> Left {
        Waiter::default().0.clone()
    }

    /// Leaves work that has begun, and gives the code with which it ends; `ok` if it was faster.
    pub fn leave<T>(work: impl FnOnce(&Left) -> Result<T, Fault> + Send) -> String {
        let waiter = Waiter::default();
        let left = waiter.0.clone();
        let ended = std::thread::scope(|threads| {
            let working = threads.spawn(move || work(&left).map(drop));
            std::thread::sleep(Duration::from_millis(20));
            drop(waiter);
            working.join().unwrap()
        });
        ended.map_or_else(|fault| fault.code.to_string(), |()| "ok".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A runtime that can do one piece of work at a time.
    fn one_thread() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(1)
            .enable_all()
            .build()
            .unwrap()
    }

    #[test]
    fn work_ends_when_it_is_left() {
        let runtime = one_thread();
        let (never, mut silent) = mpsc::channel::<()>(1);
        runtime.block_on(async {
            // The one asks, the other waits for something that does not come; neither ends by itself.
            let asks = apart(|left| {
                while left.check().is_ok() {
                    std::thread::yield_now();
                }
                left.check()
            });
            assert!(tokio::time::timeout(Duration::from_millis(20), asks).await.is_err());
            let waits = apart(move |_| receive(&mut silent));
            assert!(tokio::time::timeout(Duration::from_millis(20), waits).await.is_err());
            assert_eq!(apart(|_| Ok(5)).await.unwrap(), 5);
            // What never began does not begin any more.
            let begun = Arc::new(AtomicBool::new(false));
            let (release, released) = std::sync::mpsc::channel::<()>();
            let (_holder, held) = start(move |_| Ok(released.recv().is_ok()));
            let noted = begun.clone();
            drop(start(move |_| Ok(noted.swap(true, Ordering::Relaxed))));
            release.send(()).unwrap();
            assert!(held.await.unwrap().unwrap());
            assert!(apart(|_| Ok(())).await.is_ok() && !begun.load(Ordering::Relaxed));
        });
        drop(never);
    }

    #[tokio::test]
    async fn what_comes_is_received_and_panics_are_faults() {
        let (sender, mut receiver) = mpsc::channel(1);
        let received = apart(move |_| Ok((receive(&mut receiver)?, receive(&mut receiver)?)));
        let (received, ()) = tokio::join!(received, async {
            tokio::task::yield_now().await;
            sender.send(1).await.unwrap();
            drop(sender);
        });
        assert_eq!(received.unwrap(), (Some(1), None));
        let lost = apart(|_| -> Result<(), Fault> { panic!("on purpose") }).await;
        assert_eq!(lost.unwrap_err().code, "CORE:INTERNAL");
        let (sender, mut receiver) = mpsc::channel(1);
        sender.send(2).await.unwrap();
        assert_eq!(std::thread::spawn(move || receive(&mut receiver)).join().unwrap().unwrap(), Some(2));
    }
}
