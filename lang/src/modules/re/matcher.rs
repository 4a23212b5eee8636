//! The matcher: runs the operations of a program against a subject, forwards.
//!
//! It is a backtracking machine. Whenever there is a choice it leaves a [`Frame`] behind and goes on with the first
//! possibility; [`super::backtrack`] goes on with the next one after a failure. There is no recursion and nothing is
//! allocated for an attempt once the stacks have grown. Every operation counts towards the limits of the run.
//!
//! What a match reports for its groups follows from *when* group positions are remembered and put back, so the frames
//! remember exactly what the oracle remembers: all positions inside a repetition, only their number elsewhere.

use super::ast::UNBOUNDED;
use super::backtrack::Frame;
use super::chars::{self, Case};
use super::input::Input;
use super::program::{Anchor, Op, Pc, Program};
use super::state::{NONE, NOWHERE, Rep, State};
use crate::value::interrupt::{Stop, checkpoint};

/// What makes a match at the outermost level acceptable.
#[derive(Debug, Clone, Copy)]
pub(super) struct Goal {
    /// It must reach the end of the subject.
    pub(super) whole: bool,
    /// It must not be empty at this position.
    pub(super) not_empty_at: Option<usize>,
}

/// A program at work on a subject.
pub(super) struct Machine<'m, I> {
    pub(super) program: &'m Program,
    pub(super) input: I,
    pub(super) state: &'m mut State,
    pub(super) goal: Goal,
}

/// Where matching goes on.
pub(super) type Point = (Pc, usize);

