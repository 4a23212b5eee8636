//! Sixteen bytes tested at once.
#![allow(unsafe_code)]

/// Sixteen bytes. Every test gives a word in which bit `n` belongs to byte `n`.
#[derive(Debug, Clone, Copy)]
pub struct Block(imp::Bytes);

impl Block {
    /// Bytes of a block.
    pub const LEN: usize = 16;

    /// A block of these bytes.
    #[inline]
    #[must_use]
    pub fn new(bytes: &[u8; Self::LEN]) -> Block {
        Block(imp::load(bytes))
    }

    /// Bytes equal to `byte`.
    #[inline]
    #[must_use]
    pub fn equal(self, byte: u8) -> u32 {
        imp::equal(self.0, byte)
    }

    /// Bytes of at most `bound`.
    #[inline]
    #[must_use]
    pub fn up_to(self, bound: u8) -> u32 {
        imp::up_to(self.0, bound)
    }

    /// Decimal digits.
    #[inline]
    #[must_use]
    pub fn digits(self) -> u32 {
        imp::digits(self.0)
    }

    /// Bytes beyond ASCII.
    #[inline]
    #[must_use]
    pub fn wide(self) -> u32 {
        imp::wide(self.0)
    }
}

/// Looks for the first byte at or behind `at` that passes: `block` gives the bits of those in a block, `byte` is the same
/// test for one byte. The length if there is none.
#[inline]
#[must_use]
pub fn find(input: &[u8], mut at: usize, block: impl Fn(Block) -> u32, byte: impl Fn(u8) -> bool) -> usize {
    while let Some(bytes) = input.get(at..).and_then(|rest| rest.first_chunk()) {
        let found = block(Block::new(bytes));
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += Block::LEN;
    }
    if at < input.len()
        && let Some(last) = input.last_chunk()
    {
        // What is in front of `at` is known, or no concern of ours.
        let start = input.len() - Block::LEN;
        let found = block(Block::new(last)) >> (at - start) << (at - start);
        return if found == 0 { input.len() } else { start + found.trailing_zeros() as usize };
    }
    while let Some(next) = input.get(at) {
        if byte(*next) {
            return at;
        }
        at += 1;
    }
    input.len()
}

#[cfg(target_arch = "x86_64")]
mod imp {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_loadu_si128, _mm_min_epu8, _mm_movemask_epi8, _mm_set1_epi8, _mm_sub_epi8,
    };

    pub type Bytes = __m128i;

    #[inline]
    pub fn load(bytes: &[u8; 16]) -> Bytes {
        // SAFETY: SSE2 is part of every x86-64 processor; sixteen bytes are read, at any alignment.
        unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
    }

    #[inline]
    pub fn equal(bytes: Bytes, byte: u8) -> u32 {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe { _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte.cast_signed()))).cast_unsigned() }
    }

    #[inline]
    pub fn up_to(bytes: Bytes, bound: u8) -> u32 {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe {
            let least = _mm_min_epu8(bytes, _mm_set1_epi8(bound.cast_signed()));
            _mm_movemask_epi8(_mm_cmpeq_epi8(least, bytes)).cast_unsigned()
        }
    }

    #[inline]
    pub fn digits(bytes: Bytes) -> u32 {
        // SAFETY: SSE2 is part of every x86-64 processor.
        up_to(unsafe { _mm_sub_epi8(bytes, _mm_set1_epi8(b'0'.cast_signed())) }, 9)
    }

    #[inline]
    pub fn wide(bytes: Bytes) -> u32 {
        // SAFETY: SSE2 is part of every x86-64 processor.
        unsafe { _mm_movemask_epi8(bytes).cast_unsigned() }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod imp {
    pub type Bytes = [u8; 16];

    #[inline]
    pub fn load(bytes: &[u8; 16]) -> Bytes {
        *bytes
    }

    #[inline]
    fn bits(bytes: Bytes, test: impl Fn(u8) -> bool) -> u32 {
        bytes.iter().rev().fold(0, |bits, byte| bits << 1 | u32::from(test(*byte)))
    }

    #[inline]
    pub fn equal(bytes: Bytes, byte: u8) -> u32 {
        bits(bytes, |own| own == byte)
    }

    #[inline]
    pub fn up_to(bytes: Bytes, bound: u8) -> u32 {
        bits(bytes, |own| own <= bound)
    }

    #[inline]
    pub fn digits(bytes: Bytes) -> u32 {
        bits(bytes, |own| own.is_ascii_digit())
    }

    #[inline]
    pub fn wide(bytes: Bytes) -> u32 {
        bits(bytes, |own| own >= 0x80)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_gives_the_bits_of_the_bytes_that_pass() {
        for seed in 0..=255u8 {
            let bytes: [u8; 16] = std::array::from_fn(|n| seed.wrapping_mul(31).wrapping_add((n * 37) as u8));
            let bits = |test: &dyn Fn(u8) -> bool| (0..16).filter(|n| test(bytes[*n])).fold(0, |bits, n| bits | 1 << n);
            let block = Block::new(&bytes);
            assert_eq!(block.equal(bytes[5]), bits(&|b| b == bytes[5]));
            assert_eq!(block.up_to(seed), bits(&|b| b <= seed));
            assert_eq!(block.digits(), bits(&|b| b.is_ascii_digit()));
            assert_eq!(block.wide(), bits(&|b| b >= 0x80));
        }
    }

    #[test]
    fn the_first_byte_is_found_at_every_place() {
        for len in 0..50 {
            let mut text = vec![b'a'; len];
            text.extend(b"\"a\"");
            assert_eq!(find(&text, 0, |block| block.equal(b'"'), |b| b == b'"'), len);
            assert_eq!(find(&text[..len], 0, |block| block.equal(b'"'), |b| b == b'"'), len);
            // What stands in front of the beginning is not looked at.
            let before = [b"\"\"\"", &text[..]].concat();
            assert_eq!(find(&before, 3, |block| block.equal(b'"'), |b| b == b'"'), len + 3);
            assert_eq!(find(&before[..len + 3], 3, |block| block.equal(b'"'), |b| b == b'"'), len + 3);
        }
    }
}
