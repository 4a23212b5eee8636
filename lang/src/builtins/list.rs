//! Lists, tuples, ranges and slices: methods, and what subscripts and operators need of them (spec 5.5).

use num_bigint::BigInt;

use super::receiver::wrong_receiver;
use super::subscript::{Bounds, index};
use super::{iterate, sort};
use crate::table;
use crate::value::compare::{eq, key_eq};
use crate::value::containers::{Range, Slice};
use crate::value::exceptions::{index_error, type_error, value_error};
use crate::value::interrupt::checkpoint;
use crate::value::iter::State;
use crate::value::number::{self, IntView};
use crate::value::{ByteArray, Bytes, Cx, Guarded, HVec, List, R, Ref, Value};

table! {
    /// The methods of `list`.
    pub static LIST_METHODS = [
        /// Append an object to the end of the list.
        ///
        /// >>> (x := [1], x.append(2), x)[2]
        /// [1, 2]
        Method Core "append(self: list[T], object: T, /) -> None" => append;
        /// Remove all items from the list.
        ///
        /// >>> (x := [1, 2], x.clear(), x)[2]
        /// []
        Method Core "clear(self: list[T], /) -> None" => clear;
        /// Return a shallow copy of the list.
        ///
        /// >>> [1, [2]].copy()
        /// [1, [2]]
        Method Core "copy(self: list[T], /) -> list[T]" => copy;
        /// Return how often a value occurs.
        ///
        /// >>> [1, 2, 1].count(1)
        /// 2
        Method Core "count(self: list[T], value: Any, /) -> int" => count;
        /// Append all items of an iterable.
        ///
        /// >>> (x := [1], x.extend('ab'), x)[2]
        /// [1, 'a', 'b']
        Method Core "extend(self: list[T], iterable: Iterable[T], /) -> None" => extend;
        /// Return the first position of a value; `ValueError` if it does not occur.
        ///
        /// >>> ['a', 'b'].index('b')
        /// 1
        Method Core "index(self: list[T], value: Any, start: int = 0, stop: int = 9223372036854775807, /) -> int" => index_of;
        /// Insert an object before a position.
        ///
        /// >>> (x := [1, 3], x.insert(1, 2), x)[2]
        /// [1, 2, 3]
        Method Core "insert(self: list[T], index: int, object: T, /) -> None" => insert;
        /// Remove and return the item at a position (the last by default).
        ///
        /// >>> [1, 2, 3].pop()
        /// 3
        Method Core "pop(self: list[T], index: int = -1, /) -> T" => pop;
        /// Remove the first occurrence of a value; `ValueError` if there is none.
        ///
        /// >>> (x := [1, 2, 1], x.remove(1), x)[2]
        /// [2, 1]
        Method Core "remove(self: list[T], value: Any, /) -> None" => remove;
        /// Reverse the list in place.
        ///
        /// >>> (x := [1, 2, 3], x.reverse(), x)[2]
        /// [3, 2, 1]
        Method Core "reverse(self: list[T], /) -> None" => reverse;
        /// Sort the list in place; the sort is stable.
        ///
        /// >>> (x := ['bb', 'a'], x.sort(key=len), x)[2]
        /// ['a', 'bb']
        Method Core "sort(self: list[T], /, *, key: Callable[[T], Any] | None = None, reverse: bool = False) -> None" => sort_list;
    ]
}

table! {
    /// The methods of `tuple`.
    pub static TUPLE_METHODS = [
        /// Return how often a value occurs.
        ///
        /// >>> (1, 2, 1).count(1)
        /// 2
        Method Core "count(self: tuple[T, ...], value: Any, /) -> int" => count;
        /// Return the first position of a value; `ValueError` if it does not occur.
        ///
        /// >>> ('a', 'b').index('b')
        /// 1
        Method Core "index(self: tuple[T, ...], value: Any, start: int = 0, stop: int = 9223372036854775807, /) -> int" => index_of;
    ]
}

