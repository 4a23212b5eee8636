//! Decimals from and to integers, floats, tuples and ratios; comparison operators; hash.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::One;

use super::coefficient::{Coefficient, Lost};
use super::context::{Context, Rounding};
use super::natural;
use super::number::{Decimal, Kind};
use super::parse::exact;
use super::quantize::{quantize_to, rescale};
use super::rounding::{finalize, invalid, nan_result};
use super::signals::{DecimalError, Signal, Status};
use super::text::{Notation, to_text};
use crate::value::interrupt::{Stop, checkpoint, reserve};

/// The prime of Python's numeric hash, 2^61 - 1.
const HASH_MODULUS: u64 = (1 << 61) - 1;
/// The hash of positive infinity.
const HASH_INFINITY: i64 = 314_159;
/// More digits than any border between two doubles has.
const FLOAT_DIGITS: u64 = 800;

/// The third element of a decimal tuple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TupleExponent {
    /// The exponent of a finite number.
    Finite(i64),
    /// `'F'`.
    Infinity,
    /// `'n'`.
    QuietNan,
    /// `'N'`.
    SignalingNan,
}

impl From<i64> for Decimal {
    fn from(n: i64) -> Self {
        Self::finite(n < 0, Coefficient::from(n.unsigned_abs()), 0)
    }
}

impl Decimal {
    /// The decimal of an integer, exact.
    ///
    /// # Errors
    /// A stop.
    pub fn from_int(n: &BigInt) -> Result<Self, Stop> {
        Ok(Self::finite(n.sign() == Sign::Minus, Coefficient::from_big(n.magnitude().clone())?, 0))
    }

    /// The decimal of a float, exact: `Decimal.from_float`.
    ///
    /// # Errors
    /// A stop.
    pub fn from_float(x: f64) -> Result<Self, Stop> {
        if x.is_nan() {
            return Ok(Self::nan());
        }
        let negative = x.is_sign_negative();
        if x.is_infinite() {
            return Ok(Self::infinity(negative));
        }
        let bits = x.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) = match bits >> 52 & 0x7ff {
            0 => (fraction, -1074),
            biased => (fraction | 1 << 52, biased as i64 - 1075),
        };
        if mantissa == 0 {
            return Ok(Self::zero(negative, 0));
        }
        let twos = i64::from(mantissa.trailing_zeros());
        let (odd, exponent) = (BigUint::from(mantissa >> twos), exponent + twos);
        let places = exponent.unsigned_abs();
        if exponent >= 0 {
            return Ok(Self::finite(negative, Coefficient::from_big(odd << places)?, 0));
        }
        // m / 2^k = m * 5^k / 10^k
        let coefficient = Coefficient::from_big(odd * natural::pow5(places)?)?;
        Ok(Self::finite(negative, coefficient, exponent))
    }

    /// Sign, digits and exponent: `as_tuple()`.
    ///
    /// # Errors
    /// A stop.
    pub fn as_tuple(&self) -> Result<(bool, Vec<u8>, TupleExponent), Stop> {
        let mut text = String::new();
        let exponent = match self.kind {
            Kind::Finite => TupleExponent::Finite(self.exponent),
            Kind::Infinity => TupleExponent::Infinity,
            Kind::QuietNan => TupleExponent::QuietNan,
            Kind::SignalingNan => TupleExponent::SignalingNan,
        };
        if !(self.is_nan() && self.coefficient.is_zero()) {
            self.coefficient.write_digits(&mut text)?;
        }
        let digits = text.bytes().map(|digit| digit - b'0').collect();
        Ok((self.negative, digits, exponent))
    }

    /// The integer to which `rounding` brings the number: `int` ([`Rounding::Down`]), `math.floor`, `math.ceil`,
    /// `round` ([`Rounding::HalfEven`]).
    ///
    /// # Errors
    /// `ValueError` for NaNs, `OverflowError` for infinities, a stop.
    pub fn to_int(&self, rounding: Rounding) -> Result<BigInt, DecimalError> {
        if self.is_nan() {
            return Err(DecimalError::Value("cannot convert NaN to integer".into()));
        }
        if self.is_infinite() {
            return Err(DecimalError::Overflow("cannot convert Infinity to integer".into()));
        }
        let integer = rescale(self, 0, rounding)?;
        Ok(signed(self.negative, integer.coefficient.to_big().into_owned()))
    }

    /// The nearest float, correctly rounded.
    ///
    /// # Errors
    /// `ValueError` for a signaling NaN; a stop.
    pub fn to_float(&self) -> Result<f64, DecimalError> {
        match self.kind {
            Kind::SignalingNan => return Err(DecimalError::Value("cannot convert signaling NaN to float".into())),
            Kind::QuietNan => return Ok(f64::NAN.copysign(if self.negative { -1.0 } else { 1.0 })),
            Kind::Finite | Kind::Infinity => {}
        }
        let mut number = self.clone();
        let excess = self.coefficient.digits().saturating_sub(FLOAT_DIGITS);
        if self.is_finite() && excess > 0 {
            let (cut, lost) = self.coefficient.shifted_right(excess)?;
            // One more digit tells on which side of a border the rest lies.
            let sticky = Coefficient::from(u64::from(lost != Lost::Nothing));
            number.coefficient = cut.shifted_left(1)?.add(&sticky)?;
            number.exponent += excess as i64 - 1;
        }
        let text = to_text(&number, Notation::Exponent(1), false)?;
        Ok(text.parse().unwrap_or(f64::NAN))
    }

    /// Numerator and denominator in lowest terms.
    ///
    /// # Errors
    /// `ValueError` for NaNs, `OverflowError` for infinities, a stop.
    pub fn as_integer_ratio(&self) -> Result<(BigInt, BigInt), DecimalError> {
        if self.is_nan() {
            return Err(DecimalError::Value("cannot convert NaN to integer ratio".into()));
        }
        if self.is_infinite() {
            return Err(DecimalError::Overflow("cannot convert Infinity to integer ratio".into()));
        }
        if self.is_zero() {
            return Ok((BigInt::ZERO, BigInt::one()));
        }
        if self.exponent >= 0 {
            return Ok((self.to_int(Rounding::Down)?, BigInt::one()));
        }
        // The denominator 10^k has only the factors two and five.
        let k = self.exponent.unsigned_abs();
        let n = self.coefficient.to_big().into_owned();
        let twos = n.trailing_zeros().unwrap_or(0).min(k);
        let (n, fives) = natural::strip_fives(n >> twos, k)?;
        let denominator = natural::shift_left(&natural::pow5(k - fives)?, k - twos)?;
        Ok((signed(self.negative, n), BigInt::from(denominator)))
    }

    /// Python's hash, equal for equal numbers of any type. `None` for a quiet NaN, which hashes by identity.
    ///
    /// # Errors
    /// `TypeError` for a signaling NaN; a stop.
    pub fn hash(&self) -> Result<Option<i64>, DecimalError> {
        let magnitude = match self.kind {
            Kind::SignalingNan => return Err(DecimalError::Type("Cannot hash a signaling NaN value".into())),
            Kind::QuietNan => return Ok(None),
            Kind::Infinity => HASH_INFINITY,
            Kind::Finite => {
                checkpoint(self.coefficient.digits() / 16)?;
                let coefficient = self.coefficient.rem_u64(HASH_MODULUS);
                // 10^(p - 2) is the inverse of ten.
                let base = if self.exponent >= 0 { 10 } else { hash_power(10, HASH_MODULUS - 2) };
                hash_product(coefficient, hash_power(base, self.exponent.unsigned_abs())) as i64
            }
        };
        let hash = if self.negative { -magnitude } else { magnitude };
        Ok(Some(if hash == -1 { -2 } else { hash }))
    }
}

