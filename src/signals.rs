//! The signals that end an app: Ctrl-C, and the request to terminate.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};

/// Listens from the moment it is made, so that a signal before somebody waits for it is neither lost nor fatal.
pub struct Signals {
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(windows)]
    interrupt: CtrlC,
}

impl Signals {
    /// Begins to listen. Must be called on a thread of the async runtime.
    ///
    /// # Errors
    /// The system does not let this process handle a signal.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Signals> {
        Ok(Signals { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Begins to listen. Must be called on a thread of the async runtime.
    ///
    /// # Errors
    /// The system does not let this process handle a signal.
    #[cfg(windows)]
    pub fn listen() -> io::Result<Signals> {
        Ok(Signals { interrupt: ctrl_c()? })
    }

    /// Waits for the next signal; those of one kind that came since the last call count once.
    pub async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        self.interrupt.recv().await;
    }
}
