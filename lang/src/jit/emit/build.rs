//! Lists and dicts with a known shape, made where they are needed: objects and buffers come from the heap's free lists, as the
//! allocator itself would take them, and only where one of those is empty the runtime is asked.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{Block, InstBuilder, Value as Word};

use super::Emit;
use crate::code::{Instr, Reg};
use crate::jit::compile::offsets;
use crate::jit::effects::Effects;
use crate::jit::runtime;
use crate::jit::types::Ty;
use crate::value::layout::{self, books, tag};

/// Containers of more values are made by the runtime.
const MOST_VALUES: u16 = 32;
/// Room in a list that a comprehension is about to fill: what a list has after the first value was appended.
const ROOM: u16 = 4;

/// What is made.
struct Made {
    /// Size class of the object.
    class: usize,
    /// Its first word.
    header: u64,
    /// How many values there are.
    count: u16,
    /// How many there is room for.
    room: u16,
}

impl Emit<'_, '_> {
    /// A list, or a dict with the shape of a constant, of values in neighbouring registers. `number` says how many there are, or
    /// which constant it is.
    pub(super) fn emit_build(&mut self, instr: Instr, number: u16) {
        let reads = &self.planner.effects[self.at].reads;
        let count = reads.iter().map(|(_, count)| *count).sum();
        let (function, dst, base, kind, ty) = match instr {
            Instr::BuildShaped { dst, base, .. } => (runtime::shaped as *const u8, dst, base, tag::DICT, Ty::Dict),
            Instr::BuildList { dst, base, .. } => (runtime::list as *const u8, dst, base, tag::LIST, Ty::List),
            _ => return,
        };
        for reg in base..base.saturating_add(count) {
            if self.ty(reg).is_virtual() {
                self.settle(reg);
            }
        }
        let (slow, after) = (self.b.create_block(), self.b.create_block());
        self.b.append_block_param(after, I64);
        if count <= MOST_VALUES {
            self.b.set_cold_block(slow);
            let made = self.build_here(ty, base, count, number, slow);
            self.b.ins().jump(after, &[made.into()]);
        } else {
            self.b.ins().jump(slow, &[]);
        }
        self.b.switch_to_block(slow);
        self.spill_reads();
        let (slots, number) = (self.slot(base), self.b.ins().iconst(I64, i64::from(number)));
        let made = self.call_runtime(function, &[slots, number], 1)[0];
        self.check_truth(made);
        self.b.ins().jump(after, &[made.into()]);
        self.b.switch_to_block(after);
        let made = self.b.block_params(after)[0];
        for reg in Effects::each(&self.planner.effects[self.at].clears) {
            self.set_state(reg, Ty::Unbound);
        }
        let first = self.b.ins().iconst(I64, i64::from(kind));
        self.set_words(dst, first, made, ty);
    }

    /// Makes the object and moves the values into it; `slow` is for a heap that has to grow.
    fn build_here(&mut self, ty: Ty, base: Reg, count: u16, number: u16, slow: Block) -> Word {
        // A comprehension iterates as soon as its list is made.
        let is_filled = matches!(self.planner.code.instrs.get(self.at + 1), Some(Instr::ForIter { .. }));
        let made = match ty {
            Ty::Dict => Made { class: layout::DICT_CLASS, header: layout::DICT_HEADER, count, room: count },
            _ => {
                let room = if count == 0 && is_filled { ROOM } else { count };
                Made { class: layout::LIST_CLASS, header: layout::LIST_HEADER, count, room }
            }
        };
        let (object, values) = self.allocate(&made, slow);
        for (n, reg) in (base..base.saturating_add(count)).enumerate() {
            let (first, second) = self.words(reg);
            let offset = n as i32 * layout::VALUE as i32;
            self.b.ins().store(self.memory.elements, first, values, offset);
            self.b.ins().store(self.memory.elements, second, values, offset + layout::PAYLOAD);
            if self.ty(reg).in_memory() {
                self.store_tag(reg, tag::UNBOUND);
            }
        }
        let zero = self.b.ins().iconst(I64, 0);
        let (len, room) =
            (self.b.ins().iconst(I64, i64::from(made.count)), self.b.ins().iconst(I64, i64::from(made.room)));
        if ty == Ty::Dict {
            let constants = self.load_field(I64, offsets::constants());
            let place = i32::from(number).saturating_mul(offsets::CONSTANT) + offsets::CONSTANT_SHAPE;
            let shape = self.b.ins().load(I64, self.memory.elements, constants, place);
            self.count_more(shape);
            for (offset, word) in [
                (layout::DICT_STATE, zero),
                (layout::DICT_KIND, zero),
                (layout::DICT_SPECIAL, zero),
                (layout::DICT_SHAPE, shape),
                (layout::DICT_VALUES, values),
                (layout::DICT_MADE, len),
                (layout::DICT_CAPACITY, room),
            ] {
                self.b.ins().store(self.memory.headers, word, object, offset);
            }
            const { assert!(layout::SHAPED == 0) };
        } else {
            for (offset, word) in [
                (layout::LIST_STATE, zero),
                (layout::LIST_ASIDE, zero),
                (layout::LIST_START, values),
                (layout::LIST_LEN, len),
                (layout::LIST_CAPACITY, room),
            ] {
                self.b.ins().store(self.memory.headers, word, object, offset);
            }
        }
        object
    }

