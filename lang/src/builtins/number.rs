//! Methods of `int` and `float` (spec 5.2).

use num_bigint::{BigInt, Sign};
use num_traits::Signed;

use super::list::word;
use super::receiver::wrong_receiver;
use crate::table;
use crate::value::exceptions::{overflow_error, type_error, value_error};
use crate::value::format::{float_exact, float_hex};
use crate::value::interrupt::reserve;
use crate::value::number::IntView;
use crate::value::{Cx, R, Value};

table! {
    /// The members of `int`.
    pub static INT_METHODS = [
        /// Return a pair of ints whose ratio is the number, the second one positive.
        ///
        /// >>> (10).as_integer_ratio()
        /// (10, 1)
        Method Core "as_integer_ratio(self: int, /) -> tuple[int, int]" => |_, a| Ok(Value::tuple([plain(a)?, Value::Int(1)]));
        /// Return the number of ones in the binary form of the absolute value.
        ///
        /// >>> (13).bit_count()
        /// 3
        Method Core "bit_count(self: int, /) -> int" => bit_count;
        /// Return the number of bits needed, without sign.
        ///
        /// >>> (37).bit_length()
        /// 6
        Method Core "bit_length(self: int, /) -> int" => bit_length;
        /// Return the number itself.
        ///
        /// >>> (5).conjugate()
        /// 5
        Method Core "conjugate(self: int, /) -> int" => |_, a| plain(a);
        /// Make an int from bytes.
        ///
        /// >>> int.from_bytes(b'\x01\x00', 'big')
        /// 256
        Class Core "from_bytes(type, /, bytes: bytes | Iterable[int], byteorder: str = 'big', *, signed: bool = False) -> int" => from_bytes;
        /// Return the number as bytes.
        ///
        /// >>> (256).to_bytes(2, 'big')
        /// b'\x01\x00'
        Method Core "to_bytes(self: int, /, length: int = 1, byteorder: str = 'big', *, signed: bool = False) -> bytes" => to_bytes;
        /// The denominator of the number as a fraction: 1.
        ///
        /// >>> (5).denominator
        /// 1
        Property Core "denominator(self: int) -> int" => |_, _| Ok(Value::Int(1));
        /// The imaginary part: 0.
        ///
        /// >>> (5).imag
        /// 0
        Property Core "imag(self: int) -> int" => |_, _| Ok(Value::Int(0));
        /// The numerator of the number as a fraction: the number itself.
        ///
        /// >>> (5).numerator
        /// 5
        Property Core "numerator(self: int) -> int" => |_, a| plain(a);
        /// The real part: the number itself.
        ///
        /// >>> (5).real
        /// 5
        Property Core "real(self: int) -> int" => |_, a| plain(a);
    ]
}

table! {
    /// The members of `float`.
    pub static FLOAT_METHODS = [
        /// Return a pair of ints whose ratio is exactly the number, the second one positive.
        ///
        /// >>> (0.75).as_integer_ratio()
        /// (3, 4)
        Method Core "as_integer_ratio(self: float, /) -> tuple[int, int]" => ratio;
        /// Return the number itself.
        ///
        /// >>> (1.5).conjugate()
        /// 1.5
        Method Core "conjugate(self: float, /) -> float" => |_, a| Ok(a[0].clone());
        /// Make a float from its hexadecimal form.
        ///
        /// >>> float.fromhex('0x1.8p+1')
        /// 3.0
        Class Core "fromhex(type, string: str, /) -> float" => from_hex;
        /// Return the hexadecimal form, which is exact.
        ///
        /// >>> (3.0).hex()
        /// '0x1.8000000000000p+1'
        Method Core "hex(self: float, /) -> str" => |_, a| Ok(Value::str(&float_hex::hex(float("hex", a)?)));
        /// Whether the number is whole.
        ///
        /// >>> (2.0).is_integer()
        /// True
        Method Core "is_integer(self: float, /) -> bool" => is_integer;
        /// The imaginary part: 0.0.
        ///
        /// >>> (1.5).imag
        /// 0.0
        Property Core "imag(self: float) -> float" => |_, _| Ok(Value::Float(0.0));
        /// The real part: the number itself.
        ///
        /// >>> (1.5).real
        /// 1.5
        Property Core "real(self: float) -> float" => |_, a| Ok(a[0].clone());
    ]
}

fn int<'a>(name: &str, a: &'a [Value]) -> R<IntView<'a>> {
    a.first().and_then(IntView::of).ok_or_else(|| wrong_receiver(name, "int", a.first()))
}

