//! `remove-variable`.

use std::sync::Arc;

use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::message::Message;
use crate::params;

params! {
    /// Removes a variable; nothing happens if it is absent.
    pub struct RemoveVariableParams {
        /// The variable.
        "name" name: Arc<str> [main()],
    }
}

/// `remove-variable`: everything but the variable stays.
pub struct RemoveVariable(
    /// The variable.
    pub Arc<str>,
);

impl Component for RemoveVariable {
    fn execute<'a>(&'a self, _: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        message.remove_variable(&self.0);
        Box::pin(std::future::ready(StepEnd::Next(message)))
    }
}
