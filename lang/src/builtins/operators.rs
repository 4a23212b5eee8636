//! Binary, unary and comparison operators on any values (spec 4.5, 5).

use super::{dict, formatting, iterate, list, set};
use crate::modules;
use crate::syntax::ast::{BinaryOp, CmpOp, UnaryOp};
use crate::value::exceptions::type_error;
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::{self, IntView, unsupported};
use crate::value::{Cx, HVec, List, R, Str, Tuple, Value, compare};

/// `a op b`
///
/// # Errors
/// `TypeError` if the operator does not apply, or whatever computing the result raises.
pub fn binary(cx: &mut Cx<'_>, op: BinaryOp, a: &Value, b: &Value) -> R {
    if let Some(result) = number::binary(op, a, b) {
        return result;
    }
    if let Some(result) = by_kind(cx, op, a, b)? {
        return Ok(result);
    }
    if let Value::Native(native) = a
        && let Some(result) = native.object.binary(cx, op, b, false)
    {
        return result;
    }
    if let Value::Native(native) = b
        && let Some(result) = native.object.binary(cx, op, a, true)
    {
        return result;
    }
    Err(refused(op, a, b))
}

/// The operators of the built-in kinds; `None` if there is none for these operands.
fn by_kind(cx: &mut Cx<'_>, op: BinaryOp, a: &Value, b: &Value) -> R<Option<Value>> {
    use BinaryOp::{Add, BitAnd, BitOr, BitXor, Mod, Mult, Sub};
    Ok(Some(match (op, a, b) {
        (Mod, Value::Short(_) | Value::Str(_) | Value::Bytes(_) | Value::ByteArray(_), _) => {
            formatting::percent(cx, a, b)?
        }
        (Add, Value::Short(_) | Value::Str(_), Value::Short(_) | Value::Str(_)) => concat(a, b)?,
        (Add, Value::List(x), Value::List(y)) => {
            let (x, y) = (x.items.borrow(), y.items.borrow());
            Value::List(List::new(joined(&x, &y)?))
        }
        (Add, Value::Tuple(x), Value::Tuple(y)) => Value::Tuple(Tuple::new(joined(&x.items, &y.items)?)),
        (Add, Value::Bytes(_) | Value::ByteArray(_), Value::Bytes(_) | Value::ByteArray(_)) => add_bytes(a, b)?,
        (Mult, _, _) if repeatable(a) && IntView::of(b).is_some() => repeat(a, b)?,
        (Mult, _, _) if repeatable(b) && IntView::of(a).is_some() => repeat(b, a)?,
        (_, Value::Decimal(_), _) | (_, _, Value::Decimal(_)) => {
            return modules::decimal::binary(cx, op, a, b);
        }
        (BitOr, Value::Dict(x), Value::Dict(y)) => dict::union(cx, x, y)?,
        (BitOr | BitAnd | Sub | BitXor, Value::Set(_) | Value::View(_), _)
        | (BitOr | BitAnd | Sub | BitXor, _, Value::View(_)) => {
            return set::operator(cx, op, a, b);
        }
        (BitOr, Value::Type(_) | Value::None, Value::Type(_) | Value::None | Value::Native(_)) => {
            return Ok(super::function::type_union(a, b));
        }
        (_, Value::DateTime(_) | Value::Date(_) | Value::Time(_) | Value::Delta(_), _)
        | (_, _, Value::DateTime(_) | Value::Date(_) | Value::Delta(_)) => {
            return modules::datetime::binary(op, a, b);
        }
        (Add | Sub | BitAnd, Value::Dict(x), Value::Dict(y)) => {
            return modules::collections::counter_operator(cx, op, x, y);
        }
        _ => return Ok(None),
    }))
}

