//! Searching: from which positions a match is attempted.

use super::input::Input;
use super::matcher::{Goal, Machine};
use super::program::{Prefilter, Program};
use super::state::State;
use crate::value::interrupt::{Stop, checkpoint};

/// Bytes scanned for a possible start between two reports to the limits.
const BLOCK: usize = 64 * 1024;

/// Where a match may begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It begins at the given position.
    Match,
    /// It begins at the given position and reaches the end.
    Fullmatch,
    /// It is the first that begins at the given position or later.
    Search,
}

/// Finds a match from `from` on. With `not_empty` it must not be empty at `from` itself.
pub(super) fn find<I: Input>(
    program: &Program,
    input: I,
    state: &mut State,
    from: usize,
    mode: Mode,
    not_empty: bool,
) -> Result<Option<(usize, usize)>, Stop> {
    let goal = Goal { whole: mode == Mode::Fullmatch, not_empty_at: not_empty.then_some(from) };
    let mut machine = Machine { program, input, state, goal };
    // No character has less than one byte, so a subject with fewer bytes has fewer characters too.
    let too_late = |start: usize| {
        let left = input.bytes().len().checked_sub(start);
        left.is_some_and(|left| left < program.min_width)
    };
    if too_late(from) {
        return Ok(None);
    }
    if mode != Mode::Search {
        return Ok(machine.attempt(from)?.map(|end| (from, end)));
    }
    let mut start = from;
    while let Some(at) = candidate(program, input, start)? {
        if too_late(at) {
            break;
        }
        if let Some(end) = machine.attempt(at)? {
            return Ok(Some((at, end)));
        }
        start = input.next(at);
        if matches!(program.prefilter, Prefilter::Start) {
            break;
        }
    }
    Ok(None)
}

/// The first position from `start` on where a match may begin.
fn candidate<I: Input>(program: &Program, input: I, start: usize) -> Result<Option<usize>, Stop> {
    let bytes = input.bytes();
    if start > bytes.len() {
        return Ok(None);
    }
    match &program.prefilter {
        Prefilter::Anywhere => Ok(Some(start)),
        Prefilter::Start => Ok((start == 0).then_some(start)),
        Prefilter::LineStart => {
            if start == 0 || bytes.get(start - 1) == Some(&b'\n') {
                return Ok(Some(start));
            }
            let newline = in_blocks(bytes, start, 1, |block| memchr::memchr(b'\n', block))?;
            Ok(newline.map(|at| at + 1))
        }
        Prefilter::Literal(finder) => in_blocks(bytes, start, finder.needle().len(), |block| finder.find(block)),
        Prefilter::First(finder) => in_blocks(bytes, start, 1, |block| finder.find(block)),
    }
}

/// Searches block by block for something of `len` bytes, so that the limits hold in long subjects.
fn in_blocks(
    bytes: &[u8],
    from: usize,
    len: usize,
    find: impl Fn(&[u8]) -> Option<usize>,
) -> Result<Option<usize>, Stop> {
    let mut start = from;
    loop {
        let end = bytes.len().min(start.saturating_add(BLOCK).saturating_add(len - 1));
        let block = bytes.get(start..end).unwrap_or_default();
        if let Some(at) = find(block) {
            checkpoint((at / 8) as u64)?;
            return Ok(Some(start + at));
        }
        checkpoint((block.len() / 8) as u64)?;
        if end == bytes.len() {
            return Ok(None);
        }
        start += BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine::{Pattern, Subject};
    use super::*;

    /// Finds a needle near the edges of the blocks in which long subjects are scanned.
    #[test]
    fn across_blocks() {
        let cases = [
            ("needle", true),
            ("[nN]eedle", true),
            ("(?i)NEEDLE", true),
            ("(?m)^needle", true),
            ("(?s).*needle", false),
            ("(?s).*?needle", false),
            ("[^n]*needle", false),
            ("[\\x00-mo-\\U0010ffff]*needle", false),
            ("(?s:.)*?(?=needle)needle", false),
        ];
        for before in [0, 1, BLOCK - 8, BLOCK - 7, BLOCK - 3, BLOCK - 1, BLOCK, 2 * BLOCK - 2] {
            for filler in ["-", "\n", "é"] {
                let mut text = filler.repeat(before / filler.len());
                text.push('\n');
                let start = text.len();
                text += "needle";
                let end = text.len();
                text += &filler.repeat(before);
                let subject = Subject::text(text.as_bytes());
                for (pattern, at_needle) in cases {
                    let pattern = Pattern::compile(pattern.as_bytes(), true, 0).unwrap();
                    let found = pattern.match_at(subject, 0, text.len(), Mode::Search).unwrap();
                    let start = if at_needle { start } else { 0 };
                    assert_eq!(found.and_then(|found| found.spans[0]), Some((start, end)));
                }
            }
        }
    }
}
