//! One function under construction: its instructions, labels and registers, and what is known at the current point.
//!
//! Two facts are tracked along the way: whether the current point can be reached at all (what cannot is not emitted),
//! and which locals are certainly bound there, so that most reads need no check (definite assignment).
//!
//! Registers above the locals are a stack of temporaries: [`Frame::temp`] pushes one, [`Frame::release`] pops.

use foldhash::{HashMap, HashMapExt};

use super::bits::Bits;
use crate::code::scope::ScopeId;
use crate::code::{Handler, Inlined, Instr, Reg, Target};
use crate::source::Span;
use crate::syntax::ast::{Ident, Name};

/// A place in the code that is jumped to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(usize);

#[derive(Debug, Default)]
struct LabelData {
    /// The jumps that wait for the label's place.
    jumps: Vec<usize>,
    /// What is bound at every jump so far; `None` without one.
    bound: Option<Bits>,
}

/// How control leaves a statement other than by its end or an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    Return,
    Break,
    Continue,
}

/// A construct around the current point that `return`, `break` and `continue` must leave properly.
#[derive(Clone, Debug)]
pub(super) enum Block<'a> {
    /// A loop.
    Loop { break_to: Label, continue_to: Label },
    /// The part of a `try` that a `finally` guards.
    Finally(FinallyBlock),
    /// A place where an exception of this frame is being handled: an `except` clause, whose name must be deleted at
    /// its end, or a `finally` body.
    Handling { name: Option<&'a Ident> },
}

/// The meeting point of all ways into one `finally` body.
#[derive(Clone, Copy, Debug)]
pub(super) struct FinallyBlock {
    /// Where ways other than an exception enter.
    pub(super) enter: Label,
    /// Register for how to go on behind the body.
    pub(super) next: Reg,
    /// Register for the pending exception or result.
    pub(super) value: Reg,
    /// Which exits are used.
    pub(super) exits: [bool; 3],
}

/// A comprehension that is being lowered into the frame.
#[derive(Debug)]
pub(super) struct InlineScope {
    pub(super) scope: ScopeId,
    /// What CPython calls the function that it is there.
    pub(super) name: &'static str,
    /// Registers of its variables.
    pub(super) registers: HashMap<Name, Reg>,
}

/// A function under construction.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// Its scope.
    pub(super) scope: ScopeId,
    /// What comes before the names of functions defined here in their `__qualname__`.
    pub(super) prefix: Name,
    /// Registers of its locals, cells and free variables.
    pub(super) registers: HashMap<Name, Reg>,
    /// The same in the order of the registers.
    pub(super) locals: Vec<(Reg, Name)>,
    /// Comprehensions around the current point.
    pub(super) inline: Vec<InlineScope>,
    /// Constructs around the current point, innermost last.
    pub(super) blocks: Vec<Block<'a>>,
    /// Variables with a register for the iterator of their `for` loop right before them.
    pub(super) loop_variables: Bits,
    /// Those of them whose loop is around the current point.
    pub(super) busy_loops: Bits,
    /// Locals that are certainly bound at the current point.
    pub(super) bound: Bits,
    /// Locals that can become unbound again.
    pub(super) unstable: Bits,
    /// Can the current point be reached?
    pub(super) reachable: bool,
    /// Number of registers of parameters and other named variables.
    pub(super) first_temp: Reg,
    pub(super) instrs: Vec<Instr>,
    pub(super) spans: Vec<Span>,
    pub(super) handlers: Vec<Handler>,
    pub(super) inlined: Vec<Inlined>,
    labels: Vec<LabelData>,
    /// Where labels or handlers point to: instructions before it must not be taken back.
    fixed: usize,
    next_register: u32,
    most_registers: u32,
}

