//! `textDocument/definition`, `references`, `documentHighlight`, `prepareRename`, `rename`

use std::collections::HashMap;
use std::sync::Arc;

use dataway_lang::source::Span;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    DocumentHighlight, DocumentHighlightKind, GotoDefinitionResponse, Location, Position, PrepareRenameResponse, Range,
    TextEdit, Uri, WorkspaceEdit,
};

use super::convert::Snapshot;
use crate::app::App;
use crate::app::sheet::Entity;
use crate::features::app::navigation::{self as app_navigation, Place};
use crate::features::app::variables;
use crate::features::{navigation, payload};

/// The name at a position that means something in the whole app: its place, and the app with the path of the document.
fn entity(snapshot: &Snapshot, position: Position) -> Option<(Arc<App>, String, Entity, Span)> {
    let document = &snapshot.document;
    let at = snapshot.offset(position);
    match document.region_at(at) {
        Some((region, offset)) => {
            let (app, path) = document.in_app()?;
            let (name, span) = variables::at(&region.script, offset)?;
            Some((Arc::clone(app), path, Entity::Variable(name), region.outward(span)))
        }
        None => {
            let (app, path, sheet) = document.sheet()?;
            let (entity, span) = app_navigation::entity_at(&sheet, at)?;
            Some((Arc::clone(app), path, entity.clone(), span))
        }
    }
}

/// Where the name at a position gets its value.
#[must_use]
pub fn definition(snapshot: &Snapshot, position: Position) -> Option<GotoDefinitionResponse> {
    let at = snapshot.offset(position);
    let in_app = |app: &App, places: &[Place]| {
        GotoDefinitionResponse::Array(places.iter().filter_map(|place| snapshot.location(app, place)).collect())
    };
    let Some((region, offset)) = snapshot.document.region_at(at) else {
        let (app, _, sheet) = snapshot.document.sheet()?;
        return Some(in_app(app, &app_navigation::definition(app, &sheet, at)));
    };
    if let Some((app, _, entity, _)) = entity(snapshot, position) {
        let places = app_navigation::definitions(&app, &entity);
        if !places.is_empty() {
            return Some(in_app(&app, &places));
        }
    }
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
    if let Some((app, _, entity, _)) = entity(snapshot, position) {
        let places = app_navigation::references(&app, &entity, declarations);
        return Some(places.iter().filter_map(|place| snapshot.location(&app, place)).collect());
    }
    let (region, offset) = snapshot.locate(position)?;
    let uri = snapshot.uri()?;
    let spans = navigation::references(&region.script, offset, declarations);
    Some(spans.into_iter().map(|span| Location { uri: uri.clone(), range: snapshot.range(region, span) }).collect())
}

/// Where the name at a position is read and written.
#[must_use]
pub fn highlights(snapshot: &Snapshot, position: Position) -> Option<Vec<DocumentHighlight>> {
    let highlight = |range: Range, is_write: bool| DocumentHighlight {
        range,
        kind: Some(if is_write { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    };
    if let Some((app, path, entity, _)) = entity(snapshot, position) {
        let found = app_navigation::highlights(&app, &path, &entity).into_iter();
        return Some(found.map(|(span, is_write)| highlight(snapshot.document_range(span), is_write)).collect());
    }
    let (region, offset) = snapshot.locate(position)?;
    let found = navigation::highlights(&region.script, offset).into_iter();
    Some(found.map(|one| highlight(snapshot.range(region, one.span), one.is_write)).collect())
}

/// The name at a position, if it can be renamed.
///
/// # Errors
/// Why it cannot.
pub fn prepare(snapshot: &Snapshot, position: Position) -> Result<Option<PrepareRenameResponse>> {
    let at = snapshot.offset(position);
    let (range, placeholder) = match (entity(snapshot, position), snapshot.document.region_at(at)) {
        (Some((_, _, entity, span)), _) => (snapshot.document_range(span), entity.name().to_owned()),
        (None, Some((region, offset))) => {
            let span = navigation::renameable(&region.script, offset).map_err(refused)?;
            (snapshot.range(region, span), region.script.source.slice(span).to_owned())
        }
        (None, None) if snapshot.document.sheet().is_some() => return Err(refused(NOTHING.to_owned())),
        (None, None) => return Ok(None),
    };
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder }))
}

/// Why nothing can be renamed at a place of an app file.
const NOTHING: &str =
    "flows, configurations, steps with an id and variables can be renamed, and names inside expressions";

/// The edit that gives the name at a position another name.
///
/// # Errors
/// Why that cannot be.
pub fn rename(snapshot: &Snapshot, position: Position, name: &str) -> Result<Option<WorkspaceEdit>> {
    let at = snapshot.offset(position);
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    match (entity(snapshot, position), snapshot.document.region_at(at)) {
        (Some((app, _, entity, _)), _) => {
            for place in app_navigation::rename(&app, &entity, name).map_err(refused)? {
                let Some(location) = snapshot.location(&app, &place) else { continue };
                let edit = TextEdit { range: location.range, new_text: name.to_owned() };
                changes.entry(location.uri).or_default().push(edit);
            }
        }
        (None, Some((region, offset))) => {
            let spans = navigation::rename(&region.script, offset, name).map_err(refused)?;
            let edits = spans.into_iter().filter_map(|span| snapshot.edit(region, span, name)).collect();
            changes.extend(snapshot.uri().map(|uri| (uri, edits)));
        }
        (None, None) if snapshot.document.sheet().is_some() => return Err(refused(NOTHING.to_owned())),
        (None, None) => return Ok(None),
    }
    Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
}

fn refused(reason: String) -> Error {
    Error { message: reason.into(), ..Error::invalid_params("") }
}
