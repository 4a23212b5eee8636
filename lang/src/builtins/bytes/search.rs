//! Looking for parts: `find`, `count`, `startswith`, `replace` and their kin.

use std::borrow::Cow;

use super::args::{bytes, needle, part, receiver, unchanged};
use crate::builtins::list::bytes_like;
use crate::builtins::str::args::{limit, range, type_name};
use crate::builtins::str::pieces::{self, Find, Unit};
use crate::value::exceptions::{type_error, value_error};
use crate::value::{Cx, R, Value};

/// The part of the receiver chosen by the bounds `a[2]` and `a[3]`, with its offset.
fn window<'a>(own: &'a [u8], a: &[Value]) -> R<Option<(&'a [u8], usize)>> {
    let range = range(&a[2], &a[3], own.len())?;
    Ok(range.and_then(|(from, to)| Some((own.get(from..to)?, from))))
}

fn position(name: &str, a: &[Value], find: Find) -> R<Option<usize>> {
    let own = receiver(name, a)?;
    let window = window(&own, a)?;
    let wanted = needle(&a[1])?;
    let Some((window, from)) = window else { return Ok(None) };
    Ok(find(window, &wanted)?.map(|at| from + at))
}

fn position_or_minus_one(name: &str, a: &[Value], find: Find) -> R {
    Ok(position(name, a, find)?.map_or(Value::Int(-1), Value::size))
}

fn position_or_error(name: &str, a: &[Value], find: Find) -> R {
    position(name, a, find)?.map(Value::size).ok_or_else(|| value_error("subsection not found"))
}

pub(super) fn find(_: &mut Cx<'_>, a: &[Value]) -> R {
    position_or_minus_one("find", a, pieces::find)
}

pub(super) fn rfind(_: &mut Cx<'_>, a: &[Value]) -> R {
    position_or_minus_one("rfind", a, pieces::rfind)
}

pub(super) fn index(_: &mut Cx<'_>, a: &[Value]) -> R {
    position_or_error("index", a, pieces::find)
}

pub(super) fn rindex(_: &mut Cx<'_>, a: &[Value]) -> R {
    position_or_error("rindex", a, pieces::rfind)
}

pub(super) fn count(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("count", a)?;
    let window = window(&own, a)?;
    let wanted = needle(&a[1])?;
    Ok(Value::size(match window {
        None => 0,
        Some((window, _)) if wanted.is_empty() => window.len() + 1,
        Some((window, _)) => pieces::count(window, &wanted)?,
    }))
}

/// Whether `a[1]`, bytes or a tuple of bytes, is at an end of the receiver.
fn at_end(name: &str, a: &[Value], is: fn(&[u8], &[u8]) -> bool) -> R {
    let own = receiver(name, a)?;
    let window = window(&own, a)?;
    let matches = |part: Cow<'_, [u8]>| window.is_some_and(|(window, _)| is(window, &part));
    if a[1].byte_data().is_some() {
        return Ok(Value::Bool(matches(bytes(&a[1])?)));
    }
    let Value::Tuple(parts) = &a[1] else {
        return Err(type_error(format!(
            "{name} first arg must be bytes or a tuple of bytes, not {}",
            type_name(&a[1])
        )));
    };
    for part in parts.items.iter() {
        if matches(bytes(part)?) {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn startswith(_: &mut Cx<'_>, a: &[Value]) -> R {
    at_end("startswith", a, |own, part| own.starts_with(part))
}

pub(super) fn endswith(_: &mut Cx<'_>, a: &[Value]) -> R {
    at_end("endswith", a, |own, part| own.ends_with(part))
}

pub(super) fn removeprefix(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("removeprefix", a)?;
    let prefix = bytes(&a[1])?;
    Ok(if own.starts_with(&prefix) { part(&a[0], &own, prefix.len()..own.len()) } else { unchanged(&a[0], &own) })
}

pub(super) fn removesuffix(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("removesuffix", a)?;
    let suffix = bytes(&a[1])?;
    Ok(if own.ends_with(&suffix) { part(&a[0], &own, 0..own.len() - suffix.len()) } else { unchanged(&a[0], &own) })
}

pub(super) fn replace(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("replace", a)?;
    let (old, new) = (bytes(&a[1])?, bytes(&a[2])?);
    let replaced = pieces::replace(&own, &old, &new, limit(&a[3])?, Unit::Bytes)?;
    Ok(replaced.map_or_else(|| unchanged(&a[0], &own), |made| bytes_like(&a[0], made)))
}
