//! Civil time (spec 9.2, 9.3): the values and functions behind the modules `time`, `datetime` and `zoneinfo`, and the
//! text forms of dates and times in messages (1.5, 6.6.1).
//!
//! Everything here is pure: no clock, no environment, no files. The caller passes the moment "now", the zone of the
//! run and, for the system's zone, what it read from the system. Binding to script values is left to `modules`.
//!
//! Invariants: a [`Date`] or [`DateTime`] lies in the years 1 to 9999, a [`Delta`] is normalised, an offset is less
//! than a day. Texts that come from or go to scripts are WTF-8 bytes; texts that are ASCII by nature are `String`s.
//! Comparison with `==` is that of the script values, so it compares moments, not fields.

mod arg;
mod calendar;
mod convert;
mod date;
mod datetime;
mod delta;
mod error;
mod iso;
mod iso_parse;
mod moment;
mod quote;
mod ratio;
mod run_zone;
mod strftime;
mod strptime;
mod strptime_chars;
mod strptime_match;
mod struct_time;
mod time;
mod wire;
mod zone;
mod zone_data;
mod zone_db;
mod zone_rule;

pub use arg::{Number, c_int, iso_component};
pub use calendar::{MAX_YEAR, MIN_YEAR};
pub use convert::{parse_date, parse_datetime, parse_time};
pub use date::{Date, IsoCalendar};
pub use datetime::{DateTime, DateTimeChanges, date_order_error};
pub use delta::{Delta, DeltaParts};
pub use error::{CivilError, ErrorKind, Result};
pub use iso::TimeSpec;
pub use moment::whole_seconds;
pub use run_zone::{RunZone, ZoneNames};
pub use struct_time::StructTime;
pub use time::{Time, TimeChanges, TimeFields};
pub use zone::{FixedZone, Zone};
pub use zone_data::LocalType;
pub use zone_db::{NamedZone, available_zones, find_zone, zone_info};
