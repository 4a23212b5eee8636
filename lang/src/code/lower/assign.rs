//! Assignment in all its forms, and `del`.

use super::expr::{Place, rebinds};
use super::function::plain_name;
use super::{Lowering, constants};
use crate::code::{Instr, Reg};
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Name};

/// Longest `a, b = c, d` that is done without making the tuple.
const MAX_PARALLEL: usize = 8;

impl<'a> Lowering<'a> {
    /// `targets[0] = targets[1] = value`.
    pub(super) fn assign(&mut self, targets: &'a [Expr], value: &'a Expr) {
        match targets {
            [target] => self.assign_one(target, value),
            // The first targets may rebind what the value was read from.
            targets => {
                let src = self.push(value);
                self.observe(src, value.span);
                targets.iter().for_each(|target| self.store(target, src));
            }
        }
    }

    pub(super) fn ann_assign(&mut self, target: &'a Expr, value: Option<&'a Expr>) {
        match (value, &target.kind) {
            (Some(value), _) => self.assign_one(target, value),
            // Without a value only the parts of the target are evaluated.
            (None, ExprKind::Attribute { value, .. }) => {
                self.value(value);
            }
            (None, ExprKind::Subscript { value, index }) => {
                self.value(value);
                self.value(index);
            }
            (None, _) => {}
        }
    }

    fn assign_one(&mut self, target: &'a Expr, value: &'a Expr) {
        match (&target.kind, &value.kind) {
            (ExprKind::Name(name), _) => self.assign_name(name, value, target.span),
            (ExprKind::Tuple(targets) | ExprKind::List(targets), ExprKind::Tuple(values) | ExprKind::List(values))
                if is_parallel(targets, values) =>
            {
                self.assign_parallel(targets, values);
            }
            _ => {
                let src = self.operand(value, &[target]);
                self.observe(src, value.span);
                self.store(target, src);
            }
        }
    }

    /// `name = value`, straight into the register of a local variable.
    pub(super) fn assign_name(&mut self, name: &Name, value: &'a Expr, span: Span) {
        if let Place::Local(reg) = self.place(name) {
            self.expr_to(value, reg);
            self.frame.bound.insert(reg);
            self.observe(reg, value.span);
        } else {
            let mark = self.frame.mark();
            let src = self.value(value);
            self.observe(src, value.span);
            self.store_name(name, src, span);
            self.frame.release(mark);
        }
    }

    /// `a, b = c, d` without a tuple: first all values, then the targets from left to right.
    fn assign_parallel(&mut self, targets: &'a [Expr], values: &'a [Expr]) {
        let sources = values.iter().enumerate().map(|(at, value)| {
            // A variable may stay where it is if nothing changes it before its turn.
            let is_stable = plain_name(value).is_some_and(|name| {
                let earlier = targets.iter().take(at);
                !earlier.into_iter().any(|target| binds(target, name))
                    && !values.iter().skip(at + 1).chain(targets).any(|expr| rebinds(expr, name))
            });
            if is_stable { self.value(value) } else { self.push(value) }
        });
        let sources = sources.collect::<Vec<_>>();
        for (value, src) in values.iter().zip(&sources) {
            self.observe(*src, value.span);
        }
        for (target, src) in targets.iter().zip(sources) {
            self.store(target, src);
        }
    }

