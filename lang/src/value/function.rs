//! Callables and what they leave behind: functions, bound methods, generators.

use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use super::containers::CellBox;
use super::hvec::HVec;
use super::refs::{Kind, Object, Ref};
use super::types::Builtin;
use super::{Guarded, Value};

/// A function made by `def` or `lambda`.
pub struct Function {
    /// The loaded program that the code belongs to; only the interpreter looks inside.
    pub module: Rc<dyn Any>,
    /// Number of the code in that program.
    pub code: u32,
    /// `__name__`; assignable.
    pub name: Guarded<Value>,
    /// `__qualname__`
    pub qualname: Arc<str>,
    /// `__doc__`
    pub doc: Guarded<Value>,
    /// Defaults of the last positional parameters.
    pub defaults: HVec<Value>,
    /// Dict of defaults of keyword-only parameters, or unbound.
    pub keyword_defaults: Value,
    /// The captured variables.
    pub closure: HVec<Ref<CellBox>>,
    /// Dict of attributes set by the script, or unbound.
    pub attributes: Guarded<Value>,
}

impl Object for Function {
    const KIND: Kind = Kind::Function;
    fn clear(&self) {
        // Cycles through a function run through its cells or attributes; cells are cleared on their own.
        drop(self.attributes.replace(Value::Unbound));
        for default in self.defaults.iter() {
            if let Value::List(list) = default {
                list.clear();
            }
        }
    }
}

/// A built-in method together with its receiver, or a property of callables such as `dict.fromkeys` with its class.
#[derive(Debug)]
pub struct BoundMethod {
    /// The receiver.
    pub receiver: Value,
    /// The method.
    pub method: &'static Builtin,
}

impl Object for BoundMethod {}

/// A suspended frame; only the interpreter looks inside.
pub trait Suspended: Any {
    /// As `Any`, to get the interpreter's type back.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;

    /// The same without moving it.
    fn as_any(&mut self) -> &mut dyn Any;
}

/// A generator.
pub struct Generator {
    /// `__name__`
    pub name: Arc<str>,
    /// `__qualname__`
    pub qualname: Arc<str>,
    /// The frame; `None` after its end. While the generator runs it is `None` or borrowed.
    pub frame: Guarded<Option<Box<dyn Suspended>>>,
    /// Whether it is running now.
    pub running: Cell<bool>,
    /// Whether it has been started.
    pub started: Cell<bool>,
}

impl Object for Generator {
    const KIND: Kind = Kind::Generator;
    fn clear(&self) {
        if !self.frame.is_borrowed() {
            drop(self.frame.replace(None));
        }
    }
}
