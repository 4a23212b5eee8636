//! `list`, `tuple`, `range`, `slice`, `dict`, `set`, `frozenset`, and the lazy iterators.

use super::super::{dict, iterate, list, set};
use super::{integer, optional};
use crate::value::containers::Slice;
use crate::value::exceptions::type_error;
use crate::value::iter::{Part, State};
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, Cx, Dict, HVec, Iter, List, R, Ref, Tuple, Value};

/// `list(iterable)`
pub static LIST: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "list(iterable: Iterable[T] = <absent>, /) -> list[T]",
    "A list of the items of an iterable.\n\n>>> list('abc')\n['a', 'b', 'c']\n",
    |cx, a| Ok(Value::List(List::new(optional(cx, &a[0])?))),
);

/// `tuple(iterable)`
pub static TUPLE: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "tuple(iterable: Iterable[T] = <absent>, /) -> tuple[T, ...]",
    "A tuple of the items of an iterable.\n\n>>> tuple('ab')\n('a', 'b')\n",
    |cx, a| match &a[0] {
        Value::Tuple(t) if std::ptr::eq(t.class, &crate::value::types::TUPLE) => Ok(a[0].clone()),
        other => Ok(Value::Tuple(Tuple::new(optional(cx, other)?))),
    },
);

/// `range(start, stop, step)`
pub static RANGE: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "range(start: int, stop: int = <absent>, step: int = <absent>, /) -> range",
    "The ints from start up to, not including, stop; with one argument from 0.\n\n>>> list(range(3))\n[0, 1, 2]\n>>> list(range(5, 0, -2))\n[5, 3, 1]\n",
    |_, a| match (a[1].given(), a[2].given()) {
        (None, _) => list::make_range(Value::Int(0), integer(&a[0])?, Value::Int(1)),
        (Some(stop), step) => {
            let step = step.map_or(Ok(Value::Int(1)), integer)?;
            list::make_range(integer(&a[0])?, integer(stop)?, step)
        }
    },
);

/// `slice(start, stop, step)`
pub static SLICE: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "slice(start: Any, stop: Any = <absent>, step: Any = None, /) -> slice",
    "A slice object, as `x[start:stop:step]` makes.\n\n>>> 'abcdef'[slice(1, 4)]\n'bcd'\n",
    |_, a| {
        let (start, stop) = match a[1].given() {
            Some(stop) => (a[0].clone(), stop.clone()),
            None => (Value::None, a[0].clone()),
        };
        Ok(Value::Slice(Ref::new(Slice { start, stop, step: a[2].clone() })))
    },
);

/// `dict(mapping, **items)`
pub static DICT: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "dict(other: Mapping[K, V] | Iterable[tuple[K, V]] = <absent>, /, **items: V) -> dict[K, V]",
    "A dict from a mapping or from pairs, and from keyword arguments.\n\n>>> dict([('a', 1)], b=2)\n{'a': 1, 'b': 2}\n",
    |cx, a| {
        let made = Dict::new();
        if let Some(other) = a[0].given() {
            dict::update_from(cx, &made, other)?;
        }
        if let Value::Dict(extra) = &a[1] {
            made.update(extra)?;
        }
        Ok(Value::Dict(made))
    },
);

/// `set(iterable)`
pub static SET: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "set(iterable: Iterable[T] = <absent>, /) -> set[T]",
    "A set of the distinct items of an iterable.\n\n>>> set([1, 2, 1])\n{1, 2}\n",
    |cx, a| make_set(cx, &a[0], false),
);

/// `frozenset(iterable)`
pub static FROZENSET: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "frozenset(iterable: Iterable[T] = <absent>, /) -> frozenset[T]",
    "An immutable set of the distinct items of an iterable.\n\n>>> frozenset('aab')\nfrozenset({'a', 'b'})\n",
    |cx, a| match &a[0] {
        Value::Set(own) if own.frozen => Ok(a[0].clone()),
        other => make_set(cx, other, true),
    },
);

fn make_set(cx: &mut Cx<'_>, iterable: &Value, frozen: bool) -> R {
    match iterable.given() {
        Some(iterable) => set::from_iterable(cx, iterable, frozen).map(Value::Set),
        None => Ok(Value::Set(crate::value::Set::new(crate::value::table::Table::default(), frozen))),
    }
}

