//! The built-in functions that are no types (spec 8.1).

use super::list::word;
use super::{attribute, formatting, iterate, repr, sort};
use crate::syntax::ast::{BinaryOp, CmpOp};
use crate::table;
use crate::value::compare::order;
use crate::value::exceptions::{ATTRIBUTE_ERROR, overflow_error, type_error, value_error};
use crate::value::format::{float_exact, int_text};
use crate::value::interrupt::checkpoint;
use crate::value::iter::State;
use crate::value::number::{self, IntView};
use crate::value::{Cx, HVec, Iter, List, R, TypeDesc, Value};
use crate::{modules, value::types};

table! {
    /// The built-in functions.
    pub static FUNCTIONS = [
        /// Return the absolute value of a number.
        ///
        /// >>> abs(-3)
        /// 3
        Function Core "abs(x: int | float | Decimal | timedelta, /) -> Any" => abs;
        /// Whether all items are true; true for no items.
        ///
        /// >>> all([1, 'a', []])
        /// False
        Function Core "all(iterable: Iterable[Any], /) -> bool" => all;
        /// Whether any item is true.
        ///
        /// >>> any([0, '', 'a'])
        /// True
        Function Core "any(iterable: Iterable[Any], /) -> bool" => any;
        /// Return the `repr` of an object with everything beyond ASCII escaped.
        ///
        /// >>> ascii('é')
        /// "'\\xe9'"
        Function Core "ascii(obj: Any, /) -> str" => |cx, a| repr::ascii(cx, &a[0]);
        /// Return the binary form of an int.
        ///
        /// >>> bin(10)
        /// '0b1010'
        Function Extended "bin(number: int, /) -> str" => |_, a| based(&a[0], int_text::Base::Binary);
        /// Whether an object can be called.
        ///
        /// >>> callable(len)
        /// True
        Function Extended "callable(obj: Any, /) -> bool" => callable;
        /// Return the character with a code point.
        ///
        /// >>> chr(0x20ac)
        /// '€'
        Function Core "chr(i: int, /) -> str" => chr;
        /// Set MIME type and encoding of the result; historic, use `Entity.from_value`.
        ///
        /// >>> config(mime_type='application/json') is None
        /// True
        Function CoreCode "config(mime_type: str = 'application/json', encoding: str = 'utf-8') -> None" => super::entity::config;
        /// Return quotient and remainder of a floor division.
        ///
        /// >>> divmod(-7, 2)
        /// (-4, 1)
        Function Extended "divmod(x: Any, y: Any, /) -> tuple[Any, Any]" => divmod;
        /// Return an object formatted by a format specification.
        ///
        /// >>> format(1234.5, ',.2f')
        /// '1,234.50'
        Function Extended "format(value: Any, format_spec: str = '', /) -> str" => format;
        /// Return an attribute by name; the default if it is missing.
        ///
        /// >>> getattr('a', 'no_such_thing', 0)
        /// 0
        Function CoreCode "getattr(object: Any, name: str, default: Any = <absent>, /) -> Any" => getattr;
        /// Whether an object has an attribute.
        ///
        /// >>> hasattr('a', 'upper')
        /// True
        Function CoreCode "hasattr(obj: Any, name: str, /) -> bool" => hasattr;
        /// Return the hash of a hashable object.
        ///
        /// >>> hash(1.0) == hash(1)
        /// True
        Function CoreCode "hash(obj: Any, /) -> int" => hash;
        /// Return the hexadecimal form of an int.
        ///
        /// >>> hex(255)
        /// '0xff'
        Function Extended "hex(number: int, /) -> str" => |_, a| based(&a[0], int_text::Base::Hex);
        /// Return an int that is unique among living objects.
        ///
        /// >>> id([]) == 0
        /// False
        Function CoreCode "id(obj: Any, /) -> int" => id;
        /// Whether an object is an instance of a type, of one of a tuple of types, or of a union.
        ///
        /// >>> isinstance(True, int)
        /// True
        Function CoreCode "isinstance(obj: Any, class_or_tuple: Any, /) -> bool" => isinstance;
        /// Whether a type is derived from another, from one of a tuple of types, or of a union.
        ///
        /// >>> issubclass(bool, int)
        /// True
        Function Extended "issubclass(cls: type, class_or_tuple: Any, /) -> bool" => issubclass;
        /// Return an iterator; with a sentinel, one that calls the function until it gives that value.
        ///
        /// >>> next(iter('ab'))
        /// 'a'
        Function CoreCode "iter(object: Any, sentinel: Any = <absent>, /) -> Iterator[Any]" => iter;
        /// Return the number of items.
        ///
        /// >>> len('abc')
        /// 3
        Function Core "len(obj: Sized, /) -> int" => |cx, a| iterate::length(cx, &a[0]).map(Value::size);
        /// Return the largest item or argument.
        ///
        /// >>> max([3, 7, 5])
        /// 7
        /// >>> max('aa', 'b', key=len)
        /// 'aa'
        Function Core "max(*args: Any, key: Callable[[Any], Any] | None = None, default: Any = <absent>) -> Any" => |cx, a| extreme(cx, "max", CmpOp::Gt, a);
        /// Return the smallest item or argument.
        ///
        /// >>> min(3, 1, 2)
        /// 1
        Function Core "min(*args: Any, key: Callable[[Any], Any] | None = None, default: Any = <absent>) -> Any" => |cx, a| extreme(cx, "min", CmpOp::Lt, a);
        /// Return the next item of an iterator; the default at its end.
        ///
        /// >>> next(iter([]), 'none')
        /// 'none'
        Function CoreCode "next(iterator: Iterator[T], default: D = <absent>, /) -> T | D" => next;
        /// Return the octal form of an int.
        ///
        /// >>> oct(8)
        /// '0o10'
        Function Extended "oct(number: int, /) -> str" => |_, a| based(&a[0], int_text::Base::Octal);
        /// Return the code point of a character.
        ///
        /// >>> ord('a')
        /// 97
        Function Core "ord(c: str | bytes, /) -> int" => ord;
        /// Return `base ** exp`, or its remainder modulo `mod`.
        ///
        /// >>> pow(2, 10)
        /// 1024
        /// >>> pow(3, -1, 7)
        /// 5
        Function Core "pow(base: Any, exp: Any, mod: Any = None) -> Any" => pow;
        /// Write texts to the log of the run.
        ///
        /// >>> print('a', 1, sep='-')
        /// a-1
        Function CoreCode "print(*args: Any, sep: str | None = None, end: str | None = None, file: None = None, flush: bool = False) -> None" => print;
        /// Return a text that shows the object as it would be written in a script.
        ///
        /// >>> repr('a')
        /// "'a'"
        Function Core "repr(obj: Any, /) -> str" => |cx, a| repr::repr(cx, &a[0]);
        /// Round to a number of digits after the point, halves to even; without digits to an int.
        ///
        /// >>> round(2.5)
        /// 2
        /// >>> round(3.14159, 2)
        /// 3.14
        Function Core "round(number: int | float | Decimal, ndigits: int | None = None) -> Any" => round;
        /// Return a new sorted list; the sort is stable.
        ///
        /// >>> sorted([3, 1, 2], reverse=True)
        /// [3, 2, 1]
        Function CoreCode "sorted(iterable: Iterable[T], /, *, key: Callable[[T], Any] | None = None, reverse: bool = False) -> list[T]" => sorted;
        /// Return the sum of the items and the start value.
        ///
        /// >>> sum([1, 2.5])
        /// 3.5
        Function Core "sum(iterable: Iterable[Any], /, start: Any = 0) -> Any" => sum;
    ]
}

