//! What calls of the built-in types do.

mod containers;
mod multimap;
mod numbers;
mod text;

pub use containers::*;
pub use multimap::*;
pub use numbers::*;
pub use text::*;

use crate::value::exceptions::type_error;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, Cx, NativeObject, R, TypeDesc, Value, types};

/// `type(x)`
pub static TYPE: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "type(object: Any, /) -> type",
    "The type of an object.\n\n>>> type(1)\n<class 'int'>\n",
    |_, a| Ok(Value::Type(a[0].type_of())),
);

/// `type(None)()`
pub static NONE: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "NoneType() -> None",
    "None.\n\n>>> type(None)() is None\nTrue\n",
    |_, _| Ok(Value::None),
);

/// `object()`
pub static OBJECT: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "object() -> object",
    "A featureless object, unequal to every other.\n\n>>> object() == object()\nFalse\n",
    |_, _| Ok(Value::native(Plain)),
);

/// An instance of `object`.
struct Plain;

impl NativeObject for Plain {
    fn class(&self) -> &'static TypeDesc {
        &types::OBJECT
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// An optional argument that must be an iterable.
fn optional(cx: &mut Cx<'_>, value: &Value) -> R<crate::value::HVec<Value>> {
    match value.given() {
        Some(iterable) => super::iterate::collect(cx, iterable),
        None => Ok(crate::value::HVec::new()),
    }
}

/// An int argument of any size.
fn integer(value: &Value) -> R {
    match crate::value::number::IntView::of(value) {
        Some(crate::value::number::IntView::Small(n)) => Ok(Value::Int(n)),
        Some(_) => Ok(value.clone()),
        None => {
            Err(type_error(format!("'{}' object cannot be interpreted as an integer", value.type_of().qualified())))
        }
    }
}
