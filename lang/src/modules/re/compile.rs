//! The compiler: tree to operations.

use std::collections::HashMap;

use super::analysis;
use super::ast::{self, At, Greed, Node, Repeat, Sequence, Set, Width};
use super::chars::Case;
use super::charset::{CharSet, Mode};
use super::error::{Error, PatternError};
use super::flags::{self, DOTALL, IGNORECASE, LOCALE, MULTILINE, TEMPLATE, UNICODE};
use super::program::{Alternative, Anchor, Look, Loop, Op, Order, Pc, Prefilter, Program, Single, Unit};
use super::syntax::{Parsed, with_stack};
use crate::value::interrupt::checkpoint;
use crate::value::unicode::wtf8;

/// Rough cost of building a set, in steps.
const SET_COST: u64 = 2000;

/// Compiles a parsed pattern.
pub(super) fn compile(parsed: &Parsed, is_text: bool) -> Result<Program, Error> {
    let mut compiler = Compiler {
        is_text,
        known_sets: HashMap::new(),
        literal: Vec::new(),
        marks: 0,
        program: Program {
            ops: Vec::new(),
            sets: Vec::new(),
            literals: Vec::new(),
            branches: Vec::new(),
            singles: Vec::new(),
            loops: Vec::new(),
            looks: Vec::new(),
            groups: parsed.groups,
            is_text,
            min_width: usize::try_from(Width::of(&parsed.body).min).unwrap_or(usize::MAX),
            may_skip: true,
            prefilter: Prefilter::Anywhere,
        },
    };
    compiler.sequence(&parsed.body, parsed.flags)?;
    compiler.emit(Op::Match);
    let mut program = compiler.program;
    analysis::complete(&mut program)?;
    Ok(program)
}

struct Compiler {
    is_text: bool,
    /// Sets already built, by their definition.
    known_sets: HashMap<(SetKey, Mode), u32>,
    /// Literal bytes not yet emitted.
    literal: Vec<u8>,
    /// Number of groups emitted.
    marks: usize,
    program: Program,
}

#[derive(PartialEq, Eq, Hash)]
enum SetKey {
    NotNewline,
    Literal(u32, bool),
    Set(bool, Vec<ast::SetItem>),
}

impl Compiler {
    /// Adds an operation after pending literal bytes, and gives its place.
    fn emit(&mut self, op: Op) -> Pc {
        self.flush();
        self.program.ops.push(op);
        (self.program.ops.len() - 1) as Pc
    }

    /// The place of the next operation.
    fn here(&mut self) -> Pc {
        self.flush();
        self.program.ops.len() as Pc
    }

    fn flush(&mut self) {
        match self.literal.as_slice() {
            [] => return,
            [byte] => self.program.ops.push(Op::Byte(*byte)),
            bytes => {
                let start = self.program.literals.len() as u32;
                self.program.literals.extend_from_slice(bytes);
                self.program.ops.push(Op::Bytes { start, len: bytes.len() as u32 });
            }
        }
        self.literal.clear();
    }

    fn sequence(&mut self, sequence: &Sequence, flags: u32) -> Result<(), Error> {
        with_stack(|| sequence.iter().try_for_each(|node| self.node(node, flags)))
    }

