//! `textDocument/semanticTokens/full` and `/range`

use dataway_lang::source::Span;
use tower_lsp_server::ls_types::{
    SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend,
};

use super::convert::Snapshot;
use crate::features::tokens::{self, TokenKind};

/// The numbers that tokens carry.
#[must_use]
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: vec![
            SemanticTokenType::FUNCTION,
            SemanticTokenType::METHOD,
            SemanticTokenType::PARAMETER,
            SemanticTokenType::VARIABLE,
            SemanticTokenType::PROPERTY,
            SemanticTokenType::CLASS,
            SemanticTokenType::NAMESPACE,
        ],
        token_modifiers: vec![
            SemanticTokenModifier::DECLARATION,
            SemanticTokenModifier::DEFAULT_LIBRARY,
            SemanticTokenModifier::DEPRECATED,
        ],
    }
}

fn number(kind: TokenKind) -> u32 {
    match kind {
        TokenKind::Function => 0,
        TokenKind::Method => 1,
        TokenKind::Parameter => 2,
        TokenKind::Variable => 3,
        TokenKind::Property => 4,
        TokenKind::Class => 5,
        TokenKind::Namespace => 6,
    }
}

/// The tokens inside a span of the document, or all of them.
#[must_use]
pub fn respond(snapshot: &Snapshot, within: Option<Span>) -> SemanticTokens {
    let mut data = Vec::new();
    let mut last = (0, 0);
    for region in snapshot.document.regions() {
        for token in tokens::tokens(&region.script) {
            let outside = within.is_some_and(|within| {
                let span = region.outward(token.span);
                span.end < within.start || span.start > within.end
            });
            if outside {
                continue;
            }
            let range = snapshot.range(region, token.span);
            // A token that a line end cuts cannot be told to a client.
            if range.start.line != range.end.line || (range.start.line, range.start.character) < last {
                continue;
            }
            let delta_line = range.start.line - last.0;
            let delta_start = if delta_line == 0 { range.start.character - last.1 } else { range.start.character };
            last = (range.start.line, range.start.character);
            data.push(SemanticToken {
                delta_line,
                delta_start,
                length: range.end.character - range.start.character,
                token_type: number(token.kind),
                token_modifiers_bitset: u32::from(token.is_declaration)
                    | u32::from(token.is_builtin) << 1
                    | u32::from(token.is_deprecated) << 2,
            });
        }
    }
    SemanticTokens { result_id: None, data }
}
