//! `textDocument/inlayHint`

use tower_lsp_server::ls_types::{InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams};

use super::convert::Snapshot;
use crate::features::hints::{self, HintKind, Wanted};

/// The hints inside a range.
#[must_use]
pub fn respond(snapshot: &Snapshot, params: &InlayHintParams) -> Vec<InlayHint> {
    let within = snapshot.span(params.range);
    let wanted = Wanted { types: snapshot.settings.type_hints, parameters: snapshot.settings.parameter_hints };
    let mut found = Vec::new();
    for region in snapshot.document.regions() {
        let clip = |offset: u32| region.inward(offset.clamp(region.span.start, region.span.end));
        let (Some(start), Some(end)) = (clip(within.start), clip(within.end)) else { continue };
        if within.end < region.span.start || region.span.end < within.start {
            continue;
        }
        let inner = dataway_lang::source::Span::new(start, end.max(start));
        for hint in hints::hints(&region.script, inner, wanted) {
            let at = dataway_lang::source::Span::new(hint.offset, hint.offset);
            let is_type = hint.kind == HintKind::Type;
            found.push(InlayHint {
                position: snapshot.range(region, at).start,
                label: InlayHintLabel::String(hint.label),
                kind: Some(if is_type { InlayHintKind::TYPE } else { InlayHintKind::PARAMETER }),
                text_edits: None,
                tooltip: None,
                padding_left: Some(false),
                padding_right: Some(!is_type),
                data: None,
            });
        }
    }
    found
}
