//! What is known of lists and small ints in straight-line code, so that what was checked once is not checked again.
//!
//! A fact holds from the instruction that established it to the end of its block, unless something between may change it:
//! only plans that are *quiet* - they run no code but their own, and allocate nothing - keep what is known of lists.

use std::collections::{HashMap, HashSet};

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I32, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value as Word};

use super::Emit;
use crate::code::{Instr, Reg};
use crate::jit::effects::Effects;
use crate::jit::plan::{Literal, Operand, Plan, State, is_quiet};
use crate::jit::types::Ty;
use crate::syntax::ast::BinaryOp;
use crate::value::layout::{self, tag};

/// What is known at a point of straight-line code.
#[derive(Default)]
pub struct Facts {
    /// Ints that registers hold.
    ints: HashMap<Reg, i64>,
    /// Registers with ints that are not negative.
    naturals: HashSet<Reg>,
    /// The lists in registers.
    lists: HashMap<Reg, KnownList>,
    /// The dicts in registers.
    dicts: HashMap<Reg, KnownDict>,
    /// There is stack for a direct call, and the recursion limit is not reached.
    pub is_deep_enough: bool,
}

/// What is known of a list.
struct KnownList {
    object: Word,
    start: Word,
    len: Word,
    /// Nobody is changing it.
    is_free: bool,
    /// It has at least so many elements.
    least: i64,
    /// Elements that are floats.
    floats: Vec<i64>,
}

/// What is known of a dict.
#[derive(Clone, Copy)]
struct KnownDict {
    object: Word,
    /// What stands where its shape does if it has one.
    shape: Word,
}

/// An element of a list: its address, and its index if that is known.
pub struct Element {
    /// Where its list's elements begin, or where it lies itself.
    pub base: Word,
    /// Distance from there.
    pub offset: i32,
    index: Option<i64>,
}

/// Whether an index is constant enough to be part of an address.
fn is_near(index: &i64) -> bool {
    (0..1 << 24).contains(index)
}

impl Emit<'_, '_> {
    /// Forgets what the present instruction may have changed, and notes what it made known.
    pub(super) fn update_facts(&mut self, plan: &Plan, before: &State) {
        let effects = &self.planner.effects[self.at];
        let reads: Vec<Reg> = Effects::each(&effects.reads).collect();
        // The general form of what is done with flags may unpack a list, or replace any element.
        let is_flag = matches!(plan, Plan::Index(Ty::Bool))
            || matches!(plan, Plan::SetIndex) && reads.last().is_some_and(|src| self.ty(*src) == Ty::Bool);
        if is_flag || !is_quiet(plan, before, &reads) {
            self.facts.lists.clear();
        }
        if !self.planner.is_gentle(self.at, plan, before) {
            self.facts.dicts.clear();
        }
        for reg in Effects::each(&effects.writes).chain(Effects::each(&effects.clears)) {
            self.facts.ints.remove(&reg);
            self.facts.naturals.remove(&reg);
            self.facts.lists.remove(&reg);
            self.facts.dicts.remove(&reg);
        }
        let Some(dst) = self.written() else { return };
        match plan {
            Plan::Literal(Literal::Int(n)) => {
                self.facts.ints.insert(dst, *n);
            }
            // A square, a remainder of a positive divisor, a length.
            Plan::IntArith(BinaryOp::Mult, Operand::Reg(a), Operand::Reg(b)) if a == b => {
                self.facts.naturals.insert(dst);
            }
            Plan::IntArith(BinaryOp::Mod | BinaryOp::BitAnd, _, Operand::Int(n)) if *n > 0 => {
                self.facts.naturals.insert(dst);
            }
            Plan::ListLen(_) => {
                self.facts.naturals.insert(dst);
            }
            _ => {}
        }
    }

    /// Whether an int is known not to be negative.
    pub(super) fn is_natural(&self, operand: Operand) -> bool {
        match operand {
            Operand::Int(n) => n >= 0,
            Operand::Reg(reg) => {
                self.facts.naturals.contains(&reg) || self.facts.ints.get(&reg).is_some_and(|n| *n >= 0)
            }
        }
    }

    /// The dict in a register, and its shape; `otherwise` is for a register that holds something else.
    pub(super) fn known_dict(&mut self, reg: Reg, otherwise: Block) -> (Word, Word) {
        if let Some(known) = self.facts.dicts.get(&reg) {
            return (known.object, known.shape);
        }
        let object = match self.ty(reg) {
            Ty::Borrowed(_) => self.int(reg),
            Ty::Any => {
                let found = self.tag(reg);
                let good = self.equal(found, tag::DICT);
                self.branch(good, otherwise);
                self.payload(reg)
            }
            _ => self.payload(reg),
        };
        // The word is the address of a shape only if the dict has one.
        let shape = self.b.ins().load(I64, self.memory.headers, object, layout::DICT_SHAPE);
        self.facts.dicts.insert(reg, KnownDict { object, shape });
        (object, shape)
    }

    /// The list in a register of that type.
    fn known_list(&mut self, reg: Reg) -> &mut KnownList {
        if !self.facts.lists.contains_key(&reg) {
            let object = if self.ty(reg) == Ty::Kept { self.int(reg) } else { self.payload(reg) };
            let len = self.b.ins().load(I64, self.memory.headers, object, layout::LIST_LEN);
            let start = self.b.ins().load(I64, self.memory.headers, object, layout::LIST_START);
            let known = KnownList { object, start, len, is_free: false, least: 0, floats: Vec::new() };
            self.facts.lists.insert(reg, known);
        }
        match self.facts.lists.get_mut(&reg) {
            Some(known) => known,
            None => unreachable!("inserted above"),
        }
    }

