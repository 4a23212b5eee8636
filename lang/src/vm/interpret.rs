//! The interpreter loop: tier 0.
//!
//! [`Vm::interpret_from`] owns the running frame and switches frames on calls and returns; [`Vm::run`] executes instructions
//! of one frame until something happens that only the loop outside can do.

use super::calls::Called;
use super::exceptions::Thrown;
use super::frame::{Destination, Frame};
use super::step::Spot;
use super::{Vm, internal};
use crate::builtins::{self, iterate, operators};
use crate::code::{Instr, Reg, Target};
use crate::jit::{Key, settle_frame};
use crate::syntax::ast::{BinaryOp, CmpOp};
use crate::value::interrupt::checkpoint;
use crate::value::iter::State;
use crate::value::{R, Raise, Value};

/// How a frame that Rust code entered came to a stop.
pub enum Done {
    /// It returned.
    Return(Value),
    /// It yielded; the register receives what is sent in.
    Yield(Value, Box<Frame>, Reg),
}

/// Why the instruction loop of a frame ended.
pub enum Exit {
    /// The frame returned.
    Return(Value),
    /// It yielded; the register receives what is sent in.
    Yield(Value, Reg),
    /// It calls script code: run this frame first.
    Call(Frame),
    /// The loop that begins at this instruction runs often: compiled code may take over.
    Hot(Target),
}

/// Steps that one turn of a loop counts for.
pub const LOOP_COST: u64 = 12;

impl Vm {
    /// Runs a frame that is no generator's.
    pub(super) fn interpret(&mut self, frame: Frame) -> R {
        match self.interpret_from(frame, None)? {
            Done::Return(value) => Ok(value),
            Done::Yield(..) => Err(internal("yield outside a generator")),
        }
    }

    /// Runs a frame and whatever it calls; begins by raising `injected` in it, if given.
    pub(super) fn interpret_from(&mut self, mut frame: Frame, injected: Option<Raise>) -> R<Done> {
        if frame.handled == 0 {
            frame.handled = self.handled.len();
        }
        if injected.is_some() {
            settle_frame(&mut frame);
        }
        let thrown = match injected {
            Some(raise) if frame.delegating => match self.throw_into_delegate(&mut frame, raise) {
                Ok(None) => None,
                Ok(Some((value, register))) => return Ok(Done::Yield(value, Box::new(frame), register)),
                Err(thrown) => Some(thrown),
            },
            other => other.map(Thrown::New),
        };
        self.interpret_thrown(frame, thrown)
    }

    /// As [`Vm::interpret_from`], beginning with an exception on its way, if given.
    pub(super) fn interpret_thrown(&mut self, frame: Frame, thrown: Option<Thrown>) -> R<Done> {
        // A handler begins elsewhere.
        let key = if thrown.is_none() { self.entry_of(&frame) } else { None };
        self.interpret_at(frame, thrown, key)
    }

