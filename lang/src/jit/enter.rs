//! From the interpreter into compiled code and back.
#![allow(unsafe_code)]

use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::abi::{Adapter, FAILED, LEFT, Pair, THREW};
use super::native::Mode;
use super::runtime::settle_frame;
use super::types::Ty;
use super::unit::{Compiled, Key, Progress, Suspension, Version};
use super::worker;
use crate::value::iter::State;
use crate::value::{R, Ref, Value, interrupt};
use crate::vm::{Exit, Frame, Module, Thrown, Vm};

/// Stack that must be left for compiled code to be entered, and below which it makes no direct calls.
pub(super) const STACK: usize = 192 * 1024;
/// Entries refused because of other types, after which a version is given up.
const MOST_MISSES: u32 = 50;
/// Most arguments of a call without a frame.
const MOST_ARGUMENTS: usize = 4;
/// What a call counts for.
pub const CALL_COST: u64 = 8;
/// Calls or turns of loops until the compiler is asked again.
const PATIENCE: u32 = 200;

impl Vm {
    /// Sets whether and when programs are compiled.
    pub fn set_jit(&mut self, mode: Mode) {
        self.native.set_mode(mode);
    }

    /// Goes on with `frame` in compiled code, if there is any for this entry. `None`: the interpreter must go on.
    pub(crate) fn native(&mut self, frame: &mut Frame, key: Key) -> Option<Result<Exit, Thrown>> {
        if self.native.mode == Mode::Off {
            return None;
        }
        let image = Rc::clone(&frame.module.image);
        let warmth = image.heat(frame.code);
        if key == Key::START && !warmth.turn(self.native.hot) {
            return None;
        }
        let version = match warmth.known(key) {
            Some(Some(version)) if !version.retired.load(Ordering::Relaxed) => version,
            Some(None) => {
                warmth.wait(self.native.hot, PATIENCE);
                return None;
            }
            _ => self.find(frame, key)?,
        };
        self.run_native(&version, frame)
    }

    /// Looks for a version among all threads' and has it compiled if there is none.
    #[cold]
    fn find(&mut self, frame: &mut Frame, key: Key) -> Option<Arc<Version>> {
        let image = Rc::clone(&frame.module.image);
        let warmth = image.heat(frame.code);
        let tier = image.unit.tier.code(frame.code)?;
        let progress = tier.progress().get(&key).cloned();
        let remember = |version| warmth.remember(key, version);
        match progress {
            Some(Progress::Ready(version)) => {
                remember(Some(Arc::clone(&version)));
                return Some(version);
            }
            Some(Progress::Refused(_)) => remember(None),
            Some(Progress::Queued) => {}
            None => {
                let entry = entry_types(frame, key);
                let (unit, mode) = (Arc::clone(&image.unit), self.native.mode);
                let job = worker::Job { unit, code: frame.code, key, entry, mode };
                if self.native.mode == Mode::Auto {
                    tier.progress().insert(key, Progress::Queued);
                    worker::enqueue(job);
                } else {
                    let version = worker::compile(&job);
                    remember(version.clone());
                    return version;
                }
            }
        }
        warmth.wait(self.native.hot, PATIENCE);
        None
    }

    /// Enters a version with the frame's registers, if they are what it expects.
    fn run_native(&mut self, version: &Arc<Version>, frame: &mut Frame) -> Option<Result<Exit, Thrown>> {
        let compiled = version.compiled()?;
        let left = stacker::remaining_stack().filter(|left| *left >= STACK)?;
        if frame.regs.len() < compiled.places {
            frame.regs.extend(std::iter::repeat_n(Value::Unbound, compiled.places - frame.regs.len()));
        }
        let image = &frame.module.image;
        if !version.entry.iter().zip(frame.regs.iter()).all(|(ty, value)| fits(*ty, value)) {
            let misses = version.misses.fetch_add(1, Ordering::Relaxed);
            if misses >= MOST_MISSES {
                image.unit.tier.retire(version);
            }
            return None;
        }
        let mut words = std::mem::take(&mut self.native.words);
        words.clear();
        for (ty, value) in version.entry.iter().zip(frame.regs.iter_mut()) {
            take(*ty, value, &mut words);
        }
        let depth = self.depth;
        let outer = self.native.enter(&frame.module, left - STACK);
        let slots = frame.regs.as_mut_ptr();
        // SAFETY: the words are what the entry's types say, just taken from the frame; the frame stays where it is. The
        // code belongs to a version of the frame's unit.
        let pair = unsafe { (compiled.adapter)(self, frame, words.as_ptr(), slots, 0) };
        self.native.leave(outer);
        self.depth = depth;
        self.native.words = words;
        self.finish_native(version, compiled, frame, pair)
    }

