//! What is known of the registers after an instruction was done as planned.

use super::{Literal, Plan, Planner, State, ty};
use crate::code::{Constant, Instr, Reg};
use crate::jit::effects::Effects;
use crate::jit::types::Ty;

impl Planner<'_> {
    /// What is known after the instruction at `at`, on the path that goes on with the next one.
    pub fn apply(&self, at: usize, plan: &Plan, state: &mut State) {
        let set = |state: &mut State, reg: Reg, ty: Ty| {
            if let Some(slot) = state.get_mut(usize::from(reg)) {
                *slot = ty;
            }
        };
        let effects = &self.effects[at];
        let instr = self.code.instrs[at];
        for (reg, is_live) in self.ended_loans(at, plan, state) {
            set(state, reg, if is_live { Ty::Dict } else { Ty::Unbound });
        }
        match plan {
            Plan::Compare(_, a, b) => {
                settle(state, *a);
                settle(state, *b);
            }
            Plan::Step(_)
            | Plan::Call(_)
            | Plan::CallFixed(..)
            | Plan::NextAny(_)
            | Plan::Shaped(_)
            | Plan::List(_)
            | Plan::Yield
            | Plan::YieldFrom => {
                for reg in Effects::each(&effects.reads) {
                    settle(state, reg);
                }
            }
            _ => {}
        }
        for reg in Effects::each(&effects.clears) {
            set(state, reg, Ty::Unbound);
        }
        let dst = effects.writes.first().map(|(reg, _)| *reg);
        let result = match plan {
            Plan::Step(ty) | Plan::Call(ty) | Plan::CallFixed(_, ty) | Plan::Direct(_, ty, _) => {
                for reg in Effects::each(&effects.writes) {
                    set(state, reg, Ty::Any);
                }
                if effects.writes.len() == 1 && effects.writes[0].1 == 1 { *ty } else { return }
            }
            Plan::Move => match instr {
                Instr::Move { dst, src } => match ty(state, src) {
                    // Only one register can own the pieces of an iterator.
                    Ty::Range | Ty::Count | Ty::ListIter => {
                        set(state, src, Ty::Any);
                        Ty::Any
                    }
                    other if src != dst && self.is_moved(at, src, other) => {
                        set(state, src, Ty::Unbound);
                        other
                    }
                    other => other,
                },
                _ => return,
            },
            Plan::Literal(literal) => match literal {
                Literal::None => Ty::None,
                Literal::Bool(_) => Ty::Bool,
                Literal::Int(_) => Ty::Int,
                Literal::Float(_) => Ty::Float,
                Literal::Fixed(fixed) => Ty::Fixed(*fixed),
                Literal::Words(_) => Ty::Str,
                Literal::Load(index) => match self.unit.constants.get(*index as usize) {
                    Some(Constant::Str(_)) => Ty::Str,
                    Some(Constant::Tuple(_)) => Ty::Constant(*index),
                    _ => Ty::Any,
                },
            },
            Plan::Imported { fixed, .. } => Ty::Fixed(*fixed),
            Plan::Script { global, code } => Ty::Script { global: *global, code: *code },
            Plan::IntArith(..) | Plan::IntNegate | Plan::ListLen(_) | Plan::NextRange => Ty::Int,
            Plan::FloatArith(..) | Plan::FloatNegate | Plan::IntQuotient(..) | Plan::Sqrt(_) => Ty::Float,
            Plan::Not
            | Plan::IntCompare(..)
            | Plan::FloatCompare(..)
            | Plan::IsNone(..)
            | Plan::TextEqual(..)
            | Plan::OneOf(..)
            | Plan::Compare(..) => Ty::Bool,
            Plan::Field(expected) | Plan::Part(_, expected) => {
                self.field_lender(at, state, *expected).map_or(*expected, Ty::Borrowed)
            }
            Plan::NextList(expected) => match instr {
                Instr::ForIter { iter, .. } if self.lender(at, iter + 1, iter, state, *expected).is_some() => {
                    Ty::Borrowed(iter)
                }
                _ => *expected,
            },
            Plan::Index(ty) | Plan::NextAny(ty) | Plan::Sum(_, _, ty) => *ty,
            Plan::Shaped(_) => Ty::Dict,
            Plan::List(_) => Ty::List,
            Plan::Concat(..) | Plan::IntText(_) => Ty::Str,
            Plan::Range(argc) if *argc < 3 => Ty::Count,
            Plan::Range(_) => Ty::Range,
            Plan::RangeIter => match instr {
                Instr::GetIter { src, .. } => ty(state, src),
                _ => return,
            },
            Plan::ListIter => {
                if let Instr::GetIter { dst, src } = instr
                    && src != dst
                    && self.is_moved(at, src, ty(state, src))
                {
                    set(state, src, Ty::Unbound);
                }
                Ty::ListIter
            }
            Plan::Method(fixed, bound) => {
                let Instr::LoadMethod { base, obj, .. } = instr else { return };
                let receiver = if *bound { ty(state, obj) } else { Ty::Unbound };
                set(state, base, Ty::Fixed(*fixed));
                set(state, base + 1, receiver);
                return;
            }
            Plan::Yield => {
                if let Instr::Yield { dst, src } = instr {
                    if ty(state, src).in_memory() && !self.is_kept(at, src) {
                        // It was given away.
                        set(state, src, Ty::Unbound);
                    }
                    set(state, dst, if self.is_kept(at, dst) { Ty::Any } else { Ty::Unbound });
                    forget(state, |reg| !self.is_kept(at, reg));
                }
                return;
            }
            Plan::YieldFrom => {
                if let Instr::YieldFrom { dst, iter } = instr {
                    set(state, dst, Ty::Any);
                    set(state, iter, Ty::Any);
                    // The delegate is asked again.
                    forget(state, |reg| !self.live.is_live(at, reg));
                }
                return;
            }
            Plan::Append(list, src, dst) => {
                if src != list && self.is_moved(at, *src, ty(state, *src)) {
                    set(state, *src, Ty::Unbound);
                }
                if let Some(dst) = dst {
                    set(state, *dst, Ty::None);
                }
                return;
            }
            _ => return,
        };
        if let Plan::RangeIter = plan
            && let Instr::GetIter { src, .. } = instr
        {
            set(state, src, Ty::Unbound);
        }
        if let Some(dst) = dst {
            set(state, dst, result);
        }
    }
}

/// What nobody reads and what owns nothing is not kept over a suspension.
fn forget(state: &mut State, is_dead: impl Fn(Reg) -> bool) {
    for (reg, ty) in state.iter_mut().enumerate() {
        if !ty.in_memory() && is_dead(reg as Reg) {
            *ty = Ty::Unbound;
        }
    }
}

/// What only compiled code knows becomes an ordinary value in memory.
fn settle(state: &mut State, reg: Reg) {
    if let Some(slot) = state.get_mut(usize::from(reg))
        && slot.is_virtual()
    {
        *slot = Ty::Any;
    }
}
