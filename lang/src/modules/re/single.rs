//! The matcher's second room: repeated single characters.
//!
//! All counts of such a repetition share one frame, and positions at which what follows cannot begin are passed over
//! without trying.

use super::ast::UNBOUNDED;
use super::backtrack::Frame;
use super::byteset::Finder;
use super::input::Input;
use super::matcher::{Machine, Point};
use super::program::{Order, Pc, Single, Unit};
use super::state::NONE;
use crate::value::interrupt::{Stop, checkpoint};

/// Bytes of a subject scanned between two reports to the limits.
const BLOCK: usize = 64 * 1024;

impl<I: Input> Machine<'_, I> {
    /// Repeats a character; what follows is at `next`.
    pub(super) fn single(&mut self, number: u32, next: Pc, pos: usize) -> Result<Option<Point>, Stop> {
        let Some(single) = self.program.singles.get(number as usize) else {
            return Ok(None);
        };
        // A match may be asked for beyond the end, where the oracle repeats nothing, not even zero times.
        if pos > self.input.bytes().len() {
            return Ok(None);
        }
        let Some(floor) = self.exactly(single.unit, pos, single.min)? else {
            return Ok(None);
        };
        let more = if single.max == UNBOUNDED { UNBOUNDED } else { single.max - single.min };
        let may_skip = self.program.may_skip;
        let all = self.state.repeat != NONE;
        match single.order {
            Order::Possessive => Ok(Some((next, self.run(single.unit, floor, more)?))),
            Order::Greedy => {
                let end = self.run(single.unit, floor, more)?;
                if single.exclusive || may_skip && end == floor {
                    return Ok(Some((next, end)));
                }
                let Some(pos) = self.retreat(single, floor, end)? else {
                    return Ok(None);
                };
                if !(may_skip && pos == floor) {
                    let kept = self.state.keep(all)?;
                    self.state.push(Frame::Greedy { number, next, pos, floor, kept })?;
                }
                Ok(Some((next, pos)))
            }
            Order::Lazy => {
                let Some((pos, left)) = self.approach(single, floor, more)? else {
                    return Ok(None);
                };
                if !(may_skip && left == 0) {
                    let kept = self.state.keep(all)?;
                    self.state.push(Frame::Lazy { number, next, pos, left, kept })?;
                }
                Ok(Some((next, pos)))
            }
        }
    }

    /// The last position up to `end` at which what follows can begin.
    pub(super) fn retreat(&mut self, single: &Single, floor: usize, end: usize) -> Result<Option<usize>, Stop> {
        let Some(follow) = &single.follow else {
            return Ok(Some(end));
        };
        let bytes = self.input.bytes();
        let mut stop = bytes.len().min(end + 1);
        while stop > floor {
            let start = stop.saturating_sub(BLOCK).max(floor);
            checkpoint(((stop - start) / 16) as u64)?;
            if let Some(at) = bytes.get(start..stop).and_then(|block| follow.find_last(block)) {
                return Ok(Some(start + at));
            }
            stop = start;
        }
        Ok(None)
    }

    /// The first position from `pos` on at which what follows can begin, with the repetitions still allowed there.
    pub(super) fn approach(&mut self, single: &Single, pos: usize, left: u32) -> Result<Option<(usize, u32)>, Stop> {
        let Some(follow) = &single.follow else {
            return Ok(Some((pos, left)));
        };
        let (mut pos, mut left) = (pos, left);
        if left == UNBOUNDED && follow.is_fast() && self.gap(single.unit).is_some() {
            return Ok(self.leap(single.unit, follow, pos)?.map(|pos| (pos, left)));
        }
        loop {
            self.state.step()?;
            match self.input.bytes().get(pos) {
                None => return Ok(None),
                Some(byte) if follow.contains(*byte) => return Ok(Some((pos, left))),
                Some(_) => {}
            }
            match self.one(single.unit, pos) {
                Some(next) if left > 0 => pos = next,
                _ => return Ok(None),
            }
            if left != UNBOUNDED {
                left -= 1;
            }
        }
    }

    /// The first position that `follow` finds, provided that the unit matches everything before it.
    fn leap(&mut self, unit: Unit, follow: &Finder, from: usize) -> Result<Option<usize>, Stop> {
        let gap = self.gap(unit).flatten();
        let bytes = self.input.bytes();
        let mut start = from;
        while start < bytes.len() {
            let block = bytes.get(start..bytes.len().min(start + BLOCK)).unwrap_or_default();
            let found = follow.find(block);
            let before = block.get(..found.unwrap_or(block.len())).unwrap_or_default();
            checkpoint((before.len() / 16) as u64)?;
            if gap.and_then(|gap| gap.find(before)).is_some() {
                return Ok(None);
            }
            if let Some(at) = found {
                return Ok(Some(start + at));
            }
            start += block.len();
        }
        Ok(None)
    }

    /// The search for the end of a run, if there is a fast one; `Some(None)` if nothing but the end of the subject
    /// ends it.
    fn gap(&self, unit: Unit) -> Option<Option<Finder>> {
        match unit {
            Unit::AnyAll => Some(None),
            Unit::Set(set) => self.program.sets.get(set as usize)?.gap().map(Some),
            Unit::Byte(_) => None,
        }
    }

    /// The position after one repetition.
    #[inline]
    pub(super) fn one(&self, unit: Unit, pos: usize) -> Option<usize> {
        match unit {
            Unit::Byte(byte) => (self.input.bytes().get(pos) == Some(&byte)).then_some(pos + 1),
            Unit::Set(set) => self.set(set, pos),
            Unit::AnyAll => self.input.after(pos).map(|(_, len)| pos + len),
        }
    }

    /// The position after exactly `count` repetitions.
    fn exactly(&mut self, unit: Unit, pos: usize, count: u32) -> Result<Option<usize>, Stop> {
        let mut pos = pos;
        for _ in 0..count {
            self.state.step()?;
            match self.one(unit, pos) {
                Some(next) => pos = next,
                None => return Ok(None),
            }
        }
        Ok(Some(pos))
    }

    /// The position after as many repetitions as there are, up to `limit`.
    fn run(&mut self, unit: Unit, pos: usize, limit: u32) -> Result<usize, Stop> {
        let bytes = self.input.bytes();
        if limit != UNBOUNDED {
            let mut pos = pos;
            for _ in 0..limit {
                self.state.step()?;
                match self.one(unit, pos) {
                    Some(next) => pos = next,
                    None => break,
                }
            }
            return Ok(pos);
        }
        if let Some(gap) = self.gap(unit) {
            let Some(gap) = gap else {
                return Ok(bytes.len().max(pos));
            };
            let mut start = pos;
            while start < bytes.len() {
                let block = bytes.get(start..bytes.len().min(start + BLOCK)).unwrap_or_default();
                if let Some(at) = gap.find(block) {
                    checkpoint((at / 16) as u64)?;
                    return Ok(start + at);
                }
                checkpoint((block.len() / 16) as u64)?;
                start += block.len();
            }
            return Ok(start);
        }
        let mut pos = pos;
        loop {
            let stop = pos.saturating_add(BLOCK);
            let start = pos;
            while pos < stop {
                match self.one(unit, pos) {
                    Some(next) => pos = next,
                    None => {
                        checkpoint(((pos - start) / 4) as u64)?;
                        return Ok(pos);
                    }
                }
            }
            checkpoint((BLOCK / 4) as u64)?;
        }
    }
}
