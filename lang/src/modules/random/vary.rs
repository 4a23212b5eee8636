//! Floats of many distributions. The order of the operations is CPython's, because it decides the last bits.

use std::f64::consts::{E, PI, TAU};

use super::Generator;
use crate::builtins::constructors::to_float;
use crate::builtins::operators;
use crate::syntax::ast::BinaryOp;
use crate::value::exceptions::{ZERO_DIVISION_ERROR, overflow_error, value_error, zero_division};
use crate::value::interrupt::checkpoint;
use crate::value::number;
use crate::value::{Cx, R, Value};

pub(super) fn random(_: &mut Cx<'_>, own: &Generator, _: &[Value]) -> R {
    Ok(Value::Float(own.float()))
}

pub(super) fn uniform(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    // The arguments may be of any kind that can be added and multiplied with floats.
    let width = operators::binary(cx, BinaryOp::Sub, &a[1], &a[0])?;
    let offset = operators::binary(cx, BinaryOp::Mult, &width, &Value::Float(own.float()))?;
    operators::binary(cx, BinaryOp::Add, &a[0], &offset)
}

pub(super) fn triangular(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let (mut low, mut high) = (&a[0], &a[1]);
    let mut u = own.float();
    let mut c = match &a[2] {
        Value::None => 0.5,
        mode => {
            let above = operators::binary(cx, BinaryOp::Sub, mode, low)?;
            let width = operators::binary(cx, BinaryOp::Sub, high, low)?;
            match operators::binary(cx, BinaryOp::Div, &above, &width) {
                Ok(ratio) => to_float(cx, &ratio)?,
                Err(raise) if raise.is(&ZERO_DIVISION_ERROR) => return Ok(low.clone()),
                Err(raise) => return Err(raise),
            }
        }
    };
    if u > c {
        u = 1.0 - u;
        c = 1.0 - c;
        (low, high) = (high, low);
    }
    if u * c < 0.0 {
        return Err(value_error("math domain error"));
    }
    let width = operators::binary(cx, BinaryOp::Sub, high, low)?;
    let offset = operators::binary(cx, BinaryOp::Mult, &width, &Value::Float((u * c).sqrt()))?;
    operators::binary(cx, BinaryOp::Add, low, &offset)
}

/// `mu + z * sigma`
fn scaled(cx: &mut Cx<'_>, mu: &Value, sigma: &Value, z: f64) -> R {
    let offset = operators::binary(cx, BinaryOp::Mult, &Value::Float(z), sigma)?;
    operators::binary(cx, BinaryOp::Add, mu, &offset)
}

/// A standard normal number, by the ratio of two uniform ones (Kinderman and Monahan).
fn standard_normal(own: &Generator) -> R<f64> {
    let magic = 4.0 * (-0.5f64).exp() / 2f64.sqrt();
    loop {
        checkpoint(16)?;
        let u = own.float();
        let v = 1.0 - own.float();
        let z = magic * (u - 0.5) / v;
        if z * z / 4.0 <= -v.ln() {
            return Ok(z);
        }
    }
}

pub(super) fn normal(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let z = standard_normal(own)?;
    scaled(cx, &a[0], &a[1], z)
}

pub(super) fn log_normal(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let exponent = normal(cx, own, a)?;
    let exponent = to_float(cx, &exponent)?;
    let result = exponent.exp();
    if result.is_infinite() && exponent.is_finite() {
        return Err(overflow_error("math range error"));
    }
    Ok(Value::Float(result))
}

pub(super) fn gauss(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let z = own.gauss.take().unwrap_or_else(|| {
        let angle = own.float() * TAU;
        let radius = (-2.0 * (1.0 - own.float()).ln()).sqrt();
        own.gauss.set(Some(angle.sin() * radius));
        angle.cos() * radius
    });
    scaled(cx, &a[0], &a[1], z)
}

fn divided(x: f64, y: f64) -> R<f64> {
    if y == 0.0 { Err(zero_division("float division by zero")) } else { Ok(x / y) }
}

