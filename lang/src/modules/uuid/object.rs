//! `uuid.UUID`: an immutable number of 128 bits with many views.

use std::any::Any;
use std::cmp::Ordering;

use crate::builtins::iterate;
use crate::builtins::receiver::wrong_receiver;
use crate::table;
use crate::value::exceptions::{attribute_error, type_error, value_error};
use crate::value::format::int_parse;
use crate::value::hash::python_hash;
use crate::value::number::IntView;
use crate::value::types::{Kind, Profile};
use crate::value::{Builtin, Cx, NativeObject, R, TypeDesc, Value};
use num_traits::ToPrimitive;

/// The class.
pub static UUID: TypeDesc = TypeDesc {
    doc: "An identifier of 128 bits.",
    members: MEMBERS,
    new: Some(&NEW),
    python: true,
    ..TypeDesc::new("UUID", "uuid")
};

/// The class of `is_safe`.
pub static SAFE_UUID: TypeDesc =
    TypeDesc { doc: "How safely an identifier was made.", python: true, ..TypeDesc::new("SafeUUID", "uuid") };

/// An identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uuid(u128);

impl Uuid {
    /// The identifier with this number.
    #[must_use]
    pub fn new(number: u128) -> Uuid {
        Uuid(number)
    }

    /// The identifier that `value` is.
    #[must_use]
    pub fn of(value: &Value) -> Option<Uuid> {
        match value {
            Value::Native(native) => native.downcast::<Uuid>().copied(),
            _ => None,
        }
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> u128 {
        self.0
    }

    /// The same with the marks of RFC 4122 and a version, 1 to 5.
    #[must_use]
    pub fn with_version(self, version: u8) -> Uuid {
        let free = self.0 & !(0xc000 << 48) & !(0xf000 << 64);
        Uuid(free | 0x8000 << 48 | u128::from(version) << 76)
    }

    /// The bits from `shift` on, as many as `mask` has.
    fn part(self, shift: u32, mask: u64) -> u64 {
        // The mask leaves at most 64 bits.
        (self.0 >> shift) as u64 & mask
    }

    fn text(self) -> String {
        let hex = format!("{:032x}", self.0);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }

    /// The bytes with the first three fields in little-endian order.
    fn bytes_le(self) -> [u8; 16] {
        swap(self.0.to_be_bytes())
    }

    fn time(self) -> u64 {
        self.part(64, 0x0fff) << 48 | self.part(80, 0xffff) << 32 | self.part(96, 0xffff_ffff)
    }

    fn clock_seq(self) -> u64 {
        self.part(56, 0x3f) << 8 | self.part(48, 0xff)
    }

    fn fields(self) -> [u64; 6] {
        [
            self.part(96, 0xffff_ffff),
            self.part(80, 0xffff),
            self.part(64, 0xffff),
            self.part(56, 0xff),
            self.part(48, 0xff),
            self.part(0, 0xffff_ffff_ffff),
        ]
    }

    fn variant(self) -> &'static str {
        match self.part(61, 7) {
            0..=3 => "reserved for NCS compatibility",
            4 | 5 => "specified in RFC 4122",
            6 => "reserved for Microsoft compatibility",
            _ => "reserved for future definition",
        }
    }

    fn version(self) -> Option<u64> {
        matches!(self.part(62, 3), 2).then(|| self.part(76, 0xf))
    }
}

impl From<Uuid> for Value {
    fn from(uuid: Uuid) -> Value {
        Value::native(uuid)
    }
}

impl NativeObject for Uuid {
    fn class(&self) -> &'static TypeDesc {
        &UUID
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, _: &mut Cx<'_>) -> Option<R> {
        Some(Ok(Value::str(&format!("UUID('{}')", self.text()))))
    }

    fn str(&self, _: &mut Cx<'_>) -> Option<R> {
        Some(Ok(Value::str(&self.text())))
    }

    fn int(&self) -> Option<R> {
        Some(Ok(Value::big(self.0.into())))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        Some(Ok(Uuid::of(other) == Some(*self)))
    }

    fn compare(&self, other: &Value) -> Option<R<Option<Ordering>>> {
        Uuid::of(other).map(|other| Ok(Some(self.0.cmp(&other.0))))
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(python_hash(&Value::big(self.0.into())))
    }

    fn set_attr(&self, _: &mut Cx<'_>, _: &str, _: Value) -> Option<R<()>> {
        Some(Err(type_error("UUID objects are immutable")))
    }
}