const fn hash_product(a: u64, b: u64) -> u64 {
    (a as u128 * b as u128 % HASH_MODULUS as u128) as u64
}

const fn hash_power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = hash_product(result, base);
        }
        base = hash_product(base, base);
        exponent >>= 1;
    }
    result
}

fn signed(negative: bool, magnitude: BigUint) -> BigInt {
    BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, magnitude)
}

/// The numeric string of a tuple.
fn tuple_text(negative: bool, digits: &[u8], exponent: TupleExponent) -> Result<String, DecimalError> {
    if digits.iter().any(|&digit| digit > 9) {
        return Err(DecimalError::Value("coefficient must be a tuple of digits".into()));
    }
    reserve(digits.len())?;
    checkpoint(digits.len() as u64)?;
    let sign = if negative { "-" } else { "" };
    let digits: String = digits.iter().map(|&digit| char::from(b'0' + digit)).collect();
    Ok(match exponent {
        TupleExponent::Infinity => format!("{sign}Infinity"),
        TupleExponent::QuietNan => format!("{sign}NaN{digits}"),
        TupleExponent::SignalingNan => format!("{sign}sNaN{digits}"),
        TupleExponent::Finite(exponent) if digits.is_empty() => format!("{sign}0E{exponent}"),
        TupleExponent::Finite(exponent) => format!("{sign}{digits}E{exponent}"),
    })
}

impl Context {
    /// `Decimal((sign, digits, exponent))`, exact. Every digit must be below ten.
    ///
    /// # Errors
    /// `ValueError` for digits that are none; `InvalidOperation` if trapped; a stop.
    pub fn from_tuple(
        &mut self,
        negative: bool,
        digits: &[u8],
        exponent: TupleExponent,
    ) -> Result<Decimal, DecimalError> {
        let text = tuple_text(negative, digits, exponent)?;
        self.run(|_, status| exact(text.as_bytes(), status))
    }