/// The error for an operator that does not apply, with CPython's special texts.
#[cold]
fn refused(op: BinaryOp, a: &Value, b: &Value) -> crate::value::Raise {
    let name = |v: &Value| v.type_of().qualified();
    match (op, a) {
        (BinaryOp::Add, Value::Short(_) | Value::Str(_)) => {
            type_error(format!("can only concatenate str (not \"{}\") to str", name(b)))
        }
        (BinaryOp::Add, Value::List(_)) => {
            type_error(format!("can only concatenate list (not \"{}\") to list", name(b)))
        }
        (BinaryOp::Add, Value::Tuple(_)) => {
            type_error(format!("can only concatenate tuple (not \"{}\") to tuple", name(b)))
        }
        (BinaryOp::Add, Value::Bytes(_) | Value::ByteArray(_)) => {
            type_error(format!("can't concat {} to {}", name(b), name(a)))
        }
        (BinaryOp::Mult, _) if repeatable(a) => {
            type_error(format!("can't multiply sequence by non-int of type '{}'", name(b)))
        }
        (BinaryOp::Mult, _) if repeatable(b) => {
            type_error(format!("can't multiply sequence by non-int of type '{}'", name(a)))
        }
        _ => unsupported(op, a, b),
    }
}

fn joined(x: &[Value], y: &[Value]) -> R<HVec<Value>> {
    let count = x.len() + y.len();
    reserve(count.saturating_mul(16))?;
    checkpoint(count as u64)?;
    let mut items = HVec::with_capacity(count);
    items.extend_from_slice(x);
    items.extend_from_slice(y);
    Ok(items)
}

/// Two texts put together.
///
/// # Errors
/// A limit.
pub fn concat(a: &Value, b: &Value) -> R {
    if let (Value::Short(x), Value::Short(y)) = (a, b)
        && let Some(joined) = x.joined(y)
    {
        return Ok(Value::Short(joined));
    }
    let (x, y) = (a.text_bytes().unwrap_or_default(), b.text_bytes().unwrap_or_default());
    if x.is_empty() {
        return Ok(b.clone());
    }
    if y.is_empty() {
        return Ok(a.clone());
    }
    let size = x.len() + y.len();
    reserve(size)?;
    checkpoint(size as u64 / 16)?;
    let mut text = HVec::with_capacity(size);
    text.extend_pieces([x, y]);
    // Two short texts whose sum is short were joined above.
    Ok(Value::Str(Str::from_vec(text)))
}

fn add_bytes(a: &Value, b: &Value) -> R {
    let (x, y) = (a.byte_data().unwrap_or_default(), b.byte_data().unwrap_or_default());
    reserve(x.len() + y.len())?;
    let mut bytes = HVec::with_capacity(x.len() + y.len());
    bytes.extend_bytes(&x);
    bytes.extend_bytes(&y);
    Ok(list::bytes_like(a, bytes))
}

fn repeatable(value: &Value) -> bool {
    matches!(
        value,
        Value::Short(_) | Value::Str(_) | Value::List(_) | Value::Tuple(_) | Value::Bytes(_) | Value::ByteArray(_)
    )
}

/// How often a sequence is repeated; negative counts as zero, too large is an error.
fn repetitions(count: &Value, unit: usize) -> R<usize> {
    match IntView::of(count) {
        Some(IntView::Small(n)) if n <= 0 || unit == 0 => Ok(0),
        Some(IntView::Small(n)) => {
            let times = usize::try_from(n).unwrap_or(usize::MAX);
            let Some(size) = unit.checked_mul(times) else {
                return Err(crate::value::interrupt::Stop::Memory.into());
            };
            reserve(size)?;
            Ok(times)
        }
        Some(IntView::Big(n)) if n.sign() == num_bigint::Sign::Minus => Ok(0),
        _ => Err(crate::value::exceptions::overflow_error("cannot fit 'int' into an index-sized integer")),
    }
}

/// Bytes copied between two checkpoints.
const COPY_STEP: usize = 1 << 20;

