//! Calls, the general form of instructions, and returns.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I8, I32, I64};
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value as Word};

use super::arith::int_condition;
use super::{Emit, body_signature, entry_words};
use crate::code::{Instr, Reg};
use crate::jit::compile::offsets;
use crate::jit::effects::Effects;
use crate::jit::enter::CALL_COST;
use crate::jit::plan::{BaseCase, Term};
use crate::jit::types::{Fixed, Ty};
use crate::jit::unit::Callee;
use crate::jit::{abi, runtime};
use crate::value::layout::{self, tag};

/// Registers that are dropped one by one at a return; more are left to the runtime.
const FEW: usize = 8;

impl Emit<'_, '_> {
    fn place(&mut self) -> Word {
        let place = u64::from(self.version.code) << 32 | self.at as u64;
        self.b.ins().iconst(I64, place as i64)
    }

    /// Puts what the present instruction reads into the slots.
    pub(super) fn spill_reads(&mut self) {
        let reads: Vec<Reg> = Effects::each(&self.planner.effects[self.at].reads).collect();
        for reg in reads {
            if self.ty(reg).is_virtual() {
                self.settle(reg);
            } else {
                self.spill(reg);
            }
        }
    }

    /// After the runtime executed the present instruction: what the slots hold now.
    fn take_results(&mut self, ty: Ty) {
        let effects = &self.planner.effects[self.at];
        for reg in Effects::each(&effects.clears) {
            self.set_state(reg, Ty::Unbound);
        }
        for reg in Effects::each(&effects.writes) {
            self.set_state(reg, Ty::Any);
        }
        if let [(dst, 1)] = effects.writes[..] {
            self.receive(dst, ty);
        }
    }

    /// Slots that are written but hold a number's remains: nothing needs to be dropped there, so they are fine as they are.
    pub(super) fn emit_step(&mut self, _instr: Instr, ty: Ty) {
        self.spill_reads();
        let (frame, slots, place) = (self.frame(), self.all_slots(), self.place());
        let status = self.call_runtime(runtime::step as *const u8, &[frame, slots, place], 1);
        self.check(status[0]);
        self.take_results(ty);
    }

    pub(super) fn emit_call(&mut self, ty: Ty) {
        self.spill_reads();
        let (frame, slots, place) = (self.frame(), self.all_slots(), self.place());
        let status = self.call_runtime(runtime::call as *const u8, &[frame, slots, place], 1);
        self.check(status[0]);
        self.take_results(ty);
    }

