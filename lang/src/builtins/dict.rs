//! Dicts and their views (spec 5.6).

use super::iterate;
use super::receiver::wrong_receiver;
use crate::table;
use crate::value::compare::{eq, key_eq};
use crate::value::exceptions::{key_error, type_error, value_error};
use crate::value::interrupt::checkpoint;
use crate::value::iter::{Part, State, View};
use crate::value::{Cx, Dict, Iter, R, Ref, TypeDesc, Value, types};

table! {
    /// The methods of `dict`.
    pub static METHODS = [
        /// Remove all items.
        ///
        /// >>> (d := {'a': 1}, d.clear(), d)[2]
        /// {}
        Method Core "clear(self: dict[K, V], /) -> None" => clear;
        /// Return a shallow copy.
        ///
        /// >>> {'a': [1]}.copy()
        /// {'a': [1]}
        Method Core "copy(self: dict[K, V], /) -> dict[K, V]" => copy;
        /// Make a dict with the keys of an iterable and one value for all.
        ///
        /// >>> dict.fromkeys('ab', 0)
        /// {'a': 0, 'b': 0}
        Class Core "fromkeys(type, iterable: Iterable[K], value: V = None, /) -> dict[K, V]" => from_keys;
        /// Return the value of a key, or the default if the key is missing.
        ///
        /// >>> {'a': 1}.get('b', 0)
        /// 0
        Method Core "get(self: dict[K, V], key: Any, default: D = None, /) -> V | D" => get;
        /// Return a live view of the items.
        ///
        /// >>> {'a': 1}.items()
        /// dict_items([('a', 1)])
        Method Core "items(self: dict[K, V], /) -> dict_items[K, V]" => |_, a| view(a, Part::Items);
        /// Return a live view of the keys.
        ///
        /// >>> {'a': 1}.keys()
        /// dict_keys(['a'])
        Method Core "keys(self: dict[K, V], /) -> dict_keys[K]" => |_, a| view(a, Part::Keys);
        /// Remove a key and return its value, or the default if the key is missing.
        ///
        /// >>> {'a': 1}.pop('b', None) is None
        /// True
        Method Core "pop(self: dict[K, V], key: Any, default: D = <absent>, /) -> V | D" => pop;
        /// Remove and return the last item as a pair.
        ///
        /// >>> {'a': 1, 'b': 2}.popitem()
        /// ('b', 2)
        Method Core "popitem(self: dict[K, V], /) -> tuple[K, V]" => pop_item;
        /// Return the value of a key; insert the default if the key is missing.
        ///
        /// >>> (d := {}, d.setdefault('a', []), d)[2]
        /// {'a': []}
        Method Core "setdefault(self: dict[K, V], key: K, default: V = None, /) -> V" => set_default;
        /// Take over the items of a mapping or of pairs, and keyword arguments.
        ///
        /// >>> (d := {'a': 1}, d.update({'b': 2}, c=3), d)[2]
        /// {'a': 1, 'b': 2, 'c': 3}
        Method Core "update(self: dict[K, V], other: Mapping[K, V] | Iterable[tuple[K, V]] = <absent>, /, **items: V) -> None" => update;
        /// Return a live view of the values.
        ///
        /// >>> {'a': 1}.values()
        /// dict_values([1])
        Method Core "values(self: dict[K, V], /) -> dict_values[V]" => |_, a| view(a, Part::Values);
    ]
}

table! {
    /// The methods of the views of keys and items.
    pub static VIEW_METHODS = [
        /// Whether the view and an iterable have no element in common.
        ///
        /// >>> {'a': 1}.keys().isdisjoint(['b'])
        /// True
        Method Core "isdisjoint(self, other: Iterable[Any], /) -> bool" => is_disjoint;
        /// A read-only mapping of the dict behind the view.
        ///
        /// >>> {'a': 1}.keys().mapping['a']
        /// 1
        Property Core "mapping(self) -> Mapping[Any, Any]" => mapping;
    ]
}

table! {
    /// The methods of the view of values.
    pub static VALUES_METHODS = [
        /// A read-only mapping of the dict behind the view.
        ///
        /// >>> {'a': 1}.values().mapping['a']
        /// 1
        Property Core "mapping(self) -> Mapping[Any, Any]" => mapping;
    ]
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Ref<Dict>> {
    match a.first() {
        Some(Value::Dict(dict)) => Ok(dict),
        other => Err(wrong_receiver(name, "dict", other)),
    }
}

fn clear(_: &mut Cx<'_>, a: &[Value]) -> R {
    own("clear", a)?.clear();
    Ok(Value::None)
}

/// A copy of the same class.
#[must_use]
pub fn copy_like(dict: &Ref<Dict>) -> Ref<Dict> {
    let copy = dict.copy();
    match &dict.special {
        None => copy,
        Some(special) => {
            let like = Dict::of_class(special.class, special.factory.borrow().clone());
            // Keys are hashable already and compare without error.
            let updated = like.update(&copy);
            debug_assert!(updated.is_ok());
            like
        }
    }
}

fn copy(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::Dict(copy_like(own("copy", a)?)))
}

