//! Going back: what the matcher left behind at each choice, and how it goes on from there.

use super::ast::UNBOUNDED;
use super::input::Input;
use super::matcher::{Machine, Point};
use super::program::Pc;
use super::state::{Kept, NONE};
use crate::value::interrupt::Stop;

/// What to do when everything after a choice has failed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Frame {
    /// Try the alternatives from number `next` on.
    Branch { number: u32, next: u32, pos: usize, kept: Kept },
    /// Take fewer characters, down to `floor`.
    Greedy { number: u32, next: Pc, pos: usize, floor: usize, kept: Kept },
    /// Take more characters, at most `left`.
    Lazy { number: u32, next: Pc, pos: usize, left: u32, kept: Kept },
    /// Give up the repetition entered here.
    Enter,
    /// Give up a body that had to match.
    Required { count: u32 },
    /// Do without a body, and try what follows.
    Body { count: u32, last: usize, pos: usize, kept: Kept },
    /// Give up what follows a repetition.
    Tail { rep: u32 },
    /// Try a body instead of what follows.
    LazyTail { rep: u32, count: u32, pos: usize, kept: Kept },
    /// Give up that body too.
    LazyBody { count: u32, last: usize },
    /// Do without a body of a possessive repetition if it was not required.
    Possess { number: u32, count: u32, pos: usize, kept: Kept, required: bool },
    /// Give up an atomic group.
    Atomic,
    /// Give up an assertion.
    Look { pos: usize },
    /// Go on: what must not match does not.
    NotLook { tail: Pc, pos: usize, kept: Kept },
}

impl<I: Input> Machine<'_, I> {
    /// Goes back to the last choice that still has a possibility. `None` if there is none.
    #[inline]
    pub(super) fn resume(&mut self) -> Result<Option<Point>, Stop> {
        while let Some(frame) = self.state.frames.pop() {
            self.state.step()?;
            if let Some(point) = self.other_choice(frame)? {
                return Ok(Some(point));
            }
        }
        Ok(None)
    }

    /// The next possibility of a frame that was just taken off.
    #[inline]
    fn other_choice(&mut self, frame: Frame) -> Result<Option<Point>, Stop> {
        match frame {
            Frame::Branch { number, next, pos, kept } => {
                self.state.restore(kept);
                if let Some((next, pc)) = self.alternative(number, next, pos)? {
                    self.state.push(Frame::Branch { number, next, pos, kept })?;
                    return Ok(Some((pc, pos)));
                }
                self.state.discard(kept);
            }
            Frame::Greedy { number, next, pos, floor, kept } => {
                self.state.restore(kept);
                if let Some(pos) = self.fewer(number, pos, floor)? {
                    if self.program.may_skip && pos == floor {
                        self.state.discard(kept);
                    } else {
                        self.state.push(Frame::Greedy { number, next, pos, floor, kept })?;
                    }
                    return Ok(Some((next, pos)));
                }
                self.state.discard(kept);
            }
            Frame::Lazy { number, next, pos, left, kept } => {
                self.state.restore(kept);
                if let Some((pos, left)) = self.more(number, pos, left)? {
                    self.state.push(Frame::Lazy { number, next, pos, left, kept })?;
                    return Ok(Some((next, pos)));
                }
                self.state.discard(kept);
            }
            Frame::Enter => {
                self.state.repeat = self.state.reps.pop().map_or(NONE, |rep| rep.outer);
            }
            Frame::Required { count } => {
                if let Some(rep) = self.state.rep() {
                    rep.count = count;
                }
            }
            Frame::Body { count, last, pos, kept } => {
                self.state.restore(kept);
                self.state.discard(kept);
                let current = self.state.repeat;
                if let Some(rep) = self.state.rep() {
                    (rep.count, rep.last) = (count, last);
                    let (number, outer) = (rep.number, rep.outer);
                    self.state.repeat = outer;
                    self.state.push(Frame::Tail { rep: current })?;
                    let repeated = self.program.loops.get(number as usize);
                    return Ok(repeated.map(|repeated| (repeated.tail, pos)));
                }
            }
            Frame::Tail { rep } => self.state.repeat = rep,
            Frame::LazyTail { rep, count, pos, kept } => {
                self.state.repeat = rep;
                self.state.restore(kept);
                self.state.discard(kept);
                return self.lazy_body(count, pos);
            }
            Frame::LazyBody { count, last } => {
                if let Some(rep) = self.state.rep() {
                    (rep.count, rep.last) = (count, last);
                }
            }
            Frame::Possess { number, pos, kept, required, .. } => {
                self.state.fences.pop();
                if !required {
                    self.state.restore(kept);
                    self.state.discard(kept);
                    let repeated = self.program.loops.get(number as usize);
                    return Ok(repeated.map(|repeated| (repeated.tail, pos)));
                }
            }
            Frame::Atomic | Frame::Look { .. } => {
                self.state.fences.pop();
            }
            Frame::NotLook { tail, pos, kept } => {
                self.state.fences.pop();
                self.state.restore(kept);
                self.state.discard(kept);
                return Ok(Some((tail, pos)));
            }
        }
        Ok(None)
    }

    /// The next position with fewer characters.
    #[inline]
    fn fewer(&mut self, number: u32, pos: usize, floor: usize) -> Result<Option<usize>, Stop> {
        let Some(single) = self.program.singles.get(number as usize) else {
            return Ok(None);
        };
        match self.input.before(pos) {
            Some((_, len)) if pos > floor => self.retreat(single, floor, pos - len),
            _ => Ok(None),
        }
    }

    /// The next position with more characters.
    fn more(&mut self, number: u32, pos: usize, left: u32) -> Result<Option<(usize, u32)>, Stop> {
        let Some(single) = self.program.singles.get(number as usize) else {
            return Ok(None);
        };
        match self.one(single.unit, pos) {
            Some(pos) if left > 0 => {
                let left = if left == UNBOUNDED { left } else { left - 1 };
                self.approach(single, pos, left)
            }
            _ => Ok(None),
        }
    }

    /// Begins a body after what follows the repetition has failed.
    fn lazy_body(&mut self, count: u32, pos: usize) -> Result<Option<Point>, Stop> {
        let Some(rep) = self.state.rep() else {
            return Ok(None);
        };
        let Some(repeated) = self.program.loops.get(rep.number as usize) else {
            return Ok(None);
        };
        if count >= repeated.max && repeated.max != UNBOUNDED || pos == rep.last {
            return Ok(None);
        }
        let last = rep.last;
        (rep.count, rep.last) = (count.saturating_add(1), pos);
        self.state.push(Frame::LazyBody { count, last })?;
        Ok(Some((repeated.body, pos)))
    }
}
