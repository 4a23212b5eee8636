//! What an app file says, place by place: which text is a parameter, a component, the name of a flow, a path, a program.
//!
//! The tables by which the loader reads files ([`Table`]) lead through the tree here as well, so that nothing about
//! components is written down twice. Files are read with their mistakes: what is wrong is passed over. Findings are the
//! business of the loader.

use std::mem::discriminant;

use dataway_lang::source::{SourceText, Span};
use dataway_runtime::model::{AppFile, FlowBody, SuiteBody};
use dataway_runtime::params::{Field, Params, Shape, Table};
use dataway_runtime::yaml::{self, Node, Text as Scalar};

use super::walk::Walk;
use crate::position::Text;

/// What kind of app file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `app.yaml`
    App,
    /// A file below `flows/`.
    Flows,
    /// A file below `tests/`.
    Tests,
}

impl Kind {
    /// By the path inside the app; `None` if it is no file of that kind.
    #[must_use]
    pub fn of(path: &str) -> Option<Kind> {
        match path {
            "app.yaml" => Some(Kind::App),
            _ if !path.ends_with(".yaml") => None,
            _ if path.starts_with("flows/") => Some(Kind::Flows),
            _ if path.starts_with("tests/") => Some(Kind::Tests),
            _ => None,
        }
    }

    /// The table of the whole file, or of each of its flows.
    #[must_use]
    pub fn table(self) -> &'static Table {
        match self {
            Kind::App => AppFile::TABLE,
            Kind::Flows => FlowBody::TABLE,
            Kind::Tests => SuiteBody::TABLE,
        }
    }
}

/// Something with a name that other places of the app refer to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entity {
    /// A flow.
    Flow(String),
    /// A configuration.
    Config(String),
    /// A step with an id of its own, in a flow. The flow is empty where a test does not say which.
    Step(String, String),
    /// A variable of messages.
    Variable(String),
}

impl Entity {
    /// Its name as it is written.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Entity::Flow(name) | Entity::Config(name) | Entity::Step(_, name) | Entity::Variable(name) => name,
        }
    }

    /// Can both be the same? A test that does not say which flow it means may mean every one.
    #[must_use]
    pub fn matches(&self, other: &Entity) -> bool {
        match (self, other) {
            (Entity::Step(one, id), Entity::Step(two, other)) => {
                id == other && (one == two || one.is_empty() || two.is_empty())
            }
            _ => self == other,
        }
    }
}

/// What lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A program.
    Script,
    /// A JSON Schema.
    Schema,
    /// An example document or another file.
    Sample,
}

/// Whose message an expression sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// That of a step or trigger of the same file.
    Step {
        /// Where its key starts.
        start: u32,
        /// That key.
        key: &'static str,
        /// The parameter, such as `response.status`.
        path: String,
    },
    /// The last one of a flow.
    End(String),
    /// The one that arrives at a step with that id, in a flow.
    Input(String, String),
}

impl Sight {
    /// The key of the step or trigger, if the expression belongs to one.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Sight::Step { key, .. } => Some(key),
            Sight::End(_) | Sight::Input(..) => None,
        }
    }
}

