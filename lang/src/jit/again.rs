//! What a host calls again and again: what is to be asked before compiled code is entered was asked when it was called last.
//!
//! A condition of a flow is a few instructions of machine code. So a host's call finds the code by the address of the unit, and
//! looks only at what may have changed since.
#![allow(unsafe_code)]

use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::abi::{Adapter, FAILED, Pair};
use super::enter::{CALL_COST, STACK};
use super::native::Mode;
use super::unit::Version;
use crate::code::Unit;
use crate::value::{FieldCache, R, Value};
use crate::vm::{Loaded, Module, Thrown, Vm};

/// Units whose calls are kept ready.
pub const PLACES: usize = 8;

/// A call that is ready: of compiled code that takes one value, whatever it is, without a frame.
pub struct Ready {
    /// The address of the unit, which the module holds.
    unit: *const Unit,
    /// The module. Compiled code is told where this field lies.
    module: Rc<Module>,
    version: *const Version,
    adapter: Adapter,
    globals: *const Value,
    fields: *const FieldCache,
    constants: *const Loaded,
}

/// The place of a unit among the calls that are ready.
#[inline]
fn place(unit: *const Unit) -> usize {
    let address = unit.addr();
    (address >> 4 ^ address >> 9) % PLACES
}

impl Vm {
    /// Begins a run on the present stack: calls that are ready are entered on it, until the run is over.
    #[inline(always)] // What the run does lies below the frame that this is done in.
    pub fn begin_run(&mut self, mode: Mode) {
        self.set_jit(mode);
        let here = std::ptr::from_ref(&mode).addr();
        let left = stacker::remaining_stack().filter(|left| *left >= STACK);
        self.native.stack = left.filter(|_| mode != Mode::Off).map_or(0..0, |left| here - (left - STACK)..here);
    }

    /// Calls what a host called before of `unit`, if that is ready and nothing stands in its way: then it takes the argument.
    /// `None`: nothing was done.
    #[inline(always)] // For short runs it is most of the work.
    pub(crate) fn call_again(&mut self, unit: &Arc<Unit>, argument: &ManuallyDrop<Value>) -> Option<R> {
        let unit = Arc::as_ptr(unit);
        let ready = self.native.ready[place(unit)].as_ref()?;
        // SAFETY: the module holds the unit, and so its versions; the count of steps lives as long as the thread.
        let (version, fuel) = unsafe { (&*ready.version, &*self.native.fuel) };
        let mark = 0_usize;
        let here = std::ptr::from_ref(&mark).addr();
        let is_ready = ready.unit == unit
            && ready.module.is_kept()
            && !version.retired.load(Ordering::Relaxed)
            && self.native.stack.contains(&here)
            && self.native.module.is_null()
            && self.depth < self.recursion_limit
            && fuel.get() > CALL_COST;
        if !is_ready || self.is_watched() {
            return None;
        }
        fuel.set(fuel.get() - CALL_COST);
        let (adapter, module) = (ready.adapter, std::ptr::from_ref(&ready.module));
        // Nobody else has anything in force, so there is nothing to go back to but that.
        self.native.globals = ready.globals;
        self.native.fields = ready.fields;
        self.native.constants = ready.constants;
        self.native.stack_limit = self.native.stack.start;
        self.native.module = module;
        let depth = self.depth;
        self.depth = depth + 1;
        // SAFETY: the code is that of a version of the module's unit, which takes the words of one value, as they lie in memory; it
        // owns them. The module stays where it is, because only a host has calls made ready.
        let Pair { first, second } = unsafe {
            adapter(self, std::ptr::null_mut(), std::ptr::from_ref(argument).cast(), std::ptr::null_mut(), 0)
        };
        self.native.module = std::ptr::null();
        self.depth = depth;
        if self.native.panic.is_some() {
            self.native.go_on_with_panic();
        }
        if first & 0xff == FAILED {
            return Some(Err(self.take_pending()));
        }
        // SAFETY: anything else is a value, and it is ours.
        Some(Ok(unsafe { Value::from_words([first, second]) }))
    }

    /// The exception with which a call failed.
    #[cold]
    pub(super) fn take_pending(&mut self) -> crate::value::Raise {
        let pending = self.native.pending.take();
        pending.map_or_else(|| crate::vm::internal("nothing was raised"), Thrown::into_raise)
    }

    /// Has calls of code number `code` of a module ready from now on, if it is compiled and needs no more than its argument.
    pub(crate) fn make_ready(&mut self, module: &Rc<Module>, code: u32) {
        // SAFETY: the pointer is null or to a version of this unit, which lives as long as the unit.
        let Some(version) = (unsafe { module.image.heat(code).direct().as_ref() }) else { return };
        let takes_it = version.takes_any && version.arity == 1 && !version.retired.load(Ordering::Relaxed);
        let Some(compiled) = version.compiled().filter(|_| takes_it && module.is_kept()) else { return };
        if !self.native.module.is_null() {
            return;
        }
        let unit = Arc::as_ptr(&module.image.unit);
        self.native.ready[place(unit)] = Some(Ready {
            unit,
            version,
            adapter: compiled.adapter,
            // The variables of a module that is kept are never more or fewer.
            globals: module.globals.borrow().as_ptr(),
            fields: module.image.fields.as_ptr(),
            constants: module.image.constants.as_ptr(),
            module: Rc::clone(module),
        });
    }
}
