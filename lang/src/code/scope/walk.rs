//! The first pass of scope analysis: which names does each scope bind, declare and read?
//!
//! The tree is walked in evaluation order, so that the order of a scope's symbols is the order in which a reader meets
//! them. Annotations are never evaluated (spec 4.12) and not looked at.

use std::ptr::from_ref;

use super::super::lower::with_stack;
use super::fold::{Candidate, Factories, Fold};
use super::{Declared, MAX_SYMBOLS, Scope, ScopeId, ScopeKind, Scopes, Symbol};
use crate::syntax::ast::{
    Alias, Body, Comprehension, Expr, ExprKind, Mode, Name, Params, Part, Program, Stmt, StmtKind,
};

/// All scopes of a program with their names; captures are not known yet.
pub(super) fn collect(program: &Program) -> Scopes {
    let mut walk =
        Walk { scopes: Scopes::default(), current: 0, symbols: 0, folds: Vec::new(), factories: Factories::default() };
    walk.enter(ScopeKind::Module);
    match &program.body {
        Body::Statements(body) => walk.block(body),
        Body::Expression(expr) => {
            walk.enter(ScopeKind::Function);
            walk.bind(&Name::from("msg")).parameter = true;
            walk.expr(expr);
        }
    }
    walk.settle_folds(program.mode == Mode::Interactive);
    walk.scopes
}

struct Walk {
    scopes: Scopes,
    current: ScopeId,
    /// Number of name uses that made an entry or could have; when there are too many, the walk stops noting them and
    /// the program is refused later.
    symbols: usize,
    /// Generator expressions that may be consumed where they stand: by what, the scope around them, the names that must be
    /// built-ins, and whether something is looked up inside.
    folds: Vec<(*const Expr, Fold, ScopeId, Vec<Name>, bool)>,
    /// What is known of the program's own factories.
    factories: Factories,
}

impl Walk {
    fn enter(&mut self, kind: ScopeKind) -> ScopeId {
        let id = self.scopes.scopes.len();
        self.scopes.scopes.push(Scope {
            kind,
            parent: (id > 0).then_some(self.current),
            symbols: Vec::new(),
            free: Vec::new(),
            is_generator: false,
            index: Default::default(),
            free_index: Default::default(),
        });
        self.current = id;
        id
    }

    fn leave(&mut self) {
        self.current = self.scopes.get(self.current).parent.unwrap_or(0);
    }

    fn scope(&mut self) -> &mut Scope {
        &mut self.scopes.scopes[self.current]
    }

    /// Notes a reading of `name`, also in the scopes up to the frame that the reading may come from.
    fn load(&mut self, name: &Name) {
        let mut at = self.current;
        loop {
            let scope = &mut self.scopes.scopes[at];
            let before = scope.symbols.len();
            if self.symbols <= MAX_SYMBOLS {
                let symbol = scope.entry(name);
                symbol.early_read |= !symbol.bound;
                self.symbols += scope.symbols.len() - before;
            }
            match (scope.kind, scope.parent) {
                (ScopeKind::Comprehension, Some(parent)) if !scope.owns(name) => at = parent,
                _ => break,
            }
        }
    }

    /// Notes that the current scope binds `name`.
    fn bind(&mut self, name: &Name) -> &mut Symbol {
        self.bind_in(self.current, name)
    }

    fn bind_in(&mut self, scope: ScopeId, name: &Name) -> &mut Symbol {
        let scope = &mut self.scopes.scopes[scope];
        let is_module = scope.kind == ScopeKind::Module;
        let symbol = scope.entry(name);
        symbol.bound = true;
        if is_module || symbol.declared == Declared::Global {
            self.scopes.globals.insert(name.clone());
        }
        symbol
    }

    /// A walrus binds in the function around all comprehensions.
    fn walrus(&mut self, name: &Name) {
        let mut at = self.current;
        while let Scope { kind: ScopeKind::Comprehension | ScopeKind::Generator, parent: Some(parent), .. } =
            self.scopes.get(at)
        {
            at = *parent;
        }
        self.bind_in(at, name).walrus = true;
        if at != self.current {
            self.load(name);
        }
    }

