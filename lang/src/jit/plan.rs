//! What compiled code does for each instruction, given what is known of the registers: the one place where it is decided.
//!
//! [`Planner::plan`] chooses, [`Planner::apply`] says what is known afterwards. The type inference ([`super::infer`]) and
//! the code generator ([`super::emit`]) both go through them, so they cannot disagree.

use std::cell::RefCell;
use std::collections::HashMap;

use super::effects::Effects;
use super::liveness::Liveness;
use super::seen::Seen;
use super::types::{Fixed, Ty};
use super::unit::Callee;
use crate::builtins::{self, attribute};
use crate::code::{Code, Constant, Instr, Reg, Unit};
use crate::syntax::ast::{BinaryOp, CmpOp, UnaryOp};
use crate::value::layout::tag;
use crate::value::{ShortStr, Value, types};

/// What is known of every register.
pub type State = Vec<Ty>;

/// An operand of an arithmetic instruction.
#[derive(Debug, Clone, Copy)]
pub enum Operand {
    /// A register.
    Reg(Reg),
    /// A small number.
    Int(i64),
}

/// A constant in compiled code.
#[derive(Debug, Clone, Copy)]
pub enum Literal {
    /// `None`
    None,
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i64),
    /// A float.
    Float(f64),
    /// A built-in.
    Fixed(Fixed),
    /// A value without a counted object, as its two words.
    Words([u64; 2]),
    /// The constant of that number, loaded from the image.
    Load(u32),
}

/// What to do for one instruction.
#[derive(Debug, Clone)]
pub enum Plan {
    /// Nothing at run time.
    Nothing,
    /// The interpreter goes on from here.
    Leave,
    /// The runtime's general form of the instruction; its result is expected to be of a type.
    Step(Ty),
    /// A call through the runtime; its result is expected to be of a type.
    Call(Ty),
    /// A direct call of another compiled function.
    Direct(Callee, Ty),
    /// A call of a built-in that is known.
    CallFixed(Fixed, Ty),
    /// Copies a register.
    Move,
    /// Loads a constant.
    Literal(Literal),
    /// Checks that the register is bound.
    CheckBound,
    /// Checks that a global variable is bound; the function is known.
    Script {
        /// The variable.
        global: u16,
        /// The function's code.
        code: u32,
    },
    /// Int arithmetic with overflow checks.
    IntArith(BinaryOp, Operand, Operand),
    /// Float arithmetic; int operands are converted.
    FloatArith(BinaryOp, Operand, Operand),
    /// The true quotient of two ints.
    IntQuotient(Operand, Operand),
    /// `-int`
    IntNegate,
    /// `-float`
    FloatNegate,
    /// `not x`
    Not,
    /// Comparison of ints.
    IntCompare(CmpOp, Reg, Reg),
    /// Comparison of floats; int operands are converted where that is exact.
    FloatCompare(CmpOp, Reg, Reg),
    /// `is None`, `is not None`
    IsNone(Reg, bool),
    /// Comparison of texts for equality.
    TextEqual(Reg, Reg, bool),
    /// Comparison through the runtime.
    Compare(CmpOp, Reg, Reg),
    /// A branch on a truth value or the like.
    Branch,
    /// The end of a turn of a loop.
    Loop,
    /// An element of a list; the result is expected to be of a type.
    Index(Ty),
    /// Replaces an element of a list.
    SetIndex,
    /// A field of a dict with a shape; the result is expected to be of a type.
    Field(Ty),
    /// A range without an object.
    Range(u16),
    /// The iterator of such a range.
    RangeIter,
    /// The iterator of a list without an object.
    ListIter,
    /// The next element of a range.
    NextRange,
    /// The next element of a list; expected to be of a type.
    NextList(Ty),
    /// The next item of any iterator; expected to be of a type.
    NextAny(Ty),
    /// A method that is known; `true`: the receiver goes with it.
    Method(Fixed, bool),
    /// Appends to a list: the list, the item, and the register that receives `None`, if any.
    Append(Reg, Reg, Option<Reg>),
    /// The length of a list.
    ListLen(Reg),
    /// `math.sqrt` of a float.
    Sqrt(Reg),
    /// The frame's end.
    Return,
}

