//! Keys that are made of a password by PBKDF2 with HMAC (RFC 8018, section 5.2; part 2, section 4).
//!
//! That takes as long as the iterations say, so it asks on its way whether it may go on.

use std::sync::{Arc, Mutex, OnceLock, TryLockError};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use super::config::Hash;
use super::symmetric::Algorithm;
use crate::engine::apart::Left;
use crate::message::Fault;

/// Iterations between two questions: a few milliseconds.
const STRETCH: u32 = 4_096;
/// How often somebody who waits for the key of another one looks again.
const PAUSE: Duration = Duration::from_millis(5);

/// A password and how a key is made of it.
pub struct Password {
    /// The hash of the HMAC.
    pub hash: Hash,
    /// The salt.
    pub salt: Vec<u8>,
    /// The password.
    pub password: Vec<u8>,
    /// Iterations, at least one.
    pub iterations: u32,
    /// Bytes of a key for AES.
    pub aes_bytes: usize,
}

/// The keys of a password.
pub struct Derivation {
    of: Password,
    /// Those for AES, DES and 3DES, when they were needed.
    made: [OnceLock<Arc<[u8]>>; 3],
    /// Held by the one who makes a key.
    making: Mutex<()>,
}

impl From<Password> for Derivation {
    fn from(of: Password) -> Derivation {
        Derivation { of, made: Default::default(), making: Mutex::default() }
    }
}

impl Derivation {
    /// The key for an algorithm, made when it is first needed. Whoever needs it meanwhile waits for it.
    ///
    /// # Errors
    /// That the work was left.
    pub fn key(&self, algorithm: Algorithm, left: &Left) -> Result<Arc<[u8]>, Fault> {
        let (slot, length) = match algorithm {
            Algorithm::Aes => (&self.made[0], self.of.aes_bytes),
            Algorithm::Des => (&self.made[1], 8),
            Algorithm::TripleDes => (&self.made[2], 24),
        };
        loop {
            left.check()?;
            let making = self.making.try_lock();
            if let Some(key) = slot.get() {
                return Ok(Arc::clone(key));
            }
            if matches!(making, Err(TryLockError::WouldBlock)) {
                std::thread::sleep(PAUSE);
                continue;
            }
            let key = self.of.derived(length, left)?;
            return Ok(Arc::clone(slot.get_or_init(|| key.into())));
        }
    }
}

impl Password {
    fn derived(&self, length: usize, left: &Left) -> Result<Vec<u8>, Fault> {
        match self.hash {
            Hash::Md5 => self.pbkdf2::<Hmac<Md5>>(length, left),
            Hash::Sha1 => self.pbkdf2::<Hmac<Sha1>>(length, left),
            Hash::Sha224 => self.pbkdf2::<Hmac<Sha224>>(length, left),
            Hash::Sha256 => self.pbkdf2::<Hmac<Sha256>>(length, left),
            Hash::Sha384 => self.pbkdf2::<Hmac<Sha384>>(length, left),
            Hash::Sha512 => self.pbkdf2::<Hmac<Sha512>>(length, left),
        }
    }

    fn pbkdf2<M: KeyInit + Mac + Clone>(&self, length: usize, left: &Left) -> Result<Vec<u8>, Fault> {
        let keyed = M::new_from_slice(&self.password).map_err(|error| Fault::internal(&error.to_string()))?;
        let mut key = Vec::new();
        for number in 1_u32.. {
            let first = keyed.clone().chain_update(&self.salt).chain_update(number.to_be_bytes());
            let mut last = first.finalize().into_bytes();
            let mut sum = last.clone();
            for round in 1..self.iterations {
                if round % STRETCH == 0 {
                    left.check()?;
                }
                last = keyed.clone().chain_update(&last).finalize().into_bytes();
                sum.iter_mut().zip(&last).for_each(|(sum, byte)| *sum ^= byte);
            }
            key.extend_from_slice(&sum);
            if key.len() >= length {
                break;
            }
        }
        key.truncate(length);
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::apart::testing::{leave, left};

    fn derivation(hash: Hash, iterations: u32) -> Derivation {
        let (salt, password) = (b"salt".to_vec(), b"password".to_vec());
        Password { hash, salt, password, iterations, aes_bytes: 32 }.into()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// By `hashlib.pbkdf2_hmac` of Python.
    #[test]
    fn keys_are_those_of_others() {
        for (hash, iterations, expected) in [
            (Hash::Md5, 1, "f31afb6d931392daa5e3130f47f9a9b6e8e72029d8350b9fb27a9e0e00b9d991"),
            (Hash::Md5, 5_000, "ed50f6c574961cf9316016fd412ad6452fa73e29bf46107f80a54124ed21db55"),
            (Hash::Sha1, 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6e0f0eb94fe8fc46bdc637164"),
            (Hash::Sha1, 5_000, "edf738254821c55da61e6afa20efd0c657cb941c4263370acfc60770f8a44b26"),
            (Hash::Sha224, 1, "3c198cbdb9464b7857966bd05b7bc92bc1cc4e6e63155d4e490557fd85989497"),
            (Hash::Sha224, 5_000, "cea1f4bba0451b9482baf6a68b8264f595bd7088d30a94cbb1c6cf7ff747a947"),
            (Hash::Sha256, 1, "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"),
            (Hash::Sha256, 5_000, "8fc2bcffbb4b1ac9b9de03588d390f3d9bf336c2c4422c90c158cc714225f629"),
            (Hash::Sha384, 1, "c0e14f06e49e32d73f9f52ddf1d0c5c7191609233631dadd76a567db42b78676"),
            (Hash::Sha384, 5_000, "7e23c04fa3d369ec4d0a632b18849ac9cabe2892867e9f61ee39412d1eb27f5a"),
            (Hash::Sha512, 1, "867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252"),
            (Hash::Sha512, 5_000, "8cc55858f341586bde60d595d376fdafc4535d94a7383231f2adf323b5c508d2"),
        ] {
            let made = derivation(hash, iterations).key(Algorithm::Aes, &Left::default()).unwrap();
            assert_eq!(hex(&made), expected, "{} {iterations}", hash.text());
        }
    }

    #[test]
    fn a_derivation_that_was_left_ends_on_its_way_and_another_one_makes_the_key() {
        for hash in [Hash::Md5, Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
            let endless = derivation(hash, u32::MAX);
            assert_eq!(leave(|left| endless.key(Algorithm::Aes, left)), "CORE:CANCELLED", "{}", hash.text());
        }
        let short = derivation(Hash::Sha1, 1);
        assert!(short.key(Algorithm::Des, &left()).is_err());
        assert_eq!(short.key(Algorithm::Des, &Left::default()).unwrap().len(), 8);
    }

    #[test]
    fn whoever_waits_for_the_key_of_another_one_can_leave() {
        let held = derivation(Hash::Sha256, 1);
        let making = held.making.lock().unwrap();
        assert_eq!(leave(|left| held.key(Algorithm::Aes, left)), "CORE:CANCELLED");
        drop(making);
        assert!(held.key(Algorithm::Aes, &Left::default()).is_ok());
    }
}
