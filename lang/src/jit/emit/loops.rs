//! Loops and branches: iteration without iterator objects, limits at back-edges.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value as Word};

use super::{Emit, TURNS};
use crate::code::{Instr, Reg, Target};
use crate::jit::compile::offsets;
use crate::jit::plan::Plan;
use crate::jit::types::Ty;
use crate::jit::{aside, runtime};
use crate::value::layout::{self, tag};

impl Emit<'_, '_> {
    /// Conditional jumps.
    pub(super) fn emit_branch(&mut self, instr: Instr) {
        let (truth, target) = match instr {
            Instr::JumpIf { cond, target } => (self.truth(cond), target),
            Instr::JumpIfNot { cond, target } => {
                let truth = self.truth(cond);
                (self.b.ins().icmp_imm_s(IntCC::Equal, truth, 0), target)
            }
            Instr::JumpIfNone { cond, target } => (self.has_tag(cond, Ty::None, tag::NONE), target),
            Instr::JumpIfUnbound { reg, target } => (self.has_tag(reg, Ty::Unbound, tag::UNBOUND), target),
            Instr::JumpIfSmall { value, reg, target } => (self.is_small(reg, value), target),
            _ => return,
        };
        let (yes, no) = (self.edge(target as usize, &self.state.clone()), self.edge(self.at + 1, &self.state.clone()));
        self.b.ins().brif(truth, yes, &[], no, &[]);
    }

    fn has_tag(&mut self, reg: Reg, ty: Ty, wanted: u8) -> Word {
        match self.ty(reg) {
            Ty::Any => {
                let found = self.tag(reg);
                self.equal(found, wanted)
            }
            known => self.b.ins().iconst(I8, i64::from(known == ty)),
        }
    }

    fn is_small(&mut self, reg: Reg, value: u8) -> Word {
        match self.ty(reg) {
            Ty::Int => {
                let word = self.int(reg);
                self.equal(word, value)
            }
            Ty::Any => {
                let found = self.tag(reg);
                let is_int = self.equal(found, tag::INT);
                let word = self.payload(reg);
                let same = self.equal(word, value);
                self.b.ins().band(is_int, same)
            }
            _ => self.b.ins().iconst(I8, 0),
        }
    }

    /// The end of a turn: every so often the limits are looked at, and whenever the thread's fuel is out. That can only
    /// happen where something was allocated.
    pub(super) fn emit_loop(&mut self, instr: Instr) {
        let Instr::Loop { target } = instr else { return };
        if let Some(number) = self.counts_itself(target) {
            self.emit_counted_loop(target, number);
            return;
        }
        let ticks = self.b.use_var(self.ticks);
        let less = self.b.ins().iadd_imm_s(ticks, -1);
        self.b.def_var(self.ticks, less);
        let (looking, go_on) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(looking);
        let body = target as usize..self.at;
        if self.quiet.get(body).is_some_and(|body| body.iter().all(|quiet| *quiet)) {
            self.b.ins().brif(less, go_on, &[], looking, &[]);
        } else {
            let second = self.b.create_block();
            self.b.ins().brif(less, second, &[], looking, &[]);
            self.b.switch_to_block(second);
            let place = self.fuel();
            let fuel = self.b.ins().load(I64, self.memory.machine, place, 0);
            self.b.ins().brif(fuel, go_on, &[], looking, &[]);
        }
        self.b.switch_to_block(looking);
        let done = self.b.ins().isub(less, less);
        let turns = self.b.ins().iconst(I64, TURNS);
        let spent = self.b.ins().isub(turns, less);
        let fresh = self.b.ins().iadd(done, turns);
        self.b.def_var(self.ticks, fresh);
        self.look(spent, target as usize);
        self.b.ins().jump(go_on, &[]);
        self.b.switch_to_block(go_on);
        let head = self.edge(target as usize, &self.state.clone());
        self.b.ins().jump(head, &[]);
    }

    /// Looks at the limits after so many turns of a loop. A version that was given up meanwhile is left for the instruction at `pc`.
    pub(super) fn look(&mut self, turns: Word, pc: usize) {
        let version = self.b.ins().iconst(I64, std::ptr::from_ref(self.version).addr() as i64);
        let status = match aside::look() {
            Some(address) => {
                self.tell_depth();
                let signature = self.b.import_signature(aside::signature());
                let address = self.b.ins().iconst(I64, address as i64);
                let machine = self.machine();
                self.b.ins().call_indirect(signature, address, &[machine, turns, version]);
                self.load_field(I64, offsets::answer())
            }
            None => self.call_runtime(runtime::look as *const u8, &[turns, version], 1)[0],
        };
        self.check_truth(status);
        let exit = self.exit_in_course(pc);
        let next = self.b.create_block();
        self.b.ins().brif(status, exit, &[], next, &[]);
        self.b.switch_to_block(next);
    }

