//! Other forms of bytes: `hex` and `fromhex`, `translate` and `maketrans`, `decode`.

use super::args::{bytes, copy, receiver};
use crate::builtins::iterate;
use crate::builtins::list::bytes_like;
use crate::builtins::str::args::{named_text, short_int, type_name};
use crate::builtins::str::codec;
use crate::value::exceptions::{type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::{Cx, HVec, R, Value, types};

pub(super) fn decode(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("decode", a)?;
    let encoding = named_text("decode() argument 'encoding'", &a[1])?;
    let errors = named_text("decode() argument 'errors'", &a[2])?;
    codec::decode(&own, encoding, errors)
}

pub(super) fn translate(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("translate", a)?;
    let table = if a[1].is_none() { None } else { Some(bytes(&a[1])?) };
    if table.as_ref().is_some_and(|table| table.len() != 256) {
        return Err(value_error("translation table must be 256 characters long"));
    }
    let mut deleted = [false; 256];
    if let Some(set) = a[2].given() {
        for byte in bytes(set)?.iter() {
            deleted[usize::from(*byte)] = true;
        }
    }
    reserve(own.len())?;
    checkpoint(own.len() as u64)?;
    let mut out = HVec::with_capacity(own.len());
    for byte in own.iter().filter(|byte| !deleted[usize::from(**byte)]) {
        out.push(table.as_ref().and_then(|table| table.get(usize::from(*byte))).copied().unwrap_or(*byte));
    }
    Ok(bytes_like(&a[0], out))
}

pub(super) fn maketrans(_: &mut Cx<'_>, a: &[Value]) -> R {
    let (from, to) = (bytes(&a[0])?, bytes(&a[1])?);
    if from.len() != to.len() {
        return Err(value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=u8::MAX).collect();
    for (from, to) in from.iter().zip(to.iter()) {
        table[usize::from(*from)] = *to;
    }
    Ok(Value::bytes(&table))
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The separator of `hex`: one ASCII character or byte.
fn hex_separator(cx: &mut Cx<'_>, value: &Value) -> R<u8> {
    let length = match value.text_bytes() {
        Some(_) => value.as_text().map_or(0, |text| text.chars()),
        None => iterate::length(cx, value)?,
    };
    if length != 1 {
        return Err(value_error("sep must be length 1."));
    }
    let byte = match (value.text_bytes(), value.byte_data()) {
        (Some(text), _) => text.first().copied(),
        (None, Some(bytes)) if matches!(value, Value::Bytes(_)) => bytes.first().copied(),
        (None, _) => return Err(type_error("sep must be str or bytes.")),
    };
    byte.filter(u8::is_ascii).ok_or_else(|| value_error("sep must be ASCII."))
}

pub(super) fn hex(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let group = short_int(&a[2])?;
    let separator = a[1].given().map(|value| hex_separator(cx, value)).transpose()?;
    let own = receiver("hex", a)?;
    let separator = separator.filter(|_| group != 0);
    let size = usize::try_from(group.unsigned_abs()).unwrap_or(usize::MAX);
    reserve(own.len().saturating_mul(3))?;
    checkpoint(own.len() as u64)?;
    let mut out = HVec::with_capacity(own.len().saturating_mul(2));
    for (n, byte) in own.iter().enumerate() {
        // Groups are counted from the right, or from the left if the number is negative.
        let before = if group < 0 { n } else { own.len() - n };
        if let Some(separator) = separator
            && n > 0
            && before % size == 0
        {
            out.push(separator);
        }
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
    Ok(Value::text_vec(out))
}

pub(super) fn fromhex(_: &mut Cx<'_>, a: &[Value]) -> R {
    let text = named_text("fromhex() argument", &a[1])?;
    checkpoint(text.len() as u64)?;
    reserve(text.len() / 2)?;
    let mut out = HVec::with_capacity(text.len() / 2);
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if matches!(byte, b'\t'..=b'\r' | b' ') {
            at += 1;
            continue;
        }
        // Everything before a wrong character is ASCII, so its offset is its position.
        let wrong = |at: usize| value_error(format!("non-hexadecimal number found in fromhex() arg at position {at}"));
        let high = digit(at).ok_or_else(|| wrong(at))?;
        let low = digit(at + 1).ok_or_else(|| wrong(at + 1))?;
        out.push((high * 16 + low) as u8);
        at += 2;
    }
    match &a[0] {
        Value::Type(desc) if desc.is_subtype(&types::BYTEARRAY) => Ok(copy_array(&out)),
        Value::Type(_) => Ok(bytes_like(&Value::None, out)),
        other => Err(type_error(format!("fromhex() needs a type, not '{}'", type_name(other)))),
    }
}

fn copy_array(bytes: &[u8]) -> Value {
    copy(&Value::ByteArray(crate::value::Ref::new(crate::value::ByteArray::default())), bytes)
}
