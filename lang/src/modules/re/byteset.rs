//! A set of byte values.

/// Which of the 256 byte values belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    /// Nothing.
    pub(super) const EMPTY: ByteSet = ByteSet([0; 4]);
    /// Everything.
    pub(super) const FULL: ByteSet = ByteSet([u64::MAX; 4]);
    /// `0x80..=0xFF`: every byte of a character beyond ASCII.
    pub(super) const HIGH: ByteSet = ByteSet([0, 0, u64::MAX, u64::MAX]);

    /// `0xC0..=0xFF`: the bytes that begin a character beyond ASCII.
    pub(super) const LEADS: ByteSet = ByteSet([0, 0, 0, u64::MAX]);

    /// One byte.
    pub(super) fn of(byte: u8) -> ByteSet {
        let mut set = ByteSet::EMPTY;
        set.insert(byte);
        set
    }

    /// The bytes that satisfy a test.
    pub(super) fn from_fn(mut test: impl FnMut(u8) -> bool) -> ByteSet {
        let mut set = ByteSet::EMPTY;
        (0..=u8::MAX).filter(|byte| test(*byte)).for_each(|byte| set.insert(byte));
        set
    }

    /// Adds a byte.
    pub(super) fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    /// Whether a byte belongs.
    #[inline]
    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }

    /// What belongs to one or the other.
    pub(super) fn union(&self, other: &ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }

    /// What belongs to both.
    pub(super) fn intersection(&self, other: &ByteSet) -> ByteSet {
        ByteSet(std::array::from_fn(|at| self.0[at] & other.0[at]))
    }

    /// What does not belong.
    pub(super) fn complement(&self) -> ByteSet {
        ByteSet(self.0.map(|word| !word))
    }

    /// Whether nothing belongs.
    pub(super) fn is_empty(&self) -> bool {
        *self == ByteSet::EMPTY
    }

    /// Number of bytes that belong.
    pub(super) fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The bytes that belong, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(|byte| self.contains(*byte))
    }
}

/// A byte set prepared for finding its first member in a slice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finder {
    /// One to three bytes, which have a vector search.
    One(u8),
    /// Two bytes.
    Two(u8, u8),
    /// Three bytes.
    Three(u8, u8, u8),
    /// Any other set.
    Set(ByteSet),
}

impl Finder {
    /// The search for the members of a set.
    pub(super) fn new(set: ByteSet) -> Finder {
        let mut bytes = set.iter();
        match (set.len(), bytes.next(), bytes.next(), bytes.next()) {
            (1, Some(a), ..) => Finder::One(a),
            (2, Some(a), Some(b), _) => Finder::Two(a, b),
            (3, Some(a), Some(b), Some(c)) => Finder::Three(a, b, c),
            _ => Finder::Set(set),
        }
    }

    /// Whether a byte is searched for.
    #[inline]
    pub(super) fn contains(&self, byte: u8) -> bool {
        match *self {
            Finder::One(a) => byte == a,
            Finder::Two(a, b) => byte == a || byte == b,
            Finder::Three(a, b, c) => byte == a || byte == b || byte == c,
            Finder::Set(set) => set.contains(byte),
        }
    }

    /// Whether the search is faster than looking at every byte.
    pub(super) fn is_fast(&self) -> bool {
        !matches!(self, Finder::Set(_))
    }

    /// The index of the first member.
    #[inline]
    pub(super) fn find(&self, bytes: &[u8]) -> Option<usize> {
        match *self {
            Finder::One(a) => memchr::memchr(a, bytes),
            Finder::Two(a, b) => memchr::memchr2(a, b, bytes),
            Finder::Three(a, b, c) => memchr::memchr3(a, b, c, bytes),
            Finder::Set(set) => bytes.iter().position(|byte| set.contains(*byte)),
        }
    }

    /// The index of the last member.
    #[inline]
    pub(super) fn find_last(&self, bytes: &[u8]) -> Option<usize> {
        match *self {
            Finder::One(a) => memchr::memrchr(a, bytes),
            Finder::Two(a, b) => memchr::memrchr2(a, b, bytes),
            Finder::Three(a, b, c) => memchr::memrchr3(a, b, c, bytes),
            Finder::Set(set) => bytes.iter().rposition(|byte| set.contains(*byte)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_finders() {
        for (members, text, first, last) in [
            (&b"c"[..], &b"abcabc"[..], Some(2), Some(5)),
            (b"bc", b"abcabc", Some(1), Some(5)),
            (b"xbz", b"abcabc", Some(1), Some(4)),
            (b"wxyz", b"abcabc", None, None),
            (b"abcd", b"--d", Some(2), Some(2)),
        ] {
            let set = ByteSet::from_fn(|byte| members.contains(&byte));
            let finder = Finder::new(set);
            assert_eq!((finder.find(text), finder.find_last(text)), (first, last));
            assert_eq!(set.len() as usize, members.len());
            assert_eq!(set.complement().complement(), set);
            assert!(set.intersection(&set.complement()).is_empty());
        }
        assert!(ByteSet::HIGH.contains(0x80) && !ByteSet::HIGH.contains(0x7F));
    }
}
