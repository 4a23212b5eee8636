//! Looking for parts of a text: `find`, `count`, `startswith`, `replace` and their kin.

use super::args::{self, limit, named_text, receiver, text, type_name};
use super::pieces::{self, Find, Unit};
use crate::value::exceptions::{type_error, value_error};
use crate::value::text::{Text, count_chars};
use crate::value::{Cx, R, Value};

/// A part of the receiver in bytes, chosen by the bounds `a[2]` and `a[3]`.
struct Window<'a> {
    bytes: &'a [u8],
    /// Code points before it.
    first: usize,
}

fn window<'a>(own: &Text<'a>, a: &[Value]) -> R<Option<Window<'a>>> {
    if a[2].is_none() && a[3].is_none() {
        return Ok(Some(Window { bytes: own.bytes, first: 0 }));
    }
    let range = args::range(&a[2], &a[3], own.chars())?;
    Ok(range.map(|(from, to)| Window { bytes: own.slice(from, to), first: from }))
}

/// Position of an occurrence of `a[1]`.
fn position(name: &str, a: &[Value], find: Find) -> R<Option<usize>> {
    let own = receiver(name, a)?;
    let window = window(&own, a)?;
    let part = text(&a[1])?;
    let Some(window) = window else { return Ok(None) };
    let offset = find(window.bytes, part)?;
    Ok(offset.map(|offset| window.first + count_chars(window.bytes.get(..offset).unwrap_or_default())))
}

fn position_or_minus_one(name: &str, a: &[Value], find: Find) -> R {
    Ok(position(name, a, find)?.map_or(Value::Int(-1), Value::size))
}

fn position_or_error(name: &str, a: &[Value], find: Find) -> R {
    position(name, a, find)?.map(Value::size).ok_or_else(|| value_error("substring not found"))
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
    let part = text(&a[1])?;
    Ok(Value::size(match window {
        None => 0,
        Some(window) if part.is_empty() => count_chars(window.bytes) + 1,
        Some(window) => pieces::count(window.bytes, part)?,
    }))
}

/// Whether one of the texts in `a[1]`, a text or a tuple of texts, is at an end of the receiver.
fn at_end(name: &str, a: &[Value], is: fn(&[u8], &[u8]) -> bool) -> R {
    let own = receiver(name, a)?;
    let window = window(&own, a)?;
    let matches = |part: &[u8]| window.as_ref().is_some_and(|window| is(window.bytes, part));
    if let Some(part) = a[1].text_bytes() {
        return Ok(Value::Bool(matches(part)));
    }
    let Value::Tuple(parts) = &a[1] else {
        return Err(type_error(format!("{name} first arg must be str or a tuple of str, not {}", type_name(&a[1]))));
    };
    for part in parts.items.iter() {
        let Some(part) = part.text_bytes() else {
            return Err(type_error(format!("tuple for {name} must only contain str, not {}", type_name(part))));
        };
        if matches(part) {
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
    let own = receiver("removeprefix", a)?.bytes;
    let prefix = named_text("removeprefix() argument", &a[1])?;
    Ok(own.strip_prefix(prefix).filter(|_| !prefix.is_empty()).map_or_else(|| a[0].clone(), Value::text))
}

pub(super) fn removesuffix(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("removesuffix", a)?.bytes;
    let suffix = named_text("removesuffix() argument", &a[1])?;
    Ok(own.strip_suffix(suffix).filter(|_| !suffix.is_empty()).map_or_else(|| a[0].clone(), Value::text))
}

pub(super) fn replace(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("replace", a)?.bytes;
    let old = named_text("replace() argument 1", &a[1])?;
    let new = named_text("replace() argument 2", &a[2])?;
    let replaced = pieces::replace(own, old, new, limit(&a[3])?, Unit::Text)?;
    Ok(replaced.map_or_else(|| a[0].clone(), Value::text_vec))
}
