//! Names of characters: `\N{…}` and the `namereplace` error handler.

/// The character of a Unicode name or alias, letter case ignored.
#[must_use]
pub fn character(name: &str) -> Option<char> {
    // Every name begins with a letter; the library counts below zero on a leading hyphen.
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let found = unicode_names2::character(name)?;
    // The library overlooks blanks, hyphens and low lines, Python does not.
    let letters = |text: &str| -> Vec<u8> {
        let kept = text.bytes().filter(u8::is_ascii_alphanumeric);
        kept.map(|b| b.to_ascii_uppercase()).collect()
    };
    let exact = match name_of(found) {
        Some(own) if letters(&own) == letters(name) => own.eq_ignore_ascii_case(name),
        _ => !name.split(' ').any(str::is_empty) && !name.contains('_'),
    };
    exact.then_some(found)
}

/// The Unicode name of a character.
#[must_use]
pub fn name_of(c: char) -> Option<String> {
    unicode_names2::name(c).map(|name| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_characters() {
        for (name, c) in [
            ("LATIN SMALL LETTER A", 'a'),
            ("latin small letter a", 'a'),
            ("CJK UNIFIED IDEOGRAPH-4E00", '一'),
            ("HANGUL SYLLABLE GAG", '각'),
            ("LINE FEED", '\n'),
            ("NULL", '\0'),
            ("BYTE ORDER MARK", '\u{feff}'),
        ] {
            assert_eq!(character(name), Some(c), "{name}");
        }
        for name in ["", "LATINSMALLLETTERA", "LATIN SMALL LETTER", "SPACE ", "-", "LINE_FEED"] {
            assert_eq!(character(name), None, "{name}");
        }
        assert_eq!(name_of('é').as_deref(), Some("LATIN SMALL LETTER E WITH ACUTE"));
        assert_eq!(name_of('\n'), None);
    }
}