    /// As [`Vm::interpret_thrown`]; compiled code may take over at `key`.
    pub(super) fn interpret_at(
        &mut self,
        mut frame: Frame,
        mut thrown: Option<Thrown>,
        mut key: Option<Key>,
    ) -> R<Done> {
        if frame.handled == 0 {
            frame.handled = self.handled.len();
        }
        loop {
            let exit = match thrown.take() {
                Some(thrown) => Err(thrown),
                None if self.is_watched() => self.run::<true>(&mut frame),
                None => match key.take().and_then(|key| self.native(&mut frame, key)) {
                    Some(exit) => exit,
                    None => self.run::<false>(&mut frame),
                },
            };
            match exit {
                Ok(Exit::Hot(target)) => key = Some(Key::at(target)),
                Ok(Exit::Call(callee)) => {
                    key = Some(Key::START);
                    let caller = std::mem::replace(&mut frame, callee);
                    frame.handled = self.handled.len();
                    if let Some(tracker) = &mut self.tracker {
                        tracker.enter(&mut frame);
                    }
                    self.frames.push(caller);
                }
                Ok(Exit::Return(value)) => {
                    self.handled.truncate(frame.handled);
                    let Destination::Register(register) = frame.destination else { return Ok(Done::Return(value)) };
                    let Some(caller) = self.frames.pop() else { return Err(internal("no calling frame")) };
                    self.depth -= 1;
                    frame = caller;
                    if let Some(slot) = frame.regs.get_mut(usize::from(register)) {
                        frame.module.image.unit.tier.seen(frame.code)[frame.pc as usize - 1].note(&value);
                        *slot = value;
                    }
                    if let Some(tracker) = &mut self.tracker {
                        tracker.leave(register, &mut frame);
                    }
                }
                Ok(Exit::Yield(value, register)) => return Ok(Done::Yield(value, Box::new(frame), register)),
                Err(mut thrown) => loop {
                    match self.handle(&mut frame, thrown) {
                        Ok(()) => break,
                        Err(raise) => {
                            self.handled.truncate(frame.handled);
                            if matches!(frame.destination, Destination::Host) {
                                return Err(raise);
                            }
                            let Some(caller) = self.frames.pop() else { return Err(raise) };
                            self.depth -= 1;
                            frame = caller;
                            thrown = Thrown::New(raise);
                        }
                    }
                },
            }
        }
    }

    /// Where compiled code could take over a frame that is about to be run.
    fn entry_of(&self, frame: &Frame) -> Option<Key> {
        if frame.pc == 0 {
            return Some(Key::START);
        }
        let code = frame.module.code(frame.code).ok()?;
        let is_generator = code.is_generator && !frame.delegating;
        (is_generator && frame.module.image.heat(frame.code).turn(self.native.hot)).then_some(Key::at(frame.pc))
    }

    /// Throws into the delegate of a `yield from`. Gives what the delegate yielded and the register for what is sent in next,
    /// or `None` if the delegate ended and the frame goes on.
    fn throw_into_delegate(&mut self, frame: &mut Frame, raise: Raise) -> Result<Option<(Value, Reg)>, Thrown> {
        let module = frame.module.clone();
        let code = module.code(frame.code)?;
        let Some(Instr::YieldFrom { dst, iter }) = code.instrs.get(frame.pc as usize).copied() else {
            return Err(internal("not delegating").into());
        };
        let iter = frame.regs.get(usize::from(iter)).cloned().unwrap_or_default();
        frame.delegating = false;
        // The instruction counts as begun: a handler around it covers what is raised.
        frame.pc += 1;
        match self.delegate_throw(&iter, raise)? {
            Ok(result) => {
                if let Some(slot) = frame.regs.get_mut(usize::from(dst)) {
                    *slot = result;
                }
                Ok(None)
            }
            Err(value) => {
                frame.pc -= 1;
                frame.delegating = true;
                Ok(Some((value, dst)))
            }
        }
    }

