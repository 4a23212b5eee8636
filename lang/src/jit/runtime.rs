//! What compiled code calls: the general forms of instructions, and the way back to the interpreter.
//!
//! Every function here is called with the machine that runs the compiled code and addresses of slots of its frame. None
//! unwinds: a panic is kept and resumed outside of compiled code ([`super::enter`]). A failure is kept in
//! [`Native::pending`](super::native::Native::pending) and told by the status.
#![allow(unsafe_code)]

use std::mem::{ManuallyDrop, MaybeUninit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::Ordering;

use super::abi::{ERROR, FAILED, LEFT, OK, Pair, THREW};
use super::seen::Seen;
use super::types::{Fixed, Ty};
use super::unit::{ExitPoint, Reason, Version};
use crate::builtins::{self, iterate, operators};
use crate::code::Instr;
use crate::syntax::ast::CmpOp;
use crate::value::exceptions::SYSTEM_ERROR;
use crate::value::flow::PARTS;
use crate::value::format::int_text;
use crate::value::iter::State;
use crate::value::layout::{self, tag};
use crate::value::machine::{Resume, Resumed};
use crate::value::types::{Kind, NativeFn};
use crate::value::{Builtin, Dict, FieldCache, HVec, Iter, List, R, Raise, TypeDesc, Value, interrupt, types};
use crate::vm::{Destination, Frame, Module, Spot, Thrown, Vm};

/// Mistaken assumptions after which a version is given up.
const MOST_EXITS: u32 = 100;

/// Runs `work` on the machine; keeps what it raises or its panic.
///
/// # Safety
/// `vm` is the machine that runs the compiled code, which is not used otherwise during the call.
unsafe fn guarded(vm: *mut Vm, work: impl FnOnce(&mut Vm) -> Result<u64, Thrown>) -> u64 {
    // SAFETY: by the caller's promise; compiled code holds no reference.
    let vm = unsafe { &mut *vm };
    match catch_unwind(AssertUnwindSafe(|| work(vm))) {
        Ok(Ok(answer)) => answer,
        Ok(Err(thrown)) => {
            vm.native.pending = Some(thrown);
            ERROR
        }
        Err(panic) => {
            vm.native.panic = Some(panic);
            vm.native.pending = Some(Raise::new(&SYSTEM_ERROR, "internal error").into());
            ERROR
        }
    }
}

/// The running module.
///
/// # Safety
/// The machine runs compiled code; the reference is not used after that.
unsafe fn module_of<'a>(vm: *const Vm) -> &'a Rc<Module> {
    // SAFETY: `enter` sets the pointer to the module of a frame that outlives the compiled code.
    unsafe { &*(*vm).native.module }
}

/// The slots as registers.
///
/// # Safety
/// There are `count` slots, all with proper values, which nobody else uses now.
unsafe fn registers<'a>(slots: *mut Value, count: u16) -> &'a mut [Value] {
    // SAFETY: by the caller's promise.
    unsafe { std::slice::from_raw_parts_mut(slots, usize::from(count)) }
}

/// Executes an instruction in its general form.
///
/// # Safety
/// `frame` is the frame of the compiled code or null, `slots` its slots, `place` the number of its code and of the
/// instruction.
pub unsafe extern "C" fn step(vm: *mut Vm, frame: *mut Frame, slots: *mut Value, place: u64) -> u64 {
    // SAFETY: by the caller's promise.
    let (module, frame) = unsafe { (module_of(vm), frame.as_ref()) };
    let (number, at) = ((place >> 32) as u32, place as u32 as usize);
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |vm| {
            let code = module.code(number)?;
            let site = module.image.first_site(number) + at;
            let spot = Spot { module, code, function: frame.and_then(|f| f.function.as_ref()), site };
            let instr = code.instrs[at];
            vm.step(spot, registers(slots, code.registers), instr)?;
            Ok(OK)
        })
    }
}

