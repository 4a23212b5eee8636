//! `Crypto.PublicKey.RSA`: importing keys, and the two operations with them.
//!
//! Keys may be PKCS #1, PKCS #8, a public-key info or a certificate (X.509), each as DER or PEM, or a public key line of
//! OpenSSH. Encrypted private keys are refused.

use std::any::Any;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::One;

use super::buffer::{random, text_or_bytes};
use super::der::{self, Element, OCTET_STRING};
use crate::builtins::receiver::wrong_receiver;
use crate::table;
use crate::value::exceptions::{Raise, attribute_error, type_error, value_error};
use crate::value::number::{IntView, power_mod};
use crate::value::types::{Constant, Profile};
use crate::value::{Cx, ModuleDesc, NativeObject, R, TypeDesc, Value};

/// The module.
pub static MODULE: ModuleDesc = ModuleDesc {
    name: "Crypto.PublicKey.RSA",
    doc: "RSA keys.",
    profile: Profile::Extended,
    functions: FUNCTIONS,
    types: &[("RsaKey", &KEY, Profile::Extended)],
    constants: &[Constant {
        name: "oid",
        doc: "The object identifier of RSA.",
        profile: Profile::Extended,
        ty: "str",
        value: |_| Ok(Value::str("1.2.840.113549.1.1.1")),
    }],
    modules: &[],
};

/// The type of keys.
static KEY: TypeDesc = TypeDesc {
    doc: "An RSA key.",
    python: true,
    ..TypeDesc::new("RsaKey", "Crypto.PublicKey.RSA").with_members(MEMBERS)
};

/// Bits of the largest modulus: the time of every operation grows with the third power.
const MOST_BITS: u64 = 16_384;

/// The private numbers of a key.
#[derive(Clone, PartialEq)]
struct Private {
    d: BigInt,
    p: BigInt,
    q: BigInt,
}

/// A key.
#[derive(Clone, PartialEq)]
pub struct Key {
    n: BigInt,
    e: BigInt,
    private: Option<Private>,
}

impl NativeObject for Key {
    fn class(&self) -> &'static TypeDesc {
        &KEY
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn eq(&self, other: &Value) -> Option<R<bool>> {
        Key::of(other).map(|other| Ok(self == other))
    }

    fn repr(&self, _cx: &mut Cx<'_>) -> Option<R> {
        Some(self.shown())
    }

    fn str(&self, _cx: &mut Cx<'_>) -> Option<R> {
        let kind = if self.private.is_some() { "Private" } else { "Public" };
        Some(Ok(Value::str(&format!("{kind} RSA key at {:#X}", std::ptr::from_ref(self) as usize))))
    }
}

fn power(base: &BigInt, exponent: &BigInt, modulus: &BigInt) -> R<BigInt> {
    let result = power_mod(IntView::Big(base), IntView::Big(exponent), IntView::Big(modulus))?;
    Ok(IntView::of(&result).map(|number| number.to_big().into_owned()).unwrap_or_default())
}

fn inverse(number: &BigInt, modulus: &BigInt) -> R<BigInt> {
    power(number, &BigInt::from(-1), modulus)
}

impl Key {
    /// The key that a value is.
    #[must_use]
    pub fn of(value: &Value) -> Option<&Key> {
        match value {
            Value::Native(native) => native.downcast(),
            _ => None,
        }
    }

    /// Whether it can sign.
    #[must_use]
    pub fn has_private(&self) -> bool {
        self.private.is_some()
    }

    /// Bytes of the modulus.
    #[must_use]
    pub fn size(&self) -> usize {
        usize::try_from(self.n.bits().div_ceil(8)).unwrap_or_default()
    }

    /// The public operation.
    ///
    /// # Errors
    /// `ValueError` for a number that is too large; a limit.
    pub fn encrypt(&self, number: &BigInt) -> R<BigInt> {
        if *number >= self.n {
            return Err(value_error("Plaintext too large"));
        }
        power(number, &self.e, &self.n)
    }

