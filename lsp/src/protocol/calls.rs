//! `textDocument/prepareCallHierarchy`, `callHierarchy/incomingCalls`, `callHierarchy/outgoingCalls`

use dataway_lang::source::Span;
use serde_json::{Value, json};
use tower_lsp_server::ls_types::{
    CallHierarchyIncomingCall, CallHierarchyItem, CallHierarchyOutgoingCall, Position, Range, SymbolKind,
};

use super::convert::{Snapshot, range_in};
use super::structure::section_kind;
use crate::app::App;
use crate::app::sheet::{Entity, Section};
use crate::document::Region;
use crate::features::app::calls as flows;
use crate::features::app::navigation::{self, Place};
use crate::features::calls as functions;
use crate::features::outline::Item;

/// The function or flow at a position.
#[must_use]
pub fn prepare(snapshot: &Snapshot, position: Position) -> Option<Vec<CallHierarchyItem>> {
    let at = snapshot.offset(position);
    if let Some((region, offset)) = snapshot.document.region_at(at) {
        let found = functions::function_at(&region.script, offset)?;
        return Some(vec![of_function(snapshot, region, Some(&found))?]);
    }
    let (app, _, sheet) = snapshot.document.sheet()?;
    let (Entity::Flow(name), _) = navigation::entity_at(&sheet, at)? else { return None };
    let (path, section) = flows::flow(app, name)?;
    Some(vec![of_section(snapshot, app, &path, &section)?])
}

/// Who calls it.
#[must_use]
pub fn incoming(snapshot: &Snapshot, item: &CallHierarchyItem) -> Option<Vec<CallHierarchyIncomingCall>> {
    if let Some((region, function)) = function_of(snapshot, item) {
        let links = functions::incoming(&region.script, &function).into_iter();
        let call = |link: functions::Link| {
            let from = of_function(snapshot, region, link.function.as_ref())?;
            let from_ranges = link.calls.iter().map(|span| snapshot.range(region, *span)).collect();
            Some(CallHierarchyIncomingCall { from, from_ranges })
        };
        return Some(links.filter_map(call).collect());
    }
    let (app, name) = flow_of(snapshot, item)?;
    let links = flows::incoming(app, name).into_iter();
    let call = |link: flows::Link| {
        let from = of_section(snapshot, app, &link.path, &link.section)?;
        let from_ranges = ranges(snapshot, app, &link.path, &link.calls);
        Some(CallHierarchyIncomingCall { from, from_ranges })
    };
    Some(links.filter_map(call).collect())
}

/// Whom it calls.
#[must_use]
pub fn outgoing(snapshot: &Snapshot, item: &CallHierarchyItem) -> Option<Vec<CallHierarchyOutgoingCall>> {
    if let Some((region, function)) = function_of(snapshot, item) {
        let links = functions::outgoing(&region.script, &function).into_iter();
        let call = |link: functions::Link| {
            let to = of_function(snapshot, region, link.function.as_ref())?;
            let from_ranges = link.calls.iter().map(|span| snapshot.range(region, *span)).collect();
            Some(CallHierarchyOutgoingCall { to, from_ranges })
        };
        return Some(links.filter_map(call).collect());
    }
    let (app, name) = flow_of(snapshot, item)?;
    let (caller, _) = flows::flow(app, name)?;
    let links = flows::outgoing(app, name).into_iter();
    let call = |link: flows::Link| {
        let to = of_section(snapshot, app, &link.path, &link.section)?;
        Some(CallHierarchyOutgoingCall { to, from_ranges: ranges(snapshot, app, &caller, &link.calls) })
    };
    Some(links.filter_map(call).collect())
}

/// An item for a function, or for the program outside of functions.
fn of_function(snapshot: &Snapshot, region: &Region, function: Option<&Item>) -> Option<CallHierarchyItem> {
    let whole = Span::new(0, region.script.source.len());
    let (name, detail, span, name_span) = match function {
        Some(item) => (item.name.clone(), item.detail.clone(), item.span, item.name_span),
        None => ("the program".to_owned(), String::new(), whole, Span::at(0)),
    };
    Some(CallHierarchyItem {
        name,
        kind: if function.is_some() { SymbolKind::FUNCTION } else { SymbolKind::MODULE },
        tags: None,
        detail: (!detail.is_empty()).then_some(detail),
        uri: snapshot.uri()?,
        range: snapshot.range(region, span),
        selection_range: snapshot.range(region, name_span),
        data: Some(json!({ "function": function.is_some() })),
    })
}

/// The function that an item of ours stands for.
fn function_of<'s>(snapshot: &'s Snapshot, item: &CallHierarchyItem) -> Option<(&'s Region, Item)> {
    if item.data.as_ref()?.get("function")?.as_bool() != Some(true) {
        return None;
    }
    let (region, offset) = snapshot.locate(item.selection_range.start)?;
    Some((region, functions::function_at(&region.script, offset)?))
}

fn of_section(snapshot: &Snapshot, app: &App, path: &str, section: &Section) -> Option<CallHierarchyItem> {
    let place = |span: Span| snapshot.location(app, &Place { path: path.to_owned(), span });
    let whole = place(section.span)?;
    Some(CallHierarchyItem {
        name: section.name.clone(),
        kind: section_kind(section.kind),
        tags: None,
        detail: Some(path.to_owned()),
        uri: whole.uri,
        range: whole.range,
        selection_range: place(section.name_span)?.range,
        data: Some(json!({ "flow": section.name })),
    })
}

/// The flow that an item of ours stands for.
fn flow_of<'s>(snapshot: &'s Snapshot, item: &'s CallHierarchyItem) -> Option<(&'s App, &'s str)> {
    let (app, _) = snapshot.document.in_app()?;
    Some((app, item.data.as_ref()?.get("flow").and_then(Value::as_str)?))
}

fn ranges(snapshot: &Snapshot, app: &App, path: &str, spans: &[Span]) -> Vec<Range> {
    let Some(sheet) = app.sheets().get(path) else { return Vec::new() };
    spans.iter().map(|span| range_in(&sheet.text, *span, snapshot.encoding)).collect()
}