    /// Two texts put together: short ones without an allocation.
    pub(super) fn emit_concat(&mut self, a: Reg, b: Reg) {
        let Some(dst) = self.written() else { return };
        let (short, slow, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        let ((a1, a2), (b1, b2)) = (self.words(a), self.words(b));
        let (x, y) = (self.tag(a), self.tag(b));
        // Both tags are those of texts, of which there are two.
        let longer = self.b.ins().umax(x, y);
        let are_short = self.equal(longer, tag::SHORT);
        const { assert!(tag::SHORT < tag::STR) };
        self.branch(are_short, slow);
        let joined = self.call_runtime(runtime::join_short as *const u8, &[a1, a2, b1, b2], 2);
        let found = self.b.ins().band_imm_s(joined[0], 0xff);
        self.b.ins().brif(found, short, &[], slow, &[]);
        self.b.switch_to_block(short);
        let before = self.state.clone();
        self.set_words(dst, joined[0], joined[1], Ty::Str);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(slow);
        self.state = before;
        self.vacate(dst);
        let (a, b, slot) = (self.slot(a), self.slot(b), self.slot(dst));
        let status = self.call_runtime(runtime::concat as *const u8, &[a, b, slot], 1);
        self.check(status[0]);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
        self.set_state(dst, Ty::Str);
    }

    /// `str(int)`
    pub(super) fn emit_int_text(&mut self, instr: Instr, src: Reg) {
        let Instr::Call { dst, base, argc } = instr else { return };
        let number = self.int(src);
        let words = self.call_runtime(runtime::int_text as *const u8, &[number], 2);
        self.clear(base, argc.saturating_add(1));
        self.set_words(dst, words[0], words[1], Ty::Str);
    }

    /// `sum(list)`: of numbers without the way of a call.
    pub(super) fn emit_sum(&mut self, instr: Instr, list: Reg, fixed: Fixed, ty: Ty) {
        let Instr::Call { dst, base, argc } = instr else { return };
        let (slow, after) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        let before = self.state.clone();
        let object = self.payload(list);
        let sum = self.call_runtime(runtime::sum as *const u8, &[object], 2);
        let found = self.b.ins().ireduce(I8, sum[0]);
        let good = self.admits(found, ty);
        self.branch(good, slow);
        self.clear(base, argc.saturating_add(1));
        if ty == Ty::Int {
            self.set_int(dst, sum[1], ty);
        } else {
            let value = self.b.ins().bitcast(F64, MemFlagsData::new(), sum[1]);
            self.set_float(dst, value);
        }
        self.b.ins().jump(after, &[]);
        let done = std::mem::replace(&mut self.state, before);
        self.b.switch_to_block(slow);
        self.emit_call_fixed(instr, fixed, ty);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
        self.state = done;
    }

    /// A call of a built-in or a type that is known, with arguments in neighbouring slots.
    pub(super) fn emit_call_fixed(&mut self, instr: Instr, fixed: Fixed, ty: Ty) {
        let (dst, base, first, count, all) = match instr {
            Instr::Call { dst, base, argc } => (dst, base, base + 1, argc, argc + 1),
            Instr::CallMethod { dst, base, argc } if self.ty(base + 1) == Ty::Unbound => {
                (dst, base, base + 2, argc, argc + 2)
            }
            Instr::CallMethod { dst, base, argc } => (dst, base, base + 1, argc + 1, argc + 2),
            _ => return,
        };
        for reg in first..first.saturating_add(count) {
            if self.ty(reg).is_virtual() {
                self.settle(reg);
            } else {
                self.spill(reg);
            }
        }
        if !(first..first.saturating_add(count)).contains(&dst) {
            self.vacate(dst);
        }
        let slots = self.all_slots();
        let packed = u64::from(first) | u64::from(count) << 16;
        let packed = self.b.ins().iconst(I64, packed as i64);
        let result = self.b.ins().iconst(I64, i64::from(dst));
        let (function, target) = runtime::callable(fixed, usize::from(count));
        let target = self.b.ins().iconst(I64, target as i64);
        let status = self.call_runtime(function, &[slots, target, packed, result], 1);
        self.check(status[0]);
        for reg in (base..base.saturating_add(all)).filter(|reg| *reg != dst) {
            self.retire(reg);
        }
        self.take_results(ty);
    }

    /// The function that a global variable is bound to: only that it is bound yet is looked at, where it may not be.
    pub(super) fn emit_script(&mut self, global: u16, code: u32) {
        let Some(dst) = self.written() else { return };
        if !self.planner.is_bound(code) {
            let (first, _) = self.global_words(global);
            let found = self.b.ins().band_imm_s(first, 0xff);
            let good = self.equal(found, tag::FUNCTION);
            self.guard(good);
        }
        self.retire(dst);
        self.set_state(dst, Ty::Script { global, code });
    }

    /// The built-in that a global variable is bound to.
    pub(super) fn emit_imported(&mut self, global: u16, fixed: Fixed) {
        let Some(dst) = self.written() else { return };
        let (first, second) = self.global_words(global);
        let found = self.b.ins().band_imm_s(first, 0xff);
        let is_kind = self.equal(found, fixed.tag);
        let address = self.b.ins().iconst(I64, fixed.address as i64);
        let is_same = self.b.ins().icmp(IntCC::Equal, second, address);
        let good = self.b.ins().band(is_kind, is_same);
        self.guard(good);
        self.retire(dst);
        self.set_state(dst, Ty::Fixed(fixed));
    }

    pub(super) fn emit_method(&mut self, instr: Instr, fixed: Fixed, bound: bool) {
        let Instr::LoadMethod { base, obj, .. } = instr else { return };
        if bound {
            let ty = self.ty(obj);
            if ty == Ty::Dict {
                let dict = self.payload(obj);
                let special = self.b.ins().load(I64, self.memory.headers, dict, layout::DICT_SPECIAL);
                let plain = self.b.ins().icmp_imm_s(IntCC::Equal, special, 0);
                self.guard(plain);
            }
            if obj != base + 1 {
                let (first, second) = self.words(obj);
                self.add_reference(first, second, ty);
                self.set_words(base + 1, first, second, ty);
            }
        } else {
            self.retire(base + 1);
            self.set_state(base + 1, Ty::Unbound);
        }
        self.retire(base);
        self.set_state(base, Ty::Fixed(fixed));
    }

    /// A call of compiled code by compiled code, arguments and result in machine registers.
    pub(super) fn emit_direct(
        &mut self,
        instr: Instr,
        callee: &Callee,
        ty: Ty,
        early: Option<BaseCase>,
    ) -> Result<(), String> {
        let Instr::Call { dst, base, argc } = instr else { return Err("no call".to_owned()) };
        // Guards first: until they have passed nothing is moved.
        for (n, param) in callee.params().iter().take(usize::from(argc)).enumerate() {
            let reg = base + 1 + n as Reg;
            if self.ty(reg) == Ty::Any && *param != Ty::Any {
                let found = self.tag(reg);
                let good = self.admits(found, *param);
                self.guard(good);
            }
        }
        // Every call leaves depth and stack as it found them: what was enough once is enough for the rest of the block, and
        // what is counted once stands for the few calls of a block.
        if !std::mem::replace(&mut self.facts.is_deep_enough, true) {
            // The interpreter needs no native stack, and knows what to say of the limit.
            let exit = self.exit_in_course(self.at);
            let limit = self.load_field(I32, offsets::recursion_limit());
            let good = self.b.ins().icmp(IntCC::UnsignedLessThan, self.depth, limit);
            self.guard_or(good, exit);
            let stack = self.b.ins().get_stack_pointer(I64);
            let bound = self.load_field(I64, offsets::stack_limit());
            let good = self.b.ins().icmp(IntCC::UnsignedGreaterThan, stack, bound);
            self.guard_or(good, exit);
            self.count_call();
        }
        let done = early.map(|early| self.emit_base_case(early, base + 1));
        let null = self.b.ins().iconst(I64, 0);
        let more = self.b.ins().iadd_imm_s(self.depth, 1);
        let mut args = vec![null, more];
        for (n, param) in callee.params().iter().take(usize::from(argc)).enumerate() {
            let reg = base + 1 + n as Reg;
            self.pass(reg, *param, &mut args);
        }
        let call = match callee {
            Callee::Own(_) => {
                let own = self.own;
                self.b.ins().call(own, &args)
            }
            Callee::Other(version) => {
                let Some(compiled) = version.compiled() else { return Err("callee without code".to_owned()) };
                let signature = self.b.import_signature(body_signature(self.conv, &version.entry));
                let address = self.b.ins().iconst(I64, compiled.body.addr() as i64);
                self.b.ins().call_indirect(signature, address, &args)
            }
        };
        let (first, second) = (self.b.inst_results(call)[0], self.b.inst_results(call)[1]);
        let found = self.b.ins().ireduce(I8, first);
        self.clear(base, argc.saturating_add(1));
        if matches!(ty, Ty::Int | Ty::Float) {
            // One comparison for the common case; an exception is told apart behind it.
            let wanted = if ty == Ty::Int { tag::INT } else { tag::FLOAT };
            let good = self.equal(found, wanted);
            let (other, next) = (self.b.create_block(), self.b.create_block());
            self.b.set_cold_block(other);
            self.b.ins().brif(good, next, &[], other, &[]);
            self.b.switch_to_block(other);
            let state = self.state.clone();
            self.receive_words(dst, found, first, second);
            let exit = self.exit_after(dst);
            self.b.ins().jump(exit, &[]);
            self.b.switch_to_block(next);
            self.state = state;
            if ty == Ty::Int {
                let word = match done {
                    Some(done) => {
                        self.b.ins().jump(done, &[second.into()]);
                        self.b.switch_to_block(done);
                        self.b.block_params(done)[0]
                    }
                    None => second,
                };
                self.set_int(dst, word, Ty::Int);
            } else {
                let value = self.b.ins().bitcast(F64, MemFlagsData::new(), second);
                self.set_float(dst, value);
            }
            return Ok(());
        }
        self.receive_words(dst, found, first, second);
        if ty != Ty::Any {
            self.receive(dst, ty);
        }
        Ok(())
    }

    /// Goes to a new block with the result of a call if that is known without it; goes on if not. The arguments, from register `first`
    /// on, are ints: nothing needs to be dropped.
    fn emit_base_case(&mut self, case: BaseCase, first: Reg) -> Block {
        let [a, b, result] = [case.a, case.b, case.result].map(|term| match term {
            Term::Argument(n) => self.int(first + n),
            Term::Int(n) => self.b.ins().iconst(I64, n),
        });
        let truth = self.b.ins().icmp(int_condition(case.op), a, b);
        let (done, calling) = (self.b.create_block(), self.b.create_block());
        self.b.append_block_param(done, I64);
        let result = [result.into()];
        if case.when {
            self.b.ins().brif(truth, done, &result, calling, &[]);
        } else {
            self.b.ins().brif(truth, calling, &[], done, &result);
        }
        self.b.switch_to_block(calling);
        done
    }

    /// Counts the calls of a block; looks at the limits when it is time.
    fn count_call(&mut self) {
        let cost = 2 * CALL_COST as i64;
        let place = self.fuel();
        let fuel = self.b.ins().load(I64, self.memory.machine, place, 0);
        let (counting, looking, next) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(looking);
        let is_left = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThan, fuel, cost);
        self.b.ins().brif(is_left, counting, &[], looking, &[]);
        self.b.switch_to_block(looking);
        let none = self.b.ins().iconst(I64, 0);
        self.look(none, self.at);
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(counting);
        let less = self.b.ins().iadd_imm_s(fuel, -cost);
        self.b.ins().store(self.memory.machine, less, place, 0);
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(next);
    }

