//! Base 64.

use std::borrow::Cow;

use super::{announce, assert_length, encoded, error, flag};
use crate::builtins::bytes::args::bytes;
use crate::value::exceptions::type_error;
use crate::value::{Cx, R, Value};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Value of each character; 255 for those that have none.
const VALUES: [u8; 256] = {
    let mut values = [u8::MAX; 256];
    let mut n = 0;
    while n < 64 {
        values[ALPHABET[n] as usize] = n as u8;
        n += 1;
    }
    values
};

/// Bytes of a line of 76 characters.
const LINE: usize = 57;

/// Appends bytes in base 64.
fn push(out: &mut Vec<u8>, data: &[u8]) {
    for group in data.chunks(3) {
        let joined = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for n in 0..4 {
            // Six bits, so the index is in range.
            let digit = ALPHABET[(joined >> (18 - 6 * n) & 0x3f) as usize];
            out.push(if n <= group.len() { digit } else { b'=' });
        }
    }
}

fn encoded_text(data: &[u8]) -> R<Vec<u8>> {
    let len = data.len().div_ceil(3).saturating_mul(4);
    announce(len)?;
    let mut out = Vec::with_capacity(len);
    push(&mut out, data);
    Ok(out)
}

/// Replaces two characters by two others.
fn translate(text: &mut [u8], from: [u8; 2], to: [u8; 2]) {
    for byte in text {
        if *byte == from[1] {
            *byte = to[1];
        } else if *byte == from[0] {
            *byte = to[0];
        }
    }
}

/// The bytes of a text; in strict mode everything beyond what encoding gives is an error.
fn decoded(text: &[u8], strict: bool) -> R<Vec<u8>> {
    announce(text.len() / 4 * 3)?;
    if strict && text.first() == Some(&b'=') {
        return Err(error("Leading padding not allowed"));
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut place, mut pads, mut left, mut padded) = (0u8, 0u8, 0u8, false);
    for (at, byte) in text.iter().enumerate() {
        if *byte == b'=' {
            padded = true;
            if place >= 2 {
                pads += 1;
                if place + pads >= 4 {
                    if strict && at + 1 < text.len() {
                        return Err(error("Excess data after padding"));
                    }
                    return Ok(out);
                }
            }
            continue;
        }
        let value = VALUES[usize::from(*byte)];
        if value == u8::MAX {
            if strict {
                return Err(error("Only base64 data is allowed"));
            }
            continue;
        }
        if strict && padded {
            return Err(error("Discontinuous padding not allowed"));
        }
        pads = 0;
        match place {
            0 => left = value,
            1 => {
                out.push(left << 2 | value >> 4);
                left = value & 0xf;
            }
            2 => {
                out.push(left << 4 | value >> 2);
                left = value & 0x3;
            }
            _ => out.push(left << 6 | value),
        }
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(out),
        1 => Err(error(format!(
            "Invalid base64-encoded string: number of data characters ({}) cannot be 1 more than a multiple of 4",
            out.len() / 3 * 4 + 1
        ))),
        _ => Err(error("Incorrect padding")),
    }
}

/// `b64encode(s, altchars)`
pub fn encode(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut text = encoded_text(&bytes(&a[0])?)?;
    if !a[1].is_none() {
        assert_length(cx, &a[1], 2)?;
        if let [plus, slash] = bytes(&a[1])?[..] {
            translate(&mut text, *b"+/", [plus, slash]);
        }
    }
    Ok(Value::bytes(&text))
}

/// `b64decode(s, altchars, validate)`
pub fn decode(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut text = encoded(&a[0])?;
    if !a[1].is_none() {
        let others = Value::bytes(&encoded(&a[1])?);
        assert_length(cx, &others, 2)?;
        if let [plus, slash] = bytes(&others)?[..] {
            translate(text.to_mut(), [plus, slash], *b"+/");
        }
    }
    let strict = flag(cx, &a[2])?;
    Ok(Value::bytes(&decoded(&text, strict)?))
}

/// `standard_b64encode(s)`
pub fn standard_encode(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::bytes(&encoded_text(&bytes(&a[0])?)?))
}

/// `standard_b64decode(s)`
pub fn standard_decode(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::bytes(&decoded(&encoded(&a[0])?, false)?))
}

/// `urlsafe_b64encode(s)`
pub fn urlsafe_encode(_: &mut Cx<'_>, a: &[Value]) -> R {
    let mut text = encoded_text(&bytes(&a[0])?)?;
    translate(&mut text, *b"+/", *b"-_");
    Ok(Value::bytes(&text))
}

/// `urlsafe_b64decode(s)`
pub fn urlsafe_decode(_: &mut Cx<'_>, a: &[Value]) -> R {
    let mut text = encoded(&a[0])?.into_owned();
    translate(&mut text, *b"-_", *b"+/");
    Ok(Value::bytes(&decoded(&text, false)?))
}

/// The bytes of an argument that must not be text.
fn checked(value: &Value) -> R<Cow<'_, [u8]>> {
    value.byte_data().ok_or_else(|| type_error(format!("expected bytes-like object, not {}", value.type_name())))
}

/// `encodebytes(s)`
pub fn encode_lines(_: &mut Cx<'_>, a: &[Value]) -> R {
    let data = checked(&a[0])?;
    announce(data.len().saturating_mul(2))?;
    let mut text = Vec::new();
    for line in data.chunks(LINE) {
        push(&mut text, line);
        text.push(b'\n');
    }
    Ok(Value::bytes(&text))
}

/// `decodebytes(s)`
pub fn decode_lines(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::bytes(&decoded(&checked(&a[0])?, false)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_the_standard_in_both_directions() {
        for (data, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(encoded_text(data.as_bytes()).ok(), Some(text.into()));
            assert_eq!(decoded(text.as_bytes(), true).ok(), Some(data.into()));
        }
    }

    #[test]
    fn strictness_decides_about_everything_else() {
        for (text, lenient, strict) in [
            ("Y Q=\n=", Some("a"), None),
            ("YQ==YQ==", Some("a"), None),
            ("YQ=x=", Some("a\u{c}"), None),
            ("YWJj====", Some("abc"), Some("abc")),
            ("====", Some(""), None),
            ("Y=Q=", None, None),
            ("YQ", None, None),
            ("Y", None, None),
        ] {
            assert_eq!(decoded(text.as_bytes(), false).ok(), lenient.map(|t| t.as_bytes().to_vec()), "{text}");
            assert_eq!(decoded(text.as_bytes(), true).ok(), strict.map(|t| t.as_bytes().to_vec()), "{text}");
        }
    }
}
