//! The modes of operation without anything of the language: AES as a block cipher, ECB, CBC, CTR and the hash of GCM.

use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use ghash::universal_hash::UniversalHash;

use crate::value::interrupt::{Stop, checkpoint};

/// Bytes of a block.
pub const BLOCK: usize = 16;
/// Blocks that are worked on between two checkpoints.
const BATCH: usize = 512;

/// A block.
pub type Block = [u8; BLOCK];

/// AES with a key.
pub enum Aes {
    /// A key of 16 bytes.
    Short(Box<aes::Aes128>),
    /// A key of 24 bytes.
    Middle(Box<aes::Aes192>),
    /// A key of 32 bytes.
    Long(Box<aes::Aes256>),
}

impl Aes {
    /// AES with a key; `None` if the key has not 16, 24 or 32 bytes.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Aes> {
        Some(match key.len() {
            16 => Aes::Short(Box::new(aes::Aes128::new_from_slice(key).ok()?)),
            24 => Aes::Middle(Box::new(aes::Aes192::new_from_slice(key).ok()?)),
            32 => Aes::Long(Box::new(aes::Aes256::new_from_slice(key).ok()?)),
            _ => return None,
        })
    }

    fn encrypt_blocks(&self, blocks: &mut [Block]) {
        let blocks = Array::cast_slice_from_core_mut(blocks);
        match self {
            Aes::Short(own) => own.encrypt_blocks(blocks),
            Aes::Middle(own) => own.encrypt_blocks(blocks),
            Aes::Long(own) => own.encrypt_blocks(blocks),
        }
    }

    fn decrypt_blocks(&self, blocks: &mut [Block]) {
        let blocks = Array::cast_slice_from_core_mut(blocks);
        match self {
            Aes::Short(own) => own.decrypt_blocks(blocks),
            Aes::Middle(own) => own.decrypt_blocks(blocks),
            Aes::Long(own) => own.decrypt_blocks(blocks),
        }
    }

    /// Encrypts one block.
    #[must_use]
    pub fn encrypted(&self, mut block: Block) -> Block {
        self.encrypt_blocks(std::slice::from_mut(&mut block));
        block
    }

    /// ECB: every block for itself. Bytes behind the last whole block stay as they are.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn ecb(&self, data: &mut [u8], encrypt: bool) -> Result<(), Stop> {
        for batch in data.as_chunks_mut().0.chunks_mut(BATCH) {
            checkpoint(20 * batch.len() as u64)?;
            if encrypt { self.encrypt_blocks(batch) } else { self.decrypt_blocks(batch) }
        }
        Ok(())
    }

    /// CBC: every block is mixed with the encrypted block before it, at first with `last`, which moves on.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn cbc(&self, data: &mut [u8], last: &mut Block, encrypt: bool) -> Result<(), Stop> {
        for batch in data.as_chunks_mut().0.chunks_mut(BATCH) {
            checkpoint(40 * batch.len() as u64)?;
            if encrypt {
                for block in batch {
                    mix(block, last);
                    *block = self.encrypted(*block);
                    *last = *block;
                }
            } else {
                let encrypted = batch.to_vec();
                self.decrypt_blocks(batch);
                for (block, before) in batch.iter_mut().zip(&encrypted) {
                    mix(block, last);
                    *last = *before;
                }
            }
        }
        Ok(())
    }
}

fn mix(block: &mut [u8], other: &[u8]) {
    for (byte, with) in block.iter_mut().zip(other) {
        *byte ^= with;
    }
}

/// The key stream of CTR: encrypted counters.
pub struct Counter {
    /// The next block to encrypt.
    next: Block,
    /// Where the counter begins in it.
    prefix: usize,
    stream: Block,
    /// Bytes of the stream block that are used up.
    used: usize,
    /// Bytes left before the counter would repeat; `None` if that is out of reach.
    left: Option<u128>,
}

impl Counter {
    /// A key stream that begins with the block `first`, of which the bytes from `prefix` on are the counter.
    #[must_use]
    pub fn new(first: Block, prefix: usize) -> Counter {
        let bits = 8 * (BLOCK - prefix.min(BLOCK));
        let left = u32::try_from(bits).ok().and_then(|bits| (BLOCK as u128).checked_shl(bits)).filter(|_| bits < 120);
        Counter { next: first, prefix, stream: first, used: BLOCK, left }
    }