/// What `is_safe` tells: nothing is known, since no identifier comes from the host.
struct Safety;

impl NativeObject for Safety {
    fn class(&self) -> &'static TypeDesc {
        &SAFE_UUID
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, _: &mut Cx<'_>) -> Option<R> {
        Some(Ok(Value::str("<SafeUUID.unknown: None>")))
    }

    fn str(&self, _: &mut Cx<'_>) -> Option<R> {
        Some(Ok(Value::str("SafeUUID.unknown")))
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        Some(Ok(matches!(other, Value::Native(native) if native.downcast::<Safety>().is_some())))
    }

    fn hash(&self) -> Option<R<i64>> {
        Some(python_hash(&Value::str("unknown")))
    }

    fn get_attr(&self, _: &mut Cx<'_>, name: &str) -> Option<R> {
        match name {
            "name" => Some(Ok(Value::str("unknown"))),
            "value" => Some(Ok(Value::None)),
            _ => None,
        }
    }
}

/// `uuid.UUID(…)`
static NEW: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "def UUID.__init__ UUID(hex: str | None = None, bytes: bytes | None = None, bytes_le: bytes | None = None, fields: tuple[int, int, int, int, int, int] | None = None, int: int | None = None, version: int | None = None) -> UUID",
    "An identifier from exactly one of its forms.\n\n>>> uuid.UUID('{12345678-1234-5678-1234-567812345678}')\nUUID('12345678-1234-5678-1234-567812345678')\n>>> uuid.UUID(int=1)\nUUID('00000000-0000-0000-0000-000000000001')\n",
    construct,
);

fn construct(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let given = a.iter().take(5).filter(|form| !form.is_none()).count();
    if given != 1 {
        return Err(type_error("one of the hex, bytes, bytes_le, fields, or int arguments must be given"));
    }
    let number = if !a[0].is_none() {
        from_hex(&a[0])?
    } else if !a[1].is_none() {
        u128::from_be_bytes(sixteen(cx, "bytes", &a[1])?)
    } else if !a[2].is_none() {
        u128::from_be_bytes(swap(sixteen(cx, "bytes_le", &a[2])?))
    } else if !a[3].is_none() {
        let len = iterate::length(cx, &a[3])?;
        let fields = if len == 6 { iterate::collect(cx, &a[3])?.to_vec() } else { Vec::new() };
        fields_to_number(&fields)?
    } else {
        integer(&a[4])?.ok_or_else(|| value_error("int is out of range (need a 128-bit value)"))?
    };
    let uuid = Uuid::new(number);
    if a[5].is_none() {
        return Ok(uuid.into());
    }
    match integer(&a[5])? {
        // At most five, so it fits.
        Some(version @ 1..=5) => Ok(uuid.with_version(version as u8).into()),
        _ => Err(value_error("illegal version number")),
    }
}

/// An int as a number of 128 bits; `None` if it is none.
fn integer(value: &Value) -> R<Option<u128>> {
    match IntView::of(value) {
        Some(n) => Ok(n.to_big().to_u128()),
        None => {
            let got = value.type_of().qualified();
            Err(type_error(format!("'<=' not supported between instances of 'int' and '{got}'")))
        }
    }
}

/// The low bits of an int, in two's complement: enough for a clock sequence.
pub(super) fn low_bits(value: &Value) -> R<u128> {
    match IntView::of(value) {
        Some(n) => Ok((n.to_big().into_owned() & num_bigint::BigInt::from(0xffff)).to_u128().unwrap_or(0)),
        None => {
            let got = value.type_of().qualified();
            Err(type_error(format!("unsupported operand type(s) for &: '{got}' and 'int'")))
        }
    }
}

