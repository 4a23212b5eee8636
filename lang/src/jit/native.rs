//! The part of a run's state that compiled code works with.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use super::again::{PLACES, Ready};
use super::seen::Seen;
use super::unit::{Key, Version};
use crate::value::{heap, interrupt};
use crate::vm::{Module, Thrown};
use std::cell::RefCell;
use std::sync::Arc;

/// Whether and when programs are compiled to machine code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// When they run often, in the background.
    #[default]
    Auto,
    /// Never.
    Off,
    /// At once, before they run: for tests and measurements.
    Always,
    /// As `Always`, and guards fail at random: for tests.
    Stress,
}

/// Calls or turns of loops after which a code is compiled.
const HOT: u32 = 500;

/// Where the random source of every run under stress begins.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// What compiled code needs of the run it is in. Compiled code reads the fields by their offset.
pub struct Native {
    /// Whether programs are compiled.
    pub mode: Mode,
    /// Turns of loops and calls after which compiled code is looked for.
    pub hot: u32,
    /// The thread's count of steps until the next look at the limits.
    pub fuel: *const Cell<u64>,
    /// The books of the thread's heap.
    pub heap: *const u8,
    /// No direct call is made when the stack pointer is below this.
    pub stack_limit: usize,
    /// The running module's global variables.
    pub globals: *const crate::value::Value,
    /// The inline caches of the running module.
    pub fields: *const crate::value::FieldCache,
    /// The constants of the running module.
    pub constants: *const crate::vm::Loaded,
    /// A buffer for the words of an entry.
    pub words: Vec<u64>,
    /// The running module; null outside of compiled code.
    pub module: *const Rc<Module>,
    /// Behind which `yield` a generator's code has just stopped; zero if it returned.
    pub point: u64,
    /// What a call that keeps all machine registers gave.
    pub answer: u64,
    /// Guards until one fails without need; only under stress.
    pub stress: u64,
    /// The state of the random source behind `stress`.
    pub seed: u64,
    /// The exception that a runtime function or a callee raised.
    pub pending: Option<Thrown>,
    /// A panic of a runtime function, to be resumed outside of compiled code.
    pub panic: Option<Box<dyn std::any::Any + Send>>,
    /// The stack on which a host may make the calls below: from where no direct call is made to where the run began. Empty if it
    /// may make none.
    pub stack: Range<usize>,
    /// What a host called and may call again, by the place of the unit.
    pub ready: [Option<Ready>; PLACES],
}

/// What of [`Native`] belongs to the module that runs.
pub struct Outer {
    stack_limit: usize,
    globals: *const crate::value::Value,
    fields: *const crate::value::FieldCache,
    constants: *const crate::vm::Loaded,
    module: *const Rc<Module>,
}

impl Default for Native {
    fn default() -> Native {
        Native {
            mode: Mode::Off,
            hot: u32::MAX,
            fuel: interrupt::fuel(),
            heap: heap::address(),
            stack_limit: usize::MAX,
            globals: std::ptr::null(),
            fields: std::ptr::null(),
            constants: std::ptr::null(),
            words: Vec::new(),
            module: std::ptr::null(),
            point: 0,
            answer: 0,
            stress: u64::MAX,
            seed: SEED,
            pending: None,
            panic: None,
            stack: 0..0,
            ready: [const { None }; PLACES],
        }
    }
}

impl Native {
    /// Sets the mode.
    pub fn set_mode(&mut self, mode: Mode) {
        let mode = if super::is_available() { mode } else { Mode::Off };
        self.mode = mode;
        self.hot = match mode {
            Mode::Off => u32::MAX,
            Mode::Auto => HOT,
            Mode::Always | Mode::Stress => 1,
        };
        if mode == Mode::Stress {
            self.seed = SEED;
            self.next_stress();
        }
    }

