//! `json.loads`.

use super::error::at_offset;
use crate::builtins::str::codec;
use crate::builtins::truth;
use crate::mime::charset::Source;
use crate::mime::json::number;
use crate::mime::json::reader::{self, Rules, Trouble};
use crate::value::exceptions::{STOP_ITERATION, recursion_error, type_error};
use crate::value::unicode::wtf8;
use crate::value::{Bytes, Cx, Dict, List, R, Raise, Ref, Value};

/// The arguments of `loads` that are functions, or `None`.
struct Options<'a> {
    object_hook: &'a Value,
    parse_float: &'a Value,
    parse_int: &'a Value,
    parse_constant: &'a Value,
    pairs_hook: &'a Value,
    strict: bool,
}

/// The rules of the reader. The constants tell it at compile time what it need not ask for.
struct Hooks<'c, 'm, const NUMBERS: bool, const OBJECT: bool, const PAIRS: bool> {
    cx: &'c mut Cx<'m>,
    options: &'c Options<'c>,
}

impl<const NUMBERS: bool, const OBJECT: bool, const PAIRS: bool> Rules for Hooks<'_, '_, NUMBERS, OBJECT, PAIRS> {
    const PLAIN_NUMBERS: bool = !NUMBERS;
    const OBJECT_HOOK: bool = OBJECT;
    const PAIRS_HOOK: bool = PAIRS;

    fn strict(&self) -> bool {
        self.options.strict
    }

    fn constant(&mut self, name: &'static str) -> R<Option<Value>> {
        Ok(Some(match (self.options.parse_constant, name) {
            (Value::None, "NaN") => Value::Float(f64::NAN),
            (Value::None, "Infinity") => Value::Float(f64::INFINITY),
            (Value::None, _) => Value::Float(f64::NEG_INFINITY),
            (hook, name) => self.cx.call(hook, &[Value::str(name)])?,
        }))
    }

    fn int(&mut self, text: &[u8]) -> R {
        match self.options.parse_int {
            Value::None => number::big(text),
            hook => self.cx.call(hook, &[Value::text(text)]),
        }
    }

    fn float(&mut self, text: &[u8]) -> R {
        match self.options.parse_float {
            Value::None => Ok(Value::Float(number::float(text))),
            hook => self.cx.call(hook, &[Value::text(text)]),
        }
    }

    fn object(&mut self, dict: Ref<Dict>) -> R {
        self.cx.call(self.options.object_hook, &[Value::Dict(dict)])
    }

    fn pairs(&mut self, pairs: Ref<List>) -> R {
        self.cx.call(self.options.pairs_hook, &[Value::List(pairs)])
    }
}

pub(super) fn loads(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if !a[1].is_none() {
        return Err(type_error("loads() accepts only cls=None"));
    }
    let options = Options {
        object_hook: &a[2],
        parse_float: &a[3],
        parse_int: &a[4],
        parse_constant: &a[5],
        pairs_hook: &a[6],
        strict: truth(cx, &a[7])?,
    };
    let source = source(&a[0])?;
    let numbers = !options.parse_float.is_none() || !options.parse_int.is_none();
    let pairs = !options.pairs_hook.is_none();
    // Where both hooks are given, the one for pairs goes first.
    let object = !pairs && !options.object_hook.is_none();
    let options = &options;
    let read = match (numbers, object, pairs) {
        (false, false, false) => reader::read(&source, &mut Hooks::<false, false, false> { cx, options }),
        (false, true, _) => reader::read(&source, &mut Hooks::<false, true, false> { cx, options }),
        (false, false, true) => reader::read(&source, &mut Hooks::<false, false, true> { cx, options }),
        (true, false, false) => reader::read(&source, &mut Hooks::<true, false, false> { cx, options }),
        (true, true, _) => reader::read(&source, &mut Hooks::<true, true, false> { cx, options }),
        (true, false, true) => reader::read(&source, &mut Hooks::<true, false, true> { cx, options }),
    };
    read.map_err(|trouble| raise(trouble, source.text()))
}

#[cold]
fn raise(trouble: Trouble, text: &[u8]) -> Raise {
    match trouble {
        Trouble::Raise(raise) => raise,
        // CPython's scanner ends with `StopIteration` where no value begins; its decoder replaces that.
        Trouble::Syntax { what: reader::EXPECTING_VALUE, at } => {
            let position = wtf8::count(text.get(..at).unwrap_or(text));
            let scanner = Raise::with_args(&STOP_ITERATION, [Value::size(position)]);
            at_offset(reader::EXPECTING_VALUE, text, at).in_context(scanner).from_none()
        }
        Trouble::Syntax { what, at } => at_offset(what, text, at),
        Trouble::TooDeep { object, .. } => {
            let what = if object { "object" } else { "array" };
            recursion_error(format!(
                "maximum recursion depth exceeded while decoding a JSON {what} from a unicode string"
            ))
        }
    }
}

/// The text of the argument of `loads`.
fn source(value: &Value) -> R<Source> {
    if let Some(text) = value.text_bytes() {
        if text.starts_with("\u{feff}".as_bytes()) {
            return Err(at_offset("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0));
        }
        return Ok(Source::of_text(text));
    }
    let bytes = match value {
        Value::Bytes(bytes) => bytes.clone(),
        Value::ByteArray(array) => Bytes::from_slice(&array.bytes.borrow()),
        other => {
            return Err(type_error(format!(
                "the JSON object must be str, bytes or bytearray, not {}",
                other.type_name()
            )));
        }
    };
    let encoding = detect(bytes.bytes());
    if matches!(encoding, "utf-8" | "utf-8-sig") && std::str::from_utf8(bytes.bytes()).is_ok() {
        return Source::decode(&bytes, "utf-8");
    }
    let text = codec::decode(bytes.bytes(), encoding.as_bytes(), b"surrogatepass")?;
    Ok(Source::of_text(text.text_bytes().unwrap_or_default()))
}

/// The encoding of JSON bytes: told by a byte order mark, else by where the first characters, which are ASCII, have zeros.
fn detect(bytes: &[u8]) -> &'static str {
    match bytes {
        [0, 0, 0xfe, 0xff, ..] | [0xff, 0xfe, 0, 0, ..] => "utf-32",
        [0xfe, 0xff, ..] | [0xff, 0xfe, ..] => "utf-16",
        [0xef, 0xbb, 0xbf, ..] => "utf-8-sig",
        [0, 0, _, _, ..] => "utf-32-be",
        [0, _, _, _, ..] | [0, _] => "utf-16-be",
        [_, 0, 0, 0, ..] => "utf-32-le",
        [_, 0, _, _, ..] | [_, 0] => "utf-16-le",
        _ => "utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::detect;

    #[test]
    fn encodings_are_told_by_zeros_and_marks() {
        for (bytes, encoding) in [
            (&b"[1]"[..], "utf-8"),
            (b"\xef\xbb\xbf1", "utf-8-sig"),
            (b"\0[\0]", "utf-16-be"),
            (b"[\0]\0", "utf-16-le"),
            (b"1\0", "utf-16-le"),
            (b"\0\0\0[", "utf-32-be"),
            (b"[\0\0\0", "utf-32-le"),
            (b"\xff\xfe[\0", "utf-16"),
            (b"\xff\xfe\0\0", "utf-32"),
            (b"", "utf-8"),
        ] {
            assert_eq!(detect(bytes), encoding, "{bytes:?}");
        }
    }
}
