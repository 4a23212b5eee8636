//! Steps: one component with its parameters, an id, a place.

use std::any::Any;
use std::sync::Arc;

use dataway_lang::source::{SourceText, Span};

use super::ids::{MAX_DEPTH, MAX_STEPS};
use crate::diagnostic::Code;
use crate::params::{AnyParams, Description, Reader, Shape, Table, Value, Visitor, nearest, unknown_key};
use crate::registry::{self, ComponentDesc};
use crate::yaml::{Kind, Node};

/// A step of a flow.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its id: given, or made from the position.
    pub id: Arc<str>,
    /// Was the id given?
    pub has_own_id: bool,
    /// Label for people.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The component.
    pub component: &'static ComponentDesc,
    /// Its parameters: the struct that the component declares, or [`Broken`] after an error.
    pub params: Arc<dyn AnyParams>,
    /// The file.
    pub source: SourceText,
    /// The component key in that file.
    pub span: Span,
}

impl Step {
    /// The parameters as the struct that the component declares.
    #[must_use]
    pub fn params<T: Any>(&self) -> Option<&T> {
        self.params.as_any().downcast_ref()
    }

    /// The key of the component, such as `set-payload`.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.component.description.key
    }
}

/// The parameters of a step that has errors. It keeps its place, so that what follows it can be checked.
#[derive(Debug)]
pub struct Broken;

impl AnyParams for Broken {
    fn visit<'a>(&'a self, _visitor: &mut dyn Visitor<'a>) {}
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What stands in for a component that does not exist.
static UNKNOWN: ComponentDesc = ComponentDesc {
    description: Description { key: "", table: &Table { doc: "", fields: &[] }, read: |_, _| None },
    build: |_, _| Err("there is no such component".to_owned()),
};

/// A list of steps with the branch of the container that it is.
#[derive(Debug, Clone, Default)]
pub struct Steps {
    /// `when-2`, `otherwise`, `catch-1`, a branch's name; empty for the plain `steps` of a container or flow.
    pub label: String,
    /// The steps in order.
    pub items: Vec<Step>,
}

impl Value for Steps {
    const SHAPE: Shape = Shape::Steps;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Steps> {
        let Some(nodes) = node.as_list() else {
            reader.misfit(node, shape);
            return None;
        };
        let label = reader.ids.branch();
        if reader.ids.depth() > MAX_DEPTH {
            let message = format!("containers are nested deeper than {MAX_DEPTH} levels");
            reader.error_help(Code::LIMITS, node.span, message, "move inner steps into a flow of their own");
            return None;
        }
        let mut items = Vec::with_capacity(nodes.len());
        for (n, node) in nodes.iter().enumerate() {
            reader.ids.count += 1;
            if reader.ids.count == MAX_STEPS + 1 {
                let message = format!("a flow has at most {MAX_STEPS} steps");
                reader.error_help(Code::LIMITS, node.span, message, "move steps into a flow of their own");
            }
            items.extend(stacker::maybe_grow(128 << 10, 1 << 20, || step(node, n + 1, reader)));
        }
        Some(Steps { label, items })
    }

    fn visit<'a>(&'a self, visitor: &mut dyn Visitor<'a>) {
        visitor.steps(self);
    }
}

/// The keys of a step beside the component.
const OWN_KEYS: [&str; 3] = ["id", "name", "description"];

