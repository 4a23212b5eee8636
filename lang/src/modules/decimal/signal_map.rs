//! The flags and the traps of a context as a mapping from signal classes to bools.

use super::contexts::Shared;
use crate::builtins::receiver;
use crate::builtins::{self, dict};
use crate::table;
use crate::value::decimal::{Signal, Signals};
use crate::value::exceptions::decimal::{class_of, signal_of};
use crate::value::exceptions::{KEY_ERROR, Raise, type_error, value_error};
use crate::value::iter::{Part, State};
use crate::value::{Cx, Dict, Iter, NativeObject, R, Ref, TypeDesc, Value, View};

/// Which signals of a context a mapping shows.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// Those that happened.
    Flags,
    /// Those that raise.
    Traps,
}

/// `Context.flags` or `Context.traps`
pub(super) struct SignalMap {
    context: Shared,
    which: Which,
}

static SIGNAL_MAP: TypeDesc = TypeDesc {
    doc: "The flags or the traps of a context: a mapping from signal classes to bools.",
    python: true,
    ..TypeDesc::new("SignalDict", "abc").with_members(METHODS)
};

impl SignalMap {
    pub(super) fn new(context: Shared, which: Which) -> SignalMap {
        SignalMap { context, which }
    }

    fn get(&self) -> Signals {
        let context = self.context.borrow();
        match self.which {
            Which::Flags => context.flags,
            Which::Traps => context.traps,
        }
    }

    fn set(&self, signal: Signal, on: bool) {
        let mut context = self.context.borrow_mut();
        match self.which {
            Which::Flags => context.flags.set(signal, on),
            Which::Traps => context.traps.set(signal, on),
        }
    }

    fn to_dict(&self) -> R<Ref<Dict>> {
        let dict = Dict::new();
        for signal in Signal::ALL {
            dict.set(Value::Type(class_of(signal)), Value::Bool(self.get().contains(signal)))?;
        }
        Ok(dict)
    }
}

impl NativeObject for SignalMap {
    fn class(&self) -> &'static TypeDesc {
        &SIGNAL_MAP
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn repr(&self, _: &mut Cx<'_>) -> Option<R> {
        let signals = self.get();
        let shown = Signal::ALL.map(|signal| {
            let on = if signals.contains(signal) { "True" } else { "False" };
            format!("<class 'decimal.{}'>:{on}", signal.name())
        });
        Some(Ok(Value::str(&format!("{{{}}}", shown.join(", ")))))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        match other {
            Value::Native(native) => native.downcast::<SignalMap>().map(|other| Ok(self.get() == other.get())),
            Value::Dict(dict) if dict.len() != Signal::ALL.len() => Some(Err(value_error("invalid signal dict"))),
            Value::Dict(_) => Some(signals(other).map(|other| self.get() == other)),
            _ => None,
        }
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(Err(type_error("unhashable type: 'SignalDict'")))
    }

    fn len(&self, _: &mut Cx<'_>) -> Option<R<usize>> {
        Some(Ok(Signal::ALL.len()))
    }

    fn get_item(&self, _: &mut Cx<'_>, key: &Value) -> Option<R> {
        Some(signal(key).map(|signal| Value::Bool(self.get().contains(signal))))
    }

    fn set_item(&self, cx: &mut Cx<'_>, key: &Value, value: Value) -> Option<R<()>> {
        Some(signal(key).and_then(|signal| {
            let on = builtins::truth(cx, &value)?;
            self.set(signal, on);
            Ok(())
        }))
    }

    fn contains(&self, _: &mut Cx<'_>, value: &Value) -> Option<R<bool>> {
        Some(Ok(signal(value).is_ok()))
    }

    fn iter(&self, _: &mut Cx<'_>, _: &Value) -> Option<R> {
        let classes = Value::tuple(Signal::ALL.map(|signal| Value::Type(class_of(signal))));
        let Value::Tuple(tuple) = classes else { return None };
        Some(Ok(Value::Iter(Iter::new(State::Tuple { tuple, at: 0 }))))
    }
}