    /// `target = src`. A walrus inside the target must not change `src`.
    pub(super) fn store(&mut self, target: &'a Expr, src: Reg) {
        let (mark, span) = (self.frame.mark(), target.span);
        match &target.kind {
            ExprKind::Name(name) => self.store_name(name, src, span),
            ExprKind::Attribute { value, attr } => {
                let obj = self.value(value);
                let (name, span) = (self.pool.name(&attr.name), self.member_span(target, attr));
                self.emit(Instr::StoreAttr { obj, name, src }, span);
            }
            ExprKind::Subscript { value, index } => {
                let obj = self.operand(value, &[index]);
                let key = self.value(index);
                self.emit(Instr::SetItem { obj, key, src }, span);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => self.unpack(items, src, span),
            ExprKind::Starred(inner) => self.store(inner, src),
            _ => self.refuse("there is a syntax error", span),
        }
        self.frame.release(mark);
    }

    /// `name = src`.
    pub(super) fn store_name(&mut self, name: &Name, src: Reg, span: Span) {
        match self.place(name) {
            Place::Local(reg) => {
                self.move_to(reg, src, span);
                self.frame.bound.insert(reg);
            }
            Place::Cell(cell) => self.emit(Instr::StoreCell { cell, src }, span),
            Place::Global(global) => self.emit(Instr::StoreGlobal { global, src }, span),
            Place::Builtin => {
                let global = self.pool.global(name);
                self.emit(Instr::StoreGlobal { global, src }, span);
            }
        }
    }

    /// Spreads `src` over the targets.
    fn unpack(&mut self, items: &'a [Expr], src: Reg, span: Span) {
        let direct = self.neighbours(items, src);
        let base = direct.unwrap_or_else(|| self.frame.temps(items.len()));
        match items.iter().position(|item| matches!(item.kind, ExprKind::Starred(_))) {
            Some(star) => {
                let after = self.count(items.len() - star - 1, span);
                let before = u8::try_from(star).unwrap_or_else(|_| {
                    self.refuse("too many targets before a starred one", span);
                    0
                });
                self.emit(Instr::UnpackStar { before, src, base, after }, span);
            }
            None => {
                let count = self.count(items.len(), span);
                self.emit(Instr::Unpack { src, base, count }, span);
            }
        }
        for (item, reg) in items.iter().zip(base..=Reg::MAX) {
            match direct {
                Some(_) => self.frame.bound.insert(reg),
                None => self.store(item, reg),
            }
        }
    }

    /// The first register of the targets if they are local variables in neighbouring registers, so that unpacking can
    /// write them directly.
    fn neighbours(&mut self, items: &'a [Expr], src: Reg) -> Option<Reg> {
        let mut first = None;
        for (at, item) in items.iter().enumerate() {
            let Place::Local(reg) = self.place(plain_name(item)?) else { return None };
            let first = *first.get_or_insert(reg);
            if reg == src || usize::from(reg) != usize::from(first) + at {
                return None;
            }
        }
        first
    }

    /// `target op= value`: the parts of the target are evaluated once.
    pub(super) fn aug_assign(&mut self, target: &'a Expr, op: BinaryOp, value: &'a Expr, span: Span) {
        match &target.kind {
            ExprKind::Name(name) => {
                let a = self.operand(target, &[value]);
                if let Place::Local(dst) = self.place(name) {
                    self.inplace(op, dst, a, value, span);
                    self.observe(dst, span);
                } else {
                    let dst = self.frame.temp();
                    self.inplace(op, dst, a, value, span);
                    self.observe(dst, span);
                    self.store_name(name, dst, target.span);
                }
            }
            ExprKind::Attribute { value: obj, attr } => {
                let obj = self.operand(obj, &[value]);
                let (name, member) = (self.pool.name(&attr.name), self.member_span(target, attr));
                let dst = self.frame.temp();
                self.emit(Instr::LoadAttr { dst, obj, name }, member);
                self.inplace(op, dst, dst, value, span);
                self.observe(dst, span);
                self.emit(Instr::StoreAttr { obj, name, src: dst }, member);
            }
            ExprKind::Subscript { value: obj, index } => {
                let obj = self.operand(obj, &[index, value]);
                let key = self.operand(index, &[value]);
                let dst = self.frame.temp();
                match self.constant_key(index) {
                    Some(key) => self.emit(Instr::GetItemConst { dst, obj, key }, target.span),
                    None => self.emit(Instr::GetItem { dst, obj, key }, target.span),
                }
                self.inplace(op, dst, dst, value, span);
                self.observe(dst, span);
                self.emit(Instr::SetItem { obj, key, src: dst }, target.span);
            }
            _ => self.refuse("there is a syntax error", target.span),
        }
    }

    fn inplace(&mut self, op: BinaryOp, dst: Reg, a: Reg, value: &'a Expr, span: Span) {
        if let Some(value) = constants::small_int(value) {
            self.emit(Instr::InplaceInt { op, dst, a, value }, span);
        } else {
            let b = self.value(value);
            self.emit(Instr::Inplace { op, dst, a, b }, span);
        }
    }

    /// `del target`.
    pub(super) fn delete(&mut self, target: &'a Expr) {
        let (mark, span) = (self.frame.mark(), target.span);
        match &target.kind {
            ExprKind::Name(name) => self.delete_name(name, span),
            ExprKind::Attribute { value, attr } => {
                let obj = self.value(value);
                let (name, span) = (self.pool.name(&attr.name), self.member_span(target, attr));
                self.emit(Instr::DeleteAttr { obj, name }, span);
            }
            ExprKind::Subscript { value, index } => {
                let obj = self.operand(value, &[index]);
                let key = self.value(index);
                self.emit(Instr::DeleteItem { obj, key }, span);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.delete(item)),
            _ => self.refuse("there is a syntax error", span),
        }
        self.frame.release(mark);
    }

    fn delete_name(&mut self, name: &Name, span: Span) {
        match self.place(name) {
            Place::Local(reg) => {
                self.check_bound(reg, name, span);
                self.unbind(reg, span);
            }
            Place::Cell(cell) => {
                let name = self.pool.name(name);
                self.emit(Instr::DeleteCell { cell, name }, span);
            }
            Place::Global(global) => self.emit(Instr::DeleteGlobal { global }, span),
            Place::Builtin => {
                let global = self.pool.global(name);
                self.emit(Instr::DeleteGlobal { global }, span);
            }
        }
    }

    /// Ends the life of the name of an `except` clause, whether the clause has deleted it already or not.
    pub(super) fn forget_name(&mut self, name: &Name, span: Span) {
        match self.place(name) {
            Place::Local(reg) => self.unbind(reg, span),
            _ => {
                // Bound once more, so that deleting it cannot fail.
                let mark = self.frame.mark();
                let src = self.frame.temp();
                self.emit(Instr::None { dst: src }, span);
                self.store_name(name, src, span);
                self.delete_name(name, span);
                self.frame.release(mark);
            }
        }
    }

    fn unbind(&mut self, reg: Reg, span: Span) {
        self.emit(Instr::Unbind { reg }, span);
        self.frame.bound.remove(reg);
    }
}

/// Can `targets = values` be done one by one?
fn is_parallel(targets: &[Expr], values: &[Expr]) -> bool {
    let is_starred = |expr: &Expr| matches!(expr.kind, ExprKind::Starred(_));
    targets.len() == values.len()
        && (1..=MAX_PARALLEL).contains(&values.len())
        && !targets.iter().chain(values).any(is_starred)
}

/// Does the assignment target bind `name`? Targets nest no deeper than brackets do.
fn binds(target: &Expr, name: &str) -> bool {
    match &target.kind {
        ExprKind::Name(found) => &**found == name,
        ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().any(|item| binds(item, name)),
        ExprKind::Starred(inner) => binds(inner, name),
        _ => false,
    }
}
