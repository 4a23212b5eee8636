//! Unpacking into several targets (spec 4.6).

use super::Vm;
use crate::builtins::iterate;
use crate::value::exceptions::{TYPE_ERROR, type_error, value_error};
use crate::value::{HVec, List, R, Raise, Value};

/// The iterator of a value to unpack, with the error that unpacking gives.
fn iterator(vm: &mut Vm, source: &Value) -> R {
    iterate::iter(vm, source).map_err(|raise| {
        if raise.is(&TYPE_ERROR) {
            type_error(format!("cannot unpack non-iterable {} object", source.type_of().qualified()))
        } else {
            raise
        }
    })
}

#[cold]
fn too_few(expected: &str, got: usize) -> Raise {
    value_error(format!("not enough values to unpack (expected {expected}, got {got})"))
}

/// Exactly `targets.len()` values.
pub fn unpack(vm: &mut Vm, source: &Value, targets: &mut [Value]) -> R<()> {
    let count = targets.len();
    let known = match source {
        Value::Tuple(tuple) => Some(tuple.items.clone()),
        Value::List(list) => Some(list.items.borrow().clone()),
        _ => None,
    };
    let values = match known {
        Some(values) => values,
        None => {
            let iter = iterator(vm, source)?;
            let mut values = HVec::with_capacity(count);
            while values.len() <= count {
                match iterate::next(vm, &iter)? {
                    Some(value) => values.push(value),
                    None => break,
                }
            }
            values
        }
    };
    if values.len() < count {
        return Err(too_few(&count.to_string(), values.len()));
    }
    if values.len() > count {
        return Err(value_error(format!("too many values to unpack (expected {count})")));
    }
    for (target, value) in targets.iter_mut().zip(values) {
        *target = value;
    }
    Ok(())
}

/// `before` values, a list, `after` values.
pub fn unpack_star(vm: &mut Vm, source: &Value, before: usize, after: usize, targets: &mut [Value]) -> R<()> {
    let iter = iterator(vm, source)?;
    let mut values: HVec<Value> = iterate::collect(vm, &iter)?;
    let least = before + after;
    if values.len() < least {
        return Err(too_few(&format!("at least {least}"), values.len()));
    }
    let mut tail = HVec::new();
    for _ in 0..after {
        tail.extend(values.pop());
    }
    let mut middle = HVec::new();
    while values.len() > before {
        middle.extend(values.pop());
    }
    middle.reverse();
    tail.reverse();
    let all = values.into_iter().chain([Value::List(List::new(middle))]).chain(tail);
    for (target, value) in targets.iter_mut().zip(all) {
        *target = value;
    }
    Ok(())
}