    /// Takes the words that a direct call gave: a value, or the mark of an exception.
    fn receive_words(&mut self, dst: Reg, found: Word, first: Word, second: Word) {
        let failed = self.equal(found, abi::FAILED as u8);
        self.check(failed);
        self.set_words(dst, first, second, Ty::Any);
    }

    /// Adds a register's words to the arguments of a direct call; the callee owns them.
    fn pass(&mut self, reg: Reg, param: Ty, args: &mut Vec<Word>) {
        let have = self.ty(reg);
        match param {
            Ty::Int if have == Ty::Any => args.push(self.payload(reg)),
            Ty::Float if have == Ty::Any => {
                let word = self.payload_float(reg);
                args.push(word);
            }
            Ty::Bool if have == Ty::Any => {
                let both = self.bool_word(reg);
                let value = self.b.ins().ushr_imm_u(both, 8);
                let value = self.b.ins().uextend(I64, value);
                args.push(value);
            }
            Ty::Int | Ty::Bool => args.push(self.int(reg)),
            Ty::Float => args.push(self.float(reg)),
            _ if entry_words(param).is_empty() => {}
            _ => {
                let (first, second) = self.words(reg);
                args.push(first);
                args.push(second);
                if have.in_memory() {
                    self.store_tag(reg, tag::UNBOUND);
                    self.set_state(reg, Ty::Unbound);
                }
            }
        }
        debug_assert_eq!(layout::PAYLOAD, 8);
    }

