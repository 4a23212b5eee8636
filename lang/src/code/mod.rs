//! Register code: what the compiler makes of a syntax tree and what the machine runs.
//!
//! A [`Unit`] is immutable, knows nothing of any run and can be shared between threads. Constants are kept in a plain
//! form; a run turns them into values of its own heap.

pub mod instr;
mod listing;
mod lower;
mod operands;
mod scope;
pub mod streaming;
mod verify;

use std::sync::{Arc, OnceLock};

use num_bigint::BigInt;

pub use instr::{ConstId, Instr, NO_REG, NameId, Reg, Target};
pub use listing::listing;
pub use lower::{CompileError, CompileOptions, compile};
pub use operands::Access;

use crate::jit::Tier;
use crate::source::{SourceText, Span};
use crate::syntax::ast::Name;

/// A compiled program.
#[derive(Debug)]
pub struct Unit {
    /// The text it was made from.
    pub source: SourceText,
    /// Its functions; number 0 is the module (or the expression).
    pub codes: Vec<Code>,
    /// Constants, shared by all functions.
    pub constants: Vec<Constant>,
    /// Names of attributes and variables, shared by all functions.
    pub names: Vec<Name>,
    /// The module's global variables; `LoadGlobal` and the like index this list.
    pub globals: Vec<Name>,
    /// What runs have seen of it, and its compiled forms.
    pub tier: Tier,
    /// Where the program iterates over its payload, if it reads that once and from front to back.
    pub streaming: Option<streaming::Site>,
    /// Where the program makes a list that nobody sees but the writer of an Entity.
    pub written: Option<streaming::Site>,
    /// The statements whose values are observed; `Observe` indexes this list.
    pub observed: Vec<Span>,
    stateless: OnceLock<bool>,
}

/// One function, lambda, comprehension, or the module.
#[derive(Debug)]
pub struct Code {
    /// `__name__`: the function's name, `<lambda>`, `<listcomp>`, `<module>`, `<expression>` …
    pub name: Name,
    /// `__qualname__`
    pub qualname: Name,
    /// `__doc__`, a constant.
    pub doc: Option<ConstId>,
    /// Where the definition stands.
    pub span: Span,
    /// Its parameters; they occupy the first registers.
    pub params: Params,
    /// Whether a call makes a generator.
    pub is_generator: bool,
    /// How many registers a frame needs, at least `params.registers()`.
    pub registers: u16,
    /// Which registers of the *defining* frame hold the cells of the closure.
    pub captures: Vec<Reg>,
    /// Names of local variables and their registers, for the listing and the debugger.
    pub locals: Vec<(Reg, Name)>,
    /// The instructions. The last one never falls through.
    pub instrs: Vec<Instr>,
    /// For each instruction the source it stands for.
    pub spans: Vec<Span>,
    /// Exception handlers, innermost first.
    pub handlers: Vec<Handler>,
    /// Comprehensions that run in the frame, innermost first.
    pub inlined: Vec<Inlined>,
}

/// Instructions of a comprehension that has no frame of its own. Tracebacks show one nevertheless, as in CPython.
#[derive(Debug, Clone, Copy)]
pub struct Inlined {
    /// First instruction.
    pub start: Target,
    /// Behind the last instruction.
    pub end: Target,
    /// `<listcomp>`, `<setcomp>`, `<dictcomp>`
    pub name: &'static str,
    /// The comprehension.
    pub span: Span,
}

/// The parameters of a function. Registers: positional ones, keyword-only ones, `*args`, `**kwargs`.
#[derive(Debug, Default, Clone)]
pub struct Params {
    /// Names in register order (without stars).
    pub names: Vec<Name>,
    /// How many are positional-only.
    pub positional_only: u16,
    /// How many can be given by position (positional-only ones included).
    pub positional: u16,
    /// How many are keyword-only.
    pub keyword_only: u16,
    /// Is there `*args`?
    pub has_varargs: bool,
    /// Is there `**kwargs`?
    pub has_kwargs: bool,
}

/// A range of instructions whose exceptions go to `target`.
#[derive(Debug, Clone, Copy)]
pub struct Handler {
    /// First instruction.
    pub start: Target,
    /// Behind the last instruction.
    pub end: Target,
    /// Where the handler begins.
    pub target: Target,
    /// Receives the exception.
    pub exc: Reg,
    /// How many exceptions of this frame are being handled there (see `EnterHandler`); what is more is dropped.
    pub depth: u16,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Constant {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// `...`
    Ellipsis,
    /// An int that fits 64 bits.
    Int(i64),
    /// A larger int.
    BigInt(BigInt),
    /// A float.
    Float(f64),
    /// Text, WTF-8.
    Str(Box<[u8]>),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// A tuple.
    Tuple(Vec<Constant>),
    /// Distinct names: keyword arguments of a call, keys of a dict literal.
    Names(Vec<Arc<str>>),
    /// The built-in of that name: a function, type, exception or module that no global shadows.
    Builtin(Name),
}

impl Unit {
    /// Whether running the module's own code again would find everything as it left it: it only binds constants, functions
    /// whose defaults are constants, and what it imports (an expression has no code of its own), and nothing assigns to
    /// globals or to attributes. What is imported may still depend on the run: that shows in the values.
    #[must_use]
    pub fn is_stateless(&self) -> bool {
        *self.stateless.get_or_init(|| {
            let changes = |instr: &Instr| {
                matches!(
                    instr,
                    Instr::StoreGlobal { .. }
                        | Instr::DeleteGlobal { .. }
                        | Instr::StoreAttr { .. }
                        | Instr::DeleteAttr { .. }
                )
            };
            let Some((module, functions)) = self.codes.split_first() else { return true };
            let binds = |instr: &Instr| {
                matches!(
                    instr,
                    Instr::Unbind { .. }
                        | Instr::Move { .. }
                        | Instr::Const { .. }
                        | Instr::Bool { .. }
                        | Instr::Int { .. }
                        | Instr::BuildTuple { .. }
                        | Instr::ImportFrom { .. }
                        | Instr::MakeFunction { .. }
                        | Instr::StoreGlobal { .. }
                        | Instr::None { .. }
                        | Instr::Return { .. }
                )
            };
            let is_expression = &*module.name == "<expression>";
            !functions.iter().flat_map(|code| &code.instrs).any(changes)
                && if is_expression { !module.instrs.iter().any(changes) } else { module.instrs.iter().all(binds) }
        })
    }
}

impl Code {
    /// The handler responsible for an exception at instruction `at`.
    #[must_use]
    pub fn handler_at(&self, at: Target) -> Option<&Handler> {
        self.handlers.iter().find(|h| h.start <= at && at < h.end)
    }
}
