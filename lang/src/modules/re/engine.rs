//! The face of the regular expression engine: patterns, subjects and what a match reports (spec 9.2).
//!
//! Offsets are in bytes everywhere; [`Subject::char_index`] turns them into the code point indices a script sees. The
//! values of scripts, argument checking and the methods of `re.Pattern` and `re.Match` are left to the module's binding.

use std::cell::Cell;

use super::compile;
use super::input::{Narrow, Wide};
use super::program::Program;
use super::search;
use super::source;
use super::state::State;
use super::syntax;
use crate::value::interrupt::{Stop, checkpoint, reserve};

pub use super::error::{Error, PatternError};
pub use super::search::Mode;
pub use super::subject::{Positions, Subject};
pub use super::template::{Template, escape};

/// What a group matched: start and end offset, `None` for a group that took no part.
pub type Span = Option<(usize, usize)>;

/// A successful match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captures {
    /// Spans of the whole match and of the groups.
    pub spans: Vec<Span>,
    /// Number of the group that was closed last.
    pub lastindex: Option<usize>,
}

/// Bytes needed for compiling, for each byte of a pattern.
const COMPILED_SIZE: usize = 80;

/// A compiled pattern. It has no state, so threads can share it.
#[derive(Debug)]
pub struct Pattern {
    flags: u32,
    is_text: bool,
    names: Vec<(String, u32)>,
    program: Program,
}

impl Pattern {
    /// Compiles a pattern: text in generalised UTF-8, or bytes.
    ///
    /// # Errors
    /// Whatever `re.compile` raises, or a stop of the run.
    pub fn compile(pattern: &[u8], is_text: bool, flags: u32) -> Result<Pattern, Error> {
        reserve(pattern.len().saturating_mul(COMPILED_SIZE))?;
        let code_points = source::decode(pattern, is_text)?;
        let parsed = syntax::parse(&code_points, is_text, flags)?;
        let program = compile::compile(&parsed, is_text)?;
        Ok(Pattern { flags: parsed.flags, is_text, names: parsed.names, program })
    }

    /// `Pattern.flags`: the flags given and those set inside.
    #[must_use]
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// Whether the pattern is `str`, not `bytes`.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.is_text
    }

    /// `Pattern.groups`: number of capturing groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.program.groups as usize
    }

    /// `Pattern.groupindex`: names and numbers of the named groups, in order of the numbers.
    #[must_use]
    pub fn group_index(&self) -> &[(String, u32)] {
        &self.names
    }

    /// The number of a named group.
    #[must_use]
    pub fn group_number(&self, name: &str) -> Option<usize> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, number)| *number as usize)
    }

    /// The name of a group, as for `Match.lastgroup`.
    #[must_use]
    pub fn group_name(&self, number: usize) -> Option<&str> {
        let at = self.names.binary_search_by_key(&number, |(_, number)| *number as usize).ok()?;
        self.names.get(at).map(|(name, _)| name.as_str())
    }

    /// Matches once: `match`, `fullmatch` or `search` with `pos` and `endpos` as byte offsets.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn match_at(&self, subject: Subject, pos: usize, endpos: usize, mode: Mode) -> Result<Option<Captures>, Stop> {
        let mut state = Stacks::borrow();
        let found = self.find(&mut state.0, subject.up_to(endpos), pos, mode, false)?;
        found.map(|span| self.captures(&state.0, span)).transpose()
    }

    /// The matches that `finditer`, `findall`, `sub` and `split` go through.
    #[must_use]
    pub fn matches<'p>(&'p self, subject: Subject<'p>, pos: usize, endpos: usize) -> Matches<'p> {
        Matches { pattern: self, subject, cursor: Cursor::new(pos, endpos), span: (0, 0), stacks: Stacks::borrow() }
    }

    fn find(
        &self,
        state: &mut State,
        subject: Subject,
        pos: usize,
        mode: Mode,
        not_empty: bool,
    ) -> Result<Option<(usize, usize)>, Stop> {
        let program = &self.program;
        match subject {
            Subject::Text(text) => search::find(program, Wide(text), state, pos, mode, not_empty),
            Subject::Ascii(bytes) | Subject::Bytes(bytes) => {
                search::find(program, Narrow(bytes), state, pos, mode, not_empty)
            }
        }
    }

    fn captures(&self, state: &State, span: (usize, usize)) -> Result<Captures, Stop> {
        checkpoint(self.groups() as u64 + 8)?;
        reserve((self.groups() + 1).saturating_mul(size_of::<Span>()))?;
        let mut spans = Vec::with_capacity(self.groups() + 1);
        spans.push(Some(span));
        spans.extend((0..self.program.groups).map(|group| state.span(group)));
        Ok(Captures { spans, lastindex: state.last_group() })
    }
}

