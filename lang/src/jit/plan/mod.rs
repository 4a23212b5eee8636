//! What compiled code does for each instruction, given what is known of the registers: the one place where it is decided.
//!
//! [`Planner::plan`] chooses ([`calls`]: for calls; [`kept`], [`loans`]: what is looked into without a reference),
//! [`Planner::apply`] says what is known afterwards. The type inference ([`super::infer`]) and the code generator
//! ([`super::emit`]) both go through them, so they cannot disagree.

mod apply;
mod base;
mod calls;
mod kept;
mod loans;

use std::cell::RefCell;
use std::collections::HashMap;

pub use base::{BaseCase, Term};
pub use calls::{builtin, module_function};
pub use kept::is_quiet;

use super::effects::Effects;
use super::liveness::Liveness;
use super::seen::Seen;
use super::types::{Fixed, Ty};
use super::unit::Callee;
use crate::code::{Code, Constant, Instr, Reg, Unit};
use crate::syntax::ast::{BinaryOp, CmpOp, UnaryOp};
use crate::value::flow::Part;
use crate::value::{ShortStr, Value};

/// A constant tuple with more elements is searched by the runtime.
const MOST_CHOICES: usize = 8;

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
    /// The interpreter goes on from here, because nobody knows what comes: this was never executed.
    Unseen,
    /// The runtime's general form of the instruction; its result is expected to be of a type.
    Step(Ty),
    /// A call through the runtime; its result is expected to be of a type.
    Call(Ty),
    /// A direct call of another compiled function, after a look whether there is anything to do.
    Direct(Callee, Ty, Option<BaseCase>),
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
    /// Checks that a global variable is bound to this built-in.
    Imported {
        /// The variable.
        global: u16,
        /// The built-in.
        fixed: Fixed,
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
    /// Whether a text is one of these short ones.
    OneOf(Reg, Vec<[u64; 2]>, bool),
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
    /// A part of a message; the result is expected to be of a type.
    Part(Part, Ty),
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
    /// The sum of a list, which is expected to be of a type.
    Sum(Reg, Fixed, Ty),
    /// `str` of an int.
    IntText(Reg),
    /// `math.sqrt` of a float.
    Sqrt(Reg),
    /// A dict with the shape of a constant.
    Shaped(u16),
    /// A list of so many values.
    List(u16),
    /// Two texts put together.
    Concat(Reg, Reg),
    /// Gives a value to whoever resumed the generator.
    Yield,
    /// Delegates to another iterator.
    YieldFrom,
    /// The frame's end.
    Return,
}

impl Plan {
    /// Whether carrying it out runs no code but its own, allocates nothing and takes nothing out of a container, whatever the registers
    /// hold.
    pub fn is_plain(&self) -> bool {
        matches!(
            self,
            Plan::Nothing
                | Plan::Literal(_)
                | Plan::CheckBound
                | Plan::Script { .. }
                | Plan::Imported { .. }
                | Plan::IntArith(..)
                | Plan::FloatArith(..)
                | Plan::IntQuotient(..)
                | Plan::IntNegate
                | Plan::FloatNegate
                | Plan::IntCompare(..)
                | Plan::FloatCompare(..)
                | Plan::IsNone(..)
                | Plan::OneOf(..)
                | Plan::Loop
                | Plan::Range(_)
                | Plan::RangeIter
                | Plan::ListIter
                | Plan::NextRange
                | Plan::NextList(_)
                | Plan::Method(..)
                | Plan::ListLen(_)
                | Plan::Sqrt(_)
        )
    }
}

/// What becomes of instructions that were never executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// They are compiled in a form that is good for anything.
    Compiled,
    /// The interpreter executes them, and notes what it sees.
    Left,
    /// Half of them are compiled: for tests.
    Mixed,
}

/// Decides for the instructions of one code.
pub struct Planner<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// The code.
    pub code: &'a Code,
    /// What tier 0 saw, by instruction.
    pub seen: &'a [u16],
    /// What becomes of what it never executed.
    pub unseen: Unseen,
    /// The instructions that jumps lead to.
    pub targets: Vec<bool>,
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
    /// Built-ins that global variables are bound to, as it seems.
    pub imports: HashMap<u16, Fixed>,
    /// Number of the code.
    pub number: u32,
    /// Whether the module's own code has no branches: then it binds functions in the order of their numbers.
    pub in_order: bool,
    /// Number of the code's first instruction among all of the unit.
    pub first_site: usize,
    /// Of instructions that give dicts: whether these are only asked for fields.
    pub looked_into: RefCell<HashMap<usize, bool>>,
}

fn ty(state: &State, reg: Reg) -> Ty {
    state.get(usize::from(reg)).copied().unwrap_or(Ty::Any)
}

