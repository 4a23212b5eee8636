//! Bytes to values.

use super::format::{Field, Format, Kind, Order};
use super::{error, half};
use crate::builtins::bytes::args::bytes;
use crate::value::exceptions::{Raise, SYSTEM_ERROR};
use crate::value::interrupt::checkpoint;
use crate::value::{HVec, R, Tuple, Value};
use num_bigint::BigInt;

/// The values in bytes of exactly the length of the format.
///
/// # Errors
/// `struct.error` for another length, `TypeError` for what is not bytes.
pub fn exactly(format: &Format, buffer: &Value) -> R {
    let data = bytes(buffer)?;
    if data.len() != format.size {
        return Err(error(format!("unpack requires a buffer of {} bytes", format.size)));
    }
    record(format, &data)
}

/// The values in a part of some bytes.
///
/// # Errors
/// `struct.error` if the part leaves the bytes, `TypeError` for what is not bytes.
pub fn from(format: &Format, buffer: &Value, offset: i64) -> R {
    let data = bytes(buffer)?;
    let (size, len) = (format.size, data.len());
    let at = match usize::try_from(offset) {
        Ok(at) => at,
        Err(_) => {
            let back = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            if back < size {
                return Err(error(format!("not enough data to unpack {size} bytes at offset {offset}")));
            }
            len.checked_sub(back).ok_or_else(|| error(format!("offset {offset} out of range for {len}-byte buffer")))?
        }
    };
    match data.get(at..).and_then(|rest| rest.get(..size)) {
        Some(part) => record(format, part),
        None => Err(error(format!(
            "unpack_from requires a buffer of at least {} bytes for unpacking {size} bytes at offset {at} (actual buffer size is {len})",
            at.saturating_add(size)
        ))),
    }
}

/// The values of one record, whose length is that of the format.
///
/// # Errors
/// `SystemError` for a Pascal string without room for its length; a limit.
pub fn record(format: &Format, data: &[u8]) -> R {
    let mut values = HVec::new();
    for field in &format.fields {
        for n in 0..field.count {
            checkpoint(4)?;
            let at = field.offset + n * field.size;
            values.push(get(data.get(at..at + field.size).unwrap_or_default(), field, format.order)?);
        }
    }
    Ok(Value::Tuple(Tuple::new(values)))
}

/// Reads one value of a field.
fn get(place: &[u8], field: &Field, order: Order) -> R {
    Ok(match field.kind {
        Kind::Pad => Value::None,
        Kind::Char | Kind::Bytes => Value::bytes(place),
        Kind::Bool => Value::Bool(place.iter().any(|byte| *byte != 0)),
        Kind::Pascal => match place.split_first() {
            Some((len, rest)) => Value::bytes(rest.get(..usize::from(*len)).unwrap_or(rest)),
            None => return Err(Raise::new(&SYSTEM_ERROR, "Negative size passed to PyBytes_FromStringAndSize")),
        },
        Kind::Signed => {
            // Shifting up and down again spreads the sign.
            let unused = 64 - 8 * place.len() as u32;
            Value::Int(bits(place, order).cast_signed() << unused >> unused)
        }
        Kind::Unsigned | Kind::Pointer => Value::big(BigInt::from(bits(place, order))),
        Kind::Float => Value::Float(match place.len() {
            // The field is two, four or eight bytes long.
            2 => half::from_bits(bits(place, order) as u16),
            4 => f64::from(f32::from_bits(bits(place, order) as u32)),
            _ => f64::from_bits(bits(place, order)),
        }),
    })
}

/// Up to eight bytes as a number.
fn bits(place: &[u8], order: Order) -> u64 {
    let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    match order {
        Order::Big => place.iter().fold(0, join),
        Order::Little => place.iter().rev().fold(0, join),
    }
}
