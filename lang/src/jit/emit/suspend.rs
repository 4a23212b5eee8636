//! Generators: how compiled code is suspended at a `yield` and goes on behind it.
//!
//! Between two resumptions the frame of a generator is as compiled code left it: what is in memory lies in the registers,
//! and the words of machine registers lie in the second words of registers that own nothing, or of places behind them. The number of the
//! `yield` says what is what. Whoever else wants the frame (an exception thrown in, the interpreter) has ordinary registers made
//! of it first ([`runtime::settle_frame`](crate::jit::runtime::settle_frame)).

use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{Block, InstBuilder, StackSlotData, StackSlotKind, Value as Word};
use cranelift_frontend::Switch;

use super::{Emit, entry_words};
use crate::code::{Instr, NO_REG, Reg};
use crate::jit::compile::offsets;
use crate::jit::plan::Plan;
use crate::jit::runtime;
use crate::jit::types::Ty;
use crate::jit::unit::{ExitPoint, Reason, YieldPoint};
use crate::value::layout::{self, tag};

/// Where a generator's code begins.
pub(super) struct Dispatch {
    /// Where it is found out where to go on: still empty.
    block: Block,
    /// The number of the `yield`.
    point: Word,
    /// Where an entry from the interpreter goes.
    entry: Block,
}

