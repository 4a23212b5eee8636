//! A report for programs: one JSON object.

use serde_json::{Value as Json, json};

use super::coverage::{Coverage, percent};
use super::report::{CaseReport, Outcome, Report};

/// The report as an object with `suites`, numbers of cases, and `coverage`. Times are in milliseconds.
#[must_use]
pub fn json(report: &Report) -> Json {
    let counts = report.counts();
    let suites = report.suites.iter().map(|suite| {
        json!({
            "suite": suite.name,
            "file": suite.file,
            "tests": suite.cases.iter().map(case).collect::<Vec<_>>(),
            "failures": suite.failures,
            "notes": suite.notes,
        })
    });
    json!({
        "ok": report.is_sound(),
        "cases": counts.cases,
        "passed": counts.passed,
        "failed": counts.failed,
        "skipped": counts.skipped,
        "milliseconds": milliseconds(report.time),
        "suites": suites.collect::<Vec<_>>(),
        "coverage": coverage(&report.coverage),
    })
}

fn milliseconds(time: std::time::Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

fn case(case: &CaseReport) -> Json {
    let (outcome, reason, failures) = match &case.outcome {
        Outcome::Passed => ("passed", None, &[][..]),
        Outcome::Skipped(reason) => ("skipped", reason.as_deref(), &[][..]),
        Outcome::Failed(found) => ("failed", None, found.as_slice()),
    };
    json!({
        "name": case.name,
        "line": case.line,
        "outcome": outcome,
        "reason": reason,
        "failures": failures,
        "notes": case.notes,
        "milliseconds": milliseconds(case.time),
    })
}

fn coverage(coverage: &Coverage) -> Json {
    let flows = coverage.flows.iter().map(|flow| {
        let steps =
            flow.steps.iter().map(|(id, component, hit)| json!({"id": **id, "component": component, "executed": hit}));
        let branches = flow.branches.iter().map(|(id, name, hit)| json!({"id": **id, "branch": **name, "taken": hit}));
        json!({
            "flow": *flow.flow,
            "percent": percent(flow.counts()),
            "steps": steps.collect::<Vec<_>>(),
            "branches": branches.collect::<Vec<_>>(),
        })
    });
    json!({"percent": percent(coverage.counts()), "flows": flows.collect::<Vec<_>>()})
}
