//! `list[int]`: a type written with parameters, as a value (spec 0.2; in annotations nothing is evaluated).
//!
//! It remembers its parameters for `repr` and `==`; calls and attributes are those of the plain type.

use std::any::Any;

use super::{attribute, function, repr};
use crate::syntax::ast::BinaryOp;
use crate::value::compare::{eq, nested};
use crate::value::exceptions::type_error;
use crate::value::hash::python_hash;
use crate::value::{Cx, NativeObject, R, TypeDesc, Value, types};

/// A type with parameters.
pub struct Generic {
    origin: &'static TypeDesc,
    /// A tuple.
    parameters: Value,
}

/// `origin[key]`
///
/// # Errors
/// `TypeError` for a type that takes no parameters.
pub fn subscript(origin: &'static TypeDesc, key: &Value) -> R {
    if !origin.generic {
        return Err(type_error(format!("type '{}' is not subscriptable", origin.qualified())));
    }
    let parameters = match key {
        Value::Tuple(_) => key.clone(),
        one => Value::tuple([one.clone()]),
    };
    Ok(Value::native(Generic { origin, parameters }))
}

impl Generic {
    fn parameters(&self) -> &[Value] {
        match &self.parameters {
            Value::Tuple(tuple) => &tuple.items,
            _ => &[],
        }
    }

    fn same(&self, other: &Value) -> R<bool> {
        let Value::Native(native) = other else { return Ok(false) };
        let Some(other) = native.downcast::<Generic>() else { return Ok(false) };
        Ok(std::ptr::eq(self.origin, other.origin) && eq(&self.parameters, &other.parameters)?)
    }
}

/// A parameter, or a member of a union, as `repr` shows it: types and functions by their names.
///
/// # Errors
/// Whatever the `repr` of another value raises.
pub fn shown(cx: &mut Cx<'_>, parameter: &Value) -> R<String> {
    Ok(match parameter {
        Value::Ellipsis => "...".to_owned(),
        Value::Type(desc) => desc.full_name(),
        Value::Builtin(builtin) => builtin.qualified_name().to_owned(),
        Value::Function(own) => format!("{}.{}", super::MODULE_NAME, own.qualname),
        other => repr::repr(cx, other)?.to_display(),
    })
}

impl NativeObject for Generic {
    fn class(&self) -> &'static TypeDesc {
        &types::GENERIC_ALIAS
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        let parameters: R<Vec<String>> = self.parameters().iter().map(|parameter| shown(cx, parameter)).collect();
        Some(parameters.map(|texts| {
            let inside = if texts.is_empty() { "()".to_owned() } else { texts.join(", ") };
            Value::str(&format!("{}[{inside}]", self.origin.full_name()))
        }))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        Some(nested(" in comparison", || self.same(other)))
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(python_hash(&self.parameters).map(|hash| hash ^ std::ptr::from_ref(self.origin) as i64))
    }

    fn get_item(&self, cx: &mut Cx<'_>, _: &Value) -> Option<R> {
        let own = self.repr(cx)?;
        Some(own.and_then(|text| Err(type_error(format!("{} is not a generic class", text.to_display())))))
    }

    fn call(&self, cx: &mut Cx<'_>, args: &[Value], keywords: &[(Value, Value)]) -> Option<R> {
        Some(super::construct(cx, self.origin, args, keywords))
    }

    fn binary(&self, _: &mut Cx<'_>, op: BinaryOp, other: &Value, reflected: bool) -> Option<R> {
        if op != BinaryOp::BitOr {
            return None;
        }
        let own = Value::native(Generic { origin: self.origin, parameters: self.parameters.clone() });
        let union = if reflected { function::type_union(other, &own) } else { function::type_union(&own, other) };
        union.map(Ok)
    }

    fn get_attr(&self, cx: &mut Cx<'_>, name: &str) -> Option<R> {
        (name != "__class__").then(|| attribute::get(cx, &Value::Type(self.origin), name))
    }
}
