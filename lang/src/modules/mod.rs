//! The modules that scripts have by bare name (spec 9): one file or folder each, declared through the same table as the
//! built-ins.

pub mod collections;
pub mod datetime;
pub mod decimal;
pub mod re;

use crate::builtins::CoreType;
use crate::value::ModuleDesc;

/// Every module.
pub static MODULES: &[&ModuleDesc] = &[];

/// Types of the room `value` whose members belong to modules.
pub static CORE_TYPES: &[CoreType] = &[];

/// The module of that name.
#[must_use]
pub fn lookup(name: &str) -> Option<&'static ModuleDesc> {
    MODULES.iter().copied().find(|module| module.name == name)
}
