//! Percent encoding.

use crate::builtins::str::codec;
use crate::builtins::{attribute, iterate, truth};
use crate::value::exceptions::type_error;
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::IntView;
use crate::value::{Cx, HVec, R, Value};

fn text_argument<'a>(value: &'a Value, default: &'a [u8], what: &str) -> R<&'a [u8]> {
    match (value, value.text_bytes()) {
        (_, Some(text)) => Ok(text),
        (Value::None, _) => Ok(default),
        (other, None) => Err(type_error(format!("{what} must be str, not {}", other.type_of().qualified()))),
    }
}

pub(super) fn quote(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(text) = a[0].text_bytes() else {
        for (argument, name) in [(&a[2], "encoding"), (&a[3], "errors")] {
            if !argument.is_none() {
                return Err(type_error(format!("quote() doesn't support '{name}' for bytes")));
            }
        }
        return quote_from_bytes(cx, &a[..2]);
    };
    if text.is_empty() {
        return Ok(a[0].clone());
    }
    let encoding = text_argument(&a[2], b"utf-8", "encode() argument 'encoding'")?;
    let errors = text_argument(&a[3], b"strict", "encode() argument 'errors'")?;
    let bytes = codec::encode(text, encoding, errors)?;
    Safe::of(cx, &a[1])?.quote(&bytes)
}

pub(super) fn quote_plus(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let spaces = match (&a[0], a[0].text_bytes()) {
        (_, Some(text)) => text.contains(&b' '),
        (Value::Bytes(bytes), None) => bytes.bytes().contains(&b' '),
        _ => true,
    };
    if !spaces {
        return quote(cx, a);
    }
    // A space stays as it is, and becomes a plus sign afterwards.
    let mut safe: Vec<u8> =
        a[1].text_bytes().map(<[u8]>::to_vec).or_else(|| a[1].byte_data().map(Into::into)).unwrap_or_default();
    safe.push(b' ');
    let quoted = quote(cx, &[a[0].clone(), Value::bytes(&safe), a[2].clone(), a[3].clone()])?;
    let text = quoted.text_bytes().unwrap_or_default();
    Ok(Value::text(&text.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect::<Vec<u8>>()))
}

pub(super) fn quote_from_bytes(cx: &mut Cx<'_>, a: &[Value]) -> R {
    match a[0].byte_data() {
        Some(bytes) if bytes.is_empty() => Ok(Value::str("")),
        Some(bytes) => Safe::of(cx, &a[1])?.quote(&bytes),
        None => Err(type_error("quote_from_bytes() expected bytes")),
    }
}

/// The characters that stay as they are.
struct Safe(Box<[bool; 256]>);

impl Safe {
    /// The characters that are always safe and those of an argument, of which only ASCII counts.
    fn of(cx: &mut Cx<'_>, value: &Value) -> R<Safe> {
        let mut safe = Box::new([false; 256]);
        for byte in 0..=u8::MAX {
            safe[usize::from(byte)] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'~');
        }
        let mut mark = |byte: u8| {
            if byte.is_ascii() {
                safe[usize::from(byte)] = true;
            }
        };
        match (value.text_bytes(), value.byte_data()) {
            (Some(text), _) => text.iter().copied().for_each(&mut mark),
            (None, Some(bytes)) => bytes.iter().copied().for_each(&mut mark),
            (None, None) => {
                for item in iterate::collect(cx, value)? {
                    if let Some(IntView::Small(n)) = IntView::of(&item)
                        && let Ok(byte) = u8::try_from(n)
                    {
                        mark(byte);
                    }
                }
            }
        }
        Ok(Safe(safe))
    }

    fn quote(&self, bytes: &[u8]) -> R {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        checkpoint(bytes.len() as u64)?;
        reserve(bytes.len().saturating_mul(3))?;
        let mut out = HVec::with_capacity(bytes.len());
        for byte in bytes {
            if self.0[usize::from(*byte)] {
                out.push(*byte);
            } else {
                out.extend_bytes(&[b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
            }
        }
        Ok(Value::text_vec(out))
    }
}

/// Replaces `%xx` by bytes; what is not of that form stays.
pub(super) fn unquoted(text: &[u8]) -> Vec<u8> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = memchr::memchr(b'%', rest).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..plain]);
        at += plain;
        if plain == rest.len() {
            break;
        }
        match (digit(rest.get(plain + 1)), digit(rest.get(plain + 2))) {
            (Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(b'%');
                at += 1;
            }
        }
    }
    out
}

