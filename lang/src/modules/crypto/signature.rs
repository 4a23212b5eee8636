//! `Crypto.Signature`: signatures by PKCS #1 version 1.5 (RFC 8017, section 8.2).

use std::any::Any;

use num_bigint::{BigInt, Sign};

use super::buffer;
use super::der::{OBJECT, OCTET_STRING, SEQUENCE, write};
use super::hash::signed;
use super::rsa::{Key, not_private};
use crate::builtins::receiver;
use crate::modules::hashlib::mac::equal;
use crate::table;
use crate::value::exceptions::{TYPE_ERROR, VALUE_ERROR, attribute_error, type_error, value_error};
use crate::value::types::Profile;
use crate::value::{ModuleDesc, NativeObject, R, TypeDesc, Value};

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "Crypto.Signature",
    doc: "Digital signatures.",
    profile: Profile::Extended,
    functions: &[],
    types: &[],
    constants: &[],
    modules: &[("PKCS1_v1_5", &OLD), ("pkcs1_15", &NEW)],
};

/// The older form, which tells the outcome of a check as a bool.
static OLD: ModuleDesc = ModuleDesc {
    name: "Crypto.Signature.PKCS1_v1_5",
    doc: "Signatures by PKCS #1 version 1.5; checking gives a bool.",
    functions: OLD_FUNCTIONS,
    ..PLAIN
};

/// The form of today.
static NEW: ModuleDesc = ModuleDesc {
    name: "Crypto.Signature.pkcs1_15",
    doc: "Signatures by PKCS #1 version 1.5; checking raises `ValueError`.",
    functions: FUNCTIONS,
    ..PLAIN
};

const PLAIN: ModuleDesc = ModuleDesc {
    name: "",
    doc: "",
    profile: Profile::Extended,
    functions: &[],
    types: &[],
    constants: &[],
    modules: &[],
};

/// A key with a scheme for signatures.
pub static SCHEME: TypeDesc = TypeDesc {
    doc: "An RSA key that signs and checks signatures.",
    python: true,
    ..TypeDesc::new("PKCS115_SigScheme", "Crypto.Signature.pkcs1_15").with_members(MEMBERS)
};

/// A key that signs.
struct Scheme {
    key: Value,
    /// Whether checking gives a bool.
    gives_bool: bool,
}

impl NativeObject for Scheme {
    fn class(&self) -> &'static TypeDesc {
        &SCHEME
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

table! {
    static FUNCTIONS = [
        /// Make an object that signs or checks signatures with an RSA key.
        ///
        /// >>> key = Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ==')
        /// >>> Crypto.Signature.pkcs1_15.new(key).can_sign()
        /// False
        Function Extended "def Crypto.Signature.pkcs1_15.new(rsa_key: RsaKey) -> PKCS115_SigScheme" => |_, a| {
            Ok(Value::native(Scheme { key: a[0].clone(), gives_bool: false }))
        };
    ]
}

table! {
    static OLD_FUNCTIONS = [
        /// Make an object that signs or checks signatures with an RSA key; checking gives a bool.
        ///
        /// >>> key = Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ==')
        /// >>> Crypto.Signature.PKCS1_v1_5.new(key).verify(Crypto.Hash.SHA1.new(b'x'), b'??')
        /// False
        Function Extended "def Crypto.Signature.PKCS1_v1_5.new(rsa_key: RsaKey) -> PKCS115_SigScheme" => |_, a| {
            Ok(Value::native(Scheme { key: a[0].clone(), gives_bool: true }))
        };
    ]
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<(&'a Scheme, &'a Key)> {
    let scheme: &Scheme = receiver::native(name, "PKCS115_SigScheme", a)?;
    let no_key = || attribute_error(format!("'{}' object has no attribute 'n'", scheme.key.type_of().qualified()));
    Ok((scheme, Key::of(&scheme.key).ok_or_else(no_key)?))
}

table! {
    static MEMBERS = [
        /// Tell whether the key is private.
        ///
        /// >>> key = Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ==')
        /// >>> Crypto.Signature.pkcs1_15.new(key).can_sign()
        /// False
        Method Extended "def can_sign(self) -> bool" => |_, a| Ok(own("can_sign", a)?.1.has_private().into());
        /// Return the signature of what a hash object of `Crypto.Hash` has hashed.
        ///
        /// >>> hasattr(Crypto.Signature.pkcs1_15.new(None), 'sign')
        /// True
        Method Extended "def sign(self, msg_hash: Any) -> bytes" => |cx, a| {
            let (_, key) = own("sign", a)?;
            let encoded = encode(&a[1], key.size(), true)?;
            let signature = key.decrypt(cx, &BigInt::from_bytes_be(Sign::Plus, &encoded))?.ok_or_else(not_private)?;
            Ok(Value::bytes(&padded(&signature, key.size())))
        };
        /// Check a signature of what a hash object of `Crypto.Hash` has hashed; `ValueError` if it is wrong.
        ///
        /// >>> hasattr(Crypto.Signature.pkcs1_15.new(None), 'verify')
        /// True
        Method Extended "def verify(self, msg_hash: Any, signature: bytes) -> bool | None" => |_, a| {
            let (scheme, key) = own("verify", a)?;
            match verify(key, &a[1], &a[2]) {
                Ok(()) if scheme.gives_bool => Ok(Value::Bool(true)),
                Ok(()) => Ok(Value::None),
                Err(raise) if scheme.gives_bool && (raise.is(&VALUE_ERROR) || raise.is(&TYPE_ERROR)) => {
                    Ok(Value::Bool(false))
                }
                Err(raise) => Err(raise),
            }
        };
    ]
}

fn verify(key: &Key, hash: &Value, signature: &Value) -> R<()> {
    let invalid = || value_error("Invalid signature");
    let signature = buffer::bytes(signature)?;
    if signature.len() != key.size() {
        return Err(invalid());
    }
    let opened = key
        .encrypt(&BigInt::from_bytes_be(Sign::Plus, &signature))
        .map_err(|raise| if raise.is(&VALUE_ERROR) { invalid() } else { raise })?;
    let opened = padded(&opened, key.size());
    // The parameters of the algorithm are NULL or left out. Comparing whole encodings leaves no room for forged padding.
    let full = encode(hash, key.size(), true)?;
    let short = encode(hash, key.size(), false)?;
    if equal(&opened, &full) || equal(&opened, &short) { Ok(()) } else { Err(invalid()) }
}

/// A number as so many bytes.
fn padded(number: &BigInt, len: usize) -> Vec<u8> {
    let (_, bytes) = number.to_bytes_be();
    let mut out = vec![0; len.saturating_sub(bytes.len())];
    out.extend(bytes);
    out
}

/// What is signed: padding, the name of the hash function, and the digest.
fn encode(hash: &Value, len: usize, with_null: bool) -> R<Vec<u8>> {
    const NULL: [u8; 2] = [5, 0];
    let (oid, digest) = signed(hash)?;
    let mut algorithm = write(OBJECT, oid);
    algorithm.extend(NULL.iter().filter(|_| with_null));
    let mut info = write(SEQUENCE, &algorithm);
    info.extend(write(OCTET_STRING, &digest));
    let info = write(SEQUENCE, &info);
    let Some(fill) = len.checked_sub(info.len() + 3).filter(|fill| *fill >= 8) else {
        let size = info.len();
        return Err(type_error(format!("DigestInfo is too long for this RSA key ({size} bytes).")));
    };
    let mut encoded = vec![0, 1];
    encoded.resize(2 + fill, 0xff);
    encoded.push(0);
    encoded.extend(info);
    Ok(encoded)
}
