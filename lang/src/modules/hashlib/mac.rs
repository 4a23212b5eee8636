//! HMAC (RFC 2104) and PBKDF2 (RFC 8018) over any hash function.

use super::digest::{Algorithm, Hasher};
use crate::value::interrupt::{Stop, checkpoint, reserve};

/// A keyed hash at work.
#[derive(Clone)]
pub struct Mac {
    inner: Hasher,
    outer: Hasher,
}

impl Mac {
    /// HMAC with a hash function and a key of any length.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn new(algorithm: Algorithm, key: &[u8]) -> Result<Mac, Stop> {
        let (inner, outer) = (Hasher::new(algorithm), Hasher::new(algorithm));
        if key.len() <= algorithm.block_size() {
            return Mac::from_parts(inner, outer, key);
        }
        let mut long = Hasher::new(algorithm);
        long.update(key)?;
        Mac::from_parts(inner, outer, &long.digest())
    }

    /// HMAC with two fresh hash functions and a key of at most a block.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn from_parts(mut inner: Hasher, mut outer: Hasher, key: &[u8]) -> Result<Mac, Stop> {
        let mut block = key.to_vec();
        block.resize(inner.algorithm.block_size(), 0);
        inner.update(&block.iter().map(|b| b ^ 0x36).collect::<Vec<_>>())?;
        outer.update(&block.iter().map(|b| b ^ 0x5c).collect::<Vec<_>>())?;
        Ok(Mac { inner, outer })
    }

    /// The hash function.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.inner.algorithm
    }

    /// Bytes of the digest.
    #[must_use]
    pub fn digest_size(&self) -> usize {
        self.inner.digest_size()
    }

    /// Takes more of the message.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn update(&mut self, data: &[u8]) -> Result<(), Stop> {
        self.inner.update(data)
    }

    /// The digest of the message so far.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn digest(&self) -> Result<Vec<u8>, Stop> {
        let mut outer = self.outer.clone();
        outer.update(&self.inner.digest())?;
        Ok(outer.digest())
    }

    fn of(&self, message: &[u8]) -> Result<Vec<u8>, Stop> {
        let mut own = self.clone();
        own.update(message)?;
        own.digest()
    }
}

/// Derives a key of `len` bytes from a password, with HMAC as the pseudo-random function.
///
/// # Errors
/// A limit of the run.
pub fn pbkdf2(
    algorithm: Algorithm,
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    len: usize,
) -> Result<Vec<u8>, Stop> {
    reserve(len)?;
    let mac = Mac::new(algorithm, password)?;
    let mut key = Vec::new();
    let mut number = 1u32;
    while key.len() < len {
        let mut start = mac.clone();
        start.update(salt)?;
        start.update(&number.to_be_bytes())?;
        let mut previous = start.digest()?;
        let mut block = previous.clone();
        for _ in 1..iterations {
            checkpoint(100)?;
            previous = mac.of(&previous)?;
            block.iter_mut().zip(&previous).for_each(|(sum, byte)| *sum ^= byte);
        }
        key.extend_from_slice(&block);
        number = number.wrapping_add(1);
    }
    key.truncate(len);
    Ok(key)
}

/// Whether two texts are equal, in a time that depends only on their lengths.
#[must_use]
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    let difference = a.iter().zip(b).fold(0, |seen, (x, y)| seen | (x ^ y));
    a.len() == b.len() && std::hint::black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn rfc_vectors() {
        let mut mac = Mac::new(Algorithm::Md5, b"Jefe").unwrap();
        mac.update(b"what do ya want for nothing?").unwrap();
        assert_eq!(hex(&mac.digest().unwrap()), "750c783e6ab0b503eaa86e310a5db738");
        let key = pbkdf2(Algorithm::Sha1, b"password", b"salt", 2, 20).unwrap();
        assert_eq!(hex(&key), "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957");
    }

    #[test]
    fn comparison() {
        assert!(equal(b"", b"") && equal(b"ab", b"ab"));
        assert!(!equal(b"ab", b"ac") && !equal(b"ab", b"a"));
    }
}
