//! The methods and attributes of `Context`.

use super::args::{operand, run};
use super::construct;
use super::contexts::{self, Shared};
use crate::builtins::receiver::wrong_receiver;
use crate::table;
use crate::value::decimal::{Context, Decimal, DecimalError};
use crate::value::exceptions::type_error;
use crate::value::{Cx, R, Value};

table! {
    /// The methods and attributes.
    pub static METHODS = [
        /// The largest exponent of a first digit.
        ///
        /// >>> decimal.Context().Emax
        /// 999999
        Property Extended "Emax(self) -> int" => |_, a| contexts::attribute(a, "Emax");
        /// The smallest exponent of a first digit at full precision.
        ///
        /// >>> decimal.Context().Emin
        /// -999999
        Property Extended "Emin(self) -> int" => |_, a| contexts::attribute(a, "Emin");
        /// Return the exponent of the smallest number.
        ///
        /// >>> decimal.Context(prec=5).Etiny()
        /// -1000003
        Method Extended "Etiny(self, /) -> int" => |_, a| Ok(Value::Int(own("Etiny", a)?.borrow().etiny()));
        /// Return the largest exponent of a number that has all digits of the precision.
        ///
        /// >>> decimal.Context(prec=5).Etop()
        /// 999995
        Method Extended "Etop(self, /) -> int" => |_, a| Ok(Value::Int(own("Etop", a)?.borrow().etop()));
        /// Return the absolute value, rounded.
        ///
        /// >>> decimal.Context(prec=5).abs(-2)
        /// Decimal('2')
        Method Extended "abs(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("abs", a, Context::abs);
        /// Return the sum.
        ///
        /// >>> decimal.Context(prec=5).add(decimal.Decimal('1.23456'), 1)
        /// Decimal('2.2346')
        Method Extended "function add(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("add", a, Context::add);
        /// Return the number itself.
        ///
        /// >>> decimal.Context().canonical(decimal.Decimal('1.0'))
        /// Decimal('1.0')
        Method Extended "canonical(self, x: Decimal, /) -> Decimal" => |_, a| canonical("canonical", a).cloned();
        /// 1 if exponents are written with `E`, 0 for `e`.
        ///
        /// >>> decimal.Context().capitals
        /// 1
        Property Extended "capitals(self) -> int" => |_, a| contexts::attribute(a, "capitals");
        /// 1 if large exponents are folded down.
        ///
        /// >>> decimal.Context().clamp
        /// 0
        Property Extended "clamp(self) -> int" => |_, a| contexts::attribute(a, "clamp");
        /// Forget what happened so far.
        ///
        /// >>> decimal.Context().clear_flags()
        Method Extended "clear_flags(self, /) -> None" => |_, a| change("clear_flags", a, Context::clear_flags);
        /// Let no signal raise.
        ///
        /// >>> (c := decimal.Context(), c.clear_traps(), c.divide(1, 0))[2]
        /// Decimal('Infinity')
        Method Extended "clear_traps(self, /) -> None" => |_, a| change("clear_traps", a, Context::clear_traps);
        /// Return -1, 0 or 1 as a decimal, or a NaN.
        ///
        /// >>> decimal.Context(prec=5).compare(1, 2)
        /// Decimal('-1')
        Method Extended "function compare(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("compare", a, Context::compare);
        /// As `compare`, where quiet NaNs signal too.
        ///
        /// >>> decimal.Context(prec=5).compare_signal(2, 1)
        /// Decimal('1')
        Method Extended "function compare_signal(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("compare_signal", a, Context::compare_signal);
        /// Compare representations: equal numbers with different exponents differ.
        ///
        /// >>> decimal.Context(prec=5).compare_total(decimal.Decimal('1.0'), 1)
        /// Decimal('-1')
        Method Extended "function compare_total(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("compare_total", a, |context, x, y| context.compare_total(x, y));
        /// As `compare_total`, signs ignored.
        ///
        /// >>> decimal.Context(prec=5).compare_total_mag(-1, 1)
        /// Decimal('0')
        Method Extended "function compare_total_mag(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("compare_total_mag", a, |context, x, y| context.compare_total_mag(x, y));
        /// Return an independent copy.
        ///
        /// >>> decimal.Context(prec=5).copy().prec
        /// 5
        Method Extended "copy(self, /) -> Context" => |_, a| Ok(contexts::object(own("copy", a)?.borrow().clone()));
        /// Return the number without its sign, not rounded.
        ///
        /// >>> decimal.Context(prec=5).copy_abs(-1)
        /// Decimal('1')
        Method Extended "copy_abs(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("copy_abs", a, |_, x| Ok(x.copy_abs()));
        /// Return the number, not rounded.
        ///
        /// >>> decimal.Context(prec=2).copy_decimal(decimal.Decimal('1.2345'))
        /// Decimal('1.2345')
        Method Extended "copy_decimal(self, x: Decimal | int, /) -> Decimal" => copy_decimal;
        /// Return the number with its sign turned, not rounded.
        ///
        /// >>> decimal.Context(prec=5).copy_negate(1)
        /// Decimal('-1')
        Method Extended "copy_negate(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("copy_negate", a, |_, x| Ok(x.copy_negate()));
        /// Return the first number with the sign of the second, not rounded.
        ///
        /// >>> decimal.Context(prec=5).copy_sign(1, -2)
        /// Decimal('-1')
        Method Extended "function copy_sign(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("copy_sign", a, |_, x, y| Ok(x.copy_sign(y)));
        /// Make a decimal as its constructor does, rounded to the context.
        ///
        /// >>> decimal.Context(prec=3).create_decimal('1.23456')
        /// Decimal('1.23')
        Method Extended "function create_decimal(self, num: Decimal | int | float | str | tuple[int, Sequence[int], int | str] = '0', /) -> Decimal" => |_, a| construct::make(&own("create_decimal", a)?, &a[1], &construct::ROUNDED);
        /// Make a decimal of a float or int, rounded to the context.
        ///
        /// >>> decimal.Context(prec=3).create_decimal_from_float(0.1)
        /// Decimal('0.100')
        Method Extended "create_decimal_from_float(self, f: int | float, /) -> Decimal" => |_, a| construct::from_float(&own("create_decimal_from_float", a)?, &a[1], &construct::ROUNDED);
        /// Return the quotient.
        ///
        /// >>> decimal.Context(prec=5).divide(1, 3)
        /// Decimal('0.33333')
        Method Extended "function divide(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("divide", a, Context::divide);
        /// Return the whole part of the quotient.
        ///
        /// >>> decimal.Context(prec=5).divide_int(7, 2)
        /// Decimal('3')
        Method Extended "function divide_int(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("divide_int", a, Context::divide_int);
        /// Return the whole part of the quotient, and the remainder.
        ///
        /// >>> decimal.Context().divmod(7, 2)
        /// (Decimal('3'), Decimal('1'))
        Method Extended "function divmod(self, x: Decimal | int, y: Decimal | int, /) -> tuple[Decimal, Decimal]" => divmod;
        /// Return `e` to the power of the number.
        ///
        /// >>> decimal.Context(prec=5).exp(1)
        /// Decimal('2.7183')
        Method Extended "exp(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("exp", a, Context::exp);
        /// What happened since the flags were last cleared: a mapping from signal classes to bools.
        ///
        /// >>> (c := decimal.Context(), c.divide(1, 3), c.flags[decimal.Inexact])[2]
        /// True
        Property Extended "flags(self) -> dict[type, bool]" => |_, a| contexts::attribute(a, "flags");
        /// Return `x * y + z` with one rounding.
        ///
        /// >>> decimal.Context().fma(2, 3, 4)
        /// Decimal('10')
        Method Extended "function fma(self, x: Decimal | int, y: Decimal | int, z: Decimal | int, /) -> Decimal" => fma;
        /// Tell whether the representation is canonical; it always is.
        ///
        /// >>> decimal.Context().is_canonical(decimal.Decimal(1))
        /// True
        Method Extended "is_canonical(self, x: Decimal, /) -> bool" => |_, a| canonical("is_canonical", a).map(|_| Value::Bool(true));
        /// Tell whether a number is neither infinite nor a NaN.
        ///
        /// >>> decimal.Context().is_finite(1)
        /// True
        Method Extended "is_finite(self, x: Decimal | int, /) -> bool" => |_, a| question("is_finite", a, |number, _| number.is_finite().into());
        /// Tell whether a number is an infinity.
        ///
        /// >>> decimal.Context().is_infinite(decimal.Decimal('inf'))
        /// True
        Method Extended "is_infinite(self, x: Decimal | int, /) -> bool" => |_, a| question("is_infinite", a, |number, _| number.is_infinite().into());
        /// Tell whether this is a NaN of either kind.
        ///
        /// >>> decimal.Context().is_nan(decimal.Decimal('nan'))
        /// True
        Method Extended "is_nan(self, x: Decimal | int, /) -> bool" => |_, a| question("is_nan", a, |number, _| number.is_nan().into());
        /// Tell whether a number is finite, not zero and not too small for full precision.
        ///
        /// >>> decimal.Context().is_normal(1)
        /// True
        Method Extended "is_normal(self, x: Decimal | int, /) -> bool" => |_, a| question("is_normal", a, |number, context| number.is_normal(context).into());
        /// Tell whether this is a quiet NaN.
        ///
        /// >>> decimal.Context().is_qnan(decimal.Decimal('nan'))
        /// True
        Method Extended "is_qnan(self, x: Decimal | int, /) -> bool" => |_, a| question("is_qnan", a, |number, _| number.is_qnan().into());
        /// Tell whether there is a minus sign, also on zeros and NaNs.
        ///
        /// >>> decimal.Context().is_signed(-1)
        /// True
        Method Extended "is_signed(self, x: Decimal | int, /) -> bool" => |_, a| question("is_signed", a, |number, _| number.is_signed().into());
        /// Tell whether this is a signalling NaN.
        ///
        /// >>> decimal.Context().is_snan(decimal.Decimal('snan'))
        /// True
        Method Extended "is_snan(self, x: Decimal | int, /) -> bool" => |_, a| question("is_snan", a, |number, _| number.is_snan().into());
        /// Tell whether a number is not zero and too small for full precision.
        ///
        /// >>> decimal.Context().is_subnormal(decimal.Decimal('1E-1000000'))
        /// True
        Method Extended "is_subnormal(self, x: Decimal | int, /) -> bool" => |_, a| question("is_subnormal", a, |number, context| number.is_subnormal(context).into());
        /// Tell whether a number is zero.
        ///
        /// >>> decimal.Context().is_zero(0)
        /// True
        Method Extended "is_zero(self, x: Decimal | int, /) -> bool" => |_, a| question("is_zero", a, |number, _| number.is_zero().into());
        /// Return the natural logarithm.
        ///
        /// >>> decimal.Context(prec=5).ln(2)
        /// Decimal('0.69315')
        Method Extended "ln(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("ln", a, Context::ln);
        /// Return the logarithm to base ten.
        ///
        /// >>> decimal.Context(prec=5).log10(2)
        /// Decimal('0.30103')
        Method Extended "log10(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("log10", a, Context::log10);
        /// Return the exponent of the first digit.
        ///
        /// >>> decimal.Context(prec=5).logb(123)
        /// Decimal('2')
        Method Extended "logb(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("logb", a, Context::logb);
        /// Combine two numbers of digits 0 and 1 by `and`.
        ///
        /// >>> decimal.Context(prec=5).logical_and(11, 10)
        /// Decimal('10')
        Method Extended "function logical_and(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("logical_and", a, Context::logical_and);
        /// Exchange the digits 0 and 1, as many as the precision has.
        ///
        /// >>> decimal.Context(prec=5).logical_invert(1)
        /// Decimal('11110')
        Method Extended "logical_invert(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("logical_invert", a, Context::logical_invert);
        /// Combine two numbers of digits 0 and 1 by `or`.
        ///
        /// >>> decimal.Context(prec=5).logical_or(1, 10)
        /// Decimal('11')
        Method Extended "function logical_or(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("logical_or", a, Context::logical_or);
        /// Combine two numbers of digits 0 and 1 by exclusive `or`.
        ///
        /// >>> decimal.Context(prec=5).logical_xor(11, 10)
        /// Decimal('1')
        Method Extended "function logical_xor(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("logical_xor", a, Context::logical_xor);
        /// Return the larger number, rounded; a number goes before a quiet NaN.
        ///
        /// >>> decimal.Context(prec=5).max(1, 2)
        /// Decimal('2')
        Method Extended "function max(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("max", a, Context::max);
        /// Return the number of larger magnitude.
        ///
        /// >>> decimal.Context(prec=5).max_mag(-3, 2)
        /// Decimal('-3')
        Method Extended "function max_mag(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("max_mag", a, Context::max_mag);
        /// Return the smaller number, rounded; a number goes before a quiet NaN.
        ///
        /// >>> decimal.Context(prec=5).min(1, 2)
        /// Decimal('1')
        Method Extended "function min(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("min", a, Context::min);
        /// Return the number of smaller magnitude.
        ///
        /// >>> decimal.Context(prec=5).min_mag(-3, 2)
        /// Decimal('2')
        Method Extended "function min_mag(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("min_mag", a, Context::min_mag);
        /// Return the negated number, rounded.
        ///
        /// >>> decimal.Context(prec=5).minus(decimal.Decimal('1.234567'))
        /// Decimal('-1.2346')
        Method Extended "minus(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("minus", a, Context::minus);
        /// Return the product.
        ///
        /// >>> decimal.Context(prec=5).multiply(decimal.Decimal('1.11111'), 3)
        /// Decimal('3.3333')
        Method Extended "function multiply(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("multiply", a, Context::multiply);
        /// Return the largest number of the context that is smaller.
        ///
        /// >>> decimal.Context(prec=5).next_minus(1)
        /// Decimal('0.99999')
        Method Extended "next_minus(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("next_minus", a, Context::next_minus);
        /// Return the smallest number of the context that is larger.
        ///
        /// >>> decimal.Context(prec=5).next_plus(1)
        /// Decimal('1.0001')
        Method Extended "next_plus(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("next_plus", a, Context::next_plus);
        /// Return the next number of the context in the direction of another.
        ///
        /// >>> decimal.Context(prec=5).next_toward(1, 2)
        /// Decimal('1.0001')
        Method Extended "function next_toward(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("next_toward", a, Context::next_toward);
        /// Return the number rounded and without trailing zeros.
        ///
        /// >>> decimal.Context(prec=5).normalize(decimal.Decimal('1.500'))
        /// Decimal('1.5')
        Method Extended "normalize(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("normalize", a, Context::normalize);
        /// Return what kind of number this is.
        ///
        /// >>> decimal.Context().number_class(1)
        /// '+Normal'
        Method Extended "number_class(self, x: Decimal | int, /) -> str" => |_, a| question("number_class", a, |number, context| Value::str(number.number_class(context)));
        /// Return the number, rounded.
        ///
        /// >>> decimal.Context(prec=5).plus(decimal.Decimal('1.234567'))
        /// Decimal('1.2346')
        Method Extended "plus(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("plus", a, Context::plus);
        /// Return `a ** b`, or its remainder modulo a number.
        ///
        /// >>> decimal.Context().power(2, 10)
        /// Decimal('1024')
        /// >>> decimal.Context().power(2, 10, 7)
        /// Decimal('2')
        Method Extended "function power(self, a: Decimal | int, b: Decimal | int, modulo: Decimal | int | None = None) -> Decimal" => power;
        /// The precision in digits.
        ///
        /// >>> decimal.Context().prec
        /// 28
        Property Extended "prec(self) -> int" => |_, a| contexts::attribute(a, "prec");
        /// Round the first number to the exponent of the second.
        ///
        /// >>> decimal.Context(prec=5).quantize(decimal.Decimal('1.2345'), decimal.Decimal('0.1'))
        /// Decimal('1.2')
        Method Extended "function quantize(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("quantize", a, |context, x, y| context.quantize(x, y, None));
        /// Return ten, the base of all decimals.
        ///
        /// >>> decimal.Context().radix()
        /// Decimal('10')
        Method Extended "radix(self, /) -> Decimal" => |_, a| own("radix", a).map(|_| Value::decimal(Decimal::from(10)));
        /// Return the remainder, with the sign of the first number.
        ///
        /// >>> decimal.Context(prec=5).remainder(7, 3)
        /// Decimal('1')
        Method Extended "function remainder(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("remainder", a, Context::remainder);
        /// Return the remainder whose quotient is rounded to nearest.
        ///
        /// >>> decimal.Context(prec=5).remainder_near(8, 3)
        /// Decimal('-1')
        Method Extended "function remainder_near(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("remainder_near", a, Context::remainder_near);
        /// Rotate the digits, as many as the precision has, to the left.
        ///
        /// >>> decimal.Context(prec=5).rotate(12345, 1)
        /// Decimal('23451')
        Method Extended "function rotate(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("rotate", a, Context::rotate);
        /// How results are rounded, one of the constants `ROUND_…`.
        ///
        /// >>> decimal.Context().rounding
        /// 'ROUND_HALF_EVEN'
        Property Extended "rounding(self) -> str" => |_, a| contexts::attribute(a, "rounding");
        /// Tell whether two numbers have the same exponent, or are both infinite or both NaNs.
        ///
        /// >>> decimal.Context().same_quantum(1, 2)
        /// True
        Method Extended "function same_quantum(self, x: Decimal | int, y: Decimal | int, /) -> bool" => same_quantum;
        /// Add the second number to the exponent of the first.
        ///
        /// >>> decimal.Context(prec=5).scaleb(5, 2)
        /// Decimal('5E+2')
        Method Extended "function scaleb(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("scaleb", a, Context::scaleb);
        /// Shift the digits of the first number to the left by the second.
        ///
        /// >>> decimal.Context(prec=5).shift(12345, 1)
        /// Decimal('23450')
        Method Extended "function shift(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("shift", a, Context::shift);
        /// Return the square root.
        ///
        /// >>> decimal.Context(prec=5).sqrt(2)
        /// Decimal('1.4142')
        Method Extended "sqrt(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("sqrt", a, Context::sqrt);
        /// Return the difference.
        ///
        /// >>> decimal.Context(prec=5).subtract(1, decimal.Decimal('0.3'))
        /// Decimal('0.7')
        Method Extended "function subtract(self, x: Decimal | int, y: Decimal | int, /) -> Decimal" => |_, a| binary("subtract", a, Context::subtract);
        /// Return the text with an exponent that is a multiple of three.
        ///
        /// >>> decimal.Context().to_eng_string(decimal.Decimal('1E+5'))
        /// '100E+3'
        Method Extended "to_eng_string(self, x: Decimal | int, /) -> str" => |_, a| text("to_eng_string", a, Context::to_eng_string);
        /// Round to a whole number, without flags.
        ///
        /// >>> decimal.Context(prec=5).to_integral(decimal.Decimal('2.5'))
        /// Decimal('2')
        Method Extended "to_integral(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("to_integral", a, |context, x| context.to_integral_value(x, None));
        /// Round to a whole number, with the flags `Inexact` and `Rounded`.
        ///
        /// >>> decimal.Context(prec=5).to_integral_exact(decimal.Decimal('2.7'))
        /// Decimal('3')
        Method Extended "to_integral_exact(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("to_integral_exact", a, |context, x| context.to_integral_exact(x, None));
        /// Round to a whole number, without flags.
        ///
        /// >>> decimal.Context(prec=5).to_integral_value(decimal.Decimal('2.5'))
        /// Decimal('2')
        Method Extended "to_integral_value(self, x: Decimal | int, /) -> Decimal" => |_, a| unary("to_integral_value", a, |context, x| context.to_integral_value(x, None));
        /// Return the text as `str` gives it.
        ///
        /// >>> decimal.Context().to_sci_string(decimal.Decimal('1E+5'))
        /// '1E+5'
        Method Extended "to_sci_string(self, x: Decimal | int, /) -> str" => |_, a| text("to_sci_string", a, Context::to_sci_string);
        /// Which signals raise: a mapping from signal classes to bools.
        ///
        /// >>> decimal.Context().traps[decimal.Overflow]
        /// True
        Property Extended "traps(self) -> dict[type, bool]" => |_, a| contexts::attribute(a, "traps");
    ]
}

