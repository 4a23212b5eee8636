//! The attributes of a start tag, and references in text and attribute values.

use super::names;
use crate::value::unicode::wtf8;

/// Something wrong in a start tag: what, and its offset in the text that was given.
pub type Bad = (&'static str, usize);

const BLANKS: [u8; 4] = [b' ', b'\t', b'\n', b'\r'];

/// Calls `see` with the name and the raw value of each attribute in `text`, what follows the element's name in its tag, and
/// with the offset of the value.
///
/// # Errors
/// The text is no list of attributes, or what `see` gives.
pub fn each<E: From<Bad>>(text: &str, mut see: impl FnMut(&str, &str, usize) -> Result<(), E>) -> Result<(), E> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        let start = blanks(bytes, at);
        if start == bytes.len() {
            return Ok(());
        }
        if start == at {
            return Err(("white space is missing before an attribute", at).into());
        }
        let end =
            bytes[start..].iter().position(|b| *b == b'=' || BLANKS.contains(b)).map_or(bytes.len(), |n| start + n);
        let name = text.get(start..end).unwrap_or_default();
        if !names::is_name(name) {
            return Err(("malformed attribute name", start).into());
        }
        at = blanks(bytes, end);
        if bytes.get(at) != Some(&b'=') {
            return Err(("an attribute without value", start).into());
        }
        at = blanks(bytes, at + 1);
        let quote = match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => *quote,
            _ => return Err(("an attribute value without quotes", at).into()),
        };
        let from = at + 1;
        let Some(len) = memchr::memchr(quote, &bytes[from..]) else {
            return Err(("an attribute value is never closed", at).into());
        };
        let value = text.get(from..from + len).unwrap_or_default();
        if let Some(n) = memchr::memchr(b'<', value.as_bytes()) {
            return Err(("`<` in an attribute value", from + n).into());
        }
        see(name, value, from)?;
        at = from + len + 1;
    }
}

fn blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|b| BLANKS.contains(b)) {
        at += 1;
    }
    at
}

/// An attribute's value with references resolved and white space normalised; `None` if it stays as it is.
///
/// # Errors
/// A reference that is malformed or unknown.
pub fn unescape(value: &str) -> Result<Option<Vec<u8>>, Bad> {
    let bytes = value.as_bytes();
    if !bytes.iter().any(|b| matches!(b, b'&' | b'\t' | b'\n' | b'\r')) {
        return Ok(None);
    }
    let mut plain = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += match byte {
            b'&' => {
                let end = memchr::memchr(b';', &bytes[at..]).ok_or(("`&` without reference", at))?;
                let name = value.get(at + 1..at + end).unwrap_or_default();
                push_reference(&mut plain, name).map_err(|what| (what, at))?;
                end + 1
            }
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => 1,
            b'\t' | b'\n' | b'\r' => {
                plain.push(b' ');
                1
            }
            _ => {
                plain.push(*byte);
                1
            }
        };
    }
    Ok(Some(plain))
}

/// Appends what a reference stands for; `name` is what is between `&` and `;`.
///
/// # Errors
/// What is wrong with it.
pub fn push_reference(out: &mut Vec<u8>, name: &str) -> Result<(), &'static str> {
    let plain = match name {
        "amp" => b'&',
        "lt" => b'<',
        "gt" => b'>',
        "quot" => b'"',
        "apos" => b'\'',
        _ => {
            let digits = name.strip_prefix('#').ok_or("an unknown entity")?;
            let (digits, radix) = digits.strip_prefix('x').map_or((digits, 10), |hex| (hex, 16));
            let valid = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
            let code = valid.then(|| u32::from_str_radix(digits, radix).ok()).flatten();
            let c = code
                .and_then(char::from_u32)
                .filter(|c| names::is_char(*c))
                .ok_or("a malformed character reference")?;
            wtf8::push(out, u32::from(c));
            return Ok(());
        }
    };
    out.push(plain);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes() {
        let read = |text: &str| {
            let mut found = Vec::new();
            each::<Bad>(text, |name, value, at| {
                found.push(format!("{name}={value}@{at}"));
                Ok(())
            })
            .map(|()| found.join(" "))
        };
        for (text, expected) in [
            ("", Ok("")),
            ("  ", Ok("")),
            (" a='1' b = \"x>y\"\n", Ok("a=1@4 b=x>y@12")),
            (" a='1'b='2'", Err(6)),
            (" a", Err(1)),
            (" a=", Err(3)),
            (" a=1", Err(3)),
            (" a='", Err(3)),
            (" 1='2'", Err(1)),
            (" a='<'", Err(4)),
            ("a='1'", Err(0)),
        ] {
            assert_eq!(read(text).map_err(|(_, at)| at), expected.map(str::to_owned), "{text:?}");
        }
    }

    #[test]
    fn references() {
        for (text, plain) in [
            ("a&amp;b&#65;&#x42;\t\r\n", Some("a&bAB  ")),
            ("&nbsp;", None),
            ("&#0;", None),
            ("&#xD800;", None),
            ("&#x;", None),
            ("&#+65;", None),
            ("&", None),
            ("&#99999999999;", None),
        ] {
            let found = unescape(text).ok().flatten();
            assert_eq!(found.as_deref(), plain.map(str::as_bytes), "{text:?}");
        }
    }
}
