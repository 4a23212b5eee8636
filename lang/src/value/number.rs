//! Arithmetic of ints, bools and floats, exactly as Python does it (spec 5.2).
//!
//! Ints are 64-bit immediates while they fit. Big results are reserved before they are computed, and the long operations are
//! cut into pieces with checkpoints between them, so that a limit strikes in time.

use std::borrow::Cow;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};

use super::civil::CivilError;
pub use super::exceptions::decimal::raise as decimal_raise;
use super::exceptions::{self, overflow_error, type_error, value_error, zero_division};
use super::format::{self, Fault};
use super::interrupt::{checkpoint, reserve};
use super::{R, Raise, Value};
use crate::syntax::ast::BinaryOp;

/// An int as a number, whatever its representation.
#[derive(Debug, Clone, Copy)]
pub enum IntView<'a> {
    /// Fits 64 bits.
    Small(i64),
    /// Does not.
    Big(&'a BigInt),
}

impl<'a> IntView<'a> {
    /// The number, if `value` is an int, a bool or an object of another type derived from `int`.
    #[must_use]
    pub fn of(value: &'a Value) -> Option<IntView<'a>> {
        match value {
            Value::Int(n) => Some(IntView::Small(*n)),
            Value::Bool(b) => Some(IntView::Small(i64::from(*b))),
            Value::Big(n) => Some(IntView::Big(n.get())),
            Value::Native(object) => object.object.index().map(IntView::Small),
            _ => None,
        }
    }

    /// As a big int.
    #[must_use]
    pub fn to_big(self) -> Cow<'a, BigInt> {
        match self {
            IntView::Small(n) => Cow::Owned(BigInt::from(n)),
            IntView::Big(n) => Cow::Borrowed(n),
        }
    }

    /// For the number formatting functions.
    #[must_use]
    pub fn as_ref(self) -> format::IntRef<'a> {
        match self {
            IntView::Small(n) => format::IntRef::Small(n),
            IntView::Big(n) => format::IntRef::Big(n),
        }
    }

    /// Less than, equal to or greater than zero.
    #[must_use]
    pub fn sign(self) -> i64 {
        match self {
            IntView::Small(n) => n.signum(),
            IntView::Big(n) => {
                if n.is_negative() {
                    -1
                } else {
                    1
                }
            }
        }
    }

    /// The nearest float.
    ///
    /// # Errors
    /// `OverflowError` beyond the range of floats.
    pub fn to_f64(self) -> R<f64> {
        match self {
            IntView::Small(n) => Ok(n as f64),
            IntView::Big(_) => format::float_exact::int_to_float(self.as_ref()).map_err(fault),
        }
    }
}

impl From<format::Int> for Value {
    fn from(n: format::Int) -> Value {
        match n {
            format::Int::Small(n) => Value::Int(n),
            format::Int::Big(n) => Value::big(n),
        }
    }
}

/// The exception of a failed conversion.
#[cold]
#[must_use]
pub fn fault(fault: Fault) -> Raise {
    match fault {
        Fault::Value(text) => value_error(text),
        Fault::Type(text) => type_error(text),
        Fault::Overflow(text) => overflow_error(text),
        Fault::ZeroDivision(text) => zero_division(text),
        Fault::Stop(stop) => stop.into(),
    }
}

impl From<Fault> for Raise {
    fn from(f: Fault) -> Raise {
        fault(f)
    }
}

/// The exception of a failed date or time operation.
#[cold]
#[must_use]
pub fn civil_raise(error: CivilError) -> Raise {
    use super::civil::ErrorKind;
    let class = match error.kind {
        ErrorKind::Stop(stop) => return stop.into(),
        ErrorKind::Value => &exceptions::VALUE_ERROR,
        ErrorKind::Type => &exceptions::TYPE_ERROR,
        ErrorKind::Overflow => &exceptions::OVERFLOW_ERROR,
        ErrorKind::ZeroDivision => &exceptions::ZERO_DIVISION_ERROR,
        ErrorKind::Os => &exceptions::OS_ERROR,
        ErrorKind::Regex => &exceptions::VALUE_ERROR,
        ErrorKind::ZoneNotFound => &exceptions::KEY_ERROR,
    };
    Raise::new(class, error.message)
}