/// What a place of a file is.
#[derive(Debug, Clone)]
pub enum What {
    /// The key of a parameter.
    Parameter(&'static Field),
    /// The key of a component, trigger or configuration type, with its parameters.
    Component(&'static str, &'static Table),
    /// `id`, `name` or `description` of a step.
    Own(&'static str),
    /// A name is given.
    Definition(Entity),
    /// A name is used.
    Use(Entity),
    /// A path in the app.
    File(Role, String, Option<Sight>),
    /// A value of a parameter.
    Value(&'static Field),
    /// A program in `#[ … ]`: the scalar that it stands in, and where it starts and ends in that.
    Program(Scalar, Span, Option<Sight>),
}

/// A place of a file.
#[derive(Debug, Clone)]
pub struct Spot {
    /// Where, in the text without a byte order mark.
    pub span: Span,
    /// What.
    pub what: What,
}

/// What an entry of the outline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    /// A flow.
    Flow,
    /// What starts a flow.
    Trigger,
    /// A step.
    Step,
    /// A branch of a container.
    Branch,
    /// A configuration.
    Config,
    /// A case of a test suite.
    Case,
}

/// An entry of the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// What it is, in more words.
    pub detail: String,
    /// What it is.
    pub kind: SectionKind,
    /// All of it.
    pub span: Span,
    /// Its name or key.
    pub name_span: Span,
    /// What stands in it.
    pub children: Vec<Section>,
}

/// What may be written at the marker of a text that is being completed.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// A key of a table; these stand there already.
    Key(&'static Table, Vec<String>),
    /// A component, or a key of the step itself if it has a component.
    Step {
        /// Has it a component?
        has_component: bool,
        /// The keys that stand there already.
        present: Vec<String>,
    },
    /// A trigger.
    Trigger,
    /// A configuration type.
    ConfigType,
    /// A value of that shape; with expressions if the field takes them.
    Value(Shape, Option<&'static Field>),
    /// The id of a step of that flow, or of any if it is empty.
    StepId(String),
    /// The name of a configuration of any type.
    AnyConfig,
    /// The key of a component, as a value.
    ComponentName,
    /// A path of that role.
    File(Role),
    /// An output conversion.
    Conversion,
}

/// An app file.
#[derive(Debug)]
pub struct Sheet {
    /// Its kind.
    pub kind: Kind,
    /// Its text.
    pub text: Text,
    /// Length of the byte order mark, which the places do not count.
    pub mark: u32,
    /// What its places are, in the order of the text.
    pub spots: Vec<Spot>,
    /// Its outline.
    pub sections: Vec<Section>,
    /// Where mappings and lists over several lines stand.
    pub blocks: Vec<Span>,
    /// What flows state about their first payload.
    pub contracts: Vec<Stated>,
}

/// What a flow states about its first payload: a schema or a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The flow.
    pub flow: String,
    /// Is it a sample?
    pub is_sample: bool,
    /// Its path in the app.
    pub path: String,
}

/// Deepest nesting that is looked at for folding.
const MAX_DEPTH: usize = 128;

impl Sheet {
    /// Reads a file.
    #[must_use]
    pub fn read(kind: Kind, text: &Text) -> Sheet {
        let source = SourceText::new("", text.as_str());
        let mark = u32::try_from(text.as_str().len()).unwrap_or(u32::MAX).saturating_sub(source.len());
        let mut sheet = Sheet {
            kind,
            text: text.clone(),
            mark,
            spots: Vec::new(),
            sections: Vec::new(),
            blocks: Vec::new(),
            contracts: Vec::new(),
        };
        if let Some(tree) = yaml::parse(&source).0 {
            let mut walk = Walk::new(kind, None);
            walk.file(&tree);
            sheet.spots = walk.spots;
            sheet.spots.sort_by_key(|spot| spot.span);
            // What an alias repeats stands in the file once.
            sheet.spots.dedup_by(|a, b| a.span == b.span && discriminant(&a.what) == discriminant(&b.what));
            sheet.sections = walk.sections;
            sheet.contracts = walk.contracts;
            blocks(&tree, &mut sheet.blocks);
        }
        sheet
    }

    /// What may be written at the marker in a text; `None` if nothing is known about its place, or it is no YAML.
    #[must_use]
    pub fn wanted(kind: Kind, text: &str, marker: &'static str) -> Option<Wanted> {
        let tree = yaml::parse(&SourceText::new("", text)).0?;
        let mut walk = Walk::new(kind, Some(marker));
        walk.file(&tree);
        walk.wanted
    }

    /// The innermost place around an offset of the document.
    #[must_use]
    pub fn at(&self, offset: u32) -> Option<&Spot> {
        let offset = offset.checked_sub(self.mark)?;
        let around = self.spots.iter().filter(|spot| spot.span.start <= offset && offset <= spot.span.end);
        around.min_by_key(|spot| spot.span.len())
    }

    /// The sample or schema of the first payload of the flow around a place of the text.
    #[must_use]
    pub fn contract_at(&self, offset: u32) -> Option<&Stated> {
        let around = |section: &&Section| section.span.start <= offset && offset <= section.span.end;
        let flow = self.sections.iter().filter(|section| section.kind == SectionKind::Flow).find(around)?;
        self.contracts.iter().find(|stated| stated.flow == flow.name)
    }

    /// A span of the text as one of the document.
    #[must_use]
    pub fn outward(&self, span: Span) -> Span {
        Span::new(span.start.saturating_add(self.mark), span.end.saturating_add(self.mark))
    }
}

/// Collects mappings and lists.
fn blocks(tree: &Node, found: &mut Vec<Span>) {
    let mut open = vec![(tree, 0)];
    while let Some((node, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            continue;
        }
        if let Some(entries) = node.as_map() {
            for entry in entries {
                found.push(entry.key.span.to(entry.value.span));
                open.push((&entry.value, depth + 1));
            }
        }
        for item in node.as_list().unwrap_or_default() {
            found.push(item.span);
            open.push((item, depth + 1));
        }
    }
}