fn from_hex(value: &Value) -> R<u128> {
    let Some(text) = value.text_bytes() else {
        return Err(match value.byte_data() {
            Some(_) => type_error("a bytes-like object is required, not 'str'"),
            None => attribute_error(format!("'{}' object has no attribute 'replace'", value.type_of().qualified())),
        });
    };
    let malformed = || value_error("badly formed hexadecimal UUID string");
    let text = String::from_utf8_lossy(text).replace("urn:", "").replace("uuid:", "");
    let digits = text.trim_matches(['{', '}']).replace('-', "");
    if digits.chars().count() != 32 {
        return Err(malformed());
    }
    // The text may still be anything that `int` accepts.
    let number = Value::from(int_parse::parse(digits.as_bytes(), 16)?);
    integer(&number)?.ok_or_else(malformed)
}

/// The sixteen bytes of the argument `name`.
fn sixteen(cx: &mut Cx<'_>, name: &str, value: &Value) -> R<[u8; 16]> {
    let wrong_length = || value_error(format!("{name} is not a 16-char string"));
    match value.byte_data() {
        Some(bytes) => <[u8; 16]>::try_from(&*bytes).map_err(|_| wrong_length()),
        None if iterate::length(cx, value)? != 16 => Err(wrong_length()),
        None => Err(type_error(format!("cannot convert '{}' object to bytes", value.type_of().qualified()))),
    }
}

