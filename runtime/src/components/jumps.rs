//! `break` and `continue`: the nearest loop ends, or begins its next turn.

use crate::engine::{BoxFuture, Component, Run, StepEnd};
use crate::message::Message;
use crate::params;

params! {
    /// Ends the nearest `for-each` or `while`.
    pub struct BreakParams {}
}

params! {
    /// Ends the turn of the nearest `for-each` or `while`; the next turn begins.
    pub struct ContinueParams {}
}

/// `break`: the message stays as it is.
pub struct Break;

impl Component for Break {
    fn execute<'a>(&'a self, _: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(std::future::ready(StepEnd::Break(message)))
    }
}

/// `continue`: the message stays as it is.
pub struct Continue;

impl Component for Continue {
    fn execute<'a>(&'a self, _: &'a Run, message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(std::future::ready(StepEnd::Continue(message)))
    }
}
