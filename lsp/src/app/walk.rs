//! The way through the tree of an app file by the tables of its kind.

mod names;

use dataway_lang::source::Span;
use dataway_runtime::expr::{As, is_value_form};
use dataway_runtime::params::{Field, Mode, Shape, Table};
use dataway_runtime::registry;
use dataway_runtime::yaml::{Entry, Kind as Form, Node};

use super::sheet::{Entity, Kind, Role, Section, SectionKind, Sight, Spot, Stated, Wanted, What};

/// The keys of a step beside its component.
const OWN_KEYS: [&str; 3] = ["id", "name", "description"];

/// A way through a tree. Nesting is bounded by the reader of YAML.
pub(super) struct Walk {
    kind: Kind,
    /// What stands in the place of what is being written.
    marker: Option<&'static str>,
    /// What may stand there.
    pub wanted: Option<Wanted>,
    /// The places so far.
    pub spots: Vec<Spot>,
    /// The finished entries of the outline at this level.
    pub sections: Vec<Section>,
    /// What flows state about their first payload.
    pub contracts: Vec<Stated>,
    /// The flow around, or the one that a test names.
    flow: String,
    /// The flow to whose end a test gets.
    ending: Option<String>,
    /// The step that a mock stands for.
    mocked: String,
    /// The step or trigger around: where its key starts, and that key.
    step: Option<(u32, &'static str)>,
    /// The parameter inside that, or inside the file.
    path: Vec<String>,
}

impl Walk {
    pub(super) fn new(kind: Kind, marker: Option<&'static str>) -> Walk {
        Walk {
            kind,
            marker,
            wanted: None,
            spots: Vec::new(),
            sections: Vec::new(),
            contracts: Vec::new(),
            flow: String::new(),
            ending: None,
            mocked: String::new(),
            step: None,
            path: Vec::new(),
        }
    }

    /// Walks through a whole file.
    pub(super) fn file(&mut self, tree: &Node) {
        match (self.kind, tree.get("flows").and_then(Node::as_list)) {
            (Kind::Flows, Some(flows)) => flows.iter().for_each(|flow| self.flow(flow)),
            (Kind::Flows, None) => self.flow(tree),
            _ => self.record(tree, self.kind.table()),
        }
    }

    fn spot(&mut self, span: Span, what: What) {
        self.spots.push(Spot { span, what });
    }

    /// Is this what is being written?
    fn is_asked(&self, node: &Node) -> bool {
        match (self.marker, node.as_str()) {
            (Some(marker), Some(text)) => text.contains(marker) && !text.trim_start().starts_with("#["),
            _ => false,
        }
    }

