//! From the folder of an app to its model: every file is read, every mistake collected.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dataway_lang::Profile;
use dataway_lang::source::{SourceText, Span};

use super::secrets::{self, Environment, Redactor, SecretSources};
use super::substitution::{self, Substitution};
use super::{AppFile, Files, Flow, Kept, Suite, SuiteBody};
use crate::diagnostic::{Code, Diagnostic};
use crate::expr::Programs;
use crate::params::{Context, FlowRef, Reader, Surroundings, Value, parse_size};
use crate::yaml::{self, Kind, Node};

/// How an app is loaded.
pub struct Options<'a> {
    /// Files that are laid over `values`, later ones win.
    pub values: Vec<PathBuf>,
    /// The file of secrets.
    pub secrets: Option<PathBuf>,
    /// Are missing secrets, values and variables let pass?
    pub no_secrets: bool,
    /// Reads the environment.
    pub environment: &'a Environment,
}

/// An app as it was written.
#[derive(Debug)]
pub struct App {
    /// `app.yaml`.
    pub file: AppFile,
    /// The flows in load order.
    pub flows: Vec<Arc<Flow>>,
    /// The test suites in load order.
    pub suites: Vec<Suite>,
    /// The files.
    pub files: Arc<Files>,
    /// The compiled programs.
    pub programs: Arc<Programs>,
    /// Keeps the secrets of the app out of texts.
    pub redactor: Redactor,
    /// The source of `app.yaml`.
    pub source: SourceText,
    /// The configurations with their types, those with errors too.
    pub config_types: BTreeMap<String, String>,
}

impl App {
    /// The flow of that name.
    #[must_use]
    pub fn flow(&self, name: &str) -> Option<&Flow> {
        self.flows.iter().map(|flow| &**flow).find(|flow| &**flow.name() == name)
    }
}

/// What loading gave.
#[derive(Debug)]
pub struct Loaded {
    /// The app as far as it could be read; what has errors is left out, and settings that have are the defaults.
    pub app: App,
    /// What was found, not yet sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// Loads the app in `root`, a folder or its `app.yaml`.
///
/// # Errors
/// Why there is nothing to load: no such folder, unreadable values or secrets.
pub fn load(root: &Path, options: &Options<'_>) -> Result<Loaded, String> {
    let root = if root.is_file() { root.parent().unwrap_or(Path::new(".")) } else { root };
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    load_files(Arc::new(Files::new(root)), options, &Kept::default())
}

/// Loads an app out of files that may be open in an editor, with what was kept of the last time.
///
/// # Errors
/// As [`load`].
pub fn load_files(files: Arc<Files>, options: &Options<'_>, kept: &Kept) -> Result<Loaded, String> {
    let source = files.text("app.yaml").map_err(|error| match error {
        super::FileError::Missing(_) => format!("there is no app.yaml in {}", files.root().display()),
        other => other.to_string(),
    })?;
    let mut loader = Loader { files, diagnostics: Vec::new(), redactor: Redactor::default(), kept };
    let app = loader.app(&source, options)?;
    for diagnostic in &mut loader.diagnostics {
        diagnostic.message = loader.redactor.redact(&diagnostic.message).into_owned();
        diagnostic.help = diagnostic.help.take().map(|help| loader.redactor.redact(&help).into_owned());
    }
    Ok(Loaded { app, diagnostics: loader.diagnostics })
}

struct Loader<'k> {
    files: Arc<Files>,
    kept: &'k Kept,
    redactor: Redactor,
    diagnostics: Vec<Diagnostic>,
}

/// A flow name with its place.
type Names = BTreeMap<String, (SourceText, Span)>;