/// Replaces `%xx` in a text by the characters that the bytes stand for in an encoding. Stretches of ASCII are decoded each for
/// itself.
///
/// # Errors
/// `UnicodeDecodeError`, `LookupError`, a limit.
pub(super) fn unquote_text(text: &[u8], encoding: &[u8], errors: &[u8]) -> R<Vec<u8>> {
    checkpoint(text.len() as u64)?;
    reserve(text.len())?;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let ascii = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(ascii);
        if head.contains(&b'%') {
            let decoded = codec::decode(&unquoted(head), encoding, errors)?;
            out.extend_from_slice(decoded.text_bytes().unwrap_or_default());
        } else if !head.is_empty() {
            let decoded = codec::decode(head, encoding, errors)?;
            out.extend_from_slice(decoded.text_bytes().unwrap_or_default());
        }
        let other = tail.iter().position(u8::is_ascii).unwrap_or(tail.len());
        out.extend_from_slice(&tail[..other]);
        rest = &tail[other..];
    }
    Ok(out)
}

pub(super) fn unquote(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let encoding = text_argument(&a[1], b"utf-8", "decode() argument 'encoding'")?;
    let errors = text_argument(&a[2], b"replace", "decode() argument 'errors'")?;
    match (&a[0], a[0].text_bytes()) {
        (Value::Bytes(bytes), _) => {
            checkpoint(bytes.bytes().len() as u64)?;
            codec::decode(&unquoted(bytes.bytes()), encoding, errors)
        }
        (_, Some(text)) if !text.contains(&b'%') => Ok(a[0].clone()),
        (_, Some(text)) => Ok(Value::text(&unquote_text(text, encoding, errors)?)),
        (other, None) => {
            // What CPython's `'%' in string` says.
            crate::builtins::operators::contains(cx, other, &Value::str("%"))?;
            Err(attribute::missing(other, "split"))
        }
    }
}

pub(super) fn unquote_plus(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(text) = a[0].text_bytes() else {
        let replace = attribute::get(cx, &a[0], "replace")?;
        let spaced = cx.call(&replace, &[Value::str("+"), Value::str(" ")])?;
        return unquote(cx, &[spaced, a[1].clone(), a[2].clone()]);
    };
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    unquote(cx, &[Value::text(&spaced), a[1].clone(), a[2].clone()])
}

pub(super) fn unquote_to_bytes(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if let Some(text) = a[0].text_bytes() {
        let bytes = codec::encode(text, b"utf-8", b"strict")?;
        checkpoint(bytes.len() as u64)?;
        return Ok(Value::bytes(&unquoted(&bytes)));
    }
    match a[0].byte_data() {
        Some(bytes) => {
            checkpoint(bytes.len() as u64)?;
            Ok(Value::bytes(&unquoted(&bytes)))
        }
        None => {
            truth(cx, &a[0])?;
            Err(attribute::missing(&a[0], "split"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn only_two_hexadecimal_digits_are_replaced() {
        for (text, bytes) in
            [("a%20b", &b"a b"[..]), ("%", b"%"), ("%4", b"%4"), ("%zz%41", b"%zzA"), ("%fF%2", b"\xff%2")]
        {
            assert_eq!(unquoted(text.as_bytes()), bytes, "{text}");
        }
    }
}
