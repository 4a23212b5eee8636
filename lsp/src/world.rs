//! Everything the server knows between two messages: open documents, settings, workspace folders.
//!
//! It changes only inside notifications, and each change is complete before the notification first waits for anything;
//! requests take what they need out of it and work on that.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dataway_lang::Profile;
use dataway_lang::source::Span;

use crate::document::{Document, Language};
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

/// What the server knows.
#[derive(Debug, Default)]
pub struct World {
    /// How the client counts columns.
    pub encoding: Encoding,
    /// What the client has set.
    pub settings: Settings,
    /// The workspace folders.
    pub folders: Vec<PathBuf>,
    open: HashMap<String, Arc<Document>>,
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
    ) -> Arc<Document> {
        let language = Language::of(identifier, uri);
        let document = Document::new(uri, path, version, language, Text::new(text), self.settings.profile);
        let document = Arc::new(document);
        self.open.insert(uri.to_owned(), Arc::clone(&document));
        document
    }

    /// A file was edited; the changes apply one after another. `None` if it is not open.
    pub fn change(&mut self, uri: &str, version: i32, changes: &[Change]) -> Option<Arc<Document>> {
        let known = self.open.get(uri)?;
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
        let document = Arc::new(known.changed(version, text));
        self.open.insert(uri.to_owned(), Arc::clone(&document));
        Some(document)
    }

    /// A file was closed.
    pub fn close(&mut self, uri: &str) {
        self.open.remove(uri);
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
        let profile = self.settings.profile;
        for document in self.open.values_mut() {
            let mut fresh = document.changed(document.version, document.text.clone());
            fresh.profile = profile;
            *document = Arc::new(fresh);
        }
        self.open.values().cloned().collect()
    }
}
