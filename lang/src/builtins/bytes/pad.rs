//! Padding and stripping: `center`, `zfill`, `strip`, `expandtabs` and their kin.

use super::args::{bytes, part, receiver, unchanged};
use crate::builtins::list::bytes_like;
use crate::builtins::str::args::{bad_argument, short_int, width};
use crate::builtins::str::pad::{centered, zeros};
use crate::builtins::str::pieces::{Ends, Unit, expand_tabs, fill, trim_space};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{Cx, HVec, R, Value};

/// Pads the receiver to the width `a[1]`; `left` tells how much of the padding goes before it, given the padding and the
/// width.
fn pad(name: &str, a: &[Value], left: fn(usize, usize) -> usize) -> R {
    let own = receiver(name, a)?;
    let width = width(&a[1])?;
    let with = match a[2].given().map(|with| (with, with.byte_data())) {
        None => b' ',
        Some((_, Some(bytes))) if bytes.len() == 1 => bytes[0],
        Some((other, _)) => {
            return Err(bad_argument(&format!("{name}() argument 2"), "a byte string of length 1", other));
        }
    };
    let missing = width.saturating_sub(own.len());
    if missing == 0 {
        return Ok(unchanged(&a[0], &own));
    }
    let before = left(missing, width);
    let mut out = HVec::new();
    fill(&mut out, &[with], before)?;
    reserve(own.len())?;
    out.extend_bytes(&own);
    fill(&mut out, &[with], missing - before)?;
    Ok(bytes_like(&a[0], out))
}

pub(super) fn center(_: &mut Cx<'_>, a: &[Value]) -> R {
    pad("center", a, centered)
}

pub(super) fn ljust(_: &mut Cx<'_>, a: &[Value]) -> R {
    pad("ljust", a, |_, _| 0)
}

pub(super) fn rjust(_: &mut Cx<'_>, a: &[Value]) -> R {
    pad("rjust", a, |missing, _| missing)
}

pub(super) fn zfill(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("zfill", a)?;
    let missing = width(&a[1])?.saturating_sub(own.len());
    if missing == 0 {
        return Ok(unchanged(&a[0], &own));
    }
    Ok(bytes_like(&a[0], zeros(&own, missing)?))
}

pub(super) fn expandtabs(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("expandtabs", a)?;
    let size = usize::try_from(short_int(&a[1])?).unwrap_or(0);
    Ok(bytes_like(&a[0], expand_tabs(&own, size, Unit::Bytes)?))
}

/// Takes white space or the bytes of `a[1]` away.
fn strip_with(name: &str, a: &[Value], ends: Ends) -> R {
    let own = receiver(name, a)?;
    checkpoint(own.len() as u64)?;
    let kept = if a[1].is_none() {
        trim_space(&own, ends, Unit::Bytes)
    } else {
        let set = bytes(&a[1])?;
        let mut strips = [false; 256];
        for byte in set.iter() {
            strips[usize::from(*byte)] = true;
        }
        let keeps = |byte: &u8| !strips[usize::from(*byte)];
        let start = if ends == Ends::Right { Some(0) } else { own.iter().position(keeps) };
        let end = if ends == Ends::Left { Some(own.len()) } else { own.iter().rposition(keeps).map(|at| at + 1) };
        match (start, end) {
            (Some(start), Some(end)) => start..end,
            _ => 0..0,
        }
    };
    Ok(part(&a[0], &own, kept))
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
