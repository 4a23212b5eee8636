//! The module `Crypto` (spec 9.4): encryption with AES, padding, and RSA signatures, as in pycryptodome.
//!
//! | room | job |
//! |---|---|
//! | [`padding`] | `Crypto.Util.Padding` |
//! | [`aes`], [`members`] | `Crypto.Cipher.AES` and its objects |
//! | [`block`], [`gcm`] | the modes of operation, without anything of the language |
//! | [`hash`] | `Crypto.Hash` |
//! | [`rsa`], [`der`] | `Crypto.PublicKey.RSA` and the forms of keys |
//! | [`signature`] | `Crypto.Signature` |
//! | [`buffer`] | arguments and results, random bytes |

pub mod aes;
pub mod block;
pub mod buffer;
pub mod der;
pub mod gcm;
pub mod hash;
pub mod members;
pub mod padding;
pub mod rsa;
pub mod signature;

use crate::builtins::list::word;
use crate::table;
use crate::value::exceptions::value_error;
use crate::value::types::Profile;
use crate::value::{ModuleDesc, Value};

/// A module that only holds others.
const fn package(
    name: &'static str,
    doc: &'static str,
    profile: Profile,
    modules: &'static [(&'static str, &'static ModuleDesc)],
) -> ModuleDesc {
    ModuleDesc { name, doc, profile, functions: &[], types: &[], constants: &[], modules }
}

/// The module.
pub static MODULE: ModuleDesc = package(
    "Crypto",
    "Encryption, padding and signatures.",
    Profile::CoreCode,
    &[
        ("Cipher", &CIPHER),
        ("Hash", &hash::MODULE),
        ("PublicKey", &PUBLIC_KEY),
        ("Random", &RANDOM),
        ("Signature", &signature::MODULE),
        ("Util", &UTIL),
    ],
);

static CIPHER: ModuleDesc = package("Crypto.Cipher", "Ciphers.", Profile::CoreCode, &[("AES", &aes::MODULE)]);

static PUBLIC_KEY: ModuleDesc =
    package("Crypto.PublicKey", "Keys of asymmetric algorithms.", Profile::Extended, &[("RSA", &rsa::MODULE)]);

static UTIL: ModuleDesc = package("Crypto.Util", "Small helpers.", Profile::CoreCode, &[("Padding", &padding::MODULE)]);

static RANDOM: ModuleDesc = ModuleDesc {
    functions: RANDOM_FUNCTIONS,
    ..package("Crypto.Random", "Random bytes for keys.", Profile::Extended, &[])
};

table! {
    static RANDOM_FUNCTIONS = [
        /// Return so many random bytes, good enough for keys.
        ///
        /// >>> len(Crypto.Random.get_random_bytes(16))
        /// 16
        Function Extended "urandom Crypto.Random.get_random_bytes(size: int, /) -> bytes" => |cx, a| {
            let len = usize::try_from(word(&a[0])?).map_err(|_| value_error("negative argument not allowed"))?;
            Ok(Value::bytes(&buffer::random(cx, len)?))
        };
    ]
}
