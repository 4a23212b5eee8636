//! The walk over the tree that finds scopes, bindings and readings, and how values travel.

use foldhash::{HashMap, HashMapExt};

use super::{BindingKind, Declared, Scope, ScopeId, ScopeKind, Symbol, SymbolId, Symbols};
use crate::check::with_stack;
use crate::source::Span;
use crate::syntax::ast::{
    Alias, Arg, Body, Comprehension, Expr, ExprKind, FStringPart, Ident, Name, Params, Part, Pattern, Program, Stmt,
    StmtKind,
};

/// Where the value of an expression goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// To a place from which it can be reached again.
    Away,
    /// Its elements do; the value itself is only looked at.
    Elements,
    /// Nowhere.
    Nowhere,
}

/// Built-in functions that keep nothing of their arguments.
const PURE: &[&str] = &[
    "abs",
    "all",
    "any",
    "ascii",
    "bool",
    "bytes",
    "float",
    "format",
    "hash",
    "id",
    "int",
    "isinstance",
    "len",
    "print",
    "repr",
    "round",
    "str",
    "sum",
    "callable",
    "hasattr",
];
/// Built-in functions that give the elements of their arguments away, but not the arguments.
const COPYING: &[&str] =
    &["dict", "enumerate", "frozenset", "list", "max", "min", "reversed", "set", "sorted", "tuple", "zip"];

/// A reading that is resolved when all bindings are known.
struct Reading {
    scope: ScopeId,
    name: Name,
    span: Span,
    way: Way,
    /// The built-in function whose argument it is: when the program has a function of that name, the value goes away.
    callee: Option<Name>,
}

struct Walk {
    symbols: Symbols,
    scope: ScopeId,
    readings: Vec<Reading>,
}

pub(super) fn collect(program: &Program) -> Symbols {
    let mut walk = Walk { symbols: Symbols::default(), scope: 0, readings: Vec::new() };
    walk.enter(ScopeKind::Module, Span::new(0, u32::MAX));
    match &program.body {
        Body::Statements(body) => walk.block(body),
        Body::Expression(expr) => {
            let msg = Ident { name: Name::from("msg"), span: Span::at(0) };
            walk.bind(&msg, BindingKind::Parameter);
            // The parameter is not written anywhere.
            walk.symbols.written.clear();
            walk.expr(expr, Way::Nowhere);
        }
    }
    walk.finish()
}

impl Walk {
    fn enter(&mut self, kind: ScopeKind, span: Span) -> ScopeId {
        let id = self.symbols.scopes.len();
        self.symbols.scopes.push(Scope {
            kind,
            parent: (id > 0).then_some(self.scope),
            span,
            names: HashMap::new(),
            declared: HashMap::new(),
            is_generator: false,
        });
        self.scope = id;
        id
    }

    fn leave(&mut self) {
        self.scope = self.symbols.scopes[self.scope].parent.unwrap_or(0);
    }

    fn bind(&mut self, ident: &Ident, kind: BindingKind) {
        self.bind_in(self.scope, ident, kind);
    }

    fn bind_in(&mut self, scope: ScopeId, ident: &Ident, kind: BindingKind) {
        if ident.name.is_empty() {
            return;
        }
        let owner = match self.symbols.scopes[scope].declared.get(&ident.name) {
            Some(Declared::Global) => 0,
            Some(Declared::Nonlocal) => self.owner_outside(scope, &ident.name),
            None => scope,
        };
        let id = self.symbol_in(owner, &ident.name);
        let symbol = &mut self.symbols.symbols[id];
        symbol.bindings.push((ident.span, kind));
        symbol.rebound |= owner != scope;
        symbol.captured |= owner != scope;
        self.symbols.written.insert(ident.span.start, id);
    }

    /// The enclosing function that binds `name`; parents are bound before a `nonlocal` inside can be valid, except for
    /// bindings further down, so the nearest function is taken when none has it yet.
    fn owner_outside(&self, scope: ScopeId, name: &str) -> ScopeId {
        let mut at = self.symbols.scopes[scope].parent;
        let mut nearest = None;
        while let Some(id) = at {
            let own = &self.symbols.scopes[id];
            if own.kind == ScopeKind::Function {
                nearest = nearest.or(Some(id));
                if own.names.contains_key(name) {
                    return id;
                }
            }
            at = own.parent;
        }
        nearest.unwrap_or(0)
    }

