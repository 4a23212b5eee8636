//! The names that documents were seen to have, and which name came after which.
//!
//! Documents of one kind have the same few names in the same order. So the reader compares the bytes at a tag with one
//! prediction; only where that fails is the end of the name looked for, and only a new name is hashed and checked. The names
//! outlive a document: each thread keeps them, so that messages of one kind share them over many runs. Nothing of it is
//! visible to scripts, and it is bounded.

use std::cell::RefCell;
use std::collections::HashMap;

use super::names;
use crate::value::tree::{Name, Names};
use crate::value::{HVec, Ref};

/// What a name belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An element.
    Element,
    /// An attribute; its key begins with `@`.
    Attribute,
}

/// Bytes of a name that are compared at once.
const HEAD: usize = 16;
/// Most names that are kept for the next document.
const MOST_KEPT: usize = 1024;
/// Longest name that is kept for the next document.
const LONGEST_KEPT: usize = 256;

#[derive(Debug)]
struct Known {
    name: Name,
    kind: Kind,
    /// The first sixteen bytes of the name, and which of their bits there are.
    head: u128,
    mask: u128,
    /// The numbers of the element and of the attribute that came after this name last time, plus one.
    next: [u32; 2],
}

impl Known {
    fn new(text: &[u8], kind: Kind) -> Known {
        let name = match kind {
            Kind::Element => Name::new(text),
            Kind::Attribute => Name::new(&[b"@", text].concat()),
        };
        let mut head = [0; HEAD];
        let known = text.len().min(HEAD);
        head[..known].copy_from_slice(&text[..known]);
        let mask = u128::MAX.checked_shr(8 * (HEAD - known) as u32).unwrap_or(0);
        Known { name, kind, head: u128::from_le_bytes(head), mask, next: [0; 2] }
    }

    /// The name as it is written.
    #[inline]
    fn text(&self) -> &[u8] {
        let key = self.name.key.text_bytes().unwrap_or_default();
        key.get(usize::from(self.kind == Kind::Attribute)..).unwrap_or_default()
    }

    /// The rest of `input` behind the name, if it begins with that.
    #[inline]
    fn strip<'a>(&self, input: &'a [u8]) -> Option<&'a [u8]> {
        let text = self.text();
        match input.first_chunk() {
            Some(first) if (u128::from_le_bytes(*first) ^ self.head) & self.mask != 0 => None,
            Some(_) if text.len() <= HEAD => input.get(text.len()..),
            _ => input.strip_prefix(text),
        }
    }
}

/// Known names.
#[derive(Debug)]
pub struct Learnt {
    all: HVec<Known>,
    /// Numbers of names by hash.
    index: HashMap<u64, Vec<u32>>,
    /// Numbers of the names seen last, plus one.
    recent: [u32; Learnt::PLACES],
    /// The names for documents, as long as no other was learnt.
    shared: Option<Ref<Names>>,
    /// Whether a name was too long to be kept.
    is_long: bool,
}

thread_local! {
    static KEPT: RefCell<Option<Box<Learnt>>> = const { RefCell::new(None) };
}

impl Learnt {
    /// Places for recent names; a power of two.
    const PLACES: usize = 64;
    /// The name before the first one of a document.
    pub const START: u32 = u32::MAX;

    /// What this thread has learnt. A reader that is already at work has it; then this is nothing.
    #[must_use]
    pub fn borrow_kept() -> Box<Learnt> {
        KEPT.with_borrow_mut(Option::take).unwrap_or_else(|| {
            let index = HashMap::new();
            Box::new(Learnt { all: HVec::new(), index, recent: [0; Self::PLACES], shared: None, is_long: false })
        })
    }

    /// Keeps the names for the next document, unless they are too many.
    pub fn keep(self: Box<Self>) {
        if self.all.len() <= MOST_KEPT && !self.is_long {
            KEPT.with_borrow_mut(|kept| *kept = Some(self));
        }
    }

