//! Names that the tables only know as texts: flows, steps and configurations where tests name them.

use dataway_lang::source::Span;
use dataway_runtime::params::Shape;
use dataway_runtime::registry;
use dataway_runtime::yaml::{Entry, Kind as Form, Node};

use super::Walk;
use crate::app::sheet::{Entity, Kind, Section, SectionKind, Wanted, What};

impl Walk {
    /// Names whose table only says that they are texts. Says whether it was one.
    pub(super) fn special(&mut self, node: &Node) -> bool {
        if self.step.is_some() {
            return false;
        }
        let path = self.path.join(".");
        let flow = self.flow.clone();
        match (self.kind, path.as_str()) {
            (Kind::Flows, "name") => self.defined(node, Entity::Flow),
            (Kind::Tests, "tests.from" | "tests.to") => {
                self.used(node, Wanted::StepId(flow.clone()), |id| Entity::Step(flow, id))
            }
            (Kind::Tests, "mocks.step" | "tests.mocks.step") => {
                match node.as_str().and_then(|text| text.split_once('/')) {
                    Some((flow, id)) if !self.is_asked(node) => {
                        let (length, start) = (flow.len(), flow.len() + 1);
                        self.spot(content(node, 0, length), What::Use(Entity::Flow(flow.to_owned())));
                        let step = Entity::Step(flow.to_owned(), id.to_owned());
                        self.spot(content(node, start, start + id.len()), What::Use(step));
                    }
                    _ => self.used(node, Wanted::StepId(flow.clone()), |id| Entity::Step(flow, id)),
                }
            }
            (Kind::Tests, "tests.calls") => {
                for entry in node.as_map().unwrap_or_default() {
                    let flow = flow.clone();
                    self.used(&entry.key, Wanted::StepId(flow.clone()), |id| Entity::Step(flow, id));
                }
            }
            (Kind::Tests, "mocks.config" | "tests.mocks.config") => self.used(node, Wanted::AnyConfig, Entity::Config),
            (Kind::Tests, "allow-real") => {
                for item in node.as_list().unwrap_or_default() {
                    self.used(item, Wanted::AnyConfig, Entity::Config);
                }
            }
            (Kind::Tests, "mocks.component" | "tests.mocks.component") => {
                if self.is_asked(node) {
                    self.wanted = Some(Wanted::ComponentName);
                }
                if let Some(found) = node.as_str().and_then(registry::component) {
                    self.spot(node.span, What::Component(found.description.key, found.description.table));
                }
            }
            (Kind::Tests, "tests") => {
                let Some(cases) = node.as_list() else { return false };
                cases.iter().for_each(|case| self.case(case));
            }
            _ => return false,
        }
        true
    }

    /// The name of a variable as the value of a parameter. Says whether it was one.
    pub(super) fn variable(&mut self, node: &Node) -> bool {
        let Some((_, key)) = self.step else { return false };
        match (key, self.path.last().map(String::as_str)) {
            ("set-variable", Some("name")) | (_, Some("counter" | "root-message")) => {
                self.defined(node, Entity::Variable);
            }
            ("remove-variable", Some("name")) => self.used(node, Wanted::Value(Shape::Name, None), Entity::Variable),
            _ => return false,
        }
        true
    }

    /// The name of a variable as a key below `variables`.
    pub(super) fn variable_key(&mut self, entry: &Entry) {
        if self.path.last().is_none_or(|field| field != "variables") {
            return;
        }
        if self.path.iter().any(|field| field == "expect") {
            self.used(&entry.key, Wanted::Value(Shape::Name, None), Entity::Variable);
        } else {
            self.defined(&entry.key, Entity::Variable);
        }
    }

    pub(super) fn defined(&mut self, node: &Node, entity: impl FnOnce(String) -> Entity) {
        if let Some(name) = node.as_str() {
            self.spot(content(node, 0, name.len()), What::Definition(entity(name.to_owned())));
        }
    }

    pub(super) fn used(&mut self, node: &Node, wanted: Wanted, entity: impl FnOnce(String) -> Entity) {
        if self.is_asked(node) || self.asked_key(node).is_some() {
            self.wanted = Some(wanted);
        } else if let Some(name) = node.as_str() {
            self.spot(content(node, 0, name.len()), What::Use(entity(name.to_owned())));
        }
    }

    fn case(&mut self, node: &Node) {
        let Shape::Record(table) = case_shape() else { return };
        self.flow = node.get("flow").and_then(Node::as_str).unwrap_or_default().to_owned();
        let fails = node
            .get("expect")
            .and_then(|expect| expect.get("error"))
            .is_some_and(|error| error.as_str() != Some("none"));
        let is_part = ["from", "to", "request"].iter().any(|key| node.get(key).is_some());
        self.ending = (!fails && !is_part && !self.flow.is_empty()).then(|| self.flow.clone());
        let name = node.get("name").filter(|name| name.as_str().is_some());
        let section = Section {
            name: name.and_then(Node::as_str).unwrap_or_default().to_owned(),
            detail: self.flow.clone(),
            kind: SectionKind::Case,
            span: node.span,
            name_span: name.map_or(Span::at(node.span.start), |name| name.span),
            children: Vec::new(),
        };
        self.section(section, |walk| walk.record(node, table));
    }
}

/// The place of a part of a text, without quotes.
fn content(node: &Node, start: usize, end: usize) -> Span {
    let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    match &node.kind {
        Form::Text(text) => text.positions.span(Span::new(clip(start), clip(end))),
        _ => node.span,
    }
}

/// The shape of a test case.
fn case_shape() -> Shape {
    let tests = Kind::Tests.table().field("tests").map(|field| field.shape);
    match tests {
        Some(Shape::List(inner, ..)) => *inner,
        _ => Shape::Any,
    }
}
