//! A conversation with the language: lines that are run one after another and share their variables.
//!
//! A [`Session`] keeps one heap, one machine and one list of global variables; every text is compiled against the
//! variables that there are and may add new ones. What the prompt does on top of that (editing, commands, colours) is the
//! business of the host. Whatever goes wrong in a line, the session can go on.
//!
//! | room | job |
//! |---|---|
//! | [`complete`] | what a text that is being typed may go on with |
//! | [`receiver`] | what stands before a dot or a bracket |

mod complete;
mod receiver;

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use crate::builtins::{self, repr};
use crate::check::core_profile;
use crate::code::{self, CompileOptions, Unit};
use crate::diagnostic::{Code, Diagnostic};
use crate::input::{Datum, Input};
use crate::program::{self, Profile, RunOptions};
use crate::source::SourceText;
use crate::syntax::ast::{Body, Mode, Name, Program, Stmt, StmtKind};
use crate::syntax::{self, ParseOptions};
use crate::value::flow::Part;
use crate::value::interrupt::{self, Stop};
use crate::value::{Machine, R, Value, heap};
use crate::vm::{self, Globals, Image, Module, Report, Vm};

pub use complete::Completions;

/// What running a text shows, in the order in which it happens.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Text that `print` wrote, with its line ends.
    Printed(&'a str),
    /// The `repr` of an expression statement's value. `None` is not shown.
    Value(&'a str),
    /// Findings that do not keep the text from being run.
    Findings(&'a SourceText, &'a [Diagnostic]),
}

/// Why a text was not run to its end.
#[derive(Debug)]
pub enum Failure {
    /// It does not compile; nothing was run.
    NotCompiled(SourceText, Vec<Diagnostic>),
    /// It raised an exception or exceeded a limit.
    Raised(Box<Report>),
    /// The host set the cancel flag.
    Cancelled,
}

/// The name under which the last shown value is kept.
const LAST: &str = "_";
/// The name of the message.
const MESSAGE: &str = "msg";

/// Variables, machine and heap of a conversation. Belongs to its thread.
pub struct Session {
    machine: Vm,
    names: Vec<Name>,
    globals: Globals,
    options: RunOptions,
    profile: Profile,
    /// Texts run so far.
    texts: u32,
    /// Ends after everything above has been dropped.
    _heap: heap::Session,
}

/// What a value is shown as; `None` shows nothing.
type Show = fn(&mut Vm, &Value) -> R<Option<String>>;

fn show_value(machine: &mut Vm, value: &Value) -> R<Option<String>> {
    if value.is_none() { Ok(None) } else { repr::repr(machine, value).map(|text| Some(text.to_display())) }
}

fn show_type(_: &mut Vm, value: &Value) -> R<Option<String>> {
    Ok(Some(value.type_of().full_name()))
}

impl Session {
    /// A session with the message as the variable `msg`. The limits hold for every text, the memory limit for all
    /// together.
    ///
    /// # Errors
    /// The report of what the message's data raised.
    pub fn new(input: &Input, options: &RunOptions) -> Result<Session, Box<Report>> {
        let heap = heap::Session::begin(options.limits.memory);
        let machine = Vm::new(program::env(options, options.clock), options.limits.recursion);
        let mut session = Session {
            machine,
            names: Vec::new(),
            globals: Globals::default(),
            options: options.clone(),
            profile: Profile::default(),
            texts: 0,
            _heap: heap,
        };
        match input.to_message(&mut session.machine) {
            Ok(message) => {
                session.define(MESSAGE, message);
                Ok(session)
            }
            Err(raise) => Err(Box::new(vm::report(&mut session.machine, &raise.0))),
        }
    }

    /// Restricts what texts may use from now on (spec 0.3).
    pub fn set_profile(&mut self, profile: Profile) {
        self.profile = profile;
    }

    /// Whether `text` can be run as it stands; otherwise more lines have to follow. Blocks end with an empty line.
    #[must_use]
    pub fn is_complete(text: &str) -> bool {
        let parsed = syntax::parse(&SourceText::new("", text), &options());
        if parsed.incomplete {
            return false;
        }
        let Body::Statements(statements) = &parsed.program.body else { return true };
        let last_line = text.rsplit('\n').next().unwrap_or_default();
        !statements.last().is_some_and(is_block) || last_line.trim().is_empty()
    }

    /// Runs statements; values of expression statements are shown, and the last one that is not `None` becomes `_`.
    ///
    /// # Errors
    /// Why the text was not run to its end.
    pub fn run(&mut self, text: &str, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), Failure> {
        self.execute(text, sink, show_value)
    }

    /// Runs statements, showing the types of values instead of the values.
    ///
    /// # Errors
    /// Why the text was not run to its end.
    pub fn run_for_types(&mut self, text: &str, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), Failure> {
        self.execute(text, sink, show_type)
    }

    /// Gives the message another payload. If `msg` is no longer a message, it becomes a new one.
    ///
    /// # Errors
    /// The report of what decoding the datum raised.
    pub fn set_payload(&mut self, datum: Datum) -> Result<(), Box<Report>> {
        let made = match self.global(MESSAGE) {
            Some(Value::Message(message)) => datum.to_value().map(|payload| message.set(Part::Payload, payload)),
            _ => {
                let input = Input { payload: datum, ..Input::default() };
                input.to_message(&mut self.machine).map(|message| self.define(MESSAGE, message))
            }
        };
        made.map_err(|raise| Box::new(vm::report(&mut self.machine, &raise.0)))
    }

    fn execute(&mut self, text: &str, sink: &mut dyn FnMut(Event<'_>), show: Show) -> Result<(), Failure> {
        self.texts = self.texts.saturating_add(1);
        let source = SourceText::new(&format!("<line {}>", self.texts), text);
        let mut parsed = syntax::parse(&source, &options());
        if self.profile == Profile::Core {
            parsed.diagnostics.extend(core_profile::check(&parsed.program));
            parsed.diagnostics.sort_by_key(|d| d.span.start);
        }
        if parsed.has_compile_errors() {
            return Err(Failure::NotCompiled(source, parsed.diagnostics));
        }
        if !parsed.diagnostics.is_empty() {
            sink(Event::Findings(&source, &parsed.diagnostics));
        }
        let units = match self.compile(&source, parsed.program) {
            Ok(units) => units,
            Err(diagnostic) => return Err(Failure::NotCompiled(source, vec![diagnostic])),
        };
        let deadline = self.options.limits.time.map(|limit| Instant::now() + limit);
        for unit in units {
            let guard = interrupt::guard(deadline, self.options.cancel.clone());
            let ran = std::panic::catch_unwind(AssertUnwindSafe(|| self.run_unit(&unit, show)));
            // Reports and the host's output are made without a deadline.
            drop(guard);
            let printed = self.machine.env().log.take();
            if !printed.is_empty() {
                sink(Event::Printed(&printed));
            }
            match ran {
                Ok(Ok(shown)) => shown.iter().for_each(|text| sink(Event::Value(text))),
                Ok(Err(raise)) if raise.stop() == Some(Stop::Cancelled) => return Err(Failure::Cancelled),
                Ok(Err(raise)) => return Err(Failure::Raised(Box::new(vm::report(&mut self.machine, &raise.0)))),
                Err(panic) => {
                    self.machine.recover();
                    return Err(Failure::Raised(Box::new(program::internal_error(&*panic))));
                }
            }
        }
        Ok(())
    }

    /// Compiles every statement on its own, so that its values can be shown before the next one runs.
    fn compile(&mut self, source: &SourceText, program: Program) -> Result<Vec<Arc<Unit>>, Diagnostic> {
        let Body::Statements(statements) = program.body else { return Ok(Vec::new()) };
        let mut units = Vec::with_capacity(statements.len());
        let mut globals = self.names.clone();
        for statement in statements {
            let program = Program { mode: program.mode, body: Body::Statements(vec![statement]) };
            let is_builtin = |name: &str| builtins::lookup(name).is_some();
            let options = CompileOptions { globals, is_builtin, observe: false };
            let unit = code::compile(&program, source, &options)
                .map_err(|error| Diagnostic::error(Code::TOO_LONG, error.span, error.to_string()))?;
            globals = unit.globals.clone();
            units.push(Arc::new(unit));
        }
        self.names = globals;
        Ok(units)
    }

    /// Runs one statement and gives what its values are shown as.
    fn run_unit(&mut self, unit: &Arc<Unit>, show: Show) -> R<Vec<String>> {
        let module = Rc::new(Module::sharing(Rc::new(Image::load(unit)), &self.globals));
        // A statement may have changed what it failed on, so it cannot be run again to find out where its operands came
        // from: the records are kept from the beginning.
        self.machine.track();
        let result = self.machine.run_module(&module, None);
        let values = self.machine.take_displayed();
        result?;
        let mut shown = Vec::new();
        for value in values {
            shown.extend(show(&mut self.machine, &value)?);
            if !value.is_none() {
                self.define(LAST, value);
            }
        }
        Ok(shown)
    }

    /// The variable `name`, if it has a value.
    fn global(&self, name: &str) -> Option<Value> {
        let at = self.names.iter().position(|known| &**known == name)?;
        self.globals.borrow().get(at)?.given().cloned()
    }

    /// Binds the variable `name`.
    fn define(&mut self, name: &str, value: Value) {
        let at = self.names.iter().position(|known| &**known == name).unwrap_or_else(|| {
            self.names.push(name.into());
            self.names.len() - 1
        });
        let old = {
            let mut values = self.globals.borrow_mut();
            while values.len() <= at {
                values.push(Value::Unbound);
            }
            values.get_mut(at).map(|slot| std::mem::replace(slot, value))
        };
        // Dropped last: the end of a generator may run a `finally` that uses the variables.
        drop(old);
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("names", &self.names).field("texts", &self.texts).finish_non_exhaustive()
    }
}

fn options() -> ParseOptions<'static> {
    ParseOptions { mode: Some(Mode::Interactive), ..ParseOptions::default() }
}

/// Whether a statement has a block, so that at a prompt an empty line ends it.
fn is_block(statement: &Stmt) -> bool {
    matches!(
        statement.kind,
        StmtKind::FunctionDef(_)
            | StmtKind::If { .. }
            | StmtKind::For { .. }
            | StmtKind::While { .. }
            | StmtKind::Try(_)
            | StmtKind::Match { .. }
    )
}

#[cfg(test)]
mod tests;
