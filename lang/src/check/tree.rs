//! Going over the parts of statements.

use crate::syntax::ast::{Expr, Stmt, StmtKind};

/// Calls `see` with the blocks below a statement.
pub(super) fn each_block<'a>(stmt: &'a Stmt, see: &mut dyn FnMut(&'a [Stmt])) {
    match &stmt.kind {
        StmtKind::FunctionDef(def) => see(&def.body),
        StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
            see(body);
            see(orelse);
        }
        StmtKind::If { branches, orelse } => {
            branches.iter().for_each(|(_, body)| see(body));
            see(orelse);
        }
        StmtKind::Match { cases, .. } => cases.iter().for_each(|case| see(&case.body)),
        StmtKind::Try(inner) => {
            see(&inner.body);
            inner.handlers.iter().for_each(|handler| see(&handler.body));
            see(&inner.orelse);
            see(&inner.finalbody);
        }
        StmtKind::Error { body, .. } => see(body),
        _ => {}
    }
}

/// Calls `see` with the expressions of a statement itself, annotations excepted.
pub(super) fn each_expr<'a>(stmt: &'a Stmt, see: &mut dyn FnMut(&'a Expr)) {
    match &stmt.kind {
        StmtKind::FunctionDef(def) => {
            def.decorators.iter().chain(def.params.iter().filter_map(|p| p.default.as_ref())).for_each(see);
        }
        StmtKind::Return(value) => value.iter().for_each(see),
        StmtKind::Delete(targets) => targets.iter().for_each(see),
        StmtKind::Assign { targets, value } => targets.iter().chain([value]).for_each(see),
        StmtKind::AugAssign { target, value, .. } => [target, value].into_iter().for_each(see),
        StmtKind::AnnAssign { target, value, .. } => [target].into_iter().chain(value).for_each(see),
        StmtKind::For { target, iter, .. } => [target, iter].into_iter().for_each(see),
        StmtKind::While { test, .. } => see(test),
        StmtKind::If { branches, .. } => branches.iter().for_each(|(test, _)| see(test)),
        StmtKind::Match { subject, cases } => {
            [subject].into_iter().chain(cases.iter().filter_map(|case| case.guard.as_ref())).for_each(see);
        }
        StmtKind::Raise { exc, cause } => exc.iter().chain(cause).for_each(see),
        StmtKind::Try(inner) => inner.handlers.iter().filter_map(|h| h.kind.as_ref()).for_each(see),
        StmtKind::Assert { test, message } => [test].into_iter().chain(message).for_each(see),
        StmtKind::Expr(value) => see(value),
        StmtKind::Import(_)
        | StmtKind::ImportFrom { .. }
        | StmtKind::Global(_)
        | StmtKind::Nonlocal(_)
        | StmtKind::Pass
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Error { .. } => {}
    }
}
