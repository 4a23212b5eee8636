//! The interpreter loop: tier 0.
//!
//! [`Vm::interpret_from`] owns the running frame and switches frames on calls and returns; [`Vm::run`] executes instructions
//! of one frame until something happens that only the loop outside can do.

use super::calls::Called;
use super::exceptions::{Thrown, matches};
use super::frame::{Destination, Frame};
use super::image::Module;
use super::{Vm, internal, patterns, unpack};
use crate::builtins::{self, attribute, iterate, operators, subscript};
use crate::code::{Code, Instr, NO_REG, Reg};
use crate::syntax::ast::{BinaryOp, CmpOp, Conversion, UnaryOp};
use crate::value::containers::{CellBox, Slice};
use crate::value::exceptions::{IMPORT_ERROR, NAME_ERROR, TYPE_ERROR, UNBOUND_LOCAL_ERROR, type_error};
use crate::value::interrupt::checkpoint;
use crate::value::iter::State;
use crate::value::table::Table;
use crate::value::{Dict, Function, Guarded, HVec, List, R, Raise, Ref, Set, Tuple, Value};

/// How a frame that Rust code entered came to a stop.
pub enum Done {
    /// It returned.
    Return(Value),
    /// It yielded; the register receives what is sent in.
    Yield(Value, Box<Frame>, Reg),
}

/// Why the instruction loop of a frame ended.
enum Exit {
    Return(Value),
    Yield(Value, Reg),
    Call(Frame),
}

