//! Hashes of values: those of numbers are CPython's (equal numbers of different types hash alike), those of text are
//! seeded once per thread so that payloads cannot be made to collide.

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher};

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::exceptions::type_error;
use super::{R, Value};

/// Python's modulus for hashes of numbers: 2^61 - 1.
const MODULUS: u64 = (1 << 61) - 1;

thread_local! {
    static SEED: Cell<u64> = const { Cell::new(0) };
}

fn seed() -> u64 {
    let known = SEED.get();
    if known != 0 {
        return known;
    }
    let made = std::hash::RandomState::new().build_hasher().finish() | 1;
    SEED.set(made);
    made
}

/// The hash of a text.
#[inline]
#[must_use]
pub fn hash_text(text: &[u8]) -> u64 {
    let mut hasher = foldhash::fast::FixedState::with_seed(seed()).build_hasher();
    hasher.write(text);
    hasher.finish()
}

/// The hash under which a table files a value.
///
/// # Errors
/// `TypeError` for mutable containers.
#[inline]
pub fn hash_value(value: &Value) -> R<u64> {
    match value {
        Value::Int(n) => Ok(hash_int(*n).cast_unsigned()),
        Value::Short(s) => Ok(hash_text(s.bytes())),
        Value::Str(s) => Ok(s.hash_with(hash_text)),
        _ => Ok(python_hash(value)?.cast_unsigned()),
    }
}

/// `hash(value)`.
///
/// # Errors
/// `TypeError` for mutable containers.
pub fn python_hash(value: &Value) -> R<i64> {
    Ok(match value {
        Value::Unbound | Value::None => 0x0FCA_86A5,
        Value::Ellipsis => 0x0E11_1905,
        Value::NotImplemented => 0x0A0B_0C0D,
        Value::Bool(b) => i64::from(*b),
        Value::Int(n) => hash_int(*n),
        Value::Big(n) => hash_big(n.get()),
        Value::Float(x) => hash_float(*x),
        Value::Short(s) => hash_text(s.bytes()).cast_signed(),
        Value::Str(s) => s.hash_with(hash_text).cast_signed(),
        Value::Bytes(b) => hash_text(b.bytes()).cast_signed(),
        Value::Tuple(t) => hash_sequence(&t.items)?,
        Value::Set(s) if s.frozen => {
            let items = s.items.borrow();
            let mut hash = 0u64;
            for (_, h, ()) in items.iter_hashed() {
                hash ^= (h ^ (h << 16) ^ 89_869_747).wrapping_mul(3_644_798_167);
            }
            hash ^= (items.len() as u64 + 1).wrapping_mul(1_927_868_237);
            hash ^= (hash >> 11) ^ (hash >> 25);
            hash = hash.wrapping_mul(69_069).wrapping_add(907_133_923);
            if hash == u64::MAX { 590_923_713 } else { hash.cast_signed() }
        }
        Value::Range(r) => {
            let some = |v: &Value, least: i64| {
                if matches!(r.len, Value::Int(n) if n < least) { Value::None } else { v.clone() }
            };
            hash_sequence(&[r.len.clone(), some(&r.start, 1), some(&r.step, 2)])?
        }
        Value::Decimal(d) => {
            let hash = d.hash().map_err(super::exceptions::decimal::raise)?;
            hash.unwrap_or_else(|| value.identity().unwrap_or(0) as i64)
        }
        Value::DateTime(d) => fold(d.hash_key()),
        Value::Date(d) => hash_of(&d.0),
        Value::Time(t) => fold(t.hash_key()),
        Value::Delta(d) => hash_of(&d.0),
        Value::Zone(z) => fold(z.hash_key()),
        Value::Builtin(b) => std::ptr::from_ref(*b) as i64,
        Value::Type(t) => std::ptr::from_ref(*t) as i64,
        Value::Module(m) => std::ptr::from_ref(*m) as i64,
        Value::Method(m) => (m.receiver.identity().unwrap_or(0) as i64) ^ (std::ptr::from_ref(m.method) as i64),
        Value::Native(n) => match n.object.hash() {
            Some(hash) => hash?,
            None => value.identity().unwrap_or(0) as i64,
        },
        Value::Function(_)
        | Value::Iter(_)
        | Value::Generator(_)
        | Value::Exception(_)
        | Value::Message(_)
        | Value::Cell(_) => value.identity().unwrap_or(0) as i64,
        // Values can be equal to nothing but themselves.
        Value::View(view) if view.part == super::iter::Part::Values => value.identity().unwrap_or(0) as i64,
        Value::ByteArray(_)
        | Value::List(_)
        | Value::Dict(_)
        | Value::Set(_)
        | Value::Slice(_)
        | Value::View(_)
        | Value::Entity(_)
        | Value::MultiMap(_) => return Err(type_error(format!("unhashable type: '{}'", value.type_of().qualified()))),
    })
}