/// The part of a message that this attribute of it is and nothing else.
fn message_part(name: &str) -> Option<Part> {
    match name {
        "payload" => Some(Part::Payload),
        "vars" => Some(Part::Vars),
        "attrs" => Some(Part::Attrs),
        _ => None,
    }
}

impl Planner<'_> {
    /// What the instruction at `at` is expected to give.
    pub fn expected(&self, at: usize) -> Ty {
        self.seen.get(at).map_or(Ty::Any, |bits| Seen::only(*bits))
    }

    /// Whether the global variable of [`Planner::scripts`] with this function is bound whenever the code runs: its own function
    /// was bound as soon as it was made, and one before it earlier.
    pub fn is_bound(&self, function: u32) -> bool {
        function == self.number || self.in_order && function < self.number
    }

    fn seen_bits(&self, at: usize) -> u16 {
        self.seen.get(at).copied().unwrap_or(0)
    }

    /// Whether the `GetItemConst` at `at` met dicts of several shapes, or something else; or the `LoadAttr` what is no message.
    pub fn is_varied(&self, at: usize) -> bool {
        Seen::had_shapes(self.seen_bits(at))
    }

    /// Whether the elements that the `SetItem` at `at` replaced were counted objects.
    pub fn replaces_objects(&self, at: usize) -> bool {
        Seen::was_other(self.seen_bits(at))
    }

    /// Whether the instruction at `at` gives the value that `reg` owns away, because nobody reads it again. `ty` is what the
    /// register holds.
    pub fn is_moved(&self, at: usize, reg: Reg, ty: Ty) -> bool {
        ty.in_memory() && !ty.is_virtual() && !self.live.is_live(at + 1, reg)
    }

    /// Whether the instruction at `at` is left to the interpreter because nothing is known of it: guesses would spoil the types of
    /// what follows, and functions that nobody has called yet would be compiled for arguments of any type, for good.
    fn is_left_unseen(&self, at: usize) -> bool {
        // Of these tier 0 notes every execution.
        let is_noted = matches!(
            self.code.instrs[at],
            Instr::GetItem { .. }
                | Instr::GetItemConst { .. }
                | Instr::GetIter { .. }
                | Instr::LoadAttr { .. }
                | Instr::LoadMethod { .. }
                | Instr::Call { .. }
                | Instr::CallMethod { .. }
                | Instr::CallKeywords { .. }
                | Instr::CallUnpacked { .. }
        );
        let is_open = match self.unseen {
            Unseen::Compiled => false,
            Unseen::Left => true,
            Unseen::Mixed => at.is_multiple_of(2),
        };
        is_noted && is_open && self.seen_bits(at) == 0
    }

    /// Decides what to do for the instruction at `at`, and counts references.
    fn decide(&self, at: usize, state: &State) -> Plan {
        if self.is_left_unseen(at) {
            return Plan::Unseen;
        }
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
                None => match self.imports.get(&global) {
                    Some(fixed) => Plan::Imported { global, fixed: *fixed },
                    None => Plan::Step(expected),
                },
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
            Instr::Compare { op, a, b, .. } | Instr::CompareSkip { op, a, b, .. } => self.compare(op, a, b, state),
            Instr::Loop { .. } => Plan::Loop,
            Instr::JumpIf { .. }
            | Instr::JumpIfNot { .. }
            | Instr::JumpIfNone { .. }
            | Instr::JumpIfUnbound { .. }
            | Instr::JumpIfSmall { .. } => Plan::Branch,
            Instr::GetItem { obj, key, .. } => match (ty(state, obj), ty(state, key)) {
                (Ty::List | Ty::Kept | Ty::Any, Ty::Int) => Plan::Index(expected),
                _ => Plan::Step(expected),
            },
            Instr::SetItem { obj, key, src } => match (ty(state, obj), ty(state, key)) {
                (Ty::List | Ty::Kept | Ty::Any, Ty::Int) if !ty(state, src).is_virtual() => Plan::SetIndex,
                _ => Plan::Step(Ty::Any),
            },
            Instr::GetItemConst { obj, .. } => match ty(state, obj) {
                Ty::Dict | Ty::Borrowed(_) | Ty::Any => Plan::Field(expected),
                _ => Plan::Step(expected),
            },
            Instr::GetIter { src, .. } => match ty(state, src) {
                Ty::Range | Ty::Count => Plan::RangeIter,
                Ty::List => Plan::ListIter,
                Ty::Any if expected == Ty::List => Plan::ListIter,
                _ => Plan::Step(Ty::Any),
            },
            Instr::ForIter { iter, .. } => match ty(state, iter) {
                Ty::Range | Ty::Count => Plan::NextRange,
                Ty::ListIter => Plan::NextList(expected),
                _ => Plan::NextAny(expected),
            },
            Instr::LoadMethod { obj, name, .. } => self.method(at, obj, name, state),
            Instr::Call { dst, base, argc } => self.call(at, dst, base, argc, state),
            Instr::CallMethod { base, argc, .. } => self.method_call(at, base, argc, state),
            Instr::CallKeywords { .. } | Instr::CallUnpacked { .. } => Plan::Call(expected),
            Instr::ListAppend { list, src } => match ty(state, list) {
                Ty::List | Ty::Any if !ty(state, src).is_virtual() => Plan::Append(list, src, None),
                _ => Plan::Step(Ty::Any),
            },
            Instr::LoadAttr { obj, name, .. } => match (ty(state, obj), self.unit.names.get(usize::from(name))) {
                (Ty::Any, Some(name)) => match message_part(name) {
                    Some(part) if !self.is_varied(at) => Plan::Part(part, expected),
                    _ => Plan::Step(expected),
                },
                _ => Plan::Step(expected),
            },
            Instr::LoadCell { .. } => Plan::Step(expected),
            // The list that is only written is a special one.
            Instr::BuildList { .. } if self.unit.written.is_some_and(|it| it.number == self.first_site + at) => {
                Plan::Step(Ty::List)
            }
            Instr::BuildList { count, .. } => Plan::List(count),
            Instr::BuildShaped { keys, .. } => Plan::Shaped(keys),
            Instr::BuildDict { .. } => Plan::Step(Ty::Dict),
            Instr::BuildString { .. } | Instr::FormatValue { .. } => Plan::Step(Ty::Str),
            Instr::Return { .. } => Plan::Return,
            // Its old value may be asked for when an exception is thrown in.
            Instr::Yield { dst, .. } | Instr::YieldFrom { dst, .. } if self.is_read_by_handler(at, dst) => Plan::Leave,
            Instr::Yield { .. } => Plan::Yield,
            Instr::YieldFrom { .. } => Plan::YieldFrom,
            Instr::Raise { .. } | Instr::RaiseFrom { .. } | Instr::Reraise | Instr::Unwind { .. } => Plan::Leave,
            _ => Plan::Step(Ty::Any),
        }
    }

    /// Whether a handler of exceptions of the instruction at `at` reads a register.
    pub fn is_read_by_handler(&self, at: usize, reg: Reg) -> bool {
        let handler = u32::try_from(at).ok().and_then(|at| self.code.handler_at(at));
        handler.is_some_and(|handler| self.live.is_live(handler.target as usize, reg))
    }

    /// Whether the generator that is suspended by the `Yield` at `at` keeps the value of a register.
    pub fn is_kept(&self, at: usize, reg: Reg) -> bool {
        self.live.is_live(at + 1, reg) || self.is_read_by_handler(at, reg)
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
            (BinaryOp::Add, Ty::Str, Ty::Str) if !self.grows(at) => match (a, b) {
                (Operand::Reg(a), Operand::Reg(b)) => Plan::Concat(a, b),
                _ => Plan::Step(Ty::Str),
            },
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

    /// Whether the instruction may append to a text in place.
    fn grows(&self, at: usize) -> bool {
        matches!(self.code.instrs[at], Instr::Inplace { .. })
    }

    fn compare(&self, op: CmpOp, a: Reg, b: Reg, state: &State) -> Plan {
        let (x, y) = (ty(state, a), ty(state, b));
        let ordering = matches!(op, CmpOp::Eq | CmpOp::NotEq | CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE);
        match (op, x, y) {
            (_, Ty::Int, Ty::Int) if ordering => Plan::IntCompare(op, a, b),
            (_, Ty::Float | Ty::Int, Ty::Float | Ty::Int) if ordering => Plan::FloatCompare(op, a, b),
            (CmpOp::Is | CmpOp::IsNot, _, Ty::None) => Plan::IsNone(a, op == CmpOp::Is),
            (CmpOp::Is | CmpOp::IsNot, Ty::None, _) => Plan::IsNone(b, op == CmpOp::Is),
            (CmpOp::Eq | CmpOp::NotEq, Ty::Str, Ty::Str) => Plan::TextEqual(a, b, op == CmpOp::Eq),
            (CmpOp::In | CmpOp::NotIn, Ty::Str, Ty::Constant(index)) => match self.short_texts(index) {
                Some(texts) => Plan::OneOf(a, texts, op == CmpOp::In),
                None => Plan::Compare(op, a, b),
            },
            _ => Plan::Compare(op, a, b),
        }
    }

    /// The words of the elements of a constant tuple, if they are few short texts.
    fn short_texts(&self, index: u32) -> Option<Vec<[u64; 2]>> {
        let Some(Constant::Tuple(items)) = self.unit.constants.get(index as usize) else { return None };
        if items.len() > MOST_CHOICES {
            return None;
        }
        let words = |item: &Constant| match item {
            Constant::Str(text) if ShortStr::new(text).is_some() => Some(Value::text(text).into_words()),
            _ => None,
        };
        items.iter().map(words).collect()
    }
}