fn repeat_bytes(unit: &[u8], count: &Value) -> R<HVec<u8>> {
    let times = repetitions(count, unit.len())?;
    let size = unit.len() * times;
    let mut bytes = HVec::with_capacity(size);
    if times == 0 {
        return Ok(bytes);
    }
    // Repeat the unit up to the step size first, then copy whole steps.
    let per_step = (COPY_STEP / unit.len()).clamp(1, times);
    let step = unit.repeat(per_step);
    let mut left = times;
    while left > 0 {
        let now = left.min(per_step);
        bytes.extend_bytes(&step[..now * unit.len()]);
        checkpoint((now * unit.len()) as u64 / 16 + 1)?;
        left -= now;
    }
    Ok(bytes)
}

fn repeat_values(unit: &[Value], count: &Value) -> R<HVec<Value>> {
    let times = repetitions(count, unit.len().saturating_mul(16))?;
    let mut items = HVec::with_capacity(unit.len() * times);
    if let [one] = unit {
        for _ in 0..times / COPY_STEP {
            checkpoint(COPY_STEP as u64)?;
            items.extend(std::iter::repeat_n(one, COPY_STEP).cloned());
        }
        items.extend(std::iter::repeat_n(one, times % COPY_STEP).cloned());
        return Ok(items);
    }
    for _ in 0..times {
        items.extend_from_slice(unit);
        checkpoint(unit.len() as u64)?;
    }
    Ok(items)
}

fn repeat(sequence: &Value, count: &Value) -> R {
    Ok(match sequence {
        Value::List(list) => {
            let items = list.items.borrow();
            let packed = match &items[..] {
                [Value::Bool(flag)] => List::repeated(*flag, repetitions(count, size_of::<Value>())?),
                _ => None,
            };
            match packed {
                Some(packed) => Value::List(packed),
                None => Value::List(List::new(repeat_values(&items, count)?)),
            }
        }
        Value::Tuple(tuple) => Value::Tuple(Tuple::new(repeat_values(&tuple.items, count)?)),
        Value::Bytes(_) | Value::ByteArray(_) => {
            let unit = sequence.byte_data().unwrap_or_default();
            list::bytes_like(sequence, repeat_bytes(&unit, count)?)
        }
        text => Value::text_vec(repeat_bytes(text.text_bytes().unwrap_or_default(), count)?),
    })
}

/// `a op= b`: changes `a` where its type does that, and gives the new value of `a`.
///
/// # Errors
/// As [`binary`].
pub fn inplace(cx: &mut Cx<'_>, op: BinaryOp, a: &Value, b: &Value) -> R {
    match (op, a) {
        (BinaryOp::Add, Value::List(list)) => {
            let more = match b {
                Value::List(other) => other.items.borrow().clone(),
                other => iterate::collect(cx, other)?,
            };
            list.items.borrow_mut().extend(more);
            return Ok(a.clone());
        }
        (BinaryOp::Mult, Value::List(list)) if IntView::of(b).is_some() => {
            let items = list.items.borrow().clone();
            let repeated = repeat_values(&items, b)?;
            drop(list.items.replace(repeated));
            return Ok(a.clone());
        }
        (BinaryOp::Add, Value::ByteArray(array)) if b.byte_data().is_some() => {
            let more = b.byte_data().unwrap_or_default().into_owned();
            reserve(more.len())?;
            array.bytes.borrow_mut().extend_bytes(&more);
            return Ok(a.clone());
        }
        (BinaryOp::Mult, Value::ByteArray(array)) if IntView::of(b).is_some() => {
            let unit = array.bytes.borrow().to_vec();
            let repeated = repeat_bytes(&unit, b)?;
            drop(array.bytes.replace(repeated));
            return Ok(a.clone());
        }
        (BinaryOp::BitOr, Value::Dict(dict)) if dict.class() != &crate::value::types::COUNTER => {
            dict::update_from(cx, dict, b)?;
            return Ok(a.clone());
        }
        (BinaryOp::BitOr | BinaryOp::BitAnd | BinaryOp::Sub | BinaryOp::BitXor, Value::Set(own)) if !own.frozen => {
            if let Some(result) = set::operator(cx, op, a, b)? {
                if let Value::Set(result) = &result {
                    set::replace_items(own, result);
                }
                return Ok(a.clone());
            }
        }
        (_, Value::Dict(x)) => {
            if let (Value::Dict(y), true) = (b, x.class() == &crate::value::types::COUNTER)
                && let Some(Value::Dict(result)) = modules::collections::counter_operator(cx, op, x, y)?
            {
                x.clear();
                x.update(&result)?;
                return Ok(a.clone());
            }
            if op == BinaryOp::Mult {
                return Err(refused_inplace(op, a, b));
            }
        }
        // Here the right operand is repeated only for a left operand that is a number or the like.
        (BinaryOp::Mult, Value::Set(_) | Value::Range(_) | Value::MultiMap(_)) => {
            return Err(refused_inplace(op, a, b));
        }
        _ => {}
    }
    binary(cx, op, a, b).map_err(|raise| {
        let plain = unsupported(op, a, b);
        let same = raise.0.arguments().first().and_then(Value::as_str).map(str::to_owned)
            == plain.0.arguments().first().and_then(Value::as_str).map(str::to_owned);
        if same { refused_inplace(op, a, b) } else { raise }
    })
}

