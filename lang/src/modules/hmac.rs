//! The module `hmac` (spec 9.2, 9.3): keyed hashes.
//!
//! Without `digestmod` MD5 is used (spec 4.12 no. 8).

use std::any::Any;

use super::hashlib::digest::Algorithm;
use super::hashlib::mac::{Mac, equal};
use super::hashlib::object::{HashObject, algorithm_of, hex, unsupported, with_data};
use crate::builtins::bytes::args;
use crate::builtins::receiver;
use crate::builtins::{attribute, truth};
use crate::table;
use crate::value::exceptions::{type_error, value_error};
use crate::value::types::{Profile, TypeDesc};
use crate::value::{Cx, Guarded, ModuleDesc, NativeObject, R, Value};

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "hmac",
    doc: "Keyed hashes, to sign messages with a shared key.",
    profile: Profile::CoreCode,
    functions: FUNCTIONS,
    types: &[("HMAC", &HMAC, Profile::Extended)],
    constants: &[],
    modules: &[],
};

/// The type of the objects.
static HMAC: TypeDesc =
    TypeDesc { doc: "A keyed hash at work.", python: true, ..TypeDesc::new("HMAC", "hmac").with_members(MEMBERS) };

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

fn make(mac: Mac) -> Value {
    Value::native(Keyed { mac: Guarded::new(mac) })
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Guarded<Mac>> {
    receiver::native(name, "HMAC", a).map(|keyed: &Keyed| &keyed.mac)
}

table! {
    static FUNCTIONS = [
        /// Start a keyed hash. The hash function is a name or a constructor of `hashlib`; without one it is MD5.
        ///
        /// >>> hmac.new(b'key', b'message', 'sha256').hexdigest()[:16]
        /// '6e9ef29b75fffc5b'
        /// >>> hmac.new(b'key', b'message', hashlib.sha1).hexdigest()[:16]
        /// '2088df74d5f2146b'
        Function CoreCode "def hmac.new(key: bytes, msg: bytes | None = None, digestmod: str | Callable[..., Any] = '') -> HMAC" => |cx, a| {
            let (Value::Bytes(_) | Value::ByteArray(_)) = &a[0] else {
                return Err(type_error(format!("key: expected bytes or bytearray, but got '{}'", a[0].type_name())));
            };
            let given = truth(cx, &a[2])?;
            let mut mac = match given {
                true => of(cx, &a[0], &a[2])?,
                false => Mac::new(Algorithm::Md5, &args::bytes(&a[0])?)?,
            };
            if !a[1].is_none() {
                with_data(&a[1], |data| Ok(mac.update(data)?))?;
            }
            Ok(make(mac))
        };
        /// Return the keyed hash of a message.
        ///
        /// >>> hmac.digest(b'key', b'message', 'md5').hex()
        /// '4e4748e62b463521f6775fbf921234b5'
        Function Extended "def hmac.digest(key: bytes, msg: bytes, digest: str | Callable[..., Any]) -> bytes" => |cx, a| {
            args::bytes(&a[0])?;
            let mut mac = of(cx, &a[0], &a[2])?;
            mac.update(&args::bytes(&a[1])?)?;
            Ok(Value::bytes(&mac.digest()?))
        };
        /// Tell whether two digests are equal, without revealing through the time it takes where they differ.
        ///
        /// >>> hmac.compare_digest(b'ab', b'ab'), hmac.compare_digest('ab', 'ac')
        /// (True, False)
        Function Extended "hmac.compare_digest(a: str | bytes, b: str | bytes, /) -> bool" => |_, a| {
            compare_digest(&a[0], &a[1]).map(Value::Bool)
        };
    ]
}

/// `hmac.compare_digest`
///
/// # Errors
/// `TypeError` for other pairs than two ASCII texts or two bytes-like objects.
pub fn compare_digest(a: &Value, b: &Value) -> R<bool> {
    let bytes = |value: &Value| matches!(value, Value::Bytes(_) | Value::ByteArray(_));
    match (a.text_bytes(), b.text_bytes()) {
        (Some(a), Some(b)) if a.is_ascii() && b.is_ascii() => Ok(equal(a, b)),
        (Some(_), Some(_)) => Err(type_error("comparing strings with non-ASCII characters is not supported")),
        _ if bytes(a) || bytes(b) => Ok(equal(&args::bytes(a)?, &args::bytes(b)?)),
        _ => Err(type_error(format!(
            "unsupported operand types(s) or combination of types: '{}' and '{}'",
            a.type_of().qualified(),
            b.type_of().qualified()
        ))),
    }
}

/// HMAC with a hash function that is a name, a constructor, or something with a constructor `new`.
fn of(cx: &mut Cx<'_>, key: &Value, digestmod: &Value) -> R<Mac> {
    if let Some(name) = digestmod.text_bytes() {
        let name = String::from_utf8_lossy(name);
        let algorithm = Algorithm::by_name(&name).ok_or_else(|| unsupported(&name))?;
        return plain(key, algorithm);
    }
    if let Some(algorithm) = algorithm_of(digestmod) {
        return plain(key, algorithm);
    }
    // A function of the script, or a module like `Crypto.Hash.SHA256`.
    let constructor = match digestmod {
        Value::Function(_) | Value::Builtin(_) | Value::Method(_) | Value::Type(_) => digestmod.clone(),
        other => attribute::get(cx, other, "new")?,
    };
    let outer = cx.call(&constructor, &[])?;
    let inner = cx.call(&constructor, &[])?;
    let (Some(outer), Some(inner)) = (HashObject::of(&outer), HashObject::of(&inner)) else {
        return Err(attribute::missing(&inner, "digest_size"));
    };
    let (outer, inner) = (outer.hasher.borrow().clone(), inner.hasher.borrow().clone());
    let mut short = args::bytes(key)?.into_owned();
    if short.len() > inner.algorithm.block_size() {
        let long = cx.call(&constructor, std::slice::from_ref(key))?;
        let hashed = HashObject::of(&long).ok_or_else(|| attribute::missing(&long, "digest"))?;
        short = hashed.hasher.borrow().digest();
    }
    Ok(Mac::from_parts(inner, outer, &short)?)
}

fn plain(key: &Value, algorithm: Algorithm) -> R<Mac> {
    if algorithm.is_extendable() {
        return Err(value_error("no reason supplied"));
    }
    Ok(Mac::new(algorithm, &args::bytes(key)?)?)
}

table! {
    static MEMBERS = [
        /// The bytes that the hash function takes in at a time.
        ///
        /// >>> hmac.new(b'k', b'', 'sha256').block_size
        /// 64
        Property Extended "block_size(self, /) -> int" => |_, a| {
            Ok(own("block_size", a)?.borrow().algorithm().block_size().into())
        };
        /// Return an independent object in the same state.
        ///
        /// >>> h = hmac.new(b'k', b'a', 'md5')
        /// >>> h.copy().hexdigest() == h.hexdigest()
        /// True
        Method Extended "def copy(self) -> HMAC" => |_, a| Ok(make(own("copy", a)?.borrow().clone()));
        /// Return the digest of everything so far as bytes.
        ///
        /// >>> hmac.new(b'key', b'message', 'md5').digest()[:4]
        /// b'NGH\xe6'
        Method CoreCode "def digest(self) -> bytes" => |_, a| Ok(Value::bytes(&digest("digest", a)?));
        /// The bytes of the digest.
        ///
        /// >>> hmac.new(b'k', b'', 'sha1').digest_size
        /// 20
        Property Extended "digest_size(self, /) -> int" => |_, a| {
            Ok(own("digest_size", a)?.borrow().digest_size().into())
        };
        /// Return the digest of everything so far as hexadecimal digits.
        ///
        /// >>> hmac.new(b'key', b'message', 'md5').hexdigest()
        /// '4e4748e62b463521f6775fbf921234b5'
        Method CoreCode "def hexdigest(self) -> str" => |_, a| Ok(hex(&digest("hexdigest", a)?));
        /// The name of the keyed hash.
        ///
        /// >>> hmac.new(b'k', b'', 'sha1').name
        /// 'hmac-sha1'
        Property Extended "name(self, /) -> str" => |_, a| {
            Ok(Value::str(&format!("hmac-{}", own("name", a)?.borrow().algorithm().name())))
        };
        /// Take in more of the message.
        ///
        /// >>> h = hmac.new(b'key', b'mess', 'md5')
        /// >>> h.update(b'age')
        /// >>> h.hexdigest()
        /// '4e4748e62b463521f6775fbf921234b5'
        Method CoreCode "def update(self, msg: bytes) -> None" => |_, a| {
            let own = own("update", a)?;
            with_data(&a[1], |data| Ok(own.borrow_mut().update(data)?))?;
            Ok(Value::None)
        };
    ]
}

fn digest(name: &str, a: &[Value]) -> R<Vec<u8>> {
    let own = own(name, a)?.borrow();
    if own.algorithm().is_extendable() {
        return Err(type_error(format!("{name}() missing required argument 'length' (pos 1)")));
    }
    Ok(own.digest()?)
}
