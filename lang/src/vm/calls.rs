//! Calling values: script functions, built-ins, bound methods, types, callable objects.

use std::rc::Rc;

use super::bind;
use super::exceptions::Thrown;
use super::frame::{Destination, Frame, SuspendedFrame};
use super::image::{Image, Module};
use super::step::Spot;
use super::{Vm, internal};
use crate::builtins::{self, attribute, iterate};
use crate::code::{Instr, NameId, Reg};
use crate::value::exceptions::{TYPE_ERROR, type_error};
use crate::value::types::Kind;
use crate::value::{Builtin, Function, Generator, Guarded, R, Ref, Value};

/// What became of a call.
pub enum Called {
    /// It is done.
    Value(Value),
    /// A script function: run this frame.
    Frame(Frame),
}

impl Vm {
    /// Calls any value from Rust code.
    pub(super) fn call_value(&mut self, callee: &Value, args: &[Value], keywords: &[(Value, Value)]) -> R {
        if let Value::Function(function) = callee
            && keywords.is_empty()
            && let Ok(module) = Rc::downcast::<Module>(Rc::clone(&function.module))
            && let Some(result) = self.call_native(&module, function.code, args)
        {
            return result;
        }
        match self.begin_call(callee, args, keywords, Destination::Host)? {
            Called::Value(value) => Ok(value),
            Called::Frame(frame) => self.enter(frame),
        }
    }

    /// Calls a value, or prepares the frame if it is a script function.
    pub(super) fn begin_call(
        &mut self,
        callee: &Value,
        args: &[Value],
        keywords: &[(Value, Value)],
        destination: Destination,
    ) -> R<Called> {
        let value = match callee {
            Value::Function(function) => {
                let function = function.clone();
                return self.begin_function(function, args.iter().cloned(), keywords, destination);
            }
            Value::Builtin(builtin) => match builtin.kind {
                Kind::Method => self.call_unbound(builtin, args, keywords)?,
                Kind::Property => return Err(not_callable(callee)),
                Kind::Function | Kind::Static | Kind::Class => self.call_builtin(builtin, args, keywords)?,
            },
            Value::Method(method) => {
                let mut all = Vec::with_capacity(args.len() + 1);
                all.push(method.receiver.clone());
                all.extend_from_slice(args);
                self.call_builtin(method.method, &all, keywords)?
            }
            Value::Type(class) => builtins::construct(self, class, args, keywords)?,
            Value::Native(native) => match native.object.call(self, args, keywords) {
                Some(result) => result?,
                None => return Err(not_callable(callee)),
            },
            _ => return Err(not_callable(callee)),
        };
        Ok(Called::Value(value))
    }

    /// Starts a call of a script function whose result goes to register `dst`.
    #[inline]
    pub(super) fn start(
        &mut self,
        callee: Ref<Function>,
        args: impl ExactSizeIterator<Item = Value>,
        dst: Reg,
    ) -> R<Called> {
        let called = self.begin_function(callee, args, &[], Destination::Register(dst))?;
        if matches!(called, Called::Frame(_)) {
            self.enter_frame()?;
        }
        Ok(called)
    }

    /// Begins any call whose result goes to register `dst`.
    pub(super) fn begin(&mut self, callee: &Value, args: &[Value], keywords: &[(Value, Value)], dst: Reg) -> R<Called> {
        let called = self.begin_call(callee, args, keywords, Destination::Register(dst))?;
        if matches!(called, Called::Frame(_)) {
            self.enter_frame()?;
        }
        Ok(called)
    }