impl Loader<'_> {
    fn app(&mut self, source: &SourceText, options: &Options<'_>) -> Result<App, String> {
        let (tree, found) = yaml::parse(source);
        self.diagnostics.extend(found);
        let tree = match tree {
            Some(tree) => Some(self.substituted(tree, source, options)?),
            None => None,
        };
        let files = self.files.clone();
        let programs = self.kept.programs.clone();
        let around = surroundings(tree.as_ref(), &files, &programs);
        let file = tree.as_ref().and_then(|tree| {
            let mut reader = Reader::new(&around, source, Context::App);
            let file = reader.about("app.yaml", |reader| AppFile::read(tree, &AppFile::SHAPE, reader));
            self.diagnostics.extend(reader.diagnostics);
            file
        });
        self.other_suffix();
        let (flows, names) = self.flows(&around);
        let suites = self.suites(&around, names.as_ref());
        let file = match file {
            Some(file) => file,
            None => default_settings(&around).ok_or("the default settings cannot be read")?,
        };
        Ok(App {
            file,
            flows,
            suites,
            files: self.files.clone(),
            programs: self.kept.programs.clone(),
            redactor: self.redactor.clone(),
            source: source.clone(),
            config_types: around.configs,
        })
    }

    /// `app.yaml` with its overlays and substitutions.
    fn substituted(&mut self, tree: Node, source: &SourceText, options: &Options<'_>) -> Result<Node, String> {
        let mut values = tree.get("values").cloned();
        for path in &options.values {
            let over = overlay(path)?;
            values = Some(match values {
                Some(base) => substitution::merge(base, over),
                None => over,
            });
        }
        let secrets = SecretSources::open(options.secrets.as_deref(), options.environment)?;
        if let Some(path) = options.secrets.as_deref().filter(|path| secrets::is_open_to_others(path)) {
            let message = format!("the secrets file {} can be read by others", path.display());
            let warning = Diagnostic::warning(Code::MISSING_VALUE, source, Span::at(0), message);
            self.diagnostics.push(warning.with_help("chmod 600"));
        }
        let mut substitution = Substitution {
            source,
            values: values.as_ref(),
            secrets: &secrets,
            environment: options.environment,
            lenient: options.no_secrets,
            redactor: &mut self.redactor,
            diagnostics: &mut self.diagnostics,
        };
        let Kind::Map(entries) = tree.kind else { return Ok(tree) };
        let entries = entries.into_iter().map(|mut entry| {
            match entry.key.as_str() {
                Some("configs" | "admin") => entry.value = substitution.apply(&entry.value),
                Some("values") => {
                    if let Some(values) = &values {
                        entry.value = values.clone();
                    }
                }
                _ => {}
            }
            entry
        });
        Ok(Node { span: tree.span, kind: Kind::Map(entries.collect()) })
    }

    /// `.yml` files are not read; whoever has one wants to know.
    fn other_suffix(&mut self) {
        for folder in ["flows", "tests"] {
            for path in self.files.names(folder, "yml") {
                let source = SourceText::new(&path, "");
                let hint =
                    Diagnostic::hint(Code::PATH, &source, Span::at(0), "files with the suffix `.yml` are not read");
                self.diagnostics.push(hint.with_help("rename it to `.yaml`"));
            }
        }
        for path in self.files.names("flows", "xml") {
            let source = SourceText::new(&path, "");
            let message = "flows in XML are not implemented yet";
            self.diagnostics.push(Diagnostic::error(Code::LATER_STAGE, &source, Span::at(0), message));
        }
    }

    /// The content of a file of the app.
    fn bytes(&mut self, path: &str) -> Option<Arc<[u8]>> {
        let read = self.files.bytes(path).map_err(|error| {
            let source = SourceText::new(path, "");
            self.diagnostics.push(Diagnostic::error(Code::UNREADABLE, &source, Span::at(0), error.to_string()));
        });
        read.ok()
    }

    /// A file of the app as a tree.
    fn tree(&mut self, path: &str) -> Option<(SourceText, Node)> {
        let source = SourceText::from_bytes(path, &self.bytes(path)?);
        let (tree, found) = yaml::parse(&source);
        self.diagnostics.extend(found);
        tree.map(|tree| (source, tree))
    }

    /// Reads the flows; gives too their names, if every file could be read, so that missing names are really missing.
    fn flows(&mut self, around: &Surroundings<'_>) -> (Vec<Arc<Flow>>, Option<Names>) {
        let mut flows = Vec::new();
        let mut names = Names::new();
        let mut files = Vec::new();
        let mut complete = true;
        for path in &self.files.names("flows", "yaml") {
            let Some(bytes) = self.bytes(path) else {
                complete = false;
                continue;
            };
            let file = self.kept.flow_file(path, &bytes, around);
            complete &= file.is_complete;
            for (name, span) in &file.names {
                if let Some((first, at)) = names.get(&**name) {
                    let at = first.line_column(at.start);
                    let message = format!("there is another flow `{name}`, in {}:{}", first.name(), at.line);
                    let error = Diagnostic::error(Code::DUPLICATE, &file.source, *span, message);
                    self.diagnostics.push(error.with_help("names of flows are unique in the app"));
                } else {
                    names.insert(name.to_string(), (file.source.clone(), *span));
                }
            }
            flows.extend(file.flows.iter().cloned());
            self.diagnostics.extend(file.diagnostics.iter().cloned());
            files.push(file);
        }
        if names.is_empty() && complete {
            let source = SourceText::new("app.yaml", "");
            let error = Diagnostic::error(Code::NO_FLOW, &source, Span::at(0), "the app has no flow");
            self.diagnostics.push(error.with_help("write one in `flows/main.yaml`: a mapping with `name` and `steps`"));
        }
        if complete {
            for file in &files {
                file.references.iter().for_each(|reference| self.flow_reference(&file.source, reference, &names));
            }
        }
        (flows, complete.then_some(names))
    }

    fn flow_reference(&mut self, source: &SourceText, reference: &FlowRef, names: &Names) {
        if names.contains_key(&*reference.name) {
            return;
        }
        let message = format!("there is no flow `{}`", reference.name);
        let error = Diagnostic::error(Code::REFERENCE, source, reference.span, message);
        let help = crate::params::nearest(&reference.name, names.keys().map(String::as_str));
        self.diagnostics.push(Diagnostic { help, ..error });
    }

    fn suites(&mut self, around: &Surroundings<'_>, names: Option<&Names>) -> Vec<Suite> {
        let mut suites = Vec::new();
        let mut seen: HashSet<Arc<str>> = HashSet::new();
        for path in self.files.names("tests", "yaml") {
            let Some((source, tree)) = self.tree(&path) else { continue };
            let mut reader = Reader::new(around, &source, Context::Flow);
            let made = reader.about("the test suite", |reader| SuiteBody::read(&tree, &SuiteBody::SHAPE, reader));
            if let Some(body) = made {
                if !seen.insert(body.suite.value.clone()) {
                    let message = format!("there is another test suite `{}`", body.suite.value);
                    reader.error(Code::DUPLICATE, body.suite.span, message);
                }
                suites.push(Suite { body, source: source.clone() });
            }
            let references: Vec<_> = reader.flow_refs.drain(..).collect();
            self.diagnostics.extend(reader.diagnostics);
            for reference in &references {
                if let Some(names) = names {
                    self.flow_reference(&source, reference, names);
                }
            }
        }
        suites
    }
}

