//! Seeding, and the state of a generator.

use num_bigint::{BigInt, Sign};
use sha2::{Digest, Sha512};

use super::Generator;
use super::twister::{SIZE, Twister};
use crate::builtins::{iterate, repr, subscript};
use crate::modules::entropy;
use crate::value::exceptions::{type_error, value_error};
use crate::value::hash::python_hash;
use crate::value::interrupt::checkpoint;
use crate::value::number::IntView;
use crate::value::unicode::wtf8;
use crate::value::{Cx, R, Value};

/// What an unseeded generator starts from: the operating system's randomness, or the seed of the run.
///
/// # Errors
/// `OSError` if the operating system has none.
pub(super) fn unpredictable(cx: &mut Cx<'_>) -> R<Twister> {
    let mut bytes = [0; 32];
    entropy::fill(cx, &mut bytes)?;
    Ok(Twister::from_int(&BigInt::from_bytes_le(Sign::Plus, &bytes)))
}

pub(super) fn seed(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let (value, version) = (&a[0], IntView::of(&a[1]));
    let version = match version {
        Some(IntView::Small(n)) => n,
        _ => 0,
    };
    let data = match value {
        Value::ByteArray(_) if version != 2 => return Err(type_error("unhashable type: 'bytearray'")),
        _ => value.byte_data(),
    };
    let twister = match (value, value.text_bytes(), data) {
        (Value::None, ..) => unpredictable(cx)?,
        (_, Some(text), _) if version == 1 => {
            checkpoint(text.len() as u64)?;
            Twister::from_int(&first_version(wtf8::code_points(text)).into())
        }
        (_, _, Some(bytes)) if version == 1 => {
            checkpoint(bytes.len() as u64)?;
            Twister::from_int(&first_version(bytes.iter().map(|b| u32::from(*b))).into())
        }
        (_, Some(_), _) if version == 2 => {
            let bytes =
                crate::builtins::str::codec::encode(value.text_bytes().unwrap_or_default(), b"utf-8", b"strict")?;
            Twister::from_int(&second_version(&bytes)?)
        }
        (_, _, Some(bytes)) if version == 2 => Twister::from_int(&second_version(&bytes)?),
        (Value::Float(_), ..) | (_, Some(_), _) | (_, _, Some(_)) => {
            Twister::from_int(&BigInt::from(python_hash(value)?.cast_unsigned()))
        }
        _ => match IntView::of(value) {
            Some(n) => Twister::from_int(&n.to_big()),
            None => {
                return Err(type_error(
                    "The only supported seed types are: None,\nint, float, str, bytes, and bytearray.",
                ));
            }
        },
    };
    *own.twister.borrow_mut() = twister;
    own.gauss.set(None);
    Ok(Value::None)
}

/// The seed that version 1 makes of text: the hash function of old Pythons.
fn first_version(characters: impl Iterator<Item = u32>) -> u64 {
    let (mut hash, mut count) = (0u64, 0u64);
    for c in characters {
        if count == 0 {
            hash = u64::from(c) << 7;
        }
        hash = hash.wrapping_mul(1_000_003) ^ u64::from(c);
        count += 1;
    }
    hash ^ count
}

/// The seed that version 2 makes of text: the bytes and their SHA-512 as one number.
fn second_version(bytes: &[u8]) -> R<BigInt> {
    checkpoint(bytes.len() as u64 * 4)?;
    let mut all = bytes.to_vec();
    all.extend_from_slice(&Sha512::digest(bytes));
    Ok(BigInt::from_bytes_be(Sign::Plus, &all))
}

pub(super) fn get_state(_: &mut Cx<'_>, own: &Generator, _: &[Value]) -> R {
    let twister = own.twister.borrow();
    let (words, next) = twister.state();
    let words = words.iter().map(|word| Value::Int(i64::from(*word))).chain([Value::size(next)]);
    let gauss = own.gauss.get().map_or(Value::None, Value::Float);
    Ok(Value::tuple([Value::Int(3), Value::tuple(words), gauss]))
}

pub(super) fn set_state(cx: &mut Cx<'_>, own: &Generator, a: &[Value]) -> R {
    let version = subscript::get(cx, &a[0], &Value::Int(0))?;
    let number = match IntView::of(&version) {
        Some(IntView::Small(n @ (2 | 3))) => n,
        _ => {
            let version = repr::str(cx, &version)?.to_display();
            return Err(value_error(format!("state with version {version} passed to Random.setstate() of version 3")));
        }
    };
    let parts = iterate::collect(cx, &a[0])?;
    let [_, state, gauss] = &parts[..] else {
        return Err(value_error(match parts.len() {
            few @ 0..3 => format!("not enough values to unpack (expected 3, got {few})"),
            _ => "too many values to unpack (expected 3)".to_owned(),
        }));
    };
    let Value::Tuple(state) = state else { return Err(type_error("state vector must be a tuple")) };
    if state.items.len() != SIZE + 1 {
        return Err(value_error("state vector is the wrong size"));
    }
    let mut words = [0; SIZE];
    for (word, value) in words.iter_mut().zip(state.items.iter()) {
        *word = match IntView::of(value) {
            Some(IntView::Small(n)) if number == 2 => n as u32,
            Some(IntView::Small(n)) => u32::try_from(n).map_err(|_| {
                crate::value::exceptions::overflow_error("can't convert negative value to unsigned int")
            })?,
            _ => return Err(type_error("an integer is required")),
        };
    }
    let next = match state.items.last().and_then(IntView::of) {
        Some(IntView::Small(n)) => usize::try_from(n).ok(),
        _ => None,
    };
    let twister = next.and_then(|next| Twister::from_state(words, next)).ok_or_else(|| value_error("invalid state"))?;
    *own.twister.borrow_mut() = twister;
    own.gauss.set(match gauss {
        Value::Float(x) => Some(*x),
        _ => None,
    });
    Ok(Value::None)
}