    fn node(&mut self, node: &Node, flags: u32) -> Result<(), Error> {
        checkpoint(16)?;
        match node {
            Node::Literal(_) | Node::NotLiteral(_) | Node::Any | Node::Set(_) => match self.character(node, flags)? {
                Character::Literal(cp) => self.push_literal(cp),
                Character::Unit(Unit::Byte(byte)) => _ = self.emit(Op::Byte(byte)),
                Character::Unit(Unit::Set(set)) => _ = self.emit(Op::Set(set)),
                Character::Unit(Unit::AnyAll) => _ = self.emit(Op::AnyAll),
            },
            Node::At(at) => _ = self.emit(Op::At(anchor(*at, flags))),
            Node::Branch { alternatives, .. } => self.branch(alternatives, flags)?,
            Node::Group(group) => {
                let inner = flags::inside_group(flags, group.add_flags, group.del_flags);
                // Group n opens with mark 2n - 2 and closes with 2n - 1.
                let mark = group.number.map(|number| (number - 1) * 2);
                if let Some(mark) = mark {
                    self.emit(Op::Mark(mark));
                    self.marks += 1;
                }
                self.sequence(&group.body, inner)?;
                if let Some(mark) = mark {
                    self.emit(Op::Mark(mark + 1));
                }
            }
            Node::Repeat(repeat) => self.repeat(repeat, flags)?,
            Node::Atomic { body, .. } => {
                let start = self.emit(Op::Atomic);
                self.sequence(body, flags)?;
                self.emit(Op::EndAtomic { start });
            }
            Node::Look(look) => self.look(look, flags)?,
            Node::Backref { group, .. } => {
                let mode = self.mode(flags);
                let case = if mode.locale { Case::Ascii } else { mode.case };
                self.emit(Op::Backref { group: group - 1, case });
            }
            Node::Conditional { group, yes, no, .. } => {
                self.program.may_skip = false;
                let op = self.emit(Op::IfGroup { group: group - 1, no: 0 });
                self.sequence(yes, flags)?;
                let mut no_start = self.here();
                if let Some(no) = no.as_ref().filter(|no| !no.is_empty()) {
                    let jump = self.emit(Op::Jump(0));
                    no_start = self.here();
                    self.sequence(no, flags)?;
                    let end = self.here();
                    self.patch(jump, Op::Jump(end));
                }
                self.patch(op, Op::IfGroup { group: group - 1, no: no_start });
            }
        }
        Ok(())
    }

    fn patch(&mut self, pc: Pc, op: Op) {
        if let Some(slot) = self.program.ops.get_mut(pc as usize) {
            *slot = op;
        }
    }

    fn push_literal(&mut self, cp: u32) {
        if self.is_text {
            wtf8::push(&mut self.literal, cp);
        } else {
            self.literal.push(cp as u8);
        }
    }

    fn mode(&self, flags: u32) -> Mode {
        let ignore = flags & IGNORECASE != 0;
        let locale = flags & LOCALE != 0;
        let unicode = flags & UNICODE != 0;
        let case = match (ignore && !locale, unicode) {
            (false, _) => Case::Exact,
            (true, true) => Case::Unicode,
            (true, false) => Case::Ascii,
        };
        Mode { is_text: self.is_text, case, unicode: unicode && !locale, locale: ignore && locale }
    }

    /// What a node that matches one character matches.
    fn character(&mut self, node: &Node, flags: u32) -> Result<Character, Error> {
        let mode = self.mode(flags);
        let key = match node {
            Node::Any if flags & DOTALL != 0 => return Ok(Character::Unit(Unit::AnyAll)),
            Node::Literal(cp) if !(mode.case.is_cased(*cp) || mode.locale && Case::Ascii.is_cased(*cp)) => {
                return Ok(Character::Literal(*cp));
            }
            Node::Literal(cp) => SetKey::Literal(*cp, false),
            Node::NotLiteral(cp) => SetKey::Literal(*cp, true),
            Node::Set(Set { negated, items }) => SetKey::Set(*negated, items.clone()),
            _ => SetKey::NotNewline,
        };
        Ok(Character::Unit(Unit::Set(self.set(key, mode)?)))
    }

    /// The number of a set, which is built unless there is one like it.
    fn set(&mut self, key: SetKey, mode: Mode) -> Result<u32, Error> {
        let key = (key, mode);
        if let Some(known) = self.known_sets.get(&key) {
            return Ok(*known);
        }
        checkpoint(SET_COST)?;
        let set = match &key.0 {
            SetKey::NotNewline => CharSet::not_newline(self.is_text),
            SetKey::Literal(cp, negated) => CharSet::literal(*cp, *negated, mode),
            SetKey::Set(negated, items) => CharSet::of(*negated, items, mode),
        };
        let number = self.program.sets.len() as u32;
        self.program.sets.push(set);
        self.known_sets.insert(key, number);
        Ok(number)
    }

    fn branch(&mut self, alternatives: &[Sequence], flags: u32) -> Result<(), Error> {
        let number = self.program.branches.len() as u32;
        self.program.branches.push(Vec::new());
        self.emit(Op::Branch(number));
        let mut starts = Vec::with_capacity(alternatives.len());
        let mut jumps = Vec::with_capacity(alternatives.len());
        for alternative in alternatives {
            starts.push(Alternative { pc: self.here(), first: None });
            self.sequence(alternative, flags)?;
            jumps.push(self.emit(Op::Jump(0)));
        }
        let end = self.here();
        for jump in jumps {
            self.patch(jump, Op::Jump(end));
        }
        if let Some(slot) = self.program.branches.get_mut(number as usize) {
            *slot = starts;
        }
        Ok(())
    }

