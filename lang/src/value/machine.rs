//! What built-ins may ask of the machine that runs them.
//!
//! `value` and `builtins` do not know the interpreter; they know this trait.

use std::any::{Any, TypeId};
use std::time::SystemTime;

use super::civil::RunZone;
use super::function::Generator;
use super::refs::Ref;
use super::{R, Raise, Value};

/// What a generator is asked to do.
#[derive(Debug)]
pub enum Resume {
    /// Go on; the pending `yield` has this value.
    Send(Value),
    /// Raise this exception at the pending `yield`.
    Throw(Raise),
}

/// What a generator did.
#[derive(Debug)]
pub enum Resumed {
    /// It yielded a value.
    Yield(Value),
    /// It ended with a result.
    Return(Value),
}

/// The interpreter, as built-ins see it.
pub trait Machine {
    /// Calls `callee` with positional arguments.
    ///
    /// # Errors
    /// Whatever the call raises.
    fn call(&mut self, callee: &Value, args: &[Value]) -> R;

    /// Calls `callee` with positional and keyword arguments.
    ///
    /// # Errors
    /// Whatever the call raises.
    fn call_keywords(&mut self, callee: &Value, args: &[Value], keywords: &[(Value, Value)]) -> R;

    /// Resumes a generator.
    ///
    /// # Errors
    /// Whatever its code raises.
    fn resume(&mut self, generator: &Ref<Generator>, action: Resume) -> R<Resumed>;

    /// What the host gave to the run.
    fn env(&mut self) -> &mut Env;
}

/// The context of a built-in call.
pub type Cx<'a> = dyn Machine + 'a;

/// The clock of a run.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The system's.
    System,
    /// Always this moment: for tests and for repeating a run.
    Fixed(SystemTime),
}

impl Clock {
    /// The present moment.
    #[must_use]
    pub fn now(self) -> SystemTime {
        match self {
            Clock::System => SystemTime::now(),
            Clock::Fixed(at) => at,
        }
    }
}

/// What `print` wrote: complete lines, up to a limit (spec 11.1, 11.4).
#[derive(Debug)]
pub struct Log {
    /// Everything written so far.
    pub text: String,
    /// Most bytes that are kept.
    pub limit: usize,
    /// Whether something was dropped.
    pub truncated: bool,
}

impl Log {
    /// Gives what was written and begins anew.
    pub fn take(&mut self) -> String {
        self.truncated = false;
        std::mem::take(&mut self.text)
    }

    /// Appends `text` as far as the limit allows.
    pub fn write(&mut self, text: &str) {
        if self.truncated {
            return;
        }
        let room = self.limit.saturating_sub(self.text.len());
        if text.len() <= room {
            self.text.push_str(text);
            return;
        }
        self.text.push_str(&text[..text.floor_char_boundary(room)]);
        self.truncated = true;
        self.text.push_str("\n[log truncated: the limit was reached]\n");
    }
}

/// What the host gives to a run, and the state that modules keep during it. Nothing survives the run.
#[derive(Debug)]
pub struct Env {
    /// The clock.
    pub clock: Clock,
    /// The zone of the run (spec 11.3).
    pub zone: RunZone,
    /// The log of the run.
    pub log: Log,
    /// A fixed seed for everything random, if the host wants to repeat a run.
    pub seed: Option<u64>,
    /// Arguments of the last call of `config` (spec 1.7): MIME type and encoding.
    pub config: Option<(Value, Value)>,
    /// By type; a run uses a handful of modules that have state.
    state: Vec<(TypeId, Box<dyn Any>)>,
}

impl Env {
    /// The environment of a new run.
    #[must_use]
    pub fn new(clock: Clock, zone: RunZone, log_limit: usize, seed: Option<u64>) -> Env {
        let log = Log { text: String::new(), limit: log_limit, truncated: false };
        Env { clock, zone, log, seed, config: None, state: Vec::new() }
    }

    /// Prepares what served a run, and was cleared after it, for the next one.
    pub fn renew(&mut self, clock: Clock, zone: &RunZone, log_limit: usize, seed: Option<u64>) {
        self.clock = clock;
        // Threads that run one program share the zone: its count is left alone.
        if !self.zone.is_same(zone) {
            self.zone = zone.clone();
        }
        self.log.limit = log_limit;
        self.seed = seed;
    }

    /// Gives up everything that the run left but the text of its log.
    pub fn clear(&mut self) {
        self.log.truncated = false;
        self.config = None;
        self.state.clear();
    }

    /// The run's state of type `T`, made at first use: a module's random generator, its decimal context.
    pub fn state<T: Any>(&mut self, make: impl FnOnce() -> T) -> &mut T {
        let id = TypeId::of::<T>();
        let at = self.state.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            self.state.push((id, Box::new(make())));
            self.state.len() - 1
        });
        // The key is the type's own id, so the box holds a `T`.
        self.state[at].1.downcast_mut::<T>().unwrap_or_else(|| unreachable!("state is keyed by its type"))
    }
}
