//! Values: what a running program computes with.
//!
//! # The representation, and why
//!
//! A [`Value`] is sixteen bytes: a tag byte and a payload. `None`, `bool`, 64-bit `int`, `float` and strings of up to
//! fourteen bytes are *immediates*; everything else is a counted pointer into the run's own heap ([`heap`], [`refs`]).
//!
//! * *Sixteen bytes, not eight.* NaN boxing would halve lists, but costs every int beyond 2^51 an allocation and every string
//!   an object. In messages most strings are short (codes, currencies, ids, keys): in a 20 MB array of orders 85 % of
//!   668,000 strings and all keys fit fourteen bytes. Compiled code keeps ints and floats unboxed in machine registers either way.
//! * *Reference counts, not a tracing collector.* A loop that makes and drops temporaries stays small without pauses, memory
//!   limits are exact, and a string that nobody else holds can grow in place. Counts are plain integers because a run never
//!   leaves its thread. Cycles live until the run ends, when the heap takes them apart.
//! * *A Rust `enum` with a declared layout.* `#[repr(u8)]` puts the tag at offset 0 and pointers at offset 8, so that compiled
//!   code can read values, while all other code matches on an ordinary enum and stays safe.
//! * *Dicts have shapes* ([`dict`]): a dict from a literal or from JSON is a pointer to shared keys and an array of values.
//!
//! This room knows nothing of syntax, code or the interpreter. Built-ins reach the interpreter through [`machine::Machine`].

pub mod block;
pub mod civil;
pub mod codec;
pub mod compare;
pub mod containers;
pub mod decimal;
pub mod dict;
mod elements;
pub mod exceptions;
pub mod flow;
pub mod format;
pub mod function;
mod guarded;
pub mod hash;
pub mod heap;
pub mod hvec;
pub mod interrupt;
pub mod iter;
pub mod layout;
pub mod machine;
pub mod native;
pub mod number;
mod refs;
pub mod signature;
pub mod table;
pub mod tape;
pub mod text;
pub mod tree;
pub mod types;
pub mod unicode;

use std::borrow::Cow;

use num_bigint::BigInt;

pub use containers::{ByteArray, Bytes, CellBox, List, Range, Set, Slice, Tuple};
pub use dict::{Dict, FieldCache, Shape};
pub use exceptions::{Exception, R, Raise};
pub use flow::{Entity, Message, MultiMap};
pub use function::{BoundMethod, Function, Generator};
pub use guarded::Guarded;
pub use hvec::HVec;
pub use iter::{Iter, View};
pub use machine::{Cx, Env, Machine};
pub use native::{Native, NativeObject};
pub use refs::{Kind, Object, Ref};
pub use text::{Blob, ShortStr, Str, Text};
pub use types::{Builtin, ModuleDesc, TypeDesc};