    fn repeat(&mut self, repeat: &Repeat, flags: u32) -> Result<(), Error> {
        let Repeat { greed, min, max, body, .. } = repeat;
        if flags & TEMPLATE != 0 {
            let operator = match greed {
                Greed::Greedy => "MAX_REPEAT",
                Greed::Lazy => "MIN_REPEAT",
                Greed::Possessive => "POSSESSIVE_REPEAT",
            };
            let message = format!("internal: unsupported template operator {operator}");
            return Err(PatternError::unplaced(&message).into());
        }
        if let Some(unit) = self.unit(body, flags)? {
            let order = match greed {
                Greed::Greedy => Order::Greedy,
                Greed::Lazy => Order::Lazy,
                Greed::Possessive => Order::Possessive,
            };
            let number = self.program.singles.len() as u32;
            let (min, max) = (*min, *max);
            let single = Single { unit, min, max, order, follow: None, exclusive: false };
            self.program.singles.push(single);
            self.emit(Op::Single(number));
            return Ok(());
        }
        let number = self.program.loops.len() as u32;
        let possessive = *greed == Greed::Possessive;
        let lazy = *greed == Greed::Lazy;
        self.program.loops.push(Loop { min: *min, max: *max, lazy, body: 0, tail: 0 });
        let (start, end) = match possessive {
            true => (Op::Possess(number), Op::EndPossess(number)),
            false => (Op::Enter(number), Op::Until(number)),
        };
        let start = self.emit(start) + 1;
        let marks = self.marks;
        self.sequence(body, flags)?;
        if possessive && self.marks != marks {
            self.program.may_skip = false;
        }
        let tail = self.emit(end) + 1;
        if let Some(slot) = self.program.loops.get_mut(number as usize) {
            (slot.body, slot.tail) = (start, tail);
        }
        Ok(())
    }

    /// The one character a sequence matches, if it is such a sequence.
    fn unit(&mut self, sequence: &[Node], flags: u32) -> Result<Option<Unit>, Error> {
        let [node] = sequence else {
            return Ok(None);
        };
        if !node.is_single() {
            return Ok(None);
        }
        if let Node::Group(group) = node {
            let inner = flags::inside_group(flags, group.add_flags, group.del_flags);
            return with_stack(|| self.unit(&group.body, inner));
        }
        Ok(Some(match self.character(node, flags)? {
            Character::Unit(unit) => unit,
            Character::Literal(cp) => match u8::try_from(cp) {
                Ok(byte) if !self.is_text || byte.is_ascii() => Unit::Byte(byte),
                _ => {
                    let mode = Mode { case: Case::Exact, locale: false, ..self.mode(flags) };
                    Unit::Set(self.set(SetKey::Literal(cp, false), mode)?)
                }
            },
        }))
    }

    fn look(&mut self, look: &ast::Look, flags: u32) -> Result<(), Error> {
        let mut back = 0;
        if look.behind {
            let width = Width::of(&look.body);
            let Ok(least) = u32::try_from(width.min) else {
                return Err(PatternError::unplaced("looks too much behind").into());
            };
            if width.min != width.max {
                let words = "look-behind requires fixed-width pattern";
                return Err(PatternError::unplaced(words).into());
            }
            back = least;
        }
        let number = self.program.looks.len() as u32;
        self.program.looks.push(Look { negated: look.negated, back, tail: 0 });
        self.emit(Op::Look(number));
        self.sequence(&look.body, flags)?;
        let tail = self.emit(Op::EndLook) + 1;
        if let Some(slot) = self.program.looks.get_mut(number as usize) {
            slot.tail = tail;
        }
        Ok(())
    }
}

/// What a character test came to.
enum Character {
    /// Exactly this character.
    Literal(u32),
    /// Something else.
    Unit(Unit),
}

fn anchor(at: At, flags: u32) -> Anchor {
    let lines = flags & MULTILINE != 0;
    let unicode = flags & UNICODE != 0 && flags & LOCALE == 0;
    match at {
        At::Start if lines => Anchor::LineStart,
        At::Start | At::TextStart => Anchor::Start,
        At::End if lines => Anchor::LineEnd,
        At::End => Anchor::End,
        At::TextEnd => Anchor::TextEnd,
        At::Boundary => Anchor::Boundary { unicode },
        At::NotBoundary => Anchor::NotBoundary { unicode },
    }
}