    /// Goes on in the compiled code that suspended a generator's frame. `None`: the interpreter must go on, and the frame is an
    /// ordinary one now.
    /// `is_native`: compiled code asks for it directly, on the stack that it runs on.
    pub(crate) fn resume_native(&mut self, frame: &mut Frame, is_native: bool) -> Option<Result<Exit, Thrown>> {
        let suspension = frame.suspension?;
        // SAFETY: versions live as long as their unit, which the frame's module holds.
        let version = unsafe { suspension.version.as_ref() };
        let Some(compiled) = version.compiled().filter(|_| !version.retired.load(Ordering::Relaxed)) else {
            settle_frame(frame);
            return None;
        };
        let outer = if is_native && self.native.is_ready_for(&frame.module) {
            None
        } else if let Some(left) = stacker::remaining_stack().filter(|left| *left >= STACK) {
            Some(self.native.enter(&frame.module, left - STACK))
        } else {
            settle_frame(frame);
            return None;
        };
        frame.suspension = None;
        let depth = self.depth;
        let slots = frame.regs.as_mut_ptr();
        // SAFETY: this code left the registers as they are, behind the `yield` of that number; the frame stays where it is.
        let pair = unsafe { (compiled.adapter)(self, frame, std::ptr::null(), slots, suspension.point) };
        self.depth = depth;
        match outer {
            Some(outer) => self.native.leave(outer),
            None => self.native.go_on_with_panic(),
        }
        self.finish_native(version, compiled, frame, pair)
    }

    /// What it means that compiled code gave back `pair`.
    #[inline]
    fn finish_native(
        &mut self,
        version: &Version,
        compiled: &Compiled,
        frame: &mut Frame,
        pair: Pair,
    ) -> Option<Result<Exit, Thrown>> {
        let Pair { first, second } = pair;
        match first & 0xff {
            LEFT => None,
            THREW | FAILED => {
                let pending = self.native.pending.take();
                Some(Err(pending.unwrap_or_else(|| crate::vm::internal("nothing was raised").into())))
            }
            _ => {
                // SAFETY: anything else is a value, and it is ours.
                let value = unsafe { Value::from_words([first, second]) };
                let suspension = Suspension { version: NonNull::from(version), point: self.native.point };
                Some(Ok(match compiled.suspended(suspension) {
                    Some(point) => {
                        frame.suspension = Some(suspension);
                        Exit::Yield(value, point.receiver)
                    }
                    None => Exit::Return(value),
                }))
            }
        }
    }
}

impl Vm {
    /// Calls compiled code of a function with its arguments, without a frame of the interpreter. `None`: the interpreter
    /// must make the call, with the arguments as they are.
    #[inline]
    pub(crate) fn call_native(&mut self, module: &Rc<Module>, code: u32, args: &[Value]) -> Option<R> {
        let version = module.image.heat(code).direct();
        // SAFETY: the pointer is null or to a version of this unit, which lives as long as the unit.
        let version = unsafe { version.as_ref() }?;
        let is_ready = self.native.mode != Mode::Off && !self.is_watched() && !version.retired.load(Ordering::Relaxed);
        let fit = args.len() == version.arity
            && (version.takes_any || args.iter().zip(&version.entry).all(|(value, ty)| ty.admits(value.tag())));
        if !is_ready || !fit || args.len() > MOST_ARGUMENTS || self.depth >= self.recursion_limit {
            return None;
        }
        let adapter = version.compiled()?.adapter;
        let left = stacker::remaining_stack().filter(|left| *left >= STACK)?;
        // SAFETY: the thread's count of steps, which lives as long as the thread.
        let fuel = unsafe { &*self.native.fuel };
        match fuel.get().checked_sub(CALL_COST) {
            Some(less @ 1..) => fuel.set(less),
            _ => {
                if let Err(stop) = interrupt::checkpoint(CALL_COST) {
                    return Some(Err(stop.into()));
                }
            }
        }
        if !version.is_plain {
            let mut words = [0; MOST_ARGUMENTS * 2];
            apart(args, &version.entry, &mut words);
            // SAFETY: the words are what the entry's types say, and owned by nobody else.
            return Some(unsafe { self.enter_direct(module, adapter, words.as_ptr(), left) });
        }
        // Such values lie in memory as the code reads them, which owns one reference of each.
        for value in args {
            std::mem::forget(value.clone());
        }
        // SAFETY: as above.
        Some(unsafe { self.enter_direct(module, adapter, args.as_ptr().cast(), left) })
    }