impl<I: Input> Machine<'_, I> {
    /// Tries to match at a position. The result is the end of the match.
    pub(super) fn attempt(&mut self, start: usize) -> Result<Option<usize>, Stop> {
        self.state.reset(self.program.groups);
        let (mut pc, mut pos) = (0, start);
        loop {
            self.state.step()?;
            let Some(op) = self.program.ops.get(pc as usize) else {
                return Ok(None);
            };
            let next = match *op {
                Op::Match if self.accepts(pos) => return Ok(Some(pos)),
                Op::Match => None,
                Op::Byte(byte) => (self.input.bytes().get(pos) == Some(&byte)).then_some((pc + 1, pos + 1)),
                Op::Bytes { start, len } => self.bytes(start, len, pos).map(|pos| (pc + 1, pos)),
                Op::Set(set) => self.set(set, pos).map(|pos| (pc + 1, pos)),
                Op::AnyAll => self.input.after(pos).map(|(_, len)| (pc + 1, pos + len)),
                Op::At(anchor) => self.is_at(anchor, pos).then_some((pc + 1, pos)),
                Op::Mark(number) => {
                    self.state.mark(number, pos);
                    Some((pc + 1, pos))
                }
                Op::Jump(target) => Some((target, pos)),
                Op::Branch(number) => self.branch(number, pos)?,
                Op::Single(number) => self.single(number, pc + 1, pos)?,
                Op::Enter(number) => self.enter(number, pos)?,
                Op::Until(_) => self.until(pos)?,
                Op::Possess(number) => self.possess(number, pos)?,
                Op::EndPossess(_) => self.end_possess(pos)?,
                Op::Atomic => {
                    self.state.push_fence(Frame::Atomic, self.state.saved())?;
                    Some((pc + 1, pos))
                }
                Op::EndAtomic { .. } => self.state.cut().map(|_| (pc + 1, pos)),
                Op::Look(number) => self.look(number, pc + 1, pos)?,
                Op::EndLook => match self.state.cut() {
                    Some(Frame::Look { pos }) => Some((pc + 1, pos)),
                    // What a negated assertion forbids has matched.
                    _ => None,
                },
                Op::Backref { group, case } => self.backref(group, case, pos)?.map(|pos| (pc + 1, pos)),
                Op::IfGroup { group, no } => {
                    let matched = self.state.span(group).is_some();
                    Some((if matched { pc + 1 } else { no }, pos))
                }
            };
            (pc, pos) = match next {
                Some(point) => point,
                None => match self.resume()? {
                    Some(point) => point,
                    None => return Ok(None),
                },
            };
        }
    }

    fn accepts(&self, pos: usize) -> bool {
        !(self.goal.whole && pos != self.input.bytes().len()) && self.goal.not_empty_at != Some(pos)
    }

    #[inline]
    fn bytes(&self, start: u32, len: u32, pos: usize) -> Option<usize> {
        let start = start as usize;
        let wanted = self.program.literals.get(start..start + len as usize)?;
        self.input.bytes().get(pos..)?.starts_with(wanted).then_some(pos + wanted.len())
    }

    /// The position after a character of a set.
    #[inline]
    pub(super) fn set(&self, set: u32, pos: usize) -> Option<usize> {
        self.input.step(self.program.sets.get(set as usize)?, pos)
    }

    #[inline]
    fn is_at(&self, anchor: Anchor, pos: usize) -> bool {
        let bytes = self.input.bytes();
        let is_end = pos == bytes.len();
        let before_newline = bytes.get(pos) == Some(&b'\n');
        match anchor {
            Anchor::Start => pos == 0,
            Anchor::LineStart => pos == 0 || bytes.get(pos - 1) == Some(&b'\n'),
            Anchor::End => is_end || before_newline && pos + 1 == bytes.len(),
            Anchor::LineEnd => is_end || before_newline,
            Anchor::TextEnd => is_end,
            // Neither holds in an empty subject.
            Anchor::Boundary { unicode } => !bytes.is_empty() && self.is_boundary(pos, unicode),
            Anchor::NotBoundary { unicode } => !bytes.is_empty() && !self.is_boundary(pos, unicode),
        }
    }

    fn is_boundary(&self, pos: usize, unicode: bool) -> bool {
        let is_word = |found: Option<(u32, usize)>| found.is_some_and(|(cp, _)| chars::is_word(cp, unicode));
        is_word(self.input.before(pos)) != is_word(self.input.after(pos))
    }

    #[inline]
    fn branch(&mut self, number: u32, pos: usize) -> Result<Option<Point>, Stop> {
        let Some((next, pc)) = self.alternative(number, 0, pos)? else {
            return Ok(None);
        };
        if !(self.program.may_skip && self.alternative(number, next, pos)?.is_none()) {
            let kept = self.state.keep(self.state.repeat != NONE)?;
            self.state.push(Frame::Branch { number, next, pos, kept })?;
        }
        Ok(Some((pc, pos)))
    }

    /// The first alternative from number `from` on that can match here, and the number of the one after it.
    #[inline]
    pub(super) fn alternative(&mut self, number: u32, from: u32, pos: usize) -> Result<Option<(u32, Pc)>, Stop> {
        let Some(all) = self.program.branches.get(number as usize) else {
            return Ok(None);
        };
        let byte = self.input.bytes().get(pos);
        let rest = all.get(from as usize..).unwrap_or_default();
        for (next, alternative) in (from + 1..).zip(rest) {
            self.state.step()?;
            let can_match = match (&alternative.first, byte) {
                (Some(first), Some(byte)) => first.contains(*byte),
                (first, _) => first.is_none(),
            };
            if can_match {
                return Ok(Some((next, alternative.pc)));
            }
        }
        Ok(None)
    }

    #[inline]
    fn enter(&mut self, number: u32, pos: usize) -> Result<Option<Point>, Stop> {
        let rep = Rep { number, count: 0, outer: self.state.repeat, last: NOWHERE };
        self.state.push_rep(rep)?;
        self.until(pos)
    }

    /// Decides at the end of a body, or before the first, whether to repeat.
    #[inline]
    fn until(&mut self, pos: usize) -> Result<Option<Point>, Stop> {
        let current = self.state.repeat;
        let Some(rep) = self.state.rep() else {
            return Ok(None);
        };
        let Rep { number, count, outer, last } = *rep;
        let Some(repeated) = self.program.loops.get(number as usize) else {
            return Ok(None);
        };
        if count < repeated.min {
            rep.count = count + 1;
            self.state.push(Frame::Required { count })?;
            return Ok(Some((repeated.body, pos)));
        }
        if repeated.lazy {
            self.state.repeat = outer;
            let kept = self.state.keep(outer != NONE)?;
            self.state.push(Frame::LazyTail { rep: current, count, pos, kept })?;
            return Ok(Some((repeated.tail, pos)));
        }
        if (count < repeated.max || repeated.max == UNBOUNDED) && pos != last {
            rep.count = count.saturating_add(1);
            rep.last = pos;
            let kept = self.state.keep(true)?;
            self.state.push(Frame::Body { count, last, pos, kept })?;
            return Ok(Some((repeated.body, pos)));
        }
        self.state.repeat = outer;
        self.state.push(Frame::Tail { rep: current })?;
        Ok(Some((repeated.tail, pos)))
    }

    fn possess(&mut self, number: u32, pos: usize) -> Result<Option<Point>, Stop> {
        self.possess_more(number, 0, NOWHERE, pos)
    }

    /// Begins the next body of a possessive repetition, or what follows it. `last` is where the last body began that
    /// need not have been there.
    fn possess_more(&mut self, number: u32, count: u32, last: usize, pos: usize) -> Result<Option<Point>, Stop> {
        let Some(repeated) = self.program.loops.get(number as usize) else {
            return Ok(None);
        };
        let saved = self.state.saved();
        let required = count < repeated.min;
        if required || (count < repeated.max || repeated.max == UNBOUNDED) && pos != last {
            let kept = self.state.keep(!required)?;
            let frame = Frame::Possess { number, count, pos, kept, required };
            self.state.push_fence(frame, saved)?;
            return Ok(Some((repeated.body, pos)));
        }
        Ok(Some((repeated.tail, pos)))
    }

    fn end_possess(&mut self, pos: usize) -> Result<Option<Point>, Stop> {
        match self.state.cut() {
            Some(Frame::Possess { number, count, pos: from, required, .. }) => {
                let last = if required { NOWHERE } else { from };
                self.possess_more(number, count.saturating_add(1), last, pos)
            }
            _ => Ok(None),
        }
    }

    fn look(&mut self, number: u32, inside: Pc, pos: usize) -> Result<Option<Point>, Stop> {
        let Some(look) = self.program.looks.get(number as usize) else {
            return Ok(None);
        };
        checkpoint(u64::from(look.back) / 4)?;
        let Some(start) = self.input.back(pos, look.back) else {
            return Ok(look.negated.then_some((look.tail, pos)));
        };
        let saved = self.state.saved();
        let frame = if look.negated {
            let kept = self.state.keep(self.state.repeat != NONE)?;
            Frame::NotLook { tail: look.tail, pos, kept }
        } else {
            Frame::Look { pos }
        };
        self.state.push_fence(frame, saved)?;
        Ok(Some((inside, start)))
    }

    fn backref(&mut self, group: u32, case: Case, pos: usize) -> Result<Option<usize>, Stop> {
        let Some((start, end)) = self.state.span(group) else {
            return Ok(None);
        };
        checkpoint((end - start) as u64 / 8)?;
        let bytes = self.input.bytes();
        if case == Case::Exact {
            let wanted = bytes.get(start..end).unwrap_or_default();
            let found = bytes.get(pos..).unwrap_or_default().starts_with(wanted);
            return Ok(found.then_some(pos + wanted.len()));
        }
        let (mut at, mut pos) = (start, pos);
        while at < end {
            self.state.step()?;
            match (self.input.after(at), self.input.after(pos)) {
                (Some((a, a_len)), Some((b, b_len))) if case.fold(a) == case.fold(b) => {
                    at += a_len;
                    pos += b_len;
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(pos))
    }
}
