//! Steps that do not go together: branches that are never taken (FLW014), database work outside its transaction (FLW016).

use std::collections::BTreeSet;

use super::walk::{self, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::{Data, Form};
use crate::model::{App, Flow, Step, Steps};

/// Checks the steps of all flows.
pub fn check(app: &App, diagnostics: &mut Vec<Diagnostic>) {
    for flow in &app.flows {
        Transactions { flow, diagnostics }.outside(&flow.body.steps);
        walk::each(&flow.body.steps, &mut |step| {
            if step.key() == "choice" {
                branches(step, diagnostics);
            }
        });
    }
}

/// Warns of the first branch that is never taken: one before it always is, or has the same condition, or its own is never
/// true.
fn branches(step: &Step, diagnostics: &mut Vec<Diagnostic>) {
    let parts = Parts::of(&*step.params);
    let conditions = parts.params.iter().filter(|(path, ..)| path == "branches.when").map(|(_, _, param)| *param);
    let mut earlier: Vec<&str> = Vec::new();
    let mut is_always = false;
    for condition in conditions {
        let text = match (&condition.form, condition.program()) {
            (Form::Literal(Data::Bool(true)), _) => "True",
            (Form::Literal(Data::Bool(false)), _) => "False",
            (_, Some(program)) => program.compiled.text.text().trim(),
            _ => continue,
        };
        let reason = if is_always {
            "a branch before it is always taken"
        } else if earlier.contains(&text) {
            "a branch before it has the same condition"
        } else if text == "False" {
            "its condition is never true"
        } else {
            is_always = text == "True";
            earlier.push(text);
            continue;
        };
        let message = format!("this branch is never taken: {reason}");
        diagnostics.push(Diagnostic::warning(Code::NEVER, &condition.source, condition.span, message));
        return;
    }
}

/// Database operations inside local transactions.
struct Transactions<'a> {
    flow: &'a Flow,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Transactions<'_> {
    fn warn(&mut self, step: &Step, message: &str) {
        let warning = Diagnostic::warning(Code::TRANSACTION, &self.flow.source, step.span, message);
        let help =
            "see `transaction` of `try`: parallel branches do not join it, two databases commit one after the other";
        self.diagnostics.push(warning.with_help(help));
    }

    /// Steps that are in no local transaction.
    fn outside(&mut self, steps: &Steps) {
        for step in &steps.items {
            let parts = Parts::of(&*step.params);
            let is_local = step.key() == "try" && parts.choice("transaction") == Some("local");
            for inner in parts.steps {
                // Catches run after the transaction has ended.
                if is_local && inner.label.is_empty() {
                    self.inside(inner, false, &mut BTreeSet::new());
                } else {
                    self.outside(inner);
                }
            }
        }
    }

    /// Steps in a local transaction; `databases` collects the configurations that it uses.
    fn inside(&mut self, steps: &Steps, is_parallel: bool, databases: &mut BTreeSet<String>) {
        for step in &steps.items {
            let parts = Parts::of(&*step.params);
            if step.key().starts_with("database.") {
                if is_parallel {
                    self.warn(step, "database work in a parallel branch does not join the local transaction around it");
                } else if let Some(config) = parts.configs.first()
                    && databases.insert(config.name.clone())
                    && databases.len() == 2
                {
                    self.warn(
                        step,
                        "a second database inside one local transaction does not commit atomically with the first",
                    );
                }
            }
            let is_wall = matches!(step.key(), "parallel-for-each" | "scatter-gather" | "async");
            for inner in parts.steps {
                self.inside(inner, is_parallel || is_wall, databases);
            }
        }
    }
}
