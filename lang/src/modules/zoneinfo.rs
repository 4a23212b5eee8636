//! The module `zoneinfo` (spec 9.2): zones of the embedded time-zone database.

use crate::builtins::receiver::wrong_receiver;
use crate::modules::datetime::args::{self, raise};
use crate::modules::datetime::timezone::{from_utc, zone};
use crate::table;
use crate::value::civil::{self, DateTime, Zone};
use crate::value::exceptions::{KEY_ERROR, attribute_error, type_error};
use crate::value::table::Table;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, ModuleDesc, R, Set, TypeDesc, Value, types};

/// The error for a key that is not in the database.
pub static NOT_FOUND: TypeDesc = TypeDesc {
    doc: "A zone that is not in the database.",
    ..TypeDesc::new("ZoneInfoNotFoundError", "zoneinfo").with_base(&KEY_ERROR)
};

table! {
    static FUNCTIONS = [
        /// Return the names of all zones.
        ///
        /// >>> 'Europe/Paris' in zoneinfo.available_timezones()
        /// True
        Function Extended "def zoneinfo.available_timezones() -> set[str]" => |_, _| {
            let names = Set::new(Table::default(), false);
            for name in civil::available_zones() {
                names.add(Value::str(name))?;
            }
            Ok(Value::Set(names))
        };
    ]
}

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "zoneinfo",
    doc: "Time zones of places, with their history.",
    profile: Profile::Extended,
    functions: FUNCTIONS,
    types: &[
        ("ZoneInfo", &types::ZONEINFO, Profile::Extended),
        ("ZoneInfoNotFoundError", &NOT_FOUND, Profile::Extended),
    ],
    constants: &[],
    modules: &[],
};

/// `zoneinfo.ZoneInfo(key)`
pub static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "ZoneInfo(key: str) -> ZoneInfo",
    "The zone of a place by its name in the time-zone database.\n\n>>> zoneinfo.ZoneInfo('Asia/Tokyo')\nzoneinfo.ZoneInfo(key='Asia/Tokyo')\n",
    |_, a| match a[0].text_bytes() {
        Some(key) => Ok(Zone::Named(civil::zone_info(key).map_err(raise)?).into()),
        None => {
            Err(type_error(format!("expected str, bytes or os.PathLike object, not {}", a[0].type_of().qualified())))
        }
    },
);

table! {
    /// The members of `ZoneInfo`.
    pub static MEMBERS = [
        /// The name of the zone.
        ///
        /// >>> zoneinfo.ZoneInfo('Asia/Tokyo').key
        /// 'Asia/Tokyo'
        Property Extended "key(self, /) -> str" => |_, a| match a.first() {
            Some(Value::Zone(own)) => Ok(Value::text(&own.text())),
            other => Err(wrong_receiver("key", "zoneinfo.ZoneInfo", other)),
        };
        /// Return the offset from UTC at a wall clock; without one, that of a zone that never changes.
        ///
        /// >>> zoneinfo.ZoneInfo('Europe/Paris').utcoffset(datetime.datetime(2024, 7, 1))
        /// datetime.timedelta(seconds=7200)
        Method Extended "utcoffset(self, dt: datetime | None, /) -> timedelta | None" => |_, a| {
            Ok(zone("utcoffset", a)?.utc_offset(wall(&a[1])?).into())
        };
        /// Return the name of the kind of time in force at a wall clock.
        ///
        /// >>> zoneinfo.ZoneInfo('Europe/Paris').tzname(datetime.datetime(2024, 7, 1))
        /// 'CEST'
        Method Extended "tzname(self, dt: datetime | None, /) -> str | None" => |_, a| {
            Ok(args::optional_text(zone("tzname", a)?.name(wall(&a[1])?)))
        };
        /// Return the part of the offset that is daylight saving at a wall clock.
        ///
        /// >>> zoneinfo.ZoneInfo('Europe/Paris').dst(datetime.datetime(2024, 7, 1))
        /// datetime.timedelta(seconds=3600)
        Method Extended "dst(self, dt: datetime | None, /) -> timedelta | None" => |_, a| {
            Ok(zone("dst", a)?.dst(wall(&a[1])?).into())
        };
        /// Return local time for a value with UTC fields and this zone.
        ///
        /// >>> paris = zoneinfo.ZoneInfo('Europe/Paris')
        /// >>> paris.fromutc(datetime.datetime(2024, 7, 1, 12, tzinfo=paris)).hour
        /// 14
        Method Extended "fromutc(self, dt: datetime, /) -> datetime" => from_utc;
    ]
}

/// The argument `dt`. CPython finds out that it is something else when it asks for its fields.
fn wall(value: &Value) -> R<Option<&DateTime>> {
    match value {
        Value::None => Ok(None),
        Value::DateTime(own) => Ok(Some(&own.0)),
        other => {
            let field = if matches!(other, Value::Date(_)) { "hour" } else { "toordinal" };
            Err(attribute_error(format!("'{}' object has no attribute '{field}'", other.type_of().qualified())))
        }
    }
}
