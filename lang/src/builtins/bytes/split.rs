//! Taking bytes apart and putting them together: `split`, `partition`, `splitlines`, `join`.

use super::args::{bytes, copy, part, receiver, unchanged};
use crate::builtins::iterate;
use crate::builtins::list::bytes_like;
use crate::builtins::str::args::{limit, short_int, type_name};
use crate::builtins::str::pieces::{self, Unit};
use crate::value::exceptions::{type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::unicode::space;
use crate::value::{Cx, HVec, List, R, Value};

pub(super) fn split(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("split", a)?;
    let most = limit(&a[2])?;
    let mut items = HVec::new();
    let collect = |range| {
        items.push(part(&a[0], &own, range));
        Ok(())
    };
    if a[1].is_none() {
        pieces::split_space(&own, most, Unit::Bytes, collect)?;
    } else {
        let separator = bytes(&a[1])?;
        not_empty(&separator)?;
        pieces::split(&own, &separator, most, collect)?;
    }
    Ok(Value::List(List::new(items)))
}

pub(super) fn rsplit(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("rsplit", a)?;
    let most = limit(&a[2])?;
    let mut items = HVec::new();
    let collect = |range| {
        items.push(part(&a[0], &own, range));
        Ok(())
    };
    if a[1].is_none() {
        pieces::rsplit_space(&own, most, Unit::Bytes, collect)?;
    } else {
        let separator = bytes(&a[1])?;
        not_empty(&separator)?;
        pieces::rsplit(&own, &separator, most, collect)?;
    }
    items.reverse();
    Ok(Value::List(List::new(items)))
}

fn not_empty(separator: &[u8]) -> R<()> {
    if separator.is_empty() { Err(value_error("empty separator")) } else { Ok(()) }
}

/// The separator in a result: a `bytearray` cuts copies of its own.
fn separator(a: &[Value], bytes: &[u8]) -> Value {
    match &a[0] {
        Value::ByteArray(_) => copy(&a[0], bytes),
        _ => a[1].clone(),
    }
}

pub(super) fn partition(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("partition", a)?;
    let wanted = bytes(&a[1])?;
    not_empty(&wanted)?;
    Ok(match pieces::find(&own, &wanted)? {
        Some(at) => Value::tuple([
            part(&a[0], &own, 0..at),
            separator(a, &wanted),
            part(&a[0], &own, at + wanted.len()..own.len()),
        ]),
        None => Value::tuple([unchanged(&a[0], &own), copy(&a[0], b""), copy(&a[0], b"")]),
    })
}

pub(super) fn rpartition(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("rpartition", a)?;
    let wanted = bytes(&a[1])?;
    not_empty(&wanted)?;
    Ok(match pieces::rfind(&own, &wanted)? {
        Some(at) => Value::tuple([
            part(&a[0], &own, 0..at),
            separator(a, &wanted),
            part(&a[0], &own, at + wanted.len()..own.len()),
        ]),
        None => Value::tuple([copy(&a[0], b""), copy(&a[0], b""), unchanged(&a[0], &own)]),
    })
}

pub(super) fn splitlines(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("splitlines", a)?;
    let keep = short_int(&a[1])? != 0;
    let mut items = HVec::new();
    for line in space::ascii_lines(&own) {
        checkpoint((line.next - line.start) as u64 + 4)?;
        items.push(part(&a[0], &own, line.start..if keep { line.next } else { line.end }));
    }
    Ok(Value::List(List::new(items)))
}

pub(super) fn join(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if !iterate::is_iterable(&a[1]) {
        return Err(type_error("can only join an iterable"));
    }
    let items = iterate::collect(cx, &a[1])?;
    let own = receiver("join", a)?;
    let mut out = HVec::new();
    for (n, item) in items.iter().enumerate() {
        let Some(more) = item.byte_data() else {
            return Err(type_error(format!(
                "sequence item {n}: expected a bytes-like object, {} found",
                type_name(item)
            )));
        };
        reserve(own.len() + more.len())?;
        checkpoint((own.len() + more.len()) as u64 / 16 + 2)?;
        if n > 0 {
            out.extend_bytes(&own);
        }
        out.extend_bytes(&more);
    }
    Ok(bytes_like(&a[0], out))
}