    fn symbol_in(&mut self, scope: ScopeId, name: &Name) -> SymbolId {
        if let Some(id) = self.symbols.scopes[scope].names.get(name) {
            return *id;
        }
        let id = self.symbols.symbols.len();
        self.symbols.symbols.push(Symbol {
            name: name.clone(),
            scope,
            bindings: Vec::new(),
            uses: Vec::new(),
            captured: false,
            rebound: false,
            escapes: false,
            interior_escapes: false,
        });
        self.symbols.scopes[scope].names.insert(name.clone(), id);
        id
    }

    fn read(&mut self, name: &Name, span: Span, way: Way, callee: Option<&Name>) {
        self.readings.push(Reading { scope: self.scope, name: name.clone(), span, way, callee: callee.cloned() });
    }

    fn finish(mut self) -> Symbols {
        for reading in std::mem::take(&mut self.readings) {
            let Some(id) = self.symbols.lookup(reading.scope, &reading.name) else {
                self.symbols.free.push((reading.name, reading.span));
                continue;
            };
            let shadowed = reading.callee.is_some_and(|name| self.symbols.lookup(reading.scope, &name).is_some());
            let reader = self.symbols.function_of(reading.scope);
            let owner = self.symbols.function_of(self.symbols.symbols[id].scope);
            let symbol = &mut self.symbols.symbols[id];
            symbol.uses.push(reading.span);
            symbol.captured |= reader != owner;
            symbol.escapes |= reading.way == Way::Away || shadowed;
            symbol.interior_escapes |= reading.way != Way::Nowhere || shadowed;
            self.symbols.written.insert(reading.span.start, id);
        }
        for symbol in &mut self.symbols.symbols {
            symbol.bindings.sort_by_key(|(span, _)| *span);
            symbol.uses.sort_unstable();
        }
        self.symbols
    }

    // statements

    fn block(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::FunctionDef(def) => {
                def.decorators.iter().for_each(|decorator| self.expr(decorator, Way::Away));
                self.defaults(&def.params);
                self.annotations(&def.params);
                def.returns.iter().for_each(|annotation| self.annotation(annotation));
                self.bind(&def.name, BindingKind::Function);
                self.enter(ScopeKind::Function, def.span);
                self.symbols.starts.insert((def.span.start, def.span.end), self.scope);
                self.params(&def.params);
                with_stack(|| self.block(&def.body));
                self.leave();
            }
            StmtKind::Return(value) => value.iter().for_each(|value| self.expr(value, Way::Nowhere)),
            StmtKind::Expr(value) => self.expr(value, Way::Nowhere),
            StmtKind::Delete(targets) => targets.iter().for_each(|target| self.delete(target)),
            StmtKind::Assign { targets, value } => {
                self.expr(value, Way::Away);
                targets.iter().for_each(|target| self.target(target, BindingKind::Variable));
            }
            StmtKind::AugAssign { target, value, .. } => {
                // The target is read too; the value's elements can become the target's.
                if let ExprKind::Name(name) = &target.kind {
                    self.read(name, target.span, Way::Nowhere, None);
                }
                self.target(target, BindingKind::Variable);
                self.expr(value, Way::Elements);
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                value.iter().for_each(|value| self.expr(value, Way::Away));
                self.annotation(annotation);
                if *simple || value.is_some() || !matches!(target.kind, ExprKind::Name(_)) {
                    self.target(target, BindingKind::Variable);
                }
            }
            StmtKind::For { target, iter, body, orelse } => {
                self.expr(iter, Way::Elements);
                self.target(target, BindingKind::Loop);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(test, Way::Nowhere);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::If { branches, orelse } => {
                for (test, body) in branches {
                    self.expr(test, Way::Nowhere);
                    self.block(body);
                }
                self.block(orelse);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject, Way::Away);
                for case in cases {
                    self.pattern(&case.pattern);
                    case.guard.iter().for_each(|guard| self.expr(guard, Way::Nowhere));
                    self.block(&case.body);
                }
            }
            StmtKind::Raise { exc, cause } => {
                exc.iter().chain(cause).for_each(|value| self.expr(value, Way::Away));
            }
            StmtKind::Try(stmt) => {
                self.block(&stmt.body);
                for handler in &stmt.handlers {
                    handler.kind.iter().for_each(|kind| self.expr(kind, Way::Nowhere));
                    handler.name.iter().for_each(|name| self.bind(name, BindingKind::Handler));
                    self.block(&handler.body);
                }
                self.block(&stmt.orelse);
                self.block(&stmt.finalbody);
            }
            StmtKind::Assert { test, message } => {
                self.expr(test, Way::Nowhere);
                message.iter().for_each(|message| self.expr(message, Way::Away));
            }
            StmtKind::Import(names) => names.iter().for_each(|alias| {
                let ident = import_target(alias);
                self.bind(&ident, BindingKind::Import);
            }),
            StmtKind::ImportFrom { names, .. } => names.iter().for_each(|alias| {
                self.bind(alias.asname.as_ref().unwrap_or(&alias.name), BindingKind::Import);
            }),
            StmtKind::Global(names) => self.declare(names, Declared::Global),
            StmtKind::Nonlocal(names) => self.declare(names, Declared::Nonlocal),
            StmtKind::Error { body } => self.block(body),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
    }

