//! The files of flows, read: one after the other, and each only once while nothing that it depends on changes. An editor
//! loads the same app after every key that is pressed. Whether names are unique and exist is left to the loader.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use dataway_lang::Profile;
use dataway_lang::source::{SourceText, Span};

use super::substitution;
use super::{Flow, FlowBody};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::Programs;
use crate::params::{Context, FlowRef, Reader, Shape, Surroundings, Value};
use crate::yaml::{self, Kind, Node};

/// What is kept from one loading of an app to the next.
#[derive(Debug, Default)]
pub struct Kept {
    /// The compiled programs.
    pub programs: Arc<Programs>,
    files: Mutex<HashMap<String, Arc<FlowFile>>>,
}

impl Kept {
    /// A file of flows with that content, read anew if anything is different from the last time.
    pub(super) fn flow_file(&self, path: &str, bytes: &Arc<[u8]>, around: &Surroundings<'_>) -> Arc<FlowFile> {
        let lock = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(path).filter(|known| known.bytes == *bytes).cloned();
        if let Some(known) = known.filter(|known| known.is_current(around)) {
            return known;
        }
        let made = Arc::new(FlowFile::read(path, bytes, around));
        lock().insert(path.to_owned(), Arc::clone(&made));
        made
    }
}

/// What reading a flow depends on beside files.
#[derive(Debug, PartialEq)]
struct Basis {
    profile: Profile,
    script_length: usize,
    configs: BTreeMap<String, String>,
    is_complete: bool,
}

impl Basis {
    fn of(around: &Surroundings<'_>) -> Basis {
        Basis {
            profile: around.profile,
            script_length: around.script_length,
            configs: around.configs.clone(),
            is_complete: around.is_complete,
        }
    }

    fn holds(&self, around: &Surroundings<'_>) -> bool {
        self.profile == around.profile
            && self.script_length == around.script_length
            && self.is_complete == around.is_complete
            && self.configs == around.configs
    }
}

/// A file of flows as it was read.
#[derive(Debug)]
pub(super) struct FlowFile {
    bytes: Arc<[u8]>,
    basis: Basis,
    /// The files that were read on the way, such as scripts and samples; `None` if one could not be: the next reading may
    /// find it, or another one to propose.
    used: Option<Vec<(String, Arc<[u8]>)>>,
    /// The file.
    pub source: SourceText,
    /// Its flows, as far as they could be read.
    pub flows: Vec<Arc<Flow>>,
    /// The names of all its flows, also of those that could not be read.
    pub names: Vec<(Arc<str>, Span)>,
    /// Could every name be read?
    pub is_complete: bool,
    /// The flows that are named in it.
    pub references: Vec<FlowRef>,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
}

impl FlowFile {
    fn is_current(&self, around: &Surroundings<'_>) -> bool {
        let same = |(path, bytes): &(String, Arc<[u8]>)| around.files.bytes(path).is_ok_and(|now| now == *bytes);
        self.basis.holds(around) && self.used.as_ref().is_some_and(|used| used.iter().all(same))
    }

    fn read(path: &str, bytes: &Arc<[u8]>, around: &Surroundings<'_>) -> FlowFile {
        let source = SourceText::from_bytes(path, bytes);
        let (tree, diagnostics) = yaml::parse(&source);
        let mut file = FlowFile {
            bytes: Arc::clone(bytes),
            basis: Basis::of(around),
            used: Some(Vec::new()),
            source: source.clone(),
            flows: Vec::new(),
            names: Vec::new(),
            is_complete: tree.is_some(),
            references: Vec::new(),
            diagnostics,
        };
        let Some(tree) = tree else { return file };
        let mut reader = Reader::new(around, &source, Context::Flow);
        substitutions_outside(&tree, &mut reader);
        for node in flow_nodes(&tree, &mut reader) {
            match node.get("name").and_then(|name| Some((name.as_str()?, name.span))) {
                Some((name, span)) => file.names.push((name.into(), span)),
                None => file.is_complete = false,
            }
            reader.ids = super::Ids::default();
            let made = reader.about("the flow", |reader| FlowBody::read(node, &FlowBody::SHAPE, reader));
            file.flows.extend(made.map(|body| Arc::new(Flow { body, source: source.clone() })));
        }
        file.references = reader.flow_refs;
        file.diagnostics.extend(reader.diagnostics);
        file.used = reader.used;
        file
    }
}

/// The flows of a file: a mapping with `steps`, or the list under `flows`.
fn flow_nodes<'n>(tree: &'n Node, reader: &mut Reader<'_>) -> Vec<&'n Node> {
    match tree.get("flows") {
        Some(list) => {
            for entry in tree.as_map().unwrap_or_default().iter().filter(|e| e.key.as_str() != Some("flows")) {
                crate::params::unknown_key(reader, &entry.key, std::iter::once("flows"));
            }
            match list.as_list() {
                Some(flows) => flows.iter().collect(),
                None => {
                    reader.about("`flows`", |r| r.misfit(list, &Shape::List(&Shape::Any, 0, usize::MAX)));
                    Vec::new()
                }
            }
        }
        None if tree.as_map().is_some() => vec![tree],
        None => {
            let message = format!("a flow file is a mapping with `steps` or `flows`, not {}", tree.describe());
            reader.error(Code::SHAPE, tree.span, message);
            Vec::new()
        }
    }
}

/// Reports substitutions in flows: steps get such things through configurations.
fn substitutions_outside(tree: &Node, reader: &mut Reader<'_>) {
    let mut open = vec![tree];
    while let Some(node) = open.pop() {
        match &node.kind {
            Kind::List(items) => open.extend(items),
            Kind::Map(entries) => open.extend(entries.iter().map(|entry| &entry.value)),
            Kind::Text(text) => {
                let Some(range) = substitution::first(&text.value) else { continue };
                let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
                let span = text.positions.span(Span::new(clip(range.start), clip(range.end)));
                let message = "substitutions are made only in `configs` and `admin` of app.yaml";
                let help = "put it into a configuration that the step names; `$${` is written for a plain `${`";
                reader.error_help(Code::SUBSTITUTION, span, message, help);
            }
            _ => {}
        }
    }
}
