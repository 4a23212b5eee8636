//! The operations of a context as a script calls them.
//!
//! Each method is named as in Python and does one thing: run the operation, record its conditions in the flags, turn
//! trapped ones into errors. The operators of `Decimal` are the methods `add`, `subtract`, `multiply`, `divide`,
//! `divide_int`, `remainder`, `divmod`, `power`, `plus`, `minus`, `abs` of the current context.

use super::context::{Context, Rounding};
use super::number::Decimal;
use super::signals::DecimalError;
use super::{arith, compare, divide, elementary, logical, power, quantize};

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident($($operand:ident),+) = $implementation:path;)*) => {
        impl Context {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// Trapped signals; a stop.
                pub fn $name(&mut self, $($operand: &Decimal),+) -> Result<Decimal, DecimalError> {
                    self.run(|context, status| $implementation($($operand,)+ context, status))
                }
            )*
        }
    };
}

operations! {
    /// `a + b`.
    add(a, b) = arith::add;
    /// `a - b`.
    subtract(a, b) = arith::subtract;
    /// `a * b`.
    multiply(a, b) = arith::multiply;
    /// `a * b + c` with one rounding.
    fma(a, b, c) = arith::fma;
    /// `+a`.
    plus(a) = arith::plus;
    /// `-a`.
    minus(a) = arith::minus;
    /// `abs(a)`.
    abs(a) = arith::abs;
    /// `a / b`.
    divide(a, b) = divide::divide;
    /// `a // b`.
    divide_int(a, b) = divide::divide_int;
    /// `a % b`.
    remainder(a, b) = divide::remainder;
    /// The remainder whose quotient is rounded to nearest.
    remainder_near(a, b) = divide::remainder_near;
    /// `a ** b`.
    power(a, b) = power::power;
    /// `pow(a, b, modulus)`.
    power_modulo(a, b, modulus) = power::power_modulo;
    /// The square root.
    sqrt(a) = power::sqrt;
    /// `e` to the power `a`.
    exp(a) = elementary::exp;
    /// The natural logarithm.
    ln(a) = elementary::ln;
    /// The logarithm to base ten.
    log10(a) = elementary::log10;
    /// The exponent of the leading digit.
    logb(a) = quantize::logb;
    /// `a` times ten to the power `b`.
    scaleb(a, b) = quantize::scaleb;
    /// `a` rounded and without trailing zeros.
    normalize(a) = quantize::normalize;
    /// The next smaller number.
    next_minus(a) = quantize::next_minus;
    /// The next larger number.
    next_plus(a) = quantize::next_plus;
    /// The next number in the direction of `b`.
    next_toward(a, b) = quantize::next_toward;
    /// -1, 0 or 1, or a NaN.
    compare(a, b) = compare::compare;
    /// As `compare`; quiet NaNs signal.
    compare_signal(a, b) = compare::compare_signal;
    /// The larger number.
    max(a, b) = compare::max;
    /// The number of larger magnitude.
    max_mag(a, b) = compare::max_mag;
    /// The smaller number.
    min(a, b) = compare::min;
    /// The number of smaller magnitude.
    min_mag(a, b) = compare::min_mag;
    /// Digit-wise and.
    logical_and(a, b) = logical::and;
    /// Digit-wise or.
    logical_or(a, b) = logical::or;
    /// Digit-wise exclusive or.
    logical_xor(a, b) = logical::xor;
    /// Digit-wise negation.
    logical_invert(a) = logical::invert;
    /// The digits shifted by `b` places.
    shift(a, b) = logical::shift;
    /// The digits rotated by `b` places.
    rotate(a, b) = logical::rotate;
}

impl Context {
    /// Quotient and remainder at once.
    ///
    /// # Errors
    /// Trapped signals; a stop.
    pub fn divmod(&mut self, a: &Decimal, b: &Decimal) -> Result<(Decimal, Decimal), DecimalError> {
        self.run(|context, status| divide::divmod(a, b, context, status))
    }

    /// `a` with the exponent of `b`.
    ///
    /// # Errors
    /// Trapped signals; a stop.
    pub fn quantize(&mut self, a: &Decimal, b: &Decimal, rounding: Option<Rounding>) -> Result<Decimal, DecimalError> {
        self.run_rounded(rounding, |context, status| quantize::quantize(a, b, context, status))
    }

    /// The nearest integer, without `Inexact` and `Rounded`; also `to_integral`.
    ///
    /// # Errors
    /// Trapped signals; a stop.
    pub fn to_integral_value(&mut self, a: &Decimal, rounding: Option<Rounding>) -> Result<Decimal, DecimalError> {
        self.run_rounded(rounding, |context, status| quantize::to_integral_value(a, context, status))
    }

