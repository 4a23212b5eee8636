//! An app at one moment: its files with unsaved texts, what the loader and checker of apps say about them, and what stands
//! where in them. It is worked out once, when somebody first asks.
//!
//! | room | job |
//! |---|---|
//! | [`sheet`] | what the places of one file are |
//! | `walk` | the way through its tree by the tables of the components |

pub mod sheet;
mod walk;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dataway_lang::Profile;
use dataway_runtime::check::{self, Checked, State};
use dataway_runtime::model::{Disk, Files as AppFiles, Options};

use crate::files::Files;
use crate::position::Text;
use sheet::{Kind, Role, Sheet, Sight, Spot, What};
pub(crate) use walk::conversions;

/// Most compiled texts that are kept; one that is being typed leaves many behind.
const MOST_PROGRAMS: usize = 20_000;

/// A sheet with the content that it was read from.
type Read = (Arc<[u8]>, Arc<Sheet>);

/// What an app keeps from one moment to the next.
#[derive(Debug, Default)]
pub struct Kept {
    checks: Mutex<HashMap<PathBuf, Arc<check::Kept>>>,
    sheets: Mutex<HashMap<PathBuf, Read>>,
}

impl Kept {
    /// What the checks of the app in a folder keep.
    fn checks(&self, root: &Path) -> Arc<check::Kept> {
        let mut all = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.entry(root.to_owned()).or_default();
        if kept.count() > MOST_PROGRAMS {
            *kept = Arc::default();
        }
        Arc::clone(kept)
    }

    /// The sheet of a file, read anew only if the content is another one.
    fn sheet(&self, path: &Path, kind: Kind, bytes: &Arc<[u8]>) -> Arc<Sheet> {
        let lock = || self.sheets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, sheet)) = lock().get(path)
            && known == bytes
        {
            return Arc::clone(sheet);
        }
        let made = Arc::new(Sheet::read(kind, &Text::new(&String::from_utf8_lossy(bytes))));
        lock().insert(path.to_owned(), (Arc::clone(bytes), Arc::clone(&made)));
        made
    }
}

/// An app at one moment.
#[derive(Debug)]
pub struct App {
    /// Its folder.
    pub root: PathBuf,
    /// The files of that moment.
    pub files: Files,
    /// Those that are not open.
    disk: Arc<Disk>,
    kept: Arc<Kept>,
    checked: OnceLock<Result<Checked, String>>,
    sheets: OnceLock<BTreeMap<String, Arc<Sheet>>>,
    /// The app before only scripts were edited, if it was checked.
    before: Mutex<Option<Arc<App>>>,
}

impl App {
    /// The app in a folder; nothing is worked out yet.
    #[must_use]
    pub fn new(root: &Path, files: Files, kept: &Arc<Kept>) -> App {
        App {
            root: root.to_owned(),
            files,
            disk: Arc::new(Disk::new(root)),
            kept: Arc::clone(kept),
            checked: OnceLock::new(),
            sheets: OnceLock::new(),
            before: Mutex::default(),
        }
    }

    /// The same app after an edit of a script.
    #[must_use]
    pub fn after_script(self: &Arc<App>, files: Files) -> App {
        let own = self.before.lock().unwrap_or_else(PoisonError::into_inner).take();
        let before = if self.checked.get().is_some() { Some(Arc::clone(self)) } else { own };
        App { before: Mutex::new(before), ..self.at(files) }
    }

    /// This app, or the one before the last edits of scripts if this one was not checked yet: what arrives at a script hardly
    /// ever depends on its text, and typing need not wait for the whole app.
    #[must_use]
    pub fn settled(self: &Arc<App>) -> Arc<App> {
        if self.checked.get().is_some() {
            return Arc::clone(self);
        }
        let before = self.before.lock().unwrap_or_else(PoisonError::into_inner).clone();
        before.unwrap_or_else(|| Arc::clone(self))
    }