#[cold]
fn refused_inplace(op: BinaryOp, a: &Value, b: &Value) -> crate::value::Raise {
    type_error(format!(
        "unsupported operand type(s) for {}=: '{}' and '{}'",
        op.symbol(),
        a.type_of().qualified(),
        b.type_of().qualified()
    ))
}

/// `op a` for `+ - ~`.
///
/// # Errors
/// `TypeError` if the operator does not apply.
pub fn unary(cx: &mut Cx<'_>, op: UnaryOp, a: &Value) -> R {
    if let Value::Native(native) = a
        && let Some(result) = native.object.unary(op)
    {
        return result;
    }
    if let Some(n) = IntView::of(a) {
        if let IntView::Big(big) = n {
            reserve(usize::try_from(big.bits() / 8).unwrap_or(usize::MAX))?;
            checkpoint(big.bits() / 64)?;
        }
        return Ok(match op {
            UnaryOp::USub => number::negate(n),
            UnaryOp::Invert => number::invert(n),
            UnaryOp::UAdd => match n {
                IntView::Small(n) => Value::Int(n),
                IntView::Big(_) => a.clone(),
            },
            UnaryOp::Not => Value::Bool(n.sign() == 0),
        });
    }
    match (op, a) {
        (UnaryOp::USub, Value::Float(x)) => return Ok(Value::Float(-x)),
        (UnaryOp::UAdd, Value::Float(x)) => return Ok(Value::Float(*x)),
        (UnaryOp::USub | UnaryOp::UAdd, Value::Decimal(d)) => {
            return modules::decimal::sign(cx, d, op == UnaryOp::USub);
        }
        (UnaryOp::USub | UnaryOp::UAdd, Value::Delta(_)) => return modules::datetime::sign(a, op == UnaryOp::USub),
        (UnaryOp::USub | UnaryOp::UAdd, Value::Dict(d)) if d.class() == &crate::value::types::COUNTER => {
            return modules::collections::counter_sign(cx, d, op == UnaryOp::USub);
        }
        _ => {}
    }
    Err(type_error(format!("bad operand type for unary {}: '{}'", op.symbol(), a.type_of().qualified())))
}

