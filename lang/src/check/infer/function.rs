//! Functions: what a definition makes, what its body gives, and what callers see.

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use std::ptr::from_ref;
use std::sync::{Arc, OnceLock};

use super::flow::{Bound, Evidence, Known, State, Variable};
use super::{Defined, Frame, Pass, Stage};
use crate::check::symbols::ScopeId;
use crate::check::types::fit::{Fit, fit};
use crate::check::types::{Function, Param, Type};
use crate::check::with_stack;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, FunctionDef, Name, Params, Stmt, StmtKind};
use crate::value::signature::ParamKind;
use crate::value::types as descs;

/// How deep calls are followed to find a result.
const DEEPEST_TRIAL: u32 = 4;
/// How many combinations of parameters a function's result is found for.
const MOST_TRIALS: usize = 6;
/// In a program with more functions than this they are looked at in the order of the text.
const MOST_ORDERED: usize = 500;

impl<'a> Pass<'a> {
    /// `def`: the name gets a function; its body is looked at later.
    pub(super) fn define(&mut self, def: &'a FunctionDef) {
        for decorator in &def.decorators {
            self.expr(decorator);
        }
        let id = match self.function_id(def) {
            Some(id) => id,
            None => self.declare(def),
        };
        self.defaults(&def.params);
        let ty = match self.functions.get(id) {
            Some(function) if def.decorators.is_empty() => Type::Function(function.ty.clone()),
            _ => Type::Any,
        };
        self.bind(def.name.span, Known::sure(ty));
    }

    fn declare(&mut self, def: &'a FunctionDef) -> usize {
        let id = self.functions.len();
        let mut params = self.signature_of(&def.params, &[]);
        if self.is_entry(def)
            && let Some(first) = params.first_mut()
            && first.ty.is_any()
        {
            first.ty = self.message();
        }
        let ty = Function { name: def.name.name.clone(), params: Some(params), result: OnceLock::new(), id: Some(id) };
        let guarded = self.guarded.contains(&def.name.name) || self.is_guarded();
        self.functions.push(Defined {
            def,
            ty: Arc::new(ty),
            stage: Stage::Waiting,
            guarded,
            calls: HashMap::new(),
            trials: Vec::new(),
        });
        self.function_ids.insert(from_ref(def), id);
        self.open.push(id);
        id
    }

    /// Is this the function that the run calls?
    fn is_entry(&self, def: &FunctionDef) -> bool {
        self.frame.scope == 0 && &*def.name.name == "dw_process"
    }

    /// Evaluates defaults; a mutable one is shared by all calls.
    fn defaults(&mut self, params: &'a Params) {
        for param in params.iter() {
            let Some(default) = &param.default else { continue };
            let known = self.expr(default);
            let is_mutable = matches!(
                default.kind,
                ExprKind::List(_)
                    | ExprKind::Dict(_)
                    | ExprKind::Set(_)
                    | ExprKind::ListComp { .. }
                    | ExprKind::DictComp { .. }
                    | ExprKind::SetComp { .. }
            );
            if is_mutable {
                let message = format!("the default of `{}` is one object that all calls share", param.name.name);
                let help =
                    format!("write `{name}=None` and `{name} = {name} or …` in the body", name = param.name.name);
                self.note(2022, Severity::Info, default.span, message, Some(help));
            }
            if let Some(annotation) = &param.annotation {
                let promised = self.annotation_quietly(annotation);
                if fit(&known.ty, &promised) == Fit::No && !known.ty.is_none() {
                    self.contradicts(default.span, annotation, &known.ty, &promised);
                }
            }
        }
    }

    /// The parameters as callers see them. `expected` are types for parameters without annotation, in order.
    pub(super) fn signature_of(&mut self, params: &'a Params, expected: &[Type]) -> Vec<Param> {
        let groups = [
            (&params.posonly[..], ParamKind::Positional),
            (&params.args[..], ParamKind::Either),
            (params.vararg.as_slice(), ParamKind::VarArgs),
            (&params.kwonly[..], ParamKind::Keyword),
            (params.kwarg.as_slice(), ParamKind::VarKeywords),
        ];
        let mut all = Vec::new();
        for (group, kind) in groups {
            for param in group {
                let ty = match &param.annotation {
                    Some(annotation) => self.annotation(annotation),
                    None => expected.get(all.len()).cloned().unwrap_or(Type::Any),
                };
                let optional = param.default.is_some() || matches!(kind, ParamKind::VarArgs | ParamKind::VarKeywords);
                all.push(Param { name: param.name.name.clone(), ty, kind, optional });
            }
        }
        all
    }

