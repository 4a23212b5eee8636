//! `GET /metrics`: what the app counts and times, in the text format of Prometheus (part 4, section 5).
//!
//! Labels are names that the author of the app chose, and codes of connectors; nothing of a message.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;

use super::Context;
use super::answer::Reply;
use crate::engine::metrics::{BOUNDS, Distribution};
use crate::engine::{Flow, Runtime, Step, Steps};
use crate::store::writer::state;

/// The MIME type of the format.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`
pub async fn show(State(context): State<Arc<Context>>) -> Response {
    let text = render(&context.runtime, &context.app, &context.version);
    Reply::new(&context).bytes(FORMAT, text.into_bytes())
}

/// One metric after the other.
#[derive(Default)]
struct Page(String);

type Labels<'a> = &'a [(&'a str, &'a str)];

impl Page {
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn value(&mut self, name: &str, labels: Labels<'_>, value: impl std::fmt::Display) {
        self.0.push_str(name);
        for (index, (label, text)) in labels.iter().enumerate() {
            let text = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.0, "{}{label}=\"{text}\"", if index == 0 { '{' } else { ',' });
        }
        let _ = writeln!(self.0, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }

    fn histogram(&mut self, name: &str, labels: Labels<'_>, seen: &Distribution) {
        let bucket = format!("{name}_bucket");
        for (bound, count) in BOUNDS.iter().zip(seen.cumulative) {
            let bound = Duration::from_micros(*bound).as_secs_f64().to_string();
            self.value(&bucket, &[labels, &[("le", &bound)]].concat(), count);
        }
        self.value(&bucket, &[labels, &[("le", "+Inf")]].concat(), seen.count);
        self.value(&format!("{name}_sum"), labels, seen.sum.as_secs_f64());
        self.value(&format!("{name}_count"), labels, seen.count);
    }
}

/// All steps of a flow, containers before what is inside.
fn steps_of(flow: &Flow) -> Vec<&Step> {
    let (mut found, mut lists): (Vec<&Step>, Vec<&Steps>) = (Vec::new(), vec![&flow.steps]);
    while let Some(list) = lists.pop() {
        for step in &list.items {
            found.push(step);
            lists.extend(step.component.inside().into_iter().map(|inner| &**inner));
        }
    }
    found
}

/// What all steps with one operation on one configuration did.
#[derive(Default)]
struct Operation {
    succeeded: u64,
    failures: BTreeMap<String, u64>,
    seconds: Distribution,
}

fn render(runtime: &Runtime, app: &str, version: &str) -> String {
    let mut page = Page::default();
    let mut flows: Vec<&Arc<Flow>> = runtime.flows().collect();
    flows.sort_by(|left, right| left.name.cmp(&right.name));
    runs(&mut page, runtime, &flows);
    let steps: Vec<(&str, &Step)> =
        flows.iter().flat_map(|flow| steps_of(flow).into_iter().map(|step| (&*flow.name, step))).collect();
    executions(&mut page, &steps);
    operations(&mut page, &steps);
    page.metric("dataway_log_dropped_total", "counter", "Events that the run log could not take.");
    page.value("dataway_log_dropped_total", &[], runtime.log().dropped());
    page.metric("dataway_build_info", "gauge", "The program and the app that run; always 1.");
    let labels = [("version", env!("CARGO_PKG_VERSION")), ("app", app), ("app_version", version)];
    page.value("dataway_build_info", &labels, 1);
    page.0
}

fn runs(page: &mut Page, runtime: &Runtime, flows: &[&Arc<Flow>]) {
    page.metric("dataway_runs_total", "counter", "Runs that ended, by how they did.");
    let counted = || flows.iter().map(|flow| (&*flow.name, &*flow.counts));
    for (flow, counts) in counted() {
        for (ended, count) in counts.ended() {
            page.value("dataway_runs_total", &[("flow", flow), ("state", state(ended))], count);
        }
    }
    page.metric("dataway_run_seconds", "histogram", "What runs took from their start to their end.");
    for (flow, counts) in counted() {
        page.histogram("dataway_run_seconds", &[("flow", flow)], &Distribution::from(&counts.seconds));
    }
    page.metric("dataway_runs_active", "gauge", "Runs that go on.");
    let jobs = runtime.jobs();
    for flow in flows {
        let active = jobs.iter().filter(|job| **job.flow() == *flow.name).count();
        page.value("dataway_runs_active", &[("flow", &flow.name)], active);
    }
    page.metric("dataway_queue_length", "gauge", "Runs that wait for their turn.");
    for flow in flows {
        page.value("dataway_queue_length", &[("flow", &flow.name)], flow.gate.waiting());
    }
    page.metric("dataway_queue_refused_total", "counter", "Runs that found the queue full or waited too long.");
    for flow in flows {
        page.value("dataway_queue_refused_total", &[("flow", &flow.name)], flow.gate.refused());
    }
}

fn executions(page: &mut Page, steps: &[(&str, &Step)]) {
    page.metric("dataway_steps_total", "counter", "Executions of steps, by how they ended.");
    for (flow, step) in steps {
        for (outcome, count) in [("succeeded", &step.counts.succeeded), ("failed", &step.counts.failed)] {
            let labels = [("flow", *flow), ("step", &step.id), ("component", step.key), ("outcome", outcome)];
            page.value("dataway_steps_total", &labels, count.load(Ordering::Relaxed));
        }
    }
    page.metric("dataway_step_seconds", "histogram", "What executions of steps took.");
    for (flow, step) in steps {
        let labels = [("flow", *flow), ("step", &*step.id)];
        page.histogram("dataway_step_seconds", &labels, &Distribution::from(&step.counts.seconds));
    }
    page.metric("dataway_script_seconds", "histogram", "What expressions and scripts of a step took.");
    for (flow, step) in steps {
        let seen = Distribution::from(&step.counts.scripts);
        if seen.count > 0 {
            page.histogram("dataway_script_seconds", &[("flow", *flow), ("step", &*step.id)], &seen);
        }
    }
}

fn operations(page: &mut Page, steps: &[(&str, &Step)]) {
    let mut operations: BTreeMap<(&str, &str), Operation> = BTreeMap::new();
    for (_, step) in steps {
        let Some(config) = &step.operates_on else { continue };
        let operation = operations.entry((config, step.key)).or_default();
        operation.succeeded += step.counts.succeeded.load(Ordering::Relaxed);
        operation.seconds.add(&step.counts.seconds);
        for (code, count) in step.counts.failures() {
            *operation.failures.entry(code).or_default() += count;
        }
    }
    page.metric("dataway_operations_total", "counter", "Operations of connectors; an empty code is success.");
    for ((config, name), operation) in &operations {
        let labels = [("config", *config), ("operation", *name)];
        page.value("dataway_operations_total", &[&labels[..], &[("code", "")]].concat(), operation.succeeded);
        for (code, count) in &operation.failures {
            page.value("dataway_operations_total", &[&labels[..], &[("code", code)]].concat(), count);
        }
    }
    page.metric("dataway_operation_seconds", "histogram", "What operations of connectors took.");
    for ((config, name), operation) in &operations {
        let labels = [("config", *config), ("operation", *name)];
        page.histogram("dataway_operation_seconds", &labels, &operation.seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut page = Page::default();
        page.value("x", &[("a", "1"), ("b", "q\"\\\n")], 5);
        page.value("y", &[], 0.5);
        assert_eq!(page.0, "x{a=\"1\",b=\"q\\\"\\\\\\n\"} 5\ny 0.5\n");
    }
}
