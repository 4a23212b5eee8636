//! Registers: reading and writing them, counting references, moving values between slots and machine registers.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I8, I16, I32, I64};
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value as Word};
use cranelift_frontend::Variable;

use super::{Emit, Slots};
use crate::code::{Instr, Reg};
use crate::jit::compile::offsets;
use crate::jit::plan::Literal;
use crate::jit::runtime;
use crate::jit::types::Ty;
use crate::value::layout::{self, tag};

impl Emit<'_, '_> {
    pub(super) fn offset(reg: Reg) -> i32 {
        i32::from(reg) * 16
    }

    pub(super) fn def_int(&mut self, reg: Reg, word: Word) {
        let var = self.int_var(reg);
        self.b.def_var(var, word);
    }

    fn int_var(&mut self, reg: Reg) -> Variable {
        *self.ints[usize::from(reg)].get_or_insert_with(|| self.b.declare_var(I64))
    }

    /// The variable of a register's float, which may be read by code that comes before the code that gives it.
    fn float_var(&mut self, reg: Reg) -> Variable {
        *self.floats[usize::from(reg)].get_or_insert_with(|| self.b.declare_var(F64))
    }

    pub(super) fn def_float(&mut self, reg: Reg, word: Word) {
        let var = self.float_var(reg);
        self.b.def_var(var, word);
    }

    /// Gives a register a range, which is of type `ty` from now on.
    pub(super) fn def_range(&mut self, reg: Reg, ty: Ty, at: Word, left: Word, step: Word) {
        self.def_int(reg, at);
        let (left_var, step_var) = self.range_vars(reg);
        self.b.def_var(left_var, left);
        if ty == Ty::Range {
            self.b.def_var(step_var, step);
        }
        self.set_state(reg, ty);
    }

    fn range_vars(&mut self, reg: Reg) -> (Variable, Variable) {
        *self.lefts[usize::from(reg)].get_or_insert_with(|| (self.b.declare_var(I64), self.b.declare_var(I64)))
    }

    /// The machine word of an int, a bool, or the position of an iterator.
    pub(super) fn int(&mut self, reg: Reg) -> Word {
        let var = self.int_var(reg);
        self.b.use_var(var)
    }

    pub(super) fn float(&mut self, reg: Reg) -> Word {
        let var = self.float_var(reg);
        self.b.use_var(var)
    }

    /// The next element, the number of elements left and the step.
    pub(super) fn range(&mut self, reg: Reg) -> (Word, Word, Word) {
        self.range_of(reg, self.ty(reg))
    }

    /// As [`Emit::range`], of a register that holds a range of type `ty`.
    pub(super) fn range_of(&mut self, reg: Reg, ty: Ty) -> (Word, Word, Word) {
        let at = self.int(reg);
        let (left, step) = self.range_vars(reg);
        let step = if ty == Ty::Count { self.b.ins().iconst(I64, 1) } else { self.b.use_var(step) };
        (at, self.b.use_var(left), step)
    }

    /// An address that is `offset` bytes behind the first slot, as base and distance.
    fn slot_place(&mut self, offset: i32) -> (Word, i32) {
        match self.slots {
            // The address of all slots is one value: those of single ones would be kept, each on the stack, for the calls
            // that need them.
            Slots::Stack(slots) => (self.b.ins().stack_addr(I64, slots, 0), offset),
            Slots::Frame(base) => (base, offset),
        }
    }

    pub(super) fn load_slot(&mut self, ty: cranelift_codegen::ir::Type, offset: i32) -> Word {
        let (base, offset) = self.slot_place(offset);
        self.b.ins().load(ty, self.memory.slots, base, offset)
    }

    pub(super) fn store_slot(&mut self, word: Word, offset: i32) {
        let (base, offset) = self.slot_place(offset);
        self.b.ins().store(self.memory.slots, word, base, offset);
    }

    pub(super) fn tag(&mut self, reg: Reg) -> Word {
        self.load_slot(I8, Self::offset(reg))
    }

