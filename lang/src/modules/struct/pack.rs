//! Values to bytes.

use super::format::{Field, Format, Kind, Order};
use super::{error, half};
use crate::builtins::constructors::to_float;
use crate::builtins::list::word;
use crate::value::exceptions::{OVERFLOW_ERROR, Raise, index_error, overflow_error, type_error};
use crate::value::interrupt::{checkpoint, reserve};
use crate::value::number::IntView;
use crate::value::{Cx, R, Value};
use num_traits::ToPrimitive;

/// The record of some values; `function` is named in errors.
///
/// # Errors
/// `struct.error` for values that do not fit, `OverflowError` for floats that are too large; a limit.
pub fn pack(cx: &mut Cx<'_>, format: &Format, values: &[Value], function: &str) -> R<Vec<u8>> {
    if values.len() != format.values {
        return Err(error(format!("{function} expected {} items for packing (got {})", format.values, values.len())));
    }
    reserve(format.size)?;
    checkpoint(format.size as u64 / 8)?;
    let mut record = vec![0; format.size];
    let mut values = values.iter();
    for field in &format.fields {
        for n in 0..field.count {
            checkpoint(4)?;
            let Some(value) = values.next() else { break };
            let at = field.offset + n * field.size;
            let Some(place) = record.get_mut(at..at + field.size) else { break };
            put(cx, place, field, format.order, value).map_err(|raise| {
                // CPython reports every int that is too large in one way.
                let overflow = raise.is(&OVERFLOW_ERROR) && IntView::of(value).is_some();
                if overflow { error("int too large to convert") } else { raise }
            })?;
        }
    }
    Ok(record)
}

/// `pack_into`, whose arguments CPython checks one by one.
///
/// # Errors
/// As [`pack`], and for a buffer that is too short or cannot be written.
pub fn pack_into(cx: &mut Cx<'_>, format: &Format, buffer: &Value, offset: &Value, values: &[Value]) -> R {
    let Some(buffer) = buffer.given() else { return Err(error("pack_into expected buffer argument")) };
    let Some(offset) = offset.given() else { return Err(error("pack_into expected offset argument")) };
    if values.len() != format.values {
        return Err(error(format!("pack_into expected {} items for packing (got {})", format.values, values.len())));
    }
    let Value::ByteArray(array) = buffer else {
        let got = buffer.type_of().qualified();
        return Err(type_error(format!("argument must be read-write bytes-like object, not {got}")));
    };
    let given = match IntView::of(offset) {
        Some(IntView::Big(_)) => return Err(index_error("cannot fit 'int' into an index-sized integer")),
        _ => word(offset)?,
    };
    let size = format.size;
    let len = array.bytes.borrow().len();
    let at = match usize::try_from(given) {
        Ok(at) => at,
        Err(_) => {
            let back = usize::try_from(given.unsigned_abs()).unwrap_or(usize::MAX);
            if back < size {
                return Err(error(format!("no space to pack {size} bytes at offset {given}")));
            }
            len.checked_sub(back).ok_or_else(|| error(format!("offset {given} out of range for {len}-byte buffer")))?
        }
    };
    if len.checked_sub(at).is_none_or(|room| room < size) {
        return Err(error(format!(
            "pack_into requires a buffer of at least {} bytes for packing {size} bytes at offset {at} (actual buffer size is {len})",
            at.saturating_add(size)
        )));
    }
    let record = pack(cx, format, values, "pack_into")?;
    // Packing runs no script code, so the length is still the same.
    if let Some(place) = array.bytes.borrow_mut().get_mut(at..at + size) {
        place.copy_from_slice(&record);
    }
    Ok(Value::None)
}