    /// Does the call that `instr` stands for, or prepares the frame if it runs script code. The result goes to the
    /// instruction's register.
    pub fn prepare_call(&mut self, spot: Spot<'_>, regs: &mut [Value], instr: Instr) -> Result<Option<Frame>, Thrown> {
        let image: &Image = &spot.module.image;
        macro_rules! reg {
            ($r:expr) => {
                regs[usize::from($r)]
            };
        }
        macro_rules! range {
            ($base:expr, $count:expr) => {
                regs[usize::from($base)..usize::from($base) + usize::from($count)]
            };
        }
        match instr {
            Instr::Call { dst, base, argc } => {
                if let Value::Function(callee) = &reg!(base) {
                    let callee = callee.clone();
                    let args = range!(base + 1, argc).iter_mut().map(std::mem::take);
                    match self.start(callee, args, dst)? {
                        Called::Frame(frame) => return Ok(Some(frame)),
                        Called::Value(generator) => reg!(dst) = generator,
                    }
                    return Ok(None);
                }
                let (callee, args) = (&reg!(base), &range!(base + 1, argc));
                let value = match callee {
                    Value::Builtin(builtin) => self.call_builtin(builtin, args, &[])?,
                    other => self.call_value(other, args, &[])?,
                };
                range!(base, argc + 1).fill_with(Value::default);
                reg!(dst) = value;
            }
            Instr::CallMethod { dst, base, argc } => {
                let bound = !reg!(base + 1).is_unbound();
                let value = if bound {
                    let (callee, args) = (&reg!(base), &range!(base + 1, argc + 1));
                    match callee {
                        Value::Builtin(builtin) => self.call_builtin(builtin, args, &[])?,
                        other => self.call_value(other, args, &[])?,
                    }
                } else {
                    if let Value::Function(callee) = &reg!(base) {
                        let callee = callee.clone();
                        let args = range!(base + 2, argc).iter_mut().map(std::mem::take);
                        match self.start(callee, args, dst)? {
                            Called::Frame(frame) => return Ok(Some(frame)),
                            Called::Value(generator) => reg!(dst) = generator,
                        }
                        return Ok(None);
                    }
                    let (callee, args) = (&reg!(base), &range!(base + 2, argc));
                    self.call_value(callee, args, &[])?
                };
                range!(base, argc + 2).fill_with(Value::default);
                reg!(dst) = value;
            }
            Instr::CallKeywords { base, argc, names } => {
                let names = &image.constants[usize::from(names)].value;
                let Value::Tuple(names) = names else { return Err(internal("keyword names").into()) };
                let positional = argc - names.items.len() as u16;
                let keywords: Vec<(Value, Value)> = names
                    .items
                    .iter()
                    .cloned()
                    .zip(range!(base + 1 + positional, names.items.len() as u16).iter().cloned())
                    .collect();
                let args: Vec<Value> = range!(base + 1, positional).to_vec();
                range!(base + 1, argc).fill_with(Value::default);
                let callee = std::mem::take(&mut reg!(base));
                match self.begin(&callee, &args, &keywords, base)? {
                    Called::Value(value) => reg!(base) = value,
                    Called::Frame(frame) => return Ok(Some(frame)),
                }
            }
            Instr::CallUnpacked { dst, base } => {
                let args = match iterate::collect(self, &reg!(base + 1)) {
                    Err(raise) if raise.is(&TYPE_ERROR) && !iterate::is_iterable(&reg!(base + 1)) => {
                        let label = attribute::call_label(&reg!(base));
                        let name = reg!(base + 1).type_name();
                        return Err(
                            type_error(format!("{label} argument after * must be an iterable, not {name}")).into()
                        );
                    }
                    other => other?,
                };
                let keywords = match &reg!(base + 2) {
                    Value::Dict(dict) => bind::keyword_pairs(dict)?,
                    _ => Vec::new(),
                };
                let callee = std::mem::take(&mut reg!(base));
                match self.begin(&callee, &args, &keywords, dst)? {
                    Called::Value(value) => reg!(dst) = value,
                    Called::Frame(frame) => return Ok(Some(frame)),
                }
            }
            _ => return Err(internal("no call").into()),
        }
        Ok(None)
    }

