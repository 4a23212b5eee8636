//! Which flow calls which, and which test runs which.

use dataway_lang::source::Span;

use crate::app::App;
use crate::app::sheet::{Entity, Section, SectionKind, Sheet, What};

/// A flow or test case, with the places of calls between it and the flow that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The file of the app that it stands in.
    pub path: String,
    /// The flow or case, with spans of the document.
    pub section: Section,
    /// Where the calls stand, in the file of the caller.
    pub calls: Vec<Span>,
}

/// The flow of that name with its file.
#[must_use]
pub fn flow(app: &App, name: &str) -> Option<(String, Section)> {
    app.sheets().iter().find_map(|(path, sheet)| {
        let sections = super::outline::symbols(sheet);
        let found = sections.into_iter().find(|one| one.kind == SectionKind::Flow && one.name == name)?;
        Some((path.clone(), Section { children: Vec::new(), ..found }))
    })
}

/// Who calls a flow.
#[must_use]
pub fn incoming(app: &App, name: &str) -> Vec<Link> {
    let wanted = Entity::Flow(name.to_owned());
    let mut links = Vec::new();
    for (path, sheet) in app.sheets() {
        for caller in callers(sheet) {
            let calls: Vec<Span> =
                uses(sheet, &caller).filter(|(entity, _)| **entity == wanted).map(|(_, span)| span).collect();
            if !calls.is_empty() {
                links.push(Link { path: path.clone(), section: caller, calls });
            }
        }
    }
    links
}

/// Which flows a flow calls.
#[must_use]
pub fn outgoing(app: &App, name: &str) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::new();
    for sheet in app.sheets().values() {
        for caller in callers(sheet).into_iter().filter(|one| one.kind == SectionKind::Flow && one.name == name) {
            for (entity, span) in uses(sheet, &caller) {
                let Entity::Flow(called) = entity else { continue };
                match links.iter_mut().find(|link| link.section.name == *called) {
                    Some(link) => link.calls.push(span),
                    None => {
                        let link = flow(app, called).map(|(path, section)| Link { path, section, calls: vec![span] });
                        links.extend(link);
                    }
                }
            }
        }
    }
    links
}

/// The flows and cases of a file.
fn callers(sheet: &Sheet) -> Vec<Section> {
    let mut sections = super::outline::symbols(sheet);
    sections.retain(|section| matches!(section.kind, SectionKind::Flow | SectionKind::Case));
    sections.into_iter().map(|section| Section { children: Vec::new(), ..section }).collect()
}

/// The names that are used inside a flow or case.
fn uses<'s>(sheet: &'s Sheet, section: &'s Section) -> impl Iterator<Item = (&'s Entity, Span)> {
    sheet.spots.iter().filter_map(|spot| {
        let span = sheet.outward(spot.span);
        match &spot.what {
            What::Use(entity) if section.span.start <= span.start && span.end <= section.span.end => {
                Some((entity, span))
            }
            _ => None,
        }
    })
}
