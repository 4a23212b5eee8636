//! The types `hashlib.blake2b` and `hashlib.blake2s`, whose constructors take the parameters of the functions.

use num_traits::ToPrimitive;

use super::blake2::Parameters;
use super::digest::Hasher;
use super::object::{HashObject, MEMBERS, feed};
use crate::builtins::bytes::args;
use crate::builtins::str::args::short_int;
use crate::builtins::truth;
use crate::value::exceptions::{Raise, overflow_error, type_error, value_error};
use crate::value::number::IntView;
use crate::value::types::{Constant, Kind, Profile, TypeDesc};
use crate::value::{Builtin, Cx, R, Value};

/// `hashlib.blake2b`
pub static BLAKE2B: TypeDesc = TypeDesc {
    doc: "The hash function BLAKE2b, for 64-bit machines.",
    constants: &[
        size("MAX_DIGEST_SIZE", |_| Ok(Value::Int(64))),
        size("MAX_KEY_SIZE", |_| Ok(Value::Int(64))),
        size("PERSON_SIZE", |_| Ok(Value::Int(16))),
        size("SALT_SIZE", |_| Ok(Value::Int(16))),
    ],
    new: Some(&NEW_B),
    ..TypeDesc::new("blake2b", "_blake2").with_members(MEMBERS)
};

/// `hashlib.blake2s`
pub static BLAKE2S: TypeDesc = TypeDesc {
    doc: "The hash function BLAKE2s, for small machines.",
    constants: &[
        size("MAX_DIGEST_SIZE", |_| Ok(Value::Int(32))),
        size("MAX_KEY_SIZE", |_| Ok(Value::Int(32))),
        size("PERSON_SIZE", |_| Ok(Value::Int(8))),
        size("SALT_SIZE", |_| Ok(Value::Int(8))),
    ],
    new: Some(&NEW_S),
    ..TypeDesc::new("blake2s", "_blake2").with_members(MEMBERS)
};

const fn size(name: &'static str, value: fn(&mut Cx<'_>) -> R) -> Constant {
    Constant { name, doc: "The most bytes that are possible.", profile: Profile::Extended, ty: "int", value }
}

/// `hashlib.blake2b(…)`
static NEW_B: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "hashlib.blake2b(data: bytes = <absent>, /, *, digest_size: int = 64, key: bytes = <absent>, salt: bytes = <absent>, person: bytes = <absent>, fanout: int = 1, depth: int = 1, leaf_size: int = 0, node_offset: int = 0, node_depth: int = 0, inner_size: int = 0, last_node: bool = False, usedforsecurity: bool = True) -> blake2b",
    "Start a BLAKE2b hash, if wanted with a key, a salt, a personal text, or as a node of a hash tree.\n\n>>> hashlib.blake2b(b'abc', digest_size=4).hexdigest()\n'63906248'\n",
    |cx, a| make(cx, a, false),
);

/// `hashlib.blake2s(…)`
static NEW_S: Builtin = Builtin::new(
    Kind::Function,
    Profile::Extended,
    "hashlib.blake2s(data: bytes = <absent>, /, *, digest_size: int = 32, key: bytes = <absent>, salt: bytes = <absent>, person: bytes = <absent>, fanout: int = 1, depth: int = 1, leaf_size: int = 0, node_offset: int = 0, node_depth: int = 0, inner_size: int = 0, last_node: bool = False, usedforsecurity: bool = True) -> blake2s",
    "Start a BLAKE2s hash, if wanted with a key, a salt, a personal text, or as a node of a hash tree.\n\n>>> hashlib.blake2s(b'abc', digest_size=4).hexdigest()\n'df7101d3'\n",
    |cx, a| make(cx, a, true),
);

fn make(cx: &mut Cx<'_>, a: &[Value], small: bool) -> R {
    let (most, field): (u8, usize) = if small { (32, 8) } else { (64, 16) };
    let own = Parameters {
        digest_size: number(&a[1], (1, most), || format!("digest_size must be between 1 and {most} bytes"))?,
        salt: text("salt", &a[3], field)?,
        person: text("person", &a[4], field)?,
        fanout: number(&a[5], (0, u8::MAX), || "fanout must be between 0 and 255".to_owned())?,
        depth: number(&a[6], (1, u8::MAX), || "depth must be between 1 and 255".to_owned())?,
        leaf_size: leaf_size(&a[7])?,
        node_offset: node_offset(&a[8], small)?,
        node_depth: number(&a[9], (0, u8::MAX), || "node_depth must be between 0 and 255".to_owned())?,
        inner_size: number(&a[10], (0, most), || format!("inner_size must be between 0 and is {most}"))?,
        last_node: truth(cx, &a[11])?,
        key: text("key", &a[2], usize::from(most))?,
    };
    let mut hasher = Hasher::blake2(small, &own);
    feed(&mut hasher, &a[0])?;
    Ok(HashObject::value(if small { &BLAKE2S } else { &BLAKE2B }, hasher))
}

fn number(value: &Value, (least, most): (u8, u8), error: impl Fn() -> String) -> R<u8> {
    let number = u8::try_from(short_int(value)?).ok().filter(|n| (least..=most).contains(n));
    number.ok_or_else(|| value_error(error()))
}

fn text(name: &str, value: &Value, most: usize) -> R<Vec<u8>> {
    let Some(value) = value.given() else { return Ok(Vec::new()) };
    let text = args::bytes(value)?;
    if text.len() > most {
        return Err(value_error(format!("maximum {name} length is {most} bytes")));
    }
    Ok(text.into_owned())
}

/// An int that is not negative.
fn unsigned(value: &Value, too_big: &str) -> R<u64> {
    let Some(number) = IntView::of(value) else { return Err(type_error("an integer is required")) };
    if number.sign() < 0 {
        return Err(value_error("value must be positive"));
    }
    number.to_big().to_u64().ok_or_else(|| overflow_error(too_big))
}

fn leaf_size(value: &Value) -> R<u32> {
    let size = unsigned(value, "Python int too large to convert to C unsigned long")?;
    u32::try_from(size).map_err(|_| overflow_error("leaf_size is too large"))
}

fn node_offset(value: &Value, small: bool) -> R<u64> {
    let too_large = || -> Raise { overflow_error("node_offset is too large") };
    let offset = unsigned(value, "int too big to convert")?;
    if small && offset >> 48 != 0 { Err(too_large()) } else { Ok(offset) }
}
