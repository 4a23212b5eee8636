//! `datetime.datetime`: constructor and members. What it inherits unchanged is in [`super::date`].

use super::args::{self, raise};
use crate::modules::time::struct_time;
use crate::table;
use crate::value::civil::{Date, DateTime, DateTimeChanges, Delta, Time, TimeChanges, TimeFields, TimeSpec, Zone};
use crate::value::exceptions::type_error;
use crate::value::types::{Constant, Kind, Profile};
use crate::value::{Builtin, Cx, R, Value};

/// `datetime.datetime(year, month, day, …)`
pub static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "function datetime(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0, tzinfo: tzinfo | None = None, *, fold: int = 0) -> datetime",
    "A date and a time of day, naive without `tzinfo`, aware with it.\n\n>>> datetime.datetime(2024, 5, 1, 12, 30)\ndatetime.datetime(2024, 5, 1, 12, 30)\n",
    |_, a| {
        let [year, month, day] = [args::c_int(&a[0])?, args::c_int(&a[1])?, args::c_int(&a[2])?];
        let (fields, zone) = clock_fields(&a[3..])?;
        let date = Date::new(year, month, day).map_err(raise)?;
        let time = Time::new(fields, zone.cloned()).map_err(raise)?;
        Ok(DateTime::combine(date, time).into())
    },
);

/// The arguments hour, minute, second, microsecond, tzinfo, fold of a constructor.
pub(super) fn clock_fields(a: &[Value]) -> R<(TimeFields, Option<&Zone>)> {
    let fields = TimeFields {
        hour: args::c_int(&a[0])?,
        minute: args::c_int(&a[1])?,
        second: args::c_int(&a[2])?,
        microsecond: args::c_int(&a[3])?,
        fold: args::c_int(&a[5])?,
    };
    Ok((fields, args::zone(&a[4])?))
}

/// The same arguments of `replace`.
pub(super) fn clock_changes(a: &[Value]) -> R<TimeChanges> {
    Ok(TimeChanges {
        hour: args::optional_int(&a[0])?,
        minute: args::optional_int(&a[1])?,
        second: args::optional_int(&a[2])?,
        microsecond: args::optional_int(&a[3])?,
        zone: a[4].given().map(|zone| args::zone(zone).map(Option::<&Zone>::cloned)).transpose()?,
        fold: args::optional_int(&a[5])?,
    })
}

/// The constants of the class.
pub static CONSTANTS: &[Constant] = &[
    Constant {
        name: "min",
        doc: "The earliest value.",
        profile: Profile::Core,
        ty: "datetime",
        value: |_| Ok(DateTime::MIN.into()),
    },
    Constant {
        name: "max",
        doc: "The latest value.",
        profile: Profile::Core,
        ty: "datetime",
        value: |_| Ok(DateTime::MAX.into()),
    },
    Constant {
        name: "resolution",
        doc: "The least difference of two values that are not equal.",
        profile: Profile::Core,
        ty: "timedelta",
        value: |_| Ok(Delta::RESOLUTION.into()),
    },
];

