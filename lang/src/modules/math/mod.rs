//! `math`: functions on floats and ints with CPython's domains and errors (spec 9.2).
//!
//! | room | job |
//! |---|---|
//! | [`floats`] | functions of one or two floats |
//! | [`erf`] | `erf` and `erfc` |
//! | [`gamma`] | `gamma` and `lgamma` |
//! | [`sums`] | sums, products and lengths over many numbers |
//! | [`integers`] | exact functions of ints of any size |

mod erf;
mod floats;
mod gamma;
mod integers;
mod sums;

use std::f64::consts::PI;

use floats::{
    binary, ceil, floor, fmod, frexp, growing, is_close, ldexp, log, logarithm, modf, next_after, pow, remainder,
    trunc, ulp, unary,
};

use crate::builtins::constructors::to_float;
use crate::table;
use crate::value::Value;
use crate::value::exceptions::{Raise, overflow_error, value_error};
use crate::value::types::{Constant, ModuleDesc, Profile};

/// `math`
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "math",
    doc: "Mathematical functions and constants.",
    profile: Profile::Core,
    functions: FUNCTIONS,
    types: &[],
    constants: CONSTANTS,
    modules: &[],
};

static CONSTANTS: &[Constant] = &[
    Constant {
        name: "e",
        doc: "The base of the natural logarithm.",
        profile: Profile::Core,
        ty: "float",
        value: |_| Ok(Value::Float(std::f64::consts::E)),
    },
    Constant {
        name: "inf",
        doc: "Positive infinity.",
        profile: Profile::CoreCode,
        ty: "float",
        value: |_| Ok(Value::Float(f64::INFINITY)),
    },
    Constant {
        name: "nan",
        doc: "Not a number.",
        profile: Profile::CoreCode,
        ty: "float",
        value: |_| Ok(Value::Float(f64::NAN)),
    },
    Constant {
        name: "pi",
        doc: "The ratio of a circle's circumference to its diameter.",
        profile: Profile::Core,
        ty: "float",
        value: |_| Ok(Value::Float(PI)),
    },
    Constant {
        name: "tau",
        doc: "Twice pi.",
        profile: Profile::Extended,
        ty: "float",
        value: |_| Ok(Value::Float(std::f64::consts::TAU)),
    },
];

/// The argument lies outside of what the function is defined for.
#[cold]
fn domain_error() -> Raise {
    value_error("math domain error")
}

/// The result is too large for a float.
#[cold]
fn range_error() -> Raise {
    overflow_error("math range error")
}

