//! The Mersenne Twister MT19937 (Matsumoto and Nishimura), and CPython's ways to seed it and to draw from it.

use num_bigint::{BigInt, Sign};

use crate::value::R;
use crate::value::interrupt::{checkpoint, reserve};

/// Words of state.
pub(super) const SIZE: usize = 624;
/// Distance of the words that are combined.
const SHIFT: usize = 397;

/// A generator.
#[derive(Debug, Clone)]
pub(super) struct Twister {
    words: [u32; SIZE],
    /// The next word to give out; `SIZE` when all are used up.
    next: usize,
}

impl Twister {
    /// A generator seeded with an array, of which an empty one counts as `[0]`.
    pub(super) fn new(key: &[u32]) -> Twister {
        let mut made = Twister::from_word(19_650_218);
        let key = if key.is_empty() { &[0][..] } else { key };
        let words = &mut made.words;
        let (mut i, mut j) = (1, 0);
        for _ in 0..SIZE.max(key.len()) {
            let mixed = (words[i - 1] ^ (words[i - 1] >> 30)).wrapping_mul(1_664_525);
            words[i] = (words[i] ^ mixed).wrapping_add(key[j]).wrapping_add(j as u32);
            i += 1;
            j = (j + 1) % key.len();
            if i == SIZE {
                words[0] = words[SIZE - 1];
                i = 1;
            }
        }
        for _ in 1..SIZE {
            let mixed = (words[i - 1] ^ (words[i - 1] >> 30)).wrapping_mul(1_566_083_941);
            words[i] = (words[i] ^ mixed).wrapping_sub(i as u32);
            i += 1;
            if i == SIZE {
                words[0] = words[SIZE - 1];
                i = 1;
            }
        }
        words[0] = 0x8000_0000;
        made
    }

    fn from_word(seed: u32) -> Twister {
        let mut words = [seed; SIZE];
        for i in 1..SIZE {
            let before = words[i - 1];
            words[i] = (before ^ (before >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
        }
        Twister { words, next: SIZE }
    }

    /// A generator seeded with an int, whose sign does not count.
    pub(super) fn from_int(seed: &BigInt) -> Twister {
        Twister::new(&seed.magnitude().to_u32_digits())
    }

    /// The state: the words and the position among them.
    pub(super) fn state(&self) -> (&[u32; SIZE], usize) {
        (&self.words, self.next)
    }

    /// A generator with this state; `None` if there is no such position.
    pub(super) fn from_state(words: [u32; SIZE], next: usize) -> Option<Twister> {
        (next <= SIZE).then_some(Twister { words, next })
    }

    fn refill(&mut self) {
        let words = &mut self.words;
        for i in 0..SIZE {
            let joined = (words[i] & 0x8000_0000) | (words[(i + 1) % SIZE] & 0x7fff_ffff);
            let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            words[i] = words[(i + SHIFT) % SIZE] ^ (joined >> 1) ^ twist;
        }
        self.next = 0;
    }

    /// 32 random bits.
    pub(super) fn word(&mut self) -> u32 {
        if self.next >= SIZE {
            self.refill();
        }
        let mut y = self.words[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// A float from 0 up to, not including, 1, with 53 random bits.
    pub(super) fn float(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// Random bits as words, the lowest first; the highest word has the rest of the bits.
    fn words(&mut self, count: u64) -> R<Vec<u32>> {
        reserve(usize::try_from(count / 8).unwrap_or(usize::MAX))?;
        let mut words = Vec::new();
        let mut left = count;
        while left > 0 {
            checkpoint(2)?;
            let word = self.word();
            words.push(if left < 32 { word >> (32 - left) } else { word });
            left = left.saturating_sub(32);
        }
        Ok(words)
    }

    /// An int of so many random bits.
    ///
    /// # Errors
    /// A limit.
    pub(super) fn bits(&mut self, count: u64) -> R<BigInt> {
        Ok(BigInt::from_slice(Sign::Plus, &self.words(count)?))
    }

    /// Random bytes.
    ///
    /// # Errors
    /// A limit.
    pub(super) fn bytes(&mut self, count: usize) -> R<Vec<u8>> {
        let bits = (count as u64).saturating_mul(8);
        let mut bytes: Vec<u8> = self.words(bits)?.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.truncate(count);
        Ok(bytes)
    }

    /// A number below `limit`, which is not zero.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        let bits = u64::BITS - limit.leading_zeros();
        loop {
            let drawn = if bits <= 32 {
                u64::from(self.word() >> (32 - bits))
            } else {
                let low = u64::from(self.word());
                low | u64::from(self.word() >> (64 - bits)) << 32
            };
            if drawn < limit {
                return drawn;
            }
        }
    }

    /// A number below `limit`, which is positive.
    ///
    /// # Errors
    /// A limit of the run.
    pub(super) fn below_big(&mut self, limit: &BigInt) -> R<BigInt> {
        if let Ok(limit) = u64::try_from(limit) {
            return Ok(self.below(limit).into());
        }
        loop {
            let drawn = self.bits(limit.bits())?;
            if drawn < *limit {
                return Ok(drawn);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_of_the_reference() {
        // The authors' own test: `init_by_array({0x123, 0x234, 0x345, 0x456})`.
        let mut twister = Twister::new(&[0x123, 0x234, 0x345, 0x456]);
        let first: Vec<u32> = (0..4).map(|_| twister.word()).collect();
        assert_eq!(first, [1_067_595_299, 955_945_823, 477_289_528, 4_107_218_783]);
        let mut one = Twister::from_int(&BigInt::from(1));
        assert_eq!([one.float(), one.float()], [0.134_364_244_112_401_22, 0.847_433_736_937_232_7]);
    }
}
