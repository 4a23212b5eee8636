//! Reading a mapping by its table: every error is collected, unknown keys get the nearest known one.

use std::collections::BTreeMap;
use std::sync::Arc;

use dataway_lang::Profile;
use dataway_lang::source::{SourceText, Span};

use super::shape::{Field, Mode, Need, Shape, Table};
use super::{Params, Value};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::Programs;
use crate::model::{FileError, Files};
use crate::yaml::{Kind, Node, Text};

/// What reading a file must know of the rest of the app.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// The language profile.
    pub profile: Profile,
    /// Longest expression or script, in bytes.
    pub script_length: usize,
    /// Compiled programs by text.
    pub programs: &'a Programs,
    /// The files of the app.
    pub files: &'a Files,
    /// The configurations with their types.
    pub configs: BTreeMap<String, String>,
    /// Could all configurations be read? Otherwise a missing one may exist.
    pub is_complete: bool,
}

/// Which part of an app is being read; it decides over codes and conversions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Flows, steps, tests.
    Flow,
    /// `app.yaml`.
    App,
    /// Configurations: texts that come from substitutions convert to what a property wants.
    Config,
}

/// Reads nodes of one file and collects what is wrong with them.
#[derive(Debug)]
pub struct Reader<'a> {
    /// The rest of the app.
    pub around: &'a Surroundings<'a>,
    /// The file.
    pub source: SourceText,
    /// Which part of an app this is.
    pub context: Context,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// The flows that were named; whether they exist shows when all files are read.
    pub(crate) flow_refs: Vec<super::FlowRef>,
    /// The files that were read, with their contents; `None` once one could not be.
    pub(crate) used: Option<Vec<(String, Arc<[u8]>)>>,
    /// What is being read, for messages.
    subject: String,
    /// Does the field that is being read take expressions?
    mode: Mode,
    /// Are values to evaluate let pass where literals are checked?
    dynamic: bool,
    /// The ids of the steps around, for the ids of the steps inside.
    pub(crate) ids: crate::model::Ids,
}

impl<'a> Reader<'a> {
    /// A reader of `source`.
    #[must_use]
    pub fn new(around: &'a Surroundings<'a>, source: &SourceText, context: Context) -> Reader<'a> {
        Reader {
            around,
            source: source.clone(),
            context,
            diagnostics: Vec::new(),
            flow_refs: Vec::new(),
            used: Some(Vec::new()),
            subject: "the file".to_owned(),
            mode: Mode::Literal,
            dynamic: false,
            ids: crate::model::Ids::default(),
        }
    }

    /// The content of another file of the app.
    ///
    /// # Errors
    /// As [`Files::bytes`].
    pub fn file(&mut self, path: &str) -> Result<Arc<[u8]>, FileError> {
        let read = self.around.files.bytes(path);
        match (&read, &mut self.used) {
            (Ok(bytes), Some(used)) => used.push((path.to_owned(), Arc::clone(bytes))),
            _ => self.used = None,
        }
        read
    }

    /// Reports an error at `span`.
    pub fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, &self.source, span, message));
    }

    /// Reports an error with what to do about it.
    pub fn error_help(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(code, &self.source, span, message).with_help(help));
    }

    /// Reports a hint.
    pub fn hint(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::hint(code, &self.source, span, message));
    }

    /// Reports a warning.
    pub fn warning(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::warning(code, &self.source, span, message));
    }

    /// What is being read: `` `delay` ``.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Does the field that is being read take expressions?
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Checks literals that may hold values to evaluate.
    pub(crate) fn with_dynamic<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.dynamic, true);
        let made = check(self);
        self.dynamic = before;
        made
    }

    /// Is this a value to evaluate, in a place where those are let pass?
    pub(crate) fn lets_pass(&self, node: &Node) -> bool {
        self.dynamic && crate::expr::is_dynamic(node)
    }

    /// Reads something with another subject.
    pub fn about<T>(&mut self, subject: impl Into<String>, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.subject, subject.into());
        let made = read(self);
        self.subject = before;
        made
    }

    /// Reports that a node is not of a shape. A node that was reported before, and an expression where only literals stand, have
    /// their own messages.
    pub fn misfit(&mut self, node: &Node, shape: &Shape) {
        if node.kind == Kind::Lost {
            return;
        }
        let subject = self.subject.clone();
        if node.as_str().is_some_and(|text| text.trim_start().starts_with("#[")) {
            let message = format!("{subject} takes no expression");
            let help = format!("write {}", shape.describe());
            return self.error_help(Code::MODE, node.span, message, help);
        }
        let message = format!("{subject} must be {}, not {}", shape.describe(), node.describe());
        let help = match (shape, node.as_str()) {
            (Shape::OneOf(texts), Some(written)) => nearest(written, texts.iter().copied()),
            _ => None,
        };
        let code = match shape {
            Shape::Duration(..) | Shape::Size if node.as_str().is_some() => Code::SYNTAX,
            _ => Code::SHAPE,
        };
        self.diagnostics.push(Diagnostic { help, ..Diagnostic::error(code, &self.source, node.span, message) });
    }

    /// Reports a value of the right type outside its limits.
    pub fn out_of_limits(&mut self, node: &Node, limits: &str) {
        let message = format!("{} must be {limits}, not {}", self.subject, node.describe());
        self.error(Code::LIMITS, node.span, message);
    }

    /// The node as a scalar of the wanted kind: in a configuration a text is read again as a plain scalar.
    #[must_use]
    pub fn converted(&self, node: &Node) -> Node {
        match (&node.kind, self.context) {
            (Kind::Text(text), Context::Config) => {
                let kind = crate::yaml::plain(text.value.trim()).unwrap_or_else(|| node.kind.clone());
                Node { span: node.span, kind }
            }
            _ => node.clone(),
        }
    }
}

