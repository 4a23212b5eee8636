//! `datetime.time`: constructor and members.

use super::args::{self, raise};
use super::date_time::{clock_changes, clock_fields};
use crate::table;
use crate::value::civil::{Delta, Time, TimeSpec};
use crate::value::types::{Constant, Kind, Profile};
use crate::value::{Builtin, Cx, R, Value};

/// `datetime.time(hour, minute, …)`
pub static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "function time(hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0, tzinfo: tzinfo | None = None, *, fold: int = 0) -> time",
    "A time of day, naive without `tzinfo`, aware with it.\n\n>>> datetime.time(12, 30)\ndatetime.time(12, 30)\n",
    |_, a| {
        let (fields, zone) = clock_fields(a)?;
        Ok(Time::new(fields, zone.cloned()).map_err(raise)?.into())
    },
);

/// The constants of the class.
pub static CONSTANTS: &[Constant] = &[
    Constant { name: "min", doc: "Midnight.", profile: Profile::Core, ty: "time", value: |_| Ok(Time::MIN.into()) },
    Constant {
        name: "max",
        doc: "The last microsecond of the day.",
        profile: Profile::Core,
        ty: "time",
        value: |_| Ok(Time::MAX.into()),
    },
    Constant {
        name: "resolution",
        doc: "The least difference of two times that are not equal.",
        profile: Profile::Core,
        ty: "timedelta",
        value: |_| Ok(Delta::RESOLUTION.into()),
    },
];

table! {
    /// Its members.
    pub static MEMBERS = [
        /// Read a time of day in an ISO 8601 format.
        ///
        /// >>> datetime.time.fromisoformat('12:30:15+01:00').second
        /// 15
        Class Core "fromisoformat(cls, string: str, /) -> time" => |_, a| {
            Ok(Time::from_iso_format(args::iso_text(&a[1])?).map_err(raise)?.into())
        };
        /// Return a copy with other fields.
        ///
        /// >>> datetime.time(12, 30).replace(hour=8)
        /// datetime.time(8, 30)
        Method Core "replace(self, /, hour: int = <absent>, minute: int = <absent>, second: int = <absent>, microsecond: int = <absent>, tzinfo: tzinfo | None = <absent>, *, fold: int = <absent>) -> time" => |_, a| {
            let own = args::time("replace", a)?;
            Ok(own.replace(clock_changes(&a[1..])?).map_err(raise)?.into())
        };
        /// Return the time in ISO 8601 format.
        ///
        /// >>> datetime.time(12, 30).isoformat()
        /// '12:30:00'
        Method Core "isoformat(self, /, timespec: str = 'auto') -> str" => iso_format;
        /// Return the time as text by a format of `%` directives.
        ///
        /// >>> datetime.time(12, 30).strftime('%I:%M %p')
        /// '12:30 PM'
        Method Core "strftime(self, /, format: str) -> str" => strftime;
        /// Return the offset from UTC; `None` for a naive value and for zones whose offset depends on the day.
        ///
        /// >>> datetime.time(12, tzinfo=datetime.UTC).utcoffset()
        /// datetime.timedelta(0)
        Method Core "utcoffset(self, /) -> timedelta | None" => |_, a| Ok(args::time("utcoffset", a)?.utc_offset().into());
        /// Return the part of the offset that is daylight saving, if the zone tells.
        ///
        /// >>> datetime.time(12, tzinfo=datetime.UTC).dst() is None
        /// True
        Method Core "dst(self, /) -> timedelta | None" => |_, a| Ok(args::time("dst", a)?.dst().into());
        /// Return the name of the zone; `None` for a naive value.
        ///
        /// >>> datetime.time(12, tzinfo=datetime.UTC).tzname()
        /// 'UTC'
        Method Core "tzname(self, /) -> str | None" => |_, a| {
            Ok(args::optional_text(args::time("tzname", a)?.zone_name()))
        };
        /// The hour, 0 to 23.
        ///
        /// >>> datetime.time(12, 30).hour
        /// 12
        Property Core "hour(self, /) -> int" => |_, a| Ok(args::time("hour", a)?.hour().into());
        /// The minute.
        ///
        /// >>> datetime.time(12, 30).minute
        /// 30
        Property Core "minute(self, /) -> int" => |_, a| Ok(args::time("minute", a)?.minute().into());
        /// The second.
        ///
        /// >>> datetime.time(12, 30).second
        /// 0
        Property Core "second(self, /) -> int" => |_, a| Ok(args::time("second", a)?.second().into());
        /// The microsecond.
        ///
        /// >>> datetime.time(12, 30).microsecond
        /// 0
        Property Core "microsecond(self, /) -> int" => |_, a| Ok(args::time("microsecond", a)?.microsecond().into());
        /// The zone; `None` for a naive value.
        ///
        /// >>> datetime.time(12, 30).tzinfo is None
        /// True
        Property Core "tzinfo(self, /) -> tzinfo | None" => |_, a| Ok(args::zone_value(args::time("tzinfo", a)?.zone()));
        /// 1 for the second of two moments with the same wall clock, otherwise 0.
        ///
        /// >>> datetime.time(12, 30).fold
        /// 0
        Property Core "fold(self, /) -> int" => |_, a| Ok(args::time("fold", a)?.fold().into());
    ]
}

fn iso_format(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = args::time("isoformat", a)?;
    let spec = TimeSpec::parse(args::text("isoformat() argument 1", &a[1])?).map_err(raise)?;
    Ok(Value::str(&own.iso_format(spec)))
}

fn strftime(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = args::time("strftime", a)?;
    let format = args::text("strftime() argument 1", &a[1])?;
    Ok(Value::text(&own.strftime(format, &cx.env().zone).map_err(raise)?))
}
