//! `str` and `repr` of exceptions.

use super::{put, put_bytes, write_repr};
use crate::value::exceptions::{
    KEY_ERROR, OS_ERROR, SYNTAX_ERROR, UNICODE_DECODE_ERROR, UNICODE_ENCODE_ERROR, UNICODE_TRANSLATE_ERROR,
};
use crate::value::format::quote;
use crate::value::unicode::wtf8;
use crate::value::{Cx, Exception, HVec, R, Value};

/// Appends `repr`: the class and the constructor's arguments.
pub(super) fn write(cx: &mut Cx<'_>, out: &mut HVec<u8>, own: &Exception) -> R<()> {
    put(out, own.class.name);
    put(out, "(");
    for (n, argument) in own.arguments().iter().enumerate() {
        put(out, if n > 0 { ", " } else { "" });
        write_repr(cx, out, argument)?;
    }
    put(out, ")");
    Ok(())
}

/// `str`: in general the only argument, or the tuple of all arguments.
pub(super) fn str(cx: &mut Cx<'_>, own: &Exception) -> R {
    let is = |class| own.class.is_subtype(class);
    if (is(&UNICODE_DECODE_ERROR) || is(&UNICODE_ENCODE_ERROR) || is(&UNICODE_TRANSLATE_ERROR))
        && let Some(text) = coding_error(own)
    {
        return Ok(Value::text(&text));
    }
    if is(&OS_ERROR)
        && let Some(text) = system_error(cx, own)?
    {
        return Ok(text);
    }
    if is(&SYNTAX_ERROR) {
        return syntax_error(cx, own);
    }
    match &own.arguments()[..] {
        [] => Ok(Value::str("")),
        [key] if is(&KEY_ERROR) => super::repr(cx, key),
        [only] => super::str(cx, only),
        _ => {
            let all = own.args.borrow().clone();
            super::repr(cx, &all)
        }
    }
}

/// `[Errno 2] No such file or directory: 'name'`
fn system_error(cx: &mut Cx<'_>, own: &Exception) -> R<Option<Value>> {
    let (Some(number), Some(text)) = (own.field("errno"), own.field("strerror")) else { return Ok(None) };
    let mut out = HVec::new();
    put(&mut out, "[Errno ");
    out.extend_bytes(super::str(cx, &number)?.text_bytes().unwrap_or_default());
    put(&mut out, "] ");
    out.extend_bytes(super::str(cx, &text)?.text_bytes().unwrap_or_default());
    if let Some(name) = own.field("filename").filter(|name| !name.is_none()) {
        put(&mut out, ": ");
        write_repr(cx, &mut out, &name)?;
        if let Some(second) = own.field("filename2").filter(|name| !name.is_none()) {
            put(&mut out, " -> ");
            write_repr(cx, &mut out, &second)?;
        }
    }
    Ok(Some(Value::text_vec(out)))
}

/// `invalid syntax (name.py, line 3)`: the message, with the file's own name and the line if they are known.
fn syntax_error(cx: &mut Cx<'_>, own: &Exception) -> R {
    let message = own.field("msg").or_else(|| own.arguments().first().cloned()).unwrap_or(Value::None);
    let shown = super::str(cx, &message)?;
    let file = own.field("filename").and_then(|name| {
        let path = name.text_bytes()?;
        path.rsplit(|byte| *byte == b'/').next().map(<[u8]>::to_vec)
    });
    let line = own.field("lineno").filter(|line| matches!(line, Value::Int(_) | Value::Big(_)));
    if file.is_none() && line.is_none() {
        return Ok(shown);
    }
    let mut out = HVec::new();
    put_bytes(&mut out, shown.text_bytes().unwrap_or_default())?;
    put(&mut out, " (");
    put_bytes(&mut out, file.as_deref().unwrap_or_default())?;
    if let Some(line) = line {
        put(&mut out, if file.is_some() { ", line " } else { "line " });
        write_repr(cx, &mut out, &line)?;
    }
    put(&mut out, ")");
    Ok(Value::text_vec(out))
}

/// The text of an error of encoding, decoding or translating; `None` if its fields have been replaced by something else.
fn coding_error(own: &Exception) -> Option<Vec<u8>> {
    let int = |name: &str| match own.field(name)? {
        Value::Int(n) => Some(n),
        _ => None,
    };
    let (start, end) = (int("start")?, int("end")?);
    let (object, reason) = (own.field("object")?, own.field("reason")?);
    let mut out = Vec::new();
    if let Some(encoding) = own.field("encoding") {
        out.push(b'\'');
        out.extend_from_slice(encoding.text_bytes()?);
        out.extend_from_slice(b"' codec ");
    }
    let what = match own.class {
        class if class.is_subtype(&UNICODE_DECODE_ERROR) => "can't decode byte",
        class if class.is_subtype(&UNICODE_ENCODE_ERROR) => "can't encode character",
        _ => "can't translate character",
    };
    out.extend_from_slice(what.as_bytes());
    // A single culprit is shown, several by their positions.
    match one(&object, start, end) {
        Some(shown) => {
            out.push(b' ');
            out.extend_from_slice(&shown);
            out.extend_from_slice(format!(" in position {start}: ").as_bytes());
        }
        None => out.extend_from_slice(format!("s in position {start}-{}: ", end.saturating_sub(1)).as_bytes()),
    }
    out.extend_from_slice(reason.text_bytes()?);
    Some(out)
}

/// The byte or character at `start`, as such errors show it, if the error is about that one only.
fn one(object: &Value, start: i64, end: i64) -> Option<Vec<u8>> {
    let at = usize::try_from(start).ok()?;
    if end != start.checked_add(1)? {
        return None;
    }
    if let Some(bytes) = object.byte_data() {
        return bytes.get(at).map(|byte| format!("0x{byte:02x}").into_bytes());
    }
    let character = object.as_text()?.slice(at, at + 1);
    let (cp, _) = wtf8::decode_at(character, 0)?;
    let mut shown = vec![b'\''];
    quote::write_escape(&mut shown, cp);
    shown.push(b'\'');
    Some(shown)
}
