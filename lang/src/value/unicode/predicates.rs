//! The `str.is…` questions over a whole text.
//!
//! Each may be asked of very long texts, so each can be stopped.

use super::database::{self, ALNUM, ALPHA, DECIMAL, DIGIT, LOWER, NUMERIC, PRINTABLE, TITLE, UPPER, XID_CONTINUE};
use super::space;
use super::wtf8;
use crate::value::interrupt::{Stop, checkpoint};

/// Whether every code point satisfies `test`; true for the empty text.
fn every(text: &[u8], mut test: impl FnMut(u32) -> bool) -> Result<bool, Stop> {
    for block in wtf8::blocks(text) {
        checkpoint(block.len() as u64)?;
        if !wtf8::code_points(block).all(&mut test) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a non-empty text consists of code points with one of the properties.
fn all_of(text: &[u8], any_of: u16) -> Result<bool, Stop> {
    Ok(!text.is_empty() && every(text, |cp| database::is(cp, any_of))?)
}

/// `str.isalpha`.
///
/// # Errors
/// A stop of the run, as for every function here.
pub fn is_alpha(text: &[u8]) -> Result<bool, Stop> {
    all_of(text, ALPHA)
}

/// `str.isalnum`.
pub fn is_alnum(text: &[u8]) -> Result<bool, Stop> {
    all_of(text, ALNUM)
}

/// `str.isdecimal`.
pub fn is_decimal(text: &[u8]) -> Result<bool, Stop> {
    all_of(text, DECIMAL)
}

/// `str.isdigit`.
pub fn is_digit(text: &[u8]) -> Result<bool, Stop> {
    all_of(text, DIGIT)
}

/// `str.isnumeric`.
pub fn is_numeric(text: &[u8]) -> Result<bool, Stop> {
    all_of(text, NUMERIC)
}

/// `str.isprintable`; true for the empty text.
pub fn is_printable(text: &[u8]) -> Result<bool, Stop> {
    every(text, |cp| database::is(cp, PRINTABLE))
}

/// `str.isspace`.
pub fn is_space(text: &[u8]) -> Result<bool, Stop> {
    Ok(!text.is_empty() && every(text, space::is_space)?)
}

/// `str.isidentifier`.
pub fn is_identifier(text: &[u8]) -> Result<bool, Stop> {
    match wtf8::decode_at(text, 0) {
        Some((first, _)) if database::starts_identifier(first) => every(text, |cp| database::is(cp, XID_CONTINUE)),
        _ => Ok(false),
    }
}

/// `str.islower`: something is lower case and nothing is upper or title case.
pub fn is_lower(text: &[u8]) -> Result<bool, Stop> {
    one_case(text, LOWER, UPPER | TITLE)
}

/// `str.isupper`: something is upper case and nothing is lower or title case.
pub fn is_upper(text: &[u8]) -> Result<bool, Stop> {
    one_case(text, UPPER, LOWER | TITLE)
}

fn one_case(text: &[u8], wanted: u16, excluded: u16) -> Result<bool, Stop> {
    let mut seen = 0;
    let pure = every(text, |cp| {
        let flags = database::flags(cp);
        seen |= flags;
        flags & excluded == 0
    })?;
    Ok(pure && seen & wanted != 0)
}

/// `str.istitle`: upper and title case only after something uncased, lower case only after something cased.
pub fn is_title(text: &[u8]) -> Result<bool, Stop> {
    let (mut after_cased, mut seen) = (false, false);
    let titled = every(text, |cp| {
        let flags = database::flags(cp);
        let fits = if flags & (UPPER | TITLE) != 0 { !after_cased } else { flags & LOWER == 0 || after_cased };
        after_cased = flags & (UPPER | TITLE | LOWER) != 0;
        seen |= after_cased;
        fits
    })?;
    Ok(titled && seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        type Predicate = fn(&[u8]) -> Result<bool, Stop>;
        let cases: [(Predicate, &[&str], &[&str]); 11] = [
            (is_alpha, &["abc", "éß一"], &["", "a1", "a "]),
            (is_alnum, &["a1²½一"], &["", "a_", "-"]),
            (is_decimal, &["0٣"], &["", "²", "½"]),
            (is_digit, &["0²"], &["", "½"]),
            (is_numeric, &["½一"], &["", "a"]),
            (is_printable, &["", "a é"], &["a\n", "\u{a0}", "\u{e000}"]),
            (is_space, &[" \u{3000}\t"], &["", " a"]),
            (is_identifier, &["_", "é1", "a·"], &["", "1a", "a-b", "a b"]),
            (is_lower, &["aé1", "ª"], &["", "1", "aB", "ǅ"]),
            (is_upper, &["AÉ1"], &["", "1", "aB", "ǅ"]),
            (is_title, &["Ab Cd", "ǅx", "A1B"], &["", "1", "AB", "ab", "aB"]),
        ];
        for (number, (ask, yes, no)) in cases.iter().enumerate() {
            for text in *yes {
                assert_eq!(ask(text.as_bytes()), Ok(true), "{number} {text}");
            }
            for text in *no {
                assert_eq!(ask(text.as_bytes()), Ok(false), "{number} {text}");
            }
        }
        assert_eq!(is_alpha(b"\xED\xA0\x80"), Ok(false));
    }
}
