//! Code generation: from plans to Cranelift's intermediate form.
//!
//! # Where values are
//! Every register has a *slot* of sixteen bytes on the native stack, which always holds a proper value, and Cranelift
//! variables for what [`Ty`] keeps in machine registers. The type at a point of the program says which of the two counts:
//! a register in memory owns what its slot holds; otherwise the slot holds something that needs no dropping.
//!
//! # How compiled code is left
//! A failed guard jumps to a cold block that writes the machine registers to their slots and calls
//! [`runtime::leave`](super::runtime::leave), which makes ordinary registers of them. Nothing an instruction does is visible before its last guard has
//! passed, so the interpreter simply executes the instruction (or goes on behind it, where the result was not what had
//! been expected).
//!
//! # Generators
//! The slots of a generator are the registers of its frame, so what is in memory stays where it is over a `yield`; only
//! machine registers are saved ([`suspend`]).

mod arith;
mod build;
mod calls;
mod exits;
mod facts;
mod items;
mod loops;
mod notes;
mod suspend;
mod values;

use std::collections::HashMap;

use cranelift_codegen::ir::{
    AbiParam, AliasRegionData, Block, FuncRef, InstBuilder, MemFlagsData, Signature, StackSlot, StackSlotData,
    StackSlotKind, Type, Value as Word,
    types::{F64, I32, I64},
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, Variable};

use facts::Facts;

use super::abi;
use super::effects::Effects;
use super::infer::{Blocks, successors};
use super::plan::{Plan, Planner, State, is_quiet};
use super::types::Ty;
use super::unit::{ExitPoint, Version, YieldPoint};
use crate::code::{Instr, Reg};
use crate::value::layout;

/// Turns of a loop between two looks at the limits.
const TURNS: i64 = 1024;

/// What the code generator made besides the code.
pub struct Emitted {
    /// The places where it leaves.
    pub exits: Vec<ExitPoint>,
    /// The places where it is suspended.
    pub yields: Vec<YieldPoint>,
    /// Places beyond the slots, by register.
    pub extra: Vec<Option<u16>>,
    /// How many places the frame of a generator must have, its registers included.
    pub places: usize,
    /// What was decided.
    pub notes: Vec<(usize, String)>,
}

/// The kinds of memory that compiled code touches. No address is of two kinds, so a store to one kind leaves what was
/// loaded from the others as it is.
struct Memory {
    /// The slots of the frame.
    slots: MemFlagsData,
    /// Lengths, addresses and shapes in containers; inline caches.
    headers: MemFlagsData,
    /// The values in containers; globals and constants.
    elements: MemFlagsData,
    /// Reference counts.
    counts: MemFlagsData,
    /// Fields of the machine; the fuel.
    machine: MemFlagsData,
}

impl Memory {
    fn new(b: &mut FunctionBuilder<'_>) -> Memory {
        let mut kind = |user_id: u32, description: &'static str| {
            let region = b.func.dfg.alias_regions.insert(AliasRegionData { user_id, description: description.into() });
            MemFlagsData::trusted().with_alias_region(Some(region))
        };
        Memory {
            slots: kind(0, "slots"),
            headers: kind(1, "headers"),
            elements: kind(2, "elements"),
            counts: kind(3, "counts"),
            machine: kind(4, "machine"),
        }
    }
}

/// Where the slots are.
#[derive(Clone, Copy)]
enum Slots {
    /// On the native stack.
    Stack(StackSlot),
    /// At this address: in the frame of a generator.
    Frame(Word),
}

/// Generates the body of one version.
pub struct Emit<'f, 'a> {
    b: FunctionBuilder<'f>,
    planner: &'a Planner<'a>,
    version: &'a Version,
    conv: CallConv,
    own: FuncRef,
    stress: bool,
    /// Frames in existence. Only what the runtime is called for looks at the machine's own count.
    depth: Word,
    /// In a generator: where the pinned machine register of the caller is kept.
    outer: Option<StackSlot>,
    ticks: Variable,
    slots: Slots,
    /// Where the address of the frame and the number of frames lie: only what leaves or calls the runtime needs them.
    frame: StackSlot,
    memory: Memory,
    ints: Vec<Option<Variable>>,
    floats: Vec<Option<Variable>>,
    /// For ranges: how many elements are left, and the step.
    lefts: Vec<Option<(Variable, Variable)>>,
    extra: Vec<Option<u16>>,
    starts: Vec<Option<State>>,
    blocks: HashMap<usize, Block>,
    /// Where loops over ranges go on if there is a next element.
    turns: HashMap<usize, Block>,
    state: State,
    at: usize,
    /// What is known at this point of the block.
    facts: Facts,
    /// The instructions that run no code but their own.
    quiet: Vec<bool>,
    /// The exit before the present instruction, if it was needed yet.
    before: Option<Block>,
    exits: Vec<(Block, ExitPoint)>,
    /// Where a generator is suspended, and the blocks in which it goes on.
    yields: Vec<(Block, YieldPoint)>,
    /// Blocks on the way to instructions: what is known there, the instruction, and its block.
    edges: Vec<(Block, State, usize, Block)>,
    notes: Vec<(usize, String)>,
}

