//! `textDocument/completion`

use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse, CompletionTextEdit,
    InsertTextFormat,
};

use super::convert::{Snapshot, documentation};
use crate::features::completion::{self, ItemKind};

/// What may be written at a position.
#[must_use]
pub fn respond(snapshot: &Snapshot, params: &CompletionParams) -> Option<CompletionResponse> {
    let (region, offset) = snapshot.locate(params.text_document_position.position)?;
    let found = completion::at(&region.script, offset);
    let items = found.items.into_iter().map(|item| CompletionItem {
        sort_text: Some(format!("{}{}", item.rank, item.label)),
        // What is filtered by is what stands in the text.
        filter_text: Some(item.label.clone()),
        label: item.label,
        kind: Some(kind(item.kind)),
        detail: (!item.detail.is_empty()).then_some(item.detail),
        documentation: documentation(item.doc),
        insert_text_format: Some(if item.is_snippet {
            InsertTextFormat::SNIPPET
        } else {
            InsertTextFormat::PLAIN_TEXT
        }),
        text_edit: Some(CompletionTextEdit::Edit(snapshot.edit(region, found.replace, &item.insert))),
        ..CompletionItem::default()
    });
    Some(CompletionResponse::List(CompletionList { is_incomplete: false, items: items.collect() }))
}

fn kind(kind: ItemKind) -> CompletionItemKind {
    match kind {
        ItemKind::Variable => CompletionItemKind::VARIABLE,
        ItemKind::Function => CompletionItemKind::FUNCTION,
        ItemKind::Method => CompletionItemKind::METHOD,
        ItemKind::Property | ItemKind::Argument => CompletionItemKind::PROPERTY,
        ItemKind::Key => CompletionItemKind::FIELD,
        ItemKind::Class => CompletionItemKind::CLASS,
        ItemKind::Module => CompletionItemKind::MODULE,
        ItemKind::Constant => CompletionItemKind::CONSTANT,
        ItemKind::Keyword => CompletionItemKind::KEYWORD,
        ItemKind::Value => CompletionItemKind::VALUE,
        ItemKind::Snippet => CompletionItemKind::SNIPPET,
    }
}