/// Makes the call that an instruction stands for.
///
/// # Safety
/// As [`step`].
pub unsafe extern "C" fn call(vm: *mut Vm, frame: *mut Frame, slots: *mut Value, place: u64) -> u64 {
    // SAFETY: by the caller's promise.
    let (module, frame) = unsafe { (module_of(vm), frame.as_ref()) };
    let (number, at) = ((place >> 32) as u32, place as u32 as usize);
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |vm| {
            let code = module.code(number)?;
            let spot = Spot { module, code, function: frame.and_then(|f| f.function.as_ref()), site: 0 };
            let instr = code.instrs[at];
            let regs = registers(slots, code.registers);
            let called = vm.prepare_call(spot, regs, instr)?;
            let (dst, base, count) = match instr {
                Instr::Call { dst, base, argc } => (dst, base, argc + 1),
                Instr::CallMethod { dst, base, argc } => (dst, base, argc + 2),
                Instr::CallKeywords { base, argc, .. } => (base, base, argc + 1),
                Instr::CallUnpacked { dst, base } => (dst, base, 1),
                _ => return Err(Raise::new(&SYSTEM_ERROR, "no call").into()),
            };
            let result = match called {
                Some(frame) => vm.run_prepared(frame)?,
                None => std::mem::take(&mut regs[usize::from(dst)]),
            };
            for reg in regs.iter_mut().skip(usize::from(base)).take(usize::from(count)) {
                *reg = Value::Unbound;
            }
            regs[usize::from(dst)] = result;
            Ok(OK)
        })
    }
}

/// Calls a built-in: `packed` has the first argument's slot and the number of arguments.
///
/// # Safety
/// `slots` are the slots of the compiled code, `builtin` is a built-in, the rest lies inside the slots.
pub unsafe extern "C" fn call_builtin(
    vm: *mut Vm,
    slots: *mut Value,
    builtin: *const Builtin,
    packed: u64,
    dst: u64,
) -> u64 {
    // SAFETY: built-ins are static; the rest by the caller's promise.
    unsafe { with_arguments(vm, slots, packed, dst, |vm, args| vm.call_builtin(&*builtin, args, &[])) }
}

/// Most parameters of a built-in that [`run_padded`] calls.
const MOST_PADDED: usize = 4;

/// Calls the function of a built-in that has a few more parameters than there are arguments, all with defaults that need no
/// object; the arguments are as for [`call_builtin`].
///
/// # Safety
/// As [`call_builtin`], and [`callable`] chose this function.
pub unsafe extern "C" fn run_padded(
    vm: *mut Vm,
    slots: *mut Value,
    builtin: *const Builtin,
    packed: u64,
    dst: u64,
) -> u64 {
    // SAFETY: built-ins are static; the rest by the caller's promise.
    unsafe {
        with_arguments(vm, slots, packed, dst, |vm, args| {
            let builtin: &'static Builtin = &*builtin;
            let params = &builtin.signature().params;
            // Copies that are not counted, and never dropped: the slots keep what they refer to.
            let mut padded = [const { MaybeUninit::<Value>::uninit() }; MOST_PADDED];
            std::ptr::copy_nonoverlapping(args.as_ptr(), padded.as_mut_ptr().cast(), args.len());
            for (n, param) in params.iter().enumerate().skip(args.len()) {
                padded[n].write(param.default.value());
            }
            (builtin.run)(vm, std::slice::from_raw_parts(padded.as_ptr().cast(), params.len()))
        })
    }
}

/// How compiled code calls a built-in or a type with `count` arguments (a receiver counts): the function of this room, and
/// what it is told to call.
pub fn callable(fixed: Fixed, count: usize) -> (*const u8, u64) {
    let is_type = fixed.tag == tag::TYPE;
    let builtin = if is_type {
        // SAFETY: the tag says that it is the address of a type, which is static.
        let class: &'static TypeDesc = unsafe { &*(fixed.address as *const TypeDesc) };
        // `str(x)` is no call of its constructor, and constructors of several types get the type, too.
        builtins::constructor(class).filter(|new| new.kind == Kind::Function && !std::ptr::eq(class, &types::STR))
    } else {
        // SAFETY: as above, of a built-in.
        Some(unsafe { &*(fixed.address as *const Builtin) })
    };
    let plain = builtin.and_then(|builtin| Some((builtin, builtin.signature().plain?)));
    match plain {
        // Nothing is to be bound.
        Some((builtin, (_, most))) if count == most => {
            (run_builtin as *const u8, (&raw const builtin.run).addr() as u64)
        }
        Some((builtin, (least, most))) if (least..most).contains(&count) => {
            let mut defaults = builtin.signature().params.iter().skip(count);
            let is_padded = most <= MOST_PADDED && defaults.all(|param| !param.default.value().is_counted());
            let function = if is_padded { run_padded as *const u8 } else { call_builtin as *const u8 };
            (function, std::ptr::from_ref(builtin).addr() as u64)
        }
        _ if is_type => (construct as *const u8, fixed.address),
        _ => (call_builtin as *const u8, fixed.address),
    }
}