/// Decides for the instructions of one code.
pub struct Planner<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// The code.
    pub code: &'a Code,
    /// What tier 0 saw, by instruction.
    pub seen: &'a [u8],
    /// What instructions do.
    pub effects: &'a [Effects],
    /// What is needed later.
    pub live: &'a Liveness,
    /// Finds the compiled form of a function that takes arguments of these types.
    pub resolve: &'a dyn Fn(u32, &[Ty]) -> Option<Callee>,
    /// What `resolve` gave.
    pub resolved: RefCell<HashMap<u32, Option<Callee>>>,
    /// Functions that global variables are bound to for good.
    pub scripts: &'a HashMap<u16, u32>,
    /// Number of the code's first instruction among all of the unit.
    pub first_site: usize,
}

fn ty(state: &State, reg: Reg) -> Ty {
    state.get(usize::from(reg)).copied().unwrap_or(Ty::Any)
}

/// The entry of the built-in function `name`, to recognise it.
fn builtin(name: &str) -> Option<Fixed> {
    builtins::lookup(name).as_ref().and_then(Fixed::of)
}

/// The function `name` of module `module`.
fn module_function(module: Fixed, name: &str) -> Option<Fixed> {
    let desc = crate::modules::MODULES.iter().find(|m| std::ptr::from_ref(**m).addr() as u64 == module.address)?;
    let found = desc.functions.iter().find(|f| f.name() == name)?;
    Fixed::of(&Value::Builtin(found))
}

