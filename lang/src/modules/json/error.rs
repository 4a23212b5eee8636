//! `json.JSONDecodeError`.

use crate::builtins::list::word;
use crate::value::exceptions::{Raise, VALUE_ERROR, type_error};
use crate::value::text::count_chars;
use crate::value::types::{Kind, Profile};
use crate::value::unicode::wtf8;
use crate::value::{Builtin, Cx, R, TypeDesc, Value};

/// `JSONDecodeError`
pub(super) static JSON_DECODE_ERROR: TypeDesc = TypeDesc {
    doc: "The text is no JSON.",
    new: Some(&NEW),
    python: true,
    ..TypeDesc::new("JSONDecodeError", "json.decoder").with_base(&VALUE_ERROR)
};

static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "def JSONDecodeError.__init__ JSONDecodeError(msg: str, doc: str, pos: int) -> JSONDecodeError",
    "An error at a position of a document; line and column follow from them.\n\n>>> str(json.JSONDecodeError('bad', 'a\\nb', 2))\n'bad: line 2 column 1 (char 2)'\n",
    new,
);

fn new(_: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(doc) = a[1].as_text() else {
        return Err(type_error(format!("doc must be str, not {}", a[1].type_of().qualified())));
    };
    let at = word(&a[2])?;
    let end = usize::try_from(at).unwrap_or(0).min(doc.chars());
    let before = doc.slice(0, end);
    Ok(Value::Exception(exception(&a[0].to_display(), a[1].clone(), before, at).0))
}

/// The error for the document `doc`, of which `before` stands before position `at`.
fn exception(what: &str, doc: Value, before: &[u8], at: i64) -> Raise {
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |n| n + 1);
    let column = count_chars(before.get(start..).unwrap_or_default()) + 1;
    Raise::new(&JSON_DECODE_ERROR, format!("{what}: line {line} column {column} (char {at})"))
        .field("msg", Value::str(what))
        .field("doc", doc)
        .field("pos", Value::Int(at))
        .field("lineno", Value::size(line))
        .field("colno", Value::size(column))
}

/// The error at byte offset `at` of a text.
#[cold]
pub(super) fn at_offset(what: &str, text: &[u8], at: usize) -> Raise {
    let before = text.get(..at).unwrap_or(text);
    debug_assert!(text.get(at).is_none_or(|byte| !wtf8::is_continuation(*byte)));
    let position = i64::try_from(count_chars(before)).unwrap_or(i64::MAX);
    exception(what, Value::text(text), before, position)
}
