//! Configurations of type `crypto`: keys, and the hashes that they name. How a key is derived is in [`super::derivation`].

use std::sync::Arc;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::asymmetric::RsaKeys;
use super::derivation::{Derivation, Password};
use super::symmetric::Algorithm;
use crate::diagnostic::Code;
use crate::engine::apart::{Left, STRETCH};
use crate::message::Fault;
use crate::params::{Reader, Secret};
use crate::yaml::Node;
use crate::{choices, params};

choices! {
    /// What the keys are for.
    pub enum CryptoMode {
        /// One key for both directions.
        Symmetric = "symmetric",
        /// A private and a public RSA key.
        Asymmetric = "asymmetric",
        /// Keys of OpenPGP.
        Pgp = "pgp",
    }
}

choices! {
    /// How the key of a symmetric configuration is made.
    pub enum KeyForm {
        /// Derived from a password.
        Pbkdf2 = "pbkdf2",
        /// As it is.
        None = "none",
        /// Filled with zero bytes.
        Zero = "zero",
    }
}

choices! {
    /// A hash function.
    pub enum Hash {
        /// MD5
        Md5 = "MD5",
        /// SHA-1
        Sha1 = "SHA1",
        /// SHA-224
        Sha224 = "SHA224",
        /// SHA-256
        Sha256 = "SHA256",
        /// SHA-384
        Sha384 = "SHA384",
        /// SHA-512
        Sha512 = "SHA512",
    }
}

/// Iterations below this number get a warning.
const FEW_ITERATIONS: u32 = 10_000;

params! {
    /// Keys for encryption and signatures.
    pub struct CryptoConfig {
        /// What the keys are for.
        "mode" mode: CryptoMode,
        /// How the symmetric key is made.
        "padding-mode" padding_mode: KeyForm [default("pbkdf2")],
        /// The hash of PBKDF2.
        "hash" hash: Hash [default("SHA256")],
        /// The salt of PBKDF2.
        "salt" salt: Option<String> [optional()],
        /// The password of PBKDF2.
        "password" password: Option<Secret> [optional()],
        /// The iterations of PBKDF2; 0 means 1.
        "iterations" iterations: Option<u32> [optional(), int(0, 100_000_000)],
        /// Bytes of a derived AES key.
        "key-bytes" key_bytes: usize [default("16"), int(16, 32)],
        /// The key, for `padding-mode` `none` and `zero`.
        "key" key: Option<Secret> [optional()],
        /// The RSA private key, PEM.
        "private-key" private_key: Option<Secret> [optional()],
        /// The RSA public key, PEM.
        "public-key" public_key: Option<String> [optional()],
    }
    check = check_config;
}

fn check_config(config: &CryptoConfig, reader: &mut Reader<'_>, node: &Node) {
    let needed: &[(&str, bool)] = match (config.mode, config.padding_mode) {
        (CryptoMode::Pgp, _) => {
            return reader.error(Code::LATER_STAGE, node.span, "crypto with `mode: pgp` is not implemented yet");
        }
        (CryptoMode::Symmetric, KeyForm::Pbkdf2) => &[
            ("salt", config.salt.is_some()),
            ("password", config.password.is_some()),
            ("iterations", config.iterations.is_some()),
        ],
        (CryptoMode::Symmetric, _) => &[("key", config.key.is_some())],
        (CryptoMode::Asymmetric, _) => {
            &[("private-key` or `public-key", config.private_key.is_some() || config.public_key.is_some())]
        }
    };
    for (name, _) in needed.iter().filter(|(_, given)| !given) {
        reader.error(Code::SHAPE, node.span, format!("the key `{name}` is missing in this configuration"));
    }
    if !matches!(config.key_bytes, 16 | 24 | 32) {
        reader.error(Code::LIMITS, node.span, format!("`key-bytes` must be 16, 24 or 32, not {}", config.key_bytes));
    }
    if config.iterations.is_some_and(|iterations| iterations < FEW_ITERATIONS) {
        let message = format!("less than {FEW_ITERATIONS} iterations are easily tried out");
        reader.warning(Code::LIMITS, node.span, message);
    }
}

impl CryptoConfig {
    /// Is one key for both directions?
    #[must_use]
    pub fn is_symmetric(&self) -> bool {
        self.mode == CryptoMode::Symmetric
    }
}

/// The keys of a configuration, ready for use.
#[derive(Debug)]
pub enum Keys {
    /// One key for both directions.
    Symmetric(SymmetricKey),
    /// RSA keys.
    Asymmetric(Box<RsaKeys>),
}