fn iterator(state: State) -> R {
    Ok(Value::Iter(Iter::new(state)))
}

fn iterators(cx: &mut Cx<'_>, values: &[Value]) -> R<HVec<Value>> {
    values.iter().map(|value| iterate::iter(cx, value)).collect()
}

fn rest(value: &Value) -> Vec<Value> {
    match value {
        Value::Tuple(tuple) => tuple.items.to_vec(),
        _ => Vec::new(),
    }
}

/// `map(function, *iterables)`
pub static MAP: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "map(function: Callable[..., R] = <absent>, /, *iterables: Iterable[Any]) -> Iterator[R]",
    "An iterator of the function's results for the items of the iterables.\n\n>>> list(map(abs, [-1, 2]))\n[1, 2]\n",
    |cx, a| {
        let iterables = rest(&a[1]);
        if iterables.is_empty() {
            return Err(type_error("map() must have at least two arguments."));
        }
        let iters = iterators(cx, &iterables)?;
        iterator(State::Map { function: a[0].clone(), iters })
    },
);

/// `filter(function, iterable)`
pub static FILTER: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "filter(function: Callable[[T], Any] | None, iterable: Iterable[T], /) -> Iterator[T]",
    "An iterator of the items for which the function is true; with `None`, of the true items.\n\n>>> list(filter(None, [0, 1, '', 'a']))\n[1, 'a']\n",
    |cx, a| {
        let iter = iterate::iter(cx, &a[1])?;
        iterator(State::Filter { function: a[0].clone(), iter })
    },
);

/// `zip(*iterables, strict=False)`
pub static ZIP: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "zip(*iterables: Iterable[Any], strict: bool = False) -> Iterator[tuple[Any, ...]]",
    "An iterator of tuples with one item of each iterable, as long as the shortest.\n\n>>> list(zip('ab', [1, 2]))\n[('a', 1), ('b', 2)]\n",
    |cx, a| {
        let iters = iterators(cx, &rest(&a[0]))?;
        let strict = super::super::truth(cx, &a[1])?;
        iterator(State::Zip { iters, strict })
    },
);

/// `enumerate(iterable, start=0)`
pub static ENUMERATE: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "enumerate(iterable: Iterable[T] = <absent>, start: int = 0) -> Iterator[tuple[int, T]]",
    "An iterator of pairs of a running number and an item.\n\n>>> list(enumerate('ab', 1))\n[(1, 'a'), (2, 'b')]\n",
    |cx, a| {
        if a[0].is_unbound() {
            return Err(type_error("enumerate() missing required argument 'iterable'"));
        }
        let count = integer(&a[1])?;
        let iter = iterate::iter(cx, &a[0])?;
        iterator(State::Enumerate { iter, count })
    },
);

/// `reversed(sequence)`
pub static REVERSED: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "reversed(sequence: Sequence[T], /) -> Iterator[T]",
    "An iterator over a sequence from its end.\n\n>>> list(reversed([1, 2, 3]))\n[3, 2, 1]\n",
    |cx, a| reversed(cx, &a[0]),
);

fn reversed(cx: &mut Cx<'_>, value: &Value) -> R {
    match value {
        Value::List(list) => iterator(State::ListReverse { list: list.clone(), at: list.len() }),
        Value::Dict(own) => Ok(dict::reversed(own, Part::Keys)),
        Value::View(view) => Ok(dict::reversed(&view.dict, view.part)),
        Value::Range(range) => {
            let backwards = list::range_get(range, &every_backwards())?;
            iterate::iter(cx, &backwards)
        }
        Value::Tuple(_) | Value::Short(_) | Value::Str(_) | Value::Bytes(_) | Value::ByteArray(_) => {
            let at = iterate::length(cx, value)?;
            iterator(State::Reversed { sequence: value.clone(), at })
        }
        Value::Entity(entity) => {
            let inner = entity.value()?;
            reversed(cx, &inner)
        }
        _ => Err(type_error(format!("'{}' object is not reversible", value.type_of().qualified()))),
    }
}

/// The slice `[::-1]`.
fn every_backwards() -> Value {
    Value::Slice(Ref::new(Slice { start: Value::None, stop: Value::None, step: Value::Int(-1) }))
}
