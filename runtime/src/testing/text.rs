//! A report for people: one line a case, what differed below it, the coverage if it is wanted.

use std::fmt::Write as _;
use std::time::Duration;

use super::coverage::{Coverage, percent};
use super::report::{CaseReport, Outcome, Report};

/// Colours of a terminal, or nothing.
struct Paint(bool);

impl Paint {
    fn with(&self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn good(&self, text: &str) -> String {
        self.with("32", text)
    }

    fn bad(&self, text: &str) -> String {
        self.with("1;31", text)
    }

    fn dim(&self, text: &str) -> String {
        self.with("2", text)
    }
}

/// A time for people.
fn shown(time: Duration) -> String {
    match time {
        short if short < Duration::from_secs(1) => format!("{} ms", short.as_millis()),
        long => format!("{:.1} s", long.as_secs_f64()),
    }
}

/// The report as text.
#[must_use]
pub fn text(report: &Report, colors: bool) -> String {
    let paint = Paint(colors);
    let mut out = String::new();
    for suite in &report.suites {
        let _ = writeln!(out, "{}  {}", suite.name, paint.dim(&suite.file));
        for case in &suite.cases {
            write_case(&mut out, case, &paint);
        }
        for failure in &suite.failures {
            let _ = write!(out, "  {}  ", paint.bad("FAIL"));
            write_indented(&mut out, failure);
        }
        for note in &suite.notes {
            let _ = writeln!(out, "  {}", paint.dim(&format!("note: {note}")));
        }
        out.push('\n');
    }
    let counts = report.counts();
    let mut parts = vec![format!("{} passed", counts.passed)];
    if counts.failed > 0 {
        parts.push(paint.bad(&format!("{} failed", counts.failed)));
    }
    if counts.skipped > 0 {
        parts.push(format!("{} skipped", counts.skipped));
    }
    let broken = report.suites.iter().filter(|suite| !suite.failures.is_empty()).count();
    if broken > 0 {
        parts.push(paint.bad(&format!("{} failed around the tests", plural(broken, "suite"))));
    }
    let _ = writeln!(out, "{}: {} in {}", plural(counts.cases, "test"), parts.join(", "), shown(report.time));
    out
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn write_case(out: &mut String, case: &CaseReport, paint: &Paint) {
    let time = paint.dim(&shown(case.time));
    match &case.outcome {
        Outcome::Passed => drop(writeln!(out, "  {}  {}  {time}", paint.good("ok  "), case.name)),
        Outcome::Skipped(reason) => {
            let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            let _ = writeln!(out, "  {}  {}{}", paint.dim("skip"), case.name, paint.dim(&reason));
        }
        Outcome::Failed(found) => {
            let _ = writeln!(out, "  {}  {}  {time}", paint.bad("FAIL"), case.name);
            for one in found {
                out.push_str("        ");
                write_indented(out, one);
            }
        }
    }
    for note in &case.notes {
        let _ = writeln!(out, "        {}", paint.dim(&format!("note: {note}")));
    }
}

/// A text whose further lines stand below its first one.
fn write_indented(out: &mut String, text: &str) {
    let _ = writeln!(out, "{}", text.replace('\n', "\n          "));
}

/// The coverage as text: a line a flow, and below it what no case executed.
#[must_use]
pub fn coverage(coverage: &Coverage) -> String {
    let mut out = String::from("coverage\n");
    let width = coverage.flows.iter().map(|flow| flow.flow.chars().count()).max().unwrap_or(0).max("all flows".len());
    let line = |out: &mut String, name: &str, counts: (usize, usize)| {
        let pad = " ".repeat(width.saturating_sub(name.chars().count()));
        let _ =
            writeln!(out, "  {name}{pad}  {:5.1} %  {} of {} steps and branches", percent(counts), counts.0, counts.1);
    };
    for flow in &coverage.flows {
        line(&mut out, &flow.flow, flow.counts());
        for (id, key, _) in flow.steps.iter().filter(|(.., hit)| !hit) {
            let _ = writeln!(out, "    not executed: {id} ({key})");
        }
        for (id, branch, _) in flow.branches.iter().filter(|(.., hit)| !hit) {
            let _ = writeln!(out, "    not taken: {id}, {branch}");
        }
    }
    line(&mut out, "all flows", coverage.counts());
    out
}