/// Calls the function of a built-in that has as many parameters as there are arguments; these are as for [`call_builtin`].
///
/// # Safety
/// As [`call_builtin`].
pub unsafe extern "C" fn run_builtin(
    vm: *mut Vm,
    slots: *mut Value,
    run: *const NativeFn,
    packed: u64,
    dst: u64,
) -> u64 {
    // SAFETY: built-ins are static; the rest by the caller's promise.
    unsafe { with_arguments(vm, slots, packed, dst, |vm, args| (*run)(vm, args)) }
}

/// Makes an instance of a type; the arguments are as for [`call_builtin`].
///
/// # Safety
/// As [`call_builtin`]; `class` is a type.
pub unsafe extern "C" fn construct(
    vm: *mut Vm,
    slots: *mut Value,
    class: *const TypeDesc,
    packed: u64,
    dst: u64,
) -> u64 {
    // SAFETY: types are static; the rest by the caller's promise.
    unsafe { with_arguments(vm, slots, packed, dst, |vm, args| builtins::construct(vm, &*class, args, &[])) }
}

/// Does `work` with arguments in neighbouring slots and puts its result into slot `dst`.
///
/// # Safety
/// As [`call_builtin`].
#[inline]
unsafe fn with_arguments(
    vm: *mut Vm,
    slots: *mut Value,
    packed: u64,
    dst: u64,
    work: impl FnOnce(&mut Vm, &[Value]) -> R,
) -> u64 {
    let (first, count) = (usize::from(packed as u16), usize::from((packed >> 16) as u16));
    // SAFETY: the slots are proper values, by the caller's promise.
    unsafe {
        guarded(vm, |vm| {
            *slots.add(dst as usize) = work(vm, std::slice::from_raw_parts(slots.add(first), count))?;
            Ok(OK)
        })
    }
}

/// Makes a dict with the shape of the constant number `keys` of the values in neighbouring slots, which are empty
/// afterwards: its address, or [`ERROR`].
///
/// # Safety
/// `slots` is the first of as many slots as the shape has keys.
pub unsafe extern "C" fn shaped(vm: *mut Vm, slots: *mut Value, keys: u64) -> u64 {
    // SAFETY: by the caller's promise.
    unsafe {
        let module = module_of(vm);
        guarded(vm, |_| {
            let shape = module.image.constants.get(keys as usize).and_then(|constant| constant.shape.clone());
            let Some(shape) = shape else { return Err(Raise::new(&SYSTEM_ERROR, "no shape").into()) };
            let values = HVec::take_from(std::slice::from_raw_parts_mut(slots, shape.len()));
            Ok(Value::Dict(Dict::shaped(shape, values)).into_words()[1])
        })
    }
}

/// Makes a list of the values in `count` neighbouring slots, which are empty afterwards: its address, or [`ERROR`].
///
/// # Safety
/// `slots` is the first of as many slots.
pub unsafe extern "C" fn list(vm: *mut Vm, slots: *mut Value, count: u64) -> u64 {
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |_| {
            let values = HVec::take_from(std::slice::from_raw_parts_mut(slots, count as usize));
            Ok(Value::List(List::new(values)).into_words()[1])
        })
    }
}

/// Puts two short texts, given as their words, together; the words of [`Value::Unbound`] if the result is too long.
pub extern "C" fn join_short(_vm: *mut Vm, a1: u64, a2: u64, b1: u64, b2: u64) -> Pair {
    let [first, second] = layout::join_short([a1, a2], [b1, b2]).unwrap_or([u64::from(tag::UNBOUND), 0]);
    Pair { first, second }
}

