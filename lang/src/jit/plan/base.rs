//! The short way through a function: a comparison of ints that decides at once what is returned, as the base case of a recursion.
//! Whoever calls such a function directly compares first, and calls it only if there is more to do. Nothing on this way can fail
//! or be observed, so it needs no frame.

use crate::code::{Code, Constant, Instr, Reg, Unit};
use crate::syntax::ast::CmpOp;

/// An int on the short way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// An argument of the call.
    Argument(u16),
    /// A constant.
    Int(i64),
}

/// What a function returns at once if `a op b` is `when`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseCase {
    /// The comparison.
    pub op: CmpOp,
    /// Its left side.
    pub a: Term,
    /// Its right side.
    pub b: Term,
    /// For which outcome nothing else is to be done.
    pub when: bool,
    /// What is returned then.
    pub result: Term,
}

/// Longest way, in instructions before the comparison and behind it.
const LONGEST: usize = 8;

/// The base case of a function, if it has one when all its arguments are ints.
pub fn base_case(unit: &Unit, code: &Code) -> Option<BaseCase> {
    let mut terms = vec![None; usize::from(code.registers)];
    for (n, term) in (0..code.params.positional).zip(&mut terms) {
        *term = Some(Term::Argument(n));
    }
    let at = walk(unit, code, 0, &mut terms)?;
    let Instr::CompareSkip { op, expect, a, b } = code.instrs[at] else { return None };
    let is_of_numbers = matches!(op, CmpOp::Eq | CmpOp::NotEq | CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE);
    let (a, b) = (term(&terms, a)?, term(&terms, b)?);
    let result = |next: usize| {
        let mut terms = terms.clone();
        let end = walk(unit, code, next, &mut terms)?;
        match code.instrs[end] {
            Instr::Return { src } => term(&terms, src),
            _ => None,
        }
    };
    let ways = [(expect, at + 1), (!expect, at + 2)];
    let (when, result) = ways.into_iter().find_map(|(when, next)| Some((when, result(next)?)))?;
    is_of_numbers.then_some(BaseCase { op, a, b, when, result })
}

/// Follows the code from `at` over what only moves ints, to a comparison or a return; gives its place.
fn walk(unit: &Unit, code: &Code, mut at: usize, terms: &mut [Option<Term>]) -> Option<usize> {
    for _ in 0..LONGEST {
        let (reg, known) = match *code.instrs.get(at)? {
            Instr::CompareSkip { .. } | Instr::Return { .. } => return Some(at),
            Instr::Jump { target } => {
                at = target as usize;
                continue;
            }
            Instr::Move { dst, src } => (dst, Some(term(terms, src)?)),
            Instr::Int { dst, value } => (dst, Some(Term::Int(i64::from(value)))),
            Instr::Const { dst, index } => match unit.constants.get(index as usize)? {
                Constant::Int(n) => (dst, Some(Term::Int(*n))),
                _ => return None,
            },
            Instr::Unbind { reg } => (reg, None),
            Instr::CheckBound { reg, .. } => (reg, Some(term(terms, reg)?)),
            _ => return None,
        };
        *terms.get_mut(usize::from(reg))? = known;
        at += 1;
    }
    None
}

fn term(terms: &[Option<Term>], reg: Reg) -> Option<Term> {
    *terms.get(usize::from(reg))?
}
