//! The module `hashlib` (spec 9.2, 9.3): hash functions, and keys from passwords.
//!
//! | room | job |
//! |---|---|
//! | [`digest`] | the hash functions behind one interface |
//! | [`blake2`], [`keccak`] | those that no crate gives as they are needed here |
//! | [`mac`] | HMAC and PBKDF2 |
//! | [`object`] | hash objects |
//! | [`blake`] | the types `blake2b` and `blake2s` |
//!
//! The module `hmac` and the hash part of `Crypto` build on the same rooms.

pub mod blake;
pub mod blake2;
pub mod digest;
pub mod keccak;
pub mod mac;
pub mod object;

use crate::builtins::bytes::args;
use crate::builtins::list::word;
use crate::builtins::str::args::{bad_argument, short_int};
use crate::table;
use crate::value::exceptions::{Raise, VALUE_ERROR, overflow_error, type_error, value_error};
use crate::value::table::Table;
use crate::value::types::{Constant, Profile, TypeDesc};
use crate::value::{Cx, ModuleDesc, R, Set, Value};
use digest::{Algorithm, Hasher};

/// The error of `pbkdf2_hmac` for an unknown hash function.
static UNSUPPORTED: TypeDesc = TypeDesc {
    doc: "A hash function that is not available.",
    ..TypeDesc::new("UnsupportedDigestmodError", "_hashlib").with_base(&VALUE_ERROR)
};

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "hashlib",
    doc: "Hash functions, and keys from passwords.",
    profile: Profile::CoreCode,
    functions: FUNCTIONS,
    types: &[("blake2b", &blake::BLAKE2B, Profile::Extended), ("blake2s", &blake::BLAKE2S, Profile::Extended)],
    constants: &[
        Constant {
            name: "algorithms_available",
            doc: "The names of all hash functions that `new` knows.",
            profile: Profile::Extended,
            ty: "set[str]",
            value: names,
        },
        Constant {
            name: "algorithms_guaranteed",
            doc: "The names of the hash functions that exist everywhere.",
            profile: Profile::Extended,
            ty: "set[str]",
            value: names,
        },
    ],
    modules: &[],
};

fn names(_: &mut Cx<'_>) -> R {
    let names = Set::new(Table::default(), false);
    for algorithm in Algorithm::ALL {
        names.add(Value::str(algorithm.name()))?;
    }
    Ok(Value::Set(names))
}

fn start(algorithm: Algorithm, a: &[Value]) -> R {
    let mut hasher = Hasher::new(algorithm);
    object::feed(&mut hasher, &a[0])?;
    Ok(object::make(hasher))
}

