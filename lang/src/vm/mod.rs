//! The machine that runs register code.
//!
//! Calls between script functions do not use the native stack: a call pushes a [`Frame`], a return pops it. The native stack
//! grows only where a built-in calls back into the script (`sorted(key=…)`), on segments of its own.

mod bind;
mod calls;
mod construct;
mod exceptions;
mod frame;
mod generators;
mod image;
mod interpret;
mod observe;
mod origins;
mod patterns;
mod profile;
mod report;
mod spare;
mod step;
mod unpack;

use std::rc::Rc;
use std::sync::Arc;

pub use exceptions::Thrown;
pub use frame::{Destination, Frame};
pub use image::{Globals, Image, Loaded, Module, image_of, trim};
pub use interpret::{Done, Exit, LOOP_COST};
pub use observe::Observation;
pub use profile::{Place, Samples};
pub use report::{Report, Site, report};
pub use spare::spare;
pub use step::Spot;

use origins::Tracker;
use profile::Profiler;

use crate::code::Unit;
use crate::jit::Native;
use crate::value::exceptions::{SYSTEM_ERROR, recursion_error};
use crate::value::machine::{Env, Resume, Resumed};
use crate::value::{Exception, Generator, Machine, R, Raise, Ref, Value};

/// Default recursion limit in frames (spec 11.1).
pub const RECURSION_LIMIT: u32 = 1000;

/// The state of a run.
pub struct Vm {
    env: Env,
    /// Frames below the running one, since the machine was last entered.
    frames: Vec<Frame>,
    /// Exceptions being handled, over all frames. `None` is the level of a `finally` that was entered without one.
    handled: Vec<Option<Ref<Exception>>>,
    /// Script frames in existence.
    pub(crate) depth: u32,
    /// Most script frames.
    pub(crate) recursion_limit: u32,
    /// Values of expression statements at a prompt.
    displayed: Vec<Value>,
    /// The globals of the modules run. A function in them refers to its module, and so to them: a circle that only the end
    /// of the run breaks.
    globals: Vec<Globals>,
    /// Records of where values came from, in a run that repeats a failed one.
    tracker: Option<Box<Tracker>>,
    /// Counts where time goes, in a run that is profiled.
    profiler: Option<Profiler>,
    /// What observed statements gave so far, in a program compiled for that; empty otherwise.
    observed: Vec<Observation>,
    /// What compiled code needs of the run.
    pub(crate) native: Native,
    /// The module that the thread keeps and that was asked for last.
    last: Option<Rc<Module>>,
}

impl Vm {
    /// A machine for one run.
    #[must_use]
    pub fn new(env: Env, recursion_limit: u32) -> Vm {
        Vm {
            env,
            frames: Vec::new(),
            handled: Vec::new(),
            depth: 0,
            recursion_limit,
            displayed: Vec::new(),
            globals: Vec::new(),
            tracker: None,
            profiler: None,
            observed: Vec::new(),
            native: Native::default(),
            last: None,
        }
    }

    /// Runs code number 0 of a module: its statements, or its expression with `argument` as `msg`.
    ///
    /// # Errors
    /// Whatever the code raises.
    pub fn run_module(&mut self, module: &Rc<Module>, argument: Option<Value>) -> R {
        if !module.image.unit.globals.is_empty()
            && !module.is_kept()
            && !self.globals.last().is_some_and(|last| Rc::ptr_eq(last, &module.globals))
        {
            self.globals.push(Globals::clone(&module.globals));
        }
        if let Some(argument) = &argument
            && let Some(result) = self.call_native(module, 0, std::slice::from_ref(argument))
        {
            return result;
        }
        let code = module.code(0)?;
        let mut frame = Frame::new(module.clone(), 0, code.registers, Destination::Host);
        if let (Some(slot), Some(argument)) = (frame.regs.first_mut(), argument) {
            *slot = argument;
        }
        self.enter(frame)
    }

    /// The module of `unit`, if the thread keeps one.
    #[inline]
    pub fn kept_module(&mut self, unit: &Arc<Unit>) -> Option<Rc<Module>> {
        if let Some(last) = &self.last
            && Arc::ptr_eq(&last.image.unit, unit)
            && last.is_kept()
        {
            return Some(Rc::clone(last));
        }
        let module = image::linked(unit)?;
        self.last = Some(Rc::clone(&module));
        Some(module)
    }