/// The fields of one mapping while it is read.
#[derive(Debug)]
pub struct Fields<'r, 'a> {
    reader: &'r mut Reader<'a>,
    node: &'r Node,
    table: &'static Table,
    /// The main value in the place of the mapping.
    main: Option<&'r Node>,
    /// Was a field that can be left out written wrongly? It is read as if it were left out, so that the rest can be checked.
    has_gaps: bool,
}

impl<'r, 'a> Fields<'r, 'a> {
    /// Reads the struct `T` from a mapping, or from its main value alone.
    pub fn read_record<T: Params>(node: &'r Node, reader: &'r mut Reader<'a>) -> Option<T> {
        let table = T::TABLE;
        let is_main = table.main().is_some_and(|main| match (&node.kind, &main.shape) {
            (Kind::Map(entries), _) => {
                // `set-payload: {script: …}` gives the main parameter in a value form.
                !entries.iter().any(|e| e.key.as_str().is_some_and(|key| table.field(key).is_some()))
                    && crate::expr::is_value_form(node)
            }
            (Kind::List(_), shape) => matches!(shape, Shape::List(..) | Shape::Steps),
            (Kind::Null, _) => false,
            _ => true,
        });
        let empty = node.kind == Kind::Null && table.fields.iter().all(|f| f.need != Need::Required);
        if !(is_main || empty || node.as_map().is_some()) {
            reader.misfit(node, &Shape::Record(table));
            return None;
        }
        let mut fields = Fields { reader, node, table, main: is_main.then_some(node), has_gaps: false };
        T::read_fields(&mut fields)
    }

    /// The reader, for checks across fields.
    pub fn reader(&mut self) -> &mut Reader<'a> {
        self.reader
    }

    /// The mapping.
    #[must_use]
    pub fn node(&self) -> &'r Node {
        self.node
    }

    /// Was something left out of what was made because it was written wrongly?
    #[must_use]
    pub fn has_gaps(&self) -> bool {
        self.has_gaps
    }

    /// Reads the field of that key; `None` after a message if there is nothing to stand in for it.
    pub fn read<T: Value>(&mut self, key: &str) -> Option<T> {
        let field = self.table.field(key)?;
        let written = match self.main {
            Some(node) => field.is_main.then_some(node),
            None => self.node.get(key),
        };
        let subject = format!("`{key}`");
        self.reader.mode = field.mode;
        match (written, field.need) {
            (Some(node), _) if node.kind == Kind::Null && field.need == Need::Optional && T::LITERAL => {
                T::absent(&field.shape, self.reader)
            }
            (Some(node), _) => {
                let made = self.reader.about(subject, |reader| {
                    let made = T::read(node, &field.shape, reader);
                    if made.is_some() {
                        documented(field, node, reader);
                    }
                    made
                });
                if made.is_none() {
                    self.has_gaps = true;
                }
                made.or_else(|| match field.need {
                    Need::Required => None,
                    Need::Optional => T::absent(&field.shape, self.reader),
                    Need::Default(text) => self.default(field, text),
                })
            }
            (None, Need::Default(text)) => self.default(field, text),
            (None, _) => {
                let made = T::absent(&field.shape, self.reader);
                if made.is_none() {
                    self.missing(field);
                }
                made
            }
        }
    }

    fn default<T: Value>(&mut self, field: &Field, text: &str) -> Option<T> {
        let node = default_node(text, self.node.span, &self.reader.source);
        self.reader.about(format!("`{}`", field.name), |reader| T::read(&node, &field.shape, reader))
    }

    fn missing(&mut self, field: &Field) {
        // A misspelt key is one mistake: it is reported as an unknown one.
        let known = || self.table.fields.iter().map(|field| field.name);
        let unknown = self.node.as_map().unwrap_or_default().iter().filter_map(|entry| entry.key.as_str());
        let mut unknown = unknown.filter(|name| self.table.field(name).is_none());
        if self.main.is_none() && unknown.any(|name| nearest_name(name, known()) == Some(field.name)) {
            return;
        }
        let span = heading(self.node);
        let help = format!("`{}` is {}", field.name, field.shape.describe());
        let message = format!("the key `{}` is missing in {}", field.name, self.reader.subject());
        self.reader.error_help(Code::SHAPE, span, message, help);
    }

    /// Reports the keys that no field took.
    pub fn finish(&mut self) {
        if self.main.is_some() {
            return;
        }
        for entry in self.node.as_map().unwrap_or_default() {
            let name = entry.key.as_str().unwrap_or_default();
            if self.table.field(name).is_some() {
                continue;
            }
            let known = self.table.fields.iter().map(|field| field.name);
            unknown_key(self.reader, &entry.key, known);
        }
    }
}

