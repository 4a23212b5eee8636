//! The methods of `Decimal` that compute a number in a context: the current one, or that of their last argument.

use super::args::{chosen, operand, optional_rounding, receiver, run};
use crate::table;
use crate::value::decimal::{Context, Decimal, DecimalError, Rounding};
use crate::value::{Cx, R, Value};

table! {
    /// The methods.
    pub static METHODS = [
        /// Return -1, 0 or 1 as a decimal, or a NaN.
        ///
        /// >>> decimal.Decimal('2').compare(10)
        /// Decimal('-1')
        Method Core "function compare(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("compare", cx, a, Context::compare);
        /// As `compare`, where quiet NaNs signal too.
        ///
        /// >>> decimal.Decimal('2').compare_signal(2)
        /// Decimal('0')
        Method Core "function compare_signal(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("compare_signal", cx, a, Context::compare_signal);
        /// Compare representations: equal numbers with different exponents differ.
        ///
        /// >>> decimal.Decimal('12.0').compare_total(12)
        /// Decimal('-1')
        Method Core "function compare_total(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("compare_total", cx, a, |context, x, y| context.compare_total(x, y));
        /// As `compare_total`, signs ignored.
        ///
        /// >>> decimal.Decimal(-12).compare_total_mag(12)
        /// Decimal('0')
        Method Core "function compare_total_mag(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("compare_total_mag", cx, a, |context, x, y| context.compare_total_mag(x, y));
        /// Return `e` to the power of the number.
        ///
        /// >>> decimal.Decimal(1).exp()
        /// Decimal('2.718281828459045235360287471')
        Method Core "function exp(self, context: Context | None = None) -> Decimal" => |cx, a| unary("exp", cx, a, Context::exp);
        /// Return `self * other + third` with one rounding.
        ///
        /// >>> decimal.Decimal(2).fma(3, 5)
        /// Decimal('11')
        Method Core "function fma(self, other: Decimal | int, third: Decimal | int, context: Context | None = None) -> Decimal" => fma;
        /// Return the natural logarithm.
        ///
        /// >>> decimal.Decimal(2).ln()
        /// Decimal('0.6931471805599453094172321215')
        Method Core "function ln(self, context: Context | None = None) -> Decimal" => |cx, a| unary("ln", cx, a, Context::ln);
        /// Return the logarithm to base ten.
        ///
        /// >>> decimal.Decimal(2).log10()
        /// Decimal('0.3010299956639811952137388947')
        Method Core "function log10(self, context: Context | None = None) -> Decimal" => |cx, a| unary("log10", cx, a, Context::log10);
        /// Return the exponent of the first digit.
        ///
        /// >>> decimal.Decimal('123.45').logb()
        /// Decimal('2')
        Method Core "function logb(self, context: Context | None = None) -> Decimal" => |cx, a| unary("logb", cx, a, Context::logb);
        /// Combine two numbers of digits 0 and 1 by `and`.
        ///
        /// >>> decimal.Decimal(1100).logical_and(1010)
        /// Decimal('1000')
        Method Core "function logical_and(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("logical_and", cx, a, Context::logical_and);
        /// Exchange the digits 0 and 1, as many as the precision has.
        ///
        /// >>> decimal.Decimal(1).logical_invert(decimal.Context(prec=4))
        /// Decimal('1110')
        Method Core "function logical_invert(self, context: Context | None = None) -> Decimal" => |cx, a| unary("logical_invert", cx, a, Context::logical_invert);
        /// Combine two numbers of digits 0 and 1 by `or`.
        ///
        /// >>> decimal.Decimal(1100).logical_or(1010)
        /// Decimal('1110')
        Method Core "function logical_or(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("logical_or", cx, a, Context::logical_or);
        /// Combine two numbers of digits 0 and 1 by exclusive `or`.
        ///
        /// >>> decimal.Decimal(1100).logical_xor(1010)
        /// Decimal('110')
        Method Core "function logical_xor(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("logical_xor", cx, a, Context::logical_xor);
        /// Return the larger number, rounded; a number goes before a quiet NaN.
        ///
        /// >>> decimal.Decimal(1).max(2)
        /// Decimal('2')
        Method Core "function max(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("max", cx, a, Context::max);
        /// Return the number of larger magnitude.
        ///
        /// >>> decimal.Decimal(-3).max_mag(2)
        /// Decimal('-3')
        Method Core "function max_mag(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("max_mag", cx, a, Context::max_mag);
        /// Return the smaller number, rounded; a number goes before a quiet NaN.
        ///
        /// >>> decimal.Decimal(1).min(2)
        /// Decimal('1')
        Method Core "function min(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("min", cx, a, Context::min);
        /// Return the number of smaller magnitude.
        ///
        /// >>> decimal.Decimal(-3).min_mag(2)
        /// Decimal('2')
        Method Core "function min_mag(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("min_mag", cx, a, Context::min_mag);
        /// Return the largest number of the context that is smaller.
        ///
        /// >>> decimal.Decimal(1).next_minus()
        /// Decimal('0.9999999999999999999999999999')
        Method Core "function next_minus(self, context: Context | None = None) -> Decimal" => |cx, a| unary("next_minus", cx, a, Context::next_minus);
        /// Return the smallest number of the context that is larger.
        ///
        /// >>> decimal.Decimal(1).next_plus()
        /// Decimal('1.000000000000000000000000001')
        Method Core "function next_plus(self, context: Context | None = None) -> Decimal" => |cx, a| unary("next_plus", cx, a, Context::next_plus);
        /// Return the next number of the context in the direction of another.
        ///
        /// >>> decimal.Decimal(1).next_toward(0)
        /// Decimal('0.9999999999999999999999999999')
        Method Core "function next_toward(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("next_toward", cx, a, Context::next_toward);
        /// Return the number rounded and without trailing zeros.
        ///
        /// >>> decimal.Decimal('1.500').normalize()
        /// Decimal('1.5')
        Method Core "function normalize(self, context: Context | None = None) -> Decimal" => |cx, a| unary("normalize", cx, a, Context::normalize);
        /// Round to the exponent of another number.
        ///
        /// >>> decimal.Decimal('7.325').quantize(decimal.Decimal('.01'))
        /// Decimal('7.32')
        /// >>> decimal.Decimal('7.325').quantize(decimal.Decimal('.01'), rounding=decimal.ROUND_UP)
        /// Decimal('7.33')
        Method Core "function quantize(self, exp: Decimal | int, rounding: str | None = None, context: Context | None = None) -> Decimal" => quantize;
        /// Return the remainder whose quotient is rounded to nearest.
        ///
        /// >>> decimal.Decimal(18).remainder_near(10)
        /// Decimal('-2')
        Method Core "function remainder_near(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("remainder_near", cx, a, Context::remainder_near);
        /// Rotate the digits, as many as the precision has, to the left.
        ///
        /// >>> decimal.Decimal('123456').rotate(2)
        /// Decimal('12345600')
        Method Core "function rotate(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("rotate", cx, a, Context::rotate);
        /// Add to the exponent.
        ///
        /// >>> decimal.Decimal('1.5').scaleb(3)
        /// Decimal('1.5E+3')
        Method Core "function scaleb(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("scaleb", cx, a, Context::scaleb);
        /// Shift the digits to the left, or to the right by a negative number.
        ///
        /// >>> decimal.Decimal('123456').shift(-2)
        /// Decimal('1234')
        Method Core "function shift(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("shift", cx, a, Context::shift);
        /// Return the square root.
        ///
        /// >>> decimal.Decimal(2).sqrt()
        /// Decimal('1.414213562373095048801688724')
        Method Core "function sqrt(self, context: Context | None = None) -> Decimal" => |cx, a| unary("sqrt", cx, a, Context::sqrt);
        /// Round to a whole number, without flags.
        ///
        /// >>> decimal.Decimal('2.5').to_integral()
        /// Decimal('2')
        Method Core "function to_integral(self, rounding: str | None = None, context: Context | None = None) -> Decimal" => |cx, a| integral("to_integral", cx, a, Context::to_integral_value);
        /// Round to a whole number, with the flags `Inexact` and `Rounded`.
        ///
        /// >>> decimal.Decimal('2.7').to_integral_exact()
        /// Decimal('3')
        Method Core "function to_integral_exact(self, rounding: str | None = None, context: Context | None = None) -> Decimal" => |cx, a| integral("to_integral_exact", cx, a, Context::to_integral_exact);
        /// Round to a whole number, without flags.
        ///
        /// >>> decimal.Decimal('2.5').to_integral_value(decimal.ROUND_UP)
        /// Decimal('3')
        Method Core "function to_integral_value(self, rounding: str | None = None, context: Context | None = None) -> Decimal" => |cx, a| integral("to_integral_value", cx, a, Context::to_integral_value);
    ]
}

