//! The random numbers of a run that are not a script's own generator: keys, boundaries, identifiers.

use crate::value::exceptions::{OS_ERROR, Raise};
use crate::value::{Cx, R};

/// The state of the sequence that replaces the operating system when the host has fixed the seed.
struct Sequence(u64);

impl Sequence {
    /// The next number of the generator SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Fills `bytes` with random numbers of the operating system, or with a sequence that the seed of the run determines.
///
/// # Errors
/// `OSError` if the operating system has none.
pub fn fill(cx: &mut Cx<'_>, bytes: &mut [u8]) -> R<()> {
    let env = cx.env();
    let Some(seed) = env.seed else {
        return getrandom::fill(bytes).map_err(|_| Raise::new(&OS_ERROR, "the system has no random numbers"));
    };
    let sequence = env.state(|| Sequence(seed));
    for part in bytes.chunks_mut(8) {
        part.copy_from_slice(&sequence.next().to_le_bytes()[..part.len()]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Sequence;

    #[test]
    fn the_sequence_is_that_of_splitmix64() {
        let mut sequence = Sequence(1_234_567);
        let numbers = [sequence.next(), sequence.next(), sequence.next()];
        assert_eq!(numbers, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
