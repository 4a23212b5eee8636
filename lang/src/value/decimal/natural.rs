//! Natural numbers of any size with operations that can be stopped.
//!
//! `num-bigint` does the work on pieces that take a few milliseconds at most; this module splits everything larger
//! (Karatsuba multiplication, Burnikel–Ziegler division, divide-and-conquer radix conversion), so that
//! [`checkpoint`] is reached often, and asks [`reserve`] before anything of known large size is made.

use std::sync::LazyLock;

use num_bigint::BigUint;
use num_traits::{One, Zero};

use crate::value::interrupt::{Stop, checkpoint, reserve};

/// Products of numbers up to this many bits are left to `num-bigint`.
const MUL_LEAF_BITS: u64 = 256 * 1024;
/// Quotients or divisors up to this many bits are left to `num-bigint`, whose division is quadratic.
const DIV_LEAF_BITS: u64 = 64 * 1024;
/// Dividends up to this many bits are divided by a short number in one go.
const LINEAR_LEAF_BITS: u64 = 32 * 1024 * 1024;
/// Conversions up to this many decimal digits are left to `num-bigint`.
const RADIX_LEAF_DIGITS: u64 = 2048;
/// Powers of ten below this exponent come from a table.
const POW10_TABLE: u64 = 256;

/// 10^0 … 10^38: all powers of ten that fit.
pub(super) static POW10_U128: [u128; 39] = {
    let mut table = [1; 39];
    let mut i = 1;
    while i < table.len() {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

static POW10_BIG: LazyLock<Vec<BigUint>> = LazyLock::new(|| {
    let mut table = vec![BigUint::one()];
    for i in 1..POW10_TABLE as usize {
        table.push(&table[i - 1] * 10u32);
    }
    table
});

/// Asks for the memory of an operation whose result has `bits` bits. Temporaries take about three times as much.
pub(super) fn reserve_bits(bits: u64) -> Result<(), Stop> {
    reserve(usize::try_from(bits / 2 + 32).unwrap_or(usize::MAX))
}

/// Number of 64-bit limbs.
fn limbs(n: &BigUint) -> u64 {
    n.bits() / 64 + 1
}

/// `n << bits`.
pub(super) fn shift_left(n: &BigUint, bits: u64) -> Result<BigUint, Stop> {
    checkpoint(bits / 64 + limbs(n))?;
    reserve_bits(n.bits().saturating_add(bits))?;
    Ok(n << bits)
}

/// `n` split at `bits`: high part and low part.
fn split(n: &BigUint, bits: u64) -> (BigUint, BigUint) {
    let high = n >> bits;
    let low = n - (&high << bits);
    (high, low)
}

/// `a * b`.
pub(super) fn mul(a: &BigUint, b: &BigUint) -> Result<BigUint, Stop> {
    let (short, long) = if a.bits() <= b.bits() { (a, b) } else { (b, a) };
    if long.bits() <= MUL_LEAF_BITS {
        // Between schoolbook and Toom-Cook: about size^1.5 steps.
        checkpoint(limbs(long).saturating_mul(limbs(short).isqrt()))?;
        return Ok(short * long);
    }
    if short.is_zero() {
        return Ok(BigUint::zero());
    }
    reserve_bits(short.bits() + long.bits())?;
    checkpoint(limbs(long))?;
    let half = (long.bits() / 2).next_multiple_of(64);
    let (high, low) = split(long, half);
    if short.bits() <= half {
        let top = mul(&high, short)?;
        return Ok((top << half) + mul(&low, short)?);
    }
    let (short_high, short_low) = split(short, half);
    let top = mul(&high, &short_high)?;
    let bottom = mul(&low, &short_low)?;
    let middle = mul(&(high + low), &(short_high + short_low))? - &top - &bottom;
    checkpoint(limbs(long) * 4)?;
    Ok((((top << half) + middle) << half) + bottom)
}

/// Quotient and remainder. The divisor must not be zero.
pub(super) fn div_rem(a: &BigUint, b: &BigUint) -> Result<(BigUint, BigUint), Stop> {
    if a < b {
        return Ok((BigUint::zero(), a.clone()));
    }
    let quotient_bits = a.bits() - b.bits() + 1;
    if is_leaf_division(quotient_bits, b.bits()) {
        if a.bits() <= LINEAR_LEAF_BITS || quotient_bits < b.bits() {
            return leaf_div_rem(a, b);
        }
        let half = a.bits() / 2;
        let (high, low) = split(a, half);
        let (q_high, rest) = div_rem(&high, b)?;
        let (q_low, remainder) = div_rem(&((rest << half) + low), b)?;
        return Ok(((q_high << half) + q_low, remainder));
    }
    if quotient_bits + 64 < b.bits() {
        return div_rem_short_quotient(a, b, quotient_bits);
    }
    // The dividend is read in digits of the divisor's size, most significant first.
    let size = b.bits();
    let count = a.bits().div_ceil(size);
    let mut quotient = BigUint::zero();
    let mut remainder = BigUint::zero();
    let mut rest = a.clone();
    for i in (0..count).rev() {
        let (digit, low) = split(&rest, i * size);
        rest = low;
        let (q, r) = div_2n_by_n(&((remainder << size) + digit), b, size)?;
        quotient = (quotient << size) + q;
        remainder = r;
        checkpoint(limbs(a))?;
    }
    Ok((quotient, remainder))
}

fn is_leaf_division(quotient_bits: u64, divisor_bits: u64) -> bool {
    quotient_bits.min(divisor_bits) <= 64
        || (quotient_bits / 64).saturating_mul(divisor_bits / 64) <= (DIV_LEAF_BITS / 64).pow(2)
}

fn leaf_div_rem(a: &BigUint, b: &BigUint) -> Result<(BigUint, BigUint), Stop> {
    let steps = (limbs(a) + 1).saturating_sub(limbs(b)).saturating_mul(limbs(b));
    checkpoint(steps.saturating_add(limbs(a)))?;
    let quotient = a / b;
    let remainder = a - &quotient * b;
    Ok((quotient, remainder))
}

/// Division whose quotient is much shorter than the divisor: the leading bits give an estimate that is never too small
/// and at most a few units too large.
fn div_rem_short_quotient(a: &BigUint, b: &BigUint, quotient_bits: u64) -> Result<(BigUint, BigUint), Stop> {
    let drop = b.bits() - quotient_bits - 2;
    let (mut quotient, _) = div_rem(&(a >> drop), &(b >> drop))?;
    let mut product = mul(&quotient, b)?;
    while product > *a {
        checkpoint(limbs(a))?;
        quotient -= 1u32;
        product -= b;
    }
    let remainder = a - product;
    Ok((quotient, remainder))
}

/// `a / b` where `b` has exactly `n` bits and `a < b << n`.
fn div_2n_by_n(a: &BigUint, b: &BigUint, n: u64) -> Result<(BigUint, BigUint), Stop> {
    if n <= DIV_LEAF_BITS || a.bits() <= n + 64 {
        return leaf_div_rem(a, b);
    }
    if n % 2 == 1 {
        let (q, r) = div_2n_by_n(&(a << 1u32), &(b << 1u32), n + 1)?;
        return Ok((q, r >> 1u32));
    }
    checkpoint(limbs(a))?;
    let half = n / 2;
    let (b_high, b_low) = split(b, half);
    let (top, bottom) = split(a, n);
    let (third, fourth) = split(&bottom, half);
    let (q_high, r) = div_3n_by_2n(&top, &third, b, &b_high, &b_low, half)?;
    let (q_low, r) = div_3n_by_2n(&r, &fourth, b, &b_high, &b_low, half)?;
    Ok(((q_high << half) + q_low, r))
}

/// `(top << n + low) / b` with `b = b_high << n + b_low`; the quotient has at most `n` bits.
fn div_3n_by_2n(
    top: &BigUint,
    low: &BigUint,
    b: &BigUint,
    b_high: &BigUint,
    b_low: &BigUint,
    n: u64,
) -> Result<(BigUint, BigUint), Stop> {
    let (mut quotient, rest) = if (top >> n) == *b_high {
        let all_ones = (BigUint::one() << n) - 1u32;
        (all_ones, top - (b_high << n) + b_high)
    } else {
        div_2n_by_n(top, b_high, n)?
    };
    let mut rest = (rest << n) + low;
    let product = mul(&quotient, b_low)?;
    while rest < product {
        quotient -= 1u32;
        rest += b;
    }
    Ok((quotient, rest - product))
}

/// The integer square root, rounded down.
pub(super) fn sqrt(n: &BigUint) -> Result<BigUint, Stop> {
    if n.bits() <= DIV_LEAF_BITS {
        checkpoint(limbs(n).saturating_mul(limbs(n)))?;
        return Ok(n.sqrt());
    }
    // Newton steps on growing prefixes: each doubles the number of correct bits.
    let c = (n.bits() - 1) / 2;
    let mut root = BigUint::one();
    let mut d = 0;
    for shift in (0..64 - c.leading_zeros()).rev() {
        let e = d;
        d = c >> shift;
        let prefix = n >> (2 * c - e - d + 1);
        root = (&root << (d - e - 1)) + div_rem(&prefix, &root)?.0;
    }
    if mul(&root, &root)? > *n {
        root -= 1u32;
    }
    Ok(root)
}

/// `base` to the power `exponent`.
fn pow(base: u32, exponent: u64) -> Result<BigUint, Stop> {
    let mut result = BigUint::one();
    for bit in (0..64 - exponent.leading_zeros()).rev() {
        result = mul(&result, &result)?;
        if exponent >> bit & 1 == 1 {
            result *= base;
        }
    }
    Ok(result)
}

/// 10 to the power `exponent`.
pub(super) fn pow10(exponent: u64) -> Result<BigUint, Stop> {
    if exponent < POW10_TABLE {
        return Ok(POW10_BIG[exponent as usize].clone());
    }
    reserve_bits(exponent.saturating_mul(4))?;
    shift_left(&pow(5, exponent)?, exponent)
}

/// 5 to the power `exponent`.
pub(super) fn pow5(exponent: u64) -> Result<BigUint, Stop> {
    reserve_bits(exponent.saturating_mul(3))?;
    pow(5, exponent)
}

/// `n * 10^exponent`.
pub(super) fn mul_pow10(n: &BigUint, exponent: u64) -> Result<BigUint, Stop> {
    if exponent < POW10_TABLE {
        return mul(n, &POW10_BIG[exponent as usize]);
    }
    mul(n, &pow10(exponent)?)
}

/// `n / 10^exponent` and the remainder.
pub(super) fn div_rem_pow10(n: &BigUint, exponent: u64) -> Result<(BigUint, BigUint), Stop> {
    if exponent < POW10_TABLE {
        return div_rem(n, &POW10_BIG[exponent as usize]);
    }
    div_rem(n, &pow10(exponent)?)
}

/// Number of decimal digits; 1 for zero.
pub(super) fn digits(n: &BigUint) -> Result<u64, Stop> {
    if n.is_zero() {
        return Ok(1);
    }
    // The logarithm from the leading 64 bits is good to far better than this at any possible size. Only next to a
    // power of ten is an exact comparison needed.
    let drop = n.bits().saturating_sub(64);
    let top = (n >> drop).iter_u64_digits().next().unwrap_or(1) as f64;
    let log = top.log10() + drop as f64 * std::f64::consts::LOG10_2;
    let nearest = log.round();
    if (log - nearest).abs() > 1e-4 {
        return Ok(log.floor() as u64 + 1);
    }
    let exponent = nearest as u64;
    Ok(if *n >= pow10(exponent)? { exponent + 1 } else { exponent })
}

/// `n`, which must not be zero, without the decimal zeros at its end, at most `limit` of them, and their number.
pub(super) fn strip_zeros(n: BigUint, limit: u64) -> Result<(BigUint, u64), Stop> {
    // There are no more zeros than there are factors of two.
    let limit = limit.min(n.trailing_zeros().unwrap_or(0));
    strip_factor(n, limit, pow10)
}

/// `n`, which must not be zero, without its factors of five, at most `limit` of them, and their number.
pub(super) fn strip_fives(n: BigUint, limit: u64) -> Result<(BigUint, u64), Stop> {
    strip_factor(n, limit, pow5)
}

/// Divides by growing, then shrinking powers for as long as nothing remains.
fn strip_factor(mut n: BigUint, limit: u64, power: fn(u64) -> Result<BigUint, Stop>) -> Result<(BigUint, u64), Stop> {
    let mut stripped = 0;
    let mut step = 1;
    let mut growing = true;
    while step > 0 {
        let divides = step <= limit - stripped && {
            let (q, r) = div_rem(&n, &power(step)?)?;
            let exact = r.is_zero();
            if exact {
                n = q;
                stripped += step;
            }
            exact
        };
        growing &= divides;
        step = if growing { step * 2 } else { step / 2 };
    }
    Ok((n, stripped))
}

/// Appends the decimal digits of `n`.
pub(super) fn write_digits(n: &BigUint, out: &mut String) -> Result<(), Stop> {
    let count = digits(n)?;
    reserve(usize::try_from(count).unwrap_or(usize::MAX))?;
    if count <= RADIX_LEAF_DIGITS {
        checkpoint(limbs(n) * limbs(n))?;
        out.push_str(&n.to_str_radix(10));
        return Ok(());
    }
    // powers[i] = 10^(leaf << i): the splitting points.
    let mut powers = vec![pow10(RADIX_LEAF_DIGITS)?];
    while let Some(last) = powers.last()
        && last.bits() * 2 <= n.bits() + 1
    {
        powers.push(mul(last, last)?);
    }
    write_split(n, &powers, false, out)
}

/// Writes `n < 10^(leaf << powers.len())`, with leading zeros to that width when `pad` is set.
fn write_split(n: &BigUint, powers: &[BigUint], pad: bool, out: &mut String) -> Result<(), Stop> {
    let Some((power, smaller)) = powers.split_last() else {
        checkpoint(limbs(n) * limbs(n))?;
        let text = n.to_str_radix(10);
        if pad {
            let zeros = (RADIX_LEAF_DIGITS as usize).saturating_sub(text.len());
            out.extend(std::iter::repeat_n('0', zeros));
        }
        out.push_str(&text);
        return Ok(());
    };
    let (high, low) = div_rem(n, power)?;
    if high.is_zero() && !pad {
        return write_split(&low, smaller, false, out);
    }
    write_split(&high, smaller, pad, out)?;
    write_split(&low, smaller, true, out)
}

/// The number written by ASCII decimal `digits`.
pub(super) fn parse_digits(digits: &[u8]) -> Result<BigUint, Stop> {
    let count = digits.len() as u64;
    if count <= RADIX_LEAF_DIGITS {
        checkpoint(count * count / 256 + 1)?;
        return Ok(BigUint::parse_bytes(digits, 10).unwrap_or_default());
    }
    let mut parts: Vec<BigUint> = Vec::new();
    for chunk in digits.rchunks(RADIX_LEAF_DIGITS as usize) {
        parts.push(parse_digits(chunk)?);
    }
    // Neighbours are joined until one number is left; the least significant part comes first.
    let mut power = pow10(RADIX_LEAF_DIGITS)?;
    while parts.len() > 1 {
        let mut joined = Vec::with_capacity(parts.len().div_ceil(2));
        for pair in parts.chunks(2) {
            joined.push(match pair {
                [low, high] => mul(high, &power)? + low,
                _ => pair.iter().sum(),
            });
        }
        parts = joined;
        if parts.len() > 1 {
            power = mul(&power, &power)?;
        }
    }
    Ok(parts.pop().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number of about `bits` bits without obvious structure.
    fn sample(bits: u64, seed: u32) -> BigUint {
        let mut n = BigUint::from(seed);
        while n.bits() < bits {
            n = &n * &n + 12345u32;
        }
        let excess = n.bits() - bits;
        n >> excess
    }

    #[test]
    fn large_products_and_quotients_agree() {
        for (x, y) in [(300_000, 290_000), (900_000, 70_000), (700_001, 350_003), (600_000, 10)] {
            let (a, b) = (sample(x, 7), sample(y, 11));
            let product = mul(&a, &b).unwrap();
            assert_eq!(product, &a * &b);
            let (q, r) = div_rem(&(&product + &b - 1u32), &b).unwrap();
            assert_eq!((q, r), (a.clone(), &b - 1u32));
            let (q, r) = div_rem(&a, &b).unwrap();
            assert_eq!(&q * &b + &r, a);
            assert!(r < b);
        }
    }

    #[test]
    fn roots_and_radix_conversion_of_large_numbers() {
        let n = sample(200_003, 5);
        let root = sqrt(&n).unwrap();
        assert!(&root * &root <= n && (&root + 1u32) * (&root + 1u32) > n);
        let mut text = String::new();
        write_digits(&n, &mut text).unwrap();
        assert_eq!(text, n.to_str_radix(10));
        assert_eq!(parse_digits(text.as_bytes()).unwrap(), n);
        assert_eq!(digits(&n).unwrap(), text.len() as u64);
        let power = pow10(5000).unwrap();
        assert_eq!(digits(&power).unwrap(), 5001);
        assert_eq!(digits(&(&power - 1u32)).unwrap(), 5000);
        let mut text = String::new();
        write_digits(&power, &mut text).unwrap();
        assert_eq!(text, format!("1{}", "0".repeat(5000)));
        assert_eq!(strip_zeros(power * 7u32, u64::MAX).unwrap(), (BigUint::from(7u32), 5000));
    }
}
