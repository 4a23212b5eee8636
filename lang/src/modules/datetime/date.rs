//! `datetime.date`: constructor and members. Those that `datetime` inherits work for both.

use super::args::{self, raise};
use crate::modules::time::struct_time;
use crate::table;
use crate::value::civil::{self, Date, DateTime, IsoCalendar, Time};
use crate::value::types::{Constant, Kind, Profile};
use crate::value::{Builtin, Cx, HVec, R, Tuple, TypeDesc, Value, types};

/// `datetime.date(year, month, day)`
pub static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "function date(year: int, month: int, day: int) -> date",
    "A day of the Gregorian calendar.\n\n>>> datetime.date(2024, 2, 29)\ndatetime.date(2024, 2, 29)\n",
    |_, a| {
        let [year, month, day] = [args::c_int(&a[0])?, args::c_int(&a[1])?, args::c_int(&a[2])?];
        Ok(Date::new(year, month, day).map_err(raise)?.into())
    },
);

/// The constants of the class.
pub static CONSTANTS: &[Constant] = &[
    Constant {
        name: "min",
        doc: "The earliest day, 1 January of year 1.",
        profile: Profile::Core,
        ty: "date",
        value: |_| Ok(Date::MIN.into()),
    },
    Constant {
        name: "max",
        doc: "The latest day, 31 December of year 9999.",
        profile: Profile::Core,
        ty: "date",
        value: |_| Ok(Date::MAX.into()),
    },
    Constant {
        name: "resolution",
        doc: "The least difference of two days that are not equal.",
        profile: Profile::Core,
        ty: "timedelta",
        value: |_| super::timedelta::one_day(),
    },
];

/// The type of what `isocalendar` gives.
pub static ISO_CALENDAR: TypeDesc = TypeDesc {
    base: Some(&types::TUPLE),
    doc: "Year, week and weekday of a day by ISO 8601.",
    fields: &["year", "week", "weekday"],
    ..TypeDesc::new("IsoCalendarDate", "datetime")
};

table! {
    /// Members of `date` and, where it has no others of the name, of `datetime`.
    pub static MEMBERS = [
        /// Return the present day in the zone of the run; for `datetime` the present day and time.
        ///
        /// >>> isinstance(datetime.date.today(), datetime.date)
        /// True
        Class Core "today(cls, /) -> date" => today;
        /// Return the day on which a timestamp falls in the zone of the run.
        ///
        /// >>> datetime.date.fromtimestamp(86400 * 10)
        /// datetime.date(1970, 1, 11)
        Class Core "fromtimestamp(cls, timestamp: float, /) -> date" => from_timestamp;
        /// Return the day with a number, where 1 January of year 1 has number 1.
        ///
        /// >>> datetime.date.fromordinal(738000)
        /// datetime.date(2021, 7, 29)
        Class Core "fromordinal(cls, ordinal: int, /) -> date" => from_ordinal;
        /// Read a day in an ISO 8601 format.
        ///
        /// >>> datetime.date.fromisoformat('2024-05-01')
        /// datetime.date(2024, 5, 1)
        /// >>> datetime.date.fromisoformat('2024-W18-3')
        /// datetime.date(2024, 5, 1)
        Class Core "fromisoformat(cls, date_string: str, /) -> date" => from_iso_format;
        /// Return the day of an ISO year, week and weekday (Monday is 1).
        ///
        /// >>> datetime.date.fromisocalendar(2021, 17, 2)
        /// datetime.date(2021, 4, 27)
        Class Core "fromisocalendar(cls, /, year: int, week: int, day: int) -> date" => from_iso_calendar;
        /// Return a copy with other fields.
        ///
        /// >>> datetime.date(2021, 4, 27).replace(day=1)
        /// datetime.date(2021, 4, 1)
        Method Core "replace(self, /, year: int = <absent>, month: int = <absent>, day: int = <absent>) -> date" => replace;
        /// Return the fields as a `time.struct_time`.
        ///
        /// >>> datetime.date(2021, 4, 27).timetuple().tm_yday
        /// 117
        Method Core "timetuple(self, /) -> struct_time" => |_, a| {
            struct_time::to_value(&args::date("timetuple", a)?.time_tuple())
        };
        /// Return the number of the day, where 1 January of year 1 has number 1.
        ///
        /// >>> datetime.date(2021, 7, 29).toordinal()
        /// 738000
        Method Core "toordinal(self, /) -> int" => |_, a| Ok(args::date("toordinal", a)?.ordinal().into());
        /// Return the weekday; Monday is 0.
        ///
        /// >>> datetime.date(2024, 5, 1).weekday()
        /// 2
        Method Core "weekday(self, /) -> int" => |_, a| Ok(args::date("weekday", a)?.weekday().into());
        /// Return the weekday; Monday is 1.
        ///
        /// >>> datetime.date(2024, 5, 1).isoweekday()
        /// 3
        Method Core "isoweekday(self, /) -> int" => |_, a| Ok(args::date("isoweekday", a)?.iso_weekday().into());
        /// Return ISO year, week and weekday.
        ///
        /// >>> datetime.date(2021, 1, 1).isocalendar()
        /// datetime.IsoCalendarDate(year=2020, week=53, weekday=5)
        Method Core "isocalendar(self, /) -> tuple[int, int, int]" => iso_calendar;
        /// Return the day as `YYYY-MM-DD`.
        ///
        /// >>> datetime.date(2024, 5, 1).isoformat()
        /// '2024-05-01'
        Method Core "isoformat(self, /) -> str" => |_, a| Ok(args::date("isoformat", a)?.iso_format().into());
        /// Return the day in the form of C's `ctime`.
        ///
        /// >>> datetime.date(2024, 5, 1).ctime()
        /// 'Wed May  1 00:00:00 2024'
        Method Core "ctime(self, /) -> str" => |_, a| Ok(args::date("ctime", a)?.ctime().into());
        /// Return the day as text by a format of `%` directives.
        ///
        /// >>> datetime.date(2024, 5, 1).strftime('%d.%m.%Y')
        /// '01.05.2024'
        Method Core "strftime(self, /, format: str) -> str" => strftime;
        /// The year.
        ///
        /// >>> datetime.date(2024, 5, 1).year
        /// 2024
        Property Core "year(self, /) -> int" => |_, a| Ok(args::date("year", a)?.year().into());
        /// The month, 1 to 12.
        ///
        /// >>> datetime.date(2024, 5, 1).month
        /// 5
        Property Core "month(self, /) -> int" => |_, a| Ok(args::date("month", a)?.month().into());
        /// The day of the month.
        ///
        /// >>> datetime.date(2024, 5, 1).day
        /// 1
        Property Core "day(self, /) -> int" => |_, a| Ok(args::date("day", a)?.day().into());
    ]
}

