//! Padding and stripping: `center`, `zfill`, `strip`, `expandtabs` and their kin.

use super::args::{receiver, short_int, type_name, width};
use super::pieces::{self, Ends, Unit, fill};
use crate::value::exceptions::type_error;
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::unicode::wtf8;
use crate::value::{Cx, HVec, R, Value};

/// The padding character of `a[2]`.
fn padding(value: &Value) -> R<&[u8]> {
    let Some(text) = value.text_bytes() else {
        return Err(type_error(format!("The fill character must be a unicode character, not {}", type_name(value))));
    };
    if wtf8::decode_at(text, 0).is_some_and(|(_, len)| len == text.len()) {
        Ok(text)
    } else {
        Err(type_error("The fill character must be exactly one character long"))
    }
}

/// Pads the receiver to the width `a[1]`; `left` tells how much of the padding goes before it, given the padding and the
/// width.
fn pad(name: &str, a: &[Value], left: fn(usize, usize) -> usize) -> R {
    let own = receiver(name, a)?;
    let width = width(&a[1])?;
    let with = padding(&a[2])?;
    let missing = width.saturating_sub(own.chars());
    if missing == 0 {
        return Ok(a[0].clone());
    }
    let before = left(missing, width);
    let mut out = HVec::new();
    fill(&mut out, with, before)?;
    reserve(own.bytes.len())?;
    out.extend_bytes(own.bytes);
    fill(&mut out, with, missing - before)?;
    Ok(Value::text_vec(out))
}

pub(super) fn center(_: &mut Cx<'_>, a: &[Value]) -> R {
    pad("center", a, centered)
}

/// How much of the padding goes before centred text: of an odd one the larger half if the width is odd, too.
pub(crate) fn centered(missing: usize, width: usize) -> usize {
    missing / 2 + (missing & width & 1)
}

pub(super) fn ljust(_: &mut Cx<'_>, a: &[Value]) -> R {
    pad("ljust", a, |_, _| 0)
}

pub(super) fn rjust(_: &mut Cx<'_>, a: &[Value]) -> R {
    pad("rjust", a, |missing, _| missing)
}

pub(super) fn zfill(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("zfill", a)?;
    let missing = width(&a[1])?.saturating_sub(own.chars());
    if missing == 0 {
        return Ok(a[0].clone());
    }
    Ok(Value::text_vec(zeros(own.bytes, missing)?))
}

/// Zeros between the sign, if there is one, and the rest.
///
/// # Errors
/// A limit.
pub(crate) fn zeros(bytes: &[u8], count: usize) -> R<HVec<u8>> {
    let (sign, rest) = bytes.split_at(usize::from(matches!(bytes.first(), Some(b'+' | b'-'))));
    let mut out = HVec::new();
    out.extend_bytes(sign);
    fill(&mut out, b"0", count)?;
    reserve(rest.len())?;
    out.extend_bytes(rest);
    Ok(out)
}

pub(super) fn expandtabs(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("expandtabs", a)?.bytes;
    let size = usize::try_from(short_int(&a[1])?).unwrap_or(0);
    Ok(Value::text_vec(pieces::expand_tabs(own, size, Unit::Text)?))
}

/// Takes white space or the characters of `a[1]` away.
fn strip_with(name: &str, a: &[Value], ends: Ends) -> R {
    let own = receiver(name, a)?.bytes;
    checkpoint(own.len() as u64 / 16)?;
    let kept = if a[1].is_none() {
        own.get(pieces::trim_space(own, ends, Unit::Text)).unwrap_or_default()
    } else {
        match a[1].text_bytes() {
            Some(chars) => trim(own, chars, ends)?,
            None => return Err(type_error(format!("{name} arg must be None or str"))),
        }
    };
    Ok(if kept.len() == own.len() { a[0].clone() } else { Value::text(kept) })
}

fn trim<'a>(own: &'a [u8], chars: &[u8], ends: Ends) -> R<&'a [u8]> {
    let mut set: Vec<u32> = wtf8::code_points(chars).collect();
    set.sort_unstable();
    let strips = |cp: u32| set.binary_search(&cp).is_ok();
    let mut kept = own;
    while ends != Ends::Right
        && let Some((cp, len)) = wtf8::decode_at(kept, 0)
        && strips(cp)
    {
        checkpoint(4)?;
        kept = kept.get(len..).unwrap_or_default();
    }
    while ends != Ends::Left
        && let Some((cp, len)) = wtf8::decode_before(kept, kept.len())
        && strips(cp)
    {
        checkpoint(4)?;
        kept = kept.get(..kept.len() - len).unwrap_or_default();
    }
    Ok(kept)
}

pub(super) fn strip(_: &mut Cx<'_>, a: &[Value]) -> R {
    strip_with("strip", a, Ends::Both)
}

pub(super) fn lstrip(_: &mut Cx<'_>, a: &[Value]) -> R {
    strip_with("lstrip", a, Ends::Left)
}

pub(super) fn rstrip(_: &mut Cx<'_>, a: &[Value]) -> R {
    strip_with("rstrip", a, Ends::Right)
}
