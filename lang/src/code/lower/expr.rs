//! Expressions, except displays, calls and comprehensions.

use super::{Lowering, constants, with_stack};
use crate::code::scope::Binding;
use crate::code::{ConstId, Constant, Instr, NO_REG, Reg};
use crate::source::Span;
use crate::syntax::ast::{BoolOp, CmpOp, Expr, ExprKind, FStringField, FStringPart, Ident, Name};

/// Most parts of an f-string that are joined at once.
const STRING_CHUNK: usize = 64;

/// Most nodes that are searched for a walrus.
const MAX_SEARCHED: usize = 64;

/// Where a name lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a register.
    Local(Reg),
    /// In the cell that the register holds.
    Cell(Reg),
    /// In the module.
    Global(u16),
    /// It is a built-in that no global can shadow.
    Builtin,
}

impl<'a> Lowering<'a> {
    /// Where `name` lives at the current point.
    pub(super) fn place(&mut self, name: &Name) -> Place {
        let frame = &self.frame;
        let inline = frame.inline.iter().rev().find(|inline| self.scopes.get(inline.scope).owns(name));
        let (scope, registers) = match inline {
            Some(inline) => (inline.scope, &inline.registers),
            None => (frame.scope, &frame.registers),
        };
        let reg = registers.get(name).copied().unwrap_or_default();
        match self.scopes.binding(scope, name) {
            Binding::Local => Place::Local(reg),
            Binding::Cell | Binding::Free(_) => Place::Cell(reg),
            Binding::Global if !self.interactive && !self.scopes.binds_global(name) && (self.is_builtin)(name) => {
                Place::Builtin
            }
            Binding::Global => Place::Global(self.pool.global(name)),
        }
    }