/// Steps that one turn of a loop counts for.
const LOOP_COST: u64 = 12;

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
        let mut thrown = match injected {
            Some(raise) if frame.delegating => match self.throw_into_delegate(&mut frame, raise) {
                Ok(None) => None,
                Ok(Some((value, register))) => return Ok(Done::Yield(value, Box::new(frame), register)),
                Err(thrown) => Some(thrown),
            },
            other => other.map(Thrown::New),
        };
        loop {
            let exit = match thrown.take() {
                Some(thrown) => Err(thrown),
                None if self.tracker.is_some() || self.profiler.is_some() => self.run::<true>(&mut frame),
                None => self.run::<false>(&mut frame),
            };
            match exit {
                Ok(Exit::Call(callee)) => {
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
        macro_rules! take_range {
            ($base:expr, $count:expr) => {
                range!($base, $count).iter_mut().map(std::mem::take).collect::<HVec<Value>>()
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
                Instr::CheckBound { reg, name } => {
                    if reg!(reg).is_unbound() {
                        return Err(unbound_local(&module, name).into());
                    }
                }
                Instr::Unbind { reg } => reg!(reg) = Value::Unbound,

                Instr::MakeCell { reg } => {
                    let content = std::mem::take(&mut reg!(reg));
                    reg!(reg) = Value::Cell(Ref::new(CellBox { content: Guarded::new(content) }));
                }
                Instr::Closure { dst, index } => {
                    let cell = function.as_ref().and_then(|f| f.closure.get(usize::from(index)));
                    reg!(dst) = cell.map_or(Value::Unbound, |cell| Value::Cell(cell.clone()));
                }
                Instr::LoadCell { dst, cell, name } => {
                    let content = match &reg!(cell) {
                        Value::Cell(c) => c.content.borrow().clone(),
                        _ => Value::Unbound,
                    };
                    if content.is_unbound() {
                        return Err(empty_cell(&module, code, cell, name).into());
                    }
                    reg!(dst) = content;
                }
                Instr::StoreCell { cell, src } => {
                    let value = reg!(src).clone();
                    if let Value::Cell(c) = &reg!(cell) {
                        drop(c.content.replace(value));
                    }
                }
                Instr::DeleteCell { cell, name } => {
                    let old = match &reg!(cell) {
                        Value::Cell(c) => c.content.replace(Value::Unbound),
                        _ => Value::Unbound,
                    };
                    if old.is_unbound() {
                        return Err(empty_cell(&module, code, cell, name).into());
                    }
                }

                Instr::LoadGlobal { dst, global } => {
                    let value = module.globals.borrow().get(usize::from(global)).cloned().unwrap_or_default();
                    reg!(dst) = if value.is_unbound() { global_fallback(&module, global)? } else { value };
                }
                Instr::StoreGlobal { global, src } => {
                    let value = reg!(src).clone();
                    let old = match module.globals.borrow_mut().get_mut(usize::from(global)) {
                        Some(slot) => std::mem::replace(slot, value),
                        None => Value::Unbound,
                    };
                    drop(old);
                }
                Instr::DeleteGlobal { global } => {
                    let old = module.globals.borrow_mut().get_mut(usize::from(global)).map(std::mem::take);
                    if old.is_none_or(|v| v.is_unbound()) {
                        return Err(unknown_global(&module, global).into());
                    }
                }

                Instr::LoadAttr { dst, obj, name } => {
                    let value = attribute::get(self, &reg!(obj), &image.unit.names[usize::from(name)])?;
                    reg!(dst) = value;
                }
                Instr::StoreAttr { obj, name, src } => {
                    let value = reg!(src).clone();
                    attribute::set(self, &reg!(obj), &image.unit.names[usize::from(name)], value)?;
                }
                Instr::DeleteAttr { obj, name } => {
                    attribute::delete(self, &reg!(obj), &image.unit.names[usize::from(name)])?;
                }
                Instr::GetItem { dst, obj, key } => {
                    let value = match (&reg!(obj), &reg!(key)) {
                        (Value::List(list), Value::Int(n)) if *n >= 0 => list.get(*n as usize),
                        (Value::Dict(dict), key) if dict.special.is_none() => dict.get(key)?,
                        _ => None,
                    };
                    reg!(dst) = match value {
                        Some(value) => value,
                        None => subscript::get(self, &reg!(obj), &reg!(key))?,
                    };
                }
                Instr::GetItemConst { dst, obj, key } => {
                    let key = &image.constants[usize::from(key)];
                    let found = match (&reg!(obj), key.value.text_bytes()) {
                        (Value::Dict(dict), Some(text)) => dict.get_text(key.hash, text),
                        _ => None,
                    };
                    reg!(dst) = match found {
                        Some(value) => value,
                        None => subscript::get(self, &reg!(obj), &key.value)?,
                    };
                }
                Instr::SetItem { obj, key, src } => {
                    let value = reg!(src).clone();
                    match (&reg!(obj), &reg!(key)) {
                        (Value::List(list), Value::Int(n)) if *n >= 0 && (*n as usize) < list.len() => {
                            list.set(*n as usize, value);
                        }
                        (object, key) => subscript::set(self, object, key, value)?,
                    }
                }
                Instr::DeleteItem { obj, key } => subscript::delete(self, &reg!(obj), &reg!(key))?,
                Instr::BuildSlice { dst, base } => {
                    let [start, stop, step] = [0, 1, 2].map(|n| reg!(base + n).clone());
                    reg!(dst) = Value::Slice(Ref::new(Slice { start, stop, step }));
                }

                Instr::Binary { op, dst, a, b } => {
                    let value = match (&reg!(a), &reg!(b)) {
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
                    reg!(dst) = match value {
                        Some(value) => value,
                        None => operators::binary(self, op, &reg!(a), &reg!(b))?,
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
                        None => operators::binary(self, op, &reg!(a), &Value::Int(b))?,
                    };
                }
                Instr::Inplace { op, dst, a, b } => {
                    if op == BinaryOp::Add && dst == a && a != b && append_text(regs, a, b)? {
                        continue;
                    }
                    let value = operators::inplace(self, op, &reg!(a), &reg!(b))?;
                    reg!(dst) = value;
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
                        None => operators::inplace(self, op, &reg!(a), &Value::Int(b))?,
                    };
                }
                Instr::Unary { op, dst, src } => {
                    let value = match op {
                        UnaryOp::Not => Value::Bool(!self.truth(&reg!(src))?),
                        op => operators::unary(self, op, &reg!(src))?,
                    };
                    reg!(dst) = value;
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
                    let iter = iterate::iter(self, &reg!(src))?;
                    reg!(dst) = iter;
                }
                Instr::ForIter { iter, exit } => {
                    let next = match next_fast(&reg!(iter)) {
                        Some(next) => next,
                        None => iterate::next(self, &reg!(iter))?,
                    };
                    match next {
                        Some(value) => reg!(iter + 1) = value,
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
                        continue;
                    }
                    let (callee, args) = (&reg!(base), &range!(base + 1, argc));
                    let value = match callee {
                        Value::Builtin(builtin) => self.call_builtin(builtin, args, &[])?,
                        other => self.call_value(other, args, &[])?,
                    };
                    range!(base, argc + 1).fill_with(Value::default);
                    reg!(dst) = value;
                }
                Instr::LoadMethod { base, obj, name } => {
                    let (method, receiver) = {
                        let object = &reg!(obj);
                        let class = object.type_of();
                        let cache = &image.methods[usize::from(name)];
                        match cache.get() {
                            Some((known, method)) if std::ptr::eq(known, class) => {
                                (Value::Builtin(method), object.clone())
                            }
                            _ => {
                                let name = &image.unit.names[usize::from(name)];
                                match attribute::method(object, name) {
                                    Some(method) => {
                                        cache.set(Some((class, method)));
                                        (Value::Builtin(method), object.clone())
                                    }
                                    None => (attribute::get(self, object, name)?, Value::Unbound),
                                }
                            }
                        }
                    };
                    reg!(base) = method;
                    reg!(base + 1) = receiver;
                }
                Instr::CallMethod { dst, base, argc } => {
                    let bound = !reg!(base + 1).is_unbound();
                    let value = if bound {
                        let (callee, args) = (&reg!(base), &range!(base + 1, argc + 1));
                        match callee {
                            Value::Builtin(builtin) => self.call_builtin(builtin, args, &[])?,
                            other => self.call_value(other, args, &[])?,
                        }
                    } else {
                        if let Value::Function(callee) = &reg!(base) {
                            let callee = callee.clone();
                            let args = range!(base + 2, argc).iter_mut().map(std::mem::take);
                            match self.start(callee, args, dst)? {
                                Called::Frame(frame) => return Ok(Exit::Call(frame)),
                                Called::Value(generator) => reg!(dst) = generator,
                            }
                            continue;
                        }
                        let (callee, args) = (&reg!(base), &range!(base + 2, argc));
                        self.call_value(callee, args, &[])?
                    };
                    range!(base, argc + 2).fill_with(Value::default);
                    reg!(dst) = value;
                }
                Instr::CallKeywords { base, argc, names } => {
                    let names = &image.constants[usize::from(names)].value;
                    let Value::Tuple(names) = names else { return Err(internal("keyword names").into()) };
                    let positional = argc - names.items.len() as u16;
                    let keywords: Vec<(Value, Value)> = names
                        .items
                        .iter()
                        .cloned()
                        .zip(range!(base + 1 + positional, names.items.len() as u16).iter().cloned())
                        .collect();
                    let args: Vec<Value> = range!(base + 1, positional).to_vec();
                    range!(base + 1, argc).fill_with(Value::default);
                    let callee = std::mem::take(&mut reg!(base));
                    match self.begin(&callee, &args, &keywords, base)? {
                        Called::Value(value) => reg!(base) = value,
                        Called::Frame(frame) => return Ok(Exit::Call(frame)),
                    }
                }
                Instr::CallUnpacked { dst, base } => {
                    let args = match iterate::collect(self, &reg!(base + 1)) {
                        Err(raise) if raise.is(&TYPE_ERROR) && !iterate::is_iterable(&reg!(base + 1)) => {
                            let label = attribute::call_label(&reg!(base));
                            let name = reg!(base + 1).type_name();
                            return Err(type_error(format!(
                                "{label} argument after * must be an iterable, not {name}"
                            ))
                            .into());
                        }
                        other => other?,
                    };
                    let keywords = match &reg!(base + 2) {
                        Value::Dict(dict) => super::bind::keyword_pairs(dict)?,
                        _ => Vec::new(),
                    };
                    let callee = std::mem::take(&mut reg!(base));
                    match self.begin(&callee, &args, &keywords, dst)? {
                        Called::Value(value) => reg!(dst) = value,
                        Called::Frame(frame) => return Ok(Exit::Call(frame)),
                    }
                }

                Instr::BuildList { dst, base, count } => reg!(dst) = Value::List(List::new(take_range!(base, count))),
                Instr::BuildTuple { dst, base, count } => {
                    reg!(dst) = Value::Tuple(Tuple::new(take_range!(base, count)));
                }
                Instr::BuildSet { dst, base, count } => {
                    let set = Set::new(Table::default(), false);
                    for value in range!(base, count).iter() {
                        set.add(value.clone())?;
                    }
                    reg!(dst) = Value::Set(set);
                }
                Instr::BuildDict { dst, base, count } => {
                    let dict = Dict::with_capacity(usize::from(count));
                    for pair in range!(base, count * 2).chunks_exact(2) {
                        dict.set(pair[0].clone(), pair[1].clone())?;
                    }
                    reg!(dst) = Value::Dict(dict);
                }
                Instr::BuildShaped { dst, base, keys } => {
                    let Some(shape) = &image.constants[usize::from(keys)].shape else {
                        return Err(internal("no shape").into());
                    };
                    let count = shape.len();
                    let first = usize::from(base);
                    let values = regs[first..first + count].iter_mut().map(std::mem::take).collect();
                    reg!(dst) = Value::Dict(Dict::shaped(shape.clone(), values));
                }
                Instr::BuildString { dst, base, count } => {
                    let parts = &range!(base, count);
                    let size = parts.iter().filter_map(Value::text_bytes).map(<[u8]>::len).sum();
                    crate::value::interrupt::reserve(size)?;
                    let mut text = HVec::with_capacity(size);
                    for part in parts {
                        text.extend_bytes(part.text_bytes().unwrap_or_default());
                    }
                    reg!(dst) = Value::text_vec(text);
                }
                Instr::ListAppend { list, src } => {
                    if let Value::List(list) = &reg!(list) {
                        list.push(reg!(src).clone());
                    }
                }
                Instr::ListExtend { list, src } => {
                    let Value::List(list) = reg!(list).clone() else { return Err(internal("no list").into()) };
                    let more = match iterate::collect(self, &reg!(src)) {
                        Err(raise) if raise.is(&TYPE_ERROR) && !iterate::is_iterable(&reg!(src)) => {
                            let name = reg!(src).type_name();
                            return Err(type_error(format!("Value after * must be an iterable, not {name}")).into());
                        }
                        other => other?,
                    };
                    list.items.borrow_mut().extend(more);
                }
                Instr::ListToTuple { dst, list } => {
                    let items = match &reg!(list) {
                        Value::List(list) => list.items.borrow().clone(),
                        _ => HVec::new(),
                    };
                    reg!(dst) = Value::Tuple(Tuple::new(items));
                }
                Instr::SetAdd { set, src } => {
                    if let Value::Set(set) = &reg!(set) {
                        set.add(reg!(src).clone())?;
                    }
                }
                Instr::SetUpdate { set, src } => {
                    let more = iterate::collect(self, &reg!(src))?;
                    if let Value::Set(set) = &reg!(set) {
                        for value in more {
                            set.add(value)?;
                        }
                    }
                }
                Instr::DictInsert { dict, key, src } => {
                    if let Value::Dict(dict) = &reg!(dict) {
                        dict.set(reg!(key).clone(), reg!(src).clone())?;
                    }
                }
                Instr::DictUpdate { dict, src } => {
                    let Some(pairs) = builtins::dict::mapping_items(self, &reg!(src))? else {
                        let name = reg!(src).type_name();
                        return Err(type_error(format!("'{name}' object is not a mapping")).into());
                    };
                    if let Value::Dict(dict) = &reg!(dict) {
                        for (key, value) in pairs {
                            dict.set(key, value)?;
                        }
                    }
                }
                Instr::DictMerge { dict, src, callee } => {
                    let Some(pairs) = builtins::dict::mapping_items(self, &reg!(src))? else {
                        let name = reg!(src).type_name();
                        let label = attribute::call_label(&reg!(callee));
                        return Err(
                            type_error(format!("{label} argument after ** must be a mapping, not {name}")).into()
                        );
                    };
                    if let Value::Dict(dict) = &reg!(dict) {
                        for (key, value) in pairs {
                            if dict.get(&key)?.is_some() {
                                let label = attribute::call_label(&reg!(callee));
                                let key = key.to_display();
                                return Err(type_error(format!(
                                    "{label} got multiple values for keyword argument '{key}'"
                                ))
                                .into());
                            }
                            dict.set(key, value)?;
                        }
                    }
                }
                Instr::FormatValue { conversion, dst, src, spec } => {
                    let converted = match conversion {
                        None => None,
                        Some(Conversion::Str) => Some(builtins::repr::str(self, &reg!(src))?),
                        Some(Conversion::Repr) => Some(builtins::repr::repr(self, &reg!(src))?),
                        Some(Conversion::Ascii) => Some(builtins::repr::ascii(self, &reg!(src))?),
                    };
                    let value = converted.as_ref().unwrap_or(&reg!(src));
                    let text = if spec == NO_REG {
                        builtins::formatting::format(self, value, b"")?
                    } else {
                        builtins::formatting::format(self, value, reg!(spec).text_bytes().unwrap_or_default())?
                    };
                    reg!(dst) = text;
                }

                Instr::Unpack { src, base, count } => {
                    let source = reg!(src).clone();
                    unpack::unpack(self, &source, &mut range!(base, count))?;
                }
                Instr::UnpackStar { before, src, base, after } => {
                    let source = reg!(src).clone();
                    let (before, after) = (usize::from(before), usize::from(after));
                    let first = usize::from(base);
                    unpack::unpack_star(self, &source, before, after, &mut regs[first..=first + before + after])?;
                }

                Instr::MakeFunction { dst, code, base } => {
                    let made = module.code(u32::from(code))?;
                    let mut closure = HVec::with_capacity(made.captures.len());
                    for captured in &made.captures {
                        match &reg!(*captured) {
                            Value::Cell(cell) => closure.push(cell.clone()),
                            _ => return Err(internal("captured register holds no cell").into()),
                        }
                    }
                    let defaults = match std::mem::take(&mut reg!(base)) {
                        Value::Tuple(tuple) => tuple.items.clone(),
                        _ => HVec::new(),
                    };
                    let doc = made.doc.map_or(Value::None, |doc| image.constants[usize::from(doc)].value.clone());
                    reg!(dst) = Value::Function(Ref::new(Function {
                        module: module.clone(),
                        code: u32::from(code),
                        name: Guarded::new(Value::str(&made.name)),
                        qualname: made.qualname.clone(),
                        doc: Guarded::new(doc),
                        defaults,
                        keyword_defaults: std::mem::take(&mut reg!(base + 1)),
                        closure,
                        attributes: Guarded::new(Value::Unbound),
                    }));
                }
                Instr::Return { src } => return Ok(Exit::Return(std::mem::take(&mut reg!(src)))),
                Instr::Yield { dst, src } => return Ok(Exit::Yield(reg!(src).clone(), dst)),
                Instr::YieldFrom { dst, iter } => {
                    let sent = if *delegating { std::mem::take(&mut reg!(dst)) } else { Value::None };
                    *delegating = false;
                    match self.delegate(&reg!(iter), sent)? {
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
                Instr::EnterHandler { exc } => {
                    self.handled.push(match &reg!(exc) {
                        Value::Exception(exception) => Some(exception.clone()),
                        _ => None,
                    });
                }
                Instr::LeaveHandler => {
                    self.handled.pop();
                }
                Instr::MatchException { dst, exc, class } => {
                    let matched = matches(&reg!(exc), &reg!(class))?;
                    reg!(dst) = Value::Bool(matched);
                }

                Instr::ImportFrom { dst, module: source, name } => {
                    let name = &image.unit.names[usize::from(name)];
                    let value = attribute::get(self, &reg!(source), name).map_err(|_| {
                        let from = match &reg!(source) {
                            Value::Module(m) => m.name,
                            other => other.type_name(),
                        };
                        Raise::new(
                            &IMPORT_ERROR,
                            format!("cannot import name '{name}' from '{from}' (unknown location)"),
                        )
                        .field("name", Value::str(from))
                    })?;
                    reg!(dst) = value;
                }

                Instr::MatchSequence { at_least, dst, src, len } => {
                    reg!(dst) = Value::Bool(patterns::sequence(&reg!(src), usize::from(len), at_least));
                }
                Instr::MatchMapping { dst, src } => reg!(dst) = Value::Bool(patterns::is_mapping(&reg!(src))),
                Instr::MatchKeys { src, base } => {
                    let values = patterns::keys(self, &reg!(src), &reg!(base))?;
                    reg!(base) = values;
                }
                Instr::MatchRest { dst, src, keys } => {
                    let rest = patterns::rest(&reg!(src), &reg!(keys))?;
                    reg!(dst) = rest;
                }
                Instr::MatchClass { src, base, positional } => {
                    let values =
                        patterns::class(self, &reg!(src), &reg!(base), &reg!(base + 1), usize::from(positional))?;
                    reg!(base) = values;
                }
                Instr::Display { src } => {
                    let value = reg!(src).clone();
                    self.displayed.push(value);
                }
            }
        }
    }

    /// Starts a call of a script function whose result goes to register `dst`.
    #[inline]
    fn start(&mut self, callee: Ref<Function>, args: impl ExactSizeIterator<Item = Value>, dst: Reg) -> R<Called> {
        let called = self.begin_function(callee, args, &[], Destination::Register(dst))?;
        if matches!(called, Called::Frame(_)) {
            self.enter_frame()?;
        }
        Ok(called)
    }

    /// Begins any call whose result goes to register `dst`.
    fn begin(&mut self, callee: &Value, args: &[Value], keywords: &[(Value, Value)], dst: Reg) -> R<Called> {
        let called = self.begin_call(callee, args, keywords, Destination::Register(dst))?;
        if matches!(called, Called::Frame(_)) {
            self.enter_frame()?;
        }
        Ok(called)
    }

    #[inline]
    fn truth(&mut self, value: &Value) -> R<bool> {
        match value {
            Value::Bool(b) => Ok(*b),
            Value::None => Ok(false),
            Value::Int(n) => Ok(*n != 0),
            other => builtins::truth(self, other),
        }
    }

    #[inline]
    fn compare(&mut self, op: CmpOp, a: &Value, b: &Value) -> R<bool> {
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

/// `a += b` for texts when nobody else holds `a`: grows it in place, so that building a text piece by piece is linear.
fn append_text(regs: &mut [Value], a: Reg, b: Reg) -> R<bool> {
    let (a, b) = (usize::from(a), usize::from(b));
    if !matches!(regs[a], Value::Str(_)) {
        return Ok(false);
    }
    let Value::Str(mut text) = std::mem::take(&mut regs[a]) else { return Ok(false) };
    let appended = match (Ref::get_mut(&mut text), regs[b].text_bytes()) {
        (Some(text), Some(more)) => match crate::value::interrupt::reserve(more.len()) {
            Ok(()) => Ok(text.append(more)),
            Err(stop) => Err(stop),
        },
        _ => Ok(false),
    };
    regs[a] = Value::Str(text);
    Ok(appended?)
}

fn global_name(module: &Module, global: u16) -> &str {
    module.image.unit.globals.get(usize::from(global)).map_or("?", |name| name)
}

#[cold]
fn unknown_global(module: &Module, global: u16) -> Raise {
    let name = global_name(module, global);
    Raise::new(&NAME_ERROR, format!("name '{name}' is not defined")).field("name", Value::str(name))
}

#[cold]
fn global_fallback(module: &Module, global: u16) -> R {
    // `config` belongs to scripts (spec 1.7).
    let is_expression = module.image.unit.codes.first().is_some_and(|code| &*code.name == "<expression>");
    if is_expression && global_name(module, global) == "config" {
        return Err(unknown_global(module, global));
    }
    builtins::lookup(global_name(module, global)).ok_or_else(|| unknown_global(module, global))
}

#[cold]
fn unbound_local(module: &Module, name: u16) -> Raise {
    let name = module.image.unit.names.get(usize::from(name)).map_or("?", |name| name);
    Raise::new(
        &UNBOUND_LOCAL_ERROR,
        format!("cannot access local variable '{name}' where it is not associated with a value"),
    )
}

/// The error for a cell without content: it depends on whether the variable is the function's own.
#[cold]
fn empty_cell(module: &Module, code: &Code, cell: Reg, name: u16) -> Raise {
    let own = code.instrs.iter().any(|i| matches!(i, Instr::MakeCell { reg } if *reg == cell));
    if own {
        return unbound_local(module, name);
    }
    let name = module.image.unit.names.get(usize::from(name)).map_or("?", |name| name);
    Raise::new(
        &NAME_ERROR,
        format!("cannot access free variable '{name}' where it is not associated with a value in enclosing scope"),
    )
    .field("name", Value::str(name))
}
