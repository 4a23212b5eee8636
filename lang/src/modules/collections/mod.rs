//! `collections`: dicts with special behaviour (spec 9.2).
//!
//! | room | job |
//! |---|---|
//! | [`ordered`] | `OrderedDict` and `defaultdict` |
//! | [`counter`] | `Counter` |
//!
//! The values are dicts with a class ([`crate::value::dict::Special`]); `builtins::dict` and `builtins::subscript` know what
//! the classes change about missing keys, equality is in `value::compare`.

mod counter;
mod ordered;

pub use counter::{operator as counter_operator, sign as counter_sign};

use crate::builtins::CoreType;
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

/// `OrderedDict` with its members.
pub static ORDERED_DICT_TYPE: CoreType =
    CoreType { members: &[ordered::ORDERED_METHODS], new: Some(&ordered::NEW_ORDERED), ..CoreType::of(&ORDERED_DICT) };

/// `defaultdict` with its members.
pub static DEFAULT_DICT_TYPE: CoreType =
    CoreType { members: &[ordered::DEFAULT_METHODS], new: Some(&ordered::NEW_DEFAULT), ..CoreType::of(&DEFAULT_DICT) };

/// `Counter` with its members.
pub static COUNTER_TYPE: CoreType =
    CoreType { members: &[counter::METHODS], new: Some(&counter::NEW), ..CoreType::of(&COUNTER) };
