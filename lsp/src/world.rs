//! Everything the server knows between two messages: open documents, settings, workspace folders.
//!
//! It changes only inside notifications, and each change is complete before the notification first waits for anything;
//! requests take what they need out of it and work on that.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dataway_lang::Profile;
use dataway_lang::source::Span;

use crate::app::{App, Kept};
use crate::document::{Around, Document, Language};
use crate::files::Files;
use crate::knowledge::Memory;
use crate::position::{Encoding, Stretch, Text};

/// What a client can set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Profile of scripts outside an app.
    pub profile: Profile,
    /// Time zone of live values outside an app; the system's if absent.
    pub timezone: Option<String>,
    /// Are live values wanted?
    pub live: bool,
    /// Longest live evaluation.
    pub live_time: Duration,
    /// Most memory of a live evaluation, in bytes.
    pub live_memory: usize,
    /// Are types shown behind names?
    pub type_hints: bool,
    /// Are parameter names shown in calls?
    pub parameter_hints: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            profile: Profile::Extended,
            timezone: None,
            live: true,
            live_time: Duration::from_secs(1),
            live_memory: 100 << 20,
            type_hints: true,
            parameter_hints: true,
        }
    }
}

impl Settings {
    /// Settings out of what a client sends: the object under `dataway`, or that object itself. What is missing or has a
    /// wrong type keeps its default.
    #[must_use]
    pub fn read(sent: &serde_json::Value) -> Settings {
        let own = sent.get("dataway").unwrap_or(sent);
        let at = |path: [&str; 2]| own.get(path[0]).and_then(|group| group.get(path[1]));
        let number = |path| at(path).and_then(serde_json::Value::as_u64);
        let flag = |path, default| at(path).and_then(serde_json::Value::as_bool).unwrap_or(default);
        let default = Settings::default();
        let profile = own.get("profile").and_then(serde_json::Value::as_str);
        let timezone = own.get("timezone").and_then(serde_json::Value::as_str).filter(|zone| !zone.is_empty());
        Settings {
            profile: if profile == Some("core") { Profile::Core } else { Profile::Extended },
            timezone: timezone.map(str::to_owned),
            live: flag(["live", "enabled"], default.live),
            live_time: number(["live", "timeLimit"])
                .map_or(default.live_time, |ms| Duration::from_millis(ms.clamp(10, 60_000))),
            live_memory: number(["live", "memoryLimit"])
                .and_then(|mib| usize::try_from(mib.clamp(1, 4096)).ok())
                .map_or(default.live_memory, |mib| mib << 20),
            type_hints: flag(["inlayHints", "types"], default.type_hints),
            parameter_hints: flag(["inlayHints", "parameterNames"], default.parameter_hints),
        }
    }
}

/// One change of a text, as a client sends it.
#[derive(Debug, Clone)]
pub struct Change {
    /// What is replaced; the whole text if absent.
    pub stretch: Option<Stretch>,
    /// By what.
    pub text: String,
}

/// What a search over everything works on.
#[derive(Debug)]
pub struct Scope {
    /// The apps of open files.
    pub apps: Vec<Arc<App>>,
    /// The open files.
    pub open: Vec<PathBuf>,
    /// The workspace folders.
    pub folders: Vec<PathBuf>,
    /// All files as they are now.
    pub files: Files,
    /// What apps keep.
    pub kept: Arc<Kept>,
}

/// What the server knows.
#[derive(Debug, Default)]
pub struct World {
    /// How the client counts columns.
    pub encoding: Encoding,
    /// What the client has set.
    pub settings: Settings,
    /// The workspace folders.
    pub folders: Vec<PathBuf>,
    /// Does the client tell when files change on disk? Otherwise they are looked up after every edit.
    pub is_told: bool,
    open: HashMap<String, Arc<Document>>,
    files: Files,
    memory: Arc<Memory>,
    kept: Arc<Kept>,
    apps: HashMap<PathBuf, Arc<App>>,
    /// Number of the last text that was taken in.
    edition: u64,
}

impl World {
    /// A file was opened.
    pub fn open(
        &mut self,
        uri: &str,
        path: Option<PathBuf>,
        version: i32,
        identifier: &str,
        text: &str,
    ) -> Vec<Arc<Document>> {
        let language = Language::of(identifier, uri);
        let document = Document::new(uri, path, version, language, Text::new(text), Around::default());
        self.put(&document, version, document.text.clone())
    }

    /// A file was edited; the changes apply one after another. Gives the documents that are now worth another look, the
    /// edited one first; none if it is not open.
    pub fn change(&mut self, uri: &str, version: i32, changes: &[Change]) -> Vec<Arc<Document>> {
        let Some(known) = self.open.get(uri).cloned() else { return Vec::new() };
        let mut text = known.text.clone();
        for change in changes {
            text = match change.stretch {
                None => Text::new(&change.text),
                Some(stretch) => {
                    let span: Span = text.span(stretch, self.encoding);
                    text.edited(span, &change.text)
                }
            };
        }
        self.put(&known, version, text)
    }