/// A value of the language.
#[derive(Default)]
#[repr(u8)]
pub enum Value {
    /// No value: an unset register or an argument that was not given. Never visible to scripts.
    #[default]
    Unbound,
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `NotImplemented`
    NotImplemented,
    /// `True`, `False`
    Bool(bool),
    /// An int that fits 64 bits.
    Int(i64),
    /// A built-in function, or a method that is not bound.
    Builtin(&'static Builtin),
    /// A string of up to fourteen bytes. Every such string has this form.
    Short(ShortStr),
    /// A float.
    Float(f64),
    /// A type.
    Type(&'static TypeDesc),
    /// A module.
    Module(&'static ModuleDesc),
    // From here on: a pointer to a counted object at offset 8. `clone` relies on it.
    /// A longer string.
    Str(Ref<Str>),
    /// An int that does not fit 64 bits.
    Big(Ref<Big>),
    /// `bytes`
    Bytes(Ref<Bytes>),
    /// `bytearray`
    ByteArray(Ref<ByteArray>),
    /// `list`
    List(Ref<List>),
    /// `tuple` and its subclasses.
    Tuple(Ref<Tuple>),
    /// `dict` and its subclasses.
    Dict(Ref<Dict>),
    /// `set`, `frozenset`
    Set(Ref<Set>),
    /// `range`
    Range(Ref<Range>),
    /// `slice`
    Slice(Ref<Slice>),
    /// A live view of a dict.
    View(Ref<View>),
    /// A closure cell. Never visible to scripts.
    Cell(Ref<CellBox>),
    /// A function of the script.
    Function(Ref<Function>),
    /// A built-in method with its receiver.
    Method(Ref<BoundMethod>),
    /// An iterator.
    Iter(Ref<Iter>),
    /// A generator.
    Generator(Ref<Generator>),
    /// An exception.
    Exception(Ref<Exception>),
    /// `decimal.Decimal`
    Decimal(Ref<HeldDecimal>),
    /// `datetime.datetime`
    DateTime(Ref<Held<civil::DateTime>>),
    /// `datetime.date`
    Date(Ref<Held<civil::Date>>),
    /// `datetime.time`
    Time(Ref<Held<civil::Time>>),
    /// `datetime.timedelta`
    Delta(Ref<Held<civil::Delta>>),
    /// `datetime.timezone`, `zoneinfo.ZoneInfo`
    Zone(Ref<Held<civil::Zone>>),
    /// `Entity`
    Entity(Ref<Entity>),
    /// `MultiMap`
    MultiMap(Ref<MultiMap>),
    /// `Message`
    Message(Ref<Message>),
    /// An object of a module.
    Native(Ref<Native>),
}

const _: () = assert!(size_of::<Value>() == 16, "a value is sixteen bytes");

/// An int beyond 64 bits; its digits count against the memory limit.
#[derive(Debug)]
pub struct Big {
    value: BigInt,
}

impl Object for Big {}

impl Big {
    /// The number.
    #[must_use]
    pub fn get(&self) -> &BigInt {
        &self.value
    }

    fn bytes(&self) -> usize {
        usize::try_from(self.value.bits() / 8).unwrap_or(usize::MAX / 2)
    }
}

impl Drop for Big {
    fn drop(&mut self) {
        heap::refund(self.bytes());
    }
}

/// An immutable library value on the heap.
#[derive(Debug)]
pub struct Held<T>(pub T);

impl<T: 'static> Object for Held<T> {}

impl<T> std::ops::Deref for Held<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// A decimal number on the heap; digits that it keeps elsewhere count against the memory limit.
#[derive(Debug)]
pub struct HeldDecimal(decimal::Decimal);

impl Object for HeldDecimal {}

impl std::ops::Deref for HeldDecimal {
    type Target = decimal::Decimal;
    fn deref(&self) -> &decimal::Decimal {
        &self.0
    }
}

impl Drop for HeldDecimal {
    fn drop(&mut self) {
        heap::refund(self.heap_bytes());
    }
}

impl Clone for Value {
    #[inline]
    #[allow(unsafe_code)]
    fn clone(&self) -> Self {
        // SAFETY: immediates may be copied bit by bit; for counted values the count accounts for the copy.
        unsafe {
            if self.is_counted() {
                self.header().increment();
            }
            std::ptr::read(self)
        }
    }
}

impl Value {
    /// Whether this refers to a counted object: only then there is something to drop.
    #[inline]
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.tag() >= layout::tag::FIRST_COUNTED
    }

    /// Whether this is the last reference to a counted object. If there are others, they are counted as one less: then this must not
    /// be used or dropped.
    #[inline]
    #[allow(unsafe_code)]
    fn is_last(&self) -> bool {
        // SAFETY: asked before.
        self.is_counted() && unsafe { !self.header().decrement_shared() }
    }

    /// The header of a counted object.
    #[inline]
    #[allow(unsafe_code)]
    fn counted(&self) -> Option<&refs::Header> {
        // SAFETY: asked before.
        self.is_counted().then(|| unsafe { self.header() })
    }

    /// The header of the counted object.
    ///
    /// # Safety
    /// There is one.
    #[inline]
    #[allow(unsafe_code)]
    unsafe fn header(&self) -> &refs::Header {
        // SAFETY: counted variants hold a `Ref`, a pointer to an object that begins with its header, at offset 8.
        unsafe { &**std::ptr::from_ref(self).cast::<u8>().add(8).cast::<*const refs::Header>() }
    }

    /// Text.
    #[inline]
    #[must_use]
    pub fn text(bytes: &[u8]) -> Value {
        match ShortStr::new(bytes) {
            Some(short) => Value::Short(short),
            None => {
                let mut own = HVec::with_capacity(bytes.len());
                own.extend_bytes(bytes);
                Value::Str(Str::from_vec(own))
            }
        }
    }

    /// Text.
    #[inline]
    #[must_use]
    pub fn str(text: &str) -> Value {
        Value::text(text.as_bytes())
    }

    /// Text from a buffer that is already on the heap.
    #[must_use]
    pub fn text_vec(bytes: HVec<u8>) -> Value {
        match ShortStr::new(&bytes) {
            Some(short) => Value::Short(short),
            None => Value::Str(Str::from_vec(bytes)),
        }
    }

    /// A part of a shared buffer as text; the range must hold well-formed text.
    #[must_use]
    pub fn text_part(blob: &Ref<Blob>, range: std::ops::Range<usize>) -> Value {
        match blob.bytes().get(range.clone()).and_then(ShortStr::new) {
            Some(short) => Value::Short(short),
            None => Value::Str(Str::part(blob, range)),
        }
    }

    /// `bytes`.
    #[must_use]
    pub fn bytes(bytes: &[u8]) -> Value {
        Value::Bytes(Bytes::from_slice(bytes))
    }

    /// An int of any size.
    #[must_use]
    pub fn big(value: BigInt) -> Value {
        match i64::try_from(&value) {
            Ok(small) => Value::Int(small),
            Err(_) => {
                let big = Big { value };
                heap::charge(big.bytes());
                Value::Big(Ref::new(big))
            }
        }
    }

    /// A length or position.
    #[must_use]
    pub fn size(n: usize) -> Value {
        i64::try_from(n).map_or_else(|_| Value::big(n.into()), Value::Int)
    }

    /// A list.
    #[must_use]
    pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(List::new(items.into_iter().collect()))
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Tuple(Tuple::new(items.into_iter().collect()))
    }

    /// A dict with string keys.
    #[must_use]
    pub fn dict<'a>(pairs: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
        Value::Dict(Dict::from_pairs(pairs))
    }

