//! A growing set of small numbers, for sets of registers.

/// A set of registers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    fn place(at: u16) -> (usize, u64) {
        (usize::from(at / 64), 1 << (at % 64))
    }

    pub(super) fn contains(&self, at: u16) -> bool {
        let (word, bit) = Bits::place(at);
        self.words.get(word).is_some_and(|found| found & bit != 0)
    }

    pub(super) fn insert(&mut self, at: u16) {
        let (word, bit) = Bits::place(at);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
    }

    pub(super) fn remove(&mut self, at: u16) {
        let (word, bit) = Bits::place(at);
        if let Some(found) = self.words.get_mut(word) {
            *found &= !bit;
        }
    }

    /// Keeps what is in both.
    pub(super) fn intersect(&mut self, other: &Bits) {
        self.words.truncate(other.words.len());
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine &= theirs;
        }
    }

    /// Adds what is in `other`.
    pub(super) fn unite(&mut self, other: &Bits) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
    }

    /// Takes away what is in `other`.
    pub(super) fn subtract(&mut self, other: &Bits) {
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine &= !theirs;
        }
    }
}