    /// Has the thread keep the module of a stateless unit, whose own code has run, for the next runs.
    pub fn keep_module(&mut self, module: &Rc<Module>) {
        image::keep(module);
        if module.is_kept() {
            self.globals.retain(|globals| !Rc::ptr_eq(globals, &module.globals));
        }
    }

    /// The values that expression statements at a prompt had, in order.
    pub fn take_displayed(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.displayed)
    }

    /// Forgets what a panic left half done, so that the machine can be entered again.
    pub fn recover(&mut self) {
        self.frames.clear();
        self.handled.clear();
        self.displayed.clear();
        self.depth = 0;
    }

    /// Keeps records of where values come from, for a run that repeats a failed one.
    pub fn track(&mut self) {
        self.tracker = Some(Box::default());
    }

    /// Whether the run keeps records of where values come from.
    #[inline]
    #[must_use]
    pub fn is_tracked(&self) -> bool {
        self.tracker.is_some()
    }

    /// Whether the run keeps records or counts, which only the interpreter does.
    #[inline]
    pub(crate) fn is_watched(&self) -> bool {
        self.tracker.is_some() || self.profiler.is_some()
    }

    /// Counts in `samples` where the run spends its time.
    pub fn profile(&mut self, samples: Arc<Samples>) {
        self.profiler = Some(Profiler::new(samples));
    }

    /// Where the operands of the failed operation came from, if the run was tracked.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        self.tracker.as_ref().map_or_else(Vec::new, |tracker| tracker.findings.clone())
    }

    /// Runs `frame` until it returns. Used where Rust code enters the machine.
    fn enter(&mut self, frame: Frame) -> R {
        self.enter_frame()?;
        let frames = std::mem::take(&mut self.frames);
        let depth = self.depth;
        let handled = self.handled.len();
        let result = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.interpret(frame));
        self.handled.truncate(handled);
        self.depth = depth - 1;
        self.frames = frames;
        result
    }

    /// Runs a frame that [`Vm::prepare_call`] prepared to its end.
    pub(crate) fn run_prepared(&mut self, mut frame: Frame) -> R {
        frame.destination = Destination::Host;
        let frames = std::mem::take(&mut self.frames);
        let depth = self.depth;
        let handled = self.handled.len();
        let result = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.interpret(frame));
        self.handled.truncate(handled);
        self.depth = depth - 1;
        self.frames = frames;
        result
    }

    /// Runs a call that compiled code began to its end; first raises `thrown` in it, if given.
    pub(crate) fn resume_frame(&mut self, frame: Frame, thrown: Option<Thrown>) -> R {
        let frames = std::mem::take(&mut self.frames);
        let handled = self.handled.len();
        let result = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.interpret_thrown(frame, thrown));
        self.handled.truncate(handled);
        self.frames = frames;
        match result? {
            Done::Return(value) => Ok(value),
            Done::Yield(..) => Err(internal("yield outside a generator")),
        }
    }

    /// Counts one more script frame.
    #[inline]
    fn enter_frame(&mut self) -> R<()> {
        crate::value::interrupt::checkpoint(8)?;
        if self.depth >= self.recursion_limit {
            return Err(recursion_error("maximum recursion depth exceeded"));
        }
        self.depth += 1;
        Ok(())
    }
}

impl Machine for Vm {
    fn call(&mut self, callee: &Value, args: &[Value]) -> R {
        self.call_value(callee, args, &[])
    }

    fn call_keywords(&mut self, callee: &Value, args: &[Value], keywords: &[(Value, Value)]) -> R {
        self.call_value(callee, args, keywords)
    }

    fn resume(&mut self, generator: &Ref<Generator>, action: Resume) -> R<Resumed> {
        self.resume_generator(generator, action, false)
    }

    fn env(&mut self) -> &mut Env {
        &mut self.env
    }
}

/// A broken invariant of ours, reported as an exception instead of a panic.
#[cold]
pub(crate) fn internal(what: &str) -> Raise {
    Raise::new(&SYSTEM_ERROR, format!("internal error: {what}"))
}
