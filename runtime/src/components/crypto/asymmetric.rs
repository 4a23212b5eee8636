//! RSA: encryption and signatures, on bytes.

use rsa::pkcs1::{DecodeRsaPrivateKey, DecodeRsaPublicKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::rand_core::OsRng;
use rsa::{Oaep, Pkcs1v15Encrypt, Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};
use rsa_sha1::Sha1;
use rsa_sha2::{Sha224, Sha256, Sha384, Sha512};

use super::config::Hash;
use super::symmetric::undecipherable;
use crate::message::Fault;

/// The keys of an asymmetric configuration.
pub struct RsaKeys {
    private: Option<RsaPrivateKey>,
    public: RsaPublicKey,
}

impl std::fmt::Debug for RsaKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<RSA keys>")
    }
}

/// The beginning of a DigestInfo (RFC 8017, section 9.2, note 1).
fn prefix(hash: Hash) -> &'static [u8] {
    match hash {
        Hash::Md5 => b"\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10",
        Hash::Sha1 => b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14",
        Hash::Sha224 => b"\x30\x2d\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x04\x05\x00\x04\x1c",
        Hash::Sha256 => b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        Hash::Sha384 => b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
        Hash::Sha512 => b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
    }
}

fn scheme(hash: Hash, length: usize) -> Pkcs1v15Sign {
    Pkcs1v15Sign { hash_len: Some(length), prefix: prefix(hash).into() }
}

fn oaep(hash: Hash) -> Result<Oaep, Fault> {
    Ok(match hash {
        Hash::Sha1 => Oaep::new::<Sha1>(),
        Hash::Sha224 => Oaep::new::<Sha224>(),
        Hash::Sha256 => Oaep::new::<Sha256>(),
        Hash::Sha384 => Oaep::new::<Sha384>(),
        Hash::Sha512 => Oaep::new::<Sha512>(),
        Hash::Md5 => return Err(Fault::wrong_type("`oaep-hash` cannot be MD5")),
    })
}

impl RsaKeys {
    /// Reads keys in PEM, PKCS#8 or PKCS#1. A private key brings its public one.
    ///
    /// # Errors
    /// That a key cannot be read; never the key itself.
    pub fn read(private: Option<&str>, public: Option<&str>) -> Result<RsaKeys, String> {
        let private = match private.map(str::trim) {
            Some(pem) => {
                let read = RsaPrivateKey::from_pkcs8_pem(pem).ok().or_else(|| RsaPrivateKey::from_pkcs1_pem(pem).ok());
                Some(read.ok_or("`private-key` is no RSA private key in PEM")?)
            }
            None => None,
        };
        let public = match (public.map(str::trim), &private) {
            (Some(pem), _) => {
                let read =
                    RsaPublicKey::from_public_key_pem(pem).ok().or_else(|| RsaPublicKey::from_pkcs1_pem(pem).ok());
                read.ok_or("`public-key` is no RSA public key in PEM")?
            }
            (None, Some(private)) => private.to_public_key(),
            (None, None) => return Err("an asymmetric configuration needs a key".to_owned()),
        };
        Ok(RsaKeys { private, public })
    }

    fn private(&self) -> Result<&RsaPrivateKey, Fault> {
        self.private.as_ref().ok_or_else(|| Fault::new("CRYPTO:KEY", "the configuration has no `private-key`"))
    }

    /// Encrypts with the public key; with a hash in OAEP.
    ///
    /// # Errors
    /// `CRYPTO:DATA` for content that is too long for the key.
    pub fn encrypt(&self, content: &[u8], hash: Option<Hash>) -> Result<Vec<u8>, Fault> {
        let sealed = match hash {
            None => self.public.encrypt(&mut OsRng, Pkcs1v15Encrypt, content),
            Some(hash) => self.public.encrypt(&mut OsRng, oaep(hash)?, content),
        };
        sealed.map_err(|_| Fault::new("CRYPTO:DATA", "the content is too long for the key and the padding"))
    }

    /// Decrypts with the private key; with a hash in OAEP.
    ///
    /// # Errors
    /// `CRYPTO:DATA` for content that cannot be deciphered.
    pub fn decrypt(&self, content: &[u8], hash: Option<Hash>) -> Result<Vec<u8>, Fault> {
        let key = self.private()?;
        // Blinding keeps the time from telling about the key.
        let opened = match hash {
            None => key.decrypt_blinded(&mut OsRng, Pkcs1v15Encrypt, content),
            Some(hash) => key.decrypt_blinded(&mut OsRng, oaep(hash)?, content),
        };
        opened.map_err(|_| undecipherable())
    }

    /// Signs the hash of content with the private key, RSASSA-PKCS1-v1_5.
    ///
    /// # Errors
    /// `CRYPTO:KEY` for a key that is too short for the hash.
    pub fn sign(&self, digest: &[u8], hash: Hash) -> Result<Vec<u8>, Fault> {
        let signed = self.private()?.sign_with_rng(&mut OsRng, scheme(hash, digest.len()), digest);
        signed.map_err(|_| Fault::new("CRYPTO:KEY", format!("the key is too short for {}", hash.text())))
    }

    /// Whether a signature is that of the content with this hash.
    #[must_use]
    pub fn verify(&self, digest: &[u8], signature: &[u8], hash: Hash) -> bool {
        self.public.verify(scheme(hash, digest.len()), digest, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::apart::Left;
    use rsa::pkcs1::EncodeRsaPrivateKey;
    use rsa::pkcs8::{EncodePublicKey, LineEnding};

    #[test]
    fn what_is_sealed_opens_and_signatures_hold() {
        let made = RsaPrivateKey::new(&mut OsRng, 1024).unwrap();
        let private = made.to_pkcs1_pem(LineEnding::LF).unwrap();
        let public = made.to_public_key().to_public_key_pem(LineEnding::LF).unwrap();
        let (own, theirs) = (RsaKeys::read(Some(&private), None).unwrap(), RsaKeys::read(None, Some(&public)).unwrap());
        for hash in [None, Some(Hash::Sha1), Some(Hash::Sha256)] {
            let sealed = theirs.encrypt(b"content", hash).unwrap();
            assert_eq!(own.decrypt(&sealed, hash).unwrap(), b"content");
            assert_eq!(theirs.decrypt(&sealed, hash).unwrap_err().code, "CRYPTO:KEY");
            assert_eq!(own.decrypt(&sealed[1..], hash).unwrap_err().code, "CRYPTO:DATA");
        }
        assert_eq!(theirs.encrypt(&[0; 1000], None).unwrap_err().code, "CRYPTO:DATA");
        for hash in [Hash::Md5, Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let [digest, other] =
                [&b"content"[..], b"other"].map(|content| hash.of(content, &Left::default()).unwrap());
            let signature = own.sign(&digest, hash).unwrap();
            assert!(theirs.verify(&digest, &signature, hash));
            assert!(!theirs.verify(&other, &signature, hash));
            assert!(!theirs.verify(&digest, b"", hash));
        }
        assert!(RsaKeys::read(Some("no key"), None).is_err() && RsaKeys::read(None, None).is_err());
    }
}
