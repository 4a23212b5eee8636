//! The methods of generators (spec 4.9).

use super::receiver::wrong_receiver;
use crate::table;
use crate::value::exceptions::{BASE_EXCEPTION, GENERATOR_EXIT, STOP_ITERATION, runtime_error, type_error};
use crate::value::machine::{Machine, Resume, Resumed};
use crate::value::{Cx, Exception, Generator, HVec, R, Raise, Ref, Value};

table! {
    /// The methods of generators.
    pub static METHODS = [
        /// Raise `GeneratorExit` at the pending `yield` and end the generator.
        ///
        /// >>> (x for x in 'ab').close() is None
        /// True
        Method Core "close(self, /) -> None" => |cx, a| close(cx, own("close", a)?).map(|()| Value::None);
        /// Whether the generator is running now.
        ///
        /// >>> (x for x in 'ab').gi_running
        /// False
        Property Core "gi_running(self, /) -> bool" => |_, a| Ok(Value::Bool(own("gi_running", a)?.running.get()));
        /// Whether the generator waits at a `yield`.
        ///
        /// >>> (g := (x for x in 'ab'), next(g), g.gi_suspended)[2]
        /// True
        Property Core "gi_suspended(self, /) -> bool" => suspended;
        /// Resume the generator; the pending `yield` has the value sent.
        ///
        /// >>> (x for x in 'ab').send(None)
        /// 'a'
        Method Core "send(self, value: Any, /) -> Any" => send;
        /// Raise an exception at the pending `yield`.
        ///
        /// >>> (x for x in 'ab').close() is None
        /// True
        Method Core "throw(self, type: Any, value: Any = <absent>, traceback: Any = <absent>, /) -> Any" => throw;
    ]
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Ref<Generator>> {
    match a.first() {
        Some(Value::Generator(generator)) => Ok(generator),
        other => Err(wrong_receiver(name, "generator", other)),
    }
}

/// What a resumed generator did, as the caller of `next` or `send` sees it.
///
/// # Errors
/// `StopIteration` when it returned.
pub fn outcome(resumed: Resumed) -> R {
    match resumed {
        Resumed::Yield(value) => Ok(value),
        Resumed::Return(value) => Err(stop_iteration(value)),
    }
}

/// `StopIteration` with a generator's result.
#[must_use]
pub fn stop_iteration(value: Value) -> Raise {
    if value.is_unbound() || value.is_none() {
        return Raise::with_args(&STOP_ITERATION, []);
    }
    Raise::with_args(&STOP_ITERATION, [value])
}

fn suspended(_: &mut Cx<'_>, a: &[Value]) -> R {
    let generator = own("gi_suspended", a)?;
    Ok(Value::Bool(generator.started.get() && !generator.running.get() && generator.frame.borrow().is_some()))
}

fn send(cx: &mut Cx<'_>, a: &[Value]) -> R {
    outcome(cx.resume(own("send", a)?, Resume::Send(a[1].clone()))?)
}

fn throw(cx: &mut Cx<'_>, a: &[Value]) -> R {
    // There are no traceback objects to give.
    if a[3].given().is_some_and(|traceback| !traceback.is_none()) {
        return Err(type_error("throw() third argument must be a traceback object"));
    }
    let exception = match (&a[1], a[2].given()) {
        (Value::Exception(exception), None | Some(Value::None)) => exception.clone(),
        (Value::Exception(_), Some(_)) => {
            return Err(type_error("instance exception may not have a separate value"));
        }
        (Value::Type(class), value) if class.is_subtype(&BASE_EXCEPTION) => {
            if let Some(Value::Exception(exception)) = value {
                exception.clone()
            } else {
                let args: Vec<Value> = match value {
                    None | Some(Value::None) => Vec::new(),
                    Some(Value::Tuple(tuple)) => tuple.items.to_vec(),
                    Some(other) => vec![other.clone()],
                };
                match super::construct(cx, class, &args, &[])? {
                    Value::Exception(exception) => exception,
                    _ => return Err(type_error("exceptions must derive from BaseException")),
                }
            }
        }
        (other, _) => {
            return Err(type_error(format!(
                "exceptions must be classes or instances deriving from BaseException, not {}",
                other.type_of().qualified()
            )));
        }
    };
    outcome(cx.resume(own("throw", a)?, Resume::Throw(Raise(exception)))?)
}

/// `generator.close()`
///
/// # Errors
/// `RuntimeError` if the generator yields instead of ending; whatever its clean-up raises.
pub fn close(machine: &mut (dyn Machine + '_), generator: &Ref<Generator>) -> R<()> {
    if !generator.started.get() {
        drop(generator.frame.replace(None));
        return Ok(());
    }
    if !generator.running.get() && generator.frame.borrow().is_none() {
        return Ok(());
    }
    let exit = Raise(Exception::new(&GENERATOR_EXIT, HVec::new()));
    match machine.resume(generator, Resume::Throw(exit)) {
        Ok(Resumed::Yield(_)) => Err(runtime_error("generator ignored GeneratorExit")),
        Ok(Resumed::Return(_)) => Ok(()),
        Err(raise) if raise.is(&GENERATOR_EXIT) || raise.is(&STOP_ITERATION) => Ok(()),
        Err(raise) => Err(raise),
    }
}
