//! Iterators over built-in values. What an iterator does when asked for its next item is in `builtins::iterate`, because
//! some of them call back into the script.

use super::containers::{ByteArray, List, Set, Tuple};
use super::dict::Dict;
use super::hvec::HVec;
use super::refs::{Kind, Object, Ref};
use super::types::{TypeDesc, iterators};
use super::{Guarded, R, Value};

/// What of a dict a view or an iterator shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The keys.
    Keys,
    /// The values.
    Values,
    /// Pairs of both.
    Items,
}

/// A live view of a dict.
#[derive(Debug)]
pub struct View {
    /// The dict.
    pub dict: Ref<Dict>,
    /// What it shows.
    pub part: Part,
}

impl Object for View {}

/// An iterator whose items come from Rust code.
pub trait NativeIter: 'static {
    /// The next item.
    ///
    /// # Errors
    /// Whatever producing it raises.
    fn next(&mut self, cx: &mut super::Cx<'_>) -> R<Option<Value>>;

    /// The next item, if it is made without script code, so that the iterator need not be ready for being reached again from
    /// inside; the outer `None` from iterators of which that is not known.
    fn next_alone(&mut self) -> Option<R<Option<Value>>> {
        None
    }

    /// The iterator's type.
    fn class(&self) -> &'static TypeDesc;
}

/// The state of an iterator.
pub enum State {
    /// Exhausted.
    Done,
    /// Over a list, live.
    List {
        /// The list.
        list: Ref<List>,
        /// Next position.
        at: usize,
    },
    /// Over a list backwards; `at` is one more than the next position.
    ListReverse {
        /// The list.
        list: Ref<List>,
        /// One more than the next position.
        at: usize,
    },
    /// Over a tuple.
    Tuple {
        /// The tuple.
        tuple: Ref<Tuple>,
        /// Next position.
        at: usize,
    },
    /// Over a string.
    Str {
        /// The string.
        text: Value,
        /// Offset of the next code point.
        offset: usize,
    },
    /// Over bytes.
    Bytes {
        /// The bytes.
        bytes: Ref<super::Bytes>,
        /// Next position.
        at: usize,
    },
    /// Over a bytearray, live.
    ByteArray {
        /// The bytes.
        bytes: Ref<ByteArray>,
        /// Next position.
        at: usize,
    },
    /// Over a range that fits 64 bits.
    Range {
        /// Next element.
        next: i64,
        /// Difference.
        step: i64,
        /// Elements left.
        left: u64,
    },
    /// Over any range.
    LongRange {
        /// Next element.
        next: Value,
        /// Difference.
        step: Value,
        /// Elements left, an int.
        left: Value,
    },
    /// Over a dict, live.
    Dict {
        /// The dict.
        dict: Ref<Dict>,
        /// Next position.
        at: usize,
        /// Length when it began; a change is an error.
        len: usize,
        /// Items left; more of them show that keys were exchanged.
        left: usize,
        /// What it shows.
        part: Part,
    },
    /// Over a dict backwards; `at` is one more than the next position.
    DictReverse {
        /// The dict.
        dict: Ref<Dict>,
        /// One more than the next position.
        at: usize,
        /// Length when it began.
        len: usize,
        /// What it shows.
        part: Part,
    },
    /// Over a set, live.
    Set {
        /// The set.
        set: Ref<Set>,
        /// Next position.
        at: usize,
        /// Length when it began.
        len: usize,
    },
    /// `map(function, *iterators)`
    Map {
        /// The function.
        function: Value,
        /// Its iterators.
        iters: HVec<Value>,
    },
    /// `filter(function, iterator)`
    Filter {
        /// The function, or `None`.
        function: Value,
        /// The iterator.
        iter: Value,
    },
    /// `zip(*iterators, strict=…)`
    Zip {
        /// The iterators.
        iters: HVec<Value>,
        /// Whether they must be equally long.
        strict: bool,
    },
    /// `enumerate(iterator, start)`
    Enumerate {
        /// The iterator.
        iter: Value,
        /// The next number, an int.
        count: Value,
    },
    /// `iter(function, sentinel)`
    Callable {
        /// The function.
        function: Value,
        /// Its end.
        sentinel: Value,
    },
    /// `reversed` of a sequence: elements by index, downwards.
    Reversed {
        /// The sequence.
        sequence: Value,
        /// One more than the next position.
        at: usize,
    },
    /// Elements computed in advance.
    Values {
        /// The elements.
        values: super::hvec::IntoIter<Value>,
        /// The iterator's type.
        class: &'static TypeDesc,
    },
    /// Anything else.
    Native(Box<dyn NativeIter>),
}

/// An iterator.
pub struct Iter {
    /// Its state.
    pub state: Guarded<State>,
    /// Its type: stays when it is exhausted.
    pub class: &'static TypeDesc,
}

impl Object for Iter {
    const KIND: Kind = Kind::Iter;
    fn clear(&self) {
        if !self.state.is_borrowed() {
            drop(self.state.replace(State::Done));
        }
    }
}

impl Iter {
    /// An iterator in `state`.
    #[must_use]
    pub fn new(state: State) -> Ref<Iter> {
        let class = state.class();
        Ref::new(Iter { state: Guarded::new(state), class })
    }
}

impl State {
    fn class(&self) -> &'static TypeDesc {
        match self {
            State::Done | State::List { .. } => &iterators::LIST,
            State::ListReverse { .. } => &iterators::LIST_REVERSE,
            State::Tuple { .. } => &iterators::TUPLE,
            State::Str { text, .. } => {
                if text.text_bytes().is_some_and(<[u8]>::is_ascii) {
                    &iterators::STR_ASCII
                } else {
                    &iterators::STR
                }
            }
            State::Bytes { .. } => &iterators::BYTES,
            State::ByteArray { .. } => &iterators::BYTEARRAY,
            State::Range { .. } => &iterators::RANGE,
            State::LongRange { .. } => &iterators::LONG_RANGE,
            State::Dict { part, .. } => match part {
                Part::Keys => &iterators::DICT_KEYS,
                Part::Values => &iterators::DICT_VALUES,
                Part::Items => &iterators::DICT_ITEMS,
            },
            State::DictReverse { part, .. } => match part {
                Part::Keys => &iterators::DICT_KEYS_REVERSE,
                Part::Values => &iterators::DICT_VALUES_REVERSE,
                Part::Items => &iterators::DICT_ITEMS_REVERSE,
            },
            State::Set { .. } => &iterators::SET,
            State::Map { .. } => &iterators::MAP,
            State::Filter { .. } => &iterators::FILTER,
            State::Zip { .. } => &iterators::ZIP,
            State::Enumerate { .. } => &iterators::ENUMERATE,
            State::Callable { .. } => &iterators::CALLABLE,
            State::Reversed { .. } => &iterators::REVERSED,
            State::Values { class, .. } => class,
            State::Native(native) => native.class(),
        }
    }
}
