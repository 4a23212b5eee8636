//! Where things lie in memory: what compiled code (`jit`) knows of values.
//!
//! Everything here is computed by the Rust compiler from the types themselves or tested against them, so that a change of
//! a type cannot leave compiled code behind.
#![allow(unsafe_code)]

use std::mem::offset_of;

use super::containers::List;
use super::dict::Dict;
use super::elements::{Aside, Elements};
use super::flow::{Message, Part};
use super::function::Function;
use super::refs::{body_offset, first_word, size_class};
use super::{Guarded, HVec, ShortStr, Value, heap};

pub(crate) use heap::books;

/// Tags: the first byte of a [`Value`].
pub mod tag {
    /// No value.
    pub const UNBOUND: u8 = 0;
    /// `None`
    pub const NONE: u8 = 1;
    /// `bool`; the second byte is the value.
    pub const BOOL: u8 = 4;
    /// Small `int`; the second word is the value.
    pub const INT: u8 = 5;
    /// A built-in function.
    pub const BUILTIN: u8 = 6;
    /// Short `str`.
    pub const SHORT: u8 = 7;
    /// `float`; the second word is the value. A power of two: of all values only those without a value lack the other bits, too.
    pub const FLOAT: u8 = 8;
    /// A type.
    pub const TYPE: u8 = 9;
    /// A module.
    pub const MODULE: u8 = 10;
    /// The first tag whose second word is a counted pointer; all later ones are such.
    pub const FIRST_COUNTED: u8 = 11;
    /// Long `str`.
    pub const STR: u8 = 11;
    /// `list`
    pub const LIST: u8 = 15;
    /// `dict` and its subclasses.
    pub const DICT: u8 = 17;
    /// A function of the script.
    pub const FUNCTION: u8 = 23;
    /// A message.
    pub const MESSAGE: u8 = 36;
}

/// Offset of a value's second word: number, address or pointer.
pub const PAYLOAD: i32 = 8;
/// Offset of the value of a `bool`.
pub const BOOL: i32 = 1;
/// Size of a value.
pub const VALUE: i64 = 16;

const ELEMENTS: usize = body_offset::<List>() + offset_of!(List, items);
const ITEMS: usize = ELEMENTS + Elements::PLAIN;
/// In a list: the borrow flag.
pub const LIST_STATE: i32 = (ELEMENTS + Elements::STATE) as i32;
/// In a list: the address of the elements.
pub const LIST_START: i32 = (ITEMS + HVec::<Value>::START) as i32;
/// In a list: the number of elements.
pub const LIST_LEN: i32 = (ITEMS + HVec::<Value>::LEN) as i32;
/// In a list: how many elements there is room for.
pub const LIST_CAPACITY: i32 = (ITEMS + HVec::<Value>::CAPACITY) as i32;

/// In a list: the address of what few lists have, or null. A list that is packed has no ordinary elements.
pub const LIST_ASIDE: i32 = (ELEMENTS + Elements::ASIDE) as i32;
/// In what few lists have: the address of a packed list's elements, a byte each.
pub const ASIDE_START: i32 = Aside::START as i32;
/// In what few lists have: the number of a packed list's elements.
pub const ASIDE_LEN: i32 = Aside::LEN as i32;
/// Size class of a list.
pub const LIST_CLASS: usize = size_class::<List>();
/// The first word of a new list.
pub const LIST_HEADER: u64 = first_word::<List>();
/// The address of the elements where there is no room for any.
pub const NO_ELEMENTS: i64 = align_of::<Value>() as i64;

const DICT_ITEMS: usize = body_offset::<Dict>() + Dict::ITEMS + Guarded::<super::dict::Items>::VALUE;
/// In a dict: the byte that says how it keeps its items. `Items` is `repr(C, u8)`: the tag, then the fields as in C.
pub const DICT_KIND: i32 = DICT_ITEMS as i32;
/// In a dict with a shape: the shape. Both kinds with one begin with the shape and the values; in a dict without one this is where
/// its entries lie, which is the address of no object: so a comparison with a certain shape says that it is of such a kind, too.
pub const DICT_SHAPE: i32 = DICT_ITEMS as i32 + 8;
/// In a dict: the borrow flag.
pub const DICT_STATE: i32 = (body_offset::<Dict>() + Dict::ITEMS) as i32;
/// The kind of a dict with a shape and all its values.
pub const SHAPED: u8 = 0;
/// Size class of a dict.
pub const DICT_CLASS: usize = size_class::<Dict>();
/// The first word of a new dict.
pub const DICT_HEADER: u64 = first_word::<Dict>();
/// In a dict with a shape: how many values there is room for.
pub const DICT_CAPACITY: i32 = DICT_ITEMS as i32 + 16 + HVec::<Value>::CAPACITY as i32;
/// In a dict with a shape: the number of values.
pub const DICT_MADE: i32 = DICT_ITEMS as i32 + 16 + HVec::<Value>::LEN as i32;
/// In a dict with a shape: the address of the values, as many as the shape has keys; unbound where they have not been made.
pub const DICT_VALUES: i32 = DICT_ITEMS as i32 + 16 + HVec::<Value>::START as i32;

