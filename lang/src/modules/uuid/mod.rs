//! The module `uuid` (spec 9.2): identifiers of 128 bits by RFC 4122.
//!
//! | room | job |
//! |---|---|
//! | [`object`] | the class `UUID` |
//! | this one | the functions that make identifiers |

pub mod object;

pub use object::Uuid;

use object::{UUID, fields_to_number};

use crate::builtins::str::codec;
use crate::modules::{entropy, time};
use crate::table;
use crate::value::exceptions::{attribute_error, type_error};
use crate::value::types::{Constant, Profile};
use crate::value::{Cx, ModuleDesc, R, Value};
use md5::{Digest, Md5};
use sha1::Sha1;

table! {
    static FUNCTIONS = [
        /// Return an identifier of the present moment, a random node and a random clock sequence.
        ///
        /// >>> uuid.uuid1().version
        /// 1
        Function Extended "def uuid.uuid1(node: int | None = None, clock_seq: int | None = None) -> UUID" => uuid1;
        /// Return the identifier of a name in a namespace, by MD5.
        ///
        /// >>> str(uuid.uuid3(uuid.NAMESPACE_DNS, 'example.org'))
        /// '04738bdf-b25a-3829-a801-b21a1d25095b'
        Function Extended "def uuid.uuid3(namespace: UUID, name: str) -> UUID" => |_, a| {
            let digest = Md5::digest(&named(a)?);
            Ok(Uuid::new(u128::from_be_bytes(digest.into())).with_version(3).into())
        };
        /// Return a random identifier.
        ///
        /// >>> uuid.uuid4().version
        /// 4
        Function Extended "def uuid.uuid4() -> UUID" => |cx, _| {
            let mut bytes = [0; 16];
            entropy::fill(cx, &mut bytes)?;
            Ok(Uuid::new(u128::from_be_bytes(bytes)).with_version(4).into())
        };
        /// Return the identifier of a name in a namespace, by SHA-1.
        ///
        /// >>> str(uuid.uuid5(uuid.NAMESPACE_DNS, 'example.org'))
        /// 'aad03681-8b63-5304-89e0-8ca8f49461b5'
        Function Extended "def uuid.uuid5(namespace: UUID, name: str) -> UUID" => |_, a| {
            let digest = Sha1::digest(&named(a)?);
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&digest[..16]);
            Ok(Uuid::new(u128::from_be_bytes(bytes)).with_version(5).into())
        };
    ]
}

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "uuid",
    doc: "Universally unique identifiers.",
    profile: Profile::Extended,
    functions: FUNCTIONS,
    types: &[("UUID", &UUID, Profile::Extended)],
    constants: &[
        namespace("NAMESPACE_DNS", "The namespace of domain names.", |_| standard(0x10)),
        namespace("NAMESPACE_URL", "The namespace of URLs.", |_| standard(0x11)),
        namespace("NAMESPACE_OID", "The namespace of ISO object identifiers.", |_| standard(0x12)),
        namespace("NAMESPACE_X500", "The namespace of X.500 names.", |_| standard(0x14)),
    ],
    modules: &[],
};

const fn namespace(name: &'static str, doc: &'static str, value: fn(&mut Cx<'_>) -> R) -> Constant {
    Constant { name, doc, profile: Profile::Extended, ty: "UUID", value }
}

/// The namespaces of the standard differ in one byte.
fn standard(byte: u128) -> R {
    Ok(Uuid::new(0x6ba7_b800_9dad_11d1_80b4_00c0_4fd4_30c8 | byte << 96).into())
}

/// What is hashed for a name in a namespace.
fn named(a: &[Value]) -> R<Vec<u8>> {
    let Some(namespace) = Uuid::of(&a[0]) else {
        let got = a[0].type_of().qualified();
        return Err(attribute_error(format!("'{got}' object has no attribute 'bytes'")));
    };
    let Some(name) = a[1].text_bytes() else { return Err(type_error("encoding without a string argument")) };
    let mut input = namespace.number().to_be_bytes().to_vec();
    input.extend_from_slice(&codec::encode(name, b"utf-8", b"strict")?);
    Ok(input)
}

/// What time-based identifiers of one run have in common.
struct Timeline {
    /// The node, a random number marked as such.
    node: u64,
    /// The last time that was given out.
    last: u128,
}

fn uuid1(cx: &mut Cx<'_>, a: &[Value]) -> R {
    /// From 1582-10-15 to 1970-01-01 in steps of 100 ns.
    const EPOCH: i128 = 0x01b2_1dd2_1381_4000;
    let mut random = [0; 10];
    entropy::fill(cx, &mut random)?;
    let [n0, n1, n2, n3, n4, n5, s0, s1, ..] = random;
    let now = u128::try_from(time::clock::nanoseconds(cx).div_euclid(100) + EPOCH).unwrap_or(0);
    // Bit 40 marks a node that is no address of a network card.
    let node = u64::from_be_bytes([0, 0, n0 | 1, n1, n2, n3, n4, n5]);
    let timeline = cx.env().state(|| Timeline { node, last: 0 });
    timeline.last = now.max(timeline.last + 1);
    let (at, node) = (timeline.last, timeline.node);
    let node = if a[0].is_none() { Value::big(node.into()) } else { a[0].clone() };
    let sequence = match &a[1] {
        Value::None => u128::from(u16::from_be_bytes([s0, s1])),
        given => object::low_bits(given)?,
    };
    let part = |n: u128| Value::big((n).into());
    let fields = [
        part(at & 0xffff_ffff),
        part(at >> 32 & 0xffff),
        part(at >> 48 & 0x0fff),
        part(sequence >> 8 & 0x3f),
        part(sequence & 0xff),
        node,
    ];
    Ok(Uuid::new(fields_to_number(&fields)?).with_version(1).into())
}