/// A file of `--values`.
fn overlay(path: &Path) -> Result<Node, String> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| format!("the values file {name} cannot be read: {error}"))?;
    let source = SourceText::from_bytes(&name, &bytes);
    let (tree, found) = yaml::parse(&source);
    if let Some(first) = found.first() {
        let at = source.line_column(first.span.start);
        return Err(format!("{name}:{}:{}: {}", at.line, at.column, first.message));
    }
    tree.filter(|tree| tree.as_map().is_some()).ok_or_else(|| format!("the values file {name} must be a mapping"))
}

/// What flows must know of `app.yaml`, also when it has errors.
fn surroundings<'a>(tree: Option<&Node>, files: &'a Files, programs: &'a Programs) -> Surroundings<'a> {
    let language = tree.and_then(|tree| tree.get("dataway"));
    let core = language.and_then(|language| language.get("profile")).and_then(Node::as_str) == Some("core");
    let length = language.and_then(|l| l.get("limits")).and_then(|l| l.get("script-length"));
    let length = length.and_then(|length| match &length.kind {
        Kind::Int(bytes) => usize::try_from(*bytes).ok(),
        Kind::Text(text) => parse_size(&text.value).and_then(|size| usize::try_from(size.0).ok()),
        _ => None,
    });
    let configs = tree.and_then(|tree| tree.get("configs")).and_then(Node::as_map).unwrap_or_default();
    let configs = configs.iter().filter_map(|entry| {
        let kind = entry.value.get("type").and_then(Node::as_str).unwrap_or_default();
        Some((entry.key.as_str()?.to_owned(), kind.to_owned()))
    });
    Surroundings {
        profile: if core { Profile::Core } else { Profile::Extended },
        script_length: length.unwrap_or(dataway_lang::syntax::MAX_PROGRAM_BYTES),
        programs,
        files,
        configs: configs.collect(),
        is_complete: tree.is_some(),
    }
}

/// The settings of an app that says only what it must: with these the flows of an app with broken settings are checked.
fn default_settings(around: &Surroundings<'_>) -> Option<AppFile> {
    let profile = if around.profile == Profile::Core { "core" } else { "extended" };
    let text = format!("name: app\nversion: 0.0.0\ndataway: {{profile: {profile}}}\n");
    let source = SourceText::new("app.yaml", &text);
    let tree = yaml::parse(&source).0?;
    AppFile::read(&tree, &AppFile::SHAPE, &mut Reader::new(around, &source, Context::App))
}