    /// Gives back a register's value and drops everything else.
    pub(super) fn emit_return(&mut self, src: Reg) {
        if self.ty(src).is_virtual() {
            self.settle(src);
        }
        let (first, second) = self.words(src);
        if self.planner.code.is_generator {
            // Everything else goes with the frame.
            if self.ty(src).in_memory() {
                self.store_tag(src, tag::UNBOUND);
            }
            self.stop(0, first, second);
            return;
        }
        let owned: Vec<Reg> =
            (0..self.planner.code.registers).filter(|r| *r != src && self.ty(*r).in_memory()).collect();
        if owned.len() > FEW {
            if self.ty(src).in_memory() {
                self.store_tag(src, tag::UNBOUND);
            }
            // Slots of registers that are not in memory hold nothing that needs dropping, but all must hold something.
            let all = (0..self.planner.code.registers).filter(|r| !self.ty(*r).in_memory());
            for reg in all.collect::<Vec<_>>() {
                self.store_tag(reg, tag::UNBOUND);
            }
            let slots = self.all_slots();
            let count = self.b.ins().iconst(I64, i64::from(self.planner.code.registers));
            self.call_runtime(runtime::release_all as *const u8, &[slots, count], 0);
        } else {
            for reg in owned {
                self.drop_slot(reg, self.ty(reg));
            }
        }
        self.give(first, second);
    }

    /// Gives back the two words of a result.
    pub(super) fn give(&mut self, first: Word, second: Word) {
        if let Some(outer) = self.outer {
            let place = self.b.ins().stack_addr(I64, outer, 0);
            let outer = self.b.ins().load(I64, self.memory.slots, place, 0);
            self.b.ins().set_pinned_reg(outer);
        }
        self.b.ins().return_(&[first, second]);
    }
}
