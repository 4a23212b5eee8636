//! The face of the regular expression engine: patterns, subjects and what a match reports (spec 9.2).
//!
//! Offsets are in bytes everywhere; [`Subject::char_index`] turns them into the code point indices a script sees. The
//! values of scripts, argument checking and the methods of `re.Pattern` and `re.Match` are left to the module's binding.

use std::cell::Cell;

use super::compile;
use super::error::Error;
use super::input::{Narrow, Wide};
use super::program::Program;
use super::search::{self, Mode};
use super::source;
use super::state::State;
use super::syntax;
use crate::value::interrupt::Stop;
use crate::value::unicode::wtf8;

/// A subject or part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'s> {
    /// Text in generalised UTF-8.
    Text(&'s [u8]),
    /// Text known to be pure ASCII; faster.
    Ascii(&'s [u8]),
    /// Bytes.
    Bytes(&'s [u8]),
}

impl<'s> Subject<'s> {
    /// A text that may or may not be ASCII.
    #[must_use]
    pub fn text(text: &'s [u8]) -> Subject<'s> {
        if text.is_ascii() {
            Subject::Ascii(text)
        } else {
            Subject::Text(text)
        }
    }

    /// The bytes of the subject.
    #[must_use]
    pub fn bytes(self) -> &'s [u8] {
        match self {
            Subject::Text(bytes) | Subject::Ascii(bytes) | Subject::Bytes(bytes) => bytes,
        }
    }

    /// The index a script sees for a byte offset.
    #[must_use]
    pub fn char_index(self, offset: usize) -> usize {
        match self {
            Subject::Text(bytes) => wtf8::count(bytes.get(..offset).unwrap_or(bytes)),
            Subject::Ascii(_) | Subject::Bytes(_) => offset,
        }
    }

    /// The byte offset of an index a script gives; the end for an index beyond it.
    #[must_use]
    pub fn offset(self, index: usize) -> usize {
        match self {
            Subject::Text(bytes) => wtf8::offset_of(bytes, index).unwrap_or(bytes.len()),
            Subject::Ascii(bytes) | Subject::Bytes(bytes) => index.min(bytes.len()),
        }
    }

    /// The subject without what lies at or beyond `end`.
    fn up_to(self, end: usize) -> Subject<'s> {
        let cut = |bytes: &'s [u8]| bytes.get(..end).unwrap_or(bytes);
        match self {
            Subject::Text(bytes) => Subject::Text(cut(bytes)),
            Subject::Ascii(bytes) => Subject::Ascii(cut(bytes)),
            Subject::Bytes(bytes) => Subject::Bytes(cut(bytes)),
        }
    }
}

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
        let code_points = source::decode(pattern, is_text)?;
        let parsed = syntax::parse(&code_points, is_text, flags)?;
        let program = compile::compile(&parsed, is_text)?;
        Ok(Pattern {
            flags: parsed.flags,
            is_text,
            names: parsed.names,
            program,
        })
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
        self.names
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, number)| *number as usize)
    }

    /// The name of a group, as for `Match.lastgroup`.
    #[must_use]
    pub fn group_name(&self, number: usize) -> Option<&str> {
        let at = self
            .names
            .binary_search_by_key(&number, |(_, number)| *number as usize)
            .ok()?;
        self.names.get(at).map(|(name, _)| name.as_str())
    }

    /// Matches once: `match`, `fullmatch` or `search` with `pos` and `endpos` as byte offsets.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn match_at(
        &self,
        subject: Subject,
        pos: usize,
        endpos: usize,
        mode: Mode,
    ) -> Result<Option<Captures>, Stop> {
        let mut state = Stacks::borrow();
        let found = self.find(&mut state.0, subject.up_to(endpos), pos, mode, false)?;
        Ok(found.map(|span| self.captures(&state.0, span)))
    }

    /// The matches that `finditer`, `findall`, `sub` and `split` go through.
    #[must_use]
    pub fn matches<'p>(&'p self, subject: Subject<'p>, pos: usize, endpos: usize) -> Matches<'p> {
        Matches {
            pattern: self,
            subject,
            cursor: Cursor::new(pos, endpos),
            span: (0, 0),
            stacks: Stacks::borrow(),
        }
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

    fn captures(&self, state: &State, span: (usize, usize)) -> Captures {
        let mut spans = Vec::with_capacity(self.groups() + 1);
        spans.push(Some(span));
        spans.extend((0..self.program.groups).map(|group| state.span(group)));
        Captures {
            spans,
            lastindex: state.last_group(),
        }
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
        Cursor {
            pos,
            endpos,
            after_empty: false,
            finished: false,
        }
    }

    /// The next match.
    ///
    /// # Errors
    /// A stop of the run.
    pub fn advance(
        &mut self,
        pattern: &Pattern,
        subject: Subject,
    ) -> Result<Option<Captures>, Stop> {
        let mut stacks = Stacks::borrow();
        let found = self.step(pattern, subject, &mut stacks.0)?;
        Ok(found.map(|span| pattern.captures(&stacks.0, span)))
    }

    fn step(
        &mut self,
        pattern: &Pattern,
        subject: Subject,
        state: &mut State,
    ) -> Result<Option<(usize, usize)>, Stop> {
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
        let found = self
            .cursor
            .step(self.pattern, self.subject, &mut self.stacks.0)?;
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
            Some(group) => u32::try_from(group)
                .ok()
                .and_then(|group| self.stacks.0.span(group)),
        }
    }

    /// The current match.
    #[must_use]
    pub fn captures(&self) -> Captures {
        self.pattern.captures(&self.stacks.0, self.span)
    }
}

/// Stacks of the machine on loan from the thread.
#[derive(Debug)]
struct Stacks(Box<State>);

/// Stacks that have grown beyond this are not kept.
const KEPT_BYTES: usize = 256 * 1024;

thread_local! {
    static SPARE: Cell<Option<Box<State>>> = const { Cell::new(None) };
}

impl Stacks {
    fn borrow() -> Stacks {
        Stacks(SPARE.take().unwrap_or_else(|| Box::new(State::new())))
    }
}

impl Drop for Stacks {
    fn drop(&mut self) {
        let state = std::mem::replace(&mut *self.0, State::new());
        if state.footprint() <= KEPT_BYTES {
            // When the thread is ending there is nothing to keep the stacks for.
            let _ = SPARE.try_with(|spare| spare.set(Some(Box::new(state))));
        }
    }
}