/// The signature of the body of a version with these entry types: the frame, the number of frames in existence, and what the
/// registers hold. The machine is in the pinned machine register, so that it is never saved or moved.
pub fn body_signature(conv: CallConv, entry: &[Ty]) -> Signature {
    let mut signature = Signature::new(conv);
    signature.params.extend([I64, I32].map(AbiParam::new));
    for ty in entry {
        for word in entry_words(*ty) {
            signature.params.push(AbiParam::new(*word));
        }
    }
    signature.returns.extend([I64, I64].map(AbiParam::new));
    signature
}

/// The machine words in which a value of type `ty` is passed at an entry.
pub fn entry_words(ty: Ty) -> &'static [cranelift_codegen::ir::Type] {
    match ty {
        Ty::Unbound | Ty::None | Ty::Fixed(_) | Ty::Script { .. } | Ty::Constant(_) => &[],
        Ty::Borrowed(_) | Ty::Kept => &[],
        Ty::Bool | Ty::Int => &[I64],
        Ty::Float => &[F64],
        Ty::Range => &[I64, I64, I64],
        Ty::Count => &[I64, I64],
        Ty::ListIter => &[I64, I64],
        Ty::Str | Ty::List | Ty::Dict | Ty::Any => &[I64, I64],
    }
}

impl<'f, 'a> Emit<'f, 'a> {
    /// Generates everything.
    #[allow(clippy::too_many_arguments)] // What a body is made of.
    pub fn body(
        mut b: FunctionBuilder<'f>,
        planner: &'a Planner<'a>,
        version: &'a Version,
        blocks: Blocks,
        own: FuncRef,
        conv: CallConv,
        stress: bool,
        frontend: cranelift_codegen::isa::TargetFrontendConfig,
    ) -> Result<Emitted, String> {
        let registers = usize::from(planner.code.registers);
        let (extra, words) = extra_words(planner, &blocks);
        let places = registers + words;
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let params: Vec<Word> = b.block_params(entry).to_vec();
        let frame_at = usize::from(planner.code.is_generator);
        let (Some(frame), Some(depth)) = (params.get(frame_at).copied(), params.get(1).copied()) else {
            return Err("no parameters".to_owned());
        };
        let slots = match params.get(3) {
            Some(slots) if planner.code.is_generator => Slots::Frame(*slots),
            _ => {
                let size = u32::try_from(places * 16).map_err(|_| "too many registers".to_owned())?;
                Slots::Stack(b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, 4)))
            }
        };
        let memory = Memory::new(&mut b);
        let kept = b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, 16, 3));
        let place = b.ins().stack_addr(I64, kept, 0);
        b.ins().store(memory.slots, frame, place, 0);
        let ticks = b.declare_var(I64);
        let start = b.ins().iconst(I64, TURNS);
        b.def_var(ticks, start);
        let mut emit = Emit {
            b,
            planner,
            version,
            conv,
            own,
            stress,
            depth,
            outer: None,
            ticks,
            slots,
            frame: kept,
            memory,
            ints: vec![None; registers],
            floats: vec![None; registers],
            lefts: vec![None; registers],
            extra,
            starts: blocks.starts,
            blocks: HashMap::new(),
            turns: HashMap::new(),
            state: vec![Ty::Unbound; registers],
            at: 0,
            facts: Facts::default(),
            quiet: vec![false; planner.code.instrs.len()],
            before: None,
            exits: Vec::new(),
            yields: Vec::new(),
            edges: Vec::new(),
            notes: Vec::new(),
        };
        let dispatch = if planner.code.is_generator {
            Some(emit.generator_prologue(&params, &blocks.leaders)?)
        } else {
            emit.keep_depth(depth);
            emit.prologue(&params, &blocks.leaders);
            None
        };
        let first = version.key.instruction();
        let mut pending: Vec<usize> =
            (0..emit.starts.len()).filter(|at| emit.starts[*at].is_some() && blocks.leaders[*at]).collect();
        pending.sort_unstable_by_key(|at| (*at != first, *at));
        for at in pending {
            emit.block(at, &blocks.leaders)?;
        }
        emit.finish_edges()?;
        let exits = emit.finish_exits();
        let yields = match dispatch {
            Some(dispatch) => emit.finish_yields(dispatch),
            None => Vec::new(),
        };
        emit.b.seal_all_blocks();
        emit.b.finalize(frontend);
        let places = if planner.code.is_generator { places } else { 0 };
        Ok(Emitted { exits, yields, extra: emit.extra, places, notes: emit.notes })
    }

    /// Takes the arguments and prepares the slots.
    fn prologue(&mut self, params: &[Word], leaders: &[bool]) {
        if self.shows_slots(leaders) {
            (0..self.planner.code.registers).for_each(|reg| self.store_tag(reg, layout::tag::UNBOUND));
        }
        self.take_words(params.iter().skip(2).copied());
        let first = self.version.key.instruction();
        let target = self.edge(first, &self.version.entry.clone());
        self.b.ins().jump(target, &[]);
    }

    /// Takes what the registers hold at the entry out of its machine words.
    fn take_words(&mut self, mut words: impl Iterator<Item = Word>) {
        for (reg, ty) in self.version.entry.clone().into_iter().enumerate() {
            let reg = reg as Reg;
            let mut next = || words.next().unwrap_or(self.depth);
            match ty {
                Ty::Bool | Ty::Int => {
                    let word = next();
                    self.def_int(reg, word);
                }
                Ty::Float => {
                    let word = next();
                    self.def_float(reg, word);
                }
                Ty::Range => {
                    let (at, left, step) = (next(), next(), next());
                    self.def_range(reg, ty, at, left, step);
                }
                Ty::Count => {
                    let (at, left) = (next(), next());
                    self.def_range(reg, ty, at, left, at);
                }
                Ty::ListIter => {
                    let (list, at) = (next(), next());
                    self.store_tag(reg, layout::tag::LIST);
                    self.store_payload(reg, list);
                    self.def_int(reg, at);
                }
                Ty::Str | Ty::List | Ty::Dict | Ty::Any => {
                    let (first, second) = (next(), next());
                    self.store_words(reg, first, second);
                }
                Ty::Unbound | Ty::None | Ty::Fixed(_) | Ty::Script { .. } | Ty::Constant(_) => {}
                Ty::Borrowed(_) | Ty::Kept => {}
            }
        }
    }

    /// Whether anything looks at all slots, which must hold values then. Finds the quiet instructions on the way.
    fn shows_slots(&mut self, leaders: &[bool]) -> bool {
        let mut shows = false;
        let mut quiet = vec![true; self.planner.code.instrs.len()];
        self.each_state(leaders, |at, plan, state| {
            shows |= match plan {
                Plan::Step(_) | Plan::Call(_) | Plan::SetIndex => true,
                Plan::Field(_) => self.planner.is_varied(at),
                Plan::Index(ty) => self.has_general_form(at, *ty, state),
                _ => false,
            };
            let effects = &self.planner.effects[at];
            quiet[at] = is_quiet(plan, state, &Effects::each(&effects.reads).collect::<Vec<_>>());
        });
        self.quiet = quiet;
        shows
    }

    /// Shows every reachable instruction with its plan and what is known before it.
    fn each_state(&self, leaders: &[bool], mut see: impl FnMut(usize, &Plan, &State)) {
        each_state(self.planner, &self.starts, leaders, &mut see);
    }

    /// Generates the block that begins at `start`.
    fn block(&mut self, start: usize, leaders: &[bool]) -> Result<(), String> {
        let Some(state) = self.starts[start].clone() else { return Ok(()) };
        let block = self.block_at(start);
        self.b.switch_to_block(block);
        self.state = state;
        self.facts = Facts::default();
        let mut at = start;
        loop {
            self.at = at;
            self.before = None;
            let plan = self.planner.plan(at, &self.state);
            self.note(at, &plan);
            let before = self.state.clone();
            let goes_on = self.instruction(at, &plan)?;
            if !goes_on {
                return Ok(());
            }
            self.update_facts(&plan, &before);
            at += 1;
            if leaders[at] {
                let target = self.edge(at, &self.state.clone());
                self.b.ins().jump(target, &[]);
                return Ok(());
            }
        }
    }

    /// Generates one instruction; whether control comes to the next one.
    fn instruction(&mut self, at: usize, plan: &Plan) -> Result<bool, String> {
        let instr = self.planner.code.instrs[at];
        let mut after = self.state.clone();
        self.planner.apply(at, plan, &mut after);
        let ended = self.planner.ended_loans(at, plan, &self.state);
        self.end_loans(ended);
        match plan {
            Plan::Leave | Plan::Unseen => {
                let exit = match plan {
                    Plan::Unseen => self.exit_before(),
                    _ => self.exit_in_course(at),
                };
                self.b.ins().jump(exit, &[]);
                return Ok(false);
            }
            Plan::Return => {
                if let Instr::Return { src } = instr {
                    self.emit_return(src);
                }
                return Ok(false);
            }
            Plan::Yield => {
                self.emit_yield(instr);
                return Ok(false);
            }
            Plan::YieldFrom => {
                self.emit_yield_from(instr);
                return Ok(false);
            }
            Plan::Branch => {
                self.emit_branch(instr);
                return Ok(false);
            }
            Plan::Loop => {
                self.emit_loop(instr);
                return Ok(false);
            }
            Plan::NextRange | Plan::NextList(_) | Plan::NextAny(_) => {
                self.emit_next(instr, plan);
                return Ok(false);
            }
            Plan::IntCompare(..)
            | Plan::FloatCompare(..)
            | Plan::IsNone(..)
            | Plan::TextEqual(..)
            | Plan::OneOf(..)
            | Plan::Compare(..) => {
                let truth = self.emit_compare(plan);
                if let Instr::CompareSkip { expect, .. } = instr {
                    let (then, other) =
                        (self.edge(at + 1, &self.state.clone()), self.edge(at + 2, &self.state.clone()));
                    let (yes, no) = if expect { (then, other) } else { (other, then) };
                    self.b.ins().brif(truth, yes, &[], no, &[]);
                    return Ok(false);
                }
                if let Instr::Compare { dst, .. } = instr {
                    let word = self.b.ins().uextend(I64, truth);
                    self.set_int(dst, word, Ty::Bool);
                }
            }
            Plan::Nothing => match instr {
                Instr::Jump { target } => {
                    let target = self.edge(target as usize, &self.state.clone());
                    self.b.ins().jump(target, &[]);
                    return Ok(false);
                }
                Instr::Unbind { reg } => {
                    self.retire(reg);
                    self.set_state(reg, Ty::Unbound);
                }
                _ => {}
            },
            Plan::Step(ty) => self.emit_step(instr, *ty),
            Plan::Call(ty) => self.emit_call(*ty),
            Plan::Direct(callee, ty, base) => self.emit_direct(instr, callee, *ty, *base)?,
            Plan::CallFixed(fixed, ty) => self.emit_call_fixed(instr, *fixed, *ty),
            Plan::Move => {
                if let Instr::Move { dst, src } = instr {
                    self.emit_move(dst, src);
                }
            }
            Plan::Literal(literal) => {
                if let Some(dst) = self.written() {
                    self.emit_literal(dst, *literal);
                }
            }
            Plan::CheckBound => {
                if let Instr::CheckBound { reg, .. } = instr {
                    let tag = self.tag(reg);
                    let bound = self.not_equal(tag, layout::tag::UNBOUND);
                    self.guard(bound);
                }
            }
            Plan::Script { global, code } => self.emit_script(*global, *code),
            Plan::Imported { global, fixed } => self.emit_imported(*global, *fixed),
            Plan::IntArith(op, a, b) => self.emit_int(*op, *a, *b)?,
            Plan::FloatArith(op, a, b) => self.emit_float(*op, *a, *b),
            Plan::IntQuotient(a, b) => self.emit_quotient(*a, *b),
            Plan::IntNegate | Plan::FloatNegate => self.emit_negate(instr, plan),
            Plan::Not => self.emit_not(instr),
            Plan::Index(ty) => self.emit_index(instr, *ty),
            Plan::SetIndex => self.emit_set_index(instr),
            Plan::Field(ty) => self.emit_field(instr, *ty),
            Plan::Part(part, ty) => self.emit_part(instr, *part, *ty),
            Plan::Range(argc) => self.emit_range(instr, *argc),
            Plan::RangeIter => self.emit_range_iter(instr),
            Plan::ListIter => self.emit_list_iter(instr),
            Plan::Method(fixed, bound) => self.emit_method(instr, *fixed, *bound),
            Plan::Append(list, src, dst) => self.emit_append(*list, *src, *dst),
            Plan::ListLen(list) => self.emit_list_len(instr, *list),
            Plan::Shaped(number) | Plan::List(number) => self.emit_build(instr, *number),
            Plan::Concat(a, b) => self.emit_concat(*a, *b),
            Plan::IntText(src) => self.emit_int_text(instr, *src),
            Plan::Sum(list, fixed, ty) => self.emit_sum(instr, *list, *fixed, *ty),
            Plan::Sqrt(src) => self.emit_sqrt(instr, *src),
        }
        if self.state != after {
            return Err(format!("instruction {at} ({plan:?}): {:?} instead of {after:?}", self.state));
        }
        Ok(true)
    }

    /// Gives borrowed dicts that somebody still asks for references of their own, and forgets the others.
    fn end_loans(&mut self, loans: Vec<(Reg, bool)>) {
        for (reg, is_live) in loans {
            if is_live {
                self.own(reg);
            } else {
                self.set_state(reg, Ty::Unbound);
            }
        }
    }

    /// The register that the present instruction gives a value.
    fn written(&self) -> Option<Reg> {
        self.planner.effects[self.at].writes.first().map(|(reg, _)| *reg)
    }

    fn block_at(&mut self, at: usize) -> Block {
        if let Some(block) = self.blocks.get(&at) {
            return *block;
        }
        let block = self.b.create_block();
        self.blocks.insert(at, block);
        block
    }

    /// The block to jump to in order to go on at `to` with the registers as `from` says.
    fn edge(&mut self, to: usize, from: &State) -> Block {
        let target = self.block_at(to);
        self.edge_into(target, to, from)
    }

    /// As [`Emit::edge`], into a block that expects the registers as the instruction at `to` does.
    fn edge_into(&mut self, target: Block, to: usize, from: &State) -> Block {
        if self.starts[to].as_ref() == Some(from) {
            return target;
        }
        let between = self.b.create_block();
        self.edges.push((between, from.clone(), to, target));
        between
    }

    /// The block in which a loop over a range whose head is at `head` takes the next element, if it is such a one: there is one.
    fn turn_of(&mut self, head: usize) -> Option<Block> {
        let Instr::ForIter { iter, .. } = self.planner.code.instrs[head] else { return None };
        let is_range = self.starts[head].as_ref().is_some_and(|state| state[usize::from(iter)].is_range());
        is_range.then(|| *self.turns.entry(head).or_insert_with(|| self.b.create_block()))
    }

    /// Fills the blocks in which registers change from one place to the other.
    fn finish_edges(&mut self) -> Result<(), String> {
        while let Some((block, from, to, target)) = self.edges.pop() {
            self.b.switch_to_block(block);
            let Some(wanted) = self.starts[to].clone() else { return Err(format!("nothing is known at {to}")) };
            self.state.clone_from(&from);
            self.at = to;
            self.before = None;
            for (reg, (have, want)) in from.iter().zip(&wanted).enumerate() {
                let reg = reg as Reg;
                if have == want || have.in_memory() && !have.is_virtual() && *want == Ty::Any {
                    continue;
                }
                match want {
                    Ty::Dict if matches!(have, Ty::Borrowed(_)) => self.own(reg),
                    Ty::Any if self.planner.live.is_live(to, reg) => self.settle(reg),
                    Ty::Any => self.vacate(reg),
                    Ty::Range if *have == Ty::Count => {
                        let (at, left, step) = self.range(reg);
                        self.def_range(reg, Ty::Range, at, left, step);
                    }
                    Ty::Unbound if !have.in_memory() => {}
                    _ => return Err(format!("register {reg} at {to}: {have:?} to {want:?}")),
                }
            }
            self.b.ins().jump(target, &[]);
        }
        Ok(())
    }

    /// The address of the machine.
    fn machine(&mut self) -> Word {
        self.b.ins().get_pinned_reg(I64)
    }

    /// A field of the machine.
    fn load_field(&mut self, ty: Type, offset: i32) -> Word {
        let machine = self.machine();
        self.b.ins().load(ty, self.memory.machine, machine, offset)
    }

    fn store_field(&mut self, word: Word, offset: i32) {
        let machine = self.machine();
        self.b.ins().store(self.memory.machine, word, machine, offset);
    }

    /// Takes the number of frames in existence. Direct calls use it where it is, the runtime is told what was kept here.
    fn keep_depth(&mut self, depth: Word) {
        self.depth = depth;
        let place = self.b.ins().stack_addr(I64, self.frame, 8);
        self.b.ins().store(self.memory.slots, depth, place, 0);
    }

    /// Tells the runtime the number of frames in existence.
    fn tell_depth(&mut self) {
        let place = self.b.ins().stack_addr(I64, self.frame, 8);
        let depth = self.b.ins().load(I32, self.memory.slots, place, 0);
        self.store_field(depth, super::compile::offsets::depth());
    }

    /// Calls a runtime function with the machine and word arguments.
    fn call_runtime(&mut self, address: *const u8, args: &[Word], results: usize) -> Vec<Word> {
        self.tell_depth();
        let args = [&[self.machine()], args].concat();
        let mut signature = Signature::new(self.conv);
        for arg in &args {
            let ty = self.b.func.dfg.value_type(*arg);
            signature.params.push(AbiParam::new(ty));
        }
        for _ in 0..results {
            signature.returns.push(AbiParam::new(I64));
        }
        let signature = self.b.import_signature(signature);
        let address = self.b.ins().iconst(I64, address.addr() as i64);
        let call = self.b.ins().call_indirect(signature, address, &args);
        self.b.inst_results(call).to_vec()
    }

    /// The address of the frame, or null.
    fn frame(&mut self) -> Word {
        let place = self.b.ins().stack_addr(I64, self.frame, 0);
        self.b.ins().load(I64, self.memory.slots, place, 0)
    }

    /// The address of the thread's count of steps. It is loaded where it is needed: it would take a machine register over
    /// every call.
    fn fuel(&mut self) -> Word {
        self.load_field(I64, super::compile::offsets::fuel())
    }

    /// Goes on if a runtime function gave [`abi::OK`], else raises the pending exception here.
    fn check(&mut self, status: Word) {
        let exit = self.exit_throwing();
        let next = self.b.create_block();
        self.b.ins().brif(status, exit, &[], next, &[]);
        self.b.switch_to_block(next);
        debug_assert_eq!(abi::OK, 0);
    }

    fn set_state(&mut self, reg: Reg, ty: Ty) {
        if let Some(slot) = self.state.get_mut(usize::from(reg)) {
            *slot = ty;
        }
    }

    fn ty(&self, reg: Reg) -> Ty {
        self.state.get(usize::from(reg)).copied().unwrap_or(Ty::Any)
    }

    fn not_equal(&mut self, word: Word, constant: u8) -> Word {
        self.b.ins().icmp_imm_s(cranelift_codegen::ir::condcodes::IntCC::NotEqual, word, i64::from(constant))
    }

    fn equal(&mut self, word: Word, constant: u8) -> Word {
        self.b.ins().icmp_imm_s(cranelift_codegen::ir::condcodes::IntCC::Equal, word, i64::from(constant))
    }
}

