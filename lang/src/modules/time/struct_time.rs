//! `time.struct_time`: a tuple of nine elements with names, and two further fields.

use crate::builtins::iterate;
use crate::modules::datetime::args::{self, raise};
use crate::value::civil::{self, StructTime};
use crate::value::exceptions::type_error;
use crate::value::types::{Constant, Kind, Profile};
use crate::value::{Builtin, Cx, HVec, R, Tuple, TypeDesc, Value, types};

/// Elements that the tuple has.
const ELEMENTS: usize = 9;

const FIELDS: &[&str] = &[
    "tm_year",
    "tm_mon",
    "tm_mday",
    "tm_hour",
    "tm_min",
    "tm_sec",
    "tm_wday",
    "tm_yday",
    "tm_isdst",
    "tm_zone",
    "tm_gmtoff",
];

/// The type.
pub static STRUCT_TIME: TypeDesc = TypeDesc {
    base: Some(&types::TUPLE),
    doc: "The fields of a moment: year, month, day, hour, minute, second, weekday, day of the year, daylight saving.",
    fields: FIELDS,
    constants: &[
        count("n_fields", "Number of fields.", |_| Ok(Value::size(FIELDS.len()))),
        count("n_sequence_fields", "Number of fields that are elements.", |_| Ok(Value::size(ELEMENTS))),
        count("n_unnamed_fields", "Number of elements without a name.", |_| Ok(Value::Int(0))),
    ],
    new: Some(&NEW),
    ..TypeDesc::new("struct_time", "time")
};

const fn count(name: &'static str, doc: &'static str, value: fn(&mut Cx<'_>) -> R) -> Constant {
    Constant { name, doc, profile: Profile::CoreCode, ty: "int", value }
}

/// `time.struct_time(sequence)`
static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::CoreCode,
    "structseq struct_time(sequence: Iterable[Any]) -> struct_time",
    "A time tuple from nine elements, or up to eleven with zone name and offset.\n\n>>> time.struct_time((2024, 5, 1, 12, 30, 0, 2, 122, 0)).tm_hour\n12\n",
    construct,
);

fn construct(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if !iterate::is_iterable(&a[0]) {
        return Err(type_error("constructor requires a sequence"));
    }
    let mut items = iterate::collect(cx, &a[0])?;
    let given = items.len();
    if !(ELEMENTS..=FIELDS.len()).contains(&given) {
        let (bound, limit) = if given < ELEMENTS { ("least", ELEMENTS) } else { ("most", FIELDS.len()) };
        return Err(type_error(format!(
            "time.struct_time() takes an at {bound} {limit}-sequence ({given}-sequence given)"
        )));
    }
    // One time tuple made from another keeps its zone.
    let mut more: Vec<Value> = match &a[0] {
        Value::Tuple(own) if own.class == &STRUCT_TIME => own.more().to_vec(),
        _ => items.iter().skip(ELEMENTS).cloned().collect(),
    };
    more.resize(FIELDS.len() - ELEMENTS, Value::None);
    items.truncate(ELEMENTS);
    Ok(Value::Tuple(Tuple::with_more(&STRUCT_TIME, items, more)))
}

/// A time tuple as a value.
///
/// # Errors
/// None; the form is that of an implementation.
pub fn to_value(time: &StructTime) -> R {
    let items: HVec<Value> = time.items().into_iter().map(Value::Int).collect();
    let zone = time.zone.as_deref().map_or(Value::None, Value::text);
    let offset = time.offset.map_or(Value::None, Value::Int);
    Ok(Value::Tuple(Tuple::with_more(&STRUCT_TIME, items, vec![zone, offset])))
}

/// The time tuple that is the argument of `function`.
///
/// # Errors
/// `TypeError` for what is no tuple of nine ints, `OverflowError` for ints beyond C's.
pub fn from_value(function: &str, value: &Value) -> R<StructTime> {
    let Value::Tuple(tuple) = value else { return Err(type_error("Tuple or struct_time argument required")) };
    let illegal = || type_error(format!("{function}(): illegal time tuple argument"));
    let elements: &[Value; ELEMENTS] = tuple.items[..].try_into().map_err(|_| illegal())?;
    let mut items = [0; ELEMENTS];
    for (item, element) in items.iter_mut().zip(elements) {
        *item = i64::from(civil::c_int(args::int(element)?).map_err(raise)?);
    }
    let mut time = StructTime::of_items(items);
    if tuple.class == &STRUCT_TIME {
        let [zone, offset] = tuple.more() else { return Ok(time) };
        time.zone = zone.text_bytes().map(Into::into);
        time.offset = match offset {
            Value::None => None,
            given => Some(i64::try_from(args::int(given)?).unwrap_or(i64::MAX)),
        };
    }
    Ok(time)
}