    /// A decimal number.
    #[must_use]
    pub fn decimal(value: decimal::Decimal) -> Value {
        heap::charge(value.heap_bytes());
        Value::Decimal(Ref::new(HeldDecimal(value)))
    }

    /// An object of a module.
    #[must_use]
    pub fn native(object: impl NativeObject) -> Value {
        Value::Native(Ref::new(Native::new(object)))
    }

    /// Whether this is no value.
    #[inline]
    #[must_use]
    pub fn is_unbound(&self) -> bool {
        matches!(self, Value::Unbound)
    }

    /// Whether this is `None`.
    #[inline]
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Value::None)
    }

    /// This value, unless it is unbound.
    #[must_use]
    pub fn given(&self) -> Option<&Value> {
        (!self.is_unbound()).then_some(self)
    }

    /// The text of a string.
    #[inline]
    #[must_use]
    pub fn text_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Short(s) => Some(s.bytes()),
            Value::Str(s) => Some(s.bytes()),
            _ => None,
        }
    }

    /// The text of a string with its properties.
    #[inline]
    #[must_use]
    pub fn as_text(&self) -> Option<Text<'_>> {
        match self {
            Value::Short(s) => Some(Text::plain(s.bytes())),
            Value::Str(s) => Some(Text::heap(s)),
            _ => None,
        }
    }

    /// The text of a string that has no lone surrogate.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.text_bytes().and_then(|b| std::str::from_utf8(b).ok())
    }

    /// The hash of a string's `text`, remembered by long strings.
    #[inline]
    #[must_use]
    pub fn text_hash(&self, text: &[u8]) -> u64 {
        match self {
            Value::Str(s) => s.hash_with(hash::hash_text),
            _ => hash::hash_text(text),
        }
    }

    /// A string for messages: its text, or what `Debug` shows of another value.
    #[must_use]
    pub fn to_display(&self) -> String {
        match self.text_bytes() {
            Some(text) => String::from_utf8_lossy(text).into_owned(),
            None => format!("{self:?}"),
        }
    }

    /// The bytes of `bytes` or `bytearray`.
    #[must_use]
    pub fn byte_data(&self) -> Option<Cow<'_, [u8]>> {
        match self {
            Value::Bytes(b) => Some(Cow::Borrowed(b.bytes())),
            Value::ByteArray(b) => Some(Cow::Owned(b.bytes.borrow().to_vec())),
            _ => None,
        }
    }

    /// The type.
    #[must_use]
    pub fn type_of(&self) -> &'static TypeDesc {
        match self {
            Value::None | Value::Unbound => &types::NONE,
            Value::Ellipsis => &types::ELLIPSIS,
            Value::NotImplemented => &types::NOT_IMPLEMENTED,
            Value::Bool(_) => &types::BOOL,
            Value::Int(_) | Value::Big(_) => &types::INT,
            Value::Float(_) => &types::FLOAT,
            Value::Short(_) | Value::Str(_) => &types::STR,
            Value::Builtin(b) => match b.kind {
                types::Kind::Method => &types::METHOD_DESCRIPTOR,
                types::Kind::Property => &types::GETSET_DESCRIPTOR,
                types::Kind::Function | types::Kind::Static | types::Kind::Class => &types::BUILTIN,
            },
            Value::Type(_) => &types::TYPE,
            Value::Module(_) => &types::MODULE,
            Value::Bytes(_) => &types::BYTES,
            Value::ByteArray(_) => &types::BYTEARRAY,
            Value::List(_) => &types::LIST,
            Value::Tuple(t) => t.class,
            Value::Dict(d) => d.class(),
            Value::Set(s) => {
                if s.frozen {
                    &types::FROZENSET
                } else {
                    &types::SET
                }
            }
            Value::Range(_) => &types::RANGE,
            Value::Slice(_) => &types::SLICE,
            Value::View(v) => match v.part {
                iter::Part::Keys => &types::DICT_KEYS,
                iter::Part::Values => &types::DICT_VALUES,
                iter::Part::Items => &types::DICT_ITEMS,
            },
            Value::Cell(_) => &types::CELL,
            Value::Function(_) => &types::FUNCTION,
            Value::Method(_) => &types::BUILTIN,
            Value::Iter(i) => i.class,
            Value::Generator(_) => &types::GENERATOR,
            Value::Exception(e) => e.class,
            Value::Decimal(_) => &types::DECIMAL,
            Value::DateTime(_) => &types::DATETIME,
            Value::Date(_) => &types::DATE,
            Value::Time(_) => &types::TIME,
            Value::Delta(_) => &types::TIMEDELTA,
            Value::Zone(z) => match **z {
                Held(civil::Zone::Fixed(_)) => &types::TIMEZONE,
                Held(civil::Zone::Named(_)) => &types::ZONEINFO,
            },
            Value::Entity(_) => &types::ENTITY,
            Value::MultiMap(_) => &types::MULTIMAP,
            Value::Message(_) => &types::MESSAGE,
            Value::Native(n) => n.object.class(),
        }
    }

    /// The type's name, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.type_of().name
    }

    /// The type's name as CPython's argument parser writes it: with the module, and `None` for `None`.
    #[must_use]
    pub fn argument_type(&self) -> String {
        if self.is_none() { "None".to_owned() } else { self.type_of().qualified() }
    }

    /// `a is b`
    #[must_use]
    pub fn is(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Short(a), Value::Short(b)) => a.same(b),
            (Value::Builtin(a), Value::Builtin(b)) => std::ptr::eq(*a, *b),
            (Value::Type(a), Value::Type(b)) => std::ptr::eq(*a, *b),
            (Value::Module(a), Value::Module(b)) => std::ptr::eq(*a, *b),
            (Value::None, Value::None)
            | (Value::Ellipsis, Value::Ellipsis)
            | (Value::NotImplemented, Value::NotImplemented) => true,
            // Dates hold their zone by value.
            (Value::Zone(a), Value::Zone(b)) => a.0.is(&b.0),
            // The empty tuple is one object.
            (Value::Tuple(a), Value::Tuple(b)) if a.items.is_empty() && b.items.is_empty() => a.class == b.class,
            _ => self.identity().is_some_and(|id| other.identity() == Some(id)),
        }
    }

    /// The address of an object on the heap.
    #[must_use]
    pub fn identity(&self) -> Option<usize> {
        self.counted().map(|header| std::ptr::from_ref(header) as usize)
    }
}

