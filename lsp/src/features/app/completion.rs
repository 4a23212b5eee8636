//! Completion in app files: components, parameters, values, names and paths.
//!
//! As in programs, the text is completed first: a marker stands for the word at the cursor, as a key or as a value, and the
//! way through the tree by the tables says what is wanted at the marker.

use dataway_lang::source::Span;
use dataway_runtime::params::{Field, Mode, Need, Shape, Table};
use dataway_runtime::registry;

use super::hover;
use crate::app::sheet::{Entity, Kind, Role, Sheet, Wanted, What};
use crate::app::{App, conversions};
use crate::features::completion::{Completions, Doc, Item, ItemKind};

/// What stands for the word at the cursor: a name that nobody writes.
const MARKER: &str = "__cursor__";

/// What may be written at an offset of a document of that kind. `text` is the document without its byte order mark.
#[must_use]
pub fn at(app: &App, kind: Kind, text: &str, offset: u32) -> Completions {
    let Some(place) = Place::at(text, offset as usize) else { return Completions::default() };
    let wanted = place.variants(text).find_map(|variant| Sheet::wanted(kind, &variant, MARKER));
    let mut items = Vec::new();
    if let Some(wanted) = wanted {
        offer(app, &wanted, &place, &mut items);
    }
    items.sort_by(|a, b| (a.rank, &a.label).cmp(&(b.rank, &b.label)));
    items.dedup_by(|a, b| a.label == b.label);
    let start = u32::try_from(place.start).unwrap_or(offset);
    Completions { replace: Span::new(start, offset), items }
}

/// The word at the cursor.
struct Place {
    start: usize,
    /// Where it and the rest of it behind the cursor end.
    end: usize,
    /// Is it a key? Otherwise a value.
    is_key: bool,
    /// Does a colon follow already?
    has_colon: bool,
    /// Columns that lines below a key written here are indented by, in addition to those of this line.
    step: usize,
}

impl Place {
    fn at(text: &str, offset: usize) -> Option<Place> {
        let before = text.get(..offset)?;
        let after = text.get(offset..)?;
        let in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.get(line_start..)?;
        let word = line.len() - line.trim_end_matches(in_word).len();
        // The dash of a list is no part of a word.
        let dashes = line.len() - line.trim_start_matches([' ', '-']).len();
        let start = (offset - word).max(line_start + dashes.min(line.len()));
        let end = offset + (after.len() - after.trim_start_matches(in_word).len());
        let head = text.get(line_start..start)?;
        let previous = head.trim_end().chars().next_back();
        let only_indent = head.trim_start_matches([' ', '-']).is_empty();
        let is_key = only_indent || matches!(previous, Some('{' | ','));
        if !is_key && head.contains(" #") && !head.contains(['\'', '"']) {
            return None;
        }
        let has_colon = text.get(end..)?.trim_start_matches(' ').starts_with(':');
        let step = head.len() - head.trim_start_matches(' ').len();
        Some(Place { start, end, is_key, has_colon, step: head.len() - step + 2 })
    }

    /// The text with the marker, in the ways in which it may be YAML: with and without what follows the line.
    fn variants<'t>(&self, text: &'t str) -> impl Iterator<Item = String> + use<'t> {
        let head = text.get(..self.start).unwrap_or_default();
        let tail = text.get(self.end..).unwrap_or_default();
        let line_end = tail.find('\n').unwrap_or(tail.len());
        let (line, below) = tail.split_at(line_end);
        let colon = if self.is_key && !self.has_colon { ": " } else { "" };
        let whole = format!("{head}{MARKER}{colon}{line}{below}");
        let cut = format!("{head}{MARKER}{colon}{line}\n");
        let bare = format!("{head}{MARKER}{colon}\n");
        [whole, cut, bare].into_iter()
    }
}