    /// The private operation; `None` for a public key.
    ///
    /// # Errors
    /// `ValueError` for a number that is too large or a key that does not work; a limit.
    pub fn decrypt(&self, cx: &mut Cx<'_>, number: &BigInt) -> R<Option<BigInt>> {
        if *number >= self.n {
            return Err(value_error("Ciphertext too large"));
        }
        let Some(Private { d, p, q }) = &self.private else { return Ok(None) };
        // Blinding: the time that this takes depends on a random number, not on the one that is signed.
        let blind = BigInt::from_bytes_be(Sign::Plus, &random(cx, self.size())?).mod_floor(&(&self.n - 1u8)) + 1u8;
        let hidden = power(&blind, &self.e, &self.n)? * number % &self.n;
        // The Chinese remainder theorem: two powers with half the digits instead of one.
        let (by_p, by_q) = (power(&hidden, &d.mod_floor(&(p - 1u8)), p)?, power(&hidden, &d.mod_floor(&(q - 1u8)), q)?);
        let step = ((by_q - &by_p) * inverse(p, q)?).mod_floor(q);
        let result = ((step * p + by_p) * inverse(&blind, &self.n)?).mod_floor(&self.n);
        if self.encrypt(&result)? != *number {
            return Err(value_error("Fault detected in RSA private key operation"));
        }
        Ok(Some(result))
    }

    /// All numbers of the key.
    fn shown(&self) -> R {
        let mut text = format!("RsaKey(n={}, e={}", self.n, self.e);
        if let Some(Private { d, p, q }) = &self.private {
            text += &format!(", d={d}, p={p}, q={q}, u={}", inverse(p, q)?);
        }
        Ok(Value::str(&(text + ")")))
    }

    /// Whether the numbers belong together.
    fn is_consistent(&self) -> bool {
        let one = BigInt::one();
        let public = self.e > one && self.e < self.n && self.n.is_odd() && self.n.gcd(&self.e) == one;
        public
            && self.private.as_ref().is_none_or(|Private { d, p, q }| {
                let in_range = [d, p, q].iter().all(|number| **number > one && **number < self.n);
                in_range && p * q == self.n && (&self.e * d % (p - 1u8).lcm(&(q - 1u8))).is_one()
            })
    }

    fn checked(self) -> Option<Key> {
        (self.n.sign() == Sign::Plus && self.n.bits() <= MOST_BITS && self.is_consistent()).then_some(self)
    }
}

/// A key in any of the forms.
fn import(text: &[u8]) -> R<Key> {
    let unsupported = || value_error("RSA key format is not supported");
    let key = if text.starts_with(b"-----") {
        from_der(&der::pem(text).map_err(value_error)?)
    } else if text.starts_with(b"ssh-rsa ") {
        der::openssh(text).and_then(|(e, n)| Key { n, e, private: None }.checked())
    } else {
        from_der(text)
    };
    key.ok_or_else(unsupported)
}

fn from_der(data: &[u8]) -> Option<Key> {
    let parts = der::sequence(data)?;
    pkcs_1(&parts).or_else(|| public_info(&parts)).or_else(|| certificate(&parts)).or_else(|| pkcs_8(&parts))
}

/// Nine numbers of a private key or two of a public one.
fn pkcs_1(parts: &[Element<'_>]) -> Option<Key> {
    let numbers: Vec<BigInt> = parts.iter().map(Element::integer).collect::<Option<_>>()?;
    match &numbers[..] {
        [n, e] => Key { n: n.clone(), e: e.clone(), private: None },
        [version, n, e, d, p, q, _, _, _] if version.sign() == Sign::NoSign => {
            let private = Private { d: d.clone(), p: p.clone(), q: q.clone() };
            Key { n: n.clone(), e: e.clone(), private: Some(private) }
        }
        _ => return None,
    }
    .checked()
}

/// The public key with the name of its algorithm.
fn public_info(parts: &[Element<'_>]) -> Option<Key> {
    match parts {
        [algorithm, key] if der::is_rsa(algorithm) => pkcs_1(&der::sequence(key.bit_string()?)?),
        _ => None,
    }
}

/// The public key of a certificate: the sixth part of what is certified, not counting the version.
fn certificate(parts: &[Element<'_>]) -> Option<Key> {
    /// The tag of the optional version.
    const VERSION: u8 = 0xa0;
    let certified = parts.first()?.sequence()?;
    let mut fields = certified.iter().skip_while(|field| field.tag == VERSION);
    public_info(&fields.nth(5)?.sequence()?)
}

/// The private key with the name of its algorithm.
fn pkcs_8(parts: &[Element<'_>]) -> Option<Key> {
    match parts {
        [_, algorithm, key, ..] if der::is_rsa(algorithm) && key.tag == OCTET_STRING => {
            pkcs_1(&der::sequence(key.content)?).filter(Key::has_private)
        }
        _ => None,
    }
}

table! {
    static FUNCTIONS = [
        /// Read a public or private key from DER, PEM or an OpenSSH line. Encrypted keys are not supported.
        ///
        /// >>> key = Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ== demo')
        /// >>> key.has_private(), key.e
        /// (False, 17)
        Function Extended "def Crypto.PublicKey.RSA.import_key(extern_key: str | bytes, passphrase: str | bytes | None = None) -> RsaKey" => import_key;
        /// Read a public or private key: the older name of `import_key`.
        ///
        /// >>> Crypto.PublicKey.RSA.importKey('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ== demo').n
        /// 3233
        Function Extended "def Crypto.PublicKey.RSA.importKey(extern_key: str | bytes, passphrase: str | bytes | None = None) -> RsaKey" => import_key;
    ]
}

fn import_key(_: &mut Cx<'_>, a: &[Value]) -> R {
    let other = || type_error(format!("Expected a string or a bytes-like object, not {}", a[0].type_name()));
    Ok(Value::native(import(&text_or_bytes(&a[0]).ok_or_else(other)?)?))
}

fn own<'a>(name: &str, a: &'a [Value]) -> R<&'a Key> {
    a.first().and_then(Key::of).ok_or_else(|| wrong_receiver(name, "RsaKey", a.first()))
}

fn private<'a>(name: &str, what: &str, a: &'a [Value]) -> R<&'a Private> {
    let missing = || attribute_error(format!("No {what} available for public keys"));
    own(name, a)?.private.as_ref().ok_or_else(missing)
}