    /// Makes compiled code of `module` ready to run, with `stack` bytes of stack for direct calls; gives what was in force.
    #[inline]
    pub fn enter(&mut self, module: &Rc<Module>, stack: usize) -> Outer {
        let here = std::ptr::from_ref(&stack).addr();
        let outer = Outer {
            stack_limit: self.stack_limit,
            globals: self.globals,
            fields: self.fields,
            constants: self.constants,
            module: self.module,
        };
        self.stack_limit = here.saturating_sub(stack);
        self.globals = module.globals.borrow().as_ptr();
        self.fields = module.image.fields.as_ptr();
        self.constants = module.image.constants.as_ptr();
        self.module = std::ptr::from_ref(module);
        outer
    }

    /// Goes back to what was in force before [`Native::enter`]; goes on with a panic of a runtime function.
    #[inline]
    pub fn leave(&mut self, outer: Outer) {
        self.stack_limit = outer.stack_limit;
        self.globals = outer.globals;
        self.fields = outer.fields;
        self.constants = outer.constants;
        self.module = outer.module;
        self.go_on_with_panic();
    }

    /// Whether compiled code of `module`, which calls on the stack that it runs on, could call more of it without
    /// [`Native::enter`].
    #[inline]
    pub fn is_ready_for(&self, module: &Rc<Module>) -> bool {
        let here = std::ptr::from_ref(&module).addr();
        // SAFETY: while compiled code runs the pointer is that of a module that outlives it.
        here > self.stack_limit && unsafe { self.module.as_ref() }.is_some_and(|own| Rc::ptr_eq(own, module))
    }

    /// Goes on with a panic of a runtime function.
    #[inline]
    pub fn go_on_with_panic(&mut self) {
        if let Some(panic) = self.panic.take() {
            self.pending = None;
            std::panic::resume_unwind(panic);
        }
    }

    /// Draws when the next guard fails.
    pub fn next_stress(&mut self) {
        // xorshift
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.stress = 1 + self.seed % 13;
    }
}

/// How often a code ran on this thread, and its compiled forms as far as the thread knows them.
#[derive(Debug)]
pub struct Warmth {
    heat: Cell<u32>,
    /// By entry; `None`: there will be none.
    known: RefCell<Vec<(Key, Option<Arc<Version>>)>>,
    /// The version of the beginning if it can be called without a frame, else null.
    direct: Cell<*const Version>,
}

impl Default for Warmth {
    fn default() -> Warmth {
        Warmth { heat: Cell::new(0), known: RefCell::default(), direct: Cell::new(std::ptr::null()) }
    }
}

impl Warmth {
    /// Counts a call or a turn of a loop; whether there have been `hot` of them.
    #[inline]
    pub fn turn(&self, hot: u32) -> bool {
        let heat = self.heat.get().saturating_add(1);
        self.heat.set(heat);
        heat >= hot
    }

    /// What the thread knows of an entry: its version, or `Some(None)` if there will be none.
    pub fn known(&self, key: Key) -> Option<Option<Arc<Version>>> {
        self.known.borrow().iter().find(|(known, _)| *known == key).map(|(_, version)| version.clone())
    }

    /// Remembers what there is for an entry.
    pub fn remember(&self, key: Key, version: Option<Arc<Version>>) {
        if key == Key::START {
            let direct = version.as_ref().filter(|version| version.direct);
            self.direct.set(direct.map_or(std::ptr::null(), Arc::as_ptr));
        }
        let mut known = self.known.borrow_mut();
        known.retain(|(other, _)| *other != key);
        known.push((key, version));
    }

    /// The version of the beginning that can be called without a frame; null if none is known. It lives as long as the unit.
    #[inline]
    pub fn direct(&self) -> *const Version {
        self.direct.get()
    }

    /// Waits for `turns` more calls or turns before compiled code is looked for again.
    pub fn wait(&self, hot: u32, turns: u32) {
        self.heat.set(hot.saturating_sub(turns));
    }
}

/// The bits of what was seen, for the compiler.
pub fn snapshot(seen: &[Seen]) -> Vec<u16> {
    seen.iter().map(Seen::bits).collect()
}
