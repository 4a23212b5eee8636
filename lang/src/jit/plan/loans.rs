//! Dicts that are looked into without a reference of their own: elements of a list while a loop goes over it, dicts in dicts, parts of
//! a message.
//!
//! A container that a register owns holds what it holds until somebody changes it, and compiled code knows who may: only what
//! may run other code, or takes something out of a container. In front of such an instruction, and before the owner gives its
//! value away, what was borrowed gets a reference of its own.

use super::{Plan, Planner, State, ty};
use crate::code::{Instr, Reg};
use crate::jit::effects::Effects;
use crate::jit::types::Ty;
use crate::value::layout::tag;

impl Planner<'_> {
    /// The dicts that may be gone after the instruction at `at`, and those that it does more with than to look into them; for each
    /// whether anybody asks for it from here on.
    pub fn ended_loans(&self, at: usize, plan: &Plan, state: &State) -> Vec<(Reg, bool)> {
        let is_gentle = self.is_gentle(at, plan, state);
        let mut ended = Vec::new();
        for (reg, ty) in (0..).zip(state) {
            let Ty::Borrowed(owner) = *ty else { continue };
            let is_looked_into = matches!(self.code.instrs[at], Instr::GetItemConst { .. });
            if !is_gentle || self.gives_up(at, owner) || self.reads(at, reg) && !is_looked_into {
                ended.push((reg, self.live.is_live(at, reg)));
            }
        }
        ended
    }

    /// The same at the end of the iteration with `iter`, whose loop ends with a jump to `exit`.
    pub fn ended_with(&self, iter: Reg, exit: usize, state: &State) -> Vec<(Reg, bool)> {
        let borrowed = (0..).zip(state).filter(|(_, ty)| **ty == Ty::Borrowed(iter));
        borrowed.map(|(reg, _)| (reg, self.live.is_live(exit, reg))).collect()
    }

    /// The register that owns the dict which the instruction at `at` reads into `dst`, from an element of the value in `from`, if it can be
    /// borrowed and that pays.
    pub fn lender(&self, at: usize, dst: Reg, from: Reg, state: &State, expected: Ty) -> Option<Reg> {
        let owner = match ty(state, from) {
            Ty::Borrowed(owner) => owner,
            Ty::Dict | Ty::Any | Ty::ListIter => from,
            _ => return None,
        };
        (expected == Ty::Dict && dst != from && dst != owner && self.is_only_looked_into(at, dst)).then_some(owner)
    }

    /// The same for a field of a dict or a part of a message.
    pub fn field_lender(&self, at: usize, state: &State, expected: Ty) -> Option<Reg> {
        match self.code.instrs[at] {
            Instr::GetItemConst { dst, obj, .. } | Instr::LoadAttr { dst, obj, .. } if !self.is_varied(at) => {
                self.lender(at, dst, obj, state, expected)
            }
            _ => None,
        }
    }

    /// Whether the value that the instruction at `at` gives to `reg` is only asked for fields, until the register gets another one.
    fn is_only_looked_into(&self, at: usize, reg: Reg) -> bool {
        if let Some(known) = self.looked_into.borrow().get(&at) {
            return *known;
        }
        let (mut work, mut met) = (vec![at + 1], vec![false; self.code.instrs.len() + 3]);
        let mut is_so = true;
        while let Some(next) = work.pop() {
            if std::mem::replace(&mut met[next], true) || !self.live.is_live(next, reg) {
                continue;
            }
            let instr = self.code.instrs[next];
            if self.reads(next, reg) && !matches!(instr, Instr::GetItemConst { .. })
                || self.code.handler_at(next as u32).is_some()
            {
                is_so = false;
                break;
            }
            let is_replaced = Effects::each(&self.effects[next].writes).any(|written| written == reg);
            if let Some(target) = instr.target().filter(|_| !is_replaced || matches!(instr, Instr::ForIter { .. })) {
                work.push(target as usize);
            }
            if !is_replaced && !instr.ends_flow() {
                work.push(next + 1);
            }
            if matches!(instr, Instr::CompareSkip { .. }) {
                work.push(next + 2);
            }
        }
        self.looked_into.borrow_mut().insert(at, is_so);
        is_so
    }

    fn reads(&self, at: usize, reg: Reg) -> bool {
        Effects::each(&self.effects[at].reads).any(|read| read == reg)
    }

    /// Whether a register need not own the same value after the instruction at `at`.
    fn gives_up(&self, at: usize, owner: Reg) -> bool {
        let effects = &self.effects[at];
        let only_looks = matches!(
            self.code.instrs[at],
            Instr::GetItemConst { .. } | Instr::LoadAttr { .. } | Instr::ForIter { .. } | Instr::CompareSkip { .. }
        );
        Effects::each(&effects.writes).chain(Effects::each(&effects.clears)).any(|reg| reg == owner)
            || !only_looks && self.reads(at, owner) && !self.live.is_live(at + 1, owner)
    }

    /// Whether an instruction runs no code but its own and takes nothing out of any container: what is in there stays.
    pub fn is_gentle(&self, at: usize, plan: &Plan, state: &State) -> bool {
        let is_plain = |reg: Reg| {
            matches!(
                ty(state, reg),
                Ty::Unbound | Ty::None | Ty::Bool | Ty::Int | Ty::Float | Ty::Str | Ty::Constant(_) | Ty::Script { .. }
            )
        };
        let reads = &self.effects[at].reads;
        match plan {
            _ if plan.is_plain() => true,
            Plan::Leave
            | Plan::Unseen
            | Plan::Move
            | Plan::TextEqual(..)
            | Plan::Part(..)
            | Plan::Append(..)
            | Plan::IntText(_)
            | Plan::Shaped(_)
            | Plan::List(_)
            | Plan::Concat(..)
            | Plan::Return => true,
            // A dict in which a key is missing may call its factory.
            Plan::Field(_) => !self.is_varied(at),
            Plan::Index(_) => matches!(self.code.instrs[at], Instr::GetItem { obj, .. } if ty(state, obj) == Ty::List),
            Plan::Not | Plan::Branch => Effects::each(reads).all(is_plain),
            // Methods of texts know nothing but texts and numbers.
            Plan::CallFixed(fixed, _) => {
                fixed.tag == tag::BUILTIN
                    && matches!(self.code.instrs[at], Instr::CallMethod { base, .. } if ty(state, base + 1) == Ty::Str)
                    && Effects::each(reads).skip(1).all(is_plain)
            }
            Plan::Step(_) => matches!(self.code.instrs[at], Instr::LoadGlobal { .. }),
            _ => false,
        }
    }
}
