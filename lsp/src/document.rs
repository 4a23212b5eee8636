//! A file as the editor holds it, and the programs in it.
//!
//! A document never changes: an edit makes a new one. What is known about it is worked out once, when somebody first asks,
//! and shared by all who ask afterwards; a request that is still at work keeps the document it began with.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use dataway_lang::Profile;
use dataway_lang::check::CheckOptions;
use dataway_lang::source::{SourceText, Span};

use crate::files::Files;
use crate::knowledge::{self, Memory};
use crate::position::Text;
use crate::script::{Context, Script};

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// A Dataway program.
    Script,
    /// A file of an app, with programs in `#[ … ]`.
    Flow,
    /// Anything else; nothing is known about it.
    Other,
}

impl Language {
    /// By the identifier that a client gives, or else by the name of the file.
    #[must_use]
    pub fn of(identifier: &str, uri: &str) -> Language {
        match identifier {
            "dataway" | "dw" => Language::Script,
            "yaml" => Language::Flow,
            _ if uri.ends_with(".dw") => Language::Script,
            _ if uri.ends_with(".yaml") => Language::Flow,
            _ => Language::Other,
        }
    }
}

/// A program in a document, and where its text stands.
#[derive(Debug, Clone)]
pub struct Region {
    /// The program.
    pub script: Script,
    /// Where it stands in the document.
    pub span: Span,
}

impl Region {
    /// The offset in the program's text of an offset in the document; `None` outside.
    #[must_use]
    pub fn inward(&self, offset: u32) -> Option<u32> {
        (self.span.start <= offset && offset <= self.span.end).then(|| offset - self.span.start)
    }

    /// The span in the document of a span in the program's text.
    #[must_use]
    pub fn outward(&self, span: Span) -> Span {
        let shift = |offset: u32| self.span.start.saturating_add(offset).min(self.span.end);
        Span::new(shift(span.start), shift(span.end))
    }
}

/// What a document stands in, at one moment.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The profile of programs outside an app.
    pub profile: Profile,
    /// The other files.
    pub files: Files,
    /// What is known about scripts.
    pub memory: Arc<Memory>,
}

/// An open file at one version.
#[derive(Debug)]
pub struct Document {
    /// Its address, as the client writes it.
    pub uri: String,
    /// Its place in the file system, if it has one.
    pub path: Option<PathBuf>,
    /// The client's number of this version.
    pub version: i32,
    /// What it is.
    pub language: Language,
    /// Its text.
    pub text: Text,
    /// What it stands in.
    pub around: Around,
    regions: OnceLock<Vec<Region>>,
}

impl Document {
    /// A document; nothing is worked out yet.
    #[must_use]
    pub fn new(
        uri: &str,
        path: Option<PathBuf>,
        version: i32,
        language: Language,
        text: Text,
        around: Around,
    ) -> Document {
        Document { uri: uri.to_owned(), path, version, language, text, around, regions: OnceLock::new() }
    }

    /// The same file with another text, or in other surroundings.
    #[must_use]
    pub fn changed(&self, version: i32, text: Text, around: Around) -> Document {
        Document::new(&self.uri, self.path.clone(), version, self.language, text, around)
    }

    /// The programs in it, in the order of the text.
    #[must_use]
    pub fn regions(&self) -> &[Region] {
        self.regions.get_or_init(|| match self.language {
            Language::Script => vec![self.whole()],
            Language::Flow | Language::Other => Vec::new(),
        })
    }

    /// The program around an offset, with the offset in its text.
    #[must_use]
    pub fn region_at(&self, offset: u32) -> Option<(&Region, u32)> {
        self.regions().iter().find_map(|region| Some((region, region.inward(offset)?)))
    }

    /// A document that is one program.
    fn whole(&self) -> Region {
        let name = self.path.as_ref().map_or_else(|| self.uri.clone(), |path| path.display().to_string());
        let source = SourceText::new(&name, self.text.as_str());
        // A byte order mark belongs to the document but not to the program.
        let length = u32::try_from(self.text.as_str().len()).unwrap_or(u32::MAX);
        let start = length - source.len().min(length);
        let around = &self.around;
        let knowledge = knowledge::of_script(&source, self.path.as_deref(), &around.files, &around.memory);
        let contracts = knowledge.contracts.clone();
        let check = CheckOptions { profile: around.profile, contracts, ..CheckOptions::default() };
        let context = Context { embedded: false, check, knowledge };
        Region { script: Script::new(source, Arc::new(context)), span: Span::new(start, length) }
    }
}
