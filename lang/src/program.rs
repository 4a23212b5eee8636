//! The public face: compile a program once, run it many times.
//!
//! A [`Program`] is immutable and shared by all threads. A run happens on one thread, under [`Limits`], and leaves nothing
//! behind: its values live on the thread's heap until the closure that receives the result has returned.

use std::mem::ManuallyDrop;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::builtins;
use crate::check;
use crate::check::contract::Contract;
use crate::code::{self, CompileOptions, Unit};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::{self, Document};
use crate::input::Input;
use crate::jit;
use crate::result;
use crate::source::SourceText;
use crate::syntax::ast::Mode;
use crate::syntax::{self, ParseOptions};
use crate::value::civil::RunZone;
use crate::value::exceptions::NAME_ERROR;
use crate::value::machine::{Clock, Env};
use crate::value::{Cx, Machine, R, Raise, Value, heap, interrupt};
use crate::vm::{self, Module, Observation, Report, Samples, Vm};

/// A compiled program: a script with `dw_process`, or an expression.
#[derive(Debug, Clone)]
pub struct Program {
    unit: Arc<Unit>,
    mode: Mode,
    /// Number of the global variable that a host calls.
    entry: Option<usize>,
}

/// Which part of the language a program may use (spec 0.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// What is publicly documented.
    Core,
    /// Everything.
    #[default]
    Extended,
}

/// What compiling gave: the program unless there are compile errors, and all diagnostics.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The program; `None` if a diagnostic stops compilation (spec 12.1).
    pub program: Option<Program>,
    /// What is wrong or worth saying, in source order.
    pub diagnostics: Vec<Diagnostic>,
}

/// What bounds a run (spec 11.1).
#[derive(Debug, Clone)]
pub struct Limits {
    /// Wall-clock time.
    pub time: Option<Duration>,
    /// Bytes of live data made by the run.
    pub memory: Option<usize>,
    /// Frames.
    pub recursion: u32,
    /// Bytes of the serialised result, estimated.
    pub result: Option<usize>,
    /// Bytes of the log.
    pub log: usize,
}

impl Default for Limits {
    /// The defaults of the command line: no limit on time and memory.
    fn default() -> Limits {
        Limits { time: None, memory: None, recursion: vm::RECURSION_LIMIT, result: None, log: 1 << 20 }
    }
}

/// How a run is set up.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Its limits.
    pub limits: Limits,
    /// Its clock.
    pub clock: Clock,
    /// The zone of naive local times (spec 11.3).
    pub zone: RunZone,
    /// A fixed seed for everything random.
    pub seed: Option<u64>,
    /// Set by the host to end the run early.
    pub cancel: Option<Arc<AtomicBool>>,
    /// Schemas that message and result must fit (spec 12.4).
    pub contract: Option<Arc<Contract>>,
    /// Where the time of the run is counted, by line. Such a run is interpreted and slower.
    pub samples: Option<Arc<Samples>>,
    /// Whether and when the program is compiled to machine code.
    pub jit: jit::Mode,
}

impl Default for RunOptions {
    /// No limits but the default ones, the system's clock, UTC.
    fn default() -> RunOptions {
        RunOptions {
            limits: Limits::default(),
            clock: Clock::System,
            zone: RunZone::utc(),
            seed: None,
            cancel: None,
            contract: None,
            samples: None,
            jit: jit::Mode::Auto,
        }
    }
}

/// How a run ended.
#[derive(Debug)]
pub struct Outcome<T> {
    /// What the closure made of the result, or why the run failed.
    pub result: Result<T, Box<Report>>,
    /// What `print` wrote.
    pub log: String,
}

impl Program {
    /// Compiles a text. Whether it is a script or an expression shows in the text (spec 1.6), unless `options` say.
    #[must_use]
    pub fn compile(source: &SourceText, options: &ParseOptions<'_>, profile: Profile) -> Compiled {
        Program::compile_as(source, options, profile, false)
    }

    /// As [`Program::compile`], for [`Program::observe`]: the program tells the values of its statements, and is slower.
    #[must_use]
    pub fn compile_observed(source: &SourceText, options: &ParseOptions<'_>, profile: Profile) -> Compiled {
        Program::compile_as(source, options, profile, true)
    }