table! {
    /// The members of `range`.
    pub static RANGE_METHODS = [
        /// Return how often a value occurs: 0 or 1.
        ///
        /// >>> range(5).count(3)
        /// 1
        Method Core "count(self: range, value: Any, /) -> int" => range_count;
        /// Return the position of a value; `ValueError` if it does not occur.
        ///
        /// >>> range(0, 10, 2).index(4)
        /// 2
        Method Core "index(self: range, value: Any, /) -> int" => range_index_of;
        /// The first element.
        ///
        /// >>> range(1, 9, 2).start
        /// 1
        Property Core "start(self: range) -> int" => |_, a| range_part(a, |r| &r.start);
        /// The bound.
        ///
        /// >>> range(1, 9, 2).stop
        /// 9
        Property Core "stop(self: range) -> int" => |_, a| range_part(a, |r| &r.stop);
        /// The difference between elements.
        ///
        /// >>> range(1, 9, 2).step
        /// 2
        Property Core "step(self: range) -> int" => |_, a| range_part(a, |r| &r.step);
    ]
}

table! {
    /// The members of `slice`.
    pub static SLICE_METHODS = [
        /// Return start, stop and step for a sequence of the given length.
        ///
        /// >>> slice(-2, None).indices(5)
        /// (3, 5, 1)
        Method Core "indices(self: slice, len: int, /) -> tuple[int, int, int]" => indices;
        /// The first bound.
        ///
        /// >>> slice(1, 2).start
        /// 1
        Property Core "start(self: slice) -> Any" => |_, a| slice_part(a, |s| &s.start);
        /// The second bound.
        ///
        /// >>> slice(1, 2).stop
        /// 2
        Property Core "stop(self: slice) -> Any" => |_, a| slice_part(a, |s| &s.stop);
        /// The step.
        ///
        /// >>> slice(1, 2).step is None
        /// True
        Property Core "step(self: slice) -> Any" => |_, a| slice_part(a, |s| &s.step);
    ]
}

/// The receiver of a list method.
fn list<'a>(name: &str, a: &'a [Value]) -> R<&'a Ref<List>> {
    match a.first() {
        Some(Value::List(list)) => Ok(list),
        other => Err(wrong_receiver(name, "list", other)),
    }
}

fn append(_: &mut Cx<'_>, a: &[Value]) -> R {
    list("append", a)?.push(a[1].clone());
    Ok(Value::None)
}

fn clear(_: &mut Cx<'_>, a: &[Value]) -> R {
    drop(list("clear", a)?.items.replace(HVec::new()));
    Ok(Value::None)
}

fn copy(_: &mut Cx<'_>, a: &[Value]) -> R {
    let items = list("copy", a)?.items.borrow().clone();
    Ok(Value::List(List::new(items)))
}

fn elements(name: &str, a: &[Value]) -> R<Vec<Value>> {
    match a.first() {
        Some(Value::List(list)) => Ok(list.to_vec()),
        Some(Value::Tuple(tuple)) => Ok(tuple.items.to_vec()),
        other => Err(wrong_receiver(name, "list", other)),
    }
}

fn count(_: &mut Cx<'_>, a: &[Value]) -> R {
    let mut n = 0;
    for item in elements("count", a)? {
        checkpoint(2)?;
        n += i64::from(key_eq(&item, &a[1])?);
    }
    Ok(Value::Int(n))
}

fn extend(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = list("extend", a)?;
    if let Value::Generator(_) | Value::Iter(_) | Value::Native(_) = &a[1] {
        // Items arrive one by one, so that an error leaves those before it in the list, as in CPython.
        iterate::for_each(cx, &a[1], |_, value| {
            own.push(value);
            Ok(true)
        })?;
        return Ok(Value::None);
    }
    let more = iterate::collect(cx, &a[1])?;
    own.items.borrow_mut().extend(more);
    Ok(Value::None)
}

fn position(value: &Value, len: usize) -> R<usize> {
    match IntView::of(value) {
        Some(IntView::Small(n)) if n < 0 => {
            Ok(usize::try_from(n + i64::try_from(len).unwrap_or(i64::MAX)).unwrap_or(0))
        }
        Some(IntView::Small(n)) => Ok(usize::try_from(n).unwrap_or(usize::MAX)),
        Some(IntView::Big(n)) => Ok(if n.sign() == num_bigint::Sign::Minus { 0 } else { usize::MAX }),
        None => Err(type_error("slice indices must be integers or have an __index__ method")),
    }
}

