//! `global`, `nonlocal`, and the walrus in comprehensions (spec sections 3.1, 3.2, 4.1).
//!
//! The walk goes in the order in which names are read and bound, because a declaration has to
//! stand before every use of its name in its function.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use super::with_stack;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Body, Comprehension, Expr, ExprKind, Ident, Name, Params, Part, Stmt, StmtKind};
use crate::syntax::report::Report;

/// Whether a text can hold what is checked here: most programs do without, and need no walk.
pub fn may_matter(text: &str) -> bool {
    ["global", "nonlocal", ":="].iter().any(|sign| memchr::memmem::find(text.as_bytes(), sign.as_bytes()).is_some())
}

/// Checks a program.
pub fn check(body: &Body, report: &mut Report) {
    let mut walk = Walk { report, scopes: vec![Scope::new(Kind::Module)], iterables: 0 };
    match body {
        Body::Statements(statements) => walk.block(statements),
        Body::Expression(expr) => walk.expr(expr),
    }
    walk.leave();
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Module,
    Function,
    Comprehension,
}

/// How a name has been used before its declaration.
#[derive(Clone, Copy)]
enum Use {
    Read,
    Bound,
}

struct Scope {
    kind: Kind,
    params: HashSet<Name>,
    used: HashMap<Name, (Use, Span)>,
    /// Names bound here; in a comprehension, its iteration variables.
    bound: HashSet<Name>,
    globals: HashSet<Name>,
    nonlocals: HashSet<Name>,
    /// `nonlocal` names whose binding is still to be found, here or further out.
    wanted: Vec<Ident>,
    /// Names that a walrus inside this comprehension binds outside of it.
    walrus: HashSet<Name>,
}

impl Scope {
    fn new(kind: Kind) -> Scope {
        Scope {
            kind,
            params: HashSet::new(),
            used: HashMap::new(),
            bound: HashSet::new(),
            globals: HashSet::new(),
            nonlocals: HashSet::new(),
            wanted: Vec::new(),
            walrus: HashSet::new(),
        }
    }
}

struct Walk<'a> {
    report: &'a mut Report,
    scopes: Vec<Scope>,
    /// Number of comprehension iterables around the expression.
    iterables: usize,
}