/// Puts two texts together.
///
/// # Safety
/// All are slots of the compiled code, `a` and `b` with texts.
pub unsafe extern "C" fn concat(vm: *mut Vm, a: *const Value, b: *const Value, dst: *mut Value) -> u64 {
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |_| {
            *dst = operators::concat(&*a, &*b)?;
            Ok(OK)
        })
    }
}

/// The value that lies `offset` bytes behind the first one of a dict with a shape, into a slot; the dict may have to make it first.
///
/// # Safety
/// `dict` is the address of a dict whose shape has such a place, and `dst` a slot of the compiled code.
pub unsafe extern "C" fn field(vm: *mut Vm, dict: u64, offset: u64, dst: *mut Value) -> u64 {
    // SAFETY: by the caller's promise; the words are not owned here, and never dropped.
    unsafe {
        guarded(vm, |_| {
            let dict = ManuallyDrop::new(Value::from_words([u64::from(tag::DICT), dict]));
            let Value::Dict(dict) = &*dict else { return Err(Raise::new(&SYSTEM_ERROR, "no dict").into()) };
            let found = dict.value_at(offset as usize / size_of::<Value>());
            *dst = found.ok_or_else(|| Raise::new(&SYSTEM_ERROR, "no such place"))?;
            Ok(OK)
        })
    }
}

/// A part of a message, into a slot.
///
/// # Safety
/// `message` is the address of a message, `part` the number of one of its parts, and `dst` a slot of the compiled code.
pub unsafe extern "C" fn part(vm: *mut Vm, message: u64, part: u64, dst: *mut Value) -> u64 {
    // SAFETY: by the caller's promise; the words are not owned here, and never dropped.
    unsafe {
        guarded(vm, |_| {
            let message = ManuallyDrop::new(Value::from_words([u64::from(tag::MESSAGE), message]));
            let (Value::Message(message), Some(part)) = (&*message, PARTS.get(part as usize)) else {
                return Err(Raise::new(&SYSTEM_ERROR, "no message").into());
            };
            *dst = message.get(*part)?;
            Ok(OK)
        })
    }
}

/// The sum of a list of numbers that fit machine words; the words of [`Value::Unbound`] if it has other elements, or many.
///
/// # Safety
/// `list` is the address of a list.
pub unsafe extern "C" fn sum(_vm: *mut Vm, list: u64) -> Pair {
    // SAFETY: by the caller's promise; the words are not owned here, and never dropped.
    let list = unsafe { ManuallyDrop::new(Value::from_words([u64::from(tag::LIST), list])) };
    let sum = match &*list {
        Value::List(list) => builtins::sum_of_few(list),
        _ => None,
    };
    Pair::value(sum.unwrap_or_default())
}

/// The text of an int.
pub extern "C" fn int_text(_vm: *mut Vm, number: i64) -> Pair {
    Pair::value(Value::text(int_text::small(number, &mut [0; 20])))
}

/// The truth value of a slot: 0, 1 or [`ERROR`].
///
/// # Safety
/// `slot` is a slot of the compiled code.
pub unsafe extern "C" fn truth(vm: *mut Vm, slot: *const Value) -> u64 {
    // SAFETY: by the caller's promise.
    unsafe { guarded(vm, |vm| Ok(u64::from(builtins::truth(vm, &*slot)?))) }
}

/// A comparison of two slots: 0, 1 or [`ERROR`]. `op` is the number of the operator.
///
/// # Safety
/// Both are slots of the compiled code.
pub unsafe extern "C" fn compare(vm: *mut Vm, op: u64, a: *const Value, b: *const Value) -> u64 {
    const OPS: [CmpOp; 10] = [
        CmpOp::Eq,
        CmpOp::NotEq,
        CmpOp::Lt,
        CmpOp::LtE,
        CmpOp::Gt,
        CmpOp::GtE,
        CmpOp::Is,
        CmpOp::IsNot,
        CmpOp::In,
        CmpOp::NotIn,
    ];
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |vm| {
            let op = OPS.get(op as usize).copied().unwrap_or(CmpOp::Eq);
            Ok(u64::from(operators::compare(vm, op, &*a, &*b)?))
        })
    }
}