fn offer(app: &App, wanted: &Wanted, place: &Place, items: &mut Vec<Item>) {
    match wanted {
        Wanted::Key(table, present) => {
            of_table(table, present, place, items);
            // Where nothing stands yet, the value of the main parameter may stand in the place of the mapping.
            if let (true, Some(main)) = (present.len() <= 1, table.main()) {
                if matches!(main.shape, Shape::Config(_) | Shape::Flow | Shape::OneOf(_)) {
                    of_shape(app, &main.shape, Some(main), items);
                }
                if main.mode != Mode::Literal {
                    forms(place, items);
                }
            }
        }
        Wanted::Step { has_component, present } => {
            if *has_component {
                for key in ["id", "name", "description"].into_iter().filter(|key| !present.iter().any(|one| one == key))
                {
                    items.push(key_item(key, hover::of_own_key(key), "", place, 1));
                }
            } else {
                for component in registry::components() {
                    items.push(component_item(component.description.key, component.description.table, place));
                }
                items.push(key_item("id", hover::of_own_key("id"), "", place, 2));
            }
        }
        Wanted::Trigger => {
            items.extend(registry::triggers().map(|trigger| component_item(trigger.key, trigger.table, place)));
        }
        Wanted::ConfigType => {
            let configs = registry::configs();
            items.extend(configs.map(|config| value_item(config.key, "", &hover::lines(config.table.doc), 1)));
        }
        Wanted::Value(shape, field) => of_shape(app, shape, *field, items),
        Wanted::StepId(flow) => {
            for (_, _, spot) in app.spots() {
                if let What::Definition(Entity::Step(own, id)) = &spot.what
                    && (flow.is_empty() || own == flow)
                {
                    items.push(value_item(id, own, "", 1));
                }
            }
        }
        Wanted::AnyConfig => configs(app, "", items),
        Wanted::ComponentName => {
            items.extend(registry::components().map(|component| {
                value_item(component.description.key, "", &hover::lines(component.description.table.doc), 1)
            }));
        }
        Wanted::File(role) => files(app, *role, items),
        Wanted::Conversion => items.extend(conversions().iter().map(|name| value_item(name, "", "", 1))),
    }
}

/// The keys of a table that do not stand there yet; required ones first.
fn of_table(table: &'static Table, present: &[String], place: &Place, items: &mut Vec<Item>) {
    for field in table.fields.iter().filter(|field| !present.iter().any(|key| key == field.name)) {
        let rank = if field.need == Need::Required { 0 } else { 1 };
        items.push(key_item(field.name, &hover::of_field(field), &field.shape.describe(), place, rank));
    }
}

fn of_shape(app: &App, shape: &Shape, field: Option<&'static Field>, items: &mut Vec<Item>) {
    match shape {
        Shape::OneOf(texts) => items.extend(texts.iter().map(|text| value_item(text, "", "", 1))),
        Shape::Bool => items.extend(["true", "false"].map(|text| value_item(text, "", "", 1))),
        Shape::Config(kind) => configs(app, kind, items),
        Shape::Flow => {
            for (path, _, spot) in app.spots() {
                if let What::Definition(Entity::Flow(name)) = &spot.what {
                    items.push(value_item(name, path, "", 1));
                }
            }
        }
        Shape::Schema => files(app, Role::Schema, items),
        Shape::Contract => {
            for (key, doc) in [
                ("schema", "Path of a JSON Schema."),
                ("sample", "Path of a document like the data."),
                ("type", "A type of the language."),
                ("mime-type", "MIME type of the data; by suffix unless something is said."),
            ] {
                items.push(Item { insert: format!("{key}: "), ..value_item(key, "", doc, 1) });
            }
        }
        Shape::OneConfig => items.push(Item { insert: "type: ".to_owned(), ..value_item("type", "", "", 0) }),
        Shape::Either(shapes) => shapes.iter().for_each(|shape| of_shape(app, shape, None, items)),
        Shape::List(inner, ..) => of_shape(app, inner, None, items),
        Shape::Record(table) => {
            if let Some(main) = table.main() {
                of_shape(app, &main.shape, Some(main), items);
            }
        }
        _ => {}
    }
    let Some(field) = field else { return };
    if let Need::Default(default) = field.need
        && !default.starts_with(['[', '{', '\''])
        && !items.iter().any(|item| item.label == default)
    {
        items.push(value_item(default, "default", "", 2));
    }
    if field.mode != Mode::Literal {
        items.push(Item {
            insert: "\"#[$0]\"".to_owned(),
            is_snippet: true,
            kind: ItemKind::Snippet,
            ..value_item("#[…]", "expression", "An expression, evaluated for each message.", 3)
        });
    }
}