/// Shows every reachable instruction with its plan and what is known before it.
fn each_state(
    planner: &Planner<'_>,
    starts: &[Option<State>],
    leaders: &[bool],
    see: &mut dyn FnMut(usize, &Plan, &State),
) {
    for (start, state) in starts.iter().enumerate() {
        let Some(mut state) = state.clone().filter(|_| leaders[start]) else { continue };
        let mut at = start;
        loop {
            let plan = planner.plan(at, &state);
            see(at, &plan, &state);
            match &successors(planner, at, &plan, &state)[..] {
                [(to, after)] if *to == at + 1 && !leaders[*to] => {
                    state.clone_from(after);
                    at += 1;
                }
                _ => break,
            }
        }
    }
}

/// Which registers need places beyond their slot, and how many places that are. A generator's first one is for its ticks.
fn extra_words(planner: &Planner<'_>, blocks: &Blocks) -> (Vec<Option<u16>>, usize) {
    let mut needed = vec![false; usize::from(planner.code.registers)];
    each_state(planner, &blocks.starts, &blocks.leaders, &mut |at, plan, state| {
        let mut after = state.clone();
        planner.apply(at, plan, &mut after);
        for (reg, ty) in state.iter().chain(&after).enumerate() {
            let reg = reg % state.len().max(1);
            needed[reg] |= ty.is_range() || *ty == Ty::ListIter;
        }
    });
    let mut words = u16::from(planner.code.is_generator);
    let extra = needed.into_iter().map(|needed| {
        needed.then(|| {
            words += 2;
            words - 2
        })
    });
    (extra.collect(), usize::from(words))
}
