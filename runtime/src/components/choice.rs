//! `choice`: the first branch whose condition is true.

use std::sync::Arc;

use crate::diagnostic::Code;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, Steps};
use crate::expr::Param;
use crate::message::Message;
use crate::model;
use crate::params;
use crate::params::Reader;
use crate::yaml::Node;

params! {
    /// Executes the first branch whose condition is true.
    pub struct ChoiceParams {
        /// The branches, in order.
        "branches" branches: Vec<ChoiceBranch> [main()],
    }
    check = check_otherwise;
}

params! {
    /// A branch with its condition, or the one for all other cases.
    pub struct ChoiceBranch {
        /// The condition, on the input message.
        "when" when: Option<Param> [optional(), bool()],
        /// The steps if the condition is true.
        "steps" steps: Option<model::Steps> [optional()],
        /// The steps if no condition is true.
        "otherwise" otherwise: Option<model::Steps> [optional()],
    }
    check = check_branch;
    label = branch_label;
}

fn check_branch(_: &ChoiceBranch, reader: &mut Reader<'_>, node: &Node) {
    // What is there and wrong has its own message.
    let has = |key: &str| node.get(key).is_some();
    let complete = matches!((has("when"), has("steps"), has("otherwise")), (true, true, false) | (false, false, true));
    if !complete {
        let help = "write `{when: '#[…]', steps: […]}` or `{otherwise: […]}`";
        reader.error_help(Code::SHAPE, node.span, "this is no branch of a `choice`", help);
    }
}

fn branch_label(node: &Node, n: usize) -> String {
    if node.get("otherwise").is_some() { "otherwise".to_owned() } else { format!("when-{n}") }
}

fn check_otherwise(params: &ChoiceParams, reader: &mut Reader<'_>, node: &Node) {
    let otherwise =
        |entry: &Node| entry.as_map()?.iter().find(|e| e.key.as_str() == Some("otherwise")).map(|e| e.key.span);
    let before_last = node.as_list().and_then(<[Node]>::split_last).map_or(&[][..], |(_, before)| before);
    let misplaced = before_last.iter().find_map(otherwise);
    if let Some(span) = misplaced {
        reader.error(Code::OTHERWISE, span, "`otherwise` must be the last branch, and there is only one");
    } else if params.branches.iter().all(|branch| branch.otherwise.is_some()) {
        reader.error(Code::SHAPE, node.span, "`choice` needs at least one branch with `when`");
    }
}

/// `choice`: the message is what the branch makes of it; without a true condition it stays as it is.
pub struct Choice {
    branches: Vec<(Param, Arc<Steps>)>,
    otherwise: Option<Arc<Steps>>,
}

impl Choice {
    /// The step with these parameters.
    pub fn new(params: &ChoiceParams, builder: &mut Builder<'_>) -> Choice {
        let mut made = Choice { branches: Vec::new(), otherwise: None };
        for branch in &params.branches {
            match (&branch.when, &branch.steps, &branch.otherwise) {
                (Some(when), Some(steps), _) => made.branches.push((when.clone(), builder.steps(steps))),
                (_, _, Some(steps)) => made.otherwise = Some(builder.steps(steps)),
                _ => {}
            }
        }
        made
    }

    async fn go(&self, run: &Run, message: Message, is_last: bool) -> StepEnd {
        for (when, steps) in &self.branches {
            match when.truth(run, &message).await {
                Ok(true) => return steps.execute_as(run, message, is_last).await,
                Ok(false) => {}
                Err(fault) => return StepEnd::fail(fault, message),
            }
        }
        match &self.otherwise {
            Some(steps) => steps.execute_as(run, message, is_last).await,
            None => StepEnd::Next(message),
        }
    }
}

impl Component for Choice {
    fn execute<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message, false))
    }

    fn execute_last<'a>(&'a self, run: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(self.go(run, message, true))
    }

    fn inside(&self) -> Vec<&Arc<Steps>> {
        self.branches.iter().map(|(_, steps)| steps).chain(&self.otherwise).collect()
    }
}