table! {
    /// Members that `date` does not have or has with another meaning.
    pub static MEMBERS = [
        /// Return the present moment: naive and in the zone of the run, or aware in the zone given.
        ///
        /// >>> datetime.datetime.now().tzinfo is None
        /// True
        /// >>> datetime.datetime.now(datetime.timezone.utc).tzinfo
        /// datetime.timezone.utc
        Class Core "now(cls, /, tz: tzinfo | None = None) -> datetime" => now;
        /// Return the present moment in UTC as a naive value.
        ///
        /// >>> datetime.datetime.utcnow().tzinfo is None
        /// True
        Class Core "utcnow(cls, /) -> datetime" => utc_now;
        /// Return the moment of a timestamp: naive and in the zone of the run, or aware in the zone given.
        ///
        /// >>> datetime.datetime.fromtimestamp(1714566600, datetime.timezone.utc)
        /// datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.timezone.utc)
        Class Core "fromtimestamp(cls, /, timestamp: float, tz: tzinfo | None = None) -> datetime" => from_timestamp;
        /// Return the moment of a timestamp in UTC as a naive value.
        ///
        /// >>> datetime.datetime.utcfromtimestamp(0.5)
        /// datetime.datetime(1970, 1, 1, 0, 0, 0, 500000)
        Class Core "utcfromtimestamp(cls, timestamp: float, /) -> datetime" => utc_from_timestamp;
        /// Return a date and a time of day as one value, with the time's zone or the one given.
        ///
        /// >>> datetime.datetime.combine(datetime.date(2024, 5, 1), datetime.time(12, 30))
        /// datetime.datetime(2024, 5, 1, 12, 30)
        Class Core "combine(cls, /, date: date, time: time, tzinfo: tzinfo | None = <absent>) -> datetime" => combine;
        /// Read a moment in an ISO 8601 format.
        ///
        /// >>> datetime.datetime.fromisoformat('2024-05-01T12:30:00Z')
        /// datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.timezone.utc)
        Class Core "fromisoformat(cls, date_string: str, /) -> datetime" => from_iso_format;
        /// Read a moment by a format of `%` directives.
        ///
        /// >>> datetime.datetime.strptime('01/05/2024 12:30', '%d/%m/%Y %H:%M')
        /// datetime.datetime(2024, 5, 1, 12, 30)
        Class Core "strptime(cls, date_string: str, format: str, /) -> datetime" => strptime;
        /// Return the day.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12).date()
        /// datetime.date(2024, 5, 1)
        Method Core "date(self, /) -> date" => |_, a| Ok(args::datetime("date", a)?.date().into());
        /// Return the time of day without the zone.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC).time()
        /// datetime.time(12, 0)
        Method Core "time(self, /) -> time" => |_, a| Ok(args::datetime("time", a)?.timetz().with_zone(None).into());
        /// Return the time of day with the zone.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC).timetz()
        /// datetime.time(12, 0, tzinfo=datetime.timezone.utc)
        Method Core "timetz(self, /) -> time" => |_, a| Ok(args::datetime("timetz", a)?.timetz().clone().into());
        /// Return a copy with other fields.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12).replace(hour=8, minute=15)
        /// datetime.datetime(2024, 5, 1, 8, 15)
        Method Core "replace(self, /, year: int = <absent>, month: int = <absent>, day: int = <absent>, hour: int = <absent>, minute: int = <absent>, second: int = <absent>, microsecond: int = <absent>, tzinfo: tzinfo | None = <absent>, *, fold: int = <absent>) -> datetime" => replace;
        /// Return the same moment in another zone; without an argument in the zone of the run.
        ///
        /// >>> noon = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)
        /// >>> noon.astimezone(zoneinfo.ZoneInfo('Asia/Tokyo')).isoformat()
        /// '2024-05-01T21:00:00+09:00'
        Method Core "astimezone(self, /, tz: tzinfo | None = None) -> datetime" => as_timezone;
        /// Return the fields as a `time.struct_time`.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12).timetuple().tm_hour
        /// 12
        Method Core "timetuple(self, /) -> struct_time" => |_, a| {
            struct_time::to_value(&args::datetime("timetuple", a)?.time_tuple())
        };
        /// Return the fields in UTC as a `time.struct_time`.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, tzinfo=zoneinfo.ZoneInfo('Asia/Tokyo')).utctimetuple().tm_hour
        /// 3
        Method Core "utctimetuple(self, /) -> struct_time" => |_, a| {
            struct_time::to_value(&args::datetime("utctimetuple", a)?.utc_time_tuple().map_err(raise)?)
        };
        /// Return the seconds since 1970; a naive value is taken in the zone of the run.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.UTC).timestamp()
        /// 1714566600.0
        Method Core "timestamp(self, /) -> float" => timestamp;
        /// Return the value in ISO 8601 format.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, 30).isoformat(' ', 'minutes')
        /// '2024-05-01 12:30'
        Method Core "isoformat(self, /, sep: str = 'T', timespec: str = 'auto') -> str" => iso_format;
        /// Return the value in the form of C's `ctime`.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, 30).ctime()
        /// 'Wed May  1 12:30:00 2024'
        Method Core "ctime(self, /) -> str" => |_, a| Ok(args::datetime("ctime", a)?.ctime().into());
        /// Return the value as text by a format of `%` directives.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, 30).strftime('%d %B %Y, %H:%M')
        /// '01 May 2024, 12:30'
        Method Core "strftime(self, /, format: str) -> str" => strftime;
        /// Return the offset from UTC; `None` for a naive value.
        ///
        /// >>> datetime.datetime(2024, 5, 1, tzinfo=zoneinfo.ZoneInfo('Asia/Tokyo')).utcoffset()
        /// datetime.timedelta(seconds=32400)
        Method Core "utcoffset(self, /) -> timedelta | None" => |_, a| {
            Ok(args::datetime("utcoffset", a)?.utc_offset().into())
        };
        /// Return the part of the offset that is daylight saving; `None` if the zone does not tell.
        ///
        /// >>> datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')).dst()
        /// datetime.timedelta(seconds=3600)
        Method Core "dst(self, /) -> timedelta | None" => |_, a| Ok(args::datetime("dst", a)?.dst().into());
        /// Return the name of the zone at that moment; `None` for a naive value.
        ///
        /// >>> datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')).tzname()
        /// 'CEST'
        Method Core "tzname(self, /) -> str | None" => |_, a| {
            Ok(args::optional_text(args::datetime("tzname", a)?.zone_name()))
        };
        /// The hour, 0 to 23.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, 30).hour
        /// 12
        Property Core "hour(self, /) -> int" => |_, a| Ok(args::datetime("hour", a)?.timetz().hour().into());
        /// The minute.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, 30).minute
        /// 30
        Property Core "minute(self, /) -> int" => |_, a| Ok(args::datetime("minute", a)?.timetz().minute().into());
        /// The second.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, 30).second
        /// 0
        Property Core "second(self, /) -> int" => |_, a| Ok(args::datetime("second", a)?.timetz().second().into());
        /// The microsecond.
        ///
        /// >>> datetime.datetime(2024, 5, 1, 12, 30).microsecond
        /// 0
        Property Core "microsecond(self, /) -> int" => |_, a| {
            Ok(args::datetime("microsecond", a)?.timetz().microsecond().into())
        };
        /// The zone; `None` for a naive value.
        ///
        /// >>> datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC).tzinfo
        /// datetime.timezone.utc
        Property Core "tzinfo(self, /) -> tzinfo | None" => |_, a| {
            Ok(args::zone_value(args::datetime("tzinfo", a)?.zone()))
        };
        /// 1 for the second of two moments with the same wall clock, otherwise 0.
        ///
        /// >>> datetime.datetime(2024, 5, 1).fold
        /// 0
        Property Core "fold(self, /) -> int" => |_, a| Ok(args::datetime("fold", a)?.timetz().fold().into());
    ]
}