fn index_of(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let items = elements("index", a)?;
    let (start, stop) = (position(&a[2], items.len())?, position(&a[3], items.len())?);
    for (n, item) in items.iter().enumerate().take(stop).skip(start) {
        checkpoint(2)?;
        if key_eq(item, &a[1])? {
            return Ok(Value::size(n));
        }
    }
    if matches!(a.first(), Some(Value::Tuple(_))) {
        return Err(value_error("tuple.index(x): x not in tuple"));
    }
    let text = super::repr::repr(cx, &a[1])?;
    Err(value_error(format!("{} is not in list", text.to_display())))
}

/// An int argument as a machine word.
///
/// # Errors
/// `TypeError` for what is no int, `OverflowError` for what does not fit.
pub fn word(value: &Value) -> R<i64> {
    match IntView::of(value) {
        Some(IntView::Small(n)) => Ok(n),
        Some(IntView::Big(_)) => {
            Err(crate::value::exceptions::overflow_error("Python int too large to convert to C ssize_t"))
        }
        None => {
            Err(type_error(format!("'{}' object cannot be interpreted as an integer", value.type_of().qualified())))
        }
    }
}

fn insert(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = list("insert", a)?;
    let len = own.len();
    let at = word(&a[1])?;
    let at = if at < 0 { at.saturating_add(i64::try_from(len).unwrap_or(i64::MAX)).max(0) } else { at };
    own.items.borrow_mut().insert(usize::try_from(at).unwrap_or(len).min(len), a[2].clone());
    Ok(Value::None)
}

fn pop(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = list("pop", a)?;
    let at = word(&a[1])?;
    if own.is_empty() {
        return Err(index_error("pop from empty list"));
    }
    let at = index("list", &Value::Int(at), own.len())?;
    let removed = own.items.borrow_mut().remove(at);
    removed.ok_or_else(|| index_error("pop index out of range"))
}

fn remove(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = list("remove", a)?;
    for (n, item) in own.to_vec().iter().enumerate() {
        checkpoint(2)?;
        if key_eq(item, &a[1])? {
            let removed = own.items.borrow_mut().remove(n);
            drop(removed);
            return Ok(Value::None);
        }
    }
    Err(value_error("list.remove(x): x not in list"))
}

fn reverse(_: &mut Cx<'_>, a: &[Value]) -> R {
    let own = list("reverse", a)?;
    checkpoint(own.len() as u64 / 2)?;
    own.items.borrow_mut().reverse();
    Ok(Value::None)
}

fn sort_list(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = list("sort", a)?;
    let reversed = word(&a[2])? != 0;
    // While it is being sorted the list is empty; a change by the key function is an error.
    let items = own.items.replace(HVec::new());
    let (items, result) = sort::sort(cx, items, &a[1], reversed);
    let changed = own.items.replace(items);
    result?;
    if !changed.is_empty() {
        return Err(value_error("list modified during sort"));
    }
    Ok(Value::None)
}

/// Assigns to a slice of a list.
///
/// # Errors
/// `ValueError` if the sizes of an extended slice differ.
pub fn assign_slice(list: &Ref<List>, slice: &Slice, new: HVec<Value>) -> R<()> {
    let bounds = Bounds::of(slice, list.len())?;
    if bounds.step == 1 {
        let mut items = list.items.replace(HVec::new());
        items.splice(bounds.start..bounds.stop, new);
        drop(list.items.replace(items));
        return Ok(());
    }
    if new.len() != bounds.count {
        return Err(value_error(format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            new.len(),
            bounds.count
        )));
    }
    for (at, value) in bounds.positions().zip(new) {
        list.set(at, value);
    }
    Ok(())
}

