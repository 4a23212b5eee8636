//! Streams: what a returned generator becomes for the next component (spec 7.3).

use std::any::Any;

use super::iterate;
use crate::result;
use crate::value::exceptions::runtime_error;
use crate::value::{Cx, Guarded, List, NativeObject, R, Ref, TypeDesc, Value, types};

/// How far a stream has been used.
enum State {
    /// Nobody has looked at it.
    Unread(Value),
    /// Its items go, or went, to one reader.
    Taken,
    /// It was made a list, which everybody uses from then on.
    List(Ref<List>),
}

/// A payload that is produced while it is read, at most once.
struct Stream {
    state: Guarded<State>,
}

/// What a component receives when a program returned `value`: a stream for a generator, else the checked value.
///
/// # Errors
/// `ResultError` for what cannot be returned.
pub fn payload(cx: &mut Cx<'_>, value: Value) -> R {
    match value {
        Value::Generator(_) => Ok(Value::native(Stream { state: Guarded::new(State::Unread(value)) })),
        other => result::check(cx, &other),
    }
}

/// A stream as the list of its items; any other value as it is.
///
/// # Errors
/// Whatever the generator raises, or `RuntimeError` if the stream was consumed.
pub fn settle(cx: &mut Cx<'_>, value: &Value) -> R {
    if let Value::Native(native) = value
        && let Some(stream) = native.downcast::<Stream>()
    {
        return stream.list(cx).map(Value::List);
    }
    Ok(value.clone())
}

fn consumed() -> crate::value::Raise {
    runtime_error("stream payload was already consumed")
}

impl Stream {
    /// All items, produced on the first such use.
    fn list(&self, cx: &mut Cx<'_>) -> R<Ref<List>> {
        let generator = match self.state.replace(State::Taken) {
            State::Unread(generator) => generator,
            State::Taken => return Err(consumed()),
            State::List(list) => {
                drop(self.state.replace(State::List(list.clone())));
                return Ok(list);
            }
        };
        let list = List::new(iterate::collect(cx, &generator)?);
        drop(self.state.replace(State::List(list.clone())));
        Ok(list)
    }

    fn value(&self, cx: &mut Cx<'_>) -> R {
        self.list(cx).map(Value::List)
    }
}

impl NativeObject for Stream {
    fn class(&self) -> &'static TypeDesc {
        &types::STREAM
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        Some(self.value(cx).and_then(|list| super::repr::repr(cx, &list)))
    }

    fn truth(&self, cx: &mut Cx<'_>) -> R<bool> {
        Ok(!self.list(cx)?.is_empty())
    }

    fn len(&self, cx: &mut Cx<'_>) -> Option<R<usize>> {
        Some(self.list(cx).map(|list| list.len()))
    }

    fn get_item(&self, cx: &mut Cx<'_>, key: &Value) -> Option<R> {
        Some(self.value(cx).and_then(|list| super::subscript::get(cx, &list, key)))
    }

    fn contains(&self, cx: &mut Cx<'_>, value: &Value) -> Option<R<bool>> {
        Some(self.value(cx).and_then(|list| super::operators::contains(cx, &list, value)))
    }

    fn iter(&self, cx: &mut Cx<'_>, _: &Value) -> Option<R> {
        Some(match self.state.replace(State::Taken) {
            State::Unread(generator) => Ok(generator),
            State::Taken => Err(consumed()),
            State::List(list) => {
                drop(self.state.replace(State::List(list.clone())));
                iterate::iter(cx, &Value::List(list))
            }
        })
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(Err(crate::value::exceptions::type_error("unhashable type: 'Stream'")))
    }

    fn to_core(&self, cx: &mut Cx<'_>) -> Option<R> {
        Some(self.value(cx))
    }

    fn clear(&self) {
        drop(self.state.replace(State::Taken));
    }
}
