//! `textDocument/documentSymbol`, `foldingRange`, `selectionRange`, `codeLens`, and `workspace/symbol`

use serde_json::json;
use tower_lsp_server::ls_types::{
    CodeLens, Command, DocumentSymbol, DocumentSymbolResponse, FoldingRange, FoldingRangeKind, Position, Range,
    SelectionRange, SymbolKind,
};

use super::convert::Snapshot;
use crate::document::{Language, Region};
use crate::features::outline::{self, FoldKind, Item, ItemKind};

/// Functions and module variables.
#[must_use]
pub fn symbols(snapshot: &Snapshot) -> DocumentSymbolResponse {
    let regions = snapshot.document.regions().iter();
    let all = regions.flat_map(|region| {
        outline::symbols(&region.script).into_iter().map(move |item| symbol(snapshot, region, item))
    });
    DocumentSymbolResponse::Nested(all.collect())
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
    for region in snapshot.document.regions() {
        let first_line = snapshot.document_range(region.span).start.line;
        for fold in outline::folds(&region.script) {
            folds.push(FoldingRange {
                start_line: first_line + fold.first.saturating_sub(1),
                end_line: first_line + fold.last.saturating_sub(1),
                kind: match fold.kind {
                    FoldKind::Code => None,
                    FoldKind::Comment => Some(FoldingRangeKind::Comment),
                    FoldKind::Imports => Some(FoldingRangeKind::Imports),
                },
                ..FoldingRange::default()
            });
        }
    }
    folds
}

/// What encloses each position, from the inside out.
#[must_use]
pub fn selections(snapshot: &Snapshot, positions: &[Position]) -> Vec<SelectionRange> {
    positions.iter().map(|position| selection(snapshot, *position)).collect()
}

fn selection(snapshot: &Snapshot, position: Position) -> SelectionRange {
    let here = SelectionRange { range: Range { start: position, end: position }, parent: None };
    let Some((region, offset)) = snapshot.locate(position) else { return here };
    let spans = outline::enclosing(&region.script, offset);
    let wrap = |inner: Option<Box<SelectionRange>>, span| {
        Some(Box::new(SelectionRange { range: snapshot.range(region, span), parent: inner }))
    };
    spans.into_iter().rev().fold(None, wrap).map_or(here, |boxed| *boxed)
}

/// What can be done with the whole script, above its entry.
#[must_use]
pub fn lenses(snapshot: &Snapshot) -> Vec<CodeLens> {
    if snapshot.document.language != Language::Script {
        return Vec::new();
    }
    let mut lenses = Vec::new();
    for region in snapshot.document.regions() {
        let entry = outline::symbols(&region.script).into_iter().find(|item| item.name == "dw_process");
        let span = entry.map_or(dataway_lang::source::Span::new(0, 0), |item| item.name_span);
        let range = snapshot.range(region, span);
        let argument = json!({ "uri": snapshot.document.uri });
        let commands = [
            ("Run with sample", "dataway.runWithSample"),
            ("Define sample", "dataway.defineSample"),
            ("Open result beside", "dataway.openResult"),
        ];
        lenses.extend(commands.map(|(title, command)| CodeLens {
            range,
            command: Some(Command {
                title: title.to_owned(),
                command: command.to_owned(),
                arguments: Some(vec![argument.clone()]),
            }),
            data: None,
        }));
    }
    lenses
}
