//! Objects of modules: everything that is not one of the core kinds of values.
//!
//! A module implements [`NativeObject`] for its type and answers only the questions that make sense for it.

use std::any::Any;
use std::cmp::Ordering;

use super::heap;
use super::machine::Cx;
use super::refs::{Kind, Object};
use super::types::TypeDesc;
use super::{R, Value};
use crate::syntax::ast::{BinaryOp, UnaryOp};

/// The behaviour of an object. Every method but two has a default that says "not supported".
#[allow(unused_variables)]
pub trait NativeObject: Any {
    /// Its type.
    fn class(&self) -> &'static TypeDesc;

    /// As `Any`, for the module's own methods.
    fn as_any(&self) -> &dyn Any;

    /// `repr(x)`; `None` gives `<module.Type object at …>`.
    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        None
    }

    /// `str(x)`; `None` gives the `repr`.
    fn str(&self, cx: &mut Cx<'_>) -> Option<R> {
        None
    }

    /// `format(x, spec)`; `None` accepts only an empty spec.
    fn format(&self, cx: &mut Cx<'_>, spec: &str) -> Option<R> {
        None
    }

    /// The number that an object is whose type derives from `int`. It then counts as an int wherever one is expected.
    fn index(&self) -> Option<i64> {
        None
    }

    /// `int(x)`; `None` is a `TypeError`.
    fn int(&self) -> Option<R> {
        None
    }

    /// `x == other`; `None` compares identity.
    fn eq(&self, other: &Value) -> Option<R<bool>> {
        None
    }

    /// Ordering; `None` is a `TypeError`, `Some(None)` unordered.
    fn compare(&self, other: &Value) -> Option<R<Option<Ordering>>> {
        None
    }

    /// `hash(x)`; `None` hashes the identity.
    fn hash(&self) -> Option<R<i64>> {
        None
    }

    /// Truth value.
    fn truth(&self, cx: &mut Cx<'_>) -> R<bool> {
        match self.len(cx) {
            Some(len) => Ok(len? > 0),
            None => Ok(true),
        }
    }

    /// `len(x)`
    fn len(&self, cx: &mut Cx<'_>) -> Option<R<usize>> {
        None
    }

    /// `x[key]`
    fn get_item(&self, cx: &mut Cx<'_>, key: &Value) -> Option<R> {
        None
    }

    /// `x[key] = value`
    fn set_item(&self, cx: &mut Cx<'_>, key: &Value, value: Value) -> Option<R<()>> {
        None
    }

    /// `value in x`; `None` falls back to iteration.
    fn contains(&self, cx: &mut Cx<'_>, value: &Value) -> Option<R<bool>> {
        None
    }

    /// `iter(x)`. An object that is its own iterator gives `this`.
    fn iter(&self, cx: &mut Cx<'_>, this: &Value) -> Option<R> {
        None
    }

    /// `next(x)`
    fn next(&self, cx: &mut Cx<'_>) -> Option<R<Option<Value>>> {
        None
    }

    /// `x(…)`
    fn call(&self, cx: &mut Cx<'_>, args: &[Value], keywords: &[(Value, Value)]) -> Option<R> {
        None
    }

    /// `x op other`, or `other op x` when `reflected`.
    fn binary(&self, cx: &mut Cx<'_>, op: BinaryOp, other: &Value, reflected: bool) -> Option<R> {
        None
    }

    /// `op x`; `None` is what the operator does to the number, or a `TypeError`.
    fn unary(&self, op: UnaryOp) -> Option<R> {
        None
    }

    /// Attributes beyond the type's members.
    fn get_attr(&self, cx: &mut Cx<'_>, name: &str) -> Option<R> {
        None
    }

    /// `x.name = value`
    fn set_attr(&self, cx: &mut Cx<'_>, name: &str, value: Value) -> Option<R<()>> {
        None
    }

    /// What the value of a result becomes on return (spec 7.1); `None`: cannot be returned.
    fn to_core(&self, cx: &mut Cx<'_>) -> Option<R> {
        None
    }

    /// What `copy.copy` and `copy.deepcopy` make of it: by default the object itself, which suits objects that do not
    /// change. `None`: it cannot be copied.
    fn copy(&self, this: &Value) -> Option<R> {
        Some(Ok(this.clone()))
    }

    /// Drops everything through which a cycle could run.
    fn clear(&self) {}
}

/// The place of such an object on the heap.
pub struct Native {
    /// The object.
    pub object: Box<dyn NativeObject>,
}

impl Object for Native {
    const KIND: Kind = Kind::Native;
    fn clear(&self) {
        self.object.clear();
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        heap::refund(size_of_val(&*self.object));
    }
}

impl Native {
    /// The object in its place. It counts against the memory limit; what it points to is its own affair.
    pub(super) fn new(object: impl NativeObject) -> Native {
        heap::charge(size_of_val(&object));
        Native { object: Box::new(object) }
    }

    /// The object as the module's own type.
    #[must_use]
    pub fn downcast<T: NativeObject>(&self) -> Option<&T> {
        self.object.as_any().downcast_ref::<T>()
    }
}
