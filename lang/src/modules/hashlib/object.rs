//! Hash objects: their types, their members, and what else makes them.

use std::any::Any;

use super::digest::{Algorithm, Hasher};
use crate::builtins::bytes::args;
use crate::builtins::list::word;
use crate::builtins::receiver::wrong_receiver;
use crate::table;
use crate::value::exceptions::{Raise, type_error, value_error};
use crate::value::types::TypeDesc;
use crate::value::{Blob, Bytes, Cx, Guarded, NativeObject, R, Value};

/// The type of the hash objects of most functions.
pub static HASH: TypeDesc =
    TypeDesc { doc: "A hash function at work.", ..TypeDesc::new("HASH", "_hashlib").with_members(MEMBERS) };

/// The type of those whose digest may have any length.
pub static HASHXOF: TypeDesc = TypeDesc {
    doc: "A hash function at work whose digest may have any length.",
    ..TypeDesc::new("HASHXOF", "_hashlib").with_base(&HASH).with_members(XOF_MEMBERS)
};

/// An object that hashes. The hash objects of `hashlib` and of `Crypto.Hash` differ in their types only.
pub struct HashObject {
    class: &'static TypeDesc,
    /// The function and its state.
    pub hasher: Guarded<Hasher>,
}

impl HashObject {
    /// A hash object of a type.
    #[must_use]
    pub fn value(class: &'static TypeDesc, hasher: Hasher) -> Value {
        Value::native(HashObject { class, hasher: Guarded::new(hasher) })
    }

    /// The hash object that a value is.
    #[must_use]
    pub fn of(value: &Value) -> Option<&HashObject> {
        match value {
            Value::Native(native) => native.downcast(),
            _ => None,
        }
    }

    /// Another object in the same state.
    #[must_use]
    pub fn copied(&self) -> Value {
        HashObject::value(self.class, self.hasher.borrow().clone())
    }
}

impl NativeObject for HashObject {
    fn class(&self) -> &'static TypeDesc {
        self.class
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn repr(&self, _cx: &mut Cx<'_>) -> Option<R> {
        if !self.class.is_subtype(&HASH) {
            return None;
        }
        let (name, class) = (self.hasher.borrow().algorithm.name(), self.class.full_name());
        Some(Ok(Value::str(&format!("<{name} {class} object @ {:#x}>", std::ptr::from_ref(self) as usize))))
    }
}

/// An object of `hashlib` for a function other than BLAKE2, which has types of its own.
#[must_use]
pub fn make(hasher: Hasher) -> Value {
    HashObject::value(if hasher.algorithm.is_extendable() { &HASHXOF } else { &HASH }, hasher)
}

/// Hands data from a script to `take`.
///
/// # Errors
/// `TypeError` for what is no bytes-like object; what `take` raises.
pub fn with_data(value: &Value, take: impl FnOnce(&[u8]) -> R<()>) -> R<()> {
    match value {
        Value::Bytes(_) | Value::ByteArray(_) => take(&args::bytes(value)?),
        Value::Short(_) | Value::Str(_) => Err(type_error("Strings must be encoded before hashing")),
        _ => Err(type_error("object supporting the buffer API required")),
    }
}