/// In a dict: what makes it an instance of a class of `collections`, or null.
pub const DICT_SPECIAL: i32 = (body_offset::<Dict>() + offset_of!(Dict, special)) as i32;

/// In a function: the number of its code.
pub const FUNCTION_CODE: i32 = (body_offset::<Function>() + offset_of!(Function, code)) as i32;

/// In a message: the value of a part, unbound if the host still keeps it elsewhere.
#[must_use]
pub const fn message_part(part: Part) -> i32 {
    let slots = body_offset::<Message>() + Message::PARTS;
    (slots + part as usize * size_of::<Guarded<Value>>() + Guarded::<Value>::VALUE) as i32
}

/// The words of two short texts after another, given as theirs, if that is a short text: the second byte is its length, and the text
/// begins at the third.
#[inline]
#[must_use]
pub fn join_short(a: [u64; 2], b: [u64; 2]) -> Option<[u64; 2]> {
    let wide = |[first, second]: [u64; 2]| u128::from(second) << 64 | u128::from(first);
    let (before, more) = (a[0] >> 8 & 0xff, b[0] >> 8 & 0xff);
    if before + more > ShortStr::MAX as u64 {
        return None;
    }
    let behind = (wide(b) >> 16 << 16).checked_shl(8 * before as u32).unwrap_or(0);
    let joined = (wide(a) | behind) + u128::from(more << 8);
    Some([joined as u64, (joined >> 64) as u64])
}

impl Value {
    /// The tag.
    #[inline]
    #[must_use]
    pub fn tag(&self) -> u8 {
        // SAFETY: `repr(u8)` puts the tag at offset 0.
        unsafe { *std::ptr::from_ref(self).cast::<u8>() }
    }

    /// The two words of a value. Whoever has them owns the value; see [`Value::from_words`].
    #[inline]
    #[must_use]
    pub fn into_words(self) -> [u64; 2] {
        // SAFETY: both are sixteen bytes, and any bytes are good integers once padding is written: the copy below
        // goes through `MaybeUninit`, whose bytes may be anything.
        unsafe {
            let held = std::mem::ManuallyDrop::new(self);
            let mut words = [0u64; 2];
            std::ptr::copy_nonoverlapping(
                std::ptr::from_ref(&held).cast::<u8>(),
                words.as_mut_ptr().cast::<u8>(),
                size_of::<Value>(),
            );
            words
        }
    }

