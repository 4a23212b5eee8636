//! `textDocument/definition`, `references`, `documentHighlight`, `prepareRename`, `rename`

use std::collections::HashMap;

use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    DocumentHighlight, DocumentHighlightKind, GotoDefinitionResponse, Location, Position, PrepareRenameResponse, Range,
    TextEdit, Uri, WorkspaceEdit,
};

use super::convert::Snapshot;
use crate::features::app::navigation as app_navigation;
use crate::features::{navigation, payload};

/// Where the name at a position gets its value.
#[must_use]
pub fn definition(snapshot: &Snapshot, position: Position) -> Option<GotoDefinitionResponse> {
    let at = snapshot.offset(position);
    let Some((region, offset)) = snapshot.document.region_at(at) else {
        let (app, _, sheet) = snapshot.document.sheet()?;
        let places = app_navigation::definition(app, &sheet, at);
        let found = places.iter().filter_map(|place| snapshot.location(app, place)).collect();
        return Some(GotoDefinitionResponse::Array(found));
    };
    if let Some(found) = payload::definition(&region.script, offset) {
        return Some(GotoDefinitionResponse::Scalar(snapshot.elsewhere(&found)?));
    }
    let uri = snapshot.uri()?;
    let spans = navigation::definition(&region.script, offset);
    let places = spans.into_iter().map(|span| Location { uri: uri.clone(), range: snapshot.range(region, span) });
    Some(GotoDefinitionResponse::Array(places.collect()))
}

/// Where the name at a position is written.
#[must_use]
pub fn references(snapshot: &Snapshot, position: Position, declarations: bool) -> Option<Vec<Location>> {
    let at = snapshot.offset(position);
    let Some((region, offset)) = snapshot.document.region_at(at) else {
        let (app, _, sheet) = snapshot.document.sheet()?;
        let (entity, _) = app_navigation::entity_at(&sheet, at)?;
        let places = app_navigation::references(app, entity, declarations);
        return Some(places.iter().filter_map(|place| snapshot.location(app, place)).collect());
    };
    let uri = snapshot.uri()?;
    let spans = navigation::references(&region.script, offset, declarations);
    Some(spans.into_iter().map(|span| Location { uri: uri.clone(), range: snapshot.range(region, span) }).collect())
}

/// Where the name at a position is read and written.
#[must_use]
pub fn highlights(snapshot: &Snapshot, position: Position) -> Option<Vec<DocumentHighlight>> {
    let at = snapshot.offset(position);
    let highlight = |range: Range, is_write: bool| DocumentHighlight {
        range,
        kind: Some(if is_write { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    };
    let Some((region, offset)) = snapshot.document.region_at(at) else {
        let (_, _, sheet) = snapshot.document.sheet()?;
        let found = app_navigation::highlights(&sheet, at).into_iter();
        return Some(found.map(|(span, is_write)| highlight(snapshot.document_range(span), is_write)).collect());
    };
    let found = navigation::highlights(&region.script, offset).into_iter();
    Some(found.map(|one| highlight(snapshot.range(region, one.span), one.is_write)).collect())
}

/// The name at a position, if it can be renamed.
///
/// # Errors
/// Why it cannot.
pub fn prepare(snapshot: &Snapshot, position: Position) -> Result<Option<PrepareRenameResponse>> {
    let at = snapshot.offset(position);
    let (range, placeholder) = match (snapshot.document.region_at(at), snapshot.document.sheet()) {
        (Some((region, offset)), _) => {
            let span = navigation::renameable(&region.script, offset).map_err(refused)?;
            (snapshot.range(region, span), region.script.source.slice(span).to_owned())
        }
        (None, Some((_, _, sheet))) => {
            let (entity, span) = app_navigation::renameable(&sheet, at).map_err(refused)?;
            (snapshot.document_range(span), entity.name().to_owned())
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder }))
}

/// The edit that gives the name at a position another name.
///
/// # Errors
/// Why that cannot be.
pub fn rename(snapshot: &Snapshot, position: Position, name: &str) -> Result<Option<WorkspaceEdit>> {
    let at = snapshot.offset(position);
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    match (snapshot.document.region_at(at), snapshot.document.sheet()) {
        (Some((region, offset)), _) => {
            let spans = navigation::rename(&region.script, offset, name).map_err(refused)?;
            let edits = spans.into_iter().filter_map(|span| snapshot.edit(region, span, name)).collect();
            changes.extend(snapshot.uri().map(|uri| (uri, edits)));
        }
        (None, Some((app, _, sheet))) => {
            for place in app_navigation::rename(app, &sheet, at, name).map_err(refused)? {
                let Some(location) = snapshot.location(app, &place) else { continue };
                let edit = TextEdit { range: location.range, new_text: name.to_owned() };
                changes.entry(location.uri).or_default().push(edit);
            }
        }
        (None, None) => return Ok(None),
    }
    Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
}

fn refused(reason: String) -> Error {
    Error { message: reason.into(), ..Error::invalid_params("") }
}
