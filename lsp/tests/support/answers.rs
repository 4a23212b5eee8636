//! What each feature says about a case, as text.

use std::fmt::Write as _;

use dataway_lang::source::Span;
use dataway_lsp::app::sheet::Entity;
use dataway_lsp::document::{Document, Region};
use dataway_lsp::features::app::{actions as app_actions, variables};
use dataway_lsp::features::{
    actions, calls, completion, formatting, hints, hover, navigation, outline, payload, signature, tokens,
};
use dataway_lsp::position::Encoding;

use super::{FOLDER, Opened, files, protocol};

/// Most completion items that an answer lists.
pub const MOST: usize = 12;

/// Line and column of an offset, from 1, in characters.
pub fn place(document: &Document, offset: u32) -> String {
    let place = document.text.place(offset, Encoding::Utf32);
    format!("{}:{}", place.line + 1, place.column + 1)
}

/// The text of a span of the document.
pub fn slice(document: &Document, span: Span) -> &str {
    document.text.as_str().get(span.start as usize..span.end as usize).expect("a span of characters")
}

/// What `feature` says about a case.
pub fn ask(feature: &str, case: &Opened) -> String {
    let document = &*case.document;
    if let Some(answer) = protocol::ask(feature, case) {
        return answer;
    }
    let completes = matches!(feature, "completion" | "statements");
    let completed = document.completed(case.selection.start).filter(|_| completes);
    let around = completed.as_deref().unwrap_or(document);
    // What is about whole files is asked of the file, also where a program stands at the cursor.
    let of_file = matches!(feature, "outline" | "diagnostics" | "tokens" | "hints") && document.sheet().is_some();
    match around.region_at(case.selection.start).filter(|_| !of_file) {
        Some((region, at)) => of_program(feature, case, region, at),
        None => files::ask(feature, case),
    }
}

/// The actions of a file that concern more than one program.
pub fn changes(case: &Opened) -> String {
    let document = &*case.document;
    let mut out = String::new();
    for made in app_actions::changes(document, case.selection.start) {
        writeln!(out, "{:?}: {}", made.kind, made.title).expect("text");
        if let Some((file, content)) = made.file {
            let name = file.strip_prefix(FOLDER).unwrap_or(&file).display();
            writeln!(out, "    --- {name}\n{}    ---", indented(&content)).expect("text");
        }
        out.push_str(&indented(&applied(document, &[(made.span, made.text)])));
    }
    out
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |out, line| format!("{out}    {line}\n"))
}

/// The text of a document after edits.
pub fn applied(document: &Document, edits: &[(Span, String)]) -> String {
    let mut text = document.text.as_str().to_owned();
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    for (span, replacement) in edits {
        text.replace_range(span.start as usize..span.end as usize, replacement);
    }
    text
}

/// The first items of a completion.
pub fn list(found: &completion::Completions, replaced: &str, out: &mut String) {
    let own: Vec<_> = found.items.iter().filter(|item| item.rank < 3).collect();
    for item in own.iter().take(MOST) {
        writeln!(out, "{:?} {} · {} · {:?}", item.kind, item.label, item.detail, item.insert).expect("text");
    }
    let more = found.items.len() - own.len().min(MOST);
    writeln!(out, "and {more} more, in place of {replaced:?}").expect("text");
}