impl Planner<'_> {
    fn expected(&self, at: usize) -> Ty {
        self.seen.get(at).map_or(Ty::Any, |bits| Seen::only(*bits))
    }

    fn seen_bits(&self, at: usize) -> u8 {
        self.seen.get(at).copied().unwrap_or(0)
    }

    /// Whether the elements that the `SetItem` at `at` replaced were counted objects.
    pub fn replaces_objects(&self, at: usize) -> bool {
        Seen::was_other(self.seen_bits(at))
    }

    /// Decides what to do for the instruction at `at`.
    pub fn plan(&self, at: usize, state: &State) -> Plan {
        let expected = self.expected(at);
        match self.code.instrs[at] {
            Instr::Move { .. } => Plan::Move,
            Instr::Const { index, .. } => self.literal(index),
            Instr::None { .. } => Plan::Literal(Literal::None),
            Instr::Bool { value, .. } => Plan::Literal(Literal::Bool(value)),
            Instr::Int { value, .. } => Plan::Literal(Literal::Int(i64::from(value))),
            Instr::Unbind { .. } | Instr::Jump { .. } => Plan::Nothing,
            Instr::CheckBound { reg, .. } => match ty(state, reg) {
                Ty::Any => Plan::CheckBound,
                Ty::Unbound => Plan::Leave,
                _ => Plan::Nothing,
            },
            Instr::LoadGlobal { global, .. } => match self.scripts.get(&global) {
                Some(code) => Plan::Script { global, code: *code },
                None => Plan::Step(expected),
            },
            Instr::Binary { op, a, b, .. } | Instr::Inplace { op, a, b, .. } => {
                self.arith(at, op, state, Operand::Reg(a), Operand::Reg(b))
            }
            Instr::BinaryInt { op, a, value, .. } | Instr::InplaceInt { op, a, value, .. } => {
                self.arith(at, op, state, Operand::Reg(a), Operand::Int(i64::from(value)))
            }
            Instr::Unary { op, src, .. } => match (op, ty(state, src)) {
                (UnaryOp::Not, _) => Plan::Not,
                (UnaryOp::USub, Ty::Int) if !Seen::was_other(self.seen_bits(at)) => Plan::IntNegate,
                (UnaryOp::USub, Ty::Float) => Plan::FloatNegate,
                _ => Plan::Step(expected),
            },
            Instr::Compare { op, a, b, .. } | Instr::CompareSkip { op, a, b, .. } => compare(op, a, b, state),
            Instr::Loop { .. } => Plan::Loop,
            Instr::JumpIf { .. }
            | Instr::JumpIfNot { .. }
            | Instr::JumpIfNone { .. }
            | Instr::JumpIfUnbound { .. }
            | Instr::JumpIfSmall { .. } => Plan::Branch,
            Instr::GetItem { obj, key, .. } => match (ty(state, obj), ty(state, key)) {
                (Ty::List | Ty::Any, Ty::Int) => Plan::Index(expected),
                _ => Plan::Step(expected),
            },
            Instr::SetItem { obj, key, src } => match (ty(state, obj), ty(state, key)) {
                (Ty::List | Ty::Any, Ty::Int) if !ty(state, src).is_virtual() => Plan::SetIndex,
                _ => Plan::Step(Ty::Any),
            },
            Instr::GetItemConst { obj, .. } => match ty(state, obj) {
                Ty::Dict | Ty::Any => Plan::Field(expected),
                _ => Plan::Step(expected),
            },
            Instr::GetIter { src, .. } => match ty(state, src) {
                Ty::Range => Plan::RangeIter,
                Ty::List => Plan::ListIter,
                Ty::Any if expected == Ty::List => Plan::ListIter,
                _ => Plan::Step(Ty::Any),
            },
            Instr::ForIter { iter, .. } => match ty(state, iter) {
                Ty::Range => Plan::NextRange,
                Ty::ListIter => Plan::NextList(expected),
                _ => Plan::NextAny(expected),
            },
            Instr::LoadMethod { obj, name, .. } => self.method(obj, name, state),
            Instr::Call { dst, base, argc } => self.call(at, dst, base, argc, state),
            Instr::CallMethod { base, argc, .. } => self.method_call(at, base, argc, state),
            Instr::CallKeywords { .. } | Instr::CallUnpacked { .. } => Plan::Call(expected),
            Instr::ListAppend { list, src } => match ty(state, list) {
                Ty::List | Ty::Any if !ty(state, src).is_virtual() => Plan::Append(list, src, None),
                _ => Plan::Step(Ty::Any),
            },
            Instr::LoadAttr { .. } | Instr::LoadCell { .. } => Plan::Step(expected),
            Instr::BuildList { .. } => Plan::Step(Ty::List),
            Instr::BuildDict { .. } | Instr::BuildShaped { .. } => Plan::Step(Ty::Dict),
            Instr::BuildString { .. } | Instr::FormatValue { .. } => Plan::Step(Ty::Str),
            Instr::Return { .. } => Plan::Return,
            Instr::Yield { .. }
            | Instr::YieldFrom { .. }
            | Instr::Raise { .. }
            | Instr::RaiseFrom { .. }
            | Instr::Reraise
            | Instr::Unwind { .. } => Plan::Leave,
            _ => Plan::Step(Ty::Any),
        }
    }

    fn literal(&self, index: u32) -> Plan {
        let Some(constant) = self.unit.constants.get(index as usize) else { return Plan::Leave };
        Plan::Literal(match constant {
            Constant::None => Literal::None,
            Constant::Bool(b) => Literal::Bool(*b),
            Constant::Int(n) => Literal::Int(*n),
            Constant::Float(x) => Literal::Float(*x),
            Constant::Str(text) if ShortStr::new(text).is_some() => Literal::Words(Value::text(text).into_words()),
            Constant::Builtin(name) => match builtin(name) {
                Some(fixed) => Literal::Fixed(fixed),
                None => Literal::Load(index),
            },
            _ => Literal::Load(index),
        })
    }

    fn arith(&self, at: usize, op: BinaryOp, state: &State, a: Operand, b: Operand) -> Plan {
        let kind = |operand| match operand {
            Operand::Reg(reg) => ty(state, reg),
            Operand::Int(_) => Ty::Int,
        };
        match (op, kind(a), kind(b)) {
            (BinaryOp::Pow | BinaryOp::MatMult, ..) => Plan::Step(self.expected(at)),
            (BinaryOp::Div, Ty::Int, Ty::Int) => Plan::IntQuotient(a, b),
            (_, Ty::Int, Ty::Int) if !Seen::was_other(self.seen_bits(at)) => Plan::IntArith(op, a, b),
            (
                BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mult | BinaryOp::Div,
                Ty::Float | Ty::Int,
                Ty::Float | Ty::Int,
            ) if (kind(a), kind(b)) != (Ty::Int, Ty::Int) => Plan::FloatArith(op, a, b),
            _ => Plan::Step(self.expected(at)),
        }
    }

    fn method(&self, obj: Reg, name: u16, state: &State) -> Plan {
        let Some(name) = self.unit.names.get(usize::from(name)) else { return Plan::Leave };
        let sample = match ty(state, obj) {
            Ty::List => &types::LIST,
            Ty::Str => &types::STR,
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

    fn call(&self, at: usize, dst: Reg, base: Reg, argc: u16, state: &State) -> Plan {
        let expected = self.expected(at);
        match ty(state, base) {
            Ty::Script { code, .. } => {
                let args: Vec<Ty> = (1..=argc).map(|n| ty(state, base + n)).collect();
                let mut resolved = self.resolved.borrow_mut();
                let callee = resolved.entry(code).or_insert_with(|| (self.resolve)(code, &args));
                match callee {
                    Some(callee) if callee.accepts(&args) => Plan::Direct(callee.clone(), expected),
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
                if fixed.tag == tag::BUILTIN { Plan::CallFixed(fixed, expected) } else { Plan::Call(expected) }
            }
            _ => Plan::Call(expected),
        }
    }

    fn method_call(&self, at: usize, base: Reg, argc: u16, state: &State) -> Plan {
        let expected = self.expected(at);
        let Ty::Fixed(fixed) = ty(state, base) else { return Plan::Call(expected) };
        if fixed.tag != tag::BUILTIN {
            return Plan::Call(expected);
        }
        let is =
            |module: &str, name: &str| builtin(module).and_then(|module| module_function(module, name)) == Some(fixed);
        if ty(state, base + 1) == Ty::Unbound {
            if argc == 1 && ty(state, base + 2) == Ty::Float && is("math", "sqrt") {
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

    /// What is known after the instruction at `at`, on the path that goes on with the next one.
    pub fn apply(&self, at: usize, plan: &Plan, state: &mut State) {
        let set = |state: &mut State, reg: Reg, ty: Ty| {
            if let Some(slot) = state.get_mut(usize::from(reg)) {
                *slot = ty;
            }
        };
        let effects = &self.effects[at];
        let instr = self.code.instrs[at];
        match plan {
            Plan::Compare(_, a, b) => {
                settle(state, *a);
                settle(state, *b);
            }
            Plan::Step(_) | Plan::Call(_) | Plan::CallFixed(..) | Plan::NextAny(_) => {
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
            Plan::Step(ty) | Plan::Call(ty) | Plan::CallFixed(_, ty) | Plan::Direct(_, ty) => {
                for reg in Effects::each(&effects.writes) {
                    set(state, reg, Ty::Any);
                }
                if effects.writes.len() == 1 && effects.writes[0].1 == 1 { *ty } else { return }
            }
            Plan::Move => match instr {
                Instr::Move { src, .. } => match ty(state, src) {
                    // Only one register can own the pieces of an iterator.
                    Ty::Range | Ty::ListIter => {
                        set(state, src, Ty::Any);
                        Ty::Any
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
                    _ => Ty::Any,
                },
            },
            Plan::Script { global, code } => Ty::Script { global: *global, code: *code },
            Plan::IntArith(..) | Plan::IntNegate | Plan::ListLen(_) | Plan::NextRange => Ty::Int,
            Plan::FloatArith(..) | Plan::FloatNegate | Plan::IntQuotient(..) | Plan::Sqrt(_) => Ty::Float,
            Plan::Not
            | Plan::IntCompare(..)
            | Plan::FloatCompare(..)
            | Plan::IsNone(..)
            | Plan::TextEqual(..)
            | Plan::Compare(..) => Ty::Bool,
            Plan::Index(ty) | Plan::Field(ty) | Plan::NextList(ty) | Plan::NextAny(ty) => *ty,
            Plan::Range(_) | Plan::RangeIter => Ty::Range,
            Plan::ListIter => Ty::ListIter,
            Plan::Method(fixed, bound) => {
                let Instr::LoadMethod { base, obj, .. } = instr else { return };
                let receiver = if *bound { ty(state, obj) } else { Ty::Unbound };
                set(state, base, Ty::Fixed(*fixed));
                set(state, base + 1, receiver);
                return;
            }
            Plan::Append(_, _, dst) => {
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

/// What only compiled code knows becomes an ordinary value in memory.
fn settle(state: &mut State, reg: Reg) {
    if let Some(slot) = state.get_mut(usize::from(reg))
        && slot.is_virtual()
    {
        *slot = Ty::Any;
    }
}

fn compare(op: CmpOp, a: Reg, b: Reg, state: &State) -> Plan {
    let (x, y) = (ty(state, a), ty(state, b));
    let ordering = matches!(op, CmpOp::Eq | CmpOp::NotEq | CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE);
    match (op, x, y) {
        (_, Ty::Int, Ty::Int) if ordering => Plan::IntCompare(op, a, b),
        (_, Ty::Float | Ty::Int, Ty::Float | Ty::Int) if ordering => Plan::FloatCompare(op, a, b),
        (CmpOp::Is | CmpOp::IsNot, _, Ty::None) => Plan::IsNone(a, op == CmpOp::Is),
        (CmpOp::Is | CmpOp::IsNot, Ty::None, _) => Plan::IsNone(b, op == CmpOp::Is),
        (CmpOp::Eq | CmpOp::NotEq, Ty::Str, Ty::Str) => Plan::TextEqual(a, b, op == CmpOp::Eq),
        _ => Plan::Compare(op, a, b),
    }
}
