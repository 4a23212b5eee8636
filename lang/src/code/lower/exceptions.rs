//! `try`, `raise` and `assert`.
//!
//! A `finally` body is lowered once. Every way into it leaves in a register how to go on behind it ([`Exit::number`],
//! [`NORMAL`], [`EXCEPTION`]) and, where there is one, the result or exception in another. Within the body an exception
//! counts as being handled, on the other ways in a level without exception takes its place.

use super::Lowering;
use super::frame::{Block, Exit, FinallyBlock};
use crate::code::{Constant, Instr, Reg, Target};
use crate::source::Span;
use crate::syntax::ast::{ExceptHandler, Expr, ExprKind, Try};

/// Behind the `finally` body go on with the next statement.
const NORMAL: u8 = 0;
/// Behind the `finally` body go on unwinding.
const EXCEPTION: u8 = 1;

impl Exit {
    const ALL: [Exit; 3] = [Exit::Return, Exit::Break, Exit::Continue];

    /// What a `finally` finds in its register when it is entered on this way.
    pub(super) fn number(self) -> u8 {
        EXCEPTION + 1 + self as u8
    }
}

impl<'a> Lowering<'a> {
    pub(super) fn try_stmt(&mut self, stmt: &'a Try, span: Span) {
        if stmt.finalbody.is_empty() {
            self.try_except(stmt);
        } else {
            self.try_finally(stmt, span);
        }
    }

    fn try_finally(&mut self, stmt: &'a Try, span: Span) {
        let (next, value, enter) = (self.frame.temp(), self.frame.temp(), self.frame.label());
        let block = FinallyBlock { enter, next, value, exits: [false; 3] };
        let before = self.frame.bound.clone();
        let start = self.frame.here();
        self.frame.blocks.push(Block::Finally(block));
        self.try_except(stmt);
        let exits = match self.frame.blocks.pop() {
            Some(Block::Finally(block)) => block.exits,
            _ => [false; 3],
        };
        let ends_normally = self.frame.reachable;
        let mut after = self.frame.bound.clone();
        after.subtract(&self.frame.unstable);
        let region = (start, self.frame.here());

        // The ways in.
        let body = self.frame.label();
        self.emit(Instr::Int { dst: next, value: NORMAL.into() }, span);
        self.frame.place(enter);
        let none = self.frame.temp();
        self.emit(Instr::None { dst: none }, span);
        self.emit(Instr::EnterHandler { exc: none }, span);
        self.frame.jump(body, span);
        if self.frame.start_handler(region, &before, value) {
            self.emit(Instr::EnterHandler { exc: value }, span);
            self.emit(Instr::Int { dst: next, value: EXCEPTION.into() }, span);
        }
        self.frame.place(body);

        self.frame.blocks.push(Block::Handling { name: None });
        self.block(&stmt.finalbody);
        self.frame.blocks.pop();

        // The ways out.
        self.emit(Instr::LeaveHandler, span);
        let end = self.frame.label();
        if ends_normally {
            self.frame.emit_to(end, Instr::JumpIfSmall { value: NORMAL, reg: next, target: 0 }, span);
        }
        let mut ways = Vec::new();
        for (exit, is_used) in Exit::ALL.into_iter().zip(exits) {
            if is_used {
                let label = self.frame.label();
                self.frame.emit_to(label, Instr::JumpIfSmall { value: exit.number(), reg: next, target: 0 }, span);
                ways.push((exit, label));
            }
        }
        self.emit(Instr::Unwind { exc: value }, span);
        for (exit, label) in ways {
            self.frame.place(label);
            if self.frame.reachable {
                self.exit(exit, value, span);
            }
        }
        self.frame.place(end);
        if self.frame.reachable {
            // What the guarded part has bound is still bound on the normal way.
            self.frame.bound.unite(&after);
        }
    }