/// Deletes a slice of a list.
///
/// # Errors
/// As [`Bounds::of`].
pub fn delete_slice(list: &Ref<List>, slice: &Slice) -> R<()> {
    let bounds = Bounds::of(slice, list.len())?;
    let mut gone: Vec<usize> = bounds.positions().collect();
    gone.sort_unstable();
    let items = list.items.replace(HVec::new());
    let mut gone = gone.into_iter().peekable();
    let mut kept = HVec::with_capacity(items.len() - bounds.count);
    let mut dropped = Vec::with_capacity(bounds.count);
    for (n, item) in items.into_iter().enumerate() {
        if gone.next_if_eq(&n).is_some() {
            dropped.push(item);
        } else {
            kept.push(item);
        }
    }
    drop(list.items.replace(kept));
    Ok(())
}

/// `bytes` or `bytearray` like the given value.
#[must_use]
pub fn bytes_like(model: &Value, bytes: HVec<u8>) -> Value {
    match model {
        Value::ByteArray(_) => Value::ByteArray(Ref::new(ByteArray { bytes: Guarded::new(bytes) })),
        _ => Value::Bytes(Bytes::from_blob(crate::value::Blob::Own(bytes))),
    }
}

fn slice_part(a: &[Value], part: impl Fn(&Slice) -> &Value) -> R {
    match a.first() {
        Some(Value::Slice(slice)) => Ok(part(slice).clone()),
        other => Err(wrong_receiver("start", "slice", other)),
    }
}

fn indices(_: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(Value::Slice(slice)) = a.first() else { return Err(wrong_receiver("indices", "slice", a.first())) };
    let len = word(&a[1])?;
    let Ok(size) = usize::try_from(len) else { return Err(value_error("length should not be negative")) };
    let (start, stop, step) = big_indices(slice, &Value::size(size))?;
    Ok(Value::tuple([Value::big(start), Value::big(stop), Value::big(step)]))
}

// ranges

fn range_part(a: &[Value], part: impl Fn(&Range) -> &Value) -> R {
    match a.first() {
        Some(Value::Range(range)) => Ok(part(range).clone()),
        other => Err(wrong_receiver("start", "range", other)),
    }
}

/// A range of three ints.
///
/// # Errors
/// `ValueError` for a step of zero.
pub fn make_range(start: Value, stop: Value, step: Value) -> R {
    let big = |v: &Value| IntView::of(v).map(|n| n.to_big().into_owned()).unwrap_or_default();
    if let (Value::Int(a), Value::Int(b), Value::Int(s)) = (&start, &stop, &step) {
        if *s == 0 {
            return Err(value_error("range() arg 3 must not be zero"));
        }
        if let (Some(span), true) = (b.checked_sub(*a), s.unsigned_abs() < 1 << 62) {
            let len = if (span > 0) == (*s > 0) && span != 0 {
                ((span.unsigned_abs() - 1) / s.unsigned_abs() + 1).cast_signed()
            } else {
                0
            };
            return Ok(Value::Range(Ref::new(Range { start, stop, step, len: Value::Int(len) })));
        }
    }
    let (a, b, s) = (big(&start), big(&stop), big(&step));
    if s == BigInt::ZERO {
        return Err(value_error("range() arg 3 must not be zero"));
    }
    let span = &b - &a;
    let same_way = (span > BigInt::ZERO) == (s > BigInt::ZERO) && span != BigInt::ZERO;
    let len = if same_way {
        (BigInt::from(span.magnitude().clone()) - 1u8) / BigInt::from(s.magnitude().clone()) + 1u8
    } else {
        BigInt::ZERO
    };
    Ok(Value::Range(Ref::new(Range { start, stop, step, len: Value::big(len) })))
}

/// Where iterating a range begins.
#[must_use]
pub fn range_state(range: &Ref<Range>) -> State {
    if let (Value::Int(start), Value::Int(step), Value::Int(len)) = (&range.start, &range.step, &range.len) {
        return State::Range { next: *start, step: *step, left: len.unsigned_abs() };
    }
    State::LongRange { next: range.start.clone(), step: range.step.clone(), left: range.len.clone() }
}

fn compute(op: crate::syntax::ast::BinaryOp, a: &Value, b: &Value) -> R {
    number::binary(op, a, b).unwrap_or_else(|| Err(number::unsupported(op, a, b)))
}