/// A day as an instance of the class on which the constructor method was called.
fn made(class: &Value, date: Date) -> Value {
    if args::is_datetime(class) { DateTime::combine(date, Time::MIN).into() } else { date.into() }
}

fn today(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (seconds, micros) = args::now(cx);
    let zone = &cx.env().zone;
    if args::is_datetime(&a[0]) {
        return Ok(DateTime::now(seconds, micros, None, zone).map_err(raise)?.into());
    }
    Ok(Date::from_timestamp(seconds, zone).map_err(raise)?.into())
}

fn from_timestamp(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let seconds = civil::whole_seconds(args::timestamp(&a[1])?).map_err(raise)?;
    Ok(Date::from_timestamp(seconds, &cx.env().zone).map_err(raise)?.into())
}

fn from_ordinal(_: &mut Cx<'_>, a: &[Value]) -> R {
    let ordinal = args::c_int(&a[1])?;
    Ok(made(&a[0], Date::from_ordinal(ordinal).map_err(raise)?))
}

fn from_iso_format(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Date::from_iso_format(args::iso_text(&a[1])?).map_err(raise)?.into())
}

fn from_iso_calendar(_: &mut Cx<'_>, a: &[Value]) -> R {
    let component = |value: &Value| civil::iso_component(args::int(value)?).map_err(raise);
    let [year, week, day] = [component(&a[1])?, component(&a[2])?, component(&a[3])?];
    Ok(made(&a[0], Date::from_iso_calendar(year, week, day).map_err(raise)?))
}

fn replace(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = args::date("replace", a)?;
    let [year, month, day] = [args::optional_int(&a[1])?, args::optional_int(&a[2])?, args::optional_int(&a[3])?];
    Ok(own.replace(year, month, day).map_err(raise)?.into())
}

fn iso_calendar(_: &mut Cx<'_>, a: &[Value]) -> R {
    let IsoCalendar { year, week, weekday } = args::date("isocalendar", a)?.iso_calendar();
    let items = HVec::from_slice(&[year, week, weekday].map(Value::from));
    Ok(Value::Tuple(Tuple::of_class(&ISO_CALENDAR, items)))
}

fn strftime(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = args::date("strftime", a)?;
    let format = args::text("strftime() argument 1", &a[1])?;
    Ok(Value::text(&own.strftime(format, &cx.env().zone).map_err(raise)?))
}