fn now(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let zone = args::zone(&a[1])?;
    let (seconds, micros) = args::now(cx);
    Ok(DateTime::now(seconds, micros, zone, &cx.env().zone).map_err(raise)?.into())
}

fn utc_now(cx: &mut Cx<'_>, _: &[Value]) -> R {
    let (seconds, micros) = args::now(cx);
    let aware = DateTime::now(seconds, micros, Some(&Zone::UTC), &cx.env().zone).map_err(raise)?;
    Ok(aware.with_zone(None).into())
}

fn from_timestamp(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let zone = args::zone(&a[2])?;
    let timestamp = args::timestamp(&a[1])?;
    Ok(DateTime::from_timestamp(timestamp, zone, &cx.env().zone).map_err(raise)?.into())
}

fn utc_from_timestamp(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(DateTime::utc_from_timestamp(args::timestamp(&a[1])?).map_err(raise)?.into())
}

fn combine(_: &mut Cx<'_>, a: &[Value]) -> R {
    let refuse = |at: u8, class: &str, got: &Value| {
        let got = got.argument_type();
        type_error(format!("combine() argument {at} must be datetime.{class}, not {got}"))
    };
    let date = match &a[1] {
        Value::Date(own) => own.0,
        Value::DateTime(own) => own.date(),
        other => return Err(refuse(1, "date", other)),
    };
    let Value::Time(time) = &a[2] else { return Err(refuse(2, "time", &a[2])) };
    let time = match a[3].given() {
        Some(zone) => time.with_zone(args::zone(zone)?.cloned()),
        None => time.0.clone(),
    };
    Ok(DateTime::combine(date, time).into())
}

fn from_iso_format(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(DateTime::from_iso_format(args::iso_text(&a[1])?).map_err(raise)?.into())
}

fn strptime(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let text = args::text("strptime() argument 1", &a[1])?;
    let format = args::text("strptime() argument 2", &a[2])?;
    let (seconds, _) = args::now(cx);
    let names = cx.env().zone.names(seconds);
    Ok(DateTime::strptime(text, format, &names).map_err(raise)?.into())
}

fn replace(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = args::datetime("replace", a)?;
    let changes = DateTimeChanges {
        year: args::optional_int(&a[1])?,
        month: args::optional_int(&a[2])?,
        day: args::optional_int(&a[3])?,
        time: clock_changes(&a[4..])?,
    };
    Ok(own.replace(changes).map_err(raise)?.into())
}

fn as_timezone(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = args::datetime("astimezone", a)?;
    let zone = args::zone(&a[1])?;
    let moved = own.as_timezone(zone, &cx.env().zone).map_err(raise)?;
    Ok(args::same_or(&a[0], moved))
}

fn timestamp(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = args::datetime("timestamp", a)?;
    Ok(Value::Float(own.timestamp(&cx.env().zone).map_err(raise)?))
}

fn iso_format(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = args::datetime("isoformat", a)?;
    let separator = match a[1].as_text() {
        Some(text) if text.chars() == 1 => text.bytes,
        _ => {
            let got = a[1].argument_type();
            return Err(type_error(format!("isoformat() argument 1 must be a unicode character, not {got}")));
        }
    };
    let spec = TimeSpec::parse(args::text("isoformat() argument 2", &a[2])?).map_err(raise)?;
    Ok(Value::text(&own.iso_format(separator, spec)))
}

fn strftime(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = args::datetime("strftime", a)?;
    let format = args::text("strftime() argument 1", &a[1])?;
    Ok(Value::text(&own.strftime(format, &cx.env().zone).map_err(raise)?))
}