type Result<T> = std::result::Result<T, DecimalError>;

/// The receiver.
fn own(name: &str, a: &[Value]) -> R<Shared> {
    a.first().and_then(contexts::shared).ok_or_else(|| wrong_receiver(name, "decimal.Context", a.first()))
}

fn unary(name: &str, a: &[Value], operation: fn(&mut Context, &Decimal) -> Result<Decimal>) -> R {
    let context = own(name, a)?;
    let x = operand(&a[1])?;
    run(&context, |context| operation(context, &x)).map(Value::decimal)
}

fn binary(name: &str, a: &[Value], operation: fn(&mut Context, &Decimal, &Decimal) -> Result<Decimal>) -> R {
    let context = own(name, a)?;
    let (x, y) = (operand(&a[1])?, operand(&a[2])?);
    run(&context, |context| operation(context, &x, &y)).map(Value::decimal)
}

/// A question about a number.
fn question(name: &str, a: &[Value], answer: fn(&Decimal, &Context) -> Value) -> R {
    let context = own(name, a)?;
    let x = operand(&a[1])?;
    Ok(answer(&x, &context.borrow()))
}

fn text(name: &str, a: &[Value], operation: fn(&Context, &Decimal) -> Result<String>) -> R {
    let context = own(name, a)?;
    let x = operand(&a[1])?;
    run(&context, |context| operation(context, &x)).map(|text| Value::str(&text))
}

