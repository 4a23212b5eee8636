//! Control flow without exceptions: conditions, `if`, loops and the ways out of them.
//!
//! A condition becomes jumps; no bool is made for it.

use super::expr::Place;
use super::frame::{Block, Exit, Label};
use super::function::plain_name;
use super::{Lowering, constants, with_stack};
use crate::code::{Instr, Reg};
use crate::source::Span;
use crate::syntax::ast::{BoolOp, CmpOp, Constant, Expr, ExprKind, Stmt, StmtKind, UnaryOp};

impl<'a> Lowering<'a> {
    /// Goes to `label` if the truth of `test` is `when`.
    pub(super) fn branch(&mut self, test: &'a Expr, when: bool, label: Label) {
        let mark = self.frame.mark();
        with_stack(|| self.branch_here(test, when, label));
        self.frame.release(mark);
    }

    fn branch_here(&mut self, test: &'a Expr, when: bool, label: Label) {
        if let Some(truth) = constants::truth(test) {
            if truth == when {
                self.frame.jump(label, test.span);
            }
            return;
        }
        match &test.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => self.branch(operand, !when, label),
            ExprKind::BoolOp { op, values } => self.branch_all(*op, values, when, label),
            ExprKind::IfExp { test, body, orelse } => {
                let (otherwise, end) = (self.frame.label(), self.frame.label());
                self.branch(test, false, otherwise);
                self.branch(body, when, label);
                self.frame.jump(end, body.span);
                self.frame.place(otherwise);
                self.branch(orelse, when, label);
                self.frame.place(end);
            }
            ExprKind::Compare { left, links } => self.branch_compare((left, links), when, label, test.span),
            _ => {
                let cond = self.value(test);
                let jump = match when {
                    true => Instr::JumpIf { cond, target: 0 },
                    false => Instr::JumpIfNot { cond, target: 0 },
                };
                self.frame.emit_to(label, jump, test.span);
            }
        }
    }

    /// A condition of several links joined by `and` or `or`.
    fn branch_all(&mut self, op: BoolOp, values: &'a [Expr], when: bool, label: Label) {
        let Some((last, links)) = values.split_last() else { return };
        // The truth of a link that decides the whole.
        let decides = op == BoolOp::Or;
        let skip = self.frame.label();
        for link in links {
            self.branch(link, decides, if decides == when { label } else { skip });
        }
        self.branch(last, when, label);
        self.frame.place(skip);
    }

    fn branch_compare(&mut self, (left, links): (&'a Expr, &'a [(CmpOp, Expr)]), when: bool, label: Label, span: Span) {
        if let [(op @ (CmpOp::Is | CmpOp::IsNot), Expr { kind: ExprKind::Constant(Constant::None), .. })] = links {
            let cond = self.value(left);
            self.branch_none(cond, (*op == CmpOp::Is) == when, label, span);
            return;
        }
        let skip = self.frame.label();
        self.links(left, links, |lowering, op, (a, b), is_last| {
            // A false link decides for all.
            let (expect, to) = match (is_last, when) {
                (true, _) => (when, label),
                (false, true) => (false, skip),
                (false, false) => (false, label),
            };
            lowering.frame.jump_unless_skipped(Instr::CompareSkip { op, expect, a, b }, to, span);
        });
        self.frame.place(skip);
    }

    /// Goes to `label` if it is `when` that the register holds `None`.
    pub(super) fn branch_none(&mut self, cond: Reg, when: bool, label: Label, span: Span) {
        let jump = Instr::JumpIfNone { cond, target: 0 };
        if when {
            self.frame.emit_to(label, jump, span);
        } else {
            let skip = self.frame.label();
            self.frame.emit_to(skip, jump, span);
            self.frame.jump(label, span);
            self.frame.place(skip);
        }
    }

    pub(super) fn if_stmt(&mut self, branches: &'a [(Expr, Vec<Stmt>)], orelse: &'a [Stmt]) {
        let end = self.frame.label();
        for (at, (test, body)) in branches.iter().enumerate() {
            if !self.frame.reachable {
                break;
            }
            if let Some(label) = self.lone_exit(body) {
                self.branch(test, true, label);
                continue;
            }
            let next = self.frame.label();
            self.branch(test, false, next);
            self.block(body);
            if at + 1 < branches.len() || !orelse.is_empty() {
                self.frame.jump(end, test.span);
            }
            self.frame.place(next);
        }
        self.block(orelse);
        self.frame.place(end);
    }

    /// Where a body goes that is only `break` or `continue` and need not clean up on the way.
    fn lone_exit(&self, body: &[Stmt]) -> Option<Label> {
        let [Stmt { kind, .. }] = body else { return None };
        match (kind, self.frame.blocks.last()?) {
            (StmtKind::Break, Block::Loop { break_to, .. }) => Some(*break_to),
            (StmtKind::Continue, Block::Loop { continue_to, .. }) => Some(*continue_to),
            _ => None,
        }
    }

    pub(super) fn while_stmt(&mut self, test: &'a Expr, body: &'a [Stmt], orelse: &'a [Stmt]) {
        self.frame.forget_unstable();
        let head = self.frame.here();
        let done = self.frame.label();
        self.branch(test, false, done);
        self.loop_body(head, done, body, orelse, test.span);
    }

    pub(super) fn for_stmt(
        &mut self,
        target: &'a Expr,
        iter: &'a Expr,
        (body, orelse): (&'a [Stmt], &'a [Stmt]),
        span: Span,
    ) {
        let own = self.own_iterator(target);
        let src = self.value(iter);
        let iter = own.map_or_else(|| self.frame.temps(2), |reg| reg - 1);
        self.emit(Instr::GetIter { dst: iter, src }, span);
        if let Some(reg) = own {
            self.frame.busy_loops.insert(reg);
        }
        self.frame.forget_unstable();
        let (head, done) = (self.frame.here(), self.frame.label());
        self.frame.emit_to(done, Instr::ForIter { iter, exit: 0 }, span);
        self.store(target, iter.saturating_add(1));
        self.loop_body(head, done, body, orelse, span);
        if let Some(reg) = own {
            self.frame.busy_loops.remove(reg);
        }
    }

    /// The register of a loop variable that has one for the iterator right before it, and no loop in progress there.
    pub(super) fn own_iterator(&mut self, target: &Expr) -> Option<Reg> {
        let Place::Local(reg) = self.place(plain_name(target)?) else { return None };
        (self.frame.loop_variables.contains(reg) && !self.frame.busy_loops.contains(reg)).then_some(reg)
    }

    /// The body of a loop, the way back to `head`, and behind `done` its `else`.
    fn loop_body(&mut self, head: u32, done: Label, body: &'a [Stmt], orelse: &'a [Stmt], span: Span) {
        let (break_to, continue_to) = (self.frame.label(), self.frame.label());
        self.frame.blocks.push(Block::Loop { break_to, continue_to });
        self.block(body);
        self.frame.blocks.pop();
        self.frame.place(continue_to);
        self.emit(Instr::Loop { target: head }, span);
        self.frame.place(done);
        self.block(orelse);
        self.frame.place(break_to);
    }

    /// Leaves the constructs around the current point by `return` (of `src`), `break` or `continue`. A `finally` on the
    /// way is entered instead, and goes on from there.
    pub(super) fn exit(&mut self, exit: Exit, src: Reg, span: Span) {
        for at in (0..self.frame.blocks.len()).rev() {
            match (self.frame.blocks[at].clone(), exit) {
                (Block::Handling { name }, _) => {
                    if let Some(ident) = name {
                        self.forget_name(&ident.name, span);
                    }
                    self.emit(Instr::LeaveHandler, span);
                }
                (Block::Finally(block), _) => {
                    if exit == Exit::Return {
                        self.move_to(block.value, src, span);
                    }
                    self.emit(Instr::Int { dst: block.next, value: exit.number().into() }, span);
                    self.frame.jump(block.enter, span);
                    if let Block::Finally(block) = &mut self.frame.blocks[at] {
                        block.exits[exit as usize] = true;
                    }
                    return;
                }
                (Block::Loop { break_to, .. }, Exit::Break) => return self.frame.jump(break_to, span),
                (Block::Loop { continue_to, .. }, Exit::Continue) => return self.frame.jump(continue_to, span),
                (Block::Loop { .. }, Exit::Return) => {}
            }
        }
        match exit {
            Exit::Return => self.emit(Instr::Return { src }, span),
            Exit::Break | Exit::Continue => self.refuse("there is a syntax error", span),
        }
    }
}
