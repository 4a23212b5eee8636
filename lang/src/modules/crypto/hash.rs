//! `Crypto.Hash`: hash functions as modules with a function `new`, and `HMAC`.

use std::any::Any;

use super::aes::unhex;
use super::buffer;
use crate::builtins::receiver::{self, wrong_receiver};
use crate::builtins::truth;
use crate::modules::hashlib::digest::{Algorithm, Hasher};
use crate::modules::hashlib::mac::Mac;
use crate::modules::hashlib::object::{HashObject, hex};
use crate::modules::hmac::compare_digest;
use crate::table;
use crate::value::exceptions::{attribute_error, value_error};
use crate::value::types::{Constant, Profile};
use crate::value::{Builtin, Cx, Guarded, ModuleDesc, NativeObject, R, TypeDesc, Value};

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "Crypto.Hash",
    doc: "Hash functions.",
    profile: Profile::Extended,
    functions: &[],
    types: &[],
    constants: &[],
    modules: &[
        ("HMAC", &HMAC_MODULE),
        ("MD5", &md5::MODULE),
        ("SHA1", &sha1::MODULE),
        ("SHA224", &sha224::MODULE),
        ("SHA256", &sha256::MODULE),
        ("SHA384", &sha384::MODULE),
        ("SHA512", &sha512::MODULE),
    ],
};

/// A hash function of this package.
struct Function {
    algorithm: Algorithm,
    module: &'static ModuleDesc,
    class: &'static TypeDesc,
    /// The object identifier, as text and in DER.
    oid: &'static str,
    der: &'static [u8],
}

/// The types of the hash objects, which scripts cannot name.
pub static TYPES: [&TypeDesc; 6] =
    [&md5::CLASS, &sha1::CLASS, &sha224::CLASS, &sha256::CLASS, &sha384::CLASS, &sha512::CLASS];

static ALL: [Function; 6] =
    [md5::FUNCTION, sha1::FUNCTION, sha224::FUNCTION, sha256::FUNCTION, sha384::FUNCTION, sha512::FUNCTION];

macro_rules! functions {
    ($($module:ident = $name:literal, $class:literal, $algorithm:ident, $oid:literal, [$($der:literal),*], $digest:literal;)*) => {
        $(
            #[doc = concat!("`Crypto.Hash.", $name, "`")]
            mod $module {
                use super::*;

                pub(super) static MODULE: ModuleDesc = ModuleDesc {
                    name: concat!("Crypto.Hash.", $name),
                    doc: concat!("The hash function ", $name, "."),
                    profile: Profile::Extended,
                    functions: FUNCTIONS,
                    types: &[],
                    constants: &[
                        size("block_size", |_| Ok(Algorithm::$algorithm.block_size().into())),
                        size("digest_size", |_| Ok(Algorithm::$algorithm.digest_size().into())),
                    ],
                    modules: &[],
                };

                pub(super) static CLASS: TypeDesc = TypeDesc {
                    doc: "A hash function at work.",
                    python: true,
                    ..TypeDesc::new($class, concat!("Crypto.Hash.", $name)).with_members(MEMBERS)
                };

                pub(super) const FUNCTION: Function = Function {
                    algorithm: Algorithm::$algorithm,
                    module: &MODULE,
                    class: &CLASS,
                    oid: $oid,
                    der: &[$($der),*],
                };

                static FUNCTIONS: &[Builtin] = {
                    static NEW: [Builtin; 1] = [Builtin::new(
                        crate::value::types::Kind::Function,
                        Profile::Extended,
                        concat!("def Crypto.Hash.", $name, ".new(data: bytes | None = None) -> ", $class),
                        concat!(
                            "Start a hash.\n\n>>> Crypto.Hash.", $name, ".new(b'abc').hexdigest()[:16]\n'", $digest, "'\n",
                        ),
                        |cx, a| new(cx, &FUNCTION, &a[0]),
                    )];
                    &NEW
                };
            }
        )*
    };
}

functions! {
    md5 = "MD5", "MD5Hash", Md5, "1.2.840.113549.2.5", [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05], "900150983cd24fb0";
    sha1 = "SHA1", "SHA1Hash", Sha1, "1.3.14.3.2.26", [0x2b, 0x0e, 0x03, 0x02, 0x1a], "a9993e364706816a";
    sha224 = "SHA224", "SHA224Hash", Sha224, "2.16.840.1.101.3.4.2.4", [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04], "23097d223405d822";
    sha256 = "SHA256", "SHA256Hash", Sha256, "2.16.840.1.101.3.4.2.1", [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01], "ba7816bf8f01cfea";
    sha384 = "SHA384", "SHA384Hash", Sha384, "2.16.840.1.101.3.4.2.2", [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02], "cb00753f45a35e8b";
    sha512 = "SHA512", "SHA512Hash", Sha512, "2.16.840.1.101.3.4.2.3", [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03], "ddaf35a193617aba";
}

