//! Properties of single code points, looked up in a two-stage table.
//!
//! The tables are written by `generate.py` from the oracle itself. They are stored as runs and unrolled by the compiler, so
//! that the source stays small and a look-up is two loads.

use super::tables::{
    BLOCKS, FOLD_EXPANSIONS, LOWER_EXPANSIONS, RECORDS, STAGE1, STAGE2, TITLE_EXPANSIONS, UPPER_EXPANSIONS,
};

/// `str.isalpha`.
pub const ALPHA: u16 = 1 << 0;
/// `str.isdecimal`: digits of a positional system.
pub const DECIMAL: u16 = 1 << 1;
/// `str.isdigit`: also superscripts and the like.
pub const DIGIT: u16 = 1 << 2;
/// `str.isnumeric`: also fractions and ideographic numbers.
pub const NUMERIC: u16 = 1 << 3;
/// `str.isprintable`: `repr` shows it as it is.
pub const PRINTABLE: u16 = 1 << 4;
/// Lower-case letter.
pub const LOWER: u16 = 1 << 5;
/// Upper-case letter.
pub const UPPER: u16 = 1 << 6;
/// Title-case letter such as U+01C5.
pub const TITLE: u16 = 1 << 7;
/// May start an identifier (without `_`).
pub const XID_START: u16 = 1 << 8;
/// May continue an identifier.
pub const XID_CONTINUE: u16 = 1 << 9;
/// Takes part in case distinctions.
pub const CASED: u16 = 1 << 10;
/// Skipped when the neighbours of a sigma are looked at.
pub const CASE_IGNORABLE: u16 = 1 << 11;
/// What `str.isalnum` accepts.
pub const ALNUM: u16 = ALPHA | DECIMAL | DIGIT | NUMERIC;

/// What is known about a kind of code points. Case mappings are distances, [`EXPANDS`] for a mapping to several.
pub(super) struct Record {
    flags: u16,
    digit: u8,
    lower: i32,
    upper: i32,
    title: i32,
    fold: i32,
}

/// A record in the order of the generated table.
pub(super) const fn r(flags: u16, digit: u8, lower: i32, upper: i32, title: i32, fold: i32) -> Record {
    Record { flags, digit, lower, upper, title, fold }
}

/// The distance that stands for "see the table of expansions".
const EXPANDS: i32 = i32::MAX;

const BLOCK: usize = 256;
const LIMIT: usize = 0x11_0000;

static BLOCK_OF: [u8; LIMIT / BLOCK] = unroll(STAGE1);
static RECORD_OF: [u8; BLOCKS * BLOCK] = unroll(STAGE2);

const fn unroll<const N: usize>(runs: &[(u8, u16)]) -> [u8; N] {
    let mut out = [0; N];
    let (mut at, mut run) = (0, 0);
    while run < runs.len() {
        let (value, mut left) = runs[run];
        while left > 0 {
            out[at] = value;
            at += 1;
            left -= 1;
        }
        run += 1;
    }
    assert!(at == N, "the runs must fill the table");
    out
}

#[inline]
fn record(cp: u32) -> &'static Record {
    let cp = cp as usize;
    // The first record is that of code points without any property.
    let number = BLOCK_OF
        .get(cp / BLOCK)
        .map_or(0, |block| RECORD_OF.get(usize::from(*block) * BLOCK + cp % BLOCK).copied().unwrap_or(0));
    RECORDS.get(usize::from(number)).unwrap_or(&RECORDS[0])
}

/// The property bits of a code point; none beyond U+10FFFF.
#[inline]
#[must_use]
pub fn flags(cp: u32) -> u16 {
    record(cp).flags
}

/// Whether a code point has at least one of the given properties.
#[inline]
#[must_use]
pub fn is(cp: u32, any_of: u16) -> bool {
    flags(cp) & any_of != 0
}

/// The value of a decimal digit of any script, as `int('٣')` reads it.
#[inline]
#[must_use]
pub fn decimal_value(cp: u32) -> Option<u32> {
    let record = record(cp);
    (record.flags & DECIMAL != 0).then_some(u32::from(record.digit))
}