/// How far an iteration over matches has come. It borrows nothing, so a script's iterator can hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pos: usize,
    endpos: usize,
    /// Whether the last match was empty, so that the next one must not be the same.
    after_empty: bool,
    finished: bool,
}

impl Cursor {
    /// Before the first match.
    #[must_use]
    pub fn new(pos: usize, endpos: usize) -> Cursor {
        Cursor { pos, endpos, after_empty: false, finished: false }
    }

    /// The next match.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn advance(&mut self, pattern: &Pattern, subject: Subject) -> Result<Option<Captures>, Stop> {
        let mut stacks = Stacks::borrow();
        let found = self.step(pattern, subject, &mut stacks.0)?;
        found.map(|span| pattern.captures(&stacks.0, span)).transpose()
    }

    fn step(&mut self, pattern: &Pattern, subject: Subject, state: &mut State) -> Result<Option<(usize, usize)>, Stop> {
        if self.finished {
            return Ok(None);
        }
        let subject = subject.up_to(self.endpos);
        let found = pattern.find(state, subject, self.pos, Mode::Search, self.after_empty)?;
        match found {
            Some((start, end)) => (self.pos, self.after_empty) = (end, start == end),
            None => self.finished = true,
        }
        Ok(found)
    }
}

/// The matches in a subject one after the other, without an allocation for each.
#[derive(Debug)]
pub struct Matches<'p> {
    pattern: &'p Pattern,
    subject: Subject<'p>,
    cursor: Cursor,
    span: (usize, usize),
    stacks: Stacks,
}

impl Matches<'_> {
    /// Goes to the next match; false if there is none.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn advance(&mut self) -> Result<bool, Stop> {
        let found = self.cursor.step(self.pattern, self.subject, &mut self.stacks.0)?;
        self.span = found.unwrap_or(self.span);
        Ok(found.is_some())
    }

    /// The span of the current match.
    #[must_use]
    pub fn span(&self) -> (usize, usize) {
        self.span
    }

    /// What a group of the current match has matched; group 0 is the whole.
    #[must_use]
    pub fn group(&self, number: usize) -> Span {
        match number.checked_sub(1) {
            None => Some(self.span),
            Some(group) => u32::try_from(group).ok().and_then(|group| self.stacks.0.span(group)),
        }
    }

    /// The current match.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn captures(&self) -> Result<Captures, Stop> {
        self.pattern.captures(&self.stacks.0, self.span)
    }
}

/// Stacks of the machine on loan from the thread.
#[derive(Debug)]
struct Stacks(State);

/// Stacks that have grown beyond this are not kept.
const KEPT_BYTES: usize = 256 * 1024;

thread_local! {
    static SPARE: Cell<Option<State>> = const { Cell::new(None) };
}

impl Stacks {
    fn borrow() -> Stacks {
        Stacks(SPARE.take().unwrap_or(State::new()))
    }
}