    fn try_except(&mut self, stmt: &'a Try) {
        if stmt.handlers.is_empty() {
            self.block(&stmt.body);
            self.block(&stmt.orelse);
            return;
        }
        let exc = self.frame.temp();
        let before = self.frame.bound.clone();
        let start = self.frame.here();
        self.block(&stmt.body);
        let region = (start, self.frame.here());
        let end = self.frame.label();
        self.block(&stmt.orelse);
        let span = stmt.body.last().map_or_else(Span::default, |stmt| Span::at(stmt.span.end));
        self.frame.jump(end, span);
        if self.frame.start_handler(region, &before, exc) {
            self.handlers(&stmt.handlers, exc, end);
        }
        self.frame.place(end);
    }

    /// The `except` clauses for the exception in `exc`.
    fn handlers(&mut self, handlers: &'a [ExceptHandler], exc: Reg, end: super::frame::Label) {
        let first = handlers.first().map_or_else(Span::default, |handler| Span::at(handler.span.start));
        self.emit(Instr::EnterHandler { exc }, first);
        for handler in handlers {
            let mark = self.frame.mark();
            let next = self.frame.label();
            self.frame.blocks.push(Block::Handling { name: None });
            if let Some(kind) = &handler.kind {
                let span = Span::new(handler.span.start, kind.span.end);
                let class = self.value(kind);
                let cond = self.frame.temp();
                self.emit(Instr::MatchException { dst: cond, exc, class }, span);
                self.frame.emit_to(next, Instr::JumpIfNot { cond, target: 0 }, span);
            }
            self.frame.blocks.pop();
            self.clause(handler, exc);
            let span = Span::at(handler.span.end);
            self.emit(Instr::LeaveHandler, span);
            self.frame.jump(end, span);
            self.frame.place(next);
            self.frame.release(mark);
        }
        self.emit(Instr::LeaveHandler, first);
        self.emit(Instr::Unwind { exc }, first);
    }

    /// The body of an `except` clause; its name is deleted on every way out.
    fn clause(&mut self, handler: &'a ExceptHandler, exc: Reg) {
        let span = Span::at(handler.span.end);
        let Some(ident) = &handler.name else {
            self.frame.blocks.push(Block::Handling { name: None });
            self.block(&handler.body);
            self.frame.blocks.pop();
            return;
        };
        self.store_name(&ident.name, exc, ident.span);
        let before = self.frame.bound.clone();
        let start: Target = self.frame.here();
        self.frame.blocks.push(Block::Handling { name: Some(ident) });
        self.block(&handler.body);
        self.frame.blocks.pop();
        let region = (start, self.frame.here());
        self.forget_name(&ident.name, span);
        let done = self.frame.label();
        self.frame.jump(done, span);
        // The exception that ends the body comes here while the first one is still being handled.
        self.frame.blocks.push(Block::Handling { name: None });
        let pending = self.frame.temp();
        if self.frame.start_handler(region, &before, pending) {
            self.forget_name(&ident.name, span);
            self.emit(Instr::Unwind { exc: pending }, span);
        }
        self.frame.blocks.pop();
        self.frame.place(done);
    }

    pub(super) fn raise(&mut self, exc: Option<&'a Expr>, cause: Option<&'a Expr>, span: Span) {
        match (exc, cause) {
            (None, _) => self.emit(Instr::Reraise, span),
            (Some(exc), None) => {
                let exc = self.value(exc);
                self.emit(Instr::Raise { exc }, span);
            }
            (Some(exc), Some(cause)) => {
                let exc = self.operand(exc, &[cause]);
                let cause = self.value(cause);
                self.emit(Instr::RaiseFrom { exc, cause }, span);
            }
        }
    }

    pub(super) fn assert(&mut self, test: &'a Expr, message: Option<&'a Expr>, span: Span) {
        let holds = self.frame.label();
        self.branch(test, true, holds);
        // CPython underlines a failed comparison, otherwise the statement.
        let span = if matches!(test.kind, ExprKind::Compare { .. }) { test.span } else { span };
        let exc = self.frame.temp();
        self.constant_to(Constant::Builtin("AssertionError".into()), exc, span);
        if let Some(message) = message {
            self.push(message);
            self.emit(Instr::Call { dst: exc, base: exc, argc: 1 }, span);
        }
        self.emit(Instr::Raise { exc }, span);
        self.frame.place(holds);
    }
}
