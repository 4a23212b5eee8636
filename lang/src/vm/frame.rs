//! A frame: one running call of a function.

use std::any::Any;
use std::rc::Rc;

use super::image::Module;
use super::origins::Shadows;
use crate::code::Reg;
use crate::jit::Suspension;
use crate::value::function::Suspended;
use crate::value::{Exception, Function, HVec, Ref, Value};

/// Where the result of a frame goes.
pub enum Destination {
    /// Into a register of the frame below.
    Register(Reg),
    /// To the Rust code that entered the machine.
    Host,
}

/// One running call.
pub struct Frame {
    /// The program and its globals.
    pub module: Rc<Module>,
    /// Number of the code.
    pub code: u32,
    /// Next instruction.
    pub pc: u32,
    /// The registers.
    pub regs: HVec<Value>,
    /// The function, for its closure; `None` for module code and expressions.
    pub function: Option<Ref<Function>>,
    /// Where the result goes.
    pub destination: Destination,
    /// How many exceptions were being handled when the frame began.
    pub handled: usize,
    /// Whether it is suspended in a `yield from`.
    pub delegating: bool,
    /// Where compiled code is suspended, if it is: then the registers are as it left them.
    pub suspension: Option<Suspension>,
    /// Where the registers' values came from; empty unless the run is tracked.
    pub shadows: Shadows,
}

impl Frame {
    /// A frame of code number `code` with `registers` unbound registers.
    #[must_use]
    pub fn new(module: Rc<Module>, code: u32, registers: u16, destination: Destination) -> Frame {
        let mut regs = HVec::with_capacity(usize::from(registers));
        for _ in 0..registers {
            regs.push(Value::Unbound);
        }
        Frame {
            module,
            code,
            pc: 0,
            regs,
            function: None,
            destination,
            handled: 0,
            delegating: false,
            suspension: None,
            shadows: Shadows::default(),
        }
    }
}

/// The frame of a generator that is not running, with the exceptions it is handling.
pub struct SuspendedFrame {
    /// The frame.
    pub frame: Frame,
    /// Exceptions being handled inside.
    pub handled: Vec<Option<Ref<Exception>>>,
    /// Where a sent value goes; `None` before the first `next`.
    pub resume: Option<Reg>,
}

impl Suspended for SuspendedFrame {
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}
