//! What the matcher may know beforehand: with which bytes things can begin, and how a search can skip.
//!
//! All of it only passes over attempts that would fail.

use super::byteset::{ByteSet, Finder};
use super::charset::CharSet;
use super::error::Error;
use super::program::{Anchor, Op, Order, Pc, Prefilter, Program, Unit};
use crate::value::interrupt::checkpoint;

/// Operations looked at to know how a choice goes on; beyond that nothing is known.
const BUDGET: usize = 48;
/// The same for how a whole match begins, which is asked only once.
const SEARCH_BUDGET: usize = 512;

/// Fills in what was left open when the operations were laid out.
pub(super) fn complete(program: &mut Program) -> Result<(), Error> {
    if program.may_skip {
        find_beginnings(program)?;
    }
    program.prefilter = prefilter(program)?;
    Ok(())
}

fn find_beginnings(program: &mut Program) -> Result<(), Error> {
    for number in 0..program.branches.len() {
        for at in 0..program.branches.get(number).map_or(0, Vec::len) {
            let alternative = program.branches.get(number).and_then(|all| all.get(at));
            let Some(pc) = alternative.map(|alternative| alternative.pc) else {
                continue;
            };
            let first = first_bytes(program, pc, BUDGET)?;
            if let Some(slot) = program.branches.get_mut(number).and_then(|all| all.get_mut(at)) {
                slot.first = first;
            }
        }
    }
    for pc in 0..program.ops.len() {
        if let Some(Op::Single(number)) = program.ops.get(pc) {
            let number = *number as usize;
            let follow = first_bytes(program, pc as Pc + 1, BUDGET)?;
            let lead = program.singles.get(number).map(|single| lead(program, single.unit));
            if let Some((slot, lead)) = program.singles.get_mut(number).zip(lead) {
                slot.exclusive =
                    slot.order == Order::Greedy && follow.is_some_and(|follow| follow.intersection(&lead).is_empty());
                slot.follow = follow.map(Finder::new);
            }
        }
    }
    Ok(())
}

fn lead(program: &Program, unit: Unit) -> ByteSet {
    match unit {
        Unit::Byte(byte) => ByteSet::of(byte),
        Unit::AnyAll => any(program),
        Unit::Set(set) => program.sets.get(set as usize).map_or(any(program), CharSet::lead),
    }
}

/// The bytes with which any character can begin.
fn any(program: &Program) -> ByteSet {
    match program.is_text {
        true => ByteSet::HIGH.complement().union(&ByteSet::LEADS),
        false => ByteSet::FULL,
    }
}

/// The bytes with which a match from `pc` on can begin. `None` if it may be empty or that is not known.
fn first_bytes(program: &Program, pc: Pc, budget: usize) -> Result<Option<ByteSet>, Error> {
    let mut first = ByteSet::EMPTY;
    let mut todo = vec![pc];
    let mut seen: Vec<Pc> = Vec::new();
    while let Some(pc) = todo.pop() {
        if seen.contains(&pc) {
            continue;
        }
        seen.push(pc);
        if seen.len() > budget {
            return Ok(None);
        }
        checkpoint(seen.len() as u64 / 4 + 4)?;
        let Some(op) = program.ops.get(pc as usize) else {
            return Ok(None);
        };
        match *op {
            Op::Byte(byte) => first.insert(byte),
            Op::Bytes { start, .. } => match program.literals.get(start as usize) {
                Some(byte) => first.insert(*byte),
                None => return Ok(None),
            },
            Op::Set(set) => first = first.union(&lead(program, Unit::Set(set))),
            Op::AnyAll => first = any(program),
            Op::At(_) | Op::Mark(_) | Op::Atomic => todo.push(pc + 1),
            // A choice inside an atomic part must not depend on what follows that part.
            Op::EndAtomic { start } if seen.contains(&start) => todo.push(pc + 1),
            Op::Jump(target) => todo.push(target),
            Op::IfGroup { no, .. } => todo.extend([pc + 1, no]),
            Op::Branch(number) => match program.branches.get(number as usize) {
                Some(all) if all.len() <= budget => todo.extend(all.iter().map(|one| one.pc)),
                _ => return Ok(None),
            },
            Op::Single(number) => match program.singles.get(number as usize) {
                Some(single) => {
                    if single.max > 0 {
                        first = first.union(&lead(program, single.unit));
                    }
                    if single.min == 0 {
                        todo.push(pc + 1);
                    }
                }
                None => return Ok(None),
            },
            Op::Enter(number) | Op::Possess(number) => match program.loops.get(number as usize) {
                Some(one) if one.min == 0 => todo.extend([one.body, one.tail]),
                Some(one) => todo.push(one.body),
                None => return Ok(None),
            },
            Op::Until(number) => match program.loops.get(number as usize) {
                Some(one) => todo.extend([one.body, one.tail]),
                None => return Ok(None),
            },
            Op::EndPossess(number) => match program.loops.get(number as usize) {
                Some(one) if seen.contains(&(one.body - 1)) => todo.extend([one.body, one.tail]),
                _ => return Ok(None),
            },
            Op::Look(number) => match program.looks.get(number as usize) {
                Some(look) => todo.push(look.tail),
                None => return Ok(None),
            },
            Op::EndAtomic { .. } | Op::EndLook | Op::Backref { .. } | Op::Match => return Ok(None),
        }
    }
    Ok(Some(first))
}

