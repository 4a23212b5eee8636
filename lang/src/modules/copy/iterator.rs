//! Copies of iterators: they go on from where the original is.

use super::refused;
use crate::value::iter::State;
use crate::value::{HVec, Iter, R, Ref, Value};

/// A copy of an iterator whose parts, such as the list it runs over, are what `part` makes of them.
pub(super) fn copy(value: &Value, own: &Ref<Iter>, part: &mut dyn FnMut(&Value) -> R) -> R {
    // The state is taken apart first, because copying the parts may lead back to the iterator.
    let state = parts_of(own).ok_or_else(|| refused(value))?;
    let state = rebuilt(state, part)?.ok_or_else(|| refused(value))?;
    Ok(Value::Iter(Iter::new(state)))
}

/// A state with the same parts; `None` for iterators that cannot be copied.
fn parts_of(own: &Iter) -> Option<State> {
    Some(match &*own.state.borrow() {
        State::Done => State::Done,
        State::List { list, at } => State::List { list: list.clone(), at: *at },
        State::ListReverse { list, at } => State::ListReverse { list: list.clone(), at: *at },
        State::Tuple { tuple, at } => State::Tuple { tuple: tuple.clone(), at: *at },
        State::Str { text, offset } => State::Str { text: text.clone(), offset: *offset },
        State::Bytes { bytes, at } => State::Bytes { bytes: bytes.clone(), at: *at },
        State::ByteArray { bytes, at } => State::ByteArray { bytes: bytes.clone(), at: *at },
        State::Range { next, step, left } => State::Range { next: *next, step: *step, left: *left },
        State::LongRange { next, step, left } => {
            State::LongRange { next: next.clone(), step: step.clone(), left: left.clone() }
        }
        State::Dict { dict, at, len, left, part } => {
            State::Dict { dict: dict.clone(), at: *at, len: *len, left: *left, part: *part }
        }
        State::DictReverse { dict, at, len, part } => {
            State::DictReverse { dict: dict.clone(), at: *at, len: *len, part: *part }
        }
        State::Set { set, at, len } => State::Set { set: set.clone(), at: *at, len: *len },
        State::Map { function, iters } => State::Map { function: function.clone(), iters: iters.clone() },
        State::Filter { function, iter } => State::Filter { function: function.clone(), iter: iter.clone() },
        State::Zip { iters, strict } => State::Zip { iters: iters.clone(), strict: *strict },
        State::Enumerate { iter, count } => State::Enumerate { iter: iter.clone(), count: count.clone() },
        State::Callable { function, sentinel } => {
            State::Callable { function: function.clone(), sentinel: sentinel.clone() }
        }
        State::Reversed { sequence, at } => State::Reversed { sequence: sequence.clone(), at: *at },
        State::Values { .. } | State::Native(_) => return None,
    })
}

/// The state with every part that can change replaced by what `part` makes of it; `None` if that is of another kind.
fn rebuilt(state: State, part: &mut dyn FnMut(&Value) -> R) -> R<Option<State>> {
    let all = |iters: HVec<Value>, part: &mut dyn FnMut(&Value) -> R| iters.iter().map(part).collect::<R<HVec<_>>>();
    Ok(Some(match state {
        State::List { list, at } => match part(&Value::List(list))? {
            Value::List(list) => State::List { list, at },
            _ => return Ok(None),
        },
        State::ListReverse { list, at } => match part(&Value::List(list))? {
            Value::List(list) => State::ListReverse { list, at },
            _ => return Ok(None),
        },
        State::Tuple { tuple, at } => match part(&Value::Tuple(tuple))? {
            Value::Tuple(tuple) => State::Tuple { tuple, at },
            _ => return Ok(None),
        },
        State::ByteArray { bytes, at } => match part(&Value::ByteArray(bytes))? {
            Value::ByteArray(bytes) => State::ByteArray { bytes, at },
            _ => return Ok(None),
        },
        State::Dict { dict, at, len, left, part: shown } => match part(&Value::Dict(dict))? {
            Value::Dict(dict) => State::Dict { dict, at, len, left, part: shown },
            _ => return Ok(None),
        },
        State::DictReverse { dict, at, len, part: shown } => match part(&Value::Dict(dict))? {
            Value::Dict(dict) => State::DictReverse { dict, at, len, part: shown },
            _ => return Ok(None),
        },
        State::Set { set, at, len } => match part(&Value::Set(set))? {
            Value::Set(set) => State::Set { set, at, len },
            _ => return Ok(None),
        },
        State::Map { function, iters } => State::Map { function: part(&function)?, iters: all(iters, part)? },
        State::Filter { function, iter } => State::Filter { function: part(&function)?, iter: part(&iter)? },
        State::Zip { iters, strict } => State::Zip { iters: all(iters, part)?, strict },
        State::Enumerate { iter, count } => State::Enumerate { iter: part(&iter)?, count },
        State::Callable { function, sentinel } => {
            State::Callable { function: part(&function)?, sentinel: part(&sentinel)? }
        }
        State::Reversed { sequence, at } => State::Reversed { sequence: part(&sequence)?, at },
        other => other,
    }))
}
