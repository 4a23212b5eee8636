//! `textDocument/documentSymbol`, `foldingRange`, `selectionRange`, `codeLens`, and `workspace/symbol`

use dataway_lang::source::Span;
use dataway_lang::syntax::ast::Mode;
use serde_json::{Value, json};
use tower_lsp_server::ls_types::{
    CodeLens, Command, DocumentSymbol, DocumentSymbolResponse, FoldingRange, FoldingRangeKind, Position, Range,
    SelectionRange, SymbolKind,
};

use super::convert::Snapshot;
use crate::app::sheet::{Kind, Section, SectionKind};
use crate::document::{Language, Region};
use crate::features::app::outline as app_outline;
use crate::features::outline::{self, FoldKind, Item, ItemKind};

/// Functions and module variables; in app files flows, steps and configurations.
#[must_use]
pub fn symbols(snapshot: &Snapshot) -> DocumentSymbolResponse {
    if let Some((_, _, sheet)) = snapshot.document.sheet() {
        let sections = app_outline::symbols(&sheet).into_iter();
        return DocumentSymbolResponse::Nested(sections.map(|one| section(snapshot, one)).collect());
    }
    let regions = snapshot.document.regions().iter();
    let all = regions.flat_map(|region| {
        outline::symbols(&region.script).into_iter().map(move |item| symbol(snapshot, region, item))
    });
    DocumentSymbolResponse::Nested(all.collect())
}

/// The kind of an entry of an app file's outline.
#[must_use]
pub fn section_kind(kind: SectionKind) -> SymbolKind {
    match kind {
        SectionKind::Flow => SymbolKind::MODULE,
        SectionKind::Trigger => SymbolKind::EVENT,
        SectionKind::Step => SymbolKind::METHOD,
        SectionKind::Branch => SymbolKind::NAMESPACE,
        SectionKind::Config => SymbolKind::OBJECT,
        SectionKind::Case => SymbolKind::FUNCTION,
    }
}

#[expect(deprecated, reason = "the protocol's struct still has the field that tags replaced")]
fn section(snapshot: &Snapshot, section: Section) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> =
        section.children.into_iter().map(|child| self::section(snapshot, child)).collect();
    // Clients refuse entries without a name, and names outside of their entry.
    let name = if section.name.trim().is_empty() { "…".to_owned() } else { section.name };
    let span = Span::new(section.span.start.min(section.name_span.start), section.span.end.max(section.name_span.end));
    DocumentSymbol {
        name,
        detail: (!section.detail.is_empty()).then_some(section.detail),
        kind: section_kind(section.kind),
        tags: None,
        deprecated: None,
        range: snapshot.document_range(span),
        selection_range: snapshot.document_range(section.name_span),
        children: (!children.is_empty()).then_some(children),
    }
}

/// The kind of an entry of the outline.
#[must_use]
pub fn symbol_kind(kind: ItemKind) -> SymbolKind {
    match kind {
        ItemKind::Function => SymbolKind::FUNCTION,
        ItemKind::Variable => SymbolKind::VARIABLE,
        ItemKind::Constant => SymbolKind::CONSTANT,
    }
}

#[expect(deprecated, reason = "the protocol's struct still has the field that tags replaced")]
fn symbol(snapshot: &Snapshot, region: &Region, item: Item) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> =
        item.children.into_iter().map(|child| symbol(snapshot, region, child)).collect();
    DocumentSymbol {
        name: item.name,
        detail: (!item.detail.is_empty()).then_some(item.detail),
        kind: symbol_kind(item.kind),
        tags: None,
        deprecated: None,
        range: snapshot.range(region, item.span),
        selection_range: snapshot.range(region, item.name_span),
        children: (!children.is_empty()).then_some(children),
    }
}

