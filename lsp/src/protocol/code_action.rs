//! `textDocument/codeAction`

use std::collections::HashMap;

use dataway_lang::source::Span;
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, CreateFile,
    DocumentChangeOperation, DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Range, ResourceOp,
    TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use super::convert::Snapshot;
use super::diagnostics;
use crate::features::actions::{self, ActionKind};
use crate::features::app::actions::{self as app_actions, Change};

/// The actions for a selection.
#[must_use]
pub fn respond(snapshot: &Snapshot, params: &CodeActionParams) -> Option<CodeActionResponse> {
    let selection = snapshot.span(params.range);
    let wanted = |kind: &CodeActionKind| {
        params.context.only.as_ref().is_none_or(|only| only.iter().any(|one| kind.as_str().starts_with(one.as_str())))
    };
    let mut response = Vec::new();
    let changes = app_actions::changes(&snapshot.document, selection.start).into_iter();
    response.extend(changes.filter(|one| wanted(&kind(one.kind))).filter_map(|one| change(snapshot, one)));
    let Some((region, start)) = snapshot.document.region_at(selection.start) else { return Some(response) };
    let uri = snapshot.uri()?;
    let end = region.inward(selection.end).unwrap_or(start);
    let known = actions::diagnostics(&region.script);
    for action in actions::actions(&region.script, Span::new(start, end)) {
        let kind = kind(action.kind);
        if !wanted(&kind) {
            continue;
        }
        let mended = action.fixes.and_then(|number| known.get(number));
        let edits = action.edits.iter().map(|edit| snapshot.edit(region, edit.span, &edit.text));
        // An action whose text the place cannot hold is not offered.
        let Some(edits) = edits.collect() else { continue };
        response.push(CodeActionOrCommand::CodeAction(CodeAction {
            title: action.title,
            kind: Some(kind),
            diagnostics: mended.map(|one| vec![diagnostics::convert(snapshot, region, one)]),
            edit: Some(WorkspaceEdit {
                changes: Some(HashMap::from([(uri.clone(), edits)])),
                ..WorkspaceEdit::default()
            }),
            is_preferred: action.preferred.then_some(true),
            ..CodeAction::default()
        }));
    }
    Some(response)
}

fn kind(kind: ActionKind) -> CodeActionKind {
    match kind {
        ActionKind::QuickFix => CodeActionKind::QUICKFIX,
        ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
        ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
    }
}

/// An action that may make a file.
fn change(snapshot: &Snapshot, made: Change) -> Option<CodeActionOrCommand> {
    let write = |uri: Uri, range: Range, text: String| {
        DocumentChangeOperation::Edit(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version: None },
            edits: vec![OneOf::Left(TextEdit { range, new_text: text })],
        })
    };
    let mut operations = Vec::new();
    if let Some((path, content)) = made.file {
        let uri = Uri::from_file_path(&path)?;
        let create = CreateFile { uri: uri.clone(), options: None, annotation_id: None };
        operations.push(DocumentChangeOperation::Op(ResourceOp::Create(create)));
        operations.push(write(uri, Range::default(), content));
    }
    operations.push(write(snapshot.uri()?, snapshot.document_range(made.span), made.text));
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: made.title,
        kind: Some(kind(made.kind)),
        edit: Some(WorkspaceEdit {
            document_changes: Some(DocumentChanges::Operations(operations)),
            ..WorkspaceEdit::default()
        }),
        ..CodeAction::default()
    }))
}
