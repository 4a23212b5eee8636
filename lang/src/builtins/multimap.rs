//! The operations of `MultiMap` (spec 5.8).

use super::dict::mapping_items;
use super::iterate;
use super::receiver::wrong_receiver;
use crate::table;
use crate::value::exceptions::{key_error, type_error, value_error};
use crate::value::interrupt::checkpoint;
use crate::value::{Cx, List, MultiMap, R, Ref, Value};

table! {
    /// The methods of `MultiMap`.
    pub static METHODS = [
        /// Return the first value of a key, or the default.
        ///
        /// >>> MultiMap([('a', 1), ('a', 2)]).get('a')
        /// 1
        Method Core "get(self: MultiMap, key: Any, default: Any = None) -> Any" => get_method;
        /// Return the list of all values of a key; it is empty if the key is missing.
        ///
        /// >>> MultiMap([('a', 1), ('a', 2)]).getall('a')
        /// [1, 2]
        Method Core "getall(self: MultiMap, key: Any, /) -> list[Any]" => get_all;
        /// Append a value to those of a key; a list appends each of its elements.
        ///
        /// >>> (m := MultiMap(), m.add('a', 1), m.add('a', [2, 3]), m)[3]
        /// MultiMap({'a': [1, 2, 3]})
        Method Core "add(self: MultiMap, key: Any, value: Any, /) -> None" => add;
        /// Return the first value of a key; set its values first if the key is missing.
        ///
        /// >>> MultiMap({'a': 1}).setdefault('b', 2)
        /// 2
        Method Core "setdefault(self: MultiMap, key: Any, default: Any = None, /) -> Any" => set_default;
        /// Replace the values of all keys of a mapping, of pairs, and of keyword arguments.
        ///
        /// >>> (m := MultiMap({'a': 1}), m.update({'a': [2, 3]}, b=4), m)[2]
        /// MultiMap({'a': [2, 3], 'b': 4})
        Method Core "update(self: MultiMap, other: Mapping[Any, Any] | Iterable[tuple[Any, Any]] = <absent>, /, **more: Any) -> None" => update;
        /// Remove all values of a key and return the first, or the default if the key is missing.
        ///
        /// >>> MultiMap([('a', 1), ('a', 2)]).pop('a')
        /// 1
        Method Core "pop(self: MultiMap, key: Any, default: Any = <absent>, /) -> Any" => pop;
        /// Return the distinct keys.
        ///
        /// >>> MultiMap([('a', 1), ('b', 2), ('a', 3)]).keys()
        /// ['a', 'b']
        Method Core "keys(self: MultiMap, /) -> list[Any]" => keys;
        /// Return the first value of each key.
        ///
        /// >>> MultiMap([('a', 1), ('b', 2), ('a', 3)]).values()
        /// [1, 2]
        Method Core "values(self: MultiMap, /) -> list[Any]" => values;
        /// Return pairs of each key and its first value.
        ///
        /// >>> MultiMap([('a', 1), ('b', 2), ('a', 3)]).items()
        /// [('a', 1), ('b', 2)]
        Method Core "items(self: MultiMap, /) -> list[tuple[Any, Any]]" => items;
        /// Remove everything.
        ///
        /// >>> (m := MultiMap({'a': 1}), m.clear(), m)[2]
        /// MultiMap({})
        Method Core "clear(self: MultiMap, /) -> None" => clear;
        /// Return a shallow copy.
        ///
        /// >>> MultiMap({'a': [1, 2]}).copy()
        /// MultiMap({'a': [1, 2]})
        Method Core "copy(self: MultiMap, /) -> MultiMap" => copy;
    ]
}

fn receiver<'a>(method: &str, a: &'a [Value]) -> R<&'a Ref<MultiMap>> {
    match a.first() {
        Some(Value::MultiMap(map)) => Ok(map),
        other => Err(wrong_receiver(method, "MultiMap", other)),
    }
}

fn get_method(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(receiver("get", a)?.get(&a[1])?.unwrap_or_else(|| a[2].clone()))
}

fn get_all(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::list(receiver("getall", a)?.get_all(&a[1])?))
}

fn add(_: &mut Cx<'_>, a: &[Value]) -> R {
    receiver("add", a)?.add(a[1].clone(), a[2].clone())?;
    Ok(Value::None)
}