impl std::fmt::Debug for Value {
    /// A short form for messages and tests; `repr` is in `builtins::repr`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Unbound => f.write_str("<unbound>"),
            Value::None => f.write_str("None"),
            Value::Bool(b) => f.write_str(if *b { "True" } else { "False" }),
            Value::Int(n) => write!(f, "{n}"),
            Value::Big(n) => write!(f, "{}", n.get()),
            Value::Float(x) => write!(f, "{x:?}"),
            Value::Short(_) | Value::Str(_) => write!(f, "{:?}", self.to_display()),
            other => write!(f, "<{}>", other.type_name()),
        }
    }
}

macro_rules! from {
    ($($ty:ty => |$x:ident| $value:expr;)*) => {
        $(impl From<$ty> for Value {
            fn from($x: $ty) -> Value {
                $value
            }
        })*
    };
}

from! {
    bool => |x| Value::Bool(x);
    i64 => |x| Value::Int(x);
    i32 => |x| Value::Int(i64::from(x));
    u32 => |x| Value::Int(i64::from(x));
    usize => |x| Value::size(x);
    f64 => |x| Value::Float(x);
    &str => |x| Value::str(x);
    String => |x| Value::str(&x);
    BigInt => |x| Value::big(x);
    Ref<List> => |x| Value::List(x);
    Ref<Dict> => |x| Value::Dict(x);
    Ref<Tuple> => |x| Value::Tuple(x);
    civil::DateTime => |x| Value::DateTime(Ref::new(Held(x)));
    civil::Date => |x| Value::Date(Ref::new(Held(x)));
    civil::Time => |x| Value::Time(Ref::new(Held(x)));
    civil::Delta => |x| Value::Delta(Ref::new(Held(x)));
    civil::Zone => |x| Value::Zone(Ref::new(Held(x)));
    decimal::Decimal => |x| Value::decimal(x);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(x: Option<T>) -> Value {
        x.map_or(Value::None, Into::into)
    }
}
