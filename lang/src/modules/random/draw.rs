//! Drawing ints, bytes and elements of sequences.

use std::collections::HashSet;

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::Generator;
use crate::builtins::list::word;
use crate::builtins::{iterate, operators, subscript};
use crate::syntax::ast::{BinaryOp, CmpOp};
use crate::value::compare::{eq, order};
use crate::value::exceptions::{Raise, TYPE_ERROR, index_error, type_error, value_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::{IntView, divide};
use crate::value::types::INT;
use crate::value::{Cx, HVec, List, R, Value};

pub(super) fn bits(_: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let count = u64::try_from(word(&a[0])?).map_err(|_| value_error("number of bits must be non-negative"))?;
    own.twister.borrow_mut().bits(count).map(Value::big)
}

pub(super) fn bytes(_: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let count = usize::try_from(word(&a[0])?).map_err(|_| value_error("number of bits must be non-negative"))?;
    Ok(Value::bytes(&own.twister.borrow_mut().bytes(count)?))
}

pub(super) fn int(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let stop = operators::binary(cx, BinaryOp::Add, &a[1], &Value::Int(1))?;
    range(cx, own, &[a[0].clone(), stop, Value::Int(1)])
}

/// An argument of `randrange`: an int, or another number that is whole.
fn whole(cx: &mut Cx<'_>, value: &Value, name: &str) -> R<BigInt> {
    if let Some(n) = IntView::of(value) {
        return Ok(n.to_big().into_owned());
    }
    let int = cx.call(&Value::Type(&INT), std::slice::from_ref(value))?;
    match IntView::of(&int) {
        Some(n) if eq(&int, value)? => Ok(n.to_big().into_owned()),
        _ => Err(value_error(format!("non-integer {name} for randrange()"))),
    }
}

pub(super) fn range(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let start = whole(cx, &a[0], "arg 1")?;
    let below = |limit: &BigInt| own.twister.borrow_mut().below_big(limit);
    let empty = || value_error("empty range for randrange()");
    if a[1].is_none() {
        if !matches!(a[2], Value::Int(1)) {
            return Err(type_error("Missing a non-None stop argument"));
        }
        return if start.is_positive() { below(&start).map(Value::big) } else { Err(empty()) };
    }
    let stop = whole(cx, &a[1], "stop")?;
    let step = whole(cx, &a[2], "step")?;
    let width = &stop - &start;
    if step == BigInt::from(1) {
        if !width.is_positive() {
            return Err(value_error(format!("empty range for randrange() ({start}, {stop}, {width})")));
        }
        return Ok(Value::big(start + below(&width)?));
    }
    let count = match step.sign() {
        num_bigint::Sign::Plus => divide(&(width + &step - 1), &step)?.0,
        num_bigint::Sign::Minus => divide(&(width + &step + 1), &step)?.0,
        num_bigint::Sign::NoSign => return Err(value_error("zero step for randrange()")),
    };
    if count.is_negative() || count.is_zero() {
        return Err(empty());
    }
    Ok(Value::big(start + step * below(&count)?))
}

pub(super) fn choice(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let len = iterate::length(cx, &a[0])?;
    if len == 0 {
        return Err(index_error("Cannot choose from an empty sequence"));
    }
    let at = own.twister.borrow_mut().below(len as u64);
    element(cx, &a[0], at)
}

/// `sequence[at]`
fn element(cx: &mut Cx<'_>, sequence: &Value, at: u64) -> R {
    subscript::get(cx, sequence, &Value::big(at.into()))
}

pub(super) fn shuffle(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let sequence = &a[0];
    let len = iterate::length(cx, sequence)?;
    for i in (1..len as u64).rev() {
        checkpoint(8)?;
        let j = own.twister.borrow_mut().below(i + 1);
        let (first, second) = (element(cx, sequence, j)?, element(cx, sequence, i)?);
        subscript::set(cx, sequence, &Value::big(i.into()), first)?;
        subscript::set(cx, sequence, &Value::big(j.into()), second)?;
    }
    Ok(Value::None)
}

fn is_sequence(value: &Value) -> bool {
    matches!(
        value,
        Value::List(_)
            | Value::Tuple(_)
            | Value::Short(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::ByteArray(_)
            | Value::Range(_)
            | Value::Entity(_)
    )
}

pub(super) fn sample(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let (population, count, counts) = (&a[0], &a[1], &a[2]);
    if !is_sequence(population) {
        return Err(type_error("Population must be a sequence.  For dicts or sets, use sorted(d)."));
    }
    let len = iterate::length(cx, population)?;
    if counts.is_none() {
        let places = places(cx, own, len as u64, count)?;
        let chosen = places.into_iter().map(|at| element(cx, population, at)).collect::<R<HVec<Value>>>()?;
        return Ok(Value::List(List::new(chosen)));
    }
    let mut sums = accumulate(cx, counts)?;
    if sums.len() != len {
        return Err(value_error("The number of counts does not match the population"));
    }
    let Some(total) = sums.pop() else { return Err(index_error("pop from empty list")) };
    let Some(total) = IntView::of(&total) else { return Err(type_error("Counts must be integers")) };
    if total.sign() <= 0 {
        return Err(value_error("Total of counts must be greater than zero"));
    }
    let total = u64::try_from(&*total.to_big())
        .map_err(|_| crate::value::exceptions::overflow_error("Python int too large to convert to C ssize_t"))?;
    let mut chosen = HVec::new();
    for place in places(cx, own, total, count)? {
        let at = bisect(&sums, &Value::big(place.into()), sums.len())?;
        chosen.push(element(cx, population, at as u64)?);
    }
    Ok(Value::List(List::new(chosen)))
}

/// So many different places below `len`, in the order drawn.
fn places(cx: &mut Cx<'_>, own: &Generator, len: u64, count: &Value) -> R<Vec<u64>> {
    let limit = Value::big(len.into());
    if !order(&Value::Int(0), count, CmpOp::LtE)? || !order(count, &limit, CmpOp::LtE)? {
        return Err(value_error("Sample larger than population or is negative"));
    }
    if IntView::of(count).is_none() {
        // Multiplying a list by the count is what fails in CPython.
        operators::binary(cx, BinaryOp::Mult, &Value::list([]), count)?;
    }
    let count = u64::try_from(word(count)?).unwrap_or(0);
    reserve(usize::try_from(count.saturating_mul(24)).unwrap_or(usize::MAX))?;
    let mut twister = own.twister.borrow_mut();
    let mut places = Vec::new();
    if len <= pool_limit(count) {
        let mut pool: Vec<u64> = (0..len).collect();
        checkpoint(len)?;
        for _ in 0..count {
            checkpoint(8)?;
            let at = twister.below(pool.len() as u64) as usize;
            // The last one takes the place of the one drawn.
            places.push(pool.swap_remove(at));
        }
        return Ok(places);
    }
    let mut drawn = HashSet::new();
    for _ in 0..count {
        let at = loop {
            checkpoint(16)?;
            let at = twister.below(len);
            if drawn.insert(at) {
                break at;
            }
        };
        places.push(at);
    }
    Ok(places)
}

/// The largest population that is copied instead of remembering which elements were drawn: CPython's estimate of what
/// needs less memory, on which the sequence depends.
fn pool_limit(count: u64) -> u64 {
    if count <= 5 {
        return 21;
    }
    let power = ((count as f64 * 3.0).ln() / 4f64.ln()).ceil();
    21 + 4f64.powf(power) as u64
}

fn accumulate(cx: &mut Cx<'_>, values: &Value) -> R<Vec<Value>> {
    let mut sums: Vec<Value> = Vec::new();
    iterate::for_each(cx, values, |cx, value| {
        let sum = match sums.last() {
            Some(before) => operators::binary(cx, BinaryOp::Add, before, &value)?,
            None => value,
        };
        sums.push(sum);
        Ok(true)
    })?;
    Ok(sums)
}

/// Where `value` would go behind its equals in the first `end` of sorted values.
fn bisect(sorted: &[Value], value: &Value, end: usize) -> R<usize> {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low.midpoint(high);
        match sorted.get(middle) {
            Some(item) if order(value, item, CmpOp::Lt)? => high = middle,
            _ => low = middle + 1,
        }
    }
    Ok(low)
}

pub(super) fn choices(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let (population, weights, sums, count) = (&a[0], &a[1], &a[2], &a[3]);
    let len = iterate::length(cx, population)?;
    let sums = match (weights, sums) {
        (Value::None, Value::None) => return equal_choices(cx, own, population, len, count),
        (weights, Value::None) => accumulate(cx, weights).map_err(|raise| match IntView::of(weights) {
            Some(_) if raise.is(&TYPE_ERROR) => misplaced_count(weights),
            _ => raise,
        })?,
        (Value::None, sums) => iterate::collect(cx, sums)?.to_vec(),
        _ => return Err(type_error("Cannot specify both weights and cumulative weights")),
    };
    if sums.len() != len {
        return Err(value_error("The number of weights does not match the population"));
    }
    let Some(last) = sums.last() else { return Err(index_error("list index out of range")) };
    let total = operators::binary(cx, BinaryOp::Add, last, &Value::Float(0.0))?;
    if order(&total, &Value::Float(0.0), CmpOp::LtE)? {
        return Err(value_error("Total of weights must be greater than zero"));
    }
    let total = crate::builtins::constructors::to_float(cx, &total)?;
    if !total.is_finite() {
        return Err(value_error("Total of weights must be finite"));
    }
    let mut chosen = HVec::new();
    for _ in 0..word(count)?.max(0) {
        checkpoint(16)?;
        let at = bisect(&sums, &Value::Float(own.float() * total), len - 1)?;
        chosen.push(element(cx, population, at as u64)?);
    }
    Ok(Value::List(List::new(chosen)))
}

#[cold]
fn misplaced_count(weights: &Value) -> Raise {
    let count = IntView::of(weights).map_or_else(String::new, |n| n.to_big().to_string());
    type_error(format!("The number of choices must be a keyword argument: k={count}"))
}

fn equal_choices(cx: &mut Cx<'_>, own: &Generator, population: &Value, len: usize, count: &Value) -> R {
    let mut chosen = HVec::new();
    for _ in 0..word(count)?.max(0) {
        checkpoint(8)?;
        chosen.push(element(cx, population, (own.float() * len as f64).floor() as u64)?);
    }
    Ok(Value::List(List::new(chosen)))
}