/// `a op b` for ints, bools and floats; `None` if one operand is something else or the operator does not apply.
#[inline]
#[must_use]
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Option<R> {
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => Some(small(op, *x, *y)?),
        (Value::Float(x), Value::Float(y)) => float(op, *x, *y),
        _ => mixed(op, a, b),
    }
}

fn mixed(op: BinaryOp, a: &Value, b: &Value) -> Option<R> {
    if let (Value::Bool(x), Value::Bool(y)) = (a, b) {
        match op {
            BinaryOp::BitAnd => return Some(Ok(Value::Bool(x & y))),
            BinaryOp::BitOr => return Some(Ok(Value::Bool(x | y))),
            BinaryOp::BitXor => return Some(Ok(Value::Bool(x ^ y))),
            _ => {}
        }
    }
    let is_object = |value: &Value| matches!(value, Value::Native(_));
    if matches!(op, BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor) && (is_object(a) || is_object(b)) {
        // Flags stay flags: the object itself knows how.
        return None;
    }
    match (a, b) {
        (Value::Float(x), _) => {
            let y = IntView::of(b)?;
            Some(y.to_f64().and_then(|y| float(op, *x, y).unwrap_or_else(|| Err(unsupported(op, a, b)))))
        }
        (_, Value::Float(y)) => {
            let x = IntView::of(a)?;
            Some(x.to_f64().and_then(|x| float(op, x, *y).unwrap_or_else(|| Err(unsupported(op, a, b)))))
        }
        _ => match (IntView::of(a)?, IntView::of(b)?) {
            (IntView::Small(x), IntView::Small(y)) => small(op, x, y),
            (x, y) => big(op, x, y),
        },
    }
}

/// The error for an operator that does not apply.
#[cold]
#[must_use]
pub fn unsupported(op: BinaryOp, a: &Value, b: &Value) -> Raise {
    let symbol = if op == BinaryOp::Pow { "** or pow()" } else { op.symbol() };
    type_error(format!(
        "unsupported operand type(s) for {symbol}: '{}' and '{}'",
        a.type_of().qualified(),
        b.type_of().qualified()
    ))
}

#[inline]
fn small(op: BinaryOp, x: i64, y: i64) -> Option<R> {
    let fast = match op {
        BinaryOp::Add => x.checked_add(y),
        BinaryOp::Sub => x.checked_sub(y),
        BinaryOp::Mult => x.checked_mul(y),
        BinaryOp::BitAnd => Some(x & y),
        BinaryOp::BitOr => Some(x | y),
        BinaryOp::BitXor => Some(x ^ y),
        BinaryOp::FloorDiv if y != 0 => x.checked_div_euclid(y).map(|_| floor_div(x, y)),
        BinaryOp::Mod if y != 0 => Some(if y == -1 { 0 } else { x.rem_euclid(y) }).map(|r| floor_mod(r, y)),
        BinaryOp::RShift if y >= 0 => Some(x >> y.min(63)),
        BinaryOp::LShift if (0..63).contains(&y) => {
            let shifted = x << y;
            (shifted >> y == x).then_some(shifted)
        }
        BinaryOp::Div if y != 0 && x.unsigned_abs() < 1 << 53 && y.unsigned_abs() < 1 << 53 => {
            return Some(Ok(Value::Float(x as f64 / y as f64)));
        }
        BinaryOp::MatMult => return None,
        _ => None,
    };
    match fast {
        Some(n) => Some(Ok(Value::Int(n))),
        None => big(op, IntView::Small(x), IntView::Small(y)),
    }
}