    /// Executes instructions of `frame`.
    #[allow(clippy::too_many_lines)] // One arm per instruction: the table is the function.
    fn run<const TRACKED: bool>(&mut self, frame: &mut Frame) -> Result<Exit, Thrown> {
        let module = frame.module.clone();
        let image = &module.image;
        let code = module.code(frame.code)?;
        let instrs = &code.instrs[..];
        let number = frame.code;
        let seen = image.unit.tier.seen(frame.code);
        let heat = image.heat(frame.code);
        let hot = if TRACKED { u32::MAX } else { self.native.hot };
        let first_site = image.first_site(frame.code);
        let Frame { pc, regs, function, delegating, shadows, .. } = frame;
        macro_rules! reg {
            ($r:expr) => {
                regs[usize::from($r)]
            };
        }
        macro_rules! range {
            ($base:expr, $count:expr) => {
                regs[usize::from($base)..usize::from($base) + usize::from($count)]
            };
        }
        // What the compiler wants to know of this instruction: the kinds of values it gave.
        macro_rules! note {
            ($value:expr) => {
                seen[*pc as usize - 1].note($value)
            };
        }
        loop {
            let instr = instrs[*pc as usize];
            *pc += 1;
            if TRACKED {
                if let Some(tracker) = &mut self.tracker {
                    tracker.step(instr, regs, shadows, image);
                }
                if let Some(profiler) = &mut self.profiler {
                    profiler.step(number, *pc - 1, &self.frames);
                }
            }
            match instr {
                Instr::Move { dst, src } => reg!(dst) = reg!(src).clone(),
                Instr::Const { dst, index } => {
                    let constant = &image.constants[index as usize].value;
                    reg!(dst) = constant.clone();
                }
                Instr::None { dst } => reg!(dst) = Value::None,
                Instr::Bool { dst, value } => reg!(dst) = Value::Bool(value),
                Instr::Int { dst, value } => reg!(dst) = Value::Int(i64::from(value)),
                Instr::CheckBound { reg, .. } if !reg!(reg).is_unbound() => {}

                Instr::GetItem { dst, obj, key } => {
                    let fast = match (&reg!(obj), &reg!(key)) {
                        (Value::List(list), Value::Int(n)) if *n >= 0 => list.get(*n as usize),
                        _ => None,
                    };
                    match fast {
                        Some(value) => reg!(dst) = value,
                        None => {
                            let spot = Spot { module: &module, code, function: function.as_ref(), site: 0 };
                            self.step(spot, regs, instr)?;
                        }
                    }
                    note!(&reg!(dst));
                }
                Instr::GetItemConst { dst, obj, .. } => {
                    let site = first_site + *pc as usize - 1;
                    let fast = match &reg!(obj) {
                        Value::Dict(dict) => image.fields[site].get(dict),
                        _ => None,
                    };
                    match fast {
                        Some(value) => reg!(dst) = value,
                        None => {
                            if !image.fields[site].is_empty() || !matches!(reg!(obj), Value::Dict(_)) {
                                seen[*pc as usize - 1].note_shapes();
                            }
                            let spot = Spot { module: &module, code, function: function.as_ref(), site };
                            self.step(spot, regs, instr)?;
                        }
                    }
                    note!(&reg!(dst));
                }
                Instr::SetItem { obj, key, src } => match set_fast(&reg!(obj), &reg!(key), &reg!(src)) {
                    Some(old) => {
                        if old.identity().is_some() {
                            seen[*pc as usize - 1].note_other();
                        }
                    }
                    None => {
                        let spot = Spot { module: &module, code, function: function.as_ref(), site: 0 };
                        self.step(spot, regs, instr)?;
                    }
                },
                Instr::Binary { op, dst, a, b } => {
                    let fast = match (&reg!(a), &reg!(b)) {
                        (Value::Int(x), Value::Int(y)) => match op {
                            BinaryOp::Add => x.checked_add(*y).map(Value::Int),
                            BinaryOp::Sub => x.checked_sub(*y).map(Value::Int),
                            BinaryOp::Mult => x.checked_mul(*y).map(Value::Int),
                            _ => None,
                        },
                        (Value::Float(x), Value::Float(y)) => match op {
                            BinaryOp::Add => Some(Value::Float(x + y)),
                            BinaryOp::Sub => Some(Value::Float(x - y)),
                            BinaryOp::Mult => Some(Value::Float(x * y)),
                            _ => None,
                        },
                        _ => None,
                    };
                    reg!(dst) = match fast {
                        Some(value) => value,
                        None => {
                            let value = operators::binary(self, op, &reg!(a), &reg!(b))?;
                            note!(&value);
                            value
                        }
                    };
                }
                Instr::BinaryInt { op, dst, a, value } => {
                    let b = i64::from(value);
                    let fast = match (&reg!(a), op) {
                        (Value::Int(x), BinaryOp::Add) => x.checked_add(b),
                        (Value::Int(x), BinaryOp::Sub) => x.checked_sub(b),
                        (Value::Int(x), BinaryOp::Mult) => x.checked_mul(b),
                        _ => None,
                    };
                    reg!(dst) = match fast {
                        Some(n) => Value::Int(n),
                        None => {
                            let value = operators::binary(self, op, &reg!(a), &Value::Int(b))?;
                            note!(&value);
                            value
                        }
                    };
                }
                Instr::InplaceInt { op, dst, a, value } => {
                    let b = i64::from(value);
                    let fast = match (&reg!(a), op) {
                        (Value::Int(x), BinaryOp::Add) => x.checked_add(b),
                        (Value::Int(x), BinaryOp::Sub) => x.checked_sub(b),
                        _ => None,
                    };
                    reg!(dst) = match fast {
                        Some(n) => Value::Int(n),
                        None => {
                            let value = operators::inplace(self, op, &reg!(a), &Value::Int(b))?;
                            note!(&value);
                            value
                        }
                    };
                }
                Instr::Compare { op, dst, a, b } => {
                    let value = self.compare(op, &reg!(a), &reg!(b))?;
                    reg!(dst) = Value::Bool(value);
                }
                Instr::CompareSkip { op, expect, a, b } => {
                    if self.compare(op, &reg!(a), &reg!(b))? != expect {
                        *pc += 1;
                    }
                }
                Instr::Jump { target } => *pc = target,
                Instr::Loop { target } => {
                    checkpoint(LOOP_COST)?;
                    *pc = target;
                    if heat.turn(hot) {
                        return Ok(Exit::Hot(target));
                    }
                }
                Instr::JumpIf { cond, target } => {
                    if self.truth(&reg!(cond))? {
                        *pc = target;
                    }
                }
                Instr::JumpIfNot { cond, target } => {
                    if !self.truth(&reg!(cond))? {
                        *pc = target;
                    }
                }
                Instr::JumpIfNone { cond, target } => {
                    if reg!(cond).is_none() {
                        *pc = target;
                    }
                }
                Instr::JumpIfUnbound { reg, target } => {
                    if reg!(reg).is_unbound() {
                        *pc = target;
                    }
                }
                Instr::JumpIfSmall { value, reg, target } => {
                    if matches!(&reg!(reg), Value::Int(n) if *n == i64::from(value)) {
                        *pc = target;
                    }
                }

                Instr::GetIter { dst, src } => {
                    note!(&reg!(src));
                    let iter = iterate::iter(self, &reg!(src))?;
                    reg!(dst) = iter;
                }
                Instr::ForIter { iter, exit } => {
                    let next = match next_fast(&reg!(iter)) {
                        Some(next) => next,
                        None => iterate::next(self, &reg!(iter))?,
                    };
                    match next {
                        Some(value) => {
                            note!(&value);
                            reg!(iter + 1) = value;
                        }
                        None => {
                            reg!(iter) = Value::Unbound;
                            *pc = exit;
                        }
                    }
                }

                Instr::Call { dst, base, argc } => {
                    if let Value::Function(callee) = &reg!(base) {
                        let callee = callee.clone();
                        let args = range!(base + 1, argc).iter_mut().map(std::mem::take);
                        match self.start(callee, args, dst)? {
                            Called::Frame(frame) => return Ok(Exit::Call(frame)),
                            Called::Value(generator) => reg!(dst) = generator,
                        }
                        note!(&reg!(dst));
                        continue;
                    }
                    let spot = Spot { module: &module, code, function: function.as_ref(), site: 0 };
                    self.prepare_call(spot, regs, instr)?;
                    note!(&reg!(dst));
                }
                Instr::LoadMethod { base, obj, name } => {
                    let (method, receiver) = self.load_method(image, &reg!(obj), name)?;
                    note!(&reg!(obj));
                    if matches!(&reg!(obj), Value::Dict(dict) if dict.special.is_some()) {
                        seen[*pc as usize - 1].note_other();
                    }
                    reg!(base) = method;
                    reg!(base + 1) = receiver;
                }
                Instr::CallMethod { dst, .. }
                | Instr::CallUnpacked { dst, .. }
                | Instr::CallKeywords { base: dst, .. } => {
                    let spot = Spot { module: &module, code, function: function.as_ref(), site: 0 };
                    if let Some(frame) = self.prepare_call(spot, regs, instr)? {
                        return Ok(Exit::Call(frame));
                    }
                    note!(&reg!(dst));
                }
                Instr::ListAppend { list, src } => {
                    if let Value::List(list) = &reg!(list) {
                        list.push(reg!(src).clone());
                    }
                }
                Instr::Return { src } => return Ok(Exit::Return(std::mem::take(&mut reg!(src)))),
                Instr::Yield { dst, src } => return Ok(Exit::Yield(reg!(src).clone(), dst)),
                Instr::YieldFrom { dst, iter } => {
                    let sent = if *delegating { std::mem::take(&mut reg!(dst)) } else { Value::None };
                    *delegating = false;
                    match self.delegate(&reg!(iter), sent, false)? {
                        Ok(result) => reg!(dst) = result,
                        Err(value) => {
                            *delegating = true;
                            *pc -= 1;
                            return Ok(Exit::Yield(value, dst));
                        }
                    }
                }
                Instr::Raise { exc } => return Err(self.raise(&reg!(exc), None)),
                Instr::RaiseFrom { exc, cause } => return Err(self.raise(&reg!(exc), Some(&reg!(cause)))),
                Instr::Reraise => return Err(self.reraise()),
                Instr::Unwind { exc } => match std::mem::take(&mut reg!(exc)) {
                    Value::Exception(exception) => return Err(Thrown::Again(Raise(exception))),
                    _ => return Err(internal("no exception to unwind").into()),
                },
                Instr::LoadAttr { dst, .. } | Instr::LoadGlobal { dst, .. } | Instr::LoadCell { dst, .. } => {
                    let spot = Spot { module: &module, code, function: function.as_ref(), site: 0 };
                    self.step(spot, regs, instr)?;
                    note!(&reg!(dst));
                }
                Instr::Inplace { dst, .. } => {
                    let spot = Spot { module: &module, code, function: function.as_ref(), site: 0 };
                    self.step(spot, regs, instr)?;
                    note!(&reg!(dst));
                }
                _ => {
                    let site = first_site + *pc as usize - 1;
                    let spot = Spot { module: &module, code, function: function.as_ref(), site };
                    self.step(spot, regs, instr)?;
                }
            }
        }
    }

