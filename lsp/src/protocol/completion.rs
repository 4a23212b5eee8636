//! `textDocument/completion`, `completionItem/resolve`

use std::sync::{Mutex, PoisonError};

use serde_json::json;
use tower_lsp_server::ls_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse, CompletionTextEdit,
    InsertTextFormat, TextEdit,
};

use super::convert::{Snapshot, documentation};
use crate::features::app::completion as app_completion;
use crate::features::completion::{self, Completions, Doc, Item, ItemKind};

/// The documentation of the items that were offered last, for when somebody looks at one of them.
#[derive(Debug, Default)]
pub struct Offered(Mutex<(u64, Vec<Doc>)>);

impl Offered {
    /// Keeps the documentation of a new list; gives the list's number.
    fn keep(&self, docs: Vec<Doc>) -> u64 {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = (last.0 + 1, docs);
        last.0
    }

    /// An item with its documentation. One of an older list stays as it is.
    #[must_use]
    pub fn resolve(&self, mut item: CompletionItem) -> CompletionItem {
        let number = |key: &str| item.data.as_ref()?.get(key)?.as_u64();
        let (Some(list), Some(at)) = (number("list"), number("item").and_then(|at| usize::try_from(at).ok())) else {
            return item;
        };
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(doc) = last.1.get(at).filter(|_| last.0 == list) {
            item.documentation = documentation(doc.markdown());
        }
        item
    }
}

/// What may be written at a position. Documentation goes to `offered`, if the client asks for it item by item.
#[must_use]
pub fn respond(
    snapshot: &Snapshot,
    params: &CompletionParams,
    offered: Option<&Offered>,
) -> Option<CompletionResponse> {
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
    let list = offered.map(|offered| offered.keep(found.items.iter().map(|item| item.doc.clone()).collect()));
    let item = |(at, item): (usize, &Item)| {
        let text_edit = Some(CompletionTextEdit::Edit(edit(&item.insert)?));
        let later = list.map(|list| json!({ "list": list, "item": at }));
        let now = if later.is_none() { documentation(item.doc.markdown()) } else { None };
        Some(CompletionItem { text_edit, documentation: now, data: later, ..plain(item.clone()) })
    };
    let items = found.items.iter().enumerate().filter_map(item).collect();
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
