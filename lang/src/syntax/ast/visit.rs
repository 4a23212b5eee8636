//! Going over the children of a node.

use super::{Comprehension, Expr, ExprKind, FStringPart};

impl ExprKind {
    /// Calls `visit` with every direct child expression, in source order; defaults and annotations
    /// of a lambda's parameters, call arguments, comprehension clauses and f-string fields count
    /// as children.
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            ExprKind::Constant(_) | ExprKind::Name(_) | ExprKind::Error => {}
            ExprKind::BoolOp { values, .. } => values.iter().for_each(visit),
            ExprKind::Set(items) | ExprKind::List(items) | ExprKind::Tuple(items) => {
                items.iter().for_each(visit);
            }
            ExprKind::NamedExpr { value, .. }
            | ExprKind::UnaryOp { operand: value, .. }
            | ExprKind::YieldFrom(value)
            | ExprKind::Attribute { value, .. }
            | ExprKind::Starred(value) => visit(value),
            ExprKind::Yield(value) => value.iter().for_each(|value| visit(value)),
            ExprKind::BinOp { left, right, .. } => {
                visit(left);
                visit(right);
            }
            ExprKind::Lambda { params, body } => {
                for param in params.iter() {
                    param.annotation.iter().for_each(&mut *visit);
                    param.default.iter().for_each(&mut *visit);
                }
                visit(body);
            }
            ExprKind::IfExp { test, body, orelse } => {
                visit(body);
                visit(test);
                visit(orelse);
            }
            ExprKind::Dict(items) => {
                for item in items {
                    item.key.iter().for_each(&mut *visit);
                    visit(&item.value);
                }
            }
            ExprKind::ListComp { element, generators }
            | ExprKind::SetComp { element, generators }
            | ExprKind::GeneratorExp { element, generators } => {
                visit(element);
                generators.iter().for_each(|clause| clause.for_each_child(visit));
            }
            ExprKind::DictComp { key, value, generators } => {
                visit(key);
                visit(value);
                generators.iter().for_each(|clause| clause.for_each_child(visit));
            }
            ExprKind::Compare { left, comparators, .. } => {
                visit(left);
                comparators.iter().for_each(visit);
            }
            ExprKind::Call { func, args } => {
                visit(func);
                args.iter().for_each(|arg| visit(arg.value()));
            }
            ExprKind::FString(parts) => fields_of(parts, visit),
            ExprKind::Subscript { value, index } => {
                visit(value);
                visit(index);
            }
            ExprKind::Slice { lower, upper, step } => {
                for part in [lower, upper, step].into_iter().flatten() {
                    visit(part);
                }
            }
        }
    }
}

impl Comprehension {
    /// Calls `visit` with the target, the iterable and the conditions.
    pub fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(&self.target);
        visit(&self.iter);
        self.ifs.iter().for_each(visit);
    }
}

/// Visits the expressions of an f-string, those inside format specifications included. The nesting
/// of specifications is at most two, so this recursion is bounded.
fn fields_of<'a>(parts: &'a [FStringPart], visit: &mut dyn FnMut(&'a Expr)) {
    for part in parts {
        if let FStringPart::Field(field) = part {
            visit(&field.value);
            if let Some(spec) = &field.spec {
                fields_of(spec, visit);
            }
        }
    }
}
