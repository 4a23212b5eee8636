//! Ascii85 and base 85: four bytes are five digits.

use super::{announce, encoded, flag, viewed};
use crate::builtins::bytes::args::bytes;
use crate::builtins::list::word;
use crate::builtins::str::args::type_name;
use crate::value::exceptions::{type_error, value_error};
use crate::value::interrupt::checkpoint;
use crate::value::number::IntView;
use crate::value::{Cx, R, Raise, Value};

/// The alphabet of git.
const GIT: &[u8; 85] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

/// First and last of the digits of Ascii85, which follow each other in ASCII.
const ASCII85: (u8, u8) = (b'!', b'u');

/// Four spaces.
const SPACES: u32 = u32::from_be_bytes(*b"    ");

/// Digits of a number of 32 bits, the most significant first.
fn digits(mut number: u32) -> [u8; 5] {
    let mut digits = [0; 5];
    for digit in digits.iter_mut().rev() {
        // Below 85.
        *digit = (number % 85) as u8;
        number /= 85;
    }
    digits
}

/// The number of five digits; `None` beyond 32 bits.
fn number(digits: &[u8]) -> Option<u32> {
    u32::try_from(digits.iter().fold(0u64, |sum, digit| sum * 85 + u64::from(*digit))).ok()
}

/// The text of some bytes: `digit` gives the characters, `short` a character for certain groups.
fn encode_groups(data: &[u8], pad: bool, digit: impl Fn(u8) -> u8, short: impl Fn(u32) -> Option<u8>) -> R<Vec<u8>> {
    announce(data.len().div_ceil(4).saturating_mul(5))?;
    let mut text = Vec::with_capacity(data.len().div_ceil(4) * 5);
    for group in data.chunks(4) {
        checkpoint(4)?;
        let mut padded = [0; 4];
        for (to, from) in padded.iter_mut().zip(group) {
            *to = *from;
        }
        let number = u32::from_be_bytes(padded);
        let whole = pad || group.len() == 4;
        match short(number).filter(|_| whole) {
            Some(character) => text.push(character),
            None => {
                let kept = if whole { 5 } else { group.len() + 1 };
                text.extend(digits(number).into_iter().take(kept).map(&digit));
            }
        }
    }
    Ok(text)
}

/// `b85encode(b, pad)`
pub fn encode(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let pad = flag(cx, &a[1])?;
    // Digits are below 85.
    Ok(Value::bytes(&encode_groups(&viewed(&a[0])?, pad, |digit| GIT[usize::from(digit)], |_| None)?))
}

/// The error for a character outside the alphabet; CPython computes with the `None` of its table.
#[cold]
fn no_digit(at: usize) -> Raise {
    let none = type_error("unsupported operand type(s) for +: 'int' and 'NoneType'");
    value_error(format!("bad base85 character at position {at}")).in_context(none).from_none()
}

