//! What a character is to a pattern: word, digit, space and letter case (spec 9.2).
//!
//! Case-insensitive matching compares *simple* lower case: one code point against one code point. A mapping that has
//! several code points counts with its first, so `İ` goes with `i`. Lower-case letters that differ but share an upper
//! case, such as `s` and `ſ`, are listed in [`TWINS`].

use std::sync::OnceLock;

use crate::value::unicode::database::{self, ALNUM, DECIMAL, Mapped};
use crate::value::unicode::space;

/// How letter case is ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Case {
    /// It is not.
    Exact,
    /// Only `A`–`Z` and `a`–`z` go together.
    Ascii,
    /// By the simple mappings of the character database.
    Unicode,
}

impl Case {
    /// The form in which two code points are compared.
    #[inline]
    pub(super) fn fold(self, cp: u32) -> u32 {
        match self {
            Case::Exact => cp,
            Case::Ascii => ascii_lower(cp),
            Case::Unicode => lower(cp),
        }
    }

    /// Whether a code point has another case.
    pub(super) fn is_cased(self, cp: u32) -> bool {
        match self {
            Case::Exact => false,
            Case::Ascii => cp < 0x80 && (cp as u8).is_ascii_alphabetic(),
            Case::Unicode => cp != lower(cp) || cp != upper(cp),
        }
    }

    /// The other folded code points that match a folded one.
    pub(super) fn twins(self, folded: u32) -> impl Iterator<Item = u32> {
        let class: &[u32] = match self {
            Case::Unicode => TWINS.iter().find(|class| class.contains(&folded)).copied().unwrap_or_default(),
            Case::Exact | Case::Ascii => &[],
        };
        class.iter().copied().filter(move |cp| *cp != folded)
    }
}

/// Lower-case letters with the same upper case.
pub(super) const TWINS: &[&[u32]] = &[
    &[0x69, 0x131],
    &[0x73, 0x17F],
    &[0xB5, 0x3BC],
    &[0x345, 0x3B9, 0x1FBE],
    &[0x390, 0x1FD3],
    &[0x3B0, 0x1FE3],
    &[0x3B2, 0x3D0],
    &[0x3B5, 0x3F5],
    &[0x3B8, 0x3D1],
    &[0x3BA, 0x3F0],
    &[0x3C0, 0x3D6],
    &[0x3C1, 0x3F1],
    &[0x3C2, 0x3C3],
    &[0x3C6, 0x3D5],
    &[0x432, 0x1C80],
    &[0x434, 0x1C81],
    &[0x43E, 0x1C82],
    &[0x441, 0x1C83],
    &[0x442, 0x1C84, 0x1C85],
    &[0x44A, 0x1C86],
    &[0x463, 0x1C87],
    &[0x1C88, 0xA64B],
    &[0x1E61, 0x1E9B],
    &[0xFB05, 0xFB06],
];

/// The simple lower case of a code point.
#[inline]
pub(super) fn lower(cp: u32) -> u32 {
    if cp < 0x80 {
        return ascii_lower(cp);
    }
    first(database::to_lower(cp))
}

/// The simple upper case of a code point.
pub(super) fn upper(cp: u32) -> u32 {
    first(database::to_upper(cp))
}

fn first(mapped: Mapped) -> u32 {
    match mapped {
        Mapped::One(cp) => cp,
        Mapped::Many(text) => text.chars().next().map_or(0, u32::from),
    }
}

/// The lower case of `A`–`Z`, anything else as it is.
#[inline]
pub(super) fn ascii_lower(cp: u32) -> u32 {
    if (0x41..=0x5A).contains(&cp) { cp | 0x20 } else { cp }
}

/// The upper case of `a`–`z`, anything else as it is.
pub(super) fn ascii_upper(cp: u32) -> u32 {
    if (0x61..=0x7A).contains(&cp) { cp & !0x20 } else { cp }
}

/// All code points of the basic plane that have another case, with their lower case, in order.
pub(super) fn cased_letters() -> &'static [(u32, u32)] {
    static LETTERS: OnceLock<Vec<(u32, u32)>> = OnceLock::new();
    LETTERS.get_or_init(|| (0..0x1_0000).filter(|cp| Case::Unicode.is_cased(*cp)).map(|cp| (cp, lower(cp))).collect())
}

/// The kinds of characters that have an escape of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// `\d`
    Digit,
    /// `\s`
    Space,
    /// `\w`
    Word,
}

/// A kind of characters or its complement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Category {
    /// The kind.
    pub(super) kind: Kind,
    /// Whether the complement is meant (`\D`, `\S`, `\W`).
    pub(super) negated: bool,
}

impl Category {
    /// Whether a code point belongs to the category.
    #[inline]
    pub(super) fn contains(self, cp: u32, unicode: bool) -> bool {
        let inside = match (self.kind, unicode) {
            (Kind::Digit, true) => database::is(cp, DECIMAL),
            (Kind::Digit, false) => (0x30..=0x39).contains(&cp),
            (Kind::Space, true) => space::is_space(cp),
            (Kind::Space, false) => cp == 0x20 || (0x09..=0x0D).contains(&cp),
            (Kind::Word, _) => is_word(cp, unicode),
        };
        inside != self.negated
    }
}

/// Whether `\w` matches a code point.
#[inline]
pub(super) fn is_word(cp: u32, unicode: bool) -> bool {
    if cp < 0x80 {
        let byte = cp as u8;
        return byte.is_ascii_alphanumeric() || byte == b'_';
    }
    unicode && database::is(cp, ALNUM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_share_their_upper_case_and_are_folded() {
        for class in TWINS {
            for cp in *class {
                assert_eq!(lower(*cp), *cp, "{cp:x}");
                assert_eq!(upper(*cp), upper(class[0]), "{cp:x}");
            }
        }
    }

    #[test]
    fn simple_case() {
        for (from, to) in [('İ', 'i'), ('K', 'k'), ('ẞ', 'ß'), ('Σ', 'σ'), ('ſ', 'ſ'), ('1', '1')] {
            assert_eq!(lower(from.into()), to.into(), "{from}");
        }
        assert_eq!(upper('ß'.into()), 'S'.into());
        assert!(Case::Unicode.is_cased('ß'.into()));
        assert!(!Case::Ascii.is_cased('é'.into()));
    }

    #[test]
    fn categories() {
        let word = Category { kind: Kind::Word, negated: false };
        let space = Category { kind: Kind::Space, negated: false };
        let digit = Category { kind: Kind::Digit, negated: false };
        for (category, c, unicode, ascii) in [
            (word, 'é', true, false),
            (word, '½', true, false),
            (word, '_', true, true),
            (word, '\u{301}', false, false),
            (digit, '٣', true, false),
            (digit, '²', false, false),
            (space, '\u{1c}', true, false),
            (space, '\u{a0}', true, false),
            (space, '\u{b}', true, true),
        ] {
            assert_eq!(category.contains(c.into(), true), unicode, "{c:?}");
            assert_eq!(category.contains(c.into(), false), ascii, "{c:?}");
        }
    }
}