/// The next item of the iterator in a slot, into the slot behind it: 1, or 0 at the end.
///
/// # Safety
/// `iter` is a slot of the compiled code, and so is the next one.
pub unsafe extern "C" fn next(vm: *mut Vm, iter: *mut Value) -> u64 {
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |vm| match next_item(vm, &*iter)? {
            Some(value) => {
                *iter.add(1) = value;
                Ok(1)
            }
            None => Ok(0),
        })
    }
}

/// The next item of an iterator. Compiled code that asks a generator directly is spared the way around.
fn next_item(vm: &mut Vm, iter: &Value) -> R<Option<Value>> {
    match iter {
        Value::Generator(generator) => match vm.resume_generator(generator, Resume::Send(Value::None), true)? {
            Resumed::Yield(value) => Ok(Some(value)),
            Resumed::Return(_) => Ok(None),
        },
        other => iterate::next(vm, other),
    }
}

/// Asks the delegate in slot `iter` for its next item, with what is in slot `dst` sent in: 1, or 0 at its end, with the item or
/// the result in `dst`.
///
/// # Safety
/// Both are slots of the compiled code.
pub unsafe extern "C" fn delegate(vm: *mut Vm, iter: *const Value, dst: *mut Value) -> u64 {
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |vm| {
            let sent = match std::mem::take(&mut *dst) {
                Value::Unbound => Value::None,
                sent => sent,
            };
            let (value, answer) = match vm.delegate(&*iter, sent, true)? {
                Ok(result) => (result, 0),
                Err(item) => (item, 1),
            };
            *dst = value;
            Ok(answer)
        })
    }
}

/// Appends the value in a slot to the list in another.
///
/// # Safety
/// Both are slots of the compiled code.
pub unsafe extern "C" fn append(vm: *mut Vm, list: *const Value, src: *const Value) -> u64 {
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |_| {
            if let Value::List(list) = &*list {
                list.push((*src).clone());
            }
            Ok(OK)
        })
    }
}

/// Looks at the limits after `turns` turns of a loop.
///
/// # Safety
/// `vm` is the machine.
pub unsafe extern "C" fn look(vm: *mut Vm, turns: u64, version: *const Version) -> u64 {
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |_| {
            match turns.saturating_mul(crate::vm::LOOP_COST) {
                0 => interrupt::look()?,
                steps => interrupt::checkpoint(steps)?,
            }
            Ok(u64::from((*version).retired.load(Ordering::Relaxed)))
        })
    }
}

/// Does `work`, which raises nothing; keeps its panic.
///
/// # Safety
/// As [`guarded`].
unsafe fn quietly(vm: *mut Vm, work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        // SAFETY: by the caller's promise.
        unsafe { (*vm).native.panic = Some(panic) };
    }
}

/// Drops the value of two words.
///
/// # Safety
/// The words are a value that the compiled code owned.
pub unsafe extern "C" fn release(vm: *mut Vm, first: u64, second: u64) {
    // SAFETY: by the caller's promise.
    unsafe {
        let value = Value::from_words([first, second]);
        quietly(vm, || drop(value));
    }
}

/// Drops what the slots hold; they are not used again.
///
/// # Safety
/// There are `count` slots with proper values.
pub unsafe extern "C" fn release_all(vm: *mut Vm, slots: *mut Value, count: u64) {
    // SAFETY: by the caller's promise.
    unsafe {
        quietly(vm, || {
            for slot in 0..count as usize {
                let slot = slots.add(slot);
                if (*slot).is_counted() {
                    slot.drop_in_place();
                }
            }
        });
    }
}

/// Makes the object of a range's iterator in a slot.
///
/// # Safety
/// `slot` is a slot of the compiled code.
pub unsafe extern "C" fn make_range(vm: *mut Vm, slot: *mut Value, next: i64, left: u64, step: i64) {
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |_| {
            slot.write(Value::Iter(Iter::new(State::Range { next, step, left })));
            Ok(OK)
        });
    }
}