    /// Is a key of this mapping being written?
    fn asked_key<'n>(&self, node: &'n Node) -> Option<&'n Entry> {
        node.as_map()?.iter().find(|entry| self.is_asked(&entry.key))
    }

    fn present(node: &Node) -> Vec<String> {
        let keys = node.as_map().unwrap_or_default().iter().filter_map(|entry| entry.key.as_str());
        keys.map(str::to_owned).collect()
    }

    fn sight(&self) -> Option<Sight> {
        let path = self.path.join(".");
        if let Some((start, key)) = self.step {
            return Some(Sight::Step { start, key, path });
        }
        match (self.kind, path.as_str()) {
            (Kind::Tests, "tests.expect.that") => self.ending.clone().map(Sight::End),
            (Kind::Tests, "tests.mocks.when") if !self.flow.is_empty() => {
                let (flow, id) = match self.mocked.split_once('/') {
                    Some((flow, id)) => (flow, id),
                    None => (self.flow.as_str(), self.mocked.as_str()),
                };
                Some(Sight::Input(flow.to_owned(), id.to_owned()))
            }
            _ => None,
        }
    }

    /// Walks into something that gets an entry of the outline.
    fn section(&mut self, section: Section, inside: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.sections);
        inside(self);
        let children = std::mem::replace(&mut self.sections, before);
        self.sections.push(Section { children, ..section });
    }

    fn flow(&mut self, node: &Node) {
        if self.asked_key(node).is_none() && node.as_map().is_none() {
            return;
        }
        let name = node.get("name").filter(|name| name.as_str().is_some());
        self.flow = name.and_then(Node::as_str).unwrap_or_default().to_owned();
        let trigger = node.get("trigger").and_then(Node::as_map).and_then(<[_]>::first);
        let section = Section {
            name: self.flow.clone(),
            detail: trigger.and_then(|entry| entry.key.as_str()).unwrap_or_default().to_owned(),
            kind: SectionKind::Flow,
            span: node.span,
            name_span: name.map_or(Span::at(node.span.start), |name| name.span),
            children: Vec::new(),
        };
        self.section(section, |walk| walk.record(node, walk.kind.table()));
    }

    /// A mapping by its table, or the value of its main field.
    fn record(&mut self, node: &Node, table: &'static Table) {
        let known = |entry: &Entry| entry.key.as_str().is_some_and(|key| table.field(key).is_some());
        let entries = match node.as_map() {
            Some(entries) if entries.iter().any(known) || !is_value_form(node) => entries,
            _ => {
                if let Some(main) = table.main() {
                    self.field(main, node);
                } else if self.is_asked(node) {
                    self.wanted = Some(Wanted::Key(table, Vec::new()));
                }
                return;
            }
        };
        if self.asked_key(node).is_some() {
            // A mapping with nothing but the marker may also be meant as the main value.
            self.wanted = Some(Wanted::Key(table, Walk::present(node)));
        }
        if self.kind == Kind::Tests && self.path.last().is_some_and(|field| field == "mocks") {
            self.mocked = node.get("step").and_then(Node::as_str).unwrap_or_default().to_owned();
        }
        for entry in entries {
            let Some(field) = entry.key.as_str().and_then(|key| table.fields.iter().find(|field| field.name == key))
            else {
                continue;
            };
            self.spot(entry.key.span, What::Parameter(field));
            self.field(field, &entry.value);
        }
    }

    fn field(&mut self, field: &'static Field, node: &Node) {
        self.path.push(field.name.to_owned());
        if !self.special(node) {
            if field.mode == Mode::Literal {
                self.value(node, &field.shape, Some(field));
            } else {
                self.parameter(node, &field.shape, Some(field));
            }
        }
        self.path.pop();
    }

    /// A value that may be an expression, a script, or hold them.
    fn parameter(&mut self, node: &Node, shape: &Shape, field: Option<&'static Field>) {
        if node.as_str().is_some_and(|text| text.trim_start().starts_with("#[")) {
            self.program(node);
            return;
        }
        if is_value_form(node) {
            self.value_form(node, shape, field);
            return;
        }
        match (&node.kind, shape) {
            (_, Shape::Record(_) | Shape::Steps) => self.value(node, shape, field),
            (Form::List(items), Shape::List(inner, ..)) => {
                items.iter().for_each(|item| self.parameter(item, inner, field));
            }
            (Form::List(items), _) => items.iter().for_each(|item| self.parameter(item, &Shape::Any, field)),
            (Form::Map(entries), Shape::Any | Shape::Dict(_)) => {
                if self.file_of_test(node) || self.asked_key(node).is_some() {
                    return;
                }
                let inner = if let Shape::Dict(inner) = shape { inner } else { &Shape::Any };
                for entry in entries {
                    self.variable_key(entry);
                    self.path.push(entry.key.as_str().unwrap_or_default().to_owned());
                    self.parameter(&entry.value, inner, field);
                    self.path.pop();
                }
            }
            _ => self.value(node, shape, field),
        }
    }

    /// `{file: samples/x.json}` in a test.
    fn file_of_test(&mut self, node: &Node) -> bool {
        let Some(file) = node.get("file").filter(|_| self.kind == Kind::Tests) else { return false };
        self.path_of(file, Role::Sample);
        true
    }

    fn value_form(&mut self, node: &Node, shape: &Shape, field: Option<&'static Field>) {
        for entry in node.as_map().unwrap_or_default() {
            match entry.key.as_str() {
                Some("script") => self.path_of(&entry.value, Role::Script),
                Some("expr") if self.is_asked(&entry.value) => self.wanted = Some(Wanted::Value(*shape, field)),
                Some("expr") => self.program(&entry.value),
                Some("as") if self.is_asked(&entry.value) => self.wanted = Some(Wanted::Conversion),
                _ => {}
            }
        }
    }

    fn path_of(&mut self, node: &Node, role: Role) {
        if self.is_asked(node) {
            self.wanted = Some(Wanted::File(role));
        } else if let Some(path) = node.as_str() {
            let sight = self.sight();
            self.spot(node.span, What::File(role, path.to_owned(), sight));
        }
    }

    /// A scalar `#[ … ]`; the bracket at its end may still be missing.
    fn program(&mut self, node: &Node) {
        let Form::Text(scalar) = &node.kind else { return };
        let text = &scalar.value;
        let lead = text.len() - text.trim_start().len();
        let Some(inside) = text.get(lead..).and_then(|rest| rest.strip_prefix("#[")) else { return };
        let trimmed = inside.trim_end();
        let inside = trimmed.strip_suffix(']').unwrap_or(inside);
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let span = Span::new(clip(lead + 2), clip(lead + 2 + inside.len()));
        let sight = self.sight();
        self.spot(node.span, What::Program(scalar.clone(), span, sight));
    }

    /// A literal by its shape.
    fn value(&mut self, node: &Node, shape: &Shape, field: Option<&'static Field>) {
        match shape {
            Shape::Record(table) => self.record(node, table),
            Shape::Steps => self.steps(node),
            Shape::Trigger => self.trigger(node),
            Shape::OneConfig => self.config(node),
            Shape::Contract => self.contract(node),
            Shape::Either(shapes) => {
                let fits = |shape: &&Shape| match (&node.kind, shape) {
                    (Form::List(_), Shape::List(..) | Shape::Steps) => true,
                    (Form::Map(_), Shape::Record(_) | Shape::Dict(_)) => true,
                    (Form::List(_) | Form::Map(_), _) => false,
                    (_, Shape::List(..) | Shape::Steps | Shape::Record(_) | Shape::Dict(_)) => false,
                    _ => true,
                };
                let chosen = shapes.iter().find(fits).or_else(|| shapes.first());
                chosen.into_iter().for_each(|shape| self.value(node, shape, field));
            }
            Shape::List(inner, ..) => match node.as_list() {
                Some(items) => items.iter().for_each(|item| self.element(item, inner, field)),
                None => self.element(node, inner, field),
            },
            Shape::Dict(inner) => {
                for entry in node.as_map().unwrap_or_default() {
                    self.entry(entry, inner, field);
                }
            }
            _ if self.is_asked(node) || self.asked_key(node).is_some() => {
                self.wanted = Some(match shape {
                    Shape::Schema => Wanted::File(Role::Schema),
                    _ => Wanted::Value(*shape, field),
                });
            }
            Shape::Config(_) => self.used(node, Wanted::AnyConfig, Entity::Config),
            Shape::Flow => self.used(node, Wanted::Value(*shape, field), Entity::Flow),
            Shape::Schema if node.as_str().is_some() => self.path_of(node, Role::Schema),
            Shape::Name if self.variable(node) => {}
            _ => self.spots.extend(field.map(|field| Spot { span: node.span, what: What::Value(field) })),
        }
    }

    /// An element of a list of records: a branch of a container, if it has steps.
    fn element(&mut self, node: &Node, shape: &Shape, field: Option<&'static Field>) {
        let is_branch = ["steps", "otherwise"].iter().any(|key| node.get(key).is_some());
        if !is_branch || self.step.is_none() {
            return if field.is_some_and(|field| field.mode != Mode::Literal) {
                self.parameter(node, shape, field);
            } else {
                self.value(node, shape, field);
            };
        }
        let label = ["name", "when", "type"].iter().find_map(|key| Some((*key, node.get(key)?.as_str()?)));
        let section = Section {
            name: label.map_or_else(|| "otherwise".to_owned(), |(_, text)| text.trim().to_owned()),
            detail: label.map_or("", |(key, _)| key).to_owned(),
            kind: SectionKind::Branch,
            span: node.span,
            name_span: node.as_map().and_then(<[_]>::first).map_or(node.span, |first| first.key.span),
            children: Vec::new(),
        };
        self.section(section, |walk| walk.value(node, shape, field));
    }

    /// A key of the author's choice with its value.
    fn entry(&mut self, entry: &Entry, shape: &Shape, field: Option<&'static Field>) {
        let name = entry.key.as_str().unwrap_or_default().to_owned();
        let is_config = matches!(shape, Shape::OneConfig);
        if is_config && self.kind == Kind::Tests {
            self.used(&entry.key, Wanted::AnyConfig, Entity::Config);
        } else if is_config && !self.is_asked(&entry.key) {
            self.defined(&entry.key, Entity::Config);
            let section = Section {
                name,
                detail: entry.value.get("type").and_then(Node::as_str).unwrap_or_default().to_owned(),
                kind: SectionKind::Config,
                span: entry.key.span.to(entry.value.span),
                name_span: entry.key.span,
                children: Vec::new(),
            };
            return self.section(section, |walk| walk.value(&entry.value, shape, field));
        }
        self.variable_key(entry);
        self.path.push(name);
        if field.is_some_and(|field| field.mode != Mode::Literal) {
            self.parameter(&entry.value, shape, field);
        } else {
            self.value(&entry.value, shape, field);
        }
        self.path.pop();
    }

    fn contract(&mut self, node: &Node) {
        if self.asked_key(node).is_some() {
            self.wanted = Some(Wanted::Value(Shape::Contract, None));
        }
        let is_trigger = self.step.is_some_and(|(_, key)| registry::trigger(key).is_some());
        let is_first = self.path == if is_trigger { &["payload"][..] } else { &["input", "payload"][..] };
        for entry in node.as_map().unwrap_or_default() {
            let role = match entry.key.as_str() {
                Some("schema") => Role::Schema,
                Some("sample") => Role::Sample,
                _ => continue,
            };
            self.path_of(&entry.value, role);
            if let (true, Some(path)) = (is_first, entry.value.as_str()) {
                let (flow, path) = (self.flow.clone(), path.to_owned());
                self.contracts.push(Stated { flow, is_sample: role == Role::Sample, path });
            }
        }
    }

    fn trigger(&mut self, node: &Node) {
        if self.is_asked(node) || self.asked_key(node).is_some() {
            self.wanted = Some(Wanted::Trigger);
        }
        let Some(entry) = node.as_map().and_then(<[_]>::first) else { return };
        let Some(found) = entry.key.as_str().and_then(registry::trigger) else { return };
        self.spot(entry.key.span, What::Component(found.key, found.table));
        let section = Section {
            name: found.key.to_owned(),
            detail: String::new(),
            kind: SectionKind::Trigger,
            span: entry.key.span.to(entry.value.span),
            name_span: entry.key.span,
            children: Vec::new(),
        };
        self.inside(entry.key.span.start, found.key, |walk| {
            walk.section(section, |walk| walk.record(&entry.value, found.table));
        });
    }

    /// Walks with a step or trigger around.
    fn inside(&mut self, start: u32, key: &'static str, work: impl FnOnce(&mut Self)) {
        let step = self.step.replace((start, key));
        let path = std::mem::take(&mut self.path);
        work(self);
        self.path = path;
        self.step = step;
    }

    fn config(&mut self, node: &Node) {
        let kind = node.get("type");
        let found = kind.and_then(Node::as_str).and_then(registry::config);
        if let (Some(kind), Some(found)) = (kind, found) {
            self.spot(kind.span, What::Component(found.key, found.table));
        }
        if kind.is_some_and(|kind| self.is_asked(kind)) {
            self.wanted = Some(Wanted::ConfigType);
        }
        match found {
            Some(found) => self.record(node, found.table),
            None if self.asked_key(node).is_some() || self.is_asked(node) => {
                self.wanted = Some(Wanted::Value(Shape::OneConfig, None));
            }
            None => {}
        }
    }

    fn steps(&mut self, node: &Node) {
        match node.as_list() {
            Some(items) => items.iter().enumerate().for_each(|(n, item)| self.a_step(item, n + 1)),
            None if self.is_asked(node) || self.asked_key(node).is_some() => {
                self.wanted = Some(Wanted::Value(Shape::Steps, None));
            }
            None => {}
        }
    }

    fn a_step(&mut self, node: &Node, position: usize) {
        if let Some(found) = node.as_str().and_then(registry::component) {
            self.spot(node.span, What::Component(found.description.key, found.description.table));
        }
        let entries = node.as_map().unwrap_or_default();
        let component = entries.iter().find_map(|entry| Some((entry, registry::component(entry.key.as_str()?)?)));
        if self.is_asked(node) || self.asked_key(node).is_some() {
            self.wanted = Some(Wanted::Step { has_component: component.is_some(), present: Walk::present(node) });
        }
        for entry in entries {
            let Some(own) = OWN_KEYS.iter().find(|own| entry.key.as_str() == Some(own)) else { continue };
            self.spot(entry.key.span, What::Own(own));
            if *own == "id" {
                let flow = self.flow.clone();
                self.defined(&entry.value, |id| Entity::Step(flow, id));
            }
        }
        let Some((entry, found)) = component else { return };
        let (key, table) = (found.description.key, found.description.table);
        self.spot(entry.key.span, What::Component(key, table));
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let section = Section {
            name: text("id").or_else(|| text("name")).map_or_else(|| position.to_string(), str::to_owned),
            detail: key.to_owned(),
            kind: SectionKind::Step,
            span: node.span,
            name_span: entry.key.span,
            children: Vec::new(),
        };
        self.inside(entry.key.span.start, key, |walk| {
            walk.section(section, |walk| walk.record(&entry.value, table));
        });
    }
}

/// The names of all output conversions.
pub(crate) fn conversions() -> &'static [&'static str] {
    As::NAMES
}
