//! Replacing characters by a table: `translate` and `maketrans`.

use super::args::{named_text, receiver};
use crate::builtins::subscript;
use crate::value::exceptions::{LOOKUP_ERROR, type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::IntView;
use crate::value::unicode::wtf8;
use crate::value::{Cx, Dict, HVec, R, Value};

/// What a table says about a character.
enum Entry {
    Keep,
    Delete,
    Character(u32),
    Text(Value),
}

pub(super) fn translate(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("translate", a)?.bytes;
    // The answers for ASCII, looked up once each.
    let mut known: [Option<Entry>; 128] = [const { None }; 128];
    let mut out: HVec<u8> = HVec::new();
    let mut buffer = Vec::with_capacity(4);
    for cp in wtf8::code_points(own) {
        checkpoint(4)?;
        let other;
        let entry = match known.get_mut(cp as usize) {
            Some(Some(entry)) => &*entry,
            Some(slot) => slot.insert(look_up(cx, &a[1], cp)?),
            None => {
                other = look_up(cx, &a[1], cp)?;
                &other
            }
        };
        let character = match entry {
            Entry::Keep => cp,
            Entry::Character(cp) => *cp,
            Entry::Delete => continue,
            Entry::Text(text) => {
                let text = text.text_bytes().unwrap_or_default();
                reserve(text.len())?;
                checkpoint(text.len() as u64 / 16)?;
                out.extend_bytes(text);
                continue;
            }
        };
        buffer.clear();
        wtf8::push(&mut buffer, character);
        out.extend_bytes(&buffer);
    }
    Ok(Value::text_vec(out))
}

fn look_up(cx: &mut Cx<'_>, table: &Value, cp: u32) -> R<Entry> {
    let key = Value::from(cp);
    let found = match table {
        Value::Dict(dict) if dict.special.is_none() => match dict.get(&key)? {
            Some(value) => value,
            None => return Ok(Entry::Keep),
        },
        _ => match subscript::get(cx, table, &key) {
            Ok(value) => value,
            Err(raise) if raise.is(&LOOKUP_ERROR) => return Ok(Entry::Keep),
            Err(raise) => return Err(raise),
        },
    };
    if found.is_none() {
        return Ok(Entry::Delete);
    }
    if found.text_bytes().is_some() {
        return Ok(Entry::Text(found));
    }
    match IntView::of(&found) {
        Some(IntView::Small(n)) => match u32::try_from(n) {
            Ok(cp @ 0..=0x10_FFFF) => Ok(Entry::Character(cp)),
            _ => Err(value_error("character mapping must be in range(0x110000)")),
        },
        Some(IntView::Big(_)) => Err(value_error("character mapping must be in range(0x110000)")),
        None => Err(type_error("character mapping must return integer, None or str")),
    }
}

pub(super) fn maketrans(_: &mut Cx<'_>, a: &[Value]) -> R {
    let table = Dict::new();
    if a[1].is_unbound() {
        let Value::Dict(mapping) = &a[0] else {
            return Err(type_error("if you give only one argument to maketrans it must be a dict"));
        };
        for (key, value) in mapping.items() {
            checkpoint(4)?;
            table.set(single_key(key)?, value)?;
        }
        return Ok(Value::Dict(table));
    }
    let to = named_text("maketrans() argument 2", &a[1])?;
    let deleted = a[2].given().map(|z| named_text("maketrans() argument 3", z)).transpose()?;
    let Some(from) = a[0].text_bytes() else {
        return Err(type_error("first maketrans argument must be a string if there is a second argument"));
    };
    if wtf8::count(from) != wtf8::count(to) {
        return Err(value_error("the first two maketrans arguments must have equal length"));
    }
    for (from, to) in wtf8::code_points(from).zip(wtf8::code_points(to)) {
        checkpoint(4)?;
        table.set(Value::from(from), Value::from(to))?;
    }
    for cp in wtf8::code_points(deleted.unwrap_or_default()) {
        checkpoint(4)?;
        table.set(Value::from(cp), Value::None)?;
    }
    Ok(Value::Dict(table))
}

/// The key of a table: an int, or a character by its number.
fn single_key(key: Value) -> R {
    if IntView::of(&key).is_some() {
        return Ok(key);
    }
    let Some(text) = key.text_bytes() else {
        return Err(type_error("keys in translate table must be strings or integers"));
    };
    match wtf8::decode_at(text, 0) {
        Some((cp, len)) if len == text.len() => Ok(Value::from(cp)),
        _ => Err(value_error("string keys in translate table must be of length 1")),
    }
}