fn of_program(feature: &str, case: &Opened, region: &Region, at: u32) -> String {
    let document = &*case.document;
    let script = &region.script;
    let selection = Span::new(at, region.inward(case.selection.end).unwrap_or(at));
    let place = |offset: u32| place(document, region.outward(Span::at(offset)).start);
    let shown = |span: Span| format!("{} {}", place(span.start), slice(document, region.outward(span)));
    let mut out = String::new();
    match feature {
        "completion" => {
            let found = completion::at(script, at);
            let replaced = script.source.slice(found.replace);
            list(&found, replaced, &mut out);
        }
        "statements" => {
            use completion::ItemKind::{Keyword, Snippet};
            let found = completion::at(script, at);
            for item in found.items.iter().filter(|item| item.kind == Snippet) {
                writeln!(out, "{} · {} · {:?}", item.label, item.detail, item.insert).expect("text");
            }
            let keywords = found.items.iter().filter(|item| item.kind == Keyword);
            let keywords: Vec<&str> = keywords.map(|item| &*item.label).collect();
            writeln!(out, "keywords: {}", keywords.join(" ")).expect("text");
        }
        "hover" => {
            if let Some(found) = hover::at(script, at) {
                writeln!(out, "{}\n{}", shown(found.span), found.text.replace("```", "~~~")).expect("text");
            }
        }
        "diagnostics" => {
            for one in actions::diagnostics(script) {
                writeln!(out, "{} {:?} {} {}", shown(one.span), one.severity, one.code, one.message).expect("text");
                if let Some(help) = one.help {
                    writeln!(out, "    help: {help}").expect("text");
                }
            }
        }
        "calls" => {
            if let Some(function) = calls::function_at(script, at) {
                let name =
                    |link: &calls::Link| link.function.as_ref().map_or("(program)", |item| &item.name).to_owned();
                for (what, links) in
                    [("from", calls::incoming(script, &function)), ("to", calls::outgoing(script, &function))]
                {
                    for link in links {
                        let calls: Vec<String> = link.calls.iter().map(|span| shown(*span)).collect();
                        writeln!(out, "{what} {}: {}", name(&link), calls.join(", ")).expect("text");
                    }
                }
            }
        }
        "formatting" => match formatting::program(script).and_then(|edit| region.replacement(edit.span, &edit.text)) {
            Some((span, text)) => out = applied(document, &[(span, text)]),
            None => out.push_str("nothing changes"),
        },
        "signature" => {
            if let Some(found) = signature::at(script, at) {
                let active = found.active.and_then(|active| found.parameters.get(active));
                writeln!(out, "{}\nactive: {:?}", found.label, active.map(|one| &one.label)).expect("text");
            }
        }
        "navigation" => {
            if let (Some((app, path)), Some((name, _))) = (case.document.in_app(), variables::at(script, at)) {
                return files::of_entity(&case.document, app, &path, &Entity::Variable(name));
            }
            let list = |spans: Vec<Span>| spans.into_iter().map(shown).collect::<Vec<_>>().join(", ");
            writeln!(out, "definition: {}", list(navigation::definition(script, at))).expect("text");
            writeln!(out, "uses: {}", list(navigation::references(script, at, false))).expect("text");
            let marks = navigation::highlights(script, at);
            let marks: Vec<String> = marks
                .iter()
                .map(|one| format!("{}{}", place(one.span.start), if one.is_write { "w" } else { "r" }))
                .collect();
            writeln!(out, "highlights: {}", marks.join(" ")).expect("text");
            if let Some(found) = payload::definition(script, at) {
                let text = String::from_utf8_lossy(
                    found.content.get(found.span.start as usize..found.span.end as usize).unwrap_or_default(),
                );
                let name = found.path.strip_prefix(FOLDER).unwrap_or(&found.path).display();
                writeln!(out, "data: {name} {} {text}", found.span.start).expect("text");
                return out;
            }
            for name in ["renamed", "len", "class", "2x"] {
                match navigation::rename(script, at, name) {
                    Ok(spans) => writeln!(out, "rename to {name}: {} places", spans.len()),
                    Err(reason) => writeln!(out, "rename to {name}: {reason}"),
                }
                .expect("text");
            }
        }
        "outline" => {
            let mut open: Vec<(usize, outline::Item)> =
                outline::symbols(script).into_iter().rev().map(|item| (0, item)).collect();
            while let Some((depth, item)) = open.pop() {
                writeln!(
                    out,
                    "{}{:?} {}{} at {}",
                    "  ".repeat(depth),
                    item.kind,
                    item.name,
                    item.detail,
                    place(item.name_span.start)
                )
                .expect("text");
                open.extend(item.children.into_iter().rev().map(|child| (depth + 1, child)));
            }
            for fold in outline::folds(script) {
                writeln!(out, "fold {}-{} {:?}", fold.first, fold.last, fold.kind).expect("text");
            }
            if case.has_cursor {
                for span in outline::enclosing(script, at) {
                    writeln!(out, "select {:?}", script.source.slice(span)).expect("text");
                }
            }
        }
        "tokens" => {
            for token in tokens::tokens(script) {
                let marks: String = [
                    (token.is_declaration, " declaration"),
                    (token.is_builtin, " builtin"),
                    (token.is_deprecated, " deprecated"),
                ]
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, word)| *word)
                .collect();
                writeln!(out, "{} {:?}{marks}", shown(token.span), token.kind).expect("text");
            }
        }
        "hints" => {
            let all = Span::new(0, script.source.len());
            let mut text = script.source.text().to_owned();
            let wanted = hints::Wanted { types: true, parameters: true };
            for hint in hints::hints(script, all, wanted).iter().rev() {
                text.insert_str(hint.offset as usize, &format!("«{}»", hint.label));
            }
            out.push_str(&text);
        }
        "actions" => {
            out.push_str(&changes(case));
            for action in actions::actions(script, selection) {
                let edits = action.edits.iter().map(|edit| region.replacement(edit.span, &edit.text));
                let Some(edits) = edits.collect::<Option<Vec<_>>>() else { continue };
                writeln!(out, "{:?}: {}", action.kind, action.title).expect("text");
                out.push_str(&indented(&applied(document, &edits)));
            }
        }
        other => panic!("no feature is called {other}"),
    }
    out
}
