//! BLAKE2b and BLAKE2s (RFC 7693) with every parameter: key, salt, personal text and place in a hash tree.
//!
//! The crates for BLAKE2 hide the tree parameters, which `hashlib` shows; the two functions are small, so they are here.

/// Which of sixteen message words each step of a round mixes in.
const SCHEDULE: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// The four columns and four diagonals of the state that a round mixes.
const LANES: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// What a BLAKE2 function can be told. Texts that are too long for the function are cut; the caller checks them.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// Bytes of the digest.
    pub digest_size: u8,
    /// The key of a keyed hash; empty for none.
    pub key: Vec<u8>,
    /// Most children of a tree node; 0 is no limit.
    pub fanout: u8,
    /// Height of the tree; 1 is a sequential hash.
    pub depth: u8,
    /// Bytes of a leaf; 0 is no limit.
    pub leaf_size: u32,
    /// Number of the node in its level.
    pub node_offset: u64,
    /// Level of the node, leaves being 0.
    pub node_depth: u8,
    /// Bytes of inner digests.
    pub inner_size: u8,
    /// Salt.
    pub salt: Vec<u8>,
    /// Text that separates one use of the function from others.
    pub person: Vec<u8>,
    /// Whether this is the last node of its level.
    pub last_node: bool,
}

impl Parameters {
    /// A plain hash with a digest of that size.
    #[must_use]
    pub fn plain(digest_size: u8) -> Parameters {
        Parameters {
            digest_size,
            key: Vec::new(),
            fanout: 1,
            depth: 1,
            leaf_size: 0,
            node_offset: 0,
            node_depth: 0,
            inner_size: 0,
            salt: Vec::new(),
            person: Vec::new(),
            last_node: false,
        }
    }

    /// The parameter block: `half` bytes of numbers, then salt and personal text of a quarter of the block each.
    fn block(&self, half: usize, offset_bytes: usize) -> Vec<u8> {
        let key_size = u8::try_from(self.key.len()).unwrap_or(u8::MAX);
        let mut block = vec![self.digest_size, key_size, self.fanout, self.depth];
        block.extend_from_slice(&self.leaf_size.to_le_bytes());
        block.extend(self.node_offset.to_le_bytes().iter().take(offset_bytes));
        block.extend_from_slice(&[self.node_depth, self.inner_size]);
        block.resize(half, 0);
        for text in [&self.salt, &self.person] {
            let field = half / 2;
            block.extend(text.iter().copied().chain(std::iter::repeat(0)).take(field));
        }
        block
    }
}