    pub(super) fn payload(&mut self, reg: Reg) -> Word {
        self.load_slot(I64, Self::offset(reg) + layout::PAYLOAD)
    }

    pub(super) fn payload_float(&mut self, reg: Reg) -> Word {
        self.load_slot(F64, Self::offset(reg) + layout::PAYLOAD)
    }

    pub(super) fn store_tag(&mut self, reg: Reg, tag: u8) {
        let word = self.b.ins().iconst(I64, i64::from(tag));
        self.store_slot(word, Self::offset(reg));
    }

    pub(super) fn store_payload(&mut self, reg: Reg, word: Word) {
        self.store_slot(word, Self::offset(reg) + layout::PAYLOAD);
    }

    pub(super) fn store_words(&mut self, reg: Reg, first: Word, second: Word) {
        self.store_slot(first, Self::offset(reg));
        self.store_payload(reg, second);
    }

    /// Where word `number` of those of a register lies that its slot has no room for: where a value's second word would be.
    fn extra_offset(&self, reg: Reg, number: u16) -> i32 {
        let first = self.extra[usize::from(reg)].unwrap_or(0);
        Self::offset(self.planner.code.registers + first + number) + layout::PAYLOAD
    }

    pub(super) fn store_extra(&mut self, reg: Reg, number: u16, word: Word) {
        self.store_slot(word, self.extra_offset(reg, number));
    }

    pub(super) fn load_extra(&mut self, reg: Reg, number: u16) -> Word {
        self.load_slot(I64, self.extra_offset(reg, number))
    }

    /// The address of a slot.
    pub(super) fn slot(&mut self, reg: Reg) -> Word {
        match self.slots {
            Slots::Stack(slots) => self.b.ins().stack_addr(I64, slots, Self::offset(reg)),
            Slots::Frame(base) => self.b.ins().iadd_imm_s(base, i64::from(Self::offset(reg))),
        }
    }

    pub(super) fn all_slots(&mut self) -> Word {
        self.slot(0)
    }

    /// The words of a value in memory at `base + offset`.
    pub(super) fn load_words(&mut self, base: Word, offset: i32) -> (Word, Word) {
        let first = self.b.ins().load(I64, self.memory.elements, base, offset);
        let second = self.b.ins().load(I64, self.memory.elements, base, offset + layout::PAYLOAD);
        (first, second)
    }

    /// The words of a register's value, without counting a reference. Not for what only compiled code knows.
    pub(super) fn words(&mut self, reg: Reg) -> (Word, Word) {
        match self.ty(reg) {
            Ty::Int => {
                let first = self.b.ins().iconst(I64, i64::from(tag::INT));
                (first, self.int(reg))
            }
            Ty::Float => {
                let first = self.b.ins().iconst(I64, i64::from(tag::FLOAT));
                let value = self.float(reg);
                (first, self.b.ins().bitcast(I64, MemFlagsData::new(), value))
            }
            Ty::Bool => {
                let value = self.int(reg);
                let shifted = self.b.ins().ishl_imm_u(value, 8);
                let first = self.b.ins().bor_imm_s(shifted, i64::from(tag::BOOL));
                let second = self.b.ins().iconst(I64, 0);
                (first, second)
            }
            Ty::None => self.fixed_words(tag::NONE, 0),
            Ty::Fixed(fixed) => self.fixed_words(fixed.tag, fixed.address),
            Ty::Unbound | Ty::Script { .. } | Ty::Constant(_) | Ty::Range | Ty::Count | Ty::Borrowed(_) | Ty::Kept => {
                self.fixed_words(tag::UNBOUND, 0)
            }
            Ty::Str | Ty::List | Ty::Dict | Ty::Any | Ty::ListIter => {
                let first = self.load_slot(I64, Self::offset(reg));
                (first, self.payload(reg))
            }
        }
    }

