//! The stacks and registers of the matcher, and how group positions are remembered and put back.

use super::backtrack::Frame;
use crate::value::interrupt::{Stop, checkpoint, reserve};

/// "No repetition" and "no position".
pub(super) const NONE: u32 = u32::MAX;
/// A position that was not noted.
pub(super) const NOWHERE: usize = usize::MAX;
/// Operations between two reports to the limits.
const STRIDE: u32 = 512;
/// A repetition being matched.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rep {
    /// Which of the program's loops.
    pub(super) number: u32,
    /// The count with which its end is reached next.
    pub(super) count: u32,
    /// The repetition around it, or [`NONE`].
    pub(super) outer: u32,
    /// Where the last body began: a body that matches nothing is not repeated there.
    pub(super) last: usize,
}

/// The foot of an inner match: an atomic group, an assertion, a possessive body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fence {
    /// The frame of the inner match.
    pub(super) frame: usize,
    /// The repetition around it.
    pub(super) repeat: u32,
    reps: usize,
    saved: usize,
}

/// What a frame remembers of the groups.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    /// Number of valid marks.
    open: u32,
    last_group: u32,
    /// Number of marks put on the stack of saved marks.
    saved: u32,
}

/// The stacks and registers of the machine, reused from match to match.
#[derive(Debug)]
pub(super) struct State {
    pub(super) frames: Vec<Frame>,
    pub(super) fences: Vec<Fence>,
    pub(super) reps: Vec<Rep>,
    /// The innermost repetition being matched, or [`NONE`].
    pub(super) repeat: u32,
    saved: Vec<usize>,
    marks: Vec<usize>,
    /// Marks from here on are not valid.
    open: u32,
    /// The group closed last, from 1.
    last_group: u32,
    steps: u32,
}

impl State {
    /// Empty stacks.
    pub(super) const fn new() -> State {
        State {
            frames: Vec::new(),
            fences: Vec::new(),
            reps: Vec::new(),
            repeat: NONE,
            saved: Vec::new(),
            marks: Vec::new(),
            open: 0,
            last_group: 0,
            steps: 0,
        }
    }

    /// Forgets everything, for a new attempt.
    pub(super) fn reset(&mut self, groups: u32) {
        self.frames.clear();
        self.fences.clear();
        self.reps.clear();
        self.saved.clear();
        self.repeat = NONE;
        self.open = 0;
        self.last_group = 0;
        self.marks.resize(groups as usize * 2, NOWHERE);
    }

    /// Bytes held by the stacks.
    pub(super) fn footprint(&self) -> usize {
        self.frames.capacity() * size_of::<Frame>()
            + self.reps.capacity() * size_of::<Rep>()
            + (self.saved.capacity() + self.marks.capacity()) * size_of::<usize>()
    }

    /// The group closed last, from 1.
    pub(super) fn last_group(&self) -> Option<usize> {
        (self.last_group > 0).then_some(self.last_group as usize)
    }

    /// What a group, from 0, has matched. A group whose end lies before its start, which the oracle can produce but
    /// not report, has not matched.
    #[inline]
    pub(super) fn span(&self, group: u32) -> Option<(usize, usize)> {
        let at = group as usize * 2;
        if at + 1 >= self.open as usize {
            return None;
        }
        match (self.marks.get(at), self.marks.get(at + 1)) {
            (Some(&start), Some(&end)) if end != NOWHERE && start <= end => Some((start, end)),
            _ => None,
        }
    }

    /// Notes a position.
    #[inline]
    pub(super) fn mark(&mut self, number: u32, pos: usize) {
        if number & 1 != 0 {
            self.last_group = number / 2 + 1;
        }
        if number >= self.open {
            let skipped = self.open as usize..number as usize;
            self.charge(skipped.len());
            self.marks.get_mut(skipped).unwrap_or_default().fill(NOWHERE);
            self.open = number + 1;
        }
        if let Some(mark) = self.marks.get_mut(number as usize) {
            *mark = pos;
        }
    }