    /// Runs `adapter`, the code of a direct version, with `left` bytes of stack.
    ///
    /// # Safety
    /// The version is one of the module's unit, and the words are what its entry expects; the code owns them.
    #[inline(always)]
    unsafe fn enter_direct(&mut self, module: &Rc<Module>, adapter: Adapter, words: *const u64, left: usize) -> R {
        let depth = self.depth;
        self.depth = depth + 1;
        let outer = self.native.enter(module, left - STACK);
        // SAFETY: by the caller's promise; the code needs no frame.
        let Pair { first, second } = unsafe { adapter(self, std::ptr::null_mut(), words, std::ptr::null_mut(), 0) };
        self.native.leave(outer);
        self.depth = depth;
        match first & 0xff {
            FAILED => Err(self.take_pending()),
            // SAFETY: anything else is a value, and it is ours.
            _ => Ok(unsafe { Value::from_words([first, second]) }),
        }
    }
}

/// Takes copies of arguments apart into the words of their types.
fn apart(args: &[Value], types: &[Ty], words: &mut [u64; MOST_ARGUMENTS * 2]) {
    let mut places = words.iter_mut();
    for (value, ty) in args.iter().zip(types) {
        let [first, second] = value.clone().into_words();
        let (next, count) = match ty {
            Ty::Unbound | Ty::None => continue,
            Ty::Bool => ([first >> 8 & 0xff, 0], 1),
            Ty::Int | Ty::Float => ([second, 0], 1),
            _ => ([first, second], 2),
        };
        places.by_ref().take(count).zip(next).for_each(|(place, word)| *place = word);
    }
}

/// What the registers that are still needed hold just now.
fn entry_types(frame: &Frame, key: Key) -> Vec<Ty> {
    frame
        .regs
        .iter()
        .map(|value| match value {
            Value::Iter(iter) if key != Key::START && Ref::is_unique(iter) => match &*iter.state.borrow() {
                State::Range { step: 1, .. } => Ty::Count,
                State::Range { .. } => Ty::Range,
                State::List { .. } => Ty::ListIter,
                _ => Ty::Any,
            },
            value => Ty::of(value),
        })
        .collect()
}

/// Whether a register can be taken as a value of type `ty`.
fn fits(ty: Ty, value: &Value) -> bool {
    match (ty, value) {
        // Nobody reads it.
        (Ty::Unbound, _) => true,
        (Ty::Count, Value::Iter(iter)) => {
            Ref::is_unique(iter) && matches!(&*iter.state.borrow(), State::Range { step: 1, .. })
        }
        (Ty::Range, Value::Iter(iter)) => Ref::is_unique(iter) && matches!(&*iter.state.borrow(), State::Range { .. }),
        (Ty::ListIter, Value::Iter(iter)) => {
            Ref::is_unique(iter) && matches!(&*iter.state.borrow(), State::List { .. })
        }
        (ty, value) => ty.admits(value.tag()),
    }
}

/// Takes a register's value apart into the words of its type.
fn take(ty: Ty, value: &mut Value, words: &mut Vec<u64>) {
    match ty {
        // Nobody reads it, and it must not keep alive what the loop is done with: a list that is written while it grows can only
        // let go of elements that nobody else has.
        Ty::Unbound => *value = Value::Unbound,
        Ty::None | Ty::Fixed(_) | Ty::Script { .. } | Ty::Constant(_) => {}
        Ty::Borrowed(_) | Ty::Kept => {}
        Ty::Bool => words.push(u64::from(matches!(value, Value::Bool(true)))),
        Ty::Int => {
            if let Value::Int(n) = value {
                words.push(*n as u64);
            }
        }
        Ty::Float => {
            if let Value::Float(x) = value {
                words.push(x.to_bits());
            }
        }
        Ty::Range => {
            if let Value::Iter(iter) = std::mem::take(value)
                && let State::Range { next, step, left } = &*iter.state.borrow()
            {
                words.extend([*next as u64, *left, *step as u64]);
            }
        }
        Ty::Count => {
            if let Value::Iter(iter) = std::mem::take(value)
                && let State::Range { next, left, .. } = &*iter.state.borrow()
            {
                words.extend([*next as u64, *left]);
            }
        }
        Ty::ListIter => {
            if let Value::Iter(iter) = std::mem::take(value)
                && let State::List { list, at } = iter.state.replace(State::Done)
            {
                words.extend([Value::List(list).into_words()[1], at as u64]);
            }
        }
        Ty::Str | Ty::List | Ty::Dict | Ty::Any => words.extend(std::mem::take(value).into_words()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_reads_is_let_go() {
        let (kept, mut words) = (Value::list([]), Vec::new());
        let Value::List(list) = &kept else { panic!("a list") };
        let mut register = kept.clone();
        take(Ty::Unbound, &mut register, &mut words);
        assert!(register.is_unbound() && words.is_empty() && Ref::is_unique(list));
    }
}
