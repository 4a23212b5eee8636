//! Every page has its parts, and its examples do what it says as far as compilation can tell.

use std::collections::BTreeSet;

use super::{PAGES, Page, find};
use crate::diagnostic::Code;
use crate::program::{Profile, Program};
use crate::source::SourceText;
use crate::syntax::ParseOptions;

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

/// Examples that are shortened with `…`, and what stands for it.
fn expanded(code: Code, example: &str) -> String {
    let loops = |depths: std::ops::Range<usize>| -> String {
        depths.map(|depth| format!("{}for a in a:\n", "    ".repeat(depth))).collect()
    };
    match code.0 {
        _ if !example.contains('…') => example.replace('␀', "\0"),
        2 => example.replace('…', &"x".repeat(1 << 20)),
        9 => example.replacen('…', &"(".repeat(200), 1).replacen('…', &")".repeat(200), 1),
        12 => example.replace("        …\n            ", &(loops(2..22) + &"    ".repeat(22))),
        25 => example.replace('…', &"0".repeat(4300)),
        _ => example.to_owned(),
    }
}

/// The block with this fence.
fn block(page: &Page, fence: &str) -> Option<String> {
    let (_, rest) = page.text.split_once(&format!("\n```{fence}\n"))?;
    let (block, _) = rest.split_once("\n```")?;
    Some(expanded(page.code, block))
}

/// The codes that compiling `program` reports.
fn reported(code: Code, program: &str) -> BTreeSet<Code> {
    let profile = if matches!(code.0, 3100..=3199) { Profile::Core } else { Profile::Extended };
    let source = SourceText::from_bytes("example.dw", program.as_bytes());
    let compiled = Program::compile(&source, &ParseOptions::default(), profile);
    compiled.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

/// Whether compilation, and not the checker or a host, reports the code.
fn is_found_by_compilation(code: Code) -> bool {
    !matches!(code.0, 3007..=3009 | 3020) && (code.stops_compilation() || code == Code::DEFINED_TWICE)
}

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
        let (fails, mended) = (block(page, "dataway fails"), block(page, "dataway"));
        assert!(fails.is_some() && mended.is_some(), "{} lacks an example", page.code);
        assert_ne!(fails, mended, "{}", page.code);
        assert_eq!(page.text.matches("```").count(), 4, "{}", page.code);
    }
}

#[test]
fn failing_examples_have_the_code() {
    let mut left_to_the_checker = Vec::new();
    for page in PAGES {
        let example = block(page, "dataway fails").unwrap_or_default();
        let found = reported(page.code, &example);
        if is_found_by_compilation(page.code) {
            assert!(found.contains(&page.code), "{}: {found:?}\n{example}", page.code);
        } else if !found.contains(&page.code) {
            left_to_the_checker.push(page.code.to_string());
        }
    }
    println!("not reported by compilation: {}", left_to_the_checker.join(" "));
}

#[test]
fn mended_examples_compile() {
    for page in PAGES {
        let example = block(page, "dataway").unwrap_or_default();
        let found = reported(page.code, &example);
        let errors: Vec<&Code> = found.iter().filter(|code| code.stops_compilation()).collect();
        assert!(errors.is_empty() && !found.contains(&page.code), "{}: {found:?}\n{example}", page.code);
    }
}
