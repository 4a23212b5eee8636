//! Types along the steps (part 1, section 8): what a step's input is known to be, and whether its expressions fit that.
//!
//! A flow is walked with a [`State`] in the place of a message. Every expression is checked by the language's own checker with
//! what the state says about `msg`; its type becomes part of the next state. What is not known is `Any` and silences every
//! finding. Flows are walked twice: quietly, so that each flow learns what its callers hand over, then with findings.
//!
//! | room | job |
//! |---|---|
//! | [`state`] | what is known about a message |
//! | [`effects`] | what each component makes of it |
//! | [`expressions`] | the type of a parameter, and its findings |
//! | [`contracts`] | what a contract says, as a type |
//! | [`messages`] | the states before the steps, for who asks later |

mod contracts;
mod effects;
mod expressions;
mod messages;
mod state;

pub use messages::Messages;
pub use state::State;

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::model::{App, Flow, Steps};

/// Most steps that are walked, repetitions of called flows included.
const BUDGET: usize = 50_000;
/// Deepest calls of flows that are followed.
const MAX_CALLS: usize = 8;

/// Checks the types of all flows; gives what is known of the messages on the way.
pub fn check(app: &App, diagnostics: &mut Vec<Diagnostic>) -> Messages {
    let mut pass = Pass {
        app,
        entries: BTreeMap::new(),
        open: Vec::new(),
        speaks: false,
        budget: BUDGET,
        found: Vec::new(),
        messages: Messages::default(),
    };
    for flow in &app.flows {
        if flow.body.trigger.is_some() || flow.body.input.is_some() {
            let entry = pass.first_message(flow);
            pass.flow(flow, entry);
        }
    }
    pass.budget = BUDGET;
    for flow in &app.flows {
        let stated = flow.body.trigger.is_some() || flow.body.input.is_some();
        let called = pass.entries.get(&**flow.name()).cloned();
        let entry = match (stated, called) {
            // Callers of a flow with a trigger skip the trigger.
            (true, Some(called)) if flow.body.input.is_none() => pass.first_message(flow).join(&called),
            (true, _) => pass.first_message(flow),
            (false, Some(called)) => called,
            (false, None) => State::unknown(),
        };
        pass.speaks = true;
        let last = pass.flow(flow, entry);
        pass.answers(flow, &last);
        pass.speaks = false;
    }
    diagnostics.append(&mut pass.found);
    pass.messages
}

/// One walk over the flows.
struct Pass<'a> {
    app: &'a App,
    /// What callers hand to each flow.
    entries: BTreeMap<&'a str, State>,
    /// The flows that are being walked, outermost first.
    open: Vec<&'a str>,
    /// Are findings kept?
    speaks: bool,
    budget: usize,
    found: Vec<Diagnostic>,
    messages: Messages,
}

impl<'a> Pass<'a> {
    /// What the first message of a flow is by its contracts and its trigger.
    fn first_message(&self, flow: &'a Flow) -> State {
        let mut state = match &flow.body.trigger {
            Some(trigger) => effects::trigger(trigger),
            None => State::unknown(),
        };
        if let Some(input) = &flow.body.input {
            state.apply_contracts(input);
        }
        state
    }

    /// Walks a flow; gives its last message.
    fn flow(&mut self, flow: &'a Flow, entry: State) -> State {
        let name: &str = flow.name();
        if self.open.contains(&name) || self.open.len() >= MAX_CALLS {
            return State::unknown();
        }
        self.open.push(name);
        let last = self.steps(&flow.body.steps, entry);
        self.open.pop();
        last
    }

    /// Walks a flow that another one calls: quietly, its findings come with its own turn.
    fn call(&mut self, name: &str, input: &State) -> State {
        let Some(flow) = self.app.flow(name) else { return State::unknown() };
        let known = self.entries.get(&**flow.name()).map_or_else(|| input.clone(), |known| known.join(input));
        self.entries.insert(flow.name(), known);
        let speaks = std::mem::replace(&mut self.speaks, false);
        let last = self.flow(flow, input.clone());
        self.speaks = speaks;
        last
    }

    /// Walks steps in order.
    fn steps(&mut self, steps: &'a Steps, mut state: State) -> State {
        for step in &steps.items {
            self.budget = self.budget.saturating_sub(1);
            if self.budget == 0 || !state.is_reachable {
                return State { is_reachable: state.is_reachable, ..State::unknown() };
            }
            // Containers nest, and flows call each other.
            state = stacker::maybe_grow(128 << 10, 1 << 20, || self.step(step, state));
        }
        state
    }
}