/// The value of a digit in the wider sense of `str.isdigit`.
#[must_use]
pub fn digit_value(cp: u32) -> Option<u32> {
    let record = record(cp);
    (record.flags & DIGIT != 0).then_some(u32::from(record.digit))
}

/// Whether `_` and XID rules let a code point start an identifier.
#[must_use]
pub fn starts_identifier(cp: u32) -> bool {
    cp == u32::from(b'_') || is(cp, XID_START)
}

/// The result of a case mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapped {
    /// One code point, perhaps the same.
    One(u32),
    /// Several.
    Many(&'static str),
}

fn map(cp: u32, distance: i32, expansions: &'static [(u32, &'static str)]) -> Mapped {
    if distance == EXPANDS
        && let Ok(at) = expansions.binary_search_by_key(&cp, |(from, _)| *from)
        && let Some((_, to)) = expansions.get(at)
    {
        return Mapped::Many(to);
    }
    Mapped::One(cp.wrapping_add_signed(distance))
}

/// Full lower case of one code point; the final sigma is the caller's business.
#[inline]
#[must_use]
pub fn to_lower(cp: u32) -> Mapped {
    map(cp, record(cp).lower, LOWER_EXPANSIONS)
}

/// Full upper case of one code point.
#[inline]
#[must_use]
pub fn to_upper(cp: u32) -> Mapped {
    map(cp, record(cp).upper, UPPER_EXPANSIONS)
}

/// Full title case of one code point.
#[inline]
#[must_use]
pub fn to_title(cp: u32) -> Mapped {
    map(cp, record(cp).title, TITLE_EXPANSIONS)
}

/// Full case folding of one code point.
#[inline]
#[must_use]
pub fn to_fold(cp: u32) -> Mapped {
    map(cp, record(cp).fold, FOLD_EXPANSIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_of_landmarks() {
        let cases = [
            ('a', ALPHA | PRINTABLE | LOWER | XID_START | XID_CONTINUE | CASED),
            ('Σ', ALPHA | PRINTABLE | UPPER | XID_START | XID_CONTINUE | CASED),
            ('ǅ', ALPHA | PRINTABLE | TITLE | XID_START | XID_CONTINUE | CASED),
            ('٣', DECIMAL | DIGIT | NUMERIC | PRINTABLE | XID_CONTINUE),
            ('²', DIGIT | NUMERIC | PRINTABLE),
            ('½', NUMERIC | PRINTABLE),
            ('一', ALPHA | NUMERIC | PRINTABLE | XID_START | XID_CONTINUE),
            ('\u{ad}', CASE_IGNORABLE),
            ('\u{301}', PRINTABLE | XID_CONTINUE | CASE_IGNORABLE),
            ('\u{e000}', 0),
        ];
        for (c, want) in cases {
            assert_eq!(flags(c as u32), want, "{c:?}");
        }
        assert_eq!((flags(0xD800), flags(0x11_0000), flags(u32::MAX)), (0, 0, 0));
    }

    #[test]
    fn digits_have_values() {
        assert_eq!(decimal_value('٣' as u32), Some(3));
        assert_eq!(decimal_value('²' as u32), None);
        assert_eq!(digit_value('²' as u32), Some(2));
        assert_eq!(digit_value('x' as u32), None);
    }

    #[test]
    fn mappings() {
        assert_eq!(to_lower('Á' as u32), Mapped::One('á' as u32));
        assert_eq!(to_lower('İ' as u32), Mapped::Many("i\u{307}"));
        assert_eq!(to_upper('ß' as u32), Mapped::Many("SS"));
        assert_eq!(to_title('ß' as u32), Mapped::Many("Ss"));
        assert_eq!(to_title('ǆ' as u32), Mapped::One('ǅ' as u32));
        assert_eq!(to_fold('ß' as u32), Mapped::Many("ss"));
        assert_eq!(to_upper(u32::MAX), Mapped::One(u32::MAX));
    }
}
