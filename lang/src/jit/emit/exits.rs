//! The ways out of compiled code, and the guards in front of them.

use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{Block, InstBuilder, Value as Word};

use super::Emit;
use crate::code::Reg;
use crate::jit::plan::State;
use crate::jit::types::Ty;
use crate::jit::unit::{ExitPoint, Reason};
use crate::jit::{compile, runtime};

impl Emit<'_, '_> {
    /// The exit in front of the present instruction.
    pub(super) fn exit_before(&mut self) -> Block {
        if let Some(block) = self.before {
            return block;
        }
        let block = self.exit(self.at, Reason::Mistake);
        self.before = Some(block);
        block
    }

    /// An exit to the instruction at `pc` that is no mistake.
    pub(super) fn exit_in_course(&mut self, pc: usize) -> Block {
        self.exit(pc, Reason::Course)
    }

    /// The exit behind the present instruction, which gave something unexpected in `reg`, with the registers as they are now.
    pub(super) fn exit_after(&mut self, reg: Reg) -> Block {
        self.exit(self.at + 1, Reason::Surprise(reg))
    }

    /// The exit for an exception that the present instruction raised.
    pub(super) fn exit_throwing(&mut self) -> Block {
        self.exit(self.at + 1, Reason::Raised)
    }

    fn exit(&mut self, pc: usize, reason: Reason) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        self.exits.push((block, ExitPoint { pc: pc as u32, reason, state: self.state.clone() }));
        block
    }

    /// Fills the exits: the machine registers go to the slots, the runtime does the rest.
    pub(super) fn finish_exits(&mut self) -> Vec<ExitPoint> {
        let exits = std::mem::take(&mut self.exits);
        let mut points = Vec::with_capacity(exits.len());
        for (number, (block, mut point)) in exits.into_iter().enumerate() {
            self.b.switch_to_block(block);
            let (throws, pc) = (point.reason == Reason::Raised, point.pc as usize);
            let planner = self.planner;
            self.save(&mut point.state, |reg| {
                if throws { planner.is_read_by_handler(pc - 1, reg) } else { planner.live.is_live(pc, reg) }
            });
            let slots = self.all_slots();
            let version = self.b.ins().iconst(I64, std::ptr::from_ref(self.version).addr() as i64);
            let number = self.b.ins().iconst(I64, number as i64);
            let frame = self.frame();
            let results = self.call_runtime(runtime::leave as *const u8, &[frame, slots, version, number], 2);
            self.give(results[0], results[1]);
            points.push(point);
        }
        points
    }

    /// Writes the machine registers that are needed to the slots; the others are unbound afterwards.
    pub(super) fn save(&mut self, state: &mut State, is_needed: impl Fn(Reg) -> bool) {
        for (reg, ty) in state.iter_mut().enumerate() {
            let reg = reg as Reg;
            let needed = is_needed(reg);
            match ty {
                Ty::Bool | Ty::Int | Ty::Borrowed(_) | Ty::Kept if needed => {
                    let word = self.int(reg);
                    self.store_payload(reg, word);
                }
                Ty::Float if needed => {
                    let word = self.float(reg);
                    self.store_payload(reg, word);
                }
                Ty::Range | Ty::Count if needed => {
                    let (at, left, step) = self.range_of(reg, *ty);
                    self.store_payload(reg, at);
                    self.store_extra(reg, 0, left);
                    self.store_extra(reg, 1, step);
                }
                Ty::ListIter => {
                    let at = self.int(reg);
                    self.store_extra(reg, 0, at);
                }
                Ty::Str | Ty::List | Ty::Dict | Ty::Any => {}
                _ if needed => {}
                other => *other = Ty::Unbound,
            }
        }
    }

    /// Goes on if `ok`, else leaves before the present instruction.
    pub(super) fn guard(&mut self, ok: Word) {
        let exit = self.exit_before();
        self.guard_or(ok, exit);
    }

    /// Goes on if `ok`, else to `exit`.
    pub(super) fn guard_or(&mut self, ok: Word, exit: Block) {
        if self.stress {
            self.stress_guard(exit);
        }
        self.branch(ok, exit);
    }

    /// Under stress: leaves now and then without need.
    fn stress_guard(&mut self, exit: Block) {
        let offset = compile::offsets::stress();
        let left = self.load_field(I64, offset);
        let less = self.b.ins().iadd_imm_s(left, -1);
        self.store_field(less, offset);
        self.branch(less, exit);
    }

    /// The present block is rarely executed, as what leads to it.
    pub(super) fn stay_cold(&mut self) {
        if let Some(block) = self.b.current_block() {
            self.b.set_cold_block(block);
        }
    }

    /// Goes on in a new block if `ok` is not zero, else to `otherwise`.
    pub(super) fn branch(&mut self, ok: Word, otherwise: Block) {
        let next = self.b.create_block();
        self.b.ins().brif(ok, next, &[], otherwise, &[]);
        self.b.switch_to_block(next);
    }
}
