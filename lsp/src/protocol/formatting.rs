//! `textDocument/formatting`, `rangeFormatting`, `onTypeFormatting`

use dataway_lang::source::Span;
use tower_lsp_server::ls_types::{Position, Range, TextEdit};

use super::convert::Snapshot;
use crate::document::Region;
use crate::features::actions::Edit;
use crate::features::formatting;

/// The edits that format a script, or the programs in an app file.
#[must_use]
pub fn document(snapshot: &Snapshot) -> Vec<TextEdit> {
    let regions = snapshot.document.regions().iter();
    regions.filter_map(|region| edit(snapshot, region, formatting::program(&region.script)?)).collect()
}

/// The edits that format what a range touches.
#[must_use]
pub fn range(snapshot: &Snapshot, range: Range) -> Vec<TextEdit> {
    let within = snapshot.span(range);
    let touched = |region: &&Region| within.start <= region.span.end && region.span.start <= within.end;
    let edit = |region: &Region| {
        let clip = |offset: u32| region.inward(offset.clamp(region.span.start, region.span.end));
        let inner = Span::new(clip(within.start)?, clip(within.end)?);
        self::edit(snapshot, region, formatting::range(&region.script, inner)?)
    };
    snapshot.document.regions().iter().filter(touched).filter_map(edit).collect()
}

/// The edits for a line that is being typed.
#[must_use]
pub fn on_type(snapshot: &Snapshot, position: Position, typed: &str) -> Vec<TextEdit> {
    let Some((region, offset)) = snapshot.locate(position) else { return Vec::new() };
    let edit = formatting::on_type(&region.script.source, offset, typed);
    edit.and_then(|found| self::edit(snapshot, region, found)).into_iter().collect()
}

fn edit(snapshot: &Snapshot, region: &Region, found: Edit) -> Option<TextEdit> {
    snapshot.edit(region, found.span, &found.text)
}
