//! Statements, except those with a control flow of their own.

use super::Lowering;
use super::frame::Exit;
use crate::code::scope::import_target;
use crate::code::{Constant, Instr, NO_REG, Reg};
use crate::source::Span;
use crate::syntax::ast::{Alias, Expr, ExprKind, Ident, Name, Stmt, StmtKind};

impl<'a> Lowering<'a> {
    /// Statements one after the other; what cannot be reached is left out.
    pub(super) fn block(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            if !self.frame.reachable {
                break;
            }
            let mark = self.frame.mark();
            self.stmt(stmt);
            self.frame.release(mark);
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Expr(expr) => self.expr_stmt(expr),
            StmtKind::Assign { targets, value } => self.assign(targets, value),
            StmtKind::AugAssign { target, op, value, .. } => self.aug_assign(target, *op, value, span),
            StmtKind::AnnAssign { target, value, .. } => self.ann_assign(target, value.as_ref()),
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.delete(target)),
            StmtKind::Return(value) => self.return_stmt(value.as_ref(), span),
            StmtKind::If { branches, orelse } => self.if_stmt(branches, orelse),
            StmtKind::For { target, iter, body, orelse } => {
                self.for_stmt(target, iter, (body, orelse), Span::new(span.start, iter.span.end));
            }
            StmtKind::While { test, body, orelse } => self.while_stmt(test, body, orelse),
            StmtKind::Break => self.exit(Exit::Break, 0, span),
            StmtKind::Continue => self.exit(Exit::Continue, 0, span),
            StmtKind::Try(stmt) => self.try_stmt(stmt, span),
            StmtKind::Raise { exc, cause } => self.raise(exc.as_ref(), cause.as_ref(), span),
            StmtKind::Assert { test, message } => self.assert(test, message.as_ref(), span),
            StmtKind::Match { subject, cases } => self.match_stmt(subject, cases),
            StmtKind::FunctionDef(def) => self.function_def(def),
            StmtKind::Import(names) => names.iter().for_each(|alias| self.import(alias, span)),
            StmtKind::ImportFrom { module, names } => self.import_from(module, names, span),
            StmtKind::Global(_) | StmtKind::Nonlocal(_) | StmtKind::Pass => {}
            StmtKind::Error { .. } => self.refuse("there is a syntax error", span),
        }
    }

    fn expr_stmt(&mut self, expr: &'a Expr) {
        if self.interactive && self.frame.scope == 0 {
            let src = self.value(expr);
            self.emit(Instr::Display { src }, expr.span);
        } else if !matches!(expr.kind, ExprKind::Constant(_)) {
            self.value(expr);
            if matches!(&expr.kind, ExprKind::Call { func, .. } if matches!(&func.kind, ExprKind::Name(name) if &**name == "print"))
            {
                self.observe(NO_REG, expr.span);
            }
        }
    }

    fn return_stmt(&mut self, value: Option<&'a Expr>, span: Span) {
        let src = match value {
            // A way out may delete the name of an `except` clause, so the result must not stay in that variable.
            Some(value) if self.frame.handles_named() => self.push(value),
            Some(value) => self.value(value),
            None => {
                let dst = self.frame.temp();
                self.emit(Instr::None { dst }, span);
                dst
            }
        };
        self.observe(src, span);
        self.exit(Exit::Return, src, span);
    }

    /// `import a.b as c`: modules are built-ins, so this only binds a name.
    fn import(&mut self, alias: &'a Alias, span: Span) {
        let dst = self.frame.temp();
        match &alias.asname {
            Some(_) => self.module_to(&alias.name.name, dst, span),
            None => self.constant_to(Constant::Builtin(import_target(alias)), dst, span),
        }
        self.store_name(&import_target(alias), dst, span);
    }

    fn import_from(&mut self, module: &'a Ident, names: &'a [Alias], span: Span) {
        let from = self.frame.temp();
        self.module_to(&module.name, from, span);
        for alias in names {
            let dst = self.frame.temp();
            let name = self.pool.name(&alias.name.name);
            self.emit(Instr::ImportFrom { dst, module: from, name }, span);
            self.store_name(&alias.asname.as_ref().unwrap_or(&alias.name).name, dst, span);
        }
    }

    /// `dst` = the module with a dotted name.
    fn module_to(&mut self, name: &str, dst: Reg, span: Span) {
        let mut parts = name.split('.');
        let first = Name::from(parts.next().unwrap_or_default());
        self.constant_to(Constant::Builtin(first), dst, span);
        for part in parts {
            let name = self.pool.name(&part.into());
            self.emit(Instr::LoadAttr { dst, obj: dst, name }, span);
        }
    }
}