/// `a op b` for comparison, identity and membership.
///
/// # Errors
/// `TypeError` if the kinds have no order or no members.
pub fn compare(cx: &mut Cx<'_>, op: CmpOp, a: &Value, b: &Value) -> R<bool> {
    let decimals = matches!(a, Value::Decimal(_)) || matches!(b, Value::Decimal(_));
    if decimals && let Some(answer) = modules::decimal::compare(cx, op, a, b)? {
        return Ok(answer);
    }
    match op {
        CmpOp::Eq | CmpOp::NotEq if matches!((a, b), (Value::Native(_), _) | (_, Value::Native(_))) => {
            // The only comparison that may run script code: an unread stream becomes a list.
            let (a, b) = (super::stream::settle(cx, a)?, super::stream::settle(cx, b)?);
            Ok(compare::eq(&a, &b)? == (op == CmpOp::Eq))
        }
        CmpOp::Eq => compare::eq(a, b),
        CmpOp::NotEq => Ok(!compare::eq(a, b)?),
        CmpOp::Is => Ok(a.is(b)),
        CmpOp::IsNot => Ok(!a.is(b)),
        CmpOp::In => contains(cx, b, a),
        CmpOp::NotIn => Ok(!contains(cx, b, a)?),
        CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => compare::order(a, b, op),
    }
}

/// `item in container`
///
/// # Errors
/// `TypeError` if `container` has no members.
pub fn contains(cx: &mut Cx<'_>, container: &Value, item: &Value) -> R<bool> {
    match container {
        Value::Short(_) | Value::Str(_) => {
            let text = container.text_bytes().unwrap_or_default();
            match item.text_bytes() {
                Some(part) => {
                    checkpoint(text.len() as u64 / 16)?;
                    Ok(memchr::memmem::find(text, part).is_some())
                }
                None => Err(type_error(format!(
                    "'in <string>' requires string as left operand, not {}",
                    item.type_of().qualified()
                ))),
            }
        }
        Value::Dict(dict) => Ok(dict.get(item)?.is_some()),
        Value::Set(own) => match item {
            Value::Set(other) if !other.frozen => {
                let frozen = crate::value::Set::new(other.items.borrow().clone(), true);
                own.contains(&Value::Set(frozen))
            }
            _ => own.contains(item),
        },
        Value::List(list) => {
            let mut at = 0;
            while let Some(value) = list.get(at) {
                checkpoint(2)?;
                if compare::key_eq(&value, item)? {
                    return Ok(true);
                }
                at += 1;
            }
            Ok(false)
        }
        Value::Tuple(tuple) => {
            for value in tuple.items.iter() {
                checkpoint(2)?;
                if compare::key_eq(value, item)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Bytes(_) | Value::ByteArray(_) => bytes_contain(container, item),
        Value::Range(range) if IntView::of(item).is_some() => list::range_index(range, item).map(|n| n.is_some()),
        Value::View(view) => dict::view_contains(cx, view, item),
        Value::MultiMap(map) => Ok(map.get(item)?.is_some()),
        Value::Entity(own) => {
            let value = own.value()?;
            contains(cx, &value, item)
        }
        Value::Native(native) => match native.object.contains(cx, item) {
            Some(found) => found,
            None => search(cx, container, item),
        },
        _ => search(cx, container, item),
    }
}

/// Membership by iterating.
fn search(cx: &mut Cx<'_>, container: &Value, item: &Value) -> R<bool> {
    if !iterate::is_iterable(container) {
        return Err(type_error(format!("argument of type '{}' is not iterable", container.type_of().qualified())));
    }
    let iter = iterate::iter(cx, container)?;
    while let Some(value) = iterate::next(cx, &iter)? {
        checkpoint(2)?;
        if compare::key_eq(&value, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn bytes_contain(container: &Value, item: &Value) -> R<bool> {
    let bytes = container.byte_data().unwrap_or_default();
    if let Some(part) = item.byte_data() {
        return Ok(memchr::memmem::find(&bytes, &part).is_some());
    }
    match IntView::of(item) {
        Some(IntView::Small(n)) => match u8::try_from(n) {
            Ok(byte) => Ok(bytes.contains(&byte)),
            Err(_) => Err(crate::value::exceptions::value_error("byte must be in range(0, 256)")),
        },
        Some(IntView::Big(_)) => Err(crate::value::exceptions::value_error("byte must be in range(0, 256)")),
        None => Err(type_error(format!("a bytes-like object is required, not '{}'", item.type_of().qualified()))),
    }
}
