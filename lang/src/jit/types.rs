//! What compiled code knows of a register at some point of the program, and where it keeps the value.

use crate::code::Reg;
use crate::value::Value;
use crate::value::layout::tag;

/// What a register holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ty {
    /// Nothing.
    Unbound,
    /// `None`; kept nowhere.
    None,
    /// A `bool`, in a machine register.
    Bool,
    /// A 64-bit `int`, in a machine register.
    Int,
    /// A `float`, in a machine register.
    Float,
    /// A built-in function, type or module: the same each time; kept nowhere.
    Fixed(Fixed),
    /// The function of the script that this global variable is bound to once and for all; kept nowhere.
    Script {
        /// The global variable.
        global: u16,
        /// Number of its code.
        code: u32,
    },
    /// A range of 64-bit ints, or an iterator over one that nobody else holds: the next element, how many are left and the
    /// step, in three machine registers.
    Range,
    /// As [`Ty::Range`], of which every element is one more than the one before: no machine register has the step.
    Count,
    /// An iterator over a list that nobody else holds: the list in memory, the position in a machine register.
    ListIter,
    /// A `dict` that the message, list or dict in this register holds, or something in there, as long as nothing but compiled code looks
    /// at either: in a machine register, without a reference of its own ([`loans`](super::plan)).
    Borrowed(Reg),
    /// A `list` that another list keeps until this register is not needed any more: in a machine register.
    Kept,
    /// The constant of that number, a tuple; kept nowhere.
    Constant(u32),
    /// A `str`, in memory.
    Str,
    /// A `list`, in memory.
    List,
    /// A `dict`, in memory.
    Dict,
    /// Anything, in memory.
    Any,
}

/// A value that is the same address in every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed {
    /// Its tag.
    pub tag: u8,
    /// Its second word.
    pub address: u64,
}

impl Fixed {
    /// The value, if it is of such a kind.
    pub fn of(value: &Value) -> Option<Fixed> {
        let address = match value {
            Value::Builtin(b) => std::ptr::from_ref::<crate::value::Builtin>(b).addr(),
            Value::Type(t) => std::ptr::from_ref::<crate::value::TypeDesc>(t).addr(),
            Value::Module(m) => std::ptr::from_ref::<crate::value::ModuleDesc>(m).addr(),
            _ => return None,
        };
        Some(Fixed { tag: value.tag(), address: address as u64 })
    }
}

impl Ty {
    /// Whether the register's slot owns a value.
    pub fn in_memory(self) -> bool {
        matches!(self, Ty::ListIter | Ty::Str | Ty::List | Ty::Dict | Ty::Any)
    }

    /// Whether the value can be a counted object.
    pub fn is_counted(self) -> bool {
        self.in_memory()
    }

    /// Whether only compiled code knows such a thing: it must become an ordinary value before other code sees it.
    pub fn is_virtual(self) -> bool {
        matches!(self, Ty::Script { .. } | Ty::Constant(_) | Ty::ListIter | Ty::Borrowed(_) | Ty::Kept)
            || self.is_range()
    }

    /// What is known where two paths meet.
    pub fn join(self, other: Ty) -> Ty {
        match (self, other) {
            (same, other) if same == other => same,
            (Ty::Borrowed(_), Ty::Borrowed(_) | Ty::Dict) | (Ty::Dict, Ty::Borrowed(_)) => Ty::Dict,
            (Ty::Count, Ty::Range) | (Ty::Range, Ty::Count) => Ty::Range,
            _ => Ty::Any,
        }
    }

    /// Whether it is a range, or an iterator over one, in machine registers.
    pub fn is_range(self) -> bool {
        matches!(self, Ty::Range | Ty::Count)
    }

    /// The most that a guard could establish of `value`.
    pub fn of(value: &Value) -> Ty {
        match value {
            Value::Unbound => Ty::Unbound,
            Value::None => Ty::None,
            Value::Bool(_) => Ty::Bool,
            Value::Int(_) => Ty::Int,
            Value::Float(_) => Ty::Float,
            Value::Short(_) | Value::Str(_) => Ty::Str,
            Value::List(_) => Ty::List,
            Value::Dict(_) => Ty::Dict,
            _ => Ty::Any,
        }
    }

    /// Whether a value with tag `found` is of this type; only for types that guards establish.
    pub fn admits(self, found: u8) -> bool {
        match self {
            Ty::Unbound => found == tag::UNBOUND,
            Ty::None => found == tag::NONE,
            Ty::Bool => found == tag::BOOL,
            Ty::Int => found == tag::INT,
            Ty::Float => found == tag::FLOAT,
            Ty::Str => found == tag::SHORT || found == tag::STR,
            Ty::List => found == tag::LIST,
            Ty::Dict => found == tag::DICT,
            Ty::Any => true,
            Ty::Fixed(_) | Ty::Script { .. } | Ty::Constant(_) => false,
            Ty::Range | Ty::Count | Ty::ListIter | Ty::Borrowed(_) | Ty::Kept => false,
        }
    }

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Ty::Unbound => "unbound",
            Ty::None => "None",
            Ty::Bool => "bool",
            Ty::Int => "int",
            Ty::Float => "float",
            Ty::Fixed(_) => "built-in",
            Ty::Script { .. } => "function",
            Ty::Constant(_) => "constant tuple",
            Ty::Range | Ty::Count => "range",
            Ty::ListIter => "list iterator",
            Ty::Str => "str",
            Ty::List => "list",
            Ty::Kept => "list kept by another",
            Ty::Dict | Ty::Borrowed(_) => "dict",
            Ty::Any => "any",
        }
    }
}
