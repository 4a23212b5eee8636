//! The sponge of SHA-3 and SHAKE (FIPS 202) on top of the permutation.

use keccak::Keccak;

/// A sponge that absorbs a message and then gives any number of bytes.
#[derive(Debug, Clone)]
pub struct Sponge {
    lanes: [u64; 25],
    /// Bytes of the state that take part in input and output.
    rate: usize,
    /// The next such byte.
    at: usize,
    /// What ends the message; it tells the functions of the family apart.
    suffix: u8,
}

impl Sponge {
    /// An empty sponge.
    #[must_use]
    pub fn new(rate: usize, suffix: u8) -> Sponge {
        Sponge { lanes: [0; 25], rate, at: 0, suffix }
    }

    fn permute(&mut self) {
        Keccak::new().with_f1600(|permutation| permutation(&mut self.lanes));
        self.at = 0;
    }

    /// Adds a byte to the state.
    fn put(&mut self, at: usize, byte: u8) {
        self.lanes[at / 8] ^= u64::from(byte) << (8 * (at % 8));
    }

    /// Takes more of the message.
    pub fn absorb(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let (lanes, _) = data.as_chunks::<8>();
            let whole = if self.at.is_multiple_of(8) { lanes.len().min((self.rate - self.at) / 8) } else { 0 };
            if whole > 0 {
                let first = self.at / 8;
                for (lane, bytes) in self.lanes[first..first + whole].iter_mut().zip(lanes) {
                    *lane ^= u64::from_le_bytes(*bytes);
                }
                self.at += 8 * whole;
                data = &data[8 * whole..];
            } else {
                self.put(self.at, data[0]);
                self.at += 1;
                data = &data[1..];
            }
            if self.at == self.rate {
                self.permute();
            }
        }
    }

    /// Ends the message.
    pub fn finish(&mut self) {
        self.put(self.at, self.suffix);
        self.put(self.rate - 1, 0x80);
        self.permute();
    }

    /// The next bytes of the output, once the message has ended.
    pub fn squeeze(&mut self, out: &mut [u8]) {
        for byte in out {
            if self.at == self.rate {
                self.permute();
            }
            *byte = self.lanes[self.at / 8].to_le_bytes()[self.at % 8];
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_may_come_in_pieces() {
        let data: Vec<u8> = (0..=255).cycle().take(600).collect();
        let digest = |size: usize| {
            let mut sponge = Sponge::new(136, 0x06);
            data.chunks(size).for_each(|chunk| sponge.absorb(chunk));
            sponge.finish();
            let mut out = [0; 300];
            sponge.squeeze(&mut out);
            out
        };
        let whole = digest(600);
        for size in [1, 7, 8, 135, 136, 137] {
            assert_eq!(digest(size), whole, "{size}");
        }
    }
}