    /// How many elements are left for a loop over a range, or were there in a loop over a list, if there is no loop and nothing that takes
    /// long in its body.
    fn counts_itself(&mut self, target: Target) -> Option<Word> {
        let body = target as usize..self.at;
        let instrs = self.planner.code.instrs.get(body.clone())?;
        let is_short = self.quiet.get(body)?.iter().all(|quiet| *quiet);
        match instrs.first() {
            Some(Instr::ForIter { iter, .. })
                if is_short && !instrs.iter().any(|instr| matches!(instr, Instr::Loop { .. })) =>
            {
                match self.ty(*iter) {
                    Ty::Range | Ty::Count => Some(self.range(*iter).1),
                    Ty::ListIter => Some(self.int(*iter)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The end of a turn of such a loop: that number says when the limits are looked at. Fewer turns count as nothing; the loop around it
    /// counts.
    fn emit_counted_loop(&mut self, target: Target, number: Word) {
        let (looking, really) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(looking);
        self.b.set_cold_block(really);
        let (state, target) = (self.state.clone(), target as usize);
        let head = self.edge(target, &state);
        // What has low bits that are set is not zero: there is no need to look again at the head.
        let turn = match self.turn_of(target) {
            Some(turn) => self.edge_into(turn, target, &state),
            None => head,
        };
        let low = self.b.ins().band_imm_s(number, TURNS - 1);
        self.b.ins().brif(low, turn, &[], looking, &[]);
        self.b.switch_to_block(looking);
        self.b.ins().brif(number, really, &[], head, &[]);
        self.b.switch_to_block(really);
        let turns = self.b.ins().iconst(I64, TURNS);
        self.look(turns, target);
        self.b.ins().jump(head, &[]);
    }

    /// `range(…)` of ints whose iterator is taken at once.
    pub(super) fn emit_range(&mut self, instr: Instr, argc: u16) {
        let Instr::Call { dst, base, .. } = instr else { return };
        let zero = self.b.ins().iconst(I64, 0);
        let one = self.b.ins().iconst(I64, 1);
        let (start, stop, step) = match argc {
            1 => (zero, self.int(base + 1), one),
            2 => (self.int(base + 1), self.int(base + 2), one),
            _ => (self.int(base + 1), self.int(base + 2), self.int(base + 3)),
        };
        // The number of elements, as the unsigned distance by the size of the step.
        let up = self.b.ins().icmp(IntCC::SignedLessThan, start, stop);
        let distance = self.b.ins().isub(stop, start);
        let left = if argc < 3 {
            self.b.ins().select(up, distance, zero)
        } else {
            let good = self.b.ins().icmp_imm_s(IntCC::NotEqual, step, 0);
            self.guard(good);
            let rising = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, step, 0);
            let down = self.b.ins().icmp(IntCC::SignedGreaterThan, start, stop);
            let some = self.b.ins().select(rising, up, down);
            let back = self.b.ins().ineg(distance);
            let distance = self.b.ins().select(rising, distance, back);
            let back = self.b.ins().ineg(step);
            let size = self.b.ins().select(rising, step, back);
            let less = self.b.ins().iadd_imm_s(distance, -1);
            let whole = self.b.ins().udiv(less, size);
            let count = self.b.ins().iadd_imm_s(whole, 1);
            self.b.ins().select(some, count, zero)
        };
        self.clear(base, argc.saturating_add(1));
        self.retire(dst);
        let ty = if argc < 3 { Ty::Count } else { Ty::Range };
        self.def_range(dst, ty, start, left, step);
    }

    pub(super) fn emit_range_iter(&mut self, instr: Instr) {
        let Instr::GetIter { dst, src } = instr else { return };
        let (ty, (at, left, step)) = (self.ty(src), self.range(src));
        self.set_state(src, Ty::Unbound);
        self.retire(dst);
        self.def_range(dst, ty, at, left, step);
    }

    pub(super) fn emit_list_iter(&mut self, instr: Instr) {
        let Instr::GetIter { dst, src } = instr else { return };
        if self.ty(src) == Ty::Any {
            let found = self.tag(src);
            let good = self.equal(found, tag::LIST);
            self.guard(good);
        }
        let (first, second) = self.words(src);
        if src != dst && self.planner.is_moved(self.at, src, self.ty(src)) {
            self.store_tag(src, tag::UNBOUND);
            self.set_state(src, Ty::Unbound);
        } else {
            self.add_reference(first, second, Ty::List);
        }
        self.set_words(dst, first, second, Ty::ListIter);
        let zero = self.b.ins().iconst(I64, 0);
        self.def_int(dst, zero);
    }

    /// The next element of a packed list of whose ordinary elements there are no more, or the end of the loop.
    fn emit_next_packed(&mut self, iter: Reg, list: Word, at: Word, ty: Ty, end: Block) {
        let packed = self.b.create_block();
        let element = self.packed_element(list, at, packed, end);
        if ty != Ty::Bool {
            let exit = self.exit_before();
            self.b.ins().jump(exit, &[]);
            return;
        }
        let byte = self.b.ins().load(I8, self.memory.elements, element, 0);
        let word = self.b.ins().uextend(I64, byte);
        let next = self.b.ins().iadd_imm_s(at, 1);
        self.def_int(iter, next);
        self.set_int(iter + 1, word, Ty::Bool);
        let next = self.edge(self.at + 1, &self.state.clone());
        self.b.ins().jump(next, &[]);
    }

    /// The next item of an iterator, or the end of the loop.
    pub(super) fn emit_next(&mut self, instr: Instr, plan: &Plan) {
        let Instr::ForIter { iter, exit } = instr else { return };
        let end = self.b.create_block();
        let before = self.state.clone();
        match plan {
            Plan::NextRange => {
                let Some(turn) = self.turn_of(self.at) else { return };
                let (_, left, _) = self.range(iter);
                self.b.ins().brif(left, turn, &[], end, &[]);
                self.b.switch_to_block(turn);
                // The end of a turn leads here, too.
                let (at, left, step) = self.range(iter);
                let next = self.b.ins().iadd(at, step);
                let less = self.b.ins().iadd_imm_s(left, -1);
                self.def_range(iter, self.ty(iter), next, less, step);
                self.set_int(iter + 1, at, Ty::Int);
            }
            Plan::NextList(ty) => {
                let more = self.b.create_block();
                let list = self.payload(iter);
                let at = self.int(iter);
                let len = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_LEN);
                let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, at, len);
                let beyond = self.b.create_block();
                self.b.ins().brif(inside, more, &[], beyond, &[]);
                self.b.switch_to_block(beyond);
                self.emit_next_packed(iter, list, at, *ty, end);
                self.state.clone_from(&before);
                self.b.switch_to_block(more);
                let start = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_START);
                let offset = self.b.ins().ishl_imm_u(at, 4);
                let element = self.b.ins().iadd(start, offset);
                if *ty != Ty::Any {
                    let found = self.b.ins().load(I8, self.memory.elements, element, 0);
                    let good = self.admits(found, *ty);
                    self.guard(good);
                }
                let next = self.b.ins().iadd_imm_s(at, 1);
                self.def_int(iter, next);
                if self.planner.lender(self.at, iter + 1, iter, &before, *ty).is_some() {
                    let dict = self.b.ins().load(I64, self.memory.elements, element, layout::PAYLOAD);
                    self.set_int(iter + 1, dict, Ty::Borrowed(iter));
                } else {
                    self.copy_from(iter + 1, element, 0, *ty);
                }
            }
            Plan::NextAny(ty) => {
                if self.ty(iter).is_virtual() {
                    self.settle(iter);
                } else {
                    self.spill(iter);
                }
                if !self.ty(iter + 1).in_memory() {
                    self.store_tag(iter + 1, tag::UNBOUND);
                }
                let more = self.b.create_block();
                let slot = self.slot(iter);
                let status = self.call_runtime(runtime::next as *const u8, &[slot], 1);
                self.check_truth(status[0]);
                self.b.ins().brif(status[0], more, &[], end, &[]);
                self.b.switch_to_block(more);
                self.receive(iter + 1, *ty);
            }
            _ => return,
        }
        let next = self.edge(self.at + 1, &self.state.clone());
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(end);
        self.state = before;
        let ended = self.planner.ended_with(iter, exit as usize, &self.state);
        self.end_loans(ended);
        self.retire(iter);
        self.set_state(iter, Ty::Unbound);
        let done = self.edge(exit as usize, &self.state.clone());
        self.b.ins().jump(done, &[]);
    }
}