fn power(x: f64, y: f64) -> R {
    number::binary(BinaryOp::Pow, &Value::Float(x), &Value::Float(y)).unwrap_or(Ok(Value::None))
}

pub(super) fn exponential(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let x = -(1.0 - own.float()).ln();
    divided(x, to_float(cx, &a[0])?).map(Value::Float)
}

pub(super) fn pareto(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let u = 1.0 - own.float();
    power(u, divided(-1.0, to_float(cx, &a[0])?)?)
}

pub(super) fn weibull(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let u = 1.0 - own.float();
    let stretched = power(-u.ln(), divided(1.0, to_float(cx, &a[1])?)?)?;
    operators::binary(cx, BinaryOp::Mult, &a[0], &stretched)
}

pub(super) fn gamma(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let (alpha, beta) = (to_float(cx, &a[0])?, to_float(cx, &a[1])?);
    gamma_of(own, alpha, beta).map(Value::Float)
}

fn gamma_of(own: &Generator, alpha: f64, beta: f64) -> R<f64> {
    if alpha <= 0.0 || beta <= 0.0 {
        return Err(value_error("gammavariate: alpha and beta must be > 0.0"));
    }
    if alpha > 1.0 {
        return large_gamma(own, alpha).map(|x| x * beta);
    }
    if alpha == 1.0 {
        return Ok(-(1.0 - own.float()).ln() * beta);
    }
    // Ahrens and Dieter's method.
    loop {
        checkpoint(32)?;
        let u = own.float();
        let b = (E + alpha) / E;
        let p = b * u;
        let x = if p <= 1.0 { p.powf(1.0 / alpha) } else { -((b - p) / alpha).ln() };
        let v = own.float();
        if if p > 1.0 { v <= x.powf(alpha - 1.0) } else { v <= (-x).exp() } {
            return Ok(x * beta);
        }
    }
}

/// A gamma number for a shape above 1 (Cheng's method).
fn large_gamma(own: &Generator, alpha: f64) -> R<f64> {
    let magic = 1.0 + 4.5f64.ln();
    let root = (2.0 * alpha - 1.0).sqrt();
    let b = alpha - 4f64.ln();
    let c = alpha + root;
    loop {
        checkpoint(32)?;
        let u = own.float();
        if !(1e-7 < u && u < 0.999_999_9) {
            continue;
        }
        let u2 = 1.0 - own.float();
        let v = (u / (1.0 - u)).ln() / root;
        let x = alpha * v.exp();
        let z = u * u * u2;
        let r = b + c * v - x;
        if r + magic - 4.5 * z >= 0.0 || r >= z.ln() {
            return Ok(x);
        }
    }
}

pub(super) fn beta(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let (alpha, beta) = (to_float(cx, &a[0])?, to_float(cx, &a[1])?);
    let y = gamma_of(own, alpha, 1.0)?;
    let result = if y == 0.0 { 0.0 } else { y / (y + gamma_of(own, beta, 1.0)?) };
    Ok(Value::Float(result))
}

pub(super) fn von_mises(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let (mu, kappa) = (to_float(cx, &a[0])?, to_float(cx, &a[1])?);
    if kappa <= 1e-6 {
        return Ok(Value::Float(TAU * own.float()));
    }
    let s = 0.5 / kappa;
    let r = s + (1.0 + s * s).sqrt();
    let z = loop {
        checkpoint(32)?;
        let z = (PI * own.float()).cos();
        let d = z / (r + z);
        let u = own.float();
        if u < 1.0 - d * d || u <= (1.0 - d) * d.exp() {
            break z;
        }
    };
    let q = 1.0 / r;
    let f = (q + z) / (1.0 + q * z);
    let angle = if own.float() > 0.5 { mu + f.acos() } else { mu - f.acos() };
    Ok(Value::Float(number::float_divmod(angle, TAU).1))
}
