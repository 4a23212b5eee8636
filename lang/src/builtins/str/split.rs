//! Taking a text apart and putting texts together: `split`, `partition`, `splitlines`, `join`.

use std::ops::Range;

use super::args::{limit, receiver, short_int, text, type_name};
use super::pieces::{self, Find, Unit};
use crate::builtins::iterate;
use crate::value::exceptions::{type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::unicode::space;
use crate::value::{Cx, HVec, List, R, Value};

fn part(own: &[u8], range: Range<usize>) -> Value {
    Value::text(own.get(range).unwrap_or_default())
}

/// The separator: `None` for white space.
fn separator(value: &Value) -> R<Option<&[u8]>> {
    if value.is_none() {
        return Ok(None);
    }
    match value.text_bytes() {
        Some(b"") => Err(value_error("empty separator")),
        Some(separator) => Ok(Some(separator)),
        None => Err(type_error(format!("must be str or None, not {}", type_name(value)))),
    }
}

pub(super) fn split(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("split", a)?.bytes;
    let most = limit(&a[2])?;
    let mut items = HVec::new();
    let collect = |range| {
        items.push(part(own, range));
        Ok(())
    };
    match separator(&a[1])? {
        None => pieces::split_space(own, most, Unit::Text, collect)?,
        Some(separator) => pieces::split(own, separator, most, collect)?,
    }
    Ok(Value::List(List::new(items)))
}

pub(super) fn rsplit(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("rsplit", a)?.bytes;
    let most = limit(&a[2])?;
    let mut items = HVec::new();
    let collect = |range| {
        items.push(part(own, range));
        Ok(())
    };
    match separator(&a[1])? {
        None => pieces::rsplit_space(own, most, Unit::Text, collect)?,
        Some(separator) => pieces::rsplit(own, separator, most, collect)?,
    }
    items.reverse();
    Ok(Value::List(List::new(items)))
}

/// The place of the separator `a[1]` in the receiver.
fn cut<'a>(name: &str, a: &'a [Value], find: Find) -> R<Option<(&'a [u8], &'a [u8])>> {
    let own = receiver(name, a)?.bytes;
    let separator = text(&a[1])?;
    if separator.is_empty() {
        return Err(value_error("empty separator"));
    }
    Ok(find(own, separator)?.and_then(|at| Some((own.get(..at)?, own.get(at + separator.len()..)?))))
}

pub(super) fn partition(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(match cut("partition", a, pieces::find)? {
        Some((head, tail)) => Value::tuple([Value::text(head), a[1].clone(), Value::text(tail)]),
        None => Value::tuple([a[0].clone(), Value::str(""), Value::str("")]),
    })
}

pub(super) fn rpartition(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(match cut("rpartition", a, pieces::rfind)? {
        Some((head, tail)) => Value::tuple([Value::text(head), a[1].clone(), Value::text(tail)]),
        None => Value::tuple([Value::str(""), Value::str(""), a[0].clone()]),
    })
}

pub(super) fn splitlines(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("splitlines", a)?.bytes;
    let keep = short_int(&a[1])? != 0;
    let mut items = HVec::new();
    for line in space::lines(own) {
        checkpoint((line.next - line.start) as u64 + 4)?;
        items.push(part(own, line.start..if keep { line.next } else { line.end }));
    }
    Ok(Value::List(List::new(items)))
}

pub(super) fn join(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("join", a)?.bytes;
    if !iterate::is_iterable(&a[1]) {
        return Err(type_error("can only join an iterable"));
    }
    join_values(own, &iterate::collect(cx, &a[1])?)
}

/// The texts in `items` with `separator` between them.
fn join_values(separator: &[u8], items: &[Value]) -> R {
    let mut size = separator.len().saturating_mul(items.len().saturating_sub(1));
    for (n, item) in items.iter().enumerate() {
        let Some(text) = item.text_bytes() else {
            return Err(type_error(format!("sequence item {n}: expected str instance, {} found", type_name(item))));
        };
        size = size.saturating_add(text.len());
    }
    if let [only] = items {
        return Ok(only.clone());
    }
    reserve(size)?;
    checkpoint(size as u64 / 16 + items.len() as u64)?;
    let mut out = HVec::with_capacity(size);
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.extend_bytes(separator);
        }
        out.extend_bytes(item.text_bytes().unwrap_or_default());
    }
    Ok(Value::text_vec(out))
}
