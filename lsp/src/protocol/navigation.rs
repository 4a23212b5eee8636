//! `textDocument/definition`, `references`, `documentHighlight`, `prepareRename`, `rename`

use std::collections::HashMap;

use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{
    DocumentHighlight, DocumentHighlightKind, GotoDefinitionResponse, Location, Position, PrepareRenameResponse, Range,
    WorkspaceEdit,
};

use super::convert::Snapshot;
use crate::features::{navigation, payload};

/// Where the name at a position gets its value.
#[must_use]
pub fn definition(snapshot: &Snapshot, position: Position) -> Option<GotoDefinitionResponse> {
    let (region, offset) = snapshot.locate(position)?;
    let uri = snapshot.uri()?;
    if let Some(found) = payload::definition(&region.script, offset) {
        return Some(GotoDefinitionResponse::Scalar(snapshot.elsewhere(&found)?));
    }
    let spans = navigation::definition(&region.script, offset);
    let places = spans.into_iter().map(|span| Location { uri: uri.clone(), range: snapshot.range(region, span) });
    Some(GotoDefinitionResponse::Array(places.collect()))
}

/// Where the name at a position is written.
#[must_use]
pub fn references(snapshot: &Snapshot, position: Position, declarations: bool) -> Option<Vec<Location>> {
    let (region, offset) = snapshot.locate(position)?;
    let uri = snapshot.uri()?;
    let spans = navigation::references(&region.script, offset, declarations);
    Some(spans.into_iter().map(|span| Location { uri: uri.clone(), range: snapshot.range(region, span) }).collect())
}

/// Where the name at a position is read and written.
#[must_use]
pub fn highlights(snapshot: &Snapshot, position: Position) -> Option<Vec<DocumentHighlight>> {
    let (region, offset) = snapshot.locate(position)?;
    let found = navigation::highlights(&region.script, offset).into_iter().map(|one| DocumentHighlight {
        range: snapshot.range(region, one.span),
        kind: Some(if one.is_write { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
    });
    Some(found.collect())
}

/// The name at a position, if it can be renamed.
///
/// # Errors
/// Why it cannot.
pub fn prepare(snapshot: &Snapshot, position: Position) -> Result<Option<PrepareRenameResponse>> {
    let Some((region, offset)) = snapshot.locate(position) else { return Ok(None) };
    let span = navigation::renameable(&region.script, offset).map_err(refused)?;
    let placeholder = region.script.source.slice(span).to_owned();
    let range: Range = snapshot.range(region, span);
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder }))
}

/// The edit that gives the name at a position another name.
///
/// # Errors
/// Why that cannot be.
pub fn rename(snapshot: &Snapshot, position: Position, name: &str) -> Result<Option<WorkspaceEdit>> {
    let (Some((region, offset)), Some(uri)) = (snapshot.locate(position), snapshot.uri()) else { return Ok(None) };
    let spans = navigation::rename(&region.script, offset, name).map_err(refused)?;
    let edits = spans.into_iter().map(|span| snapshot.edit(region, span, name)).collect();
    Ok(Some(WorkspaceEdit { changes: Some(HashMap::from([(uri, edits)])), ..WorkspaceEdit::default() }))
}

fn refused(reason: String) -> Error {
    Error { message: reason.into(), ..Error::invalid_params("") }
}
