//! `OrderedDict`, whose order can be changed, and `defaultdict`, which fills in missing values.

use crate::builtins::receiver::wrong_receiver;
use crate::builtins::{dict, iterate, truth};
use crate::table;
use crate::value::exceptions::{key_error, type_error};
use crate::value::types::{DEFAULT_DICT, Kind, ORDERED_DICT, Profile};
use crate::value::{Builtin, Cx, Dict, R, Ref, Value};

/// `OrderedDict(…)`
pub static NEW_ORDERED: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "OrderedDict(*args: Mapping[K, V] | Iterable[tuple[K, V]], **items: V) -> OrderedDict[K, V]",
    "A dict whose order can be changed and counts in comparisons.\n\n>>> collections.OrderedDict([('b', 1), ('a', 2)])\nOrderedDict([('b', 1), ('a', 2)])\n",
    |cx, a| {
        let args = arguments(&a[0]);
        if args.len() > 1 {
            return Err(type_error(format!("expected at most 1 arguments, got {}", args.len())));
        }
        let own = Dict::of_class(&ORDERED_DICT, Value::None);
        fill(cx, &own, args.first(), &a[1])?;
        Ok(Value::Dict(own))
    },
);

/// `defaultdict(…)`
pub static NEW_DEFAULT: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "defaultdict(default_factory: Callable[[], V] | None = None, /, *args: Mapping[K, V] | Iterable[tuple[K, V]], **items: V) -> defaultdict[K, V]",
    "A dict that makes the value of a missing key by calling its factory.\n\n>>> (d := collections.defaultdict(list), d['a'].append(1), d)[2]\ndefaultdict(<class 'list'>, {'a': [1]})\n",
    |cx, a| {
        if !matches!(a[0], Value::None | Value::Function(_) | Value::Builtin(_) | Value::Method(_) | Value::Type(_)) {
            return Err(type_error("first argument must be callable or None"));
        }
        let args = arguments(&a[1]);
        if args.len() > 1 {
            return Err(type_error(format!("dict expected at most 1 argument, got {}", args.len())));
        }
        let own = Dict::of_class(&DEFAULT_DICT, a[0].clone());
        fill(cx, &own, args.first(), &a[2])?;
        Ok(Value::Dict(own))
    },
);

fn arguments(value: &Value) -> Vec<Value> {
    match value {
        Value::Tuple(args) => args.items.to_vec(),
        _ => Vec::new(),
    }
}

fn fill(cx: &mut Cx<'_>, own: &Ref<Dict>, other: Option<&Value>, named: &Value) -> R<()> {
    if let Some(other) = other {
        dict::update_from(cx, own, other)?;
    }
    match named {
        Value::Dict(named) => own.update(named),
        _ => Ok(()),
    }
}

table! {
    /// What `OrderedDict` has beyond `dict`, or with other parameters.
    pub static ORDERED_METHODS = [
        /// Make an ordered dict with the keys of an iterable and one value for all.
        ///
        /// >>> collections.OrderedDict.fromkeys('ab', 0)
        /// OrderedDict([('a', 0), ('b', 0)])
        Class Extended "fromkeys(type, /, iterable: Iterable[K], value: V = None) -> OrderedDict[K, V]" => from_keys;
        /// Move a key to the end, or to the beginning.
        ///
        /// >>> (d := collections.OrderedDict(a=1, b=2), d.move_to_end('a'), list(d))[2]
        /// ['b', 'a']
        Method Extended "move_to_end(self, /, key: K, last: bool = True) -> None" => move_to_end;
        /// Remove a key and return its value, or the default if the key is missing.
        ///
        /// >>> collections.OrderedDict(a=1).pop('a')
        /// 1
        Method Extended "pop(self, /, key: K, default: D = <absent>) -> V | D" => pop;
        /// Remove and return the last item as a pair, or the first.
        ///
        /// >>> collections.OrderedDict(a=1, b=2).popitem(last=False)
        /// ('a', 1)
        Method Extended "popitem(self, /, last: bool = True) -> tuple[K, V]" => pop_item;
        /// Return the value of a key; insert the default if the key is missing.
        ///
        /// >>> collections.OrderedDict(a=1).setdefault('b', 2)
        /// 2
        Method Extended "setdefault(self, /, key: K, default: V = None) -> V" => set_default;
        /// Take over the items of a mapping or of pairs, and keyword arguments.
        ///
        /// >>> (d := collections.OrderedDict(a=1), d.update({'b': 2}, c=3), list(d))[2]
        /// ['a', 'b', 'c']
        Method Extended "update(self, /, *args: Mapping[K, V] | Iterable[tuple[K, V]], **items: V) -> None" => update;
    ]
}

table! {
    /// What `defaultdict` has beyond `dict`.
    pub static DEFAULT_METHODS = [
        /// The function that makes the value of a missing key, or `None`.
        ///
        /// >>> collections.defaultdict(int).default_factory
        /// <class 'int'>
        Property Extended "default_factory(self) -> Callable[[], Any] | None" => default_factory;
    ]
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Ref<Dict>> {
    match a.first() {
        Some(Value::Dict(own)) => Ok(own),
        other => Err(wrong_receiver(name, "collections.OrderedDict", other)),
    }
}

fn default_factory(_: &mut Cx<'_>, a: &[Value]) -> R {
    let special = own("default_factory", a)?.special.as_ref();
    Ok(special.and_then(|special| special.factory.borrow().given().cloned()).unwrap_or(Value::None))
}

fn from_keys(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let made = Dict::of_class(&ORDERED_DICT, Value::None);
    iterate::for_each(cx, &a[1], |_, key| {
        made.set(key, a[2].clone())?;
        Ok(true)
    })?;
    Ok(Value::Dict(made))
}

fn move_to_end(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("move_to_end", a)?;
    let last = truth(cx, &a[2])?;
    let Some((key, value)) = own.remove(&a[1])? else { return Err(key_error(a[1].clone())) };
    if last {
        own.set(key, value)?;
        return Ok(Value::None);
    }
    let rest = own.items();
    crate::value::interrupt::checkpoint(rest.len() as u64 * 4)?;
    own.clear();
    own.set(key, value)?;
    for (key, value) in rest {
        own.set(key, value)?;
    }
    Ok(Value::None)
}

fn update(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let args = arguments(&a[1]);
    if args.len() > 1 {
        return Err(type_error(format!("update() takes at most 1 positional argument ({} given)", args.len())));
    }
    fill(cx, own("update", a)?, args.first(), &a[2])?;
    Ok(Value::None)
}

fn pop(_: &mut Cx<'_>, a: &[Value]) -> R {
    match own("pop", a)?.remove(&a[1])? {
        Some((_, value)) => Ok(value),
        None => a[2].given().cloned().ok_or_else(|| key_error(a[1].clone())),
    }
}

fn pop_item(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let last = truth(cx, &a[1])?;
    match own("popitem", a)?.pop_end(last) {
        Some((key, value)) => Ok(Value::tuple([key, value])),
        None => Err(key_error(Value::str("dictionary is empty"))),
    }
}

fn set_default(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = own("setdefault", a)?;
    if let Some(value) = own.get(&a[1])? {
        return Ok(value);
    }
    own.set(a[1].clone(), a[2].clone())?;
    Ok(a[2].clone())
}
