//! `collections`: dicts with special behaviour (spec 9.2).
//!
//! | room | job |
//! |---|---|
//! | [`ordered`] | `OrderedDict` and `defaultdict` |
//! | [`counter`] | `Counter` |
//!
//! The values are dicts with a class ([`crate::value::dict::Special`]); `builtins::dict` and `builtins::subscript` know what
//! the classes change about missing keys, equality is in `value::compare`.

pub mod counter;
pub mod ordered;

pub use counter::{operator as counter_operator, sign as counter_sign};

use crate::value::types::{COUNTER, DEFAULT_DICT, ModuleDesc, ORDERED_DICT, Profile};

/// `collections`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "collections",
    doc: "Dicts with special behaviour.",
    profile: Profile::Extended,
    functions: &[],
    types: &[
        ("OrderedDict", &ORDERED_DICT, Profile::Extended),
        ("defaultdict", &DEFAULT_DICT, Profile::Extended),
        ("Counter", &COUNTER, Profile::Extended),
    ],
    constants: &[],
    modules: &[],
};
