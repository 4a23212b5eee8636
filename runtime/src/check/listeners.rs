//! Listeners that match the same requests equally well (FLW015): only the first of them ever answers.

use std::collections::BTreeSet;

use dataway_lang::source::Span;

use super::walk::Parts;
use crate::connectors::http::path::Pattern;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{App, Flow};

/// What a listener matches.
struct Listener<'a> {
    flow: &'a Flow,
    span: Span,
    config: &'a str,
    pattern: Pattern,
    /// Empty for all.
    methods: BTreeSet<&'a str>,
}

/// Checks the listeners of all flows in load order.
pub fn check(app: &App, diagnostics: &mut Vec<Diagnostic>) {
    let mut earlier: Vec<Listener<'_>> = Vec::new();
    for listener in app.flows.iter().filter_map(|flow| listener(flow)) {
        let same = earlier.iter().find(|other| {
            let methods = other.methods.is_empty()
                || listener.methods.is_empty()
                || !other.methods.is_disjoint(&listener.methods);
            methods && other.config == listener.config && other.pattern.same_paths(&listener.pattern)
        });
        if let Some(other) = same {
            let message = format!("the flow `{}` listens for the same requests and comes first", other.flow.name());
            let warning = Diagnostic::warning(Code::SAME_PATH, &listener.flow.source, listener.span, message);
            diagnostics.push(warning.with_help("give one of them another path or other methods"));
        }
        earlier.push(listener);
    }
}

/// The listener of a flow.
fn listener(flow: &Flow) -> Option<Listener<'_>> {
    let trigger = flow.body.trigger.as_ref().filter(|trigger| trigger.kind.key == "http-listener")?;
    let parts = Parts::of(&*trigger.params);
    let path = parts.names.iter().find(|(path, _)| path == "path").map_or("/", |(_, text)| text);
    let methods = parts.names.iter().map(|(path, text)| (path, *text));
    let methods = methods.chain(parts.choices.iter().map(|(path, text)| (path, *text)));
    Some(Listener {
        flow,
        span: trigger.span,
        config: &parts.configs.first()?.name,
        pattern: Pattern::parse(path).ok()?,
        methods: methods.filter(|(path, _)| *path == "methods").map(|(_, text)| text).collect(),
    })
}