    /// The method of `object` called `name`, and its receiver; unbound if the attribute is a plain callable.
    #[inline]
    pub(super) fn load_method(&mut self, image: &Image, object: &Value, name: NameId) -> R<(Value, Value)> {
        let class = object.type_of();
        let cache = &image.methods[usize::from(name)];
        if let Some((known, method)) = cache.get()
            && std::ptr::eq(known, class)
        {
            return Ok((Value::Builtin(method), object.clone()));
        }
        let name = &image.unit.names[usize::from(name)];
        match attribute::method(object, name) {
            Some(method) => {
                cache.set(Some((class, method)));
                Ok((Value::Builtin(method), object.clone()))
            }
            None => Ok((attribute::get(self, object, name)?, Value::Unbound)),
        }
    }

    /// Binds the arguments of a script function; for a generator function makes the generator.
    pub(super) fn begin_function(
        &mut self,
        function: Ref<Function>,
        args: impl ExactSizeIterator<Item = Value>,
        keywords: &[(Value, Value)],
        destination: Destination,
    ) -> R<Called> {
        let module = Rc::downcast::<Module>(function.module.clone()).map_err(|_| internal("foreign function"))?;
        let code = module.code(function.code)?;
        let mut frame = Frame::new(module.clone(), function.code, code.registers, destination);
        let params = &code.params;
        let simple = keywords.is_empty()
            && !params.has_varargs
            && !params.has_kwargs
            && params.keyword_only == 0
            && args.len() == usize::from(params.positional);
        if simple {
            for (slot, value) in frame.regs.iter_mut().zip(args) {
                *slot = value;
            }
        } else {
            bind::bind(code, &function, &mut frame.regs, args, keywords)?;
        }
        if code.is_generator {
            let generator = Ref::new(Generator {
                name: code.name.clone(),
                qualname: function.qualname.clone(),
                frame: Guarded::new(None),
                running: std::cell::Cell::new(false),
                started: std::cell::Cell::new(false),
            });
            frame.function = Some(function);
            frame.destination = Destination::Host;
            let suspended = SuspendedFrame { frame, handled: Vec::new(), resume: None };
            drop(generator.frame.replace(Some(Box::new(suspended))));
            return Ok(Called::Value(Value::Generator(generator)));
        }
        frame.function = Some(function);
        Ok(Called::Frame(frame))
    }

    /// Calls a method that was taken from its type, `str.upper(x)`. Every method refuses receivers of other types by itself,
    /// but here that comes before anything else that is wrong with the arguments.
    fn call_unbound(&mut self, method: &'static Builtin, args: &[Value], keywords: &[(Value, Value)]) -> R {
        self.call_builtin(method, args, keywords).map_err(|raise| match args.first() {
            Some(receiver) if raise.stop().is_none() => builtins::wrong_receiver(method, receiver).unwrap_or(raise),
            _ => raise,
        })
    }

    /// Calls a built-in with all its arguments, the receiver of a method first.
    pub(crate) fn call_builtin(&mut self, builtin: &'static Builtin, args: &[Value], keywords: &[(Value, Value)]) -> R {
        if keywords.is_empty()
            && let Some(result) = builtins::run_positional(self, builtin, None, args)
        {
            return result;
        }
        let receivers = match (builtin.kind, args.first()) {
            (Kind::Method | Kind::Property, None) => {
                let owner = builtins::owner_name(None, builtin);
                return Err(type_error(format!("unbound method {owner}.{}() needs an argument", builtin.name())));
            }
            (Kind::Method | Kind::Property, Some(_)) | (Kind::Class, Some(Value::Type(_))) => 1,
            _ => 0,
        };
        let qualified = || match (builtin.kind, args.first()) {
            (Kind::Method | Kind::Property, receiver) => {
                format!("{}.{}", builtins::owner_name(receiver, builtin), builtin.name())
            }
            (Kind::Static, _) => format!("{}.{}", builtins::owner_name(None, builtin), builtin.name()),
            (Kind::Class, Some(Value::Type(class))) => format!("{}.{}", class.name, builtin.name()),
            _ => builtin.qualified_name().to_owned(),
        };
        let bound = builtin.signature().bind(builtin.name(), &qualified, receivers, args, keywords)?;
        (builtin.run)(self, &bound)
    }
}

#[cold]
fn not_callable(value: &Value) -> crate::value::Raise {
    type_error(format!("'{}' object is not callable", value.type_of().qualified()))
}