    /// An object with one reference, whose body is to be written, and a buffer for its values. Nothing is taken from the heap if
    /// control goes to `slow`.
    fn allocate(&mut self, made: &Made, slow: Block) -> (Word, Word) {
        let heap = self.load_field(I64, offsets::heap());
        let free = (books::OBJECTS + made.class * size_of::<usize>()) as i32;
        let object = self.b.ins().load(I64, self.memory.machine, heap, free);
        self.branch(object, slow);
        let size = usize::from(made.room) * layout::VALUE as usize;
        let values =
            if size == 0 { self.b.ins().iconst(I64, layout::NO_ELEMENTS) } else { self.buffer(heap, size, slow) };
        let next = self.b.ins().load(I64, self.memory.headers, object, books::NEXT_OBJECT as i32);
        self.b.ins().store(self.memory.machine, next, heap, free);
        let parts = 1 + i64::from(size > 0);
        let bytes = (made.class * books::GRAIN + size) as i64;
        for (offset, more) in [(books::USED, bytes), (books::MADE, parts), (books::LIVE, 1)] {
            let before = self.b.ins().load(I64, self.memory.machine, heap, offset as i32);
            let now = self.b.ins().iadd_imm_s(before, more);
            self.b.ins().store(self.memory.machine, now, heap, offset as i32);
        }
        let header = self.b.ins().iconst(I64, made.header as i64);
        self.b.ins().store(self.memory.counts, header, object, 0);
        (object, values)
    }

    /// A buffer of `size` bytes: one that was given back, or a piece of the area for new ones.
    fn buffer(&mut self, heap: Word, size: usize, slow: Block) -> Word {
        const { assert!(MOST_VALUES as usize * layout::VALUE as usize <= books::SMALL_BUFFER) };
        let free = (books::BUFFERS + size / books::GRAIN * size_of::<usize>()) as i32;
        let (used, fresh, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        self.b.append_block_param(after, I64);
        let buffer = self.b.ins().load(I64, self.memory.machine, heap, free);
        self.b.ins().brif(buffer, used, &[], fresh, &[]);
        self.b.switch_to_block(used);
        let next = self.b.ins().load(I64, self.memory.elements, buffer, 0);
        self.b.ins().store(self.memory.machine, next, heap, free);
        self.b.ins().jump(after, &[buffer.into()]);
        self.b.switch_to_block(fresh);
        let left = self.b.ins().load(I64, self.memory.machine, heap, books::BUMP_LEFT as i32);
        let is_enough = self.b.ins().icmp_imm_s(IntCC::UnsignedGreaterThanOrEqual, left, size as i64);
        self.branch(is_enough, slow);
        let buffer = self.b.ins().load(I64, self.memory.machine, heap, books::BUMP as i32);
        let rest = self.b.ins().iadd_imm_s(buffer, size as i64);
        let less = self.b.ins().iadd_imm_s(left, -(size as i64));
        self.b.ins().store(self.memory.machine, rest, heap, books::BUMP as i32);
        self.b.ins().store(self.memory.machine, less, heap, books::BUMP_LEFT as i32);
        self.b.ins().jump(after, &[buffer.into()]);
        self.b.switch_to_block(after);
        self.b.block_params(after)[0]
    }
}