/// The forms of a value that are mappings.
fn forms(place: &Place, items: &mut Vec<Item>) {
    for (key, doc) in [("script", "A script file of the app."), ("expr", "An expression with an output conversion.")] {
        items.push(key_item(key, doc, "value form", place, 2));
    }
}

fn configs(app: &App, kind: &str, items: &mut Vec<Item>) {
    let Ok(checked) = app.checked() else { return };
    for (name, own) in &checked.app.config_types {
        if kind.is_empty() || own == kind {
            items.push(value_item(name, own, "", 1));
        }
    }
}

fn files(app: &App, role: Role, items: &mut Vec<Item>) {
    let (folder, suffixes): (&str, &[&str]) = match role {
        Role::Script => ("transforms", &["dw"]),
        Role::Schema => ("schemas", &["json"]),
        Role::Sample => ("samples", &["json", "csv", "xml", "yaml", "txt"]),
    };
    for path in suffixes.iter().flat_map(|suffix| app.names(folder, suffix)) {
        items.push(value_item(&path, "", "", 1));
    }
}

/// A component with its required parameters to fill in.
fn component_item(key: &str, table: &'static Table, place: &Place) -> Item {
    let doc = hover::of_component(key, table);
    let required: Vec<&Field> = table.fields.iter().filter(|field| field.need == Need::Required).collect();
    let indent = " ".repeat(place.step);
    let (insert, is_snippet) = match (table.main(), required.as_slice()) {
        _ if place.has_colon || table.fields.is_empty() => (key.to_owned(), false),
        (Some(main), [] | [_]) if required.iter().all(|field| field.is_main) => match main.shape {
            Shape::Steps | Shape::List(..) | Shape::Record(_) => (format!("{key}:\n{indent}- $0"), true),
            _ => (format!("{key}: $0"), true),
        },
        (_, []) => (format!("{key}: {{}}"), false),
        (_, required) => {
            let mut text = format!("{key}:");
            for (n, field) in (1..).zip(required) {
                let value = match field.shape {
                    Shape::Steps | Shape::List(..) => format!("\n{indent}  - ${n}"),
                    _ => format!(" ${n}"),
                };
                text.push_str(&format!("\n{indent}{}:{value}", field.name));
            }
            (text, true)
        }
    };
    Item {
        label: key.to_owned(),
        kind: ItemKind::Function,
        detail: hover::lines(table.doc).lines().next().unwrap_or_default().to_owned(),
        insert,
        is_snippet,
        doc: Doc::Markdown(doc),
        rank: 1,
    }
}

fn key_item(key: &str, doc: &str, detail: &str, place: &Place, rank: u8) -> Item {
    Item {
        label: key.to_owned(),
        kind: ItemKind::Property,
        detail: detail.to_owned(),
        insert: if place.has_colon { key.to_owned() } else { format!("{key}: ") },
        is_snippet: false,
        doc: Doc::Markdown(doc.to_owned()),
        rank,
    }
}

fn value_item(text: &str, detail: &str, doc: &str, rank: u8) -> Item {
    Item {
        label: text.to_owned(),
        kind: ItemKind::Value,
        detail: detail.to_owned(),
        insert: text.to_owned(),
        is_snippet: false,
        doc: Doc::Markdown(doc.to_owned()),
        rank,
    }
}
