//! Statements whose parts can be judged by their look: `raise`, `except`.

use super::{Finder, shown};
use crate::builtins;
use crate::diagnostic::Code;
use crate::syntax::ast::{Constant, Expr, ExprKind, Stmt, StmtKind};
use crate::value::Value;
use crate::value::exceptions::BASE_EXCEPTION;

const EXCEPTION: Code = Code(2015);

impl<'a> Finder<'a> {
    /// What can be said of a statement itself.
    pub(super) fn statement(&mut self, stmt: &'a Stmt) {
        match &stmt.kind {
            StmtKind::Raise { exc: Some(exc), .. } => self.raise(exc),
            StmtKind::Try(parts) => {
                for kind in parts.handlers.iter().filter_map(|handler| handler.kind.as_ref()) {
                    match &kind.kind {
                        ExprKind::Tuple(kinds) => kinds.iter().for_each(|kind| self.catch(kind)),
                        _ => self.catch(kind),
                    }
                }
            }
            StmtKind::AugAssign { target, op, value, .. } => self.operator(value, target, *op, value),
            _ => {}
        }
    }

    fn raise(&mut self, exc: &'a Expr) {
        // `raise str(…)` makes no exception either.
        let class = if let ExprKind::Call { func, .. } = &exc.kind { func } else { exc };
        let what = match self.no_exception(class) {
            Some(what) => what,
            None => return,
        };
        let text = self.source.slice(exc.span);
        let is_text = matches!(exc.kind, ExprKind::Constant(Constant::Str(_)) | ExprKind::FString(_));
        let help = if is_text && text.len() < 60 {
            format!("write `raise ValueError({text})`")
        } else {
            "raise an exception such as `ValueError('why')`".to_owned()
        };
        self.failure(EXCEPTION, exc.span, format!("{what} is no exception and cannot be raised"), help);
    }

    fn catch(&mut self, kind: &'a Expr) {
        if let Some(what) = self.no_exception(kind) {
            let help = "name exception classes: `except ValueError:` or `except (KeyError, TypeError):`";
            self.failure(EXCEPTION, kind.span, format!("{what} is no exception class and cannot be caught"), help);
        }
    }

    /// What an expression is that certainly neither is an exception nor a class of exceptions.
    fn no_exception(&self, expr: &Expr) -> Option<String> {
        let what = match &expr.kind {
            ExprKind::Constant(Constant::Str(_)) | ExprKind::FString(_) => "a text",
            ExprKind::Constant(Constant::None) => "`None`",
            ExprKind::Constant(Constant::Int(_) | Constant::BigInt(_) | Constant::Float(_)) => "a number",
            ExprKind::Constant(_) => "this literal",
            ExprKind::List(_) | ExprKind::ListComp { .. } => "a list",
            ExprKind::Dict(_) | ExprKind::DictComp { .. } => "a dict",
            ExprKind::Set(_) | ExprKind::SetComp { .. } => "a set",
            ExprKind::Lambda { .. } => "a function",
            ExprKind::Name(_) => {
                let path = self.names.path(expr)?;
                return match builtins::lookup(&path)? {
                    Value::Type(desc) if desc.is_subtype(&BASE_EXCEPTION) => None,
                    // What is called gives something that is unknown here.
                    Value::Type(_) | Value::Module(_) | Value::NotImplemented | Value::Ellipsis => Some(shown(&path)),
                    _ => None,
                };
            }
            _ => return None,
        };
        Some(what.to_owned())
    }
}
