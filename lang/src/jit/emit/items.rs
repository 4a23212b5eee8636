//! Elements of lists, fields of dicts, appending.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value as Word};

use super::Emit;
use crate::code::{Instr, Reg};
use crate::jit::compile::offsets;
use crate::jit::plan::State;
use crate::jit::runtime;
use crate::jit::types::Ty;
use crate::value::flow::Part;
use crate::value::layout::{self, tag};

impl Emit<'_, '_> {
    /// The list in a register; `otherwise` is for a register that holds something else.
    fn list_in(&mut self, reg: Reg, otherwise: Block) -> Word {
        if self.ty(reg) == Ty::Any {
            let found = self.tag(reg);
            let good = self.equal(found, tag::LIST);
            self.branch(good, otherwise);
        }
        self.payload(reg)
    }

    /// The address of the element of `list` at `index`, which may count from the end; `otherwise` is for an index outside.
    fn element(&mut self, list: Word, index: Word, otherwise: Block) -> Word {
        let len = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_LEN);
        let start = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_START);
        self.element_of(start, len, index, otherwise)
    }

    /// As [`Emit::element`], of `len` elements from `start` on.
    pub(super) fn element_of(&mut self, start: Word, len: Word, index: Word, otherwise: Block) -> Word {
        let (back, after) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(back);
        self.b.append_block_param(after, I64);
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, index, len);
        self.b.ins().brif(inside, after, &[index.into()], back, &[]);
        // Only of an index that counts from the end the sum lies inside.
        self.b.switch_to_block(back);
        let from_end = self.b.ins().iadd(index, len);
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, from_end, len);
        self.branch(inside, otherwise);
        self.stay_cold();
        self.b.ins().jump(after, &[from_end.into()]);
        self.b.switch_to_block(after);
        let index = self.b.block_params(after)[0];
        self.place_of(start, index)
    }

    fn place_of(&mut self, start: Word, index: Word) -> Word {
        let offset = self.b.ins().ishl_imm_u(index, 4);
        self.b.ins().iadd(start, offset)
    }

    /// The address of the element of a packed list, in a new block `packed`; `plain` is for a list that is not packed, and for an
    /// index outside.
    pub(super) fn packed_element(&mut self, list: Word, index: Word, packed: Block, plain: Block) -> Word {
        let aside = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_ASIDE);
        self.branch(aside, plain);
        let len = self.b.ins().load(I64, self.memory.headers, aside, layout::ASIDE_LEN);
        let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, index, len);
        self.b.ins().brif(inside, packed, &[], plain, &[]);
        self.b.switch_to_block(packed);
        let start = self.b.ins().load(I64, self.memory.headers, aside, layout::ASIDE_START);
        self.b.ins().iadd(start, index)
    }

    /// Whether the index at `at` is done by the runtime if need be. Elsewhere there is no second path that would meet the first one: so
    /// what was loaded of the list stays known.
    pub(super) fn has_general_form(&self, at: usize, ty: Ty, state: &State) -> bool {
        let is_list = |obj: Reg| matches!(state.get(usize::from(obj)), Some(Ty::List | Ty::Kept));
        ty == Ty::Bool || !matches!(self.planner.code.instrs[at], Instr::GetItem { obj, .. } if is_list(obj))
    }

    /// `dst = list[index]`
    pub(super) fn emit_index(&mut self, instr: Instr, ty: Ty) {
        let Instr::GetItem { dst, obj, key } = instr else { return };
        if !self.has_general_form(self.at, ty, &self.state) {
            let exit = self.exit_before();
            let element = self.known_element(obj, key, exit);
            self.guard_element(obj, &element, ty);
            self.copy_from(dst, element.base, element.offset, ty);
            return;
        }
        let (slow, after) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        let before = self.state.clone();
        let list = self.list_in(obj, slow);
        let index = self.int(key);
        if ty == Ty::Bool {
            let (packed, plain) = (self.b.create_block(), self.b.create_block());
            let place = self.packed_element(list, index, packed, plain);
            let byte = self.b.ins().load(I8, self.memory.elements, place, 0);
            let word = self.b.ins().uextend(I64, byte);
            self.set_int(dst, word, Ty::Bool);
            self.b.ins().jump(after, &[]);
            self.b.switch_to_block(plain);
            self.state.clone_from(&before);
        }
        let element = self.element(list, index, slow);
        if ty != Ty::Any {
            let found = self.b.ins().load(I8, self.memory.elements, element, 0);
            let good = self.admits(found, ty);
            self.branch(good, slow);
        }
        self.copy_from(dst, element, 0, ty);
        self.b.ins().jump(after, &[]);
        // Anything else: the general form, whose result must be what was expected, or the interpreter goes on.
        self.b.switch_to_block(slow);
        self.state = before;
        self.emit_step(instr, ty);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
    }

    /// `list[index] = src`
    pub(super) fn emit_set_index(&mut self, instr: Instr) {
        let Instr::SetItem { obj, key, src } = instr else { return };
        let ty = self.ty(src);
        let is_list = matches!(self.ty(obj), Ty::List | Ty::Kept);
        if is_list && !ty.in_memory() && ty != Ty::Bool && !self.planner.replaces_objects(self.at) {
            self.guard_free(obj);
            let exit = self.exit_before();
            let element = self.known_element(obj, key, exit);
            self.set_element(obj, &element, src);
            return;
        }
        let (slow, after) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        let list = self.list_in(obj, slow);
        let index = self.int(key);
        if ty == Ty::Bool {
            let (packed, plain) = (self.b.create_block(), self.b.create_block());
            let place = self.packed_element(list, index, packed, plain);
            let word = self.int(src);
            let byte = self.b.ins().ireduce(I8, word);
            self.b.ins().store(self.memory.elements, byte, place, 0);
            self.b.ins().jump(after, &[]);
            self.b.switch_to_block(plain);
        }
        let free = self.is_free(list, layout::LIST_STATE);
        self.branch(free, slow);
        let element = self.element(list, index, slow);
        let (old_first, old_second) = self.load_words(element, 0);
        let (first, second) = self.words(src);
        if ty.in_memory() {
            self.add_reference(first, second, ty);
        }
        self.b.ins().store(self.memory.elements, first, element, 0);
        self.b.ins().store(self.memory.elements, second, element, layout::PAYLOAD);
        // Rarely does a list of numbers hold something counted.
        self.drop_words(old_first, old_second, Ty::Any);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(slow);
        let before = self.state.clone();
        self.emit_step(instr, Ty::Any);
        self.state = before;
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
    }

    /// `dst = obj[constant]`: the place in the dict's values is known if its shape is that of the inline cache.
    pub(super) fn emit_field(&mut self, instr: Instr, ty: Ty) {
        let Instr::GetItemConst { dst, obj, .. } = instr else { return };
        let (slow, after) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        let before = self.state.clone();
        let is_varied = self.planner.is_varied(self.at);
        let other = if is_varied { slow } else { self.exit_before() };
        let (dict, shape) = self.known_dict(obj, other);
        let caches = self.load_field(I64, offsets::fields());
        let cache = i32::try_from(self.planner.first_site + self.at).unwrap_or(0).saturating_mul(offsets::CACHE);
        let known = self.b.ins().load(I64, self.memory.headers, caches, cache);
        let same = self.b.ins().icmp(IntCC::Equal, shape, known);
        if is_varied {
            self.branch(same, slow);
        } else {
            self.guard(same);
        }
        let offset = self.b.ins().load(I64, self.memory.headers, caches, cache + offsets::PLACE);
        let values = self.b.ins().load(I64, self.memory.headers, dict, layout::DICT_VALUES);
        let value = self.b.ins().iadd(values, offset);
        let owner = self.planner.field_lender(self.at, &before, ty);
        // A dict that makes its values lazily may not have made this one: then it is unbound.
        match owner {
            Some(owner) => self.borrow(dst, value, 0, owner, slow),
            None => self.copy_checked(dst, value, 0, ty, slow),
        }
        self.b.ins().jump(after, &[]);
        let done = self.state.clone();
        self.b.switch_to_block(slow);
        self.state = before;
        if is_varied {
            self.emit_step(instr, ty);
        } else {
            self.vacate(dst);
            let slot = self.slot(dst);
            let status = self.call_runtime(runtime::field as *const u8, &[dict, offset, slot], 1);
            self.check(status[0]);
            self.receive(dst, ty);
        }
        if owner.is_some() {
            self.give_back(dst);
        }
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
        self.state = done;
    }

    /// Borrows the dict at `base + offset` from something that `owner` owns; if it is something else, control goes to `otherwise`.
    fn borrow(&mut self, dst: Reg, base: Word, offset: i32, owner: Reg, otherwise: Block) {
        let found = self.b.ins().load(I8, self.memory.elements, base, offset);
        let good = self.equal(found, tag::DICT);
        self.branch(good, otherwise);
        let dict = self.b.ins().load(I64, self.memory.elements, base, offset + layout::PAYLOAD);
        self.set_int(dst, dict, Ty::Borrowed(owner));
    }

    /// The runtime has put a dict into the slot of a register that only borrows it: whatever it came from has it, too.
    fn give_back(&mut self, reg: Reg) {
        let dict = self.payload(reg);
        self.retire(reg);
        self.def_int(reg, dict);
    }

    /// `dst = message.part`; the message may have to make it first, and keeps it then.
    pub(super) fn emit_part(&mut self, instr: Instr, part: Part, ty: Ty) {
        let Instr::LoadAttr { dst, obj, .. } = instr else { return };
        let (slow, after) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        let before = self.state.clone();
        let found = self.tag(obj);
        let good = self.equal(found, tag::MESSAGE);
        self.guard(good);
        let message = self.payload(obj);
        let owner = self.planner.field_lender(self.at, &before, ty);
        let offset = layout::message_part(part);
        match owner {
            Some(owner) => self.borrow(dst, message, offset, owner, slow),
            None => self.copy_checked(dst, message, offset, ty, slow),
        }
        self.b.ins().jump(after, &[]);
        let done = std::mem::replace(&mut self.state, before);
        self.b.switch_to_block(slow);
        self.vacate(dst);
        let (part, slot) = (self.b.ins().iconst(I64, part as i64), self.slot(dst));
        let status = self.call_runtime(runtime::part as *const u8, &[message, part, slot], 1);
        self.check(status[0]);
        self.receive(dst, ty);
        if owner.is_some() {
            self.give_back(dst);
        }
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
        self.state = done;
    }

    /// `list.append(src)`
    pub(super) fn emit_append(&mut self, list_reg: Reg, src: Reg, dst: Option<Reg>) {
        let (slow, after) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(slow);
        // A register that holds no list is left to the runtime, too.
        let list = self.list_in(list_reg, slow);
        let free = self.is_free(list, layout::LIST_STATE);
        self.branch(free, slow);
        let len = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_LEN);
        let capacity = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_CAPACITY);
        let room = self.b.ins().icmp(IntCC::UnsignedLessThan, len, capacity);
        self.branch(room, slow);
        let start = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_START);
        let element = self.place_of(start, len);
        let (first, second) = self.words(src);
        let ty = self.ty(src);
        let is_last = src != list_reg && self.planner.is_moved(self.at, src, ty);
        if is_last {
            self.store_tag(src, tag::UNBOUND);
        } else if ty.in_memory() {
            self.add_reference(first, second, ty);
        }
        self.b.ins().store(self.memory.elements, first, element, 0);
        self.b.ins().store(self.memory.elements, second, element, layout::PAYLOAD);
        let more = self.b.ins().iadd_imm_s(len, 1);
        self.b.ins().store(self.memory.headers, more, list, layout::LIST_LEN);
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(slow);
        self.spill(src);
        let (list_slot, src_slot) = (self.slot(list_reg), self.slot(src));
        let status = self.call_runtime(runtime::append as *const u8, &[list_slot, src_slot], 1);
        self.check(status[0]);
        if is_last {
            self.retire(src);
        }
        self.b.ins().jump(after, &[]);
        self.b.switch_to_block(after);
        if is_last {
            self.set_state(src, Ty::Unbound);
        }
        if let Some(dst) = dst {
            if let Instr::CallMethod { base, argc, .. } = self.planner.code.instrs[self.at] {
                self.clear(base, argc.saturating_add(2));
            }
            self.retire(dst);
            self.set_state(dst, Ty::None);
        }
    }

    pub(super) fn emit_list_len(&mut self, instr: Instr, reg: Reg) {
        let Instr::Call { dst, base, argc } = instr else { return };
        let list = self.payload(reg);
        let len = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_LEN);
        // A packed list has no ordinary elements.
        let aside = self.b.ins().load(I64, self.memory.headers, list, layout::LIST_ASIDE);
        let (special, after) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(special);
        self.b.append_block_param(after, I64);
        self.b.ins().brif(aside, special, &[], after, &[len.into()]);
        self.b.switch_to_block(special);
        let packed = self.b.ins().load(I64, self.memory.headers, aside, layout::ASIDE_LEN);
        let both = self.b.ins().iadd(len, packed);
        self.b.ins().jump(after, &[both.into()]);
        self.b.switch_to_block(after);
        let len = self.b.block_params(after)[0];
        self.clear(base, argc.saturating_add(1));
        self.set_int(dst, len, Ty::Int);
    }
}