    /// Gives the parameters their types in the current state. `types` are the expected types of plain parameters.
    pub(super) fn bind_params(&mut self, params: &'a Params, types: &[Type]) {
        for (at, param) in params.posonly.iter().chain(&params.args).enumerate() {
            let annotated = param.annotation.as_ref().map(|annotation| self.annotation_quietly(annotation));
            let known = match annotated {
                Some(ty) => Known::new(ty, Evidence::Likely),
                None => types.get(at).map_or_else(Known::any, |ty| Known::new(ty.clone(), Evidence::Likely)),
            };
            self.bind(param.name.span, known);
        }
        for param in &params.kwonly {
            let ty = param.annotation.as_ref().map_or(Type::Any, |annotation| self.annotation_quietly(annotation));
            self.bind(param.name.span, Known::new(ty, Evidence::Likely));
        }
        let element = |pass: &mut Self, annotation: &'a Option<Expr>| {
            annotation.as_ref().map_or(Type::Any, |annotation| pass.annotation_quietly(annotation))
        };
        if let Some(param) = &params.vararg {
            let ty = element(self, &param.annotation);
            self.bind(param.name.span, Known::new(Type::generic(&descs::TUPLE, [ty]), Evidence::Likely));
        }
        if let Some(param) = &params.kwarg {
            let ty = element(self, &param.annotation);
            self.bind(param.name.span, Known::new(Type::dict(Type::STR, ty), Evidence::Likely));
        }
    }

    /// Looks at the body of a function: reports, and finds the result.
    pub(super) fn look_at_function(&mut self, id: usize) {
        let given = self.parameters_from_calls(id);
        let quiet = std::mem::take(&mut self.quiet);
        let result = self.run_body(id, given.as_deref());
        self.quiet = quiet;
        if let Some(function) = self.functions.get_mut(id) {
            function.stage = Stage::Done;
            // Only this place sets it, once for each function.
            let _ = function.ty.result.set(result);
        }
    }

    /// The result of a function of the program when its parameters hold `given`; nothing is reported.
    pub(super) fn result_with(&mut self, id: usize, given: &[Known]) -> Type {
        let Some(function) = self.functions.get(id) else { return Type::Any };
        if function.stage == Stage::Running || self.trials >= DEEPEST_TRIAL {
            return Type::Any;
        }
        let types: Vec<Type> = given.iter().map(|known| known.ty.clone()).collect();
        if let Some((_, result)) = function.trials.iter().find(|(tried, _)| *tried == types) {
            return result.clone();
        }
        if function.trials.len() >= MOST_TRIALS {
            return function.ty.result();
        }
        let stage = function.stage;
        // What an inner function gives depends on the variables around it, which change.
        let is_inner = self.scope_of(function.def).is_some_and(|scope| scope.parent != Some(0));
        self.trials += 1;
        self.quiet += 1;
        let result = with_stack(|| self.run_body(id, Some(given)));
        self.quiet -= 1;
        self.trials -= 1;
        if let Some(function) = self.functions.get_mut(id) {
            function.stage = stage;
            if !is_inner {
                function.trials.push((types, result.clone()));
            }
        }
        result
    }

    fn scope_of(&self, def: &FunctionDef) -> Option<&crate::check::symbols::Scope> {
        self.symbols.scopes.get(self.symbols.scope_of(def.span)?)
    }

    /// Passes through the body of a function with these parameters, or with what their annotations say.
    fn run_body(&mut self, id: usize, given: Option<&[Known]>) -> Type {
        let Some(function) = self.functions.get_mut(id) else { return Type::Any };
        function.stage = Stage::Running;
        let (def, guarded) = (function.def, function.guarded);
        let message = function.ty.params.iter().flatten().next().map(|param| param.ty.clone());
        let message = message.filter(|ty| matches!(ty, Type::Message(_)));
        let scope = self.symbols.scope_of(def.span).unwrap_or(0);
        let is_entry =
            self.symbols.scopes.get(scope).is_some_and(|own| own.parent == Some(0)) && &*def.name.name == "dw_process";
        let lambdas = std::mem::take(&mut self.lambdas);
        let mut frame = Frame::new(scope, State::new());
        frame.tries = u32::from(guarded);
        let outer = std::mem::replace(&mut self.frame, frame);
        self.bind_params(&def.params, &[]);
        let first_is_message = message.into_iter().filter(|_| is_entry).map(Known::sure);
        let plain = def.params.posonly.iter().chain(&def.params.args);
        let from_calls = given.unwrap_or_default().iter().cloned();
        // The message of the entry is known; the other functions get what their callers give.
        let known: Vec<Known> = if is_entry { first_is_message.collect() } else { from_calls.collect() };
        for (param, known) in plain.zip(known) {
            let annotated = param.annotation.is_some() && known.ty.is_any();
            let Some(symbol) = self.symbols.written_at(param.name.span.start).filter(|_| !annotated) else { continue };
            self.note_binding(param.name.span, symbol, &known.ty);
            let origin = Some(param.name.span);
            self.frame.state.set(symbol, Variable { known, bound: Bound::Yes, origin });
        }
        with_stack(|| self.block(&def.body));
        let falls_through = self.frame.state.reachable;
        self.frame.state.reachable = true;
        let result = self.finish_function(def, scope, falls_through, is_entry);
        self.frame = outer;
        self.lambdas = lambdas;
        result
    }

    /// What the calls of a function give to its plain parameters, if all its uses are calls that were looked at.
    fn parameters_from_calls(&self, id: usize) -> Option<Vec<Known>> {
        let function = self.functions.get(id)?;
        let symbol = self.symbols.get(self.symbols.written_at(function.def.name.span.start)?)?;
        let one_definition = symbol.bindings.len() == 1 && !symbol.rebound;
        if !one_definition || function.calls.len() != symbol.uses.len() || function.calls.is_empty() {
            return None;
        }
        let params = function.def.params.posonly.iter().chain(&function.def.params.args);
        Some(
            params
                .enumerate()
                .map(|(at, param)| {
                    let given: Vec<&Known> =
                        function.calls.values().filter_map(|call| call.get(at)?.as_ref()).collect();
                    if given.is_empty() {
                        return Known::any();
                    }
                    let mut joined = given.iter().skip(1).fold((*given[0]).clone(), |all, known| all.join(known));
                    if given.len() < function.calls.len() {
                        joined.ty = joined.ty.join(&default_of(param));
                    }
                    // One constant for all calls is a setting, not a fact; several kinds may be told apart by their values.
                    if !matches!(joined.ty, Type::Union(_)) {
                        joined.ty = joined.ty.widened();
                    }
                    // What a container holds may change while the function has it.
                    if joined.ty.is_mutable() { joined.weakened(Evidence::Likely) } else { joined }
                })
                .collect(),
        )
    }

    /// Remembers what a call gives to a function; `None` for parameters that keep their default.
    pub(super) fn note_call(&mut self, id: usize, at: Span, given: Vec<Option<Known>>) {
        if self.quiet == 0
            && let Some(function) = self.functions.get_mut(id)
        {
            function.calls.insert(at, given);
        }
    }

    /// Functions that are still to be looked at: those first whose callers have been.
    pub(super) fn next_function(&mut self) -> Option<usize> {
        let last = self.open.len().checked_sub(1)?;
        if self.functions.len() > MOST_ORDERED {
            return self.open.pop();
        }
        let ready = self.open.iter().position(|id| self.callers_are_done(*id));
        let entry = || {
            self.open.iter().position(|id| self.functions.get(*id).is_some_and(|f| &*f.def.name.name == "dw_process"))
        };
        let at = ready.or_else(entry).unwrap_or(last);
        Some(self.open.remove(at))
    }

    fn callers_are_done(&self, id: usize) -> bool {
        let Some(function) = self.functions.get(id) else { return true };
        let symbol = self.symbols.written_at(function.def.name.span.start).and_then(|symbol| self.symbols.get(symbol));
        symbol.is_none_or(|symbol| {
            symbol.uses.iter().all(|used| {
                let inside = |other: &Defined<'_>| other.def.span.start <= used.start && used.end <= other.def.span.end;
                self.functions
                    .iter()
                    .enumerate()
                    .all(|(other, caller)| other == id || caller.stage == Stage::Done || !inside(caller))
            })
        })
    }

    fn finish_function(&mut self, def: &'a FunctionDef, scope: ScopeId, falls_through: bool, is_entry: bool) -> Type {
        let returns = std::mem::take(&mut self.frame.returns);
        let promised = def.returns.as_ref().map(|annotation| (annotation, self.annotation(annotation)));
        let is_generator = self.symbols.scopes.get(scope).is_some_and(|scope| scope.is_generator);
        if is_generator {
            let element = Type::union(std::mem::take(&mut self.frame.yields)).widened();
            return promised.map_or(Type::generic(&descs::GENERATOR, [element]), |(_, ty)| ty);
        }
        let gives_value = returns.iter().any(|returned| returned.has_value && !returned.known.ty.is_none());
        if gives_value && falls_through && !def.body.is_empty() {
            let message = format!("some paths through `{}` end without `return` and give `None`", def.name.name);
            let mut found = Diagnostic::new(Code(2017), Severity::Warning, def.name.span, message)
                .with_help("put a `return` at the end; `return None` says that it is meant");
            if let Some(returned) = returns.iter().find(|returned| returned.has_value) {
                found = found.with_related(returned.span, "a value is returned here");
            }
            self.push(found);
        }
        if is_entry && falls_through && returns.is_empty() && !def.body.is_empty() {
            let message = format!("`{}` never returns a value: the result is `None`", def.name.name);
            let found = Diagnostic::new(Code(2017), Severity::Warning, def.name.span, message)
                .with_help("put `return` before the value that is the result; `return None` says that there is none");
            self.push(found);
        }
        if let Some((annotation, promised)) = &promised {
            for returned in &returns {
                if fit(&returned.known.ty, promised) == Fit::No {
                    self.contradicts(returned.span, annotation, &returned.known.ty, promised);
                }
            }
        }
        if is_entry {
            for returned in &returns {
                self.check_result(&returned.known, returned.span);
            }
            if falls_through && returns.is_empty() {
                self.check_result(&Known::sure(Type::NONE), def.name.span);
            }
        }
        let by = returns.iter().map(|returned| returned.known.by).min().unwrap_or(Evidence::Program);
        let all = returns.into_iter().map(|returned| returned.known.ty).chain(falls_through.then_some(Type::NONE));
        let inferred = Type::union(all);
        match promised {
            // A function that only raises has no result.
            _ if inferred == Type::Never => Type::Never,
            Some((_, promised)) if inferred.is_any() || by != Evidence::Program => promised,
            _ => inferred.widened().bounded(crate::check::types::MAX_NESTING),
        }
    }

    /// A `yield` in the running function.
    pub(super) fn yielded(&mut self, known: &Known) {
        self.frame.yields.push(known.ty.clone());
    }
}

