//! Generators: resuming, closing, delegating (spec 4.9).

use super::frame::SuspendedFrame;
use super::interpret::Done;
use super::{Vm, internal};
use crate::builtins::iterate;
use crate::value::exceptions::{GENERATOR_EXIT, RUNTIME_ERROR, STOP_ITERATION, type_error, value_error};
use crate::value::machine::{Resume, Resumed};
use crate::value::{Exception, Generator, R, Raise, Ref, Value};

impl Vm {
    /// Resumes a generator until it yields, returns or raises.
    pub(super) fn resume_generator(&mut self, generator: &Ref<Generator>, action: Resume) -> R<Resumed> {
        if generator.running.get() {
            return Err(value_error("generator already executing"));
        }
        let Some(suspended) = generator.frame.replace(None) else {
            return match action {
                Resume::Send(_) => Ok(Resumed::Return(Value::Unbound)),
                Resume::Throw(raise) => Err(raise),
            };
        };
        let suspended =
            suspended.into_any().downcast::<SuspendedFrame>().map_err(|_| internal("foreign generator frame"))?;
        let SuspendedFrame { mut frame, handled, resume } = *suspended;
        let mut injected = None;
        match action {
            Resume::Send(value) => match resume {
                Some(register) => {
                    if let Some(slot) = frame.regs.get_mut(usize::from(register)) {
                        *slot = value;
                    }
                }
                None if !value.is_none() => {
                    let untouched = SuspendedFrame { frame, handled, resume };
                    drop(generator.frame.replace(Some(Box::new(untouched))));
                    return Err(type_error("can't send non-None value to a just-started generator"));
                }
                None => {}
            },
            Resume::Throw(raise) => injected = Some(raise),
        }
        if let Err(raise) = self.enter_frame() {
            drop(generator.frame.replace(Some(Box::new(SuspendedFrame { frame, handled, resume }))));
            return Err(raise);
        }
        generator.running.set(true);
        generator.started.set(true);
        frame.handled = self.handled.len();
        self.handled.extend(handled);
        let frames = std::mem::take(&mut self.frames);
        let depth = self.depth;
        let base = frame.handled;
        let done = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || self.interpret_from(frame, injected));
        self.depth = depth - 1;
        self.frames = frames;
        generator.running.set(false);
        let own = self.handled.split_off(base.min(self.handled.len()));
        match done {
            Ok(Done::Yield(value, frame, register)) => {
                let suspended = SuspendedFrame { frame: *frame, handled: own, resume: Some(register) };
                drop(generator.frame.replace(Some(Box::new(suspended))));
                Ok(Resumed::Yield(value))
            }
            Ok(Done::Return(value)) => Ok(Resumed::Return(value)),
            Err(raise) if raise.is(&STOP_ITERATION) => {
                let error = Exception::new(
                    &RUNTIME_ERROR,
                    [Value::str("generator raised StopIteration")].into_iter().collect(),
                );
                drop(error.cause.replace(Value::Exception(raise.0.clone())));
                drop(error.context.replace(Value::Exception(raise.0)));
                error.suppress_context.set(true);
                Err(Raise(error))
            }
            Err(raise) => Err(raise),
        }
    }

    /// One step of `yield from`: `Ok(Ok(value))` is the delegate's result, `Ok(Err(value))` a value to yield.
    pub(super) fn delegate(&mut self, iter: &Value, sent: Value) -> R<Result<Value, Value>> {
        if let Value::Generator(generator) = iter {
            return Ok(match self.resume_generator(generator, Resume::Send(sent))? {
                Resumed::Yield(value) => Err(value),
                Resumed::Return(value) => Ok(if value.is_unbound() { Value::None } else { value }),
            });
        }
        if !sent.is_none() {
            return Err(crate::builtins::attribute::missing(iter, "send"));
        }
        Ok(match iterate::next(self, iter)? {
            Some(value) => Err(value),
            None => Ok(Value::None),
        })
    }

    /// `throw` into the delegate of a `yield from`.
    pub(super) fn delegate_throw(&mut self, iter: &Value, raise: Raise) -> R<Result<Value, Value>> {
        let Value::Generator(generator) = iter else { return Err(raise) };
        if raise.is(&GENERATOR_EXIT) {
            crate::builtins::generator::close(self, generator)?;
            return Err(raise);
        }
        Ok(match self.resume_generator(generator, Resume::Throw(raise))? {
            Resumed::Yield(value) => Err(value),
            Resumed::Return(value) => Ok(if value.is_unbound() { Value::None } else { value }),
        })
    }
}
