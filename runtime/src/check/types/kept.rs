//! Walks of the last time: a flow whose steps, first message and callees are the same gives the same again. An editor checks
//! the same app after every key that is pressed, and most flows have not changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::effects;
use super::state::State;
use crate::diagnostic::Diagnostic;
use crate::model::{App, Flow};

/// A walk over a flow: what it depended on, and what it gave.
#[derive(Debug, Default)]
pub struct Walk {
    /// The flows that were called on the way, also by others, as they were found by their names.
    pub(super) called: Vec<(Arc<str>, Option<Arc<Flow>>)>,
    /// What they were given, in that order.
    pub(super) handed: Vec<(Arc<str>, State)>,
    /// How many steps were walked.
    pub(super) steps: usize,
    /// What was found.
    pub(super) found: Vec<Diagnostic>,
    /// What arrives at each step, by the start of its key.
    pub(super) arrived: HashMap<u32, State>,
    /// The last message.
    pub(super) last: Option<State>,
}

impl Walk {
    /// Are the flows that were called still the same?
    pub(super) fn is_current(&self, flows: &HashMap<&str, &Arc<Flow>>) -> bool {
        self.called.iter().all(|(name, then)| match (flows.get(&**name), then) {
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            (None, None) => true,
            _ => false,
        })
    }
}

/// What is kept of a flow.
#[derive(Debug)]
struct Known {
    flow: Arc<Flow>,
    first: Option<State>,
    /// The quiet walk, and the one with findings, each with the message that it began with.
    walks: [Option<(State, Arc<Walk>)>; 2],
}

/// Walks by the name of the flow.
#[derive(Debug, Default)]
pub struct Walks {
    known: Mutex<HashMap<Arc<str>, Known>>,
}

impl Walks {
    /// Works on what is kept of a flow; that is nothing if the flow has changed.
    fn of<T>(&self, flow: &Arc<Flow>, work: impl FnOnce(&mut Known) -> T) -> T {
        let fresh = || Known { flow: Arc::clone(flow), first: None, walks: [None, None] };
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(Arc::clone(flow.name())).or_insert_with(fresh);
        if !Arc::ptr_eq(&known.flow, flow) {
            *known = fresh();
        }
        work(known)
    }

    /// What the first message of a flow is by its contracts and its trigger.
    pub(super) fn first_message(&self, flow: &Arc<Flow>) -> State {
        let work_out = || {
            let mut state = flow.body.trigger.as_ref().map_or_else(State::unknown, effects::trigger);
            if let Some(input) = &flow.body.input {
                state.apply_contracts(input);
            }
            state
        };
        self.of(flow, |known| known.first.get_or_insert_with(work_out).clone())
    }

    /// The walk that began with that message.
    pub(super) fn get(&self, flow: &Arc<Flow>, entry: &State, speaks: bool) -> Option<Arc<Walk>> {
        self.of(flow, |known| {
            let [quiet, loud] = &known.walks;
            let (start, walk) = if speaks { loud } else { quiet }.as_ref()?;
            (start == entry).then(|| Arc::clone(walk))
        })
    }

    /// Keeps a walk.
    pub(super) fn put(&self, flow: &Arc<Flow>, entry: State, speaks: bool, walk: &Arc<Walk>) {
        self.of(flow, |known| {
            let [quiet, loud] = &mut known.walks;
            *(if speaks { loud } else { quiet }) = Some((entry, Arc::clone(walk)));
        });
    }

    /// Forgets flows that the app no longer has.
    pub(super) fn forget_others(&self, app: &App) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > app.flows.len() {
            all.retain(|name, _| app.flow(name).is_some());
        }
    }
}
