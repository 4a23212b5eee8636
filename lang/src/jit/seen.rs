//! What tier 0 notes for the compiler: the kinds of values that an instruction gave.
//!
//! One byte per instruction, shared by all threads; a note is a load and, the first time only, a store.

use std::sync::atomic::{AtomicU8, Ordering};

use super::types::Ty;
use crate::value::Value;

/// The kinds of values seen at an instruction, one bit each.
#[derive(Debug, Default)]
pub struct Seen(AtomicU8);

const NONE: u8 = 1;
const BOOL: u8 = 2;
const INT: u8 = 4;
const FLOAT: u8 = 8;
const STR: u8 = 16;
const LIST: u8 = 32;
const DICT: u8 = 64;
const OTHER: u8 = 128;

impl Seen {
    /// Notes a value that has no kind of its own.
    pub fn note_other(&self) {
        self.0.fetch_or(OTHER, Ordering::Relaxed);
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
    pub fn only(bits: u8) -> Ty {
        match bits {
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
    pub fn was_other(bits: u8) -> bool {
        bits & OTHER != 0
    }

    /// What was seen so far.
    pub fn bits(&self) -> u8 {
        self.0.load(Ordering::Relaxed)
    }
}
