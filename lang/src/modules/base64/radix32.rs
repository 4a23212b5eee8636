//! Bases 32 and 16.

use super::{announce, assert_length, encoded, error, flag, viewed};
use crate::builtins::bytes::args::bytes;
use crate::value::exceptions::key_error;
use crate::value::interrupt::checkpoint;
use crate::value::{Cx, R, Raise, Value};

/// The alphabet of RFC 4648.
pub const STANDARD: [u8; 32] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Its alphabet that continues the hexadecimal digits.
pub const HEX: [u8; 32] = *b"0123456789ABCDEFGHIJKLMNOPQRSTUV";

/// Characters that stand for so many bytes.
fn digits(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}

/// The error for a byte outside the alphabet; CPython looks it up in a dict.
#[cold]
fn no_digit(byte: u8) -> Raise {
    error("Non-base32 digit found").in_context(key_error(Value::Int(byte.into()))).from_none()
}

/// `b32encode(s)` and `b32hexencode(s)`
pub fn encode(alphabet: &[u8; 32], value: &Value) -> R {
    let data = viewed(value)?;
    let len = data.len().div_ceil(5).saturating_mul(8);
    announce(len)?;
    let mut text = Vec::with_capacity(len);
    for group in data.chunks(5) {
        checkpoint(8)?;
        let joined = group.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte)) << (8 * (5 - group.len()));
        for n in 0..8 {
            // Five bits, so the index is in range.
            let digit = alphabet[(joined >> (35 - 5 * n) & 0x1f) as usize];
            text.push(if n < digits(group.len()) { digit } else { b'=' });
        }
    }
    Ok(Value::bytes(&text))
}

/// `b32decode(s, casefold, map01)` and `b32hexdecode(s, casefold)`
pub fn decode(cx: &mut Cx<'_>, alphabet: &[u8; 32], value: &Value, casefold: &Value, map01: &Value) -> R {
    let mut text = encoded(value)?;
    announce(text.len())?;
    if !text.len().is_multiple_of(8) {
        return Err(error("Incorrect padding"));
    }
    if !map01.is_none() {
        let one = Value::bytes(&encoded(map01)?);
        assert_length(cx, &one, 1)?;
        let one = bytes(&one)?.first().copied().unwrap_or(b'1');
        for byte in text.to_mut() {
            match *byte {
                b'0' => *byte = b'O',
                b'1' => *byte = one,
                _ => {}
            }
        }
    }
    if flag(cx, casefold)? {
        text.to_mut().make_ascii_uppercase();
    }
    let end = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let pads = text.len() - end;
    let mut data = Vec::with_capacity(text.len() / 8 * 5);
    for group in text.get(..end).unwrap_or_default().chunks(8) {
        checkpoint(32)?;
        let mut joined = 0u64;
        for byte in group {
            let value = alphabet.iter().position(|digit| digit == byte);
            joined = joined << 5 | value.ok_or_else(|| no_digit(*byte))? as u64;
        }
        // A group of fewer digits ends with padding; its length is checked below.
        let joined = joined << (5 * (8 - group.len()));
        let [_, _, _, decoded @ ..] = joined.to_be_bytes();
        data.extend_from_slice(&decoded[..group.len() * 5 / 8]);
    }
    match pads {
        0 | 1 | 3 | 4 | 6 => Ok(Value::bytes(&data)),
        _ => Err(error("Incorrect padding")),
    }
}

/// `b16encode(s)`
pub fn encode16(value: &Value) -> R {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let data = bytes(value)?;
    announce(data.len().saturating_mul(2))?;
    let mut text = Vec::with_capacity(data.len() * 2);
    for byte in data.iter() {
        text.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0xf)]]);
    }
    Ok(Value::bytes(&text))
}

/// `b16decode(s, casefold)`
pub fn decode16(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut text = encoded(&a[0])?;
    announce(text.len())?;
    if flag(cx, &a[1])? {
        text.to_mut().make_ascii_uppercase();
    }
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    };
    let digits: Option<Vec<u8>> = text.iter().map(digit).collect();
    let digits = digits.ok_or_else(|| error("Non-base16 digit found"))?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(error("Odd-length string"));
    }
    let data: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    Ok(Value::bytes(&data))
}
