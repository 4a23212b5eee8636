//! Sums, products and lengths over many numbers.

use crate::builtins::constructors::to_float;
use crate::builtins::{iterate, operators};
use crate::syntax::ast::BinaryOp;
use crate::value::exceptions::{overflow_error, value_error};
use crate::value::interrupt::checkpoint;
use crate::value::number;
use crate::value::{Cx, R, Value};

/// A sum of floats without any rounding, as parts that do not overlap, smallest first (Shewchuk's method).
#[derive(Debug, Default)]
struct ExactSum {
    parts: Vec<f64>,
    /// Sum of the summands that are infinite or NaN.
    special: f64,
    /// Sum of the infinite ones.
    infinite: f64,
    has_special: bool,
}

impl ExactSum {
    fn add(&mut self, summand: f64) -> R<()> {
        let mut x = summand;
        let mut kept = 0;
        for n in 0..self.parts.len() {
            let mut y = self.parts[n];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let high = x + y;
            let low = y - (high - x);
            if low != 0.0 {
                self.parts[kept] = low;
                kept += 1;
            }
            x = high;
        }
        self.parts.truncate(kept);
        if x == 0.0 {
            return Ok(());
        }
        if x.is_finite() {
            self.parts.push(x);
            return Ok(());
        }
        if summand.is_finite() {
            return Err(overflow_error("intermediate overflow in fsum"));
        }
        if summand.is_infinite() {
            self.infinite += summand;
        }
        self.special += summand;
        self.has_special = true;
        self.parts.clear();
        Ok(())
    }

    /// The sum, rounded once, halves to even.
    fn total(mut self) -> R<f64> {
        if self.has_special {
            return if self.infinite.is_nan() { Err(value_error("-inf + inf in fsum")) } else { Ok(self.special) };
        }
        let Some(mut high) = self.parts.pop() else { return Ok(0.0) };
        let mut low = 0.0;
        while let Some(part) = self.parts.pop() {
            let sum = high + part;
            low = part - (sum - high);
            high = sum;
            if low != 0.0 {
                break;
            }
        }
        // Rounding went half-way: what is left below decides the direction.
        if self.parts.last().is_some_and(|next| (low < 0.0 && *next < 0.0) || (low > 0.0 && *next > 0.0)) {
            let twice = low * 2.0;
            let sum = high + twice;
            if twice == sum - high {
                high = sum;
            }
        }
        Ok(high)
    }
}

pub(super) fn fsum(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut sum = ExactSum::default();
    iterate::for_each(cx, &a[0], |cx, item| {
        checkpoint(sum.parts.len() as u64 * 2)?;
        let summand = to_float(cx, &item)?;
        sum.add(summand)?;
        Ok(true)
    })?;
    sum.total().map(Value::Float)
}

pub(super) fn prod(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let mut product = a[1].clone();
    iterate::for_each(cx, &a[0], |cx, item| {
        product = match number::binary(BinaryOp::Mult, &product, &item) {
            Some(result) => result?,
            None => operators::binary(cx, BinaryOp::Mult, &product, &item)?,
        };
        Ok(true)
    })?;
    Ok(product)
}

/// The length of a vector. The squares are summed with their rounding errors, and the root is corrected once.
fn length(vector: &[f64]) -> f64 {
    if vector.iter().any(|x| x.is_infinite()) {
        return f64::INFINITY;
    }
    if vector.iter().any(|x| x.is_nan()) {
        return f64::NAN;
    }
    let largest = vector.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    if largest == 0.0 || vector.len() == 1 {
        return largest;
    }
    // Scaling by a power of two is exact; afterwards the largest component is about one.
    let (_, exponent) = libm::frexp(largest);
    let (mut sum, mut lost) = (0.0f64, 0.0f64);
    for x in vector {
        let x = libm::scalbn(*x, -exponent);
        let square = x * x;
        lost += x.mul_add(x, -square);
        let next = sum + square;
        lost += if sum >= square { (sum - next) + square } else { (square - next) + sum };
        sum = next;
    }
    let root = (sum + lost).sqrt();
    let rest = root.mul_add(-root, sum) + lost;
    libm::scalbn(root + rest / (2.0 * root), exponent)
}

fn floats(cx: &mut Cx<'_>, values: &[Value]) -> R<Vec<f64>> {
    checkpoint(values.len() as u64 * 8)?;
    values.iter().map(|value| to_float(cx, value)).collect()
}

pub(super) fn hypot(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let vector = match &a[0] {
        Value::Tuple(args) => floats(cx, &args.items)?,
        _ => Vec::new(),
    };
    Ok(Value::Float(length(&vector)))
}

pub(super) fn dist(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let (p, q) = (iterate::collect(cx, &a[0])?, iterate::collect(cx, &a[1])?);
    if p.len() != q.len() {
        return Err(value_error("both points must have the same number of dimensions"));
    }
    let (p, q) = (floats(cx, &p)?, floats(cx, &q)?);
    let vector: Vec<f64> = p.iter().zip(&q).map(|(x, y)| x - y).collect();
    Ok(Value::Float(length(&vector)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_rounded_once() {
        for (summands, expected) in [
            (&[0.1; 10][..], 1.0),
            (&[1e100, 1.0, -1e100], 1.0),
            (&[1e16, 1.0, 1e-16], 10_000_000_000_000_002.0),
            (&[2f64.powi(53), 1.0, 2f64.powi(-53)], 9_007_199_254_740_994.0),
            (&[], 0.0),
        ] {
            let mut sum = ExactSum::default();
            summands.iter().for_each(|x| assert!(sum.add(*x).is_ok()));
            assert_eq!(sum.total().ok(), Some(expected));
        }
    }

    #[test]
    fn lengths() {
        for (vector, expected) in [
            (&[3.0, 4.0][..], 5.0),
            (&[1e200, 1e200], 1.414_213_562_373_095e200),
            (&[5e-324, 0.0], 5e-324),
            (&[1.0; 16], 4.0),
            (&[], 0.0),
        ] {
            assert_eq!(length(vector), expected);
        }
    }
}