impl<'a> Frame<'a> {
    pub(super) fn new(scope: ScopeId, prefix: Name) -> Frame<'a> {
        Frame {
            scope,
            prefix,
            registers: HashMap::new(),
            locals: Vec::new(),
            inline: Vec::new(),
            blocks: Vec::new(),
            loop_variables: Bits::default(),
            busy_loops: Bits::default(),
            bound: Bits::default(),
            unstable: Bits::default(),
            reachable: true,
            first_temp: 0,
            instrs: Vec::with_capacity(16),
            spans: Vec::with_capacity(16),
            handlers: Vec::new(),
            inlined: Vec::new(),
            labels: Vec::new(),
            fixed: 0,
            next_register: 0,
            most_registers: 0,
        }
    }

    /// A register for a named variable; all of them come before the first temporary.
    pub(super) fn named_register(&mut self, name: &Name) -> Reg {
        let reg = self.temp();
        self.registers.insert(name.clone(), reg);
        self.locals.push((reg, name.clone()));
        reg
    }

    /// Ends the allocation of named registers.
    pub(super) fn start_temps(&mut self) {
        self.first_temp = Reg::try_from(self.next_register).unwrap_or(Reg::MAX);
    }

    /// The next free register. When there are too many, the number means nothing and [`Frame::register_count`] tells.
    pub(super) fn temp(&mut self) -> Reg {
        let reg = self.next_register;
        self.next_register += 1;
        self.most_registers = self.most_registers.max(self.next_register);
        Reg::try_from(reg).unwrap_or(0)
    }

    /// `count` registers in a row; the first of them.
    pub(super) fn temps(&mut self, count: usize) -> Reg {
        let first = self.temp();
        for _ in 1..count {
            self.temp();
        }
        first
    }

    /// Is `reg` the temporary that was allocated last?
    pub(super) fn is_top(&self, reg: Reg) -> bool {
        !self.is_variable(reg) && u32::from(reg) + 1 == self.next_register
    }

    /// The current height of the register stack, for [`Frame::release`].
    pub(super) fn mark(&self) -> u32 {
        self.next_register
    }

    /// Frees the registers allocated since `mark`.
    pub(super) fn release(&mut self, mark: u32) {
        self.next_register = mark;
    }

    /// How many registers the frame needs.
    pub(super) fn register_count(&self) -> u32 {
        self.most_registers
    }

    /// Does `reg` belong to a variable, whose old value may still be read?
    pub(super) fn is_variable(&self, reg: Reg) -> bool {
        reg < self.first_temp
    }

    /// Index of the next instruction, to be kept: instructions before it stay.
    pub(super) fn here(&mut self) -> Target {
        self.fixed = self.instrs.len();
        Target::try_from(self.fixed).unwrap_or(Target::MAX)
    }

    /// Appends an instruction.
    pub(super) fn emit(&mut self, instr: Instr, span: Span) {
        if self.reachable {
            self.instrs.push(instr);
            self.spans.push(span);
            self.reachable = !instr.ends_flow();
        }
    }

    pub(super) fn label(&mut self) -> Label {
        self.labels.push(LabelData::default());
        Label(self.labels.len() - 1)
    }

    /// Appends an instruction that goes to `label`, which will be placed later.
    pub(super) fn emit_to(&mut self, label: Label, instr: Instr, span: Span) {
        if !self.reachable {
            return;
        }
        let data = &mut self.labels[label.0];
        data.jumps.push(self.instrs.len());
        match &mut data.bound {
            Some(bound) => bound.intersect(&self.bound),
            none => *none = Some(self.bound.clone()),
        }
        self.emit(instr, span);
    }

    /// Goes to `label`, which will be placed later.
    pub(super) fn jump(&mut self, label: Label, span: Span) {
        self.emit_to(label, Instr::Jump { target: 0 }, span);
    }

    /// Goes to `label`, which will be placed later, under a condition: `skip` passes over the jump if it does not hold.
    pub(super) fn jump_unless_skipped(&mut self, skip: Instr, label: Label, span: Span) {
        if self.reachable {
            self.emit(skip, span);
            self.jump(label, span);
            self.reachable = true;
        }
    }

    /// Places `label` here.
    pub(super) fn place(&mut self, label: Label) {
        let mut data = std::mem::take(&mut self.labels[label.0]);
        if data.jumps.last().is_some_and(|jump| self.is_needless(*jump)) {
            data.jumps.pop();
            self.instrs.pop();
            self.spans.pop();
        }
        let here = self.here();
        for jump in data.jumps {
            self.instrs[jump].set_target(here);
        }
        if let Some(bound) = data.bound {
            if self.reachable {
                self.bound.intersect(&bound);
            } else {
                self.bound = bound;
                self.reachable = true;
            }
        }
    }

    /// Is the instruction at `jump`, which goes to the next place, the last one, and can it be left out?
    fn is_needless(&self, jump: usize) -> bool {
        let is_last = jump + 1 == self.instrs.len() && self.fixed <= jump;
        is_last
            && matches!(self.instrs[jump], Instr::Jump { .. })
            && !matches!(jump.checked_sub(1).map(|at| self.instrs[at]), Some(Instr::CompareSkip { .. }))
    }

    /// Forgets what may not hold when control comes here from somewhere below: at loop heads and in handlers.
    pub(super) fn forget_unstable(&mut self) {
        self.bound.subtract(&self.unstable);
    }

    /// How many exceptions of this frame are being handled at the current point.
    pub(super) fn depth(&self) -> u16 {
        let handling = self.blocks.iter().filter(|block| matches!(block, Block::Handling { .. }));
        // Blocks nest no deeper than statements do.
        u16::try_from(handling.count()).unwrap_or(u16::MAX)
    }

    /// Is the current point in an `except` clause with a name?
    pub(super) fn handles_named(&self) -> bool {
        self.blocks.iter().any(|block| matches!(block, Block::Handling { name: Some(_) }))
    }

    /// Ends a guarded region that began at `start` with the bound variables `bound`, and starts its handler here.
    /// `false` if the region is empty: then there is nothing to handle.
    pub(super) fn start_handler(&mut self, (start, end): (Target, Target), bound: &Bits, exc: Reg) -> bool {
        if start >= end {
            return false;
        }
        let (target, depth) = (self.here(), self.depth());
        self.handlers.push(Handler { start, end, target, exc, depth });
        self.bound = bound.clone();
        self.forget_unstable();
        self.reachable = true;
        true
    }

    /// Shortens chains of jumps: a jump to a `Jump` goes to the end of the chain.
    pub(super) fn thread_jumps(&mut self) {
        // From the end, because forward jumps lead to instructions that are done already.
        for at in (0..self.instrs.len()).rev() {
            let Some(target) = self.instrs[at].target().filter(|target| *target as usize > at) else { continue };
            if let Some(Instr::Jump { target }) = self.instrs.get(target as usize).copied() {
                self.instrs[at].set_target(target);
            }
        }
    }
}
