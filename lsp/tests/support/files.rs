//! What each feature says about a case whose cursor stands in an app file, outside of the programs in it.

use std::fmt::Write as _;

use dataway_lang::source::Span;
use dataway_lsp::app::App;
use dataway_lsp::app::sheet::{Entity, Section, Sheet};
use dataway_lsp::document::Document;
use dataway_lsp::features::app::{calls, completion, hover, navigation, outline};
use dataway_lsp::features::hints::{self, Wanted};
use dataway_lsp::features::tokens;
use dataway_lsp::position::Encoding;

use super::Opened;
use super::answers::{changes, list, place, slice};

/// What `feature` says about a case.
pub fn ask(feature: &str, case: &Opened) -> String {
    let document = &*case.document;
    let (app, path, sheet) = document.sheet().expect("a file of an app");
    let at = case.selection.start;
    let shown = |span: Span| format!("{} {}", place(document, span.start), slice(document, span));
    let mut out = String::new();
    match feature {
        "completion" => {
            let found = completion::at(app, sheet.kind, document.text.as_str(), at);
            list(&found, slice(document, found.replace), &mut out);
        }
        "hover" => {
            if let Some(found) = hover::at(app, &sheet, at) {
                writeln!(out, "{}\n{}", shown(found.span), found.text.replace("```", "~~~")).expect("text");
            }
        }
        "navigation" => {
            writeln!(out, "definition: {}", places(app, &navigation::definition(app, &sheet, at))).expect("text");
            if let Some((entity, _)) = navigation::entity_at(&sheet, at) {
                out.push_str(&of_entity(document, app, &path, entity));
            }
        }
        "actions" => out = changes(case),
        "calls" => {
            let Some((Entity::Flow(name), _)) = navigation::entity_at(&sheet, at) else { return out };
            for (what, links) in [("from", calls::incoming(app, name)), ("to", calls::outgoing(app, name))] {
                for link in links {
                    writeln!(out, "{what} {} in {}: {} calls", link.section.name, link.path, link.calls.len())
                        .expect("text");
                }
            }
        }
        "outline" => {
            for section in outline::symbols(&sheet) {
                sections(document, &section, 0, &mut out);
            }
            let line = |offset: u32| document.text.place(offset, Encoding::Utf32).line + 1;
            let folds = outline::folds(&sheet).into_iter().map(|span| (line(span.start), line(span.end)));
            for (first, last) in folds.filter(|(first, last)| first < last) {
                writeln!(out, "fold {first}-{last}").expect("text");
            }
            for span in outline::enclosing(&sheet, at) {
                writeln!(out, "select {:?}", slice(document, span)).expect("text");
            }
        }
        "diagnostics" => {
            let checked = app.checked().expect("an app");
            for one in checked.diagnostics.iter().filter(|one| one.source.name() == path) {
                let span = sheet.outward(one.span);
                writeln!(out, "{} {:?} {} {}", shown(span), one.severity, one.code, one.message).expect("text");
            }
        }
        "hints" => {
            let mut text = document.text.as_str().to_owned();
            for region in document.regions().iter().rev() {
                let all = Span::new(0, region.script.source.len());
                for hint in hints::hints(&region.script, all, Wanted { types: true, parameters: true }).iter().rev() {
                    let at = region.outward(Span::at(hint.offset)).start;
                    text.insert_str(at as usize, &format!("«{}»", hint.label));
                }
            }
            out.push_str(&text);
        }
        "tokens" => {
            for region in document.regions() {
                for token in tokens::tokens(&region.script) {
                    writeln!(out, "{} {:?}", shown(region.outward(token.span)), token.kind).expect("text");
                }
            }
        }
        other => panic!("{other} says nothing about app files"),
    }
    out
}

/// Uses, highlights and renaming of a name of the app.
pub fn of_entity(document: &Document, app: &App, path: &str, entity: &Entity) -> String {
    let mut out = String::new();
    writeln!(out, "uses: {}", places(app, &navigation::references(app, entity, false))).expect("text");
    let shown = |span: Span| format!("{} {}", place(document, span.start), slice(document, span));
    let marks = navigation::highlights(app, path, entity).into_iter();
    let marks: Vec<String> =
        marks.map(|(span, is_write)| format!("{}{}", shown(span), if is_write { " w" } else { " r" })).collect();
    writeln!(out, "highlights: {}", marks.join(", ")).expect("text");
    for name in ["renamed", "2x", "true", "taken"] {
        match navigation::rename(app, entity, name) {
            Ok(found) => writeln!(out, "rename to {name}: {}", places(app, &found)),
            Err(reason) => writeln!(out, "rename to {name}: {reason}"),
        }
        .expect("text");
    }
    out
}

/// Places as `file line:column text`.
fn places(app: &App, found: &[navigation::Place]) -> String {
    let shown = |one: &navigation::Place| {
        let sheet: Option<&Sheet> = app.sheets().get(&one.path).map(|sheet| &**sheet);
        let Some(sheet) = sheet else {
            return if one.span.is_empty() { one.path.clone() } else { format!("{} at {}", one.path, one.span.start) };
        };
        let at = sheet.text.place(one.span.start, Default::default());
        let text = &sheet.text.as_str()[one.span.start as usize..one.span.end as usize];
        format!("{} {}:{} {text}", one.path, at.line + 1, at.column + 1)
    };
    found.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn sections(document: &Document, section: &Section, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let at = place(document, section.name_span.start);
    writeln!(out, "{indent}{:?} {} ({}) at {at}", section.kind, section.name, section.detail).expect("text");
    for child in &section.children {
        sections(document, child, depth + 1, out);
    }
}
