//! Hover on app files: what a key, a component or a name means, from the tables of the parameters.

use std::fmt::Write as _;

use dataway_runtime::params::{Field, Mode, Need, Table};
use dataway_runtime::registry;

use crate::app::App;
use crate::app::sheet::{Entity, SectionKind, Sheet, What};
use crate::features::hover::Hover;

/// What stands at an offset of the document.
#[must_use]
pub fn at(app: &App, sheet: &Sheet, offset: u32) -> Option<Hover> {
    let spot = sheet.at(offset)?;
    let text = match &spot.what {
        What::Parameter(field) | What::Value(field) => of_field(field),
        What::Component(key, table) => of_component(key, table),
        What::Own(key) => format!("```yaml\n{key}:\n```\n\n{}", of_own_key(key)),
        What::Definition(entity) | What::Use(entity) => of_entity(app, entity)?,
        What::File(_, path, _) => {
            let exists = app.files.exists(&app.file_of(path));
            format!("`{path}`{}", if exists { "" } else { ": there is no such file in the app" })
        }
        What::Program(..) => return None,
    };
    Some(Hover { span: sheet.outward(spot.span), text })
}

/// A parameter: what it looks like, what it means, and what it is when nobody writes it.
#[must_use]
pub fn of_field(field: &Field) -> String {
    let mut text = format!("```yaml\n{}: {}\n```\n\n{}", field.name, field.shape.describe(), lines(field.doc));
    let takes = match field.mode {
        Mode::Literal => "Literals only.",
        Mode::Expression => "An expression `#[…]` or a script.",
        Mode::Both => "A literal, an expression `#[…]` or a script.",
    };
    let need = match field.need {
        Need::Required => "Required.".to_owned(),
        Need::Optional => "Optional.".to_owned(),
        Need::Default(default) => format!("Default: `{default}`."),
    };
    // Text ends here, so writing cannot fail.
    let _ = write!(text, "\n\n{need} {takes}");
    if let Some((low, high)) = field.documented {
        let _ = write!(text, " The product documents {low} to {high}.");
    }
    text
}

/// A component, trigger or configuration type with its parameters.
#[must_use]
pub fn of_component(key: &str, table: &Table) -> String {
    let mut text = format!("```yaml\n{key}:\n```\n\n{}", lines(table.doc));
    for field in table.fields {
        let mark = if field.need == Need::Required { " (required)" } else { "" };
        let first = lines(field.doc).lines().next().unwrap_or_default().to_owned();
        let _ = write!(text, "\n* `{}`{mark}: {first}", field.name);
    }
    text
}

/// What a key of every step is for.
#[must_use]
pub fn of_own_key(key: &str) -> &'static str {
    match key {
        "id" => "Unique in the flow; logs, tests and errors use it.",
        "name" => "Label for people.",
        _ => "What the step is for.",
    }
}

fn of_entity(app: &App, entity: &Entity) -> Option<String> {
    match entity {
        Entity::Flow(name) => {
            let mut flows = app.sheets().values().flat_map(|sheet| &sheet.sections);
            let flow = flows.find(|section| section.kind == SectionKind::Flow && section.name == *name)?;
            let trigger = if flow.detail.is_empty() { "called by others" } else { flow.detail.as_str() };
            let steps = flow.children.iter().filter(|section| section.kind == SectionKind::Step).count();
            let calls = super::navigation::references(app, entity, false).len();
            let counted = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
            Some(format!("flow `{name}`: {trigger}, {}, {}", counted(steps, "step"), counted(calls, "use")))
        }
        Entity::Config(name) => {
            let kind = app.checked().ok()?.app.config_types.get(name)?;
            let doc = registry::config(kind).map(|found| lines(found.table.doc)).unwrap_or_default();
            Some(format!("configuration `{name}` of type `{kind}`\n\n{doc}"))
        }
        Entity::Step(flow, id) if flow.is_empty() => Some(format!("step `{id}`")),
        Entity::Step(flow, id) => Some(format!("step `{id}` of the flow `{flow}`")),
        Entity::Variable(name) => {
            let (all, used) =
                (super::navigation::references(app, entity, true), super::navigation::references(app, entity, false));
            Some(format!("variable `{name}`: set {}×, used {}×", all.len().saturating_sub(used.len()), used.len()))
        }
    }
}

/// A documentation comment without the blank that each of its lines starts with.
#[must_use]
pub fn lines(doc: &str) -> String {
    doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n").trim().to_owned()
}