impl Drop for Stacks {
    fn drop(&mut self) {
        let state = std::mem::replace(&mut self.0, State::new());
        if state.footprint() <= KEPT_BYTES {
            // When the thread is ending there is nothing to keep the stacks for.
            let _ = SPARE.try_with(|spare| spare.set(Some(state)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::flags::{IGNORECASE, MULTILINE};
    use super::*;
    use crate::value::interrupt;

    fn compile(pattern: &str, flags: u32) -> Pattern {
        Pattern::compile(pattern.as_bytes(), true, flags).unwrap()
    }

    #[test]
    fn attributes() {
        let pattern = compile("(?m)(?P<year>\\d+)-(x)(?P<b>y)?", IGNORECASE);
        assert_eq!(pattern.flags(), IGNORECASE | MULTILINE | 32);
        assert_eq!(pattern.groups(), 3);
        let names = [("year".to_owned(), 1), ("b".to_owned(), 3)];
        assert_eq!(pattern.group_index(), names);
        assert_eq!(pattern.group_number("b"), Some(3));
        assert_eq!(pattern.group_number("c"), None);
        assert_eq!(pattern.group_name(1), Some("year"));
        assert_eq!(pattern.group_name(2), None);
    }

    #[test]
    fn modes_and_bounds() {
        let pattern = compile("b+", 0);
        let subject = Subject::text("abbc".as_bytes());
        for (mode, pos, endpos, expected) in [
            (Mode::Search, 0, 4, Some((1, 3))),
            (Mode::Search, 2, 4, Some((2, 3))),
            (Mode::Search, 0, 2, Some((1, 2))),
            (Mode::Search, 0, 1, None),
            (Mode::Match, 0, 4, None),
            (Mode::Match, 1, 4, Some((1, 3))),
            (Mode::Fullmatch, 1, 4, None),
            (Mode::Fullmatch, 1, 3, Some((1, 3))),
            (Mode::Search, 4, 2, None),
            (Mode::Match, 99, 99, None),
        ] {
            let found = pattern.match_at(subject, pos, endpos, mode).unwrap();
            let span = found.and_then(|captures| captures.spans[0]);
            assert_eq!(span, expected, "{mode:?} {pos} {endpos}");
        }
    }

    #[test]
    fn a_cursor_goes_on_where_it_was() {
        let pattern = compile("x*", 0);
        let subject = Subject::text(b"axbc");
        let mut cursor = Cursor::new(0, 4);
        let mut spans = Vec::new();
        while let Some(captures) = cursor.advance(&pattern, subject).unwrap() {
            spans.extend(captures.spans[0]);
        }
        assert_eq!(spans, [(0, 0), (1, 2), (2, 2), (3, 3), (4, 4)]);
        assert_eq!(cursor.advance(&pattern, subject), Ok(None));
    }

    #[test]
    fn a_runaway_match_stops() {
        let subject = "a".repeat(100) + "b";
        for pattern in ["(a+)+$", "(?:a|aa)+$", "(a*)*?c", "(?:(a|b|ab)*?)+c", "(?=(a+)+c)"] {
            let pattern = compile(pattern, 0);
            let _guard = interrupt::guard(Some(Instant::now()), None);
            let subject = Subject::text(subject.as_bytes());
            let found = pattern.match_at(subject, 0, 101, Mode::Match);
            assert_eq!(found, Err(Stop::Time));
        }
    }

    #[test]
    fn shared_between_threads() {
        fn check<T: Send + Sync>(_: &T) {}
        check(&compile("a", 0));
    }

    #[test]
    fn hostile_patterns() {
        for (pattern, expected) in [
            ("(".repeat(1 << 20), Err(Error::Recursion)),
            ("(?(1)".repeat(1 << 18), Err(Error::Recursion)),
            ("(?=".repeat(1 << 18), Err(Error::Recursion)),
            ("(?:".repeat(400) + &")".repeat(400), Ok(())),
            ("a?".repeat(1 << 16), Ok(())),
            ("a|".repeat(1 << 16), Ok(())),
            ("()".repeat(1 << 15), Ok(())),
        ] {
            let compiled = Pattern::compile(pattern.as_bytes(), true, IGNORECASE);
            let shown: String = pattern.chars().take(9).collect();
            match (compiled, expected) {
                (Ok(_), Ok(())) => {}
                (Err(error), Err(expected)) => assert_eq!(error, expected, "{shown}"),
                (compiled, _) => panic!("{shown}: {:?}", compiled.err()),
            }
        }
    }

    #[test]
    fn deep_backtracking_needs_no_deep_stack() {
        let subject = "ab".repeat(1 << 18);
        let subject = Subject::text(subject.as_bytes());
        let end = subject.bytes().len();
        for (pattern, span) in [("(?:ab)*", Some((0, end))), ("(?:a|b)*?\\Z", Some((0, end))), ("(a|b)*c", None)] {
            let found = compile(pattern, 0).match_at(subject, 0, end, Mode::Match).unwrap();
            assert_eq!(found.and_then(|captures| captures.spans[0]), span, "{pattern}");
        }
    }
}
