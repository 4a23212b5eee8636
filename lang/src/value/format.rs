//! From values to text and back: numbers, the format mini-language, templates and quoting (spec 5.2, 5.3).
//!
//! | room | job |
//! |---|---|
//! | [`int_parse`], [`int_text`] | `int(text, base)`; integers as text in bases 2, 8, 10, 16 |
//! | [`float_text`], [`float_hex`] | `float(text)`, `repr(float)`; `float.hex`, `float.fromhex` |
//! | [`float_exact`] | exact rounding, ratios, conversions to and from big integers, true division |
//! | [`float_shape`] | floats with a wished number of digits |
//! | [`spec`], [`layout`], [`present`] | the format mini-language: reading it, placing a number in it, applying it |
//! | [`template`] | the template of `str.format` |
//! | [`percent`], [`percent_apply`] | the template of the `%` operator, and what its conversions write |
//! | [`quote`] | `repr` and `ascii` of text and bytes |
//! | [`scan`] | short numbers in one pass |
//!
//! These rooms are pure: they know text, bytes and numbers, but neither values nor the interpreter, and leave look-ups and
//! calls to others. Text is generalised UTF-8 as in [`super::unicode`].

pub mod float_exact;
pub mod float_hex;
pub mod float_shape;
pub mod float_text;
pub mod int_parse;
pub mod int_text;
pub mod layout;
pub mod percent;
pub mod percent_apply;
pub mod present;
pub mod quote;
pub mod scan;
pub mod spec;
pub mod template;

use std::borrow::Cow;

use num_bigint::BigInt;

use super::interrupt::Stop;

/// Why a conversion failed: the class of the exception and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// `ValueError`.
    Value(Cow<'static, str>),
    /// `TypeError`.
    Type(Cow<'static, str>),
    /// `OverflowError`.
    Overflow(Cow<'static, str>),
    /// `ZeroDivisionError`.
    ZeroDivision(Cow<'static, str>),
    /// The run must end.
    Stop(Stop),
}

impl From<Stop> for Fault {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Fault {
    /// A `ValueError`.
    pub fn value(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Value(text.into())
    }

    /// A `TypeError`.
    pub fn type_error(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Type(text.into())
    }

    /// An `OverflowError`.
    pub fn overflow(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Overflow(text.into())
    }
}

/// An integer that was read: small whenever it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Int {
    /// Fits 64 bits.
    Small(i64),
    /// Does not.
    Big(BigInt),
}

impl From<BigInt> for Int {
    fn from(n: BigInt) -> Self {
        i64::try_from(&n).map_or(Self::Big(n), Self::Small)
    }
}

impl Int {
    /// Borrows it.
    #[must_use]
    pub fn as_ref(&self) -> IntRef<'_> {
        match self {
            Self::Small(n) => IntRef::Small(*n),
            Self::Big(n) => IntRef::Big(n),
        }
    }
}

/// An integer to be shown or computed with.
#[derive(Debug, Clone, Copy)]
pub enum IntRef<'a> {
    /// A small one.
    Small(i64),
    /// Any other.
    Big(&'a BigInt),
}

/// Appends `count` copies of a code point, asking before it takes the memory.
///
/// # Errors
/// A stop of the run.
pub fn fill(out: &mut Vec<u8>, cp: u32, count: usize) -> Result<(), Stop> {
    use super::interrupt::{checkpoint, reserve};
    use super::unicode::wtf8;
    const STEP: usize = 1 << 14;
    if count == 0 {
        return Ok(());
    }
    let bytes = wtf8::len_of(cp).saturating_mul(count);
    reserve(bytes)?;
    out.try_reserve(bytes).map_err(|_| Stop::Memory)?;
    let mut left = count;
    while left > 0 {
        let now = left.min(STEP);
        match u8::try_from(cp) {
            Ok(byte) if byte.is_ascii() => out.resize(out.len() + now, byte),
            _ => (0..now).for_each(|_| wtf8::push(out, cp)),
        }
        checkpoint(now as u64 / 2)?;
        left -= now;
    }
    Ok(())
}
