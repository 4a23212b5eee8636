//! What a pattern is compiled to: a list of operations and the tables they refer to.
//!
//! An operation either goes on to the next one, jumps, or fails; on failure the matcher goes back to the choice made last.

use super::byteset::{ByteSet, Finder};
use super::chars::Case;
use super::charset::CharSet;

/// Index of an operation.
pub(super) type Pc = u32;

/// One step of matching.
#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    /// Matches one byte.
    Byte(u8),
    /// Matches bytes of [`Program::literals`].
    Bytes { start: u32, len: u32 },
    /// Matches one character of a set.
    Set(u32),
    /// Matches any character.
    AnyAll,
    /// Demands a position.
    At(Anchor),
    /// Notes the position: even numbers open a group, odd ones close it.
    Mark(u32),
    /// Goes on elsewhere.
    Jump(Pc),
    /// Tries alternatives.
    Branch(u32),
    /// Repeats a single character.
    Single(u32),
    /// Enters a repetition of something longer.
    Enter(u32),
    /// Ends the body of such a repetition.
    Until(u32),
    /// Begins a possessive repetition of something longer.
    Possess(u32),
    /// Ends the body of a possessive repetition.
    EndPossess(u32),
    /// Begins an atomic group.
    Atomic,
    /// Ends the atomic group that begins at `start`.
    EndAtomic { start: Pc },
    /// Begins an assertion.
    Look(u32),
    /// Ends an assertion.
    EndLook,
    /// Matches what a group matched.
    Backref { group: u32, case: Case },
    /// Goes on at `no` unless a group has matched.
    IfGroup { group: u32, no: Pc },
    /// The whole pattern has matched.
    Match,
}

/// A position in the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The start of the subject.
    Start,
    /// The start of a line.
    LineStart,
    /// The end of the subject, or before a line feed there.
    End,
    /// The end of a line.
    LineEnd,
    /// The very end of the subject.
    TextEnd,
    /// Between a word character and something else.
    Boundary { unicode: bool },
    /// Anywhere else.
    NotBoundary { unicode: bool },
}

/// What a one-character item matches.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    /// One byte.
    Byte(u8),
    /// A character of a set.
    Set(u32),
    /// Any character.
    AnyAll,
}

/// Which count of a repetition is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The greatest.
    Greedy,
    /// The least.
    Lazy,
    /// The greatest, and no other.
    Possessive,
}

/// A repeated single character.
#[derive(Debug)]
pub(super) struct Single {
    /// The character.
    pub(super) unit: Unit,
    /// Least count.
    pub(super) min: u32,
    /// Greatest count, or [`UNBOUNDED`](super::ast::UNBOUNDED).
    pub(super) max: u32,
    /// Which count comes first.
    pub(super) order: Order,
    /// What the bytes after the repetition can begin with, if anything must follow.
    pub(super) follow: Option<Finder>,
    /// Whether what follows cannot begin with the repeated character, so that no smaller count can do.
    pub(super) exclusive: bool,
}

/// A repetition of something that is not a single character.
#[derive(Debug)]
pub(super) struct Loop {
    /// Least count.
    pub(super) min: u32,
    /// Greatest count, or [`UNBOUNDED`](super::ast::UNBOUNDED).
    pub(super) max: u32,
    /// Whether fewer repetitions are tried first.
    pub(super) lazy: bool,
    /// Where the body begins.
    pub(super) body: Pc,
    /// What follows the repetition.
    pub(super) tail: Pc,
}

/// One of several alternatives.
#[derive(Debug)]
pub(super) struct Alternative {
    /// Where it begins.
    pub(super) pc: Pc,
    /// The bytes it can begin with; unknown if it may match nothing.
    pub(super) first: Option<ByteSet>,
}

/// An assertion about what follows or precedes.
#[derive(Debug)]
pub(super) struct Look {
    /// Whether it must fail.
    pub(super) negated: bool,
    /// Number of characters to step back.
    pub(super) back: u32,
    /// What follows the assertion.
    pub(super) tail: Pc,
}

/// How a search finds the next place where a match may begin.
#[derive(Debug)]
pub(super) enum Prefilter {
    /// Anywhere.
    Anywhere,
    /// Only at the start of the subject.
    Start,
    /// Only at starts of lines.
    LineStart,
    /// Where these bytes are.
    Literal(Box<memchr::memmem::Finder<'static>>),
    /// Where one of these bytes is.
    First(Finder),
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    /// The operations.
    pub(super) ops: Vec<Op>,
    /// Character sets.
    pub(super) sets: Vec<CharSet>,
    /// Bytes of literal texts.
    pub(super) literals: Vec<u8>,
    /// Alternatives of each branch.
    pub(super) branches: Vec<Vec<Alternative>>,
    /// Repeated single characters.
    pub(super) singles: Vec<Single>,
    /// Other repetitions.
    pub(super) loops: Vec<Loop>,
    /// Assertions.
    pub(super) looks: Vec<Look>,
    /// Number of capturing groups.
    pub(super) groups: u32,
    /// Whether subjects are text.
    pub(super) is_text: bool,
    /// The least number of characters a match has.
    pub(super) min_width: usize,
    /// Whether a choice that can only fail may be passed over. A pattern that can observe what failed attempts leave
    /// behind in open groups forbids it.
    pub(super) may_skip: bool,
    /// How a search proceeds.
    pub(super) prefilter: Prefilter,
}
