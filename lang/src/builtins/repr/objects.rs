//! `repr` of what has no literal form: callables, types, modules, iterators and other objects.

use super::put;
use crate::builtins::owner;
use crate::value::iter::Part;
use crate::value::types::{self, Kind, ORDERED_DICT};
use crate::value::{Builtin, HVec, Ref, TypeDesc, Value, View};

/// Appends `repr`.
pub(super) fn write(out: &mut HVec<u8>, value: &Value) {
    let address = value.identity().unwrap_or_default();
    let text = match value {
        Value::Builtin(own) => builtin(own),
        Value::Type(own) if own.bare => own.name.to_owned(),
        Value::Type(own) => format!("<class '{}'>", own.full_name()),
        Value::Module(own) => format!("<module '{}' (built-in)>", own.name),
        Value::Function(own) => format!("<function {} at {address:#x}>", own.qualname),
        Value::Generator(own) => format!("<generator object {} at {address:#x}>", own.qualname),
        Value::Method(own) => {
            let address = own.receiver.identity().unwrap_or(Ref::address(own));
            let receiver = own.receiver.type_of().qualified();
            format!("<built-in method {} of {receiver} object at {address:#x}>", own.method.name())
        }
        other => format!("<{} object at {address:#x}>", other.type_of().full_name()),
    };
    put(out, &text);
}

fn builtin(own: &'static Builtin) -> String {
    let name = own.name();
    let owner = owner(own).map_or_else(|| types::OBJECT.qualified(), TypeDesc::qualified);
    match own.kind {
        Kind::Function => format!("<built-in function {name}>"),
        Kind::Method => format!("<method '{name}' of '{owner}' objects>"),
        Kind::Property => format!("<attribute '{name}' of '{owner}' objects>"),
        Kind::Static | Kind::Class => {
            format!("<built-in method {name} of type object at {:#x}>", std::ptr::from_ref(own) as usize)
        }
    }
}

/// The name of a view's type; the views of an `OrderedDict` have their own.
pub(super) fn view_name(own: &View) -> &'static str {
    match (own.part, own.dict.class() == &ORDERED_DICT) {
        (Part::Keys, false) => types::DICT_KEYS.name,
        (Part::Values, false) => types::DICT_VALUES.name,
        (Part::Items, false) => types::DICT_ITEMS.name,
        (Part::Keys, true) => "odict_keys",
        (Part::Values, true) => "odict_values",
        (Part::Items, true) => "odict_items",
    }
}