    fn compile_as(source: &SourceText, options: &ParseOptions<'_>, profile: Profile, observe: bool) -> Compiled {
        let parsed = syntax::parse(source, options);
        let mut diagnostics = parsed.diagnostics;
        if profile == Profile::Core {
            diagnostics.extend(check::core_profile::check(&parsed.program));
            diagnostics.sort_by_key(|d| d.span.start);
        }
        if diagnostics.iter().any(Diagnostic::is_compile_error) {
            return Compiled { program: None, diagnostics };
        }
        let mode = parsed.program.mode;
        // `config` belongs to scripts (spec 1.7).
        let is_builtin: fn(&str) -> bool = match mode {
            Mode::Expression => |name| name != "config" && builtins::lookup(name).is_some(),
            Mode::Script | Mode::Interactive => |name| builtins::lookup(name).is_some(),
        };
        let compile_options = CompileOptions { globals: Vec::new(), is_builtin, observe };
        match code::compile(&parsed.program, source, &compile_options) {
            Ok(unit) => {
                let entry = unit.globals.iter().position(|name| &**name == "dw_process");
                Compiled { program: Some(Program { unit: Arc::new(unit), mode, entry }), diagnostics }
            }
            Err(error) => {
                let too_large = Diagnostic::error(Code(2), error.span, format!("program too large: {}", error.message))
                    .with_help("split it into several scripts");
                diagnostics.push(too_large);
                Compiled { program: None, diagnostics }
            }
        }
    }

    /// The register code, for listings.
    #[must_use]
    pub fn unit(&self) -> &Arc<Unit> {
        &self.unit
    }

    /// Whether this is one expression.
    #[must_use]
    pub fn is_expression(&self) -> bool {
        self.mode == Mode::Expression
    }

