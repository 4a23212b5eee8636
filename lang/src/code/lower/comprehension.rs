//! Comprehensions. List, set and dict comprehensions run in the frame of the function around them, with registers of
//! their own for their variables; a generator expression is a generator function that is called at once.

use foldhash::{HashMap, HashMapExt};

use super::Lowering;
use super::frame::{InlineScope, Label};
use super::function::{Header, plain_name};
use crate::code::scope::{Binding, Fold, ScopeId};
use crate::code::{self, Inlined, Instr, Reg, Target};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Comprehension, Expr, ExprKind, Name};

/// What a comprehension collects.
#[derive(Clone, Copy)]
enum Gathered<'a> {
    List(&'a Expr),
    Set(&'a Expr),
    Dict(&'a Expr, &'a Expr),
    Yield(&'a Expr),
    Sum(&'a Expr, Span),
    /// Goes to the label if the truth of the expression is that.
    Until(&'a Expr, bool, Label),
}

/// A `for` clause in progress.
struct OpenLoop {
    head: Target,
    again: Label,
    done: Label,
}

impl<'a> Lowering<'a> {
    /// `dst` = a list, set or dict comprehension.
    pub(super) fn comprehension_to(&mut self, expr: &'a Expr, dst: Reg) {
        let (name, result, generators) = match &expr.kind {
            ExprKind::ListComp { element, generators } => ("<listcomp>", Gathered::List(element), generators),
            ExprKind::SetComp { element, generators } => ("<setcomp>", Gathered::Set(element), generators),
            ExprKind::DictComp { key, value, generators } => ("<dictcomp>", Gathered::Dict(key, value), generators),
            _ => return,
        };
        let span = expr.span;
        let work = self.workplace(dst);
        let scope = self.scopes.of_expression(expr);
        let Some((registers, iterators)) = self.first_iterable(scope, generators, span) else { return };
        self.emit(
            match result {
                Gathered::Set(_) => Instr::BuildSet { dst: work, base: work, count: 0 },
                Gathered::Dict(..) => Instr::BuildDict { dst: work, base: work, count: 0 },
                _ => Instr::BuildList { dst: work, base: work, count: 0 },
            },
            span,
        );
        self.start_variables(scope, &registers, span);
        self.frame.inline.push(InlineScope { scope, name, registers });
        let start = self.frame.here();
        self.clauses(generators, &iterators, result, work, span);
        let end = self.frame.here();
        self.frame.inlined.push(Inlined { start, end, name, span });
        self.frame.inline.pop();
        self.move_to(dst, work, span);
    }

    /// `dst` = what a built-in makes of a generator expression, without a generator. `span` is the call.
    pub(super) fn fold_to(&mut self, fold: Fold, expr: &'a Expr, dst: Reg, span: Span) {
        let ExprKind::GeneratorExp { element, generators } = &expr.kind else { return };
        let work = self.workplace(dst);
        let scope = self.scopes.of_expression(expr);
        let Some((registers, iterators)) = self.first_iterable(scope, generators, expr.span) else { return };
        let decided = self.frame.label();
        let gathered = match fold {
            Fold::Sum => {
                self.emit(Instr::Int { dst: work, value: 0 }, span);
                Gathered::Sum(element, span)
            }
            Fold::Any | Fold::All => {
                self.emit(Instr::Bool { dst: work, value: fold == Fold::All }, span);
                Gathered::Until(element, fold == Fold::Any, decided)
            }
        };
        self.start_variables(scope, &registers, span);
        let name = "<genexpr>";
        self.frame.inline.push(InlineScope { scope, name, registers });
        let start = self.frame.here();
        let gathering = self.clauses(generators, &iterators, gathered, work, expr.span);
        let end = self.frame.here();
        // The addition is the work of `sum`, not of the expression.
        let own = if fold == Fold::Sum { start..gathering } else { start..end };
        self.frame.inlined.push(Inlined { start: own.start, end: own.end, name, span });
        if fold == Fold::Sum {
            self.frame.inlined.push(Inlined { start: gathering + 1, end, name, span });
        } else {
            let all = self.frame.label();
            self.frame.jump(all, span);
            self.frame.place(decided);
            // The iterators are not at their ends.
            for iter in iterators {
                self.emit(Instr::Unbind { reg: iter }, span);
            }
            self.emit(Instr::Bool { dst: work, value: fold == Fold::Any }, span);
            self.frame.place(all);
        }
        self.frame.inline.pop();
        self.move_to(dst, work, span);
    }

    /// `dst` = a generator expression.
    pub(super) fn generator_to(
        &mut self,
        expr: &'a Expr,
        element: &'a Expr,
        generators: &'a [Comprehension],
        dst: Reg,
    ) {
        let Some(first) = generators.first() else { return };
        let span = expr.span;
        let header = Header {
            scope: self.scopes.of_expression(expr),
            name: "<genexpr>".into(),
            qualname: self.qualname("<genexpr>"),
            params: code::Params { names: vec![".0".into()], positional: 1, ..code::Params::default() },
            doc: None,
            span,
        };
        let code = self.code(header, |lowering| {
            // The first clause iterates over the parameter; the prologue has left room for its items.
            let mut iterators = vec![0];
            for clause in generators.iter().skip(1) {
                iterators.push(match lowering.own_iterator(&clause.target) {
                    Some(reg) => {
                        lowering.frame.busy_loops.insert(reg);
                        reg.saturating_sub(1)
                    }
                    None => lowering.frame.temps(2),
                });
            }
            let unused = lowering.frame.temp();
            lowering.clauses(generators, &iterators, Gathered::Yield(element), unused, span);
        });
        let base = self.frame.temps(3);
        let argument = base.saturating_add(1);
        self.emit(Instr::Unbind { reg: base }, span);
        self.emit(Instr::Unbind { reg: argument }, span);
        self.emit(Instr::MakeFunction { dst: base, code, base }, span);
        let src = self.value(&first.iter);
        self.emit(Instr::GetIter { dst: argument, src }, span);
        self.emit(Instr::Call { dst, base, argc: 1 }, span);
    }

    /// Registers for the variables and iterators of a comprehension, the first of which is made: its iterable belongs to the
    /// scope around.
    fn first_iterable(
        &mut self,
        scope: ScopeId,
        generators: &'a [Comprehension],
        span: Span,
    ) -> Option<(HashMap<Name, Reg>, Vec<Reg>)> {
        let (registers, iterators) = self.comprehension_registers(scope, generators);
        let (first, iter) = generators.first().zip(iterators.first().copied())?;
        let mark = self.frame.mark();
        let src = self.value(&first.iter);
        self.emit(Instr::GetIter { dst: iter, src }, span);
        self.frame.release(mark);
        Some((registers, iterators))
    }

    /// Registers for the variables of an inline comprehension and for the iterators of its clauses. The variable of a
    /// clause lies right behind the iterator, where the items arrive, if it is nothing more than that.
    fn comprehension_registers(
        &mut self,
        scope: ScopeId,
        generators: &'a [Comprehension],
    ) -> (HashMap<Name, Reg>, Vec<Reg>) {
        let mut registers = HashMap::new();
        let iterators = generators.iter().map(|clause| {
            let iter = self.frame.temps(2);
            if let Some(name) = plain_name(&clause.target)
                && self.scopes.binding(scope, name) == Binding::Local
            {
                registers.entry(name.clone()).or_insert(iter.saturating_add(1));
            }
            iter
        });
        let iterators = iterators.collect();
        for symbol in &self.scopes.get(scope).symbols {
            if self.scopes.get(scope).owns(&symbol.name) && !registers.contains_key(&symbol.name) {
                registers.insert(symbol.name.clone(), self.frame.temp());
            }
        }
        (registers, iterators)
    }

    /// Makes the variables of an inline comprehension unbound, and new cells of those that functions capture: its
    /// registers may have served something else before.
    fn start_variables(&mut self, scope: ScopeId, registers: &HashMap<Name, Reg>, span: Span) {
        for symbol in &self.scopes.get(scope).symbols {
            let Some(reg) = registers.get(&symbol.name).copied() else { continue };
            let is_cell = self.scopes.binding(scope, &symbol.name) == Binding::Cell;
            if is_cell || symbol.early_read {
                self.emit(Instr::Unbind { reg }, span);
            }
            if is_cell {
                self.emit(Instr::MakeCell { reg }, span);
            }
            self.frame.bound.remove(reg);
        }
    }

    /// The loops of a comprehension, one in the other, and what is done in the innermost. The iterator of the first is
    /// in its register already. Gives the place of the instruction that gathers the elements.
    fn clauses(
        &mut self,
        generators: &'a [Comprehension],
        iterators: &[Reg],
        result: Gathered<'a>,
        dst: Reg,
        span: Span,
    ) -> Target {
        let mut open = Vec::new();
        for (at, (clause, iter)) in generators.iter().zip(iterators.iter().copied()).enumerate() {
            if at > 0 {
                let mark = self.frame.mark();
                let src = self.value(&clause.iter);
                self.emit(Instr::GetIter { dst: iter, src }, span);
                self.frame.release(mark);
            }
            self.frame.forget_unstable();
            let (again, done) = (self.frame.label(), self.frame.label());
            open.push(OpenLoop { head: self.frame.here(), again, done });
            self.frame.emit_to(done, Instr::ForIter { iter, exit: 0 }, span);
            self.store(&clause.target, iter.saturating_add(1));
            for test in &clause.ifs {
                self.branch(test, false, again);
            }
        }
        let mark = self.frame.mark();
        self.collect(result, dst, span);
        let gathering = self.frame.here().saturating_sub(1);
        self.frame.release(mark);
        for OpenLoop { head, again, done } in open.into_iter().rev() {
            self.frame.place(again);
            self.emit(Instr::Loop { target: head }, span);
            self.frame.place(done);
        }
        gathering
    }

    fn collect(&mut self, result: Gathered<'a>, dst: Reg, span: Span) {
        match result {
            Gathered::List(element) => {
                let src = self.value(element);
                self.emit(Instr::ListAppend { list: dst, src }, span);
            }
            Gathered::Set(element) => {
                let src = self.value(element);
                self.emit(Instr::SetAdd { set: dst, src }, span);
            }
            Gathered::Dict(key, value) => {
                let key = self.operand(key, &[value]);
                let src = self.value(value);
                self.emit(Instr::DictInsert { dict: dst, key, src }, span);
            }
            Gathered::Yield(element) => {
                let src = self.value(element);
                self.emit(Instr::Yield { dst, src }, span);
            }
            Gathered::Sum(element, call) => {
                let b = self.value(element);
                self.emit(Instr::Binary { op: BinaryOp::Add, dst, a: dst, b }, call);
            }
            Gathered::Until(element, truth, label) => self.branch(element, truth, label),
        }
    }
}
