//! `textDocument/codeAction`

use std::collections::HashMap;

use dataway_lang::source::Span;
use tower_lsp_server::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, WorkspaceEdit,
};

use super::convert::Snapshot;
use super::diagnostics;
use crate::features::actions::{self, ActionKind};

/// The actions for a selection.
#[must_use]
pub fn respond(snapshot: &Snapshot, params: &CodeActionParams) -> Option<CodeActionResponse> {
    let uri = snapshot.uri()?;
    let selection = snapshot.span(params.range);
    let (region, start) = snapshot.document.region_at(selection.start)?;
    let end = region.inward(selection.end).unwrap_or(start);
    let known = actions::diagnostics(&region.script);
    let wanted = |kind: &CodeActionKind| {
        params.context.only.as_ref().is_none_or(|only| only.iter().any(|one| kind.as_str().starts_with(one.as_str())))
    };
    let mut response = Vec::new();
    for action in actions::actions(&region.script, Span::new(start, end)) {
        let kind = match action.kind {
            ActionKind::QuickFix => CodeActionKind::QUICKFIX,
            ActionKind::Extract => CodeActionKind::REFACTOR_EXTRACT,
            ActionKind::Rewrite => CodeActionKind::REFACTOR_REWRITE,
        };
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
