//! Reading the arguments of text and bytes methods, with CPython's errors.

use crate::builtins::list::word;
use crate::builtins::receiver::wrong_receiver;
use crate::value::exceptions::{overflow_error, type_error};
use crate::value::number::IntView;
use crate::value::text::Text;
use crate::value::{R, Raise, Value};

/// The type's name as error texts write it.
#[must_use]
pub fn type_name(value: &Value) -> String {
    value.type_of().qualified()
}

/// The same for arguments that CPython checks by a declared signature, where `None` is called by its own name.
#[must_use]
pub fn argument_name(value: &Value) -> String {
    if value.is_none() { "None".to_owned() } else { type_name(value) }
}

/// The receiver of the `str` method `name`.
///
/// # Errors
/// `TypeError` if the method was taken from the type and called with something else.
pub fn receiver<'a>(name: &str, a: &'a [Value]) -> R<Text<'a>> {
    a.first().and_then(Value::as_text).ok_or_else(|| wrong_receiver(name, "str", a.first()))
}

/// Text that must be given.
///
/// # Errors
/// `TypeError`: `must be str, not int`.
pub fn text(value: &Value) -> R<&[u8]> {
    value.text_bytes().ok_or_else(|| type_error(format!("must be str, not {}", type_name(value))))
}

/// Text that must be given as the argument described by `what`, e.g. `replace() argument 1`.
///
/// # Errors
/// `TypeError`: `replace() argument 1 must be str, not int`.
pub fn named_text<'a>(what: &str, value: &'a Value) -> R<&'a [u8]> {
    value.text_bytes().ok_or_else(|| bad_argument(what, "str", value))
}

/// The error for an argument of the wrong type.
#[cold]
#[must_use]
pub fn bad_argument(what: &str, expected: &str, got: &Value) -> Raise {
    type_error(format!("{what} must be {expected}, not {}", argument_name(got)))
}

/// A width: negative ones count as zero.
///
/// # Errors
/// As [`word`].
pub fn width(value: &Value) -> R<usize> {
    Ok(usize::try_from(word(value)?).unwrap_or(0))
}

/// A limit on the number of pieces or replacements: `None` for a negative one, which means no limit.
///
/// # Errors
/// As [`word`].
pub fn limit(value: &Value) -> R<Option<usize>> {
    Ok(usize::try_from(word(value)?).ok())
}

/// An int of 32 bits.
///
/// # Errors
/// `TypeError` for what is no int, `OverflowError` for what does not fit.
pub fn short_int(value: &Value) -> R<i32> {
    let too_large = || overflow_error("Python int too large to convert to C int");
    match IntView::of(value) {
        Some(IntView::Big(_)) => Err(too_large()),
        _ => i32::try_from(word(value)?).map_err(|_| too_large()),
    }
}

/// A bound of a range of positions; huge ones are cut.
fn bound(value: &Value) -> R<Option<i64>> {
    match IntView::of(value) {
        Some(IntView::Small(n)) => Ok(Some(n)),
        Some(big @ IntView::Big(_)) => Ok(Some(if big.sign() < 0 { i64::MIN } else { i64::MAX })),
        None if value.is_none() => Ok(None),
        None => Err(type_error("slice indices must be integers or None or have an __index__ method")),
    }
}

/// The range of positions that optional bounds select in a sequence of `len`; `None` if it begins behind its end, where
/// not even nothing is found.
///
/// # Errors
/// `TypeError` for bounds that are no ints.
pub fn range(start: &Value, end: &Value, len: usize) -> R<Option<(usize, usize)>> {
    if start.is_none() && end.is_none() {
        return Ok(Some((0, len)));
    }
    let size = i64::try_from(len).unwrap_or(i64::MAX);
    let place = |n: i64| usize::try_from(if n < 0 { n.saturating_add(size) } else { n }).unwrap_or(0);
    let start = bound(start)?.map_or(0, place);
    let end = bound(end)?.map_or(len, place).min(len);
    Ok((start <= end).then_some((start, end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_clipped() {
        let at = |start: i64, end: i64| range(&Value::Int(start), &Value::Int(end), 5).ok().flatten();
        assert_eq!(at(0, 9), Some((0, 5)));
        assert_eq!(at(-2, -1), Some((3, 4)));
        assert_eq!(at(-9, i64::MIN), Some((0, 0)));
        assert_eq!(at(6, 9), None);
        assert_eq!(at(3, 2), None);
    }
}
