//! Type inference: what is known of every register at the beginning of every block.
//!
//! A forward analysis from one entry (the function's beginning, or a loop's head with the types its registers have just
//! now). Only what can be reached from there is compiled. Where paths meet with different types the register becomes
//! "anything, in memory", or borrowed dicts dicts, so every register at every block changes a few times at most and the analysis ends.

use super::plan::{Plan, Planner, State};
use super::types::Ty;
use crate::code::{Instr, Reg};

/// The blocks that are compiled: for each instruction that begins one, what is known there.
pub struct Blocks {
    /// By instruction.
    pub starts: Vec<Option<State>>,
    /// Which instructions begin a block.
    pub leaders: Vec<bool>,
}

fn leaders(planner: &Planner<'_>, entry: usize) -> Vec<bool> {
    let instrs = &planner.code.instrs;
    let mut found = vec![false; instrs.len() + 2];
    found[entry] = true;
    for (at, instr) in instrs.iter().enumerate() {
        if let Some(target) = instr.target() {
            found[target as usize] = true;
            found[at + 1] = true;
        }
        if matches!(instr, Instr::CompareSkip { .. }) {
            found[at + 1] = true;
            found[at + 2] = true;
        }
        // A generator goes on here.
        if matches!(instr, Instr::Yield { .. } | Instr::YieldFrom { .. }) {
            found[at + 1] = true;
        }
    }
    found
}

/// What follows an instruction: the successors with what is known on the way to each. `None`: the next instruction, with
/// the state as [`Planner::apply`] leaves it.
pub fn successors(planner: &Planner<'_>, at: usize, plan: &Plan, state: &State) -> Vec<(usize, State)> {
    let instr = planner.code.instrs[at];
    if matches!(plan, Plan::Leave | Plan::Unseen | Plan::Return) {
        return Vec::new();
    }
    let mut after = state.clone();
    planner.apply(at, plan, &mut after);
    match instr {
        Instr::CompareSkip { .. } => vec![(at + 1, after.clone()), (at + 2, after)],
        Instr::ForIter { iter, exit } => {
            let mut ended = state.clone();
            let mut end = |loans: Vec<(Reg, bool)>| {
                for (reg, is_live) in loans {
                    ended[usize::from(reg)] = if is_live { Ty::Dict } else { Ty::Unbound };
                }
            };
            end(planner.ended_loans(at, plan, state));
            end(planner.ended_with(iter, exit as usize, state));
            if let Some(slot) = ended.get_mut(usize::from(iter)) {
                *slot = Ty::Unbound;
            }
            vec![(at + 1, after), (exit as usize, ended)]
        }
        _ => {
            let mut next = Vec::new();
            if !instr.ends_flow() {
                next.push((at + 1, after.clone()));
            }
            if let Some(target) = instr.target() {
                next.push((target as usize, after));
            }
            next
        }
    }
}

/// Runs the analysis from `entry`, where the registers are as `state` says.
pub fn infer(planner: &Planner<'_>, entry: usize, state: State) -> Blocks {
    let leaders = leaders(planner, entry);
    let mut starts: Vec<Option<State>> = vec![None; planner.code.instrs.len() + 1];
    starts[entry] = Some(state);
    let mut work = vec![entry];
    while let Some(block) = work.pop() {
        let Some(mut state) = starts[block].clone() else { continue };
        let mut at = block;
        loop {
            let plan = planner.plan(at, &state);
            let next = successors(planner, at, &plan, &state);
            if let [(to, after)] = &next[..]
                && *to == at + 1
                && !leaders[*to]
            {
                state.clone_from(after);
                at += 1;
                continue;
            }
            for (to, after) in next {
                if merge(planner, &mut starts[to], to, after) && !work.contains(&to) {
                    work.push(to);
                }
            }
            break;
        }
    }
    Blocks { starts, leaders }
}

/// Joins `incoming` into what is known at `to`; whether that changed.
fn merge(planner: &Planner<'_>, known: &mut Option<State>, to: usize, incoming: State) -> bool {
    let Some(known) = known else {
        *known = Some(incoming);
        return true;
    };
    let mut changed = false;
    for (reg, (old, new)) in known.iter_mut().zip(incoming).enumerate() {
        let joined = if *old == new {
            continue;
        } else if planner.live.is_live(to, reg as u16) || old.in_memory() || new.in_memory() {
            old.join(new)
        } else {
            // Nobody reads it again, and no path keeps a value in memory.
            Ty::Unbound
        };
        if joined != *old {
            *old = joined;
            changed = true;
        }
    }
    changed
}
