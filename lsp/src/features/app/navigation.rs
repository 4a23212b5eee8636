//! Definition, references and renaming of flows, configurations, steps and variables, and the way to the files that an app names.

use dataway_lang::source::Span;
use dataway_runtime::{params, yaml};

use super::variables;
use crate::app::App;
use crate::app::sheet::{Entity, Sheet, What};

/// A stretch of a file of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The path in the app.
    pub path: String,
    /// Where in the file.
    pub span: Span,
}

/// The name at an offset of a file, with its place.
#[must_use]
pub fn entity_at(sheet: &Sheet, offset: u32) -> Option<(&Entity, Span)> {
    let spot = sheet.at(offset)?;
    match &spot.what {
        What::Definition(entity) | What::Use(entity) => Some((entity, sheet.outward(spot.span))),
        _ => None,
    }
}

/// Where the name at an offset is given, or the file that is named there.
#[must_use]
pub fn definition(app: &App, sheet: &Sheet, offset: u32) -> Vec<Place> {
    let Some(spot) = sheet.at(offset) else { return Vec::new() };
    match &spot.what {
        What::Definition(entity) | What::Use(entity) => definitions(app, entity),
        What::File(_, path, _) if app.files.exists(&app.file_of(path)) => {
            vec![Place { path: path.clone(), span: Span::at(0) }]
        }
        _ => Vec::new(),
    }
}

/// Where a name is given.
#[must_use]
pub fn definitions(app: &App, entity: &Entity) -> Vec<Place> {
    let given = places(app, entity, true).into_iter().filter(|(_, is_definition)| *is_definition);
    given.map(|(place, _)| place).collect()
}

/// Every place of the app with a name; without those that give it unless `declarations`.
#[must_use]
pub fn references(app: &App, entity: &Entity, declarations: bool) -> Vec<Place> {
    places(app, entity, declarations).into_iter().map(|(place, _)| place).collect()
}

/// Places of a name, each with whether it is given there.
fn places(app: &App, entity: &Entity, declarations: bool) -> Vec<(Place, bool)> {
    let place = |(path, sheet, spot): (&str, &Sheet, &crate::app::sheet::Spot)| {
        let (other, is_definition) = match &spot.what {
            What::Definition(other) => (other, true),
            What::Use(other) => (other, false),
            _ => return None,
        };
        let wanted = entity.matches(other) && (declarations || !is_definition);
        wanted.then(|| (Place { path: path.to_owned(), span: sheet.outward(spot.span) }, is_definition))
    };
    let mut found: Vec<(Place, bool)> = app.spots().filter_map(place).collect();
    if let Entity::Variable(name) = entity {
        found.extend(variables::uses(app, name).into_iter().map(|place| (place, false)));
    }
    found
}

/// Where a name stands in one file, each place with whether it is given there.
#[must_use]
pub fn highlights(app: &App, path: &str, entity: &Entity) -> Vec<(Span, bool)> {
    let mut here: Vec<(Span, bool)> = places(app, entity, true)
        .into_iter()
        .filter(|(place, _)| place.path == path)
        .map(|(place, is_definition)| (place.span, is_definition))
        .collect();
    here.sort();
    here
}

/// The places to be replaced when a name is to be another one.
///
/// # Errors
/// Why the name cannot be changed to that: it is no name, or something else has it.
pub fn rename(app: &App, entity: &Entity, name: &str) -> Result<Vec<Place>, String> {
    let is_id = name.len() <= 64
        && name.is_ascii()
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let (fits, renamed) = match entity {
        Entity::Flow(_) => (params::is_name(name), Entity::Flow(name.to_owned())),
        Entity::Config(_) => (params::is_name(name), Entity::Config(name.to_owned())),
        Entity::Step(flow, _) => (is_id && name != "trigger", Entity::Step(flow.clone(), name.to_owned())),
        Entity::Variable(_) => (is_id, Entity::Variable(name.to_owned())),
    };
    if !fits || yaml::plain(name).is_some() {
        return Err(format!("`{name}` is no name here: letters, digits, `_` and `-`, not beginning with a digit"));
    }
    if let Some(taken) = places(app, &renamed, true).into_iter().find(|(_, is_definition)| *is_definition) {
        return Err(format!("`{name}` exists already, in {}", taken.0.path));
    }
    let found = references(app, entity, true);
    if found.is_empty() { Err(format!("`{}` is written nowhere", entity.name())) } else { Ok(found) }
}
