//! Equality and order of the dicts of `collections`, where they differ from plain dicts.

use super::{eq as values_eq, key_eq, order};
use crate::syntax::ast::CmpOp;
use crate::value::interrupt::checkpoint;
use crate::value::types::{COUNTER, ORDERED_DICT, TypeDesc};
use crate::value::{Dict, R, Value};

fn both(x: &Dict, y: &Dict, class: &'static TypeDesc) -> bool {
    std::ptr::eq(x.class(), class) && std::ptr::eq(y.class(), class)
}

/// Equality of two ordered dicts, whose order counts, or of two counters, in which a missing count is zero; `None` for
/// other dicts.
pub(super) fn eq(x: &Dict, y: &Dict) -> Option<R<bool>> {
    if both(x, y, &COUNTER) {
        return Some(counts(x, y, values_eq));
    }
    both(x, y, &ORDERED_DICT).then(|| {
        if x.len() != y.len() {
            return Ok(false);
        }
        for ((key, value), (other_key, other)) in x.items().into_iter().zip(y.items()) {
            checkpoint(4)?;
            if !key_eq(&key, &other_key)? || !key_eq(&value, &other)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// `x op y` for counters: inclusion of multisets. `None` for other dicts.
pub(super) fn counter_order(x: &Dict, y: &Dict, op: CmpOp) -> Option<R<bool>> {
    let at_most = |a: &Value, b: &Value| order(a, b, CmpOp::LtE);
    let at_least = |a: &Value, b: &Value| order(a, b, CmpOp::GtE);
    let differ = || counts(x, y, values_eq).map(|same| !same);
    both(x, y, &COUNTER).then(|| match op {
        CmpOp::LtE => counts(x, y, at_most),
        CmpOp::Lt => Ok(counts(x, y, at_most)? && differ()?),
        CmpOp::GtE => counts(x, y, at_least),
        _ => Ok(counts(x, y, at_least)? && differ()?),
    })
}

/// Whether `holds` for the two counts of every key.
fn counts(x: &Dict, y: &Dict, holds: impl Fn(&Value, &Value) -> R<bool>) -> R<bool> {
    for dict in [x, y] {
        for (key, _) in dict.items() {
            checkpoint(4)?;
            let count = |d: &Dict| Ok::<_, crate::value::Raise>(d.get(&key)?.unwrap_or(Value::Int(0)));
            if !holds(&count(x)?, &count(y)?)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