const fn size(name: &'static str, value: fn(&mut Cx<'_>) -> R) -> Constant {
    Constant { name, doc: "A number of bytes.", profile: Profile::Extended, ty: "int", value }
}

fn new(cx: &mut Cx<'_>, function: &Function, data: &Value) -> R {
    let mut hasher = Hasher::new(function.algorithm);
    // Whatever is false counts as no data.
    if truth(cx, data)? {
        hasher.update(&buffer::bytes(data)?)?;
    }
    Ok(HashObject::value(function.class, hasher))
}

/// The hash function of an object of this package and its object identifier in DER.
fn function_of(value: &Value) -> Option<(&HashObject, &'static Function)> {
    let object = HashObject::of(value)?;
    let class = object.class();
    ALL.iter().find(|f| std::ptr::eq(f.class, class)).map(|function| (object, function))
}

/// What a signature is about: the object identifier of the hash function in DER, and the digest.
///
/// # Errors
/// `AttributeError` for what is no hash object of this package.
pub fn signed(value: &Value) -> R<(&'static [u8], Vec<u8>)> {
    let (object, function) = function_of(value)
        .ok_or_else(|| attribute_error(format!("'{}' object has no attribute 'oid'", value.type_of().qualified())))?;
    Ok((function.der, object.hasher.borrow().digest()))
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<(&'a HashObject, &'static Function)> {
    a.first().and_then(function_of).ok_or_else(|| wrong_receiver(name, "Crypto.Hash", a.first()))
}

table! {
    static MEMBERS = [
        /// The bytes that the function takes in at a time.
        ///
        /// >>> Crypto.Hash.SHA256.new().block_size
        /// 64
        Property Extended "block_size(self, /) -> int" => |_, a| Ok(own("block_size", a)?.1.algorithm.block_size().into());
        /// Return an independent object in the same state.
        ///
        /// >>> Crypto.Hash.MD5.new(b'abc').copy().hexdigest()
        /// '900150983cd24fb0d6963f7d28e17f72'
        Method Extended "def copy(self) -> Any" => |_, a| Ok(own("copy", a)?.0.copied());
        /// Return the digest of everything so far as bytes.
        ///
        /// >>> Crypto.Hash.MD5.new(b'abc').digest()[:4]
        /// b'\x90\x01P\x98'
        Method Extended "def digest(self) -> bytes" => |_, a| Ok(Value::bytes(&own("digest", a)?.0.hasher.borrow().digest()));
        /// The bytes of the digest.
        ///
        /// >>> Crypto.Hash.SHA1.new().digest_size
        /// 20
        Property Extended "digest_size(self, /) -> int" => |_, a| Ok(own("digest_size", a)?.1.algorithm.digest_size().into());
        /// Return the digest of everything so far as hexadecimal digits.
        ///
        /// >>> Crypto.Hash.MD5.new(b'abc').hexdigest()
        /// '900150983cd24fb0d6963f7d28e17f72'
        Method Extended "def hexdigest(self) -> str" => |_, a| Ok(hex(&own("hexdigest", a)?.0.hasher.borrow().digest()));
        /// Start a hash with the same function.
        ///
        /// >>> Crypto.Hash.MD5.new().new(b'abc').hexdigest()
        /// '900150983cd24fb0d6963f7d28e17f72'
        Method Extended "def new(self, data: bytes | None = None) -> Any" => |cx, a| new(cx, own("new", a)?.1, &a[1]);
        /// The object identifier of the function.
        ///
        /// >>> Crypto.Hash.SHA1.new().oid
        /// '1.3.14.3.2.26'
        Property Extended "oid(self, /) -> str" => |_, a| Ok(Value::str(own("oid", a)?.1.oid));
        /// Take in more data.
        ///
        /// >>> h = Crypto.Hash.MD5.new(b'a')
        /// >>> h.update(b'bc')
        /// >>> h.hexdigest()
        /// '900150983cd24fb0d6963f7d28e17f72'
        Method Extended "def update(self, data: bytes) -> None" => |_, a| {
            own("update", a)?.0.hasher.borrow_mut().update(&buffer::bytes(&a[1])?)?;
            Ok(Value::None)
        };
    ]
}

/// `Crypto.Hash.HMAC`
static HMAC_MODULE: ModuleDesc = ModuleDesc {
    name: "Crypto.Hash.HMAC",
    doc: "Keyed hashes.",
    profile: Profile::Extended,
    functions: HMAC_FUNCTIONS,
    types: &[("HMAC", &HMAC, Profile::Extended)],
    constants: &[],
    modules: &[],
};

static HMAC: TypeDesc = TypeDesc {
    doc: "A keyed hash at work.",
    python: true,
    ..TypeDesc::new("HMAC", "Crypto.Hash.HMAC").with_members(HMAC_MEMBERS)
};

/// A keyed hash object.
struct Keyed {
    mac: Guarded<Mac>,
}

impl NativeObject for Keyed {
    fn class(&self) -> &'static TypeDesc {
        &HMAC
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

table! {
    static HMAC_FUNCTIONS = [
        /// Start a keyed hash with one of the modules of `Crypto.Hash`, by default `MD5`.
        ///
        /// >>> Crypto.Hash.HMAC.new(b'key', b'message', Crypto.Hash.SHA1).hexdigest()[:16]
        /// '2088df74d5f2146b'
        Function Extended "def Crypto.Hash.HMAC.new(key: bytes, msg: bytes = <absent>, digestmod: Any = None) -> Any" => |_, a| {
            let function = match &a[2] {
                Value::None => &ALL[0],
                Value::Module(own) => ALL.iter().find(|f| std::ptr::eq(f.module, *own)).ok_or_else(incompatible)?,
                other => function_of(other).ok_or_else(incompatible)?.1,
            };
            let mut mac = Mac::new(function.algorithm, &buffer::bytes(&a[0])?)?;
            if let Some(message) = a[1].given().filter(|message| !message.is_none()) {
                mac.update(&buffer::bytes(message)?)?;
            }
            Ok(Value::native(Keyed { mac: Guarded::new(mac) }))
        };
    ]
}

fn incompatible() -> crate::value::Raise {
    value_error("Hash type incompatible to HMAC")
}

fn keyed<'a>(name: &str, a: &'a [Value]) -> R<&'a Guarded<Mac>> {
    receiver::native(name, "HMAC", a).map(|keyed: &Keyed| &keyed.mac)
}