/// Hands optional data from a script to a hash function.
///
/// # Errors
/// As [`with_data`].
pub fn feed(hasher: &mut Hasher, data: &Value) -> R<()> {
    match data.given() {
        Some(data) => with_data(data, |bytes| Ok(hasher.update(bytes)?)),
        None => Ok(()),
    }
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> Value {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = crate::value::HVec::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    Value::text_vec(text)
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a HashObject> {
    a.first().and_then(HashObject::of).ok_or_else(|| wrong_receiver(name, "_hashlib.HASH", a.first()))
}

table! {
    /// The members of hash objects.
    pub static MEMBERS = [
        /// The bytes that the function takes in at a time.
        ///
        /// >>> hashlib.sha256().block_size
        /// 64
        Property Extended "block_size(self, /) -> int" => |_, a| {
            Ok(own("block_size", a)?.hasher.borrow().algorithm.block_size().into())
        };
        /// Return an independent object in the same state.
        ///
        /// >>> h = hashlib.md5(b'a')
        /// >>> c = h.copy()
        /// >>> h.update(b'b')
        /// >>> c.hexdigest() == hashlib.md5(b'a').hexdigest()
        /// True
        Method Extended "copy(self, /) -> Any" => |_, a| Ok(own("copy", a)?.copied());
        /// Return the digest of everything so far as bytes.
        ///
        /// >>> hashlib.md5(b'abc').digest()[:4]
        /// b'\x90\x01P\x98'
        Method CoreCode "digest(self, /) -> bytes" => |_, a| {
            Ok(Value::bytes(&own("digest", a)?.hasher.borrow().digest()))
        };
        /// The bytes of the digest.
        ///
        /// >>> hashlib.sha1().digest_size
        /// 20
        Property Extended "digest_size(self, /) -> int" => |_, a| {
            Ok(own("digest_size", a)?.hasher.borrow().digest_size().into())
        };
        /// Return the digest of everything so far as hexadecimal digits.
        ///
        /// >>> hashlib.md5(b'abc').hexdigest()
        /// '900150983cd24fb0d6963f7d28e17f72'
        Method CoreCode "hexdigest(self, /) -> str" => |_, a| {
            Ok(hex(&own("hexdigest", a)?.hasher.borrow().digest()))
        };
        /// The name of the function.
        ///
        /// >>> hashlib.new('SHA256').name
        /// 'sha256'
        Property Extended "name(self, /) -> str" => |_, a| {
            Ok(Value::str(own("name", a)?.hasher.borrow().algorithm.name()))
        };
        /// Take in more data: twice the same as once with the data joined.
        ///
        /// >>> h = hashlib.md5(b'a')
        /// >>> h.update(b'bc')
        /// >>> h.hexdigest()
        /// '900150983cd24fb0d6963f7d28e17f72'
        Method CoreCode "update(self, obj: bytes, /) -> None" => |_, a| {
            let own = own("update", a)?;
            feed(&mut own.hasher.borrow_mut(), &a[1])?;
            Ok(Value::None)
        };
    ]
}

table! {
    static XOF_MEMBERS = [
        /// Return a digest of so many bytes of everything so far.
        ///
        /// >>> hashlib.shake_128(b'abc').digest(2)
        /// b'X\x81'
        Method Extended "digest(self, /, length: int) -> bytes" => |_, a| {
            let digest = own("digest", a)?.hasher.borrow().digest_of(length(&a[1])?)?;
            Ok(Value::Bytes(Bytes::from_blob(Blob::Own(digest))))
        };
        /// Return a digest of so many bytes of everything so far as hexadecimal digits.
        ///
        /// >>> hashlib.shake_128(b'abc').hexdigest(4)
        /// '5881092d'
        Method Extended "hexdigest(self, /, length: int) -> str" => |_, a| {
            let length = length(&a[1])?;
            crate::value::interrupt::reserve(length.saturating_mul(3))?;
            Ok(hex(&own("hexdigest", a)?.hasher.borrow().digest_of(length)?))
        };
    ]
}

fn length(value: &Value) -> R<usize> {
    usize::try_from(word(value)?).map_err(|_| value_error("length must not be negative"))
}

/// The function that a value makes hash objects of, if it is a constructor of `hashlib`.
#[must_use]
pub fn algorithm_of(constructor: &Value) -> Option<Algorithm> {
    match constructor {
        Value::Builtin(own) => {
            let ours = super::FUNCTIONS.iter().any(|f| std::ptr::eq(f, *own));
            Algorithm::ALL.into_iter().find(|a| ours && a.name() == own.name())
        }
        Value::Type(own) if std::ptr::eq(*own, &super::blake::BLAKE2B) => Some(Algorithm::Blake2b),
        Value::Type(own) if std::ptr::eq(*own, &super::blake::BLAKE2S) => Some(Algorithm::Blake2s),
        _ => None,
    }
}

/// The error for a name that is no hash function's.
#[cold]
#[must_use]
pub fn unsupported(name: &str) -> Raise {
    value_error(format!("unsupported hash type {name}"))
}
