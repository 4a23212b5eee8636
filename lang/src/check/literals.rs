//! Mistakes that show in the text alone, without types: literal arguments that no function takes, formats that do not fit,
//! forms of the past (spec 13: DW2011–2013, 2015, 2020, 2021, 4002–4007).
//!
//! What consists of literals only is simply executed ([`constant`]): if it fails here, it fails in every run. Calls in which
//! the decisive argument is a literal are checked one by one. Severities: an error where every execution of the expression
//! fails, a warning if a handler may catch the failure; see [`Finder::failure`].
//!
//! | room | job |
//! |---|---|
//! | [`names`] | which built-in function a callee is |
//! | [`constant`] | executing what consists of literals |
//! | [`formats`] | `%`, `str.format` |
//! | [`arguments`] | regular expressions, dates, `struct`, encodings, zero |
//! | [`entity`] | MIME types |
//! | [`historic`] | forms of the past |
//! | [`statements`] | `raise`, `except`, augmented assignments |

mod arguments;
mod constant;
mod entity;
mod formats;
mod historic;
mod names;
mod statements;

use super::symbols::Symbols;
use super::with_stack;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{SourceText, Span};
use crate::syntax::ast::{
    Arg, BinaryOp, Body, BoolOp, Constant, Expr, ExprKind, FunctionDef, Program, Stmt, StmtKind, Try, UnaryOp,
};
use names::Names;

/// Division by literal zero.
const ZERO: Code = Code(2011);
/// A format string does not fit its arguments.
const FORMAT: Code = Code(2012);
/// A literal argument is invalid.
const ARGUMENT: Code = Code(2013);
/// An encoding is unknown.
const ENCODING: Code = Code(2021);

/// Finds them all, in no particular order.
pub(super) fn check(program: &Program, source: &SourceText, symbols: &Symbols) -> Vec<Diagnostic> {
    let statements: &[Stmt] = match &program.body {
        Body::Statements(body) => body,
        Body::Expression(_) => &[],
    };
    let mut finder = Finder {
        source,
        names: Names::new(statements, symbols),
        found: Vec::new(),
        caught: 0,
        in_helper: false,
        has_handlers: has_handlers(statements),
        changes_decimals: source.text().contains("context"),
        runs: constant::MOST_RUNS,
    };
    match &program.body {
        Body::Statements(body) => finder.block(body),
        Body::Expression(expr) => finder.root(expr),
    }
    finder.found
}

/// Is it a number, written out?
fn is_number(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Constant(Constant::Int(_) | Constant::Float(_)))
}

/// May the statement swallow an exception: with a handler, or by leaving its `finally` early?
fn catches(parts: &Try) -> bool {
    fn jumps(body: &[Stmt]) -> bool {
        body.iter().any(|stmt| {
            let mut found = matches!(stmt.kind, StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue);
            stmt.for_each_block(&mut |block| found = found || jumps(block));
            found
        })
    }
    !parts.handlers.is_empty() || jumps(&parts.finalbody)
}

/// The truth of a literal.
fn truth(expr: &Expr) -> Option<bool> {
    match &expr.kind {
        ExprKind::Constant(constant) => Some(match constant {
            Constant::None | Constant::False => false,
            Constant::True | Constant::Ellipsis | Constant::BigInt(_) => true,
            Constant::Int(value) => *value != 0,
            Constant::Float(value) => *value != 0.0,
            Constant::Str(text) | Constant::Bytes(text) => !text.is_empty(),
        }),
        ExprKind::UnaryOp { op: UnaryOp::Not, operand } => truth(operand).map(|value| !value),
        _ => None,
    }
}

/// The parts of an expression that are never executed, because a literal decides so.
fn dead_parts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::IfExp { test, body, orelse } => match truth(test) {
            Some(true) => vec![orelse],
            Some(false) => vec![body],
            None => Vec::new(),
        },
        ExprKind::BoolOp { op, values } => {
            let decides = |value: &Expr| truth(value) == Some(*op == BoolOp::Or);
            let at = values.iter().position(decides).map_or(values.len(), |at| at + 1);
            values.iter().skip(at).collect()
        }
        _ => Vec::new(),
    }
}

