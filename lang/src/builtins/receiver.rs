//! Receivers of methods that were taken from their type: `str.upper(5)`.

use crate::value::exceptions::type_error;
use crate::value::native::NativeObject;
use crate::value::{R, Raise, Value};

/// The error of the method `name` of `owner`, called with something else as its receiver.
#[cold]
#[must_use]
pub fn wrong_receiver(name: &str, owner: &str, got: Option<&Value>) -> Raise {
    let got = got.map_or("nothing", |v| v.type_name());
    type_error(format!("descriptor '{name}' for '{owner}' objects doesn't apply to a '{got}' object"))
}

/// The native object that is the receiver of the method `name` of `owner`: the first of its arguments.
///
/// # Errors
/// [`wrong_receiver`]
pub fn native<'a, T: NativeObject>(name: &str, owner: &str, arguments: &'a [Value]) -> R<&'a T> {
    match arguments.first() {
        Some(Value::Native(native)) => native.downcast(),
        _ => None,
    }
    .ok_or_else(|| wrong_receiver(name, owner, arguments.first()))
}
