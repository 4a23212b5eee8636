//! What a backslash means: in the open, in a character set, in a replacement template.

use super::ast::{At, Node, Set, SetItem};
use super::chars::{Category, Kind};
use super::error::{Error, Message};
use super::source::{BACKSLASH, Source};
use crate::value::unicode::{names, wtf8};

/// The control character of an escape such as `\n`; `\\` included.
pub(super) fn control(letter: u32) -> Option<u32> {
    Some(match u8::try_from(letter).ok()? {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0C,
        b'n' => 0x0A,
        b'r' => 0x0D,
        b't' => 0x09,
        b'v' => 0x0B,
        b'\\' => BACKSLASH,
        _ => return None,
    })
}

/// The kind of characters of an escape such as `\d`.
fn category(letter: u32) -> Option<Category> {
    let (kind, negated) = match u8::try_from(letter).ok()? {
        b'd' => (Kind::Digit, false),
        b'D' => (Kind::Digit, true),
        b's' => (Kind::Space, false),
        b'S' => (Kind::Space, true),
        b'w' => (Kind::Word, false),
        b'W' => (Kind::Word, true),
        _ => return None,
    };
    Some(Category { kind, negated })
}

/// The position of an escape such as `\b`.
fn position(letter: u32) -> Option<At> {
    Some(match u8::try_from(letter).ok()? {
        b'A' => At::TextStart,
        b'b' => At::Boundary,
        b'B' => At::NotBoundary,
        b'Z' => At::TextEnd,
        _ => return None,
    })
}

/// What an escape in the open stands for.
pub(super) enum Meaning {
    /// An item of the pattern.
    Item(Node),
    /// A reference to a group; the escape has this many code points.
    Group { number: u32, len: usize },
}

/// Whether a byte is an octal digit.
pub(super) fn is_octal(byte: &u8) -> bool {
    matches!(byte, b'0'..=b'7')
}

/// The value of digits in a base.
pub(super) fn value(digits: &[u8], base: u32) -> u32 {
    digits
        .iter()
        .fold(0, |sum, digit| sum.wrapping_mul(base).wrapping_add((*digit as char).to_digit(base).unwrap_or(0)))
}

/// The complaint about an octal escape above `\377`, or its value.
pub(super) fn octal(digits: &[u8], source: &Source) -> Result<u32, Error> {
    let code = value(digits, 8);
    if code > 0o377 {
        let message = Message::new("octal escape value \\")
            .words(&String::from_utf8_lossy(digits))
            .words(" outside of range 0-0o377");
        return Err(source.error(message, digits.len() + 1));
    }
    Ok(code)
}

/// Reads the rest of an escape in the open whose letter was just taken.
pub(super) fn in_pattern(source: &mut Source, letter: u32) -> Result<Meaning, Error> {
    let item = |node| Ok(Meaning::Item(node));
    if let Some(at) = position(letter) {
        return item(Node::At(at));
    }
    if let Some(category) = category(letter) {
        let items = vec![SetItem::Category(category)];
        return item(Node::Set(Set { negated: false, items }));
    }
    if let Some(control) = control(letter) {
        return item(Node::Literal(control));
    }
    match u8::try_from(letter) {
        Ok(b'0') => {
            let digits = source.take_while(2, is_octal)?;
            item(Node::Literal(value(&digits, 8)))
        }
        Ok(first @ b'1'..=b'9') => {
            let mut digits = vec![first];
            digits.extend(source.take_while(1, u8::is_ascii_digit)?);
            if digits.len() == 2
                && digits.iter().all(is_octal)
                && let [last] = source.take_while(1, is_octal)?[..]
            {
                digits.push(last);
                return item(Node::Literal(octal(&digits, source)?));
            }
            Ok(Meaning::Group { number: value(&digits, 10), len: digits.len() + 1 })
        }
        _ => item(Node::Literal(character(source, letter)?)),
    }
}

/// Reads the rest of an escape in a character set whose letter was just taken.
pub(super) fn in_set(source: &mut Source, letter: u32) -> Result<SetItem, Error> {
    if let Some(control) = control(letter) {
        return Ok(SetItem::Literal(control));
    }
    if let Some(category) = category(letter) {
        return Ok(SetItem::Category(category));
    }
    if let Ok(first) = u8::try_from(letter)
        && is_octal(&first)
    {
        let mut digits = vec![first];
        digits.extend(source.take_while(2, is_octal)?);
        return Ok(SetItem::Literal(octal(&digits, source)?));
    }
    character(source, letter).map(SetItem::Literal)
}

/// The escapes that mean one character wherever they stand: `\x41`, `\u0041`, `\N{…}`, an escaped punctuation mark.
fn character(source: &mut Source, letter: u32) -> Result<u32, Error> {
    match u8::try_from(letter) {
        Ok(b'x') => hexadecimal(source, b'x', 2),
        Ok(b'u') if source.is_text() => hexadecimal(source, b'u', 4),
        Ok(b'U') if source.is_text() => hexadecimal(source, b'U', 8),
        Ok(b'N') if source.is_text() => named(source),
        Ok(byte) if byte.is_ascii_alphanumeric() => Err(source.error(Message::new("bad escape \\").raw(&[letter]), 2)),
        _ => Ok(letter),
    }
}

fn hexadecimal(source: &mut Source, letter: u8, count: usize) -> Result<u32, Error> {
    let digits = source.take_while(count, u8::is_ascii_hexdigit)?;
    let complaint = |words: &str| {
        let message = Message::new(words).raw(&[BACKSLASH, letter.into()]).words(&String::from_utf8_lossy(&digits));
        Err(source.error(message, digits.len() + 2))
    };
    if digits.len() != count {
        return complaint("incomplete escape ");
    }
    match value(&digits, 16) {
        code @ 0..=0x10_FFFF => Ok(code),
        _ => complaint("bad escape "),
    }
}

fn named(source: &mut Source) -> Result<u32, Error> {
    if !source.accept(b'{')? {
        return Err(source.error(Message::new("missing {"), 0));
    }
    let name = source.take_until(b'}', "character name")?;
    let mut text = Vec::with_capacity(name.len());
    name.iter().for_each(|cp| wtf8::push(&mut text, *cp));
    wtf8::as_str(&text).and_then(names::character).map(u32::from).ok_or_else(|| {
        let message = Message::new("undefined character name ").quoted(&name);
        source.error(message, name.len() + 4)
    })
}