#[inline]
fn floor_div(x: i64, y: i64) -> i64 {
    let q = x.wrapping_div(y);
    if x.wrapping_rem(y) != 0 && (x < 0) != (y < 0) { q - 1 } else { q }
}

/// From the non-negative remainder `r` to one with the divisor's sign.
#[inline]
fn floor_mod(r: i64, y: i64) -> i64 {
    if y < 0 && r != 0 { r + y } else { r }
}

fn float(op: BinaryOp, x: f64, y: f64) -> Option<R> {
    let result = match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mult => x * y,
        BinaryOp::Div if y == 0.0 => return Some(Err(zero_division("float division by zero"))),
        BinaryOp::Div => x / y,
        BinaryOp::FloorDiv if y == 0.0 => return Some(Err(zero_division("float floor division by zero"))),
        BinaryOp::Mod if y == 0.0 => return Some(Err(zero_division("float modulo"))),
        BinaryOp::FloorDiv => float_divmod(x, y).0,
        BinaryOp::Mod => float_divmod(x, y).1,
        BinaryOp::Pow => return Some(float_pow(x, y).map(Value::Float)),
        _ => return None,
    };
    Some(Ok(Value::Float(result)))
}

/// Quotient and remainder of Python's float floor division; `y` is not zero.
#[must_use]
pub fn float_divmod(x: f64, y: f64) -> (f64, f64) {
    let mut rest = x % y;
    let mut quotient = (x - rest) / y;
    if rest != 0.0 {
        if (y < 0.0) != (rest < 0.0) {
            rest += y;
            quotient -= 1.0;
        }
    } else {
        rest = 0.0f64.copysign(y);
    }
    let floor = if quotient != 0.0 {
        let floor = quotient.floor();
        if quotient - floor > 0.5 { floor + 1.0 } else { floor }
    } else {
        0.0f64.copysign(x / y)
    };
    (floor, rest)
}

fn float_pow(x: f64, y: f64) -> R<f64> {
    if x == 0.0 && y < 0.0 {
        return Err(zero_division("0.0 cannot be raised to a negative power"));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y.fract() != 0.0 {
        return Err(value_error("negative number cannot be raised to a fractional power"));
    }
    let result = x.powf(y);
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(Raise::with_args(
            &exceptions::OVERFLOW_ERROR,
            [Value::Int(34), Value::str("Numerical result out of range")],
        ));
    }
    Ok(result)
}

/// Bits above which an operation is cut into pieces.
const CHUNK_BITS: u64 = 64 * 4096;

fn big(op: BinaryOp, a: IntView<'_>, b: IntView<'_>) -> Option<R> {
    let (x, y) = (a.to_big(), b.to_big());
    let (x, y) = (&*x, &*y);
    checkpoint((x.bits() + y.bits()) / 64)
        .map_err(Raise::from)
        .and_then(|()| {
            Ok(Some(match op {
                BinaryOp::Add => Value::big(x + y),
                BinaryOp::Sub => Value::big(x - y),
                BinaryOp::Mult => Value::big(multiply(x, y)?),
                BinaryOp::FloorDiv | BinaryOp::Mod if y.is_zero() => {
                    return Err(zero_division(if op == BinaryOp::Mod {
                        "integer modulo by zero"
                    } else {
                        "integer division or modulo by zero"
                    }));
                }
                BinaryOp::FloorDiv => Value::big(divide(x, y)?.0),
                BinaryOp::Mod => Value::big(divide(x, y)?.1),
                BinaryOp::Div => Value::Float(format::float_exact::true_divide(a.as_ref(), b.as_ref())?),
                BinaryOp::Pow => return power(x, y).map(Some),
                BinaryOp::LShift | BinaryOp::RShift if y.is_negative() => {
                    return Err(value_error("negative shift count"));
                }
                BinaryOp::LShift => Value::big(shift_left(x, y)?),
                BinaryOp::RShift => match y.to_u64() {
                    Some(n) => Value::big(x >> n),
                    None => Value::Int(if x.is_negative() { -1 } else { 0 }),
                },
                BinaryOp::BitAnd => Value::big(x & y),
                BinaryOp::BitOr => Value::big(x | y),
                BinaryOp::BitXor => Value::big(x ^ y),
                BinaryOp::MatMult => return Ok(None),
            }))
        })
        .transpose()
}