/// Reports a key that nobody knows.
pub(crate) fn unknown_key<'k>(reader: &mut Reader<'_>, key: &Node, known: impl Iterator<Item = &'k str> + Clone) {
    let shown = key.as_str().map_or_else(|| key.describe(), |name| format!("`{name}`"));
    let code = if reader.context == Context::Config { Code::CONFIG_TYPE } else { Code::SHAPE };
    let message = format!("unknown key {shown} in {}", reader.subject());
    let help = nearest(key.as_str().unwrap_or_default(), known.clone()).or_else(|| {
        let all: Vec<_> = known.map(|name| format!("`{name}`")).collect();
        (!all.is_empty()).then(|| format!("known keys: {}", all.join(", ")))
    });
    let diagnostic = Diagnostic::error(code, &reader.source, key.span, message);
    reader.diagnostics.push(Diagnostic { help, ..diagnostic });
}

/// The place of a mapping in messages about what it lacks: its first key, not the whole of it.
pub(crate) fn heading(node: &Node) -> Span {
    match node.as_map().and_then(<[_]>::first) {
        Some(first) => first.key.span,
        None => node.span,
    }
}

/// `did you mean …` for the known name that is nearest to what was written.
pub(crate) fn nearest<'k>(written: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    nearest_name(written, known).map(|name| format!("did you mean `{name}`?"))
}

/// The known name that is nearest to what was written, if it is near enough to be meant.
fn nearest_name<'k>(written: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if written.is_empty() || written.len() > 200 {
        return None;
    }
    let folded = written.to_lowercase().replace('_', "-");
    let distance = |name: &str| strsim::damerau_levenshtein(&folded, &name.to_lowercase());
    let (distance, name) = known.map(|name| (distance(name), name)).min_by_key(|(distance, _)| *distance)?;
    (distance <= folded.chars().count().div_ceil(3)).then_some(name)
}

/// The node that the text of a default stands for.
fn default_node(text: &str, span: Span, source: &SourceText) -> Node {
    if !text.starts_with("#[")
        && let (Some(node), _) = crate::yaml::parse(&SourceText::new(source.name(), text))
    {
        return placed(node, span);
    }
    Node { span, kind: Kind::Text(Text::synthetic(text, span)) }
}

/// A tree that stands nowhere, put at `span`.
pub(crate) fn placed(node: Node, span: Span) -> Node {
    let kind = match node.kind {
        Kind::Text(text) => Kind::Text(Text::synthetic(&text.value, span)),
        Kind::List(items) => Kind::List(items.into_iter().map(|item| placed(item, span)).collect()),
        Kind::Map(entries) => {
            let entries = entries.into_iter();
            let entries =
                entries.map(|e| crate::yaml::Entry { key: placed(e.key, span), value: placed(e.value, span) });
            Kind::Map(entries.collect())
        }
        other => other,
    };
    Node { span, kind }
}

/// Gives a hint for a number that the product's documentation does not allow.
fn documented(field: &Field, node: &Node, reader: &mut Reader<'_>) {
    let Some((low, high)) = field.documented else { return };
    let number = match field.shape {
        Shape::Duration(unit, ..) => {
            super::units::duration(&node.kind, unit).and_then(|d| i64::try_from(d.as_millis()).ok())
        }
        _ => match node.kind {
            Kind::Int(number) => Some(number),
            _ => None,
        },
    };
    if number.is_some_and(|number| number < low || number > high) {
        let unit = if matches!(field.shape, Shape::Duration(..)) { " ms" } else { "" };
        let message = format!("`{}` outside {low}..{high}{unit} is not documented for the product", field.name);
        reader.hint(Code::LIMITS, node.span, message);
    }
}
