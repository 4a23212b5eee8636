//! Compiling a pattern given as a value. What was compiled lately on this thread is kept, because scripts hand the text of
//! the same pattern to the module again and again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::engine::{Error, Pattern};
use super::exception::raise;
use super::pattern::Compiled;
use super::regex_flag::REGEX_FLAG;
use crate::builtins;
use crate::value::exceptions::{overflow_error, type_error, value_error};
use crate::value::hash::python_hash;
use crate::value::number::IntView;
use crate::value::{Cx, R, Value};

/// Most patterns that are kept.
const KEPT: usize = 512;
/// Most bytes that the texts of all kept patterns have together; a compiled pattern is some dozen times as large.
const KEPT_TEXT: usize = 128 * 1024;
/// Longest text of a pattern that is kept.
const LONGEST: usize = 4096;

/// A kept pattern, with the kind of its text and the flags with which it was compiled.
type Entry = (bool, u32, Rc<Pattern>);

#[derive(Default)]
struct Cache {
    by_text: HashMap<Box<[u8]>, Vec<Entry>>,
    patterns: usize,
    text: usize,
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::default();
}

impl Cache {
    fn get(&self, source: &[u8], is_text: bool, flags: u32) -> Option<Rc<Pattern>> {
        let entries = self.by_text.get(source)?;
        entries.iter().find(|(kind, with, _)| (*kind, *with) == (is_text, flags)).map(|(.., pattern)| pattern.clone())
    }

    fn keep(&mut self, source: &[u8], entry: Entry) {
        if source.len() > LONGEST {
            return;
        }
        // Forgetting everything at once is rare and needs no record of use.
        if self.patterns >= KEPT || self.text + source.len() > KEPT_TEXT {
            *self = Cache::default();
        }
        self.patterns += 1;
        self.text += source.len();
        self.by_text.entry(source.into()).or_default().push(entry);
    }
}

/// Forgets all kept patterns.
pub(super) fn purge() {
    CACHE.take();
}

/// The compiled form of a text, and whether it was made just now.
fn program(source: &[u8], is_text: bool, flags: u32) -> Result<(Rc<Pattern>, bool), Error> {
    if let Some(known) = CACHE.with_borrow(|cache| cache.get(source, is_text, flags)) {
        return Ok((known, false));
    }
    let made = Rc::new(Pattern::compile(source, is_text, flags)?);
    CACHE.with_borrow_mut(|cache| cache.keep(source, (is_text, flags, made.clone())));
    Ok((made, true))
}

/// The pattern for the arguments `pattern` and `flags` of any function of the module.
///
/// # Errors
/// `re.error` if it is malformed; `TypeError`, `ValueError` or `OverflowError` for arguments that are no pattern and no
/// flags; a limit.
pub(super) fn compile(cx: &mut Cx<'_>, pattern: &Value, flags: &Value) -> R {
    if let Value::Native(native) = pattern
        && native.downcast::<Compiled>().is_some()
    {
        if builtins::truth(cx, flags)? {
            return Err(value_error("cannot process flags argument with a compiled pattern"));
        }
        return Ok(pattern.clone());
    }
    let (source, is_text) = match (pattern, pattern.text_bytes()) {
        (_, Some(text)) => (text, true),
        (Value::Bytes(bytes), None) => (bytes.bytes(), false),
        (other, None) => {
            python_hash(other)?;
            return Err(type_error("first argument must be string or compiled pattern"));
        }
    };
    let (bits, fits) = flag_bits(flags)?;
    let (program, fresh) = program(source, is_text, bits).map_err(|error| raise(error, pattern))?;
    if !fits {
        return Err(overflow_error("Python int too large to convert to C int"));
    }
    Ok(Value::native(Compiled::new(program, pattern.clone(), if fresh { source.len() } else { 0 })))
}

/// The lower 32 bits of the flags, and whether there are no others.
fn flag_bits(flags: &Value) -> R<(u32, bool)> {
    match IntView::of(flags) {
        // Negative numbers have all upper bits: the truncation keeps what counts.
        Some(IntView::Small(n)) => Ok((n as u32, i32::try_from(n).is_ok())),
        Some(IntView::Big(n)) => Ok(((n & BigInt::from(u32::MAX)).to_u32().unwrap_or_default(), false)),
        None => {
            python_hash(flags)?;
            let kind = flags.type_of().qualified();
            Err(type_error(format!("unsupported operand type(s) for &: '{kind}' and '{}'", REGEX_FLAG.name)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> usize {
        CACHE.with_borrow(|cache| cache.patterns)
    }

    #[test]
    fn patterns_are_kept_within_bounds() {
        purge();
        let made = |source: &str, is_text, flags| program(source.as_bytes(), is_text, flags).map(|(_, fresh)| fresh);
        assert_eq!(made("a", true, 0), Ok(true));
        assert_eq!(made("a", true, 0), Ok(false));
        assert_eq!(made("a", false, 0), Ok(true));
        assert_eq!(made("a", true, 2), Ok(true));
        assert!(made("(", true, 0).is_err());
        assert_eq!(kept(), 3);
        for n in 0..2 * KEPT {
            assert_eq!(made(&format!("x{n}"), true, 0), Ok(true));
            assert!(kept() <= KEPT);
        }
        assert_eq!(made(&"a".repeat(LONGEST + 1), true, 0), Ok(true));
        assert_eq!(made(&"a".repeat(LONGEST + 1), true, 0), Ok(true));
        purge();
        assert_eq!(kept(), 0);
    }
}