fn abs(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if let Some(n) = IntView::of(&a[0]) {
        return Ok(match (n.sign() < 0, n) {
            (true, n) => number::negate(n),
            (false, IntView::Small(n)) => Value::Int(n),
            (false, IntView::Big(_)) => a[0].clone(),
        });
    }
    match &a[0] {
        Value::Float(x) => Ok(Value::Float(x.abs())),
        Value::Decimal(d) => modules::decimal::absolute(cx, d),
        Value::Delta(_) => modules::datetime::absolute(&a[0]),
        other => Err(type_error(format!("bad operand type for abs(): '{}'", other.type_of().qualified()))),
    }
}

fn all(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut answer = true;
    iterate::for_each(cx, &a[0], |cx, item| {
        answer = super::truth(cx, &item)?;
        Ok(answer)
    })?;
    Ok(Value::Bool(answer))
}

fn any(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut answer = false;
    iterate::for_each(cx, &a[0], |cx, item| {
        answer = super::truth(cx, &item)?;
        Ok(!answer)
    })?;
    Ok(Value::Bool(answer))
}

fn based(value: &Value, base: int_text::Base) -> R {
    match IntView::of(value) {
        Some(n) => Ok(Value::str(&int_text::with_prefix(n.as_ref(), base)?)),
        None => {
            Err(type_error(format!("'{}' object cannot be interpreted as an integer", value.type_of().qualified())))
        }
    }
}