fn shift_left(x: &BigInt, y: &BigInt) -> R<BigInt> {
    if x.is_zero() {
        return Ok(BigInt::ZERO);
    }
    let Some(n) = y.to_u64() else { return Err(overflow_error("too many digits in integer")) };
    reserve(usize::try_from((x.bits() + n) / 8).unwrap_or(usize::MAX))?;
    Ok(x << n)
}

/// `x * y`, interruptible.
///
/// # Errors
/// A limit.
pub fn multiply(x: &BigInt, y: &BigInt) -> R<BigInt> {
    let (long, short) = if x.bits() < y.bits() { (y, x) } else { (x, y) };
    reserve(usize::try_from((long.bits() + short.bits()) / 8).unwrap_or(usize::MAX))?;
    if long.bits() <= CHUNK_BITS {
        checkpoint(long.bits() / 64 * (short.bits() / 64) / 4)?;
        return Ok(long * short);
    }
    // Split the longer operand in the middle: Karatsuba when both are long, two products otherwise.
    let half = long.bits() / 2 / 64 * 64;
    let (high, low) = split(long, half);
    if short.bits() <= half {
        let (a, b) = (multiply(&high, short)?, multiply(&low, short)?);
        return Ok((a << half) + b);
    }
    let (other_high, other_low) = split(short, half);
    let top = multiply(&high, &other_high)?;
    let bottom = multiply(&low, &other_low)?;
    let middle = multiply(&(high + low), &(other_high + other_low))? - &top - &bottom;
    Ok((top << (2 * half)) + (middle << half) + bottom)
}

/// `n` as `high * 2^bits + low` with both of the sign of `n`.
fn split(n: &BigInt, bits: u64) -> (BigInt, BigInt) {
    let magnitude = n.magnitude();
    let high = magnitude >> bits;
    let low = magnitude - (&high << bits);
    (
        BigInt::from_biguint(n.sign(), high),
        BigInt::from_biguint(if low.is_zero() { Sign::NoSign } else { n.sign() }, low),
    )
}

/// Floor quotient and remainder, interruptible; `y` is not zero.
///
/// # Errors
/// A limit.
pub fn divide(x: &BigInt, y: &BigInt) -> R<(BigInt, BigInt)> {
    if x.bits() <= CHUNK_BITS || y.bits() <= 64 {
        checkpoint(x.bits() / 64 * (y.bits() / 64 + 1))?;
        return Ok(x.div_mod_floor(y));
    }
    // Schoolbook division in big digits: each step divides (remainder, next digit) by the divisor.
    let digit = (CHUNK_BITS * 64 / y.bits().max(1)).clamp(64, CHUNK_BITS) / 64 * 64;
    let divisor = BigInt::from(y.magnitude().clone());
    let magnitude = x.magnitude();
    let mut position = x.bits().div_ceil(digit) * digit;
    let (mut quotient, mut rest) = (BigInt::ZERO, BigInt::ZERO);
    let mask = (BigInt::from(1) << digit) - 1u8;
    while position > 0 {
        position -= digit;
        let next = BigInt::from(magnitude >> position) & &mask;
        let (q, r) = ((rest << digit) | next).div_rem(&divisor);
        quotient = (quotient << digit) | q;
        rest = r;
        checkpoint((x.bits() + y.bits()) / 64 + digit / 64 * (y.bits() / 64))?;
    }
    let (q, r) = (quotient, rest);
    Ok(match (x.is_negative(), y.is_negative()) {
        (false, false) => (q, r),
        (true, true) => (q, -r),
        (negative, _) => {
            let (q, r) = if r.is_zero() { (-q, r) } else { (-q - 1, divisor - r) };
            (q, if negative { r } else { -r })
        }
    })
}

