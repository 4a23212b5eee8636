//! The structure of app files: flows with their steps, configurations, cases; folding; what encloses the cursor.

use dataway_lang::source::Span;

use crate::app::sheet::{Section, SectionKind, Sheet};

/// The entries of the outline, with spans of the document.
#[must_use]
pub fn symbols(sheet: &Sheet) -> Vec<Section> {
    sheet.sections.iter().map(|section| placed(sheet, section)).collect()
}

/// Nesting is bounded by the reader of YAML.
fn placed(sheet: &Sheet, section: &Section) -> Section {
    Section {
        span: sheet.outward(section.span),
        name_span: sheet.outward(section.name_span),
        children: section.children.iter().map(|child| placed(sheet, child)).collect(),
        ..section.clone()
    }
}

/// Flows, configurations and steps with an id: what a search over the workspace finds.
#[must_use]
pub fn named(sheet: &Sheet) -> Vec<Section> {
    let mut found = Vec::new();
    let mut open = symbols(sheet);
    while let Some(section) = open.pop() {
        open.extend(section.children.iter().cloned());
        let has_name = match section.kind {
            SectionKind::Flow | SectionKind::Config | SectionKind::Case => !section.name.is_empty(),
            SectionKind::Step => !section.name.starts_with(|c: char| c.is_ascii_digit()),
            SectionKind::Trigger | SectionKind::Branch => false,
        };
        if has_name {
            found.push(Section { children: Vec::new(), ..section });
        }
    }
    found.sort_by_key(|section| section.span);
    found
}

/// Mappings and lists, with spans of the document.
#[must_use]
pub fn folds(sheet: &Sheet) -> Vec<Span> {
    sheet.blocks.iter().map(|block| sheet.outward(*block)).collect()
}

/// What encloses an offset of the document: ever larger spans, the smallest first.
#[must_use]
pub fn enclosing(sheet: &Sheet, offset: u32) -> Vec<Span> {
    let around = |span: &Span| span.start <= offset && offset <= span.end;
    let spots = sheet.spots.iter().map(|spot| sheet.outward(spot.span));
    let whole = u32::try_from(sheet.text.as_str().len()).unwrap_or(u32::MAX);
    let mut found: Vec<Span> = spots.chain(folds(sheet)).filter(around).collect();
    found.push(Span::new(0, whole));
    found.sort_by_key(|span| (span.len(), span.start));
    found.dedup();
    // A span that crosses the one before it encloses nothing.
    let mut nested: Vec<Span> = Vec::new();
    for span in found {
        let holds = |inner: &Span| span.start <= inner.start && inner.end <= span.end;
        if nested.last().is_none_or(holds) {
            nested.push(span);
        }
    }
    nested
}
