//! Hash functions behind one interface, without anything of the language: which there are, and their running state.

use sha2::Digest;

use super::blake2::{Blake2b, Blake2s, Parameters};
use super::keccak::Sponge;
use crate::value::HVec;
use crate::value::interrupt::{Stop, checkpoint, reserve};

/// Bytes that are hashed between two checkpoints.
const CHUNK: usize = 32 * 1024;

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Sha3_224,
    Sha3_256,
    Sha3_384,
    Sha3_512,
    Shake128,
    Shake256,
    Blake2b,
    Blake2s,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Algorithm; 14] = {
        use Algorithm::*;
        [
            Md5, Sha1, Sha224, Sha256, Sha384, Sha512, Sha3_224, Sha3_256, Sha3_384, Sha3_512, Shake128, Shake256,
            Blake2b, Blake2s,
        ]
    };

    /// The name in `hashlib`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "md5",
            Algorithm::Sha1 => "sha1",
            Algorithm::Sha224 => "sha224",
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha384 => "sha384",
            Algorithm::Sha512 => "sha512",
            Algorithm::Sha3_224 => "sha3_224",
            Algorithm::Sha3_256 => "sha3_256",
            Algorithm::Sha3_384 => "sha3_384",
            Algorithm::Sha3_512 => "sha3_512",
            Algorithm::Shake128 => "shake_128",
            Algorithm::Shake256 => "shake_256",
            Algorithm::Blake2b => "blake2b",
            Algorithm::Blake2s => "blake2s",
        }
    }

    /// Bytes of the digest; 0 if the caller chooses.
    #[must_use]
    pub fn digest_size(self) -> usize {
        match self {
            Algorithm::Md5 => 16,
            Algorithm::Sha1 => 20,
            Algorithm::Sha224 | Algorithm::Sha3_224 => 28,
            Algorithm::Sha256 | Algorithm::Sha3_256 | Algorithm::Blake2s => 32,
            Algorithm::Sha384 | Algorithm::Sha3_384 => 48,
            Algorithm::Sha512 | Algorithm::Sha3_512 | Algorithm::Blake2b => 64,
            Algorithm::Shake128 | Algorithm::Shake256 => 0,
        }
    }

    /// Bytes that the function takes in at a time.
    #[must_use]
    pub fn block_size(self) -> usize {
        match self {
            Algorithm::Md5 | Algorithm::Sha1 | Algorithm::Sha224 | Algorithm::Sha256 | Algorithm::Blake2s => 64,
            Algorithm::Sha384 | Algorithm::Sha512 | Algorithm::Blake2b => 128,
            Algorithm::Sha3_224 => 144,
            Algorithm::Sha3_256 | Algorithm::Shake256 => 136,
            Algorithm::Sha3_384 => 104,
            Algorithm::Sha3_512 => 72,
            Algorithm::Shake128 => 168,
        }
    }

    /// Whether the caller chooses the length of the digest.
    #[must_use]
    pub fn is_extendable(self) -> bool {
        matches!(self, Algorithm::Shake128 | Algorithm::Shake256)
    }

    /// The function that `hashlib.new` finds under a name: its own name, or one of those of OpenSSL in any case.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Algorithm> {
        if let Some(found) = Algorithm::ALL.into_iter().find(|a| a.name() == name) {
            return Some(found);
        }
        Some(match name.to_ascii_lowercase().as_str() {
            "md5" | "ssl3-md5" => Algorithm::Md5,
            "sha1" | "sha-1" | "ssl3-sha1" => Algorithm::Sha1,
            "sha224" | "sha-224" | "sha2-224" => Algorithm::Sha224,
            "sha256" | "sha-256" | "sha2-256" => Algorithm::Sha256,
            "sha384" | "sha-384" | "sha2-384" => Algorithm::Sha384,
            "sha512" | "sha-512" | "sha2-512" => Algorithm::Sha512,
            "sha3-224" => Algorithm::Sha3_224,
            "sha3-256" => Algorithm::Sha3_256,
            "sha3-384" => Algorithm::Sha3_384,
            "sha3-512" => Algorithm::Sha3_512,
            "shake128" | "shake-128" => Algorithm::Shake128,
            "shake256" | "shake-256" => Algorithm::Shake256,
            _ => return None,
        })
    }
}

/// A hash function at work.
#[derive(Clone)]
pub struct Hasher {
    /// The function.
    pub algorithm: Algorithm,
    state: State,
}

#[derive(Clone)]
enum State {
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Sha224(sha2::Sha224),
    Sha256(sha2::Sha256),
    Sha384(sha2::Sha384),
    Sha512(sha2::Sha512),
    Sponge(Sponge),
    Blake2b(Blake2b),
    Blake2s(Blake2s),
}

