//! `textDocument/publishDiagnostics`, `textDocument/diagnostic`

use dataway_lang::diagnostic::{Diagnostic, Severity};
use tower_lsp_server::ls_types::{
    self, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString,
};

use super::convert::Snapshot;
use crate::document::Region;
use crate::features::actions;

/// Names and imports that nobody uses, code that nothing reaches: shown faded.
const UNNECESSARY: [u16; 2] = [1007, 1012];

/// The diagnostics of a document.
#[must_use]
pub fn respond(snapshot: &Snapshot) -> Vec<ls_types::Diagnostic> {
    let regions = snapshot.document.regions();
    let all = regions.iter().flat_map(|region| {
        actions::diagnostics(&region.script).into_iter().map(move |one| convert(snapshot, region, &one))
    });
    all.collect()
}

/// A diagnostic of a program.
#[must_use]
pub fn convert(snapshot: &Snapshot, region: &Region, diagnostic: &Diagnostic) -> ls_types::Diagnostic {
    let code = diagnostic.code;
    let severity = match diagnostic.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    };
    let mut tags = Vec::new();
    if UNNECESSARY.contains(&code.0) {
        tags.push(DiagnosticTag::UNNECESSARY);
    }
    if (4001..=4999).contains(&code.0) {
        tags.push(DiagnosticTag::DEPRECATED);
    }
    let related = snapshot.uri().map(|uri| {
        let one = |(span, label): &(_, String)| DiagnosticRelatedInformation {
            location: Location { uri: uri.clone(), range: snapshot.range(region, *span) },
            message: label.clone(),
        };
        diagnostic.related.iter().map(one).collect::<Vec<_>>()
    });
    let message = match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    ls_types::Diagnostic {
        range: snapshot.range(region, diagnostic.span),
        severity: Some(severity),
        code: Some(NumberOrString::String(code.to_string())),
        source: Some("dataway".to_owned()),
        message,
        related_information: related.filter(|list| !list.is_empty()),
        tags: (!tags.is_empty()).then_some(tags),
        ..ls_types::Diagnostic::default()
    }
}
