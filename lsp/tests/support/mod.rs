//! Documents of cases: a `##` heading, files in fences, an answer in a `text` fence.
//!
//! The info string of a fence names its file: `yaml flows/main.yaml`. A fence without a name is the script `case.dw`. The
//! cursor (`‸`) stands in one of the files; two of them select.

pub mod answers;
pub mod files;
pub mod protocol;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use dataway_lang::source::Span;
use dataway_lsp::document::Document;
use dataway_lsp::world::World;

/// The cursor in a file.
pub const CURSOR: char = '‸';
/// The folder that the files of a case lie in; it is on no disk.
pub const FOLDER: &str = "/case";

/// A file of a case.
#[derive(Debug, PartialEq, Eq)]
pub struct File {
    /// As after the opening fence: a language, and perhaps a name.
    pub info: String,
    /// Its text with cursors.
    pub text: String,
}

impl File {
    fn name(&self) -> &str {
        self.info.split_once(' ').map_or("case.dw", |(_, name)| name)
    }
}

/// A case of a document.
#[derive(Debug)]
pub struct Case {
    pub title: String,
    pub files: Vec<File>,
    pub answer: String,
}

/// The cases of a document.
pub fn read(text: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for section in text.split("\n## ").skip(1) {
        let (title, rest) = section.split_once('\n').expect("a heading has a line of its own");
        let mut case = Case { title: title.to_owned(), files: Vec::new(), answer: String::new() };
        let mut open: Option<File> = None;
        for line in rest.lines() {
            match (line.strip_prefix("```"), &mut open) {
                (Some(info), None) => open = Some(File { info: info.to_owned(), text: String::new() }),
                (Some(_), Some(_)) => {
                    let file = open.take().expect("an open fence");
                    if file.info == "text" {
                        case.answer = file.text;
                    } else {
                        case.files.push(file);
                    }
                }
                (None, Some(file)) => {
                    if !file.text.is_empty() {
                        file.text.push('\n');
                    }
                    file.text.push_str(line);
                }
                (None, None) => {}
            }
        }
        cases.push(case);
    }
    cases
}

/// A case as a document has it, with another answer.
pub fn write(case: &Case, answer: &str) -> String {
    let mut out = format!("\n## {}\n", case.title);
    for file in &case.files {
        write!(out, "\n```{}\n{}\n```\n", file.info, file.text).expect("text");
    }
    write!(out, "\n```text\n{answer}\n```\n").expect("text");
    out
}

/// What a case is about: its files opened, and the one with the cursor.
pub struct Opened {
    pub document: Arc<Document>,
    pub selection: Span,
    pub has_cursor: bool,
}

/// The address of a file of a case.
pub fn uri(name: &str) -> String {
    format!("file://{FOLDER}/{name}")
}

/// Opens the files of a case.
pub fn open(case: &Case) -> Opened {
    let mut world = World::default();
    let mut about = None;
    for (number, file) in case.files.iter().enumerate() {
        let has_cursor = file.text.contains(CURSOR);
        let (text, selection) = cursors(&file.text);
        let path = PathBuf::from(FOLDER).join(file.name());
        world.open(&uri(file.name()), Some(path), 1, "", &text);
        if has_cursor || number == 0 {
            about = Some((file.name(), selection, has_cursor));
        }
    }
    let (name, selection, has_cursor) = about.expect("a file");
    let document = world.document(&uri(name)).expect("an open file");
    Opened { document, selection, has_cursor }
}

/// The text without cursors, and what they select.
fn cursors(text: &str) -> (String, Span) {
    let offset = |at: usize| u32::try_from(at).expect("small");
    let mut parts = text.split(CURSOR);
    let first = parts.next().unwrap_or_default().len();
    let last = parts.next().filter(|_| text.matches(CURSOR).count() == 2).map_or(first, |middle| first + middle.len());
    (text.replace(CURSOR, ""), Span::new(offset(first), offset(last)))
}
