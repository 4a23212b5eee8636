//! The tests of `match` statements (spec 4.10).

use super::Vm;
use crate::builtins::{self, subscript};
use crate::value::exceptions::{ATTRIBUTE_ERROR, type_error, value_error};
use crate::value::types;
use crate::value::{Dict, HVec, R, Tuple, TypeDesc, Value};

/// Whether `subject` matches a sequence pattern of `len` items.
pub fn sequence(subject: &Value, len: usize, at_least: bool) -> bool {
    let length = match subject {
        Value::List(list) => list.len(),
        Value::Tuple(tuple) => tuple.items.len(),
        Value::Range(range) => match range.len {
            Value::Int(n) => usize::try_from(n).unwrap_or(0),
            _ => usize::MAX,
        },
        _ => return false,
    };
    if at_least { length >= len } else { length == len }
}

/// Whether `subject` matches mapping patterns.
pub fn is_mapping(subject: &Value) -> bool {
    matches!(subject, Value::Dict(_) | Value::MultiMap(_))
}

/// The values that the mapping has for the keys, or `None` if one is missing.
pub fn keys(vm: &mut Vm, subject: &Value, keys: &Value) -> R {
    let Value::Tuple(keys) = keys else { return Ok(Value::None) };
    let mut values = HVec::with_capacity(keys.items.len());
    for (n, key) in keys.items.iter().enumerate() {
        for earlier in keys.items.iter().take(n) {
            if crate::value::compare::key_eq(earlier, key)? {
                let repr = builtins::repr::repr(vm, key)?;
                return Err(value_error(format!("mapping pattern checks duplicate key ({})", repr.to_display())));
            }
        }
        let found = match subject {
            Value::Dict(dict) => dict.get(key)?,
            Value::MultiMap(_) => Some(subscript::get(vm, subject, key))
                .transpose()
                .or_else(|raise| if raise.is(&crate::value::exceptions::KEY_ERROR) { Ok(None) } else { Err(raise) })?,
            _ => None,
        };
        match found {
            Some(value) => values.push(value),
            None => return Ok(Value::None),
        }
    }
    Ok(Value::Tuple(Tuple::new(values)))
}

/// A dict of the items whose keys are not among `keys`.
pub fn rest(subject: &Value, keys: &Value) -> R {
    let rest = match subject {
        Value::Dict(dict) => dict.copy(),
        Value::MultiMap(map) => {
            let first = Dict::new();
            for (key, values) in map.to_vec() {
                first.set(key, values.first().cloned().unwrap_or_default())?;
            }
            first
        }
        _ => Dict::new(),
    };
    if let Value::Tuple(keys) = keys {
        for key in keys.items.iter() {
            rest.remove(key)?;
        }
    }
    Ok(Value::Dict(rest))
}

/// Types whose single positional sub-pattern is the subject itself.
static SELF_MATCHING: [&TypeDesc; 11] = [
    &types::BOOL,
    &types::BYTEARRAY,
    &types::BYTES,
    &types::DICT,
    &types::FLOAT,
    &types::FROZENSET,
    &types::INT,
    &types::LIST,
    &types::SET,
    &types::STR,
    &types::TUPLE,
];

/// The sub-values of a class pattern: `positional` ones and the attributes in the tuple `names`; `None` if the subject does
/// not match.
pub fn class(vm: &mut Vm, subject: &Value, class: &Value, names: &Value, positional: usize) -> R {
    let Value::Type(class) = class else { return Err(type_error("called match pattern must be a type")) };
    if !subject.type_of().is_subtype(class) {
        return Ok(Value::None);
    }
    let mut values = HVec::new();
    if positional > 0 {
        let own = SELF_MATCHING.iter().any(|t| class.is_subtype(t));
        let most = usize::from(own);
        if positional > most {
            return Err(type_error(format!(
                "{}() accepts {most} positional sub-pattern{} ({positional} given)",
                class.qualified(),
                if most == 1 { "" } else { "s" }
            )));
        }
        values.push(subject.clone());
    }
    if let Value::Tuple(names) = names {
        for name in names.items.iter() {
            match builtins::attribute::get(vm, subject, &name.to_display()) {
                Ok(value) => values.push(value),
                Err(raise) if raise.is(&ATTRIBUTE_ERROR) => return Ok(Value::None),
                Err(raise) => return Err(raise),
            }
        }
    }
    Ok(Value::Tuple(Tuple::new(values)))
}