    fn declare(&mut self, names: &[Ident], declared: Declared) {
        if self.scope == 0 {
            return;
        }
        for ident in names {
            self.symbols.scopes[self.scope].declared.insert(ident.name.clone(), declared);
        }
    }

    fn params(&mut self, params: &Params) {
        params.iter().for_each(|param| self.bind(&param.name, BindingKind::Parameter));
    }

    fn defaults(&mut self, params: &Params) {
        params.iter().filter_map(|param| param.default.as_ref()).for_each(|default| self.expr(default, Way::Away));
    }

    fn annotations(&mut self, params: &Params) {
        params.iter().filter_map(|param| param.annotation.as_ref()).for_each(|annotation| self.annotation(annotation));
    }

    /// Names in annotations are never evaluated; those that the program binds count as used.
    fn annotation(&mut self, annotation: &Expr) {
        let mut open = vec![annotation];
        let before = self.readings.len();
        while let Some(expr) = open.pop() {
            if let ExprKind::Name(name) = &expr.kind {
                self.read(name, expr.span, Way::Nowhere, None);
            }
            expr.kind.for_each_child(&mut |child| open.push(child));
        }
        // What is bound nowhere is judged as an annotation, not as a name.
        let bound = |reading: &Reading| self.symbols.lookup(reading.scope, &reading.name).is_some();
        let kept: Vec<Reading> = self.readings.split_off(before).into_iter().filter(bound).collect();
        self.readings.extend(kept);
    }

    // targets

