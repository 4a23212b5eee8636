//! Documents that were checked but not built: containers whose parts are made when somebody asks for them.
//!
//! A reader that has found a whole text to be well-formed can leave a [`Tape`]: for each container of the document a record
//! that says where in the text its parts begin. Dicts made from it ([`super::dict`]) make a value when it is first looked at,
//! so that a condition on one field of a large payload does not build the rest. What a host keeps as a document ([`Held`]) is looked at
//! in the same way. Making values never fails and never runs
//! script code; everything that could go wrong was looked for when the tape was written.

use std::any::Any;
use std::sync::Arc;

use super::dict::Shape;
use super::hash::hash_text;
use super::hvec::HVec;
use super::refs::{Object, Ref};
use super::text::Blob;
use super::{Dict, Value};

/// A part of a document: the offset of a scalar in the text, or a container's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part(u32);

/// What a host keeps, of which a dict makes its values.
pub trait Held: Any + Send + Sync {
    /// The value at `place`. It cannot fail, and runs no code of a script.
    fn value(&self, place: usize) -> Value;

    /// Itself, for the host to know it again.
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// Where the values of a dict come from that makes them when somebody looks at them.
pub enum Source {
    /// The record of that number.
    Record(Ref<Tape>, usize),
    /// Something that a host keeps.
    Held(Arc<dyn Held>),
}

impl Source {
    /// The value at `place`.
    pub fn value(&self, place: usize) -> Option<Value> {
        match self {
            Source::Record(tape, record) => Some(value(tape, tape.field(*record, place)?)),
            Source::Held(held) => Some(held.value(place)),
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if matches!(self, Source::Held(_)) { "held" } else { "a record" })
    }
}

/// Marks parts that are containers.
const CONTAINER: u32 = 1 << 31;
/// Marks containers that are arrays.
const ARRAY: u32 = 1 << 30;

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A scalar whose text begins at this offset.
    Scalar(usize),
    /// The array of this record: the number of its elements, then the elements.
    Array(usize),
    /// The object of this record: the number of its shape among those of the tape, then a part for every key of the shape.
    Object(usize),
}

impl Part {
    /// Offsets and numbers of records are below this.
    pub const LIMIT: usize = 1 << 30;

    /// A part, whose number is below [`Part::LIMIT`].
    #[inline]
    #[must_use]
    pub fn new(kind: Kind) -> Part {
        let number = |n: usize| n as u32 & (ARRAY - 1);
        Part(match kind {
            Kind::Scalar(at) => number(at),
            Kind::Array(record) => CONTAINER | ARRAY | number(record),
            Kind::Object(record) => CONTAINER | number(record),
        })
    }

    /// What it is.
    #[inline]
    #[must_use]
    pub fn kind(self) -> Kind {
        let number = (self.0 & (ARRAY - 1)) as usize;
        match self.0 & (CONTAINER | ARRAY) {
            0 => Kind::Scalar(number),
            CONTAINER => Kind::Object(number),
            _ => Kind::Array(number),
        }
    }

    /// The head of a record: a length or the number of a shape, as a part.
    #[inline]
    #[must_use]
    pub fn head(n: usize) -> Part {
        Part::new(Kind::Scalar(n))
    }

    /// The number in the head of a record.
    #[inline]
    #[must_use]
    pub fn number(self) -> usize {
        (self.0 & (ARRAY - 1)) as usize
    }
}

/// The records of a document.
#[derive(Debug)]
pub struct Tape {
    /// The bytes in which the text stands.
    pub text: Ref<Blob>,
    /// The records of all containers, inner ones first.
    pub records: HVec<Part>,
    /// The shapes of the objects.
    pub shapes: HVec<Ref<Shape>>,
    /// How the format makes values.
    pub makers: Makers,
}

impl Object for Tape {}

/// What a format has to say about its documents.
pub trait Scalars: 'static {
    /// The value of the scalar at an offset of a text that was surveyed.
    fn scalar(text: &Ref<Blob>, at: usize) -> Value;
}

/// The values of a dict, unbound where there is none yet, and how many those are.
type Fields = (HVec<Value>, usize);

/// The functions of a format.
#[derive(Debug, Clone, Copy)]
pub struct Makers {
    scalar: fn(&Ref<Blob>, usize) -> Value,
    fields: fn(&Ref<Tape>, &Shape, &[Part], usize) -> Fields,
}