/// The error for a group beyond 32 bits, which CPython learns from `struct`.
#[cold]
fn overflow(text: impl AsRef<str>) -> Raise {
    let packing = Raise::new(&crate::modules::r#struct::ERROR, "'I' format requires 0 <= number <= 4294967295");
    value_error(text).in_context(packing).from_none()
}

/// `b85decode(b)`
pub fn decode(_: &mut Cx<'_>, a: &[Value]) -> R {
    let text = encoded(&a[0])?;
    announce(text.len())?;
    let mut data = Vec::with_capacity(text.len() / 5 * 4 + 4);
    for (n, group) in text.chunks(5).enumerate() {
        checkpoint(64)?;
        let mut values = [84; 5];
        for (at, (value, byte)) in values.iter_mut().zip(group).enumerate() {
            let found = GIT.iter().position(|digit| digit == byte);
            // The alphabet has 85 characters.
            *value = found.ok_or_else(|| no_digit(n * 5 + at))? as u8;
        }
        let number =
            number(&values).ok_or_else(|| overflow(format!("base85 overflow in hunk starting at byte {}", n * 5)))?;
        data.extend(number.to_be_bytes().into_iter().take(group.len().saturating_sub(1)));
    }
    Ok(Value::bytes(&data))
}

/// `a85encode(b, *, foldspaces, wrapcol, pad, adobe)`
pub fn encode_ascii85(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (fold_spaces, pad, adobe) = (flag(cx, &a[1])?, flag(cx, &a[3])?, flag(cx, &a[4])?);
    let column = match IntView::of(&a[2]) {
        None => {
            return Err(type_error(format!("'>' not supported between instances of '{}' and 'int'", type_name(&a[2]))));
        }
        Some(_) => word(&a[2])?,
    };
    let short = |number: u32| match number {
        0 => Some(b'z'),
        SPACES if fold_spaces => Some(b'y'),
        _ => None,
    };
    let mut text = encode_groups(&viewed(&a[0])?, pad, |digit| digit + ASCII85.0, short)?;
    if adobe {
        text.splice(..0, *b"<~");
    }
    if column != 0 {
        let width = usize::try_from(column).unwrap_or(0).max(if adobe { 2 } else { 1 });
        announce(text.len())?;
        let mut lines: Vec<&[u8]> = text.chunks(width).collect();
        // The end mark must fit into the last line.
        if adobe && lines.last().is_some_and(|line| line.len() + 2 > width) {
            lines.push(b"");
        }
        text = lines.join(&b'\n');
    }
    if adobe {
        text.extend_from_slice(b"~>");
    }
    Ok(Value::bytes(&text))
}

/// `a85decode(b, *, foldspaces, adobe, ignorechars)`
pub fn decode_ascii85(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let text = encoded(&a[0])?;
    let (fold_spaces, adobe) = (flag(cx, &a[1])?, flag(cx, &a[2])?);
    let ignored = match a[3].given() {
        None => Some(b" \t\n\r\x0b".to_vec()),
        Some(given) if given.text_bytes().is_some() => None,
        Some(given) => Some(bytes(given)?.into_owned()),
    };
    announce(text.len())?;
    let mut body = &text[..];
    if adobe {
        body = body
            .strip_suffix(b"~>")
            .ok_or_else(|| value_error("Ascii85 encoded byte sequences must end with b'~>'"))?;
        // The two marks may share their tilde.
        body = if *body == *b"<" { b"" } else { body.strip_prefix(b"<~").unwrap_or(body) };
    }
    let mut data = Vec::new();
    let mut group = Vec::with_capacity(5);
    let push = |group: &mut Vec<u8>, data: &mut Vec<u8>, kept: usize| {
        let number = number(group).ok_or_else(|| overflow("Ascii85 overflow"))?;
        data.extend(number.to_be_bytes().into_iter().take(kept));
        group.clear();
        R::Ok(())
    };
    for byte in body {
        checkpoint(1)?;
        let inside = |what: &str| value_error(format!("{what} inside Ascii85 5-tuple"));
        match *byte {
            digit if (ASCII85.0..=ASCII85.1).contains(&digit) => {
                group.push(digit - ASCII85.0);
                if group.len() == 5 {
                    push(&mut group, &mut data, 4)?;
                }
            }
            b'z' if group.is_empty() => data.extend_from_slice(&[0; 4]),
            b'z' => return Err(inside("z")),
            b'y' if fold_spaces && group.is_empty() => data.extend_from_slice(b"    "),
            b'y' if fold_spaces => return Err(inside("y")),
            other => match &ignored {
                Some(ignored) if ignored.contains(&other) => {}
                Some(_) => return Err(value_error(format!("Non-Ascii85 digit found: {}", char::from(other)))),
                // Text is accepted until it is needed.
                None => return Err(type_error("'in <string>' requires string as left operand, not int")),
            },
        }
    }
    if !group.is_empty() {
        // A shorter group is filled up with the greatest digit and gives one byte less than it has digits.
        let kept = group.len() - 1;
        group.resize(5, 84);
        push(&mut group, &mut data, kept)?;
    }
    Ok(Value::bytes(&data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_become_digits_and_back() {
        assert_eq!(digits(u32::MAX), [82, 23, 54, 12, 0]);
        assert_eq!(number(&digits(0x1234_5678)), Some(0x1234_5678));
        assert_eq!(number(&[82, 23, 54, 12, 1]), None);
    }

    #[test]
    fn the_last_group_is_cut_unless_it_is_padded() {
        let text =
            |data: &[u8], pad: bool| encode_groups(data, pad, |digit| digit + ASCII85.0, |n| (n == 0).then_some(b'z'));
        for (data, pad, expected) in [
            (&b"abc"[..], false, "@:E^"),
            (b"\0\0\0\0\0", false, "z!!"),
            (b"\0\0\0", true, "z"),
            (b"\0\0\0", false, "!!!!"),
        ] {
            assert_eq!(text(data, pad).ok(), Some(expected.into()));
        }
    }
}
