//! `textDocument/hover`

use tower_lsp_server::ls_types::{Hover, HoverContents, HoverParams};

use super::convert::{Snapshot, markup};
use crate::features::hover;

/// What stands at a position.
#[must_use]
pub fn respond(snapshot: &Snapshot, params: &HoverParams) -> Option<Hover> {
    let (region, offset) = snapshot.locate(params.text_document_position_params.position)?;
    let found = hover::at(&region.script, offset)?;
    let range = snapshot.range(region, found.span);
    Some(Hover { contents: HoverContents::Markup(markup(found.text)), range: Some(range) })
}