fn callable(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::Bool(match &a[0] {
        Value::Function(_) | Value::Method(_) | Value::Type(_) => true,
        Value::Builtin(builtin) => builtin.kind != types::Kind::Property,
        Value::Native(native) => native.downcast::<super::generic::Generic>().is_some(),
        _ => false,
    }))
}

fn chr(_: &mut Cx<'_>, a: &[Value]) -> R {
    let wrong = || value_error("chr() arg not in range(0x110000)");
    let n = match IntView::of(&a[0]) {
        Some(IntView::Small(n)) => n,
        Some(IntView::Big(_)) => return Err(overflow_error("Python int too large to convert to C int")),
        None => word(&a[0])?,
    };
    if i32::try_from(n).is_err() {
        return Err(overflow_error(if n < 0 {
            "signed integer is less than minimum"
        } else {
            "signed integer is greater than maximum"
        }));
    }
    let cp = u32::try_from(n).ok().filter(|cp| *cp < 0x11_0000).ok_or_else(wrong)?;
    let mut text = Vec::new();
    crate::value::unicode::wtf8::push(&mut text, cp);
    Ok(Value::text(&text))
}

fn divmod(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (x, y) = (&a[0], &a[1]);
    if let (Some(n), Some(d)) = (IntView::of(x), IntView::of(y)) {
        if d.sign() == 0 {
            return Err(crate::value::exceptions::zero_division("integer division or modulo by zero"));
        }
        let (q, r) = number::divide(&n.to_big(), &d.to_big())?;
        return Ok(Value::tuple([Value::big(q), Value::big(r)]));
    }
    let numeric = |v: &Value| IntView::of(v).is_some() || matches!(v, Value::Float(_));
    if numeric(x) && numeric(y) {
        let float = |v: &Value| match v {
            Value::Float(f) => Ok(*f),
            other => IntView::of(other).map_or(Ok(0.0), IntView::to_f64),
        };
        let (x, y) = (float(x)?, float(y)?);
        if y == 0.0 {
            return Err(crate::value::exceptions::zero_division("float divmod()"));
        }
        let (q, r) = number::float_divmod(x, y);
        return Ok(Value::tuple([Value::Float(q), Value::Float(r)]));
    }
    let applies = match (x, y) {
        (Value::Delta(_), Value::Delta(_)) => true,
        _ => [x, y].into_iter().all(|v| numeric(v) || matches!(v, Value::Decimal(_))),
    };
    if !applies {
        return Err(type_error(format!(
            "unsupported operand type(s) for divmod(): '{}' and '{}'",
            x.type_of().qualified(),
            y.type_of().qualified()
        )));
    }
    if let (Value::Decimal(_), _) | (_, Value::Decimal(_)) = (x, y) {
        return modules::decimal::divmod(cx, x, y);
    }
    let q = super::operators::binary(cx, BinaryOp::FloorDiv, x, y)?;
    let r = super::operators::binary(cx, BinaryOp::Mod, x, y)?;
    Ok(Value::tuple([q, r]))
}

fn format(cx: &mut Cx<'_>, a: &[Value]) -> R {
    match a[1].text_bytes() {
        Some(spec) => formatting::format(cx, &a[0], spec),
        None => Err(type_error(format!("format() argument 2 must be str, not {}", a[1].argument_type()))),
    }
}

fn attribute_name<'a>(value: &'a Value, function: &str) -> R<&'a str> {
    match (value.as_str(), value.text_bytes()) {
        (Some(name), _) => Ok(name),
        (None, Some(_)) => Ok("\u{fffd}"),
        (None, None) => Err(type_error(if function == "getattr" {
            format!("attribute name must be string, not '{}'", value.type_of().qualified())
        } else {
            format!("{function}(): attribute name must be string")
        })),
    }
}