/// Makes the object of a list's iterator in the slot that holds the list.
///
/// # Safety
/// `slot` is a slot of the compiled code.
pub unsafe extern "C" fn make_list_iter(vm: *mut Vm, slot: *mut Value, at: u64) {
    // SAFETY: by the caller's promise.
    unsafe {
        guarded(vm, |_| {
            if let Value::List(list) = slot.replace(Value::Unbound) {
                slot.write(Value::Iter(Iter::new(State::List { list, at: at as usize })));
            }
            Ok(OK)
        });
    }
}

/// The way back to the interpreter. With a frame, it gets the registers, and a mark is given back. Without one (the code
/// was called directly), a frame is made and interpreted to its end here, and its result given back.
///
/// # Safety
/// `slots` are the slots of code of `version`, which do not own anything afterwards; `exit` is the number of one of its
/// exits.
pub unsafe extern "C" fn leave(
    vm: *mut Vm,
    frame: *mut Frame,
    slots: *mut Value,
    version: *const Version,
    exit: u64,
) -> Pair {
    // SAFETY: by the caller's promise; the version lives as long as the unit that runs.
    let (machine, version, frame) = unsafe { (&mut *vm, &*version, frame.as_mut()) };
    let left = catch_unwind(AssertUnwindSafe(|| {
        let compiled = version.compiled()?;
        let point = compiled.exits.get(exit as usize)?;
        // SAFETY: by the caller's promise.
        let module = unsafe { module_of(vm) };
        // SAFETY: by the caller's promise.
        let values = unsafe { values(module, slots, point, &compiled.extra) };
        if let Reason::Surprise(reg) = point.reason {
            // The interpreter goes on behind the instruction, and does not see what it gave.
            let at = point.pc as usize - 1;
            module.image.unit.tier.seen(version.code)[at].note(&values[usize::from(reg)]);
        }
        let is_stress = machine.native.mode == super::Mode::Stress;
        let is_mistake = point.reason.is_mistake() && (is_stress || !is_first_look(module, version.code, point));
        if is_mistake && version.exits.fetch_add(1, Ordering::Relaxed) >= MOST_EXITS {
            module.image.unit.tier.retire(version);
        }
        if is_stress {
            machine.native.next_stress();
        }
        Some(match frame {
            Some(frame) => {
                for (reg, value) in frame.regs.iter_mut().zip(values) {
                    *reg = value;
                }
                frame.pc = point.pc;
                Pair::mark(if point.reason == Reason::Raised { THREW } else { LEFT })
            }
            None => match finish(machine, module, version.code, values, point) {
                Ok(value) => Pair::value(value),
                Err(raise) => {
                    machine.native.pending = Some(Thrown::New(raise));
                    Pair::mark(FAILED)
                }
            },
        })
    }));
    match left {
        Ok(Some(pair)) => pair,
        Ok(None) => {
            machine.native.pending = Some(Raise::new(&SYSTEM_ERROR, "internal error: no such exit").into());
            Pair::mark(FAILED)
        }
        Err(panic) => {
            machine.native.panic = Some(panic);
            machine.native.pending = Some(Raise::new(&SYSTEM_ERROR, "internal error").into());
            Pair::mark(FAILED)
        }
    }
}

/// Whether the code was left because its thread has never looked for a field of a dict where it did. If the thread did, and the field
/// was not where it had been, that is noted; so is what is no message. The interpreter notes what is no dict.
fn is_first_look(module: &Rc<Module>, code: u32, point: &ExitPoint) -> bool {
    let at = point.pc as usize;
    let instr = module.code(code).ok().and_then(|code| code.instrs.get(at));
    if point.reason != Reason::Mistake || !matches!(instr, Some(Instr::GetItemConst { .. } | Instr::LoadAttr { .. })) {
        return false;
    }
    let cache = module.image.fields.get(module.image.first_site(code) + at);
    let Some(seen) = module.image.unit.tier.seen(code).get(at) else { return false };
    let is_known = Seen::had_shapes(seen.bits());
    if matches!(instr, Some(Instr::GetItemConst { .. })) && cache.is_some_and(FieldCache::is_empty) && !is_known {
        return true;
    }
    seen.note_shapes();
    false
}