impl Hasher {
    /// The function before its message.
    #[must_use]
    pub fn new(algorithm: Algorithm) -> Hasher {
        /// What ends a message of SHA-3, and of SHAKE.
        const SUFFIX: [u8; 2] = [0x06, 0x1f];
        let state = match algorithm {
            Algorithm::Md5 => State::Md5(Digest::new()),
            Algorithm::Sha1 => State::Sha1(Digest::new()),
            Algorithm::Sha224 => State::Sha224(Digest::new()),
            Algorithm::Sha256 => State::Sha256(Digest::new()),
            Algorithm::Sha384 => State::Sha384(Digest::new()),
            Algorithm::Sha512 => State::Sha512(Digest::new()),
            Algorithm::Sha3_224 | Algorithm::Sha3_256 | Algorithm::Sha3_384 | Algorithm::Sha3_512 => {
                State::Sponge(Sponge::new(algorithm.block_size(), SUFFIX[0]))
            }
            Algorithm::Shake128 | Algorithm::Shake256 => State::Sponge(Sponge::new(algorithm.block_size(), SUFFIX[1])),
            Algorithm::Blake2b => State::Blake2b(Blake2b::new(&Parameters::plain(64))),
            Algorithm::Blake2s => State::Blake2s(Blake2s::new(&Parameters::plain(32))),
        };
        Hasher { algorithm, state }
    }

    /// BLAKE2s if `small`, else BLAKE2b, with parameters.
    #[must_use]
    pub fn blake2(small: bool, parameters: &Parameters) -> Hasher {
        if small {
            Hasher { algorithm: Algorithm::Blake2s, state: State::Blake2s(Blake2s::new(parameters)) }
        } else {
            Hasher { algorithm: Algorithm::Blake2b, state: State::Blake2b(Blake2b::new(parameters)) }
        }
    }

    /// Bytes of the digest; 0 if the caller chooses.
    #[must_use]
    pub fn digest_size(&self) -> usize {
        match &self.state {
            State::Blake2b(own) => usize::from(own.digest_size),
            State::Blake2s(own) => usize::from(own.digest_size),
            _ => self.algorithm.digest_size(),
        }
    }

    /// Takes more of the message.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn update(&mut self, data: &[u8]) -> Result<(), Stop> {
        for chunk in data.chunks(CHUNK) {
            // About two nanoseconds a byte, and something for each call.
            checkpoint(chunk.len() as u64 + 50)?;
            match &mut self.state {
                State::Md5(own) => own.update(chunk),
                State::Sha1(own) => own.update(chunk),
                State::Sha224(own) => own.update(chunk),
                State::Sha256(own) => own.update(chunk),
                State::Sha384(own) => own.update(chunk),
                State::Sha512(own) => own.update(chunk),
                State::Sponge(own) => own.absorb(chunk),
                State::Blake2b(own) => own.update(chunk),
                State::Blake2s(own) => own.update(chunk),
            }
        }
        Ok(())
    }

    /// The digest of the message so far; empty if the caller would have to choose its length.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        match self.state.clone() {
            State::Md5(own) => own.finalize().to_vec(),
            State::Sha1(own) => own.finalize().to_vec(),
            State::Sha224(own) => own.finalize().to_vec(),
            State::Sha256(own) => own.finalize().to_vec(),
            State::Sha384(own) => own.finalize().to_vec(),
            State::Sha512(own) => own.finalize().to_vec(),
            State::Sponge(mut own) => {
                let mut out = vec![0; self.algorithm.digest_size()];
                own.finish();
                own.squeeze(&mut out);
                out
            }
            State::Blake2b(own) => own.finish(),
            State::Blake2s(own) => own.finish(),
        }
    }

    /// A digest of `len` bytes of a function that lets the caller choose; empty for others.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn digest_of(&self, len: usize) -> Result<HVec<u8>, Stop> {
        let mut out = HVec::new();
        let State::Sponge(mut sponge) = self.state.clone() else { return Ok(out) };
        reserve(len)?;
        out.reserve(len);
        sponge.finish();
        let mut buffer = [0; 4096];
        while out.len() < len {
            let part = buffer.len().min(len - out.len());
            checkpoint(4 * part as u64)?;
            sponge.squeeze(&mut buffer[..part]);
            out.extend_bytes(&buffer[..part]);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_of_abc() {
        let expected = [
            (Algorithm::Md5, "900150983cd24fb0"),
            (Algorithm::Sha1, "a9993e364706816a"),
            (Algorithm::Sha224, "23097d223405d822"),
            (Algorithm::Sha256, "ba7816bf8f01cfea"),
            (Algorithm::Sha384, "cb00753f45a35e8b"),
            (Algorithm::Sha512, "ddaf35a193617aba"),
            (Algorithm::Sha3_224, "e642824c3f8cf24a"),
            (Algorithm::Sha3_256, "3a985da74fe225b2"),
            (Algorithm::Sha3_384, "ec01498288516fc9"),
            (Algorithm::Sha3_512, "b751850b1a57168a"),
            (Algorithm::Blake2b, "ba80a53f981c4d0d"),
            (Algorithm::Blake2s, "508c5e8c327c14e2"),
        ];
        for (algorithm, digest) in expected {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(b"abc").unwrap();
            let found = hasher.digest();
            assert_eq!(found.len(), algorithm.digest_size(), "{algorithm:?}");
            let hex: String = found.iter().take(8).map(|b| format!("{b:02x}")).collect();
            assert_eq!(hex, digest, "{algorithm:?}");
        }
    }

    #[test]
    fn names_are_found_as_openssl_does() {
        for (name, found) in [
            ("sha256", Some(Algorithm::Sha256)),
            ("SHA2-256", Some(Algorithm::Sha256)),
            ("sha3_256", Some(Algorithm::Sha3_256)),
            ("SHA3-256", Some(Algorithm::Sha3_256)),
            ("SHA3_256", None),
            ("BLAKE2s", None),
            ("foo", None),
        ] {
            assert_eq!(Algorithm::by_name(name), found, "{name}");
        }
    }
}