/// Element number `n` of a range, without a look at its length.
fn range_element(range: &Range, n: &Value) -> R {
    use crate::syntax::ast::BinaryOp::{Add, Mult};
    compute(Add, &range.start, &compute(Mult, &range.step, n)?)
}

/// `range[key]`
///
/// # Errors
/// `IndexError`, or `TypeError` for a key that is neither int nor slice.
pub fn range_get(range: &Ref<Range>, key: &Value) -> R {
    if let Value::Slice(slice) = key {
        let (start, stop, step) = big_indices(slice, &range.len)?;
        let first = range_element(range, &Value::big(start))?;
        let last = range_element(range, &Value::big(stop))?;
        let step = compute(crate::syntax::ast::BinaryOp::Mult, &range.step, &Value::big(step))?;
        return make_range(first, last, step);
    }
    let Some(at) = IntView::of(key) else {
        return Err(type_error(format!("range indices must be integers or slices, not {}", key.type_of().qualified())));
    };
    let len = IntView::of(&range.len).map(|n| n.to_big().into_owned()).unwrap_or_default();
    let mut n = at.to_big().into_owned();
    if n < BigInt::ZERO {
        n += &len;
    }
    if n < BigInt::ZERO || n >= len {
        return Err(index_error("range object index out of range"));
    }
    range_element(range, &Value::big(n))
}

/// Start, stop and step of a slice of a sequence of any length.
fn big_indices(slice: &Slice, len: &Value) -> R<(BigInt, BigInt, BigInt)> {
    // Checks the kinds of the bounds.
    Bounds::of(slice, 0)?;
    let number = |v: &Value| IntView::of(v).map(|n| n.to_big().into_owned());
    let len = number(len).unwrap_or_default();
    let step = number(&slice.step).unwrap_or_else(|| BigInt::from(1));
    let backwards = step < BigInt::ZERO;
    let (low, high) = if backwards { (BigInt::from(-1), &len - 1) } else { (BigInt::ZERO, len.clone()) };
    let clip = |bound: Option<BigInt>, default: &BigInt| match bound {
        None => default.clone(),
        Some(n) if n < BigInt::ZERO => (n + &len).max(low.clone()),
        Some(n) => n.min(high.clone()),
    };
    let start = clip(number(&slice.start), if backwards { &high } else { &low });
    let stop = clip(number(&slice.stop), if backwards { &low } else { &high });
    Ok((start, stop, step))
}

/// The position of an int in a range.
///
/// # Errors
/// A limit.
pub fn range_index(range: &Range, item: &Value) -> R<Option<Value>> {
    let (Some(start), Some(step), Some(len), Some(item)) =
        (IntView::of(&range.start), IntView::of(&range.step), IntView::of(&range.len), IntView::of(item))
    else {
        return Ok(None);
    };
    let offset = &*item.to_big() - &*start.to_big();
    let (n, rest) = number::divide(&offset, &step.to_big())?;
    let inside = rest == BigInt::ZERO && n >= BigInt::ZERO && n < *len.to_big();
    Ok(inside.then(|| Value::big(n)))
}

/// The position of any value in a range: other kinds are compared with each element.
fn find_in_range(cx: &mut Cx<'_>, a: &[Value]) -> R<Option<Value>> {
    let Some(Value::Range(range)) = a.first() else { return Err(wrong_receiver("index", "range", a.first())) };
    if IntView::of(&a[1]).is_some() {
        return range_index(range, &a[1]);
    }
    let (mut n, mut found) = (0usize, None);
    iterate::for_each(cx, &a[0], |_, value| {
        if eq(&value, &a[1])? {
            found = Some(Value::size(n));
        }
        n += 1;
        Ok(found.is_none())
    })?;
    Ok(found)
}

fn range_count(cx: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::Int(i64::from(find_in_range(cx, a)?.is_some())))
}

fn range_index_of(cx: &mut Cx<'_>, a: &[Value]) -> R {
    match find_in_range(cx, a)? {
        Some(n) => Ok(n),
        None if IntView::of(&a[1]).is_none() => Err(value_error("sequence.index(x): x not in sequence")),
        None => {
            let text = super::repr::repr(cx, &a[1])?;
            Err(value_error(format!("{} is not in range", text.to_display())))
        }
    }
}