impl Keys {
    /// The keys of a configuration.
    ///
    /// # Errors
    /// Keys that cannot be read.
    pub fn open(config: &CryptoConfig) -> Result<Keys, String> {
        match config.mode {
            CryptoMode::Symmetric => {
                let bytes = |secret: &Option<Secret>| {
                    secret.as_ref().map(|secret| secret.expose().as_bytes().to_vec()).unwrap_or_default()
                };
                Ok(Keys::Symmetric(match config.padding_mode {
                    KeyForm::Pbkdf2 => SymmetricKey::Derived(Box::new(Derivation::from(Password {
                        hash: config.hash,
                        salt: config.salt.clone().unwrap_or_default().into_bytes(),
                        password: bytes(&config.password),
                        iterations: config.iterations.unwrap_or(0).max(1),
                        aes_bytes: config.key_bytes,
                    }))),
                    KeyForm::None => SymmetricKey::Given { key: bytes(&config.key), fill: false },
                    KeyForm::Zero => SymmetricKey::Given { key: bytes(&config.key), fill: true },
                }))
            }
            CryptoMode::Asymmetric => {
                let private = config.private_key.as_ref().map(Secret::expose);
                RsaKeys::read(private, config.public_key.as_deref()).map(|keys| Keys::Asymmetric(Box::new(keys)))
            }
            CryptoMode::Pgp => Err("crypto with `mode: pgp` is not implemented yet".to_owned()),
        }
    }
}

/// A symmetric key.
pub enum SymmetricKey {
    /// Derived from a password, once for each length.
    Derived(Box<Derivation>),
    /// As it was given, or filled with zero bytes.
    Given {
        /// The key.
        key: Vec<u8>,
        /// Whether a shorter one is filled.
        fill: bool,
    },
}

impl std::fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<key>")
    }
}

impl SymmetricKey {
    /// The key for an algorithm.
    ///
    /// # Errors
    /// `CRYPTO:KEY` for a key of the wrong length; that the work was left.
    pub fn key(&self, algorithm: Algorithm, left: &Left) -> Result<Arc<[u8]>, Fault> {
        match self {
            SymmetricKey::Derived(derivation) => derivation.key(algorithm, left),
            SymmetricKey::Given { key, fill } => {
                let mut filled = key.clone();
                filled.resize(fitting(key.len(), *fill, algorithm)?, 0);
                Ok(filled.into())
            }
        }
    }

    /// Whether there is a key for an algorithm; derives none.
    ///
    /// # Errors
    /// As [`SymmetricKey::key`].
    pub fn check(&self, algorithm: Algorithm) -> Result<(), Fault> {
        match self {
            SymmetricKey::Derived(_) => Ok(()),
            SymmetricKey::Given { key, fill } => fitting(key.len(), *fill, algorithm).map(drop),
        }
    }
}

/// The length for an algorithm of a key of so many bytes, which may be filled.
fn fitting(given: usize, fill: bool, algorithm: Algorithm) -> Result<usize, Fault> {
    let lengths = algorithm.key_lengths();
    let fits = |length: usize| length == given || fill && length > given;
    lengths.iter().copied().find(|length| fits(*length)).ok_or_else(|| {
        let lengths: Vec<String> = lengths.iter().map(ToString::to_string).collect();
        let (name, lengths) = (algorithm.text(), lengths.join(" or "));
        Fault::new("CRYPTO:KEY", format!("the key has {given} bytes, {name} needs {lengths}"))
    })
}

impl Hash {
    /// The hash of bytes.
    ///
    /// # Errors
    /// That the work was left.
    pub fn of(self, bytes: &[u8], left: &Left) -> Result<Vec<u8>, Fault> {
        match self {
            Hash::Md5 => digest::<Md5>(bytes, left),
            Hash::Sha1 => digest::<Sha1>(bytes, left),
            Hash::Sha224 => digest::<Sha224>(bytes, left),
            Hash::Sha256 => digest::<Sha256>(bytes, left),
            Hash::Sha384 => digest::<Sha384>(bytes, left),
            Hash::Sha512 => digest::<Sha512>(bytes, left),
        }
    }
}

fn digest<D: Digest>(bytes: &[u8], left: &Left) -> Result<Vec<u8>, Fault> {
    let mut digest = D::new();
    for stretch in bytes.chunks(STRETCH) {
        left.check()?;
        digest.update(stretch);
    }
    Ok(digest.finalize().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::apart::testing::leave;

    #[test]
    fn a_hash_that_was_left_ends_on_its_way() {
        let content = vec![0; 512 << 20];
        for hash in [Hash::Md5, Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            assert_eq!(leave(|left| hash.of(&content, left)), "CORE:CANCELLED", "{}", hash.text());
        }
    }
}
