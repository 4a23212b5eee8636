//! The methods of `Decimal` that tell what a number is, take it apart or copy it.

use super::args::{chosen, operand, receiver, run};
use super::arithmetic::binary;
use super::{construct, contexts};
use crate::table;
use crate::value::decimal::{Context, Decimal};
use crate::value::{Cx, R, Value};

table! {
    /// The methods and attributes.
    pub static METHODS = [
        /// Return the exponent of the first digit.
        ///
        /// >>> decimal.Decimal('123.45').adjusted()
        /// 2
        Method Core "adjusted(self, /) -> int" => adjusted;
        /// Return numerator and denominator in lowest terms.
        ///
        /// >>> decimal.Decimal('0.75').as_integer_ratio()
        /// (3, 4)
        Method Core "as_integer_ratio(self, /) -> tuple[int, int]" => as_integer_ratio;
        /// Return sign, digits and exponent.
        ///
        /// >>> decimal.Decimal('-1.50').as_tuple()
        /// DecimalTuple(sign=1, digits=(1, 5, 0), exponent=-2)
        Method Core "as_tuple(self, /) -> DecimalTuple" => |_, a| construct::as_tuple(receiver("as_tuple", a)?);
        /// Return the number itself.
        ///
        /// >>> decimal.Decimal('1.0').canonical()
        /// Decimal('1.0')
        Method Core "canonical(self, /) -> Decimal" => |_, a| same("canonical", a);
        /// Return the number itself.
        ///
        /// >>> decimal.Decimal('1.0').conjugate()
        /// Decimal('1.0')
        Method Core "conjugate(self, /) -> Decimal" => |_, a| same("conjugate", a);
        /// Return the number without its sign, not rounded.
        ///
        /// >>> decimal.Decimal('-1.50').copy_abs()
        /// Decimal('1.50')
        Method Core "copy_abs(self, /) -> Decimal" => |_, a| Ok(Value::decimal(receiver("copy_abs", a)?.copy_abs()));
        /// Return the number with its sign turned, not rounded.
        ///
        /// >>> decimal.Decimal('1.50').copy_negate()
        /// Decimal('-1.50')
        Method Core "copy_negate(self, /) -> Decimal" => |_, a| Ok(Value::decimal(receiver("copy_negate", a)?.copy_negate()));
        /// Return the number with the sign of another, not rounded.
        ///
        /// >>> decimal.Decimal('1.50').copy_sign(-3)
        /// Decimal('-1.50')
        Method Core "function copy_sign(self, other: Decimal | int, context: Context | None = None) -> Decimal" => |cx, a| binary("copy_sign", cx, a, |_, x, y| Ok(x.copy_sign(y)));
        /// Make a decimal of exactly the value of a float or int.
        ///
        /// >>> decimal.Decimal.from_float(0.5)
        /// Decimal('0.5')
        Class Core "from_float(type, f: int | float, /) -> Decimal" => |cx, a| construct::from_float(&contexts::current(cx), &a[1], &construct::EXACT);
        /// The imaginary part, zero.
        ///
        /// >>> decimal.Decimal('1.5').imag
        /// Decimal('0')
        Property Core "imag(self) -> Decimal" => |_, _| Ok(Value::decimal(Decimal::ZERO));
        /// Tell whether the representation is canonical; it always is.
        ///
        /// >>> decimal.Decimal('1.0').is_canonical()
        /// True
        Method Core "is_canonical(self, /) -> bool" => |_, a| receiver("is_canonical", a).map(|_| Value::Bool(true));
        /// Tell whether the number is neither infinite nor a NaN.
        ///
        /// >>> decimal.Decimal(1).is_finite()
        /// True
        Method Core "is_finite(self, /) -> bool" => |_, a| predicate("is_finite", a, Decimal::is_finite);
        /// Tell whether the number is an infinity.
        ///
        /// >>> decimal.Decimal('-inf').is_infinite()
        /// True
        Method Core "is_infinite(self, /) -> bool" => |_, a| predicate("is_infinite", a, Decimal::is_infinite);
        /// Tell whether this is a NaN of either kind.
        ///
        /// >>> decimal.Decimal('nan').is_nan()
        /// True
        Method Core "is_nan(self, /) -> bool" => |_, a| predicate("is_nan", a, Decimal::is_nan);
        /// Tell whether the number is finite, not zero and not too small for full precision.
        ///
        /// >>> decimal.Decimal('1E-1000000').is_normal()
        /// False
        Method Core "function is_normal(self, context: Context | None = None) -> bool" => |cx, a| by_context("is_normal", cx, a, |number, context| number.is_normal(context).into());
        /// Tell whether this is a quiet NaN.
        ///
        /// >>> decimal.Decimal('nan').is_qnan()
        /// True
        Method Core "is_qnan(self, /) -> bool" => |_, a| predicate("is_qnan", a, Decimal::is_qnan);
        /// Tell whether there is a minus sign, also on zeros and NaNs.
        ///
        /// >>> decimal.Decimal('-0').is_signed()
        /// True
        Method Core "is_signed(self, /) -> bool" => |_, a| predicate("is_signed", a, Decimal::is_signed);
        /// Tell whether this is a signalling NaN.
        ///
        /// >>> decimal.Decimal('snan').is_snan()
        /// True
        Method Core "is_snan(self, /) -> bool" => |_, a| predicate("is_snan", a, Decimal::is_snan);
        /// Tell whether the number is not zero and too small for full precision.
        ///
        /// >>> decimal.Decimal('1E-1000000').is_subnormal()
        /// True
        Method Core "function is_subnormal(self, context: Context | None = None) -> bool" => |cx, a| by_context("is_subnormal", cx, a, |number, context| number.is_subnormal(context).into());
        /// Tell whether the number is zero.
        ///
        /// >>> decimal.Decimal('0.00').is_zero()
        /// True
        Method Core "is_zero(self, /) -> bool" => |_, a| predicate("is_zero", a, Decimal::is_zero);
        /// Return what kind of number this is.
        ///
        /// >>> decimal.Decimal('-2.5').number_class()
        /// '-Normal'
        Method Core "function number_class(self, context: Context | None = None) -> str" => |cx, a| by_context("number_class", cx, a, |number, context| Value::str(number.number_class(context)));
        /// Return ten, the base of all decimals.
        ///
        /// >>> decimal.Decimal(2).radix()
        /// Decimal('10')
        Method Core "radix(self, /) -> Decimal" => |_, a| receiver("radix", a).map(|_| Value::decimal(Decimal::from(10)));
        /// The real part, the number itself.
        ///
        /// >>> decimal.Decimal('1.5').real
        /// Decimal('1.5')
        Property Core "real(self) -> Decimal" => |_, a| same("real", a);
        /// Tell whether two numbers have the same exponent, or are both infinite or both NaNs.
        ///
        /// >>> decimal.Decimal('1.00').same_quantum(decimal.Decimal('2.50'))
        /// True
        Method Core "function same_quantum(self, other: Decimal | int, context: Context | None = None) -> bool" => same_quantum;
        /// Return the text with an exponent that is a multiple of three.
        ///
        /// >>> decimal.Decimal('12E+4').to_eng_string()
        /// '120E+3'
        Method Core "function to_eng_string(self, context: Context | None = None) -> str" => to_eng_string;
    ]
}

