//! Exact functions of ints of any size. Long computations are cut into pieces by the arithmetic in `value::number`.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};

use crate::value::exceptions::{overflow_error, type_error, value_error};
use crate::value::interrupt::checkpoint;
use crate::value::number::{IntView, divide, multiply};
use crate::value::{Cx, R, Value};

fn integer(value: &Value) -> R<BigInt> {
    match IntView::of(value) {
        Some(n) => Ok(n.to_big().into_owned()),
        None => {
            let kind = value.type_of().qualified();
            Err(type_error(format!("'{kind}' object cannot be interpreted as an integer")))
        }
    }
}

fn arguments(a: &[Value]) -> R<Vec<BigInt>> {
    match &a[0] {
        Value::Tuple(args) => args.items.iter().map(integer).collect(),
        _ => Ok(Vec::new()),
    }
}

/// `n * (n - 1) * … `, `count` factors, by halves, so that factors of like size are multiplied.
fn falling(n: &BigInt, count: u64) -> R<BigInt> {
    /// Factors that are multiplied one by one.
    const FEW: u64 = 16;
    if count <= FEW {
        checkpoint(FEW * (n.bits() / 64 + 1) * 4)?;
        let factors = (0..count).map(|k| n - k);
        return Ok(factors.fold(BigInt::from(1), |product, factor| product * factor));
    }
    let half = count / 2;
    let (high, low) = (falling(n, half)?, falling(&(n - half), count - half)?);
    multiply(&high, &low)
}

pub(super) fn factorial(_: &mut Cx<'_>, a: &[Value]) -> R {
    factorial_of(&integer(&a[0])?)
}

fn factorial_of(n: &BigInt) -> R {
    if n.is_negative() {
        return Err(value_error("factorial() not defined for negative values"));
    }
    match n.to_i64().and_then(|count| u64::try_from(count).ok()) {
        Some(count) => falling(n, count).map(Value::big),
        None => Err(overflow_error(format!("factorial() argument should not exceed {}", i64::MAX))),
    }
}

/// `n` and `k` of `comb` and `perm`.
fn counts(n: BigInt, k: BigInt) -> R<(BigInt, BigInt)> {
    if n.is_negative() {
        return Err(value_error("n must be a non-negative integer"));
    }
    if k.is_negative() {
        return Err(value_error("k must be a non-negative integer"));
    }
    Ok((n, k))
}

pub(super) fn perm(_: &mut Cx<'_>, a: &[Value]) -> R {
    if a[1].is_none() {
        return factorial_of(&integer(&a[0])?);
    }
    let (n, k) = counts(integer(&a[0])?, integer(&a[1])?)?;
    if n < k {
        return Ok(Value::Int(0));
    }
    match k.to_u64() {
        Some(k) => falling(&n, k).map(Value::big),
        None => Err(overflow_error(format!("k must not exceed {}", i64::MAX))),
    }
}

pub(super) fn comb(_: &mut Cx<'_>, a: &[Value]) -> R {
    let (n, k) = counts(integer(&a[0])?, integer(&a[1])?)?;
    if n < k {
        return Ok(Value::Int(0));
    }
    let k = (&n - &k).min(k);
    let Some(count) = k.to_u64() else {
        return Err(overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX)));
    };
    let (rows, orders) = (falling(&n, count)?, falling(&k, count)?);
    Ok(Value::big(divide(&rows, &orders)?.0))
}

pub(super) fn isqrt(_: &mut Cx<'_>, a: &[Value]) -> R {
    let n = integer(&a[0])?;
    if n.is_negative() {
        return Err(value_error("isqrt() argument must be nonnegative"));
    }
    if n.is_zero() {
        return Ok(Value::Int(0));
    }
    // Newton's iteration from the leading bits on: every step doubles the number of bits that are right.
    let half = (n.bits() - 1) / 2;
    let mut root = BigInt::from(1);
    let mut known = 0;
    for shift in (0..64 - half.leading_zeros()).rev() {
        let before = known;
        known = half >> shift;
        let quotient = divide(&(&n >> (2 * half - before - known + 1)), &root)?.0;
        root = (root << (known - before - 1)) + quotient;
    }
    if multiply(&root, &root)? > n {
        root -= 1;
    }
    Ok(Value::big(root))
}

/// Bits up to which the library's algorithm, which cannot be interrupted, is fast enough.
const SHORT: u64 = 1 << 13;

fn gcd_of(mut x: BigInt, mut y: BigInt) -> R<BigInt> {
    while x.bits().max(y.bits()) > SHORT && !y.is_zero() {
        let rest = divide(&x, &y)?.1;
        (x, y) = (y, rest);
    }
    checkpoint(x.bits() * 4)?;
    Ok(if y.is_zero() { x.abs() } else { x.gcd(&y) })
}

pub(super) fn gcd(_: &mut Cx<'_>, a: &[Value]) -> R {
    let mut result = BigInt::ZERO;
    for n in arguments(a)? {
        result = gcd_of(result, n)?;
    }
    Ok(Value::big(result))
}

pub(super) fn lcm(_: &mut Cx<'_>, a: &[Value]) -> R {
    let mut result = BigInt::from(1);
    for n in arguments(a)? {
        if n.is_zero() || result.is_zero() {
            result = BigInt::ZERO;
            continue;
        }
        let common = gcd_of(result.clone(), n.clone())?;
        result = multiply(&divide(&result, &common)?.0, &n)?.abs();
    }
    Ok(Value::big(result))
}
