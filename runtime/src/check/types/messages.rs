//! What is known of the messages that arrive at the steps, kept for whoever asks about a place of a flow: the editor.

use std::collections::HashMap;
use std::sync::Arc;

use super::kept::Walk;
use super::state::State;
use crate::model::Flow;
use crate::registry;

/// A walk over the flow of that name.
type Walked = (Arc<str>, Arc<Walk>);

/// What is known of the message before each step, and of the last one of a flow with a trigger.
#[derive(Debug, Default)]
pub struct Messages {
    /// The walks over the flows, by their files.
    walks: HashMap<String, Vec<Walked>>,
}

impl Messages {
    /// Adds what arrives at the steps of a flow.
    pub(super) fn arrive(&mut self, flow: &Flow, walk: &Arc<Walk>) {
        let walks = self.walks.entry(flow.source.name().to_owned()).or_default();
        walks.push((Arc::clone(flow.name()), Arc::clone(walk)));
    }

    /// What is known of the last message of a flow. `None` if no message is known to get there.
    #[must_use]
    pub fn end_of(&self, flow: &str) -> Option<State> {
        let (_, walk) = self.walks.values().flatten().find(|(name, _)| &**name == flow)?;
        walk.last.clone().filter(|last| last.is_reachable)
    }

    /// What is known of the message that arrives at the step whose key starts at `start` in `file`.
    #[must_use]
    pub fn arriving(&self, file: &str, start: u32) -> Option<State> {
        self.walks.get(file)?.iter().find_map(|(_, walk)| walk.arrived.get(&start)).cloned()
    }

    /// What the expressions of a parameter see: that of the step or trigger `key`, which starts at `start` in `file`. `None`
    /// if no message is known to get there.
    #[must_use]
    pub fn seen_by(&self, file: &str, start: u32, key: &str, path: &str) -> Option<State> {
        Some(seen_by(key, path, &self.arriving(file, start)?))
    }
}

/// What the expressions of a parameter see when `input` arrives at the step `key`, or is the last message of its trigger.
pub(super) fn seen_by(key: &str, path: &str, input: &State) -> State {
    match (key, path) {
        ("while", "condition") => State { variables: Vec::new(), ..input.clone() },
        _ if sees_input(key, path) => input.clone(),
        // A trigger answers with the last message.
        _ if registry::trigger(key).is_some() && path.starts_with("response") => input.clone(),
        _ => State::unknown(),
    }
}

/// Do the expressions of a parameter see the message that arrives at the step `key`, and nothing else?
#[must_use]
pub fn sees_input(key: &str, path: &str) -> bool {
    match (key, path) {
        // Evaluated against a row, an attempt's result, a later turn.
        ("filter", "where") | ("until-successful", "retry-when") | ("while", "condition") => false,
        // A catch's own parameters are evaluated after the failure.
        ("try", _) => false,
        _ => registry::trigger(key).is_none(),
    }
}
