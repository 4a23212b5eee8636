//! Statements, one after the other.

use super::Pass;
use super::flow::{Evidence, Known, State};
use crate::check::types::Type;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::ast::{Alias, Expr, ExprKind, Ident, Stmt, StmtKind};
use crate::value::ModuleDesc;

impl<'a> Pass<'a> {
    /// Statements in order; what stands behind the last one that can be reached is reported once.
    pub(super) fn block(&mut self, body: &'a [Stmt]) {
        let mut told = !self.frame.state.reachable;
        for stmt in body {
            if !self.frame.state.reachable && !told {
                told = true;
                self.unreachable_from(stmt, body);
            }
            self.stmt(stmt);
        }
    }

    fn unreachable_from(&mut self, stmt: &'a Stmt, body: &'a [Stmt]) {
        // A lone `yield` behind `return` makes a generator; `pass` and texts say nothing.
        let harmless = |stmt: &Stmt| match &stmt.kind {
            StmtKind::Pass | StmtKind::Error { .. } | StmtKind::FunctionDef(_) => true,
            StmtKind::Expr(expr) => {
                matches!(expr.kind, ExprKind::Constant(_) | ExprKind::Yield(_) | ExprKind::YieldFrom(_))
            }
            _ => false,
        };
        let rest: Vec<&Stmt> = body.iter().skip_while(|other| other.span != stmt.span).collect();
        if rest.iter().all(|stmt| harmless(stmt)) || self.quiet > 0 {
            return;
        }
        let end = rest.last().map_or(stmt.span, |last| last.span);
        let span = if self.source.line_column(stmt.span.start).line == self.source.line_column(end.end).line {
            stmt.span.to(end)
        } else {
            stmt.span
        };
        let found = Diagnostic::warning(Code(1012), span, "this is never reached")
            .with_help("delete it, or mend the statement before it that always leaves");
        if !self.is_full() && self.reported.insert((found.code, found.span)) {
            self.found.push(found);
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        if !self.spend() {
            return;
        }
        match &stmt.kind {
            StmtKind::Expr(expr) => {
                self.expr(expr);
            }
            StmtKind::Assign { targets, value } => self.assignment(targets, value),
            StmtKind::AugAssign { target, op, op_span, value } => self.augmented(stmt, target, *op, *op_span, value),
            StmtKind::AnnAssign { target, annotation, value, .. } => self.annotated(target, annotation, value.as_ref()),
            StmtKind::Return(value) => {
                let known = value.as_ref().map_or_else(|| Known::sure(Type::NONE), |value| self.expr(value));
                if self.frame.state.reachable {
                    let has_value = value.is_some();
                    let span = value.as_ref().map_or(stmt.span, |value| value.span);
                    self.frame.returns.push(super::Returned { known, span, has_value });
                }
                self.frame.state = State::unreachable();
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.delete(target)),
            StmtKind::FunctionDef(def) => self.define(def),
            StmtKind::If { branches, orelse } => self.if_stmt(branches, orelse),
            StmtKind::While { test, body, orelse } => self.while_stmt(test, body, orelse),
            StmtKind::For { target, iter, body, orelse } => self.for_stmt(target, iter, body, orelse),
            StmtKind::Match { subject, cases } => self.match_stmt(subject, cases),
            StmtKind::Try(stmt) => self.try_stmt(stmt),
            StmtKind::Raise { exc, cause } => {
                for value in exc.iter().chain(cause) {
                    self.expr(value);
                }
                self.frame.state = State::unreachable();
            }
            StmtKind::Assert { test, message } => {
                let (yes, no) = self.condition(test);
                if let Some(message) = message {
                    self.frame.state = no;
                    self.expr(message);
                }
                self.frame.state = yes;
            }
            StmtKind::Import(names) => names.iter().for_each(|alias| self.import(alias)),
            StmtKind::ImportFrom { module, names } => self.import_from(module, names),
            StmtKind::Break => {
                let state = std::mem::replace(&mut self.frame.state, State::unreachable());
                if let Some(around) = self.frame.loops.last_mut() {
                    around.breaks.absorb(&state);
                }
            }
            StmtKind::Continue => {
                let state = std::mem::replace(&mut self.frame.state, State::unreachable());
                if let Some(around) = self.frame.loops.last_mut() {
                    around.continues.absorb(&state);
                }
            }
            StmtKind::Error { body } => self.block(body),
            StmtKind::Global(_) | StmtKind::Nonlocal(_) | StmtKind::Pass => {}
        }
    }

    fn import(&mut self, alias: &'a Alias) {
        let path = if alias.asname.is_some() {
            &*alias.name.name
        } else {
            alias.name.name.split('.').next().unwrap_or_default()
        };
        let ty = module_named(path).map_or(Type::Any, Type::Module);
        let span = alias.asname.as_ref().map_or(alias.name.span, |name| name.span);
        self.bind(span, Known::sure(ty));
    }

    fn import_from(&mut self, module: &'a Ident, names: &'a [Alias]) {
        let from = module_named(&module.name);
        for alias in names {
            let name = &alias.name;
            let ty = match from {
                Some(module) => self.module_member(module, &name.name).unwrap_or_else(|| {
                    let known = crate::check::members::of_module(module);
                    let help =
                        crate::check::suggest::attribute(module.name, module.name, &name.name, known.into_iter());
                    let message = format!("the module `{}` has no member `{}`", module.name, name.name);
                    let severity = self.severity(Evidence::Program, false);
                    if !name.name.is_empty() {
                        self.note(1006, severity, name.span, message, help);
                    }
                    Type::Any
                }),
                None => Type::Any,
            };
            let span = alias.asname.as_ref().unwrap_or(name).span;
            self.bind(span, Known::sure(ty));
        }
    }

    /// Reports that something is not as annotated.
    pub(super) fn contradicts(&mut self, span: Span, annotation: &Expr, is: &Type, promised: &Type) {
        let message = format!("this is `{}`, and the annotation says `{promised}`", super::operator::short(is));
        let found = Diagnostic::new(Code(2018), Severity::Warning, span, message)
            .with_related(annotation.span, "the annotation")
            .with_help("change the annotation or the value; annotations are never tested at run time");
        self.push(found);
    }
}

/// The module with this dotted name.
fn module_named(path: &str) -> Option<&'static ModuleDesc> {
    let mut parts = path.split('.');
    let mut module = crate::modules::lookup(parts.next()?)?;
    for part in parts {
        module = module.modules.iter().find(|(name, _)| *name == part).map(|(_, module)| *module)?;
    }
    Some(module)
}
