//! Names that one file says and another one means: flows that call each other, steps that tests mock.

use std::collections::{BTreeMap, BTreeSet};

use dataway_lang::source::{SourceText, Span};

use super::walk::{self, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{App, Case, Flow, Mock, Step, Steps, Suite};
use crate::params::nearest;
use crate::registry;

/// Checks references.
pub fn check(app: &App, diagnostics: &mut Vec<Diagnostic>) {
    cycles(app, diagnostics);
    let steps: BTreeMap<&str, BTreeSet<&str>> =
        app.flows.iter().map(|flow| (&**flow.name(), ids(&flow.body.steps))).collect();
    for suite in &app.suites {
        Suites { app, suite, steps: &steps, diagnostics }.check();
    }
}

/// The ids of all steps.
fn ids(steps: &Steps) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    walk::each(steps, &mut |step| {
        found.insert(&*step.id);
    });
    found
}

/// Warns of flows that call themselves, directly or through others: once a cycle, at the call that closes it.
fn cycles(app: &App, diagnostics: &mut Vec<Diagnostic>) {
    let mut calls: BTreeMap<&str, Vec<(&str, Span)>> = BTreeMap::new();
    for flow in &app.flows {
        let found = calls.entry(flow.name()).or_default();
        walk::each(&flow.body.steps, &mut |step: &Step| {
            // An async sub-flow is a run of its own, and calls inside it still nest.
            found.extend(Parts::of(&*step.params).flows.iter().map(|flow| (&*flow.name, flow.span)));
        });
    }
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for flow in &app.flows {
        let mut path: Vec<(&str, usize)> = vec![(flow.name(), 0)];
        while let Some((name, next)) = path.last_mut() {
            let name = *name;
            let call = calls.get(name).and_then(|calls| calls.get(*next)).copied().filter(|_| !done.contains(name));
            let Some((target, span)) = call else {
                done.insert(name);
                path.pop();
                continue;
            };
            *next += 1;
            if let Some(start) = path.iter().position(|(known, _)| *known == target) {
                let names = path.iter().skip(start).map(|(name, _)| *name).chain([target]);
                let message =
                    format!("the flows call each other in a circle: {}", names.collect::<Vec<_>>().join(" → "));
                if let Some(flow) = app.flow(name) {
                    let warning = Diagnostic::warning(Code::NEVER, &flow.source, span, message);
                    diagnostics.push(warning.with_help("calls nest at most 64 deep; a loop is written with `while`"));
                }
            } else if !done.contains(target) && calls.contains_key(target) {
                path.push((target, 0));
            }
        }
    }
}

/// A test suite while it is checked.
struct Suites<'a> {
    app: &'a App,
    suite: &'a Suite,
    /// The ids of the steps by flow.
    steps: &'a BTreeMap<&'a str, BTreeSet<&'a str>>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Suites<'_> {
    fn source(&self) -> &SourceText {
        &self.suite.source
    }

    fn error(&mut self, code: Code, span: Span, message: String, help: Option<String>) {
        let error = Diagnostic::error(code, &self.suite.source, span, message);
        self.diagnostics.push(Diagnostic { help, ..error });
    }

    fn check(&mut self) {
        let suite = self.suite;
        for name in &suite.body.allow_real {
            self.config(&name.value, name.span);
        }
        for (name, config) in &suite.body.configs.0 {
            let Some(kind) = self.app.config_types.get(name) else {
                let span = self.key_span(name);
                self.config(name, span);
                continue;
            };
            if kind != config.kind.key {
                let message = format!("`{name}` is of type `{kind}` in app.yaml, here of type `{}`", config.kind.key);
                let help = "what replaces a configuration has the same type".to_owned();
                self.error(Code::REFERENCE, config.span, message, Some(help));
            }
        }
        for mock in &suite.body.mocks {
            self.mock(mock, None);
        }
        let mut names = BTreeSet::new();
        for case in &suite.body.tests {
            if !names.insert(&case.name.value) {
                let message = format!("there is another case `{}` in this suite", case.name.value);
                self.error(Code::DUPLICATE, case.name.span, message, None);
            }
            self.case(case);
        }
    }

    /// The place of a key of `configs`; names are read without places.
    fn key_span(&self, name: &str) -> Span {
        let text = self.source().text();
        let at = text.find(name).and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
        Span::new(at, at + u32::try_from(name.len()).unwrap_or(0))
    }

    fn config(&mut self, name: &str, span: Span) {
        let app = self.app;
        if !app.config_types.contains_key(name) {
            let names = || app.config_types.keys().map(String::as_str);
            let message = format!("there is no configuration `{name}`");
            self.error(Code::REFERENCE, span, message, nearest(name, names()));
        }
    }

    fn case(&mut self, case: &Case) {
        let flow = case.flow.as_ref().and_then(|flow| self.app.flow(&flow.name));
        for mock in &case.mocks {
            self.mock(mock, flow);
        }
        for (id, count) in &case.calls.0 {
            self.step(id, count.span, flow);
        }
        let (Some(flow), Some(from), Some(to)) = (flow, &case.from, &case.to) else { return };
        let found = [from, to].map(|id| self.step(&id.value, id.span, Some(flow)));
        if found == [true, true] && !is_range(&flow.body.steps, &from.value, &to.value) {
            let message = format!("`{}` and `{}` are not in this order in one list of steps", from.value, to.value);
            let help = "`from` and `to` name adjacent steps of the same list".to_owned();
            self.error(Code::REFERENCE, from.span, message, Some(help));
        }
    }

    fn mock(&mut self, mock: &Mock, flow: Option<&Flow>) {
        if let Some(step) = &mock.step {
            self.step(&step.value, step.span, flow);
        }
        if let Some(component) = &mock.component
            && registry::component(&component.value).is_none()
        {
            let message = format!("there is no component `{}`", component.value);
            let help = nearest(&component.value, registry::component_keys());
            self.error(Code::UNKNOWN_COMPONENT, component.span, message, help);
        }
        if let Some(config) = &mock.config {
            self.config(&config.value, config.span);
        }
    }

    /// Is there a step with that id (or `flow/id`), in `flow` or the flows it may call? A mock may also be meant for those.
    fn step(&mut self, id: &str, span: Span, flow: Option<&Flow>) -> bool {
        let qualified = id.split_once('/').and_then(|(flow, id)| Some((self.steps.get(flow)?, id)));
        let exists = match qualified {
            Some((steps, id)) if steps.contains(id) => true,
            _ => self.steps.values().any(|steps| steps.contains(id)),
        };
        if !exists {
            let own = flow.and_then(|flow| self.steps.get(&**flow.name()));
            let names = self.steps.values().filter(|steps| own.is_none_or(|own| own == *steps)).flatten().copied();
            let names: Vec<_> = names.collect();
            let help = nearest(id, names.iter().copied());
            self.error(Code::REFERENCE, span, format!("there is no step `{id}`"), help);
        }
        exists
    }
}

/// Do both ids stand in one list, the first not behind the second?
fn is_range(steps: &Steps, from: &str, to: &str) -> bool {
    let place = |id: &str| steps.items.iter().position(|step| &*step.id == id);
    if let (Some(from), Some(to)) = (place(from), place(to)) {
        return from <= to;
    }
    let mut inner = steps.items.iter().flat_map(|step| Parts::of(&*step.params).steps);
    inner.any(|steps| is_range(steps, from, to))
}