    fn fixed_words(&mut self, tag: u8, second: u64) -> (Word, Word) {
        let first = self.b.ins().iconst(I64, i64::from(tag));
        (first, self.b.ins().iconst(I64, second as i64))
    }

    /// Writes a register that is not in memory to its slot, for the runtime to read.
    pub(super) fn spill(&mut self, reg: Reg) {
        if self.ty(reg).in_memory() {
            return;
        }
        let (first, second) = self.words(reg);
        self.store_words(reg, first, second);
    }

    /// Makes an ordinary value in memory of a register.
    pub(super) fn settle(&mut self, reg: Reg) {
        match self.ty(reg) {
            Ty::Script { global, .. } => {
                let (first, second) = self.global_words(global);
                self.add_reference(first, second, Ty::Any);
                self.store_words(reg, first, second);
            }
            Ty::Constant(index) => {
                let (first, second) = self.constant_words(index);
                self.add_reference(first, second, Ty::Any);
                self.store_words(reg, first, second);
            }
            Ty::Range | Ty::Count => {
                let (at, left, step) = self.range(reg);
                let slot = self.slot(reg);
                self.call_runtime(runtime::make_range as *const u8, &[slot, at, left, step], 0);
            }
            Ty::ListIter => {
                let at = self.int(reg);
                let slot = self.slot(reg);
                self.call_runtime(runtime::make_list_iter as *const u8, &[slot, at], 0);
            }
            Ty::Borrowed(_) => self.own(reg),
            Ty::Kept => {
                let list = self.int(reg);
                self.count_more(list);
                self.store_tag(reg, tag::LIST);
                self.store_payload(reg, list);
            }
            _ => self.spill(reg),
        }
        self.set_state(reg, Ty::Any);
    }

    /// Gives a register with a borrowed dict a reference of its own.
    pub(super) fn own(&mut self, reg: Reg) {
        let dict = self.int(reg);
        self.count_more(dict);
        self.store_tag(reg, tag::DICT);
        self.store_payload(reg, dict);
        self.set_state(reg, Ty::Dict);
    }

    /// The words of a global variable.
    pub(super) fn global_words(&mut self, global: u16) -> (Word, Word) {
        let offset = offsets::globals();
        let globals = self.load_field(I64, offset);
        self.load_words(globals, i32::from(global) * 16)
    }

    /// The words of a constant of the image.
    fn constant_words(&mut self, index: u32) -> (Word, Word) {
        let constants = self.load_field(I64, offsets::constants());
        self.load_words(constants, i32::try_from(index).unwrap_or(0).saturating_mul(offsets::CONSTANT))
    }

    /// Counts one more reference to the value of these words.
    pub(super) fn add_reference(&mut self, first: Word, second: Word, ty: Ty) {
        let certain = matches!(ty, Ty::List | Ty::Dict | Ty::ListIter);
        let after = self.b.create_block();
        if !certain {
            let counted = self.is_counted(first);
            let block = self.b.create_block();
            self.b.ins().brif(counted, block, &[], after, &[]);
            self.b.switch_to_block(block);
        }
        self.count_more(second);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
    }