    /// Runs the program on `input` and gives the checked result (spec 7) to `finish`, which takes out of it what the host
    /// needs: values do not outlive the run.
    pub fn run<T>(
        &self,
        input: &Input,
        options: &RunOptions,
        finish: impl FnOnce(&mut Cx<'_>, Value) -> R<T>,
    ) -> Outcome<T> {
        self.run_seen(input, options, None, finish)
    }

    /// Runs a program that was compiled to be observed, and gives besides what its statements gave, in the order of the text,
    /// also when the run fails.
    pub fn observe<T>(
        &self,
        input: &Input,
        options: &RunOptions,
        finish: impl FnOnce(&mut Cx<'_>, Value) -> R<T>,
    ) -> (Outcome<T>, Vec<Observation>) {
        let mut seen = Vec::new();
        let options = RunOptions { jit: jit::Mode::Off, ..options.clone() };
        let outcome = self.run_seen(input, &options, Some(&mut seen), finish);
        (outcome, seen)
    }

    fn run_seen<T>(
        &self,
        input: &Input,
        options: &RunOptions,
        seen: Option<&mut Vec<Observation>>,
        finish: impl FnOnce(&mut Cx<'_>, Value) -> R<T>,
    ) -> Outcome<T> {
        let mut outcome = bounded(options, options.clock, |vm| {
            let message = input.to_message(vm)?;
            if let Some(contract) = &options.contract {
                contract.check_input(&message)?;
            }
            if let Some(samples) = &options.samples {
                vm.profile(Arc::clone(samples));
            }
            let value = self.evaluate(vm, message);
            if let Some(seen) = seen {
                *seen = vm.take_observed(&self.unit.observed);
            }
            let value = result::finish(vm, value?, options.limits.result)?;
            if let Some(contract) = &options.contract {
                contract.check_result(&value)?;
            }
            finish(vm, value)
        });
        if let Err(report) = &mut outcome.result
            && report.code == 1_200_000
        {
            // One moment serves: what depends on it fails in another way, and says nothing.
            let clock = Clock::Fixed(options.clock.now());
            let repeated = bounded(options, clock, |vm| {
                vm.track();
                let message = input.to_message(vm)?;
                let value = self.evaluate(vm, message)?;
                result::finish(vm, value, options.limits.result).map(drop)
            });
            // Only what fails again in the same way says something about the first failure.
            if let Err(again) = repeated.result
                && again.same_failure(report)
            {
                report.origins = again.origins;
            }
        }
        outcome
    }

    /// Runs the program on a message of a flow. Parts of the message that the program does not look at are not converted,
    /// and those that it hands on come back as they are.
    #[must_use]
    pub fn run_document(&self, message: &Arc<document::Message>, options: &RunOptions) -> Outcome<Document> {
        evaluate_document(message, options, |vm, message| self.evaluate(vm, message))
    }

    /// Runs the program on a message that is already on the heap; the value is as the program returned it.
    ///
    /// # Errors
    /// Whatever the program raises.
    pub fn evaluate(&self, vm: &mut Vm, message: Value) -> R {
        if let Value::Message(own) = &message {
            own.read_payload_once(self.unit.streaming.is_some() && !vm.is_tracked());
        }
        let message = ManuallyDrop::new(message);
        match vm.call_again(&self.unit, &message) {
            Some(result) => result,
            None => self.evaluate_anew(vm, ManuallyDrop::into_inner(message)),
        }
    }

    /// As [`Program::evaluate`], of a program that the machine did not just call.
    #[inline(never)]
    fn evaluate_anew(&self, vm: &mut Vm, message: Value) -> R {
        // Where values came from is told from what this run did.
        let module = match vm.kept_module(&self.unit) {
            Some(module) if !vm.is_tracked() => module,
            _ => self.link(vm)?,
        };
        if self.is_expression() {
            vm.make_ready(&module, 0);
            return vm.run_module(&module, Some(message));
        }
        if let Some(code) = self.entry.and_then(|n| module.own_function(n)) {
            vm.make_ready(&module, code);
        }
        let function = self.entry.and_then(|n| module.globals.borrow().get(n).cloned()).unwrap_or_default();
        if function.is_unbound() {
            return Err(Raise::new(&NAME_ERROR, "name 'dw_process' is not defined"));
        }
        vm.call(&function, &[message])
    }

    /// Makes a module of the unit and runs its own code, so that its global variables are what it defines. If each run would
    /// begin with the same, the thread keeps it for the next runs.
    #[cold]
    fn link(&self, vm: &mut Vm) -> R<Rc<Module>> {
        let module = Rc::new(Module::new(vm::image_of(&self.unit)));
        if !self.is_expression() {
            vm.run_module(&module, None)?;
        }
        if self.unit.is_stateless() && !vm.is_tracked() {
            vm.keep_module(&module);
        }
        Ok(module)
    }
}

/// Runs `work` on a message of a flow: whatever a host makes of one or several programs, or of the message itself. What it
/// gives is checked as the result of a program is (spec 7).
pub fn evaluate_document(
    message: &Arc<document::Message>,
    options: &RunOptions,
    work: impl FnOnce(&mut Vm, Value) -> R,
) -> Outcome<Document> {
    evaluated(message, options, work, Document::from_value)
}

/// As [`evaluate_document`], for a result that is only sent in JSON from now on: a container becomes an Entity of its text at
/// once, if it has one.
pub fn evaluate_json(
    message: &Arc<document::Message>,
    options: &RunOptions,
    work: impl FnOnce(&mut Vm, Value) -> R,
) -> Outcome<Document> {
    evaluated(message, options, work, Document::json_of)
}

fn evaluated(
    message: &Arc<document::Message>,
    options: &RunOptions,
    work: impl FnOnce(&mut Vm, Value) -> R,
    document: fn(&Value) -> R<Document>,
) -> Outcome<Document> {
    bounded(options, options.clock, |vm| {
        let value = work(vm, Value::Message(document::convert::to_message(message)))?;
        let value = result::finish(vm, value, options.limits.result)?;
        document(&value)
    })
}

/// The environment of a run under `options`.
pub(crate) fn env(options: &RunOptions, clock: Clock) -> Env {
    Env::new(clock, options.zone.clone(), options.limits.log, options.seed)
}

/// Runs `work` on a machine of its own under the options' limits, at the time of `clock`, catching panics at the boundary of
/// the run.
pub fn bounded<T>(options: &RunOptions, clock: Clock, work: impl FnOnce(&mut Vm) -> R<T>) -> Outcome<T> {
    let RunOptions { limits, zone, seed, cancel, jit, .. } = options;
    let session = heap::Session::begin(limits.memory);
    vm::trim();
    let guard = interrupt::guard_for(limits.time, cancel.clone());
    let mut machine = vm::spare();
    machine.prepare(clock, zone, limits.log, *seed, limits.recursion);
    machine.begin_run(*jit);
    let worked = std::panic::catch_unwind(AssertUnwindSafe(|| work(&mut machine)));
    // The report is made without a deadline: it is bounded by itself.
    drop(guard);
    let is_whole = worked.is_ok();
    let result = match worked {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(raise)) => Err(Box::new(vm::report(&mut machine, &raise.0))),
        Err(panic) => Err(Box::new(internal_error(&*panic))),
    };
    let log = machine.finish(is_whole);
    drop(session);
    Outcome { result, log }
}

/// The report of a defect of ours.
pub(crate) fn internal_error(panic: &(dyn std::any::Any + Send)) -> Report {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Report::internal(&text)
}
