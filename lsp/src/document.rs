//! A file as the editor holds it, and the programs in it.
//!
//! A document never changes: an edit makes a new one. What is known about it is worked out once, when somebody first asks,
//! and shared by all who ask afterwards; a request that is still at work keeps the document it began with.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use dataway_lang::Profile;
use dataway_lang::check::CheckOptions;
use dataway_lang::check::types::Type;
use dataway_lang::source::{SourceText, Span};
use dataway_runtime::check::sees_input;
use dataway_runtime::yaml::Positions;

use crate::app::App;
use crate::app::sheet::{Sheet, Sight, Spot, What};
use crate::files::Files;
use crate::knowledge::{self, Knowledge, Memory, Origin};
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
    /// Where the key of the step starts whose input the program sees, if it sees that of a step.
    pub step: Option<u32>,
    /// The way between both.
    places: Places,
}

/// The way from a program's text to the document.
#[derive(Debug, Clone)]
enum Places {
    /// The program is the document, but for what comes before it.
    Shifted,
    /// The program is a part of a scalar: it starts at this offset of the decoded text. The document's text tells escapes
    /// from white space; its byte order mark is not counted by the scalar.
    Scalar { positions: Arc<Positions>, offset: u32, text: Text, mark: u32 },
}

impl Region {
    /// The offset in the program's text of an offset in the document; `None` outside.
    #[must_use]
    pub fn inward(&self, offset: u32) -> Option<u32> {
        if offset < self.span.start || self.span.end < offset {
            return None;
        }
        Some(match &self.places {
            Places::Shifted => offset - self.span.start,
            Places::Scalar { positions, offset: first, mark, .. } => {
                let inside = positions.inward(offset.saturating_sub(*mark)).saturating_sub(*first);
                inside.min(self.script.source.len())
            }
        })
    }

    /// The span in the document of a span in the program's text.
    #[must_use]
    pub fn outward(&self, span: Span) -> Span {
        match &self.places {
            Places::Shifted => {
                let shift = |offset: u32| self.span.start.saturating_add(offset).min(self.span.end);
                Span::new(shift(span.start), shift(span.end))
            }
            Places::Scalar { positions, offset, text, mark } => {
                let found = positions.span(Span::new(span.start + offset, span.end + offset));
                let next = positions.span(Span::at(span.end + offset)).start;
                // What follows the last byte without a blank is the rest of its escape.
                let rest = text.as_str().get((found.end + mark) as usize..(next + mark) as usize);
                let is_escape = !span.is_empty() && rest.is_some_and(|rest| !rest.contains([' ', '\t', '\r', '\n']));
                let end = if is_escape { next } else { found.end };
                Span::new(found.start + mark, end + mark)
            }
        }
    }

