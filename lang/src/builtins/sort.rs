//! Stable sorting with a comparison that may fail.

use crate::syntax::ast::CmpOp;
use crate::value::compare::order;
use crate::value::interrupt::checkpoint;
use crate::value::{Cx, HVec, R, Value};

/// Sorts `items`, stably, by `<` on the keys. Gives the items back in any case: sorted, or in some order together with the
/// error.
pub fn sort(cx: &mut Cx<'_>, items: HVec<Value>, key: &Value, reversed: bool) -> (HVec<Value>, R<()>) {
    let mut pairs: Vec<(Value, Value)> = Vec::with_capacity(items.len());
    let mut failure = None;
    for item in items {
        let sort_key = match key {
            Value::None => item.clone(),
            _ if failure.is_some() => Value::None,
            function => match cx.call(function, std::slice::from_ref(&item)) {
                Ok(value) => value,
                Err(raise) => {
                    failure = Some(raise);
                    Value::None
                }
            },
        };
        pairs.push((sort_key, item));
    }
    if failure.is_none() {
        failure = sort_pairs(&mut pairs, reversed).err();
    }
    let items = pairs.into_iter().map(|(_, item)| item).collect();
    (items, failure.map_or(Ok(()), Err))
}

/// Sorts by the first components. With `reversed` equal keys keep their order, as in CPython.
fn sort_pairs(pairs: &mut [(Value, Value)], reversed: bool) -> R<()> {
    if reversed {
        pairs.reverse();
    }
    let failure = merge_sort(pairs);
    if reversed {
        pairs.reverse();
    }
    failure
}

/// Runs of this length are sorted by insertion before they are merged.
const RUN: usize = 16;

/// A bottom-up merge sort that asks only `b < a`, as Python does, so that any comparison may fail and none needs to be
/// consistent.
fn merge_sort(pairs: &mut [(Value, Value)]) -> R<()> {
    for run in pairs.chunks_mut(RUN) {
        insertion_sort(run)?;
    }
    let mut width = RUN;
    while width < pairs.len() {
        for block in pairs.chunks_mut(width * 2) {
            if block.len() > width {
                merge(block, width)?;
            }
        }
        width *= 2;
    }
    Ok(())
}

fn insertion_sort(run: &mut [(Value, Value)]) -> R<()> {
    for n in 1..run.len() {
        let mut at = n;
        while at > 0 && less(&run[at].0, &run[at - 1].0)? {
            run.swap(at, at - 1);
            at -= 1;
        }
    }
    Ok(())
}

/// Merges two sorted halves of `block`; the first is `middle` long.
fn merge(block: &mut [(Value, Value)], middle: usize) -> R<()> {
    if !less(&block[middle].0, &block[middle - 1].0)? {
        return Ok(());
    }
    let mut left: std::vec::IntoIter<(Value, Value)> =
        block[..middle].iter_mut().map(std::mem::take).collect::<Vec<_>>().into_iter();
    let (mut out, mut right) = (0, middle);
    let mut failure = None;
    while let Some((key, _)) = left.as_slice().first() {
        let take_right = match block.get(right) {
            None => false,
            Some((other, _)) => match less(other, key) {
                Ok(answer) => answer,
                Err(raise) => {
                    failure = Some(raise);
                    break;
                }
            },
        };
        if take_right {
            block.swap(out, right);
            right += 1;
        } else if let Some(pair) = left.next() {
            block[out] = pair;
        }
        out += 1;
    }
    // After a failure the rest of the left half fills the free places, so that nothing is lost.
    for pair in left {
        block[out] = pair;
        out += 1;
    }
    failure.map_or(Ok(()), Err)
}

fn less(a: &Value, b: &Value) -> R<bool> {
    checkpoint(2)?;
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => Ok(x < y),
        (Value::Float(x), Value::Float(y)) => Ok(x < y),
        _ => order(a, b, CmpOp::Lt),
    }
}
