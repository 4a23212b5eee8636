//! Who calls whom: the functions of a program.

use dataway_lang::check::symbols::{BindingKind, Symbol};
use dataway_lang::source::Span;

use super::outline::{self, Item, ItemKind};
use crate::script::Script;

/// A function, with the places of calls between it and the one that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The function; `None` is the program outside of functions.
    pub function: Option<Item>,
    /// Where the calls stand.
    pub calls: Vec<Span>,
}

/// The function whose name stands at `offset`.
#[must_use]
pub fn function_at(script: &Script, offset: u32) -> Option<Item> {
    let (_, symbol, _) = script.symbol_at(offset)?;
    let (span, _) = symbol.bindings.iter().find(|(_, kind)| *kind == BindingKind::Function)?;
    functions(script).into_iter().find(|item| item.name_span == *span)
}

/// Every function of a program, inner ones too.
#[must_use]
pub fn functions(script: &Script) -> Vec<Item> {
    let mut found = Vec::new();
    let mut open = outline::symbols(script);
    while let Some(item) = open.pop() {
        open.extend(item.children.iter().cloned());
        if item.kind == ItemKind::Function {
            found.push(item);
        }
    }
    found.sort_by_key(|item| item.span);
    found
}

/// Who uses a function.
#[must_use]
pub fn incoming(script: &Script, function: &Item) -> Vec<Link> {
    let all = functions(script);
    let mut links: Vec<Link> = Vec::new();
    for span in symbol_of(script, function).into_iter().flat_map(|symbol| symbol.uses.iter().copied()) {
        let around = all.iter().filter(|item| holds(item.span, span)).min_by_key(|item| item.span.len());
        add(&mut links, around, span);
    }
    links
}

/// Which functions of the program a function uses.
#[must_use]
pub fn outgoing(script: &Script, function: &Item) -> Vec<Link> {
    let mut links = Vec::new();
    for other in functions(script) {
        for span in symbol_of(script, &other).into_iter().flat_map(|symbol| symbol.uses.iter().copied()) {
            if holds(function.span, span) {
                add(&mut links, Some(&other), span);
            }
        }
    }
    links
}

fn symbol_of<'s>(script: &'s Script, function: &Item) -> Option<&'s Symbol> {
    let symbols = &script.checked().symbols;
    symbols.get(symbols.written_at(function.name_span.start)?)
}

fn add(links: &mut Vec<Link>, function: Option<&Item>, call: Span) {
    match links.iter_mut().find(|link| link.function.as_ref() == function) {
        Some(link) => link.calls.push(call),
        None => links.push(Link { function: function.cloned(), calls: vec![call] }),
    }
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}