    /// A file was closed: what lies on disk counts again. Gives the documents that are now worth another look.
    pub fn close(&mut self, uri: &str) -> Vec<Arc<Document>> {
        let Some(closed) = self.open.remove(uri) else { return Vec::new() };
        if let Some(path) = &closed.path {
            self.files = self.files.without(path);
        }
        let root = self.outdated(&closed);
        self.touched(&closed, root.as_deref())
    }

    /// The open file with this address.
    #[must_use]
    pub fn document(&self, uri: &str) -> Option<Arc<Document>> {
        self.open.get(uri).cloned()
    }

    /// All open files.
    pub fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.open.values()
    }

    /// New settings: everything is worked out anew. Gives the documents.
    pub fn set(&mut self, settings: Settings) -> Vec<Arc<Document>> {
        self.settings = settings;
        self.refresh()
    }

    /// What documents depend on has changed: everything is worked out anew. Gives the documents.
    pub fn refresh(&mut self) -> Vec<Arc<Document>> {
        self.apps.clear();
        self.renew(|_, _| true)
    }

    /// A file that is not open, as it lies on disk; `None` if it cannot be read.
    pub fn closed(&mut self, uri: &str, path: &Path) -> Option<Arc<Document>> {
        let bytes = self.files.read(path).ok()?;
        let text = Text::new(&String::from_utf8_lossy(&bytes));
        let around = self.around(Some(path));
        let language = Language::of("", uri);
        Some(Arc::new(Document::new(uri, Some(path.to_owned()), 0, language, text, around)))
    }

    /// What a search over everything works on.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope {
            apps: self.apps.values().cloned().collect(),
            open: self.open.values().filter_map(|document| document.path.clone()).collect(),
            folders: self.folders.clone(),
            files: self.files.clone(),
            kept: Arc::clone(&self.kept),
        }
    }

    /// Takes in a new text of a file.
    fn put(&mut self, known: &Document, version: i32, text: Text) -> Vec<Arc<Document>> {
        self.edition += 1;
        if let Some(path) = &known.path {
            self.files = self.files.with(path, self.edition, &text);
        }
        let root = self.outdated(known);
        let around = self.around(known.path.as_deref());
        let document = Arc::new(known.changed(version, text, around));
        self.open.insert(known.uri.clone(), Arc::clone(&document));
        let mut all = vec![Arc::clone(&document)];
        all.extend(self.touched(&document, root.as_deref()));
        all
    }

    /// Puts the app that a file lies in to the new text; gives its folder.
    fn outdated(&mut self, changed: &Document) -> Option<PathBuf> {
        let root = self.files.app_of(changed.path.as_deref()?)?;
        if let Some(known) = self.apps.remove(&root) {
            let files = self.files.clone();
            let app = if changed.language == Language::Script { known.after_script(files) } else { known.at(files) };
            // What is no longer open counts as it lies on disk by now.
            let is_same = self.is_told && self.open.contains_key(&changed.uri);
            self.apps.insert(root.clone(), Arc::new(if is_same { app } else { app.looked_up() }));
        }
        Some(root)
    }

    /// Works out anew what depends on a file: the whole app that it lies in, and the scripts that may have it as schema or
    /// sample. Outside an app no program depends on another one.
    fn touched(&mut self, changed: &Document, root: Option<&Path>) -> Vec<Arc<Document>> {
        let (uri, language) = (changed.uri.clone(), changed.language);
        self.renew(|other, app| other.uri != uri && (language != Language::Script || root.is_some() && app == root))
    }

    /// Works out anew the documents that something concerns; it is told the app that they lie in.
    fn renew(&mut self, concerns: impl Fn(&Document, Option<&Path>) -> bool) -> Vec<Arc<Document>> {
        let root = |document: &Document| self.files.app_of(document.path.as_deref()?);
        let concerned = |document: &&Arc<Document>| concerns(document, root(document).as_deref());
        let outdated: Vec<Arc<Document>> = self.open.values().filter(concerned).cloned().collect();
        let mut renewed = Vec::with_capacity(outdated.len());
        for document in outdated {
            let around = self.around(document.path.as_deref());
            let document = Arc::new(document.changed(document.version, document.text.clone(), around));
            self.open.insert(document.uri.clone(), Arc::clone(&document));
            renewed.push(document);
        }
        renewed
    }

    fn around(&mut self, path: Option<&Path>) -> Around {
        Around {
            profile: self.settings.profile,
            files: self.files.clone(),
            memory: Arc::clone(&self.memory),
            app: path.and_then(|path| self.app_of(path)),
        }
    }

    /// The app that a file lies in, as it is now.
    fn app_of(&mut self, path: &Path) -> Option<Arc<App>> {
        let root = self.files.app_of(path)?;
        if let Some(known) = self.apps.get(&root) {
            return Some(Arc::clone(known));
        }
        let app = Arc::new(App::new(&root, self.files.clone(), &self.kept));
        self.apps.insert(root, Arc::clone(&app));
        Some(app)
    }
}
