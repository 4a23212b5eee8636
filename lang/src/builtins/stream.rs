//! Streams: what a returned generator becomes for the next component (spec 7.3).

use std::any::Any;
use std::cell::RefCell;
use std::sync::Arc;

use super::iterate;
use crate::document::stream::{CONSUMED, Source, Taken};
use crate::document::{self, Document};
use crate::result;
use crate::value::exceptions::runtime_error;
use crate::value::{Cx, Guarded, List, Native, NativeObject, R, Ref, TypeDesc, Value, types};

/// How far a stream has been used.
enum State {
    /// Nobody has looked at it.
    Unread(Value),
    /// The host has it, and nobody has looked at it here.
    Outside(Arc<document::Stream>),
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
    runtime_error(CONSUMED)
}

/// The stream of a host.
#[must_use]
pub fn of_document(stream: &Arc<document::Stream>) -> Value {
    Value::native(Stream { state: Guarded::new(State::Outside(Arc::clone(stream))) })
}

/// What leaves the run with a stream that it got from the host: the stream if nobody has read it, or the list that was made
/// of it. `None` for other objects.
#[must_use]
pub fn document(native: &Native) -> Option<R<Document>> {
    let stream = native.downcast::<Stream>()?;
    Some(match &*stream.state.borrow() {
        State::Outside(stream) => Ok(Document::Stream(Arc::clone(stream))),
        State::List(list) => Document::from_value(&Value::List(list.clone())),
        State::Unread(_) | State::Taken => Err(consumed()),
    })
}

/// The items of a host's stream, one by one.
struct Feed {
    source: RefCell<Box<dyn Source>>,
}

static FEED: TypeDesc = TypeDesc::new("stream_iterator", "");

impl NativeObject for Feed {
    fn class(&self) -> &'static TypeDesc {
        &FEED
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn iter(&self, _: &mut Cx<'_>, this: &Value) -> Option<R> {
        Some(Ok(this.clone()))
    }

    fn next(&self, _: &mut Cx<'_>) -> Option<R<Option<Value>>> {
        let item = self.source.borrow_mut().next().map_err(runtime_error);
        Some(item.and_then(|item| item.map(|item| item.to_value()).transpose()))
    }

    fn copy(&self, _: &Value) -> Option<R> {
        None
    }
}

impl Stream {
    /// All items, produced on the first such use.
    fn list(&self, cx: &mut Cx<'_>) -> R<Ref<List>> {
        let generator = match self.state.replace(State::Taken) {
            State::Unread(generator) => generator,
            State::Outside(stream) => match stream.list().map_err(runtime_error)?.to_value()? {
                Value::List(list) => {
                    drop(self.state.replace(State::List(list.clone())));
                    return Ok(list);
                }
                _ => return Err(consumed()),
            },
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
            State::Outside(stream) => match stream.take() {
                Taken::Source(source) => Ok(Value::native(Feed { source: RefCell::new(source) })),
                Taken::List(list) => list.to_value().and_then(|list| {
                    if let Value::List(list) = &list {
                        drop(self.state.replace(State::List(list.clone())));
                    }
                    iterate::iter(cx, &list)
                }),
                Taken::Consumed => Err(consumed()),
            },
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
