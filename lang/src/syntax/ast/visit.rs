//! Going over the children of a node.

use super::{Body, Comprehension, Expr, ExprKind, FStringPart, Ident, Pattern, PatternKind, Stmt, StmtKind};

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
            ExprKind::Compare { left, links } => {
                visit(left);
                links.iter().for_each(|(_, value)| visit(value));
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

impl Body {
    /// Calls `visit` with every statement of a script, inner ones too, in no particular order.
    pub fn for_each_stmt<'a>(&'a self, visit: &mut dyn FnMut(&'a Stmt)) {
        let Body::Statements(statements) = self else { return };
        let mut open: Vec<&Stmt> = statements.iter().collect();
        while let Some(statement) = open.pop() {
            visit(statement);
            statement.for_each_block(&mut |block| open.extend(block));
        }
    }

    /// Calls `visit` with every outermost expression that is evaluated, in no particular order; annotations do not count.
    pub fn for_each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Body::Expression(expression) => visit(expression),
            Body::Statements(_) => self.for_each_stmt(&mut |statement| statement.for_each_expr(visit)),
        }
    }
}

/// A part of a statement or of a pattern, as a walk in the order of evaluation meets it.
#[derive(Clone, Copy)]
pub enum Part<'a> {
    /// An expression that is evaluated.
    Expr(&'a Expr),
    /// What is assigned to or deleted.
    Target(&'a Expr),
    /// The pattern of a case, or one inside a pattern.
    Pattern(&'a Pattern),
    /// A name that is bound: of an exception, or by a pattern.
    Binding(&'a Ident),
    /// Statements.
    Block(&'a [Stmt]),
}

impl StmtKind {
    /// Calls `visit` with the parts of this statement in the order in which they are evaluated and bound. A definition, an
    /// annotated assignment, an import and a declaration have none here: what they mean differs from walk to walk.
    pub fn for_each_part<'a>(&'a self, visit: &mut dyn FnMut(Part<'a>)) {
        match self {
            StmtKind::Return(value) => value.iter().map(Part::Expr).for_each(visit),
            StmtKind::Expr(value) => visit(Part::Expr(value)),
            StmtKind::Delete(targets) => targets.iter().map(Part::Target).for_each(visit),
            StmtKind::Assign { targets, value } => {
                visit(Part::Expr(value));
                targets.iter().map(Part::Target).for_each(visit);
            }
            StmtKind::AugAssign { target, value, .. } => {
                visit(Part::Target(target));
                visit(Part::Expr(value));
            }
            StmtKind::For { target, iter, body, orelse } => {
                visit(Part::Expr(iter));
                visit(Part::Target(target));
                visit(Part::Block(body));
                visit(Part::Block(orelse));
            }
            StmtKind::While { test, body, orelse } => {
                visit(Part::Expr(test));
                visit(Part::Block(body));
                visit(Part::Block(orelse));
            }
            StmtKind::If { branches, orelse } => {
                for (test, body) in branches {
                    visit(Part::Expr(test));
                    visit(Part::Block(body));
                }
                visit(Part::Block(orelse));
            }
            StmtKind::Match { subject, cases } => {
                visit(Part::Expr(subject));
                for case in cases {
                    visit(Part::Pattern(&case.pattern));
                    case.guard.iter().for_each(|guard| visit(Part::Expr(guard)));
                    visit(Part::Block(&case.body));
                }
            }
            StmtKind::Raise { exc, cause } => exc.iter().chain(cause).map(Part::Expr).for_each(visit),
            StmtKind::Try(parts) => {
                visit(Part::Block(&parts.body));
                for handler in &parts.handlers {
                    handler.kind.iter().for_each(|kind| visit(Part::Expr(kind)));
                    handler.name.iter().for_each(|name| visit(Part::Binding(name)));
                    visit(Part::Block(&handler.body));
                }
                visit(Part::Block(&parts.orelse));
                visit(Part::Block(&parts.finalbody));
            }
            StmtKind::Assert { test, message } => [test].into_iter().chain(message).map(Part::Expr).for_each(visit),
            StmtKind::Error { body } => visit(Part::Block(body)),
            StmtKind::FunctionDef(_)
            | StmtKind::AnnAssign { .. }
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global(_)
            | StmtKind::Nonlocal(_)
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue => {}
        }
    }
}

impl Pattern {
    /// Calls `visit` with the parts of this pattern in the order in which they are evaluated and bound.
    pub fn for_each_part<'a>(&'a self, visit: &mut dyn FnMut(Part<'a>)) {
        match &self.kind {
            PatternKind::Value(value) => visit(Part::Expr(value)),
            PatternKind::Sequence(items) | PatternKind::Or(items) => items.iter().map(Part::Pattern).for_each(visit),
            PatternKind::Mapping { items, rest } => {
                for (key, value) in items {
                    visit(Part::Expr(key));
                    visit(Part::Pattern(value));
                }
                rest.iter().map(Part::Binding).for_each(visit);
            }
            PatternKind::Class { class, patterns, keywords } => {
                visit(Part::Expr(class));
                let keywords = keywords.iter().map(|(_, pattern)| pattern);
                patterns.iter().chain(keywords).map(Part::Pattern).for_each(visit);
            }
            PatternKind::Star(name) => name.iter().map(Part::Binding).for_each(visit),
            PatternKind::As { pattern, name } => {
                pattern.iter().for_each(|pattern| visit(Part::Pattern(pattern)));
                name.iter().map(Part::Binding).for_each(visit);
            }
            PatternKind::Singleton(_) | PatternKind::Error => {}
        }
    }
}

impl Stmt {
    /// Calls `visit` with every expression of this statement itself that is evaluated, in source order, not with those of
    /// the statements in its blocks; decorators, defaults and the guards of cases count, annotations do not.
    pub fn for_each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            StmtKind::FunctionDef(def) => {
                let defaults = def.params.iter().filter_map(|param| param.default.as_ref());
                def.decorators.iter().chain(defaults).for_each(visit);
            }
            StmtKind::Return(value) => value.iter().for_each(visit),
            StmtKind::Delete(targets) => targets.iter().for_each(visit),
            StmtKind::Assign { targets, value } => targets.iter().chain([value]).for_each(visit),
            StmtKind::AugAssign { target, value, .. } => [target, value].into_iter().for_each(visit),
            StmtKind::AnnAssign { target, value, .. } => [target].into_iter().chain(value).for_each(visit),
            StmtKind::For { target, iter, .. } => [target, iter].into_iter().for_each(visit),
            StmtKind::While { test, .. } => visit(test),
            StmtKind::If { branches, .. } => branches.iter().for_each(|(test, _)| visit(test)),
            StmtKind::Match { subject, cases } => {
                [subject].into_iter().chain(cases.iter().filter_map(|case| case.guard.as_ref())).for_each(visit);
            }
            StmtKind::Raise { exc, cause } => exc.iter().chain(cause).for_each(visit),
            StmtKind::Try(parts) => parts.handlers.iter().filter_map(|handler| handler.kind.as_ref()).for_each(visit),
            StmtKind::Assert { test, message } => [test].into_iter().chain(message).for_each(visit),
            StmtKind::Expr(value) => visit(value),
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

    /// Calls `visit` with the annotations of this statement itself.
    pub fn for_each_annotation<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            StmtKind::FunctionDef(def) => {
                let params = def.params.iter().filter_map(|param| param.annotation.as_ref());
                params.chain(&def.returns).for_each(visit);
            }
            StmtKind::AnnAssign { annotation, .. } => visit(annotation),
            _ => {}
        }
    }

    /// Calls `visit` with every block of statements directly below this statement, in source order.
    pub fn for_each_block<'a>(&'a self, visit: &mut dyn FnMut(&'a [Stmt])) {
        match &self.kind {
            StmtKind::FunctionDef(def) => visit(&def.body),
            StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                visit(body);
                visit(orelse);
            }
            StmtKind::If { branches, orelse } => {
                branches.iter().for_each(|(_, body)| visit(body));
                visit(orelse);
            }
            StmtKind::Match { cases, .. } => cases.iter().for_each(|case| visit(&case.body)),
            StmtKind::Try(parts) => {
                visit(&parts.body);
                parts.handlers.iter().for_each(|handler| visit(&handler.body));
                visit(&parts.orelse);
                visit(&parts.finalbody);
            }
            StmtKind::Error { body } => visit(body),
            _ => {}
        }
    }
}
