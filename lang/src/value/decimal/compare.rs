//! Orders: numeric comparison with and without signals, the total order, maxima and minima.

use std::cmp::Ordering;

use super::coefficient::Coefficient;
use super::context::Context;
use super::number::{Decimal, Kind};
use super::rounding::{finalize, nan_result};
use super::signals::Status;
use crate::value::interrupt::Stop;

fn from_ordering(ordering: Ordering) -> Decimal {
    match ordering {
        Ordering::Less => Decimal::finite(true, Coefficient::ONE, 0),
        Ordering::Equal => Decimal::ZERO,
        Ordering::Greater => Decimal::ONE,
    }
}

/// `compare`: -1, 0, 1 or a NaN.
pub(super) fn compare(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a, b], context, status)? {
        return Ok(nan);
    }
    Ok(from_ordering(a.cmp_value(b)?))
}

/// `compare_signal`: as [`compare`], where quiet NaNs signal too.
pub(super) fn compare_signal(
    a: &Decimal,
    b: &Decimal,
    context: &Context,
    status: &mut Status,
) -> Result<Decimal, Stop> {
    if let Some(nan) = nan_result(&[a, b], context, status)? {
        *status |= Status::INVALID_OPERATION;
        return Ok(nan);
    }
    Ok(from_ordering(a.cmp_value(b)?))
}

/// Place of a kind in the total order of non-negative values.
const fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Finite => 0,
        Kind::Infinity => 1,
        Kind::SignalingNan => 2,
        Kind::QuietNan => 3,
    }
}

/// The total order of representations, signs ignored.
fn total_magnitude(a: &Decimal, b: &Decimal) -> Result<Ordering, Stop> {
    match (a.kind, b.kind) {
        (Kind::Finite, Kind::Finite) => {
            Ok(a.copy_abs().cmp_value(&b.copy_abs())?.then_with(|| a.exponent.cmp(&b.exponent)))
        }
        (x, y) if x == y => Ok(a.coefficient.cmp(&b.coefficient)),
        (x, y) => Ok(rank(x).cmp(&rank(y))),
    }
}

/// `compare_total_mag`.
pub(super) fn compare_total_mag(a: &Decimal, b: &Decimal) -> Result<Decimal, Stop> {
    total_magnitude(a, b).map(from_ordering)
}

/// `compare_total`.
pub(super) fn compare_total(a: &Decimal, b: &Decimal) -> Result<Decimal, Stop> {
    let ordering = match (a.negative, b.negative) {
        (false, false) => total_magnitude(a, b)?,
        (true, true) => total_magnitude(b, a)?,
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    };
    Ok(from_ordering(ordering))
}

/// Breaks the tie between representations of one value.
fn cmp_equal_values(a: &Decimal, b: &Decimal) -> Ordering {
    match (a.negative, b.negative) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.exponent.cmp(&b.exponent),
        (true, true) => b.exponent.cmp(&a.exponent),
    }
}

/// Picks the larger (or smaller) operand; a number goes before a quiet NaN.
fn pick(
    a: &Decimal,
    b: &Decimal,
    wanted: Ordering,
    by_magnitude: bool,
    context: &Context,
    status: &mut Status,
) -> Result<Decimal, Stop> {
    let chosen = if a.is_qnan() && !b.is_nan() {
        b
    } else if b.is_qnan() && !a.is_nan() {
        a
    } else if let Some(nan) = nan_result(&[a, b], context, status)? {
        return Ok(nan);
    } else {
        let ordering = if by_magnitude { a.cmp_magnitude(b)? } else { a.cmp_value(b)? };
        match ordering.then_with(|| cmp_equal_values(a, b)) {
            // Of two equal operands `max` takes the first and `min` the second.
            Ordering::Equal => {
                if wanted == Ordering::Greater {
                    a
                } else {
                    b
                }
            }
            ordering => {
                if ordering == wanted {
                    a
                } else {
                    b
                }
            }
        }
    };
    finalize(chosen.clone(), context, status)
}

pub(super) fn max(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    pick(a, b, Ordering::Greater, false, context, status)
}

pub(super) fn max_mag(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    pick(a, b, Ordering::Greater, true, context, status)
}

pub(super) fn min(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    pick(a, b, Ordering::Less, false, context, status)
}

pub(super) fn min_mag(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    pick(a, b, Ordering::Less, true, context, status)
}