/// A change of the context itself.
fn change(name: &str, a: &[Value], change: fn(&mut Context)) -> R {
    change(&mut own(name, a)?.borrow_mut());
    Ok(Value::None)
}

/// The argument of a method that takes no other number than a decimal.
fn canonical<'a>(name: &str, a: &'a [Value]) -> R<&'a Value> {
    own(name, a)?;
    if matches!(a[1], Value::Decimal(_)) { Ok(&a[1]) } else { Err(type_error("argument must be a Decimal")) }
}

fn copy_decimal(_: &mut Cx<'_>, a: &[Value]) -> R {
    own("copy_decimal", a)?;
    Ok(match &a[1] {
        Value::Decimal(_) => a[1].clone(),
        other => Value::decimal(operand(other)?.into_owned()),
    })
}

fn divmod(_: &mut Cx<'_>, a: &[Value]) -> R {
    let context = own("divmod", a)?;
    let (x, y) = (operand(&a[1])?, operand(&a[2])?);
    let (quotient, rest) = run(&context, |context| context.divmod(&x, &y))?;
    Ok(Value::tuple([Value::decimal(quotient), Value::decimal(rest)]))
}

fn fma(_: &mut Cx<'_>, a: &[Value]) -> R {
    let context = own("fma", a)?;
    let (x, y, z) = (operand(&a[1])?, operand(&a[2])?, operand(&a[3])?);
    run(&context, |context| context.fma(&x, &y, &z)).map(Value::decimal)
}

fn power(_: &mut Cx<'_>, a: &[Value]) -> R {
    let context = own("power", a)?;
    let (x, y) = (operand(&a[1])?, operand(&a[2])?);
    if a[3].is_none() {
        return run(&context, |context| context.power(&x, &y)).map(Value::decimal);
    }
    let modulus = operand(&a[3])?;
    run(&context, |context| context.power_modulo(&x, &y, &modulus)).map(Value::decimal)
}

fn same_quantum(_: &mut Cx<'_>, a: &[Value]) -> R {
    own("same_quantum", a)?;
    Ok(Value::Bool(operand(&a[1])?.same_quantum(&*operand(&a[2])?)))
}