/// Most bytes of a power in a run without a memory limit: what the default limit of flows allows. Computing more would
/// take minutes (`9**9**9`).
const LARGEST_POWER: usize = 100 << 20;

fn power(x: &BigInt, y: &BigInt) -> R {
    if y.is_negative() {
        if x.is_zero() {
            return Err(zero_division("0.0 cannot be raised to a negative power"));
        }
        let (x, y) = (Value::big(x.clone()), Value::big(y.clone()));
        let (Some(a), Some(b)) = (IntView::of(&x), IntView::of(&y)) else { return Ok(Value::Unbound) };
        return float_pow(a.to_f64()?, b.to_f64()?).map(Value::Float);
    }
    if let Some(trivial) = trivial_power(x, y) {
        return Ok(trivial);
    }
    let Some(exponent) = y.to_u64() else {
        return Err(super::interrupt::Stop::Memory.into());
    };
    let bits = (x.bits() - 1).saturating_mul(exponent);
    let bytes = usize::try_from(bits / 8).unwrap_or(usize::MAX);
    if bytes > LARGEST_POWER {
        return Err(super::interrupt::Stop::Memory.into());
    }
    reserve(bytes)?;
    let mut result = BigInt::from(1);
    for bit in (0..64 - exponent.leading_zeros()).rev() {
        result = multiply(&result, &result)?;
        if exponent >> bit & 1 == 1 {
            result = multiply(&result, x)?;
        }
    }
    Ok(Value::big(result))
}

/// Powers of 0, 1 and -1, whose exponent may have any size.
fn trivial_power(x: &BigInt, y: &BigInt) -> Option<Value> {
    if y.is_zero() {
        return Some(Value::Int(1));
    }
    match x.to_i64()? {
        0 => Some(Value::Int(0)),
        1 => Some(Value::Int(1)),
        -1 => Some(Value::Int(if y.is_even() { 1 } else { -1 })),
        _ => None,
    }
}

/// `pow(x, y, z)` for ints.
///
/// # Errors
/// `ValueError` for a zero modulus or a base that has no inverse; a limit.
pub fn power_mod(x: IntView<'_>, y: IntView<'_>, z: IntView<'_>) -> R {
    let (base, exponent, modulus) = (x.to_big(), y.to_big(), z.to_big());
    if modulus.is_zero() {
        return Err(value_error("pow() 3rd argument cannot be 0"));
    }
    let m = BigInt::from(modulus.magnitude().clone());
    let mut base = divide(&base, &m)?.1;
    if exponent.is_negative() {
        let gcd = base.extended_gcd(&m);
        if gcd.gcd != BigInt::from(1) {
            return Err(value_error("base is not invertible for the given modulus"));
        }
        base = gcd.x.mod_floor(&m);
    }
    let exponent = exponent.magnitude();
    let mut result = divide(&BigInt::from(1), &m)?.1;
    for bit in (0..exponent.bits()).rev() {
        result = divide(&multiply(&result, &result)?, &m)?.1;
        if exponent.bit(bit) {
            result = divide(&multiply(&result, &base)?, &m)?.1;
        }
        checkpoint(m.bits() / 64 + 1)?;
    }
    if modulus.is_negative() && !result.is_zero() {
        result -= m;
    }
    Ok(Value::big(result))
}

/// `-x` for an int.
#[must_use]
pub fn negate(x: IntView<'_>) -> Value {
    match x {
        IntView::Small(n) => n.checked_neg().map_or_else(|| Value::big(-BigInt::from(n)), Value::Int),
        IntView::Big(n) => Value::big(-n),
    }
}

/// `~x` for an int.
#[must_use]
pub fn invert(x: IntView<'_>) -> Value {
    match x {
        IntView::Small(n) => Value::Int(!n),
        IntView::Big(n) => Value::big(-n - 1),
    }
}
