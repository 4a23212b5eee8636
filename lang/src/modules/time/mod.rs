//! The module `time` (spec 9.2, 9.3): clocks, and conversions between timestamps, tuples and text in the zone of the run.
//!
//! | room | job |
//! |---|---|
//! | [`clock`] | the clocks of the run, `sleep` |
//! | [`struct_time`] | the type of time tuples |
//!
//! The conversions themselves are in `value::civil`.

pub mod clock;
pub mod struct_time;

use crate::modules::datetime::args::{self, raise};
use crate::table;
use crate::value::civil::{self, StructTime, ZoneNames};
use crate::value::exceptions::type_error;
use crate::value::types::{Constant, Profile};
use crate::value::{Cx, ModuleDesc, R, Value};

table! {
    static FUNCTIONS = [
        /// Return a time tuple, by default the present moment in the zone of the run, in the form of C's `asctime`.
        ///
        /// >>> time.asctime(time.gmtime(0))
        /// 'Thu Jan  1 00:00:00 1970'
        Function Core "time.asctime(t: tuple[int, ...] = <absent>, /) -> str" => |cx, a| {
            let tuple = tuple_or_now(cx, "asctime", &a[0])?;
            Ok(Value::str(&tuple.asctime().map_err(raise)?))
        };
        /// Return a timestamp, by default the present moment, in the zone of the run in the form of C's `ctime`.
        ///
        /// >>> len(time.ctime())
        /// 24
        Function Core "time.ctime(seconds: float | None = None, /) -> str" => |cx, a| {
            let seconds = seconds_or_now(cx, &a[0])?;
            let local = cx.env().zone.local_fields(seconds).map_err(raise)?;
            Ok(Value::str(&local.asctime().map_err(raise)?))
        };
        /// Return a timestamp, by default the present moment, as a tuple in UTC.
        ///
        /// >>> time.gmtime(86400)[:3]
        /// (1970, 1, 2)
        Function Core "time.gmtime(seconds: float | None = None, /) -> struct_time" => |cx, a| {
            let seconds = seconds_or_now(cx, &a[0])?;
            struct_time::to_value(&StructTime::utc(seconds).map_err(raise)?)
        };
        /// Return a timestamp, by default the present moment, as a tuple in the zone of the run.
        ///
        /// >>> time.mktime(time.localtime(1700000000))
        /// 1700000000.0
        Function Core "time.localtime(seconds: float | None = None, /) -> struct_time" => |cx, a| {
            let seconds = seconds_or_now(cx, &a[0])?;
            struct_time::to_value(&cx.env().zone.local_fields(seconds).map_err(raise)?)
        };
        /// Return the timestamp of a tuple in the zone of the run.
        ///
        /// >>> time.mktime(time.localtime(1700000000))
        /// 1700000000.0
        Function Core "time.mktime(t: tuple[int, ...], /) -> float" => |cx, a| {
            let tuple = struct_time::from_value("mktime", &a[0])?;
            let seconds = tuple.mktime(&cx.env().zone).map_err(raise)?;
            Ok(Value::Float(seconds as f64))
        };
        /// Return a time tuple, by default the present moment in the zone of the run, as text by a format of `%` directives.
        ///
        /// >>> time.strftime('%Y-%m-%d %H:%M', time.gmtime(0))
        /// '1970-01-01 00:00'
        Function Core "time.strftime(format: str, t: tuple[int, ...] = <absent>, /) -> str" => |cx, a| {
            let format = args::text("strftime() argument 1", &a[0])?;
            let tuple = tuple_or_now(cx, "strftime", &a[1])?;
            Ok(Value::text(&tuple.strftime(format, &cx.env().zone).map_err(raise)?))
        };
        /// Read a text by a format of `%` directives.
        ///
        /// >>> time.strptime('2024-05-01', '%Y-%m-%d').tm_yday
        /// 122
        Function Core "def _strptime_time time.strptime(string: str, format: str = '%a %b %d %H:%M:%S %Y', /) -> struct_time" => |cx, a| {
            let text = strptime_text(0, &a[0])?;
            let format = strptime_text(1, &a[1])?;
            let names = zone_names(cx);
            struct_time::to_value(&StructTime::strptime(text, format, &names).map_err(raise)?)
        };
        /// Return the seconds since 1970.
        ///
        /// >>> time.time() > 1600000000
        /// True
        Function Core "time.time() -> float" => |cx, _| Ok(clock::as_seconds(clock::nanoseconds(cx)));
        /// Return the nanoseconds since 1970.
        ///
        /// >>> time.time_ns() > 1600000000 * 10**9
        /// True
        Function Core "time.time_ns() -> int" => |cx, _| Ok(clock::as_nanoseconds(clock::nanoseconds(cx)));
        /// Return the seconds of a clock that never goes back.
        ///
        /// >>> time.monotonic() <= time.monotonic()
        /// True
        Function Extended "time.monotonic() -> float" => |_, _| Ok(clock::as_seconds(clock::steady()));
        /// Return the nanoseconds of a clock that never goes back.
        ///
        /// >>> time.monotonic_ns() <= time.monotonic_ns()
        /// True
        Function Extended "time.monotonic_ns() -> int" => |_, _| Ok(clock::as_nanoseconds(clock::steady()));
        /// Return the seconds of the finest clock, for measuring.
        ///
        /// >>> time.perf_counter() <= time.perf_counter()
        /// True
        Function Extended "time.perf_counter() -> float" => |_, _| Ok(clock::as_seconds(clock::steady()));
        /// Return the nanoseconds of the finest clock, for measuring.
        ///
        /// >>> time.perf_counter_ns() <= time.perf_counter_ns()
        /// True
        Function Extended "time.perf_counter_ns() -> int" => |_, _| Ok(clock::as_nanoseconds(clock::steady()));
        /// Return the seconds for which the run has been working, without those it slept.
        ///
        /// >>> time.process_time() <= time.process_time()
        /// True
        Function Extended "time.process_time() -> float" => |cx, _| Ok(clock::as_seconds(clock::working(cx)));
        /// Return the nanoseconds for which the run has been working, without those it slept.
        ///
        /// >>> time.process_time_ns() <= time.process_time_ns()
        /// True
        Function Extended "time.process_time_ns() -> int" => |cx, _| Ok(clock::as_nanoseconds(clock::working(cx)));
        /// Return the seconds for which the run has been working, without those it slept; a run is one thread.
        ///
        /// >>> time.thread_time() <= time.thread_time()
        /// True
        Function Extended "time.thread_time() -> float" => |cx, _| Ok(clock::as_seconds(clock::working(cx)));
        /// Return the nanoseconds for which the run has been working, without those it slept; a run is one thread.
        ///
        /// >>> time.thread_time_ns() <= time.thread_time_ns()
        /// True
        Function Extended "time.thread_time_ns() -> int" => |cx, _| Ok(clock::as_nanoseconds(clock::working(cx)));
        /// Wait for some seconds. They count as run time.
        ///
        /// >>> time.sleep(0.001) is None
        /// True
        Function Extended "time.sleep(seconds: float, /) -> None" => clock::sleep;
    ]
}

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "time",
    doc: "Clocks and conversions of time.",
    profile: Profile::Core,
    functions: FUNCTIONS,
    types: &[("struct_time", &struct_time::STRUCT_TIME, Profile::CoreCode)],
    constants: &[
        Constant {
            name: "timezone",
            doc: "Seconds west of UTC of the zone of the run in standard time.",
            profile: Profile::CoreCode,
            ty: "int",
            value: |cx| Ok(Value::Int(zone_names(cx).timezone)),
        },
        Constant {
            name: "altzone",
            doc: "Seconds west of UTC of the zone of the run in daylight saving time.",
            profile: Profile::CoreCode,
            ty: "int",
            value: |cx| Ok(Value::Int(zone_names(cx).altzone)),
        },
        Constant {
            name: "daylight",
            doc: "1 if the zone of the run has daylight saving time, otherwise 0.",
            profile: Profile::Extended,
            ty: "int",
            value: |cx| Ok(Value::Int(i64::from(zone_names(cx).daylight))),
        },
        Constant {
            name: "tzname",
            doc: "Names of standard and daylight saving time in the zone of the run.",
            profile: Profile::CoreCode,
            ty: "tuple[str, str]",
            value: |cx| Ok(Value::tuple(zone_names(cx).names.map(|name| Value::text(&name)))),
        },
    ],
    modules: &[],
};

/// The names and offsets of the zone of the run.
fn zone_names(cx: &mut Cx<'_>) -> ZoneNames {
    let (seconds, _) = clock::now(cx);
    cx.env().zone.names(seconds)
}

/// A timestamp argument as whole seconds; `None` is the present moment.
fn seconds_or_now(cx: &mut Cx<'_>, value: &Value) -> R<i64> {
    match value {
        Value::None => Ok(clock::now(cx).0),
        given => civil::whole_seconds(args::timestamp(given)?).map_err(raise),
    }
}

/// A time tuple argument; if absent, the present moment in the zone of the run.
fn tuple_or_now(cx: &mut Cx<'_>, function: &str, value: &Value) -> R<StructTime> {
    match value.given() {
        Some(given) => struct_time::from_value(function, given),
        None => {
            let (seconds, _) = clock::now(cx);
            cx.env().zone.local_fields(seconds).map_err(raise)
        }
    }
}

/// A text argument of `strptime`.
fn strptime_text(at: usize, value: &Value) -> R<&[u8]> {
    value.text_bytes().ok_or_else(|| {
        let got = value.type_of().qualified();
        type_error(format!("strptime() argument {at} must be str, not <class '{got}'>"))
    })
}
