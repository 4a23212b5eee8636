//! `repr` of containers. A stack of the containers being written tells when one contains itself.

use std::cell::RefCell;

use super::{put, write_repr};
use crate::builtins::sort;
use crate::value::iter::Part;
use crate::value::types::{COUNTER, DEFAULT_DICT, MULTIMAP, ORDERED_DICT};
use crate::value::{Cx, Dict, HVec, R, Ref, Set, Tuple, Value, View};

thread_local! {
    /// Addresses of the containers that are being written, outermost first.
    static ACTIVE: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Writes a container once; while it is being written, `again` stands for it.
fn once(
    cx: &mut Cx<'_>,
    out: &mut HVec<u8>,
    address: usize,
    again: &str,
    write: impl FnOnce(&mut Cx<'_>, &mut HVec<u8>) -> R<()>,
) -> R<()> {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            ACTIVE.with_borrow_mut(Vec::pop);
        }
    }
    if ACTIVE.with_borrow(|active| active.contains(&address)) {
        put(out, again);
        return Ok(());
    }
    ACTIVE.with_borrow_mut(|active| active.push(address));
    let _leave = Leave;
    write(cx, out)
}

/// Appends `repr` of a container.
pub(super) fn write(cx: &mut Cx<'_>, out: &mut HVec<u8>, value: &Value) -> R<()> {
    match value {
        Value::List(own) => once(cx, out, Ref::address(own), "[...]", |cx, out| {
            put(out, "[");
            joined(cx, out, |at| own.get(at).map(|value| (value, at + 1)))?;
            put(out, "]");
            Ok(())
        }),
        Value::Tuple(own) => once(cx, out, Ref::address(own), "(...)", |cx, out| tuple(cx, out, own)),
        Value::Dict(own) => dict(cx, out, own),
        Value::Set(own) => set(cx, out, own),
        Value::Slice(own) => {
            put(out, "slice(");
            write_repr(cx, out, &own.start)?;
            put(out, ", ");
            write_repr(cx, out, &own.stop)?;
            put(out, ", ");
            write_repr(cx, out, &own.step)?;
            put(out, ")");
            Ok(())
        }
        Value::View(own) => once(cx, out, Ref::address(own), "...", |cx, out| view(cx, out, own)),
        Value::MultiMap(own) => once(cx, out, Ref::address(own), "MultiMap(...)", |cx, out| {
            put(out, MULTIMAP.name);
            put(out, "({");
            for (n, (key, values)) in own.to_vec().into_iter().enumerate() {
                // One value that is no list stands for itself, as in the plain form.
                let value = match &values[..] {
                    [only] if !matches!(only, Value::List(_)) => only.clone(),
                    _ => Value::list(values),
                };
                pair(cx, out, n, &key, &value)?;
            }
            put(out, "})");
            Ok(())
        }),
        _ => Ok(()),
    }
}

/// Writes values with commas between them; `next` gives the value at a position or behind it, and the next position.
fn joined(cx: &mut Cx<'_>, out: &mut HVec<u8>, next: impl Fn(usize) -> Option<(Value, usize)>) -> R<()> {
    let mut at = 0;
    let mut first = true;
    while let Some((value, behind)) = next(at) {
        if !std::mem::take(&mut first) {
            put(out, ", ");
        }
        write_repr(cx, out, &value)?;
        at = behind;
    }
    Ok(())
}

fn tuple(cx: &mut Cx<'_>, out: &mut HVec<u8>, own: &Tuple) -> R<()> {
    let fields = own.class.fields;
    if fields.is_empty() {
        put(out, "(");
        joined(cx, out, |at| own.items.get(at).map(|value| (value.clone(), at + 1)))?;
        put(out, if own.items.len() == 1 { ",)" } else { ")" });
        return Ok(());
    }
    // CPython's own structures show their module, named tuples of its library do not.
    if matches!(own.class.module, "time" | "datetime") {
        put(out, &own.class.qualified());
    } else {
        put(out, own.class.name);
    }
    put(out, "(");
    for (n, (field, value)) in fields.iter().zip(own.items.iter()).enumerate() {
        put(out, if n > 0 { ", " } else { "" });
        put(out, field);
        put(out, "=");
        write_repr(cx, out, value)?;
    }
    put(out, ")");
    Ok(())
}