fn signal(key: &Value) -> R<Signal> {
    let found = match key {
        Value::Type(class) => signal_of(class),
        _ => None,
    };
    found.ok_or_else(|| {
        Raise::new(
            &KEY_ERROR,
            "valid values for signals are:\n  [InvalidOperation, FloatOperation, DivisionByZero,\n   \
             Overflow, Underflow, Subnormal, Inexact, Rounded,\n   Clamped]",
        )
    })
}

/// The signals that a list names or for which a mapping of all signals is true.
pub(super) fn signals(value: &Value) -> R<Signals> {
    let mut signals = Signals::NONE;
    match value {
        Value::List(list) => {
            for class in list.to_vec() {
                signals.set(signal(&class)?, true);
            }
        }
        Value::Dict(dict) => {
            let items = dict.items();
            if items.len() != Signal::ALL.len() {
                return Err(Raise::new(&KEY_ERROR, "invalid signal dict"));
            }
            for (class, on) in items {
                signals.set(signal(&class)?, is_true(&on));
            }
        }
        Value::Native(native) => match native.downcast::<SignalMap>() {
            Some(map) => return Ok(map.get()),
            None => return Err(type_error("argument must be a signal dict")),
        },
        _ => return Err(type_error("argument must be a signal dict")),
    }
    Ok(signals)
}

/// The truth of the plain values that such a mapping holds.
fn is_true(value: &Value) -> bool {
    !matches!(value, Value::None | Value::Bool(false) | Value::Int(0))
}

table! {
    /// The methods of the mapping.
    static METHODS = [
        /// Return a dict with the same items.
        ///
        /// >>> decimal.Context().flags.copy()[decimal.Inexact]
        /// False
        Method Extended "copy(self, /) -> dict[type, bool]" => |_, a| own("copy", a)?.to_dict().map(Value::Dict);
        /// Return the value of a signal, or the default for what is no signal.
        ///
        /// >>> decimal.Context().traps.get(decimal.Overflow)
        /// True
        Method Extended "def Mapping.get get(self, key: type, default: Any = None) -> Any" => |_, a| {
            let map = own("get", a)?;
            Ok(signal(&a[1]).map_or_else(|_| a[2].clone(), |signal| Value::Bool(map.get().contains(signal))))
        };
        /// Return the signals and their values.
        ///
        /// >>> len(decimal.Context().flags.items())
        /// 9
        Method Extended "def Mapping.items items(self) -> ItemsView[type, bool]" => |_, a| view("items", a, Part::Items);
        /// Return the signals.
        ///
        /// >>> decimal.Inexact in decimal.Context().flags.keys()
        /// True
        Method Extended "def Mapping.keys keys(self) -> KeysView[type]" => |_, a| view("keys", a, Part::Keys);
        /// Set the values that a mapping or pairs give.
        ///
        /// >>> c = decimal.Context()
        /// >>> c.traps.update({decimal.Inexact: True})
        /// >>> c.traps[decimal.Inexact]
        /// True
        Method Extended "def MutableMapping.update update(self, other: Mapping[type, bool] | Iterable[tuple[type, bool]] = <absent>, /) -> None" => update;
        /// Return the values.
        ///
        /// >>> any(decimal.Context().flags.values())
        /// False
        Method Extended "def Mapping.values values(self) -> ValuesView[bool]" => |_, a| view("values", a, Part::Values);
    ]
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a SignalMap> {
    receiver::native(name, "abc.SignalDict", a)
}

fn view(name: &str, a: &[Value], part: Part) -> R {
    let dict = own(name, a)?.to_dict()?;
    Ok(Value::View(Ref::new(View { dict, part })))
}

fn update(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let map = own("update", a)?;
    let Some(other) = a[1].given() else { return Ok(Value::None) };
    let new = Dict::new();
    dict::update_from(cx, &new, other)?;
    for (class, on) in new.items() {
        let on = builtins::truth(cx, &on)?;
        map.set(signal(&class)?, on);
    }
    Ok(Value::None)
}