/// The receiver itself.
fn same(name: &str, a: &[Value]) -> R {
    receiver(name, a)?;
    Ok(a[0].clone())
}

/// A question about the receiver.
fn predicate(name: &str, a: &[Value], test: fn(&Decimal) -> bool) -> R {
    Ok(Value::Bool(test(receiver(name, a)?)))
}

/// A question whose answer depends on the limits of a context, the second argument.
fn by_context(name: &str, cx: &mut Cx<'_>, a: &[Value], answer: fn(&Decimal, &Context) -> Value) -> R {
    let own = receiver(name, a)?;
    let context = chosen(cx, &a[1])?;
    Ok(answer(own, &context.borrow()))
}

fn adjusted(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(Value::Int(receiver("adjusted", a)?.adjusted()))
}

fn as_integer_ratio(_: &mut Cx<'_>, a: &[Value]) -> R {
    let (numerator, denominator) = receiver("as_integer_ratio", a)?.as_integer_ratio()?;
    Ok(Value::tuple([Value::big(numerator), Value::big(denominator)]))
}

fn same_quantum(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("same_quantum", a)?;
    chosen(cx, &a[2])?;
    Ok(Value::Bool(own.same_quantum(&*operand(&a[1])?)))
}

fn to_eng_string(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let own = receiver("to_eng_string", a)?;
    let context = chosen(cx, &a[1])?;
    run(&context, |context| context.to_eng_string(own)).map(|text| Value::str(&text))
}