    /// A register with the value of `expr`: a local variable is read where it lives, unless something in `later`, which
    /// is evaluated before the value is used, rebinds it.
    pub(super) fn operand(&mut self, expr: &'a Expr, later: &[&'a Expr]) -> Reg {
        self.in_place(expr, later).unwrap_or_else(|| self.push(expr))
    }

    /// The register of a local variable whose value is wanted, if it can be used where it lives.
    fn in_place(&mut self, expr: &'a Expr, later: &[&'a Expr]) -> Option<Reg> {
        let (name, value) = match &expr.kind {
            ExprKind::Name(name) => (name, None),
            ExprKind::NamedExpr { target, value } => (&target.name, Some(value)),
            _ => return None,
        };
        let Place::Local(reg) = self.place(name) else { return None };
        let changes = self.scopes.get(self.frame.scope).symbol(name).is_some_and(|symbol| symbol.walrus)
            && (later.len() > MAX_SEARCHED || later.iter().any(|expr| rebinds(expr, name)));
        if changes {
            return None;
        }
        match value {
            Some(value) => self.assign_name(name, value, expr.span),
            None => self.check_bound(reg, name, expr.span),
        }
        Some(reg)
    }

    /// Makes sure that a local variable is bound.
    pub(super) fn check_bound(&mut self, reg: Reg, name: &Name, span: Span) {
        if !self.frame.bound.contains(reg) {
            let name = self.pool.name(name);
            self.emit(Instr::CheckBound { reg, name }, span);
            self.frame.bound.insert(reg);
        }
    }

    /// `dst` = the value of `expr`. If `dst` is a variable, it is written by the last instruction only.
    pub(super) fn expr_to(&mut self, expr: &'a Expr, dst: Reg) {
        let mark = self.frame.mark();
        if expr.is_leaf() {
            self.expr_here(expr, dst)
        } else {
            with_stack(|| self.expr_here(expr, dst))
        }
        self.frame.release(mark);
    }

    fn expr_here(&mut self, expr: &'a Expr, dst: Reg) {
        let span = expr.span;
        if let Some(constant) = constants::constant(expr) {
            return self.constant_to(constant, dst, span);
        }
        match &expr.kind {
            ExprKind::Name(name) => self.read_to(name, dst, span),
            ExprKind::NamedExpr { target, value } => self.walrus_to(target, value, dst, span),
            ExprKind::BinOp { left, op, right, .. } => {
                let a = self.operand(left, &[right]);
                if let Some(value) = constants::small_int(right) {
                    self.emit(Instr::BinaryInt { op: *op, dst, a, value }, span);
                } else {
                    let b = self.value(right);
                    self.emit(Instr::Binary { op: *op, dst, a, b }, span);
                }
            }
            ExprKind::UnaryOp { op, operand } => {
                let src = self.value(operand);
                self.emit(Instr::Unary { op: *op, dst, src }, span);
            }
            ExprKind::BoolOp { op, values } => self.bool_op_to(*op, values, dst, span),
            ExprKind::Compare { left, links } => self.compare_to(left, links, dst, span),
            ExprKind::IfExp { test, body, orelse } => self.if_exp_to(test, body, orelse, dst),
            ExprKind::Call { func, args } => self.call_to(func, args, dst, span),
            ExprKind::Attribute { value, attr } => {
                let obj = self.value(value);
                let (name, span) = (self.pool.name(&attr.name), self.member_span(expr, attr));
                self.emit(Instr::LoadAttr { dst, obj, name }, span);
            }
            ExprKind::Subscript { value, index } => {
                let obj = self.operand(value, &[index]);
                if let Some(key) = self.constant_key(index) {
                    self.emit(Instr::GetItemConst { dst, obj, key }, span);
                } else {
                    let key = self.value(index);
                    self.emit(Instr::GetItem { dst, obj, key }, span);
                }
            }
            ExprKind::Slice { lower, upper, step } => {
                let base = self.frame.temps(3);
                for (part, dst) in [lower, upper, step].into_iter().zip(base..=Reg::MAX) {
                    match part {
                        Some(part) => self.expr_to(part, dst),
                        None => self.emit(Instr::None { dst }, span),
                    }
                }
                self.emit(Instr::BuildSlice { dst, base }, span);
            }
            ExprKind::List(items) => self.list_to(items, dst, span),
            ExprKind::Tuple(items) => self.tuple_to(items, dst, span),
            ExprKind::Set(items) => self.set_to(items, dst, span),
            ExprKind::Dict(items) => self.dict_to(items, dst, span),
            ExprKind::ListComp { .. } | ExprKind::SetComp { .. } | ExprKind::DictComp { .. } => {
                self.comprehension_to(expr, dst);
            }
            ExprKind::GeneratorExp { element, generators } => self.generator_to(expr, element, generators, dst),
            ExprKind::Lambda { params, body } => self.lambda_to(expr, params, body, dst),
            ExprKind::FString(parts) => self.fstring_to(parts, dst, span),
            ExprKind::Yield(value) => {
                let src = match value {
                    Some(value) => self.value(value),
                    None => {
                        let dst = self.frame.temp();
                        self.emit(Instr::None { dst }, span);
                        dst
                    }
                };
                self.emit(Instr::Yield { dst, src }, span);
            }
            ExprKind::YieldFrom(value) => {
                let src = self.value(value);
                let iter = self.frame.temp();
                self.emit(Instr::GetIter { dst: iter, src }, span);
                self.emit(Instr::YieldFrom { dst, iter }, span);
            }
            ExprKind::Constant(_) | ExprKind::Starred(_) | ExprKind::Error => {
                self.refuse("there is a syntax error", span);
            }
        }
    }

    /// `dst` = a variable.
    fn read_to(&mut self, name: &Name, dst: Reg, span: Span) {
        match self.place(name) {
            Place::Local(reg) => {
                self.check_bound(reg, name, span);
                self.move_to(dst, reg, span);
            }
            Place::Cell(cell) => {
                let name = self.pool.name(name);
                self.emit(Instr::LoadCell { dst, cell, name }, span);
            }
            Place::Global(global) => self.emit(Instr::LoadGlobal { dst, global }, span),
            Place::Builtin => self.constant_to(Constant::Builtin(name.clone()), dst, span),
        }
    }

    fn walrus_to(&mut self, target: &'a Ident, value: &'a Expr, dst: Reg, span: Span) {
        if let Place::Local(reg) = self.place(&target.name) {
            self.assign_name(&target.name, value, span);
            self.move_to(dst, reg, span);
        } else {
            let src = self.value(value);
            self.store_name(&target.name, src, span);
            self.move_to(dst, src, span);
        }
    }

    /// The constant number of a `str` key that fits into an instruction.
    pub(super) fn constant_key(&mut self, index: &Expr) -> Option<ConstId> {
        let text = constants::text(index)?;
        self.pool.short_constant(Constant::Str(text.into()))
    }

    fn bool_op_to(&mut self, op: BoolOp, values: &'a [Expr], dst: Reg, span: Span) {
        let work = self.workplace(dst);
        let end = self.frame.label();
        for (at, value) in values.iter().enumerate() {
            self.expr_to(value, work);
            if at + 1 < values.len() {
                let jump = match op {
                    BoolOp::And => Instr::JumpIfNot { cond: work, target: 0 },
                    BoolOp::Or => Instr::JumpIf { cond: work, target: 0 },
                };
                self.frame.emit_to(end, jump, span);
            }
        }
        self.frame.place(end);
        self.move_to(dst, work, span);
    }

    fn compare_to(&mut self, left: &'a Expr, links: &'a [(CmpOp, Expr)], dst: Reg, span: Span) {
        let work = if links.len() > 1 { self.workplace(dst) } else { dst };
        let end = self.frame.label();
        self.links(left, links, |lowering, op, (a, b), is_last| {
            lowering.emit(Instr::Compare { op, dst: work, a, b }, span);
            if !is_last {
                lowering.frame.emit_to(end, Instr::JumpIfNot { cond: work, target: 0 }, span);
            }
        });
        self.frame.place(end);
        self.move_to(dst, work, span);
    }

    /// The links of a comparison: calls `link` with the operator, the registers of the operands and whether it is the
    /// last one. An operand between two operators is evaluated once.
    pub(super) fn links(
        &mut self,
        left: &'a Expr,
        links: &'a [(CmpOp, Expr)],
        mut link: impl FnMut(&mut Self, CmpOp, (Reg, Reg), bool),
    ) {
        let later = links.iter().map(|(_, value)| value).collect::<Vec<_>>();
        // However long the chain is, two values are alive at a time.
        let mut slots = [None, None];
        let mut a = self.in_place(left, &later).unwrap_or_else(|| {
            let reg = self.push(left);
            slots[0] = Some(reg);
            reg
        });
        for (at, (op, right)) in links.iter().enumerate() {
            let slot = &mut slots[(at + 1) % 2];
            let is_last = at + 1 == links.len();
            let later = later.get(at + 1..).unwrap_or_default();
            let b = self.in_place(right, later).unwrap_or_else(|| {
                let dst = *slot.get_or_insert_with(|| self.frame.temp());
                match searched_constants(*op, right).filter(|_| is_last) {
                    Some(tuple) => self.constant_to(tuple, dst, right.span),
                    None => self.expr_to(right, dst),
                }
                dst
            });
            link(self, *op, (a, b), is_last);
            a = b;
        }
    }

    fn if_exp_to(&mut self, test: &'a Expr, body: &'a Expr, orelse: &'a Expr, dst: Reg) {
        // Either arm writes `dst` last, and nothing is read behind the arms.
        let (otherwise, end) = (self.frame.label(), self.frame.label());
        self.branch(test, false, otherwise);
        self.expr_to(body, dst);
        self.frame.jump(end, body.span);
        self.frame.place(otherwise);
        self.expr_to(orelse, dst);
        self.frame.place(end);
    }

    /// `dst` = the text of an f-string.
    fn fstring_to(&mut self, parts: &'a [FStringPart], dst: Reg, span: Span) {
        match parts {
            [] => self.constant_to(Constant::Str(Box::default()), dst, span),
            [part] => self.part_to(part, dst, span),
            parts => {
                // Long ones are joined in groups, to keep the number of registers low.
                let (base, mut count) = (self.frame.temp(), 0);
                for group in parts.chunks(if parts.len() > STRING_CHUNK { STRING_CHUNK } else { 1 }) {
                    let reg = if count == 0 { base } else { self.frame.temp() };
                    let mark = self.frame.mark();
                    self.fstring_to(group, reg, span);
                    self.frame.release(mark);
                    count += 1;
                }
                let count = self.count(count, span);
                self.emit(Instr::BuildString { dst, base, count }, span);
            }
        }
    }

    fn part_to(&mut self, part: &'a FStringPart, dst: Reg, span: Span) {
        match part {
            FStringPart::Literal(text) => self.constant_to(Constant::Str(text.clone()), dst, span),
            FStringPart::Field(field) => self.field_to(field, dst, span),
        }
    }

    fn field_to(&mut self, field: &'a FStringField, dst: Reg, span: Span) {
        let mark = self.frame.mark();
        let specs = field.spec.iter().flatten().filter_map(|part| match part {
            FStringPart::Field(field) => Some(&field.value),
            FStringPart::Literal(_) => None,
        });
        let src = self.operand(&field.value, &specs.collect::<Vec<_>>());
        let spec = match field.spec.as_deref() {
            None | Some([]) => NO_REG,
            Some(parts) => {
                let spec = self.frame.temp();
                self.fstring_to(parts, spec, span);
                spec
            }
        };
        self.emit(Instr::FormatValue { conversion: field.conversion, dst, src, spec }, span);
        self.frame.release(mark);
    }
}

/// A list of constants that is only searched, as the tuple that does as well.
fn searched_constants(op: CmpOp, right: &Expr) -> Option<Constant> {
    match (op, &right.kind) {
        (CmpOp::In | CmpOp::NotIn, ExprKind::List(items)) => constants::tuple(items),
        _ => None,
    }
}

/// Can evaluating `expr` rebind the local variable `name`? Only a walrus can. A large expression is not searched to its
/// end: then the answer is yes, which costs no more than a copy.
pub(super) fn rebinds(expr: &Expr, name: &str) -> bool {
    let (mut pending, mut seen) = (vec![expr], 0);
    while let Some(expr) = pending.pop() {
        seen += 1;
        match &expr.kind {
            ExprKind::NamedExpr { target, .. } if &*target.name == name => return true,
            _ if seen > MAX_SEARCHED => return true,
            kind => kind.for_each_child(&mut |child| pending.push(child)),
        }
    }
    false
}