macro_rules! blake2 {
    ($(#[$doc:meta])* $name:ident, $word:ty, $count:ty, $block:literal, $rounds:literal, $offset_bytes:literal, [$r1:literal, $r2:literal, $r3:literal, $r4:literal], $iv:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            hash: [$word; 8],
            /// Bytes compressed so far, in two words.
            count: $count,
            /// Bytes that wait: the last block is compressed only when the message has ended.
            waiting: [u8; $block],
            filled: usize,
            last_node: bool,
            /// Bytes of the digest.
            pub digest_size: u8,
        }

        impl $name {
            const WORD: usize = size_of::<$word>();
            const IV: [$word; 8] = $iv;

            /// A hash function with these parameters.
            #[must_use]
            pub fn new(parameters: &Parameters) -> Self {
                let block = parameters.block($block / 4, $offset_bytes);
                let mut hash = Self::IV;
                for (word, bytes) in hash.iter_mut().zip(block.chunks_exact(Self::WORD)) {
                    *word ^= Self::word(bytes);
                }
                let digest_size = parameters.digest_size;
                let mut own = $name { hash, count: 0, waiting: [0; $block], filled: 0, last_node: parameters.last_node, digest_size };
                if !parameters.key.is_empty() {
                    let mut padded = [0; $block];
                    for (to, from) in padded.iter_mut().zip(&parameters.key) {
                        *to = *from;
                    }
                    own.update(&padded);
                }
                own
            }

            fn word(bytes: &[u8]) -> $word {
                bytes.iter().rev().fold(0, |word, byte| (word << 8) | <$word>::from(*byte))
            }

            /// Takes more of the message.
            pub fn update(&mut self, mut data: &[u8]) {
                while !data.is_empty() {
                    if self.filled == $block {
                        self.count = self.count.wrapping_add($block);
                        self.compress(false);
                        self.filled = 0;
                    }
                    let taken = data.len().min($block - self.filled);
                    let (now, later) = data.split_at(taken);
                    self.waiting[self.filled..self.filled + taken].copy_from_slice(now);
                    self.filled += taken;
                    data = later;
                }
            }

            /// The digest of the message so far.
            #[must_use]
            pub fn finish(mut self) -> Vec<u8> {
                self.count = self.count.wrapping_add(self.filled as $count);
                self.waiting[self.filled..].fill(0);
                self.compress(true);
                let bytes = self.hash.iter().flat_map(|word| word.to_le_bytes());
                bytes.take(usize::from(self.digest_size)).collect()
            }

            #[expect(clippy::cast_possible_truncation, reason = "the counter is used as two words")]
            fn compress(&mut self, last: bool) {
                let mut message = [0; 16];
                for (word, bytes) in message.iter_mut().zip(self.waiting.chunks_exact(Self::WORD)) {
                    *word = Self::word(bytes);
                }
                let mut v = [0; 16];
                v[..8].copy_from_slice(&self.hash);
                v[8..].copy_from_slice(&Self::IV);
                v[12] ^= self.count as $word;
                v[13] ^= (self.count >> <$word>::BITS) as $word;
                if last {
                    v[14] = !v[14];
                    if self.last_node {
                        v[15] = !v[15];
                    }
                }
                for round in 0..$rounds {
                    let order = &SCHEDULE[round % 10];
                    for (lane, &[a, b, c, d]) in LANES.iter().enumerate() {
                        let (x, y) = (message[order[2 * lane]], message[order[2 * lane + 1]]);
                        v[a] = v[a].wrapping_add(v[b]).wrapping_add(x);
                        v[d] = (v[d] ^ v[a]).rotate_right($r1);
                        v[c] = v[c].wrapping_add(v[d]);
                        v[b] = (v[b] ^ v[c]).rotate_right($r2);
                        v[a] = v[a].wrapping_add(v[b]).wrapping_add(y);
                        v[d] = (v[d] ^ v[a]).rotate_right($r3);
                        v[c] = v[c].wrapping_add(v[d]);
                        v[b] = (v[b] ^ v[c]).rotate_right($r4);
                    }
                }
                for (at, word) in self.hash.iter_mut().enumerate() {
                    *word ^= v[at] ^ v[at + 8];
                }
            }
        }
    };
}

blake2! {
    /// BLAKE2b: 64-bit words, digests of up to 64 bytes.
    Blake2b, u64, u128, 128, 12, 8, [32, 24, 16, 63], [
        0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
        0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
    ]
}

blake2! {
    /// BLAKE2s: 32-bit words, digests of up to 32 bytes.
    Blake2s, u32, u64, 64, 10, 6, [16, 12, 8, 7], [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn digests_agree_with_the_standard() {
        let mut b = Blake2b::new(&Parameters::plain(64));
        b.update(b"abc");
        assert!(hex(&b.finish()).starts_with("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"));
        let mut s = Blake2s::new(&Parameters::plain(32));
        s.update(b"abc");
        assert_eq!(hex(&s.finish()), "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
    }

    #[test]
    fn the_message_may_come_in_pieces() {
        let data: Vec<u8> = (0..=255).cycle().take(700).collect();
        let mut whole = Blake2b::new(&Parameters::plain(20));
        whole.update(&data);
        let whole = whole.finish();
        for size in [1, 63, 64, 127, 128, 129] {
            let mut parts = Blake2b::new(&Parameters::plain(20));
            data.chunks(size).for_each(|chunk| parts.update(chunk));
            assert_eq!(parts.finish(), whole, "{size}");
        }
    }

    #[test]
    fn salt_and_person_are_part_of_the_function() {
        let own = Parameters { salt: b"salt".to_vec(), person: b"me".to_vec(), ..Parameters::plain(64) };
        let mut b = Blake2b::new(&own);
        b.update(b"msg");
        assert!(hex(&b.finish()).starts_with("b67c7d1fab270dfd927e1911d0ebef72"));
        let mut s = Blake2s::new(&Parameters { digest_size: 32, ..own });
        s.update(b"msg");
        assert!(hex(&s.finish()).starts_with("1c09fdb6f842b0b8a1e0ce2f1277272b"));
    }
}
