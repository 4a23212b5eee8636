//! The compiler: from the syntax tree to register code (spec section 4; the instructions are in [`super::instr`]).
//!
//! [`Lowering`] holds the unit under construction and, in `frame`, the function under construction. Its methods are
//! spread over the files of this folder by kinds of nodes. Scope analysis comes first ([`super::scope`]); syntax and
//! static rules were checked before, so the only programs refused here are those too large for the code format.
//!
//! How values travel: `expr_to(expr, dst)` leaves a value in a given register, `operand(expr, later)` in any register,
//! which for a local variable is its own. An expression never writes `dst` before its last instruction unless `dst` is
//! a temporary: a variable keeps its value if the expression raises, and may be read by the expression itself.

mod assign;
mod bits;
mod call;
mod comprehension;
mod constants;
mod control;
mod display;
mod exceptions;
mod expr;
mod frame;
mod function;
mod pattern;
mod pool;
mod stmt;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::OnceLock;

use frame::Frame;
use pool::Pool;

use super::scope::Scopes;
use super::streaming;
use super::{Code, Instr, Reg, Unit, verify};
use crate::jit::Tier;
use crate::source::{SourceText, Span};
use crate::syntax::ast::{Expr, Ident, Mode, Name, Program};

/// What the compiler must know besides the program.
#[derive(Clone, Debug)]
pub struct CompileOptions {
    /// Globals of an interactive session in the order of their numbers; new ones are appended.
    pub globals: Vec<Name>,
    /// Is there a built-in of that name: function, type, exception or module?
    pub is_builtin: fn(&str) -> bool,
    /// Are the values of assignments and `return` to be observed?
    pub observe: bool,
}

/// Why a program without syntax errors cannot be compiled: something is too large for the code format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub message: &'static str,
}

impl CompileError {
    pub(super) fn too_large(message: &'static str, span: Span) -> CompileError {
        CompileError { span, message }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the program cannot be compiled: {}", self.message)
    }
}

impl std::error::Error for CompileError {}

/// Compiles a program that has no syntax errors.
///
/// Code 0 of the unit is the module, or in expression mode the expression with `msg` as its parameter.
///
/// # Errors
/// If the program is too large for the code format.
pub fn compile(program: &Program, source: &SourceText, options: &CompileOptions) -> Result<Unit, CompileError> {
    let scopes = Scopes::analyse(program)?;
    let ends = memchr::memchr2_iter(b'\n', b'\r', source.text().as_bytes());
    let mut lowering = Lowering {
        scopes: &scopes,
        line_ends: ends.filter_map(|at| u32::try_from(at).ok()).collect(),
        is_builtin: options.is_builtin,
        interactive: program.mode == Mode::Interactive,
        observe: options.observe,
        observed: Vec::new(),
        pool: Pool::new(&options.globals),
        codes: Vec::new(),
        frame: Frame::new(0, "<module>".into()),
        refused: None,
    };
    lowering.program(&program.body, Span::new(0, source.len()));
    if let Some(error) = lowering.refused.or(lowering.pool.refused.take()) {
        return Err(error);
    }
    let observed = std::mem::take(&mut lowering.observed);
    let Pool { constants, names, globals, .. } = lowering.pool;
    let codes: Vec<Code> = lowering.codes.into_iter().flatten().collect();
    let tier = Tier::new(&codes);
    let mut unit = Unit {
        source: source.clone(),
        codes,
        constants,
        names,
        globals,
        tier,
        streaming: None,
        written: None,
        observed,
        stateless: OnceLock::new(),
    };
    unit.streaming = streaming::site(&unit);
    unit.written = streaming::written_list(&unit);
    debug_assert_eq!(verify::verify(&unit), Ok(()));
    Ok(unit)
}

/// Runs `work`, which may call itself for every level of a tree, on a stack that is large enough.
pub(super) fn with_stack<R>(work: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, work)
}

/// The unit under construction.
struct Lowering<'a> {
    scopes: &'a Scopes,
    /// Offsets of the characters that end lines.
    line_ends: Vec<u32>,
    is_builtin: fn(&str) -> bool,
    /// Are expression statements of the module displayed, and can globals appear later?
    interactive: bool,
    observe: bool,
    /// The statements that are observed so far.
    observed: Vec<Span>,
    pool: Pool,
    /// Finished functions by number; `None` while under construction.
    codes: Vec<Option<Code>>,
    /// The function under construction.
    frame: Frame<'a>,
    /// The first reason to refuse the program. Lowering goes on to its end with meaningless numbers.
    refused: Option<CompileError>,
}

impl<'a> Lowering<'a> {
    fn refuse(&mut self, message: &'static str, span: Span) {
        self.refused.get_or_insert(CompileError::too_large(message, span));
    }

    fn emit(&mut self, instr: Instr, span: Span) {
        self.frame.emit(instr, span);
    }

    /// Has the value of a statement observed, if the program is compiled for that.
    fn observe(&mut self, src: Reg, span: Span) {
        if self.observe {
            let place = u32::try_from(self.observed.len()).unwrap_or(u32::MAX);
            self.emit(Instr::Observe { src, place }, span);
            self.observed.push(span);
        }
    }

    /// A number of registers, arguments or items as an operand.
    fn count(&mut self, count: usize, span: Span) -> u16 {
        u16::try_from(count).unwrap_or_else(|_| {
            self.refuse("too many items", span);
            0
        })
    }

    /// `dst = src`, unless they are the same.
    fn move_to(&mut self, dst: Reg, src: Reg, span: Span) {
        if dst != src {
            self.emit(Instr::Move { dst, src }, span);
        }
    }

    /// A register in which a value for `dst` can be built up in several steps: `dst` itself if it is a temporary.
    fn workplace(&mut self, dst: Reg) -> Reg {
        if self.frame.is_variable(dst) { self.frame.temp() } else { dst }
    }

    /// What stands for `attribute` in a traceback: if it extends over several lines, only its name and what follows.
    fn member_span(&self, attribute: &Expr, name: &Ident) -> Span {
        let line = |offset| self.line_ends.partition_point(|end| *end < offset);
        match attribute.span {
            span if line(span.start) == line(span.end) => span,
            span => Span::new(name.span.start, span.end),
        }
    }

    /// A fresh temporary with the value of `expr`.
    fn push(&mut self, expr: &'a Expr) -> Reg {
        let reg = self.frame.temp();
        self.expr_to(expr, reg);
        reg
    }

    /// A register with the value of `expr` that nothing evaluated before its use can change.
    fn value(&mut self, expr: &'a Expr) -> Reg {
        self.operand(expr, &[])
    }
}
