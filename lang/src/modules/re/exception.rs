//! `re.error`, and what the engine reports as exceptions.

use super::engine::Error;
use crate::builtins::repr;
use crate::value::exceptions::{
    EXCEPTION, INDEX_ERROR, attribute_error, overflow_error, recursion_error, type_error, value_error,
};
use crate::value::number::IntView;
use crate::value::text::count_chars;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, Cx, R, Raise, TypeDesc, Value};

/// `re.error`
pub(in crate::modules) static ERROR: TypeDesc = TypeDesc {
    doc: "A pattern or a replacement is malformed.",
    new: Some(&NEW),
    python: true,
    ..TypeDesc::new("error", "re").with_base(&EXCEPTION)
};

static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "def error.__init__ error(msg: str, pattern: str | bytes | None = None, pos: int | None = None) -> error",
    "An error at a position of a pattern; line and column follow from them.\n\n>>> str(re.error('bad', 'a\\nb', 2))\n'bad at position 2 (line 2, column 1)'\n",
    new,
);

/// The exception for an error of the engine in `source`, a pattern or template.
#[cold]
pub(super) fn raise(error: Error, source: &Value) -> Raise {
    match error {
        Error::Pattern(error) => {
            let number = |number: Option<usize>| number.map_or(Value::None, Value::size);
            let source = if error.pos.is_some() { source.clone() } else { Value::None };
            Raise::with_args(&ERROR, [Value::text(&error.text())])
                .field("msg", Value::text(&error.msg))
                .field("pattern", source)
                .field("pos", number(error.pos))
                .field("lineno", number(error.lineno))
                .field("colno", number(error.colno))
        }
        Error::Value(message) => value_error(message),
        Error::Overflow(message) => overflow_error(message),
        Error::Index(message) => Raise::with_args(&INDEX_ERROR, [Value::text(&message)]),
        Error::Recursion => recursion_error("maximum recursion depth exceeded"),
        Error::Stop(stop) => stop.into(),
    }
}

fn new(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (msg, pattern, pos) = (&a[0], &a[1], &a[2]);
    let (mut argument, mut place) = (msg.clone(), (Value::None, Value::None));
    if !pattern.is_none() && !pos.is_none() {
        let mut text = repr::str(cx, msg)?.text_bytes().unwrap_or_default().to_vec();
        let Some(number) = IntView::of(pos) else {
            let kind = pos.type_of().qualified();
            return Err(type_error(format!("%d format: a real number is required, not {kind}")));
        };
        let at = match number {
            IntView::Small(at) => at,
            big @ IntView::Big(_) => big.sign().saturating_mul(i64::MAX),
        };
        text.extend_from_slice(format!(" at position {at}").as_bytes());
        let (line, column, many_lines) = line_and_column(pattern, at)?;
        if many_lines {
            text.extend_from_slice(format!(" (line {line}, column {column})").as_bytes());
        }
        argument = Value::text(&text);
        place = (Value::Int(line), Value::Int(column));
    }
    let raise = Raise::with_args(&ERROR, [argument])
        .field("msg", msg.clone())
        .field("pattern", pattern.clone())
        .field("pos", pos.clone())
        .field("lineno", place.0)
        .field("colno", place.1);
    Ok(Value::Exception(raise.0))
}

/// Line and column of position `at` in a pattern, and whether it has several lines. A negative position counts from the
/// end for the line, but not for the column, as in CPython.
fn line_and_column(pattern: &Value, at: i64) -> R<(i64, i64, bool)> {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let (bytes, before) = match (pattern.as_text(), pattern.byte_data()) {
        (Some(text), _) => (text.bytes.to_vec(), text.slice(0, end(text.chars(), at)).to_vec()),
        (None, Some(bytes)) => {
            let before = bytes.get(..end(bytes.len(), at)).unwrap_or_default().to_vec();
            (bytes.into_owned(), before)
        }
        (None, None) => {
            let kind = pattern.type_of().qualified();
            return Err(attribute_error(format!("'{kind}' object has no attribute 'count'")));
        }
    };
    let newlines = memchr::memchr_iter(b'\n', &before).count();
    let last = memchr::memrchr(b'\n', &before).map_or(-1, |offset| {
        let head = before.get(..offset).unwrap_or_default();
        number(if pattern.as_text().is_some() { count_chars(head) } else { head.len() })
    });
    Ok((number(newlines) + 1, at.saturating_sub(last), memchr::memchr(b'\n', &bytes).is_some()))
}

/// Where a part that ends at `at` ends in a sequence of `len` elements.
fn end(len: usize, at: i64) -> usize {
    let from_end = || len.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX));
    usize::try_from(at).map_or_else(|_| from_end(), |at| at.min(len))
}