impl Walk<'_> {
    fn read(&mut self, name: &Name, span: Span) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.used.entry(name.clone()).or_insert((Use::Read, span));
        }
    }

    fn bind(&mut self, name: &Name, span: Span) {
        let Some(scope) = self.scopes.last_mut() else {
            return;
        };
        if scope.kind == Kind::Comprehension && scope.walrus.contains(name) {
            self.report.error_help(
                Code::WALRUS,
                span,
                format!("the loop variable `{name}` is also assigned with `:=` in this comprehension"),
                "give one of them another name",
            );
        }
        scope.used.entry(name.clone()).or_insert((Use::Bound, span));
        scope.bound.insert(name.clone());
    }

    /// Leaves the innermost scope and looks for the bindings that `nonlocal` wants.
    fn leave(&mut self) {
        let Some(scope) = self.scopes.pop() else {
            return;
        };
        let is_binding = |name: &Name| {
            let own = scope.bound.contains(name) || scope.params.contains(name);
            scope.kind == Kind::Function && own && !scope.globals.contains(name)
        };
        let mut wanted: Vec<Ident> = scope.wanted.into_iter().filter(|ident| !is_binding(&ident.name)).collect();
        match self.scopes.last_mut() {
            Some(outer) => outer.wanted.append(&mut wanted),
            None => {
                for ident in wanted {
                    self.report.error_help(
                        Code::SCOPE_DECLARATION,
                        ident.span,
                        format!("no enclosing function binds `{}`", ident.name),
                        "assign it in the enclosing function, or declare it `global`",
                    );
                }
            }
        }
    }

    fn declare(&mut self, names: &[Ident], global: bool) {
        let (word, other) = if global { ("global", "nonlocal") } else { ("nonlocal", "global") };
        for ident in names.iter().filter(|ident| !ident.name.is_empty()) {
            let Some(scope) = self.scopes.last_mut() else {
                return;
            };
            let Ident { name, span } = ident;
            let mut error = |message: String, help: &str, related: Option<Span>| {
                let mut error = Diagnostic::error(Code::SCOPE_DECLARATION, *span, message).with_help(help);
                if let Some(related) = related {
                    error = error.with_related(related, "here");
                }
                self.report.push(error);
            };
            let others = if global { &scope.nonlocals } else { &scope.globals };
            if scope.params.contains(name) {
                error(format!("`{name}` is a parameter and {word}"), "rename one of them", None);
            } else if others.contains(name) {
                error(format!("`{name}` is declared {other} and {word}"), "decide for one", None);
            } else if !global && scope.kind == Kind::Module {
                error("`nonlocal` outside of a function".to_owned(), "leave it out", None);
            } else if let Some((usage, place)) = scope.used.get(name) {
                let what = match usage {
                    Use::Read => "used",
                    Use::Bound => "assigned",
                };
                error(
                    format!("`{name}` is {what} before it is declared {word}"),
                    "declare it at the top of the function",
                    Some(*place),
                );
            } else if global {
                scope.globals.insert(name.clone());
            } else {
                scope.nonlocals.insert(name.clone());
            }
        }
    }

    fn block(&mut self, statements: &[Stmt]) {
        for statement in statements {
            with_stack(|| self.statement(statement));
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::FunctionDef(function) => {
                self.exprs(&function.decorators);
                self.outer_parts(&function.params);
                self.exprs(&function.returns);
                self.bind(&function.name.name, function.name.span);
                self.enter_function(&function.params);
                self.block(&function.body);
                self.close_function();
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated(target, *simple || value.is_some());
                self.expr(annotation);
                self.exprs(value);
            }
            StmtKind::Import(names) => {
                for alias in names {
                    let first = alias.name.name.split('.').next().unwrap_or_default();
                    match &alias.asname {
                        Some(name) => self.bind(&name.name, name.span),
                        None => self.bind(&Name::from(first), alias.name.span),
                    }
                }
            }
            StmtKind::ImportFrom { names, .. } => {
                for alias in names {
                    let own = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.bind(&own.name, own.span);
                }
            }
            StmtKind::Global(names) => self.declare(names, true),
            StmtKind::Nonlocal(names) => {
                self.declare(names, false);
                if let Some(scope) = self.scopes.last_mut() {
                    let declared = names.iter().filter(|ident| scope.nonlocals.contains(&ident.name));
                    let declared: Vec<Ident> = declared.cloned().collect();
                    // The binding is to be found further out: this scope's own does not count.
                    if let Some(outer) = self.scopes.iter_mut().rev().nth(1) {
                        outer.wanted.extend(declared);
                    }
                }
            }
            kind => kind.for_each_part(&mut |part| self.part(part)),
        }
    }

    fn part(&mut self, part: Part) {
        match part {
            Part::Expr(expr) => self.expr(expr),
            Part::Target(target) => self.target(target),
            Part::Pattern(pattern) => pattern.for_each_part(&mut |part| self.part(part)),
            Part::Binding(ident) => self.bind(&ident.name, ident.span),
            Part::Block(statements) => self.block(statements),
        }
    }

    fn annotated(&mut self, target: &Expr, binds: bool) {
        let ExprKind::Name(name) = &target.kind else {
            return self.target(target);
        };
        let declared = self.scopes.last().filter(|scope| {
            scope.kind == Kind::Function && (scope.globals.contains(name) || scope.nonlocals.contains(name))
        });
        if binds && declared.is_some() {
            self.report.error_help(
                Code::SCOPE_DECLARATION,
                target.span,
                format!("`{name}` is declared global or nonlocal and cannot be annotated here"),
                "leave the annotation out",
            );
        }
        if binds {
            self.bind(name, target.span);
        }
    }

    fn enter_function(&mut self, params: &Params) {
        let mut scope = Scope::new(Kind::Function);
        scope.params.extend(params.iter().map(|param| param.name.name.clone()));
        self.scopes.push(scope);
    }

    fn close_function(&mut self) {
        self.leave();
    }

    /// The parts of a parameter list that are evaluated outside of the function.
    fn outer_parts(&mut self, params: &Params) {
        for param in params.iter() {
            self.exprs(&param.annotation);
            self.exprs(&param.default);
        }
    }

    fn target(&mut self, target: &Expr) {
        with_stack(|| match &target.kind {
            ExprKind::Name(name) => self.bind(name, target.span),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|item| self.target(item));
            }
            ExprKind::Starred(value) => self.target(value),
            _ => self.expr(target),
        });
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        with_stack(|| match &expr.kind {
            ExprKind::Name(name) => self.read(name, expr.span),
            ExprKind::NamedExpr { target, value } => {
                self.walrus(target);
                self.expr(value);
            }
            ExprKind::Lambda { params, body } => {
                self.outer_parts(params);
                self.enter_function(params);
                self.expr(body);
                self.close_function();
            }
            ExprKind::ListComp { element, generators }
            | ExprKind::SetComp { element, generators }
            | ExprKind::GeneratorExp { element, generators } => {
                self.comprehension(generators, &[element]);
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(generators, &[key, value]);
            }
            kind => kind.for_each_child(&mut |child| self.expr(child)),
        });
    }

    fn comprehension(&mut self, generators: &[Comprehension], elements: &[&Expr]) {
        let Some((first, rest)) = generators.split_first() else {
            return;
        };
        self.iterable(&first.iter);
        self.scopes.push(Scope::new(Kind::Comprehension));
        self.target(&first.target);
        self.exprs(&first.ifs);
        for clause in rest {
            self.target(&clause.target);
            self.iterable(&clause.iter);
            self.exprs(&clause.ifs);
        }
        self.exprs(elements.iter().copied());
        self.leave();
    }

    fn iterable(&mut self, expr: &Expr) {
        self.iterables += 1;
        self.expr(expr);
        self.iterables -= 1;
    }

    /// A walrus binds in the function around all comprehensions.
    fn walrus(&mut self, target: &Ident) {
        let mut problem = (self.iterables > 0).then(|| {
            (
                "`:=` cannot stand in the iterable of a comprehension".to_owned(),
                "assign the value in a statement before",
            )
        });
        for scope in self.scopes.iter_mut().rev() {
            if scope.kind != Kind::Comprehension {
                scope.used.entry(target.name.clone()).or_insert((Use::Bound, target.span));
                scope.bound.insert(target.name.clone());
                break;
            }
            if scope.bound.contains(&target.name) {
                problem = problem.or(Some((
                    format!("`:=` cannot change the loop variable `{}`", target.name),
                    "choose another name",
                )));
            }
            scope.walrus.insert(target.name.clone());
        }
        if let Some((message, help)) = problem {
            self.report.error_help(Code::WALRUS, target.span, message, help);
        }
    }
}