fn getattr(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let name = attribute_name(&a[1], "getattr")?;
    match (attribute::get(cx, &a[0], name), a[2].given()) {
        (Err(raise), Some(default)) if raise.is(&ATTRIBUTE_ERROR) => Ok(default.clone()),
        (result, _) => result,
    }
}

fn hasattr(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let name = attribute_name(&a[1], "getattr")?;
    match attribute::get(cx, &a[0], name) {
        Ok(_) => Ok(Value::Bool(true)),
        Err(raise) if raise.is(&ATTRIBUTE_ERROR) => Ok(Value::Bool(false)),
        Err(raise) => Err(raise),
    }
}

fn hash(_: &mut Cx<'_>, a: &[Value]) -> R {
    crate::value::hash::python_hash(&a[0]).map(Value::Int)
}

fn id(_: &mut Cx<'_>, a: &[Value]) -> R {
    let id = a[0].identity().map_or_else(
        || crate::value::hash::hash_value(&a[0]).map(|h| (h >> 1).cast_signed() | 1),
        |address| Ok(i64::try_from(address).unwrap_or(i64::MAX)),
    )?;
    Ok(Value::Int(id))
}

/// Whether `test` holds for a class, one of a tuple of classes, or a member of a union.
fn any_class(class: &Value, text: &str, test: &dyn Fn(&'static TypeDesc) -> bool) -> R<bool> {
    match class {
        Value::Type(desc) => Ok(test(desc)),
        Value::Tuple(classes) => {
            for class in classes.items.iter() {
                if crate::value::compare::nested("", || any_class(class, text, test))? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Native(native) => match native.downcast::<super::function::Union>() {
            Some(union) => {
                for member in &union.members {
                    let matched = match member {
                        Value::None => test(&types::NONE),
                        other => any_class(other, text, test)?,
                    };
                    if matched {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            None if native.downcast::<super::generic::Generic>().is_some() => {
                let function = text.split('(').next().unwrap_or_default();
                Err(type_error(format!("{function}() argument 2 cannot be a parameterized generic")))
            }
            None => Err(type_error(text)),
        },
        _ => Err(type_error(text)),
    }
}

fn isinstance(_: &mut Cx<'_>, a: &[Value]) -> R {
    let actual = a[0].type_of();
    any_class(&a[1], "isinstance() arg 2 must be a type, a tuple of types, or a union", &|c| actual.is_subtype(c))
        .map(Value::Bool)
}

fn issubclass(_: &mut Cx<'_>, a: &[Value]) -> R {
    let Value::Type(actual) = a[0] else { return Err(type_error("issubclass() arg 1 must be a class")) };
    any_class(&a[1], "issubclass() arg 2 must be a class, a tuple of classes, or a union", &|c| actual.is_subtype(c))
        .map(Value::Bool)
}

fn iter(cx: &mut Cx<'_>, a: &[Value]) -> R {
    match a[1].given() {
        None => iterate::iter(cx, &a[0]),
        Some(sentinel) => {
            if !matches!(callable(cx, a)?, Value::Bool(true)) {
                return Err(type_error("iter(v, w): v must be callable"));
            }
            let state = State::Callable { function: a[0].clone(), sentinel: sentinel.clone() };
            Ok(Value::Iter(Iter::new(state)))
        }
    }
}

fn extreme(cx: &mut Cx<'_>, name: &str, better: CmpOp, a: &[Value]) -> R {
    let Value::Tuple(args) = &a[0] else { return Ok(Value::None) };
    let (iterable, many) = match &args.items[..] {
        [] => return Err(type_error(format!("{name} expected at least 1 argument, got 0"))),
        [one] => (one.clone(), false),
        _ => (a[0].clone(), true),
    };
    if many && a[2].given().is_some() {
        return Err(type_error(format!("Cannot specify a default for {name}() with multiple positional arguments")));
    }
    let mut best: Option<(Value, Value)> = None;
    iterate::for_each(cx, &iterable, |cx, item| {
        let key = match &a[1] {
            Value::None => item.clone(),
            function => cx.call(function, std::slice::from_ref(&item))?,
        };
        let replace = match &best {
            None => true,
            Some((known, _)) => order(&key, known, better)?,
        };
        if replace {
            best = Some((key, item));
        }
        Ok(true)
    })?;
    match (best, a[2].given()) {
        (Some((_, item)), _) => Ok(item),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(value_error(format!("{name}() arg is an empty sequence"))),
    }
}

fn next(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let step = match &a[0] {
        Value::Generator(generator) => match cx.resume(generator, crate::value::machine::Resume::Send(Value::None))? {
            crate::value::machine::Resumed::Yield(value) => return Ok(value),
            crate::value::machine::Resumed::Return(value) => Err(value),
        },
        other => iterate::next(cx, other)?.ok_or(Value::Unbound),
    };
    match (step, a[1].given()) {
        (Ok(value), _) => Ok(value),
        (Err(_), Some(default)) => Ok(default.clone()),
        (Err(result), None) => Err(super::generator::stop_iteration(result)),
    }
}

fn ord(_: &mut Cx<'_>, a: &[Value]) -> R {
    if let Some(bytes) = a[0].byte_data() {
        return match bytes[..] {
            [byte] => Ok(Value::Int(i64::from(byte))),
            _ => Err(type_error(format!("ord() expected a character, but string of length {} found", bytes.len()))),
        };
    }
    let Some(text) = a[0].as_text() else {
        return Err(type_error(format!("ord() expected string of length 1, but {} found", a[0].type_of().qualified())));
    };
    match crate::value::unicode::wtf8::decode_at(text.bytes, 0) {
        Some((cp, len)) if len == text.bytes.len() => Ok(Value::Int(i64::from(cp))),
        _ => Err(type_error(format!("ord() expected a character, but string of length {} found", text.chars()))),
    }
}

fn pow(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if a[2].is_none() {
        return super::operators::binary(cx, BinaryOp::Pow, &a[0], &a[1]);
    }
    match (IntView::of(&a[0]), IntView::of(&a[1]), IntView::of(&a[2])) {
        (Some(x), Some(y), Some(z)) => number::power_mod(x, y, z),
        _ if a.iter().any(|v| matches!(v, Value::Decimal(_))) => modules::decimal::power_mod(cx, &a[0], &a[1], &a[2]),
        _ if a.iter().all(|v| matches!(v, Value::Float(_)) || IntView::of(v).is_some()) => {
            Err(type_error("pow() 3rd argument not allowed unless all arguments are integers"))
        }
        _ => Err(type_error(format!(
            "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
            a[0].type_of().qualified(),
            a[1].type_of().qualified(),
            a[2].type_of().qualified()
        ))),
    }
}

fn print(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let Value::Tuple(args) = &a[0] else { return Ok(Value::None) };
    if !a[3].is_none() {
        return Err(type_error("print() accepts only file=None"));
    }
    let part = |value: &Value, name: &str, default: &str| match (value, value.text_bytes()) {
        (Value::None, _) => Ok(default.to_owned()),
        (_, Some(text)) => Ok(String::from_utf8_lossy(text).into_owned()),
        (other, None) => {
            Err(type_error(format!("{name} must be None or a string, not {}", other.type_of().qualified())))
        }
    };
    let (sep, end) = (part(&a[1], "sep", " ")?, part(&a[2], "end", "\n")?);
    for (n, value) in args.items.iter().enumerate() {
        let text = repr::str(cx, value)?;
        let log = &mut cx.env().log;
        if n > 0 {
            log.write(&sep);
        }
        log.write(&String::from_utf8_lossy(text.text_bytes().unwrap_or_default()));
    }
    cx.env().log.write(&end);
    Ok(Value::None)
}

fn round(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if IntView::of(&a[0]).is_none() && !matches!(a[0], Value::Float(_) | Value::Decimal(_)) {
        let name = a[0].type_of().qualified();
        return Err(type_error(format!("type {name} doesn't define __round__ method")));
    }
    if let Value::Decimal(number) = &a[0] {
        return modules::decimal::round(cx, number, &a[1]);
    }
    let digits = match &a[1] {
        Value::None => None,
        other => Some(match IntView::of(other) {
            Some(IntView::Small(n)) => n,
            Some(n @ IntView::Big(_)) => {
                if n.sign() < 0 {
                    i64::MIN
                } else {
                    i64::MAX
                }
            }
            None => word(other)?,
        }),
    };
    match (&a[0], digits) {
        (Value::Float(x), None) => {
            if x.is_nan() {
                return Err(value_error("cannot convert float NaN to integer"));
            }
            if x.is_infinite() {
                return Err(overflow_error("cannot convert float infinity to integer"));
            }
            Ok(float_exact::float_to_int(x.round_ties_even())?.into())
        }
        (Value::Float(x), Some(n)) => Ok(Value::Float(float_exact::round(*x, n)?)),
        (other, digits) => match IntView::of(other) {
            None => Err(type_error(format!("type {} doesn't define __round__ method", other.type_of().qualified()))),
            Some(n) => match digits {
                Some(d) if d < 0 => round_int(n, d),
                _ => Ok(match n {
                    IntView::Small(n) => Value::Int(n),
                    IntView::Big(_) => other.clone(),
                }),
            },
        },
    }
}

/// Rounds an int to a multiple of a power of ten, halves to even.
fn round_int(n: IntView<'_>, digits: i64) -> R {
    use num_bigint::BigInt;
    use num_integer::Integer;
    let number = n.to_big().into_owned();
    let places = digits.unsigned_abs();
    // Beyond its own length every number rounds to zero.
    if places > number.bits() / 3 + 1 {
        return Ok(Value::Int(0));
    }
    let ten = BigInt::from(10).pow(u32::try_from(places).unwrap_or(u32::MAX));
    let (quotient, rest) = number.div_mod_floor(&ten);
    let twice = &rest * 2;
    let up = twice > ten || (twice == ten && quotient.is_odd());
    Ok(Value::big((quotient + i32::from(up)) * ten))
}

fn sorted(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let items: HVec<Value> = iterate::collect(cx, &a[0])?;
    let reversed = word(&a[2])? != 0;
    let (items, result) = sort::sort(cx, items, &a[1], reversed);
    result?;
    Ok(Value::List(List::new(items)))
}

/// `total` and the sum of numbers that fit machine words. `None` if there is anything else.
fn add_numbers(total: &Value, items: &[Value]) -> Option<Value> {
    let (mut sum, floats) = match total {
        Value::Int(start) => {
            let mut whole = *start;
            let mut count = 0;
            while let Some(Value::Int(n)) = items.get(count) {
                whole = whole.checked_add(*n)?;
                count += 1;
            }
            if count == items.len() {
                return Some(Value::Int(whole));
            }
            (whole as f64, &items[count..])
        }
        Value::Float(start) => (*start, items),
        _ => return None,
    };
    for item in floats {
        sum += match item {
            Value::Float(x) => *x,
            Value::Int(n) => *n as f64,
            _ => return None,
        };
    }
    Some(Value::Float(sum))
}

/// Elements between two looks at the limits.
const PIECE: usize = 1024;

/// The sum of a list of such numbers if it has so few that no limit needs to be looked at.
pub(crate) fn sum_of_few(list: &List) -> Option<Value> {
    if list.items.is_borrowed() {
        return None;
    }
    let items = list.items.borrow();
    if items.len() <= PIECE { add_numbers(&Value::Int(0), &items) } else { None }
}

/// The sum of a list of such numbers.
fn sum_of_numbers(list: &List, start: i64) -> R<Option<Value>> {
    let items = list.items.borrow();
    let mut total = Value::Int(start);
    for piece in items.chunks(PIECE) {
        checkpoint(piece.len() as u64 * 4)?;
        match add_numbers(&total, piece) {
            Some(sum) => total = sum,
            None => return Ok(None),
        }
    }
    Ok(Some(total))
}

fn sum(cx: &mut Cx<'_>, a: &[Value]) -> R {
    if let (Value::List(list), Value::Int(start)) = (&a[0], &a[1])
        && let Some(total) = sum_of_numbers(list, *start)?
    {
        return Ok(total);
    }
    let refused = match &a[1] {
        Value::Short(_) | Value::Str(_) => Some("strings [use ''.join(seq) instead]"),
        Value::Bytes(_) => Some("bytes [use b''.join(seq) instead]"),
        Value::ByteArray(_) => Some("bytearray [use b''.join(seq) instead]"),
        _ => None,
    };
    if let Some(what) = refused {
        iterate::iter(cx, &a[0])?;
        return Err(type_error(format!("sum() can't sum {what}")));
    }
    let mut total = a[1].clone();
    iterate::for_each(cx, &a[0], |cx, item| {
        total = match number::binary(BinaryOp::Add, &total, &item) {
            Some(result) => result?,
            None => super::operators::binary(cx, BinaryOp::Add, &total, &item)?,
        };
        Ok(true)
    })?;
    Ok(total)
}
