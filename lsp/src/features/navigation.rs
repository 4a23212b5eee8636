//! Definition, references, highlights and renaming of the names of a program.

use dataway_lang::check::symbols::BindingKind;
use dataway_lang::source::Span;

use crate::script::{Script, occurrences};

/// Where the name at `offset` gets its value: every binding in source order, or only those that a reader would look for.
///
/// A function or parameter has one; a variable that is assigned several times shows its first assignment.
#[must_use]
pub fn definition(script: &Script, offset: u32) -> Vec<Span> {
    let Some((_, symbol, _)) = script.symbol_at(offset) else { return Vec::new() };
    let mut real = symbol.bindings.iter().filter(|(_, kind)| *kind != BindingKind::Deletion);
    let functions: Vec<Span> =
        symbol.bindings.iter().filter(|(_, kind)| *kind == BindingKind::Function).map(|(span, _)| *span).collect();
    if functions.is_empty() { real.next().map(|(span, _)| *span).into_iter().collect() } else { functions }
}

/// Every place where the name at `offset` is written, in source order; without its bindings unless `declarations`.
#[must_use]
pub fn references(script: &Script, offset: u32, declarations: bool) -> Vec<Span> {
    let Some((_, symbol, _)) = script.symbol_at(offset) else { return Vec::new() };
    let mut spans: Vec<Span> = if declarations { occurrences(symbol).collect() } else { symbol.uses.clone() };
    spans.sort();
    spans.dedup();
    spans
}

/// A place of the name under the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highlight {
    /// Where.
    pub span: Span,
    /// Does it get a value there?
    pub is_write: bool,
}

/// Where the name at `offset` is read and written.
#[must_use]
pub fn highlights(script: &Script, offset: u32) -> Vec<Highlight> {
    let Some((_, symbol, _)) = script.symbol_at(offset) else { return Vec::new() };
    let writes = symbol.bindings.iter().map(|(span, _)| Highlight { span: *span, is_write: true });
    let reads = symbol.uses.iter().map(|span| Highlight { span: *span, is_write: false });
    let mut all: Vec<Highlight> = writes.chain(reads).collect();
    all.sort_by_key(|highlight| (highlight.span, !highlight.is_write));
    all.dedup_by_key(|highlight| highlight.span);
    all
}

/// The name at `offset`, if it can be renamed: one that the program itself binds, but for `dw_process`.
///
/// # Errors
/// Why it cannot.
pub fn renameable(script: &Script, offset: u32) -> Result<Span, String> {
    let Some((_, symbol, span)) = script.symbol_at(offset) else {
        return Err("only names that the program defines can be renamed".to_owned());
    };
    if &*symbol.name == "dw_process" && symbol.scope == 0 {
        return Err("`dw_process` is the entry of the script and keeps its name".to_owned());
    }
    if symbol.bindings.iter().any(|(_, kind)| *kind == BindingKind::Import) {
        return Err("a module keeps its name; import it `as` another one".to_owned());
    }
    Ok(span)
}

/// The spans to be replaced when the name at `offset` is to be called `name`.
///
/// # Errors
/// Why the name cannot be changed to that: it is no identifier, a keyword, or taken where it is needed.
pub fn rename(script: &Script, offset: u32, name: &str) -> Result<Vec<Span>, String> {
    renameable(script, offset)?;
    let Some((id, symbol, _)) = script.symbol_at(offset) else { return Ok(Vec::new()) };
    if !is_identifier(name) {
        return Err(format!("`{name}` is no name: letters, digits and `_`, not beginning with a digit"));
    }
    if dataway_lang::syntax::keywords().any(|keyword| keyword == name) {
        return Err(format!("`{name}` is a keyword"));
    }
    let symbols = &script.checked().symbols;
    // The new name must mean nothing else where the old one is written, and must not capture what is written there.
    for span in occurrences(symbol) {
        let scope = symbols.scope_at(span.start);
        if symbols.lookup(scope, name).is_some_and(|other| other != id) {
            let place = script.source.line_column(span.start);
            return Err(format!("`{name}` already means something else in line {}", place.line));
        }
    }
    let captured = symbols
        .free
        .iter()
        .find(|(free, span)| &**free == name && symbols.lookup(symbols.scope_at(span.start), &symbol.name) == Some(id));
    if let Some((_, span)) = captured {
        let place = script.source.line_column(span.start);
        return Err(format!("`{name}` is used as a built-in name in line {}", place.line));
    }
    let mut spans: Vec<Span> = occurrences(symbol).collect();
    spans.sort();
    spans.dedup();
    Ok(spans)
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|c| c.is_alphanumeric() || c == '_')
}
