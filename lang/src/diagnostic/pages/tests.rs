//! Every code has a page, and every page its parts. Their examples are executed from outside, together with the checker.

use super::{PAGES, find};
use crate::diagnostic::Code;

/// The ranges of spec section 13; 0016, 1005 and those between the ranges were never given.
const CODES: &[std::ops::RangeInclusive<u16>] = &[
    1..=15,
    17..=30,
    1001..=1004,
    1006..=1012,
    2001..=2023,
    2101..=2106,
    3001..=3011,
    3020..=3020,
    3101..=3105,
    3110..=3110,
    4001..=4007,
];

#[test]
fn every_code_has_a_page() {
    let codes: Vec<Code> = CODES.iter().cloned().flatten().map(Code).collect();
    assert_eq!(PAGES.iter().map(|page| page.code).collect::<Vec<_>>(), codes);
    for code in codes {
        assert_eq!(find(code).map(|page| page.code), Some(code));
    }
    assert!(find(Code(16)).is_none());
}

#[test]
fn every_page_has_its_parts() {
    for page in PAGES {
        assert!(page.text.starts_with(&format!("# {}: ", page.code)), "{}", page.code);
        assert!(!page.title().is_empty() && !page.title().ends_with('.'), "{}", page.code);
        assert!(!page.failing().is_empty() && !page.mended().is_empty(), "{} lacks an example", page.code);
        assert_ne!(page.failing(), page.mended(), "{}", page.code);
        assert_eq!(page.text.matches("```").count(), 4, "{}", page.code);
    }
}
