//! Generators: resuming, closing, delegating (spec 4.9).

use super::frame::SuspendedFrame;
use super::interpret::{Done, Exit};
use super::{Thrown, Vm, internal};
use crate::builtins::iterate;
use crate::code::NO_REG;
use crate::value::exceptions::{GENERATOR_EXIT, RUNTIME_ERROR, STOP_ITERATION, type_error, value_error};
use crate::value::machine::{Resume, Resumed};
use crate::value::{Exception, Generator, R, Raise, Ref, Value};

/// What came of going on in compiled code.
enum InPlace {
    /// The generator is not suspended in compiled code.
    No,
    /// It yielded or ended, or could not be resumed.
    Done(R<Resumed>),
    /// The interpreter must go on with the frame.
    Left,
    /// The interpreter must go on with raising this in the frame.
    Threw(Thrown),
}

impl Vm {
    /// Resumes a generator until it yields, returns or raises. `is_native`: compiled code asks for it directly.
    pub(crate) fn resume_generator(
        &mut self,
        generator: &Ref<Generator>,
        mut action: Resume,
        is_native: bool,
    ) -> R<Resumed> {
        if generator.running.get() {
            return Err(value_error("generator already executing"));
        }
        let in_place = match &mut action {
            Resume::Send(value) => match self.resume_in_place(generator, value, is_native) {
                InPlace::Done(result) => return result,
                other => other,
            },
            Resume::Throw(_) => InPlace::No,
        };
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
            Resume::Send(_) if !matches!(in_place, InPlace::No) => {}
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
        let done = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || match in_place {
            InPlace::Threw(thrown) => self.interpret_thrown(frame, Some(thrown)),
            InPlace::Left => self.interpret_at(frame, None, None),
            InPlace::No | InPlace::Done(_) => self.interpret_from(frame, injected),
        });
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

    /// Goes on in the compiled code that suspended a generator, with its frame where it lies. Takes the value that is sent in if it
    /// does.
    #[inline]
    fn resume_in_place(&mut self, generator: &Generator, sent: &mut Value, is_native: bool) -> InPlace {
        let mut held = generator.frame.borrow_mut();
        let suspended = held.as_mut().and_then(|held| held.as_any().downcast_mut::<SuspendedFrame>());
        let Some(suspended) = suspended.filter(|suspended| suspended.frame.suspension.is_some()) else {
            return InPlace::No;
        };
        if let Err(raise) = self.enter_frame() {
            return InPlace::Done(Err(raise));
        }
        let register = suspended.resume.unwrap_or(NO_REG);
        if let Some(slot) = suspended.frame.regs.get_mut(usize::from(register)) {
            *slot = std::mem::take(sent);
        }
        let (depth, base) = (self.depth, self.handled.len());
        suspended.frame.handled = base;
        if !suspended.handled.is_empty() {
            self.handled.append(&mut suspended.handled);
        }
        generator.running.set(true);
        let exit = self.resume_native(&mut suspended.frame, is_native);
        generator.running.set(false);
        self.depth = depth - 1;
        if self.handled.len() > base {
            suspended.handled = self.handled.split_off(base);
        }
        match exit {
            Some(Ok(Exit::Yield(value, register))) => {
                suspended.resume = Some(register);
                InPlace::Done(Ok(Resumed::Yield(value)))
            }
            Some(Ok(Exit::Return(value))) => {
                let ended = held.take();
                drop(held);
                drop(ended);
                InPlace::Done(Ok(Resumed::Return(value)))
            }
            Some(Err(thrown)) => InPlace::Threw(thrown),
            Some(Ok(Exit::Call(_) | Exit::Hot(_))) | None => InPlace::Left,
        }
    }

    /// One step of `yield from`, which compiled code may ask for directly: `Ok(Ok(value))` is the delegate's result, `Ok(Err(value))` a value to yield.
    pub(crate) fn delegate(&mut self, iter: &Value, sent: Value, is_native: bool) -> R<Result<Value, Value>> {
        if let Value::Generator(generator) = iter {
            return Ok(match self.resume_generator(generator, Resume::Send(sent), is_native)? {
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
        Ok(match self.resume_generator(generator, Resume::Throw(raise), false)? {
            Resumed::Yield(value) => Err(value),
            Resumed::Return(value) => Ok(if value.is_unbound() { Value::None } else { value }),
        })
    }
}
