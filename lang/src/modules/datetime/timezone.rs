//! `datetime.timezone`, and the methods that it and `zoneinfo.ZoneInfo` have in common.

use super::args::{self, raise};
use crate::builtins::receiver::wrong_receiver;
use crate::table;
use crate::value::civil::{DateTime, FixedZone, Zone};
use crate::value::exceptions::type_error;
use crate::value::types::{Constant, Kind, Profile};
use crate::value::{Builtin, R, Value};

/// `datetime.timezone(offset, name)`
pub static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "timezone(offset: timedelta, name: str = <absent>) -> timezone",
    "A zone with a fixed offset from UTC.\n\n>>> datetime.timezone(datetime.timedelta(hours=8), 'CST').tzname(None)\n'CST'\n",
    |_, a| {
        let Value::Delta(offset) = &a[0] else {
            let got = a[0].argument_type();
            return Err(type_error(format!("timezone() argument 1 must be datetime.timedelta, not {got}")));
        };
        let name = a[1].given().map(|name| args::text("timezone() argument 2", name)).transpose()?;
        Ok(Zone::fixed(offset.0, name).map_err(raise)?.into())
    },
);

/// The constants of the class.
pub static CONSTANTS: &[Constant] = &[
    Constant { name: "utc", doc: "UTC.", profile: Profile::Core, ty: "timezone", value: |_| Ok(Zone::UTC.into()) },
    Constant {
        name: "min",
        doc: "The westernmost zone of whole minutes.",
        profile: Profile::Core,
        ty: "timezone",
        value: |_| Ok(Zone::Fixed(FixedZone::MIN).into()),
    },
    Constant {
        name: "max",
        doc: "The easternmost zone of whole minutes.",
        profile: Profile::Core,
        ty: "timezone",
        value: |_| Ok(Zone::Fixed(FixedZone::MAX).into()),
    },
];

table! {
    /// Its members.
    pub static MEMBERS = [
        /// Return the offset from UTC.
        ///
        /// >>> datetime.timezone(datetime.timedelta(hours=8)).utcoffset(None)
        /// datetime.timedelta(seconds=28800)
        Method Core "utcoffset(self, dt: datetime | None, /) -> timedelta" => |_, a| {
            Ok(zone("utcoffset", a)?.utc_offset(moment("utcoffset", a)?).into())
        };
        /// Return the name.
        ///
        /// >>> datetime.timezone(datetime.timedelta(hours=8)).tzname(None)
        /// 'UTC+08:00'
        Method Core "tzname(self, dt: datetime | None, /) -> str" => |_, a| {
            Ok(args::optional_text(zone("tzname", a)?.name(moment("tzname", a)?)))
        };
        /// Return the part of the offset that is daylight saving, which a fixed zone does not tell.
        ///
        /// >>> datetime.timezone.utc.dst(None) is None
        /// True
        Method Core "dst(self, dt: datetime | None, /) -> timedelta | None" => |_, a| {
            Ok(zone("dst", a)?.dst(moment("dst", a)?).into())
        };
        /// Return local time for a value with UTC fields and this zone.
        ///
        /// >>> east = datetime.timezone(datetime.timedelta(hours=8))
        /// >>> east.fromutc(datetime.datetime(2024, 5, 1, 12, tzinfo=east)).hour
        /// 20
        Method Core "fromutc(self, dt: datetime, /) -> datetime" => from_utc;
    ]
}

/// The zone that is the receiver of method `name`.
pub fn zone<'a>(name: &str, a: &'a [Value]) -> R<&'a Zone> {
    match a.first() {
        Some(Value::Zone(own)) => Ok(&own.0),
        other => Err(wrong_receiver(name, "datetime.tzinfo", other)),
    }
}

/// The argument `dt`.
fn moment<'a>(name: &str, a: &'a [Value]) -> R<Option<&'a DateTime>> {
    match &a[1] {
        Value::None => Ok(None),
        Value::DateTime(own) => Ok(Some(&own.0)),
        other => {
            let got = other.type_of().qualified();
            Err(type_error(format!("{name}(dt) argument must be a datetime instance or None, not {got}")))
        }
    }
}

/// `fromutc(dt)`
pub fn from_utc(_: &mut crate::value::Cx<'_>, a: &[Value]) -> R {
    let own = zone("fromutc", a)?;
    match &a[1] {
        Value::DateTime(utc) => Ok(own.from_utc(&utc.0).map_err(raise)?.into()),
        _ => Err(type_error("fromutc: argument must be a datetime")),
    }
}