/// Interprets the rest of a call that has no frame yet.
fn finish(vm: &mut Vm, module: &Rc<Module>, code: u32, values: HVec<Value>, point: &ExitPoint) -> R {
    let thrown = if point.reason == Reason::Raised { vm.native.pending.take() } else { None };
    if let Some(panic) = vm.native.panic.take() {
        // Nothing more is executed; `leave` keeps the panic again.
        std::panic::resume_unwind(panic);
    }
    let mut frame = Frame::new(module.clone(), code, 0, Destination::Host);
    frame.regs = values;
    frame.pc = point.pc;
    vm.resume_frame(frame, thrown)
}

/// Makes ordinary registers of what compiled code left in the frame of a suspended generator, if it did.
pub fn settle_frame(frame: &mut Frame) {
    let Some(suspension) = frame.suspension.take() else { return };
    // SAFETY: versions live as long as their unit, which the frame's module holds.
    let version = unsafe { suspension.version.as_ref() };
    let Some((compiled, point)) =
        version.compiled().and_then(|compiled| Some((compiled, compiled.suspended(suspension)?)))
    else {
        return;
    };
    frame.delegating = point.delegating;
    frame.pc = point.point.pc;
    // SAFETY: the registers are as the code left them, which says so by the number of the point.
    let values = unsafe { values(&frame.module, frame.regs.as_mut_ptr(), &point.point, &compiled.extra) };
    for (reg, value) in frame.regs.iter_mut().zip(values) {
        *reg = value;
    }
}

/// What the registers hold at an exit, as ordinary values, taken out of the slots.
///
/// # Safety
/// The slots and the words behind them are as `point` says.
unsafe fn values(module: &Rc<Module>, slots: *mut Value, point: &ExitPoint, extra: &[Option<u16>]) -> HVec<Value> {
    let count = point.state.len();
    let mut values = HVec::with_capacity(count);
    for (reg, ty) in point.state.iter().enumerate() {
        // SAFETY: by the caller's promise; the second word of every slot that is read was written before.
        let (slot, payload) = unsafe { (slots.add(reg), slots.add(reg).cast::<u64>().add(1)) };
        let word = |n: usize| {
            let first = extra.get(reg).copied().flatten().unwrap_or(0);
            // SAFETY: the words beyond the slots were written on the way here.
            unsafe { slots.add(count + usize::from(first) + n).cast::<u64>().add(1).read() }
        };
        // SAFETY: as above.
        let value = unsafe {
            match ty {
                Ty::Unbound => Value::Unbound,
                Ty::None => Value::None,
                Ty::Bool => Value::Bool(payload.read() != 0),
                Ty::Int => Value::Int(payload.read() as i64),
                Ty::Float => Value::Float(f64::from_bits(payload.read())),
                Ty::Fixed(fixed) => Value::from_words([u64::from(fixed.tag), fixed.address]),
                Ty::Script { global, .. } => {
                    module.globals.borrow().get(usize::from(*global)).cloned().unwrap_or_default()
                }
                Ty::Constant(index) => {
                    module.image.constants.get(*index as usize).map(|loaded| loaded.value.clone()).unwrap_or_default()
                }
                Ty::Range | Ty::Count => {
                    let (next, left, step) = (payload.read() as i64, word(0), word(1) as i64);
                    Value::Iter(Iter::new(State::Range { next, step, left }))
                }
                Ty::ListIter => match slot.replace(Value::Unbound) {
                    Value::List(list) => Value::Iter(Iter::new(State::List { list, at: word(0) as usize })),
                    other => other,
                },
                Ty::Borrowed(_) => {
                    let borrowed = ManuallyDrop::new(Value::from_words([u64::from(tag::DICT), payload.read()]));
                    Value::clone(&borrowed)
                }
                Ty::Kept => {
                    let kept = ManuallyDrop::new(Value::from_words([u64::from(tag::LIST), payload.read()]));
                    Value::clone(&kept)
                }
                Ty::Str | Ty::List | Ty::Dict | Ty::Any => slot.replace(Value::Unbound),
            }
        };
        values.push(value);
    }
    debug_assert_eq!(tag::UNBOUND, 0);
    values
}
