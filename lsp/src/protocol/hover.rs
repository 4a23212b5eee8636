//! `textDocument/hover`

use tower_lsp_server::ls_types::{Hover, HoverContents, HoverParams};

use super::convert::{Snapshot, markup};
use crate::features::app::hover as app_hover;
use crate::features::hover;

/// What stands at a position.
#[must_use]
pub fn respond(snapshot: &Snapshot, params: &HoverParams) -> Option<Hover> {
    let at = snapshot.offset(params.text_document_position_params.position);
    let (found, range) = match snapshot.document.region_at(at) {
        Some((region, offset)) => {
            let found = hover::at(&region.script, offset)?;
            let range = snapshot.range(region, found.span);
            (found, range)
        }
        None => {
            let (app, _, sheet) = snapshot.document.sheet()?;
            let found = app_hover::at(app, &sheet, at)?;
            let range = snapshot.document_range(found.span);
            (found, range)
        }
    };
    Some(Hover { contents: HoverContents::Markup(markup(found.text)), range: Some(range) })
}