    /// Whether the value whose first word this is refers to a counted object.
    pub(super) fn is_counted(&mut self, first: Word) -> Word {
        let tag = self.b.ins().band_imm_s(first, 0xff);
        self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, tag, i64::from(tag::FIRST_COUNTED))
    }

    /// Drops a value whose words somebody owned.
    pub(super) fn drop_words(&mut self, first: Word, second: Word, ty: Ty) {
        let certain = matches!(ty, Ty::List | Ty::Dict | Ty::ListIter);
        let after = self.b.create_block();
        if !certain {
            let counted = self.is_counted(first);
            let block = self.b.create_block();
            self.b.ins().brif(counted, block, &[], after, &[]);
            self.b.switch_to_block(block);
        }
        let last = self.b.create_block();
        self.count_less(second, last, after);
        self.b.switch_to_block(last);
        self.call_runtime(runtime::release as *const u8, &[first, second], 0);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
    }

    /// Drops what a register in memory owns; its slot is to be written then.
    pub(super) fn drop_slot(&mut self, reg: Reg, ty: Ty) {
        let after = self.b.create_block();
        if !matches!(ty, Ty::List | Ty::Dict | Ty::ListIter) {
            let found = self.tag(reg);
            let first = i64::from(tag::FIRST_COUNTED);
            let counted = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, found, first);
            let block = self.b.create_block();
            self.b.ins().brif(counted, block, &[], after, &[]);
            self.b.switch_to_block(block);
        }
        let second = self.payload(reg);
        let last = self.b.create_block();
        self.count_less(second, last, after);
        self.b.switch_to_block(last);
        let first = self.load_slot(I64, Self::offset(reg));
        self.call_runtime(runtime::release as *const u8, &[first, second], 0);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
    }

    /// Counts one reference to an object less, and goes to `shared`; for the last reference goes to `last` instead.
    fn count_less(&mut self, object: Word, last: Block, shared: Block) {
        let count = self.b.ins().load(I32, self.memory.counts, object, 0);
        let is_last = self.b.ins().icmp_imm_s(IntCC::Equal, count, 1);
        let more = self.b.create_block();
        self.b.ins().brif(is_last, last, &[], more, &[]);
        self.b.switch_to_block(more);
        let less = self.b.ins().iadd_imm_s(count, -1);
        self.b.ins().store(self.memory.counts, less, object, 0);
        self.b.ins().jump(shared, &[]);
    }

    /// Drops what a register in memory owns; its slot is empty afterwards.
    pub(super) fn retire(&mut self, reg: Reg) {
        let ty = self.ty(reg);
        if ty.in_memory() {
            self.drop_slot(reg, ty);
            self.store_tag(reg, tag::UNBOUND);
        }
    }

    /// Has the slot of a register hold a value, for the runtime to replace.
    pub(super) fn vacate(&mut self, reg: Reg) {
        if !self.ty(reg).in_memory() {
            self.store_tag(reg, tag::UNBOUND);
        }
    }

    /// Gives a register an int or a bool.
    pub(super) fn set_int(&mut self, reg: Reg, word: Word, ty: Ty) {
        self.retire(reg);
        self.def_int(reg, word);
        self.set_state(reg, ty);
    }

    pub(super) fn set_float(&mut self, reg: Reg, word: Word) {
        self.retire(reg);
        self.def_float(reg, word);
        self.set_state(reg, Ty::Float);
    }

    /// Gives a register a value in memory; the reference is counted already.
    pub(super) fn set_words(&mut self, reg: Reg, first: Word, second: Word, ty: Ty) {
        let old = self.ty(reg);
        if old.in_memory() {
            self.drop_slot(reg, old);
        }
        self.store_words(reg, first, second);
        self.set_state(reg, ty);
    }

    pub(super) fn emit_move(&mut self, dst: Reg, src: Reg) {
        if dst == src {
            if self.ty(src).is_virtual() && !matches!(self.ty(src), Ty::Script { .. }) {
                self.settle(src);
            }
            return;
        }
        if self.ty(src).is_range() || self.ty(src) == Ty::ListIter {
            self.settle(src);
        }
        match self.ty(src) {
            ty @ (Ty::Int | Ty::Bool) => {
                let word = self.int(src);
                self.set_int(dst, word, ty);
            }
            Ty::Float => {
                let word = self.float(src);
                self.set_float(dst, word);
            }
            ty @ (Ty::Str | Ty::List | Ty::Dict | Ty::Any) => {
                let (first, second) = self.words(src);
                if self.planner.is_moved(self.at, src, ty) {
                    self.store_tag(src, tag::UNBOUND);
                    self.set_state(src, Ty::Unbound);
                } else {
                    self.add_reference(first, second, ty);
                }
                self.set_words(dst, first, second, ty);
            }
            ty => {
                self.retire(dst);
                self.set_state(dst, ty);
            }
        }
    }

    pub(super) fn emit_literal(&mut self, dst: Reg, literal: Literal) {
        match literal {
            Literal::None => {
                self.retire(dst);
                self.set_state(dst, Ty::None);
            }
            Literal::Bool(b) => {
                let word = self.b.ins().iconst(I64, i64::from(b));
                self.set_int(dst, word, Ty::Bool);
            }
            Literal::Int(n) => {
                let word = self.b.ins().iconst(I64, n);
                self.set_int(dst, word, Ty::Int);
            }
            Literal::Float(x) => {
                let word = self.b.ins().f64const(x);
                self.set_float(dst, word);
            }
            Literal::Fixed(fixed) => {
                self.retire(dst);
                self.set_state(dst, Ty::Fixed(fixed));
            }
            Literal::Words([first, second]) => {
                let first = self.b.ins().iconst(I64, first as i64);
                let second = self.b.ins().iconst(I64, second as i64);
                self.set_words(dst, first, second, Ty::Str);
            }
            Literal::Load(index) => {
                let mut after = self.state.clone();
                let plan = crate::jit::plan::Plan::Literal(literal);
                self.planner.apply(self.at, &plan, &mut after);
                let ty = after.get(usize::from(dst)).copied().unwrap_or(Ty::Any);
                if ty.is_virtual() {
                    self.retire(dst);
                    self.set_state(dst, ty);
                    return;
                }
                let (first, second) = self.constant_words(index);
                self.add_reference(first, second, Ty::Any);
                self.set_words(dst, first, second, ty);
            }
        }
    }

    /// Whether the value whose tag this is has type `ty`.
    pub(super) fn admits(&mut self, found: Word, ty: Ty) -> Word {
        match ty {
            Ty::None => self.equal(found, tag::NONE),
            Ty::Bool => self.equal(found, tag::BOOL),
            Ty::Int => self.equal(found, tag::INT),
            Ty::Float => self.equal(found, tag::FLOAT),
            Ty::List | Ty::Kept => self.equal(found, tag::LIST),
            Ty::Dict => self.equal(found, tag::DICT),
            Ty::Str => {
                let short = self.equal(found, tag::SHORT);
                let long = self.equal(found, tag::STR);
                self.b.ins().bor(short, long)
            }
            _ => self.b.ins().iconst(I8, 1),
        }
    }

    /// Gives a register the value that lies at `base + offset` and whose type was checked: numbers go to machine
    /// registers, anything else is copied with its reference counted.
    pub(super) fn copy_from(&mut self, dst: Reg, base: Word, offset: i32, ty: Ty) {
        match ty {
            Ty::None => {
                self.retire(dst);
                self.set_state(dst, Ty::None);
            }
            Ty::Bool => {
                let byte = self.b.ins().load(I8, self.memory.elements, base, offset + layout::BOOL);
                let word = self.b.ins().uextend(I64, byte);
                self.set_int(dst, word, Ty::Bool);
            }
            Ty::Int => {
                let word = self.b.ins().load(I64, self.memory.elements, base, offset + layout::PAYLOAD);
                self.set_int(dst, word, Ty::Int);
            }
            Ty::Float => {
                let word = self.b.ins().load(F64, self.memory.elements, base, offset + layout::PAYLOAD);
                self.set_float(dst, word);
            }
            Ty::Kept => {
                let word = self.b.ins().load(I64, self.memory.elements, base, offset + layout::PAYLOAD);
                self.set_int(dst, word, Ty::Kept);
            }
            ty => {
                let (first, second) = self.load_words(base, offset);
                self.add_reference(first, second, ty);
                self.set_words(dst, first, second, ty);
            }
        }
    }

    /// As [`Emit::copy_from`], of a value that may be of another type, or not there at all: then control goes to `otherwise`.
    pub(super) fn copy_checked(&mut self, dst: Reg, base: Word, offset: i32, ty: Ty, otherwise: Block) {
        if !matches!(ty, Ty::Str | Ty::Any) {
            let found = self.b.ins().load(I8, self.memory.elements, base, offset);
            let good = self.admits(found, ty);
            self.branch(good, otherwise);
            self.copy_from(dst, base, offset, ty);
            return;
        }
        let (first, second) = self.load_words(base, offset);
        let found = self.b.ins().ireduce(I8, first);
        let (counted, after) = (self.b.create_block(), self.b.create_block());
        if ty == Ty::Str {
            let (other, short) = (self.b.create_block(), self.equal(found, tag::SHORT));
            self.b.ins().brif(short, after, &[], other, &[]);
            self.b.switch_to_block(other);
            let long = self.equal(found, tag::STR);
            self.b.ins().brif(long, counted, &[], otherwise, &[]);
        } else {
            self.branch(found, otherwise);
            let is_counted =
                self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, found, i64::from(tag::FIRST_COUNTED));
            self.b.ins().brif(is_counted, counted, &[], after, &[]);
            const { assert!(tag::UNBOUND == 0) };
        }
        self.b.switch_to_block(counted);
        self.count_more(second);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
        self.set_words(dst, first, second, ty);
    }

    /// Counts one more reference to an object.
    pub(super) fn count_more(&mut self, object: Word) {
        let count = self.b.ins().load(I32, self.memory.counts, object, 0);
        let more = self.b.ins().iadd_imm_s(count, 1);
        self.b.ins().store(self.memory.counts, more, object, 0);
    }

    /// A runtime function has put a value into the slot of `reg`: checks that it is what was expected, and takes numbers
    /// into machine registers.
    pub(super) fn receive(&mut self, reg: Reg, ty: Ty) {
        self.set_state(reg, Ty::Any);
        if ty == Ty::Any {
            return;
        }
        let found = self.tag(reg);
        let good = self.admits(found, ty);
        let exit = self.exit_after(reg);
        self.branch(good, exit);
        match ty {
            Ty::Bool => {
                let byte = self.load_slot(I8, Self::offset(reg) + layout::BOOL);
                let word = self.b.ins().uextend(I64, byte);
                self.def_int(reg, word);
            }
            Ty::Int => {
                let word = self.payload(reg);
                self.def_int(reg, word);
            }
            Ty::Float => {
                let word = self.payload_float(reg);
                self.def_float(reg, word);
            }
            _ => {}
        }
        self.set_state(reg, ty);
    }

    /// `math.sqrt` of a float that is not negative.
    pub(super) fn emit_sqrt(&mut self, instr: Instr, src: Reg) {
        let (dst, base, count) = match instr {
            Instr::CallMethod { dst, base, argc } => (dst, base, argc.saturating_add(2)),
            Instr::Call { dst, base, argc } => (dst, base, argc.saturating_add(1)),
            _ => return,
        };
        let word = self.float(src);
        let zero = self.b.ins().f64const(0.0);
        let good = self.b.ins().fcmp(cranelift_codegen::ir::condcodes::FloatCC::GreaterThanOrEqual, word, zero);
        self.guard(good);
        let root = self.b.ins().sqrt(word);
        self.clear(base, count);
        self.set_float(dst, root);
    }

    /// Leaves registers without a value.
    pub(super) fn clear(&mut self, base: Reg, count: u16) {
        for reg in base..base.saturating_add(count) {
            self.retire(reg);
            self.set_state(reg, Ty::Unbound);
        }
    }

    /// Whether the dict or list at `object` is not being changed by somebody.
    pub(super) fn is_free(&mut self, object: Word, offset: i32) -> Word {
        let state = self.b.ins().load(I32, self.memory.headers, object, offset);
        self.b.ins().icmp_imm_s(IntCC::Equal, state, 0)
    }

    /// The first two bytes of a slot, for bools: the tag and the value.
    pub(super) fn bool_word(&mut self, reg: Reg) -> Word {
        self.load_slot(I16, Self::offset(reg))
    }
}