table! {
    /// The functions; those named after an algorithm make its hash objects.
    pub static FUNCTIONS = [
        /// Start an MD5 hash. MD5 is broken: use it for checksums and old interfaces only.
        ///
        /// >>> hashlib.md5(b'abc').hexdigest()
        /// '900150983cd24fb0d6963f7d28e17f72'
        Function CoreCode "openssl_md5 hashlib.md5(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Md5, a);
        /// Start a SHA-1 hash. SHA-1 is broken: use it for checksums and old interfaces only.
        ///
        /// >>> hashlib.sha1(b'abc').hexdigest()
        /// 'a9993e364706816aba3e25717850c26c9cd0d89d'
        Function CoreCode "openssl_sha1 hashlib.sha1(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Sha1, a);
        /// Start a SHA-224 hash.
        ///
        /// >>> hashlib.sha224(b'abc').hexdigest()[:16]
        /// '23097d223405d822'
        Function Extended "openssl_sha224 hashlib.sha224(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Sha224, a);
        /// Start a SHA-256 hash.
        ///
        /// >>> hashlib.sha256(b'abc').hexdigest()[:16]
        /// 'ba7816bf8f01cfea'
        Function CoreCode "openssl_sha256 hashlib.sha256(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Sha256, a);
        /// Start a SHA-384 hash.
        ///
        /// >>> hashlib.sha384(b'abc').hexdigest()[:16]
        /// 'cb00753f45a35e8b'
        Function Extended "openssl_sha384 hashlib.sha384(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Sha384, a);
        /// Start a SHA-512 hash.
        ///
        /// >>> hashlib.sha512(b'abc').hexdigest()[:16]
        /// 'ddaf35a193617aba'
        Function Extended "openssl_sha512 hashlib.sha512(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Sha512, a);
        /// Start a SHA3-224 hash.
        ///
        /// >>> hashlib.sha3_224(b'abc').hexdigest()[:16]
        /// 'e642824c3f8cf24a'
        Function Extended "openssl_sha3_224 hashlib.sha3_224(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Sha3_224, a);
        /// Start a SHA3-256 hash.
        ///
        /// >>> hashlib.sha3_256(b'abc').hexdigest()[:16]
        /// '3a985da74fe225b2'
        Function Extended "openssl_sha3_256 hashlib.sha3_256(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Sha3_256, a);
        /// Start a SHA3-384 hash.
        ///
        /// >>> hashlib.sha3_384(b'abc').hexdigest()[:16]
        /// 'ec01498288516fc9'
        Function Extended "openssl_sha3_384 hashlib.sha3_384(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Sha3_384, a);
        /// Start a SHA3-512 hash.
        ///
        /// >>> hashlib.sha3_512(b'abc').hexdigest()[:16]
        /// 'b751850b1a57168a'
        Function Extended "openssl_sha3_512 hashlib.sha3_512(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASH" => |_, a| start(Algorithm::Sha3_512, a);
        /// Start a SHAKE128 hash, whose digest may have any length.
        ///
        /// >>> hashlib.shake_128(b'abc').hexdigest(8)
        /// '5881092dd818bf5c'
        Function Extended "openssl_shake_128 hashlib.shake_128(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASHXOF" => |_, a| start(Algorithm::Shake128, a);
        /// Start a SHAKE256 hash, whose digest may have any length.
        ///
        /// >>> hashlib.shake_256(b'abc').hexdigest(8)
        /// '483366601360a877'
        Function Extended "openssl_shake_256 hashlib.shake_256(string: bytes = <absent>, *, usedforsecurity: bool = True) -> HASHXOF" => |_, a| start(Algorithm::Shake256, a);
        /// Start a hash with the function of that name.
        ///
        /// >>> hashlib.new('sha256', b'abc').hexdigest()[:16]
        /// 'ba7816bf8f01cfea'
        Function Extended "def __hash_new hashlib.new(name: str, data: bytes = <absent>, **kwargs: Any) -> Any" => new;
        /// Derive a key from a password by PBKDF2 with HMAC.
        ///
        /// >>> hashlib.pbkdf2_hmac('sha256', b'password', b'salt', 10, dklen=8).hex()
        /// '653cc888d937efe2'
        Function Extended "hashlib.pbkdf2_hmac(hash_name: str, password: bytes, salt: bytes, iterations: int, dklen: int | None = None) -> bytes" => pbkdf2_hmac;
    ]
}

fn new(cx: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(name) = a[0].text_bytes() else { return Err(type_error("name must be a string")) };
    let name = String::from_utf8_lossy(name).into_owned();
    let options = match &a[2] {
        Value::Dict(options) => options.items(),
        _ => Vec::new(),
    };
    let algorithm = Algorithm::by_name(&name).ok_or_else(|| object::unsupported(&name))?;
    let class = match algorithm {
        Algorithm::Blake2b => &blake::BLAKE2B,
        Algorithm::Blake2s => &blake::BLAKE2S,
        _ => {
            let unknown = options.iter().find(|(key, _)| key.as_str() != Some("usedforsecurity"));
            return match unknown {
                Some((key, _)) => {
                    Err(type_error(format!("'{}' is an invalid keyword argument for new()", key.to_display())))
                }
                None => start(algorithm, &a[1..]),
            };
        }
    };
    let data: Vec<Value> = a[1].given().cloned().into_iter().collect();
    crate::builtins::construct(cx, class, &data, &options)
}

fn pbkdf2_hmac(_: &mut Cx<'_>, a: &[Value]) -> R {
    let Some(name) = a[0].as_str() else {
        return Err(bad_argument("pbkdf2_hmac() argument 'hash_name'", "str", &a[0]));
    };
    let (password, salt) = (args::bytes(&a[1])?, args::bytes(&a[2])?);
    let iterations = word(&a[3])?;
    let Some(algorithm) = Algorithm::by_name(name) else {
        return Err(Raise::new(&UNSUPPORTED, "[digital envelope routines] unsupported"));
    };
    if iterations < 1 {
        return Err(value_error("iteration value must be greater than 0."));
    }
    let Some(iterations) = u32::try_from(iterations).ok().filter(|n| i32::try_from(*n).is_ok()) else {
        return Err(overflow_error("iteration value is too great."));
    };
    let length = match &a[4] {
        Value::None => algorithm.digest_size(),
        given => {
            let length = word(given)?;
            if length < 1 {
                return Err(value_error("key length must be greater than 0."));
            }
            if i32::try_from(length).is_err() {
                return Err(overflow_error("key length is too great."));
            }
            usize::try_from(short_int(given)?).unwrap_or_default()
        }
    };
    if algorithm.is_extendable() {
        return Err(value_error("no reason supplied"));
    }
    Ok(Value::bytes(&mac::pbkdf2(algorithm, &password, &salt, iterations, length)?))
}
