//! Which registers an instruction reads, which it gives a value, which it leaves empty.

use crate::code::{Instr, NO_REG, Reg, Unit};

use crate::code::Constant;

/// What an instruction does to the registers: groups of neighbours, first register and number.
#[derive(Debug, Default)]
pub struct Effects {
    /// Read.
    pub reads: Vec<(Reg, u16)>,
    /// Given a value.
    pub writes: Vec<(Reg, u16)>,
    /// Left without a value that anybody reads again.
    pub clears: Vec<(Reg, u16)>,
}

impl Effects {
    fn new(reads: &[(Reg, u16)], writes: &[(Reg, u16)], clears: &[(Reg, u16)]) -> Effects {
        Effects { reads: reads.to_vec(), writes: writes.to_vec(), clears: clears.to_vec() }
    }

    /// The registers of `groups`, one by one.
    pub fn each(groups: &[(Reg, u16)]) -> impl Iterator<Item = Reg> + '_ {
        groups.iter().flat_map(|(first, count)| (0..*count).map(move |n| first.saturating_add(n)))
    }
}

fn one(r: Reg) -> (Reg, u16) {
    (r, 1)
}

/// What `instr` does. The instructions that only leave the frame read their operands.
pub fn effects(unit: &Unit, instr: Instr) -> Effects {
    let none: &[(Reg, u16)] = &[];
    match instr {
        Instr::Jump { .. }
        | Instr::Loop { .. }
        | Instr::Reraise
        | Instr::LeaveHandler
        | Instr::DeleteGlobal { .. }
        | Instr::Observe { src: NO_REG, .. } => Effects::default(),
        Instr::Move { dst, src }
        | Instr::Unary { dst, src, .. }
        | Instr::GetIter { dst, src }
        | Instr::Yield { dst, src }
        | Instr::MatchMapping { dst, src }
        | Instr::MatchSequence { dst, src, .. }
        | Instr::ListToTuple { dst, list: src }
        | Instr::ImportFrom { dst, module: src, .. }
        | Instr::LoadCell { dst, cell: src, .. }
        | Instr::LoadAttr { dst, obj: src, .. }
        | Instr::GetItemConst { dst, obj: src, .. }
        | Instr::BinaryInt { dst, a: src, .. }
        | Instr::InplaceInt { dst, a: src, .. } => Effects::new(&[one(src)], &[one(dst)], none),
        Instr::YieldFrom { dst, iter } => Effects::new(&[one(iter), one(dst)], &[one(dst)], none),
        Instr::Const { dst, .. }
        | Instr::None { dst }
        | Instr::Bool { dst, .. }
        | Instr::Int { dst, .. }
        | Instr::Closure { dst, .. }
        | Instr::LoadGlobal { dst, .. } => Effects::new(none, &[one(dst)], none),
        Instr::Unbind { reg } => Effects::new(none, none, &[one(reg)]),
        Instr::MakeCell { reg } => Effects::new(&[one(reg)], &[one(reg)], none),
        Instr::CheckBound { reg, .. }
        | Instr::JumpIfUnbound { reg, .. }
        | Instr::JumpIfSmall { reg, .. }
        | Instr::DeleteCell { cell: reg, .. }
        | Instr::StoreGlobal { src: reg, .. }
        | Instr::DeleteAttr { obj: reg, .. }
        | Instr::JumpIf { cond: reg, .. }
        | Instr::JumpIfNot { cond: reg, .. }
        | Instr::JumpIfNone { cond: reg, .. }
        | Instr::Return { src: reg }
        | Instr::Raise { exc: reg }
        | Instr::Unwind { exc: reg }
        | Instr::EnterHandler { exc: reg }
        | Instr::Display { src: reg }
        | Instr::Observe { src: reg, .. } => Effects::new(&[one(reg)], none, none),
        Instr::StoreCell { cell: a, src: b }
        | Instr::StoreAttr { obj: a, src: b, .. }
        | Instr::DeleteItem { obj: a, key: b }
        | Instr::CompareSkip { a, b, .. }
        | Instr::ListAppend { list: a, src: b }
        | Instr::ListExtend { list: a, src: b }
        | Instr::SetAdd { set: a, src: b }
        | Instr::SetUpdate { set: a, src: b }
        | Instr::DictUpdate { dict: a, src: b }
        | Instr::RaiseFrom { exc: a, cause: b } => Effects::new(&[one(a), one(b)], none, none),
        Instr::MatchKeys { src, base } => Effects::new(&[one(src), one(base)], &[one(base)], none),
        Instr::SetItem { obj, key, src } => Effects::new(&[one(obj), one(key), one(src)], none, none),
        Instr::DictInsert { dict: a, key: b, src: c } | Instr::DictMerge { dict: a, src: b, callee: c } => {
            Effects::new(&[one(a), one(b), one(c)], none, none)
        }
        Instr::GetItem { dst, obj: a, key: b }
        | Instr::Binary { dst, a, b, .. }
        | Instr::Inplace { dst, a, b, .. }
        | Instr::Compare { dst, a, b, .. }
        | Instr::MatchException { dst, exc: a, class: b }
        | Instr::MatchRest { dst, src: a, keys: b } => Effects::new(&[one(a), one(b)], &[one(dst)], none),
        Instr::FormatValue { dst, src, spec, .. } => {
            let mut effects = Effects::new(&[one(src)], &[one(dst)], none);
            if spec != NO_REG {
                effects.reads.push(one(spec));
            }
            effects
        }
        Instr::BuildSlice { dst, base } => Effects::new(&[(base, 3)], &[one(dst)], none),
        Instr::ForIter { iter, .. } => Effects::new(&[one(iter)], &[one(iter.saturating_add(1))], none),
        Instr::Call { dst, base, argc } => {
            let all = (base, argc.saturating_add(1));
            Effects::new(&[all], &[one(dst)], &[all])
        }
        Instr::LoadMethod { base, obj, .. } => Effects::new(&[one(obj)], &[(base, 2)], none),
        Instr::CallMethod { dst, base, argc } => {
            let all = (base, argc.saturating_add(2));
            Effects::new(&[all], &[one(dst)], &[all])
        }
        Instr::CallKeywords { base, argc, .. } => {
            let all = (base, argc.saturating_add(1));
            Effects::new(&[all], &[one(base)], &[all])
        }
        Instr::CallUnpacked { dst, base } => Effects::new(&[(base, 3)], &[one(dst)], &[one(base)]),
        Instr::BuildList { dst, base, count } | Instr::BuildTuple { dst, base, count } => {
            Effects::new(&[(base, count)], &[one(dst)], &[(base, count)])
        }
        Instr::BuildSet { dst, base, count } | Instr::BuildString { dst, base, count } => {
            Effects::new(&[(base, count)], &[one(dst)], none)
        }
        Instr::BuildDict { dst, base, count } => Effects::new(&[(base, count.saturating_mul(2))], &[one(dst)], none),
        Instr::BuildShaped { dst, base, keys } => {
            let count = match unit.constants.get(usize::from(keys)) {
                Some(Constant::Names(names)) => u16::try_from(names.len()).unwrap_or(u16::MAX),
                _ => 0,
            };
            Effects::new(&[(base, count)], &[one(dst)], &[(base, count)])
        }
        Instr::Unpack { src, base, count } => Effects::new(&[one(src)], &[(base, count)], none),
        Instr::UnpackStar { before, src, base, after } => {
            let count = u16::from(before).saturating_add(1).saturating_add(after);
            Effects::new(&[one(src)], &[(base, count)], none)
        }
        Instr::MakeFunction { dst, base, code } => {
            let captures = unit.codes.get(usize::from(code)).map_or(&[][..], |c| &c.captures);
            let mut effects = Effects::new(&[(base, 2)], &[one(dst)], &[(base, 2)]);
            effects.reads.extend(captures.iter().map(|r| one(*r)));
            effects
        }
        Instr::MatchClass { src, base, .. } => Effects::new(&[one(src), (base, 2)], &[one(base)], none),
    }
}
