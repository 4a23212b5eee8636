//! Facts about single instructions that several rooms need: where they go, which registers they touch.

use super::{Constant, Instr, NO_REG, Reg, Target, Unit};

/// What an instruction does with registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads them.
    Read,
    /// Gives them a value.
    Write,
    /// Leaves them without a value that anybody reads again.
    Clear,
}

impl Instr {
    /// Where the instruction may go besides the next one.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        match self {
            Instr::Jump { target }
            | Instr::Loop { target }
            | Instr::JumpIf { target, .. }
            | Instr::JumpIfNot { target, .. }
            | Instr::JumpIfNone { target, .. }
            | Instr::JumpIfUnbound { target, .. }
            | Instr::JumpIfSmall { target, .. }
            | Instr::ForIter { exit: target, .. } => Some(*target),
            _ => None,
        }
    }

    /// Sets what [`Instr::target`] returns; nothing for an instruction without target.
    pub(super) fn set_target(&mut self, to: Target) {
        match self {
            Instr::Jump { target }
            | Instr::Loop { target }
            | Instr::JumpIf { target, .. }
            | Instr::JumpIfNot { target, .. }
            | Instr::JumpIfNone { target, .. }
            | Instr::JumpIfUnbound { target, .. }
            | Instr::JumpIfSmall { target, .. }
            | Instr::ForIter { exit: target, .. } => *target = to,
            _ => {}
        }
    }

    /// Does control never come to the next instruction?
    #[must_use]
    pub fn ends_flow(&self) -> bool {
        matches!(
            self,
            Instr::Jump { .. }
                | Instr::Loop { .. }
                | Instr::Return { .. }
                | Instr::Raise { .. }
                | Instr::RaiseFrom { .. }
                | Instr::Reraise
                | Instr::Unwind { .. }
        )
    }

    /// Calls `visit` with every group of neighbouring registers that the instruction touches: what it does with them, the
    /// first, and how many there are. `unit` has the numbers that stand with constants. Instructions that only leave the
    /// frame read their operands.
    pub fn for_each_register(&self, unit: &Unit, visit: &mut dyn FnMut(Access, Reg, u16)) {
        let mut group = |reads: &[(Reg, u16)], writes: &[(Reg, u16)], clears: &[(Reg, u16)]| {
            for (access, groups) in [(Access::Read, reads), (Access::Write, writes), (Access::Clear, clears)] {
                groups.iter().for_each(|(first, count)| visit(access, *first, *count));
            }
        };
        let one = |reg: Reg| (reg, 1);
        match *self {
            Instr::Jump { .. }
            | Instr::Loop { .. }
            | Instr::Reraise
            | Instr::LeaveHandler
            | Instr::DeleteGlobal { .. }
            | Instr::Observe { src: NO_REG, .. } => {}
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
            | Instr::InplaceInt { dst, a: src, .. } => group(&[one(src)], &[one(dst)], &[]),
            Instr::YieldFrom { dst, iter } => group(&[one(iter), one(dst)], &[one(dst)], &[]),
            Instr::Const { dst, .. }
            | Instr::None { dst }
            | Instr::Bool { dst, .. }
            | Instr::Int { dst, .. }
            | Instr::Closure { dst, .. }
            | Instr::LoadGlobal { dst, .. } => group(&[], &[one(dst)], &[]),
            Instr::Unbind { reg } => group(&[], &[], &[one(reg)]),
            Instr::MakeCell { reg } => group(&[one(reg)], &[one(reg)], &[]),
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
            | Instr::Observe { src: reg, .. } => group(&[one(reg)], &[], &[]),
            Instr::StoreCell { cell: a, src: b }
            | Instr::StoreAttr { obj: a, src: b, .. }
            | Instr::DeleteItem { obj: a, key: b }
            | Instr::CompareSkip { a, b, .. }
            | Instr::ListAppend { list: a, src: b }
            | Instr::ListExtend { list: a, src: b }
            | Instr::SetAdd { set: a, src: b }
            | Instr::SetUpdate { set: a, src: b }
            | Instr::DictUpdate { dict: a, src: b }
            | Instr::RaiseFrom { exc: a, cause: b } => group(&[one(a), one(b)], &[], &[]),
            Instr::MatchKeys { src, base } => group(&[one(src), one(base)], &[one(base)], &[]),
            Instr::SetItem { obj: a, key: b, src: c }
            | Instr::DictInsert { dict: a, key: b, src: c }
            | Instr::DictMerge { dict: a, src: b, callee: c } => group(&[one(a), one(b), one(c)], &[], &[]),
            Instr::GetItem { dst, obj: a, key: b }
            | Instr::Binary { dst, a, b, .. }
            | Instr::Inplace { dst, a, b, .. }
            | Instr::Compare { dst, a, b, .. }
            | Instr::MatchException { dst, exc: a, class: b }
            | Instr::MatchRest { dst, src: a, keys: b } => group(&[one(a), one(b)], &[one(dst)], &[]),
            Instr::FormatValue { dst, src, spec: NO_REG, .. } => group(&[one(src)], &[one(dst)], &[]),
            Instr::FormatValue { dst, src, spec, .. } => group(&[one(src), one(spec)], &[one(dst)], &[]),
            Instr::BuildSlice { dst, base } => group(&[(base, 3)], &[one(dst)], &[]),
            Instr::ForIter { iter, .. } => group(&[one(iter)], &[one(iter.saturating_add(1))], &[]),
            Instr::Call { dst, base, argc } => {
                let all = (base, argc.saturating_add(1));
                group(&[all], &[one(dst)], &[all]);
            }
            Instr::LoadMethod { base, obj, .. } => group(&[one(obj)], &[(base, 2)], &[]),
            Instr::CallMethod { dst, base, argc } => {
                let all = (base, argc.saturating_add(2));
                group(&[all], &[one(dst)], &[all]);
            }
            Instr::CallKeywords { base, argc, .. } => {
                let all = (base, argc.saturating_add(1));
                group(&[all], &[one(base)], &[all]);
            }
            Instr::CallUnpacked { dst, base } => group(&[(base, 3)], &[one(dst)], &[one(base)]),
            Instr::BuildList { dst, base, count } | Instr::BuildTuple { dst, base, count } => {
                group(&[(base, count)], &[one(dst)], &[(base, count)]);
            }
            Instr::BuildSet { dst, base, count } | Instr::BuildString { dst, base, count } => {
                group(&[(base, count)], &[one(dst)], &[]);
            }
            Instr::BuildDict { dst, base, count } => group(&[(base, count.saturating_mul(2))], &[one(dst)], &[]),
            Instr::BuildShaped { dst, base, keys } => {
                let count = match unit.constants.get(usize::from(keys)) {
                    Some(Constant::Names(names)) => u16::try_from(names.len()).unwrap_or(u16::MAX),
                    _ => 0,
                };
                group(&[(base, count)], &[one(dst)], &[(base, count)]);
            }
            Instr::Unpack { src, base, count } => group(&[one(src)], &[(base, count)], &[]),
            Instr::UnpackStar { before, src, base, after } => {
                let count = u16::from(before).saturating_add(1).saturating_add(after);
                group(&[one(src)], &[(base, count)], &[]);
            }
            Instr::MakeFunction { dst, base, code } => {
                group(&[(base, 2)], &[one(dst)], &[(base, 2)]);
                let captures = unit.codes.get(usize::from(code)).map_or(&[][..], |code| &code.captures);
                captures.iter().for_each(|reg| visit(Access::Read, *reg, 1));
            }
            Instr::MatchClass { src, base, .. } => group(&[one(src), (base, 2)], &[one(base)], &[]),
        }
    }
}
