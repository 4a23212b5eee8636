//! Names and limits of an app, with their defaults (part 1, section 3; part 4, section 2).

use std::sync::Arc;
use std::time::Duration;

use dataway_lang::value::civil::RunZone;

use super::Level;

/// What bounds an app and its runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the app.
    pub app: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// Zone of local times.
    pub zone: RunZone,
    /// Longest evaluation of one expression or script.
    pub script_time: Duration,
    /// Memory of one evaluation, in bytes.
    pub script_memory: usize,
    /// Deepest recursion of one evaluation, in frames.
    pub script_depth: u32,
    /// Bytes of the result of one evaluation, as it would be serialised; `None`: no bound of its own.
    pub script_result: Option<usize>,
    /// Step executions of one run.
    pub max_steps: u64,
    /// Bytes of values that one run holds, all branches together.
    pub memory: usize,
    /// Bytes of one body, file or result that is held whole.
    pub max_payload: usize,
    /// Async sub-flows in flight.
    pub async_max: usize,
    /// How long runs may go on when the app shuts down.
    pub drain: Duration,
    /// Events below this level are not made.
    pub log_level: Level,
}

/// Frames of a script (language specification, 11.1).
const DEPTH: u32 = 1000;

impl Settings {
    /// The defaults for an app.
    #[must_use]
    pub fn of(app: &str, version: &str) -> Settings {
        Settings {
            app: app.into(),
            version: version.into(),
            zone: RunZone::utc(),
            script_time: Duration::from_secs(1),
            script_memory: 100 << 20,
            script_depth: DEPTH,
            script_result: None,
            max_steps: 1_000_000,
            memory: 512 << 20,
            max_payload: 64 << 20,
            async_max: 1024,
            drain: Duration::from_secs(30),
            log_level: Level::Info,
        }
    }
}