    #[inline]
    pub(super) fn truth(&mut self, value: &Value) -> R<bool> {
        match value {
            Value::Bool(b) => Ok(*b),
            Value::None => Ok(false),
            Value::Int(n) => Ok(*n != 0),
            other => builtins::truth(self, other),
        }
    }

    #[inline]
    pub(super) fn compare(&mut self, op: CmpOp, a: &Value, b: &Value) -> R<bool> {
        if let (Value::Int(x), Value::Int(y)) = (a, b) {
            match op {
                CmpOp::Eq => return Ok(x == y),
                CmpOp::NotEq => return Ok(x != y),
                CmpOp::Lt => return Ok(x < y),
                CmpOp::LtE => return Ok(x <= y),
                CmpOp::Gt => return Ok(x > y),
                CmpOp::GtE => return Ok(x >= y),
                _ => {}
            }
        }
        operators::compare(self, op, a, b)
    }
}

/// The next item of the commonest iterators; `None` if the iterator is of another kind.
#[inline]
fn next_fast(iter: &Value) -> Option<Option<Value>> {
    let Value::Iter(iter) = iter else { return None };
    match &mut *iter.state.borrow_mut() {
        State::List { list, at } => {
            let value = list.get(*at)?;
            *at += 1;
            Some(Some(value))
        }
        State::Range { next, step, left } => {
            if *left == 0 {
                return Some(None);
            }
            *left -= 1;
            let value = *next;
            *next = next.wrapping_add(*step);
            Some(Some(Value::Int(value)))
        }
        _ => None,
    }
}

/// `object[key] = value` for an element that a list has; gives what was there.
#[inline]
fn set_fast(object: &Value, key: &Value, value: &Value) -> Option<Value> {
    let (Value::List(list), Value::Int(n)) = (object, key) else { return None };
    list.items.exchange(usize::try_from(*n).ok()?, value)
}