type Result<T> = std::result::Result<T, DecimalError>;

/// An operation on the receiver; the second argument is the context.
fn unary(name: &str, cx: &mut Cx<'_>, a: &[Value], operation: fn(&mut Context, &Decimal) -> Result<Decimal>) -> R {
    let own = receiver(name, a)?;
    let context = chosen(cx, &a[1])?;
    run(&context, |context| operation(context, own)).map(Value::decimal)
}

/// An operation on the receiver and another number; the third argument is the context.
pub(super) fn binary(
    name: &str,
    cx: &mut Cx<'_>,
    a: &[Value],
    operation: fn(&mut Context, &Decimal, &Decimal) -> Result<Decimal>,
) -> R {
    let own = receiver(name, a)?;
    let context = chosen(cx, &a[2])?;
    let other = operand(&a[1])?;
    run(&context, |context| operation(context, own, &other)).map(Value::decimal)
}

fn fma(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("fma", a)?;
    let context = chosen(cx, &a[3])?;
    let (other, third) = (operand(&a[1])?, operand(&a[2])?);
    run(&context, |context| context.fma(own, &other, &third)).map(Value::decimal)
}

fn quantize(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("quantize", a)?;
    let context = chosen(cx, &a[3])?;
    let rounding = optional_rounding(&a[2])?;
    let exp = operand(&a[1])?;
    run(&context, |context| context.quantize(own, &exp, rounding)).map(Value::decimal)
}

/// Rounding to a whole number; the arguments are rounding mode and context.
fn integral(
    name: &str,
    cx: &mut Cx<'_>,
    a: &[Value],
    operation: fn(&mut Context, &Decimal, Option<Rounding>) -> Result<Decimal>,
) -> R {
    let own = receiver(name, a)?;
    let context = chosen(cx, &a[2])?;
    let rounding = optional_rounding(&a[1])?;
    run(&context, |context| operation(context, own, rounding)).map(Value::decimal)
}