    fn target(&mut self, target: &Expr, kind: BindingKind) {
        match &target.kind {
            ExprKind::Name(name) => self.bind(&Ident { name: name.clone(), span: target.span }, kind),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                let kind = if kind == BindingKind::Variable { BindingKind::Unpacked } else { kind };
                items.iter().for_each(|item| self.target(item, kind));
            }
            ExprKind::Starred(inner) => self.target(inner, kind),
            _ => self.expr(target, Way::Nowhere),
        }
    }

    fn delete(&mut self, target: &Expr) {
        match &target.kind {
            ExprKind::Name(name) => {
                self.bind(&Ident { name: name.clone(), span: target.span }, BindingKind::Deletion);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().for_each(|item| self.delete(item)),
            _ => self.expr(target, Way::Nowhere),
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        pattern.for_each_part(&mut |part| match part {
            Part::Expr(expr) => self.expr(expr, Way::Nowhere),
            Part::Pattern(pattern) => self.pattern(pattern),
            Part::Binding(name) => self.bind(name, BindingKind::Capture),
            // Patterns have none.
            Part::Target(_) | Part::Block(_) => {}
        });
    }

    // expressions

    fn expr(&mut self, expr: &Expr, way: Way) {
        with_stack(|| self.expr_here(expr, way));
    }

    fn all<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>, way: Way) {
        exprs.into_iter().for_each(|expr| self.expr(expr, way));
    }

    fn expr_here(&mut self, expr: &Expr, way: Way) {
        match &expr.kind {
            ExprKind::Name(name) => self.read(name, expr.span, way, None),
            ExprKind::NamedExpr { target, value } => {
                self.expr(value, Way::Away);
                let scope = self.symbols.function_of(self.scope);
                self.bind_in(scope, target, BindingKind::Variable);
            }
            ExprKind::Lambda { params, body } => {
                self.defaults(params);
                self.enter(ScopeKind::Function, expr.span);
                self.symbols.starts.insert((expr.span.start, expr.span.end), self.scope);
                self.params(params);
                self.expr(body, Way::Away);
                self.leave();
            }
            ExprKind::ListComp { element, generators }
            | ExprKind::SetComp { element, generators }
            | ExprKind::GeneratorExp { element, generators } => {
                self.comprehension(expr.span, generators, &[element]);
            }
            ExprKind::DictComp { key, value, generators } => self.comprehension(expr.span, generators, &[key, value]),
            ExprKind::Yield(value) => {
                self.mark_generator();
                value.iter().for_each(|value| self.expr(value, Way::Away));
            }
            ExprKind::YieldFrom(value) => {
                self.mark_generator();
                self.expr(value, Way::Elements);
            }
            ExprKind::Subscript { value, index } => {
                // What is taken out of the container goes where the expression goes.
                let inner = if way == Way::Nowhere { Way::Nowhere } else { Way::Elements };
                self.expr(value, inner);
                self.expr(index, Way::Nowhere);
            }
            ExprKind::Attribute { value, .. } => self.expr(value, way),
            ExprKind::Call { func, args } => self.call(func, args, way),
            ExprKind::Compare { left, links } => {
                self.expr(left, Way::Nowhere);
                self.all(links.iter().map(|(_, value)| value), Way::Nowhere);
            }
            ExprKind::BinOp { left, right, .. } => {
                // `a + b` of lists hands on the elements; an element itself is nearly always a number or text.
                for operand in [left, right] {
                    let is_element = matches!(operand.kind, ExprKind::Subscript { .. });
                    self.expr(operand, if is_element { Way::Nowhere } else { Way::Elements });
                }
            }
            ExprKind::UnaryOp { operand, .. } => self.expr(operand, Way::Nowhere),
            ExprKind::BoolOp { values, .. } => self.all(values, way),
            ExprKind::IfExp { test, body, orelse } => {
                self.expr(body, way);
                self.expr(test, Way::Nowhere);
                self.expr(orelse, way);
            }
            ExprKind::FString(parts) => self.fstring(parts),
            ExprKind::Starred(value) => self.expr(value, Way::Elements),
            kind => kind.for_each_child(&mut |child| self.expr(child, Way::Away)),
        }
    }

    fn mark_generator(&mut self) {
        let function = self.symbols.function_of(self.scope);
        self.symbols.scopes[function].is_generator = true;
    }

    fn fstring(&mut self, parts: &[FStringPart]) {
        for part in parts {
            if let FStringPart::Field(field) = part {
                self.expr(&field.value, Way::Nowhere);
                field.spec.iter().for_each(|spec| self.fstring(spec));
            }
        }
    }

    fn call(&mut self, func: &Expr, args: &[Arg], way: Way) {
        let (args_way, callee) = match &func.kind {
            ExprKind::Name(name) => {
                self.read(name, func.span, Way::Nowhere, None);
                if PURE.contains(&&**name) {
                    (Way::Nowhere, Some(name))
                } else if COPYING.contains(&&**name) {
                    (Way::Elements, Some(name))
                } else {
                    (Way::Away, None)
                }
            }
            // A method of the value: what it gives back can be an element.
            ExprKind::Attribute { value, attr } => {
                self.expr(value, if way == Way::Nowhere { Way::Nowhere } else { Way::Elements });
                let keeps_nothing = matches!(&*attr.name, "dumps" | "join" | "from_value" | "format");
                (if keeps_nothing { Way::Nowhere } else { Way::Away }, None)
            }
            _ => {
                self.expr(func, Way::Nowhere);
                (Way::Away, None)
            }
        };
        for arg in args {
            match &arg.value().kind {
                ExprKind::Name(name) => self.read(name, arg.value().span, args_way, callee),
                _ => self.expr(arg.value(), args_way),
            }
        }
    }

    fn comprehension(&mut self, span: Span, generators: &[Comprehension], results: &[&Expr]) {
        if let Some(first) = generators.first() {
            self.expr(&first.iter, Way::Elements);
        }
        self.enter(ScopeKind::Comprehension, span);
        self.symbols.starts.insert((span.start, span.end), self.scope);
        for (at, clause) in generators.iter().enumerate() {
            if at > 0 {
                self.expr(&clause.iter, Way::Elements);
            }
            self.target(&clause.target, BindingKind::Loop);
            self.all(&clause.ifs, Way::Nowhere);
        }
        self.all(results.iter().copied(), Way::Away);
        self.leave();
    }
}

/// The name that an item of `import` binds: the one after `as`, or the first part of the module's name.
fn import_target(alias: &Alias) -> Ident {
    if let Some(ident) = &alias.asname {
        return ident.clone();
    }
    let first = alias.name.name.split('.').next().unwrap_or_default();
    let length = u32::try_from(first.len()).unwrap_or(0);
    Ident { name: first.into(), span: Span::new(alias.name.span.start, alias.name.span.start + length) }
}
