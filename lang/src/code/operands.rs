//! Facts about single instructions that several rooms need: where they go, which registers they touch.

use super::{Instr, NO_REG, Reg, Target};

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

    /// Calls `visit` with every group of neighbouring registers that the instruction reads or writes, as first register
    /// and number.
    pub(super) fn for_each_register(&self, visit: &mut dyn FnMut(Reg, u32)) {
        let mut each = |registers: &[Reg]| registers.iter().for_each(|reg| visit(*reg, 1));
        match *self {
            Instr::Jump { .. } | Instr::Loop { .. } | Instr::Reraise | Instr::LeaveHandler => {}
            Instr::Move { dst, src }
            | Instr::Unary { dst, src, .. }
            | Instr::GetIter { dst, src }
            | Instr::Yield { dst, src }
            | Instr::YieldFrom { dst, iter: src }
            | Instr::MatchMapping { dst, src }
            | Instr::MatchSequence { dst, src, .. }
            | Instr::ListToTuple { dst, list: src }
            | Instr::ImportFrom { dst, module: src, .. }
            | Instr::LoadCell { dst, cell: src, .. }
            | Instr::LoadAttr { dst, obj: src, .. }
            | Instr::GetItemConst { dst, obj: src, .. }
            | Instr::BinaryInt { dst, a: src, .. }
            | Instr::InplaceInt { dst, a: src, .. } => each(&[dst, src]),
            Instr::Const { dst, .. }
            | Instr::None { dst }
            | Instr::Bool { dst, .. }
            | Instr::Int { dst, .. }
            | Instr::Closure { dst, .. }
            | Instr::LoadGlobal { dst, .. } => each(&[dst]),
            Instr::CheckBound { reg, .. }
            | Instr::Unbind { reg }
            | Instr::MakeCell { reg }
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
            | Instr::Display { src: reg } => each(&[reg]),
            Instr::Observe { src, .. } if src == NO_REG => {}
            Instr::Observe { src, .. } => each(&[src]),
            Instr::DeleteGlobal { .. } => {}
            Instr::StoreCell { cell: a, src: b }
            | Instr::StoreAttr { obj: a, src: b, .. }
            | Instr::DeleteItem { obj: a, key: b }
            | Instr::CompareSkip { a, b, .. }
            | Instr::ListAppend { list: a, src: b }
            | Instr::ListExtend { list: a, src: b }
            | Instr::SetAdd { set: a, src: b }
            | Instr::SetUpdate { set: a, src: b }
            | Instr::DictUpdate { dict: a, src: b }
            | Instr::RaiseFrom { exc: a, cause: b }
            | Instr::MatchKeys { src: a, base: b } => each(&[a, b]),
            Instr::GetItem { dst: a, obj: b, key: c }
            | Instr::SetItem { obj: a, key: b, src: c }
            | Instr::Binary { dst: a, a: b, b: c, .. }
            | Instr::Inplace { dst: a, a: b, b: c, .. }
            | Instr::Compare { dst: a, a: b, b: c, .. }
            | Instr::DictInsert { dict: a, key: b, src: c }
            | Instr::DictMerge { dict: a, src: b, callee: c }
            | Instr::MatchException { dst: a, exc: b, class: c }
            | Instr::MatchRest { dst: a, src: b, keys: c } => each(&[a, b, c]),
            Instr::FormatValue { dst, src, spec, .. } => {
                each(&[dst, src]);
                if spec != NO_REG {
                    each(&[spec]);
                }
            }
            Instr::BuildSlice { dst, base } => {
                each(&[dst]);
                visit(base, 3);
            }
            Instr::ForIter { iter, .. } => visit(iter, 2),
            Instr::Call { dst, base, argc } => {
                each(&[dst]);
                visit(base, u32::from(argc) + 1);
            }
            Instr::LoadMethod { base, obj, .. } => {
                each(&[obj]);
                visit(base, 2);
            }
            Instr::CallMethod { dst, base, argc } => {
                each(&[dst]);
                visit(base, u32::from(argc) + 2);
            }
            Instr::CallKeywords { base, argc, .. } => visit(base, u32::from(argc) + 1),
            Instr::CallUnpacked { dst, base } => {
                each(&[dst]);
                visit(base, 3);
            }
            Instr::BuildList { dst, base, count }
            | Instr::BuildTuple { dst, base, count }
            | Instr::BuildSet { dst, base, count }
            | Instr::BuildString { dst, base, count } => {
                each(&[dst]);
                visit(base, u32::from(count));
            }
            Instr::BuildDict { dst, base, count } => {
                each(&[dst]);
                visit(base, u32::from(count) * 2);
            }
            // The number of values is that of the constant's names.
            Instr::BuildShaped { dst, base, .. } => each(&[dst, base]),
            Instr::Unpack { src, base, count } => {
                each(&[src]);
                visit(base, u32::from(count));
            }
            Instr::UnpackStar { before, src, base, after } => {
                each(&[src]);
                visit(base, u32::from(before) + 1 + u32::from(after));
            }
            Instr::MakeFunction { dst, base, .. } => {
                each(&[dst]);
                visit(base, 2);
            }
            Instr::MatchClass { src, base, .. } => {
                each(&[src]);
                visit(base, 2);
            }
        }
    }
}
