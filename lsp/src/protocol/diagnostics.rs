//! `textDocument/publishDiagnostics`, `textDocument/diagnostic`

use dataway_lang::diagnostic::{Diagnostic, Severity};
use dataway_lang::source::Span;
use dataway_runtime::diagnostic::Code;
use tower_lsp_server::ls_types::{
    self, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString, Range,
};

use super::convert::Snapshot;
use crate::document::{Language, Region};
use crate::features::actions;

/// Names and imports that nobody uses, code that nothing reaches: shown faded.
const UNNECESSARY: [u16; 2] = [1007, 1012];

/// The diagnostics of a document: for a script what `dataway check` says of it, alone and in its app; for a file of an app
/// what `dataway check` says of the app there.
#[must_use]
pub fn respond(snapshot: &Snapshot) -> Vec<ls_types::Diagnostic> {
    let document = &snapshot.document;
    let mut all = Vec::new();
    if document.language == Language::Script {
        for region in document.regions() {
            all.extend(actions::diagnostics(&region.script).iter().map(|one| convert(snapshot, region, one)));
        }
    }
    let Some((app, path)) = document.in_app() else { return all };
    match app.checked() {
        Ok(checked) => {
            let own = checked.diagnostics.iter().filter(|one| one.source.name() == path);
            for one in own.map(|one| of_app(snapshot, one)) {
                // What the script says of itself was said.
                if !all
                    .iter()
                    .any(|known: &ls_types::Diagnostic| known.range == one.range && known.message == one.message)
                {
                    all.push(one);
                }
            }
        }
        Err(reason) if document.sheet().is_some() => {
            let range = snapshot.document_range(Span::at(0));
            all.push(diagnostic(range, Severity::Error, "APP001".to_owned(), reason.clone()));
        }
        Err(_) => {}
    }
    all
}

/// A finding about an app in this document.
fn of_app(snapshot: &Snapshot, finding: &dataway_runtime::diagnostic::Diagnostic) -> ls_types::Diagnostic {
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
    // The loader does not count a byte order mark.
    let mark = length(snapshot.document.text.as_str()).saturating_sub(length(finding.source.text()));
    let span = Span::new(finding.span.start.saturating_add(mark), finding.span.end.saturating_add(mark));
    let message = with_help(&finding.message, finding.help.as_deref());
    let found = diagnostic(snapshot.document_range(span), finding.severity, finding.code.to_string(), message);
    let Code::Language(code) = finding.code else { return found };
    // The program there has the same finding, with the places that go with it.
    let program = snapshot.document.region_at(span.start);
    let related_information = program.and_then(|(region, at)| {
        let all = actions::diagnostics(&region.script);
        let same = all.iter().find(|one| one.code == code && one.span.start == at)?;
        related(snapshot, region, same)
    });
    ls_types::Diagnostic { tags: tags(code.0), related_information, ..found }
}

fn diagnostic(range: Range, severity: Severity, code: String, message: String) -> ls_types::Diagnostic {
    let severity = match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    };
    ls_types::Diagnostic {
        range,
        severity: Some(severity),
        code: Some(NumberOrString::String(code)),
        source: Some("dataway".to_owned()),
        message,
        ..ls_types::Diagnostic::default()
    }
}

fn with_help(message: &str, help: Option<&str>) -> String {
    match help {
        Some(help) => format!("{message}\nhelp: {help}"),
        None => message.to_owned(),
    }
}

fn tags(code: u16) -> Option<Vec<DiagnosticTag>> {
    if UNNECESSARY.contains(&code) {
        Some(vec![DiagnosticTag::UNNECESSARY])
    } else if (4001..=4999).contains(&code) {
        Some(vec![DiagnosticTag::DEPRECATED])
    } else {
        None
    }
}

/// The places that go with a diagnostic of a program.
fn related(snapshot: &Snapshot, region: &Region, diagnostic: &Diagnostic) -> Option<Vec<DiagnosticRelatedInformation>> {
    let uri = snapshot.uri()?;
    let one = |(span, label): &(_, String)| DiagnosticRelatedInformation {
        location: Location { uri: uri.clone(), range: snapshot.range(region, *span) },
        message: label.clone(),
    };
    let related: Vec<_> = diagnostic.related.iter().map(one).collect();
    (!related.is_empty()).then_some(related)
}

/// A diagnostic of a program.
#[must_use]
pub fn convert(snapshot: &Snapshot, region: &Region, diagnostic: &Diagnostic) -> ls_types::Diagnostic {
    let code = diagnostic.code;
    let message = with_help(&diagnostic.message, diagnostic.help.as_deref());
    ls_types::Diagnostic {
        related_information: related(snapshot, region, diagnostic),
        tags: tags(code.0),
        ..self::diagnostic(snapshot.range(region, diagnostic.span), diagnostic.severity, code.to_string(), message)
    }
}
