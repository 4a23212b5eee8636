//! Equality and order of values (spec 4.5). Neither ever runs script code.

use std::cell::Cell;
use std::cmp::Ordering;
use std::thread::LocalKey;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};

mod special_dict;

use super::decimal::{Context, Decimal};
use super::exceptions::{recursion_error, type_error};
use super::iter::{Part, View};
use super::number::IntView;
use super::{Dict, MultiMap, R, Set, Value};
use crate::syntax::ast::CmpOp;

/// Deepest nesting of data that comparison, `repr` and the like follow.
const DEPTH: u32 = 1000;

thread_local! {
    static NESTING: Cell<u32> = const { Cell::new(0) };
}

/// Runs `work` one level deeper in nested data, on enough stack.
///
/// # Errors
/// `RecursionError` beyond a thousand levels; `what` completes its message (`" in comparison"`).
pub fn nested<T>(what: &str, work: impl FnOnce() -> R<T>) -> R<T> {
    deeper(&NESTING, DEPTH, what, work)
}

/// Runs `work` one level deeper, on enough stack, counting the levels in `level`.
///
/// # Errors
/// `RecursionError` beyond `most` levels; `what` completes its message.
pub fn deeper<T>(level: &'static LocalKey<Cell<u32>>, most: u32, what: &str, work: impl FnOnce() -> R<T>) -> R<T> {
    struct Leave(&'static LocalKey<Cell<u32>>);
    impl Drop for Leave {
        fn drop(&mut self) {
            self.0.set(self.0.get() - 1);
        }
    }
    if level.get() >= most {
        return Err(recursion_error(format!("maximum recursion depth exceeded{what}")));
    }
    level.set(level.get() + 1);
    let _leave = Leave(level);
    stacker::maybe_grow(64 * 1024, 1024 * 1024, work)
}

/// Equality of dict keys and elements: the same object, or equal.
///
/// # Errors
/// As [`eq`].
#[inline]
pub fn key_eq(a: &Value, b: &Value) -> R<bool> {
    match (a, b) {
        (Value::Short(x), Value::Short(y)) => Ok(x.same(y)),
        (Value::Int(x), Value::Int(y)) => Ok(x == y),
        _ => Ok(a.is(b) || eq(a, b)?),
    }
}

/// `a == b`.
///
/// # Errors
/// A limit, nesting beyond a thousand levels, a signalling decimal NaN.
pub fn eq(a: &Value, b: &Value) -> R<bool> {
    if let (Some(x), Some(y)) = (a.text_bytes(), b.text_bytes()) {
        return Ok(x == y);
    }
    if let Some(equal) = numbers_eq(a, b)? {
        return Ok(equal);
    }
    Ok(match (a, b) {
        (Value::Bytes(_) | Value::ByteArray(_), Value::Bytes(_) | Value::ByteArray(_)) => {
            a.byte_data() == b.byte_data()
        }
        (Value::List(x), Value::List(y)) => {
            if x.len() != y.len() {
                return Ok(false);
            }
            let (x, y) = (x.to_vec(), y.to_vec());
            return nested(" in comparison", || sequence_eq(&x, &y));
        }
        (Value::Tuple(x), Value::Tuple(y)) => return nested(" in comparison", || sequence_eq(&x.items, &y.items)),
        (Value::MultiMap(x), Value::MultiMap(y)) => return multimap_eq(x, y),
        (Value::MultiMap(x), Value::Dict(y)) | (Value::Dict(y), Value::MultiMap(x)) => {
            let plain = x.to_plain()?;
            return nested(" in comparison", || dict_eq(&plain, y));
        }
        (Value::Dict(x), Value::Dict(y)) => {
            return nested(" in comparison", || match special_dict::eq(x, y) {
                Some(equal) => equal,
                None => dict_eq(x, y),
            });
        }
        (Value::Set(x), Value::Set(y)) => return Ok(x.len() == y.len() && is_subset(x, y)?),
        (Value::View(x), Value::Set(y)) if x.part != Part::Values => {
            let x = view_set(x)?;
            return Ok(x.len() == y.len() && is_subset(&x, y)?);
        }
        (Value::Set(_), Value::View(y)) if y.part != Part::Values => return eq(b, a),
        (Value::View(x), Value::View(y)) if x.part != Part::Values && y.part != Part::Values => {
            let (x, y) = (view_set(x)?, view_set(y)?);
            return Ok(x.len() == y.len() && is_subset(&x, &y)?);
        }
        (Value::Range(x), Value::Range(y)) => {
            return Ok(eq(&x.len, &y.len)?
                && (eq(&x.len, &Value::Int(0))?
                    || (eq(&x.start, &y.start)? && (eq(&x.len, &Value::Int(1))? || eq(&x.step, &y.step)?))));
        }
        (Value::Slice(x), Value::Slice(y)) => {
            return Ok(eq(&x.start, &y.start)? && eq(&x.stop, &y.stop)? && eq(&x.step, &y.step)?);
        }
        (Value::DateTime(x), Value::DateTime(y)) => x.0 == y.0,
        (Value::Date(x), Value::Date(y)) => x.0 == y.0,
        (Value::Time(x), Value::Time(y)) => x.0 == y.0,
        (Value::Delta(x), Value::Delta(y)) => x.0 == y.0,
        (Value::Zone(x), Value::Zone(y)) => x.0 == y.0,
        (Value::Method(x), Value::Method(y)) => std::ptr::eq(x.method, y.method) && x.receiver.is(&y.receiver),
        (Value::Entity(x), Value::Entity(y)) => {
            if x.blob.bytes() == y.blob.bytes() && x.same_format(y) && x.encoding == y.encoding {
                return Ok(true);
            }
            return match (x.value(), y.value()) {
                (Ok(x), Ok(y)) => nested(" in comparison", || eq(&x, &y)),
                (Err(stop), _) | (_, Err(stop)) if stop.stop().is_some() => Err(stop),
                _ => Ok(false),
            };
        }
        (Value::Entity(e), other) | (other, Value::Entity(e)) => match e.value() {
            Ok(value) => return nested(" in comparison", || eq(&value, other)),
            Err(stop) if stop.stop().is_some() => return Err(stop),
            Err(_) => false,
        },
        (Value::Native(n), other) | (other, Value::Native(n)) => match n.object.eq(other) {
            Some(equal) => return equal,
            None => a.is(b),
        },
        _ => a.is(b),
    })
}

/// Equality of numbers; `None` if one of them is none.
fn numbers_eq(a: &Value, b: &Value) -> R<Option<bool>> {
    Ok(match (a, b) {
        (Value::Int(x), Value::Int(y)) => Some(x == y),
        (Value::Float(x), Value::Float(y)) => Some(x == y),
        (Value::Decimal(x), _) => decimal_order(x, b, true)?.map(|o| o == Some(Ordering::Equal)),
        (_, Value::Decimal(y)) => decimal_order(y, a, true)?.map(|o| o == Some(Ordering::Equal)),
        _ => numbers_order(a, b).map(|o| o == Some(Ordering::Equal)),
    })
}

/// Order of ints, bools and floats; the outer `None` if one is none of these, the inner for NaN.
#[must_use]
pub fn numbers_order(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    let order = match (a, b) {
        (Value::Float(x), Value::Float(y)) => x.partial_cmp(y),
        (Value::Float(x), _) => int_float_order(&IntView::of(b)?, *x).map(Ordering::reverse),
        (_, Value::Float(y)) => int_float_order(&IntView::of(a)?, *y),
        _ => match (IntView::of(a)?, IntView::of(b)?) {
            (IntView::Small(x), IntView::Small(y)) => Some(x.cmp(&y)),
            (x, y) => Some(x.to_big().cmp(&y.to_big())),
        },
    };
    Some(order)
}

/// Exact order of an int and a float.
fn int_float_order(n: &IntView<'_>, x: f64) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let whole = x.trunc();
    let integer = match (n, whole.to_i64()) {
        (IntView::Small(n), Some(w)) => n.cmp(&w),
        _ => (*n.to_big()).cmp(&BigInt::from_f64(whole).unwrap_or_default()),
    };
    Some(integer.then_with(|| 0.0f64.partial_cmp(&(x - whole)).unwrap_or(Ordering::Equal)))
}

/// Order of a decimal and another number; the outer `None` if the other is none, the inner for NaN.
fn decimal_order(a: &Decimal, b: &Value, equality: bool) -> R<Option<Option<Ordering>>> {
    let other = match b {
        Value::Decimal(b) => Decimal::clone(b),
        Value::Float(x) => Decimal::from_float(*x)?,
        _ => match IntView::of(b) {
            Some(n) => Decimal::from_int(&n.to_big())?,
            None => return Ok(None),
        },
    };
    let mut context = Context::default();
    let order = if equality {
        context.equals(a, &other).map(|equal| equal.then_some(Ordering::Equal))
    } else {
        context.order(a, &other)
    };
    Ok(Some(order.map_err(super::exceptions::decimal::raise)?))
}

fn sequence_eq(a: &[Value], b: &[Value]) -> R<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (x, y) in a.iter().zip(b) {
        super::interrupt::checkpoint(1)?;
        if !key_eq(x, y)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn dict_eq(a: &Dict, b: &Dict) -> R<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (key, value) in a.items() {
        super::interrupt::checkpoint(2)?;
        match b.get(&key)? {
            Some(other) if key_eq(&value, &other)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn multimap_eq(a: &MultiMap, b: &MultiMap) -> R<bool> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (key, values) in a.to_vec() {
        let other = b.get_all(&key)?;
        if !nested(" in comparison", || sequence_eq(&values, &other))? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether every element of `a` is in `b`.
///
/// # Errors
/// As [`eq`].
pub fn is_subset(a: &Set, b: &Set) -> R<bool> {
    if a.len() > b.len() {
        return Ok(false);
    }
    let b = b.items.borrow();
    for (key, hash, ()) in a.items.borrow().iter_hashed() {
        super::interrupt::checkpoint(1)?;
        if b.find(hash, key)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The elements of a keys or items view as a set.
///
/// # Errors
/// `TypeError` if a value of an items view is unhashable.
pub fn view_set(view: &View) -> R<super::Ref<Set>> {
    let set = Set::new(super::table::Table::default(), false);
    for (key, value) in view.dict.items() {
        set.add(match view.part {
            Part::Keys => key,
            Part::Values => value,
            Part::Items => Value::tuple([key, value]),
        })?;
    }
    Ok(set)
}

/// `a op b` for `< <= > >=`.
///
/// # Errors
/// `TypeError` if the kinds have no order.
pub fn order(a: &Value, b: &Value, op: CmpOp) -> R<bool> {
    if let (Some(x), Some(y)) = (a.text_bytes(), b.text_bytes()) {
        // UTF-8 sorts by code point, and lone surrogates are encoded in their place.
        return Ok(accepts(op, Some(x.cmp(y))));
    }
    if let Some(order) = numbers_order(a, b) {
        return Ok(accepts(op, order));
    }
    let found = match (a, b) {
        (Value::Decimal(x), _) => decimal_order(x, b, false)?,
        (_, Value::Decimal(y)) => decimal_order(y, a, false)?.map(|o| o.map(Ordering::reverse)),
        (Value::Bytes(_) | Value::ByteArray(_), Value::Bytes(_) | Value::ByteArray(_)) => {
            Some(a.byte_data().cmp(&b.byte_data()).into())
        }
        (Value::List(x), Value::List(y)) => {
            let (x, y) = (x.to_vec(), y.to_vec());
            return nested(" in comparison", || sequence_order(&x, &y, op));
        }
        (Value::Tuple(x), Value::Tuple(y)) => {
            return nested(" in comparison", || sequence_order(&x.items, &y.items, op));
        }
        (Value::DateTime(x), Value::DateTime(y)) => Some(Some(x.compare(y).map_err(super::number::civil_raise)?)),
        (Value::Date(x), Value::Date(y)) => Some(Some(x.0.cmp(&y.0))),
        (Value::Time(x), Value::Time(y)) => Some(Some(x.compare(y).map_err(super::number::civil_raise)?)),
        (Value::Delta(x), Value::Delta(y)) => Some(Some(x.0.cmp(&y.0))),
        (Value::DateTime(_), Value::Date(_)) | (Value::Date(_), Value::DateTime(_)) => {
            return Err(super::number::civil_raise(super::civil::date_order_error()));
        }
        (Value::Set(x), Value::Set(y)) => return sets_order(x, y, op),
        (Value::View(x), Value::View(y)) if x.part != Part::Values && y.part != Part::Values => {
            return sets_order(&*view_set(x)?, &*view_set(y)?, op);
        }
        (Value::View(x), Value::Set(y)) if x.part != Part::Values => return sets_order(&*view_set(x)?, y, op),
        (Value::Set(x), Value::View(y)) if y.part != Part::Values => return sets_order(x, &*view_set(y)?, op),
        (Value::Dict(x), Value::Dict(y)) => match special_dict::counter_order(x, y, op) {
            Some(answer) => return answer,
            None => None,
        },
        (Value::Slice(x), Value::Slice(y)) => {
            let parts = |s: &super::Slice| [s.start.clone(), s.stop.clone(), s.step.clone()];
            return sequence_order(&parts(x), &parts(y), op);
        }
        (Value::Native(x), _) => x.object.compare(b).transpose()?,
        (_, Value::Native(y)) => y.object.compare(a).transpose()?.map(|o| o.map(Ordering::reverse)),
        _ => None,
    };
    match found {
        Some(order) => Ok(accepts(op, order)),
        None => Err(type_error(format!(
            "'{}' not supported between instances of '{}' and '{}'",
            op.symbol(),
            qualified(a),
            qualified(b)
        ))),
    }
}

/// The type's name as such messages write it.
fn qualified(value: &Value) -> String {
    value.type_of().qualified()
}

#[inline]
fn accepts(op: CmpOp, order: Option<Ordering>) -> bool {
    match op {
        CmpOp::Lt => order == Some(Ordering::Less),
        CmpOp::LtE => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        CmpOp::Gt => order == Some(Ordering::Greater),
        CmpOp::GtE => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        _ => order == Some(Ordering::Equal),
    }
}

fn sequence_order(a: &[Value], b: &[Value], op: CmpOp) -> R<bool> {
    for (x, y) in a.iter().zip(b) {
        super::interrupt::checkpoint(1)?;
        if !key_eq(x, y)? {
            return order(x, y, op);
        }
    }
    Ok(accepts(op, Some(a.len().cmp(&b.len()))))
}

fn sets_order(a: &Set, b: &Set, op: CmpOp) -> R<bool> {
    match op {
        CmpOp::LtE => is_subset(a, b),
        CmpOp::Lt => Ok(a.len() < b.len() && is_subset(a, b)?),
        CmpOp::GtE => is_subset(b, a),
        _ => Ok(b.len() < a.len() && is_subset(b, a)?),
    }
}
