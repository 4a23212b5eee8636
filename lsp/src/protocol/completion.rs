//! `textDocument/completion`

use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse, CompletionTextEdit,
    InsertTextFormat, TextEdit,
};

use super::convert::{Snapshot, documentation};
use crate::features::app::completion as app_completion;
use crate::features::completion::{self, Completions, Item, ItemKind};

/// What may be written at a position.
#[must_use]
pub fn respond(snapshot: &Snapshot, params: &CompletionParams) -> Option<CompletionResponse> {
    let at = snapshot.offset(params.text_document_position.position);
    let completed = snapshot.document.completed(at);
    let document = completed.as_ref().unwrap_or(&snapshot.document);
    let (found, region) = match document.region_at(at) {
        Some((region, offset)) => (completion::at(&region.script, offset), Some(region)),
        None => (of_app_file(snapshot, at)?, None),
    };
    let edit = |insert: &str| match region {
        Some(region) => {
            // What stands at the cursor is the same in the completed document.
            let (span, new_text) = region.replacement(found.replace, insert)?;
            Some(TextEdit { range: snapshot.document_range(span), new_text })
        }
        None => Some(TextEdit { range: snapshot.document_range(found.replace), new_text: insert.to_owned() }),
    };
    let item = |item: Item| {
        Some(CompletionItem { text_edit: Some(CompletionTextEdit::Edit(edit(&item.insert)?)), ..plain(item) })
    };
    let items = found.items.iter().cloned().filter_map(item).collect();
    Some(CompletionResponse::List(CompletionList { is_incomplete: false, items }))
}

/// What may be written in an app file outside of programs.
fn of_app_file(snapshot: &Snapshot, at: u32) -> Option<Completions> {
    let (app, _, sheet) = snapshot.document.sheet()?;
    let text = snapshot.document.text.as_str().get(sheet.mark as usize..)?;
    let mut found = app_completion::at(app, sheet.kind, text, at.checked_sub(sheet.mark)?);
    found.replace = sheet.outward(found.replace);
    Some(found)
}

fn plain(item: Item) -> CompletionItem {
    CompletionItem {
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
        ..CompletionItem::default()
    }
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
