//! Looking for certain bytes eight at a time.
//!
//! The tests give a word whose *lowest* set bit belongs to the first byte that passes; bits above it may be wrong, because
//! the subtractions borrow upwards. Tests may be combined with `|`.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// Marks bytes equal to `byte`.
#[inline]
#[must_use]
pub const fn equal(word: u64, byte: u8) -> u64 {
    let word = word ^ (ONES * byte as u64);
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// Marks bytes below `bound`, which is at most 128.
#[inline]
#[must_use]
pub const fn below(word: u64, bound: u8) -> u64 {
    word.wrapping_sub(ONES * bound as u64) & !word & HIGHS
}

/// The first offset at or behind `at` whose byte passes; the length if there is none. `word` and `byte` are the same test.
#[inline]
#[must_use]
pub fn find(input: &[u8], mut at: usize, word: impl Fn(u64) -> u64, byte: impl Fn(u8) -> bool) -> usize {
    while let Some(chunk) = input.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let found = word(u64::from_le_bytes(*chunk));
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while let Some(next) = input.get(at) {
        if byte(*next) {
            return at;
        }
        at += 1;
    }
    input.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_any_byte_is_found() {
        for byte in 0..=255u8 {
            for len in 0..20 {
                let mut text = vec![byte ^ 1; len];
                text.extend([byte, byte ^ 1, byte]);
                assert_eq!(find(&text, 0, |w| equal(w, byte), |b| b == byte), len);
                let text: Vec<u8> = text.iter().map(|b| b | 0x20).chain([0x1F, 0, 0x7F]).collect();
                assert_eq!(find(&text, 0, |w| below(w, 0x20), |b| b < 0x20), len + 3);
            }
        }
    }
}
