//! `Context` objects, their attributes, and the contexts of a run: the current one and the three templates.

use std::rc::Rc;

use super::args::{rounding, run, word};
use super::context_methods::METHODS;
use super::signal_map::{self, SignalMap, Which};
use crate::builtins::receiver;
use crate::table;
use crate::value::decimal::Context;
use crate::value::exceptions::type_error;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, Cx, Guarded, NativeObject, R, TypeDesc, Value};

/// A context that several objects refer to: the context itself, its flags, its traps.
pub(super) type Shared = Rc<Guarded<Context>>;

/// `decimal.Context`
pub static CONTEXT: TypeDesc = TypeDesc {
    doc: "Precision, rounding, limits, flags and traps of decimal arithmetic.",
    new: Some(&NEW),
    ..TypeDesc::new("Context", "decimal").with_members(METHODS)
};

/// A `Context` object.
struct ContextObject {
    context: Shared,
    flags: Value,
    traps: Value,
}

impl NativeObject for ContextObject {
    fn class(&self) -> &'static TypeDesc {
        &CONTEXT
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn repr(&self, _: &mut Cx<'_>) -> Option<R> {
        Some(Ok(Value::str(&self.context.borrow().to_string())))
    }

    fn set_attr(&self, _: &mut Cx<'_>, name: &str, value: Value) -> Option<R<()>> {
        ATTRIBUTES.contains(&name).then(|| assign(&self.context, name, &value))
    }
}

/// The value of an attribute.
pub(super) fn attribute(a: &[Value], name: &str) -> R {
    let object: &ContextObject = receiver::native(name, "decimal.Context", a)?;
    let context = object.context.borrow();
    Ok(match name {
        // At most `MAX_PREC`.
        "prec" => Value::Int(context.prec() as i64),
        "rounding" => Value::str(context.rounding.name()),
        "Emin" => Value::Int(context.emin()),
        "Emax" => Value::Int(context.emax()),
        "capitals" => Value::Int(i64::from(context.capitals)),
        "clamp" => Value::Int(i64::from(context.clamp)),
        "flags" => object.flags.clone(),
        _ => object.traps.clone(),
    })
}

/// The attributes that can be assigned (spec 5.12), in the order of the constructor's parameters.
const ATTRIBUTES: [&str; 6] = ["prec", "rounding", "Emin", "Emax", "capitals", "clamp"];

fn assign(context: &Shared, name: &str, value: &Value) -> R<()> {
    if name == "rounding" {
        let mode = rounding(value)?;
        context.borrow_mut().rounding = mode;
        return Ok(());
    }
    let n = word(value, "an integer is required")?;
    run(context, |context| match name {
        "prec" => context.set_prec(n),
        "Emin" => context.set_emin(n),
        "Emax" => context.set_emax(n),
        "capitals" => context.set_capitals(n),
        _ => context.set_clamp(n),
    })
}

/// A new object for a context.
pub(super) fn object(context: Context) -> Value {
    let context = Rc::new(Guarded::new(context));
    let flags = Value::native(SignalMap::new(context.clone(), Which::Flags));
    let traps = Value::native(SignalMap::new(context.clone(), Which::Traps));
    Value::native(ContextObject { context, flags, traps })
}

/// The context of a `Context` object.
pub(super) fn shared(value: &Value) -> Option<Shared> {
    match value {
        Value::Native(native) => native.downcast::<ContextObject>().map(|object| object.context.clone()),
        _ => None,
    }
}

/// `Context(…)`
static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "function Context(prec: int | None = None, rounding: str | None = None, Emin: int | None = None, \
     Emax: int | None = None, capitals: int | None = None, clamp: int | None = None, \
     flags: list[type] | dict[type, bool] | None = None, traps: list[type] | dict[type, bool] | None = None) -> Context",
    "A context; what is not given is as in `DefaultContext`.\n\n\
     >>> decimal.Context(prec=3).divide(1, 3)\nDecimal('0.333')\n",
    construct,
);

fn construct(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let template = of_run(cx).default.clone();
    let mut context = shared(&template).map_or_else(Context::default, |template| template.borrow().clone());
    context.clear_flags();
    let made = object(context);
    let Some(context) = shared(&made) else { return Ok(made) };
    for (name, value) in ATTRIBUTES.into_iter().zip(a).filter(|(_, value)| !value.is_none()) {
        assign(&context, name, value)?;
    }
    if !a[7].is_none() {
        let traps = signal_map::signals(&a[7])?;
        context.borrow_mut().traps = traps;
    }
    if !a[6].is_none() {
        let flags = signal_map::signals(&a[6])?;
        context.borrow_mut().flags = flags;
    }
    Ok(made)
}

/// The contexts of a run.
pub(super) struct Contexts {
    current: Value,
    /// The same as the object `current`.
    shared: Shared,
    /// `BasicContext`
    pub(super) basic: Value,
    /// `ExtendedContext`
    pub(super) extended: Value,
    /// `DefaultContext`
    pub(super) default: Value,
}

impl Contexts {
    fn new() -> Contexts {
        let current = object(Context::default());
        Contexts {
            shared: shared(&current).unwrap_or_default(),
            current,
            basic: object(Context::basic()),
            extended: object(Context::extended()),
            default: object(Context::default()),
        }
    }
}

/// The contexts of the run.
pub(super) fn of_run<'a>(cx: &'a mut Cx<'_>) -> &'a mut Contexts {
    cx.env().state(Contexts::new)
}

/// The current context of the run.
pub(super) fn current(cx: &mut Cx<'_>) -> Shared {
    of_run(cx).shared.clone()
}

table! {
    /// The functions of the module.
    pub(super) static FUNCTIONS = [
        /// Return the context in which operators work.
        ///
        /// >>> decimal.getcontext().prec
        /// 28
        Function Extended "decimal.getcontext() -> Context" => |cx, _| Ok(of_run(cx).current.clone());
        /// Make a context the one in which operators work; of a template it is a copy.
        ///
        /// >>> decimal.setcontext(decimal.Context(prec=4))
        /// >>> decimal.Decimal(1) / 3
        /// Decimal('0.3333')
        Function Extended "decimal.setcontext(context: Context, /) -> None" => set_current;
    ]
}

fn set_current(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(mut context) = shared(&a[0]) else { return Err(type_error("argument must be a context")) };
    let contexts = of_run(cx);
    let mut current = a[0].clone();
    if [&contexts.basic, &contexts.extended, &contexts.default].into_iter().any(|template| template.is(&current)) {
        let mut copy = context.borrow().clone();
        copy.clear_flags();
        current = object(copy);
        context = shared(&current).unwrap_or(context);
    }
    contexts.current = current;
    contexts.shared = context;
    Ok(Value::None)
}