fn has_handlers(body: &[Stmt]) -> bool {
    body.iter().any(|stmt| {
        let mut found = matches!(&stmt.kind, StmtKind::Try(parts) if catches(parts));
        stmt.for_each_block(&mut |block| found = found || has_handlers(block));
        found
    })
}

/// Whether an expression consists of literals only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Closed {
    /// It does not.
    No,
    /// It does, and nothing in it can fail.
    Data,
    /// It does, and something is done with them.
    Work,
}

struct Finder<'a> {
    source: &'a SourceText,
    names: Names<'a>,
    found: Vec<Diagnostic>,
    /// How many `try` statements with handlers are around the current point.
    caught: usize,
    /// Inside a lambda or a function other than `dw_process`, which somebody may call under a handler.
    in_helper: bool,
    /// Does the program have a handler at all?
    has_handlers: bool,
    /// May the program have told decimals not to raise?
    changes_decimals: bool,
    /// How many more expressions may be executed.
    runs: usize,
}

impl<'a> Finder<'a> {
    fn block(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.statement(stmt);
            stmt.for_each_expr(&mut |expr| self.root(expr));
            match &stmt.kind {
                StmtKind::FunctionDef(def) => self.function(def),
                StmtKind::Try(parts) => {
                    let caught = usize::from(catches(parts));
                    self.caught += caught;
                    self.block(&parts.body);
                    self.caught -= caught;
                    parts.handlers.iter().for_each(|handler| self.block(&handler.body));
                    self.block(&parts.orelse);
                    self.block(&parts.finalbody);
                }
                StmtKind::If { branches, orelse } => self.branches(branches, orelse),
                StmtKind::While { test, orelse, .. } if truth(test) == Some(false) => self.block(orelse),
                // Nothing below is ever executed.
                StmtKind::Return(_) | StmtKind::Raise { .. } | StmtKind::Break | StmtKind::Continue => return,
                _ => stmt.for_each_block(&mut |block| self.block(block)),
            }
        }
    }

    fn branches(&mut self, branches: &'a [(Expr, Vec<Stmt>)], orelse: &'a [Stmt]) {
        for (test, body) in branches {
            match truth(test) {
                Some(false) => {}
                Some(true) => return self.block(body),
                None => self.block(body),
            }
        }
        self.block(orelse);
    }

    fn function(&mut self, def: &'a FunctionDef) {
        let outer = std::mem::replace(&mut self.in_helper, &*def.name.name != "dw_process");
        let caught = std::mem::take(&mut self.caught);
        self.block(&def.body);
        self.caught = caught;
        self.in_helper = outer;
    }

    /// An expression that is no part of another.
    fn root(&mut self, expr: &'a Expr) {
        if self.expr(expr) == Closed::Work {
            self.execute(expr);
        }
    }

    /// Looks at an expression and what is in it. What consists of literals as a whole is left to the caller.
    fn expr(&mut self, expr: &'a Expr) -> Closed {
        with_stack(|| {
            let outer = self.in_helper;
            self.in_helper |= matches!(expr.kind, ExprKind::Lambda { .. });
            let mut parts = Vec::new();
            let dead = dead_parts(expr);
            expr.kind.for_each_child(&mut |child| {
                if !dead.iter().any(|part| std::ptr::eq(*part, child)) {
                    parts.push((child, self.expr(child)));
                }
            });
            let closed = self.closed(expr, &parts);
            if closed == Closed::No {
                for (part, closed) in parts {
                    if closed == Closed::Work {
                        self.execute(part);
                    }
                }
                self.open(expr);
            }
            self.always(expr);
            self.in_helper = outer;
            closed
        })
    }

    /// Does an expression with these parts consist of literals only?
    fn closed(&self, expr: &Expr, parts: &[(&Expr, Closed)]) -> Closed {
        let most = parts.iter().map(|(_, closed)| *closed).max().unwrap_or(Closed::Data);
        let all = parts.iter().all(|(_, closed)| *closed != Closed::No);
        match &expr.kind {
            ExprKind::Constant(Constant::Ellipsis) => Closed::No,
            ExprKind::Constant(_) => Closed::Data,
            ExprKind::Dict(items) if items.iter().any(|item| item.key.is_none()) => Closed::No,
            ExprKind::List(_)
            | ExprKind::Tuple(_)
            | ExprKind::Set(_)
            | ExprKind::Dict(_)
            | ExprKind::UnaryOp { .. }
                if all =>
            {
                most
            }
            // What can only have the wrong type is left to inference.
            ExprKind::BinOp { op: BinaryOp::Add | BinaryOp::Sub, .. } if all => most,
            ExprKind::BinOp { left, op: BinaryOp::Mult, right, .. } if all && is_number(left) && is_number(right) => {
                most
            }
            ExprKind::BinOp { op: BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod, .. } if all => Closed::Work,
            ExprKind::Slice { .. } | ExprKind::Subscript { .. } if all => most,
            ExprKind::FString(parts) if all && parts.len() < 100 => Closed::Work,
            ExprKind::Call { func, args } => {
                let plain = |arg: &Arg| matches!(arg, Arg::Positional(_) | Arg::Keyword { .. });
                let behind = parts.get(1..).unwrap_or_default().iter().all(|(_, closed)| *closed != Closed::No);
                let receiver = match &func.kind {
                    ExprKind::Attribute { value, attr } if constant::METHODS.contains(&&*attr.name) => {
                        matches!(value.kind, ExprKind::Constant(Constant::Str(_) | Constant::Bytes(_)))
                    }
                    _ => false,
                };
                let known = || self.names.path(func).is_some_and(|path| constant::FUNCTIONS.contains(&&*path));
                if args.iter().all(plain) && behind && (receiver || known()) { Closed::Work } else { Closed::No }
            }
            _ => Closed::No,
        }
    }

    /// What can be said of an expression that does not consist of literals only.
    fn open(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::BinOp { left, op, right, .. } => self.operator(expr, left, *op, right),
            ExprKind::Call { func, args } => {
                if let ExprKind::Attribute { value, attr } = &func.kind {
                    self.method(value, &attr.name, args);
                }
                if let Some(path) = self.names.path(func) {
                    self.arguments(&path, expr, args);
                }
            }
            _ => {}
        }
    }

    /// What can be said of any expression.
    fn always(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Call { func, args } => {
                if let Some(path) = self.names.path(func) {
                    self.entity(&path, expr, args);
                    self.historic_call(&path, expr, args);
                }
            }
            ExprKind::Subscript { index, .. } => self.historic_key(index),
            ExprKind::Attribute { value, attr } => self.historic_attribute(value, attr),
            _ => {}
        }
    }

    /// Reports that every execution of an expression fails.
    fn failure(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        // A division by zero is no failure to decimals whose context says so.
        let tolerated = self.changes_decimals && matches!(code, ZERO | ARGUMENT);
        let guarded = self.caught > 0 || self.in_helper && self.has_handlers || tolerated;
        let severity = if guarded { Severity::Warning } else { Severity::Error };
        let help = help.into();
        let found = Diagnostic::new(code, severity, span, message);
        self.found.push(if help.is_empty() { found } else { found.with_help(help) });
    }

    fn warning(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::warning(code, span, message).with_help(help));
    }
}

/// The text of a string literal.
fn text_of(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Constant(Constant::Str(text)) => std::str::from_utf8(text).ok(),
        _ => None,
    }
}

/// The argument at a position or with a name; `None` if it is not given, or if what is given where does not show.
fn argument<'e>(args: &'e [Arg], at: Option<usize>, name: &str) -> Option<&'e Expr> {
    for (place, arg) in args.iter().enumerate() {
        match arg {
            Arg::Keyword { name: own, value } if &*own.name == name => return Some(value),
            Arg::Positional(value) if Some(place) == at => return Some(value),
            Arg::Starred { .. } if at.is_some_and(|at| place <= at) => return None,
            _ => {}
        }
    }
    None
}

/// Are arguments unpacked, so that not all of them show?
fn unpacks(args: &[Arg]) -> bool {
    args.iter().any(|arg| matches!(arg, Arg::Starred { .. } | Arg::DoubleStarred { .. }))
}

/// A text as messages show it: short, on one line, in back quotes.
fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().count() > 40 {
        out.push('…');
    }
    format!("`{out}`")
}

#[cfg(test)]
mod tests;
