//! Operations on digits: logical and, or, xor, invert; shift and rotate.
//!
//! A *logical operand* is a positive integer with exponent 0 whose digits are all 0 or 1. Digits are combined as text,
//! least significant digit last.

use super::coefficient::Coefficient;
use super::context::Context;
use super::number::Decimal;
use super::quantize::small_integer;
use super::rounding::{invalid, nan_result};
use super::signals::Status;
use crate::value::interrupt::{Stop, checkpoint};

/// The last `prec` digits of a logical operand, or `None` if it is not one.
fn logical_digits(a: &Decimal, context: &Context) -> Result<Option<Vec<u8>>, Stop> {
    if a.is_special() || a.negative || a.exponent != 0 {
        return Ok(None);
    }
    let mut text = String::new();
    a.coefficient.write_digits(&mut text)?;
    checkpoint(text.len() as u64)?;
    if !text.bytes().all(|digit| matches!(digit, b'0' | b'1')) {
        return Ok(None);
    }
    let excess = (text.len() as u64).saturating_sub(context.prec);
    Ok(Some(text.split_off(excess as usize).into_bytes()))
}

fn from_digits(digits: &[u8]) -> Result<Decimal, Stop> {
    Ok(Decimal::finite(false, Coefficient::parse_digits(digits)?, 0))
}

/// Combines two logical operands digit by digit.
fn combine(
    a: &Decimal,
    b: &Decimal,
    context: &Context,
    status: &mut Status,
    operation: fn(u8, u8) -> u8,
) -> Result<Decimal, Stop> {
    let (Some(a), Some(b)) = (logical_digits(a, context)?, logical_digits(b, context)?) else {
        return Ok(invalid(Status::INVALID_OPERATION, status));
    };
    let width = a.len().max(b.len());
    checkpoint(width as u64)?;
    let digit = |digits: &[u8], place: usize| (place < digits.len()).then(|| digits[digits.len() - 1 - place] - b'0');
    let result: Vec<u8> = (0..width)
        .rev()
        .map(|place| b'0' + operation(digit(&a, place).unwrap_or(0), digit(&b, place).unwrap_or(0)))
        .collect();
    from_digits(&result)
}

pub(super) fn and(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    combine(a, b, context, status, |x, y| x & y)
}

pub(super) fn or(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    combine(a, b, context, status, |x, y| x | y)
}

pub(super) fn xor(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    combine(a, b, context, status, |x, y| x ^ y)
}

/// Every digit of the precision's width inverted.
pub(super) fn invert(a: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let Some(digits) = logical_digits(a, context)? else {
        return Ok(invalid(Status::INVALID_OPERATION, status));
    };
    // From as many ones no digit needs to borrow.
    let (ones, _) = Coefficient::nines(context.prec)?.div_rem(&Coefficient::from(9))?;
    Ok(Decimal::finite(false, ones.sub(&Coefficient::parse_digits(&digits)?)?, 0))
}

/// The number of places by which to shift or rotate: an integer of at most the precision.
fn places(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Result<i64, Decimal>, Stop> {
    if let Some(nan) = nan_result(&[a, b], context, status)? {
        return Ok(Err(nan));
    }
    match small_integer(b)? {
        Some(n) if n.unsigned_abs() <= context.prec => {
            if a.is_infinite() {
                return Ok(Err(a.clone()));
            }
            Ok(Ok(n))
        }
        _ => Ok(Err(invalid(Status::INVALID_OPERATION, status))),
    }
}

/// The coefficient moved by `b` places; what leaves the precision's width is lost.
pub(super) fn shift(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let places = match places(a, b, context, status)? {
        Ok(places) => places,
        Err(result) => return Ok(result),
    };
    let count = places.unsigned_abs();
    let coefficient = if places >= 0 {
        // What would be cut off afterwards need not be shifted.
        a.coefficient.low_digits(context.prec - count)?.shifted_left(count)?
    } else {
        a.coefficient.low_digits(context.prec)?.shifted_right(count)?.0
    };
    Ok(Decimal { coefficient, ..a.clone() })
}

/// The coefficient, taken as `prec` digits, rotated by `b` places.
pub(super) fn rotate(a: &Decimal, b: &Decimal, context: &Context, status: &mut Status) -> Result<Decimal, Stop> {
    let places = match places(a, b, context, status)? {
        Ok(places) => places,
        Err(result) => return Ok(result),
    };
    // To the right by n is to the left by prec - n.
    let left = if places >= 0 { places.unsigned_abs() } else { context.prec - places.unsigned_abs() };
    let digits = a.coefficient.low_digits(context.prec)?;
    let (high, _) = digits.shifted_right(context.prec - left)?;
    let low = digits.low_digits(context.prec - left)?.shifted_left(left)?;
    Ok(Decimal { coefficient: low.add(&high)?, ..a.clone() })
}
