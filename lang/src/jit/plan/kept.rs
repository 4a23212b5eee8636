//! Lists that are read out of a list without counting a reference, because that list keeps them as long as they are
//! needed; and which plans let lists stay as they are ([`is_quiet`]).

use super::{Plan, Planner, State, ty};
use crate::code::{Instr, Reg};
use crate::jit::effects::Effects;
use crate::jit::types::Ty;

/// So many instructions are looked at.
const FAR: usize = 256;

/// Whether the plan runs no code but its own and allocates nothing, with the registers as `state` says.
pub fn is_quiet(plan: &Plan, state: &State, operands: &[Reg]) -> bool {
    let all_known = |regs: &[Reg]| {
        regs.iter().all(|reg| matches!(state.get(usize::from(*reg)), Some(Ty::None | Ty::Bool | Ty::Int | Ty::Float)))
    };
    let is_list =
        |reg: Option<&Reg>| matches!(reg.and_then(|reg| state.get(usize::from(*reg))), Some(Ty::List | Ty::Kept));
    match plan {
        _ if plan.is_plain() => true,
        // A virtual iterator that is moved becomes an object.
        Plan::Move => !operands.iter().any(|reg| state.get(usize::from(*reg)).is_none_or(|ty| ty.is_virtual())),
        Plan::Not | Plan::Branch => all_known(operands),
        Plan::Index(_) => is_list(operands.first()),
        Plan::SetIndex => is_list(operands.first()) && all_known(&operands[1..]),
        _ => false,
    }
}

impl Planner<'_> {
    /// Decides what to do for the instruction at `at`.
    pub fn plan(&self, at: usize, state: &State) -> Plan {
        let plan = self.decide(at, state);
        match (&plan, self.code.instrs[at]) {
            (Plan::Index(Ty::List), Instr::GetItem { dst, obj, .. })
                if ty(state, obj) == Ty::List && dst != obj && self.is_kept_by(obj, at, dst, &plan, state) =>
            {
                Plan::Index(Ty::Kept)
            }
            (Plan::NextList(Ty::List), Instr::ForIter { iter, .. })
                if self.is_kept_by(iter, at, iter + 1, &plan, state) =>
            {
                Plan::NextList(Ty::Kept)
            }
            _ => plan,
        }
    }

    /// Whether the list that the instruction at `at` reads into `reg` out of the one in `holder` needs no reference of its own: until the
    /// block ends it is only looked into, and nothing takes it out of the other list or lets go of that.
    fn is_kept_by(&self, holder: Reg, at: usize, reg: Reg, plan: &Plan, state: &State) -> bool {
        let mut state = state.clone();
        self.apply(at, plan, &mut state);
        for next in at + 1..self.code.instrs.len().min(at + FAR) {
            if !self.live.is_live(next, reg) {
                return true;
            }
            // Nothing is known of the other ways to come here.
            if self.targets[next] || !self.leaves_kept(holder, next, reg, &state) {
                return false;
            }
            let instr = self.code.instrs[next];
            if instr.target().is_some() || matches!(instr, Instr::CompareSkip { .. }) {
                let ways = [Some(next + 1), instr.target().map(|to| to as usize), Some(next + 2)];
                return ways.into_iter().flatten().all(|to| !self.live.is_live(to, reg));
            }
            let plan = self.decide(next, &state);
            self.apply(next, &plan, &mut state);
        }
        false
    }

    /// Whether the instruction at `at` only looks into the list in `reg`, if it does anything with it, and leaves it in the list
    /// in `holder`, and that where it is.
    fn leaves_kept(&self, holder: Reg, at: usize, reg: Reg, state: &State) -> bool {
        let instr = self.code.instrs[at];
        if matches!(instr, Instr::Call { base, .. } if matches!(ty(state, base), Ty::Script { .. })) {
            return false;
        }
        let (plan, effects) = (self.decide(at, state), &self.effects[at]);
        let reads: Vec<Reg> = Effects::each(&effects.reads).collect();
        let looks_into = match (instr, &plan) {
            (Instr::GetItem { obj, key, .. }, Plan::Index(found)) if *found != Ty::Bool && key != reg => Some(obj),
            // An element that was no counted object is replaced by such a one.
            (Instr::SetItem { obj, key, src }, Plan::SetIndex)
                if ty(state, src) != Ty::Bool && !self.replaces_objects(at) && key != reg && src != reg =>
            {
                Some(obj)
            }
            (Instr::SetItem { .. }, _) => return false,
            _ => None,
        };
        let is_lost = Effects::each(&effects.writes).chain(Effects::each(&effects.clears)).any(|to| to == holder);
        let is_used = |wanted: Reg| reads.contains(&wanted) && looks_into != Some(wanted);
        is_quiet(&plan, state, &reads) && !is_lost && !is_used(reg) && !is_used(holder)
    }
}