/// The receiver as an int, not a bool.
fn plain(a: &[Value]) -> R {
    Ok(match int("conjugate", a)? {
        IntView::Small(n) => Value::Int(n),
        IntView::Big(_) => a[0].clone(),
    })
}

fn bit_count(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(match int("bit_count", a)? {
        IntView::Small(n) => Value::Int(i64::from(n.unsigned_abs().count_ones())),
        IntView::Big(n) => Value::Int(n.magnitude().count_ones().cast_signed()),
    })
}

fn bit_length(_: &mut Cx<'_>, a: &[Value]) -> R {
    Ok(match int("bit_length", a)? {
        IntView::Small(n) => Value::Int(i64::from(64 - n.unsigned_abs().leading_zeros())),
        IntView::Big(n) => Value::Int(n.bits().cast_signed()),
    })
}

/// Whether the most significant byte comes first.
fn is_big_endian(function: &str, order: &Value) -> R<bool> {
    match order.text_bytes() {
        Some(b"big") => Ok(true),
        Some(b"little") => Ok(false),
        Some(_) => Err(value_error("byteorder must be either 'little' or 'big'")),
        None => {
            Err(type_error(format!("{function}() argument 'byteorder' must be str, not {}", order.argument_type())))
        }
    }
}

fn from_bytes(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let big = is_big_endian("from_bytes", &a[2])?;
    let bytes = match a[1].byte_data() {
        Some(bytes) => bytes.into_owned(),
        None if a[1].text_bytes().is_some() => return Err(type_error("cannot convert 'str' object to bytes")),
        None if !super::iterate::is_iterable(&a[1]) => {
            return Err(type_error(format!("cannot convert '{}' object to bytes", a[1].type_of().qualified())));
        }
        None => {
            let items = super::iterate::collect(cx, &a[1])?;
            items
                .iter()
                .map(|v| u8::try_from(word(v)?).map_err(|_| value_error("bytes must be in range(0, 256)")))
                .collect::<R<Vec<u8>>>()?
        }
    };
    let signed = super::truth(cx, &a[3])?;
    let number = match (big, signed) {
        (true, true) => BigInt::from_signed_bytes_be(&bytes),
        (false, true) => BigInt::from_signed_bytes_le(&bytes),
        (true, false) => BigInt::from_bytes_be(Sign::Plus, &bytes),
        (false, false) => BigInt::from_bytes_le(Sign::Plus, &bytes),
    };
    if let Value::Type(desc) = a[0]
        && std::ptr::eq(desc, &crate::value::types::BOOL)
    {
        return Ok(Value::Bool(number != BigInt::ZERO));
    }
    Ok(Value::big(number))
}

fn to_bytes(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let number = int("to_bytes", a)?.to_big().into_owned();
    let length = word(&a[1])?;
    let big = is_big_endian("to_bytes", &a[2])?;
    let signed = super::truth(cx, &a[3])?;
    let Ok(length) = usize::try_from(length) else { return Err(value_error("length argument must be non-negative")) };
    if number.is_negative() && !signed {
        return Err(overflow_error("can't convert negative int to unsigned"));
    }
    reserve(length)?;
    let mut bytes = if number == BigInt::ZERO {
        Vec::new()
    } else if signed {
        number.to_signed_bytes_le()
    } else {
        number.to_bytes_le().1
    };
    if bytes.len() > length {
        return Err(overflow_error("int too big to convert"));
    }
    bytes.resize(length, if number.is_negative() { 0xFF } else { 0 });
    if big {
        bytes.reverse();
    }
    Ok(Value::bytes(&bytes))
}

fn float(name: &str, a: &[Value]) -> R<f64> {
    match a.first() {
        Some(Value::Float(x)) => Ok(*x),
        other => Err(wrong_receiver(name, "float", other)),
    }
}

fn ratio(_: &mut Cx<'_>, a: &[Value]) -> R {
    let (n, d) = float_exact::ratio(float("as_integer_ratio", a)?)?;
    Ok(Value::tuple([n.into(), d.into()]))
}

fn from_hex(_: &mut Cx<'_>, a: &[Value]) -> R {
    match a[1].text_bytes() {
        Some(text) => Ok(Value::Float(float_hex::from_hex(text)?)),
        None => Err(type_error("bad argument type for built-in operation")),
    }
}

fn is_integer(_: &mut Cx<'_>, a: &[Value]) -> R {
    let x = float("is_integer", a)?;
    Ok(Value::Bool(x.is_finite() && x.fract() == 0.0))
}
