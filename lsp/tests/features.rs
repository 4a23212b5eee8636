//! The features of the editor, as documents: `features/NAME.md` holds programs with a cursor (`‸`) or a selection (between
//! two of them), and what the feature says there. `DATAWAY_WRITE=1 cargo test -p dataway-lsp --test features` writes the
//! answers anew; read the difference before it is committed.
//!
//! A document has one case per `##` heading: a fenced program, then a fenced answer.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use dataway_lang::source::{SourceText, Span};
use dataway_lsp::features::{actions, completion, hints, hover, navigation, outline, signature, tokens};
use dataway_lsp::script::{Context, Script};

/// The cursor in a program.
const CURSOR: char = '‸';
/// Most completion items that an answer lists.
const MOST: usize = 12;

struct Case {
    title: String,
    program: String,
    answer: String,
}

/// The program without cursors, and what they select.
fn cursors(program: &str) -> (String, Span) {
    let offset = |at: usize| u32::try_from(at).expect("small");
    let mut parts = program.split(CURSOR);
    let first = parts.next().unwrap_or_default().len();
    let last =
        parts.next().filter(|_| program.matches(CURSOR).count() == 2).map_or(first, |middle| first + middle.len());
    (program.replace(CURSOR, ""), Span::new(offset(first), offset(last)))
}

fn ask(feature: &str, program: &str) -> String {
    let (text, selection) = cursors(program);
    let script = Script::new(SourceText::new("case.dw", &text), Arc::new(Context::default()));
    let at = selection.start;
    let place = |offset: u32| {
        let place = script.source.line_column(offset);
        format!("{}:{}", place.line, place.column)
    };
    let shown = |span: Span| format!("{} {}", place(span.start), script.source.slice(span));
    let mut out = String::new();
    match feature {
        "completion" => {
            let found = completion::at(&script, at);
            let own: Vec<_> = found.items.iter().filter(|item| item.rank < 3).collect();
            for item in own.iter().take(MOST) {
                writeln!(out, "{:?} {} · {} · {:?}", item.kind, item.label, item.detail, item.insert).expect("text");
            }
            let more = found.items.len() - own.len().min(MOST);
            writeln!(out, "and {more} more, in place of {:?}", script.source.slice(found.replace)).expect("text");
        }
        "hover" => {
            if let Some(found) = hover::at(&script, at) {
                writeln!(out, "{}\n{}", shown(found.span), found.text.replace("```", "~~~")).expect("text");
            }
        }
        "signature" => {
            if let Some(found) = signature::at(&script, at) {
                let active = found.active.and_then(|active| found.parameters.get(active));
                writeln!(out, "{}\nactive: {:?}", found.label, active.map(|one| &one.label)).expect("text");
            }
        }
        "navigation" => {
            let list = |spans: Vec<Span>| spans.into_iter().map(shown).collect::<Vec<_>>().join(", ");
            writeln!(out, "definition: {}", list(navigation::definition(&script, at))).expect("text");
            writeln!(out, "uses: {}", list(navigation::references(&script, at, false))).expect("text");
            let marks = navigation::highlights(&script, at);
            let marks: Vec<String> = marks
                .iter()
                .map(|one| format!("{}{}", place(one.span.start), if one.is_write { "w" } else { "r" }))
                .collect();
            writeln!(out, "highlights: {}", marks.join(" ")).expect("text");
            for name in ["renamed", "len", "class", "2x"] {
                match navigation::rename(&script, at, name) {
                    Ok(spans) => writeln!(out, "rename to {name}: {} places", spans.len()),
                    Err(reason) => writeln!(out, "rename to {name}: {reason}"),
                }
                .expect("text");
            }
        }
        "outline" => {
            let mut open: Vec<(usize, outline::Item)> =
                outline::symbols(&script).into_iter().rev().map(|item| (0, item)).collect();
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
            for fold in outline::folds(&script) {
                writeln!(out, "fold {}-{} {:?}", fold.first, fold.last, fold.kind).expect("text");
            }
            if program.contains(CURSOR) {
                for span in outline::enclosing(&script, at) {
                    writeln!(out, "select {:?}", script.source.slice(span)).expect("text");
                }
            }
        }
        "tokens" => {
            for token in tokens::tokens(&script) {
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
            let mut text = text.clone();
            let wanted = hints::Wanted { types: true, parameters: true };
            for hint in hints::hints(&script, all, wanted).iter().rev() {
                text.insert_str(hint.offset as usize, &format!("«{}»", hint.label));
            }
            out.push_str(&text);
        }
        "actions" => {
            for action in actions::actions(&script, selection) {
                writeln!(out, "{:?}: {}", action.kind, action.title).expect("text");
                let mut text = text.clone();
                let mut edits = action.edits.clone();
                edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
                for edit in edits {
                    text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
                }
                for line in text.lines() {
                    writeln!(out, "    {line}").expect("text");
                }
            }
        }
        other => panic!("no feature is called {other}"),
    }
    out
}

fn read(text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for section in text.split("\n## ").skip(1) {
        let (title, rest) = section.split_once('\n').expect("a heading has a line of its own");
        let mut blocks = rest.split("\n```");
        let program = blocks.nth(1).or_else(|| rest.split("```").nth(1)).expect("a program");
        let program = program.split_once('\n').expect("a fence has a line of its own").1;
        let answer = rest.split("```text\n").nth(1).and_then(|tail| tail.split("\n```").next()).unwrap_or_default();
        cases.push(Case { title: title.to_owned(), program: format!("{program}\n"), answer: answer.to_owned() });
    }
    cases
}

#[test]
fn documents() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/features");
    let write = std::env::var_os("DATAWAY_WRITE").is_some();
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut files: Vec<_> = fs::read_dir(&folder).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    for path in files {
        let feature = path.file_stem().and_then(|name| name.to_str()).expect("name").to_owned();
        let text = fs::read_to_string(&path).expect("document");
        let head = text.split("\n## ").next().unwrap_or_default();
        let mut made = format!("{}\n", head.trim_end());
        for case in read(&text) {
            count += 1;
            let program = case.program.trim_end();
            let answer = ask(&feature, program);
            let answer = answer.trim_end();
            if answer != case.answer.trim_end() {
                wrong.push(format!("{feature}: {}\n--- expected\n{}\n--- found\n{answer}\n", case.title, case.answer));
            }
            write!(made, "\n## {}\n\n```python\n{program}\n```\n\n```text\n{answer}\n```\n", case.title).expect("text");
        }
        if write {
            fs::write(&path, made).expect("document written");
        }
    }
    assert!(count > 40, "only {count} cases were found");
    assert!(write || wrong.is_empty(), "{} of {count} differ\n\n{}", wrong.len(), wrong.join("\n"));
}
