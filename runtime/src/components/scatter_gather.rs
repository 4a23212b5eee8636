//! `scatter-gather`: several branches on the same message, at a time.

use std::sync::Arc;

use dataway_lang::Document;

use super::looping::LoopVariables;
use super::parallel::{Branches, first_fault};
use crate::diagnostic::Code;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, Steps};
use crate::message::{Fault, Message};
use crate::model;
use crate::params::Reader;
use crate::yaml::Node;
use crate::{choices, params};

choices! {
    /// Under which keys the results stand.
    pub enum ResultKeys {
        /// `"1"`, `"2"`, … in the order of the branches.
        Number = "number",
        /// The names of the branches.
        Name = "name",
    }
}

params! {
    /// Executes several branches on the same message, and gathers their payloads in a dict.
    pub struct ScatterGatherParams {
        /// Branches at a time.
        "max-parallel" max_parallel: usize [default("4"), int(1, 256), documented(2, 8)],
        /// The variable with the message that entered.
        "root-message" root_message: Arc<str> [default("rootMessage")],
        /// Under which keys the results stand.
        "result-keys" result_keys: ResultKeys [default("number")],
        /// The branches, in order.
        "branches" branches: Vec<ScatterBranch>,
    }
    check = check_names;
}

params! {
    /// A branch.
    pub struct ScatterBranch {
        /// Its name, unique among the branches.
        "name" name: Option<Arc<str>> [optional()],
        /// Its steps.
        "steps" steps: model::Steps,
    }
    label = branch_label;
}

fn branch_label(node: &Node, n: usize) -> String {
    node.get("name").and_then(Node::as_str).map_or_else(|| format!("branch-{n}"), str::to_owned)
}

fn check_names(params: &ScatterGatherParams, reader: &mut Reader<'_>, node: &Node) {
    let count = params.branches.len();
    if !(1..=256).contains(&count) {
        reader.error(Code::LIMITS, node.span, format!("`scatter-gather` has 1 to 256 branches, not {count}"));
    }
    for (n, branch) in params.branches.iter().enumerate() {
        match &branch.name {
            None if params.result_keys == ResultKeys::Name => {
                reader.error(
                    Code::SHAPE,
                    node.span,
                    format!("branch {} needs a `name`, because results stand under names", n + 1),
                );
            }
            Some(name) if params.branches.iter().take(n).any(|other| other.name.as_ref() == Some(name)) => {
                reader.error(Code::DUPLICATE, node.span, format!("two branches have the name `{name}`"));
            }
            _ => {}
        }
    }
}

/// `scatter-gather`: the payload becomes a dict of the branches' payloads; everything else stays.
pub struct ScatterGather {
    max_parallel: usize,
    root_message: Arc<str>,
    /// Keys of the results with the steps.
    branches: Vec<(String, Arc<Steps>)>,
}

impl ScatterGather {
    /// The step with these parameters.
    pub fn new(params: &ScatterGatherParams, builder: &mut Builder<'_>) -> ScatterGather {
        let branches = params.branches.iter().enumerate().map(|(n, branch)| {
            let key = match (&branch.name, params.result_keys) {
                (Some(name), ResultKeys::Name) => name.to_string(),
                _ => (n + 1).to_string(),
            };
            (key, builder.steps(&branch.steps))
        });
        ScatterGather {
            branches: branches.collect(),
            max_parallel: params.max_parallel,
            root_message: params.root_message.clone(),
        }
    }

    async fn go(&self, run: &Run, input: &Message) -> Result<Message, Fault> {
        let own = LoopVariables::new(None, &self.root_message, input);
        let mut branches = Branches::new(run, self.max_parallel, 0)?;
        for (_, steps) in &self.branches {
            branches.room().await?;
            if branches.has_failed() {
                break;
            }
            let mut message = input.clone();
            message.set_error(Document::None);
            own.set(&mut message, 0);
            branches.start(steps, message);
        }
        let ends = branches.finish().await?;
        if let Some(fault) = first_fault(&ends) {
            return Err(fault);
        }
        let payloads = ends.into_iter().flatten();
        let results = self.branches.iter().zip(payloads).map(|((key, _), payload)| (key.as_str(), payload));
        Ok(input.clone().with_payload(Document::dict(results)))
    }
}

impl Component for ScatterGather {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            match self.go(run, &message).await {
                Ok(made) => StepEnd::Next(made),
                Err(fault) => StepEnd::fail(fault, message),
            }
        })
    }

    fn inside(&self) -> Vec<&Arc<Steps>> {
        self.branches.iter().map(|(_, steps)| steps).collect()
    }
}