impl Emit<'_, '_> {
    /// The code in front of the first instruction: an entry takes its words from memory.
    pub(super) fn generator_prologue(&mut self, params: &[Word], leaders: &[bool]) -> Result<Dispatch, String> {
        let [vm, _, words, _, point] = *params else { return Err("no parameters of a generator".to_owned()) };
        // Rust called it: the pinned machine register must be as it was when it goes back.
        let outer = self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 8, 3));
        let (place, before) = (self.b.ins().stack_addr(I64, outer, 0), self.b.ins().get_pinned_reg(I64));
        self.b.ins().store(self.memory.slots, before, place, 0);
        self.outer = Some(outer);
        self.b.ins().set_pinned_reg(vm);
        let depth = self.load_field(I32, offsets::depth());
        self.keep_depth(depth);
        // All slots are registers of a frame, so all of them hold something.
        self.shows_slots(leaders);
        let (block, entry) = (self.b.create_block(), self.b.create_block());
        self.b.ins().jump(block, &[]);
        self.b.switch_to_block(entry);
        let mut taken = Vec::new();
        for ty in self.version.entry.iter().flat_map(|ty| entry_words(*ty)) {
            let offset = taken.len() as i32 * 8;
            taken.push(self.b.ins().load(*ty, self.memory.machine, words, offset));
        }
        self.take_words(taken.into_iter());
        let first = self.edge(self.version.key.instruction(), &self.version.entry.clone());
        self.b.ins().jump(first, &[]);
        Ok(Dispatch { block, point, entry })
    }

    /// Fills the block that goes on behind the `yield` of the given number.
    pub(super) fn finish_yields(&mut self, dispatch: Dispatch) -> Vec<YieldPoint> {
        let mut switch = Switch::new();
        let mut points = Vec::new();
        for (number, (block, point)) in (1..).zip(std::mem::take(&mut self.yields)) {
            switch.set_entry(number, block);
            points.push(point);
        }
        self.b.switch_to_block(dispatch.block);
        switch.emit(&mut self.b, dispatch.point, dispatch.entry);
        points
    }

    /// Gives a value back behind which the generator is suspended at the `yield` of that number; zero: it has ended.
    pub(super) fn stop(&mut self, point: i64, first: Word, second: Word) {
        let point = self.b.ins().iconst(I64, point);
        self.store_field(point, offsets::point());
        self.give(first, second);
    }

    /// Stops with a value, and begins the block in which it goes on with the registers as they are now.
    fn suspend(&mut self, pc: usize, receiver: Reg, delegating: bool, first: Word, second: Word) {
        let mut point = ExitPoint { pc: pc as u32, reason: Reason::Course, state: self.state.clone() };
        self.save(&mut point.state, |_| true);
        let ticks = self.b.use_var(self.ticks);
        self.store_slot(ticks, self.ticks_offset());
        self.stop(self.yields.len() as i64 + 1, first, second);
        let block = self.b.create_block();
        self.yields.push((block, YieldPoint { point, receiver, delegating }));
        self.b.switch_to_block(block);
        let ticks = self.load_slot(I64, self.ticks_offset());
        self.b.def_var(self.ticks, ticks);
        for (reg, ty) in self.state.clone().into_iter().enumerate() {
            let reg = reg as Reg;
            match ty {
                Ty::Bool | Ty::Int => {
                    let word = self.payload(reg);
                    self.def_int(reg, word);
                }
                Ty::Float => {
                    let word = self.payload_float(reg);
                    self.def_float(reg, word);
                }
                Ty::Range | Ty::Count => {
                    let (at, left, step) = (self.payload(reg), self.load_extra(reg, 0), self.load_extra(reg, 1));
                    self.def_range(reg, ty, at, left, step);
                }
                Ty::ListIter => {
                    let at = self.load_extra(reg, 0);
                    self.def_int(reg, at);
                }
                _ => {}
            }
        }
    }

    /// `dst = yield src`
    pub(super) fn emit_yield(&mut self, instr: Instr) {
        let Instr::Yield { dst, src } = instr else { return };
        if self.ty(src).is_virtual() {
            self.settle(src);
        }
        let (first, second) = self.words(src);
        let ty = self.ty(src);
        if ty.in_memory() {
            if self.planner.is_kept(self.at, src) && src != dst {
                self.add_reference(first, second, ty);
            } else {
                self.store_tag(src, tag::UNBOUND);
                self.set_state(src, Ty::Unbound);
            }
        }
        self.retire(dst);
        self.become_suspended(&Plan::Yield);
        let receiver = if self.ty(dst) == Ty::Unbound { NO_REG } else { dst };
        self.suspend(self.at + 1, receiver, false, first, second);
        let next = self.edge(self.at + 1, &self.state.clone());
        self.b.ins().jump(next, &[]);
    }

    /// `dst = yield from iter`: the delegate is asked until it ends.
    pub(super) fn emit_yield_from(&mut self, instr: Instr) {
        let Instr::YieldFrom { dst, iter } = instr else { return };
        if self.ty(iter).is_virtual() {
            self.settle(iter);
        } else {
            self.spill(iter);
        }
        self.retire(dst);
        self.store_tag(dst, tag::UNBOUND);
        self.become_suspended(&Plan::YieldFrom);
        let (ask, given, ended) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.ins().jump(ask, &[]);
        self.b.switch_to_block(ask);
        let (iter, slot) = (self.slot(iter), self.slot(dst));
        let status = self.call_runtime(runtime::delegate as *const u8, &[iter, slot], 1);
        self.check_truth(status[0]);
        self.b.ins().brif(status[0], given, &[], ended, &[]);
        self.b.switch_to_block(given);
        let (first, second) = self.words(dst);
        self.store_tag(dst, tag::UNBOUND);
        self.suspend(self.at, dst, true, first, second);
        self.b.ins().jump(ask, &[]);
        self.b.switch_to_block(ended);
        let next = self.edge(self.at + 1, &self.state.clone());
        self.b.ins().jump(next, &[]);
    }

    /// What `plan` makes known holds from here on, also where the generator goes on.
    fn become_suspended(&mut self, plan: &Plan) {
        let mut after = self.state.clone();
        self.planner.apply(self.at, plan, &mut after);
        self.state = after;
    }

    /// Where the number of turns that are left until the limits are looked at is kept.
    fn ticks_offset(&self) -> i32 {
        Self::offset(self.planner.code.registers) + layout::PAYLOAD
    }
}