fn from_keys(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let dict = match a.first() {
        Some(Value::Type(class)) if !std::ptr::eq(*class, &types::DICT) => Dict::of_class(class, Value::None),
        _ => Dict::new(),
    };
    iterate::for_each(cx, &a[1], |_, key| {
        dict.set(key, a[2].clone())?;
        Ok(true)
    })?;
    Ok(Value::Dict(dict))
}

fn get(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(own("get", a)?.get(&a[1])?.unwrap_or_else(|| a[2].clone()))
}

fn view(a: &[Value], part: Part) -> R {
    Ok(Value::View(Ref::new(View { dict: own("keys", a)?.clone(), part })))
}

fn pop(_: &mut Cx<'_>, a: &[Value]) -> R {
    let dict = own("pop", a)?;
    // An empty dict does not look at the key, not even at whether it is hashable.
    let removed = if dict.is_empty() { None } else { dict.remove(&a[1])? };
    match removed {
        Some((_, value)) => Ok(value),
        None => a[2].given().cloned().ok_or_else(|| key_error(a[1].clone())),
    }
}

fn pop_item(_: &mut Cx<'_>, a: &[Value]) -> R {
    match own("popitem", a)?.pop_end(true) {
        Some((key, value)) => Ok(Value::tuple([key, value])),
        None => Err(key_error(Value::str("popitem(): dictionary is empty"))),
    }
}

fn set_default(_: &mut Cx<'_>, a: &[Value]) -> R {
    let dict = own("setdefault", a)?;
    if let Some(value) = dict.get(&a[1])? {
        return Ok(value);
    }
    dict.set(a[1].clone(), a[2].clone())?;
    Ok(a[2].clone())
}

fn update(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let dict = own("update", a)?;
    if let Some(other) = a[1].given() {
        update_from(cx, dict, other)?;
    }
    if let Value::Dict(extra) = &a[2] {
        dict.update(extra)?;
    }
    Ok(Value::None)
}

/// The items of a mapping, `None` if the value is none.
///
/// # Errors
/// Whatever reading the mapping raises.
pub fn mapping_items(cx: &mut Cx<'_>, value: &Value) -> R<Option<Vec<(Value, Value)>>> {
    Ok(Some(match value {
        Value::Dict(dict) => dict.items(),
        Value::MultiMap(map) => {
            map.to_vec().into_iter().map(|(key, values)| (key, values.first().cloned().unwrap_or_default())).collect()
        }
        Value::Entity(entity) => {
            let inner = entity.value()?;
            return mapping_items(cx, &inner);
        }
        Value::Native(native) => {
            let Ok(keys) = super::attribute::get(cx, value, "keys") else { return Ok(None) };
            let keys = cx.call(&keys, &[])?;
            let keys = iterate::collect(cx, &keys)?;
            let mut pairs = Vec::with_capacity(keys.len());
            for key in keys {
                let Some(item) = native.object.get_item(cx, &key) else { return Ok(None) };
                pairs.push((key, item?));
            }
            pairs
        }
        _ => return Ok(None),
    }))
}

/// The first keys of a dict, for messages.
#[must_use]
pub fn first_keys(dict: &Dict, most: usize) -> Vec<Value> {
    let mut keys = Vec::new();
    let mut at = 0;
    while keys.len() < most {
        let Some((n, key, _)) = dict.at(at) else { break };
        keys.push(key);
        at = n + 1;
    }
    keys
}

/// Takes over the items of a mapping or of an iterable of pairs.
///
/// # Errors
/// `TypeError` or `ValueError` for elements that are no pairs.
pub fn update_from(cx: &mut Cx<'_>, dict: &Ref<Dict>, other: &Value) -> R<()> {
    if let Some(pairs) = mapping_items(cx, other)? {
        for (key, value) in pairs {
            checkpoint(4)?;
            dict.set(key, value)?;
        }
        return Ok(());
    }
    let mut n = 0usize;
    iterate::for_each(cx, other, |cx, pair| {
        if !iterate::is_iterable(&pair) {
            return Err(type_error(format!("cannot convert dictionary update sequence element #{n} to a sequence")));
        }
        let parts = iterate::collect(cx, &pair)?;
        let [key, value] = &parts[..] else {
            return Err(value_error(format!(
                "dictionary update sequence element #{n} has length {}; 2 is required",
                parts.len()
            )));
        };
        dict.set(key.clone(), value.clone())?;
        n += 1;
        Ok(true)
    })
}