/// Turns the first three fields around.
fn swap(bytes: [u8; 16]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    let [i, j, k, l, m, n, o, p] = rest;
    [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
}

/// The number that six fields make.
///
/// # Errors
/// `ValueError` for another number of fields or one that is too large.
pub fn fields_to_number(fields: &[Value]) -> R<u128> {
    const BITS: [u32; 6] = [32, 16, 16, 8, 8, 48];
    if fields.len() != BITS.len() {
        return Err(value_error("fields is not a 6-tuple"));
    }
    let mut number = 0;
    for (n, (field, bits)) in fields.iter().zip(BITS).enumerate() {
        let part = integer(field)?.filter(|part| part >> bits == 0).ok_or_else(|| {
            let article = if bits == 8 { "an" } else { "a" };
            value_error(format!("field {} out of range (need {article} {bits}-bit value)", n + 1))
        })?;
        number = number << bits | part;
    }
    Ok(number)
}

fn own(name: &str, a: &[Value]) -> R<Uuid> {
    a.first().and_then(Uuid::of).ok_or_else(|| wrong_receiver(name, "UUID", a.first()))
}

fn number(n: u64) -> R {
    Ok(Value::big(n.into()))
}

table! {
    static MEMBERS = [
        /// The sixteen bytes.
        ///
        /// >>> uuid.UUID(int=1).bytes[-2:]
        /// b'\x00\x01'
        Property Extended "bytes(self, /) -> bytes" => |_, a| Ok(Value::bytes(&own("bytes", a)?.0.to_be_bytes()));
        /// The sixteen bytes, those of the first three fields in little-endian order.
        ///
        /// >>> uuid.UUID('12345678' + '0' * 24).bytes_le[:4]
        /// b'xV4\x12'
        Property Extended "bytes_le(self, /) -> bytes" => |_, a| Ok(Value::bytes(&own("bytes_le", a)?.bytes_le()));
        /// The number as 32 hexadecimal digits.
        ///
        /// >>> uuid.UUID(int=255).hex
        /// '000000000000000000000000000000ff'
        Property Extended "hex(self, /) -> str" => |_, a| Ok(Value::str(&format!("{:032x}", own("hex", a)?.0)));
        /// The number.
        ///
        /// >>> uuid.UUID('0' * 30 + 'ff').int
        /// 255
        Property Extended "int(self, /) -> int" => |_, a| Ok(Value::big(own("int", a)?.0.into()));
        /// The identifier as a URN.
        ///
        /// >>> uuid.UUID(int=1).urn
        /// 'urn:uuid:00000000-0000-0000-0000-000000000001'
        Property Extended "urn(self, /) -> str" => |_, a| Ok(Value::str(&format!("urn:uuid:{}", own("urn", a)?.text())));
        /// The six fields.
        ///
        /// >>> uuid.UUID(int=1).fields
        /// (0, 0, 0, 0, 0, 1)
        Property Extended "fields(self, /) -> tuple[int, int, int, int, int, int]" => |_, a| {
            Ok(Value::tuple(own("fields", a)?.fields().map(|field| Value::big(field.into()))))
        };
        /// The first field.
        ///
        /// >>> uuid.UUID('0000000a' + '0' * 24).time_low
        /// 10
        Property Extended "time_low(self, /) -> int" => |_, a| number(own("time_low", a)?.fields()[0]);
        /// The second field.
        ///
        /// >>> uuid.UUID('00000000000a' + '0' * 20).time_mid
        /// 10
        Property Extended "time_mid(self, /) -> int" => |_, a| number(own("time_mid", a)?.fields()[1]);
        /// The third field.
        ///
        /// >>> uuid.UUID('000000000000000a' + '0' * 16).time_hi_version
        /// 10
        Property Extended "time_hi_version(self, /) -> int" => |_, a| number(own("time_hi_version", a)?.fields()[2]);
        /// The fourth field.
        ///
        /// >>> uuid.UUID('0' * 16 + '8a' + '0' * 14).clock_seq_hi_variant
        /// 138
        Property Extended "clock_seq_hi_variant(self, /) -> int" => |_, a| {
            number(own("clock_seq_hi_variant", a)?.fields()[3])
        };
        /// The fifth field.
        ///
        /// >>> uuid.UUID('0' * 18 + '0a' + '0' * 12).clock_seq_low
        /// 10
        Property Extended "clock_seq_low(self, /) -> int" => |_, a| number(own("clock_seq_low", a)?.fields()[4]);
        /// The sixth field: the node.
        ///
        /// >>> uuid.UUID(int=10).node
        /// 10
        Property Extended "node(self, /) -> int" => |_, a| number(own("node", a)?.fields()[5]);
        /// The time: steps of 100 nanoseconds since 15 October 1582.
        ///
        /// >>> uuid.UUID('c232ab00-9414-11ec-b3c8-9f6bdeced846').time
        /// 138648505420000000
        Property Extended "time(self, /) -> int" => |_, a| number(own("time", a)?.time());
        /// The clock sequence.
        ///
        /// >>> uuid.UUID('c232ab00-9414-11ec-b3c8-9f6bdeced846').clock_seq
        /// 13256
        Property Extended "clock_seq(self, /) -> int" => |_, a| number(own("clock_seq", a)?.clock_seq());
        /// Which standard describes the layout.
        ///
        /// >>> uuid.uuid4().variant
        /// 'specified in RFC 4122'
        Property Extended "variant(self, /) -> str" => |_, a| Ok(Value::str(own("variant", a)?.variant()));
        /// The version; `None` for identifiers not by RFC 4122.
        ///
        /// >>> uuid.uuid4().version
        /// 4
        Property Extended "version(self, /) -> int | None" => |_, a| own("version", a)?.version().map_or(Ok(Value::None), number);
        /// Whether the identifier was made safely by the system, which is never known.
        ///
        /// >>> str(uuid.uuid4().is_safe)
        /// 'SafeUUID.unknown'
        Property Extended "is_safe(self, /) -> SafeUUID" => |_, a| {
            own("is_safe", a)?;
            Ok(Value::native(Safety))
        };
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_time_based_identifier() {
        let uuid = Uuid::new(0xc232_ab00_9414_11ec_b3c8_9f6b_dece_d846);
        assert_eq!(uuid.text(), "c232ab00-9414-11ec-b3c8-9f6bdeced846");
        assert_eq!((uuid.time(), uuid.clock_seq()), (138_648_505_420_000_000, 13256));
        assert_eq!((uuid.version(), uuid.variant()), (Some(1), "specified in RFC 4122"));
        assert_eq!(uuid.bytes_le()[..8], [0x00, 0xab, 0x32, 0xc2, 0x14, 0x94, 0xec, 0x11]);
        assert_eq!(Uuid::new(u128::MAX).with_version(4).text(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(Uuid::new(u128::MAX).version(), None);
    }

    #[test]
    fn hexadecimal_texts_are_what_int_accepts() {
        for (text, number) in [
            ("{12345678-1234-5678-1234-567812345678}", Some(0x1234_5678_1234_5678_1234_5678_1234_5678)),
            ("urn:uuid:00000000-0000-0000-0000-0000000000ff", Some(255)),
            ("0x000000000000000000000000000001", Some(1)),
            ("0000000000000000000000000000000", None),
            ("gggggggggggggggggggggggggggggggg", None),
        ] {
            assert_eq!(from_hex(&Value::str(text)).ok(), number, "{text}");
        }
    }
}
