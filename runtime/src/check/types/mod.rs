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
//! | [`kept`] | walks of the last time, for who checks the same app again and again |

mod contracts;
mod effects;
mod expressions;
mod kept;
mod messages;
mod state;

pub use kept::Walks;
pub use messages::{Messages, sees_input};
pub use state::State;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dataway_lang::Profile;

use crate::diagnostic::Diagnostic;
use crate::model::{App, Flow, Steps};
use kept::Walk;

/// Most steps that are walked, repetitions of called flows included.
const BUDGET: usize = 50_000;
/// Deepest calls of flows that are followed.
const MAX_CALLS: usize = 8;

/// Checks the types of all flows; gives what is known of the messages on the way.
pub fn check(app: &App, walks: &Walks, diagnostics: &mut Vec<Diagnostic>) -> Messages {
    let mut flows = HashMap::new();
    for flow in &app.flows {
        flows.entry(&**flow.name()).or_insert(flow);
    }
    let mut pass = Pass {
        profile: app.file.dataway.profile.profile(),
        flows,
        entries: BTreeMap::new(),
        open: Vec::new(),
        speaks: false,
        budget: BUDGET,
        walk: Walk::default(),
    };
    let mut messages = Messages::default();
    let is_stated = |flow: &Flow| flow.body.trigger.is_some() || flow.body.input.is_some();
    for flow in app.flows.iter().filter(|flow| is_stated(flow)) {
        let first = walks.first_message(flow);
        pass.whole(flow, first, false, walks);
    }
    pass.budget = BUDGET;
    for flow in &app.flows {
        let called = pass.entries.get(&**flow.name()).cloned();
        let entry = match (is_stated(flow), called) {
            // Callers of a flow with a trigger skip the trigger.
            (true, Some(called)) if flow.body.input.is_none() => walks.first_message(flow).join(&called),
            (true, _) => walks.first_message(flow),
            (false, Some(called)) => called,
            (false, None) => State::unknown(),
        };
        let walk = pass.whole(flow, entry, true, walks);
        diagnostics.extend(walk.found.iter().cloned());
        messages.arrive(flow, &walk);
    }
    walks.forget_others(app);
    messages
}

/// A pass over the flows.
struct Pass<'a> {
    profile: Profile,
    flows: HashMap<&'a str, &'a Arc<Flow>>,
    /// What callers hand to each flow.
    entries: BTreeMap<Arc<str>, State>,
    /// The flows that are being walked, outermost first.
    open: Vec<&'a str>,
    /// Are findings kept?
    speaks: bool,
    budget: usize,
    /// The walk that is under way.
    walk: Walk,
}

impl<'a> Pass<'a> {
    /// Walks a flow that no other one calls at this point, or remembers how that went.
    fn whole(&mut self, flow: &'a Arc<Flow>, entry: State, speaks: bool, walks: &Walks) -> Arc<Walk> {
        let known = walks.get(flow, &entry, speaks);
        let is_current = |walk: &Arc<Walk>| walk.steps < self.budget && walk.is_current(&self.flows);
        if let Some(known) = known.filter(is_current) {
            self.budget -= known.steps;
            for (name, state) in &known.handed {
                self.hand_over(name, state);
            }
            return known;
        }
        let before = self.budget;
        self.speaks = speaks;
        self.walk = Walk::default();
        let last = self.flow(flow, entry.clone());
        if speaks {
            self.answers(flow, &last);
            self.walk.last = Some(last);
        }
        self.speaks = false;
        let walk = Walk { steps: before - self.budget, ..std::mem::take(&mut self.walk) };
        let walk = Arc::new(walk);
        // Where the budget has ended is another place the next time.
        if self.budget > 0 {
            walks.put(flow, entry, speaks, &walk);
        }
        walk
    }

    /// Walks a flow; gives its last message.
    fn flow(&mut self, flow: &'a Arc<Flow>, entry: State) -> State {
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
    fn call(&mut self, name: &Arc<str>, input: &State) -> State {
        let flow = self.flows.get(&**name).copied();
        self.walk.called.push((Arc::clone(name), flow.cloned()));
        let Some(flow) = flow else { return State::unknown() };
        self.walk.handed.push((Arc::clone(name), input.clone()));
        self.hand_over(name, input);
        let speaks = std::mem::replace(&mut self.speaks, false);
        let last = self.flow(flow, input.clone());
        self.speaks = speaks;
        last
    }

    /// Notes what a caller hands to a flow.
    fn hand_over(&mut self, name: &Arc<str>, input: &State) {
        let known = self.entries.get(name).map_or_else(|| input.clone(), |known| known.join(input));
        self.entries.insert(Arc::clone(name), known);
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