    /// The nearest integer.
    ///
    /// # Errors
    /// Trapped signals; a stop.
    pub fn to_integral_exact(&mut self, a: &Decimal, rounding: Option<Rounding>) -> Result<Decimal, DecimalError> {
        self.run_rounded(rounding, |context, status| quantize::to_integral_exact(a, context, status))
    }

    /// The total order of representations as -1, 0 or 1.
    ///
    /// # Errors
    /// A stop.
    pub fn compare_total(&self, a: &Decimal, b: &Decimal) -> Result<Decimal, DecimalError> {
        Ok(compare::compare_total(a, b)?)
    }

    /// As [`Self::compare_total`], signs ignored.
    ///
    /// # Errors
    /// A stop.
    pub fn compare_total_mag(&self, a: &Decimal, b: &Decimal) -> Result<Decimal, DecimalError> {
        Ok(compare::compare_total_mag(a, b)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::decimal::{Signal, Signals};

    type Operation = fn(&mut Context, &Decimal, &Decimal) -> Result<Decimal, DecimalError>;

    #[test]
    fn the_usual_results() {
        let table: [(&str, Operation, &str, &str); 16] = [
            ("0.1", Context::add, "0.2", "0.3"),
            ("1", Context::subtract, "1.00", "0.00"),
            ("1.20", Context::multiply, "-3", "-3.60"),
            ("1", Context::divide, "3", "0.3333333333333333333333333333"),
            ("10", Context::divide, "4", "2.5"),
            ("-7", Context::divide_int, "2", "-3"),
            ("-7", Context::remainder, "2", "-1"),
            ("10", Context::remainder_near, "6", "-2"),
            ("2", Context::power, "0.5", "1.414213562373095048801688724"),
            ("4", Context::power, "0.5", "2.000000000000000000000000000"),
            ("2", Context::power, "-2", "0.25"),
            ("1", Context::max, "1.0", "1"),
            ("1", Context::compare, "NaN", "NaN"),
            ("123", Context::rotate, "-1", "3000000000000000000000000012"),
            ("110", Context::logical_xor, "011", "101"),
            ("1", Context::next_toward, "2", "1.000000000000000000000000001"),
        ];
        let mut context = Context::default();
        for (a, operation, b, want) in table {
            let (a, b) = (context.parse(a.as_bytes()).unwrap(), context.parse(b.as_bytes()).unwrap());
            let result = operation(&mut context, &a, &b).unwrap();
            assert_eq!(context.to_sci_string(&result).unwrap(), want);
        }
        assert_eq!(context.flags, Signals::of(&[Signal::Inexact, Signal::Rounded]));
    }

    #[test]
    fn functions_are_correctly_rounded() {
        let mut context = Context::default();
        for (exp, ln, log10, prec) in [
            ("7.38905609893065", "0.693147180559945", "0.301029995663981", 15),
            ("7.389056098930650227230427461", "0.6931471805599453094172321215", "0.3010299956639811952137388947", 28),
        ] {
            context.set_prec(prec).unwrap();
            let two = Decimal::from(2);
            for (result, want) in [(context.exp(&two), exp), (context.ln(&two), ln), (context.log10(&two), log10)] {
                assert_eq!(context.to_sci_string(&result.unwrap()).unwrap(), want);
            }
        }
    }

    #[test]
    fn trapped_signals_become_errors() {
        let mut context = Context::default();
        let error = context.divide(&Decimal::ONE, &Decimal::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "[<class 'decimal.DivisionByZero'>]");
        assert!(context.flags.contains(Signal::DivisionByZero));
        context.clear_traps();
        assert!(context.divide(&Decimal::ONE, &Decimal::ZERO).unwrap().is_infinite());
    }

    #[test]
    fn huge_exponents_and_precisions_end() {
        let mut context = Context::default();
        let huge = context.parse(b"1E+1000000000").unwrap();
        let ten = Decimal::from(10);
        assert_eq!(context.power(&ten, &huge).unwrap_err().to_string(), "[<class 'decimal.Overflow'>]");
        context.set_prec(999_999_999_999_999_999).unwrap();
        assert!(matches!(context.divide(&Decimal::ONE, &Decimal::from(3)), Err(DecimalError::Stop(_))));
        assert!(matches!(context.exp(&Decimal::ONE), Err(DecimalError::Stop(_))));
    }
}