/// What can be folded.
#[must_use]
pub fn folds(snapshot: &Snapshot) -> Vec<FoldingRange> {
    let mut folds = Vec::new();
    if let Some((_, _, sheet)) = snapshot.document.sheet() {
        for span in app_outline::folds(&sheet) {
            let range = snapshot.document_range(span);
            folds.push(fold(range.start.line, range.end.line, FoldKind::Code));
        }
    }
    for region in snapshot.document.regions() {
        let line = |line: u32| {
            let span = region.script.source.line_span(line).unwrap_or_default();
            snapshot.range(region, Span::at(span.start)).start.line
        };
        for found in outline::folds(&region.script) {
            folds.push(fold(line(found.first), line(found.last), found.kind));
        }
    }
    folds.retain(|fold| fold.start_line < fold.end_line);
    folds.sort_by_key(|fold| (fold.start_line, std::cmp::Reverse(fold.end_line)));
    folds.dedup_by_key(|fold| fold.start_line);
    folds
}

fn fold(start_line: u32, end_line: u32, kind: FoldKind) -> FoldingRange {
    let kind = match kind {
        FoldKind::Code => None,
        FoldKind::Comment => Some(FoldingRangeKind::Comment),
        FoldKind::Imports => Some(FoldingRangeKind::Imports),
    };
    FoldingRange { start_line, end_line, kind, ..FoldingRange::default() }
}

/// What encloses each position, from the inside out.
#[must_use]
pub fn selections(snapshot: &Snapshot, positions: &[Position]) -> Vec<SelectionRange> {
    positions.iter().map(|position| selection(snapshot, *position)).collect()
}

fn selection(snapshot: &Snapshot, position: Position) -> SelectionRange {
    let here = SelectionRange { range: Range { start: position, end: position }, parent: None };
    let at = snapshot.offset(position);
    let mut spans = Vec::new();
    if let Some((region, offset)) = snapshot.document.region_at(at) {
        spans.extend(outline::enclosing(&region.script, offset).into_iter().map(|span| region.outward(span)));
    }
    if let Some((_, _, sheet)) = snapshot.document.sheet() {
        for span in app_outline::enclosing(&sheet, at) {
            if spans.last().is_none_or(|last| span.start <= last.start && last.end <= span.end && span != *last) {
                spans.push(span);
            }
        }
    }
    let wrap = |outer: Option<Box<SelectionRange>>, span: Span| {
        Some(Box::new(SelectionRange { range: snapshot.document_range(span), parent: outer }))
    };
    spans.into_iter().rev().fold(None, wrap).map_or(here, |boxed| *boxed)
}

/// What can be done with a script as a whole, above its entry; with a flow, above its name; with a suite, at its top.
#[must_use]
pub fn lenses(snapshot: &Snapshot) -> Vec<CodeLens> {
    let mut lenses = Vec::new();
    let mut lens = |range: Range, title: &str, command: &str, argument: Value| {
        lenses.push(CodeLens {
            range,
            command: Some(Command {
                title: title.to_owned(),
                command: command.to_owned(),
                arguments: Some(vec![argument]),
            }),
            data: None,
        });
    };
    let uri = &snapshot.document.uri;
    if snapshot.document.language == Language::Script {
        for region in snapshot.document.regions() {
            let entry = outline::symbols(&region.script).into_iter().find(|item| item.name == "dw_process");
            let range = snapshot.range(region, entry.map_or(Span::at(0), |item| item.name_span));
            lens(range, "Run with sample", "dataway.runWithSample", json!({ "uri": uri }));
            lens(range, "Define sample", "dataway.defineSample", json!({ "uri": uri }));
            lens(range, "Open result beside", "dataway.openResult", json!({ "uri": uri }));
        }
    }
    let Some((app, _, sheet)) = snapshot.document.sheet() else { return lenses };
    for section in app_outline::symbols(&sheet) {
        if section.kind == SectionKind::Flow && !section.name.is_empty() {
            let target = json!({ "uri": uri, "app": app.root.display().to_string(), "flow": section.name });
            lens(snapshot.document_range(section.name_span), "Run flow", "dataway.runFlow", target);
        }
    }
    if sheet.kind == Kind::Tests {
        let top = snapshot.document_range(Span::at(sheet.mark));
        lens(top, "Test", "dataway.runTests", json!({ "uri": uri }));
    }
    for region in snapshot.document.regions() {
        if region.script.parsed().program.mode == Mode::Script {
            let range = snapshot.document_range(region.span);
            let target = json!({ "uri": uri, "position": range.start });
            lens(range, "Run with sample", "dataway.runWithSample", target);
        }
    }
    lenses
}