fn set_default(_: &mut Cx<'_>, a: &[Value]) -> R {
    let map = receiver("setdefault", a)?;
    if let Some(first) = map.get(&a[1])? {
        return Ok(first);
    }
    map.set(a[1].clone(), a[2].clone())?;
    Ok(map.get(&a[1])?.unwrap_or(Value::None))
}

fn update(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let map = receiver("update", a)?;
    if let Some(other) = a[1].given() {
        for (key, value) in pairs(cx, other)? {
            map.set(key, value)?;
        }
    }
    if let Value::Dict(more) = &a[2] {
        for (key, value) in more.items() {
            map.set(key, value)?;
        }
    }
    Ok(Value::None)
}

fn pop(_: &mut Cx<'_>, a: &[Value]) -> R {
    match (receiver("pop", a)?.remove(&a[1])?, a[2].given()) {
        (Some(values), _) => Ok(values.first().cloned().unwrap_or(Value::None)),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(key_error(a[1].clone())),
    }
}

fn keys(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::list(receiver("keys", a)?.items().borrow().iter().map(|(key, _)| key.clone())))
}

fn first(values: &[Value]) -> Value {
    values.first().cloned().unwrap_or(Value::None)
}

fn values(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::list(receiver("values", a)?.items().borrow().iter().map(|(_, values)| first(values))))
}

fn items(_: &mut Cx<'_>, a: &[Value]) -> R {
    let map = receiver("items", a)?;
    let items = map.items().borrow();
    Ok(Value::list(items.iter().map(|(key, values)| Value::tuple([key.clone(), first(values)]))))
}

fn clear(_: &mut Cx<'_>, a: &[Value]) -> R {
    // The old contents are dropped after the map is whole again.
    drop(receiver("clear", a)?.items().replace(crate::value::table::Table::default()));
    Ok(Value::None)
}

fn copy(_: &mut Cx<'_>, a: &[Value]) -> R {
    let map = MultiMap::new();
    drop(map.items().replace(receiver("copy", a)?.items().borrow().clone()));
    Ok(Value::MultiMap(map))
}

/// `map[key]`: the first value, or what `'*key'` and `'^value'` select.
///
/// # Errors
/// `KeyError` if the key is missing.
pub fn get(map: &Ref<MultiMap>, key: &Value) -> R {
    match key.text_bytes() {
        Some(b"^value") => return map.to_plain().map(Value::Dict),
        Some([b'*', name @ ..]) => return Ok(Value::List(List::new(map.get_all(&Value::text(name))?))),
        _ => {}
    }
    map.get(key)?.ok_or_else(|| key_error(key.clone()))
}

/// `map[key] = value`: replaces all values; `'*key'` with a list does the same.
///
/// # Errors
/// `TypeError` if the key is unhashable.
pub fn set(map: &Ref<MultiMap>, key: &Value, value: Value) -> R<()> {
    match (key.text_bytes(), &value) {
        (Some([b'*', name @ ..]), Value::List(_)) => map.set(Value::text(name), value),
        _ => map.set(key.clone(), value),
    }
}

/// A MultiMap of a mapping, whose lists count as several values, or of pairs.
///
/// # Errors
/// `TypeError` or `ValueError` for other data.
pub fn from_data(cx: &mut Cx<'_>, data: &Value) -> R<Ref<MultiMap>> {
    let map = MultiMap::new();
    for (key, value) in pairs(cx, data)? {
        checkpoint(8)?;
        map.add(key, value)?;
    }
    Ok(map)
}

/// Keys and values of a mapping or of an iterable of pairs; the values of a MultiMap are lists.
fn pairs(cx: &mut Cx<'_>, data: &Value) -> R<Vec<(Value, Value)>> {
    if let Value::MultiMap(map) = data {
        return Ok(map.to_vec().into_iter().map(|(key, values)| (key, Value::list(values))).collect());
    }
    if let Some(pairs) = mapping_items(cx, data)? {
        return Ok(pairs);
    }
    let mut pairs = Vec::new();
    for (n, pair) in iterate::collect(cx, data)?.iter().enumerate() {
        checkpoint(8)?;
        if !iterate::is_iterable(pair) {
            return Err(type_error(format!("cannot convert MultiMap update sequence element #{n} to a sequence")));
        }
        let items = iterate::collect(cx, pair)?;
        let [key, value] = &items[..] else {
            let len = items.len();
            return Err(value_error(format!("MultiMap update sequence element #{n} has length {len}; 2 is required")));
        };
        pairs.push((key.clone(), value.clone()));
    }
    Ok(pairs)
}
