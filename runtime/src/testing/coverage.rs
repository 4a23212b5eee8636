//! Which steps and branches of the flows were executed (part 4, section 9).
//!
//! Branches are those of decisions: every `when`, `otherwise` (also where none was written), every `catch`, and of loops some
//! turns and no turns.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::check::walk::{self, Parts};
use crate::engine::{Flow, Run, Step, StepEnd, Steps};
use crate::model::{App, Step as Written};

/// A step by its flow and its id.
type StepName = (Arc<str>, Arc<str>);
/// A branch of a step.
type BranchName = (StepName, Arc<str>);

/// The branch that a loop takes with at least one turn, and without.
const TURNS: &str = "turns";
const NO_TURNS: &str = "no turns";
const OTHERWISE: &str = "otherwise";

fn is_loop(key: &str) -> bool {
    matches!(key, "for-each" | "parallel-for-each" | "while")
}

/// The branch that a step takes when none of its lists of steps is entered.
fn silent_branch(key: &str) -> Option<&'static str> {
    match key {
        "choice" => Some(OTHERWISE),
        key if is_loop(key) => Some(NO_TURNS),
        _ => None,
    }
}

/// The branch that a list of steps in a container is, if that is decided by data.
fn branch(key: &str, label: &str) -> Option<Arc<str>> {
    match key {
        "choice" => Some(label.into()),
        "try" => label.starts_with("catch-").then(|| label.into()),
        key if is_loop(key) => Some(TURNS.into()),
        _ => None,
    }
}

/// The branches of flows that were built, by the address of their lists of steps.
#[derive(Debug, Default)]
pub struct Branches(HashMap<usize, BranchName>);

fn address<T>(of: &T) -> usize {
    std::ptr::from_ref(of).addr()
}

impl Branches {
    /// Notes the branches of a flow. Nesting is bounded by the loader.
    pub fn add(&mut self, flow: &Flow) {
        self.within(&flow.name, &flow.steps);
    }

    fn within(&mut self, flow: &Arc<str>, steps: &Steps) {
        for step in &steps.items {
            for inner in step.component.inside() {
                if let Some(branch) = branch(step.key, &inner.label) {
                    self.0.insert(address(&**inner), ((flow.clone(), step.id.clone()), branch));
                }
                self.within(flow, inner);
            }
        }
    }
}

/// A step that is being executed.
#[derive(Debug)]
struct Open {
    run: usize,
    step: usize,
    name: StepName,
    /// Whether its branches run on paths of their own.
    is_parallel: bool,
    entered: bool,
}

/// What was executed.
#[derive(Debug, Default)]
pub struct Trail {
    steps: BTreeSet<StepName>,
    branches: BTreeSet<BranchName>,
    open: Vec<Open>,
}

impl Trail {
    /// A step begins.
    pub fn begin(&mut self, run: &Run, step: &Step) {
        let name = (run.flow().name.clone(), step.id.clone());
        if silent_branch(step.key).is_some() {
            let is_parallel = step.key == "parallel-for-each";
            self.open.push(Open {
                run: address(run),
                step: address(step),
                name: name.clone(),
                is_parallel,
                entered: false,
            });
        }
        self.steps.insert(name);
    }

    /// A list of steps is entered.
    pub fn enter(&mut self, branches: &Branches, run: &Run, steps: &Steps) {
        let Some(taken) = branches.0.get(&address(steps)) else { return };
        for open in &mut self.open {
            if open.name == taken.0 && (open.is_parallel || open.run == address(run)) {
                open.entered = true;
            }
        }
        self.branches.insert(taken.clone());
    }

    /// A step ends. A mocked one was never begun, but it counts as executed.
    pub fn finish(&mut self, run: &Run, step: &Step, end: &StepEnd) {
        let name = (run.flow().name.clone(), step.id.clone());
        let own = |open: &Open| open.run == address(run) && open.step == address(step);
        if let Some(at) = self.open.iter().rposition(own) {
            let open = self.open.swap_remove(at);
            if let (false, false, Some(branch)) =
                (open.entered, matches!(end, StepEnd::Fail(_)), silent_branch(step.key))
            {
                self.branches.insert((name.clone(), branch.into()));
            }
        }
        self.steps.insert(name);
    }
}

/// The coverage of a flow.
#[derive(Debug)]
pub struct FlowCoverage {
    /// Its name.
    pub flow: Arc<str>,
    /// Its steps: id, component, whether it was executed.
    pub steps: Vec<(Arc<str>, &'static str, bool)>,
    /// Its branches: id of the step, name of the branch, whether it was taken.
    pub branches: Vec<(Arc<str>, Arc<str>, bool)>,
}

impl FlowCoverage {
    /// What there is of a flow; nothing was executed yet.
    fn new(flow: &crate::model::Flow) -> FlowCoverage {
        let mut made = FlowCoverage { flow: flow.name().clone(), steps: Vec::new(), branches: Vec::new() };
        walk::each(&flow.body.steps, &mut |step: &Written| {
            made.steps.push((step.id.clone(), step.key(), false));
            let inner = Parts::of(&*step.params).steps;
            let mut branches: Vec<Arc<str>> =
                inner.iter().filter_map(|steps| branch(step.key(), &steps.label)).collect();
            if let Some(silent) = silent_branch(step.key())
                && !branches.iter().any(|known| **known == *silent)
            {
                branches.push(silent.into());
            }
            made.branches.extend(branches.into_iter().map(|branch| (step.id.clone(), branch, false)));
        });
        made
    }

    /// Executed steps and taken branches, and all of them.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let hit =
            self.steps.iter().filter(|(.., hit)| *hit).count() + self.branches.iter().filter(|(.., hit)| *hit).count();
        (hit, self.steps.len() + self.branches.len())
    }
}

/// The coverage of an app.
#[derive(Debug)]
pub struct Coverage {
    /// The flows, in load order.
    pub flows: Vec<FlowCoverage>,
}

/// A share in percent; nothing of nothing is everything.
#[must_use]
pub fn percent((hit, all): (usize, usize)) -> f64 {
    if all == 0 { 100.0 } else { 100.0 * hit as f64 / all as f64 }
}

impl Coverage {
    /// What there is of an app; nothing was executed yet.
    #[must_use]
    pub fn new(app: &App) -> Coverage {
        Coverage { flows: app.flows.iter().map(|flow| FlowCoverage::new(flow)).collect() }
    }

    /// Adds what one case executed.
    pub fn add(&mut self, trail: &Trail) {
        for flow in &mut self.flows {
            for (id, _, hit) in &mut flow.steps {
                *hit |= trail.steps.contains(&(flow.flow.clone(), id.clone()));
            }
            for (id, branch, hit) in &mut flow.branches {
                *hit |= trail.branches.contains(&((flow.flow.clone(), id.clone()), branch.clone()));
            }
        }
    }

    /// Executed steps and taken branches, and all of them, in the whole app.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let sum = |(hit, all): (usize, usize), flow: &FlowCoverage| (hit + flow.counts().0, all + flow.counts().1);
        self.flows.iter().fold((0, 0), sum)
    }
}
