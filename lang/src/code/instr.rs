//! The instruction set of the register machine.
//!
//! An instruction is eight bytes: an opcode and up to three 16-bit operands. `Reg` operands name registers of the running
//! frame. Registers hold a value or are *unbound*. Parameters come first, then the other locals, then temporaries.
//! A local that an inner function captures lives in a *cell*: its register holds the cell for the whole life of the frame.
//!
//! Every instruction either completes or raises; one that raises has not changed any register.

use crate::syntax::ast::{BinaryOp, CmpOp, Conversion, UnaryOp};

/// A register of the frame.
pub type Reg = u16;
/// Index into the unit's constants.
pub type ConstId = u16;
/// Index into the unit's names.
pub type NameId = u16;
/// Index of an instruction of the same code.
pub type Target = u32;

/// "No register" where an operand is optional.
pub const NO_REG: Reg = u16::MAX;

/// One instruction.
#[allow(missing_docs)] // The operands are explained with each instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instr {
    /// `dst = src`
    Move { dst: Reg, src: Reg },
    /// `dst = constant`
    Const { dst: Reg, index: u32 },
    /// `dst = None`
    None { dst: Reg },
    /// `dst = True | False`
    Bool { dst: Reg, value: bool },
    /// `dst = value`
    Int { dst: Reg, value: i32 },
    /// Raises `UnboundLocalError` if `reg` is unbound.
    CheckBound { reg: Reg, name: NameId },
    /// Makes `reg` unbound.
    Unbind { reg: Reg },

    /// `reg` = a new cell holding what was in `reg` (a parameter, or nothing).
    MakeCell { reg: Reg },
    /// `dst` = the cell number `index` of the running function's closure.
    Closure { dst: Reg, index: u16 },
    /// `dst` = content of the cell; unbound: `UnboundLocalError` if the cell is the function's own (a `MakeCell`), else `NameError`.
    LoadCell { dst: Reg, cell: Reg, name: NameId },
    /// Content of the cell = `src`.
    StoreCell { cell: Reg, src: Reg },
    /// Empties the cell; the error of `LoadCell` if it is empty already.
    DeleteCell { cell: Reg, name: NameId },

    /// `dst` = the module global; if unbound, the built-in of that name; else `NameError`.
    LoadGlobal { dst: Reg, global: u16 },
    /// The module global = `src`.
    StoreGlobal { global: u16, src: Reg },
    /// Makes the module global unbound; `NameError` if it is.
    DeleteGlobal { global: u16 },

    /// `dst = obj.name`
    LoadAttr { dst: Reg, obj: Reg, name: NameId },
    /// `obj.name = src`
    StoreAttr { obj: Reg, name: NameId, src: Reg },
    /// `del obj.name`
    DeleteAttr { obj: Reg, name: NameId },
    /// `dst = obj[key]`
    GetItem { dst: Reg, obj: Reg, key: Reg },
    /// `dst = obj[constant]`, a constant str key
    GetItemConst { dst: Reg, obj: Reg, key: ConstId },
    /// `obj[key] = src`
    SetItem { obj: Reg, key: Reg, src: Reg },
    /// `del obj[key]`
    DeleteItem { obj: Reg, key: Reg },
    /// `dst = slice(base, base+1, base+2)`
    BuildSlice { dst: Reg, base: Reg },

    /// `dst = a op b`
    Binary { op: BinaryOp, dst: Reg, a: Reg, b: Reg },
    /// `dst = a op value`
    BinaryInt { op: BinaryOp, dst: Reg, a: Reg, value: i16 },
    /// `dst = a op= b`: in place where `a` is mutable. `dst` is usually `a`.
    Inplace { op: BinaryOp, dst: Reg, a: Reg, b: Reg },
    /// `dst = a op= value`: as `Inplace` with an int
    InplaceInt { op: BinaryOp, dst: Reg, a: Reg, value: i16 },
    /// `dst = op src`; also `not`
    Unary { op: UnaryOp, dst: Reg, src: Reg },
    /// `dst = a op b`; also `is`, `in`
    Compare { op: CmpOp, dst: Reg, a: Reg, b: Reg },
    /// If `a op b` is `expect`, falls through to the next instruction, which is always a `Jump`; otherwise skips it.
    CompareSkip { op: CmpOp, expect: bool, a: Reg, b: Reg },

    /// Goes to `target`, which lies ahead.
    Jump { target: Target },
    /// Goes to `target`, which lies behind: the place where limits are looked at.
    Loop { target: Target },
    /// Goes to `target` if `cond` is true.
    JumpIf { cond: Reg, target: Target },
    /// Goes to `target` if `cond` is false.
    JumpIfNot { cond: Reg, target: Target },
    /// Goes to `target` if `cond` is `None`.
    JumpIfNone { cond: Reg, target: Target },
    /// Goes to `target` if `reg` is unbound.
    JumpIfUnbound { reg: Reg, target: Target },
    /// Goes to `target` if `reg` holds the small int `value`: the dispatch at the end of a `finally`.
    JumpIfSmall { value: u8, reg: Reg, target: Target },

    /// `dst = iter(src)`
    GetIter { dst: Reg, src: Reg },
    /// Register `iter + 1` = the next item of the iterator in `iter`; at its end goes to `exit`.
    ForIter { iter: Reg, exit: Target },

    /// `dst = base(base+1, …, base+argc)`. The argument registers are left unbound.
    Call { dst: Reg, base: Reg, argc: u16 },
    /// Prepares a method call: `base` = the method, `base + 1` = its receiver; or `base` = a plain callable and
    /// `base + 1` unbound. `obj` may be `base + 1`.
    LoadMethod { base: Reg, obj: Reg, name: NameId },
    /// `dst` = the call prepared by `LoadMethod`, with arguments `base+2, …, base+1+argc`.
    CallMethod { dst: Reg, base: Reg, argc: u16 },
    /// `base = base(…)`: `argc` arguments from `base + 1`, of which the last ones are keyword arguments with the names of
    /// the constant `names` (a `Names` constant).
    CallKeywords { base: Reg, argc: u16, names: ConstId },
    /// `dst = base(*base+1, **base+2)`: any iterable (for a lone `*argument`; else a list) and a dict; `base + 2` may be
    /// unbound.
    CallUnpacked { dst: Reg, base: Reg },

    /// `dst = [base, …]`
    BuildList { dst: Reg, base: Reg, count: u16 },
    /// `dst = (base, …)`
    BuildTuple { dst: Reg, base: Reg, count: u16 },
    /// `dst = {base, …}`
    BuildSet { dst: Reg, base: Reg, count: u16 },
    /// `dst = {base: base+1, …}` with `count` pairs
    BuildDict { dst: Reg, base: Reg, count: u16 },
    /// `dst` = a dict with the distinct str keys of the constant `keys` (a `Names` constant) and the values from `base` on
    BuildShaped { dst: Reg, base: Reg, keys: ConstId },
    /// `dst` = the texts from `base` on, joined
    BuildString { dst: Reg, base: Reg, count: u16 },
    /// `list.append(src)`: for comprehensions and displays
    ListAppend { list: Reg, src: Reg },
    /// `list.extend(src)`: for displays and calls with `*`; the error names the value after `*`
    ListExtend { list: Reg, src: Reg },
    /// `dst = tuple(list)`
    ListToTuple { dst: Reg, list: Reg },
    /// `set.add(src)`
    SetAdd { set: Reg, src: Reg },
    /// `set.update(src)`
    SetUpdate { set: Reg, src: Reg },
    /// `dict[key] = src`
    DictInsert { dict: Reg, key: Reg, src: Reg },
    /// `dict.update(src)`: `**src` in a display
    DictUpdate { dict: Reg, src: Reg },
    /// `**src` in a call of `callee`: as `DictUpdate`, but a repeated key is a `TypeError`
    DictMerge { dict: Reg, src: Reg, callee: Reg },
    /// `dst = format(src converted, spec)`; `spec` may be `NO_REG`
    FormatValue { conversion: Option<Conversion>, dst: Reg, src: Reg, spec: Reg },

    /// `base, …, base+count-1 = src`
    Unpack { src: Reg, base: Reg, count: u16 },
    /// `base, …, *rest, … = src`: `before` values, a list, `after` values
    UnpackStar { before: u8, src: Reg, base: Reg, after: u16 },

    /// `dst` = a function of the unit's code number `code`; `base` = tuple of defaults or unbound, `base + 1` = dict of
    /// keyword-only defaults or unbound. Its closure is taken from the registers named in [`super::Code::captures`].
    MakeFunction { dst: Reg, code: u16, base: Reg },
    /// Ends the frame with `src` as result.
    Return { src: Reg },
    /// Gives `src` to whoever resumes the generator; `dst` = what is sent in.
    Yield { dst: Reg, src: Reg },
    /// Delegates to the iterator in `iter` until it ends; `dst` = its result.
    YieldFrom { dst: Reg, iter: Reg },

    /// `raise exc`
    Raise { exc: Reg },
    /// `raise exc from cause`
    RaiseFrom { exc: Reg, cause: Reg },
    /// Bare `raise`: the exception being handled, here or in a caller; `RuntimeError` if there is none.
    Reraise,
    /// Goes on with unwinding for the exception in `exc`: at the end of a `finally`, or when no `except` matched.
    Unwind { exc: Reg },
    /// Marks the exception in `exc` as being handled (`__context__` of new ones, bare `raise`). `None` stands for a level
    /// without exception (a `finally` body entered in the normal way): whoever asks for the exception being handled
    /// looks below it.
    EnterHandler { exc: Reg },
    /// Ends the innermost handled exception of this frame.
    LeaveHandler,
    /// `dst` = whether the exception in `exc` is an instance of `class` (a class or a tuple of classes).
    MatchException { dst: Reg, exc: Reg, class: Reg },

    /// `dst = from module import name`
    ImportFrom { dst: Reg, module: Reg, name: NameId },

    /// `dst` = whether `src` matches a sequence pattern of `len` items (`at_least`: or more)
    MatchSequence { at_least: bool, dst: Reg, src: Reg, len: u16 },
    /// `dst` = whether `src` is a mapping
    MatchMapping { dst: Reg, src: Reg },
    /// `base` = a tuple of keys. Replaces it by the tuple of the values that the mapping `src` has for them, or by `None`
    /// if one is missing. `ValueError` if a key is repeated.
    MatchKeys { src: Reg, base: Reg },
    /// `dst` = a dict of the items of the mapping `src` whose keys are not in the tuple `keys`
    MatchRest { dst: Reg, src: Reg, keys: Reg },
    /// `base` = a class, `base + 1` = a tuple of attribute names. `base` = tuple of `positional` sub-values followed by the
    /// named attributes, or `None` if `src` does not match.
    MatchClass { src: Reg, base: Reg, positional: u16 },

    /// The value of an expression statement at the prompt.
    Display { src: Reg },
    /// `src` is the value of the statement at [`super::Unit::observed`]`[place]`: only in programs compiled to be observed.
    /// `NO_REG`: the statement called `print`.
    Observe { src: Reg, place: u32 },
}

const _: () = assert!(size_of::<Instr>() == 8, "instructions are eight bytes");