    /// Encrypts or decrypts, which is the same; false if the counter would repeat.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn apply(&mut self, aes: &Aes, data: &mut [u8]) -> Result<bool, Stop> {
        if let Some(left) = &mut self.left {
            match left.checked_sub(data.len() as u128) {
                Some(rest) => *left = rest,
                None => return Ok(false),
            }
        }
        let (begun, rest) = data.split_at_mut(data.len().min(BLOCK - self.used));
        mix(begun, &self.stream[self.used..]);
        self.used += begun.len();
        for batch in rest.chunks_mut(BATCH * BLOCK) {
            checkpoint(2 * batch.len() as u64 + 20)?;
            let mut stream = [[0; BLOCK]; BATCH];
            let needed = &mut stream[..batch.len().div_ceil(BLOCK)];
            needed.iter_mut().for_each(|block| *block = self.advance());
            aes.encrypt_blocks(needed);
            mix(batch, needed.as_flattened());
            if let Some(last) = needed.last() {
                self.stream = *last;
                self.used = (batch.len() - 1) % BLOCK + 1;
            }
        }
        Ok(true)
    }

    /// The next block to encrypt; the counter moves on.
    fn advance(&mut self) -> Block {
        let block = self.next;
        for byte in self.next[self.prefix..].iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
        block
    }
}

/// The hash that GCM authenticates with, over data that comes in pieces.
#[derive(Clone)]
pub struct Ghash {
    hash: ghash::GHash,
    waiting: Vec<u8>,
}

impl Ghash {
    /// The hash with its key.
    #[must_use]
    pub fn new(key: Block) -> Ghash {
        Ghash { hash: ghash::GHash::new(&key.into()), waiting: Vec::new() }
    }

    /// Takes more data.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn update(&mut self, data: &[u8]) -> Result<(), Stop> {
        let needed = if self.waiting.is_empty() { 0 } else { (BLOCK - self.waiting.len()).min(data.len()) };
        let (begun, data) = data.split_at(needed);
        self.waiting.extend_from_slice(begun);
        if self.waiting.len() == BLOCK {
            self.pad();
        }
        let (blocks, rest) = data.as_chunks::<BLOCK>();
        for batch in blocks.chunks(BATCH) {
            checkpoint(20 * batch.len() as u64)?;
            self.hash.update(Array::cast_slice_from_core(batch));
        }
        self.waiting.extend_from_slice(rest);
        Ok(())
    }

    /// Fills up the last block with zeros.
    pub fn pad(&mut self) {
        self.hash.update_padded(&self.waiting);
        self.waiting.clear();
    }

    /// The hash of everything, padded, and of the two lengths in bytes.
    #[must_use]
    pub fn finish(mut self, first: u64, second: u64) -> Block {
        self.pad();
        let lengths = (u128::from(first.wrapping_mul(8)) << 64) | u128::from(second.wrapping_mul(8));
        self.hash.update_padded(&lengths.to_be_bytes());
        self.hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits = text.as_bytes().as_chunks::<2>().0;
        digits.iter().map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap()).collect()
    }

    #[test]
    fn vectors_of_sp_800_38a() {
        let aes = Aes::new(&hex("2b7e151628aed2a6abf7158809cf4f3c")).unwrap();
        let plain = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        let mut data = plain.clone();
        aes.ecb(&mut data, true).unwrap();
        assert_eq!(data, hex("3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf"));
        let iv: Block = std::array::from_fn(|n| n as u8);
        let mut data = plain.clone();
        aes.cbc(&mut data, &mut iv.clone(), true).unwrap();
        assert_eq!(data, hex("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"));
        aes.cbc(&mut data, &mut iv.clone(), false).unwrap();
        assert_eq!(data, plain);
        let mut data = plain.clone();
        Counter::new(std::array::from_fn(|n| 0xf0 + n as u8), 0).apply(&aes, &mut data).unwrap();
        assert_eq!(data, hex("874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff"));
    }

    #[test]
    fn a_key_stream_goes_on_where_it_stopped() {
        let aes = Aes::new(&[7; 32]).unwrap();
        let stream = |sizes: &[usize]| {
            let mut counter = Counter::new([3; BLOCK], 8);
            let mut all = Vec::new();
            for size in sizes {
                let mut part = vec![0; *size];
                assert!(counter.apply(&aes, &mut part).unwrap());
                all.extend(part);
            }
            all
        };
        let whole = stream(&[10_000]);
        assert_eq!(stream(&[1, 15, 16, 0, 17, 31, 9920]), whole);
        assert_eq!(stream(&[8192, 1, 1807]), whole);
    }

    #[test]
    fn a_counter_does_not_repeat() {
        let aes = Aes::new(&[7; 16]).unwrap();
        let mut counter = Counter::new([0; BLOCK], 15);
        assert!(counter.apply(&aes, &mut [0; 4096]).unwrap());
        assert!(!counter.apply(&aes, &mut [0; 1]).unwrap());
    }
}
