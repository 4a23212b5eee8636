//! Editing lines: completion, continuation lines, history.

use std::borrow::Cow;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use dataway_lang::{Completions, Session};
use rustyline::completion::{Completer, FilenameCompleter};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter, MatchingBracketHighlighter};
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Cmd, CompletionType, ConditionalEventHandler, Config, Context, Event, EventContext, EventHandler, Helper, KeyCode,
    KeyEvent, Modifiers, RepeatCount,
};

use super::command;

const PROMPT: &str = ">>> ";
/// What a level of indentation is made of.
const INDENT: &str = "    ";
/// Lines kept in the history.
const HISTORY: usize = 2000;

/// What came from the terminal.
pub enum Line {
    /// A complete text.
    Text(String),
    /// Ctrl-C.
    Cleared,
    /// Ctrl-D.
    End,
    /// The terminal is gone.
    Broken(ReadlineError),
}

/// The terminal with its history.
pub struct Editor {
    inner: rustyline::Editor<Assistant, DefaultHistory>,
    history: Option<PathBuf>,
}

impl Editor {
    /// An editor that completes what `session` knows.
    pub fn new(session: Rc<RefCell<Session>>) -> rustyline::Result<Editor> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .max_history_size(HISTORY)?
            .history_ignore_dups(true)?
            .history_ignore_space(true)
            .build();
        let mut inner = rustyline::Editor::with_config(config)?;
        inner.set_helper(Some(Assistant {
            session,
            files: FilenameCompleter::new(),
            brackets: MatchingBracketHighlighter::new(),
        }));
        let enter = KeyEvent(KeyCode::Enter, Modifiers::NONE);
        inner.bind_sequence(enter, EventHandler::Conditional(Box::new(Indenting)));
        let history = history_file();
        if let Some(path) = &history {
            // At the first start there is no history yet.
            let _ = inner.load_history(path);
        }
        Ok(Editor { inner, history })
    }

    /// Reads a text of one or more lines.
    pub fn read(&mut self) -> Line {
        match self.inner.readline(PROMPT) {
            Ok(text) => {
                self.remember(&text);
                Line::Text(text)
            }
            Err(ReadlineError::Interrupted) => Line::Cleared,
            Err(ReadlineError::Eof) => Line::End,
            Err(error) => Line::Broken(error),
        }
    }

    /// Adds to the history, at once also on disk. A prompt without a history is better than none.
    fn remember(&mut self, text: &str) {
        let added = self.inner.add_history_entry(text.trim_end());
        if let (Ok(true), Some(path)) = (added, &self.history) {
            let _ = self.inner.append_history(path);
        }
    }
}

/// The history file below the user's directory for state, which is made if it is missing.
fn history_file() -> Option<PathBuf> {
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).and_then(absolute);
    let folder = state.or_else(|| Some(std::env::home_dir()?.join(".local").join("state")))?.join("dataway");
    std::fs::create_dir_all(&folder).ok()?;
    Some(folder.join("history"))
}

/// Enter at the end of an incomplete text begins a line with the indentation that will be wanted.
struct Indenting;

impl ConditionalEventHandler for Indenting {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let text = context.line();
        if context.pos() < text.len() || is_complete(text) {
            return None;
        }
        Some(Cmd::Insert(1, format!("\n{}", next_indentation(text))))
    }
}

fn is_complete(text: &str) -> bool {
    command::code(text).is_none_or(Session::is_complete)
}

/// The indentation of the last line, one level more behind a colon.
fn next_indentation(text: &str) -> String {
    let line = text.rsplit('\n').next().unwrap_or_default();
    let mut indentation: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    if line.trim_end().ends_with(':') {
        indentation.push_str(INDENT);
    }
    indentation
}

/// What helps while a line is typed.
struct Assistant {
    session: Rc<RefCell<Session>>,
    files: FilenameCompleter,
    brackets: MatchingBracketHighlighter,
}

impl Helper for Assistant {}

impl rustyline::hint::Hinter for Assistant {
    type Hint = String;
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if is_complete(context.input()) { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = line.get(..position).unwrap_or_default();
        if before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty()) {
            return Ok((position, vec![INDENT.to_owned()]));
        }
        if before.starts_with(':') {
            if !before.contains(' ') {
                let fitting = command::NAMES.iter().filter(|name| name.starts_with(before));
                return Ok((0, fitting.map(|name| format!("{name} ")).collect()));
            }
            if command::code(before).is_none() {
                let (start, found) = self.files.complete_path(line, position)?;
                return Ok((start, found.into_iter().map(|pair| pair.replacement).collect()));
            }
        }
        // The prompt does not run while a text does, so nobody else holds the session.
        let Ok(mut session) = self.session.try_borrow_mut() else { return Ok((position, Vec::new())) };
        let Completions { start, candidates } = session.complete(line, position);
        Ok((start, candidates))
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, position: usize) -> Cow<'l, str> {
        self.brackets.highlight(line, position)
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(format!("\x1b[1;36m{prompt}\x1b[0m"))
    }

    fn highlight_char(&self, line: &str, position: usize, kind: CmdKind) -> bool {
        self.brackets.highlight_char(line, position, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_indented_as_the_block_wants() {
        for (text, expected) in [
            ("def f():", "    "),
            ("def f():\n    if x:", "        "),
            ("def f():\n    return 1", "    "),
            ("f(1,", ""),
            ("for x in y: # all", ""),
        ] {
            assert_eq!(next_indentation(text), expected, "{text}");
        }
    }

    #[test]
    fn commands_are_never_continued() {
        for (line, complete) in [(":payload (", true), (":time (1", false), ("f(", false), ("f()", true)] {
            assert_eq!(is_complete(line), complete, "{line}");
        }
    }
}