fn fold(hash: u64) -> i64 {
    hash.cast_signed()
}

fn hash_of(value: &impl std::hash::Hash) -> i64 {
    foldhash::fast::FixedState::with_seed(seed()).hash_one(value).cast_signed()
}

/// Python's hash of a tuple's elements.
fn hash_sequence(items: &[Value]) -> R<i64> {
    const P1: u64 = 11_400_714_785_074_694_791;
    const P2: u64 = 14_029_467_366_897_019_727;
    const P5: u64 = 2_870_177_450_012_600_261;
    let mut acc = P5;
    for item in items {
        super::interrupt::checkpoint(2)?;
        let lane = stacker::maybe_grow(32 * 1024, 256 * 1024, || python_hash(item))?.cast_unsigned();
        acc = acc.wrapping_add(lane.wrapping_mul(P2)).rotate_left(31).wrapping_mul(P1);
    }
    acc = acc.wrapping_add((items.len() as u64) ^ (P5 ^ 3_527_539));
    Ok(if acc == u64::MAX { 1_546_275_796 } else { acc.cast_signed() })
}

/// Python's hash of an int that fits 64 bits.
#[inline]
#[must_use]
pub fn hash_int(n: i64) -> i64 {
    let reduced = (n.unsigned_abs() % MODULUS).cast_signed();
    let signed = if n < 0 { -reduced } else { reduced };
    if signed == -1 { -2 } else { signed }
}

/// Python's hash of an int.
#[must_use]
pub fn hash_big(n: &BigInt) -> i64 {
    let reduced = (n.magnitude() % MODULUS).to_i64().unwrap_or(0);
    let signed = if n.sign() == Sign::Minus { -reduced } else { reduced };
    if signed == -1 { -2 } else { signed }
}

/// Python's hash of a float: that of the equal int, or of the fraction modulo 2^61 - 1.
#[must_use]
pub fn hash_float(x: f64) -> i64 {
    if x.is_infinite() {
        return if x > 0.0 { 314_159 } else { -314_159 };
    }
    if x.is_nan() {
        return 0;
    }
    let (mut mantissa, mut exponent) = frexp(x.abs());
    let mut hash: u64 = 0;
    while mantissa != 0.0 {
        hash = ((hash << 28) & MODULUS) | (hash >> (61 - 28));
        mantissa *= 268_435_456.0;
        exponent -= 28;
        let digit = mantissa as u64;
        mantissa -= digit as f64;
        hash += digit;
        if hash >= MODULUS {
            hash -= MODULUS;
        }
    }
    let shift = exponent.rem_euclid(61).unsigned_abs();
    if shift > 0 {
        hash = ((hash << shift) & MODULUS) | (hash >> (61 - shift));
    }
    let signed = if x < 0.0 { -hash.cast_signed() } else { hash.cast_signed() };
    if signed == -1 { -2 } else { signed }
}

/// Splits a finite, non-negative float into a fraction in `[0.5, 1)` and a power of two.
#[must_use]
pub fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7FF) as i32;
    if exponent == 0 {
        let (fraction, e) = frexp(x * 18_014_398_509_481_984.0);
        return (fraction, e - 54);
    }
    (f64::from_bits((bits & !(0x7FF << 52)) | (1022 << 52)), exponent - 1022)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_hash_as_in_cpython() {
        for (x, hash) in [(0.5, 1_152_921_504_606_846_976), (1e300, 1_224_995_262_755_759_164), (-1.0, -2), (3.0, 3)] {
            assert_eq!(hash_float(x), hash, "{x}");
        }
        assert_eq!(hash_int(i64::MIN), -4);
        assert_eq!(hash_int(-1), -2);
        assert_eq!(hash_big(&(BigInt::from(1) << 100)), 1 << 39);
    }
}