    /// The value that two words from [`Value::into_words`], or written by compiled code in this layout, stand for.
    ///
    /// # Safety
    /// The words are a value that nobody else owns.
    #[inline]
    #[must_use]
    pub unsafe fn from_words(words: [u64; 2]) -> Value {
        // SAFETY: by the caller's promise.
        unsafe { std::mem::transmute::<[u64; 2], Value>(words) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::flow::PARTS;
    use super::super::{Dict, Ref, Shape, types};
    use super::*;

    #[test]
    fn tags_are_those_of_the_enum() {
        for (value, expected) in [
            (Value::Unbound, tag::UNBOUND),
            (Value::None, tag::NONE),
            (Value::Bool(true), tag::BOOL),
            (Value::Int(7), tag::INT),
            (Value::Float(0.5), tag::FLOAT),
            (Value::str("short"), tag::SHORT),
            (Value::Type(&types::INT), tag::TYPE),
            (Value::str("longer than fourteen bytes"), tag::STR),
            (Value::list([]), tag::LIST),
            (Value::Dict(Dict::new()), tag::DICT),
            (Value::Message(message()), tag::MESSAGE),
        ] {
            assert_eq!(value.tag(), expected, "{value:?}");
        }
    }

    fn message() -> Ref<Message> {
        Message::new([0, 1, 2, 3, 4, 5].map(Value::Int), false)
    }

    #[test]
    fn the_parts_of_a_message_lie_as_declared() {
        let message = message();
        for (part, expected) in PARTS.into_iter().zip(0..) {
            let at = Ref::address(&message) + message_part(part) as usize;
            // SAFETY: the message is alive and the offset lies inside it.
            let found = unsafe { (*(at as *const Value)).clone() };
            assert!(found.is(&Value::Int(expected)), "{part:?}: {found:?}");
        }
    }

    #[test]
    fn words_hold_numbers_where_compiled_code_looks() {
        assert_eq!(Value::Int(-3).into_words()[1], -3i64 as u64);
        assert_eq!(Value::Float(1.5).into_words()[1], 1.5f64.to_bits());
        assert_eq!(Value::Bool(true).into_words()[0] & 0xffff, 0x104);
    }

    #[test]
    fn short_texts_are_joined_as_words() {
        let text = "a\u{e9}bcdefghijklm";
        for cut in [0, 1, 3, 6, 7, 8, 13, 14] {
            let (a, b) = (Value::str(&text[..cut]), Value::str(&text[cut..14]));
            let joined = join_short(a.into_words(), b.into_words());
            assert_eq!(joined, Some(Value::str(&text[..14]).into_words()), "{cut}");
        }
        let long = [Value::str("1234567"), Value::str("12345678")].map(Value::into_words);
        assert_eq!(join_short(long[0], long[1]), None);
    }

    #[test]
    fn a_list_lies_as_declared() {
        let items = HVec::from_slice(&[Value::Int(1), Value::Int(2), Value::Int(3)]);
        let (room, empty) = (items.capacity(), HVec::<Value>::new());
        assert_eq!(empty.as_ptr() as i64, NO_ELEMENTS);
        let list = List::new(items);
        let word = |base: usize, offset: i32| {
            // SAFETY: the list and its elements are alive and the offsets lie inside them.
            unsafe { *((base + offset as usize) as *const usize) }
        };
        let base = Ref::address(&list);
        assert_eq!(word(base, 0) as u64 & 0xff_ffff_ffff, LIST_HEADER);
        assert_eq!((word(base, LIST_STATE) as u32, word(base, LIST_ASIDE)), (0, 0));
        assert_eq!((word(base, LIST_LEN), word(base, LIST_CAPACITY)), (3, room));
        assert_eq!(word(word(base, LIST_START) + 2 * VALUE as usize, PAYLOAD), 3);
    }

    #[test]
    fn a_packed_list_lies_as_declared() {
        let word = |base: usize, offset: i32| {
            // SAFETY: the objects are alive and the offsets lie inside them.
            unsafe { *((base + offset as usize) as *const usize) }
        };
        let Some(list) = List::repeated(true, 100) else { panic!("packed") };
        let base = Ref::address(&list);
        assert_eq!(word(base, LIST_LEN), 0);
        let aside = word(base, LIST_ASIDE);
        assert_eq!(word(aside, ASIDE_LEN), 100);
        assert_eq!(word(word(aside, ASIDE_START), 0), 0x0101_0101_0101_0101);
        assert!(list.items.borrow().iter().all(|item| item.is(&Value::Bool(true))));
        assert_eq!((word(base, LIST_LEN), word(aside, ASIDE_LEN)), (100, 0));
    }

    #[test]
    fn a_shaped_dict_lies_as_declared() {
        let shape = Shape::new(["a", "b"]);
        let values = HVec::from_slice(&[Value::Int(1), Value::Int(2)]);
        let room = values.capacity();
        let dict = Dict::shaped(shape.clone(), values);
        let word = |base: usize, offset: i32| {
            // SAFETY: both objects are alive and the offsets lie inside them.
            unsafe { *((base + offset as usize) as *const usize) }
        };
        let base = Ref::address(&dict);
        assert_eq!(word(base, DICT_KIND) & 0xff, 0);
        assert_eq!(word(base, DICT_SHAPE), Ref::address(&shape));
        assert_eq!(word(base, DICT_MADE), 2);
        let values = word(base, DICT_VALUES);
        assert_eq!(word(values + 16, PAYLOAD), 2);
        assert_eq!(word(base, DICT_SPECIAL), 0);
        assert_eq!(word(base, DICT_STATE) as u32, 0);
        assert_eq!(word(base, DICT_CAPACITY), room);
        assert_eq!(word(base, 0) as u64 & 0xff_ffff_ffff, DICT_HEADER);
        let hashed = Dict::new();
        let entries = word(Ref::address(&hashed), DICT_SHAPE);
        assert_eq!(entries % 8, 0, "a dangling address, or one of a buffer");
        hashed.set_str("a", Value::None);
        assert_ne!(word(Ref::address(&hashed), DICT_SHAPE), entries);
        let special = Dict::of_class(&types::ORDERED_DICT, Value::Unbound);
        assert_ne!(word(Ref::address(&special), DICT_SPECIAL), 0);
    }
}