table! {
    static FUNCTIONS = [
        /// Return the arc cosine in radians.
        ///
        /// >>> math.acos(1)
        /// 0.0
        Function Extended "math.acos(x: float, /) -> float" => |cx, a| unary(cx, a, f64::acos);
        /// Return the inverse hyperbolic cosine.
        ///
        /// >>> math.acosh(1)
        /// 0.0
        Function Extended "math.acosh(x: float, /) -> float" => |cx, a| unary(cx, a, libm::acosh);
        /// Return the arc sine in radians.
        ///
        /// >>> math.asin(0)
        /// 0.0
        Function Extended "math.asin(x: float, /) -> float" => |cx, a| unary(cx, a, f64::asin);
        /// Return the inverse hyperbolic sine.
        ///
        /// >>> math.asinh(0)
        /// 0.0
        Function Extended "math.asinh(x: float, /) -> float" => |cx, a| unary(cx, a, libm::asinh);
        /// Return the arc tangent in radians.
        ///
        /// >>> math.atan(0)
        /// 0.0
        Function Extended "math.atan(x: float, /) -> float" => |cx, a| unary(cx, a, f64::atan);
        /// Return the angle of the point `(x, y)` in radians.
        ///
        /// >>> math.atan2(0, -1)
        /// 3.141592653589793
        Function Extended "math.atan2(y: float, x: float, /) -> float" => |cx, a| binary(cx, a, f64::atan2);
        /// Return the inverse hyperbolic tangent.
        ///
        /// >>> math.atanh(0)
        /// 0.0
        Function Extended "math.atanh(x: float, /) -> float" => |cx, a| unary(cx, a, libm::atanh);
        /// Return the cube root.
        ///
        /// >>> math.cbrt(8)
        /// 2.0
        Function Extended "math.cbrt(x: float, /) -> float" => |cx, a| unary(cx, a, f64::cbrt);
        /// Return the smallest int that is not less than a number.
        ///
        /// >>> math.ceil(1.2)
        /// 2
        Function Core "math.ceil(x: float, /) -> int" => ceil;
        /// Return in how many ways `k` of `n` things can be chosen.
        ///
        /// >>> math.comb(5, 2)
        /// 10
        Function Extended "math.comb(n: int, k: int, /) -> int" => integers::comb;
        /// Return the magnitude of `x` with the sign of `y`.
        ///
        /// >>> math.copysign(3, -0.0)
        /// -3.0
        Function Extended "math.copysign(x: float, y: float, /) -> float" => |cx, a| binary(cx, a, f64::copysign);
        /// Return the cosine of an angle in radians.
        ///
        /// >>> math.cos(0)
        /// 1.0
        Function Core "math.cos(x: float, /) -> float" => |cx, a| unary(cx, a, f64::cos);
        /// Return the hyperbolic cosine.
        ///
        /// >>> math.cosh(0)
        /// 1.0
        Function Extended "math.cosh(x: float, /) -> float" => |cx, a| growing(cx, a, f64::cosh);
        /// Return an angle in degrees from radians.
        ///
        /// >>> math.degrees(math.pi)
        /// 180.0
        Function Extended "math.degrees(x: float, /) -> float" => |cx, a| Ok(Value::Float(to_float(cx, &a[0])? * (180.0 / PI)));
        /// Return the distance of two points.
        ///
        /// >>> math.dist([0, 0], [3, 4])
        /// 5.0
        Function Extended "math.dist(p: Iterable[float], q: Iterable[float], /) -> float" => sums::dist;
        /// Return the error function.
        ///
        /// >>> math.erf(0)
        /// 0.0
        Function Extended "math.erf(x: float, /) -> float" => |cx, a| Ok(Value::Float(erf::erf(to_float(cx, &a[0])?)));
        /// Return what the error function leaves to 1.
        ///
        /// >>> math.erfc(0)
        /// 1.0
        Function Extended "math.erfc(x: float, /) -> float" => |cx, a| Ok(Value::Float(erf::erfc(to_float(cx, &a[0])?)));
        /// Return `e` to the power of a number.
        ///
        /// >>> math.exp(0)
        /// 1.0
        Function Extended "math.exp(x: float, /) -> float" => |cx, a| growing(cx, a, f64::exp);
        /// Return 2 to the power of a number.
        ///
        /// >>> math.exp2(10)
        /// 1024.0
        Function Extended "math.exp2(x: float, /) -> float" => |cx, a| growing(cx, a, f64::exp2);
        /// Return `exp(x) - 1`, exact also near zero.
        ///
        /// >>> math.expm1(0)
        /// 0.0
        Function Extended "math.expm1(x: float, /) -> float" => |cx, a| growing(cx, a, f64::exp_m1);
        /// Return the absolute value as a float.
        ///
        /// >>> math.fabs(-3)
        /// 3.0
        Function Core "math.fabs(x: float, /) -> float" => |cx, a| Ok(Value::Float(to_float(cx, &a[0])?.abs()));
        /// Return the product of the ints from 1 to `n`.
        ///
        /// >>> math.factorial(5)
        /// 120
        Function Extended "math.factorial(n: int, /) -> int" => integers::factorial;
        /// Return the largest int that is not greater than a number.
        ///
        /// >>> math.floor(-1.2)
        /// -2
        Function Core "math.floor(x: float, /) -> int" => floor;
        /// Return the remainder with the sign of `x`.
        ///
        /// >>> math.fmod(-7, 3)
        /// -1.0
        Function Extended "math.fmod(x: float, y: float, /) -> float" => fmod;
        /// Return mantissa, from 0.5 up to 1, and exponent of 2.
        ///
        /// >>> math.frexp(3)
        /// (0.75, 2)
        Function Extended "math.frexp(x: float, /) -> tuple[float, int]" => frexp;
        /// Return the exact sum, rounded once.
        ///
        /// >>> math.fsum([0.1] * 10)
        /// 1.0
        Function Extended "math.fsum(seq: Iterable[float], /) -> float" => sums::fsum;
        /// Return the gamma function.
        ///
        /// >>> math.gamma(5)
        /// 24.0
        Function Extended "math.gamma(x: float, /) -> float" => |cx, a| gamma::gamma(to_float(cx, &a[0])?).map(Value::Float);
        /// Return the greatest common divisor.
        ///
        /// >>> math.gcd(12, 18)
        /// 6
        Function Extended "math.gcd(*integers: int) -> int" => integers::gcd;
        /// Return the length of a vector.
        ///
        /// >>> math.hypot(3, 4)
        /// 5.0
        Function Extended "math.hypot(*coordinates: float) -> float" => sums::hypot;
        /// Whether two numbers are close to each other.
        ///
        /// >>> math.isclose(0.1 + 0.2, 0.3)
        /// True
        Function Extended "math.isclose(a: float, b: float, *, rel_tol: float = 1e-09, abs_tol: float = 0.0) -> bool" => is_close;
        /// Whether a number is neither infinite nor NaN.
        ///
        /// >>> math.isfinite(1)
        /// True
        Function Extended "math.isfinite(x: float, /) -> bool" => |cx, a| Ok(Value::Bool(to_float(cx, &a[0])?.is_finite()));
        /// Whether a number is infinite.
        ///
        /// >>> math.isinf(math.inf)
        /// True
        Function Extended "math.isinf(x: float, /) -> bool" => |cx, a| Ok(Value::Bool(to_float(cx, &a[0])?.is_infinite()));
        /// Whether a number is NaN.
        ///
        /// >>> math.isnan(math.nan)
        /// True
        Function Extended "math.isnan(x: float, /) -> bool" => |cx, a| Ok(Value::Bool(to_float(cx, &a[0])?.is_nan()));
        /// Return the whole part of the square root of an int.
        ///
        /// >>> math.isqrt(17)
        /// 4
        Function Extended "math.isqrt(n: int, /) -> int" => integers::isqrt;
        /// Return the least common multiple.
        ///
        /// >>> math.lcm(4, 6)
        /// 12
        Function Extended "math.lcm(*integers: int) -> int" => integers::lcm;
        /// Return `x * 2**i`.
        ///
        /// >>> math.ldexp(0.75, 2)
        /// 3.0
        Function Extended "math.ldexp(x: float, i: int, /) -> float" => ldexp;
        /// Return the logarithm of the absolute value of the gamma function.
        ///
        /// >>> math.lgamma(1)
        /// 0.0
        Function Extended "math.lgamma(x: float, /) -> float" => |cx, a| gamma::ln_gamma(to_float(cx, &a[0])?).map(Value::Float);
        /// Return the natural logarithm, or the logarithm to a base given second.
        ///
        /// >>> math.log(8, 2)
        /// 3.0
        Function Core "math.log(*args: float) -> float" => log;
        /// Return the logarithm to base 10.
        ///
        /// >>> math.log10(1000)
        /// 3.0
        Function Core "math.log10(x: float, /) -> float" => |cx, a| logarithm(cx, &a[0], f64::log10).map(Value::Float);
        /// Return the natural logarithm of `1 + x`, exact also near zero.
        ///
        /// >>> math.log1p(0)
        /// 0.0
        Function Extended "math.log1p(x: float, /) -> float" => |cx, a| unary(cx, a, f64::ln_1p);
        /// Return the logarithm to base 2.
        ///
        /// >>> math.log2(8)
        /// 3.0
        Function Core "math.log2(x: float, /) -> float" => |cx, a| logarithm(cx, &a[0], f64::log2).map(Value::Float);
        /// Return the fraction and the whole part, both with the sign of the number.
        ///
        /// >>> math.modf(1.5)
        /// (0.5, 1.0)
        Function Extended "math.modf(x: float, /) -> tuple[float, float]" => modf;
        /// Return the next float after `x` towards `y`.
        ///
        /// >>> math.nextafter(1, 2)
        /// 1.0000000000000002
        Function Extended "math.nextafter(x: float, y: float, /) -> float" => |cx, a| Ok(Value::Float(next_after(to_float(cx, &a[0])?, to_float(cx, &a[1])?)));
        /// Return in how many ways `k` of `n` things can be put in a row.
        ///
        /// >>> math.perm(5, 2)
        /// 20
        Function Extended "math.perm(n: int, k: int | None = None, /) -> int" => integers::perm;
        /// Return `x` to the power of `y` as a float.
        ///
        /// >>> math.pow(2, 3)
        /// 8.0
        Function Core "math.pow(x: float, y: float, /) -> float" => pow;
        /// Return the product of the items and the start value.
        ///
        /// >>> math.prod([2, 3, 4])
        /// 24
        Function Extended "math.prod(iterable: Iterable[Any], /, *, start: Any = 1) -> Any" => sums::prod;
        /// Return an angle in radians from degrees.
        ///
        /// >>> math.radians(180)
        /// 3.141592653589793
        Function Extended "math.radians(x: float, /) -> float" => |cx, a| Ok(Value::Float(to_float(cx, &a[0])? * (PI / 180.0)));
        /// Return what `x` differs from the nearest multiple of `y`.
        ///
        /// >>> math.remainder(8, 3)
        /// -1.0
        Function Extended "math.remainder(x: float, y: float, /) -> float" => remainder;
        /// Return the sine of an angle in radians.
        ///
        /// >>> math.sin(0)
        /// 0.0
        Function Core "math.sin(x: float, /) -> float" => |cx, a| unary(cx, a, f64::sin);
        /// Return the hyperbolic sine.
        ///
        /// >>> math.sinh(0)
        /// 0.0
        Function Extended "math.sinh(x: float, /) -> float" => |cx, a| growing(cx, a, f64::sinh);
        /// Return the square root.
        ///
        /// >>> math.sqrt(16)
        /// 4.0
        Function Core "math.sqrt(x: float, /) -> float" => |cx, a| unary(cx, a, f64::sqrt);
        /// Return the tangent of an angle in radians.
        ///
        /// >>> math.tan(0)
        /// 0.0
        Function Core "math.tan(x: float, /) -> float" => |cx, a| unary(cx, a, f64::tan);
        /// Return the hyperbolic tangent.
        ///
        /// >>> math.tanh(0)
        /// 0.0
        Function Extended "math.tanh(x: float, /) -> float" => |cx, a| unary(cx, a, f64::tanh);
        /// Return a number cut towards zero.
        ///
        /// >>> math.trunc(-1.7)
        /// -1
        Function Extended "math.trunc(x: float, /) -> int" => trunc;
        /// Return the value of the last bit of a float.
        ///
        /// >>> math.ulp(1)
        /// 2.220446049250313e-16
        Function Extended "math.ulp(x: float, /) -> float" => |cx, a| Ok(Value::Float(ulp(to_float(cx, &a[0])?)));
    ]
}