/// `x | y`
///
/// # Errors
/// A limit.
pub fn union(cx: &mut Cx<'_>, x: &Ref<Dict>, y: &Ref<Dict>) -> R {
    let counted = crate::modules::collections::counter_operator(cx, crate::syntax::ast::BinaryOp::BitOr, x, y)?;
    if let Some(result) = counted {
        return Ok(result);
    }
    let is_counter = |dict: &Dict| std::ptr::eq(dict.class(), &types::COUNTER);
    let both = match (&x.special, &y.special) {
        // The subclass on the right decides, unless the left has one of its own; counters do not take part.
        (left, Some(special)) if !is_counter(y) && (left.is_none() || is_counter(x)) => {
            let like = Dict::of_class(special.class, special.factory.borrow().clone());
            like.update(x)?;
            like
        }
        (Some(_), _) if is_counter(x) => x.copy(),
        _ => copy_like(x),
    };
    both.update(y)?;
    Ok(Value::Dict(both))
}

/// `dict[key]` for a missing key: the default of a `defaultdict`, zero of a `Counter`, else `KeyError`.
///
/// # Errors
/// `KeyError`, or whatever the default factory raises.
pub fn missing(cx: &mut Cx<'_>, dict: &Ref<Dict>, key: &Value) -> R {
    if let Some(special) = &dict.special {
        if std::ptr::eq(special.class, &types::COUNTER) {
            return Ok(Value::Int(0));
        }
        let factory = special.factory.borrow().clone();
        if !factory.is_none() && !factory.is_unbound() {
            let value = cx.call(&factory, &[])?;
            dict.set(key.clone(), value.clone())?;
            return Ok(value);
        }
    }
    Err(key_error(key.clone()))
}

/// Assigns an attribute of a dict subclass.
#[must_use]
pub fn set_attribute(dict: &Ref<Dict>, name: &str, value: Value) -> bool {
    match &dict.special {
        Some(special) if name == "default_factory" && std::ptr::eq(special.class, &types::DEFAULT_DICT) => {
            drop(special.factory.replace(value));
            true
        }
        _ => false,
    }
}

/// `item in view`
///
/// # Errors
/// `TypeError` if the item is unhashable.
pub fn view_contains(_cx: &mut Cx<'_>, view: &View, item: &Value) -> R<bool> {
    match (view.part, item) {
        (Part::Keys, key) => Ok(view.dict.get(key)?.is_some()),
        (Part::Values, value) => {
            for (_, own) in view.dict.items() {
                checkpoint(2)?;
                if key_eq(&own, value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Part::Items, Value::Tuple(pair)) => match &pair.items[..] {
            [key, value] => match view.dict.get(key)? {
                Some(own) => Ok(own.is(value) || eq(&own, value)?),
                None => Ok(false),
            },
            _ => Ok(false),
        },
        (Part::Items, _) => Ok(false),
    }
}

fn is_disjoint(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(Value::View(view)) = a.first() else { return Err(wrong_receiver("isdisjoint", "dict_keys", a.first())) };
    let mut disjoint = true;
    iterate::for_each(cx, &a[1], |cx, item| {
        disjoint = !view_contains(cx, view, &item)?;
        Ok(disjoint)
    })?;
    Ok(Value::Bool(disjoint))
}

fn mapping(_: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(Value::View(view)) = a.first() else { return Err(wrong_receiver("mapping", "dict_keys", a.first())) };
    Ok(proxy(view.dict.clone()))
}

/// A read-only view of a dict.
#[must_use]
pub fn proxy(dict: Ref<Dict>) -> Value {
    Value::native(Proxy { dict })
}

/// A read-only view of a dict as a mapping.
struct Proxy {
    dict: Ref<Dict>,
}

impl crate::value::NativeObject for Proxy {
    fn class(&self) -> &'static TypeDesc {
        &types::MAPPING_PROXY
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn repr(&self, cx: &mut Cx<'_>) -> Option<R> {
        Some(
            super::repr::repr(cx, &Value::Dict(self.dict.clone()))
                .map(|inner| Value::str(&format!("mappingproxy({})", inner.to_display()))),
        )
    }

    fn len(&self, _: &mut Cx<'_>) -> Option<R<usize>> {
        Some(Ok(self.dict.len()))
    }

    fn get_item(&self, _: &mut Cx<'_>, key: &Value) -> Option<R> {
        Some(self.dict.get(key).and_then(|found| found.ok_or_else(|| key_error(key.clone()))))
    }

    fn contains(&self, _: &mut Cx<'_>, value: &Value) -> Option<R<bool>> {
        Some(self.dict.get(value).map(|found| found.is_some()))
    }

    fn iter(&self, cx: &mut Cx<'_>, _: &Value) -> Option<R> {
        Some(iterate::iter(cx, &Value::Dict(self.dict.clone())))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        Some(eq(&Value::Dict(self.dict.clone()), other))
    }

    fn get_attr(&self, cx: &mut Cx<'_>, name: &str) -> Option<R> {
        let allowed = ["get", "keys", "values", "items", "copy"];
        allowed.contains(&name).then(|| super::attribute::get(cx, &Value::Dict(self.dict.clone()), name))
    }
}

/// An iterator over a dict or view backwards.
#[must_use]
pub fn reversed(dict: &Ref<Dict>, part: Part) -> Value {
    let state = State::DictReverse { dict: dict.clone(), at: usize::MAX, len: dict.len(), part };
    Value::Iter(Iter::new(state))
}
