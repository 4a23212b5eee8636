//! The normalisation forms NFC, NFD, NFKC and NFKD of texts.

use std::cell::Cell;

use unicode_normalization::{IsNormalized, UnicodeNormalization};

use crate::value::interrupt::{Stop, checkpoint, reserve};

/// A normalisation form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Canonical decomposition, then composition.
    Nfc,
    /// Canonical decomposition.
    Nfd,
    /// Compatibility decomposition, then composition.
    Nfkc,
    /// Compatibility decomposition.
    Nfkd,
}

impl Form {
    /// The form of a given name, as `unicodedata.normalize` takes it.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "NFC" => Self::Nfc,
            "NFD" => Self::Nfd,
            "NFKC" => Self::Nfkc,
            "NFKD" => Self::Nfkd,
            _ => return None,
        })
    }
}

/// The text in a normalisation form.
///
/// # Errors
/// A stop of the run.
pub fn normalize(text: &[u8], form: Form) -> Result<Vec<u8>, Stop> {
    reserve(text.len())?;
    let mut out = Vec::with_capacity(text.len());
    if text.is_ascii() {
        out.extend_from_slice(text);
        return Ok(out);
    }
    // A surrogate neither combines nor moves, so the stretches between surrogates are independent.
    for stretch in text.utf8_chunks() {
        normalize_str(stretch.valid(), form, &mut out)?;
        out.extend_from_slice(stretch.invalid());
    }
    Ok(out)
}

fn normalize_str(text: &str, form: Form, out: &mut Vec<u8>) -> Result<(), Stop> {
    // The library reads ahead over any number of combining marks, so the stop is noticed where it reads.
    let stop = Cell::new(None);
    let mut count = 0_u32;
    let chars = text.chars().take_while(|_| {
        count = count.wrapping_add(1);
        if count.is_multiple_of(1024)
            && let Err(why) = checkpoint(16 * 1024)
        {
            stop.set(Some(why));
        }
        stop.get().is_none()
    });
    let mut push = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    match form {
        Form::Nfc => chars.nfc().for_each(&mut push),
        Form::Nfd => chars.nfd().for_each(&mut push),
        Form::Nfkc => chars.nfkc().for_each(&mut push),
        Form::Nfkd => chars.nfkd().for_each(&mut push),
    }
    stop.get().map_or(Ok(()), Err)
}

/// Whether a text is certainly in a form already, by a quick look that may say no wrongly.
#[must_use]
pub fn is_normalized_quick(text: &str, form: Form) -> bool {
    use unicode_normalization as un;
    let chars = text.chars();
    let answer = match form {
        Form::Nfc => un::is_nfc_quick(chars),
        Form::Nfd => un::is_nfd_quick(chars),
        Form::Nfkc => un::is_nfkc_quick(chars),
        Form::Nfkd => un::is_nfkd_quick(chars),
    };
    answer == IsNormalized::Yes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalizes() {
        let cases = [
            ("e\u{301}", "\u{e9}", "e\u{301}", "\u{e9}", "e\u{301}"),
            ("ﬁ", "ﬁ", "ﬁ", "fi", "fi"),
            ("\u{212b}", "\u{c5}", "A\u{30a}", "\u{c5}", "A\u{30a}"),
            ("한", "한", "\u{1112}\u{1161}\u{11ab}", "한", "\u{1112}\u{1161}\u{11ab}"),
            ("q\u{307}\u{323}", "q\u{323}\u{307}", "q\u{323}\u{307}", "q\u{323}\u{307}", "q\u{323}\u{307}"),
        ];
        for (text, nfc, nfd, nfkc, nfkd) in cases {
            for (name, want) in [("NFC", nfc), ("NFD", nfd), ("NFKC", nfkc), ("NFKD", nfkd)] {
                let got = normalize(text.as_bytes(), Form::parse(name).unwrap()).unwrap();
                assert_eq!(String::from_utf8_lossy(&got), want, "{name} of {text}");
            }
        }
        assert_eq!(Form::parse("nfc"), None);
        let lone = b"\xED\xA0\x80e\xCC\x81\xED\xB0\x80";
        assert_eq!(normalize(lone, Form::Nfc).unwrap(), b"\xED\xA0\x80\xC3\xA9\xED\xB0\x80");
        assert!(is_normalized_quick("abc é", Form::Nfc) && !is_normalized_quick("é", Form::Nfd));
    }
}