/// The type of a default, if it is a constant.
pub(super) fn default_of(param: &crate::syntax::ast::Param) -> Type {
    match param.default.as_ref().map(|default| &default.kind) {
        Some(ExprKind::Constant(constant)) => super::expression::constant_type(constant).widened(),
        _ => Type::Any,
    }
}

/// What of a program may run where a handler catches exceptions.
pub(super) struct Guards {
    /// Names of functions that are called, directly or not, from guarded statements or lambdas, or handed around as values.
    pub(super) names: HashSet<Name>,
    /// Does the program have a handler at all?
    pub(super) has_handlers: bool,
}

/// Finds what may run under a handler.
pub(super) fn guards(body: &[Stmt]) -> Guards {
    let mut finder =
        Finder { bodies: HashMap::new(), guarded: HashSet::new(), values: HashSet::new(), has_handlers: false };
    finder.block(body, None, false);
    if !finder.has_handlers {
        return Guards { names: HashSet::new(), has_handlers: false };
    }
    let mut open: Vec<Name> = finder.guarded.iter().chain(&finder.values).cloned().collect();
    let mut names: HashSet<Name> = open.iter().cloned().collect();
    while let Some(name) = open.pop() {
        for used in finder.bodies.get(&name).into_iter().flatten() {
            if names.insert(used.clone()) {
                open.push(used.clone());
            }
        }
    }
    Guards { names, has_handlers: true }
}