    /// The names by their numbers.
    #[must_use]
    pub fn shared(&mut self) -> Ref<Names> {
        let all = &self.all;
        self.shared.get_or_insert_with(|| Names::new(all.iter().map(|known| known.name.clone()).collect())).clone()
    }

    fn known(&self, n: u32) -> Option<&Known> {
        self.all.get(n as usize)
    }

    /// How many names there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The text of a name.
    #[must_use]
    pub fn text(&self, n: u32) -> &[u8] {
        self.known(n).map(Known::text).unwrap_or_default()
    }

    /// What comes behind a name in `input`, if that begins with the name.
    #[inline]
    #[must_use]
    pub fn strip<'a>(&self, n: u32, input: &'a [u8]) -> Option<&'a [u8]> {
        self.known(n)?.strip(input)
    }

    /// The number of the name that came after another last time.
    #[inline]
    #[must_use]
    pub fn predicted(&self, after: u32, kind: Kind) -> Option<u32> {
        self.known(after)?.next[kind as usize].checked_sub(1)
    }

    /// The number of the name that is this text, and comes after another; `None` if it is no name.
    pub fn number(&mut self, after: u32, kind: Kind, text: &[u8]) -> Option<u32> {
        let (first, last) = (text.get(1).copied().unwrap_or(0), text.last().copied().unwrap_or(0));
        let place = (text.len() * 7 + usize::from(first) * 5 + usize::from(last)) % Self::PLACES;
        let is = |known: Option<&Known>| known.is_some_and(|known| known.kind == kind && known.text() == text);
        let n = match self.recent[place].checked_sub(1).filter(|n| is(self.known(*n))) {
            Some(n) => n,
            None => self.look_up(kind, text)?,
        };
        // There are not more names than nodes.
        self.recent[place] = n + 1;
        if let Some(before) = self.all.get_mut(after as usize) {
            before.next[kind as usize] = n + 1;
        }
        Some(n)
    }

    /// The number of a name that was not seen recently; learns it if it is new.
    fn look_up(&mut self, kind: Kind, text: &[u8]) -> Option<u32> {
        let made = Known::new(text, kind);
        let same = self.index.entry(made.name.hash).or_default();
        let is = |known: &Known| known.kind == kind && known.text() == text;
        if let Some(n) = same.iter().copied().find(|n| self.all.get(*n as usize).is_some_and(is)) {
            return Some(n);
        }
        if !names::is_name(std::str::from_utf8(text).ok()?) {
            return None;
        }
        let n = u32::try_from(self.all.len()).ok().filter(|n| *n < Self::START - 1)?;
        same.push(n);
        self.all.push(made);
        self.shared = None;
        self.is_long |= text.len() > LONGEST_KEPT;
        Some(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_predicted_and_shared() {
        let mut learnt = *Learnt::borrow_kept();
        let long = "a-name-that-is-longer-than-sixteen-bytes";
        let a = learnt.number(Learnt::START, Kind::Element, b"a").unwrap();
        let at_a = learnt.number(a, Kind::Attribute, b"a").unwrap();
        let other = learnt.number(a, Kind::Element, long.as_bytes()).unwrap();
        assert!(a != at_a && learnt.number(other, Kind::Element, b"a") == Some(a));
        assert_eq!(learnt.predicted(a, Kind::Element), Some(other));
        assert_eq!(learnt.predicted(a, Kind::Attribute), Some(at_a));
        assert_eq!(learnt.number(a, Kind::Element, b"1"), None);
        let rest = format!("{long}>");
        assert_eq!(learnt.strip(other, rest.as_bytes()), Some(&b">"[..]));
        assert_eq!(learnt.strip(other, b"a-name-that-is-longer-than>"), None);
        assert_eq!(learnt.strip(a, b"a"), Some(&b""[..]));
        assert_eq!(learnt.strip(a, b"b"), None);
        let shared = learnt.shared();
        assert!(Ref::same(&shared, &learnt.shared()));
        learnt.number(a, Kind::Element, b"new");
        assert!(!Ref::same(&shared, &learnt.shared()));
    }
}