/// Writes item number `n` of a dict.
fn pair(cx: &mut Cx<'_>, out: &mut HVec<u8>, n: usize, key: &Value, value: &Value) -> R<()> {
    put(out, if n > 0 { ", " } else { "" });
    write_repr(cx, out, key)?;
    put(out, ": ");
    write_repr(cx, out, value)
}

fn plain_dict(cx: &mut Cx<'_>, out: &mut HVec<u8>, own: &Ref<Dict>) -> R<()> {
    once(cx, out, Ref::address(own), "{...}", |cx, out| {
        put(out, "{");
        let (mut at, mut n) = (0, 0);
        while let Some((position, key, value)) = own.at(at) {
            pair(cx, out, n, &key, &value)?;
            at = position + 1;
            n += 1;
        }
        put(out, "}");
        Ok(())
    })
}

fn dict(cx: &mut Cx<'_>, out: &mut HVec<u8>, own: &Ref<Dict>) -> R<()> {
    let Some(special) = &own.special else { return plain_dict(cx, out, own) };
    if special.class == &DEFAULT_DICT {
        put(out, "defaultdict(");
        let factory = special.factory.borrow().clone();
        write_repr(cx, out, factory.given().unwrap_or(&Value::None))?;
        put(out, ", ");
        plain_dict(cx, out, own)?;
        put(out, ")");
        return Ok(());
    }
    if special.class != &ORDERED_DICT && special.class != &COUNTER {
        return plain_dict(cx, out, own);
    }
    if own.is_empty() {
        put(out, special.class.name);
        put(out, "()");
        return Ok(());
    }
    if special.class == &COUNTER {
        return counter(cx, out, own);
    }
    once(cx, out, Ref::address(own), "...", |cx, out| {
        put(out, "OrderedDict([");
        items(cx, out, own)?;
        put(out, "])");
        Ok(())
    })
}

/// Counts are shown in falling order; those that have no order in the order of the dict.
fn counter(cx: &mut Cx<'_>, out: &mut HVec<u8>, own: &Ref<Dict>) -> R<()> {
    // The falling second component keeps equal counts in the order of the dict, and keys from being compared.
    let by_count =
        own.items().into_iter().zip(0i64..).map(|((key, count), n)| Value::tuple([count, Value::Int(-n), key]));
    let (sorted, done) = sort::sort(cx, by_count.collect(), &Value::None, true);
    put(out, "Counter({");
    match done {
        Ok(()) => {
            for (n, item) in sorted.iter().enumerate() {
                if let Value::Tuple(item) = item
                    && let [count, _, key] = &item.items[..]
                {
                    pair(cx, out, n, key, count)?;
                }
            }
        }
        Err(stop) if stop.stop().is_some() => return Err(stop),
        Err(_) => {
            for (n, (key, count)) in own.items().iter().enumerate() {
                pair(cx, out, n, key, count)?;
            }
        }
    }
    put(out, "})");
    Ok(())
}

/// Writes the items of a dict as pairs with commas between them.
fn items(cx: &mut Cx<'_>, out: &mut HVec<u8>, own: &Dict) -> R<()> {
    let mut at = 0;
    while let Some((position, key, value)) = own.at(at) {
        put(out, if at > 0 { ", (" } else { "(" });
        write_repr(cx, out, &key)?;
        put(out, ", ");
        write_repr(cx, out, &value)?;
        put(out, ")");
        at = position + 1;
    }
    Ok(())
}

fn view(cx: &mut Cx<'_>, out: &mut HVec<u8>, own: &View) -> R<()> {
    let (name, dict) = (super::objects::view_name(own), &own.dict);
    put(out, name);
    put(out, "([");
    match own.part {
        Part::Keys => joined(cx, out, |at| dict.at(at).map(|(position, key, _)| (key, position + 1)))?,
        Part::Values => joined(cx, out, |at| dict.at(at).map(|(position, _, value)| (value, position + 1)))?,
        Part::Items => items(cx, out, dict)?,
    }
    put(out, "])");
    Ok(())
}

fn set(cx: &mut Cx<'_>, out: &mut HVec<u8>, own: &Ref<Set>) -> R<()> {
    let name = if own.frozen { "frozenset" } else { "set" };
    if own.is_empty() {
        put(out, name);
        put(out, "()");
        return Ok(());
    }
    put(out, if own.frozen { "frozenset({" } else { "{" });
    joined(cx, out, |at| own.items.borrow().at(at).map(|(n, value, ())| (value.clone(), n + 1)))?;
    put(out, if own.frozen { "})" } else { "}" });
    Ok(())
}