/// Writes one value of a field.
fn put(cx: &mut Cx<'_>, place: &mut [u8], field: &Field, order: Order, value: &Value) -> R<()> {
    match field.kind {
        Kind::Pad => {}
        Kind::Char => match value {
            Value::Bytes(one) if one.bytes().len() == 1 => place.copy_from_slice(one.bytes()),
            _ => return Err(error("char format requires a bytes object of length 1")),
        },
        Kind::Bool => place.fill(u8::from(crate::builtins::truth(cx, value)?)),
        Kind::Bytes | Kind::Pascal => {
            let letter = char::from(field.letter);
            let bytes = value.byte_data();
            let bytes = bytes.ok_or_else(|| error(format!("argument for '{letter}' must be a bytes object")))?;
            let room = if field.kind == Kind::Bytes { place } else { prefixed(place, bytes.len()) };
            let len = room.len().min(bytes.len());
            for (to, from) in room.iter_mut().zip(&bytes[..len]) {
                *to = *from;
            }
        }
        Kind::Signed | Kind::Unsigned | Kind::Pointer => {
            let number = integer(field, value)?;
            write(place, order, number.to_le_bytes());
        }
        Kind::Float => {
            let x = to_float(cx, value).map_err(|raise| match raise.stop() {
                Some(_) => raise,
                None => error("required argument is not a float"),
            })?;
            let letter = char::from(field.letter);
            let too_large = || overflow_error(format!("float too large to pack with {letter} format"));
            let bits = match field.size {
                2 => u64::from(half::to_bits(x).ok_or_else(too_large)?),
                4 => {
                    let single = x as f32;
                    // Only the native form lets numbers become infinite.
                    if single.is_infinite() && x.is_finite() && !field.native {
                        return Err(too_large());
                    }
                    u64::from(single.to_bits())
                }
                _ => x.to_bits(),
            };
            write(place, order, i128::from(bits).to_le_bytes());
        }
    }
    Ok(())
}

/// The part of a Pascal string's place that its bytes get; the length is written before them.
fn prefixed(place: &mut [u8], len: usize) -> &mut [u8] {
    match place.split_first_mut() {
        Some((first, rest)) => {
            *first = u8::try_from(len.min(rest.len())).unwrap_or(u8::MAX);
            rest
        }
        None => &mut [],
    }
}

/// Writes the low bytes of a number.
fn write(place: &mut [u8], order: Order, little: [u8; 16]) {
    for (to, from) in place.iter_mut().zip(little) {
        *to = from;
    }
    if order == Order::Big {
        place.reverse();
    }
}

/// An int argument that fits the field. CPython's wording depends on how far it is from fitting, and on the code path.
fn integer(field: &Field, value: &Value) -> R<i128> {
    let Some(view) = IntView::of(value) else { return Err(error("required argument is not an integer")) };
    let number = view.to_big().to_i128();
    // At most eight bytes.
    let bits = 8 * field.size as u32;
    let (low, high) = match field.kind {
        Kind::Signed => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
        Kind::Unsigned => (0, (1i128 << bits) - 1),
        _ => (-(1i128 << 63), (1i128 << 64) - 1),
    };
    let within = |low: i128, high: i128| number.filter(|n| (low..=high).contains(n));
    within(low, high).ok_or_else(|| refusal(field, &within, low, high))
}

#[cold]
fn refusal(field: &Field, within: &dyn Fn(i128, i128) -> Option<i128>, low: i128, high: i128) -> Raise {
    let letter = char::from(field.letter);
    if field.kind == Kind::Pointer || (field.size == 8 && !field.native) {
        return error("int too large to convert");
    }
    let small = field.size == 1 || (field.size == 2 && field.native);
    // The first step is a C long, unsigned only for the larger unsigned types.
    let fits_long = match field.kind {
        Kind::Unsigned if !small => within(0, (1 << 64) - 1),
        _ => within(-(1 << 63), (1 << 63) - 1),
    };
    if fits_long.is_none() || field.size == 8 {
        return error("argument out of range");
    }
    let name = match (small, field.letter) {
        (true, b'b') => "byte".to_owned(),
        (true, b'B') => "ubyte".to_owned(),
        (true, b'h') => "short".to_owned(),
        (true, b'H') => "ushort".to_owned(),
        _ => format!("'{letter}'"),
    };
    error(format!("{name} format requires {low} <= number <= {high}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_ints_have_the_texts_of_their_code_path() {
        for (text, number, expected) in [
            ("b", 128, "byte format requires -128 <= number <= 127"),
            ("H", -1, "ushort format requires 0 <= number <= 65535"),
            (">H", -1, "argument out of range"),
            (">H", 70_000, "'H' format requires 0 <= number <= 65535"),
            ("<i", 1 << 31, "'i' format requires -2147483648 <= number <= 2147483647"),
            ("I", -1, "argument out of range"),
            ("Q", -1, "argument out of range"),
            (">Q", -1, "int too large to convert"),
        ] {
            let format = Format::parse(text.as_bytes()).ok();
            let field = format.as_ref().and_then(|format| format.fields.first());
            let raised = field.and_then(|field| integer(field, &Value::Int(number)).err());
            let message = raised.and_then(|raise| raise.0.arguments().first().map(Value::to_display));
            assert_eq!(message.as_deref(), Some(expected), "{text}");
        }
    }
}
