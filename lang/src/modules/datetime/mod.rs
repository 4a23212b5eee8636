//! The module `datetime` (spec 9.2, 9.3): its classes as scripts see them. The calendar itself is `value::civil`.
//!
//! | room | job |
//! |---|---|
//! | [`date`], [`date_time`], [`time`], [`timedelta`], [`timezone`] | constructor and members of the class |
//! | [`arithmetic`] | operators |
//! | [`args`] | receivers, arguments, errors |

pub mod args;
mod arithmetic;
pub mod date;
pub mod date_time;
pub mod time;
pub mod timedelta;
pub mod timezone;

pub use arithmetic::{absolute, binary, sign};

use crate::value::civil::{MAX_YEAR, MIN_YEAR, Zone};
use crate::value::types::{Constant, Profile};
use crate::value::{ModuleDesc, Value, types};

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "datetime",
    doc: "Dates, times of day, spans of time and zones.",
    profile: Profile::Core,
    functions: &[],
    types: &[
        ("datetime", &types::DATETIME, Profile::Core),
        ("date", &types::DATE, Profile::Core),
        ("time", &types::TIME, Profile::Core),
        ("timedelta", &types::TIMEDELTA, Profile::CoreCode),
        ("timezone", &types::TIMEZONE, Profile::CoreCode),
        ("tzinfo", &types::TZINFO, Profile::CoreCode),
    ],
    constants: &[
        Constant {
            name: "UTC",
            doc: "UTC, the same as `timezone.utc`.",
            profile: Profile::Extended,
            ty: "timezone",
            value: |_| Ok(Zone::UTC.into()),
        },
        Constant {
            name: "MINYEAR",
            doc: "The least year of a date.",
            profile: Profile::Extended,
            ty: "int",
            value: |_| Ok(Value::from(MIN_YEAR)),
        },
        Constant {
            name: "MAXYEAR",
            doc: "The greatest year of a date.",
            profile: Profile::Extended,
            ty: "int",
            value: |_| Ok(Value::from(MAX_YEAR)),
        },
    ],
    modules: &[],
};
