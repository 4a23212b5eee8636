//! GCM without anything of the language: encryption with a tag that proves that nothing was changed.

use super::block::{Aes, BLOCK, Block, Counter, Ghash};
use crate::value::interrupt::Stop;

/// GCM at work. It does not watch the order of the steps.
pub struct Gcm {
    counter: Counter,
    hash: Ghash,
    /// What hides the hash in the tag.
    mask: Block,
    header: u64,
    message: u64,
}

impl Gcm {
    /// GCM with a nonce, which is not empty.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn new(aes: &Aes, nonce: &[u8]) -> Result<Gcm, Stop> {
        let key = aes.encrypted([0; BLOCK]);
        let mut first = [0; BLOCK];
        if let Some(start) = first.first_chunk_mut::<12>().filter(|_| nonce.len() == 12) {
            start.copy_from_slice(nonce);
            first[BLOCK - 1] = 1;
        } else {
            let mut hash = Ghash::new(key);
            hash.update(nonce)?;
            first = hash.finish(0, nonce.len() as u64);
        }
        let mut counter = Counter::new(first, 12);
        let mut mask = [0; BLOCK];
        counter.apply(aes, &mut mask)?;
        Ok(Gcm { counter, hash: Ghash::new(key), mask, header: 0, message: 0 })
    }

    /// Takes data that is authenticated but not encrypted; all of it comes before the message.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn header(&mut self, data: &[u8]) -> Result<(), Stop> {
        self.header += data.len() as u64;
        self.hash.update(data)
    }

    /// Encrypts or decrypts more of the message; false if it is too long.
    ///
    /// # Errors
    /// A limit of the run.
    pub fn apply(&mut self, aes: &Aes, data: &mut [u8], encrypt: bool) -> Result<bool, Stop> {
        if self.message == 0 {
            self.hash.pad();
        }
        self.message += data.len() as u64;
        if !encrypt {
            self.hash.update(data)?;
        }
        let fits = self.counter.apply(aes, data)?;
        if encrypt {
            self.hash.update(data)?;
        }
        Ok(fits)
    }

    /// The tag of everything so far.
    #[must_use]
    pub fn tag(&self) -> Block {
        let mut tag = self.hash.clone().finish(self.header, self.message);
        tag.iter_mut().zip(&self.mask).for_each(|(byte, mask)| *byte ^= mask);
        tag
    }
}