    /// A replacement in the program as one in the document; `None` if what the program stands in cannot hold the text. In
    /// quotes no program begins to have several lines: nobody could read them.
    #[must_use]
    pub fn replacement(&self, span: Span, text: &str) -> Option<(Span, String)> {
        let begins_lines = text.contains('\n') && !self.script.source.text().contains('\n');
        let written = match &self.places {
            Places::Shifted => text.to_owned(),
            Places::Scalar { .. } if begins_lines => return None,
            Places::Scalar { positions, .. } => positions.written(text)?,
        };
        Some((self.outward(span), written))
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
    /// The app that it lies in.
    pub app: Option<Arc<App>>,
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
            Language::Flow => self.embedded(),
            Language::Other => Vec::new(),
        })
    }

    /// The program around an offset, with the offset in its text.
    #[must_use]
    pub fn region_at(&self, offset: u32) -> Option<(&Region, u32)> {
        self.regions().iter().find_map(|region| Some((region, region.inward(offset)?)))
    }

    /// The document as it will be when the expression that is being written at an offset is closed, if only that makes it
    /// readable: a quote or bracket that is still open leaves nothing of a YAML file.
    #[must_use]
    pub fn completed(&self, offset: u32) -> Option<Arc<Document>> {
        let (app, path, sheet) = self.sheet()?;
        if !sheet.spots.is_empty() {
            return None;
        }
        let text = self.text.as_str();
        let end = text.get(offset as usize..)?.find(['\n', '\r']).map_or(text.len(), |at| offset as usize + at);
        let start = text.get(..offset as usize)?.rfind('\n').map_or(0, |at| at + 1);
        let line = text.get(start..end)?;
        let opened = line.get(..line.find("#[")?)?.chars().next_back()?;
        let close = match opened {
            '"' | '\'' => format!("]{opened}"),
            _ => return None,
        };
        let changed = self.text.edited(Span::new(clip(end), clip(end)), &close);
        let file = app.file_of(&path);
        let files = app.files.with(&file, u64::MAX, &changed);
        let app = Arc::new(app.at(files));
        let around = Around { app: Some(app), ..self.around.clone() };
        Some(Arc::new(self.changed(self.version, changed, around)))
    }

    /// The app that it lies in, with its path there.
    #[must_use]
    pub fn in_app(&self) -> Option<(&Arc<App>, String)> {
        let app = self.around.app.as_ref()?;
        Some((app, app.path_of(self.path.as_deref()?)?))
    }

    /// What it is as a file of an app: the app, its path there, and its places.
    #[must_use]
    pub fn sheet(&self) -> Option<(&Arc<App>, String, Arc<Sheet>)> {
        if self.language != Language::Flow {
            return None;
        }
        let (app, path) = self.in_app()?;
        let sheet = Arc::clone(app.sheets().get(&path)?);
        Some((app, path, sheet))
    }

    /// A document that is one program.
    fn whole(&self) -> Region {
        let name = self.path.as_ref().map_or_else(|| self.uri.clone(), |path| path.display().to_string());
        let source = SourceText::new(&name, self.text.as_str());
        // A byte order mark belongs to the document but not to the program.
        let length = clip(self.text.as_str().len());
        let start = length - source.len().min(length);
        let around = &self.around;
        let knowledge = knowledge::of_script(&source, self.path.as_deref(), &around.files, &around.memory);
        let mut contracts = knowledge.contracts.clone();
        let mut profile = around.profile;
        if let Some((app, path)) = self.in_app() {
            let app = app.settled();
            profile = app.profile().unwrap_or(profile);
            // What the script itself says about its data counts more than what its callers are known to hand over.
            if contracts.payload.is_none()
                && let Some(state) = app.seen_by_script(&path)
            {
                let seen = state.contracts();
                contracts.payload = seen.payload;
                contracts.attrs = contracts.attrs.or(seen.attrs);
                let is_new = |name: &Arc<str>| !knowledge.contracts.vars.iter().any(|(own, _)| own == name);
                contracts.vars.extend(seen.vars.into_iter().filter(|(name, _)| is_new(name)));
            }
        }
        let check = CheckOptions { profile, contracts, ..CheckOptions::default() };
        let context = Context { embedded: false, check, knowledge };
        let script = Script::new(source, Arc::new(context));
        Region { script, span: Span::new(start, length), step: None, places: Places::Shifted }
    }

    /// The programs in an app file.
    fn embedded(&self) -> Vec<Region> {
        let Some((app, path, sheet)) = self.sheet() else { return Vec::new() };
        let profile = app.profile().unwrap_or(self.around.profile);
        let region = |spot: &Spot| {
            let What::Program(scalar, inside, sight) = &spot.what else { return None };
            let text = scalar.value.get(inside.start as usize..inside.end as usize)?;
            let state = sight.as_ref().and_then(|sight| app.seen(&path, sight));
            let contracts = state.map(|state| state.contracts()).unwrap_or_default();
            let origin = sheet.contract_at(spot.span.start).and_then(|stated| {
                let file = app.file_of(&stated.path);
                self.around.memory.of_file(&file, stated.is_sample, &app.files)
            });
            // The payload may be another one by now.
            let is_it = |origin: &Arc<Origin>| match contracts.payload.as_ref().map(|stated| &stated.ty) {
                Some(Type::Entity(value, _)) => origin.ty() == Some(&**value),
                Some(payload) => origin.ty() == Some(payload),
                None => false,
            };
            let origins = origin.filter(is_it).into_iter().collect();
            let knowledge = Arc::new(Knowledge { origins, ..Knowledge::default() });
            let check = CheckOptions { profile, contracts, ..CheckOptions::default() };
            let context = Context { embedded: true, check, knowledge };
            let script = Script::new(SourceText::new(&path, text), Arc::new(context));
            let positions = Arc::clone(&scalar.positions);
            let place = |offset: u32| positions.span(Span::at(offset)).start.saturating_add(sheet.mark);
            let span = Span::new(place(inside.start), place(inside.end).max(place(inside.start)));
            let places = Places::Scalar { positions, offset: inside.start, text: self.text.clone(), mark: sheet.mark };
            let step = match sight {
                Some(Sight::Step { start, key, path }) if sees_input(key, path) => Some(*start),
                _ => None,
            };
            Some(Region { script, span, step, places })
        };
        sheet.spots.iter().filter_map(region).collect()
    }
}

/// A length as an offset; texts are far shorter than the limit.
fn clip(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
