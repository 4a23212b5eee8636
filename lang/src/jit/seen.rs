//! What tier 0 notes for the compiler: the kinds of values that an instruction gave.
//!
//! Two bytes per instruction, shared by all threads; a note is a load and, the first time only, a store.

use std::sync::atomic::{AtomicU16, Ordering};

use super::types::Ty;
use crate::value::Value;

/// The kinds of values seen at an instruction, one bit each.
#[derive(Debug, Default)]
pub struct Seen(AtomicU16);

const NONE: u16 = 1;
const BOOL: u16 = 2;
const INT: u16 = 4;
const FLOAT: u16 = 8;
const STR: u16 = 16;
const LIST: u16 = 32;
const DICT: u16 = 64;
const OTHER: u16 = 128;
/// No kind of value: a field was looked for in dicts of several shapes, or in something else.
const SHAPES: u16 = 256;

impl Seen {
    /// Notes a value that has no kind of its own.
    pub fn note_other(&self) {
        self.0.fetch_or(OTHER, Ordering::Relaxed);
    }

    /// Notes that a field was not where it had been last time.
    pub fn note_shapes(&self) {
        self.0.fetch_or(SHAPES, Ordering::Relaxed);
    }

    /// Notes a value.
    #[inline]
    pub fn note(&self, value: &Value) {
        let bit = match value {
            Value::None => NONE,
            Value::Bool(_) => BOOL,
            Value::Int(_) => INT,
            Value::Float(_) => FLOAT,
            Value::Short(_) | Value::Str(_) => STR,
            Value::List(_) => LIST,
            Value::Dict(_) => DICT,
            _ => OTHER,
        };
        let known = self.0.load(Ordering::Relaxed);
        if known & bit == 0 {
            self.0.store(known | bit, Ordering::Relaxed);
        }
    }

    /// The one kind of value that was seen, or `Any`.
    pub fn only(bits: u16) -> Ty {
        match bits & !SHAPES {
            NONE => Ty::None,
            BOOL => Ty::Bool,
            INT => Ty::Int,
            FLOAT => Ty::Float,
            STR => Ty::Str,
            LIST => Ty::List,
            DICT => Ty::Dict,
            _ => Ty::Any,
        }
    }

    /// Whether something was seen that has no kind of its own: an int beyond 64 bits, for instance.
    pub fn was_other(bits: u16) -> bool {
        bits & OTHER != 0
    }

    /// Whether a field was looked for in more than dicts of one shape.
    pub fn had_shapes(bits: u16) -> bool {
        bits & SHAPES != 0
    }

    /// What was seen so far.
    pub fn bits(&self) -> u16 {
        self.0.load(Ordering::Relaxed)
    }
}