table! {
    static HMAC_MEMBERS = [
        /// Return an independent object in the same state.
        ///
        /// >>> h = Crypto.Hash.HMAC.new(b'key', b'message')
        /// >>> h.copy().hexdigest() == h.hexdigest()
        /// True
        Method Extended "def copy(self) -> HMAC" => |_, a| {
            Ok(Value::native(Keyed { mac: Guarded::new(keyed("copy", a)?.borrow().clone()) }))
        };
        /// Return the digest of everything so far as bytes.
        ///
        /// >>> len(Crypto.Hash.HMAC.new(b'key').digest())
        /// 16
        Method Extended "def digest(self) -> bytes" => |_, a| Ok(Value::bytes(&keyed("digest", a)?.borrow().digest()?));
        /// The bytes of the digest.
        ///
        /// >>> Crypto.Hash.HMAC.new(b'key', digestmod=Crypto.Hash.SHA256).digest_size
        /// 32
        Property Extended "digest_size(self, /) -> int" => |_, a| Ok(keyed("digest_size", a)?.borrow().digest_size().into());
        /// Return the digest of everything so far as hexadecimal digits.
        ///
        /// >>> Crypto.Hash.HMAC.new(b'key', b'message').hexdigest()
        /// '4e4748e62b463521f6775fbf921234b5'
        Method Extended "def hexdigest(self) -> str" => |_, a| Ok(hex(&keyed("hexdigest", a)?.borrow().digest()?));
        /// Check a digest that is given as hexadecimal digits; `ValueError` if it is another.
        ///
        /// >>> Crypto.Hash.HMAC.new(b'key', b'message').hexverify('4e4748e62b463521f6775fbf921234b5') is None
        /// True
        Method Extended "def hexverify(self, hex_mac_tag: str) -> None" => |_, a| {
            let tag = unhex(&a[1])?;
            verify(keyed("hexverify", a)?, &Value::bytes(&tag))
        };
        /// Take in more of the message; gives the object itself.
        ///
        /// >>> Crypto.Hash.HMAC.new(b'key', b'mess').update(b'age').hexdigest()
        /// '4e4748e62b463521f6775fbf921234b5'
        Method Extended "def update(self, msg: bytes) -> HMAC" => |_, a| {
            keyed("update", a)?.borrow_mut().update(&buffer::bytes(&a[1])?)?;
            Ok(a[0].clone())
        };
        /// Check a digest; `ValueError` if it is another.
        ///
        /// >>> h = Crypto.Hash.HMAC.new(b'key', b'message')
        /// >>> h.verify(h.digest()) is None
        /// True
        Method Extended "def verify(self, mac_tag: bytes) -> None" => |_, a| verify(keyed("verify", a)?, &a[1]);
    ]
}

fn verify(own: &Guarded<Mac>, tag: &Value) -> R {
    let expected = Value::bytes(&own.borrow().digest()?);
    if compare_digest(&expected, tag)? { Ok(Value::None) } else { Err(value_error("MAC check failed")) }
}
