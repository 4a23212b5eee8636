//! Case conversions of whole texts with full mappings, and their ASCII forms for `bytes`.

use super::database::{self, CASE_IGNORABLE, CASED, LOWER, Mapped, UPPER};
use super::wtf8;
use crate::value::interrupt::{Stop, checkpoint, reserve};

const SIGMA: u32 = 0x3A3;
const SMALL_SIGMA: u32 = 0x3C3;
const FINAL_SIGMA: u32 = 0x3C2;

/// What to do with one code point.
#[derive(Clone, Copy)]
enum To {
    Lower,
    Upper,
    Title,
    Fold,
    Same,
}

/// `str.lower`.
///
/// # Errors
/// A stop of the run, as for every function here.
pub fn lower(text: &[u8]) -> Result<Vec<u8>, Stop> {
    if text.is_ascii() {
        return ascii(text, |_, b| b.to_ascii_lowercase());
    }
    convert(text, |_, _| To::Lower)
}

/// `str.upper`.
///
/// # Errors
/// As [`lower`].
pub fn upper(text: &[u8]) -> Result<Vec<u8>, Stop> {
    if text.is_ascii() {
        return ascii(text, |_, b| b.to_ascii_uppercase());
    }
    convert(text, |_, _| To::Upper)
}

/// `str.casefold`.
///
/// # Errors
/// As [`lower`].
pub fn casefold(text: &[u8]) -> Result<Vec<u8>, Stop> {
    if text.is_ascii() {
        return ascii(text, |_, b| b.to_ascii_lowercase());
    }
    convert(text, |_, _| To::Fold)
}

/// `str.capitalize`.
///
/// # Errors
/// As [`lower`].
pub fn capitalize(text: &[u8]) -> Result<Vec<u8>, Stop> {
    if text.is_ascii() {
        return ascii_capitalize(text);
    }
    convert(text, |at, _| if at == 0 { To::Title } else { To::Lower })
}

/// `str.title`.
///
/// # Errors
/// As [`lower`].
pub fn title(text: &[u8]) -> Result<Vec<u8>, Stop> {
    if text.is_ascii() {
        return ascii_title(text);
    }
    let mut after_cased = false;
    convert(text, |_, cp| {
        let to = if after_cased { To::Lower } else { To::Title };
        after_cased = database::is(cp, CASED);
        to
    })
}

/// `str.swapcase`.
///
/// # Errors
/// As [`lower`].
pub fn swapcase(text: &[u8]) -> Result<Vec<u8>, Stop> {
    if text.is_ascii() {
        return ascii_swapcase(text);
    }
    convert(text, |_, cp| match database::flags(cp) {
        flags if flags & UPPER != 0 => To::Lower,
        flags if flags & LOWER != 0 => To::Upper,
        _ => To::Same,
    })
}

/// `bytes.capitalize`.
///
/// # Errors
/// As [`lower`].
pub fn ascii_capitalize(bytes: &[u8]) -> Result<Vec<u8>, Stop> {
    ascii(bytes, |at, b| if at == 0 { b.to_ascii_uppercase() } else { b.to_ascii_lowercase() })
}

/// `bytes.title`.
///
/// # Errors
/// As [`lower`].
pub fn ascii_title(bytes: &[u8]) -> Result<Vec<u8>, Stop> {
    let mut after_letter = false;
    ascii(bytes, |_, b| {
        let to = if after_letter { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() };
        after_letter = b.is_ascii_alphabetic();
        to
    })
}

/// `bytes.swapcase`.
///
/// # Errors
/// As [`lower`].
pub fn ascii_swapcase(bytes: &[u8]) -> Result<Vec<u8>, Stop> {
    ascii(bytes, |_, b| if b.is_ascii_uppercase() { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() })
}

/// Maps every byte by itself, given its position.
fn ascii(bytes: &[u8], mut to: impl FnMut(usize, u8) -> u8) -> Result<Vec<u8>, Stop> {
    const BLOCK: usize = 1 << 16;
    reserve(bytes.len())?;
    let mut out = Vec::with_capacity(bytes.len());
    for block in bytes.chunks(BLOCK) {
        checkpoint(block.len() as u64 / 8)?;
        let start = out.len();
        out.extend(block.iter().enumerate().map(|(at, b)| to(start + at, *b)));
    }
    Ok(out)
}

/// Maps every code point, given its byte offset, as `choose` says.
fn convert(text: &[u8], mut choose: impl FnMut(usize, u32) -> To) -> Result<Vec<u8>, Stop> {
    reserve(text.len())?;
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for block in wtf8::blocks(text) {
        checkpoint(block.len() as u64)?;
        for cp in wtf8::code_points(block) {
            let mapped = match choose(at, cp) {
                To::Lower if cp == SIGMA => Mapped::One(small_sigma(text, at)),
                To::Lower => database::to_lower(cp),
                To::Upper => database::to_upper(cp),
                To::Title => database::to_title(cp),
                To::Fold => database::to_fold(cp),
                To::Same => Mapped::One(cp),
            };
            match mapped {
                Mapped::One(to) => wtf8::push(&mut out, to),
                Mapped::Many(to) => out.extend_from_slice(to.as_bytes()),
            }
            at += wtf8::len_of(cp);
        }
    }
    Ok(out)
}

/// The small form of the capital sigma at a byte offset: final when a cased letter precedes and none follows, things
/// that do not matter for case (accents, apostrophes) left aside. Each such thing is looked at from at most two sigmas.
fn small_sigma(text: &[u8], at: usize) -> u32 {
    let matters = |cp: &u32| !database::is(*cp, CASE_IGNORABLE);
    let cased = |cp: u32| database::is(cp, CASED);
    let before = text.get(..at).unwrap_or_default();
    let after = text.get(at + wtf8::len_of(SIGMA)..).unwrap_or_default();
    let preceded = wtf8::code_points(before).rev().find(matters).is_some_and(cased);
    let followed = wtf8::code_points(after).find(matters).is_some_and(cased);
    if preceded && !followed { FINAL_SIGMA } else { SMALL_SIGMA }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converts() {
        type Convert = fn(&[u8]) -> Result<Vec<u8>, Stop>;
        let cases: [(Convert, &str, &str); 17] = [
            (lower, "AbC", "abc"),
            (lower, "ΑΣ ΑΣΑ Σ Α.Σ' ΑΣ.Α", "ας ασα σ α.ς' ασ.α"),
            (lower, "İ", "i\u{307}"),
            (upper, "straße ŉ", "STRASSE ʼN"),
            (upper, "ﬁé", "FIÉ"),
            (casefold, "Straße ΑΣ", "strasse ασ"),
            (casefold, "ABC", "abc"),
            (capitalize, "ßAΣ", "Ssaς"),
            (capitalize, "hELLO", "Hello"),
            (title, "they're bill's", "They'Re Bill'S"),
            (title, "ǆ éa ﬁx 1a", "ǅ Éa Fix 1A"),
            (title, "ʰa\u{345}a", "ʰa\u{345}a"),
            (swapcase, "aBß", "AbSS"),
            (swapcase, "aB1", "Ab1"),
            (swapcase, "ǅ ΑΣ", "ǅ ας"),
            (lower, "", ""),
            (title, "", ""),
        ];
        for (number, (convert, text, want)) in cases.iter().enumerate() {
            let got = convert(text.as_bytes()).unwrap();
            assert_eq!(String::from_utf8_lossy(&got), *want, "{number}");
        }
        assert_eq!(lower(b"\xED\xA0\x80\xC3\x89"), Ok(b"\xED\xA0\x80\xC3\xA9".to_vec()));
    }
}
