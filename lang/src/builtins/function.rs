//! Functions as objects: their attributes; and the union of types, `int | str`.

use std::any::Any;

use super::generic::{Generic, shown};
use crate::table;
use crate::value::compare::eq;
use crate::value::exceptions::type_error;
use crate::value::{Cx, Dict, Function, NativeObject, R, Ref, TypeDesc, Value, types};

table! {
    /// Functions have attributes only.
    pub static MEMBERS = []
}

/// An attribute of a function.
#[must_use]
pub fn attribute(function: &Ref<Function>, name: &str) -> Option<Value> {
    match name {
        "__name__" => Some(function.name.borrow().clone()),
        "__qualname__" => Some(Value::str(&function.qualname)),
        "__doc__" => Some(function.doc.borrow().clone()),
        _ => match &*function.attributes.borrow() {
            Value::Dict(attributes) => attributes.get_str(name),
            _ => None,
        },
    }
}

/// Assigns an attribute of a function.
///
/// # Errors
/// `TypeError` for a name that is no text.
pub fn set_attribute(function: &Ref<Function>, name: &str, value: Value) -> R<bool> {
    match name {
        "__name__" => {
            if value.text_bytes().is_none() {
                return Err(type_error("__name__ must be set to a string object"));
            }
            drop(function.name.replace(value));
        }
        "__doc__" => drop(function.doc.replace(value)),
        _ if super::attribute::is_hidden(name) || name == "__qualname__" => return Ok(false),
        _ => {
            let mut attributes = function.attributes.borrow_mut();
            if let Value::Dict(dict) = &*attributes {
                dict.set_str(name, value);
            } else {
                let dict = Dict::new();
                dict.set_str(name, value);
                *attributes = Value::Dict(dict);
            }
        }
    }
    Ok(true)
}

/// Deletes an attribute of a function.
#[must_use]
pub fn delete_attribute(function: &Ref<Function>, name: &str) -> bool {
    match &*function.attributes.borrow() {
        Value::Dict(attributes) => matches!(attributes.remove(&Value::str(name)), Ok(Some(_))),
        _ => false,
    }
}

/// `int | str`: for `isinstance` and annotations.
pub struct Union {
    /// The members: types, types with parameters, and `None`.
    pub members: Vec<Value>,
}

/// The union of two types; `None` if an operand is no type.
#[must_use]
pub fn type_union(a: &Value, b: &Value) -> Option<Value> {
    if a.is_none() && b.is_none() {
        return None;
    }
    let mut members: Vec<Value> = Vec::new();
    for operand in [a, b] {
        let parts = match operand {
            Value::Type(_) | Value::None => vec![operand.clone()],
            Value::Native(native) if native.downcast::<Generic>().is_some() => vec![operand.clone()],
            Value::Native(native) => native.downcast::<Union>()?.members.clone(),
            _ => return None,
        };
        for part in parts {
            if !members.iter().any(|m| eq(m, &part).unwrap_or(false)) {
                members.push(part);
            }
        }
    }
    if let [only] = &members[..] {
        return Some(only.clone());
    }
    Some(Value::native(Union { members }))
}

impl NativeObject for Union {
    fn class(&self) -> &'static TypeDesc {
        &types::UNION
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        let names: R<Vec<String>> = self.members.iter().map(|member| shown(cx, member)).collect();
        Some(names.map(|names| Value::str(&names.join(" | "))))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        let Value::Native(native) = other else { return Some(Ok(false)) };
        let Some(other) = native.downcast::<Union>() else { return Some(Ok(false)) };
        let subset = |a: &[Value], b: &[Value]| a.iter().all(|x| b.iter().any(|y| eq(x, y).unwrap_or(false)));
        Some(Ok(subset(&self.members, &other.members) && subset(&other.members, &self.members)))
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(Ok(self.members.iter().fold(0, |acc, m| acc ^ crate::value::hash::python_hash(m).unwrap_or(0))))
    }

    fn binary(&self, _: &mut Cx<'_>, op: crate::syntax::ast::BinaryOp, other: &Value, reflected: bool) -> Option<R> {
        if op != crate::syntax::ast::BinaryOp::BitOr {
            return None;
        }
        let own = Value::native(Union { members: self.members.clone() });
        let union = if reflected { type_union(other, &own) } else { type_union(&own, other) };
        union.map(Ok)
    }
}