    /// Remembers the groups; with `all`, their positions too.
    #[inline]
    pub(super) fn keep(&mut self, all: bool) -> Result<Kept, Stop> {
        let mut kept = Kept { open: self.open, last_group: self.last_group, saved: 0 };
        if all && self.open > 0 {
            let marks = self.marks.get(..self.open as usize).unwrap_or_default();
            make_room(&mut self.saved, marks.len())?;
            self.saved.extend_from_slice(marks);
            kept.saved = marks.len() as u32;
            self.charge(kept.saved as usize);
        }
        Ok(kept)
    }

    /// Puts the groups back.
    #[inline]
    pub(super) fn restore(&mut self, kept: Kept) {
        self.open = kept.open;
        self.last_group = kept.last_group;
        let count = kept.saved as usize;
        self.charge(count);
        let start = self.saved.len().saturating_sub(count);
        if let (Some(marks), Some(saved)) = (self.marks.get_mut(..count), self.saved.get(start..)) {
            marks.copy_from_slice(saved);
        }
    }

    /// Forgets what was remembered last.
    #[inline]
    pub(super) fn discard(&mut self, kept: Kept) {
        self.saved.truncate(self.saved.len().saturating_sub(kept.saved as usize));
    }

    /// Leaves a frame behind.
    #[inline]
    pub(super) fn push(&mut self, frame: Frame) -> Result<(), Stop> {
        make_room(&mut self.frames, 1)?;
        self.frames.push(frame);
        Ok(())
    }

    /// Enters a repetition.
    #[inline]
    pub(super) fn push_rep(&mut self, rep: Rep) -> Result<(), Stop> {
        make_room(&mut self.reps, 1)?;
        self.repeat = self.reps.len() as u32;
        self.reps.push(rep);
        self.push(Frame::Enter)
    }

    /// Number of marks saved now.
    pub(super) fn saved(&self) -> usize {
        self.saved.len()
    }

    /// Begins an inner match whose frame is `frame`; `saved` is the number of marks saved before that frame.
    pub(super) fn push_fence(&mut self, frame: Frame, saved: usize) -> Result<(), Stop> {
        make_room(&mut self.fences, 1)?;
        self.fences.push(Fence { frame: self.frames.len(), repeat: self.repeat, reps: self.reps.len(), saved });
        self.push(frame)
    }

    /// Ends an inner match with success: drops all choices left in it.
    pub(super) fn cut(&mut self) -> Option<Frame> {
        let fence = self.fences.pop()?;
        let frame = self.frames.get(fence.frame).copied();
        self.frames.truncate(fence.frame);
        self.reps.truncate(fence.reps);
        self.saved.truncate(fence.saved);
        self.repeat = fence.repeat;
        frame
    }

    /// Counts one step.
    #[inline]
    pub(super) fn step(&mut self) -> Result<(), Stop> {
        self.steps += 1;
        if self.steps < STRIDE { Ok(()) } else { self.report() }
    }

    /// Counts the steps of copying marks; they are reported with the next step.
    #[inline]
    fn charge(&mut self, marks: usize) {
        self.steps = self.steps.saturating_add(marks as u32 / 8);
    }

    #[cold]
    fn report(&mut self) -> Result<(), Stop> {
        let steps = std::mem::take(&mut self.steps);
        checkpoint(u64::from(steps) * 2)
    }

    /// The innermost repetition.
    #[inline]
    pub(super) fn rep(&mut self) -> Option<&mut Rep> {
        self.reps.get_mut(self.repeat as usize)
    }
}

/// Makes room on a stack, if the limits allow it.
#[inline]
fn make_room<T>(stack: &mut Vec<T>, more: usize) -> Result<(), Stop> {
    if stack.capacity() - stack.len() < more { grow(stack, more) } else { Ok(()) }
}

#[cold]
fn grow<T>(stack: &mut Vec<T>, more: usize) -> Result<(), Stop> {
    let wanted = more.max(stack.capacity()).max(16);
    reserve((stack.capacity() + wanted).saturating_mul(size_of::<T>()))?;
    stack.try_reserve(wanted).map_err(|_| Stop::Memory)
}
