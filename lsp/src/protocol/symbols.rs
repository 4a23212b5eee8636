//! `workspace/symbol`

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dataway_lang::source::{SourceText, Span};
use tower_lsp_server::ls_types::{Location, OneOf, SymbolKind, Uri, WorkspaceSymbol};

use super::convert::range_in;
use super::structure::{section_kind, symbol_kind};
use crate::app::App;
use crate::document::Language;
use crate::features::app::outline as app_outline;
use crate::features::{calls, outline};
use crate::position::{Encoding, Text};
use crate::script::{Context, Script};
use crate::world::Scope;

/// Most symbols of an answer; more letters find the others.
const MOST: usize = 500;
/// Most script files that are searched, and the deepest folders.
const MOST_FILES: usize = 5_000;
const MAX_DEPTH: usize = 12;

/// Functions of scripts, flows, configurations, steps with an id and test cases whose name has the letters of the query, in
/// that order.
#[must_use]
pub fn respond(scope: &Scope, encoding: Encoding, query: &str) -> Vec<WorkspaceSymbol> {
    let mut found = Vec::new();
    let (mut scripts, roots) = files_of(scope);
    scripts.extend(scope.open.iter().filter(|path| is_script(path)).cloned());
    scripts.sort();
    scripts.dedup();
    let known = |root: &Path| scope.apps.iter().find(|app| app.root == root).cloned();
    let closed = roots.iter().filter(|root| known(root).is_none());
    let closed = closed.map(|root| Arc::new(App::new(root, scope.files.clone(), &scope.kept)));
    for app in scope.apps.iter().cloned().chain(closed) {
        for (path, sheet) in app.sheets() {
            for section in app_outline::named(sheet).into_iter().filter(|section| fits(&section.name, query)) {
                let range = range_in(&sheet.text, section.name_span, encoding);
                let place = Uri::from_file_path(app.file_of(path)).map(|uri| Location { uri, range });
                found.extend(place.map(|at| symbol(section.name, section_kind(section.kind), path, at)));
            }
        }
    }
    for path in scripts.iter().take(MOST_FILES) {
        if found.len() >= MOST {
            break;
        }
        found.extend(of_script(scope, path, encoding, query));
    }
    found.truncate(MOST);
    found
}

fn of_script(scope: &Scope, path: &Path, encoding: Encoding, query: &str) -> Vec<WorkspaceSymbol> {
    let Ok(bytes) = scope.files.read(path) else { return Vec::new() };
    let text = String::from_utf8_lossy(&bytes);
    // Reading is quick, checking is not: who has none of the letters has no function of that name.
    if !text.lines().any(|line| line.trim_start().starts_with("def ") && fits(line, query)) {
        return Vec::new();
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let script = Script::new(SourceText::new(&name, &text), Arc::new(Context::default()));
    let mark = u32::try_from(text.len()).unwrap_or(u32::MAX).saturating_sub(script.source.len());
    let text = Text::new(&text);
    let functions = calls::functions(&script).into_iter().filter(|item| fits(&item.name, query));
    let made = functions.filter_map(|item: outline::Item| {
        let span = Span::new(item.name_span.start + mark, item.name_span.end + mark);
        let at = Location { uri: Uri::from_file_path(path)?, range: range_in(&text, span, encoding) };
        Some(symbol(item.name, symbol_kind(item.kind), &name, at))
    });
    made.collect()
}

fn symbol(name: String, kind: SymbolKind, container: &str, at: Location) -> WorkspaceSymbol {
    WorkspaceSymbol {
        name,
        kind,
        tags: None,
        container_name: Some(container.to_owned()),
        location: OneOf::Left(at),
        data: None,
    }
}

/// Does the name have the letters of the query in their order?
fn fits(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).all(|wanted| letters.any(|c| c == wanted))
}

fn is_script(path: &Path) -> bool {
    path.to_str().is_some_and(|path| Language::of("", path) == Language::Script)
}

/// The script files below the workspace folders, and the folders of apps; hidden folders and those of package managers are
/// passed over.
pub(super) fn files_of(scope: &Scope) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut scripts, mut roots) = (Vec::new(), Vec::new());
    let mut open: Vec<(PathBuf, usize)> = scope.folders.iter().map(|folder| (folder.clone(), 0)).collect();
    while let Some((folder, depth)) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && depth < MAX_DEPTH && !name.starts_with('.') && !matches!(&*name, "node_modules" | "target")
            {
                open.push((path, depth + 1));
            } else if !is_folder && is_script(&path) && scripts.len() < MOST_FILES {
                scripts.push(path);
            } else if name == "app.yaml" {
                roots.push(folder.clone());
            }
        }
    }
    (scripts, roots)
}
