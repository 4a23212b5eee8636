//! All matches in a text: `findall`, `finditer` and `split`.

use super::engine::{Cursor, Positions};
use super::haystack::{Haystack, Window, bounds};
use super::match_object::Match;
use super::pattern::own;
use crate::builtins::list::word;
use crate::value::interrupt::checkpoint;
use crate::value::iter::{NativeIter, State};
use crate::value::types::iterators;
use crate::value::{Cx, HVec, Iter, List, R, TypeDesc, Value};

/// `findall`: the arguments are the pattern, the text and the bounds.
///
/// # Errors
/// `TypeError` for arguments of the wrong type; a limit.
pub(super) fn findall(a: &[Value]) -> R {
    let program = &own("findall", a)?.program;
    let (pos, endpos) = bounds(&a[2], &a[3])?;
    let haystack = Haystack::new(&a[1], program.is_text())?;
    let window = haystack.window(pos, endpos);
    let mut matches = program.matches(haystack.subject(), window.start, window.end);
    let mut found = HVec::new();
    while matches.advance()? {
        checkpoint(program.groups() as u64 * 2 + 2)?;
        // A group that took no part counts as empty here.
        let text = |number: usize| {
            let (start, end) = matches.group(number).unwrap_or_default();
            haystack.part(start, end)
        };
        found.push(match program.groups() {
            0 => text(0),
            1 => text(1),
            groups => Value::tuple((1..=groups).map(text)),
        });
    }
    Ok(Value::List(List::new(found)))
}

/// `split`: the arguments are the pattern, the text and how often to cut, 0 meaning everywhere.
///
/// # Errors
/// `TypeError` for arguments of the wrong type; a limit.
pub(super) fn split(a: &[Value]) -> R {
    let program = &own("split", a)?.program;
    let cuts = word(&a[2])?;
    let haystack = Haystack::new(&a[1], program.is_text())?;
    let Ok(cuts) = usize::try_from(cuts) else {
        return Ok(Value::list([haystack.content().clone()]));
    };
    let mut pieces = HVec::new();
    for piece in program.split(haystack.subject(), cuts)? {
        checkpoint(2)?;
        pieces.push(piece.map_or(Value::None, |(start, end)| haystack.part(start, end)));
    }
    Ok(Value::List(List::new(pieces)))
}

/// `finditer`: the arguments are the pattern, the text and the bounds.
///
/// # Errors
/// `TypeError` for arguments of the wrong type.
pub(super) fn finditer(a: &[Value]) -> R {
    let program = &own("finditer", a)?.program;
    let (pos, endpos) = bounds(&a[2], &a[3])?;
    let haystack = Haystack::new(&a[1], program.is_text())?;
    let window = haystack.window(pos, endpos);
    let matches = Matches::new(a[0].clone(), haystack, window);
    Ok(Value::Iter(Iter::new(State::Native(Box::new(matches)))))
}

/// The matches of a pattern, one after the other, as values.
pub(super) struct Matches {
    pattern: Value,
    haystack: Haystack,
    window: Window,
    cursor: Cursor,
    positions: Positions,
}

impl Matches {
    /// The matches of a compiled pattern in a window.
    pub(super) fn new(pattern: Value, haystack: Haystack, window: Window) -> Matches {
        let cursor = Cursor::new(window.start, window.end);
        Matches { pattern, haystack, window, cursor, positions: window.positions() }
    }

    /// The next match with its start and end as byte offsets.
    ///
    /// # Errors
    /// A limit.
    pub(super) fn advance(&mut self) -> R<Option<(Value, usize, usize)>> {
        let own = own("finditer", std::slice::from_ref(&self.pattern))?;
        let subject = self.haystack.subject();
        let Some(captures) = self.cursor.advance(&own.program, subject)? else { return Ok(None) };
        let (start, end) = captures.spans.first().copied().flatten().unwrap_or_default();
        // Counting goes on from match to match, so that all positions together cost one pass over the text.
        self.positions.index(subject, start);
        let found = Match::make(&self.pattern, own, &self.haystack, self.window, self.positions, captures);
        Ok(Some((found, start, end)))
    }
}

impl NativeIter for Matches {
    fn next(&mut self, _: &mut Cx<'_>) -> R<Option<Value>> {
        Ok(self.advance()?.map(|(found, ..)| found))
    }

    fn class(&self) -> &'static TypeDesc {
        &iterators::CALLABLE
    }
}
