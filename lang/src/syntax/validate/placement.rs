//! What may stand where: `return`, `yield`, `break`, `continue`, stars, nested blocks.

use super::{patterns, targets, with_stack};
use crate::diagnostic::Code;
use crate::source::{SourceText, Span};
use crate::syntax::ast::{Body, Comprehension, Expr, ExprKind, FunctionDef, Params, Part, Pattern, Stmt, StmtKind};
use crate::syntax::report::Report;

/// Most `for`, `while` and `try` blocks inside each other (spec section 2).
const MAX_BLOCKS: usize = 20;

/// Checks a program.
pub fn check(body: &Body, source: &SourceText, report: &mut Report) {
    let mut placement = Placement { source, report };
    match body {
        Body::Statements(statements) => placement.block(statements, Around::default()),
        Body::Expression(expr) => placement.expr(expr, Yields::Outside),
    }
}

/// What is around a statement.
#[derive(Clone, Copy, Default)]
struct Around {
    function: bool,
    looped: bool,
    blocks: usize,
}

/// May an expression yield here?
#[derive(Clone, Copy, PartialEq)]
enum Yields {
    InFunction,
    InComprehension,
    Outside,
}

struct Placement<'a> {
    source: &'a SourceText,
    report: &'a mut Report,
}

impl Placement<'_> {
    fn block(&mut self, statements: &[Stmt], around: Around) {
        for statement in statements {
            with_stack(|| self.statement(statement, around));
        }
    }

    fn statement(&mut self, stmt: &Stmt, around: Around) {
        let yields = if around.function { Yields::InFunction } else { Yields::Outside };
        let inside = Around { blocks: around.blocks + 1, ..around };
        match &stmt.kind {
            StmtKind::FunctionDef(function) => self.function(function, yields),
            StmtKind::Return(value) => {
                if !around.function {
                    self.out_of_place(stmt.span, "return", "in a function");
                }
                self.exprs(value, yields);
            }
            StmtKind::Break if !around.looped => self.out_of_place(stmt.span, "break", "in a loop"),
            StmtKind::Continue if !around.looped => {
                self.out_of_place(stmt.span, "continue", "in a loop");
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    targets::delete(target, self.source, self.report);
                }
                for target in targets {
                    match &target.kind {
                        ExprKind::Starred(value) => self.expr(value, yields),
                        _ => self.expr(target, yields),
                    }
                }
            }
            StmtKind::Assign { targets, value } => {
                for target in targets {
                    targets::assign(target, self.source, self.report);
                }
                self.exprs(targets, yields);
                self.expr(value, yields);
            }
            StmtKind::AugAssign { target, value, .. } => {
                targets::augmented(target, self.source, self.report);
                self.exprs([target, value], yields);
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                targets::annotated(target, self.source, self.report);
                self.exprs([target, annotation], yields);
                self.exprs(value, yields);
            }
            StmtKind::For { target, iter, body, orelse } => {
                self.count_blocks(stmt.span, "for", inside);
                targets::assign(target, self.source, self.report);
                self.exprs([target, iter], yields);
                self.block(body, Around { looped: true, ..inside });
                self.block(orelse, around);
            }
            StmtKind::While { test, body, orelse } => {
                self.count_blocks(stmt.span, "while", inside);
                self.expr(test, yields);
                self.block(body, Around { looped: true, ..inside });
                self.block(orelse, around);
            }
            StmtKind::If { branches, orelse } => {
                for (test, body) in branches {
                    self.expr(test, yields);
                    self.block(body, around);
                }
                self.block(orelse, around);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject, yields);
                patterns::check(cases, self.report);
                for case in cases {
                    self.pattern(&case.pattern, yields);
                    self.exprs(&case.guard, yields);
                    self.block(&case.body, around);
                }
            }
            StmtKind::Try(parts) => {
                self.count_blocks(stmt.span, "try", inside);
                self.block(&parts.body, inside);
                for handler in &parts.handlers {
                    self.exprs(&handler.kind, yields);
                    self.block(&handler.body, inside);
                }
                self.block(&parts.orelse, inside);
                self.block(&parts.finalbody, inside);
            }
            StmtKind::Raise { exc, cause } => {
                self.exprs(exc, yields);
                self.exprs(cause, yields);
            }
            StmtKind::Assert { test, message } => {
                self.expr(test, yields);
                self.exprs(message, yields);
            }
            StmtKind::Expr(expr) => self.expr(expr, yields),
            StmtKind::Error { body } => self.block(body, Around { function: true, ..around }),
            StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
    }

    fn function(&mut self, function: &FunctionDef, yields: Yields) {
        self.exprs(&function.decorators, yields);
        self.params(&function.params, yields);
        self.exprs(&function.returns, yields);
        self.block(&function.body, Around { function: true, ..Around::default() });
    }

    fn params(&mut self, params: &Params, yields: Yields) {
        for param in params.iter() {
            match &param.annotation {
                Some(Expr { kind: ExprKind::Starred(value), .. })
                    if params.vararg.as_ref().is_some_and(|vararg| std::ptr::eq(vararg, param)) =>
                {
                    self.expr(value, yields);
                }
                annotation => self.exprs(annotation, yields),
            }
            self.exprs(&param.default, yields);
        }
    }

    fn pattern(&mut self, pattern: &Pattern, yields: Yields) {
        pattern.for_each_part(&mut |part| match part {
            Part::Expr(expr) => self.expr(expr, yields),
            Part::Pattern(pattern) => self.pattern(pattern, yields),
            Part::Target(_) | Part::Binding(_) | Part::Block(_) => {}
        });
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, yields: Yields) {
        for expr in exprs {
            self.expr(expr, yields);
        }
    }

    /// Checks an expression that must not be starred itself.
    fn expr(&mut self, expr: &Expr, yields: Yields) {
        if expr.is_leaf() {
            return self.parts(expr, yields);
        }
        with_stack(|| {
            if let ExprKind::Starred(value) = &expr.kind {
                self.report.error_help(
                    Code::STAR,
                    expr.span,
                    "a starred expression cannot stand here",
                    "`*` unpacks inside a tuple, list, set or call; a comma behind it makes a tuple",
                );
                self.expr(value, yields);
            } else {
                self.parts(expr, yields);
            }
        });
    }

    fn parts(&mut self, expr: &Expr, yields: Yields) {
        match &expr.kind {
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => {
                for item in items {
                    match &item.kind {
                        ExprKind::Starred(value) => self.expr(value, yields),
                        _ => self.expr(item, yields),
                    }
                }
            }
            ExprKind::Lambda { params, body } => {
                self.params(params, yields);
                self.expr(body, Yields::InFunction);
            }
            ExprKind::ListComp { element, generators }
            | ExprKind::SetComp { element, generators }
            | ExprKind::GeneratorExp { element, generators } => {
                self.clauses(generators, yields);
                self.expr(element, Yields::InComprehension);
            }
            ExprKind::DictComp { key, value, generators } => {
                self.clauses(generators, yields);
                self.expr(key, Yields::InComprehension);
                self.expr(value, Yields::InComprehension);
            }
            kind => {
                if matches!(kind, ExprKind::Yield(_) | ExprKind::YieldFrom(_)) {
                    self.check_yield(expr.span, yields);
                }
                kind.for_each_child(&mut |child| self.expr(child, yields));
            }
        }
    }

    fn clauses(&mut self, generators: &[Comprehension], yields: Yields) {
        for (at, clause) in generators.iter().enumerate() {
            // The first iterable is evaluated outside of the comprehension.
            let iter = if at == 0 { yields } else { Yields::InComprehension };
            targets::assign(&clause.target, self.source, self.report);
            self.expr(&clause.iter, iter);
            self.expr(&clause.target, Yields::InComprehension);
            self.exprs(&clause.ifs, Yields::InComprehension);
        }
    }

    fn check_yield(&mut self, span: Span, yields: Yields) {
        match yields {
            Yields::InFunction => {}
            Yields::Outside => self.out_of_place(span, "yield", "in a function"),
            Yields::InComprehension => self.report.error_help(
                Code::OUT_OF_PLACE,
                span,
                "`yield` in a comprehension",
                "write a loop that yields",
            ),
        }
    }

    fn out_of_place(&mut self, span: Span, word: &str, place: &str) {
        if self.report.has_layout_error() {
            return;
        }
        self.report.error_help(
            Code::OUT_OF_PLACE,
            span,
            format!("`{word}` outside of a {}", place.rsplit(' ').next().unwrap_or(place)),
            format!("`{word}` can only stand {place}"),
        );
    }

    fn count_blocks(&mut self, span: Span, word: &str, inside: Around) {
        if inside.blocks == MAX_BLOCKS + 1 {
            let length = u32::try_from(word.len()).unwrap_or(0);
            self.report.error_help(
                Code::TOO_DEEP,
                Span::new(span.start, span.start.saturating_add(length)),
                format!("more than {MAX_BLOCKS} nested `for`, `while` and `try` blocks"),
                "move inner blocks into functions",
            );
        }
    }
}
