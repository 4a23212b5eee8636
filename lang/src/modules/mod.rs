//! The modules that scripts have by bare name (spec 9): one file or folder each, declared through the same table as the
//! built-ins.

pub mod collections;
pub mod datetime;
pub mod decimal;
pub mod re;
pub mod time;
pub mod zoneinfo;

use crate::builtins::CoreType;
use crate::value::{ModuleDesc, types};

/// Every module.
pub static MODULES: &[&ModuleDesc] = &[
    &datetime::MODULE,
    &time::MODULE,
    &zoneinfo::MODULE,
];

/// Types of the room `value` whose members belong to modules.
pub static CORE_TYPES: &[CoreType] = &[
    CoreType {
        members: &[datetime::date::MEMBERS],
        constants: datetime::date::CONSTANTS,
        new: Some(&datetime::date::NEW),
        ..CoreType::of(&types::DATE)
    },
    CoreType {
        members: &[datetime::datetime::MEMBERS],
        constants: datetime::datetime::CONSTANTS,
        new: Some(&datetime::datetime::NEW),
        ..CoreType::of(&types::DATETIME)
    },
    CoreType {
        members: &[datetime::time::MEMBERS],
        constants: datetime::time::CONSTANTS,
        new: Some(&datetime::time::NEW),
        ..CoreType::of(&types::TIME)
    },
    CoreType {
        members: &[datetime::timedelta::MEMBERS],
        constants: datetime::timedelta::CONSTANTS,
        new: Some(&datetime::timedelta::NEW),
        ..CoreType::of(&types::TIMEDELTA)
    },
    CoreType {
        members: &[datetime::timezone::MEMBERS],
        constants: datetime::timezone::CONSTANTS,
        new: Some(&datetime::timezone::NEW),
        ..CoreType::of(&types::TIMEZONE)
    },
    CoreType { members: &[zoneinfo::MEMBERS], new: Some(&zoneinfo::NEW), ..CoreType::of(&types::ZONEINFO) },
];

/// The module of that name.
#[must_use]
pub fn lookup(name: &str) -> Option<&'static ModuleDesc> {
    MODULES.iter().copied().find(|module| module.name == name)
}