/// How a search for the whole pattern can skip.
fn prefilter(program: &Program) -> Result<Prefilter, Error> {
    let mut literal = Vec::new();
    let mut pc = 0;
    loop {
        match program.ops.get(pc) {
            Some(Op::Mark(_)) => {}
            Some(Op::Byte(byte)) => literal.push(*byte),
            Some(Op::Bytes { start, len }) => {
                let start = *start as usize;
                let bytes = program.literals.get(start..start + *len as usize);
                literal.extend_from_slice(bytes.unwrap_or_default());
            }
            Some(Op::At(Anchor::Start)) if literal.is_empty() => return Ok(Prefilter::Start),
            Some(Op::At(Anchor::LineStart)) if literal.is_empty() => {
                return Ok(Prefilter::LineStart);
            }
            _ => break,
        }
        pc += 1;
    }
    if literal.len() > 1 {
        let finder = memchr::memmem::Finder::new(&literal).into_owned();
        return Ok(Prefilter::Literal(Box::new(finder)));
    }
    Ok(match first_bytes(program, 0, SEARCH_BUDGET)? {
        Some(first) if first != any(program) => Prefilter::First(Finder::new(first)),
        _ => Prefilter::Anywhere,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{compile, source, syntax};
    use super::*;

    fn program(pattern: &str, flags: u32) -> Program {
        let code_points = source::decode(pattern.as_bytes(), true).unwrap_or_default();
        let parsed = syntax::parse(&code_points, true, flags).unwrap();
        compile::compile(&parsed, true).unwrap()
    }

    #[test]
    fn first_bytes_of_patterns() {
        for (pattern, expected) in [
            ("abc", Some("a")),
            ("(a|b)c", Some("ab")),
            ("a*b", Some("ab")),
            ("(?:ab)*c", Some("ac")),
            ("(?:ab|)+c", Some("ac")),
            ("(?=x)a", Some("a")),
            ("(?>a?)b", Some("ab")),
            ("(?:ab?)++c", Some("a")),
            ("(?:ab?)*+c", Some("ac")),
            (r"\bfoo|bar", Some("bf")),
            ("a?", None),
            (r"(a?)\1b", None),
            ("(?:a?)*", None),
        ] {
            let first = first_bytes(&program(pattern, 0), 0, BUDGET).unwrap();
            let expected = expected.map(|bytes| ByteSet::from_fn(|b| bytes.as_bytes().contains(&b)));
            assert_eq!(first, expected, "{pattern}");
        }
    }

    #[test]
    fn searches() {
        assert!(matches!(program("(ab)c+", 0).prefilter, Prefilter::Literal(_)));
        assert!(matches!(program("^a", 0).prefilter, Prefilter::Start));
        assert!(matches!(program("^a", 8).prefilter, Prefilter::LineStart));
        assert!(matches!(program("a+", 0).prefilter, Prefilter::First(Finder::One(b'a'))));
        assert!(matches!(program("a*", 0).prefilter, Prefilter::Anywhere));
        assert!(program("[^,]*,", 0).singles[0].exclusive);
        assert!(!program(".*,", 0).singles[0].exclusive);
        assert!(program("(?>a*)b", 0).singles[0].follow.is_none());
        assert!(program("(?:,a*)++b", 0).singles[0].follow.is_none());
    }
}
