//! `decimal`: exact decimal arithmetic (spec 5.2, 9.3). The arithmetic itself is in `value::decimal`; here it meets values.
//!
//! | room | job |
//! |---|---|
//! | [`operators`] | what operators and built-in functions do with decimals |
//! | [`construct`] | making decimals, decimal tuples |
//! | [`arithmetic`], [`parts`] | the methods of `Decimal` |
//! | [`contexts`] | `Context` objects and those of a run |
//! | [`context_methods`] | the methods of `Context` |
//! | [`signal_map`] | flags and traps |
//! | [`args`] | operands, the parameters `context` and `rounding` |
//!
//! The exception classes of the signals are in `value::exceptions::decimal`.

mod args;
mod arithmetic;
mod construct;
mod context_methods;
mod contexts;
mod operators;
mod parts;
mod signal_map;

pub use arithmetic::METHODS as ARITHMETIC;
pub use construct::NEW;
pub use operators::{absolute, binary, compare, divmod, power_mod, round, sign, to_float, to_int};
pub use parts::METHODS as PARTS;

use crate::value::decimal::{Context, Rounding};
use crate::value::exceptions::decimal::{
    CLAMPED, DECIMAL_EXCEPTION, DIVISION_BY_ZERO, FLOAT_OPERATION, INEXACT, INVALID_OPERATION, OVERFLOW, ROUNDED,
    SUBNORMAL, UNDERFLOW,
};
use crate::value::types::{Constant, DECIMAL, ModuleDesc, Profile};
use crate::value::{Cx, TypeDesc, Value};

/// A copy of the run's current context, for what only reads it.
pub fn context(cx: &mut Cx<'_>) -> Context {
    contexts::current(cx).borrow().clone()
}

/// `decimal`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "decimal",
    doc: "Exact decimal arithmetic.",
    profile: Profile::Core,
    functions: contexts::FUNCTIONS,
    types: TYPES,
    constants: CONSTANTS,
    modules: &[],
};

static TYPES: &[(&str, &TypeDesc, Profile)] = &[
    ("Decimal", &DECIMAL, Profile::Core),
    ("Context", &contexts::CONTEXT, Profile::Extended),
    ("DecimalTuple", &construct::DECIMAL_TUPLE, Profile::Extended),
    ("DecimalException", &DECIMAL_EXCEPTION, Profile::Extended),
    ("Clamped", &CLAMPED, Profile::Extended),
    ("DivisionByZero", &DIVISION_BY_ZERO, Profile::Extended),
    ("FloatOperation", &FLOAT_OPERATION, Profile::Extended),
    ("Inexact", &INEXACT, Profile::Extended),
    ("InvalidOperation", &INVALID_OPERATION, Profile::Extended),
    ("Overflow", &OVERFLOW, Profile::Extended),
    ("Rounded", &ROUNDED, Profile::Extended),
    ("Subnormal", &SUBNORMAL, Profile::Extended),
    ("Underflow", &UNDERFLOW, Profile::Extended),
];

/// A constant for a rounding mode.
macro_rules! mode {
    ($mode:ident, $doc:literal) => {
        Constant {
            name: Rounding::$mode.name(),
            doc: $doc,
            profile: Profile::Extended,
            ty: "str",
            value: |_| Ok(Value::str(Rounding::$mode.name())),
        }
    };
}

/// A constant for a context that is a template.
macro_rules! template {
    ($name:literal, $field:ident, $doc:literal) => {
        Constant {
            name: $name,
            doc: $doc,
            profile: Profile::Extended,
            ty: "Context",
            value: |cx| Ok(contexts::of_run(cx).$field.clone()),
        }
    };
}

static CONSTANTS: &[Constant] = &[
    mode!(Ceiling, "Round towards positive infinity."),
    mode!(Down, "Round towards zero."),
    mode!(Floor, "Round towards negative infinity."),
    mode!(HalfDown, "Round to nearest, ties towards zero."),
    mode!(HalfEven, "Round to nearest, ties to the even digit."),
    mode!(HalfUp, "Round to nearest, ties away from zero."),
    mode!(Up, "Round away from zero."),
    mode!(ZeroFiveUp, "Round away from zero if the last digit would otherwise be 0 or 5."),
    template!("BasicContext", basic, "Nine digits, ties away from zero, the severe signals raise."),
    template!("ExtendedContext", extended, "Nine digits, ties to even, no signal raises."),
    template!("DefaultContext", default, "What a new context is made from."),
];
