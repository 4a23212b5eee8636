//! Raising, unwinding and handling exceptions (spec 4.8).

use super::frame::Frame;
use super::{Vm, internal};
use crate::value::exceptions::{BASE_EXCEPTION, Trace, runtime_error, type_error};
use crate::value::{Exception, R, Raise, Ref, TypeDesc, Value};

/// How an exception left an instruction.
pub enum Thrown {
    /// It was raised there: the traceback gets an entry, the exception being handled becomes its context.
    New(Raise),
    /// It goes on unwinding after a `finally` or a bare `raise`: nothing is added.
    Again(Raise),
}

impl Thrown {
    /// The exception.
    #[must_use]
    pub fn into_raise(self) -> Raise {
        match self {
            Thrown::New(raise) | Thrown::Again(raise) => raise,
        }
    }
}

impl From<Raise> for Thrown {
    #[inline]
    fn from(raise: Raise) -> Thrown {
        Thrown::New(raise)
    }
}

impl From<crate::value::interrupt::Stop> for Thrown {
    fn from(stop: crate::value::interrupt::Stop) -> Thrown {
        Thrown::New(stop.into())
    }
}

impl Vm {
    /// In a tracked run: says where the operands of the failed instruction came from.
    fn find_origins(&mut self, frame: &Frame, at: u32) {
        let Some(tracker) = &mut self.tracker else { return };
        let Ok(code) = frame.module.code(frame.code) else { return };
        if let Some(instr) = code.instrs.get(at as usize) {
            tracker.fail(*instr, &frame.regs, &frame.shadows);
        }
    }

    /// Finds the handler of an exception in `frame` and enters it; gives the exception back if there is none.
    pub(super) fn handle(&mut self, frame: &mut Frame, thrown: Thrown) -> Result<(), Raise> {
        let at = frame.pc.saturating_sub(1);
        let raise = match thrown {
            Thrown::New(raise) => {
                let fresh = raise.0.trace.borrow().is_empty();
                if fresh {
                    self.set_context(&raise.0);
                    self.find_origins(frame, at);
                }
                raise.0.trace.borrow_mut().push(Trace { module: frame.module.clone(), code: frame.code, at });
                raise
            }
            Thrown::Again(raise) => raise,
        };
        if raise.stop().is_some() {
            return Err(raise);
        }
        let module = frame.module.clone();
        let Ok(code) = module.code(frame.code) else { return Err(raise) };
        let Some(handler) = code.handler_at(at) else { return Err(raise) };
        self.handled.truncate(frame.handled + usize::from(handler.depth));
        match frame.regs.get_mut(usize::from(handler.exc)) {
            Some(slot) => *slot = Value::Exception(raise.0),
            None => return Err(internal("handler register")),
        }
        frame.pc = handler.target;
        Ok(())
    }

    /// Makes the exception being handled the context of a new one, without making a circle.
    fn set_context(&self, exception: &Ref<Exception>) {
        let Some(handled) = self.innermost_handled() else { return };
        if Ref::same(&handled, exception) {
            return;
        }
        // A library's error may bring a context of its own, which no script has raised; it keeps that one.
        let mut newest = exception.clone();
        loop {
            let own = match &*newest.context.borrow() {
                Value::Exception(own) if own.trace.borrow().is_empty() => own.clone(),
                _ => break,
            };
            if Ref::same(&own, exception) || Ref::same(&own, &handled) {
                break;
            }
            newest = own;
        }
        // Cut the chain where it would lead back to the new exception.
        let mut at = handled.clone();
        for _ in 0..super::RECURSION_LIMIT {
            let next = match &*at.context.borrow() {
                Value::Exception(next) => next.clone(),
                _ => break,
            };
            if Ref::same(&next, exception) {
                drop(at.context.replace(Value::None));
                break;
            }
            at = next;
        }
        drop(newest.context.replace(Value::Exception(handled)));
    }

    /// `raise value [from cause]`
    pub(super) fn raise(&mut self, value: &Value, cause: Option<&Value>) -> Thrown {
        let exception = match self.make_exception(value) {
            Ok(Some(exception)) => exception,
            Ok(None) => return type_error("exceptions must derive from BaseException").into(),
            Err(raise) => return raise.into(),
        };
        if let Some(cause) = cause {
            let cause = match cause {
                Value::None => Value::None,
                other => match self.make_exception(other) {
                    Ok(Some(cause)) => Value::Exception(cause),
                    Ok(None) => return type_error("exception causes must derive from BaseException").into(),
                    Err(raise) => return raise.into(),
                },
            };
            drop(exception.cause.replace(cause));
            exception.suppress_context.set(true);
        }
        if !exception.trace.borrow().is_empty() {
            self.set_context(&exception);
        }
        Thrown::New(Raise(exception))
    }

    /// An exception as it is, or a new instance of an exception class.
    fn make_exception(&mut self, value: &Value) -> R<Option<Ref<Exception>>> {
        match value {
            Value::Exception(exception) => Ok(Some(exception.clone())),
            Value::Type(class) if class.is_subtype(&BASE_EXCEPTION) => {
                match crate::builtins::construct(self, class, &[], &[])? {
                    Value::Exception(exception) => Ok(Some(exception)),
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// The exception being handled, in this frame or in one below.
    fn innermost_handled(&self) -> Option<Ref<Exception>> {
        self.handled.iter().rev().flatten().next().cloned()
    }

    /// Bare `raise`
    pub(super) fn reraise(&mut self) -> Thrown {
        match self.innermost_handled() {
            Some(exception) => Thrown::Again(Raise(exception)),
            None => runtime_error("No active exception to reraise").into(),
        }
    }
}

/// Whether `exception` is an instance of a class or of one in a tuple of classes: the test of an `except` clause.
pub fn matches(exception: &Value, class: &Value) -> R<bool> {
    let wrong = || type_error("catching classes that do not inherit from BaseException is not allowed");
    let check = |class: &Value| -> R<&'static TypeDesc> {
        match class {
            Value::Type(class) if class.is_subtype(&BASE_EXCEPTION) => Ok(class),
            _ => Err(wrong()),
        }
    };
    let actual = exception.type_of();
    match class {
        Value::Tuple(classes) => {
            let classes = classes.items.iter().map(check).collect::<R<Vec<_>>>()?;
            Ok(classes.iter().any(|class| actual.is_subtype(class)))
        }
        one => Ok(actual.is_subtype(check(one)?)),
    }
}