/// Reads a step; `None` if it names no component.
fn step(node: &Node, position: usize, reader: &mut Reader<'_>) -> Option<Step> {
    let bare;
    let (key, value) = match &node.kind {
        Kind::Lost => return None,
        Kind::Text(text) if matches!(&*text.value, "break" | "continue") => {
            bare = Node { span: node.span, kind: Kind::Null };
            (node, &bare)
        }
        Kind::Map(_) => component_key(node, reader)?,
        _ => {
            let message = format!("a step is a mapping with a component key, not {}", node.describe());
            let help = node.as_str().and_then(|text| nearest(text, registry::component_keys()));
            let help = help.unwrap_or_else(|| "write `- set-payload: …`, `- break`, …".to_owned());
            reader.error_help(Code::COMPONENT_KEY, node.span, message, help);
            return None;
        }
    };
    let component = component(key, reader).unwrap_or(&UNKNOWN);
    super::reach::check(component.description.key, key, value, reader);
    let (id, has_own_id) = match node.get("id").and_then(|id| own_id(id, reader)) {
        Some(id) => (id, true),
        None => (reader.ids.at(position), false),
    };
    let name = node.get("name").and_then(|n| reader.about("`name`", |r| String::read(n, &Shape::Text, r)));
    let description =
        node.get("description").and_then(|n| reader.about("`description`", |r| String::read(n, &Shape::Text, r)));
    let description_key = component.description.key;
    let branch = reader.ids.enter(description_key, &id);
    let params = reader.about(format!("`{description_key}`"), |reader| (component.description.read)(value, reader));
    reader.ids.leave(branch);
    Some(Step {
        id: id.into(),
        has_own_id,
        name,
        description,
        component,
        params: params.unwrap_or_else(|| Arc::new(Broken)),
        source: reader.source.clone(),
        span: key.span,
    })
}

/// The one entry of a step that is no key of ours.
fn component_key<'n>(node: &'n Node, reader: &mut Reader<'_>) -> Option<(&'n Node, &'n Node)> {
    let entries = node.as_map().unwrap_or_default();
    let own = |key: &Node| key.as_str().is_some_and(|key| OWN_KEYS.contains(&key));
    let known = |key: &Node| key.as_str().is_some_and(|key| registry::component(key).is_some());
    let others: Vec<_> = entries.iter().filter(|entry| !own(&entry.key)).collect();
    match others.as_slice() {
        [] => {
            let span = crate::params::heading(node);
            let help = "name what the step does, such as `set-payload` or `http-request`";
            reader.error_help(Code::COMPONENT_KEY, span, "the step has no component key", help);
            None
        }
        [only] => Some((&only.key, &only.value)),
        [first, second, ..] => {
            let components: Vec<_> = others.iter().filter(|entry| known(&entry.key)).collect();
            if let [component] = components.as_slice() {
                let keys = OWN_KEYS.iter().copied();
                for other in others.iter().filter(|entry| !known(&entry.key)) {
                    reader.about("the step", |reader| unknown_key(reader, &other.key, keys.clone()));
                }
                return Some((&component.key, &component.value));
            }
            let name = |node: &Node| node.as_str().unwrap_or("?").to_owned();
            let message =
                format!("the step has several component keys: `{}`, `{}`", name(&first.key), name(&second.key));
            reader.error_help(Code::COMPONENT_KEY, second.key.span, message, "make them steps of their own");
            None
        }
    }
}

/// The component of a key.
fn component(key: &Node, reader: &mut Reader<'_>) -> Option<&'static ComponentDesc> {
    let name = key.as_str().unwrap_or_default();
    if let Some(found) = registry::component(name) {
        return Some(found);
    }
    if registry::is_later(name) {
        let message = format!("`{name}` is not implemented yet");
        reader.error(Code::LATER_STAGE, key.span, message);
        return None;
    }
    let help = nearest(name, registry::component_keys());
    let help = help.unwrap_or_else(|| "`dataway schema flows` lists all components".to_owned());
    reader.error_help(Code::UNKNOWN_COMPONENT, key.span, format!("there is no component `{name}`"), help);
    None
}

/// A given id.
fn own_id(node: &Node, reader: &mut Reader<'_>) -> Option<String> {
    let id = reader.about("`id`", |reader| String::read(node, &Shape::Text, reader))?;
    let mut bytes = id.bytes();
    let starts = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if !starts || id.len() > 64 || !bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
        let help = "1 to 64 ASCII letters, digits, `_`, `-`, starting with a letter or `_`";
        reader.error_help(Code::SHAPE, node.span, format!("`{id}` is no id"), help);
        return None;
    }
    if id == "trigger" {
        reader.error(Code::DUPLICATE, node.span, "the id `trigger` is reserved for the trigger");
        return None;
    }
    if let Some(first) = reader.ids.give(&id, node.span) {
        let line = reader.source.line_column(first.start).line;
        let message = format!("the id `{id}` is used before in this flow, in line {line}");
        reader.error_help(Code::DUPLICATE, node.span, message, "ids are unique in a flow");
    }
    Some(id)
}
