//! How calls and look-ups of methods are done.

use super::base::base_case;
use super::{Plan, Planner, State, ty};
use crate::builtins::{self, attribute};
use crate::code::{Instr, Reg};
use crate::jit::seen::Seen;
use crate::jit::types::{Fixed, Ty};
use crate::value::layout::tag;
use crate::value::{Value, types};

/// The entry of the built-in function `name`, to recognise it.
pub fn builtin(name: &str) -> Option<Fixed> {
    builtins::lookup(name).as_ref().and_then(Fixed::of)
}

/// The function `name` of module `module`.
pub fn module_function(module: Fixed, name: &str) -> Option<Fixed> {
    let desc = crate::modules::MODULES.iter().find(|m| std::ptr::from_ref(**m).addr() as u64 == module.address)?;
    let found = desc.functions.iter().find(|f| f.name() == name)?;
    Fixed::of(&Value::Builtin(found))
}

/// Whether it is the function `name` of module `module`.
fn is_function(fixed: Fixed, module: &str, name: &str) -> bool {
    builtin(module).and_then(|module| module_function(module, name)) == Some(fixed)
}

impl Planner<'_> {
    pub(super) fn method(&self, at: usize, obj: Reg, name: u16, state: &State) -> Plan {
        let Some(name) = self.unit.names.get(usize::from(name)) else { return Plan::Leave };
        let sample = match ty(state, obj) {
            Ty::List => &types::LIST,
            Ty::Str => &types::STR,
            // A guard sees to it that the dict is none of the classes of `collections`.
            Ty::Dict if !Seen::was_other(self.seen_bits(at)) => &types::DICT,
            Ty::Fixed(module) if module.tag == tag::MODULE => {
                return module_function(module, name).map_or(Plan::Step(Ty::Any), |found| Plan::Method(found, false));
            }
            _ => return Plan::Step(Ty::Any),
        };
        if attribute::is_hidden(name) {
            return Plan::Step(Ty::Any);
        }
        match attribute::method_of(sample, name).and_then(|found| Fixed::of(&Value::Builtin(found))) {
            Some(found) => Plan::Method(found, true),
            None => Plan::Step(Ty::Any),
        }
    }

    pub(super) fn call(&self, at: usize, dst: Reg, base: Reg, argc: u16, state: &State) -> Plan {
        let expected = self.expected(at);
        match ty(state, base) {
            Ty::Script { code, .. } => {
                let args: Vec<Ty> = (1..=argc).map(|n| ty(state, base + n)).collect();
                let mut resolved = self.resolved.borrow_mut();
                let callee = resolved.entry(code).or_insert_with(|| (self.resolve)(code, &args));
                // An earlier call may have given more arguments, of those that have defaults.
                let target =
                    self.unit.codes.get(code as usize).filter(|code| usize::from(code.params.positional) == args.len());
                match (callee, target) {
                    (Some(callee), Some(target)) if callee.accepts(&args) => {
                        let are_ints = expected == Ty::Int && args.iter().all(|ty| *ty == Ty::Int);
                        let base = if are_ints { base_case(self.unit, target) } else { None };
                        Plan::Direct(callee.clone(), expected, base)
                    }
                    _ => Plan::Call(expected),
                }
            }
            Ty::Fixed(fixed) => {
                let ints = (1..=argc).all(|n| ty(state, base + n) == Ty::Int);
                let next_iterates =
                    matches!(self.code.instrs.get(at + 1), Some(Instr::GetIter { src, .. }) if *src == dst);
                if (1..=3).contains(&argc)
                    && ints
                    && next_iterates
                    && builtin("range") == Some(fixed)
                    && (!self.live.is_live(at + 2, dst)
                        || matches!(self.code.instrs.get(at + 1), Some(Instr::GetIter { dst: to, .. }) if *to == dst))
                {
                    return Plan::Range(argc);
                }
                if argc == 1 && ty(state, base + 1) == Ty::List && builtin("len") == Some(fixed) {
                    return Plan::ListLen(base + 1);
                }
                if argc == 1
                    && ty(state, base + 1) == Ty::List
                    && matches!(expected, Ty::Int | Ty::Float)
                    && builtin("sum") == Some(fixed)
                {
                    return Plan::Sum(base + 1, fixed, expected);
                }
                if argc == 1 && ty(state, base + 1) == Ty::Int && Fixed::of(&Value::Type(&types::STR)) == Some(fixed) {
                    return Plan::IntText(base + 1);
                }
                if argc == 1 && ty(state, base + 1) == Ty::Float && is_function(fixed, "math", "sqrt") {
                    return Plan::Sqrt(base + 1);
                }
                if fixed.tag == tag::MODULE { Plan::Call(expected) } else { Plan::CallFixed(fixed, expected) }
            }
            _ => Plan::Call(expected),
        }
    }

    pub(super) fn method_call(&self, at: usize, base: Reg, argc: u16, state: &State) -> Plan {
        let expected = self.expected(at);
        let Ty::Fixed(fixed) = ty(state, base) else { return Plan::Call(expected) };
        if fixed.tag != tag::BUILTIN {
            return Plan::Call(expected);
        }
        if ty(state, base + 1) == Ty::Unbound {
            if argc == 1 && ty(state, base + 2) == Ty::Float && is_function(fixed, "math", "sqrt") {
                return Plan::Sqrt(base + 2);
            }
            return Plan::CallFixed(fixed, expected);
        }
        let append = attribute::method_of(&types::LIST, "append").and_then(|m| Fixed::of(&Value::Builtin(m)));
        if argc == 1 && ty(state, base + 1) == Ty::List && append == Some(fixed) && !ty(state, base + 2).is_virtual() {
            let dst = match self.code.instrs[at] {
                Instr::CallMethod { dst, .. } => Some(dst),
                _ => None,
            };
            return Plan::Append(base + 1, base + 2, dst);
        }
        Plan::CallFixed(fixed, expected)
    }
}