struct Finder {
    /// The names that the body of each function mentions.
    bodies: HashMap<Name, HashSet<Name>>,
    guarded: HashSet<Name>,
    values: HashSet<Name>,
    has_handlers: bool,
}

impl Finder {
    fn block(&mut self, body: &[Stmt], function: Option<&Name>, guarded: bool) {
        for stmt in body {
            stmt.for_each_expr(&mut |expr| self.expr(expr, function, guarded));
            match &stmt.kind {
                StmtKind::FunctionDef(def) => {
                    with_stack(|| self.block(&def.body, Some(&def.name.name), guarded));
                    if let Some(function) = function {
                        self.bodies.entry(function.clone()).or_default().insert(def.name.name.clone());
                    }
                }
                StmtKind::Try(inner) => {
                    let handled = !inner.handlers.is_empty();
                    self.has_handlers |= handled;
                    self.block(&inner.body, function, guarded || handled);
                    for handler in &inner.handlers {
                        self.block(&handler.body, function, guarded);
                    }
                    self.block(&inner.orelse, function, guarded);
                    self.block(&inner.finalbody, function, guarded);
                }
                _ => stmt.for_each_block(&mut |inner| self.block(inner, function, guarded)),
            }
        }
    }

    fn expr(&mut self, expr: &Expr, function: Option<&Name>, guarded: bool) {
        let mut open = vec![(expr, false, false)];
        while let Some((expr, called, in_lambda)) = open.pop() {
            let in_lambda = in_lambda || matches!(expr.kind, ExprKind::Lambda { .. });
            if let ExprKind::Name(name) = &expr.kind {
                if guarded {
                    self.guarded.insert(name.clone());
                }
                // A lambda may be called anywhere.
                if !called || in_lambda {
                    self.values.insert(name.clone());
                }
                if let Some(function) = function {
                    self.bodies.entry(function.clone()).or_default().insert(name.clone());
                }
            }
            let callee = if let ExprKind::Call { func, .. } = &expr.kind { Some(func.span) } else { None };
            expr.kind.for_each_child(&mut |child| open.push((child, Some(child.span) == callee, in_lambda)));
        }
    }
}