    /// The element of a list in a register of that type; `otherwise` is for an index outside.
    pub(super) fn known_element(&mut self, list: Reg, key: Reg, otherwise: Block) -> Element {
        let index = self.facts.ints.get(&key).copied();
        let known = self.known_list(list);
        let (start, len, least) = (known.start, known.len, known.least);
        if let Some(index) = index.filter(is_near) {
            if index >= least {
                // One look at the length is enough for all that follow.
                let greatest = self.uses_ahead(list).into_iter().map(|(_, index)| index).fold(index, i64::max);
                if let Some(known) = self.facts.lists.get_mut(&list) {
                    known.least = greatest + 1;
                }
                let wanted = self.b.ins().iconst(I64, greatest);
                let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, wanted, len);
                self.branch(inside, otherwise);
            }
            return Element { base: start, offset: index as i32 * layout::VALUE as i32, index: Some(index) };
        }
        let word = self.int(key);
        Element { base: self.element_of(start, len, word, otherwise), offset: 0, index: None }
    }

    /// The instructions that look into the list in a register at a constant index, of those that are executed from here on as a whole, and
    /// these indexes.
    fn uses_ahead(&self, list: Reg) -> Vec<(usize, i64)> {
        let mut ints = self.facts.ints.clone();
        let mut found = Vec::new();
        for (at, instr) in self.planner.code.instrs.iter().enumerate().skip(self.at) {
            if at > self.at && self.starts[at].is_some() || !self.quiet[at] {
                break;
            }
            if let Instr::GetItem { obj, key, .. } | Instr::SetItem { obj, key, .. } = instr
                && *obj == list
                && let Some(index) = ints.get(key).filter(|index| is_near(index))
            {
                found.push((at, *index));
            }
            let effects = &self.planner.effects[at];
            for reg in Effects::each(&effects.writes).chain(Effects::each(&effects.clears)) {
                if reg == list {
                    return found;
                }
                ints.remove(&reg);
            }
            if let Instr::Int { dst, value } = instr {
                ints.insert(*dst, i64::from(*value));
            }
        }
        found
    }

    /// Leaves unless nobody is changing the list.
    pub(super) fn guard_free(&mut self, list: Reg) {
        let known = self.known_list(list);
        if std::mem::replace(&mut known.is_free, true) {
            return;
        }
        let object = known.object;
        let free = self.is_free(object, layout::LIST_STATE);
        self.guard(free);
    }

    /// Leaves unless an element is of a type.
    pub(super) fn guard_element(&mut self, list: Reg, element: &Element, ty: Ty) {
        if ty == Ty::Any || ty == Ty::Float && self.is_float(list, element.index) {
            return;
        }
        if let (Ty::Float, Some(index)) = (ty, element.index) {
            self.guard_floats(list, element.base, index);
            return;
        }
        let found = self.b.ins().load(I8, self.memory.elements, element.base, element.offset);
        let good = self.admits(found, ty);
        self.guard(good);
    }

    /// Leaves unless the element at a constant index is a float, and those that are read as floats from here on, too: all are looked at
    /// together.
    fn guard_floats(&mut self, list: Reg, start: Word, index: i64) {
        let tag_of = |emit: &mut Self, index: i64| {
            emit.b.ins().load(I32, emit.memory.elements, start, index as i32 * layout::VALUE as i32)
        };
        let mut all = tag_of(self, index);
        self.note_float(list, index);
        // What is replaced before it is read counts as little as what was looked at.
        let mut replaced = HashSet::new();
        for (at, index) in self.uses_ahead(list) {
            if matches!(self.planner.code.instrs[at], Instr::SetItem { .. }) {
                replaced.insert(index);
            } else if self.planner.expected(at) == Ty::Float
                && !replaced.contains(&index)
                && !self.is_float(list, Some(index))
                && self.facts.lists.get(&list).is_some_and(|known| index < known.least)
            {
                let found = tag_of(self, index);
                all = self.b.ins().bor(all, found);
                self.note_float(list, index);
            }
        }
        // An element is always a value.
        const { assert!(tag::FLOAT.is_power_of_two() && tag::UNBOUND == 0) };
        let others = self.b.ins().band_imm_s(all, i64::from(!tag::FLOAT));
        let good = self.b.ins().icmp_imm_s(IntCC::Equal, others, 0);
        self.guard(good);
    }

    /// Replaces an element by a value that is no counted object, where there was none.
    pub(super) fn set_element(&mut self, list: Reg, element: &Element, src: Reg) {
        let (first, second) = match self.ty(src) {
            // As it is, not by way of another machine register.
            Ty::Float => (self.b.ins().iconst(I64, i64::from(tag::FLOAT)), self.float(src)),
            _ => self.words(src),
        };
        let is_float = self.ty(src) == Ty::Float;
        if !(is_float && self.is_float(list, element.index)) {
            let old = self.b.ins().load(I8, self.memory.elements, element.base, element.offset);
            let plain = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, old, i64::from(tag::FIRST_COUNTED));
            self.guard(plain);
            self.b.ins().store(self.memory.elements, first, element.base, element.offset);
            if let (true, Some(index)) = (is_float, element.index) {
                self.note_float(list, index);
            } else if !is_float {
                // Another register may hold the same list.
                self.facts.lists.values_mut().for_each(|known| known.floats.clear());
            }
        }
        self.b.ins().store(self.memory.elements, second, element.base, element.offset + layout::PAYLOAD);
    }

    fn is_float(&self, list: Reg, index: Option<i64>) -> bool {
        let known = self.facts.lists.get(&list);
        index.is_some_and(|index| known.is_some_and(|known| known.floats.contains(&index)))
    }

    fn note_float(&mut self, list: Reg, index: i64) {
        if let Some(known) = self.facts.lists.get_mut(&list) {
            known.floats.push(index);
        }
    }
}
