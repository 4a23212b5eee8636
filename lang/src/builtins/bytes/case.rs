//! Case conversions and the questions about all bytes; only ASCII letters, digits and blanks count.

use super::args::{copy, receiver};
use crate::value::interrupt::{Stop, checkpoint, reserve};
use crate::value::unicode::case;
use crate::value::{Cx, R, Value};

fn convert(name: &str, a: &[Value], by: fn(&[u8]) -> Result<Vec<u8>, Stop>) -> R {
    let own = receiver(name, a)?;
    reserve(own.len())?;
    checkpoint(own.len() as u64 / 8)?;
    Ok(copy(&a[0], &by(&own)?))
}

/// Whether there are bytes and `question` is true of each.
fn ask(name: &str, a: &[Value], question: fn(&u8) -> bool) -> R {
    let own = receiver(name, a)?;
    checkpoint(own.len() as u64)?;
    Ok(Value::Bool(!own.is_empty() && own.iter().all(question)))
}

macro_rules! methods {
    ($with:ident: $($name:ident = $by:expr;)*) => {
        $(pub(super) fn $name(_: &mut Cx<'_>, a: &[Value]) -> R {
            $with(stringify!($name), a, $by)
        })*
    };
}

methods! { convert:
    capitalize = case::ascii_capitalize;
    lower = |own| Ok(own.to_ascii_lowercase());
    swapcase = case::ascii_swapcase;
    title = case::ascii_title;
    upper = |own| Ok(own.to_ascii_uppercase());
}

methods! { ask:
    isalnum = u8::is_ascii_alphanumeric;
    isalpha = u8::is_ascii_alphabetic;
    isdigit = u8::is_ascii_digit;
    isspace = |byte| matches!(byte, b'\t'..=b'\r' | b' ');
}

pub(super) fn isascii(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::Bool(receiver("isascii", a)?.is_ascii()))
}

/// Whether there are letters of the `wanted` case and none of the other.
fn all_cased(own: &[u8], wanted: fn(&u8) -> bool, other: fn(&u8) -> bool) -> bool {
    own.iter().any(wanted) && !own.iter().any(other)
}

pub(super) fn islower(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("islower", a)?;
    checkpoint(own.len() as u64)?;
    Ok(Value::Bool(all_cased(&own, u8::is_ascii_lowercase, u8::is_ascii_uppercase)))
}

pub(super) fn isupper(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("isupper", a)?;
    checkpoint(own.len() as u64)?;
    Ok(Value::Bool(all_cased(&own, u8::is_ascii_uppercase, u8::is_ascii_lowercase)))
}

pub(super) fn istitle(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("istitle", a)?;
    checkpoint(own.len() as u64)?;
    let (mut in_word, mut found) = (false, false);
    for byte in own.iter() {
        if byte.is_ascii_alphabetic() {
            // An upper case letter begins a word, a lower case letter goes on with one.
            if byte.is_ascii_uppercase() == in_word {
                return Ok(Value::Bool(false));
            }
            found = true;
        }
        in_word = byte.is_ascii_alphabetic();
    }
    Ok(Value::Bool(found))
}
