//! What the server would send about a case, where the protocol says more than the features: marks of diagnostics, edits of
//! a range, edits while typing, and structure across a file and the programs in it.

use std::fmt::Write as _;
use std::sync::Arc;

use dataway_lsp::position::Encoding;
use dataway_lsp::protocol::convert::Snapshot;
use dataway_lsp::protocol::{diagnostics, formatting, structure};
use dataway_lsp::world::Settings;
use tower_lsp_server::ls_types::{CodeLens, Position, Range, TextEdit};

use super::Opened;
use super::answers::{applied, slice};

/// What `feature` says about a case; `None` if the protocol adds nothing to it.
pub fn ask(feature: &str, case: &Opened) -> Option<String> {
    let snapshot =
        Snapshot { document: Arc::clone(&case.document), encoding: Encoding::Utf32, settings: Settings::default() };
    let selected = snapshot.document_range(case.selection);
    Some(match feature {
        "lenses" => structure::lenses(&snapshot).into_iter().map(lens).collect(),
        "marks" => marks(&snapshot),
        "ranges" => edited(&snapshot, formatting::range(&snapshot, selected)),
        "structure" => structure(&snapshot, selected.start),
        "typing" => {
            // What was typed last stands before the cursor, perhaps with the blanks that the editor put below it.
            let before = snapshot.document.text.as_str().get(..case.selection.start as usize).expect("a cursor");
            let typed = before.trim_end_matches(' ').chars().next_back().expect("something typed").to_string();
            edited(&snapshot, formatting::on_type(&snapshot, selected.start, &typed))
        }
        _ => return None,
    })
}

fn shown(at: Position) -> String {
    format!("{}:{}", at.line + 1, at.character + 1)
}

/// The text at a range, with where it stands.
fn quoted(snapshot: &Snapshot, range: Range) -> String {
    format!("{} {:?}", shown(range.start), slice(&snapshot.document, snapshot.span(range)))
}

fn lens(lens: CodeLens) -> String {
    let command = lens.command.expect("a command");
    let arguments = serde_json::to_string(&command.arguments).expect("JSON");
    format!("{} {} = {} {arguments}\n", shown(lens.range.start), command.title, command.command)
}

fn edited(snapshot: &Snapshot, edits: Vec<TextEdit>) -> String {
    if edits.is_empty() {
        return "nothing changes".to_owned();
    }
    let edits: Vec<_> = edits.into_iter().map(|edit| (snapshot.span(edit.range), edit.new_text)).collect();
    applied(&snapshot.document, &edits)
}

/// Diagnostics with their tags and related places.
fn marks(snapshot: &Snapshot) -> String {
    let mut out = String::new();
    for one in diagnostics::respond(snapshot) {
        let message = one.message.replace('\n', "\n    ");
        writeln!(out, "{} {message}", quoted(snapshot, one.range)).expect("text");
        for tag in one.tags.into_iter().flatten() {
            writeln!(out, "    tag: {tag:?}").expect("text");
        }
        for related in one.related_information.into_iter().flatten() {
            let at = quoted(snapshot, related.location.range);
            writeln!(out, "    related: {at} {}", related.message).expect("text");
        }
    }
    out
}

/// Folds, and what encloses the cursor.
fn structure(snapshot: &Snapshot, at: Position) -> String {
    let mut out = String::new();
    for fold in structure::folds(snapshot) {
        writeln!(out, "fold {}-{}", fold.start_line + 1, fold.end_line + 1).expect("text");
    }
    for selection in structure::selections(snapshot, &[at]) {
        let mut around = Some(Box::new(selection));
        while let Some(one) = around {
            writeln!(out, "select {}", quoted(snapshot, one.range)).expect("text");
            around = one.parent;
        }
    }
    out
}
