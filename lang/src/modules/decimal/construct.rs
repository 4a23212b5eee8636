//! Making decimals from other values, and decimal tuples.

use super::args::{chosen, exact, no_conversion, run, word};
use super::contexts::Shared;
use crate::value::decimal::{Context, Decimal, DecimalError, TupleExponent};
use crate::value::exceptions::{overflow_error, type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::IntView;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, HVec, R, Tuple, TypeDesc, Value};

/// `Decimal(…)`
pub static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Core,
    "function Decimal(value: Decimal | int | float | str | tuple[int, Sequence[int], int | str] | list[Any] = '0', \
     context: Context | None = None) -> Decimal",
    "An exact decimal number, whatever the precision, from text, a number, or sign, digits and exponent.\n\n\
     >>> decimal.Decimal('1.10') + 2\nDecimal('3.10')\n>>> decimal.Decimal((1, (1, 5), -1))\nDecimal('-1.5')\n",
    |cx, a| {
        let context = chosen(cx, &a[1])?;
        make(&context, &a[0], &EXACT)
    },
);

/// The two ways of making a decimal: exact, or rounded to the context.
pub(super) struct Making {
    text: fn(&mut Context, &[u8]) -> Result<Decimal, DecimalError>,
    tuple: fn(&mut Context, bool, &[u8], TupleExponent) -> Result<Decimal, DecimalError>,
    number: fn(&mut Context, &Decimal) -> Result<Decimal, DecimalError>,
}

/// As the constructor does it.
pub(super) static EXACT: Making =
    Making { text: Context::parse, tuple: Context::from_tuple, number: |_, number| Ok(number.clone()) };

/// As `create_decimal` does it.
pub(super) static ROUNDED: Making = Making {
    text: Context::create_decimal,
    tuple: Context::create_decimal_from_tuple,
    number: Context::create_decimal_from,
};

/// Makes a decimal of any value that can be one.
pub(super) fn make(context: &Shared, value: &Value, making: &Making) -> R {
    if let Some(text) = value.text_bytes() {
        return run(context, |context| (making.text)(context, text)).map(Value::decimal);
    }
    let tuple = match value {
        Value::Decimal(_) if std::ptr::eq(making, &EXACT) => return Ok(value.clone()),
        Value::Float(x) => {
            let number = Decimal::from_float(*x)?;
            return run(context, |context| {
                context.float_operation()?;
                (making.number)(context, &number)
            })
            .map(Value::decimal);
        }
        Value::Tuple(tuple) => tuple.items.to_vec(),
        Value::List(list) => list.to_vec(),
        _ => {
            let number = exact(value)?.ok_or_else(|| no_conversion(value))?;
            return run(context, |context| (making.number)(context, &number)).map(Value::decimal);
        }
    };
    let (negative, digits, exponent) = parts(&tuple)?;
    run(context, |context| (making.tuple)(context, negative, &digits, exponent)).map(Value::decimal)
}

/// `from_float`, `create_decimal_from_float`: an int or a float, which is no signal here.
pub(super) fn from_float(context: &Shared, value: &Value, making: &Making) -> R {
    let number = match value {
        Value::Float(x) => Decimal::from_float(*x)?,
        _ => match IntView::of(value) {
            Some(IntView::Small(n)) => Decimal::from(n),
            Some(IntView::Big(n)) => Decimal::from_int(n)?,
            None => return Err(type_error("argument must be int or float")),
        },
    };
    run(context, |context| (making.number)(context, &number)).map(Value::decimal)
}

/// Sign, digits and exponent out of a sequence.
fn parts(items: &[Value]) -> R<(bool, Vec<u8>, TupleExponent)> {
    let [sign, digits, exponent] = items else {
        return Err(value_error("argument must be a sequence of length 3"));
    };
    let negative = match small(sign, "sign must be an integer with the value 0 or 1")? {
        0 => false,
        1 => true,
        _ => return Err(value_error("sign must be an integer with the value 0 or 1")),
    };
    let exponent = match exponent.text_bytes() {
        Some(b"F") => TupleExponent::Infinity,
        Some(b"n") => TupleExponent::QuietNan,
        Some(b"N") => TupleExponent::SignalingNan,
        Some(_) => return Err(value_error("string argument in the third position must be 'F', 'n' or 'N'")),
        None if IntView::of(exponent).is_none() => return Err(value_error("exponent must be an integer")),
        None => TupleExponent::Finite(word(exponent, "")?),
    };
    const DIGITS: &str = "coefficient must be a tuple of digits";
    let items = match digits {
        Value::Tuple(tuple) => tuple.items.to_vec(),
        Value::List(list) => list.to_vec(),
        _ => return Err(value_error(DIGITS)),
    };
    checkpoint(items.len() as u64)?;
    let digit = |item: &Value| match small(item, DIGITS)? {
        digit @ 0..=9 => Ok(digit as u8),
        _ => Err(value_error(DIGITS)),
    };
    Ok((negative, items.iter().map(digit).collect::<R<_>>()?, exponent))
}

/// An int that fits a C `long`; `refusal` is for what is no int.
fn small(value: &Value, refusal: &str) -> R<i64> {
    match IntView::of(value) {
        Some(IntView::Small(n)) => Ok(n),
        Some(IntView::Big(_)) => Err(overflow_error("Python int too large to convert to C long")),
        None => Err(value_error(refusal)),
    }
}

/// `decimal.DecimalTuple`
pub static DECIMAL_TUPLE: TypeDesc = TypeDesc {
    doc: "Sign, digits and exponent of a decimal.",
    fields: &["sign", "digits", "exponent"],
    new: Some(&NEW_TUPLE),
    python: true,
    ..TypeDesc::new("DecimalTuple", "decimal").with_base(&crate::builtins::named_tuple::NAMED_TUPLE)
};

static NEW_TUPLE: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "def DecimalTuple.__new__ DecimalTuple(sign: int, digits: tuple[int, ...], exponent: int | str) -> DecimalTuple",
    "Sign, digits and exponent of a decimal.\n\n>>> decimal.DecimalTuple(0, (1, 5), -1)\n\
     DecimalTuple(sign=0, digits=(1, 5), exponent=-1)\n",
    |_, a| Ok(Value::Tuple(Tuple::of_class(&DECIMAL_TUPLE, HVec::from_slice(a)))),
);

/// `as_tuple`
pub(super) fn as_tuple(number: &Decimal) -> R {
    let (negative, digits, exponent) = number.as_tuple()?;
    reserve(digits.len().saturating_mul(size_of::<Value>()))?;
    checkpoint(digits.len() as u64)?;
    let digits: HVec<Value> = digits.into_iter().map(|digit| Value::Int(i64::from(digit))).collect();
    let exponent = match exponent {
        TupleExponent::Finite(n) => Value::Int(n),
        TupleExponent::Infinity => Value::str("F"),
        TupleExponent::QuietNan => Value::str("n"),
        TupleExponent::SignalingNan => Value::str("N"),
    };
    let items = [Value::Int(i64::from(negative)), Value::Tuple(Tuple::new(digits)), exponent];
    Ok(Value::Tuple(Tuple::of_class(&DECIMAL_TUPLE, HVec::from_slice(&items))))
}
