//! The modules that scripts have by bare name (spec 9): one file or folder each, declared through the same table as the
//! built-ins.

pub mod base64;
pub mod collections;
pub mod copy;
pub mod crypto;
pub mod csv;
pub mod datetime;
pub mod decimal;
pub mod entropy;
pub mod functools;
pub mod hashlib;
pub mod hmac;
pub mod json;
pub mod math;
pub mod random;
pub mod re;
pub mod socket;
pub mod string;
pub mod r#struct;
pub mod time;
pub mod unicodedata;
pub mod urllib;
pub mod uuid;
pub mod zoneinfo;

use crate::builtins::CoreType;
use crate::value::{ModuleDesc, TypeDesc, types};

/// Every module.
pub static MODULES: &[&ModuleDesc] = &[
    &hmac::MODULE,
    &hashlib::MODULE,
    &crypto::MODULE,
    &base64::MODULE,
    &collections::MODULE,
    &copy::MODULE,
    &csv::MODULE,
    &datetime::MODULE,
    &decimal::MODULE,
    &functools::MODULE,
    &json::MODULE,
    &math::MODULE,
    &random::MODULE,
    &re::MODULE,
    &socket::MODULE,
    &string::MODULE,
    &r#struct::MODULE,
    &time::MODULE,
    &unicodedata::MODULE,
    &urllib::MODULE,
    &uuid::MODULE,
    &zoneinfo::MODULE,
];

/// Types of objects that functions give and scripts cannot name; signatures do.
pub static UNNAMED_TYPES: &[&TypeDesc] = &[
    &hashlib::object::HASH,
    &hashlib::object::HASHXOF,
    &crypto::members::ECB,
    &crypto::members::CBC,
    &crypto::members::CTR,
    &crypto::members::GCM,
    crypto::hash::TYPES[0],
    crypto::hash::TYPES[1],
    crypto::hash::TYPES[2],
    crypto::hash::TYPES[3],
    crypto::hash::TYPES[4],
    crypto::hash::TYPES[5],
    &crypto::signature::SCHEME,
    &uuid::object::SAFE_UUID,
];

/// Types of the room `value` whose members belong to modules.
pub static CORE_TYPES: &[CoreType] = &[
    CoreType {
        members: &[decimal::PARTS, decimal::ARITHMETIC],
        new: Some(&decimal::NEW),
        ..CoreType::of(&types::DECIMAL)
    },
    CoreType {
        members: &[datetime::date::MEMBERS],
        constants: datetime::date::CONSTANTS,
        new: Some(&datetime::date::NEW),
        ..CoreType::of(&types::DATE)
    },
    CoreType {
        members: &[datetime::date_time::MEMBERS],
        constants: datetime::date_time::CONSTANTS,
        new: Some(&datetime::date_time::NEW),
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
    CoreType {
        members: &[collections::ordered::ORDERED_METHODS],
        new: Some(&collections::ordered::NEW_ORDERED),
        ..CoreType::of(&types::ORDERED_DICT)
    },
    CoreType {
        members: &[collections::ordered::DEFAULT_METHODS],
        new: Some(&collections::ordered::NEW_DEFAULT),
        ..CoreType::of(&types::DEFAULT_DICT)
    },
    CoreType {
        members: &[collections::counter::METHODS],
        new: Some(&collections::counter::NEW),
        ..CoreType::of(&types::COUNTER)
    },
];

/// The module of that name.
#[must_use]
pub fn lookup(name: &str) -> Option<&'static ModuleDesc> {
    MODULES.iter().copied().find(|module| module.name == name)
}
