//! The tree of a pattern, as the parser hands it to the compiler.
//!
//! It keeps the distinctions that decide what a match reports: which repeated item is a single character, which
//! alternatives were merged into a set, which groups capture.

use super::chars::Category;

/// No upper bound of a repetition.
pub(super) const UNBOUNDED: u32 = u32::MAX;

/// Items that are matched one after the other.
pub(super) type Sequence = Vec<Node>;

/// One item of a pattern.
#[derive(Debug)]
pub(super) enum Node {
    /// A character.
    Literal(u32),
    /// Any character but this (`[^x]`).
    NotLiteral(u32),
    /// `.`
    Any,
    /// `[…]`, `\d` and the like.
    Set(Set),
    /// A position.
    At(At),
    /// `a|b`
    Branch { alternatives: Vec<Sequence>, width: Width },
    /// `(…)`, `(?:…)`, `(?i-s:…)`
    Group(Group),
    /// `x*` and the like.
    Repeat(Repeat),
    /// `(?>…)`
    Atomic { body: Sequence, width: Width },
    /// `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)`
    Look(Look),
    /// `\1`, `(?P=name)`
    Backref { group: u32, width: Width },
    /// `(?(1)yes|no)`
    Conditional { group: u32, yes: Sequence, no: Option<Sequence>, width: Width },
}

/// A set of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    /// Whether the complement is meant.
    pub(super) negated: bool,
    /// The members, each listed once.
    pub(super) items: Vec<SetItem>,
}

/// A member of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum SetItem {
    /// One character.
    Literal(u32),
    /// All characters between two, both included.
    Range(u32, u32),
    /// A kind of characters.
    Category(Category),
}

/// A position in the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// `^`
    Start,
    /// `$`
    End,
    /// `\A`
    TextStart,
    /// `\Z`
    TextEnd,
    /// `\b`
    Boundary,
    /// `\B`
    NotBoundary,
}

/// A group with round brackets.
#[derive(Debug)]
pub(super) struct Group {
    /// The number of a capturing group.
    pub(super) number: Option<u32>,
    /// Flags turned on inside.
    pub(super) add_flags: u32,
    /// Flags turned off inside.
    pub(super) del_flags: u32,
    /// The inside.
    pub(super) body: Sequence,
    /// Its width.
    pub(super) width: Width,
}

impl Group {
    /// Whether the brackets only hold things together.
    pub(super) fn is_plain(&self) -> bool {
        self.number.is_none() && self.add_flags == 0 && self.del_flags == 0
    }
}

/// How a repetition chooses its count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Greed {
    /// As often as possible, less on backtracking.
    Greedy,
    /// As rarely as possible, more on backtracking.
    Lazy,
    /// As often as possible, never less.
    Possessive,
}

/// A repeated item.
#[derive(Debug)]
pub(super) struct Repeat {
    /// Which count is tried first.
    pub(super) greed: Greed,
    /// The least count.
    pub(super) min: u32,
    /// The greatest count, or [`UNBOUNDED`].
    pub(super) max: u32,
    /// What is repeated.
    pub(super) body: Sequence,
    /// Width of all repetitions together.
    pub(super) width: Width,
}

/// An assertion about what follows or precedes.
#[derive(Debug)]
pub(super) struct Look {
    /// Whether it looks back.
    pub(super) behind: bool,
    /// Whether it must fail.
    pub(super) negated: bool,
    /// The inside.
    pub(super) body: Sequence,
}

/// Least and greatest number of characters something can match; sums stop at the greatest number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Width {
    /// Least number.
    pub(super) min: u64,
    /// Greatest number.
    pub(super) max: u64,
}

impl Width {
    /// Nothing.
    pub(super) const ZERO: Width = Width { min: 0, max: 0 };
    const ONE: Width = Width { min: 1, max: 1 };

    /// Width of a sequence.
    pub(super) fn of(sequence: &[Node]) -> Width {
        sequence.iter().fold(Width::ZERO, |sum, node| {
            let width = node.width();
            Width { min: sum.min.saturating_add(width.min), max: sum.max.saturating_add(width.max) }
        })
    }

    /// Width of one out of several sequences.
    pub(super) fn of_any(alternatives: &[Sequence]) -> Width {
        alternatives.iter().map(|sequence| Width::of(sequence)).reduce(Width::or).unwrap_or(Width::ZERO)
    }

    /// Width of one of two things.
    pub(super) fn or(self, other: Width) -> Width {
        Width { min: self.min.min(other.min), max: self.max.max(other.max) }
    }

    /// Width of a repetition.
    pub(super) fn times(self, min: u32, max: u32) -> Width {
        let max = match (max, self.max) {
            (UNBOUNDED, 1..) => u64::MAX,
            _ => self.max.saturating_mul(max.into()),
        };
        Width { min: self.min.saturating_mul(min.into()), max }
    }
}

impl Node {
    /// The width of the item.
    pub(super) fn width(&self) -> Width {
        match self {
            Node::Literal(_) | Node::NotLiteral(_) | Node::Any | Node::Set(_) => Width::ONE,
            Node::At(_) | Node::Look(_) => Width::ZERO,
            Node::Branch { width, .. }
            | Node::Atomic { width, .. }
            | Node::Backref { width, .. }
            | Node::Conditional { width, .. } => *width,
            Node::Group(group) => group.width,
            Node::Repeat(repeat) => repeat.width,
        }
    }

    /// Whether the item always matches exactly one character and captures nothing.
    pub(super) fn is_single(&self) -> bool {
        match self {
            Node::Literal(_) | Node::NotLiteral(_) | Node::Any | Node::Set(_) => true,
            Node::Group(group) => group.number.is_none() && is_single(&group.body),
            _ => false,
        }
    }

    /// Whether two alternatives that begin with these items begin alike. Items with an inside never do.
    pub(super) fn same_leaf(&self, other: &Node) -> bool {
        match (self, other) {
            (Node::Literal(a), Node::Literal(b)) | (Node::NotLiteral(a), Node::NotLiteral(b)) => a == b,
            (Node::Any, Node::Any) => true,
            (Node::Set(a), Node::Set(b)) => a == b,
            (Node::At(a), Node::At(b)) => a == b,
            (Node::Backref { group: a, .. }, Node::Backref { group: b, .. }) => a == b,
            _ => false,
        }
    }
}

/// Whether a sequence is one item that [is single](Node::is_single).
pub(super) fn is_single(sequence: &[Node]) -> bool {
    matches!(sequence, [node] if node.is_single())
}