    /// The same app after an edit of an open file; all others lie on disk as they did.
    #[must_use]
    pub fn at(&self, files: Files) -> App {
        App { disk: Arc::clone(&self.disk), ..App::new(&self.root, files, &self.kept) }
    }

    /// The same app, perhaps with another content on disk.
    #[must_use]
    pub fn looked_up(self) -> App {
        App { disk: Arc::new(Disk::new(&self.root)), ..self }
    }

    /// The path of a file inside the app, as app files write it.
    #[must_use]
    pub fn path_of(&self, file: &Path) -> Option<String> {
        inside(file.strip_prefix(&self.root).ok()?)
    }

    /// The file of a path inside the app.
    #[must_use]
    pub fn file_of(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// What the loader and the checker of apps say; an error if the app cannot be read at all.
    ///
    /// # Errors
    /// Why there is nothing to check.
    pub fn checked(&self) -> Result<&Checked, &String> {
        let check = || {
            let options = Options {
                values: Vec::new(),
                secrets: None,
                no_secrets: true,
                environment: &|name| std::env::var(name).ok(),
            };
            check::check_files(self.app_files(), &options, &self.kept.checks(&self.root))
        };
        self.checked.get_or_init(check).as_ref()
    }

    fn app_files(&self) -> AppFiles {
        let bytes = |text: &Text| text.as_str().as_bytes().into();
        let open = self.files.open_below(&self.root).filter_map(|(path, text)| Some((inside(path)?, bytes(text))));
        AppFiles::over(&self.disk, open.collect())
    }

    /// The files that say what the app is, by their paths.
    pub fn sheets(&self) -> &BTreeMap<String, Arc<Sheet>> {
        self.sheets.get_or_init(|| {
            let files = self.app_files();
            let mut paths = vec!["app.yaml".to_owned()];
            paths.extend(files.names("flows", "yaml"));
            paths.extend(files.names("tests", "yaml"));
            let read = |path: String| {
                let kind = Kind::of(&path)?;
                let bytes = files.bytes(&path).ok()?;
                let sheet = self.kept.sheet(&self.file_of(&path), kind, &bytes);
                Some((path, sheet))
            };
            paths.into_iter().filter_map(read).collect()
        })
    }

    /// Every place of the app, with the path of its file.
    pub fn spots(&self) -> impl Iterator<Item = (&str, &Sheet, &Spot)> {
        self.sheets()
            .iter()
            .flat_map(|(path, sheet)| sheet.spots.iter().map(move |spot| (path.as_str(), &**sheet, spot)))
    }

    /// What an expression is known to see as its message.
    #[must_use]
    pub fn seen(&self, path: &str, sight: &Sight) -> Option<State> {
        let checked = self.checked().ok()?;
        match sight {
            Sight::Step { start, key, path: parameter } => checked.messages.seen_by(path, *start, key, parameter),
            Sight::End(flow) => checked.messages.end_of(flow),
            Sight::Input(flow, id) => {
                let (file, start) = checked.app.flow(flow)?.place_of(id)?;
                checked.messages.arriving(&file, start)
            }
        }
    }

    /// What a script file is known to see: the messages of all places that name it.
    #[must_use]
    pub fn seen_by_script(&self, script: &str) -> Option<State> {
        let uses = self.spots().filter_map(|(path, _, spot)| match &spot.what {
            What::File(Role::Script, named, Some(sight)) if named == script => self.seen(path, sight),
            _ => None,
        });
        uses.reduce(|one, other| one.join(&other))
    }

    /// The part of the language that the app may use.
    #[must_use]
    pub fn profile(&self) -> Option<Profile> {
        Some(self.checked().ok()?.app.file.dataway.profile.profile())
    }

    /// The files below a folder of the app with that suffix.
    #[must_use]
    pub fn names(&self, folder: &str, suffix: &str) -> Vec<String> {
        self.app_files().names(folder, suffix)
    }
}

/// A relative path as app files write it.
fn inside(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}
