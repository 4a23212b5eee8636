//! `datetime.timedelta`: constructor and members. Its operators are in [`super::arithmetic`].

use super::args::{self, raise};
use crate::table;
use crate::value::civil::{Delta, DeltaParts, Number};
use crate::value::exceptions::type_error;
use crate::value::types::{Constant, Kind, Profile};
use crate::value::{Builtin, R, Value};

/// `datetime.timedelta(days, seconds, …)`
pub static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "__new__ timedelta(days: float = <absent>, seconds: float = <absent>, microseconds: float = <absent>, milliseconds: float = <absent>, minutes: float = <absent>, hours: float = <absent>, weeks: float = <absent>) -> timedelta",
    "A span of time: the sum of the arguments, to the microsecond.\n\n>>> datetime.timedelta(hours=36)\ndatetime.timedelta(days=1, seconds=43200)\n",
    |_, a| {
        let part = |at: usize, name: &str| match a[at].given() {
            None => Ok(None),
            Some(value) => args::number(value).map(Some).ok_or_else(|| {
                let got = value.type_of().qualified();
                type_error(format!("unsupported type for timedelta {name} component: {got}"))
            }),
        };
        let parts = DeltaParts {
            days: part(0, "days")?,
            seconds: part(1, "seconds")?,
            microseconds: part(2, "microseconds")?,
            milliseconds: part(3, "milliseconds")?,
            minutes: part(4, "minutes")?,
            hours: part(5, "hours")?,
            weeks: part(6, "weeks")?,
        };
        Ok(Delta::new(&parts).map_err(raise)?.into())
    },
);

/// A day.
pub fn one_day() -> R {
    let parts = DeltaParts { days: Some(Number::Int(1)), ..DeltaParts::default() };
    Ok(Delta::new(&parts).map_err(raise)?.into())
}

/// The constants of the class.
pub static CONSTANTS: &[Constant] = &[
    Constant {
        name: "min",
        doc: "The most negative span.",
        profile: Profile::Core,
        ty: "timedelta",
        value: |_| Ok(Delta::MIN.into()),
    },
    Constant {
        name: "max",
        doc: "The longest span.",
        profile: Profile::Core,
        ty: "timedelta",
        value: |_| Ok(Delta::MAX.into()),
    },
    Constant {
        name: "resolution",
        doc: "The least difference of two spans that are not equal.",
        profile: Profile::Core,
        ty: "timedelta",
        value: |_| Ok(Delta::RESOLUTION.into()),
    },
];

table! {
    /// Its members.
    pub static MEMBERS = [
        /// Return the whole span in seconds.
        ///
        /// >>> datetime.timedelta(hours=1, milliseconds=5).total_seconds()
        /// 3600.005
        Method Core "total_seconds(self, /) -> float" => |_, a| {
            Ok(Value::Float(args::delta("total_seconds", a)?.total_seconds()))
        };
        /// The whole days; negative for negative spans.
        ///
        /// >>> datetime.timedelta(hours=36).days
        /// 1
        Property Core "days(self, /) -> int" => |_, a| Ok(args::delta("days", a)?.days().into());
        /// The seconds beyond whole days, 0 to 86399.
        ///
        /// >>> datetime.timedelta(hours=36).seconds
        /// 43200
        Property Core "seconds(self, /) -> int" => |_, a| Ok(args::delta("seconds", a)?.seconds().into());
        /// The microseconds beyond whole seconds.
        ///
        /// >>> datetime.timedelta(milliseconds=1500).microseconds
        /// 500000
        Property Core "microseconds(self, /) -> int" => |_, a| Ok(args::delta("microseconds", a)?.microseconds().into());
    ]
}