fn number(n: &BigInt) -> R {
    Ok(Value::big(n.clone()))
}

table! {
    static MEMBERS = [
        /// The private exponent.
        ///
        /// >>> hasattr(Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ=='), 'd')
        /// False
        Property Extended "d(self, /) -> int" => |_, a| number(&private("d", "private exponent", a)?.d);
        /// The public exponent.
        ///
        /// >>> Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ==').e
        /// 17
        Property Extended "e(self, /) -> int" => |_, a| number(&own("e", a)?.e);
        /// Tell whether the key can sign.
        ///
        /// >>> Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ==').has_private()
        /// False
        Method Extended "def has_private(self) -> bool" => |_, a| Ok(own("has_private", a)?.has_private().into());
        /// The modulus.
        ///
        /// >>> Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ==').n
        /// 3233
        Property Extended "n(self, /) -> int" => |_, a| number(&own("n", a)?.n);
        /// The first factor of the modulus.
        ///
        /// >>> hasattr(Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ=='), 'p')
        /// False
        Property Extended "p(self, /) -> int" => |_, a| number(&private("p", "CRT component 'p'", a)?.p);
        /// Return the public half of the key.
        ///
        /// >>> Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ==').public_key().e
        /// 17
        Method Extended "def public_key(self) -> RsaKey" => |_, a| {
            Ok(Value::native(Key { private: None, ..own("public_key", a)?.clone() }))
        };
        /// The second factor of the modulus.
        ///
        /// >>> hasattr(Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ=='), 'q')
        /// False
        Property Extended "q(self, /) -> int" => |_, a| number(&private("q", "CRT component 'q'", a)?.q);
        /// Return the bits of the modulus.
        ///
        /// >>> Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ==').size_in_bits()
        /// 12
        Method Extended "def size_in_bits(self) -> int" => |_, a| Ok(Value::big(own("size_in_bits", a)?.n.bits().into()));
        /// Return the bytes of the modulus.
        ///
        /// >>> Crypto.PublicKey.RSA.import_key('ssh-rsa AAAAB3NzaC1yc2EAAAABEQAAAAIMoQ==').size_in_bytes()
        /// 2
        Method Extended "def size_in_bytes(self) -> int" => |_, a| Ok(own("size_in_bytes", a)?.size().into());
    ]
}

/// The error for a private operation with a public key.
#[cold]
#[must_use]
pub fn not_private() -> Raise {
    type_error("This is not a private key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_none() {
        for text in ["", "nonsense", "-----BEGIN X-----\nYWJj\n-----END X-----", "ssh-rsa", "ssh-rsa x", "0\u{1}\u{1}"]
        {
            assert!(import(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_must_belong_together() {
        let number = |n: i64| BigInt::from(n);
        let key = |d, p, q| {
            let private = Some(Private { d: number(d), p: number(p), q: number(q) });
            Key { n: number(3233), e: number(17), private }.checked().is_some()
        };
        assert!(key(2753, 61, 53) && key(413, 53, 61));
        assert!(!key(2754, 61, 53) && !key(2753, 61, 57) && !key(-7, 61, 53) && !key(2753, -61, -53));
    }
}