    /// `create_decimal((sign, digits, exponent))`: as [`Self::from_tuple`], rounded to this context.
    ///
    /// # Errors
    /// `ValueError` for digits that are none; trapped signals; a stop.
    pub fn create_decimal_from_tuple(
        &mut self,
        negative: bool,
        digits: &[u8],
        exponent: TupleExponent,
    ) -> Result<Decimal, DecimalError> {
        let text = tuple_text(negative, digits, exponent)?;
        self.create_decimal(text.as_bytes())
    }

    /// `create_decimal(number)` for a number that is exact already: rounds it to this context.
    ///
    /// # Errors
    /// Trapped signals; a stop.
    pub fn create_decimal_from(&mut self, number: &Decimal) -> Result<Decimal, DecimalError> {
        self.run(|context, status| {
            let payload_limit = context.prec - u64::from(context.clamp);
            if number.is_nan() && !number.coefficient.is_zero() && number.coefficient.digits() > payload_limit {
                return Ok(invalid(Status::CONVERSION_SYNTAX, status));
            }
            finalize(number.clone(), context, status)
        })
    }

    /// Records that a float met a decimal where that is allowed: the constructor, `create_decimal`, `<` and its like.
    ///
    /// # Errors
    /// `FloatOperation` if trapped.
    pub fn float_operation(&mut self) -> Result<(), DecimalError> {
        self.raise(Status::FLOAT_OPERATION)
    }

    /// As [`Self::float_operation`] for `==` and `!=`, which never raise it.
    pub const fn float_equality(&mut self) {
        self.flags.set(Signal::FloatOperation, true);
    }

    /// `a == b`.
    ///
    /// # Errors
    /// `InvalidOperation` for a signaling NaN if trapped; a stop.
    pub fn equals(&mut self, a: &Decimal, b: &Decimal) -> Result<bool, DecimalError> {
        if a.is_nan() || b.is_nan() {
            self.run(|context, status| nan_result(&[a, b], context, status))?;
            return Ok(false);
        }
        Ok(a.cmp_value(b)?.is_eq())
    }

    /// The order for `<`, `<=`, `>`, `>=`; `None` if a NaN takes part and `InvalidOperation` is not trapped, in which
    /// case all four are false.
    ///
    /// # Errors
    /// `InvalidOperation` for a NaN if trapped; a stop.
    pub fn order(&mut self, a: &Decimal, b: &Decimal) -> Result<Option<Ordering>, DecimalError> {
        if a.is_nan() || b.is_nan() {
            self.raise(Status::INVALID_OPERATION)?;
            return Ok(None);
        }
        Ok(Some(a.cmp_value(b)?))
    }

    /// `round(number, places)`.
    ///
    /// # Errors
    /// Trapped signals; a stop.
    pub fn round(&mut self, number: &Decimal, places: i64) -> Result<Decimal, DecimalError> {
        self.run(|context, status| {
            if let Some(nan) = nan_result(&[number], context, status)? {
                return Ok(nan);
            }
            if number.is_infinite() {
                return Ok(invalid(Status::INVALID_OPERATION, status));
            }
            quantize_to(number, places.checked_neg().unwrap_or(i64::MAX), context, status)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Context::default().parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn floats_are_exact_one_way_and_nearest_the_other() {
        let context = Context::default();
        for (x, want) in [
            (0.1, "0.1000000000000000055511151231257827021181583404541015625"),
            (-0.0, "-0"),
            (1e23, "99999999999999991611392"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            let exact = Decimal::from_float(x).unwrap();
            assert_eq!(context.to_sci_string(&exact).unwrap(), want);
            assert_eq!(exact.to_float().unwrap().to_bits(), x.to_bits());
        }
        // The middle between two floats goes to the even one, anything more to the upper.
        let middle = "9007199254740993";
        assert_eq!(number(middle).to_float().unwrap(), 9_007_199_254_740_992.0);
        let above = format!("{middle}.{}1", "0".repeat(1000));
        assert_eq!(number(&above).to_float().unwrap(), 9_007_199_254_740_994.0);
        assert!(number("sNaN").to_float().is_err());
    }

    #[test]
    fn integers_ratios_hashes() {
        for (text, floor, ratio, hash) in [
            ("-1.25", "-2", "-5/4", -576_460_752_303_423_489),
            ("1E+3", "1000", "1000/1", 1000),
            ("0.0", "0", "0/1", 0),
            ("-1", "-1", "-1/1", -2),
            ("0.1", "0", "1/10", 2_075_258_708_292_324_556),
        ] {
            let n = number(text);
            assert_eq!(n.to_int(Rounding::Floor).unwrap().to_string(), floor);
            let (numerator, denominator) = n.as_integer_ratio().unwrap();
            assert_eq!(format!("{numerator}/{denominator}"), ratio);
            assert_eq!(n.hash().unwrap(), Some(hash), "{text}");
        }
        assert_eq!(number("-Infinity").hash().unwrap(), Some(-314_159));
        assert_eq!(number("NaN").hash().unwrap(), None);
        let error = number("NaN").to_int(Rounding::Down).unwrap_err();
        assert_eq!(error.to_string(), "cannot convert NaN to integer");
    }
}