    fn declare(&mut self, name: &Name, declared: Declared) {
        if self.scope().kind != ScopeKind::Module {
            self.scope().entry(name).declared = declared;
        }
    }

    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                self.exprs(&def.decorators);
                self.defaults(&def.params);
                self.bind(&def.name.name);
                let id = self.function(&def.params, |walk| walk.block(&def.body));
                self.scopes.functions.insert(from_ref(&**def), id);
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.delete(target)),
            StmtKind::AugAssign { target, value, .. } => {
                if let ExprKind::Name(name) = &target.kind {
                    self.load(name);
                }
                self.target(target);
                self.expr(value);
            }
            StmtKind::AnnAssign { target, value, simple, .. } => {
                self.exprs(value);
                if *simple || value.is_some() || !matches!(target.kind, ExprKind::Name(_)) {
                    self.target(target);
                }
            }
            StmtKind::For { target, iter, body, orelse } => {
                self.expr(iter);
                self.loop_target(target);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::Import(names) => {
                for alias in names {
                    self.bind(&import_target(alias));
                }
            }
            StmtKind::ImportFrom { names, .. } => {
                for alias in names {
                    let own = alias.asname.as_ref().map(|own| &own.name);
                    self.factories.note_import(&alias.name.name, own);
                    self.bind(own.unwrap_or(&alias.name.name));
                }
            }
            StmtKind::Global(names) => {
                names.iter().for_each(|ident| self.declare(&ident.name, Declared::Global));
            }
            StmtKind::Nonlocal(names) => {
                names.iter().for_each(|ident| self.declare(&ident.name, Declared::Nonlocal));
            }
            kind => kind.for_each_part(&mut |part| match part {
                // The name of an exception.
                Part::Binding(ident) => self.bind(&ident.name).unbinds = true,
                part => self.part(part),
            }),
        }
    }

    fn part(&mut self, part: Part) {
        match part {
            Part::Expr(expr) => self.expr(expr),
            Part::Target(target) => self.target(target),
            Part::Pattern(pattern) => pattern.for_each_part(&mut |part| self.part(part)),
            Part::Binding(ident) => {
                self.bind(&ident.name);
            }
            Part::Block(body) => self.block(body),
        }
    }

    /// A function scope: `params` are bound, then `body` is walked. Defaults belong to the scope around it.
    fn function(&mut self, params: &Params, body: impl FnOnce(&mut Walk)) -> ScopeId {
        let id = self.enter(ScopeKind::Function);
        for param in params.iter() {
            self.bind(&param.name.name).parameter = true;
        }
        with_stack(|| body(self));
        self.leave();
        id
    }

    fn defaults(&mut self, params: &Params) {
        params.iter().for_each(|param| self.exprs(&param.default));
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &Expr) {
        if expr.is_leaf() { self.expr_here(expr) } else { with_stack(|| self.expr_here(expr)) }
    }

    fn expr_here(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => {
                self.factories.note(name);
                self.load(name);
            }
            ExprKind::NamedExpr { target, value } => {
                self.expr(value);
                self.walrus(&target.name);
            }
            ExprKind::Lambda { params, body } => {
                self.defaults(params);
                let id = self.function(params, |walk| walk.expr(body));
                self.scopes.expressions.insert(from_ref(expr), id);
            }
            ExprKind::ListComp { element, generators } | ExprKind::SetComp { element, generators } => {
                self.comprehension(expr, ScopeKind::Comprehension, generators, [&**element]);
            }
            ExprKind::DictComp { key, value, generators } => {
                self.comprehension(expr, ScopeKind::Comprehension, generators, [&**key, &**value]);
            }
            ExprKind::GeneratorExp { element, generators } => {
                self.comprehension(expr, ScopeKind::Generator, generators, [&**element]);
            }
            ExprKind::Yield(value) => {
                self.scope().is_generator = true;
                self.exprs(value.as_deref());
            }
            ExprKind::YieldFrom(value) => {
                self.scope().is_generator = true;
                self.expr(value);
            }
            kind => {
                if let ExprKind::Call { func, args } = kind
                    && let Some(candidate) = Candidate::of(func, args)
                    && let ExprKind::GeneratorExp { element, generators } = &candidate.generator.kind
                {
                    self.expr(func);
                    let names = candidate.names.into_iter().cloned().collect();
                    let looks_up = candidate.looks_up;
                    self.folds.push((from_ref(candidate.generator), candidate.fold, self.current, names, looks_up));
                    return self.comprehension(candidate.generator, ScopeKind::Comprehension, generators, [&**element]);
                }
                match kind {
                    ExprKind::Attribute { attr, .. } => self.factories.note(&attr.name),
                    // The class is only called here, so reading it is nothing to be noted.
                    ExprKind::Call { func, args } if self.factories.note_call(func, args) => {
                        match &func.kind {
                            ExprKind::Name(name) => self.load(name),
                            other => other.for_each_child(&mut |child| self.expr(child)),
                        }
                        return args.iter().for_each(|arg| self.expr(arg.value()));
                    }
                    _ => {}
                }
                kind.for_each_child(&mut |child| self.expr(child));
            }
        }
    }

    /// Decides which generator expressions are consumed where they stand, now that all names are known; the others are
    /// generators after all. At a prompt any name may get another meaning later.
    fn settle_folds(&mut self, is_prompt: bool) {
        let binds = |name: &Name| self.scopes.scopes.iter().any(|scope| scope.owns(name));
        let may_raise = self.factories.may_raise(binds);
        for (generator, fold, scope, names, looks_up) in std::mem::take(&mut self.folds) {
            let is_own = |name: &Name| self.scopes.binds_global(name) || self.scopes.owner(scope, name).is_some();
            let Some(id) = self.scopes.expressions.get(&generator).copied() else { continue };
            let hides = |name: &Name| self.scopes.get(id).owns(name);
            if is_prompt || looks_up && may_raise || names.iter().any(|name| is_own(name) || hides(name)) {
                self.scopes.scopes[id].kind = ScopeKind::Generator;
            } else {
                self.scopes.folds.insert(generator, fold);
            }
        }
    }

    fn comprehension<'a>(
        &mut self,
        expr: &'a Expr,
        kind: ScopeKind,
        generators: &'a [Comprehension],
        results: impl IntoIterator<Item = &'a Expr>,
    ) {
        // The first iterable is evaluated outside.
        if let Some(first) = generators.first() {
            self.expr(&first.iter);
        }
        let id = self.enter(kind);
        self.scopes.expressions.insert(from_ref(expr), id);
        for (at, clause) in generators.iter().enumerate() {
            if at > 0 {
                self.expr(&clause.iter);
            }
            self.loop_target(&clause.target);
            self.exprs(&clause.ifs);
        }
        self.exprs(results);
        self.leave();
    }

    /// The target of a `for`.
    fn loop_target(&mut self, target: &Expr) {
        match &target.kind {
            ExprKind::Name(name) => self.bind(name).loop_variable = true,
            _ => self.target(target),
        }
    }

    /// What is assigned to.
    fn target(&mut self, target: &Expr) {
        match &target.kind {
            ExprKind::Name(name) => {
                self.bind(name);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.target(item)),
            ExprKind::Starred(inner) => self.target(inner),
            _ => self.expr(target),
        }
    }

    fn delete(&mut self, target: &Expr) {
        match &target.kind {
            ExprKind::Name(name) => self.bind(name).unbinds = true,
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.delete(item)),
            _ => self.expr(target),
        }
    }
}

/// The name that an item of `import` binds: the one after `as`, or the first part of the module's name.
pub(in crate::code) fn import_target(alias: &Alias) -> Name {
    match &alias.asname {
        Some(ident) => ident.name.clone(),
        None => alias.name.name.split('.').next().unwrap_or_default().into(),
    }
}