impl Makers {
    /// Those of the format `F`.
    #[must_use]
    pub const fn of<F: Scalars>() -> Makers {
        Makers { scalar: F::scalar, fields: fields::<F> }
    }
}

/// Records for which a survey begins with room; how many there will be it can tell when it has seen so many.
pub const BEGUN: usize = 1 << 14;

/// Nested arrays that are made before the stack is looked at.
const NESTED: usize = 16;

impl Tape {
    /// The parts of the array of a record.
    #[must_use]
    pub fn elements(&self, record: usize) -> &[Part] {
        let len = self.records.get(record).map_or(0, |head| head.number());
        self.records.get(record + 1..record + 1 + len).unwrap_or_default()
    }

    /// Gives back the memory of records that are never looked at again: nothing that was made of them may be there any more.
    pub fn forget(&mut self, records: std::ops::Range<usize>) {
        self.records.forget(records);
    }

    /// Part `n` of the object of a record.
    #[inline]
    #[must_use]
    pub fn field(&self, record: usize, n: usize) -> Option<Part> {
        self.records.get(record + 1 + n).copied()
    }

    /// The scalar under a text key of a part; `None` if the part is no object, or has none there.
    #[must_use]
    pub fn scalar(&self, part: Part, key: &[u8]) -> Option<Value> {
        let Kind::Object(record) = part.kind() else { return None };
        let shape = self.shapes.get(self.records.get(record)?.number())?;
        match self.field(record, shape.place(hash_text(key), key)?)?.kind() {
            Kind::Scalar(at) => Some((self.makers.scalar)(&self.text, at)),
            Kind::Array(_) | Kind::Object(_) => None,
        }
    }
}

/// The value of a part.
#[inline]
#[must_use]
pub fn value(tape: &Ref<Tape>, part: Part) -> Value {
    made(tape, part, 0)
}

fn made(tape: &Ref<Tape>, part: Part, depth: usize) -> Value {
    match part.kind() {
        Kind::Scalar(at) => (tape.makers.scalar)(&tape.text, at),
        Kind::Object(record) => Value::Dict(object(tape, record, depth)),
        Kind::Array(record) if depth % NESTED == NESTED - 1 => {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || array(tape, record, depth))
        }
        Kind::Array(record) => array(tape, record, depth),
    }
}

fn array(tape: &Ref<Tape>, record: usize, depth: usize) -> Value {
    let parts = tape.elements(record);
    super::interrupt::spend(parts.len() as u64 * 4);
    Value::List(super::List::new(HVec::of_each(parts, |_, part| made(tape, *part, depth + 1))))
}

/// The dict of a record, with the values that [`fields`] makes.
fn object(tape: &Ref<Tape>, record: usize, depth: usize) -> Ref<Dict> {
    let shape = tape.records.get(record).and_then(|head| tape.shapes.get(head.number()));
    let Some(shape) = shape.filter(|shape| !shape.is_empty()) else { return Dict::new() };
    if !shape.is_any_used() {
        return Dict::lazy(shape.clone(), Source::Record(tape.clone(), record), HVec::new(), shape.len());
    }
    let Some(parts) = tape.records.get(record + 1..record + 1 + shape.len()) else { return Dict::new() };
    let (values, left) = (tape.makers.fields)(tape, shape, parts, depth);
    Dict::lazy(shape.clone(), Source::Record(tape.clone(), record), values, left)
}

/// The values of an object, and how many of them are unbound. Scalars that were looked at in other objects of its shape are made now;
/// containers are if most of such objects is used.
fn fields<F: Scalars>(tape: &Ref<Tape>, shape: &Shape, parts: &[Part], depth: usize) -> Fields {
    let mut left = 0;
    let values = HVec::of_each(parts, |place, part| {
        if shape.is_used(place) {
            match part.kind() {
                Kind::Scalar(at) => return F::scalar(&tape.text, at),
                _ if depth < NESTED && shape.is_mostly_used() => return made(tape, *part, depth + 1),
                _ => {}
            }
        }
        left += 1;
        Value::Unbound
    });
    (values, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_kind() {
        for kind in [Kind::Scalar(0), Kind::Scalar(Part::LIMIT - 1), Kind::Array(7), Kind::Object(Part::LIMIT - 1)] {
            assert_eq!(Part::new(kind).kind(), kind);
        }
        assert_eq!(Part::head(1000).number(), 1000);
    }
}
